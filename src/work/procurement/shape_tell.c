/* shape_tell.c: the lines of shape.h as JSON schema and as examples. What checks a record is what tells of it: neither can be out of date. */
#include "work/procurement/shape.h"

#include "base/report.h"
#include "log/id.h"
#include "json/json.h"

/* ---- JSON schema ---- */

static void typed(struct json_out *o, const char *type, const char *description)
{
	json_put_cstr(o, "type", type);
	if (description)
		json_put_cstr(o, "description", description);
}

static void schema_money(struct json_out *o, bool negative)
{
	typed(o, "object", "at most the digits that the currency has (ISO 4217)");
	json_put_raw(o, "required", SLICE("[\"amount\",\"currency\"]"));
	json_put_bool(o, "additionalProperties", false);
	json_put_raw(o, "properties",
		negative
			? SLICE("{\"amount\":{\"type\":\"number\"},\"currency\":{\"type\":\"string\"}}")
			: SLICE("{\"amount\":{\"type\":\"number\",\"minimum\":0},\"currency\":{\"type\":\"string\"}}"));
}

static void schema_words(struct json_out *o, struct slice words)
{
	struct slice word;

	json_put_cstr(o, "type", "string");
	json_open_at(o, "enum", '[');
	while (slice_cut(&words, '|', &word))
		json_put_string(o, NULL, word);
	json_close(o);
}

static void schema_string(struct json_out *o, uint8_t type)
{
	static const struct {
		char type;
		const char *pattern, *says;
	} strings[] = {
		{'m', NULL, "id of a member"},
		{'o', NULL, "id of a record: owner.name"},
		{'h', "^[0-9a-f]{64}$", NULL},
		{'x', "^[0-9a-f]{32}$", NULL},
		{'d', NULL, "date and time of RFC 3339"},
		{'c', "^[A-Z]{2}$", "code of a country"},
		{'k', "^[A-Z]{3}$", "currency of ISO 4217"},
		{'u', "^https?://", NULL},
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (strings[i].type != type)
			continue;
		typed(o, "string", strings[i].says);
		if (strings[i].pattern)
			json_put_cstr(o, "pattern", strings[i].pattern);
		return;
	}
	must_fail("a type of the shapes", __FILE__, __LINE__);
}

static void schema_type(struct json_out *o, const char *key, struct slice type)
{
	struct slice rest = slice_sub(type, 1, type.n);
	char ref[80];

	if (key)
		json_open_at(o, key, '{');
	switch (type.p[0]) {
	case '[':
		json_put_cstr(o, "type", "array");
		json_put_u64(o, "maxItems", shape_number(&rest));
		schema_type(o, "items", rest);
		break;
	case ':':
		snprintf(ref, sizeof(ref), "#/%.*s", SLICE_FMT(rest));
		json_put_cstr(o, "$ref", ref);
		break;
	case '(':
		schema_words(o, slice_sub(rest, 0, rest.n - 1));
		break;
	case 't':
		typed(o, "string", NULL);
		json_put_u64(o, "minLength", 1);
		json_put_u64(o, "maxLength", shape_number(&rest));
		break;
	case 'i':
		typed(o, "integer", NULL);
		json_put_u64(o, "minimum", 0);
		break;
	case 'q':
		typed(o, "number", "at most three decimals");
		json_put_u64(o, "minimum", 0);
		break;
	case 'v':
	case 'w':
		schema_money(o, type.p[0] == 'w');
		break;
	case 'b':
		typed(o, "boolean", NULL);
		break;
	default:
		schema_string(o, type.p[0]);
		break;
	}
	if (key)
		json_close(o);
}

/* The object that a type names, through arrays; none: empty. */
static struct slice named(struct slice type)
{
	while (type.n && type.p[0] == '[') {
		type = slice_sub(type, 1, type.n);
		shape_number(&type);
	}
	return type.n && type.p[0] == ':' ? slice_sub(type, 1, type.n) : SLICE_NONE;
}

static bool told_already(const struct shapes_told *told, struct slice line)
{
	for (size_t i = 0; i < told->n; i++)
		if (told->line[i] == line.p)
			return true;
	return false;
}

static void schema_members(struct json_out *o, struct slice line)
{
	struct slice rest = line;
	struct shape_member m;

	json_open_at(o, "required", '[');
	while (shape_member_next(&rest, &m))
		if (m.required)
			json_put_string(o, NULL, m.key);
	json_close(o);
	json_open_at(o, "properties", '{');
	rest = line;
	while (shape_member_next(&rest, &m)) {
		char key[64];

		snprintf(key, sizeof(key), "%.*s", SLICE_FMT(m.key));
		schema_type(o, key, m.type);
	}
	json_close(o);
}

