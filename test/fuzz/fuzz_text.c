/*
 * fuzz_text.c: the small decoders of base. The first byte chooses one; what it takes must come
 * back from its encoder as the same text, because one value has one text.
 */
#include "base/clock.h"
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

#include <inttypes.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hex(struct slice text)
{
	uint8_t *out CLEANUP_FREE = mem_zero_alloc(text.n + 1, 1);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	if (hex_decode(text, out, text.n / 2) < 0)
		return;
	buf_hex(&b, out, text.n / 2);
	MUST(slice_eq(buf_slice(&b), text));
}

static void check_base32(struct slice text)
{
	uint8_t *out CLEANUP_FREE = mem_zero_alloc(text.n + 1, 1);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	if (base32_decode(text, out, text.n * 5 / 8) < 0)
		return;
	buf_base32(&b, out, text.n * 5 / 8);
	MUST(slice_eq(buf_slice(&b), text));
}

static void check_base64(struct slice text)
{
	struct buf plain CLEANUP_BUF = BUF(1 * MIB), b CLEANUP_BUF = BUF(1 * MIB);

	if (base64_decode(text, &plain) < 0) {
		MUST(plain.n == 0);
		return;
	}
	buf_base64(&b, plain.p, plain.n);
	MUST(slice_eq(buf_slice(&b), text));
}

static void check_percent(struct slice text)
{
	struct buf plain CLEANUP_BUF = BUF(1 * MIB), b CLEANUP_BUF = BUF(4 * MIB);
	struct buf again CLEANUP_BUF = BUF(1 * MIB);

	if (percent_decode(text, &plain) < 0) {
		MUST(plain.n == 0);
		return;
	}
	buf_percent(&b, buf_slice(&plain));
	MUST(percent_decode(buf_slice(&b), &again) == 0);
	MUST(slice_eq(buf_slice(&plain), buf_slice(&again)));
}

static void check_utc(struct slice text)
{
	char out[UTC_TEXT_LEN + 1];
	int64_t ms, again;

	if (utc_parse(text, &ms, NULL) < 0)
		return;
	utc_format(ms, out);
	MUST(utc_parse(slice_str(out), &again, NULL) == 0 && again == ms);
}

static void check_numbers(struct slice text)
{
	char out[32];
	uint64_t u;
	int64_t i;

	if (slice_u64(text, &u) == 0) {
		snprintf(out, sizeof(out), "%" PRIu64, u);
		MUST(slice_is(text, out));
	}
	if (slice_i64(text, &i) == 0) {
		snprintf(out, sizeof(out), "%" PRId64, i);
		MUST(slice_is(text, out));
	}
}

static void check_utf8(struct slice text)
{
	struct buf shown CLEANUP_BUF = BUF(4 * MIB), same CLEANUP_BUF = BUF(1 * MIB);
	ptrdiff_t bad = utf8_bad_at(text);
	struct slice rest = slice_sub(text, 0, bad < 0 ? text.n : (size_t)bad);
	char *tame CLEANUP_FREE = mem_string(text.p, text.n);
	size_t good = rest.n;
	uint32_t cp;

	while (utf8_next(&rest, &cp))
		utf8_put(&same, cp);
	MUST(same.n == good && (good == 0 || memcmp(same.p, text.p, good) == 0));
	utf8_show(&shown, text, 1000);
	rest = buf_slice(&shown);
	MUST(utf8_bad_at(rest) < 0);
	while (utf8_next(&rest, &cp))
		MUST(!utf8_unsafe(cp));
	utf8_tame(tame);
	rest = slice_str(tame);
	MUST(utf8_bad_at(rest) < 0 && rest.n <= text.n);
	while (utf8_next(&rest, &cp))
		MUST(!utf8_unsafe(cp));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const check[])(struct slice) = {check_hex, check_base32, check_base64,
		check_percent, check_utc, check_numbers, check_utf8};

	if (size == 0 || size > 64 * KIB)
		return 0;
	check[(size_t)(data[0] - '0') % (sizeof(check) / sizeof(check[0]))](
		slice_of(data + 1, size - 1));
	return 0;
}
