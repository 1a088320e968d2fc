/*
 * solve.c: the parts of a problem one after the other around the relaxation of the whole, and each again beside the others while that helps.
 *
 * What bounds what: the relaxation admits every package, so none has fewer points than it. A part at prices (prices.c) is no dearer than its share of any package is, so the parts' own
 * bounds, summed, are one too. The best of all of them is told.
 *
 * Only work is limited inside of a solver (in steps of the simplex, which are counted alike everywhere), so that a problem has the same answer on a busy machine as on one that is free,
 * unless `wall_ms` comes first.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "work/response/plan/plan_int.h"

/* Passes over all parts, each beside the others as they are; the first with the kernels only. */
#define AGAIN_MAX 8
/* Parts that lack most, each before each other one. */
#define EXCHANGE_MAX 4
/* Steps for one part: most need a tenth of that, and a few would take all there is. */
#define PART_STEPS(arcs) (2000 + 10 * (int64_t)(arcs))
/* Relaxations of more arcs are CLP's: it needs longer to start, and a sixth of the time at M. */
#define CLP_ARCS 300
/* More arcs than that are not relaxed at once; how often at most, and until when. */
#define AT_ONCE_ARCS 12000
#define SIFT_MAX     3
#define SIFTED	     2e-3
#define SIFT_PERCENT 300
/* A part's kernel: so many per cent of the arcs that the relaxation takes. */
#define KERNEL_PERCENT 600
/* Up to so many arcs the whole is solved in one in the end, with all the time that is left. */
#define WHOLE_ARCS 1500

struct solving {
	const struct plan_problem *p;
	const struct plan_arcs *a;
	const struct plan_options *o;
	struct arena *arena;
	struct arena scratch; /* of one step */
	struct env env;
	struct part *part;
	size_t n_part;
	struct slice engine;
	int64_t began_ms, steps_done, steps_all;
	int64_t bound;
	struct prices prices;
	struct relaxed relaxed;
};

static int64_t left_ms(const struct solving *s)
{
	return s->o->wall_ms - (env_mono_ms(&s->env) - s->began_ms);
}

struct question {
	const struct part *part;
	const struct tally *t;
	const struct prices *prices;
	bool relax;
	int64_t steps;	  /* 0: no ceiling */
	uint32_t gap_ppm; /* good enough */
};

/* E_BUSY: there is no time left. */
static int ask(struct solving *s, const struct question *q, struct solver_answer *ret)
{
	struct buf lp CLEANUP_BUF = BUF(LIMIT_SOLVER_MODEL);
	int64_t ms = left_ms(s);

	if (ms <= 0)
		return E_BUSY;
	model_print(s->p, s->a, q->part, q->t, q->prices, &s->scratch, &lp);
	if (buf_over(&lp))
		return E_LIMIT;
	int rc = solver_run(
		&(struct solver_options){
			.engine = q->relax && q->part->n_arc > CLP_ARCS && solver_there("cbc")
					  ? "cbc"
					  : s->o->engine,
			.wall_ms = ms,
			.steps = q->steps,
			.relax = q->relax,
			.gap_ppm = q->gap_ppm},
		buf_slice(&lp), &s->scratch, ret, NULL);
	s->steps_done++;
	if (s->steps_all < s->steps_done)
		s->steps_all = s->steps_done;
	if (s->o->progress)
		s->o->progress(s->o->ctx, (size_t)s->steps_done, (size_t)s->steps_all);
	return rc;
}

static void part_add(const struct part *part, struct tally *t, const int64_t *take, int64_t times)
{
	for (size_t k = 0; k < part->n_arc; k++)
		if (take[k])
			tally_add(t, part->arc[k], times * take[k]);
}

static int64_t points_of(struct solving *s, const struct tally *t)
{
	struct plan_value v;

	return plan_check(s->p, s->a, t->take, &s->scratch, &v, NULL) < 0 ? INT64_MAX : v.points;
}

/* The tally as a part sees it for which others still have to come, which get what they use in the relaxation. */
static struct tally with_others(
	struct solving *s, const struct tally *t, const struct usage *others)
{
	struct tally seen = *t;

	seen.lift = arena_array(&s->scratch, int64_t, s->p->n_lift + 1);
	seen.cost = arena_array(&s->scratch, int64_t, s->p->n_member + 1);
	for (size_t i = 0; i < s->p->n_lift; i++)
		seen.lift[i] = t->lift[i] + others->lift[i] < s->p->lift[i].kg
				       ? t->lift[i] + others->lift[i]
				       : s->p->lift[i].kg;
	for (size_t i = 0; i < s->p->n_member; i++)
		seen.cost[i] = t->cost[i] + others->cost[i];
	return seen;
}

