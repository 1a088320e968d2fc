#include "db/engine.h"

#include "base/utf8.h"

static void db_check(const struct db *db)
{
	MUST(db && db->magic == DB_MAGIC);
}

static void stmt_check(const struct stmt *s)
{
	MUST(s && s->magic == STMT_MAGIC);
}

/* ---- the handle ---- */

int db_open(struct db **ret, const char *url, struct why *why)
{
	const struct db_engine *engine;
	struct slice s = slice_str(url);
	if (slice_starts(s, "sqlite:"))
		engine = &engine_sqlite;
	else if (slice_starts(s, "postgres://") || slice_starts(s, "postgresql://"))
		engine = &engine_pg;
	else
		return why_set(why, E_USAGE, "", "store must be sqlite:PATH or postgres://…");
	struct db *db = mem_new(struct db);
	db->magic = DB_MAGIC;
	db->engine = engine;
	int rc = engine->open(db, url, why);
	if (rc < 0) {
		db_close(&db);
		return rc;
	}
	*ret = db;
	return 0;
}

void db_close(struct db **dbp)
{
	struct db *db = *dbp;
	if (!db)
		return;
	db_check(db);
	*dbp = NULL;
	db_rollback(db);
	for (size_t i = 0; i < db->slots_cap; i++)
		stmt_free(&db->slots[i]);
	mem_free(db->slots);
	size_t at = 0;
	struct slice key;
	void *value;
	while (map_each(&db->built, &at, &key, &value)) {
		struct stmt *s = value;
		stmt_free(&s);
	}
	map_free(&db->built);
	db->engine->close(db);
	db->magic = 0;
	mem_free(db);
}

bool db_is_postgres(const struct db *db)
{
	db_check(db);
	return db->engine == &engine_pg;
}

/* ---- transactions ---- */

/*
 * A statement that is still being read would keep a snapshot open behind the transaction on SQLite,
 * or bring an old one into it. So the start and the end of a transaction cut off every reading.
 */
static void db_end_readings(struct db *db)
{
	for (size_t i = 0; i < db->slots_cap; i++) {
		struct stmt *s = db->slots[i];
		if (!s || s->state != STMT_ROW)
			continue;
		db->engine->reset(s);
		s->state = STMT_ENDED;
	}
}

static int db_begin_as(struct db *db, enum db_txn txn, struct why *why)
{
	db_check(db);
	MUST(db->txn == TXN_NONE);
	db_end_readings(db);
	int rc = db->engine->begin(db, txn == TXN_WRITE, why);
	if (rc < 0)
		return rc;
	db->txn = txn;
	db->failed = false;
	return 0;
}

int db_begin(struct db *db, struct why *why)
{
	return db_begin_as(db, TXN_WRITE, why);
}

int db_begin_read(struct db *db, struct why *why)
{
	return db_begin_as(db, TXN_READ, why);
}

int db_commit(struct db *db, struct why *why)
{
	db_check(db);
	MUST(db->txn != TXN_NONE);
	if (db->failed) {
		db_rollback(db);
		return why_set(why, E_STATE, "",
			"a statement of this transaction has failed; it was rolled back");
	}
	db_end_readings(db);
	int rc = db->engine->commit(db, why);
	db->txn = TXN_NONE;
	return rc;
}

void db_rollback(struct db *db)
{
	db_check(db);
	if (db->txn == TXN_NONE)
		return;
	db_end_readings(db);
	db->engine->rollback(db);
	db->txn = TXN_NONE;
	db->failed = false;
}

bool db_in_transaction(const struct db *db)
{
	db_check(db);
	return db->txn != TXN_NONE;
}

bool db_in_write(const struct db *db)
{
	db_check(db);
	return db->txn == TXN_WRITE;
}

/* PostgreSQL refuses everything after an error until rollback; SQLite would go on. Here both
 * refuse. */
static int db_usable(const struct db *db, struct why *why)
{
	if (db->txn != TXN_NONE && db->failed)
		return why_set(
			why, E_STATE, "", "the transaction has failed and must be rolled back");
	return 0;
}

static int db_judge(struct db *db, int rc)
{
	if (rc < 0)
		db->failed = true;
	return rc;
}

/* ---- statements and their cache ---- */

