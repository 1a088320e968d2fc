/* CACAO and CEXF: what is read, what is refused and where; the published playbooks, if they are here. */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "work/training/cacao.h"
#include "work/training/cexf.h"

static const char *data_dir(void)
{
	const char *dir = getenv("ENTENTE_DATA");

	return dir ? dir : "../shared/data";
}

#define BOOK(workflow)                                                                                 \
	"{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook--1\",\"name\":\"n\"," \
	"\"workflow_start\":\"start--1\",\"workflow\":{" workflow "}}"

static void playbooks(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	static const struct {
		const char *json;
		int rc;
		const char *where;
		size_t n;
	} row[] = {
		{BOOK("\"start--1\":{\"type\":\"start\",\"on_completion\":\"end--1\"},\"end--1\":{\"type\":\"end\"}"),
			0, "", 2},
		{BOOK("\"start--1\":{\"type\":\"start\",\"on_completion\":\"end--2\"},\"end--1\":{\"type\":\"end\"}"),
			E_INVALID, "/workflow/start--1/on_completion", 0},
		{BOOK("\"start--1\":{\"type\":\"begin\"}"), E_INVALID, "/workflow/start--1/type",
			0},
		{BOOK("\"start--1\":{\"type\":\"start\",\"on_completion\":\"x--1\"},\"x--1\":{\"type\":\"dance\"}"),
			E_INVALID, "/workflow/x--1/type", 0},
		{BOOK("\"start--2\":{\"type\":\"start\"}"), E_INVALID, "/workflow_start", 0},
		/* A loop is walked once. */
		{BOOK("\"start--1\":{\"type\":\"start\",\"on_completion\":\"w--1\"},\"w--1\":{\"type\":\"while-condition\",\"condition\":\"x\","
		      "\"on_true\":\"a--1\",\"on_false\":\"end--1\"},\"a--1\":{\"type\":\"action\",\"name\":\"do\",\"on_completion\":\"w--1\"},"
		      "\"end--1\":{\"type\":\"end\"}"),
			0, "", 4},
		{"{\"type\":\"identity\"}", E_INVALID, "/type", 0},
		{"{\"type\":\"playbook\",\"spec_version\":\"cacao-1.1\"}", E_INVALID,
			"/spec_version", 0},
		{"[]", E_INVALID, "/type", 0},
		{"{", E_SYNTAX, "", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct cacao c = {0};
		struct why why = {0};
		int rc = cacao_parse(&c, &arena, slice_str(row[i].json), &why);

		if (rc != row[i].rc || c.n != row[i].n || strcmp(why.where, row[i].where) != 0)
			fail_msg("row %zu: %d %s %s, %zu steps", i, rc, why.where, why.text, c.n);
	}
}

static void published(void **state)
{
	static const struct {
		const char *file;
		int rc;
		size_t n;
	} book[] = {{"casp_kestrel_hunting.json", 0, 55}, {"oasis_basic-example-1.json", 0, 3},
		{"oasis_identity-object.json", E_INVALID, 0},
		{"oasis_locky-bart-mbc-examples.json", 0, 11},
		{"oasis_playbook--aa1898b6-5251-49b4-aeb7-fd5e912583ff.json", 0, 10},
		{"oasis_spec-3.1-example.json", 0, 3},
		/* Its own tool calls it invalid for a type of agent that it does not know; the vocabulary is open (CACAO 2.0 §6.1). */
		{"soarca_invalid_playbook.json", 0, 5}, {"soarca_playbook.json", 0, 5}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(book); i++) {
		struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
		struct buf bytes CLEANUP_BUF = BUF(MIB);
		struct why why = {0};
		struct cacao c = {0};

		if (file_read(
			    arena_printf(&arena, "%s/training/cacao/%s", data_dir(), book[i].file),
			    &bytes, &why) < 0) {
			print_message("skipped: no %s/training/cacao\n", data_dir());
			buf_free(&bytes);
			arena_free(&arena);
			skip();
		}
		int rc = cacao_parse(&c, &arena, buf_slice(&bytes), &why);
		print_message("%s: %d %s %s, %zu steps, %zu unreached\n", book[i].file, rc,
			why.where, why.text, c.n, c.unreached);
		if (rc != book[i].rc || c.n != book[i].n)
			fail_msg("%s", book[i].file);
	}
}

static void exchange(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct why why = {0};
	struct cexf c;

	(void)state;
	assert_int_equal(
		cexf_parse(&c, &arena,
			SLICE("{\"exercise\":{\"uuid\":\"e\",\"name\":\"Phishing\"},\"inject_flow\":[{\"inject_uuid\":\"b\","
			      "\"requirements\":{\"inject_uuid\":\"a\"},\"timing\":{\"triggered_at\":\"00:10:05\"}},"
			      "{\"inject_uuid\":\"a\",\"timing\":{\"triggered_at\":null}}],"
			      "\"injects\":[{\"uuid\":\"a\",\"name\":\"One\"},{\"uuid\":\"b\",\"name\":\"Two\",\"action\":\"x\"}]}"),
			&why),
		0);
	assert_true(c.n == 2 && c.inject[1].at_s == 605 && c.inject[0].at_s == -1);
	assert_slice(c.inject[1].requires, "a");
	assert_int_equal(cexf_parse(&c, &arena,
				 SLICE("{\"exercise\":{},\"injects\":[{\"name\":\"One\"}]}"), &why),
		E_INVALID);
	assert_string_equal(why.where, "/injects/0");
	assert_int_equal(
		cexf_parse(&c, &arena,
			SLICE("{\"exercise\":{},\"injects\":[],\"inject_flow\":[{\"inject_uuid\":\"z\"}]}"),
			&why),
		E_INVALID);
	assert_string_equal(why.where, "/inject_flow/0/inject_uuid");
	assert_int_equal(cexf_parse(&c, &arena, SLICE("{}"), &why), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(playbooks), cmocka_unit_test(published),
		cmocka_unit_test(exchange)};

	return cmocka_run_group_tests_name("work/training/formats", tests, NULL, NULL);
}
