/*
 * db.h: the store. One handle per thread; SQLite (default) or PostgreSQL behind the same calls, one
 * SQL text for both: parameters are $1, $2 …; the subset is in docs/sql.md and the whole test suite
 * runs on both.
 *
 *	struct db *db;
 *	rc = db_open(&db, "sqlite:/var/lib/entente/node.db", why);
 *	rc = db_begin(db, why);
 *	struct stmt *s = db_stmt(db, "SELECT size, root FROM log WHERE id = $1");
 *	db_bind_i64(s, 1, id);
 *	while ((rc = db_step(s, why)) == DB_ROW)
 *		use(db_i64(s, 0), db_blob(s, 1));     -- slices live until the next step or reset
 *	db_reset(s);
 *	if (rc < 0) { db_rollback(db); return rc; }
 *	return db_commit(db, why);
 *
 * Statements are cached by the address of their text, so the text must be a literal. A statement
 * that cannot be prepared is a bug: its first step reports and aborts. A failing disk or a lost
 * server is not: step and commit return E_IO. db_commit() returns 0 only when the transaction is on
 * disk (SQLite: WAL, synchronous=FULL; PostgreSQL: synchronous_commit=on).
 *
 * After any error inside a transaction only db_rollback() is left: every further step returns
 * E_STATE, and db_commit() rolls back and returns E_STATE. (PostgreSQL works so; SQLite is made
 * to.) Where a conflict is to be expected, the SQL says ON CONFLICT DO NOTHING and the caller looks
 * at db_changes().
 *
 * After E_IO from db_commit() on PostgreSQL it is unknown whether the transaction is there: the
 * server may have written it and the answer been lost. db_begin() connects again, once, if the
 * connection was lost.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/buf.h"
#include "base/why.h"

struct db;
struct stmt;

enum { DB_DONE = 0, DB_ROW = 1 };

/*
 * Opens `url`: "sqlite:PATH" (created 0600, directory fsynced, secure_delete on, foreign keys on;
 * "sqlite::memory:" for tests; "sqlite:file:NAME?vfs=memdb" is memory shared between handles) or a
 * libpq "postgres://…" URI. E_IO with the engine's text; E_USAGE for another kind of URL. The
 * caller owns *ret, and may pass it between threads as long as only one uses it at a time.
 */
MUST_USE int db_open(struct db **ret, const char *url, struct why *why);
void db_close(struct db **db); /* NULL inside is fine; an open transaction is rolled back */

/*
 * A write transaction. Takes the writer's place at once (SQLite: BEGIN IMMEDIATE, waits up to 10 s;
 * PostgreSQL: BEGIN and an advisory lock on the schema), so writers of several processes queue up.
 * E_BUSY if the place is not to be had in time. Not nested.
 *
 * The start and the end of a transaction cut off every reading: a statement in the midst of its
 * rows may not be stepped on (that aborts), only reset.
 */
MUST_USE int db_begin(struct db *db, struct why *why);
/* A read transaction: one snapshot, from its first statement on. Writing in it is E_STATE. */
MUST_USE int db_begin_read(struct db *db, struct why *why);
/*
 * On failure the transaction is over all the same: rolled back. E_CONFLICT: a deferred
 * constraint.
 */
MUST_USE int db_commit(struct db *db, struct why *why);
void db_rollback(struct db *db); /* no transaction: does nothing */
bool db_in_transaction(const struct db *db);
/* In a transaction of db_begin(). */
bool db_in_write(const struct db *db);

/* Never NULL. The statement belongs to the handle; it is reset before it is handed out. */
struct stmt *db_stmt(struct db *db, const char *sql);

/*
 * Parameters count from 1; one not bound is NULL. Text and blob are borrowed until the first step
 * has returned. Text must be UTF-8 without NUL; if not, the step returns E_INVALID.
 */
void db_bind_i64(struct stmt *s, int at, int64_t v);
void db_bind_text(struct stmt *s, int at, struct slice v);
/* p == NULL with n == 0 is an empty blob, not NULL. */
void db_bind_blob(struct stmt *s, int at, struct slice v);
void db_bind_null(struct stmt *s, int at);

/*
 * DB_ROW, DB_DONE (again and again, until the reset), or E_CONFLICT (unique, check, foreign key,
 * NOT NULL), E_INVALID (text that is none; a number out of range), E_BUSY (a lock not to be had in
 * 10 s), E_STATE (above), E_IO. PostgreSQL fetches all rows at the first step: page what may be
 * long.
 */
MUST_USE int db_step(struct stmt *s, struct why *why);
/* Binds nothing itself: steps a statement that yields no rows, and resets it. 0 or negative. */
MUST_USE int db_run(struct stmt *s, struct why *why);

/*
 * Columns count from 0. NULL reads as 0 or an empty slice with p == NULL. Reading a number as text
 * or the other way round, or a column of any other type (sum() yields numeric on PostgreSQL: CAST
 * it to BIGINT), is a bug and aborts.
 */
int64_t db_i64(struct stmt *s, int col);
struct slice db_text(struct stmt *s, int col);
struct slice db_blob(struct stmt *s, int col);
bool db_is_null(struct stmt *s, int col);

void db_reset(struct stmt *s); /* ends the reading; parameters are forgotten */
/* Rows touched by the last INSERT, UPDATE or DELETE that ran to its end, or by db_insert_many(). */
int64_t db_changes(struct db *db);

/*
 * Many rows into one table in as few round trips as the engine allows (a loop on SQLite; on
 * PostgreSQL one INSERT … SELECT FROM unnest() for a few MiB of rows). `head` is "INSERT INTO t (a,
 * b, c)" and `tail` "" or an ON CONFLICT clause, both from a bounded set (literals); `cells` holds
 * rows × cols values, row by row. In a write transaction only. All cells of a column are of one
 * kind or NULL, and with DO UPDATE no key comes twice: PostgreSQL refuses both. Errors as
 * db_step().
 */
struct cell {
	enum { CELL_NULL, CELL_I64, CELL_TEXT, CELL_BLOB } kind;
	int64_t i;
	struct slice s; /* borrowed */
};
MUST_USE int db_insert_many(struct db *db, const char *head, size_t cols, const char *tail,
	const struct cell *cells, size_t rows, struct why *why);

bool db_is_postgres(const struct db *db);

/*
 * Runs a script of several statements without parameters. Migrations, maintenance. E_INVALID for
 * bad SQL; else as db_step().
 */
MUST_USE int db_script(struct db *db, const char *sql, struct why *why);

/*
 * Leaves nothing of deleted rows behind (§2.8). SQLite: full-text `optimize` is the caller's;
 * secure_delete has cleared the pages, this truncates the WAL after a checkpoint; E_BUSY while a
 * reader holds it (waits 1 s). PostgreSQL: VACUUM FULL of the tables (NULL ends), locked meanwhile,
 * and of the planner's samples; E_BUSY after 10 s of a lock, or of somebody who began to read
 * before; E_DENIED if the role does not own the database. PostgreSQL's own WAL files and their archive
 * keep copies until they are recycled: the operator's to bound. Not in a transaction.
 */
MUST_USE int db_scrub(struct db *db, const char *const *tables, struct why *why);

/*
 * Differs after any other handle or process has committed; says nothing about order (SQLite: PRAGMA
 * data_version; PostgreSQL: a hash of the snapshot, which unlike a WAL position changes exactly
 * when the commit becomes visible). May also differ without need. For live pages when a second
 * process writes.
 */
MUST_USE int db_version(struct db *db, int64_t *ret, struct why *why);

#endif
