/*
 * send.h: what is to be delivered beside the inbox, and sending it: injects whose method is `email` by the mail relay of the node's settings, to the addresses that its
 * audiences have as contact; those whose method is `webhook` by a webhook that this node's administrator has made, with its queue, signature and dead letters
 * (node/hook.h); statements to the learning record store, if one is set.
 *
 * A mail leaves the node's protection: it carries an inject only if `mail-ceiling` covers its label, and goes only to `mail-domain`. A webhook gets an inject only if
 * it asks for exercises (`play`) and its clearance covers it. What may not go, or has nowhere to go, stands in the list of what goes out, with the reason.
 */
#ifndef TRAINING_SEND_H
#define TRAINING_SEND_H

#include "web/work.h"
#include "work/training/out.h"
#include "work/training/plan.h"

struct send_item {
	struct out_item item;
	const char *hook;  /* id of the webhook that gets `data` as a letter; NULL */
	struct slice data; /* JSON */
	enum mode mode;
};
struct send_list {
	struct send_item *p;
	size_t n, max;
};
/* Own deliveries of the last day that nothing has been made of yet. In a read transaction. */
MUST_USE int send_wanted(
	struct desk *d, const struct view *v, struct send_list *ret, struct why *why);
/* Writes them down. Own transaction. */
MUST_USE int send_write(
	const struct node *node, struct db *db, const struct send_list *l, struct why *why);

/* The task: mails and statements that are due. */
MUST_USE int send_run(struct task *t, int64_t *ret_wait_ms, struct why *why);

#endif
