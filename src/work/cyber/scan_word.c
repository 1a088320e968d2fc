/*
 * scan_word.c: words with a dot: addresses, domains with their parents, file names; see scan_int.h.
 *
 * Nothing is parsed here. The hash of a word and of each of its parents is all the same a few loads and a multiplication; whether 1.2.3.4 is an address
 * and evil.example a domain shows when a key of that kind is there.
 */
#include "work/cyber/scan_int.h"

#include <arpa/inet.h>

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* True if the backslash at `at` begins an escape: an even number of others stands before it. */
static bool is_escape(const struct scan *s, size_t at)
{
	size_t n = 0;

	while (n < at && n < 64 && s->p[at - n - 1] == '\\')
		n++;
	return n % 2 == 0;
}

size_t scan_past_escape(const struct scan *s, size_t from)
{
	const uint8_t *p = s->p + from;

	if (from == 0)
		return from;
	if (p[-1] == '%' && from + 2 <= s->n && is_hex(p[0]) && is_hex(p[1]))
		return from + 2;
	if (s->json && p[-1] == '\\' && is_escape(s, from - 1)) {
		if (strchr("nrtbf", p[0]) && p[0])
			return from + 1;
		if (p[0] == 'u' && from + 5 <= s->n && is_hex(p[1]) && is_hex(p[2]) &&
			is_hex(p[3]) && is_hex(p[4]))
			return from + 5;
	}
	return from;
}

__attribute__((noinline)) static void networks(struct scan *s, size_t from, size_t to)
{
	char text[16] = {0};
	uint8_t addr[4];
	struct pack_hit h;
	uint64_t at = 0;

	if (to - from > 15)
		return;
	memcpy(text, s->p + from, to - from);
	if (inet_pton(AF_INET, text, addr) != 1)
		return;
	while (pack_next_net(s->pack, addr, false, &at, &h))
		scan_keep(s, &h, from, to - from);
}

/* A word longer than the masks reach: its parents from the last dots. */
__attribute__((noinline)) static void long_word(struct scan *s, size_t from, size_t to)
{
	size_t n = to - from, last = 0, label = 0;

	while (label < n && s->p[to - 1 - label] != '.')
		label++;
	if (!pack_ends_so(&s->fast, pack_ending(s->p + to, label)))
		return;
	if (n <= 255)
		scan_push(s, PACK_WORDS, pack_hash_seeded(s->fast.seed, s->p + from, n), from, n,
			WAIT_DOMAIN | WAIT_WHOLE);
	for (size_t i = to; i > from && to - i < 254; i--) {
		if (s->p[i - 1] != '.')
			continue;
		if (last)
			scan_push(s, PACK_WORDS, pack_hash_seeded(s->fast.seed, s->p + i, to - i),
				i, to - i, WAIT_DOMAIN);
		last = i;
	}
}

/* Exactly three bits, without an instruction that not every processor has. */
static inline bool has_three(uint64_t bits)
{
	uint64_t one = bits & (bits - 1), two = one & (one - 1);

	return bits && one && two && !(two & (two - 1));
}

static inline void trimmed(struct scan *s, size_t from, size_t to, uint64_t dots)
{
	const uint8_t *p = s->p;
	size_t n = to - from;
	bool address;

	if (__builtin_expect(n > 64, 0)) {
		long_word(s, from, to);
		return;
	}
	if (n < 64)
		dots &= (1ull << n) - 1;
	address = is_digit(p[to - 1]) && n <= 15 && n >= 7 && has_three(dots);
	if (address) {
		if (s->net4)
			networks(s, from, to);
		scan_push(s, PACK_WORDS, pack_hash_seeded(s->fast.seed, p + from, n), from, n,
			WAIT_ADDRESS | WAIT_WHOLE);
		return;
	}
	/* page.html, 12:30:00.551Z: no key ends so, and that is that. */
	if (!pack_ends_so(&s->fast,
		    pack_ending(p + to, dots ? n - 64 + (size_t)__builtin_clzll(dots) : n)))
		return;
	scan_push(s, PACK_WORDS, pack_hash_seeded(s->fast.seed, p + from, n), from, n,
		WAIT_DOMAIN | WAIT_WHOLE);
	if (!s->domains)
		return;
	/* Parents: behind each dot but the last. */
	for (dots &= ~1ull; dots & (dots - 1); dots &= dots - 1) {
		size_t at = from + (size_t)__builtin_ctzll(dots) + 1;

		scan_push(s, PACK_WORDS, pack_hash_seeded(s->fast.seed, p + at, to - at), at,
			to - at, WAIT_DOMAIN);
	}
}

__attribute__((noinline)) static void past_escape(
	struct scan *s, size_t from, size_t to, uint64_t dots)
{
	size_t past = scan_past_escape(s, from);

	if (past != from && past < to)
		scan_run(s, past, to, past - from < 64 ? dots >> (past - from) : 0);
}

void scan_run(struct scan *s, size_t from, size_t to, uint64_t dots)
{
	const uint8_t *p = s->p;

	while (to > from && (p[to - 1] == '.' || p[to - 1] == '-'))
		to--;
	while (to > from && (p[from] == '.' || p[from] == '-')) {
		from++;
		dots >>= 1;
	}
	if (to == from || (to - from < 3 && !s->odd_names))
		return;
	trimmed(s, from, to, dots);
	if (__builtin_expect(from > 0 && (p[from - 1] == '%' || p[from - 1] == '\\'), 0))
		past_escape(s, from, to, dots);
}
