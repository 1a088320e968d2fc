/* The table, the folds and what is this node's own, on both stores: what a reader finds, which version, and that nothing depends on the order of arrival. */
#include "node/league.h"

#include "base/enc.h"
#include "node/audit.h"
#include "work/training/calendar.h"
#include "work/training/fold.h"
#include "work/training/holders.h"
#include "work/training/out.h"
#include "work/training/plan.h"
#include "work/training/training.h"

static const struct workspace *const both[] = {&workspace_note, &workspace_training, NULL};

static const int everybody[] = {0, 1, 2};

/* A record of member i; `object` NULL: a new one. */
static struct object_id say(struct league *l, size_t i, enum mode mode, enum kind_id kind,
	const struct object_id *object, const int *to, size_t n, const char *json)
{
	struct id member[LEAGUE_MAX];
	struct draft d = {.mode = mode,
		.kind = slice_str(training_kinds[kind].kind),
		.label = SLICE("league RESTRICTED"),
		.member = member,
		.n_member = n,
		.media = SLICE("application/json"),
		.content = slice_str(json)};

	for (size_t k = 0; k < n; k++)
		member[k] = l->m[to[k]].id;
	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	return league_write(l, i, &d).object;
}

static struct object_id exercise(struct league *l, enum mode mode, const char *name)
{
	char id[LEAGUE_MAX][ID_TEXT + 1], json[2000];

	for (size_t k = 0; k < 3; k++)
		id_format(&l->m[k].id, id[k]);
	snprintf(json, sizeof(json),
		"{\"code_name\":\"%s\",\"type\":\"TTX\",\"scenario_epoch\":\"2026-01-01T09:00:00Z\",\"participants\":[{\"party\":\"%s\"},{\"party\":\"%s\"},{\"party\":\"%s\"}]}",
		name, id[0], id[1], id[2]);
	return say(l, 0, mode, KIND_EXERCISE, NULL, everybody, 3, json);
}

static const char *inject_text(const struct object_id *ex, const char *number, const char *title)
{
	static char json[1000];
	char id[OBJECT_TEXT + 1];

	object_format(ex, id);
	snprintf(json, sizeof(json), "{\"exercise\":\"%s\",\"number\":\"%s\",\"title\":\"%s\"}", id,
		number, title);
	return json;
}

/* Titles of what belongs to the exercise, as `who` sees it at node i, in order of kind and object. */
static void about_is(struct league *l, size_t i, size_t who, enum mode mode,
	const struct object_id *ex, size_t n_inject, const char *title)
{
	struct reading *r = reading_start(l, i);
	struct reader reader = i == who ? r->self : world_reader(&r->world, &l->m[who].id);
	struct rows rows;
	size_t n = 0;
	bool found = !title;

	assert_ok(store_about(&r->world, r->db, &reader, mode, ex, KINDS, &r->arena, &rows, &why));
	struct rows injects;
	assert_ok(store_about(
		&r->world, r->db, &reader, mode, ex, KIND_INJECT, &r->arena, &injects, &why));
	assert_int_equal(injects.n, n_inject);
	for (size_t k = 0; k < rows.n; k++) {
		n += rows.p[k].kind == KIND_INJECT;
		if (title && slice_search(rows.p[k].body, slice_str(title)) >= 0)
			found = true;
	}
	if (n != n_inject || !found)
		fail_msg("%zu at %zu: %zu injects, not %zu; \"%s\" %s", who, i, n, n_inject,
			title ? title : "", found ? "is there" : "is not there");
	reading_end(&r);
}

static void readers_and_versions(void **state)
{
	struct league *l = *state;
	struct object_id ex = exercise(l, MODE_EXERCISE, "BRIGHT"), own, shared;

	own = say(l, 0, MODE_EXERCISE, KIND_INJECT, NULL, (int[]){0}, 1,
		inject_text(&ex, "1", "For the author alone"));
	shared = say(l, 0, MODE_EXERCISE, KIND_INJECT, NULL, everybody, 3,
		inject_text(&ex, "2", "For all"));
	(void)say(l, 0, MODE_EXERCISE, KIND_INJECT, &shared, everybody, 3,
		inject_text(&ex, "2", "For all, again"));
	league_settle(l);
	about_is(l, 0, 0, MODE_EXERCISE, &ex, 2, "For the author alone");
	about_is(l, 1, 1, MODE_EXERCISE, &ex, 1, "For all, again");
	about_is(l, 0, 1, MODE_EXERCISE, &ex, 1, NULL);
	assert_false(league_holds(l, 1, "For the author alone"));
	/* A version that is for fewer: the others keep the one that they may read. */
	(void)say(l, 0, MODE_EXERCISE, KIND_INJECT, &shared, (int[]){0, 2}, 2,
		inject_text(&ex, "2", "For two"));
	league_settle(l);
	about_is(l, 1, 1, MODE_EXERCISE, &ex, 1, "For all, again");
	about_is(l, 2, 2, MODE_EXERCISE, &ex, 1, "For two");
	/* And of another mode there is nothing. */
	about_is(l, 1, 1, MODE_TEST, &ex, 0, NULL);
	about_is(l, 1, 1, MODE_REAL, &ex, 0, NULL);
	(void)own;
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
}

