/*
 * rebuild.c: law 3 in one function: the fold's tables are emptied and made again from the entries and payloads that are held. What cannot be made again
 * stays: payloads, what is wanted, what is to be done, refusals, health, the audit trail, and `act`, which is a copy of entries and bodies.
 */
#include "base/limits.h"
#include "node/fold_int.h"
#include "node/search.h"

struct rebuilding {
	const struct node *node;
	struct db *db;
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
	uint64_t done, all;
};

static int tables_clear(struct db *db, struct why *why)
{
	int rc = db_script(db,
		"DELETE FROM item; DELETE FROM item_use; DELETE FROM item_ref; DELETE FROM item_file; DELETE FROM grants; DELETE FROM grant_wait; DELETE FROM answer; "
		"DELETE FROM flag; DELETE FROM roll; DELETE FROM expiry; DELETE FROM words_due",
		why);

	if (rc == 0)
		rc = search_clear(db, why);
	for (size_t i = 0; rc == 0 && workspaces[i]; i++)
		for (size_t k = 0; rc == 0 && workspaces[i]->drop && workspaces[i]->drop[k]; k++)
			rc = db_script(db, workspaces[i]->drop[k], why);
	return rc;
}

static int entry_again(struct rebuilding *r, struct fold *f, const struct log *log, uint64_t seq,
	struct arena *arena, struct why *why)
{
	struct slice bytes, plain;
	uint8_t salt[32];
	bool wanted;
	int rc = log_entry(r->db, log->row, seq, arena, &bytes, why);

	if (rc == E_MISSING)
		return 0; /* withheld */
	if (rc == 0)
		rc = fold_header(f, log, seq, bytes, &wanted, why);
	if (rc < 0)
		return rc;
	rc = payload_get(r->db, log->row, seq, arena, salt, &plain, why);
	if (rc == E_MISSING)
		return 0;
	return rc < 0 ? rc : fold_payload(f, log, seq, bytes, salt, plain, why);
}

static int log_again(struct rebuilding *r, struct fold *f, const struct log *log, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	int rc = 0;

	for (uint64_t seq = 0; rc == 0 && seq < log->size; seq++) {
		arena_reset(&arena);
		rc = entry_again(r, f, log, seq, &arena, why);
		r->done++;
		if (r->progress)
			r->progress(r->ctx, r->done, r->all);
	}
	return rc;
}

static int coalition_again(struct rebuilding *r, const struct id *coalition, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
	struct world w;
	struct fold f;
	struct log *log;
	size_t n;
	int rc = world_load(&w, r->node, r->db, coalition, &arena, why);

	if (rc == 0)
		rc = world_all_logs(&w, r->db, &arena, &log, &n, why);
	if (rc == 0)
		rc = fold_begin(&f, &w, r->db, &arena, why);
	if (rc < 0)
		return rc;
	f.rebuilding = true;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = log_again(r, &f, &log[i], why);
	if (rc == 0)
		rc = fold_grants_apply(&f, why);
	return rc < 0 ? rc : fold_end(&f, why);
}

static int entries_count(struct db *db, uint64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM log");
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		*ret = (uint64_t)db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int all_again(struct rebuilding *r, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct coalition *c;
	size_t n;
	int rc = entries_count(r->db, &r->all, why);

	if (rc == 0)
		rc = tables_clear(r->db, why);
	if (rc == 0)
		rc = coalition_list(r->db, &arena, &c, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = coalition_again(r, &c[i].id, why);
	return rc;
}

int fold_rebuild(const struct node *node, struct db *db,
	void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx, struct why *why)
{
	struct rebuilding r = {.node = node, .db = db, .progress = progress, .ctx = ctx};
	int rc = db_begin(db, why);

	if (rc < 0)
		return rc;
	rc = all_again(&r, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}
