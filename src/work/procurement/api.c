/* api.c: routes below /api/v1/coalitions/{coalition}/procurement. */
#include "work/procurement/api.h"

#include "base/enc.h"
#include "base/report.h"
#include "node/readings.h"
#include "web/api.h"
#include "work/procurement/balance.h"
#include "work/procurement/changes.h"
#include "work/procurement/lab.h"
#include "work/procurement/ocds/table.h"
#include "work/procurement/release.h"
#include "work/procurement/twin.h"

#include <stdatomic.h>

/* ---- shared ---- */

static int write_called(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct call *c = ctx;
	char object[OBJECT_TEXT + 1] = "";
	int rc;

	if (d->has_object)
		object_format(&d->object, object);
	rc = call_write(c, d, arena_printf(c->arena, "%.*s", SLICE_FMT(d->kind)), object, ret);
	if (rc < 0 && why)
		*why = c->why;
	return rc;
}

static struct seat seat_of(struct call *c)
{
	return (struct seat){
		.node = c->node, .db = c->db, .w = &c->world, .write = write_called, .ctx = c};
}

static int process_of(struct call *c, struct process *ret)
{
	struct rows *rows = arena_new(c->arena, struct rows);
	struct object_id object;

	if (object_parse(c->param[1], &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such procurement");
	TRY(procure_store_process(
		&c->world, c->db, &c->reader, &object, ROWS_ALL, c->arena, rows, &c->why));
	return process_read(rows, env_now_ms(&c->node->env), c->arena, ret, &c->why);
}

/* For handlers that write: read first, in a transaction of its own. */
static int process_read_first(struct call *c, struct process *ret)
{
	TRY(call_read(c));
	int rc = process_of(c, ret);
	call_read_end(c);
	return rc;
}

static int answer_written(struct call *c, const struct written *w)
{
	json_open(&c->o, '{');
	put_object(&c->o, "object", &w->object);
	json_put_u64(&c->o, "seq", w->seq);
	put_hash(&c->o, "leaf", &w->leaf);
	json_close(&c->o);
	return 0;
}

/* ---- lists ---- */

/* Where the page begins; *ret NULL: at the newest. */
static int after_of(struct call *c, const struct api_page *p, struct row_place *room,
	const struct row_place **ret)
{
	struct slice rest;

	*ret = NULL;
	if (!p->after.p)
		return 0;
	TRY(cursor_read(c, p->after, &room->time_ms, 1, &rest));
	if (rest.n != 32)
		return why_set(&c->why, E_INVALID, "after", "is no `next` of a page of this list");
	memcpy(room->object.owner.b, rest.p, 16);
	memcpy(room->object.name.b, rest.p + 16, 16);
	*ret = room;
	return 0;
}

static struct slice next_of(struct call *c, const struct rows *list)
{
	uint8_t object[32];

	if (!list->more || list->n == 0)
		return SLICE_NONE;
	const struct row *last = &list->row[list->n - 1];
	memcpy(object, last->object.owner.b, 16);
	memcpy(object + 16, last->object.name.b, 16);
	return cursor_make(c, &last->time_ms, 1, slice_of(object, sizeof(object)));
}

static void row_show(struct call *c, const struct row *r)
{
	if (r)
		readings_add(&c->reader, &c->world, r->label, &r->leaf);
}

/* One line of the board, in memory of its own: a procurement may be large, and there are many. Of all that is read for it these are shown. */
static int card_put(struct call *c, const struct object_id *object)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct process *p = arena_new(&arena, struct process);
	struct reader looking = reader_unnoted(&c->reader);
	struct rows rows;

	TRY(procure_store_process(
		&c->world, c->db, &looking, object, ROWS_BRIEF, &arena, &rows, &c->why));
	TRY(process_read_brief(&rows, env_now_ms(&c->node->env), &arena, p, &c->why));
	row_show(c, p->agreement);
	row_show(c, p->award ? p->award : p->tender);
	view_card(&c->o, p, &c->world, &arena);
	return 0;
}

static int api_board(struct call *c)
{
	const struct row_place *after;
	struct row_place room;
	struct api_page page;
	struct rows list;
	enum mode mode;

	TRY(call_page(c, &page));
	TRY(call_query_mode(c, &mode));
	TRY(after_of(c, &page, &room, &after));
	TRY(procure_store_list(&c->world, c->db, &c->reader, P_AGREEMENT, mode, after, page.limit,
		c->arena, &list, &c->why));
	page_open(c);
	for (size_t i = 0; i < list.n; i++)
		TRY(card_put(c, &list.row[i].object));
	page_close(c, next_of(c, &list));
	return 0;
}

static int api_records(struct call *c)
{
	struct slice word = request_query(c->req, "kind");
	const struct row_place *after;
	struct row_place room;
	struct api_page page;
	struct rows list;
	enum mode mode;
	enum pkind k = pkind_find(
		slice_str(arena_printf(c->arena, KIND_PREFIX "%.*s/1", SLICE_FMT(word))));

	if (k == P_KINDS || k == P_SEAL || k == P_CONFIRM)
		return why_set(&c->why, E_INVALID, "kind", "is no kind of record of this area");
	TRY(call_page(c, &page));
	TRY(call_query_mode(c, &mode));
	TRY(after_of(c, &page, &room, &after));
	TRY(procure_store_list(&c->world, c->db, &c->reader, k, mode, after, page.limit, c->arena,
		&list, &c->why));
	page_open(c);
	for (size_t i = 0; i < list.n; i++)
		view_row(&c->o, NULL, &list.row[i], &c->world, c->arena);
	page_close(c, next_of(c, &list));
	return 0;
}

/* ---- sums ---- */

static int api_balance(struct call *c)
{
	/* Sums over all, and nothing of any by itself. */
	struct reader looking = reader_unnoted(&c->reader);
	struct balance b;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(balance_make(&c->world, c->db, &looking, mode, env_now_ms(&c->node->env), c->arena, &b,
		&c->why));
	balance_put(&c->o, &b, &c->world, c->arena);
	return 0;
}

/* ---- one procurement ---- */

static int api_process(struct call *c)
{
	struct object_id twin;
	bool has_twin;
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	unsigned have = 0, need = 0;

	TRY(process_of(c, p));
	TRY(step_confirmed(&s, p, c->arena, &have, &need, &c->why));
	TRY(twin_before(&c->world, c->db, &c->reader, p, c->arena, &twin, &has_twin, &c->why));
	view_process(&c->o, p, &c->world, have, need, has_twin ? &twin : NULL, c->arena);
	return 0;
}

static int api_transcript(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);

	TRY(process_of(c, p));
	if (!p->replay)
		return why_set(
			&c->why, E_MISSING, "", "there is no policy yet, so nothing to tell");
	/* With k shares anybody opens a bid: not before quality is settled. Who runs the node has them all the same. */
	for (size_t i = 0; i < p->n_message; i++)
		if (!offers_prices_hidden(p) ||
			(!slice_is(msg_type(p->message[i]), "open.share") &&
				!slice_is(msg_type(p->message[i]), "bid.selfopen")))
			transcript_add(&c->out, p->message[i]);
	call_attach(c, "text/plain; charset=utf-8", "transcript.eseal");
	return 0;
}

