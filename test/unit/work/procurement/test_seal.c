/*
 * test_seal.c: E-SEAL/1 as a whole: it opens; whoever cheats is named; whatever is altered is refused.
 */
#include "ceremony.h"

static int begin(void **state)
{
	struct ceremony *c = mem_new(struct ceremony);

	ceremony_begin(c, "test", 5, 3);
	ceremony_key(c);
	ceremony_bids(c);
	*state = c;
	return 0;
}

static int end(void **state)
{
	ceremony_end(*state);
	mem_free(*state);
	return 0;
}

static void opens(void **state)
{
	struct ceremony *c = *state;

	ceremony_close(c);
	ceremony_shares(c);
	struct seal_replay *r = ceremony_replay(c);
	assert_true(r->has_key);
	assert_true(replay_open(r));
	assert_int_equal(r->n_finding, 0);
	assert_int_equal(r->n_bid, 2);
	assert_slice(r->bid[0].text, ceremony_text[0]);
	assert_slice(r->bid[1].text, ceremony_text[1]);
	assert_int_equal(r->bid[0].state, BID_OPENED);
}

/* The order of messages, and messages twice, change nothing. */
static void order_is_nothing(void **state)
{
	struct ceremony *c = *state;
	struct slice swap;

	ceremony_close(c);
	ceremony_shares(c);
	for (size_t i = 0; i < c->n / 2; i++) {
		swap = c->message[i];
		c->message[i] = c->message[c->n - 1 - i];
		c->message[c->n - 1 - i] = swap;
	}
	c->message[c->n] = c->message[3];
	c->n++;
	struct seal_replay *r = ceremony_replay(c);
	assert_true(replay_open(r));
	assert_int_equal(r->n_finding, 0);
}

static void any_k_open(void **state)
{
	struct ceremony *c = *state;

	ceremony_close(c);
	struct seal_replay *r = ceremony_replay(c);
	const struct bid_sealed *s = r->bid[0].sealed;
	for (unsigned set = 0; set < 32; set++) {
		struct seal_share share[5];
		const struct seal_share *list[5];
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), text CLEANUP_BUF = BUF(MIB);
		size_t n = 0;

		for (uint32_t i = 1; i <= 5; i++) {
			if (!(set & 1u << (i - 1)))
				continue;
			buf_clear(&b);
			seal_share_print(&c->policy, i, &c->x[i - 1], &c->pub, &r->closed->close, s,
				&c->key[i - 1], &c->env, &b);
			assert_int_equal(
				seal_share_parse(&share[n], &c->policy, buf_slice(&b), NULL), 0);
			assert_int_equal(seal_share_check(&share[n], &c->pub, s, NULL), 0);
			list[n] = &share[n];
			n++;
		}
		if (n < 3)
			continue;
		struct point k = seal_combine(&c->policy, list, n);
		assert_int_equal(bid_open(&c->policy, s, &k, &text, NULL), 0);
		assert_slice(buf_slice(&text), ceremony_text[0]);
	}
}

/* k − 1 shares, with the numbers interpolated all the same, open nothing. */
static void fewer_than_k_do_not_open(void **state)
{
	struct ceremony *c = *state;
	struct buf text CLEANUP_BUF = BUF(MIB);
	uint32_t at[] = {1, 2};
	struct point k = {{0}};

	ceremony_close(c);
	struct seal_replay *r = ceremony_replay(c);
	const struct bid_sealed *s = r->bid[0].sealed;
	for (size_t i = 0; i < 2; i++) {
		struct point u_i = point_mul(&c->x[i], &s->u);
		struct scalar l = dkg_lagrange(at, 2, at[i]);

		u_i = point_mul(&l, &u_i);
		k = point_add(&k, &u_i);
	}
	assert_int_equal(bid_open(&c->policy, s, &k, &text, NULL), E_VERIFY);
	assert_int_equal(text.n, 0);
}

