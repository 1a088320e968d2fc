/* worlds.c: see worlds.h. */
#include "node/worlds.h"

#include "base/limits.h"
#include "base/report.h"

#include <pthread.h>
#include <stdatomic.h>

/* What a holder sees comes first; the count is nobody else's business. */
struct held {
	struct worlds_one one;
	atomic_uint holders;
};

struct worlds {
	pthread_mutex_t lock;
	struct held *held[LIMIT_COALITIONS]; /* each counted as a holder */
	size_t n;
};

struct worlds *worlds_new(void)
{
	struct worlds *w = mem_new(struct worlds);

	pthread_mutex_init(&w->lock, NULL);
	return w;
}

void worlds_free(struct worlds **wp)
{
	struct worlds *w = *wp;

	*wp = NULL;
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		worlds_drop(&w->held[i]->one);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

/* Place of a coalition's; w->n if there is none. */
static size_t place_of(const struct worlds *w, const struct id *coalition)
{
	size_t at = 0;

	while (at < w->n && !id_eq(&w->held[at]->one.coalition_id, coalition))
		at++;
	return at;
}

struct worlds_one *worlds_find(struct worlds *w, const struct id *coalition, int64_t stamp)
{
	struct worlds_one *found = NULL;

	pthread_mutex_lock(&w->lock);
	size_t at = place_of(w, coalition);
	if (at < w->n && w->held[at]->one.stamp == stamp) {
		atomic_fetch_add(&w->held[at]->holders, 1);
		found = &w->held[at]->one;
	}
	pthread_mutex_unlock(&w->lock);
	return found;
}

struct worlds_one *worlds_one_new(const struct id *coalition, int64_t stamp)
{
	struct held *h = mem_new(struct held);

	atomic_init(&h->holders, 1);
	h->one = (struct worlds_one){
		.coalition_id = *coalition, .stamp = stamp, .arena = ARENA(LIMIT_REQUEST_ARENA)};
	return &h->one;
}

void worlds_put(struct worlds *w, struct worlds_one *one)
{
	struct held *h = (struct held *)one, *before = NULL;

	pthread_mutex_lock(&w->lock);
	size_t at = place_of(w, &one->coalition_id);
	if (at < LIMIT_COALITIONS) {
		if (at < w->n)
			before = w->held[at];
		else
			w->n++;
		w->held[at] = h;
		atomic_fetch_add(&h->holders, 1);
	}
	pthread_mutex_unlock(&w->lock);
	if (before)
		worlds_drop(&before->one);
}

void worlds_drop(struct worlds_one *one)
{
	_Static_assert(offsetof(struct held, one) == 0, "one is held by its beginning");
	struct held *h = (struct held *)one;

	MUST(atomic_load(&h->holders) > 0);
	if (atomic_fetch_sub(&h->holders, 1) > 1)
		return;
	arena_free(&h->one.arena);
	mem_free(h);
}
