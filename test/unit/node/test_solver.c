/* test_solver.c: answers as text; a real solver program, one that breaks, one that never ends. */
#include "unit.h"

#include "base/limits.h"
#include "node/solver.h"

#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;

static int parse(const char *text, struct solver_answer *ret)
{
	return solver_answer_parse(slice_str(text), &arena, ret, NULL);
}

static void an_answer_is_read(void **state)
{
	struct solver_answer a = {0};
	(void)state;
	assert_int_equal(
		parse("entente-answer/1\nengine glpk 5.0\nstatus feasible\nobjective 12.5\nbound 1e1\nvalue y 1\nvalue x12 3\nend\n",
			&a),
		0);
	assert_true(a.solved && !a.optimal && !a.infeasible && a.bounded);
	assert_slice(a.engine, "glpk 5.0");
	assert_true(a.objective == 12.5 && a.bound == 10);
	assert_true(solver_value(&a, "x12") == 3 && solver_value(&a, "y") == 1 &&
		    solver_value(&a, "z") == 0);
	assert_int_equal(parse("entente-answer/1\nstatus nothing\nend\n", &a), 0);
	assert_false(a.solved);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const bad[] = {"", "entente-answer/2\nend\n",
		"entente-answer/1\nstatus optimal\n", "entente-answer/1\nstatus perhaps\nend\n",
		"entente-answer/1\nobjective x\nend\n", "entente-answer/1\nobjective inf\nend\n",
		"entente-answer/1\nvalue x\nend\n", "entente-answer/1\nvalue  3\nend\n",
		"entente-answer/1\nend\nvalue x 3\n", "entente-answer/1\nhello\nend\n"};
	struct solver_answer a = {0};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(parse(bad[i], &a), E_SYNTAX);
	assert_null(a.value);
}

/* A program of that name in a directory of the test. */
static void pretend(const char *script)
{
	static char dir[] = "/tmp/entente-test-solver-XXXXXX";
	static bool made;
	char path[128];
	if (!made)
		assert_non_null(mkdtemp(dir));
	made = true;
	snprintf(path, sizeof(path), "%s/entente-solve-play", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(script, f);
	fclose(f);
	assert_int_equal(chmod(path, 0700), 0);
	setenv("ENTENTE_SOLVERS", dir, 1);
}

static int play(const char *script, int64_t wall_ms, struct solver_answer *ret)
{
	pretend(script);
	return solver_run(&(struct solver_options){.engine = "play", .wall_ms = wall_ms},
		SLICE("Minimize x\nEnd\n"), &arena, ret, NULL);
}

static void a_program_is_not_believed(void **state)
{
	struct solver_answer a = {0};
	(void)state;
	assert_int_equal(play("#!/bin/sh\ncat >/dev/null; echo hello\n", 5000, &a), E_NET);
	assert_int_equal(play("#!/bin/sh\nkill -ABRT $$\n", 5000, &a), E_NET);
	assert_int_equal(play("#!/bin/sh\nexit 65\n", 5000, &a), E_INVALID);
	assert_int_equal(play("#!/bin/sh\nexit 1\n", 5000, &a), E_NET);
	assert_int_equal(play("#!/bin/sh\nexec sleep 60\n", 1, &a), E_BUSY);
	/* Nothing of ours is in there: no environment, no further descriptors. */
	assert_int_equal(
		play("#!/bin/sh\n[ -z \"$HOME$ENTENTE_SOLVERS\" ] && [ ! -e /proc/self/fd/9 ] || exit 1\n"
		     "printf 'entente-answer/1\\nstatus nothing\\nend\\n'\n",
			5000, &a),
		0);
	assert_int_equal(solver_run(&(struct solver_options){.engine = "none", .wall_ms = 1000},
				 SLICE("x"), &arena, &a, NULL),
		E_MISSING);
}

static void a_knapsack(const char *engine)
{
	struct solver_answer a = {0};
	struct why why = {0};
	unsetenv("ENTENTE_SOLVERS");
	if (getenv("SOLVE_DIR"))
		setenv("ENTENTE_SOLVERS", getenv("SOLVE_DIR"), 1);
	if (!solver_there(engine)) {
		print_message("skipped: no entente-solve-%s was built\n", engine);
		skip();
	}
	int rc = solver_run(&(struct solver_options){.engine = engine, .wall_ms = 20000},
		SLICE("Minimize\n cost: - 10 x1 - 13 x2 - 7 x3\nSubject To\n weight: 3 x1 + 4 x2 + 2 x3 <= 6\nBinary\n x1\n x2\n x3\nEnd\n"),
		&arena, &a, &why);
	if (rc < 0)
		fail_msg("%s: %s", why.where, why.text);
	assert_true(a.optimal && a.bounded);
	assert_true(
		a.objective > -20.001 && a.objective < -19.999 && a.bound <= a.objective + 1e-6);
	assert_true(solver_value(&a, "x1") == 0 && solver_value(&a, "x2") == 1 &&
		    solver_value(&a, "x3") == 1);
	/* CBC stops the process on what it cannot read. */
	assert_int_equal(solver_run(&(struct solver_options){.engine = engine, .wall_ms = 20000},
				 SLICE("what?\n"), &arena, &a, NULL),
		strcmp(engine, "cbc") == 0 ? E_NET : E_INVALID);
	rc = solver_run(&(struct solver_options){.engine = engine, .wall_ms = 20000, .relax = true},
		SLICE("Minimize\n cost: - 3 x + 1 y\nSubject To\n weight: 2 x + 1 y <= 5\nGeneral\n x\nEnd\n"),
		&arena, &a, &why);
	assert_int_equal(rc, 0);
	assert_true(a.optimal && a.bound < -7.49 && a.bound > -7.51);
	assert_true(solver_price(&a, "weight") < -1.49 && solver_price(&a, "weight") > -1.51);
	assert_true(solver_value(&a, "x") > 2.49 && solver_value(&a, "x") < 2.51);
	assert_true(solver_cost(&a, "y") > 2.49 && solver_cost(&a, "y") < 2.51);
	rc = solver_run(&(struct solver_options){.engine = engine, .wall_ms = 20000},
		SLICE("Minimize\n c: x\nSubject To\n a: x >= 2\n b: x <= 1\nGeneral\n x\nEnd\n"),
		&arena, &a, &why);
	assert_int_equal(rc, 0);
	assert_true(a.infeasible && !a.solved);
}

static void glpk_solves_a_knapsack(void **state)
{
	(void)state;
	a_knapsack("glpk");
}

static void cbc_solves_a_knapsack(void **state)
{
	(void)state;
	a_knapsack("cbc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(a_program_is_not_believed),
		cmocka_unit_test(glpk_solves_a_knapsack),
		cmocka_unit_test(cbc_solves_a_knapsack),
	};
	signal(SIGPIPE, SIG_IGN);
	arena = ARENA(64 * MIB);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
