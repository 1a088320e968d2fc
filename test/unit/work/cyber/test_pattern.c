/*
 * test_pattern.c: STIX 2.1 patterning where the reference's cases (test_pattern_vectors.c) do not reach: 2.1's own words, positions of errors, object_refs, bounds.
 */
#include "unit.h"

#include "base/limits.h"
#include "work/cyber/match_limits.h"
#include "work/cyber/pattern.h"

static int parse(const char *text, enum pattern_version version, struct why *why)
{
	struct pattern *p CLEANUP_PATTERN = NULL;

	return pattern_parse(&p, slice_str(text), version, why);
}

/* ---- parsing ---- */

static void test_good(void **state)
{
	static const char *const good[] = {
		"[EXISTS file:name]",
		"[EXISTS network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' AND a:b = 1]",
		"[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00.5Z' WITHIN .5 SECONDS REPEATS 2 TIMES",
		"[a:b NOT = -1.5 OR a:b NOT <> +2 OR a:c NOT LIKE 'x' OR a:d NOT MATCHES 'y']",
		"/* why */ [a:b = 'it\\'s a \\\\'] // so\n AND [x_y:_z[-1].q[*] IN (t'2020-01-01T00:00:00Z')]",
		"[a:b = h'' OR a:b = b'' OR a:b = '']",
		"[AND:OR = true]",
		"(([a:b=1]) REPEATS 2 TIMES) REPEATS 3 TIMES",
		"[a:b ISSUPERSET '::1' OR a:b ISSUBSET '10.0.0.0/8']",
		"[file:hashes.'SHA-1' LIKE 'ab%' OR file:hashes[*] = 'whatever']",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct why why = {0};

		if (parse(good[i], PATTERN_2_1, &why) < 0)
			fail_msg("%s: %s: %s", good[i], why.where, why.text);
	}
}

static const struct {
	const char *text;
	int code;
	const char *where;
} bad[] = {
	{"", E_SYNTAX, "line 1, column 1"},
	{"[a:b = 1", E_SYNTAX, "line 1, column 9"},
	{"[a:b = 1]]", E_SYNTAX, "line 1, column 10"},
	{"[a:b = 1]\n  AND [a:c = ]", E_SYNTAX, "line 2, column 14"},
	{"[a:b = 'é' ?]", E_SYNTAX, "line 1, column 12"},
	{"[a:b = 'x\\n']", E_SYNTAX, "line 1, column 8"},
	{"[a:b = 'x]", E_SYNTAX, "line 1, column 8"},
	{"[a:b = 007]", E_SYNTAX, "line 1, column 9"},
	{"[a:'' = 1]", E_INVALID, "line 1, column 4"},
	{"[a:b.'' = 1]", E_INVALID, "line 1, column 6"},
	{"[a:b = h'abc']", E_SYNTAX, "line 1, column 8"},
	{"[a:b > true]", E_SYNTAX, "line 1, column 8"},
	{"[a:b-c = 1]", E_SYNTAX, "line 1, column 4"},
	{"[a:b IN (1, 'x')]", E_INVALID, "line 1, column 13"},
	{"[a:b IN (1,)]", E_SYNTAX, "line 1, column 12"},
	{"[a:b MATCHES '(']", E_INVALID, "line 1, column 14"},
	{"[a:b ISSUBSET '10.0.0.0/33']", E_INVALID, "line 1, column 15"},
	{"[file:hashes.MD5 = 'f00']", E_INVALID, "line 1, column 20"},
	{"[file:hashes.'SHA-256' IN ('f00')]", E_INVALID, "line 1, column 27"},
	{"[a:b = 1] REPEATS 0 TIMES", E_INVALID, "line 1, column 19"},
	{"[a:b = 1] REPEATS 1 TIMES REPEATS 1 TIMES", E_INVALID, "line 1, column 27"},
	{"[a:b = 1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'", E_SYNTAX,
		"line 1, column 17"},
	{"[a:b = 1] START t'2020-01-01T00:00:00Z'", E_SYNTAX, "line 1, column 40"},
	{"[a:b = 1] WITHIN 0.0000000001 SECONDS", E_INVALID, "line 1, column 18"},
	{"([a:b=1] AND [a:b=1]) REPEATS 9999 TIMES", E_LIMIT, ""},
	{"[EXISTS]", E_SYNTAX, "line 1, column 8"},
	{"/* [a:b=1]", E_SYNTAX, "line 1, column 1"},
	{"[a:b = '\xff']", E_SYNTAX, "line 1, column 9"},
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		int rc = parse(bad[i].text, PATTERN_2_1, &why);

		if (rc != bad[i].code || strcmp(why.where, bad[i].where) != 0 || !why.text[0])
			fail_msg("%s: %d at %s (%s)", bad[i].text, rc, why.where, why.text);
	}
}

