/*
 * pool.h: a pool as its records show it, and needs that could be one: pure functions of the records that are here, for API and commands alike.
 *
 *	pool_read(&rows, &pool);                 -- rows of procure_store_process() of the pool
 *	if (!pool.row) … there is no such pool …
 */
#ifndef PROCUREMENT_POOL_H
#define PROCUREMENT_POOL_H

#include "work/procurement/store.h"

struct pool {
	const struct row *row; /* NULL: it is not among them */
	const struct row *word[LIMIT_MEMBERS], *vote[LIMIT_MEMBERS]; /* the newest of each member */
	size_t n_word, n_vote;
	int64_t interested, committed; /* sums of quantities */
	size_t members;		       /* who has not declined */
};
void pool_read(const struct rows *rows, struct arena *arena, struct pool *ret);
/* {"pool", "participations", "interested", "committed", "members", "votes"} */
void pool_put(struct json_out *o, const struct pool *p, const struct world *w, struct arena *arena);

/* Needs of the same thing by several members: by item card, NIIN or code, or only by the class of CPV. */
struct suggestion {
	struct slice key, unit;
	bool by_class;
	int64_t quantity;
	size_t members;
	const struct row **need;
	size_t n_need;
};
void pool_suggest(const struct rows *needs, struct arena *arena,
	void (*each)(void *ctx, const struct suggestion *s), void *ctx);
void suggestion_put(
	struct json_out *o, const struct suggestion *s, const struct world *w, struct arena *arena);

#endif
