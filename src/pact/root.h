/*
 * root.h: root documents: the chain in which a member says which keys speak for it (§2.1, after TUF). A document is a signed note; its text:
 *
 *	entente-root/1
 *	member <M26> | -                 "-" in version 1, whose hash makes the id
 *	label <text>                     what the member calls itself, UTF-8, ≤ 64 bytes: shown, never trusted
 *	version <n>
 *	prev <64 hex> | -                SHA-256 of the previous text
 *	threshold <k>
 *	root <base64 key>                1..16 lines, sorted
 *	next <64 hex>                    root_set_hash of the next version's root set (pre-rotation)
 *	officer <M26> <base64 key> <scope>[,<scope>]... <until unix-ms | ->
 *	log <base64 key> <epoch>
 *	witness <base64 key>
 *	tls <64 hex>                     SPKI pin; 1..4 lines
 *	seal <base64 X25519> <until unix-ms>
 *	endpoint <https url>             0..8 lines
 *	revoke <base64 key> at <coalition 32 hex>:<epoch>:<size>
 *
 * Signed by root keys under the key name "entente/root" (note type 0x01). Version n is valid iff signed by the threshold of n-1 and of n, prev is
 * the hash of n-1, and n's root set hashes to n-1's `next`. A holder keeps the highest version and never goes back; two valid documents with
 * one member and version are proof of misbehaviour.
 */
#ifndef PACT_ROOT_H
#define PACT_ROOT_H

#include "base/arena.h"
#include "log/note.h"

enum scope {
	SCOPE_SIGN = 1 << 0,
	SCOPE_ACCEDE = 1 << 1,
	SCOPE_RATIFY = 1 << 2,
	SCOPE_WITHDRAW = 1 << 3,
	SCOPE_SUSPEND = 1 << 4,
	SCOPE_RELEASE = 1 << 5,
	SCOPE_OPEN_BIDS = 1 << 6,
	SCOPE_RECOVER = 1 << 7,
	SCOPE_ALL = (1 << 8) - 1,
};
const char *scope_name(enum scope s);
/* "sign,accede,ratify" → bits; -EINVAL. */
MUST_USE int scopes_parse(struct slice text, unsigned *ret);
void scopes_print(struct buf *b, unsigned scopes);

#define ROOT_KEYS_MAX	  16
#define ROOT_OFFICERS_MAX 64
#define ROOT_REVOKES_MAX  64
/* Keys of one use that a member may ever have had and that are looked at. */
#define ROOT_SPEAKERS_MAX 64

struct root_officer {
	struct id id; /* random per coalition of use; the person behind it is nobody's business */
	struct pubkey key;
	unsigned scopes;
	int64_t until_ms; /* 0: none */
};
struct root_revoke {
	struct pubkey key;
	struct id coalition;
	uint32_t epoch;
	uint64_t size; /* entries from here on are void where this key was needed */
};

struct root {
	struct slice text; /* the signed text, borrowed */
	struct id member;  /* computed for version 1 */
	struct slice label;
	uint32_t version;
	struct hash prev, hash; /* hash: SHA-256 of `text` */
	unsigned threshold;
	struct pubkey key[ROOT_KEYS_MAX];
	size_t n_key;
	struct hash next;
	struct root_officer officer[ROOT_OFFICERS_MAX];
	size_t n_officer;
	struct pubkey log_key;
	uint32_t log_epoch;
	struct pubkey witness;
	struct hash tls[4];
	size_t n_tls;
	uint8_t seal[32];
	int64_t seal_until_ms;
	struct slice endpoint[8];
	size_t n_endpoint;
	struct root_revoke revoke[ROOT_REVOKES_MAX];
	size_t n_revoke;
};

