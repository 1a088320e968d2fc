/* solve.c: a small problem whole; a larger one by parts, one after the other, their bounds, and again while there is time. */
#include "base/clock.h"
#include "base/limits.h"
#include "work/response/plan/plan_int.h"

/* Of the time there is: for prices; of the rest for what each part would like best; the remainder is for packages. */
#define PRICE_PERCENT 25
#define IDEAL_PERCENT 50
#define PIECE_MS_MIN  50
#define BUILD_MAX     6
#define AGAIN_MAX     3
/* Above so many arcs the relaxation of the whole takes longer than it is worth: lift is free until it proves to be short. */
#define PRICED_ARCS 20000
/* Of the processor for one part: most take a tenth of that, and a few would take all there is. */
#define PART_CPU_MS(arcs) (300 + (int64_t)(arcs))
/* Up to so many arcs the whole is solved in one, for so much of the time. */
#define WHOLE_ARCS    1500
#define WHOLE_PERCENT 50

struct solving {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	const struct plan_options *o;
	struct arena *arena;
	struct env env;
	struct part *part;
	size_t n_part;
	int64_t **
		ideal; /* per part: what it would take if all lift were its own, at the prices that lift has; NULL: not known */
	int64_t *ideal_points,
		*lost; /* per part: what that is worth; what it was worse in the last package */
	struct slice engine;
	int64_t began_ms, steps_done, steps_all;
	int64_t bound; /* that a solve of the whole has proved */
	struct prices prices;
};

static int64_t elapsed(const struct solving *s)
{
	return env_mono_ms(&s->env) - s->began_ms;
}

/* A part's share of what is left until `until_ms`, by its arcs among those of the parts that are still to come. */
static int64_t piece_ms(const struct solving *s, size_t i, int64_t until_ms)
{
	int64_t left = until_ms - elapsed(s);
	size_t arcs = 0;

	for (size_t k = i; k < s->n_part; k++)
		arcs += s->part[k].n_arc;
	if (left <= 0 || arcs == 0)
		return 0;
	/* Half as much again: most parts are done long before. */
	int64_t ms = left * 3 / 2 * (int64_t)s->part[i].n_arc / (int64_t)arcs;
	ms = ms < PIECE_MS_MIN ? PIECE_MS_MIN : ms;
	return ms < left ? ms : left;
}

static int ask(struct solving *s, const struct part *part, const struct tally *t,
	const struct prices *prices, bool relax, int64_t ms, struct solver_answer *ret)
{
	struct buf lp = BUF(LIMIT_SOLVER_MODEL);
	int rc = 0;

	model_print(s->p, s->a, part, t, prices, &lp);
	if (buf_over(&lp))
		rc = E_LIMIT;
	if (rc == 0)
		rc = solver_run(
			&(struct solver_options){.engine = s->o->engine,
				.wall_ms = ms,
				.cpu_ms = part->n_arc < s->a->n ? PART_CPU_MS(part->n_arc) : 0,
				.relax = relax,
				.gap_ppm = s->o->gap_ppm / 2},
			buf_slice(&lp), s->arena, ret, NULL);
	buf_free(&lp);
	s->steps_done++;
	if (s->o->progress)
		s->o->progress(s->o->ctx, (size_t)s->steps_done, (size_t)s->steps_all);
	return rc;
}

static void part_take(struct solving *s, size_t i, struct tally *t, const int64_t *take, bool back)
{
	for (size_t k = 0; k < s->part[i].n_arc; k++)
		if (take[k])
			tally_add(t, s->part[i].arc[k], back ? -take[k] : take[k]);
}

static void part_now(const struct solving *s, size_t i, const struct tally *t, int64_t *ret)
{
	for (size_t k = 0; k < s->part[i].n_arc; k++)
		ret[k] = t->take[s->part[i].arc[k]];
}

static int64_t points_of(struct solving *s, const struct tally *t)
{
	struct plan_value v;

	return plan_check(s->p, s->a, t->take, s->arena, &v, NULL) < 0 ? INT64_MAX : v.points;
}

/* A part anew, the others as they are; what it had stays if the new is not better. False if the solver is of no use. */
static bool part_solve(
	struct solving *s, size_t i, struct tally *t, const struct prices *prices, int64_t ms)
{
	int64_t *old = arena_array(s->arena, int64_t, s->part[i].n_arc + 1),
		*now = arena_array(s->arena, int64_t, s->part[i].n_arc + 1);
	int64_t before = points_of(s, t);
	struct solver_answer answer = {0};

