/* misp_type.c: see misp.h: which property of which observable a type of attribute speaks of. */
#include "work/cyber/misp.h"

#include "work/cyber/pack.h"
#include "work/cyber/pattern.h"
#include "work/cyber/sco.h"

#include "base/report.h"

#include <inttypes.h>

#define DELIVERY "Payload delivery"
#define NETWORK	 "Network activity"
#define DROPPED	 "Artifacts dropped"
#define FILE_OF(name, hash)                                                                        \
	{name, MISP_VALUE, "file", "hashes." hash, NULL, DELIVERY},                                \
	{                                                                                          \
		"filename|" name, MISP_PAIR, "file", "name", "hashes." hash, DELIVERY              \
	}
#define AGENT "extensions.http-request-ext.request_header.User-Agent"

/* Of several types for one property the first is the one that misp_type_of() gives. */
static const struct misp_type types[] = {
	{"ip-dst", MISP_ADDRESS, "ipv4-addr", "value", NULL, NETWORK},
	{"ip-src", MISP_ADDRESS, "ipv4-addr", "value", NULL, NETWORK},
	{"ip-dst|port", MISP_ENDPOINT, "network-traffic", "dst", NULL, NETWORK},
	{"ip-src|port", MISP_ENDPOINT, "network-traffic", "src", NULL, NETWORK},
	{"hostname|port", MISP_ENDPOINT, "network-traffic", "dst", NULL, NETWORK},
	{"domain", MISP_VALUE, "domain-name", "value", NULL, NETWORK},
	{"hostname", MISP_VALUE, "domain-name", "value", NULL, NETWORK},
	{"onion-address", MISP_VALUE, "domain-name", "value", NULL, NETWORK},
	{"domain|ip", MISP_RESOLVES, "domain-name", "value", NULL, NETWORK},
	{"url", MISP_VALUE, "url", "value", NULL, NETWORK},
	{"uri", MISP_VALUE, "url", "value", NULL, NETWORK},
	{"link", MISP_VALUE, "url", "value", NULL, "External analysis"},
	{"email", MISP_VALUE, "email-addr", "value", NULL, DELIVERY},
	{"email-src", MISP_VALUE, "email-addr", "value", NULL, DELIVERY},
	{"email-dst", MISP_VALUE, "email-addr", "value", NULL, DELIVERY},
	{"email-reply-to", MISP_VALUE, "email-addr", "value", NULL, DELIVERY},
	{"email-subject", MISP_VALUE, "email-message", "subject", NULL, DELIVERY},
	FILE_OF("md5", "MD5"),
	FILE_OF("sha1", "SHA-1"),
	FILE_OF("sha224", "SHA-224"),
	FILE_OF("sha256", "SHA-256"),
	FILE_OF("sha384", "SHA-384"),
	FILE_OF("sha512", "SHA-512"),
	FILE_OF("sha3-256", "SHA3-256"),
	FILE_OF("sha3-512", "SHA3-512"),
	FILE_OF("ssdeep", "SSDEEP"),
	FILE_OF("tlsh", "TLSH"),
	{"malware-sample", MISP_PAIR, "file", "name", "hashes.MD5", DELIVERY},
	{"filename", MISP_VALUE, "file", "name", NULL, DELIVERY},
	{"attachment", MISP_VALUE, "file", "name", NULL, "External analysis"},
	{"email-attachment", MISP_VALUE, "file", "name", NULL, DELIVERY},
	{"mutex", MISP_VALUE, "mutex", "name", NULL, DROPPED},
	{"regkey", MISP_VALUE, "windows-registry-key", "key", NULL, "Persistence mechanism"},
	{"regkey|value", MISP_PAIR, "windows-registry-key", "key", "values[*].data",
		"Persistence mechanism"},
	{"AS", MISP_NUMBER, "autonomous-system", "number", NULL, NETWORK},
	{"port", MISP_NUMBER, "network-traffic", "dst_port", NULL, NETWORK},
	{"mac-address", MISP_VALUE, "mac-addr", "value", NULL, NETWORK},
	{"user-agent", MISP_VALUE, "network-traffic", AGENT, NULL, NETWORK},
	{"x509-fingerprint-md5", MISP_VALUE, "x509-certificate", "hashes.MD5", NULL, NETWORK},
	{"x509-fingerprint-sha1", MISP_VALUE, "x509-certificate", "hashes.SHA-1", NULL, NETWORK},
	{"x509-fingerprint-sha256", MISP_VALUE, "x509-certificate", "hashes.SHA-256", NULL,
		NETWORK},
	{"stix2-pattern", MISP_RULE, NULL, "stix", NULL, DELIVERY},
	{"yara", MISP_RULE, NULL, "yara", NULL, "Payload installation"},
	{"sigma", MISP_RULE, NULL, "sigma", NULL, "Payload installation"},
	{"snort", MISP_RULE, NULL, "snort", NULL, NETWORK},
	{"suricata", MISP_RULE, NULL, "suricata", NULL, NETWORK},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

const struct misp_type *misp_type_find(struct slice name)
{
	for (size_t i = 0; i < TYPES; i++)
		if (slice_is(name, types[i].name))
			return &types[i];
	return NULL;
}

const struct misp_type *misp_type_of(struct slice sco, struct slice path)
{
	if (slice_is(sco, "ipv6-addr"))
		sco = SLICE("ipv4-addr");
	for (size_t i = 0; i < TYPES; i++)
		if ((types[i].shape == MISP_VALUE || types[i].shape == MISP_ADDRESS) &&
			slice_is(sco, types[i].sco) && slice_is(path, types[i].path))
			return &types[i];
	return NULL;
}

/* ---- values ---- */

/* ipv4-addr or ipv6-addr; NULL. Networks, too. */
static const char *address_type(struct slice value)
{
	static const struct {
		enum pack_kind kind;
		const char *type;
	} kinds[] = {{PACK_IPV4, "ipv4-addr"}, {PACK_IPV6, "ipv6-addr"}};

	for (size_t i = 0; i < 2; i++) {
		struct buf key CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
		enum pack_kind kind = kinds[i].kind;

		if (pack_key(&kind, value, &key) == 0)
			return kinds[i].type;
	}
	return NULL;
}

static int number_of(struct slice value, uint64_t most, uint64_t *ret, struct why *why)
{
	(void)slice_take(&value, "AS");
	if (slice_u64(value, ret) < 0 || *ret > most)
		return why_set(why, E_INVALID, "", "is no number from 0 to %llu",
			(unsigned long long)most);
	return 0;
}

static int split_value(struct slice value, struct slice *a, struct slice *b, struct why *why)
{
	ptrdiff_t at = slice_find(value, '|');

	if (at <= 0 || (size_t)at + 1 == value.n)
		return why_set(why, E_INVALID, "", "has two parts with '|' between them");
	*a = slice_sub(value, 0, (size_t)at);
	*b = slice_sub(value, (size_t)at + 1, value.n);
	return 0;
}

static int address_of(struct slice value, const char **ret, struct why *why)
{
	*ret = address_type(value);
	return *ret ? 0 : why_set(why, E_INVALID, "", "is no address of IPv4 or IPv6");
}

/* ---- patterns ---- */

static void put_literal(struct buf *b, struct slice value)
{
	buf_byte(b, '\'');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\'' || value.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, value.p[i]);
	}
	buf_byte(b, '\'');
}

