/*
 * verify.c: a stored log recomputed from its entries, 256 at a time, trusting nothing that is
 * stored above the leaves.
 *
 *	entries → leaf hashes = tile of level 0 → its root is collected for level 1 → …
 *	all leaves → root and compact range = those of the log's row
 *	contents that are here → the commitment in their entry
 */
#include "base/limits.h"
#include "base/report.h"
#include "log/store.h"

#include <inttypes.h>

/* One level of tiles being recomputed. */
struct level {
	uint64_t n; /* tile in the making */
	unsigned width;
	uint8_t hashes[TILE_WIDTH * sizeof(struct hash)];
};

struct verify {
	struct db *db;
	const struct log *log;
	struct arena arena;
	struct tree_range range;
	uint64_t next;	/* seq of the entry that has to come now */
	bool tree_only; /* what entries say is not looked at */
	int64_t time_ms;
	uint32_t time_counter;
	struct level level[TILE_LEVELS];
};

static int wrong_leaf(struct why *why, uint64_t seq, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "leaf %" PRIu64, seq);
	return why_set(why, E_VERIFY, where, "%s", text);
}

static int wrong_tile(struct why *why, unsigned level, uint64_t n, const char *text)
{
	char where[48];

	snprintf(where, sizeof(where), "tile %u/%" PRIu64, level, n);
	return why_set(why, E_VERIFY, where, "%s", text);
}

/* The tile as stored; exactly `width` hashes of it must be there. */
static int stored_tile(
	struct verify *v, unsigned level, uint64_t n, unsigned width, uint8_t *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(TILE_WIDTH * sizeof(struct hash));
	struct tile_path p = {.level = level, .n = n, .width = width};
	int rc = log_tile(v->db, v->log->row, &p, &b, why);

	if (rc == E_MISSING)
		return wrong_tile(why, level, n, "hashes are missing");
	if (rc < 0)
		return rc;
	memcpy(ret, b.p, b.n);
	return 0;
}

/*
 * Form and order of an entry that can be read; the others are flagged elsewhere and stay in the
 * tree.
 */
static int check_entry(struct verify *v, uint64_t seq, struct slice bytes, struct why *why)
{
	struct entry e;

	if (v->tree_only)
		return 0;
	arena_reset(&v->arena);
	if (entry_parse(&e, &v->arena, bytes, NULL) < 0)
		return 0;
	if (!log_id_eq(&e.log, &v->log->id))
		return wrong_leaf(why, seq, "the entry is of another log");
	if (e.seq != seq)
		return wrong_leaf(why, seq, "the entry has another seq");
	if (e.time_ms < v->time_ms ||
		(e.time_ms == v->time_ms && e.time_counter <= v->time_counter && v->time_ms > 0))
		return wrong_leaf(why, seq, "the entry is not later than the one before");
	v->time_ms = e.time_ms;
	v->time_counter = e.time_counter;
	return 0;
}

/* One row: its leaf is at its place in the tile of level 0 that verify_tile has read. */
static int verify_row(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	struct verify *v = ctx;
	struct hash leaf;

	if (seq != v->next)
		return wrong_leaf(why, v->next, "there is no entry");
	memcpy(leaf.b, v->level[0].hashes + seq % TILE_WIDTH * sizeof(leaf), sizeof(leaf));
	if (bytes.p != NULL) {
		struct hash got = hash_leaf(bytes);
		int rc;

		if (!hash_eq(&got, &leaf))
			return wrong_leaf(why, seq, "the entry does not hash to its leaf");
		rc = check_entry(v, seq, bytes, why);
		if (rc < 0)
			return rc;
	}
	tree_append(&v->range, &leaf);
	v->next++;
	return 0;
}

/* Compares a recomputed tile above level 0 with the stored one. */
static int verify_upper(struct verify *v, unsigned level, struct why *why)
{
	struct level *l = &v->level[level];
	uint8_t stored[TILE_WIDTH * sizeof(struct hash)];
	int rc = stored_tile(v, level, l->n, l->width, stored, why);

	if (rc < 0)
		return rc;
	if (memcmp(stored, l->hashes, l->width * sizeof(struct hash)) != 0)
		return wrong_tile(why, level, l->n, "a hash is not the root of the tile below it");
	return 0;
}

/* A tile of level 0 is full: its root goes up, and up again from each tile that this fills. */
static int carry(struct verify *v, struct why *why)
{
	for (unsigned level = 0; level + 1 < TILE_LEVELS && v->level[level].width == TILE_WIDTH;
		level++) {
		struct level *from = &v->level[level], *to = &v->level[level + 1];
		struct hash root;

		if (level > 0) {
			int rc = verify_upper(v, level, why);

			if (rc < 0)
				return rc;
		}
		root = tile_subtree(slice_of(from->hashes, sizeof(from->hashes)), 0, TILE_HEIGHT);
		memcpy(to->hashes + to->width * sizeof(root), root.b, sizeof(root));
		to->width++;
		from->width = 0;
		from->n++;
	}
	return 0;
}

/* ---- contents ---- */

/* Rows read at once: PostgreSQL hands them over together, and one may be LIMIT_PAYLOAD_BYTES. */
#define CONTENTS_ROWS 32

static int wrong_content(struct why *why, uint64_t seq, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "content %" PRIu64, seq);
	return why_set(why, E_VERIFY, where, "%s", text);
}

