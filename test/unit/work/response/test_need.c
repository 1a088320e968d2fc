/* test_need.c: what waits for a member: from when, until when, how urgent, and for whose eyes. */
#include "scene.h"

#include "base/clock.h"

#include "work/response/alert.h"

static const int all[] = {0, 1, 2};

static void pass(struct league *l, int64_t ms)
{
	for (size_t i = 0; i < l->n; i++)
		l->m[i].clock.now_ms += ms;
}

/* -1: there is none. */
static int level(struct league *l, size_t i, const char *text)
{
	enum need_level ret = NEED_LOOK;

	return league_needs(l, i, ROLE_OFFICER, "*", text, &ret) ? (int)ret : -1;
}

static struct object_id alert_of(struct league *l, size_t i, const char *label, enum mode mode)
{
	static const char info[] =
		"{\"info\":[{\"category\":[\"Met\"],\"event\":\"Flood\",\"urgency\":\"Immediate\",\"severity\":\"Severe\","
		"\"certainty\":\"Observed\",\"expires\":\"%s\",\"headline\":\"Water\",\"description\":\"It rises.\","
		"\"area\":[{\"areaDesc\":\"Valley\",\"circle\":[\"41.2,20.1 5\"]}]}]}";
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct id member[3];
	struct draft d = {.mode = mode, .label = slice_str(label), .member = member, .n_member = 3};
	struct reading *r = reading_start(l, i);
	struct aid_view v = {
		.world = &r->world, .db = r->db, .who = &r->self, .arena = &arena, .mode = mode};
	char until[UTC_TEXT_LEN + 1];

	for (size_t k = 0; k < 3; k++)
		member[k] = l->m[k].id;
	utc_format(env_now_ms(&l->m[i].node->env) + 3600000, until);
	assert_ok(alert_make(&v, slice_str(arena_printf(&arena, info, until)), &d, &why));
	reading_end(&r);
	return league_write(l, i, &d).object;
}

static void alerts_are_acknowledged_or_late(void **state)
{
	struct league *l = *state;
	struct object_id a = alert_of(l, 0, "league RESTRICTED", MODE_REAL);
	enum need_level ret;

	league_settle(l);
	assert_int_equal(level(l, 1, "need.response.alert"), NEED_ACT);
	assert_int_equal(level(l, 0, "need.response.alert"), -1); /* one's own */
	assert_int_equal(level(l, 0, "need.response.unread"), -1);
	pass(l, 16 * MINUTE_MS);
	assert_int_equal(level(l, 1, "need.response.alert"), -1);
	assert_int_equal(level(l, 1, "need.response.late"), NEED_ALARM);
	assert_int_equal(level(l, 0, "need.response.unread"), NEED_ALARM);
	/* Who may not act may still know; who may not know does not. */
	assert_int_equal(
		league_needs(l, 0, ROLE_READER, "RESTRICTED", "need.response.unread", &ret), 1);
	assert_int_equal(ret, NEED_LOOK);
	assert_int_equal(league_needs(l, 1, ROLE_OFFICER, "OPEN", "need.response.late", &ret), 0);
	assert_int_equal(league_needs(l, 1, ROLE_NONE, "*", "need.response.late", &ret), 0);
	said(l, 1, AID_ACK, NULL, 0, naming("target", &a), "state=read", NULL);
	league_settle(l);
	assert_int_equal(level(l, 1, "need.response.late"), -1);
	assert_int_equal(level(l, 2, "need.response.late"), NEED_ALARM);
	said(l, 2, AID_ACK, NULL, 0, naming("target", &a), "state=accepted", NULL);
	league_settle(l);
	assert_int_equal(level(l, 0, "need.response.unread"), -1);
	/* What has expired wakes nobody. */
	alert_of(l, 0, "league RESTRICTED", MODE_REAL);
	league_settle(l);
	pass(l, 61 * MINUTE_MS);
	assert_int_equal(level(l, 1, "need.response.late"), -1);
}

