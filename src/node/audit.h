/*
 * audit.h: what was done at this node, by whom: a local, hash-chained list (each row holds the hash of the one before), never sent anywhere.
 */
#ifndef NODE_AUDIT_H
#define NODE_AUDIT_H

#include "node/node.h"

extern const char audit_schema_1[];
/* Inside the caller's transaction. `who` e.g. "cli:uid 0", `what` e.g. "ratify", `about` free text. */
MUST_USE int audit_add(struct db *db, int64_t now_ms, const char *who, const char *what,
	struct slice about, struct why *why);
/* Checks the chain; E_VERIFY names the row. */
MUST_USE int audit_verify(struct db *db, uint64_t *ret_rows, struct why *why);

#endif
