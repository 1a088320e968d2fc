/*
 * pattern_lex.c: tokens of a STIX pattern; see pattern_int.h.
 *
 * As in the standard's grammar the longest token wins, so h'00' is one token, and h'0' an identifier and a string, which then fit nowhere.
 */
#include "work/cyber/pattern_int.h"

#include "base/utf8.h"

#include <stdarg.h>

int pattern_lex_fail(
	const struct lexer *x, int code, size_t at, struct why *why, const char *fmt, ...)
{
	size_t line = 1, column = 1;
	char where[64], text[256];
	va_list args;

	for (size_t i = 0; i < at && i < x->all.n; i++) {
		if (x->all.p[i] == '\n') {
			line++;
			column = 1;
		} else if ((x->all.p[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(where, sizeof(where), "line %zu, column %zu", line, column);
	return why_set(why, code, where, "%s", text);
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(uint8_t c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
	       cp == 0x205f || cp == 0x3000;
}

static uint8_t byte_at(const struct lexer *x, size_t at)
{
	return at < x->all.n ? x->all.p[at] : 0;
}

/* Passes white space and comments. */
static int skip(struct lexer *x, struct why *why)
{
	for (;;) {
		struct slice rest = slice_sub(x->all, x->at, x->all.n);
		uint32_t cp;

		if (slice_starts(rest, "/*")) {
			ptrdiff_t end = slice_search(slice_sub(rest, 2, rest.n), SLICE("*/"));

			if (end < 0)
				return pattern_lex_fail(
					x, E_SYNTAX, x->at, why, "comment without an end");
			x->at += (size_t)end + 4;
		} else if (slice_starts(rest, "//")) {
			while (x->at < x->all.n && x->all.p[x->at] != '\n' &&
				x->all.p[x->at] != '\r')
				x->at++;
		} else if (rest.n && utf8_next(&rest, &cp) && is_space(cp)) {
			x->at = (size_t)(rest.p - x->all.p);
		} else {
			return 0;
		}
	}
}

static void set(struct lexer *x, enum token_kind kind, size_t from, size_t to)
{
	x->now.kind = kind;
	x->now.text = slice_sub(x->all, from, to);
}

/* End of a quoted text that begins behind the quote before `from`, or 0. */
static size_t quoted(const struct lexer *x, size_t from, bool escapes)
{
	for (size_t i = from; i < x->all.n; i++) {
		uint8_t c = x->all.p[i];

		if (c == '\'')
			return i + 1;
		if (c == '\\' && escapes) {
			uint8_t next = byte_at(x, ++i);

			if (next != '\'' && next != '\\')
				return 0;
		}
	}
	return 0;
}

static bool is_hex(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f'))
			return false;
	return s.n % 2 == 0;
}

/* Groups of four, the last of which may be padded; what the unused bits say does not matter. */
static bool is_base64(struct slice s)
{
	size_t pad = slice_ends(s, "==") ? 2 : slice_ends(s, "=") ? 1 : 0;

	if (s.n % 4)
		return false;
	for (size_t i = 0; i < s.n - pad; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
			return false;
	return true;
}

/* h'', b'' and t''; false if what stands there is none. */
static bool lex_prefixed(struct lexer *x)
{
	uint8_t c = byte_at(x, x->at);
	size_t end;
	struct slice inside;
	struct moment m;

	if ((c != 'h' && c != 'b' && c != 't') || byte_at(x, x->at + 1) != '\'')
		return false;
	end = quoted(x, x->at + 2, false);
	if (end == 0)
		return false;
	inside = slice_sub(x->all, x->at + 2, end - 1);
	if (c == 'h'	   ? !is_hex(inside)
		: c == 'b' ? !is_base64(inside)
			   : pattern_moment_parse(inside, &m) < 0)
		return false;
	set(x, c == 'h' ? TOKEN_HEX : c == 'b' ? TOKEN_BINARY : TOKEN_TIME, x->at + 2, end - 1);
	x->at = end;
	return true;
}

static void lex_name(struct lexer *x)
{
	size_t from = x->at, end = from;
	enum token_kind kind = TOKEN_IDENT;

	while (is_name(byte_at(x, end)) || byte_at(x, end) == '-') {
		if (x->all.p[end] == '-')
			kind = TOKEN_HYPHEN;
		end++;
	}
	x->at = end;
	set(x, kind, from, end);
}

/* A number, or false and nothing taken. */
static bool lex_number(struct lexer *x)
{
	size_t from = x->at, at = from, whole, point;

	if (byte_at(x, at) == '-' || byte_at(x, at) == '+')
		at++;
	whole = at;
	while (is_digit(byte_at(x, at)))
		at++;
	point = at;
	if (byte_at(x, at) == '.' && is_digit(byte_at(x, at + 1))) {
		at++;
		while (is_digit(byte_at(x, at)))
			at++;
		set(x, TOKEN_FLOAT, from, at);
		x->at = at;
		return true;
	}
	if (point == whole)
		return false;
	/* 007 is three tokens by the grammar, and so nothing that fits anywhere. */
	at = x->all.p[whole] == '0' ? whole + 1 : point;
	set(x, TOKEN_INT, from, at);
	x->at = at;
	return true;
}

static int lex_sign(struct lexer *x, struct why *why)
{
	static const struct {
		const char *text;
		enum token_kind kind;
	} signs[] = {
		{"==", TOKEN_EQ},
		{"!=", TOKEN_NE},
		{"<>", TOKEN_NE},
		{"<=", TOKEN_LE},
		{">=", TOKEN_GE},
		{"=", TOKEN_EQ},
		{"<", TOKEN_LT},
		{">", TOKEN_GT},
		{":", TOKEN_COLON},
		{".", TOKEN_DOT},
		{",", TOKEN_COMMA},
		{"*", TOKEN_STAR},
		{"(", TOKEN_LPAREN},
		{")", TOKEN_RPAREN},
		{"[", TOKEN_LBRACK},
		{"]", TOKEN_RBRACK},
	};
	struct slice rest = slice_sub(x->all, x->at, x->all.n);
	uint32_t cp = '?';
	uint8_t text[5] = {0};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (slice_starts(rest, signs[i].text)) {
			size_t n = strlen(signs[i].text);

			set(x, signs[i].kind, x->at, x->at + n);
			x->at += n;
			return 0;
		}
	utf8_next(&rest, &cp);
	utf8_encode(cp, text);
	return pattern_lex_fail(
		x, E_SYNTAX, x->at, why, "\"%s\" does not belong here", (const char *)text);
}

int pattern_lex_next(struct lexer *x, struct why *why)
{
	int rc = skip(x, why);
	uint8_t c;

	if (rc < 0)
		return rc;
	x->now.at = x->at;
	c = byte_at(x, x->at);
	if (x->at >= x->all.n) {
		set(x, TOKEN_END, x->at, x->at);
		return 0;
	}
	if (c == '\'') {
		size_t end = quoted(x, x->at + 1, true);

		if (end == 0)
			return pattern_lex_fail(x, E_SYNTAX, x->at, why,
				"string without an end, or with a backslash that is not before ' or \\");
		set(x, TOKEN_STRING, x->at + 1, end - 1);
		x->at = end;
		return 0;
	}
	if (lex_prefixed(x))
		return 0;
	if (is_letter(c) || c == '_') {
		lex_name(x);
		return 0;
	}
	if (lex_number(x))
		return 0;
	return lex_sign(x, why);
}

int pattern_lex_start(struct lexer *x, struct slice text, struct why *why)
{
	ptrdiff_t bad = utf8_bad_at(text);

	*x = (struct lexer){.all = text};
	if (bad >= 0)
		return pattern_lex_fail(x, E_SYNTAX, (size_t)bad, why, "not UTF-8");
	if (text.n && memchr(text.p, 0, text.n))
		return pattern_lex_fail(
			x, E_SYNTAX, (size_t)slice_find(text, 0), why, "a zero byte");
	return pattern_lex_next(x, why);
}

bool pattern_lex_is_word(const struct lexer *x, const char *word)
{
	return x->now.kind == TOKEN_IDENT && slice_is(x->now.text, word);
}
