/* intake.c: the charter's quota, step 7. See pull_int.h. */
#include "base/clock.h"
#include "base/limits.h"
#include "peer/pull_int.h"

static void intake_day(struct intake *in, const struct entry *e, int64_t now_ms)
{
	int64_t day = (e->time_ms < now_ms ? e->time_ms : now_ms) / DAY_MS;

	if (day > in->day) {
		in->day = day;
		in->entries = 0;
		in->bytes = 0;
	}
}

/* What cannot be read, or is withheld, counts for the day of the entry before. */
static void intake_count(struct intake *in, struct slice bytes, int64_t now_ms)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;

	if (bytes.p != NULL && entry_parse(&e, &arena, bytes, NULL) == 0) {
		intake_day(in, &e, now_ms);
		if (e.has_payload)
			in->bytes += e.bucket;
	}
	in->entries++;
	in->size++;
}

/* Written down after so many: what is counted again after a start takes some hundredths of a second. */
#define SAVE_EVERY 10000

static int saved_load(struct intake *in, struct db *db, const struct log *log, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT size, day, entries, bytes FROM intake WHERE log = $1");
	int rc;

	db_bind_i64(s, 1, log->row);
	rc = db_step(s, why);
	if (rc == DB_ROW && (uint64_t)db_i64(s, 0) <= log->size) {
		in->size = in->saved = (uint64_t)db_i64(s, 0);
		in->day = db_i64(s, 1);
		in->entries = (uint64_t)db_i64(s, 2);
		in->bytes = (uint64_t)db_i64(s, 3);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int saved_put(const struct intake *in, struct db *db, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO intake (log, size, day, entries, bytes) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (log) DO UPDATE SET size = excluded.size, day = excluded.day, "
		"entries = excluded.entries, bytes = excluded.bytes");

	db_bind_i64(s, 1, in->row);
	db_bind_i64(s, 2, (int64_t)in->size);
	db_bind_i64(s, 3, in->day);
	db_bind_i64(s, 4, (int64_t)in->entries);
	db_bind_i64(s, 5, (int64_t)in->bytes);
	return db_run(s, why);
}

int intake_save(struct intake *in, struct db *db, struct why *why)
{
	int rc;

	if (in->size - in->saved < SAVE_EVERY)
		return 0;
	if ((rc = db_begin(db, why)) < 0)
		return rc;
	if ((rc = saved_put(in, db, why)) < 0) {
		db_rollback(db);
		return rc;
	}
	if ((rc = db_commit(db, why)) == 0)
		in->saved = in->size;
	return rc;
}

struct counting {
	struct intake *in;
	int64_t now_ms;
};

static int count_one(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	struct counting *c = ctx;

	(void)seq;
	(void)why;
	intake_count(c->in, bytes, c->now_ms);
	return 0;
}

int intake_load(struct intake *in, struct db *db, const struct log *log,
	const struct charter *charter, int64_t now_ms, struct why *why)
{
	struct counting c = {in, now_ms};

	if (in->row != log->row || in->size > log->size) {
		int rc;

		*in = (struct intake){.row = log->row};
		if ((rc = saved_load(in, db, log, why)) < 0)
			return rc;
	}
	/* More than a day's entries in one day is over the quota whatever came before them. */
	if (log->size - in->size > charter->quota_entries) {
		in->entries = in->bytes = 0;
		in->size = log->size - charter->quota_entries;
	}
	return log_each(db, log->row, in->size, log->size, count_one, &c, why);
}

static bool intake_full(const struct intake *in, const struct charter *charter)
{
	return in->entries > charter->quota_entries || in->bytes > charter->quota_payload_bytes;
}

/* A day that is over by this clock as well: what its author wrote too much of it is made up for by the days after, a quota a day. */
static bool intake_turn(struct intake *in, int64_t now_ms)
{
	int64_t today = now_ms / DAY_MS;

	if (today <= in->day)
		return false;
	in->day = today;
	in->entries = in->bytes = 0;
	return true;
}

size_t intake_admit(struct intake *in, const struct charter *charter, int64_t now_ms,
	const struct slice *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct intake before = *in;

		intake_count(in, bytes[i], now_ms);
		if (!intake_full(in, charter))
			continue;
		*in = before;
		if (!intake_turn(in, now_ms))
			return i;
		intake_count(in, bytes[i], now_ms);
		if (intake_full(in, charter)) {
			*in = before; /* more than a day's quota by itself */
			return i;
		}
	}
	return n;
}
