/*
 * test_unfair.c: what a lead, a participant or a supplier could win by records of its own: other rules when bids are in, an opening that never comes, shares that nobody has agreed to, an award
 * in which others' bids have no place, a door that others find full.
 */
#include "play.h"

#include "node/readings.h"
#include "node/record.h"
#include "work/procurement/procurement.h"
#include "work/procurement/twin.h"

static bool has_closed(const struct process *p)
{
	return p->replay && p->replay->closed;
}
static bool is_opened(const struct process *p)
{
	return p->replay && replay_open(p->replay);
}

static void begin(struct play *y, struct league *l)
{
	*y = (struct play){.l = l};
	play_begin(y, 21);
	agreement(y);
	league_settle(l);
	tender(y, DEADLINE, 2, false, 0);
	until(y, is_open, "open");
	supply(y, 0, 1, TEXT_PUT, N);
	league_settle(l);
}

static void open_all(struct play *y)
{
	hour(y, DEADLINE + 370000);
	until(y, has_closed, "closed");
	hour(y, DEADLINE + 700000);
	for (size_t i = 0; i < N; i++)
		confirm(y, i);
	until(y, is_opened, "opened");
	league_settle(y->l);
}

static const char *sheet(struct play *y, struct arena *arena, const char *phase)
{
	char object[OBJECT_TEXT + 1], bid[33];

	object_format(&y->procurement, object);
	hex_encode(y->bid[0].b, 16, bid);
	return arena_printf(arena,
		"{\"procurement\":\"%s\",\"evaluator\":\"x\",\"phase\":\"%s\",\"bids\":[{\"bid\":\"%s\",\"admitted\":true}]}",
		object, phase, bid);
}

/* A sheet before the opening keeps nobody from opening, and no officer from hearing of it. */
static void early_sheet(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y;

	begin(&y, *state);
	by_hand(&y, "procurement/score/1", sheet(&y, &arena, "blind"), NULL);
	league_settle(y.l);
	assert_true(everywhere(&y, is_open));
	hour(&y, DEADLINE + 370000);
	until(&y, has_closed, "closed");
	hour(&y, DEADLINE + 700000);
	assert_true(waits(&y, 1, "open"));
	open_all(&y);
}

/* A tender beside the first one, written when the deadline is over, is nobody's. */
static void other_tender(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y;

	begin(&y, *state);
	hour(&y, DEADLINE + 1000);
	by_hand(&y, "procurement/tender/1",
		tender_of(&y, &arena, DEADLINE, 2,
			"{\"id\":\"9\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
			item_of(&y, &arena, "9", 1, 5)),
		NULL);
	league_settle(y.l);
	open_all(&y);
	for (size_t i = 0; i < N; i++) {
		struct offer *offer;
		struct seen s;
		size_t n;

		assert_true(look(&y, i, &s));
		assert_true(object_id_eq(&s.p.tender->object, &y.tender));
		assert_true(hash_eq(&s.p.replay->closed->close.tender, &s.p.tender->leaf));
		offers_read(&s.p, &s.arena, &offer, &n);
		assert_true(n == 1 && offer[0].admitted);
		leave(&s);
	}
}

/* What the lead's own node refuses; a partner's node does what comes. */
static void recall_by_hand(struct play *y, const struct object_id *object)
{
	struct league_member *lead = &y->l->m[0];
	struct id others[] = {y->l->m[1].id, y->l->m[2].id};
	struct written w;
	struct lax x;

	assert_int_equal(record_recall(lead->node, lead->db, &y->l->id, object, others, 2, &w,
				 &(struct why){0}),
		E_STATE);
	lax_begin(&x);
	assert_ok(record_recall(lead->node, lead->db, &y->l->id, object, others, 2, &w, &why));
	lax_end(&x);
}

/* The lead takes back the version that was closed, and has another one beside it: then there are no rules, and not those of prices that are known. */
static void taken_back(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);
	struct why said = {0};
	struct play y;
	struct seen s;
	struct lab l;

	begin(&y, *state);
	open_all(&y);
	recall_by_hand(&y, &y.tender);
	by_hand(&y, "procurement/tender/1",
		tender_of(&y, &arena, DEADLINE, 2,
			"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":1,\"currency\":\"EUR\"}}",
			item_of(&y, &arena, "1", 1, 5)),
		&y.tender);
	league_settle(y.l);
	assert_true(look(&y, 1, &s));
	assert_null(s.p.tender);
	assert_non_null(s.p.tender_last);
	assert_int_equal(lab_solve(&s.p, &lab_as_published, false, &s.arena, &l, &said), E_STATE);
	view_process(&o, &s.p, &s.world, 0, 2, NULL, &s.arena);
	assert_false(buf_over(&b));
	leave(&s);
}

