/* ics.c: iCalendar in, over libical (the only place that includes it). */
#include "work/training/ics.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "work/training/limits.h"
#include "work/training/recur.h"

#include <libical/ical.h>
#include <pthread.h>
#include <strings.h>

#define DAY_S 86400

static void library_ready(void)
{
	/* A broken calendar is the sender's affair and never ends the process. */
	icalerror_set_errors_are_fatal(0);
	/* Rules with a part that is wrong are wrong: nothing is guessed. */
	ical_set_unknown_token_handling_setting(ICAL_DISCARD_TOKEN);
}

static void library_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, library_ready);
}

/* ---- what libical does not tell: the line of a broken rule ---- */

static int fail_line(struct why *why, int code, size_t line, const char *what)
{
	char where[32];

	snprintf(where, sizeof(where), "line %zu", line);
	return why_set(why, code, where, "%s", what);
}

static bool rule_valid(const char *text)
{
	struct icalrecurrencetype r = icalrecurrencetype_from_string(text);

	/* "FREQ" is all that must be there; libical answers with none if any part is wrong. */
	return r.freq != ICAL_NO_RECURRENCE;
}

enum content { CONTENT_OTHER, CONTENT_RRULE, CONTENT_EXRULE, CONTENT_DATES };

/* Names are read without regard to case, and end at a parameter or at the value (RFC 5545 §3.1). */
static enum content content_of(struct slice line)
{
	static const struct {
		const char *name;
		enum content is;
	} row[] = {{"RRULE", CONTENT_RRULE}, {"EXRULE", CONTENT_EXRULE}, {"RDATE", CONTENT_DATES},
		{"EXDATE", CONTENT_DATES}};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size_t n = strlen(row[i].name);

		if (line.n > n && (line.p[n] == ':' || line.p[n] == ';') &&
			strncasecmp((const char *)line.p, row[i].name, n) == 0)
			return row[i].is;
	}
	return CONTENT_OTHER;
}

/* Behind the first colon that is not in quotes. */
static struct slice content_value(struct slice line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		quoted = quoted != (line.p[i] == '"');
		if (line.p[i] == ':' && !quoted)
			return slice_sub(line, i + 1, line.n);
	}
	return SLICE_NONE;
}

struct lines {
	struct buf *
		line; /* the one that is being put together; of others than rules and dates the beginning */
	size_t began, n, repeats;
};

/* A whole line of content. */
static int content_check(struct lines *l, struct why *why)
{
	struct slice s = buf_slice(l->line), value = content_value(s);
	enum content is = content_of(s);

	l->repeats += is != CONTENT_OTHER;
	for (size_t i = 0; is == CONTENT_DATES && i < value.n; i++)
		l->repeats += value.p[i] == ',';
	if (l->repeats > LIMIT_ICS_REPEATS)
		return fail_line(
			why, E_LIMIT, l->began, "more rules and dates than a calendar may have");
	if (is != CONTENT_OTHER && buf_over(l->line))
		return fail_line(why, E_LIMIT, l->began, "is too long");
	if (is == CONTENT_EXRULE)
		return fail_line(why, E_INVALID, l->began,
			"EXRULE is not of RFC 5545, and not read: EXDATE names what is left out");
	if (is == CONTENT_RRULE && slice_search(value, SLICE("SCALE")) >= 0)
		return fail_line(why, E_INVALID, l->began,
			"rules of other calendars than the Gregorian (RSCALE) are not read");
	if (is == CONTENT_RRULE && !rule_valid(value.n ? (const char *)value.p : ""))
		return fail_line(why, E_INVALID, l->began, "the RRULE cannot be understood");
	return 0;
}

/* What is neither rule nor date is of no interest, however long it is: a picture within an event is none of ours. */
static void content_add(struct lines *l, struct slice more)
{
	if (l->line->n >= 64 && content_of(buf_slice(l->line)) == CONTENT_OTHER)
		return;
	buf_slice_add(l->line, slice_trim(more));
}