/* Without k holders the bidder opens himself; with another r he does not. */
static void bidder_opens(void **state)
{
	struct ceremony *c = *state;
	struct bid_name name = {c->bid[0], c->bidder[0].pub, 1};
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	ceremony_close(c);
	bid_selfopen_print(&c->policy, &name, &c->r[1], &c->bidder[0], &b);
	struct slice wrong = ceremony_add(c, &b);
	assert_int_equal(ceremony_replay(c)->bid[0].state, BID_SEALED);
	ceremony_drop(c, wrong);
	buf_clear(&b);
	bid_selfopen_print(&c->policy, &name, &c->r[0], &c->bidder[0], &b);
	ceremony_add(c, &b);
	struct seal_replay *r = ceremony_replay(c);
	assert_int_equal(r->bid[0].state, BID_SELFOPENED);
	assert_slice(r->bid[0].text, ceremony_text[0]);
	assert_int_equal(r->bid[1].state, BID_SEALED);
	assert_false(replay_open(r));
}

/* ---- culprits ---- */

/* The lead leaves out the last bid; the others close without it, and the tender opens. */
static void dropped_bid(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);
	struct tally_line *without = arena_array(&c->arena, struct tally_line, r->n_line);
	size_t n = 0;

	for (size_t i = 0; i < r->n_line; i++)
		if (r->line[i].commit->name.seq != 2 || r->line[i].commit->op == BID_WITHDRAW)
			without[n++] = r->line[i];
	assert_int_equal(n, r->n_line - 1);
	ceremony_close_by(c, 1, without, n, 0);
	ceremony_close_by(c, 2, r->line, r->n_line, 1ULL << 2 | 1ULL << 3);
	ceremony_shares(c);
	r = ceremony_replay(c);
	assert_true(replay_open(r));
	assert_true(ceremony_found(r, FINDING_DROPPED_BID, 1));
	assert_int_equal(r->closed->close.i, 2);
	for (uint32_t i = 2; i <= 5; i++)
		for (size_t f = 0; f < r->n_finding; f++)
			assert_int_not_equal(r->finding[f].holder, i);
}

/* Nobody can hide a bid with k cosignatures but by a provable lie of one who receipted it. */
static void lie_is_provable(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);

	ceremony_close_by(c, 4, r->line, r->n_line - 1, 1ULL << 4 | 1ULL << 1);
	r = ceremony_replay(c);
	assert_non_null(r->closed);
	/* 4 may not have heard of it; 2 has receipted it itself. */
	assert_true(ceremony_found(r, FINDING_MISSED_BID, 4));
	assert_false(ceremony_found(r, FINDING_DROPPED_BID, 4));
	assert_true(ceremony_found(r, FINDING_COSIGNED_LIE, 2));
	assert_false(ceremony_found(r, FINDING_COSIGNED_LIE, 5));
}

static void two_roots(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);

	ceremony_close_by(c, 1, r->line, r->n_line, 1ULL << 1 | 1ULL << 2);
	ceremony_close_by(c, 4, r->line, r->n_line - 1, 1ULL << 2);
	r = ceremony_replay(c);
	assert_true(ceremony_found(r, FINDING_TWO_ROOTS, 3));
	assert_false(ceremony_found(r, FINDING_TWO_ROOTS, 1));
	assert_int_equal(r->closed->close.i, 1);
}

static void postpone(struct ceremony *c, uint32_t i, const struct seal_hours *h, uint64_t time_ms)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	seal_postpone_print(&c->policy, i, h, time_ms, &c->key[i - 1], &b);
	ceremony_add(c, &b);
}

