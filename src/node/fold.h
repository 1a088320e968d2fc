/*
 * fold.h: entries → tables. State is a fold (law 3): everything shown comes from here, `entente rebuild` drops the tables and gets the same bytes.
 *
 *	invariants
 *	1. Order between logs does not matter, nor when payloads arrive: every row is keyed by (log, seq, offset) or is a register
 *	   "highest seq of its owner's log wins".
 *	2. Only an object's owner changes it: an entry whose object belongs to another member is kept as a leaf and flagged, never folded.
 *	3. Flags are deterministic: every node that holds the same bytes sets the same.
 *
 * Used by node_write for own entries, by peer/receipt for others', by rebuild for all: the same code.
 *
 *	struct fold f;
 *	rc = fold_begin(&f, &world, db, arena, why);         -- inside a write transaction
 *	rc = fold_header(&f, &log, seq, entry_bytes, why);
 *	rc = fold_payload(&f, &log, seq, entry_bytes, salt, plain, why);
 *	rc = fold_end(&f, why);                              -- standing recomputed into the world if acts came
 */
#ifndef NODE_FOLD_H
#define NODE_FOLD_H

#include "base/limits.h"
#include "node/world.h"

/*
 * Tables (fold.c):
 *	item(row, coalition, log, seq, at, epoch, object_owner, object_name, kind, mode, label, audience, media, until_ms, time_ms, state)
 *		one row per object that this node holds (or held) content of; the record of an object is its newest item that the reader may see:
 *		highest (epoch, seq, at). `at` is the offset in a batch payload, else 0. `row` is this database's own number, in no digest.
 *		state: 0 live, 1 recalled from this node, 2 erased. A row that is not live has no kind, label and content: they are gone.
 *	item_ref(log, seq, ord, …), item_file(log, seq, at, ord, sha256, size, name, media)
 *	grants: release/1, recall/1 and erase/1, one row per target and member (grant.h)
 *	grant_wait: targets of these in an earlier log that is not here yet
 *	answer: erased/1
 *	flag(log, seq, at, step, text): broken rules
 *	roll(log, seq, hash, audience): roll/1
 *	words_due: batches whose words are not in the full text yet (node_todo puts them there)
 *	item_use(coalition, mode, owner, label, audience, n): how many live items; counts of what is in `item`, for status
 * and, which a rebuild keeps: want(log, seq, next_ms) (want.h), file_want and file_got(log, seq, sha256) (files.h), todo (record.h: node_todo).
 */
extern const char fold_schema_1[], fold_schema_2[], fold_schema_3[], fold_schema_4[];

enum item_state { ITEM_LIVE, ITEM_RECALLED, ITEM_ERASED };

/* A set of members that was resolved a moment ago: entries of one log mostly have the same readers. */
#define FOLD_SETS	 16
#define FOLD_SET_MEMBERS (LIMIT_MEMBERS + 2)
struct fold_set {
	const struct id *
		member; /* sorted; NULL: free. Those of a slot are overwritten by the next set in it */
	struct id *place; /* FOLD_SET_MEMBERS */
	size_t n;
	int64_t audience;
};

/* Items that have come (or gone) and are not counted in item_use yet. */
struct fold_use {
	bool set;
	enum mode mode;
	struct id owner;
	char label[LABEL_BYTES_MAX];
	size_t label_n;
	int64_t audience, n;
};

struct fold {
	struct world *world;
	struct db *db;
	struct arena *arena;
	bool acts_changed, wants_changed;
	uint64_t folded, flagged; /* objects; broken rules */
	/* the fold's own */
	bool writing;	   /* entries of our own, now: their files must be here */
	const void *known; /* draft.known of the entry at hand */
	bool rebuilding;   /* payloads lie in the store already, and were admitted when they came */
	struct fold_use use;
	bool grants_any;  /* somebody in the coalition has released, recalled or erased */
	int64_t next_row; /* of item */
	struct fold_set set[FOLD_SETS];
	int64_t roll_log;  /* the roll used last */
	uint64_t roll_seq; /* of its first place */
	struct hash roll;
	struct fold_set roll_set;
	int64_t time_log; /* time of the entry before, to check their order */
	uint64_t time_seq;
	int64_t time_ms;
	uint32_t time_counter;
};
MUST_USE int fold_begin(
	struct fold *ret, struct world *w, struct db *db, struct arena *arena, struct why *why);
/*
 * The header of an entry that has just been appended to `log`. Deterministic rule breaks (bad grammar, foreign coalition, wrong kind rules …) are written to
 * `flag` and answer 0: flags never stop a log. Negative only for E_IO. *ret_wanted: its payload should be asked for (acts; all@ with me in
 * the roll; veiled: maybe, so yes).
 */
MUST_USE int fold_header(struct fold *f, const struct log *log, uint64_t seq,
	struct slice entry_bytes, bool *ret_wanted, struct why *why);
/* The same for an entry that was withheld when those behind it came: its follower is looked at again, too. */
MUST_USE int fold_header_late(struct fold *f, const struct log *log, uint64_t seq,
	struct slice entry_bytes, bool *ret_wanted, struct why *why);
/*
 * Content with its salt: checks length ≤ bucket, commitment, inner header, that I am in the audience, the grammar of the label, the model of the
 * kind; stores the payload and folds it. E_VERIFY if it does not match the leaf (the sender lied), E_DENIED if it is not for this node: nothing is
 * stored. A deterministic rule break is flagged, stored and answers 0. What has been recalled or erased meanwhile is not stored and answers 0.
 *
 * Whether the label admits the audience depends on charter and standing as they are now, so it is not folded: writers check it
 * (draft_check), every door checks it again (pact/release.h), and status shows what does not fit.
 */
MUST_USE int fold_payload(struct fold *f, const struct log *log, uint64_t seq,
	struct slice entry_bytes, const uint8_t salt[32], struct slice plain, struct why *why);
MUST_USE int fold_end(struct fold *f, struct why *why);

/*
 * Readers of an entry's content held here, with all grants applied, and the label in force: for doors that serve by (log, seq). E_MISSING if no live item of
 * it is here.
 */
MUST_USE int fold_readers(struct db *db, int64_t log_row, uint64_t seq, struct arena *arena,
	struct id **ret_member, size_t *ret_n, struct slice *ret_kind, struct slice *ret_label,
	struct why *why);
/*
 * Members of the roll that an entry all@`hash` of this log refers to; E_MISSING. For release_header. Whether the log had it before the entry is
 * not asked: the hash says who they are.
 */
MUST_USE int fold_roll(struct db *db, int64_t log_row, const struct hash *hash, struct arena *arena,
	struct id **ret_member, size_t *ret_n, struct why *why);

/*
 * Broken rules, by log, newest first: at most `limit` of those flagged here, and as many acts without a valid signature of an officer (step "signature").
 * In a read transaction.
 */
struct flag {
	struct log_id log;
	uint64_t seq, at;
	struct slice step, text;
};
MUST_USE int flag_list(struct db *db, const struct id *coalition, size_t limit, struct arena *arena,
	struct flag **ret, size_t *ret_n, struct why *why);

/* Drops the fold's tables of all coalitions and folds every entry and payload held again. One transaction. Progress by entries. */
MUST_USE int fold_rebuild(const struct node *node, struct db *db,
	void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx, struct why *why);
/* SHA-256 over the canonical dump of all fold tables: equal before and after a rebuild, and on both engines. */
MUST_USE int fold_digest(struct db *db, struct hash *ret, struct why *why);

#endif
