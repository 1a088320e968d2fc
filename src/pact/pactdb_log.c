/* pactdb_log.c: what the logs of the parties bring: acts, heads, cosignatures, fork proofs,
 * refusals. */
#include "base/limits.h"
#include "base/report.h"
#include "pact/pactdb_int.h"

int act_put(struct db *db, int64_t log_row, uint64_t seq, struct slice kind,
	const struct hash *leaf, struct slice entry_bytes, struct slice body, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct entry e;
	int rc = entry_parse(&e, &arena, entry_bytes, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db,
		"INSERT INTO act (log, seq, kind, leaf, time_ms, entry, body)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (log, seq) DO NOTHING");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_text(s, 3, kind);
	db_bind_blob(s, 4, hash_slice(leaf));
	db_bind_i64(s, 5, e.time_ms);
	db_bind_blob(s, 6, entry_bytes);
	db_bind_blob(s, 7, body);
	if ((rc = db_run(s, why)) < 0 || db_changes(db) == 0 || !act_settles(act_kind_of(kind)))
		return rc;
	return stamp_log(db, log_row, why);
}

/* The root that a note of `size` is about. */
static int note_root(struct slice note_bytes, uint64_t size, struct hash *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct note *note = arena_new(&arena, struct note);
	struct checkpoint c;
	int rc;

	if ((rc = note_parse(note, &arena, note_bytes, why)) < 0 ||
		(rc = checkpoint_parse(&c, note->text, why)) < 0)
		return rc;
	if (c.size != size)
		return why_set(why, E_INVALID, "note", "is of size %llu, not %llu",
			(unsigned long long)c.size, (unsigned long long)size);
	*ret = c.root;
	return 0;
}

/* `s` selects size and root of what is held: 1 if the new one is larger, 0 if there is nothing to
 * do. *ret_held: that size. */
static int newer(
	struct stmt *s, uint64_t size, const struct hash *root, uint64_t *ret_held, struct why *why)
{
	struct hash held;
	int rc = db_step(s, why);
	*ret_held = rc == DB_ROW ? (uint64_t)db_i64(s, 0) : 0;
	if (rc == DB_DONE)
		rc = 1;
	else if (rc == DB_ROW && (rc = column_hash(s, 1, &held, why)) == 0) {
		uint64_t have = (uint64_t)db_i64(s, 0);
		if (have == size && !hash_eq(&held, root))
			rc = why_set(why, E_VERIFY, "note", "another root is known for size %llu",
				(unsigned long long)size);
		else
			rc = size > have;
	}
	db_reset(s);
	return rc;
}

int head_put(struct db *db, int64_t log_row, uint64_t size, struct slice note, struct why *why)
{
	struct hash root;
	uint64_t held;
	int rc = note_root(note, size, &root, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db, "SELECT size, root FROM head WHERE log = $1");
	db_bind_i64(s, 1, log_row);
	if ((rc = newer(s, size, &root, &held, why)) <= 0)
		return rc;
	s = db_stmt(db,
		"INSERT INTO head (log, size, root, note) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (log) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note");
	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)size);
	db_bind_blob(s, 3, hash_slice(&root));
	db_bind_blob(s, 4, note);
	return db_run(s, why);
}

/* A cosignature matters to standing if there are acts behind the one before: most are of records only. */
static int stamp_witnessed(
	struct db *db, int64_t log_row, uint64_t held, uint64_t size, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM act WHERE log = $1 AND seq >= $2 AND seq < $3"
			    " AND kind NOT IN ('statement/1', 'state-digest/1', 'publish/1')"
			    " LIMIT 1");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)held);
	db_bind_i64(s, 3, (int64_t)size);
	int rc = db_step(s, why);
	db_reset(s);
	return rc == DB_ROW ? stamp_log(db, log_row, why) : rc;
}

int cosign_put(struct db *db, int64_t log_row, const struct id *witness, uint64_t size,
	int64_t time_s, struct slice note, struct why *why)
{
	struct hash root;
	uint64_t held;
	int rc = note_root(note, size, &root, why);
	if (rc < 0)
		return rc;
	struct stmt *s =
		db_stmt(db, "SELECT size, root FROM cosign WHERE log = $1 AND witness = $2");
	db_bind_i64(s, 1, log_row);
	db_bind_blob(s, 2, id_slice(witness));
	if ((rc = newer(s, size, &root, &held, why)) <= 0)
		return rc;
	s = db_stmt(db,
		"INSERT INTO cosign (log, witness, size, root, time_s, note) VALUES ($1, $2, $3, $4, $5, $6)"
		" ON CONFLICT (log, witness) DO UPDATE SET size = excluded.size, root = excluded.root,"
		" time_s = excluded.time_s, note = excluded.note");
	db_bind_i64(s, 1, log_row);
	db_bind_blob(s, 2, id_slice(witness));
	db_bind_i64(s, 3, (int64_t)size);
	db_bind_blob(s, 4, hash_slice(&root));
	db_bind_i64(s, 5, time_s);
	db_bind_blob(s, 6, note);
	rc = db_run(s, why);
	return rc < 0 ? rc : stamp_witnessed(db, log_row, held, size, why);
}

int head_get(struct db *db, int64_t log_row, struct arena *arena, uint64_t *ret_size,
	struct slice *ret_note, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT size, note FROM head WHERE log = $1");
	db_bind_i64(s, 1, log_row);
	int rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret_size = (uint64_t)db_i64(s, 0);
		*ret_note = arena_copy(arena, db_blob(s, 1));
	}
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "head", "no head of this log is known");
	return rc < 0 ? rc : 0;
}

