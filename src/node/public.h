/*
 * public.h: what of a coalition anybody may have: gathered from the store into the text of pact/publicfile.h, which proves itself. There is one way out to the
 * public, and it is this file: pages, feeds and JSON are made from it and from nothing else.
 *
 *	- if the charter in force says `public acts`: charters, root documents, what settles standing, cosignatures, the newest state digest of each member;
 *	- statements and acts that their author has released by a publish/1 (and not taken back), in any coalition.
 *
 * Always real; exercises and tests are not published.
 */
#ifndef NODE_PUBLIC_H
#define NODE_PUBLIC_H

#include "node/write.h"
#include "pact/publicfile.h"

/* E_MISSING if nothing is public. In a read transaction; may raise the high-water record, to sign the own head. */
MUST_USE int public_gather(const struct world *w, struct db *db, struct arena *arena,
	struct buf *ret, struct why *why);
/* Leaves that are public by their author's word, sorted. */
MUST_USE int public_leaves(const struct world *w, struct db *db, struct arena *arena,
	struct hash **ret, size_t *ret_n, struct why *why);
bool public_has(const struct hash *leaf, size_t n, const struct hash *which);
/* Changes whenever public_gather could give something else. Cheap. */
MUST_USE int public_state(
	struct db *db, const struct id *coalition, struct hash *ret, struct why *why);

/*
 * Writes state-digest/1 of the own log if this coalition's acts are public, the standing is settled (nothing waits for witnesses) and it has not been said
 * yet: so that whoever reads the register sees what was left out. *ret_wrote.
 */
MUST_USE int public_digest_write(const struct node *node, struct db *db, const struct id *coalition,
	bool *ret_wrote, struct why *why);

#endif
