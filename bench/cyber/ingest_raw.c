/* ingest_raw.c: see ingest_raw.h. */
#include "ingest_raw.h"

#include "base/limits.h"
#include "base/report.h"

#include <sqlite3.h>

/* Every table that has a row for each entry or object; in the order in which the node writes them. The last column is the place in the log. */
static const struct {
	const char *name, *rows;
} tables[] = {
	{"entry", "SELECT *, seq FROM entry WHERE log = ?1 AND seq >= ?2 AND seq < ?3"},
	{"payload", "SELECT *, seq FROM payload WHERE log = ?1 AND seq >= ?2 AND seq < ?3"},
	{"cyber_arrival",
		"SELECT *, seq FROM cyber_arrival WHERE log = ?1 AND seq >= ?2 AND seq < ?3"},
	{"cyber_batch", "SELECT *, seq FROM cyber_batch WHERE log = ?1 AND seq >= ?2 AND seq < ?3"},
	{"item",
		"SELECT *, seq FROM item WHERE log = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq, at"},
	{"cyber_object",
		"SELECT o.*, b.seq FROM cyber_batch b JOIN cyber_object o ON o.root = b.root AND o.added >= b.first AND o.added <= b.last "
		"WHERE b.log = ?1 AND b.seq >= ?2 AND b.seq < ?3 ORDER BY b.seq, o.at"},
};
#define TABLES	(sizeof(tables) / sizeof(*tables))
#define COLUMNS 24

struct value {
	int type;
	int64_t i;
	size_t at, n;
};

struct row {
	uint64_t seq;
	struct value value[COLUMNS];
};

struct rows {
	struct buf bytes;
	struct row *row; /* owned */
	size_t n, cap, next;
	int columns;
};

struct ingest_raw {
	sqlite3 *a, *b; /* from, to */
	struct rows rows[TABLES];
	sqlite3_stmt *insert[TABLES];
};

static void check(sqlite3 *db, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "bench_ingest: raw: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void sql(sqlite3 *db, const char *text)
{
	check(db, sqlite3_exec(db, text, NULL, NULL, NULL), text);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *st;

	check(db, sqlite3_prepare_v2(db, text, -1, &st, NULL), text);
	return st;
}

static void row_read(sqlite3_stmt *st, struct rows *rows)
{
	if (rows->n == rows->cap) {
		rows->cap = rows->cap ? 2 * rows->cap : 1024;
		rows->row = mem_resize(rows->row, rows->cap, sizeof(*rows->row));
	}
	struct row *row = &rows->row[rows->n++];

	*row = (struct row){.seq = (uint64_t)sqlite3_column_int64(st, rows->columns)};
	for (int c = 0; c < rows->columns; c++) {
		struct value *v = &row->value[c];

		v->type = sqlite3_column_type(st, c);
		v->i = sqlite3_column_int64(st, c);
		v->at = rows->bytes.n;
		if (v->type == SQLITE_INTEGER || v->type == SQLITE_NULL)
			continue;
		const void *p = sqlite3_column_blob(st, c);
		v->n = (size_t)sqlite3_column_bytes(st, c);
		buf_add(&rows->bytes, p, v->n);
	}
}

static void rows_read(struct ingest_raw *r, size_t t, int64_t log_row, uint64_t from, uint64_t to)
{
	struct rows *rows = &r->rows[t];
	sqlite3_stmt *st = prepare(r->a, tables[t].rows);

	*rows = (struct rows){.bytes = BUF(4 * GIB)};
	rows->columns = sqlite3_column_count(st) - 1;
	MUST(rows->columns <= COLUMNS);
	sqlite3_bind_int64(st, 1, log_row);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)from);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)to);
	while (sqlite3_step(st) == SQLITE_ROW)
		row_read(st, rows);
	check(r->a, sqlite3_finalize(st), "read");
	MUST(!buf_over(&rows->bytes));
}

