/* dp.c: dynamic program over sets of lots; see model.h. */
#include "base/report.h"
#include "work/procurement/award/model.h"

bool dp_fits(const struct award_model *m)
{
	/* What walks a choice back takes two bytes per bid and set: at most 256 MiB. */
	if (m->n_lot > DP_LOTS_MAX || (uint64_t)m->n_bundle << m->n_lot > 1ULL << 27 || m->n_tier ||
		m->n_rebate || m->min_suppliers > 0 || m->max_suppliers || m->per_supplier ||
		m->third_cap)
		return false;
	for (uint32_t i = 0; i < m->n_nation; i++)
		if (m->nation_cap[i])
			return false;
	for (uint32_t i = 0; i < m->n_supplier; i++)
		if (m->supplier[i].cap || m->supplier[i].capacity)
			return false;
	for (uint32_t i = 0; i < m->n_lot; i++)
		if (m->lot[i].critical || m->lot[i].min_suppliers)
			return false;
	return true;
}

struct cell {
	int64_t cost,
		rank; /* of the cheapest choice that covers exactly this set; cost DP_NONE: there is none */
};
#define DP_NONE INT64_MAX

static bool better(const struct cell *a, const struct cell *b)
{
	return a->cost < b->cost || (a->cost == b->cost && a->rank < b->rank);
}

static uint32_t lots_of(const struct model_bundle *b)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < b->n_lot; i++)
		mask |= 1u << b->lot[i];
	return mask;
}

static int by_group(const void *a, const void *b)
{
	const struct model_bundle *const *x = a, *const *y = b;

	if ((*x)->group != (*y)->group)
		return (*x)->group < (*y)->group ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

/*
 * Groups come one after the other, at most one bid of each: f'(S) = min(f(S), min_b f(S∖L_b) + c_b). `taken` remembers which bid, per group and set, so
 * that the choice can be walked back.
 */
struct dp {
	const struct award_model *m;
	const struct model_bundle **order;
	uint32_t *start; /* of each group in `order` */
	uint32_t n_group, sets;
	const struct model_bundle *forced; /* NULL */
	struct cell *f, *g;
	uint16_t *taken; /* n_group × sets: 1 + place in the group; 0 none */
};

static void group_step(struct dp *d, uint32_t group)
{
	uint16_t *taken = d->taken + (size_t)group * d->sets;
	struct cell *swap;

	memcpy(d->g, d->f, d->sets * sizeof(*d->g));
	for (uint32_t i = d->start[group]; i < d->start[group + 1]; i++) {
		uint32_t lots = lots_of(d->order[i]);

		if (d->forced &&
			(d->order[i] == d->forced ||
				(d->forced->group && d->order[i]->group == d->forced->group)))
			continue;
		for (uint32_t set = 0; set < d->sets; set++) {
			if ((set & lots) != lots || d->f[set & ~lots].cost == DP_NONE)
				continue;
			struct cell with = {d->f[set & ~lots].cost + d->order[i]->cost,
				d->f[set & ~lots].rank + d->order[i]->rank};
			if (better(&with, &d->g[set])) {
				d->g[set] = with;
				taken[set] = (uint16_t)(i - d->start[group] + 1);
			}
		}
	}
	swap = d->f;
	d->f = d->g;
	d->g = swap;
}

static void walk_back(struct dp *d, struct award_solution *ret)
{
	struct cell best = {DP_NONE, 0};
	uint32_t at = 0;

	for (uint32_t set = 0; set < d->sets; set++) {
		struct cell here = d->f[set];

		if (here.cost == DP_NONE)
			continue;
		for (uint32_t l = 0; l < d->m->n_lot; l++)
			if (!(set & 1u << l))
				here.cost += d->m->lot[l].demand * d->m->lot[l].reserve;
		if (better(&here, &best)) {
			best = here;
			at = set;
		}
	}
	memset(ret->bundle, 0, d->m->n_bundle * sizeof(*ret->bundle));
	memset(ret->tier, 0, d->m->n_tier * sizeof(*ret->tier));
	for (uint32_t group = d->n_group; group-- > 0;) {
		uint16_t taken = d->taken[(size_t)group * d->sets + at];

		if (!taken)
			continue;
		const struct model_bundle *b = d->order[d->start[group] + taken - 1];
		ret->bundle[b - d->m->bundle] = true;
		at &= ~lots_of(b);
	}
	if (d->forced)
		ret->bundle[d->forced - d->m->bundle] = true;
	MUST(at == (d->forced ? lots_of(d->forced) : 0));
}

static void groups_find(struct dp *d)
{
	for (uint32_t i = 0; i < d->m->n_bundle; i++)
		d->order[i] = &d->m->bundle[i];
	qsort(d->order, d->m->n_bundle, sizeof(*d->order), by_group);
	for (uint32_t i = 0; i < d->m->n_bundle; i++)
		if (i == 0 || d->order[i]->group == 0 ||
			d->order[i]->group != d->order[i - 1]->group)
			d->start[d->n_group++] = i;
	d->start[d->n_group] = d->m->n_bundle;
}

int dp_solve(const struct award_model *m, struct award_solution *ret, struct why *why)
{
	struct dp d = {.m = m, .sets = 1u << (m->n_lot & 31)};

	if (!dp_fits(m))
		return why_set(why, E_STATE, "", "too many lots, or rules that need a solver");
	d.order = mem_zero_alloc(m->n_bundle + 1, sizeof(*d.order));
	d.start = mem_zero_alloc(m->n_bundle + 2, sizeof(*d.start));
	d.forced = m->forced ? &m->bundle[m->forced - 1] : NULL;
	groups_find(&d);
	d.f = mem_zero_alloc(d.sets, sizeof(*d.f));
	d.g = mem_zero_alloc(d.sets, sizeof(*d.g));
	d.taken = mem_zero_alloc((size_t)d.n_group * d.sets + 1, sizeof(*d.taken));
	for (uint32_t set = 0; set < d.sets; set++)
		d.f[set].cost = DP_NONE;
	d.f[d.forced ? lots_of(d.forced) : 0] =
		d.forced ? (struct cell){d.forced->cost, d.forced->rank} : (struct cell){0, 0};
	for (uint32_t group = 0; group < d.n_group; group++)
		group_step(&d, group);
	walk_back(&d, ret);
	mem_free(d.order);
	mem_free(d.start);
	mem_free(d.f);
	mem_free(d.g);
	mem_free(d.taken);
	return award_model_judge(m, ret, why);
}
