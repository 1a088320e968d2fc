/*
 * close.h: E-SEAL/1 step 9: which bids there are, and which of them are in force, is settled before anybody can read one.
 *
 *	seal_tally(&policy, commit, n, receipt, m, &arena, &line, &n_line); -- which commits count, which are in force
 *	seal_close_print(CLOSE_VIEW, &policy, i, &set, &my_key, &b);       -- "close.view": what I know when the grace is over
 *	seal_close_print(CLOSE_SEAL, &policy, i, &set, &my_key, &b);       -- "seal.close": what is to stand
 *	rc = seal_close_parse(&close, &policy, &arena, text, why);         -- grammar, signature, root and active over what is listed
 *
 * seal.close, close.view: sid, holder i, tender <64 hex>, deadline, open, fallback <unix ms>, count <N>, root <64 hex>, active <64 hex>, then N lines in order of the tree, sig
 *                a line is: leaf <64 hex> for what does not count, counted <64 hex> for what counts and is not in force, in-force <64 hex>, missing <64 hex> for what
 *                is in force and whose sealed bid has not come
 *                tender: leaf hash of the record with the rules of the award; the hours are those that stand
 * close.cosig:   sid, holder i, root, active, sig: I sign no other closing for this sid
 * close.dissent: sid, holder i, root, active, leaf <64 hex> (1 or more): these are missing, or do not count there, though they have been received
 *
 * A commit counts if r holders have receipted it and the median of the r earliest receipts is not after the deadline. In force is, of each bid
 * (bidder and bid), the counted commit with the highest seq, unless that withdraws; of two with one seq the earlier, and the bidder is named.
 * active: SHA-256 of (tender ‖ le64 deadline ‖ le64 open ‖ le64 fallback ‖ one byte for each line: 0 leaf, 1 counted, 2 in-force, 3 missing). Root and active together
 * are all that a closing says: what k holders have signed is read from there alone, and no receipt, postponement, sealed bid or tender that is shown afterwards changes it.
 */
#ifndef SEAL_CLOSE_H
#define SEAL_CLOSE_H

#include "work/procurement/seal/bid.h"
#include "work/procurement/seal/postpone.h"

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

/* Does it count by this deadline? */
bool seal_counts(const struct tally_line *line, const struct seal_policy *p, uint64_t deadline_ms);
/* Sets `active` and `twin` from `counted`, of lines in the order of the tree. */
void seal_settle(struct tally_line *line, size_t n);

enum close_kind { CLOSE_SEAL, CLOSE_VIEW };
enum leaf_state { LEAF_HELD, LEAF_COUNTED, LEAF_IN_FORCE, LEAF_MISSING };
struct close_leaf {
	struct hash leaf;
	enum leaf_state state;
};

struct seal_close {
	struct slice text; /* borrowed */
	enum close_kind kind;
	uint32_t i;
	struct hash tender, root, active;
	struct seal_hours hours;
	struct close_leaf *leaf;   /* n, in order of the tree; in the arena */
	struct close_leaf *sorted; /* the same by leaf, for seal_close_find() */
	size_t n;
};
/* Computes root and active; fills everything but text, kind and i. `leaf` is borrowed. */
void seal_close_make(struct seal_close *ret, const struct hash *tender,
	const struct seal_hours *hours, struct close_leaf *leaf, size_t n, struct arena *arena);
void seal_close_print(enum close_kind kind, const struct seal_policy *p, uint32_t i,
	const struct seal_close *c, const struct seckey *key, struct buf *ret);
/* Either of the two. */
MUST_USE int seal_close_parse(struct seal_close *ret, const struct seal_policy *p,
	struct arena *arena, struct slice text, struct why *why);
/* NULL if it is not there. */
const struct close_leaf *seal_close_find(const struct seal_close *c, const struct hash *leaf);
/* Counted, in force or missing. */
bool leaf_counts(enum leaf_state s);

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
	struct hash root, active;
	struct hash *leaf; /* in the arena */
	size_t n;
};
void seal_dissent_print(const struct seal_policy *p, uint32_t i, const struct seal_close *close,
	const struct hash *leaf, size_t n, const struct seckey *key, struct buf *ret);
MUST_USE int seal_dissent_parse(struct seal_dissent *ret, const struct seal_policy *p,
	struct arena *arena, struct slice text, struct why *why);

#endif
