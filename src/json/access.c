/* access.c: questions to a document that has been read; see json.h. */
#include "json/tape.h"

#include "base/report.h"
#include "base/utf8.h"

#include <errno.h>

static const struct json_node *node_at(const struct json_doc *doc, json_ref ref)
{
	MUST(ref != JSON_ABSENT && ref < doc->n);
	return &doc->node[ref];
}

/* Four hex digits, checked before. */
static uint32_t hex4(const uint8_t *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t c = p[i];

		v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

/* One escape at *at (on its backslash), which moves behind it; up to four bytes into `out`. */
static size_t unescape_one(const uint8_t **at, uint8_t out[4])
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const uint8_t *p = *at + 1;
	const char *named;
	uint32_t cp;

	if (*p != 'u') {
		named = strchr(from, *p);
		out[0] = named ? (uint8_t)to[named - from] : *p;
		*at = p + 1;
		return 1;
	}
	cp = hex4(p + 1);
	p += 5;
	if (cp >= 0xd800 && cp <= 0xdbff) {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (hex4(p + 2) - 0xdc00);
		p += 6;
	}
	*at = p;
	return utf8_encode(cp, out);
}

size_t tape_unescape(struct slice raw, uint8_t *out)
{
	const uint8_t *at = raw.p, *end = raw.p + raw.n;
	uint8_t *to = out;

	while (at < end) {
		const uint8_t *slash = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((slash ? slash : end) - at);
		uint8_t bytes[4];
		size_t n;

		memcpy(to, at, plain);
		to += plain;
		at += plain;
		if (!slash)
			break;
		/* Never more than the escape took, so `out` is large enough. */
		n = unescape_one(&at, bytes);
		memcpy(to, bytes, n);
		to += n;
	}
	return (size_t)(to - out);
}

bool tape_equal(const struct json_doc *doc, const struct json_node *node, struct slice text)
{
	struct slice raw = tape_inside(doc, node);
	const uint8_t *at = raw.p, *end = raw.p + raw.n;

	if (!(node->tag & TAG_ESCAPED))
		return slice_eq(raw, text);
	if (text.n >= raw.n)
		return false; /* escapes only shrink */
	while (at < end) {
		uint8_t bytes[4] = {*at};
		size_t n = 1;

		if (*at == '\\')
			n = unescape_one(&at, bytes);
		else
			at++;
		if (text.n < n || memcmp(text.p, bytes, n) != 0)
			return false;
		text.p += n;
		text.n -= n;
	}
	return text.n == 0;
}

json_ref json_root(const struct json_doc *doc)
{
	MUST(doc->n > 1);
	return 1;
}

enum json_type json_type(const struct json_doc *doc, json_ref ref)
{
	return ref == JSON_ABSENT ? JSON_NONE : (enum json_type)(node_at(doc, ref)->tag & TAG_TYPE);
}

json_ref json_get(const struct json_doc *doc, json_ref ref, const char *key)
{
	return json_get_slice(doc, ref, slice_str(key));
}

json_ref json_get_slice(const struct json_doc *doc, json_ref ref, struct slice key)
{
	const struct json_node *k;

	if (json_type(doc, ref) != JSON_OBJECT)
		return JSON_ABSENT;
	for (json_ref v = json_first(doc, ref); v; v = doc->node[v].next) {
		MUST(v < doc->n);
		k = &doc->node[v - 1];
		/* Asked of every object for every name: most are told apart by their length. */
		if ((k->len == key.n + 2 || (k->tag & TAG_ESCAPED)) && tape_equal(doc, k, key))
			return v;
	}
	return JSON_ABSENT;
}

size_t json_count(const struct json_doc *doc, json_ref ref)
{
	enum json_type type = json_type(doc, ref);

	return type == JSON_ARRAY || type == JSON_OBJECT ? node_at(doc, ref)->tag >> TAG_COUNT : 0;
}

json_ref json_first(const struct json_doc *doc, json_ref ref)
{
	if (json_count(doc, ref) == 0)
		return JSON_ABSENT;
	return json_type(doc, ref) == JSON_OBJECT ? ref + 2 : ref + 1;
}

json_ref json_next(const struct json_doc *doc, json_ref ref)
{
	return node_at(doc, ref)->next;
}

struct slice json_raw(const struct json_doc *doc, json_ref ref)
{
	const struct json_node *node;

	if (ref == JSON_ABSENT)
		return SLICE_NONE;
	node = node_at(doc, ref);
	return slice_of(doc->src.p + node->start, node->len);
}

