/*
 * root_reading.h: the root documents by which a member's acts are judged (docs/standing.md §2): version 1, which its id is the hash of, and those that stand
 * in its own log, each where it stands. The log is one for all, or there is a proof that it is not; what somebody was told elsewhere is not.
 *
 *	rc = root_reading_begin(&r, &member, version_1, n, forks, n_fork, why);
 *	in order of epoch and seq, at most n of them:
 *		root_reading_take(&r, &entry, payload);
 *	chain = r.chain;
 *
 * The same steps over a node's store (pactdb_chain.c) and over a file that proves itself (publicfile_judge.c).
 */
#ifndef PACT_ROOT_READING_H
#define PACT_ROOT_READING_H

#include "log/entry.h"
#include "pact/standing.h"

struct root_reading {
	struct arena *
		arena; /* set it first; wants room for LIMIT_ROOT_CHAIN_BYTES and what is parsed of it */
	struct root_chain chain; /* the result, in the arena */
	struct root_spot *spot;
	size_t bytes;
	const struct standing_fork *fork; /* of the coalition */
	size_t n_fork;
};

/*
 * `note` is version 1, copied; `n` how many entries will be shown at most. E_VERIFY if the note is not by its own keys or not that of `member`.
 */
MUST_USE int root_reading_begin(struct root_reading *r, const struct id *member, struct slice note,
	size_t n, const struct standing_fork *fork, size_t n_fork, struct why *why);
/* A root/1 entry of that member's log, with its payload, copied. What does not follow the last one taken counts for nothing, and nobody is told. */
void root_reading_take(struct root_reading *r, const struct entry *e, struct slice payload);

#endif
