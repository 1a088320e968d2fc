/* shape.c: see shape.h. */
#include "work/response/shape.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/report.h"
#include "base/utf8.h"
#include "crypt/hash.h"
#include "work/response/cap.h"
#include "work/response/types.h"

#include <inttypes.h>

#define AT_MAX 112 /* of a JSON pointer that is shown */

struct reading {
	struct arena *arena;
	const struct json_doc *doc;
	unsigned how;
	struct why *why;
};

static void *field_at(const struct shape_field *f, void *base)
{
	return (uint8_t *)base + f->at;
}

static const void *field_of(const struct shape_field *f, const void *base)
{
	return (const uint8_t *)base + f->at;
}

void shape_clear(const struct shape *s, void *p)
{
	memset(p, 0, s->size);
	for (const struct shape_field *f = s->field; f->key; f++) {
		if (f->form == FORM_WORD)
			*(int *)field_at(f, p) = -1;
		if (f->form == FORM_INT || f->form == FORM_DEGREES)
			*(int64_t *)field_at(f, p) = f->absent;
	}
}

static size_t form_size(enum shape_form form)
{
	switch (form) {
	case FORM_TEXT:
	case FORM_TYPE:
	case FORM_CURRENCY:
		return sizeof(struct slice);
	case FORM_WORD:
		return sizeof(int);
	case FORM_BOOL:
		return sizeof(bool);
	case FORM_INT:
	case FORM_TIME:
	case FORM_DEGREES:
		return sizeof(int64_t);
	case FORM_OBJECT:
		return sizeof(struct object_id);
	case FORM_HASH:
		return sizeof(struct hash);
	case FORM_MEMBER:
		return sizeof(struct id);
	case FORM_SHAPE:
		return sizeof(void *);
	case FORM_TEXTS:
	case FORM_MEMBERS:
	case FORM_SHAPES:
	case FORM_INTS:
	case FORM_HASHES:
		break;
	}
	return sizeof(struct shape_list);
}

static bool field_absent(const struct shape_field *f, const void *v)
{
	static const uint8_t zero[sizeof(struct object_id)];

	if (f->form == FORM_WORD)
		return *(const int *)v < 0;
	if (f->form == FORM_INT || f->form == FORM_DEGREES)
		return *(const int64_t *)v == f->absent;
	if (f->form == FORM_HASH)
		return hash_is_zero(v);
	if (f->form >= FORM_TEXTS)
		return ((const struct shape_list *)v)->n == 0;
	if (f->form == FORM_TEXT || f->form == FORM_TYPE || f->form == FORM_CURRENCY)
		return ((const struct slice *)v)->n == 0;
	return memcmp(v, zero, form_size(f->form)) == 0;
}

void shape_overlay(const struct shape *s, void *to, const void *from)
{
	for (const struct shape_field *f = s->field; f->key; f++)
		if (!field_absent(f, field_of(f, from)))
			memcpy(field_at(f, to), field_of(f, from), form_size(f->form));
}

bool shape_has(const struct shape *s, const void *p, struct slice key)
{
	for (const struct shape_field *f = s->field; f->key; f++)
		if (slice_is(key, f->key))
			return !field_absent(f, field_of(f, p));
	return false;
}

void shape_retain(const struct shape *s, void *to, const void *from, const void *over)
{
	for (const struct shape_field *f = s->field; f->key; f++)
		if (!field_absent(f, field_of(f, from)) && !field_absent(f, field_of(f, over)))
			memcpy(field_at(f, to), field_of(f, from), form_size(f->form));
}

/* ---- reading ---- */

static int wrong(struct reading *r, const char *at, const char *what)
{
	return why_set(r->why, E_INVALID, at, "%s", what);
}

static int text_read(struct reading *r, json_ref v, const char *at, size_t max, struct slice *ret)
{
	struct slice s = json_string(r->doc, v, r->arena);

	if (json_type(r->doc, v) != JSON_STRING)
		return wrong(r, at, "is no text");
	if (s.n == 0)
		return wrong(r, at, "is empty: leave it out");
	if (s.n > max)
		return why_set(r->why, E_LIMIT, at, "is longer than %zu bytes", max);
	if (!utf8_is_prose(s))
		return wrong(r, at, "has control characters in it");
	*ret = s;
	return 0;
}

static int word_read(
	struct reading *r, const struct shape_field *f, json_ref v, const char *at, int *ret)
{
	struct slice s = json_string(r->doc, v, r->arena);
	char list[200] = "";
	size_t n = 0;

