/* store.c: see store.h. */
#include "work/procurement/store.h"

#include "base/map.h"
#include "base/report.h"
#include "node/readings.h"

static const char schema_1[] =
	"CREATE TABLE procurement_item (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	kind INTEGER NOT NULL,\n"
	"	of_owner BLOB NOT NULL,\n"
	"	of_name BLOB NOT NULL,\n"
	"	leaf BLOB NOT NULL,\n"
	"	body BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at)\n"
	");\n"
	"CREATE INDEX procurement_item_of ON procurement_item (of_owner, of_name);\n"
	"CREATE INDEX procurement_item_kind ON procurement_item (kind);\n";

const struct migration procurement_schema[] = {{"procurement 1", schema_1}, {NULL, NULL}};
const char *const procurement_table[] = {
	"SELECT l.coalition, l.member, l.epoch, t.seq, t.at, t.kind, t.of_owner, t.of_name, t.leaf, t.body "
	"FROM procurement_item t JOIN log l ON l.id = t.log AND l.id = @log "
	"ORDER BY l.coalition, l.member, l.epoch, t.seq, t.at",
	NULL};
const char *const procurement_drop[] = {"DELETE FROM procurement_item", NULL};
const char *const procurement_scrub[] = {"procurement_item", NULL};

int procure_store_put(
	const struct folding *f, enum pkind k, const struct object_id *of, struct why *why)
{
	struct stmt *s = db_stmt(f->fold->db,
		"INSERT INTO procurement_item (log, seq, at, kind, of_owner, of_name, leaf, body) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, (int64_t)f->at);
	db_bind_i64(s, 4, k);
	db_bind_blob(s, 5, id_slice(&of->owner));
	db_bind_blob(s, 6, id_slice(&of->name));
	db_bind_blob(s, 7, slice_of(f->leaf.b, sizeof(f->leaf.b)));
	db_bind_blob(s, 8, f->content);
	return db_run(s, why);
}

int procure_store_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM procurement_item WHERE log = $1 AND seq = $2 AND at = $3");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, (int64_t)at);
	return db_run(s, why);
}

/* ---- the rule of release, as in node/record.c: the newest version that the reader may see, of a class that he may see ---- */

#define COLUMNS                                                                                    \
	"SELECT t.kind, item.object_owner, item.object_name, t.of_owner, t.of_name, item.epoch, "  \
	"item.seq, item.time_ms, item.mode, item.label, item.audience, t.leaf, t.body "            \
	"FROM procurement_item t JOIN item ON item.log = t.log AND item.seq = t.seq AND item.at = t.at "
#define SEEN(item, self, member) "(" self " = 1 OR " RELEASE_SQL(item ".audience", member) ")"
#define NEWEST(self, member)                                                                       \
	"NOT EXISTS (SELECT 1 FROM item newer WHERE newer.coalition = item.coalition "             \
	"AND newer.object_owner = item.object_owner AND newer.object_name = item.object_name "     \
	"AND (newer.epoch, newer.seq, newer.at) > (item.epoch, item.seq, item.at) AND " SEEN(      \
		"newer", self, member) ")"
/* $1 coalition, $2 self, $3 member, $4 to $16 classes; what follows is the query's. */
#define CLASSES_AT 4
#define RULE	   EVERY " AND " NEWEST("$2", "$3")
#define EVERY                                                                                      \
	"item.coalition = $1 AND item.state = 0 AND " SEEN("item", "$2", "$3") " AND " CLEARED(    \
		"item.label")
#define CLEARED(label)                                                                             \
	RELEASE_CLASSES_SQL(label, "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", \
		"$14", "$15", "$16")
/* Of earlier versions: as everywhere the newest decides whether its object is there at all. */
#define TOP_CLEARED                                                                                                       \
	"($4 = 1 OR (SELECT " CLEARED(                                                                                    \
		"top.label") " FROM item top WHERE top.coalition = item.coalition "                                       \
			     "AND top.object_owner = item.object_owner AND top.object_name = item.object_name AND " SEEN( \
				     "top", "$2",                                                                         \
				     "$3") " ORDER BY top.epoch DESC, top.seq DESC, top.at DESC LIMIT 1))"

static void rule_bind(
	struct stmt *s, const struct world *w, const struct reader *who, struct arena *arena)
{
	db_bind_i64(s, 1, w->coalition.row);
	db_bind_i64(s, 2, who->self);
	db_bind_blob(s, 3, id_slice(&who->member));
	release_classes_bind(s, CLASSES_AT, who, w->standing.charter, arena);
}

