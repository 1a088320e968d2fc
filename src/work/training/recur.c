/* recur.c: see recur.h. Days are counted from 1970-01-01, a Thursday. */
#include "work/training/recur.h"

#include "base/clock.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
/* Moments of one period: a month of days with some hours, minutes and seconds each. */
#define SET_MAX 200000

/* ---- the calendar ---- */

struct date {
	int64_t year;
	int month, day; /* from 1 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t day_of(int64_t year, int month, int day)
{
	return utc_day(year, (unsigned)month, 1) + day - 1;
}

static struct date date_of(int64_t day)
{
	unsigned month, of_month;
	int64_t year;

	utc_date(day, &year, &month, &of_month);
	return (struct date){year, (int)month, (int)of_month};
}

static unsigned weekday_of(int64_t day)
{
	int64_t w = (day + 4) % 7;

	return (unsigned)(w < 0 ? w + 7 : w);
}

/* The first day of week 1: the first with four days or more in the year (§3.3.10, ISO 8601). */
static int64_t week1_of(int64_t year, unsigned week0)
{
	int64_t first = day_of(year, 1, 1);
	int64_t into = (weekday_of(first) + 7 - week0) % 7;

	return into <= 3 ? first - into : first + 7 - into;
}

static int64_t week_year_of(int64_t day, unsigned week0)
{
	int64_t year = date_of(day).year;

	if (day >= week1_of(year + 1, week0))
		return year + 1;
	return day < week1_of(year, week0) ? year - 1 : year;
}

/* ---- reading ---- */

static bool list_has(const struct recur_list *l, int64_t v)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == v)
			return true;
	return false;
}

static int number_list(struct recur_list *l, struct slice text, int min, int max, bool both,
	const char *part, struct why *why)
{
	struct slice one;

	while (slice_cut(&text, ',', &one)) {
		int64_t v;

		(void)slice_take(&one, "+");
		if (slice_i64(one, &v) < 0 || (v < min && (!both || v < -max || v > -1)) || v > max)
			return why_set(why, E_INVALID, part, "is out of its range");
		if (list_has(l, v))
			continue;
		if (l->n == RECUR_LIST_MAX)
			return why_set(why, E_LIMIT, part, "has too many values");
		l->v[l->n++] = (int16_t)v;
	}
	return l->n ? 0 : why_set(why, E_INVALID, part, "has no value");
}

static int weekday_parse(struct slice s)
{
	static const char *const names[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

	for (int i = 0; i < 7; i++)
		if (slice_is(s, names[i]))
			return i;
	return -1;
}

static int day_list(struct recur_list *l, struct slice text, struct why *why)
{
	struct slice one;

	while (slice_cut(&text, ',', &one)) {
		int w = one.n >= 2 ? weekday_parse(slice_sub(one, one.n - 2, one.n)) : -1;
		int64_t n = 0;

		one = slice_sub(one, 0, one.n >= 2 ? one.n - 2 : 0);
		(void)slice_take(&one, "+");
		if (w < 0 || (one.n && (slice_i64(one, &n) < 0 || n == 0 || n < -53 || n > 53)))
			return why_set(why, E_INVALID, "BYDAY", "is no weekday");
		if (list_has(l, n * 8 + w))
			continue;
		if (l->n == RECUR_LIST_MAX)
			return why_set(why, E_LIMIT, "BYDAY", "has too many values");
		l->v[l->n++] = (int16_t)(n * 8 + w);
	}
	return l->n ? 0 : why_set(why, E_INVALID, "BYDAY", "has no value");
}

/* Digits, leading zeros among them. */
static bool digits_parse(struct slice s, int64_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*ret = *ret * 10 + (s.p[i] - '0');
	}
	return s.n > 0;
}

