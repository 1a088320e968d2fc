/* scan_ask.c: from hashes to hits: filters, table, and at last the text itself; see scan_int.h. */
#include "work/cyber/scan_int.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Text against a key that is in lower case. */
static bool same_folded(struct slice text, struct slice key)
{
	if (text.n != key.n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (lower(text.p[i]) != key.p[i])
			return false;
	return true;
}

static bool same_digest(struct slice text, struct slice key)
{
	static const char digits[] = "0123456789abcdef";

	if (text.n != key.n * 2)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t half = i % 2 ? key.p[i / 2] & 15 : key.p[i / 2] >> 4;

		if (lower(text.p[i]) != (uint8_t)digits[half])
			return false;
	}
	return true;
}

static bool same_url(const struct scan *s, const struct scan_wait *w, struct slice key)
{
	struct buf text CLEANUP_BUF = BUF(2 * LIMIT_PACK_KEY);

	return scan_url_text(s, w->at, w->length, &text) && slice_eq(buf_slice(&text), key);
}

/* A name of which the word is the anchor must stand there whole, and between what separates words. */
static bool same_name(
	const struct scan *s, const struct scan_wait *w, const struct pack_hit *h, size_t *ret_at)
{
	size_t at = w->at - h->anchor, end = at + h->key.n;

	if (!(w->flags & WAIT_WHOLE) || w->at < h->anchor || end > s->n ||
		memcmp(s->p + at, h->key.p, h->key.n) != 0)
		return false;
	*ret_at = at;
	if (h->anchor == 0 && h->key.n == w->length)
		return true;
	return (at == 0 || !pack_is_word(s->p[at - 1])) &&
	       (end == s->n || !pack_is_word(s->p[end]));
}

static bool same(
	const struct scan *s, const struct scan_wait *w, const struct pack_hit *h, size_t *ret_at)
{
	struct slice text = slice_of(s->p + w->at, w->length);

	*ret_at = w->at;
	switch (h->kind) {
	case PACK_IPV4:
		return (w->flags & WAIT_ADDRESS) && w->group == PACK_WORDS &&
		       slice_eq(text, h->key);
	case PACK_DOMAIN:
		return (w->flags & WAIT_DOMAIN) && w->group == PACK_WORDS &&
		       same_folded(text, h->key);
	case PACK_FILE:
		return w->group == PACK_WORDS && same_name(s, w, h, ret_at);
	case PACK_EMAIL:
		return w->group == PACK_EMAILS && same_folded(text, h->key);
	case PACK_URL:
		return w->group == PACK_URLS && same_url(s, w, h->key);
	case PACK_MD5:
	case PACK_SHA1:
	case PACK_SHA256:
		return w->group == PACK_DIGESTS && same_digest(text, h->key);
	case PACK_IPV6:
	case PACK_NET4:
	case PACK_NET6:
	case PACK_KINDS:
		break;
	}
	return false;
}

static void look(struct scan *s, const struct scan_wait *w)
{
	struct pack_hit h;
	uint64_t at = 0;
	size_t place;

	while (pack_next(s->pack, w->hash, &at, &h))
		if (same(s, w, &h, &place))
			scan_keep(s, &h, place, h.kind == PACK_FILE ? h.key.n : w->length);
}

/* First the filters for all, then the table for the few that pass: its lines are on their way meanwhile. */
void scan_ask(struct scan *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_wait; i++) {
		const struct scan_wait w = s->wait[i];

		if (__builtin_expect(pack_filter(&s->fast, w.group, w.hash), 0)) {
			pack_prefetch_line(&s->fast, w.hash);
			s->wait[n++] = w;
		}
	}
	for (size_t i = 0; i < n; i++)
		look(s, &s->wait[i]);
	s->n_wait = 0;
}
