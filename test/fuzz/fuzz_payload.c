/*
 * What goes between nodes about contents: frames, requests, answers. What was read and is printed again is what was there.
 */
#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"
#include "peer/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void frames(struct slice bytes)
{
	struct buf again CLEANUP_BUF = BUF(2 * LIMIT_PAYLOADS_ANSWER);
	struct slice rest = bytes;
	struct payload_frame f;
	int rc;

	while ((rc = payload_frame_next(&rest, &f, NULL)) == 1)
		payload_frame_add(&again, &f, payload_bucket(f.plain.n));
	MUST(rc == 0 || rc == E_SYNTAX || rc == E_LIMIT);
	MUST(slice_eq(buf_slice(&again), slice_sub(bytes, 0, bytes.n - rest.n)));
}

static void request(struct slice text)
{
	struct buf again CLEANUP_BUF = BUF(64 * KIB);
	uint64_t seq[LIMIT_PAYLOADS_PER_REQUEST], next, twice[LIMIT_PAYLOADS_PER_REQUEST];
	size_t n, m;

	if (payload_request_parse(text, seq, &n, &next, NULL) < 0)
		return;
	MUST(n <= LIMIT_PAYLOADS_PER_REQUEST);
	for (size_t i = 1; i < n; i++)
		MUST(seq[i] > seq[i - 1]);
	if (n == 0)
		return;
	payload_request_print(&again, seq, n);
	MUST(payload_request_parse(buf_slice(&again), twice, &m, &next, NULL) == 0);
	MUST(m == n && memcmp(seq, twice, n * sizeof(seq[0])) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_of(data, size), rest = bytes;
	struct payload_answer a;

	if (payload_answer_parse(&rest, &a, NULL) == 0)
		MUST(rest.n == size - PAYLOAD_ANSWER_HEAD);
	frames(bytes);
	request(bytes);
	return 0;
}
