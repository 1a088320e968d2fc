/* native.c: see native.h. */
#include "work/training/native.h"

#include "base/clock.h"
#include "base/limits.h"
#include "xml/xml.h"

#include <ctype.h>

#define KIND_CAP       "response/alert/1"
#define KIND_STIX      "cyber/stix/1"
#define KIND_REQUEST   "response/request/1"
#define KIND_AGREEMENT "procurement/agreement/1"
#define KIND_TENDER    "procurement/tender/1"
#define MEDIA_CAP      "application/cap+xml"
#define MEDIA_STIX     "application/stix+json;version=2.1"
#define MEDIA_JSON     "application/json"
/* Titles of requests and tenders. */
#define TITLE_MAX 200

struct making {
	struct desk *d;
	const struct view *v;
	const struct inject *j;
	const struct id *party;
	size_t n_party;
	const char *word, *loud; /* "exercise", "EXERCISE" */
	struct native out;
};

/* RFC 4122 version 4 in the way STIX writes it. */
static const char *uuid_make(struct desk *d)
{
	uint8_t r[16];

	env_random(&d->node->env, r, sizeof(r));
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	return arena_printf(d->arena,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
		r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
		r[15]);
}

static struct slice marked(struct making *m, struct slice title)
{
	return slice_str(arena_printf(m->d->arena, "%s: %.*s", m->loud, SLICE_FMT(title)));
}

static struct slice told(struct making *m)
{
	struct slice mark = view_mark(m->v);

	return slice_str(arena_printf(m->d->arena, "%.*s\n\n%.*s", SLICE_FMT(mark),
		SLICE_FMT(m->j->body.n ? m->j->body : m->j->title)));
}

/* Adds what the kind itself takes. */
static int piece_add(struct making *m, const char *kind, const char *media,
	const struct object_id *object, struct slice content, struct why *why)
{
	const struct workspace_kind *k = workspace_kind_find(slice_str(kind));
	struct why rule = {0};

	if (!k)
		return why_set(why, E_STATE, "/method", "this node has no workspace for %s", kind);
	if (m->out.n == NATIVE_MAX)
		return why_set(why, E_LIMIT, "/native", "has more than %d objects", NATIVE_MAX);
	if (k->check && k->check(content, slice_str(media), m->d->arena, &rule) < 0)
		return why_set(why, E_INVALID, "/native", "%s would refuse it: %s %s", kind,
			rule.where, rule.text);
	m->out.piece[m->out.n++] =
		(struct native_piece){kind, media, *object, arena_copy(m->d->arena, content)};
	return 0;
}

static int piece_new(struct making *m, const char *kind, const char *media, struct slice content,
	struct why *why)
{
	struct object_id o = plan_object(m->d);

	return piece_add(m, kind, media, &o, content, why);
}

/* ---- CAP 1.2 ---- */

static const char *cap_status(const struct making *m)
{
	return m->v->ex.row->mode == MODE_TEST ? "Test" : "Exercise";
}

