/*
 * test_book.c: what is bound and what is free: until each part that has gone out is home, whatever the others say and however much of it; and how far lists go.
 */
#include "scene.h"

#include "base/limits.h"
#include "log/batch.h"
#include "work/response/book.h"
#include "work/response/planning.h"
#include "work/response/tell.h"

/* A request for `quantity` pumps of member 0, offered by member 1 and accepted. */
static struct object_id accepted(
	struct league *l, const struct object_id *cap, const char *code, const char *quantity)
{
	char want[40], offered[48];
	struct object_id q, o;

	snprintf(want, sizeof(want), "lines.0.quantity=%s", quantity);
	snprintf(offered, sizeof(offered), "items.0.quantity=%s", quantity);
	q = said(l, 0, AID_REQUEST, (int[]){0, 1}, 2, code, "title=Pumps", "situation=x",
		"location.name=y", "offers_due=+6h", "lines.0.line=1", "lines.0.type=HCP", want,
		"lines.0.needed_by=+24h", NULL);
	league_settle(l);
	o = offer(l, 1, &q, cap, offered);
	league_settle(l);
	struct object_id a = said(l, 0, AID_ACCEPTANCE, NULL, 0, naming("offer", &o),
		"authorised_by=duty officer", "commit_by=+2h", NULL);
	league_settle(l);
	return a;
}

static struct object_id deployed(
	struct league *l, const struct object_id *commit, const char *quantity)
{
	char field[40];

	snprintf(field, sizeof(field), "items.0.quantity=%s", quantity);
	return said(l, 1, AID_DEPLOYMENT, NULL, 0, naming("commit", commit), "status=IN_TRANSIT",
		"items.0.line=1", "items.0.type=HCP", field, NULL);
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

#define HOUR 3600000LL
#define DAY  (24 * HOUR)

static void what_is_away_is_not_free(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=5", "reserve=0"), x;
	struct object_id a = accepted(l, &cap, "code=1", "5");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id three = deployed(l, &c, "3"), two;
	struct why said_why = {0};

	/* No more than is left of the commit, in one deployment or in several. */
	assert_int_equal(try_say(l, 1, AID_DEPLOYMENT, NULL, 0, &x, &said_why, naming("commit", &c),
				 "status=ORDERED", "items.0.line=1", "items.0.type=HCP",
				 "items.0.quantity=3", NULL),
		E_INVALID);
	assert_string_equal(said_why.where, "/items");
	assert_int_equal(try_say(l, 1, AID_DEPLOYMENT, NULL, 0, &x, &said_why, naming("commit", &c),
				 "status=ORDERED", "items.0.line=1", "items.0.type=HCP",
				 "items.0.quantity=1", "items.1.line=1", "items.1.type=HCP",
				 "items.1.quantity=2", NULL),
		E_INVALID);
	two = deployed(l, &c, "2");
	assert_int_equal(left(l, &cap, 21 * HOUR, 22 * HOUR), 0);
	said(l, 1, AID_RETURN, NULL, 0, naming("deployment", &three), "returned_at=+0m", NULL);
	/* Three are home, two are abroad. */
	assert_int_equal(left(l, &cap, 21 * HOUR, 22 * HOUR), 3);
	said(l, 1, AID_RETURN, NULL, 0, naming("deployment", &two), "returned_at=+0m",
		"ready_again_at=+30h", NULL);
	assert_int_equal(left(l, &cap, 21 * HOUR, 22 * HOUR), 3);
	assert_int_equal(left(l, &cap, 31 * HOUR, 32 * HOUR), 5);
}

/* What is bound is not free again because something else is written over the commitment. */
static void a_commitment_is_not_written_over(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "2");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct draft d = league_draft(l, &arena, (int[]){0}, 1, "no", "commitment"), two[2];
	struct written w[2];
	struct why said_why = {0};

	d.has_object = true;
	d.object = c;
	assert_int_equal(
		node_write(l->m[1].node, l->m[1].db, &l->id, &d, 1, w, &said_why), E_STATE);
	assert_string_equal(said_why.where, "/object");
	assert_string_equal(said_why.text, "is a response/commit/1 and stays one");
	assert_int_equal(left(l, &cap, 21 * HOUR, 22 * HOUR), 0);
	/* Nor in one transaction with it. */
	d.object.name.b[0] ^= 1;
	two[0] = two[1] = d;
	two[1].kind = SLICE("response/capability/1");
	two[1].content = SLICE("{\"type\":\"HCP\",\"name\":\"Pump\",\"kind\":\"module\"}");
	assert_int_equal(
		node_write(l->m[1].node, l->m[1].db, &l->id, two, 2, w, &said_why), E_STATE);
	assert_ok(node_write(l->m[1].node, l->m[1].db, &l->id, two + 1, 1, w, &why));
}

