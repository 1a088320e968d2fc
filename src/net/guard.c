#include "net/guard.h"

#include "base/limits.h"

#include <strings.h>

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool alnum(uint8_t c)
{
	return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 9110 §5.6.2: tchar. */
static bool tchar(uint8_t c)
{
	return alnum(c) || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!tchar(s.p[i]))
			return false;
	return s.n > 0;
}

static bool hexdigit(uint8_t c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool guard_name_is(struct slice name, const char *lit)
{
	return name.n == strlen(lit) && strncasecmp((const char *)name.p, lit, name.n) == 0;
}

struct slice guard_trim(struct slice value)
{
	while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t')) {
		value.p++;
		value.n--;
	}
	while (value.n > 0 && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
		value.n--;
	return value;
}

bool guard_singleton(struct slice name)
{
	static const char *const once[] = {
		"Authorization",
		"Content-Encoding",
		"Content-Length",
		"Content-Range",
		"Content-Type",
		"Cookie",
		"Date",
		"Expect",
		"From",
		"Host",
		"If-Modified-Since",
		"If-Range",
		"If-Unmodified-Since",
		"Last-Event-ID",
		"Max-Forwards",
		"Origin",
		"Proxy-Authorization",
		"Range",
		"Referer",
		"Transfer-Encoding",
		"User-Agent",
	};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		if (guard_name_is(name, once[i]))
			return true;
	return false;
}

static unsigned refuse(struct why *why, unsigned status, const char *where, const char *text)
{
	int code = status == 431 ? E_LIMIT : E_SYNTAX;

	(void)why_set(why, code, where, "%s", text);
	return status;
}

static uint8_t hexvalue(uint8_t c)
{
	return digit(c) ? (uint8_t)(c - '0') : (uint8_t)((c | 0x20) - 'a' + 10);
}

/*
 * A segment "." or "..", escaped or not. A front that takes them away (RFC 3986 §5.2.4) decides by another path than the one that it hands on: what it does not let
 * pass would come as /this/../public/. Escapes are whole here.
 */
static bool has_dot_segment(struct slice path)
{
	size_t dots = 0, others = 0;

	for (size_t i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if (c == '%') {
			c = (uint8_t)(hexvalue(path.p[i + 1]) << 4 | hexvalue(path.p[i + 2]));
			i += 2;
		}
		if (c == '/' || c == '\\') {
			if (others == 0 && (dots == 1 || dots == 2))
				return true;
			dots = others = 0;
		} else {
			dots += c == '.';
			others += c != '.';
		}
	}
	return others == 0 && (dots == 1 || dots == 2);
}

/* RFC 9112 §3.2.1, origin-form only; RFC 3986 §3.3 and §3.4, with what browsers leave unescaped. */
static unsigned target_judge(struct slice t, struct why *why)
{
	if (t.n == 0 || t.p[0] != '/')
		return refuse(why, 400, "target", "the target does not start with '/'");
	for (size_t i = 0; i < t.n; i++) {
		uint8_t c = t.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>#\\", c) != NULL)
			return refuse(why, 400, "target", "a character not allowed in a target");
		if (c != '%')
			continue;
		if (t.n - i < 3 || !hexdigit(t.p[i + 1]) || !hexdigit(t.p[i + 2]))
			return refuse(why, 400, "target", "a broken percent escape");
		if (t.p[i + 1] == '0' && t.p[i + 2] == '0')
			return refuse(why, 400, "target", "an escaped NUL");
	}
	struct slice query = t, path;
	if (slice_cut(&query, '?', &path) && has_dot_segment(path))
		return refuse(why, 400, "target", "a path that goes up or stands still");
	return 0;
}

static unsigned line_judge(const struct guard_head *h, struct why *why)
{
	struct slice v = h->version;

	if (h->method.n > 32 || !token(h->method))
		return refuse(why, 400, "method", "the method is not a token");
	if (v.n != 8 || memcmp(v.p, "HTTP/", 5) != 0 || !digit(v.p[5]) || v.p[6] != '.' ||
		!digit(v.p[7]))
		return refuse(why, 400, "version", "not an HTTP version");
	if (!slice_is(v, "HTTP/1.1") && !slice_is(v, "HTTP/1.0"))
		return refuse(why, 505, "version", "only HTTP/1.1 and HTTP/1.0 are spoken here");
	return target_judge(h->target, why);
}

/* RFC 9110 §5.1 and §5.5: a token, then visible characters, obs-text, SP and HTAB. */
static unsigned field_judge(const struct guard_header *f, struct why *why)
{
	if (!token(f->name))
		return refuse(why, 400, "header", "a field name is not a token");
	for (size_t i = 0; i < f->value.n; i++) {
		uint8_t c = f->value.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return refuse(why, 400, "header", "a control byte in a field value");
	}
	return 0;
}

/* uri-host [":" port], RFC 9110 §7.2: a registered name as DNS and containers use them, or [IPv6].
 */
static bool host_ok(struct slice v)
{
	size_t i = 0;
	uint64_t port;

	if (v.n > 0 && v.p[0] == '[') {
		for (i = 1; i < v.n && (hexdigit(v.p[i]) || v.p[i] == ':' || v.p[i] == '.'); i++)
			;
		if (i < 3 || i == v.n || v.p[i] != ']')
			return false;
		i++;
	} else {
		while (i < v.n && (alnum(v.p[i]) || (v.p[i] != 0 && strchr("-._~", v.p[i]))))
			i++;
		if (i == 0)
			return false;
	}
	if (i == v.n)
		return true;
	return v.p[i] == ':' && slice_u64(slice_sub(v, i + 1, v.n), &port) == 0 && port <= 65535;
}

/* What decides where the message ends (RFC 9112 §6) and whom it is for. */
struct framing {
	struct slice length, coding, host, expect;
	unsigned n_length, n_coding, n_host, n_expect;
};

static unsigned framing_judge(const struct framing *f, bool http10, struct why *why)
{
	uint64_t length;

	if (f->n_host > 1 || (f->n_host == 0 && !http10))
		return refuse(why, 400, "Host", "exactly one Host is needed");
	if (f->n_host == 1 && !host_ok(f->host))
		return refuse(why, 400, "Host", "not a host name or address");
	if (f->n_length > 1)
		return refuse(why, 400, "Content-Length", "given more than once");
	if (f->n_length == 1 && slice_u64(f->length, &length) < 0)
		return refuse(why, 400, "Content-Length", "not a plain decimal number");
	if (f->n_coding > 0 && f->n_length > 0)
		return refuse(why, 400, "Transfer-Encoding", "together with Content-Length");
	if (f->n_coding > 1)
		return refuse(why, 400, "Transfer-Encoding", "given more than once");
	if (f->n_coding == 1 && http10)
		return refuse(why, 400, "Transfer-Encoding", "not part of HTTP/1.0");
	if (f->n_coding == 1 && guard_name_is(f->coding, "chunked"))
		return refuse(why, 411, "Transfer-Encoding", "a request needs a Content-Length");
	if (f->n_coding == 1)
		return refuse(why, 501, "Transfer-Encoding", "an unknown transfer coding");
	if (f->n_expect > 1)
		return refuse(why, 400, "Expect", "given more than once");
	if (f->n_expect == 1 && !guard_name_is(f->expect, "100-continue"))
		return refuse(why, 417, "Expect", "an unknown expectation");
	return 0;
}

static void framing_note(struct framing *f, const struct guard_header *h)
{
	struct slice v = guard_trim(h->value);

	if (guard_name_is(h->name, "Content-Length")) {
		f->n_length++;
		f->length = v;
	} else if (guard_name_is(h->name, "Transfer-Encoding")) {
		f->n_coding++;
		f->coding = v;
	} else if (guard_name_is(h->name, "Host")) {
		f->n_host++;
		f->host = v;
	} else if (guard_name_is(h->name, "Expect")) {
		f->n_expect++;
		f->expect = v;
	}
}

static bool seen_before(const struct guard_head *h, size_t at)
{
	struct slice a = h->header[at].name;

	for (size_t i = 0; i < at; i++) {
		struct slice b = h->header[i].name;

		if (a.n == b.n && strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0)
			return true;
	}
	return false;
}

unsigned guard_judge(const struct guard_head *h, struct why *why)
{
	struct framing framing = {0};
	size_t bytes = h->method.n + h->target.n + h->version.n + 4;
	unsigned status;

	if (h->n > LIMIT_HEADERS)
		return refuse(why, 431, "header", "too many header lines");
	for (size_t i = 0; i < h->n; i++)
		bytes += h->header[i].name.n + h->header[i].value.n + 3;
	if (bytes > LIMIT_HEAD_BYTES)
		return refuse(why, 431, "header", "the head is too large");
	if ((status = line_judge(h, why)) != 0)
		return status;
	for (size_t i = 0; i < h->n; i++) {
		if ((status = field_judge(&h->header[i], why)) != 0)
			return status;
		framing_note(&framing, &h->header[i]);
	}
	if ((status = framing_judge(&framing, slice_is(h->version, "HTTP/1.0"), why)) != 0)
		return status;
	for (size_t i = 1; i < h->n; i++)
		if (guard_singleton(h->header[i].name) && seen_before(h, i))
			return refuse(
				why, 400, "header", "a field given twice that may stand once");
	return 0;
}

/* A walk over the raw head: where the next piece must begin. */
struct seam {
	struct slice raw;
	size_t at;
};

/* `piece` must lie exactly here; steps over it. */
static bool seam_piece(struct seam *s, struct slice piece)
{
	if ((uintptr_t)piece.p != (uintptr_t)s->raw.p + s->at || piece.n > s->raw.n - s->at)
		return false;
	s->at += piece.n;
	return true;
}

/* Exactly `n` NULs, which the parser put where separators were. */
static bool seam_nuls(struct seam *s, size_t n)
{
	if (s->raw.n - s->at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s->raw.p[s->at + i] != 0)
			return false;
	s->at += n;
	return true;
}

static bool seam_field(struct seam *s, const struct guard_header *f)
{
	if (!seam_piece(s, f->name) || !seam_nuls(s, 1)) /* ':' */
		return false;
	while (s->at < s->raw.n && (s->raw.p[s->at] == ' ' || s->raw.p[s->at] == '\t'))
		s->at++;
	return seam_piece(s, f->value) && seam_nuls(s, 2); /* CRLF */
}

unsigned guard_seams(struct slice raw, const struct guard_head *h, struct why *why)
{
	struct seam s = {.raw = raw};

	if (!seam_piece(&s, h->method) || !seam_nuls(&s, 1) || h->target.n > raw.n - s.at)
		return refuse(why, 400, "method", "the request line has stray bytes");
	s.at += h->target.n;
	if (!seam_nuls(&s, 1) || !seam_piece(&s, h->version) || !seam_nuls(&s, 2))
		return refuse(why, 400, "version", "the request line has stray bytes");
	for (size_t i = 0; i < h->n; i++)
		if (!seam_field(&s, &h->header[i]))
			return refuse(why, 400, "header",
				"a folded line, a NUL, or a line not ended by CRLF");
	if (!seam_nuls(&s, 2) || s.at != raw.n)
		return refuse(why, 400, "header", "the head is not ended by CRLF CRLF");
	return 0;
}
