/* pactdb.c: coalitions, charters, parties. Root documents are in pactdb_root.c, what comes out of the logs in pactdb_log.c, loading it all for standing in
 * pactdb_load.c. */
#include "pact/pactdb.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"
#include "pact/pactdb_int.h"

/*
 * act: entry bytes and body are copies of what the log holds, so that standing needs no payload
 * table (an act is never erased). tls_pin: pins of the newest root document of each member; `id`
 * says who claimed a pin first.
 */
const char pact_schema_1[] =
	"CREATE TABLE coalition (id ROWKEY, coalition BLOB NOT NULL UNIQUE, founding BLOB NOT NULL, name TEXT NOT NULL);\n"
	"CREATE TABLE charter (\n"
	"	coalition INTEGER NOT NULL REFERENCES coalition (id),\n"
	"	hash BLOB NOT NULL,\n"
	"	text BLOB NOT NULL,\n"
	"	PRIMARY KEY (coalition, hash)\n"
	");\n"
	"CREATE TABLE root (member BLOB NOT NULL, version INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (member, version));\n"
	"CREATE TABLE tls_pin (id ROWKEY, pin BLOB NOT NULL, member BLOB NOT NULL, UNIQUE (pin, member));\n"
	"CREATE INDEX tls_pin_member ON tls_pin (member);\n"
	"CREATE TABLE party (\n"
	"	coalition INTEGER NOT NULL REFERENCES coalition (id),\n"
	"	member BLOB NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	introduced_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (coalition, member)\n"
	");\n"
	"CREATE INDEX party_member ON party (member);\n"
	"CREATE TABLE act (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	leaf BLOB NOT NULL,\n"
	"	time_ms INTEGER NOT NULL,\n"
	"	entry BLOB NOT NULL,\n"
	"	body BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	");\n"
	"CREATE INDEX act_kind ON act (kind, log);\n"
	"CREATE TABLE head (log INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL);\n"
	"CREATE TABLE cosign (\n"
	"	log INTEGER NOT NULL,\n"
	"	witness BLOB NOT NULL,\n"
	"	size INTEGER NOT NULL,\n"
	"	root BLOB NOT NULL,\n"
	"	time_s INTEGER NOT NULL,\n"
	"	note BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, witness)\n"
	");\n"
	"CREATE TABLE fork (digest BLOB PRIMARY KEY, log INTEGER NOT NULL, cut INTEGER NOT NULL, proof BLOB NOT NULL);\n"
	"CREATE INDEX fork_log ON fork (log);\n"
	"CREATE TABLE refusal (\n"
	"	coalition INTEGER NOT NULL,\n"
	"	peer BLOB NOT NULL,\n"
	"	step TEXT NOT NULL,\n"
	"	text TEXT NOT NULL,\n"
	"	first_ms INTEGER NOT NULL,\n"
	"	last_ms INTEGER NOT NULL,\n"
	"	times INTEGER NOT NULL,\n"
	"	PRIMARY KEY (coalition, peer, step, text)\n"
	");\n";

/* Standing reads the first acts of an author and kind, however many there are. received: what of a
 * log has come in the last day (of this node's clock) in which anything came. */
const char pact_schema_2[] = "CREATE INDEX act_place ON act (log, kind, seq);\n"
			     "CREATE TABLE received (\n"
			     "	log INTEGER PRIMARY KEY,\n"
			     "	day INTEGER NOT NULL,\n"
			     "	entries INTEGER NOT NULL,\n"
			     "	bytes INTEGER NOT NULL\n"
			     ");\n";

/* stamp: see coalition_stamp(). */
const char pact_schema_3[] = "ALTER TABLE coalition ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0;\n";

/* Root documents of a version that another has, and what follows them. */
const char pact_schema_4[] = "CREATE TABLE root_twin (\n"
			     "	member BLOB NOT NULL,\n"
			     "	hash BLOB NOT NULL,\n"
			     "	version INTEGER NOT NULL,\n"
			     "	note BLOB NOT NULL,\n"
			     "	PRIMARY KEY (member, hash)\n"
			     ");\n";

const char pact_schema_5[] =
	"ALTER TABLE refusal ADD COLUMN mended_ms INTEGER NOT NULL DEFAULT 0;\n";

struct slice hash_slice(const struct hash *h)
{
	return slice_of(h->b, sizeof(h->b));
}

int column_id(struct stmt *s, int col, struct id *ret, struct why *why)
{
	struct slice v = db_blob(s, col);
	if (v.n != sizeof(ret->b))
		return why_set(why, E_VERIFY, "database", "an id of %zu bytes", v.n);
	memcpy(ret->b, v.p, v.n);
	return 0;
}