static void what_is_extended_stays_bound(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "2");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2"), e;

	assert_int_equal(left(l, &cap, 60 * DAY, 61 * DAY), 2);
	league_settle(l);
	e = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+90d",
		"reason=it rains", NULL);
	league_settle(l);
	assert_int_equal(left(l, &cap, 60 * DAY, 61 * DAY), 2);
	said(l, 1, AID_EXTENSION_ANSWER, NULL, 0, naming("extension", &e), "answer=granted", NULL);
	assert_int_equal(left(l, &cap, 60 * DAY, 61 * DAY), 0);
	assert_int_equal(left(l, &cap, 91 * DAY, 92 * DAY), 2);
}

/* A module is not promised to one until later and to another from before that. */
static void what_is_promised_is_not_extended(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0"), x, e, f;
	struct object_id a = accepted(l, &cap, "code=1", "2"), b = accepted(l, &cap, "code=2", "1");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2");
	struct why said_why = {0};

	league_settle(l);
	e = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+90d",
		"reason=it rains", NULL);
	f = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+40d",
		"reason=it rains", NULL);
	league_settle(l);
	/* One of the two, from the sixtieth day on. */
	said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &b), "items.0.item=1",
		"items.0.line=1", naming("items.0.capability", &cap), "items.0.quantity=1",
		"items.0.from=+60d", "items.0.until=+70d", "decision=COMMIT", NULL);
	assert_int_equal(try_say(l, 1, AID_EXTENSION_ANSWER, NULL, 0, &x, &said_why,
				 naming("extension", &e), "answer=granted", NULL),
		E_CONFLICT);
	assert_string_equal(said_why.where, "/until");
	assert_int_equal(
		try_say(l, 1, AID_EXTENSION, NULL, 0, &x, &said_why, naming("deployment", &dep),
			"requested_until=+61d", "reason=they want it", NULL),
		E_CONFLICT);
	/* Longer than was asked is not granted, and until before the other's time it is. */
	said(l, 1, AID_EXTENSION_ANSWER, NULL, 0, naming("extension", &f), "answer=granted",
		"until=+99d", NULL);
	assert_int_equal(left(l, &cap, 39 * DAY, 40 * DAY), 0);
	assert_int_equal(left(l, &cap, 41 * DAY, 42 * DAY), 2);
	said(l, 1, AID_EXTENSION_ANSWER, NULL, 0, naming("extension", &e), "answer=granted",
		"until=+50d", NULL);
	assert_int_equal(left(l, &cap, 49 * DAY, 50 * DAY), 0);
	assert_int_equal(left(l, &cap, 51 * DAY, 52 * DAY), 2);
	/* What one asks for oneself is bound while it waits. */
	said(l, 1, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+55d",
		"reason=the road is gone", NULL);
	assert_int_equal(left(l, &cap, 51 * DAY, 52 * DAY), 0);
}

/* Nor both in one transaction, whichever is in front. */
static void what_is_extended_is_not_promised_beside_it(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "2"), b = accepted(l, &cap, "code=2", "1");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2"), e;
	struct written w[2];
	struct why said_why = {0};

	league_settle(l);
	e = said(l, 0, AID_EXTENSION, NULL, 0, naming("deployment", &dep), "requested_until=+90d",
		"reason=it rains", NULL);
	league_settle(l);
	struct draft commit = drafted(l, 1, AID_COMMIT, naming("acceptance", &b), "items.0.item=1",
		"items.0.line=1", naming("items.0.capability", &cap), "items.0.quantity=1",
		"items.0.from=+60d", "items.0.until=+70d", "decision=COMMIT", NULL);
	struct draft stay[2] = {drafted(l, 1, AID_EXTENSION_ANSWER, naming("extension", &e),
					"answer=granted", NULL),
		drafted(l, 1, AID_EXTENSION, naming("deployment", &dep), "requested_until=+61d",
			"reason=they want it", NULL)};
	for (size_t k = 0; k < 2; k++)
		for (size_t first = 0; first < 2; first++) {
			struct draft d[2] = {first ? commit : stay[k], first ? stay[k] : commit};

			assert_int_equal(
				node_write(l->m[1].node, l->m[1].db, &l->id, d, 2, w, &said_why),
				E_CONFLICT);
		}
	assert_int_equal(left(l, &cap, 60 * DAY, 61 * DAY), 2);
	assert_ok(node_write(l->m[1].node, l->m[1].db, &l->id, &commit, 1, w, &why));
}

