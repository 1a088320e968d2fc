/* report.c: see report.h. */
#include "base/report.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <unistd.h>

#define REPORT_LINE                                                                                \
	2048 /* below PIPE_BUF, so lines of several threads and processes do not mix   \
			  */

static enum report_level report_floor = REPORT_INFO;

void report_set_level(enum report_level level)
{
	report_floor = level;
}

static const char *level_name(enum report_level level)
{
	switch (level) {
	case REPORT_DEBUG:
		return "debug";
	case REPORT_INFO:
		return "info";
	case REPORT_WARN:
		return "warn";
	case REPORT_ERROR:
		return "error";
	}
	return "error";
}

static void report_write(char *line, size_t n)
{
	ssize_t rc;

	line[n] = '\n';
	/* Standard error may be closed; there is nowhere else to say so. */
	rc = write(STDERR_FILENO, line, n + 1);
	(void)rc;
}

void report(enum report_level level, const char *fmt, ...)
{
	char line[REPORT_LINE + 1], stamp[UTC_TEXT_LEN + 1];
	struct env env = env_system();
	va_list ap;
	size_t head;
	int n;

	if (level < report_floor)
		return;
	utc_format(env_now_ms(&env), stamp);
	n = snprintf(line, REPORT_LINE, "%s %s ", stamp, level_name(level));
	MUST(n > 0 && n < REPORT_LINE);
	head = (size_t)n;
	va_start(ap, fmt);
	n = vsnprintf(line + head, REPORT_LINE - head, fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	utf8_tame(line + head);
	report_write(line, head + strlen(line + head));
}

void must_fail(const char *cond, const char *file, int line)
{
	char text[REPORT_LINE + 1];
	int n = snprintf(text, REPORT_LINE, "impossible: %s (%s:%d)", cond, file, line);

	if (n > 0)
		report_write(text, strlen(text));
	abort();
}