	for (int i = 0; f->words[i]; i++)
		if (json_type(r->doc, v) == JSON_STRING && slice_is(s, f->words[i])) {
			*ret = i;
			return 0;
		}
	for (int i = 0; f->words[i] && n < sizeof(list) - 40; i++)
		n += (size_t)snprintf(
			list + n, sizeof(list) - n, "%s%s", i ? ", " : "", f->words[i]);
	return why_set(r->why, E_INVALID, at, "is none of %s", list);
}

static int int_read(
	struct reading *r, const struct shape_field *f, json_ref v, const char *at, int64_t *ret)
{
	int64_t n, max = f->max ? f->max : INT64_C(1000000000000);

	if (json_i64(r->doc, v, &n) < 0)
		return wrong(r, at, "is no whole number");
	if (n < f->min || n > max)
		return why_set(r->why, E_INVALID, at, "is not between %" PRId64 " and %" PRId64,
			f->min, max);
	*ret = n;
	return 0;
}

static int degrees_read(
	struct reading *r, const struct shape_field *f, json_ref v, const char *at, int64_t *ret)
{
	int64_t n;

	if (json_type(r->doc, v) != JSON_NUMBER ||
		decimal_parse(json_number(r->doc, v), CAP_DEGREE, &n) < 0)
		return wrong(r, at, "is no number of degrees like 41.3275");
	if (n < f->min * CAP_DEGREE || n > f->max * CAP_DEGREE)
		return why_set(r->why, E_INVALID, at,
			"is not between %" PRId64 " and %" PRId64 " degrees", f->min, f->max);
	*ret = n;
	return 0;
}

static int time_read(struct reading *r, json_ref v, const char *at, int64_t *ret)
{
	struct slice s = json_string(r->doc, v, r->arena);
	int64_t ms;

	if (json_type(r->doc, v) != JSON_STRING || utc_parse(s, &ms, NULL) < 0 || ms <= 0)
		return wrong(r, at, "is no time like 2026-05-24T16:49:00Z");
	*ret = ms;
	return 0;
}

static int type_read(struct reading *r, json_ref v, const char *at, struct slice *ret)
{
	const struct type_code *t;

	if (json_type(r->doc, v) != JSON_STRING)
		return wrong(r, at, "is no code of a type");
	t = type_find(json_string(r->doc, v, r->arena));
	if (!t)
		return wrong(r, at, "is no type of the code list (entente response types)");
	*ret = slice_str(t->code);
	return 0;
}