void procure_shape_schema(
	const char *const *shapes, const char *name, struct shapes_told *told, struct json_out *o)
{
	struct slice line = shape_line(shapes, slice_str(name)), rest = line;
	struct shape_member m;

	if (told_already(told, line))
		return;
	MUST(told->n < SHAPES_TOLD_MAX);
	told->line[told->n++] = line.p;
	json_open_at(o, name, '{');
	json_put_cstr(o, "type", "object");
	json_put_bool(o, "additionalProperties", false);
	schema_members(o, line);
	json_close(o);
	while (shape_member_next(&rest, &m)) {
		struct slice other = named(m.type);
		char text[64];

		if (other.n == 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", SLICE_FMT(other));
		procure_shape_schema(shapes, text, told, o);
	}
}

/* ---- examples ---- */

/* Where the type alone would give what does not fit together (model.c), or says little: "Name.member", or ".member" of any. */
static const struct {
	const char *of, *json;
} fitting[] = {
	{"Class.id", "\"39522530\""},
	{"Lot.id", "\"1\""},
	{".relatedLot", "\"1\""},
	{".lot", "\"1\""},
	{"Bundle.lots", "[\"1\"]"},
	{"AwardLine.lots", "[\"1\"]"},
	{"Bundle.id", "\"bundle-1\""},
	{"Tier.id", "\"tier-1\""},
	{"Tier.from", "1"},
	{"Tier.to", "100"},
	{".unit", "\"H87\""},
	{".ocid", "\"ocds-abcdef-tents-2030\""},
	{"AdminKey.thousandths", "1000"},
	{".questionsUntil", "\"2030-01-10T12:00:00Z\""},
	{".deadline", "\"2030-01-15T12:00:00Z\""},
	{".graceMinutes", "30"},
	{".openAt", "\"2030-01-15T13:00:00Z\""},
	{".fallbackAt", "\"2030-01-18T12:00:00Z\""},
	{".standstillDays", "10"},
	{"Tender.threshold", "2"},
	{".padding", "[4096, 16384]"},
	{"Criterion.max", "10"},
	{"Criterion.threshold", "3"},
	{"Withheld.field", "\"tender/items/quantity\""},
	{"Document.format", "\"application/pdf\""},
	{"Lot.maxSuppliers", "2"},
	{"Lot.shareMax", "700"},
	{"AwardModel.maxSuppliers", "5"},
	{"AwardModel.nationCap", "600"},
	{"AwardModel.thirdCap", "350"},
	{"AwardModel.lotsMax", "10"},
	{"AwardModel.seconds", "60"},
};

static const char *fitting_find(struct slice name, struct slice key)
{
	for (size_t i = 0; i < sizeof(fitting) / sizeof(fitting[0]); i++) {
		struct slice rest = slice_str(fitting[i].of), of;

		MUST(slice_cut_exact(&rest, '.', &of));
		if (slice_eq(rest, key) && (of.n == 0 || slice_eq(of, name)))
			return fitting[i].json;
	}
	return NULL;
}

/* What need not be there by its line, but what the rest of the check asks for. */
static bool wanted(struct slice name, struct slice key)
{
	return slice_is(name, "Bid") && slice_is(key, "bundles");
}

struct example {
	const char *const *shapes;
	bool all;
	struct buf *b;
};

static void indent(struct buf *b, unsigned depth)
{
	buf_byte(b, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_str(b, "  ");
}

static void example_object(const struct example *e, struct slice name, unsigned depth);

static void example_id(struct buf *b, bool record)
{
	const struct object_id id = {{{0}}, {{0}}};
	char text[OBJECT_TEXT + 1];

	if (record)
		object_format(&id, text);
	else
		id_format(&id.owner, text);
	buf_addf(b, "\"%s\"", text);
}

static void example_string(struct buf *b, uint8_t type)
{
	switch (type) {
	case 'm':
	case 'o':
		example_id(b, type == 'o');
		break;
	case 'h':
		buf_addf(b, "\"%064d\"", 0);
		break;
	case 'x':
		buf_addf(b, "\"%032d\"", 0);
		break;
	case 'd':
		buf_str(b, "\"2030-01-15T12:00:00Z\"");
		break;
	case 'c':
		buf_str(b, "\"AL\"");
		break;
	case 'k':
		buf_str(b, "\"EUR\"");
		break;
	case 'u':
		buf_str(b, "\"https://example.org/specification.pdf\"");
		break;
	default:
		must_fail("a type of the shapes", __FILE__, __LINE__);
	}
}

static void example_value(
	const struct example *e, struct slice key, struct slice type, unsigned depth)
{
	struct slice rest = slice_sub(type, 1, type.n), word;

	switch (type.p[0]) {
	case '[':
		shape_number(&rest);
		buf_byte(e->b, '[');
		example_value(e, key, rest, depth);
		buf_byte(e->b, ']');
		break;
	case ':':
		example_object(e, rest, depth);
		break;
	case '(':
		rest = slice_sub(rest, 0, rest.n - 1);
		MUST(slice_cut(&rest, '|', &word));
		buf_addf(e->b, "\"%.*s\"", SLICE_FMT(word));
		break;
	case 't':
		buf_addf(e->b, "\"%.*s\"", SLICE_FMT(key));
		break;
	case 'i':
		buf_str(e->b, "1");
		break;
	case 'q':
		buf_str(e->b, "12");
		break;
	case 'v':
	case 'w':
		buf_str(e->b, "{\"amount\": 1000, \"currency\": \"EUR\"}");
		break;
	case 'b':
		buf_str(e->b, "true");
		break;
	default:
		example_string(e->b, type.p[0]);
		break;
	}
}

static void example_object(const struct example *e, struct slice name, unsigned depth)
{
	struct slice rest = shape_line(e->shapes, name);
	struct shape_member m;
	bool any = false;

	buf_byte(e->b, '{');
	while (shape_member_next(&rest, &m)) {
		const char *fits = fitting_find(name, m.key);

		if (!m.required && !e->all && !wanted(name, m.key))
			continue;
		if (any)
			buf_byte(e->b, ',');
		any = true;
		indent(e->b, depth + 1);
		buf_addf(e->b, "\"%.*s\": ", SLICE_FMT(m.key));
		if (fits)
			buf_str(e->b, fits);
		else
			example_value(e, m.key, m.type, depth + 1);
	}
	if (any)
		indent(e->b, depth);
	buf_byte(e->b, '}');
}

void procure_shape_example(const char *const *shapes, const char *name, bool all, struct buf *ret)
{
	struct example e = {.shapes = shapes, .all = all, .b = ret};

	example_object(&e, slice_str(name), 0);
	buf_byte(ret, '\n');
}
