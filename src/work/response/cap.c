/*
 * cap.c: the reader of cap.h. The three schemas are three tables of elements in their order; one walk reads any of them.
 *
 * XML Schema's own habits matter for the verdict: text may not stand between elements, no element has attributes (but xsi:…), enumerations are compared as they
 * stand and times after their white space is taken off, an empty <language> has its default.
 */
#include "work/response/cap.h"

#include "base/utf8.h"

#include <stdarg.h>

#define ALL	(CAP_10 | CAP_11 | CAP_12)
#define XMLDSIG "http://www.w3.org/2000/09/xmldsig#"
#define XSI	"http://www.w3.org/2001/XMLSchema-instance"

const char *const cap_status[] = {"Actual", "Exercise", "System", "Test", "Draft", NULL};
const char *const cap_msgType[] = {"Alert", "Update", "Cancel", "Ack", "Error", NULL};
const char *const cap_scope[] = {"Public", "Restricted", "Private", NULL};
const char *const cap_category[] = {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health",
	"Env", "Transport", "Infra", "CBRNE", "Other", NULL};
const char *const cap_responseType[] = {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid",
	"Monitor", "Assess", "AllClear", "None", NULL};
const char *const cap_urgency[] = {"Immediate", "Expected", "Future", "Past", "Unknown", NULL};
const char *const cap_severity[] = {"Extreme", "Severe", "Moderate", "Minor", "Unknown", NULL};
const char *const cap_certainty[] = {"Observed", "Likely", "Possible", "Unlikely", "Unknown", NULL};
static const char *const status_10[] = {"Actual", "Exercise", "System", "Test", NULL};
static const char *const category_10[] = {"Geo", "Met", "Safety", "Security", "Rescue", "Fire",
	"Health", "Env", "Transport", "Infra", "Other", NULL};
static const char *const response_11[] = {
	"Shelter", "Evacuate", "Prepare", "Execute", "Monitor", "Assess", "None", NULL};
static const char *const certainty_10[] = {
	"Very Likely", "Likely", "Possible", "Unlikely", "Unknown", NULL};

enum form {
	F_TEXT,
	F_WORD,
	F_TIME,
	F_LANGUAGE,
	F_INTEGER,
	F_DECIMAL,
	F_PAIR,
	F_INFO,
	F_RESOURCE,
	F_AREA
};

/* One element of a sequence. An element that differs by version has several rows. */
struct element {
	const char *name;
	unsigned versions;
	enum form form;
	bool need, many;
	size_t at; /* in the struct of its parent */
	const char *const *words;
};

