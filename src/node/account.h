/*
 * account.h: the people who use this node: names, passwords, roles, clearance, certificates. All of it is this node's own business: nothing
 * here is in a log or sent to anybody, and a rebuild does not touch it. Accounts are never deleted, because the audit names them: they
 * are disabled.
 *
 *	char hash[PASSWORD_TEXT + 1];
 *	rc = account_password_hash(node, name, pass, hash, why);      -- slow: outside of the transaction
 *	rc = db_begin(db, why);
 *	rc = account_add(db, &(struct account_new){.name = name, .password = hash, .roles = roles}, now_ms, &row, why);
 *	rc = db_commit(db, why);
 *
 * Functions that write run in the caller's write transaction. Whatever takes something from a person (roles, clearance, password, disabled)
 * counts `generation` up, which ends the sessions.
 */
#ifndef NODE_ACCOUNT_H
#define NODE_ACCOUNT_H

#include "crypt/password.h"
#include "node/world.h"
#include "json/json.h"

/* ---- roles ---- */

enum area {
	AREA_PACT,
	AREA_RECORDS,
	AREA_CYBER,
	AREA_TRAINING,
	AREA_RESPONSE,
	AREA_PROCUREMENT,
	AREA_NODE,
	AREAS
};
const char *area_name(enum area a);
MUST_USE int area_parse(struct slice text, enum area *ret); /* -EINVAL */

/* Each may what those before it may. */
enum role { ROLE_NONE, ROLE_READER, ROLE_CONTRIBUTOR, ROLE_OFFICER, ROLE_ADMINISTRATOR, ROLES };
const char *role_name(enum role r);
MUST_USE int role_parse(struct slice text, enum role *ret); /* -EINVAL */

struct roles {
	uint8_t of[AREAS]; /* enum role */
};
/* "officer" (everywhere but in `node`; an administrator also there) or "records=reader,pact=officer". E_INVALID. */
MUST_USE int roles_parse(struct slice text, struct roles *ret, struct why *why);
/* "pact=officer records=reader"; "" for none. */
void roles_print(const struct roles *r, struct buf *b);
/* The lower one of each. */
struct roles roles_both(const struct roles *a, const struct roles *b);
bool roles_eq(const struct roles *a, const struct roles *b);
/* {"pact": "officer", …} under `key`; and back from an object, E_INVALID with a pointer below `where`. */
void roles_put(struct json_out *o, const char *key, const struct roles *r);
MUST_USE int roles_read(const struct json_doc *doc, json_ref ref, const char *where,
	struct arena *arena, struct roles *ret, struct why *why);

/* ---- clearance ---- */

/* Name of a class, or this: everything that the node holds. */
#define CLEARANCE_ALL "*"
#define CLEARANCE_MAX 64
MUST_USE int clearance_word_check(struct slice text, struct why *why);
/* A person of this node as a reader: what the node holds, up to a class. A class that the ladder does not have clears for nothing. */
struct reader account_reader(const struct world *w, struct slice clearance);
/* The lower of two; an unknown class of this charter is the lowest. */
struct reader reader_both(const struct reader *a, const struct reader *b);

/* ---- accounts ---- */

#define ACCOUNT_NAME_MAX  64
#define ACCOUNT_SHOWN_MAX 200

struct account {
	int64_t row;
	struct slice name, shown;
	struct slice password; /* a hash; empty: none */
	struct roles roles;
	struct slice clearance;
	bool totp; /* in force */
	bool disabled;
	int64_t generation; /* sessions of an older one have ended */
	int64_t made_ms, signed_in_ms;
};

/* All tables of accounts, tokens, sessions and what hangs on them. */
extern const char account_schema_1[], account_schema_2[], account_schema_3[], account_schema_4[],
	account_schema_5[];

/* [a-z0-9][a-z0-9._-]{0,63}; E_INVALID at "/name". */
MUST_USE int account_name_check(struct slice name, struct why *why);
/* Is there one that is not disabled? */
MUST_USE int account_any(struct db *db, bool *ret, struct why *why);
MUST_USE int account_get(struct db *db, struct slice name, struct arena *arena, struct account *ret,
	struct why *why); /* E_MISSING */
MUST_USE int account_get_row(
	struct db *db, int64_t row, struct arena *arena, struct account *ret, struct why *why);
/* By name, behind `after`. */
MUST_USE int account_list(struct db *db, struct slice after, size_t limit, struct arena *arena,
	struct account **ret, size_t *ret_n, struct why *why);

/* Rule and hash of a new password; slow, outside of transactions. E_INVALID. */
MUST_USE int account_password_hash(const struct node *node, struct slice name, struct slice pass,
	char ret[PASSWORD_TEXT + 1], struct why *why);

struct account_new {
	struct slice name, shown;
	const char *password; /* hash; NULL: none (certificate only) */
	struct roles roles;
	struct slice clearance; /* empty: "" clears for nothing with a label */
};
/* E_CONFLICT if the name is taken. */
MUST_USE int account_add(struct db *db, const struct account_new *a, int64_t now_ms,
	int64_t *ret_row, struct why *why);
MUST_USE int account_set_password(struct db *db, int64_t row, const char *hash, struct why *why);
/* E_STATE if that would leave nobody who administers the node. */
MUST_USE int account_set_roles(
	struct db *db, const struct account *a, const struct roles *roles, struct why *why);
MUST_USE int account_set_disabled(
	struct db *db, const struct account *a, bool disabled, struct why *why);
MUST_USE int account_set_clearance(
	struct db *db, int64_t row, struct slice clearance, struct why *why);
MUST_USE int account_set_shown(struct db *db, int64_t row, struct slice shown, struct why *why);

/*
 * What was erased may stand in an answer that is kept for an Idempotency-Key (web/kept.h): of all of them only that there was one stays. In a write transaction.
 */
MUST_USE int account_answers_hush(struct db *db, struct why *why);

/* ---- second factor; the secret lies sealed with the node's seal key ---- */

/* Makes a secret that is not yet in force. */
MUST_USE int account_totp_new(const struct node *node, struct db *db, int64_t row,
	uint8_t ret[TOTP_SECRET], struct why *why);
/* Puts it in force if `code` is one of it. E_AUTH; E_STATE if there is none. */
MUST_USE int account_totp_enable(
	const struct node *node, struct db *db, int64_t row, struct slice code, struct why *why);
MUST_USE int account_totp_drop(struct db *db, int64_t row, struct why *why);
/* The one in force; uses up its step. In a write transaction. E_AUTH. */
MUST_USE int account_totp_use(
	const struct node *node, struct db *db, int64_t row, struct slice code, struct why *why);
/* otpauth://totp/… for an authenticator program. */
void account_totp_uri(const struct node *node, struct slice name, const uint8_t secret[TOTP_SECRET],
	struct buf *ret);

/* ---- certificates: a pin is a person ---- */

struct account_pin {
	struct hash pin;
	struct slice name;
	int64_t made_ms;
};
MUST_USE int account_pin_add(struct db *db, int64_t row, const struct hash *pin, struct slice name,
	int64_t now_ms, struct why *why);
MUST_USE int account_pin_drop(
	struct db *db, int64_t row, const struct hash *pin, struct why *why); /* E_MISSING */
MUST_USE int account_pin_list(struct db *db, int64_t row, struct arena *arena,
	struct account_pin **ret, size_t *ret_n, struct why *why);
MUST_USE int account_by_pin(struct db *db, const struct hash *pin, struct arena *arena,
	struct account *ret, struct why *why);

#endif
