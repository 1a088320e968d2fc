/*
 * withdraw.h: objects taken back by their author: a signed record that goes to all who have them. A withdrawal is one draft for each entry that the objects came in.
 */
#ifndef WORK_CYBER_WITHDRAW_H
#define WORK_CYBER_WITHDRAW_H

#include "work/cyber/list.h"

#include "node/write.h"

struct withdraw_order {
	struct draft *draft;
	size_t n;
};
/* Rows of this member, those of one entry one after the other; in a read transaction. E_LIMIT. */
MUST_USE int withdraw_order_make(const struct world *w, struct db *db, enum mode mode,
	const struct list_row *row, size_t n, struct slice reason, struct arena *arena,
	struct withdraw_order *ret, struct why *why);

#endif