static void bytes_read(void *ret, size_t n, struct slice s)
{
	MUST(s.n == n);
	memcpy(ret, s.p, n);
}

static int row_read(struct stmt *s, struct arena *arena, struct row *ret, struct why *why)
{
	struct object_id of;

	*ret = (struct row){.kind = (enum pkind)db_i64(s, 0),
		.epoch = (uint32_t)db_i64(s, 5),
		.seq = (uint64_t)db_i64(s, 6),
		.time_ms = db_i64(s, 7),
		.mode = (enum mode)db_i64(s, 8),
		.label = arena_copy(arena, db_text(s, 9)),
		.audience = db_i64(s, 10),
		.body = arena_copy(arena, db_blob(s, 12))};
	bytes_read(ret->object.owner.b, 16, db_blob(s, 1));
	bytes_read(ret->object.name.b, 16, db_blob(s, 2));
	bytes_read(ret->of.owner.b, 16, db_blob(s, 3));
	bytes_read(ret->of.name.b, 16, db_blob(s, 4));
	bytes_read(ret->leaf.b, 32, db_blob(s, 11));
	MUST(ret->kind < P_KINDS);
	return procure_read(ret->kind, ret->body, arena, &ret->doc, &of, why);
}

/* ---- what is read of whom ---- */

/* One author's part of what reading takes. */
struct part {
	struct id author;
	size_t rows, bytes;
	size_t rows_max, bytes_max;
};
struct reading {
	const struct id *self; /* whose node reads; NULL: not by itself */
	const struct id *only; /* whose records count; NULL: anybody's */
	size_t n_only;
	size_t n_signed; /* the first of those: who has signed a version that names him */
	size_t rows_max, bytes_max; /* of a list */
	bool stops;		    /* at the first that is over: a page of a list */
	struct part part[LIMIT_MEMBERS];
	size_t n_part;
	struct map
		sealed; /* digests of sealed bids that have been read, each with its row's number from 1 */
	size_t room;
};

static void reading_end(struct reading *g)
{
	map_free(&g->sealed);
}

/* Those who have signed share one whole alike, and all whom a lead only names another: it takes nothing from them by naming more. */
static struct part part_new(const struct reading *g, const struct id *author)
{
	struct part p = {.author = *author, .rows_max = g->rows_max, .bytes_max = g->bytes_max};
	size_t n = g->n_only;

	for (size_t i = 0; i < g->n_signed; i++)
		if (id_eq(&g->only[i], author))
			n = g->n_signed;
	if (g->only) {
		p.rows_max = LIMIT_PROCESS_ROWS / (n ? n : 1);
		p.bytes_max = LIMIT_PROCESS_BYTES / (n ? n : 1);
	}
	return p;
}

static struct part *part_of(struct reading *g, const struct id *author)
{
	for (size_t i = 0; i < g->n_part; i++)
		if (g->stops || id_eq(&g->part[i].author, author))
			return &g->part[i];
	if (g->n_part == LIMIT_MEMBERS)
		return NULL;
	g->part[g->n_part] = part_new(g, author);
	return &g->part[g->n_part++];
}

static bool counts(const struct reading *g, enum pkind k, const struct id *author)
{
	for (size_t i = 0; i < g->n_only; i++)
		if (id_eq(&g->only[i], author))
			return true;
	return !g->only || k == P_AGREEMENT;
}

/* A sealed bid or a piece of one: whichever door holds it, it says the same. Whose it is matters in all other messages. */
static bool is_sealed(enum pkind k, struct slice body)
{
	struct slice head = slice_sub(body, 0, body.n < 400 ? body.n : 400);

	return k == P_SEAL && (slice_search(head, SLICE("e-seal/1 bid.sealed")) >= 0 ||
				      slice_search(head, SLICE("\"part\":")) >= 0);
}

static struct row *row_room(struct reading *g, struct arena *arena, struct rows *out)
{
	if (out->n == g->room) {
		struct row *more = arena_array(arena, struct row, 2 * g->room + 16);

		if (out->n)
			memcpy(more, out->row, out->n * sizeof(*more));
		out->row = more;
		g->room = 2 * g->room + 16;
	}
	return &out->row[out->n];
}

/* Takes what the statement stands at, if its author has a part left. PAGE_FULL: a list's page is. */
#define PAGE_FULL 1
static int row_take(
	struct stmt *s, struct reading *g, struct arena *arena, struct rows *out, struct why *why)
{
	enum pkind kind = (enum pkind)db_i64(s, 0);
	bool sealed = is_sealed(kind, db_blob(s, 12));
	struct id author;
	struct part *part;
	uint64_t holder;
	struct hash body;
	size_t before;
	bool mine;
	int rc;

