/*
 * solver.h: a mixed-integer program (CPLEX LP text) for a solver that is a program of its own (solve/README.md), and its answer.
 *
 *	struct solver_answer a;
 *	rc = solver_run(&(struct solver_options){.engine = "glpk", .wall_ms = 2000, .gap_ppm = 5000}, lp, arena, &a, why);
 *	if (rc == 0 && a.solved)
 *		x = solver_value(&a, "x12");
 *
 * The program gets no environment, no file but its pipes, a ceiling for memory and CPU, and is killed a second after `wall_ms`; it ends with us. What it answers is
 * a claim: whoever asks checks it in integers. `bound` as well is only as good as the engine.
 *
 * E_MISSING: there is no such program here. E_BUSY: no answer in time. E_NET: it crashed, ran out of memory, or said something that is no
 * answer. E_INVALID: it cannot read the model (a bug of whoever wrote that).
 */
#ifndef NODE_SOLVER_H
#define NODE_SOLVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

struct solver_options {
	const char *engine; /* "glpk", "cbc" */
	int64_t wall_ms;    /* > 0 */
	int64_t cpu_ms; /* of its search, so that a busy machine does not make it worse; 0: no ceiling but wall_ms */
	int64_t steps; /* of the simplex, in a search: a limit that comes at the same place everywhere; 0: none but wall_ms. CBC has none. */
	bool relax; /* the linear relaxation: `objective` is a bound, and rows have prices, columns costs */
	uint32_t
		gap_ppm; /* good enough when within this of the bound, in millionths; 0: to the optimum */
};

struct solver_value {
	struct slice column; /* or row; in the arena */
	double value;	     /* not zero */
};
struct solver_answer {
	struct slice engine; /* "glpk 5.0" */
	bool solved;	     /* there is a solution; it is the best if `optimal` */
	bool optimal, infeasible;
	double objective; /* if solved */
	bool bounded;	  /* `bound` is known */
	double bound;
	struct solver_value *value; /* sorted by column */
	size_t n_value;
	struct solver_value *price; /* sorted by row: what one more on its right side changes */
	size_t n_price;
	struct solver_value *
		cost; /* sorted by column: of the relaxation, what one unit more of it costs in all */
	size_t n_cost;
};

/* Is there such a program here? */
bool solver_there(const char *engine);
MUST_USE int solver_run(const struct solver_options *o, struct slice lp, struct arena *arena,
	struct solver_answer *ret, struct why *why);
/* 0 for a column that is not named in the answer. */
double solver_value(const struct solver_answer *a, const char *column);
double solver_price(const struct solver_answer *a, const char *row);
double solver_cost(const struct solver_answer *a, const char *column);
/* From the text of an answer; E_SYNTAX. For solver_run, and tests. */
MUST_USE int solver_answer_parse(
	struct slice text, struct arena *arena, struct solver_answer *ret, struct why *why);

#endif
