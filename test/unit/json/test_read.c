/* test_read.c: src/json/read.c: what is taken, what is refused, and why. */
#include "unit.h"

#include "base/limits.h"
#include "json/json.h"

static int read_text(struct slice text, const struct json_limits *limits, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	struct json_doc doc;

	*why = (struct why){0};
	return json_read(&doc, &a, text, limits, why);
}

static void takes(void **state)
{
	static const char *const rows[] = {
		"null",
		"true",
		"false",
		"0",
		"-0",
		"-1",
		"1.0",
		"0.5",
		"1e5",
		"1E+5",
		"1e-5",
		"0e0",
		"1e400",
		"-1e-400",
		"123456789012345678901234567890",
		"0.0000000000000000000000001",
		"\"\"",
		"[]",
		"{}",
		" \t\r\n[ ] \n",
		"[1,2]",
		"[[],[[]],{}]",
		"{\"\":0}",
		"{\"a\":{\"a\":{\"a\":1}}}",
		"{\"a\":1,\"A\":2}",
		"[\"a\",\"a\"]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0000\"",
		"\"\\u00e9\\u00E9\"",
		"\"\\ud83d\\ude00\"",
		"\"\\uDBFF\\uDFFF\"",
		"\"\\uffff\\ud7ff\\ue000\"",
		"\"\x7f\xc3\xab\xe2\x82\xac\xf0\x9f\x87\xa6\xf4\x8f\xbf\xbf\"",
		"\"\xef\xbb\xbf\"",
		"\"\xe2\x80\xa8\"",
		"{\"a\\u0062\":1,\"a\\u0063\":2}",
		"{\"\\u0000\":1,\"\":2}",
		"[1 ,\n2\t,3 ]",
		"{ \"a\" : 1 , \"b\" : 2 }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct why why;

		if (read_text(slice_str(rows[i]), &json_limits_partner, &why) != 0)
			fail_msg("refused %s: %s", rows[i], why.text);
	}
}

struct refusal {
	const char *text, *where, *what; /* what: beginning of why.text */
};

static void check_refusals(const struct refusal *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct why why;
		int rc = read_text(slice_str(rows[i].text), &json_limits_partner, &why);

		if (rc != E_SYNTAX || why.code != E_SYNTAX ||
			strcmp(why.where, rows[i].where) != 0 ||
			!slice_starts(slice_str(why.text), rows[i].what))
			fail_msg("%s: %d at \"%s\": %s", rows[i].text, rc, why.where, why.text);
	}
}

static void refuses_broken_structure(void **state)
{
	static const struct refusal rows[] = {
		{"", "", "the text is empty"},
		{" ", "", "the text ends too early at byte 1"},
		{"[", "", "the text ends too early"},
		{"[1", "", "the text ends too early"},
		{"[1,", "/1", "the text ends too early"},
		{"{", "", "the text ends too early"},
		{"{\"a", "", "the text ends too early"},
		{"{\"a\"", "/a", "the text ends too early"},
		{"{\"a\":", "/a", "the text ends too early"},
		{"{\"a\":1", "", "the text ends too early"},
		{"[1,]", "/1", "expected a value at byte 3"},
		{"[,1]", "/0", "expected a value"},
		{"[1,,2]", "/1", "expected a value"},
		{"[1 2]", "", "expected a comma"},
		{"{\"a\":1,}", "", "expected a key in quotes at byte 7"},
		{"{,}", "", "expected a key"},
		{"{\"a\" 1}", "/a", "expected a colon"},
		{"{\"a\":}", "/a", "expected a value"},
		{"{a:1}", "", "expected a key"},
		{"{1:1}", "", "expected a key"},
		{"{'a':1}", "", "expected a key"},
		{"[}", "/0", "expected a value"},
		{"{]", "", "expected a key"},
		{"[1}", "", "expected a comma"},
		{"]", "", "expected a value"},
		{"1 2", "", "text after the value at byte 2"},
		{"{}{}", "", "text after the value"},
		{"[]]", "", "text after the value"},
		{"null\v", "", "text after the value"},
		{"\f1", "", "expected a value"},
		{"\xc2\xa0"
		 "1",
			"", "expected a value"},
		{"// c\n1", "", "expected a value"},
		{"[1 /* c */]", "", "expected a comma"},
		{"nul", "", "expected a value"},
		{"nulL", "", "expected a value"},
		{"True", "", "expected a value"},
		{"truefalse", "", "text after the value"},
		{"\xef\xbb\xbf[]", "", "byte order mark"},
		{"\xff\xfe[\0]\0", "", "expected a value"},
		{"[0,{\"a/b~\":[true,x]}]", "/1/a~1b~0/1", "expected a value at byte 17"},
		{"{\"k\\u0041\":[x]}", "/kA/0", "expected a value"},
	};

	(void)state;
	check_refusals(rows, COUNT_OF(rows));
}

