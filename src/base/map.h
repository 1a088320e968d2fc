/*
 * map.h: bytes -> pointer, open addressing, keyed with a random seed so that a partner cannot
 * choose colliding keys. Keys are copied.
 *
 *	struct map m = {0};
 *	map_put(&m, key, value);
 *	struct peer *p = map_get(&m, key);
 *	map_free(&m);
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/slice.h"

struct map_slot;

struct map {
	struct map_slot *slots; /* owned */
	size_t n, cap;
	uint8_t seed[16];
};

void map_free(struct map *m);
/* NULL if absent. */
void *map_get(const struct map *m, struct slice key);
bool map_has(const struct map *m, struct slice key);
/* Sets or replaces; returns what was there before, or NULL. */
void *map_put(struct map *m, struct slice key, void *value);
/* Takes the key out; returns what was there, or NULL. */
void *map_del(struct map *m, struct slice key);
/*
 * Walks all slots: start with *at = 0; false at the end. The order means nothing. The map must not
 * change during the walk.
 */
bool map_each(const struct map *m, size_t *at, struct slice *ret_key, void **ret_value);

/* SipHash-2-4 under a key, and a key drawn from the system: for tables of other shapes. */
uint64_t map_hash(const uint8_t seed[16], struct slice key);
void map_seed(uint8_t ret[16]);

#endif
