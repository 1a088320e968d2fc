/* So many requests a minute for each; whoever fills the table takes nothing from others. */
#include "web/rate.h"

#include "base/limits.h"
#include "unit.h"

struct scene {
	struct env_fake fake;
	struct env env;
	struct rate *rate;
};

static int setup(void **state)
{
	struct scene *s = mem_new(struct scene);

	env_fake_init(&s->fake, 1, 1000000);
	s->env = env_of_fake(&s->fake);
	s->rate = rate_new(&s->env);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	rate_free(&s->rate);
	assert_null(s->rate);
	mem_free(s);
	return 0;
}

static bool take(struct scene *s, const char *who)
{
	int64_t wait_ms = 0;
	bool ok = rate_take(s->rate, slice_str(who), 2, &wait_ms);

	assert_true(ok == (wait_ms == 0));
	return ok;
}

static void a_bucket_fills_again(void **state)
{
	struct scene *s = *state;

	assert_true(take(s, "a") && take(s, "a"));
	assert_false(take(s, "a"));
	assert_true(take(s, "b"));
	s->fake.mono_ms += 31000;
	assert_true(take(s, "a"));
	assert_false(take(s, "a"));
}

static void a_full_table_forgets_who_is_gone(void **state)
{
	struct scene *s = *state;
	char name[24];

	assert_true(take(s, "stays") && take(s, "stays"));
	assert_true(take(s, "goes") && take(s, "goes"));
	for (size_t i = 0; i < LIMIT_RATE_BUCKETS + 100; i++) {
		snprintf(name, sizeof(name), "other %zu", i);
		assert_true(take(s, name));
		/* It asks on, so it is not the oldest. */
		if (i % 1000 == 0)
			assert_false(take(s, "stays"));
	}
	assert_false(take(s, "stays"));
	assert_true(take(s, "goes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bucket_fills_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_table_forgets_who_is_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