	bytes_read(author.b, 16, db_blob(s, 1));
	if (!counts(g, kind, &author))
		return 0;
	mine = g->self && id_eq(&author, g->self);
	part = part_of(g, &author);
	holder = part ? 1ULL << (part - g->part) : 0;
	if (sealed) {
		body = hash_bytes(db_blob(s, 12));
		uintptr_t at = (uintptr_t)map_get(&g->sealed, slice_of(body.b, sizeof(body.b)));

		if (at) {
			out->row[at - 1].mine |= mine;
			out->row[at - 1].holders |= holder;
			return 0;
		}
	}
	if (!part || part->rows == part->rows_max || part->bytes >= part->bytes_max) {
		out->left++;
		out->left_mine |= mine;
		return g->stops ? PAGE_FULL : 0;
	}
	struct row *row = row_room(g, arena, out);
	before = arena->used;
	rc = row_read(s, arena, row, why);
	if (rc < 0)
		return rc;
	/* Only what was taken stands for its copies: one for which there was no room must not hide another's. */
	row->mine = mine;
	row->holders = holder;
	out->n++;
	if (sealed)
		(void)map_put(
			&g->sealed, slice_of(body.b, sizeof(body.b)), (void *)(uintptr_t)out->n);
	row->took = arena->used - before + sizeof(*row);
	part->rows++;
	part->bytes += row->took;
	return 0;
}

static void rows_note(
	const struct world *w, const struct reader *who, const struct row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		readings_add(who, w, r[i].label, &r[i].leaf);
}

static int rows_read(struct stmt *s, const struct world *w, const struct reader *who,
	struct reading *g, struct arena *arena, struct rows *ret, struct why *why)
{
	struct rows out = {0};
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		rc = row_take(s, g, arena, &out, why);
		if (rc != 0)
			break;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	out.more = rc == PAGE_FULL;
	out.has_self = g->self != NULL;
	if (g->self) {
		struct part own = part_new(g, g->self);

		out.self = *g->self;
		out.own_rows = own.rows_max;
		out.own_bytes = own.bytes_max;
	}
	rows_note(w, who, out.row, out.n);
	*ret = out;
	return 0;
}

/* ---- one process ---- */

static bool has_versions(const struct row *r)
{
	return r->kind == P_AGREEMENT || r->kind == P_TENDER || r->kind == P_SCORE ||
	       r->kind == P_AWARD || r->kind == P_COMPLAINT || r->kind == P_RULING ||
	       r->kind == P_QUESTION;
}

/* Versions of an object stand in one log, in order of their time or not: all but the newest are old. */
static void old_mark(struct rows *rows)
{
	struct map newest_of = {0};

	for (size_t i = 0; i < rows->n; i++) {
		struct row *r = &rows->row[i], *other;
		uint8_t key[33];

		if (!has_versions(r))
			continue;
		key[0] = (uint8_t)r->kind;
		memcpy(key + 1, r->object.owner.b, 16);
		memcpy(key + 17, r->object.name.b, 16);
		other = map_get(&newest_of, slice_of(key, sizeof(key)));
		if (other && (other->epoch != r->epoch ? other->epoch > r->epoch
						       : other->seq > r->seq)) {
			r->old = true;
			continue;
		}
		if (other)
			other->old = true;
		(void)map_put(&newest_of, slice_of(key, sizeof(key)), r);
	}
	map_free(&newest_of);
}

/* Whoever any version of the agreement names: which of them counts is for process.h to say. */
#define VERSIONS_MAX 256
struct naming {
	struct id *member;
	size_t n;
	size_t n_signed; /* the first of them: who has signed one that names him */
	struct map signs; /* version ‖ member that it names → where he stands in `member`, from 1 */
};

struct naming_key {
	struct hash version;
	struct id member;
};

/* Where it stands, from 1; 0: there is no room. */
static size_t name_add(struct naming *names, const struct id *member)
{
	for (size_t i = 0; i < names->n; i++)
		if (id_eq(&names->member[i], member))
			return i + 1;
	if (names->n == LIMIT_MEMBERS)
		return 0;
	names->member[names->n++] = *member;
	return names->n;
}

static void names_add(struct naming *names, const struct row *agreement, struct arena *arena)
{
	const struct json_doc *doc = &agreement->doc;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "participants"))
		{
			struct naming_key key = {.version = agreement->leaf};
			size_t at;

			MUST(id_parse(json_string(doc, v, arena), &key.member) == 0);
			at = name_add(names, &key.member);
			if (at)
				(void)map_put(&names->signs, slice_of(&key, sizeof(key)),
					(void *)(uintptr_t)at);
		}
}

