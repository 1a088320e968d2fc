/*
 * withdraw.h: objects taken back by their author: a signed record that goes to all who have them. A withdrawal is one draft for each entry that the objects came in.
 */
#ifndef WORK_CYBER_WITHDRAW_H
#define WORK_CYBER_WITHDRAW_H

#include "work/cyber/list.h"

#include "node/write.h"

/* Who takes back, and how it is written. */
struct withdrawing {
	const struct node *node;
	struct db *db; /* not in a transaction */
	const struct world *world;
	const struct reader *reader;
	enum mode mode;
	struct slice reason; /* or empty */
	/* Once, before the first is written: a line in the audit. May be NULL. */
	int (*audit)(void *ctx, struct why *why);
	/* queue_write or node_write. */
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why);
	void *ctx;
};

/*
 * Takes back all that the query finds under its one id, which is this member's, from everybody: every entry in which such a version stands, whatever its readers and
 * whatever it came in through; page after page, whatever its `limit`. Nothing, if this member has anything under the id that the reader may not see.
 * Whether it still stands is judged in the transaction that writes:
 * what somebody else has taken back in the meantime is not taken back once more, and not counted. Who got the objects while it was written gets it too: it is
 * written once more for whoever has been added since. *ret_n: versions that this call has taken back, as far as it came. E_* of `write`; E_BUSY: others change the same
 * objects at this moment.
 */
MUST_USE int withdraw_found(
	const struct withdrawing *x, const struct list_query *q, size_t *ret_n, struct why *why);

/* Of an entry that is released: what of it has been taken back or revoked since is taken back from its new readers too (node/workspace.h). */
MUST_USE int withdraw_along(
	const struct releasing *r, struct draft **ret, size_t *ret_n, struct why *why);

#endif
