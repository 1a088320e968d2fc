/*
 * publicfile.h: what a coalition shows to anybody, as one text that proves itself: acts and statements that are public, each with its place in its author's log,
 * signed heads with the cosignatures of witnesses, the root documents of all who have signed anything in it. Whoever trusts the fingerprint of one
 * party needs nothing else: no server, no node, no network.
 *
 *	entente-public/1
 *	coalition <32 hex>
 *	charter <bytes>                              0..64, the founding one first; none if the charter does not make acts public
 *	<text>
 *	party <M26> <bytes>                          sorted by the bytes of the id
 *	<notes of all versions of its root document>
 *	log <M26>.<epoch> <bytes>                    sorted by member and epoch
 *	<head, with the signature of the log's key alone>
 *	witness <M26> <bytes> <hashes>               of the log above; sorted
 *	<head, with the signature of the log's key and its cosignature>
 *	<base64 hash>…                               consistency of that head with the one above; none if they have the same size
 *	entry <bytes>                                of the log above; in order of seq
 *	<entry>
 *	salt <base64>
 *	payload <bytes>
 *	<payload>
 *	proof <hashes>
 *	<base64 hash>…                               inclusion in the head above
 *	fork <bytes>
 *	<fork proof>
 *	end
 *
 * A blob is followed by LF. There is one spelling: another order, a gap or something behind the end is E_SYNTAX.
 *
 *	rc = publicfile_parse(&f, &arena, bytes, why);                   -- form
 *	rc = publicfile_check(&f, &arena, &checked, why);                -- everything that can be wrong with it
 *
 * publicfile_check fails with E_VERIFY on what is false: a byte that was changed, an entry that is in no signed head, a statement that its author has not
 * released. What is true may still not be all: see `struct public_digest`.
 */
#ifndef PACT_PUBLICFILE_H
#define PACT_PUBLICFILE_H

#include "log/fork.h"
#include "pact/standing.h"

#define PUBLICFILE_HEAD "entente-public/1\n"

struct public_entry {
	struct slice bytes, payload;
	uint8_t salt[32];
	struct slice hashes; /* lines of base64 */
	size_t n_hash;
	/* Set by the check. */
	struct entry entry;
	struct hash leaf;
	enum act_kind kind;
	struct act_body *body; /* NULL for kinds without one */
	bool signature_ok;     /* of its officer, where the kind needs one */
	bool released;	       /* by a publish/1 of its author that holds and is not taken back */
	unsigned witnessed;    /* by how many others, as the file shows */
};

struct public_witness {
	struct id member;
	struct slice note, hashes;
	size_t n_hash;
	uint64_t size;	/* check */
	int64_t time_s; /* check */
};

struct public_log {
	struct log_id id;
	struct slice head;
	struct public_witness *witness;
	size_t n_witness;
	struct public_entry *entry;
	size_t n_entry;
	struct checkpoint at; /* check */
};

struct public_party {
	struct id member;
	struct slice notes;
	struct root_chain chain; /* check */
};

struct publicfile {
	struct id coalition;
	struct slice *charter;
	size_t n_charter;
	struct public_party *party;
	size_t n_party;
	struct public_log *log;
	size_t n_log;
	struct slice *fork;
	size_t n_fork;
};

MUST_USE int publicfile_parse(
	struct publicfile *ret, struct arena *arena, struct slice bytes, struct why *why);
/* What is not "check" above. */
void publicfile_print(const struct publicfile *f, struct buf *b);

/*
 * A member's own signed word for the standing that follows from all entries up to the sizes it names (state-digest/1). If the acts of the file up to there give
 * the same, nothing that settles standing was left out up to there, unless that member helped to hide it.
 */
enum public_agrees {
	PUBLIC_AGREES,
	PUBLIC_DIFFERS, /* an act is missing here */
	PUBLIC_UNSURE, /* it differs, and a fork or a revoked key may be why: standing then is not standing now */
};
struct public_digest {
	const struct public_entry *entry; /* the newest of its author */
	enum public_agrees agrees;
};

struct public_checked {
	bool has_standing; /* the charter is in the file */
	bool acts_public;  /* by that charter */
	struct charter *charter;
	size_t n_charter;
	struct standing standing;
	struct public_digest *digest;
	size_t n_digest;
	int64_t newest_s; /* newest cosignature in the file, Unix seconds; 0: none */
};
/* Everything lies in the arena, which wants room for LIMIT_PUBLIC_ARENA. */
MUST_USE int publicfile_check(
	struct publicfile *f, struct arena *arena, struct public_checked *ret, struct why *why);

/*
 * Does `f` lack anything that `other` proves, of what lies below the heads of `f`? Both checked. `other` is another member's register, or (`earlier`) a copy of this
 * one from before: then no head may be lower either. E_VERIFY says what; also where the two prove that a member has signed two stories.
 */
MUST_USE int publicfile_compare(
	const struct publicfile *f, const struct publicfile *other, bool earlier, struct why *why);

/* Notes of a chain, one after the other: takes the next off; false at the end. */
bool root_notes_next(struct slice *rest, struct slice *ret_note);
/* Root documents of one member, oldest first, checked one against the other. */
MUST_USE int root_notes_check(
	struct root_chain *ret, struct arena *arena, struct slice notes, struct why *why);

const struct public_party *publicfile_party(const struct publicfile *f, const struct id *member);
const struct public_log *publicfile_log(const struct publicfile *f, const struct log_id *id);

#endif
