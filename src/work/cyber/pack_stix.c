/*
 * pack_stix.c: which keys a STIX object gives; see pack.h.
 *
 * An indicator gives keys iff its pattern is a list of values (pattern_values). If some of the values are of kinds that no scan of a log
 * finds (a registry key), the others still fire, since any of them would: the indicator is counted as "partly".
 */
#include "work/cyber/pack_int.h"

#include "work/cyber/pattern.h"

struct reading {
	struct pack_maker *m;
	struct pack_counts *counts;
	uint64_t taken, left; /* values of the object at hand */
	int rc;
	struct why *why;
};

static const struct {
	const char *type, *path;
	enum pack_kind kind;
} where[] = {
	{"ipv4-addr", "value", PACK_IPV4},
	{"ipv6-addr", "value", PACK_IPV6},
	{"domain-name", "value", PACK_DOMAIN},
	{"url", "value", PACK_URL},
	{"email-addr", "value", PACK_EMAIL},
	{"file", "hashes.MD5", PACK_MD5},
	{"file", "hashes.SHA-1", PACK_SHA1},
	{"file", "hashes.SHA-256", PACK_SHA256},
	{"artifact", "hashes.MD5", PACK_MD5},
	{"artifact", "hashes.SHA-1", PACK_SHA1},
	{"artifact", "hashes.SHA-256", PACK_SHA256},
	{"x509-certificate", "hashes.MD5", PACK_MD5},
	{"x509-certificate", "hashes.SHA-1", PACK_SHA1},
	{"x509-certificate", "hashes.SHA-256", PACK_SHA256},
	{"process", "image_ref.hashes.MD5", PACK_MD5},
	{"process", "image_ref.hashes.SHA-1", PACK_SHA1},
	{"process", "image_ref.hashes.SHA-256", PACK_SHA256},
	{"process", "binary_ref.hashes.MD5", PACK_MD5},
	{"process", "binary_ref.hashes.SHA-1", PACK_SHA1},
	{"process", "binary_ref.hashes.SHA-256", PACK_SHA256},
	{"email-message", "from_ref.value", PACK_EMAIL},
	{"email-message", "sender_ref.value", PACK_EMAIL},
	{"file", "name", PACK_FILE},
};

/* A value of one object, in the spelling of its kind; 1 if it was taken. */
static int take(struct reading *r, enum pack_kind kind, struct slice value)
{
	struct buf key CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
	int rc;

	if (pack_key(&kind, value, &key) < 0 || buf_over(&key))
		return 0;
	rc = pack_made_key(r->m, kind, buf_slice(&key), r->why);
	return rc < 0 ? rc : 1;
}

/* src_ref and dst_ref lead to an address or a name: what it is shows in how it is written. */
static int take_endpoint(struct reading *r, struct slice value)
{
	static const enum pack_kind kinds[] = {PACK_IPV4, PACK_IPV6, PACK_DOMAIN};
	int rc = 0;

	for (size_t i = 0; i < 3 && rc == 0; i++)
		rc = take(r, kinds[i], value);
	return rc;
}

static void take_value(void *ctx, struct slice type, struct slice path, struct slice value)
{
	struct reading *r = ctx;
	int rc = 0;

	if (r->rc < 0)
		return;
	if (slice_is(type, "network-traffic") &&
		(slice_is(path, "src_ref.value") || slice_is(path, "dst_ref.value")))
		rc = take_endpoint(r, value);
	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]) && rc == 0; i++)
		if (slice_is(type, where[i].type) && slice_is(path, where[i].path))
			rc = take(r, where[i].kind, value);
	if (rc < 0)
		r->rc = rc;
	r->taken += rc > 0;
	r->left += rc <= 0;
}

/* ---- indicators ---- */

struct times {
	int64_t modified, from, until;
};

static bool time_of(
	const struct json_doc *doc, json_ref o, const char *key, struct arena *a, int64_t *ret)
{
	json_ref v = json_get(doc, o, key);

	return !v || utc_parse(json_string(doc, v, a), ret, NULL) == 0;
}

static bool times_of(const struct json_doc *doc, json_ref o, struct arena *a, struct times *ret)
{
	*ret = (struct times){0, 0, INT64_MAX};
	return time_of(doc, o, "modified", a, &ret->modified) &&
	       time_of(doc, o, "valid_from", a, &ret->from) &&
	       time_of(doc, o, "valid_until", a, &ret->until) && ret->until > ret->from;
}

/* Whole seconds that never let an indicator fire before its time or after it. */
static uint32_t second_up(int64_t ms)
{
	int64_t s = ms <= 0 ? 0 : (ms + 999) / 1000;

	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX - 1;
}

static uint32_t second_down(int64_t ms)
{
	if (ms == INT64_MAX)
		return UINT32_MAX;
	return ms <= 0 ? 0 : ms / 1000 < UINT32_MAX ? (uint32_t)(ms / 1000) : UINT32_MAX - 1;
}

/* indicator_types of "benign" and nothing else: what it describes is no reason for an alarm. */
static bool is_benign(const struct json_doc *doc, json_ref o, struct arena *a)
{
	json_ref types = json_get(doc, o, "indicator_types"), one = json_first(doc, types);

	return json_count(doc, types) == 1 && slice_is(json_string(doc, one, a), "benign");
}

