/* check.c: see check.h. */
#include "work/procurement/ocds/check.h"

#include "base/clock.h"
#include "work/procurement/limits.h"
#include "work/procurement/ocds/schema.h"

#include <stdarg.h>

struct checking {
	struct ocds_report r;
	struct arena *arena;
	const struct tree *extensions; /* of the package; NULL */
	/* Where we are: written out only when something is found. */
	struct step {
		struct slice key;
		size_t index;
		bool is_index;
	} step[LIMIT_JSON_BUNDLE_DEPTH + 4];
	unsigned depth;
};

const char *ocds_kind_name(enum ocds_kind k)
{
	static const char *const names[] = {
		"nothing", "release", "record", "release package", "record package"};

	return names[k];
}

enum ocds_kind ocds_kind_of(const struct tree *root)
{
	if (!root || root->type != JSON_OBJECT)
		return OCDS_NOTHING;
	if (tree_get(root, "records"))
		return OCDS_RECORD_PACKAGE;
	if (tree_get(root, "releases"))
		return tree_get(root, "ocid") ? OCDS_RECORD : OCDS_RELEASE_PACKAGE;
	return tree_get(root, "ocid") || tree_get(root, "tag") ? OCDS_RELEASE : OCDS_NOTHING;
}

/* ---- findings ---- */

static const char *path_text(struct checking *c)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	for (unsigned i = 0; i < c->depth; i++) {
		const struct step *s = &c->step[i];

		buf_byte(&b, '/');
		if (s->is_index)
			buf_addf(&b, "%zu", s->index);
		for (size_t k = 0; !s->is_index && k < s->key.n; k++)
			if (s->key.p[k] == '~')
				buf_str(&b, "~0");
			else if (s->key.p[k] == '/')
				buf_str(&b, "~1");
			else
				buf_byte(&b, s->key.p[k]);
	}
	return arena_string(c->arena, buf_slice(&b));
}

static void found(struct checking *c, bool error, const char *rule, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void found(struct checking *c, bool error, const char *rule, const char *fmt, ...)
{
	struct ocds_report *r = &c->r;
	char text[320];
	va_list ap;

	if (error)
		r->errors++;
	else
		r->warnings++;
	if (r->n == LIMIT_OCDS_FINDINGS)
		return;
	if (r->n == r->max) {
		size_t max = r->max ? 2 * r->max : 16;
		struct ocds_finding *more = arena_array(c->arena, struct ocds_finding, max);

		if (r->n)
			memcpy(more, r->finding, r->n * sizeof(*more));
		r->finding = more;
		r->max = max;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->finding[r->n++] = (struct ocds_finding){
		error, rule, path_text(c), arena_string(c->arena, slice_str(text))};
}

static void in_key(struct checking *c, struct slice key)
{
	c->step[c->depth++] = (struct step){.key = key};
}

static void in_index(struct checking *c, size_t i)
{
	c->step[c->depth++] = (struct step){.index = i, .is_index = true};
}

static void out(struct checking *c)
{
	c->depth--;
}

/* ---- scalars ---- */

static unsigned type_of(const struct tree *t)
{
	switch (t->type) {
	case JSON_STRING:
		return OCDS_STRING;
	case JSON_NUMBER:
		for (size_t i = 0; i < t->raw.n; i++)
			if (t->raw.p[i] == '.' || t->raw.p[i] == 'e' || t->raw.p[i] == 'E')
				return OCDS_NUMBER;
		return OCDS_INTEGER | OCDS_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return OCDS_BOOLEAN;
	case JSON_ARRAY:
		return OCDS_ARRAY;
	case JSON_OBJECT:
		return OCDS_OBJECT;
	case JSON_NULL:
	case JSON_NONE:
		break;
	}
	return OCDS_NULL;
}

static const char *types_text(struct checking *c, unsigned types)
{
	static const char *const names[] = {
		"string", "integer", "number", "boolean", "null", "object", "array"};
	const char *text = "";

	for (unsigned i = 0; i < 7; i++)
		if (types & 1u << i)
			text = arena_printf(
				c->arena, "%s%s%s", text, *text ? " or " : "", names[i]);
	return text;
}

/* RFC 3986: a scheme, and no characters that a URI cannot hold. */
static bool is_uri(struct slice s)
{
	ptrdiff_t colon = slice_find(s, ':');

	if (colon < 1)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i], low = ch | 0x20;
		bool letter = low >= 'a' && low <= 'z';

		if (i == 0 && !letter)
			return false;
		if (i < (size_t)colon && !letter && !(ch >= '0' && ch <= '9') && ch != '+' &&
			ch != '-' && ch != '.')
			return false;
		if (ch <= 0x20 || ch == 0x7f || strchr("<>\"{}|\\^`", ch))
			return false;
	}
	return true;
}

