/*
 * test_adversary.c: some holders and a bidder do anything, at any hour: receipts, postponements, closings, cosignatures, shares, rounds 1 of their own making, in any number and
 * dated as they like. The others do what holder.h says. Asked of every seed, and of any part of the messages:
 *
 *	a) nobody who is honest is ever named for an offence;
 *	b) what is opened stays as it is; with an honest lead what is closed does;
 *	c) with k honest holders, the lead among them, the tender opens, at each of them.
 *
 * Of every second seed what liars and their bidder say comes to some of the honest holders only, and to the others never, unless somebody hands it on.
 *
 *	test_procurement_adversary [SEED]        one seed, and what was done
 */
#include "ceremony.h"

#include "base/report.h"

#define SEEDS  32
#define ROUNDS 14
#define EARLY  (CEREMONY_T - 20000)
#define LATER  (CEREMONY_T + 300000) /* what some honest holders would have postponed to */

struct stage {
	struct ceremony c;
	uint64_t corrupt; /* bits of holders */
	bool lead_lies;
	uint64_t now_ms;
	struct env chance;
	struct env_fake seed;
	struct seal_tender tender;
	bool closed, opened;
	struct hash root, active;
	struct slice text[BIDDERS];
	size_t n_text;
	bool loud;
	bool apart;		     /* what liars say comes to some only */
	uint64_t sees[MESSAGES_MAX]; /* of each message, bits of those to whom it has come */
	uint32_t by[MESSAGES_MAX];
};

static uint32_t below(struct stage *s, uint32_t n)
{
	return (uint32_t)env_below(&s->chance, n);
}

static bool lies(const struct stage *s, uint32_t i)
{
	return (s->corrupt & 1ULL << (i - 1)) != 0;
}

static void say(struct stage *s, uint32_t i, const struct buf *b)
{
	if (s->loud)
		printf("%8lld holder %u%s: %.*s\n", (long long)(s->now_ms - CEREMONY_T), i,
			lies(s, i) ? " (lies)" : "", SLICE_FMT(msg_type(buf_slice(b))));
	if (s->c.n >= MESSAGES_MAX)
		return;
	s->by[s->c.n] = i;
	s->sees[s->c.n] = UINT64_MAX;
	if (s->apart && (i == 0 || lies(s, i)) && below(s, 3))
		s->sees[s->c.n] = below(s, 2) ? 1ULL << below(s, s->c.policy.n)
					      : below(s, 1U << s->c.policy.n);
	ceremony_add(&s->c, b);
}

/* ---- what must hold ---- */

static void blameless(struct stage *s, const struct seal_replay *r)
{
	for (size_t f = 0; f < r->n_finding; f++)
		if (r->finding[f].holder && !lies(s, r->finding[f].holder) &&
			finding_is_offence(r->finding[f].kind))
			fail_msg("%s: %s", finding_name(r->finding[f].kind), r->finding[f].text);
}

static void stays(struct stage *s, const struct seal_replay *r)
{
	bool now_open = replay_open(r);

	if (s->closed && !s->lead_lies) {
		assert_non_null(r->closed);
		assert_true(hash_eq(&s->root, &r->closed->close.root) &&
			    hash_eq(&s->active, &r->closed->close.active));
	}
	if (r->closed && !s->closed) {
		s->closed = true;
		s->root = r->closed->close.root;
		s->active = r->closed->close.active;
	}
	if (s->opened) {
		assert_true(now_open);
		assert_int_equal(r->n_bid, s->n_text);
	}
	for (size_t i = 0; now_open && i < r->n_bid; i++) {
		assert_true(r->n_bid <= BIDDERS);
		if (s->opened)
			assert_true(slice_eq(r->bid[i].text, s->text[i]));
		s->text[i] = r->bid[i].text;
	}
	if (now_open)
		s->n_text = r->n_bid;
	s->opened |= now_open;
}

/* What somebody knows to whom only some of it has come. */
static void in_part(struct stage *s)
{
	struct slice *part = arena_array(&s->c.arena, struct slice, s->c.n);
	struct seal_replay *r = arena_new(&s->c.arena, struct seal_replay);
	size_t n = 0;

	for (size_t i = 0; i < s->c.n; i++)
		if (slice_is(msg_type(s->c.message[i]), "policy") || below(s, 4))
			part[n++] = s->c.message[i];
	assert_int_equal(seal_replay(part, n, &s->c.arena, r, NULL), 0);
	blameless(s, r);
}

