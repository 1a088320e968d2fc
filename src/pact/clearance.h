/*
 * clearance.h: "<class>[ <TAG>=<v>[,<v>]...]...", as it stands in a charter's clearance lines and
 * in an accession. Private to src/pact.
 */
#ifndef PACT_CLEARANCE_H
#define PACT_CLEARANCE_H

#include "pact/charter.h"

/* Class and values must be the charter's (its ladder and categories). E_INVALID. `ret_tags` is the
 * text behind the class. */
MUST_USE int clearance_parse(
	const struct charter *c, struct slice text, unsigned *ret_level, struct slice *ret_tags);
/* The same grammar without a charter at hand. */
bool clearance_form_ok(struct slice text);
/* The category of a tag, or NULL. */
const struct charter_category *category_find(const struct charter *c, struct slice tag);
bool category_has(const struct charter_category *k, struct slice value);
/* Does the list "v,v,v" hold the value? */
bool values_have(struct slice list, struct slice value);
/* The values of a tag in "TAG=v,v TAG=v"; empty if it is not there. */
struct slice tags_find(struct slice tags, struct slice tag);

#endif