/* Each line of content, folds undone (RFC 5545 §3.1), in a form that is looked at for a moment. */
static int rules_check(struct slice bytes, struct why *why)
{
	struct buf line CLEANUP_BUF = BUF(LIMIT_CELL_BYTES);
	struct lines l = {.line = &line};
	struct slice one, rest = bytes;
	bool more = true;
	int rc = 0;

	while (more && rc == 0) {
		more = slice_cut(&rest, '\n', &one);
		if (++l.n > LIMIT_ICS_LINES)
			rc = fail_line(why, E_LIMIT, l.n, "more lines than a calendar may have");
		if (more && one.n && (one.p[0] == ' ' || one.p[0] == '\t')) {
			content_add(&l, one);
			continue;
		}
		if (rc == 0)
			rc = content_check(&l, why);
		buf_clear(&line);
		if (more)
			content_add(&l, one);
		l.began = l.n;
	}
	return rc;
}

/* ---- busy days ---- */

/* One mark for each day of the range: a rule may have an instance a second. */
struct busy {
	bool *taken;
	int64_t from, to;
	int64_t days; /* of an event of whole days, else 0 */
	size_t events;
	size_t steps;	/* that rules may still take, all of them together */
	struct why why; /* of the first rule that cannot be told */
};

static int64_t floor_day(int64_t s)
{
	return (s - (((s % DAY_S) + DAY_S) % DAY_S)) / DAY_S;
}

static void block_add(struct busy *b, int64_t start_s, int64_t end_s)
{
	int64_t from = floor_day(start_s), to = floor_day(end_s > start_s ? end_s - 1 : start_s);

	from = from < b->from ? b->from : from;
	to = to > b->to ? b->to : to;
	for (int64_t d = from; d <= to; d++)
		b->taken[d - b->from] = true;
}

static void occurrence(icalcomponent *c, struct icaltime_span *span, void *data)
{
	struct busy *b = data;
	int64_t start = (int64_t)span->start;

	(void)c;
	/* libical adds a day to the end of whole days, which is the first that is free again (RFC 5545 §3.6.1). */
	block_add(b, start, b->days ? start + b->days * DAY_S : (int64_t)span->end);
}

static bool transparent(icalcomponent *c)
{
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_TRANSP_PROPERTY);
	enum icalproperty_transp t = p ? icalproperty_get_transp(p) : ICAL_TRANSP_NONE;

	return t == ICAL_TRANSP_TRANSPARENT || t == ICAL_TRANSP_TRANSPARENTNOCONFLICT ||
	       icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED;
}

static struct icaltimetype day_of(int64_t day)
{
	return icaltime_from_timet_with_zone(
		(time_t)(day * DAY_S), 0, icaltimezone_get_utc_timezone());
}

/* ---- rules ---- */

typedef VEC(int64_t) times;

struct repeating {
	struct busy *b;
	struct icaltimetype start;
	int64_t long_s;
	times out, days_out; /* EXDATE: moments; days of the event's own calendar. Each in order. */
};

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void exclusions(struct repeating *r, icalcomponent *c)
{
	for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_EXDATE_PROPERTY); p;
		p = icalcomponent_get_next_property(c, ICAL_EXDATE_PROPERTY)) {
		struct icaltimetype t = icalproperty_get_datetime_with_component(p, c);

		if (t.is_date)
			vec_push(&r->days_out, floor_day((int64_t)icaltime_as_timet(t)));
		else
			vec_push(&r->out, (int64_t)icaltime_as_timet_with_zone(t, t.zone));
	}
	vec_sort(&r->out, by_time);
	vec_sort(&r->days_out, by_time);
}

static bool among(const times *t, int64_t at)
{
	return t->n && bsearch(&at, t->p, t->n, sizeof(*t->p), by_time);
}

/* An instance, told in the event's own calendar. Answers before when nothing more can take a day that is not taken yet. */
static int64_t instance(void *ctx, int64_t at)
{
	struct repeating *r = ctx;
	struct icaltimetype t = icaltime_from_timet_with_zone(
		(time_t)at, r->start.is_date, icaltimezone_get_utc_timezone());
	int64_t real, end;

	t.zone = r->start.zone;
	real = (int64_t)icaltime_as_timet_with_zone(t, t.zone);
	if (among(&r->out, real) || among(&r->days_out, floor_day(at)))
		return 0;
	block_add(r->b, real, real + r->long_s);
	end = floor_day(r->long_s > 0 ? real + r->long_s - 1 : real) + 1;
	return end * DAY_S - r->long_s + (at - real);
}

