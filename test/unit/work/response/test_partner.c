/*
 * test_partner.c: a partner whose node was changed writes whatever its readers can read, and comes no further with it: nobody's promise stands or falls by another's word.
 */
#include "scene.h"

#include "base/enc.h"
#include "work/response/book.h"
#include "work/response/planning.h"

#define HOUR 3600000LL
#define DAY  (24 * HOUR)
static const int all[] = {0, 1, 2};

/* Two pumps of member 1, offered to a request of member 0. */
static struct object_id offered(struct league *l, const struct object_id *cap, const char *code,
	struct object_id *ret_request)
{
	struct object_id o;

	*ret_request = said(l, 0, AID_REQUEST, all, 3, code, "title=Pumps", "situation=x",
		"location.name=y", "offers_due=+6h", LINE, "lines.1.line=2", "lines.1.type=TENT",
		"lines.1.quantity=9", "lines.1.needed_by=+24h", NULL);
	league_settle(l);
	o = offer(l, 1, ret_request, cap, "items.0.quantity=2");
	league_settle(l);
	return o;
}

static struct object_id accepts(
	struct league *l, const struct object_id *o, const char *line, const char *quantity)
{
	scene_unchecked(true);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", o),
		"authorised_by=me", "items.0.item=1", line, quantity, NULL);
	scene_unchecked(false);
	league_settle(l);
	return a;
}

static void refused(struct league *l, const struct object_id *acceptance, const char *because)
{
	struct why said_why = {0};
	struct object_id x;

	assert_int_equal(try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why,
				 naming("acceptance", acceptance), NULL),
		E_INVALID);
	assert_string_equal(said_why.where, "/items/0");
	assert_string_equal(said_why.text, because);
}

/* What takes more than was offered, or for something else, is not committed, in one acceptance or in several. */
static void nobody_is_talked_into_more(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=9", "reserve=0"), q;
	struct object_id o = offered(l, &cap, "code=1", &q);
	struct object_id more = accepts(l, &o, "items.0.line=1", "items.0.quantity=5"),
			 other = accepts(l, &o, "items.0.line=2", "items.0.quantity=2"),
			 one = accepts(l, &o, "items.0.line=1", "items.0.quantity=2"),
			 again = accepts(l, &o, "items.0.line=1", "items.0.quantity=1");

	refused(l, &more, "is more than is left of what was offered: 2 of 2");
	refused(l, &other, "was not offered for that line");
	said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &one), NULL);
	refused(l, &again, "is more than is left of what was offered: 0 of 2");
}

/* Who commits what nobody has accepted covers no line with it, and calls nobody off. */
static void what_nobody_has_accepted_covers_nothing(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=9", "reserve=0"), q;
	struct object_id o = offered(l, &cap, "code=2", &q);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=me", "items.0.item=1", "items.0.quantity=1", NULL);
	struct scene_view s;

	league_settle(l);
	scene_unchecked(true);
	said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), "decision=COMMIT",
		"items.0.item=1", "items.0.line=1", "items.0.quantity=1",
		naming("items.0.capability", &cap), "items.0.from=+0m", "items.0.until=+2d",
		"items.1.item=1", "items.1.line=2", "items.1.quantity=9",
		naming("items.1.capability", &cap), "items.1.from=+0m", "items.1.until=+2d", NULL);
	scene_unchecked(false);
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		scene_open(&s, l, i, i, &q);
		assert_int_equal(s.d.line[0].committed, 0);
		assert_int_equal(s.d.line[1].committed, 0);
		assert_int_equal(s.d.line[1].state, LINE_OPEN);
		assert_int_equal(s.d.acceptance[0].state, ACCEPTANCE_OPEN);
		scene_close(&s);
	}
	/* What keeps to it counts. */
	scene_unchecked(true);
	said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	scene_unchecked(false);
	league_settle(l);
	scene_open(&s, l, 0, 0, &q);
	assert_int_equal(s.d.line[0].committed, 1);
	scene_close(&s);
}

/* Another's commit of one's capability does not take it out of anybody's plan. */
static void a_capability_is_its_owners_to_promise(void **state)
{
	struct league *l = *state;
	struct object_id cap = said(l, 1, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumps",
		"kind=module", "quantity=4", NULL);
	struct object_id q = said(l, 0, AID_REQUEST, all, 3, REQUEST("3"), LINE, NULL);

	said(l, 1, AID_READINESS, all, 3, naming("capability", &cap), "state=READY",
		"valid_until=+24h", NULL);
	league_settle(l);
	struct object_id o = said(l, 2, AID_OFFER, NULL, 0, naming("request", &q),
		"response=ACCEPT", "valid_until=+12h", "items.0.item=1", "items.0.line=1",
		"items.0.type=HCP", "items.0.quantity=1", "items.0.eta_latest=+20h", NULL);
	league_settle(l);
	struct object_id a =
		said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o), "authorised_by=me", NULL);
	league_settle(l);
	scene_unchecked(true);
	said(l, 2, AID_COMMIT, NULL, 0, naming("acceptance", &a), "decision=COMMIT",
		"items.0.item=1", "items.0.line=1", "items.0.quantity=1",
		naming("items.0.capability", &cap), "items.0.from=+0m", "items.0.until=+9d", NULL);
	scene_unchecked(false);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	struct planning_options p = {.now_ms = env_now_ms(&l->m[0].node->env)};
	struct planning plan;
	assert_ok(planning_gather(&plan, &v, &q, &p, &why));
	assert_int_equal(plan.problem.n_lot, 1);
	assert_int_equal(plan.problem.lot[0].quantity, 4);
	reading_end(&r);
}