/* Who is of a third country, says a version of the agreement that only the lead has signed, now that prices are known: nobody's node judges an award by it. */
static void other_agreement(void **state)
{
	struct written w;
	struct play y;
	struct seen s;
	bool agrees;

	begin(&y, *state);
	open_all(&y);
	assert_true(look(&y, 0, &s));
	const char *text = arena_string(&s.arena, s.p.agreement->body);
	by_hand(&y, "procurement/agreement/1",
		arena_printf(
			&s.arena, "%.*s,\"home\":[\"HR\"]}", (int)s.p.agreement->body.n - 1, text),
		&y.procurement);
	leave(&s);
	league_settle(y.l);
	assert_true(look(&y, 0, &s));
	assert_ok(lab_award(&s.seat, &s.p, &s.arena, &w, &why));
	leave(&s);
	league_settle(y.l);
	assert_true(look(&y, 1, &s));
	assert_true(s.p.stands);
	assert_true(s.p.agreement != s.p.agreement_last);
	assert_int_equal(
		json_get(&s.p.agreement->doc, json_root(&s.p.agreement->doc), "home"), JSON_ABSENT);
	assert_ok(lab_consent(&s.seat, &s.p, &s.arena, &agrees, &w, &why));
	assert_true(agrees);
	leave(&s);
}

/* ---- shares ---- */

static void do_at(struct play *y, size_t i,
	int (*f)(const struct seat *, const struct process *, struct arena *, struct written *,
		struct why *))
{
	struct why why = {0};
	struct written w;
	struct seen s;

	assert_true(look(y, i, &s));
	if (f(&s.seat, &s.p, &s.arena, &w, &why) < 0)
		fail_msg("%zu: %s %s", i, why.where, why.text);
	leave(&s);
	league_settle(y->l);
}

static int consent(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	bool agrees = false;
	int rc = lab_consent(s, p, arena, &agrees, ret, why);

	assert_true(rc < 0 || agrees);
	return rc;
}

static int finish(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	return lab_finish(s, p, env_now_ms(&s->node->env), arena, ret, why);
}

static void contracts_are(struct play *y, size_t i, int want)
{
	struct why why = {0};
	struct seen s;
	size_t n = 0;
	int rc;

	assert_true(look(y, i, &s));
	rc = lab_contracts(&s.seat, &s.p, &s.arena, &n, &why);
	if (rc != want)
		fail_msg("%d, not %d: %s %s", rc, want, why.where, why.text);
	leave(&s);
}

/* The lead has one member pay what another has bought: the sum is right, and nobody contracts by it. */
static void other_shares(void **state)
{
	char object[OBJECT_TEXT + 1], award[OBJECT_TEXT + 1], id[N][ID_TEXT + 1];
	struct play y;
	struct seen s;

	begin(&y, *state);
	open_all(&y);
	do_at(&y, 0, lab_award);
	for (size_t i = 0; i < N; i++)
		do_at(&y, i, consent);
	hour(&y, DEADLINE + 800000);
	do_at(&y, 0, finish);
	assert_true(look(&y, 0, &s));
	object_format(&y.procurement, object);
	object_format(&s.p.award->object, award);
	for (size_t i = 0; i < N; i++)
		id_format(&y.l->m[i].id, id[i]);
#define LINE                                                                                       \
	"{\"member\":\"%s\",\"quantity\":5,\"prorata\":{\"amount\":0,\"currency\":\"EUR\"},\"pays\":{\"amount\":%d,\"currency\":\"EUR\"}}"
	by_hand(&y, "procurement/share/1",
		arena_printf(&s.arena,
			"{\"procurement\":\"%s\",\"award\":\"%s\",\"rule\":\"prorata\",\"lines\":[" LINE
			"," LINE "," LINE "],\"core\":\"x\"}",
			object, award, id[0], 0, id[1], 0, id[2], 35),
		NULL);
	leave(&s);
	league_settle(y.l);
	contracts_are(&y, 1, E_STATE);
	contracts_are(&y, 2, E_STATE);
	do_at(&y, 0, lab_share);
	contracts_are(&y, 1, 0);
}

/* ---- offers ---- */

/* Bids of one text, as if they had been opened before the one that is there. */
static struct replay_bid *bids_before(struct seen *s, struct play *y, size_t n, const char *text)
{
	struct seal_replay *r = s->p.replay;
	struct replay_bid *list = arena_array(&s->arena, struct replay_bid, n + r->n_bid);

