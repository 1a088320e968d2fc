/*
 * issuer.h: what this node asks the provider of identities: its description, its keys, and a token for a code. Description and keys are kept for an
 * hour; a token under a key that is not known makes the keys be fetched again, at most every ten seconds (the provider has changed them).
 *
 *	rc = issuer_enter(i, why);                                 -- at most two at once wait for the provider; E_BUSY
 *	rc = issuer_provider(i, arena, &provider, why);
 *	rc = issuer_token(i, &provider, &grant, arena, &payload, why);
 *	issuer_leave(i);
 *
 * E_NET: it does not answer, or not so; E_AUTH: it refuses the code, or its token does not hold. In the words of the RFCs the provider is not
 * trusted with more than saying who somebody is.
 */
#ifndef WEB_ISSUER_H
#define WEB_ISSUER_H

#include "node/oidc.h"

struct issuer;

/* NULL without `oidc` in the conf. */
struct issuer *issuer_new(const struct node *node) MUST_USE;
void issuer_free(struct issuer **i);

MUST_USE int issuer_enter(struct issuer *i, struct why *why);
void issuer_leave(struct issuer *i);

MUST_USE int issuer_provider(
	struct issuer *i, struct arena *arena, struct oidc_provider *ret, struct why *why);

struct issuer_grant {
	struct slice code, verifier;
	const char *redirect;
};
/* The payload of the ID token that the code is worth; its signature holds, its claims are still to be checked. */
MUST_USE int issuer_token(struct issuer *i, const struct oidc_provider *p,
	const struct issuer_grant *grant, struct arena *arena, struct slice *ret_payload,
	struct why *why);

#endif
