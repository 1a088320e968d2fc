/* planning_int.h: what the files of planning share: planning.c (members, lines), planning_lots.c (capabilities), planning_offers.c (offers), planning_stated.c (a candidate's table),
 * planning_tell.c (JSON, both ways). */
#ifndef WORK_RESPONSE_PLANNING_INT_H
#define WORK_RESPONSE_PLANNING_INT_H

#include "work/response/book.h"
#include "work/response/planning.h"

struct gathering {
	const struct aid_view *v;
	const struct planning_options *o;
	struct planning *p;
	struct id id[PLAN_MEMBERS_MAX];
	struct plan_member *member;
	size_t n_member;
	struct plan_lot *lot;
	size_t n_lot;
	const struct aid_record *commit; /* that the reader sees */
	size_t n_commit;
	bool brought; /* `with` has a lot in it */
	struct slice event;
	int64_t days; /* for which what costs per day is counted */
};

/* The member's place in the problem; SIZE_MAX: it does not count in this plan. */
size_t gathering_member(struct gathering *g, const struct id *member);
MUST_USE int gathering_lots(struct gathering *g, struct why *why);
MUST_USE int gathering_offers(struct gathering *g, struct why *why);
/* The table of what `with` would bring, behind the lots that are there. */
MUST_USE int gathering_stated(struct gathering *g, struct why *why);
/* One capability as a lot. `stated`: nobody reports on it. */
void gathering_lot(struct gathering *g, const struct joined_capability *j, size_t member,
	struct slice id, bool stated);
/* Lines, lots, members, arcs, as a text that goes into a hash. */
void planning_canonical(const struct planning *p, struct hasher *h);

#endif