static void a_dialogue_waits_for_whose_turn_it_is(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=3", "reserve=1");
	struct object_id q = said(l, 0, AID_REQUEST, all, 3, REQUEST("4711"), LINE, NULL);

	league_settle(l);
	assert_int_equal(level(l, 0, "need.response.request"), -1);
	assert_int_equal(level(l, 1, "need.response.request"), NEED_ACT);
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=2");
	league_settle(l);
	assert_int_equal(level(l, 1, "need.response.request"), -1);
	assert_int_equal(level(l, 2, "need.response.request"), NEED_ACT);
	assert_int_equal(level(l, 0, "need.response.offer"), NEED_ACT);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=duty officer", "commit_by=+2h", NULL);
	league_settle(l);
	assert_int_equal(level(l, 0, "need.response.offer"), -1);
	assert_int_equal(level(l, 1, "need.response.commit"), NEED_ACT);
	assert_int_equal(level(l, 2, "need.response.commit"), -1);
	pass(l, 95 * MINUTE_MS);
	assert_int_equal(level(l, 1, "need.response.commit"), -1);
	assert_int_equal(level(l, 1, "need.response.lapse"), NEED_ALARM);
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	league_settle(l);
	assert_int_equal(level(l, 1, "need.response.lapse"), -1);
	struct object_id dep = said(
		l, 1, AID_DEPLOYMENT, NULL, 0, naming("commit", &c), "status=MOBILISING", NULL);
	said(l, 1, AID_CHECK_IN, NULL, 0, naming("deployment", &dep), "people=4",
		"location.lat=42.0", "location.lon=19.5", "next_report=+1h", NULL);
	said(l, 1, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+48h",
		"reason=more rain", NULL);
	struct object_id claim = said(l, 1, AID_CLAIM, NULL, 0, naming("deployment", &dep),
		"currency=EUR", "method=cash", "lines.0.line=1", "lines.0.category=transport",
		"lines.0.description=Fuel", "lines.0.amount=100", NULL);
	league_settle(l);
	assert_int_equal(level(l, 0, "need.response.extension"), NEED_ACT);
	assert_int_equal(level(l, 1, "need.response.extension"), -1);
	assert_int_equal(level(l, 0, "need.response.claim"), NEED_ACT);
	assert_int_equal(level(l, 0, "need.response.silent"), -1);
	pass(l, 61 * MINUTE_MS);
	assert_int_equal(level(l, 0, "need.response.silent"), NEED_LOOK);
	assert_int_equal(level(l, 1, "need.response.silent"), NEED_ACT);
	said(l, 0, AID_CLAIM_DECISION, NULL, 0, naming("claim", &claim), "lines.0.line=1",
		"lines.0.decision=accept", "decided_by=treasury", NULL);
	assert_int_equal(level(l, 0, "need.response.claim"), -1);
}

/* Nobody's flood hides another's one alarm, and no list grows without bounds. */
static void a_flood_hides_nothing(void **state)
{
	struct league *l = *state;
	enum need_level ret;

	alert_of(l, 2, "league RESTRICTED", MODE_REAL);
	pass(l, 16 * MINUTE_MS);
	for (int i = 0; i < 70; i++)
		said(l, 1, AID_REQUEST, all, 3, REQUEST("1"), LINE, NULL);
	for (int i = 0; i < 40; i++)
		alert_of(l, 1, "league RESTRICTED", MODE_REAL);
	league_settle(l);
	assert_int_equal(league_needs(l, 0, ROLE_OFFICER, "*", "need.response.late", &ret), 1);
	assert_int_equal(ret, NEED_ALARM);
	assert_int_equal(league_needs(l, 0, ROLE_OFFICER, "*", "need.more", &ret), 1);
	assert_int_equal(ret, NEED_LOOK);
	assert_true(league_needs(l, 0, ROLE_OFFICER, "*", "need.response.request", &ret) +
			    league_needs(l, 0, ROLE_OFFICER, "*", "need.response.alert", &ret) <
		    NEEDS_EACH);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {SIGNED(alerts_are_acknowledged_or_late),
		SIGNED(a_dialogue_waits_for_whose_turn_it_is), SIGNED(a_flood_hides_nothing)};
	int skip = league_start(argc, argv);

	scene_register();
	return skip ? skip : cmocka_run_group_tests_name("work/response/need", tests, NULL, NULL);
}
