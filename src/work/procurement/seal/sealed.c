/* sealed.c: TDH2 (Shoup and Gennaro): sealing, admission, opening of one bid; see bid.h. */
#include "work/procurement/seal/bid.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/seal/proven.h"

#include <pthread.h>

static struct point g_bar;
static pthread_once_t g_bar_once = PTHREAD_ONCE_INIT;

static void g_bar_make(void)
{
	g_bar = point_of_text("entente/tdh2/gbar/v1");
}

static const struct point *second_base(void)
{
	MUST(pthread_once(&g_bar_once, g_bar_make) == 0);
	return &g_bar;
}

struct hash bid_label(const struct seal_policy *p, const struct bid_name *name)
{
	struct le32 seq = le32_of(name->seq);
	struct slice piece[] = {PART(p->sid), PART(name->bidder), PART(name->bid), PART(seq)};

	return hash_of(piece, 4);
}

static void content_key(
	const struct point *k, const struct hash *label, const struct point *u, uint8_t ret[64])
{
	struct slice part[] = {PART(*k), PART(*label), PART(*u)};

	group_digest("tdh2-key", part, 3, ret);
}

static struct scalar proof_challenge(const struct bid_sealed *s, const struct hash *label,
	const struct point *w, const struct point *w_bar)
{
	struct slice part[] = {s->c, PART(*label), slice_of(s->nonce, AEAD_NONCE), PART(s->u),
		PART(*w), PART(s->u_bar), PART(*w_bar)};

	return group_challenge("tdh2-ct", part, 7);
}

/* Length, text and zeros. */
static int pad(const struct seal_policy *p, struct slice text, struct buf *ret, struct why *why)
{
	uint64_t size = seal_policy_padding(p, text.n);
	struct le32 length = le32_of((uint32_t)text.n);

	if (size == 0)
		return why_set(why, E_LIMIT, "", "the bid is larger than %zu bytes",
			(size_t)p->padding[p->n_padding - 1] - 4);
	buf_slice_add(ret, PART(length));
	buf_slice_add(ret, text);
	uint8_t *zeros = buf_room(ret, size - 4 - text.n);
	MUST(zeros != NULL && !buf_over(ret));
	memset(zeros, 0, size - 4 - text.n);
	return 0;
}

static void sealed_print(const struct seal_policy *p, const struct bid_sealed *s,
	const struct seckey *bidder, struct buf *ret)
{
	size_t from = ret->n;

	msg_begin(ret, "bid.sealed");
	bid_name_put(ret, p, &s->name);
	msg_put_bytes(ret, "nonce", s->nonce, AEAD_NONCE);
	msg_put_bytes(ret, "u", s->u.b, GROUP_BYTES);
	msg_put_bytes(ret, "u-bar", s->u_bar.b, GROUP_BYTES);
	msg_put_bytes(ret, "e", s->e.b, GROUP_BYTES);
	msg_put_bytes(ret, "f", s->f.b, GROUP_BYTES);
	msg_put_base64(ret, "c", s->c);
	msg_sign(ret, from, bidder);
}

int bid_seal(const struct seal_policy *p, const struct point *y, const struct bid_name *name,
	struct slice text, const struct seckey *bidder, const struct env *env, struct buf *ret,
	struct scalar *ret_r, struct why *why)
{
	struct buf plain = BUF(LIMIT_SEAL_BID);
	struct buf c CLEANUP_BUF = BUF(LIMIT_SEAL_BID + AEAD_TAG);
	struct bid_sealed s = {.name = *name};
	struct hash label = bid_label(p, name);
	struct scalar r = scalar_random(env), t = scalar_random(env);
	struct point k = point_mul(&r, y), w = point_base(&t), w_bar;
	uint8_t key[64];
	int rc;

	MUST(pubkey_eq(&bidder->pub, &name->bidder));
	s.u = point_base(&r);
	s.u_bar = point_mul(&r, second_base());
	w_bar = point_mul(&t, second_base());
	env_random(env, s.nonce, sizeof(s.nonce));
	content_key(&k, &label, &s.u, key);
	rc = pad(p, text, &plain, why);
	if (rc == 0)
		rc = aead_seal(key, s.nonce, PART(label), buf_slice(&plain), &c, why);
	buf_wipe(&plain);
	secret_wipe(key, sizeof(key));
	if (rc == 0) {
		s.c = buf_slice(&c);
		s.e = proof_challenge(&s, &label, &w, &w_bar);
		s.f = scalar_muladd(&t, &r, &s.e);
		sealed_print(p, &s, bidder, ret);
		if (buf_over(ret))
			rc = why_set(why, E_LIMIT, "", "the sealed bid does not fit");
	}
	if (rc == 0)
		*ret_r = r;
	scalar_wipe(&r);
	scalar_wipe(&t);
	return rc;
}

