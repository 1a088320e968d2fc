/*
 * The PostgreSQL engine; the only file that knows libpq.
 *
 * Everything travels in binary: parameters with the type that they were bound with (so that `$1 +
 * 1` is never guessed to be a 32-bit number), results as int8, text or bytea. A statement is
 * prepared on its first run, when the types are known, and again if a parameter that had been NULL
 * so far turns up with a type. The rows of a query are fetched whole, because with libpq's
 * row-by-row mode no second statement could run meanwhile.
 */
#include "db/engine.h"

#include <endian.h>
#include <libpq-fe.h>

/* Rows and bytes of one batch insert: past this a larger one gains nothing, and costs memory twice.
 */
#define BATCH_ROWS  10000
#define BATCH_BYTES (4 * MIB)

enum { /* pg_type.dat; these never change */
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_CHAR = 18,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_OID = 26,
	OID_VARCHAR = 1043,
	OID_BYTEA_ARRAY = 1001,
	OID_TEXT_ARRAY = 1009,
	OID_INT8_ARRAY = 1016,
};

struct pg {
	PGconn *conn;
	bool ready;	/* pg_setup() has ended well on this connection */
	int64_t lock;	/* advisory lock of the schema's writer */
	unsigned named; /* statements that have been given a name */
	unsigned
		connection; /* counts connections; statements prepared on an earlier one are gone */
};

struct pg_stmt {
	char name[16];		     /* "" for a statement that runs once */
	unsigned prepared;	     /* the connection that knows it; 0: none */
	Oid types[LIMIT_SQL_PARAMS]; /* as prepared; 0: was NULL, the server has guessed */
	PGresult *res;		     /* owned; all rows of the present run */
	int row;
};

static struct pg *pg_of(const struct db *db)
{
	return db->own;
}

static void result_free(PGresult **res)
{
	PQclear(*res);
}
#define CLEANUP_RESULT __attribute__((cleanup(result_free)))

/* ---- failures ---- */

static bool state_is(const char *state, const char *prefix)
{
	return strncmp(state, prefix, strlen(prefix)) == 0;
}

/* SQLSTATE → E_*; PostgreSQL's appendix A. */
static int pg_code(const char *state)
{
	static const struct {
		const char *prefix;
		int code;
	} codes[] = {
		{"23", E_CONFLICT},    /* integrity constraint */
		{"21000", E_CONFLICT}, /* ON CONFLICT DO UPDATE met a row twice */
		{"22", E_INVALID},     /* data exception */
		{"42501", E_IO},    /* the role may not: the installation's fault, not the SQL's */
		{"42", E_INVALID},  /* syntax, unknown names */
		{"40", E_BUSY},	    /* serialisation, deadlock */
		{"55P03", E_BUSY},  /* lock_timeout */
		{"57014", E_BUSY},  /* cancelled */
		{"54", E_LIMIT},    /* program limit */
		{"25006", E_STATE}, /* read-only transaction */
		{"25P02", E_STATE}, /* failed transaction */
	};
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (state_is(state, codes[i].prefix))
			return codes[i].code;
	return E_IO;
}

static const char *pg_state(const PGresult *res)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	return state ? state : "";
}

static int pg_fail(const struct db *db, const PGresult *res, struct why *why)
{
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *state = pg_state(res);
	struct slice text =
		slice_trim(slice_str(primary ? primary : PQerrorMessage(pg_of(db)->conn)));
	return why_set(why, pg_code(state), "database", "%.*s (%s)", SLICE_FMT(text),
		*state ? state : "connection");
}

/* A command, or several, whose rows nobody wants. */
static int pg_exec(const struct db *db, const char *sql, struct why *why)
{
	PGresult *res CLEANUP_RESULT = PQexec(pg_of(db)->conn, sql);
	switch ((int)PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return 0;
	default:
		return pg_fail(db, res, why);
	}
}

/* ---- connecting ---- */

