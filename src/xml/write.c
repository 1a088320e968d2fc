/* write.c: the writer of xml.h. */
#include "xml/xml.h"

#include "base/report.h"
#include "base/utf8.h"

_Static_assert(LIMIT_XML_DEPTH_OUT <= 32, "has_text has one bit per depth");

struct xml_out xml_out(struct buf *b, bool pretty)
{
	buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	return (struct xml_out){.b = b, .pretty = pretty};
}

/* XML 1.0 §2.2 Char. */
static bool is_char(uint32_t cp)
{
	if (cp < 0x20)
		return cp == '\t' || cp == '\n' || cp == '\r';
	return cp != 0xfffe && cp != 0xffff;
}

/*
 * Carriage returns are written as references everywhere, tabs and line feeds in attributes: a
 * reader would turn them into something else (XML 1.0 §2.11, §3.3.3).
 */
static const char *reference(uint32_t cp, bool in_attr)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return in_attr ? "&quot;" : NULL;
	case '\t':
		return in_attr ? "&#9;" : NULL;
	case '\n':
		return in_attr ? "&#10;" : NULL;
	default:
		return NULL;
	}
}

static void escape(struct buf *b, struct slice s, bool in_attr)
{
	for (size_t i = 0; i < s.n;) {
		size_t len = utf8_len(s.p + i, s.n - i);
		struct slice one = slice_of(s.p + i, len);
		uint32_t cp = 0;
		const char *ref;

		i += len ? len : 1;
		if (len == 0 || !utf8_next(&one, &cp) || !is_char(cp)) {
			utf8_put(b, 0xfffd);
			continue;
		}
		ref = reference(cp, in_attr);
		if (ref)
			buf_str(b, ref);
		else
			buf_add(b, s.p + i - len, len);
	}
}

static void end_tag(struct xml_out *o)
{
	if (o->in_tag)
		buf_byte(o->b, '>');
	o->in_tag = false;
}

/* A new line inside the innermost open element, if nothing but layout can come of it. */
static void indent(struct xml_out *o, unsigned depth)
{
	if (!o->pretty || o->depth == 0 || (o->has_text & 1u << (o->depth - 1)))
		return;
	buf_byte(o->b, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_str(o->b, "  ");
}

void xml_open(struct xml_out *o, const char *tag)
{
	MUST(o->depth < LIMIT_XML_DEPTH_OUT && !o->done);
	end_tag(o);
	indent(o, o->depth);
	o->has_text &= ~(1u << o->depth);
	o->open[o->depth++] = tag;
	buf_byte(o->b, '<');
	buf_str(o->b, tag);
	o->in_tag = true;
}

void xml_put_attr(struct xml_out *o, const char *name, struct slice value)
{
	MUST(o->in_tag);
	buf_byte(o->b, ' ');
	buf_str(o->b, name);
	buf_str(o->b, "=\"");
	escape(o->b, value, true);
	buf_byte(o->b, '"');
}

void xml_text(struct xml_out *o, struct slice text)
{
	MUST(o->depth > 0);
	if (text.n == 0)
		return;
	end_tag(o);
	o->has_text |= 1u << (o->depth - 1);
	escape(o->b, text, false);
}

void xml_close(struct xml_out *o)
{
	MUST(o->depth > 0);
	if (o->in_tag) {
		buf_str(o->b, "/>");
		o->in_tag = false;
	} else {
		indent(o, o->depth - 1);
		buf_str(o->b, "</");
		buf_str(o->b, o->open[o->depth - 1]);
		buf_byte(o->b, '>');
	}
	o->depth--;
	o->done = o->depth == 0;
	if (o->done)
		buf_byte(o->b, '\n');
}

void xml_leaf(struct xml_out *o, const char *tag, struct slice text)
{
	xml_open(o, tag);
	xml_text(o, text);
	xml_close(o);
}
