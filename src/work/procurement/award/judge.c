/* judge.c: an answer, checked anew in whole numbers; see model.h. */
#include "base/report.h"
#include "work/procurement/award/model.h"

#include <inttypes.h>

/* What the choice comes to. */
struct sums {
	int128 *spend;	/* of each supplier */
	uint32_t *lots; /* that it serves */
	bool *used;
	int128 cost, paid, rank;
};

static int broken(struct why *why, const char *rule, const char *what, uint32_t i)
{
	return why_set(why, E_STATE, rule, "the award breaks a rule: %s %u", what, i);
}

static void count_supplier(struct sums *u, uint32_t s, int128 price, int128 cost, uint32_t rank)
{
	u->used[s] = true;
	u->spend[s] += price;
	u->paid += price;
	u->cost += cost;
	u->rank += rank;
}

/* (1), (3), (4): one lot. */
static int lot_judge(const struct award_model *m, const struct award_solution *s, uint32_t l,
	struct sums *u, int128 *ret_left, struct why *why)
{
	const struct model_lot *lot = &m->lot[l];
	int128 left = lot->demand,
	       most = (int128)lot->demand * (lot->share_max ? lot->share_max : 1000);
	uint32_t sources = 0;
	bool whole = false;

	for (uint32_t b = 0; b < m->n_bundle; b++)
		for (uint32_t k = 0; s->bundle[b] && k < m->bundle[b].n_lot; k++)
			if (m->bundle[b].lot[k] == l) {
				if (whole)
					return broken(why, "1", "two bundles have lot", l);
				whole = true;
				left -= lot->demand;
				u->lots[m->bundle[b].supplier]++;
			}
	for (uint32_t t = 0; t < m->n_tier; t++) {
		if (m->tier[t].lot != l || s->tier[t] == 0)
			continue;
		for (uint32_t o = 0; o < t; o++)
			if (m->tier[o].lot == l && s->tier[o] &&
				m->tier[o].supplier == m->tier[t].supplier)
				return broken(why, "3", "two tiers of one supplier on lot", l);
		if (s->tier[t] < m->tier[t].lo || s->tier[t] > m->tier[t].hi)
			return broken(why, "3", "quantity outside tier", t);
		if ((int128)s->tier[t] * 1000 > most)
			return broken(why, "4", "one supplier has too much of lot", l);
		left -= s->tier[t];
		sources++;
		u->lots[m->tier[t].supplier]++;
	}
	if (left < 0)
		return broken(why, "1", "more is bought than asked for of lot", l);
	if (sources && (sources < lot->min_suppliers ||
			       (lot->max_suppliers && sources > lot->max_suppliers)))
		return broken(why, "4", "number of suppliers of lot", l);
	*ret_left = left;
	return 0;
}

/* (2) and the critical pairs of (9). */
static int pairs_judge(const struct award_model *m, const struct award_solution *s, struct why *why)
{
	for (uint32_t a = 0; a < m->n_bundle; a++)
		for (uint32_t b = 0; s->bundle[a] && b < a; b++)
			if (s->bundle[b] && m->bundle[a].group &&
				m->bundle[a].group == m->bundle[b].group)
				return broken(why, "2", "two bids of group", m->bundle[a].group);
	return 0;
}

static bool serves(
	const struct award_model *m, const struct award_solution *s, uint32_t supplier, uint32_t l)
{
	for (uint32_t b = 0; b < m->n_bundle; b++)
		for (uint32_t k = 0;
			s->bundle[b] && m->bundle[b].supplier == supplier && k < m->bundle[b].n_lot;
			k++)
			if (m->bundle[b].lot[k] == l)
				return true;
	for (uint32_t t = 0; t < m->n_tier; t++)
		if (s->tier[t] && m->tier[t].supplier == supplier && m->tier[t].lot == l)
			return true;
	return false;
}

static int critical_judge(
	const struct award_model *m, const struct award_solution *s, struct why *why)
{
	for (uint32_t a = 0; a < m->n_lot; a++)
		for (uint32_t b = 0; m->lot[a].critical && b < a; b++) {
			if (m->lot[b].critical != m->lot[a].critical)
				continue;
			for (uint32_t p = 0; p < m->n_supplier; p++)
				if (serves(m, s, p, a) && serves(m, s, p, b))
					return broken(why, "9",
						"one supplier has two critical lots, the second is",
						a);
		}
	return 0;
}

