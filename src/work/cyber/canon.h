/*
 * canon.h: JSON in the one spelling of RFC 8785 (JCS): members sorted by UTF-16, no space, shortest escapes, numbers as ECMAScript prints them.
 * STIX makes the ids of observables from it, and two texts of one object are told to be the same by it.
 */
#ifndef WORK_CYBER_CANON_H
#define WORK_CYBER_CANON_H

#include "json/json.h"

/* Appends the canonical text of a value. */
void jcs_value(const struct json_doc *doc, json_ref ref, struct arena *arena, struct buf *b);
/* Appends a string with its quotes. */
void jcs_string(struct buf *b, struct slice text);

#endif