/* A part anew, beside what all others have and what `others` (or NULL) will; what it had stays if the new is not better. False if the solver is of no use. */
static bool part_solve(struct solving *s, const struct part *part, struct tally *t,
	const struct usage *others, int64_t steps, uint32_t gap_ppm)
{
	int64_t *old = arena_array(&s->scratch, int64_t, part->n_arc + 1),
		*now = arena_array(&s->scratch, int64_t, part->n_arc + 1);
	int64_t before = points_of(s, t);
	struct solver_answer answer = {0};

	for (size_t k = 0; k < part->n_arc; k++)
		old[k] = t->take[part->arc[k]];
	part_add(part, t, old, -1);
	struct tally seen = others ? with_others(s, t, others) : *t;
	struct question q = {.part = part, .t = &seen, .steps = steps, .gap_ppm = gap_ppm};
	int rc = ask(s, &q, &answer);
	if (rc == 0 && part->n_arc == s->a->n && answer.bounded &&
		model_bound(answer.bound) > s->bound)
		s->bound = model_bound(answer.bound);
	if (rc == 0 && answer.solved && model_read(part, &answer, now)) {
		s->engine = arena_copy(s->arena, answer.engine);
		part_add(part, t, now, 1);
		if (points_of(s, t) < before)
			return true;
		part_add(part, t, now, -1);
	}
	part_add(part, t, old, 1);
	return rc == 0 || rc == E_BUSY;
}

static bool good_enough(const struct plan_options *o, const struct plan_package *k)
{
	return plan_gap_ppm(k) <= (int64_t)o->gap_ppm;
}

/* The bound, and the package of a tally (or NULL), if they are better than what there is. */
static void keep(struct solving *s, const struct tally *t, struct plan_package *best)
{
	struct plan_value v;
	bool higher = s->bound > best->bound, better = false;

	if (higher)
		best->bound = s->bound;
	if (t && plan_check(s->p, s->a, t->take, s->arena, &v, NULL) == 0 &&
		v.points < best->value.points) {
		memcpy(best->take, t->take, s->a->n * sizeof(*t->take));
		best->value = v;
		best->how = PLAN_SOLVED;
		best->engine = s->engine;
		better = true;
	}
	if (s->o->found && (higher || better))
		s->o->found(s->o->ctx, best);
}

static void tally_of(const struct solving *s, const struct plan_package *k, struct tally *ret)
{
	tally_make(ret, s->p, s->a, s->arena);
	for (size_t i = 0; i < s->a->n; i++)
		if (k->take[i])
			tally_add(ret, i, k->take[i]);
}

/* ---- by parts ---- */

/* As much of the whole as these arcs are; prices, values and usage from it. Its points if it has all arcs are a bound; else only those of its parts with all of theirs are. */
static bool relax_whole(struct solving *s, const struct part *all, double *ret_points)
{
	struct solver_answer answer = {0};
	struct tally t;

	tally_make(&t, s->p, s->a, &s->scratch);
	if (ask(s, &(struct question){.part = all, .t = &t, .relax = true}, &answer) < 0 ||
		!prices_read(s->p, &answer, &s->prices))
		return false;
	relaxed_values(s->p, s->a, s->part, s->n_part, &answer, &s->relaxed);
	if (all->n_arc == s->a->n)
		relaxed_part(all, &answer, &s->relaxed);
	*ret_points = answer.bound;
	arena_reset(&s->scratch);
	return true;
}

/* Nobody can serve these lines: all of them is missing. */
static double hopeless(const struct solving *s, const struct part *part)
{
	double points = 0;

	for (size_t l = 0; l < part->n_line; l++) {
		const struct plan_line *line = &s->p->line[part->line[l]];
		points += (double)(line->quantity * PLAN_EFFECT * score_unmet(s->p, line)) /
			  MODEL_SCALE;
	}
	return points;
}

/*
 * Each part alone, with all lift for itself, at its price. The sum of their bounds, less what all lift is worth, is one of the whole (prices.c). Relaxed, they say what their arcs cost.
 * A part that has no bound counts nothing; false then.
 */
static bool bound_by_parts(struct solving *s, bool relax, double *ret_points)
{
	double sum = -prices_lift_worth(s->p, &s->prices);
	bool all = true;

	for (size_t i = 0; i < s->n_part; i++) {
		struct solver_answer answer = {0};
		struct question q = {.part = &s->part[i],
			.prices = &s->prices,
			.relax = relax,
			.steps = PART_STEPS(s->part[i].n_arc),
			.gap_ppm = s->o->gap_ppm / 3};
		if (s->part[i].n_arc == 0) {
			sum += hopeless(s, &s->part[i]);
			continue;
		}
		bool fine = ask(s, &q, &answer) == 0 && answer.bounded;
		sum += fine ? answer.bound : 0;
		all = all && fine;
		if (fine && relax)
			relaxed_part(&s->part[i], &answer, &s->relaxed);
		arena_reset(&s->scratch);
	}
	if (model_bound(sum) > s->bound)
		s->bound = model_bound(sum);
	*ret_points = sum;
	return all;
}

