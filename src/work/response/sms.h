/*
 * sms.h: replies that fit into an SMS, as duty officers type them on a telephone:
 *
 *	4711 ACK                    the request has been read
 *	4711 OFFER 2 HCP 12H        firm: two, there in twelve hours (30M, 2D)
 *	4711 MAYBE 2 HCP 12H        provisional
 *	4711 NO all away            declined, with the reason
 *	4711 LATER 6H               deferred: an answer by then
 *
 * Case and spaces do not matter. The type is the last part of a code of types.h; it must be that of a line of the request, and the first such line that is not covered
 * is meant.
 */
#ifndef WORK_RESPONSE_SMS_H
#define WORK_RESPONSE_SMS_H

#include "base/why.h"

enum sms_verb { SMS_ACK, SMS_OFFER, SMS_MAYBE, SMS_NO, SMS_LATER };
struct sms {
	struct slice code; /* digits */
	enum sms_verb verb;
	int64_t quantity, minutes; /* minutes: until there, or until an answer */
	const char *type;	   /* canonical code; NULL */
	struct slice reason;	   /* in the text */
};
#define SMS_MAX 160
/* E_SYNTAX says what is not understood, in words that can be sent back. */
MUST_USE int sms_parse(struct slice text, struct sms *ret, struct why *why);

#endif
