/* csaf_schema.c: the schema of CSAF 2.0 as tables; see csaf.h. */
#include "work/cyber/csaf.h"

#include "base/clock.h"
#include "base/map.h"

#include <errno.h>

enum shape {
	S_TEXT, /* not empty */
	S_WORD, /* one of `words` */
	S_TIME,
	S_URI,
	S_PURL,
	S_VERSION,
	S_LANG,
	S_CATEGORY, /* of a document: no space, '-', '_' or '.' at its ends */
	S_TRACKING, /* no space at its ends */
	S_CVE,
	S_CWE,
	S_HEX, /* 32 digits or more */
	S_ANY, /* an object that others check */
	S_OBJECT,
	S_LIST,
};

struct member {
	const char *name; /* NULL: the end */
	enum shape shape;
	bool must;
	const char *words;	 /* S_WORD */
	const struct member *of; /* S_OBJECT: its members; S_LIST: one row, the element */
	unsigned least;		 /* members or elements (1 if 0) */
	bool unique;		 /* S_LIST */
};

#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}
#define TEXT(n)                                                                                    \
	{                                                                                          \
		n, S_TEXT, false, NULL, NULL, 0, false                                             \
	}
#define MUST_HAVE(n)                                                                               \
	{                                                                                          \
		n, S_TEXT, true, NULL, NULL, 0, false                                              \
	}
#define LEAF(n, s)                                                                                 \
	{                                                                                          \
		n, s, false, NULL, NULL, 0, false                                                  \
	}
#define NEED(n, s)                                                                                 \
	{                                                                                          \
		n, s, true, NULL, NULL, 0, false                                                   \
	}
#define WORD(n, m, w)                                                                              \
	{                                                                                          \
		n, S_WORD, m, w, NULL, 0, false                                                    \
	}
#define OBJECT(n, m, of)                                                                           \
	{                                                                                          \
		n, S_OBJECT, m, NULL, of, 0, false                                                 \
	}
#define LIST(n, m, of)                                                                             \
	{                                                                                          \
		n, S_LIST, m, NULL, of, 0, false                                                   \
	}
#define SET(n, of)                                                                                 \
	{                                                                                          \
		n, S_LIST, false, NULL, of, 0, true                                                \
	}

static const struct member a_text[] = {TEXT(""), END};
static const struct member a_uri[] = {LEAF("", S_URI), END};

static const struct member acknowledgment[] = {LIST("names", false, a_text), TEXT("organization"),
	TEXT("summary"), LIST("urls", false, a_uri), END};
static const struct member acknowledgments[] = {OBJECT("", false, acknowledgment), END};
static const struct member note[] = {TEXT("audience"),
	WORD("category", true, "description details faq general legal_disclaimer other summary"),
	MUST_HAVE("text"), TEXT("title"), END};
static const struct member notes[] = {OBJECT("", false, note), END};
static const struct member reference[] = {
	WORD("category", false, "external self"), MUST_HAVE("summary"), NEED("url", S_URI), END};
static const struct member references[] = {OBJECT("", false, reference), END};

/* ---- document ---- */

static const struct member severity[] = {LEAF("namespace", S_URI), MUST_HAVE("text"), END};
static const struct member tlp[] = {
	WORD("label", true, "AMBER GREEN RED WHITE"), LEAF("url", S_URI), END};
static const struct member distribution[] = {TEXT("text"), OBJECT("tlp", false, tlp), END};
static const struct member publisher[] = {
	WORD("category", true, "coordinator discoverer other translator user vendor"),
	TEXT("contact_details"), TEXT("issuing_authority"), MUST_HAVE("name"),
	NEED("namespace", S_URI), END};
static const struct member engine[] = {MUST_HAVE("name"), TEXT("version"), END};
static const struct member generator[] = {
	LEAF("date", S_TIME), OBJECT("engine", true, engine), END};
static const struct member revision[] = {NEED("date", S_TIME), TEXT("legacy_version"),
	NEED("number", S_VERSION), MUST_HAVE("summary"), END};
