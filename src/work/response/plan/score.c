/* score.c: coefficients of the objective. Integers, rounded once, here: whoever computes a package's points computes the same. */
#include "work/response/plan/plan_int.h"

/* What no score is more than, so that four of them have a sum. */
#define SCORE_MAX (INT64_MAX / 8)

int64_t score_fit(wide v)
{
	return v < SCORE_MAX ? (int64_t)v : SCORE_MAX;
}

static int64_t share_of(wide whole, wide by)
{
	return score_fit((whole + by / 2) / by);
}

int64_t score_unmet(const struct plan_problem *p, const struct plan_line *l)
{
	return share_of(
		(wide)l->weight * p->policy.unmet * POINT_SCALE, (wide)PLAN_EFFECT * l->quantity);
}

int64_t score_late(
	const struct plan_problem *p, const struct plan_line *l, const struct plan_arc *a)
{
	return share_of(
		(wide)l->weight * p->policy.late * POINT_SCALE * a->late_minutes * a->effect,
		(wide)60 * PLAN_EFFECT * l->quantity);
}

int64_t score_cost(const struct plan_problem *p, int64_t minor)
{
	return share_of((wide)minor * p->policy.cost * POINT_SCALE, THOUSAND);
}

int64_t score_burden(const struct plan_problem *p, int64_t minor)
{
	return share_of((wide)minor * p->policy.burden * POINT_SCALE, THOUSAND);
}

int64_t score_per_share(int64_t cost, int64_t share)
{
	return share ? score_fit(((wide)cost * 1000000 + share - 1) / share) : 0;
}

int64_t score_shares(const struct plan_problem *p)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->n_member; i++)
		sum += p->member[i].share > 0 && p->member[i].share <= 1000000 ? p->member[i].share
									       : 0;
	return sum;
}

int64_t plan_gap_ppm(const struct plan_package *k)
{
	int64_t gap = k->value.points - k->bound;

	if (gap <= 0 || k->value.points <= 0)
		return 0;
	return (int64_t)((wide)gap * 1000000 / k->value.points);
}
