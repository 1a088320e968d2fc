/*
 * append.c: growing a log. A batch costs one row per entry, one write per tile that it touches, and
 * one update of the log's row.
 *
 * Level by level: the hashes that came in go behind those of the level's last tile; the tile is
 * written back, and the root of each tile that is now full comes in at the level above.
 */
#include "base/limits.h"
#include "base/report.h"
#include "log/store.h"

#include <inttypes.h>

/*
 * Rows handed to the database at once: enough for few round trips, little enough to need no large
 * array.
 */
#define INSERT_ROWS 256

static int insert_entries(
	struct db *db, const struct log *log, const struct slice *bytes, size_t n, struct why *why)
{
	enum { COLUMNS = 3 };
	struct cell *cells CLEANUP_FREE =
		mem_zero_alloc(n < INSERT_ROWS ? n : INSERT_ROWS, COLUMNS * sizeof(*cells));

	for (size_t from = 0; from < n; from += INSERT_ROWS) {
		size_t rows = n - from < INSERT_ROWS ? n - from : INSERT_ROWS;
		int rc;

		for (size_t i = 0; i < rows; i++) {
			struct cell *cell = cells + i * COLUMNS;

			cell[0] = (struct cell){.kind = CELL_I64, .i = log->row};
			cell[1] = (struct cell){
				.kind = CELL_I64, .i = (int64_t)(log->size + from + i)};
			cell[2] = (struct cell){.kind = bytes[from + i].p ? CELL_BLOB : CELL_NULL,
				.s = bytes[from + i]};
		}
		rc = db_insert_many(
			db, "INSERT INTO entry (log, seq, bytes)", COLUMNS, "", cells, rows, why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int tile_write(struct db *db, int64_t row, unsigned level, uint64_t n, struct slice hashes,
	struct why *why)
{
	struct stmt *s =
		db_stmt(db, "INSERT INTO tile (log, level, n, hashes) VALUES ($1, $2, $3, $4) "
			    "ON CONFLICT (log, level, n) DO UPDATE SET hashes = excluded.hashes");

	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, level);
	db_bind_i64(s, 3, (int64_t)n);
	db_bind_blob(s, 4, hashes);
	return db_run(s, why);
}

/*
 * Puts `n` hashes behind the `size` that a level has. The roots of the tiles that become full go to
 * `up`, their number to *ret_up; `up` may be where `hash` is: fewer come out than went in before.
 */
static int append_level(struct db *db, int64_t row, unsigned level, uint64_t size,
	const struct hash *hash, size_t n, struct hash *up, size_t *ret_up, struct why *why)
{
	uint8_t tile[TILE_WIDTH * sizeof(struct hash)];
	unsigned width = (unsigned)(size % TILE_WIDTH);
	uint64_t at = size / TILE_WIDTH;
	size_t n_up = 0;

	if (width > 0) {
		struct buf old CLEANUP_BUF = BUF(sizeof(tile));
		int rc = log_tile(db, row,
			&(struct tile_path){.level = level, .n = at, .width = width}, &old, why);

		if (rc < 0)
			return rc;
		memcpy(tile, old.p, old.n);
	}
	for (size_t done = 0; done < n;) {
		size_t take = n - done < TILE_WIDTH - width ? n - done : TILE_WIDTH - width;
		struct slice hashes;
		int rc;

		memcpy(tile + width * sizeof(struct hash), hash + done, take * sizeof(struct hash));
		width += (unsigned)take;
		done += take;
		hashes = slice_of(tile, width * sizeof(struct hash));
		rc = tile_write(db, row, level, at, hashes, why);
		if (rc < 0)
			return rc;
		if (width == TILE_WIDTH) {
			up[n_up++] = tile_subtree(hashes, 0, TILE_HEIGHT);
			width = 0;
			at++;
		}
	}
	*ret_up = n_up;
	return 0;
}

static int append_tiles(
	struct db *db, const struct log *log, const struct hash *leaf, size_t n, struct why *why)
{
	struct hash *up CLEANUP_FREE = mem_zero_alloc(n / TILE_WIDTH + 1, sizeof(*up));
	const struct hash *hash = leaf;

	for (unsigned level = 0; n > 0; level++) {
		int rc = append_level(db, log->row, level, log->size >> (TILE_HEIGHT * level), hash,
			n, up, &n, why);

		if (rc < 0)
			return rc;
		hash = up;
	}
	return 0;
}

/* Writes *log if the row still stands at `size_before`. */
static int log_update(struct db *db, const struct log *log, uint64_t size_before, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE log SET size = $2, root = $3, nodes = $4, time_ms = $5, time_counter = $6 "
		"WHERE id = $1 AND size = $7 AND (frozen_at IS NULL OR frozen_at >= $2)");
	uint8_t nodes[TREE_DEPTH * sizeof(struct hash)];
	int rc;

	tree_range_print(&log->range, nodes);
	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, (int64_t)log->size);
	db_bind_blob(s, 3, slice_of(log->root.b, sizeof(log->root.b)));
	db_bind_blob(s, 4, slice_of(nodes, log->range.n * sizeof(struct hash)));
	db_bind_i64(s, 5, log->time_ms);
	db_bind_i64(s, 6, log->time_counter);
	db_bind_i64(s, 7, (int64_t)size_before);
	rc = db_run(s, why);
	if (rc < 0)
		return rc;
	if (db_changes(db) != 1)
		return why_set(why, E_CONFLICT, "log", "the log has moved on");
	return 0;
}

int log_append(struct db *db, struct log *log, const struct slice *bytes, const struct hash *leaf,
	size_t n, int64_t last_ms, uint32_t last_counter, struct why *why)
{
	uint64_t before = log->size;
	int rc;

	log_check(log);
	MUST(db_in_transaction(db));
	if (n == 0)
		return 0;
	if (log->frozen && (log->frozen_at < log->size || n > log->frozen_at - log->size))
		return why_set(why, E_STATE, "log", "the log is frozen: a fork is proved");
	if (n > INT64_MAX - log->size)
		return why_set(why, E_LIMIT, "log", "the log is full");
	for (size_t i = 0; i < n; i++)
		if (bytes[i].n > LIMIT_ENTRY_BYTES)
			return why_set(why, E_LIMIT, "entry", "an entry is at most %zu bytes",
				LIMIT_ENTRY_BYTES);
	if ((rc = insert_entries(db, log, bytes, n, why)) < 0 ||
		(rc = append_tiles(db, log, leaf, n, why)) < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		tree_append(&log->range, &leaf[i]);
	log->size = log->range.size;
	log->root = tree_root(&log->range);
	log->time_ms = last_ms;
	log->time_counter = last_counter;
	rc = log_update(db, log, before, why);
	return rc;
}