/* Nobody has said that it is home, and its end is past: it cannot be promised to another. */
static void what_is_overdue_is_not_free(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=2", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "2");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2");

	assert_int_equal(left(l, &cap, 60 * DAY, 61 * DAY), 2);
	for (size_t i = 0; i < l->n; i++)
		l->m[i].clock.now_ms += 60 * DAY;
	assert_int_equal(left(l, &cap, 0, DAY), 0);
	assert_int_equal(left(l, &cap, 30 * DAY, 31 * DAY), 0);
	said(l, 1, AID_RETURN, NULL, 0, naming("deployment", &dep), "returned_at=+0m", NULL);
	assert_int_equal(left(l, &cap, HOUR, DAY), 2);
}

/* The list with one deployment more: `of` once again under another name, with this quantity, as a partner writes it that checks nothing. */
static struct aid_record *and_again(struct arena *arena, const struct aid_record *list, size_t n,
	const struct object_id *of, int64_t quantity)
{
	struct aid_record *out = arena_array(arena, struct aid_record, n + 1);
	union aid_any *a = arena_new(arena, union aid_any);
	struct aid_deployed_item *item = arena_new(arena, struct aid_deployed_item);

	for (size_t i = 0; i < n; i++) {
		out[i] = list[i];
		if (!object_id_eq(&list[i].r.object, of))
			continue;
		*item = *AID_LIST(struct aid_deployed_item, list[i].a->deployment.items);
		item->quantity = quantity;
		*a = *list[i].a;
		a->deployment.items.p = item;
		out[n] = list[i];
		out[n].a = a;
		out[n].r.object.name.b[0] ^= 1;
	}
	assert_non_null(out[n].a);
	return out;
}

static void more_does_not_come_than_was_committed(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=9", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "4");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2");

	said(l, 1, AID_LEG, NULL, 0, naming("deployment", &dep), "seq=1", "direction=outbound",
		"mode=road", "state=arrived", "from.name=A", "to.name=B", "actual_departure=+0m",
		"actual_arrival=+0m", NULL);
	struct reading *r = reading_start(l, 1);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	struct dossier_input in = {.now_ms = env_now_ms(&l->m[1].node->env)};
	struct aid_record *request, *list;
	struct dossier d;
	size_t n;
	assert_ok(aid_list(&v, AID_REQUEST, NULL, &request, &n, &why));
	assert_int_equal(n, 1);
	assert_ok(aid_thread(&v, &request->r.object, &list, &n, &why));
	in.request = request;
	in.record = list;
	in.n_record = n;
	dossier_fold(&d, &in, &r->arena);
	assert_int_equal(d.line[0].on_site, 2);
	in.record = and_again(&r->arena, list, n, &dep, 4);
	in.n_record = n + 1;
	dossier_fold(&d, &in, &r->arena);
	assert_int_equal(d.n_deployment, 2);
	assert_int_equal(d.line[0].on_site + d.line[0].in_transit + d.line[0].done, 4);
	reading_end(&r);
}

/* So many deployments of one commit, and so many claims and legs of one of them: each has room for its own. */
static void a_dossier_grows_with_its_records(void **state)
{
	struct league *l = *state;
	struct object_id cap = capability(l, 1, "quantity=9", "reserve=0");
	struct object_id a = accepted(l, &cap, "code=1", "4");
	struct object_id c = said(l, 1, AID_COMMIT, NULL, 0, naming("acceptance", &a), NULL);
	struct object_id dep = deployed(l, &c, "2");
	const size_t many = 1000;
	size_t n, at = 0;

	said(l, 1, AID_LEG, NULL, 0, naming("deployment", &dep), "seq=1", "direction=outbound",
		"mode=road", "state=planned", "from.name=A", "to.name=B", NULL);
	said(l, 1, AID_CLAIM, NULL, 0, naming("deployment", &dep), "currency=EUR", "method=cash",
		"lines.0.line=1", "lines.0.category=transport", "lines.0.description=Fuel",
		"lines.0.amount=100", NULL);
	struct reading *r = reading_start(l, 1);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	struct aid_record *request, *list;
	assert_ok(aid_list(&v, AID_REQUEST, NULL, &request, &n, &why));
	assert_ok(aid_thread(&v, &request->r.object, &list, &n, &why));
	struct aid_record *all = arena_array(&r->arena, struct aid_record, n + 3 * many);
	for (size_t i = 0; i < n; i++) {
		size_t copies = list[i].kind == AID_DEPLOYMENT || list[i].kind == AID_LEG ||
						list[i].kind == AID_CLAIM
					? many
					: 1;

		for (size_t k = 0; k < copies; k++) {
			all[at] = list[i];
			for (size_t b = 0; k > 0 && b < 2; b++)
				all[at].r.object.name.b[b] ^= (uint8_t)(k >> (8 * b));
			at++;
		}
	}
	assert_int_equal(at, n - 3 + 3 * many);
	struct arena narrow CLEANUP_ARENA = ARENA(4 * MIB);
	struct dossier_input in = {.request = request,
		.record = all,
		.n_record = at,
		.now_ms = env_now_ms(&l->m[1].node->env)};
	struct dossier d;
	dossier_fold(&d, &in, &narrow);
	assert_int_equal(d.n_deployment, many);
	size_t legs = 0, claims = 0;
	for (size_t i = 0; i < many; i++) {
		legs += d.deployment[i].n_leg;
		claims += d.deployment[i].n_claim;
	}
	assert_int_equal(legs, many);
	assert_int_equal(claims, many);
	reading_end(&r);
}

