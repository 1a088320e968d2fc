/* fold_item.c: contents become items, their words, refs and files, and a workspace's rows; and stop being them. */
#include "base/limits.h"
#include "log/batch.h"
#include "node/fold_int.h"
#include "node/note.h"
#include "node/search.h"

static int item_insert(struct fold_at *at, const struct folding *g, int64_t row, struct why *why)
{
	struct stmt *s = db_stmt(at->f->db,
		"INSERT INTO item (row, coalition, log, seq, at, epoch, object_owner, object_name, kind, mode, "
		"label, audience, media, until_ms, time_ms, state) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)");

	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, at->f->world->coalition.row);
	db_bind_i64(s, 3, at->log->row);
	db_bind_i64(s, 4, (int64_t)at->seq);
	db_bind_i64(s, 5, (int64_t)g->at);
	db_bind_i64(s, 6, at->log->id.epoch);
	db_bind_blob(s, 7, id_slice(&g->object.owner));
	db_bind_blob(s, 8, id_slice(&g->object.name));
	db_bind_text(s, 9, g->kind);
	db_bind_i64(s, 10, g->mode);
	db_bind_text(s, 11, g->label);
	db_bind_i64(s, 12, g->audience);
	db_bind_text(s, 13, g->media);
	db_bind_i64(s, 14, at->until_ms);
	db_bind_i64(s, 15, g->time_ms);
	return db_run(s, why);
}

/* Only its owner erases a record for all; objects of one batch have one time. */
static int expiry_insert(struct fold_at *at, const struct folding *g, struct why *why)
{
	struct stmt *s;

	if (at->until_ms == 0 || !id_eq(&at->log->id.member, &at->f->world->node->self))
		return 0;
	s = db_stmt(at->f->db,
		"INSERT INTO expiry (log, seq, until_ms, object_name) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (log, seq) DO NOTHING");
	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_i64(s, 3, at->until_ms);
	db_bind_blob(s, 4, id_slice(&g->object.name));
	return db_run(s, why);
}

/* ---- files ---- */

/*
 * Wanted from those who have this very entry, even if a file of that hash lies here for another: otherwise naming a hash would
 * be as good as having the file. The author of an own entry has it, or is told so.
 */
static int file_want_put(struct fold_at *at, const struct note_file *file, struct why *why)
{
	const struct node *node = at->f->world->node;
	struct stmt *s;

	if (at->f->rebuilding || id_eq(&at->log->id.member, &node->self))
		return 0;
	s = db_stmt(at->f->db,
		"INSERT INTO file_want (log, seq, sha256, size, next_ms) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING");
	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_blob(s, 3, slice_of(file->sha256.b, 32));
	db_bind_i64(s, 4, (int64_t)file->size);
	return db_run(s, why);
}

/* What was added before the transaction may be gone: a file that nothing names is unlinked (todo.c). From here on this names it. */
static int file_own_check(
	struct fold_at *at, const struct note_file *file, size_t ord, struct why *why)
{
	const struct node *node = at->f->world->node;
	char where[32];

	if (!at->f->writing || !node->dir || files_has(node, &file->sha256))
		return 0;
	snprintf(where, sizeof(where), "/files/%zu", ord);
	return why_set(why, E_MISSING, where, "the file is not here: add it again");
}

