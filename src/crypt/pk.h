/*
 * pk.h: signatures of others: the three algorithms that passkeys (COSE) and OpenID providers (JOSE) use. Our own keys are sign.h's.
 *
 *	struct pk k;
 *	rc = pk_from_ec(x, y, &k, why);                            -- or pk_from_ed, pk_from_rsa; E_INVALID
 *	if (pk_check(&k, data, signature, PK_JOSE)) ...
 *
 * A key is pinned to its algorithm: P-256 is for ES256 and nothing else, RSA for RS256 (PKCS #1 v1.5 with SHA-256), Ed25519 for EdDSA.
 */
#ifndef CRYPT_PK_H
#define CRYPT_PK_H

#include "base/arena.h"
#include "base/why.h"

enum pk_alg { PK_ES256, PK_EDDSA, PK_RS256, PK_ALGS };
/* "ES256", "EdDSA", "RS256": the names of RFC 7518 and RFC 8037. */
const char *pk_alg_name(enum pk_alg a);
MUST_USE int pk_alg_parse(struct slice name, enum pk_alg *ret); /* -EINVAL */

struct pk {
	enum pk_alg alg;
	struct slice der; /* SubjectPublicKeyInfo (RFC 5280); of Ed25519 the 32 bytes */
};

/* Each makes the DER in the arena. E_INVALID: no point of the curve, a modulus outside of LIMIT_RSA_BITS_MIN…MAX, an even or tiny exponent. */
MUST_USE int pk_from_ec(
	struct slice x, struct slice y, struct arena *arena, struct pk *ret, struct why *why);
MUST_USE int pk_from_ed(struct slice x, struct arena *arena, struct pk *ret, struct why *why);
MUST_USE int pk_from_rsa(
	struct slice n, struct slice e, struct arena *arena, struct pk *ret, struct why *why);

/* How an ECDSA signature is written: DER (COSE in WebAuthn), or r and s of 32 bytes each (JOSE). */
enum pk_form { PK_DER, PK_JOSE };
bool pk_check(const struct pk *k, struct slice data, struct slice sig, enum pk_form form);

#endif
