/*
 * glpk.c: GLPK as a program (GPL-3-or-later as a whole, for GLPK's sake; see README.md).
 *
 * Presolve, then branch and cut with mixed-integer rounding: of what GLPK has it is what tells on fixed charges; Gomory and cover cuts on top cost three times what they save
 * (bench/README.md). Steps of the simplex have a ceiling of their own, so that a search on a machine that is busy ends where it does on one that is not. GLP_EMIPGAP and GLP_ETMLIM are successes of a kind: there may be a solution, and there is a bound. GLPK itself aborts the process on
 * an internal error; whoever started it then finds no `end`.
 */
#include "answer.h"

#include <glpk.h>
#include <time.h>

/* The best bound is kept while the tree is alive: afterwards GLPK does not tell it. */
struct seen {
	double bound;
	bool known;
	int cpu_ms; /* 0: no ceiling */
	int steps;  /* 0: no ceiling */
};

static void look(glp_tree *tree, void *ctx)
{
	struct seen *s = ctx;
	int best = glp_ios_best_node(tree);

	if (best) {
		s->bound = glp_ios_node_bound(tree, best);
		s->known = true;
	}
	if (s->cpu_ms && (double)clock() / CLOCKS_PER_SEC * 1000 > s->cpu_ms)
		glp_ios_terminate(tree);
	if (s->steps && glp_get_it_cnt(glp_ios_get_prob(tree)) > s->steps)
		glp_ios_terminate(tree);
}

static void answer(glp_prob *p, int rc, const struct seen *seen)
{
	int status = glp_mip_status(p);
	bool have = status == GLP_OPT || status == GLP_FEAS;

	answer_begin("glpk", glp_version());
	if (!have) {
		answer_status(status == GLP_NOFEAS || rc == GLP_ENOPFS ? "infeasible" : "nothing");
		if (seen->known)
			answer_number("bound", seen->bound);
		return;
	}
	answer_status(status == GLP_OPT && rc == 0 ? "optimal" : "feasible");
	answer_number("objective", glp_mip_obj_val(p));
	if (status == GLP_OPT && rc == 0)
		answer_number("bound", glp_mip_obj_val(p));
	else if (seen->known)
		answer_number("bound", seen->bound);
	for (int j = 1; j <= glp_get_num_cols(p); j++)
		answer_value(glp_get_col_name(p, j), glp_mip_col_val(p, j));
}

/* The linear relaxation: its value is a bound, and rows have prices. */
static int relax(glp_prob *p, const struct solve_options *o)
{
	glp_smcp with;

	glp_init_smcp(&with);
	with.msg_lev = GLP_MSG_OFF;
	/* All costs are at least nothing, so that leaving everything at its bound is a dual solution to start from. */
	with.meth = GLP_DUALP;
	with.presolve = GLP_ON;
	with.tm_lim = o->time_ms;
	int rc = glp_simplex(p, &with);
	answer_begin("glpk", glp_version());
	if (rc == 0 && glp_get_status(p) == GLP_OPT) {
		answer_status("optimal");
		answer_number("objective", glp_get_obj_val(p));
		answer_number("bound", glp_get_obj_val(p));
		for (int i = 1; i <= glp_get_num_rows(p); i++)
			answer_price(glp_get_row_name(p, i), glp_get_row_dual(p, i));
		for (int j = 1; j <= glp_get_num_cols(p); j++) {
			answer_value(glp_get_col_name(p, j), glp_get_col_prim(p, j));
			answer_cost(glp_get_col_name(p, j), glp_get_col_dual(p, j));
		}
	} else {
		answer_status(rc == GLP_ENOPFS ? "infeasible" : "nothing");
	}
	glp_delete_prob(p);
	return answer_end();
}

int main(int argc, char **argv)
{
	struct solve_options o = solve_options(argc, argv);
	struct seen seen = {.steps = o.steps, .cpu_ms = o.cpu_ms};
	char path[64];
	FILE *model = solve_model(path);

	glp_term_out(GLP_OFF);
	glp_prob *p = glp_create_prob();
	if (glp_read_lp(p, NULL, path) != 0) {
		fputs("the model is no LP text\n", stderr);
		return SOLVE_BAD_MODEL;
	}
	if (o.relax)
		return relax(p, &o);
	glp_iocp with;
	glp_init_iocp(&with);
	with.presolve = GLP_ON;
	with.mir_cuts = GLP_ON;
	with.br_tech = GLP_BR_DTH;
	with.bt_tech = GLP_BT_BLB;
	with.tm_lim = o.time_ms;
	with.mip_gap = o.gap;
	with.cb_func = look;
	with.cb_info = &seen;
	int rc = glp_intopt(p, &with);
	answer(p, rc, &seen);
	glp_delete_prob(p);
	fclose(model);
	return answer_end();
}
