/* Timestamps of STIX and TAXII. */
#include "unit.h"

#include "work/cyber/when.h"

static void valid(void **state)
{
	static const char *const good[] = {"2016-01-20T12:31:12.123Z", "2016-01-20T12:31:12Z",
		"2016-02-29T23:59:60.1Z", "2016-01-20T12:31:12.123456789Z", "0001-01-01T00:00:00Z"};
	static const char *const bad[] = {"", "2016-01-20T12:31:12", "2016-01-20T12:31:12+00:00",
		"2016-01-20 12:31:12Z", "2016-13-20T12:31:12Z", "2015-02-29T12:31:12Z",
		"2016-01-20T24:00:00Z", "2016-01-20T12:60:00Z", "2016-01-20T12:31:61Z",
		"2016-01-20T12:31:12.Z", "2016-01-20T12:31:12.1xZ", "2016-1-20T12:31:12Z",
		"2016-01-20T12:31:12z", "2016-01-00T12:31:12Z",
		"2016-01-20T12:31:12.0123456789012345678901234567890123Z"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (when_check(slice_str(good[i])) < 0)
			fail_msg("%s is a time", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (when_check(slice_str(bad[i])) == 0)
			fail_msg("%s is no time", bad[i]);
}

static const char *key(const char *text)
{
	static struct when_key k;

	assert_int_equal(when_key(slice_str(text), &k), 0);
	return k.text;
}

static void ordered(void **state)
{
	static const char *const up[] = {"2016-01-20T12:31:12Z", "2016-01-20T12:31:12.000000001Z",
		"2016-01-20T12:31:12.1Z", "2016-01-20T12:31:12.12Z", "2016-01-20T12:31:12.2Z",
		"2016-01-20T12:31:13Z", "2016-02-01T00:00:00.000Z"};
	struct when_key before = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(up); i++) {
		assert_true(strcmp(before.text, key(up[i])) < 0);
		assert_int_equal(when_key(slice_str(up[i]), &before), 0);
	}
	/* One moment, however it is spelt. */
	assert_string_equal(key("2016-01-20T12:31:12.000Z"), "2016-01-20T12:31:12");
	assert_string_equal(key("2016-01-20T12:31:12.120Z"), "2016-01-20T12:31:12.12");
}

static void microseconds(void **state)
{
	char text[WHEN_US_TEXT + 1];
	int64_t us;

	(void)state;
	assert_int_equal(when_us(SLICE("1970-01-01T00:00:00.000001Z"), &us), 0);
	assert_int_equal(us, 1);
	assert_int_equal(when_us(SLICE("2025-03-18T09:30:00.123456789Z"), &us), 0);
	assert_int_equal(us, 1742290200123456);
	when_us_format(us, text);
	assert_string_equal(text, "2025-03-18T09:30:00.123456Z");
	assert_int_equal(when_us(SLICE("1969-12-31T23:59:59.5Z"), &us), 0);
	assert_int_equal(us, -500000);
	when_us_format(us, text);
	assert_string_equal(text, "1969-12-31T23:59:59.500000Z");
	assert_int_equal(when_ms(SLICE("2000-02-29T00:00:00Z"), &us), 0);
	assert_int_equal(us, 951782400000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid), cmocka_unit_test(ordered), cmocka_unit_test(microseconds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
