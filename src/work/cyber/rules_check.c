/* rules_check.c: an object against the tables of rules.c: common properties (§3.2), types of values (§2), what must be there. */
#include "work/cyber/rules.h"

#include <errno.h>
#include <stdlib.h>

#define INTEGER_MAX ((1LL << 53) - 1)

static const struct prop common[] = {{"type", P_STRING, true, NULL}, {"id", P_STRING, true, NULL},
	{"spec_version", P_STRING, false, NULL}, {"created", P_TIME, false, NULL},
	{"modified", P_TIME, false, NULL}, {"created_by_ref", P_ID, false, "identity"},
	{"revoked", P_BOOLEAN, false, NULL}, {"labels", P_STRINGS, false, NULL},
	{"confidence", P_INTEGER, false, NULL}, {"lang", P_STRING, false, NULL},
	{"external_references", P_EXTERNAL, false, NULL},
	{"object_marking_refs", P_IDS, false, "marking-definition"},
	{"granular_markings", P_LIST, false, NULL}, {"extensions", P_OBJECT, false, NULL},
	{"defanged", P_BOOLEAN, false, NULL}, {NULL, P_ANY, false, NULL}};

/* An observable has no versions and no author (§3.2, table). */
static const char *const not_of_observables[] = {
	"created", "modified", "created_by_ref", "revoked"};

/* ---- values ---- */

struct value {
	const struct stix *s;
	json_ref v;
	const struct prop *p;
	struct arena *arena;
	struct why *why;
};

static int wrong(const struct value *x, const char *what)
{
	char where[300];

	snprintf(where, sizeof(where), "/%s", x->p->name);
	return why_set(x->why, E_INVALID, where, "%s", what);
}

static bool type_among(const char *of, struct slice type)
{
	struct slice rest = slice_str(of), one;

	if (!of)
		return true;
	while (slice_cut(&rest, '|', &one))
		if (slice_eq(one, type))
			return true;
	return false;
}

static int check_id(const struct value *x, json_ref v)
{
	struct slice type;
	struct stix_uuid uuid;

	if (stix_id_parse(json_string(&x->s->doc, v, x->arena), &type, &uuid) < 0)
		return wrong(x, "expected an identifier: a type, '--' and a UUID");
	/* Custom observables may stand where observables do. */
	if (!type_among(x->p->of, type) && stix_class_of(type) != STIX_CUSTOM)
		return why_set(
			x->why, E_INVALID, x->p->name, "a %.*s cannot stand here", SLICE_FMT(type));
	return 0;
}

static int check_list(const struct value *x, int (*each)(const struct value *x, json_ref v))
{
	int rc = 0;

	if (json_type(&x->s->doc, x->v) != JSON_ARRAY)
		return wrong(x, "expected a list");
	if (json_count(&x->s->doc, x->v) == 0)
		return wrong(x, "a list is never empty: leave the property out");
	for (json_ref v = json_first(&x->s->doc, x->v); rc == 0 && v; v = json_next(&x->s->doc, v))
		rc = each(x, v);
	return rc;
}

static int each_string(const struct value *x, json_ref v)
{
	return json_type(&x->s->doc, v) == JSON_STRING ? 0 : wrong(x, "expected a list of strings");
}

static int each_object(const struct value *x, json_ref v)
{
	return json_type(&x->s->doc, v) == JSON_OBJECT ? 0 : wrong(x, "expected a list of objects");
}

static bool has_string(const struct value *x, json_ref v, const char *key)
{
	return json_type(&x->s->doc, json_get(&x->s->doc, v, key)) == JSON_STRING;
}

static int each_external(const struct value *x, json_ref v)
{
	if (!has_string(x, v, "source_name"))
		return wrong(x, "an external reference has a source_name");
	if (!has_string(x, v, "description") && !has_string(x, v, "url") &&
		!has_string(x, v, "external_id"))
		return wrong(x, "an external reference has a description, a url or an external_id");
	return 0;
}

static int each_phase(const struct value *x, json_ref v)
{
	return has_string(x, v, "kill_chain_name") && has_string(x, v, "phase_name")
		       ? 0
		       : wrong(x, "a phase has a kill_chain_name and a phase_name");
}

