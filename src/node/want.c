/* want.c: see want.h. */
#include "node/want.h"

int want_list(struct db *db, int64_t log_row, uint64_t from, int64_t now_ms, size_t limit,
	struct arena *arena, uint64_t **ret, size_t *ret_n, struct why *why)
{
	/* The literal is WANT_NEVER: so the index want_due is used. */
	struct stmt *s =
		db_stmt(db, "SELECT seq FROM want WHERE log = $1 AND seq >= $4 AND next_ms <= $2 "
			    "AND next_ms < 9223372036854775807 ORDER BY seq LIMIT $3");
	uint64_t *seq = arena_array(arena, uint64_t, limit + 1);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, now_ms);
	db_bind_i64(s, 3, (int64_t)limit);
	db_bind_i64(s, 4, from < INT64_MAX ? (int64_t)from : INT64_MAX);
	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		seq[n++] = (uint64_t)db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = seq;
	*ret_n = n;
	return 0;
}

int want_put(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "INSERT INTO want (log, seq, next_ms) VALUES ($1, $2, 0) "
				     "ON CONFLICT (log, seq) DO UPDATE SET next_ms = 0");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

int want_later(struct db *db, int64_t log_row, uint64_t seq, int64_t next_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE want SET next_ms = $3 WHERE log = $1 AND seq = $2");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, next_ms);
	return db_run(s, why);
}

int want_header_later(
	const struct node *node, struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	int64_t ms = WANT_HEADER_MS / 2 + (int64_t)env_below(&node->env, WANT_HEADER_MS);

	return want_later(db, log_row, seq, env_now_ms(&node->env) + ms, why);
}

int want_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM want WHERE log = $1 AND seq = $2");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}
