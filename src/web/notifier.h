/*
 * notifier.h: a thread that tells people and programs: it takes up what is new (node/news.h) and what needs somebody (node/needs.h), hands webhooks their
 * letters, and mails those who want it, again and to their deputies until somebody acknowledges. All that is still to be sent is in the database, so nothing is lost by a stop.
 */
#ifndef WEB_NOTIFIER_H
#define WEB_NOTIFIER_H

#include "node/hook.h"
#include "node/news.h"

struct notifier;
MUST_USE int notifier_start(struct notifier **ret, const struct node *node, struct why *why);
/* There may be something new, or something to be sent. Any thread; cheap. NULL is fine. */
void notifier_poke(struct notifier *n);
void notifier_stop(struct notifier **n);

/* ---- for the files beside it ---- */

/* How long one attempt may take, and one lease longer than that. */
#define NOTIFY_DEADLINE_MS 10000
#define NOTIFY_LEASE_MS	   60000
/* Sent in one round at most, of each kind. */
#define NOTIFY_ROUND 50

/* Letters for all hooks that may know of it; `position` as of these news. What has been told is not told twice. In a write transaction. */
MUST_USE int hooks_tell(const struct node *node, struct db *db, const struct news_item *item,
	size_t n, struct slice position, struct why *why);
/* After a gap: nobody knows what happened meanwhile. `position` names the gap. In a write transaction. */
MUST_USE int hooks_reset(
	const struct node *node, struct db *db, struct slice position, struct why *why);
/*
 * A letter of a workspace to one webhook: whoever calls has asked whether it may know. `event` (its first HOOK_EVENT digits) makes it one letter, however often it is written.
 * In a write transaction.
 */
MUST_USE int hook_letter(const struct node *node, struct db *db, const char *hook,
	const char *event, const char *topic, enum mode mode, struct slice data, struct why *why);
/* One letter of its own, to try an address; in a write transaction. */
MUST_USE int hook_test(
	const struct node *node, struct db *db, const struct hook *h, struct why *why);
/* Sends what is due. */
MUST_USE int hooks_send(const struct node *node, struct db *db, bool (*stop)(void *ctx), void *ctx,
	struct why *why);

/* Who is to be mailed about what by now: rows of mail_out. Own transactions. */
MUST_USE int mails_want(const struct node *node, struct db *db, struct why *why);
MUST_USE int mails_send(const struct node *node, struct db *db, bool (*stop)(void *ctx), void *ctx,
	struct why *why);
/* The relay of the settings; strings in the arena. */
struct mail_relay;
MUST_USE int mail_relay_of(
	const struct node *node, struct arena *arena, struct mail_relay *ret, struct why *why);
/* One mail at once: does the relay take it? */
MUST_USE int mail_try(const struct node *node, struct slice to, struct why *why);

#endif
