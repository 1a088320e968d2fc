/* Transactions: what others see, who waits, what is left after a failure. */
#include "store.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static int txn_setup(void **state)
{
	int rc = store_setup(state);
	struct store *st = *state;
	if (rc == 0)
		sql_ok(st->db, "CREATE TABLE c (id INT PRIMARY KEY, n INT NOT NULL)");
	return rc;
}

static int64_t count(struct db *db)
{
	return sql_i64(db, "SELECT count(*) FROM c");
}

static void add(struct db *db, int64_t id)
{
	struct stmt *s = db_stmt(db, "INSERT INTO c (id, n) VALUES ($1, 0)");
	db_bind_i64(s, 1, id);
	assert_int_equal(db_run(s, NULL), 0);
}

static void commit_shows_rollback_does_not(void **state)
{
	struct store *st = *state;
	struct db *other = store_again(st);
	assert_false(db_in_transaction(st->db));
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_true(db_in_transaction(st->db));
	add(st->db, 1);
	assert_int_equal(count(st->db), 1);
	assert_int_equal(count(other), 0);
	assert_int_equal(db_commit(st->db, NULL), 0);
	assert_false(db_in_transaction(st->db));
	assert_int_equal(count(other), 1);
	assert_int_equal(db_begin(st->db, NULL), 0);
	add(st->db, 2);
	db_rollback(st->db);
	db_rollback(st->db);
	assert_int_equal(count(st->db), 1);
	/* A handle that is closed in mid-transaction rolls back. */
	assert_int_equal(db_begin(other, NULL), 0);
	add(other, 3);
	db_close(&other);
	assert_null(other);
	db_close(&other);
	assert_int_equal(count(st->db), 1);
}

static void a_reader_keeps_its_snapshot(void **state)
{
	struct store *st = *state;
	struct db *other = store_again(st);
	assert_int_equal(db_begin_read(other, NULL), 0);
	assert_int_equal(count(other), 0);
	add(st->db, 1);
	assert_int_equal(count(st->db), 1);
	assert_int_equal(count(other), 0);
	assert_int_equal(db_commit(other, NULL), 0);
	assert_int_equal(count(other), 1);
	db_close(&other);
}

static void a_reader_may_not_write(void **state)
{
	struct store *st = *state;
	assert_int_equal(db_begin_read(st->db, NULL), 0);
	struct stmt *s = db_stmt(st->db, "INSERT INTO c (id, n) VALUES ($1, 0)");
	db_bind_i64(s, 1, 1);
	struct why why = {0};
	assert_int_equal(db_run(s, &why), E_STATE);
	assert_int_equal(why.code, E_STATE);
	db_rollback(st->db);
	assert_int_equal(count(st->db), 0);
}

/* A statement that is still being read does not keep its transaction alive. */
static void the_end_ends_the_reading(void **state)
{
	struct store *st = *state;
	for (int64_t i = 0; i < 10; i++)
		add(st->db, i);
	for (int commit = 0; commit < 2; commit++) {
		assert_int_equal(db_begin_read(st->db, NULL), 0);
		struct stmt *s = db_stmt(st->db, "SELECT id FROM c ORDER BY id");
		assert_int_equal(db_step(s, NULL), DB_ROW);
		if (commit)
			assert_int_equal(db_commit(st->db, NULL), 0);
		else
			db_rollback(st->db);
		db_reset(s);
		struct db *other = store_again(st);
		add(other, 100 + commit);
		assert_int_equal(count(st->db), 11 + commit);
		db_close(&other);
	}
}

static void bug_step_past_the_end(struct db *db)
{
	struct stmt *s = db_stmt(db, "SELECT id FROM c ORDER BY id");
	if (db_step(s, NULL) == DB_ROW && db_begin(db, NULL) == 0)
		(void)!db_step(s, NULL);
}

/* Not even by mistake does a loop over rows start again because its body made a transaction. */
static void a_cut_off_reading_aborts(void **state)
{
	struct store *st = *state;
	add(st->db, 1);
	add(st->db, 2);
	must_abort(st, bug_step_past_the_end);
}

