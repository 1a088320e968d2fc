/*
 * read.c: the reader of xml.h, over expat.
 *
 * A handler that meets something wrong sets r->rc and stops the parser. Expat may still call
 * handlers for what it had in hand, so each begins by looking at r->rc.
 */
#include "xml/xml.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"

#include <expat.h>

/* Between namespace and local name in what expat hands over; no name can contain it. */
#define SEPARATOR '\n'

struct reader {
	XML_Parser parser;
	struct arena *arena;
	struct xml_node *root, *now; /* now: innermost open element */
	unsigned depth;
	size_t nodes;
	struct buf text[LIMIT_XML_DEPTH]; /* of the open elements */
	struct map names;		  /* namespace or name -> its one copy in the arena */
	int rc;
	struct why *why;
};

static void fail(struct reader *r, int code, const char *what)
{
	char where[32];

	if (r->rc < 0)
		return;
	snprintf(where, sizeof(where), "line %lu",
		(unsigned long)XML_GetCurrentLineNumber(r->parser));
	r->rc = why_set(r->why, code, where, "%s", what);
	XML_StopParser(r->parser, XML_FALSE);
}

static void *take(struct reader *r, size_t n)
{
	void *p = arena_try(r->arena, n);

	if (!p)
		fail(r, E_LIMIT, "more content than there is memory for");
	return p;
}

static bool take_copy(struct reader *r, struct slice s, struct slice *ret)
{
	uint8_t *p;

	*ret = SLICE_NONE;
	if (s.n == 0)
		return true;
	p = take(r, s.n);
	if (!p)
		return false;
	memcpy(p, s.p, s.n);
	*ret = slice_of(p, s.n);
	return true;
}

/* Documents repeat few names often: each is kept once. */
static bool take_name(struct reader *r, struct slice s, struct slice *ret)
{
	const uint8_t *known = map_get(&r->names, s);

	if (s.n > LIMIT_XML_NAME_BYTES) {
		fail(r, E_LIMIT, "a name is too long");
		return false;
	}
	if (known) {
		*ret = slice_of(known, s.n);
		return true;
	}
	if (!take_copy(r, s, ret))
		return false;
	if (ret->n)
		map_put(&r->names, *ret, (void *)(uintptr_t)ret->p);
	return true;
}

/*
 * Expat takes U+00AA, U+00B5 and U+00BA for letters in UTF-16 and ISO-8859-1, but not in UTF-8. Of
 * the characters below U+00C0 that are not ASCII only U+00B7 belongs in a name (XML 1.0 §2.3).
 */
static bool is_name(struct slice s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == 0xc2 && s.p[i + 1] != 0xb7)
			return false;
	return true;
}

static bool take_names(
	struct reader *r, const char *full, struct slice *ret_ns, struct slice *ret_name)
{
	const char *split = strrchr(full, SEPARATOR);
	struct slice ns = SLICE_NONE, name = slice_str(full);

	if (split) {
		ns = slice_of(full, (size_t)(split - full));
		name = slice_str(split + 1);
	}
	if (!is_name(name)) {
		fail(r, E_SYNTAX, "a character that no name can have");
		return false;
	}
	return take_name(r, ns, ret_ns) && take_name(r, name, ret_name);
}

static bool take_attrs(struct reader *r, struct xml_node *node, const char **attrs)
{
	struct xml_attr **link = &node->attrs;

	for (size_t n = 0; attrs[2 * n]; n++) {
		struct xml_attr *a;

		if (n == LIMIT_XML_ATTRIBUTES) {
			fail(r, E_LIMIT, "too many attributes on one element");
			return false;
		}
		a = take(r, sizeof(*a));
		if (!a || !take_names(r, attrs[2 * n], &a->ns, &a->name) ||
			!take_copy(r, slice_str(attrs[2 * n + 1]), &a->value))
			return false;
		*link = a;
		link = &a->next;
		r->nodes++;
	}
	return true;
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct reader *r = ctx;
	struct xml_node *node;

	if (r->rc < 0)
		return;
	if (r->depth == LIMIT_XML_DEPTH) {
		fail(r, E_LIMIT, "nested too deeply");
		return;
	}
	node = take(r, sizeof(*node));
	if (!node || !take_names(r, name, &node->ns, &node->name) || !take_attrs(r, node, attrs))
		return;
	if (++r->nodes > LIMIT_XML_NODES) {
		fail(r, E_LIMIT, "too many elements and attributes");
		return;
	}
	node->line = (unsigned)XML_GetCurrentLineNumber(r->parser);
	node->from = (size_t)XML_GetCurrentByteIndex(r->parser);
	node->parent = r->now;
	if (!r->now)
		r->root = node;
	else if (r->now->last)
		r->now->last->next = node;
	else
		r->now->first = node;
	if (r->now)
		r->now->last = node;
	r->now = node;
	buf_clear(&r->text[r->depth++]);
}

