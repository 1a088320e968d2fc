/*
 * test_tender.c: a whole tender on real nodes in one process, with a clock that is told the hour, whatever the order in which records travel and nodes act: the key is made, bids come in at
 * any nodes, the deadline is postponed, k officers open; every node has the same tables and the same verdict, and names nobody.
 */
#include "play.h"

#include "node/account.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/procurement.h"
#include "work/procurement/release.h"

static bool is_later(const struct process *p)
{
	return p->replay->policy.deadline_ms == LATER;
}
static bool is_closed(const struct process *p)
{
	return p->replay->closed != NULL && p->replay->n_sealed == 3;
}
static bool has_closed(const struct process *p)
{
	return p->replay->closed != NULL && p->replay->n_sealed == 2;
}
static bool is_opened(const struct process *p)
{
	return p->state == PROCESS_OPENED;
}

/* ---- what one participant tries ---- */

/* Member 2 makes a key alone: a policy like the lead's, dated before it, with signing keys of its own making for all, and everybody's messages under it. */
static void forge(struct play *y)
{
	struct seal_policy *p = mem_new(struct seal_policy);
	struct dkg_deal *deal = mem_zero_alloc(N, sizeof(*deal));
	struct dkg_key *key = mem_new(struct dkg_key);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct seckey made[N];
	struct seen s;

	assert_true(look(y, 2, &s));
	assert_non_null(s.p.replay);
	*p = s.p.replay->policy;
	y->l->m[2].clock.now_ms -= 50000;
	for (size_t i = 0; i < N; i++) {
		made[i] = seckey_new(&y->chance);
		p->holder[i].key = made[i].pub;
	}
	seal_policy_print(p, &made[p->lead - 1], &b);
	assert_ok(seal_policy_parse(p, arena_copy(&s.arena, buf_slice(&b)), &why));
	write_seal(y, 2, &b);
	for (uint32_t i = 1; i <= N; i++) {
		buf_clear(&b);
		seal_countersign_print(p, i, &made[i - 1], &b);
		write_seal(y, 2, &b);
		buf_clear(&b);
		assert_ok(dkg_deal(p, i, &made[i - 1], &y->chance, &b, &why));
		assert_ok(dkg_deal_parse(
			&deal[i - 1], p, &s.arena, arena_copy(&s.arena, buf_slice(&b)), &why));
		write_seal(y, 2, &b);
	}
	dkg_public(p, deal, key);
	for (uint32_t i = 1; i <= N; i++) {
		buf_clear(&b);
		dkg_cert_print(p, i, key, &made[i - 1], &b);
		write_seal(y, 2, &b);
	}
	y->l->m[2].clock.now_ms += 50000;
	mem_free(p);
	mem_free(deal);
	mem_free(key);
	leave(&s);
}

/* Member 1 takes its consent back when suppliers have begun to rely on it: its own node says no, and nobody heeds what it writes by hand. */
static void renege(struct play *y)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char object[OBJECT_TEXT + 1], leaf[65];
	struct why why = {0};
	struct written w;
	struct seen s;

	assert_true(look(y, 1, &s));
	assert_int_equal(lab_agree(&s.seat, &s.p, false, &w, &why), E_STATE);
	object_format(&y->procurement, object);
	hex_encode(s.p.agreement->leaf.b, 32, leaf);
	put(y, 1, "procurement/consent/1",
		arena_printf(&arena, "{\"procurement\":\"%s\",\"leaf\":\"%s\",\"agrees\":false}",
			object, leaf),
		NULL, 0);
	leave(&s);
}

static void keys_are_true(struct play *y, size_t i)
{
	struct seen s;

	assert_true(look(y, i, &s));
	for (uint32_t h = 0; h < N; h++) {
		bool known = false;

		for (size_t m = 0; m < N; m++)
			known |= pubkey_eq(
				&s.p.replay->policy.holder[h].key, &y->l->m[m].node->log_key.pub);
		assert_true(known);
	}
	leave(&s);
}

/* ---- what must be so at the end ---- */

static struct hash table_of(struct play *y, size_t i)
{
	struct stmt *s = db_stmt(y->l->m[i].db,
		"SELECT l.member, t.seq, t.at, t.kind, t.of_owner, t.of_name, t.leaf, t.body FROM procurement_item t "
		"JOIN log l ON l.id = t.log WHERE t.kind <> $1 ORDER BY l.member, l.epoch, t.seq, t.at");
	struct hasher *h = hash_start();
	struct why why = {0};
	int rc;