static int64_t left(struct league *l, const struct object_id *cap, int64_t from, int64_t until)
{
	struct reading *r = reading_start(l, 1);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	int64_t now = env_now_ms(&l->m[1].node->env), n;
	struct promises own;
	struct book b;

	assert_ok(promises_load(&own, &v, &why));
	assert_ok(book_load(&b, &v, &own, cap, &why));
	n = book_left(&b, now + from, now + until);
	reading_end(&r);
	return n;
}

/* The same record says something else now. */
static void says_again(struct league *l, const struct object_id *object, struct draft d)
{
	d.has_object = true;
	d.object = *object;
	league_write(l, 0, &d);
	league_settle(l);
}

/* It stays for as long as was granted, whatever becomes of the words that were answered, and however many others are said. */
static void what_was_granted_is_not_asked_away(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0"), q;
	struct object_id o = offered(l, &cap, "code=4", &q), e;
	struct object_id a =
		said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o), "authorised_by=me", NULL);

	league_settle(l);
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = said(
		l, 1, AID_DEPLOYMENT, NULL, 0, naming("commit", &c), "status=IN_TRANSIT", NULL);
	league_settle(l);
	e = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+90d",
		"reason=it rains", NULL);
	league_settle(l);
	said(l, 1, AID_EXTENSION_ANSWER, NULL, 0, naming("extension", &e), "answer=granted", NULL);
	assert_int_equal(left(l, &cap, 80 * DAY, 81 * DAY), 0);
	says_again(l, &e,
		drafted(l, 0, AID_EXTENSION, naming("deployment", &dep), "requested_until=+20d",
			"reason=no longer", NULL));
	assert_int_equal(left(l, &cap, 80 * DAY, 81 * DAY), 0);
	says_again(l, &e,
		drafted(l, 0, AID_EXTENSION, naming("deployment", &dep), "requested_until=+900d",
			"reason=for ever", NULL));
	assert_int_equal(left(l, &cap, 80 * DAY, 81 * DAY), 0);
	assert_int_equal(left(l, &cap, 91 * DAY, 92 * DAY), 2);
	/* Taken away altogether. */
	struct object_id other = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep),
		"requested_until=+99d", "reason=again", NULL);
	league_settle(l);
	said(l, 1, AID_EXTENSION_ANSWER, NULL, 0, naming("extension", &other), "answer=granted",
		NULL);
	struct written w;
	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, &other, &w, &why));
	league_settle(l);
	assert_int_equal(left(l, &cap, 98 * DAY, 99 * DAY), 0);
	assert_int_equal(left(l, &cap, 99 * DAY, 100 * DAY), 2);
}

/* Who asks under another's code gets no answer that is meant for the other. */
static void a_code_is_nobodys_trap(void **state)
{
	struct league *l = *state;
	struct object_id q = said(l, 0, AID_REQUEST, all, 3, REQUEST("4711"), LINE, NULL);
	struct aid_record found;
	struct why said_why = {0};

	league_settle(l);
	for (int k = 0; k < 2; k++) {
		struct reading *r = reading_start(l, 1);
		struct aid_view v = {.world = &r->world,
			.db = r->db,
			.who = &r->self,
			.arena = &r->arena,
			.mode = MODE_REAL};

		if (k == 0) {
			assert_ok(aid_by_code(&v, SLICE("4711"), &found, &why));
			assert_true(object_id_eq(&found.r.object, &q));
		} else {
			assert_int_equal(
				aid_by_code(&v, SLICE("4711"), &found, &said_why), E_CONFLICT);
		}
		reading_end(&r);
		said(l, 2, AID_REQUEST, all, 3, REQUEST("4711"), LINE, NULL);
		league_settle(l);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(nobody_is_talked_into_more),
		SIGNED(what_nobody_has_accepted_covers_nothing),
		SIGNED(a_capability_is_its_owners_to_promise),
		SIGNED(what_was_granted_is_not_asked_away),
		SIGNED(a_code_is_nobodys_trap),
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("partner", tests, NULL, NULL);
}
