/*
 * test_changes.c: what two versions of a record differ in, and which version follows which; in memory that the texts take once, however a partner writes them.
 */
#include "unit.h"

#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/changes.h"

static void doc_of(struct arena *arena, const char *text, struct json_doc *ret)
{
	assert_int_equal(json_read(ret, arena, slice_str(text), &json_limits_local, NULL), 0);
}

/* Elements with an id go by it, others by their place. */
static void members(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	static const struct {
		const char *path, *before, *after;
	} want[] = {{"/title", "\"a\"", "\"b\""}, {"/lots/1/max", "1", "2"},
		{"/lots/2", "{\"id\":\"2\"}", ""}, {"/lots/3", "", "{\"id\":\"3\"}"},
		{"/padding/1", "8", ""}};
	struct json_doc from, to;
	struct changes got;

	(void)state;
	doc_of(&arena,
		"{\"title\":\"a\",\"lots\":[{\"id\":\"1\",\"max\":1},{\"id\":\"2\"}],\"padding\":[4,8]}",
		&from);
	doc_of(&arena,
		"{\"title\":\"b\",\"lots\":[{\"id\":\"3\"},{\"id\":\"1\",\"max\":2}],\"padding\":[4]}",
		&to);
	changes_find(&from, &to, &arena, &got);
	assert_int_equal(got.n, COUNT_OF(want));
	assert_false(got.more);
	for (size_t i = 0; i < got.n; i++) {
		assert_slice(got.of[i].path, want[i].path);
		assert_slice(got.of[i].before, want[i].before);
		assert_slice(got.of[i].after, want[i].after);
	}
}

/* Thousands of items whose ids are written with escapes: each takes memory where it is read. */
static void escaped(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(MIB), c CLEANUP_BUF = BUF(MIB);
	struct json_doc from, to;
	struct changes got;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		buf_addf(&b, "%s{\"id\":\"\\u0061%u\"}", i ? "," : "{\"items\":[", i);
		buf_addf(&c, "%s{\"id\":\"\\u0061%u\"}", i ? "," : "{\"items\":[", 4000 - i);
	}
	buf_str(&b, "]}");
	buf_str(&c, "]}");
	doc_of(&arena, buf_cstr(&b), &from);
	doc_of(&arena, buf_cstr(&c), &to);
	changes_find(&from, &to, &arena, &got);
	assert_int_equal(got.n, 2);
	assert_slice(got.of[0].path, "/items/a0");
	assert_slice(got.of[1].path, "/items/a4000");
}

/* By the place in the log, whatever stands between and in whatever order they were told. */
static void versions(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct row row[] = {{.object.name.b = {1}, .epoch = 1, .seq = 7},
		{.object.name.b = {2}, .epoch = 1, .seq = 8},
		{.object.name.b = {1}, .epoch = 2, .seq = 1},
		{.object.name.b = {1}, .epoch = 1, .seq = 5}};
	struct rows rows = {.row = row, .n = COUNT_OF(row)};
	const struct row **before = changes_before(&rows, &arena);

	(void)state;
	assert_ptr_equal(before[0], &row[3]);
	assert_null(before[1]);
	assert_ptr_equal(before[2], &row[0]);
	assert_null(before[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members), cmocka_unit_test(escaped), cmocka_unit_test(versions)};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
