/*
 * machine.h: state machines. A record that goes through states holds its own way through them, "steps", so its newest version says all, whatever
 * else has arrived: the fold needs no order. A way that the machine does not allow is no valid record and is not folded.
 *
 *	"steps": [{"to": "submitted", "at": "2025-…Z", "by": "a name"}, {"to": "approved", …, "script": "64 hex"}]
 *
 * Earlier versions stay in the log, so nobody rewrites his way unseen.
 */
#ifndef TRAINING_MACHINE_H
#define TRAINING_MACHINE_H

#include "json/json.h"

struct machine_move {
	const char *from, *to; /* from "*": any but ends */
	bool reason;	       /* "why" must be there */
};
struct machine {
	const char *start;
	const char *const *state;	 /* all, NULL ends */
	const struct machine_move *move; /* from NULL ends */
};

extern const struct machine machine_entry, machine_exercise, machine_inject, machine_observation,
	machine_rating, machine_lesson, machine_acceptance, machine_qualification;

#define MACHINE_STEPS_MAX 200

/* E_INVALID: an unknown state, a move that there is not, a reason missing, times that go back. */
MUST_USE int machine_check(const struct machine *m, const struct json_doc *doc, json_ref steps,
	const char *where, struct arena *arena, struct why *why);
/* The state in which the steps end (a literal of the machine); `start` if there are none. */
const char *machine_state(const struct machine *m, const struct json_doc *doc, json_ref steps);
/* May it go from there to there? NULL if not. */
const struct machine_move *machine_find(const struct machine *m, const char *from, struct slice to);
/* The last step to that state, or JSON_ABSENT. */
json_ref machine_last(const struct json_doc *doc, json_ref steps, const char *to);
/* Where it may go from `from`, "a, b, c", for messages. */
const char *machine_ways(const struct machine *m, const char *from, struct arena *arena);

#endif