static bool is_plain(struct slice part)
{
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] == '-' || part.p[i] == ' ')
			return false;
	return true;
}

/* sco:path, with quotes about what is no word (§9.3.4). */
static void put_path(struct buf *b, const char *sco, const char *path)
{
	struct slice rest = slice_str(path), part;
	bool first = true;

	buf_str(b, sco);
	buf_byte(b, ':');
	while (slice_cut(&rest, '.', &part)) {
		if (!first)
			buf_byte(b, '.');
		first = false;
		if (is_plain(part))
			buf_slice_add(b, part);
		else
			put_literal(b, part);
	}
}

static void put_equals(struct buf *b, const char *sco, const char *path, struct slice value)
{
	put_path(b, sco, path);
	buf_str(b, " = ");
	put_literal(b, value);
}

static int put_number(const struct misp_type *t, struct slice value, struct buf *b, struct why *why)
{
	uint64_t n;
	int rc = number_of(
		value, slice_is(slice_str(t->name), "port") ? 65535 : UINT32_MAX, &n, why);

	if (rc == 0) {
		put_path(b, t->sco, t->path);
		buf_addf(b, " = %" PRIu64, n);
	}
	return rc;
}

static int put_endpoint(
	const struct misp_type *t, struct slice value, struct buf *b, struct why *why)
{
	struct slice who, port;
	uint64_t n;
	int rc = split_value(value, &who, &port, why);

	if (rc == 0 && !slice_starts(slice_str(t->name), "host") && !address_type(who))
		rc = why_set(why, E_INVALID, "", "begins with no address of IPv4 or IPv6");
	if (rc == 0)
		rc = number_of(port, 65535, &n, why);
	if (rc < 0)
		return rc;
	buf_addf(b, "%s:%s_ref.value = ", t->sco, t->path);
	put_literal(b, who);
	buf_addf(b, " AND %s:%s_port = %" PRIu64, t->sco, t->path, n);
	return 0;
}

