/* pattern_time.c: moments of patterns and observations, at the precision they were written with. */
#include "work/cyber/pattern_int.h"

#include "base/clock.h"

/* The digits that stand where `form` has a 9; every other character must be the same. */
static bool take_form(struct slice text, const char *form, int64_t ret[6])
{
	int64_t *field = ret;
	bool in = false;

	memset(ret, 0, 6 * sizeof(*ret));
	for (size_t i = 0; form[i]; i++) {
		uint8_t c = text.p[i];

		if (form[i] != '9') {
			if (c != (uint8_t)form[i])
				return false;
			field += in;
			in = false;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		*field = *field * 10 + (c - '0');
		in = true;
	}
	return true;
}

int pattern_moment_parse(struct slice text, struct moment *ret)
{
	int64_t f[6];
	struct slice fraction = SLICE_NONE;

	if (text.n < 20 || !take_form(text, "9999-99-99T99:99:99", f) || text.p[text.n - 1] != 'Z')
		return -EINVAL;
	if (f[1] < 1 || f[1] > 12 || f[2] < 1 || f[2] > 31 || f[3] > 23 || f[4] > 59 || f[5] > 60)
		return -EINVAL;
	if (text.n > 20) {
		if (text.p[19] != '.' || text.n == 21)
			return -EINVAL;
		fraction = slice_sub(text, 20, text.n - 1);
		for (size_t i = 0; i < fraction.n; i++)
			if (fraction.p[i] < '0' || fraction.p[i] > '9')
				return -EINVAL;
		while (fraction.n && fraction.p[fraction.n - 1] == '0')
			fraction.n--;
	}
	ret->s = utc_day(f[0], (unsigned)f[1], (unsigned)f[2]) * 86400 + f[3] * 3600 + f[4] * 60 +
		 f[5];
	ret->fraction = fraction;
	return 0;
}

int pattern_moment_cmp(const struct moment *a, const struct moment *b)
{
	if (a->s != b->s)
		return a->s < b->s ? -1 : 1;
	return slice_cmp(a->fraction, b->fraction);
}

struct pattern_time pattern_moment_time(const struct moment *m)
{
	int32_t ns = 0;

	for (size_t i = 0; i < 9; i++)
		ns = ns * 10 + (i < m->fraction.n ? m->fraction.p[i] - '0' : 0);
	return (struct pattern_time){m->s, ns};
}

int pattern_time_cmp(struct pattern_time a, struct pattern_time b)
{
	if (a.s != b.s)
		return a.s < b.s ? -1 : 1;
	return (a.ns > b.ns) - (a.ns < b.ns);
}

bool pattern_time_within(struct pattern_time a, struct pattern_time b, struct pattern_time d)
{
	struct pattern_time gap = {a.s - b.s, a.ns - b.ns};

	if (gap.ns < 0) {
		gap.s--;
		gap.ns += 1000000000;
	}
	return pattern_time_cmp(gap, d) <= 0;
}
