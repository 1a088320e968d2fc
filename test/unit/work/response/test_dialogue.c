/*
 * test_dialogue.c: request, offer, acceptance, commit between nodes: what each sees, what is refused, and that a module is never promised twice, in whatever order
 * two requesters and their provider act and hear of each other.
 */
#include "scene.h"

#include "base/enc.h"
#include "work/response/waiting.h"

#include <limits.h>

static void from_request_to_commit(void **state)
{
	static const int to[] = {0, 1, 2};
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=3", "reserve=1");
	struct object_id q = said(l, 0, AID_REQUEST, to, 3, REQUEST("4711"), LINE, NULL);
	struct scene_view s;
	struct object_id x;

	league_settle(l);
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=2");
	struct why said_why = {0};
	assert_int_equal(try_say(l, 1, AID_OFFER, NULL, 0, &x, &said_why, naming("request", &q),
				 "response=ACCEPT", "valid_until=+12h", "items.0.item=1",
				 "items.0.line=1", naming("items.0.capability", &cap),
				 "items.0.quantity=3", "items.0.eta_latest=+20h", NULL),
		E_INVALID); /* one stays at home */
	assert_string_equal(said_why.where, "/items/0/quantity");
	said(l, 2, AID_OFFER, NULL, 0, naming("request", &q), "response=DECLINE", "reason=all away",
		"valid_until=+12h", NULL);
	league_settle(l);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=duty officer", "commit_by=+2h", NULL);
	/* All of it is taken: there is nothing left to accept. */
	assert_int_equal(try_say(l, 0, AID_ACCEPTANCE, NULL, 0, &x, &said_why, naming("offer", &o),
				 "authorised_by=duty officer", NULL),
		E_INVALID);
	/* Nor may somebody else accept it. */
	assert_int_equal(try_say(l, 2, AID_ACCEPTANCE, NULL, 0, &x, &said_why, naming("offer", &o),
				 "authorised_by=duty officer", NULL),
		E_DENIED);
	league_settle(l);
	scene_open(&s, l, 2, 2, &q);
	assert_int_equal(s.d.line[0].state, LINE_ACCEPTED);
	assert_int_equal(s.d.line[0].offered, 2);
	assert_int_equal(s.d.n_offer, 2);
	scene_close(&s);
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	assert_int_equal(
		try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why, naming("acceptance", &a), NULL),
		E_CONFLICT); /* once */
	league_settle(l);
	struct object_id dep = said(
		l, 1, AID_DEPLOYMENT, NULL, 0, naming("commit", &c), "status=MOBILISING", NULL);
	said(l, 1, AID_LEG, NULL, 0, naming("deployment", &dep), "seq=1", "direction=outbound",
		"mode=road", "state=departed", "from.name=A", "to.name=B", "actual_departure=+0m",
		"estimated_arrival=+10h", NULL);
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		scene_open(&s, l, i, i, &q);
		assert_int_equal(s.d.line[0].state, LINE_COMMITTED);
		assert_int_equal(s.d.line[0].committed, 2);
		assert_int_equal(s.d.line[0].in_transit, 2);
		assert_int_equal(s.d.deployment[0].status, D_IN_TRANSIT);
		assert_int_equal(s.d.state, REQUEST_EXECUTING);
		scene_close(&s);
		league_rebuilds(l, i);
	}
}

