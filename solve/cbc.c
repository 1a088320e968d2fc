/*
 * cbc.c: CBC (COIN-OR branch and cut, EPL-2.0) as a program; see README.md. One thread.
 *
 * The library talks on standard output whatever it is told, so until it has done that is nowhere.
 */
#include "answer.h"

#include <Cbc_C_Interface.h>
#include <Clp_C_Interface.h>

static void answer(Cbc_Model *m)
{
	const double *x = Cbc_bestSolution(m);
	bool optimal = x != NULL && Cbc_isProvenOptimal(m);

	answer_begin("cbc", CBC_VERSION);
	if (!x) {
		answer_status(Cbc_isProvenInfeasible(m) ? "infeasible" : "nothing");
		answer_number("bound", Cbc_getBestPossibleObjValue(m));
		return;
	}
	answer_status(optimal ? "optimal" : "feasible");
	answer_number("objective", Cbc_getObjValue(m));
	answer_number("bound", Cbc_getBestPossibleObjValue(m));
	for (int i = 0; i < Cbc_getNumCols(m); i++) {
		char name[64];

		Cbc_getColName(m, i, name, sizeof(name));
		answer_value(name, x[i]);
	}
}

/* The linear relaxation, by CLP: its value is a bound; rows have prices, columns values and reduced costs. */
static int relax(Cbc_Model *m, double seconds, int out)
{
	Clp_Simplex *s = Clp_newModel();
	char name[64];

	Clp_setLogLevel(s, 0);
	Clp_setMaximumSeconds(s, seconds);
	Clp_loadProblem(s, Cbc_getNumCols(m), Cbc_getNumRows(m), Cbc_getVectorStarts(m),
		Cbc_getIndices(m), Cbc_getElements(m), Cbc_getColLower(m), Cbc_getColUpper(m),
		Cbc_getObjCoefficients(m), Cbc_getRowLower(m), Cbc_getRowUpper(m));
	Clp_initialDualSolve(s);
	fflush(stdout);
	if (dup2(out, STDOUT_FILENO) < 0)
		return 1;
	answer_begin("cbc", CBC_VERSION);
	if (Clp_status(s) != 0) {
		answer_status(Clp_status(s) == 1 ? "infeasible" : "nothing");
		Clp_deleteModel(s);
		return answer_end();
	}
	answer_status("optimal");
	answer_number("objective", Clp_objectiveValue(s));
	answer_number("bound", Clp_objectiveValue(s));
	for (int i = 0; i < Cbc_getNumRows(m); i++) {
		Cbc_getRowName(m, i, name, sizeof(name));
		answer_price(name, Clp_getRowPrice(s)[i]);
	}
	for (int i = 0; i < Cbc_getNumCols(m); i++) {
		Cbc_getColName(m, i, name, sizeof(name));
		answer_value(name, Clp_getColSolution(s)[i]);
		answer_cost(name, Clp_getReducedCost(s)[i]);
	}
	Clp_deleteModel(s);
	return answer_end();
}

int main(int argc, char **argv)
{
	struct solve_options o = solve_options(argc, argv);
	char seconds[32], gap[32];
	int out = dup(STDOUT_FILENO);

	if (out < 0 || !freopen("/dev/null", "w", stdout))
		return 1;
	Cbc_Model *m = Cbc_newModel();
	/* "-" is standard input; on what is no LP text the library stops the process. */
	if (Cbc_readLp(m, "-") != 0) {
		fputs("the model is no LP text\n", stderr);
		return SOLVE_BAD_MODEL;
	}
	/* It has one limit: processor time where that is asked for, else the clock. Who started it stops it by the clock anyhow. */
	bool cpu = o.cpu_ms > 0 && o.cpu_ms < o.time_ms;
	snprintf(seconds, sizeof(seconds), "%.3f", (cpu ? o.cpu_ms : o.time_ms) / 1000.0);
	snprintf(gap, sizeof(gap), "%.9f", o.gap);
	Cbc_setParameter(m, "log", "0");
	Cbc_setParameter(m, "timeMode", cpu ? "cpu" : "elapsed");
	Cbc_setParameter(m, "seconds", seconds);
	Cbc_setParameter(m, "ratioGap", gap);
	Cbc_setParameter(m, "allowableGap", "0");
	if (o.relax)
		return relax(m, o.time_ms / 1000.0, out);
	Cbc_solve(m);
	fflush(stdout);
	if (dup2(out, STDOUT_FILENO) < 0)
		return 1;
	answer(m);
	int rc = answer_end();
	Cbc_deleteModel(m);
	return rc;
}
