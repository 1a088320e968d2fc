/*
 * plan.h: which of the members' lots go to which lines of a request: the package. Pure: no store, no clock, no record; gather.c makes the problem from records.
 *
 *	struct plan_arcs arcs;
 *	rc = plan_arcs_make(&problem, arena, &arcs, why);              -- what can serve what, and for all else the first rule that forbids it
 *	plan_greedy(&problem, &arcs, arena, &package);                 -- at once, no guarantee: shown as a draft
 *	rc = plan_solve(&problem, &arcs, &options, arena, &package, why);    -- better, with a proven gap
 *	rc = plan_check(&problem, &arcs, &package, &value, why);       -- anybody's, in integers, without a solver
 *
 * Order of aims: unmet demand, lateness, cost, burden sharing, with the weights of a policy, so that one number compares two packages. Everything is an integer: times Unix
 * ms, money minor units of one currency, weight kg, effects thousandths of a unit (a substitute may be worth 700), points of the objective as plan_value has
 * them. Every node that has the problem computes the same arcs and the same value.
 *
 * Everything lies in the arena that was given; a problem is borrowed by what is made from it. E_LIMIT: a problem that is too large; E_INVALID: numbers that make none.
 */
#ifndef WORK_RESPONSE_PLAN_PLAN_H
#define WORK_RESPONSE_PLAN_PLAN_H

#include "base/arena.h"
#include "base/why.h"

#define PLAN_LOTS_MAX	   20000
#define PLAN_LINES_MAX	   1000
#define PLAN_MEMBERS_MAX   64
#define PLAN_LIFTS_MAX	   512
#define PLAN_ARCS_MAX	   400000
#define PLAN_REFUSALS_EACH 1000
#define PLAN_AMOUNT_MAX	   INT64_C(1000000000) /* of one thing: units, kg, minor units of a rate */
#define PLAN_WEIGHT_MAX	   100
/* Of all that a lot has, with the way: what costs more serves nothing, so that the costs of all lots have a sum. */
#define PLAN_COST_MAX INT64_C(100000000000000)
/* A place that is not given. */
#define PLAN_NOWHERE (INT64_C(999) * 10000000)
#define PLAN_EFFECT  1000 /* thousandths: a unit that counts wholly */

struct plan_point {
	int64_t lat, lon; /* 10⁻⁷ degrees, WGS 84 */
};

/* ---- the problem ---- */

struct plan_member {
	struct slice id, label;
	int64_t share; /* of the burden, in millionths; those of all members add up to a million at most; 0: bears what it offers, and is not compared */
	const struct slice
		*not_with; /* labels of members beside whom it does not serve on one line */
	size_t n_not_with;
};

struct plan_way {
	struct slice mode; /* road, rail, air, sea, own_power */
	int64_t speed_kmh, load_minutes;
	bool organic; /* brings its own transport: takes nothing of the member's lift */
};
struct plan_substitute {
	struct slice type; /* serves lines that ask for this one, too … */
	int64_t effect;	   /* … with so many thousandths */
};
/* What a caveat forbids: an area, a type of line, an event; a member's partners are plan_member's. */
enum plan_forbids { FORBIDS_AREA, FORBIDS_TYPE, FORBIDS_EVENT };
struct plan_caveat {
	enum plan_forbids what;
	struct slice value;
	bool approval; /* not forbidden, but somebody has to agree first */
};
struct plan_lot {
	struct slice id, name, type;
	size_t member;
	int64_t quantity; /* that may go: what is kept at home is not in it */
	int64_t min_lot;  /* not fewer, if any */
	struct plan_point home;
	int64_t notice_minutes;
	int64_t from_ms, until_ms; /* window; 0: open */
	int64_t arrives_ms; /* an offer says itself when; 0: from notice, distance and speed */
	const struct plan_way *way;
	size_t n_way;
	int64_t weight_kg; /* of one unit */
	int64_t mobilisation, per_unit, per_unit_km;
	int64_t self_sufficiency_hours;
	const struct plan_substitute *substitute;
	size_t n_substitute;
	const struct plan_caveat *caveat;
	size_t n_caveat;
	const struct slice *has; /* certifications, languages: whatever a line may ask for */
	size_t n_has;
	int64_t only_line; /* an item offered for this line; 0: for any */
	int64_t effect;	   /* of that item's units there; 0: by type */
	bool as_offered;   /* what the line requires is between the two parties */
	bool approval;	   /* somebody has to agree first */
	int64_t group;	   /* an offer that is taken whole or not at all; 0: none */
	struct slice
		not_ready; /* why it cannot be counted on (stale, not ready …); empty: it can */
};

struct plan_line {
	int64_t line;
	struct slice type, event;
	int64_t quantity, min_useful; /* fewer are of no use; 0 */
	int64_t needed_by_ms, needed_until_ms;
	struct plan_point place;
	const struct slice *area; /* codes of the areas that the place lies in */
	size_t n_area;
	int64_t weight;		  /* 1..PLAN_WEIGHT_MAX */
	int64_t max_contributors; /* 0: any number */
	int64_t min_effect;
	const struct slice *accepts; /* types that whoever asks takes instead */
	size_t n_accepts;
	const struct slice *excluded; /* labels of members */
	size_t n_excluded;
	const struct slice *wants; /* certifications, languages */
	size_t n_wants;
	int64_t self_sufficiency_hours;
};

/* So much of what a member has of a type stays at home, whichever lots it is. */
struct plan_reserve {
	size_t member;
	struct slice type;
	int64_t quantity;
};
struct plan_lift {
	size_t member;
	struct slice mode;
	int64_t kg;
};

/* Points: `unmet` for a line of weight 1 that gets nothing, `late` for each hour that all of it is late, `cost` for each thousand of the currency, `burden` for each
 * thousand of the worst burden per share. In thousandths. */