	if (ms <= 0 || s->part[i].n_arc == 0)
		return true;
	part_now(s, i, t, old);
	part_take(s, i, t, old, true);
	int rc = ask(s, &s->part[i], t, prices, false, ms, &answer);
	if (rc == 0 && answer.solved && model_read(&s->part[i], &answer, now)) {
		s->engine = answer.engine;
		if (s->part[i].n_arc == s->a->n && answer.bounded && !prices)
			s->bound = model_bound(answer.bound);
		part_take(s, i, t, now, false);
		if (points_of(s, t) < before)
			return true;
		part_take(s, i, t, now, true);
	}
	part_take(s, i, t, old, false);
	return rc == 0 || rc == E_BUSY;
}

/* Nobody can serve these lines: all of them is missing. */
static double hopeless(const struct solving *s, const struct part *part)
{
	double points = 0;

	for (size_t l = 0; l < part->n_line; l++) {
		const struct plan_line *line = &s->p->line[part->line[l]];
		points += (double)(line->quantity * PLAN_EFFECT * score_unmet(s->p, line)) / 1e6;
	}
	return points;
}

/* What a part adds to a package, in points; all that its lines lack is in it. */
static int64_t part_points(struct solving *s, size_t i, int64_t before, int64_t after)
{
	return (int64_t)(hopeless(s, &s->part[i]) * 1e6) + after - before;
}

static bool part_fits(const struct solving *s, size_t i, struct tally *t, const int64_t *take)
{
	const struct part *part = &s->part[i];

	for (size_t k = 0; k < part->n_arc; k++) {
		if (!take[k])
			continue;
		if (tally_room(t, part->arc[k], take[k]) == take[k]) {
			tally_add(t, part->arc[k], take[k]);
			continue;
		}
		while (k-- > 0)
			if (take[k])
				tally_add(t, part->arc[k], -take[k]);
		return false;
	}
	return true;
}

/* What the part would like best, and its bound: with lift at its price, but all of it for itself. False if there is no bound. */
static bool ideal_solve(struct solving *s, size_t i, int64_t ms, double *ret_bound)
{
	int64_t *take = arena_array(s->arena, int64_t, s->part[i].n_arc + 1), empty;
	struct solver_answer answer = {0};
	struct tally t;

	if (ms <= 0 || ask(s, &s->part[i], NULL, &s->prices, false, ms, &answer) < 0)
		return false;
	tally_make(&t, s->p, s->a, s->arena);
	empty = points_of(s, &t);
	if (answer.solved && model_read(&s->part[i], &answer, take) && part_fits(s, i, &t, take)) {
		s->engine = answer.engine;
		s->ideal[i] = take;
		s->ideal_points[i] = part_points(s, i, empty, points_of(s, &t));
	}
	*ret_bound = answer.bound;
	return answer.bounded;
}

/* All of them. The sum of their bounds, less what all lift is worth, is one of the whole. A part that has none counts nothing, and with prices for lift the sum may then be below
 * nothing. */
static int64_t ideals_solve(struct solving *s, int64_t until_ms)
{
	double sum = -prices_lift_worth(s->p, &s->prices), bound;

	s->ideal = arena_array(s->arena, int64_t *, s->n_part + 1);
	s->ideal_points = arena_array(s->arena, int64_t, s->n_part + 1);
	s->lost = arena_array(s->arena, int64_t, s->n_part + 1);
	for (size_t i = 0; i < s->n_part; i++) {
		if (s->part[i].n_arc == 0)
			sum += hopeless(s, &s->part[i]);
		else if (ideal_solve(s, i, piece_ms(s, i, until_ms), &bound))
			sum += bound;
	}
	return model_bound(sum);
}

/* What the parts compete for gets the price that it has in the relaxation of the whole. */
static void prices_make(struct solving *s, int64_t ms)
{
	struct solver_answer relaxed = {0};
	struct part all;
	struct tally t;

	part_whole(s->p, s->a, s->arena, &all);
	tally_make(&t, s->p, s->a, s->arena);
	if (ask(s, &all, &t, NULL, true, ms, &relaxed) == 0 &&
		prices_read(s->p, &relaxed, &s->prices))
		s->bound = model_bound(relaxed.bound);
}

static bool good_enough(const struct solving *s, const struct plan_package *k)
{
	return plan_gap_ppm(k) <= (int64_t)s->o->gap_ppm;
}

/* Package of a tally, if it is better than what there is. */
static void keep(struct solving *s, const struct tally *t, struct plan_package *best)
{
	struct plan_value v;

	if (plan_check(s->p, s->a, t->take, s->arena, &v, NULL) < 0 ||
		v.points >= best->value.points)
		return;
	for (size_t i = 0; i < s->a->n; i++)
		best->take[i] = t->take[i];
	best->value = v;
	best->how = PLAN_SOLVED;
	best->engine = s->engine;
}

static int64_t part_units(const struct solving *s, size_t i, const struct tally *t)
{
	int64_t units = 0;

	for (size_t k = 0; k < s->part[i].n_arc; k++)
		units += t->take[s->part[i].arc[k]];
	return units;
}

