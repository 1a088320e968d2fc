/* field.c: see field.h. */
#include "work/training/field.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "work/training/machine.h"

#include <errno.h>

#define ITEMS_DEFAULT 64

static const char *below(struct arena *arena, const char *where, const char *name)
{
	return arena_printf(arena, "%s/%s", where, name);
}

/* ---- dates ---- */

static bool two_digits(struct slice s, size_t at, int64_t *ret)
{
	if (s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
		return false;
	*ret = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
	return true;
}

int date_parse(struct slice s, int64_t *ret_day)
{
	int64_t hi, lo, m, d, y2;
	unsigned m2, d2;

	if (s.n != DATE_TEXT || s.p[4] != '-' || s.p[7] != '-' || !two_digits(s, 0, &hi) ||
		!two_digits(s, 2, &lo) || !two_digits(s, 5, &m) || !two_digits(s, 8, &d) || m < 1 ||
		m > 12 || d < 1)
		return -EINVAL;
	int64_t day = utc_day(hi * 100 + lo, (unsigned)m, (unsigned)d);
	utc_date(day, &y2, &m2, &d2);
	if (y2 != hi * 100 + lo || m2 != (unsigned)m || d2 != (unsigned)d)
		return -EINVAL;
	*ret_day = day;
	return 0;
}

void date_format(int64_t day, char ret[DATE_TEXT + 1])
{
	char text[48];
	unsigned m, d;
	int64_t y;

	utc_date(day, &y, &m, &d);
	if (y < 0 || y > 9999)
		y = m = d = 0;
	snprintf(text, sizeof(text), "%04u-%02u-%02u", (unsigned)y, m, d);
	memcpy(ret, text, DATE_TEXT + 1);
}

/* ---- checking ---- */

static int text_check(const struct field *f, struct slice s, const char *where, struct why *why)
{
	if (s.n > (uint64_t)f->max)
		return why_set(why, E_LIMIT, where, "is longer than %lld bytes", (long long)f->max);
	if ((f->flags & NEED) && slice_trim(s).n == 0)
		return why_set(why, E_INVALID, where, "is empty");
	if (f->type == FIELD_LINE && !utf8_is_line(s))
		return why_set(why, E_INVALID, where, "is one line, without control characters");
	return 0;
}

static int word_check(const struct field *f, struct slice s, const char *where, struct why *why)
{
	struct buf all CLEANUP_BUF = BUF(400);

	if (word_find(f->word, s) >= 0)
		return 0;
	for (size_t i = 0; f->word[i]; i++)
		buf_addf(&all, "%s%s", i ? ", " : "", f->word[i]);
	return why_set(why, E_INVALID, where, "is one of %s", buf_cstr(&all));
}

static int string_check(const struct field *f, struct slice s, const char *where, struct why *why)
{
	struct object_id object;
	struct id id;
	int64_t t;
	uint8_t hash[32];

	switch (f->type) {
	case FIELD_LINE:
	case FIELD_TEXT:
		return text_check(f, s, where, why);
	case FIELD_WORD:
		return word_check(f, s, where, why);
	case FIELD_ID:
		return id_parse(s, &id) < 0 ? why_set(why, E_INVALID, where, "is no member's id")
					    : 0;
	case FIELD_OBJECT:
		return object_parse(s, &object) < 0
			       ? why_set(why, E_INVALID, where, "is no record's id")
			       : 0;
	case FIELD_TIME:
		return utc_parse(s, &t, NULL) < 0 ? why_set(why, E_INVALID, where,
							    "is no time like 2025-03-18T09:30:00Z")
						  : 0;
	case FIELD_DATE:
		return date_parse(s, &t) < 0
			       ? why_set(why, E_INVALID, where, "is no date like 2025-03-18")
			       : 0;
	case FIELD_HASH:
		return hex_decode(s, hash, sizeof(hash)) < 0
			       ? why_set(why, E_INVALID, where, "is not 64 hex digits")
			       : 0;
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_STRUCT:
	case FIELD_MAP:
	case FIELD_STEPS:
		break;
	}
	return why_set(why, E_INVALID, where, "is of the wrong type");
}

static int map_check(const struct field *f, const struct json_doc *doc, json_ref v,
	const char *where, struct arena *arena, struct why *why)
{
	if (json_type(doc, v) != JSON_OBJECT)
		return why_set(why, E_INVALID, where, "is an object of texts");
	if (json_count(doc, v) > (f->items ? f->items : ITEMS_DEFAULT))
		return why_set(why, E_LIMIT, where, "has more than %zu members",
			f->items ? f->items : (size_t)ITEMS_DEFAULT);
	for (json_ref m = json_first(doc, v); m; m = json_next(doc, m)) {
		struct slice key = json_key(doc, m, arena);

		if (json_type(doc, m) != JSON_STRING || key.n == 0 || key.n > 200 ||
			json_string(doc, m, arena).n > (uint64_t)f->max)
			return why_set(why, E_INVALID, where,
				"is an object of texts of at most %lld bytes", (long long)f->max);
	}
	return 0;
}

static int value_check(const struct field *f, const struct json_doc *doc, json_ref v,
	const char *where, struct arena *arena, struct why *why)
{
	int64_t n;

	switch (f->type) {
	case FIELD_INT:
		if (json_i64(doc, v, &n) < 0 || n < f->min || n > f->max)
			return why_set(why, E_INVALID, where, "is a whole number from %lld to %lld",
				(long long)f->min, (long long)f->max);
		return 0;
	case FIELD_BOOL:
		return json_type(doc, v) == JSON_TRUE || json_type(doc, v) == JSON_FALSE
			       ? 0
			       : why_set(why, E_INVALID, where, "is true or false");
	case FIELD_STRUCT:
		if (json_type(doc, v) != JSON_OBJECT)
			return why_set(why, E_INVALID, where, "is an object");
		return fields_check(f->sub, doc, v, where, arena, why);
	case FIELD_MAP:
		return map_check(f, doc, v, where, arena, why);
	case FIELD_STEPS:
		return machine_check(f->machine, doc, v, where, arena, why);
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_WORD:
	case FIELD_ID:
	case FIELD_OBJECT:
	case FIELD_TIME:
	case FIELD_DATE:
	case FIELD_HASH:
		if (json_type(doc, v) != JSON_STRING)
			return why_set(why, E_INVALID, where, "is a text");
		return string_check(f, json_string(doc, v, arena), where, why);
	}
	return why_set(why, E_INVALID, where, "is of the wrong type");
}

static int many_check(const struct field *f, const struct json_doc *doc, json_ref v,
	const char *where, struct arena *arena, struct why *why)
{
	size_t max = f->items ? f->items : ITEMS_DEFAULT, i = 0;
	int rc = 0;

	if (json_type(doc, v) != JSON_ARRAY)
		return why_set(why, E_INVALID, where, "is a list");
	if (json_count(doc, v) > max)
		return why_set(why, E_LIMIT, where, "has more than %zu items", max);
	if ((f->flags & NEED) && json_count(doc, v) == 0)
		return why_set(why, E_INVALID, where, "is empty");
	for (json_ref m = json_first(doc, v); rc == 0 && m; m = json_next(doc, m))
		rc = value_check(f, doc, m, arena_printf(arena, "%s/%zu", where, i++), arena, why);
	return rc;
}

int fields_check(const struct field *f, const struct json_doc *doc, json_ref obj, const char *where,
	struct arena *arena, struct why *why)
{
	int rc = 0;

	if (json_type(doc, obj) != JSON_OBJECT)
		return why_set(why, E_INVALID, where, "is an object");
	for (; rc == 0 && f->name; f++) {
		json_ref v = json_get(doc, obj, f->name);
		const char *at = below(arena, where, f->name);

		if (v == JSON_ABSENT)
			rc = f->flags & NEED ? why_set(why, E_INVALID, at, "is missing") : 0;
		else if ((f->flags & MANY) && f->type != FIELD_STEPS)
			rc = many_check(f, doc, v, at, arena, why);
		else
			rc = value_check(f, doc, v, at, arena, why);
	}
	return rc;
}

static const struct field *field_find(const struct field *f, struct slice key)
{
	for (; f->name; f++)
		if (slice_is(key, f->name))
			return f;
	return NULL;
}

int fields_only(const struct field *f, const struct json_doc *doc, json_ref obj, const char *where,
	struct arena *arena, struct why *why)
{
	int rc = 0;

	for (json_ref v = json_first(doc, obj); rc == 0 && v; v = json_next(doc, v)) {
		const struct field *at = field_find(f, json_key(doc, v, arena));

		if (!at)
			return why_set(why, E_INVALID,
				arena_printf(arena, "%s/%.*s", where,
					SLICE_FMT(json_key(doc, v, arena))),
				"there is no such field");
		if (at->type != FIELD_STRUCT)
			continue;
		if (!(at->flags & MANY))
			rc = fields_only(
				at->sub, doc, v, below(arena, where, at->name), arena, why);
		else
			for (json_ref m = json_first(doc, v); rc == 0 && m; m = json_next(doc, m))
				rc = fields_only(
					at->sub, doc, m, below(arena, where, at->name), arena, why);
	}
	return rc;
}

/* ---- days in records ---- */

int64_t get_date(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise)
{
	int64_t day;

	return date_parse(get_plain(doc, json_get(doc, obj, key)), &day) < 0 ? otherwise : day;
}

void put_day(struct json_out *o, const char *key, int64_t day)
{
	char text[DATE_TEXT + 1];

	date_format(day, text);
	json_put_cstr(o, key, text);
}