static const struct member revisions[] = {OBJECT("", false, revision), END};
static const struct member tracking[] = {SET("aliases", a_text),
	NEED("current_release_date", S_TIME), OBJECT("generator", false, generator),
	NEED("id", S_TRACKING), NEED("initial_release_date", S_TIME),
	LIST("revision_history", true, revisions), WORD("status", true, "draft final interim"),
	NEED("version", S_VERSION), END};
static const struct member document[] = {LIST("acknowledgments", false, acknowledgments),
	OBJECT("aggregate_severity", false, severity), NEED("category", S_CATEGORY),
	WORD("csaf_version", true, "2.0"), OBJECT("distribution", false, distribution),
	LEAF("lang", S_LANG), LIST("notes", false, notes), OBJECT("publisher", true, publisher),
	LIST("references", false, references), LEAF("source_lang", S_LANG), MUST_HAVE("title"),
	OBJECT("tracking", true, tracking), END};

/* ---- products ---- */

static const struct member file_hash[] = {MUST_HAVE("algorithm"), NEED("value", S_HEX), END};
static const struct member file_hashes[] = {OBJECT("", false, file_hash), END};
static const struct member hash[] = {
	LIST("file_hashes", true, file_hashes), MUST_HAVE("filename"), END};
static const struct member hashes[] = {OBJECT("", false, hash), END};
static const struct member generic_uri[] = {NEED("namespace", S_URI), NEED("uri", S_URI), END};
static const struct member generic_uris[] = {OBJECT("", false, generic_uri), END};
static const struct member helper[] = {TEXT("cpe"), LIST("hashes", false, hashes),
	SET("model_numbers", a_text), LEAF("purl", S_PURL), LIST("sbom_urls", false, a_uri),
	SET("serial_numbers", a_text), LIST("skus", false, a_text),
	LIST("x_generic_uris", false, generic_uris), END};
static const struct member product[] = {MUST_HAVE("name"), MUST_HAVE("product_id"),
	OBJECT("product_identification_helper", false, helper), END};
static const struct member products[] = {OBJECT("", false, product), END};
static const struct member branches[2];
static const struct member branch[] = {LIST("branches", false, branches),
	WORD("category", true,
		"architecture host_name language legacy patch_level product_family product_name "
		"product_version product_version_range service_pack specification vendor"),
	MUST_HAVE("name"), OBJECT("product", false, product), END};
static const struct member branches[2] = {{"", S_OBJECT, false, NULL, branch, 3, false}, END};
static const struct member group[] = {MUST_HAVE("group_id"),
	{"product_ids", S_LIST, true, NULL, a_text, 2, true}, TEXT("summary"), END};
static const struct member groups[] = {OBJECT("", false, group), END};
static const struct member relationship[] = {
	WORD("category", true,
		"default_component_of external_component_of installed_on installed_with optional_component_of"),
	OBJECT("full_product_name", true, product), MUST_HAVE("product_reference"),
	MUST_HAVE("relates_to_product_reference"), END};
static const struct member relationships[] = {OBJECT("", false, relationship), END};
static const struct member tree[] = {LIST("branches", false, branches),
	LIST("full_product_names", false, products), LIST("product_groups", false, groups),
	LIST("relationships", false, relationships), END};

/* ---- vulnerabilities ---- */

#define PRODUCTS SET("group_ids", a_text), SET("product_ids", a_text)
static const struct member cwe[] = {NEED("id", S_CWE), MUST_HAVE("name"), END};
static const struct member flag[] = {LEAF("date", S_TIME),
	WORD("label", true,
		"component_not_present inline_mitigations_already_exist "
		"vulnerable_code_cannot_be_controlled_by_adversary vulnerable_code_not_in_execute_path "
		"vulnerable_code_not_present"),
	PRODUCTS, END};
