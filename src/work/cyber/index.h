/*
 * index.h: what points at what, and by which names others know it (ATT&CK T1059, CVE-2025-1234): made a moment after objects have come, because a bundle has as
 * many references as objects. Tables that can be made again from the objects at any time; they are in no digest.
 */
#ifndef WORK_CYBER_INDEX_H
#define WORK_CYBER_INDEX_H

#include "work/cyber/list.h"

extern const char stix_index_schema[];

/* The batch that came to `first` waits to be indexed. In the fold's transaction. */
MUST_USE int stix_index_due(struct db *db, int64_t root, int64_t first, struct why *why);
/* Everything of added in [from, from + LIMIT_BATCH_OBJECTS) goes. */
MUST_USE int stix_index_drop(struct db *db, int64_t root, int64_t from, struct why *why);
/* Indexes one batch, in a transaction of its own: 1 = done, there may be more; 0 = none is due. */
MUST_USE int stix_index_run(struct db *db, struct why *why);

/*
 * Who asks is told of what is released to him, and `limit` counts nothing else. Which versions are shown is asked by stix_list_added().
 */
struct index_view {
	const struct world *w;
	struct db *db;
	const struct reader *who;
	int64_t root;
};
/* Who points at an id: `added` of the pointing objects and the property, newest first, at most `limit`. */
struct index_ref {
	int64_t added;
	struct slice name;
};
MUST_USE int stix_index_refs(const struct index_view *v, const struct stix_uuid *target,
	size_t limit, struct arena *arena, struct index_ref **ret, size_t *ret_n, struct why *why);
/* The spelling of a name in cyber_alias, whatever its case. */
struct slice stix_index_name(struct slice name, struct arena *arena);
/* Objects that point with `name` at something of a type: relationships from indicators, sightings of attack patterns. */
MUST_USE int stix_index_pointing(const struct index_view *v, const char *type, const char *name,
	size_t limit, struct arena *arena, int64_t **ret, size_t *ret_n, struct why *why);

#endif
