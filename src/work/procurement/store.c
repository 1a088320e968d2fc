/* store.c: see store.h. */
#include "work/procurement/store.h"

#include "base/report.h"

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

static int rows_read(
	struct stmt *s, size_t max, struct arena *arena, struct rows *ret, struct why *why)
{
	struct rows out = {0};
	size_t room = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		if (out.n == max) {
			rc = why_set(why, E_LIMIT, "", "there are more than %zu records", max);
			break;
		}
		if (out.n == room) {
			struct row *more = arena_array(arena, struct row, 2 * room + 16);

			if (out.n)
				memcpy(more, out.row, out.n * sizeof(*more));
			out.row = more;
			room = 2 * room + 16;
		}
		rc = row_read(s, arena, &out.row[out.n++], why);
		if (rc < 0)
			break;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	return 0;
}

int procure_store_process(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, bool seals, struct arena *arena, struct rows *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.of_owner = $17 AND t.of_name = $18 AND ($19 = 1 OR t.kind <> $20) AND " RULE
		" ORDER BY item.time_ms, item.object_owner, item.object_name");

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, seals);
	db_bind_i64(s, 20, P_SEAL);
	return rows_read(s, LIMIT_PROCESS_ROWS, arena, ret, why);
}

int procure_store_history(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *of, struct arena *arena, struct rows *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.of_owner = $17 AND t.of_name = $18 AND t.kind IN ($19, $20, $21, $22) AND " EVERY
		" ORDER BY item.time_ms, item.object_owner, item.object_name, item.epoch, item.seq");

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&of->owner));
	db_bind_blob(s, 18, id_slice(&of->name));
	db_bind_i64(s, 19, P_AGREEMENT);
	db_bind_i64(s, 20, P_TENDER);
	db_bind_i64(s, 21, P_AWARD);
	db_bind_i64(s, 22, P_CONTRACT);
	return rows_read(s, LIMIT_PROCESS_ROWS, arena, ret, why);
}

int procure_store_object(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct row *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		COLUMNS "WHERE item.object_owner = $17 AND item.object_name = $18 AND " RULE
			" ORDER BY item.epoch DESC, item.seq DESC, item.at DESC LIMIT 1");
	struct rows rows;
	int rc;

	rule_bind(s, w, who, arena);
	db_bind_blob(s, 17, id_slice(&object->owner));
	db_bind_blob(s, 18, id_slice(&object->name));
	rc = rows_read(s, 1, arena, &rows, why);
	if (rc < 0)
		return rc;
	if (rows.n == 0)
		return why_set(why, E_MISSING, "", "no such record");
	*ret = rows.row[0];
	return 0;
}

int procure_store_list(const struct world *w, struct db *db, const struct reader *who, enum pkind k,
	enum mode mode, int64_t after_ms, size_t limit, struct arena *arena, struct rows *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, COLUMNS
		"WHERE t.kind = $17 AND item.mode = $18 AND item.time_ms < $19 AND " RULE
		" ORDER BY item.time_ms DESC, item.object_owner DESC, item.object_name DESC LIMIT $20");

	rule_bind(s, w, who, arena);
	db_bind_i64(s, 17, k);
	db_bind_i64(s, 18, mode);
	db_bind_i64(s, 19, after_ms);
	db_bind_i64(s, 20, (int64_t)limit);
	return rows_read(s, limit, arena, ret, why);
}

int procure_store_readers(struct db *db, int64_t audience, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why)
{
	return audience_members(db, audience, arena, ret, ret_n, why);
}