/* What the object's keys are: none, if its pattern says more than a list, or is none of ours. */
static int indicator_keys(struct reading *r, struct pattern *p)
{
	size_t keys = r->m->key.n, bytes = r->m->bytes.n;

	if (p)
		pattern_values(p, take_value, r);
	if (r->rc < 0)
		return r->rc;
	if (r->taken == 0) {
		r->m->object.p[r->m->object.n - 1].flags |= OBJECT_PATTERN_ONLY;
		r->m->key.n = keys;
		buf_cut(&r->m->bytes, bytes);
	}
	r->counts->keys += r->taken;
	r->counts->partly += r->taken > 0 && r->left > 0;
	r->counts->pattern_only += p && r->taken == 0;
	return 0;
}

/* A version that cannot be read as a pattern still takes the place of the one before it. */
static int add_indicator(struct reading *r, const struct json_doc *doc, json_ref o,
	struct slice author, struct arena *a)
{
	struct slice id = json_string(doc, json_get(doc, o, "id"), a);
	struct made_object made = {0};
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct times t;
	int rc;

	if (!times_of(doc, o, a, &t) || !json_get(doc, o, "modified")) {
		r->counts->refused++;
		return 0;
	}
	made.modified_ms = t.modified;
	made.from_s = second_up(t.from);
	made.until_s = second_down(t.until);
	made.flags = json_true(doc, json_get(doc, o, "revoked")) ? OBJECT_REVOKED : 0;
	rc = pack_made_object(r->m, id, author, &made, r->why);
	if (rc == E_SYNTAX)
		r->counts->refused++;
	if (rc < 0)
		return rc == E_SYNTAX ? 0 : rc;
	r->counts->objects++;
	r->counts->refused += pattern_of_indicator(&p, doc, o, a, NULL) < 0;
	return indicator_keys(r, p);
}

/* ---- observables ---- */

static void take_hashes(struct reading *r, const struct json_doc *doc, json_ref o,
	struct slice type, struct arena *a)
{
	json_ref hashes = json_get(doc, o, "hashes");

	for (json_ref v = json_first(doc, hashes); v; v = json_next(doc, v)) {
		char path[64];
		int n = snprintf(path, sizeof(path), "hashes.%.*s",
			SLICE_FMT(slice_sub(json_key(doc, v, a), 0, 40)));

		take_value(r, type, slice_of(path, (size_t)n), json_string(doc, v, a));
	}
}

/* A file's name alone says too little to be an alarm, so of observables it is not taken. */
static int add_observable(struct reading *r, const struct json_doc *doc, json_ref o,
	struct slice type, struct slice author, struct arena *a)
{
	struct made_object made = {.until_s = UINT32_MAX};
	int rc = pack_made_object(
		r->m, json_string(doc, json_get(doc, o, "id"), a), author, &made, r->why);

	if (rc == E_SYNTAX)
		r->counts->refused++;
	if (rc < 0)
		return rc == E_SYNTAX ? 0 : rc;
	if (json_get(doc, o, "hashes"))
		take_hashes(r, doc, o, type, a);
	else
		take_value(r, type, SLICE("value"), json_string(doc, json_get(doc, o, "value"), a));
	if (r->rc < 0)
		return r->rc;
	if (r->taken == 0)
		r->m->object.n--;
	r->counts->objects += r->taken > 0;
	r->counts->ignored += r->taken == 0;
	r->counts->keys += r->taken;
	return 0;
}

static bool is_observable(struct slice type)
{
	static const char *const types[] = {"ipv4-addr", "ipv6-addr", "domain-name", "url",
		"email-addr", "file", "artifact", "x509-certificate"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_is(type, types[i]))
			return true;
	return false;
}

int pack_maker_object(struct pack_maker *m, const struct json_doc *doc, json_ref object,
	bool observables, struct slice author, struct pack_counts *counts, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(LIMIT_PACK_STIX);
	struct reading r = {.m = m, .counts = counts, .why = why};
	struct slice type = json_string(doc, json_get(doc, object, "type"), &a);

	if (author.n == 0)
		author = json_string(doc, json_get(doc, object, "created_by_ref"), &a);
	if (slice_is(type, "indicator") && !is_benign(doc, object, &a))
		return add_indicator(&r, doc, object, author, &a);
	if (observables && is_observable(type))
		return add_observable(&r, doc, object, type, author, &a);
	counts->ignored++;
	return 0;
}

int pack_maker_stix(struct pack_maker *m, struct slice json, bool observables, struct slice author,
	struct pack_counts *counts, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(4 * LIMIT_PACK_STIX);
	struct json_doc doc;
	json_ref all;
	int rc;

	if (json.n > LIMIT_PACK_STIX)
		return why_set(why, E_LIMIT, "", "STIX text larger than 2 GiB");
	rc = json_read(&doc, &a, json, &json_limits_local, why);
	if (rc < 0)
		return rc;
	all = json_root(&doc);
	if (json_type(&doc, all) == JSON_OBJECT &&
		slice_is(json_string(&doc, json_get(&doc, all, "type"), &a), "bundle"))
		all = json_get(&doc, all, "objects");
	if (json_type(&doc, all) == JSON_OBJECT)
		return pack_maker_object(m, &doc, all, observables, author, counts, why);
	if (json_type(&doc, all) != JSON_ARRAY && json_type(&doc, all) != JSON_NONE)
		return why_set(
			why, E_INVALID, "", "neither a STIX object nor a bundle or list of them");
	for (json_ref v = json_first(&doc, all); v && rc == 0; v = json_next(&doc, v))
		rc = pack_maker_object(m, &doc, v, observables, author, counts, why);
	return rc;
}
