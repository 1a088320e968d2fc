/* test_plan.c: each rule by itself; random problems against all packages there are; the check against packages that break a rule. */
#include "unit.h"

#include "plan_random.h"

#include "base/clock.h"
#include "base/limits.h"
#include "node/solver.h"

static struct arena arena;

/* ---- one lot, one line ---- */

static struct plan_member members[] = {{.label = {(const uint8_t *)"ALB", 3}, .share = 500000},
	{.label = {(const uint8_t *)"HRV", 3}, .share = 500000}};
static struct plan_way road = {.speed_kmh = 60, .load_minutes = 60};

static struct plan_lot a_lot(void)
{
	road.mode = SLICE("road");
	return (struct plan_lot){.id = SLICE("pumps"),
		.type = SLICE("FLOOD.HCP"),
		.quantity = 4,
		.home = {413300000, 198200000}, /* Tirana */
		.notice_minutes = 120,
		.way = &road,
		.n_way = 1,
		.weight_kg = 1000,
		.mobilisation = 100000,
		.per_unit = 50000};
}

static struct plan_line a_line(void)
{
	return (struct plan_line){.line = 1,
		.type = SLICE("FLOOD"),
		.quantity = 3,
		.needed_by_ms = RANDOM_NOW + 24 * HOUR_MS,
		.needed_until_ms = RANDOM_NOW + 240 * HOUR_MS,
		.place = {426600000, 211700000}, /* Prishtina */
		.weight = 1};
}

static struct plan_problem a_problem(
	const struct plan_lot *lot, size_t lots, const struct plan_line *line, size_t lines)
{
	return (struct plan_problem){.now_ms = RANDOM_NOW,
		.grace_minutes = 600,
		.currency = SLICE("EUR"),
		.policy = plan_policy_usual,
		.member = members,
		.n_member = 2,
		.lot = lot,
		.n_lot = lots,
		.line = line,
		.n_line = lines};
}

static void expect_rule(const struct plan_lot *k, const struct plan_line *l, enum plan_rule rule)
{
	struct plan_problem p = a_problem(k, 1, l, 1);
	struct plan_arcs a;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	if (rule == PLAN_RULES) {
		assert_true(a.n > 0);
		return;
	}
	assert_int_equal(a.n, 0);
	assert_int_equal(a.n_refusal, 1);
	if (a.refusal[0].rule != rule)
		fail_msg("%s instead of %s", plan_rules[a.refusal[0].rule], plan_rules[rule]);
}

static void each_rule_refuses(void **state)
{
	struct slice alb = SLICE("ALB"), medic = SLICE("medic");
	struct slice kosovo = SLICE("XK");
	struct plan_caveat caveat = {FORBIDS_AREA, kosovo, false};
	struct plan_lot k = a_lot();
	struct plan_line l = a_line();
	(void)state;
	expect_rule(&k, &l, PLAN_RULES);
	l.excluded = &alb, l.n_excluded = 1;
	expect_rule(&k, &l, RULE_EXCLUDED);
	l = a_line();
	k.not_ready = SLICE("stale");
	expect_rule(&k, &l, RULE_READY);
	k = a_lot();
	k.caveat = &caveat, k.n_caveat = 1;
	expect_rule(&k, &l, PLAN_RULES);
	l.area = &kosovo, l.n_area = 1;
	expect_rule(&k, &l, RULE_CAVEAT);
	caveat.approval = true;
	expect_rule(&k, &l, PLAN_RULES);
	k = a_lot(), l = a_line();
	l.wants = &medic, l.n_wants = 1;
	expect_rule(&k, &l, RULE_WANTS);
	k.has = &medic, k.n_has = 1;
	expect_rule(&k, &l, PLAN_RULES);
	l.self_sufficiency_hours = 72;
	expect_rule(&k, &l, RULE_WANTS);
	k = a_lot(), l = a_line();
	k.until_ms = RANDOM_NOW + 100 * HOUR_MS;
	expect_rule(&k, &l, RULE_WINDOW);
	k = a_lot();
	k.home.lat = PLAN_NOWHERE;
	expect_rule(&k, &l, RULE_PLACE);
	k.arrives_ms = RANDOM_NOW + HOUR_MS;
	expect_rule(&k, &l, PLAN_RULES);
	k.arrives_ms = RANDOM_NOW + 35 * HOUR_MS;
	expect_rule(&k, &l, RULE_LATE);
	k = a_lot();
	k.quantity = 0;
	expect_rule(&k, &l, RULE_NONE_LEFT);
}

