/*
 * worlds.h: what computing a world took, kept for the next who asks: one for each coalition, shared by all threads of a process.
 *
 *	invariants
 *	1. What is kept never changes. It is shared by reference and ends with the last who holds it.
 *	2. It is found by its stamp (pact/pactdb.h), which is read from the store in the same transaction as everything else. A stamp is drawn anew with each
 *	   change of what standing is computed of, in the transaction of the change, and never comes twice: so whoever has written, in this process
 *	   or another, committed or not, nobody meets a world that is not that of his own transaction.
 */
#ifndef NODE_WORLDS_H
#define NODE_WORLDS_H

#include "pact/pactdb.h"

struct worlds;

struct worlds_one {
	struct id coalition_id;
	int64_t stamp;
	struct arena arena; /* all below lies in it */
	struct coalition coalition;
	struct standing standing; /* no clock has been looked at (world.c) */
	struct party *party;
	size_t n_party;
};

struct worlds *worlds_new(void) __attribute__((returns_nonnull));
void worlds_free(struct worlds **w);

/* The one with this stamp, held; NULL if it is not here. */
struct worlds_one *worlds_find(
	struct worlds *w, const struct id *coalition, int64_t stamp) MUST_USE;
/* A new one, held, to be filled and put. */
struct worlds_one *worlds_one_new(const struct id *coalition, int64_t stamp)
	__attribute__((returns_nonnull, warn_unused_result));
/* Keeps it for others, in the place of another of its coalition; from now on it does not change. */
void worlds_put(struct worlds *w, struct worlds_one *one);
/* Ends one holding. */
void worlds_drop(struct worlds_one *one);

#endif
