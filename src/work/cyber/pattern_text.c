/*
 * pattern_text.c: LIKE and MATCHES.
 *
 * Text is compared in Unicode's form NFC (§9.6.1). A regular expression is somebody else's program: it runs in PCRE2's interpreter, never as
 * machine code of its making, with bounds on steps, depth and memory. PCRE2 counts its steps anew from each byte on that a match may begin at; those of
 * a whole question are counted here, by a call before each item of the expression that is tried.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "work/cyber/pattern_int.h"

#include "base/utf8.h"

#include <pcre2.h>
#include <utf8proc.h>

/* All ASCII is in every normal form already. */
static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

int pattern_text_nfc(struct arena *a, struct slice text, struct slice *ret)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;
	struct slice made;
	uint8_t *copy;

	if (is_ascii(text)) {
		*ret = text;
		return 0;
	}
	n = utf8proc_map(text.p, (utf8proc_ssize_t)text.n, &out,
		(utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
	if (n < 0 || !out)
		return -EINVAL;
	made = slice_of(out, (size_t)n);
	copy = arena_try(a, made.n + 1);
	if (copy)
		memcpy(copy, made.p, made.n);
	free(out);
	if (!copy)
		return -EINVAL;
	*ret = slice_of(copy, made.n);
	return 0;
}

bool pattern_text_narrow(struct slice text)
{
	uint32_t cp;

	while (utf8_next(&text, &cp))
		if (cp > 255)
			return false;
	return true;
}

bool pattern_text_cmp_bytes(struct slice text, struct slice bytes, int *ret)
{
	int order = 0;
	size_t i = 0;
	uint32_t cp;

	while (utf8_next(&text, &cp)) {
		if (cp > 255)
			return false;
		if (order == 0)
			order = i >= bytes.n ? 1 : cp == bytes.p[i] ? 0 : cp < bytes.p[i] ? -1 : 1;
		i++;
	}
	*ret = order ? order : i < bytes.n ? -1 : 0;
	return true;
}

/* The next character of a value; bytes stand for themselves. */
static bool next_char(struct slice *s, bool bytes, uint32_t *ret)
{
	if (!bytes)
		return utf8_next(s, ret);
	if (s->n == 0)
		return false;
	*ret = s->p[0];
	*s = slice_sub(*s, 1, s->n);
	return true;
}

/* The classic match with one point of return, the last %: time is at most length times length. */
bool pattern_text_like(struct slice like, struct slice value, bool bytes, uint64_t *left, bool *ret)
{
	struct slice back_like = SLICE_NONE, back_value = SLICE_NONE;
	bool star = false;

	for (; *left; --*left) {
		struct slice l = like, v = value;
		uint32_t want = 0, have = 0;
		bool more = utf8_next(&l, &want), any = next_char(&v, bytes, &have);

		if (more && want == '%') {
			star = true;
			back_like = like = l;
			back_value = value;
			continue;
		}
		if (!more && !any) {
			*ret = true;
			return true;
		}
		if (more && any && (want == '_' || want == have)) {
			like = l;
			value = v;
			continue;
		}
		if (!star || !next_char(&back_value, bytes, &have)) {
			*ret = false;
			return true;
		}
		like = back_like;
		value = back_value;
	}
	return false;
}

struct regex {
	pcre2_code *text, *bytes; /* owned; bytes is NULL if the source has code points above 255 */
	pcre2_match_data *data;	  /* owned */
	pcre2_match_context *bounds; /* owned */
};

static pcre2_code *compile(struct slice source, uint32_t flags, struct why *why)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	PCRE2_SIZE at = 0;
	int error = 0;

	if (c) {
		pcre2_set_parens_nest_limit(c, LIMIT_PATTERN_DEPTH);
		code = pcre2_compile(source.p ? source.p : (const uint8_t *)"", source.n,
			flags | PCRE2_DOTALL | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C |
				PCRE2_NEVER_UCP,
			&error, &at, c);
		pcre2_compile_context_free(c);
	}
	if (!code) {
		uint8_t text[128] = "out of memory";

		if (error)
			pcre2_get_error_message(error, text, sizeof(text));
		why_set(why, E_INVALID, "", "regular expression, byte %zu: %s", (size_t)at,
			(const char *)text);
	}
	return code;
}

/* Code points below 256 as bytes. */
static struct slice narrowed(struct arena *a, struct slice text)
{
	uint8_t *out = arena_alloc(a, text.n + 1);
	size_t n = 0;
	uint32_t cp;

	while (utf8_next(&text, &cp))
		out[n++] = (uint8_t)cp;
	return slice_of(out, n);
}

int pattern_regex_new(struct regex **ret, struct slice source, bool narrow, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(2 * LIMIT_REGEX_BYTES);
	struct regex *r;

	if (source.n > LIMIT_REGEX_BYTES)
		return why_set(why, E_LIMIT, "", "regular expression longer than %zu bytes",
			LIMIT_REGEX_BYTES);
	r = mem_new(struct regex);
	r->text = compile(source, PCRE2_UTF | PCRE2_NO_UTF_CHECK, why);
	if (r->text && narrow)
		r->bytes = compile(narrowed(&scratch, source), 0, why);
	if (!r->text || (narrow && !r->bytes)) {
		pattern_regex_free(&r);
		return E_INVALID;
	}
	r->data = pcre2_match_data_create(1, NULL);
	r->bounds = pcre2_match_context_create(NULL);
	MUST(r->data && r->bounds);
	pcre2_set_match_limit(r->bounds, LIMIT_REGEX_STEPS);
	pcre2_set_depth_limit(r->bounds, LIMIT_REGEX_DEPTH);
	pcre2_set_heap_limit(r->bounds, LIMIT_REGEX_HEAP / KIB);
	*ret = r;
	return 0;
}

void pattern_regex_free(struct regex **r)
{
	if (!*r)
		return;
	pcre2_code_free((*r)->text);
	pcre2_code_free((*r)->bytes);
	pcre2_match_data_free((*r)->data);
	pcre2_match_context_free((*r)->bounds);
	mem_free(*r);
	*r = NULL;
}

struct spending {
	uint64_t *left;
	uint64_t each; /* for one item */
	size_t at;     /* where the last one was tried */
};

/* Before an item is tried: one step, and one for each byte that the item before it has gone over. */
static int spend(pcre2_callout_block *b, void *ctx)
{
	struct spending *s = ctx;
	size_t at = b->current_position;
	uint64_t cost = s->each + (at > s->at ? at - s->at : s->at - at);

	s->at = at;
	*s->left -= cost < *s->left ? cost : *s->left;
	return *s->left ? 0 : PCRE2_ERROR_CALLOUT;
}

int pattern_regex_search(
	struct regex *r, struct slice value, bool bytes, uint64_t *left, bool *ret, struct why *why)
{
	pcre2_code *code = bytes ? r->bytes : r->text;
	struct spending s = {.left = left, .each = 1};
	uint32_t back = 0;
	int rc;

	if (!code) {
		*ret = false;
		return 0;
	}
	(void)pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &back);
	/* A reference to a group may compare as much as the value has, and go nowhere. */
	if (back)
		s.each += value.n / 16;
	pcre2_set_callout(r->bounds, spend, &s);
	rc = pcre2_match(code, value.p ? value.p : (const uint8_t *)"", value.n, 0,
		PCRE2_NO_UTF_CHECK, r->data, r->bounds);
	pcre2_set_callout(r->bounds, NULL, NULL);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		return why_set(why, E_LIMIT, "",
			"a regular expression takes too many steps or too much memory for a value of %zu bytes",
			value.n);
	*ret = rc >= 0;
	return 0;
}
