/* wordfold.c: see wordfold.h. Latin with its accents, Greek and Cyrillic; other scripts stay as they are, which most of them are well with. */
#include "node/wordfold.h"

#include "base/utf8.h"

#define NO_WORD 0u
#define NOTHING UINT32_MAX /* an accent on its own: the letter before it counts */

/* U+00C0 to U+017F. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiii"
			    "dnooooo ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooo"
			    "oooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(latin) == 0x180 - 0xc0 + 1, "a letter each");

static uint32_t fold_ascii(uint32_t cp)
{
	if (cp >= 'A' && cp <= 'Z')
		return cp + 32;
	return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') ? cp : NO_WORD;
}

static uint32_t fold_greek(uint32_t cp)
{
	static const struct {
		uint16_t from, to;
	} accents[] = {
		{0x386, 0x3b1},
		{0x388, 0x3b5},
		{0x389, 0x3b7},
		{0x38a, 0x3b9},
		{0x38c, 0x3bf},
		{0x38e, 0x3c5},
		{0x38f, 0x3c9},
		{0x390, 0x3b9},
		{0x3aa, 0x3b9},
		{0x3ab, 0x3c5},
		{0x3ac, 0x3b1},
		{0x3ad, 0x3b5},
		{0x3ae, 0x3b7},
		{0x3af, 0x3b9},
		{0x3b0, 0x3c5},
		{0x3c2, 0x3c3},
		{0x3ca, 0x3b9},
		{0x3cb, 0x3c5},
		{0x3cc, 0x3bf},
		{0x3cd, 0x3c5},
		{0x3ce, 0x3c9},
	};

	for (size_t i = 0; i < sizeof(accents) / sizeof(*accents); i++)
		if (cp == accents[i].from)
			return accents[i].to;
	return cp >= 0x391 && cp <= 0x3a9 ? cp + 32 : cp;
}

static uint32_t fold_cyrillic(uint32_t cp)
{
	if (cp >= 0x410 && cp <= 0x42f)
		return cp + 32;
	if (cp < 0x410)
		return cp + 80;
	return cp >= 0x460 && cp <= 0x481 ? cp | 1 : cp;
}

/* Punctuation, symbols, spaces: of the blocks that are used for nothing else. */
static bool is_symbol(uint32_t cp)
{
	return cp < 0xc0 || (cp >= 0x2000 && cp <= 0x206f) || (cp >= 0x20a0 && cp <= 0x20cf) ||
	       (cp >= 0x2190 && cp <= 0x2bff) || (cp >= 0x3000 && cp <= 0x303f) ||
	       (cp >= 0xe000 && cp <= 0xf8ff) || (cp >= 0xfe00 && cp <= 0xfe1f) || cp == 0xfeff ||
	       (cp >= 0xff00 && cp <= 0xff0f) || (cp >= 0xfff0 && cp <= 0xffff) || cp >= 0x1f000;
}

static uint32_t fold(uint32_t cp)
{
	if (cp < 0x80)
		return fold_ascii(cp);
	if (cp >= 0xc0 && cp < 0x180)
		return latin[cp - 0xc0] == ' ' ? NO_WORD : (uint32_t)latin[cp - 0xc0];
	if (cp >= 0x218 && cp <= 0x21b)
		return cp < 0x21a ? 's' : 't';
	if (cp >= 0x300 && cp <= 0x36f)
		return NOTHING;
	if (cp >= 0x386 && cp <= 0x3ce)
		return fold_greek(cp);
	if (cp >= 0x400 && cp <= 0x481)
		return fold_cyrillic(cp);
	return is_symbol(cp) ? NO_WORD : cp;
}

/* Takes one character, or one byte that belongs to none. */
static uint32_t take(struct slice *rest)
{
	size_t n = utf8_len(rest->p, rest->n);
	struct slice one = slice_sub(*rest, 0, n ? n : 1);
	uint32_t cp = NO_WORD;

	*rest = slice_sub(*rest, one.n, rest->n);
	return n && utf8_next(&one, &cp) ? fold(cp) : NO_WORD;
}

/* Most text is ASCII: as many letters and digits as stand at the front. */
static size_t take_ascii(struct slice *rest, uint8_t ret[WORD_BYTES_MAX])
{
	size_t n = 0;

	while (n < rest->n && n < WORD_BYTES_MAX && rest->p[n] < 0x80 &&
		(ret[n] = (uint8_t)fold_ascii(rest->p[n])) != NO_WORD)
		n++;
	*rest = slice_of(rest->p + n, rest->n - n);
	return n;
}

void words_fold(struct buf *ret, struct slice text)
{
	size_t word = 0; /* bytes of the word that is being written */
	bool any = false;

	while (text.n) {
		uint8_t run[WORD_BYTES_MAX], bytes[4];
		size_t run_n = take_ascii(&text, run);

		if (run_n) {
			if (word == 0 && any)
				buf_byte(ret, ' ');
			if (word < WORD_BYTES_MAX)
				buf_add(ret, run,
					run_n < WORD_BYTES_MAX - word ? run_n
								      : WORD_BYTES_MAX - word);
			word += run_n;
			continue;
		}
		uint32_t cp = take(&text);

		if (cp == NOTHING)
			continue;
		if (cp == NO_WORD) {
			any = any || word;
			word = 0;
			continue;
		}
		if (word == 0 && any)
			buf_byte(ret, ' ');
		size_t n = utf8_encode(cp, bytes);
		if (word + n <= WORD_BYTES_MAX)
			buf_add(ret, bytes, n);
		word += n;
	}
}
