/* sco.c: see sco.h. */
#include "work/cyber/sco.h"

#include "work/cyber/canon.h"

#include "crypt/hash.h"

const uint8_t sco_namespace[16] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe,
	0xd2, 0x33, 0x15, 0xa9, 0xb7};

/* In the order of canonical JSON. */
static const struct contributing {
	const char *type, *names;
} table[] = {
	{"artifact", "hashes payload_bin"},
	{"autonomous-system", "number"},
	{"directory", "path"},
	{"domain-name", "value"},
	{"email-addr", "value"},
	{"email-message", "body from_ref subject"},
	{"file", "extensions hashes name parent_directory_ref"},
	{"ipv4-addr", "value"},
	{"ipv6-addr", "value"},
	{"mac-addr", "value"},
	{"mutex", "name"},
	{"network-traffic", "dst_port dst_ref end extensions protocols src_port src_ref start"},
	{"software", "cpe name swid vendor version"},
	{"url", "value"},
	{"user-account", "account_login account_type user_id"},
	{"windows-registry-key", "key values"},
	{"x509-certificate", "hashes serial_number"},
};

/* Of several hashes one: MD5, SHA-1, SHA-256, SHA-512, else the first. */
static void hashes_put(
	const struct json_doc *doc, json_ref hashes, struct arena *arena, struct buf *b)
{
	static const char *const order[] = {"MD5", "SHA-1", "SHA-256", "SHA-512"};
	json_ref v = JSON_ABSENT;

	for (size_t i = 0; v == JSON_ABSENT && i < sizeof(order) / sizeof(*order); i++)
		v = json_get(doc, hashes, order[i]);
	if (v == JSON_ABSENT)
		v = json_first(doc, hashes);
	buf_byte(b, '{');
	if (v != JSON_ABSENT) {
		jcs_string(b, json_key(doc, v, arena));
		buf_byte(b, ':');
		jcs_value(doc, v, arena, b);
	}
	buf_byte(b, '}');
}

int sco_name(const struct json_doc *doc, json_ref object, struct slice type, struct arena *arena,
	struct buf *ret)
{
	struct slice rest = SLICE_NONE, name;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (slice_is(type, table[i].type))
			rest = slice_str(table[i].names);
	buf_byte(ret, '{');
	while (slice_cut(&rest, ' ', &name)) {
		json_ref v = json_get_slice(doc, object, name);

		if (v == JSON_ABSENT)
			continue;
		if (n++)
			buf_byte(ret, ',');
		jcs_string(ret, name);
		buf_byte(ret, ':');
		if (slice_is(name, "hashes"))
			hashes_put(doc, v, arena, ret);
		else
			jcs_value(doc, v, arena, ret);
	}
	buf_byte(ret, '}');
	return n ? 0 : E_MISSING;
}

struct stix_uuid uuid_v5(const uint8_t space[16], struct slice name)
{
	const struct slice pieces[] = {slice_of(space, 16), name};
	uint8_t sha1[20];
	struct stix_uuid u;

	hash_sha1(pieces, 2, sha1);
	memcpy(u.b, sha1, sizeof(u.b));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x50);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

struct stix_uuid uuid_v4(const uint8_t random[16])
{
	struct stix_uuid u;

	memcpy(u.b, random, sizeof(u.b));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

int sco_uuid(const struct json_doc *doc, json_ref object, struct slice type, struct arena *arena,
	struct stix_uuid *ret)
{
	struct buf name CLEANUP_BUF = BUF(2 * LIMIT_STIX_BYTES);
	int rc = sco_name(doc, object, type, arena, &name);

	if (rc < 0 || buf_over(&name))
		return E_MISSING;
	*ret = uuid_v5(sco_namespace, buf_slice(&name));
	return 0;
}
