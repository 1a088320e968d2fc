/* serve_int.h: what the files of serve share. Private to src/peer. */
#ifndef PEER_SERVE_INT_H
#define PEER_SERVE_INT_H

#include "peer/path.h"
#include "peer/serve.h"

/* What deciding about one entry takes: its bytes, its content, its roll, its grants. One question is about a thousand, so each has its own. */
#define SERVE_ENTRY_ARENA (32 * MIB)

/* One request while it is answered. */
struct serving {
	const struct node *node;
	struct db *db;
	const struct peer_request *req;
	struct peer_path path;
	struct arena *arena;
	struct world world;
	struct reader reader; /* the caller here */
	bool cut_off;	      /* this node has suspended relations with the caller: acts only */
	struct peer_answer *answer;
};

/* Each answers 0 with s->answer filled, PEER_PARK, or an error that becomes a problem. */
MUST_USE int serve_heads(struct serving *s, struct why *why);
MUST_USE int serve_checkpoint(struct serving *s, struct why *why);
MUST_USE int serve_tile(struct serving *s, struct why *why);
MUST_USE int serve_payloads(struct serving *s, struct why *why);
MUST_USE int serve_file(struct serving *s, struct why *why);

#endif