static const struct member flags[] = {OBJECT("", false, flag), END};
static const struct member id[] = {MUST_HAVE("system_name"), MUST_HAVE("text"), END};
static const struct member ids[] = {OBJECT("", false, id), END};
static const struct member involvement[] = {LEAF("date", S_TIME),
	WORD("party", true, "coordinator discoverer other user vendor"),
	WORD("status", true, "completed contact_attempted disputed in_progress not_contacted open"),
	TEXT("summary"), END};
static const struct member involvements[] = {OBJECT("", false, involvement), END};
static const struct member status[] = {SET("first_affected", a_text), SET("first_fixed", a_text),
	SET("fixed", a_text), SET("known_affected", a_text), SET("known_not_affected", a_text),
	SET("last_affected", a_text), SET("recommended", a_text),
	SET("under_investigation", a_text), END};
static const struct member restart[] = {
	WORD("category", true,
		"connected dependencies machine none parent service system vulnerable_component zone"),
	TEXT("details"), END};
static const struct member remediation[] = {
	WORD("category", true, "mitigation no_fix_planned none_available vendor_fix workaround"),
	LEAF("date", S_TIME), MUST_HAVE("details"), LIST("entitlements", false, a_text), PRODUCTS,
	OBJECT("restart_required", false, restart), LEAF("url", S_URI), END};
static const struct member remediations[] = {OBJECT("", false, remediation), END};
static const struct member score[] = {LEAF("cvss_v2", S_ANY), LEAF("cvss_v3", S_ANY),
	{"products", S_LIST, true, NULL, a_text, 0, true}, END};
static const struct member scores[] = {{"", S_OBJECT, false, NULL, score, 2, false}, END};
static const struct member threat[] = {WORD("category", true, "exploit_status impact target_set"),
	LEAF("date", S_TIME), MUST_HAVE("details"), PRODUCTS, END};
static const struct member threats[] = {OBJECT("", false, threat), END};
static const struct member vulnerability[] = {LIST("acknowledgments", false, acknowledgments),
	LEAF("cve", S_CVE), OBJECT("cwe", false, cwe), LEAF("discovery_date", S_TIME),
	SET("flags", flags), SET("ids", ids), SET("involvements", involvements),
	LIST("notes", false, notes), OBJECT("product_status", false, status),
	LIST("references", false, references), LEAF("release_date", S_TIME),
	LIST("remediations", false, remediations), LIST("scores", false, scores),
	LIST("threats", false, threats), TEXT("title"), END};
static const struct member vulnerabilities[] = {OBJECT("", false, vulnerability), END};

static const struct member root[] = {OBJECT("document", true, document),
	OBJECT("product_tree", false, tree), LIST("vulnerabilities", false, vulnerabilities), END};

/* ---- how things are written ---- */

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool number_take(struct slice *s, uint64_t *ret)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (n == 0 || slice_u64(slice_sub(*s, 0, n), ret) < 0)
		return false;
	*s = slice_sub(*s, n, s->n);
	return true;
}

/* a.b.c of letters, digits and '-'; none empty, and (pre-release) no number with a zero in front. */
static bool identifiers_ok(struct slice text, bool pre)
{
	size_t from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		bool digits = true;

		if (i < text.n && text.p[i] != '.') {
			if (!is_alnum(text.p[i]) && text.p[i] != '-')
				return false;
			continue;
		}
		for (size_t k = from; k < i; k++)
			digits &= text.p[k] >= '0' && text.p[k] <= '9';
		if (i == from || (pre && digits && i - from > 1 && text.p[from] == '0'))
			return false;
		from = i + 1;
	}
	return true;
}

int csaf_version_parse(struct slice text, struct csaf_version *ret)
{
	struct csaf_version v = {0};
	struct slice rest = text, build;
	ptrdiff_t plus;

	if (!number_take(&rest, &v.major))
		return -EINVAL;
	if (rest.n == 0) {
		*ret = v;
		return 0;
	}
	v.semantic = true;
	if (!slice_take(&rest, ".") || !number_take(&rest, &v.minor) || !slice_take(&rest, ".") ||
		!number_take(&rest, &v.patch))
		return -EINVAL;
	plus = slice_find(rest, '+');
	if (plus >= 0) {
		build = slice_sub(rest, (size_t)plus + 1, rest.n);
		rest = slice_sub(rest, 0, (size_t)plus);
		if (!identifiers_ok(build, false))
			return -EINVAL;
	}
	if (rest.n && (!slice_take(&rest, "-") || !identifiers_ok(rest, true)))
		return -EINVAL;
	v.pre = rest;
	*ret = v;
	return 0;
}

