/* The SQLite engine; the only file that knows sqlite3.h. */
#include "base/file.h"
#include "db/engine.h"
#include "db/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define BUSY_MS 10000
/*
 * A node has a handle for each thread, and most of them rest most of the time: what a transaction has read and written is given back
 * when it was more than this. The system's file cache still has it. (No mmap: each handle's pages would count once more.)
 */
#define CACHE_KEPT    (1 * MIB)
#define SCRUB_BUSY_MS 1000 /* a reader that outlasts this is told to the caller */

/* What begins and ends transactions: so often that reading the words each time would be a tenth of a small one. */
enum lite_word { WORD_READ, WORD_WRITE, WORD_COMMIT, WORD_ROLLBACK, WORDS };
static const char *const lite_words[WORDS] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"};

struct lite {
	sqlite3 *conn;
	sqlite3_stmt *word[WORDS]; /* owned; prepared when first needed */
	struct turn *turn;	   /* owned; NULL: in memory */
	bool has_turn;
};

struct lite_stmt {
	sqlite3_stmt *st;
	int cols;
	int bind_at[LIMIT_SQL_PARAMS]; /* $n → SQLite's index, which counts by first appearance; 0:
					  not in the text */
};

static struct lite *lite_of(const struct db *db)
{
	return db->own;
}

/* ---- failures ---- */

static int lite_code(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		return E_CONFLICT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT:
		return E_BUSY;
	case SQLITE_ERROR: /* overflow of sum(), malformed input of a function */
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		return E_INVALID;
	case SQLITE_TOOBIG:
		return E_LIMIT;
	default:
		return E_IO;
	}
}

static int lite_fail(sqlite3 *conn, int rc, struct why *why)
{
	return why_set(why, lite_code(rc), "database", "%s (%s)", sqlite3_errmsg(conn),
		sqlite3_errstr(rc));
}

