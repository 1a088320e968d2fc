/*
 * receipt.h: the checks on what a partner sends, in their order (§2.11): cheap and unauthenticated first, nothing stored before step 10. Each has a name, which
 * is what `status` shows when one refuses:
 *
 *	 1 caller     TLS key → party, budget               (server side; on pull: the pinned key answered)
 *	 2 framing    lengths, types
 *	 3 note       grammar of a signed note
 *	 4 origin     exactly a log that I follow
 *	 5 signature  key of that epoch by the root chain, strict Ed25519
 *	 6 head       size against mine: smaller → must be my tree at that size; equal → same root; else a fork proof
 *	 7 quota      charter's entries per day; lagging by policy, never skipping
 *	 8 tree       entry bundles: framing, hashes; root recomputed from my own compact range must be the signed one
 *	 9 entry      each header: grammar, coalition, log, seq, time order, label and audience rules, act signature: failures flag, not drop
 *	10 store      one transaction, synchronous
 *	11 cosign     high-water of what I have witnessed, then my cosignature
 *	12 payload    only where I am in the audience: length, commitment, inner header, media, model
 *	13 fold       registers and standing
 *	14 gossip     heads to everybody
 */
#ifndef PEER_RECEIPT_H
#define PEER_RECEIPT_H

#include "node/record.h"
#include "peer/transport.h"

enum receipt_step {
	RECEIPT_NONE,
	RECEIPT_CALLER,
	RECEIPT_FRAMING,
	RECEIPT_NOTE,
	RECEIPT_ORIGIN,
	RECEIPT_SIGNATURE,
	RECEIPT_HEAD,
	RECEIPT_QUOTA,
	RECEIPT_TREE,
	RECEIPT_ENTRY,
	RECEIPT_STORE,
	RECEIPT_COSIGN,
	RECEIPT_PAYLOAD,
	RECEIPT_FOLD,
	RECEIPT_GOSSIP,
};
const char *receipt_step_name(enum receipt_step s);

/* One head as brought by `from`, after steps 3-5. Lies in the arena given to receipt_note, except for the bytes of the note. */
struct receipt_head {
	struct checkpoint cp;
	struct slice note;	   /* as brought */
	const struct note *parsed; /* of it */
};

/*
 * Keys that heads are signed with, looked up once: a chain of root documents is long, and heads are many. Begins as {0}; good as long as the world it is used
 * with. Notes of one author belong together: of authors only the last is kept.
 */
struct receipt_witness {
	struct pubkey *key;
	size_t n;
};
struct receipt_keys {
	struct arena chain_arena, arena; /* owned */
	struct id author;
	bool knows; /* the author's chain */
	struct root_chain chain;
	struct receipt_witness **witness; /* by party of the world; NULL: not looked up yet */
};
#define CLEANUP_RECEIPT_KEYS __attribute__((cleanup(receipt_keys_free)))
void receipt_keys_free(struct receipt_keys *k);

/* Steps 3, 4, 5 of one note. *ret_step names the step that refused. E_MISSING: of somebody who is no party here (yet): nobody's misdeed. */
MUST_USE int receipt_note(const struct world *w, struct db *db, struct receipt_keys *keys,
	struct slice note, struct arena *arena, struct receipt_head *ret,
	enum receipt_step *ret_step, struct why *why);
/*
 * Step 6: 0 = nothing new, 1 = larger than what I hold, E_VERIFY = contradicts my tree (a fork: the caller builds the proof). In a transaction.
 */
MUST_USE int receipt_compare(
	struct db *db, const struct log *log, const struct receipt_head *head, struct why *why);

/*
 * What a head says about a followed log that is mine up to its size: whether the author's note is the newest, and each witness's cosignature that is newer than
 * the one held. Only after receipt_compare has answered 0, or fork_prefix for the part below the cut of a frozen log. 1: something is new. E_VERIFY: a
 * cosignature of a known witness is false. Reads only: a head that tells nothing new holds up nobody who writes.
 */
struct receipt_cosigned {
	const struct id *witness;
	const struct note_signature *line;
	int64_t time_s;
};
struct receipt_news {
	bool author;			   /* its note */
	struct receipt_cosigned *cosigned; /* in the arena */
	size_t n;
};
MUST_USE int receipt_witnesses(const struct world *w, struct db *db, struct receipt_keys *keys,
	const struct log *log, const struct receipt_head *head, struct arena *arena,
	struct receipt_news *ret, struct why *why);
/* Keeps what is still new of it. In a write transaction. */
MUST_USE int receipt_news_keep(struct db *db, const struct log *log,
	const struct receipt_head *head, const struct receipt_news *news, struct arena *arena,
	struct why *why);

/*
 * Leaf hashes from log->size on, up to the head's size or, in a very long catch-up, a part of them. Checked by receipt_span_check once, so that the entries can
 * then be stored in pieces: each leaf is what the signed root says.
 */
struct receipt_span {
	struct log log; /* as it was when the span was begun: where it starts */
	const struct receipt_head *head;
	const struct hash *leaf; /* n of them */
	size_t n;
	bool author; /* brought by its author: whoever else has it is asked for what is withheld */
	bool checked;
};
/*
 * Step 8: the root recomputed from my own compact range and the leaves must be the signed one. `rest`: leaves behind the `n` kept, already
 * appended to `range` by the caller, who streams; NULL: the n leaves are all. E_VERIFY.
 */
MUST_USE int receipt_span_check(
	struct receipt_span *span, const struct tree_range *range, struct why *why);
/* The same for a span that is only the beginning of what was signed: the tree that it leads to is consistent with the signed one. E_VERIFY. */
MUST_USE int receipt_span_prove(
	struct receipt_span *span, const struct tree_proof *proof, struct why *why);

/*
 * Step 7, second part: what of all logs of one author has come in one day of this node's own clock, so that false times in entries do not make room for more than
 * LIMIT_RECEIVED_DAYS days at once. Only how fast entries are taken depends on it, never what they mean. In a transaction: how many of the next n entries
 * there is room for; and what receipt_entries notes of those it stores.
 */
MUST_USE int received_room(struct db *db, int64_t log_row, const struct charter *charter,
	const struct slice *bytes, size_t n, int64_t now_ms, size_t *ret, struct why *why);
MUST_USE int received_add(struct db *db, int64_t log_row, const struct slice *bytes, size_t n,
	int64_t now_ms, struct why *why);

/*
 * Steps 9, 10 and 13 for the next n entries of a checked span, the first of which is leaf[at]: `bytes[i]` with p == NULL is withheld. Bytes must hash to
 * their leaves. One write transaction; nothing is kept on refusal. E_CONFLICT: the log has grown meanwhile by another partner; begin anew. A frozen log takes
 * entries up to its cut and drops the rest. *ret_stored: how many.
 */
MUST_USE int receipt_entries(const struct node *node, struct db *db,
	const struct receipt_span *span, size_t at, const struct slice *bytes, size_t n,
	size_t *ret_stored, enum receipt_step *ret_step, struct why *why);

/*
 * Introductions that name another first root document of a member than the one held here, recorded as refusals (step "introduction"): somebody is
 * being impersonated. In a write transaction.
 */
MUST_USE int receipt_introductions(const struct world *w, struct db *db, struct why *why);

#endif
