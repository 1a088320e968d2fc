/* proven.c: see proven.h. */
#include "work/procurement/seal/proven.h"

#include "base/report.h"
#include "work/procurement/limits.h"

#include <pthread.h>

_Static_assert((LIMIT_SEAL_PROVEN & (LIMIT_SEAL_PROVEN - 1)) == 0, "a power of two");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct hash table[LIMIT_SEAL_PROVEN]; /* a zero one is none: no hash that can be found is */

struct hash proven_name(const char *what, const struct slice *part, size_t n)
{
	struct hasher *h = hash_start();
	uint64_t length;

	hash_add(h, slice_of(what, strlen(what) + 1));
	for (size_t i = 0; i < n; i++) {
		length = part[i].n;
		hash_add(h, slice_of(&length, sizeof(length)));
		hash_add(h, part[i]);
	}
	return hash_end(&h);
}

static struct hash *slot(const struct hash *name)
{
	uint32_t at;

	memcpy(&at, name->b, sizeof(at));
	return &table[at & (LIMIT_SEAL_PROVEN - 1)];
}

bool proven(const struct hash *name)
{
	MUST(pthread_mutex_lock(&lock) == 0);
	bool found = hash_eq(slot(name), name);
	MUST(pthread_mutex_unlock(&lock) == 0);
	return found;
}

void proven_add(const struct hash *name)
{
	MUST(pthread_mutex_lock(&lock) == 0);
	*slot(name) = *name;
	MUST(pthread_mutex_unlock(&lock) == 0);
}
