/* send_run.c: sending what is due: mails over the relay, statements to the learning record store; see send.h. */
#include "work/training/send.h"

#include "base/limits.h"
#include "base/report.h"
#include "net/client.h"
#include "net/mail.h"
#include "node/hook.h"
#include "web/notifier.h"
#include "work/training/limits.h"
#include "work/training/task.h"
#include "work/training/xapi.h"

#include <limits.h>

#define LEASE_MS    60000
#define DEADLINE_MS 20000
#define ROUND	    50
#define ANSWER_MAX  (256 * KIB)
#define WAIT_MS	    60000
#define STATEMENTS  500

/* ---- mails ---- */

static int mail_one(struct task *t, const struct mail_relay *relay, const struct out_item *item,
	bool *ret_away, struct why *why)
{
	int64_t now = env_now_ms(&t->node->env);
	struct why failed = {0};
	long code = 0;
	int rc = mail_send(relay, slice_str(t->node->conf.mail_from), item->target, item->body,
		&code, &failed);

	if (rc == 0)
		return out_done(t->db, item->row, OUT_SENT, 0, now, "", why);
	bool dead = item->tries >= OUT_TRIES || code / 100 == 5;
	int64_t next = now + hook_backoff_ms(&t->node->env, item->tries);
	report(REPORT_WARN, "training: mail of an inject: %s", failed.text);
	rc = out_done(t->db, item->row, dead ? OUT_DEAD : OUT_WAITING, next, now, failed.text, why);
	/* Without an answer the relay itself is away, and nothing else would get through. */
	*ret_away = code == 0;
	return rc == 0 && *ret_away ? out_hold(t->db, OUT_MAIL, next, why) : rc;
}

static int mails(struct task *t, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(32 * MIB);
	struct mail_relay relay;
	bool away = false;
	int rc = 0;

	if (!t->node->conf.mail)
		return 0;
	rc = mail_relay_of(t->node, &arena, &relay, why);
	for (int i = 0; rc == 0 && !away && i < ROUND && !task_stopping(t); i++) {
		struct out_item item;
		struct why none = {0};

		rc = out_take(
			t->db, OUT_MAIL, env_now_ms(&t->node->env), LEASE_MS, &arena, &item, &none);
		if (rc == E_MISSING)
			return 0;
		if (rc < 0)
			return why_set(why, rc, "mail", "%s", none.text);
		rc = mail_one(t, &relay, &item, &away, why);
	}
	return rc;
}

/* ---- statements: made ---- */

struct making {
	struct task *t;
	struct arena *arena;
	int64_t coalition;
	struct send_list list;
};

static int statement_want(
	void *ctx, const struct row *row, struct slice word, struct slice json, struct why *why)
{
	struct making *m = ctx;
	struct send_item *s = &m->list.p[m->list.n];
	bool there;
	int rc;

	if (m->list.n == m->list.max)
		return 0; /* the next round takes up the others */
	*s = (struct send_item){
		.item = {.channel = OUT_XAPI, .coalition = m->coalition, .about = row->object}};
	out_id(OUT_XAPI, &row->object, word, s->item.id);
	rc = out_known(m->t->db, s->item.id, &there, why);
	if (rc < 0 || there)
		return rc;
	s->item.body = arena_copy(m->arena, json);
	m->list.n++;
	return 0;
}

/* `x` has an arena of its own, which is emptied after each exercise; what is to be told is kept elsewhere. */
static int exercises_tell(const struct xapi *x, const struct world *w, const struct reader *who,
	struct db *db, struct arena *keep, struct why *why)
{
	static const enum mode modes[] = {MODE_EXERCISE, MODE_TEST};
	struct rows rows;
	int rc = store_kind(w, db, who, MODE_REAL, KIND_QUALIFICATION, LIMIT_QUALIFICATION_EACH,
		x->arena, &rows, why);

	if (rc == 0)
		rc = xapi_qualifications(x, &rows, why);
	arena_reset(x->arena);
	for (size_t m = 0; rc == 0 && m < 2; m++) {
		struct object_id *exercise;
		size_t n;

		rc = store_exercises(w, db, who, modes[m], keep, &exercise, &n, why);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			struct view v;

			rc = store_view(w, db, who, modes[m], &exercise[i], x->arena, &v, why);
			if (rc == 0)
				rc = xapi_exercise(x, &v, why);
			rc = exercise_failed(&exercise[i], rc, why);
			arena_reset(x->arena);
		}
	}
	return rc;
}

static int statements_make(
	struct task *t, const struct lrs *l, const struct id *coalition, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(GIB), scratch CLEANUP_ARENA = ARENA(GIB);
	struct making m = {.t = t, .arena = &arena, .list = {.max = STATEMENTS}};
	struct xapi x = {.node = t->node,
		.arena = &scratch,
		.since_ms = l->made_ms,
		.tell = statement_want,
		.ctx = &m};
	struct reader who;
	struct world w;
	int rc = db_begin_read(t->db, why);

	if (rc < 0)
		return rc;
	m.list.p = arena_array(&arena, struct send_item, m.list.max + 1);
	rc = world_load(&w, t->node, t->db, coalition, &arena, why);
	if (rc == 0) {
		who = account_reader(&w, l->clearance);
		m.coalition = w.coalition.row;
		rc = exercises_tell(&x, &w, &who, t->db, &arena, why);
	}
	db_rollback(t->db);
	return rc < 0 ? rc : send_write(t->node, t->db, &m.list, why);
}

/* ---- statements: sent ---- */

struct posting {
	struct task *t;
	const struct lrs *lrs;
	struct client *client;
};

