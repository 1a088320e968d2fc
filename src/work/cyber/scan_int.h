/* scan_int.h: what the scanner's files share; private to scan_*.c. */
#ifndef CYBER_SCAN_INT_H
#define CYBER_SCAN_INT_H

#include "base/report.h"
#include "base/vec.h"
#include "work/cyber/pack_fast.h"
#include "work/cyber/scan.h"

/* Of 64 bytes, bit i for byte i. */
struct scan_mask {
	uint64_t word; /* letters, digits, '.', '-', '_', 0x80 and above */
	uint64_t dot;
	uint64_t colon;
	uint64_t at;	  /* '@' */
	uint64_t open;	  /* ( [ { */
	uint64_t hex;	  /* hex digits */
	uint64_t slashes; /* ':' before "//", or before "\/" */
};

/* Blocks classified at once: the masks of a stretch stay in the first-level cache. */
#define SCAN_STRETCH 64

/* Masks of n blocks of 64 bytes; reads two bytes more. Adds the newlines to *lines. */
typedef void (*scan_classify_fn)(
	const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines);
void scan_classify_plain(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines);
#ifdef __x86_64__
void scan_classify_sse2(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines);
void scan_classify_avx2(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines);
#endif

/* A text that may be a key, waiting for its filter. */
struct scan_wait {
	uint64_t hash;
	uint32_t at; /* from the piece's first byte */
	uint16_t length;
	uint8_t group;
	uint8_t flags;
};
#define WAIT_ADDRESS 1u /* looks like an IPv4 address */
#define WAIT_DOMAIN  2u /* may be a domain name or end one: its last label is not all digits */
#define WAIT_WHOLE   4u /* a whole word: may be a file name */

#define SCAN_WAITING 512

/* A hit of the piece, or (entry UINT32_MAX) a token that means something else than it spells. */
struct scan_found {
	uint32_t entry;
	uint8_t kind;
	bool defanged;
	size_t at, length;
	struct slice key;
};

struct scan {
	uint32_t magic;
	struct pack *pack;
	struct pack_fast fast;
	scan_hit_fn hit;
	void *ctx;
	scan_classify_fn classify;
	bool json;
	/* What the pack has, so that nothing else is looked for. */
	bool words, names, odd_names, domains, ipv4, net4, six, urls, emails, digests;
	/* The piece at hand. */
	const uint8_t *p;
	size_t n;
	uint64_t offset;
	size_t n_wait;
	struct scan_wait wait[SCAN_WAITING + 8];
	struct scan_mask mask[SCAN_STRETCH + 1]; /* mask[0]: the block before the stretch */
	size_t digest_end, six_end, fang_end;	 /* looked at up to here */
	VEC(struct scan_found) found;		 /* owned */
	/* A scan of what a defanged token means: what it finds is the other's, at `as`. */
	struct scan *outer;
	struct scan *inner; /* owned */
	size_t as_at, as_length;
	uint8_t *scratch; /* owned: a text that had to be rewritten */
};

/* ---- scan_word.c ---- */
/* The run of word bytes [from, to), with its dots as bits from `from` on where it is no longer than 64. */
void scan_run(struct scan *s, size_t from, size_t to, uint64_t dots);
/* Behind an escape (%2F, and \n or \u003d in JSON) that ends in what looks like the beginning of a word: where the word begins, else `from`. */
size_t scan_past_escape(const struct scan *s, size_t from);

/* ---- scan_token.c ---- */
void scan_url(struct scan *s, size_t colon);
void scan_email(struct scan *s, size_t at);
void scan_digest(struct scan *s, size_t inside);
void scan_six(struct scan *s, size_t colon);
/* The spelling that a URL at [at, at + length) is kept in; false if it is none. */
bool scan_url_text(const struct scan *s, size_t at, size_t length, struct buf *ret);

/* ---- scan_fang.c ---- */
/* An opening bracket that may be part of a defanged spelling. */
void scan_fang(struct scan *s, size_t open);

/* ---- scan_ask.c ---- */
/* Asks the filters for all that waits, and the table for what passes. */
void scan_ask(struct scan *s);
static inline void scan_push(struct scan *s, enum pack_group group, uint64_t hash, size_t at,
	size_t length, unsigned flags)
{
	s->wait[s->n_wait++] = (struct scan_wait){
		hash, (uint32_t)at, (uint16_t)length, (uint8_t)group, (uint8_t)flags};
	pack_prefetch(&s->fast, group, hash);
	if (s->n_wait >= SCAN_WAITING)
		scan_ask(s);
}
/* Keeps a hit at [at, at + length) of the piece until the piece is done. */
void scan_keep(struct scan *s, const struct pack_hit *h, size_t at, size_t length);

#endif
