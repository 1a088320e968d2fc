/*
 * webauthn.h: what an authenticator and a browser say about a passkey (W3C Web Authentication, Level 2 §7.1 and §7.2; of Level 3 the flags
 * of backed-up credentials), checked. Pure: no clock, no store. Challenges, accounts and counters are node/passkey.h's.
 *
 *	const struct webauthn_expect e = {.challenge = text, .origin = "https://alb.example", .rp_id = "alb.example"};
 *	rc = webauthn_register(&e, client_data, attestation_object, arena, &credential, why);
 *	...
 *	rc = webauthn_assert(&e, &key, client_data, authenticator_data, signature, &said, why);
 *
 * E_SYNTAX: not in its format; E_INVALID: another type, challenge, origin, rpId, a flag that is missing, an algorithm or attestation that is not
 * taken; E_VERIFY: the signature does not hold. `where` names the part.
 *
 * User presence and user verification are always asked for: a passkey signs in alone, so it has to be two factors by itself. Attestation is not
 * asked for ("none"); of others only self attestation is taken, which some authenticators send nevertheless.
 */
#ifndef CRYPT_WEBAUTHN_H
#define CRYPT_WEBAUTHN_H

#include "crypt/pk.h"

struct webauthn_expect {
	struct slice challenge; /* its text, base64url: as the browser got it */
	const char *origin, *rp_id;
};

struct webauthn_said {
	uint32_t counter; /* 0: it keeps none */
	bool backup_able, backed_up;
};

struct webauthn_credential {
	struct slice id; /* a borrow of the attestation object */
	struct pk key;
	struct webauthn_said said;
};

/* COSE algorithm numbers (RFC 9053) in the order of preference: for the options of a registration. */
extern const int webauthn_algorithms[PK_ALGS];

MUST_USE int webauthn_register(const struct webauthn_expect *e, struct slice client_data,
	struct slice attestation_object, struct arena *arena, struct webauthn_credential *ret,
	struct why *why);
MUST_USE int webauthn_assert(const struct webauthn_expect *e, const struct pk *key,
	struct slice client_data, struct slice authenticator_data, struct slice signature,
	struct arena *arena, struct webauthn_said *ret, struct why *why);
/* The challenge that a client says it has signed; nothing is checked. For looking it up. E_SYNTAX. */
MUST_USE int webauthn_challenge(
	struct slice client_data, struct arena *arena, struct slice *ret, struct why *why);

#endif
