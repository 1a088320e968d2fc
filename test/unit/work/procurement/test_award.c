/*
 * test_award.c: the award: dynamic program, solver program and, on the smallest instances with every rule, plain enumeration say the same; the judge
 * finds what is broken.
 */
#include "instance.h"

#include "unit.h"

#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/award/solve.h"

static struct env_fake fake;
static bool no_solver;

static int setup(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	no_solver = !solver_there("cbc");
	if (no_solver)
		printf("SKIPPED in part: entente-solve-cbc is not built\n");
	return 0;
}

/* ---- enumeration: every choice of a small model, by the judge alone ---- */

struct enumeration {
	const struct award_model *m;
	struct award_solution *at, *best;
	bool found;
};

static void enumerate(struct enumeration *e, uint32_t i)
{
	const struct award_model *m = e->m;

	if (i < m->n_bundle) {
		for (int x = 0; x < 2; x++) {
			e->at->bundle[i] = x;
			enumerate(e, i + 1);
		}
		e->at->bundle[i] = false;
		return;
	}
	if (i < m->n_bundle + m->n_tier) {
		uint32_t t = i - m->n_bundle;

		e->at->tier[t] = 0;
		enumerate(e, i + 1);
		for (int64_t q = m->tier[t].lo;
			q <= m->tier[t].hi && q <= m->lot[m->tier[t].lot].demand; q++) {
			e->at->tier[t] = q;
			enumerate(e, i + 1);
		}
		e->at->tier[t] = 0;
		return;
	}
	if (award_model_judge(m, e->at, NULL) < 0)
		return;
	if (e->found && (e->at->cost > e->best->cost ||
				(e->at->cost == e->best->cost && e->at->rank >= e->best->rank)))
		return;
	e->found = true;
	memcpy(e->best->bundle, e->at->bundle, m->n_bundle * sizeof(bool));
	memcpy(e->best->tier, e->at->tier, m->n_tier * sizeof(int64_t));
	e->best->cost = e->at->cost;
	e->best->rank = e->at->rank;
}

static void dp_is_enumeration(void **state)
{
	struct env env = env_of_fake(&fake);

	(void)state;
	env_fake_init(&fake, 21, 0);
	for (unsigned round = 0; round < 300; round++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct award_model *m = instance_make(&env, &arena, FAMILY_BUNDLE,
			1 + (uint32_t)env_below(&env, 5), 1 + (uint32_t)env_below(&env, 9));
		struct enumeration e = {
			.m = m, .at = solution_new(m, &arena), .best = solution_new(m, &arena)};
		struct award_solution *s = solution_new(m, &arena);

		assert_int_equal(award_model_check(m, NULL), 0);
		enumerate(&e, 0);
		assert_int_equal(dp_solve(m, s, NULL), 0);
		assert_int_equal(s->cost, e.best->cost);
		assert_int_equal(s->rank, e.best->rank);
	}
}

/* The oracle of the field: more than a thousand instances of up to 14 lots, cost and rank alike. */
static void dp_is_solver(void **state)
{
	struct env env = env_of_fake(&fake);
	struct solve_options o = {.seconds = 60, .only_solver = true};
	unsigned ranked = 0;

	(void)state;
	if (no_solver)
		skip();
	env_fake_init(&fake, 22, 0);
	for (unsigned round = 0; round < 1000; round++) {
		struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
		uint32_t lots = 2 + (uint32_t)env_below(&env, round % 20 ? 7 : 13);
		struct award_model *m = instance_make(&env, &arena, FAMILY_BUNDLE, lots,
			2 + (uint32_t)env_below(&env, round % 20 ? 24 : 80));
		struct award_solution *s = solution_new(m, &arena);
		struct award_result r;
		struct why why = {0};

		assert_int_equal(dp_solve(m, s, NULL), 0);
		if (award_solve(m, &o, &arena, &r, &why) < 0)
			fail_msg("round %u: %s", round, why.text);
		assert_true(r.optimal);
		assert_int_equal(r.solution->cost, s->cost);
		if (r.ranked)
			assert_int_equal(r.solution->rank, s->rank);
		ranked += r.ranked;
	}
	assert_true(ranked > 990);
}