static void insert_prepare(struct ingest_raw *r, size_t t)
{
	struct buf text CLEANUP_BUF = BUF(1024);

	buf_addf(&text, "INSERT INTO %s VALUES (?", tables[t].name);
	for (int c = 1; c < r->rows[t].columns; c++)
		buf_str(&text, ", ?");
	buf_byte(&text, ')');
	r->insert[t] = prepare(r->b, buf_cstr(&text));
}

static void row_insert(struct ingest_raw *r, size_t t, const struct row *row)
{
	const struct rows *rows = &r->rows[t];
	sqlite3_stmt *st = r->insert[t];

	for (int c = 0; c < rows->columns; c++) {
		const struct value *v = &row->value[c];
		const uint8_t *p = v->n ? rows->bytes.p + v->at : (const uint8_t *)"";

		if (v->type == SQLITE_INTEGER)
			sqlite3_bind_int64(st, c + 1, v->i);
		else if (v->type == SQLITE_TEXT)
			sqlite3_bind_text64(
				st, c + 1, (const char *)p, v->n, SQLITE_STATIC, SQLITE_UTF8);
		else if (v->type == SQLITE_BLOB)
			sqlite3_bind_blob64(st, c + 1, p, v->n, SQLITE_STATIC);
		else
			sqlite3_bind_null(st, c + 1);
	}
	check(r->b, sqlite3_step(st), tables[t].name);
	sqlite3_reset(st);
}

/* All rows of the entries below `to`, table by table. */
static void entries_insert(struct ingest_raw *r, uint64_t to)
{
	for (size_t t = 0; t < TABLES; t++) {
		struct rows *rows = &r->rows[t];

		for (; rows->next < rows->n && rows->row[rows->next].seq < to; rows->next++)
			row_insert(r, t, &rows->row[rows->next]);
	}
}

struct spent ingest_raw_insert(struct ingest_raw *r, int64_t log_row, uint64_t from, uint64_t to,
	uint64_t commits, uint64_t *ret_rows)
{
	struct spent began, s;

	*ret_rows = 0;
	for (size_t t = 0; t < TABLES; t++) {
		rows_read(r, t, log_row, from, to);
		insert_prepare(r, t);
		*ret_rows += r->rows[t].n;
	}
	began = spent_now();
	for (uint64_t k = 1; k <= commits; k++) {
		sql(r->b, "BEGIN IMMEDIATE");
		entries_insert(r, from + (to - from) * k / commits);
		sql(r->b, "COMMIT");
	}
	s = spent_minus(spent_now(), began);
	for (size_t t = 0; t < TABLES; t++) {
		sqlite3_finalize(r->insert[t]);
		buf_free(&r->rows[t].bytes);
		mem_free(r->rows[t].row);
	}
	return s;
}

/* The same tables and indexes. */
static void schema_copy(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *st = prepare(from,
		"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN "
		"('entry', 'payload', 'cyber_arrival', 'cyber_batch', 'item', 'cyber_object') ORDER BY type DESC, name");

	while (sqlite3_step(st) == SQLITE_ROW)
		sql(to, (const char *)sqlite3_column_text(st, 0));
	check(from, sqlite3_finalize(st), "schema");
}

struct ingest_raw *ingest_raw_open(const char *source, const char *path)
{
	struct ingest_raw *r = mem_new(struct ingest_raw);

	if (sqlite3_open(source, &r->a) != SQLITE_OK || sqlite3_open(path, &r->b) != SQLITE_OK)
		die(path, &(struct why){.text = "cannot be opened"});
	sql(r->a, "PRAGMA query_only=ON");
	sqlite3_busy_timeout(r->a, 10000);
	/* As the node opens its own. */
	sql(r->b,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; "
		"PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY");
	schema_copy(r->a, r->b);
	return r;
}

void ingest_raw_close(struct ingest_raw **r)
{
	sqlite3_close((*r)->a);
	sqlite3_close((*r)->b);
	mem_free(*r);
	*r = NULL;
}
