/* rate.c: see rate.h. A full bucket is the same as none, so one that nobody has asked for longest may be
 * forgotten: whoever fills the table takes nothing from those who still ask. */
#include "web/rate.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"

#include <pthread.h>

struct bucket {
	struct bucket *older, *newer;
	struct slice key; /* owned */
	int64_t at_ms;
	int64_t milli; /* thousandths of a request */
};

struct rate {
	struct env env;
	pthread_mutex_t lock;
	struct map buckets; /* key → struct bucket, owned */
	struct bucket *oldest, *newest;
};

struct rate *rate_new(const struct env *env)
{
	struct rate *r = mem_new(struct rate);

	r->env = *env;
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

static void unlink_bucket(struct rate *r, struct bucket *b)
{
	*(b->older ? &b->older->newer : &r->oldest) = b->newer;
	*(b->newer ? &b->newer->older : &r->newest) = b->older;
	b->older = b->newer = NULL;
}

static void link_newest(struct rate *r, struct bucket *b)
{
	b->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = b;
	r->newest = b;
}

static void forget_oldest(struct rate *r)
{
	struct bucket *b = r->oldest;

	MUST(b && map_del(&r->buckets, b->key) == b);
	unlink_bucket(r, b);
	mem_free((void *)(uintptr_t)b->key.p);
	mem_free(b);
}

void rate_free(struct rate **rp)
{
	struct rate *r = *rp;

	*rp = NULL;
	if (!r)
		return;
	while (r->oldest)
		forget_oldest(r);
	map_free(&r->buckets);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

static struct bucket *bucket_of(struct rate *r, struct slice key, int64_t full, int64_t now)
{
	struct bucket *b = map_get(&r->buckets, key);

	if (b) {
		unlink_bucket(r, b);
		link_newest(r, b);
		return b;
	}
	if (r->buckets.n >= LIMIT_RATE_BUCKETS)
		forget_oldest(r);
	b = mem_new(struct bucket);
	*b = (struct bucket){
		.key = slice_of(mem_string(key.p, key.n), key.n), .at_ms = now, .milli = full};
	link_newest(r, b);
	(void)map_put(&r->buckets, b->key, b);
	return b;
}

bool rate_take(struct rate *r, struct slice key, unsigned per_minute, int64_t *ret_wait_ms)
{
	int64_t full = (int64_t)per_minute * 1000, now = env_mono_ms(&r->env);
	bool ok;

	pthread_mutex_lock(&r->lock);
	struct bucket *b = bucket_of(r, key, full, now);
	/* per_minute requests in 60,000 ms are per_minute / 60 thousandths each ms. */
	b->milli += (now - b->at_ms) * per_minute / 60;
	b->milli = b->milli < full ? b->milli : full;
	b->at_ms = now;
	ok = b->milli >= 1000;
	if (ok)
		b->milli -= 1000;
	else
		*ret_wait_ms = (1000 - b->milli) * 60 / per_minute + 1;
	pthread_mutex_unlock(&r->lock);
	return ok;
}
