/*
 * rules.h: the properties of each type of STIX 2.1 as tables; private to the model. Who reads the standard beside it finds each table under the
 * section that its type names.
 */
#ifndef WORK_CYBER_RULES_H
#define WORK_CYBER_RULES_H

#include "work/cyber/model.h"

enum prop_kind {
	P_ANY,
	P_STRING,
	P_INTEGER,
	P_NUMBER,
	P_BOOLEAN,
	P_TIME,
	P_ID,	   /* identifier; `of`: allowed types, '|' between them; NULL: any */
	P_STRINGS, /* lists are never empty (§2) */
	P_IDS,
	P_LIST,	      /* of objects */
	P_OBJECT,     /* dictionary or nested object */
	P_HASHES,     /* §2.9 */
	P_HEX,	      /* §2.8 */
	P_BINARY,     /* §2.1: base64 */
	P_EXTERNAL,   /* §2.5, list */
	P_KILL_CHAIN, /* §2.11, list */
};

struct prop {
	const char *name;
	enum prop_kind kind;
	bool must;
	const char *of;
};

struct stix_type {
	const char *name;
	enum stix_class class;
	const struct prop *prop; /* ends with name NULL */
	/* What one property alone does not say; may be NULL. */
	int (*check)(const struct stix *s, struct arena *arena, struct why *why);
};
/* NULL: not of the standard. */
const struct stix_type *stix_type_find(struct slice name);

/* rules_check.c: for the `check` of types. */
MUST_USE int stix_rule_order(const struct stix *s, const char *first, const char *last, bool equal,
	struct arena *arena, struct why *why);
MUST_USE int stix_rule_range(
	const struct stix *s, const char *key, double least, double most, struct why *why);
/* At least one of the names, which end with NULL. */
MUST_USE int stix_rule_some(const struct stix *s, const char *const *names, struct why *why);
bool stix_rule_has(const struct stix *s, const char *key);

/* rules_sco.c: the observables (§6). */
extern const struct stix_type stix_types_sco[]; /* ends with name NULL */

#endif
