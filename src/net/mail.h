/*
 * mail.h: handing a mail to a relay over SMTP (libcurl): TLS 1.2 or later with a checked certificate, by STARTTLS or from the start; in the clear only where the
 * settings say so, which they may for this machine alone.
 *
 *	struct mail m = {.url = "smtps://mail.example.org:465", .from = from, .to = to, .text = message};
 *	rc = mail_send(&m, &code, why);
 *
 * `text` is the whole message (RFC 5322), as mail_print makes it.
 */
#ifndef NET_MAIL_H
#define NET_MAIL_H

#include "base/buf.h"
#include "base/why.h"

struct mail_relay {
	const char *url;
	bool clear;		     /* no TLS */
	const char *user, *password; /* NULL: none */
	const char *ca_file;	     /* NULL: the system's */
	int64_t deadline_ms;
};
/* E_NET if the relay could not be reached or refused; *ret_code is its last answer (0: none): 5xx will not get better by waiting. */
MUST_USE int mail_send(const struct mail_relay *r, struct slice from, struct slice to,
	struct slice text, long *ret_code, struct why *why);

struct mail_text {
	struct slice from, to, subject, body; /* UTF-8 */
	const char *message_id,
		*thread_id; /* without < >; thread_id NULL: the first of its thread */
	int64_t time_ms;
	const char *mode; /* "real" …: a header of its own */
};
/* Appends the message: headers in ASCII (RFC 2047 where they are not), the body in base64, so that nothing in it can be anything but text. */
void mail_print(const struct mail_text *m, struct buf *b);

#endif
