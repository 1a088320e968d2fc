/* ceremony.c: see ceremony.h. */
#include "ceremony.h"

#include "base/report.h"

#include <sodium.h>

const char *const ceremony_text_later =
	"{\"id\":\"bid-1\",\"value\":{\"amount\":1100000,\"currency\":\"EUR\"}}";
const char *const ceremony_text[BIDDERS] = {
	"{\"id\":\"bid-1\",\"value\":{\"amount\":1200000,\"currency\":\"EUR\"}}",
	"{\"id\":\"bid-2\",\"value\":{\"amount\":990000,\"currency\":\"EUR\"}}",
	"{\"id\":\"bid-3\",\"value\":{\"amount\":1,\"currency\":\"EUR\"}}",
};

static void stream_random(void *ctx, void *p, size_t n)
{
	struct ceremony *c = ctx;
	uint8_t *out = p;

	while (n--) {
		if (c->used == sizeof(c->stream)) {
			crypto_hash_sha512_state s;
			uint8_t le[8];

			for (size_t i = 0; i < 8; i++)
				le[i] = (uint8_t)(c->block >> (8 * i));
			c->block++;
			crypto_hash_sha512_init(&s);
			crypto_hash_sha512_update(&s, (const uint8_t *)"e-seal/1 vectors", 16);
			crypto_hash_sha512_update(&s, c->seed, 32);
			crypto_hash_sha512_update(&s, le, 8);
			crypto_hash_sha512_final(&s, c->stream);
			c->used = 0;
		}
		*out++ = c->stream[c->used++];
	}
}

struct slice ceremony_add(struct ceremony *c, const struct buf *b)
{
	MUST(c->n < MESSAGES_MAX && !buf_over(b));
	return c->message[c->n++] = arena_copy(&c->arena, buf_slice(b));
}

struct slice ceremony_find(struct ceremony *c, const char *type, size_t i)
{
	for (size_t m = 0; m < c->n; m++)
		if (slice_is(msg_type(c->message[m]), type) && i-- == 0)
			return c->message[m];
	fail_msg("no message %s", type);
	return SLICE_NONE;
}

void ceremony_drop(struct ceremony *c, struct slice message)
{
	size_t out = 0;

	for (size_t m = 0; m < c->n; m++)
		if (!slice_eq(c->message[m], message))
			c->message[out++] = c->message[m];
	assert_int_equal(out, c->n - 1);
	c->n = out;
}

static void seed_key(struct ceremony *c, struct seckey *ret)
{
	uint8_t seed[32];

	env_random(&c->env, seed, sizeof(seed));
	*ret = seckey_from_seed(seed);
}

static void policy_fill(struct ceremony *c, uint32_t n, uint32_t k)
{
	struct seal_policy *p = &c->policy;

	p->ocid = SLICE("ocds-b5fd17-vector-1");
	p->n = n;
	p->k = k;
	p->r = n - k + 1;
	p->lead = 1;
	p->deadline_ms = CEREMONY_T;
	p->grace_ms = 600000;
	p->open_ms = CEREMONY_T + 3600000;
	p->fallback_ms = CEREMONY_T + 86400000;
	p->n_padding = 2;
	p->padding[0] = 4096;
	p->padding[1] = 16384;
}

void ceremony_begin(struct ceremony *c, const char *seed, uint32_t n, uint32_t k)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct slice text;

	crypt_init();
	memset(c, 0, sizeof(*c));
	c->arena = ARENA(256 * MIB);
	c->env = (struct env){.ctx = c, .random = stream_random};
	c->used = sizeof(c->stream);
	struct hash h = hash_bytes(slice_str(seed));
	memcpy(c->seed, h.b, 32);
	policy_fill(c, n, k);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t secret[32];

		env_random(&c->env, c->policy.holder[i].member.b, 16);
		seed_key(c, &c->key[i]);
		env_random(&c->env, secret, sizeof(secret));
		c->box[i] = dkg_box(secret, c->policy.ocid);
		c->policy.holder[i].key = c->key[i].pub;
		c->policy.holder[i].box = point_base(&c->box[i]);
	}
	seal_policy_print(&c->policy, &c->key[0], &b);
	text = ceremony_add(c, &b);
	assert_int_equal(seal_policy_parse(&c->policy, text, NULL), 0);
	for (uint32_t i = 1; i <= n; i++) {
		buf_clear(&b);
		seal_countersign_print(&c->policy, i, &c->key[i - 1], &b);
		ceremony_add(c, &b);
	}
}

