/*
 * admit.h: what may be said now, asked of this node's own drafts inside the transaction that writes them: so that what others would not look at, or what cannot be meant, is refused
 * with the reason while it can be mended. What partners say is judged by process.h alone.
 */
#ifndef PROCUREMENT_ADMIT_H
#define PROCUREMENT_ADMIT_H

#include "node/workspace.h"

/*
 * E_DENIED: not this member's to say. E_STATE: not now (the tender's key is made and only its hours may move, and only later; the deadline is over; bids are not open; prices are
 * hidden). E_INVALID: it names what is not in this procurement, or another currency than the tender's.
 */
MUST_USE int procure_admit(const struct admitting *a, struct why *why);

#endif
