/*
 * scan_fang.c: spellings that nobody can click on, and what they mean: hxxp://evil[.]example, user[at]evil(dot)example; see scan_int.h.
 *
 * A bracket that turns out to be part of such a spelling makes its whole token be written anew and scanned for itself; what the token spells as it
 * stands is not said, so that a.example[.]net does not count as a.example.
 */
#include "work/cyber/scan_int.h"

static const struct {
	const char *inside, *means;
} fangs[] = {{".", "."}, {"dot", "."}, {",", "."}, {"@", "@"}, {"at", "@"}, {":", ":"},
	{"://", "://"}, {"/", "/"}, {":/", ":/"}};

/* The text in brackets at `at`, if it is one of ours: the byte behind it, and what it means. */
static size_t fang_at(const struct scan *s, size_t at, const char **ret_means)
{
	const uint8_t *p = s->p + at;
	char close = p[0] == '(' ? ')' : p[0] == '[' ? ']' : p[0] == '{' ? '}' : 0;
	size_t left = s->n - at;

	if (!close)
		return 0;
	for (size_t i = 0; i < sizeof(fangs) / sizeof(fangs[0]); i++) {
		size_t n = strlen(fangs[i].inside);

		if (left >= n + 2 && p[n + 1] == (uint8_t)close &&
			strncasecmp((const char *)p + 1, fangs[i].inside, n) == 0) {
			*ret_means = fangs[i].means;
			return at + n + 2;
		}
	}
	return 0;
}

/* A byte that ends a token whatever stands around it. */
static bool is_end(uint8_t c)
{
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '|' ||
	       c == 0x7f;
}

/* "evil [.] example": one blank on each side is part of the spelling. */
static size_t token_from(const struct scan *s, size_t open)
{
	size_t from = open;

	if (from > 1 && s->p[from - 1] == ' ' && pack_is_word(s->p[from - 2]))
		from--;
	while (from > s->fang_end && open - from < LIMIT_PACK_KEY / 4 && !is_end(s->p[from - 1]))
		from--;
	return from;
}

/* Writes what the token from `from` on means to `out`; returns its end, and the length written. */
static size_t rewrite(const struct scan *s, size_t from, uint8_t *out, size_t *ret_n)
{
	size_t at = from, n = 0;
	const char *means;

	while (at < s->n && n < LIMIT_PACK_KEY - 4) {
		size_t blank = s->p[at] == ' ' && at + 1 < s->n,
		       behind = fang_at(s, at + blank, &means);

		if (behind) {
			size_t length = strlen(means);

			memcpy(out + n, means, length);
			n += length;
			at = behind;
			/* A blank behind it, if a word goes on there and there was one before. */
			if (blank && at + 1 < s->n && s->p[at] == ' ' && pack_is_word(s->p[at + 1]))
				at++;
			continue;
		}
		if (is_end(s->p[at]))
			break;
		out[n++] = s->p[at++];
	}
	*ret_n = n;
	return at;
}

static inline bool may_begin(uint8_t c)
{
	return c == '.' || c == ',' || c == ':' || c == '/' || c == '@' || (c | 0x20) == 'd' ||
	       (c | 0x20) == 'a';
}

void scan_fang(struct scan *s, size_t open)
{
	struct scan *in = s->inner;
	struct pack_hit token = {.entry = UINT32_MAX};
	const char *means;
	uint8_t *out = in->scratch + SCAN_MARGIN + LIMIT_PACK_KEY;
	size_t from, to, n;
	uint64_t lines = 0;

	/* Nearly every bracket is another: its first byte inside says so. */
	if (open < s->fang_end || !may_begin(s->p[open + 1]) || !fang_at(s, open, &means))
		return;
	from = token_from(s, open);
	to = rewrite(s, from, out, &n);
	memset(out + n, 0, SCAN_MARGIN);
	s->fang_end = to;
	in->as_at = from;
	in->as_length = to - from;
	in->json = s->json;
	scan_keep(s, &token, from, to - from);
	scan_piece(in, out, n, 0, &lines);
}
