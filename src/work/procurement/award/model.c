/* model.c: is it a problem, and is it an answer? See model.h. */
#include "work/procurement/award/model.h"

#include "base/report.h"

#include <inttypes.h>

bool model_rebates_fit(const struct model_rebate *r, size_t n, uint32_t supplier)
{
	for (size_t i = 0; i < n; i++) {
		int128 sum = 0;

		if (r[i].supplier != supplier)
			continue;
		for (size_t k = 0; k < n; k++)
			if (r[k].supplier == supplier && r[k].threshold <= r[i].threshold)
				sum += r[k].rebate;
		if (sum > r[i].threshold)
			return false;
	}
	return true;
}

static int offers_check(const struct award_model *m, struct why *why)
{
	for (uint32_t i = 0; i < m->n_bundle; i++) {
		const struct model_bundle *b = &m->bundle[i];

		if (b->supplier >= m->n_supplier || b->n_lot == 0 || b->n_lot > m->n_lot)
			return why_set(why, E_INVALID, "bundle", "%u names no lots or supplier", i);
		if (b->price < 0 || b->price > MONEY_MAX || b->cost > MONEY_MAX ||
			b->cost < -MONEY_MAX)
			return why_set(
				why, E_LIMIT, "bundle", "the price of %u is out of range", i);
		for (uint32_t l = 0; l < b->n_lot; l++) {
			if (b->lot[l] >= m->n_lot)
				return why_set(why, E_INVALID, "bundle", "%u has no such lot", i);
			for (uint32_t k = 0; k < l; k++)
				if (b->lot[k] == b->lot[l])
					return why_set(why, E_INVALID, "bundle",
						"%u names a lot twice", i);
		}
	}
	for (uint32_t i = 0; i < m->n_tier; i++) {
		const struct model_tier *t = &m->tier[i];
		int128 top = (int128)t->hi * (t->price > t->cost ? t->price : t->cost);

		if (t->supplier >= m->n_supplier || t->lot >= m->n_lot || t->lo < 1 ||
			t->lo > t->hi || t->hi > MONEY_MAX)
			return why_set(
				why, E_INVALID, "tier", "%u names no lot, or no quantity", i);
		if (t->price < 0 || top > MONEY_MAX || (int128)t->hi * t->cost < -MONEY_MAX)
			return why_set(why, E_LIMIT, "tier", "the price of %u is out of range", i);
	}
	for (uint32_t i = 0; i < m->n_rebate; i++)
		if (m->rebate[i].supplier >= m->n_supplier || m->rebate[i].threshold < 0 ||
			m->rebate[i].rebate < 0 || m->rebate[i].threshold > MONEY_MAX ||
			m->rebate[i].rebate > m->rebate[i].threshold)
			return why_set(why, E_INVALID, "rebate",
				"%u is no rebate: it is at most its threshold", i);
	return 0;
}

/* Sums stay in 64 bits whatever is chosen: then rows and objectives of a solver are exact too. */
static int sums_check(const struct award_model *m, struct why *why)
{
	int128 sum = 0;

	for (uint32_t i = 0; i < m->n_bundle; i++)
		sum += m->bundle[i].price +
		       (m->bundle[i].cost < 0 ? -m->bundle[i].cost : m->bundle[i].cost);
	for (uint32_t i = 0; i < m->n_tier; i++)
		sum += (int128)m->tier[i].hi *
		       (m->tier[i].price +
			       (m->tier[i].cost < 0 ? -m->tier[i].cost : m->tier[i].cost));
	for (uint32_t i = 0; i < m->n_lot; i++)
		sum += (int128)m->lot[i].demand * m->lot[i].reserve;
	sum += (int128)m->per_supplier * m->n_supplier;
	if (sum > 1000 * (int128)MONEY_MAX)
		return why_set(why, E_LIMIT, "", "all offers together are larger than sums can be");
	return 0;
}

int award_model_check(const struct award_model *m, struct why *why)
{
	if (m->n_lot == 0 || m->n_lot > MODEL_LOTS_MAX || m->n_supplier > MODEL_SUPPLIERS_MAX ||
		m->n_bundle > MODEL_OFFERS_MAX || m->n_tier > MODEL_OFFERS_MAX ||
		m->n_rebate > MODEL_OFFERS_MAX || m->n_nation > MODEL_NATIONS_MAX)
		return why_set(why, E_LIMIT, "", "there are no lots, or too much of something");
	for (uint32_t i = 0; i < m->n_lot; i++) {
		const struct model_lot *l = &m->lot[i];

		if (l->demand < 1 || l->demand > MONEY_MAX || l->reserve < 0 ||
			(int128)l->demand * l->reserve > MONEY_MAX || l->share_max > 1000 ||
			(l->max_suppliers && l->min_suppliers > l->max_suppliers))
			return why_set(
				why, E_INVALID, "lot", "demand, reserve or limits of lot %u", i);
	}
	for (uint32_t i = 0; i < m->n_supplier; i++)
		if (m->supplier[i].cap < 0 || (m->supplier[i].nation != MODEL_NO_NATION &&
						      m->supplier[i].nation >= m->n_nation))
			return why_set(
				why, E_INVALID, "supplier", "cap or nation of supplier %u", i);
	if (m->estimate < 0 || m->estimate > MONEY_MAX || m->third_cap > 1000 ||
		m->per_supplier < 0 || m->per_supplier > MONEY_MAX)
		return why_set(why, E_INVALID, "estimate", "estimate or caps are out of range");
	if (m->max_suppliers && m->min_suppliers > m->max_suppliers)
		return why_set(why, E_INVALID, "suppliers", "more are needed than allowed");
	int rc = offers_check(m, why);
	return rc < 0 ? rc : sums_check(m, why);
}

/* ---- ranks ---- */

struct ranked {
	struct hash h;
	uint32_t *rank;
};

static int ranked_cmp(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return hash_cmp(&x->h, &y->h);
}

static struct hash rank_hash(const struct hash *draw, struct slice id)
{
	struct slice piece[] = {slice_of(draw->b, 32), id};

	return hash_of(piece, 2);
}

void award_model_rank(struct award_model *m, const struct hash *draw)
{
	struct ranked *r = mem_zero_alloc(m->n_bundle + m->n_tier + 1, sizeof(*r));
	size_t n = 0;

	for (uint32_t i = 0; i < m->n_bundle; i++)
		r[n++] = (struct ranked){rank_hash(draw, m->bundle[i].id), &m->bundle[i].rank};
	for (uint32_t i = 0; i < m->n_tier; i++)
		r[n++] = (struct ranked){rank_hash(draw, m->tier[i].id), &m->tier[i].rank};
	qsort(r, n, sizeof(*r), ranked_cmp);
	for (size_t i = 0; i < n; i++)
		*r[i].rank = (uint32_t)i + 1;
	mem_free(r);
}

struct award_solution *solution_new(const struct award_model *m, struct arena *arena)
{
	struct award_solution *s = arena_new(arena, struct award_solution);

	s->bundle = arena_array(arena, bool, m->n_bundle + 1);
	s->tier = arena_array(arena, int64_t, m->n_tier + 1);
	return s;
}
