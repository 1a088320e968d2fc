/* msel_time.c: the notations of time that are met in MSELs. A small scanner over one cell; what is not wholly understood is BAD, not guessed at. */
#include "base/clock.h"
#include "work/training/msel.h"

#include <math.h>

#define SECOND	  1000LL
#define MINUTE	  (60 * SECOND)
#define HOUR	  (60 * MINUTE)
#define DAY	  (24 * HOUR)
#define DAYS_1899 25569 /* from 1899-12-30 to 1970-01-01 */

struct scan {
	struct slice rest;
};

static struct msel_time made(enum msel_time_kind kind, int64_t ms)
{
	return (struct msel_time){.kind = kind, .ms = ms};
}

static int upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static int peek(const struct scan *s)
{
	return s->rest.n ? upper(s->rest.p[0]) : 0;
}

static void blanks(struct scan *s)
{
	while (s->rest.n && (s->rest.p[0] == ' ' || s->rest.p[0] == '\t' || s->rest.p[0] == '\n' ||
				    s->rest.p[0] == '\r' || s->rest.p[0] == ','))
		s->rest = slice_sub(s->rest, 1, s->rest.n);
	while (slice_take(&s->rest, "\xc2\xa0"))
		;
}

static bool take(struct scan *s, int c)
{
	if (peek(s) != c)
		return false;
	s->rest = slice_sub(s->rest, 1, s->rest.n);
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++)
		if (i >= s->rest.n || upper(s->rest.p[i]) != word[i])
			return false;
	s->rest = slice_sub(s->rest, n, s->rest.n);
	return true;
}

/* Digits, at most nine; how many there were. */
static size_t digits(struct scan *s, int64_t *ret)
{
	size_t n = 0;

	*ret = 0;
	while (n < s->rest.n && n < 9 && s->rest.p[n] >= '0' && s->rest.p[n] <= '9')
		*ret = *ret * 10 + (s->rest.p[n++] - '0');
	if (n < s->rest.n && s->rest.p[n] >= '0' && s->rest.p[n] <= '9')
		return 0;
	s->rest = slice_sub(s->rest, n, s->rest.n);
	return n;
}

static int month_take(struct scan *s)
{
	static const char *const name[] = {
		"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

	for (int i = 0; i < 12; i++)
		if (take_word(s, name[i]))
			return i + 1;
	return 0;
}

static bool day_make(int64_t y, int64_t m, int64_t d, int64_t *ret)
{
	char text[64];
	int64_t day;

	if (y < 100)
		y += y < 70 ? 2000 : 1900;
	if (y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)y, (int)m, (int)d);
	if (date_parse(slice_str(text), &day) < 0)
		return false;
	*ret = day * DAY;
	return true;
}

/* ---- a time of day: 09:05[:30] [AM], 9h00, 0905, 600, 0700L ---- */

static bool clock_end(struct scan *s, int64_t h, int64_t m, int64_t sec, int64_t *ret)
{
	blanks(s);
	if (take_word(s, "AM") || take_word(s, "A.M.")) {
		if (h < 1 || h > 12)
			return false;
		h = h == 12 ? 0 : h;
	} else if (take_word(s, "PM") || take_word(s, "P.M.")) {
		if (h < 1 || h > 12)
			return false;
		h = h == 12 ? 12 : h + 12;
	}
	if (h > 24 || m > 59 || sec > 59 || (h == 24 && (m || sec)))
		return false;
	*ret = h * HOUR + m * MINUTE + sec * SECOND;
	return true;
}

