/* solve.c: see solve.h. */
#include "work/procurement/award/solve.h"

#include "base/limits.h"

#include <math.h>

#define MODEL_TEXT (256 * MIB)

static const char *engine_of(const struct solve_options *o)
{
	static const char *const engines[] = {"cbc", "glpk"};

	if (o->solver)
		return o->solver;
	return solver_there(engines[0]) || !solver_there(engines[1]) ? engines[0] : engines[1];
}

struct hash award_model_hash(const struct award_model *m)
{
	struct buf b CLEANUP_BUF = BUF(MODEL_TEXT);

	milp_print(m, false, 0, &b);
	return hash_bytes(buf_slice(&b));
}

static int round_run(const struct award_model *m, const struct solve_options *o, bool second,
	int64_t cost, struct arena *arena, struct solver_answer *ret, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(MODEL_TEXT);
	struct solver_options with = {.engine = engine_of(o),
		.wall_ms = o->cpu_seconds ? (int64_t)o->cpu_seconds * 10000
					  : (int64_t)(o->seconds ? o->seconds : 60) * 1000,
		.cpu_ms = (int64_t)o->cpu_seconds * 1000,
		.gap_ppm = second ? 0 : o->gap_ppm};

	milp_print(m, second, cost, &text);
	if (buf_over(&text))
		return why_set(why, E_LIMIT, "", "the model is larger than %zu bytes", MODEL_TEXT);
	return solver_run(&with, buf_slice(&text), arena, ret, why);
}

static void settle_tie(const struct award_model *m, const struct solve_options *o,
	struct arena *arena, struct award_result *r)
{
	struct solver_answer a;
	struct award_solution *s;

	if (round_run(m, o, true, r->solution->cost, arena, &a, NULL) < 0 || !a.solved)
		return;
	s = milp_solution(m, &a, arena);
	if (award_model_judge(m, s, NULL) < 0 || s->cost != r->solution->cost)
		return; /* a solver's tolerance let something dearer in: the first answer stands */
	r->solution = s;
	r->ranked = a.optimal;
}

static unsigned gap_of(int64_t cost, int64_t bound)
{
	int64_t gap = cost > bound && cost > 0 ? muldiv_floor(cost - bound, 1000000, cost) : 0;

	return gap > 1000000 ? 1000000 : (unsigned)gap;
}

/* Rounded up, for costs are whole; never above what was found. */
static int64_t bound_of(const struct solver_answer *a, int64_t cost)
{
	if (a->optimal)
		return cost;
	if (!a->bounded || !(fabs(a->bound) < 1e17))
		return -MONEY_MAX;
	int64_t bound = (int64_t)ceil(a->bound - 1e-4);
	return bound < cost ? bound : cost;
}

static int by_solver(const struct award_model *m, const struct solve_options *o,
	struct arena *arena, struct award_result *ret, struct why *why)
{
	struct award_result r = {.optimal = false};
	struct solver_answer a;
	int rc = round_run(m, o, false, 0, arena, &a, why);

	if (rc < 0)
		return rc;
	if (a.infeasible)
		return why_set(why, E_STATE, "", "no award keeps all rules of the tender");
	if (!a.solved)
		return why_set(why, E_BUSY, "", "the solver found no award in its time");
	r.solution = milp_solution(m, &a, arena);
	if (award_model_judge(m, r.solution, why) < 0) {
		why_prefix(why, "the solver's answer");
		return why ? (why->code = E_VERIFY) : E_VERIFY;
	}
	r.bound = bound_of(&a, r.solution->cost);
	r.optimal = a.optimal &&
		    (o->gap_ppm == 0 || !a.bounded || a.bound >= (double)r.solution->cost - 0.5);
	r.gap_ppm = gap_of(r.solution->cost, r.bound);
	snprintf(r.solver, sizeof(r.solver), "%.*s", SLICE_FMT(a.engine));
	if (r.optimal)
		settle_tie(m, o, arena, &r);
	*ret = r;
	return 0;
}

int award_solve(const struct award_model *m, const struct solve_options *o, struct arena *arena,
	struct award_result *ret, struct why *why)
{
	struct award_result r = {.optimal = true, .ranked = true, .solver = "dp"};
	int rc = award_model_check(m, why);

	if (rc < 0)
		return rc;
	if (!dp_fits(m) || o->only_solver)
		return by_solver(m, o, arena, ret, why);
	r.solution = solution_new(m, arena);
	rc = dp_solve(m, r.solution, why);
	if (rc < 0)
		return rc;
	r.bound = r.solution->cost;
	*ret = r;
	return 0;
}

/* ---- what rules and losers cost ---- */

static void rule_drop(struct award_model *m, struct arena *arena, size_t rule)
{
	struct model_supplier *s = arena_array(arena, struct model_supplier, m->n_supplier + 1);
	struct model_lot *l = arena_array(arena, struct model_lot, m->n_lot + 1);

	memcpy(s, m->supplier, m->n_supplier * sizeof(*s));
	memcpy(l, m->lot, m->n_lot * sizeof(*l));
	m->supplier = s;
	m->lot = l;
	if (rule == 0)
		memset(m->nation_cap, 0, sizeof(m->nation_cap));
	if (rule == 1)
		m->third_cap = 0;
	if (rule == 5)
		m->min_suppliers = 0;
	if (rule == 6)
		m->max_suppliers = 0;
	for (uint32_t i = 0; i < m->n_supplier; i++) {
		if (rule == 2)
			s[i].cap = 0;
		if (rule == 2)
			s[i].capacity = 0;
	}
	for (uint32_t i = 0; i < m->n_lot; i++) {
		if (rule == 3)
			l[i].min_suppliers = l[i].max_suppliers = l[i].share_max = 0;
		if (rule == 4)
			l[i].critical = 0;
	}
}

int award_rule_costs(const struct award_model *m, const struct award_result *r,
	const struct solve_options *o, struct arena *arena, struct award_cost ret[AWARD_RULES],
	size_t *ret_n, struct why *why)
{
	static const char *const names[AWARD_RULES] = {"national caps", "cap of third countries",
		"caps and capacity of suppliers", "dual sourcing", "critical lots apart",
		"minimum number of suppliers", "maximum number of suppliers"};
	struct hash whole = award_model_hash(m);
	size_t n = 0;

	for (size_t rule = 0; rule < AWARD_RULES; rule++) {
		struct award_model without = *m;
		struct award_result other;

		rule_drop(&without, arena, rule);
		struct hash h = award_model_hash(&without);
		if (hash_eq(&h, &whole))
			continue; /* the tender has no such rule */
		ret[n] = (struct award_cost){.rule = names[rule]};
		int rc = award_solve(&without, o, arena, &other, why);
		if (rc < 0 && rc != E_BUSY)
			return rc;
		ret[n].known = rc == 0 && other.optimal && r->optimal;
		if (rc == 0)
			ret[n].saving = r->solution->cost - other.solution->cost;
		n++;
	}
	*ret_n = n;
	return 0;
}

int award_with(const struct award_model *m, uint32_t offer, const struct award_result *r,
	const struct solve_options *o, struct arena *arena, int64_t *ret_more, struct why *why)
{
	struct award_model forced = *m;
	struct award_result other;
	int rc;

	if (offer >= m->n_bundle + m->n_tier)
		return why_set(why, E_INVALID, "", "there is no such offer");
	forced.forced = offer + 1;
	rc = award_solve(&forced, o, arena, &other, why);
	if (rc < 0)
		return rc;
	*ret_more = other.solution->cost - r->solution->cost;
	return 0;
}
