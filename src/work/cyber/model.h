/*
 * model.h: one STIX 2.1 object (Errata 01) as it came: what kind it is, which version, what it says of its own marking; and whether it
 * keeps the rules of its type. Bytes are never changed. Pure.
 *
 *	struct stix s;
 *	rc = stix_read(&s, arena, bytes, why);       -- E_SYNTAX, E_LIMIT, E_INVALID; why.where is a JSON pointer into the object
 *	printf("%.*s %.*s\n", SLICE_FMT(s.id), SLICE_FMT(s.version));
 *
 * What is not in the standard (custom objects, custom properties, extensions) is kept and passed on, if its names are such as the standard
 * allows. Slices point into `bytes` and the arena; so does the tape.
 */
#ifndef WORK_CYBER_MODEL_H
#define WORK_CYBER_MODEL_H

#include "work/cyber/when.h"

#include "json/json.h"

extern const struct json_limits stix_json_limits;

#define STIX_MEDIA "application/stix+json;version=2.1"

enum stix_class {
	STIX_SDO,	 /* domain objects */
	STIX_SRO,	 /* relationship, sighting */
	STIX_SCO,	 /* observables */
	STIX_META,	 /* marking-definition, extension-definition, language-content */
	STIX_CUSTOM,	 /* anything else with `created` and `modified` */
	STIX_CUSTOM_SCO, /* anything else without */
};

/* RFC 4122 bytes of the part behind "--". */
struct stix_uuid {
	uint8_t b[16];
};

struct stix {
	struct slice bytes;
	struct json_doc doc;
	json_ref root;
	enum stix_class class;
	struct slice type, id;
	struct stix_uuid uuid;
	struct slice created, modified;
	/* TAXII's version: `modified`, else `created`, else empty; as written, and its key. */
	struct slice version;
	struct when_key version_key;
	struct slice created_by; /* id; empty if there is none */
	bool revoked;
};

MUST_USE int stix_read(struct stix *ret, struct arena *arena, struct slice bytes, struct why *why);

/* "type--uuid", the type as §2.3 and §11.2 allow, the UUID of RFC 4122 in either case. -EINVAL. */
MUST_USE int stix_id_parse(struct slice id, struct slice *ret_type, struct stix_uuid *ret);
/* A type name: [a-z0-9-]{3,250}, no "--". */
bool stix_type_valid(struct slice type);
/* Appends "type--uuid" in lower case. */
void stix_id_print(struct buf *b, struct slice type, const struct stix_uuid *uuid);
/* A member of the top level; JSON_ABSENT. */
json_ref stix_get(const struct stix *s, const char *key);
/* Its text if it is a string, else empty. In the arena if it has escapes. */
struct slice stix_text(const struct stix *s, const char *key, struct arena *arena);

/* The class of a type of the standard; STIX_CUSTOM for others. */
enum stix_class stix_class_of(struct slice type);

/* rules.c: properties and rules of the type; called by stix_read. */
MUST_USE int stix_rules_check(const struct stix *s, struct arena *arena, struct why *why);
/* granular.c: §7.2.3: selectors that exist, exactly one of marking_ref and lang; E_LIMIT past LIMIT_STIX_SELECT_STEPS. */
MUST_USE int stix_granular_check(const struct stix *s, struct arena *arena, struct why *why);
/*
 * The value that a selector ("a.b.[0].c") points at; JSON_ABSENT. Takes what it walks past off `steps`, and finds nothing once these are used up: it is 0 then, and
 * never otherwise.
 */
json_ref stix_select(const struct stix *s, struct slice selector, uint64_t *steps);

#endif
