/* tally.c: what is taken and what is left, while a package is put together. */
#include "base/report.h"
#include "work/response/plan/plan_int.h"

void tally_make(struct tally *t, const struct plan_problem *p, const struct plan_arcs *a,
	struct arena *arena)
{
	*t = (struct tally){.p = p, .a = a};
	t->take = arena_array(arena, int64_t, a->n + 1);
	t->lot = arena_array(arena, int64_t, p->n_lot + 1);
	t->cap = arena_array(arena, int64_t, a->n_cap + 1);
	t->lift = arena_array(arena, int64_t, p->n_lift + 1);
	t->covered = arena_array(arena, int64_t, p->n_line + 1);
	t->cost = arena_array(arena, int64_t, p->n_member + 1);
	t->served_by = arena_array(arena, uint64_t, p->n_line + 1);
	t->by_member = arena_array(arena, int64_t, p->n_line * p->n_member + 1);
	t->caps_of = arena_array(arena, uint32_t *, p->n_lot + 1);
	t->n_caps_of = arena_array(arena, uint32_t, p->n_lot + 1);
	for (size_t c = 0; c < a->n_cap; c++)
		for (size_t i = 0; i < a->cap[c].n; i++)
			t->n_caps_of[a->cap[c].lot[i]]++;
	for (size_t k = 0; k < p->n_lot; k++) {
		t->caps_of[k] = arena_array(arena, uint32_t, t->n_caps_of[k] + 1);
		t->n_caps_of[k] = 0;
	}
	for (size_t c = 0; c < a->n_cap; c++)
		for (size_t i = 0; i < a->cap[c].n; i++) {
			uint32_t k = a->cap[c].lot[i];
			t->caps_of[k][t->n_caps_of[k]++] = (uint32_t)c;
		}
}

void tally_add(struct tally *t, size_t arc, int64_t units)
{
	const struct plan_arc *a = &t->a->arc[arc];
	const struct plan_lot *k = &t->p->lot[a->lot];
	int64_t *there = &t->by_member[a->line * t->p->n_member + k->member];
	bool went = t->lot[a->lot] > 0;

	t->take[arc] += units;
	t->lot[a->lot] += units;
	MUST(t->take[arc] >= 0 && t->lot[a->lot] >= 0);
	for (uint32_t i = 0; i < t->n_caps_of[a->lot]; i++)
		t->cap[t->caps_of[a->lot][i]] += units;
	if (a->lift < t->p->n_lift)
		t->lift[a->lift] += units * a->lift_kg;
	t->covered[a->line] += units * a->effect;
	t->cost[k->member] += units * a->unit_cost;
	if (went != (t->lot[a->lot] > 0))
		t->cost[k->member] += went ? -k->mobilisation : k->mobilisation;
	*there += units;
	if (*there > 0)
		t->served_by[a->line] |= UINT64_C(1) << k->member;
	else
		t->served_by[a->line] &= ~(UINT64_C(1) << k->member);
}

static int64_t less(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* May this member serve this line beside those that do already? */
static bool may_join(
	const struct tally *t, const struct plan_line *l, uint64_t there, size_t member)
{
	const struct plan_problem *p = t->p;

	if (there & UINT64_C(1) << member)
		return true;
	if (l->max_contributors && __builtin_popcountll(there) >= l->max_contributors)
		return false;
	for (size_t o = 0; o < p->n_member; o++) {
		if (!(there & UINT64_C(1) << o))
			continue;
		for (size_t i = 0; i < p->member[member].n_not_with; i++)
			if (slice_eq(p->member[member].not_with[i], p->member[o].label))
				return false;
		for (size_t i = 0; i < p->member[o].n_not_with; i++)
			if (slice_eq(p->member[o].not_with[i], p->member[member].label))
				return false;
	}
	return true;
}

int64_t tally_room(const struct tally *t, size_t arc, int64_t want)
{
	const struct plan_arc *a = &t->a->arc[arc];
	const struct plan_lot *k = &t->p->lot[a->lot];

	if (!may_join(t, &t->p->line[a->line], t->served_by[a->line], k->member))
		return 0;
	want = less(want, k->quantity - t->lot[a->lot]);
	for (uint32_t i = 0; i < t->n_caps_of[a->lot]; i++) {
		uint32_t c = t->caps_of[a->lot][i];
		want = less(want, t->a->cap[c].max - t->cap[c]);
	}
	if (a->lift < t->p->n_lift)
		want = less(want, (t->p->lift[a->lift].kg - t->lift[a->lift]) / a->lift_kg);
	return want > 0 ? want : 0;
}