/* The highest $n outside of strings, quoted names and comments. */
static size_t sql_params(const char *sql)
{
	size_t max = 0;
	for (const char *p = sql; *p; p++) {
		if (*p == '\'' || *p == '"') {
			const char *end = strchr(p + 1, *p);
			MUST(end);
			p = end;
		} else if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
			if (!*p)
				break;
		} else if (p[0] == '$' && p[1] >= '1' && p[1] <= '9') {
			size_t n = 0;
			while (p[1] >= '0' && p[1] <= '9' && n < 100000)
				n = n * 10 + (size_t)(*++p - '0');
			max = n > max ? n : max;
		}
	}
	return max;
}

struct stmt *stmt_once(struct db *db, const char *sql)
{
	struct stmt *s = mem_new(struct stmt);
	s->magic = STMT_MAGIC;
	s->db = db;
	s->key = sql;
	s->sql = mem_string(sql, strlen(sql));
	s->once = true;
	s->params_n = sql_params(sql);
	MUST(s->params_n <= LIMIT_SQL_PARAMS);
	s->params = mem_zero_alloc(s->params_n + 1, sizeof(*s->params));
	return s;
}

void stmt_free(struct stmt **sp)
{
	struct stmt *s = *sp;
	if (!s)
		return;
	stmt_check(s);
	*sp = NULL;
	s->db->engine->finish(s);
	mem_free(s->params);
	mem_free(s->sql);
	s->magic = 0;
	mem_free(s);
}

void stmt_bug(const struct stmt *s, const char *text)
{
	report(REPORT_ERROR, "SQL: %s: %s", text, s->sql);
	abort();
}