void ceremony_key(struct ceremony *c)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	uint32_t n = c->policy.n, culprit = 0;

	for (uint32_t i = 1; i <= n; i++) {
		buf_clear(&b);
		assert_int_equal(dkg_deal(&c->policy, i, &c->key[i - 1], &c->env, &b, NULL), 0);
		struct slice text = ceremony_add(c, &b);
		assert_int_equal(
			dkg_deal_parse(&c->deal[i - 1], &c->policy, &c->arena, text, NULL), 0);
	}
	for (uint32_t j = 1; j <= n; j++) {
		assert_int_equal(dkg_finish(&c->policy, c->deal, j, &c->box[j - 1], &c->pub,
					 &c->x[j - 1], &culprit, NULL),
			0);
		buf_clear(&b);
		dkg_cert_print(&c->policy, j, &c->pub, &c->key[j - 1], &b);
		ceremony_add(c, &b);
	}
}

static struct slice sealed_make(
	struct ceremony *c, size_t b, const struct bid_name *name, const char *text)
{
	struct buf out CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	assert_int_equal(bid_seal(&c->policy, &c->pub.y, name, slice_str(text), &c->bidder[b],
				 &c->env, &out, &c->r[b], NULL),
		0);
	return ceremony_add(c, &out);
}

void ceremony_bid(struct ceremony *c, size_t b, uint32_t seq, enum bid_op op, const char *text,
	uint64_t held, uint64_t time_ms)
{
	struct bid_name name = {c->bid[b], c->bidder[b].pub, seq};
	struct buf out CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct slice sealed = SLICE_NONE, commit;
	struct hash leaf;

	if (op != BID_WITHDRAW)
		sealed = sealed_make(c, b, &name, text);
	bid_commit_print(&c->policy, &name, op, sealed, &c->bidder[b], &out);
	commit = ceremony_add(c, &out);
	leaf = hash_leaf(commit);
	for (uint32_t i = 1; i <= c->policy.n; i++) {
		if (!(held & 1ULL << (i - 1)))
			continue;
		buf_clear(&out);
		bid_receipt_print(&c->policy, i, &leaf, time_ms + i, &c->key[i - 1], &out);
		ceremony_add(c, &out);
	}
}

void ceremony_bids(struct ceremony *c)
{
	uint64_t held = (1ULL << c->policy.r) - 1;

	for (size_t b = 0; b < BIDDERS; b++) {
		seed_key(c, &c->bidder[b]);
		env_random(&c->env, c->bid[b].b, 16);
	}
	ceremony_bid(c, 0, 1, BID_PUT, ceremony_text[0], held, CEREMONY_T - 60000);
	ceremony_bid(c, 1, 1, BID_PUT, "first thought", held, CEREMONY_T - 50000);
	ceremony_bid(c, 2, 1, BID_PUT, ceremony_text[2], held, CEREMONY_T - 40000);
	ceremony_bid(c, 1, 2, BID_REPLACE, ceremony_text[1], held, CEREMONY_T - 30000);
	ceremony_bid(c, 2, 2, BID_WITHDRAW, NULL, held, CEREMONY_T - 20000);
}

static void postpone_by(struct ceremony *c, uint32_t i, uint64_t more_ms, uint64_t time_ms)
{
	struct seal_hours h = {CEREMONY_T + CEREMONY_LATER + more_ms, CEREMONY_T + 10800000,
		CEREMONY_T + 93600000};
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);

	seal_postpone_print(&c->policy, i, &h, time_ms, &c->key[i - 1], &b);
	ceremony_add(c, &b);
}

void ceremony_postpone(struct ceremony *c)
{
	for (uint32_t i = 1; i <= c->policy.k; i++)
		postpone_by(c, i, 0, CEREMONY_T - 10000 + i);
	postpone_by(c, c->policy.n, 0, CEREMONY_T + 1);
	postpone_by(c, 1, 1, CEREMONY_T - 10000);
	ceremony_bid(c, 0, 2, BID_REPLACE, ceremony_text_later, (1ULL << c->policy.r) - 1,
		CEREMONY_T + 3600000);
}