/* Node 2 hears of the scripts before it hears of the exercise, and of versions in pieces. */
static void order_of_arrival(void **state)
{
	struct league *l = *state;
	struct object_id ex = exercise(l, MODE_EXERCISE, "BRIGHT"), shared;

	league_carry(l, 0, 1, true);
	shared = say(l, 1, MODE_EXERCISE, KIND_INJECT, NULL, everybody, 3,
		inject_text(&ex, "K1", "First"));
	league_carry(l, 1, 2, true);
	about_is(l, 2, 2, MODE_EXERCISE, &ex, 1, "First");
	(void)say(l, 1, MODE_EXERCISE, KIND_INJECT, &shared, everybody, 3,
		inject_text(&ex, "K1", "Second"));
	league_carry(l, 1, 2, false); /* the header, without its content */
	about_is(l, 2, 2, MODE_EXERCISE, &ex, 1, NULL);
	league_settle(l);
	about_is(l, 2, 2, MODE_EXERCISE, &ex, 1, "Second");
	about_is(l, 0, 0, MODE_EXERCISE, &ex, 1, "Second");
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
}

/* Somebody says that his exercise is real: it is kept, and in no view of this area. */
static void real_is_no_exercise(void **state)
{
	struct league *l = *state;
	struct object_id ex = exercise(l, MODE_REAL, "NOT SO");

	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		struct reading *r = reading_start(l, i);
		struct rows rows;
		struct row row;

		for (int m = MODE_REAL; m <= MODE_TEST; m++) {
			assert_ok(store_kind(&r->world, r->db, &r->self, (enum mode)m,
				KIND_EXERCISE, 100, &r->arena, &rows, &why));
			assert_int_equal(rows.n, 0);
		}
		assert_fails(E_MISSING,
			store_get(&r->world, r->db, &r->self, &ex, &r->arena, &row, &why));
		reading_end(&r);
		league_rebuilds(l, i);
	}
}

static void badge(struct league *l, size_t i, const char *person, const char *code,
	const char *until, const char *more)
{
	char json[1000];

	snprintf(json, sizeof(json),
		"{\"person\":\"%s\",\"code\":\"%s\",\"title\":\"t\",\"authority\":\"a\",\"granted\":\"2024-01-01\"%s%s%s%s}",
		person, code, until ? ",\"until\":\"" : "", until ? until : "", until ? "\"" : "",
		more);
	(void)say(l, i, MODE_REAL, KIND_QUALIFICATION, NULL, everybody, 3, json);
}

static void holders(void **state)
{
	struct league *l = *state;
	struct certificate_holder *h;
	size_t n;

	badge(l, 0, "A-1", "EMT-2", "2026-06-30", "");
	badge(l, 0, "A-1", "EMT-2", NULL, ""); /* the same person, without an end */
	badge(l, 0, "A-2", "EMT-2", "2026-03-31", "");
	badge(l, 0, "A-3", "EMT-2", "2024-12-31", ""); /* has run out */
	badge(l, 0, "A-4", "EMT-1", NULL, "");
	badge(l, 1, "B-1", "EMT-2", NULL, "");
	badge(l, 1, "B-2", "EMT-2", NULL,
		",\"steps\":[{\"to\":\"revoked\",\"at\":\"2025-01-01T00:00:00Z\",\"by\":\"b\",\"why\":\"w\"}]");
	league_settle(l);
	struct reading *r = reading_start(l, 2);
	struct certificate_ask ask = {
		&r->world, r->db, &r->self, MODE_REAL, SLICE("EMT-2"), LEAGUE_NOW};
	assert_ok(certificates_find(&ask, &r->arena, &h, &n, &why));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		bool first = id_eq(&h[i].member, &l->m[0].id);

		assert_int_equal(h[i].persons, first ? 2 : 1);
		assert_int_equal(h[i].until_ms, first ? 1775001600000LL : 0); /* 2026-04-01 */
	}
	ask.mode = MODE_EXERCISE;
	assert_ok(certificates_find(&ask, &r->arena, &h, &n, &why));
	assert_int_equal(n, 0);
	reading_end(&r);
}

