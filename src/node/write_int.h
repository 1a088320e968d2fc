/*
 * write_int.h: what write.c and queue.c share. Private to src/node.
 */
#ifndef NODE_WRITE_INT_H
#define NODE_WRITE_INT_H

#include "node/write.h"

/* Drafts that are written together or not at all. */
struct write_unit {
	const struct draft *d; /* borrowed */
	size_t n;
	struct written *ret; /* n places */
	/*
	 * Looks inside the transaction whether it is still to be done, for who has decided on it by what a read transaction showed; negative: it is
	 * not. NULL: it is.
	 */
	int (*still)(void *ctx, const struct world *w, struct db *db, struct why *why);
	void *ctx;
	int rc; /* the verdict */
	struct why why;
};

/* node_write() of what `still` says is still to be done. */
MUST_USE int write_still(const struct node *node, struct db *db, const struct id *coalition,
	const struct draft *d, size_t n,
	int (*still)(void *ctx, const struct world *w, struct db *db, struct why *why), void *ctx,
	struct written *ret, struct why *why);

/*
 * Writes the units of one coalition in one transaction. A unit that breaks a rule gets its verdict and spoils nobody; a negative result
 * is about all of them: nothing was written (but for E_IO: write.h), and the verdicts say nothing.
 */
MUST_USE int write_units(const struct node *node, struct db *db, const struct id *coalition,
	struct write_unit *unit, size_t n, struct why *why);

#endif