/* Subtags of two letters in IANA's registry (ISO 639-1 and what it has been). */
static const char languages[] =
	" aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr "
	"fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la "
	"lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc "
	"sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

static bool language_known(struct slice tag)
{
	const char two[] = {' ', (char)(tag.p[0] | 32), (char)(tag.p[1] | 32), ' ', 0};

	return tag.n != 2 || strstr(languages, two);
}

/* RFC 5646 as far as it is a matter of letters: subtags of 1 to 8, the first of 2 to 8 letters, or x, or i. */
static bool lang_ok(struct slice text)
{
	struct slice rest = text, one;
	size_t i = 0;

	while (slice_cut(&rest, '-', &one)) {
		for (size_t k = 0; k < one.n; k++)
			if (!is_alnum(one.p[k]) || (i == 0 && one.p[k] <= '9'))
				return false;
		if (one.n < 1 || one.n > 8 ||
			(i == 0 && one.n < 2 && (one.p[0] | 32) != 'x' && (one.p[0] | 32) != 'i') ||
			(i == 0 && one.n == 2 && !language_known(one)))
			return false;
		i++;
	}
	return i > 0 && text.p[text.n - 1] != '-' && (i > 1 || text.n > 1);
}

static bool uri_ok(struct slice text)
{
	ptrdiff_t colon = slice_find(text, ':');

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] == '"' || text.p[i] == '<' || text.p[i] == '>')
			return false;
	for (ptrdiff_t i = 0; i < colon; i++)
		if (!is_alnum(text.p[i]) && !(i > 0 && strchr("+-.", text.p[i])))
			return false;
	return colon > 0 && text.p[0] > '9';
}

/* pkg:type/…/name (6.1.13): a type that begins with a letter, and a name behind it. */
static bool purl_ok(struct slice text)
{
	ptrdiff_t slash;

	if (!slice_take(&text, "pkg:"))
		return false;
	slash = slice_find(text, '/');
	if (slash <= 0 || !is_alnum(text.p[0]) || text.p[0] <= '9')
		return false;
	for (ptrdiff_t i = 0; i < slash; i++)
		if (!is_alnum(text.p[i]) && !strchr("+-.", text.p[i]))
			return false;
	text = slice_sub(text, (size_t)slash + 1, text.n);
	return text.n > 0 && text.p[0] != '@' && text.p[0] != '?' && text.p[0] != '#';
}

static bool digits_behind(struct slice text, const char *prefix, size_t least, size_t most)
{
	if (!slice_take(&text, prefix) || text.n < least || text.n > most)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return true;
}

static bool cve_ok(struct slice text)
{
	return text.n > 9 && digits_behind(slice_sub(text, 0, 8), "CVE-", 4, 4) &&
	       digits_behind(slice_sub(text, 8, text.n), "-", 4, 32);
}

static bool ends_ok(struct slice text, const char * not )
{
	return text.n && !strchr(not, text.p[0]) && !strchr(not, text.p[text.n - 1]);
}

static bool hex_ok(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_alnum(text.p[i]) || (text.p[i] | 32) > 'f')
			return false;
	return text.n >= 32;
}

static bool word_ok(struct slice text, const char *words)
{
	struct slice rest = slice_str(words), one;

	while (slice_cut(&rest, ' ', &one))
		if (slice_eq(one, text))
			return true;
	return false;
}

