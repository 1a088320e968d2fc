/*
 * pull_payload.c: contents for this node: steps 12 and 13.
 *
 * The author is asked for everything that may be for this node, and its "no" is taken for an
 * answer. Others are asked for what surely is (acts, what goes to all) and, when nothing else is to
 * do, for the rest: an author may be out of reach for long.
 *
 * What is wanted is gone through from its beginning to its end, question after question, whatever came of each: what nobody gives must not stand in front of what somebody does. A
 * mirror is asked so many questions of one log in a round, and from there on in the next.
 */
#include "base/limits.h"
#include "base/report.h"
#include "node/want.h"
#include "peer/payload.h"
#include "peer/pull_int.h"

/* An act that its author does not have to give is asked for again so much later; something false,
 * so much. */
#define AGAIN_MS    (10 * 1000)
#define FALSE_MS    (60 * 1000)
#define BATCH_ARENA (512 * MIB)
/* Questions to a mirror about one log that bring nothing, in one round; headers looked at without asking count as well. */
#define VAIN_QUESTIONS 16

struct asking {
	struct round *r;
	struct log log;
	bool author;	    /* the partner wrote this log */
	struct arena arena; /* of one question */
	uint64_t from;	    /* where what is wanted is gone on with */
	uint64_t *seq;
	size_t n;
	bool given[LIMIT_PAYLOADS_PER_REQUEST]; /* a frame has come */
	uint64_t next;
};

/* 1: surely for this node; 0: perhaps; E_MISSING: its header is withheld. */
static int surely_mine(struct asking *a, uint64_t seq, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice bytes;
	struct entry e;
	int rc = log_entry(a->r->db, a->log.row, seq, &arena, &bytes, why);

	if (rc < 0 || entry_parse(&e, &arena, bytes, NULL) < 0)
		return rc;
	return e.audience != AUDIENCE_VEILED;
}

static size_t ask_max(const struct pull *p)
{
	return p->ask_max > 0 ? p->ask_max : LIMIT_PAYLOADS_PER_REQUEST;
}

/*
 * A line that breaks off in the middle of an answer loses all of it, and would again: smaller questions, until one comes through.
 */
static void ask_fewer(struct pull *p, size_t n)
{
	p->ask_max = n > 1 ? n / 2 : 1;
}

static void ask_more(struct pull *p)
{
	p->ask_max = p->ask_max * 2 < LIMIT_PAYLOADS_PER_REQUEST ? p->ask_max * 2 : 0;
}

static int load_wants(struct asking *a, struct why *why)
{
	struct round *r = a->r;
	int rc = db_begin_read(r->db, why);

	if (rc < 0)
		return rc;
	arena_reset(&a->arena);
	rc = want_list(r->db, a->log.row, a->from, env_now_ms(&r->node->env), ask_max(r->p),
		&a->arena, &a->seq, &a->n, why);
	db_rollback(r->db);
	/* Behind the cut of a fork nothing counts, and the partner may hold another story there. */
	while (rc >= 0 && a->log.frozen && a->n > 0 && a->seq[a->n - 1] >= a->log.frozen_at)
		a->n--;
	return rc;
}

/* Of those wanted, the ones of which there is only the hash; rising. */
static int load_withheld(struct asking *a, uint64_t **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(a->r->db,
		"SELECT w.seq FROM want w JOIN entry e ON e.log = w.log AND e.seq = w.seq "
		"WHERE w.log = $1 AND w.seq >= $2 AND w.seq <= $3 AND e.bytes IS NULL ORDER BY w.seq LIMIT $4");
	uint64_t *seq = arena_array(&a->arena, uint64_t, LIMIT_PAYLOADS_PER_REQUEST);
	size_t n = 0;
	int rc = 0;

	*ret = seq;
	*ret_n = 0;
	if (a->n == 0)
		return 0;
	db_bind_i64(s, 1, a->log.row);
	db_bind_i64(s, 2, (int64_t)a->seq[0]);
	db_bind_i64(s, 3, (int64_t)a->seq[a->n - 1]);
	db_bind_i64(s, 4, LIMIT_PAYLOADS_PER_REQUEST);
	while ((rc = db_step(s, why)) == DB_ROW)
		seq[n++] = (uint64_t)db_i64(s, 0);
	db_reset(s);
	*ret_n = n;
	return rc;
}

