/* What one partner may ask in a minute. */
#include "../unit.h"
#include "base/limits.h"
#include "peer/serve.h"

struct clock {
	struct env_fake fake;
	struct env env;
	struct budget *budget;
};

static const struct id a = {{1}}, b = {{2}};

static int setup(void **state)
{
	struct clock *c = mem_new(struct clock);

	env_fake_init(&c->fake, 1, 1000000);
	c->env = env_of_fake(&c->fake);
	c->budget = budget_new(&c->env);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct clock *c = *state;

	budget_free(&c->budget);
	assert_null(c->budget);
	mem_free(c);
	return 0;
}

static unsigned take_all(struct clock *c, const struct id *who)
{
	unsigned n = 0;

	while (budget_take(c->budget, who, 0, NULL) == 0 && n < 2 * LIMIT_PEER_REQUESTS_MINUTE)
		n++;
	return n;
}

static void test_requests_end_and_come_back(void **state)
{
	struct clock *c = *state;
	struct why why = {0};

	assert_int_equal(take_all(c, &a), LIMIT_PEER_REQUESTS_MINUTE);
	assert_int_equal(budget_take(c->budget, &a, 0, &why), E_BUSY);
	assert_int_equal(why.code, E_BUSY);
	/* Others are none the poorer. */
	assert_int_equal(budget_take(c->budget, &b, 0, NULL), 0);
	c->fake.mono_ms += 30000;
	assert_int_equal(budget_take(c->budget, &a, 0, NULL), E_BUSY);
	c->fake.mono_ms += 40000;
	assert_int_equal(budget_take(c->budget, &a, 0, NULL), 0);
}

static void test_the_minute_slides(void **state)
{
	struct clock *c = *state;

	for (int i = 0; i < LIMIT_PEER_REQUESTS_MINUTE / 2; i++)
		assert_int_equal(budget_take(c->budget, &a, 0, NULL), 0);
	c->fake.mono_ms += 30000;
	assert_int_equal(take_all(c, &a), LIMIT_PEER_REQUESTS_MINUTE / 2);
	/* The first half is over a minute ago, the second is not. */
	c->fake.mono_ms += 35000;
	assert_int_equal(take_all(c, &a), LIMIT_PEER_REQUESTS_MINUTE / 2);
}

static void test_bytes(void **state)
{
	struct clock *c = *state;

	/* One answer larger than all would never go otherwise. */
	assert_int_equal(budget_take(c->budget, &a, LIMIT_PEER_BYTES_MINUTE + 1, NULL), 0);
	assert_int_equal(budget_take(c->budget, &a, 1, NULL), E_BUSY);
	assert_int_equal(budget_take(c->budget, &b, LIMIT_PEER_BYTES_MINUTE - 1, NULL), 0);
	assert_int_equal(budget_take(c->budget, &b, 1, NULL), 0);
	assert_int_equal(budget_take(c->budget, &b, 1, NULL), E_BUSY);
	c->fake.mono_ms += 120000;
	assert_int_equal(budget_take(c->budget, &b, 1, NULL), 0);
}

static void test_polls_have_a_bound(void **state)
{
	struct clock *c = *state;

	for (unsigned i = 0; i < LIMIT_PEER_POLLS; i++)
		assert_true(budget_poll_begin(c->budget, &a));
	assert_false(budget_poll_begin(c->budget, &a));
	assert_true(budget_poll_begin(c->budget, &b));
	budget_poll_end(c->budget, &a);
	assert_true(budget_poll_begin(c->budget, &a));
	assert_false(budget_poll_begin(c->budget, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_requests_end_and_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_minute_slides, setup, teardown),
		cmocka_unit_test_setup_teardown(test_polls_have_a_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
