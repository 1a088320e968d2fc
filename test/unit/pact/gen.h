/* gen.h: random coalitions: mostly sensible acts, some hostile ones. The same seed gives the same
 * world. */
#ifndef TEST_PACT_GEN_H
#define TEST_PACT_GEN_H

#include "world.h"

struct dice {
	uint64_t state;
};
uint64_t dice_u64(struct dice *d);
uint32_t dice_below(struct dice *d, uint32_t n);
bool dice_percent(struct dice *d, uint32_t percent);

/* `steps` acts by up to WORLD_PARTIES parties, cosignatures of all degrees, now and then an
 * amendment, an epoch, a fork. */
struct world *gen_world(struct dice *d, unsigned steps);
/* One more random act by this author. */
void gen_act(struct dice *d, struct world *w, unsigned author);

#endif
