/*
 * oidc.h: signing in with a provider of identities (OpenID Connect Core 1.0, authorization code flow with PKCE, RFC 7636): the pure parts, and
 * who is who. The provider says who somebody is; what that person may here is the account's, which an administrator has made and given a subject.
 *
 *	struct oidc_provider p;
 *	rc = oidc_provider_read(bytes, conf, arena, &p, why);                      -- discovery
 *	oidc_authorize_url(&p, conf, &ask, &url);                                  -- there the browser goes
 *	...                                                                        -- it comes back with a code, which web/issuer.h changes into a token
 *	rc = oidc_claims_check(payload, &expect, conf, arena, &claims, why);
 *	rc = oidc_account(db, issuer, claims.subject, arena, &account, why);
 *
 * Claims never give: with `oidc-role` lines in entente.conf a session has those of its account's roles that the claims name as well, and none beyond.
 */
#ifndef NODE_OIDC_H
#define NODE_OIDC_H

#include "node/account.h"
#include "node/conf.h"

/* How far the provider's clock may be off, and how old a token may be. */
#define OIDC_SKEW_MS	  (60LL * 1000)
#define OIDC_TOKEN_AGE_MS (10LL * 60 * 1000)
#define OIDC_SUBJECT_MAX  255 /* OpenID Connect Core §2 */
#define OIDC_CODE_MAX	  2048

/* What the discovery document says (OpenID Connect Discovery 1.0 §3). In the arena. */
struct oidc_provider {
	const char *authorize, *token, *keys; /* endpoints, https */
	bool post; /* the secret goes into the body (client_secret_post); else by HTTP Basic */
	bool names_itself; /* its answers carry `iss` (RFC 9207) */
};
/* E_SYNTAX, E_INVALID: another issuer than the conf's, an endpoint that is no https URL, no code flow, no PKCE with S256. */
MUST_USE int oidc_provider_read(struct slice json, const struct conf_oidc *conf,
	struct arena *arena, struct oidc_provider *ret, struct why *why);

struct oidc_ask {
	const char *redirect, *state;
	struct slice nonce, challenge; /* base64url */
	bool again;		       /* the person has to show again who is there */
};
void oidc_authorize_url(const struct oidc_provider *p, const struct conf_oidc *conf,
	const struct oidc_ask *ask, struct buf *ret);

struct oidc_expect {
	struct slice nonce;
	int64_t now_ms;
	int64_t since_ms; /* the person was asked after this; 0: whenever */
};
struct oidc_claims {
	struct slice subject;
	bool narrows; /* there are oidc-role lines */
	struct roles roles;
};
/* Of an ID token whose signature holds (Core §3.1.3.7). E_SYNTAX; E_AUTH with what is wrong. */
MUST_USE int oidc_claims_check(struct slice payload, const struct oidc_expect *expect,
	const struct conf_oidc *conf, struct arena *arena, struct oidc_claims *ret,
	struct why *why);

/* ---- who is who ---- */

struct oidc_subject {
	struct slice issuer, subject;
	int64_t made_ms;
};
/* E_MISSING: nobody. */
MUST_USE int oidc_account(struct db *db, struct slice issuer, struct slice subject,
	struct arena *arena, struct account *ret, struct why *why);
/* In write transactions. E_INVALID, E_CONFLICT: somebody's already; E_LIMIT. */
MUST_USE int oidc_subject_add(struct db *db, int64_t account, struct slice issuer,
	struct slice subject, int64_t now_ms, struct why *why);
/* Ends the account's sessions. E_MISSING. */
MUST_USE int oidc_subject_drop(
	struct db *db, int64_t account, struct slice issuer, struct slice subject, struct why *why);
MUST_USE int oidc_subject_list(struct db *db, int64_t account, struct arena *arena,
	struct oidc_subject **ret, size_t *ret_n, struct why *why);

#endif