/* Who copies the hash of another's commitment gets a bid that is missing, and nothing else: the true one opens, and no holder is to blame. */
static void copied(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r;

	ceremony_copy(c);
	ceremony_close(c);
	ceremony_shares(c);
	r = ceremony_replay(c);
	assert_int_equal(r->n_bid, 3);
	assert_int_equal(r->bid[0].state, BID_MISSING);
	assert_true(replay_open(r));
	assert_slice(r->bid[1].text, ceremony_text[0]);
	assert_slice(r->bid[2].text, ceremony_text[1]);
	assert_true(ceremony_found(r, FINDING_MISSING_BID, 0));
	for (uint32_t i = 1; i <= 5; i++)
		for (size_t f = 0; f < r->n_finding; f++)
			assert_int_not_equal(r->finding[f].holder, i);
}

/* k signatures in time move the hour, and nothing less does: fewer, after the deadline, to an earlier hour, of different hours. One postponement may follow another. */
static void postponed(void **state)
{
	struct ceremony *c = *state;
	const uint64_t t = CEREMONY_T, hour = 3600000;
	struct seal_hours one = {t + hour, t + 3 * hour, t + 30 * hour},
			  two = {t + 2 * hour, t + 4 * hour, t + 30 * hour},
			  back = {t - hour, t + hour, t + 30 * hour};

	for (uint32_t i = 1; i <= 5; i++)
		postpone(c, i, &back, t - 2 * hour);
	postpone(c, 1, &one, t - 5);
	postpone(c, 2, &one, t);
	postpone(c, 3, &one, t + 1);
	for (uint32_t i = 3; i <= 5; i++)
		postpone(c, i, &two, t + hour); /* in time only if `one` stands */
	struct seal_replay *r = ceremony_replay(c);
	assert_int_equal(r->policy.deadline_ms, t);
	assert_int_equal(r->n_finding, 0);
	postpone(c, 4, &one, t - 1);
	r = ceremony_replay(c);
	assert_int_equal(r->policy.deadline_ms, two.deadline_ms);
	assert_int_equal(r->policy.open_ms, two.open_ms);
	assert_int_equal(r->told.known_ms[0], one.deadline_ms);
	assert_int_equal(r->told.known_ms[4], two.deadline_ms);
	assert_int_equal(r->n_finding, 0);
}

/* Who has not heard of the later hour closes at the old one: that stands for nothing, and is no offence; who has signed the later hour is held to it. */
static void closed_too_early(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);
	struct tally_line *early = r->line;
	size_t n = r->n_line;

	ceremony_postpone(c); /* signed by 1, 2, 3 */
	r = ceremony_replay(c);
	assert_int_equal(r->n_line, n + 1);
	ceremony_close_by(c, 5, early, n, 1ULL << 3);
	ceremony_close_by(c, 1, early, n, 0);
	ceremony_close_by(c, 2, r->line, r->n_line, 1ULL << 2 | 1ULL << 4);
	ceremony_shares(c);
	r = ceremony_replay(c);
	assert_true(replay_open(r));
	assert_int_equal(r->closed->close.i, 2);
	assert_true(ceremony_found(r, FINDING_DROPPED_BID, 1));
	assert_false(ceremony_found(r, FINDING_DROPPED_BID, 5));
	assert_false(ceremony_found(r, FINDING_COSIGNED_LIE, 4));
	assert_slice(r->bid[1].text, ceremony_text_later);
}

/* ---- after the closing ---- */

static void receipt(struct ceremony *c, uint32_t i, struct slice commit, uint64_t time_ms)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct hash leaf = hash_leaf(commit);

	bid_receipt_print(&c->policy, i, &leaf, time_ms, &c->key[i - 1], &b);
	ceremony_add(c, &b);
}

/* The two bids as they were, and nobody to blame but those in `culprits`. */
static void as_it_was(struct ceremony *c, uint64_t culprits)
{
	struct seal_replay *r = ceremony_replay(c);

	assert_true(replay_open(r));
	assert_int_equal(r->n_bid, 2);
	assert_slice(r->bid[0].text, ceremony_text[0]);
	assert_slice(r->bid[1].text, ceremony_text[1]);
	for (size_t f = 0; f < r->n_finding; f++)
		if (r->finding[f].holder && finding_is_offence(r->finding[f].kind) &&
			!(culprits & 1ULL << (r->finding[f].holder - 1)))
			fail_msg("%s: %s", finding_name(r->finding[f].kind), r->finding[f].text);
}

