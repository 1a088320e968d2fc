/* share.c: see share.h. */
#include "work/procurement/seal/share.h"

#include "base/report.h"

#define SHARE "tdh2-share"

void seal_share_print(const struct seal_policy *p, uint32_t i, const struct scalar *x,
	const struct dkg_key *key, const struct seal_close *close, const struct bid_sealed *s,
	const struct seckey *sign, const struct env *env, struct buf *ret)
{
	struct point u_i = point_mul(x, &s->u);
	struct slice more[] = {PART(close->root), PART(close->active)};
	struct dleq proof = dleq_make(SHARE, x, &s->u, &u_i, &key->part[i - 1], more, 2, env);
	size_t from = ret->n;

	seal_head_print(ret, "open.share", p, i);
	msg_put_bytes(ret, "root", close->root.b, 32);
	msg_put_bytes(ret, "active", close->active.b, 32);
	msg_put_bytes(ret, "bid", s->name.bid.b, 16);
	msg_put_bytes(ret, "sealed", s->hash.b, 32);
	msg_put_bytes(ret, "u-i", u_i.b, GROUP_BYTES);
	msg_put_bytes(ret, "e", proof.e.b, GROUP_BYTES);
	msg_put_bytes(ret, "f", proof.f.b, GROUP_BYTES);
	msg_sign(ret, from, sign);
}

int seal_share_parse(
	struct seal_share *ret, const struct seal_policy *p, struct slice text, struct why *why)
{
	struct seal_share s = {0};
	struct msg m = msg_open(text, "open.share", why);
	int rc;

	seal_head(&m, p, &s.i);
	msg_hash(&m, "root", &s.root);
	msg_hash(&m, "active", &s.active);
	msg_bytes(&m, "bid", s.bid.b, sizeof(s.bid.b));
	msg_hash(&m, "sealed", &s.sealed);
	msg_point(&m, "u-i", &s.u_i);
	msg_scalar(&m, "e", &s.proof.e);
	msg_scalar(&m, "f", &s.proof.f);
	rc = seal_end(&m, p, s.i);
	if (rc < 0)
		return rc;
	*ret = s;
	return 0;
}

int seal_share_check(const struct seal_share *sh, const struct dkg_key *key,
	const struct bid_sealed *s, struct why *why)
{
	struct slice more[] = {PART(sh->root), PART(sh->active)};

	if (!id_eq(&sh->bid, &s->name.bid) || !hash_eq(&sh->sealed, &s->hash))
		return why_set(why, E_INVALID, "sealed", "the share is of another bid");
	if (!dleq_check(SHARE, &sh->proof, &s->u, &sh->u_i, &key->part[sh->i - 1], more, 2))
		return why_set(why, E_VERIFY, "u-i",
			"the share is not made with the part of the key that holder %u holds",
			sh->i);
	return 0;
}

struct point seal_combine(
	const struct seal_policy *p, const struct seal_share *const *share, size_t n)
{
	uint32_t at[LIMIT_SEAL_HOLDERS];
	struct point k = {{0}};

	MUST(n >= p->k);
	for (size_t i = 0; i < p->k; i++)
		at[i] = share[i]->i;
	for (size_t i = 0; i < p->k; i++) {
		struct scalar lambda = dkg_lagrange(at, p->k, at[i]);
		struct point part = point_mul(&lambda, &share[i]->u_i);

		k = point_add(&k, &part);
	}
	return k;
}
