/* iCalendar: what is written, busy days out of real files, rules against the vectors of libical. */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "work/training/field.h"
#include "work/training/ics.h"
#include "work/training/limits.h"

#include <dirent.h>

static const char *data_dir(void)
{
	const char *dir = getenv("ENTENTE_DATA");

	return dir ? dir : "../shared/data";
}

static int64_t day(const char *text)
{
	int64_t d;

	assert_int_equal(date_parse(slice_str(text), &d), 0);
	return d;
}

static void written(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const struct ics_event e[] = {{.uid = SLICE("a.b@entente"),
		.summary = SLICE(
			"BRIGHT; HORIZON, the long one: ëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëëë"),
		.description = SLICE("two\nlines \\ here"),
		.from = day("2026-03-01"),
		.to = day("2026-03-03"),
		.modified_ms = 1767258000000LL,
		.sequence = 4,
		.status = ICS_CANCELLED}};
	struct ics_calendar c = {.name = SLICE("Programme"), .event = e, .n = 1};
	struct slice rest, line;

	(void)state;
	ics_write(&b, &c);
	rest = buf_slice(&b);
	while (slice_cut(&rest, '\n', &line)) {
		assert_true(line.n && line.p[line.n - 1] == '\r' && line.n <= 76);
	}
	assert_true(slice_search(buf_slice(&b),
			    SLICE("SUMMARY:BRIGHT\\; HORIZON\\, the long one: ")) > 0);
	assert_true(
		slice_search(buf_slice(&b), SLICE("DESCRIPTION:two\\nlines \\\\ here\r\n")) > 0);
	assert_true(
		slice_search(buf_slice(&b),
			SLICE("DTSTART;VALUE=DATE:20260301\r\nDTEND;VALUE=DATE:20260304\r\n")) > 0);
	assert_true(slice_search(buf_slice(&b), SLICE("SEQUENCE:4\r\n")) > 0 &&
		    slice_search(buf_slice(&b),
			    SLICE("STATUS:CANCELLED\r\nTRANSP:TRANSPARENT\r\n")) > 0);
	buf_clear(&b);
	c.busy = true;
	ics_write(&b, &c);
	assert_true(slice_search(buf_slice(&b), SLICE("BRIGHT")) < 0);
	assert_true(slice_search(buf_slice(&b), SLICE("lines")) < 0);
}

#define CAL(x)	 "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" x "END:VCALENDAR\r\n"
#define EVENT(x) "BEGIN:VEVENT\r\nUID:1\r\n" x "END:VEVENT\r\n"

static void busy(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	static const struct {
		const char *ics;
		int rc;
		const char *where;
		size_t n;
		const char *first, *last;
	} row[] = {
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nDTEND;VALUE=DATE:20260304\r\n")), 0, "",
			1, "2026-03-01", "2026-03-03"},
		{CAL(EVENT("DTSTART:20260301T220000Z\r\nDTEND:20260302T010000Z\r\n")), 0, "", 1,
			"2026-03-01", "2026-03-02"},
		{CAL(EVENT("DTSTART:20260301T220000Z\r\nDURATION:P2D\r\n")), 0, "", 1, "2026-03-01",
			"2026-03-03"},
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n")), 0, "",
			3, "2026-03-01", "2026-03-15"},
		{CAL(EVENT(
			 "DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;VALUE=DATE:20260308\r\n")),
			0, "", 2, "2026-03-01", "2026-03-15"},
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nTRANSP:TRANSPARENT\r\n")), 0, "", 0,
			NULL, NULL},
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nSTATUS:CANCELLED\r\n")), 0, "", 0, NULL,
			NULL},
		{CAL(EVENT("DTSTART;VALUE=DATE:20200301\r\n")), 0, "", 0, NULL, NULL},
		{CAL("BEGIN:VFREEBUSY\r\nUID:2\r\nFREEBUSY:20260301T080000Z/20260302T080000Z\r\n"
		     "FREEBUSY;FBTYPE=FREE:20260401T080000Z/20260402T080000Z\r\nEND:VFREEBUSY\r\n"),
			0, "", 1, "2026-03-01", "2026-03-02"},
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=SOMETIMES\r\n")), E_INVALID,
			"line 6", 0, NULL, NULL},
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=DAI\r\n LYS;COUNT=2\r\n")),
			E_INVALID, "line 6", 0, NULL, NULL},
		/* Names in any case, with parameters. */
		{CAL(EVENT("DTSTART;VALUE=DATE:20260301\r\nrrule;X-A=\"b:c\":FREQ=SOMETIMES\r\n")),
			E_INVALID, "line 6", 0, NULL, NULL},
		/* What is not read is refused, not guessed. */
		{CAL(EVENT(
			 "DTSTART:20260301T000000Z\r\nRRULE:FREQ=DAILY\r\nEXRULE:FREQ=SECONDLY\r\n")),
			E_INVALID, "line 7", 0, NULL, NULL},
		{CAL(EVENT("DTSTART:20260301T000000Z\r\nRRULE:RSCALE=CHINESE;FREQ=SECONDLY\r\n")),
			E_INVALID, "line 6", 0, NULL, NULL},
		{"no calendar", E_SYNTAX, "", 0, NULL, NULL},
		{"BEGIN:VCARD\r\nEND:VCARD\r\n", E_SYNTAX, "", 0, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct ics_block *b;
		struct why why = {0};
		size_t n = 0, events;
		int rc = ics_busy(slice_str(row[i].ics), day("2026-01-01"), day("2026-12-31"),
			&arena, &b, &n, &events, &why);

		if (rc != row[i].rc || n != row[i].n || strcmp(why.where, row[i].where) != 0)
			fail_msg("row %zu: %d %s %s, %zu blocks", i, rc, why.where, why.text, n);
		if (n && (b[0].from != day(row[i].first) || b[n - 1].to != day(row[i].last)))
			fail_msg("row %zu: other days", i);
	}
}

