/*
 * admit.h: what may be said now, asked of this node's own drafts inside the transaction that writes them: so that what others would not look at, or what cannot be meant, is refused
 * with the reason while it can be mended. What partners say is judged by process.h alone.
 */
#ifndef PROCUREMENT_ADMIT_H
#define PROCUREMENT_ADMIT_H

#include "node/workspace.h"

/*
 * E_DENIED: not this member's to say. E_STATE: not now (the tender's key is made and only its hours may move, and only later; the deadline is over; bids are not open; prices are
 * hidden). E_INVALID: it names what is not in this procurement, or another currency than the tender's. E_CONFLICT: there is a tender; an
 * agreement of ours has this ocid.
 */
MUST_USE int procure_admit(const struct admitting *a, struct why *why);

/*
 * What others rely on is not recalled or erased while they do: what is said in its place (a refusal, a status) says more. Messages of the sealing go once the award is final, or with the others: those are
 * free while not all have signed, and when the procurement has ended. E_STATE.
 */
MUST_USE int procure_take_back(const struct taking_back *t, struct why *why);

#endif
