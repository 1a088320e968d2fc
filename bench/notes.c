/*
 * notes.c: what is written. Words are drawn from a vocabulary of 8,192 made-up ones, the r-th with
 * a weight of about 1/r, so that the full text has frequent and rare words as prose has. The i-th
 * note follows from i alone.
 */
#include "bench.h"

#include "log/batch.h"

#define WORDS	 8192
#define WORD_MAX 16

static uint64_t mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Syllables of the number in base 32, so that each word is another one. */
static size_t word_make(uint64_t n, char ret[WORD_MAX])
{
	static const char first[] = "bdfgklmnprstvzch", second[] = "ae";
	size_t len = 0;

	for (n++; n > 0; n >>= 5) {
		ret[len++] = first[n & 15];
		ret[len++] = second[(n >> 4) & 1];
	}
	return len;
}

/* Rank with a density that falls as 1/rank: the exponential of an even number. */
static uint64_t rank_draw(uint64_t *state)
{
	unsigned magnitude = (unsigned)(mix(state) % 14);
	uint64_t rank = (1u << magnitude) - 1 + mix(state) % (1u << magnitude);

	return rank < WORDS ? rank : WORDS - 1;
}

static void words_add(uint64_t *state, size_t bytes, struct buf *b)
{
	size_t end = b->n + bytes;

	while (b->n < end) {
		char word[WORD_MAX];
		size_t n = word_make(rank_draw(state), word);

		buf_add(b, word, n);
		buf_byte(b, ' ');
	}
	buf_cut(b, b->n - 1);
}

void note_json(uint64_t i, size_t bytes, struct buf *ret)
{
	uint64_t state = i * 0x2545f4914f6cdd1du + 1;
	size_t start = ret->n;

	buf_addf(ret, "{\"title\":\"%llu ", (unsigned long long)i);
	words_add(&state, 24, ret);
	buf_str(ret, "\",\"text\":\"");
	if (bytes > ret->n - start + 8)
		words_add(&state, bytes - (ret->n - start) - 2, ret);
	buf_str(ret, "\"}");
}

void note_batch(uint64_t *i, size_t bytes, size_t max, struct buf *ret)
{
	struct buf one CLEANUP_BUF = BUF(64 * 1024);

	for (size_t n = 0; n < max; n++, (*i)++) {
		buf_clear(&one);
		note_json(*i, bytes, &one);
		if (ret->n + 4 + one.n > ret->max)
			return;
		batch_add(ret, buf_slice(&one));
	}
}
