/* shapley.c: shares by what each member adds to the cost, and whether any group would rather leave; see share.h. */
#include "work/procurement/award/share.h"

#include "base/report.h"
#include "crypt/hash.h"

#include <endian.h>

/* ---- exact: every group once ---- */

/* With costs below 2^50 and weights that add up to n!, sums stay below 2^95. */
static void exact(const struct share_game *g, const int64_t *cost, int64_t *ret)
{
	int128 factorial[SHARE_EXACT_MAX + 1] = {1}, sum[SHARE_EXACT_MAX];
	uint64_t all = (1ULL << g->n) - 1;

	for (size_t i = 1; i <= g->n; i++)
		factorial[i] = factorial[i - 1] * (int128)i;
	for (size_t i = 0; i < g->n; i++)
		sum[i] = 0;
	for (uint64_t group = 0; group < all; group++) {
		size_t size = (size_t)__builtin_popcountll(group);
		int128 weight = factorial[size] * factorial[g->n - size - 1];

		for (size_t i = 0; i < g->n; i++)
			if (!(group & 1ULL << i))
				sum[i] += weight * (cost[group | 1ULL << i] - cost[group]);
	}
	share_remainders(sum, factorial[g->n], g->n, cost[all], ret);
}

/* ---- sampled: orders drawn from a seed ---- */

struct draws {
	const uint8_t *seed;
	struct hash block;
	uint64_t n;
	size_t used;
};

static uint32_t draw32(struct draws *d)
{
	uint32_t v;

	if (d->n == 0 || d->used == 8) {
		uint8_t number[8];

		for (size_t i = 0; i < 8; i++)
			number[i] = (uint8_t)(d->n >> (8 * i));
		struct slice piece[] = {slice_of(d->seed, 32), slice_of(number, 8)};
		d->block = hash_of(piece, 2);
		d->n++;
		d->used = 0;
	}
	memcpy(&v, d->block.b + 4 * d->used++, 4);
	return le32toh(v);
}

static uint32_t draw_below(struct draws *d, uint32_t below)
{
	uint32_t limit = UINT32_MAX - UINT32_MAX % below, v;

	do
		v = draw32(d);
	while (v >= limit);
	return v % below;
}

static int64_t root_of(int128 v)
{
	int128 r = 0;

	for (int128 bit = (int128)1 << 60; bit; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return (int64_t)r;
}

static void sampled(const struct share_game *g, const uint8_t seed[32], int64_t total, int64_t *ret,
	struct share_shapley *how)
{
	int128 sum[SHARE_MEMBERS_MAX] = {0};
	double square[SHARE_MEMBERS_MAX] = {0}; /* for the error that is shown; decides nothing */
	struct draws d = {.seed = seed};
	uint32_t order[SHARE_MEMBERS_MAX];

	for (uint32_t i = 0; i < g->n; i++)
		order[i] = i;
	how->samples = SHARE_SAMPLES;
	for (unsigned s = 0; s < SHARE_SAMPLES; s++) {
		uint64_t group = 0;
		int64_t before = 0;

		for (uint32_t i = (uint32_t)g->n - 1; i > 0; i--) {
			uint32_t k = draw_below(&d, i + 1), swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		for (size_t i = 0; i < g->n; i++) {
			group |= 1ULL << order[i];
			int64_t after = g->cost(g->ctx, group), adds = after - before;

			sum[order[i]] += adds;
			square[order[i]] += (double)adds * (double)adds;
			before = after;
		}
	}
	for (size_t i = 0; i < g->n; i++) {
		double mean = (double)sum[i] / SHARE_SAMPLES;
		double variance = square[i] / SHARE_SAMPLES - mean * mean;
		int64_t error = root_of((int128)(variance > 0 ? variance / SHARE_SAMPLES : 0));

		if (error > how->error)
			how->error = error;
	}
	share_remainders(sum, SHARE_SAMPLES, g->n, total, ret);
}

int share_shapley(const struct share_game *g, const uint8_t seed[32], int64_t *ret,
	struct share_shapley *ret_how, struct why *why)
{
	struct share_shapley how = {.exact = g->n <= SHARE_EXACT_MAX};
	int64_t *cost, total;

	if (g->n == 0 || g->n > SHARE_MEMBERS_MAX)
		return why_set(why, E_INVALID, "", "costs are shared by 1 to %d members",
			SHARE_MEMBERS_MAX);
	total = g->cost(g->ctx, g->n == 64 ? UINT64_MAX : (1ULL << g->n) - 1);
	if (total < 0 || total > MONEY_MAX)
		return why_set(why, E_LIMIT, "", "the cost of all is out of range");
	if (!how.exact) {
		sampled(g, seed, total, ret, &how);
		*ret_how = how;
		return 0;
	}
	cost = mem_zero_alloc((size_t)1 << g->n, sizeof(*cost));
	for (uint64_t group = 1; group < 1ULL << g->n; group++)
		cost[group] = g->cost(g->ctx, group);
	exact(g, cost, ret);
	mem_free(cost);
	*ret_how = how;
	return 0;
}

/* ---- the core ---- */

static void group_check(
	const struct share_game *g, const int64_t *pays, uint64_t group, struct share_core *r)
{
	int64_t sum = 0, cost = g->cost(g->ctx, group);

	for (size_t i = 0; i < g->n; i++)
		if (group & 1ULL << i)
			sum += pays[i];
	r->groups++;
	if (sum <= cost)
		return;
	r->violated++;
	if ((group & (group - 1)) == 0)
		r->individually_rational = false;
	if (sum - cost > r->excess) {
		r->excess = sum - cost;
		r->worst = group;
	}
}

void share_core(const struct share_game *g, const int64_t *pays, struct share_core *ret)
{
	struct share_core r = {.whole = g->n <= SHARE_EXACT_MAX, .individually_rational = true};
	uint64_t all = g->n == 64 ? UINT64_MAX : (1ULL << g->n) - 1;

	MUST(g->n >= 1 && g->n <= SHARE_MEMBERS_MAX);
	if (r.whole)
		for (uint64_t group = 1; group <= all; group++)
			group_check(g, pays, group, &r);
	for (size_t i = 0; !r.whole && i < g->n; i++)
		for (size_t k = 0; k <= i; k++) {
			uint64_t pair = 1ULL << i | 1ULL << k;

			group_check(g, pays, pair, &r);
			if (pair != all)
				group_check(g, pays, all & ~pair, &r);
		}
	*ret = r;
}
