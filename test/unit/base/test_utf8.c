/* test_utf8.c: src/base/utf8.c */
#include "unit.h"

#include "base/utf8.h"

static void every_scalar_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint8_t bytes[4];
		struct slice s;
		uint32_t got = 0;
		size_t n;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = utf8_encode(cp, bytes);
		s = slice_of(bytes, n);
		if (utf8_bad_at(s) != -1 || utf8_len(bytes, n) != n || !utf8_next(&s, &got) ||
			got != cp || s.n != 0)
			fail_msg("U+%04X", cp);
		/* Cut short it is invalid at its start. */
		if (n > 1)
			assert_int_equal(utf8_bad_at(slice_of(bytes, n - 1)), 0);
	}
}

/* All texts of up to three bytes are counted: as many are valid as there are scalar values. */
static void nothing_else_is_valid(void **state)
{
	unsigned two = 0, three = 0;

	(void)state;
	for (uint32_t i = 0; i < 1u << 24; i++) {
		uint8_t p[3] = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

		if (p[2] == 0)
			two += utf8_len(p, 2) == 2;
		three += utf8_len(p, 3) == 3;
	}
	assert_int_equal(two, 0x800 - 0x80);
	assert_int_equal(three, 0x10000 - 0x800 - 0x800);
}

static void bad_bytes_are_found_where_they_are(void **state)
{
	static const struct {
		const char *text;
		int at;
	} rows[] = {
		{"", -1},
		{"plain", -1},
		{"\xc3\xab\xe2\x82\xac\xf0\x9f\x87\xa6", -1},
		{"\xf4\x8f\xbf\xbf", -1},
		{"ab\x80", 2},
		{"ab\xc0\x80", 2},
		{"\xc1\xbf", 0},
		{"\xe0\x9f\xbf", 0},
		{"\xf0\x8f\xbf\xbf", 0},
		{"\xed\xa0\x80", 0},
		{"\xed\xbf\xbf", 0},
		{"\xf4\x90\x80\x80", 0},
		{"\xf5\x80\x80\x80", 0},
		{"\xff", 0},
		{"0123456789abcde\xe2\x82", 15},
		{"01234567\xe2\x82\xac"
		 "01234567\xe2\x28\xa1",
			19},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(utf8_bad_at(slice_str(rows[i].text)), rows[i].at);
}

static void unsafe_is_what_can_hide_text(void **state)
{
	static const uint32_t unsafe[] = {0, '\n', 0x1b, 0x1f, 0x7f, 0x80, 0x9f, 0x061c, 0x200e,
		0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069};
	static const uint32_t safe[] = {
		' ', '~', 0xa0, 0xeb, 0x061b, 0x200d, 0x2010, 0x202f, 0x2065, 0x206a, 0x1f1e6};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(unsafe); i++)
		assert_true(utf8_unsafe(unsafe[i]));
	for (size_t i = 0; i < COUNT_OF(safe); i++)
		assert_false(utf8_unsafe(safe[i]));
}

static void shows(void **state)
{
	struct buf b CLEANUP_BUF = BUF(100);

	(void)state;
	utf8_show(&b, SLICE("a\nb\xe2\x80\xae\xff\xc3\xab"), 100);
	assert_string_equal(buf_cstr(&b), "a\xef\xbf\xbd"
					  "b\xef\xbf\xbd?\xc3\xab");
	buf_clear(&b);
	utf8_show(&b, SLICE("\xc3\xab\xc3\xab\xc3\xab"), 2);
	assert_string_equal(buf_cstr(&b), "\xc3\xab\xc3\xab\xe2\x80\xa6");
	buf_clear(&b);
	utf8_show(&b, SLICE("ab"), 2);
	assert_string_equal(buf_cstr(&b), "ab");
	buf_clear(&b);
	utf8_show(&b, SLICE_NONE, 0);
	assert_string_equal(buf_cstr(&b), "");
}

/* Every character at every place of a text that is read eight bytes at a time. */
static void lines_and_prose(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x2100; cp++)
		for (size_t at = 0; at < 17; at++) {
			uint8_t text[24] = "abcdefgh ~jklmnop";
			size_t len = utf8_encode(cp, text + at);
			struct slice s = slice_of(text, at + len + 5 < 17 ? 17 : at + len);
			bool line = utf8_is_line(s), prose = utf8_is_prose(s);

			if (utf8_bad_at(s) >= 0)
				fail_msg("U+%04X at %zu: the text is not valid", cp, at);
			if (line != !utf8_unsafe(cp) || prose != (line || cp == '\n' || cp == '\t'))
				fail_msg("U+%04X at %zu: %d %d", cp, at, line, prose);
			assert_int_equal(utf8_count(s), s.n - len + 1);
		}
	assert_true(utf8_is_line(SLICE_NONE) && utf8_count(SLICE_NONE) == 0);
}

static void tames(void **state)
{
	char text[] = "a\tb\xe2\x80\xae"
		      "c\xc3\xab\xe2\x82";

	(void)state;
	utf8_tame(text);
	assert_string_equal(text, "a?b?c\xc3\xab??");
}

static void put_surrogate(void)
{
	struct buf b = BUF(8);

	utf8_put(&b, 0xd800);
}

static void next_of_invalid(void)
{
	struct slice s = SLICE("\xff");
	uint32_t cp;

	utf8_next(&s, &cp);
}

static void misuse_dies(void **state)
{
	(void)state;
	assert_dies(put_surrogate);
	assert_dies(next_of_invalid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar_comes_back),
		cmocka_unit_test(nothing_else_is_valid),
		cmocka_unit_test(bad_bytes_are_found_where_they_are),
		cmocka_unit_test(unsafe_is_what_can_hide_text),
		cmocka_unit_test(lines_and_prose),
		cmocka_unit_test(shows),
		cmocka_unit_test(tames),
		cmocka_unit_test(misuse_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