/* What has come to an honest holder. */
static struct seal_replay *look_as(struct stage *s, uint32_t i)
{
	struct slice *part = arena_array(&s->c.arena, struct slice, s->c.n);
	struct seal_replay *r = arena_new(&s->c.arena, struct seal_replay);
	size_t n = 0;

	for (size_t m = 0; m < s->c.n; m++)
		if (s->sees[m] & 1ULL << (i - 1))
			part[n++] = s->c.message[m];
	assert_int_equal(seal_replay(part, n, &s->c.arena, r, NULL), 0);
	blameless(s, r);
	return r;
}

static struct seal_mine mine_of(struct stage *s, uint32_t i)
{
	struct slice *list = arena_array(&s->c.arena, struct slice, s->c.n);
	size_t n = 0;

	for (size_t m = 0; m < s->c.n; m++)
		if (s->by[m] == i)
			list[n++] = s->c.message[m];
	return (struct seal_mine){list, n};
}

static bool open_everywhere(struct stage *s)
{
	bool all = s->opened;

	for (uint32_t i = 1; all && s->apart && i <= s->c.policy.n; i++)
		all = lies(s, i) || replay_open(look_as(s, i));
	return all;
}

static struct seal_replay *look(struct stage *s)
{
	struct seal_replay *r = ceremony_replay(&s->c);

	assert_true(r->has_key);
	blameless(s, r);
	stays(s, r);
	return r;
}

/* ---- the honest ---- */

static void shares_give(struct stage *s, const struct seal_replay *r, uint32_t i)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	for (size_t n = 0; n < r->n_bid; n++) {
		if (!r->bid[n].sealed || (r->bid[n].shares & 1ULL << (i - 1)))
			continue;
		buf_clear(&b);
		seal_share_print(&r->policy, i, &s->c.x[i - 1], &s->c.pub, &r->closed->close,
			r->bid[n].sealed, &s->c.key[i - 1], &s->chance, &b);
		say(s, i, &b);
	}
}

/* False if there was nothing to do; ret_again: when there may be. */
static bool honest(struct stage *s, uint32_t i, int64_t *ret_again)
{
	struct seal_tenders tenders = {&s->tender, 1};
	struct seal_mine mine = mine_of(s, i);
	struct seal_replay *r = s->apart ? look_as(s, i) : look(s);
	struct holder_next next;
	size_t before = s->c.n;

	holder_next(r, i, &tenders, &mine, (int64_t)s->now_ms, &s->c.arena, &next);
	if (next.again_ms && (*ret_again == 0 || next.again_ms < *ret_again))
		*ret_again = next.again_ms;
	for (size_t m = 0; m < next.n_show; m++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		buf_slice_add(&b, next.show[m]);
		say(s, i, &b);
	}
	if (next.what != HOLDER_WAITS && next.what != HOLDER_SHOWS) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		holder_print(&next, &r->policy, i, &s->c.key[i - 1], &b);
		say(s, i, &b);
	} else if (r->closed && s->now_ms >= r->policy.open_ms && holder_may_share(r, i)) {
		shares_give(s, r, i);
	} else if (r->closed && s->now_ms < r->policy.open_ms) {
		*ret_again = (int64_t)r->policy.open_ms;
	}
	return s->c.n > before;
}

/* ---- the others ---- */

static uint64_t any_time(struct stage *s)
{
	return CEREMONY_T - 120000 + below(s, 600000);
}

static struct slice any_message(struct stage *s, const char *type)
{
	size_t n = 0;

	for (size_t i = 0; i < s->c.n; i++)
		n += slice_is(msg_type(s->c.message[i]), type);
	return n ? ceremony_find(&s->c, type, below(s, (uint32_t)n)) : SLICE_NONE;
}

static void lie_close(struct stage *s, const struct seal_replay *r, uint32_t i, struct buf *b)
{
	struct hash tender = below(s, 3) ? s->tender.leaf : hash_bytes(SLICE("other rules"));
	struct seal_hours hours = below(s, 3) ? r->first : seal_policy_hours(&r->policy);
	struct seal_close set;
	size_t n = 0;

	holder_set(r, &tender, &s->c.arena, &set);
	for (size_t l = 0; l < set.n; l++) {
		if (below(s, 6) == 0)
			continue;
		set.leaf[n] = set.leaf[l];
		if (below(s, 6) == 0)
			set.leaf[n].state = (enum leaf_state)below(s, 4);
		n++;
	}
	seal_close_make(&set, &tender, &hours, set.leaf, n, &s->c.arena);
	seal_close_print(
		below(s, 3) ? CLOSE_SEAL : CLOSE_VIEW, &r->policy, i, &set, &s->c.key[i - 1], b);
}