/* ---- what is this node's own ---- */

static struct out_item item(struct league *l, enum out_channel channel, const char *target)
{
	struct out_item x = {.channel = channel,
		.coalition = 1,
		.target = slice_str(target),
		.body = SLICE("text")};

	x.about.owner = l->m[0].id;
	out_id(channel, &x.about, x.target, x.id);
	return x;
}

static void want(struct league *l, const struct out_item *x, int64_t now)
{
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(out_want(l->m[0].db, x, now, &why));
	assert_ok(db_commit(l->m[0].db, &why));
}

static void outward(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct out_item a = item(l, OUT_MAIL, "a@x"), b = item(l, OUT_MAIL, "b@x"), got, *list;
	int64_t due;
	size_t n;

	want(l, &a, 1000), want(l, &b, 2000), want(l, &a, 3000);
	assert_ok(out_take(db, OUT_MAIL, 2500, 60000, &arena, &got, &why));
	assert_slice(got.target, "a@x");
	assert_int_equal(got.tries, 1);
	assert_ok(out_take(db, OUT_MAIL, 2500, 60000, &arena, &got, &why));
	assert_slice(got.target, "b@x");
	assert_fails(E_MISSING, out_take(db, OUT_MAIL, 2500, 60000, &arena, &got, &why));
	assert_fails(E_MISSING, out_take(db, OUT_XAPI, 2500, 60000, &arena, &got, &why));
	assert_ok(out_due(db, OUT_MAIL, &due, &why));
	assert_int_equal(due, 62500);
	/* What waits for another channel is not what is due here. */
	assert_ok(out_due(db, OUT_XAPI, &due, &why));
	assert_int_equal(due, 0);
	assert_ok(out_done(db, got.row, OUT_DEAD, 0, 2600, "550 no", &why));
	/* Who died in the midst of it: it is due again when its lease is over. */
	assert_ok(out_take(db, OUT_MAIL, 62500, 60000, &arena, &got, &why));
	assert_slice(got.target, "a@x");
	assert_ok(out_done(db, got.row, OUT_SENT, 0, 62600, "", &why));
	assert_ok(out_list(db, 1, 10, &arena, &list, &n, &why));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].state, OUT_DEAD);
	assert_slice(list[0].error, "550 no");
	assert_int_equal(list[1].state, OUT_SENT);
	assert_slice(list[1].body, ""); /* what has gone is not kept */
	assert_ok(db_begin(db, &why));
	assert_fails(E_STATE, out_again(db, list[1].row, 70000, &why));
	assert_fails(E_MISSING, out_again(db, 999, 70000, &why));
	assert_ok(out_again(db, list[0].row, 70000, &why));
	assert_ok(db_commit(db, &why));
	assert_ok(out_take(db, OUT_MAIL, 70000, 60000, &arena, &got, &why));
	assert_slice(got.target, "b@x");
	league_rebuilds(l, 0);
	assert_ok(out_list(db, 1, 10, &arena, &list, &n, &why));
	assert_int_equal(n, 2);
}

/* The store is away: the first is tried, and the others lose no try over it. */
static void away(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct out_item got, *list;
	int64_t due;
	size_t n;

	for (int i = 0; i < 3; i++) {
		struct out_item x = item(l, OUT_XAPI, (const char *const[]){"a", "b", "c"}[i]);

		want(l, &x, 1000 + i);
	}
	for (int64_t now = 2000; now < 10000; now += 4000) {
		assert_ok(out_take(db, OUT_XAPI, now, 60000, &arena, &got, &why));
		assert_slice(got.target, "a");
		assert_ok(out_done(db, got.row, OUT_WAITING, now + 3000, now, "away", &why));
		assert_ok(out_hold(db, OUT_XAPI, now + 3000, &why));
		assert_fails(
			E_MISSING, out_take(db, OUT_XAPI, now + 2999, 60000, &arena, &got, &why));
		assert_ok(out_due(db, OUT_XAPI, &due, &why));
		assert_int_equal(due, now + 3000);
	}
	assert_ok(out_list(db, 1, 10, &arena, &list, &n, &why));
	assert_int_equal(n, 3);
	assert_int_equal(list[0].tries + list[1].tries, 0);
	assert_int_equal(list[2].tries, 2);
}

