/*
 * pactdb_root.c: root documents as they are known here: the chain of each member, and the twins that prove its root keys to have signed two documents of one
 * version. Which documents judge its acts is settled by its log, not here: pactdb_chain.c.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/pactdb_int.h"

/* 1 and the note of a version, 0 if it is not there. */
static int root_note(struct db *db, const struct id *member, uint32_t version, struct arena *arena,
	struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT note FROM root WHERE member = $1 AND version = $2");
	db_bind_blob(s, 1, id_slice(member));
	db_bind_i64(s, 2, version);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = arena_copy(arena, db_blob(s, 0));
	db_reset(s);
	return rc;
}

static int root_version(struct db *db, const struct id *member, uint32_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT MAX(version) FROM root WHERE member = $1");
	db_bind_blob(s, 1, id_slice(member));
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = (uint32_t)db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* A chain is read and checked as a whole wherever a signature of its member is: so it ends somewhere. */
static int root_room(struct db *db, const struct root *r, size_t bytes, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT SUM(length(note)) FROM root WHERE member = $1");
	int64_t held = 0;

	db_bind_blob(s, 1, id_slice(&r->member));
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		held = db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	if (r->version > LIMIT_ROOT_VERSIONS)
		return why_set(why, E_LIMIT, "version", "a member has at most %d root documents",
			LIMIT_ROOT_VERSIONS);
	if ((size_t)held + bytes > LIMIT_ROOT_CHAIN_BYTES)
		return why_set(why, E_LIMIT, "version",
			"the root documents of a member are at most %zu bytes together",
			(size_t)LIMIT_ROOT_CHAIN_BYTES);
	return 0;
}

/* A pin that stays keeps its row and with it its seniority. */
static int pins_put(struct db *db, const struct root *r, struct why *why)
{
	struct stmt *s = db_stmt(
		db, "DELETE FROM tls_pin WHERE member = $1 AND pin NOT IN ($2, $3, $4, $5)");
	int rc;

	db_bind_blob(s, 1, id_slice(&r->member));
	for (size_t i = 0; i < 4; i++)
		db_bind_blob(s, (int)i + 2, hash_slice(&r->tls[i < r->n_tls ? i : 0]));
	if ((rc = db_run(s, why)) < 0)
		return rc;
	for (size_t i = 0; i < r->n_tls; i++) {
		s = db_stmt(db,
			"INSERT INTO tls_pin (pin, member) VALUES ($1, $2) ON CONFLICT (pin, member) DO NOTHING");
		db_bind_blob(s, 1, hash_slice(&r->tls[i]));
		db_bind_blob(s, 2, id_slice(&r->member));
		if ((rc = db_run(s, why)) < 0)
			return rc;
	}
	return 0;
}

/* ---- twins ---- */

static const struct root *twin_before(const struct root_chain *c, const struct root *r)
{
	for (size_t i = 0; i < c->n_twin; i++)
		if (c->twin[i].version + 1 == r->version && hash_eq(&c->twin[i].hash, &r->prev))
			return &c->twin[i];
	return NULL;
}

/* Those that hold against the chain or against a twin before them; the order of the rows is that of the versions. */
static int twins_load(struct db *db, struct arena *arena, struct root_chain *c, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT note FROM root_twin WHERE member = $1 ORDER BY version, hash");
	int rc;

	db_bind_blob(s, 1, id_slice(&c->member));
	while ((rc = db_step(s, why)) == DB_ROW && c->n_twin < LIMIT_ROOT_TWINS) {
		struct slice note = arena_copy(arena, db_blob(s, 0));
		struct note *parsed = arena_new(arena, struct note);
		struct root *r = arena_new(arena, struct root);
		const struct root *before;

		if (!c->twin)
			c->twin = arena_array(arena, struct root, LIMIT_ROOT_TWINS);
		if (note_parse(parsed, arena, note, NULL) < 0 ||
			root_parse(r, parsed->text, NULL) < 0)
			continue;
		before = twin_before(c, r);
		if (!before && r->version > 1 && r->version - 2 < c->n)
			before = &c->version[r->version - 2];
		if (before && root_check(&c->twin[c->n_twin], arena, note, before, NULL) == 0)
			c->n_twin++;
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Kept, told to everybody, and counted for keys of logs and witnesses (root.h); never part of the chain. */
static int twin_put(struct db *db, const struct root *r, struct slice note, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT count(*) FROM root_twin WHERE member = $1");
	int64_t n = 0;
	int rc;

	db_bind_blob(s, 1, id_slice(&r->member));
	if ((rc = rows_counted(s, &n, why)) < 0 || n >= LIMIT_ROOT_TWINS)
		return rc;
	s = db_stmt(db,
		"INSERT INTO root_twin (member, hash, version, note) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (member, hash) DO NOTHING");
	db_bind_blob(s, 1, id_slice(&r->member));
	db_bind_blob(s, 2, hash_slice(&r->hash));
	db_bind_i64(s, 3, r->version);
	db_bind_blob(s, 4, note);
	if ((rc = db_run(s, why)) < 0 || db_changes(db) == 0)
		return rc;
	return stamp_all(db, why);
}

static int twin_found(struct db *db, const struct root *r, struct slice note, struct why *why)
{
	int rc = twin_put(db, r, note, why);

	return rc < 0 ? rc
		      : why_set(why, E_VERIFY, "version",
				"another root document of version %u is known: proof of misbehaviour",
				r->version);
}

/* ---- one more document ---- */

static int chain_extend(struct db *db, const struct root *r, struct slice note, struct why *why)
{
	int rc = root_room(db, r, note.n, why);

	if (rc < 0)
		return rc;
	struct stmt *s =
		db_stmt(db, "INSERT INTO root (member, version, note) VALUES ($1, $2, $3)");
	db_bind_blob(s, 1, id_slice(&r->member));
	db_bind_i64(s, 2, r->version);
	db_bind_blob(s, 3, note);
	if ((rc = db_run(s, why)) < 0 || (rc = pins_put(db, r, why)) < 0)
		return rc;
	return stamp_all(db, why);
}

/* Against the chain; else, if the root keys have signed two of a version, against the other one. *ret_twin: so. */
static int check_known(struct root *r, struct arena *arena, struct slice note,
	const struct root_chain *chain, bool *ret_twin, struct why *why)
{
	const struct root *before = twin_before(chain, r);
	struct root claimed = *r;

	*ret_twin = false;
	if (r->version == 1)
		return root_check(r, arena, note, NULL, why);
	if (r->version - 2 < chain->n &&
		root_check(r, arena, note, &chain->version[r->version - 2], why) == 0)
		return 0;
	*r = claimed;
	if (before) {
		*ret_twin = true;
		return root_check(r, arena, note, before, why);
	}
	if (r->version > chain->n + 1)
		return why_set(
			why, E_VERIFY, "version", "version %u is not known yet", r->version - 1);
	return root_check(r, arena, note, &chain->version[r->version - 2], why);
}

int root_put(struct db *db, struct slice note_bytes, struct id *ret_member, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(PACTDB_ROOT_ARENA);
	struct note *note = arena_new(&arena, struct note);
	struct root *r = arena_new(&arena, struct root);
	struct root_chain chain = {0};
	uint32_t newest = 0;
	bool twin;
	int rc;

	if ((rc = note_parse(note, &arena, note_bytes, why)) < 0 ||
		(rc = root_parse(r, note->text, why)) < 0 ||
		(rc = root_version(db, &r->member, &newest, why)) < 0)
		return rc;
	if (newest > 0 && (rc = root_chain_load(db, &r->member, &arena, &chain, why)) < 0)
		return rc;
	if ((rc = check_known(r, &arena, note_bytes, &chain, &twin, why)) < 0)
		return rc;
	if (twin)
		return twin_found(db, r, note_bytes, why);
	if (r->version > chain.n) {
		if ((rc = chain_extend(db, r, note_bytes, why)) < 0)
			return rc;
	} else if (!hash_eq(&chain.version[r->version - 1].hash, &r->hash)) {
		return twin_found(db, r, note_bytes, why);
	} else if (r->version < chain.n) {
		return why_set(
			why, E_VERIFY, "version", "older than version %u, which is known", newest);
	}
	*ret_member = r->member;
	return 0;
}

int root_chain_load(struct db *db, const struct id *member, struct arena *arena,
	struct root_chain *ret, struct why *why)
{
	struct root_chain c = {.member = *member};
	uint32_t newest = 0;
	int rc = root_version(db, member, &newest, why);
	if (rc < 0)
		return rc;
	if (newest == 0)
		return why_set(why, E_MISSING, "root", "no root document of this member");
	if (newest > LIMIT_ROOT_VERSIONS)
		return why_set(why, E_LIMIT, "root", "over %d root documents of one member",
			LIMIT_ROOT_VERSIONS);
	c.version = arena_array(arena, struct root, newest);
	for (; c.n < newest; c.n++) {
		struct slice note = SLICE_NONE;
		if ((rc = root_note(db, member, (uint32_t)c.n + 1, arena, &note, why)) < 0)
			return rc;
		if (rc == DB_DONE)
			return why_set(why, E_VERIFY, "database",
				"version %zu of a root document is gone", c.n + 1);
		rc = root_check(
			&c.version[c.n], arena, note, c.n ? &c.version[c.n - 1] : NULL, why);
		if (rc < 0)
			return rc;
	}
	if (!id_eq(&c.version[0].member, member))
		return why_set(why, E_VERIFY, "database", "the root document is of another member");
	if ((rc = twins_load(db, arena, &c, why)) < 0)
		return rc;
	*ret = c;
	return 0;
}

int root_count(struct db *db, const struct id *member, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT (SELECT count(*) FROM root WHERE member = $1) + "
				     "(SELECT count(*) FROM root_twin WHERE member = $1)");

	db_bind_blob(s, 1, id_slice(member));
	return rows_counted(s, ret, why);
}

int root_is_held(
	struct db *db, const struct id *member, struct slice note, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT (SELECT count(*) FROM root WHERE member = $1 AND note = $2) + "
			    "(SELECT count(*) FROM root_twin WHERE member = $1 AND note = $2)");
	int64_t n = 0;

	db_bind_blob(s, 1, id_slice(member));
	db_bind_blob(s, 2, note);
	int rc = rows_counted(s, &n, why);
	if (rc < 0)
		return rc;
	*ret = n > 0;
	return 0;
}

int root_first(struct db *db, const struct id *member, struct hash *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct note *note = arena_new(&arena, struct note);
	struct slice bytes;
	int rc = root_note(db, member, 1, &arena, &bytes, why);

	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "root", "no root document of this member");
	if (rc < 0 || (rc = note_parse(note, &arena, bytes, why)) < 0)
		return rc;
	*ret = hash_bytes(note->text);
	return 0;
}
