/* write.c: the writer of json.h. */
#include "json/json.h"

#include "base/report.h"
#include "base/utf8.h"

#include <inttypes.h>

struct json_out json_out(struct buf *b)
{
	return (struct json_out){.b = b};
}

/* What stands before a value: comma and key. Members have keys, elements have none. */
static void begin(struct json_out *o, const char *key)
{
	bool in_object = o->depth && o->closer[o->depth - 1] == '}';

	MUST((key != NULL) == in_object);
	MUST(o->depth || !o->comma); /* one value per writer */
	if (o->comma)
		buf_byte(o->b, ',');
	o->comma = true;
	if (!key)
		return;
	json_quote(o->b, slice_str(key));
	buf_byte(o->b, ':');
}

void json_open(struct json_out *o, char bracket)
{
	json_open_at(o, NULL, bracket);
}

void json_open_at(struct json_out *o, const char *key, char bracket)
{
	MUST(bracket == '{' || bracket == '[');
	MUST(o->depth < sizeof(o->closer));
	begin(o, key);
	buf_byte(o->b, (uint8_t)bracket);
	o->closer[o->depth++] = bracket == '{' ? '}' : ']';
	o->comma = false;
}

void json_close(struct json_out *o)
{
	MUST(o->depth > 0);
	buf_byte(o->b, o->closer[--o->depth]);
	o->comma = true;
}

void json_put_string(struct json_out *o, const char *key, struct slice s)
{
	begin(o, key);
	json_quote(o->b, s);
}

void json_put_cstr(struct json_out *o, const char *key, const char *s)
{
	if (s)
		json_put_string(o, key, slice_str(s));
	else
		json_put_null(o, key);
}

void json_put_i64(struct json_out *o, const char *key, int64_t v)
{
	begin(o, key);
	buf_addf(o->b, "%" PRId64, v);
}

void json_put_u64(struct json_out *o, const char *key, uint64_t v)
{
	begin(o, key);
	buf_addf(o->b, "%" PRIu64, v);
}

void json_put_bool(struct json_out *o, const char *key, bool v)
{
	begin(o, key);
	buf_str(o->b, v ? "true" : "false");
}

void json_put_null(struct json_out *o, const char *key)
{
	begin(o, key);
	buf_str(o->b, "null");
}

void json_put_raw(struct json_out *o, const char *key, struct slice json)
{
	MUST(json.n > 0);
	begin(o, key);
	buf_slice_add(o->b, json);
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* A byte below 0x80 that cannot stand as it is. <, > and & because JSON is put into pages. */
static void quote_ascii(struct buf *b, uint8_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *named = c ? strchr(from, c) : NULL;

	if (named) {
		buf_byte(b, '\\');
		buf_byte(b, (uint8_t)to[named - from]);
	} else {
		buf_addf(b, "\\u%04x", c);
	}
}

void json_quote(struct buf *b, struct slice s)
{
	buf_byte(b, '"');
	for (size_t i = 0; i < s.n;) {
		size_t from = i, len;

		while (i < s.n && is_plain(s.p[i]))
			i++;
		if (i > from)
			buf_add(b, s.p + from, i - from);
		if (i == s.n)
			break;
		len = utf8_len(s.p + i, s.n - i);
		if (len == 0)
			buf_str(b, "\xef\xbf\xbd");
		else if (len == 1)
			quote_ascii(b, s.p[i]);
		else if (len == 3 && memcmp(s.p + i, "\xe2\x80", 2) == 0 &&
			 (s.p[i + 2] | 1) == 0xa9)
			buf_str(b, s.p[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
		else
			buf_add(b, s.p + i, len);
		i += len ? len : 1;
	}
	buf_byte(b, '"');
}
