/*
 * forkkeep.h: which of the proofs that a log has forked are kept. Who signs for a log can make as many as it has entries, each with a lower cut than the
 * one before, so all cannot be.
 *
 * Standing follows from the lowest cut; but a revocation may lift the cut of what one key has told alone (forkcut.h), and then others count. So of each log are
 * kept, of what each key alone has told, the proof with the lowest cut, and of what two keys have told together the one with the lowest cut; and
 * nothing at or above that last one, which nothing lifts. A later revocation lifts all cuts of one key to the same place, so what is dropped could never have
 * been the lowest: whatever the order in which proofs and root documents come, standing is as if all had been kept.
 */
#ifndef PACT_FORKKEEP_H
#define PACT_FORKKEEP_H

#include "log/store.h"
#include "pact/forkcut.h"

/*
 * Keeps a proof that was checked, signed as `by` says, and drops those that it makes needless; *ret_news: false if there is no need of it. `proof` are the
 * bytes to keep (fork_strip). In a write transaction.
 */
MUST_USE int fork_keep(struct db *db, const struct log *log, const struct root_chain *chain,
	const struct fork_by *by, struct slice proof, bool *ret_news, struct why *why);

/*
 * Drops what a store from before this rule has too much of: at every start. A transaction of its own, if there is anything to drop.
 */
MUST_USE int forks_trim(struct db *db, struct why *why);

#endif
