/* html.c: the one place where markup is put together. */
#include "web/html.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"

#include <stdarg.h>

struct html html_begin(struct buf *b)
{
	buf_str(b, "<!doctype html>\n");
	return (struct html){.b = b};
}

static void end_tag(struct html *h)
{
	if (h->in_tag)
		buf_byte(h->b, '>');
	h->in_tag = false;
}

void html_finish(struct html *h)
{
	MUST(h->depth == 0);
	end_tag(h);
	buf_byte(h->b, '\n');
}

struct html html_piece(struct buf *b)
{
	return (struct html){.b = b};
}

void html_join(struct html *h, struct html *piece)
{
	MUST(piece->depth == 0 && piece->b != h->b);
	end_tag(piece);
	end_tag(h);
	buf_slice_add(h->b, buf_slice(piece->b));
}

static void escape(struct buf *b, uint32_t cp)
{
	switch (cp) {
	case '&':
		buf_str(b, "&amp;");
		break;
	case '<':
		buf_str(b, "&lt;");
		break;
	case '>':
		buf_str(b, "&gt;");
		break;
	case '"':
		buf_str(b, "&quot;");
		break;
	case '\'':
		buf_str(b, "&#39;");
		break;
	case '\n':
	case '\t':
		buf_byte(b, (uint8_t)cp);
		break;
	default:
		utf8_put(b, utf8_unsafe(cp) ? 0xFFFD : cp);
	}
}

static void add_escaped(struct buf *b, struct slice s)
{
	while (s.n > 0) {
		size_t len = utf8_len(s.p, s.n);
		struct slice one = slice_sub(s, 0, len);
		uint32_t cp;
		if (len == 0 || !utf8_next(&one, &cp)) {
			len = 1;
			cp = 0xFFFD;
		}
		escape(b, cp);
		s = slice_sub(s, len, s.n);
	}
}

void html_open_literal(struct html *h, const char *name)
{
	MUST(h->depth < HTML_DEPTH);
	end_tag(h);
	buf_byte(h->b, '<');
	buf_str(h->b, name);
	h->element[h->depth++] = name;
	h->in_tag = true;
}

void html_close_literal(struct html *h, const char *name)
{
	MUST(h->depth > 0 && strcmp(h->element[h->depth - 1], name) == 0);
	end_tag(h);
	h->depth--;
	buf_str(h->b, "</");
	buf_str(h->b, name);
	buf_byte(h->b, '>');
}

void html_void_literal(struct html *h, const char *name)
{
	end_tag(h);
	buf_byte(h->b, '<');
	buf_str(h->b, name);
	h->in_tag = true;
}

void html_attr_literal(struct html *h, const char *name, struct slice value)
{
	MUST(h->in_tag);
	buf_byte(h->b, ' ');
	buf_str(h->b, name);
	buf_str(h->b, "=\"");
	add_escaped(h->b, value);
	buf_byte(h->b, '"');
}

static bool own_path(const char *path)
{
	unsigned marks = 0;
	for (const char *p = path; *p; p++) {
		bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			    (*p >= '0' && *p <= '9');
		marks += *p == '#';
		if (!word && !strchr("/._-#", *p))
			return false;
	}
	return marks <= 1 && (path[0] == '#' || (path[0] == '/' && path[1] != '/'));
}

void html_link(struct html *h, const char *attribute, const char *path)
{
	MUST(own_path(path));
	html_attr_literal(h, attribute, slice_str(path));
}

void html_text(struct html *h, struct slice text)
{
	end_tag(h);
	add_escaped(h->b, text);
}

void html_str(struct html *h, const char *text)
{
	html_text(h, slice_str(text));
}

void html_textf(struct html *h, const char *fmt, ...)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	char line[1024];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	if ((size_t)n < sizeof(line)) {
		html_str(h, line);
		return;
	}
	uint8_t *room = buf_room(&b, (size_t)n + 1);
	MUST(room != NULL);
	va_start(ap, fmt);
	vsnprintf((char *)room, (size_t)n + 1, fmt, ap);
	va_end(ap);
	html_text(h, slice_of(room, (size_t)n));
}

void html_theirs(struct html *h, struct slice text)
{
	html_open(h, "bdi");
	html_text(h, text);
	html_close(h, "bdi");
}

void html_box_literal(struct html *h, const char *name, const char *class_name)
{
	html_open_literal(h, name);
	html_attr(h, "class", slice_str(class_name));
}

void html_bit_literal(struct html *h, const char *name, const char *class_name, struct slice text)
{
	html_box_literal(h, name, class_name);
	html_text(h, text);
	html_close_literal(h, name);
}
