/*
 * cbc.c: CBC (COIN-OR branch and cut, EPL-2.0) as a program; see README.md. One thread.
 *
 * The library talks on standard output whatever it is told, so until it has done that is nowhere.
 */
#include "answer.h"

#include <Cbc_C_Interface.h>

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
	Cbc_solve(m);
	fflush(stdout);
	if (dup2(out, STDOUT_FILENO) < 0)
		return 1;
	answer(m);
	int rc = answer_end();
	Cbc_deleteModel(m);
	return rc;
}