static int lite_exec(sqlite3 *conn, const char *sql, struct why *why)
{
	int rc = sqlite3_exec(conn, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : lite_fail(conn, rc, why);
}

static int lite_word(struct lite *l, enum lite_word which, struct why *why)
{
	sqlite3_stmt **st = &l->word[which];
	int rc = *st ? SQLITE_OK
		     : sqlite3_prepare_v3(
			       l->conn, lite_words[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_step(*st);
		rc = sqlite3_reset(*st); /* says again what step said */
	}
	return rc == SQLITE_OK ? 0 : lite_fail(l->conn, rc, why);
}

/* ---- opening ---- */

static bool path_is_memory(const char *path)
{
	return strcmp(path, ":memory:") == 0 || strncmp(path, "file:", 5) == 0;
}

/* Makes the file ourselves, so that it is never readable by others, and its name survives a power
 * cut. */
static int lite_create(const char *path, struct why *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : why_set(why, E_IO, path, "%s", strerror(errno));
	int bad = fsync(fd) < 0 ? errno : 0;
	close(fd);
	if (bad)
		return why_set(why, E_IO, path, "%s", strerror(bad));
	const char *slash = strrchr(path, '/');
	if (!slash)
		return dir_sync(".", why);
	char *dir CLEANUP_FREE = mem_string(path, slash == path ? 1 : (size_t)(slash - path));
	return dir_sync(dir, why);
}

/* SQLite shares a memdb between handles only if its name starts with a slash. */
static char *lite_uri(const char *path)
{
	struct buf b = BUF(64 * KIB);
	bool shared = strncmp(path, "file:", 5) == 0 && path[5] != '/' && strstr(path, "vfs=memdb");
	buf_str(&b, shared ? "file:/" : "");
	buf_str(&b, shared ? path + 5 : path);
	MUST(!buf_over(&b));
	size_t n;
	return (char *)buf_take(&b, &n);
}

/* Two processes that make a new file WAL at once: the loser gets SQLITE_BUSY without its timeout
 * being asked. */
static int lite_wal(sqlite3 *conn, struct why *why)
{
	for (int waited_ms = 0;; waited_ms += 10) {
		int rc = lite_exec(conn, "PRAGMA journal_mode=WAL", why);
		if (rc != E_BUSY || waited_ms >= BUSY_MS)
			return rc;
		sqlite3_sleep(10);
	}
}

static int lite_setup(sqlite3 *conn, bool memory, struct why *why)
{
	sqlite3_extended_result_codes(conn, 1);
	sqlite3_busy_timeout(conn, BUSY_MS);
	sqlite3_db_config(conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* "x" is a column or an error, as on PostgreSQL, never a string. */
	sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	int rc = memory ? lite_exec(conn, "PRAGMA journal_mode=MEMORY", why) : lite_wal(conn, why);
	if (rc < 0)
		return rc;
	return lite_exec(conn,
		"PRAGMA synchronous=FULL;"
		"PRAGMA foreign_keys=ON;"
		"PRAGMA secure_delete=ON;"
		"PRAGMA trusted_schema=OFF;"
		"PRAGMA case_sensitive_like=ON;" /* as on PostgreSQL */
		"PRAGMA temp_store=MEMORY;"
		"PRAGMA cache_size=-8192;" /* KiB a handle, while a transaction lasts: CACHE_KEPT */
		"PRAGMA wal_autocheckpoint=4000;" /* pages: 16 MiB, so that a checkpoint's fsyncs
						     are shared by more commits */
		"PRAGMA journal_size_limit=67108864", /* a WAL that a long reader made grow shrinks
							 again */
		why);
}

static int lite_open(struct db *db, const char *url, struct why *why)
{
	const char *path = url + strlen("sqlite:");
	bool memory = path_is_memory(path);
	if (!*path)
		return why_set(why, E_USAGE, "", "sqlite: needs a path");
	struct lite *own = db->own = mem_new(struct lite);
	int rc = memory ? 0 : lite_create(path, why);
	if (rc < 0)
		return rc;
	char *name CLEANUP_FREE = lite_uri(path);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	if (memory)
		flags |= SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
	rc = sqlite3_open_v2(name, &own->conn, flags, NULL);
	if (rc == SQLITE_OK) {
		rc = lite_setup(own->conn, memory, why);
		return rc < 0 || memory ? rc : turn_find(path, &own->turn, why);
	}
	return own->conn ? lite_fail(own->conn, rc, why)
			 : why_set(why, E_IO, "database", "out of memory");
}

static void lite_close(struct db *db)
{
	struct lite *own = lite_of(db);
	if (!own)
		return;
	for (size_t i = 0; i < WORDS; i++)
		sqlite3_finalize(own->word[i]);
	/* BUSY would mean a statement that was not finished, which db.c does not leave behind. */
	MUST(sqlite3_close(own->conn) == SQLITE_OK);
	turn_drop(&own->turn);
	mem_free(own);
	db->own = NULL;
}

/* ---- transactions ---- */

static void lite_turn_give(struct lite *l)
{
	if (l->has_turn)
		turn_give(l->turn);
	l->has_turn = false;
}

/* The same patience as with other processes. */
static int lite_turn_take(struct lite *l, struct why *why)
{
	sqlite3_stmt *st;
	int64_t wait_ms = BUSY_MS;

	if (!l->turn)
		return 0;
	if (sqlite3_prepare_v2(l->conn, "PRAGMA busy_timeout", -1, &st, NULL) == SQLITE_OK) {
		if (sqlite3_step(st) == SQLITE_ROW)
			wait_ms = sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
	}
	if (turn_take(l->turn, wait_ms) < 0)
		return why_set(why, E_BUSY, "database", "others write, for longer than %lld ms",
			(long long)wait_ms);
	l->has_turn = true;
	return 0;
}

static int lite_begin(struct db *db, bool write, struct why *why)
{
	struct lite *l = lite_of(db);
	int rc;

	if (!write)
		return lite_word(l, WORD_READ, why);
	rc = lite_turn_take(l, why);
	if (rc < 0)
		return rc;
	rc = lite_word(l, WORD_WRITE, why);
	if (rc < 0)
		lite_turn_give(l);
	return rc;
}

static void lite_give_back(sqlite3 *conn)
{
	int used = 0, highest;

	if (sqlite3_db_status(conn, SQLITE_DBSTATUS_CACHE_USED, &used, &highest, 0) == SQLITE_OK &&
		used > (int)CACHE_KEPT)
		sqlite3_db_release_memory(conn);
}

static void lite_rollback(struct db *db)
{
	sqlite3 *conn = lite_of(db)->conn;
	/* After some errors (disk full, I/O) SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(conn))
		(void)!lite_word(lite_of(db), WORD_ROLLBACK, NULL);
	lite_turn_give(lite_of(db));
	lite_give_back(conn);
}

static int lite_commit(struct db *db, struct why *why)
{
	int rc = lite_word(lite_of(db), WORD_COMMIT, why);
	if (rc < 0) {
		lite_rollback(db);
	} else {
		lite_turn_give(lite_of(db));
		lite_give_back(lite_of(db)->conn);
	}
	return rc;
}

/* ---- statements ---- */

static int lite_prepare(struct stmt *s, struct why *why)
{
	sqlite3 *conn = lite_of(s->db)->conn;
	sqlite3_stmt *st;
	const char *rest;
	unsigned flags = s->once ? 0 : SQLITE_PREPARE_PERSISTENT;
	int rc = sqlite3_prepare_v3(conn, s->sql, -1, flags, &st, &rest);
	if (rc == SQLITE_ERROR)
		stmt_bug(s, sqlite3_errmsg(conn));
	if (rc != SQLITE_OK)
		return lite_fail(conn, rc, why);
	if (!st || rest[strspn(rest, " \t\n;")])
		stmt_bug(s, "not exactly one statement");
	struct lite_stmt *own = mem_new(struct lite_stmt);
	own->st = st;
	own->cols = sqlite3_column_count(st);
	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
		uint64_t n;
		struct slice name = slice_str(sqlite3_bind_parameter_name(st, i));
		if (!slice_take(&name, "$") || slice_u64(name, &n) < 0 || n < 1 || n > s->params_n)
			stmt_bug(s, "parameters are written $1, $2 …");
		own->bind_at[n - 1] = i;
	}
	s->own = own;
	return 0;
}

static int lite_bind_bytes(
	sqlite3_stmt *st, int at, const struct cell *c, sqlite3_destructor_type life)
{
	const void *p = c->s.p ? (const void *)c->s.p : "";
	if (c->kind == CELL_TEXT)
		return sqlite3_bind_text64(st, at, p, c->s.n, life, SQLITE_UTF8);
	return sqlite3_bind_blob64(st, at, p, c->s.n, life);
}

/*
 * The caller lends text and blob only for the first step. A statement without rows is finished by
 * then; for the others SQLite takes a copy.
 */
static int lite_bind(struct lite_stmt *own, const struct cell *cells, size_t n)
{
	sqlite3_destructor_type life = own->cols ? SQLITE_TRANSIENT : SQLITE_STATIC;
	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &cells[i];
		int at = own->bind_at[i], rc = SQLITE_OK;
		if (!at)
			continue;
		switch (c->kind) {
		case CELL_NULL:
			rc = sqlite3_bind_null(own->st, at);
			break;
		case CELL_I64:
			rc = sqlite3_bind_int64(own->st, at, c->i);
			break;
		case CELL_TEXT:
		case CELL_BLOB:
			rc = lite_bind_bytes(own->st, at, c, life);
			break;
		}
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static int lite_start(struct stmt *s, struct why *why)
{
	sqlite3 *conn = lite_of(s->db)->conn;
	int rc = s->own ? 0 : lite_prepare(s, why);
	if (rc < 0)
		return rc;
	struct lite_stmt *own = s->own;
	if (s->db->txn == TXN_READ && !sqlite3_stmt_readonly(own->st))
		return why_set(why, E_STATE, "", "a write in a read transaction");
	s->cols = own->cols;
	rc = lite_bind(own, s->params, s->params_n);
	return rc == SQLITE_OK ? 0 : lite_fail(conn, rc, why);
}

static int lite_step(struct stmt *s, struct why *why)
{
	sqlite3 *conn = lite_of(s->db)->conn;
	int rc = s->state == STMT_FRESH ? lite_start(s, why) : 0;
	if (rc < 0)
		return rc;
	struct lite_stmt *own = s->own;
	rc = sqlite3_step(own->st);
	if (rc == SQLITE_ROW)
		return DB_ROW;
	if (rc != SQLITE_DONE)
		return lite_fail(conn, rc, why);
	if (!sqlite3_stmt_readonly(own->st))
		s->db->changes = sqlite3_changes64(conn);
	/* A statement that has ended but not been reset would hold its locks. */
	sqlite3_reset(own->st);
	if (s->db->txn == TXN_NONE)
		lite_give_back(conn);
	return DB_DONE;
}

static void lite_reset(struct stmt *s)
{
	struct lite_stmt *own = s->own;
	if (!own || s->state == STMT_DONE)
		return;
	sqlite3_reset(own->st);
	if (s->db->txn == TXN_NONE)
		lite_give_back(lite_of(s->db)->conn);
}

static void lite_finish(struct stmt *s)
{
	struct lite_stmt *own = s->own;
	if (!own)
		return;
	sqlite3_finalize(own->st);
	mem_free(own);
	s->own = NULL;
}

static void lite_column(struct stmt *s, int col, struct cell *ret)
{
	sqlite3_stmt *st = ((struct lite_stmt *)s->own)->st;
	switch (sqlite3_column_type(st, col)) {
	case SQLITE_NULL:
		return;
	case SQLITE_INTEGER:
		*ret = (struct cell){.kind = CELL_I64, .i = sqlite3_column_int64(st, col)};
		return;
	case SQLITE_FLOAT:
		stmt_bug(s, "a column is a floating-point number: CAST it to BIGINT");
	case SQLITE_TEXT:
		ret->kind = CELL_TEXT;
		break;
	default:
		ret->kind = CELL_BLOB;
	}
	const void *p = sqlite3_column_blob(st, col);
	ret->s = slice_of(p ? p : "", (size_t)sqlite3_column_bytes(st, col));
}

/* ---- the rest ---- */

static int lite_insert_many(struct db *db, const char *head, size_t cols, const char *tail,
	const struct cell *cells, size_t rows, struct why *why)
{
	struct buf sql CLEANUP_BUF = BUF(64 * KIB);
	buf_addf(&sql, "%s VALUES (", head);
	for (size_t i = 1; i <= cols; i++)
		buf_addf(&sql, i == 1 ? "$%zu" : ", $%zu", i);
	buf_addf(&sql, ") %s", tail);
	MUST(!buf_over(&sql));
	struct stmt *s = stmt_built(db, buf_cstr(&sql));
	int rc = s->own ? 0 : lite_prepare(s, why);
	if (rc < 0)
		return rc;
	struct lite_stmt *own = s->own;
	if (own->cols)
		stmt_bug(s, "db_insert_many() yields no rows");
	sqlite3 *conn = lite_of(db)->conn;
	for (size_t i = 0; i < rows; i++) {
		rc = lite_bind(own, &cells[i * cols], cols);
		if (rc == SQLITE_OK)
			rc = sqlite3_step(own->st);
		if (rc != SQLITE_DONE)
			rc = lite_fail(conn, rc, why);
		else
			db->changes += sqlite3_changes64(conn);
		sqlite3_reset(own->st);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int lite_script(struct db *db, const char *sql, struct why *why)
{
	return lite_exec(lite_of(db)->conn, sql, why);
}

static int lite_scrub(struct db *db, const char *const *tables, struct why *why)
{
	(void)tables; /* secure_delete has cleared the pages of every table; only the WAL still has
			 copies */
	sqlite3 *conn = lite_of(db)->conn;
	sqlite3_busy_timeout(conn, SCRUB_BUSY_MS);
	int rc = sqlite3_wal_checkpoint_v2(conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(conn, BUSY_MS);
	return rc == SQLITE_OK ? 0 : lite_fail(conn, rc, why);
}

static int lite_version(struct db *db, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "PRAGMA data_version");
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

const struct db_engine engine_sqlite = {
	.open = lite_open,
	.close = lite_close,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.step = lite_step,
	.reset = lite_reset,
	.finish = lite_finish,
	.column = lite_column,
	.insert_many = lite_insert_many,
	.script = lite_script,
	.scrub = lite_scrub,
	.version = lite_version,
};
