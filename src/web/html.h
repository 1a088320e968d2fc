/*
 * html.h: writes HTML that is escaped by construction: names of elements and attributes are string
 * literals (anything else does not compile), everything else is text and goes through one escape.
 * There is no call that writes markup given at run time.
 *
 *	struct html h = html_begin(&b);            -- writes the doctype
 *	html_open(&h, "p");
 *	html_attr(&h, "class", SLICE("quote"));
 *	html_text(&h, statement->prose);           -- by a stranger; harmless
 *	html_close(&h, "p");
 *	html_finish(&h);
 *
 * In text, control characters, those that turn the direction of writing, and bytes that are no
 * UTF-8 become U+FFFD; only LF and tab stay. Nothing fails: what does not fit shows in buf_over(b).
 */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/buf.h"

#define HTML_DEPTH 32

struct html {
	struct buf *b; /* borrowed */
	const char *element[HTML_DEPTH];
	unsigned depth;
	bool in_tag; /* "<name" stands there, its ">" does not */
};

struct html html_begin(struct buf *b);
/* All elements must be closed. */
void html_finish(struct html *h);
/* A piece of a page, without a doctype; it may then be put into another writer's page. */
struct html html_piece(struct buf *b);
/* Appends a finished piece. */
void html_join(struct html *h, struct html *piece);

#define html_open(h, name)	  html_open_literal((h), "" name "")
#define html_close(h, name)	  html_close_literal((h), "" name "")
#define html_void(h, name)	  html_void_literal((h), "" name "")
#define html_attr(h, name, value) html_attr_literal((h), "" name "", (value))
/* Attribute of the element opened last; before any of its content. */
void html_attr_literal(struct html *h, const char *name, struct slice value);
void html_open_literal(struct html *h, const char *name);
/* `name` must be that of the innermost element. */
void html_close_literal(struct html *h, const char *name);
/* An element without content (meta, link, br); attributes may follow. */
void html_void_literal(struct html *h, const char *name);

/* href and src: a path on this very server, made of [A-Za-z0-9/._-] and one '#'; asserted. */
void html_link(struct html *h, const char *attribute, const char *path);

void html_text(struct html *h, struct slice text);
void html_str(struct html *h, const char *text);
void html_textf(struct html *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text that somebody else has written, cut off from the direction of the text around it (bdi). */
void html_theirs(struct html *h, struct slice text);

/* An element with a class and one text: <span class="badge good">member</span>. */
#define html_bit(h, name, class_name, text)                                                        \
	html_bit_literal((h), "" name "", "" class_name "", (text))
void html_bit_literal(struct html *h, const char *name, const char *class_name, struct slice text);
/* Opens an element with a class. */
#define html_box(h, name, class_name) html_box_literal((h), "" name "", "" class_name "")
void html_box_literal(struct html *h, const char *name, const char *class_name);

#endif