	db_bind_i64(s, 1, P_CONFIRM); /* stays at its node */
	while ((rc = db_step(s, &why)) == DB_ROW) {
		int64_t number[] = {db_i64(s, 1), db_i64(s, 2), db_i64(s, 3)};

		hash_add(h, slice_of(number, sizeof(number)));
		for (int c = 0; c < 8; c++)
			if (c == 0 || c > 3)
				hash_add(h, db_blob(s, c));
	}
	assert_int_equal(rc, 0);
	db_reset(s);
	return hash_end(&h);
}

static void verdict(struct play *y, size_t i)
{
	struct seen s;

	assert_true(look(y, i, &s));
	const struct seal_replay *r = s.p.replay;
	assert_int_equal(r->n_bid, 2);
	for (size_t b = 0; b < 2; b++) {
		assert_int_equal(r->bid[b].state, BID_OPENED);
		assert_slice(r->bid[b].text, id_eq(&r->bid[b].line->commit->name.bid, &y->bid[0])
						     ? TEXT_LATE
						     : TEXT_PUT);
	}
	for (size_t f = 0; f < r->n_finding; f++)
		assert_int_equal(r->finding[f].kind, FINDING_ABSENT);
	leave(&s);
}

static void one(struct league *l, uint64_t seed)
{
	struct play y = {.l = l};
	size_t silent;
	struct hash first;

	play_begin(&y, seed);
	agreement(&y);
	league_settle(l);
	tender(&y, DEADLINE, 2, false, 0);
	until(&y, has_policy, "a policy");
	forge(&y);
	until(&y, is_open, "open");
	for (size_t i = 0; i < N; i++)
		keys_are_true(&y, i);
	renege(&y);

	/* What the key was made for stands: only a later hour may be said, and only by who leads. */
	tender(&y, DEADLINE - 1000, 2, true, E_STATE);
	tender(&y, DEADLINE, 3, true, E_STATE);
	tender(&y, DEADLINE, 2, false, E_CONFLICT);
	supply(&y, 0, 1, TEXT_PUT, N);
	supply(&y, 1, 1, TEXT_PUT, 2);
	hour(&y, DEADLINE - 60000);
	tender(&y, LATER, 2, true, 0);
	until(&y, is_later, "later");
	hour(&y, DEADLINE + 60000);
	supply(&y, 0, 2, TEXT_LATE, 2);
	league_settle(l); /* the grace is for this: who closes knows what was receipted */
	hour(&y, LATER + 310000 + 60000); /* grace, and everybody's turn to close */
	tender(&y, LATER + 1000, 2, true, E_STATE);
	until(&y, is_closed, "closed");
	hour(&y, LATER + 700000);
	silent = env_below(&y.chance, N);
	for (size_t i = 0; i < N; i++)
		if (i != silent)
			confirm(&y, i);
	until(&y, is_opened, "opened");
	league_settle(l);
	first = table_of(&y, 0);
	for (size_t i = 0; i < N; i++) {
		struct hash mine = table_of(&y, i);

		verdict(&y, i);
		assert_true(hash_eq(&mine, &first));
		league_rebuilds(l, i);
	}
}

static void any_order(void **state)
{
	for (uint64_t seed = 1; seed <= (league_postgres ? 1 : 12); seed++) {
		if (seed > 1) {
			league_teardown(state);
			league_setup_signed(state);
		}
		one(*state, seed);
	}
}

/* ---- award, shares, contracts ---- */

#define EUR(amount) "{\"amount\":" amount ",\"currency\":\"EUR\"}"
#define LOT(id, reserve, more)                                                                     \
	"{\"id\":\"" id "\",\"title\":\"x\",\"reserve\":" EUR(reserve) more "}"
/* Lots 1 and 2 are one member's, each won by another; lot 3 of 100 goes to two suppliers for two members. */
#define THREE_LOTS                                                                                 \
	LOT("1", "1000", "")                                                                       \
	"," LOT("2", "2000", "") "," LOT("3", "9", ",\"minSuppliers\":2,\"shareMax\":600")
