#include "unit.h"

#include "pact/root.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void two_thousand_and_forty_eight_different_words(void **state)
{
	static char word[2048][ROOT_WORD_LEN + 1];

	(void)state;
	for (unsigned i = 0; i < 2048; i++) {
		root_word(i, word[i]);
		assert_int_equal(strlen(word[i]), ROOT_WORD_LEN);
		assert_int_equal(strspn(word[i], "abdefghijklmnoprstuvz"), ROOT_WORD_LEN);
	}
	assert_string_equal(word[0], "baban");
	assert_string_equal(word[1], "babel");
	assert_string_equal(word[2047], "zuvor");
	qsort(word, 2048, sizeof(word[0]), by_text);
	for (unsigned i = 1; i < 2048; i++)
		assert_string_not_equal(word[i - 1], word[i]);
}

static void one_too_far(void)
{
	char word[ROOT_WORD_LEN + 1];
	root_word(2048, word);
}

static void twelve_words_of_a_hash(void **state)
{
	struct hash h = {{0}};
	struct buf b CLEANUP_BUF = BUF(1024);

	(void)state;
	root_fingerprint_words(&h, &b);
	assert_string_equal(buf_cstr(&b),
		"baban baban baban baban baban baban baban baban baban baban baban baban");
	/* Bits 0, 10, 11 and 131 are in it; bit 132 is not. */
	h.b[0] = 0x80;
	h.b[1] = 0x30;
	h.b[16] = 0x1f;
	buf_clear(&b);
	root_fingerprint_words(&h, &b);
	char first[ROOT_WORD_LEN + 1], second[ROOT_WORD_LEN + 1], last[ROOT_WORD_LEN + 1];
	root_word(1024 + 1, first);
	root_word(1024, second);
	root_word(1, last);
	char expected[128];
	snprintf(expected, sizeof(expected),
		"%s %s baban baban baban baban baban baban baban baban baban %s", first, second,
		last);
	assert_string_equal(buf_cstr(&b), expected);
	assert_dies(one_too_far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_thousand_and_forty_eight_different_words),
		cmocka_unit_test(twelve_words_of_a_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
