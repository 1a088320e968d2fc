/* Frames of content, what is asked for, and the head of an answer. */
#include "../unit.h"
#include "base/limits.h"
#include "log/entry.h"
#include "peer/payload.h"

#include <inttypes.h>

static struct payload_frame frame_of(uint64_t seq, const char *text)
{
	struct payload_frame f = {.seq = seq, .plain = slice_str(text)};

	memset(f.salt, (int)seq, sizeof(f.salt));
	return f;
}

static void add(struct buf *b, uint64_t seq, const char *text)
{
	struct payload_frame f = frame_of(seq, text);

	payload_frame_add(b, &f, payload_bucket(f.plain.n));
}

static void test_frames_there_and_back(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOADS_ANSWER);
	struct slice rest;
	struct payload_frame f;

	(void)state;
	add(&b, 0, "");
	add(&b, 5, "five");
	add(&b, INT64_MAX, "last");
	assert_int_equal(b.n, 3 * (8 + 32 + 8 + 256));
	rest = buf_slice(&b);
	assert_int_equal(payload_frame_next(&rest, &f, NULL), 1);
	assert_true(f.seq == 0 && f.plain.n == 0);
	assert_int_equal(payload_frame_next(&rest, &f, NULL), 1);
	assert_true(f.seq == 5 && f.salt[31] == 5);
	assert_slice(f.plain, "five");
	assert_int_equal(payload_frame_next(&rest, &f, NULL), 1);
	assert_true(f.seq == INT64_MAX);
	assert_int_equal(payload_frame_next(&rest, &f, NULL), 0);
}

static void test_every_cut_is_noticed(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	(void)state;
	add(&b, 3, "three");
	for (size_t n = 1; n < b.n; n++) {
		struct slice rest = slice_of(b.p, n);
		struct payload_frame f = {.seq = 99};

		assert_int_equal(payload_frame_next(&rest, &f, NULL), E_SYNTAX);
		assert_int_equal(rest.n, n);
		assert_int_equal(f.seq, 99);
	}
}

static void test_padding_is_zero_and_length_bounded(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct payload_frame f;
	struct slice rest;

	(void)state;
	add(&b, 3, "three");
	b.p[b.n - 1] = 1;
	rest = buf_slice(&b);
	assert_int_equal(payload_frame_next(&rest, &f, NULL), E_SYNTAX);
	b.p[b.n - 1] = 0;
	b.p[40] = 0x7f; /* a length of eight exabytes */
	assert_int_equal(payload_frame_next(&rest, &f, NULL), E_LIMIT);
}

static void test_request_in_the_shorter_form(void **state)
{
	const uint64_t near[] = {7, 8, 9}, far[] = {1, 3, 1000};
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	(void)state;
	payload_request_print(&b, near, 3);
	assert_slice(buf_slice(&b), "from 7 to 9\n");
	buf_clear(&b);
	payload_request_print(&b, far, 3);
	assert_slice(buf_slice(&b), "seq 1\nseq 3\nseq 1000\n");
	buf_clear(&b);
	payload_request_print(&b, near, 1);
	assert_slice(buf_slice(&b), "from 7 to 7\n");
}

static void test_request_read(void **state)
{
	uint64_t seq[LIMIT_PAYLOADS_PER_REQUEST], next;
	size_t n;

	(void)state;
	assert_int_equal(payload_request_parse(SLICE("from 2 to 4\n"), seq, &n, &next, NULL), 0);
	assert_true(n == 3 && seq[0] == 2 && seq[2] == 4 && next == PAYLOAD_ALL);
	assert_int_equal(payload_request_parse(SLICE("seq 0\nseq 9\n"), seq, &n, &next, NULL), 0);
	assert_true(n == 2 && seq[0] == 0 && seq[1] == 9 && next == PAYLOAD_ALL);
	/* A longer range is answered in parts. */
	assert_int_equal(
		payload_request_parse(SLICE("from 10 to 99999\n"), seq, &n, &next, NULL), 0);
	assert_int_equal(n, LIMIT_PAYLOADS_PER_REQUEST);
	assert_int_equal(next, 10 + LIMIT_PAYLOADS_PER_REQUEST);
	assert_int_equal(
		payload_request_parse(SLICE("from 9223372036854775807 to 9223372036854775807\n"),
			seq, &n, &next, NULL),
		0);
	assert_int_equal(n, 1);
}

static void test_no_requests(void **state)
{
	static const char *const bad[] = {
		"",
		"seq 1",
		"from 1 to 2",
		"from 2 to 1\n",
		"from 1 to 2\nseq 3\n",
		"from 01 to 2\n",
		"from 1 to 9223372036854775808\n",
		"seq 1\nseq 1\n",
		"seq 2\nseq 1\n",
		"seq -1\n",
		"seq 1 \n",
		"\n",
		"seq 1\n\nseq 2\n",
	};
	struct buf many CLEANUP_BUF = BUF(64 * KIB);
	uint64_t seq[LIMIT_PAYLOADS_PER_REQUEST], next;
	size_t n = 42;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (payload_request_parse(slice_str(bad[i]), seq, &n, &next, NULL) != E_SYNTAX)
			fail_msg("\"%s\" is a request", bad[i]);
	assert_int_equal(n, 42);
	for (int i = 0; i <= LIMIT_PAYLOADS_PER_REQUEST; i++)
		buf_addf(&many, "seq %d\n", 2 * i);
	assert_int_equal(payload_request_parse(buf_slice(&many), seq, &n, &next, NULL), E_LIMIT);
}

static void test_answer_counts_its_frames(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct payload_answer a = {.next = 17};
	struct slice rest;

	(void)state;
	payload_answer_add(&b, &a);
	add(&b, 3, "three");
	add(&b, 4, "four");
	rest = buf_slice(&b);
	assert_int_equal(payload_answer_parse(&rest, &a, NULL), E_SYNTAX); /* says none */
	a.count = 2;
	payload_answer_set(&b, &a);
	a = (struct payload_answer){0};
	rest = buf_slice(&b);
	assert_int_equal(payload_answer_parse(&rest, &a, NULL), 0);
	assert_true(a.next == 17 && a.count == 2);
	assert_int_equal(rest.n, b.n - PAYLOAD_ANSWER_HEAD);
	/* Cut at the very end of a frame: only the count can tell. */
	rest = slice_of(b.p, b.n - (8 + 32 + 8 + 256));
	assert_int_equal(payload_answer_parse(&rest, &a, NULL), E_SYNTAX);
	rest = slice_of(b.p, PAYLOAD_ANSWER_HEAD - 1);
	assert_int_equal(payload_answer_parse(&rest, &a, NULL), E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_there_and_back),
		cmocka_unit_test(test_every_cut_is_noticed),
		cmocka_unit_test(test_padding_is_zero_and_length_bounded),
		cmocka_unit_test(test_request_in_the_shorter_form),
		cmocka_unit_test(test_request_read),
		cmocka_unit_test(test_no_requests),
		cmocka_unit_test(test_answer_counts_its_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
