/*
 * split.c: see split.h. One pass over the bytes, which may come in pieces of any size.
 *
 *	1. `stack` holds the brackets that are open, the outermost first; `frame` all bytes that belong to no element of `objects`.
 *	2. While `inside` is set the bytes belong to the element that began at `from`.
 */
#include "work/cyber/split.h"

#include "base/report.h"
#include "base/vec.h"
#include "json/json.h"

#define DEPTH_MAX 256

enum place {
	BEFORE,	  /* nothing yet */
	TOP,	  /* inside the outer object */
	ELEMENTS, /* inside its list `objects` */
	AFTER,
};

struct split {
	enum place place;
	uint64_t at; /* bytes so far */
	char stack[DEPTH_MAX];
	size_t depth;
	bool string, escape;
	/* At the top: the key that was read last, and whether its colon has come. */
	bool key_next, colon;
	char key[16];
	size_t n_key;
	bool key_open;
	/* In the list. */
	bool inside, scalar;
	bool comma, any; /* a comma has come; there was an element */
	uint64_t from;
	bool object;
	bool seen_objects;
	struct buf frame;
	VEC(struct span) span;
};

struct split *stix_split_new(void)
{
	struct split *s = mem_new(struct split);

	/* What turns out to be an object of its own is not longer than an object may be. */
	buf_init(&s->frame, LIMIT_STIX_BYTES + LIMIT_STIX_FRAME);
	return s;
}

void stix_split_free(struct split **p)
{
	struct split *s = *p;

	*p = NULL;
	if (!s)
		return;
	buf_free(&s->frame);
	vec_free(&s->span);
	mem_free(s);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int fail(const struct split *s, struct why *why, const char *what)
{
	return why_set(why, E_SYNTAX, "", "%s at byte %llu", what, (unsigned long long)s->at);
}

static int open_bracket(struct split *s, uint8_t c, struct why *why)
{
	if (s->depth == DEPTH_MAX)
		return why_set(why, E_LIMIT, "", "nested deeper than %d at byte %llu", DEPTH_MAX,
			(unsigned long long)s->at);
	s->stack[s->depth++] = c == '{' ? '}' : ']';
	return 0;
}

static int close_bracket(struct split *s, uint8_t c, struct why *why)
{
	if (s->depth == 0 || s->stack[s->depth - 1] != (char)c)
		return fail(s, why, "a bracket closes what is not open");
	s->depth--;
	return 0;
}

static void element_end(struct split *s, uint64_t end)
{
	uint64_t n = end - s->from;
	struct span one = {.from = s->from,
		.n = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX,
		.object = s->object};

	vec_push(&s->span, one);
	s->inside = false;
	s->scalar = false;
	s->any = true;
	s->comma = false;
}

/* Inside a string: as far as it goes. Gives back how many bytes were taken. */
static size_t take_string(struct split *s, const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if (s->escape) {
			s->escape = false;
			i++;
			continue;
		}
		const uint8_t *quote = memchr(p + i, '"', n - i);
		size_t upto = quote ? (size_t)(quote - p) : n;
		const uint8_t *slash = memchr(p + i, '\\', upto - i);

		if (slash) {
			s->escape = true;
			i = (size_t)(slash - p) + 1;
			continue;
		}
		if (!quote)
			return n;
		s->string = false;
		return upto + 1;
	}
	return n;
}

/* ---- the list ---- */

static int element_begin(struct split *s, uint8_t c, struct why *why)
{
	if (s->span.n == LIMIT_STIX_OBJECTS)
		return why_set(why, E_LIMIT, "/objects", "a bundle has at most %zu objects",
			LIMIT_STIX_OBJECTS);
	if (s->any && !s->comma)
		return fail(s, why, "expected a comma or the end of the list");
	s->inside = true;
	s->from = s->at;
	s->object = c == '{';
	if (c == '{' || c == '[')
		return open_bracket(s, c, why);
	if (c == '"')
		s->string = true;
	else
		s->scalar = true;
	return 0;
}

static int list_between(struct split *s, uint8_t c, struct why *why)
{
	if (is_space(c))
		return 0;
	if (c == ',') {
		if (!s->any || s->comma)
			return fail(s, why, "a comma with nothing before it");
		s->comma = true;
		return 0;
	}
	if (c != ']')
		return element_begin(s, c, why);
	if (s->comma)
		return fail(s, why, "a comma with nothing behind it");
	s->place = TOP;
	s->depth--;
	buf_byte(&s->frame, ']');
	return 0;
}

/* 1: this byte is not the scalar's any more. */
static int scalar_byte(struct split *s, uint8_t c)
{
	if (c != ',' && c != ']' && !is_space(c))
		return 0;
	element_end(s, s->at);
	return 1;
}

/* One byte within an element and outside of strings. The list's own bracket and that of the object around it lie below. */
static int element_byte(struct split *s, uint8_t c, struct why *why)
{
	int rc = 0;

	if (s->scalar)
		return scalar_byte(s, c) ? list_between(s, c, why) : 0;
	if (c == '"')
		s->string = true;
	else if (c == '{' || c == '[')
		rc = open_bracket(s, c, why);
	else if (c == '}' || c == ']')
		rc = close_bracket(s, c, why);
	if (rc == 0 && s->depth == 2 && (c == '}' || c == ']'))
		element_end(s, s->at + 1);
	return rc;
}

/* ---- the frame ---- */

