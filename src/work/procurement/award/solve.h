/*
 * solve.h: an award model, solved: by dynamic program where that is enough, else by a solver program (solve/README.md), and judged anew in any case.
 *
 *	struct award_result r;
 *	rc = award_solve(&model, &(struct solve_options){.seconds = 60}, &arena, &r, why);
 *	if (r.optimal) …                       -- r.solution holds the cheapest choice, of equal ones the one with the smallest rank
 */
#ifndef AWARD_SOLVE_H
#define AWARD_SOLVE_H

#include "node/solver.h"
#include "work/procurement/award/model.h"

struct solve_options {
	unsigned seconds; /* of each of the two rounds, by the clock; 0: 60 */
	unsigned
		cpu_seconds; /* of each round, of the solver's processor, by the clock at most ten times as long; 0: `seconds` alone */
	unsigned gap_ppm;    /* stop when proven this close */
	bool only_solver;    /* never by dynamic program: for comparing */
	const char *solver;  /* "cbc", "glpk"; NULL: the first of them that is here */
};

struct award_result {
	struct award_solution *solution;
	bool optimal;  /* proven, as far as the solver's bound is believed */
	bool ranked;   /* the tie is settled too */
	int64_t bound; /* nothing is cheaper: the solver's claim */
	unsigned gap_ppm;
	char solver[64]; /* "dp", "cbc 2.10.8" */
};

/* E_MISSING without a solver program where one is needed; E_STATE if no award keeps the rules; E_BUSY if none was found in time; E_VERIFY if the solver's answer is none. */
MUST_USE int award_solve(const struct award_model *m, const struct solve_options *o,
	struct arena *arena, struct award_result *ret, struct why *why);

/* The model as LP text for a solver; `second`: the round that minimises rank at a cost of at most `cost_limit`. */
void milp_print(const struct award_model *m, bool second, int64_t cost_limit, struct buf *ret);
/* What a solver says, rounded to whole numbers; not judged. */
struct award_solution *milp_solution(
	const struct award_model *m, const struct solver_answer *a, struct arena *arena);

/* Hash of the canonical text of a model: what members agree on having solved. */
struct hash award_model_hash(const struct award_model *m);

/* Why: what each rule costs, and what each loser would have cost. */
struct award_cost {
	const char *rule; /* "nation caps", … */
	bool known;	  /* an award without the rule was found and proven */
	int64_t saving;	  /* what the award would be cheaper without it */
};
#define AWARD_RULES 7
MUST_USE int award_rule_costs(const struct award_model *m, const struct award_result *r,
	const struct solve_options *o, struct arena *arena, struct award_cost ret[AWARD_RULES],
	size_t *ret_n, struct why *why);
/* The cheapest award that contains a bundle (or, beyond n_bundle, a tier): how much dearer it is. E_STATE: none keeps the rules. */
MUST_USE int award_with(const struct award_model *m, uint32_t offer, const struct award_result *r,
	const struct solve_options *o, struct arena *arena, int64_t *ret_more, struct why *why);

#endif
