/* The generic record: what is a note and what is none. */
#include "unit.h"

#include "base/limits.h"
#include "node/note.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void rows(void **state)
{
	static const struct {
		const char *json;
		int rc;
		const char *where;
	} row[] = {
		{"{\"title\":\"t\"}", 0, ""},
		{"{\"title\":\"t\",\"text\":\"x\",\"more\":{\"kept\":[1,2]}}", 0, ""},
		{"{\"title\":\"t\",\"files\":[]}", 0, ""},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a b.json\",\"size\":0,\"sha256\":\"" SHA
		 "\"}]}",
			0, ""},
		{"{}", E_INVALID, "/title"},
		{"{\"title\":\"\"}", E_INVALID, "/title"},
		{"{\"title\":5}", E_INVALID, "/title"},
		{"[]", E_INVALID, ""},
		{"{\"title\":\"t\",\"text\":[]}", E_INVALID, "/text"},
		{"{\"title\":\"t\",\"files\":{}}", E_INVALID, "/files"},
		{"{\"title\":\"t\",\"files\":[7]}", E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":1}]}", E_INVALID, NULL},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":-1,\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":1.5,\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":9999999999,\"sha256\":\"" SHA
		 "\"}]}",
			E_LIMIT, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"..\",\"size\":1,\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a/b\",\"size\":1,\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\\u202egpj.exe\",\"size\":1,\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":1,\"sha256\":\"ABCDEF\"}]}",
			E_INVALID, "/files/0"},
		{"{\"title\":\"t\",\"files\":[{\"name\":\"a\",\"size\":1,\"media\":\"no media\",\"sha256\":\"" SHA
		 "\"}]}",
			E_INVALID, "/files/0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct note_record n;
		struct why why = {0};
		int rc = note_record_parse(&n, &arena, slice_str(row[i].json), &why);

		if (rc != row[i].rc || (row[i].where && strcmp(why.where, row[i].where) != 0))
			fail_msg("row %zu: %d %s %s", i, rc, why.where, why.text);
	}
}

static void limits(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct note_record n;

	(void)state;
	buf_str(&b, "{\"title\":\"");
	for (int i = 0; i < 200; i++)
		buf_str(&b, "ë");
	size_t mark = b.n;
	buf_str(&b, "\"}");
	assert_int_equal(note_record_parse(&n, &arena, buf_slice(&b), NULL), 0);
	buf_cut(&b, mark);
	buf_str(&b, "e\"}");
	assert_int_equal(note_record_parse(&n, &arena, buf_slice(&b), NULL), E_LIMIT);
	buf_clear(&b);
	buf_str(&b, "{\"title\":\"t\",\"files\":[");
	for (int i = 0; i < LIMIT_FILES_PER_NOTE + 1; i++)
		buf_addf(&b, "%s{\"name\":\"%d\",\"size\":1,\"sha256\":\"" SHA "\"}", i ? "," : "",
			i);
	buf_str(&b, "]}");
	assert_int_equal(note_record_parse(&n, &arena, buf_slice(&b), NULL), E_LIMIT);
}

static void there_and_back(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB), again CLEANUP_BUF = BUF(64 * KIB);
	struct note_file file[2] = {{.name = SLICE("a.txt"),
					    .media = SLICE("text/plain"),
					    .size = 7,
					    .sha256 = {.b = {1}}},
		{.name = SLICE("\xc3\xab \"q\""), .size = 0}};
	struct note_record n = {.title = SLICE("A \"title\""),
				   .text = SLICE("line\nline"),
				   .file = file,
				   .n_file = 2},
			   r;

	(void)state;
	note_record_print(&n, &b);
	assert_int_equal(note_record_parse(&r, &arena, buf_slice(&b), NULL), 0);
	assert_slice(r.title, "A \"title\"");
	assert_int_equal(r.n_file, 2);
	assert_slice(r.file[1].name, "\xc3\xab \"q\"");
	assert_int_equal(r.file[0].size, 7);
	note_record_print(&r, &again);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(limits),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests_name("node/note", tests, NULL, NULL);
}
