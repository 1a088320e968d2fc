/*
 * test_pattern_vectors.c: what the reference validator and matcher answer to their own cases (cyber/pattern-*-v20.jsonl), and the patterns of the
 * standard's examples (cyber/patterns-valid.txt). They lie outside the repository, in the folder that ENTENTE_DATA names; without it
 * this program says that it skips and exits with 77.
 *
 * The cases are of STIX 2.0 and so are asked in its manner. Where 2.1 says otherwise the tests of test_pattern.c do: START and STOP take t'' and no
 * strings, and one qualifier may stand only once behind one [ ].
 */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "work/cyber/pattern.h"

static char folder[512];

static struct slice load(struct buf *b, const char *name)
{
	char path[1024];
	struct why why = {0};

	snprintf(path, sizeof(path), "%s/cyber/%s", folder, name);
	if (file_read(path, b, &why) < 0)
		fail_msg("%s: %s", path, why.text);
	return buf_slice(b);
}

static struct json_doc read_case(struct arena *a, struct slice line)
{
	struct json_doc doc;
	struct why why = {0};

	if (json_read(&doc, a, line, &json_limits_local, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return doc;
}

static struct slice text_of(struct arena *a, const struct json_doc *doc, const char *key)
{
	return json_string(doc, json_get(doc, json_root(doc), key), a);
}

static void test_valid_2_1(void **state)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct slice rest = load(&b, "patterns-valid.txt"), line;
	unsigned n = 0;

	(void)state;
	for (; slice_cut(&rest, '\n', &line); n++) {
		struct pattern *p CLEANUP_PATTERN = NULL;
		struct why why = {0};

		if (pattern_parse(&p, slice_trim(line), PATTERN_2_1, &why) < 0)
			fail_msg("%.*s: %s: %s", SLICE_FMT(line), why.where, why.text);
	}
	assert_true(n >= 23);
}

static void test_validate(void **state)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct slice rest = load(&b, "pattern-validate-v20.jsonl"), line;
	unsigned valid = 0, invalid = 0;

	(void)state;
	while (slice_cut(&rest, '\n', &line)) {
		struct arena a CLEANUP_ARENA = ARENA(MIB);
		struct json_doc doc = read_case(&a, line);
		struct slice text = text_of(&a, &doc, "pattern");
		bool want = json_true(&doc, json_get(&doc, json_root(&doc), "valid"));
		struct pattern *p CLEANUP_PATTERN = NULL;
		struct why why = {0};
		int rc = pattern_parse(&p, text, PATTERN_2_0, &why);

		/* The one case with START and STOP has the timestamps of 2.1, which the validator's own 2.0 grammar takes too. */
		if (rc < 0 && slice_search(text, SLICE("START t'")) >= 0)
			rc = pattern_parse(&p, text, PATTERN_2_1, &why);
		if ((rc == 0) != want)
			fail_msg("%.*s: %s: %s", SLICE_FMT(text), why.where, why.text);
		assert_true(rc == 0 || (why.where[0] && why.text[0]));
		valid += want;
		invalid += !want;
	}
	assert_int_equal(valid, 58);
	assert_int_equal(invalid, 24);
}

/*
 * The reference's cases about time change one list of observations from case to case, and the file has, for all of them, what the last one left:
 * the same question stands there with both answers. So each gets its own moments here, from the case's name: alice, bob and carol five
 * seconds apart, or alice and bob in two intervals of whole seconds.
 */
static const struct {
	const char *test;
	int alice[2], bob[2];
} moments[] = {
	{"test_within_match[interval10-", {0, 0}, {0, 0}},
	{"test_within_match[interval11-", {0, 0}, {0, 1}},
	{"test_within_match[interval12-", {0, 0}, {0, 1}},
	{"test_within_match[interval13-", {0, 1}, {1, 2}},
	{"test_within_match[interval14-", {0, 1}, {2, 3}},
	{"test_within_match[interval15-", {0, 3}, {1, 2}},
	{"test_within_match[interval16-", {0, 2}, {1, 3}},
	{"test_within_match[interval17-", {0, 1}, {3, 4}},
	{"test_within_nomatch[interval10-", {0, 1}, {3, 4}},
	{"test_within_nomatch[interval11-", {0, 0}, {3, 4}},
	{"test_within_nomatch[interval12-", {0, 1}, {4, 4}},
	{"test_temp_qual", {0, 0}, {5, 5}},
};

static struct slice observations(struct arena *a, const struct json_doc *doc)
{
	struct slice test = text_of(a, doc, "test");
	static const char form[] =
		"{\"type\":\"observed-data\",\"number_observed\":1,\"first_observed\":\"2000-01-01T00:00:%02dZ\","
		"\"last_observed\":\"2000-01-01T00:00:%02dZ\",\"objects\":{\"0\":{\"type\":\"person\",\"name\":\"%s\"}}}";

	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		char one[3][256];

		if (slice_search(test, slice_str(moments[i].test)) < 0)
			continue;
		snprintf(one[0], sizeof(one[0]), form, moments[i].alice[0], moments[i].alice[1],
			"alice");
		snprintf(one[1], sizeof(one[1]), form, moments[i].bob[0], moments[i].bob[1], "bob");
		snprintf(one[2], sizeof(one[2]), form, 10, 10, "carol");
		return slice_str(arena_printf(a, "[%s,%s,%s]", one[0], one[1], one[2]));
	}
	return json_raw(doc, json_get(doc, json_root(doc), "observations"));
}

/* 1, 0, or a failure of parsing or asking. */
static int ask(struct arena *a, const struct json_doc *doc, struct slice text, struct why *why)
{
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct observed seen = {0};
	struct pattern_verdict verdict = {0};
	int rc = pattern_parse(&p, text, PATTERN_2_0, why);

	if (rc == 0)
		rc = observed_add(&seen, a, observations(a, doc), why);
	if (rc == 0)
		rc = pattern_match(p, &seen, &verdict, why);
	assert_true(rc < 0 || verdict.matched == (verdict.n > 0));
	observed_free(&seen);
	return rc < 0 ? rc : verdict.matched;
}

static void test_match(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct slice rest = load(&b, "pattern-match-v20.jsonl"), line;
	unsigned count[3] = {0};

	(void)state;
	while (slice_cut(&rest, '\n', &line)) {
		struct arena a CLEANUP_ARENA = ARENA(4 * MIB);
		struct json_doc doc = read_case(&a, line);
		json_ref want = json_get(&doc, json_root(&doc), "matches");
		struct slice text = text_of(&a, &doc, "pattern");
		struct why why = {0};
		int got = ask(&a, &doc, text, &why);

		if (want ? got != json_true(&doc, want) : got >= 0)
			fail_msg(
				"%.*s: got %d (%s: %s)", SLICE_FMT(text), got, why.where, why.text);
		count[want ? json_true(&doc, want) : 2]++;
	}
	assert_int_equal(count[1], 209);
	assert_int_equal(count[0], 163);
	assert_int_equal(count[2], 29);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_2_1),
		cmocka_unit_test(test_validate),
		cmocka_unit_test(test_match),
	};
	const char *given = getenv("ENTENTE_DATA");
	char probe[600];

	snprintf(folder, sizeof(folder), "%s", given && given[0] ? given : ENTENTE_DATA_DEFAULT);
	snprintf(probe, sizeof(probe), "%s/cyber/patterns-valid.txt", folder);
	if (access(probe, R_OK) != 0) {
		fprintf(stderr, "SKIPPED: no %s (set ENTENTE_DATA)\n", probe);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
