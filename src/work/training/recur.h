/*
 * recur.h: recurrence rules (RFC 5545 §3.3.10), exactly: for each period of the rule the set of moments that its parts make, BYSETPOS on that set, then what is not before
 * the beginning. libical 3.0 of Debian 12 gets BYSETPOS with several values, week numbers, parts below the day with an interval, and lists out of order wrong. Pure.
 *
 *	struct recur r;
 *	rc = recur_parse(&r, SLICE("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"), why);
 *	rc = recur_expand(&r, start, false, end, each, ctx, why);
 *
 * Times are seconds since 1970 of the local calendar, as if it were UTC. Left out, and E_INVALID: calendars other than the Gregorian (RSCALE, SKIP).
 */
#ifndef TRAINING_RECUR_H
#define TRAINING_RECUR_H

#include "base/slice.h"
#include "base/why.h"

enum recur_freq {
	RECUR_SECONDLY,
	RECUR_MINUTELY,
	RECUR_HOURLY,
	RECUR_DAILY,
	RECUR_WEEKLY,
	RECUR_MONTHLY,
	RECUR_YEARLY
};
/* Values of one part: a year has 366 days, and they count from either end. */
#define RECUR_LIST_MAX 800

struct recur_list {
	int16_t v[RECUR_LIST_MAX];
	size_t n;
};
struct recur {
	enum recur_freq freq;
	int64_t interval, count; /* count 0: no end by number */
	bool has_until, until_utc, until_date;
	int64_t until;	/* the last moment; of a date: its last second */
	unsigned week0; /* WKST: 0 Sunday … */
	struct recur_list second, minute, hour, month, month_day, year_day, week, position;
	struct recur_list day; /* ordinal × 8 + weekday; ordinal 0: each */
};

/* E_INVALID with the part in `where`. */
MUST_USE int recur_parse(struct recur *ret, struct slice rule, struct why *why);
/*
 * `each` gets the moments in order and answers the moment before which it wants no more (0: all), or INT64_MAX to end. `date`: the beginning is a day, parts below it do
 * not count (§3.3.10). Nothing after `end`. `left`: how many steps this may still take, counted down, so that many rules together have one ceiling. E_LIMIT when they are
 * used up; what has been told is right.
 */
#define RECUR_STEPS 5000000
MUST_USE int recur_expand(const struct recur *r, int64_t start, bool date, int64_t end,
	int64_t (*each)(void *ctx, int64_t at), void *ctx, size_t *left, struct why *why);

#endif