#define A(field) offsetof(struct cap_alert, field)
static const struct element alert_elements[] = {
	{"identifier", ALL, F_TEXT, true, false, A(identifier), NULL},
	{"sender", ALL, F_TEXT, true, false, A(sender), NULL},
	{"sent", ALL, F_TIME, true, false, A(sent), NULL},
	{"status", CAP_10, F_WORD, true, false, A(status), status_10},
	{"status", CAP_11 | CAP_12, F_WORD, true, false, A(status), cap_status},
	{"msgType", ALL, F_WORD, true, false, A(msgType), cap_msgType},
	{"password", CAP_10, F_TEXT, false, false, A(password), NULL},
	{"source", ALL, F_TEXT, false, false, A(source), NULL},
	{"scope", CAP_10, F_WORD, false, false, A(scope), cap_scope},
	{"scope", CAP_11 | CAP_12, F_WORD, true, false, A(scope), cap_scope},
	{"restriction", ALL, F_TEXT, false, false, A(restriction), NULL},
	{"addresses", ALL, F_TEXT, false, false, A(addresses), NULL},
	{"code", ALL, F_TEXT, false, true, A(code), NULL},
	{"note", ALL, F_TEXT, false, false, A(note), NULL},
	{"references", ALL, F_TEXT, false, false, A(references), NULL},
	{"incidents", ALL, F_TEXT, false, false, A(incidents), NULL},
	{"info", ALL, F_INFO, false, true, A(info), NULL},
	{NULL, 0, F_TEXT, false, false, 0, NULL},
};
#define I(field) offsetof(struct cap_info, field)
static const struct element info_elements[] = {
	{"language", ALL, F_LANGUAGE, false, false, I(language), NULL},
	{"category", CAP_10, F_WORD, false, true, I(category), category_10},
	{"category", CAP_11 | CAP_12, F_WORD, true, true, I(category), cap_category},
	{"event", ALL, F_TEXT, true, false, I(event), NULL},
	{"responseType", CAP_11, F_WORD, false, true, I(responseType), response_11},
	{"responseType", CAP_12, F_WORD, false, true, I(responseType), cap_responseType},
	{"urgency", ALL, F_WORD, true, false, I(urgency), cap_urgency},
	{"severity", ALL, F_WORD, true, false, I(severity), cap_severity},
	{"certainty", CAP_10, F_WORD, true, false, I(certainty), certainty_10},
	{"certainty", CAP_11 | CAP_12, F_WORD, true, false, I(certainty), cap_certainty},
	{"audience", ALL, F_TEXT, false, false, I(audience), NULL},
	{"eventCode", ALL, F_PAIR, false, true, I(eventCode), NULL},
	{"effective", ALL, F_TIME, false, false, I(effective), NULL},
	{"onset", ALL, F_TIME, false, false, I(onset), NULL},
	{"expires", ALL, F_TIME, false, false, I(expires), NULL},
	{"senderName", ALL, F_TEXT, false, false, I(senderName), NULL},
	{"headline", ALL, F_TEXT, false, false, I(headline), NULL},
	{"description", ALL, F_TEXT, false, false, I(description), NULL},
	{"instruction", ALL, F_TEXT, false, false, I(instruction), NULL},
	{"web", ALL, F_TEXT, false, false, I(web), NULL},
	{"contact", ALL, F_TEXT, false, false, I(contact), NULL},
	{"parameter", ALL, F_PAIR, false, true, I(parameter), NULL},
	{"resource", ALL, F_RESOURCE, false, true, I(resource), NULL},
	{"area", ALL, F_AREA, false, true, I(area), NULL},
	{NULL, 0, F_TEXT, false, false, 0, NULL},
};
#define R(field) offsetof(struct cap_resource, field)
static const struct element resource_elements[] = {
	{"resourceDesc", ALL, F_TEXT, true, false, R(resourceDesc), NULL},
	{"mimeType", CAP_10 | CAP_11, F_TEXT, false, false, R(mimeType), NULL},
	{"mimeType", CAP_12, F_TEXT, true, false, R(mimeType), NULL},
	{"size", ALL, F_INTEGER, false, false, R(size), NULL},
	{"uri", ALL, F_TEXT, false, false, R(uri), NULL},
	{"derefUri", CAP_11 | CAP_12, F_TEXT, false, false, R(derefUri), NULL},
	{"digest", ALL, F_TEXT, false, false, R(digest), NULL},
	{NULL, 0, F_TEXT, false, false, 0, NULL},
};
#define E(field) offsetof(struct cap_area, field)
static const struct element area_elements[] = {
	{"areaDesc", ALL, F_TEXT, true, false, E(areaDesc), NULL},
	{"polygon", ALL, F_TEXT, false, true, E(polygon), NULL},
	{"circle", ALL, F_TEXT, false, true, E(circle), NULL},
	{"geocode", ALL, F_PAIR, false, true, E(geocode), NULL},
	{"altitude", CAP_10, F_TEXT, false, false, E(altitude), NULL},
	{"altitude", CAP_11 | CAP_12, F_DECIMAL, false, false, E(altitude), NULL},
	{"ceiling", CAP_10, F_TEXT, false, false, E(ceiling), NULL},
	{"ceiling", CAP_11 | CAP_12, F_DECIMAL, false, false, E(ceiling), NULL},
	{NULL, 0, F_TEXT, false, false, 0, NULL},
};

struct reading {
	struct arena *arena;
	struct cap_notes *notes;
	enum cap_version version;
	const char *ns;
	bool is_signed;
};

const char *cap_level_name(enum cap_level l)
{
	static const char *const names[] = {"schema", "error", "warning"};

	return names[l];
}

