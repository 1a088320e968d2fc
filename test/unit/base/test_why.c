/* test_why.c: src/base/why.c */
#include "unit.h"

static void says_what_and_where(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(why_set(&why, E_SYNTAX, "/seq", "expected %d, got %d", 1, 2), E_SYNTAX);
	assert_int_equal(why.code, E_SYNTAX);
	assert_string_equal(why.where, "/seq");
	assert_string_equal(why.text, "expected 1, got 2");
	assert_int_equal(why_prefix(&why, "entry %d", 7), E_SYNTAX);
	assert_string_equal(why.text, "entry 7: expected 1, got 2");
	assert_string_equal(why.where, "/seq");
	assert_int_equal(why_set(NULL, E_LIMIT, NULL, "x"), E_LIMIT);
	assert_int_equal(why_set(&why, E_LIMIT, NULL, "%s", ""), E_LIMIT);
	assert_string_equal(why.where, "");
}

static void hostile_bytes_are_replaced(void **state)
{
	struct why why = {0};

	(void)state;
	assert_int_equal(
		why_set(&why, E_INVALID, "/a\x1b[31m", "bad %s", "\r\n\x7f\xe2\x80\xae\xff"),
		E_INVALID);
	assert_string_equal(why.where, "/a?[31m");
	assert_string_equal(why.text, "bad ?????");
	why_prefix(&why, "%s", "\n");
	assert_string_equal(why.text, "?: bad ?????");
}

static void long_text_is_cut(void **state)
{
	struct why why = {0};
	char longer[1000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	why_set(&why, E_IO, longer, "%s", longer);
	assert_int_equal(strlen(why.where), sizeof(why.where) - 1);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	why_prefix(&why, "%s", longer);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	/* A character cut in half at the end is not shown as half a character. */
	memcpy(longer + sizeof(why.text) - 2, "\xc3\xab", 2);
	why_set(&why, E_IO, "", "%s", longer);
	assert_int_equal(why.text[sizeof(why.text) - 2], '?');
}

static void may_quote_itself(void **state)
{
	struct why why = {0};

	(void)state;
	why_set(&why, E_NET, "a", "inner");
	why_set(&why, E_IO, why.where, "outer: %s", why.text);
	assert_string_equal(why.where, "a");
	assert_string_equal(why.text, "outer: inner");
	assert_int_equal(why.code, E_IO);
}

static void codes_have_names_and_numbers(void **state)
{
	static const struct {
		int code;
		const char *name;
		unsigned http;
		int exit;
	} rows[] = {
		{0, "ok", 200, 0},
		{E_SYNTAX, "syntax", 400, 65},
		{E_INVALID, "invalid", 422, 65},
		{E_LIMIT, "limit", 413, 65},
		{E_DENIED, "denied", 403, 77},
		{E_MISSING, "missing", 404, 69},
		{E_CONFLICT, "conflict", 409, 73},
		{E_VERIFY, "verify", 422, 76},
		{E_STATE, "state", 409, 70},
		{E_IO, "io", 500, 74},
		{E_NET, "net", 502, 69},
		{E_BUSY, "busy", 503, 75},
		{E_USAGE, "usage", 400, 64},
		{E_AUTH, "auth", 401, 77},
		{-22, "system", 500, 71},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_string_equal(why_name(rows[i].code), rows[i].name);
		assert_int_equal(why_http(rows[i].code), rows[i].http);
		assert_int_equal(why_exit(rows[i].code), rows[i].exit);
	}
}

static void success_is_no_reason(void)
{
	struct why why;

	why_set(&why, 0, "", "fine");
}

static void only_failures_have_reasons(void **state)
{
	(void)state;
	assert_dies(success_is_no_reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_and_where),
		cmocka_unit_test(hostile_bytes_are_replaced),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(may_quote_itself),
		cmocka_unit_test(codes_have_names_and_numbers),
		cmocka_unit_test(only_failures_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
