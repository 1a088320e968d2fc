/*
 * serving.h: who serves a node's directory. Over SQLite that is one process: two would each follow every partner and send every letter. Over PostgreSQL several
 * may, on one host (packaging/postgresql.md). Other commands work beside them. The lock ends with the process, however that ends.
 */
#ifndef NODE_SERVING_H
#define NODE_SERVING_H

#include "node/node.h"

/* Takes DATA/serve.lock for this process. *ret: keep it open; close ends it; -1 for a node in memory. E_STATE with the other's process id if there is no room beside it. */
MUST_USE int serving_take(const struct node *node, int *ret, struct why *why);
/* Is there a process that serves it now? */
bool serving_now(const struct node *node);

#endif