/* (5) to (9), by supplier and nation. */
static int suppliers_judge(const struct award_model *m, struct sums *u, struct why *why)
{
	int128 nation[MODEL_NATIONS_MAX] = {0}, third = 0;
	uint32_t used = 0;

	for (uint32_t i = 0; i < m->n_supplier; i++) {
		const struct model_supplier *s = &m->supplier[i];

		used += u->used[i];
		if (s->cap && u->spend[i] > s->cap)
			return broken(why, "6", "above the cap of supplier", i);
		if (s->capacity && u->lots[i] > s->capacity)
			return broken(why, "9", "above the capacity of supplier", i);
		if (s->nation != MODEL_NO_NATION)
			nation[s->nation] += u->spend[i];
		if (s->third)
			third += u->spend[i];
	}
	for (uint32_t k = 0; k < m->n_nation; k++)
		if (m->nation_cap[k] && nation[k] * 1000 > (int128)m->nation_cap[k] * m->estimate)
			return broken(why, "7", "above the cap of nation", k);
	if (m->third_cap && third * 1000 > (int128)m->third_cap * m->estimate)
		return broken(
			why, "7", "above the cap of third countries, thousandths", m->third_cap);
	if (used < m->min_suppliers || (m->max_suppliers && used > m->max_suppliers))
		return broken(why, "5", "number of suppliers is", used);
	u->cost += (int128)m->per_supplier * used;
	/* (8) A solver may leave a rebate out; whoever reaches the threshold gets it. */
	for (uint32_t r = 0; r < m->n_rebate; r++)
		if (u->spend[m->rebate[r].supplier] >= m->rebate[r].threshold &&
			u->used[m->rebate[r].supplier]) {
			u->cost -= m->rebate[r].rebate;
			u->paid -= m->rebate[r].rebate;
		}
	return 0;
}

static int judge(
	const struct award_model *m, struct award_solution *s, struct sums *u, struct why *why)
{
	int128 unawarded = 0, left = 0;

	if (m->forced && !(m->forced <= m->n_bundle ? s->bundle[m->forced - 1]
						    : s->tier[m->forced - 1 - m->n_bundle] > 0))
		return broken(why, "forced", "it lacks offer", m->forced);
	for (uint32_t b = 0; b < m->n_bundle; b++)
		if (s->bundle[b])
			count_supplier(u, m->bundle[b].supplier, m->bundle[b].price,
				m->bundle[b].cost, m->bundle[b].rank);
	for (uint32_t t = 0; t < m->n_tier; t++)
		if (s->tier[t])
			count_supplier(u, m->tier[t].supplier,
				(int128)m->tier[t].price * s->tier[t],
				(int128)m->tier[t].cost * s->tier[t], m->tier[t].rank);
	for (uint32_t l = 0; l < m->n_lot; l++) {
		int rc = lot_judge(m, s, l, u, &left, why);

		if (rc < 0)
			return rc;
		unawarded += left * m->lot[l].reserve;
	}
	int rc = pairs_judge(m, s, why);
	if (rc == 0)
		rc = critical_judge(m, s, why);
	if (rc == 0)
		rc = suppliers_judge(m, u, why);
	if (rc < 0)
		return rc;
	s->cost = (int64_t)(u->cost + unawarded);
	s->paid = (int64_t)u->paid;
	s->rank = (int64_t)u->rank;
	s->unawarded = (int64_t)unawarded;
	return 0;
}

int award_model_judge(const struct award_model *m, struct award_solution *s, struct why *why)
{
	struct sums u = {
		.spend = mem_zero_alloc(m->n_supplier + 1, sizeof(*u.spend)),
		.lots = mem_zero_alloc(m->n_supplier + 1, sizeof(*u.lots)),
		.used = mem_zero_alloc(m->n_supplier + 1, sizeof(*u.used)),
	};
	int rc = judge(m, s, &u, why);

	mem_free(u.spend);
	mem_free(u.lots);
	mem_free(u.used);
	return rc;
}