static bool is_hex(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
			!((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f'))
			return false;
	return true;
}

static int check_hashes(const struct value *x)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = {{"MD5", 32}, {"SHA-1", 40}, {"SHA-256", 64}, {"SHA-512", 128},
		{"SHA3-256", 64}, {"SHA3-512", 128}};
	const struct json_doc *doc = &x->s->doc;

	if (json_type(doc, x->v) != JSON_OBJECT || json_count(doc, x->v) == 0)
		return wrong(x, "hashes is an object that names at least one");
	for (json_ref v = json_first(doc, x->v); v; v = json_next(doc, v)) {
		struct slice key = json_key(doc, v, x->arena), text = json_string(doc, v, x->arena);

		if (!text.p || text.n == 0)
			return wrong(x, "a hash is a string");
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (slice_is(key, known[i].name) &&
				(text.n != known[i].digits || !is_hex(text)))
				return why_set(x->why, E_INVALID, x->p->name,
					"a %s is %zu hex digits", known[i].name, known[i].digits);
	}
	return 0;
}

static bool is_base64(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') &&
			c != '+' && c != '/' && !(c == '=' && i + 2 >= s.n))
			return false;
	}
	return s.n % 4 == 0;
}

static int check_text(const struct value *x)
{
	struct slice text = json_string(&x->s->doc, x->v, x->arena);

	if (!text.p)
		return wrong(x, "expected a string");
	if (x->p->kind == P_TIME && when_check(text) < 0)
		return wrong(x, "a time is YYYY-MM-DDTHH:MM:SS[.s…]Z, in UTC and with its Z");
	if (x->p->kind == P_HEX && (text.n % 2 || !is_hex(text)))
		return wrong(x, "expected pairs of hex digits");
	if (x->p->kind == P_BINARY && !is_base64(text))
		return wrong(x, "expected base64");
	return 0;
}

static int check_number(const struct value *x)
{
	int64_t v;

	if (json_type(&x->s->doc, x->v) != JSON_NUMBER)
		return wrong(x, "expected a number");
	if (x->p->kind == P_INTEGER &&
		(json_i64(&x->s->doc, x->v, &v) < 0 || v > INTEGER_MAX || v < -INTEGER_MAX))
		return wrong(x, "expected a whole number below 2^53");
	return 0;
}

static int check_value(const struct value *x)
{
	enum json_type t = json_type(&x->s->doc, x->v);

	switch (x->p->kind) {
	case P_ANY:
		return 0;
	case P_STRING:
	case P_TIME:
	case P_HEX:
	case P_BINARY:
		return check_text(x);
	case P_INTEGER:
	case P_NUMBER:
		return check_number(x);
	case P_BOOLEAN:
		return t == JSON_TRUE || t == JSON_FALSE ? 0 : wrong(x, "expected true or false");
	case P_ID:
		return check_id(x, x->v);
	case P_STRINGS:
		return check_list(x, each_string);
	case P_IDS:
		return check_list(x, check_id);
	case P_LIST:
		return check_list(x, each_object);
	case P_OBJECT:
		return t == JSON_OBJECT && json_count(&x->s->doc, x->v) > 0
			       ? 0
			       : wrong(x, "expected an object with something in it");
	case P_HASHES:
		return check_hashes(x);
	case P_EXTERNAL:
		return check_list(x, each_external);
	case P_KILL_CHAIN:
		return check_list(x, each_phase);
	}
	return 0;
}

/* ---- members ---- */

static const struct prop *prop_find(const struct prop *list, struct slice name)
{
	for (const struct prop *p = list; p && p->name; p++)
		if (slice_is(name, p->name))
			return p;
	return NULL;
}

/* §11.1: names that somebody made up; §7.3.3: those at the top level by an extension. */
static bool custom_name_valid(struct slice name)
{
	if (name.n < 3 || name.n > 250)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= 'a' && name.p[i] <= 'z') &&
			!(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '_')
			return false;
	return true;
}

static int check_members(
	const struct stix *s, const struct stix_type *t, struct arena *arena, struct why *why)
{
	uint64_t seen = 0;
	int rc = 0;

	for (json_ref v = json_first(&s->doc, s->root); v; v = json_next(&s->doc, v)) {
		struct value x = {.s = s, .v = v, .arena = arena, .why = why};
		struct slice key = json_key(&s->doc, v, arena);

		x.p = t ? prop_find(t->prop, key) : NULL;
		if (x.p)
			seen |= UINT64_C(1) << (x.p - t->prop);
		else
			x.p = prop_find(common, key);
		if (!x.p && !custom_name_valid(key))
			return why_set(why, E_INVALID, "",
				"'%.*s' is no property name: 3 to 250 of [a-z0-9_]",
				SLICE_FMT(key));
		if (x.p && (rc = check_value(&x)) < 0)
			return rc;
	}
	for (const struct prop *p = t ? t->prop : NULL; p && p->name; p++)
		if (p->must && !(seen >> (p - t->prop) & 1)) {
			char where[80];

			snprintf(where, sizeof(where), "/%s", p->name);
			return why_set(why, E_INVALID, where, "a %s has %s", t->name, p->name);
		}
	return 0;
}

