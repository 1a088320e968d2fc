/* notify.c: see notify.h. */
#include "node/notify.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"

const char notify_schema_1[] =
	"CREATE TABLE matter (\n"
	"	id TEXT NOT NULL PRIMARY KEY,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	area TEXT NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	level INTEGER NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	label TEXT NOT NULL,\n" /* of the record; '' for needs that tell of none */
	"	words TEXT NOT NULL,\n"
	"	place TEXT NOT NULL,\n"
	"	object BLOB NOT NULL,\n" /* owner and name; empty: none */
	"	first_ms INTEGER NOT NULL,\n"
	"	acked_ms INTEGER NOT NULL,\n"
	"	acked_by TEXT NOT NULL\n"
	");\n"
	"CREATE INDEX matter_open ON matter (coalition, acked_ms, first_ms);\n"
	"CREATE INDEX matter_object ON matter (object);\n"
	"CREATE TABLE notify_person (account INTEGER NOT NULL PRIMARY KEY REFERENCES account (row), mail TEXT NOT NULL);\n"
	"CREATE TABLE notify_rule (\n"
	"	account INTEGER NOT NULL REFERENCES account (row),\n"
	"	area TEXT NOT NULL,\n"
	"	browser INTEGER NOT NULL,\n"
	"	play INTEGER NOT NULL,\n"
	"	mail_min INTEGER NOT NULL,\n"
	"	deputy INTEGER NOT NULL,\n"
	"	deputy_min INTEGER NOT NULL,\n"
	"	PRIMARY KEY (account, area)\n"
	") CLUSTERED;\n"
	"CREATE TABLE mail_out (\n"
	"	row ROWKEY,\n"
	"	matter TEXT NOT NULL,\n"
	"	account INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n"
	"	deputy INTEGER NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	tries INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	next_ms INTEGER NOT NULL,\n"
	"	error TEXT NOT NULL,\n"
	"	UNIQUE (matter, account, n)\n"
	");\n"
	"CREATE INDEX mail_due ON mail_out (state, next_ms);\n"
	/* Up to where webhooks have been told (news_position). */
	"CREATE TABLE notify_state (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), position TEXT NOT NULL);\n";
/* How often something has been erased. */
const char notify_schema_2[] =
	"ALTER TABLE notify_state ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;\n";

/* ---- matters ---- */

static int matter_begin(struct db *db, const struct matter *m, struct slice label,
	struct slice object, bool again, struct why *why)
{
	struct stmt *s = db_stmt(db,
		again ? "INSERT INTO matter (id, coalition, area, mode, level, kind, label, words, place, object, first_ms, acked_ms, acked_by) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '') ON CONFLICT (id) DO UPDATE SET "
			"label = excluded.label, mode = excluded.mode, first_ms = CASE WHEN matter.acked_ms = 0 THEN matter.first_ms ELSE excluded.first_ms END, "
			"acked_ms = 0, acked_by = ''"
		      : "INSERT INTO matter (id, coalition, area, mode, level, kind, label, words, place, object, first_ms, acked_ms, acked_by) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '') ON CONFLICT (id) DO UPDATE SET "
			"level = excluded.level, label = excluded.label, words = excluded.words");
	db_bind_text(s, 1, slice_str(m->id));
	db_bind_i64(s, 2, m->coalition);
	db_bind_text(s, 3, slice_str(area_name(m->area)));
	db_bind_i64(s, 4, m->mode);
	db_bind_i64(s, 5, m->level);
	db_bind_text(s, 6, m->kind);
	db_bind_text(s, 7, label);
	db_bind_text(s, 8, m->words);
	db_bind_text(s, 9, m->place);
	db_bind_blob(s, 10, object);
	db_bind_i64(s, 11, m->first_ms);
	return db_run(s, why);
}

/* Needs whose rows are there and that are none any more. */
static int needs_over(struct db *db, int64_t coalition, const struct needs *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct stmt *s = db_stmt(db,
		"SELECT id FROM matter WHERE coalition = $1 AND kind <> 'record' ORDER BY id LIMIT 10000");
	struct slice *gone = arena_array(&arena, struct slice, 10000);
	size_t n_gone = 0;
	int rc;
	db_bind_i64(s, 1, coalition);
	while ((rc = db_step(s, why)) == DB_ROW) {
		bool still = false;
		for (size_t i = 0; !still && i < n->n; i++)
			still = slice_is(db_text(s, 0), n->need[i].id);
		if (!still)
			gone[n_gone++] = arena_copy(&arena, db_text(s, 0));
	}
	db_reset(s);
	for (size_t i = 0; rc >= 0 && i < n_gone; i++) {
		s = db_stmt(db, "DELETE FROM matter WHERE id = $1");
		db_bind_text(s, 1, gone[i]);
		rc = db_run(s, why);
	}
	return rc < 0 ? rc : 0;
}

