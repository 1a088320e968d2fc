/*
 * forkcut.h: from which entry on a proved fork voids a log.
 *
 * From the index at which the two stories part. But who has stolen a log key can invent a second story that parts at entry 0, and would so undo
 * every act of its victim. So the member's root keys have the last word: once a root document has revoked the key at a size, two stories told
 * with that key void nothing below it. That is the way back for a member whose node was taken, and needs its offline keys.
 */
#ifndef PACT_FORKCUT_H
#define PACT_FORKCUT_H

#include "log/fork.h"
#include "pact/root.h"

/* Which keys of the chain (in it) told the two stories, and where they part. E_VERIFY: none did. */
struct fork_by {
	const struct pubkey *a, *b;
	uint64_t cut;
};
MUST_USE int fork_signers(
	const struct fork *f, const struct root_chain *chain, struct fork_by *ret, struct why *why);
/* Depends on proof and chain alone, not on when either came. UINT64_MAX if no key of the chain ever signed both notes: then it proves nothing. */
uint64_t fork_cut_by(const struct fork *f, const struct root_chain *chain);

#endif