struct plan_policy {
	int64_t unmet, late, cost, burden;
};
extern const struct plan_policy plan_policy_usual;

struct plan_problem {
	int64_t now_ms;
	int64_t grace_minutes; /* later than needed_by by more: of no use */
	struct slice currency;
	struct plan_policy policy;
	const struct plan_member *member;
	size_t n_member;
	const struct plan_lot *lot;
	size_t n_lot;
	const struct plan_line *line;
	size_t n_line;
	const struct plan_reserve *reserve;
	size_t n_reserve;
	const struct plan_lift *lift;
	size_t n_lift;
};

/* ---- what can serve what ---- */

struct plan_arc {
	uint32_t lot, line, way;
	int64_t arrives_ms, late_minutes;
	int64_t effect;	   /* of one unit, thousandths */
	int64_t unit_cost; /* without mobilisation */
	int64_t lift_kg; /* of one unit, of the member's lift; 0: organic, or no lift is limited */
	uint32_t lift;	 /* that lift's row; n_lift: none */
	bool approval;	 /* somebody has to agree first */
};
/* Rules in the order in which they are asked: the first that fails is told. */
enum plan_rule {
	RULE_TYPE,
	RULE_EXCLUDED,
	RULE_READY,
	RULE_CAVEAT,
	RULE_WANTS,
	RULE_WINDOW,
	RULE_PLACE,
	RULE_LATE,
	RULE_NONE_LEFT, /* nothing is left after what stays at home */
	PLAN_RULES
};
extern const char *const plan_rules[PLAN_RULES]; /* "type", "excluded", "not ready", … */
struct plan_refusal {
	uint32_t lot, line;
	enum plan_rule rule;
	struct slice detail; /* which caveat, which certification; may be empty */
};
/* Lots whose sum has a ceiling: reserves. */
struct plan_cap {
	const uint32_t *lot;
	size_t n;
	int64_t max;
};
struct plan_arcs {
	struct plan_arc *arc; /* by (line, lot, way) */
	size_t n;
	/* Of lots that would fit by type; those of another type are none of the line's business. Up to PLAN_REFUSALS_EACH of a line. */
	struct plan_refusal *refusal;
	size_t n_refusal;
	struct plan_cap *cap;
	size_t n_cap;
	size_t left_out; /* (lot, line) that were not looked at: their member has more than its share of what one plan can hold */
};
MUST_USE int plan_arcs_make(
	const struct plan_problem *p, struct arena *arena, struct plan_arcs *ret, struct why *why);
/* Great-circle distance in whole km. Both must be somewhere. */
int64_t plan_distance_km(struct plan_point a, struct plan_point b);

/* ---- packages ---- */

struct plan_value {
	int64_t points; /* the objective: the four below, weighed; 10⁸ are one */
	int64_t unmet_points, late_points, cost_points, burden_points;
	int64_t cost;		  /* minor units */
	int64_t burden;		  /* the worst member's cost per share, minor units */
	const int64_t *shortfall; /* per line, thousandths of a unit */
	const int64_t *member_cost;
};
enum plan_how { PLAN_DRAFT, PLAN_SOLVED };
struct plan_package {
	int64_t *take; /* per arc: units */
	size_t n_arc;
	enum plan_how how;
	struct slice engine; /* "glpk 5.0"; empty for a draft */
	int64_t bound;	     /* no package has fewer points */
	struct plan_value value;
};
/* (value - bound) / value in millionths; 0 when it is the best there is. */
int64_t plan_gap_ppm(const struct plan_package *k);

/*
 * Every rule of the problem again, and the value, from the takes alone. E_VERIFY names the rule and the lot or line: such a package is shown to nobody. *ret lies in the arena.
 */
MUST_USE int plan_check(const struct plan_problem *p, const struct plan_arcs *a,
	const int64_t *take, struct arena *arena, struct plan_value *ret, struct why *why);

/* Lines by weight and hour, each from the lot that comes soonest and costs least. Its bound is the one that needs no solver. */
MUST_USE int plan_greedy(const struct plan_problem *p, const struct plan_arcs *a,
	struct arena *arena, struct plan_package *ret, struct why *why);

/* How a problem is taken apart: by its size; or, to test that, however small it is. */
enum plan_split { PLAN_SPLIT_BY_SIZE, PLAN_SPLIT_PARTS, PLAN_SPLIT_SIFTED };
struct plan_options {
	const char *engine;
	int64_t wall_ms;  /* for all of it; what is found by then is answered */
	uint32_t gap_ppm; /* good enough */
	enum plan_split split;
	/* May be NULL: how far it is. */
	void (*progress)(void *ctx, size_t done, size_t all);
	/* May be NULL: the package or its bound has become better. */
	void (*found)(void *ctx, const struct plan_package *k);
	void *ctx;
};
/*
 * A small problem whole. A larger one by parts that share no lot (mostly: by type) around the relaxation of the whole: that says what lift and burden cost, how much of them each part
 * should get, and a bound. A package is put together part by part, what is still to come keeping its due; then each part once more beside the others as they are, while there is time
 * and need. Parts alone, at the price of what they share, give another bound: the higher one is told. The same problem with the same limits has the same answer, unless the time comes
 * first.
 * Without a solver, or if it fails, the answer is that of plan_greedy. Never worse than that.
 */
MUST_USE int plan_solve(const struct plan_problem *p, const struct plan_arcs *a,
	const struct plan_options *o, struct arena *arena, struct plan_package *ret,
	struct why *why);

/* The same problem without the lots of a member (its label): what the others can do alone. E_MISSING. */
MUST_USE int plan_without(const struct plan_problem *p, struct slice label, struct arena *arena,
	struct plan_problem *ret, struct why *why);

#endif
