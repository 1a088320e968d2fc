/* dkg.c: see dkg.h. */
#include "work/procurement/seal/dkg.h"

#include "base/enc.h"
#include "base/report.h"

static const uint8_t no_nonce[AEAD_NONCE]; /* each key is used once */

struct scalar dkg_box(const uint8_t secret[32], struct slice ocid)
{
	struct slice part[] = {slice_of(secret, 32), ocid};

	return group_challenge("dkg-box", part, 2);
}

/* ---- the polynomial ---- */

/* f(j), by Horner's rule. */
static struct scalar poly_at(const struct scalar *a, uint32_t k, uint32_t j)
{
	struct scalar at = scalar_of(j), v = a[k - 1];

	for (uint32_t m = k - 1; m-- > 0;)
		v = scalar_muladd(&a[m], &v, &at);
	return v;
}

/* f(j)·B from the commitments. */
static struct point commit_at(const struct point *c, uint32_t k, uint32_t j)
{
	struct scalar at = scalar_of(j);
	struct point v = c[k - 1];

	for (uint32_t m = k - 1; m-- > 0;) {
		v = point_mul(&at, &v);
		v = point_add(&v, &c[m]);
	}
	return v;
}

/*
 * One proof for both secrets of a dealer, a_0 and e. Of e too: a complaint shows p_j·E, which tells whoever dealt with E nothing new; but under another dealer's E, taken from any round that
 * this box key has been in, it would be what that dealer's share lies under.
 */
struct pop {
	struct scalar c, e;
};
static struct pop pop_challenges(const struct seal_policy *p, uint32_t i, const struct point *c,
	const struct point *r, const struct point *ephemeral)
{
	struct le32 number = le32_of(i);
	struct slice part[] = {PART(p->sid), PART(number), slice_of(c[0].b, p->k * sizeof(*c)),
		PART(*r), PART(*ephemeral)};

	return (struct pop){
		group_challenge("dkg-pop", part, 5), group_challenge("dkg-pop-e", part, 5)};
}

static bool pop_holds(const struct seal_policy *p, const struct dkg_deal *d)
{
	struct pop pop = pop_challenges(p, d->i, d->c, &d->pop_r, &d->ephemeral);
	struct point left = point_base(&d->pop_z), right = point_mul(&pop.c, &d->c[0]),
		     of_e = point_mul(&pop.e, &d->ephemeral);

	right = point_add(&right, &of_e);
	right = point_add(&right, &d->pop_r);
	return point_eq(&left, &right);
}

/* The key under which i's share for j lies, from the point that both can compute. */
static void share_key(const struct seal_policy *p, uint32_t i, uint32_t j, const struct point *dh,
	const struct point *ephemeral, uint8_t ret[64])
{
	struct le32 from = le32_of(i), to = le32_of(j);
	struct slice part[] = {PART(*dh), PART(*ephemeral), PART(p->holder[j - 1].box),
		PART(p->sid), PART(from), PART(to)};

	group_digest("dkg-share", part, 6, ret);
}

/* ---- round 1 ---- */

static int share_put(const struct seal_policy *p, uint32_t i, uint32_t j, const struct scalar *e,
	const struct point *ephemeral, const struct scalar *s, struct buf *ret, struct why *why)
{
	struct buf sealed CLEANUP_BUF = BUF(DKG_SHARE_BYTES);
	struct point dh = point_mul(e, &p->holder[j - 1].box);
	uint8_t key[64];

	share_key(p, i, j, &dh, ephemeral, key);
	int rc = aead_seal(key, no_nonce, SLICE_NONE, PART(*s), &sealed, why);
	secret_wipe(key, sizeof(key));
	if (rc < 0)
		return rc;
	buf_addf(ret, "share %u ", j);
	buf_hex(ret, sealed.p, sealed.n);
	buf_byte(ret, '\n');
	return 0;
}

