/*
 * share.h: E-SEAL/1 steps 10 and 11: a holder's part in opening one bid, and what any k of them give.
 *
 * open.share: sid, holder i, root <64 hex>, active <64 hex>, bid <32 hex>, sealed <SHA-256 of the sealed bid>, u-i <x_i·u>, e, f, sig
 *             e = H("tdh2-share", u, u_i, Y_i, A, A', root, active), A = f·u − e·u_i, A' = f·B − e·Y_i
 * Root and active bind it to the closing that k holders have cosigned: a share for one set is none for another.
 */
#ifndef SEAL_SHARE_H
#define SEAL_SHARE_H

#include "work/procurement/seal/close.h"

struct seal_share {
	uint32_t i;
	struct hash root, active, sealed;
	struct id bid;
	struct point u_i;
	struct dleq proof;
};

void seal_share_print(const struct seal_policy *p, uint32_t i, const struct scalar *x,
	const struct dkg_key *key, const struct seal_close *close, const struct bid_sealed *s,
	const struct seckey *sign, const struct env *env, struct buf *ret);
/* Grammar and signature. */
MUST_USE int seal_share_parse(
	struct seal_share *ret, const struct seal_policy *p, struct slice text, struct why *why);
/* Is it a share of this bid, under the closing that it names? E_VERIFY: evidence against holder i. */
MUST_USE int seal_share_check(const struct seal_share *sh, const struct dkg_key *key,
	const struct bid_sealed *s, struct why *why);
/* K from k shares that have been checked. MUST: distinct holders, at least k; the first k are used. */
struct point seal_combine(
	const struct seal_policy *p, const struct seal_share *const *share, size_t n);

#endif
