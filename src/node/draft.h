/*
 * draft.h: what somebody wants written, before it has a place in the log; and how it becomes entry bytes and a payload.
 *
 *	struct draft d = {.mode = MODE_REAL, .kind = SLICE("note/1"), .label = label, .member = to, .n_member = 2,
 *		.media = SLICE("application/json"), .content = json};
 *	rc = node_write(node, db, &coalition_id, &d, 1, &written, why);
 *
 * Acts and whatever goes to all members (`all`) become open entries; everything else is veiled (law 5, DESIGN "two shapes").
 */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include "node/version.h"
#include "node/world.h"

struct written;
struct admitting;

struct draft {
	enum mode mode;
	struct slice kind;
	bool has_object; /* else a new random one is given (acts and records) */
	struct object_id object;
	/* With has_object, of an own record: E_CONFLICT ("If-Match") if another version stands when it is written. */
	struct version follows;
	const struct entry_ref *ref; /* sorted */
	size_t n_ref;
	struct slice label;	 /* text; empty only for acts and rolls */
	bool all;		 /* all members in standing */
	const struct id *member; /* else these, any order; the author is always a reader */
	size_t n_member;
	struct slice media, content; /* content empty and media empty: no payload */
	int64_t until_ms;
	bool veil_all; /* `all`, but veiled (an explicit audience of everybody): header hidden from observers and applicants */
	/* Officer: a key at hand, or a signature made elsewhere over entry_act_message of draft_prepare's entry. */
	const struct seckey *officer_key;
	struct id officer;
	bool has_act;
	struct signature act;
	uint8_t act_salt
		[32]; /* with has_act: the salt that the prepared payload was committed with */
	bool has_log; /* with has_act: the log that the act was prepared for */
	struct log_id log;
	const struct entry_seen *act_seen;
	size_t n_act_seen;
	/*
	 * Of a batch whose objects have been held against the check of their kind already, these very bytes: what came of it, one place for each in their order, of the
	 * kind's own type. Then they are not checked again, and the kind's fold is given its place (workspace.h). NULL: not yet. Borrowed.
	 */
	const void *known;
	size_t n_known;
	/*
	 * What its author decided by what a read transaction showed, looked at once more in the transaction that writes (workspace.h), where nobody can come between: may it
	 * still be said? Negative: nothing of the unit is written. On the writer's thread. May be NULL.
	 */
	int (*still)(const void *ctx, const struct admitting *a, struct why *why);
	const void *still_ctx;
	/*
	 * What this node keeps beside the entry and is in no log: in the transaction that writes it, when it has its place. Negative: nothing of the group is written. On
	 * the writer's thread. May be NULL.
	 */
	int (*beside)(const void *ctx, struct db *db, const struct written *w, struct why *why);
	const void *beside_ctx;
};

struct written {
	int64_t log_row;
	uint64_t seq;
	struct hash leaf;
	struct object_id object;
};

/*
 * Checks a draft against charter, standing and model: kind, mode, label known and fitting, audience allowed (release_audience_check), content within
 * limits, acts well-formed, officer's scope. E_* with the field in `where` ("/label", "/audience", …).
 */
MUST_USE int draft_check(const struct draft *d, const struct world *w, const struct root_chain *own,
	struct why *why);

/*
 * Makes entry bytes and plaintext at a place. `seq`, time are given; salt from env; `roll` is the hash of the roll in force for `all`. The
 * plaintext (inner header and content, or the content) goes to ret_plain. Everything is in the arena.
 */
struct made {
	struct slice entry, plain;
	uint8_t salt[32];
	struct hash leaf;
	struct object_id object;
	bool has_object;
};
MUST_USE int draft_make(const struct draft *d, const struct world *w, const struct log_id *log,
	uint64_t seq, int64_t time_ms, uint32_t counter, const struct hash *roll,
	struct arena *arena, struct made *ret, struct why *why);

/*
 * An act to be signed away from the node: fixes object, salt, payload, the readers by name and `act_seen` (world_seen gives it); gives the text of the file to carry
 * ("entente-prepared/1", names, the officers who may sign it, entry without position, payload) and back, signed. E_STATE if the act makes no sense now
 * (draft_sense).
 */
MUST_USE int draft_prepare(const struct draft *d, const struct world *w, const struct log_id *log,
	struct arena *arena, struct buf *ret, struct why *why);
/* What an officer would sign, in words (tell.h). E_CONFLICT if it is signed already. */
MUST_USE int prepared_tell(struct slice file, struct buf *ret, struct why *why);
/*
 * The signed copy: "signature <officer M26> <base64>" at its end. The key must be that of an officer whom the file names: E_DENIED. Shows nothing, decides
 * nothing: the CLI tells first (prepared_tell).
 */
MUST_USE int prepared_sign(
	struct slice file, const struct seckey *key, struct buf *ret, struct why *why);
/*
 * The prepared file once more, from one that a first officer has signed: for the second one. The names in it are this node's, as they are now; entry, salt and
 * payload are the same bytes, so both signatures are over one act. Opens no transaction.
 */
MUST_USE int prepared_again(struct slice file, const struct world *w, struct db *db,
	struct arena *arena, struct buf *ret, struct why *why);
/* Reads a signed prepared file into a draft that node_write takes. E_VERIFY if it was altered. Points into `file` and arena. */
MUST_USE int prepared_read(struct slice file, struct arena *arena, struct draft *ret,
	struct id *ret_coalition, struct why *why);

#endif