int dkg_deal(const struct seal_policy *p, uint32_t i, const struct seckey *key,
	const struct env *env, struct buf *ret, struct why *why)
{
	struct scalar a[LIMIT_SEAL_HOLDERS], rho, e, z;
	struct point c[LIMIT_SEAL_HOLDERS], r, ephemeral;
	size_t from = ret->n;
	struct pop pop;
	int rc = 0;

	for (uint32_t m = 0; m < p->k; m++) {
		a[m] = scalar_random(env);
		c[m] = point_base(&a[m]);
	}
	rho = scalar_random(env);
	e = scalar_random(env);
	r = point_base(&rho);
	ephemeral = point_base(&e);
	pop = pop_challenges(p, i, c, &r, &ephemeral);
	z = scalar_muladd(&rho, &pop.c, &a[0]);
	z = scalar_muladd(&z, &pop.e, &e);
	seal_head_print(ret, "dkg.r1", p, i);
	for (uint32_t m = 0; m < p->k; m++)
		msg_put_bytes(ret, "commit", c[m].b, GROUP_BYTES);
	msg_put_bytes(ret, "pop-r", r.b, GROUP_BYTES);
	msg_put_bytes(ret, "pop-z", z.b, GROUP_BYTES);
	msg_put_bytes(ret, "ephemeral", ephemeral.b, GROUP_BYTES);
	for (uint32_t j = 1; rc == 0 && j <= p->n; j++) {
		struct scalar s = poly_at(a, p->k, j);

		rc = share_put(p, i, j, &e, &ephemeral, &s, ret, why);
		scalar_wipe(&s);
	}
	msg_sign(ret, from, key);
	secret_wipe(a, sizeof(a));
	scalar_wipe(&rho);
	scalar_wipe(&e);
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "the message does not fit");
	return rc;
}

static void share_parse(struct msg *m, uint32_t j, uint8_t ret[DKG_SHARE_BYTES])
{
	struct slice v = msg_value(m, "share"), number;
	uint64_t got;

	if (m->rc == 0 && (!slice_cut_exact(&v, ' ', &number) || slice_u64(number, &got) < 0 ||
				  got != j || hex_decode(v, ret, DKG_SHARE_BYTES) < 0))
		m->rc = why_set(m->why, E_INVALID, "share", "expected `share %u <96 hex>`", j);
}

int dkg_deal_parse(struct dkg_deal *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why)
{
	uint8_t share[LIMIT_SEAL_HOLDERS][DKG_SHARE_BYTES];
	struct point c[LIMIT_SEAL_HOLDERS];
	struct dkg_deal d = {.text = text, .hash = hash_bytes(text), .c = c, .share = share};
	struct msg m = msg_open(text, "dkg.r1", why);
	int rc;

	MUST(p->k <= LIMIT_SEAL_HOLDERS && p->n <= LIMIT_SEAL_HOLDERS);
	seal_head(&m, p, &d.i);
	for (uint32_t i = 0; m.rc == 0 && i < p->k; i++)
		msg_point(&m, "commit", &d.c[i]);
	msg_point(&m, "pop-r", &d.pop_r);
	msg_scalar(&m, "pop-z", &d.pop_z);
	msg_point(&m, "ephemeral", &d.ephemeral);
	for (uint32_t j = 1; m.rc == 0 && j <= p->n; j++)
		share_parse(&m, j, d.share[j - 1]);
	rc = seal_end(&m, p, d.i);
	if (rc < 0)
		return rc;
	if (!pop_holds(p, &d))
		return why_set(why, E_VERIFY, "pop-z",
			"holder %u does not prove that it knows what it committed to", d.i);
	/* Memory is for what holds: whatever somebody calls a round 1 takes none. */
	d.c = arena_array(arena, struct point, p->k);
	memcpy(d.c, c, p->k * sizeof(*c));
	d.share = arena_alloc_n(arena, p->n, DKG_SHARE_BYTES);
	memcpy(d.share, share, p->n * sizeof(*share));
	*ret = d;
	return 0;
}

