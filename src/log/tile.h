/*
 * tile.h: C2SP tlog-tiles: the tree cut into tiles of 256 hashes, and entries into bundles of 256.
 * Level L of a tile counts 8 tree levels each.
 */
#ifndef LOG_TILE_H
#define LOG_TILE_H

#include "base/buf.h"
#include "base/why.h"
#include "crypt/hash.h"

#define TILE_WIDTH  256
#define TILE_HEIGHT 8
#define TILE_LEVELS 8 /* 2^64 leaves */

struct tile_path {
	bool entries;	/* an entry bundle instead of hashes */
	unsigned level; /* 0..7 */
	uint64_t n;	/* index of the tile in its level */
	unsigned width; /* 1..256; 256 is the full tile */
};

/*
 * "tile/0/x001/234" , "tile/0/x001/234.p/17", "tile/entries/000". Only the canonical spelling
 * parses.
 */
MUST_USE int tile_path_parse(struct slice path, struct tile_path *ret);
void tile_path_print(struct buf *b, const struct tile_path *p);

/* Width that tile n of a level has in a tree of `size` leaves; 0 if it is not there yet. */
unsigned tile_width_at(unsigned level, uint64_t n, uint64_t size);

/*
 * Root of a perfect subtree inside a tile: `hashes` are the tile's; 2^height of them from `first`
 * on (a multiple of 2^height).
 */
struct hash tile_subtree(struct slice hashes, unsigned first, unsigned height);

/*
 * Entry bundles: big-endian uint16 length and bytes, repeated. A withheld entry has length 0
 * (docs/format.md §6).
 */
void bundle_add(struct buf *b, struct slice entry);
/* 1 = one taken off, 0 = end, E_SYNTAX torn. */
MUST_USE int bundle_next(struct slice *rest, struct slice *ret, struct why *why);

#endif
