/*
 * why.h: how a failure is told.
 *
 * Every function that can fail because of what somebody sent returns 0 or one of the negative
 * codes below and takes, last, a `struct why *` in which it says what was wrong and where. The
 * same struct becomes the line on the terminal, the problem+json body and the refusal that
 * `entente status` shows. Outputs are untouched on failure.
 *
 *	struct why why = {0};
 *	int rc = note_parse(&note, bytes, &why);
 *	if (rc < 0)
 *		return rc;              -- callers higher up print why.where and why.text
 *
 * A callee sets it with `return why_set(why, E_SYNTAX, "/seq", "expected %d, got %d", a, b);`.
 * `why` may be NULL: then only the code is told.
 */
#ifndef BASE_WHY_H
#define BASE_WHY_H

#include "base/mem.h"
#include "base/slice.h"

enum {
	E_SYNTAX = -2001,  /* not in the grammar of its format (HTTP 400, exit 65) */
	E_INVALID = -2002, /* well-formed, but a rule of the model forbids it (422, exit 65) */
	E_LIMIT = -2003,   /* over a ceiling of base/limits.h or of the charter (413, exit 65) */
	E_DENIED = -2004,  /* the caller may not (403, exit 77) */
	E_MISSING = -2005, /* no such thing, or not released to the caller (404, exit 69) */
	E_CONFLICT =
		-2006, /* somebody was first: it exists already, or has moved on (409, exit 73) */
	E_VERIFY = -2007, /* a signature, hash or proof does not hold (422, exit 76) */
	E_STATE = -2008,  /* not possible in the present state (409, exit 70) */
	E_IO = -2009,	  /* disk or database failed (500, exit 74) */
	E_NET = -2010,	  /* partner could not be reached or broke the protocol (502, exit 69) */
	E_BUSY = -2011,	  /* over a rate or a cap; try later (429/503, exit 75) */
	E_USAGE = -2012,  /* wrong command line (exit 64) */
	E_AUTH = -2013,	  /* not known who is calling (401, exit 77) */
};

struct why {
	int code;	 /* 0: nothing wrong */
	char where[128]; /* JSON pointer, "line 7", header or element name, file name; may be "" */
	char text[320];	 /* one sentence, lower case first letter, no full stop */
};

/*
 * Records the failure in *why (if not NULL) and returns `code`, which must be negative. Control
 * bytes in the formatted text are replaced by '?', so hostile input cannot reach a terminal.
 */
int why_set(struct why *why, int code, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "prefix: " in front of what was said, for a caller that knows more. Returns why->code. */
int why_prefix(struct why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Short name of a code ("syntax", "invalid", "verify" …), for logs, JSON and the refusal table. */
const char *why_name(int code);
/* HTTP status and process exit status that belong to a code. */
unsigned why_http(int code);
int why_exit(int code);

#endif