static void test_deep_and_long(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct why why = {0};

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		buf_byte(&b, '(');
	assert_int_equal(pattern_parse(&p, buf_slice(&b), PATTERN_2_1, &why), E_LIMIT);
	buf_clear(&b);
	buf_str(&b, "[a:b = 0");
	for (size_t i = 1; i < 20000; i++)
		buf_addf(&b, " OR a:b = %zu", i);
	buf_str(&b, "]");
	assert_int_equal(pattern_parse(&p, buf_slice(&b), PATTERN_2_1, &why), 0);
	pattern_free(&p);
	while (b.n <= LIMIT_PATTERN_BYTES)
		buf_str(&b, "          ");
	assert_int_equal(pattern_parse(&p, buf_slice(&b), PATTERN_2_1, &why), E_LIMIT);
	assert_null(p);
}

/* ---- matching ---- */

static const char bundle[] =
	"{\"type\":\"bundle\",\"objects\":["
	"{\"type\":\"observed-data\",\"id\":\"observed-data--1\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2025-01-01T00:00:10Z\","
	"\"number_observed\":2,\"object_refs\":[\"domain-name--1\",\"file--1\",\"ghost--1\"]},"
	"{\"type\":\"observed-data\",\"id\":\"observed-data--2\",\"first_observed\":\"2025-01-01T00:01:00Z\",\"last_observed\":\"2025-01-01T00:01:00Z\","
	"\"number_observed\":1,\"object_refs\":[\"ipv4-addr--1\"]},"
	"{\"type\":\"domain-name\",\"id\":\"domain-name--1\",\"value\":\"evil.example\",\"resolves_to_refs\":[\"ipv4-addr--1\",\"ghost--1\"]},"
	"{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--1\",\"value\":\"203.0.113.9\"},"
	"{\"type\":\"file\",\"id\":\"file--1\",\"name\":\"a.exe\",\"size\":18446744073709551617,\"magic_number_hex\":\"4d5a\",\"parent_directory_ref\":\"ghost--1\","
	"\"hashes\":{\"MD5\":\"d41d8cd98f00b204e9800998ecf8427e\"},\"mtime\":\"2025-01-01T00:00:00.1234567891Z\",\"tags\":[[1,2],[3]]}"
	"]}";

static int ask(const char *json, const char *text, struct why *why)
{
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	struct observed seen = {0};
	struct pattern_verdict v = {0};
	int rc = pattern_parse(&p, slice_str(text), PATTERN_2_1, why);

	if (rc == 0)
		rc = observed_add(&seen, &a, slice_str(json), why);
	if (rc == 0)
		rc = pattern_match(p, &seen, &v, why);
	observed_free(&seen);
	return rc < 0 ? rc : v.matched;
}

static const struct {
	const char *pattern;
	int want;
} asked[] = {
	{"[domain-name:value = 'evil.example']", 1},
	{"[domain-name:resolves_to_refs[*].value = '203.0.113.9']", 1},
	{"[domain-name:resolves_to_refs[1].value = '203.0.113.9']", 0},
	{"[domain-name:resolves_to_refs[0].value ISSUBSET '203.0.113.0/24']", 1},
	{"[EXISTS file:parent_directory_ref]", 1},
	{"[EXISTS file:parent_directory_ref.path]", 0},
	{"[EXISTS file:nothing]", 0},
	{"[file:nothing != 'x']", 0},
	{"[file:nothing NOT = 'x']", 0},
	{"[file:parent_directory_ref = 'ghost--1']", 1},
	{"[file:magic_number_hex = h'4d5a']", 1},
	{"[file:magic_number_hex = 'MZ']", 1},
	{"[file:size > 18446744073709540000]", 1},
	{"[file:mtime = t'2025-01-01T00:00:00.1234567891Z']", 1},
	{"[file:mtime > t'2025-01-01T00:00:00.123456789Z']", 1},
	{"[file:mtime = t'2025-01-01T00:00:00.12345678910Z']", 1},
	{"[file:tags[*][*] = 3]", 1},
	{"[file:tags[0][1] = 2]", 1},
	{"[file:tags[*] = 3]", 0},
	{"[file:hashes[*] = 'd41d8cd98f00b204e9800998ecf8427e']", 1},
	{"[domain-name:value = 'evil.example' AND file:name = 'a.exe']", 0},
	{"[domain-name:value = 'evil.example' OR file:name = 'b.exe']", 1},
	{"[domain-name:value = 'evil.example'] AND [file:name = 'a.exe']", 1},
	{"[domain-name:value = 'evil.example'] AND [file:name = 'a.exe'] AND [file:size > 0]", 0},
	{"[file:name = 'a.exe'] REPEATS 2 TIMES", 1},
	{"[file:name = 'a.exe'] REPEATS 3 TIMES", 0},
	{"[file:name = 'a.exe'] REPEATS 9000000000000000000 TIMES", 0},
	{"[file:name = 'a.exe'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.9']", 1},
	{"[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [file:name = 'a.exe']", 0},
	{"([file:name = 'a.exe'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.9']) WITHIN 50 SECONDS",
		1},
	{"([file:name = 'a.exe'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.9']) WITHIN 49.9 SECONDS",
		0},
	{"[file:name = 'a.exe'] START t'2025-01-01T00:00:10Z' STOP t'2025-01-01T00:00:11Z'", 1},
	{"[file:name = 'a.exe'] START t'2025-01-01T00:00:10.001Z' STOP t'2025-01-01T00:00:11Z'", 0},
	{"[file:name = 'a.exe'] START t'2024-01-01T00:00:00Z' STOP t'2025-01-01T00:00:00Z'", 0},
	{"[file:name LIKE '_.%']", 1},
	{"[file:name LIKE '_.e']", 0},
	{"[file:name MATCHES '^A' OR file:name MATCHES '(?i)^A']", 1},
	{"[file:name = t'2025-01-01T00:00:00Z']", E_INVALID},
};

