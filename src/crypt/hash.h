/*
 * hash.h: SHA-256 (FIPS 180-4) from GnuTLS, which uses the processor's own instructions.
 */
#ifndef CRYPT_HASH_H
#define CRYPT_HASH_H

#include "base/slice.h"

struct hash {
	uint8_t b[32];
};

/* Readies GnuTLS; crypt_init() calls it, nobody else needs to. */
void hash_init(void);

/* SHA-256 of the concatenation of `n` pieces. Cannot fail (aborts if the library does). */
struct hash hash_of(const struct slice *pieces, size_t n);
struct hash hash_bytes(struct slice s);

/* HMAC-SHA-256 (RFC 2104) of the concatenation. */
struct hash hash_mac(struct slice key, const struct slice *pieces, size_t n);
/* In a time that does not depend on where they differ. */
bool hash_same(const struct hash *a, const struct hash *b);

/* SHA-1 of the concatenation: for names that a standard makes with it (UUIDv5), never for trust. */
void hash_sha1(const struct slice *pieces, size_t n, uint8_t ret[20]);

bool hash_eq(const struct hash *a, const struct hash *b);
bool hash_is_zero(const struct hash *h);
int hash_cmp(const void *a, const void *b); /* for qsort */

/* Piece by piece, for files: hash_start, hash_add…, hash_end (which frees) or hash_drop. */
struct hasher;
struct hasher *hash_start(void) __attribute__((returns_nonnull, warn_unused_result));
void hash_add(struct hasher *h, struct slice s);
struct hash hash_end(struct hasher **h);
void hash_drop(struct hasher **h);

/* RFC 6962 §2.1: SHA-256(0x00 ‖ data) and SHA-256(0x01 ‖ left ‖ right). */
struct hash hash_leaf(struct slice data);
struct hash hash_node(const struct hash *left, const struct hash *right);

#endif
