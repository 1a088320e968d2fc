/* test_access.c: src/json/access.c */
#include "unit.h"

#include "base/limits.h"
#include "json/json.h"

#include <errno.h>

static struct arena arena = {.max = 8 * MIB};

static struct json_doc doc_of(const char *text)
{
	struct json_doc doc;
	struct why why = {0};

	if (json_read(&doc, &arena, slice_str(text), &json_limits_partner, &why) < 0)
		fail_msg("%s: %s", text, why.text);
	return doc;
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void walks(void **state)
{
	struct json_doc d = doc_of(
		" { \"a\" : [1, [2,[3]], {\"x\":{}}, \"s\"] ,\"b\":null, \"c\":true,\"d\":false } ");
	static const char *const elements[] = {"1", "[2,[3]]", "{\"x\":{}}", "\"s\""};
	static const char *const keys[] = {"a", "b", "c", "d"};
	static const enum json_type types[] = {JSON_ARRAY, JSON_NULL, JSON_TRUE, JSON_FALSE};
	json_ref root = json_root(&d), list = json_get(&d, root, "a");
	size_t n = 0;

	(void)state;
	assert_int_equal(json_type(&d, root), JSON_OBJECT);
	assert_int_equal(json_count(&d, root), 4);
	assert_int_equal(json_count(&d, list), 4);
	for (json_ref v = json_first(&d, list); v; v = json_next(&d, v)) {
		assert_slice(json_raw(&d, v), elements[n++]);
		assert_int_equal(json_key(&d, v, &arena).n, 0);
	}
	assert_int_equal(n, 4);
	n = 0;
	for (json_ref v = json_first(&d, root); v; v = json_next(&d, v), n++) {
		assert_slice(json_key(&d, v, &arena), keys[n]);
		assert_int_equal(json_type(&d, v), types[n]);
		assert_int_equal(json_true(&d, v), n == 2);
	}
	assert_int_equal(n, 4);
	assert_slice(json_raw(&d, list), "[1, [2,[3]], {\"x\":{}}, \"s\"]");
	assert_int_equal(json_next(&d, root), JSON_ABSENT);
}

static void absence_runs_through(void **state)
{
	struct json_doc d = doc_of("{\"a\":[],\"o\":{}}");
	json_ref none = json_get(&d, json_get(&d, json_get(&d, 1, "x"), "y"), "z");
	int64_t v = 5;

	(void)state;
	assert_int_equal(none, JSON_ABSENT);
	assert_int_equal(json_type(&d, none), JSON_NONE);
	assert_int_equal(json_count(&d, none), 0);
	assert_int_equal(json_first(&d, none), JSON_ABSENT);
	assert_int_equal(json_first(&d, json_get(&d, 1, "a")), JSON_ABSENT);
	assert_int_equal(json_first(&d, json_get(&d, 1, "o")), JSON_ABSENT);
	assert_int_equal(json_get(&d, json_get(&d, 1, "a"), "0"), JSON_ABSENT);
	assert_null(json_raw(&d, none).p);
	assert_null(json_string(&d, none, &arena).p);
	assert_null(json_string(&d, 1, &arena).p);
	assert_null(json_key(&d, none, &arena).p);
	assert_null(json_number(&d, none).p);
	assert_int_equal(json_i64(&d, none, &v), -EINVAL);
	assert_int_equal(v, 5);
	assert_false(json_true(&d, none));
}

static void strings_are_unescaped(void **state)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{"\"\"", ""},
		{"\"plain\"", "plain"},
		{"\"a\\n\"", "a\n"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
		{"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac"},
		{"\"x\\ud83d\\ude00y\"", "x\xf0\x9f\x98\x80y"},
		{"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
		{"\"\xc3\xab\\u0022\xc3\xab\"", "\xc3\xab\"\xc3\xab"},
	};
	struct json_doc d;
	struct slice s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		d = doc_of(rows[i].json);
		s = json_string(&d, 1, &arena);
		assert_non_null(s.p);
		assert_slice(s, rows[i].text);
		assert_slice(json_raw(&d, 1), rows[i].json);
		/* Without an escape the text is the received bytes themselves. */
		if (!strchr(rows[i].json, '\\'))
			assert_ptr_equal(s.p, d.src.p + 1);
	}
	d = doc_of("\"a\\u0000b\"");
	s = json_string(&d, 1, &arena);
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "a\0b", 3);
}

static void keys_match_by_text(void **state)
{
	struct json_doc d =
		doc_of("{\"\\u0061\\n\":1,\"ab\":2,\"\":3,\"\\u0000\":4,\"a\\u00e9\":5}");
	json_ref v;

	(void)state;
	assert_slice(json_number(&d, json_get(&d, 1, "a\n")), "1");
	assert_slice(json_number(&d, json_get(&d, 1, "ab")), "2");
	assert_slice(json_number(&d, json_get(&d, 1, "")), "3");
	assert_slice(json_number(&d, json_get_slice(&d, 1, slice_of("\0", 1))), "4");
	assert_slice(json_number(&d, json_get(&d, 1, "a\xc3\xa9")), "5");
	assert_int_equal(json_get(&d, 1, "a"), JSON_ABSENT);
	assert_int_equal(json_get(&d, 1, "a\n "), JSON_ABSENT);
	assert_int_equal(json_get(&d, 1, "\\u0061\\n"), JSON_ABSENT);
	assert_int_equal(json_get(&d, 1, "a\xc3"), JSON_ABSENT);
	v = json_first(&d, 1);
	assert_slice(json_key(&d, v, &arena), "a\n");
}

