/*
 * head.h: this node's heads and the record beside the database that tells whether the store is current. Private to src/node; node_head is
 * in write.h.
 */
#ifndef NODE_HEAD_H
#define NODE_HEAD_H

#include "node/node.h"

/*
 * Before anything is appended, in the write transaction: E_STATE if the record is ahead of the store, contradicts it, or is gone. Makes the
 * first record of a new log.
 */
MUST_USE int head_current(
	const struct node *node, struct db *db, const struct log *log, struct why *why);
/* The same for a look, changing nothing, by a database handle of its own. */
MUST_USE int head_look(const struct node *node, const struct log *log, struct why *why);
/* After a commit: the record is at least at `log`'s size when this returns. On E_IO the node is unfit from then on. */
MUST_USE int head_raise(
	const struct node *node, struct db *db, const struct log *log, struct why *why);

#endif
