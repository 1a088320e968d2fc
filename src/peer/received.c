/* received.c: what comes of one author in one day of this node's own clock: see receipt.h. */
#include "peer/receipt.h"

#include "base/clock.h"
#include "base/limits.h"

struct received {
	uint64_t entries, bytes;
};

/* Of this log, and of all logs of its author: who begins one epoch after the other has no more days than others. */
static const char of_log[] = "SELECT entries, bytes FROM received WHERE log = $1 AND day = $2";
static const char of_author[] =
	"SELECT CAST(coalesce(sum(entries), 0) AS BIGINT), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM received"
	" WHERE day = $2 AND (log = $1 OR log IN (SELECT o.id FROM log l JOIN log o"
	" ON o.coalition = l.coalition AND o.member = l.member WHERE l.id = $1))";

/* Of this day; an earlier one is over. A clock that is set back begins a new day as well: it stays bounded by a day each time. */
static int received_load(struct db *db, const char *sql, int64_t log_row, int64_t day,
	struct received *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, sql);
	struct received r = {0};
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, day);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		r = (struct received){(uint64_t)db_i64(s, 0), (uint64_t)db_i64(s, 1)};
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = r;
	return 0;
}

/* What is withheld or cannot be read has no content here. */
static void received_count(struct received *r, struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;

	r->entries++;
	if (bytes.p != NULL && entry_parse(&e, &arena, bytes, NULL) == 0 && e.has_payload)
		r->bytes += e.bucket;
}

static uint64_t days(uint64_t quota)
{
	return quota > INT64_MAX / LIMIT_RECEIVED_DAYS ? INT64_MAX : quota * LIMIT_RECEIVED_DAYS;
}

int received_room(struct db *db, int64_t log_row, const struct charter *charter,
	const struct slice *bytes, size_t n, int64_t now_ms, size_t *ret, struct why *why)
{
	struct received r;
	size_t room = 0;
	int rc = received_load(db, of_author, log_row, now_ms / DAY_MS, &r, why);

	if (rc < 0)
		return rc;
	for (; room < n; room++) {
		received_count(&r, bytes[room]);
		if (r.entries > days(charter->quota_entries) ||
			r.bytes > days(charter->quota_payload_bytes))
			break;
	}
	*ret = room;
	return 0;
}

int received_add(struct db *db, int64_t log_row, const struct slice *bytes, size_t n,
	int64_t now_ms, struct why *why)
{
	struct received r;
	int rc = received_load(db, of_log, log_row, now_ms / DAY_MS, &r, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		received_count(&r, bytes[i]);
	struct stmt *s = db_stmt(db,
		"INSERT INTO received (log, day, entries, bytes) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (log) DO UPDATE SET day = excluded.day, entries = excluded.entries,"
		" bytes = excluded.bytes");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, now_ms / DAY_MS);
	db_bind_i64(s, 3, (int64_t)r.entries);
	db_bind_i64(s, 4, (int64_t)r.bytes);
	return db_run(s, why);
}