static void old_versions_and_other_hashes_are_refused(void **state)
{
	static const int to[] = {0, 1};
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=5", "reserve=0"), x;
	struct object_id q = said(l, 0, AID_REQUEST, to, 2, REQUEST("1"), LINE, NULL);
	char field[100] = "offer_leaf=";
	struct why said_why = {0};

	league_settle(l);
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=2");
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	struct record rec;
	assert_ok(record_get(&r->world, r->db, &r->self, &o, &r->arena, &rec, &why));
	hex_encode(rec.leaf.b, 32, field + 11);
	reading_end(&r);
	/* The provider changes its mind; the requester has read the old one. */
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct reading *r1 = reading_start(l, 1);
	assert_ok(record_get(&r1->world, r1->db, &r1->self, &o, &r1->arena, &rec, &why));
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("response/offer/1"),
		.has_object = true,
		.object = o,
		.label = arena_copy(&arena, rec.label),
		.member = (struct id[]){l->m[0].id, l->m[1].id},
		.n_member = 2,
		.media = SLICE("application/json"),
		.content = arena_copy(&arena, rec.content)};
	reading_end(&r1);
	league_write(l, 1, &d);
	league_settle(l);
	assert_int_equal(try_say(l, 0, AID_ACCEPTANCE, NULL, 0, &x, &said_why, naming("offer", &o),
				 "authorised_by=me", field, NULL),
		E_CONFLICT);
	memset(field + 11, 'a', 64);
	assert_int_equal(try_say(l, 0, AID_ACCEPTANCE, NULL, 0, &x, &said_why, naming("offer", &o),
				 "authorised_by=me", field, NULL),
		E_VERIFY);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=me", "commit_by=+1h", NULL);
	league_settle(l);
	memcpy(field, "acceptance_leaf=", 16);
	memset(field + 16, 'b', 64);
	assert_int_equal(try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why, naming("acceptance", &a),
				 field, NULL),
		E_VERIFY);
	/* What has lapsed cannot be committed, and frees what was taken. */
	for (size_t i = 0; i < 2; i++)
		l->m[i].clock.now_ms += 3601000;
	assert_int_equal(
		try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why, naming("acceptance", &a), NULL),
		E_STATE);
	struct scene_view s;
	scene_open(&s, l, 0, 0, &q);
	assert_int_equal(s.d.acceptance[0].state, ACCEPTANCE_LAPSED);
	assert_int_equal(s.d.line[0].accepted, 0);
	scene_close(&s);
	said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o), "authorised_by=me", NULL);
}

static void now_stands(struct league *l, const struct object_id *cap, const char *state)
{
	struct draft d =
		drafted(l, 1, AID_CAPABILITY, "type=HCP", "name=Pumps", "kind=module", state, NULL);

	d.has_object = true;
	d.object = *cap;
	d.n_member = 0;
	d.all = true;
	league_write(l, 1, &d);
}

/* What is suspended or withdrawn is neither offered nor committed, nor for a time that has passed; and all the same is refused. */
static void what_does_not_stand_is_promised_to_nobody(void **state)
{
	static const int to[] = {0, 1, 2};
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=5", "reserve=0"), x;
	struct object_id q = said(l, 0, AID_REQUEST, to, 3, REQUEST("1"), LINE, NULL);
	struct why said_why = {0};

	league_settle(l);
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=2");
	league_settle(l);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=me", "commit_by=+6h", NULL);
	league_settle(l);
	for (int i = 0; i < 2; i++) {
		now_stands(l, &cap, i ? "state=withdrawn" : "state=suspended");
		assert_int_equal(try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why,
					 naming("acceptance", &a), NULL),
			E_STATE);
		assert_string_equal(said_why.where, "/items/0");
		assert_int_equal(
			try_say(l, 1, AID_OFFER, NULL, 0, &x, &said_why, naming("request", &q),
				"response=ACCEPT", "valid_until=+12h", "items.0.item=1",
				"items.0.line=1", naming("items.0.capability", &cap),
				"items.0.quantity=1", "items.0.eta_latest=+20h", NULL),
			E_STATE);
		assert_string_equal(said_why.where, "/items/0/capability");
	}
	now_stands(l, &cap, "state=declared");
	assert_int_equal(
		try_say(l, 1, AID_COMMIT, NULL, 0, &x, &said_why, naming("acceptance", &a),
			"items.0.item=1", "items.0.line=1", "items.0.quantity=2",
			naming("items.0.capability", &cap), "items.0.from=2020-01-01T00:00:00Z",
			"items.0.until=2020-01-08T00:00:00Z", NULL),
		E_INVALID);
	assert_string_equal(said_why.where, "/items/0");
	said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
}

/* ---- the race ---- */

