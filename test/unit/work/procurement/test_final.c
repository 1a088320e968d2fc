/*
 * test_final.c: when an award is final, whatever the lead calls it: every node counts for itself, and all come to the same. Records are written as the lead's own node would not.
 */
#include "play.h"

#include "node/record.h"
#include "work/procurement/balance.h"
#include "work/procurement/procurement.h"

#define DAY	(24LL * 3600 * 1000)
#define OPENING (DEADLINE + 700000)
#define UNTIL	(OPENING + DAY + 60000) /* the standstill is over */

static bool has_closed(const struct process *p)
{
	return p->replay && p->replay->closed;
}
static bool is_opened(const struct process *p)
{
	return p->state == PROCESS_OPENED;
}

static const char *changed(struct arena *arena, const char *text, const char *from, const char *to)
{
	ptrdiff_t at = slice_search(slice_str(text), slice_str(from));

	assert_true(at >= 0);
	return arena_printf(arena, "%.*s%s%s", (int)at, text, to, text + at + strlen(from));
}

static const char *tender_days(struct play *y, struct arena *arena, const char *days)
{
	return changed(arena,
		tender_of(y, arena, DEADLINE, 2,
			"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
			item_of(y, arena, "1", 1, 5)),
		"\"standstillDays\":0", days);
}

/* One bid, opened by all, under a tender with a standstill of a day. */
static void begin(struct play *y, struct league *l)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	*y = (struct play){.l = l};
	play_begin(y, 7);
	agreement(y);
	league_settle(l);
	y->tender = put(y, 0, "procurement/tender/1",
		tender_days(y, &arena, "\"standstillDays\":1"), NULL, 0)
			    .object;
	until(y, is_open, "open");
	supply(y, 0, 1, TEXT_PUT, N);
	league_settle(l);
	hour(y, DEADLINE + 370000);
	until(y, has_closed, "closed");
	hour(y, OPENING);
	for (size_t i = 0; i < N; i++)
		confirm(y, i);
	until(y, is_opened, "opened");
	league_settle(l);
}

static void propose(struct play *y)
{
	struct written w;
	struct seen s;

	assert_true(look(y, 0, &s));
	assert_ok(lab_award(&s.seat, &s.p, &s.arena, &w, &why));
	leave(&s);
	league_settle(y->l);
}

/* The award's record with other words in place of some. */
static void award_changed(struct play *y, const char *from, const char *to)
{
	struct seen s;
	struct written w;

	assert_true(look(y, 0, &s));
	const char *text = arena_string(&s.arena, s.p.award->body);
	assert_ok(step_record(&s.seat, &s.p, P_AWARD, &s.p.award->object,
		slice_str(changed(&s.arena, text, from, to)), &w, &why));
	leave(&s);
	league_settle(y->l);
}

static void call_active(struct play *y)
{
	award_changed(y, "\"status\":\"pending\"", "\"status\":\"active\"");
}

static void call_pending(struct play *y)
{
	award_changed(y, "\"status\":\"active\"", "\"status\":\"pending\"");
}

/* What member i says of the award, whatever its node would. */
static void say(struct play *y, size_t i, bool agrees)
{
	struct seen s;
	struct written w;
	char object[OBJECT_TEXT + 1], hex[65];

	assert_true(look(y, i, &s));
	struct hash digest = award_digest(s.p.award);
	object_format(&y->procurement, object);
	hex_encode(digest.b, 32, hex);
	assert_ok(step_record(&s.seat, &s.p, P_AWARD_CONSENT, NULL,
		slice_str(arena_printf(&s.arena,
			"{\"procurement\":\"%s\",\"award\":\"%s\",\"agrees\":%s,\"objective\":{\"amount\":35,\"currency\":\"EUR\"},\"solver\":\"x\",\"text\":\"x\"}",
			object, hex, agrees ? "true" : "false")),
		&w, &why));
	leave(&s);
	league_settle(y->l);
}

static void say_all(struct play *y)
{
	for (size_t i = 0; i < N; i++)
		say(y, i, true);
}

