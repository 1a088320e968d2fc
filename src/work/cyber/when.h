/*
 * when.h: the timestamp of STIX 2.1 (§2.16): RFC 3339 in UTC with 'Z' and any number of digits in the fraction. They are kept and served as written
 * and compared exactly, however many digits they have.
 */
#ifndef WORK_CYBER_WHEN_H
#define WORK_CYBER_WHEN_H

#include "work/cyber/limits.h"

#include "base/why.h"

/* "2025-03-18T09:30:00" and a point with up to LIMIT_STIX_FRACTION digits. */
#define WHEN_KEY_MAX (19 + 1 + LIMIT_STIX_FRACTION)

struct when_key {
	char text[WHEN_KEY_MAX + 1];
	size_t n;
};

/* Calendar, clock, zone 'Z'. -EINVAL. */
MUST_USE int when_check(struct slice text);
/* The text by which times are ordered byte by byte: without 'Z' and without trailing zeros of the fraction. -EINVAL as when_check. */
MUST_USE int when_key(struct slice text, struct when_key *ret);
/* Milliseconds since 1970, cut. -EINVAL. */
MUST_USE int when_ms(struct slice text, int64_t *ret);

/* TAXII writes and wants microseconds (§2.2 of TAXII 2.1): YYYY-MM-DDTHH:MM:SS.ssssssZ. */
#define WHEN_US_TEXT 27
void when_us_format(int64_t us, char ret[WHEN_US_TEXT + 1]);
/* Any STIX timestamp to microseconds, the rest cut. -EINVAL. */
MUST_USE int when_us(struct slice text, int64_t *ret);

#endif
