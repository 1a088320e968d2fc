/*
 * pattern_plan.c: the observation part of a pattern as a straight program of picks.
 *
 * Each [ ] becomes a pick of so many instances; REPEATS around more than one [ ] is written out; OR is a fork. WITHIN and each side of a FOLLOWEDBY
 * is a scope, whose latest "first" and earliest "last" decide whether instants can be chosen that fit. So the search (pattern_bind.c) needs neither
 * recursion nor a tree.
 */
#include "work/cyber/pattern_int.h"

struct planner {
	struct pattern *p;
	struct why *why;
};

static int emit(struct planner *pl, struct plan_op op, size_t *ret_at)
{
	if (pl->p->op.n >= LIMIT_PATTERN_OPS)
		return why_set(pl->why, E_LIMIT, "",
			"the pattern repeats more than %d observations", LIMIT_PATTERN_OPS);
	*ret_at = pl->p->op.n;
	vec_push(&pl->p->op, op);
	return 0;
}

static size_t new_scope(struct planner *pl, struct plan_scope scope)
{
	vec_push(&pl->p->scope, scope);
	return pl->p->scope.n - 1;
}

/* Where the code that is made goes to. */
struct place {
	size_t scope;
	const struct plan_filter *filter;
	uint64_t times;
};

static int plan(struct planner *pl, const struct seen *x, struct place in);

static int plan_or(struct planner *pl, const struct seen *x, struct place in)
{
	size_t *jump = arena_try(&pl->p->arena, x->n * sizeof(*jump)), fork = 0;
	int rc = jump ? 0 : why_set(pl->why, E_LIMIT, "", "the pattern is too large");

	for (size_t i = 0; i < x->n && rc == 0; i++) {
		if (i + 1 < x->n)
			rc = emit(pl, (struct plan_op){.kind = PLAN_ALT}, &fork);
		if (rc == 0)
			rc = plan(pl, x->part[i], in);
		if (rc == 0 && i + 1 < x->n) {
			rc = emit(pl, (struct plan_op){.kind = PLAN_JUMP}, &jump[i]);
			pl->p->op.p[fork].to = pl->p->op.n;
		}
	}
	for (size_t i = 0; i + 1 < x->n && rc == 0; i++)
		pl->p->op.p[jump[i]].to = pl->p->op.n;
	return rc;
}

static int plan_then(struct planner *pl, const struct seen *x, struct place in)
{
	size_t before = SIZE_MAX, up = in.scope;
	int rc = 0;

	for (size_t i = 0; i < x->n && rc == 0; i++) {
		before = in.scope = new_scope(pl, (struct plan_scope){.up = up, .before = before});
		rc = plan(pl, x->part[i], in);
	}
	return rc;
}

/* Rounds are alike, so only those are tried whose first picks do not go back: no order is tried twice. */
static int plan_rounds(struct planner *pl, const struct seen *x, struct place in)
{
	size_t last = SIZE_MAX;
	int rc = 0;

	for (uint64_t i = 0; i < x->times && rc == 0; i++) {
		size_t at = pl->p->op.n;

		rc = plan(pl, x->part[0], in);
		if (rc == 0 && pl->p->op.p[at].kind == PLAN_PICK) {
			pl->p->op.p[at].like = last;
			last = at;
		}
	}
	return rc;
}

/* True if `x` is one [ ] under START/STOP and REPEATS only: then a count does for all rounds. */
static bool is_single(const struct seen *x)
{
	while (x->kind == SEEN_STARTSTOP || x->kind == SEEN_REPEATS)
		x = x->part[0];
	return x->kind == SEEN_ONE;
}

static int plan(struct planner *pl, const struct seen *x, struct place in)
{
	struct plan_filter *f;
	size_t at;
	int rc = 0;

	switch (x->kind) {
	case SEEN_ONE:
		return emit(pl,
			(struct plan_op){.kind = PLAN_PICK,
				.leaf = x->leaf,
				.scope = in.scope,
				.times = in.times,
				.filter = in.filter,
				.like = SIZE_MAX},
			&at);
	case SEEN_OR:
		return plan_or(pl, x, in);
	case SEEN_THEN:
		return plan_then(pl, x, in);
	case SEEN_AND:
		for (size_t i = 0; i < x->n && rc == 0; i++)
			rc = plan(pl, x->part[i], in);
		return rc;
	case SEEN_WITHIN:
		in.scope = new_scope(pl, (struct plan_scope){in.scope, SIZE_MAX, true, x->a});
		return plan(pl, x->part[0], in);
	case SEEN_STARTSTOP:
		f = arena_try(&pl->p->arena, sizeof(*f));
		if (!f)
			return why_set(pl->why, E_LIMIT, "", "the pattern is too large");
		*f = (struct plan_filter){in.filter, x->a, x->b};
		in.filter = f;
		return plan(pl, x->part[0], in);
	case SEEN_REPEATS:
		if (!is_single(x->part[0]))
			return plan_rounds(pl, x, in);
		if (__builtin_mul_overflow(in.times, x->times, &in.times))
			in.times = UINT64_MAX;
		return plan(pl, x->part[0], in);
	}
	return 0;
}

int pattern_plan(struct pattern *p, struct why *why)
{
	struct planner pl = {p, why};

	return plan(&pl, p->root, (struct place){SIZE_MAX, NULL, 1});
}

/* ---- what a list can say ---- */

static bool is_listed(const struct expr *x)
{
	const struct test *t = &x->test;

	if (x->kind == EXPR_AND)
		return false;
	if (x->kind == EXPR_OR) {
		for (size_t i = 0; i < x->n; i++)
			if (!is_listed(x->part[i]))
				return false;
		return true;
	}
	if ((t->op != TEST_EQ && t->op != TEST_IN) || t->not || t->n_value == 0)
		return false;
	for (size_t i = 0; i < t->n_step; i++)
		if (t->step[i].kind != STEP_KEY)
			return false;
	for (size_t i = 0; i < t->n_value; i++)
		if (t->value[i].kind != VALUE_STRING)
			return false;
	return true;
}

static size_t values_of(const struct expr *x, struct arena *a, pattern_value_fn each, void *ctx)
{
	const struct test *t = &x->test;
	struct buf path CLEANUP_BUF = BUF(4 * KIB);
	size_t n = 0;

	if (x->kind != EXPR_TEST) {
		for (size_t i = 0; i < x->n; i++)
			n += values_of(x->part[i], a, each, ctx);
		return n;
	}
	for (size_t i = 0; i < t->n_step; i++) {
		if (i)
			buf_byte(&path, '.');
		buf_slice_add(&path, t->step[i].key);
	}
	for (size_t i = 0; i < t->n_value; i++)
		each(ctx, t->type, buf_slice(&path), t->value[i].text);
	return t->n_value;
}

static bool all_listed(const struct seen *x)
{
	if (x->kind == SEEN_ONE)
		return is_listed(x->expr);
	if (x->kind != SEEN_OR)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!all_listed(x->part[i]))
			return false;
	return true;
}

size_t pattern_values(const struct pattern *p, pattern_value_fn each, void *ctx)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * KIB);
	size_t n = 0;

	if (!all_listed(p->root))
		return 0;
	for (size_t i = 0; i < p->leaf.n; i++)
		n += values_of(p->leaf.p[i], &a, each, ctx);
	return n;
}
