/*
 * making.h: what makes a tender's key (policy, countersignatures, rounds 1, complaints, certificates), and whose word it is.
 *
 * It counts from the log of its holder, a policy from the lead's. A policy names signing keys, and anybody can write one with keys of his own making for all; what cannot be made is another
 * member's log: there each holder countersigns with the keys that it knows its partners by.
 *
 * All n certificates are needed, so whoever took its own back could end a tender whose bids are in. Therefore every holder hands on what makes a key once it is made (making_lacks), and what the
 * logs of k other holders bear counts as though it stood in its holder's own: any k hold an honest one, and it has handed on only what it saw there. To its own node each holder vouches for itself.
 */
#ifndef PROCUREMENT_MAKING_H
#define PROCUREMENT_MAKING_H

#include "base/map.h"
#include "work/procurement/process.h"

/* Which participants' logs bear what. making_free() it; its values are in the arena. */
struct making {
	const struct process *p;
	uint32_t k;    /* fewer hand nothing on, whatever a policy says */
	struct map by; /* what is said → bits of participants */
};
void making_read(const struct process *p, const struct said *all, size_t n, struct arena *arena,
	struct making *ret);
void making_free(struct making *m);

/* Is it a message that makes a key? A policy is none here. */
bool making_is(struct slice message);
/* May it count under this policy? True for whatever makes no key. */
bool making_counts(
	const struct making *m, const struct seal_policy *policy, const struct said *said);
/* Does this policy count as the lead's: is it in its log, or, away from the lead's own node, in those of k others? */
bool making_policy_counts(const struct making *m, const struct seal_policy *policy);
/* How many others than the lead bear a policy that is not in the lead's log; 0 if it is. */
unsigned making_policy_others(const struct making *m, struct slice policy);

/* What makes the key and is not in the reader's own log, each thing once, borrowed in an array in the arena; NULL where there is none, or all have to open. MUST: the key is made. */
size_t making_lacks(const struct process *p, struct arena *arena, struct slice **ret);

#endif
