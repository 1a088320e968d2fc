/*
 * procurement.c: what joint procurement costs: processor seconds, one line each.
 *
 *	bench_procurement [seal [BIDS HOLDERS K]]   200 bids, 12 holders, k = 7: key (all holders), seal, admit, share (k holders), verify, open
 *	bench_procurement replay [BIDS HOLDERS K]   the same tender as a transcript before its opening, replayed; and replayed again, as each look at it does
 *	bench_procurement shapley                   12, 16 (exact) and 20 (sampled) members
 *	bench_procurement award [SECONDS [FAMILY LOTS BIDS]]   families and sizes of the field, or one: until the optimum is proven, or the gap when so many of the solver's
 *	                                            processor seconds are over (by the clock ten times as many), of each of its two rounds
 *	bench_procurement ocds FILE…                merging in releases a second, checking in megabytes a second
 */
#include "base/file.h"
#include "base/report.h"
#include "instance.h"
#include "work/procurement/award/share.h"
#include "work/procurement/award/solve.h"
#include "work/procurement/ocds/check.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/seal/replay.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define HOLDERS LIMIT_SEAL_HOLDERS

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double lap(const char *what, double from)
{
	double now = seconds();

	printf("%-28s %8.3f s\n", what, now - from);
	return now;
}

struct tender {
	struct env env;
	struct arena arena;
	struct seal_policy policy;
	struct seckey key[HOLDERS];
	struct scalar box[HOLDERS], x[HOLDERS];
	struct dkg_deal deal[HOLDERS];
	struct dkg_key pub;
};

static void policy_make(struct tender *t, uint32_t n, uint32_t k)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_policy *p = &t->policy;

	*p = (struct seal_policy){.ocid = SLICE("ocds-b5fd17-bench"),
		.n = n,
		.k = k,
		.r = n - k + 1,
		.lead = 1,
		.deadline_ms = 1000,
		.open_ms = 2000,
		.fallback_ms = 3000,
		.n_padding = 1,
		.padding = {4096}};
	for (uint32_t i = 0; i < n; i++) {
		t->key[i] = seckey_new(&t->env);
		t->box[i] = scalar_random(&t->env);
		env_random(&t->env, p->holder[i].member.b, 16);
		p->holder[i].key = t->key[i].pub;
		p->holder[i].box = point_base(&t->box[i]);
	}
	seal_policy_print(p, &t->key[0], &b);
	MUST(seal_policy_parse(p, arena_copy(&t->arena, buf_slice(&b)), NULL) == 0);
}

static void key_make(struct tender *t)
{
	uint32_t culprit = 0;

	for (uint32_t i = 1; i <= t->policy.n; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		MUST(dkg_deal(&t->policy, i, &t->key[i - 1], &t->env, &b, NULL) == 0);
		MUST(dkg_deal_parse(&t->deal[i - 1], &t->policy, &t->arena,
			     arena_copy(&t->arena, buf_slice(&b)), NULL) == 0);
	}
	for (uint32_t j = 1; j <= t->policy.n; j++)
		MUST(dkg_finish(&t->policy, t->deal, j, &t->box[j - 1], &t->pub, &t->x[j - 1],
			     &culprit, NULL) == 0);
}

static void sealing(struct tender *t, size_t bids)
{
	struct bid_sealed *sealed = arena_array(&t->arena, struct bid_sealed, bids);
	struct slice *text = arena_array(&t->arena, struct slice, bids);
	struct seal_share(*share)[HOLDERS] = arena_alloc_n(&t->arena, bids, sizeof(*share));
	struct slice *shares = arena_array(&t->arena, struct slice, bids * t->policy.k);
	struct seckey bidder = seckey_new(&t->env);
	struct seal_close close = {.root = {{7}}};
	struct scalar r;
	double at = seconds();

	for (size_t i = 0; i < bids; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
		struct bid_name name = {.bidder = bidder.pub, .seq = 1};

		env_random(&t->env, name.bid.b, 16);
		MUST(bid_seal(&t->policy, &t->pub.y, &name, SLICE("{\"a\":1}"), &bidder, &t->env,
			     &b, &r, NULL) == 0);
		text[i] = arena_copy(&t->arena, buf_slice(&b));
	}
	at = lap("seal", at);
	for (size_t i = 0; i < bids; i++)
		MUST(bid_sealed_parse(&sealed[i], &t->policy, &t->arena, text[i], NULL) == 0);
	at = lap("admit", at);
	for (size_t i = 0; i < bids; i++)
		for (uint32_t h = 1; h <= t->policy.k; h++) {
			struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

			seal_share_print(&t->policy, h, &t->x[h - 1], &t->pub, &close, &sealed[i],
				&t->key[h - 1], &t->env, &b);
			shares[i * t->policy.k + h - 1] = arena_copy(&t->arena, buf_slice(&b));
		}
	at = lap("share (k holders)", at);
	for (size_t i = 0; i < bids; i++)
		for (uint32_t h = 0; h < t->policy.k; h++) {
			MUST(seal_share_parse(&share[i][h], &t->policy, shares[i * t->policy.k + h],
				     NULL) == 0);
			MUST(seal_share_check(&share[i][h], &t->pub, &sealed[i], NULL) == 0);
		}
	at = lap("verify (k shares a bid)", at);
	for (size_t i = 0; i < bids; i++) {
		struct buf out CLEANUP_BUF = BUF(LIMIT_SEAL_BID);
		const struct seal_share *list[HOLDERS];

		for (uint32_t h = 0; h < t->policy.k; h++)
			list[h] = &share[i][h];
		struct point k = seal_combine(&t->policy, list, t->policy.k);
		MUST(bid_open(&t->policy, &sealed[i], &k, &out, NULL) == 0);
	}
	lap("open", at);
}

