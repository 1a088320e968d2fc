/* test_arena.c: src/base/arena.c */
#include "unit.h"

#include "base/arena.h"
#include "base/limits.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(8 * MIB);
	uint8_t *p[2000];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(p); i++) {
		size_t n = i * 7 % 300;

		p[i] = arena_alloc(&a, n);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)(i % 251 + 1), n);
	}
	for (size_t i = 0; i < COUNT_OF(p); i++)
		for (size_t k = 0; k < i * 7 % 300; k++)
			assert_int_equal(p[i][k], i % 251 + 1);
}

static void large_pieces_leave_the_chunk_in_use(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	char *before = arena_alloc(&a, 16);
	uint8_t *large = arena_alloc(&a, 3 * MIB);
	char *after = arena_alloc(&a, 16);

	(void)state;
	assert_ptr_equal(after, before + 16);
	large[0] = large[3 * MIB - 1] = 1;
	assert_true(a.used >= 3 * MIB + 32);
}

static void ceiling_is_exact(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(1024);

	(void)state;
	assert_null(arena_try(&a, 1025));
	assert_null(arena_try(&a, SIZE_MAX));
	assert_null(arena_try(&a, SIZE_MAX - 8));
	assert_non_null(arena_try(&a, 1000));
	assert_int_equal(a.used, 1008);
	assert_null(arena_try(&a, 17));
	assert_non_null(arena_try(&a, 16));
	assert_null(arena_try(&a, 0));
}

static void alloc_past_ceiling(void)
{
	struct arena a = ARENA(16);
	void *p = arena_alloc(&a, 17);

	(void)p;
}

static void product_overflows(void)
{
	struct arena a = ARENA(SIZE_MAX);
	void *p = arena_alloc_n(&a, SIZE_MAX / 2, 3);

	(void)p;
}

static void past_the_ceiling_it_dies(void **state)
{
	(void)state;
	assert_dies(alloc_past_ceiling);
	assert_dies(product_overflows);
}

static void reset_starts_clean(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(4 * MIB);
	uint8_t *first = arena_alloc(&a, 512);

	(void)state;
	memset(first, 0xff, 512);
	for (int i = 0; i < 100; i++)
		memset(arena_alloc(&a, 10000), 0xff, 10000);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_ptr_equal(arena_alloc(&a, 512), first);
	for (size_t i = 0; i < 512; i++)
		assert_int_equal(first[i], 0);
	arena_free(&a);
	arena_free(&a);
	arena_reset(&a);
	arena_free(NULL);
}

static int ends_seen;

static void end_one(void *what)
{
	assert_int_equal(*(int *)what, ends_seen); /* the latest first */
	ends_seen--;
}

static void what_was_borrowed_is_given_back(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	int one = 1, two = 2;

	(void)state;
	for (int round = 0; round < 2; round++) {
		arena_defer(&a, end_one, &one);
		arena_defer(&a, end_one, &two);
		ends_seen = 2;
		if (round == 0)
			arena_reset(&a);
		else
			arena_free(&a);
		assert_int_equal(ends_seen, 0);
	}
	arena_free(&a);
	assert_int_equal(ends_seen, 0);
}

static void copies_and_prints(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	char src[] = "abc";
	struct slice copy = arena_copy(&a, slice_of(src, 3));
	char *s = arena_string(&a, slice_of("x\0y", 3));
	int *numbers = arena_array(&a, int, 10);

	(void)state;
	src[0] = 'X';
	assert_slice(copy, "abc");
	assert_memory_equal(s, "x\0y", 4);
	assert_string_equal(arena_printf(&a, "%s/%05d", "dir", 42), "dir/00042");
	assert_int_equal(strlen(arena_printf(&a, "%5000s", "")), 5000);
	assert_string_equal(arena_string(&a, SLICE_NONE), "");
	assert_int_equal(arena_copy(&a, SLICE_NONE).n, 0);
	assert_int_equal(numbers[9], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(large_pieces_leave_the_chunk_in_use),
		cmocka_unit_test(ceiling_is_exact),
		cmocka_unit_test(past_the_ceiling_it_dies),
		cmocka_unit_test(reset_starts_clean),
		cmocka_unit_test(what_was_borrowed_is_given_back),
		cmocka_unit_test(copies_and_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
