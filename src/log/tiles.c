/* tiles.c: reading the hashes of a stored log, and its tree through them. */
#include "base/report.h"
#include "log/store.h"

#include <inttypes.h>

/*
 * Copies the first `width` hashes of a tile to `ret`. E_MISSING if the tile is not there in that
 * width.
 */
static int tile_read(struct db *db, int64_t row, unsigned level, uint64_t n, unsigned width,
	uint8_t *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT hashes FROM tile WHERE log = $1 AND level = $2 AND n = $3");
	size_t bytes = width * sizeof(struct hash);
	int rc;

	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, level);
	db_bind_i64(s, 3, (int64_t)n);
	rc = db_step(s, why);
	if (rc == DB_ROW && db_blob(s, 0).n >= bytes) {
		memcpy(ret, db_blob(s, 0).p, bytes);
		rc = 0;
	} else if (rc >= 0) {
		rc = why_set(why, E_MISSING, "tile",
			"tile %u/%" PRIu64 " is not there with %u hashes", level, n, width);
	}
	db_reset(s);
	return rc;
}

int log_tile(struct db *db, int64_t row, const struct tile_path *p, struct buf *b, struct why *why)
{
	uint8_t hashes[TILE_WIDTH * sizeof(struct hash)];
	int rc;

	MUST(!p->entries && p->level < TILE_LEVELS && p->width >= 1 && p->width <= TILE_WIDTH);
	if (p->n > INT64_MAX)
		return why_set(why, E_MISSING, "tile", "no log is that long");
	rc = tile_read(db, row, p->level, p->n, p->width, hashes, why);
	if (rc < 0)
		return rc;
	buf_add(b, hashes, p->width * sizeof(struct hash));
	return 0;
}

int log_leaf(struct db *db, int64_t row, uint64_t seq, struct hash *ret, struct why *why)
{
	uint8_t hashes[TILE_WIDTH * sizeof(struct hash)];
	unsigned at = (unsigned)(seq % TILE_WIDTH);
	int rc;

	if (seq > INT64_MAX)
		return why_set(why, E_MISSING, "tile", "no log is that long");
	rc = tile_read(db, row, 0, seq / TILE_WIDTH, at + 1, hashes, why);
	if (rc < 0)
		return rc;
	memcpy(ret->b, hashes + at * sizeof(struct hash), sizeof(ret->b));
	return 0;
}

/*
 * The perfect subtree of 2^level leaves number `index`: 2^(level mod 8) neighbouring hashes in a
 * tile of level / 8.
 */
static int reader_read(void *ctx, unsigned level, uint64_t index, struct hash *ret, struct why *why)
{
	struct log_reader *r = ctx;
	unsigned tile_level = level / TILE_HEIGHT, height = level % TILE_HEIGHT;
	uint64_t first = index << height, n = first / TILE_WIDTH;

	MUST(level < 64 && index < UINT64_MAX >> level && (index + 1) << level <= r->size);
	if (!r->cache[tile_level].set || r->cache[tile_level].n != n) {
		unsigned width = tile_width_at(tile_level, n, r->size);
		int rc;

		r->cache[tile_level].set = false;
		rc = tile_read(
			r->db, r->row, tile_level, n, width, r->cache[tile_level].hashes, why);
		if (rc == E_MISSING) /* inside the tree, so it has to be there */
			return why_set(why, E_VERIFY, "tile", "tile %u/%" PRIu64 " is damaged",
				tile_level, n);
		if (rc < 0)
			return rc;
		r->cache[tile_level].set = true;
		r->cache[tile_level].level = tile_level;
		r->cache[tile_level].n = n;
		r->cache[tile_level].width = width;
	}
	*ret = tile_subtree(slice_of(r->cache[tile_level].hashes,
				    r->cache[tile_level].width * sizeof(struct hash)),
		(unsigned)(first % TILE_WIDTH), height);
	return 0;
}

struct tree_reader log_reader(struct log_reader *ctx, struct db *db, const struct log *log)
{
	ctx->db = db;
	ctx->row = log->row;
	ctx->size = log->size;
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		ctx->cache[level].set = false;
	return (struct tree_reader){.read = reader_read, .ctx = ctx};
}
