/* plan.c: the planner on problems from a seed: plan [S|M|L] SEED WALL_MS. Times in CPU seconds, of this process and its solvers. */
#include "../test/unit/work/response/plan/plan_random.h"
#include "base/limits.h"

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

static void progress(void *ctx, size_t done, size_t all)
{
	if (ctx)
		fprintf(stderr, "\r%zu/%zu ", done, all);
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
	double first = cpu_now();
	if (plan_solve(p, &a,
		    &(struct plan_options){.engine = "glpk",
			    .wall_ms = wall_ms,
			    .gap_ppm = 10000,
			    .progress = progress,
			    .ctx = getenv("VERBOSE")},
		    &arena, &solved, &why) < 0) {
		fprintf(stderr, "%s: %s\n", why.where, why.text);
		return 1;
	}
	double end = cpu_now();
	printf("%s seed %llu: %zu arcs; draft %.4f s CPU, %.1f points; solved %.2f s CPU, %.1f points, bound %.1f, gap %.2f %%\n",
		name, (unsigned long long)seed, a.n, first - began,
		(double)draft.value.points / 1e8, end - first, (double)solved.value.points / 1e8,
		(double)solved.bound / 1e8, (double)plan_gap_ppm(&solved) / 1e4);
	return 0;
}