static void substitutes_count_for_less(void **state)
{
	struct plan_substitute s = {SLICE("SAR"), 500};
	struct slice pumps = SLICE("FLOOD");
	struct plan_lot k = a_lot();
	struct plan_line l = a_line();
	struct plan_problem p = a_problem(&k, 1, &l, 1);
	struct plan_arcs a;
	struct plan_package g;
	(void)state;
	k.substitute = &s, k.n_substitute = 1;
	l.type = SLICE("SAR");
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n + a.n_refusal, 0);
	l.accepts = &pumps, l.n_accepts = 1;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.arc[0].effect, 500);
	assert_int_equal(plan_greedy(&p, &a, &arena, &g, NULL), 0);
	assert_int_equal(g.take[0], 4);
	assert_int_equal(g.value.shortfall[0], 1000);
	l.min_effect = 600;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 0);
}

static void arrival_is_notice_loading_and_way(void **state)
{
	struct plan_lot k = a_lot();
	struct plan_line l = a_line();
	struct plan_problem p = a_problem(&k, 1, &l, 1);
	struct plan_arcs a;
	(void)state;
	int64_t km = plan_distance_km(k.home, l.place);
	assert_in_range(km, 180, 190);
	assert_int_equal(plan_distance_km(k.home, k.home), 0);
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.arc[0].arrives_ms, RANDOM_NOW + (120 + 60 + km) * 60000);
	l.needed_by_ms = RANDOM_NOW + HOUR_MS;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.arc[0].late_minutes, 120 + km);
}

static void numbers_that_make_no_problem_are_refused(void **state)
{
	struct plan_lot k = a_lot();
	struct plan_line l = a_line();
	struct plan_problem p = a_problem(&k, 1, &l, 1);
	struct plan_arcs a = {0};
	struct why why = {0};
	(void)state;
	k.quantity = PLAN_AMOUNT_MAX + 1;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, &why), E_INVALID);
	k = a_lot(), k.member = 2;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, &why), E_INVALID);
	k = a_lot(), l.quantity = 0;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, &why), E_INVALID);
	l = a_line();
	road.speed_kmh = 0;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, &why), E_INVALID);
	road.speed_kmh = 60;
	p.n_lot = PLAN_LOTS_MAX + 1;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, &why), E_LIMIT);
	assert_null(a.arc);
}

/* ---- all packages there are ---- */

struct all {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	int64_t *take, best;
	struct arena scratch;
};

static void try_all(struct all *all, size_t arc)
{
	struct plan_value v;
	if (arc == all->a->n) {
		arena_reset(&all->scratch);
		if (plan_check(all->p, all->a, all->take, &all->scratch, &v, NULL) == 0 &&
			v.points < all->best)
			all->best = v.points;
		return;
	}
	int64_t most = all->p->lot[all->a->arc[arc].lot].quantity;
	for (all->take[arc] = 0; all->take[arc] <= most; all->take[arc]++)
		try_all(all, arc + 1);
	all->take[arc] = 0;
}

static double packages(const struct plan_problem *p, const struct plan_arcs *a)
{
	double n = 1;
	for (size_t i = 0; i < a->n; i++)
		n *= (double)(p->lot[a->arc[i].lot].quantity + 1);
	return n;
}

