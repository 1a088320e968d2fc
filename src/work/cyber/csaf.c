/* csaf.c: see csaf.h. */
#include "work/cyber/csaf.h"

#include "base/report.h"

#include <stdarg.h>

/* Nesting: branches may lie 30 deep (§3.1.2 shows 6); and nodes of a document that fills a payload. */
static const struct json_limits limits = {128, 200000};

void csaf_fault(struct csaf_checking *k, const char *where, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (k->c->n_fault == CSAF_FAULTS)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!k->c->fault)
		k->c->fault = arena_array(k->arena, struct csaf_fault, CSAF_FAULTS);
	k->c->fault[k->c->n_fault++] = (struct csaf_fault){
		arena_string(k->arena, slice_str(where)), arena_string(k->arena, slice_str(text))};
}

size_t csaf_down(struct csaf_checking *k, const char *fmt, ...)
{
	size_t before = k->n_where;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(k->where + before, sizeof(k->where) - before, fmt, args);
	va_end(args);
	MUST(n >= 0 && before + (size_t)n < sizeof(k->where));
	k->n_where = before + (size_t)n;
	return before;
}

void csaf_up(struct csaf_checking *k, size_t n)
{
	k->where[n] = 0;
	k->n_where = n;
}

static int number_cmp(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Semantic Versioning 2.0.0 §11: a pre-release is before its release; numbers among its identifiers are before words, and compared as numbers. */
static int pre_cmp(struct slice a, struct slice b)
{
	struct slice x, y;
	int c = 0;

	if (!a.n || !b.n)
		return a.n ? -1 : b.n ? 1 : 0;
	while (c == 0) {
		bool more = slice_cut(&a, '.', &x), too = slice_cut(&b, '.', &y);
		uint64_t m, n;

		if (!more || !too)
			return more ? 1 : too ? -1 : 0;
		bool number = slice_u64(x, &m) == 0, as_well = slice_u64(y, &n) == 0;

		if (number && as_well)
			c = number_cmp(m, n);
		else if (number != as_well)
			c = number ? -1 : 1;
		else
			c = slice_cmp(x, y) < 0 ? -1 : !slice_eq(x, y);
	}
	return c;
}

int csaf_version_cmp(const struct csaf_version *a, const struct csaf_version *b)
{
	int c = number_cmp(a->major, b->major);

	if (c == 0)
		c = number_cmp(a->minor, b->minor);
	if (c == 0)
		c = number_cmp(a->patch, b->patch);
	return c ? c : pre_cmp(a->pre, b->pre);
}

static struct slice text_of(const struct csaf *c, struct arena *arena, json_ref o, const char *key)
{
	return json_string(&c->doc, json_get(&c->doc, o, key), arena);
}

static void about_read(struct csaf *c, struct arena *arena)
{
	json_ref list = json_get(&c->doc, c->root, "vulnerabilities"),
		 spread = json_get(&c->doc, c->document, "distribution");

	c->tracking = json_get(&c->doc, c->document, "tracking");
	c->title = text_of(c, arena, c->document, "title");
	c->category = text_of(c, arena, c->document, "category");
	c->id = text_of(c, arena, c->tracking, "id");
	c->version = text_of(c, arena, c->tracking, "version");
	c->status = text_of(c, arena, c->tracking, "status");
	c->publisher = text_of(c, arena, json_get(&c->doc, c->document, "publisher"), "namespace");
	for (json_ref v = json_first(&c->doc, list); v && !c->cve.n; v = json_next(&c->doc, v))
		c->cve = text_of(c, arena, v, "cve");
	(void)!tlp_parse(text_of(c, arena, json_get(&c->doc, spread, "tlp"), "label"), &c->tlp);
}

int csaf_about(struct csaf *ret, struct arena *arena, const struct json_doc *doc, json_ref root,
	struct why *why)
{
	struct csaf c = {.doc = *doc, .root = root};

	c.document = json_get(doc, root, "document");
	if (json_type(doc, c.document) != JSON_OBJECT)
		return why_set(why, E_INVALID, "/document", "is missing: this is no CSAF document");
	about_read(&c, arena);
	*ret = c;
	return 0;
}

int csaf_read_at(struct csaf *ret, struct arena *arena, const struct json_doc *doc, json_ref root,
	struct why *why)
{
	struct csaf c;
	struct csaf_checking k = {.c = &c, .arena = arena};
	int rc = csaf_about(&c, arena, doc, root, why);

	if (rc < 0)
		return rc;
	csaf_schema_check(&k);
	if (c.n_fault == 0)
		csaf_test_check(&k);
	*ret = c;
	return c.n_fault == 0 ? 0
			      : why_set(why, E_INVALID, c.fault[0].where, "%s", c.fault[0].text);
}

int csaf_read(struct csaf *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct json_doc doc;
	int rc = json_read(&doc, arena, bytes, &limits, why);

	*ret = (struct csaf){.n_fault = 0};
	return rc < 0 ? rc : csaf_read_at(ret, arena, &doc, json_root(&doc), why);
}

/* The first `max` bytes, whole characters. */
static struct slice cut(struct slice s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	while (n > 0 && n < s.n && (s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_sub(s, 0, n);
}

void csaf_notice(const struct csaf *c, struct buf *ret)
{
	struct json_out o = json_out(ret);

	json_open(&o, '{');
	json_put_string(&o, "title", cut(c->title, 800));
	json_put_cstr(&o, "type", "advisory");
	json_put_cstr(&o, "status", slice_is(c->status, "draft") ? "draft" : "published");
	if (c->cve.n && c->cve.n <= 64)
		json_put_string(&o, "vulnerability", c->cve);
	json_put_raw(&o, "csaf", json_raw(&c->doc, c->root));
	json_close(&o);
}

void csaf_file_name(const struct csaf *c, struct buf *ret)
{
	bool under = false;

	for (size_t i = 0; i < c->id.n && i < 200; i++) {
		uint8_t x = c->id.p[i];

		if (x >= 'A' && x <= 'Z')
			x = (uint8_t)(x + 32);
		bool kept =
			(x >= 'a' && x <= 'z') || (x >= '0' && x <= '9') || x == '+' || x == '-';
		if (kept || !under)
			buf_byte(ret, kept ? x : '_');
		under = !kept;
	}
	buf_str(ret, ".json");
}