static void numbers_stay_text(void **state)
{
	static const char *const integers[] = {
		"0", "-1", "9223372036854775807", "-9223372036854775808"};
	static const char *const others[] = {"1.0", "1e0", "-0", "9223372036854775808", "1e400",
		"0.1", "-9223372036854775809", "\"1\"", "true", "[1]"};
	int64_t v = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(integers); i++) {
		struct json_doc d = doc_of(integers[i]);
		char back[32];

		assert_int_equal(json_i64(&d, 1, &v), 0);
		snprintf(back, sizeof(back), "%lld", (long long)v);
		assert_string_equal(back, integers[i]);
	}
	v = 42;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct json_doc d = doc_of(others[i]);

		assert_int_equal(json_i64(&d, 1, &v), -EINVAL);
		assert_slice(json_number(&d, 1), i < 7 ? others[i] : "");
	}
	assert_int_equal(v, 42);
}

static void needed_strings(void **state)
{
	struct json_doc d =
		doc_of("{\"a\":\"text\",\"e\":\"\",\"n\":1,\"z\":null,\"u\":\"\\u0041\\u0042\"}");
	struct slice s = SLICE("kept");
	struct why why = {0};

	(void)state;
	assert_int_equal(json_need_string(&d, 1, "a", 4, &arena, &s, &why), 0);
	assert_slice(s, "text");
	assert_int_equal(json_need_string(&d, 1, "u", 2, &arena, &s, &why), 0);
	assert_slice(s, "AB");
	assert_int_equal(json_need_string(&d, 1, "a", 3, &arena, &s, &why), E_INVALID);
	assert_string_equal(why.where, "/a");
	assert_string_equal(why.text, "is longer than 3 bytes");
	assert_int_equal(json_need_string(&d, 1, "u", 1, &arena, &s, &why), E_INVALID);
	assert_int_equal(json_need_string(&d, 1, "a", 0, &arena, &s, &why), E_INVALID);
	assert_int_equal(json_need_string(&d, 1, "e", 9, &arena, &s, &why), E_INVALID);
	assert_string_equal(why.text, "must not be empty");
	assert_int_equal(json_need_string(&d, 1, "n", 9, &arena, &s, &why), E_INVALID);
	assert_string_equal(why.text, "must be a string");
	assert_int_equal(json_need_string(&d, 1, "q", 9, &arena, &s, &why), E_INVALID);
	assert_string_equal(why.where, "/q");
	assert_string_equal(why.text, "is missing");
	assert_slice(s, "AB");
	/* What cannot fit is not unescaped: the arena stays as it was. */
	d = doc_of("{\"l\":\"\\n2345678901234567890\"}");
	size_t used = arena.used;

	assert_int_equal(json_need_string(&d, 1, "l", 2, &arena, &s, &why), E_INVALID);
	assert_int_equal(arena.used, used);
}

static void wanted_strings(void **state)
{
	struct json_doc d = doc_of("{\"a\":\"text\",\"e\":\"\",\"z\":null}");
	struct slice s = SLICE("kept");
	struct why why = {0};

	(void)state;
	assert_int_equal(json_want_string(&d, 1, "z", 9, &arena, &s, &why), E_INVALID);
	assert_int_equal(json_want_string(&d, 1, "e", 9, &arena, &s, &why), E_INVALID);
	assert_slice(s, "kept");
	assert_int_equal(json_want_string(&d, 1, "q", 9, &arena, &s, &why), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(json_want_string(&d, 1, "a", 9, &arena, &s, &why), 0);
	assert_slice(s, "text");
}

static void the_same_is_said_in_other_words(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} c[] = {{"{\"a\":1,\"b\":[1,2]}", "{ \"b\" : [1, 2],\n \"\\u0061\": 1 }", true},
		{"\"\\u0041\"", "\"A\"", true}, {"[]", "[ ]", true}, {"null", "null", true},
		{"1", "1.0", false}, {"[1,2]", "[2,1]", false}, {"[1]", "[1,1]", false},
		{"{\"a\":1}", "{\"b\":1}", false}, {"{\"a\":1}", "{\"a\":2}", false},
		{"{}", "[]", false}, {"true", "false", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct json_doc a = doc_of(c[i].a), b = doc_of(c[i].b);

		assert_int_equal(
			json_same(&a, json_root(&a), &b, json_root(&b), &arena), c[i].same);
		assert_int_equal(
			json_same(&b, json_root(&b), &a, json_root(&a), &arena), c[i].same);
	}
	struct json_doc d = doc_of("{\"a\":null}");
	json_ref root = json_root(&d);
	assert_true(json_same(&d, json_get(&d, root, "x"), &d, json_get(&d, root, "y"), &arena));
	assert_false(json_same(&d, json_get(&d, root, "a"), &d, json_get(&d, root, "y"), &arena));
}

static void ref_beyond_the_tape(void)
{
	struct json_doc d = doc_of("1");

	json_type(&d, 2);
}

static void foreign_refs_die(void **state)
{
	(void)state;
	assert_dies(ref_beyond_the_tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks),
		cmocka_unit_test(absence_runs_through),
		cmocka_unit_test(strings_are_unescaped),
		cmocka_unit_test(keys_match_by_text),
		cmocka_unit_test(numbers_stay_text),
		cmocka_unit_test(needed_strings),
		cmocka_unit_test(wanted_strings),
		cmocka_unit_test(the_same_is_said_in_other_words),
		cmocka_unit_test(foreign_refs_die),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