/* ---- lists ---- */

/* So many capabilities of one member, in batches. */
static void flood(struct league *l, size_t i, size_t n)
{
	const struct id member[] = {l->m[0].id, l->m[1].id, l->m[2].id};

	while (n > 0) {
		struct buf b CLEANUP_BUF = BUF(MIB);

		for (size_t k = 0; k < 2000 && n > 0; k++, n--)
			batch_add(&b,
				SLICE("{\"type\":\"HCP\",\"name\":\"Pump\",\"kind\":\"module\"}"));
		struct draft d = {.mode = MODE_REAL,
			.kind = SLICE("response/capability/1"),
			.label = SLICE("league RESTRICTED"),
			.media = SLICE(BATCH_MEDIA),
			.member = member,
			.n_member = 3,
			.content = buf_slice(&b)};
		league_write(l, i, &d);
	}
}

static size_t of(const struct joined_capability *list, size_t n, const struct id *owner)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += id_eq(&list[i].record.r.author, owner);
	return sum;
}

static void nobody_fills_a_list_for_the_others(void **state)
{
	struct league *l = *state;
	struct joined_capability *list;
	size_t n, left_out = 0, pages = 0, seen = 0;

	capability(l, 1, "quantity=2", "reserve=0");
	flood(l, 2, LIMIT_AID_OWNER_MANY + 50);
	struct object_id q = said(l, 1, AID_REQUEST, (int[]){1}, 1, REQUEST("5"), LINE, NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 1);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL,
		.left_out = &left_out};
	assert_ok(capability_list(&v, NULL, &list, &n, &why));
	assert_int_equal(of(list, n, &l->m[1].id), 1);
	assert_int_equal(of(list, n, &l->m[2].id), LIMIT_AID_OWNER_MANY);
	assert_int_equal(left_out, 50);
	/* And a plan says that it has not looked at all of them. */
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct planning_options o = {.now_ms = env_now_ms(&l->m[1].node->env)};
	struct planning p;
	v.arena = &arena;
	assert_ok(planning_gather(&p, &v, &q, &o, &why));
	assert_int_equal(p.left_out, 50);
	v.arena = &r->arena;
	/* Page by page all of them are there, each once. */
	struct aid_page page CLEANUP_AID_PAGE = {0};
	do {
		assert_ok(aid_page(&v, AID_CAPABILITY, NULL, 1000, &page, &why));
		seen += page.n;
	} while (page.more && ++pages < 20);
	assert_int_equal(seen, LIMIT_AID_OWNER_MANY + 51);
	reading_end(&r);
}

/* Of what is given back no more comes off than was owed: nobody becomes a debtor by another's word. */
static void a_debt_is_its_debtors_word(void **state)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	char creditor[ID_TEXT + 10], id[ID_TEXT + 1];
	struct league *l = *state;

	id_format(&l->m[0].id, id);
	snprintf(creditor, sizeof(creditor), "creditor=%s", id);
	said(l, 1, AID_EXCHANGE, (int[]){0, 1}, 2, creditor, "unit=pump days", "amount=-500", NULL);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &r->arena,
		.mode = MODE_REAL};
	json_open(&o, '{');
	assert_ok(tell_ledger(&v, "owed", &o, &why));
	json_close(&o);
	assert_true(slice_search(buf_slice(&b), SLICE("pump days")) >= 0);
	assert_true(slice_search(buf_slice(&b), SLICE("\"amount\":0")) >= 0);
	reading_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(what_is_away_is_not_free), SIGNED(a_commitment_is_not_written_over),
		SIGNED(what_is_extended_stays_bound), SIGNED(what_is_promised_is_not_extended),
		SIGNED(what_is_extended_is_not_promised_beside_it),
		SIGNED(more_does_not_come_than_was_committed),
		SIGNED(a_dossier_grows_with_its_records),
		SIGNED(nobody_fills_a_list_for_the_others), SIGNED(a_debt_is_its_debtors_word),
		SIGNED(what_is_overdue_is_not_free), /* it moves the clock */
	};
	int skip;

	scene_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("book", tests, NULL, NULL);
}
