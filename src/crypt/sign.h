/*
 * sign.h: Ed25519 (RFC 8032) under the strict rule of the format (§2.12): accept iff S < L, A and R are canonical encodings, neither
 * A nor R has small order, and the cofactorless equation holds. That is what libsodium 1.0.18 does; the 914 CCTV and 151 Wycheproof vectors
 * pin it in the tests.
 *
 * And key files: private keys at rest, by default sealed with a passphrase (Argon2id, XChaCha20-Poly1305).
 */
#ifndef CRYPT_SIGN_H
#define CRYPT_SIGN_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"

struct pubkey {
	uint8_t b[32];
};
struct signature {
	uint8_t b[64];
};
/* Seed and public key. Its holder wipes it with seckey_wipe, and pins a long-lived one with seckey_lock. */
struct seckey {
	uint8_t seed[32];
	struct pubkey pub;
};

/* Once per process before threads; initialises libsodium and GnuTLS. Idempotent. */
void crypt_init(void);

struct seckey seckey_new(const struct env *env);
struct seckey seckey_from_seed(const uint8_t seed[32]);
/*
 * Keeps the page of *k out of swap and core files where the system allows (mlock may be refused by a limit; that is no error). For
 * keys that stay in one place for as long as the process runs.
 */
void seckey_lock(struct seckey *k);
void seckey_wipe(struct seckey *k);

/* Deterministic. */
struct signature sign_bytes(const struct seckey *k, struct slice message);
/* True iff valid under the strict rule. What was valid is remembered for a while: asking again costs a hash. Thread-safe. */
bool sign_check(const struct pubkey *pub, struct slice message, const struct signature *sig);
bool pubkey_eq(const struct pubkey *a, const struct pubkey *b);

/*
 * Key file text:
 *	entente-key/1
 *	use <officer|root|log|witness|seal>
 *	public <base64>
 *	seed <base64>                         -- or, sealed:
 *	sealed argon2id <ops> <kib> <salt-base64> <nonce-base64> <ciphertext-base64>
 * Every line ends in LF, nothing follows, mode 0600. `public` is the Ed25519 key of the seed, except for use `seal`, where it is the
 * X25519 key (sealkey_from_seed). `pass` empty: plain seed. All bytes before the ciphertext are its additional data, so a
 * file changed anywhere does not open. An existing file is never overwritten (E_CONFLICT).
 */
MUST_USE int keyfile_write(const char *path, const char *use, const struct seckey *k,
	struct slice pass, const struct env *env, struct why *why);
/*
 * E_SYNTAX if the text is not in the grammar, E_INVALID if the file is for another `use`, E_LIMIT if the sealed parameters are over the
 * ceilings (1 GiB, 10 passes) or the memory they ask for is not there, E_AUTH if it is sealed and `pass` is missing or wrong or the
 * file was altered (the two look the same), E_VERIFY if seed and public key do not belong together. A pass for a plain file is ignored.
 */
MUST_USE int keyfile_read(
	const char *path, const char *use, struct slice pass, struct seckey *ret, struct why *why);
/* True iff `text` is a well-formed key file whose seed is sealed: ask for a passphrase. */
bool keyfile_is_sealed(struct slice text);

#endif
