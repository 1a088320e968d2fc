/*
 * api.h: the routes of this workspace below /api/v1/coalitions/{coalition}/cyber, and what their files share. docs/cyber.md has them in words.
 *
 *	api.c         the table
 *	api_object.c  feed, object
 *	api_graph.c   what hangs together with an object
 *	api_view.c    ATT&CK matrix, sightings over time
 *	api_bundle.c  bundles in, withdrawals, collections
 *	api_case.c    cases, tasks, questions, notices
 */
#ifndef WORK_CYBER_API_H
#define WORK_CYBER_API_H

#include "work/cyber/list.h"

#include "web/api.h"

extern const struct api_route cyber_routes[];
extern const uint8_t cyber_schemas[], cyber_schemas_end[];

/* What is told of objects in a list, into an array that is open: schema CyberObject. */
MUST_USE int api_objects_put(struct call *c, int64_t root, const struct list_row *row, size_t n);
/* Its name: `name`, `value`, a pattern, or what a relationship says. In the arena. */
struct slice api_object_name(const struct stix *s, struct arena *arena);

/* Names of many ids in one query: want, find, ask. What the caller may not see keeps its id. `of` has LIST_IDS places; more are not looked up. */
struct api_named {
	struct slice id, name;
};
struct api_names {
	struct api_named *of;
	size_t n;
};
void api_names_want(struct api_names *names, struct slice id);
MUST_USE int api_names_find(struct call *c, int64_t root, struct api_names *names);
struct slice api_names_in(const struct api_names *names, struct slice id);

MUST_USE int api_root(struct call *c, enum mode mode, int64_t *ret);
/* `id` of the path: E_MISSING if it is none. */
MUST_USE int api_stix_id(struct call *c, struct slice *ret);

int api_cyber_objects(struct call *c);
int api_cyber_object(struct call *c);
int api_cyber_graph(struct call *c);
int api_cyber_matrix(struct call *c);
int api_cyber_sightings(struct call *c);
int api_cyber_bundle(struct call *c);
int api_cyber_misp(struct call *c);
int api_cyber_withdraw(struct call *c);
int api_cyber_collections(struct call *c);
int api_cyber_collection_add(struct call *c);
int api_cyber_collection_drop(struct call *c);

#endif