static void text_check(struct checking *c, const struct ocds_field *f, const struct tree *t)
{
	struct why why = {0};
	int64_t ms;

	if (f->not_empty && t->text.n == 0)
		found(c, true, "minLength", "must not be empty");
	if (f->date && utc_parse(t->text, &ms, &why) < 0)
		found(c, true, "format", "is no date and time of RFC 3339");
	if (f->uri && !is_uri(t->text))
		found(c, true, "format", "is no URI");
	if (f->codelist && !ocds_code_known(f->codelist, t->text))
		found(c, !f->codelist->open, f->codelist->open ? "openCodelist" : "codelist",
			"'%.*s' is not in the %s codelist %s",
			(int)(t->text.n < 60 ? t->text.n : 60), (const char *)t->text.p,
			f->codelist->open ? "open" : "closed", f->codelist->name);
}

static void empty_check(struct checking *c, const struct tree *t)
{
	bool container = t->type == JSON_OBJECT || t->type == JSON_ARRAY;

	if ((container && t->n == 0) || (t->type == JSON_STRING && slice_trim(t->text).n == 0))
		found(c, false, "empty", "is empty");
}

/* ---- structure ---- */

static void object_check(struct checking *c, const struct ocds_def *d, const struct tree *t);

struct element {
	uint64_t hash;
	const struct tree *t;
	size_t index;
};