#define OFFER(lot, price, unit)                                                                                          \
	"{\"tenderer\":{\"name\":\"of " lot                                                                              \
	"\",\"nation\":\"AL\"},\"bundles\":[{\"id\":\"b\",\"lots\":[\"" lot                                              \
	"\"],\"price\":" EUR(price) "}],\"tiers\":[{\"id\":\"t\",\"lot\":\"3\",\"from\":1,\"to\":60,\"unitPrice\":" EUR( \
		unit) "}]}"

static void three_lots(struct play *y)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *items = arena_printf(&arena, "%s,%s,%s,%s", item_of(y, &arena, "1", 0, 1),
		item_of(y, &arena, "2", 0, 1), item_of(y, &arena, "3", 1, 50),
		item_of(y, &arena, "3", 2, 50));

	y->tender = put(y, 0, "procurement/tender/1",
		tender_of(y, &arena, DEADLINE, 2, THREE_LOTS, items), NULL, 0)
			    .object;
	until(y, is_open, "open");
}

/* Both suppliers' bids, opened by all. */
static void open_two(struct play *y)
{
	supply(y, 0, 1, OFFER("1", "500", "7"), N);
	supply(y, 1, 1, OFFER("2", "1000", "8"), N);
	league_settle(y->l);
	hour(y, DEADLINE + 310000 + 60000);
	until(y, has_closed, "closed");
	assert_false(waits(y, 1, "open"));
	hour(y, DEADLINE + 700000);
	for (size_t i = 0; i < N; i++) {
		assert_true(waits(y, i, "open"));
		confirm(y, i);
		assert_false(waits(y, i, "open"));
	}
	until(y, is_opened, "opened");
	league_settle(y->l);
}

/* One of the workspace's decisions at a node, which must answer `want`. */
static void decide(struct play *y, size_t i, const char *what, int want)
{
	struct written w;
	struct why why = {0};
	struct seen s;
	size_t n;
	bool agrees = true;
	int rc = E_INVALID;

	assert_true(look(y, i, &s));
	if (strcmp(what, "award") == 0)
		rc = lab_award(&s.seat, &s.p, &s.arena, &w, &why);
	else if (strcmp(what, "consent") == 0)
		rc = lab_consent(&s.seat, &s.p, &s.arena, &agrees, &w, &why);
	else if (strcmp(what, "finish") == 0)
		rc = lab_finish(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &w, &why);
	else if (strcmp(what, "share") == 0)
		rc = lab_share(&s.seat, &s.p, &s.arena, &w, &why);
	else if (strcmp(what, "contracts") == 0)
		rc = lab_contracts(&s.seat, &s.p, &s.arena, &n, &why);
	if (rc != want || !agrees)
		fail_msg("%s at %zu: %d, not %d: %s %s", what, i, rc, want, why.where, why.text);
	leave(&s);
	league_settle(y->l);
}

/* What the contract of a member with a supplier says: its value in cents, and how much of the first item. */
static void contract_is(
	struct play *y, size_t buyer, const char *supplier, int64_t value, int64_t quantity)
{
	struct seen s;
	bool found = false;

	assert_true(look(y, 0, &s));
	for (const struct row *r = process_next(&s.p, P_CONTRACT, NULL); r;
		r = process_next(&s.p, P_CONTRACT, r)) {
		json_ref root = json_root(&r->doc), items = json_get(&r->doc, root, "items");
		int64_t got = 0;

		if (!id_eq(&r->object.owner, &y->l->m[buyer].id) ||
			!slice_is(get_text(&r->doc, root, "supplier", &s.arena), supplier))
			continue;
		found = true;
		assert_true(rec_money(&r->doc, root, "value", &got, NULL));
		assert_int_equal(got, value);
		assert_int_equal(json_count(&r->doc, items), 1);
		assert_int_equal(rec_quantity(&r->doc, json_first(&r->doc, items), "quantity"),
			quantity * QUANTITY_ONE);
	}
	leave(&s);
	if (!found)
		fail_msg("no contract of member %zu with %s", buyer, supplier);
}

