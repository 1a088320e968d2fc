/* public_digest.c: this member's own signed word for the standing, so that a register which leaves out an act shows it; and whether a register is still current. */
#include "node/public.h"

#include "base/limits.h"
#include "base/report.h"

/* ---- has anything changed? ---- */

static int rows_add(struct stmt *s, int columns, struct hasher *h, struct why *why)
{
	int rc;
	while ((rc = db_step(s, why)) == DB_ROW) {
		for (int i = 0; i < columns; i++) {
			uint64_t v = (uint64_t)db_i64(s, i);
			uint8_t le[8];
			for (int k = 0; k < 8; k++)
				le[k] = (uint8_t)(v >> (8 * k));
			hash_add(h, slice_of(le, sizeof(le)));
		}
	}
	db_reset(s);
	hash_add(h, SLICE("/"));
	return rc;
}

int public_state(struct db *db, const struct id *coalition, struct hash *ret, struct why *why)
{
	static const char *const query[] = {
		"SELECT l.id, l.size, coalesce(l.frozen_at, -1) FROM log l WHERE l.coalition = $1 ORDER BY l.id",
		"SELECT k.log, CAST(sum(k.size) AS BIGINT), count(*) FROM cosign k JOIN log l ON l.id = k.log "
		"WHERE l.coalition = $1 GROUP BY k.log ORDER BY k.log",
		"SELECT a.log, count(*), max(a.seq) FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 "
		"GROUP BY a.log ORDER BY a.log",
		"SELECT c.id, max(r.version), count(*) FROM coalition c JOIN party p ON p.coalition = c.id "
		"JOIN root r ON r.member = p.member WHERE c.coalition = $1 GROUP BY c.id",
		"SELECT f.log, min(f.cut), count(*) FROM fork f JOIN log l ON l.id = f.log WHERE l.coalition = $1 "
		"GROUP BY f.log ORDER BY f.log",
	};
	struct hasher *h = hash_start();
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof(query) / sizeof(*query); i++) {
		struct stmt *s = db_stmt(db, query[i]);
		db_bind_blob(s, 1, id_slice(coalition));
		rc = rows_add(s, 3, h, why);
	}
	if (rc < 0) {
		hash_drop(&h);
		return rc;
	}
	*ret = hash_end(&h);
	return 0;
}

/* ---- the digest ---- */

static bool settled(const struct world *w)
{
	for (size_t i = 0; i < w->standing.n_party; i++)
		if (w->standing.party[i].unwitnessed > 0)
			return false;
	return w->standing.charter->public_acts && w->self_is_member;
}

/* Is some act known by its header alone? Its content is on its way, and standing will follow it. */
static int acts_are_here(const struct world *w, struct db *db, bool *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(4 * MIB);
	struct stmt *s = db_stmt(db,
		"SELECT e.bytes FROM want n JOIN log l ON l.id = n.log "
		"JOIN entry e ON e.log = n.log AND e.seq = n.seq WHERE l.coalition = $1 AND n.next_ms < $2 "
		"ORDER BY n.log, n.seq LIMIT 1000");
	bool here = true;
	int rc;
	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	db_bind_i64(s, 2, INT64_MAX);
	while (here && (rc = db_step(s, why)) == DB_ROW) {
		struct entry e;
		arena_reset(&scratch);
		here = entry_parse(&e, &scratch, db_blob(s, 0), NULL) < 0 ||
		       act_kind_of(e.kind) == ACT_NONE;
	}
	db_reset(s);
	if (here && rc < 0)
		return rc;
	*ret = here;
	return 0;
}

/* Has the own log's newest digest said this? */
static int said_already(const struct world *w, struct db *db, bool *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct act_body body;
	struct stmt *s = db_stmt(db,
		"SELECT a.body FROM act a JOIN log l ON l.id = a.log WHERE l.coalition = $1 AND l.member = $2 "
		"AND a.kind = 'state-digest/1' ORDER BY l.epoch DESC, a.seq DESC LIMIT 1");
	db_bind_blob(s, 1, id_slice(&w->coalition.id));
	db_bind_blob(s, 2, id_slice(&w->node->self));
	int rc = db_step(s, why);
	*ret = rc == DB_ROW &&
	       act_body_parse(&body, &scratch, ACT_DIGEST, db_blob(s, 0), NULL) == 0 &&
	       hash_eq(&body.digest, &w->standing.digest);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int body_make(const struct world *w, struct db *db, struct arena *arena, struct slice *ret,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_STATEMENT_BYTES);
	const struct entry_seen *seen;
	size_t n;
	int rc = world_seen(w, db, arena, &seen, &n, why);
	if (rc < 0)
		return rc;
	struct act_body body = {.kind = ACT_DIGEST,
		.fold = w->standing.charter->fold,
		.digest = w->standing.digest,
		.cuts = arena_array(arena, struct act_cut, n + 1),
		.n_cuts = n};
	for (size_t i = 0; i < n; i++)
		body.cuts[i] = (struct act_cut){seen[i].member, seen[i].epoch, seen[i].size};
	act_body_print(&body, &b);
	MUST(!buf_over(&b));
	*ret = arena_copy(arena, buf_slice(&b));
	return 0;
}

static int digest_due(const struct node *node, struct db *db, const struct id *coalition,
	struct arena *arena, bool *ret_due, struct slice *ret_body, struct why *why)
{
	struct world w;
	bool here = false, said = true;
	int rc = world_load(&w, node, db, coalition, arena, why);
	if (rc < 0 || !settled(&w))
		return rc;
	rc = acts_are_here(&w, db, &here, why);
	if (rc == 0 && here)
		rc = said_already(&w, db, &said, why);
	if (rc < 0 || said)
		return rc;
	*ret_due = true;
	return body_make(&w, db, arena, ret_body, why);
}

int public_digest_write(const struct node *node, struct db *db, const struct id *coalition,
	bool *ret_wrote, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct written written;
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("state-digest/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA)};
	bool due = false;
	int rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = digest_due(node, db, coalition, &arena, &due, &d.content, why);
	db_rollback(db);
	*ret_wrote = false;
	if (rc < 0 || !due)
		return rc;
	rc = node_write(node, db, coalition, &d, 1, &written, why);
	*ret_wrote = rc == 0;
	return rc;
}
