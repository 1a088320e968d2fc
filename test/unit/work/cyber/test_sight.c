/* test_sight.c: hits counted into sightings: from a run, from a sensor's lines, as STIX. */
#include "unit.h"

#include "base/limits.h"
#include "work/cyber/sight.h"
#include "json/json.h"

#define NOW 1742290200000LL
#define A   "indicator--00000000-0000-4000-8000-00000000000a"
#define B   "indicator--00000000-0000-4000-8000-00000000000b"

static void test_counts(void **state)
{
	struct sight_set set = {0};

	(void)state;
	sight_hit(&set, SLICE(A), SLICE_NONE, NOW, 1);
	sight_hit(&set, SLICE(B), SLICE_NONE, NOW + 5, 7);
	sight_hit(&set, SLICE(A), SLICE_NONE, NOW - 1000, 2);
	sight_hit(&set, SLICE(A), SLICE_NONE, NOW + 9, LIMIT_SIGHT_COUNT);
	sight_hit(
		&set, SLICE("ipv4-addr--00000000-0000-4000-8000-00000000000b"), SLICE_NONE, NOW, 3);
	sight_hit(&set, SLICE("indicator--x"), SLICE_NONE, NOW, 1);
	assert_int_equal(set.indicator.n, 2);
	assert_int_equal(set.indicator.p[0].count, LIMIT_SIGHT_COUNT);
	assert_int_equal(set.indicator.p[0].first_ms, NOW - 1000);
	assert_int_equal(set.indicator.p[0].last_ms, NOW + 9);
	assert_int_equal(set.indicator.p[1].count, 7);
	assert_int_equal(set.other, 4);
	set.indicator.p[0].told = true;
	sight_keep(&set);
	assert_int_equal(set.indicator.n, 1);
	assert_int_equal(set.hits, 7);
	sight_hit(&set, SLICE(B), SLICE_NONE, NOW, 1);
	assert_int_equal(set.indicator.n, 1);
	assert_int_equal(set.indicator.p[0].count, 8);
	sight_clear(&set);
	sight_hit(&set, SLICE(B), SLICE_NONE, NOW, 1);
	assert_int_equal(set.indicator.n, 1);
	sight_free(&set);
}

static const struct {
	const char *line;
	int rc;
	uint64_t hits;
} lines[] = {
	{"{\"time\":\"2025-03-18T09:30:00.000Z\",\"file\":\"x\",\"indicators\":[\"" A "\",\"" B
	 "\"]}",
		0, 2},
	{"{\"indicators\":[]}", 0, 0},
	{"{\"indicators\":[\"" A "\"]}", 0, 1},
	{"{\"indicator\":\"" A
	 "\",\"count\":12,\"first\":\"2025-03-18T09:00:00Z\",\"last\":\"2025-03-18T09:30:00Z\"}",
		0, 12},
	{"{\"indicator\":\"" A "\"}", 0, 1},
	{"{\"indicator\":\"" A "\",\"count\":0}", E_INVALID, 0},
	{"{\"indicator\":\"" A "\",\"count\":1e3}", E_INVALID, 0},
	{"{\"indicator\":\"" A
	 "\",\"first\":\"2025-03-18T09:00:00Z\",\"last\":\"2025-03-18T08:00:00Z\"}",
		E_INVALID, 0},
	{"{\"indicators\":[7]}", E_INVALID, 0},
	{"{\"indicators\":\"" A "\"}", E_INVALID, 0},
	{"{\"time\":\"yesterday\",\"indicators\":[\"" A "\"]}", E_INVALID, 0},
	{"{\"indicators\":[", E_SYNTAX, 0},
	{"[]", E_INVALID, 0},
	{"7", E_INVALID, 0},
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct sight_set set = {0};
		struct why why = {0};
		int rc = sight_line(&set, slice_str(lines[i].line), NOW, &why);

		if (rc != lines[i].rc || set.hits != lines[i].hits)
			fail_msg("%s: %d, %llu hits", lines[i].line, rc,
				(unsigned long long)set.hits);
		assert_true(rc == 0 || why.text[0]);
		sight_free(&set);
	}
}

static void test_stix(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct sight_set set = {0};
	struct env_fake fake;
	struct env env;
	struct json_doc doc;
	json_ref list, one;
	int64_t count;

	(void)state;
	env_fake_init(&fake, 1, NOW);
	env = env_of_fake(&fake);
	sight_hit(&set, SLICE(A), SLICE_NONE, NOW - 60000, 3);
	sight_hit(&set, SLICE(B), SLICE_NONE, NOW, 1);
	sight_print(&set, 0, 1, &env, SLICE("identity--00000000-0000-4000-8000-00000000000c"), &b);
	assert_int_equal(json_read(&doc, &a, buf_slice(&b), &json_limits_partner, NULL), 0);
	list = json_get(&doc, json_root(&doc), "objects");
	assert_int_equal(json_count(&doc, list), 1);
	one = json_first(&doc, list);
	assert_slice(json_string(&doc, json_get(&doc, one, "type"), &a), "sighting");
	assert_slice(json_string(&doc, json_get(&doc, one, "sighting_of_ref"), &a), A);
	assert_slice(json_string(&doc, json_get(&doc, one, "first_seen"), &a),
		"2025-03-18T09:29:00.000Z");
	assert_int_equal(json_i64(&doc, json_get(&doc, one, "count"), &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(json_count(&doc, json_get(&doc, one, "where_sighted_refs")), 1);
	buf_clear(&b);
	sight_print(&set, 0, 2, &env, SLICE_NONE, &b);
	assert_true(slice_search(buf_slice(&b), SLICE("where_sighted")) < 0);
	assert_true(slice_search(buf_slice(&b), SLICE("identity--")) < 0);
	sight_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_stix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
