/*
 * status.h: the one look: what has each party itself signed; who still has to; what is only said; and how the node and its partners are.
 */
#ifndef NODE_STATUS_H
#define NODE_STATUS_H

#include "node/world.h"
#include "json/json.h"

/* One JSON object for a coalition (docs/api.md describes it): parties, standing, statements, logs with heads and cosignatures, refusals, forks, warnings. */
MUST_USE int status_json(const struct world *w, struct db *db, struct json_out *o, struct why *why);
/* As a user of this node sees it: NULL is all that the node holds. Who is not cleared for all of it learns nothing about contents but the number of
 * those records that are for him. */
MUST_USE int status_json_for(const struct world *w, struct db *db, const struct reader *who,
	struct json_out *o, struct why *why);
/* The items of one part, without brackets; of one member if it is not NULL (parties, logs), E_MISSING if there are none. */
enum status_part { STATUS_PARTIES, STATUS_LOGS, STATUS_FLAGS, STATUS_REFUSALS };
MUST_USE int status_part_json(const struct world *w, struct db *db, const struct reader *who,
	enum status_part part, const struct id *member, struct json_out *o, struct why *why);
/* The same for people, in the width given; colours if `colour`. */
MUST_USE int status_text(const struct world *w, struct db *db, unsigned columns, bool colour,
	struct buf *ret, struct why *why);

/* Table peer_health. */
extern const char health_schema_1[];
/* Peer health, written by peer/pull: shown in status. */
struct peer_health {
	struct id peer;
	int64_t last_ok_ms, last_try_ms;
	int64_t failures;
	struct slice text; /* last error, "" */
};
MUST_USE int peer_health_put(struct db *db, const struct peer_health *h, struct why *why);
MUST_USE int peer_health_list(struct db *db, struct arena *arena, struct peer_health **ret,
	size_t *ret_n, struct why *why);

#endif