/* With every rule of the model: enumeration and solver. */
static void rules_are_enumeration(void **state)
{
	struct env env = env_of_fake(&fake);
	struct solve_options o = {.seconds = 60, .only_solver = true};
	unsigned infeasible = 0, solved = 0;

	(void)state;
	if (no_solver)
		skip();
	env_fake_init(&fake, 23, 0);
	for (unsigned round = 0; round < 120; round++) {
		struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
		bool tiers = round % 2;
		struct award_model *m = instance_make(&env, &arena,
			tiers ? FAMILY_TIER : FAMILY_SIDE, tiers ? 2 : 4, tiers ? 12 : 10);
		struct enumeration e = {
			.m = m, .at = solution_new(m, &arena), .best = solution_new(m, &arena)};
		struct award_result r;
		struct why why = {0};

		if (tiers)
			for (uint32_t i = 0; i < m->n_lot; i++)
				m->lot[i].demand = 4;
		if (tiers)
			for (uint32_t i = 0; i < m->n_tier; i++) {
				m->tier[i].lo = i % 3 == 0 ? 1 : m->tier[i - 1].hi + 1;
				m->tier[i].hi = m->tier[i].lo + (i % 3 == 2 ? 3 : 0);
			}
		m->n_tier = m->n_tier > 6 ? 6 : m->n_tier;
		m->min_suppliers = round % 5 == 0 ? 2 : 0;
		for (uint32_t i = 0; i < m->n_supplier; i++)
			m->supplier[i].capacity = round % 7 == 0 ? 2 : 0;
		m->estimate = 0;
		for (uint32_t i = 0; i < m->n_lot; i++)
			m->estimate += m->lot[i].demand * m->lot[i].reserve;
		for (uint32_t i = 0; i < m->n_supplier; i++)
			m->supplier[i].cap = m->estimate / 2;
		for (uint32_t i = 0; i < m->n_rebate; i++)
			m->rebate[i] = (struct model_rebate){i, m->estimate / 6, m->estimate / 40};
		assert_int_equal(award_model_check(m, NULL), 0);
		enumerate(&e, 0);
		int rc = award_solve(m, &o, &arena, &r, &why);
		if (!e.found) {
			assert_int_equal(rc, E_STATE);
			infeasible++;
			continue;
		}
		if (rc < 0)
			fail_msg("round %u: %s: %s", round, why.where, why.text);
		assert_true(r.optimal);
		if (r.solution->cost != e.best->cost)
			fail_msg("round %u: solver %lld, enumeration %lld", round,
				(long long)r.solution->cost, (long long)e.best->cost);
		if (r.ranked)
			assert_int_equal(r.solution->rank, e.best->rank);
		solved++;
	}
	assert_true(solved > 60);
	assert_true(infeasible < 60);
}

/* ---- the judge ---- */

static const uint32_t lot0[] = {0}, lot1[] = {1}, lot01[] = {0, 1};

static struct award_model small(void)
{
	static struct model_lot lots[2];
	static struct model_supplier suppliers[2];
	static struct model_bundle bundles[3];

	lots[0] = lots[1] = (struct model_lot){.id = SLICE("l"), .demand = 10, .reserve = 100};
	suppliers[0] = (struct model_supplier){.id = SLICE("a"), .nation = 0};
	suppliers[1] = (struct model_supplier){.id = SLICE("b"), .nation = 1, .third = true};
	bundles[0] = (struct model_bundle){.id = SLICE("1"),
		.supplier = 0,
		.lot = lot0,
		.n_lot = 1,
		.price = 500,
		.cost = 500,
		.rank = 1};
	bundles[1] = (struct model_bundle){.id = SLICE("2"),
		.supplier = 1,
		.lot = lot1,
		.n_lot = 1,
		.price = 600,
		.cost = 600,
		.rank = 2};
	bundles[2] = (struct model_bundle){.id = SLICE("3"),
		.supplier = 1,
		.lot = lot01,
		.n_lot = 2,
		.price = 1000,
		.cost = 1000,
		.rank = 3};
	return (struct award_model){.lot = lots,
		.n_lot = 2,
		.supplier = suppliers,
		.n_supplier = 2,
		.bundle = bundles,
		.n_bundle = 3,
		.n_nation = 2,
		.estimate = 2000};
}

static int judged(struct award_model *m, bool a, bool b, bool c, const char **ret_rule)
{
	static struct why why;
	bool x[3] = {a, b, c};
	struct award_solution s = {.bundle = x};
	int rc;

	why = (struct why){0};
	rc = award_model_judge(m, &s, &why);
	*ret_rule = why.where;
	return rc < 0 ? rc : (int)s.cost;
}

static void judge_finds(void **state)
{
	struct award_model m = small();
	const char *rule;

	(void)state;
	assert_int_equal(judged(&m, true, true, false, &rule), 1100);
	assert_int_equal(judged(&m, false, false, true, &rule), 1000);
	assert_int_equal(judged(&m, false, false, false, &rule), 2000);
	assert_int_equal(judged(&m, true, false, true, &rule), E_STATE);
	assert_string_equal(rule, "1");
	m.bundle[0].group = m.bundle[1].group = 4;
	assert_int_equal(judged(&m, true, true, false, &rule), E_STATE);
	assert_string_equal(rule, "2");
	m = small();
	m.supplier[1].cap = 999;
	assert_int_equal(judged(&m, false, false, true, &rule), E_STATE);
	assert_string_equal(rule, "6");
	m = small();
	m.third_cap = 499;
	assert_int_equal(judged(&m, false, false, true, &rule), E_STATE);
	assert_string_equal(rule, "7");
	m.third_cap = 500;
	assert_int_equal(judged(&m, false, false, true, &rule), 1000);
	m = small();
	m.nation_cap[0] = 100;
	assert_int_equal(judged(&m, true, false, false, &rule), E_STATE);
	m = small();
	m.min_suppliers = 2;
	assert_int_equal(judged(&m, false, false, true, &rule), E_STATE);
	assert_string_equal(rule, "5");
	m = small();
	m.lot[0].critical = m.lot[1].critical = 1;
	assert_int_equal(judged(&m, false, false, true, &rule), E_STATE);
	assert_string_equal(rule, "9");
	m = small();
	m.supplier[1].capacity = 1;
	assert_int_equal(judged(&m, false, false, true, &rule), E_STATE);
}

