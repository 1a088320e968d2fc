/*
 * misp_int.h: inside of misp_read(): what is handed from the event down to its attributes. The list of markings (struct misp_marks) that an event's objects bear is
 * handed down from the event to its objects, attributes and sightings, and only grows.
 */
#ifndef WORK_CYBER_MISP_INT_H
#define WORK_CYBER_MISP_INT_H

#include "work/cyber/misp.h"

#include "base/map.h"
#include "base/vec.h"

#define MISP_MARKS 16

struct misp_marks {
	struct slice id[MISP_MARKS]; /* of marking definitions */
	size_t n;
};

struct misp_reading {
	struct json_doc doc;
	struct arena *arena;
	struct json_out o;
	bool labels; /* the list of labels is open */
	struct misp_in *in;
	bool exercise; /* goes where exercises go */
	struct why *why;
};

struct misp_event {
	json_ref e;
	struct slice uuid;
	struct slice org_uuid; /* empty: it has none that is a UUID */
	struct slice org;      /* id of the identity; empty */
	struct slice org_only; /* id of the marking of what only the organisation may have */
	int64_t date_ms, time_ms;
	struct misp_marks marks;
	struct map ids; /* UUID → id of what became of it (char *, in the arena) */
	VEC(struct slice) refs;
};

/* One thing of an event that becomes an object: what all of them have. */
struct misp_head {
	const char *type;
	struct slice uuid;
	int64_t time_ms;
	bool deleted;
	const struct misp_marks *marks;
	json_ref tags; /* JSON_ABSENT */
};

/* ---- misp_head.c ---- */

/* A string, or a number as it is written. */
struct slice misp_text(const struct misp_reading *r, json_ref o, const char *key);
bool misp_yes(const struct misp_reading *r, json_ref o, const char *key);
/* Seconds since 1970, to ms; 0 if there are none. */
int64_t misp_time(const struct misp_reading *r, json_ref o, const char *key);
/* A date or an RFC 3339 time, to ms; 0. */
int64_t misp_moment(const struct misp_reading *r, json_ref o, const char *key);
/* type--uuid, in the arena. */
struct slice misp_id(const struct misp_reading *r, const char *type, struct slice uuid);
bool misp_uuid_ok(const struct misp_reading *r, struct slice uuid);
/* The id of what has no UUID, from what it is. */
struct slice misp_made_id(const struct misp_reading *r, const char *type, struct slice name);
void misp_refuse(struct misp_reading *r, const char *where, const char *key, const char *text);
struct slice misp_tag(const struct misp_reading *r, json_ref tag);

/* What an event, object or attribute says of itself, beside what stands above it. */
void misp_marks_add(const struct misp_reading *r, const struct misp_event *ev, json_ref o,
	struct misp_marks *m);
/* Who may have what goes to the organisation alone: once for an event, as all its attributes may bear it. */
struct slice misp_org_only(const struct misp_reading *r, struct slice org_uuid);

/* Opens an object and writes what all have; then labels, then what it has of its own, then misp_done(). */
void misp_head_put(struct misp_reading *r, const struct misp_event *ev, const struct misp_head *h);
/* misp:type="ip-dst"; nothing if the value is empty. */
void misp_label(struct misp_reading *r, const char *key, struct slice value);
void misp_labels_end(struct misp_reading *r);
void misp_put_time(struct json_out *o, const char *key, int64_t ms);
void misp_put_refs(struct misp_reading *r, const char *key, const struct slice *ref, size_t n);
/* `ref`: the report names it. */
void misp_done(struct misp_reading *r, struct misp_event *ev, const char *type, struct slice uuid,
	bool ref);
/* An organisation, once for each event. */
void misp_identity(
	struct misp_reading *r, struct misp_event *ev, struct slice uuid, struct slice name);

/* ---- misp_attribute.c ---- */

void misp_attributes(struct misp_reading *r, struct misp_event *ev, json_ref of,
	const struct misp_marks *above, const char *where);
/* Clusters of ATT&CK. `from`: an attribute's object; empty: the event's, and `what` is not looked at. */
void misp_galaxies(struct misp_reading *r, struct misp_event *ev, json_ref o, struct slice from,
	const struct misp_head *what);

#endif
