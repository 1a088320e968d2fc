/*
 * map.c: see map.h.
 *
 * Linear probing over a power of two, at most 3/4 full. A deletion moves later slots of the run
 * back, so there are no tombstones and a look-up ends at the first free slot.
 */
#include "base/map.h"

#include "base/clock.h"
#include "base/report.h"

#include <endian.h>

struct map_slot {
	char *key; /* owned; NULL: free */
	size_t n;
	uint64_t hash;
	void *value;
};

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

uint64_t map_hash(const uint8_t seed[16], struct slice key)
{
	uint64_t k[2], m, v[4];
	size_t i = 0;

	memcpy(k, seed, sizeof(k));
	k[0] = le64toh(k[0]);
	k[1] = le64toh(k[1]);
	v[0] = k[0] ^ 0x736f6d6570736575;
	v[1] = k[1] ^ 0x646f72616e646f6d;
	v[2] = k[0] ^ 0x6c7967656e657261;
	v[3] = k[1] ^ 0x7465646279746573;
	for (; key.n - i >= 8; i += 8) {
		memcpy(&m, key.p + i, 8);
		sip_word(v, le64toh(m));
	}
	m = (uint64_t)key.n << 56;
	for (size_t shift = 0; i < key.n; i++, shift += 8)
		m |= (uint64_t)key.p[i] << shift;
	sip_word(v, m);
	v[2] ^= 0xff;
	for (int r = 0; r < 4; r++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_seed(uint8_t ret[16])
{
	struct env env = env_system();

	env_random(&env, ret, 16);
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->cap; i++)
		mem_free(m->slots[i].key);
	mem_free(m->slots);
	*m = (struct map){0};
}

/* The slot that holds the key, or the free one where it would go. Needs cap > n. */
static struct map_slot *map_find(const struct map *m, struct slice key, uint64_t hash)
{
	size_t mask = m->cap - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct map_slot *s = &m->slots[i];

		if (!s->key || (s->hash == hash && slice_eq(slice_of(s->key, s->n), key)))
			return s;
	}
}

static struct map_slot *map_lookup(const struct map *m, struct slice key)
{
	struct map_slot *s;

	if (m->n == 0)
		return NULL;
	s = map_find(m, key, map_hash(m->seed, key));
	return s->key ? s : NULL;
}

void *map_get(const struct map *m, struct slice key)
{
	struct map_slot *s = map_lookup(m, key);

	return s ? s->value : NULL;
}

bool map_has(const struct map *m, struct slice key)
{
	return map_lookup(m, key) != NULL;
}

static void map_grow(struct map *m)
{
	struct map old = *m;

	if (old.cap == 0)
		map_seed(m->seed);
	m->cap = old.cap ? old.cap * 2 : 16;
	m->slots = mem_zero_alloc(m->cap, sizeof(*m->slots));
	for (size_t i = 0; i < old.cap; i++) {
		struct map_slot *s = &old.slots[i];

		if (s->key)
			*map_find(m, slice_of(s->key, s->n), s->hash) = *s;
	}
	mem_free(old.slots);
}

void *map_put(struct map *m, struct slice key, void *value)
{
	struct map_slot *s;
	uint64_t hash;
	void *old;

	if (m->n >= m->cap / 4 * 3)
		map_grow(m);
	hash = map_hash(m->seed, key);
	s = map_find(m, key, hash);
	old = s->value;
	if (!s->key) {
		*s = (struct map_slot){.key = mem_string(key.p, key.n), .n = key.n, .hash = hash};
		m->n++;
	}
	s->value = value;
	return old;
}

void *map_del(struct map *m, struct slice key)
{
	struct map_slot *s = map_lookup(m, key);
	size_t mask = m->cap - 1, hole;
	void *old;

	if (!s)
		return NULL;
	old = s->value;
	mem_free(s->key);
	hole = (size_t)(s - m->slots);
	for (size_t i = (hole + 1) & mask; m->slots[i].key; i = (i + 1) & mask) {
		size_t home = m->slots[i].hash & mask;

		/* Moves back unless its home lies behind the hole, within its run. */
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct map_slot){0};
	m->n--;
	return old;
}

bool map_each(const struct map *m, size_t *at, struct slice *ret_key, void **ret_value)
{
	for (; *at < m->cap; (*at)++) {
		struct map_slot *s = &m->slots[*at];

		if (!s->key)
			continue;
		*ret_key = slice_of(s->key, s->n);
		*ret_value = s->value;
		(*at)++;
		return true;
	}
	return false;
}
