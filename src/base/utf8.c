/* utf8.c: see utf8.h. */
#include "base/utf8.h"

#include "base/report.h"

/* The rows of Unicode 15, table 3-7. */
size_t utf8_len(const uint8_t *p, size_t n)
{
	uint8_t c = p[0], low = 0x80, high = 0xbf;
	size_t len;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (c == 0xe0)
		low = 0xa0; /* overlong */
	else if (c == 0xed)
		high = 0x9f; /* surrogates */
	else if (c == 0xf0)
		low = 0x90; /* overlong */
	else if (c == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

ptrdiff_t utf8_bad_at(struct slice s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t len;
		uint64_t w;

		while (s.n - i >= sizeof(w)) {
			memcpy(&w, s.p + i, sizeof(w));
			if (w & 0x8080808080808080)
				break;
			i += sizeof(w);
		}
		if (i == s.n)
			break;
		len = utf8_len(s.p + i, s.n - i);
		if (len == 0)
			return (ptrdiff_t)i;
		i += len;
	}
	return -1;
}

static uint32_t sequence_value(const uint8_t *p, size_t len)
{
	switch (len) {
	case 1:
		return p[0];
	case 2:
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3:
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	default:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
		       (p[3] & 0x3fu);
	}
}

size_t utf8_encode(uint32_t cp, uint8_t ret[4])
{
	MUST(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
	if (cp < 0x80) {
		ret[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		ret[0] = (uint8_t)(0xc0 | cp >> 6);
		ret[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		ret[0] = (uint8_t)(0xe0 | cp >> 12);
		ret[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		ret[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return 3;
	}
	ret[0] = (uint8_t)(0xf0 | cp >> 18);
	ret[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	ret[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	ret[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return 4;
}

void utf8_put(struct buf *b, uint32_t cp)
{
	uint8_t bytes[4];

	buf_add(b, bytes, utf8_encode(cp, bytes));
}

bool utf8_next(struct slice *s, uint32_t *ret_cp)
{
	size_t len;

	if (s->n == 0)
		return false;
	len = utf8_len(s->p, s->n);
	MUST(len > 0);
	*ret_cp = sequence_value(s->p, len);
	s->p += len;
	s->n -= len;
	return true;
}

bool utf8_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

size_t utf8_count(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

/* Eight bytes at once are all printable ASCII, which text mostly is: none has its high bit, is below a space or is DEL. */
static bool eight_plain(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101, high = ones << 7;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return ((w | (w - ones * 0x20) | ((w ^ ones * 0x7f) - ones)) & high) == 0;
}

static bool all_safe(struct slice s, bool prose)
{
	uint32_t cp;

	for (;;) {
		while (s.n >= 8 && eight_plain(s.p))
			s = slice_sub(s, 8, s.n);
		if (!utf8_next(&s, &cp))
			return true;
		if (utf8_unsafe(cp) && !(prose && (cp == '\n' || cp == '\t')))
			return false;
	}
}

bool utf8_is_line(struct slice s)
{
	return all_safe(s, false);
}

bool utf8_is_prose(struct slice s)
{
	return all_safe(s, true);
}

void utf8_show(struct buf *b, struct slice s, size_t max_chars)
{
	for (size_t i = 0, chars = 0; i < s.n; chars++) {
		size_t len = utf8_len(s.p + i, s.n - i);

		if (chars == max_chars) {
			utf8_put(b, 0x2026);
			return;
		}
		if (len == 0) {
			buf_byte(b, '?');
			i++;
			continue;
		}
		if (utf8_unsafe(sequence_value(s.p + i, len)))
			utf8_put(b, 0xfffd);
		else
			buf_add(b, s.p + i, len);
		i += len;
	}
}

void utf8_tame(char *text)
{
	const uint8_t *in = (const uint8_t *)text;
	char *out = text;
	size_t n = strlen(text);

	for (size_t i = 0; i < n;) {
		size_t len = utf8_len(in + i, n - i);

		if (len == 0 || utf8_unsafe(sequence_value(in + i, len))) {
			*out++ = '?';
			i += len ? len : 1;
			continue;
		}
		memmove(out, text + i, len);
		out += len;
		i += len;
	}
	*out = '\0';
}
