/* notifier.c: see notifier.h. */
#include "web/notifier.h"

#include "base/limits.h"
#include "base/report.h"
#include "web/worker.h"

#include <stdatomic.h>

/* Needs change with the clock too (a partner falls silent, an hour passes); computing them is not free: a twentieth of the time, at most. */
#define NEEDS_LEAST_MS 2000
#define NEEDS_PART     20
#define WAIT_MS	       15000
#define AGAIN_MS       5000
/* What is older is forgotten, sent or not wanted any more. */
#define KEEP_MS	       (30LL * 24 * 3600 * 1000)
#define SWEEP_EVERY_MS HOUR_MS

struct notifier {
	const struct node *node; /* borrowed */
	struct db *db;		 /* borrowed from the worker, for a round */
	struct news *news;	 /* owned */
	struct worker *worker;	 /* owned */
	atomic_bool stop;
	bool looked;
	int64_t needs_mono_ms, needs_took_ms, swept_mono_ms;
};

static bool stopping(void *ctx)
{
	const struct notifier *n = ctx;
	return n->stop;
}

static int in_write(struct notifier *n, int (*run)(struct notifier *n, void *ctx, struct why *why),
	void *ctx, struct why *why)
{
	int rc = db_begin(n->db, why);
	if (rc < 0)
		return rc;
	rc = run(n, ctx, why);
	if (rc < 0) {
		db_rollback(n->db);
		return rc;
	}
	return db_commit(n->db, why);
}

/* ---- what is new ---- */

static enum area area_of_kind(struct slice kind)
{
	struct slice first;
	enum area area;
	return slice_cut(&kind, '/', &first) && area_parse(first, &area) == 0 ? area : AREA_RECORDS;
}

