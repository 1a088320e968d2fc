/*
 * close.h: E-SEAL/1 step 9: which bids there are is settled before anybody can read one.
 *
 *	seal_tally(&policy, commit, n, receipt, m, &arena, &line, &n_line); -- which commits count, which are in force
 *	seal_close_print(&policy, i, line, n, &my_key, &b);                -- "seal.close"
 *	rc = seal_close_parse(&close, &policy, &arena, text, why);         -- grammar, signature, root over the leaves
 *
 * seal.close:    sid, holder i, count <N>, root <64 hex>, active <64 hex>, leaf <64 hex> (N lines, in order of the tree), sig
 * close.cosig:   sid, holder i, root, active, sig: all that I know to be received is in this tree, and I sign no other for this sid
 * close.dissent: sid, holder i, root, leaf <64 hex> (1 or more): these are missing, though they have been received
 *
 * A commit counts if r holders have receipted it and the median of the r earliest receipts is not after the deadline. In force is, of each bid
 * (bidder and bid), the counted commit with the highest seq, unless that withdraws; of two with one seq the earlier, and the bidder is named.
 * active: SHA-256 of (bidder ‖ bid ‖ hash of the sealed bid) of those in force, sorted.
 */
#ifndef SEAL_CLOSE_H
#define SEAL_CLOSE_H

#include "work/procurement/seal/bid.h"

struct tally_line {
	const struct bid_commit *commit;
	uint64_t held; /* bit i−1: holder i has receipted it */
	uint32_t receipts;
	uint64_t time_ms; /* median of the r earliest; 0 with fewer */
	uint64_t held_ms; /* when the r-th was given; 0 with fewer */
	bool counted, active;
	bool twin; /* another commit has the same bid and seq */
};

/* One line per commit, sorted by (time of the earliest receipt, leaf): the order of the tree. Commits are distinct by leaf; those without a receipt are left out. Of more than LIMIT_SEAL_COMMITS those stay that count first. */
void seal_tally(const struct seal_policy *p, const struct bid_commit *commit, size_t n,
	const struct bid_receipt *receipt, size_t m, struct arena *arena, struct tally_line **ret,
	size_t *ret_n);

struct seal_close {
	struct slice text; /* borrowed */
	uint32_t i;
	struct hash root, active;
	struct hash *leaf; /* in the arena */
	size_t n;
};
void seal_close_print(const struct seal_policy *p, uint32_t i, const struct tally_line *line,
	size_t n, const struct seckey *key, struct buf *ret);
MUST_USE int seal_close_parse(struct seal_close *ret, const struct seal_policy *p,
	struct arena *arena, struct slice text, struct why *why);
bool seal_close_has(const struct seal_close *c, const struct hash *leaf);
/* What the active set of these leaves is, given the tally. */
struct hash seal_active_hash(
	const struct tally_line *line, size_t n, const struct seal_close *within);

struct seal_cosig {
	uint32_t i;
	struct hash root, active;
};
void seal_cosig_print(const struct seal_policy *p, uint32_t i, const struct seal_close *close,
	const struct seckey *key, struct buf *ret);
MUST_USE int seal_cosig_parse(
	struct seal_cosig *ret, const struct seal_policy *p, struct slice text, struct why *why);

struct seal_dissent {
	uint32_t i;
	struct hash root;
	struct hash *leaf; /* in the arena */
	size_t n;
};
void seal_dissent_print(const struct seal_policy *p, uint32_t i, const struct hash *root,
	const struct hash *leaf, size_t n, const struct seckey *key, struct buf *ret);
MUST_USE int seal_dissent_parse(struct seal_dissent *ret, const struct seal_policy *p,
	struct arena *arena, struct slice text, struct why *why);

#endif
