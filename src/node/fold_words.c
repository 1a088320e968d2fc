/*
 * fold_words.c: full text of batches. Indexing the words of an object costs as much as all the rest of taking it in, and an index made in
 * few large pieces is cheaper than one in many small: so a batch is there at once, and is found by its words a moment later.
 */
#include "base/limits.h"
#include "log/batch.h"
#include "node/fold_int.h"
#include "node/record_int.h"
#include "node/search.h"

/* More than this is no text that anybody reads. */
#define WORDS_MAX (1 * MIB)

int words_put(struct db *db, const struct workspace_kind *k, struct slice object, int64_t row,
	struct arena *scratch, struct why *why)
{
	struct buf words CLEANUP_BUF = BUF(WORDS_MAX);

	k->words(object, scratch, &words);
	return search_put(db, row, buf_slice(&words), why);
}

/* ---- batches ---- */

int words_due_put(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "INSERT INTO words_due (log, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

int words_due_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM words_due WHERE log = $1 AND seq = $2");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

static int due_next(
	struct db *db, bool *ret_has, int64_t *ret_log, uint64_t *ret_seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT log, seq FROM words_due ORDER BY log, seq LIMIT 1");
	int rc = db_step(s, why);

	*ret_has = rc == DB_ROW;
	if (*ret_has) {
		*ret_log = db_i64(s, 0);
		*ret_seq = (uint64_t)db_i64(s, 1);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

struct due_item {
	int64_t row;
	uint64_t at;
	const struct workspace_kind *kind;
};

static int due_items(struct db *db, int64_t log_row, uint64_t seq, struct arena *arena,
	struct due_item **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT row, at, kind FROM item WHERE log = $1 AND seq = $2 AND state = 0 ORDER BY at LIMIT $3");
	struct due_item *item = arena_array(arena, struct due_item, LIMIT_BATCH_OBJECTS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, LIMIT_BATCH_OBJECTS);
	while ((rc = db_step(s, why)) == DB_ROW)
		item[n++] = (struct due_item){.row = db_i64(s, 0),
			.at = (uint64_t)db_i64(s, 1),
			.kind = workspace_kind_find(db_text(s, 2))};
	db_reset(s);
	*ret = item;
	*ret_n = n;
	return rc;
}

static int item_index(
	struct db *db, const struct due_item *item, struct slice content, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct slice object, rest = slice_sub(content, item->at - 4, content.n);
	uint64_t at;

	if (!item->kind || !item->kind->words)
		return 0;
	if (batch_next(content, &rest, &object, &at, why) != 1)
		return why_set(why, E_VERIFY, "database", "a batch has changed");
	return words_put(db, item->kind, object, item->row, &arena, why);
}

static int entry_index(struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct due_item *item;
	struct slice content;
	struct hash leaf;
	size_t n;
	int rc = due_items(db, log_row, seq, &arena, &item, &n, why);

	if (rc == 0 && n > 0)
		rc = content_load(db, log_row, seq, &arena, &content, &leaf, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = item_index(db, &item[i], content, why);
	/* Damaged contents are named by whoever asks for them; they do not stop the index. */
	return rc == 0 || rc == E_VERIFY ? words_due_drop(db, log_row, seq, why) : rc;
}

int words_index(struct db *db, struct why *why)
{
	bool has = false;
	int64_t log_row = 0;
	uint64_t seq = 0;
	int rc = due_next(db, &has, &log_row, &seq, why);

	if (rc < 0 || !has || (rc = db_begin(db, why)) < 0)
		return rc;
	/* Another process may have been quicker. */
	rc = due_next(db, &has, &log_row, &seq, why);
	if (rc == 0 && has)
		rc = entry_index(db, log_row, seq, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	rc = db_commit(db, why);
	return rc < 0 ? rc : has;
}
