/* payload.c: see payload.h. */
#include "peer/payload.h"

#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"

#include <inttypes.h>

#define FRAME_HEAD (8 + 32 + 8)

static uint64_t be64_read(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void payload_frame_add(struct buf *b, const struct payload_frame *f, uint64_t bucket)
{
	uint8_t *pad;

	MUST(bucket >= f->plain.n && bucket == payload_bucket(f->plain.n));
	buf_be64(b, f->seq);
	buf_add(b, f->salt, sizeof(f->salt));
	buf_be64(b, f->plain.n);
	buf_slice_add(b, f->plain);
	pad = buf_room(b, (size_t)bucket - f->plain.n);
	if (pad != NULL)
		memset(pad, 0, (size_t)bucket - f->plain.n);
}

int payload_frame_next(struct slice *rest, struct payload_frame *ret, struct why *why)
{
	struct slice s = *rest;
	struct payload_frame f;
	uint64_t length, bucket;

	if (s.n == 0)
		return 0;
	if (s.n < FRAME_HEAD)
		return why_set(why, E_SYNTAX, "frame", "the head of a frame is cut off");
	f.seq = be64_read(s.p);
	memcpy(f.salt, s.p + 8, sizeof(f.salt));
	length = be64_read(s.p + 40);
	if (length > LIMIT_PAYLOAD_BYTES)
		return why_set(why, E_LIMIT, "frame", "a payload is at most %zu bytes",
			LIMIT_PAYLOAD_BYTES);
	bucket = payload_bucket(length);
	s = slice_sub(s, FRAME_HEAD, s.n);
	if (s.n < bucket)
		return why_set(why, E_SYNTAX, "frame", "a frame is cut off");
	for (uint64_t i = length; i < bucket; i++)
		if (s.p[i] != 0)
			return why_set(why, E_SYNTAX, "frame", "the padding is not zero");
	f.plain = slice_sub(s, 0, (size_t)length);
	*rest = slice_sub(s, (size_t)bucket, s.n);
	*ret = f;
	return 1;
}

void payload_answer_add(struct buf *b, const struct payload_answer *a)
{
	buf_be64(b, a->next);
	buf_be32(b, a->count);
}

void payload_answer_set(struct buf *b, const struct payload_answer *a)
{
	struct buf head CLEANUP_BUF = BUF(PAYLOAD_ANSWER_HEAD);

	MUST(b->n >= PAYLOAD_ANSWER_HEAD);
	payload_answer_add(&head, a);
	memcpy(b->p, head.p, head.n);
}

int payload_answer_parse(struct slice *rest, struct payload_answer *ret, struct why *why)
{
	struct payload_answer a;
	struct payload_frame f;
	struct slice frames;
	uint32_t count = 0;
	int rc;

	if (rest->n < PAYLOAD_ANSWER_HEAD)
		return why_set(why, E_SYNTAX, "payloads", "the answer is cut off");
	a.next = be64_read(rest->p);
	a.count = (uint32_t)rest->p[8] << 24 | (uint32_t)rest->p[9] << 16 |
		  (uint32_t)rest->p[10] << 8 | rest->p[11];
	*rest = frames = slice_sub(*rest, PAYLOAD_ANSWER_HEAD, rest->n);
	while ((rc = payload_frame_next(&frames, &f, why)) == 1)
		count++;
	if (rc < 0)
		return rc;
	if (count != a.count)
		return why_set(why, E_SYNTAX, "payloads", "frames are missing from the answer");
	*ret = a;
	return 0;
}

void payload_request_print(struct buf *b, const uint64_t *seq, size_t n)
{
	MUST(n >= 1 && n <= LIMIT_PAYLOADS_PER_REQUEST);
	if (seq[n - 1] - seq[0] == n - 1) {
		buf_addf(b, "from %" PRIu64 " to %" PRIu64 "\n", seq[0], seq[n - 1]);
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "seq %" PRIu64 "\n", seq[i]);
}

static int range_parse(
	struct slice line, uint64_t *ret, size_t *ret_n, uint64_t *ret_next, struct why *why)
{
	struct slice from;
	uint64_t a, z, n;

	if (!slice_cut_exact(&line, ' ', &from) || slice_u64(from, &a) < 0 ||
		!slice_take(&line, "to ") || slice_u64(line, &z) < 0 || z < a || z > INT64_MAX)
		return why_set(why, E_SYNTAX, "line 1", "expected \"from <seq> to <seq>\"");
	n = z - a + 1;
	*ret_next = PAYLOAD_ALL;
	if (n > LIMIT_PAYLOADS_PER_REQUEST) {
		n = LIMIT_PAYLOADS_PER_REQUEST;
		*ret_next = a + n;
	}
	for (uint64_t i = 0; i < n; i++)
		ret[i] = a + i;
	*ret_n = (size_t)n;
	return 0;
}

int payload_request_parse(
	struct slice text, uint64_t *ret, size_t *ret_n, uint64_t *ret_next, struct why *why)
{
	struct slice line;
	size_t n = 0;

	if (!slice_ends(text, "\n"))
		return why_set(why, E_SYNTAX, "", "the last line has no end");
	if (slice_take(&text, "from ")) {
		if (!slice_cut_exact(&text, '\n', &line) || text.n > 0)
			return why_set(why, E_SYNTAX, "line 2", "a range stands alone");
		return range_parse(line, ret, ret_n, ret_next, why);
	}
	while (slice_cut_exact(&text, '\n', &line)) {
		uint64_t seq;

		if (n == LIMIT_PAYLOADS_PER_REQUEST)
			return why_set(why, E_LIMIT, "", "at most %d payloads in one request",
				LIMIT_PAYLOADS_PER_REQUEST);
		if (!slice_take(&line, "seq ") || slice_u64(line, &seq) < 0 || seq > INT64_MAX ||
			(n > 0 && seq <= ret[n - 1]))
			return why_set(why, E_SYNTAX, "", "expected \"seq <n>\", rising");
		ret[n++] = seq;
	}
	*ret_n = n;
	*ret_next = PAYLOAD_ALL;
	return 0;
}
