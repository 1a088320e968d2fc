/*
 * forkfind.h: from two heads that contradict each other to a proof (log/fork.h), and what follows from a proof, whoever brought it.
 *
 * The place where the trees part is found top-down: subtrees are compared, mine against tiles that the partner serves for its head. The
 * tiles are not trusted: the finished proof is checked like anybody's.
 */
#ifndef PEER_FORKFIND_H
#define PEER_FORKFIND_H

#include "log/fork.h"
#include "peer/receipt.h"

/* Gives a tile of the tree that the partner's head signs: `p->width` hashes appended to `ret`. */
struct tile_source {
	void *ctx;
	int (*read)(void *ctx, const struct tile_path *p, struct buf *ret, struct why *why);
};

/* Proof, made of the partner's tiles, that the tree of `size` entries is consistent with its tree of `head_size`: some tiles, however large that is. */
MUST_USE int tiles_consistency(const struct tile_source *source, uint64_t size, uint64_t head_size,
	struct tree_proof *ret, struct why *why);

/*
 * Builds the proof that `log`, of which I hold a signed head, also signed `other`. E_VERIFY if none can be made: the partner's tiles do not fit its
 * head, or the trees agree as far as both go. E_NET and others from the source. Between the reads of `source` no transaction is open.
 */
MUST_USE int fork_find(struct db *db, const struct log *log, const struct receipt_head *other,
	const struct tile_source *source, struct buf *ret_proof, struct why *why);

/*
 * Is the partner's tree under `other` the same as mine in its first `size` leaves (≤ both)? By a consistency proof made from its tiles. E_VERIFY if
 * not. For heads on another branch of a forked log, whose witnesses have seen the common part all the same.
 */
MUST_USE int fork_prefix(struct db *db, const struct log *log, const struct receipt_head *other,
	uint64_t size, const struct tile_source *source, struct why *why);

/* Only the checks of fork_receive, changing nothing: a stranger's bytes hold up nobody who writes. In a transaction. */
MUST_USE int fork_examine(const struct world *w, struct db *db, struct slice proof,
	struct arena *arena, struct why *why);
/*
 * Checks a proof with the author's keys as its root chain has them; if there is need of it beside what is known (pact/forkkeep.h), keeps it, without unknown
 * signatures, and freezes the log at its cut if that is lower. *ret_news: it did. E_SYNTAX, E_MISSING (no log that I follow), E_VERIFY. In a write transaction.
 */
MUST_USE int fork_receive(const struct world *w, struct db *db, struct slice proof,
	struct arena *arena, bool *ret_news, struct why *why);

#endif
