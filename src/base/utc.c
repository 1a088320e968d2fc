/* utc.c: RFC 3339 text and Unix milliseconds, both directions; declared in clock.h. */
#include "base/clock.h"

#define UTC_MIN_MS (-62167219200000LL) /* 0000-01-01T00:00:00.000Z */
#define UTC_MAX_MS 253402300799999LL   /* 9999-12-31T23:59:59.999Z */

/*
 * Days since 1970-01-01 in the proleptic Gregorian calendar. Years begin in March, so the leap
 * day is the last of its year, and are counted in eras of 400 (146,097 days).
 */
int64_t utc_day(int64_t y, unsigned m, unsigned d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

/* The way back. */
void utc_date(int64_t days, int64_t *ret_y, unsigned *ret_m, unsigned *ret_d)
{
	int64_t era, day, year, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day = days - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	mp = (5 * day + 2) / 153;
	*ret_d = (unsigned)(day - (153 * mp + 2) / 5 + 1);
	*ret_m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*ret_y = year + era * 400 + (*ret_m <= 2);
}

void utc_format(int64_t unix_ms, char ret[UTC_TEXT_LEN + 1])
{
	int64_t days, ms, y;
	unsigned m, d, sec;
	char text[64];

	if (unix_ms < UTC_MIN_MS)
		unix_ms = UTC_MIN_MS;
	if (unix_ms > UTC_MAX_MS)
		unix_ms = UTC_MAX_MS;
	days = unix_ms / DAY_MS - (unix_ms % DAY_MS < 0);
	ms = unix_ms - days * DAY_MS;
	utc_date(days, &y, &m, &d);
	sec = (unsigned)(ms / 1000);
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)y, m, d,
		sec / 3600, sec / 60 % 60, sec % 60, (unsigned)(ms % 1000));
	memcpy(ret, text, UTC_TEXT_LEN + 1);
}

/* Takes exactly `digits` digits off the front of *s. */
static bool take_number(struct slice *s, size_t digits, unsigned *ret)
{
	unsigned v = 0;

	if (s->n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s->p[i] - '0');
	}
	*s = slice_of(s->p + digits, s->n - digits);
	*ret = v;
	return true;
}

static unsigned month_days(unsigned y, unsigned m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return m == 2 && leap ? 29 : days[m - 1];
}

/* Fraction digits after the point: at least one; those past milliseconds are cut off. */
static bool take_fraction(struct slice *s, unsigned *ret_ms)
{
	static const unsigned weight[] = {100, 10, 1};
	size_t i = 0;

	*ret_ms = 0;
	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++)
		if (i < 3)
			*ret_ms += weight[i] * (unsigned)(s->p[i] - '0');
	*s = slice_of(s->p + i, s->n - i);
	return i > 0;
}

/* Z or ±hh:mm, the last thing in the text; the offset in minutes. */
static bool take_zone(struct slice *s, int *ret_minutes)
{
	unsigned h, m;
	bool minus;

	*ret_minutes = 0;
	if (slice_take(s, "Z") || slice_take(s, "z"))
		return s->n == 0;
	minus = slice_take(s, "-");
	if (!minus && !slice_take(s, "+"))
		return false;
	if (!take_number(s, 2, &h) || !slice_take(s, ":") || !take_number(s, 2, &m) || s->n)
		return false;
	*ret_minutes = (int)(h * 60 + m) * (minus ? -1 : 1);
	return h < 24 && m < 60;
}

int utc_parse(struct slice text, int64_t *ret_unix_ms, struct why *why)
{
	unsigned y, mo, d, h, mi, sec, frac = 0;
	struct slice s = text;
	int zone;
	int64_t ms;

	if (!take_number(&s, 4, &y) || !slice_take(&s, "-") || !take_number(&s, 2, &mo) ||
		!slice_take(&s, "-") || !take_number(&s, 2, &d) ||
		(!slice_take(&s, "T") && !slice_take(&s, "t")) || !take_number(&s, 2, &h) ||
		!slice_take(&s, ":") || !take_number(&s, 2, &mi) || !slice_take(&s, ":") ||
		!take_number(&s, 2, &sec) || (slice_take(&s, ".") && !take_fraction(&s, &frac)) ||
		!take_zone(&s, &zone))
		return why_set(why, E_SYNTAX, "", "not an RFC 3339 time with a zone");
	if (mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 || mi > 59 || sec > 60)
		return why_set(why, E_SYNTAX, "", "no such date or time of day");
	ms = utc_day(y, mo, d) * DAY_MS + ((int64_t)h * 60 + mi - zone) * 60000;
	if (sec == 60) {
		/* Leap seconds stand at the end of a day, UTC (RFC 3339 §5.6, appendix D). */
		if (((ms % DAY_MS) + DAY_MS) % DAY_MS != DAY_MS - 60000)
			return why_set(why, E_SYNTAX, "", "second 60 only ends a day in UTC");
		sec = 59;
		frac = 999;
	}
	ms += (int64_t)sec * 1000 + frac;
	if (ms < UTC_MIN_MS || ms > UTC_MAX_MS)
		return why_set(why, E_SYNTAX, "", "outside of the years 0000 to 9999");
	*ret_unix_ms = ms;
	return 0;
}
