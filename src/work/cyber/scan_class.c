/*
 * scan_class.c: which bytes are of what kind, 64 at a time; see scan_int.h.
 *
 * The word class is a union of sets that are each a set of high nibbles times a set of low nibbles: with two table look-ups (AVX2's byte shuffle) a byte
 * gets a bit for each set it is in. SSE2 has no shuffle and compares ranges instead. All three give the same masks; a test says so.
 */
#include "work/cyber/scan_int.h"

enum { IN_WORD = 1, IN_HEX = 2, IN_OPEN = 4 };

/* Ranges in initialisers are an extension of both compilers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
static const uint8_t class_of[256] = {
	['0' ... '9'] = IN_WORD | IN_HEX,
	['a' ... 'f'] = IN_WORD | IN_HEX,
	['A' ... 'F'] = IN_WORD | IN_HEX,
	['g' ... 'z'] = IN_WORD,
	['G' ... 'Z'] = IN_WORD,
	['.'] = IN_WORD,
	['-'] = IN_WORD,
	['_'] = IN_WORD,
	[0x80 ... 0xff] = IN_WORD,
	['('] = IN_OPEN,
	['['] = IN_OPEN,
	['{'] = IN_OPEN,
};
#pragma GCC diagnostic pop

void scan_classify_plain(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines)
{
	uint64_t ends = 0;

	for (size_t b = 0; b < n; b++, p += 64) {
		struct scan_mask m = {0};

		for (unsigned i = 0; i < 64; i++) {
			uint8_t c = p[i], class = class_of[c];
			uint64_t bit = 1ull << i;

			m.word |= class & IN_WORD ? bit : 0;
			m.hex |= class & IN_HEX ? bit : 0;
			m.open |= class & IN_OPEN ? bit : 0;
			m.dot |= c == '.' ? bit : 0;
			m.at |= c == '@' ? bit : 0;
			ends += c == '\n';
			if (c == ':') {
				m.colon |= bit;
				m.slashes |= (p[i + 1] == '/' && p[i + 2] == '/') ||
							     (p[i + 1] == '\\' && p[i + 2] == '/')
						     ? bit
						     : 0;
			}
		}
		ret[b] = m;
	}
	*lines += ends;
}

#ifdef __x86_64__
/* The intrinsics' header has an allocator of its own, which does not compile here (banned.h) and is not used. */
#	define _MM_MALLOC_H_INCLUDED
#	define __MM_MALLOC_H
#	include <immintrin.h>

/* ---- SSE2: always there ---- */

static inline __m128i eq16(__m128i v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

/* Bytes in [from, to], all below 0x80: signed comparison does. */
static inline __m128i in16(__m128i v, char from, char to)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(from - 1))),
		_mm_cmplt_epi8(v, _mm_set1_epi8((char)(to + 1))));
}

static inline uint64_t bits16(__m128i v, unsigned shift)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << shift;
}

void scan_classify_sse2(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines)
{
	uint64_t ends = 0;

	for (size_t b = 0; b < n; b++, p += 64) {
		struct scan_mask m = {0};

		for (unsigned i = 0; i < 64; i += 16) {
			__m128i v = _mm_loadu_si128((const __m128i_u *)(const void *)(p + i));
			__m128i v1 = _mm_loadu_si128((const __m128i_u *)(const void *)(p + i + 1));
			__m128i v2 = _mm_loadu_si128((const __m128i_u *)(const void *)(p + i + 2));
			__m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
			__m128i digit = in16(v, '0', '9'), dot = eq16(v, '.'), colon = eq16(v, ':');
			__m128i word = _mm_or_si128(_mm_or_si128(digit, in16(folded, 'a', 'z')),
				_mm_or_si128(dot, _mm_or_si128(eq16(v, '-'), eq16(v, '_'))));
			__m128i slash1 = _mm_or_si128(eq16(v1, '/'), eq16(v1, '\\'));

			/* 0x80 and above are negative, and movemask takes the sign. */
			m.word |= bits16(_mm_or_si128(word, v), i);
			m.hex |= bits16(_mm_or_si128(digit, in16(folded, 'a', 'f')), i);
			m.dot |= bits16(dot, i);
			m.colon |= bits16(colon, i);
			m.at |= bits16(eq16(v, '@'), i);
			m.open |= bits16(_mm_or_si128(eq16(v, '('), eq16(folded, '{')), i);
			m.slashes |= bits16(
				_mm_and_si128(colon, _mm_and_si128(slash1, eq16(v2, '/'))), i);
			ends += (unsigned)__builtin_popcount(
				(unsigned)_mm_movemask_epi8(eq16(v, '\n')));
		}
		ret[b] = m;
	}
	*lines += ends;
}

