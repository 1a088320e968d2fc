/*
 * test_tender.c: a whole tender on real nodes in one process, with a clock that is told the hour, whatever the order in which records travel and nodes act: the key is made, bids come in at
 * any nodes, the deadline is postponed, k officers open; every node has the same tables and the same verdict, and names nobody.
 */
#include "node/league.h"

#include "base/enc.h"
#include "work/procurement/lab.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/procurement.h"
#include "work/procurement/release.h"

#define N	 3
#define DEADLINE (LEAGUE_NOW + 3600000)
#define LATER	 (DEADLINE + 1800000)
#define PATIENCE 400 /* random acts until something must have happened */
#define TEXT_PUT                                                                                   \
	"{\"tenderer\":{\"name\":\"one\",\"nation\":\"AL\"},\"tiers\":[{\"id\":\"t\",\"lot\":\"1\",\"from\":1,\"to\":9,\"unitPrice\":{\"amount\":7,\"currency\":\"EUR\"}}]}"
#define TEXT_LATE                                                                                  \
	"{\"tenderer\":{\"name\":\"one\",\"nation\":\"AL\"},\"tiers\":[{\"id\":\"t\",\"lot\":\"1\",\"from\":1,\"to\":9,\"unitPrice\":{\"amount\":6,\"currency\":\"EUR\"}}]}"

struct play {
	struct league *l;
	struct env chance;
	struct env_fake seed;
	struct object_id procurement, tender;
	struct seckey bidder[2];
	struct id bid[2];
};

/* ---- one node looks, and does something ---- */

struct seen {
	struct arena arena;
	struct world world;
	struct rows rows;
	struct process p;
	struct seat seat;
	struct league_member *m;
	struct league *l;
};

static int write_now(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct seen *s = ctx;

	return node_write(s->m->node, s->m->db, &s->l->id, d, 1, ret, why);
}

/* False: the procurement is not here yet. */
static bool look(struct play *y, size_t i, struct seen *s)
{
	struct why said = {0};
	struct reader who;
	int rc;

	*s = (struct seen){.arena = ARENA(1 * GIB), .m = &y->l->m[i], .l = y->l};
	assert_ok(world_load(&s->world, s->m->node, s->m->db, &y->l->id, &s->arena, &why));
	who = world_reader(&s->world, &s->m->id);
	rc = procure_store_process(
		&s->world, s->m->db, &who, &y->procurement, ROWS_ALL, &s->arena, &s->rows, &said);
	if (rc == 0)
		rc = process_read(&s->rows, env_now_ms(&s->m->node->env), &s->arena, &s->p, &said);
	s->seat = (struct seat){
		.node = s->m->node, .db = s->m->db, .w = &s->world, .write = write_now, .ctx = s};
	if (rc < 0 && rc != E_MISSING)
		fail_msg("node %zu: %d %s %s", i, rc, said.where, said.text);
	return rc == 0;
}

static void leave(struct seen *s)
{
	arena_free(&s->arena);
}

static void tick(struct play *y, size_t i)
{
	struct step_did did;
	struct seen s;

	if (look(y, i, &s))
		assert_ok(
			step_run(&s.seat, &s.p, env_now_ms(&s.m->node->env), &s.arena, &did, &why));
	leave(&s);
}

/* Somebody's records travel to somebody, or somebody acts. */
static void anything(struct play *y)
{
	size_t a = env_below(&y->chance, N), b = env_below(&y->chance, N);

	if (a == b)
		tick(y, a);
	else
		league_carry(y->l, a, b, true);
}

static void hour(struct play *y, int64_t now_ms)
{
	for (size_t i = 0; i < N; i++)
		y->l->m[i].clock.now_ms = now_ms + (int64_t)i;
}

