/*
 * want.h: contents that this node does not hold and may be meant for it: what to ask partners for. fold_header makes the rows, fold_payload takes them away.
 *
 *	rc = want_list(db, log.row, from, now_ms, 256, arena, &seq, &n, why);
 *	... ask; fold_payload what came ...
 *	rc = want_later(db, log.row, seq[i], now_ms + wait, why);    -- answered "not for you" or not there
 */
#ifndef NODE_WANT_H
#define NODE_WANT_H

#include "node/node.h"

/* For want_later: not asked for again unless a release names this node. */
#define WANT_NEVER INT64_MAX

/*
 * A header that somebody did not give, its author least of all excepted: what a member tells one partner and not another must not stay so. It is asked for again,
 * of whoever comes first, after half of this and a chance rest: an honest author withholds what is not for this node, and then all do, for ever.
 */
#define WANT_HEADER_MS (20 * 1000)

/* Due at `now_ms`, from `from` on, lowest first, at most `limit`. */
MUST_USE int want_list(struct db *db, int64_t log_row, uint64_t from, int64_t now_ms, size_t limit,
	struct arena *arena, uint64_t **ret, size_t *ret_n, struct why *why);
/* Makes the row, due at once; what was put off is due again. */
MUST_USE int want_put(struct db *db, int64_t log_row, uint64_t seq, struct why *why);
MUST_USE int want_later(
	struct db *db, int64_t log_row, uint64_t seq, int64_t next_ms, struct why *why);
/* Due again as WANT_HEADER_MS says. */
MUST_USE int want_header_later(
	const struct node *node, struct db *db, int64_t log_row, uint64_t seq, struct why *why);
MUST_USE int want_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why);

#endif