/* The award's record with other words in place of some: what a lead could write. */
static void award_changed(struct play *y, const char *from, size_t length, const char *to)
{
	struct seen s;
	struct written w;

	assert_true(look(y, 0, &s));
	const char *text = arena_string(&s.arena, s.p.award->body);
	ptrdiff_t at = slice_search(s.p.award->body, slice_str(from));
	assert_true(at >= 0);
	const char *changed =
		arena_printf(&s.arena, "%.*s%s%s", (int)at, text, to, text + at + length);
	assert_ok(step_record(
		&s.seat, &s.p, P_AWARD, &s.p.award->object, slice_str(changed), &w, &why));
	leave(&s);
	league_settle(y->l);
}

/* Something has come of a contract of member i's, which it has not signed yet. */
static void deliver(struct play *y, size_t i)
{
	struct object_id object = {{{0}}, {{0}}};
	char of[OBJECT_TEXT + 1], contract[OBJECT_TEXT + 1], at[UTC_TEXT_LEN + 1];
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct seen s;

	assert_true(look(y, i, &s));
	for (const struct row *r = process_next(&s.p, P_CONTRACT, NULL); r;
		r = process_next(&s.p, P_CONTRACT, r))
		if (id_eq(&r->object.owner, &s.m->id))
			object = r->object;
	leave(&s);
	object_format(&y->procurement, of);
	object_format(&object, contract);
	utc_format(DEADLINE + 800000, at);
	put(y, i, "procurement/delivery/1",
		arena_printf(&arena,
			"{\"procurement\":\"%s\",\"contract\":\"%s\",\"quantity\":1,\"date\":\"%s\",\"accepted\":true}",
			of, contract, at),
		NULL, 0);
	league_settle(y->l);
}

static bool is_implementing(const struct process *p)
{
	return p->state == PROCESS_IMPLEMENTING;
}

/* Each supplier's contracts are worth its price and deliver its quantity, once, also where both have chosen one id for their bids; and what was not agreed to is neither shared nor contracted. */
static void contracts(void **state)
{
	struct play y = {.l = *state};

	play_begin(&y, 7);
	y.bid[1] = y.bid[0];
	agreement(&y);
	league_settle(y.l);
	three_lots(&y);
	open_two(&y);
	decide(&y, 0, "award", 0);
	award_changed(&y, "\"offer\":\"b\"", 11, "\"offer\":\"c\"");
	decide(&y, 0, "share", E_STATE);
	/* What wins no more is told as cancelled, and does not stay as an award of somebody else's number. */
	award_changed(&y, "\"bid\":\"", 9, "\"bid\":\"00");
	assert_int_equal(awards_told(&y, 0, "pending"), 3);
	decide(&y, 0, "award", 0);
	assert_int_equal(awards_told(&y, 0, "pending"), 2);
	assert_int_equal(awards_told(&y, 0, "cancelled"), 1);
	/* A cancelled award is none, and stays told; the next is a version of it. */
	award_changed(&y, "\"status\":\"pending\"", 18, "\"status\":\"cancelled\"");
	decide(&y, 0, "finish", E_STATE);
	assert_true(everywhere(&y, is_opened));
	assert_int_equal(awards_told(&y, 0, "cancelled"), 3);
	decide(&y, 0, "award", 0);
	assert_int_equal(awards_told(&y, 0, "pending"), 2);
	for (size_t i = 0; i < N; i++) {
		assert_true(waits(&y, i, "award"));
		decide(&y, i, "consent", 0);
		assert_false(waits(&y, i, "award"));
	}
	hour(&y, DEADLINE + 800000);
	assert_true(waits(&y, 0, "finish") && !waits(&y, 1, "finish"));
	decide(&y, 0, "finish", 0);
	assert_true(waits(&y, 0, "shares") && !waits(&y, 1, "shares"));
	decide(&y, 0, "share", 0);
	assert_false(waits(&y, 0, "shares"));
	for (size_t i = 0; i < N; i++) {
		assert_true(waits(&y, i, "contract"));
		decide(&y, i, "contracts", 0);
		decide(&y, i, "contracts", E_CONFLICT);
	}
	contract_is(&y, 0, "of 1", 50000, 1);
	contract_is(&y, 0, "of 2", 100000, 1);
	for (size_t i = 1; i < N; i++) {
		contract_is(&y, i, "of 1", 21000, 30);
		contract_is(&y, i, "of 2", 16000, 20);
	}
	/* One member's deliveries do not sign another's contract. */
	deliver(&y, 1);
	assert_true(everywhere(&y, is_implementing));
	for (size_t i = 0; i < N; i++)
		assert_true(waits(&y, i, "contract"));
}

