/* tile.c: see tile.h. */
#include "log/tile.h"

#include "base/limits.h"
#include "base/report.h"

#include <errno.h>
#include <inttypes.h>

/* Index of the last tile that a tree of 2^64 leaves has in a level. */
static uint64_t last_tile(unsigned level)
{
	return level < TILE_LEVELS - 1 ? UINT64_MAX >> (TILE_HEIGHT * (level + 1)) : 0;
}

/*
 * "x001/x234/067": groups of three digits, all but the last after an 'x'; the shortest spelling
 * only.
 */
static bool take_index(struct slice *text, uint64_t *ret)
{
	uint64_t n = 0;
	bool more = true;

	for (bool first = true; more; first = false) {
		unsigned group = 0;

		more = slice_take(text, "x");
		if (text->n < 3)
			return false;
		for (unsigned i = 0; i < 3; i++) {
			if (text->p[i] < '0' || text->p[i] > '9')
				return false;
			group = group * 10 + (unsigned)(text->p[i] - '0');
		}
		if (first && more && group == 0)
			return false;
		if (__builtin_mul_overflow(n, UINT64_C(1000), &n) ||
			__builtin_add_overflow(n, (uint64_t)group, &n))
			return false;
		*text = slice_sub(*text, 3, text->n);
		if (more && !slice_take(text, "/"))
			return false;
	}
	*ret = n;
	return true;
}

int tile_path_parse(struct slice path, struct tile_path *ret)
{
	struct tile_path p = {.width = TILE_WIDTH};
	uint64_t number;

	if (!slice_take(&path, "tile/"))
		return -EINVAL;
	if (slice_take(&path, "entries/")) {
		p.entries = true;
	} else {
		struct slice level;

		if (!slice_cut_exact(&path, '/', &level) || slice_u64(level, &number) < 0 ||
			number >= TILE_LEVELS)
			return -EINVAL;
		p.level = (unsigned)number;
	}
	if (!take_index(&path, &p.n) || p.n > last_tile(p.level))
		return -EINVAL;
	if (slice_take(&path, ".p/")) {
		if (slice_u64(path, &number) < 0 || number == 0 || number >= TILE_WIDTH)
			return -EINVAL;
		p.width = (unsigned)number;
	} else if (path.n > 0) {
		return -EINVAL;
	}
	*ret = p;
	return 0;
}

void tile_path_print(struct buf *b, const struct tile_path *p)
{
	unsigned group[7], n = 0; /* 2^64 has 20 digits */
	uint64_t rest = p->n;

	do {
		group[n++] = (unsigned)(rest % 1000);
		rest /= 1000;
	} while (rest > 0);
	if (p->entries)
		buf_str(b, "tile/entries/");
	else
		buf_addf(b, "tile/%u/", p->level);
	while (n-- > 0)
		buf_addf(b, n > 0 ? "x%03u/" : "%03u", group[n]);
	if (p->width < TILE_WIDTH)
		buf_addf(b, ".p/%u", p->width);
}

unsigned tile_width_at(unsigned level, uint64_t n, uint64_t size)
{
	uint64_t hashes;

	MUST(level < TILE_LEVELS);
	hashes = size >> (TILE_HEIGHT * level);
	if (n < hashes / TILE_WIDTH)
		return TILE_WIDTH;
	return n == hashes / TILE_WIDTH ? (unsigned)(hashes % TILE_WIDTH) : 0;
}

struct hash tile_subtree(struct slice hashes, unsigned first, unsigned height)
{
	struct hash node[TILE_WIDTH];
	unsigned n = 1u << height;

	MUST(height <= TILE_HEIGHT && first % n == 0 &&
		(size_t)(first + n) * sizeof(struct hash) <= hashes.n);
	memcpy(node, hashes.p + first * sizeof(struct hash), n * sizeof(struct hash));
	for (; n > 1; n /= 2)
		for (unsigned i = 0; i < n / 2; i++)
			node[i] = hash_node(&node[2 * i], &node[2 * i + 1]);
	return node[0];
}

void bundle_add(struct buf *b, struct slice entry)
{
	MUST(entry.n <= LIMIT_ENTRY_BYTES && entry.n <= UINT16_MAX);
	buf_be16(b, (uint16_t)entry.n);
	buf_slice_add(b, entry);
}

int bundle_next(struct slice *rest, struct slice *ret, struct why *why)
{
	size_t n;

	if (rest->n == 0)
		return 0;
	if (rest->n < 2)
		return why_set(why, E_SYNTAX, "", "a bundle ends within a length");
	n = (size_t)rest->p[0] << 8 | rest->p[1];
	if (n > rest->n - 2)
		return why_set(why, E_SYNTAX, "", "a bundle ends within an entry");
	*ret = slice_of(rest->p + 2, n);
	*rest = slice_of(ret->p + n, rest->n - 2 - n);
	return 1;
}