static struct written put_in(struct play *y, enum mode mode, size_t i, const char *kind,
	const char *json, const struct object_id *object, int want)
{
	struct id member[N];
	struct draft d = {.mode = mode,
		.kind = slice_str(kind),
		.label = SLICE("league RESTRICTED"),
		.member = member,
		.n_member = N,
		.media = SLICE("application/json"),
		.content = slice_str(json)};
	struct written w = {0};
	struct why why = {0};

	for (size_t k = 0; k < N; k++)
		member[k] = y->l->m[k].id;
	if (object) {
		d.has_object = true;
		d.object = *object;
	}
	int rc = node_write(y->l->m[i].node, y->l->m[i].db, &y->l->id, &d, 1, &w, &why);
	if (rc != want)
		fail_msg("%s by %zu: %d, not %d: %s %s", kind, i, rc, want, why.where, why.text);
	return w;
}

static struct written put(struct play *y, size_t i, const char *kind, const char *json,
	const struct object_id *object, int want)
{
	return put_in(y, MODE_REAL, i, kind, json, object, want);
}

/* ---- the story ---- */

static void agreement(struct play *y)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char id[N][ID_TEXT + 1];

	for (size_t i = 0; i < N; i++)
		id_format(&y->l->m[i].id, id[i]);
	y->procurement = put(y, 0, "procurement/agreement/1",
		arena_printf(&arena,
			"{\"title\":\"x\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[\"%s\",\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\",\"status\":\"proposed\"}",
			id[0], id[1], id[2], id[0]),
		NULL, 0)
				 .object;
	for (size_t i = 0; i < N; i++) {
		struct written w;
		struct seen s;

		league_carry(y->l, 0, i == 0 ? 1 : i, true);
		assert_true(look(y, i, &s));
		assert_ok(lab_agree(&s.seat, &s.p, true, &w, &why));
		leave(&s);
	}
}

/* A tender over these lots and items, with its hours. */
static const char *tender_of(struct play *y, struct arena *arena, int64_t deadline_ms, unsigned k,
	const char *lots, const char *items)
{
	char object[OBJECT_TEXT + 1], t[3][UTC_TEXT_LEN + 1];

	object_format(&y->procurement, object);
	utc_format(deadline_ms, t[0]);
	utc_format(deadline_ms + 600000, t[1]);
	utc_format(deadline_ms + 86400000, t[2]);
	return arena_printf(arena,
		"{\"procurement\":\"%s\",\"title\":\"x\",\"currency\":\"EUR\",\"estimate\":{\"amount\":100,\"currency\":\"EUR\"},\"lots\":[%s],\"items\":[%s],"
		"\"deadline\":\"%s\",\"graceMinutes\":5,\"openAt\":\"%s\",\"fallbackAt\":\"%s\",\"standstillDays\":0,\"threshold\":%u,\"padding\":[4096],\"award\":{},\"status\":\"open\"}",
		object, lots, items, t[0], t[1], t[2], k);
}

static const char *item_of(
	struct play *y, struct arena *arena, const char *lot, size_t member, unsigned quantity)
{
	char id[ID_TEXT + 1];

	id_format(&y->l->m[member].id, id);
	return arena_printf(arena,
		"{\"id\":\"%s-%zu\",\"relatedLot\":\"%s\",\"description\":\"x\",\"quantity\":%u,\"unit\":\"H87\",\"relatedBuyer\":\"%s\"}",
		lot, member, lot, quantity, id);
}

static const char *tender_text(struct play *y, struct arena *arena, int64_t deadline_ms, unsigned k)
{
	return tender_of(y, arena, deadline_ms, k,
		"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
		item_of(y, arena, "1", 1, 5));
}

static void tender(struct play *y, int64_t deadline_ms, unsigned k, bool again, int want)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct written w = put(y, 0, "procurement/tender/1", tender_text(y, &arena, deadline_ms, k),
		again ? &y->tender : NULL, want);

	if (want == 0)
		y->tender = w.object;
}