static bool clock_take(struct scan *s, int64_t *ret)
{
	struct scan at = *s;
	int64_t h, m = 0, sec = 0, fraction;
	size_t n = digits(&at, &h);
	bool ok = n > 0;

	if (ok && n <= 2 && (take(&at, ':') || take(&at, 'H') || take(&at, '.'))) {
		size_t k = digits(&at, &m);

		ok = k == 2 || k == 0;
		if (ok && k == 2 && take(&at, ':'))
			ok = digits(&at, &sec) == 2 &&
			     (!take(&at, '.') || digits(&at, &fraction) > 0);
	} else if (ok && n >= 3 && n <= 5) { /* 600, 0905, 00900 */
		m = h % 100;
		h /= 100;
		ok = h <= 24;
	} else if (n > 2) {
		ok = false;
	} else if (ok) { /* "9 AM" is a time, "9" is none */
		struct scan look = at;

		blanks(&look);
		ok = peek(&look) == 'A' || peek(&look) == 'P';
	}
	if (!ok || !clock_end(&at, h, m, sec, ret))
		return false;
	*s = at;
	return true;
}

/* The letter of a military zone in minutes ahead of UTC; J and L are local. */
static bool zone_letter(struct scan *s, const struct msel_options *o, bool before_month,
	int *ret_minutes, bool *ret_own)
{
	int c = peek(s);
	struct scan at = *s;

	if (c < 'A' || c > 'Z')
		return false;
	take(&at, c);
	if (!before_month && peek(&at) >= 'A' && peek(&at) <= 'Z')
		return false; /* a word */
	*ret_own = true;
	if (c == 'Z')
		*ret_minutes = 0;
	else if (c == 'L' || c == 'J') {
		*ret_minutes = o->zone_minutes;
		*ret_own = false;
	} else if (c <= 'I')
		*ret_minutes = (c - 'A' + 1) * 60;
	else if (c <= 'M')
		*ret_minutes = (c - 'A') * 60;
	else
		*ret_minutes = -(c - 'N' + 1) * 60;
	*s = at;
	return true;
}

static struct msel_time local(const struct msel_options *o, int64_t ms)
{
	return made(MSEL_ABSOLUTE, ms - o->zone_minutes * MINUTE);
}

/* ---- whole notations; each takes all of the text, or is another's business ---- */

static bool done(struct scan *s)
{
	blanks(s);
	return s->rest.n == 0;
}

/* 210912AUG2011, 210912ZAUG11, "21 0912Z Aug 11". */
static bool dtg(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	int64_t v, day, hm, y, ms;
	int zone = o->zone_minutes, month;
	bool own = false;
	size_t n = digits(&s, &v);

	if (n == 6) {
		day = v / 10000;
		hm = v % 10000;
	} else if (n == 2 && (blanks(&s), digits(&s, &hm) == 4)) {
		day = v;
	} else {
		return false;
	}
	blanks(&s);
	struct scan month_first = s;
	month = month_take(&month_first);
	if (month) {
		s = month_first;
	} else {
		if (!zone_letter(&s, o, true, &zone, &own))
			return false;
		blanks(&s);
		month = month_take(&s);
	}
	blanks(&s);
	n = digits(&s, &y);
	if (!month || (n != 2 && n != 4) || !done(&s) || hm / 100 > 23 || hm % 100 > 59 ||
		!day_make(y, month, day, &ms))
		return false;
	*ret = made(MSEL_ABSOLUTE, ms + hm / 100 * HOUR + hm % 100 * MINUTE - zone * MINUTE);
	ret->zoned = own;
	return true;
}

