/*
 * jose.h: signed tokens of OpenID providers: JWS in its compact form (RFC 7515 §3.1) under keys of a JWK set (RFC 7517). Reads only.
 *
 *	rc = jwks_read(bytes, arena, &keys, why);
 *	rc = jws_check(token, &keys, arena, &payload, why);
 *
 * The algorithm is that of the key, never the token's choice: a header that names another, `none`, or any kind of HMAC, is refused. What a header
 * says of keys (jwk, jku, x5c, x5u) is not looked at, and `crit` is refused, because nothing is understood beyond the RFC.
 */
#ifndef CRYPT_JOSE_H
#define CRYPT_JOSE_H

#include "base/limits.h"
#include "crypt/pk.h"

struct jwk {
	struct slice id; /* kid; empty: none */
	struct pk key;
};
struct jwks {
	struct jwk key[LIMIT_JWKS_KEYS];
	size_t n;
};
/*
 * The keys that can sign with ES256, EdDSA or RS256; others (encryption, unknown kinds, too short ones) are passed over. E_SYNTAX, E_LIMIT,
 * E_INVALID if no key is left. Keys lie in the arena.
 */
MUST_USE int jwks_read(struct slice json, struct arena *arena, struct jwks *ret, struct why *why);
/*
 * The payload of a token whose signature holds. E_SYNTAX; E_MISSING with where "kid": no key of that name (they may have been changed: fetch them
 * again); E_INVALID: algorithm; E_VERIFY: the signature does not hold.
 */
MUST_USE int jws_check(struct slice token, const struct jwks *keys, struct arena *arena,
	struct slice *ret_payload, struct why *why);

#endif
