/*
 * twin.h: two agreements of one member under one open contracting id. The id names the whole process to the public: the one whose first version its author's log has first keeps it; the
 * author's own node writes no other, and a partner's other is marked.
 */
#ifndef PROCUREMENT_TWIN_H
#define PROCUREMENT_TWIN_H

#include "work/procurement/process.h"

/* Agreements of `owner` under this ocid in this mode, but for `except`; those that `who` may see, of whom none is noted as shown to him. *ret_has false: none; else one of them. */
MUST_USE int twin_find(const struct world *w, struct db *db, const struct reader *who,
	const struct id *owner, struct slice ocid, enum mode mode, const struct object_id *except,
	struct object_id *ret, bool *ret_has, struct why *why);
/* The agreement of the same author that had this one's ocid first; *ret_has false: none. `arena` for this one's ocid. */
MUST_USE int twin_before(const struct world *w, struct db *db, const struct reader *who,
	const struct process *p, struct arena *arena, struct object_id *ret, bool *ret_has,
	struct why *why);

#endif
