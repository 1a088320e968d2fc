/*
 * test_ocds.c: OCDS 1.1.5: the standard's own merge cases, sample data and a joint purchase (in the folder that ENTENTE_DATA names; without it: skipped, which is said), and what is
 * wrong in a hundred ways.
 */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/ocds/check.h"
#include "work/procurement/ocds/flags.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/ocds/table.h"

#include <dirent.h>

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena = ARENA(1 * GIB);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static const char *data_path(const char *name)
{
	const char *folder = getenv("ENTENTE_DATA");

	return arena_printf(&arena, "%s/procurement/%s",
		folder && folder[0] ? folder : ENTENTE_DATA_DEFAULT, name);
}

static struct tree *load(const char *path)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct why why = {0};
	struct tree *t = NULL;

	if (file_read(path, &b, &why) < 0 || tree_read(arena_copy(&arena, buf_slice(&b)),
						     &json_limits_local, &arena, &t, &why) < 0)
		fail_msg("%s: %s %s", path, why.where, why.text);
	return t;
}

static struct tree *parse(const char *text)
{
	struct tree *t;

	assert_int_equal(tree_read(slice_str(text), &json_limits_local, &arena, &t, NULL), 0);
	return t;
}

/* ---- merging ---- */

static void same(const char *what, const struct tree *got, const struct tree *want)
{
	struct buf a CLEANUP_BUF = BUF(MIB), b CLEANUP_BUF = BUF(MIB);

	if (tree_equal(got, want))
		return;
	tree_print(got, &a);
	tree_print(want, &b);
	fail_msg("%s:\n%s\nexpected\n%s", what, buf_cstr(&a), buf_cstr(&b));
}

static void merge_cases(void **state)
{
	const char *folder = data_path("merge/1.1");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0, versioned = 0;

	(void)state;
	if (!dir) {
		printf("SKIPPED: no %s (set ENTENTE_DATA)\n", folder);
		skip();
	}
	while ((entry = readdir(dir)) != NULL) {
		struct slice name = slice_str(entry->d_name);
		const struct tree **list;
		struct tree *got, *all;
		const char *base;
		size_t count;

		if (!slice_ends(name, ".json") || slice_ends(name, "-compiled.json") ||
			slice_ends(name, "-versioned.json"))
			continue;
		base = arena_printf(&arena, "%s/%.*s", folder, (int)name.n - 5, entry->d_name);
		all = load(arena_printf(&arena, "%s.json", base));
		assert_int_equal(ocds_releases(all, &arena, &list, &count, NULL), 0);
		assert_int_equal(ocds_compile(list, count, &arena, &got, NULL), 0);
		same(base, got, load(arena_printf(&arena, "%s-compiled.json", base)));
		n++;
		if (!file_exists(arena_printf(&arena, "%s-versioned.json", base)))
			continue;
		assert_int_equal(ocds_versioned(list, count, &arena, &got, NULL), 0);
		same(base, got, load(arena_printf(&arena, "%s-versioned.json", base)));
		versioned++;
	}
	closedir(dir);
	printf("%zu compiled, %zu versioned\n", n, versioned);
	assert_true(n >= 17 && versioned >= 16);
}

