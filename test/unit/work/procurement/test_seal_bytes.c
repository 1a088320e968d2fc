/*
 * test_seal_bytes.c: what is cut, changed, relabelled or not canonical is refused by every decoder of E-SEAL/1, with the reason.
 */
#include "ceremony.h"

#include "base/enc.h"

static struct ceremony shared;

/* Reads a message by its type; 0 or the error. */
static int take(struct slice text, struct why *why)
{
	struct seal_policy *p = &shared.policy;
	struct slice type = msg_type(text);
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	union {
		struct seal_policy policy;
		struct seal_countersign countersign;
		struct seal_postpone postpone;
		struct dkg_deal deal;
		struct dkg_cert cert;
		struct dkg_complaint complaint;
		struct bid_commit commit;
		struct bid_receipt receipt;
		struct bid_sealed sealed;
		struct bid_selfopen selfopen;
		struct seal_close close;
		struct seal_cosig cosig;
		struct seal_dissent dissent;
		struct seal_share share;
	} u;

	if (slice_is(type, "policy"))
		return seal_policy_parse(&u.policy, text, why);
	if (slice_is(type, "countersign"))
		return seal_countersign_parse(&u.countersign, p, text, why);
	if (slice_is(type, "policy.postpone"))
		return seal_postpone_parse(&u.postpone, p, text, why);
	if (slice_is(type, "dkg.r1"))
		return dkg_deal_parse(&u.deal, p, &arena, text, why);
	if (slice_is(type, "dkg.cert"))
		return dkg_cert_parse(&u.cert, p, text, why);
	if (slice_is(type, "dkg.cmp"))
		return dkg_complaint_parse(&u.complaint, p, text, why);
	if (slice_is(type, "bid.commit"))
		return bid_commit_parse(&u.commit, p, text, why);
	if (slice_is(type, "bid.receipt"))
		return bid_receipt_parse(&u.receipt, p, text, why);
	if (slice_is(type, "bid.sealed"))
		return bid_sealed_parse(&u.sealed, p, &arena, text, why);
	if (slice_is(type, "bid.selfopen"))
		return bid_selfopen_parse(&u.selfopen, p, text, why);
	if (slice_is(type, "seal.close") || slice_is(type, "close.view"))
		return seal_close_parse(&u.close, p, &arena, text, why);
	if (slice_is(type, "close.cosig"))
		return seal_cosig_parse(&u.cosig, p, text, why);
	if (slice_is(type, "close.dissent"))
		return seal_dissent_parse(&u.dissent, p, &arena, text, why);
	if (slice_is(type, "open.share"))
		return seal_share_parse(&u.share, p, text, why);
	return why_set(why, E_SYNTAX, "", "no type");
}

static const char *const types[] = {"policy", "policy.postpone", "countersign", "dkg.r1", "dkg.cmp",
	"dkg.cert", "bid.commit", "bid.receipt", "bid.sealed", "bid.selfopen", "close.view",
	"seal.close", "close.cosig", "close.dissent", "open.share"};

static int begin(void **state)
{
	struct ceremony *c = &shared;
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct bid_name name;
	struct seal_close other = {.root = {{1}}, .active = {{2}}};

	(void)state;
	ceremony_whole(c, "bytes postponed", 3, 2);
	dkg_complain(&c->policy, &c->deal[0], 2, &c->box[1], &c->key[1], &c->env, &b);
	ceremony_add(c, &b);
	buf_clear(&b);
	name = (struct bid_name){c->bid[0], c->bidder[0].pub, 1};
	bid_selfopen_print(&c->policy, &name, &c->r[0], &c->bidder[0], &b);
	ceremony_add(c, &b);
	buf_clear(&b);
	seal_dissent_print(&c->policy, 2, &other, &other.root, 1, &c->key[1], &b);
	ceremony_add(c, &b);
	return 0;
}

static int end(void **state)
{
	(void)state;
	ceremony_end(&shared);
	return 0;
}

