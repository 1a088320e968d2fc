/*
 * waiting.h: acceptances that two people say. Where a request has `four_eyes`, what the first officer accepts waits in this node's own table, in no log; a second one, by an account
 * of his own, confirms exactly those bytes by their hash. Only what was confirmed so can be written, once: admit.c asks for it inside the transaction that writes.
 *
 *	rc = waiting_wanted(&view, &draft, &two, why);                 -- does the request want two?
 *	rc = waiting_propose(&view, &draft, &first, &w, why);          -- in a write transaction
 *	...
 *	rc = waiting_find(&view, hash_text, &w, why);
 *	rc = waiting_confirm(&view, &w, &second, &draft, why);         -- in a write transaction; E_DENIED: the same person, or one without the role
 *	rc = write(&draft);                                            -- refused: it waits as before
 */
#ifndef WORK_RESPONSE_WAITING_H
#define WORK_RESPONSE_WAITING_H

#include "node/account.h"
#include "work/response/store.h"

struct waiting {
	struct hash hash; /* of all that is confirmed: mode, label, readers, content */
	enum mode mode;
	struct slice content, label, audience; /* audience: "all" or ids with commas */
	struct slice proposed_by;
	int64_t account, made_ms, until_ms;
};
/* So long one waits, if its commit_by is not earlier; and how many may wait in a coalition. */
#define WAITING_LIFE_MS DAY_MS
#define WAITING_MANY	500

/* Is it an acceptance, not withdrawn, for a request of this node's that two people accept? */
MUST_USE int waiting_wanted(
	const struct aid_view *v, const struct draft *d, bool *ret, struct why *why);
/*
 * Keeps it. The names in it are those of accounts, not of who types: E_INVALID if `authorised_by` is another than `first` or a second is named already; E_DENIED without the role;
 * and whatever admit.c says to it.
 */
MUST_USE int waiting_propose(const struct aid_view *v, const struct draft *d,
	const struct account *first, struct waiting *ret, struct why *why);
/* Those of the view's mode that wait still, newest first. What is above the reader's clearance is not there. */
MUST_USE int waiting_list(
	const struct aid_view *v, struct waiting **ret, size_t *ret_n, struct why *why);
/* By its hash, or by 8 digits or more of its beginning; of any mode. E_MISSING. */
MUST_USE int waiting_find(
	const struct aid_view *v, struct slice hash, struct waiting *ret, struct why *why);
/* The draft that may be written now, in the view's arena. */
MUST_USE int waiting_confirm(const struct aid_view *v, const struct waiting *w,
	const struct account *second, struct draft *ret, struct why *why);
/* Takes it back, whoever proposed it. In a write transaction. E_MISSING. */
MUST_USE int waiting_drop(
	struct db *db, int64_t coalition, const struct waiting *w, struct why *why);
/* For admit.c: takes what was confirmed, in its transaction. E_DENIED: nothing of the kind was. */
MUST_USE int waiting_take(const struct aid_view *v, const struct draft *d, struct why *why);

/* {"hash", "mode", "label", "audience", "proposed_by", "made", "until", "content"} */
void waiting_tell(const struct waiting *w, const char *key, struct json_out *o);

#endif