/* The published compiled release of the worked example is what its six releases give. */
static void worked_example(void **state)
{
	static const char *const files[] = {"01-planning", "02-tender", "03-tenderAmendment",
		"04-award", "05-contract", "06-implementation"};
	const char *folder = data_path("ocds-sample-data/fictional-example/1.1");
	const struct tree *release[6], **list;
	struct tree *got;
	size_t n;

	(void)state;
	if (!file_exists(folder)) {
		printf("SKIPPED: no %s (set ENTENTE_DATA)\n", folder);
		skip();
	}
	for (size_t i = 0; i < 6; i++) {
		struct tree *package = load(
			arena_printf(&arena, "%s/ocds-213czf-000-00001-%s.json", folder, files[i]));

		assert_int_equal(ocds_releases(package, &arena, &list, &n, NULL), 0);
		assert_int_equal(n, 1);
		release[i] = list[0];
	}
	assert_int_equal(ocds_compile(release, 6, &arena, &got, NULL), 0);
	struct tree *record = load(
		arena_printf(&arena, "%s/record/ocds-213czf-000-00001-withversions.json", folder));
	const struct tree *compiled =
		tree_get(tree_get(record, "records")->first, "compiledRelease");
	/* The file was made by hand: what both have is compared where the releases decide it. */
	assert_true(tree_equal(tree_get(got, "ocid"), tree_get(compiled, "ocid")));
	assert_true(tree_equal(tree_get(tree_get(got, "tender"), "id"),
		tree_get(tree_get(compiled, "tender"), "id")));
	assert_int_equal(tree_get(got, "awards")->n, tree_get(compiled, "awards")->n);
	assert_int_equal(tree_get(got, "contracts")->n, tree_get(compiled, "contracts")->n);
}

static void order_is_by_date(void **state)
{
	struct tree *a = parse(
		"{\"ocid\":\"o\",\"id\":\"1\",\"date\":\"2020-01-01T00:00:00Z\",\"language\":\"en\"}");
	struct tree *b = parse(
		"{\"ocid\":\"o\",\"id\":\"2\",\"date\":\"2020-01-02T00:00:00Z\",\"language\":\"sq\"}");
	const struct tree *one[] = {a, b}, *two[] = {b, a};
	struct tree *x, *y;

	(void)state;
	assert_int_equal(ocds_compile(one, 2, &arena, &x, NULL), 0);
	assert_int_equal(ocds_compile(two, 2, &arena, &y, NULL), 0);
	assert_true(tree_equal(x, y));
	assert_slice(tree_text(x, "language"), "sq");
	assert_int_equal(ocds_compile(one, 0, &arena, &x, NULL), E_INVALID);
	struct tree *other =
		parse("{\"ocid\":\"p\",\"id\":\"2\",\"date\":\"2020-01-02T00:00:00Z\"}");
	const struct tree *mixed[] = {a, other};
	assert_int_equal(ocds_compile(mixed, 2, &arena, &x, NULL), E_INVALID);
	struct tree *undated = parse("{\"ocid\":\"o\",\"id\":\"2\"}");
	const struct tree *lost[] = {a, undated};
	assert_int_equal(ocds_compile(lost, 2, &arena, &x, NULL), E_INVALID);
}

/* ---- checking ---- */

static void valid_files(void **state)
{
	static const char *const files[] = {
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-01-planning.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-02-tender.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-03-tenderAmendment.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-04-award.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-05-contract.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001-06-implementation.json",
		"ocds-sample-data/fictional-example/1.1/ocds-213czf-000-00001.json",
		"ocds-sample-data/fictional-example/1.1/record/ocds-213czf-000-00001.json",
		"ocds-sample-data/fictional-example/1.1/record/ocds-213czf-000-00001-withversions.json",
		"joint-purchase-example/release-package.json",
		"joint-purchase-example/record-package.json",
	};

	(void)state;
	if (!file_exists(data_path(files[0]))) {
		printf("SKIPPED: no %s (set ENTENTE_DATA)\n", data_path(files[0]));
		skip();
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct ocds_report r = ocds_check(load(data_path(files[i])), &arena);

		for (size_t k = 0; k < r.n; k++)
			if (r.finding[k].error)
				fail_msg("%s: %s: %s: %s", files[i], r.finding[k].rule,
					r.finding[k].path, r.finding[k].text);
		assert_int_equal(r.errors, 0);
	}
}

#define HEAD                                                                                       \
	"{\"ocid\":\"ocds-b5fd17-1\",\"id\":\"1\",\"date\":\"2026-01-01T00:00:00Z\",\"tag\":[\"tender\"],\"initiationType\":\"tender\""

