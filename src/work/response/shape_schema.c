/* shape_schema.c: a shape as JSON schema (2020-12, the dialect of OpenAPI 3.1). */
#include "work/response/shape.h"

#include "base/report.h"

#define SEEN_MAX 64

static void reference(struct json_out *o, const struct shape *s)
{
	char text[128];

	snprintf(text, sizeof(text), "#/components/schemas/%s", s->name);
	json_put_cstr(o, "$ref", text);
}

static void string(struct json_out *o, const char *format, const char *pattern)
{
	json_put_cstr(o, "type", "string");
	if (format)
		json_put_cstr(o, "format", format);
	if (pattern)
		json_put_cstr(o, "pattern", pattern);
}

#define ID_PATTERN     "^[a-z2-7]{26}$"
#define OBJECT_PATTERN "^[a-z2-7]{26}\\.[a-z2-7]{26}$"
#define HASH_PATTERN   "^[0-9a-f]{64}$"

static void items(struct json_out *o, const struct shape_field *f)
{
	json_put_cstr(o, "type", "array");
	json_put_i64(o, "maxItems", f->max ? f->max : SHAPE_LIST_MAX);
	json_open_at(o, "items", '{');
	if (f->form == FORM_TEXTS)
		string(o, NULL, NULL);
	else if (f->form == FORM_MEMBERS)
		string(o, NULL, ID_PATTERN);
	else if (f->form == FORM_HASHES)
		string(o, NULL, HASH_PATTERN);
	else if (f->form == FORM_INTS)
		json_put_cstr(o, "type", "integer");
	else
		reference(o, f->shape);
	json_close(o);
}

static void field(struct json_out *o, const struct shape_field *f)
{
	json_open_at(o, f->key, '{');
	switch (f->form) {
	case FORM_TEXT:
		string(o, NULL, NULL);
		json_put_i64(o, "maxLength", f->max ? f->max : SHAPE_TEXT_MAX);
		break;
	case FORM_WORD:
		string(o, NULL, NULL);
		json_open_at(o, "enum", '[');
		for (int i = 0; f->words[i]; i++)
			json_put_cstr(o, NULL, f->words[i]);
		json_close(o);
		break;
	case FORM_INT:
		json_put_cstr(o, "type", "integer");
		json_put_i64(o, "minimum", f->min);
		if (f->max)
			json_put_i64(o, "maximum", f->max);
		break;
	case FORM_DEGREES:
		json_put_cstr(o, "type", "number");
		json_put_i64(o, "minimum", f->min);
		json_put_i64(o, "maximum", f->max);
		break;
	case FORM_BOOL:
		json_put_cstr(o, "type", "boolean");
		break;
	case FORM_TIME:
		string(o, "date-time", NULL);
		break;
	case FORM_OBJECT:
		string(o, NULL, OBJECT_PATTERN);
		break;
	case FORM_HASH:
		string(o, NULL, HASH_PATTERN);
		break;
	case FORM_MEMBER:
		string(o, NULL, ID_PATTERN);
		break;
	case FORM_TYPE:
		string(o, NULL, NULL);
		break;
	case FORM_CURRENCY:
		string(o, NULL, "^[A-Z]{3}$");
		break;
	case FORM_SHAPE:
		reference(o, f->shape);
		break;
	case FORM_TEXTS:
	case FORM_MEMBERS:
	case FORM_SHAPES:
	case FORM_INTS:
	case FORM_HASHES:
		items(o, f);
		break;
	}
	if (f->help)
		json_put_cstr(o, "description", f->help);
	json_close(o);
}

void shape_schema(const struct shape *s, struct json_out *o, const struct shape **seen, size_t *n)
{
	bool any = false;

	for (size_t i = 0; i < *n; i++)
		if (seen[i] == s)
			return;
	MUST(*n < SEEN_MAX);
	seen[(*n)++] = s;
	json_open_at(o, s->name, '{');
	json_put_cstr(o, "type", "object");
	for (const struct shape_field *f = s->field; f->key; f++)
		any = any || f->need;
	if (any) {
		json_open_at(o, "required", '[');
		for (const struct shape_field *f = s->field; f->key; f++)
			if (f->need)
				json_put_cstr(o, NULL, f->key);
		json_close(o);
	}
	json_open_at(o, "properties", '{');
	for (const struct shape_field *f = s->field; f->key; f++)
		field(o, f);
	json_close(o);
	json_close(o);
	for (const struct shape_field *f = s->field; f->key; f++)
		if (f->shape)
			shape_schema(f->shape, o, seen, n);
}