/* A receipt that a holder kept back until the prices are known changes neither which version of a bid is in force nor whether there is one. */
static void receipt_kept_back(void **state)
{
	struct ceremony *c = *state;

	ceremony_bid(c, 0, 2, BID_REPLACE, "just below the rival", 3, CEREMONY_T - 10000);
	struct slice better = ceremony_find(c, "bid.commit", 5);
	ceremony_bid(c, 1, 3, BID_WITHDRAW, NULL, 3, CEREMONY_T - 9000);
	struct slice away = ceremony_find(c, "bid.commit", 6);
	ceremony_close(c);
	ceremony_shares(c);
	as_it_was(c, 0);
	receipt(c, 5, better, CEREMONY_T - 9000);
	receipt(c, 5, away, CEREMONY_T - 8000);
	ceremony_shares(c);
	as_it_was(c, 0);
	struct seal_replay *r = ceremony_replay(c);
	assert_true(ceremony_found(r, FINDING_WRONG_ACTIVE, 1)); /* said, and nobody's offence */
	/* Nor does a second receipt, of an hour at which a late commit would have been in time: it is an offence. */
	receipt(c, 2, better, CEREMONY_T - 3600000);
	as_it_was(c, 1ULL << 1);
	assert_true(ceremony_found(ceremony_replay(c), FINDING_TWO_RECEIPTS, 2));
}

/* Two receipts of one moment are two requests at once, and no offence. */
static void receipts_at_once(void **state)
{
	struct ceremony *c = *state;

	receipt(c, 1, ceremony_find(c, "bid.commit", 0), CEREMONY_T - 59900);
	assert_int_equal(ceremony_replay(c)->n_finding, 0);
}

/* A sealed bid that comes when the others' prices are known is missing all the same. */
static void sealed_kept_back(void **state)
{
	struct ceremony *c = *state;
	struct slice late;

	ceremony_bid(c, 2, 3, BID_REPLACE, "a second thought", 7, CEREMONY_T - 10000);
	late = ceremony_find(c, "bid.sealed", 4);
	ceremony_drop(c, late);
	ceremony_close(c);
	ceremony_shares(c);
	c->message[c->n++] = late;
	ceremony_shares(c);
	struct seal_replay *r = ceremony_replay(c);
	assert_true(replay_open(r));
	assert_int_equal(r->n_bid, 3);
	assert_int_equal(r->bid[2].state, BID_MISSING);
	for (size_t f = 0; f < r->n_finding; f++)
		assert_int_equal(r->finding[f].holder, 0);
}

/* A postponement of which the k-th signature is shown when all is open, dated as if it had been in time, undoes nothing. */
static void postponement_kept_back(void **state)
{
	struct ceremony *c = *state;
	struct seal_hours later = {
		CEREMONY_T + 3600000, CEREMONY_T + 7200000, CEREMONY_T + 90000000};

	postpone(c, 1, &later, CEREMONY_T - 5);
	postpone(c, 2, &later, CEREMONY_T - 5);
	ceremony_close(c);
	ceremony_shares(c);
	postpone(c, 5, &later, CEREMONY_T - 5);
	ceremony_bid(c, 0, 2, BID_REPLACE, "just below the rival", 7 << 2, CEREMONY_T + 60000);
	/* (Holder 5 has receipted by hours that it has signed, and signed a closing without it.) */
	as_it_was(c, 1ULL << 4);
	assert_int_equal(ceremony_replay(c)->policy.open_ms, CEREMONY_T + 3600000);
}