int cosign_list(struct db *db, int64_t log_row, struct arena *arena, struct cosigned **ret,
	size_t *ret_n, struct why *why)
{
	size_t n = 0, max = 0;
	struct cosigned *out = NULL;
	struct stmt *s = db_stmt(db,
		"SELECT witness, size, time_s, note FROM cosign WHERE log = $1 ORDER BY witness");
	int rc;

	db_bind_i64(s, 1, log_row);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		struct cosigned *c = &out[n];
		if ((rc = column_id(s, 0, &c->witness, why)) < 0)
			break;
		c->size = (uint64_t)db_i64(s, 1);
		c->time_s = db_i64(s, 2);
		c->note = arena_copy(arena, db_blob(s, 3));
		n++;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

int fork_put(struct db *db, int64_t log_row, uint64_t cut, struct slice proof, struct why *why)
{
	struct hash digest = hash_bytes(proof);
	struct stmt *s =
		db_stmt(db, "INSERT INTO fork (digest, log, cut, proof) VALUES ($1, $2, $3, $4)"
			    " ON CONFLICT (digest) DO NOTHING");
	db_bind_blob(s, 1, hash_slice(&digest));
	db_bind_i64(s, 2, log_row);
	db_bind_i64(s, 3, (int64_t)cut);
	db_bind_blob(s, 4, proof);
	int rc = db_run(s, why);
	return rc < 0 || db_changes(db) == 0 ? rc : stamp_log(db, log_row, why);
}

int fork_list(struct db *db, int64_t coalition_row, struct arena *arena, struct fork_row **ret,
	size_t *ret_n, struct why *why)
{
	size_t n = 0, max = 0;
	struct fork_row *out = NULL;
	struct stmt *s = db_stmt(db,
		"SELECT f.log, f.cut, f.proof FROM fork f JOIN log l ON l.id = f.log"
		" JOIN coalition c ON c.coalition = l.coalition WHERE c.id = $1 ORDER BY l.member, l.epoch, f.cut, f.digest");
	int rc;

	db_bind_i64(s, 1, coalition_row);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		out[n].log_row = db_i64(s, 0);
		out[n].cut = (uint64_t)db_i64(s, 1);
		out[n++].proof = arena_copy(arena, db_blob(s, 2));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

/* The text may be a partner's choice, and so how many there are. */
static int refusals_trim(
	struct db *db, int64_t coalition_row, const struct id *peer, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM refusal WHERE coalition = $1 AND peer = $2 AND last_ms < "
			    "(SELECT last_ms FROM refusal WHERE coalition = $1 AND peer = $2 "
			    "ORDER BY last_ms DESC LIMIT 1 OFFSET $3)");

	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, id_slice(peer));
	db_bind_i64(s, 3, LIMIT_REFUSALS_KEPT - 1);
	return db_run(s, why);
}

int refusal_put(struct db *db, int64_t coalition_row, const struct id *peer, const char *step,
	const struct why *what, int64_t now_ms, struct why *why)
{
	char text[sizeof(what->where) + sizeof(what->text) + 8];

	snprintf(text, sizeof(text), "%s%s%s", what->where, what->where[0] ? ": " : "", what->text);
	struct stmt *s = db_stmt(db,
		"INSERT INTO refusal (coalition, peer, step, text, first_ms, last_ms, times)"
		" VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (coalition, peer, step, text)"
		" DO UPDATE SET last_ms = excluded.last_ms, times = refusal.times + 1, mended_ms = 0");
	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, id_slice(peer));
	db_bind_text(s, 3, slice_str(step));
	db_bind_text(s, 4, slice_str(text));
	db_bind_i64(s, 5, now_ms);
	db_bind_i64(s, 6, now_ms);
	int rc = db_run(s, why);
	return rc < 0 ? rc : refusals_trim(db, coalition_row, peer, why);
}

int refusals_mended(struct db *db, int64_t coalition_row, const struct id *peer, int64_t now_ms,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		"UPDATE refusal SET mended_ms = $3 WHERE coalition = $1 AND peer = $2 AND mended_ms = 0"
		" AND step NOT IN ('root', 'quota')");

	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, id_slice(peer));
	db_bind_i64(s, 3, now_ms);
	return db_run(s, why);
}

int rows_counted(struct stmt *s, int64_t *ret, struct why *why)
{
	int rc = db_step(s, why);

	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int refusal_list(struct db *db, int64_t coalition_row, size_t limit, struct arena *arena,
	struct refusal **ret, size_t *ret_n, size_t *ret_more, struct why *why)
{
	size_t n = 0;
	struct refusal *out = arena_array(arena, struct refusal, limit);
	struct stmt *s = db_stmt(db,
		"SELECT peer, step, text, first_ms, last_ms, times, mended_ms FROM refusal WHERE coalition = $1"
		" ORDER BY last_ms DESC, peer, step, text LIMIT $2");
	int64_t all = 0;
	int rc = 0;

	db_bind_i64(s, 1, coalition_row);
	db_bind_i64(s, 2, (int64_t)limit);
	while (n < limit && (rc = db_step(s, why)) == DB_ROW) {
		struct refusal *r = &out[n];
		if ((rc = column_id(s, 0, &r->peer, why)) < 0)
			break;
		r->step = arena_copy(arena, db_text(s, 1));
		r->text = arena_copy(arena, db_text(s, 2));
		r->first_ms = db_i64(s, 3);
		r->last_ms = db_i64(s, 4);
		r->times = db_i64(s, 5);
		r->mended_ms = db_i64(s, 6);
		n++;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "SELECT COUNT(*) FROM refusal WHERE coalition = $1");
	db_bind_i64(s, 1, coalition_row);
	if ((rc = rows_counted(s, &all, why)) < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	*ret_more = (uint64_t)all > n ? (size_t)all - n : 0;
	return 0;
}
