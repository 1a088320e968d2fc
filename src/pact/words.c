/*
 * The twelve words of a fingerprint. The list is not kept, it is made: word n is an open syllable
 * (one of 16 consonants, one of 4 vowels) and a closed one (one of 8 consonants, one of 4 endings):
 * 64 × 32 = 2,048 words of five letters, each with one spelling.
 */
#include "pact/root.h"

#include "base/enc.h"
#include "base/report.h"

#include <ctype.h>
#include <strings.h>

#define WORDS	   2048u
#define WORD_BITS  11
#define WORD_COUNT 12

void root_word(unsigned n, char ret[ROOT_WORD_LEN + 1])
{
	static const char first[] = "bdfghjklmnprstvz", vowel[] = "aiou", second[] = "bdklmrsv";
	static const char ending[4][2] = {{'a', 'n'}, {'e', 'l'}, {'i', 'n'}, {'o', 'r'}};

	MUST(n < WORDS);
	ret[0] = first[n >> 7];
	ret[1] = vowel[(n >> 5) & 3];
	ret[2] = second[(n >> 2) & 7];
	ret[3] = ending[n & 3][0];
	ret[4] = ending[n & 3][1];
	ret[5] = '\0';
}

void root_fingerprint_words(const struct hash *root_v1, struct buf *b)
{
	uint32_t bits = 0;
	unsigned have = 0, at = 0;

	/* The first 132 bits, eleven at a time, most significant first. */
	for (unsigned i = 0; i < WORD_COUNT; i++) {
		char word[ROOT_WORD_LEN + 1];
		while (have < WORD_BITS) {
			bits = (bits << 8) | root_v1->b[at++];
			have += 8;
		}
		have -= WORD_BITS;
		root_word((bits >> have) & (WORDS - 1), word);
		buf_addf(b, "%s%s", i ? " " : "", word);
	}
}

/* The next word of what was typed; false at the end. */
static bool word_next(struct slice *rest, struct slice *ret)
{
	size_t n = 0;

	while (rest->n > 0 && isspace((unsigned char)*rest->p))
		*rest = slice_sub(*rest, 1, rest->n);
	while (n < rest->n && !isspace((unsigned char)rest->p[n]))
		n++;
	*ret = slice_sub(*rest, 0, n);
	*rest = slice_sub(*rest, n, rest->n);
	return n > 0;
}

static bool same_words(struct slice a, struct slice b)
{
	struct slice x, y;
	bool more;

	while ((more = word_next(&a, &x)) == word_next(&b, &y) && more)
		if (x.n != y.n || strncasecmp((const char *)x.p, (const char *)y.p, x.n) != 0)
			return false;
	return x.n == 0 && y.n == 0;
}

bool root_fingerprint_is(const struct hash *root_v1, struct slice text)
{
	struct buf words CLEANUP_BUF = BUF(1 * KIB);
	char hex[65];

	hex_encode(root_v1->b, sizeof(root_v1->b), hex);
	root_fingerprint_words(root_v1, &words);
	return same_words(text, slice_str(hex)) || same_words(text, buf_slice(&words));
}
