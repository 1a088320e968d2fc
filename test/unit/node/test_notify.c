/* Who is told of what: matters, rules, mails and webhooks as they lie in the store. Both stores. */
#include "league.h"

#include "node/hook.h"

static struct roles all_roles(enum role role)
{
	struct roles r;
	for (int a = 0; a < AREAS; a++)
		r.of[a] = (uint8_t)role;
	return r;
}

static struct account person(struct league *l, const char *name, const char *clearance)
{
	struct account_new a = {.name = slice_str(name),
		.shown = SLICE(""),
		.roles = all_roles(ROLE_ADMINISTRATOR),
		.clearance = slice_str(clearance)};
	struct account ret = {.name = a.name, .roles = a.roles, .clearance = a.clearance};
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(account_add(l->m[0].db, &a, LEAGUE_NOW, &ret.row, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	return ret;
}

static void begin_record(struct league *l, const struct written *w, const char *label)
{
	struct db *db = l->m[0].db;
	assert_ok(db_begin(db, &why));
	assert_ok(matter_record(db, 1, AREA_RECORDS, MODE_REAL, &w->object, slice_str(label),
		"records/x", LEAGUE_NOW, &why));
	assert_ok(db_commit(db, &why));
}

static size_t listed(struct league *l, const char *clearance, enum role role, bool unacked,
	char ret_id[NEED_ID + 1])
{
	struct reading *r = reading_start(l, 0);
	struct reader who = account_reader(&r->world, slice_str(clearance));
	struct roles roles = all_roles(role);
	struct matter_query q = {.unacked = unacked, .area = AREAS, .limit = 100};
	struct matter *m;
	size_t n;
	assert_ok(matter_list(r->db, &r->world, &who, &roles, &q, &r->arena, &m, &n, &why));
	if (n && ret_id)
		memcpy(ret_id, m[0].id, NEED_ID + 1);
	reading_end(&r);
	return n;
}

static void matters_are_for_who_may_know(void **state)
{
	struct league *l = *state;
	struct written w = league_note(l, 1, MODE_REAL, (int[]){0}, 1, "title", "text");
	char id[NEED_ID + 1] = "";
	struct db *db = l->m[0].db;

	league_settle(l);
	begin_record(l, &w, "league RESTRICTED");
	assert_int_equal(listed(l, "*", ROLE_READER, true, id), 1);
	assert_int_equal(listed(l, "RESTRICTED", ROLE_READER, true, NULL), 1);
	assert_int_equal(listed(l, "OPEN", ROLE_READER, true, NULL), 0);
	assert_int_equal(listed(l, "NOSUCH", ROLE_READER, true, NULL), 0);
	assert_int_equal(listed(l, "*", ROLE_NONE, true, NULL), 0);

	/* Acknowledged by who may know of it, and begun anew by what is new. */
	struct reading *r = reading_start(l, 0);
	struct reader low = account_reader(&r->world, SLICE("OPEN")),
		      high = account_reader(&r->world, SLICE("*"));
	struct roles roles = all_roles(ROLE_READER);
	db_rollback(db);
	assert_ok(db_begin(db, &why));
	assert_fails(E_MISSING, matter_ack(db, &r->world, &low, &roles, slice_str(id), SLICE("low"),
					LEAGUE_NOW, &why));
	assert_ok(matter_ack(
		db, &r->world, &high, &roles, slice_str(id), SLICE("high"), LEAGUE_NOW + 1, &why));
	assert_ok(matter_ack(
		db, &r->world, &high, &roles, slice_str(id), SLICE("again"), LEAGUE_NOW + 2, &why));
	assert_ok(db_commit(db, &why));
	struct matter m;
	assert_ok(matter_get(db, id, &r->arena, &m, &why));
	assert_true(m.acked_ms == LEAGUE_NOW + 1 && slice_is(m.acked_by, "high"));
	reading_end(&r);
	assert_int_equal(listed(l, "*", ROLE_READER, true, NULL), 0);
	assert_int_equal(listed(l, "*", ROLE_READER, false, NULL), 1);
	begin_record(l, &w, "league RESTRICTED");
	assert_int_equal(listed(l, "*", ROLE_READER, true, NULL), 1);

	/* What is taken back is nobody's matter. */
	assert_ok(db_begin(db, &why));
	assert_ok(matter_gone(db, &w.object, &why));
	assert_ok(db_commit(db, &why));
	assert_int_equal(listed(l, "*", ROLE_READER, false, NULL), 0);
}

static void needs_store(struct league *l, size_t *ret_n)
{
	struct reading *r = reading_start(l, 0);
	struct needs *n = needs_new(&r->arena);
	struct roles roles = all_roles(ROLE_ADMINISTRATOR);
	struct db *db = l->m[0].db;
	assert_ok(needs_load(n, &r->world, db, NULL, &roles, &why));
	db_rollback(db);
	assert_ok(db_begin(db, &why));
	assert_ok(matter_needs(db, r->world.coalition.row, n, LEAGUE_NOW, &why));
	assert_ok(db_commit(db, &why));
	*ret_n = n->n;
	reading_end(&r);
}

static void needs_begin_and_end(void **state)
{
	struct league *l = *state;
	char id[NEED_ID + 1] = "", same[NEED_ID + 1] = "";
	size_t n;

	needs_store(l, &n); /* nobody has signed */
	assert_true(n >= 2);
	assert_int_equal(listed(l, "*", ROLE_READER, true, id), n);
	assert_int_equal(listed(l, "OPEN", ROLE_READER, true, same), n);
	assert_string_equal(id, same);
	league_sign(l, 3);
	needs_store(l, &n);
	assert_int_equal(listed(l, "*", ROLE_READER, true, NULL), n);
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct matter m;
	assert_fails(E_MISSING, matter_get(l->m[0].db, id, &arena, &m, &why));
}

static void rules_are_checked(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct account edi = person(l, "edi", "*"), ana = person(l, "ana", "OPEN");
	static const char *const domain[] = {"alb.example"};
	struct notify_person p = {.account = edi.row,
		.mail = SLICE("edi@ALB.example"),
		.rule = {{.area = AREA_RECORDS, .mail_min = 5, .deputy = ana.row, .deputy_min = 30},
			{.area = AREA_PACT, .mail_min = NOTIFY_NEVER}},
		.n_rule = 2};
	struct notify_person back, *people;
	size_t n;
	static const char *const bad[] = {"edi", "@x.y", "edi@", "e di@alb.example",
		"<edi@alb.example>", "edi@alb.example\r\nBcc: x@y",
		"edi@alb.example,ana@alb.example", "edi@elsewhere.example", "-f@alb.example",
		".e@alb.example", "e..d@alb.example", "\xc3\xab@alb.example"};

	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(notify_put(l->m[0].db, &p, domain, 1, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	assert_ok(notify_get(l->m[0].db, edi.row, &arena, &back, &why));
	assert_true(back.n_rule == 2 && slice_is(back.mail, "edi@ALB.example"));
	assert_ok(notify_people(l->m[0].db, &arena, &people, &n, &why));
	assert_int_equal(n, 1);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		p.mail = slice_str(bad[i]);
		if (notify_put(l->m[0].db, &p, domain, 1, &why) != E_INVALID)
			fail_msg("%s is taken", bad[i]);
	}
	p.mail = SLICE("");
	p.rule[1].area = AREA_RECORDS;
	assert_fails(E_INVALID, notify_put(l->m[0].db, &p, domain, 1, &why));
	p.n_rule = 1;
	p.rule[0].deputy = edi.row;
	assert_fails(E_INVALID, notify_put(l->m[0].db, &p, domain, 1, &why));
}

/* A flood of records hides no need, and its newest are named with the number of all. */
static void the_newest_are_named_and_the_rest_counted(void **state)
{
	struct league *l = *state;
	struct roles roles = all_roles(ROLE_READER);
	struct db *db = l->m[0].db;
	struct matter_query q = {.unacked = true,
		.newest = true,
		.area = AREA_RECORDS,
		.what = MATTER_RECORDS,
		.limit = 3};
	struct object_id last = {0};
	struct matter *m;
	uint64_t all = 0;
	size_t n;

	assert_ok(db_begin(db, &why));
	for (uint8_t i = 1; i <= 5; i++) {
		last = (struct object_id){.owner = l->m[1].id, .name = {{i}}};
		assert_ok(matter_record(db, 1, AREA_RECORDS, MODE_REAL, &last,
			SLICE("league UNCLASSIFIED"), "records/x", LEAGUE_NOW + i, &why));
	}
	assert_ok(db_commit(db, &why));
	struct reading *r = reading_start(l, 0);
	struct reader who = account_reader(&r->world, SLICE("*"));
	assert_ok(matter_list(r->db, &r->world, &who, &roles, &q, &r->arena, &m, &n, &why));
	assert_int_equal(n, 3);
	assert_true(object_id_eq(&m[0].object, &last));
	assert_ok(matter_count(r->db, &r->world, &who, &roles, &q, &r->arena, &all, &why));
	assert_int_equal(all, 5);
	q.what = MATTER_NEEDS;
	assert_ok(matter_list(r->db, &r->world, &who, &roles, &q, &r->arena, &m, &n, &why));
	assert_int_equal(n, 0);
	q.what = MATTER_RECORDS;
	q.area = AREA_CYBER;
	assert_ok(matter_count(r->db, &r->world, &who, &roles, &q, &r->arena, &all, &why));
	assert_int_equal(all, 0);
	reading_end(&r);
}

static void a_mail_is_taken_by_one_and_comes_back(void **state)
{
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct mail_out m = {.matter = "00112233445566778899aabbccddeeff", .account = 7}, got;
	int64_t n, last;

	for (int i = 0; i < 2; i++) { /* once, however often it is wanted */
		assert_ok(db_begin(db, &why));
		assert_ok(mail_want(db, &m, 1000, &why));
		assert_ok(db_commit(db, &why));
	}
	assert_ok(mail_count(db, m.matter, 7, &n, &last, &why));
	assert_true(n == 1 && last == 1000);
	assert_fails(E_MISSING, mail_take(db, 999, 60, &arena, &got, &why));
	assert_ok(mail_take(db, 1000, 60, &arena, &got, &why));
	assert_true(got.tries == 1 && got.account == 7);
	assert_fails(E_MISSING, mail_take(db, 1059, 60, &arena, &got, &why)); /* leased */
	assert_ok(mail_take(db, 1060, 60, &arena, &got, &why)); /* whoever had it is gone */
	assert_int_equal(got.tries, 2);
	assert_ok(mail_done(db, got.row, OUT_WAITING, 5000, "later", &why));
	assert_fails(E_MISSING, mail_take(db, 4999, 60, &arena, &got, &why));
	assert_ok(mail_take(db, 5000, 60, &arena, &got, &why));
	assert_ok(mail_done(db, got.row, OUT_SENT, 0, "", &why));
	assert_fails(E_MISSING, mail_take(db, INT64_MAX / 2, 60, &arena, &got, &why));
}

static struct hook hook_made(struct league *l, const struct account *by, const char *url)
{
	struct hook h = {.name = SLICE("desk"),
		.url = slice_str(url),
		.roles = all_roles(ROLE_READER),
		.clearance = SLICE("OPEN")};
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(hook_add(l->m[0].node, l->m[0].db, by, &by->roles, &h, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	return h;
}

static void a_hook_keeps_its_secret(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct account edi = person(l, "edi", "*");
	struct hook h = hook_made(l, &edi, "https://desk.example/entente?a=b"), back;
	static const char *const bad[] = {"http://desk.example/", "https://",
		"https://u@desk.example/", "https://desk.example/#x", "https://desk .example/",
		"ftp://desk.example/", "https://desk.example/\r\nX: y"};

	assert_ok(hook_get(l->m[0].node, l->m[0].db, slice_str(h.id), &arena, &back, &why));
	assert_memory_equal(back.secret, h.secret, HOOK_SECRET);
	assert_true(roles_eq(&back.roles, &h.roles) && slice_is(back.made_by, "edi"));
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM hook WHERE length(secret) > 32"), 1);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct why why = {0};
		h.url = slice_str(bad[i]);
		if (hook_add(l->m[0].node, l->m[0].db, &edi, &edi.roles, &h, &why) != E_INVALID)
			fail_msg("%s is taken", bad[i]);
	}
	h.url = SLICE("https://desk.example/");
	edi.roles.of[AREA_CYBER] = ROLE_NONE;
	assert_fails(E_INVALID, hook_add(l->m[0].node, l->m[0].db, &edi, &edi.roles, &h, &why));
}

static void letter(struct league *l, const struct hook *h, char last)
{
	char event[HOOK_EVENT + 1] = "0123456789abcdef0123456789abcde";
	event[HOOK_EVENT - 1] = last;
	event[HOOK_EVENT] = '\0';
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(letter_add(l->m[0].db, h->id, event, SLICE("record"), SLICE("{}"), 1000, &why));
	assert_ok(db_commit(l->m[0].db, &why));
}

static void letters_go_in_order(void **state)
{
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct account edi = person(l, "edi", "*");
	struct hook h = hook_made(l, &edi, "https://desk.example/");
	struct letter a, *list;
	int64_t due;
	size_t n;

	letter(l, &h, '1');
	letter(l, &h, '2');
	letter(l, &h, '1'); /* the same event again */
	assert_ok(letter_list(db, h.id, -1, 0, 10, &arena, &list, &n, &why));
	assert_int_equal(n, 2);
	assert_ok(letter_take(db, h.id, 1000, 60, &arena, &a, &why));
	assert_int_equal(a.event[HOOK_EVENT - 1], '1');
	assert_fails(E_MISSING, letter_take(db, h.id, 1001, 60, &arena, &a, &why)); /* behind it */
	assert_ok(letter_take(db, h.id, 1060, 60, &arena, &a, &why));
	assert_ok(letter_done(db, &a, OUT_WAITING, 9000, 1100, 503, "busy", &why));
	assert_ok(letter_due(db, &due, &why));
	assert_true(due == 9000); /* the second waits behind the first */
	assert_fails(E_MISSING, letter_take(db, h.id, 8999, 60, &arena, &a, &why));
	assert_ok(letter_take(db, h.id, 9000, 60, &arena, &a, &why));
	assert_int_equal(a.tries, 3);
	assert_ok(letter_done(db, &a, OUT_DEAD, 0, 9100, 410, "gone", &why));
	assert_ok(letter_take(db, h.id, 9101, 60, &arena, &a, &why));
	assert_int_equal(a.event[HOOK_EVENT - 1], '2');
	assert_ok(letter_done(db, &a, OUT_SENT, 0, 9200, 204, "", &why));

	assert_ok(db_begin(db, &why));
	assert_fails(E_STATE, letter_again(db, h.id, a.row, 9300, &why));
	assert_fails(E_MISSING, letter_again(db, "other", list[1].row, 9300, &why));
	assert_ok(letter_again(db, h.id, list[1].row, 9300, &why));
	assert_ok(db_commit(db, &why));
	assert_ok(letter_take(db, h.id, 9300, 60, &arena, &a, &why));
	assert_true(a.tries == 1 && a.event[HOOK_EVENT - 1] == '1');
	assert_ok(db_begin(db, &why));
	assert_ok(hook_drop(db, slice_str(h.id), &why));
	assert_fails(E_MISSING, hook_drop(db, slice_str(h.id), &why));
	assert_ok(db_commit(db, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM letter"), 0);
}

static void signatures_and_waits(void **state)
{
	struct league *l = *state;
	uint8_t secret[HOOK_SECRET];
	char signature[HOOK_SIGNATURE];
	int64_t before = 0;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	hook_sign(secret, 1742290200, SLICE("{\"a\":1}"), signature);
	/* RFC 2104 by another implementation. */
	assert_string_equal(signature,
		"t=1742290200,v1=d8c551cda06ed7d0211431ff0d05e1da4afdb0b3c358dfab185bb4d6cd396530");
	for (int64_t tries = 1; tries <= HOOK_TRIES; tries++) {
		int64_t wait = hook_backoff_ms(&l->m[0].node->env, tries);
		int64_t whole = tries < 12 ? 2000LL << (tries - 1) : 3600000;
		whole = whole > 3600000 ? 3600000 : whole;
		assert_true(wait >= whole - whole / 4 && wait <= whole);
		before += wait;
	}
	assert_true(before > 3LL * 3600 * 1000);
}

static const struct CMUnitTest tests[] = {
	SIGNED(matters_are_for_who_may_know),
	PLAIN(needs_begin_and_end),
	SIGNED(rules_are_checked),
	SIGNED(the_newest_are_named_and_the_rest_counted),
	SIGNED(a_mail_is_taken_by_one_and_comes_back),
	SIGNED(a_hook_keeps_its_secret),
	SIGNED(letters_go_in_order),
	SIGNED(signatures_and_waits),
};

LEAGUE_MAIN("notify", tests)
