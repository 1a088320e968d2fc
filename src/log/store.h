/*
 * store.h: logs in the database: rows of entries, tiles of hashes, checkpoints. Everything runs
 * inside the caller's transaction.
 *
 *	log.root and tree_root(range) agree; entries 0..size-1 are each there or withheld (NULL
 *	bytes); tiles hold exactly `size` leaf hashes and the full subtrees above them: log_check()
 *	asserts it cheaply, log_verify() recomputes it all.
 */
#ifndef LOG_STORE_H
#define LOG_STORE_H

#include "db/migrate.h"
#include "log/entry.h"
#include "log/note.h"
#include "log/tile.h"
#include "log/tree.h"

/*
 * Tables: log, entry, tile, payload. `payload` has salt and plaintext; deleting its row is erasure
 * and withholding alike.
 */
extern const char log_schema_1[];

struct log {
	int64_t row; /* id in table log */
	struct log_id id;
	uint64_t size;
	struct hash root;
	struct tree_range range;
	int64_t time_ms; /* of the last entry */
	uint32_t time_counter;
	bool frozen;	    /* a fork is proved: nothing is appended but what is below the cut */
	uint64_t frozen_at; /* entries from here on count for nothing */
};

/* Stops the process if *log contradicts itself (root, range and size); called by log_append. */
void log_check(const struct log *log);

/* Finds the log, or E_MISSING; E_VERIFY if its row has been damaged. */
MUST_USE int log_load(struct db *db, const struct log_id *id, struct log *ret, struct why *why);
MUST_USE int log_load_row(struct db *db, int64_t row, struct log *ret, struct why *why);
/* Finds or makes it (empty). */
MUST_USE int log_open(struct db *db, const struct log_id *id, struct log *ret, struct why *why);

/*
 * Appends n entries: `bytes[i]` with p == NULL is withheld and then leaf[i] is its hash; otherwise
 * leaf[i] must be hash_leaf(bytes[i]) (the caller has computed it). E_STATE if the log is frozen
 * below their end (up to the cut it grows on), E_CONFLICT if another process has appended
 * meanwhile. Updates *log in memory too; on failure the transaction must be rolled back and *log
 * loaded again. last_ms, last_counter: time of the last entry (kept for the next one's order).
 */
MUST_USE int log_append(struct db *db, struct log *log, const struct slice *bytes,
	const struct hash *leaf, size_t n, int64_t last_ms, uint32_t last_counter, struct why *why);

/* Bytes of an entry, copied into the arena; E_MISSING if beyond or withheld. */
MUST_USE int log_entry(struct db *db, int64_t row, uint64_t seq, struct arena *arena,
	struct slice *ret, struct why *why);
MUST_USE int log_leaf(struct db *db, int64_t row, uint64_t seq, struct hash *ret, struct why *why);
/*
 * The entry that was withheld before (a newcomer gets it later): checks it against the leaf
 * (E_VERIFY). Nothing happens if it is there.
 */
MUST_USE int log_fill(
	struct db *db, int64_t row, uint64_t seq, struct slice bytes, struct why *why);

/*
 * Entries [from, to) in order of seq, withheld ones with p == NULL. `bytes` is good until `each`
 * returns; `each` must not call log_each with the same db; a negative return of it ends the walk
 * and is the result.
 */
MUST_USE int log_each(struct db *db, int64_t row, uint64_t from, uint64_t to,
	int (*each)(void *ctx, uint64_t seq, struct slice bytes, struct why *why), void *ctx,
	struct why *why);

/*
 * Hashes of a tile, `width` of them: raw 32-byte strings appended to `b`. E_MISSING if not there in
 * that width. `p` is no entry bundle.
 */
MUST_USE int log_tile(
	struct db *db, int64_t row, const struct tile_path *p, struct buf *b, struct why *why);
/* A tree_reader over the tiles; `*ctx` is caller's storage and keeps the last tiles read. */
struct log_reader {
	struct db *db;
	int64_t row;
	uint64_t size;
	struct {
		bool set;
		unsigned level;
		uint64_t n;
		uint8_t hashes[TILE_WIDTH * 32];
		unsigned width;
	} cache[TILE_LEVELS];
};
struct tree_reader log_reader(struct log_reader *ctx, struct db *db, const struct log *log);

/* Freezes at `at` (only ever lower). */
MUST_USE int log_freeze(struct db *db, struct log *log, uint64_t at, struct why *why);

/*
 * Payloads: plaintext with its salt, which the caller has checked against the entry's commitment.
 * What is there already stays.
 */
MUST_USE int payload_put(struct db *db, int64_t row, uint64_t seq, const uint8_t salt[32],
	struct slice plain, struct why *why);
MUST_USE int payload_get(struct db *db, int64_t row, uint64_t seq, struct arena *arena,
	uint8_t ret_salt[32], struct slice *ret_plain, struct why *why); /* E_MISSING */
MUST_USE int payload_drop(struct db *db, int64_t row, uint64_t seq, struct why *why);

/*
 * Recomputes everything of a log from the entry bytes and leaf hashes: leaf hashes, tiles at each level, root, seq, order of time; and holds the contents that are
 * here against the commitments of their entries. `progress` (may be NULL) is called with entries done. E_VERIFY names in why.where the first that is wrong: "leaf
 * 17", "tile 1/0", "content 17". Entries out of grammar are part of the tree (§2.10): only their hash is looked at. Runs in the caller's read transaction.
 */
MUST_USE int log_verify(struct db *db, const struct log *log,
	void (*progress)(void *ctx, uint64_t done), void *ctx, struct why *why);
/*
 * The same without a look into the entries: for a log that somebody else writes. Whatever is in
 * there was signed; where it breaks a rule, the fold has flagged it, and the store is sound.
 */
MUST_USE int log_verify_tree(struct db *db, const struct log *log,
	void (*progress)(void *ctx, uint64_t done), void *ctx, struct why *why);

#endif
