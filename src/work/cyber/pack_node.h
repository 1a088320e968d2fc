/*
 * pack_node.h: packs of what a node holds: the indicators that a reader may see, asked of the standing query (list.h) and so of pact/release.c.
 *
 *	struct pack_node from = {.world = &world, .db = db, .mode = MODE_REAL, .reader = who};
 *	rc = pack_node_collect(&from, maker, old, &counts, why);          -- old: a pack to go on from, or NULL
 *	rc = pack_node_cursor(&from, cursor, why);
 */
#ifndef CYBER_PACK_NODE_H
#define CYBER_PACK_NODE_H

#include "log/note.h"
#include "node/world.h"
#include "work/cyber/pack.h"

struct pack_node {
	const struct world *world;
	struct db *db;
	enum mode mode;
	struct reader reader;
	bool observables;
	/* Set by pack_node_collect: what the pack's `cursor` line is to be. */
	char cursor[64];
	bool whole; /* the old pack could not be gone on from */
};

/*
 * Adds the latest version of every indicator (and observable, if asked) that the reader may see. With `old`, only what came since then, unless it is of another reader
 * or of other types, or something that is in it was withdrawn or lost a reader: then everything is read anew.
 */
MUST_USE int pack_node_collect(struct pack_node *from, struct pack_maker *m, struct pack *old,
	struct pack_counts *counts, struct why *why);

/*
 * What stands here of the indicators of a mode: it differs when one has come, has a newer version or other readers, is taken back or has gone; not by objects of other
 * types. `turn` is only for pack_node_changed().
 */
struct pack_mark {
	int64_t newest, turn, objects, withdrawn, withdrawn_seq;
};
/* Since *mark, which is then that of now; in a transaction. */
MUST_USE int pack_node_changed(
	struct db *db, int64_t root, struct pack_mark *mark, bool *ret, struct why *why);

/* The key name that a member's packs are signed under: "entente/<coalition>/<member>/pack". */
void pack_node_name(const struct id *coalition, const struct id *member, char ret[ORIGIN_MAX]);

#endif