/* A picture within an event is of no interest, however long its line; folded or not. */
static void long_line(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);

	(void)state;
	for (int folded = 0; folded < 2; folded++) {
		struct buf b CLEANUP_BUF = BUF(MIB);
		struct ics_block *block;
		size_t n, events;

		buf_str(&b,
			"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260301\r\nRrule:FREQ=WEEKLY;COUNT=2\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:");
		for (int i = 0; i < 100000; i++)
			buf_str(&b, folded && i % 70 == 69 ? "A\r\n " : "A");
		buf_str(&b, "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
		assert_int_equal(ics_busy(buf_slice(&b), day("2026-01-01"), day("2026-12-31"),
					 &arena, &block, &n, &events, NULL),
			0);
		assert_true(n == 2 && block[1].from == day("2026-03-08"));
	}
}

/* Our own feed, read as anybody's. */
static void there_and_back(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	const struct ics_event e[] = {{.uid = SLICE("1"),
					      .summary = SLICE("x"),
					      .from = day("2026-03-01"),
					      .to = day("2026-03-03"),
					      .status = ICS_CONFIRMED},
		{.uid = SLICE("2"),
			.summary = SLICE("y"),
			.from = day("2026-05-01"),
			.to = day("2026-05-01"),
			.status = ICS_CANCELLED}};
	struct ics_calendar c = {.name = SLICE("P"), .event = e, .n = 2};
	struct ics_block *block;
	size_t n, events;

	(void)state;
	ics_write(&b, &c);
	assert_int_equal(ics_busy(buf_slice(&b), day("2026-01-01"), day("2026-12-31"), &arena,
				 &block, &n, &events, NULL),
		0);
	assert_true(n == 1 && events == 1 && block[0].from == e[0].from && block[0].to == e[0].to);
}

/* Each file is read or refused with a reason; which, is written down here. */
static void real_files(void **state)
{
	/* Files that once crashed somebody's parser, a card, and rules that are none; all others are read. */
	static const char *const refused[] = {"crash.ics", "get_char_test.ics", "issue250.ics",
		"issue251.ics", "issue252.ics", "issue253.ics", "issue339.ics", "malloc.ics",
		"zday.ics", "caltime.ics", "smallcluster.ics", NULL};
	static const char *const folders[] = {"libical", "icaljs"};
	size_t read = 0, days = 0;

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		char path[512];
		struct dirent *e;
		DIR *dir;

		snprintf(path, sizeof(path), "%s/training/ical/%s", data_dir(), folders[f]);
		dir = opendir(path);
		if (!dir) {
			print_message("skipped: no %s\n", path);
			skip();
		}
		while ((e = readdir(dir))) {
			struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
			struct buf bytes CLEANUP_BUF = BUF(LIMIT_ICS_BYTES);
			struct why why = {0};
			struct ics_block *block;
			size_t n, events;
			bool wanted = true;

			if (!slice_ends(slice_str(e->d_name), ".ics"))
				continue;
			snprintf(path, sizeof(path), "%s/training/ical/%s/%s", data_dir(),
				folders[f], e->d_name);
			assert_int_equal(file_read(path, &bytes, &why), 0);
			for (size_t i = 0; refused[i]; i++)
				wanted = wanted && strcmp(refused[i], e->d_name) != 0;
			int rc = ics_busy(buf_slice(&bytes), day("1990-01-01"), day("2030-12-31"),
				&arena, &block, &n, &events, &why);
			if ((rc == 0) != wanted || (rc < 0 && !why.text[0]))
				fail_msg("%s: %d %s %s", e->d_name, rc, why.where, why.text);
			read += rc == 0;
			days += rc == 0 ? n : 0;
		}
		closedir(dir);
	}
	print_message("%zu read, %zu stretches of busy days\n", read, days);
	assert_true(read == 80 - 11 && days > 8000);
}

