/*
 * record.h: reading and changing records, whatever their kind.
 */
#ifndef NODE_RECORD_H
#define NODE_RECORD_H

#include "node/fold.h"
#include "node/write.h"

struct record {
	struct object_id object;
	struct id author;
	uint32_t epoch;
	uint64_t seq;
	uint64_t at; /* offset in a batch payload, else 0 */
	struct hash leaf;
	struct slice kind, label, media;
	enum mode mode;
	int64_t time_ms, until_ms;
	int state;	     /* item.state */
	struct id *audience; /* sorted */
	size_t n_audience;
	struct slice content; /* stored bytes; empty if recalled or erased */
	bool cut; /* record_list: the contents of the page are large, or this one is damaged: left out; record_get has it, or says so */
	bool frozen; /* its log is forked at or below it */
};

/* Newest version of an object that `who` may see; E_MISSING alike for absent and not released. */
MUST_USE int record_get(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct record *ret, struct why *why);

/*
 * The same of many objects in few questions: RECORDS_MANY of them in one, and their contents in another. ret[i] is of object[i]; one that is absent or not released has
 * `kind` empty; E_VERIFY if one is damaged. Up to RECORDS_MANY at a time.
 */
#define RECORDS_MANY 20
MUST_USE int record_get_many(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, size_t n, struct arena *arena, struct record *ret,
	struct why *why);

/* One page, newest first by (time, object), of one mode. Release is in the SQL. Contents up to 32 MiB a page, see `cut`. */
struct record_query {
	enum mode mode;	   /* required */
	struct slice kind; /* "" all; "note/1" or prefix "cyber/" */
	bool has_owner;
	struct id owner;
	struct slice text; /* full-text words, "" all */
	bool has_after;	   /* keyset */
	int64_t after_ms;
	struct object_id after;
	size_t limit; /* ≤ 1000 */
};
MUST_USE int record_list(const struct world *w, struct db *db, const struct reader *who,
	const struct record_query *q, struct arena *arena, struct record **ret, size_t *ret_n,
	struct why *why);

/* What it is called where all kinds are listed: by its kind's own rule (workspace.h `title`), else by its kind; one line, in the arena. */
struct slice record_title(const struct record *r, struct arena *arena);

/* How many records of a mode `who` may see. */
MUST_USE int record_count(const struct world *w, struct db *db, const struct reader *who,
	enum mode mode, int64_t *ret, struct why *why);

/*
 * The versions of one object that `who` may see, newest first, with contents; those behind `after` if it is set; at most `limit`, and fewer if they are long (*ret_more: there are others). E_MISSING as record_get: the
 * newest decides whether the object is there at all.
 */
struct record_after {
	struct object_id object;
	bool set;
	uint32_t epoch;
	uint64_t seq, at;
};
MUST_USE int record_history(const struct world *w, struct db *db, const struct reader *who,
	const struct record_after *after, size_t limit, struct arena *arena, struct record **ret,
	size_t *ret_n, bool *ret_more, struct why *why);

/* Content of an entry as it lies in the store, of one object or a whole batch; in the arena. Its leaf. E_MISSING. */
MUST_USE int content_load(struct db *db, int64_t log_row, uint64_t seq, struct arena *arena,
	struct slice *ret, struct hash *ret_leaf, struct why *why);

/*
 * release/1: the author adds members (and may relabel, only as loose as the added members' clearance and the charter allow); recall/1: takes members away: their
 * nodes hide and say so; erase/1: content gone everywhere, leaf stays; recipients answer erased/1. Each refers to the leaf of the version; all are veiled to
 * old and new readers. Acts cannot be released, recalled or erased (E_INVALID).
 */
MUST_USE int record_release(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, const struct id *add, size_t n, struct slice label,
	const struct seckey *officer_key, const struct id *officer, struct written *ret,
	struct why *why);
MUST_USE int record_recall(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, const struct id *member, size_t n, struct written *ret,
	struct why *why);
MUST_USE int record_erase(const struct node *node, struct db *db, const struct id *coalition,
	const struct object_id *object, struct written *ret, struct why *why);

/*
 * Does what the fold has left: erased/1 answers, words of batches, scrubbing after erasure (db_scrub, files unlinked). Called after writes and pulls; own
 * transactions. *ret_more: something could not be done yet (a reader held the WAL).
 */
MUST_USE int node_todo(const struct node *node, struct db *db, bool *ret_more, struct why *why);

#endif
