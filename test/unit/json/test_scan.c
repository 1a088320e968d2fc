/* test_scan.c: src/json/scan.c: where scalars end; test_read.c has what is wrong with broken ones.
 */
#include "unit.h"

#include "json/scan.h"

/* Scans exactly `n` bytes at the end of an allocation, so that a look beyond them is caught. */
static struct scan scan_of(const char *text, uint8_t **ret_owned)
{
	size_t n = strlen(text);

	*ret_owned = mem_resize(NULL, n, 1);
	memcpy(*ret_owned, text, n);
	return (struct scan){*ret_owned, *ret_owned + n};
}

static void numbers_end_where_they_end(void **state)
{
	static const struct {
		const char *text;
		size_t taken;
	} rows[] = {
		{"0", 1},
		{"-0", 2},
		{"0,", 1},
		{"10]", 2},
		{"-12.50}", 6},
		{"1e5 ", 3},
		{"1E-05", 5},
		{"0.0e+0", 6},
		{"1-2", 1},
		{"1e5e5", 3},
		{"1.5.5", 3},
		{"0x1", 1},
		{"12a", 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t *owned CLEANUP_FREE = NULL;
		struct scan s = scan_of(rows[i].text, &owned);

		assert_null(scan_number(&s));
		assert_int_equal(s.at - owned, rows[i].taken);
	}
}

static void complaints_stand_on_the_byte(void **state)
{
	static const struct {
		const char *text, *wrong;
		size_t at;
	} rows[] = {
		{"-", "expected a digit", 1},
		{"-x", "expected a digit", 1},
		{"x", "expected a value", 0},
		{"01", "number with a leading zero", 1},
		{"1.", "expected a digit after the point", 2},
		{"1.e", "expected a digit after the point", 2},
		{"1e", "expected a digit in the exponent", 2},
		{"1e-", "expected a digit in the exponent", 3},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t *owned CLEANUP_FREE = NULL;
		struct scan s = scan_of(rows[i].text, &owned);
		const char *wrong = scan_number(&s);

		assert_non_null(wrong);
		assert_string_equal(wrong, rows[i].wrong);
		assert_int_equal(s.at - owned, rows[i].at);
	}
}

/* Strings of every length to some words and back: the end is found, escapes are noticed. */
static void strings_of_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n < 50; n++) {
		for (size_t escape = 0; escape <= n; escape++) {
			uint8_t *owned CLEANUP_FREE = NULL;
			bool escaped = escape == n;
			char text[80] = {0};
			struct scan s;

			memset(text, 'x', n + 4);
			text[0] = text[n + 3] = '"';
			if (escape < n)
				memcpy(text + 1 + escape, "\\n", 2);
			s = scan_of(text, &owned);
			assert_null(scan_string(&s, &escaped));
			assert_int_equal(s.at - owned, n + 4);
			assert_int_equal(escaped, escape < n);
		}
	}
}

static void space_is_four_characters(void **state)
{
	static const char *const rows[] = {"", " ", "\t\r\n ", "                ",
		"\n                    \n", "         \t        "};
	static const char *const tails[] = {"", "x", "\v", "\f", "\xc2\xa0", "\x1f"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t k = 0; k < COUNT_OF(tails); k++) {
			uint8_t *owned CLEANUP_FREE = NULL;
			char text[64];
			struct scan s;

			snprintf(text, sizeof(text), "%s%s", rows[i], tails[k]);
			s = scan_of(text, &owned);
			scan_space(&s);
			assert_int_equal(s.at - owned, strlen(rows[i]));
		}
	}
}

static void words_are_whole(void **state)
{
	uint8_t *owned CLEANUP_FREE = NULL;
	struct scan s = scan_of("nul", &owned);

	(void)state;
	assert_non_null(scan_word(&s, "null"));
	assert_ptr_equal(s.at, owned);
	assert_null(scan_word(&s, "nul"));
	assert_ptr_equal(s.at, s.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_end_where_they_end),
		cmocka_unit_test(complaints_stand_on_the_byte),
		cmocka_unit_test(strings_of_every_length),
		cmocka_unit_test(space_is_four_characters),
		cmocka_unit_test(words_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
