/* why.c: see why.h. */
#include "base/why.h"

#include "base/report.h"
#include "base/utf8.h"

#include <stdarg.h>

int why_set(struct why *why, int code, const char *where, const char *fmt, ...)
{
	/* `where` and the arguments may lie in *why itself. */
	struct why new = {.code = code};
	va_list ap;
	int n;

	MUST(code < 0);
	if (!why)
		return code;
	n = snprintf(new.where, sizeof(new.where), "%s", where ? where : "");
	MUST(n >= 0);
	va_start(ap, fmt);
	n = vsnprintf(new.text, sizeof(new.text), fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	utf8_tame(new.where);
	utf8_tame(new.text);
	*why = new;
	return code;
}

int why_prefix(struct why *why, const char *fmt, ...)
{
	char text[sizeof(why->text)];
	va_list ap;
	size_t at;
	int n;

	MUST(why != NULL);
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	at = strlen(text);
	n = snprintf(text + at, sizeof(text) - at, ": %s", why->text);
	MUST(n >= 0);
	utf8_tame(text);
	memcpy(why->text, text, sizeof(text));
	return why->code;
}

static const struct why_row {
	int code;
	const char *name;
	unsigned http;
	int exit;
} why_table[] = {
	{E_SYNTAX, "syntax", 400, 65},
	{E_INVALID, "invalid", 422, 65},
	{E_LIMIT, "limit", 413, 65},
	{E_DENIED, "denied", 403, 77},
	{E_MISSING, "missing", 404, 69},
	{E_CONFLICT, "conflict", 409, 73},
	{E_VERIFY, "verify", 422, 76},
	{E_STATE, "state", 409, 70},
	{E_IO, "io", 500, 74},
	{E_NET, "net", 502, 69},
	{E_BUSY, "busy", 503, 75},
	{E_USAGE, "usage", 400, 64},
	{E_AUTH, "auth", 401, 77},
};

/* Codes that are not ours (-errno of a system call) count as a failure of the machine. */
static const struct why_row why_other = {0, "system", 500, 71};

static const struct why_row *why_find(int code)
{
	for (size_t i = 0; i < sizeof(why_table) / sizeof(why_table[0]); i++)
		if (why_table[i].code == code)
			return &why_table[i];
	return &why_other;
}

const char *why_name(int code)
{
	return code == 0 ? "ok" : why_find(code)->name;
}

unsigned why_http(int code)
{
	return code == 0 ? 200 : why_find(code)->http;
}

int why_exit(int code)
{
	return code == 0 ? 0 : why_find(code)->exit;
}
