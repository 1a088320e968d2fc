/*
 * cosign.c: step 11: witnessing what was stored. A cosignature says: this tree extends every tree
 * of this log that I have cosigned, and I hold its entries durably. That is so because
 *
 *	1. entries only ever come behind a root that I recomputed, in one table with what I have signed: a smaller or a second head of a log cannot be reached;
 *	2. a store that was put back from a backup forgets both: what was cosigned is in the high-water records too, raised before a cosignature can be seen
 *	   (node_witness), and a head that does not extend what stands there is not cosigned;
 *	3. a node whose own record is ahead of its store, or whose disk has failed, cosigns nothing: its records may be as old as its store.
 */
#include "base/limits.h"
#include "base/report.h"
#include "node/write.h"
#include "peer/pull.h"

static int witnessed_size(struct db *db, const struct log *log, const struct id *self,
	struct arena *arena, uint64_t *ret, struct why *why)
{
	struct cosigned *list;
	size_t n;
	int rc = cosign_list(db, log->row, arena, &list, &n, why);

	if (rc < 0)
		return rc;
	*ret = 0;
	for (size_t i = 0; i < n; i++)
		if (id_eq(&list[i].witness, self))
			*ret = list[i].size;
	return 0;
}

/* 1 = cosigned, 0 = nothing to do. */
static int cosign_log(const struct node *node, struct db *db, const struct log *log,
	struct arena *arena, struct why *why)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct note *parsed = arena_new(arena, struct note);
	uint64_t size, done, time_s;
	char name[ORIGIN_MAX];
	struct checkpoint cp;
	struct slice head;
	int rc = head_get(db, log->row, arena, &size, &head, NULL);

	if (rc == E_MISSING)
		return 0;
	if (rc < 0)
		return why_set(why, rc, "head", "the head cannot be read");
	if (size != log->size)
		return 0; /* entries behind the head are here: it will be known with the next */
	if ((rc = witnessed_size(db, log, &node->self, arena, &done, why)) < 0 || done >= size)
		return rc;
	if ((rc = note_parse(parsed, arena, head, why)) < 0 ||
		(rc = checkpoint_parse(&cp, parsed->text, why)) < 0)
		return rc;
	MUST(cp.size == log->size && hash_eq(&cp.root, &log->root));
	if ((rc = node_witness(node, db, log, why)) < 0)
		return rc;
	witness_name_format(&log->id.coalition, &node->self, name);
	time_s = (uint64_t)(env_now_ms(&node->env) / 1000);
	buf_slice_add(&note, head);
	note_cosign(&note, parsed->text, slice_str(name), &node->witness_key, time_s);
	if (buf_over(&note))
		return why_set(why, E_LIMIT, "note", "no room for a cosignature");
	rc = cosign_put(db, log->row, &node->self, size, (int64_t)time_s, buf_slice(&note), why);
	return rc < 0 ? rc : 1;
}

/* Logs of others that have a head which I have not cosigned: most rounds there are none, and
 * nothing need be written. */
static bool anything_new(struct db *db, const struct id *coalition, const struct id *self)
{
	struct stmt *s = db_stmt(db,
		"SELECT l.id FROM log l JOIN head h ON h.log = l.id AND h.size = l.size "
		"WHERE l.coalition = $1 AND l.member <> $2 AND l.frozen_at IS NULL AND l.size > 0 "
		"AND NOT EXISTS (SELECT 1 FROM cosign c WHERE c.log = l.id AND c.witness = $2 AND c.size >= l.size) "
		"LIMIT 1");
	int rc;

	db_bind_blob(s, 1, id_slice(coalition));
	db_bind_blob(s, 2, id_slice(self));
	rc = db_step(s, NULL);
	db_reset(s);
	return rc != DB_DONE;
}

/* One log that must not be cosigned keeps none of the others from it. */
static int cosign_logs(const struct node *node, struct db *db, const struct id *coalition,
	uint64_t *ret_n, struct why *refused, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w = {.node = node, .coalition.id = *coalition};
	struct log *log;
	size_t n;
	int rc = world_logs(&w, db, &arena, &log, &n, why);

	for (size_t i = 0; rc >= 0 && i < n; i++) {
		struct why what = {0};

		if (id_eq(&log[i].id.member, &node->self) || log[i].frozen || log[i].size == 0)
			continue;
		rc = cosign_log(node, db, &log[i], &arena, &what);
		*ret_n += rc == 1;
		if (rc == E_STATE && refused->code == 0)
			*refused = what;
		/* A record here that cannot be read is no partner's doing, and keeps nothing else from coming. */
		if (rc == E_VERIFY)
			report(REPORT_WARN, "a log is not cosigned: %s: %s", what.where, what.text);
		if (rc == E_STATE || rc == E_BUSY || rc == E_VERIFY)
			rc = 0;
		else if (rc < 0 && why != NULL)
			*why = what;
	}
	return rc < 0 ? rc : 0;
}

int cosign_heads(const struct node *node, struct db *db, const struct id *coalition,
	uint64_t *ret_n, struct why *ret_refused, struct why *why)
{
	struct why refused = {0}, unfit = {0};
	uint64_t cosigned = 0;
	int rc;

	*ret_n = 0;
	*ret_refused = refused;
	if (!anything_new(db, coalition, &node->self))
		return 0;
	/* It reads on and serves what others wrote; that it is so is in its status, and no partner's doing. */
	rc = node_current(node, db, &unfit);
	if (rc == E_STATE || rc == E_VERIFY || (rc == E_IO && atomic_load(node->unfit)))
		return 0;
	if (rc < 0) {
		if (why != NULL)
			*why = unfit;
		return rc;
	}
	if ((rc = db_begin(db, why)) < 0)
		return rc;
	if ((rc = cosign_logs(node, db, coalition, &cosigned, &refused, why)) < 0) {
		db_rollback(db);
		return rc;
	}
	if ((rc = node_commit(node, db, why)) < 0)
		return rc;
	*ret_n = cosigned;
	*ret_refused = refused;
	return 0;
}