static bool stopping(void *ctx)
{
	return task_stopping(ctx);
}

/* The status of the answer, or negative. */
static int post(struct posting *p, struct slice body, struct why *why)
{
	struct buf url CLEANUP_BUF = BUF(4 * KIB), header CLEANUP_BUF = BUF(16 * KIB),
		       answer CLEANUP_BUF = BUF(ANSWER_MAX);
	const char *headers[3] = {"X-Experience-API-Version: 2.0.0", NULL, NULL};
	struct client_call call = {.method = "POST",
		.body = body,
		.content_type = "application/json",
		.headers = headers,
		.deadline_ms = DEADLINE_MS,
		.answer_max = ANSWER_MAX,
		.stop = stopping,
		.stop_ctx = p->t};
	struct client_answer a;
	int rc;

	buf_slice_add(&url, p->lrs->endpoint);
	if (!slice_ends(p->lrs->endpoint, "/"))
		buf_byte(&url, '/');
	buf_str(&url, "statements");
	call.url = buf_cstr(&url);
	if (p->lrs->authorization.n) {
		buf_addf(&header, "Authorization: %.*s", SLICE_FMT(p->lrs->authorization));
		headers[1] = buf_cstr(&header);
	}
	rc = client_request(p->client, &call, &a, &answer, why);
	buf_wipe(&header);
	return rc < 0 ? rc : (int)a.status;
}

/* One statement a request: one that the store does not take says nothing about the others. */
static int statement_one(
	struct posting *p, const struct out_item *item, bool *ret_went, struct why *why)
{
	struct task *t = p->t;
	struct why failed = {0};
	int64_t now, next;
	int status = post(p, item->body, &failed);
	/* The same id with other words: it is there already, as it was first told (§4.2.1). */
	bool went = (status >= 200 && status < 300) || status == 409;
	bool never = status == 400 || status == 413 || status == 422;
	int rc;

	*ret_went = went || never;
	now = env_now_ms(&t->node->env);
	if (went)
		return out_done(t->db, item->row, OUT_SENT, 0, now, "", why);
	if (status >= 0)
		snprintf(failed.text, sizeof(failed.text), "answered with status %d", status);
	report(REPORT_WARN, "training: learning record store: %s", failed.text);
	next = now + hook_backoff_ms(&t->node->env, item->tries);
	rc = out_done(t->db, item->row, never || item->tries >= OUT_TRIES ? OUT_DEAD : OUT_WAITING,
		next, now, failed.text, why);
	/* The store is away: what is behind it waits as long, and loses no try. */
	return rc == 0 && !never ? out_hold(t->db, OUT_XAPI, next, why) : rc;
}

static int statements_send(struct task *t, const struct lrs *l, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(32 * MIB);
	struct posting p = {.t = t,
		.lrs = l,
		.client = client_new(&(struct client_options){.pins = &l->pin,
			.n_pins = l->has_pin,
			.allow = t->node->conf.allow,
			.n_allow = t->node->conf.n_allow})};
	bool went = true;
	int rc = 0;

	for (int i = 0; rc == 0 && went && i < STATEMENTS && !task_stopping(t); i++) {
		struct out_item item;
		struct why none = {0};

		rc = out_take(
			t->db, OUT_XAPI, env_now_ms(&t->node->env), LEASE_MS, &arena, &item, &none);
		if (rc == 0)
			rc = statement_one(&p, &item, &went, why);
		else if (rc != E_MISSING)
			rc = why_set(why, rc, "xapi", "%s", none.text);
		arena_reset(&arena);
	}
	client_free(&p.client);
	return rc == E_MISSING ? 0 : rc;
}

static int statements(struct task *t, bool *ret_set, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct coalition *coalition;
	struct why none = {0};
	struct lrs l;
	size_t n;
	int rc = lrs_get(t->node, t->db, &arena, &l, &none);

	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		return why_set(why, rc, "xapi", "%s", none.text);
	*ret_set = true;
	rc = coalition_list(t->db, &arena, &coalition, &n, why);
	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++)
		rc = statements_make(t, &l, &coalition[i].id, why);
	return rc < 0 ? rc : statements_send(t, &l, why);
}

/* ---- the task ---- */

static int sweep(struct task *t, struct why *why)
{
	int rc = db_begin(t->db, why);

	if (rc < 0)
		return rc;
	rc = out_sweep(t->db, env_now_ms(&t->node->env) - OUT_KEEP_MS, why);
	if (rc < 0) {
		db_rollback(t->db);
		return rc;
	}
	return db_commit(t->db, why);
}

static int earliest(struct task *t, enum out_channel channel, int64_t *due, struct why *why)
{
	int64_t next = 0;
	int rc = out_due(t->db, channel, &next, why);

	if (rc == 0 && next && (!*due || next < *due))
		*due = next;
	return rc;
}

int send_run(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	int64_t due = 0, now;
	bool lrs = false;
	int rc = statements(t, &lrs, why);

	if (rc == 0)
		rc = mails(t, why);
	if (rc == 0)
		rc = sweep(t, why);
	/* Not of what there is no way for: it would be due, and not go, time and again. */
	if (rc == 0 && lrs)
		rc = earliest(t, OUT_XAPI, &due, why);
	if (rc == 0 && t->node->conf.mail)
		rc = earliest(t, OUT_MAIL, &due, why);
	now = env_now_ms(&t->node->env);
	*ret_wait_ms = !due || due - now > WAIT_MS ? WAIT_MS : due > now ? due - now : 1;
	return rc;
}