/* NULL, or what it is not. */
static const char *text_fault(const struct member *m, struct slice text)
{
	struct csaf_version v;
	int64_t ms;

	if (text.n == 0)
		return "is empty";
	switch (m->shape) {
	case S_WORD:
		return word_ok(text, m->words) ? NULL : m->words;
	case S_TIME:
		return utc_parse(text, &ms, NULL) == 0 ? NULL : "is no time of RFC 3339";
	case S_URI:
		return uri_ok(text) ? NULL : "is no URI";
	case S_PURL:
		return purl_ok(text) ? NULL : "6.1.13: is no package URL";
	case S_VERSION:
		return csaf_version_parse(text, &v) == 0 ? NULL : "is no version: 1, or 1.0.0";
	case S_LANG:
		return lang_ok(text) ? NULL : "6.1.12: is no tag of a language";
	case S_CATEGORY:
		return ends_ok(text, " \t\r\n-_.") ? NULL
						   : "has a space, '-', '_' or '.' at an end";
	case S_TRACKING:
		return ends_ok(text, " \t\r\n") ? NULL : "has a space at an end";
	case S_CVE:
		return cve_ok(text) ? NULL : "is no number like CVE-2030-1234";
	case S_CWE:
		return digits_behind(text, "CWE-", 1, 6) && text.p[4] != '0'
			       ? NULL
			       : "is no number like CWE-79";
	case S_HEX:
		return hex_ok(text) ? NULL : "has no 32 hexadecimal digits";
	case S_TEXT:
	case S_ANY:
	case S_OBJECT:
	case S_LIST:
		break;
	}
	return NULL;
}

/* ---- the walk: a frame for each level; how deep a document goes the reader has bounded ---- */

static void value_check(struct csaf_checking *k, const struct member *m, json_ref v);

static void object_check(struct csaf_checking *k, const struct member *m, json_ref o)
{
	const struct json_doc *doc = &k->c->doc;

	if (json_count(doc, o) < (m->least ? m->least : 1))
		csaf_fault(k, k->where, "has too few members");
	for (const struct member *x = m->of; x->name; x++) {
		json_ref v = json_get(doc, o, x->name);
		size_t up;

		if (v == JSON_ABSENT && !x->must)
			continue;
		up = csaf_down(k, "/%s", x->name);
		if (v != JSON_ABSENT)
			value_check(k, x, v);
		else
			csaf_fault(k, k->where, "is missing");
		csaf_up(k, up);
	}
}

static void list_check(struct csaf_checking *k, const struct member *m, json_ref list)
{
	const struct json_doc *doc = &k->c->doc;
	struct map seen = {0};
	size_t i = 0;

	if (json_count(doc, list) < (m->least ? m->least : 1))
		csaf_fault(k, k->where, "has too few elements");
	for (json_ref v = json_first(doc, list); v; v = json_next(doc, v)) {
		size_t up = csaf_down(k, "/%zu", i++);

		value_check(k, m->of, v);
		if (m->unique && map_put(&seen, json_raw(doc, v), k))
			csaf_fault(k, k->where, "stands twice");
		csaf_up(k, up);
	}
	map_free(&seen);
}

static void value_check(struct csaf_checking *k, const struct member *m, json_ref v)
{
	const struct json_doc *doc = &k->c->doc;
	enum json_type type = json_type(doc, v);
	const char *fault;

	if (m->shape == S_OBJECT || m->shape == S_ANY) {
		if (type != JSON_OBJECT)
			csaf_fault(k, k->where, "is no object");
		else if (m->shape == S_OBJECT)
			object_check(k, m, v);
	} else if (m->shape == S_LIST) {
		if (type != JSON_ARRAY)
			csaf_fault(k, k->where, "is no list");
		else
			list_check(k, m, v);
	} else if (type != JSON_STRING) {
		csaf_fault(k, k->where, "is no text");
	} else {
		fault = text_fault(m, json_string(doc, v, k->arena));
		if (fault)
			csaf_fault(k, k->where,
				m->shape == S_WORD && fault == m->words ? "is one of: %s" : "%s",
				fault);
	}
}

void csaf_schema_check(struct csaf_checking *k)
{
	const struct member all = {"", S_OBJECT, true, NULL, root, 0, false};

	value_check(k, &all, k->c->root);
}
