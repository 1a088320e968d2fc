/* csaf_test.c: mandatory tests of CSAF 2.0 (§6.1) on a document that keeps the schema; see csaf.h. */
#include "work/cyber/csaf.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/report.h"

#include <inttypes.h>

/* Its products, unescaped once. */
struct group {
	struct slice *product;
	size_t n;
};

struct testing {
	struct csaf_checking *k;
	const struct json_doc *doc;
	struct map product; /* what is defined: id → the testing */
	struct map group;   /* id → struct group */
	size_t grouped;	    /* products that have been named by groups: LIMIT_CSAF_GROUPED */
};

static json_ref at(const struct testing *t, json_ref o, const char *key)
{
	return json_get(t->doc, o, key);
}

static struct slice text(const struct testing *t, json_ref o, const char *key)
{
	return json_string(t->doc, at(t, o, key), t->k->arena);
}

static bool has(const struct testing *t, json_ref o, const char *key)
{
	return at(t, o, key) != JSON_ABSENT;
}

static bool is_one_of(struct slice s, const char *words)
{
	struct slice rest = slice_str(words), one;

	while (slice_cut(&rest, ' ', &one))
		if (slice_eq(one, s))
			return true;
	return false;
}

/* Calls for every element of a list of what t->k->where leads to; `where` is that place, which then leads to the element. */
typedef void (*each_fn)(struct testing *t, json_ref v, const char *where);
static void each(struct testing *t, json_ref o, const char *key, each_fn fn)
{
	size_t i = 0, up = csaf_down(t->k, "/%s", key);
	json_ref list = at(t, o, key);

	for (json_ref v = json_first(t->doc, list); v; v = json_next(t->doc, v)) {
		size_t back = csaf_down(t->k, "/%zu", i++);

		fn(t, v, t->k->where);
		csaf_up(t->k, back);
	}
	csaf_up(t->k, up);
}

/* ---- 6.1.1 to 6.1.5, 6.1.25, 6.1.31: products and groups ---- */

static void hashes_once(struct testing *t, json_ref v, const char *where)
{
	struct map seen = {0};
	json_ref list = at(t, v, "file_hashes");

	for (json_ref h = json_first(t->doc, list); h; h = json_next(t->doc, h))
		if (map_put(&seen, text(t, h, "algorithm"), t))
			csaf_fault(t->k, where, "6.1.25: an algorithm stands twice");
	map_free(&seen);
}

static void define(struct testing *t, json_ref product, const char *where)
{
	json_ref helper = at(t, product, "product_identification_helper");

	if (map_put(&t->product, text(t, product, "product_id"), t))
		csaf_fault(t->k, where, "6.1.2: the product_id is defined twice");
	each(t, helper, "hashes", hashes_once);
}

/* A name of one version says nothing of others (6.1.31). */
static void version_name(struct testing *t, json_ref branch, const char *where)
{
	static const char *const words[] = {
		"after", "all", "before", "earlier", "later", "prior", "versions"};
	struct slice name = text(t, branch, "name");
	struct buf low CLEANUP_BUF = BUF(64 * KIB);

	buf_byte(&low, ' ');
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c == '<' || c == '>')
			csaf_fault(t->k, where, "6.1.31: a product_version is no range");
		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		buf_byte(&low, (c >= 'a' && c <= 'z') || c == '-' ? c : ' ');
	}
	buf_byte(&low, ' ');
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_search(buf_slice(&low),
			    slice_str(arena_printf(t->k->arena, " %s ", words[i]))) >= 0)
			csaf_fault(t->k, where, "6.1.31: a product_version is no range");
}

static void define_branch(struct testing *t, json_ref branch, const char *where)
{
	size_t up = csaf_down(t->k, "/product");

	if (has(t, branch, "product"))
		define(t, at(t, branch, "product"), where);
	csaf_up(t->k, up);
	up = csaf_down(t->k, "/name");
	if (slice_is(text(t, branch, "category"), "product_version"))
		version_name(t, branch, where);
	csaf_up(t->k, up);
	each(t, branch, "branches", define_branch);
}

