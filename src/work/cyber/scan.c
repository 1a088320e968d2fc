/*
 * scan.c: one pass over a piece; see scan.h.
 *
 * Invariants of the pass:
 *  1. `gap` is the last byte before the block that is no word byte (or -1: none yet), so a run that reaches into a block began at gap + 1.
 *  2. `carry` is 1 iff a run with a dot in it reaches the end of the block before.
 *
 * Runs with a dot are found by one addition: word + dot carries, in each run that has one, from its first dot out of the run's end. So the
 * ends are (word + dot) & ~word, however many words without a dot stand between.
 */
#include "work/cyber/scan_int.h"

#define SCAN_MAGIC 0x7363616eu

/* What of the pass goes from block to block. */
struct pass {
	ptrdiff_t gap;
	uint64_t carry;
	uint64_t word_before; /* 1: the block before ends in a word */
	unsigned colons_before;
	bool double_before; /* the block before ends in ':' */
};

static scan_classify_fn best_way(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
		return scan_classify_avx2;
	return scan_classify_sse2;
#else
	return scan_classify_plain;
#endif
}

bool scan_set_way(struct scan *s, enum scan_way way)
{
	scan_classify_fn fn = best_way();

	if (way == SCAN_PLAIN)
		fn = scan_classify_plain;
#ifdef __x86_64__
	if (way == SCAN_SSE2)
		fn = scan_classify_sse2;
	if (way == SCAN_AVX2 && fn != scan_classify_avx2)
		return false;
#else
	if (way == SCAN_SSE2 || way == SCAN_AVX2)
		return false;
#endif
	s->classify = fn;
	if (s->inner)
		s->inner->classify = fn;
	return true;
}

static struct scan *make(struct pack *pack, scan_hit_fn hit, void *ctx)
{
	struct scan *s = mem_new(struct scan);

	s->magic = SCAN_MAGIC;
	s->pack = pack;
	s->fast = pack_fast(pack);
	s->hit = hit;
	s->ctx = ctx;
	s->classify = best_way();
	s->ipv4 = pack_count(pack, PACK_IPV4) > 0;
	s->net4 = pack_count(pack, PACK_NET4) > 0;
	s->six = pack_count(pack, PACK_IPV6) + pack_count(pack, PACK_NET6) > 0;
	s->domains = pack_count(pack, PACK_DOMAIN) > 0;
	s->names = pack_count(pack, PACK_FILE) > 0;
	s->odd_names = pack_has_odd_names(pack);
	s->urls = pack_count(pack, PACK_URL) > 0;
	s->emails = pack_count(pack, PACK_EMAIL) > 0;
	s->digests = pack_count(pack, PACK_MD5) + pack_count(pack, PACK_SHA1) +
			     pack_count(pack, PACK_SHA256) >
		     0;
	s->words = s->ipv4 || s->net4 || s->domains || s->names;
	s->scratch = mem_zero_alloc(1, 2 * LIMIT_PACK_KEY + 2 * SCAN_MARGIN);
	return s;
}

struct scan *scan_new(struct pack *pack, scan_hit_fn hit, void *ctx)
{
	struct scan *s = make(pack, hit, ctx);

	s->inner = make(pack, NULL, NULL);
	s->inner->outer = s;
	return s;
}

void scan_free(struct scan **s)
{
	if (!*s)
		return;
	MUST((*s)->magic == SCAN_MAGIC);
	scan_free(&(*s)->inner);
	vec_free(&(*s)->found);
	mem_free((*s)->scratch);
	(*s)->magic = 0;
	mem_free(*s);
	*s = NULL;
}

void scan_set_json(struct scan *s, bool json)
{
	s->json = json;
}

/* ---- one block ---- */

/* Dots of the run [from, to), which ends in or right behind this block, as bits from `from` on. */
static inline uint64_t dots_of(const struct scan_mask *m, size_t base, size_t from)
{
	if (from >= base)
		return m->dot >> (from - base);
	if (base - from >= 64)
		return 0; /* scan_word looks itself */
	return m[-1].dot >> (64 - (base - from)) | m->dot << (base - from);
}

static inline void words(struct scan *s, const struct scan_mask *m, size_t base, struct pass *pass)
{
	uint64_t sum, ends;

	if (s->odd_names) {
		ends = ~m->word & (m->word << 1 | pass->word_before);
	} else {
		uint64_t over = __builtin_add_overflow(m->word, m->dot, &sum);

		over |= __builtin_add_overflow(sum, pass->carry, &sum);
		pass->carry = over;
		ends = sum & ~m->word;
	}
	while (ends) {
		unsigned end = (unsigned)__builtin_ctzll(ends);
		uint64_t gaps = ~m->word & ((1ull << end) - 1);
		size_t from =
			gaps ? base + 64 - (size_t)__builtin_clzll(gaps) : (size_t)(pass->gap + 1);

		ends &= ends - 1;
		scan_run(s, from, base + end, dots_of(m, base, from));
	}
}

/* Sixteen hex digits at a multiple of sixteen: in any run of 31 or more there is such a place. */
static inline uint64_t full_lanes(uint64_t hex)
{
	uint64_t holes = ~hex;

	return (holes - 0x0001000100010001) & hex & 0x8000800080008000;
}

