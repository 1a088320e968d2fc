/*
 * balance.h: the global balance over all procurements of a mode that a reader may see: what each member's shares are, what it has signed contracts for and paid, and what
 * awards that are final give to suppliers of its nation. Shown, never a rule. One line for each member and currency: nothing is converted.
 *
 * The agreement's `nations` say which nation each participant is (one for each, in the order of `participants`); without them nothing counts as national.
 */
#ifndef PROCUREMENT_BALANCE_H
#define PROCUREMENT_BALANCE_H

#include "work/procurement/process.h"

struct balance_line {
	struct id member;
	struct currency currency;
	int64_t agreed, contracted, paid, national;
	size_t procurements;
};
struct balance {
	struct balance_line *line; /* by member and currency; in the arena */
	size_t n;
	size_t procurements;
};

/* In a read transaction, or none. E_LIMIT: more than LIMIT_PROCESSES procurements. */
MUST_USE int balance_make(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, int64_t now_ms, struct arena *arena, struct balance *ret, struct why *why);
/* {"procurements", "lines": [{"member", "label", "procurements", "share", "contracted", "paid", "national"}]} */
void balance_put(
	struct json_out *o, const struct balance *b, const struct world *w, struct arena *arena);

#endif
