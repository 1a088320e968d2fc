/*
 * postpone.h: E-SEAL/1 step 7: the hours of a tender may become later while it takes bids, never earlier; sealed bids stay, and may be replaced or withdrawn until the new hour.
 *
 *	policy.postpone: sid, holder i, deadline <unix ms>, open <unix ms>, fallback <unix ms>, time <unix ms>, sig
 *
 *	seal_postpone_print(&policy, i, &hours, now_ms, &my_key, &b);
 *	seal_postponed(&policy, message, n, &arena, &told);              -- which stand
 *	policy.deadline_ms = told.hours.deadline_ms; …
 *
 * A postponement stands when k holders have signed the same three hours, each at a time (by its own clock) not after the deadline that stood until then. They are taken in
 * order of their deadlines, so what stands depends on the set of messages only, and a further message can make the deadline later but never earlier. Of two with one
 * deadline the one that opens earlier is taken.
 */
#ifndef SEAL_POSTPONE_H
#define SEAL_POSTPONE_H

#include "work/procurement/seal/policy.h"

struct seal_hours {
	uint64_t deadline_ms, open_ms, fallback_ms;
};
struct seal_hours seal_policy_hours(const struct seal_policy *p);
/* Order, and the grace between deadline and opening. E_INVALID. */
MUST_USE int seal_hours_check(
	const struct seal_hours *h, const struct seal_policy *p, struct why *why);

struct seal_postpone {
	struct slice text; /* borrowed */
	uint32_t i;
	struct seal_hours hours;
	uint64_t time_ms;
	bool bears; /* of seal_told: a postponement stands by it */
};
MUST_USE int seal_postpone_parse(
	struct seal_postpone *ret, const struct seal_policy *p, struct slice text, struct why *why);
void seal_postpone_print(const struct seal_policy *p, uint32_t i, const struct seal_hours *hours,
	uint64_t time_ms, const struct seckey *key, struct buf *ret);

struct seal_postponement {
	struct seal_hours hours;
	uint64_t signed_by; /* bits of those who did so in time, as far as it was looked at */
	bool stands;
};
struct seal_told {
	struct seal_hours hours;      /* that stand now */
	struct seal_postponement *of; /* in order of their deadlines; in the arena */
	size_t n;
	struct seal_postpone *said; /* every signature, in the same order; in the arena */
	size_t n_said;
	/* Latest deadline that stands and that holder i + 1 has signed: nobody is blamed for not knowing of a later one. */
	uint64_t known_ms[LIMIT_SEAL_HOLDERS];
};
/* Messages of other kinds, and what does not parse, are passed over. `p` has the hours of its text. */
void seal_postponed(const struct seal_policy *p, const struct slice *message, size_t n,
	struct arena *arena, struct seal_told *ret);

#endif
