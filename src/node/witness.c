/*
 * witness.c: the record of what this node has cosigned of the logs of others (log/highwater.h), kept apart from the store for the same reason as that of its own heads: the
 * table of cosignatures is rolled back with the logs when a backup is put back.
 */
#include "base/report.h"
#include "node/head.h"
#include "node/write.h"

#include <inttypes.h>

static int record_compare(
	struct db *db, const struct log *log, const struct highwater *h, struct why *why)
{
	struct hash root;
	int rc;

	if (h->size > log->size)
		return why_set(why, E_BUSY, "high water",
			"this node has cosigned %" PRIu64
			" entries and its store, an older one, holds %" PRIu64 " so far",
			h->size, log->size);
	rc = head_root_at(db, log, h->size, &root, why);
	if (rc == 0 && !hash_eq(&root, &h->root))
		rc = why_set(why, E_STATE, "high water",
			"this node has cosigned another history of %" PRIu64
			" entries than its store holds: it cosigns no more of this log",
			h->size);
	return rc;
}

int node_witness(const struct node *node, struct db *db, const struct log *log, struct why *why)
{
	const struct highwater_store *store = &node->highwater;
	struct highwater head = {.size = log->size, .root = log->root};
	int turn CLEANUP_TURN = -1;
	struct witnessed w = {0};
	const struct highwater *before;
	int rc;

	MUST(db_in_write(db) && !id_eq(&log->id.member, &node->self));
	if ((rc = head_turn_take(node, &turn, why)) < 0)
		return rc;
	rc = store->load_witnessed(store->ctx, &log->id.coalition, &log->id.member, &w, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	before = witnessed_find(&w, log->id.epoch);
	if (before != NULL && (rc = record_compare(db, log, before, why)) < 0)
		return rc;
	if (before != NULL && before->size == head.size)
		return 0;
	if (!witnessed_put(&w, log->id.epoch, &head))
		return why_set(why, E_BUSY, "high water",
			"newer epochs of this log have been cosigned than are here so far");
	rc = store->save_witnessed(store->ctx, &log->id.coalition, &log->id.member, &w, why);
	if (rc < 0)
		atomic_store(node->unfit, true);
	return rc;
}
