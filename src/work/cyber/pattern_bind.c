/*
 * pattern_bind.c: which instances of which observations fulfil the whole pattern: a search over the program of pattern_plan.c.
 *
 * Invariants of the search:
 *  1. used[i] is what all choices on the stack take of observation i; it never exceeds its number_observed.
 *  2. A scope's `first` is the latest first_observed and `last` the earliest last_observed of what was picked inside. Instants can
 *     be chosen to fit WITHIN d iff first - last <= d, and for FOLLOWEDBY iff the left's first <= the right's last. Both only
 *     get harder as picks are added, so a choice that breaks one is given up at once.
 *  3. Undoing the topmost choice restores used[] and the scopes exactly: `trail` holds what was there.
 *
 * Candidates of a pick stand in order of their first time. A dead end that can be seen by counting is seen by counting: if what is left,
 * or what lies in the window, has not enough instances, nothing further is tried.
 */
#include "work/cyber/pattern_int.h"

struct bounds {
	bool any;
	struct pattern_time first, last;
};

struct undo {
	size_t scope;
	struct bounds was;
};

struct choice {
	size_t op;
	size_t candidate; /* index in the leaf's set; of an ALT: 0 */
	uint64_t need;	  /* before this choice */
	uint64_t took;
	size_t trail; /* length before */
};

struct search {
	struct pattern *p;
	const struct observed *seen;
	const struct leaf_set *set;
	uint64_t *used;		  /* owned */
	struct bounds *scope;	  /* owned */
	size_t *first_of;	  /* owned: candidate that a pick op began with */
	VEC(struct choice) stack; /* owned */
	VEC(struct undo) trail;	  /* owned */
	uint64_t tried;
	bool greedy; /* no two picks compete for an observation: taking less of it helps nobody */
};

static void note(struct search *s, size_t scope, const struct observation *o)
{
	struct bounds *b = &s->scope[scope];
	struct undo u = {scope, *b};

	vec_push(&s->trail, u);
	if (!b->any || pattern_time_cmp(o->first, b->first) > 0)
		b->first = o->first;
	if (!b->any || pattern_time_cmp(o->last, b->last) < 0)
		b->last = o->last;
	b->any = true;
}

static void undo_to(struct search *s, size_t length)
{
	while (s->trail.n > length) {
		struct undo u = s->trail.p[--s->trail.n];

		s->scope[u.scope] = u.was;
	}
}

static bool passes(const struct plan_filter *f, const struct observation *o)
{
	for (; f; f = f->up)
		if (pattern_time_cmp(f->start, f->stop) >= 0 ||
			pattern_time_cmp(o->first, f->stop) >= 0 ||
			pattern_time_cmp(o->last, f->start) < 0)
			return false;
	return true;
}

/* True if `o` may be picked inside `scope` and all around it, as things stand. */
static bool fits(const struct search *s, size_t scope, const struct observation *o)
{
	for (; scope != SIZE_MAX; scope = s->p->scope.p[scope].up) {
		const struct plan_scope *ps = &s->p->scope.p[scope];
		const struct bounds *b = &s->scope[scope];

		if (ps->within && b->any &&
			(!pattern_time_within(o->first, b->last, ps->duration) ||
				!pattern_time_within(b->first, o->last, ps->duration)))
			return false;
		for (size_t before = ps->before; before != SIZE_MAX;
			before = s->p->scope.p[before].before)
			if (s->scope[before].any &&
				pattern_time_cmp(s->scope[before].first, o->last) > 0)
				return false;
	}
	return true;
}

/* One past the last candidate whose first time can still fit the windows around `op`. */
static size_t window_end(const struct search *s, const struct plan_op *op)
{
	const struct leaf_set *set = &s->set[op->leaf];
	size_t end = set->n;

	for (size_t scope = op->scope; scope != SIZE_MAX; scope = s->p->scope.p[scope].up) {
		const struct plan_scope *ps = &s->p->scope.p[scope];
		size_t low = 0, high = end;

		if (!ps->within || !s->scope[scope].any)
			continue;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			const struct observation *o = &s->seen->observation.p[set->at[mid]];

			if (pattern_time_within(o->first, s->scope[scope].last, ps->duration))
				low = mid + 1;
			else
				high = mid;
		}
		end = low;
	}
	return end;
}

/* Takes `candidate` for `op` if it can be; true and the choice on the stack, or false. */
static bool take(struct search *s, size_t at, size_t candidate, uint64_t need, uint64_t most)
{
	const struct plan_op *op = &s->p->op.p[at];
	size_t i = s->set[op->leaf].at[candidate];
	const struct observation *o = &s->seen->observation.p[i];
	struct choice c = {at, candidate, need, 0, s->trail.n};
	uint64_t free_now = o->number - s->used[i];

	c.took = need < free_now ? need : free_now;
	if (c.took > most)
		c.took = most;
	if (c.took == 0 || !passes(op->filter, o) || !fits(s, op->scope, o))
		return false;
	for (size_t scope = op->scope; scope != SIZE_MAX; scope = s->p->scope.p[scope].up)
		note(s, scope, o);
	s->used[i] += c.took;
	vec_push(&s->stack, c);
	return true;
}

