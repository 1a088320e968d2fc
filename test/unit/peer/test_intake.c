/* The charter's quota, by the days that entries name. */
#include "../unit.h"
#include "base/clock.h"
#include "base/limits.h"
#include "peer/pull_int.h"

#define NOW_MS (20000 * DAY_MS + 5000)

static const struct charter charter = {.quota_entries = 3, .quota_payload_bytes = 1000};

/* An entry of a day, with content of a size class. */
static struct slice entry(struct buf *b, int64_t time_ms, uint64_t bucket)
{
	struct entry e = {.log = {.epoch = 1},
		.time_ms = time_ms,
		.audience = AUDIENCE_VEILED,
		.has_payload = true,
		.bucket = bucket};

	buf_clear(b);
	entry_print(&e, b);
	return buf_slice(b);
}

static size_t admit(struct intake *in, int64_t time_ms, uint64_t bucket)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct slice s = entry(&b, time_ms, bucket);

	return intake_admit(in, &charter, NOW_MS, &s, 1);
}

static void test_so_many_a_day(void **state)
{
	struct intake in = {.row = 1};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(admit(&in, NOW_MS - 100, 256), 1);
	assert_int_equal(admit(&in, NOW_MS - 50, 256), 0);
	assert_int_equal(admit(&in, NOW_MS, 256), 0); /* asking again does not help */
	assert_int_equal(in.entries, 3);
	assert_int_equal(in.size, 3);
}

static void test_a_catch_up_over_days_is_not_held_back(void **state)
{
	struct intake in = {.row = 1};

	(void)state;
	for (int day = 10; day > 0; day--)
		for (int i = 0; i < 3; i++)
			assert_int_equal(admit(&in, NOW_MS - day * DAY_MS, 256), 1);
}

static void test_the_future_and_the_past_make_no_room(void **state)
{
	struct intake in = {.row = 1};

	(void)state;
	assert_int_equal(admit(&in, NOW_MS, 256), 1);
	assert_int_equal(admit(&in, NOW_MS + 5 * DAY_MS, 256), 1);
	assert_int_equal(admit(&in, NOW_MS + 6 * DAY_MS, 256), 1);
	assert_int_equal(admit(&in, NOW_MS + 7 * DAY_MS, 256), 0);
	assert_int_equal(admit(&in, NOW_MS - 9 * DAY_MS, 256), 0);
}

static void test_bytes_count(void **state)
{
	struct intake in = {.row = 1};

	(void)state;
	assert_int_equal(admit(&in, NOW_MS, 512), 1);
	assert_int_equal(admit(&in, NOW_MS, 512), 0);
	assert_int_equal(admit(&in, NOW_MS, 480), 1);
	assert_int_equal(admit(&in, NOW_MS, 256), 0);
}

static void test_withheld_and_broken_ones_count(void **state)
{
	const struct slice bytes[] = {SLICE_NONE, SLICE("no entry"), SLICE_NONE, SLICE_NONE};
	struct intake in = {.row = 1, .day = NOW_MS / DAY_MS};

	(void)state;
	assert_int_equal(intake_admit(&in, &charter, NOW_MS, bytes, 4), 3);
}

/* What its author wrote too much of one day is not refused for ever. */
static void test_the_next_day_goes_on(void **state)
{
	struct intake in = {.row = 1};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(admit(&in, NOW_MS - DAY_MS, 256), 1);
	/* One day late, a quota of it; then no more today. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(admit(&in, NOW_MS - DAY_MS, 256), 1);
	assert_int_equal(admit(&in, NOW_MS - DAY_MS, 256), 0);
	assert_int_equal(admit(&in, NOW_MS, 256), 0);
	assert_int_equal(in.size, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_a_day),
		cmocka_unit_test(test_a_catch_up_over_days_is_not_held_back),
		cmocka_unit_test(test_the_future_and_the_past_make_no_room),
		cmocka_unit_test(test_bytes_count),
		cmocka_unit_test(test_withheld_and_broken_ones_count),
		cmocka_unit_test(test_the_next_day_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
