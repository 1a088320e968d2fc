/* canon.c: the one spelling of a content, field.h. */
#include "base/clock.h"
#include "work/training/field.h"

bool field_empty(const struct json_doc *doc, json_ref v)
{
	switch (json_type(doc, v)) {
	case JSON_STRING:
		return json_raw(doc, v).n <= 2;
	case JSON_ARRAY:
	case JSON_OBJECT:
		return json_count(doc, v) == 0;
	case JSON_NONE:
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_TRUE:
	case JSON_NUMBER:
		break;
	}
	return false;
}

const struct field *field_of(const struct field *f, const char *name)
{
	for (; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

struct member {
	struct slice key;
	json_ref value;
};

static int by_key(const void *a, const void *b)
{
	return slice_cmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void map_print(
	const struct json_doc *doc, json_ref v, struct json_out *o, struct arena *arena)
{
	struct member *m = arena_array(arena, struct member, json_count(doc, v) + 1);
	size_t n = 0;

	for (json_ref e = json_first(doc, v); e; e = json_next(doc, e))
		m[n++] = (struct member){json_key(doc, e, arena), e};
	qsort(m, n, sizeof(*m), by_key);
	for (size_t i = 0; i < n; i++)
		if (!field_empty(doc, m[i].value))
			json_put_string(o, arena_string(arena, m[i].key),
				json_string(doc, m[i].value, arena));
}

static void one_print(const struct field *f, const struct json_doc *doc, json_ref v,
	const char *key, struct json_out *o, struct arena *arena)
{
	int64_t t;

	if (f->type == FIELD_STRUCT && json_type(doc, v) == JSON_OBJECT) {
		json_open_at(o, key, '{');
		fields_print(f->sub, doc, v, true, o, arena);
		json_close(o);
	} else if (f->type == FIELD_MAP && json_type(doc, v) == JSON_OBJECT) {
		json_open_at(o, key, '{');
		map_print(doc, v, o, arena);
		json_close(o);
	} else if (f->type == FIELD_TIME && utc_parse(json_string(doc, v, arena), &t, NULL) == 0) {
		put_when(o, key, t);
	} else if (json_type(doc, v) == JSON_STRING) {
		json_put_string(o, key, json_string(doc, v, arena));
	} else {
		json_put_raw(o, key, json_raw(doc, v));
	}
}

void field_print(const struct field *f, const struct json_doc *doc, json_ref v, const char *key,
	struct json_out *o, struct arena *arena)
{
	if (field_empty(doc, v))
		return;
	if (f->type == FIELD_STEPS || !(f->flags & MANY) || json_type(doc, v) != JSON_ARRAY) {
		one_print(f, doc, v, key, o, arena);
		return;
	}
	json_open_at(o, key, '[');
	for (json_ref e = json_first(doc, v); e; e = json_next(doc, e))
		one_print(f, doc, e, NULL, o, arena);
	json_close(o);
}

void fields_print(const struct field *f, const struct json_doc *doc, json_ref obj, bool apart,
	struct json_out *o, struct arena *arena)
{
	for (; f->name; f++)
		if (apart || !(f->flags & APART))
			field_print(f, doc, json_get(doc, obj, f->name), f->name, o, arena);
}
