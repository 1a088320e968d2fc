/*
 * doctor.h: looks at keys, disk, audit, store, signing and every log, and tells what it finds: for `entente doctor` and for the page.
 */
#ifndef NODE_DOCTOR_H
#define NODE_DOCTOR_H

#include "node/world.h"

struct doctor {
	/* One finding: `result` 0 fine, 1 worth knowing, negative (E_*) broken. */
	void (*found)(void *ctx, int result, const char *check, const char *text);
	/* Entries recomputed so far and in all; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};
/* Opens its own read transactions. Negative only if it could not look at all. */
MUST_USE int doctor_run(
	const struct node *node, struct db *db, const struct doctor *d, struct why *why);

#endif