/* A second closing over the same tree with another set in force is another closing: it takes nobody's signatures along. */
static void same_root(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);

	ceremony_close_by(c, 2, r->line, r->n_line, 7ULL << 2);
	ceremony_shares(c);
	as_it_was(c, 0);
	r = ceremony_replay(c);
	struct tally_line *none = arena_array(&c->arena, struct tally_line, r->n_line);
	for (size_t i = 0; i < r->n_line; i++) {
		none[i] = r->line[i];
		none[i].active = false;
	}
	ceremony_close_by(c, 1, none, r->n_line, 0);
	as_it_was(c, 0);
	assert_int_equal(ceremony_replay(c)->n_close, 2);
	/* And if k sign it, because some sign two: what is open stays open, and they are named. */
	ceremony_close_by(c, 1, none, r->n_line, 7ULL << 2);
	as_it_was(c, 7ULL << 2);
	for (uint32_t i = 3; i <= 5; i++)
		assert_true(ceremony_found(ceremony_replay(c), FINDING_TWO_ROOTS, i));
}

/* One holder writes closings without end: those that are looked at are few, and the one that stands is among them. */
static void closings_without_end(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct close_leaf leaf = {.leaf = r->line[0].commit->leaf};
	struct seal_close set;

	ceremony_close_by(c, 1, r->line, r->n_line, 6);
	ceremony_shares(c);
	as_it_was(c, 0);
	for (uint8_t i = 0; i < 40; i++) {
		struct hash tender = {{i}};
		struct seal_hours hours = seal_policy_hours(&r->policy);

		seal_close_make(&set, &tender, &hours, &leaf, 1, &c->arena);
		buf_clear(&b);
		seal_close_print(CLOSE_SEAL, &c->policy, 1, &set, &c->key[0], &b);
		ceremony_add(c, &b);
	}
	as_it_was(c, 1);
	assert_int_equal(ceremony_replay(c)->n_close, LIMIT_SEAL_CLOSES);
}

/* Two who lie sign closings without end, as many signatures on each as on the one that an honest holder has signed: it is bound all the same, also where that one is not here. */
static void signs_one(void **state)
{
	enum { MANY = 3 * LIMIT_SEAL_CLOSES };
	struct ceremony *c = *state;
	struct seal_replay *r = ceremony_replay(c);
	struct seal_hours hours = seal_policy_hours(&r->policy);
	struct close_leaf leaf = {.leaf = r->line[0].commit->leaf};
	struct seal_tender rules = {ceremony_tender(), CEREMONY_T - 1000};
	struct seal_tenders tenders = {&rules, 1};
	struct seal_mine mine = {NULL, 0};
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_close set[MANY], *signed_ = &set[0];
	struct holder_next next;
	struct slice text = SLICE_NONE;

	/* Signed by holder 4: the one that is last in any order. */
	for (uint8_t i = 0; i < MANY; i++) {
		struct hash tender = {{i}};

		seal_close_make(&set[i], &tender, &hours, &leaf, 1, &c->arena);
		if (hash_cmp(&set[i].active, &signed_->active) > 0)
			signed_ = &set[i];
	}
	for (size_t i = 0; i < MANY; i++) {
		buf_clear(&b);
		seal_close_print(CLOSE_SEAL, &c->policy, 2, &set[i], &c->key[1], &b);
		ceremony_add(c, &b);
		if (&set[i] == signed_)
			text = c->message[c->n - 1];
		uint32_t by = &set[i] == signed_ ? 4 : 3;
		buf_clear(&b);
		seal_cosig_print(&c->policy, by, &set[i], &c->key[by - 1], &b);
		ceremony_add(c, &b);
	}
	ceremony_close_by(c, 1, r->line, r->n_line, 0);
	r = ceremony_replay(c);
	assert_non_null(replay_closing(r, &signed_->root, &signed_->active));
	assert_true(r->n_close < MANY);
	for (unsigned i = 0; i < 2; i++) {
		int64_t late = (int64_t)hours.deadline_ms + 3600000;

		assert_true(holder_is_done(r, 4));
		holder_next(r, 4, &tenders, &mine, late, &c->arena, &next);
		assert_true(next.what != HOLDER_COSIGNS && next.what != HOLDER_CLOSES);
		assert_false(ceremony_found(r, FINDING_TWO_ROOTS, 4));
		if (i == 0)
			ceremony_drop(c, text);
		r = ceremony_replay(c);
	}
}

