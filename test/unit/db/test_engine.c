/* What only one engine can do or suffer: files and full disks, lost connections; and db_scrub() on
 * both. */
#include "store.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

#include <sys/stat.h>
#include <unistd.h>

static void open_fails(const char *url, int code)
{
	struct db *db = (struct db *)(uintptr_t)1;
	struct why why = {0};
	assert_int_equal(db_open(&db, url, &why), code);
	assert_int_equal(why.code, code);
	assert_true(why.text[0]);
	assert_ptr_equal(db, (struct db *)(uintptr_t)1);
}

static void bad_urls(void **state)
{
	(void)state;
	open_fails("", E_USAGE);
	open_fails("mysql://x", E_USAGE);
	open_fails("/var/lib/x.db", E_USAGE);
	open_fails("sqlite:", E_USAGE);
	open_fails("sqlite:/nonexistent/dir/x.db", E_IO);
	open_fails("sqlite:/", E_IO);
	open_fails("postgres://127.0.0.1:1/x", E_IO);
	open_fails("postgres://[", E_IO);
	if (store_postgres) {
		char url[600];
		snprintf(url, sizeof(url), "%s?options=-csearch_path%%3Dno_such_schema",
			getenv("ENTENTE_TEST_POSTGRES"));
		open_fails(url, E_IO);
	}
}

static void the_engine_is_known(void **state)
{
	struct store *st = *state;
	assert_int_equal(db_is_postgres(st->db), store_postgres);
}

/* ---- deleting for good ---- */

static bool files_have(const struct store *st, const char *needle)
{
	static const char *const names[] = {"a.db", "a.db-wal", "a.db-journal"};
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", st->dir, names[i]);
		struct buf b CLEANUP_BUF = BUF(64 * MIB);
		if (file_exists(path)) {
			assert_int_equal(file_read(path, &b, NULL), 0);
			if (slice_search(buf_slice(&b), slice_str(needle)) >= 0)
				return true;
		}
	}
	return false;
}

static void scrub_leaves_nothing(void **state)
{
	struct store *st = *state;
	static const char *const tables[] = {"secret", NULL};
	sql_ok(st->db, "CREATE TABLE secret (id INT PRIMARY KEY, t TEXT)");
	for (int64_t i = 0; i < 500; i++) {
		struct stmt *s = db_stmt(
			st->db, "INSERT INTO secret VALUES ($1, 'canary-7f3a canary-7f3a')");
		db_bind_i64(s, 1, i);
		assert_int_equal(db_run(s, NULL), 0);
	}
	if (!store_postgres)
		assert_true(files_have(st, "canary-7f3a"));
	sql_ok(st->db, "DELETE FROM secret WHERE id % 7 <> 0");
	sql_ok(st->db, "UPDATE secret SET t = 'gone'");
	int64_t pages = store_postgres ? sql_i64(st->db, "SELECT pg_relation_size('secret')") : 0;
	assert_int_equal(db_scrub(st->db, tables, NULL), 0);
	if (store_postgres)
		assert_true(sql_i64(st->db, "SELECT pg_relation_size('secret') + 0") < pages);
	else
		assert_false(files_have(st, "canary-7f3a"));
	assert_int_equal(sql_i64(st->db, "SELECT count(*) FROM secret WHERE t = 'gone'"), 72);
}

