/*
 * store.c: finding, opening and freezing logs, and reading entries. Appending is append.c, tiles
 * tiles.c, payloads payload.c, checking verify.c.
 */
#include "log/store.h"

#include "base/report.h"

#include <inttypes.h>

const char log_schema_1[] = "CREATE TABLE log (\n"
			    "	id ROWKEY,\n"
			    "	coalition BLOB NOT NULL,\n"
			    "	member BLOB NOT NULL,\n"
			    "	epoch INTEGER NOT NULL,\n"
			    "	size INTEGER NOT NULL,\n"
			    "	root BLOB NOT NULL,\n"
			    "	nodes BLOB NOT NULL,\n"	     /* compact range */
			    "	time_ms INTEGER NOT NULL,\n" /* of the last entry */
			    "	time_counter INTEGER NOT NULL,\n"
			    "	frozen_at INTEGER,\n" /* NULL: not frozen */
			    "	UNIQUE (coalition, member, epoch)\n"
			    ");\n"
			    "CREATE TABLE entry (\n"
			    "	log INTEGER NOT NULL,\n"
			    "	seq INTEGER NOT NULL,\n"
			    "	bytes BLOB,\n" /* NULL: withheld */
			    "	PRIMARY KEY (log, seq)\n"
			    ") CLUSTERED;\n"
			    "CREATE TABLE tile (\n"
			    "	log INTEGER NOT NULL,\n"
			    "	level INTEGER NOT NULL,\n"
			    "	n INTEGER NOT NULL,\n"
			    "	hashes BLOB NOT NULL,\n"
			    "	PRIMARY KEY (log, level, n)\n"
			    ") CLUSTERED;\n"
			    "CREATE TABLE payload (\n"
			    "	log INTEGER NOT NULL,\n"
			    "	seq INTEGER NOT NULL,\n"
			    "	salt BLOB NOT NULL,\n"
			    "	plain BLOB NOT NULL,\n"
			    "	PRIMARY KEY (log, seq)\n"
			    ");\n";

#define LOG_COLUMNS                                                                                \
	"id, coalition, member, epoch, size, root, nodes, time_ms, time_counter, frozen_at"

void log_check(const struct log *log)
{
	struct hash root = tree_root(&log->range);

	MUST(log->row > 0 && log->size <= INT64_MAX && log->range.size == log->size);
	MUST(hash_eq(&root, &log->root));
	MUST(!log->frozen || log->frozen_at <= INT64_MAX);
}

static bool column_copy(struct slice blob, void *ret, size_t n)
{
	if (blob.n != n)
		return false;
	memcpy(ret, blob.p, n);
	return true;
}

/*
 * The row is what an earlier log_append has written: anything else means a damaged or edited
 * database.
 */
static int row_read(struct stmt *s, struct log *ret, struct why *why)
{
	struct log log = {.row = db_i64(s, 0),
		.size = (uint64_t)db_i64(s, 4),
		.time_ms = db_i64(s, 7),
		.time_counter = (uint32_t)db_i64(s, 8),
		.frozen = !db_is_null(s, 9),
		.frozen_at = (uint64_t)db_i64(s, 9)};
	struct hash root;

	log.id.epoch = (uint32_t)db_i64(s, 3);
	if (!column_copy(db_blob(s, 1), log.id.coalition.b, sizeof(log.id.coalition.b)) ||
		!column_copy(db_blob(s, 2), log.id.member.b, sizeof(log.id.member.b)) ||
		!column_copy(db_blob(s, 5), log.root.b, sizeof(log.root.b)) ||
		tree_range_load(&log.range, log.size, db_blob(s, 6)) < 0)
		return why_set(why, E_VERIFY, "log", "row %" PRId64 " of the log table is damaged",
			log.row);
	root = tree_root(&log.range);
	if (!hash_eq(&root, &log.root))
		return why_set(why, E_VERIFY, "log",
			"row %" PRId64 " of the log table contradicts itself", log.row);
	*ret = log;
	return 0;
}

static int load_with(struct stmt *s, struct log *ret, struct why *why)
{
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		rc = row_read(s, ret, why);
	else if (rc == DB_DONE)
		rc = why_set(why, E_MISSING, "log", "no such log here");
	db_reset(s);
	return rc;
}

