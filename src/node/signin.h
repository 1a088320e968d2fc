/*
 * signin.h: is this the person? Name and password (and code), with what stands against guessing: after 5 failures a name, and after 20 an address,
 * waits 30 s, then twice as long with each further failure, at most 15 minutes; alike for names that do not exist, and in the same time. A browser in which
 * the account has signed in before (device.h), and a session of its own, have each a guard of their own in place of both: whoever guesses elsewhere, or beside them
 * at the same address, keeps nobody out of them.
 *
 *	rc = signin_password(node, db, &(struct signin){.name = name, .password = pass, .code = code, .address = remote}, arena, &account,
 *		&retry_ms, why);
 */
#ifndef NODE_SIGNIN_H
#define NODE_SIGNIN_H

#include "node/account.h"

#define SIGNIN_NAME_FAILURES	5
#define SIGNIN_ADDRESS_FAILURES 20
#define SIGNIN_WAIT_MS		30000
#define SIGNIN_WAIT_MAX_MS	(15 * 60 * 1000)
/* Failures are forgotten after so long without another. */
#define SIGNIN_FORGET_MS DAY_MS

struct signin {
	struct slice name, password;
	struct slice code;	    /* empty: none given */
	struct slice device;	    /* the secret of a browser (device.h); empty: none */
	const struct hash *session; /* asked within this session of the account; NULL: none */
	const char *address;
	const char *purpose; /* for the audit: "sign-in", "confirm" */
};
/*
 * Opens its own transactions; takes the time of one password hash. 0, and it is in the audit; or
 *	E_BUSY     wait *ret_retry_ms (the password was not looked at)
 *	E_AUTH     where "": name or password does not hold, or the account is disabled; where "/code": the code does not hold;
 *	           where "code": the password holds, a code is needed as well (no failure is counted)
 */
MUST_USE int signin_password(const struct node *node, struct db *db, const struct signin *in,
	struct arena *arena, struct account *ret, int64_t *ret_retry_ms, struct why *why);
/* Whose certificate it is; TLS has shown that the key is there. E_AUTH. */
MUST_USE int signin_certificate(const struct node *node, struct db *db, const struct hash *pin,
	const char *address, const char *purpose, struct arena *arena, struct account *ret,
	struct why *why);

/*
 * For ways in that have nothing to guess (passkey, provider): an address that fails too often waits all the same. Before the answer is looked at; E_BUSY.
 */
MUST_USE int signin_address_check(const struct node *node, struct db *db, const char *address,
	int64_t *ret_retry_ms, struct why *why);
/*
 * And after it: into the audit, as `purpose` done or failed, `by` what ("passkey Phone"), from where; `a` NULL: nobody known. A failure counts for the address, and a
 * success notes the time of the account. In a write transaction.
 */
MUST_USE int signin_outcome(const struct node *node, struct db *db, const struct account *a,
	const char *address, const char *purpose, const char *by, bool held, struct why *why);

/* When the name may try again; 0: now. */
MUST_USE int signin_locked(
	struct db *db, struct slice name, int64_t now_ms, int64_t *ret_until_ms, struct why *why);
/* An administrator lets a name try again at once. In a write transaction. */
MUST_USE int signin_unlock(struct db *db, struct slice name, struct why *why);

#endif
