/*
 * fill.h: what need not be typed. A record that answers another names it; the rest follows: the request it belongs to, the exact hash of what it answers, who may
 * read it. Filled from what this node holds at that moment; whether it still holds is asked again when it is written (admit.c).
 */
#ifndef WORK_RESPONSE_FILL_H
#define WORK_RESPONSE_FILL_H

#include "work/response/store.h"

/* Fields that were left out. E_INVALID where what is named is not here. */
MUST_USE int aid_fill(const struct aid_view *v, enum aid_kind kind, union aid_any *a,
	int64_t now_ms, struct why *why);
/*
 * Readers and label of a draft that names none: those of the request it belongs to, else of what it answers; for the rest this node alone, under the lowest
 * class. Leaves alone what is set (n_member, all; label).
 */
MUST_USE int aid_address(const struct aid_view *v, enum aid_kind kind, const union aid_any *a,
	struct draft *d, struct why *why);
/* The request that a record belongs to; owner zero: none. */
struct object_id aid_thread_of(
	enum aid_kind kind, const struct object_id *object, const union aid_any *a);

/*
 * From what somebody gave, JSON that need not be complete, to a draft that node_write takes: filled, checked as a partner will check it, addressed. `d` has mode, and what
 * was given of object, label and readers; content and media are set and lie in the arena.
 */
MUST_USE int aid_say(const struct aid_view *v, enum aid_kind kind, struct slice json,
	struct draft *d, struct why *why);

#endif