static int currency_read(struct reading *r, json_ref v, const char *at, struct slice *ret)
{
	struct slice s = json_string(r->doc, v, r->arena);

	if (s.n != 3)
		return wrong(r, at, "is no currency like EUR");
	for (size_t i = 0; i < 3; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return wrong(r, at, "is no currency like EUR");
	*ret = s;
	return 0;
}

static size_t element_size(const struct shape_field *f)
{
	switch ((int)f->form) {
	case FORM_TEXTS:
		return sizeof(struct slice);
	case FORM_MEMBERS:
		return sizeof(struct id);
	case FORM_INTS:
		return sizeof(int64_t);
	case FORM_HASHES:
		return sizeof(struct hash);
	default:
		return f->shape->size;
	}
}

static int element_read(
	struct reading *r, const struct shape_field *f, json_ref v, const char *at, void *ret)
{
	switch ((int)f->form) {
	case FORM_TEXTS:
		return text_read(r, v, at, 512, ret);
	case FORM_MEMBERS:
		return id_parse(json_string(r->doc, v, r->arena), ret) < 0
			       ? wrong(r, at, "is no id of a member")
			       : 0;
	case FORM_INTS:
		return json_i64(r->doc, v, ret) < 0 ? wrong(r, at, "is no whole number") : 0;
	case FORM_HASHES:
		return hex_decode(json_string(r->doc, v, r->arena), ((struct hash *)ret)->b, 32) < 0
			       ? wrong(r, at, "is not 64 hex digits in lower case")
			       : 0;
	default:
		return shape_read_at(f->shape, ret, r->arena, r->doc, v, at, r->how, r->why);
	}
}

static int list_read(struct reading *r, const struct shape_field *f, json_ref v, const char *at,
	struct shape_list *ret)
{
	size_t max = f->max ? (size_t)f->max : SHAPE_LIST_MAX, n = json_count(r->doc, v), i = 0;
	size_t size = element_size(f);
	char where[AT_MAX + 72];

	if (json_type(r->doc, v) != JSON_ARRAY)
		return wrong(r, at, "is no list");
	if (n > max)
		return why_set(r->why, E_LIMIT, at, "has more than %zu elements", max);
	if (n == 0)
		return f->need ? wrong(r, at, "is empty") : 0;
	ret->p = arena_alloc_n(r->arena, n, size);
	for (json_ref e = json_first(r->doc, v); e; e = json_next(r->doc, e), i++) {
		snprintf(where, sizeof(where), "%.*s/%zu", AT_MAX, at, i);
		int rc = element_read(r, f, e, where, (uint8_t *)ret->p + i * size);
		if (rc < 0)
			return rc;
	}
	ret->n = n;
	return 0;
}

static int field_read(
	struct reading *r, const struct shape_field *f, json_ref v, const char *at, void *to)
{
	struct slice s = json_string(r->doc, v, r->arena);

	switch (f->form) {
	case FORM_TEXT:
		return text_read(r, v, at, f->max ? (size_t)f->max : SHAPE_TEXT_MAX, to);
	case FORM_WORD:
		return word_read(r, f, v, at, to);
	case FORM_INT:
		return int_read(r, f, v, at, to);
	case FORM_BOOL:
		if (json_type(r->doc, v) != JSON_TRUE && json_type(r->doc, v) != JSON_FALSE)
			return wrong(r, at, "is neither true nor false");
		*(bool *)to = json_true(r->doc, v);
		return 0;
	case FORM_TIME:
		return time_read(r, v, at, to);
	case FORM_DEGREES:
		return degrees_read(r, f, v, at, to);
	case FORM_OBJECT:
		return object_parse(s, to) < 0 ? wrong(r, at, "is no id of a record") : 0;
	case FORM_HASH:
		return hex_decode(s, ((struct hash *)to)->b, 32) < 0
			       ? wrong(r, at, "is not 64 hex digits in lower case")
			       : 0;
	case FORM_MEMBER:
		return id_parse(s, to) < 0 ? wrong(r, at, "is no id of a member") : 0;
	case FORM_TYPE:
		return type_read(r, v, at, to);
	case FORM_CURRENCY:
		return currency_read(r, v, at, to);
	case FORM_SHAPE:
		*(void **)to = arena_alloc(r->arena, f->shape->size);
		return shape_read_at(
			f->shape, *(void **)to, r->arena, r->doc, v, at, r->how, r->why);
	case FORM_TEXTS:
	case FORM_MEMBERS:
	case FORM_SHAPES:
	case FORM_INTS:
	case FORM_HASHES:
		return list_read(r, f, v, at, to);
	}
	return 0;
}

static int known_check(struct reading *r, const struct shape *s, json_ref obj, const char *at)
{
	char where[AT_MAX + 80];

	for (json_ref v = json_first(r->doc, obj); v; v = json_next(r->doc, v)) {
		struct slice key = json_key(r->doc, v, r->arena);
		const struct shape_field *f = s->field;

		while (f->key && !slice_is(key, f->key))
			f++;
		if (f->key)
			continue;
		snprintf(where, sizeof(where), "%s/%.*s", at, (int)(key.n > 60 ? 60 : key.n),
			(const char *)key.p);
		return wrong(r, where, "is not known here");
	}
	return 0;
}

int shape_read_at(const struct shape *s, void *ret, struct arena *arena, const struct json_doc *doc,
	json_ref ref, const char *at, unsigned how, struct why *why)
{
	struct reading r = {.arena = arena, .doc = doc, .how = how, .why = why};
	char where[AT_MAX + 40];
	int rc = 0;

	if (json_type(doc, ref) != JSON_OBJECT)
		return wrong(&r, at, "is no object");
	shape_clear(s, ret);
	for (const struct shape_field *f = s->field; rc == 0 && f->key; f++) {
		json_ref v = json_get(doc, ref, f->key);

		snprintf(where, sizeof(where), "%.*s/%s", AT_MAX, at, f->key);
		if (v != JSON_ABSENT && json_type(doc, v) != JSON_NULL)
			rc = field_read(&r, f, v, where, field_at(f, ret));
		else if (f->need && !(how & SHAPE_PARTIAL))
			rc = why_set(why, E_INVALID, where, "is missing");
	}
	if (rc == 0 && (how & SHAPE_STRICT))
		rc = known_check(&r, s, ref, at);
	return rc == 0 && s->check && !(how & SHAPE_PARTIAL) ? s->check(ret, at, why) : rc;
}

int shape_read(const struct shape *s, void *ret, struct arena *arena, struct slice json,
	unsigned how, struct why *why)
{
	struct json_doc *doc = arena_new(arena, struct json_doc);
	int rc = json_read(doc, arena, json, &json_limits_partner, why);

	return rc < 0 ? rc : shape_read_at(s, ret, arena, doc, json_root(doc), "", how, why);
}

/* ---- printing ---- */

void degrees_format(int64_t v, char ret[DEGREES_TEXT])
{
	int64_t whole = v / CAP_DEGREE, part = v % CAP_DEGREE;
	char digits[8];
	int n = 7;

	part = part < 0 ? -part : part;
	snprintf(digits, sizeof(digits), "%07u", (unsigned)part);
	while (n > 0 && digits[n - 1] == '0')
		n--;
	snprintf(ret, DEGREES_TEXT, "%s%d%s%.*s", v < 0 && whole == 0 ? "-" : "",
		(int)(whole % 1000), n ? "." : "", n, digits);
}

static void time_print(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

static void object_print(struct json_out *o, const char *key, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	json_put_cstr(o, key, text);
}

static void id_print(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	json_put_cstr(o, key, text);
}

static void hash_print(struct json_out *o, const char *key, const struct hash *h)
{
	char text[65];

	hex_encode(h->b, 32, text);
	json_put_cstr(o, key, text);
}

static void list_print(
	const struct shape_field *f, const struct shape_list *list, struct json_out *o)
{
	json_open_at(o, f->key, '[');
	for (size_t i = 0; i < list->n; i++) {
		const void *e = (const uint8_t *)list->p + i * element_size(f);

		switch ((int)f->form) {
		case FORM_TEXTS:
			json_put_string(o, NULL, *(const struct slice *)e);
			break;
		case FORM_MEMBERS:
			id_print(o, NULL, e);
			break;
		case FORM_INTS:
			json_put_i64(o, NULL, *(const int64_t *)e);
			break;
		case FORM_HASHES:
			hash_print(o, NULL, e);
			break;
		default:
			shape_print(f->shape, e, NULL, o);
		}
	}
	json_close(o);
}

static void field_print(const struct shape_field *f, const void *v, struct json_out *o)
{
	char text[DEGREES_TEXT];
	struct slice s;

	switch (f->form) {
	case FORM_TEXT:
	case FORM_TYPE:
	case FORM_CURRENCY:
		s = *(const struct slice *)v;
		if (s.n)
			json_put_string(o, f->key, s);
		break;
	case FORM_WORD:
		if (*(const int *)v >= 0)
			json_put_cstr(o, f->key, f->words[*(const int *)v]);
		break;
	case FORM_INT:
		if (f->need || *(const int64_t *)v != f->absent)
			json_put_i64(o, f->key, *(const int64_t *)v);
		break;
	case FORM_BOOL:
		if (*(const bool *)v)
			json_put_bool(o, f->key, true);
		break;
	case FORM_TIME:
		if (*(const int64_t *)v)
			time_print(o, f->key, *(const int64_t *)v);
		break;
	case FORM_DEGREES:
		degrees_format(*(const int64_t *)v, text);
		if (f->need || *(const int64_t *)v != f->absent)
			json_put_raw(o, f->key, slice_str(text));
		break;
	case FORM_OBJECT:
		if (!id_is_zero(&((const struct object_id *)v)->owner))
			object_print(o, f->key, v);
		break;
	case FORM_HASH:
		if (!hash_is_zero(v))
			hash_print(o, f->key, v);
		break;
	case FORM_MEMBER:
		if (!id_is_zero(v))
			id_print(o, f->key, v);
		break;
	case FORM_SHAPE:
		if (*(void *const *)v)
			shape_print(f->shape, *(void *const *)v, f->key, o);
		break;
	case FORM_TEXTS:
	case FORM_MEMBERS:
	case FORM_SHAPES:
	case FORM_INTS:
	case FORM_HASHES:
		if (((const struct shape_list *)v)->n)
			list_print(f, v, o);
		break;
	}
}

void shape_print_members(const struct shape *s, const void *p, struct json_out *o)
{
	for (const struct shape_field *f = s->field; f->key; f++)
		field_print(f, field_of(f, p), o);
}

void shape_print(const struct shape *s, const void *p, const char *key, struct json_out *o)
{
	json_open_at(o, key, '{');
	shape_print_members(s, p, o);
	json_close(o);
}

void shape_text(const struct shape *s, const void *p, struct buf *ret)
{
	struct json_out o = json_out(ret);

	shape_print(s, p, NULL, &o);
}
