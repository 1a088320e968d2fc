/* What others may have written does not keep a node from its own exercises: strangers, members that write too much, one exercise that cannot be read. */
#include "node/league.h"

#include "base/enc.h"
#include "base/mem.h"
#include "work/training/fold.h"
#include "work/training/limits.h"
#include "work/training/plan.h"
#include "work/training/task.h"
#include "work/training/training.h"

static const struct workspace *const both[] = {&workspace_note, &workspace_training, NULL};
static const int everybody[] = {0, 1, 2};

static struct object_id say_as(struct league *l, size_t i, const struct object_id *object,
	enum kind_id kind, struct slice json)
{
	struct id member[3];
	struct draft d = {.mode = MODE_EXERCISE,
		.kind = slice_str(training_kinds[kind].kind),
		.label = SLICE("league RESTRICTED"),
		.member = member,
		.n_member = 3,
		.media = SLICE("application/json"),
		.content = json};

	for (size_t k = 0; k < 3; k++)
		member[k] = l->m[everybody[k]].id;
	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	return league_write(l, i, &d).object;
}

static struct object_id say(struct league *l, size_t i, enum kind_id kind, const char *json)
{
	return say_as(l, i, NULL, kind, slice_str(json));
}

/* Of member `host`, with member 1 taking part; member 2 does not. */
static struct object_id exercise(struct league *l, size_t host, const char *name)
{
	char id[2][ID_TEXT + 1], json[1000];

	id_format(&l->m[host].id, id[0]);
	id_format(&l->m[1].id, id[1]);
	snprintf(json, sizeof(json),
		"{\"code_name\":\"%s\",\"type\":\"TTX\",\"scenario_epoch\":\"2026-01-01T09:00:00Z\",\"participants\":[{\"party\":\"%s\"},{\"party\":\"%s\"}]}",
		name, id[0], id[1]);
	return say(l, host, KIND_EXERCISE, json);
}

/* A part with so many bytes in a member that nobody knows. */
static void part(struct league *l, size_t i, const struct object_id *ex, size_t bytes)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	char id[OBJECT_TEXT + 1];

	object_format(ex, id);
	buf_addf(&b,
		"{\"exercise\":\"%s\",\"type\":\"variable\",\"number\":\"V\",\"title\":\"t\",\"x\":\"",
		id);
	for (size_t k = 0; k < bytes; k++)
		buf_byte(&b, 'x');
	buf_str(&b, "\"}");
	(void)say_as(l, i, NULL, KIND_PART, buf_slice(&b));
}

static int view_at(
	struct league *l, size_t i, const struct object_id *ex, size_t *ret_part, size_t *ret_cut)
{
	struct reading *r = reading_start(l, i);
	struct arena arena CLEANUP_ARENA = ARENA(GIB);
	struct why why = {0};
	struct view v;
	int rc = store_view(&r->world, r->db, &r->self, MODE_EXERCISE, ex, &arena, &v, &why);

	if (rc == 0) {
		*ret_part = v.n_part;
		*ret_cut = v.cut;
	}
	reading_end(&r);
	return rc;
}

static void shares(void **state)
{
	struct league *l = *state;
	struct object_id ex = exercise(l, 0, "BRIGHT");
	size_t n, cut, first = 0;

	for (int i = 0; i < 3; i++)
		part(l, 2, &ex, 10); /* who takes no part */
	part(l, 0, &ex, 10);
	for (int i = 0; i < 12; i++)
		part(l, 1, &ex, 900 * KIB);
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(view_at(l, i, &ex, &n, &cut), 0);
		/* Member 1 has its share (a half over three), the host lacks nothing. */
		assert_int_equal(n, 1 + LIMIT_EXERCISE_BYTES / 6 / (900 * KIB));
		assert_int_equal(n + cut, 13);
		first = i ? first : n;
		assert_int_equal(n, first);
	}
}

static void newest_of_each(void **state)
{
	struct league *l = *state;
	struct reading *r;
	struct object_id *found, mine;
	size_t n, others = 0;

	mine = exercise(l, 0, "MINE");
	for (int i = 0; i < LIMIT_EXERCISES_EACH + 10; i++) {
		l->m[2].clock.now_ms += 1000;
		(void)exercise(l, 2, "FLOOD");
	}
	league_settle(l);
	r = reading_start(l, 0);
	assert_ok(store_exercises(
		&r->world, r->db, &r->self, MODE_EXERCISE, &r->arena, &found, &n, &why));
	assert_int_equal(n, LIMIT_EXERCISES_EACH + 1);
	assert_true(object_id_eq(&found[n - 1], &mine));
	for (size_t i = 0; i < n; i++)
		others += id_eq(&found[i].owner, &l->m[2].id);
	assert_int_equal(others, LIMIT_EXERCISES_EACH);
	reading_end(&r);
}

