/*
 * share.h: who pays how much of what was bought together, to the last minor unit.
 *
 *	struct share_case c = {.n = 3, .total = 1000000, .weight = quantities, .alone = alone};
 *	rc = share_prorata(&c, pays, why);          -- by weight
 *	rc = share_capped(&c, pays, why);           -- by weight, nobody above what it would pay alone
 *	rc = share_shapley(&game, pays, why);       -- by what each adds to the cost, over all orders of joining
 *	share_core(&game, pays, &report);           -- is any group better off by itself?
 *
 * Members stand in the order of their ids; what cannot be divided goes to the largest remainders, of equal ones to the first. Σ pays == total, always.
 */
#ifndef AWARD_SHARE_H
#define AWARD_SHARE_H

#include "base/clock.h"
#include "base/why.h"
#include "work/procurement/award/money.h"

#define SHARE_MEMBERS_MAX 64
/* Shapley is exact up to here (2^16 groups), and sampled above. */
#define SHARE_EXACT_MAX 16
#define SHARE_SAMPLES	10000

struct share_case {
	size_t n;
	int64_t total;	       /* ≥ 0 */
	const int64_t *weight; /* ≥ 0, not all 0: quantity, or awarded cost */
	const int64_t *alone;  /* what each would pay by itself; share_capped only */
};
/* E_INVALID if there is nothing to share by; E_LIMIT. */
MUST_USE int share_prorata(const struct share_case *c, int64_t *ret, struct why *why);
/* x_i = min(alone_i, λ·weight_i), λ such that the sum is the total. E_STATE if even Σ alone is less than the total: then buying together costs more. */
MUST_USE int share_capped(const struct share_case *c, int64_t *ret, struct why *why);

/* The cost of serving a group alone, from the same bids. Bit i: member i. cost(0) is 0; asked once per group. */
struct share_game {
	size_t n;
	int64_t (*cost)(void *ctx, uint64_t group);
	void *ctx;
};
struct share_shapley {
	bool exact;
	unsigned samples;
	int64_t error; /* sampled: largest standard error of any member's share, in minor units */
};
/* `seed`: what the sampling draws from, so that everybody draws the same. */
MUST_USE int share_shapley(const struct share_game *g, const uint8_t seed[32], int64_t *ret,
	struct share_shapley *ret_how, struct why *why);

struct share_core {
	bool whole; /* all groups were looked at; else singles, pairs and those without one or two */
	uint64_t groups, violated;
	uint64_t worst; /* group with the largest excess */
	int64_t excess; /* what it pays above its own cost; 0 if none does */
	bool individually_rational;
};
void share_core(const struct share_game *g, const int64_t *pays, struct share_core *ret);

/* Divides `total` by the numerators (their sum is total × denominator): floors, and what is left to the largest remainders. */
void share_remainders(
	const int128 *numerator, int128 denominator, size_t n, int64_t total, int64_t *ret);

/* Cost of a quantity of one good by all-units tiers: the price of the tier that it lies in. Prices per unit, quantities in thousandths, `from` ascending. */
struct share_tier {
	int64_t from, price;
};
int64_t share_tier_cost(const struct share_tier *tier, size_t n, int64_t quantity);

#endif
