/*
 * take.h: alerts that others have written, taken in as they came: out of a file, a request or a feed; and what becomes of each, so that none is passed over in silence.
 *
 *	struct taking_in t = {.view = &v, .label = label, .audience = audience, .now_ms = now, .keep = keep, .ctx = ctx};
 *	rc = take_in(&t, &arena, bytes, &found, why);                  -- negative only if it could not be tried: found.verdict says what came of it
 */
#ifndef WORK_RESPONSE_TAKE_H
#define WORK_RESPONSE_TAKE_H

#include "work/response/cap.h"
#include "work/response/store.h"

enum take_verdict {
	TAKE_NEW,
	TAKE_KNOWN, /* this very message is here already */
	TAKE_OVER, /* it has expired, by its own words, and changes or calls off nothing that is held here and has not */
	TAKE_UNREADABLE, /* no CAP alert, or without what names one: identifier, sender, sent, status, msgType */
	TAKE_LARGE,   /* larger than a record may be */
	TAKE_REFUSED, /* the node would not write it, or it bears the name of its own alerts, or is real in the envelope of a drill: found.why says why */
};
const char *take_word(
	enum take_verdict v); /* "taken", "known", "over", "unreadable", "too large", "refused" */

struct taking_in {
	const struct aid_view *view;  /* its mode is set by each alert */
	struct slice label, audience; /* audience: "all" or ids with commas */
	struct slice
		envelope; /* what an EDXL-DE envelope around it says of its status; empty: there is none */
	int64_t now_ms;
	int (*keep)(void *ctx, const struct draft *d, struct why *why); /* writes it */
	void *ctx;
};
struct take_found {
	enum take_verdict verdict;
	struct draft draft;	 /* of TAKE_NEW and TAKE_REFUSED: the bytes as they came */
	struct cap_alert alert;	 /* as far as it could be read */
	struct cap_notes *notes; /* schema and classic mistakes */
	struct why why;		 /* from TAKE_UNREADABLE on: what is wrong */
};
/* Looks at it and keeps what is new. In `arena`. Label and readers that are none are E_INVALID. */
MUST_USE int take_in(const struct taking_in *t, struct arena *arena, struct slice bytes,
	struct take_found *ret, struct why *why);
/* One of an answer: {"verdict", "why", "identifier", "sender", "object", "leaf", "valid", "notes"}; `w` of what was written. */
void take_tell(const struct take_found *f, const struct written *w, struct json_out *o);

#endif