/* The key's text, as far as it can be "objects"; spelt with escapes it is another matter, and the frame's check says so. */
static void key_byte(struct split *s, uint8_t c)
{
	if (s->n_key < sizeof(s->key))
		s->key[s->n_key++] = (char)c;
}

static int frame_byte(struct split *s, uint8_t c, struct why *why)
{
	int rc = 0;

	if (s->place == BEFORE && !is_space(c)) {
		if (c != '{')
			return fail(s, why, "expected an object");
		s->place = TOP;
		s->key_next = true;
		return open_bracket(s, c, why);
	}
	if (s->place == AFTER && !is_space(c))
		return fail(s, why, "text after the value");
	if (s->place != TOP || is_space(c))
		return 0;
	if (c == '"') {
		s->string = true;
		s->key_open = s->depth == 1 && s->key_next;
		if (s->key_open)
			s->n_key = 0;
		return 0;
	}
	if (c == '[' && s->depth == 1 && s->colon && s->n_key == 7 &&
		memcmp(s->key, "objects", 7) == 0) {
		if (s->seen_objects)
			return fail(s, why, "the same key twice");
		s->seen_objects = true;
		s->place = ELEMENTS;
		s->any = s->comma = false;
		s->colon = false;
		return open_bracket(s, c, why);
	}
	if (s->depth == 1) {
		s->colon = c == ':';
		s->key_next = c == ',';
	}
	if (c == '{' || c == '[')
		rc = open_bracket(s, c, why);
	else if (c == '}' || c == ']')
		rc = close_bracket(s, c, why);
	if (rc == 0 && s->depth == 0)
		s->place = AFTER;
	return rc;
}

/* Bytes of a string in the frame. */
static size_t frame_string(struct split *s, const uint8_t *p, size_t n)
{
	size_t taken = take_string(s, p, n), text = s->string ? taken : taken - 1;

	for (size_t i = 0; s->key_open && i < text; i++)
		key_byte(s, p[i]);
	if (!s->string)
		s->key_open = s->key_next = false;
	buf_add(&s->frame, p, taken);
	return taken;
}

static int feed_one(struct split *s, const uint8_t *p, size_t n, size_t *ret, struct why *why)
{
	if (s->string && s->place == ELEMENTS) {
		*ret = take_string(s, p, n);
		/* A string that is an element itself. */
		if (!s->string && s->depth == 2) {
			s->at += *ret;
			element_end(s, s->at);
			s->at -= *ret;
		}
		return 0;
	}
	if (s->string) {
		*ret = frame_string(s, p, n);
		return 0;
	}
	*ret = 1;
	if (s->place == ELEMENTS)
		return s->inside ? element_byte(s, *p, why) : list_between(s, *p, why);
	buf_byte(&s->frame, *p);
	return frame_byte(s, *p, why);
}

/* Inside an object most bytes are neither quote nor bracket. */
static size_t plain_run(const struct split *s, const uint8_t *p, size_t n)
{
	size_t i = 0;

	if (s->place != ELEMENTS || !s->inside || s->scalar || s->string)
		return 0;
	while (i < n && p[i] != '"' && p[i] != '{' && p[i] != '}' && p[i] != '[' && p[i] != ']')
		i++;
	return i;
}

int stix_split_feed(struct split *s, struct slice piece, struct why *why)
{
	for (size_t i = 0; i < piece.n;) {
		size_t taken = plain_run(s, piece.p + i, piece.n - i);
		int rc = 0;

		if (taken == 0)
			rc = feed_one(s, piece.p + i, piece.n - i, &taken, why);
		if (rc < 0)
			return rc;
		i += taken;
		s->at += taken;
		if (buf_over(&s->frame))
			return why_set(why, E_LIMIT, "",
				"what is beside the objects is larger than %zu bytes",
				LIMIT_STIX_BYTES);
	}
	return 0;
}

int stix_split_end(struct split *s, struct split_result *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct json_limits limits = {DEPTH_MAX, LIMIT_STIX_NODES};
	struct json_doc doc;
	int rc;

	if (s->place != AFTER)
		return fail(s, why, "the text ends too early");
	rc = json_read(&doc, &arena, buf_slice(&s->frame), &limits, why);
	if (rc < 0)
		return rc;
	json_ref root = json_root(&doc), list = json_get(&doc, root, "objects");
	/* "objects" that was not a list, or was spelt with escapes. */
	if (list != JSON_ABSENT && !s->seen_objects && json_type(&doc, list) == JSON_ARRAY)
		return why_set(why, E_SYNTAX, "/objects", "the key is spelt with escapes");
	if (list != JSON_ABSENT && json_type(&doc, list) != JSON_ARRAY)
		return why_set(why, E_INVALID, "/objects", "objects is a list");
	struct slice type = json_string(&doc, json_get(&doc, root, "type"), &arena);
	struct split_result r = {.frame = SPLIT_ENVELOPE, .has_objects = s->seen_objects};
	if (slice_is(type, "bundle"))
		r.frame = SPLIT_BUNDLE;
	else if (type.p && list == JSON_ABSENT) {
		struct span one = {.from = 0, .n = (uint32_t)s->at, .object = true};

		if (s->at > UINT32_MAX)
			one.n = UINT32_MAX;
		r.frame = SPLIT_ONE;
		vec_push(&s->span, one);
	}
	r.at = s->span.p;
	r.n = s->span.n;
	r.outer = buf_slice(&s->frame);
	*ret = r;
	return 0;
}