static void models_refused(void **state)
{
	struct award_model m = small();
	static const uint32_t twice[] = {0, 0};

	(void)state;
	assert_int_equal(award_model_check(&m, NULL), 0);
	m.bundle[0].price = MONEY_MAX + 1;
	assert_int_equal(award_model_check(&m, NULL), E_LIMIT);
	m = small();
	m.bundle[2].lot = twice;
	assert_int_equal(award_model_check(&m, NULL), E_INVALID);
	m = small();
	m.bundle[2].supplier = 2;
	assert_int_equal(award_model_check(&m, NULL), E_INVALID);
	m = small();
	m.lot[0].reserve = MONEY_MAX;
	assert_int_equal(award_model_check(&m, NULL), E_INVALID);
	m = small();
	m.n_lot = 0;
	assert_int_equal(award_model_check(&m, NULL), E_LIMIT);
}

/* What a rule costs, what a loser would have cost. */
static void explained(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct award_model m = small();
	struct solve_options o = {.seconds = 10};
	struct award_result r;
	struct award_cost cost[AWARD_RULES];
	int64_t more;
	size_t n;

	(void)state;
	assert_int_equal(award_solve(&m, &o, &arena, &r, NULL), 0);
	assert_string_equal(r.solver, "dp");
	assert_true(r.solution->bundle[2]);
	assert_int_equal(award_with(&m, 0, &r, &o, &arena, &more, NULL), 0);
	assert_int_equal(more, 100);
	assert_int_equal(award_with(&m, 2, &r, &o, &arena, &more, NULL), 0);
	assert_int_equal(more, 0);
	if (no_solver)
		skip();
	m.lot[0].critical = m.lot[1].critical = 1;
	assert_int_equal(award_solve(&m, &o, &arena, &r, NULL), 0);
	assert_int_equal(r.solution->cost, 1100);
	assert_int_equal(award_rule_costs(&m, &r, &o, &arena, cost, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(cost[0].rule, "critical lots apart");
	assert_int_equal(cost[0].saving, 100);
	assert_true(cost[0].known);
}

/* Answers of a solver that lies: another model's columns are passed over, and what breaks a rule is found. */
static void answers(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct award_model m = small();
	struct solver_answer a;
	struct award_solution *s;

	(void)state;
	assert_int_equal(
		solver_answer_parse(
			SLICE("entente-answer/1\nengine x 1\nstatus optimal\nobjective 1\nbound 1\nvalue x0 1\n"
			      "value x2 0.99999\nvalue x77 1\nvalue q0 5\nvalue zz 1\nend\n"),
			&arena, &a, NULL),
		0);
	s = milp_solution(&m, &a, &arena);
	assert_true(s->bundle[0] && !s->bundle[1] && s->bundle[2]);
	assert_int_equal(award_model_judge(&m, s, NULL), E_STATE);
}

/* Both engines on the same problems: never two opinions. */
static void engines_agree(void **state)
{
	struct env env = env_of_fake(&fake);

	(void)state;
	if (no_solver || !solver_there("glpk"))
		skip();
	env_fake_init(&fake, 24, 0);
	for (unsigned round = 0; round < 30; round++) {
		struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
		struct award_model *m =
			instance_make(&env, &arena, (enum family)(round % FAMILIES), 6, 30);
		struct solve_options o = {.seconds = 30, .only_solver = true};
		struct award_result a, b;
		struct why why = {0};

		o.solver = "cbc";
		int first = award_solve(m, &o, &arena, &a, &why);
		o.solver = "glpk";
		int second = award_solve(m, &o, &arena, &b, &why);
		if (first != second)
			fail_msg("round %u: %d and %d: %s", round, first, second, why.text);
		if (first == 0 && a.optimal && b.optimal)
			assert_int_equal(a.solution->cost, b.solution->cost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dp_is_enumeration),
		cmocka_unit_test(dp_is_solver),
		cmocka_unit_test(rules_are_enumeration),
		cmocka_unit_test(judge_finds),
		cmocka_unit_test(models_refused),
		cmocka_unit_test(explained),
		cmocka_unit_test(answers),
		cmocka_unit_test(engines_agree),
	};

	return cmocka_run_group_tests_name("award", tests, setup, NULL);
}