static int file_insert(struct fold_at *at, const struct folding *g, size_t ord,
	const struct note_file *file, struct why *why)
{
	struct stmt *s = db_stmt(at->f->db,
		"INSERT INTO item_file (log, seq, at, ord, sha256, size, name, media) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	int rc = file_own_check(at, file, ord, why);

	if (rc < 0)
		return rc;
	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_i64(s, 3, (int64_t)g->at);
	db_bind_i64(s, 4, (int64_t)ord);
	db_bind_blob(s, 5, slice_of(file->sha256.b, 32));
	db_bind_i64(s, 6, (int64_t)file->size);
	db_bind_text(s, 7, file->name);
	db_bind_text(s, 8, file->media);
	rc = db_run(s, why);
	return rc < 0 ? rc : file_want_put(at, file, why);
}

static int files_put(struct fold_at *at, const struct workspace_kind *k, const struct folding *g,
	struct why *why)
{
	struct note_file *file = NULL;
	size_t n = 0;
	int rc = k->files ? k->files(g->content, at->scratch, &file, &n, why) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = file_insert(at, g, i, &file[i], why);
	return rc;
}

/* ---- items ---- */

/* One object. What breaks its model is flagged and nothing of it is shown. */
static int item_put(
	struct fold_at *at, const struct workspace_kind *k, struct folding *g, struct why *why)
{
	int64_t row = at->f->next_row;
	struct why rule = {0};
	int rc =
		k && k->check && !g->known ? k->check(g->content, g->media, at->scratch, &rule) : 0;

	if (rc < 0)
		return fold_flag(at->f, at->log, at->seq, g->at, "model", &rule, why);
	rc = item_insert(at, g, row, why);
	if (rc == 0)
		rc = expiry_insert(at, g, why);
	if (rc < 0)
		return rc;
	at->f->next_row++;
	at->f->folded++;
	if (!k) /* a kind of a newer program: kept and replicated, its insides not looked at */
		return 0;
	/* Those of a batch come later (fold_words.c). */
	if (k->words && !slice_is(at->media, BATCH_MEDIA))
		rc = words_put(at->f->db, k, g->content, row, at->scratch, why);
	if (rc == 0)
		rc = files_put(at, k, g, why);
	return rc == 0 && k->fold ? k->fold(g, why) : rc;
}

static int batch_put(
	struct fold_at *at, const struct workspace_kind *k, struct folding *g, struct why *why)
{
	struct arena *outer = at->scratch;
	struct arena each CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct slice rest = at->content;
	struct why rule = {0};
	uint32_t i = 0;
	int rc;

	at->scratch = &each;
	g->known = at->f->known;
	while ((rc = batch_next(at->content, &rest, &g->content, &g->at, &rule)) == 1 &&
		i < LIMIT_BATCH_OBJECTS) {
		g->ord = i;
		g->object = batch_object_id(&at->log->id.member, &g->leaf, i++);
		arena_reset(&each);
		rc = item_put(at, k, g, why);
		if (rc < 0)
			break;
	}
	at->scratch = outer;
	if (rc == 1)
		rc = why_set(&rule, E_LIMIT, "", "too many objects in the batch");
	if (rc < 0 && rule.code)
		rc = fold_flag(at->f, at->log, at->seq, 0, "batch", &rule, why);
	return rc == 0 && k && k->words ? words_due_put(at->f->db, at->log->row, at->seq, why) : rc;
}

static int refs_put(struct fold_at *at, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < at->n_ref; i++) {
		const struct entry_ref *r = &at->ref[i];
		struct stmt *s = db_stmt(at->f->db,
			"INSERT INTO item_ref (log, seq, ord, ref_member, ref_epoch, ref_seq, ref_leaf) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7)");

		db_bind_i64(s, 1, at->log->row);
		db_bind_i64(s, 2, (int64_t)at->seq);
		db_bind_i64(s, 3, (int64_t)i);
		db_bind_blob(s, 4, id_slice(&r->member));
		db_bind_i64(s, 5, r->epoch);
		db_bind_i64(s, 6, (int64_t)r->seq);
		db_bind_blob(s, 7, slice_of(r->leaf.b, 32));
		rc = db_run(s, why);
	}
	return rc;
}

static struct folding folding_of(const struct fold_at *at, int64_t *memory)
{
	return (struct folding){.fold = at->f,
		.log = at->log,
		.seq = at->seq,
		.leaf = hash_leaf(at->bytes),
		.object = at->object,
		.author = at->log->id.member,
		.kind = at->kind,
		.label = at->label,
		.media = at->media,
		.mode = at->mode,
		.time_ms = at->e.time_ms,
		.audience = at->readers.audience,
		.content = at->content,
		.ref = at->ref,
		.n_ref = at->n_ref,
		.memory = memory};
}

int fold_items(struct fold_at *at, struct why *why)
{
	const struct workspace_kind *k = workspace_kind_find(at->kind);
	int64_t memory = 0;
	struct folding g = folding_of(at, &memory);
	bool batch = slice_is(at->media, BATCH_MEDIA);
	uint64_t before = at->f->folded;
	struct why rule = {0};
	int rc;

	if (batch == at->has_object) {
		(void)!why_set(&rule, E_INVALID, "object",
			batch ? "a batch has an object id" : "a record without an object id");
		return fold_flag(at->f, at->log, at->seq, 0, "object", &rule, why);
	}
	rc = refs_put(at, why);
	if (rc == 0)
		rc = batch ? batch_put(at, k, &g, why) : item_put(at, k, &g, why);
	return rc < 0 ? rc
		      : fold_use_add(at->f, at->mode, &at->log->id.member, at->label,
				at->readers.audience, (int64_t)(at->f->folded - before), why);
}

/* ---- again, with other readers ---- */

static int workspace_again(struct fold_at *at, const struct workspace_kind *k, struct folding *g,
	struct arena *scratch, struct why *why)
{
	int rc = k->drop ? k->drop(at->f->db, at->log->row, at->seq, g->at, why) : 0;

	*g->memory = 0; /* what it told of may have gone with that */

	return rc == 0 && k->fold &&
			       (!k->check || k->check(g->content, g->media, scratch, NULL) == 0)
		       ? k->fold(g, why)
		       : rc;
}

static int batch_again(
	struct fold_at *at, const struct workspace_kind *k, struct folding *g, struct why *why)
{
	struct arena each CLEANUP_ARENA = ARENA(FOLD_SCRATCH);
	struct slice rest = at->content;
	uint32_t i = 0;
	int rc = 0;

