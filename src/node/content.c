/* content.c: see content.h. */
#include "node/content.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"

int word_find(const char *const *word, struct slice text)
{
	for (int i = 0; word[i]; i++)
		if (slice_is(text, word[i]))
			return i;
	return -1;
}

/* ---- reading ---- */

struct slice get_text(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a)
{
	return json_string(doc, json_get(doc, obj, key), a);
}

int64_t get_int(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise)
{
	int64_t n;

	return json_i64(doc, json_get(doc, obj, key), &n) < 0 ? otherwise : n;
}

bool get_bool(const struct json_doc *doc, json_ref obj, const char *key)
{
	return json_true(doc, json_get(doc, obj, key));
}

/* Times, ids and dates have no escapes when they are valid, so the raw text between the quotes is enough. */
struct slice get_plain(const struct json_doc *doc, json_ref v)
{
	struct slice raw = json_raw(doc, v);

	return json_type(doc, v) == JSON_STRING ? slice_sub(raw, 1, raw.n - 1) : SLICE_NONE;
}

int64_t get_time(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise)
{
	int64_t t;

	return utc_parse(get_plain(doc, json_get(doc, obj, key)), &t, NULL) < 0 ? otherwise : t;
}

bool get_id(const struct json_doc *doc, json_ref obj, const char *key, struct id *ret)
{
	return id_parse(get_plain(doc, json_get(doc, obj, key)), ret) == 0;
}

bool get_object(const struct json_doc *doc, json_ref obj, const char *key, struct object_id *ret)
{
	return object_parse(get_plain(doc, json_get(doc, obj, key)), ret) == 0;
}

bool get_bytes(const struct json_doc *doc, json_ref obj, const char *key, void *ret, size_t n)
{
	return hex_decode(get_plain(doc, json_get(doc, obj, key)), ret, n) == 0;
}

int get_word(const struct json_doc *doc, json_ref obj, const char *key, const char *const *word,
	int otherwise)
{
	int i = word_find(word, get_plain(doc, json_get(doc, obj, key)));

	return i < 0 ? otherwise : i;
}

void get_ids(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct id **ret, size_t *ret_n)
{
	json_ref list = json_get(doc, obj, key);
	struct id *out = arena_array(a, struct id, json_count(doc, list) + 1);
	size_t n = 0;

	if (json_type(doc, list) == JSON_ARRAY)
		for (json_ref v = json_first(doc, list); v; v = json_next(doc, v))
			n += id_parse(get_plain(doc, v), &out[n]) == 0;
	*ret = out;
	*ret_n = n;
}

void get_objects(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct object_id **ret, size_t *ret_n)
{
	json_ref list = json_get(doc, obj, key);
	struct object_id *out = arena_array(a, struct object_id, json_count(doc, list) + 1);
	size_t n = 0;

	if (json_type(doc, list) == JSON_ARRAY)
		for (json_ref v = json_first(doc, list); v; v = json_next(doc, v))
			n += object_parse(get_plain(doc, v), &out[n]) == 0;
	*ret = out;
	*ret_n = n;
}

void get_texts(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct slice **ret, size_t *ret_n)
{
	json_ref list = json_get(doc, obj, key);
	struct slice *out = arena_array(a, struct slice, json_count(doc, list) + 1);
	size_t n = 0;

	if (json_type(doc, list) == JSON_ARRAY)
		for (json_ref v = json_first(doc, list); v; v = json_next(doc, v))
			if (json_type(doc, v) == JSON_STRING)
				out[n++] = json_string(doc, v, a);
	*ret = out;
	*ret_n = n;
}

struct slice title_line(struct slice text)
{
	struct slice line = SLICE_NONE;

	while (line.n == 0 && slice_cut(&text, '\n', &line))
		line = slice_trim(line);
	line = slice_sub(line, 0, TITLE_SHOWN);
	while (line.n && utf8_bad_at(line) >= 0)
		line.n--;
	return line;
}

struct slice get_title(
	const struct json_doc *doc, json_ref obj, const char *const *key, struct arena *a)
{
	struct slice line = SLICE_NONE;

	for (; *key && line.n == 0; key++)
		line = title_line(get_text(doc, obj, *key, a));
	return line;
}

struct slice content_title(struct slice content, const char *const *key, struct arena *a)
{
	struct json_doc doc;

	if (json_read(&doc, a, content, &json_limits_partner, NULL) < 0)
		return SLICE_NONE;
	return get_title(&doc, json_root(&doc), key, a);
}

/* ---- writing ---- */

void put_when(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

void put_member(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	json_put_cstr(o, key, text);
}

void put_record_id(struct json_out *o, const char *key, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	json_put_cstr(o, key, text);
}

void put_time_or_null(struct json_out *o, const char *key, int64_t ms)
{
	if (ms)
		put_when(o, key, ms);
	else
		json_put_null(o, key);
}
