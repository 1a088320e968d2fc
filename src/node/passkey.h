/*
 * passkey.h: passkeys of accounts (WebAuthn): kept, listed, and asked for at signing in and before acts. A passkey signs in alone: its authenticator has verified the
 * person, so password and code are not asked for beside it.
 *
 *	rc = passkey_add(node, db, &(struct passkey_new){.account = a, .site = site, .name = name, …}, &key, why);      -- in a write transaction
 *	...
 *	rc = signin_passkey(node, db, &(struct passkey_answer){.site = site, …}, address, "sign-in", arena, &account, why);
 *
 * The counter. An authenticator that counts its signatures shows, by a number that does not rise, that somebody else has a copy of its key. Then nobody is
 * signed in, the passkey is marked and refused from then on, and both are in the audit.
 */
#ifndef NODE_PASSKEY_H
#define NODE_PASSKEY_H

#include "node/account.h"
#include "node/challenge.h"

#define PASSKEY_HANDLE 32

/* Where the page is that the browser shows: "https://alb.example:8470" and "alb.example". */
struct passkey_site {
	const char *origin, *rp_id;
};

struct passkey {
	struct slice id; /* the credential's */
	int64_t account;
	struct slice name, rp_id;
	bool backed_up;
	int64_t made_ms, used_ms; /* 0: not yet */
	int64_t suspect_ms;	  /* a copy was seen; 0: no */
};

/* What stands for the person at the authenticator: says nothing to anybody else. */
void passkey_handle(const struct node *node, int64_t account, uint8_t ret[PASSKEY_HANDLE]);

/* Challenges: for a registration, for signing in (account 0), for confirming. */
struct challenge passkey_register_challenge(int64_t account, const struct passkey_site *site);
struct challenge passkey_assert_challenge(int64_t account, const struct passkey_site *site);

struct passkey_new {
	const struct account *account;
	struct passkey_site site;
	struct slice name; /* 1..100 bytes */
	struct slice client_data, attestation;
};
/* E_AUTH: challenge; E_CONFLICT: known already; E_LIMIT: too many; and what webauthn_register says. */
MUST_USE int passkey_add(const struct node *node, struct db *db, const struct passkey_new *p,
	struct arena *arena, struct passkey *ret, struct why *why);
/* Oldest first. */
MUST_USE int passkey_list(struct db *db, int64_t account, struct arena *arena, struct passkey **ret,
	size_t *ret_n, struct why *why);
/* Both only of this account: E_MISSING. */
MUST_USE int passkey_rename(
	struct db *db, int64_t account, struct slice id, struct slice name, struct why *why);
/* Ends the account's sessions as well: what the passkey has opened is not known apart. */
MUST_USE int passkey_drop(struct db *db, int64_t account, struct slice id, struct why *why);

struct passkey_answer {
	struct passkey_site site;
	int64_t account; /* who must it be; 0: anybody */
	struct slice id, client_data, authenticator_data, signature;
	struct slice handle; /* may be empty */
};
/* As signin_password (signin.h): opens its own transactions, counts failures of the address, writes the audit. E_AUTH, E_BUSY with *ret_retry_ms. */
MUST_USE int signin_passkey(const struct node *node, struct db *db,
	const struct passkey_answer *answer, const char *address, const char *purpose,
	struct arena *arena, struct account *ret, int64_t *ret_retry_ms, struct why *why);

#endif
