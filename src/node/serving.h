/*
 * serving.h: one process serves a node's directory. Two on one would each follow every partner, send every letter and answer from their own memory.
 * Other commands work beside it. The lock ends with the process, however that ends.
 */
#ifndef NODE_SERVING_H
#define NODE_SERVING_H

#include "node/node.h"

/* Takes DATA/serve.lock for this process. *ret: keep it open; close ends it; -1 for a node in memory. E_STATE with the other's process id if somebody has it. */
MUST_USE int serving_take(const struct node *node, int *ret, struct why *why);
/* Is there a process that serves it now? */
bool serving_now(const struct node *node);

#endif