/* 26/06/2024, 2024-06-26, 26.6.24, "26 Jun 2024", "Jun 26, 2024"; and with a time behind. */
static bool date_take(struct scan *s, const struct msel_options *o, int64_t *ret)
{
	struct scan at = *s;
	int64_t a, b, c;
	int month = month_take(&at);
	size_t n;

	if (month) {
		while (peek(&at) >= 'A' && peek(&at) <= 'Z')
			take(&at, peek(&at));
		blanks(&at);
		if (!digits(&at, &a) || (blanks(&at), !digits(&at, &c)) ||
			!day_make(c, month, a, ret))
			return false;
		*s = at;
		return true;
	}
	n = digits(&at, &a);
	if (!n)
		return false;
	int sep = peek(&at);
	if (sep != '/' && sep != '-' && sep != '.' && sep != ' ')
		return false;
	take(&at, sep);
	month = month_take(&at);
	if (month) {
		while (peek(&at) >= 'A' && peek(&at) <= 'Z')
			take(&at, peek(&at));
		blanks(&at);
		(void)(take(&at, sep) || take(&at, ','));
		blanks(&at);
		if (!digits(&at, &c) || !day_make(c, month, a, ret))
			return false;
	} else {
		size_t n2 = digits(&at, &b);

		if (sep == ' ' || !n2 || n2 > 2 || !take(&at, sep) || !digits(&at, &c))
			return false;
		if (n == 4 ? !day_make(a, b, c, ret)
			   : !(o->month_first ? day_make(c, a, b, ret) : day_make(c, b, a, ret)))
			return false;
	}
	*s = at;
	return true;
}

static bool date(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	int64_t day, ms;

	if (!date_take(&s, o, &day))
		return false;
	blanks(&s);
	(void)take(&s, 'T');
	if (done(&s)) {
		*ret = made(MSEL_DAY, day);
		return true;
	}
	if (!clock_take(&s, &ms))
		return false;
	int zone;
	bool own = false;
	*ret = local(o, day + ms);
	if (zone_letter(&s, o, false, &zone, &own)) {
		ret->ms = day + ms - zone * MINUTE;
		ret->zoned = own;
	}
	return done(&s);
}

/* J+1 H+2 M-5, D-1 0930, "J 09h00", T+2, M-5, H. Days and what follows are from STARTEX; a clock behind a day is of that day. */
static bool relative(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	int64_t all = 0, v, clock;
	bool any = false, day = false, last_day = false;

	while (!done(&s)) {
		int c = peek(&s), sign = 1;
		int64_t unit;

		if (last_day && clock_take(&s, &clock)) {
			int64_t midnight = o->epoch + o->zone_minutes * MINUTE;

			midnight -= ((midnight % DAY) + DAY) % DAY;
			if (!done(&s))
				return false;
			*ret = local(o, midnight + all + clock);
			return true;
		}
		unit = c == 'J' || c == 'D'   ? DAY
		       : c == 'H' || c == 'T' ? HOUR
		       : c == 'M'	      ? MINUTE
					      : 0;
		if (!unit || !take(&s, c))
			return false;
		last_day = unit == DAY;
		day = day || last_day;
		any = true;
		blanks(&s);
		if (take(&s, '+') || take(&s, '-')) {
			sign = s.rest.p[-1] == '-' ? -1 : 1;
			blanks(&s);
			if (!digits(&s, &v) || v > 10000000)
				return false;
			all += sign * v * unit;
		} else if (peek(&s) >= '0' && peek(&s) <= '9') {
			if (!last_day)
				return false;
		} else if (peek(&s) >= 'A' && peek(&s) <= 'Z') {
			return false; /* a word that begins so */
		}
	}
	*ret = made(MSEL_OFFSET, all);
	return any;
}

/* "+01:30", "-00:05:00". */
static bool offset(struct scan s, struct msel_time *ret)
{
	bool minus = peek(&s) == '-';
	int64_t h, m, sec = 0;

	if (!take(&s, '+') && !take(&s, '-'))
		return false;
	if (!digits(&s, &h) || !take(&s, ':') || digits(&s, &m) != 2 || m > 59)
		return false;
	if (take(&s, ':') && (digits(&s, &sec) != 2 || sec > 59))
		return false;
	*ret = made(MSEL_OFFSET, (minus ? -1 : 1) * (h * HOUR + m * MINUTE + sec * SECOND));
	return done(&s);
}

