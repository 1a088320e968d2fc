/*
 * ics.h: iCalendar (RFC 5545, 7986): the programme out, as a feed; somebody's calendar in, as busy days without reasons. Pure.
 *
 * Out: the UID of an entry is its record's id, SEQUENCE counts its versions, what is cancelled stays as CANCELLED; times are days of the real calendar.
 * In: over libical; every rule is expanded within the range that is asked for, and a broken one is named with its line.
 */
#ifndef TRAINING_ICS_H
#define TRAINING_ICS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

struct ics_event {
	struct slice uid, summary, description, location, category;
	int64_t from, to; /* days since 1970; `to` is the last one */
	int64_t modified_ms;
	uint64_t sequence;
	enum { ICS_TENTATIVE, ICS_CONFIRMED, ICS_CANCELLED } status;
};
struct ics_calendar {
	struct slice name;
	bool busy; /* no titles, no places: only that the days are taken */
	const struct ics_event *event;
	size_t n;
	int64_t now_ms;
};
void ics_write(struct buf *b, const struct ics_calendar *c);

struct ics_block {
	int64_t from, to; /* days, both in it */
};
/*
 * Days of [from, to] that the calendar says are taken: events and free/busy times but those that are cancelled or transparent. Sorted, merged. E_SYNTAX for
 * what is no calendar, E_INVALID for a broken rule or time (where: "line 7"), E_LIMIT. *ret_events: how many there were.
 */
MUST_USE int ics_busy(struct slice bytes, int64_t from, int64_t to, struct arena *arena,
	struct ics_block **ret, size_t *ret_n, size_t *ret_events, struct why *why);

/* The instances of a rule from a beginning on ("19970902T090000"), as texts of the same form, at most `max`. E_INVALID for a rule that is none. For tests, too. */
MUST_USE int ics_expand(struct slice rule, struct slice start, size_t max, struct arena *arena,
	struct slice **ret, size_t *ret_n, struct why *why);

#endif
