/* index.c: see index.h. */
#include "work/cyber/index.h"

#include "work/cyber/seen.h"

#include "base/report.h"
#include "log/batch.h"
#include "node/record.h"

const char stix_index_schema[] =
	"CREATE TABLE cyber_due (\n"
	"	first INTEGER NOT NULL PRIMARY KEY,\n"
	"	root INTEGER NOT NULL\n"
	");\n"
	"CREATE TABLE cyber_ref (\n"
	"	root INTEGER NOT NULL,\n"
	"	target BLOB NOT NULL,\n"   /* UUID */
	"	added INTEGER NOT NULL,\n" /* of the object that points */
	"	name TEXT NOT NULL,\n"	   /* its property */
	"	type TEXT NOT NULL,\n"	   /* of the target */
	"	PRIMARY KEY (root, target, added, name)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_ref_added ON cyber_ref (root, added);\n"
	"CREATE INDEX cyber_ref_type ON cyber_ref (root, type, name, added);\n"
	"CREATE TABLE cyber_alias (\n"
	"	root INTEGER NOT NULL,\n"
	"	word TEXT NOT NULL,\n" /* in capitals */
	"	added INTEGER NOT NULL,\n"
	"	PRIMARY KEY (root, word, added)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_alias_added ON cyber_alias (root, added);\n";

/* References of one object that are indexed: reports name some thousands. */
#define REFS_MAX 10000
#define WORD_MAX 64

int stix_index_due(struct db *db, int64_t root, int64_t first, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO cyber_due (first, root) VALUES ($1, $2) ON CONFLICT (first) DO NOTHING");

	db_bind_i64(s, 1, first);
	db_bind_i64(s, 2, root);
	return db_run(s, why);
}

static int run_range(struct stmt *s, int64_t root, int64_t from, struct why *why)
{
	db_bind_i64(s, 1, root);
	db_bind_i64(s, 2, from);
	db_bind_i64(s, 3, from + LIMIT_BATCH_OBJECTS);
	return db_run(s, why);
}

