/* test_mem.c: src/base/mem.c */
#include "unit.h"

static void gives_zeroed_memory(void **state)
{
	uint8_t *p = mem_zero_alloc(100, 3);
	struct buf *b = mem_new(struct buf);

	(void)state;
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(p[i], 0);
	assert_null(b->p);
	mem_free(p);
	mem_free(b);
	mem_free(NULL);
}

static void nothing_is_still_something(void **state)
{
	void *a = mem_zero_alloc(0, 8), *b = mem_resize(NULL, 0, 8);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	b = mem_resize(b, 0, 1);
	assert_non_null(b);
	mem_free(a);
	mem_free(b);
}

static void resize_keeps_content(void **state)
{
	uint32_t *p = mem_resize(NULL, 4, sizeof(*p));

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		p[i] = i;
	p = mem_resize(p, 40000, sizeof(*p));
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(p[i], i);
	mem_free(p);
}

static void string_is_terminated(void **state)
{
	char *s CLEANUP_FREE = mem_string("abcdef", 3), *empty CLEANUP_FREE = mem_string(NULL, 0);
	char *moved CLEANUP_FREE = mem_string("x", 1);

	(void)state;
	assert_string_equal(s, "abc");
	assert_string_equal(empty, "");
	mem_free_p(&moved);
	assert_null(moved);
}

static void resize_overflows(void)
{
	void *p = mem_resize(NULL, SIZE_MAX / 2, 3);

	mem_free(p);
}

static void string_overflows(void)
{
	mem_free(mem_string("", SIZE_MAX));
}

static void impossible_sizes_die(void **state)
{
	(void)state;
	assert_dies(resize_overflows);
	assert_dies(string_overflows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_memory),
		cmocka_unit_test(nothing_is_still_something),
		cmocka_unit_test(resize_keeps_content),
		cmocka_unit_test(string_is_terminated),
		cmocka_unit_test(impossible_sizes_die),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
