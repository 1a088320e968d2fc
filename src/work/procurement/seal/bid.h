/*
 * bid.h: E-SEAL/1 steps 5, 6, 8 and 12: what a supplier says: a commitment that counts for the deadline, the sealed bid, and if need be its opening.
 *
 * bid.commit:   sid, bid <32 hex>, bidder <Ed25519 key 64 hex>, seq <n>, op put|replace|withdraw, hash <64 hex>, len <n>, sig by the bidder
 *               seq counts from 1 for a bid; hash is the SHA-256 of the sealed message, len its bytes; both 0 for a withdrawal
 * bid.receipt:  sid, holder i, leaf <64 hex>, time <unix ms>, sig by the holder; leaf: RFC 6962 leaf hash of the commit
 * bid.sealed:   sid, bid, bidder, seq, nonce <48 hex>, u, u-bar, e, f, c <base64>, sig by the bidder
 *               u = r·B, u-bar = r·Ḡ, L = SHA-256(sid ‖ bidder ‖ bid ‖ le32 seq), key = SHA-512("tdh2-key", r·Y, L, u)[0…31]
 *               c = AEAD(key, nonce, L, le32 length ‖ text ‖ zeros up to a padding)
 *               e = H("tdh2-ct", c, L, nonce, u, w, u-bar, w-bar), w = s·B, w-bar = s·Ḡ, f = s + r·e
 * bid.selfopen: sid, bid, bidder, seq, r <scalar>, sig by the bidder
 *
 * The proof in bid.sealed binds ciphertext and label: nobody can hand in another's bid, or a part of it, as his own. Anybody checks it without learning anything.
 */
#ifndef SEAL_BID_H
#define SEAL_BID_H

#include "work/procurement/seal/dkg.h"

enum bid_op { BID_PUT, BID_REPLACE, BID_WITHDRAW };
const char *bid_op_name(enum bid_op op);

struct bid_name { /* of one version of a bid */
	struct id bid;
	struct pubkey bidder;
	uint32_t seq;
};

struct bid_commit {
	struct slice text; /* borrowed */
	struct hash leaf;
	struct bid_name name;
	enum bid_op op;
	struct hash sealed;
	uint64_t len;
};
MUST_USE int bid_commit_parse(
	struct bid_commit *ret, const struct seal_policy *p, struct slice text, struct why *why);
/* `sealed` empty for a withdrawal. */
void bid_commit_print(const struct seal_policy *p, const struct bid_name *name, enum bid_op op,
	struct slice sealed, const struct seckey *bidder, struct buf *ret);

struct bid_receipt {
	struct slice text; /* borrowed */
	uint32_t i;
	struct hash leaf;
	uint64_t time_ms;
};
MUST_USE int bid_receipt_parse(
	struct bid_receipt *ret, const struct seal_policy *p, struct slice text, struct why *why);
void bid_receipt_print(const struct seal_policy *p, uint32_t i, const struct hash *leaf,
	uint64_t time_ms, const struct seckey *key, struct buf *ret);

struct bid_sealed {
	struct slice text; /* borrowed */
	struct hash hash;  /* SHA-256 of text: what the commit names */
	struct bid_name name;
	uint8_t nonce[AEAD_NONCE];
	struct point u, u_bar;
	struct scalar e, f;
	struct slice c; /* in the arena */
};
/* The supplier's side. *ret_r opens the bid without the holders: it is kept secret until the fallback, and wiped by the caller. */
MUST_USE int bid_seal(const struct seal_policy *p, const struct point *y,
	const struct bid_name *name, struct slice text, const struct seckey *bidder,
	const struct env *env, struct buf *ret, struct scalar *ret_r, struct why *why);
/* Admission: grammar, the bidder's signature, a padding of the policy, and the proof. */
MUST_USE int bid_sealed_parse(struct bid_sealed *ret, const struct seal_policy *p,
	struct arena *arena, struct slice text, struct why *why);
/* Does a sealed bid answer to its commitment? E_VERIFY. */
MUST_USE int bid_fits(const struct bid_sealed *s, const struct bid_commit *c, struct why *why);
/* The text, given K = r·Y = x·u. E_VERIFY if it does not open: then K is the evidence that the bidder sealed nonsense. */
MUST_USE int bid_open(const struct seal_policy *p, const struct bid_sealed *s,
	const struct point *k, struct buf *ret, struct why *why);

struct bid_selfopen {
	struct bid_name name;
	struct scalar r;
};
void bid_selfopen_print(const struct seal_policy *p, const struct bid_name *name,
	const struct scalar *r, const struct seckey *bidder, struct buf *ret);
MUST_USE int bid_selfopen_parse(
	struct bid_selfopen *ret, const struct seal_policy *p, struct slice text, struct why *why);
/* K, if r is the one of this sealed bid; E_VERIFY. */
MUST_USE int bid_selfopen_key(const struct bid_selfopen *o, const struct bid_sealed *s,
	const struct point *y, struct point *ret_k, struct why *why);

/* Reads and writes the lines sid, bid, bidder, seq. */
void bid_name_read(struct msg *m, const struct seal_policy *p, struct bid_name *ret);
void bid_name_put(struct buf *b, const struct seal_policy *p, const struct bid_name *name);
struct hash bid_label(const struct seal_policy *p, const struct bid_name *name);
bool bid_name_eq(const struct bid_name *a, const struct bid_name *b);

#endif
