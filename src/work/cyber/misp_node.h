/*
 * misp_node.h: MISP and this node's objects: events in as any bundle goes in (ingest.h), and events out of what a reader may see.
 *
 *	rc = misp_read(json, in.mode, &scratch, &events, why);
 *	if (rc == 0)
 *		rc = misp_take(&in, &events, arena, &result, why);
 *	misp_in_free(&events);
 */
#ifndef WORK_CYBER_MISP_NODE_H
#define WORK_CYBER_MISP_NODE_H

#include "work/cyber/ingest.h"
#include "work/cyber/list.h"
#include "work/cyber/misp.h"

#include "node/world.h"

/* What misp_read() made. What it left out counts and is told as refused. */
MUST_USE int misp_take(const struct ingest *in, const struct misp_in *events, struct arena *arena,
	struct ingest_result *ret, struct why *why);
/* All that a descriptor has from its beginning; E_LIMIT above LIMIT_MISP_BYTES. */
MUST_USE int misp_file_read(int fd, struct buf *ret, struct why *why);

struct misp_view {
	const struct world *world;
	struct db *db; /* in a transaction */
	const struct reader *who;
	struct list_query query; /* root, author, tlp_most */
	int64_t now_ms;
};
/* The event of one report or grouping, with what hangs on it: sightings, organisations, markings. Appends {"Event": …}. E_MISSING; E_LIMIT: too much hangs together. */
MUST_USE int misp_export_report(const struct misp_view *v, struct slice report, struct buf *ret,
	size_t *ret_left, struct why *why);

struct misp_exported {
	size_t events, left;
};
/*
 * Everything: an event for each report, then events of what is in none. `put` takes a piece of {"response": [ … ]}; its failure ends it.
 */
MUST_USE int misp_export_all(const struct misp_view *v,
	int (*put)(void *ctx, struct slice text, struct why *why), void *ctx,
	struct misp_exported *ret, struct why *why);

#endif