int matter_needs(
	struct db *db, int64_t coalition, const struct needs *n, int64_t now_ms, struct why *why)
{
	int rc = needs_over(db, coalition, n, why);
	for (size_t i = 0; rc == 0 && i < n->n; i++) {
		const struct need *need = &n->need[i];
		struct matter m = {.coalition = coalition,
			.area = need->area,
			.mode = need->mode,
			.level = need->level,
			.kind = slice_str(need->text),
			.words = need->mixed ? SLICE("") : slice_str(need->words),
			.place = slice_str(need->place),
			.first_ms = now_ms};
		memcpy(m.id, need->id, sizeof(m.id));
		rc = matter_begin(
			db, &m, need->label.p ? need->label : SLICE(""), SLICE(""), false, why);
	}
	return rc;
}

static void object_bytes(const struct object_id *o, uint8_t ret[32])
{
	memcpy(ret, o->owner.b, 16);
	memcpy(ret + 16, o->name.b, 16);
}

int matter_record(struct db *db, int64_t coalition, enum area area, enum mode mode,
	const struct object_id *object, struct slice label, const char *place, int64_t now_ms,
	struct why *why)
{
	uint8_t bytes[32];
	struct matter m = {.coalition = coalition,
		.area = area,
		.mode = mode,
		.level = NEED_LOOK,
		.kind = SLICE("record"),
		.words = SLICE(""),
		.place = slice_str(place),
		.first_ms = now_ms};
	object_bytes(object, bytes);
	const struct slice pieces[] = {SLICE("entente-record-matter/1\n"), slice_of(bytes, 32)};
	struct hash h = hash_of(pieces, 2);
	hex_encode(h.b, NEED_ID / 2, m.id);
	return matter_begin(db, &m, label, slice_of(bytes, 32), true, why);
}

int matter_gone(struct db *db, const struct object_id *object, struct why *why)
{
	uint8_t bytes[32];
	struct stmt *s = db_stmt(db, "DELETE FROM matter WHERE object = $1");
	object_bytes(object, bytes);
	db_bind_blob(s, 1, slice_of(bytes, 32));
	return db_run(s, why);
}

int matter_hush(struct db *db, struct why *why)
{
	int rc = db_run(
		db_stmt(db, "UPDATE matter SET words = '' WHERE kind <> 'record' AND words <> ''"),
		why);

	return rc < 0 ? rc
		      : db_run(db_stmt(db,
				       "INSERT INTO notify_state (one, position, erased) VALUES (1, '', 1) "
				       "ON CONFLICT (one) DO UPDATE SET erased = notify_state.erased + 1"),
				why);
}

