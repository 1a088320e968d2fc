/* store.c: see store.h. */
#include "work/training/store.h"

#include "base/report.h"
#include "node/readings.h"
#include "work/training/calendar.h"
#include "work/training/limits.h"
#include "work/training/out.h"

static const char schema_1[] =
	"CREATE TABLE training_item (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	about_owner BLOB NOT NULL,\n"
	"	about_name BLOB NOT NULL,\n"
	"	leaf BLOB NOT NULL,\n"
	"	body BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at)\n"
	") CLUSTERED;\n"
	"CREATE INDEX training_item_about ON training_item (about_owner, about_name);\n";

/* What belongs to a record is asked for author by author. */
static const char schema_4[] =
	"DROP INDEX training_item_about;\n"
	"CREATE INDEX training_item_about ON training_item (about_owner, about_name, log);\n";

/* What goes out beside the logs, and addresses of calendars, are this node's own, in no log: a rebuild keeps them. */
const struct migration training_schema[] = {{"training 1", schema_1}, {"training 2", out_schema},
	{"training 3", calendar_schema}, {"training 4", schema_4}, {NULL, NULL}};
const char *const training_table[] = {
	"SELECT l.coalition, l.member, l.epoch, t.seq, t.at, t.about_owner, t.about_name, t.leaf, t.body "
	"FROM training_item t JOIN log l ON l.id = t.log AND l.id = @log "
	"ORDER BY l.coalition, l.member, l.epoch, t.seq, t.at",
	NULL};
const char *const training_drop[] = {"DELETE FROM training_item", NULL};
const char *const training_scrub[] = {"training_item", NULL};

int store_put(const struct folding *f, const struct object_id *about, struct why *why)
{
	struct stmt *s = db_stmt(f->fold->db,
		"INSERT INTO training_item (log, seq, at, about_owner, about_name, leaf, body) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7)");

	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, (int64_t)f->at);
	db_bind_blob(s, 4, id_slice(&about->owner));
	db_bind_blob(s, 5, id_slice(&about->name));
	db_bind_blob(s, 6, slice_of(f->leaf.b, sizeof(f->leaf.b)));
	db_bind_blob(s, 7, f->content);
	return db_run(s, why);
}

int store_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM training_item WHERE log = $1 AND seq = $2 AND at = $3");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, (int64_t)at);
	return db_run(s, why);
}

/* ---- the rule of release, as in node/record.c: newest version that the reader may see, of a class that he may see ---- */

#define COLUMNS                                                                                    \
	"SELECT item.object_owner, item.object_name, item.kind, item.epoch, item.seq, item.at, "   \
	"item.time_ms, item.label, item.audience, item.mode, t.leaf, t.body "                      \
	"FROM item JOIN training_item t ON t.log = item.log AND t.seq = item.seq AND t.at = item.at "
#define SEEN(item, self, member) "(" self " = 1 OR " RELEASE_SQL(item ".audience", member) ")"
#define NEWEST(self, member)                                                                       \
	"NOT EXISTS (SELECT 1 FROM item newer WHERE newer.coalition = item.coalition "             \
	"AND newer.object_owner = item.object_owner AND newer.object_name = item.object_name "     \
	"AND (newer.epoch, newer.seq, newer.at) > (item.epoch, item.seq, item.at) AND " SEEN(      \
		"newer", self, member) ")"
/* $1 coalition, $2 self, $3 member, $4 to $16 classes; what follows is the query's. */
#define CLASSES_AT 4
#define RULE                                                                                       \
	"item.coalition = $1 AND item.state = 0 AND " SEEN(                                        \
		"item", "$2", "$3") " AND " RELEASE_CLASSES_SQL("item.label", "$4", "$5", "$6",    \
		"$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16")

static void rule_bind(
	struct stmt *s, const struct world *w, const struct reader *who, struct arena *arena)
{
	db_bind_i64(s, 1, w->coalition.row);
	db_bind_i64(s, 2, who->self);
	db_bind_blob(s, 3, id_slice(&who->member));
	release_classes_bind(s, CLASSES_AT, who, w->standing.charter, arena);
}

static void id_read(struct id *ret, struct slice s)
{
	MUST(s.n == sizeof(ret->b));
	memcpy(ret->b, s.p, sizeof(ret->b));
}