void cap_note_add(struct cap_notes *notes, struct arena *arena, enum cap_level level,
	const char *rule, const char *element, unsigned line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	notes->n_schema += level == CAP_SCHEMA;
	notes->n_error += level == CAP_ERROR;
	notes->n_warning += level == CAP_WARNING;
	if (notes->n == CAP_NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_tame(text);
	notes->p[notes->n++] = (struct cap_note){.level = level,
		.rule = rule,
		.element = element,
		.line = line,
		.text = arena_string(arena, slice_str(text))};
}

static void broken(
	struct reading *r, const char *element, unsigned line, const char *text, struct slice value)
{
	if (value.p)
		cap_note_add(r->notes, r->arena, CAP_SCHEMA, "SCHEMA", element, line, "'%.*s' %s",
			(int)(value.n > 60 ? 60 : value.n), (const char *)value.p, text);
	else
		cap_note_add(r->notes, r->arena, CAP_SCHEMA, "SCHEMA", element, line, "%s", text);
}

/* ---- values ---- */

static bool is_word(struct slice s, const char *const *words)
{
	for (; *words; words++)
		if (slice_is(s, *words))
			return true;
	return false;
}

static bool all_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool is_integer(struct slice s)
{
	s = slice_trim(s);
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = slice_sub(s, 1, s.n);
	return all_digits(s);
}

static bool is_decimal(struct slice s)
{
	struct slice whole;

	s = slice_trim(s);
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = slice_sub(s, 1, s.n);
	if (!slice_cut_exact(&s, '.', &whole))
		return all_digits(s);
	return (whole.n == 0 || all_digits(whole)) && (s.n == 0 || all_digits(s)) &&
	       whole.n + s.n > 0;
}

/* [a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*; nothing at all stands for the default. */
static bool is_language(struct slice s)
{
	bool first = true;
	size_t n = 0;

	s = slice_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z', digit = c >= '0' && c <= '9';

		if (c == '-' && n > 0) {
			first = false;
			n = 0;
		} else if ((letter || (digit && !first)) && n < 8) {
			n++;
		} else {
			return false;
		}
	}
	return s.n == 0 || n > 0;
}

/* 1.2 wants whole seconds and an offset; before, a dateTime may have a fraction, Z, or no zone at all (which is read as UTC). */
static bool time_read(struct slice text, enum cap_version version, int64_t *ret)
{
	struct slice s = slice_trim(text);
	uint8_t with_zone[64];

	if (version == CAP_12)
		return s.n == 25 && (s.p[19] == '+' || s.p[19] == '-') &&
		       utc_parse(s, ret, NULL) == 0;
	if (utc_parse(s, ret, NULL) == 0)
		return s.p[10] == 'T' && s.p[s.n - 1] != 'z';
	if (s.n < 19 || s.n >= sizeof(with_zone) - 1)
		return false;
	memcpy(with_zone, s.p, s.n);
	with_zone[s.n] = 'Z';
	return utc_parse(slice_of(with_zone, s.n + 1), ret, NULL) == 0;
}

static bool is_space(struct slice s)
{
	return slice_trim(s).n == 0;
}

/* Nothing but elements inside, and no attributes. */
static void check_frame(struct reading *r, const struct xml_node *node, const char *element)
{
	if (node->first && !is_space(node->text))
		broken(r, element, node->line, "text between the elements", SLICE_NONE);
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (!slice_is(a->ns, XSI))
			broken(r, element, node->line, "is an attribute, and none are allowed",
				a->name);
}

static void check_leaf(struct reading *r, const struct xml_node *node, const char *element)
{
	if (node->first)
		broken(r, element, node->first->line, "is an element, where only text may be",
			node->first->name);
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (!slice_is(a->ns, XSI))
			broken(r, element, node->line, "is an attribute, and none are allowed",
				a->name);
}

/* Never NULL where the element is there. */
static struct slice text_of(const struct xml_node *node)
{
	return node->text.p ? node->text : SLICE("");
}

static void value_check(
	struct reading *r, const struct element *e, struct slice text, unsigned line)
{
	switch (e->form) {
	case F_WORD:
		if (!is_word(text, e->words))
			broken(r, e->name, line, "is not one of the words of the standard", text);
		break;
	case F_LANGUAGE:
		if (!is_language(text))
			broken(r, e->name, line, "is no language", text);
		break;
	case F_INTEGER:
		if (!is_integer(text))
			broken(r, e->name, line, "is no integer", text);
		break;
	case F_DECIMAL:
		if (!is_decimal(text))
			broken(r, e->name, line, "is no decimal", text);
		break;
	case F_TEXT:
	case F_TIME:
	case F_PAIR:
	case F_INFO:
	case F_RESOURCE:
	case F_AREA:
		break;
	}
}

/* ---- elements ---- */

static void sequence_read(
	struct reading *r, const struct xml_node *node, const struct element *table, void *ret);

static struct cap_pair pair_read(
	struct reading *r, const struct element *e, const struct xml_node *node)
{
	struct cap_pair p = {.line = node->line};
	const struct xml_node *name = node->first, *value = name ? name->next : NULL;

