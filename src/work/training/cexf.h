/*
 * cexf.h: the Common Exercise Format (MISP project), in and out: the one open format for exercises. It has injects and what follows what; of objectives, expected actions,
 * recipients and labels it has nothing, so those are lost on the way out. Pure.
 */
#ifndef TRAINING_CEXF_H
#define TRAINING_CEXF_H

#include "work/training/view.h"

struct cexf_inject {
	struct slice uuid, name, action, description, tool;
	struct slice requires; /* uuid of the inject that must be answered first; empty */
	int64_t at_s;	       /* seconds from the beginning; -1: not said */
};
struct cexf {
	struct slice uuid, name, description;
	struct cexf_inject *inject; /* in the order of the flow */
	size_t n;
};
MUST_USE int cexf_parse(struct cexf *ret, struct arena *arena, struct slice bytes, struct why *why);
/* `now` is when it is made; uuids come from the records' ids, so the same exercise has the same. */
void cexf_write(struct buf *b, const struct view *v, struct arena *arena);

#endif
