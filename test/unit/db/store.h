/*
 * store.h: an empty store of its own for each test, on the engine that the program was started for.
 *
 *	int main(int argc, char **argv) { … return store_main(argc, argv, tests, n); }
 *	static void test(void **state) { struct store *st = *state; … st->db, store_again(st) … }
 *
 * SQLite: a file in a directory of its own. PostgreSQL: a schema of its own in the database that
 * ENTENTE_TEST_POSTGRES names (tools/pgtest.py sets it).
 */
#ifndef TEST_STORE_H
#define TEST_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/report.h"
#include "base/slice.h"
#include "db/db.h"

struct store {
	char dir[64];  /* SQLite: owned directory */
	char url[512]; /* of this test's store */
	struct db *db; /* owned */
};

extern bool store_postgres; /* which engine this run is for */

int store_setup(void **state);
int store_teardown(void **state);

/* A second handle on the same store. The caller closes it. */
struct db *store_again(const struct store *st);

/* One statement that must succeed, or must fail with `code`. */
void sql_ok(struct db *db, const char *sql);
void sql_fails(struct db *db, const char *sql, int code);
/* The one number that a query yields. */
int64_t sql_i64(struct db *db, const char *sql);

/* Fails the test unless `run` aborts the (child) process, as bugs must. */
void must_abort(struct store *st, void (*run)(struct db *db));
/* Waits for a child; its exit status, or 128 + signal. */
int child_wait(int pid);

#define T(fn) cmocka_unit_test_setup_teardown(fn, store_setup, store_teardown)

/* Runs the group for the engine that argv[1] names: "sqlite" or "postgres". 77 when there is no
 * server. */
#define STORE_MAIN(name, tests)                                                                    \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		int skip = store_start(argc, argv);                                                \
		return skip ? skip : cmocka_run_group_tests_name(name, tests, NULL, NULL);         \
	}
int store_start(int argc, char **argv);

#endif