static int64_t local_until(const struct recur *rule, const struct icaltimetype *start)
{
	struct icaltimetype t = icaltime_from_timet_with_zone(
		(time_t)rule->until, 0, icaltimezone_get_utc_timezone());
	icaltimezone *zone;

	if (!rule->until_utc || !start->zone)
		return rule->until;
	memcpy(&zone, &start->zone, sizeof(zone)); /* which is only read */
	return (int64_t)icaltime_as_timet(icaltime_convert_to_zone(t, zone));
}

static void rule_add(struct repeating *r, const char *text)
{
	int64_t start = (int64_t)icaltime_as_timet(r->start), end = (r->b->to + 2) * DAY_S;
	struct recur *rule = mem_new(struct recur);
	struct why why = {0};
	int rc = recur_parse(rule, slice_str(text), &why);

	if (rc == 0) {
		rule->until = rule->has_until ? local_until(rule, &r->start) : 0;
		rc = recur_expand(
			rule, start, r->start.is_date, end, instance, r, &r->b->steps, &why);
	}
	if (rc < 0 && !r->b->why.code)
		r->b->why = why;
	mem_free(rule);
}

/* Rules that have been told are taken out: what is left for libical is the beginning and single dates. */
static void rules_add(struct busy *b, icalcomponent *c, int64_t long_s)
{
	struct repeating r = {.b = b, .start = icalcomponent_get_dtstart(c), .long_s = long_s};
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);

	if (p)
		exclusions(&r, c);
	while (p) {
		rule_add(&r, icalproperty_get_value_as_string(p));
		icalcomponent_remove_property(c, p);
		icalproperty_free(p);
		/* The walk is the component's own, and it has lost its place. */
		p = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
	}
	vec_free(&r.out);
	vec_free(&r.days_out);
}

static void event_add(struct busy *b, icalcomponent *c)
{
	struct icaltimetype dtstart = icalcomponent_get_dtstart(c), dtend;
	int64_t long_s;

	if (transparent(c) || icaltime_is_null_time(dtstart))
		return;
	dtend = icalcomponent_get_dtend(c);
	b->events++;
	b->days = 0;
	long_s = icaltime_is_null_time(dtend)
			 ? 0
			 : (int64_t)icaltime_as_timet_with_zone(dtend, dtend.zone) -
				   (int64_t)icaltime_as_timet_with_zone(dtstart, dtstart.zone);
	if (dtstart.is_date) {
		b->days = long_s > 0 ? long_s / DAY_S : 1;
		b->days = b->days < 1 ? 1 : b->days;
		long_s = b->days * DAY_S;
	}
	rules_add(b, c, long_s > 0 ? long_s : 0);
	icalcomponent_foreach_recurrence(c, day_of(b->from), day_of(b->to + 1), occurrence, b);
}

static void freebusy_add(struct busy *b, icalcomponent *c)
{
	for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_FREEBUSY_PROPERTY); p;
		p = icalcomponent_get_next_property(c, ICAL_FREEBUSY_PROPERTY)) {
		icalparameter *type = icalproperty_get_first_parameter(p, ICAL_FBTYPE_PARAMETER);
		struct icalperiodtype t = icalproperty_get_freebusy(p);
		time_t start = icaltime_as_timet(t.start), end;

		if (type && icalparameter_get_fbtype(type) == ICAL_FBTYPE_FREE)
			continue;
		end = icaltime_is_null_time(t.end) ? start + icaldurationtype_as_int(t.duration)
						   : icaltime_as_timet(t.end);
		b->events++;
		block_add(b, (int64_t)start, (int64_t)end);
	}
}

static void component_add(struct busy *b, icalcomponent *c, int depth)
{
	if (!c || depth > 8)
		return;
	if (icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT)
		event_add(b, c);
	else if (icalcomponent_isa(c) == ICAL_VFREEBUSY_COMPONENT)
		freebusy_add(b, c);
	for (icalcomponent *k = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT); k;) {
		component_add(b, k, depth + 1);
		/* The walk of the children is kept in the parent, and ours went below it only. */
		k = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT);
	}
}