static size_t slot_of(const struct stmt *const *slots, size_t cap, const char *key)
{
	/* Fibonacci hashing: literals lie close together, their addresses differ in the low bits.
	 */
	size_t at = (size_t)(((uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15ULL) >> 32) & (cap - 1);
	while (slots[at] && slots[at]->key != key)
		at = (at + 1) & (cap - 1);
	return at;
}

static void slots_grow(struct db *db)
{
	size_t cap = db->slots_cap ? db->slots_cap * 2 : 64;
	struct stmt **slots = mem_zero_alloc(cap, sizeof(struct stmt *));
	for (size_t i = 0; i < db->slots_cap; i++)
		if (db->slots[i])
			slots[slot_of((const struct stmt *const *)slots, cap, db->slots[i]->key)] =
				db->slots[i];
	mem_free(db->slots);
	db->slots = slots;
	db->slots_cap = cap;
}

struct stmt *db_stmt(struct db *db, const char *sql)
{
	db_check(db);
	if (db->slots_n * 2 >= db->slots_cap)
		slots_grow(db);
	size_t at = slot_of((const struct stmt *const *)db->slots, db->slots_cap, sql);
	struct stmt *s = db->slots[at];
	if (!s) {
		s = db->slots[at] = stmt_once(db, sql);
		s->once = false;
		db->slots_n++;
		return s;
	}
	/* Text that is not a literal would come back here with other words at the same address. */
	if (strcmp(s->sql, sql) != 0)
		stmt_bug(s, "the text of a cached statement has changed");
	db_reset(s);
	return s;
}

struct stmt *stmt_built(struct db *db, const char *sql)
{
	struct stmt *s = map_get(&db->built, slice_str(sql));
	if (!s) {
		s = stmt_once(db, sql);
		s->once = false;
		map_put(&db->built, slice_str(sql), s);
	}
	db_reset(s);
	return s;
}

/* ---- parameters ---- */

static struct cell *param(struct stmt *s, int at)
{
	stmt_check(s);
	MUST(s->state == STMT_FRESH);
	MUST(at >= 1 && (size_t)at <= s->params_n);
	return &s->params[at - 1];
}

/* Both engines see the same texts: what PostgreSQL would refuse is refused on SQLite too. */
static bool text_ok(struct slice v)
{
	return !v.n || (!memchr(v.p, 0, v.n) && utf8_bad_at(v) < 0);
}

void db_bind_i64(struct stmt *s, int at, int64_t v)
{
	*param(s, at) = (struct cell){.kind = CELL_I64, .i = v};
}

void db_bind_text(struct stmt *s, int at, struct slice v)
{
	*param(s, at) = (struct cell){.kind = CELL_TEXT, .s = v};
	s->bad_text |= !text_ok(v);
}

void db_bind_blob(struct stmt *s, int at, struct slice v)
{
	*param(s, at) = (struct cell){.kind = CELL_BLOB, .s = v};
}

void db_bind_null(struct stmt *s, int at)
{
	*param(s, at) = (struct cell){.kind = CELL_NULL};
}

/* ---- running ---- */

static int bad_text(struct why *why)
{
	return why_set(why, E_INVALID, "", "text for the database is not UTF-8 or has a NUL in it");
}

int db_step(struct stmt *s, struct why *why)
{
	stmt_check(s);
	if (s->state == STMT_DONE)
		return DB_DONE;
	MUST(s->state != STMT_ENDED);
	int rc = db_usable(s->db, why);
	if (rc == 0)
		rc = s->bad_text ? bad_text(why) : s->db->engine->step(s, why);
	s->state = rc < 0 ? STMT_ENDED : rc == DB_ROW ? STMT_ROW : STMT_DONE;
	return db_judge(s->db, rc);
}

int db_run(struct stmt *s, struct why *why)
{
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		stmt_bug(s, "db_run() of a statement that yields rows");
	db_reset(s);
	return rc;
}

void db_reset(struct stmt *s)
{
	stmt_check(s);
	if (s->state != STMT_FRESH)
		s->db->engine->reset(s);
	s->state = STMT_FRESH;
	s->bad_text = false;
	for (size_t i = 0; i < s->params_n; i++)
		s->params[i] = (struct cell){.kind = CELL_NULL};
}

int64_t db_changes(struct db *db)
{
	db_check(db);
	return db->changes;
}

/* ---- columns ---- */

static struct cell column(struct stmt *s, int col)
{
	stmt_check(s);
	MUST(s->state == STMT_ROW);
	MUST(col >= 0 && col < s->cols);
	struct cell c = {.kind = CELL_NULL};
	s->db->engine->column(s, col, &c);
	return c;
}

int64_t db_i64(struct stmt *s, int col)
{
	struct cell c = column(s, col);
	if (c.kind != CELL_I64 && c.kind != CELL_NULL)
		stmt_bug(s, "db_i64() of a column that is not an integer");
	return c.i;
}

static struct slice column_bytes(struct stmt *s, int col)
{
	struct cell c = column(s, col);
	if (c.kind == CELL_I64)
		stmt_bug(s, "db_text() or db_blob() of a column that is an integer");
	return c.s;
}

struct slice db_text(struct stmt *s, int col)
{
	return column_bytes(s, col);
}

struct slice db_blob(struct stmt *s, int col)
{
	return column_bytes(s, col);
}

bool db_is_null(struct stmt *s, int col)
{
	return column(s, col).kind == CELL_NULL;
}

/* ---- the rest ---- */

int db_insert_many(struct db *db, const char *head, size_t cols, const char *tail,
	const struct cell *cells, size_t rows, struct why *why)
{
	db_check(db);
	MUST(db->txn == TXN_WRITE);
	MUST(cols >= 1 && cols <= LIMIT_SQL_PARAMS && rows <= SIZE_MAX / cols);
	int rc = db_usable(db, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows * cols; i++)
		if (cells[i].kind == CELL_TEXT && !text_ok(cells[i].s))
			return db_judge(db, bad_text(why));
	db->changes = 0;
	if (!rows)
		return 0;
	return db_judge(db, db->engine->insert_many(db, head, cols, tail, cells, rows, why));
}

int db_script(struct db *db, const char *sql, struct why *why)
{
	db_check(db);
	int rc = db_usable(db, why);
	return rc < 0 ? rc : db_judge(db, db->engine->script(db, sql, why));
}

int db_scrub(struct db *db, const char *const *tables, struct why *why)
{
	db_check(db);
	MUST(db->txn == TXN_NONE);
	db_end_readings(db);
	return db->engine->scrub(db, tables, why);
}

int db_version(struct db *db, int64_t *ret, struct why *why)
{
	db_check(db);
	int rc = db_usable(db, why);
	return rc < 0 ? rc : db_judge(db, db->engine->version(db, ret, why));
}