int matter_hushed(struct db *db, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT erased FROM notify_state WHERE one = 1");
	int rc = db_step(s, why);

	*ret = rc == DB_ROW ? db_i64(s, 0) : 0;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int matter_sweep(struct db *db, int64_t before_ms, struct why *why)
{
	struct stmt *s = db_stmt(db, "DELETE FROM matter WHERE kind = 'record' AND first_ms < $1");
	db_bind_i64(s, 1, before_ms);
	int rc = db_run(s, why);
	if (rc < 0)
		return rc;
	s = db_stmt(db, "DELETE FROM mail_out WHERE made_ms < $1 AND state = 1");
	db_bind_i64(s, 1, before_ms);
	return db_run(s, why);
}

/* Bytes of the columns that matter_read takes, in order. */
#define MATTER_COLUMNS                                                                             \
	"m.id, m.coalition, m.area, m.mode, m.level, m.kind, m.words, m.place, m.object, m.first_ms, m.acked_ms, m.acked_by, m.label"

static void matter_read(struct stmt *s, struct arena *arena, struct matter *ret)
{
	*ret = (struct matter){.coalition = db_i64(s, 1),
		.mode = (enum mode)db_i64(s, 3),
		.level = (enum need_level)db_i64(s, 4),
		.kind = arena_copy(arena, db_text(s, 5)),
		.words = arena_copy(arena, db_text(s, 6)),
		.place = arena_copy(arena, db_text(s, 7)),
		.has_object = db_blob(s, 8).n == 32,
		.first_ms = db_i64(s, 9),
		.acked_ms = db_i64(s, 10),
		.acked_by = arena_copy(arena, db_text(s, 11)),
		.label = arena_copy(arena, db_text(s, 12))};
	MUST(db_text(s, 0).n == NEED_ID && area_parse(db_text(s, 2), &ret->area) == 0);
	memcpy(ret->id, db_text(s, 0).p, NEED_ID);
	if (ret->has_object) {
		memcpy(ret->object.owner.b, db_blob(s, 8).p, 16);
		memcpy(ret->object.name.b, db_blob(s, 8).p + 16, 16);
	}
}

/* ' pact records ': areas that these roles may read; for LIKE. */
static struct slice areas_of(const struct roles *roles, enum area only, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	buf_byte(&b, ' ');
	for (int a = 0; a < AREAS; a++)
		if (roles->of[a] >= ROLE_READER && (only == AREAS || only == (enum area)a))
			buf_addf(&b, "%s ", area_name((enum area)a));
	return arena_copy(arena, buf_slice(&b));
}

/* Parameters 2 to 14 are the reader's classes, 15 the areas. */
#define MATTER_FOR                                                                                 \
	"$15 LIKE '% ' || m.area || ' %' AND (m.label = '' OR " RELEASE_CLASSES_SQL("m.label",     \
		"$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13",        \
		"$14") ")"

#define MATTER_ASKED                                                                               \
	" FROM matter m WHERE m.coalition = $1 AND " MATTER_FOR                                    \
	" AND ($16 = 0 OR m.acked_ms = 0) AND ($17 = 0 OR m.first_ms <= $17) "                     \
	"AND ($18 = 0 OR $18 = CASE WHEN length(m.object) = 0 THEN 1 ELSE 2 END) "

static void query_bind(struct stmt *s, const struct world *w, const struct reader *who,
	const struct roles *roles, const struct matter_query *q, struct arena *arena)
{
	db_bind_i64(s, 1, w->coalition.row);
	release_classes_bind(s, 2, who, w->standing.charter, arena);
	db_bind_text(s, 15, areas_of(roles, q->area, arena));
	db_bind_i64(s, 16, q->unacked);
	db_bind_i64(s, 17, q->before_ms);
	db_bind_i64(s, 18, q->what);
}

int matter_list(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, const struct matter_query *q, struct arena *arena,
	struct matter **ret, size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, q->newest ? "SELECT " MATTER_COLUMNS MATTER_ASKED
						 "ORDER BY m.first_ms DESC, m.id LIMIT $19"
					       : "SELECT " MATTER_COLUMNS MATTER_ASKED
						 "ORDER BY m.first_ms, m.id LIMIT $19");
	struct matter *out = arena_array(arena, struct matter, q->limit);
	size_t n = 0;
	int rc;

	query_bind(s, w, who, roles, q, arena);
	db_bind_i64(s, 19, (int64_t)q->limit);
	while ((rc = db_step(s, why)) == DB_ROW && n < q->limit) {
		matter_read(s, arena, &out[n]);
		out[n++].coalition_id = w->coalition.id;
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}

int matter_count(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, const struct matter_query *q, struct arena *arena, uint64_t *ret,
	struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT count(*)" MATTER_ASKED);
	int rc;

	query_bind(s, w, who, roles, q, arena);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = (uint64_t)db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int matter_seen(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, struct slice id, bool *ret_acked, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct stmt *s =
		db_stmt(db, "SELECT m.acked_ms FROM matter m WHERE m.coalition = $1 AND " MATTER_FOR
			    " AND m.id = $16");
	db_bind_i64(s, 1, w->coalition.row);
	release_classes_bind(s, 2, who, w->standing.charter, &arena);
	db_bind_text(s, 15, areas_of(roles, AREAS, &arena));
	db_bind_text(s, 16, id);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret_acked = db_i64(s, 0) != 0;
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(
			why, E_MISSING, "", "there is nothing of that name to be acknowledged");
	return rc < 0 ? rc : 0;
}

int matter_ack(struct db *db, const struct world *w, const struct reader *who,
	const struct roles *roles, struct slice id, struct slice by, int64_t now_ms,
	struct why *why)
{
	bool acked;
	int rc = matter_seen(db, w, who, roles, id, &acked, why);
	if (rc < 0 || acked)
		return rc;
	struct stmt *s = db_stmt(db,
		"UPDATE matter SET acked_ms = $2, acked_by = $3 WHERE id = $1 AND acked_ms = 0");
	db_bind_text(s, 1, id);
	db_bind_i64(s, 2, now_ms);
	db_bind_text(s, 3, by);
	return db_run(s, why);
}

int matter_get(
	struct db *db, const char *id, struct arena *arena, struct matter *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT " MATTER_COLUMNS
		", c.coalition FROM matter m JOIN coalition c ON c.id = m.coalition WHERE m.id = $1");
	db_bind_text(s, 1, slice_str(id));
	int rc = db_step(s, why);
	if (rc == DB_ROW) {
		matter_read(s, arena, ret);
		MUST(db_blob(s, 13).n == 16);
		memcpy(ret->coalition_id.b, db_blob(s, 13).p, 16);
	}
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "the matter is over");
	return rc < 0 ? rc : 0;
}

