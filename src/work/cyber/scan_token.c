/* scan_token.c: what is longer or other than a word: URLs, e-mail addresses, hashes, IPv6 addresses; see scan_int.h. */
#include "work/cyber/scan_int.h"

#include <arpa/inet.h>
#ifdef __SSE2__
/* As in scan_class.c. */
#	define _MM_MALLOC_H_INCLUDED
#	define __MM_MALLOC_H
#	include <emmintrin.h>
#endif

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* ---- URLs ---- */

enum { URL_END = 1, URL_HASH = 2, URL_LIST = 4, URL_ESCAPE = 8 };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* the range */
static const uint8_t url_class[256] = {
	[0 ... ' '] = URL_END,
	[0x7f] = URL_END,
	['"'] = URL_END,
	['<'] = URL_END,
	['>'] = URL_END,
	['^'] = URL_END,
	['`'] = URL_END,
	['{'] = URL_END,
	['|'] = URL_END,
	['}'] = URL_END,
	['\''] = URL_END,
	['#'] = URL_HASH,
	[','] = URL_LIST,
	[';'] = URL_LIST,
	['\\'] = URL_ESCAPE,
};
#pragma GCC diagnostic pop

static size_t hex4(const uint8_t *p, uint32_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < 4; i++) {
		if (!is_hex(p[i]))
			return 0;
		*ret = *ret << 4 | (p[i] <= '9' ? p[i] - 48u : (p[i] | 0x20) - 'a' + 10u);
	}
	return 4;
}

bool scan_url_text(const struct scan *s, size_t at, size_t length, struct buf *ret)
{
	struct buf plain CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
	const uint8_t *p = s->p + at, *end = p + length;
	uint32_t cp;

	if (!s->json || !memchr(p, '\\', length))
		return pack_key_url(slice_of(p, length), ret) == 0 && !buf_over(ret);
	for (; p < end; p++) {
		if (*p != '\\' || p + 1 == end) {
			buf_byte(&plain, *p);
		} else if (p[1] == 'u' && end - p >= 6 && hex4(p + 2, &cp) && cp < 0x80) {
			buf_byte(&plain, (uint8_t)cp);
			p += 5;
		} else {
			buf_byte(&plain, *++p);
		}
	}
	return pack_key_url(buf_slice(&plain), ret) == 0 && !buf_over(ret);
}

/* True if the text is its own spelling but for case: http(s), a path, no port that goes without saying. */
static bool is_plain(const uint8_t *p, size_t n, size_t host)
{
	size_t i = host;

	if (host < 7 || (p[0] | 0x20) != 'h' || (p[1] | 0x20) != 't')
		return false;
	while (i < n && p[i] != '/' && p[i] != '?')
		i++;
	if (i == n || p[i] == '?' || i == host)
		return false;
	return !(i > host + 3 && p[i - 3] == ':') && !(i > host + 4 && p[i - 4] == ':');
}

static void push_url(struct scan *s, size_t from, size_t to, size_t host, unsigned seen)
{
	struct buf text CLEANUP_BUF = BUF(2 * LIMIT_PACK_KEY);
	const uint8_t *p = s->p + from;
	size_t n = to - from;
	uint64_t hash;

	if (n > LIMIT_PACK_KEY)
		return;
	if (!(seen & (URL_HASH | URL_ESCAPE)) && is_plain(p, n, host - from)) {
		hash = pack_hash_seeded(s->fast.seed, p, n);
	} else {
		if (!scan_url_text(s, from, n, &text))
			return;
		memcpy(s->scratch + SCAN_MARGIN, text.p, text.n);
		hash = pack_hash_seeded(s->fast.seed, s->scratch + SCAN_MARGIN, text.n);
	}
	scan_push(s, PACK_URLS, hash, from, n, 0);
}

/* Where the scheme before `colon` begins. */
static size_t scheme_of(const struct scan *s, size_t colon)
{
	static const char *const known[] = {"https", "http", "hxxps", "hxxp", "ftp"};
	size_t from = colon;

	while (from > 0 && colon - from < 16 && is_alnum(s->p[from - 1]))
		from--;
	if (from == 0 || (s->p[from - 1] != '%' && s->p[from - 1] != '\\'))
		return from;
	/* %20http and \nhttp: the escape is no part of it. */
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i]);

		if (colon - from >= n &&
			strncasecmp((const char *)s->p + colon - n, known[i], n) == 0)
			return colon - n;
	}
	return from;
}

/* The next byte from `at` on that may be of a class, or the end; 16 at a time where the processor can. */
static inline size_t next_classed(const uint8_t *p, size_t at, size_t end)
{
#ifdef __SSE2__
	for (; at + 16 <= end; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i_u *)(const void *)(p + at));
		__m128i or1 = _mm_or_si128(v, _mm_set1_epi8(1)),
			or2 = _mm_or_si128(v, _mm_set1_epi8(2));
		/* Up to ' ', then " and #, ', comma, ;, < and >, \\ and ^, `, and { to DEL. */
		__m128i found =
			_mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x20));

		found = _mm_or_si128(found, _mm_cmpeq_epi8(or1, _mm_set1_epi8('#')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8('\'')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8(',')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8(';')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(or2, _mm_set1_epi8('>')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(or2, _mm_set1_epi8('^')));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8('`')));
		found = _mm_or_si128(found, _mm_cmpgt_epi8(v, _mm_set1_epi8('z')));
		if (_mm_movemask_epi8(found))
			return at + (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8(found));
	}
