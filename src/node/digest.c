/*
 * digest.c: one hash over all that the fold has made, told in a way that has nothing of this database in it: logs by coalition, member and
 * epoch, audiences by the digest of their members, rows in the order of their keys. Equal before and after a rebuild, and on both engines.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "log/batch.h"
#include "node/workspace.h"

#include <inttypes.h>

#define LOG_KEY "l.coalition, l.member, l.epoch"
/* One log at a time, in the order of LOG_KEY: then the rows come out of an index, and nothing has to be sorted in memory. */
#define FROM(name) " FROM " name " t JOIN log l ON l.id = t.log AND l.id = @log "

static const char *const fold_tables[] = {
	"SELECT " LOG_KEY
	", t.seq, t.at, t.epoch, t.object_owner, t.object_name, t.kind, t.mode, t.label, a.digest, "
	"t.media, t.until_ms, t.time_ms, t.state" FROM(
		"item") "JOIN audience a ON a.id = t.audience ORDER BY " LOG_KEY ", t.seq, t.at",
	"SELECT " LOG_KEY ", t.seq, t.ord, t.ref_member, t.ref_epoch, t.ref_seq, t.ref_leaf" FROM(
		"item_ref") "ORDER BY " LOG_KEY ", t.seq, t.ord",
	"SELECT " LOG_KEY ", t.seq, t.at, t.ord, t.sha256, t.size, t.name, t.media" FROM(
		"item_file") "ORDER BY " LOG_KEY ", t.seq, t.at, t.ord",
	"SELECT " LOG_KEY
	", t.seq, t.epoch, t.owner, t.target_epoch, t.target_seq, t.member, t.kind, t.label, t.mode, "
	"t.object_name, a.digest, t.time_ms" FROM(
		"grants") "JOIN audience a ON a.id = t.audience ORDER BY " LOG_KEY
			  ", t.seq, t.target_epoch, t.target_seq, t.member",
	"SELECT " LOG_KEY ", t.seq, t.owner, t.target_epoch, t.target_seq" FROM(
		"answer") "ORDER BY " LOG_KEY ", t.seq, t.owner, t.target_epoch, t.target_seq",
	"SELECT " LOG_KEY ", t.seq, t.at, t.step, t.text" FROM("flag") "ORDER BY " LOG_KEY
								       ", t.seq, t.at, t.step",
	"SELECT " LOG_KEY ", t.seq, t.hash, a.digest" FROM(
		"roll") "JOIN audience a ON a.id = t.audience ORDER BY " LOG_KEY ", t.seq",
	"SELECT " LOG_KEY ", t.seq, t.kind, t.leaf, t.time_ms, t.entry, t.body" FROM(
		"act") "ORDER BY " LOG_KEY ", t.seq",
	/* Whether a record can be found; by which words is the engine's own business. Those of batches come later (fold_words.c). */
	"@sqlite SELECT " LOG_KEY ", t.seq, t.at" FROM(
		"item") "JOIN search s ON s.rowid = t.row WHERE t.media <> '" BATCH_MEDIA
			"' ORDER BY " LOG_KEY ", t.seq, t.at",
	"@postgres SELECT " LOG_KEY
	", t.seq, t.at" FROM("item") "JOIN search s ON s.row = t.row WHERE t.media <> '" BATCH_MEDIA
				     "' ORDER BY " LOG_KEY ", t.seq, t.at",
	NULL,
};

struct logs {
	int64_t *row; /* in the order of LOG_KEY */
	size_t n;
};

static int logs_load(struct db *db, struct arena *arena, struct logs *ret, struct why *why)
{
	VEC(int64_t) rows = {0};
	struct stmt *s = db_stmt(db, "SELECT id FROM log ORDER BY coalition, member, epoch");
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW)
		vec_push(&rows, db_i64(s, 0));
	db_reset(s);
	ret->n = rows.n;
	ret->row = arena_array(arena, int64_t, rows.n + 1);
	if (rows.n)
		memcpy(ret->row, rows.p, rows.n * sizeof(*rows.p));
	vec_free(&rows);
	return rc;
}

static void rows_add(void *ctx, struct slice text)
{
	hash_add(ctx, text);
}

/* Rows of one log: "@log" in the text stands for its number. */
static int log_add(
	struct db *db, struct slice sql, int64_t log_row, struct hasher *h, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(8 * KIB);
	ptrdiff_t at = slice_search(sql, SLICE("@log"));

	buf_slice_add(&text, slice_sub(sql, 0, (size_t)at));
	buf_addf(&text, "%" PRId64, log_row);
	buf_slice_add(&text, slice_sub(sql, (size_t)at + 4, sql.n));
	MUST(!buf_over(&text));
	return db_dump_each(db, buf_cstr(&text), rows_add, h, why);
}

static int table_add(
	struct db *db, const char *sql, const struct logs *logs, struct hasher *h, struct why *why)
{
	struct slice text = slice_str(sql);
	int rc = 0;

	if (slice_take(&text, db_is_postgres(db) ? "@sqlite " : "@postgres "))
		return 0;
	slice_take(&text, db_is_postgres(db) ? "@postgres " : "@sqlite ");
	hash_add(h, SLICE("table\n"));
	if (slice_search(text, SLICE("@log")) < 0)
		return db_dump_each(db, (const char *)text.p, rows_add, h, why);
	for (size_t i = 0; rc == 0 && i < logs->n; i++)
		rc = log_add(db, text, logs->row[i], h, why);
	return rc;
}

static int tables_add(struct db *db, const char *const *sql, const struct logs *logs,
	struct hasher *h, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && sql && sql[i]; i++)
		rc = table_add(db, sql[i], logs, h, why);
	return rc;
}

int fold_digest(struct db *db, struct hash *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct hasher *h = hash_start();
	struct logs logs;
	int rc = logs_load(db, &arena, &logs, why);

	hash_add(h, SLICE("entente-fold/1\n"));
	if (rc == 0)
		rc = tables_add(db, fold_tables, &logs, h, why);
	for (size_t i = 0; rc == 0 && workspaces[i]; i++)
		rc = tables_add(db, workspaces[i]->table, &logs, h, why);
	if (rc < 0) {
		hash_drop(&h);
		return rc;
	}
	*ret = hash_end(&h);
	return 0;
}
