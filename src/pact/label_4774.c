/* Labels as STANAG 4774 XML (ADatP-4774 Edition A, confidentialitymetadatalabel:1:0), out and in.
 */
#include "pact/label.h"

#include "base/clock.h"
#include "pact/clearance.h"
#include "pact/lines.h"

#define NS_4774	       "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define NAME_MAX_BYTES 128
#define POLICY_URI_MAX 192 /* "urn:oid:" and the longest policy */

/* 1.3.6.1.4.1… */
static bool is_oid(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return slice_find(s, '.') > 0;
}

/* What identifies the policy to others: an OID as a URN, a URI as it is; empty for a name. */
static struct slice policy_uri(struct slice policy, char *room, size_t room_bytes)
{
	if (is_oid(policy)) {
		snprintf(room, room_bytes, "urn:oid:%.*s", SLICE_FMT(policy));
		return slice_str(room);
	}
	return slice_find(policy, ':') > 0 ? policy : SLICE_NONE;
}

static const char *type_of(const struct charter *c, struct slice tag)
{
	const struct charter_category *k = category_find(c, tag);

	if (k && k->type == CATEGORY_RESTRICTIVE)
		return "RESTRICTIVE";
	if (k && k->type == CATEGORY_PERMISSIVE)
		return "PERMISSIVE";
	return "INFORMATIVE";
}

void label_to_4774(
	const struct label *l, const struct charter *c, int64_t created_ms, struct buf *b)
{
	struct xml_out o = xml_out(b, false);
	char created[UTC_TEXT_LEN + 1], room[POLICY_URI_MAX];
	struct slice uri = policy_uri(l->policy, room, sizeof(room));

	xml_open(&o, "originatorConfidentialityLabel");
	xml_put_attr(&o, "xmlns", SLICE(NS_4774));
	xml_open(&o, "ConfidentialityInformation");
	xml_open(&o, "PolicyIdentifier");
	if (uri.n > 0)
		xml_put_attr(&o, "URI", uri);
	xml_text(&o, l->policy);
	xml_close(&o);
	xml_leaf(&o, "Classification", l->class_name);
	for (size_t i = 0; i < l->n_tag; i++) {
		struct slice rest = l->tag[i].values, one;
		xml_open(&o, "Category");
		xml_put_attr(&o, "TagName", l->tag[i].tag);
		xml_put_attr(&o, "Type", slice_str(type_of(c, l->tag[i].tag)));
		while (slice_cut(&rest, ',', &one))
			xml_leaf(&o, "GenericValue", one);
		xml_close(&o);
	}
	xml_close(&o);
	/* The schema has whole seconds. */
	utc_format(created_ms, created);
	memcpy(created + strlen("2025-03-18T09:30:00"), "Z", 2);
	xml_leaf(&o, "CreationDateTime", slice_str(created));
	xml_close(&o);
}

static int bad(const struct xml_node *at, struct why *why, const char *text)
{
	char where[24];
	snprintf(where, sizeof(where), "line %u", at->line);
	return why_set(why, E_INVALID, where, "%s", text);
}