/* Looks for a candidate of `at` from `from` on. */
static bool pick(struct search *s, size_t at, size_t from, uint64_t need)
{
	const struct plan_op *op = &s->p->op.p[at];
	const struct leaf_set *set = &s->set[op->leaf];
	size_t end = window_end(s, op);

	for (size_t i = from; i < end; i++) {
		s->tried++;
		if (set->room[end] - set->room[i] < need || s->tried > LIMIT_PATTERN_BINDINGS)
			return false;
		if (take(s, at, i, need, UINT64_MAX)) {
			if (need == op->times)
				s->first_of[at] = i;
			return true;
		}
	}
	return false;
}

/* Takes back choices until one has another way to go: the op and state to go on with, or false. */
static bool back(struct search *s, size_t *ret_op, uint64_t *ret_need, size_t *ret_from)
{
	while (s->stack.n) {
		struct choice c = s->stack.p[--s->stack.n];
		const struct plan_op *op = &s->p->op.p[c.op];

		if (op->kind == PLAN_ALT) {
			*ret_op = op->to;
			*ret_need = 0;
			return true;
		}
		s->used[s->set[op->leaf].at[c.candidate]] -= c.took;
		undo_to(s, c.trail);
		s->tried++;
		if (c.took > 1 && !s->greedy && take(s, c.op, c.candidate, c.need, c.took - 1)) {
			struct choice *again = &s->stack.p[s->stack.n - 1];

			*ret_op = c.op;
			*ret_need = again->need - again->took;
			*ret_from = c.candidate + 1;
			return true;
		}
		*ret_op = c.op;
		*ret_need = c.need;
		*ret_from = c.candidate + 1;
		return true;
	}
	return false;
}

/* Runs the program to its end: true if it gets there. */
static bool run(struct search *s)
{
	size_t at = 0, from = 0;
	uint64_t need = 0; /* 0: the op begins */

	while (at < s->p->op.n) {
		const struct plan_op *op = &s->p->op.p[at];
		struct choice fork = {.op = at, .trail = s->trail.n};

		if (s->tried > LIMIT_PATTERN_BINDINGS)
			return false;
		if (op->kind == PLAN_JUMP) {
			at = op->to;
			continue;
		}
		if (op->kind == PLAN_ALT) {
			vec_push(&s->stack, fork);
			at++;
			continue;
		}
		if (need == 0) {
			need = op->times;
			from = op->like == SIZE_MAX ? 0 : s->first_of[op->like];
		}
		if (pick(s, at, from, need)) {
			const struct choice *c = &s->stack.p[s->stack.n - 1];

			need = c->need - c->took;
			from = c->candidate + 1;
		} else if (!back(s, &at, &need, &from)) {
			return false;
		} else {
			continue;
		}
		at += need == 0;
	}
	return true;
}

static int cmp_index(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void tell(struct search *s, struct pattern_verdict *ret)
{
	size_t n = 0;

	mem_free(s->p->at);
	s->p->at = mem_zero_alloc(s->stack.n + 1, sizeof(*s->p->at));
	for (size_t i = 0; i < s->stack.n; i++) {
		const struct plan_op *op = &s->p->op.p[s->stack.p[i].op];

		if (op->kind == PLAN_PICK)
			s->p->at[n++] = s->set[op->leaf].at[s->stack.p[i].candidate];
	}
	if (n > 1)
		qsort(s->p->at, n, sizeof(*s->p->at), cmp_index);
	ret->at = s->p->at;
	for (size_t i = 0; i < n; i++)
		if (ret->n == 0 || s->p->at[ret->n - 1] != s->p->at[i])
			s->p->at[ret->n++] = s->p->at[i];
}

int pattern_bind(struct pattern *p, const struct observed *seen, const struct leaf_set *set,
	struct pattern_verdict *ret, struct why *why)
{
	struct search s = {.p = p, .seen = seen, .set = set, .greedy = p->op.n == 1};
	int rc = 0;

	s.used = mem_zero_alloc(seen->observation.n + 1, sizeof(*s.used));
	s.scope = mem_zero_alloc(p->scope.n + 1, sizeof(*s.scope));
	s.first_of = mem_zero_alloc(p->op.n + 1, sizeof(*s.first_of));
	ret->matched = run(&s);
	if (ret->matched)
		tell(&s, ret);
	else if (s.tried > LIMIT_PATTERN_BINDINGS)
		rc = why_set(why, E_LIMIT, "",
			"more than %d combinations of observations would have to be tried",
			LIMIT_PATTERN_BINDINGS);
	vec_free(&s.stack);
	vec_free(&s.trail);
	mem_free(s.used);
	mem_free(s.scope);
	mem_free(s.first_of);
	return rc;
}
