/*
 * xapi.h: xAPI 2.0 (IEEE 9274.1.1) statements of what this node did and what was done to it in an exercise: initialized, terminated, received, responded, scored; and of
 * qualifications: asserted, or voided when they are revoked. Pure.
 *
 * Only this member's own records become statements, as far as the view's reader may see them. People are pseudonyms: an account of this node whose name is a keyed hash,
 * never a mailbox. The id of a statement is computed from its record, so that what is sent twice is one statement for the store. What is not real says so in the
 * extension urn:entente:xapi:mode and in the name of its activity.
 */
#ifndef TRAINING_XAPI_H
#define TRAINING_XAPI_H

#include "work/training/store.h"

struct xapi {
	const struct node *node;
	struct arena *arena;
	int64_t since_ms; /* records of before are not told */
	/* Each statement: JSON, of the newest version of `row`. Negative ends the walk. */
	int (*tell)(void *ctx, const struct row *row, struct slice word, struct slice json,
		struct why *why);
	void *ctx;
};
MUST_USE int xapi_exercise(const struct xapi *x, const struct view *v, struct why *why);
/* `rows` of kind qualification. */
MUST_USE int xapi_qualifications(const struct xapi *x, const struct rows *rows, struct why *why);

#endif