static bool row_read(struct stmt *s, struct arena *arena, struct row *ret)
{
	const struct kind *k = kind_find(db_text(s, 2));

	if (!k)
		return false;
	*ret = (struct row){.kind = kind_id(k),
		.epoch = (uint32_t)db_i64(s, 3),
		.seq = (uint64_t)db_i64(s, 4),
		.at = (uint64_t)db_i64(s, 5),
		.time_ms = db_i64(s, 6),
		.label = arena_copy(arena, db_text(s, 7)),
		.audience = db_i64(s, 8),
		.mode = (enum mode)db_i64(s, 9),
		.body = arena_copy(arena, db_blob(s, 11))};
	id_read(&ret->object.owner, db_blob(s, 0));
	id_read(&ret->object.name, db_blob(s, 1));
	ret->author = ret->object.owner; /* only its owner writes an object */
	MUST(db_blob(s, 10).n == sizeof(ret->leaf.b));
	memcpy(ret->leaf.b, db_blob(s, 10).p, sizeof(ret->leaf.b));
	return true;
}

/* How much may be read. What one author has written above his share is passed over in his own order, so that he takes no room from others. */
struct ceiling {
	size_t n, bytes;	   /* of all; above: E_LIMIT */
	size_t n_each, bytes_each; /* of one author; 0: no share of its own */
};

struct counting {
	struct id author;
	size_t n, bytes;
};

/* Rows come in order of author. */
static bool author_full(struct counting *c, const struct ceiling *max, struct stmt *s)
{
	size_t bytes = db_blob(s, 11).n;
	struct id author;

	id_read(&author, db_blob(s, 0));
	if (!id_eq(&author, &c->author))
		*c = (struct counting){.author = author};
	if (max->n_each && (c->n == max->n_each || c->bytes + bytes > max->bytes_each))
		return true;
	c->n++;
	c->bytes += bytes;
	return false;
}

static struct row *row_room(struct arena *arena, struct rows *r, size_t *room)
{
	if (r->n == *room) {
		struct row *more = arena_array(arena, struct row, *room * 2 + 64);

		if (*room)
			memcpy(more, r->p, *room * sizeof(*more));
		r->p = more;
		*room = *room * 2 + 64;
	}
	return &r->p[r->n];
}

void store_note(const struct world *w, const struct reader *who, const struct row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		readings_add(who, w, r[i].label, &r[i].leaf);
}

static int rows_read(struct stmt *s, const struct world *w, const struct reader *who,
	struct arena *arena, const struct ceiling *max, struct rows *ret, struct why *why)
{
	struct counting author = {0};
	struct rows out = {0};
	size_t room = 0, bytes = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		if (author_full(&author, max, s)) {
			out.cut++;
			continue;
		}
		bytes += db_blob(s, 11).n;
		if (out.n == max->n || bytes > max->bytes) {
			rc = why_set(why, E_LIMIT, "", "more than %zu records or %zu MiB", max->n,
				max->bytes / MIB);
			break;
		}
		out.n += row_read(s, arena, row_room(arena, &out, &room));
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	store_note(w, who, out.p, out.n);
	*ret = out;
	return 0;
}

int store_about(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	const struct object_id *about, enum kind_id kind, struct arena *arena, struct rows *ret,
	struct why *why)
{
	static const struct ceiling max = {LIMIT_EXERCISE_RECORDS, LIMIT_EXERCISE_BYTES,
		LIMIT_EXERCISE_RECORDS / 8, LIMIT_EXERCISE_BYTES / 8};
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE " RULE
		" AND item.mode = $17 AND t.about_owner = $18 AND t.about_name = $19 AND ($20 = '' OR item.kind = $20) AND " NEWEST(
			"$2", "$3") " ORDER BY item.object_owner, item.epoch, item.seq, item.at");

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, mode);
	db_bind_blob(s, 18, id_slice(&about->owner));
	db_bind_blob(s, 19, id_slice(&about->name));
	db_bind_text(s, 20, kind < KINDS ? slice_str(training_kinds[kind].kind) : SLICE(""));
	return rows_read(s, w, who, arena, &max, ret, why);
}

