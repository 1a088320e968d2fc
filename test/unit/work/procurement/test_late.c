/*
 * test_late.c: what one participant of a league does when the hour is over, or while the key is made, so that nothing goes on: everything goes on, and nobody is blamed who is honest.
 */
#include "play.h"

#include "work/procurement/procurement.h"

#define GRACE	5 * 60000
#define CLOSING (DEADLINE + GRACE + 10000)

static void begin(struct play *y, struct league *l)
{
	*y = (struct play){.l = l};
	play_begin(y, 7);
	agreement(y);
	league_settle(l);
	tender(y, DEADLINE, 2, false, 0);
}

static void open_with_two(struct play *y)
{
	until(y, is_open, "open");
	supply(y, 0, 1, TEXT_PUT, N);
	supply(y, 1, 1, TEXT_PUT, N);
	league_settle(y->l);
}

/* A commit that nobody has heard of, with one receipt of member 2 of any hour. */
static void stray(struct play *y, int64_t time_ms)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB),
			  receipt CLEANUP_BUF = BUF(64 * KIB);
	struct seckey key = seckey_new(&y->chance);
	struct bid_name name = {.bidder = key.pub, .seq = 1};
	const struct seal_policy *p;
	struct scalar r;
	struct seen s;

	env_random(&y->chance, name.bid.b, 16);
	assert_true(look(y, 2, &s));
	p = &s.p.replay->policy;
	assert_ok(bid_seal(
		p, &s.p.replay->key.y, &name, SLICE("junk"), &key, &y->chance, &sealed, &r, &why));
	bid_commit_print(p, &name, BID_PUT, buf_slice(&sealed), &key, &commit);
	struct hash leaf = hash_leaf(buf_slice(&commit));
	bid_receipt_print(p, seal_policy_number(p, &y->l->m[2].id), &leaf, (uint64_t)time_ms,
		&y->l->m[2].node->log_key, &receipt);
	write_seal(y, 2, &commit);
	write_seal(y, 2, &receipt);
	leave(&s);
	league_settle(y->l);
}

static void rounds(struct play *y, size_t n, size_t nodes)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t m = 0; m < nodes; m++)
			tick(y, m);
		league_settle(y->l);
	}
}

/* Member 2 shows a receipt after the lead has closed, and does nothing more: the other two are k, and close. */
static void stall(void **state)
{
	static const int64_t at[] = {DEADLINE + 3600000, DEADLINE - 1000};

	for (size_t i = 0; i < COUNT_OF(at); i++) {
		struct play y;
		struct seen s;

		if (i) {
			league_teardown(state);
			league_setup_signed(state);
		}
		begin(&y, *state);
		open_with_two(&y);
		hour(&y, CLOSING);
		tick(&y, 0);
		tick(&y, 1);
		league_settle(y.l);
		hour(&y, CLOSING + PROCUREMENT_TAKEOVER_MS);
		tick(&y, 0); /* closes */
		league_settle(y.l);
		stray(&y, at[i]);
		rounds(&y, 3, 2);
		for (size_t m = 0; m < N; m++) {
			assert_true(look(&y, m, &s));
			assert_non_null(s.p.replay->closed);
			assert_int_equal(s.p.replay->n_close, 1);
			assert_int_equal(s.p.replay->n_bid, 2);
			for (size_t f = 0; f < s.p.replay->n_finding; f++)
				assert_false(finding_is_offence(s.p.replay->finding[f].kind));
			leave(&s);
		}
	}
}

/* Member 2 has receipted version 2 of a bid, and shows that to member `to` alone. */
static void tell_one(struct play *y, size_t to)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const struct seal_replay *r;
	struct seen s;

	assert_true(look(y, 2, &s));
	r = s.p.replay;
	for (size_t i = 0; i < r->n_commit; i++)
		if (r->commit[i].name.seq == 2)
			bid_receipt_print(&r->policy,
				seal_policy_number(&r->policy, &y->l->m[2].id), &r->commit[i].leaf,
				DEADLINE - 1000, &y->l->m[2].node->log_key, &b);
	leave(&s);
	whisper_seal(y, 2, to, &b);
	league_settle(y->l);
	for (size_t i = 0; i < 2; i++) {
		assert_true(look(y, i, &s));
		for (size_t l = 0; l < s.p.replay->n_line; l++)
			if (s.p.replay->line[l].commit->name.seq == 2)
				assert_int_equal(s.p.replay->line[l].counted, i == to);
		leave(&s);
	}
}

