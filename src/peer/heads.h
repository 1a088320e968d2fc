/*
 * heads.h: the answer to GET heads: what a node knows of every log of a coalition, in one piece.
 *
 *	be32 length ‖ state, then be32 length ‖ signed note, repeated. The state:
 *
 *	entente-heads/1
 *	token <text>           for the next question (after=): answered when it no longer fits
 *	roots <64 hex>         digest of the root documents held: ask GET roots when it differs from one's own
 *	proofs <64 hex>        digest of the fork proofs held: likewise GET proofs
 *
 * A note carries all cosignatures known of its very text, so a witness that has fallen behind appears in an older note of its own.
 */
#ifndef PEER_HEADS_H
#define PEER_HEADS_H

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

/* Digests of what this node holds in a coalition. In a transaction. */
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
