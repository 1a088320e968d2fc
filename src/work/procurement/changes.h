/*
 * changes.h: what two versions of a record differ in, member by member: for amendments of agreement, tender and contracts. Pure but for the reading of the history.
 *
 *	/deadline                    "2030-01-15T12:00:00Z" → "2030-01-20T12:00:00Z"
 *	/lots/2/reserve/amount       1000 → 900               elements with an id go by it, others by their place
 *	/documents/spec              → {…}
 */
#ifndef PROCUREMENT_CHANGES_H
#define PROCUREMENT_CHANGES_H

#include "work/procurement/process.h"

#define CHANGES_MAX                                                                                \
	500 /* of one version that are told; an amendment that changes more is another tender */

/* Comparing two records of the largest size; what is found lives no longer. */
#define CHANGES_ARENA (256 * MIB)

struct change {
	struct slice path;	    /* in the arena */
	struct slice before, after; /* raw JSON, borrowed from the documents; empty: not there */
};
struct changes {
	struct change *of;
	size_t n;
	bool more;
};
void changes_find(const struct json_doc *from, const struct json_doc *to, struct arena *arena,
	struct changes *ret);

/* Into an array that is open: the versions of agreement, tender and contracts, newest first, each with what it changes in the one before it; only what its author may say. */
void changes_put(struct json_out *o, const struct process *p, const struct rows *history,
	const struct world *w, struct arena *arena);
/* Of each row of the history the version that it follows; NULL: it is the first of its object. In the arena. */
const struct row **changes_before(const struct rows *history, struct arena *arena);
/* Is it one of those whose versions are told? */
bool changes_told(const struct process *p, const struct row *r);

#endif
