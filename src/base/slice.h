/*
 * slice.h: borrowed bytes. A slice never owns what it points at and is never freed; whoever hands
 * one out says how long it lives. An empty slice may have p == NULL.
 *
 *	struct slice line, rest = text;
 *	while (slice_cut(&rest, '\n', &line)) ...
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const uint8_t *p;
	size_t n; /* bytes */
};

/* Slice of a string literal or array of char, without its NUL. */
#define SLICE(lit) ((struct slice){(const uint8_t *)(lit), sizeof(lit) - 1})
#define SLICE_NONE ((struct slice){NULL, 0})

/* For printf: "%.*s", SLICE_FMT(s). */
#define SLICE_FMT(s) ((int)(s).n), ((const char *)(s).p)

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){(const uint8_t *)p, n};
}

/* Slice of a NUL-terminated string; NULL gives an empty slice. */
struct slice slice_str(const char *s);

bool slice_eq(struct slice a, struct slice b);
bool slice_is(struct slice a, const char *lit);
/* memcmp order, shorter first on a tie. */
int slice_cmp(struct slice a, struct slice b);
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);

/* Bytes [from, to) of `s`, clipped to it. */
struct slice slice_sub(struct slice s, size_t from, size_t to);
/* Index of the first `c`, or -1. */
ptrdiff_t slice_find(struct slice s, uint8_t c);
/* Index of the first occurrence of `needle`, or -1. */
ptrdiff_t slice_search(struct slice s, struct slice needle);

/*
 * Takes the text before the next `sep` off the front of *rest into *ret_head; without a `sep` the
 * whole of it. Returns false, and sets nothing, when *rest is empty.
 */
bool slice_cut(struct slice *rest, uint8_t sep, struct slice *ret_head);
/* Like slice_cut, but returns false and changes nothing if `sep` does not occur. */
bool slice_cut_exact(struct slice *rest, uint8_t sep, struct slice *ret_head);
/* Takes `prefix` off the front if it stands there. */
bool slice_take(struct slice *rest, const char *prefix);
struct slice slice_trim(struct slice s); /* spaces, tabs, CR, LF off both ends */

/*
 * Decimal numbers in their only canonical spelling (no sign but one '-', no leading zeros, no
 * "-0"). 0, or -ERANGE / -EINVAL with nothing set.
 */
MUST_USE int slice_u64(struct slice s, uint64_t *ret);
MUST_USE int slice_i64(struct slice s, int64_t *ret);

#endif
