/*
 * fuzz_guard.c: whatever the guard lets pass has one reading. The head is split as a tolerant
 * parser does it; if both judgements pass, the bytes as received must be exactly the canonical
 * spelling of the pieces, and a second, simple-minded reading of these bytes line by line must find
 * the same framing.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/report.h"

#include "../unit/net/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct split split;

static void expect(struct slice *rest, struct slice piece)
{
	MUST(rest->n >= piece.n && memcmp(rest->p, piece.p, piece.n) == 0);
	*rest = slice_sub(*rest, piece.n, rest->n);
}

static void check_canonical(struct slice original)
{
	const struct guard_head *h = &split.head;

	expect(&original, h->method);
	expect(&original, SLICE(" "));
	expect(&original, h->target);
	expect(&original, SLICE(" "));
	expect(&original, h->version);
	expect(&original, SLICE("\r\n"));
	for (size_t i = 0; i < h->n; i++) {
		expect(&original, h->header[i].name);
		expect(&original, SLICE(":"));
		while (original.n > 0 && (original.p[0] == ' ' || original.p[0] == '\t'))
			original = slice_sub(original, 1, original.n);
		expect(&original, h->header[i].value);
		expect(&original, SLICE("\r\n"));
	}
	expect(&original, SLICE("\r\n"));
	MUST(original.n == 0);
}

static void check_framing(struct slice original)
{
	unsigned lengths = 0, hosts = 0;
	struct slice line;

	while (slice_cut(&original, '\n', &line)) {
		struct slice name;

		if (!slice_cut_exact(&line, ':', &name))
			continue;
		MUST(!guard_name_is(slice_trim(name), "transfer-encoding"));
		if (guard_name_is(slice_trim(name), "content-length")) {
			uint64_t n;

			lengths++;
			MUST(slice_u64(slice_trim(line), &n) == 0);
		}
		hosts += guard_name_is(slice_trim(name), "host");
	}
	MUST(lengths <= 1 && hosts <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *raw CLEANUP_FREE = mem_string(data, size);
	struct slice original;
	struct why why = {0};

	if (size > 2 * LIMIT_HEAD_BYTES || !split_head(&split, raw, size))
		return 0;
	original = slice_of(data, split.raw.n);
	if (guard_seams(split.raw, &split.head, &why) != 0 || guard_judge(&split.head, &why) != 0) {
		MUST(why.code < 0 && why.text[0] != '\0');
		return 0;
	}
	MUST(why.code == 0);
	/* The one known gap: NUL LF for CRLF. */
	if (memchr(original.p, 0, original.n) != NULL)
		return 0;
	check_canonical(original);
	check_framing(original);
	return 0;
}
