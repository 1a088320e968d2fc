/*
 * simrun.c: runs the simulator from many seeds, and names the one that fails.
 *
 *	simrun --seeds 1000 --from 1 [--nodes 5] [--steps 150] [--equivocator 0|1] [--quiet] [--tell]
 *
 * What is not given follows from the seed; --tell prints what each node knows where a run does not hold. Exit 0: all held; 1: not, and the last line says how to run it again.
 */
#include "base/report.h"
#include "peer/sim.h"

#include <inttypes.h>
#include <unistd.h>

#define HEAL_ROUNDS 200

struct wish {
	uint64_t seeds, from, nodes, steps, equivocator;
	bool quiet, tell;
};
#define NO_WISH UINT64_MAX

static int wish_parse(int argc, char **argv, struct wish *ret)
{
	static const char *const names[] = {
		"--seeds", "--from", "--nodes", "--steps", "--equivocator"};
	uint64_t *places[] = {&ret->seeds, &ret->from, &ret->nodes, &ret->steps, &ret->equivocator};

	for (int i = 1; i < argc; i++) {
		bool quiet = strcmp(argv[i], "--quiet") == 0, tell = strcmp(argv[i], "--tell") == 0,
		     known = quiet || tell;

		ret->quiet = ret->quiet || quiet;
		ret->tell = ret->tell || tell;
		for (size_t k = 0; !known && k < 5; k++) {
			if (strcmp(argv[i], names[k]) != 0 || i + 1 == argc)
				continue;
			if (slice_u64(slice_str(argv[++i]), places[k]) < 0)
				return -1;
			known = true;
		}
		if (!known)
			return -1;
	}
	return 0;
}

/* Spreads the seed: what is not wished for must not be the same in every run. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static struct sim_options options_of(uint64_t seed, const struct wish *w)
{
	uint64_t m = mix(seed);
	struct sim_options o = {.seed = seed,
		.nodes = 3 + (unsigned)(m % 3),
		.loss = (unsigned)(m >> 8) % 100,
		.stale = (unsigned)(m >> 16) % 100,
		.corrupt = (unsigned)(m >> 24) % 60,
		.crash = (unsigned)(m >> 32) % 60,
		.partition = (unsigned)(m >> 40) % 40,
		.restore = (m >> 58) % 2 == 0 ? (unsigned)(m >> 44) % 30 : 0,
		.equivocator = (m >> 48) % 4 == 0};

	if (w->nodes != NO_WISH)
		o.nodes = (unsigned)w->nodes;
	if (w->equivocator != NO_WISH)
		o.equivocator = w->equivocator != 0;
	o.founders = 2 + (unsigned)((m >> 52) % (o.nodes - 1));
	return o;
}

static void tell(struct sim *sim)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct why why = {0};

	if (sim_tell(sim, &b, &why) < 0)
		buf_addf(&b, "and no more: %s\n", why.text);
	fwrite(b.p, 1, b.n, stdout);
}

static int run(uint64_t seed, const struct wish *w, struct sim_counts *sum, struct why *why)
{
	struct sim_options o = options_of(seed, w);
	struct sim_counts n;
	struct sim *sim;
	int rc = sim_new(&sim, &o, why);

	if (rc < 0)
		return rc;
	rc = sim_run(sim, w->steps != NO_WISH ? (unsigned)w->steps : 150, why);
	if (rc == 0)
		rc = sim_heal(sim, HEAL_ROUNDS, why);
	if (rc == 0)
		rc = sim_agree(sim, why);
	if (rc < 0 && w->tell)
		tell(sim);
	sim_counts(sim, &n);
	sum->calls += n.calls;
	sum->lost += n.lost;
	sum->stale += n.stale;
	sum->corrupted += n.corrupted;
	sum->carried += n.carried;
	sum->crashes += n.crashes;
	sum->partitions += n.partitions;
	sum->restored += n.restored;
	sum->entries += n.entries;
	sum->acts += n.acts;
	sum->refusals += n.refusals;
	sum->forks += n.forks;
	sim_free(&sim);
	return rc;
}

static void print_sum(const struct sim_counts *n)
{
	printf("%" PRIu64 " calls, %" PRIu64 " lost, %" PRIu64 " stale, %" PRIu64
	       " corrupted, %" PRIu64 " bundles carried; %" PRIu64 " crashes, %" PRIu64
	       " partitions, %" PRIu64 " backups put back; %" PRIu64 " entries, %" PRIu64
	       " of them acts; %" PRIu64 " refusals, %" PRIu64 " forks\n",
		n->calls, n->lost, n->stale, n->corrupted, n->carried, n->crashes, n->partitions,
		n->restored, n->entries, n->acts, n->refusals, n->forks);
}

int main(int argc, char **argv)
{
	struct wish w = {.seeds = 100,
		.from = 1,
		.nodes = NO_WISH,
		.steps = NO_WISH,
		.equivocator = NO_WISH};
	struct sim_counts sum = {0};

	if (wish_parse(argc, argv, &w) < 0 ||
		(w.nodes != NO_WISH && (w.nodes < 3 || w.nodes > 7))) {
		fprintf(stderr, "usage: simrun [--seeds N] [--from S] [--nodes 3..7] [--steps N] "
				"[--equivocator 0|1] [--quiet] [--tell]\n");
		return 64;
	}
	report_set_level(REPORT_ERROR);
	crypt_init();
	for (uint64_t seed = w.from; seed < w.from + w.seeds; seed++) {
		struct why why = {0};
		int rc = run(seed, &w, &sum, &why);

		if (rc == 0)
			continue;
		printf("seed %" PRIu64 " fails: %s: %s\n", seed, why.where, why.text);
		printf("again: simrun --seeds 1 --from %" PRIu64, seed);
		if (w.nodes != NO_WISH)
			printf(" --nodes %" PRIu64, w.nodes);
		if (w.steps != NO_WISH)
			printf(" --steps %" PRIu64, w.steps);
		if (w.equivocator != NO_WISH)
			printf(" --equivocator %" PRIu64, w.equivocator);
		printf("\n");
		return 1;
	}
	if (!w.quiet)
		print_sum(&sum);
	printf("%" PRIu64 " seeds from %" PRIu64 ": all hold\n", w.seeds, w.from);
	return 0;
}