static void parameters_outlive_the_start(void **state)
{
	struct store *st = *state;
	struct stmt *s = db_stmt(st->db, "INSERT INTO c (id, n) VALUES ($1, 0)");
	db_bind_i64(s, 1, 44);
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_int_equal(db_run(s, NULL), 0);
	assert_int_equal(db_commit(st->db, NULL), 0);
	assert_int_equal(sql_i64(st->db, "SELECT id FROM c"), 44);
}

/* A snapshot from before is not what a write transaction sees. */
static void a_writer_starts_from_the_newest(void **state)
{
	struct store *st = *state;
	struct db *other = store_again(st);
	add(st->db, 1);
	add(st->db, 2);
	struct stmt *s = db_stmt(other, "SELECT id FROM c");
	assert_int_equal(db_step(s, NULL), DB_ROW);
	add(st->db, 3);
	assert_int_equal(db_begin(other, NULL), 0);
	assert_int_equal(count(other), 3);
	add(other, 4);
	assert_int_equal(db_commit(other, NULL), 0);
	db_close(&other);
}

/* Reads a number and writes it back greater by one, n times; any writer between the two would lose
 * a step. */
static int counter_turn(const struct store *st, int n)
{
	struct db *db = NULL;
	if (db_open(&db, st->url, NULL) < 0)
		return 1;
	for (int i = 0; i < n; i++) {
		if (db_begin(db, NULL) < 0)
			return 2;
		struct stmt *s = db_stmt(db, "SELECT n FROM c WHERE id = 1");
		if (db_step(s, NULL) != DB_ROW)
			return 3;
		int64_t v = db_i64(s, 0);
		s = db_stmt(db, "UPDATE c SET n = $1 WHERE id = 1");
		db_bind_i64(s, 1, v + 1);
		if (db_run(s, NULL) < 0)
			return 4;
		if (db_commit(db, NULL) < 0)
			return 5;
	}
	db_close(&db);
	return 0;
}

static void writers_queue_up(void **state)
{
	struct store *st = *state;
	enum { WRITERS = 4, TURNS = 25 };
	int pids[WRITERS];
	add(st->db, 1);
	fflush(NULL);
	for (int i = 0; i < WRITERS; i++)
		if ((pids[i] = fork()) == 0)
			_exit(counter_turn(st, TURNS));
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_wait(pids[i]), 0);
	assert_int_equal(sql_i64(st->db, "SELECT n FROM c WHERE id = 1"), WRITERS * TURNS);
}

struct busy {
	struct db *db;
	atomic_bool stop;
	atomic_int turns;
	int rc;
};

/* Writes, and writes again at once: its place is free for an instant only. */
static void *write_again_and_again(void *arg)
{
	struct busy *b = arg;

	while (b->rc == 0 && !b->stop) {
		b->rc = db_begin(b->db, NULL);
		if (b->rc < 0)
			break;
		b->turns++;
		usleep(30 * 1000);
		b->rc = db_commit(b->db, NULL);
	}
	return NULL;
}

static void who_writes_again_stands_behind(void **state)
{
	struct store *st = *state;
	struct busy b = {.db = store_again(st)};
	pthread_t thread;
	int before;

	assert_int_equal(pthread_create(&thread, NULL, write_again_and_again, &b), 0);
	for (int i = 0; i < 5; i++) {
		while (b.turns < 2 * i + 1 && b.rc == 0)
			usleep(1000);
		before = b.turns;
		assert_int_equal(db_begin(st->db, NULL), 0);
		/* The one that was going on, and one that may have begun before this one stood in line. */
		assert_in_range(b.turns - before, 0, 1);
		assert_int_equal(db_commit(st->db, NULL), 0);
	}
	b.stop = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(b.rc, 0);
	db_close(&b.db);
}