	for (size_t i = 0; i < n; i++) {
		struct tally_line *line = arena_new(&s->arena, struct tally_line);
		struct bid_commit *commit = arena_new(&s->arena, struct bid_commit);

		*line = *r->bid[0].line;
		*commit = *line->commit;
		env_random(&y->chance, commit->name.bidder.b, 32);
		line->commit = commit;
		list[i] = r->bid[0];
		list[i].line = line;
		list[i].text = slice_str(text);
	}
	memcpy(list + n, r->bid, r->n_bid * sizeof(*list));
	r->bid = list;
	r->n_bid += n;
	return list;
}

static const char *many_bundles(struct arena *arena, const char *group)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);

	buf_str(&b, "{\"tenderer\":{\"name\":\"x\",\"nation\":\"AL\"},\"bundles\":[");
	for (unsigned i = 0; i < 500; i++)
		buf_addf(&b,
			"%s{\"id\":\"%u\",\"lots\":[\"1\"],\"price\":{\"amount\":9,\"currency\":\"EUR\"},\"group\":\"%s%u\"}",
			i ? "," : "", i, group, i);
	buf_str(&b, "]}");
	return arena_string(arena, buf_slice(&b));
}

/* Whoever comes first with more offers than an award is computed for puts no other's bid out of it unseen. */
static void many_offers(void **state)
{
	struct award_case c;
	struct play y;
	struct seen s;
	size_t before;

	begin(&y, *state);
	open_all(&y);
	assert_true(look(&y, 1, &s));
	bids_before(&s, &y, 2, many_bundles(&s.arena, "\\u0061\\u0062\\u0063\\u0064"));
	before = s.arena.used;
	assert_ok(award_case_make(&s.p, NULL, &s.arena, &c, &why));
	assert_true(c.model->n_bundle == 1000 && c.model->n_tier == 1);
	assert_int_equal(c.model->bundle[999].group, 1000);
	assert_true(s.arena.used - before < 8 * MIB);
	bids_before(&s, &y, 16, many_bundles(&s.arena, ""));
	assert_int_equal(award_case_make(&s.p, NULL, &s.arena, &c, &(struct why){0}), E_LIMIT);
	leave(&s);
}

static size_t losers_told(
	struct seen *s, const struct award_view *v, struct json_doc *ret, int want)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct object_id of;

	view_award(&o, &s->p, v, &s->arena);
	assert_false(buf_over(&b));
	assert_int_equal(procure_read(P_AWARD, arena_copy(&s->arena, buf_slice(&b)), &s->arena, ret,
				 &of, &(struct why){0}),
		want);
	return json_count(ret, json_get(ret, json_root(ret), "losers"));
}

/* More bids than a record names losers of: an award can be written all the same, says how many it leaves out, and claims nothing of what was not computed; a sheet judges all. */
static void many_bids(void **state)
{
	struct buf sheet CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	char object[OBJECT_TEXT + 1];
	struct award_result result = {.solver = "none"};
	struct award_case c;
	struct award_view v = {
		.c = &c, .r = &result, .status = "pending", .standstill_ms = DEADLINE};
	struct object_id of;
	struct json_doc doc;
	struct play y;
	struct seen s;

	begin(&y, *state);
	open_all(&y);
	assert_true(look(&y, 1, &s));
	bids_before(&s, &y, 600,
		"{\"tenderer\":{\"name\":\"x\",\"nation\":\"AL\"},\"bundles\":[{\"id\":\"b\",\"lots\":[\"1\"],\"price\":{\"amount\":9,\"currency\":\"EUR\"}}]}");
	assert_ok(award_case_make(&s.p, NULL, &s.arena, &c, &why));
	result.solution = solution_new(c.model, &s.arena);
	v.record = true;
	assert_int_equal(losers_told(&s, &v, &doc, 0), 500);
	assert_int_equal(get_int(&doc, json_root(&doc), "losersMore", 0), 101);
	json_ref first = json_first(&doc, json_get(&doc, json_root(&doc), "losers"));
	assert_true(slice_starts(get_text(&doc, first, "reason", &s.arena), "not computed"));
	/* For looking at, all. */
	v.record = false;
	assert_int_equal(losers_told(&s, &v, &doc, E_LIMIT), 601);
	object_format(&y.procurement, object);
	buf_addf(&sheet,
		"{\"procurement\":\"%s\",\"evaluator\":\"x\",\"phase\":\"reconciled\",\"bids\":[",
		object);
	for (unsigned i = 0; i < 601; i++)
		buf_addf(&sheet, "%s{\"bid\":\"%032x\",\"admitted\":true}", i ? "," : "", i);
	buf_str(&sheet, "]}");
	assert_ok(procure_read(P_SCORE, buf_slice(&sheet), &s.arena, &doc, &of, &why));
	leave(&s);
}

