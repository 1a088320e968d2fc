/*
 * bell.h: the bus: somebody has written. In one process by callbacks, between processes by a datagram on DATA/bell.
 */
#ifndef NODE_BELL_H
#define NODE_BELL_H

#include "node/node.h"

struct bell;
/* Listens on DATA/bell in a thread of its own; `heard` is called on each ring (coalesced), and at least every second if the database's version moved. */
MUST_USE int bell_start(struct bell **ret, const struct node *node, void (*heard)(void *ctx),
	void *ctx, struct why *why);
void bell_stop(struct bell **b);
/* Rings; nobody listening is fine. */
void bell_ring(const struct node *node);

#endif