static void define_related(struct testing *t, json_ref r, const char *where)
{
	json_ref product = at(t, r, "full_product_name");
	struct slice id = text(t, product, "product_id");

	if (slice_eq(id, text(t, r, "product_reference")) ||
		slice_eq(id, text(t, r, "relates_to_product_reference")))
		csaf_fault(t->k, where, "6.1.3: the product is made of itself");
	define(t, product, where);
}

static void define_group(struct testing *t, json_ref g, const char *where)
{
	struct group *x = arena_new(t->k->arena, struct group);
	json_ref list = at(t, g, "product_ids");

	x->product = arena_array(t->k->arena, struct slice, json_count(t->doc, list) + 1);
	for (json_ref p = json_first(t->doc, list); p; p = json_next(t->doc, p))
		x->product[x->n++] = json_string(t->doc, p, t->k->arena);
	if (map_put(&t->group, text(t, g, "group_id"), x))
		csaf_fault(t->k, where, "6.1.5: the group_id is defined twice");
}

static void known(struct testing *t, const struct map *what, json_ref v, const char *where)
{
	struct slice id = json_string(t->doc, v, t->k->arena);

	if (!map_has(what, id))
		csaf_fault(t->k, where, "%s: '%.*s' is not defined",
			what == &t->product ? "6.1.1" : "6.1.4", SLICE_FMT(slice_sub(id, 0, 80)));
}

static void known_product(struct testing *t, json_ref v, const char *where)
{
	known(t, &t->product, v, where);
}

static void known_group(struct testing *t, json_ref v, const char *where)
{
	known(t, &t->group, v, where);
}

static void known_in(struct testing *t, json_ref v, const char *where)
{
	(void)where;
	each(t, v, "product_ids", known_product);
	each(t, v, "group_ids", known_group);
	each(t, v, "products", known_product);
}

static void known_related(struct testing *t, json_ref r, const char *where)
{
	known(t, &t->product, at(t, r, "product_reference"), where);
	known(t, &t->product, at(t, r, "relates_to_product_reference"), where);
}

/* ---- 6.1.3 beyond a product of itself: what is made of what, both ways of a relationship ---- */

struct made {
	struct made *of[2]; /* NULL: of no relationship */
	struct made *from;  /* the way back to where the search came from */
	uint8_t looked;	    /* ways that have been gone */
	bool found, done;
};

/* Depth first, each relationship once. Does something lead back to what it is on the way from? */
static bool leads_back(struct made *x)
{
	x->found = true;
	while (x) {
		struct made *next;

		if (x->looked == 2) {
			x->done = true;
			x = x->from;
			continue;
		}
		next = x->of[x->looked++];
		if (!next || next->done)
			continue;
		if (next->found)
			return true;
		next->found = true;
		next->from = x;
		x = next;
	}
	return false;
}

static void circles(struct testing *t, json_ref tree)
{
	json_ref list = at(t, tree, "relationships");
	size_t n = json_count(t->doc, list), i = 0;
	struct made *all = arena_array(t->k->arena, struct made, n + 1);
	struct map by_id = {0};
	bool circle = false;

	for (json_ref r = json_first(t->doc, list); r; r = json_next(t->doc, r))
		(void)map_put(
			&by_id, text(t, at(t, r, "full_product_name"), "product_id"), &all[i++]);
	i = 0;
	for (json_ref r = json_first(t->doc, list); r; r = json_next(t->doc, r), i++) {
		all[i].of[0] = map_get(&by_id, text(t, r, "product_reference"));
		all[i].of[1] = map_get(&by_id, text(t, r, "relates_to_product_reference"));
	}
	map_free(&by_id);
	for (i = 0; i < n && !circle; i++)
		circle = !all[i].found && leads_back(&all[i]);
	if (circle)
		csaf_fault(
			t->k, "/product_tree/relationships", "6.1.3: a product is made of itself");
}

