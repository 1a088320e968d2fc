/*
 * entry.h: one entry of a log: the signed raw bytes of a leaf. One text grammar, fixed lines in
 * fixed order, LF only, printable ASCII only, at most LIMIT_ENTRY_BYTES (docs/format.md §2 is the
 * specification):
 *
 *	entente-entry/1
 *	coalition <32 hex>
 *	log <M26>.<epoch>
 *	seq <n>                         equals the leaf index
 *	time <unix-ms>.<counter>        hybrid logical clock, increasing; for display and expiry
 *	mode real|exercise|test         "-" when veiled
 *	kind <name>/<ver>               "-" when veiled; name: words [a-z][a-z0-9-]*, "/" between
 *	object <M26>.<26 base32> | -    "-" when veiled or a batch
 *	ref <M26>.<epoch>.<seq> <leaf hash 64 hex>     0..64 lines, sorted, distinct
 *	seen <M26>.<epoch> <size>       0..64 lines, sorted, distinct: causal cut
 *	label <policy-id> <class>[ <tag>=<v>[,<v>]...]... | -
 *	audience all@<roll 64 hex> | <M26>[,<M26>]... (sorted, distinct) | veiled
 *	payload <commit 64 hex> <bucket> <media> | -
 *	until <unix-ms> | -
 *	act <officer M26 id> <base64 signature> | -
 *
 * A veiled entry carries its real header inside the payload (struct inner): outsiders learn author,
 * index, time and size class. In one: `mode`, `kind`, `object`, `label`, `until` are "-", there are
 * no refs, media is "-", and there is a payload.
 *
 * Sorted means by value: bytes of the member, then epoch, then seq as numbers. Distinct means no
 * two of one place, whatever else the lines say. Numbers are canonical decimals: epoch and counter
 * below 2^32, the others below 2^63.
 *
 * The bytes of an entry are never re-made: entry_parse() points into them.
 */
#ifndef LOG_ENTRY_H
#define LOG_ENTRY_H

#include "base/arena.h"
#include "crypt/hash.h"
#include "crypt/sign.h"
#include "log/id.h"

#define ENTRY_KIND_MAX	64   /* bytes of a kind */
#define ENTRY_LABEL_MAX 1024 /* bytes of a label */
#define ENTRY_MEDIA_MAX 128  /* bytes of a media type */

enum mode { MODE_NONE, MODE_REAL, MODE_EXERCISE, MODE_TEST };
const char *mode_name(enum mode m); /* "real" …; "-" for MODE_NONE */
MUST_USE int mode_parse(struct slice text, enum mode *ret);

struct entry_ref {
	struct id member;
	uint32_t epoch;
	uint64_t seq;
	struct hash leaf;
};

struct entry_seen {
	struct id member;
	uint32_t epoch;
	uint64_t size;
};

enum audience_kind {
	AUDIENCE_ALL,  /* all@roll: the members named once in a roll/1 entry of the same log */
	AUDIENCE_LIST, /* explicit members */
	AUDIENCE_VEILED,
};

/* Everything in an entry but its position. Slices and arrays are borrowed. */
struct entry {
	struct log_id log;
	uint64_t seq;
	int64_t time_ms;
	uint32_t time_counter;
	enum mode mode;
	struct slice kind; /* "note/1"; empty when veiled */
	bool has_object;
	struct object_id object;
	const struct entry_ref *ref;
	size_t n_ref;
	const struct entry_seen *seen;
	size_t n_seen;
	struct slice label; /* the text behind "label ", empty for "-"; pact/label.h reads it */
	enum audience_kind audience;
	struct hash roll;	 /* AUDIENCE_ALL */
	const struct id *member; /* AUDIENCE_LIST: sorted, distinct, ≥ 1 */
	size_t n_member;
	bool has_payload;
	struct hash commit;
	uint64_t bucket; /* padded size class in bytes */
	struct slice media;
	int64_t until_ms; /* 0: "-" */
	bool has_act;
	struct id officer;
	struct signature act;
};

/*
 * Checks the whole grammar and points `ret` into `bytes` and `arena`. E_SYNTAX (why.where "line
 * N"), E_LIMIT. Checks form only: whether coalition, log, seq and time fit their place is receipt's
 * business.
 */
MUST_USE int entry_parse(
	struct entry *ret, struct arena *arena, struct slice bytes, struct why *why);

/*
 * Appends the bytes. The caller has checked the fields; a broken one is a bug (asserted by
 * re-parsing in debug builds).
 */
void entry_print(const struct entry *e, struct buf *b);

/*
 * What an officer signs: "entente-act/1\n" and the entry without its seq, time and act lines.
 * Position is the node's to give, so an act can be signed away from the node and does not spoil
 * when the log moves on; replay is harmless because the object id of an act counts once
 * (pact/acts.h).
 */
void entry_act_message(const struct entry *e, struct buf *b);

/* The header inside a veiled payload, in front of the content. */
struct inner {
	enum mode mode;
	struct slice kind;
	bool has_object;
	struct object_id object;
	const struct entry_ref *ref;
	size_t n_ref;
	struct slice label;
	const struct id *member; /* audience; sorted, distinct, ≥ 1; the author is always a reader
				    and need not be in it */
	size_t n_member;
	int64_t until_ms;
	struct slice media;
	struct slice content; /* the rest */
};
/*
 *	entente-inner/1
 *	lines mode, kind, object, ref, label, audience, until, media
 *	(empty line)
 *	content
 */
MUST_USE int inner_parse(
	struct inner *ret, struct arena *arena, struct slice plain, struct why *why);
void inner_print(const struct inner *in, struct buf *b);

/* SHA-256("entente-payload/1\n" ‖ salt ‖ be64(len) ‖ plaintext). */
struct hash payload_commit(const uint8_t salt[32], struct slice plain);
/* Padmé size class (PURBs, §4): at most 12 % above `n`; never below 256. */
uint64_t payload_bucket(uint64_t n);

/*
 * Kinds that bind or settle standing (§2.1, pact/acts.h has the table): is it well-formed
 * "name/ver"?
 */
bool kind_valid(struct slice kind);
bool media_valid(struct slice media); /* RFC 6838 type/subtype with parameters, ≤ 128 printable
					 characters, no spaces */

#endif