static bool padded(const struct seal_policy *p, size_t n)
{
	for (size_t i = 0; i < p->n_padding; i++)
		if (p->padding[i] + AEAD_TAG == n)
			return true;
	return false;
}

/* w = f·B − e·u and w-bar = f·Ḡ − e·u-bar must give e again. */
static bool proof_holds(const struct bid_sealed *s, const struct hash *label)
{
	struct point fb = point_base(&s->f), eu = point_mul(&s->e, &s->u);
	struct point fg = point_mul(&s->f, second_base()), eu_bar = point_mul(&s->e, &s->u_bar);
	struct point w = point_sub(&fb, &eu), w_bar = point_sub(&fg, &eu_bar);
	struct scalar e = proof_challenge(s, label, &w, &w_bar);

	return scalar_eq(&e, &s->e);
}

int bid_sealed_parse(struct bid_sealed *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why)
{
	struct bid_sealed s = {.text = text};
	struct msg m = msg_open(text, "bid.sealed", why);
	struct signature sig;
	int rc;

	bid_name_read(&m, p, &s.name);
	msg_bytes(&m, "nonce", s.nonce, sizeof(s.nonce));
	msg_point(&m, "u", &s.u);
	msg_point(&m, "u-bar", &s.u_bar);
	msg_scalar(&m, "e", &s.e);
	msg_scalar(&m, "f", &s.f);
	msg_base64(&m, "c", LIMIT_SEAL_BID + AEAD_TAG, arena, &s.c);
	rc = msg_close(&m, &sig);
	if (rc == 0)
		rc = msg_check(text, &sig, &s.name.bidder, why);
	if (rc < 0)
		return rc;
	if (!padded(p, s.c.n))
		return why_set(why, E_INVALID, "c", "the ciphertext has none of the agreed sizes");
	struct hash label = bid_label(p, &s.name);
	struct hash proof = proven_name("sealed", &text, 1); /* its label too is in the text */
	if (!proven(&proof) && !proof_holds(&s, &label))
		return why_set(why, E_VERIFY, "e",
			"the proof does not bind this ciphertext to its bidder, bid and tender");
	proven_add(&proof);
	s.hash = hash_bytes(text);
	*ret = s;
	return 0;
}

int bid_fits(const struct bid_sealed *s, const struct bid_commit *c, struct why *why)
{
	if (!bid_name_eq(&s->name, &c->name))
		return why_set(why, E_INVALID, "bid", "the sealed bid is of another name");
	if (!hash_eq(&s->hash, &c->sealed) || s->text.n != c->len)
		return why_set(
			why, E_VERIFY, "hash", "these are not the bytes that were committed to");
	return 0;
}

int bid_open(const struct seal_policy *p, const struct bid_sealed *s, const struct point *k,
	struct buf *ret, struct why *why)
{
	struct buf plain CLEANUP_BUF = BUF(LIMIT_SEAL_BID);
	struct hash label = bid_label(p, &s->name);
	uint8_t key[64];
	uint32_t length;
	int rc;

	content_key(k, &label, &s->u, key);
	rc = aead_open(key, s->nonce, PART(label), s->c, &plain, why);
	secret_wipe(key, sizeof(key));
	if (rc < 0)
		return rc;
	MUST(plain.n >= 4);
	length = (uint32_t)plain.p[0] | (uint32_t)plain.p[1] << 8 | (uint32_t)plain.p[2] << 16 |
		 (uint32_t)plain.p[3] << 24;
	if (length > plain.n - 4)
		return why_set(why, E_VERIFY, "c", "the bid says it is longer than it is");
	for (size_t i = 4 + length; i < plain.n; i++)
		if (plain.p[i] != 0)
			return why_set(why, E_VERIFY, "c", "something is hidden in the padding");
	buf_add(ret, plain.p + 4, length);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the bid does not fit") : 0;
}
