/*
 * node_int.h: what node.c and create.c share. Private to src/node.
 */
#ifndef NODE_NODE_INT_H
#define NODE_NODE_INT_H

#include "node/node.h"

/* With env (the system's if it is empty) and nothing else set. */
struct node *node_alloc(const struct env *env);
/* "dir/name"; the caller owns it. */
char *node_path(const char *dir, const char *name);
/* The URL with a relative path put under `dir`; the caller owns it. */
char *node_database(const char *dir, const char *url);
/* Inside a write transaction, once. */
MUST_USE int node_self_put(struct db *db, const struct id *self, struct why *why);

#endif
