/* machine.c: the machines as tables, and one check for all. */
#include "work/training/machine.h"

#include "base/clock.h"
#include "work/training/field.h"

#define STATES(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define MOVES(...)                                                                                 \
	(const struct machine_move[])                                                              \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL, false                                                          \
		}                                                                                  \
	}

/* Accepted and declined are the members' own records (training/answer/1), so they are no states here. */
const struct machine machine_entry = {"draft",
	STATES("draft", "proposed", "tentative", "firm", "done", "cancelled"),
	MOVES({"draft", "proposed", false}, {"proposed", "tentative", false},
		{"tentative", "proposed", false}, {"tentative", "firm", false},
		{"proposed", "firm", false}, {"firm", "proposed", true}, {"firm", "done", false},
		{"draft", "cancelled", true}, {"proposed", "cancelled", true},
		{"tentative", "cancelled", true}, {"firm", "cancelled", true})};

/* Running, suspended and ended follow from the clock (view.h). */
const struct machine machine_exercise = {"proposed",
	STATES("proposed", "specified", "planned", "ready", "evaluating", "reported", "closed",
		"cancelled"),
	MOVES({"proposed", "specified", false}, {"specified", "planned", false},
		{"planned", "ready", false}, {"ready", "planned", true},
		{"planned", "specified", true}, {"specified", "proposed", true},
		{"ready", "evaluating", false}, {"evaluating", "reported", false},
		{"reported", "evaluating", true}, {"reported", "closed", false},
		{"proposed", "cancelled", true}, {"specified", "cancelled", true},
		{"planned", "cancelled", true}, {"ready", "cancelled", true})};

/* Released follows from deliveries. Approved and all after it hold as long as the script is the one that was approved (inject.h). */
const struct machine machine_inject = {"draft",
	STATES("draft", "submitted", "approved", "synchronized", "deferred", "complete",
		"obsolete"),
	MOVES({"draft", "submitted", false}, {"submitted", "draft", true},
		{"submitted", "approved", false}, {"approved", "draft", false},
		{"approved", "approved", false}, {"submitted", "submitted", false},
		{"synchronized", "approved", false}, {"synchronized", "submitted", false},
		{"approved", "submitted", false}, {"approved", "synchronized", false},
		{"synchronized", "draft", false}, {"synchronized", "deferred", true},
		{"deferred", "synchronized", false}, {"deferred", "draft", false},
		{"synchronized", "complete", false}, {"draft", "obsolete", true},
		{"submitted", "obsolete", true}, {"approved", "obsolete", true},
		{"synchronized", "obsolete", true}, {"deferred", "obsolete", true})};

const struct machine machine_observation = {"draft",
	STATES("draft", "submitted", "accepted", "rejected", "merged"),
	MOVES({"draft", "submitted", false}, {"submitted", "accepted", false},
		{"submitted", "rejected", true}, {"submitted", "merged", true})};

const struct machine machine_rating = {"draft", STATES("draft", "final", "released"),
	MOVES({"draft", "final", false}, {"final", "draft", true}, {"final", "released", false})};

const struct machine machine_lesson = {"candidate",
	STATES("candidate", "identified", "endorsed", "noted", "tasked", "implemented", "validated",
		"learned", "disseminated", "rejected"),
	MOVES({"candidate", "identified", false}, {"candidate", "rejected", true},
		{"identified", "endorsed", false}, {"identified", "rejected", true},
		{"endorsed", "tasked", false}, {"endorsed", "noted", true},
		{"tasked", "implemented", false}, {"implemented", "validated", false},
		{"implemented", "tasked", true}, {"validated", "learned", false},
		{"learned", "disseminated", false})};

/* Of a corrective action, at the node of whoever is to do it. */
const struct machine machine_acceptance = {"proposed",
	STATES("proposed", "accepted", "declined", "transferred", "in-progress", "implemented",
		"verified", "closed"),
	MOVES({"proposed", "accepted", false}, {"proposed", "declined", true},
		{"proposed", "transferred", true}, {"accepted", "in-progress", false},
		{"accepted", "transferred", true}, {"in-progress", "implemented", false},
		{"implemented", "in-progress", true}, {"implemented", "verified", false},
		{"verified", "in-progress", true}, {"verified", "closed", false})};