/* "Monday 9:30 AM": the next such day from that of STARTEX on. */
static bool weekday(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	static const char *const name[] = {"THU", "FRI", "SAT", "SUN", "MON", "TUE", "WED"};
	int64_t base = (o->epoch + o->zone_minutes * MINUTE), clock;
	int found = -1;

	for (int i = 0; found < 0 && i < 7; i++)
		if (take_word(&s, name[i]))
			found = i; /* 1970-01-01 was a Thursday */
	if (found < 0)
		return false;
	while (peek(&s) >= 'A' && peek(&s) <= 'Z')
		take(&s, peek(&s));
	base = (base - ((base % DAY) + DAY) % DAY) / DAY;
	base += (((found - base) % 7) + 7) % 7;
	if (done(&s)) {
		*ret = made(MSEL_DAY, base * DAY);
		return true;
	}
	if (!clock_take(&s, &clock) || !done(&s))
		return false;
	*ret = local(o, base * DAY + clock);
	return true;
}

/* "Day 2" is the day after that of STARTEX. */
static bool numbered_day(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	int64_t v, clock, base = o->epoch + o->zone_minutes * MINUTE;

	if (!take_word(&s, "DAY") || (blanks(&s), !digits(&s, &v)) || v < 1 || v > 3660)
		return false;
	base = base - ((base % DAY) + DAY) % DAY + (v - 1) * DAY;
	if (done(&s)) {
		*ret = made(MSEL_DAY, base);
		return true;
	}
	if (!clock_take(&s, &clock) || !done(&s))
		return false;
	*ret = local(o, base + clock);
	return true;
}

static bool time_of_day(struct scan s, const struct msel_options *o, struct msel_time *ret)
{
	int64_t clock;
	int zone;
	bool own = false;

	if (!clock_take(&s, &clock))
		return false;
	if (zone_letter(&s, o, false, &zone, &own) && own)
		clock = (((clock - zone * MINUTE + o->zone_minutes * MINUTE) % DAY) + DAY) % DAY;
	(void)(take_word(&s, "HRS") || take_word(&s, "HOURS"));
	*ret = made(MSEL_CLOCK, clock);
	return done(&s);
}

struct msel_time msel_time_text(struct slice text, const struct msel_options *o)
{
	struct scan s = {slice_trim(text)};
	struct msel_time t = {0};
	int64_t ms;

	blanks(&s);
	if (s.rest.n == 0)
		return t;
	if (utc_parse(s.rest, &ms, NULL) == 0) {
		t = made(MSEL_ABSOLUTE, ms);
		t.zoned = true;
		return t;
	}
	if (dtg(s, o, &t) || date(s, o, &t) || relative(s, o, &t) || offset(s, &t) ||
		weekday(s, o, &t) || numbered_day(s, o, &t) || time_of_day(s, o, &t))
		return t;
	return made(MSEL_BAD, 0);
}

struct msel_time msel_time_cell(const struct sheetcell *c, const struct msel_options *o)
{
	double ms;

	if (c->type == SHEET_EMPTY)
		return made(MSEL_NONE, 0);
	if (c->type == SHEET_ERROR || c->type == SHEET_BOOL)
		return made(MSEL_BAD, 0);
	if (c->type == SHEET_NUMBER && (c->number < 1 || c->number != floor(c->number)) &&
		c->number >= 0 && c->number < 1)
		return made(MSEL_CLOCK, (int64_t)llround(c->number * (double)DAY / 1000) * 1000);
	if (c->type == SHEET_NUMBER && c->number >= 20000 && c->number < 110000)
		ms = (c->number - DAYS_1899) * (double)DAY;
	else if (c->type != SHEET_DATE)
		return msel_time_text(c->text, o);
	else if (c->number < 0 || c->number >= 110000)
		return made(MSEL_BAD, 0);
	else if (c->number < 1)
		return made(MSEL_CLOCK, (int64_t)llround(c->number * (double)DAY / 1000) * 1000);
	else
		ms = (c->number - DAYS_1899) * (double)DAY;
	/* Days in binary are never quite whole seconds. */
	int64_t exact = (int64_t)llround(ms / 1000) * 1000;
	if (exact % DAY == 0)
		return made(MSEL_DAY, exact);
	return local(o, exact);
}
