/*
 * report.h: the running log of a process, one line per event to standard error, in the form that
 * journald and a person both read: `2026-03-18T09:30:00.000Z warn peer ALB: …`. Only main, api.c files and
 * long-running loops call it; everything below returns a `struct why` instead.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

enum report_level { REPORT_DEBUG, REPORT_INFO, REPORT_WARN, REPORT_ERROR };

/* Lines below `level` are dropped. Default REPORT_INFO. Call before threads start. */
void report_set_level(enum report_level level);
/* Thread-safe; one write(2) per line; control bytes replaced. */
void report(enum report_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* For the impossible: prints file, line, text, and aborts. Stays on in releases. */
#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			must_fail(#cond, __FILE__, __LINE__);                                      \
	} while (0)
void must_fail(const char *cond, const char *file, int line) __attribute__((noreturn));

#endif