/* The products of a status; t->k->where leads to the vulnerability. */
static void known_in_status(struct testing *t, json_ref v)
{
	json_ref status = at(t, v, "product_status");
	size_t up = csaf_down(t->k, "/product_status");

	for (json_ref s = json_first(t->doc, status); s; s = json_next(t->doc, s))
		for (json_ref p = json_first(t->doc, s); p; p = json_next(t->doc, p))
			known_product(t, p, t->k->where);
	csaf_up(t->k, up);
}

static void known_in_vulnerability(struct testing *t, json_ref v, const char *where)
{
	(void)where;
	known_in_status(t, v);
	each(t, v, "flags", known_in);
	each(t, v, "remediations", known_in);
	each(t, v, "scores", known_in);
	each(t, v, "threats", known_in);
}

static void test_products(struct testing *t)
{
	json_ref tree = at(t, t->k->c->root, "product_tree");
	size_t up = csaf_down(t->k, "/product_tree");

	each(t, tree, "branches", define_branch);
	each(t, tree, "full_product_names", define);
	each(t, tree, "relationships", define_related);
	each(t, tree, "product_groups", define_group);
	each(t, tree, "product_groups", known_in);
	each(t, tree, "relationships", known_related);
	circles(t, tree);
	csaf_up(t->k, up);
	each(t, t->k->c->root, "vulnerabilities", known_in_vulnerability);
}

/* ---- 6.1.6, 6.1.7, 6.1.23, 6.1.24, 6.1.29, 6.1.32, 6.1.33: a vulnerability ---- */

/* What group of §6.1.6 a status is of; the numbers are bits. */
static unsigned status_class(struct slice status)
{
	if (is_one_of(status, "first_affected known_affected last_affected"))
		return 1;
	if (slice_is(status, "known_not_affected"))
		return 2;
	if (is_one_of(status, "first_fixed fixed"))
		return 4;
	return slice_is(status, "under_investigation") ? 8 : 0;
}

static void contradictions(struct testing *t, json_ref v, const char *where)
{
	json_ref status = at(t, v, "product_status");
	struct map seen = {0};

	for (json_ref s = json_first(t->doc, status); s; s = json_next(t->doc, s)) {
		uintptr_t class = status_class(json_key(t->doc, s, t->k->arena));

		for (json_ref p = json_first(t->doc, s); p && class; p = json_next(t->doc, p)) {
			void *before =
				map_put(&seen, json_string(t->doc, p, t->k->arena), (void *)class);

			if (before && (uintptr_t)before != class)
				csaf_fault(t->k, where,
					"6.1.6: a product has states that contradict each other");
		}
	}
	map_free(&seen);
}

/* Versions of CVSS that a score has: bits. One with another version has failed 6.1.8. */
static uintptr_t score_versions(const struct testing *t, json_ref score)
{
	struct slice three = text(t, at(t, score, "cvss_v3"), "version");

	return (has(t, score, "cvss_v2") ? 1U : 0) | (slice_is(three, "3.0") ? 2U : 0) |
	       (slice_is(three, "3.1") ? 4U : 0);
}

static void scores_once(struct testing *t, json_ref v, const char *where)
{
	json_ref list = at(t, v, "scores");
	struct map seen = {0};

	for (json_ref s = json_first(t->doc, list); s; s = json_next(t->doc, s)) {
		json_ref products = at(t, s, "products");
		uintptr_t now = score_versions(t, s);

		for (json_ref p = json_first(t->doc, products); p; p = json_next(t->doc, p)) {
			struct slice id = json_string(t->doc, p, t->k->arena);
			uintptr_t before = (uintptr_t)map_get(&seen, id);

			(void)map_put(&seen, id, (void *)(before | now));
			if (before & now)
				csaf_fault(t->k, where,
					"6.1.7: a product has two scores of one version of CVSS");
		}
	}
	map_free(&seen);
}