/* ---- a round ---- */

static int write_all(
	void *ctx, const struct id *coalition, const struct draft *d, size_t n, struct why *why)
{
	struct league *l = ctx;
	struct written *w CLEANUP_FREE = mem_zero_alloc(n + 1, sizeof(*w));

	return node_write(l->m[0].node, l->m[0].db, coalition, d, n, w, why);
}

static void startex(struct league *l, const struct object_id *ex)
{
	char id[OBJECT_TEXT + 1], json[500];

	object_format(ex, id);
	snprintf(json, sizeof(json),
		"{\"exercise\":\"%s\",\"kind\":\"startex\",\"by\":\"x\",\"at\":\"2025-03-18T09:00:00Z\",\"scenario\":\"2026-01-01T09:00:00Z\"}",
		id);
	(void)say(l, 0, KIND_CONTROL, json);
}

/* An approved inject for member 1, due when the exercise begins. */
static void inject(struct league *l, const struct object_id *ex)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	char id[OBJECT_TEXT + 1], to[ID_TEXT + 1], hex[65];
	struct inject j;
	const char *draft;

	object_format(ex, id);
	id_format(&l->m[1].id, to);
	draft = arena_printf(&arena,
		"{\"exercise\":\"%s\",\"number\":\"1\",\"title\":\"t\",\"kind\":\"inject\",\"fire\":\"auto\",\"play_to\":[\"%s\"],\"play_label\":\"league RESTRICTED\",\"due\":{\"basis\":\"elapsed\",\"after_s\":60}",
		id, to);
	assert_ok(inject_parse(&j, &arena, slice_str(arena_printf(&arena, "%s}", draft)), &why));
	hex_encode(j.digest.b, sizeof(j.digest.b), hex);
	(void)say(l, 0, KIND_INJECT,
		arena_printf(&arena,
			"%s,\"steps\":[{\"to\":\"submitted\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"},{\"to\":\"approved\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\",\"script\":\"%s\"}]}",
			draft, hex));
}

static void one_holds_up_no_other(void **state)
{
	struct league *l = *state;
	struct object_id bad = exercise(l, 0, "TOO LARGE"), good;
	struct training_round round;
	size_t n, cut;

	startex(l, &bad);
	inject(l, &bad);
	for (size_t i = 0; i < LIMIT_EXERCISE_BYTES / (900 * KIB) + 1; i++)
		part(l, 0, &bad, 900 * KIB);
	assert_int_equal(view_at(l, 0, &bad, &n, &cut), E_LIMIT);
	good = exercise(l, 0, "GOOD");
	startex(l, &good);
	inject(l, &good);
	assert_ok(training_round(l->m[0].node, l->m[0].db, &l->id, write_all, l, &round, &why));
	assert_int_equal(round.delivered, 1);
	assert_ok(training_round(l->m[0].node, l->m[0].db, &l->id, write_all, l, &round, &why));
	assert_int_equal(round.delivered, 0);
}

/* Somebody else's exercise that names this member in its deliveries, but not among those who take part: nothing is answered. */
static void strangers_are_not_answered(void **state)
{
	struct league *l = *state;
	struct object_id ex = exercise(l, 2, "THEIRS"), of;
	struct training_round round;
	char id[OBJECT_TEXT + 1], inject_id[OBJECT_TEXT + 1], me[ID_TEXT + 1], json[1000];

	object_format(&ex, id);
	id_format(&l->m[0].id, me);
	snprintf(json, sizeof(json), "{\"exercise\":\"%s\",\"number\":\"1\",\"title\":\"t\"}", id);
	of = say(l, 2, KIND_INJECT, json);
	object_format(&of, inject_id);
	snprintf(json, sizeof(json),
		"{\"exercise\":\"%s\",\"inject\":\"%s\",\"number\":\"1\",\"title\":\"t\",\"mark\":\"X\",\"parties\":[\"%s\"],\"released\":\"2025-03-18T09:00:00Z\",\"by\":\"x\",\"method\":\"portal\"}",
		id, inject_id, me);
	(void)say(l, 2, KIND_DELIVERY, json);
	league_settle(l);
	assert_ok(training_round(l->m[0].node, l->m[0].db, &l->id, write_all, l, &round, &why));
	assert_int_equal(round.received, 0);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {SIGNED(shares), SIGNED(newest_of_each),
		SIGNED(one_holds_up_no_other), SIGNED(strangers_are_not_answered)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("work/training/round", tests, NULL, NULL);
}
