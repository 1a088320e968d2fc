/*
 * patternbench.c: how often a pattern is asked of observations in a second of processor time: the reference's own cases (pattern-match-v20.jsonl), each
 * parsed once, then asked ROUNDS times.
 *
 *	patternbench CASES ROUNDS      prints {"cases": …, "checks": …, "cpu_seconds": …}
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "work/cyber/pattern.h"

struct asked {
	struct pattern *pattern;
	struct observed seen;
};

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A case with a verdict; false for those that are errors. */
static bool load(struct arena *a, struct slice line, struct asked *ret)
{
	struct json_doc *doc = arena_new(a, struct json_doc);
	struct why why = {0};
	json_ref root;

	if (json_read(doc, a, line, &json_limits_local, &why) < 0)
		return false;
	root = json_root(doc);
	if (!json_get(doc, root, "matches"))
		return false;
	*ret = (struct asked){0};
	return pattern_parse(&ret->pattern, json_string(doc, json_get(doc, root, "pattern"), a),
		       PATTERN_2_0, &why) == 0 &&
	       observed_add(&ret->seen, a, json_raw(doc, json_get(doc, root, "observations")),
		       &why) == 0;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA(GIB);
	struct buf b = BUF(64 * MIB);
	struct slice rest, line;
	struct asked *list = mem_zero_alloc(10000, sizeof(*list));
	size_t n = 0;
	uint64_t checks = 0, matched = 0;
	struct why why = {0};
	double began;

	if (argc != 3 || file_read(argv[1], &b, &why) < 0) {
		fprintf(stderr, "usage: patternbench CASES ROUNDS %s\n", why.text);
		return 64;
	}
	for (rest = buf_slice(&b); n < 10000 && slice_cut(&rest, '\n', &line);)
		n += load(&a, line, &list[n]);
	began = cpu_now();
	for (unsigned long round = strtoul(argv[2], NULL, 10); round; round--)
		for (size_t i = 0; i < n; i++) {
			struct pattern_verdict v = {0};

			MUST(pattern_match(list[i].pattern, &list[i].seen, &v, &why) == 0);
			matched += v.matched;
			checks++;
		}
	printf("{\"cases\": %zu, \"checks\": %llu, \"matched\": %llu, \"cpu_seconds\": %.3f}\n", n,
		(unsigned long long)checks, (unsigned long long)matched, cpu_now() - began);
	return 0;
}
