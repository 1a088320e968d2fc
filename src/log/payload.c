/* payload.c: contents beside the log. Withheld and erased look alike: there is no row. */
#include "base/limits.h"
#include "base/report.h"
#include "log/store.h"

int payload_put(struct db *db, int64_t row, uint64_t seq, const uint8_t salt[32],
	struct slice plain, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "INSERT INTO payload (log, seq, salt, plain) VALUES ($1, $2, $3, $4) "
			    "ON CONFLICT (log, seq) DO NOTHING");

	MUST(seq <= INT64_MAX);
	if (plain.n > LIMIT_PAYLOAD_BYTES)
		return why_set(why, E_LIMIT, "payload", "a payload is at most %zu bytes",
			LIMIT_PAYLOAD_BYTES);
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, slice_of(salt, 32));
	db_bind_blob(s, 4, plain);
	return db_run(s, why);
}

int payload_get(struct db *db, int64_t row, uint64_t seq, struct arena *arena, uint8_t ret_salt[32],
	struct slice *ret_plain, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT salt, plain FROM payload WHERE log = $1 AND seq = $2");
	int rc;

	if (seq > INT64_MAX)
		return why_set(why, E_MISSING, "payload", "no log is that long");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	if (rc == DB_ROW && db_blob(s, 0).n != 32) {
		rc = why_set(why, E_VERIFY, "payload", "a salt is not 32 bytes");
	} else if (rc == DB_ROW) {
		memcpy(ret_salt, db_blob(s, 0).p, 32);
		*ret_plain = arena_copy(arena, db_blob(s, 1));
		rc = 0;
	} else if (rc == DB_DONE) {
		rc = why_set(why, E_MISSING, "payload", "the content is not here");
	}
	db_reset(s);
	return rc;
}

int payload_drop(struct db *db, int64_t row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM payload WHERE log = $1 AND seq = $2");

	MUST(seq <= INT64_MAX);
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}
