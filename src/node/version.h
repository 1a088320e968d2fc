/*
 * version.h: which version of a record stands, whoever may see it; so that two people who change one at the same time do not undo each other's work.
 *
 *	in the read transaction in which the caller is found to have seen the newest:
 *		version_now(db, world.coalition.row, &object, &draft.follows, why)
 *	and in the transaction that writes the draft another one that stands by then is E_CONFLICT at "If-Match" (node/write.h).
 */
#ifndef NODE_VERSION_H
#define NODE_VERSION_H

#include "log/id.h"

#include "db/db.h"

/* The entry of the own log that a version is in. */
struct version {
	bool given; /* false: nobody asked */
	int64_t log_row;
	uint64_t seq;
};

/* E_MISSING if there is no such object here. */
MUST_USE int version_now(struct db *db, int64_t coalition_row, const struct object_id *object,
	struct version *ret, struct why *why);
/* E_CONFLICT ("If-Match") if `seen` was given and another version stands. */
MUST_USE int version_still(struct db *db, int64_t coalition_row, const struct object_id *object,
	const struct version *seen, struct why *why);
/* Is the entry veiled? Then nobody but its readers has its header, and a new version is not to tell it. */
MUST_USE int version_veiled(struct db *db, const struct version *of, bool *ret, struct why *why);
/* E_STATE ("/object") if what stands, in whatever state, is of another kind. 0 if there is no such object here. */
MUST_USE int version_stays(struct db *db, int64_t coalition_row, const struct object_id *object,
	struct slice kind, struct why *why);

#endif