int column_hash(struct stmt *s, int col, struct hash *ret, struct why *why)
{
	struct slice v = db_blob(s, col);
	if (v.n != sizeof(ret->b))
		return why_set(why, E_VERIFY, "database", "a hash of %zu bytes", v.n);
	memcpy(ret->b, v.p, v.n);
	return 0;
}

/* One more than can be listed would be a node that cannot list any. */
static int coalition_room(struct db *db, const struct id *id, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT count(*) FROM coalition WHERE coalition <> $1");
	int rc;
	bool full;

	db_bind_blob(s, 1, id_slice(id));
	if ((rc = db_step(s, why)) < 0)
		return rc;
	full = db_i64(s, 0) >= LIMIT_COALITIONS;
	db_reset(s);
	return full ? why_set(why, E_LIMIT, "coalition", "a node is party to at most %d coalitions",
			      LIMIT_COALITIONS)
		    : 0;
}

int coalition_add(struct db *db, struct slice charter_text, int64_t *ret_row, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(PACTDB_CHARTER_ARENA);
	struct charter c;
	int rc = charter_parse(&c, &arena, charter_text, why);
	if (rc < 0)
		return rc;
	if (c.has_prev)
		return why_set(why, E_INVALID, "version",
			"a coalition begins with version 1 of its charter");
	if ((rc = coalition_room(db, &c.coalition, why)) < 0)
		return rc;
	struct stmt *s =
		db_stmt(db, "INSERT INTO coalition (coalition, founding, name) VALUES ($1, $2, $3)"
			    " ON CONFLICT (coalition) DO NOTHING");
	db_bind_blob(s, 1, id_slice(&c.coalition));
	db_bind_blob(s, 2, hash_slice(&c.hash));
	db_bind_text(s, 3, c.name);
	if ((rc = db_run(s, why)) < 0)
		return rc;
	s = db_stmt(db, "SELECT id FROM coalition WHERE coalition = $1");
	db_bind_blob(s, 1, id_slice(&c.coalition));
	if ((rc = db_step(s, why)) < 0)
		return rc;
	MUST(rc == DB_ROW);
	int64_t row = db_i64(s, 0);
	db_reset(s);
	if ((rc = charter_put(db, row, charter_text, why)) < 0)
		return rc;
	*ret_row = row;
	return 0;
}

/* Not from struct env: it names a state and decides nothing. */
static int64_t stamp_draw(void)
{
	uint8_t seed[16];
	int64_t stamp;

	map_seed(seed);
	memcpy(&stamp, seed, sizeof(stamp));
	return stamp & INT64_MAX;
}

int stamp_coalition(struct db *db, int64_t coalition_row, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE coalition SET stamp = $2 WHERE id = $1");

	db_bind_i64(s, 1, coalition_row);
	db_bind_i64(s, 2, stamp_draw());
	return db_run(s, why);
}

int stamp_log(struct db *db, int64_t log_row, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "UPDATE coalition SET stamp = $2"
			    " WHERE coalition = (SELECT coalition FROM log WHERE id = $1)");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, stamp_draw());
	return db_run(s, why);
}

int stamp_all(struct db *db, struct why *why)
{
	struct stmt *s = db_stmt(db, "UPDATE coalition SET stamp = $1");

	db_bind_i64(s, 1, stamp_draw());
	return db_run(s, why);
}

int coalition_stamp(struct db *db, const struct id *id, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT stamp FROM coalition WHERE coalition = $1");

	db_bind_blob(s, 1, id_slice(id));
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "coalition", "no such coalition");
	return rc < 0 ? rc : 0;
}

int charter_put(struct db *db, int64_t coalition_row, struct slice text, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(PACTDB_CHARTER_ARENA);
	struct charter c;
	int rc = charter_parse(&c, &arena, text, why);
	if (rc < 0)
		return rc;
	struct stmt *s =
		db_stmt(db, "INSERT INTO charter (hash, coalition, text) VALUES ($1, $2, $3)"
			    " ON CONFLICT (coalition, hash) DO NOTHING");
	db_bind_blob(s, 1, hash_slice(&c.hash));
	db_bind_i64(s, 2, coalition_row);
	db_bind_blob(s, 3, text);
	if ((rc = db_run(s, why)) < 0 || db_changes(db) == 0)
		return rc;
	return stamp_coalition(db, coalition_row, why);
}

/* Parses the founding charter of the row that `s` stands on: id, coalition, text. */
static int coalition_read(
	struct stmt *s, struct arena *arena, struct coalition *ret, struct why *why)
{
	struct coalition c = {.row = db_i64(s, 0)};
	int rc = column_id(s, 1, &c.id, why);
	if (rc < 0)
		return rc;
	struct slice text = arena_copy(arena, db_blob(s, 2));
	if ((rc = charter_parse(&c.founding, arena, text, why)) < 0)
		return rc;
	if (!id_eq(&c.founding.coalition, &c.id))
		return why_set(why, E_VERIFY, "database", "the founding charter has been changed");
	*ret = c;
	return 0;
}

