/*
 * fuzz_query.c: request_query() against a plain reading of the same text. Input: a name, a line
 * feed, a query.
 */
#include "base/limits.h"
#include "base/report.h"
#include "net/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes into `ret`; -1 if an escape is broken. */
static int decode(const uint8_t *p, size_t n, uint8_t *ret)
{
	int len = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] != '%') {
			ret[len++] = p[i];
			continue;
		}
		if (n - i < 3 || nibble(p[i + 1]) < 0 || nibble(p[i + 2]) < 0)
			return -1;
		ret[len++] = (uint8_t)(nibble(p[i + 1]) << 4 | nibble(p[i + 2]));
		i += 2;
	}
	return len;
}

/* -2: absent; -1: there, but broken; else its length. */
static int reference(struct slice query, struct slice name, uint8_t *ret)
{
	size_t at = 0;

	while (at < query.n) {
		size_t end = at, equal;
		int n;

		while (end < query.n && query.p[end] != '&')
			end++;
		for (equal = at; equal < end && query.p[equal] != '='; equal++)
			;
		n = decode(query.p + at, equal - at, ret);
		if (n >= 0 && (size_t)n == name.n && memcmp(ret, name.p, name.n) == 0)
			return equal == end ? 0 : decode(query.p + equal + 1, end - equal - 1, ret);
		at = end + 1;
	}
	return -2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request req = {.arena = ARENA(1 * MIB)};
	struct slice rest = slice_of(data, size), head, got;
	uint8_t *expected;
	char *name;
	int n;

	if (size == 0 || size > LIMIT_HEAD_BYTES || !slice_cut_exact(&rest, '\n', &head) ||
		memchr(head.p, 0, head.n) != NULL)
		return 0;
	req.query = rest;
	name = arena_string(&req.arena, head);
	expected = arena_alloc(&req.arena, size);
	got = request_query(&req, name);
	n = reference(rest, head, expected);
	MUST((got.p == NULL) == (n < 0));
	if (n >= 0)
		MUST(got.n == (size_t)n && (n == 0 || memcmp(got.p, expected, got.n) == 0));
	arena_free(&req.arena);
	return 0;
}