/* True once `what` holds at every node. */
static bool everywhere(struct play *y, bool (*what)(const struct process *p))
{
	bool all = true;

	for (size_t i = 0; all && i < N; i++) {
		struct seen s;

		all = look(y, i, &s) && what(&s.p);
		leave(&s);
	}
	return all;
}

static void until(struct play *y, bool (*what)(const struct process *p), const char *say)
{
	for (unsigned n = 0; n < PATIENCE; n++) {
		if (n % 8 == 0 && everywhere(y, what))
			return;
		anything(y);
	}
	fail_msg("not everywhere: %s", say);
}

static bool has_policy(const struct process *p)
{
	return p->replay != NULL;
}
static bool is_open(const struct process *p)
{
	return p->state == PROCESS_OPEN;
}
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

/* A version of a bid, made as suppliers do, brought to the first `doors` nodes in an order of chance. */
static void supply(struct play *y, size_t b, uint32_t seq, const char *text, size_t doors)
{
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB);
	struct bid_name name = {y->bid[b], y->bidder[b].pub, seq};
	size_t first = env_below(&y->chance, N);
	struct scalar r;

	for (size_t k = 0; k < doors; k++) {
		size_t i = (first + k) % N;
		struct slice receipt;
		struct seen s;

		assert_true(look(y, i, &s));
		if (k == 0) {
			assert_ok(bid_seal(&s.p.replay->policy, &s.p.replay->key.y, &name,
				slice_str(text), &y->bidder[b], &y->chance, &sealed, &r, &why));
			bid_commit_print(&s.p.replay->policy, &name,
				seq == 1 ? BID_PUT : BID_REPLACE, buf_slice(&sealed), &y->bidder[b],
				&commit);
		}
		assert_ok(step_commit(&s.seat, &s.p, buf_slice(&commit),
			env_now_ms(&s.m->node->env), &s.arena, &receipt, &why));
		leave(&s);
		assert_true(look(y, i, &s));
		assert_ok(step_sealed(&s.seat, &s.p, buf_slice(&sealed),
			env_now_ms(&s.m->node->env), &s.arena, &why));
		leave(&s);
		anything(y);
	}
}

static void confirm(struct play *y, size_t i)
{
	struct seen s;

	assert_true(look(y, i, &s));
	assert_ok(step_confirm(&s.seat, &s.p, &y->l->m[i].officer, &s.arena, &why));
	leave(&s);
}

/* ---- what one participant tries ---- */

static struct written write_seal(struct play *y, size_t i, const struct buf *b)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf json CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&json);
	char object[OBJECT_TEXT + 1];

	object_format(&y->procurement, object);
	json_open(&o, '{');
	json_put_cstr(&o, "procurement", object);
	json_open_at(&o, "messages", '[');
	json_put_string(&o, NULL, buf_slice(b));
	json_close(&o);
	json_close(&o);
	return put(y, i, "procurement/seal/1", arena_string(&arena, buf_slice(&json)), NULL, 0);
}

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

	y.chance = env_of_fake(&y.seed);
	env_fake_init(&y.seed, seed, 0);
	hour(&y, LEAGUE_NOW);
	for (size_t b = 0; b < 2; b++) {
		y.bidder[b] = seckey_new(&y.chance);
		env_random(&y.chance, y.bid[b].b, 16);
	}
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
	for (uint64_t seed = 1; seed <= (league_postgres ? 1 : 12); seed++)
		one(*state, seed);
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
	hour(y, DEADLINE + 700000);
	for (size_t i = 0; i < N; i++)
		confirm(y, i);
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