static void notice_drop(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

static int pg_setup(struct db *db, struct why *why)
{
	struct pg *own = pg_of(db);
	PQsetNoticeProcessor(own->conn, notice_drop, NULL);
	own->connection++;
	own->ready = false;
	/* A site may ask for more than `on` (remote_apply), never for less. */
	int rc = pg_exec(db,
		"SET standard_conforming_strings = on; SET lock_timeout = '10s'; SET jit = off; "
		"SELECT set_config('synchronous_commit', 'on', false) "
		"WHERE current_setting('synchronous_commit') = 'off'",
		why);
	if (rc < 0)
		return rc;
	PGresult *res CLEANUP_RESULT = PQexec(own->conn,
		"SELECT hashtextextended('entente ' || current_schema(), 0), current_setting('server_encoding')");
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		return pg_fail(db, res, why);
	if (PQgetisnull(res, 0, 0))
		return why_set(why, E_IO, "database", "no schema of the search_path exists");
	if (strcmp(PQgetvalue(res, 0, 1), "UTF8") != 0)
		return why_set(why, E_IO, "database", "the database's encoding is %s, not UTF8",
			PQgetvalue(res, 0, 1));
	MUST(slice_i64(slice_str(PQgetvalue(res, 0, 0)), &own->lock) == 0);
	own->ready = true;
	return 0;
}

static int pg_open(struct db *db, const char *url, struct why *why)
{
	struct pg *own = db->own = mem_new(struct pg);
	/* What stands before `dbname` is a default that the URL may override. */
	const char *keys[] = {
		"connect_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
	const char *values[] = {"10", "entente", url, "UTF8", NULL};
	own->conn = PQconnectdbParams(keys, values, 1);
	MUST(own->conn);
	if (PQstatus(own->conn) != CONNECTION_OK)
		return pg_fail(db, NULL, why);
	return pg_setup(db, why);
}

static void pg_close(struct db *db)
{
	struct pg *own = pg_of(db);
	if (!own)
		return;
	PQfinish(own->conn);
	mem_free(own);
	db->own = NULL;
}

/* Between transactions a lost connection, or one that was not set up to its end, is made anew, once. */
static int pg_connected(struct db *db, struct why *why)
{
	struct pg *own = pg_of(db);
	if (own->ready && PQstatus(own->conn) == CONNECTION_OK)
		return 0;
	own->ready = false;
	PQreset(own->conn);
	return PQstatus(own->conn) == CONNECTION_OK ? pg_setup(db, why) : pg_fail(db, NULL, why);
}

/* ---- transactions ---- */

static void pg_rollback(struct db *db)
{
	if (PQtransactionStatus(pg_of(db)->conn) != PQTRANS_IDLE)
		PQclear(PQexec(pg_of(db)->conn, "ROLLBACK"));
}

/* The lock is asked for by a statement of its own, so that the first real one sees what the last
 * writer committed. */
static int pg_begin(struct db *db, bool write, struct why *why)
{
	int rc = pg_connected(db, why);
	if (rc < 0)
		return rc;
	char sql[96] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
	if (write)
		snprintf(sql, sizeof(sql), "BEGIN; SELECT pg_advisory_xact_lock(%lld)",
			(long long)pg_of(db)->lock);
	rc = pg_exec(db, sql, why);
	if (rc < 0)
		pg_rollback(db);
	return rc;
}

static int pg_commit(struct db *db, struct why *why)
{
	PGresult *res CLEANUP_RESULT = PQexec(pg_of(db)->conn, "COMMIT");
	/* COMMIT of a failed transaction succeeds, as a ROLLBACK. */
	if (PQresultStatus(res) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(res), "COMMIT") == 0)
		return 0;
	int rc = PQresultStatus(res) == PGRES_COMMAND_OK
			 ? why_set(why, E_STATE, "database",
				   "the server has rolled the transaction back")
			 : pg_fail(db, res, why);
	pg_rollback(db);
	return rc;
}

/* ---- running statements ---- */

struct pg_params {
	Oid types[LIMIT_SQL_PARAMS];
	const char *values[LIMIT_SQL_PARAMS];
	int lengths[LIMIT_SQL_PARAMS];
	int formats[LIMIT_SQL_PARAMS]; /* all binary */
	uint64_t numbers[LIMIT_SQL_PARAMS];
};

static int params_fill(struct pg_params *ret, const struct stmt *s, struct why *why)
{
	for (size_t i = 0; i < s->params_n; i++) {
		const struct cell *c = &s->params[i];
		if (c->s.n > INT32_MAX / 2)
			return why_set(why, E_LIMIT, "database", "a value is longer than 1 GiB");
		ret->formats[i] = 1;
		ret->values[i] = c->s.p ? (const char *)c->s.p : "";
		ret->lengths[i] = (int)c->s.n;
		ret->types[i] = c->kind == CELL_TEXT ? OID_TEXT : OID_BYTEA;
		if (c->kind == CELL_I64) {
			ret->numbers[i] = htobe64((uint64_t)c->i);
			ret->values[i] = (const char *)&ret->numbers[i];
			ret->lengths[i] = sizeof(ret->numbers[i]);
			ret->types[i] = OID_INT8;
		} else if (c->kind == CELL_NULL) {
			ret->values[i] = NULL;
			ret->types[i] = 0;
		}
	}
	return 0;
}

static bool params_fit(const struct pg_stmt *own, const Oid *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (types[i] && types[i] != own->types[i])
			return false;
	return true;
}

/* Prepares under a new name; `types` that are 0 keep what they were before. */
static int pg_prepare(struct stmt *s, const Oid *types, struct why *why)
{
	struct pg *pg = pg_of(s->db);
	struct pg_stmt *own = s->own;
	if (own->prepared == pg->connection && own->name[0]) {
		char sql[64];
		snprintf(sql, sizeof(sql), "DEALLOCATE %s", own->name);
		int rc = pg_exec(s->db, sql, why);
		if (rc < 0)
			return rc;
	}
	own->prepared = 0;
	for (size_t i = 0; i < s->params_n; i++)
		own->types[i] = types[i] ? types[i] : own->types[i];
	if (!s->once)
		snprintf(own->name, sizeof(own->name), "s%u", ++pg->named);
	PGresult *res CLEANUP_RESULT =
		PQprepare(pg->conn, own->name, s->sql, (int)s->params_n, own->types);
	if (PQresultStatus(res) != PGRES_COMMAND_OK) {
		const char *state = pg_state(res);
		if (state_is(state, "42") && !state_is(state, "42501"))
			stmt_bug(s, PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
		return pg_fail(s->db, res, why);
	}
	own->prepared = pg->connection;
	return 0;
}

static void changes_note(struct db *db, PGresult *res, bool add)
{
	const char *tag = PQcmdStatus(res);
	if (!state_is(tag, "INSERT") && !state_is(tag, "UPDATE") && !state_is(tag, "DELETE"))
		return;
	uint64_t n;
	MUST(slice_u64(slice_str(PQcmdTuples(res)), &n) == 0);
	db->changes = (add ? db->changes : 0) + (int64_t)n;
}

/* Runs `s` with `params`; s->own->res holds the rows. */
static int pg_execute(struct stmt *s, const struct pg_params *params, bool add, struct why *why)
{
	if (!s->own)
		s->own = mem_new(struct pg_stmt);
	struct pg_stmt *own = s->own;
	int rc = 0;
	if (own->prepared != pg_of(s->db)->connection ||
		!params_fit(own, params->types, s->params_n))
		rc = pg_prepare(s, params->types, why);
	if (rc < 0)
		return rc;
	PGresult *res = PQexecPrepared(pg_of(s->db)->conn, own->name, (int)s->params_n,
		params->values, params->lengths, params->formats, 1);
	ExecStatusType status = PQresultStatus(res);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		rc = pg_fail(s->db, res, why);
		PQclear(res);
		return rc;
	}
	changes_note(s->db, res, add);
	own->res = res;
	own->row = -1;
	s->cols = PQnfields(res);
	return 0;
}

static void pg_reset(struct stmt *s)
{
	struct pg_stmt *own = s->own;
	if (!own)
		return;
	PQclear(own->res);
	own->res = NULL;
}

static int pg_step(struct stmt *s, struct why *why)
{
	if (s->state == STMT_FRESH) {
		struct pg_params params;
		int rc = s->db->txn == TXN_NONE ? pg_connected(s->db, why) : 0;
		if (rc == 0)
			rc = params_fill(&params, s, why);
		if (rc == 0)
			rc = pg_execute(s, &params, false, why);
		if (rc < 0)
			return rc;
	}
	struct pg_stmt *own = s->own;
	if (++own->row < PQntuples(own->res))
		return DB_ROW;
	pg_reset(s);
	return DB_DONE;
}

static void pg_finish(struct stmt *s)
{
	pg_reset(s);
	mem_free(s->own);
	s->own = NULL;
}

static int64_t be_read(const void *p, size_t n)
{
	uint64_t v = 0;
	const uint8_t *b = p;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | b[i];
	/* Sign-extends from n bytes. */
	unsigned up = (unsigned)(64 - 8 * n);
	return (int64_t)(v << up) >> up;
}

static void pg_column(struct stmt *s, int col, struct cell *ret)
{
	struct pg_stmt *own = s->own;
	if (PQgetisnull(own->res, own->row, col))
		return;
	const char *p = PQgetvalue(own->res, own->row, col);
	size_t n = (size_t)PQgetlength(own->res, own->row, col);
	switch (PQftype(own->res, col)) {
	case OID_INT8:
	case OID_INT4:
	case OID_INT2:
		*ret = (struct cell){.kind = CELL_I64, .i = be_read(p, n)};
		return;
	case OID_BOOL:
		*ret = (struct cell){.kind = CELL_I64, .i = *p != 0};
		return;
	case OID_OID:
		*ret = (struct cell){.kind = CELL_I64, .i = be_read(p, n) & 0xffffffff};
		return;
	case OID_BYTEA:
		*ret = (struct cell){.kind = CELL_BLOB, .s = slice_of(p, n)};
		return;
	case OID_TEXT:
	case OID_VARCHAR:
	case OID_NAME:
	case OID_CHAR:
		*ret = (struct cell){.kind = CELL_TEXT, .s = slice_of(p, n)};
		return;
	default:
		stmt_bug(s, "a column is no integer, text or bytea: CAST it");
	}
}

/* ---- many rows: INSERT … SELECT FROM unnest() of one array a column ---- */

static size_t cell_bytes(const struct cell *c)
{
	return 4 + (c->kind == CELL_NULL ? 0 : c->kind == CELL_I64 ? 8 : c->s.n);
}

/* How many of the rows go into one statement. */
static size_t batch_rows(const struct cell *cells, size_t cols, size_t rows)
{
	size_t bytes = 0, n = 0;
	while (n < rows && n < BATCH_ROWS && bytes < BATCH_BYTES) {
		for (size_t c = 0; c < cols; c++)
			bytes += cell_bytes(&cells[n * cols + c]);
		n++;
	}
	return n;
}

/* The kind of a column: of its first cell that is not NULL; CELL_NULL if there is none. */
static int batch_kind(const struct cell *cells, size_t cols, size_t rows, size_t col)
{
	for (size_t i = 0; i < rows; i++)
		if (cells[i * cols + col].kind != CELL_NULL)
			return (int)cells[i * cols + col].kind;
	return CELL_NULL;
}

/* The binary form of a one-dimensional array (array_recv in PostgreSQL's arrayfuncs.c). */
static void batch_array(
	struct buf *ret, const struct cell *cells, size_t cols, size_t rows, size_t col, int kind)
{
	buf_be32(ret, 1); /* dimensions */
	size_t nulls_at = ret->n;
	buf_be32(ret, 0); /* any NULL? */
	buf_be32(ret, kind == CELL_I64 ? OID_INT8 : kind == CELL_TEXT ? OID_TEXT : OID_BYTEA);
	buf_be32(ret, (uint32_t)rows);
	buf_be32(ret, 1); /* lower bound */
	for (size_t i = 0; i < rows; i++) {
		const struct cell *c = &cells[i * cols + col];
		if (c->kind == CELL_NULL) {
			buf_be32(ret, UINT32_MAX);
			if (!buf_over(ret))
				ret->p[nulls_at + 3] = 1;
			continue;
		}
		MUST((int)c->kind == kind);
		if (kind == CELL_I64) {
			buf_be32(ret, 8);
			buf_be64(ret, (uint64_t)c->i);
		} else {
			buf_be32(ret, (uint32_t)c->s.n);
			buf_slice_add(ret, c->s);
		}
	}
}

/* A column of NULLs only has no type to send; it stands as NULL in the SELECT. */
static void batch_sql(
	struct buf *ret, const char *head, const int *kinds, size_t cols, const char *tail)
{
	static const char *const type[] = {
		[CELL_I64] = "int8", [CELL_TEXT] = "text", [CELL_BLOB] = "bytea"};
	size_t n = 0;
	buf_addf(ret, "%s SELECT ", head);
	for (size_t c = 0; c < cols; c++) {
		buf_str(ret, c ? ", " : "");
		if (kinds[c] == CELL_NULL)
			buf_str(ret, "NULL");
		else
			buf_addf(ret, "r.c%zu", ++n);
	}
	buf_str(ret, " FROM unnest(");
	n = 0;
	for (size_t c = 0; c < cols; c++)
		if (kinds[c] != CELL_NULL) {
			n++;
			buf_addf(ret, "%s$%zu::%s[]", n == 1 ? "" : ", ", n, type[kinds[c]]);
		}
	buf_str(ret, ") AS r (");
	for (size_t i = 1; i <= n; i++)
		buf_addf(ret, "%sc%zu", i == 1 ? "" : ", ", i);
	buf_addf(ret, ") %s", tail);
}

static int batch_insert(struct db *db, const char *head, size_t cols, const char *tail,
	const struct cell *cells, size_t rows, struct buf *arrays, struct why *why)
{
	struct pg_params params;
	int kinds[LIMIT_SQL_PARAMS];
	size_t ends[LIMIT_SQL_PARAMS], n = 0;
	buf_clear(arrays);
	for (size_t c = 0; c < cols; c++) {
		kinds[c] = batch_kind(cells, cols, rows, c);
		if (kinds[c] == CELL_NULL)
			continue;
		batch_array(arrays, cells, cols, rows, c, kinds[c]);
		params.types[n] = kinds[c] == CELL_I64	  ? OID_INT8_ARRAY
				  : kinds[c] == CELL_TEXT ? OID_TEXT_ARRAY
							  : OID_BYTEA_ARRAY;
		params.formats[n] = 1;
		ends[n++] = arrays->n;
	}
	if (buf_over(arrays))
		return why_set(
			why, E_LIMIT, "database", "a value is longer than %zu bytes", arrays->max);
	MUST(n); /* a row of nothing but NULL */
	/* The buffer no longer moves: now the addresses can be told. */
	for (size_t i = 0, from = 0; i < n; from = ends[i++]) {
		params.values[i] = (const char *)arrays->p + from;
		params.lengths[i] = (int)(ends[i] - from);
	}
	struct buf sql CLEANUP_BUF = BUF(LIMIT_DDL_BYTES);
	batch_sql(&sql, head, kinds, cols, tail);
	MUST(!buf_over(&sql));
	struct stmt *s = stmt_built(db, buf_cstr(&sql));
	int rc = pg_execute(s, &params, true, why);
	if (rc == 0 && s->cols)
		stmt_bug(s, "db_insert_many() yields no rows");
	pg_reset(s);
	return rc;
}

static int pg_insert_many(struct db *db, const char *head, size_t cols, const char *tail,
	const struct cell *cells, size_t rows, struct why *why)
{
	struct buf arrays CLEANUP_BUF = BUF(1 * GIB - 1);
	while (rows) {
		size_t n = batch_rows(cells, cols, rows);
		int rc = batch_insert(db, head, cols, tail, cells, n, &arrays, why);
		if (rc < 0)
			return rc;
		cells += n * cols;
		rows -= n;
	}
	return 0;
}

/* ---- the rest ---- */

static int pg_script(struct db *db, const char *sql, struct why *why)
{
	int rc = db->txn == TXN_NONE ? pg_connected(db, why) : 0;
	return rc < 0 ? rc : pg_exec(db, sql, why);
}

/* ---- nothing of what was deleted is left ---- */

#define SCRUB_LOOK_MS	50
#define SCRUB_TABLE_MAX 64

/* One number; E_IO. */
static int pg_number(struct db *db, const char *sql, int64_t *ret, struct why *why)
{
	PGresult *res CLEANUP_RESULT = PQexec(pg_of(db)->conn, sql);

	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		return pg_fail(db, res, why);
	MUST(PQntuples(res) == 1 && slice_i64(slice_str(PQgetvalue(res, 0, 0)), ret) == 0);
	return 0;
}

/*
 * VACUUM carries over what some snapshot may still look at, of whatever table. So: nobody is left who began before this. (A transaction of another
 * role is not seen here unless this role may see it: docs in packaging.)
 */
static int pg_readers_gone(struct db *db, struct why *why)
{
	int64_t xid, wait_ms, left = 1;
	char sql[512];
	int rc = pg_number(
		db, "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)", &xid, why);

	if (rc < 0)
		return rc;
	snprintf(sql, sizeof(sql),
		"SELECT count(*) FROM (SELECT backend_xmin AS x FROM pg_stat_activity WHERE datname = current_database() "
		"AND pid <> pg_backend_pid() UNION ALL SELECT xmin FROM pg_replication_slots UNION ALL "
		"SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()) s "
		"WHERE x IS NOT NULL AND age(x) > age(CAST(CAST(%lld & 4294967295 AS text) AS xid))",
		(long long)xid);
	/* As long as for a lock. */
	rc = pg_number(
		db, "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'", &wait_ms, why);
	for (; rc == 0 && left && wait_ms >= 0; wait_ms -= SCRUB_LOOK_MS) {
		rc = pg_number(db, sql, &left, why);
		if (rc == 0 && left)
			rc = pg_exec(db, "SELECT pg_sleep(0.05)", why);
	}
	if (rc < 0 || left == 0)
		return rc;
	return why_set(why, E_BUSY, "database", "somebody still reads what was before");
}

/* The planner's samples hold values of rows; a column that is given the type that it has loses them, and nothing is written anew for it. */
static int pg_samples_drop(struct db *db, const char *table, struct why *why)
{
	char sql[1024];
	snprintf(sql, sizeof(sql),
		"SELECT string_agg(format('ALTER COLUMN %%I TYPE %%s%%s', a.attname, format_type(a.atttypid, a.atttypmod), "
		"CASE WHEN a.attcollation <> 0 THEN format(' COLLATE %%s', CAST(a.attcollation AS regcollation)) ELSE '' END), ', ') "
		"FROM pg_attribute a JOIN pg_stats s ON s.attname = a.attname AND s.tablename = '%s' AND s.schemaname = current_schema() "
		"WHERE a.attrelid = CAST('%s' AS regclass) AND a.attnum > 0 AND NOT a.attisdropped "
		"AND format_type(a.atttypid, a.atttypmod) IN ('text', 'bytea', 'tsvector')",
		table, table);
	PGresult *res CLEANUP_RESULT = PQexec(pg_of(db)->conn, sql);
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		return pg_fail(db, res, why);
	if (PQgetisnull(res, 0, 0))
		return 0;
	struct buf alter CLEANUP_BUF = BUF(LIMIT_DDL_BYTES);
	buf_addf(&alter, "ALTER TABLE %s %s", table, PQgetvalue(res, 0, 0));
	MUST(!buf_over(&alter));
	return pg_exec(db, buf_cstr(&alter), why);
}

static int pg_table_scrub(struct db *db, const char *table, struct why *why)
{
	char sql[SCRUB_TABLE_MAX + 32];
	MUST(strlen(table) < SCRUB_TABLE_MAX &&
		strspn(table, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(table));
	int rc = pg_samples_drop(db, table, why);
	if (rc < 0)
		return rc;
	snprintf(sql, sizeof(sql), "VACUUM (FULL, ANALYZE) %s", table);
	return pg_exec(db, sql, why);
}

static int pg_scrub(struct db *db, const char *const *tables, struct why *why)
{
	int64_t owner;
	int rc = pg_connected(db, why);
	if (rc == 0)
		rc = pg_readers_gone(db, why);
	for (; rc == 0 && *tables; tables++)
		rc = pg_table_scrub(db, *tables, why);
	if (rc == 0)
		rc = pg_number(db,
			"SELECT CAST(pg_has_role(datdba, 'USAGE') AS int) FROM pg_database WHERE datname = current_database()",
			&owner, why);
	if (rc < 0)
		return rc;
	/* Where the samples were. Whoever does not own the database is only warned, and the bytes would stay. */
	if (!owner)
		return why_set(why, E_DENIED, "database",
			"the role must own the database: what was erased stands in its statistics else");
	return pg_exec(db, "VACUUM FULL pg_statistic", why);
}

static int pg_version(struct db *db, int64_t *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT hashtextextended(CAST(pg_current_snapshot() AS text), 0)");
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

const struct db_engine engine_pg = {
	.open = pg_open,
	.close = pg_close,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.step = pg_step,
	.reset = pg_reset,
	.finish = pg_finish,
	.column = pg_column,
	.insert_many = pg_insert_many,
	.script = pg_script,
	.scrub = pg_scrub,
	.version = pg_version,
};