enum step { A_ACCEPTS, A_TO_B, B_ANSWERS_A, B_TO_A, C_ACCEPTS, C_TO_B, B_ANSWERS_C, B_TO_C, STEPS };
/* Of one module that B has offered to both, A takes all and C takes all. */
struct race {
	struct league *l;
	struct object_id cap, request[2], offer[2], acceptance[2];
	int commits, refusals;
};

static void answer(struct race *r, size_t which)
{
	struct why said_why = {0};
	struct object_id x;
	int rc = try_say(r->l, 1, AID_COMMIT, NULL, 0, &x, &said_why,
		naming("acceptance", &r->acceptance[which]), NULL);

	if (rc == 0) {
		r->commits++;
		return;
	}
	assert_int_equal(rc, E_CONFLICT);
	said(r->l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &r->acceptance[which]),
		"decision=REFUSE", "reason=bound already", NULL);
	r->refusals++;
}

static void step(struct race *r, enum step s)
{
	size_t which = s >= C_ACCEPTS, who = which ? 2 : 0;

	switch (s) {
	case A_ACCEPTS:
	case C_ACCEPTS:
		r->acceptance[which] = said(r->l, who, AID_ACCEPTANCE, NULL, 0,
			naming("offer", &r->offer[which]), "authorised_by=duty officer", NULL);
		break;
	case A_TO_B:
	case C_TO_B:
		league_carry(r->l, who, 1, true);
		break;
	case B_ANSWERS_A:
	case B_ANSWERS_C:
		answer(r, which);
		break;
	case B_TO_A:
	case B_TO_C:
		league_carry(r->l, 1, who, true);
		break;
	case STEPS:
		break;
	}
}

static void race_run(struct league *l, const enum step *order, unsigned n)
{
	struct race r = {.l = l};
	struct scene_view s;
	char code[24];

	r.cap = capability(l, 1, "quantity=2", "reserve=0");
	for (size_t k = 0; k < 2; k++) {
		size_t who = k ? 2 : 0;

		snprintf(code, sizeof(code), "code=%u%zu", n, k);
		r.request[k] = said(l, who, AID_REQUEST, (int[]){1, (int)who}, 2, code, "title=x",
			"situation=y", "location.name=z", "offers_due=+6h", LINE, NULL);
		league_carry(l, who, 1, true);
		r.offer[k] = offer(l, 1, &r.request[k], &r.cap, "items.0.quantity=2");
		league_carry(l, 1, who, true);
	}
	for (size_t i = 0; i < STEPS; i++)
		step(&r, order[i]);
	assert_int_equal(r.commits, 1);
	assert_int_equal(r.refusals, 1);
	int64_t committed = 0;
	for (size_t k = 0; k < 2; k++) {
		scene_open(&s, l, k ? 2 : 0, k ? 2 : 0, &r.request[k]);
		committed += s.d.line[0].committed;
		assert_true(s.d.acceptance[0].state == ACCEPTANCE_COMMITTED ||
			    s.d.acceptance[0].state == ACCEPTANCE_REFUSED);
		scene_close(&s);
	}
	assert_int_equal(committed, 2);
}

/* All 70 ways in which the four steps of one and the four of the other can fall. */
static void orders(struct league *l, enum step *order, size_t at, int a, int c, unsigned *n)
{
	if (at == STEPS) {
		race_run(l, order, ++*n);
		return;
	}
	if (a < 4) {
		order[at] = (enum step)(A_ACCEPTS + a);
		orders(l, order, at + 1, a + 1, c, n);
	}
	if (c < 4) {
		order[at] = (enum step)(C_ACCEPTS + c);
		orders(l, order, at + 1, a, c + 1, n);
	}
}

static void two_acceptances_race_for_one_module(void **state)
{
	enum step order[STEPS];
	unsigned n = 0;

	orders(*state, order, 0, 0, 0, &n);
	assert_int_equal(n, 70);
	league_settle(*state);
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(*state, i);
}

