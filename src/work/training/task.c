/*
 * task.c: see task.h. Due times are computed from the clock, so it does not matter when this wakes: what is found due is delivered with the time at which it was due.
 * A node that is cut off goes on with the last segment that it has; the exercise may say that it is to stop instead.
 */
#include "work/training/task.h"

#include "base/limits.h"
#include "base/report.h"
#include "work/training/limits.h"
#include "work/training/plan.h"
#include "work/training/print.h"
#include "work/training/send.h"

#include <limits.h>

#define ROUND_ARENA GIB
#define NEXT_MAX_MS 60000

struct writer {
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct why *why);
	void *ctx;
	const struct id *coalition;
};

static bool may_go(const struct view *v, int64_t now, int64_t heard)
{
	return v->clock.started && v->clock.startex <= now && !v->clock.stopped &&
	       !(v->ex.stop_unconfirmed && now - heard > v->ex.unconfirmed_ms);
}

struct going {
	const struct script *script;
	struct inject_due due;
	struct plan plan;
};

static void not_going(const struct script *s, const struct why *no)
{
	report(REPORT_WARN, "training: inject %.*s is due and cannot go out: %s",
		SLICE_FMT(slice_sub(s->j.number, 0, 60)), no->text);
}

/* Own injects that are due, in order of (time, number): each is a plan of its own, so one that cannot be said does not hold up the others. */
static void deliver_due(struct desk *d, const struct view *v, int64_t heard, struct going *going,
	size_t max, size_t *ret_n, int64_t *next)
{
	struct agenda a;

	*ret_n = 0;
	agenda_build(&a, d->arena, v, d->now, 0, 0);
	const struct {
		struct agenda_item *p;
		size_t n;
	} column[] = {{a.overdue, a.n_overdue}, {a.now, a.n_now}, {a.next, a.n_next},
		{a.later, a.n_later}};
	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < column[k].n && *ret_n < max; i++) {
			const struct agenda_item *item = &column[k].p[i];
			struct why no = {0};

			if (!item->script || !id_eq(&item->script->row->author, &d->node->self) ||
				!item->due.automatic)
				continue;
			if (item->real > d->now) {
				if (!*next || item->real < *next)
					*next = item->real;
				continue;
			}
			if (!may_go(v, d->now, heard))
				continue;
			going[*ret_n] = (struct going){.script = item->script, .due = item->due};
			if (plan_deliver(d, v, item->script, &item->due, NULL, &going[*ret_n].plan,
				    &no) == 0)
				++*ret_n;
			else
				not_going(item->script, &no);
		}
}

/*
 * What another workspace refuses only now (it names what is not there, or has ended) still reaches its recipients: in the inbox, with the reason. What cannot be said
 * at all is reported and tried again; nobody else's inject waits for it. E_IO: nothing more can be written.
 */
static int deliver(struct desk *d, const struct view *v, struct going *g, const struct writer *w,
	struct why *why)
{
	struct why no = {0};
	int rc = w->write(w->ctx, w->coalition, g->plan.draft, g->plan.n, &no);

	if (rc < 0 && rc != E_IO) {
		char *reason = arena_printf(d->arena, "%s %s", no.where, no.text);

		rc = db_begin_read(d->db, why);
		if (rc < 0)
			return rc;
		rc = plan_deliver(d, v, g->script, &g->due, reason, &g->plan, &no);
		db_rollback(d->db);
		if (rc == 0)
			rc = w->write(w->ctx, w->coalition, g->plan.draft, g->plan.n, &no);
	}
	if (rc == E_IO)
		return why_set(why, E_IO, no.where, "%s", no.text);
	if (rc < 0)
		not_going(g->script, &no);
	return rc == 0;
}

static void receive(
	struct desk *d, const struct view *v, struct plan *plans, size_t max, size_t *ret_n)
{
	*ret_n = 0;
	for (size_t i = 0; i < v->n_delivery && *ret_n < max; i++)
		if (ids_have(v->delivery[i].party, v->delivery[i].n_party, &d->node->self) &&
			!view_receipt_of(v, &v->delivery[i].row->object, &d->node->self) &&
			plan_receipt(
				d, v, &v->delivery[i], RECEIPT_RECEIVED, &plans[*ret_n], NULL) == 0)
			++*ret_n;
}

#define PLANS_MAX 256

/* All receipts of a round are one write. */
static int receipts_write(
	struct desk *d, const struct plan *in, size_t n, const struct writer *w, struct why *why)
{
	struct draft *all;
	struct why no = {0};
	size_t drafts = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		drafts += in[i].n;
	all = arena_array(d->arena, struct draft, drafts + 1);
	drafts = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < in[i].n; k++)
			all[drafts++] = in[i].draft[k];
	rc = w->write(w->ctx, w->coalition, all, drafts, &no);
	/* One that cannot be said (its label is no longer ours to use) keeps back no other. */
	for (size_t i = 0; rc < 0 && rc != E_IO && i < n; i++)
		if (w->write(w->ctx, w->coalition, in[i].draft, in[i].n, &no) == E_IO)
			rc = E_IO;
	return rc == E_IO ? why_set(why, E_IO, no.where, "%s", no.text) : 0;
}

/* E_MISSING where there is nothing to be done: this node takes no part, or it is over. */
static int view_of_ours(struct desk *d, enum mode mode, const struct object_id *exercise,
	struct view *ret, struct why *why)
{
	struct id *party;
	struct row head;
	size_t n;
	int rc = store_head(
		d->world, d->db, &d->reader, mode, exercise, d->arena, &head, &party, &n, why);