static void refuses_broken_numbers(void **state)
{
	static const struct refusal rows[] = {
		{"01", "", "number with a leading zero"}, {"-01", "", "number with a leading zero"},
		{"00", "", "number with a leading zero"}, {"+1", "", "expected a value"},
		{".5", "", "expected a value"}, {"1.", "", "the text ends too early"},
		{"[1.]", "/0", "expected a digit after the point"},
		{"[1.e5]", "/0", "expected a digit after the point"},
		{"[-]", "/0", "expected a digit"}, {"-", "", "the text ends too early"},
		{"[--1]", "/0", "expected a digit"}, {"[-.5]", "/0", "expected a digit"},
		{"[1e]", "/0", "expected a digit in the exponent"},
		{"[1e+]", "/0", "expected a digit in the exponent"},
		{"[1e1.5]", "", "expected a comma"}, {"[1.2.3]", "", "expected a comma"},
		{"0x10", "", "text after the value"}, {"1_000", "", "text after the value"},
		{"NaN", "", "expected a value"}, {"Infinity", "", "expected a value"},
		{"[-Infinity]", "/0", "expected a digit"}, {"[-NaN]", "/0", "expected a digit"},
		{"\xef\xbc\x91", "", "expected a value"}, /* FULLWIDTH DIGIT ONE */
	};

	(void)state;
	check_refusals(rows, COUNT_OF(rows));
}

static void refuses_broken_strings(void **state)
{
	static const struct refusal rows[] = {
		{"\"", "", "the text ends too early"},
		{"\"abc", "", "the text ends too early"},
		{"\"\\", "", "the text ends too early"},
		{"\"\\\"", "", "the text ends too early"},
		{"'a'", "", "expected a value"},
		{"\"\\x41\"", "", "unknown escape at byte 1"},
		{"\"\\'\"", "", "unknown escape"},
		{"\"\\0\"", "", "unknown escape"},
		{"\"\\U0041\"", "", "unknown escape"},
		{"\"\\\n\"", "", "unknown escape"},
		{"\"\\u12", "", "broken \\u escape"},
		{"\"\\u123\"", "", "broken \\u escape"},
		{"\"\\u12g4\"", "", "broken \\u escape"},
		{"\"\\u+123\"", "", "broken \\u escape"},
		{"\"\\ud800\"", "", "lone surrogate"},
		{"\"\\udc00\"", "", "lone surrogate"},
		{"\"\\ud800x\"", "", "lone surrogate"},
		{"\"\\ud800\\n\"", "", "lone surrogate"},
		{"\"\\ud800\\u0041\"", "", "lone surrogate"},
		{"\"\\ud800\\ud800\"", "", "lone surrogate"},
		{"\"\\ud800\\udc0\"", "", "lone surrogate"},
		{"\"\\udc00\\ud800\"", "", "lone surrogate"},
		{"\"\t\"", "", "raw control character in a string at byte 1"},
		{"\"a\nb\"", "", "raw control character"},
		{"\"0123456789\x1f\"", "", "raw control character in a string at byte 11"},
		{"\"\x80\"", "", "invalid UTF-8 at byte 1"},
		{"\"\xc0\xaf\"", "", "invalid UTF-8"},
		{"\"\xe0\x80\xaf\"", "", "invalid UTF-8"},
		{"\"\xf0\x80\x80\xaf\"", "", "invalid UTF-8"},
		{"\"\xed\xa0\x80\"", "", "invalid UTF-8"},
		{"\"\xed\xa0\xbd\xed\xb8\x80\"", "", "invalid UTF-8"}, /* CESU-8 */
		{"\"\xf4\x90\x80\x80\"", "", "invalid UTF-8"},
		{"\"\xc3\"", "", "invalid UTF-8"},
		{"\"\xff\"", "", "invalid UTF-8"},
		{"{\"\xc3\":1}", "", "invalid UTF-8"},
		{"[\"ok\",\"abcdefg\xe2\x82\"]", "/1", "invalid UTF-8 at byte 14"},
	};
	struct why why;

	(void)state;
	check_refusals(rows, COUNT_OF(rows));
	assert_int_equal(read_text(slice_of("\"a\0b\"", 5), &json_limits_partner, &why), E_SYNTAX);
	assert_int_equal(read_text(slice_of("[1]\0", 4), &json_limits_partner, &why), E_SYNTAX);
	assert_int_equal(read_text(slice_of("\"\\\0\"", 4), &json_limits_partner, &why), E_SYNTAX);
	assert_int_equal(read_text(slice_of("\0", 1), &json_limits_partner, &why), E_SYNTAX);
}