/* The kernels of all parts, and what was there before. */
static void kernels_add(struct solving *s, struct part *io)
{
	bool *in = arena_array(&s->scratch, bool, s->a->n + 1);

	for (size_t i = 0; i < io->n_arc; i++)
		in[io->arc[i]] = true;
	for (size_t i = 0; i < s->n_part; i++) {
		struct part kernel;
		relaxed_kernel(&s->relaxed, &s->part[i], SIFT_PERCENT, NULL, &s->scratch, &kernel);
		for (size_t k = 0; k < kernel.n_arc; k++)
			in[kernel.arc[k]] = true;
	}
	io->n_arc = 0;
	for (size_t i = 0; i < s->a->n; i++)
		if (in[i])
			io->arc[io->n_arc++] = (uint32_t)i;
	arena_reset(&s->scratch);
}

/*
 * Prices, values and the first bound. Of a large problem not all arcs are asked about at once: the parts say at the prices of the last time which ones they would use, the whole with only
 * these says new prices, until the parts' bound is as high as the whole's points.
 */
static bool relax(struct solving *s)
{
	struct part some;
	double points, bound;

	part_whole(s->p, s->a, s->arena, &some);
	prices_alike(s->p, s->arena, &s->prices);
	relaxed_make(s->p, s->a, s->n_part, s->arena, &s->relaxed);
	if (s->a->n <= AT_ONCE_ARCS && s->o->split != PLAN_SPLIT_SIFTED) {
		if (!relax_whole(s, &some, &points))
			return false;
		s->bound = model_bound(points);
		return true;
	}
	some.n_arc = 0;
	if (!bound_by_parts(s, true, &bound))
		return false;
	for (int i = 0; i < SIFT_MAX; i++) {
		kernels_add(s, &some);
		if (!relax_whole(s, &some, &points) || !bound_by_parts(s, true, &bound))
			return i > 0;
		if (points - bound < points * SIFTED)
			break;
	}
	return true;
}

static void usage_add(const struct solving *s, struct usage *sum, const struct usage *one, int sign)
{
	for (size_t i = 0; i < s->p->n_lift; i++)
		sum->lift[i] += sign * one->lift[i];
	for (size_t i = 0; i < s->p->n_member; i++)
		sum->cost[i] += sign * one->cost[i];
}

static bool part_empty(const struct part *part, const struct tally *t)
{
	for (size_t k = 0; k < part->n_arc; k++)
		if (t->take[part->arc[k]])
			return false;
	return true;
}

/* A package part by part: what is still to come gets what it uses in the relaxation, so that whoever comes first takes nothing from it. */
static bool build(struct solving *s, struct tally *t)
{
	struct usage others = {arena_array(s->arena, int64_t, s->p->n_lift + 1),
		arena_array(s->arena, int64_t, s->p->n_member + 1)};
	bool use = true;

	tally_make(t, s->p, s->a, s->arena);
	for (size_t i = 0; i < s->n_part; i++)
		usage_add(s, &others, &s->relaxed.usage[i], 1);
	for (size_t i = 0; i < s->n_part; i++) {
		struct part kernel;
		usage_add(s, &others, &s->relaxed.usage[i], -1);
		if (s->part[i].n_arc == 0)
			continue;
		relaxed_kernel(
			&s->relaxed, &s->part[i], KERNEL_PERCENT, t->take, &s->scratch, &kernel);
		use = use && part_solve(s, &kernel, t, &others, PART_STEPS(kernel.n_arc),
				     s->o->gap_ppm / 2);
		/* The solver did not come to anything, or the time is over. */
		if (part_empty(&s->part[i], t))
			greedy_part(t, &s->part[i], &s->scratch);
		arena_reset(&s->scratch);
	}
	return use;
}

/* Each part once more beside the others as they are; false if that is of no use any more. */
static bool again(struct solving *s, bool kernels, struct tally *t, struct plan_package *best)
{
	int64_t before = best->value.points;

	for (size_t i = 0; i < s->n_part && !good_enough(s->o, best); i++) {
		struct part part = s->part[i];
		if (part.n_arc == 0)
			continue;
		if (kernels)
			relaxed_kernel(&s->relaxed, &s->part[i], KERNEL_PERCENT, t->take,
				&s->scratch, &part);
		if (!part_solve(s, &part, t, NULL, PART_STEPS(part.n_arc), s->o->gap_ppm / 5))
			return false;
		arena_reset(&s->scratch);
		keep(s, t, best);
	}
	return best->value.points < before;
}