	if (r->version == CAP_10) { /* "name=value" */
		struct slice rest = text_of(node);

		check_leaf(r, node, e->name);
		p.name = rest;
		p.value = SLICE("");
		if (slice_cut_exact(&rest, '=', &p.name))
			p.value = rest;
		return p;
	}
	check_frame(r, node, e->name);
	/* Some write value and valueName the wrong way round, or in no namespace: said, and read all the same. */
	if (!name || !value || value->next || !slice_is(name->ns, r->ns) ||
		!slice_is(value->ns, r->ns) || !slice_is(name->name, "valueName") ||
		!slice_is(value->name, "value"))
		broken(r, e->name, node->line, "has not one valueName and one value", SLICE_NONE);
	for (const struct xml_node *c = node->first; c; c = c->next) {
		check_leaf(r, c, e->name);
		if (slice_is(c->name, "valueName"))
			p.name = text_of(c);
		else if (slice_is(c->name, "value"))
			p.value = text_of(c);
	}
	return p;
}

static void one_read(
	struct reading *r, const struct element *e, const struct xml_node *node, void *at)
{
	switch (e->form) {
	case F_TEXT:
	case F_WORD:
	case F_LANGUAGE:
	case F_INTEGER:
	case F_DECIMAL:
		check_leaf(r, node, e->name);
		value_check(r, e, text_of(node), node->line);
		*(struct cap_text *)at = (struct cap_text){text_of(node), node->line};
		break;
	case F_TIME: {
		struct cap_time t = {.text = text_of(node), .line = node->line};

		check_leaf(r, node, e->name);
		if (!time_read(t.text, r->version, &t.ms)) {
			t.ms = 0;
			broken(r, e->name, node->line,
				r->version == CAP_12 ? "is no time like 2026-05-24T16:49:00-07:00"
						     : "is no time",
				t.text);
		}
		*(struct cap_time *)at = t;
		break;
	}
	case F_PAIR:
		*(struct cap_pair *)at = pair_read(r, e, node);
		break;
	case F_INFO:
		((struct cap_info *)at)->line = node->line;
		sequence_read(r, node, info_elements, at);
		break;
	case F_RESOURCE:
		sequence_read(r, node, resource_elements, at);
		break;
	case F_AREA:
		sequence_read(r, node, area_elements, at);
		break;
	}
}

static size_t form_size(enum form f)
{
	switch (f) {
	case F_TIME:
		return sizeof(struct cap_time);
	case F_PAIR:
		return sizeof(struct cap_pair);
	case F_INFO:
		return sizeof(struct cap_info);
	case F_RESOURCE:
		return sizeof(struct cap_resource);
	case F_AREA:
		return sizeof(struct cap_area);
	case F_TEXT:
	case F_WORD:
	case F_LANGUAGE:
	case F_INTEGER:
	case F_DECIMAL:
		break;
	}
	return sizeof(struct cap_text);
}

static const struct element *element_of(
	const struct reading *r, const struct element *table, const struct xml_node *node)
{
	if (!slice_is(node->ns, r->ns))
		return NULL;
	for (const struct element *e = table; e->name; e++)
		if ((e->versions & r->version) && slice_is(node->name, e->name))
			return e;
	return NULL;
}

/* All lists are {pointer, count}, whatever they hold. */
struct any_list {
	void *p;
	size_t n;
};

/* Room for each list at its full length, before they are filled. */
static void lists_make(
	struct reading *r, const struct xml_node *node, const struct element *table, void *ret)
{
	for (const struct element *e = table; e->name; e++) {
		struct any_list *list = (struct any_list *)((uint8_t *)ret + e->at);
		size_t n = 0;

		if (!(e->versions & r->version) || !e->many)
			continue;
		for (const struct xml_node *c = node->first; c; c = c->next)
			n += element_of(r, table, c) == e;
		if (n)
			list->p = arena_alloc_n(r->arena, n, form_size(e->form));
	}
}

static void foreign(struct reading *r, const struct xml_node *c, const struct element *table)
{
	if (table == alert_elements && r->version == CAP_12 && slice_is(c->ns, XMLDSIG)) {
		r->is_signed = true;
		if (c->next && !slice_is(c->next->ns, XMLDSIG))
			broken(r, "alert", c->line, "a signature stands at the end", SLICE_NONE);
		return;
	}
	if (slice_is(c->ns, XMLDSIG))
		r->is_signed = true;
	broken(r,
		table == alert_elements	 ? "alert"
		: table == info_elements ? "info"
		: table == area_elements ? "area"
					 : "resource",
		c->line, "is no element of the standard here", c->name);
}

