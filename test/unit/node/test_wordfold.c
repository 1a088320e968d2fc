/* Words as they are compared. */
#include "unit.h"

#include "base/limits.h"
#include "node/wordfold.h"

static void folds(const char *text, const char *want)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	words_fold(&b, slice_str(text));
	assert_slice(buf_slice(&b), want);
}

static void letters_lose_case_and_accents(void **state)
{
	(void)state;
	folds("Überschwemmung in Shkodër, 3-4 m", "uberschwemmung in shkoder 3 4 m");
	folds("ČĆĐŠŽ čćđšž", "ccdsz ccdsz");
	folds("ŁÓDŹ ß Ørsted Ærø", "lodz s orsted aro");
	folds("e\xcc\x81te\xcc\x81", "ete"); /* accents on their own */
	folds("ΑΘΉΝΑ Ώρας", "αθηνα ωρασ");
	folds("СКОПЈЕ Ѓорѓи Ёж", "скопје ѓорѓи ёж");
	folds("東京 2025", "東京 2025");
}

static void everything_else_separates(void **state)
{
	(void)state;
	folds("", "");
	folds("  ..--  ", "");
	folds("a", "a");
	folds(" a'b\"c\\d%e_f ", "a b c d e f");
	folds("https://news.example/x?y=1", "https news example x y 1");
	folds("2×3÷4", "2 3 4");
	folds("a\xe2\x80\xae"
	      "b \xf0\x9f\x9a\x91 c",
		"a b c");
	folds("a\xff\xfe"
	      "b\xc3",
		"a b"); /* no UTF-8 */
}

static void a_nul_separates(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	(void)state;
	words_fold(&b, slice_of("a\0b", 3));
	assert_slice(buf_slice(&b), "a b");
}

static void long_words_are_cut_between_characters(void **state)
{
	struct buf in CLEANUP_BUF = BUF(64 * KIB), b CLEANUP_BUF = BUF(64 * KIB);

	(void)state;
	buf_str(&in, "x");
	for (int i = 0; i < 100; i++)
		buf_str(&in, "я");
	buf_str(&in, " end");
	words_fold(&b, buf_slice(&in));
	assert_true(slice_ends(buf_slice(&b), " end"));
	assert_int_equal(b.n, WORD_BYTES_MAX - 1 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_lose_case_and_accents),
		cmocka_unit_test(everything_else_separates),
		cmocka_unit_test(a_nul_separates),
		cmocka_unit_test(long_words_are_cut_between_characters),
	};

	return cmocka_run_group_tests_name("node/wordfold", tests, NULL, NULL);
}