/* A special byte at every place of a long string: the word-wise scan misses none. */
static void every_offset_is_looked_at(void **state)
{
	static const char *const bad[] = {"\x01", "\x1f", "\xff", "\x80", "\\q", "\n"};
	char text[64];
	struct why why;

	(void)state;
	for (size_t len = 1; len < 40; len++) {
		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < COUNT_OF(bad); k++) {
				char want[32];

				memset(text, 'a', sizeof(text));
				text[0] = text[len + 3] = '"';
				memcpy(text + 1 + at, bad[k], strlen(bad[k]));
				assert_int_equal(read_text(slice_of(text, len + 4),
							 &json_limits_partner, &why),
					E_SYNTAX);
				snprintf(want, sizeof(want), "at byte %zu", at + 1);
				assert_true(slice_ends(slice_str(why.text), want));
			}
			memset(text, 'a', sizeof(text));
			text[0] = text[1 + at] = '"';
			assert_int_equal(
				read_text(slice_of(text, at + 2), &json_limits_partner, &why), 0);
		}
	}
}

static void every_prefix_is_refused(void **state)
{
	static const char text[] =
		"{\"a\\u0041\\ud83d\\ude00\":[1.5e-3,true,false,null,\"\xe2\x82\xac\","
		"{\"x\":{}}],\"b\":-0}";
	struct why why;

	(void)state;
	assert_int_equal(read_text(slice_str(text), &json_limits_partner, &why), 0);
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		assert_int_equal(
			read_text(slice_of(text, n), &json_limits_partner, &why), E_SYNTAX);
		assert_true(strlen(why.text) > 0);
	}
}

static void same_key_twice(void **state)
{
	static const struct refusal rows[] = {
		{"{\"a\":1,\"a\":2}", "/a", "the same key twice at byte 7"},
		{"{\"a\":1,\"\\u0061\":2}", "/a", "the same key twice"},
		{"{\"\\u0061\":1,\"a\":2}", "/a", "the same key twice"},
		{"{\"\\u0061\":1,\"\\u0061\":2}", "/a", "the same key twice"},
		{"{\"\\/\":1,\"/\":2}", "/~1", "the same key twice"},
		{"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", "/\xf0\x9f\x98\x80",
			"the same key"},
		{"{\"\\u00E9\":1,\"\\u00e9\":2}", "/\xc3\xa9", "the same key twice"},
		{"{\"\":1,\"\":2}", "/", "the same key twice"},
		{"{\"a\":{\"b\":1},\"c\":[{\"d\":1,\"e\":2,\"d\":3}]}", "/c/0/d",
			"the same key twice"},
		{"{\"a\":1,\"b\":{\"a\":1},\"a\":3}", "/a", "the same key twice"},
	};

	(void)state;
	check_refusals(rows, COUNT_OF(rows));
}

