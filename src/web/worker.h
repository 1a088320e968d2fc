/*
 * worker.h: a thread with a database handle of its own, that runs a round, waits until it is poked or its time has come, and runs the next.
 *
 *	rc = worker_start(&w, node, round, ctx, why);    -- the first round begins at once
 *	worker_poke(w);                                  -- any thread: there may be something to do
 *	worker_tell(w);                                  -- it is to end; a long round has a word of its own for that
 *	worker_end(w);                                   -- waits until it has; poking does nothing any more
 *	worker_free(&w);
 */
#ifndef WEB_WORKER_H
#define WEB_WORKER_H

#include "node/node.h"

struct worker;

/* One round; returns in how many milliseconds the next is due at the latest. A transaction that it leaves open is rolled back. */
typedef int64_t worker_round(void *ctx, struct db *db);

/* `ctx` is borrowed until worker_free. E_IO and what node_db fails with; then nothing runs. */
MUST_USE int worker_start(struct worker **ret, const struct node *node, worker_round *round,
	void *ctx, struct why *why);
/* Cheap; a poke during a round makes another one follow. NULL is fine. */
void worker_poke(struct worker *w);
void worker_tell(struct worker *w);
/* worker_tell, and none of its rounds runs afterwards. By one thread, once or more. NULL is fine. */
void worker_end(struct worker *w);
/* worker_end, when nobody can poke any more. NULL inside is fine. */
void worker_free(struct worker **w);

#endif