static void lie_bid(struct stage *s, struct buf *b)
{
	size_t who = below(s, BIDDERS);
	struct bid_name name = {s->c.bid[who], s->c.bidder[who].pub, 1 + below(s, 4)};
	enum bid_op op = name.seq == 1 ? BID_PUT : below(s, 2) ? BID_REPLACE : BID_WITHDRAW;
	struct slice sealed = SLICE_NONE;
	struct scalar r;

	if (op != BID_WITHDRAW) {
		assert_int_equal(
			bid_seal(&s->c.policy, &s->c.pub.y, &name, SLICE("below the rival"),
				&s->c.bidder[who], &s->chance, b, &r, NULL),
			0);
		sealed = arena_copy(&s->c.arena, buf_slice(b));
		if (below(s, 2))
			say(s, 0, b);
		buf_clear(b);
	}
	bid_commit_print(&s->c.policy, &name, op, sealed, &s->c.bidder[who], b);
}

static void lie_share(struct stage *s, const struct seal_replay *r, uint32_t i, struct buf *b)
{
	if (r->n_close && r->n_sealed)
		seal_share_print(&r->policy, i,
			&s->c.x[(i - 1 + (below(s, 4) == 0)) % s->c.policy.n], &s->c.pub,
			&r->close[below(s, (uint32_t)r->n_close)].close,
			&r->sealed[below(s, (uint32_t)r->n_sealed)], &s->c.key[i - 1], &s->chance,
			b);
}

static void lie_key(struct stage *s, const struct seal_replay *r, uint32_t i, struct buf *b)
{
	const struct seckey *key = &s->c.key[i - 1];
	struct dkg_key other = s->c.pub;

	switch (below(s, 3)) {
	case 0:
		assert_int_equal(dkg_deal(&r->policy, i, key, &s->chance, b, NULL), 0);
		break;
	case 1:
		other.deal[below(s, r->policy.n)] = hash_bytes(SLICE("another"));
		other.part[below(s, r->policy.n)] = s->c.pub.y;
		dkg_cert_print(&r->policy, i, &other, key, b);
		break;
	default:
		dkg_complain(&r->policy, &r->deal[below(s, r->policy.n)], i, &s->c.box[i - 1], key,
			&s->chance, b);
	}
}

static void lie_receipt(struct stage *s, uint32_t i, struct buf *b)
{
	struct hash leaf = hash_leaf(any_message(s, "bid.commit"));

	bid_receipt_print(&s->c.policy, i, &leaf, any_time(s), &s->c.key[i - 1], b);
}

static void lie(struct stage *s, uint32_t i)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	const struct seckey *key = &s->c.key[i - 1];
	struct seal_hours later = {LATER, LATER + 3600000, LATER + 86400000};
	struct seal_replay *r = look(s);
	const struct replay_close *any =
		r->n_close ? &r->close[below(s, (uint32_t)r->n_close)] : NULL;

	switch (below(s, 10)) {
	case 0:
	case 1:
	case 2:
		lie_receipt(s, i, &b);
		break;
	case 3:
		seal_postpone_print(&r->policy, i, &later, any_time(s), key, &b);
		break;
	case 4:
		lie_bid(s, &b);
		break;
	case 5:
		lie_key(s, r, i, &b);
		break;
	case 6:
		lie_close(s, r, i, &b);
		break;
	case 7:
		if (any && below(s, 3))
			seal_cosig_print(&r->policy, i, &any->close, key, &b);
		else if (any)
			seal_dissent_print(
				&r->policy, i, &any->close, &any->close.root, 1, key, &b);
		break;
	case 8:
		lie_share(s, r, i, &b);
		break;
	default:
		break; /* keeps silent */
	}
	if (b.n)
		say(s, i, &b);
}

/* ---- a tender ---- */