/* The draft and the solved package, with their bounds, on both sides of the best package. -1: there are too many packages to try; else whether the best one was found. */
static int best_found(uint64_t seed, const struct random_size *size, enum plan_split split,
	double packages_max, bool solver)
{
	struct arena own CLEANUP_ARENA = ARENA(256 * MIB);
	struct plan_problem *p = plan_random(size, seed, &own);
	struct plan_options o = {.engine = "glpk", .wall_ms = 60000, .split = split};
	struct plan_arcs a;
	struct plan_package draft, solved;
	assert_int_equal(plan_arcs_make(p, &own, &a, NULL), 0);
	if (a.n == 0 || packages(p, &a) > packages_max)
		return -1;
	struct all all = {p, &a, arena_array(&own, int64_t, a.n + 1), INT64_MAX, ARENA(16 * MIB)};
	try_all(&all, 0);
	arena_free(&all.scratch);
	assert_int_equal(plan_greedy(p, &a, &own, &draft, NULL), 0);
	assert_true(draft.bound <= all.best && all.best <= draft.value.points);
	if (!solver)
		return 0;
	assert_int_equal(plan_solve(p, &a, &o, &own, &solved, NULL), 0);
	if (!(solved.bound <= all.best && all.best <= solved.value.points &&
		    solved.value.points <= draft.value.points))
		fail_msg("seed %llu, split %d: bound %lld best %lld solved %lld draft %lld",
			(unsigned long long)seed, split, (long long)solved.bound,
			(long long)all.best, (long long)solved.value.points,
			(long long)draft.value.points);
	return solved.value.points == all.best;
}

static struct random_size small_size(uint64_t seed)
{
	return (struct random_size){.members = 2 + seed % 2,
		.lots = 3 + seed % 3,
		.lines = 2,
		.types = 1 + seed % 2,
		.tight = 60 + (unsigned)(seed % 5) * 20,
		.lift = seed % 3 == 0,
		.groups = seed % 2 == 0,
		.quantity_max = 3};
}

static void small_problems_against_all_packages(void **state)
{
	int looked = 0, best = 0;
	(void)state;
	bool solver = solver_there("glpk");
	for (uint64_t seed = 1; seed <= 120; seed++) {
		struct random_size size = small_size(seed);
		int found = best_found(seed, &size, PLAN_SPLIT_BY_SIZE, 30000, solver);
		looked += found >= 0;
		best += found > 0;
	}
	assert_true(looked >= 40);
	if (solver && best < looked)
		fail_msg("the best was found in %d of %d", best, looked);
}

/* What is only done with large problems, on a thousand small ones: the bound of parts at prices, and that of a relaxation that is sifted, is never above the best package. */
static void bounds_of_parts_hold(void **state)
{
	int looked = 0, best = 0;
	(void)state;
	if (!solver_there("glpk"))
		skip();
	for (uint64_t seed = 1000; looked < 1000; seed++) {
		struct random_size size = small_size(seed);
		size.lift = seed % 3 != 0;
		int found = best_found(seed, &size,
			seed / 2 % 2 ? PLAN_SPLIT_PARTS : PLAN_SPLIT_SIFTED, 3000, true);
		looked += found >= 0;
		best += found > 0;
	}
	if (best < 950)
		fail_msg("the best was found in %d of %d", best, looked);
}

static void larger_ones_hold_and_have_a_gap(void **state)
{
	struct random_size size = {.members = 8,
		.lots = 120,
		.lines = 12,
		.types = 5,
		.tight = 50,
		.lift = true,
		.quantity_max = 12};
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct arena own CLEANUP_ARENA = ARENA(512 * MIB);
		struct plan_problem *p = plan_random(&size, seed, &own);
		struct plan_arcs a;
		struct plan_package draft, solved;
		assert_int_equal(plan_arcs_make(p, &own, &a, NULL), 0);
		assert_int_equal(plan_greedy(p, &a, &own, &draft, NULL), 0);
		assert_int_equal(
			plan_solve(p, &a,
				&(struct plan_options){
					.engine = "glpk", .wall_ms = 60000, .gap_ppm = 10000},
				&own, &solved, NULL),
			0);
		assert_true(solved.bound <= solved.value.points &&
			    solved.value.points <= draft.value.points);
		if (solver_there("glpk"))
			assert_in_range(plan_gap_ppm(&solved), 0, 100000);
	}
}