int notify_position(struct db *db, struct arena *arena, struct slice *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT position FROM notify_state WHERE one = 1");
	int rc = db_step(s, why);
	*ret = rc == DB_ROW ? arena_copy(arena, db_text(s, 0)) : SLICE("");
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int notify_position_set(struct db *db, struct slice position, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO notify_state (one, position) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET position = excluded.position");
	db_bind_text(s, 1, position);
	return db_run(s, why);
}

/* ---- mails ---- */

int mail_want(struct db *db, const struct mail_out *m, int64_t now_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"INSERT INTO mail_out (matter, account, n, deputy, state, tries, made_ms, next_ms, error) "
		"VALUES ($1, $2, $3, $4, 0, 0, $5, $5, '') ON CONFLICT (matter, account, n) DO NOTHING");
	db_bind_text(s, 1, slice_str(m->matter));
	db_bind_i64(s, 2, m->account);
	db_bind_i64(s, 3, m->n);
	db_bind_i64(s, 4, m->deputy);
	db_bind_i64(s, 5, now_ms);
	return db_run(s, why);
}

int mail_count(struct db *db, const char *matter, int64_t account, int64_t *ret_n,
	int64_t *ret_last_ms, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT count(*), coalesce(max(made_ms), 0) FROM mail_out WHERE matter = $1 AND account = $2");
	db_bind_text(s, 1, slice_str(matter));
	db_bind_i64(s, 2, account);
	int rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret_n = db_i64(s, 0);
		*ret_last_ms = db_i64(s, 1);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int mail_next(struct db *db, int64_t now_ms, struct mail_out *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT o.row, o.matter, o.account, o.n, o.deputy, o.tries, o.made_ms "
			    "FROM mail_out o LEFT JOIN matter m ON m.id = o.matter "
			    "WHERE o.state = 0 AND o.next_ms <= $1 "
			    "ORDER BY coalesce(m.level, 0) DESC, o.next_ms, o.row LIMIT 1");
	db_bind_i64(s, 1, now_ms);
	int rc = db_step(s, why);
	if (rc == DB_ROW) {
		*ret = (struct mail_out){.row = db_i64(s, 0),
			.account = db_i64(s, 2),
			.n = db_i64(s, 3),
			.deputy = db_i64(s, 4) != 0,
			.tries = db_i64(s, 5),
			.made_ms = db_i64(s, 6)};
		snprintf(ret->matter, sizeof(ret->matter), "%.*s", SLICE_FMT(db_text(s, 1)));
	}
	db_reset(s);
	return rc == DB_DONE ? why_set(why, E_MISSING, "", "no mail is due") : rc < 0 ? rc : 0;
}

int mail_take(struct db *db, int64_t now_ms, int64_t lease_ms, struct arena *arena,
	struct mail_out *ret, struct why *why)
{
	(void)arena;
	int rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = mail_next(db, now_ms, ret, why);
	if (rc == 0) {
		struct stmt *s = db_stmt(
			db, "UPDATE mail_out SET tries = tries + 1, next_ms = $2 WHERE row = $1");
		db_bind_i64(s, 1, ret->row);
		db_bind_i64(s, 2, now_ms + lease_ms);
		rc = db_run(s, why);
	}
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	ret->tries++;
	return db_commit(db, why);
}

int mail_done(struct db *db, int64_t row, enum out_state state, int64_t next_ms, const char *error,
	struct why *why)
{
	int rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(
		db, "UPDATE mail_out SET state = $2, next_ms = $3, error = $4 WHERE row = $1");
	db_bind_i64(s, 1, row);
	db_bind_i64(s, 2, state);
	db_bind_i64(s, 3, next_ms);
	db_bind_text(s, 4, slice_str(error));
	rc = db_run(s, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, why);
}