/* Headers first. */
static int fetch_headers(struct asking *a, const uint64_t *seq, size_t n, struct why *why)
{
	uint64_t bundle = UINT64_MAX;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < n; i++) {
		if (seq[i] / TILE_WIDTH == bundle)
			continue;
		bundle = seq[i] / TILE_WIDTH;
		rc = pull_withheld(a->r, &a->log, seq[i], why);
	}
	return rc;
}

/* Still withheld: there is nothing to hold a content against. */
static void drop_withheld(struct asking *a, const uint64_t *seq, size_t n)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (k < n && seq[k] < a->seq[i])
			k++;
		if (k == n || seq[k] != a->seq[i])
			a->seq[kept++] = a->seq[i];
	}
	a->n = kept;
}

/* The next ones to ask for. *ret_to: where to go on behind them; UINT64_MAX: these are the last. */
static int list_wants(struct asking *a, uint64_t *ret_to, struct why *why)
{
	bool all = a->author || a->r->p->idle || a->r->p->o.transport.carried;
	uint64_t *withheld;
	size_t kept = 0, n;
	int rc = load_wants(a, why);

	*ret_to = UINT64_MAX;
	if (rc >= 0 && a->n > 0)
		*ret_to = a->seq[a->n - 1] + 1;
	if (rc >= 0)
		rc = load_withheld(a, &withheld, &n, why);
	if (rc >= 0 && n > 0) {
		rc = fetch_headers(a, withheld, n, why);
		if (rc >= 0)
			rc = load_wants(a, why);
		if (rc >= 0)
			rc = load_withheld(a, &withheld, &n, why);
		if (rc >= 0)
			drop_withheld(a, withheld, n);
	}
	if (rc < 0 || all)
		return rc;
	for (size_t i = 0; rc >= 0 && i < a->n; i++) {
		rc = surely_mine(a, a->seq[i], why);
		if (rc == 1)
			a->seq[kept++] = a->seq[i];
	}
	a->n = kept;
	return rc < 0 ? rc : 0;
}

static int seq_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static ptrdiff_t asked_for(const struct asking *a, uint64_t seq)
{
	const uint64_t *at = bsearch(&seq, a->seq, a->n, sizeof(seq), seq_cmp);

	return at ? at - a->seq : -1;
}

/* Which of those asked for are there. Nothing else may be. */
static int frames_note(struct asking *a, struct slice frames, struct why *why)
{
	struct payload_frame f;
	ptrdiff_t last = -1;
	int rc;

	memset(a->given, 0, sizeof(a->given));
	while ((rc = payload_frame_next(&frames, &f, why)) == 1) {
		ptrdiff_t at = asked_for(a, f.seq);

		if (at <= last)
			return why_set(why, E_SYNTAX, "frame",
				"a content that was not asked for, or out of order");
		a->given[at] = true;
		last = at;
	}
	return rc;
}

/*
 * What the author was asked for and did not give is not for this node, or not there. A carried file
 * may only be old. Before the frames are folded: a release among them may say otherwise, and then
 * asks again.
 */
