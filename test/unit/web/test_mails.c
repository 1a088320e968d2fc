/* Escalation, by a clock that the test sets: who is to be mailed about what by when, until somebody acknowledges. Both stores. */
#include "../node/league.h"

#include "web/notifier.h"

#define MINUTE 60000LL

struct desk {
	struct league *l;
	struct db *db;
	int64_t edi, dep, low;
	char matter[NEED_ID + 1];
};

static int64_t person(struct desk *d, const char *name, const char *clearance)
{
	struct account_new a = {
		.name = slice_str(name), .shown = SLICE(""), .clearance = slice_str(clearance)};
	int64_t row;

	for (int i = 0; i < AREAS; i++)
		a.roles.of[i] = ROLE_READER;
	assert_ok(account_add(d->db, &a, LEAGUE_NOW, &row, &why));
	return row;
}

static void rule_put(struct desk *d, struct notify_rule r)
{
	struct notify_person p = {
		.account = d->edi, .mail = SLICE("edi@alb.example"), .rule = {r}, .n_rule = 1};

	p.rule[0].area = AREA_RECORDS;
	assert_ok(db_begin(d->db, &why));
	assert_ok(notify_put(d->db, &p, NULL, 0, &why));
	assert_ok(db_commit(d->db, &why));
}

/* A record has come at LEAGUE_NOW; edi is told after ten minutes, the deputy after thirty. */
static struct desk desk_open(void **state, const char *label, enum mode mode)
{
	struct desk d = {.l = *state, .db = ((struct league *)*state)->m[0].db};
	struct written w = league_note(d.l, 1, mode, (int[]){0}, 1, "title", "text");

	league_settle(d.l);
	assert_ok(db_begin(d.db, &why));
	d.edi = person(&d, "edi", "*");
	d.dep = person(&d, "dep", "*");
	d.low = person(&d, "low", "OPEN");
	assert_ok(matter_record(d.db, 1, AREA_RECORDS, mode, &w.object, slice_str(label),
		"records/x", LEAGUE_NOW, &why));
	assert_ok(db_commit(d.db, &why));
	rule_put(&d, (struct notify_rule){.mail_min = 10, .deputy = d.dep, .deputy_min = 30});

	struct reading *r = reading_start(d.l, 0);
	struct reader all = account_reader(&r->world, SLICE("*"));
	struct roles roles;
	struct matter_query q = {.unacked = true, .area = AREA_RECORDS, .limit = 10};
	struct matter *m;
	size_t n;
	memset(roles.of, ROLE_READER, sizeof(roles.of));
	assert_ok(matter_list(r->db, &r->world, &all, &roles, &q, &r->arena, &m, &n, &why));
	assert_int_equal(n, 1);
	memcpy(d.matter, m[0].id, sizeof(d.matter));
	reading_end(&r);
	return d;
}

/* How many mails there are for a person when the clock stands so many minutes after the record came. */
static int64_t mails(struct desk *d, int64_t minutes, int64_t account)
{
	int64_t n, last;

	d->l->m[0].clock.now_ms = LEAGUE_NOW + minutes * MINUTE;
	/* Looking often makes no more of them. */
	for (int i = 0; i < 3; i++)
		assert_ok(mails_want(d->l->m[0].node, d->db, &why));
	assert_ok(mail_count(d->db, d->matter, account, &n, &last, &why));
	return n;
}

static void ack(struct desk *d)
{
	struct reading *r = reading_start(d->l, 0);
	struct reader all = account_reader(&r->world, SLICE("*"));
	struct roles roles;

	memset(roles.of, ROLE_READER, sizeof(roles.of));
	db_rollback(d->db);
	assert_ok(db_begin(d->db, &why));
	assert_ok(matter_ack(d->db, &r->world, &all, &roles, slice_str(d->matter), SLICE("dep"),
		env_now_ms(&d->l->m[0].node->env), &why));
	assert_ok(db_commit(d->db, &why));
	reading_end(&r);
}

