/*
 * note.h: C2SP signed-note, tlog-checkpoint and tlog-cosignature: the text that a log signs and
 * others witness.
 *
 *	entente/<coalition>/<M26>/<epoch>          origin
 *	<size>
 *	<root hash, base64>
 *
 *	— <key name> <base64(key id ‖ signature)>
 *
 * A log key signs with type 0x01 under the name of its origin; a witness key with type 0x04
 * (cosignature/v1) under "entente/<coalition>/<M26>/witness". Unknown signatures are kept and
 * ignored; a known key with a bad signature makes the note invalid.
 */
#ifndef LOG_NOTE_H
#define LOG_NOTE_H

#include "base/arena.h"
#include "base/limits.h"
#include "crypt/hash.h"
#include "crypt/sign.h"
#include "log/id.h"

struct note_signature {
	struct slice name; /* key name */
	uint8_t key_id[4];
	struct slice bytes; /* decoded, without the key id */
	struct slice line;  /* "— name base64\n" as received */
};

struct note {
	struct slice text; /* with its last newline */
	struct note_signature signature[LIMIT_NOTE_SIGNATURES];
	size_t n;
};

/*
 * signed-note grammar: UTF-8, no control bytes but LF, ≤ LIMIT_NOTE_BYTES, ≥ 1 signature. Points
 * into `bytes`; decoded bytes in the arena.
 */
MUST_USE int note_parse(struct note *ret, struct arena *arena, struct slice bytes, struct why *why);

/* Key types of C2SP signed-note. */
enum { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04 };

/* First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key). */
void note_key_id(struct slice name, uint8_t type, const struct pubkey *pub, uint8_t ret[4]);
/* "<name>+<8 hex>+<base64(type ‖ key)>" and back (NOTE_ED25519 or NOTE_COSIGNATURE). */
void vkey_print(struct buf *b, struct slice name, uint8_t type, const struct pubkey *pub);
MUST_USE int vkey_parse(struct slice text, struct slice *ret_name, uint8_t *ret_type,
	struct pubkey *ret_pub, struct why *why);

/* Appends "— name base64\n" for a plain signature over `text`. */
void note_sign(struct buf *b, struct slice text, struct slice name, const struct seckey *key);
/*
 * Looks for a signature of this key: 1 = good, 0 = none by it, E_VERIFY = one is there and it is
 * bad. NOTE_COSIGNATURE: checks cosignature/v1 and gives its time (Unix seconds) in *ret_time if
 * not NULL.
 */
MUST_USE int note_verify(const struct note *n, struct slice name, uint8_t type,
	const struct pubkey *pub, uint64_t *ret_time, struct why *why);
/* Appends a cosignature line (type 0x04) over the checkpoint `text` at `time` (Unix seconds). */
void note_cosign(struct buf *b, struct slice text, struct slice name, const struct seckey *key,
	uint64_t time);

struct checkpoint {
	struct log_id log;
	uint64_t size;
	struct hash root;
};

#define ORIGIN_MAX 96
/* Text forms; each writes at most ORIGIN_MAX bytes with the NUL. */
void origin_format(const struct log_id *log, char ret[ORIGIN_MAX]);
void witness_name_format(const struct id *coalition, const struct id *member, char ret[ORIGIN_MAX]);
MUST_USE int origin_parse(struct slice text, struct log_id *ret);

/* The three lines. Extension lines are refused. */
MUST_USE int checkpoint_parse(struct checkpoint *ret, struct slice text, struct why *why);
void checkpoint_print(struct buf *b, const struct checkpoint *c);

#endif