static void whole_is_taken(void **state)
{
	struct why why = {0};

	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++)
		if (take(ceremony_find(&shared, types[t], 0), &why) < 0)
			fail_msg("%s: %s: %s", types[t], why.where, why.text);
}

static void cut_is_refused(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++) {
		struct slice text = ceremony_find(&shared, types[t], 0);
		size_t step = text.n > 1500 ? 37 : 1;

		for (size_t n = 0; n < text.n; n += step) {
			struct why why = {0};

			assert_true(take(slice_sub(text, 0, n), &why) < 0);
			assert_true(why.text[0]);
		}
	}
}

/* One bit anywhere. */
static void changed_is_refused(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++) {
		struct slice text = ceremony_find(&shared, types[t], 0);
		uint8_t *copy = arena_alloc(&shared.arena, text.n);
		size_t step = text.n > 1500 ? 41 : 3;

		memcpy(copy, text.p, text.n);
		for (size_t i = 0; i < text.n; i += step) {
			struct why why = {0};

			copy[i] ^= 1;
			if (take(slice_of(copy, text.n), &why) >= 0)
				fail_msg("%s taken with byte %zu changed", types[t], i);
			assert_true(why.text[0]);
			copy[i] ^= 1;
		}
	}
}

static void longer_is_refused(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++) {
		struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

		buf_slice_add(&b, ceremony_find(&shared, types[t], 0));
		buf_str(&b, "x\n");
		assert_true(take(buf_slice(&b), NULL) < 0);
	}
}

/* A signed message of a type with the value of one line replaced: only the value is wrong. */
static int resigned(const char *type, const char *line, const char *value, const struct seckey *key,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct slice body = msg_body(ceremony_find(&shared, type, 0)), one;
	bool done = false;

	while (slice_cut(&body, '\n', &one)) {
		struct slice rest = one;

		if (!done && slice_take(&rest, line) && slice_take(&rest, " ")) {
			buf_addf(&b, "%s %s\n", line, value);
			done = true;
		} else {
			buf_addf(&b, "%.*s\n", SLICE_FMT(one));
		}
	}
	assert_true(done);
	msg_sign(&b, 0, key);
	return take(buf_slice(&b), why);
}

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
/* The order q, little-endian; a field element above p; a point of another coset. */
#define ORDER	 "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
#define ABOVE	 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define NEGATIVE "0100000000000000000000000000000000000000000000000000000000000000"
#define FIELD_P	 "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"

static void encodings(void **state)
{
	static const struct {
		const char *type, *line;
		bool point, bidder;
	} at[] = {
		{"dkg.r1", "commit", true, false},
		{"dkg.r1", "pop-r", true, false},
		{"dkg.r1", "pop-z", false, false},
		{"dkg.r1", "ephemeral", true, false},
		{"dkg.cmp", "dh", true, false},
		{"dkg.cmp", "e", false, false},
		{"dkg.cert", "y", true, false},
		{"dkg.cert", "part", true, false},
		{"bid.sealed", "u", true, true},
		{"bid.sealed", "u-bar", true, true},
		{"bid.sealed", "e", false, true},
		{"bid.sealed", "f", false, true},
		{"bid.selfopen", "r", false, true},
		{"open.share", "u-i", true, false},
		{"open.share", "e", false, false},
		{"open.share", "f", false, false},
	};
	static const char *const bad_points[] = {ZERO, NEGATIVE, ABOVE, FIELD_P};
	static const char *const bad_scalars[] = {ORDER, ABOVE};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		const struct seckey *key = at[i].bidder ? &shared.bidder[0] : &shared.key[0];
		const char *const *bad = at[i].point ? bad_points : bad_scalars;

		if (strcmp(at[i].type, "dkg.cmp") == 0)
			key = &shared.key[1];
		for (size_t k = 0; k < (at[i].point ? COUNT_OF(bad_points) : COUNT_OF(bad_scalars));
			k++) {
			struct why why = {0};

			assert_int_equal(
				resigned(at[i].type, at[i].line, bad[k], key, &why), E_INVALID);
			assert_string_equal(why.where, at[i].line);
		}
	}
}

