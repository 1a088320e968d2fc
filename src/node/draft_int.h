/*
 * draft_int.h: what draft.c, draft_check.c, prepared.c and write.c share. Private to src/node.
 */
#ifndef NODE_DRAFT_INT_H
#define NODE_DRAFT_INT_H

#include "node/draft.h"

/* Open entries: acts, and what goes to all members unless it is to be veiled. */
bool draft_open(const struct draft *d);
/* An open one whose audience line is all@<roll>: this node's member is on the present roll. */
bool draft_on_roll(const struct draft *d, const struct world *w);
/*
 * Its readers, sorted and distinct, in the arena: the members named; for `all` the present ones, and this node's own member even if it is
 * not one of them (an applicant's act).
 */
void draft_readers(const struct draft *d, const struct world *w, struct arena *arena,
	const struct id **ret, size_t *ret_n);

#endif
