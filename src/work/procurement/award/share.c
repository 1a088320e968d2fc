/* share.c: pro rata and capped shares; see share.h. */
#include "work/procurement/award/share.h"

#include "base/report.h"

static int128 floor_div(int128 a, int128 b)
{
	int128 q = a / b;

	return a % b < 0 ? q - 1 : q;
}

void share_remainders(
	const int128 *numerator, int128 denominator, size_t n, int64_t total, int64_t *ret)
{
	int128 rest[SHARE_MEMBERS_MAX];
	int64_t left = total;

	MUST(n <= SHARE_MEMBERS_MAX);
	for (size_t i = 0; i < n; i++) {
		ret[i] = (int64_t)floor_div(numerator[i], denominator);
		rest[i] = numerator[i] - (int128)ret[i] * denominator;
		left -= ret[i];
	}
	MUST(left >= 0 && (size_t)left <= n);
	while (left-- > 0) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++)
			if (rest[i] > rest[best])
				best = i;
		MUST(rest[best] > 0);
		ret[best]++;
		rest[best] = 0;
	}
}

static int case_check(const struct share_case *c, int128 *ret_weight, struct why *why)
{
	int128 sum = 0;

	if (c->n == 0 || c->n > SHARE_MEMBERS_MAX)
		return why_set(why, E_INVALID, "", "costs are shared by 1 to %d members",
			SHARE_MEMBERS_MAX);
	if (c->total < 0 || c->total > MONEY_MAX)
		return why_set(why, E_LIMIT, "", "the total is out of range");
	for (size_t i = 0; i < c->n; i++) {
		if (c->weight[i] < 0 || c->weight[i] > MONEY_MAX)
			return why_set(why, E_INVALID, "", "a weight is out of range");
		sum += c->weight[i];
	}
	if (sum == 0)
		return why_set(
			why, E_INVALID, "", "there is nothing to share by: all weights are 0");
	*ret_weight = sum;
	return 0;
}

int share_prorata(const struct share_case *c, int64_t *ret, struct why *why)
{
	int128 numerator[SHARE_MEMBERS_MAX], sum;
	int rc = case_check(c, &sum, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->n; i++)
		numerator[i] = (int128)c->total * c->weight[i];
	share_remainders(numerator, sum, c->n, c->total, ret);
	return 0;
}

/* Who is capped at λ = rest / weight, as long as somebody more is: at most n rounds. */
struct filling {
	bool capped[SHARE_MEMBERS_MAX];
	int128 rest, weight;
};

static bool fill(const struct share_case *c, struct filling *f)
{
	bool more = false;

	f->rest = c->total;
	f->weight = 0;
	for (size_t i = 0; i < c->n; i++)
		if (f->capped[i])
			f->rest -= c->alone[i];
		else
			f->weight += c->weight[i];
	for (size_t i = 0; i < c->n; i++)
		if (!f->capped[i] && f->rest * c->weight[i] > (int128)c->alone[i] * f->weight) {
			f->capped[i] = true;
			more = true;
		}
	return more;
}

int share_capped(const struct share_case *c, int64_t *ret, struct why *why)
{
	int128 numerator[SHARE_MEMBERS_MAX], sum, alone = 0;
	struct filling f = {.weight = 0};
	int rc = case_check(c, &sum, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->n; i++) {
		if (c->alone[i] < 0 || c->alone[i] > MONEY_MAX)
			return why_set(why, E_INVALID, "", "a cost alone is out of range");
		alone += c->alone[i];
	}
	if (alone < c->total)
		return why_set(why, E_STATE, "",
			"together they pay more than alone: no rule can leave nobody worse off");
	while (fill(c, &f))
		;
	if (f.weight == 0) {
		/* Only those without weight are left, and they may have to pay up to their cap: in order, what the capped leave. */
		int64_t left = (int64_t)f.rest;

		for (size_t i = 0; i < c->n; i++) {
			int64_t part = f.capped[i] ? c->alone[i] : 0;

			if (!f.capped[i] && left > 0) {
				part = left < c->alone[i] ? left : c->alone[i];
				left -= part;
			}
			ret[i] = part;
		}
		MUST(left <= 0);
		return 0;
	}
	for (size_t i = 0; i < c->n; i++)
		numerator[i] = f.capped[i] ? (int128)c->alone[i] * f.weight : f.rest * c->weight[i];
	share_remainders(numerator, f.weight, c->n, c->total, ret);
	return 0;
}

int64_t share_tier_cost(const struct share_tier *tier, size_t n, int64_t quantity)
{
	const struct share_tier *in = NULL;
	int64_t cost;

	for (size_t i = 0; i < n; i++)
		if (quantity >= tier[i].from)
			in = &tier[i];
	if (quantity == 0 || !in)
		return quantity == 0 ? 0 : MONEY_MAX;
	return money_times(in->price, quantity, &cost, NULL) < 0 ? MONEY_MAX : cost;
}
