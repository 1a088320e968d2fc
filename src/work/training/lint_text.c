/* lint_text.c: what a script's words give away or lack: addresses that are live, a mark that is missing, files that are not here. */
#include "base/enc.h"
#include "work/training/lint_int.h"

static bool word_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

/* Names that can never be anybody's: RFC 2606, and addresses kept for documents (RFC 5737). */
static bool reserved(struct slice host)
{
	static const char *const end[] = {"example", "example.com", "example.org", "example.net",
		".example", ".example.com", ".example.org", ".example.net", ".test", ".invalid",
		".localhost"};

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (slice_ends(host, end[i]))
			return true;
	return slice_starts(host, "192.0.2.") || slice_starts(host, "198.51.100.") ||
	       slice_starts(host, "203.0.113.");
}

static struct slice host_at(struct slice s, size_t at)
{
	size_t end = at;

	while (end < s.n && word_char(s.p[end]))
		end++;
	while (end > at && s.p[end - 1] == '.')
		end--;
	return slice_sub(s, at, end);
}

static bool live_mail(struct slice s)
{
	for (size_t i = 1; i + 1 < s.n; i++) {
		struct slice host;

		if (s.p[i] != '@' || !word_char(s.p[i - 1]))
			continue;
		host = host_at(s, i + 1);
		if (slice_find(host, '.') > 0 && !reserved(host))
			return true;
	}
	return false;
}

static bool live_address(struct slice s)
{
	static const char *const scheme[] = {"http://", "https://"};

	for (size_t k = 0; k < 2; k++) {
		struct slice rest = s;
		ptrdiff_t at;

		while ((at = slice_search(rest, slice_str(scheme[k]))) >= 0) {
			struct slice host = host_at(rest, (size_t)at + strlen(scheme[k]));

			if (host.n && !reserved(host))
				return true;
			rest = slice_sub(rest, (size_t)at + strlen(scheme[k]), rest.n);
		}
	}
	return false;
}

/* "+355 4 222 5555": a plus, and at least eight digits with what people put between them. */
static bool live_phone(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t digits = 0;

		if (s.p[i] != '+')
			continue;
		for (size_t k = i + 1; k < s.n && k < i + 24; k++)
			if (s.p[k] >= '0' && s.p[k] <= '9')
				digits++;
			else if (s.p[k] != ' ' && s.p[k] != '-' && s.p[k] != '(' && s.p[k] != ')' &&
				 s.p[k] != '/')
				break;
		if (digits >= 8)
			return true;
	}
	return false;
}

static bool has_mark(struct slice s)
{
	return slice_search(s, SLICE("EXERCISE")) >= 0 || slice_search(s, SLICE("Exercise")) >= 0 ||
	       slice_search(s, SLICE("exercise")) >= 0;
}

static void files(struct linting *l, const struct script *s)
{
	json_ref list = json_get(&s->j.doc, s->j.root, "files");

	for (json_ref f = json_first(&s->j.doc, list); f && l->ask; f = json_next(&s->j.doc, f)) {
		struct hash h;

		if (hex_decode(get_text(&s->j.doc, f, "sha256", l->arena), h.b, sizeof(h.b)) == 0 &&
			!l->ask->has_file(l->ask->ctx, &h))
			lint_say(l, "attachment-missing", false, &s->row->object, s->j.number,
				"%.*s is not here",
				SLICE_FMT(get_text(&s->j.doc, f, "name", l->arena)));
	}
}

void lint_text(struct linting *l, const struct script *s)
{
	const char *what = NULL;

	if (live_mail(s->j.body) || live_mail(s->j.native))
		what = "an e-mail address";
	else if (live_address(s->j.body) || live_address(s->j.native))
		what = "a web address";
	else if (live_phone(s->j.body) || live_phone(s->j.native))
		what = "a telephone number";
	if (what)
		lint_say(l, "live-contact", false, &s->row->object, s->j.number,
			"holds %s that may be somebody's", what);
	if (s->j.native.n && !has_mark(s->j.native))
		lint_say(l, "mark-missing", false, &s->row->object, s->j.number,
			"its content does not say that it is an exercise");
	files(l, s);
}
