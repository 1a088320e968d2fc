/* health.c: how each partner was when it was last talked to. Not part of the fold: it is about this node's own experience. */
#include "node/status.h"

#include "base/limits.h"
#include "base/report.h"

const char health_schema_1[] = "CREATE TABLE peer_health (\n"
			       "	peer BLOB NOT NULL PRIMARY KEY,\n"
			       "	last_ok_ms INTEGER NOT NULL,\n"
			       "	last_try_ms INTEGER NOT NULL,\n"
			       "	failures INTEGER NOT NULL,\n"
			       "	text TEXT NOT NULL\n"
			       ");\n"
			       /* How much of a log has come in a day (peer/intake.c). */
			       "CREATE TABLE intake (\n"
			       "	log INTEGER NOT NULL PRIMARY KEY,\n"
			       "	size INTEGER NOT NULL,\n"
			       "	day INTEGER NOT NULL,\n"
			       "	entries INTEGER NOT NULL,\n"
			       "	bytes INTEGER NOT NULL\n"
			       ");\n";

int peer_health_put(struct db *db, const struct peer_health *h, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO peer_health (peer, last_ok_ms, last_try_ms, failures, text) "
		"VALUES ($1, $2, $3, $4, $5) ON CONFLICT (peer) DO UPDATE SET "
		/* A process that has just started does not know when it went well before. */
		"last_ok_ms = CASE WHEN excluded.last_ok_ms > peer_health.last_ok_ms "
		"THEN excluded.last_ok_ms ELSE peer_health.last_ok_ms END, "
		"last_try_ms = excluded.last_try_ms, failures = excluded.failures, text = excluded.text");

	db_bind_blob(s, 1, id_slice(&h->peer));
	db_bind_i64(s, 2, h->last_ok_ms);
	db_bind_i64(s, 3, h->last_try_ms);
	db_bind_i64(s, 4, h->failures);
	db_bind_text(s, 5, h->text);
	return db_run(s, why);
}

int peer_health_list(struct db *db, struct arena *arena, struct peer_health **ret, size_t *ret_n,
	struct why *why)
{
	size_t n = 0, max = LIMIT_COALITIONS * LIMIT_MEMBERS;
	struct stmt *s =
		db_stmt(db, "SELECT peer, last_ok_ms, last_try_ms, failures, text FROM peer_health "
			    "ORDER BY peer LIMIT $1");
	struct peer_health *h = arena_array(arena, struct peer_health, max);
	int rc;

	db_bind_i64(s, 1, (int64_t)max);
	while ((rc = db_step(s, why)) == DB_ROW) {
		MUST(db_blob(s, 0).n == sizeof(h[n].peer));
		memcpy(&h[n].peer, db_blob(s, 0).p, sizeof(h[n].peer));
		h[n].last_ok_ms = db_i64(s, 1);
		h[n].last_try_ms = db_i64(s, 2);
		h[n].failures = db_i64(s, 3);
		h[n++].text = arena_copy(arena, db_text(s, 4));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = h;
	*ret_n = n;
	return 0;
}
