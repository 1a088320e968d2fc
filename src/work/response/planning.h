/*
 * planning.h: a request's plan: the problem made from records as a reader sees them, the package, and what it would be with a member or without.
 *
 *	struct planning_options o = {.now_ms = now, .wall_ms = 5000};
 *	struct planning p;
 *	rc = planning_make(&p, &view, &request, &o, why);          -- E_MISSING: no such request; E_NOT… as plan.h
 *	planning_tell(&p, "plan", &out);
 *
 * Lots are members' capabilities (less what stays at home and what is promised elsewhere as far as the reader sees it), or the items of offers in hand. A reader who may
 * see less plans with less. Only members in standing count, and whoever is named in `with`, so that the effect of an accession can be shown. Demand is what is not covered by commits
 * and open acceptances yet.
 *
 * A candidate cannot release records: only members write any. What it would bring it says outside the log, in a table (`stated`, CSV as `export capabilities` writes), which is taken as it
 * stands: without reports of readiness, and marked as what it is wherever the plan is told. Nothing of it becomes a record.
 */
#ifndef WORK_RESPONSE_PLANNING_H
#define WORK_RESPONSE_PLANNING_H

#include "work/response/dossier.h"
#include "work/response/plan/plan.h"

enum planning_from { PLAN_FROM_CAPABILITIES, PLAN_FROM_OFFERS };

struct planning_share {
	struct slice label;
	int64_t part; /* of the sum of all parts */
};
struct planning_options {
	int64_t now_ms;
	enum planning_from from;
	struct slice without,
		with;	     /* label of a member; of somebody who is none (yet); may be empty */
	struct slice stated; /* CSV of what `with` would bring, in place of what it has released */
	const struct planning_share *share; /* none: all alike */
	size_t n_share;
	int64_t grace_minutes; /* 0: two days */
	int64_t wall_ms;       /* 0: a draft, at once */
	uint32_t gap_ppm;
	void (*progress)(void *ctx, size_t done, size_t all);
	void *ctx;
};

struct planning {
	struct dossier dossier;
	struct plan_problem problem;
	struct plan_arcs arcs;
	struct plan_package package;
	struct hash problem_hash; /* of everything that the package follows from */
	struct planning_options options;
	size_t left_out; /* records that were not looked at, as their owners have too many (store.h), lots of members beyond PLAN_MEMBERS_MAX, and what of a member's is beyond its share of what a plan can hold */
};

/* In the view's arena. E_STATE: `with` is no member, and nothing is known of what it would bring; E_INVALID with line and column: so it is in `stated`. Opens no transaction and keeps none open longer than the caller does; solving is planning_solve's. */
MUST_USE int planning_gather(struct planning *ret, const struct aid_view *v,
	const struct object_id *request, const struct planning_options *o, struct why *why);
MUST_USE int planning_solve(struct planning *p, struct arena *arena, struct why *why);
/* Members: request, problem (hash), package (how, engine, points, bound, gap), lines with what goes there and why the rest does not, members' burden. */
void planning_tell(const struct planning *p, const char *key, struct json_out *o);
/*
 * Is a package that somebody tells (planning_tell's text) one of this problem, does it keep every rule, and are its numbers right: what comes, cost, burden, points, and that the gap is
 * what lies between points and bound? The bound itself is the word of who had a solver. E_VERIFY says what is not; E_STATE: it is of another problem (records have come since).
 */
MUST_USE int planning_verify(
	const struct planning *p, struct slice json, struct arena *arena, struct why *why);

/* How much of a line is covered, and how much by when it is needed, in thousandths of what is asked; when the first and the last of it are there (0: nothing comes). */
struct planning_line {
	int64_t covered_permille, on_time_permille, first_ms, arrives_ms;
};
struct planning_line planning_line_of(const struct planning *p, size_t line);

/* ---- what a membership changes: planning_effect.c ---- */

/* A line of the request, or all lines of a type together. */
struct planning_effect_row {
	int64_t line; /* 0: all of the type */
	struct slice type;
	int64_t quantity;
	struct planning_line without, with;
	int64_t same_ms; /* when, with it, as much is there as ever comes without it; 0: never, or nothing comes without it */
};
struct planning_effect {
	struct slice party;
	const struct planning *without, *with;
	struct planning_effect_row *line, *type;
	size_t n_line, n_type;
};
/* Both made from the same request at the same moment, the one without the party, the other with it, and solved. In the arena. */
void planning_effect_make(struct planning_effect *ret, struct slice party,
	const struct planning *without, const struct planning *with, struct arena *arena);
void planning_effect_tell(const struct planning_effect *e, const char *key, struct json_out *o);

#endif