static void test_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		struct why why = {0};
		int got = ask(bundle, asked[i].pattern, &why);

		if (got != asked[i].want)
			fail_msg("%s: got %d (%s: %s)", asked[i].pattern, got, why.where, why.text);
	}
}

/* What would run for ages is given up. */
static void test_bounded(void **state)
{
	struct buf b CLEANUP_BUF = BUF(8 * MIB);
	struct why why = {0};

	(void)state;
	buf_str(&b,
		"{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2025-01-01T00:00:00Z\","
		"\"number_observed\":1,\"objects\":{\"0\":{\"type\":\"x\",\"v\":\"");
	for (size_t i = 0; i < 5000; i++)
		buf_byte(&b, 'a');
	buf_str(&b,
		"b\",\"more_refs\":[\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\"]}}}");
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '^(a+)+$']", &why), E_LIMIT);
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '^(a|a?)+$']", &why), E_LIMIT);
	assert_int_equal(
		ask(buf_cstr(&b), "[x:v MATCHES '(.*)(.*)(.*)(.*)(.*)[^ab]']", &why), E_LIMIT);
	assert_int_equal(ask(buf_cstr(&b), "[x:v LIKE '%a%a%a%a%a%a%a%a%a%a%a%c']", &why), 0);
	assert_int_equal(
		ask(buf_cstr(&b),
			"[x:more_refs[*].more_refs[*].more_refs[*].more_refs[*].more_refs[*].more_refs[*].more_refs[*].more_refs[*].v = 'z']",
			&why),
		E_LIMIT);
	/* Forty that fit two [ ] of twenty-one: only trying can tell. */
	buf_clear(&b);
	buf_str(&b, "[");
	for (size_t i = 0; i < 40; i++)
		buf_addf(&b,
			"%s{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:%02zuZ\",\"last_observed\":\"2025-01-01T00:00:%02zuZ\","
			"\"number_observed\":1,\"objects\":{\"0\":{\"type\":\"x\",\"v\":1}}}",
			i ? "," : "", i, i);
	buf_str(&b, "]");
	assert_int_equal(ask(buf_cstr(&b),
				 "[x:v = 1] REPEATS 20 TIMES AND [x:v = 1] REPEATS 20 TIMES", &why),
		1);
	assert_int_equal(ask(buf_cstr(&b), "[x:v = 1] REPEATS 41 TIMES", &why), 0);
	assert_int_equal(ask(buf_cstr(&b),
				 "[x:v = 1] REPEATS 21 TIMES AND [x:v = 1] REPEATS 20 TIMES", &why),
		E_LIMIT);
	assert_int_equal(ask(buf_cstr(&b), "[x:v = 1] REPEATS 10 TIMES WITHIN 8 SECONDS", &why), 0);
	assert_int_equal(
		ask(buf_cstr(&b), "([x:v = 1] FOLLOWEDBY [x:v = 1]) REPEATS 20 TIMES", &why), 1);
}