/* "19970902", "19970902T090000", "19970902T090000Z" */
static int until_parse(struct recur *r, struct slice s, struct why *why)
{
	int64_t date, time = 0;

	r->until_utc = s.n == 16 && s.p[15] == 'Z';
	r->until_date = s.n == 8;
	if (!r->until_date && !(s.n == 15 || r->until_utc))
		return why_set(why, E_INVALID, "UNTIL", "is no date");
	if (!digits_parse(slice_sub(s, 0, 8), &date) ||
		(!r->until_date && (s.p[8] != 'T' || !digits_parse(slice_sub(s, 9, 15), &time))))
		return why_set(why, E_INVALID, "UNTIL", "is no date");
	struct date d = {date / 10000, (int)(date / 100 % 100), (int)(date % 100)};
	if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || time / 10000 > 23 ||
		time / 100 % 100 > 59 || time % 100 > 60)
		return why_set(why, E_INVALID, "UNTIL", "is no date");
	r->has_until = true;
	r->until = day_of(d.year, d.month, d.day) * DAY_S +
		   (r->until_date ? DAY_S - 1
				  : time / 10000 * 3600 + time / 100 % 100 * 60 + time % 100);
	return 0;
}

static int freq_parse(struct recur *r, struct slice s, struct why *why)
{
	static const char *const names[] = {
		"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};

	for (int i = 0; i < 7; i++)
		if (slice_is(s, names[i])) {
			r->freq = (enum recur_freq)i;
			return 0;
		}
	return why_set(why, E_INVALID, "FREQ", "is none");
}

static int part_parse(struct recur *r, struct slice name, struct slice v, struct why *why)
{
	int w;

	if (slice_is(name, "FREQ"))
		return freq_parse(r, v, why);
	if (slice_is(name, "UNTIL"))
		return until_parse(r, v, why);
	if (slice_is(name, "INTERVAL"))
		return slice_i64(v, &r->interval) == 0 && r->interval > 0 && r->interval < INT_MAX
			       ? 0
			       : why_set(why, E_INVALID, "INTERVAL", "is a number from 1");
	if (slice_is(name, "COUNT"))
		return slice_i64(v, &r->count) == 0 && r->count > 0
			       ? 0
			       : why_set(why, E_INVALID, "COUNT", "is a number from 1");
	if (slice_is(name, "WKST")) {
		w = weekday_parse(v);
		r->week0 = w < 0 ? 0 : (unsigned)w;
		return w < 0 ? why_set(why, E_INVALID, "WKST", "is no weekday") : 0;
	}
	if (slice_is(name, "BYSECOND"))
		return number_list(&r->second, v, 0, 60, false, "BYSECOND", why);
	if (slice_is(name, "BYMINUTE"))
		return number_list(&r->minute, v, 0, 59, false, "BYMINUTE", why);
	if (slice_is(name, "BYHOUR"))
		return number_list(&r->hour, v, 0, 23, false, "BYHOUR", why);
	if (slice_is(name, "BYMONTH"))
		return number_list(&r->month, v, 1, 12, false, "BYMONTH", why);
	if (slice_is(name, "BYMONTHDAY"))
		return number_list(&r->month_day, v, 1, 31, true, "BYMONTHDAY", why);
	if (slice_is(name, "BYYEARDAY"))
		return number_list(&r->year_day, v, 1, 366, true, "BYYEARDAY", why);
	if (slice_is(name, "BYWEEKNO"))
		return number_list(&r->week, v, 1, 53, true, "BYWEEKNO", why);
	if (slice_is(name, "BYSETPOS"))
		return number_list(&r->position, v, 1, 366, true, "BYSETPOS", why);
	if (slice_is(name, "BYDAY"))
		return day_list(&r->day, v, why);
	return why_set(why, E_INVALID, "RRULE", "has a part that is not known");
}

int recur_parse(struct recur *ret, struct slice rule, struct why *why)
{
	struct slice part;
	bool freq = false;
	int rc = 0;

	*ret = (struct recur){.interval = 1, .week0 = 1};
	while (rc == 0 && slice_cut(&rule, ';', &part)) {
		struct slice name;

		if (part.n == 0)
			continue;
		if (!slice_cut_exact(&part, '=', &name))
			return why_set(why, E_INVALID, "RRULE", "is a list of NAME=VALUE");
		freq = freq || slice_is(name, "FREQ");
		rc = part_parse(ret, name, part, why);
	}
	if (rc == 0 && !freq)
		rc = why_set(why, E_INVALID, "FREQ", "is missing");
	if (rc == 0 && ret->count && ret->has_until)
		rc = why_set(why, E_INVALID, "COUNT", "goes not together with UNTIL");
	return rc;
}

/* ---- which days ---- */

struct expanding {
	const struct recur *r;
	int64_t start, end, told;
	bool date;
	struct date from; /* of the start */
	int64_t *set;
	size_t n_set, steps, most;
	bool over;
};

/* Is it the n-th of its weekday among the days [first, last]? */
static bool nth(int64_t day, int n, int64_t first, int64_t last)
{
	if (n > 0)
		return (day - first) / 7 == n - 1;
	return (last - day) / 7 == -n - 1;
}

static bool weekday_allows(const struct recur *r, int64_t day, const struct date *d)
{
	int w = (int)weekday_of(day);

	if (r->day.n == 0)
		return true;
	for (size_t i = 0; i < r->day.n; i++) {
		int n = r->day.v[i] >> 3;
		bool month = r->freq == RECUR_MONTHLY || r->month.n > 0;

		if ((r->day.v[i] & 7) != w)
			continue;
		if (n == 0 || r->freq < RECUR_MONTHLY || r->week.n)
			return true;
		if (month ? nth(day, n, day_of(d->year, d->month, 1),
				    day_of(d->year + d->month / 12, d->month % 12 + 1, 1) - 1)
			  : nth(day, n, day_of(d->year, 1, 1), day_of(d->year, 12, 31)))
			return true;
	}
	return false;
}

static bool from_either_end(const struct recur_list *l, int64_t at, int64_t of)
{
	return l->n == 0 || list_has(l, at) || list_has(l, at - of - 1);
}

static bool day_allows(const struct recur *r, int64_t day)
{
	struct date d = date_of(day);
	int64_t first = day_of(d.year, 1, 1);
	int64_t month = day_of(d.year, d.month, 1);

	return (r->month.n == 0 || list_has(&r->month, d.month)) &&
	       from_either_end(&r->month_day, d.day,
		       day_of(d.year + d.month / 12, d.month % 12 + 1, 1) - month) &&
	       from_either_end(&r->year_day, day - first + 1, day_of(d.year + 1, 1, 1) - first) &&
	       weekday_allows(r, day, &d);
}

/* What the beginning says where the rule is silent. */
static bool implied_allows(const struct expanding *x, int64_t day)
{
	const struct recur *r = x->r;
	struct date d = date_of(day);
	bool days = r->month_day.n || r->year_day.n || r->day.n;

	/* "The 29th, each year" is that of the month of the beginning: so the vectors of libical, and what people mean. */
	if (r->freq == RECUR_YEARLY && r->month_day.n &&
		!(r->month.n || r->year_day.n || r->day.n || r->week.n))
		return d.month == x->from.month;
	if (days)
		return true;
	if (r->freq == RECUR_WEEKLY || (r->freq == RECUR_YEARLY && r->week.n))
		return weekday_of(day) == weekday_of(floor_div(x->start, DAY_S));
	if (r->freq == RECUR_MONTHLY)
		return d.day == x->from.day;
	if (r->freq == RECUR_YEARLY)
		return d.day == x->from.day && (r->month.n || d.month == x->from.month);
	return true;
}

/* ---- which times of a day ---- */

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void set_add(struct expanding *x, int64_t at)
{
	if (x->n_set == SET_MAX)
		x->over = true;
	else
		x->set[x->n_set++] = at;
	x->steps++;
}

struct values {
	const int16_t *v;
	size_t n;
	int16_t one;
};

/* Values of a part that `freq` makes more of (it counts something longer); the one of the beginning if the rule is silent; none of them if the period has it in itself. */
static void values_set(struct values *ret, const struct recur_list *l, bool more, int64_t otherwise)
{
	ret->one = (int16_t)(more ? otherwise : 0);
	ret->v = more && l->n ? l->v : &ret->one;
	ret->n = more && l->n ? l->n : 1;
}

/* The moments of [at, at + of what `freq` counts), whose parts above have been looked at. */
static void times_add(struct expanding *x, int64_t at, enum recur_freq freq)
{
	int64_t in = x->start - floor_div(x->start, DAY_S) * DAY_S;
	struct values h, m, s;

	if (x->date) {
		set_add(x, at);
		return;
	}
	values_set(&h, &x->r->hour, freq >= RECUR_DAILY, in / 3600);
	values_set(&m, &x->r->minute, freq >= RECUR_HOURLY, in / 60 % 60);
	values_set(&s, &x->r->second, freq >= RECUR_MINUTELY, in % 60);
	for (size_t i = 0; i < h.n; i++)
		for (size_t j = 0; j < m.n; j++)
			for (size_t k = 0; k < s.n && !x->over; k++)
				if (s.v[k] < 60) /* there are no leap seconds here */
					set_add(x, at + h.v[i] * 3600 + m.v[j] * 60 + s.v[k]);
}

/* ---- telling ---- */

static bool position_wanted(const struct expanding *x, size_t i)
{
	const struct recur_list *p = &x->r->position;

	return p->n == 0 || list_has(p, (int64_t)i + 1) ||
	       list_has(p, (int64_t)i - (int64_t)x->n_set);
}

/* The set of one period, in order. The moment before which nothing is wanted; INT64_MAX: it is over. */
static int64_t set_tell(struct expanding *x, int64_t (*each)(void *ctx, int64_t at), void *ctx)
{
	int64_t last = x->end, from = 0;

	if (x->r->has_until && x->r->until < last)
		last = x->r->until;
	qsort(x->set, x->n_set, sizeof(*x->set), by_value);
	for (size_t i = 0; i < x->n_set; i++) {
		if (!position_wanted(x, i) || x->set[i] < x->start)
			continue;
		if (x->set[i] > last)
			return INT64_MAX;
		/* Without a number to count to, what nobody wants need not be looked at. */
		if (x->set[i] >= from || x->r->count)
			from = each(ctx, x->set[i]);
		if (from == INT64_MAX || (x->r->count && ++x->told == x->r->count))
			return INT64_MAX;
	}
	x->n_set = 0;
	return x->r->count ? 0 : from;
}

/* ---- periods ---- */

static void days_add(struct expanding *x, int64_t first, int64_t last)
{
	for (int64_t day = first; day <= last && !x->over; day++, x->steps++)
		if (day_allows(x->r, day) && implied_allows(x, day))
			times_add(x, day * DAY_S, RECUR_DAILY);
}

static void weeks_add(struct expanding *x, int64_t year)
{
	int64_t first = week1_of(year, x->r->week0),
		weeks = (week1_of(year + 1, x->r->week0) - first) / 7;

	for (int64_t w = 1; w <= weeks; w++)
		if (from_either_end(&x->r->week, w, weeks))
			days_add(x, first + (w - 1) * 7, first + w * 7 - 1);
}

static int64_t month_of(int64_t m)
{
	int64_t year = floor_div(m, 12);

	return day_of(year, (int)(m - year * 12) + 1, 1);
}

/* The k-th period of days: its set; where it begins. */
static int64_t long_period(struct expanding *x, int64_t k)
{
	int64_t day = floor_div(x->start, DAY_S), by = k * x->r->interval, first;

	x->steps++;
	if (x->r->freq == RECUR_YEARLY && x->r->week.n) {
		first = week_year_of(day, x->r->week0) + by;
		weeks_add(x, first);
		return (day_of(first, 1, 1) - 7) * DAY_S;
	}
	if (x->r->freq == RECUR_YEARLY) {
		first = day_of(x->from.year + by, 1, 1);
		days_add(x, first, day_of(x->from.year + by, 12, 31));
	} else if (x->r->freq == RECUR_MONTHLY) {
		int64_t m = x->from.year * 12 + x->from.month - 1 + by;

		first = month_of(m);
		days_add(x, first, month_of(m + 1) - 1);
	} else if (x->r->freq == RECUR_WEEKLY) {
		first = day - (weekday_of(day) + 7 - x->r->week0) % 7 + by * 7;
		days_add(x, first, first + 6);
	} else {
		first = day + by;
		days_add(x, first, first);
	}
	return first * DAY_S;
}

static int64_t unit_of(enum recur_freq f)
{
	return f == RECUR_HOURLY ? 3600 : f == RECUR_MINUTELY ? 60 : 1;
}

/* Where the next moment may be whose day, hour and minute are allowed; `at` itself if all of them are. */
static int64_t next_allowed(const struct recur *r, int64_t at)
{
	int64_t day = floor_div(at, DAY_S), in = at - day * DAY_S;

	if (!day_allows(r, day))
		return (day + 1) * DAY_S;
	if (r->hour.n && !list_has(&r->hour, in / 3600))
		return day * DAY_S + (in / 3600 + 1) * 3600;
	if (r->freq < RECUR_HOURLY && r->minute.n && !list_has(&r->minute, in / 60 % 60))
		return day * DAY_S + (in / 60 + 1) * 60;
	if (r->freq == RECUR_SECONDLY && r->second.n && !list_has(&r->second, in % 60))
		return at + 1;
	return at;
}

static int run_short(struct expanding *x, int64_t (*each)(void *ctx, int64_t at), void *ctx)
{
	int64_t unit = unit_of(x->r->freq), every = unit * x->r->interval;
	int64_t base = floor_div(x->start, unit) * unit, k = 0;

	while (x->steps++ < x->most) {
		int64_t at = base + k * every, next = next_allowed(x->r, at);

		if (at > x->end || (x->r->has_until && at > x->r->until))
			return 0;
		if (next == at) {
			times_add(x, at, x->r->freq);
			next = set_tell(x, each, ctx);
			if (next == INT64_MAX)
				return 0;
		}
		k = next > at + every ? floor_div(next - base + every - 1, every) : k + 1;
	}
	return E_LIMIT;
}

static int run_long(struct expanding *x, int64_t (*each)(void *ctx, int64_t at), void *ctx)
{
	for (int64_t k = 0; x->steps < x->most && !x->over; k++) {
		int64_t begins = long_period(x, k);

		if (begins > x->end || (x->r->has_until && begins > x->r->until) ||
			(!x->over && set_tell(x, each, ctx) == INT64_MAX))
			return 0;
	}
	return E_LIMIT;
}

int recur_expand(const struct recur *r, int64_t start, bool date, int64_t end,
	int64_t (*each)(void *ctx, int64_t at), void *ctx, size_t *left, struct why *why)
{
	struct expanding x = {.r = r,
		.most = *left,
		.start = start,
		.end = end,
		.date = date,
		.from = date_of(floor_div(start, DAY_S))};
	int rc;

	if (date && r->freq < RECUR_DAILY)
		return why_set(
			why, E_INVALID, "FREQ", "is of parts of a day, and the beginning is a day");
	x.set = mem_zero_alloc(SET_MAX, sizeof(*x.set));
	rc = r->freq < RECUR_DAILY ? run_short(&x, each, ctx) : run_long(&x, each, ctx);
	mem_free(x.set);
	*left -= x.steps < *left ? x.steps : *left;
	return rc < 0 ? why_set(why, rc, "RRULE", "takes too many steps") : 0;
}
