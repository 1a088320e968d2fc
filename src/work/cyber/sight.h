/*
 * sight.h: hits become sightings: counted per indicator over a window of time, and said as STIX `sighting` objects.
 *
 *	struct sight_set set = {0};
 *	sight_hit(&set, id, author, time_ms, 1);                 -- or from a sensor: sight_line(&set, line, now, why)
 *	sight_print(&set, &env, identity, &bundle);              -- a bundle of sightings
 *	sight_free(&set);
 *
 * Only indicators are sighted (sighting_of_ref names an SDO; §5.2): hits of observables are counted as `other`.
 */
#ifndef CYBER_SIGHT_H
#define CYBER_SIGHT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/vec.h"
#include "base/why.h"
#include "work/cyber/match_limits.h"

/* As long as pack.h keeps it. */
#define SIGHT_AUTHOR 120

struct sighted {
	char id[48];		       /* "indicator--…" */
	char author[SIGHT_AUTHOR + 1]; /* who has published it, as the pack names him; "" */
	uint64_t count;
	int64_t first_ms, last_ms;
	bool told;
};

struct sight_set {
	VEC(struct sighted) indicator; /* owned */
	struct map by_id;	       /* id and author -> place + 1 */
	uint64_t hits, other, over;    /* over: of indicators past LIMIT_SIGHT_INDICATORS */
};

/* `count` hits of an object of this author (empty: nobody said whose) at a time. Two may have published under one id: whose fired hears of it. */
void sight_hit(struct sight_set *set, struct slice id, struct slice author, int64_t time_ms,
	uint64_t count);
/*
 * One line as `entente cyber match` prints it: {"time": …, "indicators": ["indicator--…"], "authors": ["…"], …}; without "time" it is `now_ms`. Also a line of
 * counts: {"indicator": "…", "count": n, "first": …, "last": …}. E_SYNTAX, E_INVALID.
 */
MUST_USE int sight_line(struct sight_set *set, struct slice line, int64_t now_ms, struct why *why);
void sight_clear(struct sight_set *set);
/* Leaves what is not `told`, for the next try. */
void sight_keep(struct sight_set *set);
void sight_free(struct sight_set *set);

/*
 * A bundle of one sighting for each indicator [from, to) of the set. `where` (may be empty) is the id of the identity that sighted.
 */
void sight_print(const struct sight_set *set, size_t from, size_t to, const struct env *env,
	struct slice where, struct buf *ret);

#endif
