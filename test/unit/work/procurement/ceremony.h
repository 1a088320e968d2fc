/*
 * ceremony.h: a whole tender under E-SEAL/1 from one seed: holders, key, three bidders (one replaces, one withdraws), closing, shares. Chance is a stream that
 * any other implementation can make: block i is SHA-512("e-seal/1 vectors" ‖ seed ‖ le64 i), taken byte by byte, in this order:
 *
 *	of each holder: member 16, seed of the signing key 32, secret of the box 32
 *	dkg.r1 of each holder in order: k + 2 scalars of 64 (coefficients, proof, ephemeral)
 *	of each bidder: seed of the key 32, id of the bid 16
 *	each sealing: two scalars of 64 (r, s), nonce 24
 *	(of the closing: the tender is SHA-256 of "rules"; all holders say what they know, then holder 1 closes)
 *	a copycat, if there is one: seed of the key 32
 *	each share, by bid in force (order of the tally), then holder: one scalar of 64
 */
#ifndef TEST_CEREMONY_H
#define TEST_CEREMONY_H

#include "unit.h"

#include "work/procurement/seal/holder.h"

#define CEREMONY_LATER 7200000ULL
#define CEREMONY_T     1767261600000ULL /* 2026-01-01T10:00:00Z */
#define BIDDERS	       3
#define MESSAGES_MAX   2048

struct ceremony {
	struct arena arena;
	struct env env;
	uint8_t seed[32];
	uint64_t block;
	uint8_t stream[64];
	size_t used;
	struct seal_policy policy;
	struct seckey key[LIMIT_SEAL_HOLDERS], bidder[BIDDERS];
	struct scalar box[LIMIT_SEAL_HOLDERS], x[LIMIT_SEAL_HOLDERS];
	struct dkg_deal deal[LIMIT_SEAL_HOLDERS];
	struct dkg_key pub;
	struct id bid[BIDDERS];
	struct scalar r[BIDDERS]; /* of the newest version of each bid */
	struct slice message[MESSAGES_MAX];
	size_t n;
};

/* All steps, or one by one: each adds its messages. */
void ceremony_begin(struct ceremony *c, const char *seed, uint32_t n, uint32_t k);
void ceremony_key(struct ceremony *c);
void ceremony_bids(struct ceremony *c);
/* k holders sign a deadline two hours later (and holder n too late, holder 1 another): the first bidder replaces its bid in between. */
void ceremony_postpone(struct ceremony *c);
void ceremony_close(struct ceremony *c);
struct hash ceremony_tender(void);
/* A closing by `holder` of what `line` says, which the holders in `cosign` sign too. */
void ceremony_close_by(
	struct ceremony *c, uint32_t holder, struct tally_line *line, size_t n, uint64_t cosign);
/* Somebody else commits to the first bid's hash, under a key of his own and the same id, with receipts of a second earlier. */
void ceremony_copy(struct ceremony *c);
/* From the beginning to the shares; with a postponement, or a copied commitment, if the name ends so. */
void ceremony_whole(struct ceremony *c, const char *name, uint32_t n, uint32_t k);
void ceremony_shares(struct ceremony *c);
void ceremony_end(struct ceremony *c);

/* Adds a message, which is copied. */
struct slice ceremony_add(struct ceremony *c, const struct buf *b);
/* The i-th message of a type; asserts that there is one. */
struct slice ceremony_find(struct ceremony *c, const char *type, size_t i);
void ceremony_drop(struct ceremony *c, struct slice message);
struct seal_replay *ceremony_replay(struct ceremony *c);
/* One sealed version of bidder b's bid, its commit and receipts of the holders in `held`. */
void ceremony_bid(struct ceremony *c, size_t b, uint32_t seq, enum bid_op op, const char *text,
	uint64_t held, uint64_t time_ms);
/* Is there a finding of this kind against this holder (0: nobody's)? */
bool ceremony_found(const struct seal_replay *r, enum finding_kind kind, uint32_t holder);
extern const char *const ceremony_text[BIDDERS], *const ceremony_text_later;

#endif