static void without_a_solver_there_is_the_draft(void **state)
{
	struct random_size size = {.members = 4,
		.lots = 30,
		.lines = 6,
		.types = 3,
		.tight = 60,
		.lift = true,
		.quantity_max = 6};
	struct plan_problem *p = plan_random(&size, 7, &arena);
	struct plan_arcs a;
	struct plan_package draft, solved;
	(void)state;
	assert_int_equal(plan_arcs_make(p, &arena, &a, NULL), 0);
	assert_int_equal(plan_greedy(p, &a, &arena, &draft, NULL), 0);
	assert_int_equal(
		plan_solve(p, &a, &(struct plan_options){.engine = "none", .wall_ms = 1000}, &arena,
			&solved, NULL),
		0);
	assert_int_equal(solved.value.points, draft.value.points);
	assert_int_equal(solved.how, PLAN_DRAFT);
}

static void a_package_that_breaks_a_rule_is_seen(void **state)
{
	struct plan_lot lot[2] = {a_lot(), a_lot()};
	struct plan_line l = a_line();
	struct plan_reserve reserve = {0, SLICE("FLOOD"), 6};
	struct plan_lift lift = {0, SLICE("road"), 2500};
	struct slice hrv = SLICE("HRV");
	int64_t take[2] = {2, 0};
	struct plan_value v;
	struct plan_arcs a;
	(void)state;
	lot[1].member = 1, lot[1].id = SLICE("others");
	struct plan_problem p = a_problem(lot, 2, &l, 1);
	p.lift = &lift, p.n_lift = 1;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 2);
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), 0);
	assert_int_equal(v.cost, 200000);
	assert_int_equal(v.burden, 400000);
	take[0] = 3; /* 3 t on 2.5 t */
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	take[0] = -1;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	p.n_lift = 0;
	take[0] = 5;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	take[0] = 1, lot[0].min_lot = 2;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	lot[0].min_lot = 0, l.min_useful = 2;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	l.min_useful = 0, take[1] = 1, l.max_contributors = 1;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	l.max_contributors = 0, members[0].not_with = &hrv, members[0].n_not_with = 1;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	members[0].n_not_with = 0;
	lot[0].group = 5;
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
	lot[0].group = 0, p.reserve = &reserve, p.n_reserve = 1;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(plan_check(&p, &a, take, &arena, &v, NULL), E_VERIFY);
}

/* The largest numbers that records may have: what costs too much to be counted serves nothing, and what comes late in great number has a sum. */
static void what_is_very_dear_or_very_late_has_a_value(void **state)
{
	static struct plan_lot lot[64];
	struct plan_line l = a_line();
	struct plan_problem p = a_problem(lot, 64, &l, 1);
	struct plan_arcs a;
	struct plan_package g;
	(void)state;
	for (size_t i = 0; i < 64; i++) {
		lot[i] = a_lot();
		lot[i].quantity = lot[i].min_lot = 10000000;
		lot[i].per_unit_km = PLAN_AMOUNT_MAX;
	}
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 0);
	assert_int_equal(a.n_refusal, 64);
	assert_int_equal(a.refusal[0].rule, RULE_READY);
	for (size_t i = 0; i < 64; i++) {
		lot[i].per_unit_km = 0;
		lot[i].per_unit = 9000000;
	}
	l.quantity = 1;
	l.weight = PLAN_WEIGHT_MAX;
	l.needed_by_ms = RANDOM_NOW - 2 * HOUR_MS;
	p.grace_minutes = 48 * 60;
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 64);
	assert_int_equal(plan_greedy(&p, &a, &arena, &g, NULL), 0);
	assert_true(g.value.late_points > 0 && g.value.cost > 0 && g.value.cost_points > 0);
	assert_true(g.value.points >= g.value.late_points && g.value.points >= g.bound);
	for (size_t i = 0; i < a.n; i++)
		g.take[i] = lot[i].quantity;
	assert_int_equal(plan_check(&p, &a, g.take, &arena, &g.value, NULL), 0);
	assert_true(g.value.cost == 64 * (lot[0].quantity * 9000000 + lot[0].mobilisation));
	assert_true(g.value.late_points > 0 && g.value.points >= g.value.late_points);
}

