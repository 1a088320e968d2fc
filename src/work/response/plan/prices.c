/*
 * prices.c: what parts compete for, priced, so that each can be solved alone.
 *
 * Why the parts' bounds add up to one of the whole, whatever the prices, as long as none is below nothing and those of the burden, each times its member's share, are no more than the burden's
 * own points: take any package that breaks no rule. With B its worst burden, a member's cost is at most share × B, so that costs at their prices are at most what B itself counts; and
 * what it carries is at most what can be carried, so that carriage at its prices is at most what all lift is worth. Its points are therefore no fewer than those with prices
 * instead of B, and without any limit of lift across the parts, less what all lift is worth. Those fall apart into one sum for each part, and none of them is below what the
 * part's own bound says.
 */
#include "work/response/plan/plan_int.h"

#include <math.h>

#define NAME_BYTES 32

static const char *row_name(char text[NAME_BYTES], const char *what, size_t i)
{
	snprintf(text, NAME_BYTES, "%s%zu", what, i);
	return text;
}

void prices_alike(const struct plan_problem *p, struct arena *arena, struct prices *ret)
{
	int64_t shares = score_shares(p);

	ret->lift = arena_array(arena, double, p->n_lift + 1);
	ret->burden = arena_array(arena, double, p->n_member + 1);
	/* Shares add up to no more than their sum, so the worst burden is no less than all cost over it. */
	for (size_t i = 0; i < p->n_member; i++)
		if (p->member[i].share && shares)
			ret->burden[i] = (double)score_burden(p, THOUSAND) / MODEL_SCALE /
					 (double)THOUSAND * 1e6 / (double)shares;
}

bool prices_read(
	const struct plan_problem *p, const struct solver_answer *relaxed, struct prices *io)
{
	double weight = 0, whole = (double)score_burden(p, THOUSAND) / MODEL_SCALE;
	char text[NAME_BYTES];

	if (!relaxed->optimal)
		return false;
	for (size_t i = 0; i < p->n_lift; i++)
		io->lift[i] = fmax(0, -solver_price(relaxed, row_name(text, "lift", i)));
	for (size_t i = 0; i < p->n_member; i++) {
		io->burden[i] = fmax(0, -solver_price(relaxed, row_name(text, "burden", i)));
		weight += io->burden[i] * (double)p->member[i].share / 1e6;
	}
	/* Their weighed sum must not be more than the burden's own price, or the bound would be none. */
	double fit = weight > whole ? whole / weight : 1;
	for (size_t i = 0; i < p->n_member; i++)
		io->burden[i] *= fit / (double)THOUSAND;
	return true;
}

double prices_lift_worth(const struct plan_problem *p, const struct prices *w)
{
	double sum = 0;

	for (size_t i = 0; i < p->n_lift; i++)
		sum += w->lift[i] * (double)p->lift[i].kg;
	return sum;
}
