/*
 * session.h: somebody has signed in. A random secret in a cookie; the database holds its hash, so a copy of the database opens nothing.
 *
 *	rc = session_new(node, db, &account, "password", req->remote, agent, secret, why);      -- in a write transaction
 *	...
 *	rc = session_find(node, db, secret_of_cookie, arena, &session, &account, why);          -- E_AUTH: none, over, or not any more
 *
 * Over: SESSION_IDLE_MS after its last request that was not a page's own (X-Entente-Unattended), SESSION_LIFE_MS after signing in, when the account is disabled
 * or its generation has moved on. Signing in always makes a new one, so nobody can be handed a session to sign in on.
 */
#ifndef WEB_SESSION_H
#define WEB_SESSION_H

#include "node/account.h"

#define SESSION_IDLE_MS	   (60LL * 60 * 1000)
#define SESSION_LIFE_MS	   (12LL * 3600 * 1000)
#define SESSION_CONFIRM_MS (5LL * 60 * 1000)
/* `seen` is written at most so often: a write for every request is not worth it. */
#define SESSION_SEEN_MS 60000

#define SESSION_SECRET 52 /* characters: 32 bytes in base32 */
#define SESSION_ID     16 /* hex digits of the hash: a name for it that opens nothing */
#define SESSION_CSRF   64

struct session {
	struct hash digest;
	int64_t account, generation;
	struct slice method, address, agent;
	bool narrowed;	    /* less than the account's: */
	struct roles roles; /* what the provider's claims leave (oidc.h) */
	int64_t made_ms, seen_ms, confirmed_ms;
};

/* `roles`: not more than these; NULL: the account's. */
MUST_USE int session_new(const struct node *node, struct db *db, const struct account *a,
	const char *method, const struct roles *roles, const char *address, struct slice agent,
	char ret_secret[SESSION_SECRET + 1], struct why *why);
MUST_USE int session_find(const struct node *node, struct db *db, struct slice secret,
	struct arena *arena, struct session *ret, struct account *ret_account, struct why *why);
/* As above; `a` is its account. */
bool session_is_over(const struct session *s, const struct account *a, int64_t now_ms);
/* Is it still good? For streams: by hash, without counting as a request. */
MUST_USE int session_lives(const struct node *node, struct db *db, const struct hash *digest,
	bool *ret, struct why *why);

/* In write transactions. */
MUST_USE int session_seen(
	struct db *db, const struct hash *digest, int64_t now_ms, struct why *why);
MUST_USE int session_confirm(
	struct db *db, const struct hash *digest, int64_t now_ms, struct why *why);
MUST_USE int session_end(
	struct db *db, const struct hash *digest, struct why *why); /* none is fine */
/* Those that are over go. */
MUST_USE int session_sweep(struct db *db, int64_t now_ms, struct why *why);

/* Of one account, newest first, at most `limit`. */
MUST_USE int session_list(const struct node *node, struct db *db, const struct account *a,
	size_t limit, struct arena *arena, struct session **ret, size_t *ret_n, struct why *why);
void session_id(const struct session *s, char ret[SESSION_ID + 1]);
/* What a page must send along with what it changes: derived from the secret, which only a page of this origin could have made the node tell. */
void session_csrf(struct slice secret, char ret[SESSION_CSRF + 1]);
bool session_confirmed(const struct session *s, int64_t now_ms);

#endif