/* Rules that would never end, one after the other: refused in a moment, not in hours. */
static void too_many_steps(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_ICS_BYTES);
	struct ics_block *block;
	struct why why = {0};
	size_t n, events;

	(void)state;
	buf_str(&b, "BEGIN:VCALENDAR\r\n");
	for (int i = 0; i < 2000; i++)
		buf_str(&b,
			"BEGIN:VEVENT\r\nDTSTART:19900101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY;COUNT=1000000000\r\nEND:VEVENT\r\n");
	buf_str(&b, "END:VCALENDAR\r\n");
	assert_int_equal(ics_busy(buf_slice(&b), day("2024-01-01"), day("2024-12-31"), &arena,
				 &block, &n, &events, &why),
		E_LIMIT);
	assert_non_null(strstr(why.text, "too many steps"));
	/* Each second of forty years, without a number to count to: only the days are of interest. */
	buf_clear(&b);
	buf_str(&b,
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:19900101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	assert_int_equal(ics_busy(buf_slice(&b), day("1990-01-01"), day("2029-12-31"), &arena,
				 &block, &n, &events, &why),
		0);
	assert_true(n == 1 && block[0].to == day("2029-12-31"));
}

/* Every second of forty years, each of five thousand of them left out again: each instance is looked up, not searched for. */
static void many_exceptions(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_ICS_BYTES);
	struct ics_block *block;
	struct why why = {0};
	size_t n, events;

	(void)state;
	for (int many = 0; many < 2; many++) {
		buf_clear(&b);
		buf_str(&b,
			"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:19900101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY\r\n");
		for (int i = 0; i < (many ? 6000 : 4000); i++)
			buf_addf(&b, "EXDATE:19900101T%02d%02d%02dZ\r\n", i / 3600, i / 60 % 60,
				i % 60);
		buf_str(&b, "END:VEVENT\r\nEND:VCALENDAR\r\n");
		int rc = ics_busy(buf_slice(&b), day("1990-01-01"), day("2029-12-31"), &arena,
			&block, &n, &events, &why);
		assert_int_equal(rc, many ? E_LIMIT : 0);
	}
	assert_string_equal(why.where, "line 5005");
}

/* RRULE, DTSTART, INSTANCES: what each rule must give. */
static void vectors(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_ICS_BYTES);
	struct slice rest, line, rule = SLICE_NONE, start = SLICE_NONE;
	struct why why = {0};
	size_t checked = 0, bad = 0;

	(void)state;
	if (file_read(
		    arena_printf(&arena, "%s/training/ical/libical/icalrecur_test.txt", data_dir()),
		    &bytes, &why) < 0) {
		print_message("skipped: no %s/training/ical\n", data_dir());
		buf_free(&bytes);
		arena_free(&arena);
		skip();
	}
	rest = buf_slice(&bytes);
	while (slice_cut(&rest, '\n', &line)) {
		line = slice_trim(line);
		if (slice_take(&line, "RRULE:")) {
			rule = line;
		} else if (slice_take(&line, "DTSTART:")) {
			start = line;
		} else if (slice_take(&line, "INSTANCES:")) {
			struct slice *got, one;
			size_t n = 0, at = 0;

			line = slice_trim(line);
			/* A week number with a day of a month: left open there. */
			if (slice_starts(line, "***"))
				continue;
			if (ics_expand(rule, start, 1000, &arena, &got, &n, &why) < 0)
				n = 0;
			bool same = true;
			while (same && slice_cut(&line, ',', &one)) {
				same = at < n && slice_eq(got[at], one);
				at++;
			}
			same = same && at == n;
			if (!same)
				print_message("%.*s from %.*s: %zu of them, %.*s at %zu\n",
					SLICE_FMT(rule), SLICE_FMT(start), n,
					SLICE_FMT(at && at <= n ? got[at - 1] : SLICE("nothing")),
					at);
			bad += !same;
			checked++;
			arena_reset(&arena);
		}
	}
	/* Of these Debian's libical 3.0.16 gives 45 otherwise: BYSETPOS with several values or with parts of a day, BYWEEKNO, INTERVAL with parts below it, days
	 * from the end, values twice or out of order. So rules are told by recur.c. */
	print_message("%zu rules, %zu otherwise\n", checked, bad);
	/* Two begin on a day that is not of their rule, which leaves the set undefined (§3.8.5.3): counted from the year of the week here, of the calendar there. */
	assert_true(checked == 145 && bad == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(written), cmocka_unit_test(busy),
		cmocka_unit_test(long_line), cmocka_unit_test(there_and_back),
		cmocka_unit_test(real_files), cmocka_unit_test(too_many_steps),
		cmocka_unit_test(many_exceptions), cmocka_unit_test(vectors)};

	return cmocka_run_group_tests_name("work/training/ics", tests, NULL, NULL);
}
