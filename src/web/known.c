/* known.c: see known.h. */
#include "web/known.h"

#include "base/map.h"

#include <pthread.h>

struct known {
	struct env env;
	pthread_mutex_t lock;
	struct map until; /* hash -> ms, in the pointer */
};

struct known *known_new(const struct env *env)
{
	struct known *k = mem_new(struct known);

	k->env = *env;
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void known_free(struct known **kp)
{
	struct known *k = *kp;

	*kp = NULL;
	if (!k)
		return;
	map_free(&k->until);
	pthread_mutex_destroy(&k->lock);
	mem_free(k);
}

void known_add(struct known *k, struct slice secret)
{
	struct hash h = hash_bytes(secret);
	uintptr_t until = (uintptr_t)(env_mono_ms(&k->env) + KNOWN_MS);

	pthread_mutex_lock(&k->lock);
	if (k->until.n >= KNOWN_MAX)
		map_free(&k->until);
	(void)map_put(&k->until, slice_of(h.b, 32), (void *)until);
	pthread_mutex_unlock(&k->lock);
}

bool known_has(struct known *k, struct slice secret)
{
	struct hash h = hash_bytes(secret);
	uintptr_t until;

	pthread_mutex_lock(&k->lock);
	until = (uintptr_t)map_get(&k->until, slice_of(h.b, 32));
	pthread_mutex_unlock(&k->lock);
	return until > (uintptr_t)env_mono_ms(&k->env);
}
