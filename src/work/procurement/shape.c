/* shape.c: see shape.h. */
#include "work/procurement/shape.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/report.h"
#include "base/utf8.h"

struct shaping {
	const char *const *shapes;
	const struct json_doc *doc;
	struct arena *arena;
	struct why *why;
	char path[128];
	bool parts; /* of what parts were taken out: nothing is required */
};

static int value_check(struct shaping *s, struct slice type, json_ref at);

struct slice shape_line(const char *const *shapes, struct slice name)
{
	struct slice line, head;

	for (size_t i = 0; shapes[i]; i++) {
		line = slice_str(shapes[i]);
		if (slice_cut(&line, ' ', &head) && slice_eq(head, name))
			return line;
	}
	must_fail("a shape that is named is there", __FILE__, __LINE__);
}

static int bad(struct shaping *s, const char *text)
{
	return why_set(s->why, E_INVALID, s->path, "%s", text);
}

/* Takes one word off: blanks between ( and ) do not end it. */
static bool word_cut(struct slice *rest, struct slice *ret)
{
	size_t n = 0;
	bool in = false;

	if (rest->n == 0)
		return false;
	for (; n < rest->n && (in || rest->p[n] != ' '); n++)
		in = (in || rest->p[n] == '(') && rest->p[n] != ')';
	*ret = slice_sub(*rest, 0, n);
	*rest = slice_sub(*rest, n < rest->n ? n + 1 : n, rest->n);
	return true;
}

bool shape_member_next(struct slice *rest, struct shape_member *ret)
{
	struct slice word;

	if (!word_cut(rest, &word))
		return false;
	MUST(slice_cut_exact(&word, '=', &ret->key));
	ret->required = ret->key.p[ret->key.n - 1] == '!';
	ret->key.n -= ret->required;
	ret->type = word;
	return true;
}

static size_t path_push(struct shaping *s, struct slice key)
{
	size_t n = strlen(s->path);

	snprintf(s->path + n, sizeof(s->path) - n, "/%.*s", (int)(key.n < 40 ? key.n : 40),
		(const char *)key.p);
	return n;
}

/* ---- scalars ---- */

static int text_check(struct shaping *s, json_ref at, uint64_t max)
{
	struct slice text;

	if (json_type(s->doc, at) != JSON_STRING)
		return bad(s, "must be a string");
	if (json_raw(s->doc, at).n > 6 * 4 * max + 2)
		return bad(s, "is too long");
	text = json_string(s->doc, at, s->arena);
	if (!utf8_is_prose(text))
		return bad(s, "holds a control character");
	if (slice_trim(text).n == 0)
		return bad(s, "must not be empty");
	if (text.n > max && utf8_count(text) > max)
		return why_set(s->why, E_INVALID, s->path, "is longer than %llu characters",
			(unsigned long long)max);
	return 0;
}

static int money_value_check(struct shaping *s, json_ref at, bool negative)
{
	struct currency c;
	int64_t amount;
	char where[140];

	if (json_type(s->doc, at) != JSON_OBJECT || json_count(s->doc, at) != 2 ||
		json_raw(s->doc, json_get(s->doc, at, "currency")).n != 5)
		return bad(s, "is {\"amount\": number, \"currency\": \"EUR\"}");
	snprintf(where, sizeof(where), "%s/currency", s->path);
	int rc = currency_find(
		json_string(s->doc, json_get(s->doc, at, "currency"), s->arena), &c, where, s->why);
	snprintf(where, sizeof(where), "%s/amount", s->path);
	if (rc == 0)
		rc = money_parse(json_number(s->doc, json_get(s->doc, at, "amount")), &c, &amount,
			where, s->why);
	if (rc == 0 && amount < 0 && !negative)
		rc = why_set(s->why, E_INVALID, where, "must not be negative");
	return rc;
}

static int hex_check(struct shaping *s, struct slice text, size_t n)
{
	uint8_t bytes[32];

	return hex_decode(text, bytes, n) < 0
		       ? bad(s, "is not hex digits in lower case of that number")
		       : 0;
}

static int string_check(struct shaping *s, uint8_t type, json_ref at)
{
	struct slice text = json_string(s->doc, at, s->arena);
	struct object_id object;
	struct currency c;
	struct id id;
	int64_t ms;

	if (json_type(s->doc, at) != JSON_STRING || text.n > 2000)
		return bad(s, "must be a string");
	/* Readers compare what is written: one value has one text. */
	if (json_raw(s->doc, at).n != text.n + 2)
		return bad(s, "must be written without escapes");
	switch (type) {
	case 'm':
		return id_parse(text, &id) < 0 ? bad(s, "is no id of a member") : 0;
	case 'o':
		return object_parse(text, &object) < 0 ? bad(s, "is no id of a record") : 0;
	case 'h':
		return hex_check(s, text, 32);
	case 'x':
		return hex_check(s, text, 16);
	case 'd':
		return utc_parse(text, &ms, NULL) < 0
			       ? bad(s, "is no date and time of RFC 3339, like 2030-01-15T12:00:00Z")
			       : 0;
	case 'c':
		if (text.n != 2 || text.p[0] < 'A' || text.p[0] > 'Z' || text.p[1] < 'A' ||
			text.p[1] > 'Z')
			return bad(s, "is no code of a country: two capital letters");
		return 0;
	case 'k':
		return currency_find(text, &c, s->path, s->why);
	case 'u':
		if (!slice_starts(text, "https://") && !slice_starts(text, "http://"))
			return bad(s, "is no http or https address");
		return 0;
	default:
		must_fail("a type of the shapes", __FILE__, __LINE__);
	}
	return 0;
}