static inline void sixes(struct scan *s, const struct scan_mask *m, size_t base, struct pass *pass)
{
	unsigned colons = (unsigned)__builtin_popcountll(m->colon);
	uint64_t look = m->colon & (m->colon << 1 | pass->double_before);

	/* An address without "::" has seven colons, in two blocks at most. */
	if (colons + pass->colons_before >= 7)
		look = m->colon;
	pass->colons_before = colons;
	pass->double_before = m->colon >> 63;
	for (; look; look &= look - 1)
		scan_six(s, base + (size_t)__builtin_ctzll(look));
}

static inline void block(struct scan *s, const struct scan_mask *m, size_t base, struct pass *pass)
{
	if (s->words)
		words(s, m, base, pass);
	if (s->urls)
		for (uint64_t b = m->slashes; b; b &= b - 1)
			scan_url(s, base + (size_t)__builtin_ctzll(b));
	if (s->emails)
		for (uint64_t b = m->at; b; b &= b - 1)
			scan_email(s, base + (size_t)__builtin_ctzll(b));
	if (s->digests)
		for (uint64_t b = full_lanes(m->hex); b; b &= b - 1)
			scan_digest(s, base + (size_t)__builtin_ctzll(b));
	if (s->six && (m->colon || pass->colons_before))
		sixes(s, m, base, pass);
	if (s->inner)
		for (uint64_t b = m->open; b; b &= b - 1)
			scan_fang(s, base + (size_t)__builtin_ctzll(b));
	pass->word_before = m->word >> 63;
	if (~m->word)
		pass->gap = (ptrdiff_t)(base + 63) - __builtin_clzll(~m->word);
}

/* The part of the masks that lies in the piece. */
static void clip(struct scan_mask *m, size_t bytes)
{
	uint64_t keep = bytes >= 64 ? ~0ull : (1ull << bytes) - 1;

	m->word &= keep;
	m->dot &= keep;
	m->colon &= keep;
	m->at &= keep;
	m->open &= keep;
	m->hex &= keep;
	m->slashes &= keep;
}

static void pass_over(struct scan *s, uint64_t *lines)
{
	struct pass pass = {.gap = -1};

	memset(&s->mask[0], 0, sizeof(s->mask[0]));
	for (size_t base = 0; base < s->n; base += (size_t)SCAN_STRETCH * 64) {
		size_t left = s->n - base, n = (left + 63) / 64;

		if (n > SCAN_STRETCH)
			n = SCAN_STRETCH;
		s->classify(s->p + base, n, s->mask + 1, lines);
		if (left < n * 64) {
			/* Bytes behind the piece were counted too. */
			for (size_t i = s->n; i < base + n * 64; i++)
				*lines -= s->p[i] == '\n';
			clip(&s->mask[n], left - (n - 1) * 64);
		}
		for (size_t b = 0; b < n; b++)
			block(s, &s->mask[b + 1], base + b * 64, &pass);
		s->mask[0] = s->mask[n];
	}
	/* A word that the piece ends with has no end in any block. */
	if (s->n % 64 == 0 && s->words && (s->odd_names ? pass.word_before : pass.carry)) {
		size_t from = (size_t)(pass.gap + 1);

		scan_run(s, from, s->n,
			s->n - from >= 64 ? s->mask[0].dot
					  : s->mask[0].dot >> (64 - (s->n - from)));
	}
}

/* ---- what was found ---- */

static int by_place(const void *a, const void *b)
{
	const struct scan_found *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->length != y->length)
		return x->length > y->length ? -1 : 1;
	if (x->entry != y->entry)
		return x->entry > y->entry ? -1 : 1; /* a rewritten token before what is in it */
	return x->defanged - y->defanged;
}

static void tell_found(struct scan *s)
{
	size_t rewritten = 0; /* end of the last token that means something else than it spells */
	const struct scan_found *last = NULL;

	vec_sort(&s->found, by_place);
	for (size_t i = 0; i < s->found.n; i++) {
		const struct scan_found *f = &s->found.p[i];
		struct scan_hit hit = {f->entry, (enum pack_kind)f->kind, s->offset + f->at,
			f->length, slice_of(s->p + f->at, f->length), f->key, f->defanged};

		if (f->entry == UINT32_MAX) {
			rewritten = f->at + f->length;
			continue;
		}
		/* What such a token spells is not said; what it means was found by the other scan. */
		if (!f->defanged && f->at < rewritten)
			continue;
		if (last && last->entry == f->entry && last->at == f->at &&
			last->length == f->length)
			continue;
		last = f;
		s->hit(s->ctx, &hit);
	}
	s->found.n = 0;
}

void scan_keep(struct scan *s, const struct pack_hit *h, size_t at, size_t length)
{
	struct scan *to = s->outer ? s->outer : s;
	struct scan_found f = {h->entry, (uint8_t)h->kind, s->outer != NULL, at, length, h->key};

	if (s->outer) {
		f.at = s->as_at;
		f.length = s->as_length;
	}
	vec_push(&to->found, f);
}

void scan_piece(struct scan *s, const uint8_t *p, size_t n, uint64_t offset, uint64_t *lines)
{
	MUST(s->magic == SCAN_MAGIC && n < 1u << 31);
	s->p = p;
	s->n = n;
	s->offset = offset;
	s->digest_end = s->six_end = s->fang_end = 0;
	pass_over(s, lines);
	scan_ask(s);
	if (!s->outer && s->found.n)
		tell_found(s);
}
