/*
 * fuzz_cyber_pattern.c: whatever text is given as a pattern is refused with a place, or can be asked of observations and ends; its list of values, if it
 * has one, agrees with what it answers.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/cyber/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char seen_json[] =
	"[{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2025-01-01T00:00:10Z\",\"number_observed\":3,\"objects\":{"
	"\"0\":{\"type\":\"a\",\"b\":\"x\",\"c\":1,\"d\":true,\"e_hex\":\"6162\",\"f_bin\":\"YWI=\",\"g_ref\":\"1\",\"h_refs\":[\"0\",\"1\"],\"i\":[1,[2]],\"j\":\"1.2.3.4\"},"
	"\"1\":{\"type\":\"a\",\"b\":\"\303\251\",\"k\":\"2025-01-01T00:00:00Z\"}}},"
	"{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:05Z\",\"last_observed\":\"2025-01-01T00:00:05Z\",\"number_observed\":1,\"objects\":{"
	"\"0\":{\"type\":\"a\",\"b\":\"y\"}}}]";

static void count(void *ctx, struct slice type, struct slice path, struct slice value)
{
	size_t *n = ctx;

	MUST(type.n > 0 && path.n > 0 && (value.p || value.n == 0));
	++*n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct observed seen = {0};
	struct slice text = size ? slice_of(data + 1, size - 1) : SLICE_NONE;
	struct pattern *p = NULL;
	struct pattern_verdict v = {0};
	struct why why = {0};
	size_t n = 0;
	int rc = pattern_parse(&p, text, size && data[0] & 1 ? PATTERN_2_0 : PATTERN_2_1, &why);

	if (rc < 0) {
		MUST(!p && why.code == rc && why.text[0]);
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT);
		return 0;
	}
	MUST(pattern_values(p, count, &n) == n);
	MUST(observed_add(&seen, &arena, slice_of(seen_json, sizeof(seen_json) - 1), &why) == 0);
	rc = pattern_match(p, &seen, &v, &why);
	MUST(rc == 0 || rc == E_LIMIT || rc == E_INVALID);
	for (size_t i = 0; rc == 0 && i < v.n; i++)
		MUST(v.at[i] < 2 && (i == 0 || v.at[i - 1] < v.at[i]));
	observed_free(&seen);
	pattern_free(&p);
	return 0;
}
