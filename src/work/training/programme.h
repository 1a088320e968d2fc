/*
 * programme.h: the training programme: entries with their answers, what clashes with what and why, where one fits, and a proposal for all. Pure over rows. Days are of the
 * real calendar, both ends included.
 *
 *	programme_build(&p, arena, entries, answers, masks);
 *	clash_find(&p, arena, &clash, &n);              -- exact, each in words
 *	fit_find(&p, &p.entry[i], arena, &fit, &n);      -- every start and venue of its window, cheapest first
 *	search_run(&p, &wish, arena, &found);            -- seeded: the same every time
 */
#ifndef TRAINING_PROGRAMME_H
#define TRAINING_PROGRAMME_H

#include "work/training/store.h"

struct demand {
	struct slice pool;
	int64_t n;
};
struct entry_reply {
	struct id member;
	bool accepts, current; /* of the entry as it is now */
	struct slice reason;
};
struct programme_entry {
	const struct row *row;
	struct slice title, venue;
	int kind;		       /* of entry_kinds */
	int64_t from, to, days, start; /* window; `start` is where it stands or is wished */
	int64_t rest, priority;
	bool mandatory, cancelled;
	struct slice *venues, *unit;
	size_t n_venue, n_unit;
	struct demand *staff;
	size_t n_staff;
	struct id *party;
	size_t n_party;
	struct object_id *after;
	size_t n_after;
	const char *state;	   /* of machine_entry */
	struct entry_reply *reply; /* one for each party that has answered */
	size_t n_reply, accepted, declined;
};
struct busy_block {
	int64_t from, to;
	int kind;  /* of busy_kinds */
	int64_t n; /* of a pool: so many are taken; 0: all */
};
struct programme_mask {
	const struct row *row;
	int what; /* 0 unit, 1 venue, 2 pool */
	struct slice name;
	int64_t capacity; /* 0: one; of a pool: not said */
	struct busy_block *block;
	size_t n;
};
struct programme {
	struct programme_entry *entry; /* in order of object */
	struct programme_mask *mask;
	size_t n, n_mask;
};
MUST_USE int programme_build(struct programme *ret, struct arena *arena, const struct rows *entries,
	const struct rows *answers, const struct rows *masks, struct why *why);
const struct programme_entry *programme_find(const struct programme *p, const struct object_id *o);

/* ---- clashes ---- */

enum clash_kind {
	CLASH_VENUE,
	CLASH_UNIT,
	CLASH_POOL,
	CLASH_STANDBY,
	CLASH_BUSY,
	CLASH_ORDER,
	CLASH_REST
};
extern const char *const clash_kinds[];
struct clash {
	enum clash_kind kind;
	const struct programme_entry *a, *b; /* b NULL: a mask or a pool */
	struct slice resource;
	int64_t from, to;
	const char *text;
};
void clash_find(const struct programme *p, struct arena *arena, struct clash **ret, size_t *ret_n);
/* Of one entry, if it stood there: with all the others as they stand. */
void clash_of(const struct programme *p, const struct programme_entry *e, int64_t start,
	struct slice venue, struct arena *arena, struct clash **ret, size_t *ret_n);

/* ---- where does this fit? ---- */

struct fit {
	int64_t start;
	struct slice venue;
	int64_t cost; /* days away from what is wished, and VENUE_COST for another venue than the first */
	size_t clashes;
};
#define VENUE_COST 20
/* Those without a clash first, cheapest first; at most `max`. */
void fit_find(const struct programme *p, const struct programme_entry *e, size_t max,
	struct arena *arena, struct fit **ret, size_t *ret_n);

/* ---- a proposal for all ---- */

struct search_wish {
	uint64_t seed;
	size_t rounds; /* of destroy and repair; 0: 20,000 */
	int64_t deadline_ms,
		(*now_ms)(
			void *ctx); /* instead of rounds: until then; NULL: not looked at. Not the same every time */
	void *ctx;
	bool keep_firm; /* what is firm stays where it is */
};
struct placement {
	const struct programme_entry *entry;
	bool placed;
	int64_t start;
	struct slice venue;
};
struct search_found {
	struct placement *p; /* in the order of the programme */
	size_t n, placed;
	int64_t value, greedy; /* of the proposal, and of what one pass gives */
	size_t rounds;
};
/* Value: 100 × priority + 600 if mandatory − days moved (weeks of seven) − VENUE_COST, of what has a place. */
void search_run(const struct programme *p, const struct search_wish *w, struct arena *arena,
	struct search_found *ret);

#endif