static void involvements_once(struct testing *t, json_ref v, const char *where)
{
	json_ref list = at(t, v, "involvements");
	struct map seen = {0};

	for (json_ref i = json_first(t->doc, list); i; i = json_next(t->doc, i)) {
		char *key = arena_printf(t->k->arena, "%.*s %.*s", SLICE_FMT(text(t, i, "party")),
			SLICE_FMT(text(t, i, "date")));

		if (map_put(&seen, slice_str(key), t))
			csaf_fault(t->k, where, "6.1.24: a party is involved twice at one time");
	}
	map_free(&seen);
}

static void names_product(struct testing *t, json_ref v, const char *where, const char *test)
{
	if (!has(t, v, "product_ids") && !has(t, v, "group_ids"))
		csaf_fault(t->k, where, "%s: names neither a product nor a group", test);
}

static void remediation_names(struct testing *t, json_ref v, const char *where)
{
	names_product(t, v, where, "6.1.29");
}

static void flag_names(struct testing *t, json_ref v, const char *where)
{
	names_product(t, v, where, "6.1.32");
}

/* Products and groups that have been named, each with the number of what named it last. */
struct seen {
	struct map product, group;
	uintptr_t now; /* from 1 */
	bool twice;    /* one has been named by two */
};

static void seen_free(struct seen *s)
{
	map_free(&s->product);
	map_free(&s->group);
}

/* Has it been named for the first time? */
static bool see(struct seen *s, struct map *m, struct slice id)
{
	uintptr_t before = (uintptr_t)map_put(m, id, (void *)s->now);

	s->twice |= before && before != s->now;
	return !before;
}

/* What `v` names, itself and by groups. A group that has been named says nothing new. */
static void see_products(struct testing *t, json_ref v, struct seen *s)
{
	json_ref ids = at(t, v, "product_ids"), groups = at(t, v, "group_ids");

	for (json_ref p = json_first(t->doc, ids); p; p = json_next(t->doc, p))
		(void)see(s, &s->product, json_string(t->doc, p, t->k->arena));
	for (json_ref g = json_first(t->doc, groups); g; g = json_next(t->doc, g)) {
		struct slice id = json_string(t->doc, g, t->k->arena);
		const struct group *x = map_get(&t->group, id);

		if (!x || !see(s, &s->group, id))
			continue;
		if (x->n > LIMIT_CSAF_GROUPED - t->grouped) {
			csaf_fault(t->k, "/vulnerabilities", "name more than %d products by groups",
				LIMIT_CSAF_GROUPED);
			return;
		}
		t->grouped += x->n;
		for (size_t i = 0; i < x->n; i++)
			(void)see(s, &s->product, x->product[i]);
	}
}

static void flags_once(struct testing *t, json_ref v, const char *where)
{
	json_ref list = at(t, v, "flags");
	struct seen s = {0};

	for (json_ref f = json_first(t->doc, list); f && !s.twice; f = json_next(t->doc, f)) {
		s.now++;
		see_products(t, f, &s);
	}
	if (s.twice)
		csaf_fault(t->k, where, "6.1.33: a product has two justifications");
	seen_free(&s);
}

static void cvss_check(struct testing *t, json_ref score, const char *where)
{
	(void)where;
	csaf_cvss_check(t->k, score);
}

static void test_vulnerability(struct testing *t, json_ref v, const char *where)
{
	contradictions(t, v, where);
	scores_once(t, v, where);
	each(t, v, "scores", cvss_check);
	involvements_once(t, v, where);
	each(t, v, "remediations", remediation_names);
	each(t, v, "flags", flag_names);
	flags_once(t, v, where);
}

