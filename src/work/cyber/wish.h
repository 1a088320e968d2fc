/*
 * wish.h: who is to read what is taken in, and whether an entry that is here already is for all of them: that the same bytes are here says nothing of that.
 *
 *	wish_of(&wish, in, world, arena)
 *	rc = wish_met(&wish, db, label, log, seq, &met, why)          -- with the label that this object would get
 */
#ifndef WORK_CYBER_WISH_H
#define WORK_CYBER_WISH_H

#include "work/cyber/ingest.h"

struct wish {
	struct id self;
	const struct charter *charter; /* in the arena, as the readers */
	const struct id *reader;
	size_t n;
	/* The last entry that was asked about: objects of one follow each other. */
	struct arena room; /* owned */
	int64_t log;
	uint64_t seq;
	bool readers_met;
	struct slice label; /* of that entry, in the room */
};

/* All members in standing, or those whom `in` names. What is borrowed of `w` lies in its arena. */
void wish_of(struct wish *ret, const struct ingest *in, const struct world *w, struct arena *arena);
/* Every reader that is wished for is one of this own entry's, under a label that is no tighter. In a transaction. */
MUST_USE int wish_met(struct wish *w, struct db *db, struct slice label, int64_t log, uint64_t seq,
	bool *ret, struct why *why);
/* What is asked from now on is asked of another snapshot. */
void wish_again(struct wish *w);
void wish_end(struct wish *w);

#endif
