/* greedy.c: a package at once. Lines by weight, then hour; for each the lots that come soonest, then cost least for what they do. */
#include "work/response/plan/plan_int.h"

struct by {
	const struct plan_problem *p;
	const struct plan_arcs *a;
};

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int line_order(const void *a, const void *b, void *ctx)
{
	const struct plan_problem *p = ctx;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	int c = compare(p->line[j].weight, p->line[i].weight);

	if (c == 0)
		c = compare(p->line[i].needed_by_ms, p->line[j].needed_by_ms);
	return c ? c : compare(i, j);
}

/* What one thousandth costs, mobilisation spread over the lot. */
static int64_t dearness(const struct plan_problem *p, const struct plan_arc *a)
{
	const struct plan_lot *k = &p->lot[a->lot];
	int64_t units = k->quantity > 0 ? k->quantity : 1;

	return (a->unit_cost + k->mobilisation / units) * PLAN_EFFECT / a->effect;
}

static int arc_order(const void *a, const void *b, void *ctx)
{
	const struct by *by = ctx;
	const struct plan_arc *x = &by->a->arc[*(const uint32_t *)a],
			      *y = &by->a->arc[*(const uint32_t *)b];
	int c = compare(x->late_minutes, y->late_minutes);

	if (c == 0)
		c = compare(dearness(by->p, x), dearness(by->p, y));
	return c ? c : compare(x - by->a->arc, y - by->a->arc);
}

/* Units that are still wanted of a line, in units of this arc. */
static int64_t wanted(const struct tally *t, const struct plan_arc *a)
{
	int64_t open = t->p->line[a->line].quantity * PLAN_EFFECT - t->covered[a->line];

	return open <= 0 ? 0 : (open + a->effect - 1) / a->effect;
}

static void take(struct tally *t, size_t arc)
{
	const struct plan_arc *a = &t->a->arc[arc];
	const struct plan_lot *k = &t->p->lot[a->lot];
	int64_t want = wanted(t, a);

	if (want == 0 || k->group)
		return;
	/* A lot that goes only in some size goes with all of it, even if that is more than is wanted. */
	if (t->lot[a->lot] == 0 && want < k->min_lot)
		want = k->min_lot;
	int64_t units = tally_room(t, arc, want);
	if (units > 0 && t->lot[a->lot] + units >= k->min_lot)
		tally_add(t, arc, units);
}

/* The arcs of a line stand together. */
static void span_of(const struct plan_arcs *a, size_t line, size_t *ret_from, size_t *ret_to)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (a->arc[mid].line < line)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_from = low;
	while (low < a->n && a->arc[low].line == line)
		low++;
	*ret_to = low;
}

static void serve(struct tally *t, size_t line, struct arena *arena)
{
	struct by by = {t->p, t->a};
	size_t from, to;

	span_of(t->a, line, &from, &to);
	uint32_t *order = arena_array(arena, uint32_t, to - from + 1);
	for (size_t i = from; i < to; i++)
		order[i - from] = (uint32_t)i;
	qsort_r(order, to - from, sizeof(*order), arc_order, &by);
	for (size_t i = 0; i < to - from; i++)
		take(t, order[i]);
	/* Too few to be of use: none. A lot's first units are all of its smallest size, so what others took of it still is one. */
	if (t->covered[line] < t->p->line[line].min_useful * PLAN_EFFECT)
		for (size_t i = from; i < to; i++)
			if (t->take[i])
				tally_add(t, i, -t->take[i]);
}

void greedy_part(struct tally *t, const struct part *part, struct arena *arena)
{
	uint32_t *order = arena_array(arena, uint32_t, part->n_line + 1);

	for (size_t i = 0; i < part->n_line; i++)
		order[i] = part->line[i];
	qsort_r(order, part->n_line, sizeof(*order), line_order, (void *)(uintptr_t)t->p);
	for (size_t i = 0; i < part->n_line; i++)
		serve(t, order[i], arena);
}

/* ---- offers that are taken whole ---- */

/* The arc by which all of a lot can go where most of it is wanted; n: none. */
static size_t whole_arc(const struct tally *t, size_t lot)
{
	size_t best = t->a->n;
	int64_t most = 0;

	for (size_t i = 0; i < t->a->n; i++) {
		const struct plan_arc *a = &t->a->arc[i];
		if (a->lot != lot)
			continue;
		int64_t q = t->p->lot[lot].quantity, open = wanted(t, a);
		if (open > 0 && tally_room(t, i, q) == q &&
			t->covered[a->line] + q * a->effect >=
				t->p->line[a->line].min_useful * PLAN_EFFECT &&
			(open < q ? open : q) * a->effect > most) {
			best = i;
			most = (open < q ? open : q) * a->effect;
		}
	}
	return best;
}

/* All of its lots, or none. */
static void group_take(struct tally *t, int64_t group, struct arena *arena)
{
	size_t *taken = arena_array(arena, size_t, t->p->n_lot + 1), n = 0;
	bool whole = true;

	for (size_t k = 0; whole && k < t->p->n_lot; k++) {
		if (t->p->lot[k].group != group)
			continue;
		size_t arc = whole_arc(t, k);
		whole = arc < t->a->n;
		if (whole) {
			tally_add(t, arc, t->p->lot[k].quantity);
			taken[n++] = arc;
		}
	}
	while (!whole && n-- > 0)
		tally_add(t, taken[n], -t->take[taken[n]]);
}

static void groups_take(struct tally *t, struct arena *arena)
{
	int64_t *seen = arena_array(arena, int64_t, t->p->n_lot + 1);
	size_t n = 0;

	for (size_t k = 0; k < t->p->n_lot; k++) {
		bool known = t->p->lot[k].group == 0;
		for (size_t i = 0; !known && i < n; i++)
			known = seen[i] == t->p->lot[k].group;
		if (known)
			continue;
		seen[n++] = t->p->lot[k].group;
		group_take(t, t->p->lot[k].group, arena);
	}
}

/* ---- the bound that needs no solver: each line alone, with all lots for itself ---- */

static int64_t bound_of(const struct plan_problem *p, const struct plan_arcs *a)
{
	int64_t bound = 0;
	size_t i = 0;

	for (size_t line = 0; line < p->n_line; line++) {
		int64_t most = 0, best = 0, open;
		for (; i < a->n && a->arc[i].line == line; i++) {
			best = a->arc[i].effect > best ? a->arc[i].effect : best;
			if (i + 1 == a->n || a->arc[i + 1].line != line ||
				a->arc[i + 1].lot != a->arc[i].lot) {
				most += best * p->lot[a->arc[i].lot].quantity;
				best = 0;
			}
		}
		open = p->line[line].quantity * PLAN_EFFECT - most;
		if (open > 0)
			bound += open * score_unmet(p, &p->line[line]);
	}
	return bound;
}

int plan_greedy(const struct plan_problem *p, const struct plan_arcs *a, struct arena *arena,
	struct plan_package *ret, struct why *why)
{
	struct plan_package k = {.n_arc = a->n, .how = PLAN_DRAFT};
	struct part all;
	struct tally t;

	tally_make(&t, p, a, arena);
	part_whole(p, a, arena, &all);
	greedy_part(&t, &all, arena);
	groups_take(&t, arena);
	k.take = t.take;
	k.bound = bound_of(p, a);
	int rc = plan_check(p, a, k.take, arena, &k.value, why);
	if (rc < 0)
		return rc;
	*ret = k;
	return 0;
}
