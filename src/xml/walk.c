/* walk.c: xml_walk() of xml.h: a document as it goes by. */
#include "xml/xml.h"

#include "base/limits.h"
#include "base/report.h"

#include <expat.h>

struct walker {
	XML_Parser parser;
	const struct xml_walk *h;
	void *ctx;
	unsigned depth;
	int rc;
	struct why *why;
};

static void line_of(struct walker *w, char ret[32])
{
	snprintf(ret, 32, "line %lu", (unsigned long)XML_GetCurrentLineNumber(w->parser));
}

static void fail(struct walker *w, int code, const char *what)
{
	char where[32];

	if (w->rc < 0)
		return;
	line_of(w, where);
	w->rc = why_set(w->why, code, where, "%s", what);
	XML_StopParser(w->parser, XML_FALSE);
}

/* What a handler said; without a place it gets this one. */
static void told(struct walker *w, int rc)
{
	if (rc >= 0)
		return;
	w->rc = rc;
	if (w->why && !w->why->where[0])
		line_of(w, w->why->where);
	XML_StopParser(w->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct walker *w = ctx;
	size_t n = 0;

	if (w->rc < 0)
		return;
	if (w->depth == LIMIT_XML_DEPTH) {
		fail(w, E_LIMIT, "nested too deeply");
		return;
	}
	while (attrs[n])
		n += 2;
	if (n / 2 > LIMIT_XML_ATTRIBUTES) {
		fail(w, E_LIMIT, "too many attributes on one element");
		return;
	}
	w->depth++;
	told(w, w->h->start(w->ctx, local_name(name), (const char *const *)attrs, w->why));
}

static void on_end(void *ctx, const char *name)
{
	struct walker *w = ctx;

	if (w->rc < 0)
		return;
	MUST(w->depth > 0);
	w->depth--;
	if (w->h->end)
		told(w, w->h->end(w->ctx, local_name(name), w->why));
}

static void on_text(void *ctx, const char *s, int n)
{
	struct walker *w = ctx;

	if (w->rc == 0 && w->h->text)
		told(w, w->h->text(w->ctx, slice_of(s, (size_t)n), w->why));
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

int xml_walk(
	const struct xml_walk *h, void *ctx, struct slice bytes, size_t max_bytes, struct why *why)
{
	struct walker w = {.h = h, .ctx = ctx, .why = why};
	enum XML_Status status;

	if (bytes.n == 0)
		return why_set(why, E_SYNTAX, "line 1", "the text is empty");
	if (bytes.n > max_bytes || bytes.n > INT32_MAX)
		return why_set(why, E_LIMIT, "", "larger than %zu bytes", max_bytes);
	w.parser = XML_ParserCreate(NULL);
	MUST(w.parser != NULL);
	XML_SetUserData(w.parser, &w);
	XML_SetElementHandler(w.parser, on_start, on_end);
	XML_SetCharacterDataHandler(w.parser, on_text);
	XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
	XML_SetParamEntityParsing(w.parser, XML_PARAM_ENTITY_PARSING_NEVER);
	status = XML_Parse(w.parser, (const char *)bytes.p, (int)bytes.n, XML_TRUE);
	if (status != XML_STATUS_OK)
		fail(&w, E_SYNTAX, XML_ErrorString(XML_GetErrorCode(w.parser)));
	XML_ParserFree(w.parser);
	return w.rc;
}

const char *xml_walk_attr(const char *const *attrs, const char *name)
{
	for (; attrs[0]; attrs += 2)
		if (strcmp(attrs[0], name) == 0)
			return attrs[1];
	return NULL;
}
