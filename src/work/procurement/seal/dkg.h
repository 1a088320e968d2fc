/*
 * dkg.h: E-SEAL/1 steps 1 to 3: the holders make the key of one tender together; nobody ever has it whole.
 *
 *	rc = dkg_deal(&policy, i, &my_key, &env, &b, why);           -- "dkg.r1": commitments, proof, a share for each
 *	rc = dkg_deal_parse(&deal[i - 1], &policy, &arena, text, why);   -- n of them; grammar, signature, proof
 *	rc = dkg_finish(&policy, deal, j, &my_box, &key, &share, &culprit, why);
 *	dkg_cert_print(&policy, j, &key, &my_key, &b);               -- "dkg.cert"
 *
 * dkg.r1:   sid, holder i, commit <C_m> (k lines, m = 0…k−1), pop-r <R>, pop-z <z>, ephemeral <E>, share <j> <96 hex> (n lines), sig
 *           f_i has degree k−1, C_m = a_m·B, E = e·B; z·B = R + H("dkg-pop", sid, i, C, R, E)·C_0 + H("dkg-pop-e", sid, i, C, R, E)·E
 *           share j: AEAD under SHA-512("dkg-share", e·P_j, E, P_j, sid, i, j)[0…31], nonce 0, of s_ij = f_i(j)
 * dkg.cmp:  sid, holder j, against <i>, deal <SHA-256 of his dkg.r1>, dh <p_j·E_i>, e, f, sig: a share that does not fit, proven by the shared point and a proof that it is the one
 * dkg.cert: sid, holder i, y <Y>, part <Y_j> (n lines), deal <SHA-256 of dkg.r1 of holder j> (n lines), sig
 *
 * Exactly k commitments are taken: more would raise the threshold unseen. x_j is not kept: dkg_finish() computes it again from the messages and the box key.
 */
#ifndef SEAL_DKG_H
#define SEAL_DKG_H

#include "work/procurement/seal/policy.h"

#define DKG_SHARE_BYTES (32 + AEAD_TAG)

struct dkg_deal {
	struct slice text; /* borrowed */
	struct hash hash;  /* SHA-256 of it */
	uint32_t i;
	struct point *c; /* k of them, in the arena */
	struct point pop_r, ephemeral;
	struct scalar pop_z;
	uint8_t (*share)[DKG_SHARE_BYTES]; /* n of them */
};

struct dkg_key {
	struct point y;
	struct point part[LIMIT_SEAL_HOLDERS]; /* Y_j */
	struct hash deal
		[LIMIT_SEAL_HOLDERS]; /* of the round 1 of each holder: what the key is made of */
};

struct dkg_cert {
	uint32_t i;
	struct dkg_key key;
};

struct dkg_complaint {
	uint32_t by, against;
	struct hash deal;
	struct point dh;
	struct scalar e, f;
};

/* The box key of a holder for one process: its secret, from a secret of the node and the process' ocid. */
struct scalar dkg_box(const uint8_t secret[32], struct slice ocid);

MUST_USE int dkg_deal(const struct seal_policy *p, uint32_t i, const struct seckey *key,
	const struct env *env, struct buf *ret, struct why *why);
/* E_SYNTAX, E_INVALID, E_VERIFY (signature, or the proof that i knows a_0 and e). */
MUST_USE int dkg_deal_parse(struct dkg_deal *ret, const struct seal_policy *p, struct arena *arena,
	struct slice text, struct why *why);

/* The public side of n deals: anybody computes it. deal[i − 1].i == i. */
void dkg_public(const struct seal_policy *p, const struct dkg_deal *deal, struct dkg_key *ret);
/*
 * Holder j's share of the key. E_VERIFY with *ret_culprit if the share that somebody dealt to j does not fit his commitments: then dkg_complain().
 */
MUST_USE int dkg_finish(const struct seal_policy *p, const struct dkg_deal *deal, uint32_t j,
	const struct scalar *box, struct dkg_key *ret, struct scalar *ret_x, uint32_t *ret_culprit,
	struct why *why);

void dkg_complain(const struct seal_policy *p, const struct dkg_deal *against, uint32_t j,
	const struct scalar *box, const struct seckey *key, const struct env *env, struct buf *ret);
MUST_USE int dkg_complaint_parse(
	struct dkg_complaint *ret, const struct seal_policy *p, struct slice text, struct why *why);
/* Whom a complaint convicts: the number of the dealer, or of the complainer if it is false. MUST: it is about this very deal. */
uint32_t dkg_judge(
	const struct seal_policy *p, const struct dkg_complaint *c, const struct dkg_deal *against);

void dkg_cert_print(const struct seal_policy *p, uint32_t i, const struct dkg_key *key,
	const struct seckey *sign, struct buf *ret);
MUST_USE int dkg_cert_parse(
	struct dkg_cert *ret, const struct seal_policy *p, struct slice text, struct why *why);
bool dkg_key_eq(const struct seal_policy *p, const struct dkg_key *a, const struct dkg_key *b);

/*
 * Proof that log_B(x_base) = log_g(x_g) (Chaum–Pedersen), bound to a domain and what else is said. For complaints and shares.
 *	e = H(domain, g, x_g, x_base, A, A', more…), A = t·g, A' = t·B, f = t + x·e
 */
struct dleq {
	struct scalar e, f;
};
struct dleq dleq_make(const char *domain, const struct scalar *x, const struct point *g,
	const struct point *x_g, const struct point *x_base, const struct slice *more, size_t n,
	const struct env *env);
bool dleq_check(const char *domain, const struct dleq *proof, const struct point *g,
	const struct point *x_g, const struct point *x_base, const struct slice *more, size_t n);

/* λ_i at 0 among the numbers `at`. MUST: distinct, i is one of them. */
struct scalar dkg_lagrange(const uint32_t *at, size_t n, uint32_t i);

#endif