/* §3.2.1: the status, and in <note> which exercise. */
static void cap_print(struct making *m, struct buf *b)
{
	struct xml_out o = xml_out(b, false);
	struct desk *d = m->d;
	struct slice mark = view_mark(m->v);
	char sent[UTC_TEXT_LEN + 1], sender[ID_TEXT + 1];

	utc_format(d->now, sent);
	id_format(&d->node->self, sender);
	xml_open(&o, "alert");
	xml_put_attr(&o, "xmlns", SLICE("urn:oasis:names:tc:emergency:cap:1.2"));
	xml_leaf(&o, "identifier", slice_str(uuid_make(d)));
	xml_leaf(&o, "sender", slice_str(sender));
	/* CAP has no "Z" and no fractions. */
	xml_leaf(&o, "sent", slice_str(arena_printf(d->arena, "%.19s-00:00", sent)));
	xml_leaf(&o, "status", slice_str(cap_status(m)));
	xml_leaf(&o, "msgType", SLICE("Alert"));
	xml_leaf(&o, "scope", SLICE("Public"));
	xml_leaf(&o, "note",
		slice_str(arena_printf(
			d->arena, "%.*s %.*s", SLICE_FMT(mark), SLICE_FMT(m->v->ex.code_name))));
	xml_open(&o, "info");
	xml_leaf(&o, "category", SLICE("Other"));
	xml_leaf(&o, "event", marked(m, m->j->title));
	xml_leaf(&o, "urgency", SLICE("Unknown"));
	xml_leaf(&o, "severity", SLICE("Unknown"));
	xml_leaf(&o, "certainty", SLICE("Unknown"));
	if (m->j->from_sim.n)
		xml_leaf(&o, "senderName", m->j->from_sim);
	xml_leaf(&o, "headline", marked(m, m->j->title));
	xml_leaf(&o, "description", told(m));
	if (m->j->location.n) {
		xml_open(&o, "area");
		xml_leaf(&o, "areaDesc", m->j->location);
		xml_close(&o);
	}
	xml_close(&o);
	xml_close(&o);
}

static int cap_check(struct making *m, struct why *why)
{
	const struct xml_node *status = NULL;
	struct xml_node *root;
	int rc = xml_read(&root, m->d->arena, m->j->native, why);

	if (rc < 0)
		return why_set(why, E_INVALID, "/native", "is no CAP alert: %s", why->text);
	for (const struct xml_node *n = root->first; n; n = n->next)
		if (slice_is(n->name, "status"))
			status = n;
	if (!status || !slice_is(slice_trim(status->text), cap_status(m)))
		return why_set(why, E_INVALID, "/native",
			"an alert that is played has the status %s", cap_status(m));
	return 0;
}

static int cap_make(struct making *m, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	int rc = 0;

	if (m->j->native.n)
		rc = cap_check(m, why);
	else
		cap_print(m, &b);
	return rc < 0 ? rc
		      : piece_new(m, KIND_CAP, MEDIA_CAP,
				m->j->native.n ? m->j->native : buf_slice(&b), why);
}

/* ---- STIX 2.1 ---- */

static void stix_head(struct making *m, struct json_out *o, const char *type, const char *id)
{
	json_open(o, '{');
	json_put_cstr(o, "type", type);
	json_put_cstr(o, "spec_version", "2.1");
	json_put_cstr(o, "id", id);
	put_when(o, "created", m->d->now);
	put_when(o, "modified", m->d->now);
	json_open_at(o, "labels", '[');
	json_put_cstr(o, NULL, m->word);
	json_close(o);
}

/* A report, and who says it: the simulated sender. */
static int stix_report(struct making *m, struct why *why)
{
	const char *report = arena_printf(m->d->arena, "report--%s", uuid_make(m->d));
	const char *sender = arena_printf(m->d->arena, "identity--%s", uuid_make(m->d));
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	int rc;

	stix_head(m, &o, "identity", sender);
	json_put_string(
		&o, "name", marked(m, m->j->from_sim.n ? m->j->from_sim : m->v->ex.code_name));
	json_put_string(&o, "description", view_mark(m->v));
	json_close(&o);
	rc = piece_new(m, KIND_STIX, MEDIA_STIX, buf_slice(&b), why);
	if (rc < 0)
		return rc;
	buf_clear(&b);
	o = json_out(&b);
	stix_head(m, &o, "report", report);
	json_put_cstr(&o, "created_by_ref", sender);
	json_put_string(&o, "name", marked(m, m->j->title));
	json_put_string(&o, "description", told(m));
	put_when(&o, "published", m->d->now);
	json_open_at(&o, "object_refs", '[');
	json_put_cstr(&o, NULL, sender);
	json_close(&o);
	json_close(&o);
	m->out.main = m->out.n;
	return piece_new(m, KIND_STIX, MEDIA_STIX, buf_slice(&b), why);
}

