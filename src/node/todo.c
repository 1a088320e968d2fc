/*
 * todo.c: what the fold leaves to be done outside its transaction: erasures whose time has come, answers to erasures, files to unlink, pages to scrub. Each step can be
 * repeated; a row goes when its work is done.
 */
#include "base/limits.h"
#include "base/report.h"
#include "node/account.h"
#include "node/files.h"
#include "node/fold_int.h"
#include "node/notify.h"
#include "node/record_int.h"
#include "node/search.h"
#include "node/workspace.h"
#include "node/write_int.h"

#include <poll.h>

int todo_put(struct db *db, const char *kind, const struct hash *file, struct why *why)
{
	struct stmt *s = db_stmt(db, "INSERT INTO todo (kind, sha256) VALUES ($1, $2) "
				     "ON CONFLICT (kind, sha256) DO NOTHING");

	db_bind_text(s, 1, slice_str(kind));
	db_bind_blob(s, 2, file ? slice_of(file->b, 32) : SLICE_NONE);
	return db_run(s, why);
}

static int todo_done(struct db *db, const char *kind, struct slice file, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM todo WHERE kind = $1 AND sha256 = $2");

	db_bind_text(s, 1, slice_str(kind));
	db_bind_blob(s, 2, file);
	return db_run(s, why);
}

/* ---- erased/1 ---- */

struct erasure {
	struct entry_ref at; /* the erase/1 entry, its leaf not filled in */
	int64_t log_row;
	enum mode mode;
	struct id object_name;
	bool answered; /* meanwhile */
};