static void wrong_in_many_ways(void **state)
{
	static const struct {
		const char *json, *rule, *path;
		bool error;
	} cases[] = {
		{HEAD "}", NULL, NULL, false},
		{HEAD ",\"tender\":{\"id\":\"t\",\"title_es\":\"x\",\"status\":\"active\"}}", NULL,
			NULL, false},
		{"[]", "kind", "", true},
		{"{\"ocid\":\"ocds-b5fd17-1\"}", "required", "", true},
		{HEAD ",\"tender\":{}}", "required", "/tender", true},
		{HEAD ",\"tender\":{\"id\":true}}", "type", "/tender/id", true},
		{HEAD ",\"tender\":{\"id\":1.5}}", "type", "/tender/id", true},
		{HEAD ",\"tender\":{\"id\":\"\"}}", "minLength", "/tender/id", true},
		{HEAD ",\"tender\":{\"id\":\"t\",\"status\":\"open\"}}", "codelist",
			"/tender/status", true},
		{HEAD ",\"tender\":{\"id\":\"t\",\"value\":{\"amount\":\"12\",\"currency\":\"EUR\"}}}",
			"type", "/tender/value/amount", true},
		{HEAD ",\"tender\":{\"id\":\"t\",\"value\":{\"amount\":12,\"currency\":\"EURO\"}}}",
			"codelist", "/tender/value/currency", true},
		{HEAD ",\"tender\":{\"id\":\"t\",\"tenderPeriod\":{\"endDate\":\"tomorrow\"}}}",
			"format", "/tender/tenderPeriod/endDate", true},
		{HEAD ",\"tender\":{\"id\":\"t\",\"documents\":[{\"id\":\"d\",\"url\":\"not a uri\"}]}}",
			"format", "/tender/documents/0/url", true},
		{HEAD ",\"awards\":[{\"id\":\"a\",\"items\":[]}]}", "minItems", "/awards/0/items",
			true},
		{HEAD ",\"awards\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "uniqueItems", "/awards",
			true},
		{HEAD ",\"awards\":[{\"id\":\"a\",\"title\":\"x\"},{\"id\":\"a\"}]}", "duplicateId",
			"/awards", false},
		{HEAD ",\"contracts\":[{\"id\":\"c\"}]}", "required", "/contracts/0", true},
		{HEAD ",\"buyer\":{\"id\":\"b\",\"name\":null}}", NULL, NULL, false},
		{HEAD ",\"parties\":{}}", "type", "/parties", true},
		{HEAD ",\"planning\":{\"budjet\":{\"id\":\"x\"}}}", "additionalField",
			"/planning/budjet", false},
		{HEAD ",\"planning\":{}}", "empty", "/planning", false},
		{HEAD ",\"planning\":{\"rationale\":\"  \"}}", "empty", "/planning/rationale",
			false},
		{HEAD ",\"tender\":{\"id\":\"t\",\"lots\":[{\"id\":\"1\"}]}}", "additionalField",
			"/tender/lots", false},
		{HEAD ",\"tender\":{\"id\":\"t\",\"awardCriteria\":\"cheapest\"}}", "openCodelist",
			"/tender/awardCriteria", false},
		{HEAD ",\"parties\":[{\"id\":\"p\"}],\"buyer\":{\"id\":\"q\"}}", "partyMissing",
			"/buyer", false},
		{"{\"ocid\":\"1\",\"id\":\"1\",\"date\":\"2026-01-01T00:00:00Z\",\"tag\":[\"tender\"],\"initiationType\":\"tender\"}",
			"ocidPrefix", "", false},
		{"{\"ocid\":\"ocds-b5fd17-1\",\"id\":\"1\",\"date\":\"2026-01-01T00:00:00Z\",\"tag\":[],\"initiationType\":\"tender\"}",
			"minItems", "/tag", true},
		{"{\"ocid\":\"ocds-b5fd17-1\",\"id\":\"1\",\"date\":\"2026-01-01T00:00:00Z\",\"tag\":[\"bid\"],\"initiationType\":\"tender\"}",
			"codelist", "/tag/0", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ocds_report r = ocds_check(parse(cases[i].json), &arena);
		bool seen = false;

		for (size_t k = 0; cases[i].rule && k < r.n; k++)
			seen |= strcmp(r.finding[k].rule, cases[i].rule) == 0 &&
				strcmp(r.finding[k].path, cases[i].path) == 0 &&
				r.finding[k].error == cases[i].error;
		if (cases[i].rule ? !seen : r.n > 0)
			fail_msg("%s: %zu findings, %s %s", cases[i].json, r.n,
				r.n ? r.finding[0].rule : "", r.n ? r.finding[0].path : "");
		if (!cases[i].error)
			assert_int_equal(r.errors, 0);
	}
}

#define PACKAGE                                                                                    \
	"{\"uri\":\"http://example.org/p\",\"publishedDate\":\"2026-01-01T00:00:00Z\",\"version\":\"1.1\",\"publisher\":{\"name\":\"n\"}"

static void packages(void **state)
{
	static const struct {
		const char *json, *rule;
		bool error;
	} cases[] = {
		{PACKAGE ",\"releases\":[" HEAD "}]}", NULL, false},
		{PACKAGE ",\"releases\":[]}", "minItems", true},
		{PACKAGE ",\"releases\":[" HEAD "}," HEAD "}]}", "uniqueItems", true},
		{PACKAGE ",\"releases\":[" HEAD "}," HEAD ",\"language\":\"en\"}]}",
			"duplicateRelease", false},
		{"{\"releases\":[" HEAD "}]}", "required", true},
		{PACKAGE ",\"records\":[{\"ocid\":\"ocds-b5fd17-1\",\"releases\":[" HEAD "}]}]}",
			NULL, false},
		{PACKAGE ",\"records\":[{\"ocid\":\"ocds-b5fd17-1\",\"releases\":[" HEAD
			 "},{\"url\":\"http://example.org/r\"}]}]}",
			"oneOf", true},
		{PACKAGE
			",\"records\":[{\"ocid\":\"ocds-b5fd17-1\",\"releases\":[{\"url\":\"x y\"}]}]}",
			"format", true},
		{PACKAGE
			",\"extensions\":[\"https://example.org/ocds_lots_extension/extension.json\"],\"releases\":[" HEAD
			",\"tender\":{\"id\":\"t\",\"lots\":[{\"id\":\"1\"}]}}]}",
			NULL, false},
		{PACKAGE
			",\"extensions\":[\"https://example.org/ocds_lots_extension/extension.json\"],\"releases\":[" HEAD
			",\"tender\":{\"id\":\"t\",\"lots\":[{\"title\":\"1\"}]}}]}",
			"required", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ocds_report r = ocds_check(parse(cases[i].json), &arena);
		bool seen = false;

		for (size_t k = 0; cases[i].rule && k < r.n; k++)
			seen |= strcmp(r.finding[k].rule, cases[i].rule) == 0 &&
				r.finding[k].error == cases[i].error;
		if (cases[i].rule ? !seen : r.n > 0)
			fail_msg("%s: %zu findings, %s %s", cases[i].json, r.n,
				r.n ? r.finding[0].rule : "", r.n ? r.finding[0].path : "");
	}
}

/* What we make ourselves passes our own checks. */
static void record_packages(void **state)
{
	const struct tree **list;
	struct tree *package,
		*all = parse(PACKAGE
			",\"releases\":[" HEAD
			"},{\"ocid\":\"ocds-b5fd17-2\",\"id\":\"1\",\"date\":\"2026-01-02T00:00:00Z\",\"tag\":[\"tender\"],\"initiationType\":\"tender\"}]}");
	size_t n;

	(void)state;
	assert_int_equal(ocds_releases(all, &arena, &list, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ocds_record_package(list, n, true, SLICE("http://example.org/r"),
				 SLICE("n"), SLICE("2026-01-02T00:00:00Z"), &arena, &package, NULL),
		0);
	assert_int_equal(tree_get(package, "records")->n, 2);
	struct ocds_report r = ocds_check(package, &arena);
	assert_int_equal(r.n, 0);
	assert_int_equal(ocds_releases(parse("{\"a\":[1]}"), &arena, &list, &n, NULL), E_INVALID);
}

/* ---- tables ---- */

static const char *table(const char *json, const char *path, int want)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	const struct tree **list;
	struct why why = {0};
	size_t n;

	assert_int_equal(ocds_releases(parse(json), &arena, &list, &n, NULL), 0);
	assert_int_equal(ocds_table(list, n, slice_str(path), &arena, &b, &why), want);
	return arena_string(&arena, buf_slice(&b));
}

static void tables(void **state)
{
	const char *two =
		"[{\"ocid\":\"o\",\"id\":\"r1\",\"date\":\"2026-01-01T00:00:00Z\",\"contracts\":[{\"id\":\"c1\",\"value\":{\"amount\":12.50,\"currency\":\"EUR\"},"
		"\"title\":\"=1+1\",\"tags\":[\"a\",\"-b\"],\"implementation\":{\"transactions\":[{\"id\":1},{\"id\":2,\"note\":\"say \\\"yes\\\", \\nplease\"}]}}]},"
		"{\"ocid\":\"o\",\"id\":\"r2\",\"date\":\"2026-01-02T00:00:00Z\",\"contracts\":[{\"id\":\"c2\",\"signed\":true,\"period\":null}]}]";

	(void)state;
	assert_string_equal(table(two, "contracts", 0),
		"\"ocid\",\"id\",\"contracts/0/id\",\"contracts/0/value/amount\",\"contracts/0/value/currency\",\"contracts/0/title\",\"contracts/0/tags\",\"contracts/0/signed\"\r\n"
		"\"o\",\"r1\",\"c1\",12.50,\"EUR\",\"'=1+1\",\"a;'-b\",\r\n"
		"\"o\",\"r2\",\"c2\",,,,,true\r\n");
	assert_string_equal(table(two, "contracts/implementation/transactions", 0),
		"\"ocid\",\"id\",\"contracts/0/id\",\"contracts/0/implementation/transactions/0/id\",\"contracts/0/implementation/transactions/0/note\"\r\n"
		"\"o\",\"r1\",\"c1\",1,\r\n"
		"\"o\",\"r1\",\"c1\",2,\"say \"\"yes\"\", \nplease\"\r\n");
	assert_string_equal(table(two, "", 0),
		"\"ocid\",\"id\",\"date\"\r\n\"o\",\"r1\",\"2026-01-01T00:00:00Z\"\r\n\"o\",\"r2\",\"2026-01-02T00:00:00Z\"\r\n");
	table(two, "awards", E_INVALID);
	table(two, "contracts/value/amount", E_INVALID);
	table(two, "///", E_INVALID);
}

/* ---- flags ---- */

static void flagged(const char *release, const char *want)
{
	struct ocds_flag flag[OCDS_FLAGS_MAX];
	struct buf b CLEANUP_BUF = BUF(1 * KIB);
	size_t n = ocds_flags(parse(release), &arena, flag);

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s=%u ", flag[i].id, (unsigned)flag[i].value);
	assert_string_equal(buf_cstr(&b), want);
}

#define BID(status, amount, currency, who)                                                         \
	"{\"status\":\"" status "\",\"value\":{\"amount\":" amount ",\"currency\":\"" currency     \
	"\"},\"tenderers\":[" who "]}"
#define BIDS(list)	 "\"bids\":{\"details\":[" list "]}"
#define AWARD(status)	 "\"awards\":[{\"status\":\"" status "\",\"suppliers\":[{\"id\":\"V\"}]}]"
#define V		 "{\"id\":\"V\"}"
#define D		 "{\"id\":\"D\"}"
#define PERIOD(from, to) "\"tenderPeriod\":{\"startDate\":\"" from "\",\"endDate\":\"" to "\"}"

static void flags(void **state)
{
	(void)state;
	flagged("{\"tender\":{" PERIOD("2000-01-01T18:00:00Z", "2000-01-16T17:59:59Z") "}}",
		"R003=1 ");
	flagged("{\"tender\":{" PERIOD("2000-01-01T18:00:00Z", "2000-01-16T18:00:00Z") "}}", "");
	flagged("{\"tender\":{" PERIOD("invalid", "2000-01-16T18:00:00Z") "}}", "");
	flagged("{\"tender\":{\"numberOfTenderers\":1,\"procurementMethod\":\"open\"}}", "R018=1 ");
	flagged("{\"tender\":{\"numberOfTenderers\":1,\"procurementMethod\":\"direct\"}}", "");
	flagged("{\"tender\":{\"numberOfTenderers\":1,\"procurementMethod\":\"open\",\"status\":\"cancelled\"}}",
		"");
	flagged("{" BIDS(BID("valid", "1", "USD", V) "," BID("disqualified", "1.00", "USD", D)) "}",
		"R028=1 ");
	flagged("{" BIDS(BID("valid", "1", "USD", V) "," BID("disqualified", "1", "CAD", D)) "}",
		"");
	flagged("{" BIDS(BID("valid", "1", "USD", V) "," BID("withdrawn", "1", "USD", D)) "}", "");
	flagged("{" BIDS(BID("valid", "1", "USD", V "," D) "," BID(
			"valid", "1", "USD", D "," V)) "}",
		"");
	flagged("{" BIDS(
			"{\"status\":\"valid\",\"date\":\"2000-04-01T00:00:00Z\",\"tenderers\":[" V
			"]}") "," AWARD("active") ",\"tender\":{\"tenderPeriod\":{\"endDate\":\"2000-03-15T00:00:00Z\"}}}",
		"R030=1 ");
	flagged("{" BIDS(
			"{\"status\":\"valid\",\"date\":\"2000-04-01T00:00:00Z\",\"tenderers\":[" D
			"]}") "," AWARD("active") ",\"tender\":{\"tenderPeriod\":{\"endDate\":\"2000-03-15T00:00:00Z\"}}}",
		"");
	flagged("{" BIDS(BID("valid", "2", "USD", V) "," BID(
			"disqualified", "1", "USD", D)) "," AWARD("active") "}",
		"R035=1 R036=1 ");
	flagged("{" BIDS(BID("valid", "1", "USD", V) "," BID(
			"disqualified", "2", "USD", D)) "," AWARD("active") "}",
		"R035=1 ");
	flagged("{" BIDS(BID("valid", "2", "USD", V) "," BID(
			"disqualified", "1", "USD", D)) "," AWARD("pending") "}",
		"");
	flagged("{" BIDS(BID("valid", "1e0", "USD", V) "," BID(
			"disqualified", "-1", "USD", D)) "," AWARD("active") "}",
		"R035=1 ");
	flagged("[]", "");
	flagged("{\"bids\":7,\"awards\":{},\"tender\":null}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(merge_cases, begin, end),
		cmocka_unit_test_setup_teardown(worked_example, begin, end),
		cmocka_unit_test_setup_teardown(order_is_by_date, begin, end),
		cmocka_unit_test_setup_teardown(valid_files, begin, end),
		cmocka_unit_test_setup_teardown(wrong_in_many_ways, begin, end),
		cmocka_unit_test_setup_teardown(tables, begin, end),
		cmocka_unit_test_setup_teardown(flags, begin, end),
		cmocka_unit_test_setup_teardown(packages, begin, end),
		cmocka_unit_test_setup_teardown(record_packages, begin, end),
	};

	return cmocka_run_group_tests_name("ocds", tests, NULL, NULL);
}