static void cve_once(struct testing *t)
{
	json_ref list = at(t, t->k->c->root, "vulnerabilities");
	struct map seen = {0};

	for (json_ref v = json_first(t->doc, list); v; v = json_next(t->doc, v))
		if (has(t, v, "cve") && map_put(&seen, text(t, v, "cve"), t))
			csaf_fault(t->k, "/vulnerabilities", "6.1.23: a CVE stands twice");
	map_free(&seen);
}

/* ---- 6.1.14, 6.1.16 to 6.1.22, 6.1.30: versions ---- */

struct revision {
	struct csaf_version v;
	struct slice number;
	int64_t ms;
	uint32_t ns; /* below the millisecond */
};

/* Digits behind the third of a fraction, up to the nanosecond. */
static uint32_t below_ms(struct slice time)
{
	ptrdiff_t point = slice_find(time, '.');
	uint32_t ns = 0;

	for (size_t i = 0; point > 0 && i < 6; i++) {
		size_t at = (size_t)point + 4 + i;
		bool digit = at < time.n && time.p[at] >= '0' && time.p[at] <= '9';

		if (!digit)
			time.n = at < time.n ? at : time.n;
		ns = ns * 10 + (digit ? time.p[at] - '0' : 0);
	}
	return ns;
}

static int revision_cmp(const void *a, const void *b)
{
	const struct revision *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return csaf_version_cmp(&x->v, &y->v);
}

static void revisions_check(
	struct testing *t, const struct revision *r, size_t n, const char *where)
{
	struct slice status = t->k->c->status;
	bool released = !slice_is(status, "draft");

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && csaf_version_cmp(&r[i - 1].v, &r[i].v) > 0)
			csaf_fault(t->k, where,
				"6.1.14: in order of time, the numbers are not in order");
		if (released && r[i].v.major == 0)
			csaf_fault(t->k, where, "6.1.18: what is %.*s has no revision before 1",
				SLICE_FMT(status));
		if (r[i].v.pre.n)
			csaf_fault(t->k, where, "6.1.19: a revision is no pre-release");
	}
}

static int number_order(const void *a, const void *b)
{
	const struct revision *x = a, *y = b;

	return csaf_version_cmp(&x->v, &y->v);
}

/* In the order of their numbers afterwards. */
static void revisions_once(struct testing *t, struct revision *r, size_t n, const char *where)
{
	qsort(r, n, sizeof(*r), number_order);
	for (size_t i = 1; i < n; i++)
		if (csaf_version_cmp(&r[i - 1].v, &r[i].v) == 0)
			csaf_fault(t->k, where, "6.1.22: a number stands twice");
}

/* The first is 0 or 1, and none is left out (6.1.21). */
static void revisions_whole(
	struct testing *t, const struct revision *r, size_t n, const char *where)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t before = i ? r[i - 1].v.major : 0, now = r[i].v.major;

		if (now > before + 1)
			csaf_fault(t->k, where, "6.1.21: there is a gap before %.*s",
				SLICE_FMT(r[i].number));
	}
}

/* The document's version is that of its last revision (6.1.16). */
static bool version_is(
	const struct testing *t, const struct csaf_version *v, const struct csaf_version *last)
{
	struct csaf_version a = *v, b = *last;

	/* A draft's pre-release has no revision of its own. */
	if (slice_is(t->k->c->status, "draft"))
		a.pre = b.pre = SLICE_NONE;
	return csaf_version_cmp(&a, &b) == 0 && a.semantic == b.semantic;
}

#define REVISIONS_MAX 4000