static void begin_three(struct play *y)
{
	play_begin(y, 7);
	agreement(y);
	league_settle(y->l);
	three_lots(y);
	open_two(y);
}

static const char *sheet_of(
	struct arena *arena, const char *object, const char *bid, const char *admitted)
{
	return arena_printf(arena,
		"{\"procurement\":\"%s\",\"evaluator\":\"panel\",\"phase\":\"reconciled\",\"bids\":[{\"bid\":\"%s\",\"admitted\":%s}]}",
		object, bid, admitted);
}

/* The sheet with which prices are shown stands, whatever the lead writes in their knowledge, as a new sheet or as a version of the first. */
static void first_sheet_stands(void **state)
{
	struct play y = {.l = *state};
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char object[OBJECT_TEXT + 1], bid[33];

	begin_three(&y);
	object_format(&y.procurement, object);
	hex_encode(y.bid[0].b, 16, bid);
	const char *first = sheet_of(&arena, object, bid, "true"),
		   *other = sheet_of(&arena, object, bid, "false");
	struct written w = put(&y, 0, "procurement/score/1", first, NULL, 0);
	put(&y, 0, "procurement/score/1", other, NULL, E_STATE);
	put(&y, 0, "procurement/score/1", other, &w.object, E_STATE);
	by_hand(&y, "procurement/score/1", other, &w.object);
	y.l->m[0].clock.now_ms -= 60000;
	by_hand(&y, "procurement/score/1", other, NULL);
	y.l->m[0].clock.now_ms += 60000;
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		struct offer *offer;
		struct seen s;
		size_t n;

		assert_true(look(&y, i, &s));
		offers_read(&s.p, &s.arena, &offer, &n);
		assert_int_equal(n, 2);
		assert_true(offer[0].admitted && offer[1].admitted);
		leave(&s);
	}
}

static void agrees_is(struct play *y, size_t i, bool want)
{
	struct written w;
	struct seen s;
	bool agrees;

	assert_true(look(y, i, &s));
	assert_ok(lab_consent(&s.seat, &s.p, &s.arena, &agrees, &w, &why));
	assert_int_equal(agrees, want);
	leave(&s);
	league_settle(y->l);
}

static void state_is(struct play *y, enum process_state want)
{
	for (size_t i = 0; i < N; i++) {
		struct seen s;

		assert_true(look(y, i, &s));
		assert_int_equal(s.p.state, want);
		leave(&s);
	}
}

/* What the lead calls final is so when all have agreed and the standstill that they agreed to is over: every node counts for itself. And an award that does not hold finds no consent. */
static void final_by_all(void **state)
{
	struct play y = {.l = *state};

	begin_three(&y);
	decide(&y, 0, "award", 0);
	award_changed(&y, "\"offer\":\"b\"", 11, "\"offer\":\"c\"");
	agrees_is(&y, 1, false);
	decide(&y, 0, "award", 0);
	award_changed(&y, "\"standstillUntil\":\"2025", 23, "\"standstillUntil\":\"2024");
	agrees_is(&y, 1, false);
	decide(&y, 0, "award", 0);
	award_changed(&y, "\"standstillUntil\":\"2025", 23, "\"standstillUntil\":\"2026");
	for (size_t i = 0; i < N; i++)
		agrees_is(&y, i, true);
	state_is(&y, PROCESS_STANDSTILL);
	award_changed(&y, "\"status\":\"pending\"", 18, "\"status\":\"active\"");
	state_is(&y, PROCESS_STANDSTILL);
	/* Another end of the standstill is not what was agreed to. */
	award_changed(&y, "\"standstillUntil\":\"2026", 23, "\"standstillUntil\":\"2025");
	state_is(&y, PROCESS_AWARD_PROPOSED);
}