static void signer_add(struct naming *names, const struct row *consent, bool signs[LIMIT_MEMBERS])
{
	struct naming_key key = {.member = consent->object.owner};
	json_ref root = json_root(&consent->doc);

	if (!get_bool(&consent->doc, root, "agrees") ||
		!get_bytes(&consent->doc, root, "leaf", key.version.b, sizeof(key.version.b)))
		return;
	uintptr_t at = (uintptr_t)map_get(&names->signs, slice_of(&key, sizeof(key)));
	if (at)
		signs[at - 1] = true;
}

/* Each row of the statement, one at a time. */
static int names_each(
	struct stmt *s, struct naming *names, bool signs[LIMIT_MEMBERS], struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(64 * MIB);
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		struct row row;

		arena_reset(&scratch);
		rc = row_read(s, &scratch, &row, why);
		if (rc < 0)
			break;
		if (row.kind == P_CONSENT)
			signer_add(names, &row, signs);
		else
			names_add(names, &row, &scratch);
	}
	db_reset(s);
	return rc;
}

/* The earliest first: versions that a lead heaps up afterwards displace nobody. */
static int names_read(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct naming *names, struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE item.object_owner = $17 AND item.object_name = $18 AND t.kind = $19 AND " EVERY
		" ORDER BY item.epoch, item.seq, item.at LIMIT $20");

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, P_AGREEMENT);
	db_bind_i64(s, 20, VERSIONS_MAX);
	return names_each(s, names, NULL, why);
}

static int signers_read(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct naming *names, struct why *why)
{
	struct stmt *s = db_stmt(db,
		COLUMNS "WHERE t.of_owner = $17 AND t.of_name = $18 AND t.kind = $19 AND " RULE);
	bool signs[LIMIT_MEMBERS] = {false};

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, P_CONSENT);
	int rc = names_each(s, names, signs, why);
	for (size_t i = 0; rc == 0 && i < names->n; i++)
		if (signs[i]) {
			struct id one = names->member[i];

			names->member[i] = names->member[names->n_signed];
			names->member[names->n_signed++] = one;
		}
	return rc;
}

/* The agreement's participants, if it is one; its mode. E_MISSING: nothing of that name is here. */
static int reading_begin(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct reading *g, enum mode *ret_mode,
	struct why *why)
{
	struct naming names = {.member = arena_array(arena, struct id, LIMIT_MEMBERS)};
	struct row root;

	*g = (struct reading){.self = who->self ? &who->member : NULL,
		.rows_max = LIMIT_PROCESS_ROWS / LIMIT_MEMBERS,
		.bytes_max = LIMIT_PROCESS_BYTES / LIMIT_MEMBERS};
	int rc = procure_store_object(w, db, who, of, arena, &root, why);
	if (rc < 0)
		return rc;
	*ret_mode = root.mode;
	if (root.kind != P_AGREEMENT)
		return 0;
	rc = names_read(w, db, who, of, arena, &names, why);
	if (rc == 0) {
		names_add(&names, &root, arena);
		rc = signers_read(w, db, who, of, arena, &names, why);
	}
	map_free(&names.signs);
	g->only = names.member;
	g->n_only = names.n;
	g->n_signed = names.n_signed;
	return rc;
}

int procure_store_process(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, enum rows_want want, struct arena *arena, struct rows *ret,
	struct why *why)
{
	struct reading g;
	enum mode mode;
	struct why none = {0};
	int rc = reading_begin(w, db, who, of, arena, &g, &mode, &none);

	if (rc == E_MISSING) {
		*ret = (struct rows){0};
		return 0;
	}
	if (rc < 0) {
		*why = none;
		return rc;
	}
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.of_owner = $17 AND t.of_name = $18 AND ($19 = 2 OR t.kind <> $20) "
		"AND ($19 > 0 OR t.kind IN ($21, $22, $28)) AND item.mode = $23 AND " EVERY
		" AND ((t.kind IN ($21, $22, $24, $25, $26, $27, $29) AND " TOP_CLEARED
		") OR " NEWEST("$2",
			"$3") ")"
			      " ORDER BY item.time_ms, item.object_owner, item.epoch, item.seq, item.at");
	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, want);
	db_bind_i64(s, 20, P_SEAL);
	db_bind_i64(s, 21, P_AGREEMENT);
	db_bind_i64(s, 22, P_TENDER);
	db_bind_i64(s, 23, mode);
	db_bind_i64(s, 24, P_SCORE);
	db_bind_i64(s, 25, P_AWARD);
	db_bind_i64(s, 26, P_COMPLAINT);
	db_bind_i64(s, 27, P_RULING);
	db_bind_i64(s, 28, P_CONSENT);
	db_bind_i64(s, 29, P_QUESTION);
	rc = rows_read(s, w, who, &g, arena, ret, why);
	reading_end(&g);
	if (rc == 0)
		old_mark(ret);
	return rc;
}