static void finish(struct play *y, int want)
{
	struct written w;
	struct seen s;

	assert_true(look(y, 0, &s));
	assert_int_equal(lab_finish(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &w,
				 &(struct why){0}),
		want);
	leave(&s);
	league_settle(y->l);
}

static void state_is(struct play *y, enum process_state want)
{
	for (size_t i = 0; i < N; i++) {
		struct seen s;

		assert_true(look(y, i, &s));
		assert_string_equal(process_state_name(s.p.state), process_state_name(want));
		leave(&s);
	}
}

/* Every node tells the award in OCDS as it stands, and not as the lead calls it. */
static void told(struct play *y, const char *status)
{
	for (size_t i = 0; i < N; i++)
		assert_int_equal(awards_told(y, i, status), 1);
}

static void contract(struct play *y, size_t i, const char *status, int want)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char object[OBJECT_TEXT + 1], award[OBJECT_TEXT + 1], id[ID_TEXT + 1], key[65], bid[33];
	struct seen s;

	assert_true(look(y, i, &s));
	object_format(&y->procurement, object);
	object_format(&s.p.award->object, award);
	id_format(&y->l->m[i].id, id);
	hex_encode(y->bidder[0].pub.b, 32, key);
	hex_encode(y->bid[0].b, 16, bid);
	leave(&s);
	put(y, i, "procurement/contract/1",
		arena_printf(&arena,
			"{\"procurement\":\"%s\",\"award\":\"%s\",\"bid\":\"%s\",\"bidder\":\"%s\",\"supplier\":\"one\",\"buyer\":\"%s\",\"title\":\"x\",\"value\":{\"amount\":35,\"currency\":\"EUR\"},\"items\":[],\"status\":\"%s\"}",
			object, award, bid, key, id, status),
		NULL, want);
	league_settle(y->l);
}

/* In cents, over all members. */
static void balance_is(struct play *y, int64_t contracted, int64_t national)
{
	struct balance b;
	struct reader who;
	struct seen s;

	assert_true(look(y, 2, &s));
	who = world_reader(&s.world, &s.m->id);
	assert_ok(balance_make(&s.world, s.m->db, &who, MODE_REAL, env_now_ms(&s.m->node->env),
		&s.arena, &b, &why));
	for (size_t i = 0; i < b.n; i++) {
		contracted -= b.line[i].contracted;
		national -= b.line[i].national;
	}
	assert_int_equal(contracted, 0);
	assert_int_equal(national, 0);
	leave(&s);
}

/* An award that has not been pending through the tender's standstill is not final, even if all agree; and no member's node agrees to one. */
static void standstill(void **state)
{
	struct play y;
	struct seen s;
	struct written w;
	bool agrees = true;

	begin(&y, *state);
	propose(&y);
	call_active(&y);
	award_changed(&y, "\"standstillUntil\":\"2025", "\"standstillUntil\":\"2024");
	assert_true(look(&y, 1, &s));
	assert_ok(lab_consent(&s.seat, &s.p, &s.arena, &agrees, &w, &why));
	assert_false(agrees);
	leave(&s);
	told(&y, "pending");
	say_all(&y);
	state_is(&y, PROCESS_STANDSTILL);
	balance_is(&y, 0, 0);
	hour(&y, UNTIL);
	state_is(&y, PROCESS_STANDSTILL);
	told(&y, "pending");
	call_pending(&y);
	state_is(&y, PROCESS_STANDSTILL);
	finish(&y, E_STATE);
	contract(&y, 1, "pending", 0);
	contract(&y, 1, "active", E_STATE);
	balance_is(&y, 0, 0);
	/* Proposed once more, with its standstill. */
	propose(&y);
	say_all(&y);
	finish(&y, E_STATE);
	hour(&y, UNTIL + DAY + 60000);
	state_is(&y, PROCESS_STANDSTILL);
	told(&y, "pending");
	finish(&y, 0);
	state_is(&y, PROCESS_AWARDED);
	told(&y, "active");
	contract(&y, 1, "active", 0);
	balance_is(&y, 3500, 3500);
}

