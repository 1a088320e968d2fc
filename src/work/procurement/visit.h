/*
 * visit.h: one request at the public door (door.c), and what it is handed to: desk.c takes bids, feed.c tells of all that is public.
 *
 * Read in one transaction of `db`, which the door has begun. What is not there for the public is E_MISSING, all alike.
 */
#ifndef PROCUREMENT_VISIT_H
#define PROCUREMENT_VISIT_H

#include "web/work.h"
#include "work/procurement/release.h"

struct visit {
	struct api *api;
	struct db *db;
	struct request *req;
	struct arena arena;
	struct arena process; /* of the one that is told: emptied for the next */
	struct world world;
	struct rows rows;
	struct process p;
	int64_t version;  /* of the store, asked for before anything else (web/answers.h) */
	struct slice key; /* of an answer that may be given again */
	struct why *why;
};

/* v->p and v->rows: the procurement of this id, if the public may know of its tender now; whole, in v->process. E_MISSING. */
MUST_USE int visit_find(struct visit *v, struct slice object);
/* Its releases for the public circle. */
MUST_USE int visit_package(struct visit *v, struct tree **ret, struct why *why);
/* Answers with what stands in `b`, and keeps it for who asks the same. */
void visit_json(struct visit *v, struct buf *b);

/* POST …/bids; GET …/ocds of a coalition. */
MUST_USE int visit_bid(struct visit *v);
MUST_USE int visit_feed(struct visit *v);

#endif
