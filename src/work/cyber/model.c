/* model.c: what all STIX objects have in common; see model.h. The rules of types are in rules.c. */
#include "work/cyber/model.h"

#include "work/cyber/rules.h"

#include <errno.h>

#define UUID_TEXT 36

const struct json_limits stix_json_limits = {LIMIT_STIX_DEPTH, LIMIT_STIX_NODES};

/* ---- identifiers ---- */

bool stix_type_valid(struct slice type)
{
	if (type.n < LIMIT_STIX_TYPE_LEAST || type.n > LIMIT_STIX_TYPE)
		return false;
	for (size_t i = 0; i < type.n; i++) {
		uint8_t c = type.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
		if (c == '-' && i > 0 && type.p[i - 1] == '-')
			return false;
	}
	return true;
}

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static int uuid_parse(struct slice text, struct stix_uuid *ret)
{
	size_t n = 0;

	if (text.n != UUID_TEXT)
		return -EINVAL;
	for (size_t i = 0; i < UUID_TEXT;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.p[i++] != '-')
				return -EINVAL;
			continue;
		}
		int high = hex_of(text.p[i]), low = hex_of(text.p[i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		ret->b[n++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	/* The variant of RFC 4122. */
	return (ret->b[8] & 0xc0) == 0x80 ? 0 : -EINVAL;
}

int stix_id_parse(struct slice id, struct slice *ret_type, struct stix_uuid *ret)
{
	struct stix_uuid uuid;
	struct slice type;

	if (id.n < LIMIT_STIX_TYPE_LEAST + 2 + UUID_TEXT || id.n > LIMIT_STIX_ID)
		return -EINVAL;
	type = slice_sub(id, 0, id.n - UUID_TEXT - 2);
	if (!stix_type_valid(type) || id.p[type.n] != '-' || id.p[type.n + 1] != '-' ||
		uuid_parse(slice_sub(id, type.n + 2, id.n), &uuid) < 0)
		return -EINVAL;
	*ret_type = type;
	*ret = uuid;
	return 0;
}

void stix_id_print(struct buf *b, struct slice type, const struct stix_uuid *uuid)
{
	static const char digit[] = "0123456789abcdef";

	buf_slice_add(b, type);
	buf_str(b, "--");
	for (size_t i = 0; i < sizeof(uuid->b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf_byte(b, '-');
		buf_byte(b, (uint8_t)digit[uuid->b[i] >> 4]);
		buf_byte(b, (uint8_t)digit[uuid->b[i] & 15]);
	}
}

/* ---- members ---- */

json_ref stix_get(const struct stix *s, const char *key)
{
	return json_get(&s->doc, s->root, key);
}

struct slice stix_text(const struct stix *s, const char *key, struct arena *arena)
{
	return json_string(&s->doc, stix_get(s, key), arena);
}

/* ---- reading ---- */

static int read_name(struct stix *s, struct arena *arena, struct why *why)
{
	struct slice type;

	s->type = stix_text(s, "type", arena);
	if (!s->type.p)
		return why_set(why, E_INVALID, "/type", "an object has a type");
	if (!stix_type_valid(s->type))
		return why_set(why, E_INVALID, "/type",
			"a type is 3 to 250 of [a-z0-9-], without two hyphens in a row");
	if (slice_is(s->type, "bundle"))
		return why_set(why, E_INVALID, "/type", "a bundle is no object of its own");
	s->id = stix_text(s, "id", arena);
	if (!s->id.p)
		return why_set(why, E_INVALID, "/id", "an object has an id");
	if (stix_id_parse(s->id, &type, &s->uuid) < 0)
		return why_set(why, E_INVALID, "/id", "an id is the type, '--' and a UUID");
	if (!slice_eq(type, s->type))
		return why_set(why, E_INVALID, "/id", "the id is of another type than the object");
	s->class = stix_class_of(s->type);
	return 0;
}

static int read_time(struct stix *s, const char *key, struct arena *arena, struct slice *ret,
	struct when_key *ret_key, struct why *why)
{
	char where[32];
	json_ref v = stix_get(s, key);

	if (v == JSON_ABSENT)
		return 0;
	*ret = json_string(&s->doc, v, arena);
	if (!ret->p || when_key(*ret, ret_key) < 0) {
		snprintf(where, sizeof(where), "/%s", key);
		return why_set(why, E_INVALID, where,
			"a time is YYYY-MM-DDTHH:MM:SS[.s…]Z, in UTC and with its Z");
	}
	return 0;
}

static int read_version(struct stix *s, struct arena *arena, struct why *why)
{
	struct when_key created = {0}, modified = {0};
	int rc = read_time(s, "created", arena, &s->created, &created, why);

	if (rc == 0)
		rc = read_time(s, "modified", arena, &s->modified, &modified, why);
	if (rc < 0)
		return rc;
	if (s->class == STIX_CUSTOM && !s->created.n && !s->modified.n)
		s->class = STIX_CUSTOM_SCO;
	if (s->modified.n && strcmp(modified.text, created.text) < 0)
		return why_set(why, E_INVALID, "/modified", "modified is before created");
	s->version = s->modified.n ? s->modified : s->created;
	s->version_key = s->modified.n ? modified : created;
	return 0;
}

/* §3.3: required on all but observables, where it may be left out. */
static int read_spec(struct stix *s, struct arena *arena, struct why *why)
{
	json_ref v = stix_get(s, "spec_version");
	bool sco = s->class == STIX_SCO || s->class == STIX_CUSTOM_SCO;

	if (v == JSON_ABSENT && !sco)
		return why_set(why, E_INVALID, "/spec_version",
			"spec_version is missing (an object of STIX 2.0 has none)");
	if (v != JSON_ABSENT && !slice_is(json_string(&s->doc, v, arena), "2.1"))
		return why_set(why, E_INVALID, "/spec_version", "spec_version is not \"2.1\"");
	return 0;
}

static int read_common(struct stix *s, struct arena *arena, struct why *why)
{
	json_ref v = stix_get(s, "created_by_ref");
	struct slice type;
	struct stix_uuid uuid;

	if (v != JSON_ABSENT) {
		s->created_by = json_string(&s->doc, v, arena);
		if (stix_id_parse(s->created_by, &type, &uuid) < 0 || !slice_is(type, "identity"))
			return why_set(why, E_INVALID, "/created_by_ref",
				"created_by_ref is the id of an identity");
	}
	v = stix_get(s, "revoked");
	if (v != JSON_ABSENT && json_type(&s->doc, v) != JSON_TRUE &&
		json_type(&s->doc, v) != JSON_FALSE)
		return why_set(why, E_INVALID, "/revoked", "revoked is true or false");
	s->revoked = json_type(&s->doc, v) == JSON_TRUE;
	return 0;
}

int stix_read(struct stix *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct stix s = {.bytes = bytes};
	int rc;

	if (bytes.n > LIMIT_STIX_BYTES)
		return why_set(
			why, E_LIMIT, "", "an object is at most %zu bytes", LIMIT_STIX_BYTES);
	rc = json_read(&s.doc, arena, bytes, &stix_json_limits, why);
	if (rc < 0)
		return rc;
	s.root = json_root(&s.doc);
	if (json_type(&s.doc, s.root) != JSON_OBJECT)
		return why_set(why, E_INVALID, "", "a STIX object is a JSON object");
	rc = read_name(&s, arena, why);
	if (rc == 0)
		rc = read_version(&s, arena, why);
	if (rc == 0)
		rc = read_spec(&s, arena, why);
	if (rc == 0)
		rc = read_common(&s, arena, why);
	if (rc == 0)
		rc = stix_rules_check(&s, arena, why);
	if (rc == 0)
		rc = stix_granular_check(&s, arena, why);
	if (rc == 0)
		*ret = s;
	return rc;
}
