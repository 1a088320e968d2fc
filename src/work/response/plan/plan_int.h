/*
 * plan_int.h: what the files of the planner share. Private to this folder.
 *
 *	arcs.c     what can serve what, refusals, caps
 *	score.c    coefficients of the objective
 *	tally.c    what is taken and what is left, while a package is put together
 *	greedy.c   at once
 *	part.c     parts of the problem that share no lot
 *	prices.c   what lift and burden cost a part that is solved alone
 *	relax.c    the relaxation of the whole
 *	model.c    a part as LP text, and the way back
 *	solve.c    the parts one after the other
 *	check.c    the rules again, written apart from all of the above
 */
#ifndef WORK_RESPONSE_PLAN_PLAN_INT_H
#define WORK_RESPONSE_PLAN_PLAN_INT_H

#include "base/buf.h"
#include "node/solver.h"
#include "work/response/plan/plan.h"

/* Points of the objective per thousandth of a policy's point. */
#define POINT_SCALE INT64_C(100000)
/* Minor units of a thousand of the currency. */
#define THOUSAND INT64_C(100000)
/* Points of the objective per point of models: engines work best with numbers near one. */
#define MODEL_SCALE 1e6

/* ---- score.c ---- */

/* Products of three numbers of 10⁹. */
__extension__ typedef __int128 wide;
/* As a score; what is above all scores is the highest. */
int64_t score_fit(wide v);

/* Of a thousandth of a unit that is missing; of one unit that comes late; of one minor unit. */
int64_t score_unmet(const struct plan_problem *p, const struct plan_line *l);
int64_t score_late(
	const struct plan_problem *p, const struct plan_line *l, const struct plan_arc *a);
int64_t score_cost(const struct plan_problem *p, int64_t minor);
int64_t score_burden(const struct plan_problem *p, int64_t minor);
/* Cost per share, rounded up; 0 for a member without a share. */
int64_t score_per_share(int64_t cost, int64_t share);
int64_t score_shares(const struct plan_problem *p); /* the sum */

/* ---- tally.c ---- */

struct tally {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	int64_t *take;	     /* per arc */
	int64_t *lot;	     /* units gone, per lot */
	int64_t *cap;	     /* per cap */
	int64_t *lift;	     /* kg gone, per p->lift row */
	int64_t *covered;    /* thousandths, per line */
	int64_t *cost;	     /* per member */
	uint64_t *served_by; /* per line: bit set of members */
	int64_t *by_member;  /* units, per (line, member) */
	uint32_t **caps_of;  /* per lot: caps that it is in */
	uint32_t *n_caps_of;
};
void tally_make(struct tally *t, const struct plan_problem *p, const struct plan_arcs *a,
	struct arena *arena);
/* So many units more (or fewer) of an arc. */
void tally_add(struct tally *t, size_t arc, int64_t units);
/* As many as still may, at most `want`, all rules but min_lot and min_useful heeded. */
int64_t tally_room(const struct tally *t, size_t arc, int64_t want);

/* ---- part.c ---- */

struct part {
	uint32_t *arc, *line, *lot; /* ascending */
	size_t n_arc, n_line, n_lot;
	int64_t weight; /* of its lines */
};
void parts_make(const struct plan_problem *p, const struct plan_arcs *a, struct arena *arena,
	struct part **ret, size_t *ret_n);
/* All of it as one. */
void part_whole(const struct plan_problem *p, const struct plan_arcs *a, struct arena *arena,
	struct part *ret);

/* ---- greedy.c ---- */

/* The lines of a part from what is left, but for lots of a group. */
void greedy_part(struct tally *t, const struct part *part, struct arena *arena);

/* ---- prices.c ---- */

/* What parts compete for, priced: points (of MODEL_SCALE) per kg of each lift, per minor unit of each member's cost. */
struct prices {
	double *lift, *burden;
};
/* The worst burden charged to all alike: right, if weak, in every case. */
void prices_alike(const struct plan_problem *p, struct arena *arena, struct prices *ret);
/* From the relaxation of the whole; false, and as they were, if it has none. */
bool prices_read(
	const struct plan_problem *p, const struct solver_answer *relaxed, struct prices *io);
/* What all lift together is worth: the bounds of priced parts add up to this much too much. */
double prices_lift_worth(const struct plan_problem *p, const struct prices *w);

/* ---- relax.c ---- */

/* Of lift and of members' money, what a part takes. */
struct usage {
	int64_t *lift, *cost;
};
struct relaxed {
	double *value, *cost; /* per arc: units; what one more unit costs in all */
	struct usage *usage;  /* per part */
};
void relaxed_make(const struct plan_problem *p, const struct plan_arcs *a, size_t parts,
	struct arena *arena, struct relaxed *ret);
/* Values and usage from an answer about the whole, or as much of it as was asked. */
void relaxed_values(const struct plan_problem *p, const struct plan_arcs *a,
	const struct part *part, size_t parts, const struct solver_answer *answer,
	struct relaxed *io);
/* Values and costs of a part's arcs from an answer about at least that part. */
void relaxed_part(const struct part *part, const struct solver_answer *answer, struct relaxed *io);
/* The part with so many per cent of the arcs that the relaxation uses: these, and those that it would use next; and those of a package (`take`, per arc, or NULL). */
void relaxed_kernel(const struct relaxed *r, const struct part *part, unsigned percent,
	const int64_t *take, struct arena *arena, struct part *ret);

/* ---- model.c ---- */

/*
 * `t` has what the other parts take; NULL: this part alone, with all lift for itself, for the bound. With `prices` it pays for lift and burden; without, burden counts as it is (and
 * `t` must be there).
 */
void model_print(const struct plan_problem *p, const struct plan_arcs *a, const struct part *part,
	const struct tally *t, const struct prices *prices, struct arena *scratch, struct buf *ret);
/* Units per arc of the part; false if a number is no whole one. */
bool model_read(const struct part *part, const struct solver_answer *answer, int64_t *ret_take);
/* A bound of models, in points; never more than the truth allows for the engine's tolerance. */
int64_t model_bound(double bound);

#endif
