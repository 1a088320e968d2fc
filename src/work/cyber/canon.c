/* canon.c: see canon.h. */
#include "work/cyber/canon.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

struct member {
	struct slice key;
	json_ref value;
};

/* UTF-16 code units decide; they differ from code points where surrogates stand below U+E000…U+FFFF. */
static uint32_t unit_of(uint32_t cp)
{
	return cp >= 0x10000 ? 0xd800 + ((cp - 0x10000) >> 10) : cp;
}

static int key_cmp(const void *pa, const void *pb)
{
	struct slice a = ((const struct member *)pa)->key, b = ((const struct member *)pb)->key;
	uint32_t ca = 0, cb = 0;
	bool has_a, has_b;

	for (;;) {
		has_a = utf8_next(&a, &ca);
		has_b = utf8_next(&b, &cb);
		if (!has_a || !has_b)
			return has_a - has_b;
		if (ca == cb)
			continue;
		if (unit_of(ca) != unit_of(cb))
			return unit_of(ca) < unit_of(cb) ? -1 : 1;
		return ca < cb ? -1 : 1;
	}
}

void jcs_string(struct buf *b, struct slice text)
{
	static const char named[] = "btn?fr"; /* U+0008 … U+000D but U+000B */

	buf_byte(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '"' || c == '\\') {
			buf_byte(b, '\\');
			buf_byte(b, c);
		} else if (c >= 8 && c <= 13 && c != 11) {
			buf_byte(b, '\\');
			buf_byte(b, (uint8_t)named[c - 8]);
		} else if (c < 0x20) {
			buf_addf(b, "\\u%04x", c);
		} else {
			buf_byte(b, c);
		}
	}
	buf_byte(b, '"');
}

/* ECMAScript's Number::toString from the shortest digits that read back as the same number. */
static void number_put(struct buf *b, double v)
{
	char text[40], digits[24];
	int n = 0, point;

	if (v == 0) {
		buf_byte(b, '0');
		return;
	}
	for (int precision = 0; precision < 17; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, v);
		if (strtod(text, NULL) == v)
			break;
	}
	const char *p = text;
	if (*p == '-') {
		buf_byte(b, '-');
		p++;
	}
	for (; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	point = (int)strtol(p + 1, NULL, 10) + 1;
	if (n <= point && point <= 21) {
		buf_add(b, digits, (size_t)n);
		for (int i = n; i < point; i++)
			buf_byte(b, '0');
	} else if (0 < point && point <= 21) {
		buf_add(b, digits, (size_t)point);
		buf_byte(b, '.');
		buf_add(b, digits + point, (size_t)(n - point));
	} else if (-6 < point && point <= 0) {
		buf_str(b, "0.");
		for (int i = point; i < 0; i++)
			buf_byte(b, '0');
		buf_add(b, digits, (size_t)n);
	} else {
		buf_byte(b, (uint8_t)digits[0]);
		if (n > 1) {
			buf_byte(b, '.');
			buf_add(b, digits + 1, (size_t)(n - 1));
		}
		buf_addf(b, "e%c%d", point > 0 ? '+' : '-', abs(point - 1));
	}
}

static void number_canon(const struct json_doc *doc, json_ref ref, struct buf *b)
{
	struct slice raw = json_number(doc, ref);
	char *text CLEANUP_FREE = mem_string(raw.p, raw.n);
	double v = strtod(text, NULL);

	/* 10^400 is no double: as it came, so that it is at least the same as itself. */
	if (!isfinite(v))
		buf_slice_add(b, raw);
	else
		number_put(b, v);
}

static void object_canon(
	const struct json_doc *doc, json_ref ref, struct arena *arena, struct buf *b)
{
	size_t n = json_count(doc, ref), at = 0;
	struct member *m = arena_array(arena, struct member, n + 1);

	for (json_ref v = json_first(doc, ref); v; v = json_next(doc, v))
		m[at++] = (struct member){json_key(doc, v, arena), v};
	qsort(m, n, sizeof(*m), key_cmp);
	buf_byte(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(b, ',');
		jcs_string(b, m[i].key);
		buf_byte(b, ':');
		jcs_value(doc, m[i].value, arena, b);
	}
	buf_byte(b, '}');
}

void jcs_value(const struct json_doc *doc, json_ref ref, struct arena *arena, struct buf *b)
{
	bool first = true;

	switch (json_type(doc, ref)) {
	case JSON_OBJECT:
		object_canon(doc, ref, arena, b);
		return;
	case JSON_ARRAY:
		buf_byte(b, '[');
		for (json_ref v = json_first(doc, ref); v; v = json_next(doc, v)) {
			if (!first)
				buf_byte(b, ',');
			first = false;
			jcs_value(doc, v, arena, b);
		}
		buf_byte(b, ']');
		return;
	case JSON_STRING:
		jcs_string(b, json_string(doc, ref, arena));
		return;
	case JSON_NUMBER:
		number_canon(doc, ref, b);
		return;
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		buf_slice_add(b, json_raw(doc, ref));
		return;
	case JSON_NONE:
		return;
	}
}
