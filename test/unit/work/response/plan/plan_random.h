/*
 * plan_random.h: planning problems from a seed: members across a continent, lots of a few types with notice, three ways, reserves, caveats, limits of lift and of
 * contributors. For tests and for the benchmark.
 */
#ifndef TEST_PLAN_RANDOM_H
#define TEST_PLAN_RANDOM_H

#include "work/response/plan/plan.h"

#define RANDOM_NOW INT64_C(1774000000000)

struct random_size {
	size_t members, lots, lines, types;
	unsigned tight; /* demand in per cent of what could go */
	bool lift, groups;
	int64_t quantity_max;
};
/* In the arena. */
struct plan_problem *plan_random(
	const struct random_size *size, uint64_t seed, struct arena *arena);

#endif