static void on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	struct buf *text;

	(void)name;
	if (r->rc < 0)
		return;
	MUST(r->depth > 0 && r->now);
	text = &r->text[--r->depth];
	MUST(!buf_over(text));
	if (!take_copy(r, buf_slice(text), &r->now->text))
		return;
	r->now->to = (size_t)XML_GetCurrentByteIndex(r->parser) +
		     (size_t)XML_GetCurrentByteCount(r->parser);
	r->now = r->now->parent;
}

static void on_text(void *ctx, const char *s, int n)
{
	struct reader *r = ctx;

	if (r->rc < 0)
		return;
	MUST(r->depth > 0 && n >= 0);
	buf_add(&r->text[r->depth - 1], s, (size_t)n);
}

static void on_doctype(
	void *ctx, const char *name, const char *sysid, const char *pubid, int has_internal_subset)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)has_internal_subset;
	fail(ctx, E_SYNTAX, "a DOCTYPE is not allowed");
}

/* Checked here because expat puts the namespace in front of every name that is in it. */
static void on_namespace(void *ctx, const char *prefix, const char *uri)
{
	(void)prefix;
	if (uri && strlen(uri) > LIMIT_XML_NAME_BYTES)
		fail(ctx, E_LIMIT, "a namespace is too long");
}

static void reader_parse(struct reader *r, struct slice bytes)
{
	enum XML_Status status;

	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	XML_SetStartNamespaceDeclHandler(r->parser, on_namespace);
	XML_SetParamEntityParsing(r->parser, XML_PARAM_ENTITY_PARSING_NEVER);
	status = XML_Parse(r->parser, (const char *)bytes.p, (int)bytes.n, XML_TRUE);
	if (status != XML_STATUS_OK)
		fail(r, E_SYNTAX, XML_ErrorString(XML_GetErrorCode(r->parser)));
}

int xml_read(struct xml_node **ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct reader r = {.arena = arena, .why = why};

	if (bytes.n == 0)
		return why_set(why, E_SYNTAX, "line 1", "the text is empty");
	if (bytes.n > LIMIT_XML_BYTES)
		return why_set(why, E_LIMIT, "", "larger than %zu bytes", LIMIT_XML_BYTES);
	/* UTF-8 is up to three bytes where UTF-16 is two and ISO-8859-1 one. */
	for (size_t i = 0; i < LIMIT_XML_DEPTH; i++)
		buf_init(&r.text[i], LIMIT_XML_BYTES * 3);
	r.parser = XML_ParserCreateNS(NULL, SEPARATOR);
	MUST(r.parser != NULL);
	reader_parse(&r, bytes);
	XML_ParserFree(r.parser);
	for (size_t i = 0; i < LIMIT_XML_DEPTH; i++)
		buf_free(&r.text[i]);
	map_free(&r.names);
	if (r.rc < 0)
		return r.rc;
	MUST(r.root && r.depth == 0);
	*ret = r.root;
	return 0;
}

static bool is_named(const struct xml_node *node, struct slice ns, struct slice name)
{
	return slice_eq(node->name, name) && slice_eq(node->ns, ns);
}

const struct xml_node *xml_child(const struct xml_node *node, const char *ns, const char *name)
{
	if (!node)
		return NULL;
	for (const struct xml_node *c = node->first; c; c = c->next)
		if (is_named(c, slice_str(ns), slice_str(name)))
			return c;
	return NULL;
}

const struct xml_node *xml_again(const struct xml_node *node)
{
	if (!node)
		return NULL;
	for (const struct xml_node *c = node->next; c; c = c->next)
		if (is_named(c, node->ns, node->name))
			return c;
	return NULL;
}

struct slice xml_attr(const struct xml_node *node, const char *name)
{
	if (!node)
		return SLICE_NONE;
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (a->ns.n == 0 && slice_is(a->name, name))
			return a->value;
	return SLICE_NONE;
}