static void test_versions(struct testing *t)
{
	const struct csaf *c = t->k->c;
	json_ref list = at(t, c->tracking, "revision_history");
	const char *where = "/document/tracking/revision_history";
	struct revision *r =
		arena_array(t->k->arena, struct revision, json_count(t->doc, list) + 1);
	struct csaf_version v;
	bool mixed = false, released = !slice_is(c->status, "draft");
	size_t n = 0;

	if (csaf_version_parse(c->version, &v) < 0 || json_count(t->doc, list) > REVISIONS_MAX) {
		csaf_fault(t->k, where, "has more than %d elements", REVISIONS_MAX);
		return;
	}
	for (json_ref x = json_first(t->doc, list); x; x = json_next(t->doc, x), n++) {
		r[n].number = text(t, x, "number");
		(void)!csaf_version_parse(r[n].number, &r[n].v);
		(void)!utc_parse(text(t, x, "date"), &r[n].ms, NULL);
		r[n].ns = below_ms(text(t, x, "date"));
		mixed |= r[n].v.semantic != v.semantic;
	}
	qsort(r, n, sizeof(*r), revision_cmp);
	if (mixed)
		csaf_fault(t->k, where, "6.1.30: some versions are numbers, some semantic");
	if (!version_is(t, &v, &r[n - 1].v))
		csaf_fault(t->k, "/document/tracking/version",
			"6.1.16: is not that of the last revision, %.*s",
			SLICE_FMT(r[n - 1].number));
	if (released && (v.major == 0 || v.pre.n))
		csaf_fault(t->k, "/document/tracking/version",
			"%s: what is %.*s has a version of its own from 1 on",
			v.pre.n ? "6.1.20" : "6.1.17", SLICE_FMT(c->status));
	revisions_check(t, r, n, where);
	revisions_whole(t, r, n, where);
	revisions_once(t, r, n, where);
}

/* ---- 6.1.15, 6.1.26 to 6.1.28: the document and its profile ---- */

static bool note_of(struct testing *t, json_ref o, const char *categories)
{
	json_ref list = at(t, o, "notes");

	for (json_ref v = json_first(t->doc, list); v; v = json_next(t->doc, v))
		if (is_one_of(text(t, v, "category"), categories))
			return true;
	return false;
}

static bool reference_out(struct testing *t)
{
	json_ref list = at(t, t->k->c->document, "references");

	for (json_ref v = json_first(t->doc, list); v; v = json_next(t->doc, v)) {
		struct slice category = text(t, v, "category");

		/* external is what a reference is that does not say (§3.2.1.10). */
		if (!category.n || slice_is(category, "external"))
			return true;
	}
	return false;
}

/* 6.1.26: a name of one's own is none that looks like a profile's: letters, without what stands between them. */
static void category_own(struct testing *t)
{
	static const char *const profiles[] = {"csafbase", "securityincidentresponse",
		"informationaladvisory", "securityadvisory", "vex", "csafsecurityincidentresponse",
		"csafinformationaladvisory", "csafsecurityadvisory", "csafvex"};
	struct slice name = t->k->c->category;
	struct buf low CLEANUP_BUF = BUF(4 * KIB);

	if (is_one_of(name, "csaf_base csaf_security_incident_response csaf_informational_advisory "
			    "csaf_security_advisory csaf_vex"))
		return;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if (c != ' ' && c != '-' && c != '_' && c != '.' && c != '\t')
			buf_byte(&low, c);
	}
	if (slice_starts(name, "csaf_"))
		csaf_fault(t->k, "/document/category", "6.1.26: no profile of CSAF has this name");
	for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++)
		if (slice_is(buf_slice(&low), profiles[i]))
			csaf_fault(t->k, "/document/category",
				"6.1.26: a profile has nearly this name");
}