static void one_after_the_other(void **state)
{
	struct desk d = desk_open(state, "league OPEN", MODE_REAL);

	assert_int_equal(mails(&d, 9, d.edi), 0);
	assert_int_equal(mails(&d, 10, d.edi), 1);
	assert_int_equal(mails(&d, 29, d.dep), 0);
	assert_int_equal(mails(&d, 30, d.dep), 1);
	/* Each is reminded an hour after the last mail, and not more than MAIL_TIMES times. */
	assert_int_equal(mails(&d, 69, d.edi), 1);
	assert_int_equal(mails(&d, 70, d.edi), 2);
	assert_int_equal(mails(&d, 70, d.dep), 1);
	assert_int_equal(mails(&d, 90, d.dep), 2);
	for (int64_t hour = 3; hour < 40; hour++)
		(void)mails(&d, hour * 61, d.edi);
	assert_int_equal(mails(&d, 41 * 61, d.edi), MAIL_TIMES);
	assert_int_equal(mails(&d, 41 * 61, d.dep), MAIL_TIMES);
	assert_int_equal(mails(&d, 41 * 61, d.low), 0);
}

static void until_somebody_acknowledges(void **state)
{
	struct desk d = desk_open(state, "league OPEN", MODE_REAL);

	assert_int_equal(mails(&d, 12, d.edi), 1);
	ack(&d);
	assert_int_equal(mails(&d, 31, d.dep), 0);
	assert_int_equal(mails(&d, 400, d.edi), 1);
	assert_int_equal(mails(&d, 400, d.dep), 0);
}

/* A deputy is told of nothing above the deputy's own clearance, whoever names him. */
static void not_above_the_clearance(void **state)
{
	struct desk d = desk_open(state, "league RESTRICTED", MODE_REAL);

	rule_put(&d, (struct notify_rule){.mail_min = NOTIFY_NEVER, .deputy = d.low});
	assert_int_equal(mails(&d, 400, d.low), 0);
	assert_int_equal(mails(&d, 400, d.edi), 0);
	rule_put(&d, (struct notify_rule){.mail_min = NOTIFY_NEVER, .deputy = d.dep});
	assert_int_equal(mails(&d, 400, d.dep), 1);
}

static void exercises_for_who_asks(void **state)
{
	struct desk d = desk_open(state, "league OPEN", MODE_EXERCISE);

	assert_int_equal(mails(&d, 400, d.edi), 0);
	rule_put(&d, (struct notify_rule){.mail_min = 0, .play = true});
	assert_int_equal(mails(&d, 401, d.edi), 1);
}

/* As many records as anybody likes have come; then something is an alarm. */
static void much_hides_no_alarm(void **state)
{
	enum { MUCH = 600 };
	struct desk d = desk_open(state, "league OPEN", MODE_REAL);
	struct need alarm = {.level = NEED_ALARM,
		.area = AREA_RECORDS,
		.mode = MODE_REAL,
		.coalition_row = 1,
		.text = "need.response.late",
		.words = "An alert is late",
		.place = "work/x"};
	struct needs needs = {.need = &alarm, .n = 1};
	struct object_id object = {.owner = d.l->m[1].node->self};
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct mail_out out;
	int64_t n = 0, last;

	rule_put(&d, (struct notify_rule){.mail_min = 0});
	memset(alarm.id, 'a', NEED_ID);
	assert_ok(db_begin(d.db, &why));
	for (int i = 0; i < MUCH; i++) {
		object.name.b[0] = (uint8_t)i;
		object.name.b[1] = (uint8_t)(i >> 8);
		assert_ok(matter_record(d.db, 1, AREA_RECORDS, MODE_REAL, &object,
			SLICE("league OPEN"), "records/y", LEAGUE_NOW + i, &why));
	}
	assert_ok(db_commit(d.db, &why));
	(void)mails(&d, 1, d.edi);
	assert_ok(db_begin(d.db, &why));
	assert_ok(matter_needs(d.db, 1, &needs, LEAGUE_NOW + 2 * MINUTE, &why));
	assert_ok(db_commit(d.db, &why));
	(void)mails(&d, 3, d.edi);
	assert_ok(mail_count(d.db, alarm.id, d.edi, &n, &last, &why));
	assert_int_equal(n, 1);
	/* And it does not stand behind them. */
	assert_ok(mail_take(d.db, LEAGUE_NOW + 3 * MINUTE, MINUTE, &arena, &out, &why));
	assert_string_equal(out.matter, alarm.id);
}

int main(int argc, char **argv)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, league_setup_signed, league_teardown)
	const struct CMUnitTest tests[] = {
		ON(one_after_the_other),
		ON(until_somebody_acknowledges),
		ON(not_above_the_clearance),
		ON(exercises_for_who_asks),
		ON(much_hides_no_alarm),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("mails", tests, NULL, NULL);
}
