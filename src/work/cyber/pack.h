/*
 * pack.h: indicator packs: one file that says what to look for in logs.
 *
 * A pack is mapped, not loaded: opening one checks its signature and its filters and reads nothing else; a page is checked against the
 * signed list when it is first used. It holds keys (addresses, networks, domains, URLs, e-mail addresses, hashes of files, file names), which
 * STIX objects each belongs to, and from when until when these hold. A sensor needs the file and a public key, no node.
 *
 *	struct pack *p CLEANUP_PACK = NULL;
 *	rc = pack_open(&p, path, &trust, why);             -- E_VERIFY: not signed by a trusted key, or altered
 *
 * Made from STIX, or from an older pack and what is new:
 *
 *	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
 *	rc = pack_maker_pack(m, old, why);
 *	rc = pack_maker_stix(m, json, observables, &counts, why);
 *	rc = pack_write(m, path, &about, why);
 *
 * Of an object the latest version counts, and a revoked one stays revoked: the result does not depend on the order in which things are added.
 *
 * File format (all integers little-endian): a signed note (log/note.h) whose text begins "entente-pack/1", padded with NUL to PACK_HEAD bytes;
 * the SHA-256 of every page of PACK_PAGE bytes that follows; then the sections that the text names, each from a page's start. docs/match.md has the whole.
 */
#ifndef CYBER_PACK_H
#define CYBER_PACK_H

#include "base/arena.h"
#include "base/clock.h"
#include "crypt/hash.h"
#include "crypt/sign.h"
#include "work/cyber/match_limits.h"
#include "json/json.h"

#define PACK_HEAD (16 * KIB)
#define PACK_PAGE (16 * KIB)

enum pack_kind {
	PACK_IPV4,
	PACK_IPV6,
	PACK_NET4, /* CIDR block */
	PACK_NET6,
	PACK_DOMAIN,
	PACK_URL,
	PACK_EMAIL,
	PACK_MD5,
	PACK_SHA1,
	PACK_SHA256,
	PACK_FILE, /* file name */
	PACK_KINDS,
};
/* "ipv4-addr", "ipv4-net", "domain-name", "url", "email-addr", "MD5", "file-name" … */
const char *pack_kind_name(enum pack_kind kind);

/* Keys are looked for in groups, each behind a filter of its own; "numbers" are IPv6 addresses and networks. */
enum pack_group { PACK_WORDS, PACK_NUMBERS, PACK_URLS, PACK_EMAILS, PACK_DIGESTS, PACK_GROUPS };

/* ---- the key of a value ---- */

/*
 * The one spelling of `value` that the pack keeps and a scanner compares with: ipv4 dotted, ipv6 and networks binary (16; 4 or 16 and the length),
 * domains and e-mail addresses in lower case, URLs with scheme and host in lower case, without default port and fragment, hashes binary, file names as they are.
 * `kind` may be changed: a block of one address becomes the address. -EINVAL if the value is none of its kind, or is a
 * network wider than LIMIT_PACK_NET4 or LIMIT_PACK_NET6.
 */
MUST_USE int pack_key(enum pack_kind *kind, struct slice value, struct buf *ret);
/* The URL part of it; also undoes hxxp. Appends at most LIMIT_PACK_KEY bytes. */
MUST_USE int pack_key_url(struct slice url, struct buf *ret);
/* A byte of the words that logs are cut into: letters, digits, '.', '-', '_' and all of 0x80 and above. */
bool pack_is_word(uint8_t c);
/* What of a file name a scanner finds it by: [*ret_at, + *ret_n), its longest run of word bytes. */
void pack_anchor(struct slice name, size_t *ret_at, size_t *ret_n);
/* Text of a key, as STIX writes it. */
void pack_key_print(struct buf *b, enum pack_kind kind, struct slice key);

/* ---- reading ---- */

struct pack;
#define CLEANUP_PACK __attribute__((cleanup(pack_close)))

/* Whose packs are taken: a key under a name (C2SP vkey), or any, signed or not. */
struct pack_trust {
	bool any;
	struct slice name;
	struct pubkey key;
};

struct pack_object {
	char id[128];				/* "indicator--…" */
	char author[128];			/* created_by_ref or a member's label; "" */
	int64_t modified_ms, from_ms, until_ms; /* until: INT64_MAX if none */
	bool revoked, pattern_only;
};

MUST_USE int pack_open(
	struct pack **ret, const char *path, const struct pack_trust *trust, struct why *why);
/* The same over bytes in memory, which must outlive it: tests and fuzzing. */
MUST_USE int pack_open_bytes(
	struct pack **ret, struct slice bytes, const struct pack_trust *trust, struct why *why);
void pack_close(struct pack **p);
/* Every page against the list: what open leaves to use. E_VERIFY. */
MUST_USE int pack_verify(struct pack *p, struct why *why);

