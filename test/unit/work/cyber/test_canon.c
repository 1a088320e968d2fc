/* RFC 8785: its own examples of numbers and of sorting. */
#include "unit.h"

#include "work/cyber/canon.h"

static void canon_is(const char *json, const char *expected)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 << 20);
	struct buf b CLEANUP_BUF = BUF(1 << 16);
	struct json_doc doc;
	struct why why = {0};

	if (json_read(&doc, &arena, slice_str(json), &json_limits_partner, &why) < 0)
		fail_msg("%s: %s", json, why.text);
	jcs_value(&doc, json_root(&doc), &arena, &b);
	assert_string_equal(buf_cstr(&b), expected);
}

static void numbers(void **state)
{
	static const char *const pair[][2] = {{"0", "0"}, {"-0", "0"}, {"1", "1"},
		{"-1.50", "-1.5"}, {"333333333.33333329", "333333333.3333333"}, {"1E30", "1e+30"},
		{"4.50", "4.5"}, {"2e-3", "0.002"}, {"0.000000000000000000000000001", "1e-27"},
		{"9007199254740993", "9007199254740992"}, {"1e21", "1e+21"},
		{"123456789012345678901", "123456789012345680000"}, {"5e-324", "5e-324"},
		{"1.7976931348623157e308", "1.7976931348623157e+308"}, {"0.000001", "0.000001"},
		{"0.0000001", "1e-7"}, {"1e400", "1e400"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pair); i++)
		canon_is(pair[i][0], pair[i][1]);
}

static void strings(void **state)
{
	(void)state;
	canon_is("\"\\u20ac$\\u000f\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
		"\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
	canon_is("\"\\b\\t\\n\\f\\r\\u000b\"", "\"\\b\\t\\n\\f\\r\\u000b\"");
}

static void sorting(void **state)
{
	(void)state;
	canon_is("{ \"b\" : [ 1 , true , null , {} ] , \"a\" : \"\" , \"aa\":{ \"z\":1,\"y\":2 } }",
		"{\"a\":\"\",\"aa\":{\"y\":2,\"z\":1},\"b\":[1,true,null,{}]}");
	/* By UTF-16: a smiley (D83D …) comes before U+FB33. */
	canon_is(
		"{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3,\"\\r\":4,\"1\":5,\"\\u0080\":6,\"\\u00f6\":7}",
		"{\"\\r\":4,\"1\":5,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":3,"
		"\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(strings), cmocka_unit_test(sorting)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