/* One part before another one: it takes what the other one has held of lift, if it has a use for it, and the other one what is then left. All as it was if that is not better. */
static bool before_other(struct solving *s, size_t first, size_t other, struct tally *t)
{
	struct part pair[2];
	int64_t *old = arena_array(&s->scratch, int64_t, s->a->n + 1);
	int64_t points = points_of(s, t);

	memcpy(old, t->take, s->a->n * sizeof(*old));
	relaxed_kernel(&s->relaxed, &s->part[first], KERNEL_PERCENT, old, &s->scratch, &pair[0]);
	relaxed_kernel(&s->relaxed, &s->part[other], KERNEL_PERCENT, old, &s->scratch, &pair[1]);
	for (size_t k = 0; k < pair[1].n_arc; k++)
		tally_add(t, pair[1].arc[k], -t->take[pair[1].arc[k]]);
	for (int i = 0; i < 2; i++)
		(void)part_solve(
			s, &pair[i], t, NULL, PART_STEPS(pair[i].n_arc), s->o->gap_ppm / 2);
	bool better = points_of(s, t) < points;
	for (int i = 0; !better && i < 2; i++)
		for (size_t k = 0; k < pair[i].n_arc; k++)
			tally_add(t, pair[i].arc[k], old[pair[i].arc[k]] - t->take[pair[i].arc[k]]);
	arena_reset(&s->scratch);
	return better;
}

/* Points of what a part's lines lack. */
static int64_t part_lacks(const struct solving *s, size_t i, const struct plan_package *k)
{
	int64_t points = 0;

	for (size_t l = 0; l < s->part[i].n_line; l++)
		points += k->value.shortfall[s->part[i].line[l]] *
			  score_unmet(s->p, &s->p->line[s->part[i].line[l]]);
	return points;
}

/* The part that lacks most comes before each other one, and then the one that lacks most after that, while it helps. */
static void exchange(struct solving *s, struct tally *t, struct plan_package *best)
{
	for (int round = 0; round < EXCHANGE_MAX && !good_enough(s->o, best); round++) {
		size_t worst = 0;
		bool better = false;
		for (size_t i = 1; i < s->n_part; i++)
			if (part_lacks(s, i, best) > part_lacks(s, worst, best))
				worst = i;
		for (size_t i = 0; i < s->n_part && !good_enough(s->o, best); i++) {
			if (i == worst || s->part[i].n_arc == 0 || left_ms(s) <= 0)
				continue;
			better = before_other(s, worst, i, t) || better;
			keep(s, t, best);
		}
		if (!better)
			return;
	}
}

static void by_parts(struct solving *s, struct plan_package *best)
{
	struct tally t;
	double points;

	parts_make(s->p, s->a, s->arena, &s->part, &s->n_part);
	s->steps_all += 3 * (int64_t)s->n_part + 1;
	bool kernels = relax(s);
	keep(s, NULL, best);
	if (kernels) {
		bool use = build(s, &t);
		keep(s, &t, best);
		if (!use)
			return;
	}
	if (!good_enough(s->o, best)) {
		(void)bound_by_parts(s, false, &points);
		keep(s, NULL, best);
	}
	tally_of(s, best, &t);
	for (int i = 0; i < AGAIN_MAX && !good_enough(s->o, best) && left_ms(s) > 0; i++) {
		bool better = again(s, kernels, &t, best);
		if (i == 0 && kernels)
			exchange(s, &t, best);
		if (!better && !kernels)
			return;
		kernels = kernels && better;
	}
}

/* ---- whole ---- */

static void whole(struct solving *s, struct plan_package *best)
{
	struct part all;
	struct tally t;

	part_whole(s->p, s->a, s->arena, &all);
	tally_of(s, best, &t);
	(void)part_solve(s, &all, &t, NULL, 0, s->o->gap_ppm);
	arena_reset(&s->scratch);
	keep(s, &t, best);
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
	s.scratch = ARENA(arena->max);
	s.began_ms = env_mono_ms(&s.env);
	if (solver_there(o->engine) && a->n > 0) {
		by_parts(&s, &best);
		if (a->n <= WHOLE_ARCS && o->split == PLAN_SPLIT_BY_SIZE && !good_enough(o, &best))
			whole(&s, &best);
	}
	arena_free(&s.scratch);
	*ret = best;
	return 0;
}
