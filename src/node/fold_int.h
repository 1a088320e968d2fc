/*
 * fold_int.h: what the files of the fold share. Private to src/node.
 *
 *	fold.c        begin, end, flags, sets of members, rolls
 *	fold_entry.c  headers and payloads: what is it, is it for this node, whose rules apply
 *	fold_act.c    acts go to the pact's tables
 *	fold_item.c   contents become items, and stop being items
 *	fold_grant.c  releases, recalls, erasures: what they do to items, whichever came first
 *	fold_use.c    how many items there are of what
 *	fold_words.c  the full text of batches, a moment later
 */
#ifndef NODE_FOLD_INT_H
#define NODE_FOLD_INT_H

#include "node/fold.h"
#include "node/grant.h"
#include "node/workspace.h"

/* Ceiling for one entry at a time: the largest payload parsed as JSON, or a whole root chain. */
#define FOLD_SCRATCH (160 * MIB)

/* An entry at its place, with its content once that is known. Borrowed for the call. */
struct fold_at {
	struct fold *f;
	const struct log *log;
	uint64_t seq;
	struct slice bytes;
	struct entry e;
	/* The header that counts: the open one, or the one inside. */
	enum mode mode;
	struct slice kind, label, media, content;
	bool has_object;
	struct object_id object;
	const struct entry_ref *ref;
	size_t n_ref;
	int64_t until_ms;
	/* Readers at writing, and with all grants; `readers.member` has the author in it. */
	struct fold_set base, readers;
	bool erased, recalled;
	struct arena *scratch;
};

/* Notes a broken rule: what `rule` says, at `step`. */
MUST_USE int fold_flag(struct fold *f, const struct log *log, uint64_t seq, uint64_t at,
	const char *step, const struct why *rule, struct why *why);
/* True for failures that are about the bytes, not about the disk: those are flagged. */
bool fold_rule(int rc);

/* Interned set of `member` and the author, with memory. */
MUST_USE int fold_set_of(struct fold *f, const struct id *author, const struct id *member, size_t n,
	struct fold_set *ret, struct why *why);
bool fold_set_has(const struct fold_set *s, const struct id *one);
/* E_MISSING if this log has had no such roll before `seq`. */
MUST_USE int fold_roll_get(struct fold *f, const struct log *log, uint64_t seq,
	const struct hash *hash, struct fold_set *ret, struct why *why);
MUST_USE int fold_roll_put(struct fold *f, const struct log *log, uint64_t seq,
	const struct entry *e, struct why *why);

/* Fills in what stands in the header that counts; `plain` is the payload. A broken rule is E_SYNTAX, E_INVALID. */
MUST_USE int fold_content(struct fold_at *at, struct slice plain, struct why *why);
/* Base readers and what grants make of them. E_MISSING for a roll that is not known. */
MUST_USE int fold_at_readers(struct fold_at *at, struct why *why);

MUST_USE int fold_act(struct fold_at *at, struct slice plain, struct why *why);
MUST_USE int fold_items(struct fold_at *at, struct why *why);
/* For items that are there: new readers and label. */
MUST_USE int fold_items_again(struct fold_at *at, struct why *why);
/* Takes content, items, words and files of an entry away; scrubbing is left to do. */
MUST_USE int fold_items_drop(struct fold *f, int64_t log_row, uint64_t seq, struct why *why);
MUST_USE int fold_grant(struct fold_at *at, struct why *why);
/* After entries have come: the targets that have waited for them. */
MUST_USE int fold_grants_waiting(struct fold *f, struct why *why);
/* At the end of a rebuild: what follows from all grants together. */
MUST_USE int fold_grants_apply(struct fold *f, struct why *why);
/* Grants about a target, in their order. */
MUST_USE int fold_granted(struct db *db, const struct id *coalition, const struct id *owner,
	uint32_t epoch, uint64_t seq, struct arena *arena, struct granted **ret, size_t *ret_n,
	struct why *why);
/* So many more live items of a mode, owner, label and audience. */
MUST_USE int fold_use_add(struct fold *f, enum mode mode, const struct id *owner,
	struct slice label, int64_t audience, int64_t n, struct why *why);
/* Before the live items of an entry go or change: takes them out of the count. */
MUST_USE int fold_use_take(struct fold *f, int64_t log_row, uint64_t seq, struct why *why);
MUST_USE int fold_use_flush(struct fold *f, struct why *why);
/* Words of one object of a kind that has some, into the full text. */
MUST_USE int words_put(struct db *db, const struct workspace_kind *k, struct slice object,
	int64_t row, struct arena *scratch, struct why *why);
/* The words of this batch are to be indexed. */
MUST_USE int words_due_put(struct db *db, int64_t log_row, uint64_t seq, struct why *why);
MUST_USE int words_due_drop(struct db *db, int64_t log_row, uint64_t seq, struct why *why);
/* Indexes one batch in a transaction of its own. 1 = done, there may be more; 0 = none is due. */
MUST_USE int words_index(struct db *db, struct why *why);
/* Something that node_todo is to do. */
MUST_USE int todo_put(struct db *db, const char *kind, const struct hash *file, struct why *why);

#endif
