/*
 * group.h: the group ristretto255 (RFC 9496): scalars modulo its order q and points, with checks that let one value have one encoding.
 *
 *	struct scalar x = scalar_random(env);
 *	struct point p = point_base(&x);                        -- x·B
 *	rc = point_decode(bytes, &q, "/u", why);                -- from a stranger: valid, canonical, not the identity
 *	struct point s = point_mul(&x, &q);
 *
 * Whatever comes from outside passes scalar_decode() or point_decode(); arithmetic on what has passed cannot fail. A result may be the identity (32 zero
 * bytes): where that must not be, the caller asks point_is_identity(). Secret scalars are wiped by their holder (scalar_wipe). Time does not depend on the values.
 */
#ifndef CRYPT_GROUP_H
#define CRYPT_GROUP_H

#include "base/clock.h"
#include "base/why.h"

#define GROUP_BYTES 32

struct scalar {
	uint8_t b[GROUP_BYTES]; /* little-endian, below q */
};
struct point {
	uint8_t b[GROUP_BYTES];
};

/* E_INVALID with `where` unless it is 32 bytes and below q. Zero is a scalar. */
MUST_USE int scalar_decode(
	struct slice bytes, struct scalar *ret, const char *where, struct why *why);
/* E_INVALID with `where` unless it is the one encoding of a point other than the identity. */
MUST_USE int point_decode(
	struct slice bytes, struct point *ret, const char *where, struct why *why);

struct scalar scalar_of(uint64_t v);
/* 64 bytes, little-endian, modulo q. */
struct scalar scalar_wide(const uint8_t wide[64]);
/* Even over [1, q). */
struct scalar scalar_random(const struct env *env);
struct scalar scalar_add(const struct scalar *a, const struct scalar *b);
struct scalar scalar_sub(const struct scalar *a, const struct scalar *b);
struct scalar scalar_mul(const struct scalar *a, const struct scalar *b);
/* a + b·c */
struct scalar scalar_muladd(const struct scalar *a, const struct scalar *b, const struct scalar *c);
/* MUST: a is not zero. */
struct scalar scalar_invert(const struct scalar *a);
bool scalar_is_zero(const struct scalar *a);
bool scalar_eq(const struct scalar *a, const struct scalar *b);
void scalar_wipe(struct scalar *a);

struct point point_base(const struct scalar *a); /* a·B */
struct point point_mul(const struct scalar *a, const struct point *p);
struct point point_add(const struct point *a, const struct point *b);
struct point point_sub(const struct point *a, const struct point *b);
/* A point of which nobody knows the logarithm: from the SHA-512 of a text. */
struct point point_of_text(const char *text);
bool point_is_identity(const struct point *p);
bool point_eq(const struct point *a, const struct point *b);

/*
 * Hashes over parts, none of which can be taken for another: SHA-512 of (length as 8 bytes, little-endian; bytes) of the domain and of each part.
 */
void group_digest(const char *domain, const struct slice *part, size_t n, uint8_t ret[64]);
/* The same modulo q: a challenge. */
struct scalar group_challenge(const char *domain, const struct slice *part, size_t n);

/*
 * XChaCha20-Poly1305 (IETF) with a key, a nonce of 24 bytes and additional data. aead_seal appends the ciphertext and its tag (16 bytes);
 * E_LIMIT if that does not fit. aead_open appends the text; E_VERIFY if key or bytes are others.
 */
#define AEAD_KEY   32
#define AEAD_NONCE 24
#define AEAD_TAG   16
MUST_USE int aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	struct slice more, struct slice plain, struct buf *ret, struct why *why);
MUST_USE int aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	struct slice more, struct slice sealed, struct buf *ret, struct why *why);
/* Clears a secret. */
void secret_wipe(void *p, size_t n);

#endif