static size_t blocks_of(const struct busy *b, struct ics_block *p)
{
	size_t n = 0;

	for (int64_t d = b->from; d <= b->to; d++) {
		if (!b->taken[d - b->from])
			continue;
		if (n && p[n - 1].to == d - 1)
			p[n - 1].to = d;
		else
			p[n++] = (struct ics_block){d, d};
	}
	return n;
}

static bool is_calendar(icalcomponent *c)
{
	return c && (icalcomponent_isa(c) == ICAL_VCALENDAR_COMPONENT ||
			    icalcomponent_isa(c) == ICAL_XROOT_COMPONENT ||
			    icalcomponent_isa(c) == ICAL_VEVENT_COMPONENT);
}

int ics_busy(struct slice bytes, int64_t from, int64_t to, struct arena *arena,
	struct ics_block **ret, size_t *ret_n, size_t *ret_events, struct why *why)
{
	struct busy b = {.from = from, .to = to, .steps = RECUR_STEPS};
	icalcomponent *c;
	char *text;
	int rc;

	library_once();
	if (bytes.n > LIMIT_ICS_BYTES)
		return why_set(
			why, E_LIMIT, "", "a calendar is at most %zu bytes", LIMIT_ICS_BYTES);
	if (to < from || to - from >= LIMIT_ICS_DAYS)
		return why_set(why, E_LIMIT, "", "at most %d days are looked at", LIMIT_ICS_DAYS);
	if (slice_find(bytes, 0) >= 0 || slice_search(bytes, SLICE("BEGIN:V")) < 0)
		return why_set(why, E_SYNTAX, "", "is no iCalendar file");
	rc = rules_check(bytes, why);
	if (rc < 0)
		return rc;
	text = mem_string(bytes.p, bytes.n);
	c = icalparser_parse_string(text);
	mem_free(text);
	if (!is_calendar(c)) {
		if (c)
			icalcomponent_free(c);
		return why_set(why, E_SYNTAX, "", "is no iCalendar file");
	}
	b.taken = arena_array(arena, bool, (size_t)(to - from + 1));
	component_add(&b, c, 0);
	icalcomponent_free(c);
	if (b.why.code)
		return why_set(why, b.why.code, b.why.where, "%s", b.why.text);
	*ret = arena_array(arena, struct ics_block, (size_t)(to - from + 1) / 2 + 1);
	*ret_n = blocks_of(&b, *ret);
	*ret_events = b.events;
	return 0;
}

struct texts {
	struct slice *p;
	size_t n, max;
	struct arena *arena;
	bool date, utc;
};

static int64_t text_add(void *ctx, int64_t at)
{
	struct texts *t = ctx;
	struct icaltimetype time =
		icaltime_from_timet_with_zone((time_t)at, t->date, icaltimezone_get_utc_timezone());

	time.zone = t->utc ? time.zone : NULL;
	t->p[t->n++] = slice_str(arena_printf(t->arena, "%s", icaltime_as_ical_string(time)));
	return t->n == t->max ? INT64_MAX : 0;
}

int ics_expand(struct slice rule, struct slice start, size_t max, struct arena *arena,
	struct slice **ret, size_t *ret_n, struct why *why)
{
	struct recur *r = arena_new(arena, struct recur);
	struct icaltimetype from = icaltime_from_string(arena_string(arena, start));
	struct texts t = {
		.max = max, .arena = arena, .date = from.is_date, .utc = slice_ends(start, "Z")};
	size_t left = RECUR_STEPS;
	int rc;

	library_once();
	if (icaltime_is_null_time(from))
		return why_set(why, E_INVALID, "DTSTART", "cannot be understood");
	rc = recur_parse(r, rule, why);
	if (rc < 0)
		return rc;
	t.p = arena_array(arena, struct slice, max + 1);
	rc = max ? recur_expand(r, (int64_t)icaltime_as_timet(from), from.is_date,
			   (int64_t)LIMIT_ICS_YEARS * 366 * DAY_S, text_add, &t, &left, why)
		 : 0;
	*ret = t.p;
	*ret_n = t.n;
	return t.n ? 0 : rc;
}