static int put_two(const struct misp_type *t, struct slice value, struct buf *b, struct why *why)
{
	bool resolves = t->shape == MISP_RESOLVES;
	struct slice one, two;
	const char *type;
	int rc = split_value(value, &one, &two, why);

	if (rc == 0 && resolves)
		rc = address_of(two, &type, why);
	if (rc < 0)
		return rc;
	put_equals(b, t->sco, t->path, one);
	buf_str(b, " AND ");
	put_equals(b, t->sco, resolves ? "resolves_to_refs[*].value" : t->second, two);
	return 0;
}

static int put_comparison(
	const struct misp_type *t, struct slice value, struct buf *b, struct why *why)
{
	const char *type = t->sco;

	switch (t->shape) {
	case MISP_NUMBER:
		return put_number(t, value, b, why);
	case MISP_ENDPOINT:
		return put_endpoint(t, value, b, why);
	case MISP_PAIR:
	case MISP_RESOLVES:
		return put_two(t, value, b, why);
	case MISP_ADDRESS:
	case MISP_VALUE:
	case MISP_RULE:
		break;
	}
	if (t->shape == MISP_ADDRESS && address_of(value, &type, why) < 0)
		return E_INVALID;
	put_equals(b, type, t->path, value);
	return 0;
}

int misp_type_pattern(
	const struct misp_type *t, struct slice value, struct buf *ret, struct why *why)
{
	struct pattern *p CLEANUP_PATTERN = NULL;
	size_t before = ret->n;
	struct slice text;
	int rc = 0;

	if (t->shape == MISP_RULE) {
		buf_slice_add(ret, value);
	} else {
		buf_byte(ret, '[');
		rc = put_comparison(t, value, ret, why);
		buf_byte(ret, ']');
	}
	text = slice_sub(buf_slice(ret), before, ret->n);
	/* A hash of a wrong length, a STIX pattern that is none. */
	if (rc == 0 && (t->shape != MISP_RULE || slice_is(slice_str(t->path), "stix")))
		rc = pattern_parse(&p, text, PATTERN_2_1, why);
	if (rc < 0)
		buf_cut(ret, before);
	return rc;
}

/* ---- observables ---- */

