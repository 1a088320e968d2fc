/*
 * token.h: keys for programs: made by a person, never worth more than that person, for a time. Shown once; only a hash is kept.
 *
 *	rc = token_new(node, db, &(struct token_wish){.account = a, .name = name, .roles = roles, .until_ms = until}, secret, &token, why);
 *	...
 *	rc = token_check(db, text, now_ms, arena, &token, &account, why);      -- E_AUTH: unknown, expired, revoked, owner disabled
 */
#ifndef NODE_TOKEN_H
#define NODE_TOKEN_H

#include "node/account.h"

#define TOKEN_PREFIX "ent_"
/* "ent_" and 32 random bytes in base32. */
#define TOKEN_TEXT (4 + 52)
#define TOKEN_ID   16
/* The longest life; and how long `used` may lag behind: a write for every request is not worth it. */
#define TOKEN_LIFE_MS (366LL * 24 * 3600 * 1000)
#define TOKEN_USED_MS 60000

struct token {
	struct slice id, name;
	int64_t account;
	struct slice owner;	/* name of the account */
	struct roles roles;	/* as asked for; what it may is roles_both() with its owner's */
	struct slice clearance; /* empty: its owner's */
	int64_t made_ms, until_ms, used_ms;
	bool revoked;
};
/* "live", "expired", "revoked" */
const char *token_state(const struct token *t, int64_t now_ms);

struct token_wish {
	const struct account *account;
	struct slice name;	/* 1..64 bytes */
	struct roles roles;	/* not above the account's: E_DENIED */
	struct slice clearance; /* empty, or a class */
	int64_t until_ms;
};
/* In a write transaction. E_INVALID for name and until. */
MUST_USE int token_new(const struct node *node, struct db *db, const struct token_wish *w,
	char ret_secret[TOKEN_TEXT + 1], struct arena *arena, struct token *ret, struct why *why);
/* Who brings this text. Reads only. */
MUST_USE int token_check(struct db *db, struct slice text, int64_t now_ms, struct arena *arena,
	struct token *ret, struct account *ret_account, struct why *why);
/* Notes that it was used, in a write transaction; worth it after TOKEN_USED_MS. */
MUST_USE int token_used(struct db *db, struct slice id, int64_t now_ms, struct why *why);
/* By id, behind `after`; of one account or (0) of all. */
MUST_USE int token_list(struct db *db, int64_t account, struct slice after, size_t limit,
	struct arena *arena, struct token **ret, size_t *ret_n, struct why *why);
MUST_USE int token_get(struct db *db, struct slice id, struct arena *arena, struct token *ret,
	struct why *why); /* E_MISSING */
MUST_USE int token_revoke(
	struct db *db, struct slice id, struct why *why); /* again is fine; E_MISSING */

#endif
