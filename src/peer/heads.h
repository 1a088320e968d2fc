/*
 * heads.h: the answer to GET heads: what a node knows of every log of a coalition, in one piece.
 *
 *	be32 length ‖ state, then be32 length ‖ signed note, repeated. The state:
 *
 *	entente-heads/1
 *	token <text>           for the next question (after=): answered when it no longer fits
 *	roots <64 hex>         digest of the root documents held: ask GET roots when it differs from one's own, and then of whom they differ
 *	proofs <64 hex>        digest of the fork proofs held: likewise GET proofs
 *
 * A note carries all cosignatures known of its very text, so a witness that has fallen behind appears in an older note of its own.
 */
#ifndef PEER_HEADS_H
#define PEER_HEADS_H

#include "base/vec.h"
#include "node/world.h"

#define HEADS_TOKEN_MAX 96 /* characters of a token */

struct heads_state {
	struct slice token; /* printable ASCII without space */
	struct hash roots, proofs;
};

/* Frames of be32 length and bytes, for heads, roots and proofs alike. */
void frame32_add(struct buf *b, struct slice bytes);
/* 1 = one taken, 0 = end, E_SYNTAX torn or E_LIMIT above `max`. */
MUST_USE int frame32_next(struct slice *rest, size_t max, struct slice *ret, struct why *why);

void heads_state_print(struct buf *b, const struct heads_state *s);
MUST_USE int heads_state_parse(struct slice text, struct heads_state *ret, struct why *why);

/* Of what is held of one party: the newest of its root documents, and all twins. One line each: "<M26> <64 hex>\n". */
struct root_digest {
	struct id member;
	struct hash digest;
};
typedef VEC(struct root_digest) root_digests;
void root_digest_print(struct buf *b, const struct root_digest *d);
/* 1 = one taken, 0 = end, E_SYNTAX. */
MUST_USE int root_digest_next(struct slice *text, struct root_digest *ret, struct why *why);

/* Digests of what this node holds in a coalition. In a transaction. Those of root documents by member, sorted; parties without one are not among them. */
MUST_USE int heads_roots(struct db *db, int64_t coalition_row, root_digests *ret, struct why *why);
/* Of all those together. */
MUST_USE int heads_roots_digest(
	struct db *db, int64_t coalition_row, struct hash *ret, struct why *why);
MUST_USE int heads_proofs_digest(
	struct db *db, int64_t coalition_row, struct hash *ret, struct why *why);

/*
 * Appends all notes, framed: own logs signed afresh (node_head), others' as received, each with the cosignatures held. Notes of one text are
 * made one.
 */
MUST_USE int heads_notes(const struct world *w, struct db *db, struct arena *arena, struct buf *ret,
	struct why *why);

#endif
