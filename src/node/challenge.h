/*
 * challenge.h: a question that can be answered once and not for long. It is not kept: it is random bytes, an expiry and a MAC under a key of this
 * node over both and over what it is for; only that it has been answered is written down, until it would have expired anyway. So asking
 * costs nobody anything, and every process of a node knows the questions of the others.
 *
 *	char text[CHALLENGE_TEXT + 1];
 *	challenge_make(node, &(struct challenge){.purpose = "passkey sign-in", .context = rp_id}, text);
 *	...
 *	rc = challenge_use(node, db, &(struct challenge){the same}, answer, why);        -- in a write transaction
 */
#ifndef NODE_CHALLENGE_H
#define NODE_CHALLENGE_H

#include "node/node.h"

#define CHALLENGE_MS	(5LL * 60 * 1000)
#define CHALLENGE_BYTES (16 + 8 + 32)
/* base64url without padding: what WebAuthn and OAuth carry as it is. */
#define CHALLENGE_TEXT ((CHALLENGE_BYTES * 4 + 2) / 3)

struct challenge {
	const char *purpose;
	int64_t account;      /* who is asked; 0: nobody yet */
	struct slice context; /* whatever else must be the same at the answer */
};
void challenge_make(
	const struct node *node, const struct challenge *c, char ret[CHALLENGE_TEXT + 1]);
/* Is it one of ours, for this, not expired? E_AUTH. Nothing is used up. */
MUST_USE int challenge_check(
	const struct node *node, const struct challenge *c, struct slice text, struct why *why);
/* And for the first time? E_AUTH. The answer counts with the caller's transaction. */
MUST_USE int challenge_use(const struct node *node, struct db *db, const struct challenge *c,
	struct slice text, struct why *why);
/* Another secret that belongs to a challenge and that only this node can tell. */
struct hash challenge_secret(const struct node *node, struct slice text, const char *name);

#endif