static void bad_share(void **state)
{
	struct ceremony *c = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_replay *r;

	ceremony_close(c);
	ceremony_shares(c);
	r = ceremony_replay(c);
	/* Holder 2 sends for the first bid what it would send with another's part. */
	for (size_t m = 0; m < c->n; m++) {
		struct seal_share s;

		if (!slice_is(msg_type(c->message[m]), "open.share") ||
			seal_share_parse(&s, &c->policy, c->message[m], NULL) < 0 || s.i != 2)
			continue;
		seal_share_print(&c->policy, 2, &c->x[2], &c->pub, &r->closed->close,
			r->bid[0].sealed, &c->key[1], &c->env, &b);
		c->message[m] = arena_copy(&c->arena, buf_slice(&b));
		break;
	}
	r = ceremony_replay(c);
	assert_true(ceremony_found(r, FINDING_BAD_SHARE, 2));
	assert_true(replay_open(r));
	assert_slice(r->bid[0].text, ceremony_text[0]);
}

/* A share that is bound to a root which k holders have not signed is none, and says who helps there. */
static void share_for_another_set(void **state)
{
	struct ceremony *c = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	ceremony_close(c);
	struct seal_replay *r = ceremony_replay(c);
	struct seal_close other = r->closed->close;
	other.root = hash_bytes(SLICE("another root"));
	seal_share_print(&c->policy, 4, &c->x[3], &c->pub, &other, r->bid[0].sealed, &c->key[3],
		&c->env, &b);
	ceremony_add(c, &b);
	/* Nor is one of a bid that the closing says is replaced: that one is an offence. */
	for (size_t i = 0; i < r->n_sealed; i++)
		if (r->sealed[i].name.seq == 1 && id_eq(&r->sealed[i].name.bid, &c->bid[1])) {
			buf_clear(&b);
			seal_share_print(&c->policy, 5, &c->x[4], &c->pub, &r->closed->close,
				&r->sealed[i], &c->key[4], &c->env, &b);
			ceremony_add(c, &b);
		}
	r = ceremony_replay(c);
	assert_int_equal(r->bid[0].shares, 0);
	assert_true(ceremony_found(r, FINDING_SHARE_EARLY, 4));
	assert_false(ceremony_found(r, FINDING_SHARE_WITHDRAWN, 4));
	assert_true(ceremony_found(r, FINDING_SHARE_WITHDRAWN, 5));
}

static void bad_deal(void **state)
{
	struct ceremony *c = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct dkg_deal bad = c->deal[3];
	struct dkg_key key;
	struct scalar x;
	uint32_t culprit = 0;
	char *text = arena_string(&c->arena, bad.text), *share = strstr(text, "\nshare 2 ");

	/* Holder 4 gives holder 2 what nobody can open, and signs it. */
	share[9] = share[9] == '0' ? '1' : '0';
	buf_slice_add(&b, msg_body(slice_str(text)));
	msg_sign(&b, 0, &c->key[3]);
	ceremony_drop(c, bad.text);
	struct slice again = ceremony_add(c, &b);
	assert_int_equal(dkg_deal_parse(&c->deal[3], &c->policy, &c->arena, again, NULL), 0);
	assert_int_equal(
		dkg_finish(&c->policy, c->deal, 2, &c->box[1], &key, &x, &culprit, NULL), E_VERIFY);
	assert_int_equal(culprit, 4);
	assert_int_equal(
		dkg_finish(&c->policy, c->deal, 3, &c->box[2], &key, &x, &culprit, NULL), 0);
	buf_clear(&b);
	dkg_complain(&c->policy, &c->deal[3], 2, &c->box[1], &c->key[1], &c->env, &b);
	ceremony_add(c, &b);
	/* And holder 3 complains without reason. */
	buf_clear(&b);
	dkg_complain(&c->policy, &c->deal[3], 3, &c->box[2], &c->key[2], &c->env, &b);
	ceremony_add(c, &b);
	struct seal_replay *r = ceremony_replay(c);
	assert_true(ceremony_found(r, FINDING_BAD_DEAL, 4));
	assert_true(ceremony_found(r, FINDING_FALSE_COMPLAINT, 3));
	assert_false(ceremony_found(r, FINDING_FALSE_COMPLAINT, 2));
	assert_false(r->has_key);
}