/* What the lead writes when prices are known changes the rules for nobody, not at its own node either: the tender is judged as it was when it was closed. */
static void rules_stand(void **state)
{
	struct play y = {.l = *state};
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	play_begin(&y, 7);
	agreement(&y);
	league_settle(y.l);
	three_lots(&y);
	open_two(&y);
	const char *items = arena_printf(&arena, "%s,%s,%s,%s", item_of(&y, &arena, "1", 0, 1),
		item_of(&y, &arena, "2x", 0, 1), item_of(&y, &arena, "3", 1, 50),
		item_of(&y, &arena, "3", 2, 50));
	const char *other = tender_of(&y, &arena, DEADLINE, 2,
		LOT("1", "1000", "") "," LOT("2x", "2000", "") "," LOT("3", "9", ""), items);
	put(&y, 0, "procurement/tender/1", other, &y.tender, E_STATE);
	by_hand(&y, "procurement/tender/1", other, &y.tender);
	league_settle(y.l);
	for (size_t i = 0; i < N; i++) {
		struct offer *offer;
		struct seen s;
		size_t n;

		assert_true(look(&y, i, &s));
		assert_true(s.p.tender != s.p.tender_last);
		offers_read(&s.p, &s.arena, &offer, &n);
		assert_int_equal(n, 2);
		assert_true(offer[0].admitted && offer[1].admitted);
		leave(&s);
	}
	decide(&y, 0, "award", 0);
	for (size_t i = 0; i < N; i++)
		decide(&y, i, "consent", 0);
}

/* A lead that makes the key for other sizes than its tender says finds nobody who countersigns. */
static void paddings(void **state)
{
	struct play y = {.l = *state};
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct seal_policy *p = mem_new(struct seal_policy);
	struct step_did did;
	struct why said = {0};
	struct seen s;

	play_begin(&y, 7);
	agreement(&y);
	league_settle(y.l);
	tender(&y, DEADLINE, 2, false, 0);
	tick(&y, 0);
	assert_true(look(&y, 0, &s));
	*p = s.p.replay->policy;
	p->padding[0] = 16384;
	seal_policy_print(p, &y.l->m[0].node->log_key, &b);
	write_seal(&y, 0, &b);
	leave(&s);
	league_settle(y.l);
	assert_true(look(&y, 1, &s));
	assert_int_equal(s.p.replay->policy.padding[0], 16384);
	assert_int_equal(
		step_run(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &did, &said),
		E_STATE);
	leave(&s);
	mem_free(p);
}

/* ---- what a list and a process are made of ---- */

/* Records of one millisecond at a page's edge: none is lost, none comes twice. */
static void pages(void **state)
{
	struct play y = {.l = *state};
	struct row_place place;
	size_t n = 0;
	bool more = false;

	hour(&y, LEAGUE_NOW);
	for (size_t i = 0; i < 7; i++)
		put(&y, 0, "procurement/need/1",
			"{\"title\":\"x\",\"classification\":[{\"scheme\":\"LOCAL\",\"id\":\"x\"}],\"quantity\":1,\"unit\":\"H87\",\"firmness\":\"interest\",\"status\":\"stated\"}",
			NULL, 0);
	do {
		struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
		struct league_member *m = &y.l->m[0];
		struct world world;
		struct reader who;
		struct rows list;

		assert_ok(world_load(&world, m->node, m->db, &y.l->id, &arena, &why));
		who = world_reader(&world, &m->id);
		assert_ok(procure_store_list(&world, m->db, &who, P_NEED, MODE_REAL,
			more ? &place : NULL, 2, &arena, &list, &why));
		assert_true(list.n > 0 && list.n <= 2);
		n += list.n;
		place = row_place(&list.row[list.n - 1]);
		more = list.more;
	} while (more && n < 100);
	assert_int_equal(n, 7);
}

