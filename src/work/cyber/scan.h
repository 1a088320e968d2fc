/*
 * scan.h: finds a pack's keys in bytes of logs.
 *
 * What counts as found (docs/match.md has the rules with examples): a key must stand between what separates words: 1.2.3.4 is not in 11.2.3.45, evil.example is in
 * www.evil.example and not in notevil.example. Defanged spellings (hxxp, [.], (dot), [at] …) count as what they mean.
 *
 *	struct scan *s = scan_new(pack, now_ms, hit, ctx);
 *	scan_piece(s, bytes, n, offset);       -- SCAN_MARGIN readable bytes before and behind
 *	scan_free(&s);
 *
 * A piece is scanned for itself: cut it where no token is cut (match_stream.c does). Hits come at its end, in order of their
 * offset, each once. Memory does not depend on the input, but for what is found in one piece.
 *
 * One pass classifies 64 bytes at a time into bit masks (SSE2, AVX2 or plain C, of the same result); then only words that can be keys are looked at: those
 * with a dot, behind "://", around "@", runs of hex digits, runs with colons. Their hashes are asked of the pack's filters in
 * batches, so that the memory of one is fetched while the next is hashed.
 */
#ifndef CYBER_SCAN_H
#define CYBER_SCAN_H

#include "work/cyber/pack.h"

/* Readable bytes that a piece must have before and behind it. */
#define SCAN_MARGIN 64

enum scan_way { SCAN_BEST, SCAN_PLAIN, SCAN_SSE2, SCAN_AVX2 };

struct scan_hit {
	uint32_t entry;
	enum pack_kind kind;
	uint64_t offset;   /* of the first byte, in the stream */
	size_t length;	   /* bytes there */
	struct slice text; /* as it stands there; borrowed for the call */
	struct slice key;  /* the pack's key */
	bool defanged;
};
typedef void (*scan_hit_fn)(void *ctx, const struct scan_hit *hit);

struct scan;
/* `json`: a backslash is an escape. The pack must outlive it. */
struct scan *scan_new(struct pack *pack, scan_hit_fn hit, void *ctx)
	__attribute__((returns_nonnull, warn_unused_result));
void scan_free(struct scan **s);
/* Backslashes are JSON's from here on, or are not. */
void scan_set_json(struct scan *s, bool json);
/* For tests and measuring: the classifier to use. False if this machine has it not. */
bool scan_set_way(struct scan *s, enum scan_way way);
/* p[-SCAN_MARGIN … n + SCAN_MARGIN) must be readable; n < 2^31. Lines in it are added to *lines. */
void scan_piece(struct scan *s, const uint8_t *p, size_t n, uint64_t offset, uint64_t *lines);

#endif