/* Grammar of the text alone. `ret` points into `text`. */
MUST_USE int root_parse(struct root *ret, struct slice text, struct why *why);
/* Appends the text (fields must be valid). */
void root_print(const struct root *r, struct buf *b);
/* SHA-256("entente-root-set/1\n" "threshold <k>\n" "root <base64>\n"...) */
struct hash root_set_hash(unsigned threshold, const struct pubkey *key, size_t n);
/* Appends the signature line of one custodian. */
void root_sign(struct buf *b, struct slice text, const struct seckey *key);
/*
 * Checks a signed document against its predecessor (NULL for version 1, whose trust comes from comparing the fingerprint). E_VERIFY.
 */
MUST_USE int root_check(struct root *ret, struct arena *arena, struct slice note_bytes,
	const struct root *previous, struct why *why);

/* Twelve words of a fixed list of 2,048 pronounceable syllable pairs (docs/format.md §3), for comparing by telephone or note verbale. */
void root_fingerprint_words(const struct hash *root_v1, struct buf *b);
/* Is `text` that fingerprint, as 64 hex digits or as the words, however they are spaced and whatever their case? */
bool root_fingerprint_is(const struct hash *root_v1, struct slice text);
/* Word n < 2,048 of that list. */
#define ROOT_WORD_LEN 5
void root_word(unsigned n, char ret[ROOT_WORD_LEN + 1]);

/* Where a document stands in its member's log; what is not restricted counts everywhere. */
struct root_spot {
	bool restricted;
	uint32_t epoch;
	uint64_t seq;
};
/*
 * A whole chain: versions 1..n. As it is known here, from whomever (pactdb.h, root_chain_load): then also the twins, documents that the root keys have
 * signed of a version that another has, or that follow one of those. Or as it stands in the member's own log (root_chain_in_log), by which its acts are judged.
 */
struct root_chain {
	struct id member;
	struct root *version; /* version[i].version == i+1 */
	size_t n;
	const struct root_spot *spot; /* of each version; NULL: not restricted */
	struct root *twin;
	size_t n_twin;
};
/* Newest version. */
const struct root *root_latest(const struct root_chain *c);
/*
 * The officer who may do `scope` in this coalition at (epoch, seq), at `time_ms`: present with the scope in some version that stands before that place, its key
 * not revoked at or before it by any version, not past `until`. NULL otherwise.
 */
const struct root_officer *root_officer_for(const struct root_chain *c, const struct id *officer,
	enum scope scope, const struct id *coalition, uint32_t epoch, uint64_t seq,
	int64_t time_ms);
/* Where an act stands and what it needs, and all officers who may do it, newest version first: an officer may have changed keys. */
struct root_place {
	const struct id *officer;
	enum scope scope;
	const struct id *coalition;
	uint32_t epoch;
	uint64_t seq;
	int64_t time_ms;
};
const struct root_officer *root_officer_next(
	const struct root_chain *c, const struct root_officer *after, const struct root_place *at);

/*
 * For log and witness keys twins count like versions: whoever signs with a key that the root keys have named speaks for the member, whichever of two
 * documents a partner was shown first; so two stories under two keys can be proved. An old twin cannot add an officer or take one away.
 *
 * Log key that signs checkpoints of `epoch` at `size` in `coalition`, or NULL: of the keys that were not revoked by then, the newest. A checkpoint
 * of size s speaks for the entries 0..s-1: a key revoked at s may still have signed it.
 */
const struct pubkey *root_log_key(
	const struct root_chain *c, const struct id *coalition, uint32_t epoch, uint64_t size);
/* All of them, newest first, distinct: old checkpoints and fork proofs may be by an older one. Returns how many (≤ max). */
size_t root_log_keys(const struct root_chain *c, const struct id *coalition, uint32_t epoch,
	uint64_t size, const struct pubkey **ret, size_t max);
/* Whatever has been a log key, of any epoch, revoked or not. */
size_t root_log_keys_ever(const struct root_chain *c, const struct pubkey **ret, size_t max);
/* Its witness keys, newest first, distinct. Returns how many (≤ max). */
size_t root_witness_keys(const struct root_chain *c, const struct pubkey **ret, size_t max);

#endif
