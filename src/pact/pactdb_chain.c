/* pactdb_chain.c: the root documents by which a member's acts are judged, from the store (root_reading.h). */
#include "base/limits.h"
#include "base/report.h"
#include "pact/pactdb_int.h"
#include "pact/root_reading.h"

/* The row that `s` stands on: entry, body. */
static void document_take(struct root_reading *r, struct stmt *s)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;

	if (entry_parse(&e, &scratch, db_blob(s, 0), NULL) == 0)
		root_reading_take(r, &e, db_blob(s, 1));
}

/* Version 1 of this member; none if it is not known here. */
static int first_load(struct db *db, const struct id *member, struct arena *arena,
	struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT note FROM root WHERE member = $1 AND version = 1");
	int rc;

	db_bind_blob(s, 1, id_slice(member));
	*ret = SLICE_NONE;
	if ((rc = db_step(s, why)) == DB_ROW)
		*ret = arena_copy(arena, db_blob(s, 0));
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* The common case: nobody needs room for many. */
static int documents_count(struct db *db, const struct id *coalition, const struct id *member,
	size_t *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT count(*) FROM act a JOIN log l ON l.id = a.log"
			    " WHERE l.coalition = $1 AND l.member = $2 AND a.kind = 'root/1'");
	int64_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_blob(s, 2, id_slice(member));
	if ((rc = rows_counted(s, &n, why)) < 0)
		return rc;
	*ret = n < LIMIT_STANDING_ROOT ? (size_t)n : LIMIT_STANDING_ROOT;
	return 0;
}

int chain_read(struct db *db, const struct id *coalition, const struct id *member,
	const struct standing_fork *fork, size_t n_fork, struct arena *arena,
	struct root_chain *ret, struct why *why)
{
	struct root_reading r = {.arena = arena, .chain = {.member = *member}};
	struct slice first;
	size_t n, taken = 0;
	int rc = documents_count(db, coalition, member, &n, why);

	if (rc == 0)
		rc = first_load(db, member, arena, &first, why);
	if (rc < 0)
		return rc;
	if (first.n > 0 && (rc = root_reading_begin(&r, member, first, n, fork, n_fork, why)) < 0)
		return rc;
	struct stmt *s =
		db_stmt(db, "SELECT a.entry, a.body FROM act a JOIN log l ON l.id = a.log"
			    " WHERE l.coalition = $1 AND l.member = $2 AND a.kind = 'root/1'"
			    " ORDER BY l.epoch, a.seq LIMIT $3");
	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_blob(s, 2, id_slice(member));
	db_bind_i64(s, 3, (int64_t)n);
	while (r.chain.n > 0 && taken++ < n && (rc = db_step(s, why)) == DB_ROW)
		document_take(&r, s);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = r.chain;
	return 0;
}

int root_chain_in_log(struct db *db, const struct coalition *c, const struct id *member,
	struct arena *arena, struct root_chain *ret, struct why *why)
{
	struct standing_input in = {0};
	int rc = forks_load(db, c, arena, &in, why);

	if (rc < 0)
		return rc;
	return chain_read(db, &c->id, member, in.fork, in.n_fork, arena, ret, why);
}

int root_due(struct db *db, const struct id *coalition, const struct id *self, struct arena *arena,
	struct slice **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT r.note FROM root r WHERE r.member = $2 AND r.version > 1 AND NOT EXISTS ("
		"SELECT 1 FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 AND l.member = $2"
		" AND a.kind = 'root/1' AND a.body = r.note) ORDER BY r.version LIMIT $3");
	struct slice *out = NULL;
	size_t n = 0, max = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_blob(s, 2, id_slice(self));
	db_bind_i64(s, 3, LIMIT_ROOT_VERSIONS);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		out[n++] = arena_copy(arena, db_blob(s, 0));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