/* Part by part, in this order: what it would like best if there is lift for it, else what is best with the lift that is left. False: the solver is of no use. */
static bool build(struct solving *s, const size_t *order, struct tally *t)
{
	bool use = true;

	tally_make(t, s->p, s->a, s->arena);
	for (size_t n = 0; use && n < s->n_part; n++) {
		size_t i = order[n];
		int64_t before = points_of(s, t), left = s->o->wall_ms - elapsed(s);
		if (s->part[i].n_arc == 0)
			continue;
		if (!s->ideal[i] || !part_fits(s, i, t, s->ideal[i])) {
			use = part_solve(s, i, t, &s->prices, left / 4);
			/* The solver did not come to anything in its time. */
			if (part_units(s, i, t) == 0)
				greedy_part(t, &s->part[i], s->arena);
		}
		s->lost[i] = part_points(s, i, before, points_of(s, t)) - s->ideal_points[i];
	}
	return use;
}

/* Who has lost most comes first the next time; among the others the order stays. */
static bool order_change(const struct solving *s, size_t *order)
{
	bool changed = false;

	for (size_t n = 1; n < s->n_part; n++) {
		size_t i = order[n], m = n;
		for (; m > 0 && s->lost[order[m - 1]] < s->lost[i]; m--)
			order[m] = order[m - 1];
		order[m] = i;
		changed = changed || m != n;
	}
	return changed;
}

/* Packages in one order after the other, the weightiest part first at first, until one is good enough. */
static bool builds(struct solving *s, struct plan_package *best)
{
	size_t *order = arena_array(s->arena, size_t, s->n_part + 1);

	for (size_t i = 0; i < s->n_part; i++)
		order[i] = i;
	for (int round = 0; round < BUILD_MAX && !good_enough(s, best); round++) {
		struct tally t;
		if (!build(s, order, &t))
			return false;
		keep(s, &t, best);
		if (elapsed(s) >= s->o->wall_ms || !order_change(s, order))
			break;
	}
	return true;
}

static void again(struct solving *s, struct plan_package *best)
{
	for (int round = 0; round < AGAIN_MAX && !good_enough(s, best); round++) {
		int64_t before = best->value.points;
		struct tally t;
		tally_make(&t, s->p, s->a, s->arena);
		for (size_t i = 0; i < s->a->n; i++)
			if (best->take[i])
				tally_add(&t, i, best->take[i]);
		for (size_t i = 0; i < s->n_part; i++)
			if (!part_solve(s, i, &t, NULL, piece_ms(s, i, s->o->wall_ms)))
				return;
		keep(s, &t, best);
		if (best->value.points >= before)
			return;
	}
}

static void whole(struct solving *s, struct plan_package *best)
{
	struct part all;
	struct tally t;

	part_whole(s->p, s->a, s->arena, &all);
	s->part = &all;
	s->n_part = 1;
	s->steps_all = 1;
	tally_make(&t, s->p, s->a, s->arena);
	if (!part_solve(s, 0, &t, NULL, s->o->wall_ms * WHOLE_PERCENT / 100))
		return;
	keep(s, &t, best);
	best->bound = s->bound > best->bound ? s->bound : best->bound;
}

static void by_parts(struct solving *s, struct plan_package *best)
{
	int64_t left = s->o->wall_ms - elapsed(s);

	parts_make(s->p, s->a, s->arena, &s->part, &s->n_part);
	s->steps_all += 2 * (int64_t)s->n_part + 1;
	prices_alike(s->p, s->arena, &s->prices);
	if (s->a->n <= PRICED_ARCS)
		prices_make(s, left * PRICE_PERCENT / 100);
	left = s->o->wall_ms - elapsed(s);
	int64_t bound = ideals_solve(s, elapsed(s) + left * IDEAL_PERCENT / 100);
	bound = s->bound > bound ? s->bound : bound;
	best->bound = bound > best->bound ? bound : best->bound;
	if (builds(s, best))
		again(s, best);
}

int plan_solve(const struct plan_problem *p, const struct plan_arcs *a,
	const struct plan_options *o, struct arena *arena, struct plan_package *ret,
	struct why *why)
{
	struct solving s = {.p = p, .a = a, .o = o, .arena = arena, .env = env_system()};
	struct plan_package best;
	int rc = plan_greedy(p, a, arena, &best, why);

	if (rc < 0)
		return rc;
	s.began_ms = env_mono_ms(&s.env);
	if (solver_there(o->engine) && a->n > 0) {
		if (a->n <= WHOLE_ARCS)
			whole(&s, &best);
		if (!good_enough(&s, &best))
			by_parts(&s, &best);
	}
	*ret = best;
	return 0;
}
