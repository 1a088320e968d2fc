/* test_need.c: what waits for EXCON, for who is played to, and for who is asked by the programme. */
#include "node/league.h"

#include "base/clock.h"
#include "base/enc.h"
#include "work/training/plan.h"
#include "work/training/training.h"

#define READY                                                                                      \
	"\"steps\":[{\"to\":\"specified\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"},{\"to\":\"planned\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"},{\"to\":\"ready\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"}]"

static const struct workspace *const both[] = {&workspace_note, &workspace_training, NULL};

static struct object_id say(
	struct league *l, size_t i, enum kind_id kind, enum mode mode, const char *json)
{
	struct id member[2] = {l->m[0].id, l->m[1].id};
	struct draft d = {.mode = mode,
		.kind = slice_str(training_kinds[kind].kind),
		.label = SLICE("league RESTRICTED"),
		.member = member,
		.n_member = 2,
		.media = SLICE("application/json"),
		.content = slice_str(json)};

	return league_write(l, i, &d).object;
}

/* -1: there is none. */
static int level(struct league *l, size_t i, const char *text)
{
	enum need_level ret = NEED_LOOK;

	return league_needs(l, i, ROLE_OFFICER, "*", text, &ret) ? (int)ret : -1;
}

static struct object_id exercise(struct league *l, struct arena *a, const char *steps)
{
	char id[ID_TEXT + 1];

	id_format(&l->m[1].id, id);
	return say(l, 0, KIND_EXERCISE, MODE_EXERCISE,
		arena_printf(a,
			"{\"code_name\":\"BRIGHT\",\"type\":\"TTX\",\"scenario_epoch\":\"2026-01-01T09:00:00Z\",\"participants\":[{\"party\":\"%s\"}]%s%s}",
			id, *steps ? "," : "", steps));
}

/* An approved inject, due five minutes after STARTEX. */
static struct object_id inject(
	struct league *l, struct arena *a, const struct object_id *ex, const char *fire)
{
	char id[OBJECT_TEXT + 1], to[ID_TEXT + 1], hex[65];
	struct inject j;
	const char *draft;

	object_format(ex, id);
	id_format(&l->m[1].id, to);
	draft = arena_printf(a,
		"{\"exercise\":\"%s\",\"number\":\"7\",\"title\":\"Water\",\"kind\":\"inject\",\"fire\":\"%s\",\"play_to\":[\"%s\"],\"play_label\":\"league RESTRICTED\",\"due\":{\"basis\":\"elapsed\",\"after_s\":300}",
		id, fire, to);
	assert_ok(inject_parse(&j, a, slice_str(arena_printf(a, "%s}", draft)), &why));
	hex_encode(j.digest.b, sizeof(j.digest.b), hex);
	return say(l, 0, KIND_INJECT, MODE_EXERCISE,
		arena_printf(a,
			"%s,\"steps\":[{\"to\":\"submitted\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"},{\"to\":\"approved\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\",\"script\":\"%s\"}]}",
			draft, hex));
}

static void startex(struct league *l, struct arena *a, const struct object_id *ex)
{
	char id[OBJECT_TEXT + 1];

	object_format(ex, id);
	(void)say(l, 0, KIND_CONTROL, MODE_EXERCISE,
		arena_printf(a,
			"{\"exercise\":\"%s\",\"kind\":\"startex\",\"by\":\"x\",\"at\":\"2025-03-18T09:30:00Z\",\"scenario\":\"2026-01-01T09:00:00Z\"}",
			id));
}

