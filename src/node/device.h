/*
 * device.h: browsers in which an account has signed in. Such a browser is guarded by itself (signin.h): whoever guesses at a name from elsewhere keeps nobody
 * out who comes with it. It opens nothing. A random secret in a cookie; the database holds its hash.
 *
 *	rc = device_find(db, secret_of_cookie, name, now_ms, &known, &digest, why);
 *	...
 *	rc = device_note(node, db, account.row, secret_of_cookie, secret, why);      -- in the write transaction that signs in; into the cookie
 */
#ifndef NODE_DEVICE_H
#define NODE_DEVICE_H

#include "node/account.h"

#define DEVICE_SECRET 52 /* characters: 32 bytes in base32 */
/* Of one account; beyond, those that were used longest ago go. */
#define DEVICES_MAX 16
/* One that has not been used for so long is forgotten. */
#define DEVICE_FORGET_MS (180 * DAY_MS)

/* Has the account of this name signed in with it? Then *ret_digest is what the device is known by. Any text is asked about, also none. */
MUST_USE int device_find(struct db *db, struct slice secret, struct slice name, int64_t now_ms,
	bool *ret_known, struct hash *ret_digest, struct why *why);
/*
 * The account has signed in with it. In a write transaction. `secret` is kept if it is one of this node's, whoever of the people here has signed in with it: several
 * share a machine; else there is a new one, so that nobody hands somebody else a secret that he knows himself. Into ret_secret, for the cookie.
 */
MUST_USE int device_note(const struct node *node, struct db *db, int64_t account,
	struct slice secret, char ret_secret[DEVICE_SECRET + 1], struct why *why);

#endif