/* Bids that all honest holders have receipted; commits that fewer than r have; and a postponement that k − 1 have signed in time. */
static void prepare(struct stage *s)
{
	struct seal_hours later = {LATER, LATER + 3600000, LATER + 86400000};
	struct ceremony *c = &s->c;
	uint32_t n = c->policy.n, thin = c->policy.r - 1, signers = c->policy.k - 1;
	uint64_t honest_all = ((1ULL << n) - 1) & ~s->corrupt, few = 0;

	for (uint32_t i = 1; i <= n && thin; i++)
		if (!lies(s, i)) {
			few |= 1ULL << (i - 1);
			thin--;
		}
	for (size_t b = 0; b < BIDDERS; b++) {
		c->bidder[b] = seckey_new(&s->chance);
		env_random(&s->chance, c->bid[b].b, 16);
		ceremony_bid(c, b, 1, BID_PUT, ceremony_text[b], honest_all, EARLY);
	}
	ceremony_bid(c, 0, 2, BID_REPLACE, "just below the rival", few, EARLY);
	ceremony_bid(c, 1, 2, BID_WITHDRAW, NULL, few, EARLY);
	for (uint32_t i = 1; i <= n && signers && below(s, 2); i++)
		if (!lies(s, i)) {
			struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

			seal_postpone_print(
				&c->policy, i, &later, CEREMONY_T - 1000, &c->key[i - 1], &b);
			say(s, i, &b);
			signers--;
		}
}

/* Everybody acts once, in an order of chance, and between them who lies. */
static bool round_of(struct stage *s, bool quiet, int64_t *ret_again)
{
	uint32_t n = s->c.policy.n, at = below(s, n);
	bool did = false;

	look(s);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = (at + k) % n + 1;

		if (!lies(s, i))
			did |= honest(s, i, ret_again);
		else if (!quiet)
			for (uint32_t m = below(s, 3); m; m--)
				lie(s, i);
	}
	return did;
}

static void play(uint64_t seed, bool loud)
{
	struct stage *s = mem_new(struct stage);
	char name[32];
	uint32_t n, k;

	snprintf(name, sizeof(name), "adversary %llu", (unsigned long long)seed);
	s->chance = env_of_fake(&s->seed);
	env_fake_init(&s->seed, seed, 0);
	s->loud = loud;
	n = 3 + below(s, 3);
	k = n / 2 + 1;
	ceremony_begin(&s->c, name, n, k);
	ceremony_key(&s->c);
	s->lead_lies = seed % 3 == 2;
	for (uint32_t f = n - k; f; f--)
		s->corrupt |= 1ULL << (1 + below(s, n - 1));
	if (s->lead_lies)
		s->corrupt = 1 | (s->corrupt & (s->corrupt - 1));
	s->tender = (struct seal_tender){ceremony_tender(), EARLY};
	prepare(s);
	for (size_t m = 0; m < s->c.n; m++)
		s->sees[m] = UINT64_MAX;
	s->apart = seed % 2;
	s->now_ms = CEREMONY_T + s->c.policy.grace_ms - 15000;
	for (unsigned i = 0; i < ROUNDS; i++) {
		int64_t again = 0;

		round_of(s, false, &again);
		in_part(s);
		s->now_ms += i > ROUNDS / 2 && below(s, 4) == 0 ? 3600000 : 1000 + below(s, 4000);
	}
	/* Then the others keep silent, and the hours pass. */
	for (unsigned i = 0; i < 80 && !open_everywhere(s); i++) {
		int64_t again = 0;

		if (!round_of(s, true, &again))
			s->now_ms = again > (int64_t)s->now_ms ? (uint64_t)again : s->now_ms + 5000;
	}
	look(s);
	if (!s->lead_lies && !open_everywhere(s))
		fail_msg("it does not open");
	/* Whatever comes now. */
	for (unsigned i = 0; i < 12; i++)
		for (uint32_t h = 1; h <= n; h++)
			if (lies(s, h))
				lie(s, h);
	look(s);
	in_part(s);
	ceremony_end(&s->c);
	mem_free(s);
}

static void seeds(void **state)
{
	uint64_t part = (uint64_t)(uintptr_t)*state;

	for (uint64_t seed = part; seed < SEEDS; seed += 4) {
		print_message("seed %llu\n", (unsigned long long)seed);
		play(seed, false);
	}
}

static void one_seed(void **state)
{
	play((uint64_t)(uintptr_t)*state, true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(seeds, (void *)0),
		cmocka_unit_test_prestate(seeds, (void *)1),
		cmocka_unit_test_prestate(seeds, (void *)2),
		cmocka_unit_test_prestate(seeds, (void *)3),
	};
	uint64_t seed;

	if (argc == 2 && slice_u64(slice_str(argv[1]), &seed) == 0) {
		const struct CMUnitTest one[] = {
			cmocka_unit_test_prestate(one_seed, (void *)(uintptr_t)seed)};

		return cmocka_run_group_tests_name("adversary", one, NULL, NULL);
	}
	return cmocka_run_group_tests_name("adversary", tests, NULL, NULL);
}