static void record_store(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct lrs got, set = {.endpoint = SLICE("https://lrs.example/xapi"),
				.authorization = SLICE("Basic c2VjcmV0LWNhbmFyeQ=="),
				.clearance = SLICE("*"),
				.made_ms = 5};

	assert_fails(E_MISSING, lrs_get(l->m[0].node, db, &arena, &got, &why));
	assert_ok(db_begin(db, &why));
	set.endpoint = SLICE("http://lrs.example/xapi");
	assert_fails(E_INVALID, lrs_set(l->m[0].node, db, &set, &why));
	set.endpoint = SLICE("https://lrs.example/xapi");
	assert_ok(lrs_set(l->m[0].node, db, &set, &why));
	assert_ok(lrs_set(l->m[0].node, db, &set, &why)); /* at most one */
	assert_ok(db_commit(db, &why));
	assert_ok(lrs_get(l->m[0].node, db, &arena, &got, &why));
	assert_slice(got.authorization, "Basic c2VjcmV0LWNhbmFyeQ==");
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM training_lrs"), 1);
	/* The same store with another password goes on; what waits for one that is no longer set is given up. */
	struct out_item x = item(l, OUT_XAPI, "a");
	want(l, &x, 1000);
	assert_ok(db_begin(db, &why));
	set.authorization = SLICE("Basic bmV3");
	set.made_ms = 50;
	assert_ok(lrs_set(l->m[0].node, db, &set, &why));
	assert_ok(db_commit(db, &why));
	assert_ok(lrs_get(l->m[0].node, db, &arena, &got, &why));
	assert_int_equal(got.made_ms, 5);
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM training_out WHERE state = 0"), 1);
	assert_ok(db_begin(db, &why));
	assert_ok(lrs_drop(db, 60, &why));
	assert_ok(db_commit(db, &why));
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM training_out WHERE state = 2"), 1);
	assert_false(league_holds(l, 0, "c2VjcmV0LWNhbmFyeQ=="));
}

static void addresses(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct calendar got, *list,
		c = {.name = SLICE("wall"),
			.clearance = SLICE("*"),
			.mode = MODE_REAL,
			.busy = true};
	char secret[CALENDAR_SECRET + 1], other[CALENDAR_SECRET + 1];
	size_t n;

	assert_ok(db_begin(db, &why));
	assert_ok(account_add(db,
		&(struct account_new){.name = SLICE("edi"), .clearance = SLICE("*")}, 1, &c.account,
		&why));
	c.coalition = league_number(l, 0, "SELECT id FROM coalition");
	assert_ok(calendar_new(l->m[0].node, db, &c, secret, &why));
	assert_ok(calendar_new(l->m[0].node, db, &c, other, &why));
	assert_string_not_equal(secret, other);
	c.name = SLICE("");
	assert_fails(E_INVALID, calendar_new(l->m[0].node, db, &c, other, &why));
	assert_ok(db_commit(db, &why));
	assert_ok(calendar_find(db, slice_str(secret), &arena, &got, &why));
	assert_true(got.busy && id_eq(&got.coalition_id, &l->id));
	secret[0] = secret[0] == 'a' ? 'b' : 'a';
	assert_fails(E_MISSING, calendar_find(db, slice_str(secret), &arena, &got, &why));
	assert_ok(calendar_list(db, got.coalition, 0, &arena, &list, &n, &why));
	assert_int_equal(n, 2);
	assert_ok(calendar_list(db, got.coalition, c.account + 1, &arena, &list, &n, &why));
	assert_int_equal(n, 0);
	assert_ok(db_begin(db, &why));
	assert_fails(E_MISSING, calendar_drop(db, slice_str(got.id), c.account + 1, &why));
	assert_ok(calendar_drop(db, slice_str(got.id), c.account, &why));
	/* One person's addresses are not everybody's. */
	c.name = SLICE("wall");
	for (int i = 1; i < CALENDARS_EACH; i++)
		assert_ok(calendar_new(l->m[0].node, db, &c, other, &why));
	assert_fails(E_LIMIT, calendar_new(l->m[0].node, db, &c, other, &why));
	assert_ok(account_add(db,
		&(struct account_new){.name = SLICE("ana"), .clearance = SLICE("*")}, 1, &c.account,
		&why));
	assert_ok(calendar_new(l->m[0].node, db, &c, other, &why));
	assert_ok(db_commit(db, &why));
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {SIGNED(readers_and_versions),
		SIGNED(order_of_arrival), SIGNED(real_is_no_exercise), SIGNED(holders),
		SIGNED(outward), SIGNED(away), SIGNED(record_store), SIGNED(addresses)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("work/training/store", tests, NULL, NULL);
}