/* A transcript of so many bids, each receipted by all holders. */
static size_t transcript(struct tender *t, size_t bids, struct slice **ret)
{
	const struct seal_policy *p = &t->policy;
	struct slice *m = arena_array(&t->arena, struct slice, 1 + 3 * p->n + bids * (2 + p->n));
	struct seckey bidder = seckey_new(&t->env);
	size_t n = 0;
	struct scalar r;

	m[n++] = p->text;
	for (uint32_t i = 1; i <= p->n; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		seal_countersign_print(p, i, &t->key[i - 1], &b);
		m[n++] = arena_copy(&t->arena, buf_slice(&b));
		m[n++] = t->deal[i - 1].text;
		buf_clear(&b);
		dkg_cert_print(p, i, &t->pub, &t->key[i - 1], &b);
		m[n++] = arena_copy(&t->arena, buf_slice(&b));
	}
	for (size_t i = 0; i < bids; i++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), c CLEANUP_BUF = BUF(64 * KIB);
		struct bid_name name = {.bidder = bidder.pub, .seq = 1};
		struct hash leaf;

		env_random(&t->env, name.bid.b, 16);
		MUST(bid_seal(p, &t->pub.y, &name, SLICE("{}"), &bidder, &t->env, &b, &r, NULL) ==
			0);
		bid_commit_print(p, &name, BID_PUT, buf_slice(&b), &bidder, &c);
		m[n++] = arena_copy(&t->arena, buf_slice(&b));
		m[n++] = arena_copy(&t->arena, buf_slice(&c));
		leaf = hash_leaf(buf_slice(&c));
		for (uint32_t h = 1; h <= p->n; h++) {
			buf_clear(&b);
			bid_receipt_print(p, h, &leaf, 500, &t->key[h - 1], &b);
			m[n++] = arena_copy(&t->arena, buf_slice(&b));
		}
	}
	*ret = m;
	return n;
}

static void replaying(struct tender *t, size_t bids)
{
	struct slice *m;
	size_t n = transcript(t, bids, &m);
	struct seal_replay *r = arena_new(&t->arena, struct seal_replay);
	double at = seconds();

	for (int i = 0; i < 3; i++) {
		MUST(seal_replay(m, n, &t->arena, r, NULL) == 0);
		MUST(r->has_key && r->n_line == bids && r->n_sealed == bids);
		at = lap(i ? "replay again" : "replay", at);
	}
}

static int64_t cost(void *ctx, uint64_t group)
{
	const size_t *n = ctx;
	static const struct share_tier tier[] = {{0, 1000}, {50000, 900}, {150000, 800}};
	int64_t q = 0;

	for (size_t i = 0; i < *n; i++)
		if (group & 1ULL << i)
			q += (int64_t)(1 + i) * 2000;
	return share_tier_cost(tier, 3, q);
}

static void shapley(size_t n)
{
	struct share_game g = {n, cost, &n};
	const uint8_t seed[32] = {1};
	struct share_shapley how;
	int64_t pays[SHARE_MEMBERS_MAX];
	char what[40];
	double at = seconds();

	MUST(share_shapley(&g, seed, pays, &how, NULL) == 0);
	snprintf(what, sizeof(what), "Shapley of %zu, %s", n, how.exact ? "exact" : "sampled");
	lap(what, at);
}

static int seal_all(bool replay, int argc, char **argv)
{
	struct tender *t = mem_new(struct tender);
	uint64_t bids = 200, n = 12, k = 7;

	if (argc == 3 &&
		(slice_u64(slice_str(argv[0]), &bids) < 0 ||
			slice_u64(slice_str(argv[1]), &n) < 0 ||
			slice_u64(slice_str(argv[2]), &k) < 0 || n > HOLDERS || bids > 10000)) {
		mem_free(t);
		return 64;
	}
	t->env = env_system();
	t->arena = ARENA(4 * GIB);
	policy_make(t, (uint32_t)n, (uint32_t)k);
	double from = seconds();
	key_make(t);
	lap("key (all holders)", from);
	if (replay)
		replaying(t, bids);
	else
		sealing(t, bids);
	lap("in all", from);
	arena_free(&t->arena);
	mem_free(t);
	return 0;
}