/* ---- AVX2 ---- */

#	define AVX2 __attribute__((target("avx2,popcnt")))

/* Sets: 1 digits, 2 A-F, 4 G-O, 8 P-Z, 16 '.' '-', 32 '_', 64 above 0x7f, 128 '(' . */
static const uint8_t low_nibble[16] = {1 | 8 | 64, 1 | 2 | 8 | 64, 1 | 2 | 8 | 64, 1 | 2 | 8 | 64,
	1 | 2 | 8 | 64, 1 | 2 | 8 | 64, 1 | 2 | 8 | 64, 1 | 4 | 8 | 64, 1 | 4 | 8 | 64 | 128,
	1 | 4 | 8 | 64, 4 | 8 | 64, 4 | 64, 4 | 64, 4 | 16 | 64, 4 | 16 | 64, 4 | 32 | 64};
static const uint8_t high_nibble[16] = {
	0, 0, 16 | 128, 1, 2 | 4, 8 | 32, 2 | 4, 8, 64, 64, 64, 64, 64, 64, 64, 64};

AVX2 static inline __m256i table32(const uint8_t table[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(const void *)table));
}

AVX2 static inline __m256i eq32(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

AVX2 static inline uint64_t bits32(__m256i v)
{
	return (uint32_t)_mm256_movemask_epi8(v);
}

/* One half block. */
AVX2 static inline void half(const uint8_t *p, unsigned shift, struct scan_mask *m, uint64_t *ends)
{
	const __m256i low_table = table32(low_nibble), high_table = table32(high_nibble);
	const __m256i nibble = _mm256_set1_epi8(15), none = _mm256_setzero_si256();
	__m256i v = _mm256_loadu_si256((const __m256i_u *)(const void *)p);
	__m256i v1 = _mm256_loadu_si256((const __m256i_u *)(const void *)(p + 1));
	__m256i v2 = _mm256_loadu_si256((const __m256i_u *)(const void *)(p + 2));
	__m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(v, nibble));
	__m256i high =
		_mm256_shuffle_epi8(high_table, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
	__m256i class = _mm256_and_si256(low, high);
	__m256i colon = eq32(v, ':');
	__m256i slash1 = _mm256_or_si256(eq32(v1, '/'), eq32(v1, '\\'));
	__m256i not_word = _mm256_cmpeq_epi8(_mm256_and_si256(class, _mm256_set1_epi8(127)), none);
	__m256i not_hex = _mm256_cmpeq_epi8(_mm256_and_si256(class, _mm256_set1_epi8(3)), none);
	__m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(0x20));

	m->word |= (bits32(not_word) ^ 0xffffffff) << shift;
	m->hex |= (bits32(not_hex) ^ 0xffffffff) << shift;
	m->open |= bits32(_mm256_or_si256(
			   class, _mm256_and_si256(eq32(folded, '{'), _mm256_set1_epi8(-128))))
		   << shift;
	m->dot |= bits32(eq32(v, '.')) << shift;
	m->colon |= bits32(colon) << shift;
	m->at |= bits32(eq32(v, '@')) << shift;
	m->slashes |= bits32(_mm256_and_si256(colon, _mm256_and_si256(slash1, eq32(v2, '/'))))
		      << shift;
	*ends += (unsigned)__builtin_popcount((unsigned)bits32(eq32(v, '\n')));
}

AVX2 void scan_classify_avx2(const uint8_t *p, size_t n, struct scan_mask *ret, uint64_t *lines)
{
	uint64_t ends = 0;

	for (size_t b = 0; b < n; b++, p += 64) {
		struct scan_mask m = {0};

		half(p, 0, &m, &ends);
		half(p + 32, 32, &m, &ends);
		ret[b] = m;
	}
	*lines += ends;
}
#endif