/* PostgreSQL carries on what a snapshot may still look at, though its owner has never looked at the table; and its samples quote rows. */
static void scrub_leaves_no_samples(void **state)
{
	struct store *st = *state;
	static const char *const tables[] = {"secret", NULL};
	if (!store_postgres)
		return;
	sql_ok(st->db, "CREATE TABLE secret (id INT PRIMARY KEY, t TEXT, b BYTEA, w TSVECTOR)");
	sql_ok(st->db, "INSERT INTO secret SELECT i, 'canary', 'canary', "
		       "array_to_tsvector(ARRAY['canary']) FROM generate_series(1, 50) i");
	sql_ok(st->db, "ANALYZE secret");
#define SAMPLED                                                                                    \
	"SELECT count(*) FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'secret' AND attname <> 'id'"
	assert_int_equal(sql_i64(st->db, SAMPLED), 3);
	struct db *other = store_again(st);
	sql_ok(st->db, "SET lock_timeout = '100ms'");
	assert_int_equal(db_begin_read(other, NULL), 0);
	assert_int_equal(sql_i64(other, "SELECT 1"), 1);
	sql_ok(st->db, "DELETE FROM secret");
	assert_int_equal(db_scrub(st->db, tables, NULL), E_BUSY);
	assert_int_equal(db_commit(other, NULL), 0);
	assert_int_equal(db_scrub(st->db, tables, NULL), 0);
	assert_int_equal(sql_i64(st->db, SAMPLED), 0);
	assert_int_equal(sql_i64(st->db, "SELECT pg_relation_size('secret')"), 0);
	db_close(&other);
}

static void scrub_waits_for_no_reader(void **state)
{
	struct store *st = *state;
	static const char *const tables[] = {"secret", NULL};
	sql_ok(st->db, "CREATE TABLE secret (id INT PRIMARY KEY)");
	struct db *other = store_again(st);
	if (store_postgres)
		sql_ok(st->db, "SET lock_timeout = '100ms'");
	assert_int_equal(db_begin_read(other, NULL), 0);
	assert_int_equal(sql_i64(other, "SELECT count(*) FROM secret"), 0);
	sql_ok(st->db, "INSERT INTO secret VALUES (1)");
	struct why why = {0};
	assert_int_equal(db_scrub(st->db, tables, &why), E_BUSY);
	assert_int_equal(why.code, E_BUSY);
	assert_int_equal(db_commit(other, NULL), 0);
	assert_int_equal(db_scrub(st->db, tables, &why), 0);
	db_close(&other);
}

/* ---- SQLite ---- */

