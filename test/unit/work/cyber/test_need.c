/* test_need.c: tasks and questions wait for who has not answered them, and for nobody else. */
#include "node/league.h"

#include "base/clock.h"

#include "work/cyber/coord.h"
#include "work/cyber/cyber.h"

static const struct workspace *const both[] = {&workspace_note, &workspace_cyber, NULL};

static struct object_id say(struct league *l, size_t i, enum coord_kind kind, const char *json)
{
	struct id member[3] = {l->m[0].id, l->m[1].id, l->m[2].id};
	struct draft d = {.mode = MODE_REAL,
		.kind = slice_str(coord_kind_name(kind)),
		.label = SLICE("league RESTRICTED"),
		.member = member,
		.n_member = 3,
		.media = SLICE("application/json"),
		.content = slice_str(json)};

	struct object_id ret = league_write(l, i, &d).object;
	league_settle(l);
	for (size_t k = 0; k < l->n; k++)
		l->m[k].clock.now_ms += 1000;
	return ret;
}

static void answer(struct league *l, size_t i, const struct object_id *to, const char *word)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * KIB);
	char id[OBJECT_TEXT + 1];

	object_format(to, id);
	(void)say(l, i, COORD_ANSWER,
		arena_printf(&a, "{\"to\":\"%s\",\"answer\":\"%s\"}", id, word));
}

static size_t has(struct league *l, size_t i, const char *text)
{
	enum need_level ret;

	return league_needs(l, i, ROLE_OFFICER, "*", text, &ret);
}

static void a_task_waits_for_its_answer(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * KIB);
	struct league *l = *state;
	char id[ID_TEXT + 1];
	enum need_level ret;

	id_format(&l->m[1].id, id);
	struct object_id t = say(l, 0, COORD_TASK,
		arena_printf(&a,
			"{\"title\":\"Block it\",\"status\":\"open\",\"for\":\"%s\",\"due\":\"2025-03-18T12:00:00Z\"}",
			id));
	assert_int_equal(has(l, 0, "need.cyber.task"), 0);
	assert_int_equal(has(l, 1, "need.cyber.task"), 1);
	assert_int_equal(has(l, 2, "need.cyber.task"), 0); /* for somebody else */
	assert_int_equal(league_needs(l, 1, ROLE_READER, "*", "need.cyber.task", &ret), 1);
	assert_int_equal(ret, NEED_LOOK);
	assert_int_equal(league_needs(l, 1, ROLE_OFFICER, "OPEN", "need.cyber.task", &ret), 0);
	assert_int_equal(league_needs(l, 1, ROLE_NONE, "*", "need.cyber.task", &ret), 0);
	/* What another says about it answers for nobody else. */
	answer(l, 2, &t, "declined");
	assert_int_equal(has(l, 1, "need.cyber.task"), 1);
	answer(l, 1, &t, "accepted");
	assert_int_equal(has(l, 1, "need.cyber.task"), 0);
	for (size_t k = 0; k < l->n; k++)
		l->m[k].clock.now_ms += 3 * HOUR_MS;
	assert_int_equal(has(l, 1, "need.cyber.task_late"), 1);
	answer(l, 1, &t, "done");
	assert_int_equal(has(l, 1, "need.cyber.task_late"), 0);
}

static void a_question_is_for_all(void **state)
{
	struct league *l = *state;
	struct object_id q = say(l, 0, COORD_RFI, "{\"title\":\"Seen here?\",\"status\":\"open\"}");

	(void)say(l, 0, COORD_RFI, "{\"title\":\"Old\",\"status\":\"closed\"}");
	assert_int_equal(has(l, 0, "need.cyber.rfi"), 0);
	assert_int_equal(has(l, 1, "need.cyber.rfi"), 1);
	assert_int_equal(has(l, 2, "need.cyber.rfi"), 1);
	answer(l, 1, &q, "answered");
	assert_int_equal(has(l, 1, "need.cyber.rfi"), 0);
	assert_int_equal(has(l, 2, "need.cyber.rfi"), 1);
}

static void a_flood_hides_no_other(void **state)
{
	struct league *l = *state;

	(void)say(l, 2, COORD_RFI, "{\"title\":\"One\",\"status\":\"open\"}");
	for (int i = 0; i < 60; i++)
		(void)say(l, 1, COORD_TASK, "{\"title\":\"Many\",\"status\":\"open\"}");
	assert_int_equal(has(l, 0, "need.cyber.rfi"), 1);
	assert_int_equal(has(l, 0, "need.cyber.task"), 50);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {SIGNED(a_task_waits_for_its_answer),
		SIGNED(a_question_is_for_all), SIGNED(a_flood_hides_no_other)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("work/cyber/need", tests, NULL, NULL);
}
