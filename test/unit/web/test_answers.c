/* Kept answers: found for as long as nobody has committed anything, and only by who would be answered the same. */
#include "../node/league.h"

#include "node/audit.h"
#include "web/answers.h"

static const char ETAG[] = "\"0123456789abcdef0123456789abcdef\"";

static int64_t version_of(struct answers *a, struct league *l)
{
	int64_t v;

	assert_ok(answers_version(a, l->m[0].db, &v, &why));
	return v;
}

static struct shared *some(const char *text)
{
	struct buf b = BUF(4096);

	buf_str(&b, text);
	return shared_new(&b);
}

static struct request asked(const char *path, const char *query)
{
	return (struct request){
		.method = "GET", .path = slice_str(path), .query = slice_str(query)};
}

static struct caller somebody(const char *clearance, enum role role)
{
	struct caller c = {.kind = CALLER_SESSION};

	c.account.clearance = slice_str(clearance);
	c.roles.of[AREA_RECORDS] = (uint8_t)role;
	return c;
}

/* Whatever else a release or a right could turn on makes another key. */
static void keys(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct request list = asked("/api/v1/a", "x=1"), more = asked("/api/v1/a", "x=2"),
		       other = asked("/api/v1/ax", "=1");
	struct caller low = somebody("UNCLASSIFIED", ROLE_READER),
		      high = somebody("*", ROLE_READER),
		      writer = somebody("UNCLASSIFIED", ROLE_CONTRIBUTOR), nobody = {0},
		      local = {.kind = CALLER_LOCAL}, token = low, less = high;
	(void)state;

	token.kind = less.kind = CALLER_TOKEN;
	less.token.clearance = SLICE("UNCLASSIFIED");
	struct slice key[] = {answers_key(&list, &low, &arena), answers_key(&more, &low, &arena),
		answers_key(&other, &low, &arena), answers_key(&list, &high, &arena),
		answers_key(&list, &writer, &arena), answers_key(&list, &nobody, &arena),
		answers_key(&list, &local, &arena), answers_key(&list, &less, &arena)};
	for (size_t i = 0; i < COUNT_OF(key); i++)
		for (size_t k = 0; k < i; k++)
			assert_false(slice_eq(key[i], key[k]));
	/* A token that is worth as much as its owner is answered the same. */
	assert_true(slice_eq(answers_key(&list, &token, &arena), key[0]));
	char *path = arena_alloc(&arena, LIMIT_ANSWERS_KEY + 1);
	memset(path, 'a', LIMIT_ANSWERS_KEY);
	struct request endless = asked(path, "");
	assert_int_equal(answers_key(&endless, &low, &arena).n, 0);
}

static void while_nothing_changes(void **state)
{
	struct league *l = *state;
	struct answers *a = answers_new(l->m[0].node);
	struct slice key = SLICE("key");
	char etag[ANSWERS_ETAG + 1];
	int64_t quick = 0, v = version_of(a, l);
	struct shared *s = some("one");

	assert_int_equal(version_of(a, l), v);
	assert_true(answers_version_quick(a, &quick) == !db_is_postgres(l->m[0].db));
	assert_true(db_is_postgres(l->m[0].db) || quick == v);
	assert_null(answers_take(a, v, key, etag));
	answers_keep(a, v, key, s, ETAG);
	struct shared *again = answers_take(a, v, key, etag);
	assert_ptr_equal(again, s);
	assert_string_equal(etag, ETAG);
	shared_drop(&again);
	assert_null(answers_take(a, v, SLICE("other"), etag));

	/* A commit of any handle, about anything. */
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(audit_add(l->m[0].db, LEAGUE_NOW, "test", "something", SLICE(""), &why));
	int64_t meanwhile;
	if (!db_is_postgres(l->m[0].db)) { /* a transaction that is open has changed nothing yet */
		meanwhile = version_of(a, l);
		assert_int_equal(meanwhile, v);
	}
	assert_ok(db_commit(l->m[0].db, &why));
	int64_t now = version_of(a, l);
	assert_int_not_equal(now, v);
	assert_null(answers_take(a, now, key, etag));
	answers_keep(a, now, key, s, ETAG);
	/* Who began before is answered nothing of later. */
	assert_null(answers_take(a, v, key, etag));
	again = answers_take(a, now, key, etag);
	assert_ptr_equal(again, s);
	shared_drop(&again);
	shared_drop(&s);
	answers_free(&a);
}

/* The ceiling holds, whatever is asked for. */
static void ceiling(void **state)
{
	struct league *l = *state;
	struct answers *a = answers_new(l->m[0].node);
	int64_t v = version_of(a, l);
	char name[32], etag[ANSWERS_ETAG + 1];
	struct buf b = BUF(LIMIT_ANSWERS_BYTES);
	struct shared *big;

	while (b.n < LIMIT_ANSWERS_BYTES / 16)
		buf_str(&b, "0123456789abcdef");
	big = shared_new(&b);
	answers_keep(a, v, SLICE("big"), big, ETAG);
	assert_null(answers_take(a, v, SLICE("big"), etag));
	shared_drop(&big);
	while (b.n < 2000)
		buf_str(&b, "small");
	struct shared *s = shared_new(&b);
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "key-%d", i);
		answers_keep(a, v, slice_str(name), s, ETAG);
	}
	struct shared *last = answers_take(a, v, slice_str(name), etag);
	assert_ptr_equal(last, s);
	assert_null(answers_take(a, v, SLICE("key-0"), etag));
	shared_drop(&last);
	shared_drop(&s);
	answers_free(&a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test_setup_teardown(
			while_nothing_changes, league_setup_signed, league_teardown),
		cmocka_unit_test_setup_teardown(ceiling, league_setup_signed, league_teardown),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
