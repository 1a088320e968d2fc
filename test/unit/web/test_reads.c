/* Reads in the audit: once for a person and an entry, and only what is in the store counts as written. */
#include "../node/league.h"

#include "base/vec.h"
#include "node/audit.h"
#include "web/reads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* A person who has been shown these entries of the coalition. */
static struct shown_to shown_of(
	const struct league *l, int64_t account, const uint8_t *leaf, size_t n)
{
	struct shown_to s = {.caller = {.kind = CALLER_SESSION}};

	s.caller.account.row = account;
	s.caller.account.name = SLICE("edi");
	for (size_t i = 0; i < n; i++)
		vec_push(&s.readings, ((struct noted){.coalition = l->id, .leaf = {{leaf[i]}}}));
	return s;
}

/* Lines of the audit about reading, and leaves that they name. */
static void lines_are(struct league *l, int64_t lines, int64_t bytes)
{
	struct stmt *s = db_stmt(l->m[0].db,
		"SELECT count(*), coalesce(CAST(sum(length(about)) AS BIGINT), 0) FROM audit WHERE what = 'record read'");

	assert_int_equal(db_step(s, &(struct why){0}), DB_ROW);
	assert_int_equal(db_i64(s, 0), lines);
	assert_int_equal(db_i64(s, 1), bytes);
	db_reset(s);
}

#define HEAD	 ((int64_t)strlen("coalition  leaf") + COAL_TEXT)
#define LEAF	 65 /* with the space before it */
#define LEAFS(n) (HEAD + (n)*LEAF)

static void once(void **state)
{
	struct league *l = *state;
	struct api a;
	struct shown_to one = shown_of(l, 1, (const uint8_t[]){1, 2, 1}, 3),
			other = shown_of(l, 2, (const uint8_t[]){1}, 1);

	api_start(&a, l->m[0].node);
	assert_false(reads_written(&a, &one.caller, one.readings.p, one.readings.n));
	assert_ok(reads_write(&a, l->m[0].db, &one, &why));
	assert_true(reads_written(&a, &one.caller, one.readings.p, one.readings.n));
	lines_are(l, 1, LEAFS(2));
	assert_ok(reads_write(&a, l->m[0].db, &one, &why));
	lines_are(l, 1, LEAFS(2));
	assert_false(reads_written(&a, &other.caller, other.readings.p, other.readings.n));
	assert_ok(reads_write(&a, l->m[0].db, &other, &why));
	lines_are(l, 2, LEAFS(2) + LEAFS(1));
	shown_free(&one);
	shown_free(&other);
	api_stop(&a);
}

struct writing {
	struct league *l;
	struct api *a;
	struct shown_to *s;
	atomic_bool done;
	int rc;
};

static void *write_it(void *arg)
{
	struct writing *w = arg;
	struct why said = {0};
	struct db *db;

	w->rc = node_db(w->l->m[0].node, &db, &said);
	if (w->rc == 0) {
		w->rc = reads_write(w->a, db, w->s, &said);
		db_close(&db);
	}
	atomic_store(&w->done, true);
	return NULL;
}

/* While one answer waits for the store, nothing of it counts as written for the next. */
static void not_before(void **state)
{
	struct league *l = *state;
	struct api a;
	struct shown_to s = shown_of(l, 1, (const uint8_t[]){1}, 1);
	struct writing w = {.l = l, .a = &a, .s = &s};
	pthread_t thread;

	api_start(&a, l->m[0].node);
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(audit_add(l->m[0].db, LEAGUE_NOW, "test", "something", SLICE(""), &why));
	assert_int_equal(pthread_create(&thread, NULL, write_it, &w), 0);
	for (int i = 0; i < 30; i++) {
		assert_false(atomic_load(&w.done));
		assert_false(reads_written(&a, &s.caller, s.readings.p, s.readings.n));
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	assert_ok(db_commit(l->m[0].db, &why));
	pthread_join(thread, NULL);
	assert_ok(w.rc);
	assert_true(reads_written(&a, &s.caller, s.readings.p, s.readings.n));
	lines_are(l, 1, LEAFS(1));
	shown_free(&s);
	api_stop(&a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once, league_setup_signed, league_teardown),
		cmocka_unit_test_setup_teardown(not_before, league_setup_signed, league_teardown),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("reads", tests, NULL, NULL);
}