static int api_changes(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct rows history;

	TRY(process_of(c, p));
	TRY(procure_store_history(
		&c->world, c->db, &c->reader, &p->id, c->arena, &history, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
	changes_put(&c->o, p, &history, &c->world, c->arena);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

/* One of its lists as CSV, merged to how things stand. */
static int ocds_csv(struct call *c, const struct process *p, const struct rows *history,
	enum release_circle circle)
{
	const struct tree **list, *one[1];
	struct tree *package, *now;
	size_t n;

	TRY(release_package(p, history, circle, &c->world, env_now_ms(&c->node->env), c->arena,
		&package, &c->why));
	TRY(ocds_releases(package, c->arena, &list, &n, &c->why));
	TRY(ocds_compile(list, n, c->arena, &now, &c->why));
	one[0] = now;
	if (ocds_table(one, 1, request_query(c->req, "table"), c->arena, &c->out, &c->why) < 0)
		return why_set(&c->why, E_INVALID, "table", "there is no such list yet");
	call_attach(c, "text/csv; charset=utf-8", "procurement.csv");
	return 0;
}

static int api_ocds(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct slice circle = request_query(c->req, "circle");
	enum release_circle k = slice_is(circle, "member")  ? CIRCLE_MEMBER
				: slice_is(circle, "third") ? CIRCLE_THIRD
							    : CIRCLE_PUBLIC;

	if (circle.p && k == CIRCLE_PUBLIC && !slice_is(circle, "public"))
		return why_set(&c->why, E_INVALID, "circle", "is public, third or member");

	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct rows history;
	struct tree *package;

	TRY(process_of(c, p));
	TRY(procure_store_history(
		&c->world, c->db, &c->reader, &p->id, c->arena, &history, &c->why));
	if (request_query(c->req, "table").p)
		return ocds_csv(c, p, &history, k);
	TRY(release_package(
		p, &history, k, &c->world, env_now_ms(&c->node->env), c->arena, &package, &c->why));
	tree_print(package, &b);
	json_put_raw(&c->o, NULL, arena_copy(c->arena, buf_slice(&b)));
	return 0;
}

static int wish_of(struct call *c, const char *name, uint32_t *ret)
{
	struct slice text = request_query(c->req, name);
	uint64_t v;

	if (!text.p)
		return 0;
	if (slice_u64(text, &v) < 0 || v > 100000)
		return why_set(&c->why, E_INVALID, name, "is no whole number up to 100000");
	*ret = (uint32_t)v;
	return 0;
}

/* One solution at a time: it takes a core, and there are few of those that answer pages. */
static atomic_flag solving = ATOMIC_FLAG_INIT;
#define SOLVING_AGAIN_MS 2000

static int solve_one(struct call *c, const struct process *p, const struct lab_wish *wish,
	bool explain, struct lab *ret)
{
	if (atomic_flag_test_and_set(&solving)) {
		c->retry_ms = SOLVING_AGAIN_MS;
		return why_set(&c->why, E_BUSY, "", "another award is being solved");
	}
	int rc = lab_solve(p, wish, explain, c->arena, ret, &c->why);
	atomic_flag_clear(&solving);
	return rc;
}

static int api_lab(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct lab_wish wish = lab_as_published;
	bool explain = slice_is(request_query(c->req, "explain"), "true");
	struct lab l;

	TRY(wish_of(c, "nation_cap", &wish.nation_cap));
	TRY(wish_of(c, "third_cap", &wish.third_cap));
	TRY(wish_of(c, "min_suppliers", &wish.min_suppliers));
	TRY(wish_of(c, "max_suppliers", &wish.max_suppliers));
	wish.no_critical = slice_is(request_query(c->req, "critical"), "false");
	wish.no_supplier_cap = slice_is(request_query(c->req, "supplier_cap"), "false");
	TRY(process_of(c, p));
	/* Solving takes its time: no snapshot is held meanwhile. */
	call_read_end(c);
	TRY(solve_one(c, p, &wish, explain, &l));
	struct award_view v = {.c = &l.c,
		.r = &l.r,
		.cost = l.cost,
		.n_cost = l.n_cost,
		.more = l.more,
		.status = "pending"};
	view_award(&c->o, p, &v, c->arena);
	return 0;
}

static int api_shares(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct share_result *r = arena_new(c->arena, struct share_result);
	struct lab l;

	TRY(process_of(c, p));
	/* Solving takes its time: no snapshot is held meanwhile. */
	call_read_end(c);
	/* Of an award that is there its record is read. */
	if (p->award)
		TRY(lab_awarded(p, c->arena, &l, &c->why));
	else
		TRY(solve_one(c, p, &lab_as_published, false, &l));
	TRY(shares_compute(p, &l.c, l.r.solution, c->arena, r, &c->why));
	view_shares(&c->o, NULL, p, &l.c, r, NULL, false, &c->world, c->arena);
	return 0;
}

/* ---- writing ---- */

static int audience_of(struct call *c, enum pkind k, const struct json_doc *doc,
	const struct object_id *of, struct draft *d)
{
	struct row root;
	struct id *member;

	if (pkind_table[k].of) {
		TRY(procure_store_object(
			&c->world, c->db, &c->reader, of, c->arena, &root, &c->why));
		d->mode = root.mode;
		d->label = root.label;
		TRY(procure_store_readers(
			c->db, root.audience, c->arena, &member, &d->n_member, &c->why));
		d->member = member;
		return 0;
	}
	if (k != P_AGREEMENT) {
		d->all = true;
		return 0;
	}
	json_ref list = json_get(doc, json_root(doc), "participants");
	member = arena_array(c->arena, struct id, json_count(doc, list) + 1);
	for
		EACH(doc, v, list)
	MUST(id_parse(json_string(doc, v, c->arena), &member[d->n_member++]) == 0);
	d->member = member;
	return 0;
}

/* An accepted delivery becomes a draft capability; what cannot be one is none, and the delivery stands all the same. */
static void delivered(
	struct call *c, const struct object_id *procurement, const struct object_id *delivery)
{
	struct process *p = arena_new(c->arena, struct process);
	struct rows *rows = arena_new(c->arena, struct rows);
	struct seat s = seat_of(c);
	struct written w;
	struct why kept = c->why;
	int rc = call_read(c);

	if (rc == 0) {
		rc = procure_store_process(&c->world, c->db, &c->reader, procurement, ROWS_BRIEF,
			c->arena, rows, &c->why);
		if (rc == 0)
			rc = process_read_brief(
				rows, env_now_ms(&c->node->env), c->arena, p, &c->why);
		call_read_end(c);
	}
	if (rc == 0)
		rc = delivery_capability(&s, p, delivery, c->arena, &w, &c->why);
	c->why = kept;
}

/* A new version follows the one that its author has seen. */
static int match_check(struct call *c, const struct object_id *object, struct draft *d)
{
	struct row now;

	TRY(procure_store_object(&c->world, c->db, &c->reader, object, c->arena, &now, &c->why));
	return call_match(c, object, &now.leaf, d);
}

static int record_write(struct call *c, const struct object_id *object)
{
	static const char *const known[] = {"kind", "content", "mode", "label", NULL};
	struct draft d = {.media = SLICE("application/json")};
	struct object_id of = {{{0}}, {{0}}};
	struct slice word, label;
	struct json_doc doc;
	struct written w;
	struct why why = {0};
	enum pkind k;

	TRY(call_only(c, known));
	TRY(call_need(c, "kind", 64, &word));
	k = pkind_find(word);
	if (k == P_KINDS || k == P_SEAL || k == P_CONFIRM || k == P_CONSENT ||
		k == P_AWARD_CONSENT || k == P_SHARE || k == P_AWARD)
		return why_set(&c->why, E_INVALID, "/kind", "is not written here");
	d.kind = word;
	d.content = json_raw(&c->doc, json_get(&c->doc, c->body, "content"));
	if (json_type(&c->doc, json_get(&c->doc, c->body, "content")) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/content", "is missing, or no object");
	if (procure_read(k, d.content, c->arena, &doc, &of, &why) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/content%s", why.where),
			"%s", why.text);
	TRY(call_mode(c, &d.mode));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	TRY(call_label(c, label, &d.label));
	if (object) {
		d.has_object = true;
		d.object = *object;
		if (!id_eq(&object->owner, &c->node->self))
			return why_set(&c->why, E_DENIED, "", "only its owner changes a record");
	}
	TRY(call_read(c));
	int rc = object ? match_check(c, object, &d) : 0;
	if (rc == 0)
		rc = audience_of(c, k, &doc, &of, &d);
	call_read_end(c);
	TRY(rc);
	struct seat s = seat_of(c);
	TRY(call_written(c, s.write(s.ctx, &d, &w, &c->why)));
	if (k == P_DELIVERY && !object)
		delivered(c, &of, &w.object);
	return answer_written(c, &w);
}

static int api_record_new(struct call *c)
{
	return record_write(c, NULL);
}

static int api_record_again(struct call *c)
{
	struct object_id object;

	if (object_parse(c->param[1], &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return record_write(c, &object);
}

static int api_agree(struct call *c)
{
	static const char *const known[] = {"agrees", NULL};
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	struct written w;
	bool agrees = false;

	TRY(call_only(c, known));
	TRY(call_want_bool(c, "agrees", &agrees));
	TRY(process_read_first(c, p));
	TRY(lab_agree(&s, p, agrees, &w, &c->why));
	return answer_written(c, &w);
}

/* What an officer has signed off the node: {"key", "signature"} over the message of GET …/confirm. */
static int api_confirm_message(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);

	TRY(process_of(c, p));
	if (!p->replay || !p->replay->closed)
		return why_set(&c->why, E_STATE, "",
			"the set of bids is not closed yet: there is no root to confirm");
	confirm_message(&p->replay->policy.sid, &p->replay->closed->close, &c->out);
	call_attach(c, "text/plain; charset=utf-8", "opening.txt");
	return 0;
}

/* Deciding, each by the code that the command has. */
static int decided(struct call *c, int (*f)(const struct seat *, const struct process *,
					   struct arena *, struct written *, struct why *))
{
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	struct written w;

	TRY(process_read_first(c, p));
	TRY(f(&s, p, c->arena, &w, &c->why));
	return answer_written(c, &w);
}

static int api_award(struct call *c)
{
	return decided(c, lab_award);
}

static int api_share_write(struct call *c)
{
	return decided(c, lab_share);
}

static int finish(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	return lab_finish(s, p, env_now_ms(&s->node->env), arena, ret, why);
}

static int api_finish(struct call *c)
{
	return decided(c, finish);
}

/* {"refuse": why} refuses, whatever the solver says. */
static int api_award_consent(struct call *c)
{
	static const char *const known[] = {"refuse", NULL};
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	struct slice refuse;
	struct written w;
	bool agrees;

	TRY(call_only(c, known));
	TRY(call_want(c, "refuse", 4000, &refuse));
	TRY(process_read_first(c, p));
	if (refuse.p)
		TRY(lab_refuse(&s, p, refuse, &w, &c->why));
	else
		TRY(lab_consent(&s, p, c->arena, &agrees, &w, &c->why));
	return answer_written(c, &w);
}

static int api_contracts(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	size_t n;

	TRY(process_read_first(c, p));
	TRY(lab_contracts(&s, p, c->arena, &n, &c->why));
	json_open(&c->o, '{');
	json_put_u64(&c->o, "contracts", n);
	json_close(&c->o);
	return 0;
}

static int api_messages(struct call *c)
{
	struct process *p = arena_new(c->arena, struct process);
	struct seat s = seat_of(c);
	struct slice *message;
	size_t n;

	TRY(transcript_split(c->req->body, c->arena, &message, &n, &c->why));
	for (size_t i = 0; i < n; i++)
		if (msg_type(message[i]).n == 0)
			return why_set(
				&c->why, E_SYNTAX, "", "message %zu is none of e-seal/1", i + 1);
	TRY(process_read_first(c, p));
	TRY(step_send(&s, p, message, n, c->arena, &c->why));
	json_open(&c->o, '{');
	json_put_u64(&c->o, "messages", n);
	json_close(&c->o);
	return 0;
}

/* ---- the table ---- */

static const struct api_query by_mode[] = {
	{"mode", "real, exercise or test (default real)"}, {NULL, NULL}};
static const struct api_query by_kind[] = {{"kind", "need, pool, agreement, contract, …"},
	{"mode", "real, exercise or test (default real)"}, {NULL, NULL}};
static const struct api_query by_circle[] = {{"circle", "public (default), third or member"},
	{"table", "a list of it as CSV: awards, contracts, tender/items, …"}, {NULL, NULL}};
static const struct api_query by_wish[] = {{"nation_cap", "thousandths of the estimate"},
	{"third_cap", "thousandths of the estimate"}, {"min_suppliers", "number"},
	{"max_suppliers", "number"}, {"critical", "false: without that rule"},
	{"supplier_cap", "false: without that rule"},
	{"explain", "true: what each rule costs and why each loser lost"}, {NULL, NULL}};

#define BASE "/coalitions/{coalition}/procurement"
#define READS(path, fn, q, schema, more, say)                                                      \
	{                                                                                          \
		"GET", BASE path, WHO_ROLE, AREA_PROCUREMENT, ROLE_READER, more, 0, q, NULL,       \
			schema, 0, "Procurement", say, fn                                          \
	}
#define WRITES(method, path, fn, who, ask, schema, status, say)                                    \
	{                                                                                          \
		method, BASE path, WHO_ROLE, AREA_PROCUREMENT, who, 0, 0, NULL, ask, schema,       \
			status, "Procurement", say, fn                                             \
	}

const struct api_route procurement_routes[] = {
	READS("/board", api_board, by_mode, "[ProcurementCard]", API_PAGE,
		"Joint procurements, newest first, and what each waits for"),
	READS("/records", api_records, by_kind, "[ProcurementRecord]", API_PAGE,
		"Records of one kind, newest first"),
	READS("/balance", api_balance, by_mode, "ProcurementBalance", 0,
		"Over all procurements: each member's shares, contracts, payments, and what went to suppliers of its nation"),
	READS("/suggestions", procure_api_suggestions, by_mode, "[ProcurementSuggestion]", 0,
		"Needs of several members that could be pooled, of the newest 1000"),
	READS("/pools/{object}", procure_api_pool, NULL, "ProcurementPool", 0,
		"A pool: who takes part, with how much, and the votes"),
	READS("/processes/{object}", api_process, NULL, "ProcurementProcess", 0,
		"All of one procurement"),
	READS("/processes/{object}/changes", api_changes, NULL, "[ProcurementVersion]", 0,
		"Versions of agreement, tender and contracts, newest first, and what each has changed"),
	READS("/processes/{object}/transcript", api_transcript, NULL, "text", 0,
		"All messages of the sealed tender, for `entente procure verify`"),
	READS("/processes/{object}/ocds", api_ocds, by_circle, "ProcurementOcds", 0,
		"The procurement as an OCDS 1.1.5 release package"),
	READS("/processes/{object}/lab", api_lab, by_wish, "ProcurementAward", 0,
		"The award as it would be, with other rules if wished; nothing is written"),
	READS("/processes/{object}/shares", api_shares, NULL, "ProcurementShares", 0,
		"Who would pay how much, alone and together"),
	READS("/processes/{object}/confirm", api_confirm_message, NULL, "text", 0,
		"What an officer signs to confirm the opening"),
	WRITES("POST", "/records", api_record_new, ROLE_CONTRIBUTOR, "ProcurementRecordWish",
		"ProcurementWritten", 201, "Writes a record"),
	{"PUT", BASE "/records/{object}", WHO_ROLE, AREA_PROCUREMENT, ROLE_CONTRIBUTOR, API_MATCH,
		0, NULL, "ProcurementRecordWish", "ProcurementWritten", 200, "Procurement",
		"Writes a new version of an own record; If-Match is the leaf of the one that it follows",
		api_record_again},
	WRITES("POST", "/processes/{object}/agree", api_agree, ROLE_OFFICER, "ProcurementAgree",
		"ProcurementWritten", 201, "Signs the agreement, or refuses"),
	WRITES("POST", "/processes/{object}/award", api_award, ROLE_OFFICER, "ProcurementNothing",
		"ProcurementWritten", 201, "As the lead: computes the award and proposes it"),
	WRITES("POST", "/processes/{object}/award-consent", api_award_consent, ROLE_OFFICER,
		"ProcurementAwardConsent", "ProcurementWritten", 201,
		"Solves the award again and writes whether this member agrees; or refuses it, with a reason"),
	WRITES("POST", "/processes/{object}/finish", api_finish, ROLE_OFFICER, "ProcurementNothing",
		"ProcurementWritten", 201, "As the lead: makes the award final"),
	WRITES("POST", "/processes/{object}/shares", api_share_write, ROLE_OFFICER,
		"ProcurementNothing", "ProcurementWritten", 201,
		"As the lead: writes who pays how much"),
	WRITES("POST", "/processes/{object}/contracts", api_contracts, ROLE_OFFICER,
		"ProcurementNothing", "ProcurementContracts", 201,
		"Writes this member's contracts"),
	{"POST", BASE "/processes/{object}/messages", WHO_ROLE, AREA_PROCUREMENT, ROLE_OFFICER,
		API_TEXT, 8 * MIB, NULL, "text", "ProcurementMessages", 201, "Procurement",
		"Hands on messages of E-SEAL/1 that were made elsewhere", api_messages},
	{.method = NULL},
};
