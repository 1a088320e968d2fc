/* relax.c: the relaxation of the whole: its bound, what lift and burden cost in it, how the parts share them, and which arcs it has a use for. */
#include "base/report.h"
#include "work/response/plan/plan_int.h"

#include <math.h>

#define NAME_BYTES 32
/* The relaxation's own tolerance. */
#define NOTHING 1e-7

static double column(const struct solver_answer *a, bool cost, char what, size_t i)
{
	char text[NAME_BYTES];

	snprintf(text, NAME_BYTES, "%c%zu", what, i);
	return cost ? solver_cost(a, text) : solver_value(a, text);
}

/* What the part takes of lift and money there, rounded down, so that all parts together take no more than there is. */
static void usage_read(const struct plan_problem *p, const struct plan_arcs *a,
	const struct part *part, const struct solver_answer *answer, const struct relaxed *r,
	struct usage *ret)
{
	double lift[PLAN_LIFTS_MAX] = {0}, cost[PLAN_MEMBERS_MAX] = {0};

	MUST(p->n_lift <= PLAN_LIFTS_MAX);
	for (size_t i = 0; i < part->n_arc; i++) {
		const struct plan_arc *arc = &a->arc[part->arc[i]];
		double units = r->value[part->arc[i]];
		if (arc->lift < p->n_lift)
			lift[arc->lift] += units * (double)arc->lift_kg;
		cost[p->lot[arc->lot].member] += units * (double)arc->unit_cost;
	}
	for (size_t i = 0; i < part->n_lot; i++) {
		const struct plan_lot *k = &p->lot[part->lot[i]];
		cost[k->member] += (double)k->mobilisation *
				   (k->group ? column(answer, false, 'z', (size_t)k->group)
					     : column(answer, false, 'y', part->lot[i]));
	}
	for (size_t i = 0; i < p->n_lift; i++)
		ret->lift[i] = (int64_t)floor(lift[i]);
	for (size_t i = 0; i < p->n_member; i++)
		ret->cost[i] = (int64_t)floor(cost[i]);
}

void relaxed_make(const struct plan_problem *p, const struct plan_arcs *a, size_t parts,
	struct arena *arena, struct relaxed *ret)
{
	ret->value = arena_array(arena, double, a->n + 1);
	ret->cost = arena_array(arena, double, a->n + 1);
	ret->usage = arena_array(arena, struct usage, parts + 1);
	for (size_t i = 0; i < parts; i++) {
		ret->usage[i].lift = arena_array(arena, int64_t, p->n_lift + 1);
		ret->usage[i].cost = arena_array(arena, int64_t, p->n_member + 1);
	}
}

void relaxed_values(const struct plan_problem *p, const struct plan_arcs *a,
	const struct part *part, size_t parts, const struct solver_answer *answer,
	struct relaxed *io)
{
	for (size_t i = 0; i < a->n; i++)
		io->value[i] = fmax(0, column(answer, false, 'x', i));
	for (size_t i = 0; i < parts; i++)
		usage_read(p, a, &part[i], answer, io, &io->usage[i]);
}

void relaxed_part(const struct part *part, const struct solver_answer *answer, struct relaxed *io)
{
	for (size_t i = 0; i < part->n_arc; i++) {
		io->value[part->arc[i]] = fmax(0, column(answer, false, 'x', part->arc[i]));
		io->cost[part->arc[i]] = column(answer, true, 'x', part->arc[i]);
	}
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void relaxed_kernel(const struct relaxed *r, const struct part *part, unsigned percent,
	const int64_t *take, struct arena *arena, struct part *ret)
{
	double *cost = arena_array(arena, double, part->n_arc + 1);
	uint32_t *arc = arena_array(arena, uint32_t, part->n_arc + 1);
	size_t used = 0, n = 0;

	for (size_t i = 0; i < part->n_arc; i++) {
		cost[i] = r->cost[part->arc[i]];
		used += r->value[part->arc[i]] > NOTHING;
	}
	qsort(cost, part->n_arc, sizeof(*cost), by_number);
	size_t want = used * percent / 100;
	double most = want < part->n_arc ? cost[want] : INFINITY;
	for (size_t i = 0; i < part->n_arc; i++) {
		uint32_t j = part->arc[i];
		if (r->value[j] > NOTHING || r->cost[j] <= most || (take && take[j]))
			arc[n++] = j;
	}
	*ret = *part;
	ret->arc = arc;
	ret->n_arc = n;
}