int stix_index_drop(struct db *db, int64_t root, int64_t from, struct why *why)
{
	struct stmt *s;
	int rc = run_range(
		db_stmt(db, "DELETE FROM cyber_ref WHERE root = $1 AND added >= $2 AND added < $3"),
		root, from, why);

	if (rc == 0)
		rc = run_range(
			db_stmt(db,
				"DELETE FROM cyber_alias WHERE root = $1 AND added >= $2 AND added < $3"),
			root, from, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM cyber_due WHERE first = $1");
	db_bind_i64(s, 1, from);
	return db_run(s, why);
}

/* ---- one object ---- */

struct indexing {
	struct db *db;
	int64_t root, added;
	struct arena *arena;
	struct why *why;
	size_t n;
};

static int ref_put(struct indexing *x, struct slice name, struct slice id)
{
	struct stix_uuid uuid;
	struct slice type;
	struct stmt *s;

	if (stix_id_parse(id, &type, &uuid) < 0 || x->n++ >= REFS_MAX)
		return 0;
	s = db_stmt(x->db,
		"INSERT INTO cyber_ref (root, target, added, name, type) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT DO NOTHING");
	db_bind_i64(s, 1, x->root);
	db_bind_blob(s, 2, slice_of(uuid.b, 16));
	db_bind_i64(s, 3, x->added);
	db_bind_text(s, 4, name);
	db_bind_text(s, 5, type);
	return db_run(s, x->why);
}

static int refs_put(struct indexing *x, const struct stix *o)
{
	int rc = 0;

	for (json_ref v = json_first(&o->doc, o->root); rc == 0 && v; v = json_next(&o->doc, v)) {
		struct slice key = json_key(&o->doc, v, x->arena);

		/* Who made it and how it is marked, everything says: it would be as much again as all the rest. */
		if (slice_is(key, "created_by_ref") || slice_is(key, "object_marking_refs"))
			continue;
		if (slice_ends(key, "_ref") && json_type(&o->doc, v) == JSON_STRING)
			rc = ref_put(x, key, json_string(&o->doc, v, x->arena));
		if (!slice_ends(key, "_refs") || json_type(&o->doc, v) != JSON_ARRAY)
			continue;
		for (json_ref e = json_first(&o->doc, v); rc == 0 && e; e = json_next(&o->doc, e))
			rc = ref_put(x, key, json_string(&o->doc, e, x->arena));
	}
	return rc;
}

static struct slice capitals(struct slice s, struct arena *arena)
{
	char *text = arena_string(arena, s);

	for (char *p = text; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p & ~0x20);
	return slice_str(text);
}

static int alias_put(struct indexing *x, struct slice word)
{
	struct stmt *s;

	if (word.n == 0 || word.n > WORD_MAX)
		return 0;
	s = db_stmt(x->db,
		"INSERT INTO cyber_alias (root, word, added) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
	db_bind_i64(s, 1, x->root);
	db_bind_text(s, 2, capitals(word, x->arena));
	db_bind_i64(s, 3, x->added);
	return db_run(s, x->why);
}

static int aliases_put(struct indexing *x, const struct stix *o)
{
	json_ref list = stix_get(o, "external_references");
	int rc = 0;

	for (json_ref v = json_first(&o->doc, list); rc == 0 && v; v = json_next(&o->doc, v)) {
		struct slice source =
			json_string(&o->doc, json_get(&o->doc, v, "source_name"), x->arena);

		/* Relationships of ATT&CK cite it, too; they have no number of their own. */
		if (slice_starts(source, "mitre") || slice_is(source, "cve") ||
			slice_is(source, "capec"))
			rc = alias_put(x, json_string(&o->doc, json_get(&o->doc, v, "external_id"),
						  x->arena));
	}
	if (rc == 0 && slice_is(o->type, "vulnerability"))
		rc = alias_put(x, stix_text(o, "name", x->arena));
	return rc;
}

static int object_index(struct indexing *x, struct slice bytes)
{
	struct stix o;
	int rc;

	arena_reset(x->arena);
	x->n = 0;
	if (stix_read(&o, x->arena, bytes, NULL) < 0)
		return 0;
	rc = refs_put(x, &o);
	return rc < 0 ? rc : aliases_put(x, &o);
}

/* ---- batches ---- */

struct place {
	int64_t added;
	uint64_t at;
	uint32_t n;
};

static int places_of(struct db *db, int64_t root, int64_t first, struct arena *arena,
	struct place **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT added, at, n FROM cyber_object WHERE root = $1 AND added >= $2 AND added < $3 AND batch = $2 "
		"ORDER BY added LIMIT $4");
	struct place *p = arena_array(arena, struct place, LIMIT_BATCH_OBJECTS);
	size_t n = 0;
	int rc;

	db_bind_i64(s, 1, root);
	db_bind_i64(s, 2, first);
	db_bind_i64(s, 3, first + LIMIT_BATCH_OBJECTS);
	db_bind_i64(s, 4, LIMIT_BATCH_OBJECTS);
	while ((rc = db_step(s, why)) == DB_ROW)
		p[n++] = (struct place){
			db_i64(s, 0), (uint64_t)db_i64(s, 1), (uint32_t)db_i64(s, 2)};
	db_reset(s);
	*ret = p;
	*ret_n = n;
	return rc;
}

static int batch_entry(
	struct db *db, int64_t first, int64_t *ret_log, uint64_t *ret_seq, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT log, seq FROM cyber_batch WHERE first = $1");
	int rc;

	db_bind_i64(s, 1, first);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret_log = db_i64(s, 0);
		*ret_seq = (uint64_t)db_i64(s, 1);
	}
	db_reset(s);
	return rc;
}

