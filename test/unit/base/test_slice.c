/* test_slice.c: src/base/slice.c */
#include "unit.h"

#include <errno.h>

static void compares(void **state)
{
	(void)state;
	assert_true(slice_eq(SLICE_NONE, SLICE("")));
	assert_true(slice_eq(SLICE("ab"), slice_str("ab")));
	assert_false(slice_eq(SLICE("ab"), SLICE("abc")));
	assert_true(slice_is(slice_str(NULL), ""));
	assert_false(slice_is(slice_of("a\0b", 3), "a"));
	assert_int_equal(slice_cmp(SLICE("a"), SLICE("a")), 0);
	assert_true(slice_cmp(SLICE("a"), SLICE("ab")) < 0);
	assert_true(slice_cmp(SLICE("b"), SLICE("ab")) > 0);
	assert_true(slice_cmp(SLICE("\xff"), SLICE("a")) > 0);
	assert_true(slice_cmp(SLICE_NONE, SLICE("a")) < 0);
	assert_int_equal(slice_cmp(SLICE_NONE, SLICE("")), 0);
	assert_true(slice_starts(SLICE("abc"), "ab"));
	assert_true(slice_starts(SLICE_NONE, ""));
	assert_false(slice_starts(SLICE("a"), "ab"));
	assert_true(slice_ends(SLICE("abc"), "bc"));
	assert_true(slice_ends(SLICE_NONE, ""));
	assert_false(slice_ends(SLICE("c"), "bc"));
}

static void finds(void **state)
{
	(void)state;
	assert_int_equal(slice_find(SLICE("abcb"), 'b'), 1);
	assert_int_equal(slice_find(SLICE("abc"), 'x'), -1);
	assert_int_equal(slice_find(SLICE_NONE, 'x'), -1);
	assert_int_equal(slice_search(SLICE("aabab"), SLICE("ab")), 1);
	assert_int_equal(slice_search(SLICE("ab"), SLICE("abc")), -1);
	assert_int_equal(slice_search(SLICE("ab"), SLICE("")), 0);
	assert_int_equal(slice_search(SLICE_NONE, SLICE("a")), -1);
	assert_slice(slice_sub(SLICE("abcdef"), 2, 4), "cd");
	assert_slice(slice_sub(SLICE("abcdef"), 4, 99), "ef");
	assert_slice(slice_sub(SLICE("abcdef"), 4, 2), "");
	assert_slice(slice_sub(SLICE("abcdef"), 9, SIZE_MAX), "");
}

static void cuts(void **state)
{
	struct slice rest = SLICE("a,,b,"), head = SLICE("untouched");

	(void)state;
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "a");
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "");
	assert_true(slice_cut(&rest, ',', &head));
	assert_slice(head, "b");
	assert_int_equal(rest.n, 0);
	assert_false(slice_cut(&rest, ',', &head));
	assert_slice(head, "b");

	rest = SLICE("key=value");
	assert_false(slice_cut_exact(&rest, ';', &head));
	assert_slice(rest, "key=value");
	assert_slice(head, "b");
	assert_true(slice_cut_exact(&rest, '=', &head));
	assert_slice(head, "key");
	assert_slice(rest, "value");
	assert_true(slice_cut(&rest, '=', &head));
	assert_slice(head, "value");
	assert_int_equal(rest.n, 0);
}

static void takes_and_trims(void **state)
{
	struct slice rest = SLICE("entente/1 x"), none = SLICE_NONE;

	(void)state;
	assert_true(slice_take(&rest, "entente/1 "));
	assert_slice(rest, "x");
	assert_false(slice_take(&rest, "xy"));
	assert_slice(rest, "x");
	assert_true(slice_take(&none, ""));
	assert_slice(slice_trim(SLICE(" \t\r\n a b \n")), "a b");
	assert_slice(slice_trim(SLICE(" \n ")), "");
	assert_slice(slice_trim(SLICE_NONE), "");
	assert_slice(slice_trim(SLICE("\v")), "\v");
}

static void unsigned_numbers(void **state)
{
	static const char *const wrong[] = {"", "00", "01", "+1", "-1", "-0", " 1", "1 ", "0x1",
		"1.0", "1e3", "99999999999999999999x"};
	static const char *const large[] = {
		"18446744073709551616", "18446744073709551620", "99999999999999999999"};
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(slice_u64(slice_str(wrong[i]), &v), -EINVAL);
	for (size_t i = 0; i < COUNT_OF(large); i++)
		assert_int_equal(slice_u64(slice_str(large[i]), &v), -ERANGE);
	assert_true(v == 7);
	assert_int_equal(slice_u64(SLICE("0"), &v), 0);
	assert_true(v == 0);
	assert_int_equal(slice_u64(SLICE("18446744073709551615"), &v), 0);
	assert_true(v == UINT64_MAX);
}

static void signed_numbers(void **state)
{
	static const char *const wrong[] = {"", "-", "--1", "-0", "-01", "+1", "1-"};
	int64_t v = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(slice_i64(slice_str(wrong[i]), &v), -EINVAL);
	assert_int_equal(slice_i64(SLICE("9223372036854775808"), &v), -ERANGE);
	assert_int_equal(slice_i64(SLICE("-9223372036854775809"), &v), -ERANGE);
	assert_int_equal(slice_i64(SLICE("-99999999999999999999"), &v), -ERANGE);
	assert_true(v == 7);
	assert_int_equal(slice_i64(SLICE("9223372036854775807"), &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(slice_i64(SLICE("-9223372036854775808"), &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(slice_i64(SLICE("-1"), &v), 0);
	assert_true(v == -1);
	assert_int_equal(slice_i64(SLICE("0"), &v), 0);
	assert_true(v == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(finds),
		cmocka_unit_test(cuts),
		cmocka_unit_test(takes_and_trims),
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(signed_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