/* Every product of a status has what it must have in a VEX (6.1.27.9, 6.1.27.10). */
static void vex_statement(struct testing *t, json_ref v, const char *where, const char *status,
	const char *const *lists, const char *test)
{
	json_ref products = at(t, at(t, v, "product_status"), status);
	struct seen s = {.now = 1};

	for (; *lists; lists++) {
		json_ref list = at(t, v, *lists);

		for (json_ref x = json_first(t->doc, list); x; x = json_next(t->doc, x))
			if (strcmp(*lists, "threats") != 0 ||
				slice_is(text(t, x, "category"), "impact"))
				see_products(t, x, &s);
	}
	for (json_ref p = json_first(t->doc, products); p; p = json_next(t->doc, p))
		if (!map_has(&s.product, json_string(t->doc, p, t->k->arena)))
			csaf_fault(t->k, where, "%s: nothing is said of a product that is %s", test,
				status);
	seen_free(&s);
}

static void vex_vulnerability(struct testing *t, json_ref v, const char *where)
{
	static const char *const impact[] = {"flags", "threats", NULL};
	static const char *const action[] = {"remediations", NULL};
	json_ref status = at(t, v, "product_status");

	if (!has(t, status, "fixed") && !has(t, status, "known_affected") &&
		!has(t, status, "known_not_affected") && !has(t, status, "under_investigation"))
		csaf_fault(t->k, where, "6.1.27.7: has none of the states of a VEX");
	if (!has(t, v, "cve") && !has(t, v, "ids"))
		csaf_fault(t->k, where, "6.1.27.8: has neither a CVE nor another id");
	vex_statement(t, v, where, "known_not_affected", impact, "6.1.27.9");
	vex_statement(t, v, where, "known_affected", action, "6.1.27.10");
}

static void profile_vulnerability(struct testing *t, json_ref v, const char *where)
{
	if (!has(t, v, "notes"))
		csaf_fault(t->k, where, "6.1.27.5: has no notes");
	if (slice_is(t->k->c->category, "csaf_vex"))
		vex_vulnerability(t, v, where);
	else if (!has(t, v, "product_status"))
		csaf_fault(t->k, where, "6.1.27.6: has no product_status");
}

static void test_profile(struct testing *t)
{
	struct slice category = t->k->c->category;
	json_ref root = t->k->c->root;

	category_own(t);
	if (is_one_of(category, "csaf_informational_advisory csaf_security_incident_response")) {
		if (!note_of(t, t->k->c->document, "description details general summary"))
			csaf_fault(t->k, "/document/notes",
				"6.1.27.1: there is no note that says what it is about");
		if (!reference_out(t))
			csaf_fault(t->k, "/document/references",
				"6.1.27.2: there is no external reference");
	}
	if (slice_is(category, "csaf_informational_advisory") && has(t, root, "vulnerabilities"))
		csaf_fault(t->k, "/vulnerabilities", "6.1.27.3: are not in this profile");
	if (!is_one_of(category, "csaf_security_advisory csaf_vex"))
		return;
	if (!has(t, root, "product_tree"))
		csaf_fault(t->k, "/product_tree", "6.1.27.4: is missing");
	if (!has(t, root, "vulnerabilities"))
		csaf_fault(t->k, "/vulnerabilities", "6.1.27.11: are missing");
	each(t, root, "vulnerabilities", profile_vulnerability);
}

static void test_languages(struct testing *t)
{
	struct slice lang = text(t, t->k->c->document, "lang"),
		     from = text(t, t->k->c->document, "source_lang");
	json_ref publisher = at(t, t->k->c->document, "publisher");

	if (slice_is(text(t, publisher, "category"), "translator") && !from.n)
		csaf_fault(t->k, "/document/source_lang",
			"6.1.15: a translator says from what language");
	if (lang.n && slice_eq(lang, from))
		csaf_fault(t->k, "/document/source_lang",
			"6.1.28: is the language that it has been translated into");
}

void csaf_test_check(struct csaf_checking *k)
{
	struct testing t = {.k = k, .doc = &k->c->doc};

	test_products(&t);
	test_versions(&t);
	test_languages(&t);
	test_profile(&t);
	cve_once(&t);
	each(&t, k->c->root, "vulnerabilities", test_vulnerability);
	map_free(&t.product);
	map_free(&t.group);
}
