/*
 * msg.h: the text form of every message of E-SEAL/1: fixed lines in a fixed order, LF only, no blank line, one spelling for one value.
 *
 *	e-seal/1 share
 *	sid <64 hex>
 *	…
 *	sig <base64>                     Ed25519 over "e-seal/1 signed\n" and all lines before this one
 *
 * Reading is a walk over the lines; the first thing that is wrong sticks, so a decoder reads straight and asks once at the end:
 *
 *	struct msg m = msg_open(text, "share", why);
 *	msg_hash(&m, "sid", &ret->sid);
 *	msg_point(&m, "u", &ret->u);
 *	rc = msg_close(&m, &sig);                            -- 0 or the first E_*
 *
 * Hashes, points and scalars are hex in lower case; numbers canonical decimals; bytes base64.
 */
#ifndef SEAL_MSG_H
#define SEAL_MSG_H

#include "base/arena.h"
#include "crypt/group.h"
#include "crypt/hash.h"
#include "crypt/sign.h"
#include "log/id.h"

struct msg {
	struct slice text, rest;
	int rc;
	struct why *why;
};

/* The word behind "e-seal/1 " of a text, or an empty slice. */
struct slice msg_type(struct slice text);

struct msg msg_open(struct slice text, const char *type, struct why *why);
/* The value of the next line, which must bear this name; empty after an error. */
struct slice msg_value(struct msg *m, const char *name);
/* Is the next line of this name? For lines that may be absent or repeated. */
bool msg_is(const struct msg *m, const char *name);
void msg_text(struct msg *m, const char *name, size_t max, struct slice *ret);
void msg_u64(struct msg *m, const char *name, uint64_t max, uint64_t *ret);
void msg_hash(struct msg *m, const char *name, struct hash *ret);
void msg_key(struct msg *m, const char *name, struct pubkey *ret);
void msg_point(struct msg *m, const char *name, struct point *ret);
void msg_scalar(struct msg *m, const char *name, struct scalar *ret);
/* Exactly n bytes in hex. */
void msg_bytes(struct msg *m, const char *name, void *ret, size_t n);
/* 1 to max bytes in base64, into the arena. */
void msg_base64(
	struct msg *m, const char *name, size_t max, struct arena *arena, struct slice *ret);
/* Sets the error (if there is none yet) for what a decoder itself finds wrong. */
void msg_fail(struct msg *m, int code, const char *where, const char *text);
/* The signature line, and the end. */
MUST_USE int msg_close(struct msg *m, struct signature *ret);

/* The part of a message that is signed: all lines but the last. */
struct slice msg_body(struct slice text);
/* Does the signature of a whole message hold? E_VERIFY. */
MUST_USE int msg_check(
	struct slice text, const struct signature *sig, const struct pubkey *key, struct why *why);

/* Writing. */
void msg_begin(struct buf *b, const char *type);
void msg_put_text(struct buf *b, const char *name, struct slice s);
void msg_put_u64(struct buf *b, const char *name, uint64_t v);
void msg_put_bytes(struct buf *b, const char *name, const void *p, size_t n);
void msg_put_base64(struct buf *b, const char *name, struct slice s);
/* Signs what stands in `b` from `from` on. */
void msg_sign(struct buf *b, size_t from, const struct seckey *key);
/* The bytes that are signed for a body, hashed: what a signer elsewhere is shown. */
void msg_signed_bytes(struct slice body, struct buf *ret);

/* Little-endian 4 bytes of a holder's number, for hashes. */
struct le32 {
	uint8_t b[4];
};
struct le32 le32_of(uint32_t v);
#define PART(x) slice_of((x).b, sizeof((x).b))

#endif
