/*
 * pack_fast.h: the hash of a pack's keys and its filters, inline: what the scanner spends its time on.
 *
 *	uint64_t h = pack_hash_seeded(fast->seed, text, n);
 *	pack_prefetch(fast, PACK_WORDS, h);
 *	…
 *	if (pack_filter(fast, PACK_WORDS, h)) …          -- a key may have this hash; if not, none has
 */
#ifndef CYBER_PACK_FAST_H
#define CYBER_PACK_FAST_H

#include "work/cyber/pack.h"

/* The hash behind everything. */
static inline uint64_t pack_mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t pack_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * The last bytes first: text that ends alike is loaded alike, whatever stands before it. Reads up to 16 bytes before `p`, and uses none of
 * them. OR 0x20 folds the case of letters and leaves digits, '.' and '-' as they are; other bytes may fall together, which costs a comparison.
 */
static inline uint64_t pack_hash_seeded(const uint64_t seed[2], const uint8_t *p, size_t n)
{
	const uint64_t fold = 0x2020202020202020;
	uint64_t h = seed[0] ^ (n * 0x9e3779b97f4a7c15);
	const uint8_t *end = p + n;

	while (n > 16) {
		h = pack_mix(
			(pack_load(end - 8) | fold) ^ h, (pack_load(end - 16) | fold) ^ seed[1]);
		end -= 16;
		n -= 16;
	}
	if (n > 8) {
		uint64_t a = pack_load(end - 8) | fold;
		uint64_t b = (pack_load(end - 16) | fold) >> (8 * (16 - n));

		return pack_mix(a ^ h, b ^ seed[1]);
	}
	if (n == 0)
		return pack_mix(h, seed[1]);
	return pack_mix(((pack_load(end - 8) | fold) >> (8 * (8 - n))) ^ h, seed[1]);
}

/* Four bits of one word. */
static inline uint64_t pack_filter_bits(uint64_t hash)
{
	return 1ull << (hash & 63) | 1ull << (hash >> 6 & 63) | 1ull << (hash >> 12 & 63) |
	       1ull << (hash >> 18 & 63);
}

/* Even spread of the high half over [0, n), n < 2^32. */
static inline uint64_t pack_spread(uint64_t hash, uint64_t n)
{
	return (hash >> 32) * n >> 32;
}

/*
 * Where the last label of a word (behind its last dot, or all of it) has its bit: what no key ends with is looked up no further. Up to 8 bytes before
 * the text are read, and not used.
 */
static inline unsigned pack_ending(const uint8_t *end, size_t n)
{
	uint64_t label = pack_load(end - 8) | 0x2020202020202020;

	if (n < 8)
		label >>= 8 * (8 - n);
	return (unsigned)((label * 0x9e3779b97f4a7c15) >> 51);
}

static inline bool pack_ends_so(const struct pack_fast *f, unsigned ending)
{
	return f->endings[ending / 8] & 1u << ending % 8;
}

/* Brings the line of the table near that a hash belongs to. */
static inline void pack_prefetch_line(const struct pack_fast *f, uint64_t hash)
{
	__builtin_prefetch(f->table + pack_spread(hash, f->lines) * 64);
}

static inline const uint8_t *pack_filter_word(
	const struct pack_fast *f, unsigned group, uint64_t hash)
{
	return f->filter[group].words + pack_spread(hash, f->filter[group].n) * 8;
}

/* Brings the word near that pack_filter() will read. */
static inline void pack_prefetch(const struct pack_fast *f, unsigned group, uint64_t hash)
{
	__builtin_prefetch(pack_filter_word(f, group, hash));
}

/* False: no key of the group has this hash. The group must have keys. */
static inline bool pack_filter(const struct pack_fast *f, unsigned group, uint64_t hash)
{
	uint64_t bits = pack_filter_bits(hash);

	return (pack_load(pack_filter_word(f, group, hash)) & bits) == bits;
}

#endif
