/* CSAF 2.0: a document that keeps all rules, and one that breaks each. */
#include "unit.h"

#include "work/cyber/coord.h"
#include "work/cyber/csaf.h"

#include "base/limits.h"

#define WHEN "2030-01-01T10:00:00.000Z"
static const char good[] =
	"{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"title\":\"VPN gateway\",\"lang\":\"en\","
	"\"distribution\":{\"tlp\":{\"label\":\"AMBER\"}},"
	"\"publisher\":{\"category\":\"vendor\",\"name\":\"Maker\",\"namespace\":\"https://maker.example\"},"
	"\"tracking\":{\"id\":\"MK-2030-7\",\"status\":\"final\",\"version\":\"2\",\"initial_release_date\":\"" WHEN
	"\","
	"\"current_release_date\":\"2030-01-02T10:00:00.000Z\",\"revision_history\":["
	"{\"date\":\"" WHEN "\",\"number\":\"1\",\"summary\":\"First.\"},"
	"{\"date\":\"2030-01-02T10:00:00.000Z\",\"number\":\"2\",\"summary\":\"Second.\"}]}},"
	"\"product_tree\":{\"branches\":[{\"category\":\"product_version\",\"name\":\"4.1\",\"product\":{\"product_id\":\"P1\",\"name\":\"Gateway 4.1\"}}],"
	"\"full_product_names\":[{\"product_id\":\"P2\",\"name\":\"Gateway 5\"}],"
	"\"product_groups\":[{\"group_id\":\"G1\",\"product_ids\":[\"P1\",\"P2\"]}]},"
	"\"vulnerabilities\":[{\"cve\":\"CVE-2030-1234\",\"notes\":[{\"category\":\"description\",\"text\":\"Overflow.\"}],"
	"\"product_status\":{\"known_affected\":[\"P1\"],\"known_not_affected\":[\"P2\"]},"
	"\"flags\":[{\"label\":\"component_not_present\",\"product_ids\":[\"P2\"]}],"
	"\"remediations\":[{\"category\":\"vendor_fix\",\"details\":\"Update.\",\"product_ids\":[\"P1\"]}],"
	"\"scores\":[{\"products\":[\"P1\"],\"cvss_v3\":{\"version\":\"3.1\",\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\","
	"\"baseScore\":9.8,\"baseSeverity\":\"CRITICAL\"}}]}]}";

/* `good` with the first `what` become `to`. */
static struct slice changed(const char *what, const char *to, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const char *at = strstr(good, what);

	if (!at)
		fail_msg("no %s in the document", what);
	buf_add(&b, good, (size_t)(at - good));
	buf_str(&b, to);
	buf_str(&b, at + strlen(what));
	return arena_copy(arena, buf_slice(&b));
}