const struct machine machine_qualification = {"granted", STATES("granted", "suspended", "revoked"),
	MOVES({"granted", "granted", false}, {"granted", "suspended", true},
		{"suspended", "granted", false}, {"granted", "revoked", true},
		{"suspended", "revoked", true})};

const struct machine_move *machine_find(const struct machine *m, const char *from, struct slice to)
{
	for (const struct machine_move *v = m->move; v->from; v++)
		if (strcmp(v->from, from) == 0 && slice_is(to, v->to))
			return v;
	return NULL;
}

const char *machine_ways(const struct machine *m, const char *from, struct arena *arena)
{
	const char *all = "";

	for (const struct machine_move *v = m->move; v->from; v++)
		if (strcmp(v->from, from) == 0)
			all = arena_printf(arena, "%s%s%s", all, *all ? ", " : "", v->to);
	return *all ? all : "nowhere";
}

static const struct field step_fields[] = {
	{"to", FIELD_LINE, NEED, .max = 40},
	{"at", FIELD_TIME, NEED},
	{"by", FIELD_LINE, NEED, .max = 200},
	{"why", FIELD_TEXT, 0, .max = 2000},
	{"script", FIELD_HASH, 0},
	{NULL, FIELD_LINE, 0},
};

int machine_check(const struct machine *m, const struct json_doc *doc, json_ref steps,
	const char *where, struct arena *arena, struct why *why)
{
	const char *state = m->start;
	int64_t before = INT64_MIN;
	size_t i = 0;

	if (json_type(doc, steps) != JSON_ARRAY)
		return why_set(why, E_INVALID, where, "is a list");
	if (json_count(doc, steps) > MACHINE_STEPS_MAX)
		return why_set(why, E_LIMIT, where, "has more than %d steps", MACHINE_STEPS_MAX);
	for (json_ref s = json_first(doc, steps); s; s = json_next(doc, s), i++) {
		const char *at = arena_printf(arena, "%s/%zu", where, i);
		int rc = fields_check(step_fields, doc, s, at, arena, why);
		struct slice to = get_text(doc, s, "to", arena);
		int64_t time = get_time(doc, s, "at", 0);
		const struct machine_move *v;

		if (rc < 0)
			return rc;
		v = machine_find(m, state, to);
		if (!v)
			return why_set(why, E_STATE, at, "from %s it goes to %s", state,
				machine_ways(m, state, arena));
		if (v->reason && slice_trim(get_text(doc, s, "why", arena)).n == 0)
			return why_set(why, E_INVALID, at, "%s needs a reason", v->to);
		if (time < before)
			return why_set(why, E_INVALID, at, "the steps are in order of time");
		state = v->to;
		before = time;
	}
	return 0;
}

const char *machine_state(const struct machine *m, const struct json_doc *doc, json_ref steps)
{
	const char *state = m->start;

	for (json_ref s = json_first(doc, steps); s; s = json_next(doc, s)) {
		struct slice raw = json_raw(doc, json_get(doc, s, "to"));
		const struct machine_move *v =
			raw.n < 2 ? NULL : machine_find(m, state, slice_sub(raw, 1, raw.n - 1));

		if (!v)
			break;
		state = v->to;
	}
	return state;
}

json_ref machine_last(const struct json_doc *doc, json_ref steps, const char *to)
{
	json_ref last = JSON_ABSENT;

	for (json_ref s = json_first(doc, steps); s; s = json_next(doc, s)) {
		struct slice raw = json_raw(doc, json_get(doc, s, "to"));

		if (raw.n >= 2 && slice_is(slice_sub(raw, 1, raw.n - 1), to))
			last = s;
	}
	return last;
}
