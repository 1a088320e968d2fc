#include "sample.h"

static const char sample_text[] =
	"entente-inner/1\n"
	"mode real\n"
	"kind rfa/offer/1\n"
	"object aeaaaaaaaaaaaaaaaaaaaaaauq.juaaaaaaaaaaaaaaaaaaaaaa5a\n"
	"ref aiaaaaaaaaaaaaaaaaaaaaaau4.1.9 "
	"13a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1\n"
	"label pact RESTRICTED topic=cyber\n"
	"audience aiaaaaaaaaaaaaaaaaaaaaaau4,amaaaaaaaaaaaaaaaaaaaaaauy\n"
	"until 1805362200000\n"
	"media text/plain\n"
	"\n";

static struct arena arena = {.max = 64 * KIB};

static int parse(struct slice text, struct inner *in)
{
	struct why why = {0};
	int rc;

	arena_reset(&arena);
	rc = inner_parse(in, &arena, text, &why);
	assert_int_equal(rc, why.code);
	return rc;
}

static void golden(void **state)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES),
		     again CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);
	struct inner in;

	(void)state;
	/* The content is any bytes: empty lines, NUL, no LF at the end. */
	buf_str(&b, sample_text);
	buf_add(&b, "\n\n\0\xff\r\nmode test", 15);
	assert_int_equal(parse(buf_slice(&b), &in), 0);
	assert_int_equal(in.mode, MODE_REAL);
	assert_slice(in.kind, "rfa/offer/1");
	assert_true(in.has_object && in.object.name.b[0] == 77);
	assert_true(in.n_ref == 1 && in.ref[0].seq == 9);
	assert_slice(in.label, "pact RESTRICTED topic=cyber");
	assert_true(in.n_member == 2 && in.member[1].b[0] == 3);
	assert_true(in.until_ms == 1805362200000);
	assert_slice(in.media, "text/plain");
	assert_int_equal(in.content.n, 15);
	assert_memory_equal(in.content.p, "\n\n\0\xff\r\nmode test", 15);
	inner_print(&in, &again);
	assert_true(slice_eq(buf_slice(&b), buf_slice(&again)));
}

static void empty_content(void **state)
{
	struct inner in;

	(void)state;
	assert_int_equal(parse(SLICE(sample_text), &in), 0);
	assert_int_equal(in.content.n, 0);
}

static void lines_missing_doubled_swapped(void **state)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct text_lines t = text_lines(SLICE(sample_text));
	size_t header = t.n - 1; /* without the empty line */
	struct inner in;

	(void)state;
	for (size_t i = 0; i < header; i++) {
		text_replace(&t, i, NULL, &b);
		assert_int_equal(
			parse(buf_slice(&b), &in), slice_starts(t.line[i], "ref ") ? 0 : E_SYNTAX);
		text_double(&t, i, &b);
		assert_int_equal(parse(buf_slice(&b), &in), E_SYNTAX);
		text_replace(&t, i, "\n", &b);
		assert_int_equal(parse(buf_slice(&b), &in), E_SYNTAX);
		for (size_t j = i + 1; j < t.n; j++) {
			text_swap(&t, i, j, &b);
			assert_int_equal(parse(buf_slice(&b), &in), E_SYNTAX);
		}
	}
	for (size_t n = 0; n < strlen(sample_text); n++)
		assert_int_equal(parse(slice_of(sample_text, n), &in), E_SYNTAX);
}

static void bad_values(void **state)
{
	static const struct {
		const char *key, *with;
	} bad[] = {{"mode", "mode -\n"}, {"mode", "mode Real\n"}, {"kind", "kind -\n"},
		{"kind", "kind x\n"}, {"object", "object x\n"}, {"label", "label x\n"},
		{"audience", "audience veiled\n"},
		{"audience",
			"audience all@13a6cf4e9efc5f3d9b7d2f6b8d3ad0a1fd2a5d2a1fdb5ed9f3f1f0f5a4b7c3d1\n"},
		{"audience", "audience -\n"},
		{"audience", "audience amaaaaaaaaaaaaaaaaaaaaaauy,aiaaaaaaaaaaaaaaaaaaaaaau4\n"},
		{"until", "until 0\n"}, {"media", "media -\n"}, {"media", "media text\n"},
		{"media", "media text/plain\r\n"}, {"media", "media text/plain\nseq 1\n"},
		{"entente", "entente-entry/1\n"}, {"kind", "kind n\xc3\xb6te/1\n"}};
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct text_lines t = text_lines(SLICE(sample_text));
	struct inner in;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		text_replace(&t, text_find(&t, bad[i].key), bad[i].with, &b);
		if (parse(buf_slice(&b), &in) != E_SYNTAX)
			fail_msg("%s", bad[i].with);
	}
}

static void ceilings(void **state)
{
	struct buf b CLEANUP_BUF = BUF(2 * LIMIT_PAYLOAD_BYTES);
	struct inner in;

	(void)state;
	buf_str(&b, sample_text);
	memset(buf_room(&b, LIMIT_PAYLOAD_CONTENT), 'x', LIMIT_PAYLOAD_CONTENT);
	assert_int_equal(parse(buf_slice(&b), &in), 0);
	assert_int_equal(in.content.n, LIMIT_PAYLOAD_CONTENT);
	buf_byte(&b, 'x');
	assert_int_equal(parse(buf_slice(&b), &in), E_LIMIT);
	memset(buf_room(&b, LIMIT_PAYLOAD_BYTES), 'x', LIMIT_PAYLOAD_BYTES);
	assert_int_equal(parse(buf_slice(&b), &in), E_LIMIT);
}

static int arena_drop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(golden),
		cmocka_unit_test(empty_content), cmocka_unit_test(lines_missing_doubled_swapped),
		cmocka_unit_test(bad_values), cmocka_unit_test(ceilings)};

	return cmocka_run_group_tests(tests, NULL, arena_drop);
}
