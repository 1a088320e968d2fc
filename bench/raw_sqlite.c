/* raw_sqlite.c: plain prepared inserts, WAL, synchronous=FULL, checkpoints as often as ours. */
#include "raw.h"

#include <sqlite3.h>

static void check(sqlite3 *db, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "bench_core: raw: %s: %s\n", what, sqlite3_errmsg(db));
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

static const char *const selects[RAW_TABLES] = {
	"SELECT * FROM entry WHERE log = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
	"SELECT * FROM payload WHERE log = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
	"SELECT * FROM item WHERE log = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
	"SELECT i.row, s.words FROM item i JOIN search s ON s.rowid = i.row "
	"WHERE i.log = ?1 AND i.seq >= ?2 AND i.seq < ?3 ORDER BY i.seq",
};

static void rows_read(
	sqlite3 *db, int table, int64_t log_row, uint64_t from, uint64_t to, struct raw_rows *rows)
{
	sqlite3_stmt *st = prepare(db, selects[table]);

	sqlite3_bind_int64(st, 1, log_row);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)from);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)to);
	rows->columns = sqlite3_column_count(st);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct raw_row *row = raw_rows_add(rows);

		for (int c = 0; c < rows->columns && c < RAW_COLUMNS; c++) {
			struct raw_value *v = &row->value[c];

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
	check(db, sqlite3_finalize(st), "read");
	if (rows->n != to - from)
		die("raw", &(struct why){.text = "not every entry has its row"});
}

static void row_insert(
	sqlite3 *db, sqlite3_stmt *st, const struct raw_rows *rows, const struct raw_row *row)
{
	for (int c = 0; c < rows->columns; c++) {
		const struct raw_value *v = &row->value[c];
		const uint8_t *p = rows->bytes.p + v->at;

		if (v->type == SQLITE_INTEGER)
			sqlite3_bind_int64(st, c + 1, v->i);
		else if (v->type == SQLITE_TEXT)
			sqlite3_bind_text64(
				st, c + 1, (const char *)p, v->n, SQLITE_STATIC, SQLITE_UTF8);
		else if (v->type == SQLITE_BLOB)
			sqlite3_bind_blob64(
				st, c + 1, v->n ? p : (const uint8_t *)"", v->n, SQLITE_STATIC);
		else
			sqlite3_bind_null(st, c + 1);
	}
	check(db, sqlite3_step(st), "insert");
	sqlite3_reset(st);
}

static struct spent insert(
	struct raw *r, int64_t log_row, uint64_t from, uint64_t to, uint64_t commits)
{
	struct raw_rows rows[RAW_TABLES] = {0};
	sqlite3_stmt *st[RAW_TABLES];
	struct spent began, s;
	uint64_t n = to - from;

	for (int t = 0; t < RAW_TABLES; t++) {
		struct buf text CLEANUP_BUF = BUF(1024);

		rows_read(r->a, t, log_row, from, to, &rows[t]);
		buf_addf(&text, "INSERT INTO %s%s VALUES (?", raw_table[t],
			t == RAW_SEARCH ? " (rowid, words)" : "");
		for (int c = 1; c < rows[t].columns; c++)
			buf_str(&text, ", ?");
		buf_byte(&text, ')');
		st[t] = prepare(r->b, buf_cstr(&text));
	}
	began = spent_now();
	for (uint64_t k = 0; k < commits; k++) {
		sql(r->b, "BEGIN IMMEDIATE");
		for (uint64_t i = n * k / commits; i < n * (k + 1) / commits; i++)
			for (int t = 0; t < RAW_TABLES; t++)
				row_insert(r->b, st[t], &rows[t], &rows[t].row[i]);
		sql(r->b, "COMMIT");
	}
	s = spent_minus(spent_now(), began);
	for (int t = 0; t < RAW_TABLES; t++) {
		sqlite3_finalize(st[t]);
		raw_rows_free(&rows[t]);
	}
	return s;
}

static void end(struct raw *r)
{
	sqlite3_close(r->a);
	sqlite3_close(r->b);
}

/* The same tables and indexes. */
static void schema_copy(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *st =
		prepare(from, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN "
			      "('entry', 'payload', 'item', 'search') ORDER BY type DESC, name");

	while (sqlite3_step(st) == SQLITE_ROW)
		sql(to, (const char *)sqlite3_column_text(st, 0));
	check(from, sqlite3_finalize(st), "schema");
}

struct raw *raw_sqlite_open(const char *source, const char *path)
{
	struct raw *r = mem_new(struct raw);
	sqlite3 *a, *b;

	if (sqlite3_open(source, &a) != SQLITE_OK || sqlite3_open(path, &b) != SQLITE_OK)
		die(path, &(struct why){.text = "cannot be opened"});
	sql(a, "PRAGMA query_only=ON");
	sqlite3_busy_timeout(a, 10000);
	sql(b, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; "
	       "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY");
	schema_copy(a, b);
	*r = (struct raw){.insert = insert, .close = end, .a = a, .b = b};
	return r;
}
