/*
 * guard.h: the request guard: judges a parsed head for what two parsers could read differently
 * (RFC 9112 §3, §5, §6; RFC 9110 §5). Pure; exchange.c asks it before any handler sees the request.
 *
 *	status = guard_seams(raw, &head, why);   -- nothing was lost between the pieces
 *	if (status == 0)
 *		status = guard_judge(&head, why);
 *	if (status != 0) ... answer it and close
 *
 * Refused although the standards allow it, because an answer costs less than a doubt:
 * absolute-form and asterisk-form targets, paths with a segment . or .., chunked bodies (411: our clients all know the length of
 * what they send), a Content-Length with leading zeros or twice the same, an empty Host.
 */
#ifndef NET_GUARD_H
#define NET_GUARD_H

#include "base/slice.h"
#include "base/why.h"

struct guard_header {
	struct slice name, value;
};
struct guard_head {
	struct slice method, target, version;
	const struct guard_header *header;
	size_t n;
};

/* 0, or the HTTP status to answer before closing (400, 411, 417, 431, 501, 505), reason in `why`.
 */
unsigned guard_judge(const struct guard_head *head, struct why *why);

/*
 * libmicrohttpd before 1.0 parses a head in place, ends each piece with a NUL, and tolerates much
 * on the way: bare LF, NUL in a value, folded lines, several spaces. `raw` is the whole head as it
 * lies in its buffer afterwards; the pieces of `head` must point into it (but for the target, which
 * is a copy of what stood between method and version). 0 if they tile it exactly as one SP, one SP,
 * CRLF, ':', CRLF … CRLF would; otherwise 400.
 *
 * What cannot be told apart here: CRLF from NUL LF, since both are NUL NUL by then.
 */
unsigned guard_seams(struct slice raw, const struct guard_head *head, struct why *why);

/* Spaces and tabs off both ends: a field value as RFC 9110 §5.5 defines it. */
struct slice guard_trim(struct slice value);

/* Names are compared without regard to case (RFC 9110 §5.1). */
bool guard_name_is(struct slice name, const char *lit);

/* True for fields of which two make no sense: request_header() gives these as they are, others
 * joined. */
bool guard_singleton(struct slice name);

#endif