static void the_file_is_private_and_safe(void **state)
{
	struct store *st = *state;
	if (store_postgres)
		skip();
	struct stat info;
	assert_int_equal(stat(st->url + strlen("sqlite:"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(sql_i64(st->db, "PRAGMA synchronous"), 2);
	assert_int_equal(sql_i64(st->db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(sql_i64(st->db, "PRAGMA secure_delete"), 1);
	struct stmt *s = db_stmt(st->db, "PRAGMA journal_mode");
	assert_int_equal(db_step(s, NULL), DB_ROW);
	assert_true(slice_is(db_text(s, 0), "wal"));
}

static void what_is_no_database_is_refused(void **state)
{
	struct store *st = *state;
	if (store_postgres)
		skip();
	char url[128];
	snprintf(url, sizeof(url), "sqlite:%s/b.db", st->dir);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	for (int i = 0; i < 1000; i++)
		buf_str(&b, "this is no database ");
	assert_int_equal(file_create(url + strlen("sqlite:"), buf_slice(&b), 0600, NULL), 0);
	open_fails(url, E_IO);
}

static void a_full_disk_is_io(void **state)
{
	struct store *st = *state;
	if (store_postgres)
		skip();
	sql_ok(st->db, "CREATE TABLE f (b BLOB)");
	sql_ok(st->db, "PRAGMA max_page_count = 40");
	assert_int_equal(db_begin(st->db, NULL), 0);
	int rc = 0, rows = 0;
	struct why why = {0};
	for (; rc == 0 && rows < 1000; rows++)
		rc = db_run(db_stmt(st->db, "INSERT INTO f VALUES (zeroblob(4000))"), &why);
	assert_int_equal(rc, E_IO);
	assert_int_equal(why.code, E_IO);
	assert_int_equal(db_commit(st->db, NULL), E_STATE);
	assert_int_equal(sql_i64(st->db, "SELECT count(*) FROM f"), 0);
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_int_equal(db_run(db_stmt(st->db, "INSERT INTO f VALUES (zeroblob(40))"), NULL), 0);
	assert_int_equal(db_commit(st->db, NULL), 0);
}

static void memory_is_private_or_shared(void **state)
{
	(void)state;
	if (store_postgres)
		skip();
	struct db *a = NULL, *b = NULL;
	assert_int_equal(db_open(&a, "sqlite::memory:", NULL), 0);
	assert_int_equal(db_open(&b, "sqlite::memory:", NULL), 0);
	sql_ok(a, "CREATE TABLE x (i INT)");
	sql_ok(b, "CREATE TABLE x (i INT)");
	db_close(&a);
	db_close(&b);
	assert_int_equal(db_open(&a, "sqlite:file:one?vfs=memdb", NULL), 0);
	assert_int_equal(db_open(&b, "sqlite:file:one?vfs=memdb", NULL), 0);
	assert_int_equal(db_begin(a, NULL), 0);
	sql_ok(a, "CREATE TABLE x (i INT)");
	sql_ok(a, "INSERT INTO x VALUES (4)");
	assert_int_equal(db_commit(a, NULL), 0);
	assert_int_equal(sql_i64(b, "SELECT i FROM x"), 4);
	db_close(&a);
	db_close(&b);
	/* Nothing of it is left when the last handle goes. */
	assert_int_equal(db_open(&a, "sqlite:file:one?vfs=memdb", NULL), 0);
	sql_ok(a, "CREATE TABLE x (i INT)");
	db_close(&a);
}

/* ---- PostgreSQL ---- */

static void session_end(struct store *st, struct db *victim)
{
	char sql[96];
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)",
		(long long)sql_i64(victim, "SELECT pg_backend_pid()"));
	sql_ok(st->db, sql);
}

static void a_lost_connection_is_made_anew(void **state)
{
	struct store *st = *state;
	if (!store_postgres)
		skip();
	static const char insert[] = "INSERT INTO l VALUES ($1)";
	sql_ok(st->db, "CREATE TABLE l (i bigint)");
	struct db *db = store_again(st);
	struct stmt *s = db_stmt(db, insert);
	db_bind_i64(s, 1, 1);
	assert_int_equal(db_run(s, NULL), 0);
	/* Lost within a transaction: an error, and nothing of it is kept. */
	assert_int_equal(db_begin(db, NULL), 0);
	s = db_stmt(db, insert);
	db_bind_i64(s, 1, 2);
	assert_int_equal(db_run(s, NULL), 0);
	session_end(st, db);
	struct why why = {0};
	s = db_stmt(db, insert);
	db_bind_i64(s, 1, 3);
	assert_int_equal(db_run(s, &why), E_IO);
	assert_int_equal(why.code, E_IO);
	assert_int_equal(db_commit(db, NULL), E_STATE);
	/* The next transaction connects again; statements are prepared again, the session is set up
	 * again. */
	assert_int_equal(db_begin(db, &why), 0);
	s = db_stmt(db, insert);
	db_bind_i64(s, 1, 4);
	assert_int_equal(db_run(s, NULL), 0);
	assert_int_equal(db_commit(db, NULL), 0);
	assert_int_equal(sql_i64(db, "SELECT CAST(sum(i) AS BIGINT) FROM l"), 5);
	assert_int_equal(
		sql_i64(db, "SELECT CASE current_setting('lock_timeout') WHEN '10s' THEN 1 END"),
		1);
	/* Lost at the commit, and lost while idle. */
	assert_int_equal(db_begin(db, NULL), 0);
	session_end(st, db);
	assert_int_equal(db_commit(db, &why), E_IO);
	assert_false(db_in_transaction(db));
	assert_int_equal(sql_i64(db, "SELECT CAST(sum(i) AS BIGINT) FROM l"), 5);
	db_close(&db);
}

static const struct CMUnitTest tests[] = {
	T(bad_urls),
	T(the_engine_is_known),
	T(scrub_leaves_nothing),
	T(scrub_leaves_no_samples),
	T(scrub_waits_for_no_reader),
	T(the_file_is_private_and_safe),
	T(what_is_no_database_is_refused),
	T(a_full_disk_is_io),
	T(memory_is_private_or_shared),
	T(a_lost_connection_is_made_anew),
};

STORE_MAIN("db engines", tests)