/* Rebates of two bids of one bidder, each of which would do: together more than is paid. */
static void many_rebates(void **state)
{
	struct award_case c;
	struct play y;
	struct seen s;

	begin(&y, *state);
	open_all(&y);
	assert_true(look(&y, 1, &s));
	struct replay_bid *bid = bids_before(&s, &y, 2,
		"{\"tenderer\":{\"name\":\"x\",\"nation\":\"AL\"},\"bundles\":[{\"id\":\"b\",\"lots\":[\"1\"],\"price\":{\"amount\":30,\"currency\":\"EUR\"}}],"
		"\"rebates\":[{\"threshold\":{\"amount\":30,\"currency\":\"EUR\"},\"rebate\":{\"amount\":20,\"currency\":\"EUR\"}}]}");
	struct tally_line line = *bid[1].line;
	struct bid_commit commit = *line.commit;
	commit.name.bidder = bid[0].line->commit->name.bidder;
	commit.name.bid.b[0] ^= 1;
	line.commit = &commit;
	bid[1].line = &line;
	assert_ok(award_case_make(&s.p, NULL, &s.arena, &c, &why));
	assert_int_equal(c.model->n_rebate, 1);
	assert_true(c.offer[0].admitted && !c.offer[1].admitted && c.offer[2].admitted);
	leave(&s);
}

/* What ties are drawn from is known to nobody when bids are closed: not of the root alone, which the lead can choose. */
static void drawn(void **state)
{
	struct award_case c;
	struct play y;
	struct seen s;
	struct hash draw, other, first, second;

	begin(&y, *state);
	open_all(&y);
	assert_true(look(&y, 1, &s));
	bids_before(&s, &y, 1, TEXT_PUT);
	draw = replay_draw(s.p.replay);
	assert_ok(award_case_make(&s.p, NULL, &s.arena, &c, &why));
	assert_int_equal(c.model->n_tier, 2);
	first = hash_of((struct slice[]){slice_of(draw.b, 32), c.model->tier[0].id}, 2);
	second = hash_of((struct slice[]){slice_of(draw.b, 32), c.model->tier[1].id}, 2);
	assert_int_equal(
		c.model->tier[0].rank < c.model->tier[1].rank, hash_cmp(&first, &second) < 0);
	s.p.replay->bid[0].key.b[0] ^= 1;
	other = replay_draw(s.p.replay);
	assert_false(hash_eq(&draw, &other));
	leave(&s);
}

/* A tender cannot keep every member's solver busy for ever. */
static void patience(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct row tender = {.kind = P_TENDER};
	struct process *p = arena_new(&arena, struct process);

	(void)state;
	p->tender = &tender;
	assert_ok(json_read(&tender.doc, &arena, SLICE("{\"award\":{\"seconds\":4294967297}}"),
		&json_limits_partner, &why));
	assert_int_equal(award_options(p).seconds, LIMIT_AWARD_SECONDS);
}

/* ---- doors ---- */

/* A bidder opens what is open already: nothing is kept of it. */
static void opened_again(void **state)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), b CLEANUP_BUF = BUF(64 * KIB);
	struct bid_name name;
	struct slice receipt;
	struct scalar r;
	struct play y;
	struct seen s;
	size_t n;

	begin(&y, *state);
	name = (struct bid_name){y.bid[1], y.bidder[1].pub, 1};
	assert_true(look(&y, 1, &s));
	assert_ok(bid_seal(&s.p.replay->policy, &s.p.replay->key.y, &name, SLICE(TEXT_PUT),
		&y.bidder[1], &y.chance, &sealed, &r, &why));
	bid_commit_print(&s.p.replay->policy, &name, BID_PUT, buf_slice(&sealed), &y.bidder[1], &b);
	leave(&s);
	for (size_t i = 0; i < N; i++) {
		assert_true(look(&y, i, &s));
		assert_ok(step_commit(&s.seat, &s.p, buf_slice(&b), env_now_ms(&s.m->node->env),
			&s.arena, &receipt, &why));
		leave(&s);
		assert_true(look(&y, i, &s));
		assert_ok(step_sealed(&s.seat, &s.p, buf_slice(&sealed),
			env_now_ms(&s.m->node->env), &s.arena, &why));
		leave(&s);
	}
	league_settle(y.l);
	open_all(&y);
	hour(&y, DEADLINE + 86400000 + 1000);
	assert_true(look(&y, 1, &s));
	n = s.p.n_message;
	buf_clear(&b);
	bid_selfopen_print(&s.p.replay->policy, &name, &r, &y.bidder[1], &b);
	assert_ok(step_selfopen(
		&s.seat, &s.p, buf_slice(&b), env_now_ms(&s.m->node->env), &s.arena, &why));
	leave(&s);
	assert_true(look(&y, 1, &s));
	assert_int_equal(s.p.n_message, n);
	leave(&s);
}