static int element_cmp(const void *a, const void *b)
{
	const struct element *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Equal elements, or equal ids: sorted by hash, then compared. */
static void twins(struct checking *c, const struct tree *array, bool by_id)
{
	struct element *e = mem_zero_alloc(array->n + 1, sizeof(*e));
	size_t n = 0, i = 0;

	for (const struct tree *t = array->first; t; t = t->next, i++) {
		const struct tree *of = by_id ? tree_get(t, "id") : t;

		if (of)
			e[n++] = (struct element){tree_hash(of), of, i};
	}
	qsort(e, n, sizeof(*e), element_cmp);
	for (size_t k = 1; k < n; k++)
		if (e[k].hash == e[k - 1].hash && tree_equal(e[k].t, e[k - 1].t))
			found(c, !by_id, by_id ? "duplicateId" : "uniqueItems",
				"elements %zu and %zu %s", e[k - 1].index, e[k].index,
				by_id ? "have the same id" : "are equal");
	mem_free(e);
}

static void array_check(struct checking *c, const struct ocds_field *f, const struct tree *t)
{
	size_t i = 0;

	if (f->at_least_one && t->n == 0)
		found(c, true, "minItems", "must have an element");
	if (f->unique)
		twins(c, t, false);
	if (f->object && f->object->has_id)
		twins(c, t, true);
	for (const struct tree *v = t->first; v; v = v->next, i++) {
		in_index(c, i);
		empty_check(c, v);
		if (f->item && !(type_of(v) & f->item))
			found(c, true, "type", "must be %s", types_text(c, f->item));
		else if (v->type == JSON_OBJECT)
			object_check(c, f->object, v);
		else if (v->type == JSON_STRING)
			text_check(c, f, v);
		out(c);
	}
}

static bool declared(const struct checking *c, const char *extension)
{
	for (const struct tree *e = c->extensions ? c->extensions->first : NULL; e; e = e->next)
		if (slice_search(e->text, slice_str(extension)) >= 0)
			return true;
	return false;
}

static void member_check(struct checking *c, const struct ocds_def *d, const struct tree *t)
{
	const struct ocds_field *f = ocds_field(d, t->key);

	if (f && f->extension && !declared(c, f->extension))
		f = NULL;
	empty_check(c, t);
	if (!f) {
		if (ocds_translated(d, t->key)) {
			if (t->type != JSON_STRING && t->type != JSON_NULL)
				found(c, true, "type", "must be string or null");
		} else {
			found(c, false, "additionalField", "is no field of %s", d->name);
		}
		return;
	}
	if (!(type_of(t) & f->type))
		found(c, true, "type", "must be %s", types_text(c, f->type));
	else if (t->type == JSON_OBJECT)
		object_check(c, f->object, t);
	else if (t->type == JSON_ARRAY)
		array_check(c, f, t);
	else if (t->type == JSON_STRING)
		text_check(c, f, t);
}

static void object_check(struct checking *c, const struct ocds_def *d, const struct tree *t)
{
	if (!d || c->depth >= LIMIT_JSON_BUNDLE_DEPTH)
		return;
	for (size_t i = 0; i < d->n_field; i++) {
		const struct ocds_field *f = &d->field[i];

		if (f->required && (!f->extension || declared(c, f->extension)) &&
			!tree_get_slice(t, f->name))
			found(c, true, "required", "'%.*s' is missing", SLICE_FMT(f->name));
	}
	for (const struct tree *m = t->first; m; m = m->next) {
		in_key(c, m->key);
		member_check(c, d, m);
		out(c);
	}
}

/* ---- releases, records, packages ---- */

/* ocds- and six letters or digits, then something. */
static void ocid_check(struct checking *c, const struct tree *t)
{
	struct slice s = tree_text(t, "ocid");
	bool good = slice_take(&s, "ocds-") && s.n > 6;

	for (size_t i = 0; good && i < 6; i++)
		good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
	if (!good)
		found(c, false, "ocidPrefix",
			"the ocid does not begin with ocds- and six letters or digits");
}

/* References to organizations by id, wherever they are, against parties. */
static void parties_check(struct checking *c, const struct tree *t, const struct tree *parties)
{
	static const char *const references[] = {"buyer", "procuringEntity", "payer", "payee",
		"suppliers", "tenderers", "buyers", "sourceParty"};

	for (const struct tree *m = t->first; m; m = m->next) {
		bool reference = false;

		if (m->type != JSON_OBJECT && m->type != JSON_ARRAY)
			continue;
		for (size_t i = 0; m->has_key && i < sizeof(references) / sizeof(references[0]);
			i++)
			reference |= slice_is(m->key, references[i]);
		if (m->has_key)
			in_key(c, m->key);
		parties_check(c, m, parties);
		for (const struct tree *e = m->type == JSON_OBJECT ? m : m->first; reference && e;
			e = m->type == JSON_OBJECT ? NULL : e->next) {
			const struct tree *id = tree_get(e, "id");
			bool there = id == NULL;

			for (const struct tree *p = parties->first; !there && p; p = p->next) {
				const struct tree *other = tree_get(p, "id");

				there = other && tree_equal(id, other);
			}
			if (!there)
				found(c, false, "partyMissing",
					"refers to an organization that is not in parties");
		}
		if (m->has_key)
			out(c);
	}
}

static void release_check(struct checking *c, const struct tree *t)
{
	const struct tree *parties = tree_get(t, "parties");

	if (t->type != JSON_OBJECT) {
		found(c, true, "type", "a release is an object");
		return;
	}
	object_check(c, ocds_def("Release"), t);
	ocid_check(c, t);
	if (parties && parties->type == JSON_ARRAY)
		parties_check(c, t, parties);
}

static void named_check(struct checking *c, const struct tree *t, const char *name, unsigned types,
	bool required, bool uri, bool date)
{
	struct ocds_field f = {.name = slice_str(name), .type = types, .uri = uri, .date = date};
	const struct tree *v = tree_get(t, name);

	if (!v) {
		if (required)
			found(c, true, "required", "'%s' is missing", name);
		return;
	}
	in_key(c, f.name);
	empty_check(c, v);
	if (!(type_of(v) & types))
		found(c, true, "type", "must be %s", types_text(c, types));
	else if (v->type == JSON_STRING)
		text_check(c, &f, v);
	out(c);
}

static void embedded_or_linked(struct checking *c, const struct tree *releases)
{
	size_t linked = 0, i = 0;

	for (const struct tree *r = releases->first; r; r = r->next)
		linked += tree_get(r, "url") != NULL;
	if (linked && linked != releases->n)
		found(c, true, "oneOf", "linked and embedded releases are mixed");
	for (const struct tree *r = releases->first; r; r = r->next, i++) {
		in_index(c, i);
		if (tree_get(r, "url")) {
			named_check(c, r, "url", OCDS_STRING | OCDS_NULL, true, true, false);
			named_check(c, r, "date", OCDS_STRING | OCDS_NULL, false, false, true);
		} else {
			release_check(c, r);
		}
		out(c);
	}
}

static void record_check(struct checking *c, const struct tree *t)
{
	const struct tree *releases = tree_get(t, "releases"),
			  *compiled = tree_get(t, "compiledRelease");

	if (t->type != JSON_OBJECT) {
		found(c, true, "type", "a record is an object");
		return;
	}
	named_check(c, t, "ocid", OCDS_STRING, true, false, false);
	ocid_check(c, t);
	if (!releases || releases->type != JSON_ARRAY || releases->n == 0) {
		found(c, true, "required", "'releases' is missing, or no array with elements");
	} else {
		in_key(c, SLICE("releases"));
		embedded_or_linked(c, releases);
		twins(c, releases, true);
		out(c);
	}
	if (compiled) {
		in_key(c, SLICE("compiledRelease"));
		release_check(c, compiled);
		out(c);
	}
}

static void publisher_check(struct checking *c, const struct tree *t)
{
	const struct tree *p = tree_get(t, "publisher");

	if (!p) {
		found(c, true, "required", "'publisher' is missing");
		return;
	}
	in_key(c, SLICE("publisher"));
	if (p->type != JSON_OBJECT) {
		found(c, true, "type", "must be object");
	} else {
		named_check(c, p, "name", OCDS_STRING, true, false, false);
		named_check(c, p, "uri", OCDS_STRING | OCDS_NULL, false, true, false);
	}
	out(c);
}

/* "1.1": digits, a point, digits. */
static void version_check(struct checking *c, const struct tree *t)
{
	struct slice v = tree_text(t, "version"), major;
	uint64_t n;

	named_check(c, t, "version", OCDS_STRING, true, false, false);
	if (tree_get(t, "version") && (!slice_cut_exact(&v, '.', &major) ||
					      slice_u64(major, &n) < 0 || slice_u64(v, &n) < 0))
		found(c, true, "pattern", "the version is not of the form 1.1");
}

/* The same (ocid, id) or ocid twice, over a whole package. */
static void same_twice(struct checking *c, const struct tree *list, bool records)
{
	struct element *e = mem_zero_alloc(list->n + 1, sizeof(*e));
	size_t n = 0;

	for (const struct tree *t = list->first; t; t = t->next, n++) {
		struct tree *key = tree_new(c->arena, JSON_ARRAY);
		const struct tree *ocid = tree_get(t, "ocid"), *id = tree_get(t, "id");

		if (ocid)
			tree_push(key, tree_copy(c->arena, ocid));
		if (id && !records)
			tree_push(key, tree_copy(c->arena, id));
		e[n] = (struct element){tree_hash(key), key, n};
	}
	qsort(e, n, sizeof(*e), element_cmp);
	for (size_t k = 1; k < n; k++)
		if (e[k].hash == e[k - 1].hash && tree_equal(e[k].t, e[k - 1].t))
			found(c, false, records ? "duplicateRecord" : "duplicateRelease",
				"%zu and %zu have the same %s", e[k - 1].index, e[k].index,
				records ? "ocid" : "ocid and id");
	mem_free(e);
}

static void package_check(struct checking *c, const struct tree *t, bool records)
{
	const char *name = records ? "records" : "releases";
	const struct tree *list = tree_get(t, name);
	struct ocds_field unique = {
		.type = OCDS_ARRAY, .item = OCDS_OBJECT, .at_least_one = true, .unique = true};
	size_t i = 0;

	c->extensions = tree_get(t, "extensions");
	named_check(c, t, "uri", OCDS_STRING, true, true, false);
	named_check(c, t, "publishedDate", OCDS_STRING, true, false, true);
	named_check(c, t, "license", OCDS_STRING | OCDS_NULL, false, true, false);
	named_check(c, t, "publicationPolicy", OCDS_STRING | OCDS_NULL, false, true, false);
	version_check(c, t);
	publisher_check(c, t);
	if (list->type != JSON_ARRAY) {
		found(c, true, "type", "'%s' must be an array", name);
		return;
	}
	in_key(c, slice_str(name));
	array_check(c, &unique, list);
	same_twice(c, list, records);
	for (const struct tree *e = list->first; e; e = e->next, i++) {
		in_index(c, i);
		if (records)
			record_check(c, e);
		else
			release_check(c, e);
		out(c);
	}
	out(c);
}

struct ocds_report ocds_check(const struct tree *root, struct arena *arena)
{
	struct checking *c = arena_new(arena, struct checking);

	c->arena = arena;
	c->r.kind = ocds_kind_of(root);
	switch (c->r.kind) {
	case OCDS_NOTHING:
		found(c, true, "kind",
			"this is no release, record or package: it has no ocid, releases or records");
		break;
	case OCDS_RELEASE:
		release_check(c, root);
		break;
	case OCDS_RECORD:
		record_check(c, root);
		break;
	case OCDS_RELEASE_PACKAGE:
	case OCDS_RECORD_PACKAGE:
		package_check(c, root, c->r.kind == OCDS_RECORD_PACKAGE);
		break;
	}
	return c->r;
}