static int word_check(struct shaping *s, struct slice words, json_ref at)
{
	struct slice text = json_string(s->doc, at, s->arena), word, all = words;

	while (slice_cut(&words, '|', &word))
		if (json_type(s->doc, at) == JSON_STRING && slice_eq(word, text))
			return 0;
	return why_set(s->why, E_INVALID, s->path, "is none of %.*s", SLICE_FMT(all));
}

/* ---- containers ---- */

static int object_check(struct shaping *s, struct slice name, json_ref at)
{
	struct slice line = shape_line(s->shapes, name), rest = line;
	struct shape_member m;
	int rc = 0;

	if (json_type(s->doc, at) != JSON_OBJECT)
		return bad(s, "must be an object");
	while (rc == 0 && shape_member_next(&rest, &m)) {
		json_ref v = json_get_slice(s->doc, at, m.key);
		size_t back = path_push(s, m.key);

		if (v)
			rc = value_check(s, m.type, v);
		else if (m.required && !s->parts)
			rc = bad(s, "is missing");
		if (rc == 0)
			s->path[back] = 0;
	}
	for (json_ref v = json_first(s->doc, at); rc == 0 && v; v = json_next(s->doc, v)) {
		struct slice have = json_key(s->doc, v, s->arena);
		bool known = false;

		rest = line;
		while (!known && shape_member_next(&rest, &m))
			known = slice_eq(m.key, have);
		if (known)
			continue;
		path_push(s, have);
		rc = bad(s, "is not known here");
	}
	return rc;
}

uint64_t shape_number(struct slice *rest)
{
	uint64_t n = 0;

	for (; rest->n && rest->p[0] >= '0' && rest->p[0] <= '9';
		*rest = slice_sub(*rest, 1, rest->n))
		n = 10 * n + (uint64_t)(rest->p[0] - '0');
	return n;
}

static int array_check(struct shaping *s, struct slice type, json_ref at)
{
	uint64_t max = shape_number(&type);
	size_t i = 0;
	int rc = 0;

	if (json_type(s->doc, at) != JSON_ARRAY)
		return bad(s, "must be an array");
	if (json_count(s->doc, at) > max)
		return why_set(s->why, E_LIMIT, s->path, "has more than %llu elements",
			(unsigned long long)max);
	for (json_ref v = json_first(s->doc, at); rc == 0 && v; v = json_next(s->doc, v)) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i++);
		size_t back = path_push(s, slice_str(number));
		rc = value_check(s, type, v);
		if (rc == 0)
			s->path[back] = 0;
	}
	return rc;
}

static int value_check(struct shaping *s, struct slice type, json_ref at)
{
	struct slice rest = slice_sub(type, 1, type.n);
	enum json_type is = json_type(s->doc, at);
	int64_t v;

	switch (type.p[0]) {
	case '[':
		return array_check(s, rest, at);
	case ':':
		return object_check(s, rest, at);
	case '(':
		return word_check(s, slice_sub(rest, 0, rest.n - 1), at);
	case 't':
		return text_check(s, at, shape_number(&rest));
	case 'i':
		if (json_i64(s->doc, at, &v) < 0 || v < 0 || v > MONEY_MAX)
			return bad(s, "must be a whole number from 0");
		return 0;
	case 'q':
		if (is != JSON_NUMBER)
			return bad(s, "must be a number");
		return quantity_parse(json_number(s->doc, at), &v, s->path, s->why);
	case 'v':
	case 'w':
		return s->parts ? 0 : money_value_check(s, at, type.p[0] == 'w');
	case 'b':
		return is == JSON_TRUE || is == JSON_FALSE ? 0 : bad(s, "must be true or false");
	default:
		return string_check(s, type.p[0], at);
	}
}

int procure_shape_check(const char *const *shapes, const char *name, const struct json_doc *doc,
	json_ref at, struct arena *arena, struct why *why)
{
	struct shaping s = {.shapes = shapes, .doc = doc, .arena = arena, .why = why};

	return object_check(&s, slice_str(name), at);
}

int procure_shape_check_parts(const char *const *shapes, const char *name,
	const struct json_doc *doc, json_ref at, struct arena *arena, struct why *why)
{
	struct shaping s = {
		.shapes = shapes, .doc = doc, .arena = arena, .why = why, .parts = true};

	return object_check(&s, slice_str(name), at);
}

/* ---- reading ---- */

int64_t rec_quantity(const struct json_doc *doc, json_ref at, const char *key)
{
	int64_t v = 0;
	struct slice text = json_number(doc, json_get(doc, at, key));

	return text.n == 0 || quantity_parse(text, &v, "", NULL) < 0 ? 0 : v;
}

bool rec_money(const struct json_doc *doc, json_ref at, const char *key, int64_t *ret,
	struct currency *ret_currency)
{
	json_ref v = json_get(doc, at, key);
	struct slice raw = json_raw(doc, json_get(doc, v, "currency"));
	struct currency c;

	if (json_type(doc, v) != JSON_OBJECT || raw.n != 5 ||
		currency_find(slice_sub(raw, 1, 4), &c, "", NULL) < 0 ||
		money_parse(json_number(doc, json_get(doc, v, "amount")), &c, ret, "", NULL) < 0)
		return false;
	if (ret_currency)
		*ret_currency = c;
	return true;
}
