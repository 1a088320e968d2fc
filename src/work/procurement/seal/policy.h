/*
 * policy.h: E-SEAL/1 step 0: who holds the key of a tender, and when it closes and opens. Its text is signed by the lead and countersigned by every holder;
 * `sid`, the SHA-256 of the signed text, is in every later message.
 *
 *	e-seal/1 policy
 *	ocid <text>                      of the contracting process; the open contracting id
 *	suite ristretto255-sha512-xchacha20poly1305
 *	n <n>
 *	k <k>
 *	holder <i> <M26> <node key 64 hex> <box key 64 hex>      n lines, i = 1…n, members distinct
 *	lead <i>
 *	deadline <unix ms>               T: commits received later do not count
 *	grace <ms>                       G: sealed bids of counted commits may come until T + G
 *	open <unix ms>                   To ≥ T + G: no share before
 *	fallback <unix ms>               Tf ≥ To: from here on bidders may open themselves
 *	receipts <r>                     n − k + 1
 *	padding <bytes>[ <bytes>]…       of 4096 16384 65536 262144 1048576, ascending
 *	sig <base64>
 *
 * Rules: 2 ≤ k ≤ n ≤ 64 and 2k > n, so that of two roots at most one finds k cosigners and any k openers hold a receipt of every counted bid.
 */
#ifndef SEAL_POLICY_H
#define SEAL_POLICY_H

#include "work/procurement/limits.h"
#include "work/procurement/seal/msg.h"

#define SEAL_SUITE    "ristretto255-sha512-xchacha20poly1305"
#define SEAL_OCID_MAX 96
#define SEAL_PADDINGS 5
extern const uint64_t seal_paddings[SEAL_PADDINGS];

struct seal_holder {
	struct id member;
	struct pubkey key; /* Ed25519: what it signs with */
	struct point box;  /* shares are encrypted to it */
};

struct seal_policy {
	struct slice text; /* borrowed */
	struct hash sid;
	struct slice ocid; /* in text */
	uint32_t n, k, r, lead;
	struct seal_holder holder[LIMIT_SEAL_HOLDERS]; /* holder[i - 1] is number i */
	uint64_t deadline_ms, grace_ms, open_ms, fallback_ms;
	uint64_t padding[SEAL_PADDINGS];
	size_t n_padding;
};

/* Grammar, rules and the lead's signature. E_SYNTAX, E_INVALID, E_VERIFY. Points into `text`. */
MUST_USE int seal_policy_parse(struct seal_policy *ret, struct slice text, struct why *why);
/* Rules alone, for what is to be printed. */
MUST_USE int seal_policy_check(const struct seal_policy *p, struct why *why);
/* Appends the signed text. MUST: the rules hold, `lead_key` is the lead's. */
void seal_policy_print(const struct seal_policy *p, const struct seckey *lead_key, struct buf *b);
/* Smallest padding that holds `bytes` and a length; 0 if none does. */
uint64_t seal_policy_padding(const struct seal_policy *p, uint64_t bytes);
/* Number of a member among the holders; 0 if it is none. */
uint32_t seal_policy_number(const struct seal_policy *p, const struct id *member);
/* Suggested k: ⌊n/2⌋ + 1. */
uint32_t seal_policy_k(uint32_t n);

/*
 * "countersign": a holder agrees to a policy.
 *	sid, holder <i>, sig
 */
struct seal_countersign {
	struct hash sid;
	uint32_t i;
};
MUST_USE int seal_countersign_parse(struct seal_countersign *ret, const struct seal_policy *p,
	struct slice text, struct why *why);
void seal_countersign_print(
	const struct seal_policy *p, uint32_t i, const struct seckey *key, struct buf *b);

/* What most messages begin with: sid of this policy and the number of the holder who signs. Checks the signature at the end. */
void seal_head(struct msg *m, const struct seal_policy *p, uint32_t *ret_i);
MUST_USE int seal_end(struct msg *m, const struct seal_policy *p, uint32_t i);
void seal_head_print(struct buf *b, const char *type, const struct seal_policy *p, uint32_t i);

#endif