/* OCDS awards as they stand now, of a status. */
static size_t awards_told(struct play *y, const char *status)
{
	const struct tree **list;
	struct tree *package, *now;
	struct rows history;
	struct reader who;
	struct seen s;
	size_t n, found = 0;

	assert_true(look(y, 0, &s));
	who = world_reader(&s.world, &s.m->id);
	assert_ok(procure_store_history(
		&s.world, s.m->db, &who, &y->procurement, &s.arena, &history, &why));
	assert_ok(release_package(&s.p, &history, CIRCLE_MEMBER, &s.world,
		env_now_ms(&s.m->node->env), &s.arena, &package, &why));
	assert_ok(ocds_releases(package, &s.arena, &list, &n, &why));
	assert_ok(ocds_compile(list, n, &s.arena, &now, &why));
	for (const struct tree *a = tree_get(now, "awards")->first; a; a = a->next)
		found += slice_is(tree_text(a, "status"), status);
	leave(&s);
	return found;
}

/* Each supplier's contracts are worth its price and deliver its quantity, once; and what was not agreed to is neither shared nor contracted. */
static void contracts(void **state)
{
	struct play y = {.l = *state};

	y.chance = env_of_fake(&y.seed);
	env_fake_init(&y.seed, 7, 0);
	hour(&y, LEAGUE_NOW);
	for (size_t b = 0; b < 2; b++) {
		y.bidder[b] = seckey_new(&y.chance);
		env_random(&y.chance, y.bid[b].b, 16);
	}
	agreement(&y);
	league_settle(y.l);
	three_lots(&y);
	open_two(&y);
	decide(&y, 0, "award", 0);
	award_changed(&y, "\"offer\":\"b\"", 11, "\"offer\":\"c\"");
	decide(&y, 0, "share", E_STATE);
	/* What wins no more is told as cancelled, and does not stay as an award of somebody else's number. */
	award_changed(&y, "\"bid\":\"", 9, "\"bid\":\"00");
	assert_int_equal(awards_told(&y, "pending"), 3);
	decide(&y, 0, "award", 0);
	assert_int_equal(awards_told(&y, "pending"), 2);
	assert_int_equal(awards_told(&y, "cancelled"), 1);
	/* A cancelled award is none, and stays told; the next is a version of it. */
	award_changed(&y, "\"status\":\"pending\"", 18, "\"status\":\"cancelled\"");
	decide(&y, 0, "finish", E_STATE);
	assert_true(everywhere(&y, is_opened));
	assert_int_equal(awards_told(&y, "cancelled"), 3);
	decide(&y, 0, "award", 0);
	assert_int_equal(awards_told(&y, "pending"), 2);
	for (size_t i = 0; i < N; i++)
		decide(&y, i, "consent", 0);
	hour(&y, DEADLINE + 800000);
	decide(&y, 0, "finish", 0);
	decide(&y, 0, "share", 0);
	for (size_t i = 0; i < N; i++) {
		decide(&y, i, "contracts", 0);
		decide(&y, i, "contracts", E_CONFLICT);
	}
	contract_is(&y, 0, "of 1", 50000, 1);
	contract_is(&y, 0, "of 2", 100000, 1);
	for (size_t i = 1; i < N; i++) {
		contract_is(&y, i, "of 1", 21000, 30);
		contract_is(&y, i, "of 2", 16000, 20);
	}
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

	y.chance = env_of_fake(&y.seed);
	env_fake_init(&y.seed, 7, 0);
	hour(&y, LEAGUE_NOW);
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

/* A participant that fills the store loses sight of its own records; what the others have written stands. */
static void filled(void **state)
{
	struct play y = {.l = *state};
	struct buf big CLEANUP_BUF = BUF(1 * MIB);
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	char object[OBJECT_TEXT + 1];
	struct json_out o = json_out(&big);
	size_t mine = 0, others = 0;
	struct seen s;

	y.chance = env_of_fake(&y.seed);
	env_fake_init(&y.seed, 7, 0);
	hour(&y, LEAGUE_NOW);
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
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(any_order), SIGNED(contracts), SIGNED(paddings),
		SIGNED(pages), SIGNED(strangers), SIGNED(filled)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("tender", tests, NULL, NULL);
}
