/*
 * raw_postgres.c: prepared inserts in binary form, all of a transaction sent in one go (libpq's
 * pipeline), so that round trips do not count. The tables are made LIKE ours, with all their
 * indexes, in a schema of their own.
 */
#include "raw.h"

#include <libpq-fe.h>

static void fail(PGconn *conn, const char *what)
{
	fprintf(stderr, "bench_core: raw: %s: %s\n", what, PQerrorMessage(conn));
	exit(1);
}

static void sql(PGconn *conn, const char *text)
{
	PGresult *res = PQexec(conn, text);

	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		fail(conn, text);
	PQclear(res);
}

static const char *const selects[RAW_TABLES] = {
	"SELECT * FROM entry WHERE log = %lld AND seq >= %llu AND seq < %llu ORDER BY seq",
	"SELECT * FROM payload WHERE log = %lld AND seq >= %llu AND seq < %llu ORDER BY seq",
	"SELECT * FROM item WHERE log = %lld AND seq >= %llu AND seq < %llu ORDER BY seq",
	"SELECT s.* FROM item i JOIN search s ON s.row = i.row "
	"WHERE i.log = %lld AND i.seq >= %llu AND i.seq < %llu ORDER BY i.seq",
};

static PGresult *rows_read(PGconn *conn, int table, int64_t log_row, uint64_t from, uint64_t to)
{
	struct buf text CLEANUP_BUF = BUF(1024);
	PGresult *res;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_addf(&text, selects[table], (long long)log_row, (unsigned long long)from,
		(unsigned long long)to);
#pragma GCC diagnostic pop
	res = PQexecParams(conn, buf_cstr(&text), 0, NULL, NULL, NULL, NULL, 1);
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		fail(conn, "read");
	if ((uint64_t)PQntuples(res) != to - from)
		die("raw", &(struct why){.text = "not every entry has its row"});
	return res;
}

static void prepare(PGconn *conn, int table, const PGresult *rows)
{
	struct buf text CLEANUP_BUF = BUF(1024);
	Oid types[RAW_COLUMNS];
	PGresult *res;

	buf_addf(&text, "INSERT INTO raw.%s VALUES (", raw_table[table]);
	for (int c = 0; c < PQnfields(rows); c++) {
		types[c] = PQftype(rows, c);
		buf_addf(&text, c ? ", $%d" : "$%d", c + 1);
	}
	buf_byte(&text, ')');
	res = PQprepare(conn, raw_table[table], buf_cstr(&text), PQnfields(rows), types);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		fail(conn, buf_cstr(&text));
	PQclear(res);
}

static void row_send(PGconn *conn, int table, const PGresult *rows, int row)
{
	const char *value[RAW_COLUMNS];
	int length[RAW_COLUMNS], format[RAW_COLUMNS];
	int n = PQnfields(rows);

	for (int c = 0; c < n; c++) {
		value[c] = PQgetisnull(rows, row, c) ? NULL : PQgetvalue(rows, row, c);
		length[c] = PQgetlength(rows, row, c);
		format[c] = 1;
	}
	if (!PQsendQueryPrepared(conn, raw_table[table], n, value, length, format, 0))
		fail(conn, "send");
}

/* Answers up to the end of the pipeline. */
static void answers_take(PGconn *conn)
{
	for (;;) {
		PGresult *res = PQgetResult(conn);
		ExecStatusType status = PQresultStatus(res);

		if (!res)
			continue; /* end of one statement's answers */
		PQclear(res);
		if (status == PGRES_PIPELINE_SYNC)
			return;
		if (status != PGRES_COMMAND_OK)
			fail(conn, "insert");
	}
}

static void text_send(PGconn *conn, const char *text)
{
	if (!PQsendQueryParams(conn, text, 0, NULL, NULL, NULL, NULL, 0))
		fail(conn, text);
}

static struct spent insert(
	struct raw *r, int64_t log_row, uint64_t from, uint64_t to, uint64_t commits)
{
	PGresult *rows[RAW_TABLES];
	struct spent began, s;
	uint64_t n = to - from;
	PGconn *conn = r->a;

	sql(conn, "DEALLOCATE ALL");
	for (int t = 0; t < RAW_TABLES; t++) {
		rows[t] = rows_read(conn, t, log_row, from, to);
		prepare(conn, t, rows[t]);
	}
	began = spent_now();
	PQenterPipelineMode(conn);
	for (uint64_t k = 0; k < commits; k++) {
		text_send(conn, "BEGIN");
		for (uint64_t i = n * k / commits; i < n * (k + 1) / commits; i++)
			for (int t = 0; t < RAW_TABLES; t++)
				row_send(conn, t, rows[t], (int)i);
		text_send(conn, "COMMIT");
		PQpipelineSync(conn);
		answers_take(conn);
	}
	PQexitPipelineMode(conn);
	s = spent_minus(spent_now(), began);
	for (int t = 0; t < RAW_TABLES; t++)
		PQclear(rows[t]);
	return s;
}

static void end(struct raw *r)
{
	sql(r->a, "DROP SCHEMA raw CASCADE");
	PQfinish(r->a);
}

struct raw *raw_postgres_open(const char *url)
{
	struct raw *r = mem_new(struct raw);
	PGconn *conn = PQconnectdb(url);

	if (PQstatus(conn) != CONNECTION_OK)
		fail(conn, url);
	sql(conn, "SET client_min_messages = warning");
	sql(conn, "CREATE SCHEMA raw");
	for (int t = 0; t < RAW_TABLES; t++) {
		struct buf text CLEANUP_BUF = BUF(1024);

		buf_addf(&text, "CREATE TABLE raw.%s (LIKE %s INCLUDING ALL)", raw_table[t],
			raw_table[t]);
		sql(conn, buf_cstr(&text));
	}
	*r = (struct raw){.insert = insert, .close = end, .a = conn};
	return r;
}