/* Both answers in one transaction, where neither is in a table yet. */
static void not_in_one_transaction_either(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct race r = {.l = l, .cap = capability(l, 1, "quantity=3", "reserve=0")};
	struct draft d[2] = {{.mode = MODE_REAL}, {.mode = MODE_REAL}};
	struct written w[2];
	struct why said_why = {0};

	for (size_t k = 0; k < 2; k++) {
		size_t who = k ? 2 : 0;

		r.request[k] = said(
			l, who, AID_REQUEST, (int[]){1, (int)who}, 2, REQUEST("77"), LINE, NULL);
		league_settle(l);
		r.offer[k] = offer(l, 1, &r.request[k], &r.cap, "items.0.quantity=2");
		league_settle(l);
		step(&r, k ? C_ACCEPTS : A_ACCEPTS);
		league_settle(l);
	}
	struct reading *rd = reading_start(l, 1);
	struct aid_view v = {.world = &rd->world,
		.db = rd->db,
		.who = &rd->self,
		.arena = &arena,
		.mode = MODE_REAL};
	for (size_t k = 0; k < 2; k++) {
		char id[OBJECT_TEXT + 1];

		object_format(&r.acceptance[k], id);
		assert_ok(aid_say(&v, AID_COMMIT,
			slice_str(arena_printf(&arena, "{\"acceptance\":\"%s\"}", id)), &d[k],
			&why));
	}
	reading_end(&rd);
	assert_int_equal(
		node_write(l->m[1].node, l->m[1].db, &l->id, d, 2, w, &said_why), E_CONFLICT);
	assert_int_equal(node_write(l->m[1].node, l->m[1].db, &l->id, d, 1, w, &said_why), 0);
	assert_int_equal(
		node_write(l->m[1].node, l->m[1].db, &l->id, d + 1, 1, w, &said_why), E_CONFLICT);
}

/* ---- two people ---- */

static struct account officer(struct league *l, const char *name)
{
	struct account a = {.name = slice_str(name)};
	struct roles roles = {0};