static int label_of(struct notifier *n, const struct news_item *i, struct arena *arena,
	struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(n->db,
		"SELECT label FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 AND state = 0 "
		"ORDER BY epoch DESC, seq DESC, at DESC LIMIT 1");
	db_bind_i64(s, 1, i->coalition);
	db_bind_blob(s, 2, id_slice(&i->object.owner));
	db_bind_blob(s, 3, id_slice(&i->object.name));
	int rc = db_step(s, why);
	*ret = rc == DB_ROW ? arena_copy(arena, db_text(s, 0)) : SLICE_NONE;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* What others have written or released to us is somebody's to look at; what is taken back is nobody's. */
static int record_take(struct notifier *n, const struct news_item *i, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char coalition[COAL_TEXT + 1], object[OBJECT_TEXT + 1];
	struct slice label;
	if (i->change == NEWS_RECALLED || i->change == NEWS_ERASED)
		return matter_gone(n->db, &i->object, why);
	if (id_eq(&i->object.owner, &n->node->self))
		return 0;
	int rc = label_of(n, i, &arena, &label, why);
	if (rc < 0 || label.n == 0)
		return rc;
	coalition_format(&i->coalition_id, coalition);
	object_format(&i->object, object);
	return matter_record(n->db, i->coalition, area_of_kind(i->text), i->mode, &i->object, label,
		arena_printf(&arena, "records/%s/%s", coalition, object), env_now_ms(&n->node->env),
		why);
}

struct batch {
	struct news_item *item;
	size_t n;
};

static int batch_take(struct notifier *n, void *ctx, struct why *why)
{
	const struct batch *b = ctx;
	int rc = hooks_tell(n->node, n->db, b->item, b->n, slice_str(news_position(n->news)), why);
	for (size_t i = 0; rc == 0 && i < b->n; i++)
		if (b->item[i].kind == NEWS_RECORD)
			rc = record_take(n, &b->item[i], why);
	return rc < 0 ? rc : notify_position_set(n->db, slice_str(news_position(n->news)), why);
}

/* The first look only learns what is there; if that is not where we stopped, something has been missed. */
static int first_take(struct notifier *n, void *ctx, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice before, now = slice_str(news_position(n->news));
	(void)ctx;
	int rc = notify_position(n->db, &arena, &before, why);
	if (rc == 0 && before.n > 0 && !slice_eq(before, now))
		rc = hooks_reset(n->node, n->db, now, why);
	return rc < 0 ? rc : notify_position_set(n->db, now, why);
}

static int news_take(struct notifier *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct batch b = {0};
	int rc = news_look(n->news, n->db, &arena, &b.item, &b.n, why);
	if (rc < 0)
		return rc;
	if (!n->looked) {
		rc = in_write(n, first_take, NULL, why);
		n->looked = rc == 0;
		return rc;
	}
	return b.n ? in_write(n, batch_take, &b, why) : 0;
}

/* ---- what needs somebody ---- */

struct needs_put {
	int64_t coalition, hushed;
	struct needs *needs;
};

/* What was erased while they were read is in them; then they are read once more. */
static int needs_store(struct notifier *n, void *ctx, struct why *why)
{
	const struct needs_put *p = ctx;
	int64_t hushed;
	int rc = matter_hushed(n->db, &hushed, why);

	if (rc < 0 || hushed != p->hushed)
		return rc;
	return matter_needs(n->db, p->coalition, p->needs, env_now_ms(&n->node->env), why);
}

/* As whoever may see everything: who is told what is decided for each person. Nobody waits with his writing while they are looked for. */
static int needs_of(struct notifier *n, const struct id *id, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct needs_put p = {.needs = needs_new(&arena)};
	struct roles all;
	struct world w;

	for (int a = 0; a < AREAS; a++)
		all.of[a] = ROLE_ADMINISTRATOR;
	int rc = db_begin_read(n->db, why);
	if (rc < 0)
		return rc;
	rc = matter_hushed(n->db, &p.hushed, why);
	if (rc == 0)
		rc = world_try(&w, n->node, n->db, id, &arena, why);
	if (rc == 0)
		rc = needs_load(p.needs, &w, n->db, NULL, &all, why);
	db_rollback(n->db);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	p.coalition = w.coalition.row;
	return in_write(n, needs_store, &p, why);
}

static int needs_take(struct notifier *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct coalition *list;
	size_t count = 0;
	int rc = coalition_list(n->db, &arena, &list, &count, why);
	for (size_t i = 0; rc == 0 && i < count && !n->stop; i++)
		rc = needs_of(n, &list[i].id, why);
	return rc;
}

static int sweep(struct notifier *n, void *ctx, struct why *why)
{
	int64_t before = env_now_ms(&n->node->env) - KEEP_MS;
	(void)ctx;
	int rc = matter_sweep(n->db, before, why);
	return rc < 0 ? rc : letter_sweep(n->db, before, why);
}

/* ---- the round ---- */

static int take_up(struct notifier *n, struct why *why)
{
	int64_t mono = env_mono_ms(&n->node->env);
	int rc = news_take(n, why);
	int64_t pause = n->needs_took_ms * NEEDS_PART;
	pause = pause > NEEDS_LEAST_MS ? pause : NEEDS_LEAST_MS;
	if (rc == 0 && (n->needs_mono_ms == 0 || mono - n->needs_mono_ms >= pause)) {
		rc = needs_take(n, why);
		n->needs_mono_ms = env_mono_ms(&n->node->env);
		n->needs_took_ms = n->needs_mono_ms - mono;
	}
	if (rc == 0 && (n->swept_mono_ms == 0 || mono - n->swept_mono_ms >= SWEEP_EVERY_MS)) {
		rc = in_write(n, sweep, NULL, why);
		n->swept_mono_ms = mono;
	}
	return rc;
}

static int round_run(struct notifier *n, int64_t *ret_wait_ms, struct why *why)
{
	int64_t due = INT64_MAX, now;
	int rc = take_up(n, why);
	if (rc == 0 && n->node->conf.mail)
		rc = mails_want(n->node, n->db, why);
	/* People first: whose programs are told may be slow. */
	if (rc == 0 && n->node->conf.mail)
		rc = mails_send(n->node, n->db, stopping, n, why);
	if (rc == 0)
		rc = hooks_send(n->node, n->db, stopping, n, why);
	if (rc == 0)
		rc = letter_due(n->db, &due, why);
	now = env_now_ms(&n->node->env);
	*ret_wait_ms = due - now < WAIT_MS ? (due > now ? due - now : 1) : WAIT_MS;
	return rc;
}

static int64_t notifier_round(void *ctx, struct db *db)
{
	struct notifier *n = ctx;
	struct why why = {0};
	int64_t wait = WAIT_MS;

	n->db = db;
	if (round_run(n, &wait, &why) < 0) {
		report(REPORT_WARN, "notifications: %s%s%s", why.where, *why.where ? ": " : "",
			why.text);
		wait = AGAIN_MS;
	}
	return wait;
}

int notifier_start(struct notifier **ret, const struct node *node, struct why *why)
{
	struct notifier *n = mem_new(struct notifier);

	n->node = node;
	n->news = news_new(node);
	int rc = worker_start(&n->worker, node, notifier_round, n, why);
	if (rc < 0) {
		news_free(&n->news);
		mem_free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

void notifier_poke(struct notifier *n)
{
	if (n)
		worker_poke(n->worker);
}

void notifier_stop(struct notifier **p)
{
	struct notifier *n = *p;

	*p = NULL;
	if (!n)
		return;
	n->stop = true;
	worker_free(&n->worker);
	news_free(&n->news);
	mem_free(n);
}