/* One with more than a plan can hold leaves the other one its place. */
static void nobody_takes_the_plan_for_himself(void **state)
{
	enum { MANY = 6000, LINES = 20 };
	static struct plan_way way[8];
	static struct plan_lot lot[MANY + 1];
	static struct plan_line line[LINES];
	struct plan_problem p = a_problem(lot, MANY + 1, line, LINES);
	struct plan_arcs a;
	size_t others = 0;
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		way[i] = road;
		way[i].mode = SLICE("road");
	}
	for (size_t i = 0; i <= MANY; i++) {
		lot[i] = a_lot();
		lot[i].way = way, lot[i].n_way = 8;
	}
	lot[MANY].member = 1;
	for (size_t i = 0; i < LINES; i++) {
		line[i] = a_line();
		line[i].line = (int64_t)i + 1;
	}
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_true(a.n <= PLAN_ARCS_MAX && a.left_out > 0);
	for (size_t i = 0; i < a.n; i++)
		others += p.lot[a.arc[i].lot].member == 1;
	assert_int_equal(others, 8 * LINES);
	for (size_t i = 0; i <= MANY; i++)
		lot[i].not_ready = SLICE("stale");
	assert_int_equal(plan_arcs_make(&p, &arena, &a, NULL), 0);
	assert_int_equal(a.n, 0);
	assert_int_equal(a.n_refusal, LINES * PLAN_REFUSALS_EACH);
}

static void without_a_member_the_others_are_alone(void **state)
{
	struct plan_lot lot[2] = {a_lot(), a_lot()};
	struct plan_line l = a_line();
	struct plan_problem p = a_problem(lot, 2, &l, 1), q;
	(void)state;
	lot[1].member = 1;
	assert_int_equal(plan_without(&p, SLICE("HRV"), &arena, &q, NULL), 0);
	assert_int_equal(q.n_lot, 1);
	assert_int_equal(plan_without(&p, SLICE("BGR"), &arena, &q, NULL), E_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_refuses),
		cmocka_unit_test(substitutes_count_for_less),
		cmocka_unit_test(arrival_is_notice_loading_and_way),
		cmocka_unit_test(numbers_that_make_no_problem_are_refused),
		cmocka_unit_test(small_problems_against_all_packages),
		cmocka_unit_test(bounds_of_parts_hold),
		cmocka_unit_test(larger_ones_hold_and_have_a_gap),
		cmocka_unit_test(without_a_solver_there_is_the_draft),
		cmocka_unit_test(a_package_that_breaks_a_rule_is_seen),
		cmocka_unit_test(without_a_member_the_others_are_alone),
		cmocka_unit_test(nobody_takes_the_plan_for_himself),
		cmocka_unit_test(what_is_very_dear_or_very_late_has_a_value),
	};
	signal(SIGPIPE, SIG_IGN);
	if (getenv("SOLVE_DIR"))
		setenv("ENTENTE_SOLVERS", getenv("SOLVE_DIR"), 1);
	arena = ARENA(512 * MIB);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return rc;
}