static int by_bytes(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Sorts, drops doubles and joins with commas. */
static struct slice values_join(struct arena *arena, struct slice *v, size_t *n)
{
	size_t bytes = 0, kept = 0, at = 0;

	qsort(v, *n, sizeof(*v), by_bytes);
	for (size_t i = 0; i < *n; i++)
		if (kept == 0 || !slice_eq(v[kept - 1], v[i]))
			v[kept++] = v[i];
	for (size_t i = 0; i < kept; i++)
		bytes += v[i].n + (i > 0);
	uint8_t *p = arena_alloc(arena, bytes + 1);
	for (size_t i = 0; i < kept; i++) {
		if (i > 0)
			p[at++] = ',';
		memcpy(p + at, v[i].p, v[i].n);
		at += v[i].n;
	}
	*n = kept;
	return slice_of(p, bytes);
}

static int category_read(
	struct label *l, struct arena *arena, const struct xml_node *node, struct why *why)
{
	struct slice v[CHARTER_VALUES_MAX];
	struct label_tag t = {.tag = slice_trim(xml_attr(node, "TagName"))};
	const struct xml_node *value = xml_child(node, NS_4774, "GenericValue");

	if (!value_token(t.tag, NAME_MAX_BYTES))
		return bad(node, why, "a Category without a TagName of one word");
	for (; value; value = xml_again(value)) {
		if (t.n == CHARTER_VALUES_MAX)
			return bad(value, why, "too many values in one Category");
		v[t.n] = slice_trim(value->text);
		if (!value_token(v[t.n], NAME_MAX_BYTES))
			return bad(value, why, "a GenericValue that is not one word");
		t.n++;
	}
	if (t.n == 0)
		return bad(node, why, "a Category without a GenericValue");
	if (l->n_tag == LABEL_TAGS_MAX)
		return bad(node, why, "too many Categories");
	t.values = values_join(arena, v, &t.n);
	/* Into its place; two Categories with one TagName would contradict each other. */
	size_t at = l->n_tag;
	while (at > 0 && slice_cmp(l->tag[at - 1].tag, t.tag) > 0)
		at--;
	if (at > 0 && slice_eq(l->tag[at - 1].tag, t.tag))
		return bad(node, why, "two Categories with the same TagName");
	memmove(&l->tag[at + 1], &l->tag[at], (l->n_tag - at) * sizeof(t));
	l->tag[at] = t;
	l->n_tag++;
	if (slice_is(t.tag, "TLP") && (t.n != 1 || tlp_parse(t.values, &l->tlp) < 0))
		return bad(node, why, "not a TLP 2.0 value");
	return 0;
}

/* A category's Type must be what the charter says: restrictive read as informative would open the
 * record. */
static int type_check(const struct charter *c, const struct xml_node *node, struct why *why)
{
	struct slice tag = slice_trim(xml_attr(node, "TagName")),
		     type = slice_trim(xml_attr(node, "Type"));

	if (slice_is(tag, "TLP") || slice_is(type, type_of(c, tag)))
		return 0;
	return bad(node, why, "the Type of a Category is not the charter's");
}

static int information_read(struct label *l, struct arena *arena, const struct charter *c,
	const struct xml_node *info, struct why *why)
{
	const struct xml_node *policy = xml_child(info, NS_4774, "PolicyIdentifier");
	const struct xml_node *class_name = xml_child(info, NS_4774, "Classification");

	if (!policy || !class_name || xml_again(policy) || xml_again(class_name))
		return bad(info, why,
			"exactly one PolicyIdentifier and one Classification are needed");
	char room[POLICY_URI_MAX];
	struct slice uri = policy_uri(c->policy, room, sizeof(room));
	bool same = uri.n > 0 && slice_eq(slice_trim(xml_attr(policy, "URI")), uri);
	l->policy = same ? c->policy : slice_trim(policy->text);
	l->class_name = slice_trim(class_name->text);
	for (const struct xml_node *k = xml_child(info, NS_4774, "Category"); k; k = xml_again(k)) {
		int rc = type_check(c, k, why);
		if (rc < 0 || (rc = category_read(l, arena, k, why)) < 0)
			return rc;
	}
	return label_check(l, c, why);
}

int label_from_4774(struct label *ret, struct arena *arena, const struct charter *c,
	struct slice xml, struct why *why)
{
	struct label l = {0};
	struct xml_node *root;
	int rc = xml_read(&root, arena, xml, why);
	if (rc < 0)
		return rc;
	if (!slice_is(root->ns, NS_4774) ||
		(!slice_is(root->name, "originatorConfidentialityLabel") &&
			!slice_is(root->name, "OriginatorConfidentialityLabel")))
		return bad(root, why, "not an originatorConfidentialityLabel");
	const struct xml_node *info = xml_child(root, NS_4774, "ConfidentialityInformation");
	if (!info || xml_again(info))
		return bad(root, why, "exactly one ConfidentialityInformation is needed");
	if ((rc = information_read(&l, arena, c, info, why)) < 0)
		return rc;
	*ret = l;
	return 0;
}
