/* part.c: parts of the problem that share nothing but lift and burden: connected by arcs, caps, and offers that are taken whole. */
#include "work/response/plan/plan_int.h"

static uint32_t root(uint32_t *up, uint32_t i)
{
	while (up[i] != i) {
		up[i] = up[up[i]];
		i = up[i];
	}
	return i;
}

static void join(uint32_t *up, uint32_t a, uint32_t b)
{
	a = root(up, a);
	b = root(up, b);
	/* The lower one stays on top, so that parts come in the same order everywhere. */
	if (a < b)
		up[b] = a;
	else
		up[a] = b;
}

static void join_all(
	const struct plan_problem *p, const struct plan_arcs *a, uint32_t *up, uint32_t *of_group)
{
	uint32_t lots = (uint32_t)p->n_line;

	for (size_t i = 0; i < a->n; i++)
		join(up, a->arc[i].line, lots + a->arc[i].lot);
	for (size_t c = 0; c < a->n_cap; c++)
		for (size_t i = 1; i < a->cap[c].n; i++)
			join(up, lots + a->cap[c].lot[0], lots + a->cap[c].lot[i]);
	for (size_t k = 0; k < p->n_lot; k++)
		of_group[k] = (uint32_t)k;
	for (size_t k = 0; k < p->n_lot; k++)
		for (size_t o = 0; p->lot[k].group && o < k; o++)
			if (p->lot[o].group == p->lot[k].group) {
				join(up, lots + (uint32_t)k, lots + (uint32_t)o);
				break;
			}
}

static int heavier(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->line[0] > y->line[0]) - (x->line[0] < y->line[0]);
}

void parts_make(const struct plan_problem *p, const struct plan_arcs *a, struct arena *arena,
	struct part **ret, size_t *ret_n)
{
	size_t nodes = p->n_line + p->n_lot, n = 0;
	uint32_t *up = arena_array(arena, uint32_t, nodes + 1),
		 *part_of = arena_array(arena, uint32_t, nodes + 1),
		 *scratch = arena_array(arena, uint32_t, p->n_lot + 1);
	struct part *part = arena_array(arena, struct part, p->n_line + 1);

	for (size_t i = 0; i < nodes; i++)
		up[i] = (uint32_t)i;
	join_all(p, a, up, scratch);
	/* A line is the lowest of its part, so each part with a line is numbered by one. */
	for (size_t l = 0; l < p->n_line; l++) {
		uint32_t r = root(up, (uint32_t)l);
		if (r == l)
			part_of[r] = (uint32_t)n++;
		struct part *t = &part[part_of[r]];
		t->n_line++;
		t->weight += p->line[l].weight;
	}
	for (size_t i = 0; i < a->n; i++)
		part[part_of[root(up, a->arc[i].line)]].n_arc++;
	for (size_t k = 0; k < p->n_lot; k++) {
		uint32_t r = root(up, (uint32_t)(p->n_line + k));
		if (r < p->n_line)
			part[part_of[r]].n_lot++;
	}
	for (size_t i = 0; i < n; i++) {
		part[i].line = arena_array(arena, uint32_t, part[i].n_line + 1);
		part[i].arc = arena_array(arena, uint32_t, part[i].n_arc + 1);
		part[i].lot = arena_array(arena, uint32_t, part[i].n_lot + 1);
		part[i].n_line = part[i].n_arc = part[i].n_lot = 0;
	}
	for (size_t l = 0; l < p->n_line; l++) {
		struct part *t = &part[part_of[root(up, (uint32_t)l)]];
		t->line[t->n_line++] = (uint32_t)l;
	}
	for (size_t i = 0; i < a->n; i++) {
		struct part *t = &part[part_of[root(up, a->arc[i].line)]];
		t->arc[t->n_arc++] = (uint32_t)i;
	}
	for (size_t k = 0; k < p->n_lot; k++) {
		uint32_t r = root(up, (uint32_t)(p->n_line + k));
		if (r < p->n_line) {
			struct part *t = &part[part_of[r]];
			t->lot[t->n_lot++] = (uint32_t)k;
		}
	}
	qsort(part, n, sizeof(*part), heavier);
	*ret = part;
	*ret_n = n;
}

static uint32_t *counted(struct arena *arena, size_t n)
{
	uint32_t *list = arena_array(arena, uint32_t, n + 1);

	for (size_t i = 0; i < n; i++)
		list[i] = (uint32_t)i;
	return list;
}

void part_whole(const struct plan_problem *p, const struct plan_arcs *a, struct arena *arena,
	struct part *ret)
{
	*ret = (struct part){.arc = counted(arena, a->n),
		.line = counted(arena, p->n_line),
		.lot = counted(arena, p->n_lot),
		.n_arc = a->n,
		.n_line = p->n_line,
		.n_lot = p->n_lot};
}