static void a_taken_place_is_busy(void **state)
{
	struct store *st = *state;
	struct db *other = store_again(st);
	/* Instead of the 10 s that db_open() sets. */
	sql_ok(other, store_postgres ? "SET lock_timeout = '100ms'" : "PRAGMA busy_timeout = 100");
	assert_int_equal(db_begin(st->db, NULL), 0);
	struct why why = {0};
	assert_int_equal(db_begin(other, &why), E_BUSY);
	assert_int_equal(why.code, E_BUSY);
	assert_false(db_in_transaction(other));
	/* Readers do not wait. */
	assert_int_equal(db_begin_read(other, NULL), 0);
	assert_int_equal(count(other), 0);
	assert_int_equal(db_commit(other, NULL), 0);
	assert_int_equal(db_commit(st->db, NULL), 0);
	assert_int_equal(db_begin(other, NULL), 0);
	db_close(&other);
}

static void a_killed_writer_leaves_nothing(void **state)
{
	struct store *st = *state;
	add(st->db, 1);
	int ready[2];
	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	int pid = fork();
	if (pid == 0) {
		struct db *db = NULL;
		if (db_open(&db, st->url, NULL) < 0 || db_begin(db, NULL) < 0)
			_exit(1);
		for (int64_t i = 2; i < 2000; i++)
			add(db, i);
		if (write(ready[1], "!", 1) == 1)
			pause();
		_exit(1);
	}
	char c;
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(child_wait(pid), 128 + SIGKILL);
	close(ready[0]);
	close(ready[1]);
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_int_equal(count(st->db), 1);
	add(st->db, 2);
	assert_int_equal(db_commit(st->db, NULL), 0);
}

static void a_deferred_constraint_fails_the_commit(void **state)
{
	struct store *st = *state;
	sql_ok(st->db, "CREATE TABLE k (c INT REFERENCES c (id) DEFERRABLE INITIALLY DEFERRED)");
	struct why why = {0};
	assert_int_equal(db_begin(st->db, NULL), 0);
	sql_ok(st->db, "INSERT INTO k VALUES (5)");
	assert_int_equal(db_commit(st->db, &why), E_CONFLICT);
	assert_int_equal(why.code, E_CONFLICT);
	assert_false(db_in_transaction(st->db));
	assert_int_equal(sql_i64(st->db, "SELECT count(*) FROM k"), 0);
	assert_int_equal(db_begin(st->db, NULL), 0);
	sql_ok(st->db, "INSERT INTO k VALUES (5)");
	add(st->db, 5);
	assert_int_equal(db_commit(st->db, NULL), 0);
	assert_int_equal(sql_i64(st->db, "SELECT count(*) FROM k"), 1);
}

static void the_version_tells_of_others(void **state)
{
	struct store *st = *state;
	struct db *other = store_again(st);
	int64_t before, after;
	for (int64_t i = 0; i < 20; i++) {
		assert_int_equal(db_version(st->db, &before, NULL), 0);
		assert_int_equal(db_begin(other, NULL), 0);
		add(other, i);
		assert_int_equal(db_commit(other, NULL), 0);
		assert_int_equal(db_version(st->db, &after, NULL), 0);
		assert_int_not_equal(before, after);
	}
	db_close(&other);
}

#define TT(fn) cmocka_unit_test_setup_teardown(fn, txn_setup, store_teardown)

static const struct CMUnitTest tests[] = {
	TT(commit_shows_rollback_does_not),
	TT(a_reader_keeps_its_snapshot),
	TT(a_reader_may_not_write),
	TT(the_end_ends_the_reading),
	TT(a_cut_off_reading_aborts),
	TT(parameters_outlive_the_start),
	TT(a_writer_starts_from_the_newest),
	TT(writers_queue_up),
	TT(who_writes_again_stands_behind),
	TT(a_taken_place_is_busy),
	TT(a_killed_writer_leaves_nothing),
	TT(a_deferred_constraint_fails_the_commit),
	TT(the_version_tells_of_others),
};

STORE_MAIN("db transactions", tests)