static int put_off(struct asking *a, struct why *why)
{
	int64_t now = env_now_ms(&a->r->node->env);

	if (!a->author || a->r->p->o.transport.carried)
		return 0;
	for (size_t i = 0; i < a->n && a->seq[i] < a->next; i++) {
		struct why missing = {0};
		int rc;

		if (a->given[i])
			continue;
		rc = surely_mine(a, a->seq[i], &missing);
		if (rc < 0 && rc != E_MISSING) {
			*why = missing;
			return rc;
		}
		rc = want_later(a->r->db, a->log.row, a->seq[i],
			rc == 0 ? WANT_NEVER : now + AGAIN_MS, why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int fold_frame(struct asking *a, struct fold *fold, const struct payload_frame *f,
	uint64_t *ret_bad, struct why *why)
{
	struct why rule = {0};
	struct slice bytes;
	int rc;

	*ret_bad = f->seq;
	rc = log_entry(a->r->db, a->log.row, f->seq, fold->arena, &bytes, &rule);
	if (rc == 0)
		rc = fold_payload(fold, &a->log, f->seq, bytes, f->salt, f->plain, &rule);
	if (rc == E_MISSING)
		return want_header_later(a->r->node, a->r->db, a->log.row, f->seq, why);
	/* Not mine by what is known here: a release that comes later asks again. */
	if (rc == E_DENIED)
		return want_later(a->r->db, a->log.row, f->seq, WANT_NEVER, why);
	if (rc < 0) {
		*why = rule;
		return rc;
	}
	a->r->res.payloads++;
	return 0;
}

static int take_frames(struct asking *a, struct slice frames, uint64_t *ret_bad, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(BATCH_ARENA);
	struct round *r = a->r;
	struct payload_frame f;
	struct fold fold;
	struct world w;
	int rc;

	if ((rc = frames_note(a, frames, why)) < 0 || (rc = put_off(a, why)) < 0 ||
		(rc = world_load(&w, r->node, r->db, &a->log.id.coalition, &arena, why)) < 0 ||
		(rc = fold_begin(&fold, &w, r->db, &arena, why)) < 0)
		return rc;
	while ((rc = payload_frame_next(&frames, &f, why)) == 1) {
		if ((rc = fold_frame(a, &fold, &f, ret_bad, why)) < 0)
			return rc;
		*ret_bad = PAYLOAD_ALL;
	}
	if (rc < 0 || (rc = fold_end(&fold, why)) < 0)
		return rc;
	return fold.acts_changed ? receipt_introductions(&w, r->db, why) : 0;
}

/* Content that is false must not stand in the way of the rest for ever. */
static void set_aside(struct asking *a, uint64_t seq)
{
	int64_t now = env_now_ms(&a->r->node->env);

	if (!a->author || db_begin(a->r->db, NULL) < 0)
		return;
	if (want_later(a->r->db, a->log.row, seq, now + FALSE_MS, NULL) < 0 ||
		db_commit(a->r->db, NULL) < 0)
		db_rollback(a->r->db);
}

static int take_answer(struct asking *a, struct slice answer, struct why *why)
{
	uint64_t before = a->r->res.payloads, bad = PAYLOAD_ALL;
	struct payload_answer head;
	int rc;

	if ((rc = payload_answer_parse(&answer, &head, why)) < 0)
		return rc;
	a->next = head.next;
	if ((rc = db_begin(a->r->db, why)) < 0)
		return rc;
	rc = take_frames(a, answer, &bad, why);
	if (rc < 0) {
		db_rollback(a->r->db);
		a->r->res.payloads = before;
		/* Whatever it is about the bytes, it would be so again, and the others of the answer are rolled back with it each time. */
		if (pull_is_refusal(rc) && bad != PAYLOAD_ALL)
			set_aside(a, bad);
		return rc;
	}
	return db_commit(a->r->db, why);
}

/* One question, about what is wanted from a->from on, which moves on behind it. *ret_end: there is no more. */
static int ask_once(struct asking *a, bool *ret_end, struct why *why)
{
	struct buf path CLEANUP_BUF = BUF(PEER_PATH_MAX), body CLEANUP_BUF = BUF(64 * KIB);
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct pull *p = a->r->p;
	uint64_t to;
	int rc = list_wants(a, &to, why);

	*ret_end = rc < 0 || to == UINT64_MAX;
	if (rc < 0 || *ret_end)
		return rc;
	if (a->n == 0) {
		a->from = to;
		return 0;
	}
	peer_path_print(&path, &(struct peer_path){.resource = PEER_PAYLOADS,
				       .coalition = a->log.id.coalition,
				       .log = a->log.id});
	payload_request_print(&body, a->seq, a->n);
	MUST(!buf_over(&path) && !buf_over(&body));
	rc = pull_post(a->r, buf_cstr(&path), buf_slice(&body), LIMIT_PEER_ANSWER, &answer, why);
	if (rc == E_MISSING) {
		*ret_end = true; /* the partner does not follow this log */
		return 0;
	}
	if (rc == E_NET)
		ask_fewer(p, a->n);
	if (rc < 0 || (rc = take_answer(a, buf_slice(&answer), why)) < 0)
		return rc;
	ask_more(p);
	/* A partner that looks at nothing is not asked again. */
	*ret_end = a->next <= a->seq[0];
	a->from = a->next < to ? a->next : to;
	return 0;
}

/*
 * What an author may give follows from this node's standing. When that has changed, and once after each start, the newest of what was denied is asked
 * for again.
 */
#define ASK_AGAIN_MAX 4096

static struct hash own_standing(const struct world *w)
{
	const struct standing_party *me = standing_find(&w->standing, &w->node->self);
	uint8_t flags[2] = {1, w->self_is_member};
	struct slice pieces[] = {slice_of(flags, sizeof(flags)),
		slice_of(me != NULL ? &me->leaf : NULL, me != NULL ? sizeof(me->leaf) : 0),
		slice_of(me != NULL ? me->suspended_by : NULL,
			me != NULL ? me->n_suspended_by * sizeof(struct id) : 0)};

	return hash_of(pieces, 3);
}

static int ask_again(struct round *r, const struct log *log, struct why *why)
{
	struct stmt *s;
	int rc = db_begin(r->db, why);

	if (rc < 0)
		return rc;
	s = db_stmt(r->db,
		"UPDATE want SET next_ms = 0 WHERE log = $1 AND seq IN "
		"(SELECT w.seq FROM want w WHERE w.log = $1 ORDER BY w.seq DESC LIMIT $2)");
	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, ASK_AGAIN_MAX);
	if ((rc = db_run(s, why)) < 0) {
		db_rollback(r->db);
		return rc;
	}
	return db_commit(r->db, why);
}

static uint64_t cursor_get(const struct pull *p, int64_t row)
{
	return (uint64_t)(uintptr_t)map_get(&p->wants, slice_of((uint8_t *)&row, sizeof(row)));
}

static void cursor_set(struct pull *p, int64_t row, uint64_t from)
{
	struct slice key = slice_of((uint8_t *)&row, sizeof(row));

	if (from == 0)
		(void)map_del(&p->wants, key);
	else
		(void)map_put(&p->wants, key, (void *)(uintptr_t)from);
}

/*
 * All that is wanted of one log, and once more if something came: it may have made something else due, a release above all.
 */
static int ask_through(struct asking *a, struct why *why)
{
	bool bounded = !a->author && !a->r->p->o.transport.carried, end = false;
	struct round *r = a->r;
	unsigned vain = 0;
	uint64_t before;
	int rc = 0;

	a->from = bounded ? cursor_get(r->p, a->log.row) : 0;
	do {
		before = r->res.payloads;
		for (end = false; rc >= 0 && !end && vain < VAIN_QUESTIONS;) {
			uint64_t got = r->res.payloads;

			rc = ask_once(a, &end, why);
			if (bounded)
				vain = r->res.payloads > got ? 0 : vain + 1;
		}
		if (bounded)
			cursor_set(r->p, a->log.row, end ? 0 : a->from);
		a->from = 0;
	} while (rc >= 0 && end && r->res.payloads > before);
	return rc;
}

static int ask_log(struct round *r, const struct log *log, bool changed, struct why *why)
{
	struct asking *a = arena_new(&r->arena, struct asking);
	int rc = 0;

	*a = (struct asking){.r = r, .log = *log, .arena = ARENA(1 * MIB)};
	a->author = id_eq(&log->id.member, &r->p->o.peer);
	if (a->author && changed && !r->p->o.transport.carried)
		rc = ask_again(r, log, why);
	if (rc >= 0)
		rc = ask_through(a, why);
	arena_free(&a->arena);
	return rc;
}

int pull_payloads(struct round *r, struct why *why)
{
	struct hash standing = r->knows ? own_standing(&r->w) : r->p->own_standing;
	bool changed = !hash_eq(&standing, &r->p->own_standing);
	struct log *log;
	size_t n;
	int rc = db_begin_read(r->db, why);

	if (rc < 0)
		return rc;
	rc = world_logs(&r->w, r->db, &r->arena, &log, &n, why);
	db_rollback(r->db);
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		struct why one = {0};

		if (id_eq(&log[i].id.member, &r->node->self))
			continue;
		rc = ask_log(r, &log[i], changed, &one);
		/* What is wrong with one log's contents ends that log's only. */
		if (rc == E_VERIFY || rc == E_SYNTAX || rc == E_LIMIT || rc == E_INVALID) {
			round_fail(r, RECEIPT_PAYLOAD, &one);
			rc = 0;
		} else if (rc < 0) {
			*why = one;
		}
	}
	if (rc >= 0)
		r->p->own_standing = standing;
	return rc < 0 ? rc : 0;
}
