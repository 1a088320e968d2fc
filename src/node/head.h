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
/* The same for a look, changing nothing. `log` as `db` shows it; in a transaction that may be older than what was signed, another handle is then opened. */
MUST_USE int head_look(
	const struct node *node, struct db *db, const struct log *log, struct why *why);
/* After a commit: the record is at least at `log`'s size when this returns. On E_IO the node is unfit from then on. */
MUST_USE int head_raise(
	const struct node *node, struct db *db, const struct log *log, struct why *why);

/* The lock of the records: processes take turns, so that none puts a lower record over a higher one. *ret (-1 before) stays -1 in memory. */
MUST_USE int head_turn_take(const struct node *node, int *ret, struct why *why);
void head_turn_end(int *fd);
#define CLEANUP_TURN __attribute__((cleanup(head_turn_end)))
/* The root of a log when it had `size` entries, at most those that it has. */
MUST_USE int head_root_at(
	struct db *db, const struct log *log, uint64_t size, struct hash *ret, struct why *why);

#endif
