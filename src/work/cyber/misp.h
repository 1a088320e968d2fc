/*
 * misp.h: events of MISP (core format, draft-dulaunoy-misp-core-format) into STIX 2.1 objects, and back. Pure.
 *
 *	rc = misp_read(json, MODE_REAL, arena, &in, why);                  -- an event, a list of them, or {"response": …}
 *	rc = stix_source_open(&source, -1, buf_slice(&in.bundle), why);    -- and on with ingest.h
 *
 * Of an event become: a report (id of the event's UUID, as for all that follows); of an attribute with to_ids an indicator, of one without
 * observed-data and its observable, of one that STIX has no words for an x-misp-attribute; of an object a grouping, of a reference a relationship; of a sighting a
 * sighting (seen), an opinion (false positive) or a note (expiration); of galaxy clusters that are ATT&CK references to its own ids.
 * What is deleted is revoked. Type, category, to_ids and the like are labels (misp:type="ip-dst"), other tags labels as they are.
 *
 * Who may have it only becomes less: TLP tags become markings; distribution 0 (your organisation only), 4 (a sharing group) and any tlp: tag that is no TLP become
 * markings without a definition, so that what bears them is held back until somebody tells what they mean (ingest.h).
 * An event that its own tags call an exercise is refused where real ones go.
 *
 * The other way what says more than an attribute can is a stix2-pattern, and distribution is always 0: the receiver's operator widens it, not we.
 */
#ifndef WORK_CYBER_MISP_H
#define WORK_CYBER_MISP_H

#include "work/cyber/marking.h"

#include "log/entry.h" /* enum mode */

/* ---- misp_type.c: types of attributes ---- */

enum misp_shape {
	MISP_VALUE,    /* sco:path = 'v' */
	MISP_NUMBER,   /* sco:path = 65000; "AS65000", too */
	MISP_ADDRESS,  /* ipv4-addr or ipv6-addr, by its spelling */
	MISP_PAIR,     /* "a|b": sco:path = 'a' AND sco:path_second = 'b' */
	MISP_RESOLVES, /* "name|address" */
	MISP_ENDPOINT, /* "address or name|port"; path is src or dst */
	MISP_RULE,     /* the value is a pattern; path is its pattern_type */
};
struct misp_type {
	const char *name;
	enum misp_shape shape;
	const char *sco, *path, *second;
	const char *category; /* if nobody says another */
};
/* NULL: STIX has no words for it. */
const struct misp_type *misp_type_find(struct slice name);
/* The type for a value of a pattern; path as pattern_values() writes it. NULL. */
const struct misp_type *misp_type_of(struct slice sco, struct slice path);
/* Appends the pattern. E_INVALID: the value is none of this type. */
MUST_USE int misp_type_pattern(
	const struct misp_type *t, struct slice value, struct buf *ret, struct why *why);
/*
 * Appends the observable as an object of STIX, without its closing brace: who has a marking adds it. *ret_id is its id, in the arena. E_MISSING: this type
 * has none; E_INVALID as above.
 */
MUST_USE int misp_type_observable(const struct misp_type *t, struct slice value,
	struct arena *arena, struct buf *ret, struct slice *ret_id, struct why *why);
/* The value of an observable, for an attribute; the type, or NULL. */
const struct misp_type *misp_type_observed(
	const struct stix *s, struct arena *arena, struct slice *ret_value);

/* ---- misp_read.c ---- */

/* What was left out of what was read, and why. */
struct misp_refusal {
	const char *where; /* JSON pointer */
	const char *text;
};
#define MISP_REFUSALS 1000 /* told; above, only counted */
/* What misp_read() needs at most: values with escapes are copied, the tape is 16 bytes a value. */
#define MISP_ARENA (1 * GIB)

struct misp_in {
	struct buf bundle; /* owned: a bundle; empty objects if nothing could be taken */
	size_t objects;
	struct misp_refusal *refusal; /* in the arena */
	size_t n_refusal, refused;
};
/* E_SYNTAX, E_LIMIT, E_INVALID for what is no event at all. misp_in_free() after 0. */
MUST_USE int misp_read(struct slice json, enum mode mode, struct arena *arena, struct misp_in *ret,
	struct why *why);
void misp_in_free(struct misp_in *in);

/* ---- misp_write.c ---- */

struct misp_object {
	struct slice bytes;
	enum tlp tlp; /* of its label, which may be tighter than its own marking */
};
struct misp_wish {
	struct slice
		report; /* id of the report or grouping that becomes the event; empty: all, under this name */
	struct slice name;		 /* of the event */
	struct slice org;		 /* of whom it is, if no identity says so */
	struct stix_uuid uuid, org_uuid; /* of an event that is no report */
	int64_t now_ms;
};
/* Appends {"Event": …}. *ret_left: objects that MISP has no place for. E_LIMIT if the event is too large. */
MUST_USE int misp_write(const struct misp_wish *wish, const struct misp_object *object, size_t n,
	struct arena *arena, struct buf *ret, size_t *ret_left, struct why *why);

#endif