#endif
	while (at < end && url_class[p[at]] == 0)
		at++;
	return at;
}

void scan_url(struct scan *s, size_t colon)
{
	const uint8_t *p = s->p;
	bool escaped = p[colon + 1] == '\\';
	size_t from = scheme_of(s, colon), host = colon + (escaped ? 5 : 3), to = host, list = 0;
	size_t end = s->n - from > LIMIT_PACK_KEY ? from + LIMIT_PACK_KEY + 1 : s->n;
	unsigned seen = escaped ? URL_ESCAPE : 0;

	if (from == colon || (escaped && (!s->json || host > s->n || p[colon + 3] != '\\' ||
						 p[colon + 4] != '/')))
		return;
	for (; (to = next_classed(p, to, end)) < end; to++) {
		unsigned class = url_class[p[to]];

		if (class == URL_END || (class == URL_ESCAPE && (!s->json || to + 1 >= s->n ||
									!strchr("/u", p[to + 1]))))
			break;
		if (class == URL_LIST && list == 0)
			list = to;
		seen |= class;
	}
	if (to <= host || to - from > LIMIT_PACK_KEY)
		return;
	push_url(s, from, to, host, seen);
	/* In running text and lists the URL may end before: (http://a.example/x), http://a.example/y, … */
	if (list > host)
		push_url(s, from, list, host, seen);
	if (strchr(".,;:!?)]*", p[to - 1]) && p[to - 1]) {
		while (to > host && strchr(".,;:!?)]*", p[to - 1]))
			to--;
		if (to > host && to != list)
			push_url(s, from, to, host, seen);
	}
}

/* ---- e-mail ---- */

static bool is_local(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '~';
}

void scan_email(struct scan *s, size_t at)
{
	const uint8_t *p = s->p;
	size_t from = at, to = at + 1, past;

	while (from > 0 && at - from < 72 && is_local(p[from - 1]))
		from--;
	while (to < s->n && to - at < 256 && pack_is_word(p[to]))
		to++;
	while (to > at + 1 && (p[to - 1] == '.' || p[to - 1] == '-'))
		to--;
	while (from < at && p[from] == '.')
		from++;
	if (from == at || to <= at + 4)
		return;
	scan_push(s, PACK_EMAILS, pack_hash_seeded(s->fast.seed, p + from, to - from), from,
		to - from, 0);
	past = scan_past_escape(s, from);
	if (past > from && past < at)
		scan_push(s, PACK_EMAILS, pack_hash_seeded(s->fast.seed, p + past, to - past), past,
			to - past, 0);
}

/* ---- hashes ---- */

void scan_digest(struct scan *s, size_t inside)
{
	const uint8_t *p = s->p;
	size_t from = inside, to = inside, n;

	if (inside < s->digest_end || inside >= s->n || !is_hex(p[inside]))
		return;
	while (from > 0 && inside - from < 65 && is_hex(p[from - 1]))
		from--;
	while (to < s->n && is_hex(p[to]))
		to++;
	s->digest_end = to;
	n = to - from;
	if (n != 32 && n != 40 && n != 64)
		return;
	if ((from > 0 && is_alnum(p[from - 1])) || (to < s->n && is_alnum(p[to])))
		return;
	scan_push(s, PACK_DIGESTS, pack_hash_seeded(s->fast.seed, p + from, n), from, n, 0);
}

/* ---- IPv6 ---- */

static bool is_six(uint8_t c)
{
	return is_hex(c) || c == ':' || c == '.';
}

static void ask_six(struct scan *s, size_t from, size_t to)
{
	char text[INET6_ADDRSTRLEN] = {0};
	uint8_t addr[16];
	struct pack_hit h;
	uint64_t at = 0;

	if (to - from >= sizeof(text))
		return;
	memcpy(text, s->p + from, to - from);
	if (inet_pton(AF_INET6, text, addr) != 1)
		return;
	while (pack_next_six(s->pack, addr, &at, &h))
		scan_keep(s, &h, from, to - from);
	at = 0;
	while (pack_next_net(s->pack, addr, true, &at, &h))
		scan_keep(s, &h, from, to - from);
}

void scan_six(struct scan *s, size_t colon)
{
	const uint8_t *p = s->p;
	size_t from = colon, to = colon;

	if (colon < s->six_end)
		return;
	while (from > 0 && colon - from < 64 && is_six(p[from - 1]))
		from--;
	while (to < s->n && to - colon < 64 && is_six(p[to]))
		to++;
	s->six_end = to;
	if (to - from < 2)
		return;
	/* A single colon before is what stands before the address ("src:2001:db8::1"); one behind, or a dot, ends a sentence. */
	if (p[from] == ':' && p[from + 1] != ':')
		from++;
	else if (from > 0 && (pack_is_word(p[from - 1])))
		return;
	while (to > from &&
		(p[to - 1] == '.' || (p[to - 1] == ':' && to - from >= 2 && p[to - 2] != ':')))
		to--;
	if (to < s->n && (is_alnum(p[to]) || p[to] == '_' || p[to] >= 0x80))
		return;
	if (to - from >= 2)
		ask_six(s, from, to);
}