/* The days are those of the tender that was closed: one that the lead writes afterwards shortens nothing, nor does anybody's node sign a contract by it. */
static void closed_days(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char hence[UTC_TEXT_LEN + 1];
	struct play y;
	struct seen s;

	begin(&y, *state);
	propose(&y);
	assert_true(look(&y, 0, &s));
	const char *until = arena_string(&arena,
		get_text(&s.p.award->doc, json_root(&s.p.award->doc), "standstillUntil", &s.arena));
	leave(&s);
	utc_format(OPENING + DAY / 24, hence);
	award_changed(&y, until, hence);
	say_all(&y);
	hour(&y, OPENING + DAY / 12);
	call_active(&y);
	by_hand(&y, "procurement/tender/1", tender_days(&y, &arena, "\"standstillDays\":0"),
		&y.tender);
	league_settle(y.l);
	state_is(&y, PROCESS_STANDSTILL);
	contract(&y, 1, "pending", 0);
	contract(&y, 1, "active", E_STATE);
}

/* A tender that is called off has not made its award final. */
static void called_off(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y;

	begin(&y, *state);
	propose(&y);
	say_all(&y);
	put(&y, 0, "procurement/tender/1",
		changed(&arena, tender_days(&y, &arena, "\"standstillDays\":1"),
			"\"status\":\"open\"", "\"status\":\"cancelled\""),
		&y.tender, 0);
	league_settle(y.l);
	state_is(&y, PROCESS_CANCELLED);
	contract(&y, 1, "active", E_STATE);
}

/* A lead whose clock stands still proposes an award that it dates before the bids were opened: the standstill begins with the opening at the earliest. */
static void proposed_before(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y = {.l = l};

	play_begin(&y, 7);
	agreement(&y);
	league_settle(l);
	y.tender = put(&y, 0, "procurement/tender/1",
		tender_days(&y, &arena, "\"standstillDays\":1"), NULL, 0)
			   .object;
	until(&y, is_open, "open");
	supply_at(&y, 0, 1, TEXT_PUT, (size_t[]){1, 2}, 2);
	league_settle(l);
	/* The others close and open without the lead. */
	for (unsigned i = 0; i < 12; i++) {
		hour(&y, i < 8 ? DEADLINE + 370000 : OPENING);
		if (i == 8) {
			confirm(&y, 1);
			confirm(&y, 2);
		}
		tick(&y, 1);
		tick(&y, 2);
		league_carry(l, 1, 2, true);
		league_carry(l, 2, 1, true);
	}
	league_settle(l);
	state_is(&y, PROCESS_OPENED);
	hour(&y, OPENING + DAY - 600000);
	l->m[0].clock.now_ms = LEAGUE_NOW;
	propose(&y);
	say_all(&y);
	hour(&y, OPENING + DAY - 600000);
	finish(&y, E_STATE);
	call_active(&y);
	state_is(&y, PROCESS_STANDSTILL);
}

/* Called active too early it stands for nothing: who has agreed may object until it is final, and no later. */
static void objection(void **state)
{
	struct play y;

	begin(&y, *state);
	propose(&y);
	say_all(&y);
	call_active(&y);
	state_is(&y, PROCESS_STANDSTILL);
	told(&y, "pending");
	say(&y, 1, false);
	state_is(&y, PROCESS_AWARD_PROPOSED);
	hour(&y, UNTIL);
	state_is(&y, PROCESS_AWARD_PROPOSED);
	call_pending(&y);
	call_active(&y);
	state_is(&y, PROCESS_AWARD_PROPOSED);
	say(&y, 1, true);
	finish(&y, 0);
	state_is(&y, PROCESS_AWARDED);
	hour(&y, UNTIL + DAY);
	say(&y, 2, false);
	state_is(&y, PROCESS_AWARDED);
	told(&y, "active");
}

static struct object_id complain(struct play *y, size_t i, const struct object_id *filed)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char object[OBJECT_TEXT + 1];

	object_format(&y->procurement, object);
	return put(y, i, "procurement/complaint/1",
		arena_printf(
			&arena, "{\"procurement\":\"%s\",\"from\":\"one\",\"text\":\"x\"}", object),
		filed, 0)
		.object;
}

