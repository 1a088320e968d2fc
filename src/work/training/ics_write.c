/* ics_write.c: iCalendar out: a few lines of a small language, folded at 75 bytes (RFC 5545 §3.1) and escaped (§3.3.11). */
#include "base/clock.h"
#include "base/utf8.h"
#include "work/training/field.h"
#include "work/training/ics.h"

#define FOLD 75

/* A line of content; never in the midst of a character. */
static void line_put(struct buf *b, struct slice s)
{
	size_t col = 0;

	while (s.n) {
		size_t n = utf8_len(s.p, s.n);

		n = n ? n : 1;
		if (col + n > FOLD) {
			buf_str(b, "\r\n ");
			col = 1;
		}
		buf_add(b, s.p, n);
		col += n;
		s = slice_sub(s, n, s.n);
	}
	buf_str(b, "\r\n");
}

static void put(struct buf *b, const char *name, struct slice value)
{
	struct buf line CLEANUP_BUF = BUF(256 * 1024);

	buf_str(&line, name);
	buf_byte(&line, ':');
	buf_slice_add(&line, value);
	line_put(b, buf_slice(&line));
}

static void put_text(struct buf *b, const char *name, struct slice value)
{
	struct buf text CLEANUP_BUF = BUF(128 * 1024);
	uint32_t cp;

	while (utf8_next(&value, &cp)) {
		if (cp == '\\' || cp == ';' || cp == ',') {
			buf_byte(&text, '\\');
			buf_byte(&text, (uint8_t)cp);
		} else if (cp == '\n') {
			buf_str(&text, "\\n");
		} else if (cp >= 0x20 && cp != 0x7f) {
			utf8_put(&text, cp);
		} else if (cp == '\t') {
			buf_byte(&text, ' ');
		}
	}
	put(b, name, buf_slice(&text));
}

static void put_time(struct buf *b, const char *name, int64_t ms)
{
	char utc[UTC_TEXT_LEN + 1], text[20];
	size_t n = 0;

	utc_format(ms, utc);
	for (size_t i = 0; i < 19; i++)
		if (utc[i] != '-' && utc[i] != ':')
			text[n++] = utc[i];
	text[n++] = 'Z';
	put(b, name, slice_of(text, n));
}

static void put_date(struct buf *b, const char *name, int64_t day)
{
	char date[DATE_TEXT + 1], text[8];
	size_t n = 0;

	date_format(day, date);
	for (size_t i = 0; i < DATE_TEXT; i++)
		if (date[i] != '-')
			text[n++] = date[i];
	put(b, name, slice_of(text, n));
}

static void event_put(struct buf *b, const struct ics_event *e, bool busy)
{
	static const char *const status[] = {"TENTATIVE", "CONFIRMED", "CANCELLED"};
	char number[24];

	put(b, "BEGIN", SLICE("VEVENT"));
	put(b, "UID", e->uid);
	put_time(b, "DTSTAMP", e->modified_ms);
	put_time(b, "LAST-MODIFIED", e->modified_ms);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)e->sequence);
	put(b, "SEQUENCE", slice_str(number));
	put_date(b, "DTSTART;VALUE=DATE", e->from);
	put_date(b, "DTEND;VALUE=DATE", e->to + 1);
	put_text(b, "SUMMARY", busy ? SLICE("Busy") : e->summary);
	put(b, "STATUS", slice_str(status[e->status]));
	put(b, "TRANSP", e->status == ICS_CANCELLED ? SLICE("TRANSPARENT") : SLICE("OPAQUE"));
	if (!busy && e->description.n)
		put_text(b, "DESCRIPTION", e->description);
	if (!busy && e->location.n)
		put_text(b, "LOCATION", e->location);
	if (!busy && e->category.n)
		put_text(b, "CATEGORIES", e->category);
	put(b, "CLASS", busy ? SLICE("PRIVATE") : SLICE("PUBLIC"));
	put(b, "END", SLICE("VEVENT"));
}

void ics_write(struct buf *b, const struct ics_calendar *c)
{
	put(b, "BEGIN", SLICE("VCALENDAR"));
	put(b, "VERSION", SLICE("2.0"));
	put(b, "PRODID", SLICE("-//entente//training//EN"));
	put(b, "CALSCALE", SLICE("GREGORIAN"));
	put(b, "METHOD", SLICE("PUBLISH"));
	put_text(b, "NAME", c->name);
	put_text(b, "X-WR-CALNAME", c->name);
	/* How often to come again: RFC 7986 §5.7, and what programs understood before it. */
	put(b, "REFRESH-INTERVAL;VALUE=DURATION", SLICE("PT1H"));
	put(b, "X-PUBLISHED-TTL", SLICE("PT1H"));
	put(b, "COLOR", SLICE("steelblue"));
	for (size_t i = 0; i < c->n; i++)
		event_put(b, &c->event[i], c->busy);
	put(b, "END", SLICE("VCALENDAR"));
}