void ceremony_copy(struct ceremony *c)
{
	struct slice sealed = ceremony_find(c, "bid.sealed", 0);
	struct buf out CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct bid_name name = {.bid = c->bid[0], .seq = 1};
	struct seckey copycat;
	struct hash leaf;

	seed_key(c, &copycat);
	name.bidder = copycat.pub;
	bid_commit_print(&c->policy, &name, BID_PUT, sealed, &copycat, &out);
	leaf = hash_leaf(ceremony_add(c, &out));
	for (uint32_t i = 1; i <= c->policy.r; i++) {
		buf_clear(&out);
		bid_receipt_print(
			&c->policy, i, &leaf, CEREMONY_T - 61000 + i, &c->key[i - 1], &out);
		ceremony_add(c, &out);
	}
}

void ceremony_whole(struct ceremony *c, const char *name, uint32_t n, uint32_t k)
{
	ceremony_begin(c, name, n, k);
	ceremony_key(c);
	ceremony_bids(c);
	if (slice_search(slice_str(name), SLICE("postponed")) >= 0)
		ceremony_postpone(c);
	if (slice_search(slice_str(name), SLICE("copied")) >= 0)
		ceremony_copy(c);
	ceremony_close(c);
	ceremony_shares(c);
}

struct hash ceremony_tender(void)
{
	return hash_bytes(SLICE("rules"));
}

void ceremony_close_by(
	struct ceremony *c, uint32_t holder, struct tally_line *line, size_t n, uint64_t cosign)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_replay *r = ceremony_replay(c);
	struct hash tender = ceremony_tender();
	struct seal_close set;

	r->line = line;
	r->n_line = n;
	holder_set(r, &tender, &c->arena, &set);
	seal_close_print(CLOSE_SEAL, &r->policy, holder, &set, &c->key[holder - 1], &b);
	ceremony_add(c, &b);
	for (uint32_t i = 1; i <= c->policy.n; i++) {
		if (i == holder || !(cosign & 1ULL << (i - 1)))
			continue;
		buf_clear(&b);
		seal_cosig_print(&c->policy, i, &set, &c->key[i - 1], &b);
		ceremony_add(c, &b);
	}
}

void ceremony_close(struct ceremony *c)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_replay *r = ceremony_replay(c);
	struct hash tender = ceremony_tender();
	struct seal_close set;

	holder_set(r, &tender, &c->arena, &set);
	for (uint32_t i = 1; i <= c->policy.n; i++) {
		buf_clear(&b);
		seal_close_print(CLOSE_VIEW, &r->policy, i, &set, &c->key[i - 1], &b);
		ceremony_add(c, &b);
	}
	ceremony_close_by(c, 1, r->line, r->n_line, UINT64_MAX);
}

void ceremony_shares(struct ceremony *c)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct seal_replay *r = ceremony_replay(c);

	assert_non_null(r->closed);
	for (size_t i = 0; i < r->n_bid; i++)
		for (uint32_t h = 1; r->bid[i].sealed && h <= c->policy.n; h++) {
			buf_clear(&b);
			seal_share_print(&c->policy, h, &c->x[h - 1], &c->pub, &r->closed->close,
				r->bid[i].sealed, &c->key[h - 1], &c->env, &b);
			ceremony_add(c, &b);
		}
}

void ceremony_end(struct ceremony *c)
{
	arena_free(&c->arena);
}

struct seal_replay *ceremony_replay(struct ceremony *c)
{
	struct seal_replay *r = arena_new(&c->arena, struct seal_replay);
	struct why why = {0};

	if (seal_replay(c->message, c->n, &c->arena, r, &why) < 0)
		fail_msg("replay: %s: %s", why.where, why.text);
	return r;
}

bool ceremony_found(const struct seal_replay *r, enum finding_kind kind, uint32_t holder)
{
	for (size_t i = 0; i < r->n_finding; i++)
		if (r->finding[i].kind == kind && r->finding[i].holder == holder)
			return true;
	return false;
}