	while (rc == 0 && i < LIMIT_BATCH_OBJECTS &&
		batch_next(at->content, &rest, &g->content, &g->at, NULL) == 1) {
		g->object = batch_object_id(&at->log->id.member, &g->leaf, i++);
		arena_reset(&each);
		rc = workspace_again(at, k, g, &each, why);
	}
	return rc;
}

int fold_items_again(struct fold_at *at, struct why *why)
{
	const struct workspace_kind *k = workspace_kind_find(at->kind);
	int64_t changed, memory = 0;
	struct folding g = folding_of(at, &memory);
	struct stmt *s;
	int rc = fold_use_take(at->f, at->log->row, at->seq, why);

	if (rc < 0)
		return rc;
	s = db_stmt(at->f->db, "UPDATE item SET audience = $3, label = $4 "
			       "WHERE log = $1 AND seq = $2 AND state = 0");
	db_bind_i64(s, 1, at->log->row);
	db_bind_i64(s, 2, (int64_t)at->seq);
	db_bind_i64(s, 3, at->readers.audience);
	db_bind_text(s, 4, at->label);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	changed = db_changes(at->f->db);
	rc = fold_use_add(at->f, at->mode, &at->log->id.member, at->label, at->readers.audience,
		changed, why);
	if (rc < 0 || !k || !k->fold || changed == 0)
		return rc;
	if (k->again)
		return k->again(&g, why);
	return slice_is(at->media, BATCH_MEDIA) ? batch_again(at, k, &g, why)
						: workspace_again(at, k, &g, at->scratch, why);
}

/* ---- away ---- */

/* Files that nothing else here has: to be unlinked once this is on disk. */
static int files_drop_rows(struct fold *f, int64_t log_row, uint64_t seq, struct why *why)
{
	struct stmt *s = db_stmt(f->db,
		"INSERT INTO todo (kind, sha256) SELECT 'file', a.sha256 FROM item_file a "
		"WHERE a.log = $1 AND a.seq = $2 AND NOT EXISTS (SELECT 1 FROM item_file b "
		"WHERE b.sha256 = a.sha256 AND NOT (b.log = $1 AND b.seq = $2)) "
		"ON CONFLICT (kind, sha256) DO NOTHING");
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	s = db_stmt(f->db, "DELETE FROM file_want WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	if ((rc = db_run(s, why)) < 0)
		return rc;
	s = db_stmt(f->db, "DELETE FROM file_got WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	if ((rc = db_run(s, why)) < 0)
		return rc;
	s = db_stmt(f->db, "DELETE FROM item_file WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

struct item_gone {
	int64_t row, at;
	const struct workspace_kind *k;
};

static int items_of(struct fold *f, int64_t log_row, uint64_t seq, struct arena *arena,
	struct item_gone **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(f->db,
		"SELECT row, at, kind FROM item WHERE log = $1 AND seq = $2 ORDER BY at LIMIT $3");
	struct item_gone *gone = arena_array(arena, struct item_gone, LIMIT_BATCH_OBJECTS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, LIMIT_BATCH_OBJECTS);
	while ((rc = db_step(s, why)) == DB_ROW) {
		gone[n].row = db_i64(s, 0);
		gone[n].at = db_i64(s, 1);
		gone[n++].k = workspace_kind_find(db_text(s, 2));
	}
	db_reset(s);
	*ret = gone;
	*ret_n = n;
	return rc;
}

static int rows_delete(
	struct fold *f, struct stmt *s, int64_t log_row, uint64_t seq, struct why *why)
{
	(void)f;
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	return db_run(s, why);
}

int fold_items_drop(struct fold *f, int64_t log_row, uint64_t seq, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct item_gone *gone;
	size_t n;
	int rc = items_of(f, log_row, seq, &arena, &gone, &n, why);

	if (rc == 0)
		rc = fold_use_take(f, log_row, seq, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (gone[i].k && gone[i].k->drop)
			rc = gone[i].k->drop(f->db, log_row, seq, (uint64_t)gone[i].at, why);
		if (rc == 0)
			rc = search_drop(f->db, gone[i].row, why);
	}
	if (rc == 0)
		rc = words_due_drop(f->db, log_row, seq, why);
	if (rc == 0)
		rc = files_drop_rows(f, log_row, seq, why);
	if (rc == 0)
		rc = rows_delete(f,
			db_stmt(f->db, "DELETE FROM item_ref WHERE log = $1 AND seq = $2"), log_row,
			seq, why);
	if (rc == 0)
		rc = rows_delete(f, db_stmt(f->db, "DELETE FROM item WHERE log = $1 AND seq = $2"),
			log_row, seq, why);
	/* What was flagged quotes the content, and could not be found out again without it. */
	if (rc == 0)
		rc = rows_delete(f,
			db_stmt(f->db,
				"DELETE FROM flag WHERE log = $1 AND seq = $2 "
				"AND step IN ('model', 'batch', 'object', 'label', 'content')"),
			log_row, seq, why);
	if (rc == 0)
		rc = payload_drop(f->db, log_row, seq, why);
	return rc < 0 ? rc : todo_put(f->db, "scrub", NULL, why);
}
