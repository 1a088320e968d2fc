/* test_map.c: src/base/map.c */
#include "unit.h"

#include "base/clock.h"
#include "base/map.h"

/* Appendix A of the SipHash paper: key 00..0f, message 00..0e. */
static void hash_matches_the_paper(void **state)
{
	uint8_t seed[16], message[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		seed[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		message[i] = i;
	assert_true(map_hash(seed, slice_of(message, 15)) == 0xa129ca6149be45e5);
	assert_true(map_hash(seed, SLICE_NONE) == 0x726fdb47dd0e0e31);
	assert_true(map_hash(seed, slice_of(message, 8)) == 0x93f5f5799a932462);
}

static void empty_map(void **state)
{
	struct map m = {0};
	struct slice key;
	size_t at = 0;
	void *v;

	(void)state;
	assert_null(map_get(&m, SLICE("x")));
	assert_false(map_has(&m, SLICE("x")));
	assert_null(map_del(&m, SLICE("x")));
	assert_false(map_each(&m, &at, &key, &v));
	map_free(&m);
	map_free(NULL);
}

static void keys_are_copied_bytes(void **state)
{
	struct map m = {0};
	char key[] = "k1";
	int a, b;

	(void)state;
	assert_null(map_put(&m, slice_str(key), &a));
	key[1] = '2';
	assert_null(map_put(&m, slice_str(key), &b));
	assert_ptr_equal(map_get(&m, SLICE("k1")), &a);
	assert_ptr_equal(map_get(&m, SLICE("k2")), &b);
	assert_ptr_equal(map_put(&m, SLICE("k1"), &b), &a);
	assert_int_equal(m.n, 2);
	/* Empty keys, NULs inside, and absent values are keys and values like others. */
	assert_null(map_put(&m, SLICE_NONE, &a));
	assert_null(map_put(&m, slice_of("\0", 1), &b));
	assert_null(map_put(&m, SLICE("none"), NULL));
	assert_ptr_equal(map_get(&m, SLICE("")), &a);
	assert_ptr_equal(map_get(&m, slice_of("\0", 1)), &b);
	assert_true(map_has(&m, SLICE("none")));
	assert_null(map_get(&m, SLICE("none")));
	map_free(&m);
	assert_int_equal(m.n, 0);
}

/* Random puts and dels against a plain array: every step agrees. */
static void agrees_with_a_plain_table(void **state)
{
	enum { KEYS = 3000 };
	static void *plain[KEYS];
	struct env_fake f;
	struct env env = env_of_fake(&f);
	struct map m = {0};
	size_t n = 0, at = 0, seen = 0;
	struct slice key;
	void *v;

	(void)state;
	env_fake_init(&f, 5, 0);
	for (int step = 0; step < 60000; step++) {
		uint32_t k = (uint32_t)env_below(&env, KEYS);
		void *value = &plain[env_below(&env, KEYS)], *old = plain[k];
		bool put = env_below(&env, 5) < (step < 30000 ? 3 : 2);

		key = slice_of(&k, sizeof(k));
		assert_ptr_equal(map_get(&m, key), old);
		assert_ptr_equal(put ? map_put(&m, key, value) : map_del(&m, key), old);
		plain[k] = put ? value : NULL;
		n += (plain[k] != NULL) - (size_t)(old != NULL);
		assert_int_equal(m.n, n);
	}
	while (map_each(&m, &at, &key, &v)) {
		uint32_t k;

		assert_int_equal(key.n, sizeof(k));
		memcpy(&k, key.p, sizeof(k));
		assert_ptr_equal(plain[k], v);
		plain[k] = NULL;
		seen++;
	}
	assert_int_equal(seen, n);
	assert_true(n > 500);
	map_free(&m);
}

static void seeds_differ(void **state)
{
	struct map a = {0}, b = {0};

	(void)state;
	map_put(&a, SLICE("k"), NULL);
	map_put(&b, SLICE("k"), NULL);
	assert_memory_not_equal(a.seed, b.seed, 16);
	map_free(&a);
	map_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_matches_the_paper),
		cmocka_unit_test(empty_map),
		cmocka_unit_test(keys_are_copied_bytes),
		cmocka_unit_test(agrees_with_a_plain_table),
		cmocka_unit_test(seeds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