static int batch_index(struct db *db, int64_t root, int64_t first, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB), scratch CLEANUP_ARENA = ARENA(256 * MIB);
	struct indexing x = {.db = db, .root = root, .arena = &scratch, .why = why};
	struct slice content;
	struct hash leaf;
	struct place *p;
	size_t n = 0;
	int64_t log = 0;
	uint64_t seq = 0;
	int rc = batch_entry(db, first, &log, &seq, why);

	if (rc != DB_ROW) /* gone again meanwhile */
		return rc;
	rc = content_load(db, log, seq, &arena, &content, &leaf, why);
	if (rc == 0)
		rc = places_of(db, root, first, &arena, &p, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		x.added = p[i].added;
		if (p[i].at <= content.n && p[i].n <= content.n - p[i].at)
			rc = object_index(&x, slice_sub(content, p[i].at, p[i].at + p[i].n));
	}
	return rc == E_MISSING ? 0 : rc;
}

static int due_next(struct db *db, int64_t *ret_first, int64_t *ret_root, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT first, root FROM cyber_due ORDER BY first LIMIT 1");
	int rc = db_step(s, why);

	if (rc == DB_ROW) {
		*ret_first = db_i64(s, 0);
		*ret_root = db_i64(s, 1);
	}
	db_reset(s);
	return rc;
}

static int due_done(struct db *db, int64_t first, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM cyber_due WHERE first = $1");

	db_bind_i64(s, 1, first);
	return db_run(s, why);
}

int stix_index_run(struct db *db, struct why *why)
{
	int64_t first = 0, root = 0;
	int rc = due_next(db, &first, &root, why);

	if (rc != DB_ROW || (rc = db_begin(db, why)) < 0)
		return rc;
	/* Another process may have been quicker. */
	rc = due_next(db, &first, &root, why);
	if (rc == DB_ROW) {
		rc = batch_index(db, root, first, why);
		/* One that is damaged has no index, and does not keep all behind it from theirs; whoever asks for its objects is told. */
		if (rc == E_VERIFY)
			rc = 0;
		if (rc == 0)
			rc = due_done(db, first, why);
	}
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	rc = db_commit(db, why);
	return rc < 0 ? rc : 1;
}

/* ---- asking ---- */

static void view_bind(struct stmt *s, const struct index_view *v, struct arena *arena)
{
	const struct release_classes classes =
		release_classes_of(v->who, v->w->standing.charter, arena);

	seen_bind(s, v->root, v->who, &classes);
}

int stix_index_refs(const struct index_view *v, const struct stix_uuid *target, size_t limit,
	struct arena *arena, struct index_ref **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT r.added, r.name FROM cyber_ref r WHERE r.root = $1 AND r.target = $17 "
		"AND " SEEN_ADDED("r.added") " ORDER BY r.added DESC, r.name LIMIT $18");
	struct index_ref *r = arena_array(arena, struct index_ref, limit + 1);
	size_t n = 0;
	int rc;

	view_bind(s, v, arena);
	db_bind_blob(s, 17, slice_of(target->b, 16));
	db_bind_i64(s, 18, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW)
		r[n++] = (struct index_ref){db_i64(s, 0), arena_copy(arena, db_text(s, 1))};
	db_reset(s);
	*ret = r;
	*ret_n = n;
	return rc;
}

static int added_read(struct stmt *s, size_t limit, struct arena *arena, int64_t **ret,
	size_t *ret_n, struct why *why)
{
	int64_t *added = arena_array(arena, int64_t, limit + 1);
	size_t n = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW && n < limit)
		added[n++] = db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = added;
	*ret_n = n;
	return 0;
}

struct slice stix_index_name(struct slice name, struct arena *arena)
{
	return capitals(slice_sub(name, 0, WORD_MAX), arena);
}

int stix_index_pointing(const struct index_view *v, const char *type, const char *name,
	size_t limit, struct arena *arena, int64_t **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT r.added FROM cyber_ref r WHERE r.root = $1 AND r.type = $17 AND r.name = $18 "
		"AND " SEEN_ADDED("r.added") " ORDER BY r.added DESC LIMIT $19");

	view_bind(s, v, arena);
	db_bind_text(s, 17, slice_str(type));
	db_bind_text(s, 18, slice_str(name));
	db_bind_i64(s, 19, (int64_t)limit);
	return added_read(s, limit, arena, ret, ret_n, why);
}
