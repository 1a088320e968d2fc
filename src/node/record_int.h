/*
 * record_int.h: what record.c and record_change.c share. Private to src/node.
 */
#ifndef NODE_RECORD_INT_H
#define NODE_RECORD_INT_H

#include "node/record.h"

/* All versions of an object here, oldest first, without contents. */
MUST_USE int record_versions(const struct world *w, struct db *db, const struct object_id *object,
	struct arena *arena, struct record **ret, size_t *ret_n, struct why *why);

/* Erases the versions of an object of this node whose `until` has passed; E_STATE if there are none. For node_todo. */
MUST_USE int record_expire(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, int64_t now_ms, struct written *ret, struct why *why);

#endif
