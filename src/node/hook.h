/*
 * hook.h: webhooks: addresses that an administrator names, to which this node tells what has happened, as the live events do: that something changed, never its
 * content. A hook sees what a token with its roles and clearance would see, and never more than the person who made it, or who has since changed what it tells and where.
 *
 *	POST url
 *	Content-Type: application/json
 *	Entente-Event: <id>                        the same again when it is tried again
 *	Entente-Signature: t=<unix seconds>,v1=<hex HMAC-SHA-256 of "<t>.<body>" under the hook's secret>
 *
 * Anything but 2xx is tried again, later and later; after HOOK_TRIES it is a dead letter, which can be looked at and sent once more.
 */
#ifndef NODE_HOOK_H
#define NODE_HOOK_H

#include "node/notify.h"

extern const char hook_schema_1[];

#define HOOK_ID	     16 /* hex */
#define HOOK_EVENT   32 /* hex */
#define HOOK_NAME    64
#define HOOK_URL     2048
#define HOOK_SECRET  32
#define HOOK_TRIES   15 /* with doubling from 2 s to an hour: some five hours */
#define HOOKS_MAX    64
#define HOOK_BODY    (16 * KIB)
#define HOOK_WAITING 10000 /* letters of one hook that wait; above, the oldest ones die */

struct hook {
	char id[HOOK_ID + 1];
	struct slice name, url;
	int64_t account; /* who made it, or changed last what it tells and where */
	struct slice made_by;
	struct roles roles;	/* as asked for */
	struct slice clearance; /* a class, or "*" */
	bool has_pin;
	struct hash
		pin; /* SPKI pin of the receiver's TLS key; none: the system's authorities are asked */
	bool play; /* of exercises and tests too */
	bool disabled;
	int64_t made_ms;
	uint8_t secret[HOOK_SECRET];
};

/* E_INVALID at `where` unless it is an https URL without user and fragment. */
MUST_USE int hook_url_check(struct slice url, const char *where, struct why *why);
/*
 * E_INVALID with a pointer: name, url (https, no user, no fragment), roles not above `may`, which a session has of its account. In a write transaction; makes id and
 * secret.
 */
MUST_USE int hook_add(const struct node *node, struct db *db, const struct account *by,
	const struct roles *may, struct hook *h, struct why *why);
/*
 * Name, url, pin, roles, clearance, play, disabled. If it tells something else or somewhere else than `before`, it is `by`'s from now on, and what was written in
 * another's name and is not sent goes.
 */
MUST_USE int hook_change(struct db *db, const struct account *by, const struct roles *may,
	const struct hook *before, struct hook *h, struct why *why);
MUST_USE int hook_drop(
	struct db *db, struct slice id, struct why *why); /* and its letters; E_MISSING */
MUST_USE int hook_get(const struct node *node, struct db *db, struct slice id, struct arena *arena,
	struct hook *ret, struct why *why);
MUST_USE int hook_list(const struct node *node, struct db *db, struct arena *arena,
	struct hook **ret, size_t *ret_n, struct why *why);

/* ---- letters ---- */

struct letter {
	int64_t row, made_ms, next_ms, done_ms, tries;
	char hook[HOOK_ID + 1], event[HOOK_EVENT + 1];
	struct slice topic, body, error;
	enum out_state state;
	int64_t status; /* of the last answer; 0: none */
};
/* Once for (hook, event). In a write transaction. */
MUST_USE int letter_add(struct db *db, const char *hook, const char event[HOOK_EVENT + 1],
	struct slice topic, struct slice body, int64_t now_ms, struct why *why);
/* The oldest that waits of this hook, if it is due, for `lease_ms`: letters of one hook go one after the other. Own transaction. E_MISSING. */
MUST_USE int letter_take(struct db *db, const char *hook, int64_t now_ms, int64_t lease_ms,
	struct arena *arena, struct letter *ret, struct why *why);
/* Own transaction. */
MUST_USE int letter_done(struct db *db, const struct letter *l, enum out_state state,
	int64_t next_ms, int64_t now_ms, int64_t status, const char *error, struct why *why);
/* When the next letter of any hook that is not disabled is due, of each its first; INT64_MAX: none waits. */
MUST_USE int letter_due(struct db *db, int64_t *ret_ms, struct why *why);
/* Newest first, rows below `before` (0: all); state < 0: all. */
MUST_USE int letter_list(struct db *db, const char *hook, int state, int64_t before, size_t limit,
	struct arena *arena, struct letter **ret, size_t *ret_n, struct why *why);
/* A dead one waits again. In a write transaction. E_MISSING; E_STATE if it is not dead. */
MUST_USE int letter_again(
	struct db *db, const char *hook, int64_t row, int64_t now_ms, struct why *why);
MUST_USE int letter_sweep(struct db *db, int64_t before_ms, struct why *why);

/* How long to wait after so many tries: doubling, at most an hour, a quarter of it by chance. */
int64_t hook_backoff_ms(const struct env *env, int64_t tries);
/* The header's value. */
#define HOOK_SIGNATURE 128
void hook_sign(const uint8_t secret[HOOK_SECRET], int64_t unix_s, struct slice body,
	char ret[HOOK_SIGNATURE]);

#endif
