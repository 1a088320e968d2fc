/* test_utc.c: src/base/utc.c */
#include "unit.h"

#include "base/clock.h"

static void formats(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{-2203891200001, "1900-02-28T23:59:59.999Z"},
		{-2203891200000, "1900-03-01T00:00:00.000Z"},
		{1742290200000, "2025-03-18T09:30:00.000Z"},
		{4107542400000, "2100-03-01T00:00:00.000Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
		{253402300800000, "9999-12-31T23:59:59.999Z"},
		{INT64_MAX, "9999-12-31T23:59:59.999Z"},
		{-62167219200000, "0000-01-01T00:00:00.000Z"},
		{INT64_MIN, "0000-01-01T00:00:00.000Z"},
	};
	char text[UTC_TEXT_LEN + 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		utc_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* Every day of four centuries and some, against a plain count of days. */
static void calendar_is_right(void **state)
{
	static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t ms = 0, got;

	(void)state;
	for (unsigned y = 1970; y < 2410; y++) {
		for (unsigned m = 1; m <= 12; m++) {
			unsigned leap = m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

			for (unsigned d = 1; d <= lengths[m - 1] + leap; d++, ms += 86400000) {
				char want[64], text[UTC_TEXT_LEN + 1];

				snprintf(want, sizeof(want), "%04u-%02u-%02uT00:00:00.000Z", y, m,
					d);
				utc_format(ms, text);
				assert_string_equal(text, want);
				assert_int_equal(utc_parse(slice_str(text), &got, NULL), 0);
				assert_true(got == ms);
			}
		}
	}
}

static void parses(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01t00:00:00z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1969-12-31T16:30:00-07:30", 0},
		{"1970-01-01T00:00:00-00:00", 0},
		{"1970-01-01T00:00:00.5Z", 500},
		{"1970-01-01T00:00:00.1239999999999999999999Z", 123},
		{"1969-12-31T23:59:59.999Z", -1},
		{"2016-12-31T23:59:60Z", 1483228799999},
		{"2016-12-31T23:59:60.7Z", 1483228799999},
		{"2017-01-01T00:59:60+01:00", 1483228799999},
		{"1969-12-31T23:59:60Z", -1},
		{"2000-02-29T12:00:00Z", 951825600000},
		{"0000-01-01T00:00:00Z", -62167219200000},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t ms = 1;

		if (utc_parse(slice_str(rows[i].text), &ms, NULL) != 0 || ms != rows[i].ms)
			fail_msg("%s gives %lld", rows[i].text, (long long)ms);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"1970-01-01",
		"1970-01-01T00:00:00",
		"1970-01-01 00:00:00Z",
		"1970-1-01T00:00:00Z",
		"1970-01-01T00:00Z",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00,5Z",
		"1970-01-01T00:00:00+0100",
		"1970-01-01T00:00:00+01",
		"1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+00:60",
		"1970-01-01T00:00:00Zx",
		"1970-01-01T00:00:00Z ",
		" 1970-01-01T00:00:00Z",
		"1970-00-01T00:00:00Z",
		"1970-13-01T00:00:00Z",
		"1970-01-00T00:00:00Z",
		"1970-01-32T00:00:00Z",
		"1970-04-31T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2023-02-29T00:00:00Z",
		"1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z",
		"1970-01-01T00:00:61Z",
		"1970-01-01T12:00:60Z",
		"2016-12-31T23:59:60+01:00",
		"0000-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"+970-01-01T00:00:00Z",
		"19700-01-01T00:00:00Z",
		"1970-01-01T-1:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct why why = {0};
		int64_t ms = 42;

		if (utc_parse(slice_str(rows[i]), &ms, &why) != E_SYNTAX)
			fail_msg("took \"%s\"", rows[i]);
		assert_int_equal(ms, 42);
		assert_int_equal(why.code, E_SYNTAX);
		assert_true(strlen(why.text) > 0);
	}
	assert_int_equal(
		utc_parse(slice_of("1970-01-01T00:00:00\0Z", 21), &(int64_t){0}, NULL), E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(calendar_is_right),
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