/* ---- round 2 ---- */

void dkg_public(const struct seal_policy *p, const struct dkg_deal *deal, struct dkg_key *ret)
{
	struct point sum
		[LIMIT_SEAL_HOLDERS]; /* commitments to the sum of all polynomials: one evaluation for each holder, not n */

	memset(ret, 0, sizeof(*ret));
	MUST(p->k <= LIMIT_SEAL_HOLDERS);
	for (uint32_t m = 0; m < p->k; m++) {
		sum[m] = deal[0].c[m];
		for (uint32_t i = 1; i < p->n; i++)
			sum[m] = point_add(&sum[m], &deal[i].c[m]);
	}
	ret->y = sum[0];
	for (uint32_t j = 1; j <= p->n; j++)
		ret->part[j - 1] = commit_at(sum, p->k, j);
	for (uint32_t i = 0; i < p->n; i++) {
		MUST(deal[i].i == i + 1);
		ret->deal[i] = deal[i].hash;
	}
}

/* Opens i's share for j and looks whether it fits the commitments. */
static bool share_open(const struct seal_policy *p, const struct dkg_deal *d, uint32_t j,
	const struct point *dh, struct scalar *ret)
{
	struct buf plain CLEANUP_BUF = BUF(GROUP_BYTES);
	uint8_t key[64];
	bool fits = false;

	share_key(p, d->i, j, dh, &d->ephemeral, key);
	if (aead_open(key, no_nonce, SLICE_NONE, slice_of(d->share[j - 1], DKG_SHARE_BYTES), &plain,
		    NULL) == 0 &&
		scalar_decode(buf_slice(&plain), ret, "", NULL) == 0) {
		struct point got = point_base(ret), want = commit_at(d->c, p->k, j);

		fits = point_eq(&got, &want);
	}
	secret_wipe(key, sizeof(key));
	if (plain.n)
		secret_wipe(plain.p, plain.n);
	return fits;
}

int dkg_finish(const struct seal_policy *p, const struct dkg_deal *deal, uint32_t j,
	const struct scalar *box, struct dkg_key *ret, struct scalar *ret_x, uint32_t *ret_culprit,
	struct why *why)
{
	struct scalar x = scalar_of(0), s;
	struct dkg_key key;

	for (uint32_t i = 0; i < p->n; i++) {
		struct point dh = point_mul(box, &deal[i].ephemeral);

		if (!share_open(p, &deal[i], j, &dh, &s)) {
			*ret_culprit = i + 1;
			return why_set(why, E_VERIFY, "share",
				"the share that holder %u dealt does not fit its commitments",
				i + 1);
		}
		x = scalar_add(&x, &s);
		scalar_wipe(&s);
	}
	dkg_public(p, deal, &key);
	struct point own = point_base(&x);
	MUST(point_eq(&own, &key.part[j - 1]));
	if (point_is_identity(&key.y) || scalar_is_zero(&x))
		return why_set(why, E_VERIFY, "y", "the common key is no key");
	*ret = key;
	*ret_x = x;
	scalar_wipe(&x);
	return 0;
}

/* ---- complaints ---- */

#define COMPLAINT "dkg-cmp"

struct complaint_bytes {
	struct le32 by, against;
	struct slice part[3];
};
static void complaint_more(
	const struct seal_policy *p, uint32_t by, uint32_t against, struct complaint_bytes *ret)
{
	ret->by = le32_of(by);
	ret->against = le32_of(against);
	ret->part[0] = PART(p->sid);
	ret->part[1] = PART(ret->by);
	ret->part[2] = PART(ret->against);
}

