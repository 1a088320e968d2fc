/* test_vec.c: src/base/vec.h */
#include "unit.h"

#include "base/vec.h"

static int by_value(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void grows_sorts_and_empties(void **state)
{
	VEC(int) v = {0};

	(void)state;
	vec_sort(&v, by_value);
	for (int i = 0; i < 1000; i++)
		vec_push(&v, i * 7919 % 1000);
	assert_int_equal(v.n, 1000);
	assert_true(v.cap >= v.n);
	vec_sort(&v, by_value);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(v.p[i], i);
	vec_free(&v);
	assert_null(v.p);
	assert_int_equal(v.n + v.cap, 0);
	vec_push(&v, 5);
	assert_int_equal(v.p[0], 5);
	vec_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_sorts_and_empties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
