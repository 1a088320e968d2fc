/*
 * xml.h: XML read by expat with everything dangerous refused: a DOCTYPE ends parsing before its content
 * is looked at, so there are no entities, no external subsets, no bombs. Namespaces are resolved.
 *
 * The result is a small tree in an arena; names are "namespace-uri|local".
 *
 *	struct xml_node *root;
 *	rc = xml_read(&root, arena, bytes, why);       -- why.where is "line 7"
 *	xml_child(root, "urn:…", "Classification")
 *
 * The writer escapes; there is no way to print raw text by accident.
 */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

#define LIMIT_XML_DEPTH_OUT 32 /* our own documents are flat */

struct xml_attr {
	struct slice ns, name, value;
	struct xml_attr *next;
};

struct xml_node {
	struct slice ns, name; /* ns empty: none */
	struct slice text;     /* character data directly inside, concatenated */
	unsigned line;
	size_t from, to; /* where it stands in the bytes that were read, tags included */
	struct xml_attr *attrs;
	struct xml_node *parent, *first, *next, *last;
};

/*
 * The root element of `bytes`. Limits LIMIT_XML_* (E_LIMIT, also when the arena is full); everything
 * else that is wrong, a DOCTYPE among it, is E_SYNTAX. Nodes and strings lie in the arena.
 * UTF-8, UTF-16 and ISO-8859-1 as expat knows them; text comes out in UTF-8.
 */
MUST_USE int xml_read(
	struct xml_node **ret, struct arena *arena, struct slice bytes, struct why *why);
/* First child with that name, or NULL. `node` may be NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *ns, const char *name);
/* Next sibling with the same name, or NULL. */
const struct xml_node *xml_again(const struct xml_node *node);
/* Attribute value without namespace, or empty. */
struct slice xml_attr(const struct xml_node *node, const char *name);

/*
 * The same refusals for documents that are too large for a tree: the elements are handed on as they come. Names are local names, namespaces are not looked at;
 * `attrs` are name and value in turn and end with NULL. What a handler gets is gone when it returns. A handler that answers negative ends the walk with that
 * code, and has set `why`, whose place (line) is added if it set none.
 */
struct xml_walk {
	int (*start)(void *ctx, const char *name, const char *const *attrs, struct why *why);
	int (*end)(void *ctx, const char *name, struct why *why);   /* may be NULL */
	int (*text)(void *ctx, struct slice text, struct why *why); /* in pieces; may be NULL */
};
MUST_USE int xml_walk(
	const struct xml_walk *h, void *ctx, struct slice bytes, size_t max_bytes, struct why *why);
/* Value of an attribute handed to a handler; NULL. A prefix, if the document wrote one, is part of the name ("r:id"). */
const char *xml_walk_attr(const char *const *attrs, const char *name);

struct xml_out {
	struct buf *b; /* borrowed */
	const char *open[LIMIT_XML_DEPTH_OUT];
	unsigned depth;
	uint32_t has_text; /* one bit per depth: no white space may be added there */
	bool in_tag, done;
	bool pretty; /* indents, except inside elements that have text */
};
struct xml_out xml_out(struct buf *b, bool pretty); /* writes the XML declaration */
/* `tag` may carry a prefix; it must outlive the writer (a literal). */
void xml_open(struct xml_out *o, const char *tag);
/* Straight after xml_open(). What XML cannot carry (controls, invalid UTF-8) becomes U+FFFD. */
void xml_put_attr(struct xml_out *o, const char *name, struct slice value);
void xml_text(struct xml_out *o, struct slice text);
void xml_close(struct xml_out *o);
/* <tag>text</tag> */
void xml_leaf(struct xml_out *o, const char *tag, struct slice text);

#endif
