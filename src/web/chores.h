/*
 * chores.h: a thread that does what the fold left to be done (node_todo): answers to erasures,
 * scrubbing, state digests. It runs when it is poked, and by itself from time to time, because
 * other processes write too.
 */
#ifndef WEB_CHORES_H
#define WEB_CHORES_H

#include "node/node.h"

/* Runs at least so often; scrubbing that a reader held up is tried again. */
#define CHORES_EVERY_MS 15000
#define CHORES_AGAIN_MS 1000

struct chores;
MUST_USE int chores_start(struct chores **ret, const struct node *node, struct why *why);
/* There may be something to do. Any thread; cheap. NULL is fine. */
void chores_poke(struct chores *c);
void chores_stop(struct chores **c);

#endif