	roles.of[AREA_RESPONSE] = ROLE_OFFICER;
	a.roles = roles;
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(account_add(l->m[0].db,
		&(struct account_new){.name = a.name, .roles = roles, .clearance = SLICE("*")},
		env_now_ms(&l->m[0].node->env), &a.row, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	return a;
}

static int written(struct league *l, const struct draft *d, struct why *ret)
{
	struct written w;

	return node_write(l->m[0].node, l->m[0].db, &l->id, d, 1, &w, ret);
}

/* What two have agreed on can be written, that alone, and once; names in a record are nobody's word. */
static void two_people_say_the_same(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct object_id cap = capability(l, 1, "quantity=9", "reserve=0");
	struct object_id q = said(
		l, 0, AID_REQUEST, (int[]){0, 1}, 2, REQUEST("8"), LINE, "four_eyes=true", NULL);
	struct account edi = officer(l, "edi"), mira = officer(l, "mira");
	struct waiting w, found;
	struct why said_why = {0};
	struct draft d = {.mode = MODE_REAL}, two, other;
	char id[OBJECT_TEXT + 1];
	bool wanted;

	league_settle(l);
	struct object_id o = offer(l, 1, &q, &cap, "items.0.quantity=2");
	league_settle(l);
	struct object_id x;
	assert_int_equal(try_say(l, 0, AID_ACCEPTANCE, NULL, 0, &x, &said_why, naming("offer", &o),
				 "authorised_by=edi", "second_authorisation=mira", NULL),
		E_DENIED);
	struct world world;
	assert_ok(db_begin_read(l->m[0].db, &why));
	assert_ok(world_load(&world, l->m[0].node, l->m[0].db, &l->id, &arena, &why));
	struct reader self = world_reader(&world, &l->m[0].id);
	self.self = true;
	self.clearance_level = UINT_MAX;
	struct aid_view v = {.world = &world,
		.db = l->m[0].db,
		.who = &self,
		.arena = &arena,
		.mode = MODE_REAL,
		.person = &edi};
	object_format(&o, id);
	assert_ok(aid_say(&v, AID_ACCEPTANCE,
		slice_str(arena_printf(&arena, "{\"offer\":\"%s\"}", id)), &d, &why));
	assert_ok(waiting_wanted(&v, &d, &wanted, &why));
	assert_true(wanted);
	db_rollback(v.db);
	assert_int_equal(written(l, &d, &said_why), E_DENIED);

	assert_ok(db_begin(v.db, &why));
	assert_ok(waiting_propose(&v, &d, &edi, &w, &why));
	assert_int_equal(waiting_confirm(&v, &w, &edi, &two, &said_why), E_DENIED);
	assert_ok(waiting_confirm(&v, &w, &mira, &two, &why));
	assert_ok(db_commit(v.db, &why));
	/* Other readers, or without the second name: not what was confirmed. */
	other = two;
	other.all = true;
	assert_int_equal(written(l, &other, &said_why), E_DENIED);
	assert_int_equal(written(l, &d, &said_why), E_DENIED);
	assert_int_equal(waiting_find(&v, SLICE("0"), &found, &said_why), E_MISSING);
	assert_int_equal(written(l, &two, &said_why), 0);
	assert_true(written(l, &two, &said_why) < 0);
	struct waiting *list;
	size_t n;
	assert_ok(waiting_list(&v, &list, &n, &why));
	assert_int_equal(n, 0);
}

/* Whoever writes a new version of the request does not get around the second one. */
static void two_people_stay_two(void **state)
{
#define VERSION(more)                                                                              \
	SLICE("{\"code\":\"8\",\"title\":\"Pumps\",\"situation\":\"The dam leaks\","               \
	      "\"location\":{\"name\":\"Valley\"},\"offers_due\":\"2099-01-01T00:00:00Z\","        \
	      "\"lines\":[{\"line\":1,\"type\":\"HCP\",\"quantity\":3,"                            \
	      "\"needed_by\":\"2099-01-02T00:00:00Z\"}]" more "}")
	struct league *l = *state;
	struct object_id q = said(
		l, 0, AID_REQUEST, (int[]){0, 1}, 2, REQUEST("8"), LINE, "four_eyes=true", NULL);
	struct why said_why = {0};
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("response/request/1"),
		.has_object = true,
		.object = q,
		.label = SLICE("league RESTRICTED"),
		.member = &l->m[1].id,
		.n_member = 1,
		.media = SLICE("application/json"),
		.content = VERSION(",\"four_eyes\":true")};

	assert_int_equal(written(l, &d, &said_why), 0);
	d.content = VERSION("");
	assert_int_equal(written(l, &d, &said_why), E_DENIED);
	assert_string_equal(said_why.where, "/four_eyes");
	d.content = VERSION(",\"four_eyes\":false");
	assert_int_equal(written(l, &d, &said_why), E_DENIED);
}

static void outside_the_label_there_is_nothing(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=5", "reserve=0");
	struct object_id q = said(l, 0, AID_REQUEST, (int[]){0, 1}, 2, REQUEST("9"), LINE, NULL);

	league_settle(l);
	offer(l, 1, &q, &cap, "items.0.quantity=2");
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		struct reading *r = reading_start(l, i);
		struct reader outsider = world_reader(&r->world, &l->m[2].id);
		struct aid_view v = {.world = &r->world,
			.db = r->db,
			.who = i == 2 ? &r->self : &outsider,
			.arena = &r->arena,
			.mode = MODE_REAL};
		struct aid_record *list;
		size_t n;
		struct dossier d;
		struct why said_why = {0};

		assert_ok(aid_list(&v, AID_REQUEST, NULL, &list, &n, &why));
		assert_int_equal(n, 0);
		assert_ok(aid_thread(&v, &q, &list, &n, &why));
		assert_int_equal(n, 0);
		assert_int_equal(dossier_load(&d, &v, &q, 0, &said_why), E_MISSING);
		reading_end(&r);
	}
	assert_int_equal(
		league_number(l, 2, "SELECT count(*) FROM response_item WHERE kind = 6"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(from_request_to_commit),
		SIGNED(old_versions_and_other_hashes_are_refused),
		SIGNED(what_does_not_stand_is_promised_to_nobody),
		SIGNED(two_acceptances_race_for_one_module),
		SIGNED(not_in_one_transaction_either),
		SIGNED(two_people_say_the_same),
		SIGNED(two_people_stay_two),
		SIGNED(outside_the_label_there_is_nothing),
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("dialogue", tests, NULL, NULL);
}