/* What others write about a procurement of which they are no participants, and what participants write about it in another mode, is not of it. */
static void strangers(void **state)
{
	struct play y = {.l = *state};
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char id[2][ID_TEXT + 1], object[OBJECT_TEXT + 1];
	struct seen s;
	size_t consents = 0;

	hour(&y, LEAGUE_NOW);
	for (size_t i = 0; i < 2; i++)
		id_format(&y.l->m[i].id, id[i]);
	y.procurement = put(&y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"x\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id[0], id[1], id[0]),
		NULL, 0)
				.object;
	league_settle(y.l);
	object_format(&y.procurement, object);
	const char *consent = arena_printf(
		&arena, "{\"procurement\":\"%s\",\"leaf\":\"%064d\",\"agrees\":true}", object, 0);
	put(&y, 1, "procurement/consent/1", consent, NULL, 0);
	put(&y, 2, "procurement/consent/1", consent, NULL, 0);
	put_in(&y, MODE_EXERCISE, 1, "procurement/consent/1", consent, NULL, 0);
	league_settle(y.l);
	assert_true(look(&y, 0, &s));
	for (size_t i = 0; i < s.rows.n; i++)
		consents += s.rows.row[i].kind == P_CONSENT;
	assert_int_equal(consents, 1);
	leave(&s);
	/* A tender that is written before all have signed is not open, nor said to be so on the board. */
	tender(&y, DEADLINE, 2, false, 0);
	assert_true(look(&y, 0, &s));
	assert_int_equal(s.p.state, PROCESS_PROPOSED);
	assert_ok(process_read_brief(&s.rows, env_now_ms(&s.m->node->env), &s.arena, &s.p, &why));
	assert_int_equal(s.p.state, PROCESS_PROPOSED);
	leave(&s);
}

/* A participant that fills the store loses sight of its own records, and so signs nothing more; what the others have written stands. */
static void filled(void **state)
{
	struct play y = {.l = *state};
	struct buf big CLEANUP_BUF = BUF(1 * MIB);
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	char object[OBJECT_TEXT + 1];
	struct json_out o = json_out(&big);
	size_t mine = 0, others = 0;
	struct step_did did;
	struct seen s;

	play_begin(&y, 7);
	agreement(&y);
	object_format(&y.procurement, object);
	json_open(&o, '{');
	json_put_cstr(&o, "procurement", object);
	json_open_at(&o, "messages", '[');
	for (size_t i = 0; i < 60; i++)
		json_put_string(&o, NULL,
			slice_str(arena_printf(
				&arena, "e-seal/1 countersign\nsid %016000d\n", (int)i)));
	json_close(&o);
	json_close(&o);
	const char *text = arena_string(&arena, buf_slice(&big));
	for (size_t i = 0; i < 80; i++)
		put(&y, 2, "procurement/seal/1", text, NULL, 0);
	league_settle(y.l);
	assert_true(look(&y, 0, &s));
	for (size_t i = 0; i < s.rows.n; i++)
		if (id_eq(&s.rows.row[i].object.owner, &y.l->m[2].id))
			mine++;
		else
			others++;
	assert_true(mine < 80 && mine > 10);
	assert_int_equal(s.rows.left + mine, 81);
	assert_int_equal(others, 3);
	leave(&s);
	tender(&y, DEADLINE, 2, false, 0);
	tick(&y, 0);
	league_settle(y.l);
	assert_true(look(&y, 2, &s));
	assert_true(s.rows.left_mine && has_policy(&s.p));
	assert_ok(step_run(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &did, &why));
	assert_int_equal(did.n, 0);
	leave(&s);
}

/* ---- who is not cleared ---- */

/* A record of this class for all three, by member i. */
static struct object_id put_as(struct play *y, size_t i, const char *label, const char *kind,
	const char *json, const struct object_id *object)
{
	struct id member[N];
	struct draft d = {.mode = MODE_REAL,
		.kind = slice_str(kind),
		.label = slice_str(label),
		.member = member,
		.n_member = N,
		.media = SLICE("application/json"),
		.content = slice_str(json)};
	struct written w;

	for (size_t k = 0; k < N; k++)
		member[k] = y->l->m[k].id;
	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	assert_ok(node_write(y->l->m[i].node, y->l->m[i].db, &y->l->id, &d, 1, &w, &why));
	league_settle(y->l);
	return w.object;
}

/* How many versions of the tender somebody with this clearance at node i is told of: of the procurement, and of its history. */
static void tenders_seen(struct play *y, size_t i, const char *clearance, size_t want)
{
	struct rows rows[2];
	struct seen s;

	(void)look(y, i, &s);
	const struct reader who = account_reader(&s.world, slice_str(clearance));
	assert_ok(procure_store_process(
		&s.world, s.m->db, &who, &y->procurement, ROWS_BRIEF, &s.arena, &rows[0], &why));
	assert_ok(procure_store_history(
		&s.world, s.m->db, &who, &y->procurement, &s.arena, &rows[1], &why));
	for (size_t k = 0; k < 2; k++) {
		size_t n = 0;

		for (size_t r = 0; r < rows[k].n; r++)
			n += rows[k].row[r].kind == P_TENDER;
		assert_int_equal(n, want);
	}
	leave(&s);
}

