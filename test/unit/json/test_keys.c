/* test_keys.c: src/json/keys.c, through the reader: objects from small to large. */
#include "unit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "json/json.h"

static const struct json_limits wide = {.depth = 8, .nodes = 4000000};

/* Appends key number i, every third one with an escape. */
static void add_key(struct buf *b, unsigned i, bool escaped)
{
	buf_addf(b, escaped ? "\"\\u006bey%u\":%u" : "\"key%u\":%u", i, i);
}

static void add_object(struct buf *b, unsigned n)
{
	buf_byte(b, '{');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			buf_byte(b, ',');
		add_key(b, i, i % 3 == 0);
	}
}

/* For every size around the change of method, and every earlier key: the repetition is found. */
static void repetition_is_found_at_every_size(void **state)
{
	static const unsigned sizes[] = {1, 2, 5, 31, 32, 33, 34, 63, 64, 65, 100, 129, 300};
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	(void)state;
	for (size_t s = 0; s < COUNT_OF(sizes); s++) {
		for (unsigned again = 0; again < sizes[s]; again++) {
			struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
			struct json_doc doc;
			struct why why;
			char want[32];

			buf_clear(&b);
			add_object(&b, sizes[s]);
			buf_byte(&b, ',');
			add_key(&b, again, again % 2);
			buf_byte(&b, '}');
			assert_int_equal(json_read(&doc, &a, buf_slice(&b), &wide, &why), E_SYNTAX);
			snprintf(want, sizeof(want), "/key%u", again);
			assert_string_equal(why.where, want);
			assert_true(slice_starts(slice_str(why.text), "the same key twice"));
		}
	}
}

static void different_keys_are_taken(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	(void)state;
	for (unsigned n = 0; n < 300; n++) {
		struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
		struct json_doc doc;
		char key[32];

		buf_clear(&b);
		add_object(&b, n);
		buf_byte(&b, '}');
		assert_int_equal(json_read(&doc, &a, buf_slice(&b), &wide, NULL), 0);
		assert_int_equal(json_count(&doc, json_root(&doc)), n);
		for (unsigned i = 0; i < n; i++) {
			int64_t v = -1;

			snprintf(key, sizeof(key), "key%u", i);
			assert_int_equal(json_i64(&doc, json_get(&doc, 1, key), &v), 0);
			assert_int_equal(v, i);
		}
	}
}

/* Large objects inside of large objects, each with the same keys. */
static void nested_tables_do_not_mix(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct arena a CLEANUP_ARENA = ARENA(1 * MIB);
	struct json_doc doc;
	struct why why;

	(void)state;
	for (unsigned depth = 0; depth < 3; depth++) {
		add_object(&b, 50);
		buf_str(&b, ",\"in\":");
	}
	add_object(&b, 50);
	buf_str(&b, "}");
	for (unsigned depth = 0; depth < 3; depth++) {
		buf_str(&b, ",");
		add_key(&b, 50, true);
		buf_str(&b, "}");
	}
	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &wide, NULL), 0);
	buf_cut(&b, b.n - 1);
	buf_str(&b, ",\"in\":1}");
	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &wide, &why), E_SYNTAX);
	assert_string_equal(why.where, "/in");
}

/* A quarter of a million keys would take minutes if each were compared with all before it. */
static void large_objects_are_not_slow(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	struct env env = env_system();
	int64_t from = env_mono_ms(&env);
	struct json_doc doc;

	(void)state;
	add_object(&b, 250000);
	buf_byte(&b, '}');
	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &wide, NULL), 0);
	assert_int_equal(json_count(&doc, 1), 250000);
	assert_true(env_mono_ms(&env) - from < 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repetition_is_found_at_every_size),
		cmocka_unit_test(different_keys_are_taken),
		cmocka_unit_test(nested_tables_do_not_mix),
		cmocka_unit_test(large_objects_are_not_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