static void bidders_faults(void **state)
{
	struct ceremony *c = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct bid_name name = {c->bid[0], c->bidder[0].pub, 1};
	struct point other = point_base(&c->r[0]);
	struct scalar r_other;
	struct seal_replay *r;

	/* Sealed to another key than that of the tender: admitted, and then it does not open. */
	ceremony_drop(c, ceremony_find(c, "bid.sealed", 0));
	struct slice commit = ceremony_find(c, "bid.commit", 0);
	for (size_t i = 0; i < 3; i++)
		ceremony_drop(c, ceremony_find(c, "bid.receipt", 0));
	ceremony_drop(c, commit);
	assert_int_equal(bid_seal(&c->policy, &other, &name, SLICE("nonsense"), &c->bidder[0],
				 &c->env, &b, &r_other, NULL),
		0);
	struct slice sealed = ceremony_add(c, &b);
	buf_clear(&b);
	bid_commit_print(&c->policy, &name, BID_PUT, sealed, &c->bidder[0], &b);
	struct hash leaf = hash_leaf(ceremony_add(c, &b));
	for (uint32_t i = 1; i <= 3; i++) {
		buf_clear(&b);
		bid_receipt_print(&c->policy, i, &leaf, CEREMONY_T - 1, &c->key[i - 1], &b);
		ceremony_add(c, &b);
	}
	/* The other bid in force never came. */
	r = ceremony_replay(c);
	for (size_t i = 0; i < r->n_bid; i++)
		if (r->bid[i].line->commit->name.seq == 2) {
			ceremony_drop(c, r->bid[i].sealed->text);
			break;
		}
	ceremony_close(c);
	r = ceremony_replay(c);
	assert_int_equal(r->n_bid, 2);
	for (size_t i = 0; i < r->n_bid; i++)
		for (uint32_t h = 1; r->bid[i].sealed && h <= 3; h++) {
			buf_clear(&b);
			seal_share_print(&c->policy, h, &c->x[h - 1], &c->pub, &r->closed->close,
				r->bid[i].sealed, &c->key[h - 1], &c->env, &b);
			ceremony_add(c, &b);
		}
	r = ceremony_replay(c);
	assert_true(replay_open(r));
	bool missing = false, unreadable = false;
	for (size_t f = 0; f < r->n_finding; f++) {
		missing |= r->finding[f].kind == FINDING_MISSING_BID &&
			   pubkey_eq(&r->finding[f].bidder, &c->bidder[1].pub);
		unreadable |= r->finding[f].kind == FINDING_UNREADABLE &&
			      pubkey_eq(&r->finding[f].bidder, &c->bidder[0].pub);
	}
	assert_true(missing && unreadable);
}

/* ---- what counts ---- */

static void late_and_thin(void **state)
{
	struct ceremony *c = *state;
	struct seal_replay *r;

	/* r receipts, but the median is late. */
	ceremony_bid(c, 0, 2, BID_REPLACE, "late", 7, CEREMONY_T - 1);
	/* In time, but receipted by fewer than r. */
	ceremony_bid(c, 0, 3, BID_REPLACE, "thin", 3, CEREMONY_T - 10000);
	r = ceremony_replay(c);
	assert_int_equal(r->n_line, 7);
	for (size_t i = 0; i < r->n_bid; i++)
		if (pubkey_eq(&r->bid[i].line->commit->name.bidder, &c->bidder[0].pub))
			assert_int_equal(r->bid[i].line->commit->name.seq, 1);
	assert_int_equal(r->n_bid, 2);
}