void dkg_complain(const struct seal_policy *p, const struct dkg_deal *against, uint32_t j,
	const struct scalar *box, const struct seckey *key, const struct env *env, struct buf *ret)
{
	struct point dh = point_mul(box, &against->ephemeral);
	struct complaint_bytes more;
	size_t from = ret->n;

	complaint_more(p, j, against->i, &more);
	struct dleq proof = dleq_make(
		COMPLAINT, box, &against->ephemeral, &dh, &p->holder[j - 1].box, more.part, 3, env);
	seal_head_print(ret, "dkg.cmp", p, j);
	msg_put_u64(ret, "against", against->i);
	msg_put_bytes(ret, "deal", against->hash.b, 32);
	msg_put_bytes(ret, "dh", dh.b, GROUP_BYTES);
	msg_put_bytes(ret, "e", proof.e.b, GROUP_BYTES);
	msg_put_bytes(ret, "f", proof.f.b, GROUP_BYTES);
	msg_sign(ret, from, key);
}

int dkg_complaint_parse(
	struct dkg_complaint *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct dkg_complaint c = {0};
	struct msg m = msg_open(text, "dkg.cmp", why);
	uint64_t against = 0;
	int rc;

	seal_head(&m, p, &c.by);
	msg_u64(&m, "against", p->n, &against);
	if (m.rc == 0 && against == 0)
		msg_fail(&m, E_INVALID, "against", "holders count from 1");
	msg_hash(&m, "deal", &c.deal);
	msg_point(&m, "dh", &c.dh);
	msg_scalar(&m, "e", &c.e);
	msg_scalar(&m, "f", &c.f);
	rc = seal_end(&m, p, c.by);
	if (rc < 0)
		return rc;
	c.against = (uint32_t)against;
	*ret = c;
	return 0;
}

uint32_t dkg_judge(
	const struct seal_policy *p, const struct dkg_complaint *c, const struct dkg_deal *against)
{
	struct dleq proof = {c->e, c->f};
	struct complaint_bytes more;
	struct scalar s;

	MUST(against->i == c->against && hash_eq(&against->hash, &c->deal));
	complaint_more(p, c->by, c->against, &more);
	if (!dleq_check(COMPLAINT, &proof, &against->ephemeral, &c->dh, &p->holder[c->by - 1].box,
		    more.part, 3))
		return c->by;
	return share_open(p, against, c->by, &c->dh, &s) ? c->by : c->against;
}

/* ---- certificates ---- */

void dkg_cert_print(const struct seal_policy *p, uint32_t i, const struct dkg_key *key,
	const struct seckey *sign, struct buf *ret)
{
	size_t from = ret->n;

	seal_head_print(ret, "dkg.cert", p, i);
	msg_put_bytes(ret, "y", key->y.b, GROUP_BYTES);
	for (uint32_t j = 0; j < p->n; j++)
		msg_put_bytes(ret, "part", key->part[j].b, GROUP_BYTES);
	for (uint32_t j = 0; j < p->n; j++)
		msg_put_bytes(ret, "deal", key->deal[j].b, 32);
	msg_sign(ret, from, sign);
}

int dkg_cert_parse(
	struct dkg_cert *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct dkg_cert c = {0};
	struct msg m = msg_open(text, "dkg.cert", why);
	int rc;

	seal_head(&m, p, &c.i);
	msg_point(&m, "y", &c.key.y);
	for (uint32_t j = 0; m.rc == 0 && j < p->n; j++)
		msg_point(&m, "part", &c.key.part[j]);
	for (uint32_t j = 0; j < p->n; j++)
		msg_hash(&m, "deal", &c.key.deal[j]);
	rc = seal_end(&m, p, c.i);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}

bool dkg_key_eq(const struct seal_policy *p, const struct dkg_key *a, const struct dkg_key *b)
{
	for (uint32_t j = 0; j < p->n; j++)
		if (!point_eq(&a->part[j], &b->part[j]) || !hash_eq(&a->deal[j], &b->deal[j]))
			return false;
	return point_eq(&a->y, &b->y);
}