static struct slice text_of(
	const struct json_doc *doc, const struct json_node *node, struct arena *arena)
{
	struct slice raw = tape_inside(doc, node);
	uint8_t *out;

	if (!(node->tag & TAG_ESCAPED))
		return raw;
	out = arena_alloc(arena, raw.n);
	return slice_of(out, tape_unescape(raw, out));
}

struct slice json_key(const struct json_doc *doc, json_ref value, struct arena *arena)
{
	if (value == JSON_ABSENT || !(node_at(doc, value)->tag & TAG_MEMBER))
		return SLICE_NONE;
	return text_of(doc, &doc->node[value - 1], arena);
}

struct slice json_string(const struct json_doc *doc, json_ref ref, struct arena *arena)
{
	if (json_type(doc, ref) != JSON_STRING)
		return SLICE_NONE;
	return text_of(doc, node_at(doc, ref), arena);
}

struct slice json_number(const struct json_doc *doc, json_ref ref)
{
	return json_type(doc, ref) == JSON_NUMBER ? json_raw(doc, ref) : SLICE_NONE;
}

int json_i64(const struct json_doc *doc, json_ref ref, int64_t *ret)
{
	return slice_i64(json_number(doc, ref), ret) < 0 ? -EINVAL : 0;
}

bool json_true(const struct json_doc *doc, json_ref ref)
{
	return json_type(doc, ref) == JSON_TRUE;
}

static bool members_same(const struct json_doc *a, json_ref x, const struct json_doc *b, json_ref y,
	struct arena *arena)
{
	for (json_ref v = json_first(a, x); v; v = json_next(a, v)) {
		json_ref other = json_get_slice(b, y, json_key(a, v, arena));

		if (other == JSON_ABSENT || !json_same(a, v, b, other, arena))
			return false;
	}
	return true;
}

static bool elements_same(const struct json_doc *a, json_ref x, const struct json_doc *b,
	json_ref y, struct arena *arena)
{
	json_ref v = json_first(a, x), w = json_first(b, y);

	for (; v && w && json_same(a, v, b, w, arena); w = json_next(b, w))
		v = json_next(a, v);
	return !v;
}

/* As deep as the reader lets a text be. */
bool json_same(const struct json_doc *a, json_ref x, const struct json_doc *b, json_ref y,
	struct arena *arena)
{
	enum json_type type = json_type(a, x);

	if (type != json_type(b, y) || json_count(a, x) != json_count(b, y))
		return false;
	switch (type) {
	case JSON_OBJECT:
		return members_same(a, x, b, y, arena);
	case JSON_ARRAY:
		return elements_same(a, x, b, y, arena);
	case JSON_STRING:
		return slice_eq(json_string(a, x, arena), json_string(b, y, arena));
	case JSON_NUMBER:
		return slice_eq(json_number(a, x), json_number(b, y));
	case JSON_NONE:
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		break;
	}
	return true;
}

int json_need_string(const struct json_doc *doc, json_ref obj, const char *key, size_t max_bytes,
	struct arena *arena, struct slice *ret, struct why *why)
{
	json_ref v = json_get(doc, obj, key);
	struct slice s;
	char where[64];

	snprintf(where, sizeof(where), "/%s", key);
	if (v == JSON_ABSENT)
		return why_set(why, E_INVALID, where, "is missing");
	if (json_type(doc, v) != JSON_STRING)
		return why_set(why, E_INVALID, where, "must be a string");
	/* An escape is at most six bytes for one: nothing is unescaped that cannot fit. */
	if ((json_raw(doc, v).n - 2) / 6 > max_bytes)
		return why_set(why, E_INVALID, where, "is longer than %zu bytes", max_bytes);
	s = json_string(doc, v, arena);
	if (s.n == 0)
		return why_set(why, E_INVALID, where, "must not be empty");
	if (s.n > max_bytes)
		return why_set(why, E_INVALID, where, "is longer than %zu bytes", max_bytes);
	*ret = s;
	return 0;
}

int json_want_string(const struct json_doc *doc, json_ref obj, const char *key, size_t max_bytes,
	struct arena *arena, struct slice *ret, struct why *why)
{
	if (json_get(doc, obj, key) == JSON_ABSENT) {
		*ret = SLICE_NONE;
		return 0;
	}
	return json_need_string(doc, obj, key, max_bytes, arena, ret, why);
}
