/*
 * caller.h: who is calling: a session's cookie, a token, or, on a node without a single user, whoever is at this machine.
 *
 *	rc = caller_find(&place, db, req, arena, &caller, why);      -- E_AUTH: a cookie or token that does not hold
 *	rc = caller_may(&caller, AREA_RECORDS, ROLE_CONTRIBUTOR, why);
 *	rc = caller_csrf(&place, req, &caller, why);                 -- before anything is changed
 *	struct reader who = caller_reader(&caller, &world, &shown);   -- what is brought for him is noted in `shown`
 */
#ifndef WEB_CALLER_H
#define WEB_CALLER_H

#include "net/server.h"
#include "node/readings.h"
#include "node/token.h"
#include "web/session.h"

/* How this listener is reached. */
struct caller_place {
	const struct node *node;
	bool trusted; /* loopback and no front (or --open): a node without users shows itself */
	bool secure;  /* TLS here or in front: cookies are Secure */
	bool front; /* a front on this machine ends TLS and says who asks (X-Forwarded-For, its last) */
};

enum caller_kind { CALLER_NOBODY, CALLER_LOCAL, CALLER_SESSION, CALLER_TOKEN };

struct caller {
	enum caller_kind kind;
	struct account account; /* of session and token */
	struct session session;
	struct token token;
	struct roles roles;
	char csrf[SESSION_CSRF + 1];
	bool first_run; /* there is no user yet */
};

/* CALLER_NOBODY is no error: open routes answer it. */
MUST_USE int caller_find(const struct caller_place *p, struct db *db, struct request *req,
	struct arena *arena, struct caller *ret, struct why *why);
/* E_AUTH if nobody is there, E_DENIED without the role. */
MUST_USE int caller_may(const struct caller *c, enum area area, enum role role, struct why *why);
/* Is this request meant by the page that the session belongs to? Token: nothing to ask. `signing_in`: there is no session yet. E_DENIED. */
MUST_USE int caller_csrf(const struct caller_place *p, struct request *req, const struct caller *c,
	bool signing_in, struct why *why);
/* What one answer shows of records, and to whom: written down before it is given (reads.h). */
struct shown_to {
	struct readings readings;
	struct caller caller; /* set by caller_reader(); nobody: nobody has been shown anything */
	const char *how;      /* "read" (also NULL), "list", "file" */
};
#define CLEANUP_SHOWN __attribute__((cleanup(shown_free)))
void shown_free(struct shown_to *s);
/* What this node holds, up to the caller's clearance in this coalition. `shown` NULL: no contents of records are brought for him. */
struct reader caller_reader(const struct caller *c, const struct world *w, struct shown_to *shown);
/* Name of the class: "*", or a word; of a token the one that it was given, if it was. */
struct slice caller_clearance(const struct caller *c);
/* For the audit: "user:edi", "token:edi/feed", "local". In the arena. */
const char *caller_who(const struct caller *c, struct arena *arena);
/* A name for what belongs to this caller alone: 0 for nobody. */
int64_t caller_account(const struct caller *c);

/* Where the request comes from: for the audit, and for signin.h. In the arena. */
const char *caller_address(const struct caller_place *p, struct request *req);
/* Whom a rate counts as one: the address, of IPv6 the /64 (address_network). In the arena. */
const char *caller_network(const struct caller_place *p, struct request *req);
/* The value of our cookie; empty. */
struct slice caller_cookie(const struct caller_place *p, struct request *req);
/* Set-Cookie; `secret` empty takes it away. */
void caller_cookie_set(const struct caller_place *p, struct request *req, const char *secret);
/* A second cookie beside it ("…-oidc"), for `seconds`; `value` empty takes it away. */
void caller_side_cookie_set(const struct caller_place *p, struct request *req, const char *name,
	const char *value, int seconds);
struct slice caller_side_cookie(
	const struct caller_place *p, struct request *req, const char *name);

#endif
