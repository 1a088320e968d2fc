/*
 * types.h: the code list of capability types: what a request line asks for and a capability is. Hierarchical: "FLOOD.HCP" is below "FLOOD"; a request for the upper one
 * is served by all below it. Versioned: codes are added, never changed or taken away, and TYPES_VERSION counts up. Each row says what it is elsewhere: modules of the EU civil-protection
 * mechanism, NIMS resource kinds, INSARAG and EMT classes, ERU types of the Red Cross.
 *
 * The last part of a code is unique and may stand for the whole ("HCP"), so that it fits into an SMS.
 */
#ifndef WORK_RESPONSE_TYPES_H
#define WORK_RESPONSE_TYPES_H

#include "base/slice.h"

#define TYPES_VERSION 1

struct type_code {
	const char *code, *name;
	const char *uom; /* what a quantity of one is */
	const char *ucpm, *nims, *who_insarag, *eru;
	unsigned since;
};
extern const struct type_code type_codes[]; /* by code; ends with code NULL */

/* By code or by its last part, whatever the case; NULL. */
const struct type_code *type_find(struct slice text);
/* Is `code` the same as `asked` or below it? Both canonical. */
bool type_serves(struct slice code, struct slice asked);
/* The last part. */
struct slice type_short(struct slice code);

#endif
