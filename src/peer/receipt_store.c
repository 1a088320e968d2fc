/* receipt_store.c: checking and storing entries: steps 8 to 10 and 13. */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "node/want.h"
#include "peer/receipt_int.h"

/* What one batch may take of memory while it is folded; the arena ends with the batch. */
#define BATCH_ARENA (512 * MIB)

int receipt_span_check(struct receipt_span *span, const struct tree_range *range, struct why *why)
{
	struct tree_range own = span->log.range;
	struct hash root;

	MUST(span->head->cp.size > span->log.size);
	if (range == NULL) {
		for (size_t i = 0; i < span->n; i++)
			tree_append(&own, &span->leaf[i]);
		range = &own;
	}
	MUST(range->size == span->head->cp.size);
	root = tree_root(range);
	if (!hash_eq(&root, &span->head->cp.root))
		return why_set(why, E_VERIFY, "tree",
			"the entries do not lead to the root that was signed");
	span->checked = true;
	return 0;
}

int receipt_span_prove(struct receipt_span *span, const struct tree_proof *proof, struct why *why)
{
	struct tree_range own = span->log.range;
	struct hash root;

	for (size_t i = 0; i < span->n; i++)
		tree_append(&own, &span->leaf[i]);
	root = tree_root(&own);
	if (tree_check_consistency(own.size, span->head->cp.size, &root, &span->head->cp.root,
		    proof->node, proof->n, NULL) < 0)
		return why_set(why, E_VERIFY, "tree",
			"the entries are not the beginning of the tree that was signed");
	span->checked = true;
	return 0;
}

static int leaves_fit(const struct receipt_span *span, size_t at, const struct slice *bytes,
	size_t n, struct why *why)
{
	MUST(span->checked && at <= span->n && n <= span->n - at);
	for (size_t i = 0; i < n; i++) {
		struct hash leaf;

		if (bytes[i].p == NULL)
			continue;
		leaf = hash_leaf(bytes[i]);
		if (!hash_eq(&leaf, &span->leaf[at + i]))
			return why_set(why, E_VERIFY, "tree",
				"an entry is not the one whose hash was signed");
	}
	return 0;
}

/* Time of the last entry that can be read; what has none keeps the log's. */
static void last_time(const struct log *log, const struct slice *bytes, size_t n, int64_t *ret_ms,
	uint32_t *ret_counter)
{
	*ret_ms = log->time_ms;
	*ret_counter = log->time_counter;
	for (size_t i = n; i-- > 0;) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct entry e;

		if (bytes[i].p == NULL || entry_parse(&e, &arena, bytes[i], NULL) < 0)
			continue;
		*ret_ms = e.time_ms;
		*ret_counter = e.time_counter;
		return;
	}
}

static int fold_batch(struct world *w, struct db *db, const struct log *log, bool author,
	uint64_t from, const struct slice *bytes, size_t n, struct arena *arena, struct why *why)
{
	struct fold fold;
	int rc = fold_begin(&fold, w, db, arena, why);

	for (size_t i = 0; rc >= 0 && i < n; i++) {
		bool wanted;

		if (bytes[i].p != NULL)
			rc = fold_header(&fold, log, from + i, bytes[i], &wanted, why);
		else
			rc = want_put(db, log->row, from + i, why);
		/* The author has just been asked: now it is the others' turn. */
		if (rc >= 0 && bytes[i].p == NULL && author)
			rc = want_header_later(w->node, db, log->row, from + i, why);
	}
	return rc < 0 ? rc : fold_end(&fold, why);
}

/* How many of n entries the log still takes. */
static size_t room(const struct log *log, size_t n)
{
	if (!log->frozen)
		return n;
	if (log->frozen_at <= log->size)
		return 0;
	return log->frozen_at - log->size < n ? (size_t)(log->frozen_at - log->size) : n;
}