static void needs_check(struct reading *r, const struct xml_node *node, const struct element *table,
	const void *seen_bits)
{
	const bool *seen = seen_bits;

	for (const struct element *e = table; e->name; e++)
		if ((e->versions & r->version) && e->need && !seen[e - table])
			broken(r, e->name, node->line, "is missing", SLICE_NONE);
}

static void sequence_read(
	struct reading *r, const struct xml_node *node, const struct element *table, void *ret)
{
	bool seen[32] = {false};
	const struct element *last = table;

	check_frame(r, node, (const char *)arena_string(r->arena, node->name));
	if (!node->first && !is_space(node->text))
		broken(r, table[0].name, node->line, "text where elements are expected",
			SLICE_NONE);
	lists_make(r, node, table, ret);
	for (const struct xml_node *c = node->first; c; c = c->next) {
		const struct element *e = element_of(r, table, c);

		if (!e) {
			foreign(r, c, table);
			continue;
		}
		if (e < last)
			broken(r, e->name, c->line, "stands behind what it must precede",
				SLICE_NONE);
		last = e > last ? e : last;
		if (e->many) {
			struct any_list *list = (struct any_list *)((uint8_t *)ret + e->at);

			one_read(r, e, c, (uint8_t *)list->p + list->n++ * form_size(e->form));
		} else if (seen[e - table]) {
			broken(r, e->name, c->line, "stands there twice", SLICE_NONE);
		} else {
			one_read(r, e, c, (uint8_t *)ret + e->at);
		}
		seen[e - table] = true;
	}
	needs_check(r, node, table, seen);
}

bool cap_is_alert(const struct xml_node *node)
{
	return node && slice_is(node->name, "alert") &&
	       (slice_is(node->ns, CAP_NS_12) || slice_is(node->ns, CAP_NS_11) ||
		       slice_is(node->ns, CAP_NS_10));
}

int cap_read_node(struct cap_alert *ret, struct arena *arena, const struct xml_node *node,
	struct cap_notes *notes, struct why *why)
{
	struct reading r = {.arena = arena, .notes = notes};
	struct cap_alert a = {0};
	char where[32];

	if (!cap_is_alert(node)) {
		snprintf(where, sizeof(where), "line %u", node->line);
		return why_set(why, E_SYNTAX, where,
			"is no CAP alert: <%.*s> in the namespace '%.*s'",
			(int)(node->name.n > 40 ? 40 : node->name.n), (const char *)node->name.p,
			(int)(node->ns.n > 80 ? 80 : node->ns.n), (const char *)node->ns.p);
	}
	r.version = slice_is(node->ns, CAP_NS_12)   ? CAP_12
		    : slice_is(node->ns, CAP_NS_11) ? CAP_11
						    : CAP_10;
	r.ns = r.version == CAP_12 ? CAP_NS_12 : r.version == CAP_11 ? CAP_NS_11 : CAP_NS_10;
	sequence_read(&r, node, alert_elements, &a);
	a.version = r.version;
	a.is_signed = r.is_signed;
	*ret = a;
	return 0;
}

int cap_read(struct cap_alert *ret, struct arena *arena, struct slice bytes,
	struct cap_notes *notes, struct why *why)
{
	struct xml_node *root;
	int rc = xml_read(&root, arena, bytes, why);

	return rc < 0 ? rc : cap_read_node(ret, arena, root, notes, why);
}

struct slice cap_title(const struct cap_alert *a)
{
	struct slice title = SLICE_NONE;

	for (size_t i = 0; i < a->n_info && title.n == 0; i++)
		title = a->info[i].headline.text.n ? a->info[i].headline.text
						   : a->info[i].event.text;
	return title;
}

int cap_valid(const struct cap_notes *notes, struct why *why)
{
	char where[96];

	for (size_t i = 0; i < notes->n; i++) {
		const struct cap_note *note = &notes->p[i];

		if (note->level != CAP_SCHEMA)
			continue;
		snprintf(where, sizeof(where), "%.60s, line %u", note->element, note->line);
		return why_set(why, E_INVALID, where, "%s", note->text);
	}
	return 0;
}
