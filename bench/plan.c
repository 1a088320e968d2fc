/* plan.c: the planner on problems from a seed: plan [S|M|L] SEED WALL_MS [CBC_WALL_MS [GAP_PPM]]. Times in CPU seconds, of this process and its solvers. */
#include "../test/unit/work/response/plan/plan_random.h"
#include "base/limits.h"
#include "node/solver.h"
#include "work/response/plan/plan_int.h"

#include <signal.h>
#include <sys/resource.h>

static double cpu_seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double cpu_now(void)
{
	return cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
}

/* What was known when, by processor time from the beginning of the solve. */
struct course {
	double began, good_s;
	int64_t good_ppm, after_10s_ppm, after_60s_ppm;
	bool talks;
};

static void found(void *ctx, const struct plan_package *k)
{
	struct course *c = ctx;
	double at = cpu_now() - c->began;
	int64_t gap = plan_gap_ppm(k);

	if (gap <= c->good_ppm && c->good_s < 0)
		c->good_s = at;
	if (at <= 10)
		c->after_10s_ppm = gap;
	if (at <= 60)
		c->after_60s_ppm = gap;
	if (c->talks)
		fprintf(stderr, "%7.2f s: %.1f points, bound %.1f, gap %.2f %%\n", at,
			(double)k->value.points / 1e8, (double)k->bound / 1e8, (double)gap / 1e4);
}

/* The peer: all of it as one model, for CBC. */
static void whole_by_cbc(const struct plan_problem *p, const struct plan_arcs *a, int64_t wall_ms,
	uint32_t gap_ppm, struct arena *arena)
{
	struct buf lp CLEANUP_BUF = BUF(LIMIT_SOLVER_MODEL);
	struct solver_options o = {.engine = "cbc", .wall_ms = wall_ms, .gap_ppm = gap_ppm};
	struct solver_answer answer = {0};
	struct part all;
	struct tally t;
	struct why why = {0};
	double began = cpu_now();

	part_whole(p, a, arena, &all);
	tally_make(&t, p, a, arena);
	model_print(p, a, &all, &t, NULL, arena, &lp);
	int rc = solver_run(&o, buf_slice(&lp), arena, &answer, &why);
	printf("  whole, CBC: %.1f s CPU, ", cpu_now() - began);
	if (rc < 0)
		printf("%s, ", why.text);
	else if (answer.solved)
		printf("%.1f points, ", answer.objective * MODEL_SCALE / 1e8);
	else
		printf("no package, ");
	printf(answer.bounded ? "bound %.1f\n" : "no bound\n", answer.bound * MODEL_SCALE / 1e8);
}

static const struct random_size *size_of(const char *name)
{
	static const struct random_size s = {5, 100, 20, 8, 40, true, false, 10},
					m = {15, 1000, 80, 14, 40, true, false, 20},
					l = {30, 5000, 200, 24, 40, true, false, 20};

	return *name == 'S' ? &s : *name == 'M' ? &m : &l;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "M";
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	int64_t wall_ms = argc > 3 ? strtoll(argv[3], NULL, 10) : 60000;
	int64_t cbc_ms = argc > 4 ? strtoll(argv[4], NULL, 10) : 0;
	uint32_t gap_ppm = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10) : 10000;
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct plan_problem *p = plan_random(size_of(name), seed, &arena);
	struct plan_package draft, solved;
	struct plan_arcs a;
	struct why why = {0};

	signal(SIGPIPE, SIG_IGN);
	double began = cpu_now();
	if (plan_arcs_make(p, &arena, &a, &why) < 0 ||
		plan_greedy(p, &a, &arena, &draft, &why) < 0) {
		fprintf(stderr, "%s: %s\n", why.where, why.text);
		return 1;
	}
	struct course c = {.began = cpu_now(),
		.good_s = -1,
		.good_ppm = 10000,
		.after_10s_ppm = plan_gap_ppm(&draft),
		.after_60s_ppm = plan_gap_ppm(&draft),
		.talks = getenv("VERBOSE")};
	if (plan_solve(p, &a,
		    &(struct plan_options){.engine = "glpk",
			    .wall_ms = wall_ms,
			    .gap_ppm = gap_ppm,
			    .found = found,
			    .ctx = &c},
		    &arena, &solved, &why) < 0) {
		fprintf(stderr, "%s: %s\n", why.where, why.text);
		return 1;
	}
	printf("%s seed %llu: %zu arcs; draft %.4f s CPU, %.1f points; solved %.2f s CPU, %.1f points, bound %.1f, gap %.2f %%; 1 %% after ",
		name, (unsigned long long)seed, a.n, c.began - began,
		(double)draft.value.points / 1e8, cpu_now() - c.began,
		(double)solved.value.points / 1e8, (double)solved.bound / 1e8,
		(double)plan_gap_ppm(&solved) / 1e4);
	if (c.good_s < 0)
		printf("(never)");
	else
		printf("%.2f s", c.good_s);
	printf("; gap at 10 s %.2f %%, at 60 s %.2f %%\n", (double)c.after_10s_ppm / 1e4,
		(double)c.after_60s_ppm / 1e4);
	if (cbc_ms > 0)
		whole_by_cbc(p, &a, cbc_ms, gap_ppm, &arena);
	return 0;
}
