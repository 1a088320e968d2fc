/* test_buf.c: src/base/buf.c */
#include "unit.h"

#include "base/limits.h"

static void appends(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1000);

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	assert_int_equal(buf_slice(&b).n, 0);
	buf_add(&b, NULL, 0);
	buf_str(&b, "ab");
	buf_byte(&b, 'c');
	buf_slice_add(&b, SLICE("de"));
	buf_slice_add(&b, SLICE_NONE);
	buf_addf(&b, "-%d-%s", -7, "x");
	assert_string_equal(buf_cstr(&b), "abcde--7-x");
	buf_cut(&b, 3);
	assert_string_equal(buf_cstr(&b), "abc");
	assert_false(buf_over(&b));
}

static void big_endian(void **state)
{
	struct buf b CLEANUP_BUF = BUF(14);

	(void)state;
	buf_be16(&b, 0x0102);
	buf_be32(&b, 0x03040506);
	buf_be64(&b, 0x0708090a0b0c0d0e);
	assert_int_equal(b.n, 14);
	for (size_t i = 0; i < 14; i++)
		assert_int_equal(b.p[i], i + 1);
	assert_false(buf_over(&b));
}

static void ceiling_is_exact_and_sticky(void **state)
{
	struct buf b CLEANUP_BUF = BUF(5);

	(void)state;
	buf_str(&b, "12345");
	assert_false(buf_over(&b));
	buf_add(&b, "", 0);
	assert_false(buf_over(&b));
	buf_byte(&b, '6');
	assert_true(buf_over(&b));
	assert_string_equal(buf_cstr(&b), "12345");
	buf_cut(&b, 0);
	buf_byte(&b, 'x');
	assert_true(buf_over(&b)); /* a cut does not mend it: something was lost */
	assert_int_equal(b.n, 0);
	buf_clear(&b);
	assert_false(buf_over(&b));
	buf_str(&b, "abc");
	assert_string_equal(buf_cstr(&b), "abc");
}

static void what_does_not_fit_is_dropped_whole(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4);

	(void)state;
	buf_str(&b, "ab");
	buf_str(&b, "cde");
	buf_str(&b, "f"); /* would fit, but would leave a hole */
	assert_string_equal(buf_cstr(&b), "ab");
	assert_null(buf_room(&b, 1));
	buf_clear(&b);
	assert_null(buf_room(&b, SIZE_MAX));
	assert_true(buf_over(&b));
}

static void zero_buf_holds_nothing(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_byte(&b, 'x');
	assert_true(buf_over(&b));
	assert_null(b.p);
	buf_free(&b);
	buf_free(NULL);
	buf_wipe(NULL);
}

static void long_formats(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2000);

	(void)state;
	buf_addf(&b, "%255s", "x");
	buf_addf(&b, "%256s", "y");
	buf_addf(&b, "%1489s", "z");
	assert_false(buf_over(&b));
	assert_int_equal(b.n, 2000);
	assert_int_equal(b.p[254], 'x');
	assert_int_equal(b.p[510], 'y');
	assert_int_equal(b.p[1999], 'z');
	assert_int_equal(strlen(buf_cstr(&b)), 2000);
	buf_addf(&b, "%300s", "no");
	assert_true(buf_over(&b));
}

static void room_and_take(void **state)
{
	struct buf b = BUF(1 * MIB);
	uint8_t *p = buf_room(&b, 300000), *taken;
	size_t n;

	(void)state;
	memset(p, 'a', 300000);
	buf_byte(&b, 'b');
	taken = buf_take(&b, &n);
	assert_int_equal(n, 300001);
	assert_int_equal(taken[299999], 'a');
	assert_int_equal(taken[300000], 'b');
	assert_int_equal(taken[300001], 0);
	assert_null(b.p);
	assert_int_equal(b.max, 1 * MIB);
	mem_free(taken);
	taken = buf_take(&b, &n); /* an empty one can be taken too */
	assert_int_equal(n, 0);
	assert_non_null(taken);
	mem_free(taken);
	buf_str(&b, "secret");
	buf_wipe(&b);
	assert_null(b.p);
}

static void cut_too_far(void)
{
	struct buf b = BUF(5);

	buf_cut(&b, 1);
}

static void cannot_cut_what_is_not_there(void **state)
{
	(void)state;
	assert_dies(cut_too_far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(big_endian),
		cmocka_unit_test(ceiling_is_exact_and_sticky),
		cmocka_unit_test(what_does_not_fit_is_dropped_whole),
		cmocka_unit_test(zero_buf_holds_nothing),
		cmocka_unit_test(long_formats),
		cmocka_unit_test(room_and_take),
		cmocka_unit_test(cannot_cut_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