struct pack_about {
	int64_t made_ms;
	struct slice mode;	/* "real", "exercise" or "test" */
	struct slice for_whom;	/* whom its contents are released to, or "-" */
	struct slice coalition; /* or "-" */
	struct slice
		cursor; /* how far the node's records are in it; "-" if it was made from files */
	struct slice signer; /* name under which it is signed; "" */
	uint64_t objects, keys, pattern_only;
	struct slice observables; /* "yes": taken, too; "no"; empty in packs that do not say */
};
/* Borrowed from the pack. */
struct pack_about pack_about(const struct pack *p);

/* Keys of a kind: a scanner does not look for what has none. */
uint64_t pack_count(const struct pack *p, enum pack_kind kind);
/* File names that only an every-word search finds: without a dot, or with other bytes than words have. */
bool pack_has_odd_names(const struct pack *p);

/* What a scanner asks by the million: hashes and filters (pack_fast.h). Borrowed from the pack. */
struct pack_fast {
	uint64_t seed[2];
	struct {
		const uint8_t *words; /* of 64 bits, checked when the pack was opened */
		uint64_t n;
	} filter[PACK_GROUPS];
	const uint8_t *endings; /* PACK_ENDINGS bits */
	const uint8_t *table;	/* only to be brought near */
	uint64_t lines;
};
#define PACK_ENDINGS 8192
struct pack_fast pack_fast(const struct pack *p);

struct pack_hit {
	uint32_t entry;
	enum pack_kind kind;
	struct slice key;
	size_t anchor; /* PACK_FILE: where in the key the text that was looked up begins */
};
/*
 * The next entry with this hash: start with *at = 0. False at the end. The caller compares kind and key. Damaged pages make
 * it false and are told by pack_damage().
 */
bool pack_next(struct pack *p, uint64_t hash, uint64_t *at, struct pack_hit *ret);
/* An IPv6 address. */
bool pack_next_six(struct pack *p, const uint8_t addr[16], uint64_t *at, struct pack_hit *ret);
/* Networks that hold the address, widest first, the same way; addr has 4 or 16 bytes. */
bool pack_next_net(
	struct pack *p, const uint8_t *addr, bool six, uint64_t *at, struct pack_hit *ret);
/* The i-th object of an entry that holds at `now_ms` (not revoked, within its time), in *at order; false at the end. */
bool pack_live(
	struct pack *p, uint32_t entry, int64_t now_ms, uint64_t *at, struct pack_object *ret);
/* Object by number, whatever its state; false past the end. */
bool pack_object(struct pack *p, uint32_t number, struct pack_object *ret);
/* NULL, or what was found to be damaged. */
const char *pack_damage(const struct pack *p);

/* ---- making ---- */

struct pack_counts {
	uint64_t objects;      /* STIX objects looked at that can carry keys */
	uint64_t keys;	       /* keys taken */
	uint64_t pattern_only; /* indicators that say more than a list can */
	uint64_t partly;       /* indicators some of whose values no log scan finds */
	uint64_t
		refused; /* with a pattern that cannot be read, an unknown pattern_type, or times that cannot be */
	uint64_t ignored; /* objects of other types */
};

struct pack_maker;
#define CLEANUP_PACK_MAKER __attribute__((cleanup(pack_maker_free)))
struct pack_maker *pack_maker_new(void) __attribute__((returns_nonnull, warn_unused_result));
void pack_maker_free(struct pack_maker **m);
/* What another pack holds. E_VERIFY if it is damaged. */
MUST_USE int pack_maker_pack(struct pack_maker *m, struct pack *old, struct why *why);
/*
 * A STIX bundle, a list of objects, or one. One bad object is counted and passed over. Observables (SCOs) are taken only if asked
 * for: most of what is observed is harmless. `author` (may be empty) stands for created_by_ref where given.
 */
MUST_USE int pack_maker_stix(struct pack_maker *m, struct slice json, bool observables,
	struct slice author, struct pack_counts *counts, struct why *why);
/* One object of a document that was read: what a caller with objects of its own gives. */
MUST_USE int pack_maker_object(struct pack_maker *m, const struct json_doc *doc, json_ref object,
	bool observables, struct slice author, struct pack_counts *counts, struct why *why);
/* Takes an object out, whatever version: withdrawn, or no longer released to the reader. */
void pack_maker_drop(struct pack_maker *m, struct slice id);

struct pack_sign {
	const struct seckey *key; /* NULL: unsigned */
	struct slice name;
};
/* Replaces `path` in one step. about->objects, keys, pattern_only and signer are the maker's to say. */
MUST_USE int pack_write(struct pack_maker *m, const char *path, const struct pack_about *about,
	const struct pack_sign *sign, const struct env *env, struct why *why);
/* The same into memory. */
MUST_USE int pack_print(struct pack_maker *m, struct buf *ret, const struct pack_about *about,
	const struct pack_sign *sign, const struct env *env, struct why *why);

#endif
