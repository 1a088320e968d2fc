/*
 * buf.h: owned, growing bytes with a ceiling given at birth.
 *
 *	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
 *	buf_addf(&b, "seq %" PRIu64 "\n", seq);
 *	if (buf_over(&b))
 *		return why_set(why, E_LIMIT, ...);
 *	use(buf_slice(&b));
 *
 * Appending past the ceiling sets a sticky flag and drops the bytes; whoever uses the content asks
 * buf_over() first. So writers read straight, and no overflow goes unnoticed.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/slice.h"

struct buf {
	uint8_t *p; /* owned; NUL-terminated whenever p != NULL */
	size_t n;
	size_t cap;
	size_t max; /* ceiling in bytes, from limits.h */
	bool over;  /* something did not fit */
};

#define BUF(ceiling) ((struct buf){.max = (ceiling)})
#define CLEANUP_BUF  __attribute__((cleanup(buf_free)))

void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);  /* leaves a zeroed buf; NULL is fine */
void buf_wipe(struct buf *b);  /* clears the bytes (keys, passwords), then frees */
void buf_clear(struct buf *b); /* n = 0 and over = false; keeps the memory */

void buf_add(struct buf *b, const void *p, size_t n);
void buf_slice_add(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_byte(struct buf *b, uint8_t c);
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for `n` bytes at the end, counted in at once; NULL (and over) past the ceiling. */
uint8_t *buf_room(struct buf *b, size_t n);
/* Drops everything behind the first `n` bytes. */
void buf_cut(struct buf *b, size_t n);

static inline bool buf_over(const struct buf *b)
{
	return b->over;
}

/* Borrow of the content, valid until the next change. */
static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->p, b->n};
}

/* NUL-terminated view; "" if empty. Valid until the next change. */
const char *buf_cstr(struct buf *b);

/* Moves the bytes out: the caller owns the result (mem_free), *b is empty again. */
uint8_t *buf_take(struct buf *b, size_t *ret_n);

#endif