/* A rival puts his name on a ciphertext, or a bidder hands in an old one under a new number. */
static void relabelled(void **state)
{
	struct why why = {0};
	char hex[65];

	(void)state;
	hex_encode(shared.bidder[1].pub.b, 32, hex);
	assert_int_equal(resigned("bid.sealed", "bidder", hex, &shared.bidder[1], &why), E_VERIFY);
	assert_string_equal(why.where, "e");
	assert_int_equal(resigned("bid.sealed", "seq", "2", &shared.bidder[0], &why), E_VERIFY);
	assert_int_equal(resigned("bid.sealed", "bid", "00112233445566778899aabbccddeeff",
				 &shared.bidder[0], &why),
		E_VERIFY);
	assert_int_equal(
		resigned("bid.sealed", "nonce", "000000000000000000000000000000000000000000000000",
			&shared.bidder[0], &why),
		E_VERIFY);
	assert_int_equal(resigned("bid.sealed", "sid", ZERO, &shared.bidder[0], &why), E_INVALID);
	/* And the very same bytes signed again are the same. */
	assert_int_equal(resigned("bid.sealed", "seq", "1", &shared.bidder[0], &why), 0);
}

static void other_sizes(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(resigned("bid.sealed", "c", "AAAA", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.sealed", "c", "AA", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(
		resigned("bid.commit", "len", "99999999999", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(
		resigned("bid.commit", "op", "replace", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.commit", "op", "steal", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.commit", "seq", "0", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.commit", "seq", "01", &shared.bidder[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.receipt", "holder", "0", &shared.key[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.receipt", "holder", "9", &shared.key[0], &why), E_INVALID);
	assert_int_equal(resigned("bid.receipt", "holder", "2", &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("seal.close", "root", ZERO, &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("seal.close", "active", ZERO, &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("seal.close", "tender", ZERO, &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("close.view", "active", ZERO, &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("seal.close", "open", "1", &shared.key[0], &why), E_VERIFY);
	assert_int_equal(resigned("seal.close", "count", "4", &shared.key[0], &why), E_SYNTAX);
}

static void policy_rules(void **state)
{
	static const struct {
		const char *line, *value;
	} bad[] = {
		{"k", "1"},
		{"k", "4"},
		{"n", "65"},
		{"lead", "0"},
		{"lead", "4"},
		{"receipts", "1"},
		{"receipts", "3"},
		{"open", "1767261600000"},
		{"fallback", "1767261600000"},
		{"deadline", "99999999999999999"},
		{"padding", "4096 4096"},
		{"padding", "16384 4096"},
		{"padding", "5000"},
		{"suite", "p256-sha256"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		int rc = resigned("policy", bad[i].line, bad[i].value, &shared.key[0], &why);

		if (rc >= 0 || rc == E_VERIFY)
			fail_msg("%s %s: %d %s", bad[i].line, bad[i].value, rc, why.text);
	}
	/* Half of the holders are not enough: two roots could find k signatures each. */
	struct seal_policy p = shared.policy;
	p.n = 2;
	p.k = 1;
	p.r = 2;
	assert_int_equal(seal_policy_check(&p, NULL), E_INVALID);
}

/* Whatever somebody calls a message takes no more memory than it has bytes, or somebody with few bytes could take all of it. */
static void little_for_little(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct slice *message = arena_array(&shared.arena, struct slice, 2001);
	struct seal_replay *r = arena_new(&shared.arena, struct seal_replay);
	const char zero[65] = "0000000000000000000000000000000000000000000000000000000000000000";
	struct seal_close close;
	struct dkg_deal deal;
	char sid[65];

	(void)state;
	hex_encode(shared.policy.sid.b, 32, sid);
	buf_addf(&b,
		"e-seal/1 seal.close\nsid %s\nholder 1\ntender %s\ndeadline 1\nopen 1\nfallback 1\ncount %d\nroot %s\nactive %s\n",
		sid, zero, LIMIT_SEAL_COMMITS, zero, zero);
	assert_int_equal(
		seal_close_parse(&close, &shared.policy, &arena, buf_slice(&b), NULL), E_SYNTAX);
	assert_true(arena.used < 4 * KIB);
	buf_clear(&b);
	buf_addf(&b, "e-seal/1 dkg.r1\nsid %s\nholder 1\n", sid);
	assert_int_equal(
		dkg_deal_parse(&deal, &shared.policy, &arena, buf_slice(&b), NULL), E_SYNTAX);
	assert_true(arena.used < 4 * KIB);
	message[0] = shared.policy.text;
	for (size_t i = 1; i <= 2000; i++)
		message[i] = slice_str(arena_printf(
			&shared.arena, "e-seal/1 dkg.cert\nsid %s\nholder %zu\n", sid, i));
	assert_int_equal(seal_replay(message, 2001, &arena, r, NULL), 0);
	assert_true(arena.used < 4 * MIB);
}

/* A round 1 under an ephemeral key that its dealer has from somebody else: who complains of it would tell how that one's share is opened. */
static void ephemeral_is_own(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct ceremony *c = &shared;
	struct slice one = ceremony_find(c, "dkg.r1", 0), two = ceremony_find(c, "dkg.r1", 1);
	struct dkg_deal deal, other;
	char from[65], to[65];
	struct why why = {0};

	(void)state;
	assert_int_equal(dkg_deal_parse(&deal, &c->policy, &arena, one, NULL), 0);
	assert_int_equal(dkg_deal_parse(&other, &c->policy, &arena, two, NULL), 0);
	hex_encode(deal.ephemeral.b, 32, from);
	hex_encode(other.ephemeral.b, 32, to);
	struct slice body = msg_body(one);
	ptrdiff_t at = slice_search(body, slice_str(from));
	assert_true(at > 0);
	buf_slice_add(&b, slice_sub(body, 0, (size_t)at));
	buf_str(&b, to);
	buf_slice_add(&b, slice_sub(body, (size_t)at + 64, body.n));
	msg_sign(&b, 0, &c->key[deal.i - 1]);
	assert_int_equal(dkg_deal_parse(&other, &c->policy, &arena, buf_slice(&b), &why), E_VERIFY);
	assert_string_equal(why.where, "pop-z");
}

static void transcripts(void **state)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct slice *message;
	size_t n;

	(void)state;
	for (size_t i = 0; i < shared.n; i++)
		transcript_add(&b, shared.message[i]);
	assert_int_equal(transcript_split(buf_slice(&b), &shared.arena, &message, &n, NULL), 0);
	assert_int_equal(n, shared.n);
	for (size_t i = 0; i < n; i++)
		assert_true(slice_eq(message[i], shared.message[i]));
	assert_int_equal(transcript_split(SLICE_NONE, &shared.arena, &message, &n, NULL), E_SYNTAX);
	assert_int_equal(
		transcript_split(SLICE("\n\n\n"), &shared.arena, &message, &n, NULL), E_SYNTAX);
	struct seal_replay *r = arena_new(&shared.arena, struct seal_replay);
	struct slice none[] = {SLICE("e-seal/1 nothing\n")};
	assert_int_equal(seal_replay(none, 1, &shared.arena, r, NULL), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_is_taken),
		cmocka_unit_test(cut_is_refused),
		cmocka_unit_test(changed_is_refused),
		cmocka_unit_test(longer_is_refused),
		cmocka_unit_test(encodings),
		cmocka_unit_test(relabelled),
		cmocka_unit_test(other_sizes),
		cmocka_unit_test(policy_rules),
		cmocka_unit_test(little_for_little),
		cmocka_unit_test(ephemeral_is_own),
		cmocka_unit_test(transcripts),
	};

	return cmocka_run_group_tests_name("seal bytes", tests, begin, end);
}