int procure_store_history(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct rows *ret, struct why *why)
{
	struct reading g;
	enum mode mode;

	int rc = reading_begin(w, db, who, of, arena, &g, &mode, why);

	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.of_owner = $17 AND t.of_name = $18 AND t.kind IN ($19, $20, $21, $22) "
		"AND item.mode = $23 AND " EVERY " AND " TOP_CLEARED
		" ORDER BY item.time_ms, item.object_owner, item.epoch, item.seq, item.at");
	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, P_AGREEMENT);
	db_bind_i64(s, 20, P_TENDER);
	db_bind_i64(s, 21, P_AWARD);
	db_bind_i64(s, 22, P_CONTRACT);
	db_bind_i64(s, 23, mode);
	rc = rows_read(s, w, who, &g, arena, ret, why);
	reading_end(&g);
	return rc;
}

/* ---- one object, and lists ---- */

/* What the statement stands at, of `object`: $17 and $18. */
static int one_read(struct stmt *s, const struct world *w, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why)
{
	int rc;

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&object->owner));
	db_bind_blob(s, 18, id_slice(&object->name));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		rc = row_read(s, arena, ret, why);
	else if (rc == 0)
		rc = why_set(why, E_MISSING, "", "no such record");
	db_reset(s);
	if (rc == 0)
		rows_note(w, who, ret, 1);
	return rc;
}

int procure_store_object(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why)
{
	return one_read(db_stmt(db, COLUMNS
				"WHERE item.object_owner = $17 AND item.object_name = $18 AND " RULE
				" ORDER BY item.epoch DESC, item.seq DESC, item.at DESC LIMIT 1"),
		w, who, object, arena, ret, why);
}

int procure_store_first(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why)
{
	return one_read(
		db_stmt(db, COLUMNS
			"WHERE item.object_owner = $17 AND item.object_name = $18 AND " EVERY
			" ORDER BY item.epoch, item.seq, item.at LIMIT 1"),
		w, who, object, arena, ret, why);
}

struct row_place row_place(const struct row *r)
{
	return (struct row_place){r->time_ms, r->object};
}

static const struct row_place newest = {.time_ms = INT64_MAX};

/* Those behind `after`; `owner` NULL: of everybody. */
static int list_read(const struct world *w, struct db *db, const struct reader *who,
	const struct id *owner, enum pkind k, enum mode mode, const struct row_place *after,
	size_t limit, struct arena *arena, struct rows *ret, struct why *why)
{
	struct reading g = {.rows_max = limit, .bytes_max = LIMIT_PAGE_BYTES, .stops = true};
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.kind = $17 AND item.mode = $18 "
		"AND (item.time_ms, item.object_owner, item.object_name) < ($19, $20, $21) "
		"AND ($23 = 0 OR item.object_owner = $24) AND " RULE
		" ORDER BY item.time_ms DESC, item.object_owner DESC, item.object_name DESC LIMIT $22");

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, k);
	db_bind_i64(s, 18, mode);
	db_bind_i64(s, 19, after->time_ms);
	db_bind_blob(s, 20, id_slice(&after->object.owner));
	db_bind_blob(s, 21, id_slice(&after->object.name));
	/* One more than asked for says whether there are more. */
	db_bind_i64(s, 22, (int64_t)limit + 1);
	db_bind_i64(s, 23, owner != NULL);
	db_bind_blob(s, 24, owner ? id_slice(owner) : SLICE(""));
	return rows_read(s, w, who, &g, arena, ret, why);
}

int procure_store_list(const struct world *w, struct db *db, const struct reader *who, enum pkind k,
	enum mode mode, const struct row_place *after, size_t limit, struct arena *arena,
	struct rows *ret, struct why *why)
{
	return list_read(
		w, db, who, NULL, k, mode, after ? after : &newest, limit, arena, ret, why);
}

int procure_store_of(const struct world *w, struct db *db, const struct reader *who,
	const struct id *owner, enum pkind k, enum mode mode, size_t limit, struct arena *arena,
	struct rows *ret, struct why *why)
{
	return list_read(w, db, who, owner, k, mode, &newest, limit, arena, ret, why);
}

int procure_store_readers(struct db *db, int64_t audience, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why)
{
	return audience_members(db, audience, arena, ret, ret_n, why);
}