int coalition_load(struct db *db, const struct id *id, struct arena *arena, struct coalition *ret,
	struct why *why)
{
	struct coalition c = {0};
	struct stmt *s = db_stmt(db,
		"SELECT c.id, c.coalition, t.text FROM coalition c JOIN charter t ON t.coalition = c.id AND t.hash = c.founding"
		" WHERE c.coalition = $1");
	db_bind_blob(s, 1, id_slice(id));
	int rc = db_step(s, why);
	if (rc == DB_DONE)
		rc = why_set(why, E_MISSING, "coalition", "no such coalition");
	else if (rc == DB_ROW)
		rc = coalition_read(s, arena, &c, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}

int coalition_list(
	struct db *db, struct arena *arena, struct coalition **ret, size_t *ret_n, struct why *why)
{
	struct coalition *out = arena_array(arena, struct coalition, LIMIT_COALITIONS);
	size_t n = 0;
	struct stmt *s = db_stmt(db,
		"SELECT c.id, c.coalition, t.text FROM coalition c JOIN charter t ON t.coalition = c.id AND t.hash = c.founding"
		" ORDER BY c.coalition");
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == LIMIT_COALITIONS)
			rc = why_set(why, E_LIMIT, "coalition", "more than %d coalitions",
				LIMIT_COALITIONS);
		else
			rc = coalition_read(s, arena, &out[n], why);
		if (rc < 0)
			break;
		n++;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

int coalition_lowest_class(struct db *db, struct arena *arena, struct slice *ret, struct why *why)
{
	struct coalition *list;
	size_t n;
	int rc = coalition_list(db, arena, &list, &n, why);

	if (rc < 0)
		return rc;
	*ret = n ? list[0].founding.ladder[0] : SLICE_NONE;
	return 0;
}

/* ---- parties ---- */

int party_put(struct db *db, int64_t coalition_row, const struct id *member, struct slice label,
	int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO party (coalition, member, label, introduced_ms) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (coalition, member) DO UPDATE SET label = excluded.label");
	db_bind_i64(s, 1, coalition_row);
	db_bind_blob(s, 2, id_slice(member));
	db_bind_text(s, 3, label);
	db_bind_i64(s, 4, now_ms);
	int rc = db_run(s, why);
	return rc < 0 ? rc : stamp_coalition(db, coalition_row, why);
}

int party_list(struct db *db, int64_t coalition_row, struct arena *arena, struct party **ret,
	size_t *ret_n, struct why *why)
{
	size_t n = 0, max = 0;
	struct party *out = NULL;
	struct stmt *s =
		db_stmt(db, "SELECT member, label FROM party WHERE coalition = $1 ORDER BY member");
	int rc;

	db_bind_i64(s, 1, coalition_row);
	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max)
			out = array_grow(arena, out, n, &max, sizeof(*out));
		if ((rc = column_id(s, 0, &out[n].id, why)) < 0)
			break;
		out[n++].label = arena_copy(arena, db_text(s, 1));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

int party_by_pin(struct db *db, const struct hash *pin, struct id *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT DISTINCT p.member FROM tls_pin p WHERE p.pin = $1"
		" AND EXISTS (SELECT 1 FROM party y WHERE y.member = p.member) LIMIT 2");
	struct id member;

	db_bind_blob(s, 1, hash_slice(pin));
	int rc = db_step(s, why);
	if (rc == DB_DONE)
		rc = why_set(why, E_MISSING, "tls", "no party has this key");
	else if (rc == DB_ROW && (rc = column_id(s, 0, &member, why)) == 0)
		rc = db_step(s, why);
	if (rc == DB_ROW)
		rc = why_set(why, E_MISSING, "tls", "several parties claim this key");
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = member;
	return 0;
}

int party_has_pin(
	struct db *db, const struct id *member, const struct hash *pin, bool *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT 1 FROM tls_pin p WHERE p.pin = $1 AND p.member = $2"
		" AND EXISTS (SELECT 1 FROM party y WHERE y.member = p.member) LIMIT 1");

	db_bind_blob(s, 1, hash_slice(pin));
	db_bind_blob(s, 2, id_slice(member));
	int rc = db_step(s, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}

void *array_grow(struct arena *arena, const void *old, size_t n, size_t *max, size_t size)
{
	*max = *max ? *max * 2 : 8;
	void *p = arena_alloc_n(arena, *max, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}
