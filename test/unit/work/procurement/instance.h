/*
 * instance.h: award models drawn from a seed, in the families of the field: bundles with XOR, side rules, tiers with dual sourcing. For tests and benchmarks.
 */
#ifndef TEST_INSTANCE_H
#define TEST_INSTANCE_H

#include "base/clock.h"
#include "work/procurement/award/model.h"

enum family { FAMILY_BUNDLE, FAMILY_SIDE, FAMILY_TIER, FAMILIES };
extern const char *const family_name[FAMILIES];

struct award_model *instance_make(
	struct env *env, struct arena *arena, enum family family, uint32_t lots, uint32_t bids);

#endif