/* The same of one author, in the order in which he wrote it. */
static int about_by(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	const struct object_id *about, const struct id *author, const struct ceiling *max,
	struct arena *arena, struct rows *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE " RULE " AND item.mode = $17 AND t.about_owner = $18 AND t.about_name = $19 "
		"AND t.log IN (SELECT id FROM log WHERE coalition = $20 AND member = $21) AND " NEWEST(
			"$2", "$3") " ORDER BY item.epoch, item.seq, item.at LIMIT $22");

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, mode);
	db_bind_blob(s, 18, id_slice(&about->owner));
	db_bind_blob(s, 19, id_slice(&about->name));
	db_bind_blob(s, 20, id_slice(&w->coalition.id));
	db_bind_blob(s, 21, id_slice(author));
	db_bind_i64(s, 22, (int64_t)(max->n_each ? max->n_each : max->n) + 1);
	return rows_read(s, w, who, arena, max, ret, why);
}

int store_about_by(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	const struct object_id *about, const struct id *author, struct arena *arena,
	struct rows *ret, struct why *why)
{
	static const struct ceiling max = {
		.n = LIMIT_EXERCISE_RECORDS, .bytes = LIMIT_EXERCISE_BYTES};

	return about_by(w, db, who, mode, about, author, &max, arena, ret, why);
}

int store_kind(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	enum kind_id kind, size_t each, struct arena *arena, struct rows *ret, struct why *why)
{
	const struct ceiling max = {
		LIMIT_EXERCISE_RECORDS, LIMIT_KIND_BYTES, each, LIMIT_KIND_BYTES / 8};
	struct stmt *s = db_stmt(
		db, COLUMNS "WHERE " RULE " AND item.mode = $17 AND item.kind = $18 AND " NEWEST(
			    "$2", "$3") " ORDER BY item.object_owner, item.object_name");

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, mode);
	db_bind_text(s, 18, slice_str(training_kinds[kind].kind));
	return rows_read(s, w, who, arena, &max, ret, why);
}

struct found_exercise {
	struct object_id object;
	int64_t time_ms;
};

static int newest_exercise_first(const void *a, const void *b)
{
	const struct found_exercise *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms > y->time_ms ? -1 : 1;
	return object_id_order(&x->object, &y->object);
}

static int exercises_read(
	struct stmt *s, struct found_exercise *out, size_t max, size_t *ret_n, struct why *why)
{
	size_t n = 0, of_one = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW && n < max) {
		struct found_exercise *e = &out[n];

		id_read(&e->object.owner, db_blob(s, 0));
		id_read(&e->object.name, db_blob(s, 1));
		e->time_ms = db_i64(s, 2);
		of_one = n && id_eq(&out[n - 1].object.owner, &e->object.owner) ? of_one + 1 : 1;
		n += of_one <= LIMIT_EXERCISES_EACH;
	}
	db_reset(s);
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

int store_exercises(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	struct arena *arena, struct object_id **ret, size_t *ret_n, struct why *why)
{
	size_t max = LIMIT_EXERCISES_EACH * LIMIT_EXERCISES_OWNERS, n = 0;
	struct found_exercise *out = arena_array(arena, struct found_exercise, max + 1);
	struct stmt *s = db_stmt(db,
		"SELECT item.object_owner, item.object_name, item.time_ms FROM item WHERE " RULE
		" AND item.mode = $17 AND item.kind = $18 AND " NEWEST("$2",
			"$3") " ORDER BY item.object_owner, item.time_ms DESC, item.object_name");
	int rc;

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, mode);
	db_bind_text(s, 18, slice_str(training_kinds[KIND_EXERCISE].kind));
	rc = exercises_read(s, out, max, &n, why);
	if (rc < 0)
		return rc;
	qsort(out, n, sizeof(*out), newest_exercise_first);
	*ret = arena_array(arena, struct object_id, n + 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = out[i].object;
	*ret_n = n;
	return 0;
}