/* An agreement and its tender, of the lowest class. */
static const char *open_begin(struct play *y, struct arena *arena)
{
	char id[N][ID_TEXT + 1];
	const char *tender;

	for (size_t i = 0; i < N; i++)
		id_format(&y->l->m[i].id, id[i]);
	y->procurement = put_as(y, 0, "league OPEN", "procurement/agreement/1",
		arena_printf(arena,
			"{\"title\":\"x\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id[0], id[1], id[2], id[0]),
		NULL);
	tender = tender_of(y, arena, DEADLINE, 2,
		"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
		item_of(y, arena, "1", 1, 5));
	y->tender = put_as(y, 0, "league OPEN", "procurement/tender/1", tender, NULL);
	return tender;
}

/* The lead finds that a tender says too much, and gives its next version a higher class: who is not cleared for that reads no earlier version of it either. */
static void classed_up(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y = {.l = *state};

	play_begin(&y, 31);
	const char *tender = open_begin(&y, &arena);
	for (size_t i = 0; i < N; i++)
		tenders_seen(&y, i, "OPEN", 1);
	put_as(&y, 0, "league RESTRICTED", "procurement/tender/1", tender, &y.tender);
	for (size_t i = 0; i < N; i++) {
		tenders_seen(&y, i, "OPEN", 0);
		tenders_seen(&y, i, "RESTRICTED", 2);
		tenders_seen(&y, i, "*", 2);
	}
}

/* Node i tells of one question, in these words. */
static void asked_is(struct play *y, size_t i, const char *want)
{
	struct seen s;

	assert_true(look(y, i, &s));
	const struct tree *list = release_enquiries(&s.p, &s.world, &s.arena);
	assert_int_equal(list->n, want != NULL);
	if (want)
		assert_true(slice_is(tree_text(list->first, "description"), want));
	leave(&s);
}

static const char *said(
	struct play *y, struct arena *arena, const struct object_id *question, const char *text)
{
	char p[OBJECT_TEXT + 1], q[OBJECT_TEXT + 1];

	object_format(&y->procurement, p);
	if (!question)
		return arena_printf(arena, "{\"procurement\":\"%s\",\"text\":\"%s\"}", p, text);
	object_format(question, q);
	return arena_printf(
		arena, "{\"procurement\":\"%s\",\"question\":\"%s\",\"text\":\"%s\"}", p, q, text);
}

/* The lead has answered, and suppliers read it: the member that handed the question on puts no other under that answer, and takes its own back by a higher class. */
static void asked_otherwise(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct play y = {.l = *state};
	struct object_id question;

	play_begin(&y, 32);
	(void)open_begin(&y, &arena);
	question = put_as(&y, 1, "league OPEN", "procurement/question/1",
		said(&y, &arena, NULL, "In wool?"), NULL);
	hour(&y, LEAGUE_NOW + 60000);
	put_as(&y, 1, "league OPEN", "procurement/question/1", said(&y, &arena, NULL, "In cotton?"),
		&question);
	hour(&y, LEAGUE_NOW + 120000);
	put_as(&y, 0, "league OPEN", "procurement/answer/1", said(&y, &arena, &question, "Yes."),
		NULL);
	hour(&y, LEAGUE_NOW + 180000);
	put_as(&y, 1, "league OPEN", "procurement/question/1", said(&y, &arena, NULL, "In silk?"),
		&question);
	for (size_t i = 0; i < N; i++)
		asked_is(&y, i, "In cotton?");
	put_as(&y, 1, "league RESTRICTED", "procurement/question/1",
		said(&y, &arena, NULL, "In silk?"), &question);
	for (size_t i = 0; i < N; i++)
		asked_is(&y, i, NULL);
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(any_order), SIGNED(contracts),
		SIGNED(rules_stand), SIGNED(first_sheet_stands), SIGNED(final_by_all),
		SIGNED(paddings), SIGNED(pages), SIGNED(strangers), SIGNED(filled),
		SIGNED(classed_up), SIGNED(asked_otherwise)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("tender", tests, NULL, NULL);
}