/* Who has which of the common properties: the table of §3.2. */
static int check_class(const struct stix *s, const struct stix_type *t, struct why *why)
{
	char where[32];

	if (s->class == STIX_SCO) {
		for (size_t i = 0; i < sizeof(not_of_observables) / sizeof(char *); i++)
			if (stix_rule_has(s, not_of_observables[i])) {
				snprintf(where, sizeof(where), "/%s", not_of_observables[i]);
				return why_set(why, E_INVALID, where, "an observable has no %s",
					not_of_observables[i]);
			}
		return 0;
	}
	if (s->class == STIX_CUSTOM_SCO || (t && slice_is(s->type, "marking-definition")))
		return 0;
	if (!s->created.n || !s->modified.n)
		return why_set(why, E_INVALID, s->created.n ? "/modified" : "/created",
			"an object has created and modified");
	return 0;
}

/* Each is an object under the name of an extension. */
static int check_extensions(const struct stix *s, struct arena *arena, struct why *why)
{
	json_ref list = stix_get(s, "extensions");

	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v)) {
		struct slice key = json_key(&s->doc, v, arena), type;
		struct stix_uuid uuid;

		if (json_type(&s->doc, v) != JSON_OBJECT)
			return why_set(why, E_INVALID, "/extensions", "an extension is an object");
		if (!slice_ends(key, "-ext") && (stix_id_parse(key, &type, &uuid) < 0 ||
							!slice_is(type, "extension-definition")))
			return why_set(why, E_INVALID, "/extensions",
				"an extension is named by the id of its extension-definition, or ends in -ext");
	}
	return 0;
}

int stix_rules_check(const struct stix *s, struct arena *arena, struct why *why)
{
	const struct stix_type *t = stix_type_find(s->type);
	int rc = check_class(s, t, why);

	if (rc == 0)
		rc = check_members(s, t, arena, why);
	if (rc == 0)
		rc = check_extensions(s, arena, why);
	if (rc == 0)
		rc = stix_rule_range(s, "confidence", 0, 100, why);
	return rc == 0 && t && t->check ? t->check(s, arena, why) : rc;
}

/* ---- what types ask ---- */

bool stix_rule_has(const struct stix *s, const char *key)
{
	return stix_get(s, key) != JSON_ABSENT;
}

int stix_rule_order(const struct stix *s, const char *first, const char *last, bool equal,
	struct arena *arena, struct why *why)
{
	struct when_key a, b;
	char where[64];
	int cmp;

	if (when_key(stix_text(s, first, arena), &a) < 0 ||
		when_key(stix_text(s, last, arena), &b) < 0)
		return 0;
	cmp = strcmp(a.text, b.text);
	if (cmp < 0 || (cmp == 0 && equal))
		return 0;
	snprintf(where, sizeof(where), "/%s", last);
	return why_set(
		why, E_INVALID, where, "%s is %s %s", last, equal ? "before" : "not after", first);
}

int stix_rule_range(
	const struct stix *s, const char *key, double least, double most, struct why *why)
{
	struct slice raw = json_number(&s->doc, stix_get(s, key));
	char text[64], where[64];
	double v;

	if (!raw.p)
		return 0;
	snprintf(text, sizeof(text), "%.*s", SLICE_FMT(raw));
	v = strtod(text, NULL);
	if (raw.n < sizeof(text) && v >= least && v <= most)
		return 0;
	snprintf(where, sizeof(where), "/%s", key);
	return why_set(why, E_INVALID, where, "%s is from %g to %g", key, least, most);
}

int stix_rule_some(const struct stix *s, const char *const *names, struct why *why)
{
	char where[64];

	for (const char *const *p = names; *p; p++)
		if (stix_rule_has(s, *p))
			return 0;
	snprintf(where, sizeof(where), "/%s", names[0]);
	return why_set(
		why, E_INVALID, where, "at least one of %s and %s is there", names[0], names[1]);
}
