/*
 * look.h: is an object here already, or does something that is here keep it out? Asked when it is read, and once more in the transaction that writes it, unless nothing
 * has changed since:
 *
 *	look_mark_read(db, root, &mark, why)             -- first
 *	rc = look_up(db, root, self, source, &x, &arena, &rule, why)
 *	…in the transaction that writes: look_mark_read() again; if it is the same, what was found holds
 */
#ifndef WORK_CYBER_LOOK_H
#define WORK_CYBER_LOOK_H

#include "work/cyber/store.h"
#include "work/cyber/wish.h"

/* What stands here of a root: while this is the same, nothing has been written, taken back or dropped (store.h). */
struct look_mark {
	int64_t turn, newest;
};
MUST_USE int look_mark_read(struct db *db, int64_t root, struct look_mark *ret, struct why *why);
bool look_mark_eq(const struct look_mark *a, const struct look_mark *b);

/* Has this member objects here at all? */
MUST_USE int look_any(
	struct db *db, int64_t root, const struct id *self, bool *ret, struct why *why);

/* What is looked up of an object; borrowed. */
struct look {
	struct slice bytes, type;
	const struct stix_uuid *uuid;
	struct slice key; /* of its version; empty: it has none */
	int64_t digest;
	/* For whom it is to be, and under which label: what is here for fewer is not what is wished for. NULL: what is here is here. */
	struct wish *wish;
	struct slice label;
};
struct look look_of(const struct stix *s, int64_t digest);
/*
 * 1: this member has it here, for all who are to read it; 0: it may go in, and *ret_here if for some it is here; E_CONFLICT, E_STATE with the reason in *rule; else a failure of the machine, in *why. `source` not NULL: only what
 * came in through this inbox is looked at. In a transaction.
 */
MUST_USE int look_up(struct db *db, int64_t root, const struct id *self,
	const struct stix_uuid *source, const struct look *x, struct arena *arena, bool *ret_here,
	struct why *rule, struct why *why);

#endif
