/* slice.c: see slice.h. */
#include "base/slice.h"

#include <errno.h>

struct slice slice_str(const char *s)
{
	return s ? slice_of(s, strlen(s)) : SLICE_NONE;
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_is(struct slice a, const char *lit)
{
	/* Tables are searched so: where the first byte differs, the length is not looked at. */
	return a.n == 0 ? !*lit : a.p[0] == (uint8_t)*lit && slice_eq(a, slice_str(lit));
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	if (d != 0)
		return d;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool slice_ends(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && (n == 0 || memcmp(s.p + (s.n - n), suffix, n) == 0);
}

struct slice slice_sub(struct slice s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from >= to)
		return SLICE_NONE;
	return slice_of(s.p + from, to - from);
}

ptrdiff_t slice_find(struct slice s, uint8_t c)
{
	const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ptrdiff_t slice_search(struct slice s, struct slice needle)
{
	const uint8_t *at;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? at - s.p : -1;
}

bool slice_cut(struct slice *rest, uint8_t sep, struct slice *ret_head)
{
	if (rest->n == 0)
		return false;
	if (slice_cut_exact(rest, sep, ret_head))
		return true;
	*ret_head = *rest;
	*rest = slice_of(rest->p + rest->n, 0);
	return true;
}

bool slice_cut_exact(struct slice *rest, uint8_t sep, struct slice *ret_head)
{
	ptrdiff_t at = slice_find(*rest, sep);

	if (at < 0)
		return false;
	*ret_head = slice_of(rest->p, (size_t)at);
	*rest = slice_of(rest->p + at + 1, rest->n - (size_t)at - 1);
	return true;
}

bool slice_take(struct slice *rest, const char *prefix)
{
	size_t n = strlen(prefix);

	if (!slice_starts(*rest, prefix))
		return false;
	if (n) /* an empty slice may have no address to add to */
		*rest = slice_of(rest->p + n, rest->n - n);
	return true;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

int slice_u64(struct slice s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return -EINVAL;
	/* All digits are looked at before the range: "99…9x" is no number, not a large one. */
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < s.n; i++)
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return -ERANGE;
	*ret = v;
	return 0;
}

int slice_i64(struct slice s, int64_t *ret)
{
	bool minus = slice_take(&s, "-");
	uint64_t v;
	int rc = slice_u64(s, &v);

	if (rc < 0)
		return rc;
	if (minus && v == 0)
		return -EINVAL;
	if (v > (uint64_t)INT64_MAX + minus)
		return -ERANGE;
	*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}
