/*
 * plan.h: from a wish to the drafts that fulfil it, all of them or none: the record itself, and what must change with it (an inject's shadow, the delivery of what is
 * released). API, commands and the node's own task do everything through this, so that the same rules hold for all.
 *
 *	struct desk d = {.node = node, .db = db, .world = &world, .reader = reader, .arena = &arena, .who = name, .now = now};
 *	rc = plan_control(&d, &view, &wish, &plan, why);         -- in a read transaction
 *	...ends it...
 *	rc = node_write(node, db, &coalition, plan.draft, plan.n, written, why);
 */
#ifndef TRAINING_PLAN_H
#define TRAINING_PLAN_H

#include "node/draft.h"
#include "work/training/due.h"
#include "work/training/store.h"

struct desk {
	const struct node *node;
	struct db *db;
	const struct world *world;
	struct reader reader;
	struct arena *arena;
	struct slice who; /* a name, for the record */
	int64_t now;
};

struct plan {
	struct draft *draft;
	size_t n, max;
	struct object_id object; /* of the record that was asked for */
};

/* Whom a record is for, as asked. */
struct audience {
	bool given; /* else what the kind has by itself */
	bool all;
	const struct id *member;
	size_t n;
	struct slice label; /* empty: that of the exercise, else the lowest class */
};

/*
 * A new record, or a new version of an own one (`object`). `content` is JSON, and strictly checked. Steps are not taken from it: what the record has stays. E_DENIED for
 * somebody else's, E_INVALID for the rules that block: a recipient that takes no part, one outside the play label, a controller outside the control
 * label, a dependency cycle.
 */
MUST_USE int plan_save(struct desk *d, const struct kind *k, enum mode mode,
	const struct object_id *object, struct slice content, const struct audience *a,
	struct plan *ret, struct why *why);
/* The next step of an own record through its machine. E_STATE names where it may go. */
MUST_USE int plan_step(struct desk *d, const struct object_id *object, struct slice to,
	struct slice reason, struct plan *ret, struct why *why);

struct control_wish {
	enum control_kind kind;
	int64_t scenario, until;
	int64_t num, den;
	bool has_inject;
	struct object_id inject; /* or its shadow */
	struct slice reason;
};
/*
 * E_DENIED if this node is not the host (but for a NO DUFF stop and notes), E_STATE if the clock does not allow it, E_CONFLICT if the inject has been
 * released: by whom, when.
 */
MUST_USE int plan_control(struct desk *d, const struct view *v, const struct control_wish *w,
	struct plan *ret, struct why *why);

/*
 * Plays own injects that are due: the delivery, the records in the other workspace if that is its way (or why it went without), the end of its shadow, the key
 * of what was sealed. `by`: "due", or who released it. With `inbox_only`, the reason, nothing goes through the other workspace.
 */
MUST_USE int plan_deliver(struct desk *d, const struct view *v, const struct script *s,
	const struct inject_due *due, const char *inbox_only, struct plan *ret, struct why *why);
/* Sends a sealed inject ahead: closed for all, the key with its author. E_STATE if it is not marked sealed or has gone already. */
MUST_USE int plan_seal(struct desk *d, const struct view *v, const struct script *s,
	struct plan *ret, struct why *why);
/* As a recipient. */
MUST_USE int plan_receipt(struct desk *d, const struct view *v, const struct delivery *x,
	enum receipt_state state, struct plan *ret, struct why *why);

/* This member's answer to an entry as it is now; a second one takes the place of the first. */
MUST_USE int plan_reply(struct desk *d, const struct object_id *entry, bool accept,
	struct slice reason, struct plan *ret, struct why *why);
struct accept_wish {
	struct slice to; /* state of machine_acceptance */
	struct slice reason, person, due, evidence;
	bool has_retest;
	struct object_id retest;
};
/* What this node makes of a corrective action that names it as owner: the next step, and what is said with it. E_DENIED for anybody else. */
MUST_USE int plan_accept(struct desk *d, const struct object_id *action,
	const struct accept_wish *w, struct plan *ret, struct why *why);

/* Adds a draft; content and audience are copied to the arena. */
struct draft *plan_add(struct desk *d, struct plan *p, enum mode mode, const struct kind *k,
	const struct object_id *object, struct slice label, const struct id *member, size_t n,
	struct slice content);
/* A new object of this node. */
struct object_id plan_object(const struct desk *d);
/* The members of a, b and this node, each once. */
void members_union(struct arena *arena, const struct id *a, size_t n_a, const struct id *b,
	size_t n_b, const struct id *self, struct id **ret, size_t *ret_n);
/* Of these, those that the label admits; the author always. */
void members_admitted(const struct desk *d, struct slice label, struct id *m, size_t *n);

#endif
