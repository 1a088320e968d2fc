/*
 * buf.c: see buf.h.
 *
 * Invariants: n <= max; p == NULL or n < cap and p[n] == 0. Once `over` is set nothing more is
 * appended until buf_clear(), so the content is always a prefix of what was written.
 */
#include "base/buf.h"

#include "base/report.h"

#include <endian.h>
#include <stdarg.h>

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = BUF(max_bytes);
}

void buf_free(struct buf *b)
{
	if (!b)
		return;
	mem_free(b->p);
	*b = (struct buf){0};
}

void buf_wipe(struct buf *b)
{
	if (!b)
		return;
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p)
		b->p[0] = 0;
}

/* Makes room for `n` more bytes and the NUL; false, with the flag set, past the ceiling. */
static bool buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;

	MUST(b->n <= b->max);
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	if (b->n + n < b->cap)
		return true;
	while (cap <= b->n + n)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	if (cap > b->max && b->max != SIZE_MAX)
		cap = b->max + 1;
	b->p = mem_resize(b->p, cap, 1);
	b->cap = cap;
	return true;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
	uint8_t *at;

	if (!buf_grow(b, n))
		return NULL;
	at = b->p + b->n;
	b->n += n;
	b->p[b->n] = 0;
	return at;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *at = n ? buf_room(b, n) : NULL;

	if (at)
		memcpy(at, p, n);
}

void buf_slice_add(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_byte(struct buf *b, uint8_t c)
{
	buf_add(b, &c, 1);
}

void buf_be16(struct buf *b, uint16_t v)
{
	buf_add(b, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

void buf_be32(struct buf *b, uint32_t v)
{
	v = htobe32(v);
	buf_add(b, &v, sizeof(v));
}

void buf_be64(struct buf *b, uint64_t v)
{
	v = htobe64(v);
	buf_add(b, &v, sizeof(v));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	uint8_t *at;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	if ((size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else if ((at = buf_room(b, (size_t)n)) != NULL) {
		/* buf_grow() left room for the NUL that vsnprintf writes. */
		n = vsnprintf((char *)at, (size_t)n + 1, fmt, again);
		MUST(n >= 0);
	}
	va_end(again);
}

void buf_cut(struct buf *b, size_t n)
{
	MUST(n <= b->n);
	b->n = n;
	if (b->p)
		b->p[n] = 0;
}

const char *buf_cstr(struct buf *b)
{
	return b->p ? (const char *)b->p : "";
}

uint8_t *buf_take(struct buf *b, size_t *ret_n)
{
	uint8_t *p = b->p ? b->p : mem_zero_alloc(1, 1);

	*ret_n = b->n;
	*b = BUF(b->max);
	return p;
}
