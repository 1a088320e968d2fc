/*
 * sco.h: deterministic ids of observables (§2.9 of STIX 2.1): UUIDv5 of the canonical JSON of the properties that make the object what it is.
 */
#ifndef WORK_CYBER_SCO_H
#define WORK_CYBER_SCO_H

#include "work/cyber/model.h"

/*
 * The UUID of an observable of the standard. E_MISSING if the type has no such id (process) or none of its contributing properties is
 * there: then a random one is right.
 */
MUST_USE int sco_uuid(const struct json_doc *doc, json_ref object, struct slice type,
	struct arena *arena, struct stix_uuid *ret);
/* The canonical JSON that it is made from, for those who want to see it. */
MUST_USE int sco_name(const struct json_doc *doc, json_ref object, struct slice type,
	struct arena *arena, struct buf *ret);

/* UUIDv5 (RFC 4122 §4.3). */
struct stix_uuid uuid_v5(const uint8_t space[16], struct slice name);
/* A random one from 16 random bytes. */
struct stix_uuid uuid_v4(const uint8_t random[16]);
extern const uint8_t sco_namespace[16];

#endif
