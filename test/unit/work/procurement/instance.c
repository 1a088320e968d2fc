/* instance.c: see instance.h. */
#include "instance.h"

#include "base/report.h"

const char *const family_name[FAMILIES] = {"bundle", "side", "tier"};

static uint32_t pick(struct env *env, uint32_t n)
{
	return (uint32_t)env_below(env, n);
}

static void suppliers(struct env *env, struct award_model *m, enum family family)
{
	m->n_nation = 6;
	for (uint32_t i = 0; i < m->n_supplier; i++) {
		m->supplier[i].id = SLICE("s");
		m->supplier[i].nation = pick(env, m->n_nation);
		m->supplier[i].third = m->supplier[i].nation == 5;
		m->supplier[i].cap = family == FAMILY_BUNDLE ? 0 : m->estimate / 4;
	}
	if (family == FAMILY_BUNDLE)
		return;
	for (uint32_t k = 0; k < m->n_nation; k++)
		m->nation_cap[k] = 300;
	m->third_cap = 350;
}

static void bundle(struct env *env, struct arena *arena, struct award_model *m, uint32_t i)
{
	struct model_bundle *b = &m->bundle[i];
	uint32_t n = 1 + pick(env, m->n_lot < 7 ? m->n_lot : 7), *lot;
	int64_t price = 0;

	lot = arena_array(arena, uint32_t, n);
	b->lot = lot;
	b->id = slice_str(arena_printf(arena, "bid-%u", i));
	b->supplier = pick(env, m->n_supplier);
	b->group = pick(env, 3) ? 1 + b->supplier : 0;
	while (b->n_lot < n) {
		uint32_t l = pick(env, m->n_lot), k = 0;

		while (k < b->n_lot && lot[k] != l)
			k++;
		if (k < b->n_lot)
			continue;
		lot[b->n_lot++] = l;
		price += m->lot[l].demand * m->lot[l].reserve * (60 + pick(env, 60)) / 100;
	}
	b->price = price * (100 - 2 * (n - 1)) / 100;
	b->cost = b->price - pick(env, (uint32_t)(b->price / 20 + 1));
}

static void tier(struct env *env, struct arena *arena, struct award_model *m, uint32_t i)
{
	struct model_tier *t = &m->tier[i];
	struct model_lot *l;

	/* Three tiers of one supplier on one lot stand together. */
	if (i % 3 == 0) {
		t->supplier = pick(env, m->n_supplier);
		t->lot = pick(env, m->n_lot);
		t->price = 0;
		l = &m->lot[t->lot];
		t->lo = 1;
		t->hi = l->demand / 3 > 0 ? l->demand / 3 : 1;
		t->price = l->reserve * (70 + pick(env, 40)) / 100;
	} else {
		const struct model_tier *before = t - 1;

		t->supplier = before->supplier;
		t->lot = before->lot;
		l = &m->lot[t->lot];
		t->lo = before->hi + 1;
		t->hi = i % 3 == 2 ? t->lo + l->demand : t->lo + l->demand / 3;
		t->price = before->price * 93 / 100;
	}
	t->cost = t->price;
	t->id = slice_str(arena_printf(arena, "tier-%u", i));
}

struct award_model *instance_make(
	struct env *env, struct arena *arena, enum family family, uint32_t lots, uint32_t bids)
{
	struct award_model *m = arena_new(arena, struct award_model);

	m->n_lot = lots;
	m->lot = arena_array(arena, struct model_lot, lots);
	for (uint32_t i = 0; i < lots; i++) {
		m->lot[i] = (struct model_lot){.id = SLICE("lot"),
			.demand = 1 + pick(env, 20),
			.reserve = 1000 + pick(env, 9000)};
		m->estimate += m->lot[i].demand * m->lot[i].reserve;
		if (family == FAMILY_TIER) {
			m->lot[i].min_suppliers = pick(env, 2) ? 2 : 0;
			m->lot[i].max_suppliers = m->lot[i].min_suppliers ? 3 : 0;
			m->lot[i].share_max = m->lot[i].min_suppliers ? 700 : 0;
			m->lot[i].demand *= 10;
		}
	}
	if (family == FAMILY_TIER)
		m->estimate *= 10;
	if (family != FAMILY_BUNDLE && lots >= 4)
		m->lot[0].critical = m->lot[1].critical = 1;
	m->n_supplier = 3 + bids / 12;
	m->supplier = arena_array(arena, struct model_supplier, m->n_supplier);
	suppliers(env, m, family);
	m->n_bundle = family == FAMILY_TIER ? bids / 4 : bids;
	m->bundle = arena_array(arena, struct model_bundle, m->n_bundle + 1);
	for (uint32_t i = 0; i < m->n_bundle; i++)
		bundle(env, arena, m, i);
	m->n_tier = family == FAMILY_TIER ? bids / 4 * 3 : 0;
	m->tier = arena_array(arena, struct model_tier, m->n_tier + 1);
	for (uint32_t i = 0; i < m->n_tier; i++)
		tier(env, arena, m, i);
	if (family == FAMILY_SIDE) {
		m->max_suppliers = 6;
		m->per_supplier = 500;
	}
	m->n_rebate = family == FAMILY_TIER ? 2 : 0;
	m->rebate = arena_array(arena, struct model_rebate, 3);
	for (uint32_t i = 0; i < m->n_rebate; i++)
		m->rebate[i] = (struct model_rebate){
			pick(env, m->n_supplier), m->estimate / 10, m->estimate / 200};
	award_model_rank(m, &(struct hash){{7}});
	return m;
}