	if (rc == 0 && !id_eq(&head.object.owner, &d->node->self) &&
		!ids_have(party, n, &d->node->self))
		return E_MISSING;
	if (rc == 0)
		rc = store_view(d->world, d->db, &d->reader, mode, exercise, d->arena, ret, why);
	if (rc == 0 &&
		(strcmp(ret->ex.state, "closed") == 0 || strcmp(ret->ex.state, "cancelled") == 0))
		return E_MISSING;
	return rc;
}

/* One exercise: reading in one transaction, writing after it. */
static int exercise_round(struct desk *d, const struct object_id *exercise, enum mode mode,
	const struct writer *w, struct training_round *ret, struct why *why)
{
	struct going *out = arena_array(d->arena, struct going, PLANS_MAX);
	struct plan *in = arena_array(d->arena, struct plan, PLANS_MAX);
	struct world world;
	struct view v;
	struct send_list send = {.max = PLANS_MAX};
	size_t n_out = 0, n_in = 0, gone = 0;
	int64_t heard;
	int rc = db_begin_read(d->db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&world, d->node, d->db, w->coalition, d->arena, why);
	d->world = &world;
	if (rc == 0)
		rc = view_of_ours(d, mode, exercise, &v, why);
	if (rc == E_MISSING) {
		db_rollback(d->db);
		return 0;
	}
	if (rc == 0)
		rc = host_heard(d->db, &v, &d->node->self, d->now, d->arena, &heard, why);
	if (rc == 0 && !v.clock.ended)
		deliver_due(d, &v, heard, out, PLANS_MAX, &n_out, &ret->next);
	if (rc == 0)
		receive(d, &v, in, PLANS_MAX, &n_in);
	send.p = arena_array(d->arena, struct send_item, PLANS_MAX);
	if (rc == 0)
		rc = send_wanted(d, &v, &send, why);
	db_rollback(d->db);
	if (rc == 0)
		rc = send_write(d->node, d->db, &send, why);
	ret->sent += rc == 0 ? send.n : 0;
	for (size_t i = 0; rc == 0 && i < n_out; i++) {
		rc = deliver(d, &v, &out[i], w, why);
		gone += rc > 0;
		rc = rc < 0 ? rc : 0;
	}
	ret->delivered += gone;
	if (rc == 0 && n_in) {
		rc = receipts_write(d, in, n_in, w, why);
		ret->received += rc == 0 ? n_in : 0;
	}
	if (n_in == PLANS_MAX || gone)
		ret->next = d->now; /* what went out may have set off something else */
	return rc;
}

static int exercises_of(const struct node *node, struct db *db, const struct id *coalition,
	enum mode mode, const struct reader *self, struct arena *arena, struct object_id **ret,
	size_t *ret_n, struct why *why)
{
	struct world world;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = world_load(&world, node, db, coalition, arena, why);
	if (rc == 0)
		rc = store_exercises(&world, db, self, mode, arena, ret, ret_n, why);
	db_rollback(db);
	return rc;
}

int exercise_failed(const struct object_id *exercise, int rc, struct why *why)
{
	char text[OBJECT_TEXT + 1];

	if (rc >= 0 || rc == E_IO)
		return rc;
	object_format(exercise, text);
	report(REPORT_WARN, "training: exercise %s is passed over: %s %s", text, why->where,
		why->text);
	*why = (struct why){0};
	return 0;
}

int training_round(const struct node *node, struct db *db, const struct id *coalition,
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct why *why),
	void *ctx, struct training_round *ret, struct why *why)
{
	static const enum mode modes[] = {MODE_EXERCISE, MODE_TEST};
	struct arena list CLEANUP_ARENA = ARENA(ROUND_ARENA),
			  arena CLEANUP_ARENA = ARENA(ROUND_ARENA);
	struct reader self = {.self = true,
		.member = node->self,
		.is_party = true,
		.is_member = true,
		.clearance_level = UINT_MAX};
	struct writer w = {write, ctx, coalition};
	int rc = 0;

	*ret = (struct training_round){0};
	for (size_t m = 0; rc == 0 && m < 2; m++) {
		struct object_id *exercise;
		size_t n;

		rc = exercises_of(node, db, coalition, modes[m], &self, &list, &exercise, &n, why);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			struct desk d = {.node = node,
				.db = db,
				.reader = self,
				.arena = &arena,
				.who = SLICE("due"),
				.now = env_now_ms(&node->env)};

			/* One that cannot be read or written holds up no other. */
			rc = exercise_failed(&exercise[i],
				exercise_round(&d, &exercise[i], modes[m], &w, ret, why), why);
			arena_reset(&arena);
		}
		arena_reset(&list);
	}
	return rc;
}

/* ---- in the server ---- */

static int write_queued(
	void *ctx, const struct id *coalition, const struct draft *d, size_t n, struct why *why)
{
	struct task *t = ctx;
	struct written *w CLEANUP_FREE = mem_zero_alloc(n + 1, sizeof(*w));

	return queue_write(t->queue, coalition, d, n, w, why);
}

static int run(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t now = env_now_ms(&t->node->env), wait = NEXT_MAX_MS;
	struct coalition *coalition;
	size_t n;
	int rc = coalition_list(t->db, &arena, &coalition, &n, why);

	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++) {
		struct training_round r;

		rc = training_round(t->node, t->db, &coalition[i].id, write_queued, t, &r, why);
		if (rc == 0 && r.sent)
			t->api->wrote(t->api->ctx); /* others send it */
		if (rc == 0 && r.next)
			wait = r.next - now < wait ? r.next - now : wait;
	}
	/* Never sampled: it sleeps until the next thing is due, or something new is in the store. */
	*ret_wait_ms = wait < 1 ? 1 : wait;
	return rc;
}

const struct web_task training_tasks[] = {
	{"training", run}, {"training out", send_run}, {NULL, NULL}};