static void an_inject_waits_and_is_late(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct object_id ex = exercise(l, &a, READY), s;
	enum need_level ret;

	s = inject(l, &a, &ex, "confirm");
	startex(l, &a, &ex);
	assert_int_equal(level(l, 0, "need.training.release"), -1);
	l->m[0].clock.now_ms += 5 * MINUTE_MS + 1000;
	assert_int_equal(level(l, 0, "need.training.release"), NEED_ACT);
	assert_int_equal(level(l, 0, "need.training.late"), -1);
	l->m[0].clock.now_ms += 2 * MINUTE_MS;
	assert_int_equal(level(l, 0, "need.training.release"), -1);
	assert_int_equal(level(l, 0, "need.training.late"), NEED_ALARM);
	assert_int_equal(league_needs(l, 0, ROLE_OFFICER, "OPEN", "need.training.late", &ret), 0);
	assert_int_equal(league_needs(l, 0, ROLE_NONE, "*", "need.training.late", &ret), 0);
	/* It has gone out: then it is whose it is played to. */
	char id[OBJECT_TEXT + 1], of[OBJECT_TEXT + 1], to[ID_TEXT + 1];
	object_format(&ex, id);
	object_format(&s, of);
	id_format(&l->m[1].id, to);
	s = say(l, 0, KIND_DELIVERY, MODE_EXERCISE,
		arena_printf(&a,
			"{\"exercise\":\"%s\",\"inject\":\"%s\",\"number\":\"7\",\"title\":\"Water\",\"mark\":\"X\",\"parties\":[\"%s\"],\"released\":\"2025-03-18T09:37:00Z\",\"by\":\"x\",\"method\":\"portal\"}",
			id, of, to));
	assert_int_equal(level(l, 0, "need.training.late"), -1);
	league_settle(l);
	assert_int_equal(level(l, 0, "need.training.delivery"), -1);
	assert_int_equal(level(l, 1, "need.training.delivery"), NEED_ACT);
	object_format(&s, of);
	(void)say(l, 1, KIND_RECEIPT, MODE_EXERCISE,
		arena_printf(&a,
			"{\"exercise\":\"%s\",\"delivery\":\"%s\",\"state\":\"seen\",\"received\":\"2025-03-18T09:37:00Z\",\"seen\":\"2025-03-18T09:37:00Z\"}",
			id, of));
	assert_int_equal(level(l, 1, "need.training.delivery"), -1);
}

static void what_is_not_ready_asks_for_nothing(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	struct object_id ex = exercise(l, &a, "");

	(void)inject(l, &a, &ex, "confirm");
	startex(l, &a, &ex);
	l->m[0].clock.now_ms += 10 * MINUTE_MS;
	assert_int_equal(level(l, 0, "need.training.late"), -1);
}

static void the_programme_asks(void **state)
{
	struct arena a CLEANUP_ARENA = ARENA(MIB);
	struct league *l = *state;
	char id[ID_TEXT + 1], action[OBJECT_TEXT + 1], hex[65];
	struct object_id of;
	struct hash h;

	id_format(&l->m[1].id, id);
	(void)say(l, 0, KIND_ENTRY, MODE_REAL,
		arena_printf(&a,
			"{\"title\":\"Course\",\"kind\":\"course\",\"from\":\"2025-05-01\",\"to\":\"2025-05-09\",\"days\":3,\"parties\":[\"%s\"],\"steps\":[{\"to\":\"proposed\",\"at\":\"2025-03-18T08:00:00Z\",\"by\":\"a\"}]}",
			id));
	of = say(l, 0, KIND_ACTION, MODE_REAL,
		arena_printf(&a, "{\"text\":\"Train the crews\",\"owner\":\"%s\"}", id));
	league_settle(l);
	assert_int_equal(level(l, 0, "need.training.entry"), -1);
	assert_int_equal(level(l, 1, "need.training.entry"), NEED_ACT);
	assert_int_equal(level(l, 0, "need.training.action"), -1);
	assert_int_equal(level(l, 1, "need.training.action"), NEED_ACT);
	object_format(&of, action);
	h = hash_bytes(SLICE("Train the crews"));
	hex_encode(h.b, sizeof(h.b), hex);
	(void)say(l, 1, KIND_ACCEPTANCE, MODE_REAL,
		arena_printf(&a,
			"{\"action\":\"%s\",\"text\":\"%s\",\"person\":\"x\",\"due\":\"2025-06-01\",\"steps\":[{\"to\":\"accepted\",\"at\":\"2025-03-18T09:00:00Z\",\"by\":\"a\"}]}",
			action, hex));
	assert_int_equal(level(l, 1, "need.training.action"), -1);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {SIGNED(an_inject_waits_and_is_late),
		SIGNED(what_is_not_ready_asks_for_nothing), SIGNED(the_programme_asks)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("work/training/need", tests, NULL, NULL);
}
