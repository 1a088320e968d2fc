/* test_write.c: src/json/write.c */
#include "unit.h"

#include "base/limits.h"
#include "json/json.h"

static void writes_every_kind(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1000);
	struct json_out o = json_out(&b);

	(void)state;
	json_open(&o, '{');
	json_put_string(&o, "s", SLICE("a\"b"));
	json_put_cstr(&o, "c", "x");
	json_put_cstr(&o, "none", NULL);
	json_put_i64(&o, "min", INT64_MIN);
	json_put_u64(&o, "max", UINT64_MAX);
	json_put_bool(&o, "t", true);
	json_put_bool(&o, "f", false);
	json_put_null(&o, "n");
	json_put_raw(&o, "raw", SLICE("[1, 2]"));
	json_open_at(&o, "list", '[');
	json_put_i64(&o, NULL, 1);
	json_open(&o, '[');
	json_close(&o);
	json_open(&o, '{');
	json_close(&o);
	json_put_cstr(&o, NULL, "end");
	json_close(&o);
	json_put_i64(&o, "k\n", 0);
	json_close(&o);
	assert_string_equal(buf_cstr(&b),
		"{\"s\":\"a\\\"b\",\"c\":\"x\",\"none\":null,\"min\":-9223372036854775808,"
		"\"max\":18446744073709551615,\"t\":true,\"f\":false,\"n\":null,\"raw\":[1, 2],"
		"\"list\":[1,[],{},\"end\"],\"k\\n\":0}");
}

static void quotes(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{"", "\"\""},
		{"plain ~\x7f", "\"plain ~\x7f\""},
		{"\b\f\n\r\t\x01\x1f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\""},
		{"\"\\/", "\"\\\"\\\\/\""},
		{"</script>&", "\"\\u003c/script\\u003e\\u0026\""},
		{"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
			"\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\""},
		{"\xc3\xab\xf0\x9f\x98\x80", "\"\xc3\xab\xf0\x9f\x98\x80\""},
		{"a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b CLEANUP_BUF = BUF(1000);

		json_quote(&b, slice_str(rows[i].text));
		assert_string_equal(buf_cstr(&b), rows[i].json);
	}
	struct buf b CLEANUP_BUF = BUF(1000);

	json_quote(&b, slice_of("a\0b", 3));
	assert_string_equal(buf_cstr(&b), "\"a\\u0000b\"");
}

/* Whatever is written reads back as what was meant. */
static void reads_back(void **state)
{
	struct buf b CLEANUP_BUF = BUF(100000);
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	struct json_out o = json_out(&b);
	struct buf text CLEANUP_BUF = BUF(1000);
	struct json_doc doc;
	json_ref v;

	(void)state;
	for (unsigned c = 0; c < 128; c++)
		buf_byte(&text, (uint8_t)c);
	buf_str(&text, "\xc2\x80\xe2\x80\xa8\xef\xbf\xbf\xf4\x8f\xbf\xbf");
	json_open(&o, '[');
	for (size_t from = 0; from < 16; from++)
		json_put_string(&o, NULL, slice_sub(buf_slice(&text), from, text.n));
	json_close(&o);
	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &json_limits_partner, NULL), 0);
	v = json_first(&doc, 1);
	for (size_t from = 0; from < 16; from++, v = json_next(&doc, v))
		assert_true(slice_eq(
			json_string(&doc, v, &a), slice_sub(buf_slice(&text), from, text.n)));
	assert_int_equal(v, JSON_ABSENT);
}

static void full_buf_is_told(void **state)
{
	struct buf b CLEANUP_BUF = BUF(5);
	struct json_out o = json_out(&b);

	(void)state;
	json_open(&o, '[');
	json_put_cstr(&o, NULL, "long text");
	json_close(&o);
	assert_true(buf_over(&b));
}

static struct buf spare = {.max = 1000};

static void key_in_array(void)
{
	struct json_out o = json_out(&spare);

	json_open(&o, '[');
	json_put_null(&o, "k");
}

static void no_key_in_object(void)
{
	struct json_out o = json_out(&spare);

	json_open(&o, '{');
	json_put_null(&o, NULL);
}

static void two_roots(void)
{
	struct json_out o = json_out(&spare);

	json_put_null(&o, NULL);
	json_put_null(&o, NULL);
}

static void one_close_too_many(void)
{
	struct json_out o = json_out(&spare);

	json_close(&o);
}

static void too_deep(void)
{
	struct json_out o = json_out(&spare);

	for (int i = 0; i < 65; i++)
		json_open(&o, '[');
}

static void misuse_dies(void **state)
{
	(void)state;
	assert_dies(key_in_array);
	assert_dies(no_key_in_object);
	assert_dies(two_roots);
	assert_dies(one_close_too_many);
	assert_dies(too_deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_kind),
		cmocka_unit_test(quotes),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(full_buf_is_told),
		cmocka_unit_test(misuse_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