static void depth_is_exact(void **state)
{
	struct json_limits limits = {.depth = 4, .nodes = 100};
	struct why why;

	(void)state;
	assert_int_equal(read_text(SLICE("[[[[]]]]"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("[[[1]]]"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("[[[[1]]]]"), &limits, &why), E_LIMIT);
	assert_string_equal(why.where, "/0/0/0/0");
	assert_string_equal(why.text, "nested too deeply at byte 4");
	assert_int_equal(read_text(SLICE("{\"a\":{\"a\":{\"a\":{}}}}"), &limits, &why), 0);
	assert_int_equal(
		read_text(SLICE("{\"a\":{\"a\":{\"a\":{\"a\":1}}}}"), &limits, &why), E_LIMIT);
	limits.depth = 1;
	assert_int_equal(read_text(SLICE("1"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("[]"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("[1]"), &limits, &why), E_LIMIT);
}

/* A million brackets: no stack is used up, whatever the limit. */
static void deep_nesting_is_no_danger(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_limits limits = {.depth = 2000000, .nodes = 2000000};
	struct why why;

	(void)state;
	memset(buf_room(&b, 1000000), '[', 1000000);
	assert_int_equal(read_text(buf_slice(&b), &json_limits_partner, &why), E_LIMIT);
	assert_int_equal(read_text(buf_slice(&b), &json_limits_local, &why), E_LIMIT);
	assert_int_equal(read_text(buf_slice(&b), &limits, &why), E_SYNTAX);
	memset(buf_room(&b, 1000000), ']', 1000000);
	assert_int_equal(read_text(buf_slice(&b), &limits, &why), 0);
}

static void node_limit_is_exact(void **state)
{
	struct json_limits limits = {.depth = 4, .nodes = 5};
	struct why why;

	(void)state;
	assert_int_equal(read_text(SLICE("[1,2,3,4]"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("[1,2,3,4,5]"), &limits, &why), E_LIMIT);
	assert_string_equal(why.where, "/4");
	assert_int_equal(read_text(SLICE("{\"a\":1,\"b\":2}"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("{\"a\":1,\"b\":2,\"c\":3}"), &limits, &why), E_LIMIT);
	assert_int_equal(read_text(SLICE("{\"a\":1,\"b\":[]}"), &limits, &why), 0);
	assert_int_equal(read_text(SLICE("{\"a\":1,\"b\":[1]}"), &limits, &why), E_LIMIT);
}

static void arena_ceiling_is_a_limit(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_doc doc = {.n = 77};

	(void)state;
	buf_str(&b, "[0");
	for (int i = 0; i < 9998; i++)
		buf_str(&b, ",0");
	buf_byte(&b, ']');
	for (size_t max = 0; max < 10001 * 16 + 64; max += max < 400 ? 1 : 5003) {
		struct arena a CLEANUP_ARENA = ARENA(max);
		struct why why;
		int rc = json_read(&doc, &a, buf_slice(&b), &json_limits_partner, &why);

		assert_int_equal(rc, E_LIMIT);
		assert_int_equal(doc.n, 77); /* nothing is set on failure */
	}
	struct arena a CLEANUP_ARENA = ARENA(10001 * 16);

	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &json_limits_partner, NULL), 0);
	assert_int_equal(doc.n, 10001);
}

static void why_is_tame_and_optional(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(10000);
	struct json_doc doc;
	struct why why;

	(void)state;
	assert_int_equal(json_read(&doc, &a, SLICE("[1,"), &json_limits_partner, NULL), E_SYNTAX);
	assert_int_equal(
		read_text(SLICE("{\"\\u001b[2J\xe2\x80\xae\":x}"), &json_limits_partner, &why),
		E_SYNTAX);
	assert_string_equal(why.where, "/?[2J?");
	/* Keys longer than `where` do no harm. */
	buf_str(&b, "{\"\\n");
	memset(buf_room(&b, 5000), 'k', 5000);
	buf_str(&b, "\":{\"y\":x}}");
	assert_int_equal(read_text(buf_slice(&b), &json_limits_partner, &why), E_SYNTAX);
	assert_string_equal(why.where, "/.../y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes),
		cmocka_unit_test(refuses_broken_structure),
		cmocka_unit_test(refuses_broken_numbers),
		cmocka_unit_test(refuses_broken_strings),
		cmocka_unit_test(every_offset_is_looked_at),
		cmocka_unit_test(every_prefix_is_refused),
		cmocka_unit_test(same_key_twice),
		cmocka_unit_test(depth_is_exact),
		cmocka_unit_test(deep_nesting_is_no_danger),
		cmocka_unit_test(node_limit_is_exact),
		cmocka_unit_test(arena_ceiling_is_a_limit),
		cmocka_unit_test(why_is_tame_and_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
