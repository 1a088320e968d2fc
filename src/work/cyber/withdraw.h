/*
 * withdraw.h: objects taken back by their author: a signed record that goes to all who have them. A withdrawal is one draft for each entry that the objects came in.
 */
#ifndef WORK_CYBER_WITHDRAW_H
#define WORK_CYBER_WITHDRAW_H

#include "work/cyber/list.h"

#include "node/write.h"

struct withdraw_order {
	struct draft *draft;
	struct withdraw_from {
		int64_t log;
		uint64_t seq;
	} * from; /* the entry that each is about */
	size_t n;
};
/* Rows of this member, those of one entry one after the other; in a read transaction. E_LIMIT. */
MUST_USE int withdraw_order_make(const struct world *w, struct db *db, enum mode mode,
	const struct list_row *row, size_t n, struct slice reason, struct arena *arena,
	struct withdraw_order *ret, struct why *why);

/*
 * Writes it. Who got the objects while it was made gets it too: it is written once more for whoever has been added since. Outside a transaction; E_* of `write`
 * (queue_write or node_write).
 */
MUST_USE int withdraw_order_write(
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why),
	void *ctx, const struct node *node, struct db *db, const struct id *coalition,
	const struct withdraw_order *order, struct why *why);

/* Of an entry that is released: what of it has been taken back or revoked since is taken back from its new readers too (node/workspace.h). */
MUST_USE int withdraw_along(
	const struct releasing *r, struct draft **ret, size_t *ret_n, struct why *why);

#endif