/* ---- awards ---- */

static double children(void)
{
	struct rusage u;

	MUST(getrusage(RUSAGE_CHILDREN, &u) == 0);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6 +
	       (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6;
}

/* The solver is a program of its own: its time is that of this process's children. */
static void award_one(enum family family, uint32_t lots, uint32_t bids, unsigned limit)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * GIB);
	struct env_fake fake;
	struct env env = env_of_fake(&fake);
	struct award_model *m;
	struct solve_options o = {.cpu_seconds = limit};
	struct award_result r = {.gap_ppm = 0};
	struct why why = {0};
	double solver = children(), own = seconds();

	env_fake_init(&fake, (uint64_t)lots * 1000 + family, 0);
	m = instance_make(&env, &arena, family, lots, bids);
	int rc = award_solve(m, &o, &arena, &r, &why);

	solver = children() - solver;
	own = seconds() - own;
	if (rc < 0)
		printf("award %-7s %3u x %4u    %8.3f s solver, %.3f s here: %s\n",
			family_name[family], lots, bids, solver, own, why.text);
	else
		printf("award %-7s %3u x %4u    %8.3f s solver, %.3f s here: %s by %s, gap %u ppm%s\n",
			family_name[family], lots, bids, solver, own,
			r.optimal ? "proven" : "not proven", r.solver, r.gap_ppm,
			r.ranked ? "" : ", tie not settled");
	fflush(stdout);
}

static int awards(int argc, char **argv)
{
	static const uint32_t size[][2] = {{20, 200}, {50, 1000}, {100, 2000}};
	uint64_t limit = 60, lots, bids;

	if (argc > 0 && (slice_u64(slice_str(argv[0]), &limit) < 0 || limit == 0 || limit > 3600))
		return 64;
	if (argc == 4 && slice_u64(slice_str(argv[2]), &lots) == 0 &&
		slice_u64(slice_str(argv[3]), &bids) == 0 && lots > 0 && lots <= 1000 && bids > 0 &&
		bids <= 10000) {
		for (int f = 0; f < FAMILIES; f++)
			if (strcmp(argv[1], family_name[f]) == 0) {
				award_one((enum family)f, (uint32_t)lots, (uint32_t)bids,
					(unsigned)limit);
				return 0;
			}
		return 64;
	}
	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++)
		for (int f = 0; f < FAMILIES; f++)
			award_one((enum family)f, size[i][0], size[i][1], (unsigned)limit);
	return 0;
}

/* ---- open contracting data ---- */

#define OCDS_SECONDS 2.0

static int ocds(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(8 * GIB);
		struct buf text CLEANUP_BUF = BUF(LIMIT_OCDS_BYTES);
		const struct tree **list;
		struct tree *root, *merged;
		struct why why = {0};
		size_t n = 0, times = 0;
		double at;

		if (file_read(argv[i], &text, &why) < 0 ||
			tree_read(buf_slice(&text), &json_limits_local, &arena, &root, &why) < 0 ||
			ocds_releases(root, &arena, &list, &n, &why) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], why.text);
			return 65;
		}
		for (at = seconds(); seconds() - at < OCDS_SECONDS; times++) {
			struct arena once CLEANUP_ARENA = ARENA(8 * GIB);
			struct tree *all;

			MUST(tree_read(buf_slice(&text), &json_limits_local, &once, &all, NULL) ==
				0);
			(void)ocds_check(all, &once);
		}
		printf("check %8.1f MB/s (reading included)  %s\n",
			(double)text.n * (double)times / 1e6 / (seconds() - at), argv[i]);
		for (times = 0, at = seconds(); seconds() - at < OCDS_SECONDS; times++) {
			struct arena once CLEANUP_ARENA = ARENA(8 * GIB);

			for (size_t k = 0, same; k < n; k = same) {
				for (same = k + 1;
					same < n && slice_eq(tree_text(list[k], "ocid"),
							    tree_text(list[same], "ocid"));)
					same++;
				MUST(ocds_compile(list + k, same - k, &once, &merged, NULL) == 0);
			}
		}
		printf("merge %8.0f releases/s              %s\n",
			(double)n * (double)times / (seconds() - at), argv[i]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "seal";

	crypt_init();
	if (strcmp(what, "seal") == 0 || strcmp(what, "replay") == 0)
		return seal_all(what[0] == 'r', argc > 2 ? argc - 2 : 0, argv + 2);
	if (strcmp(what, "award") == 0)
		return awards(argc - 2, argv + 2);
	if (strcmp(what, "ocds") == 0)
		return ocds(argc - 2, argv + 2);
	if (strcmp(what, "shapley") != 0)
		return 64;
	shapley(12);
	shapley(16);
	shapley(20);
	return 0;
}