static struct object_id rule(struct play *y, const struct object_id *complaint,
	const struct object_id *ruling, const char *word)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char object[OBJECT_TEXT + 1], about[OBJECT_TEXT + 1];
	struct written w;

	object_format(&y->procurement, object);
	object_format(complaint, about);
	w = put(y, 0, "procurement/ruling/1",
		arena_printf(&arena,
			"{\"procurement\":\"%s\",\"complaint\":\"%s\",\"ruling\":\"%s\"}", object,
			about, word),
		ruling, 0);
	league_settle(y->l);
	return w.object;
}

/* Without the complaint an award that was called active over it would have been final all along: its author's node does not take it back. */
static void stays(struct play *y, size_t i, const struct object_id *object)
{
	struct league_member *m = &y->l->m[i];
	struct id other[] = {y->l->m[i ? 0 : 1].id};
	struct written w;

	assert_int_equal(
		record_recall(m->node, m->db, &y->l->id, object, other, 1, &w, &(struct why){0}),
		E_STATE);
	assert_int_equal(
		record_erase(m->node, m->db, &y->l->id, object, &w, &(struct why){0}), E_STATE);
}

/* Suppliers have read it. */
static void answer(struct play *y)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	char object[OBJECT_TEXT + 1], about[OBJECT_TEXT + 1];
	struct written w;

	object_format(&y->procurement, object);
	w = put(y, 0, "procurement/question/1",
		arena_printf(&arena, "{\"procurement\":\"%s\",\"text\":\"x\"}", object), NULL, 0);
	object_format(&w.object, about);
	w = put(y, 0, "procurement/answer/1",
		arena_printf(&arena, "{\"procurement\":\"%s\",\"question\":\"%s\",\"text\":\"x\"}",
			object, about),
		NULL, 0);
	stays(y, 0, &w.object);
}

/*
 * A complaint that was filed before and that the lead has not decided holds the award back, also where it has said nothing, or admits it, and though the complaint is written anew, until the award is
 * called active after the ruling. One that comes later does not, and no ruling that comes later takes back what is final.
 */
static void complaint(void **state)
{
	struct object_id filed, ruling, later;
	struct play y;

	begin(&y, *state);
	propose(&y);
	say_all(&y);
	hour(&y, OPENING + DAY / 2);
	filed = complain(&y, 2, NULL);
	hour(&y, UNTIL);
	/* The lead's node has not heard of it; when it has, all see the same as those who had. */
	call_active(&y);
	state_is(&y, PROCESS_STANDSTILL);
	finish(&y, E_STATE);
	contract(&y, 1, "active", E_STATE);
	stays(&y, 2, &filed);
	answer(&y);
	complain(&y, 2, &filed);
	league_settle(y.l);
	state_is(&y, PROCESS_STANDSTILL);
	ruling = rule(&y, &filed, NULL, "admitted");
	state_is(&y, PROCESS_STANDSTILL);
	finish(&y, E_STATE);
	rule(&y, &filed, &ruling, "rejected");
	state_is(&y, PROCESS_STANDSTILL);
	told(&y, "pending");
	finish(&y, 0);
	state_is(&y, PROCESS_AWARDED);
	hour(&y, UNTIL + DAY);
	later = complain(&y, 2, NULL);
	league_settle(y.l);
	state_is(&y, PROCESS_AWARDED);
	rule(&y, &later, NULL, "admitted");
	state_is(&y, PROCESS_AWARDED);
	rule(&y, &filed, &ruling, "admitted");
	state_is(&y, PROCESS_AWARDED);
	rule(&y, &filed, NULL, "admitted");
	state_is(&y, PROCESS_AWARDED);
	told(&y, "active");
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(standstill), SIGNED(closed_days),
		SIGNED(called_off), SIGNED(proposed_before), SIGNED(objection), SIGNED(complaint)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("final", tests, NULL, NULL);
}