/* The row that `s` stands on: seq, salt, plaintext, and the bytes of its entry, which verify_row has compared with its leaf. */
static int verify_content(struct verify *v, struct stmt *s, uint64_t seq, struct why *why)
{
	struct slice salt = db_blob(s, 1), plain = db_blob(s, 2), bytes = db_blob(s, 3);
	struct entry e;

	arena_reset(&v->arena);
	if (bytes.p == NULL || entry_parse(&e, &v->arena, bytes, NULL) < 0 || !e.has_payload)
		return wrong_content(why, seq, "there is content that no entry speaks of");
	if (salt.n != 32)
		return wrong_content(why, seq, "its salt is not 32 bytes");
	struct hash commit = payload_commit(salt.p, plain);
	if (!hash_eq(&commit, &e.commit))
		return wrong_content(
			why, seq, "the content is not the one that its entry commits to");
	return 0;
}

/* Contents of the entries [from, to). */
static int verify_contents(struct verify *v, uint64_t from, uint64_t to, struct why *why)
{
	int rc = DB_ROW;

	while (rc == DB_ROW) {
		struct stmt *s = db_stmt(v->db,
			"SELECT p.seq, p.salt, p.plain, e.bytes FROM payload p"
			" LEFT JOIN entry e ON e.log = p.log AND e.seq = p.seq"
			" WHERE p.log = $1 AND p.seq >= $2 AND p.seq < $3 ORDER BY p.seq LIMIT $4");
		unsigned n = 0;

		db_bind_i64(s, 1, v->log->row);
		db_bind_i64(s, 2, (int64_t)from);
		db_bind_i64(s, 3, (int64_t)to);
		db_bind_i64(s, 4, CONTENTS_ROWS);
		while (n < CONTENTS_ROWS && (rc = db_step(s, why)) == DB_ROW) {
			uint64_t seq = (uint64_t)db_i64(s, 0);
			int bad = verify_content(v, s, seq, why);

			if (bad < 0) {
				db_reset(s);
				return bad;
			}
			from = seq + 1;
			n++;
		}
		db_reset(s);
	}
	return rc;
}

/* The next tile of level 0, the entries under it and what is here of their contents. */
static int verify_tile(struct verify *v, struct why *why)
{
	struct level *l = &v->level[0];
	uint64_t from = v->next;
	int rc;

	l->width = tile_width_at(0, l->n, v->log->size);
	rc = stored_tile(v, 0, l->n, l->width, l->hashes, why);
	if (rc < 0)
		return rc;
	rc = log_each(v->db, v->log->row, from, from + l->width, verify_row, v, why);
	if (rc < 0)
		return rc;
	if (v->next != from + l->width)
		return wrong_leaf(why, v->next, "there is no entry");
	rc = verify_contents(v, from, v->next, why);
	return rc < 0 ? rc : carry(v, why);
}

static int count(struct stmt *s, int64_t row, int64_t *ret, struct why *why)
{
	int rc;

	db_bind_i64(s, 1, row);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret = db_i64(s, 0);
		rc = 0;
	}
	db_reset(s);
	return rc;
}

/*
 * Nothing lies behind the end: as many rows and bytes as the size says, all of which have been
 * looked at.
 */
static int verify_counts(struct verify *v, struct why *why)
{
	int64_t entries, hashes, want = 0;
	int rc = count(db_stmt(v->db, "SELECT COUNT(*) FROM entry WHERE log = $1"), v->log->row,
		&entries, why);

	if (rc < 0)
		return rc;
	rc = count(
		db_stmt(v->db, "SELECT COALESCE(SUM(LENGTH(hashes)), 0) FROM tile WHERE log = $1"),
		v->log->row, &hashes, why);
	if (rc < 0)
		return rc;
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		want += (int64_t)(v->log->size >> (TILE_HEIGHT * level));
	if ((uint64_t)entries != v->log->size)
		return wrong_leaf(why, v->log->size, "there are entries behind the end");
	if (hashes != want * (int64_t)sizeof(struct hash))
		return why_set(why, E_VERIFY, "tiles", "there are hashes behind the end");
	return verify_contents(v, v->log->size, INT64_MAX, why);
}

static int verify_end(struct verify *v, struct why *why)
{
	struct hash root = tree_root(&v->range);

	for (unsigned level = 1; level < TILE_LEVELS; level++)
		if (v->level[level].width > 0) {
			int rc = verify_upper(v, level, why);

			if (rc < 0)
				return rc;
		}
	if (!hash_eq(&root, &v->log->root))
		return why_set(why, E_VERIFY, "root", "the leaves make another root");
	if (v->range.n != v->log->range.n ||
		memcmp(v->range.node, v->log->range.node, v->range.n * sizeof(struct hash)) != 0)
		return why_set(why, E_VERIFY, "range", "the leaves make another compact range");
	return verify_counts(v, why);
}

static int verify_all(struct db *db, const struct log *log, bool tree_only,
	void (*progress)(void *ctx, uint64_t done), void *ctx, struct why *why)
{
	struct verify *v CLEANUP_FREE = mem_new(struct verify);
	int rc = 0;

	v->db = db;
	v->log = log;
	v->tree_only = tree_only;
	v->arena = ARENA(64 * KIB);
	while (rc == 0 && v->next < log->size) {
		rc = verify_tile(v, why);
		if (rc == 0 && progress != NULL)
			progress(ctx, v->next);
	}
	if (rc == 0)
		rc = verify_end(v, why);
	arena_free(&v->arena);
	return rc;
}

int log_verify(struct db *db, const struct log *log, void (*progress)(void *ctx, uint64_t done),
	void *ctx, struct why *why)
{
	return verify_all(db, log, false, progress, ctx, why);
}

int log_verify_tree(struct db *db, const struct log *log,
	void (*progress)(void *ctx, uint64_t done), void *ctx, struct why *why)
{
	return verify_all(db, log, true, progress, ctx, why);
}