/* key: value, or below "hashes". */
static void put_property(struct json_out *o, const char *path, struct slice value)
{
	struct slice hash = slice_str(path);
	char name[32];

	if (!slice_take(&hash, "hashes.")) {
		json_put_string(o, path, value);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", SLICE_FMT(hash));
	json_open_at(o, "hashes", '{');
	json_put_string(o, name, value);
	json_close(o);
}

static int put_observable(
	const struct misp_type *t, struct slice value, struct json_out *o, struct why *why)
{
	struct slice one, two;
	const char *type = t->sco;
	uint64_t n = 0;
	int rc = 0;

	if (t->shape == MISP_ADDRESS)
		rc = address_of(value, &type, why);
	if (t->shape == MISP_NUMBER)
		rc = number_of(value, UINT32_MAX, &n, why);
	if (t->shape == MISP_PAIR)
		rc = split_value(value, &one, &two, why);
	if (rc < 0)
		return rc;
	json_put_cstr(o, "type", type);
	json_put_cstr(o, "spec_version", "2.1");
	if (t->shape == MISP_NUMBER) {
		json_put_u64(o, t->path, n);
	} else if (t->shape == MISP_PAIR) {
		put_property(o, t->path, one);
		put_property(o, t->second, two);
	} else {
		put_property(o, t->path, value);
	}
	return 0;
}

/* network-traffic needs protocols, email-message more than a subject, a value of a registry key its name: MISP does not say. */
static bool has_observable(const struct misp_type *t)
{
	static const char *const not [] = {"network-traffic", "email-message"};

	for (size_t i = 0; i < 2; i++)
		if (t->sco && slice_is(slice_str(t->sco), not [i]))
			return false;
	return t->sco && t->shape != MISP_RESOLVES &&
	       !(t->second && slice_starts(slice_str(t->second), "values"));
}

int misp_type_observable(const struct misp_type *t, struct slice value, struct arena *arena,
	struct buf *ret, struct slice *ret_id, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(2 * MIB), id CLEANUP_BUF = BUF(LIMIT_STIX_ID);
	struct json_out o = json_out(&text);
	struct stix_uuid uuid;
	struct json_doc doc;
	struct slice type;
	struct stix sco;
	int rc;

	if (!has_observable(t))
		return E_MISSING;
	json_open(&o, '{');
	rc = put_observable(t, value, &o, why);
	json_close(&o);
	if (rc == 0)
		rc = json_read(
			&doc, arena, arena_copy(arena, buf_slice(&text)), &stix_json_limits, why);
	if (rc < 0)
		return rc;
	type = json_string(&doc, json_get(&doc, json_root(&doc), "type"), arena);
	if (sco_uuid(&doc, json_root(&doc), type, arena, &uuid) < 0)
		return why_set(why, E_INVALID, "", "is no value of this type");
	stix_id_print(&id, type, &uuid);
	*ret_id = arena_copy(arena, buf_slice(&id));
	buf_cut(&text, text.n - 1);
	buf_addf(&text, ",\"id\":\"%.*s\"}", SLICE_FMT(*ret_id));
	rc = stix_read(&sco, arena, arena_copy(arena, buf_slice(&text)), why);
	if (rc == 0)
		buf_slice_add(ret, slice_sub(buf_slice(&text), 0, text.n - 1));
	return rc;
}

const struct misp_type *misp_type_observed(
	const struct stix *s, struct arena *arena, struct slice *ret_value)
{
	json_ref hashes = stix_get(s, "hashes"), v = json_first(&s->doc, hashes);
	struct slice name = stix_text(s, "name", arena), value = stix_text(s, "value", arena), hash;
	const struct misp_type *t = NULL;

	if (value.n)
		t = misp_type_of(s->type, SLICE("value"));
	for (; !value.n && v && !t; v = json_next(&s->doc, v)) {
		char path[64];

		snprintf(path, sizeof(path), "hashes.%.*s",
			SLICE_FMT(slice_sub(json_key(&s->doc, v, arena), 0, 40)));
		t = misp_type_of(s->type, slice_str(path));
		value = t ? json_string(&s->doc, v, arena) : value;
	}
	hash = value;
	if (t && name.n && slice_is(s->type, "file")) {
		const struct misp_type *pair =
			misp_type_find(slice_str(arena_printf(arena, "filename|%s", t->name)));

		t = pair ? pair : t;
		if (pair)
			value = slice_str(
				arena_printf(arena, "%.*s|%.*s", SLICE_FMT(name), SLICE_FMT(hash)));
	} else if (!t && name.n && (t = misp_type_of(s->type, SLICE("name")))) {
		value = name;
	} else if (!t && slice_is(s->type, "windows-registry-key")) {
		t = misp_type_of(s->type, SLICE("key"));
		value = stix_text(s, "key", arena);
	} else if (!t && slice_is(s->type, "autonomous-system")) {
		t = misp_type_find(SLICE("AS"));
		value = json_number(&s->doc, stix_get(s, "number"));
	}
	*ret_value = value;
	return t;
}
