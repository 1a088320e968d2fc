/* when.c: see when.h. */
#include "work/cyber/when.h"

#include "base/clock.h"

#include <errno.h>

#define SECONDS_TEXT 19 /* YYYY-MM-DDTHH:MM:SS */

static bool digits(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

static unsigned number(const uint8_t *p, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	return v;
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29u : days[month - 1];
}

static bool form_valid(const uint8_t *p)
{
	static const char mould[] = "0000-00-00T00:00:00";

	for (size_t i = 0; i < SECONDS_TEXT; i++)
		if (mould[i] == '0' ? p[i] < '0' || p[i] > '9' : p[i] != (uint8_t)mould[i])
			return false;
	return true;
}

int when_check(struct slice text)
{
	unsigned year, month, day;

	if (text.n < SECONDS_TEXT + 1 || !form_valid(text.p) || text.p[text.n - 1] != 'Z')
		return -EINVAL;
	year = number(text.p, 4);
	month = number(text.p + 5, 2);
	day = number(text.p + 8, 2);
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return -EINVAL;
	/* A leap second is a time; there is none before the last of a day. */
	if (number(text.p + 11, 2) > 23 || number(text.p + 14, 2) > 59 ||
		number(text.p + 17, 2) > 60)
		return -EINVAL;
	if (text.n == SECONDS_TEXT + 1)
		return 0;
	if (text.p[SECONDS_TEXT] != '.' || text.n < SECONDS_TEXT + 3 ||
		text.n > SECONDS_TEXT + 2 + LIMIT_STIX_FRACTION)
		return -EINVAL;
	return digits(text.p + SECONDS_TEXT + 1, text.n - SECONDS_TEXT - 2) ? 0 : -EINVAL;
}

int when_key(struct slice text, struct when_key *ret)
{
	size_t n;

	if (when_check(text) < 0)
		return -EINVAL;
	n = text.n - 1;
	if (n > SECONDS_TEXT) {
		while (text.p[n - 1] == '0')
			n--;
		if (text.p[n - 1] == '.')
			n--;
	}
	memcpy(ret->text, text.p, n);
	ret->text[n] = '\0';
	ret->n = n;
	return 0;
}

int when_us(struct slice text, int64_t *ret)
{
	int64_t seconds, fraction = 0;

	if (when_check(text) < 0)
		return -EINVAL;
	seconds = utc_day(number(text.p, 4), number(text.p + 5, 2), number(text.p + 8, 2)) * 86400 +
		  number(text.p + 11, 2) * 3600 + number(text.p + 14, 2) * 60 +
		  number(text.p + 17, 2);
	for (size_t i = 0; i < 6; i++) {
		size_t at = SECONDS_TEXT + 1 + i;

		fraction = fraction * 10 + (at < text.n - 1 ? text.p[at] - '0' : 0);
	}
	*ret = seconds * 1000000 + fraction;
	return 0;
}

int when_ms(struct slice text, int64_t *ret)
{
	int64_t us;

	if (when_us(text, &us) < 0)
		return -EINVAL;
	*ret = us >= 0 ? us / 1000 : -((-us + 999) / 1000);
	return 0;
}

void when_us_format(int64_t us, char ret[WHEN_US_TEXT + 1])
{
	char ms[UTC_TEXT_LEN + 1];
	int64_t whole = us / 1000, rest = us % 1000;

	if (rest < 0) {
		whole--;
		rest += 1000;
	}
	utc_format(whole, ms);
	/* 2025-03-18T09:30:00.000Z: three digits more before the Z. */
	memcpy(ret, ms, UTC_TEXT_LEN - 1);
	ret[UTC_TEXT_LEN - 1] = (char)('0' + rest / 100);
	ret[UTC_TEXT_LEN] = (char)('0' + rest / 10 % 10);
	ret[UTC_TEXT_LEN + 1] = (char)('0' + rest % 10);
	ret[UTC_TEXT_LEN + 2] = 'Z';
	ret[WHEN_US_TEXT] = '\0';
}