/* Observables and markings have no labels (§3.2); they say nothing by themselves. */
static bool stix_labelled(struct making *m, const struct json_doc *doc, json_ref v)
{
	if (json_get(doc, v, "created") == JSON_ABSENT ||
		slice_is(json_string(doc, json_get(doc, v, "type"), m->d->arena),
			"marking-definition"))
		return true;
	json_ref labels = json_get(doc, v, "labels");
	for (json_ref l = json_first(doc, labels); l; l = json_next(doc, l))
		if (slice_is(json_string(doc, l, m->d->arena), m->word))
			return true;
	return false;
}

static int stix_object(
	struct making *m, const struct json_doc *doc, json_ref v, bool *seen, struct why *why)
{
	if (!stix_labelled(m, doc, v))
		return why_set(why, E_INVALID, "/native",
			"each object that is played has the label \"%s\"", m->word);
	if (!*seen && slice_is(json_string(doc, json_get(doc, v, "type"), m->d->arena), "report")) {
		m->out.main = m->out.n;
		*seen = true;
	}
	return piece_new(m, KIND_STIX, MEDIA_STIX, json_raw(doc, v), why);
}

static int stix_make(struct making *m, struct why *why)
{
	struct json_doc doc;
	json_ref root, list;
	bool seen = false;
	int rc;

	if (!m->j->native.n)
		return stix_report(m, why);
	rc = json_read(&doc, m->d->arena, m->j->native, &json_limits_partner, why);
	if (rc < 0)
		return why_set(why, E_INVALID, "/native", "is no STIX: %s", why->text);
	root = json_root(&doc);
	if (!slice_is(json_string(&doc, json_get(&doc, root, "type"), m->d->arena), "bundle"))
		return stix_object(m, &doc, root, &seen, why);
	list = json_get(&doc, root, "objects");
	if (json_count(&doc, list) == 0)
		return why_set(why, E_INVALID, "/native", "is a bundle without objects");
	for (json_ref e = json_first(&doc, list); rc == 0 && e; e = json_next(&doc, e))
		rc = stix_object(m, &doc, e, &seen, why);
	return rc;
}

/* ---- requests and tenders ---- */

/* "+90m", "+4h", "+2d": a time so long after the release. */
static bool later_parse(struct slice s, int64_t *ret_ms)
{
	int64_t n, unit;

	if (s.n < 3 || s.n > 8 || s.p[0] != '+')
		return false;
	switch (s.p[s.n - 1]) {
	case 'm':
		unit = MINUTE_MS;
		break;
	case 'h':
		unit = HOUR_MS;
		break;
	case 'd':
		unit = DAY_MS;
		break;
	default:
		return false;
	}
	if (slice_i64(slice_sub(s, 1, s.n - 1), &n) < 0 || n < 0)
		return false;
	*ret_ms = n * unit;
	return true;
}

/* The value as it stands, but for times that are told from the release, and the title of the whole. */
static void moved_print(struct making *m, const struct json_doc *doc, json_ref v, const char *key,
	bool top, struct json_out *o)
{
	enum json_type type = json_type(doc, v);
	struct slice s = json_string(doc, v, m->d->arena);
	int64_t later;

	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		json_open_at(o, key, type == JSON_OBJECT ? '{' : '[');
		for (json_ref e = json_first(doc, v); e; e = json_next(doc, e)) {
			const char *name =
				type == JSON_ARRAY
					? NULL
					: arena_string(m->d->arena, json_key(doc, e, m->d->arena));

			moved_print(m, doc, e, name, false, o);
		}
		json_close(o);
	} else if (type != JSON_STRING) {
		json_put_raw(o, key, json_raw(doc, v));
	} else if (later_parse(s, &later)) {
		put_when(o, key, m->d->now + later);
	} else if (top && strcmp(key, "title") == 0 && slice_search(s, slice_str(m->loud)) < 0) {
		json_put_string(o, key, slice_sub(marked(m, s), 0, TITLE_MAX));
	} else {
		json_put_string(o, key, s);
	}
}

