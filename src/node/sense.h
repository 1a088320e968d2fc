/*
 * sense.h: would this act of the own member change anything? Standing counts each act once and takes no harm from a second one (pact/standing.h); this
 * protects people: an officer's signature under something that makes no sense is still an officer's signature, for ever.
 */
#ifndef NODE_SENSE_H
#define NODE_SENSE_H

#include "node/draft.h"

/*
 * May this charter be the next one? E_STATE: it does not follow the one that stands, which has to be in force. E_INVALID ("member"): it leaves out a member that has not
 * withdrawn, or names a party that is none. `arena` is for the words.
 */
MUST_USE int charter_sense(
	const struct charter *c, const struct world *w, struct arena *arena, struct why *why);
/*
 * E_STATE with a sentence: signing without being named as founder, or twice; signing or proposing a charter that charter_sense() refuses, or that has been proposed already; acceding as a member, or again with the same text; ratifying twice; resuming
 * what was not suspended; an act whose object is in the own log already. E_INVALID: a clearance that is not in the charter's ladder. E_MISSING: a charter whose text is not here. Exercise and test acts
 * settle nothing and are asked only for their object. Whoever is no act is let through.
 */
MUST_USE int draft_sense(
	const struct draft *d, const struct world *w, struct db *db, struct why *why);

#endif