int log_load(struct db *db, const struct log_id *id, struct log *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT " LOG_COLUMNS
			    " FROM log WHERE coalition = $1 AND member = $2 AND epoch = $3");

	db_bind_blob(s, 1, id_slice(&id->coalition));
	db_bind_blob(s, 2, id_slice(&id->member));
	db_bind_i64(s, 3, id->epoch);
	return load_with(s, ret, why);
}

int log_load_row(struct db *db, int64_t row, struct log *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT " LOG_COLUMNS " FROM log WHERE id = $1");

	db_bind_i64(s, 1, row);
	return load_with(s, ret, why);
}

int log_open(struct db *db, const struct log_id *id, struct log *ret, struct why *why)
{
	struct hash empty = hash_bytes(SLICE_NONE);
	struct why missing = {0};
	struct stmt *s;
	int rc = log_load(db, id, ret, &missing);

	if (rc != E_MISSING) {
		if (rc < 0 && why != NULL)
			*why = missing;
		return rc;
	}
	/* Somebody else may have made it since: then this inserts nothing and the row is found all
	 * the same. */
	s = db_stmt(db,
		"INSERT INTO log (coalition, member, epoch, size, root, nodes, time_ms, time_counter) "
		"VALUES ($1, $2, $3, 0, $4, $5, 0, 0) ON CONFLICT (coalition, member, epoch) DO NOTHING");
	db_bind_blob(s, 1, id_slice(&id->coalition));
	db_bind_blob(s, 2, id_slice(&id->member));
	db_bind_i64(s, 3, id->epoch);
	db_bind_blob(s, 4, slice_of(empty.b, sizeof(empty.b)));
	db_bind_blob(s, 5, SLICE_NONE);
	rc = db_run(s, why);
	return rc < 0 ? rc : log_load(db, id, ret, why);
}

int log_freeze(struct db *db, struct log *log, uint64_t at, struct why *why)
{
	struct stmt *s;
	int rc;

	if (log->frozen && log->frozen_at <= at)
		return 0;
	if (at > INT64_MAX)
		return why_set(why, E_INVALID, "log", "no log is that long");
	s = db_stmt(db,
		"UPDATE log SET frozen_at = $2 WHERE id = $1 AND (frozen_at IS NULL OR frozen_at > $2)");
	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, (int64_t)at);
	rc = db_run(s, why);
	/* Another process may have frozen it lower meanwhile: what the table says counts. */
	return rc < 0 ? rc : log_load_row(db, log->row, log, why);
}

int log_entry(struct db *db, int64_t row, uint64_t seq, struct arena *arena, struct slice *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT bytes FROM entry WHERE log = $1 AND seq = $2");
	int rc;

	if (seq > INT64_MAX)
		return why_set(why, E_MISSING, "entry", "the log is not that long");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_step(s, why);
	if (rc == DB_ROW && !db_is_null(s, 0)) {
		*ret = arena_copy(arena, db_blob(s, 0));
		rc = 0;
	} else if (rc >= 0) {
		rc = why_set(why, E_MISSING, "entry",
			rc == DB_ROW ? "the entry is withheld" : "the log is not that long");
	}
	db_reset(s);
	return rc;
}

int log_each(struct db *db, int64_t row, uint64_t from, uint64_t to,
	int (*each)(void *ctx, uint64_t seq, struct slice bytes, struct why *why), void *ctx,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT seq, bytes FROM entry WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq");
	int rc;

	MUST(from <= INT64_MAX && to <= INT64_MAX);
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)from);
	db_bind_i64(s, 3, (int64_t)to);
	while ((rc = db_step(s, why)) == DB_ROW) {
		rc = each(ctx, (uint64_t)db_i64(s, 0),
			db_is_null(s, 1) ? SLICE_NONE : db_blob(s, 1), why);
		if (rc < 0)
			break;
	}
	db_reset(s);
	return rc;
}

int log_fill(struct db *db, int64_t row, uint64_t seq, struct slice bytes, struct why *why)
{
	struct hash want, got = hash_leaf(bytes);
	struct stmt *s;
	int rc = log_leaf(db, row, seq, &want, why);

	if (rc < 0)
		return rc;
	if (!hash_eq(&want, &got)) {
		char where[32];

		snprintf(where, sizeof(where), "leaf %" PRIu64, seq);
		return why_set(
			why, E_VERIFY, where, "the entry is not the one that the log holds there");
	}
	s = db_stmt(
		db, "UPDATE entry SET bytes = $3 WHERE log = $1 AND seq = $2 AND bytes IS NULL");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, bytes);
	return db_run(s, why);
}