/* Member 2 shows a receipt to the lead alone, or to the other alone, when all have bid, or when the lead has said what it knows: what it counts by it, all come to know, and the tender closes. */
static void partial(void **state)
{
	static const struct {
		size_t to;
		bool late;
	} how[] = {{0, false}, {1, false}, {0, true}};

	for (size_t n = 0; n < COUNT_OF(how); n++) {
		size_t to = how[n].to;
		struct play y;
		struct seen s;

		if (n) {
			league_teardown(state);
			league_setup_signed(state);
		}
		begin(&y, *state);
		open_with_two(&y);
		supply_at(&y, 1, 2, TEXT_LATE, &to, 1);
		league_settle(y.l);
		if (!how[n].late)
			tell_one(&y, to);
		hour(&y, CLOSING);
		rounds(&y, 2, 2);
		if (how[n].late)
			tell_one(&y, to);
		for (unsigned i = 1; i < 4; i++) {
			hour(&y, CLOSING + i * PROCUREMENT_TAKEOVER_MS);
			rounds(&y, 2, 2);
		}
		for (size_t m = 0; m < N; m++) {
			bool in_force = false;

			assert_true(look(&y, m, &s));
			assert_non_null(s.p.replay->closed);
			assert_int_equal(s.p.replay->n_close, 1);
			assert_int_equal(s.p.replay->n_bid, 2);
			for (size_t i = 0; i < s.p.replay->n_bid; i++)
				in_force |= s.p.replay->bid[i].line->commit->name.seq == 2;
			assert_true(in_force);
			for (size_t f = 0; f < s.p.replay->n_finding; f++)
				assert_false(finding_is_offence(s.p.replay->finding[f].kind));
			leave(&s);
		}
	}
}

/* Member 2 deals member 1 a share that does not fit. */
static void deal_badly(struct play *y)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_policy *p = mem_new(struct seal_policy);
	struct scalar x = scalar_random(&y->chance);
	struct seen s;

	assert_true(look(y, 2, &s));
	*p = s.p.replay->policy;
	p->holder[seal_policy_number(p, &y->l->m[1].id) - 1].box = point_base(&x);
	assert_ok(dkg_deal(p, seal_policy_number(p, &y->l->m[2].id), &y->l->m[2].node->log_key,
		&y->chance, &b, &why));
	write_seal(y, 2, &b);
	mem_free(p);
	leave(&s);
	league_settle(y->l);
}

static size_t complaints(struct play *y, size_t i)
{
	struct seen s;
	size_t n = 0;

	assert_true(look(y, i, &s));
	for (size_t m = 0; m < s.p.n_message; m++)
		n += slice_is(msg_type(s.p.message[m]), "dkg.cmp");
	leave(&s);
	return n;
}

/* One complaint is made of a bad share, all see who dealt it, nothing more is written; a changed tender begins another round, in which the key is made. */
static void bad_deal(void **state)
{
	struct play y;
	struct seen s;

	begin(&y, *state);
	tick(&y, 0);
	league_settle(y.l);
	deal_badly(&y);
	rounds(&y, 8, N);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(complaints(&y, i), 1);
		assert_true(look(&y, i, &s));
		assert_false(s.p.replay->has_key);
		assert_int_equal(s.p.replay->dealt_badly,
			1ULL << (seal_policy_number(&s.p.replay->policy, &y.l->m[2].id) - 1));
		leave(&s);
	}
	tender(&y, LATER, 2, true, 0);
	until(&y, is_open, "open in a second round");
	assert_true(look(&y, 1, &s));
	assert_int_equal(s.p.replay->policy.deadline_ms, LATER);
	assert_int_equal(s.p.replay->n_finding, 0);
	leave(&s);
}

/* A second round 1 and a second certificate, shown when bids are in, take nobody's key away. */
static void deal_again(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct play y;
	struct seen s;

	begin(&y, *state);
	open_with_two(&y);
	for (size_t n = 0; n < 4; n++) {
		assert_true(look(&y, 2, &s));
		uint32_t me = seal_policy_number(&s.p.replay->policy, &y.l->m[2].id);
		struct dkg_key other = s.p.replay->key;

		buf_clear(&b);
		assert_ok(dkg_deal(
			&s.p.replay->policy, me, &y.l->m[2].node->log_key, &y.chance, &b, &why));
		write_seal(&y, 2, &b);
		buf_clear(&b);
		other.deal[me - 1] = hash_bytes(buf_slice(&b));
		dkg_cert_print(&s.p.replay->policy, me, &other, &y.l->m[2].node->log_key, &b);
		write_seal(&y, 2, &b);
		leave(&s);
	}
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_true(s.p.replay->has_key);
		assert_int_equal(s.p.state, PROCESS_OPEN);
		for (size_t f = 0; f < s.p.replay->n_finding; f++)
			assert_int_equal(s.p.replay->finding[f].holder,
				seal_policy_number(&s.p.replay->policy, &y.l->m[2].id));
		leave(&s);
	}
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {
		SIGNED(stall), SIGNED(partial), SIGNED(bad_deal), SIGNED(deal_again)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("late", tests, NULL, NULL);
}