/* An erase/1 of somebody else that the own log has not answered. */
static int erasure_next(
	const struct world *w, struct db *db, bool *ret_has, struct erasure *ret, struct why *why)
{
	/* 3: GRANT_ERASE, by number, so that the index of erasures is seen to fit. */
	struct stmt *s = db_stmt(db,
		"SELECT g.owner, g.epoch, g.seq, g.log, g.mode, g.object_name FROM grants g "
		"WHERE g.coalition = $1 AND g.kind = 3 AND g.owner <> $2 AND NOT EXISTS ("
		"SELECT 1 FROM answer a JOIN log l ON l.id = a.log WHERE l.coalition = $3 AND l.member = $2 "
		"AND a.owner = g.owner AND a.target_epoch = g.epoch AND a.target_seq = g.seq) "
		"ORDER BY g.owner, g.epoch, g.seq LIMIT 1");
	int rc;

	db_bind_i64(s, 1, w->coalition.row);
	db_bind_blob(s, 2, id_slice(&w->node->self));
	db_bind_blob(s, 3, id_slice(&w->coalition.id));
	rc = db_step(s, why);
	*ret_has = rc == DB_ROW;
	if (*ret_has) {
		MUST(db_blob(s, 0).n == 16 && db_blob(s, 5).n == 16);
		memcpy(ret->at.member.b, db_blob(s, 0).p, 16);
		ret->at.epoch = (uint32_t)db_i64(s, 1);
		ret->at.seq = (uint64_t)db_i64(s, 2);
		ret->log_row = db_i64(s, 3);
		ret->mode = (enum mode)db_i64(s, 4);
		memcpy(ret->object_name.b, db_blob(s, 5).p, 16);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Another thread or process may have answered since the look. */
static int erasure_unanswered(void *ctx, const struct world *w, struct db *db, struct why *why)
{
	struct erasure *e = ctx;
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM answer a JOIN log l ON l.id = a.log WHERE l.coalition = $1 AND l.member = $2 "
		"AND a.owner = $3 AND a.target_epoch = $4 AND a.target_seq = $5 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	db_bind_blob(s, 2, id_slice(&w->node->self));
	db_bind_blob(s, 3, id_slice(&e->at.member));
	db_bind_i64(s, 4, e->at.epoch);
	db_bind_i64(s, 5, (int64_t)e->at.seq);
	rc = db_step(s, why);
	db_reset(s);
	e->answered = rc == DB_ROW;
	return e->answered ? why_set(why, E_STATE, "", "the erasure is answered already") : rc;
}

static int erasure_answer(const struct world *w, struct db *db, struct erasure *e, struct why *why)
{
	struct buf body CLEANUP_BUF = BUF(4 * KIB), label CLEANUP_BUF = BUF(1 * KIB);
	struct grant g = {.kind = GRANT_ERASED, .target = &e->at, .n_target = 1};
	const struct charter *c = w->standing.charter;
	struct written written;
	int rc = log_leaf(db, e->log_row, e->at.seq, &e->at.leaf, why);

	if (rc < 0)
		return rc;
	grant_print(&g, &body);
	/* It says nothing but that something is gone. */
	buf_addf(&label, "%.*s %.*s", SLICE_FMT(c->policy), SLICE_FMT(c->ladder[0]));
	struct draft d = {.mode = e->mode,
		.kind = SLICE("erased/1"),
		.ref = &e->at,
		.n_ref = 1,
		.label = buf_slice(&label),
		.member = &e->at.member,
		.n_member = 1,
		.media = SLICE(GRANT_MEDIA),
		.content = buf_slice(&body)};
	rc = write_still(
		w->node, db, &w->coalition.id, &d, 1, erasure_unanswered, e, &written, why);
	return e->answered ? 0 : rc;
}

/* 1 = one answered, there may be more. */
static int coalition_answer(
	const struct node *node, struct db *db, const struct id *coalition, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct world w;
	struct erasure e = {0};
	bool has = false;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&w, node, db, coalition, &arena, why);
	if (rc == 0)
		rc = erasure_next(&w, db, &has, &e, why);
	db_rollback(db);
	if (rc < 0 || !has)
		return rc;
	rc = erasure_answer(&w, db, &e, why);
	return rc < 0 ? rc : 1;
}

static int answers(const struct node *node, struct db *db, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct coalition *c;
	size_t n;
	int rc = coalition_list(db, &arena, &c, &n, why);

	/* What one coalition cannot be told is told to the others. */
	for (size_t i = 0, ok = rc == 0; ok && i < n; i++) {
		struct why own = {0};
		int each;

		while ((each = coalition_answer(node, db, &c[i].id, &own)) == 1)
			;
		if (each < 0 && rc == 0) {
			rc = each;
			if (why)
				*why = own;
		}
	}
	return rc;
}

/* ---- until ---- */

struct expired {
	int64_t log_row;
	uint64_t seq;
	struct id coalition;
	struct object_id object;
};

/* A time that could not be kept, because this node may not write now, is tried again so much later. */
#define EXPIRE_AGAIN_MS (3600 * 1000)

static int expired_next(const struct node *node, struct db *db, int64_t now_ms, bool *ret_has,
	struct expired *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT e.log, e.seq, e.object_name, l.coalition FROM expiry e JOIN log l ON l.id = e.log "
		"WHERE e.until_ms <= $1 ORDER BY e.until_ms, e.log, e.seq LIMIT 1");
	int rc;

	db_bind_i64(s, 1, now_ms);
	rc = db_step(s, why);
	*ret_has = rc == DB_ROW;
	if (*ret_has) {
		MUST(db_blob(s, 2).n == 16 && db_blob(s, 3).n == 16);
		ret->log_row = db_i64(s, 0);
		ret->seq = (uint64_t)db_i64(s, 1);
		ret->object.owner = node->self;
		memcpy(ret->object.name.b, db_blob(s, 2).p, 16);
		memcpy(ret->coalition.b, db_blob(s, 3).p, 16);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* `later_ms` 0: it is done. */
static int expired_set(struct db *db, const struct expired *e, int64_t later_ms, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	s = later_ms ? db_stmt(db, "UPDATE expiry SET until_ms = $3 WHERE log = $1 AND seq = $2")
		     : db_stmt(db, "DELETE FROM expiry WHERE log = $1 AND seq = $2");
	db_bind_i64(s, 1, e->log_row);
	db_bind_i64(s, 2, (int64_t)e->seq);
	if (later_ms)
		db_bind_i64(s, 3, later_ms);
	rc = db_run(s, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

/* 1 = one seen to, there may be more. */
static int expire_one(const struct node *node, struct db *db, struct why *why)
{
	int64_t now_ms = env_now_ms(&node->env);
	struct why refused = {0};
	struct written written;
	struct expired e;
	bool has = false;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = expired_next(node, db, now_ms, &has, &e, why);
	db_rollback(db);
	if (rc < 0 || !has)
		return rc;
	rc = record_expire(node, db, &e.coalition, &e.object, now_ms, &written, &refused);
	if (rc == E_IO) {
		if (why)
			*why = refused;
		return rc;
	}
	/* Nothing live is left of it: somebody was quicker. */
	bool done = rc == 0 || rc == E_MISSING ||
		    (rc == E_STATE && strcmp(refused.where, "/object") == 0);
	rc = expired_set(db, &e, done ? 0 : now_ms + EXPIRE_AGAIN_MS, why);
	return rc < 0 ? rc : 1;
}

/* ---- files ---- */

/* Behind `last`: one that cannot be unlinked does not keep those behind it. */
static int file_next(
	struct db *db, const struct hash *last, bool *ret_has, struct hash *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT sha256 FROM todo WHERE kind = 'file' AND sha256 > $1 ORDER BY sha256 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, slice_of(last->b, 32));
	rc = db_step(s, why);
	*ret_has = rc == DB_ROW && db_blob(s, 0).n == 32;
	if (*ret_has)
		memcpy(ret->b, db_blob(s, 0).p, 32);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Somebody may have attached the same file again meanwhile. */
static int file_used(struct db *db, const struct hash *h, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT 1 FROM item_file WHERE sha256 = $1 LIMIT 1");
	int rc;

	db_bind_blob(s, 1, slice_of(h->b, 32));
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/*
 * The next behind *last, which it becomes. The unlink is inside the transaction, so that nobody attaches the file between the look and the unlink.
 */
static int file_unlink(
	const struct node *node, struct db *db, struct hash *last, bool *ret_has, struct why *why)
{
	struct hash h;
	bool has = false, used = false;
	int rc = db_begin(db, why);

	*ret_has = false;
	if (rc < 0)
		return rc;
	rc = file_next(db, last, &has, &h, why);
	*ret_has = has;
	if (has)
		*last = h;
	if (rc == 0 && has)
		rc = file_used(db, &h, &used, why);
	if (rc == 0 && has && !used && node->dir)
		rc = files_drop(node, &h, why);
	if (rc == 0 && has)
		rc = todo_done(db, "file", slice_of(h.b, 32), why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

static int files_unlink(const struct node *node, struct db *db, struct why *why)
{
	struct hash last = {{0}};
	int worst = 0;
	bool has;

	do {
		struct why own = {0};
		int rc = file_unlink(node, db, &last, &has, &own);

		if (rc < 0 && worst == 0) {
			worst = rc;
			if (why)
				*why = own;
		}
	} while (has);
	return worst;
}

/* ---- pages ---- */

/* "scrub": something was erased; "scrubbing", with a number of its own: somebody is at it, or ended in the midst of it. */
#define SCRUB_DUE "SELECT 1 FROM todo WHERE kind = 'scrub' OR kind = 'scrubbing' LIMIT 1"

static int scrub_due(struct db *db, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, SCRUB_DUE);
	int rc = db_step(s, why);

	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* One transaction; `mark` is the number of this run. */
static int in_transaction(struct db *db,
	int (*run)(struct db *db, const struct hash *mark, struct why *why),
	const struct hash *mark, struct why *why)
{
	int rc = db_begin(db, why);

	if (rc == 0)
		rc = run(db, mark, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}

/*
 * What was erased before this transaction is this run's from here on, whoever else had begun it. What is erased later puts a new "scrub", which this
 * run does not touch: it may have passed the place.
 */
static int scrub_begin(struct db *db, const struct hash *mark, struct why *why)
{
	int rc = search_optimize(db, why);

	if (rc == 0)
		rc = matter_hush(db, why);
	if (rc == 0)
		rc = account_answers_hush(db, why);
	if (rc == 0)
		rc = db_run(
			db_stmt(db, "DELETE FROM todo WHERE kind = 'scrub' OR kind = 'scrubbing'"),
			why);
	return rc < 0 ? rc : todo_put(db, "scrubbing", mark, why);
}

static int scrub_done(struct db *db, const struct hash *mark, struct why *why)
{
	return todo_done(db, "scrubbing", slice_of(mark->b, 32), why);
}

#define SCRUB_TABLES_MAX 64

/* Of the fold, and of all workspaces. */
static void scrub_tables(const char *ret[SCRUB_TABLES_MAX + 1])
{
	static const char *const own[] = {"payload", "item", "item_ref", "item_file", "search",
		"flag", "matter", "kept_answer", NULL};
	size_t n = 0;

	for (const char *const *t = own; *t; t++)
		ret[n++] = *t;
	for (size_t i = 0; workspaces[i]; i++)
		for (const char *const *t = workspaces[i]->scrub; t && *t; t++) {
			MUST(n < SCRUB_TABLES_MAX);
			ret[n++] = *t;
		}
	ret[n] = NULL;
}

/* *ret_more: a reader is in the way. */
static int scrub(const struct node *node, struct db *db, bool *ret_more, struct why *why)
{
	const char *tables[SCRUB_TABLES_MAX + 1];
	struct why busy = {0};
	struct hash mark;
	bool due = false;
	int rc = scrub_due(db, &due, why);

	if (rc < 0 || !due)
		return rc;
	env_random(&node->env, mark.b, sizeof(mark.b));
	rc = in_transaction(db, scrub_begin, &mark, why);
	if (rc < 0)
		return rc;
	scrub_tables(tables);
	rc = db_scrub(db, tables, &busy);
	if (rc == E_BUSY) {
		*ret_more = true;
		return 0;
	}
	if (rc < 0) {
		if (why)
			*why = busy;
		return rc;
	}
	return in_transaction(db, scrub_done, &mark, why);
}

struct todo {
	const struct node *node;
	struct db *db;
	struct why why; /* of what failed first */
};

static int expire(const struct node *node, struct db *db, struct why *why)
{
	int rc;

	while ((rc = expire_one(node, db, why)) == 1)
		;
	return rc;
}

/* Between two batches: another process looks for the place to write now and then, and must not find it taken each time. */
#define WORDS_GAP_MS 20

static int words(const struct node *node, struct db *db, struct why *why)
{
	int rc;

	(void)node;
	while ((rc = words_index(db, why)) == 1)
		(void)poll(NULL, 0, WORDS_GAP_MS);
	return rc;
}

static int loose(const struct node *node, struct db *db, struct why *why)
{
	return files_sweep(node, db, false, why);
}

/* The first failure is told, and keeps no other chore from being done. */
static bool chore(struct todo *t, int (*run)(const struct node *, struct db *, struct why *))
{
	struct why own = {0};
	int rc = run(t->node, t->db, &own);

	if (rc < 0 && t->why.code == 0)
		t->why = own;
	return rc == 0;
}

int node_todo(const struct node *node, struct db *db, bool *ret_more, struct why *why)
{
	struct todo t = {.node = node, .db = db};
	struct why own = {0};
	bool gone, more = false;

	chore(&t, expire);
	gone = chore(&t, files_unlink);
	chore(&t, loose);
	chore(&t, words);
	if (scrub(node, db, &more, &own) < 0) {
		gone = false;
		if (t.why.code == 0)
			t.why = own;
	}
	/* "Erased" is said when it is true of the disk too. */
	if (gone && !more)
		chore(&t, answers);
	*ret_more = more;
	if (t.why.code < 0 && why)
		*why = t.why;
	return t.why.code;
}