int store_get(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE " RULE " AND item.object_owner = $17 AND item.object_name = $18 AND " NEWEST(
			"$2", "$3") " LIMIT 2");
	static const struct ceiling one = {.n = 2, .bytes = LIMIT_EXERCISE_BYTES};
	struct rows rows;
	int rc;

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&object->owner));
	db_bind_blob(s, 18, id_slice(&object->name));
	rc = rows_read(s, w, who, arena, &one, &rows, why);
	if (rc == 0 && rows.n == 0)
		rc = why_set(why, E_MISSING, "", "no such record");
	if (rc == 0)
		*ret = rows.p[0];
	return rc;
}

int store_sees(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM item WHERE " RULE
			    " AND item.object_owner = $17 AND item.object_name = $18 AND " NEWEST(
				    "$2", "$3") " LIMIT 1");
	int rc;

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&object->owner));
	db_bind_blob(s, 18, id_slice(&object->name));
	rc = db_step(s, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}

int store_versions(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, size_t limit, struct arena *arena, struct rows *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db,
		COLUMNS "WHERE " RULE " AND item.object_owner = $17 AND item.object_name = $18 "
			"ORDER BY item.epoch DESC, item.seq DESC, item.at DESC LIMIT $19");

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&object->owner));
	db_bind_blob(s, 18, id_slice(&object->name));
	db_bind_i64(s, 19, (int64_t)limit);
	return rows_read(s, w, who, arena,
		&(struct ceiling){.n = limit, .bytes = LIMIT_EXERCISE_BYTES}, ret, why);
}

int store_readers(struct db *db, const struct row *row, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why)
{
	return audience_members(db, row->audience, arena, ret, ret_n, why);
}

/* All rows of the host and, within their shares, of the participants: no others are read. */
static int exercise_rows(const struct world *w, struct db *db, const struct reader *who,
	const struct row *head, const struct id *party, size_t n_party, struct arena *arena,
	struct rows *ret, struct why *why)
{
	struct ceiling host = {.n = LIMIT_EXERCISE_RECORDS, .bytes = LIMIT_EXERCISE_BYTES}, each;
	struct rows *part = arena_array(arena, struct rows, n_party + 1), all = {0};
	int rc = 0;

	each = host;
	each.n_each = host.n / 2 / (n_party + 1);
	each.bytes_each = host.bytes / 2 / (n_party + 1);
	for (size_t i = 0; rc == 0 && i <= n_party; i++) {
		bool own = i == n_party;

		if (!own && id_eq(&party[i], &head->object.owner))
			continue;
		rc = about_by(w, db, who, head->mode, &head->object,
			own ? &head->object.owner : &party[i], own ? &host : &each, arena, &part[i],
			why);
		all.n += rc == 0 ? part[i].n : 0;
		all.cut += rc == 0 ? part[i].cut : 0;
		for (size_t k = 0; rc == 0 && !own && k < part[i].n; k++)
			host.bytes -= part[i].p[k].body.n;
	}
	if (rc < 0)
		return rc;
	all.p = arena_array(arena, struct row, all.n + 1);
	all.n = 0;
	for (size_t i = 0; i <= n_party; i++) {
		if (part[i].n)
			memcpy(&all.p[all.n], part[i].p, part[i].n * sizeof(*all.p));
		all.n += part[i].n;
	}
	*ret = all;
	return 0;
}

int store_head(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	const struct object_id *exercise, struct arena *arena, struct row *ret,
	struct id **ret_party, size_t *ret_n, struct why *why)
{
	int rc = store_get(w, db, who, exercise, arena, ret, why);

	if (rc == 0 && (ret->kind != KIND_EXERCISE || ret->mode != mode))
		rc = why_set(why, E_MISSING, "", "no such exercise");
	return rc < 0 ? rc : exercise_parties(ret, arena, ret_party, ret_n, why);
}

int store_view(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	const struct object_id *exercise, struct arena *arena, struct view *ret, struct why *why)
{
	struct rows rows = {0};
	struct id *party;
	struct row head;
	size_t n;
	int rc = store_head(w, db, who, mode, exercise, arena, &head, &party, &n, why);

	if (rc == 0)
		rc = exercise_rows(w, db, who, &head, party, n, arena, &rows, why);
	if (rc == 0)
		rc = view_build(ret, arena, rows.p, rows.n, exercise, why);
	if (rc == 0)
		ret->cut = rows.cut;
	return rc;
}
