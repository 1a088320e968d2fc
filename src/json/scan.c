/* scan.c: see scan.h. */
#include "json/scan.h"

#include "base/utf8.h"

#include <endian.h>

#define EVERY(byte) (0x0101010101010101u * (uint64_t)(byte))

void scan_space(struct scan *s)
{
	const uint8_t *at = s->at, *end = s->end;
	uint64_t w;

	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
		at++;
		/* Indentation comes in long runs. */
		while (end - at >= 8 && (memcpy(&w, at, 8), w == EVERY(' ')))
			at += 8;
	}
	s->at = at;
}

/* First byte that is a quote, a backslash, a control or not ASCII; `end` if there is none. */
static const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 8) {
		uint64_t w, quote, slash, special;

		memcpy(&w, at, 8);
		w = le64toh(w);
		quote = w ^ EVERY('"');
		slash = w ^ EVERY('\\');
		/* Borrows run upwards only, so the lowest flagged byte is the right one. */
		special = ((quote - EVERY(1)) | (slash - EVERY(1)) | (w - EVERY(' ')) | w) &
			  EVERY(0x80);
		if (special)
			return at + (__builtin_ctzll(special) >> 3);
		at += 8;
	}
	while (at < end && *at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* \uXXXX at s->at (on the backslash): the unit, with s->at behind it, or -1 with s->at left. */
static int32_t take_unit(struct scan *s)
{
	int32_t v = 0;

	if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		uint8_t c = s->at[i], low = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v << 4 | (low - 'a' + 10);
		else
			return -1;
	}
	s->at += 6;
	return v;
}

/* One escape; s->at is on the backslash. */
static const char *scan_escape(struct scan *s)
{
	int32_t unit, second;

	if (s->end - s->at < 2) {
		s->at = s->end;
		return "the text ends too early";
	}
	if (s->at[1] != 'u') {
		if (s->at[1] == '\0' || !strchr("\"\\/bfnrt", s->at[1]))
			return "unknown escape";
		s->at += 2;
		return NULL;
	}
	unit = take_unit(s);
	if (unit < 0)
		return "broken \\u escape";
	if (unit < 0xd800 || unit > 0xdfff)
		return NULL;
	second = unit <= 0xdbff ? take_unit(s) : -1;
	if (second < 0xdc00 || second > 0xdfff)
		return "lone surrogate";
	return NULL;
}

/* A string; s->at is on its quote. */
const char *scan_string(struct scan *s, bool *ret_escaped)
{
	bool escaped = false;
	size_t len;
	const char *wrong;

	s->at++;
	for (;;) {
		s->at = plain_end(s->at, s->end);
		if (s->at == s->end)
			return "the text ends too early";
		if (*s->at == '"') {
			s->at++;
			*ret_escaped = escaped;
			return NULL;
		}
		if (*s->at == '\\') {
			escaped = true;
			wrong = scan_escape(s);
			if (wrong)
				return wrong;
			continue;
		}
		if (*s->at < ' ')
			return "raw control character in a string";
		len = utf8_len(s->at, (size_t)(s->end - s->at));
		if (len == 0)
			return "invalid UTF-8";
		s->at += len;
	}
}

static bool skip_digits(struct scan *s)
{
	const uint8_t *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

const char *scan_number(struct scan *s)
{
	if (*s->at != '-' && (*s->at < '0' || *s->at > '9'))
		return "expected a value";
	if (*s->at == '-')
		s->at++;
	if (s->at < s->end && *s->at == '0') {
		s->at++;
		if (s->at < s->end && *s->at >= '0' && *s->at <= '9')
			return "number with a leading zero";
	} else if (!skip_digits(s)) {
		return "expected a digit";
	}
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (!skip_digits(s))
			return "expected a digit after the point";
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (!skip_digits(s))
			return "expected a digit in the exponent";
	}
	return NULL;
}

const char *scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
		return "expected a value";
	s->at += n;
	return NULL;
}
