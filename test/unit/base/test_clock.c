/* test_clock.c: src/base/clock.c */
#include "unit.h"

#include "base/clock.h"

static void system_moves_on(void **state)
{
	struct env env = env_system();
	int64_t mono = env_mono_ms(&env);
	uint8_t a[64] = {0}, b[64] = {0};

	(void)state;
	assert_true(env_now_ms(&env) > 1700000000000LL); /* 2023 */
	assert_true(env_mono_ms(&env) >= mono);
	env_random(&env, a, sizeof(a));
	env_random(&env, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	env_random(&env, a, 0);
}

static void fake_repeats_from_its_seed(void **state)
{
	struct env_fake one, two, other;
	struct env a = env_of_fake(&one), b = env_of_fake(&two), c = env_of_fake(&other);

	(void)state;
	env_fake_init(&one, 7, 1000);
	env_fake_init(&two, 7, 1000);
	env_fake_init(&other, 8, 1000);
	for (int i = 0; i < 100; i++) {
		uint64_t v = env_u64(&a);

		assert_true(v == env_u64(&b));
		assert_true(v != env_u64(&c));
	}
	assert_int_equal(env_now_ms(&a), 1000);
	assert_int_equal(env_mono_ms(&a), 0);
	one.now_ms += 5;
	one.mono_ms += 6;
	assert_int_equal(env_now_ms(&a), 1005);
	assert_int_equal(env_mono_ms(&a), 6);
}

/* The published algorithm: xoshiro256** after splitmix64(0), first output. */
static void fake_matches_reference(void **state)
{
	struct env_fake f;

	(void)state;
	env_fake_init(&f, 0, 0);
	assert_true(f.seed[0] == 0xe220a8397b1dcdaf);
	assert_true(f.seed[1] == 0x6e789e6aa1b965f4);
	assert_true(f.seed[2] == 0x06c45d188009454f);
	assert_true(f.seed[3] == 0xf88bb8a8724c81ec);
}

static void fills_every_length(void **state)
{
	struct env_fake f;
	struct env env = env_of_fake(&f);

	(void)state;
	env_fake_init(&f, 3, 0);
	for (size_t n = 0; n < 40; n++) {
		uint8_t p[48], seen = 0;

		for (int round = 0; round < 30; round++) {
			memset(p, 0xaa, sizeof(p));
			env_random(&env, p, n);
			assert_int_equal(p[n], 0xaa);
			seen |= n && p[n - 1] != 0xaa;
		}
		assert_int_equal(seen, n > 0);
	}
}

static void below_is_even(void **state)
{
	struct env_fake f;
	struct env env = env_of_fake(&f);
	unsigned seen[7] = {0};

	(void)state;
	env_fake_init(&f, 99, 0);
	for (int i = 0; i < 70000; i++)
		seen[env_below(&env, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 9500, 10500);
	assert_int_equal(env_below(&env, 1), 0);
	for (int i = 0; i < 100; i++)
		assert_true(env_below(&env, UINT64_MAX / 2 + 2) < UINT64_MAX / 2 + 2);
}

static void below_zero(void)
{
	struct env env = env_system();

	env_below(&env, 0);
}

static void nothing_is_below_zero(void **state)
{
	(void)state;
	assert_dies(below_zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_moves_on),
		cmocka_unit_test(fake_repeats_from_its_seed),
		cmocka_unit_test(fake_matches_reference),
		cmocka_unit_test(fills_every_length),
		cmocka_unit_test(below_is_even),
		cmocka_unit_test(nothing_is_below_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