static int store_batch(const struct node *node, struct db *db, const struct receipt_span *span,
	size_t at, const struct slice *bytes, size_t n, size_t *ret_stored,
	enum receipt_step *ret_step, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(BATCH_ARENA);
	uint64_t from = span->log.size + at;
	uint32_t counter;
	struct world w;
	struct log log;
	int64_t ms;
	int rc;

	*ret_step = RECEIPT_STORE;
	if ((rc = log_load_row(db, span->log.row, &log, why)) < 0)
		return rc;
	if (log.size != from)
		return why_set(why, E_CONFLICT, "log", "the log has grown meanwhile");
	n = room(&log, n);
	*ret_stored = n;
	if (n == 0)
		return 0;
	last_time(&log, bytes, n, &ms, &counter);
	rc = log_append(db, &log, bytes, span->leaf + at, n, ms, counter, why);
	if (rc < 0 || (rc = received_add(db, log.row, bytes, n, env_now_ms(&node->env), why)) < 0)
		return rc;
	*ret_step = RECEIPT_FOLD;
	rc = world_load(&w, node, db, &log.id.coalition, &arena, why);
	if (rc >= 0)
		rc = fold_batch(&w, db, &log, span->author, from, bytes, n, &arena, why);
	if (rc >= 0 && log.size == span->head->cp.size)
		rc = receipt_author_note(db, log.row, span->head, why);
	return rc;
}

int receipt_entries(const struct node *node, struct db *db, const struct receipt_span *span,
	size_t at, const struct slice *bytes, size_t n, size_t *ret_stored,
	enum receipt_step *ret_step, struct why *why)
{
	size_t stored = 0;
	int rc;

	*ret_step = RECEIPT_TREE;
	if ((rc = leaves_fit(span, at, bytes, n, why)) < 0)
		return rc;
	*ret_step = RECEIPT_STORE;
	if ((rc = db_begin(db, why)) < 0)
		return rc;
	rc = store_batch(node, db, span, at, bytes, n, &stored, ret_step, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	*ret_step = RECEIPT_STORE;
	if ((rc = node_commit(node, db, why)) < 0)
		return rc;
	*ret_step = RECEIPT_NONE;
	*ret_stored = stored;
	return 0;
}

/* One introduction: which first root document does its author know of that member, and which do I?
 */
static int introduction_check(const struct world *w, struct db *db, const struct id *author,
	struct slice body_text, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char about[ID_TEXT + 1];
	struct act_body body;
	struct why what = {0};
	struct hash known;
	int rc;

	if (act_body_parse(&body, &arena, ACT_INTRODUCTION, body_text, NULL) < 0)
		return 0;
	rc = root_first(db, &body.member, &known, NULL);
	if (rc < 0 || hash_eq(&known, &body.root))
		return rc == E_IO ? why_set(why, rc, "root", "the root documents cannot be read")
				  : 0;
	id_format(&body.member, about);
	why_set(&what, E_VERIFY, "introduction",
		"introduces %s by another first root document than the one known here", about);
	return refusal_put(db, w->coalition.row, author, "introduction", &what,
		env_now_ms(&w->node->env), why);
}

struct log_row {
	int64_t row;
	struct id member;
};

/* Those that standing looks at. Collected first: a check may write. */
static int introductions_of(
	const struct world *w, struct db *db, const struct log_row *log, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct slice *body = arena_array(&arena, struct slice, LIMIT_STANDING_INTRODUCTION);
	struct stmt *st = db_stmt(db, "SELECT body FROM act WHERE log = $1"
				      " AND kind = 'introduction/1' ORDER BY seq LIMIT $2");
	size_t n = 0;
	int rc = 0;

	db_bind_i64(st, 1, log->row);
	db_bind_i64(st, 2, LIMIT_STANDING_INTRODUCTION);
	while (n < LIMIT_STANDING_INTRODUCTION && (rc = db_step(st, why)) == DB_ROW)
		body[n++] = arena_copy(&arena, db_blob(st, 0));
	db_reset(st);
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = introduction_check(w, db, &log->member, body[i], why);
	return rc < 0 ? rc : 0;
}

int receipt_introductions(const struct world *w, struct db *db, struct why *why)
{
	struct stmt *st =
		db_stmt(db, "SELECT id, member FROM log WHERE coalition = $1 ORDER BY id");
	VEC(struct log_row) list = {0};
	int rc;

	db_bind_blob(st, 1, id_slice(&w->coalition.id));
	while ((rc = db_step(st, why)) == DB_ROW) {
		struct log_row row = {.row = db_i64(st, 0)};

		memcpy(row.member.b, db_blob(st, 1).p, sizeof(row.member.b));
		vec_push(&list, row);
	}
	db_reset(st);
	for (size_t i = 0; rc >= 0 && i < list.n; i++)
		rc = introductions_of(w, db, &list.p[i], why);
	vec_free(&list);
	return rc < 0 ? rc : 0;
}
