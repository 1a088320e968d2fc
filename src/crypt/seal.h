/*
 * seal.h: content for one reader: X25519 sealed boxes around a random content key, XChaCha20-Poly1305 over the content in
 * chunks of 1 MiB (libsodium secretstream), so that relays and carried files see nothing but lengths. The commitment in
 * the leaf is to the plaintext, so a sender cannot give two readers two contents under one hash.
 *
 * Bytes: crypto_box_seal of the 32-byte content key (80), secretstream header (24), then chunks of 1 MiB + 17, the last one shorter or
 * equal and tagged FINAL. An empty content is one chunk of 17; otherwise the last chunk is not empty. One content has
 * one length: seal_length.
 */
#ifndef CRYPT_SEAL_H
#define CRYPT_SEAL_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"

struct sealkey { /* X25519 */
	uint8_t sec[32], pub[32];
};
struct sealkey sealkey_new(const struct env *env);
/* As crypto_box_seed_keypair: the secret is the first half of SHA-512(seed). */
struct sealkey sealkey_from_seed(const uint8_t seed[32]);
void sealkey_wipe(struct sealkey *k);

/* Bytes of the sealed form of `plain_bytes` of content. */
size_t seal_length(size_t plain_bytes);
/*
 * Appends the sealed form of `plain`; E_INVALID if `pub` is not usable, E_LIMIT if it would not fit under the ceiling of `ret`; nothing is
 * appended on failure. Uses the system's random (libsodium), not env: the result is never compared.
 */
MUST_USE int seal_to(const uint8_t pub[32], struct slice plain, struct buf *ret, struct why *why);
/* False for the few X25519 keys (small order) to which nothing can be sealed. */
bool sealkey_usable(const uint8_t pub[32]);
/*
 * Appends the plaintext; E_VERIFY if it is not for this key or was altered or cut, E_LIMIT if it would not fit under the ceiling of
 * `ret`. Nothing is appended on failure.
 */
MUST_USE int seal_open(
	const struct sealkey *k, struct slice sealed, struct buf *ret, struct why *why);

#endif