static void a_document(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf content CLEANUP_BUF = BUF(64 * KIB), name CLEANUP_BUF = BUF(256);
	struct why why = {0};
	struct coord notice;
	struct csaf c;

	(void)state;
	if (csaf_read(&c, &arena, slice_str(good), &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	assert_slice(c.id, "MK-2030-7");
	assert_slice(c.cve, "CVE-2030-1234");
	assert_int_equal(c.tlp, TLP_AMBER);
	csaf_file_name(&c, &name);
	assert_string_equal(buf_cstr(&name), "mk-2030-7.json");
	/* It is a notice, and its bytes are in it as they came. */
	csaf_notice(&c, &content);
	assert_int_equal(coord_parse(&notice, COORD_NOTICE, buf_slice(&content), &arena, &why), 0);
	assert_slice(json_raw(&notice.doc, notice.csaf), good);
	assert_slice(notice.vulnerability, "CVE-2030-1234");
	assert_slice(notice.status, "published");
}

static void each_rule(void **state)
{
	static const struct {
		const char *what, *to, *where, *text;
	} rows[] = {
		{"\"title\":\"VPN gateway\"", "\"title\":\"\"", "/document/title", "is empty"},
		{"\"title\":\"VPN gateway\",", "", "/document/title", "is missing"},
		{"\"vendor\"", "\"maker\"", "/document/publisher/category", "is one of"},
		{"https://maker.example", "maker example", "/document/publisher/namespace",
			"is no URI"},
		{"CVE-2030-1234", "CVE-2030-12", "/vulnerabilities/0/cve", "is no number"},
		{"\"version\":\"2\"", "\"version\":\"2.0\"", "/document/tracking/version",
			"is no version"},
		{"\"product_ids\":[\"P1\",\"P2\"]", "\"product_ids\":[\"P1\"]",
			"/product_tree/product_groups/0/product_ids", "has too few"},
		{"\"en\"", "\"qq\"", "/document/lang", "6.1.12"},
		{"\"known_affected\":[\"P1\"]", "\"known_affected\":[\"P3\"]", NULL, "6.1.1:"},
		{"\"product_id\":\"P2\"", "\"product_id\":\"P1\"", NULL, "6.1.2:"},
		{"\"product_ids\":[\"P1\"]}]", "\"group_ids\":[\"G2\"]}]", NULL, "6.1.4:"},
		{"\"known_affected\":[\"P1\"]", "\"known_affected\":[\"P1\"],\"fixed\":[\"P1\"]",
			NULL, "6.1.6:"},
		{"\"vectorString\":\"CVSS:3.1/AV:N", "\"vectorString\":\"CVSS:3.1/AV:X", NULL,
			"6.1.8:"},
		{"9.8", "9.7", NULL, "6.1.9:"},
		{"\"baseScore\"", "\"scope\":\"CHANGED\",\"baseScore\"", NULL, "6.1.10:"},
		{"\"number\":\"1\"", "\"number\":\"3\"", NULL, "6.1.14:"},
		{"\"category\":\"vendor\",", "\"category\":\"translator\",", NULL, "6.1.15:"},
		{"\"version\":\"2\"", "\"version\":\"1\"", NULL, "6.1.16:"},
		{"\"number\":\"1\"", "\"number\":\"0\"", NULL, "6.1.18:"},
		{"\"number\":\"1\"", "\"number\":\"2\"", NULL, "6.1.22:"},
		{"\"csaf_vex\"", "\"Security Advisory\"", NULL, "6.1.26:"},
		{"\"notes\":[{\"category\":\"description\",\"text\":\"Overflow.\"}],", "", NULL,
			"6.1.27.5:"},
		{"\"cve\":\"CVE-2030-1234\",", "", NULL, "6.1.27.8:"},
		{"\"flags\":[{\"label\":\"component_not_present\",\"product_ids\":[\"P2\"]}],", "",
			NULL, "6.1.27.9:"},
		{"\"lang\":\"en\"", "\"lang\":\"en\",\"source_lang\":\"en\"", NULL, "6.1.28:"},
		{",\"product_ids\":[\"P1\"]}]", "}]", NULL, "6.1.29:"},
		{"\"number\":\"1\"", "\"number\":\"1.0.0\"", NULL, "6.1.30:"},
		{"\"name\":\"4.1\"", "\"name\":\"before 4.1\"", NULL, "6.1.31:"},
		{",\"product_ids\":[\"P2\"]}]", "}]", NULL, "6.1.32:"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct why why = {0};
		struct csaf c;
		bool told = false;
		int rc = csaf_read(&c, &arena, changed(rows[i].what, rows[i].to, &arena), &why);

		assert_int_equal(rc, E_INVALID);
		for (size_t k = 0; k < c.n_fault; k++)
			told |= strncmp(c.fault[k].text, rows[i].text, strlen(rows[i].text)) == 0 &&
				(!rows[i].where || strcmp(c.fault[k].where, rows[i].where) == 0);
		if (!told)
			fail_msg("%s: %s at %s, expected %s", rows[i].to, why.text, why.where,
				rows[i].text);
	}
}

static void no_document(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "{\"document\":1}", "null"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct why why = {0};
		struct csaf c;

		assert_true(csaf_read(&c, &arena, slice_str(bad[i]), &why) < 0);
		assert_true(why.text[0]);
	}
}

static void versions(void **state)
{
	static const char *const ordered[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"};
	static const char *const bad[] = {
		"", "01", "1.0", "1.0.0-", "1.0.0-01", "1.0.0+", "v1", "1.0.0-a..b", "-1"};
	struct csaf_version a, b;

	(void)state;
	for (size_t i = 0; i + 1 < COUNT_OF(ordered); i++) {
		assert_int_equal(csaf_version_parse(slice_str(ordered[i]), &a), 0);
		assert_int_equal(csaf_version_parse(slice_str(ordered[i + 1]), &b), 0);
		assert_int_equal(csaf_version_cmp(&a, &b), -1);
		assert_int_equal(csaf_version_cmp(&b, &a), 1);
	}
	assert_int_equal(csaf_version_parse(SLICE("1.0.0+a"), &a), 0);
	assert_int_equal(csaf_version_parse(SLICE("1.0.0+b"), &b), 0);
	assert_int_equal(csaf_version_cmp(&a, &b), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_true(csaf_version_parse(slice_str(bad[i]), &a) < 0);
}

/* ---- documents of a MiB that name each other: each is looked at in a time and a memory that go with its size ---- */

#define HEAD                                                                                                 \
	"{\"document\":{\"category\":\"csaf_base\",\"csaf_version\":\"2.0\",\"title\":\"T\","                \
	"\"publisher\":{\"category\":\"vendor\",\"name\":\"M\",\"namespace\":\"https://m.example\"},"        \
	"\"tracking\":{\"id\":\"A\",\"status\":\"final\",\"version\":\"1\",\"initial_release_date\":\"" WHEN \
	"\",\"current_release_date\":\"" WHEN "\",\"revision_history\":[{\"date\":\"" WHEN                   \
	"\",\"number\":\"1\",\"summary\":\"S\"}]}},"

/* An id that is written with an escape: it has to be unescaped wherever it is looked at. */
#define ID                                                                                         \
	"\\u0041xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static int read_large(const struct buf *b, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(24 * MIB);
	struct csaf c;

	assert_false(buf_over(b));
	assert_true(b->n <= LIMIT_PAYLOAD_CONTENT);
	return csaf_read(&c, &arena, buf_slice(b), why);
}

/* Product i + 1 is made of i, twice. */
static int read_chain(size_t n, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);

	buf_str(&b, HEAD
		"\"product_tree\":{\"full_product_names\":[{\"name\":\"p\",\"product_id\":\"" ID
		"0\"}],\"relationships\":[");
	for (size_t i = 0; i < n; i++)
		buf_addf(&b,
			"%s{\"category\":\"installed_on\",\"product_reference\":\"" ID
			"%zu\",\"relates_to_product_reference\":\"" ID
			"%zu\",\"full_product_name\":{\"name\":\"q\",\"product_id\":\"" ID
			"%zu\"}}",
			i ? "," : "", i, i, i + 1);
	buf_str(&b, "]}}");
	return read_large(&b, why);
}

static void relationships(void **state)
{
	struct why why = {0};

	(void)state;
	if (read_chain(500, &why) < 0 || read_chain(2000, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

/* Round in a circle of all of them, by either way of a relationship. */
static void circle(void **state)
{
	static const size_t sizes[] = {2, 3, 400, 2000};

	(void)state;
	for (size_t k = 0; k < COUNT_OF(sizes); k++) {
		struct buf b CLEANUP_BUF = BUF(2 * MIB);
		struct why why = {0};
		size_t n = sizes[k];

		buf_str(&b, HEAD
			"\"product_tree\":{\"full_product_names\":[{\"name\":\"p\",\"product_id\":\"P\"}],\"relationships\":[");
		for (size_t i = 0; i < n; i++)
			buf_addf(&b,
				"%s{\"category\":\"installed_on\",\"%s\":\"P\",\"%s\":\"" ID
				"%zu\",\"full_product_name\":{\"name\":\"q\",\"product_id\":\"" ID
				"%zu\"}}",
				i ? "," : "",
				i % 2 ? "product_reference" : "relates_to_product_reference",
				i % 2 ? "relates_to_product_reference" : "product_reference",
				(i + 1) % n, i);
		buf_str(&b, "]}}");
		assert_int_equal(read_large(&b, &why), E_INVALID);
		assert_string_equal(why.where, "/product_tree/relationships");
		assert_string_equal(why.text, "6.1.3: a product is made of itself");
	}
}

/* What lies deep has a long pointer; it is made where there is something to say of it. */
static void deep_branches(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	struct why why = {0};

	(void)state;
	buf_str(&b, HEAD "\"product_tree\":{");
	for (int i = 0; i < 55; i++)
		buf_str(&b, "\"branches\":[{\"category\":\"vendor\",\"name\":\"v\",");
	buf_str(&b, "\"branches\":[");
	for (int i = 0; i < 10000; i++)
		buf_addf(&b,
			"%s{\"category\":\"vendor\",\"name\":\"v\",\"product\":{\"name\":\"v\",\"product_id\":\"%d\"}}",
			i ? "," : "", i);
	buf_str(&b, "]");
	for (int i = 0; i < 55; i++)
		buf_str(&b, "}]");
	buf_str(&b, "}}");
	if (read_large(&b, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

/* The version of a score is as long as it likes, and is no part of what is kept of each product. */
static void long_version(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	struct why why = {0};

	(void)state;
	buf_str(&b, HEAD
		"\"product_tree\":{\"full_product_names\":[{\"name\":\"p\",\"product_id\":\"P\"}]},"
		"\"vulnerabilities\":[{\"scores\":[{\"cvss_v3\":{\"version\":\"\\u0041");
	for (int i = 0; i < 400000; i++)
		buf_byte(&b, 'x');
	buf_str(&b, "\"},\"products\":[");
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "%s\"\\u0041%d\"", i ? "," : "", i);
	buf_str(&b, "]}]}]}");
	assert_int_equal(read_large(&b, &why), E_INVALID);
}

static void groups(size_t vulnerabilities, struct buf *b)
{
	buf_str(b, HEAD "\"product_tree\":{\"full_product_names\":[");
	for (int i = 0; i < 5000; i++)
		buf_addf(b, "%s{\"name\":\"p\",\"product_id\":\"\\u0041%d\"}", i ? "," : "", i);
	buf_str(b, "],\"product_groups\":[{\"group_id\":\"\\u0047\",\"product_ids\":[");
	for (int i = 0; i < 5000; i++)
		buf_addf(b, "%s\"\\u0041%d\"", i ? "," : "", i);
	buf_str(b, "]}]},\"vulnerabilities\":[");
	for (size_t i = 0; i < vulnerabilities; i++)
		buf_addf(b,
			"%s{\"cve\":\"CVE-2030-%zu\",\"flags\":[{\"label\":\"component_not_present\",\"group_ids\":[\"\\u0047\"]}]}",
			i ? "," : "", 10000 + i);
	buf_str(b, "]}");
}

static void groups_again_and_again(void **state)
{
	struct buf few CLEANUP_BUF = BUF(2 * MIB), many CLEANUP_BUF = BUF(2 * MIB);
	struct why why = {0};

	(void)state;
	groups(LIMIT_CSAF_GROUPED / 5000, &few);
	if (read_large(&few, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	groups(LIMIT_CSAF_GROUPED / 5000 + 1, &many);
	assert_int_equal(read_large(&many, &why), E_INVALID);
	assert_string_equal(why.where, "/vulnerabilities");
	assert_non_null(strstr(why.text, "by groups"));
}

/* Two flags share a product: by a group that both name, by its id and by a group, or by two groups. */
static void two_justifications(void **state)
{
	static const struct {
		const char *one, *two;
		int rc;
	} rows[] = {
		{"\"product_ids\":[\"A\"]", "\"product_ids\":[\"B\"]", 0},
		{"\"product_ids\":[\"A\"],\"group_ids\":[\"G\"]", "\"product_ids\":[\"D\"]", 0},
		{"\"product_ids\":[\"A\"]", "\"product_ids\":[\"B\",\"A\"]", E_INVALID},
		{"\"group_ids\":[\"G\"]", "\"group_ids\":[\"G\"]", E_INVALID},
		{"\"product_ids\":[\"A\"]", "\"group_ids\":[\"G\"]", E_INVALID},
		{"\"group_ids\":[\"G\"]", "\"product_ids\":[\"B\"]", E_INVALID},
		{"\"group_ids\":[\"G\"]", "\"group_ids\":[\"H\"]", E_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf b CLEANUP_BUF = BUF(64 * KIB);
		struct why why = {0};

		buf_addf(&b,
			HEAD
			"\"product_tree\":{\"full_product_names\":[{\"name\":\"a\",\"product_id\":\"A\"},{\"name\":\"b\",\"product_id\":\"B\"},"
			"{\"name\":\"c\",\"product_id\":\"C\"},{\"name\":\"d\",\"product_id\":\"D\"}],"
			"\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"A\",\"B\"]},{\"group_id\":\"H\",\"product_ids\":[\"B\",\"C\"]}]},"
			"\"vulnerabilities\":[{\"flags\":[{\"label\":\"component_not_present\",%s},{\"label\":\"vulnerable_code_not_present\",%s}]}]}",
			rows[i].one, rows[i].two);
		assert_int_equal(read_large(&b, &why), rows[i].rc);
		if (rows[i].rc < 0)
			assert_string_equal(why.text, "6.1.33: a product has two justifications");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document),
		cmocka_unit_test(each_rule),
		cmocka_unit_test(no_document),
		cmocka_unit_test(versions),
		cmocka_unit_test(relationships),
		cmocka_unit_test(circle),
		cmocka_unit_test(deep_branches),
		cmocka_unit_test(long_version),
		cmocka_unit_test(groups_again_and_again),
		cmocka_unit_test(two_justifications),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