/* `n` observations of one value each. */
static void seen_many(struct buf *b, size_t n, const char *value)
{
	buf_clear(b);
	buf_str(b, "[");
	for (size_t i = 0; i < n; i++)
		buf_addf(b,
			"%s{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2025-01-01T00:00:00Z\","
			"\"number_observed\":1,\"objects\":{\"0\":{\"type\":\"x\",\"v\":\"%s\"}}}",
			i ? "," : "", value);
	buf_str(b, "]");
}

/* What one value takes may be little, and of many together it is not: LIKE and MATCHES have one purse for a question. */
static void test_text_together(void **state)
{
	struct buf b CLEANUP_BUF = BUF(8 * MIB), value CLEANUP_BUF = BUF(64 * KIB);
	struct why why = {0};

	(void)state;
	seen_many(&b, 10, "aaaaaaaaaaaaaaaab");
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '^(a+)+$']", &why), 0);
	seen_many(&b, 1000, "aaaaaaaaaaaaaaaab");
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '^(a+)+$']", &why), E_LIMIT);
	assert_non_null(strstr(why.text, "LIKE and MATCHES"));
	/* An honest one of the same. */
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '^a+c$' OR x:v LIKE '%a%c']", &why), 0);
	/* Of one value: PCRE2 counts from each place on anew, and does not count what one item goes over. */
	while (value.n < 30000)
		buf_str(&value, "a");
	seen_many(&b, 1, buf_cstr(&value));
	why = (struct why){0};
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES 'a*b|a*c']", &why), E_LIMIT);
	assert_non_null(strstr(why.text, "LIKE and MATCHES"));
	why = (struct why){0};
	assert_int_equal(ask(buf_cstr(&b), "[x:v MATCHES '(a*?)\\\\1c|d']", &why), E_LIMIT);
	why = (struct why){0};
	buf_clear(&value);
	buf_str(&value, "[x:v LIKE '%");
	while (value.n < 15000)
		buf_str(&value, "a");
	buf_str(&value, "b%']");
	assert_int_equal(ask(buf_cstr(&b), buf_cstr(&value), &why), E_LIMIT);
	assert_non_null(strstr(why.text, "LIKE and MATCHES"));
}

static void test_observed_refused(void **state)
{
	static const char *const odd[] = {
		"{\"type\":\"observed-data\",\"id\":\"o\"}",
		"{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2024-01-01T00:00:00Z\",\"number_observed\":1}",
		"{\"type\":\"observed-data\",\"first_observed\":\"2025-01-01T00:00:00Z\",\"last_observed\":\"2025-01-01T00:00:00Z\",\"number_observed\":0}",
		"[1, 2",
		"7",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		struct arena a CLEANUP_ARENA = ARENA(MIB);
		struct observed seen = {0};
		struct why why = {0};

		assert_true(observed_add(&seen, &a, slice_str(odd[i]), &why) < 0);
		assert_int_equal(seen.observation.n, 0);
		assert_true(why.text[0]);
		observed_free(&seen);
	}
}

/* ---- values for lists ---- */

static void add_value(void *ctx, struct slice type, struct slice path, struct slice value)
{
	struct buf *b = ctx;

	buf_addf(b, "%.*s:%.*s=%.*s;", SLICE_FMT(type), SLICE_FMT(path), SLICE_FMT(value));
}

static const struct {
	const char *pattern, *values;
} listed[] = {
	{"[ipv4-addr:value = '1.2.3.4']", "ipv4-addr:value=1.2.3.4;"},
	{"[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' OR file:name IN ('a', 'b')]",
		"file:hashes.SHA-256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;file:name=a;file:name=b;"},
	{"([a:b = 'x']) OR [a:b = 'y']", "a:b=x;a:b=y;"},
	{"[a:b = 'x' AND a:c = 'y']", ""},
	{"[a:b != 'x']", ""},
	{"[a:b NOT = 'x']", ""},
	{"[a:b = 1]", ""},
	{"[a:b[*] = 'x']", ""},
	{"[a:b LIKE 'x']", ""},
	{"[a:b = 'x'] AND [a:b = 'y']", ""},
	{"[a:b = 'x'] WITHIN 5 SECONDS", ""},
	{"[a:b IN ()]", ""},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(listed); i++) {
		struct pattern *p CLEANUP_PATTERN = NULL;
		struct buf b CLEANUP_BUF = BUF(4 * KIB);

		assert_int_equal(
			pattern_parse(&p, slice_str(listed[i].pattern), PATTERN_2_1, NULL), 0);
		assert_int_equal(pattern_values(p, add_value, &b) > 0, listed[i].values[0] != '\0');
		assert_string_equal(buf_cstr(&b), listed[i].values);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_deep_and_long),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_text_together),
		cmocka_unit_test(test_observed_refused),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