static void twins(void **state)
{
	struct ceremony *c = *state;

	ceremony_bid(c, 1, 2, BID_REPLACE, "another text", 7, CEREMONY_T - 25000);
	ceremony_close(c);
	ceremony_shares(c);
	struct seal_replay *r = ceremony_replay(c);
	assert_int_equal(r->n_bid, 2);
	assert_true(ceremony_found(r, FINDING_TWIN_BID, 0));
	assert_slice(r->bid[1].text, ceremony_text[1]);
}

/* A second receipt of one holder is none. */
static void receipts_replayed(void **state)
{
	struct ceremony *c = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	ceremony_bid(c, 0, 2, BID_REPLACE, "thin", 3, CEREMONY_T - 10000);
	struct hash leaf = hash_leaf(ceremony_find(c, "bid.commit", 5));
	for (unsigned i = 0; i < 3; i++) {
		buf_clear(&b);
		bid_receipt_print(&c->policy, 1, &leaf, CEREMONY_T - 20000 + i, &c->key[0], &b);
		ceremony_add(c, &b);
	}
	struct seal_replay *r = ceremony_replay(c);
	for (size_t i = 0; i < r->n_line; i++)
		if (hash_eq(&r->line[i].commit->leaf, &leaf)) {
			assert_int_equal(r->line[i].receipts, 2);
			assert_false(r->line[i].counted);
		}
}

/* More commits than a tender takes: those that count stand, whatever strangers have had receipted earlier at one door. */
static void crowded(void **state)
{
	struct ceremony *c = *state;
	size_t n = LIMIT_SEAL_COMMITS + 100, room = n + 64;
	struct bid_commit *commit = mem_zero_alloc(room, sizeof(*commit));
	struct bid_receipt *receipt = mem_zero_alloc(room, sizeof(*receipt));
	struct seal_replay *r = ceremony_replay(c);
	struct tally_line *line;
	size_t lines, counted = 0, m = r->n_receipt, active = 0;

	memcpy(commit, r->commit, r->n_commit * sizeof(*commit));
	memcpy(receipt, r->receipt, m * sizeof(*receipt));
	for (size_t i = r->n_commit; i < n; i++) {
		commit[i] = r->commit[0];
		env_random(&c->env, commit[i].name.bid.b, 16);
		env_random(&c->env, commit[i].leaf.b, 32);
		receipt[m++] = (struct bid_receipt){
			.i = 5, .leaf = commit[i].leaf, .time_ms = CEREMONY_T - 90000};
		if (m == room)
			break;
	}
	seal_tally(&c->policy, commit, n, receipt, m, &c->arena, &line, &lines);
	assert_int_equal(lines, LIMIT_SEAL_COMMITS);
	for (size_t i = 0; i < lines; i++) {
		counted += line[i].counted;
		active += line[i].active;
	}
	assert_int_equal(counted, 5);
	assert_int_equal(active, 2);
	mem_free(commit);
	mem_free(receipt);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(opens),
		CASE(order_is_nothing),
		CASE(any_k_open),
		CASE(fewer_than_k_do_not_open),
		CASE(bidder_opens),
		CASE(dropped_bid),
		CASE(lie_is_provable),
		CASE(two_roots),
		CASE(copied),
		CASE(postponed),
		CASE(closed_too_early),
		CASE(receipt_kept_back),
		CASE(receipts_at_once),
		CASE(sealed_kept_back),
		CASE(postponement_kept_back),
		CASE(same_root),
		CASE(closings_without_end),
		CASE(signs_one),
		CASE(bad_share),
		CASE(share_for_another_set),
		CASE(bad_deal),
		CASE(bidders_faults),
		CASE(late_and_thin),
		CASE(twins),
		CASE(receipts_replayed),
		CASE(crowded),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