/* Who buys: the recipients and this member, which leads. */
static int agreement_make(
	struct making *m, struct slice title, const struct object_id *object, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct id *member;
	size_t n;

	members_union(m->d->arena, m->party, m->n_party, NULL, 0, &m->d->node->self, &member, &n);
	json_open(&o, '{');
	json_put_string(&o, "title", title);
	/* The prefix says whose it is where procurements are published: an exercise is published nowhere. */
	json_put_cstr(&o, "ocid", arena_printf(m->d->arena, "%s-%s", m->word, uuid_make(m->d)));
	json_put_string(&o, "text", view_mark(m->v));
	json_open_at(&o, "participants", '[');
	for (size_t i = 0; i < n; i++)
		put_member(&o, NULL, &member[i]);
	json_close(&o);
	put_member(&o, "lead", &m->d->node->self);
	json_put_cstr(&o, "shareRule", "prorata");
	json_put_cstr(&o, "status", "proposed");
	json_close(&o);
	return piece_add(m, KIND_AGREEMENT, MEDIA_JSON, object, buf_slice(&b), why);
}

static int written_out(struct making *m, const char *kind, const char *what, struct why *why)
{
	bool tender = strcmp(kind, KIND_TENDER) == 0, alone;
	struct object_id agreement = plan_object(m->d);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct json_doc doc;
	json_ref root;
	struct slice title;
	int rc;

	if (!m->j->native.n)
		return why_set(why, E_STATE, "/native", "a %s has to be written out in full", what);
	rc = json_read(&doc, m->d->arena, m->j->native, &json_limits_partner, why);
	root = rc == 0 ? json_root(&doc) : JSON_ABSENT;
	if (json_type(&doc, root) != JSON_OBJECT)
		return why_set(why, E_INVALID, "/native", "is no JSON object: %s", why->text);
	title = json_string(&doc, json_get(&doc, root, "title"), m->d->arena);
	title = title.n ? title : m->j->title;
	alone = tender && json_get(&doc, root, "procurement") == JSON_ABSENT;
	json_open(&o, '{');
	if (alone)
		put_record_id(&o, "procurement", &agreement);
	if (json_get(&doc, root, "title") == JSON_ABSENT)
		json_put_string(&o, "title", slice_sub(marked(m, title), 0, TITLE_MAX));
	for (json_ref e = json_first(&doc, root); e; e = json_next(&doc, e))
		moved_print(m, &doc, e, arena_string(m->d->arena, json_key(&doc, e, m->d->arena)),
			true, &o);
	json_close(&o);
	if (alone)
		rc = agreement_make(m,
			slice_search(title, slice_str(m->loud)) < 0
				? slice_sub(marked(m, title), 0, TITLE_MAX)
				: title,
			&agreement, why);
	m->out.main = m->out.n;
	return rc < 0 ? rc : piece_new(m, kind, MEDIA_JSON, buf_slice(&b), why);
}

/* ---- all ---- */

int native_build(struct desk *d, const struct view *v, const struct inject *j,
	const struct id *party, size_t n_party, struct native *ret, struct why *why)
{
	bool test = v->ex.row->mode == MODE_TEST;
	struct making *m = arena_new(d->arena, struct making);
	int rc = 0;

	*m = (struct making){.d = d,
		.v = v,
		.j = j,
		.party = party,
		.n_party = n_party,
		.word = test ? "test" : "exercise",
		.loud = test ? "TEST" : "EXERCISE"};
	if (j->method == METHOD_ALERT)
		rc = cap_make(m, why);
	else if (j->method == METHOD_CYBER)
		rc = stix_make(m, why);
	else if (j->method == METHOD_REQUEST)
		rc = written_out(m, KIND_REQUEST, "request", why);
	else if (j->method == METHOD_PROCUREMENT)
		rc = written_out(m, KIND_TENDER, "tender", why);
	else if (j->native.n)
		rc = why_set(why, E_INVALID, "/native",
			"goes with the methods alert, cyber, request and procurement");
	if (rc == 0)
		*ret = m->out;
	return rc;
}
