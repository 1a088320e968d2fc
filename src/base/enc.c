/* enc.c: see enc.h. Decoders check the whole text before they write the first byte. */
#include "base/enc.h"

#include "base/report.h"

#include <errno.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Value and 1; 0 for what is no digit. Entries are full of hashes in hex, so this is a table. */
static const uint8_t hex_values[256] = {['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16};

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int base32_value(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

void hex_encode(const void *p, size_t n, char *ret)
{
	const uint8_t *in = p;

	for (size_t i = 0; i < n; i++) {
		*ret++ = hex_digits[in[i] >> 4];
		*ret++ = hex_digits[in[i] & 15];
	}
	*ret = '\0';
}

int hex_decode(struct slice text, void *ret, size_t n)
{
	uint8_t *out = ret;

	if (n > SIZE_MAX / 2 || text.n != HEX_LEN(n))
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++)
		if (hex_values[text.p[i]] == 0)
			return -EINVAL;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((hex_values[text.p[2 * i]] - 1) << 4 |
				   (hex_values[text.p[2 * i + 1]] - 1));
	return 0;
}

void base64_encode(const void *p, size_t n, char *ret)
{
	const uint8_t *in = p;
	size_t i = 0;

	for (; n - i >= 3; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

		*ret++ = base64_digits[v >> 18];
		*ret++ = base64_digits[v >> 12 & 63];
		*ret++ = base64_digits[v >> 6 & 63];
		*ret++ = base64_digits[v & 63];
	}
	if (n - i > 0) {
		uint32_t v = (uint32_t)in[i] << 16 | (n - i > 1 ? (uint32_t)in[i + 1] << 8 : 0);

		*ret++ = base64_digits[v >> 18];
		*ret++ = base64_digits[v >> 12 & 63];
		*ret++ = n - i > 1 ? base64_digits[v >> 6 & 63] : '=';
		*ret++ = '=';
	}
	*ret = '\0';
}

/* Bytes that the text decodes to, or -1 if it is not the canonical spelling of anything. */
static ptrdiff_t base64_check(struct slice text)
{
	size_t pad = 0, digits;

	if (text.n % 4 != 0)
		return -1;
	if (text.n == 0)
		return 0;
	pad = text.p[text.n - 1] != '=' ? 0 : text.p[text.n - 2] != '=' ? 1 : 2;
	digits = text.n - pad;
	for (size_t i = 0; i < digits; i++)
		if (base64_value(text.p[i]) < 0)
			return -1;
	/* The bits that the padding cuts off are zero. */
	if (pad && (base64_value(text.p[digits - 1]) & (pad == 1 ? 3 : 15)) != 0)
		return -1;
	return (ptrdiff_t)(text.n / 4 * 3 - pad);
}

static void base64_write(struct slice text, uint8_t *out, size_t n)
{
	uint32_t v = 0;
	unsigned bits = 0;

	for (size_t i = 0, o = 0; o < n; i++) {
		v = v << 6 | (uint32_t)base64_value(text.p[i]);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[o++] = (uint8_t)(v >> bits);
		}
	}
}

int base64_decode_exact(struct slice text, void *ret, size_t n)
{
	ptrdiff_t got = base64_check(text);

	if (got < 0 || (size_t)got != n)
		return -EINVAL;
	base64_write(text, ret, n);
	return 0;
}

int base64_decode(struct slice text, struct buf *b)
{
	ptrdiff_t n = base64_check(text);
	uint8_t *out;

	if (n < 0)
		return -EINVAL;
	out = buf_room(b, (size_t)n);
	if (out)
		base64_write(text, out, (size_t)n);
	return 0;
}

/* Written in the other alphabet and padded, so that there is one decoder that is strict. */
int base64url_decode(struct slice text, struct buf *b)
{
	struct buf plain CLEANUP_BUF = BUF(text.n + 4);

	if (text.n % 4 == 1)
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '+' || c == '/' || c == '=')
			return -EINVAL;
		buf_byte(&plain, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	while (plain.n % 4)
		buf_byte(&plain, '=');
	return base64_decode(buf_slice(&plain), b);
}

void base32_encode(const void *p, size_t n, char *ret)
{
	const uint8_t *in = p;
	uint32_t v = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++) {
		v = v << 8 | in[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*ret++ = base32_digits[v >> (bits - 5) & 31];
	}
	if (bits)
		*ret++ = base32_digits[v << (5 - bits) & 31];
	*ret = '\0';
}

int base32_decode(struct slice text, void *ret, size_t n)
{
	uint8_t *out = ret;
	uint32_t v = 0;
	unsigned bits = 0;

	if (n > SIZE_MAX / 16 || text.n != BASE32_LEN(n))
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++)
		if (base32_value(text.p[i]) < 0)
			return -EINVAL;
	if (text.n && (base32_value(text.p[text.n - 1]) & ((1 << (text.n * 5 - n * 8)) - 1)) != 0)
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++) {
		v = v << 5 | (uint32_t)base32_value(text.p[i]);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(v >> bits);
		}
	}
	return 0;
}

/* Room for `len` characters and the NUL that an encoder adds (buf.c keeps one byte spare). */
void buf_hex(struct buf *b, const void *p, size_t n)
{
	char *at = (char *)buf_room(b, HEX_LEN(n));

	if (at)
		hex_encode(p, n, at);
}

void buf_base64(struct buf *b, const void *p, size_t n)
{
	char *at = (char *)buf_room(b, BASE64_LEN(n));

	if (at)
		base64_encode(p, n, at);
}

void buf_base64url(struct buf *b, const void *p, size_t n)
{
	size_t from = b->n;

	buf_base64(b, p, n);
	if (buf_over(b))
		return;
	for (size_t i = from; i < b->n; i++)
		b->p[i] = b->p[i] == '+' ? '-' : b->p[i] == '/' ? '_' : b->p[i];
	while (b->n > from && b->p[b->n - 1] == '=')
		buf_cut(b, b->n - 1);
}

void buf_base32(struct buf *b, const void *p, size_t n)
{
	char *at = (char *)buf_room(b, BASE32_LEN(n));

	if (at)
		base32_encode(p, n, at);
}

static bool is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void buf_percent(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_unreserved(s.p[i]))
			buf_byte(b, s.p[i]);
		else
			buf_addf(b, "%%%02X", s.p[i]);
	}
}

/* RFC 3986 §2.1: both cases mean the same, so both are read. */
static int percent_value(uint8_t c)
{
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : (int)hex_values[c] - 1;
}

int percent_decode(struct slice s, struct buf *b)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%')
			continue;
		if (s.n - i < 3 || percent_value(s.p[i + 1]) < 0 || percent_value(s.p[i + 2]) < 0)
			return -EINVAL;
		i += 2;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			buf_byte(b, s.p[i]);
			continue;
		}
		buf_byte(b, (uint8_t)(percent_value(s.p[i + 1]) << 4 | percent_value(s.p[i + 2])));
		i += 2;
	}
	return 0;
}