/* A door says that it is full before its node loses sight of what it has said itself: closing and opening have room. */
static void full_in_time(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * MIB);
	struct buf b CLEANUP_BUF = BUF(1 * MIB), big CLEANUP_BUF = BUF(1 * MIB);
	struct bid_name name;
	struct slice receipt;
	struct play y;
	struct seen s;
	int rc = 0;

	begin(&y, *state);
	name = (struct bid_name){y.bid[1], y.bidder[1].pub, 1};
	for (unsigned i = 0; i < 60; i++)
		buf_addf(&big, "%s\"e-seal/1 countersign\\nsid %08000d\\n\"", i ? "," : "", (int)i);
	char object[OBJECT_TEXT + 1];
	object_format(&y.procurement, object);
	const char *text = arena_printf(
		&arena, "{\"procurement\":\"%s\",\"messages\":[%s]}", object, buf_cstr(&big));
	for (unsigned i = 0; rc == 0; i++) {
		struct why said = {0};

		assert_true(i < 150);
		put(&y, 0, "procurement/seal/1", text, NULL, 0);
		buf_clear(&b);
		name.seq = 1;
		name.bid.b[0] = (uint8_t)i;
		name.bidder = y.bidder[1].pub;
		assert_true(look(&y, 0, &s));
		assert_false(s.rows.left_mine);
		bid_commit_print(
			&s.p.replay->policy, &name, BID_PUT, SLICE("sealed"), &y.bidder[1], &b);
		rc = step_commit(&s.seat, &s.p, buf_slice(&b), env_now_ms(&s.m->node->env),
			&s.arena, &receipt, &said);
		leave(&s);
	}
	assert_int_equal(rc, E_LIMIT);
}

static bool has_earlier(struct play *y, size_t i, const struct object_id *of, struct object_id *ret)
{
	struct readings shown CLEANUP_READINGS = {0};
	struct reader who;
	struct seen s;
	size_t used;
	bool has;

	y->procurement = *of;
	assert_true(look(y, i, &s));
	who = world_reader(&s.world, &s.m->node->self);
	who.readings = &shown;
	used = s.arena.used;
	assert_ok(
		twin_before(&s.world, s.m->db, &who, &s.p, &s.arena, ret, &has, &(struct why){0}));
	/* A partner may write thousands: they take no memory of the request, and nobody has been shown them. */
	assert_true(s.arena.used - used < KIB);
	assert_int_equal(shown.n, 0);
	leave(&s);
	return has;
}

/* Two agreements under one open contracting id: its author's own node writes no second one; of a partner's the later is marked, whatever is amended since. */
static void one_ocid(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y = {.l = *state};
	struct object_id first, other, earlier;
	char id[2][ID_TEXT + 1];
	const char *text;

	play_begin(&y, 1);
	agreement(&y);
	league_settle(y.l);
	first = y.procurement;
	for (size_t i = 0; i < 2; i++)
		id_format(&y.l->m[i].id, id[i]);
	text = arena_printf(&arena,
		"{\"title\":\"y\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
		id[0], id[1], id[0]);
	put(&y, 0, "procurement/agreement/1", text, NULL, E_CONFLICT);
	other = by_hand(&y, "procurement/agreement/1", text, NULL).object;
	/* What changes the first is later than both. */
	by_hand(&y, "procurement/agreement/1", text, &first);
	league_settle(y.l);
	for (size_t i = 0; i < 2; i++) {
		assert_false(has_earlier(&y, i, &first, &earlier));
		assert_true(has_earlier(&y, i, &other, &earlier));
		assert_true(object_id_eq(&earlier, &first));
	}
	/* Another mode is another world, and another member has its own. */
	put_in(&y, MODE_EXERCISE, 0, "procurement/agreement/1", text, NULL, 0);
	put(&y, 1, "procurement/agreement/1", text, NULL, 0);
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(early_sheet), SIGNED(other_tender),
		SIGNED(taken_back), SIGNED(other_agreement), SIGNED(other_shares),
		SIGNED(many_offers), SIGNED(many_bids), SIGNED(many_rebates), SIGNED(drawn),
		SIGNED(patience), SIGNED(opened_again), SIGNED(full_in_time), SIGNED(one_ocid)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("unfair", tests, NULL, NULL);
}
