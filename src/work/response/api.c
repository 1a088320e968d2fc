/*
 * api.c: the routes. Reading is one read transaction with the caller as a reader in every question; what is written goes through fill.h (what was left out), the
 * queue, and there through admit.c.
 */
#include "work/response/api.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/readings.h"
#include "work/response/alert.h"
#include "work/response/export.h"
#include "work/response/feed.h"
#include "work/response/fill.h"
#include "work/response/response_int.h"
#include "work/response/table.h"
#include "work/response/tell.h"
#include "work/response/types.h"
#include "work/response/waiting.h"

#define HERE  "/coalitions/{coalition}/response"
#define READ  .who = WHO_ROLE, .area = AREA_RESPONSE, .role = ROLE_READER
#define WRITE .who = WHO_ROLE, .area = AREA_RESPONSE, .role = ROLE_CONTRIBUTOR
#define BIND  .who = WHO_ROLE, .area = AREA_RESPONSE, .role = ROLE_OFFICER

static int view_of(struct call *c, struct aid_view *ret)
{
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	*ret = (struct aid_view){.world = &c->world,
		.db = c->db,
		.who = &c->reader,
		.arena = c->arena,
		.mode = mode};
	return 0;
}

static int64_t now_of(const struct call *c)
{
	return env_now_ms(&c->node->env);
}

static int object_of(struct call *c, size_t i, struct object_id *ret)
{
	if (object_parse(c->param[i], ret) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	return 0;
}

static int kind_of(struct call *c, size_t i, enum aid_kind *ret)
{
	*ret = aid_kind_of_word(c->param[i]);
	if (*ret == AID_KINDS)
		return why_set(&c->why, E_MISSING, "", "no such kind of record");
	return 0;
}

/* ---- lists: a page of records by key, newest first ---- */

/* The cursor of a list is the time and the object of what was shown last, so it holds whatever becomes of that. */
static int records_page(
	struct call *c, const struct aid_view *v, enum aid_kind kind, struct aid_page *ret)
{
	struct api_page page;
	struct slice object;

	TRY(call_page(c, &page));
	ret->after = page.after.p != NULL;
	if (ret->after) {
		TRY(cursor_read(c, page.after, &ret->after_ms, 1, &object));
		if (object_parse(object, &ret->after_object) < 0)
			return why_set(&c->why, E_INVALID, "after", "is no cursor of this list");
	}
	TRY(aid_page(v, kind, NULL, page.limit, ret, &c->why));
	page_open(c);
	return 0;
}

static void records_page_end(struct call *c, const struct aid_page *page)
{
	char object[OBJECT_TEXT + 1];

	object_format(&page->after_object, object);
	page_close(
		c, page->more ? cursor_make(c, &page->after_ms, 1, slice_str(object)) : SLICE_NONE);
}

/* ---- requests ---- */

static int request_tell(struct call *c, struct aid_view v, const struct object_id *object)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_API_ARENA / 2);
	struct dossier d;

	v.arena = &each;
	TRY(dossier_load(&d, &v, object, now_of(c), &c->why));
	tell_dossier(&v, &d, now_of(c), false, NULL, &c->o);
	return 0;
}

static int requests(struct call *c)
{
	struct aid_page page CLEANUP_AID_PAGE = {0};
	struct aid_view v;

	TRY(view_of(c, &v));
	TRY(records_page(c, &v, AID_REQUEST, &page));
	for (size_t i = 0; i < page.n; i++)
		TRY(request_tell(c, v, &page.p[i].r.object));
	records_page_end(c, &page);
	return 0;
}

static int request_one(struct call *c)
{
	struct object_id id;
	struct dossier d;
	struct aid_view v;

	TRY(view_of(c, &v));
	TRY(object_of(c, 1, &id));
	TRY(dossier_load(&d, &v, &id, now_of(c), &c->why));
	tell_dossier(&v, &d, now_of(c), true, NULL, &c->o);
	return 0;
}

/* ---- any records ---- */

static int records(struct call *c)
{
	struct aid_page page CLEANUP_AID_PAGE = {0};
	enum aid_kind kind;
	struct aid_view v;

	TRY(view_of(c, &v));
	TRY(kind_of(c, 1, &kind));
	TRY(records_page(c, &v, kind, &page));
	for (size_t i = 0; i < page.n; i++)
		tell_record(&v, &page.p[i], NULL, &c->o);
	records_page_end(c, &page);
	return 0;
}

/* What binds the member is an officer's to say. */
static bool binds(enum aid_kind kind)
{
	return kind == AID_ACCEPTANCE || kind == AID_COMMIT || kind == AID_SETTLEMENT ||
	       kind == AID_CLAIM_DECISION || kind == AID_SHORTFALL || kind == AID_EXCHANGE;
}

static int wish_read(struct call *c, struct draft *d)
{
	static const char *const known[] = {"mode", "label", "audience", "object", "content", NULL};
	struct slice label, object;
	struct id *member;

	TRY(call_only(c, known));
	TRY(call_mode(c, &d->mode));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	if (label.n)
		TRY(call_label(c, label, &d->label));
	/* Left out: who may read what it answers. */
	if (json_get(&c->doc, c->body, "audience") != JSON_ABSENT) {
		TRY(call_members(c, "audience", &d->all, &member, &d->n_member));
		d->member = member;
	}
	TRY(call_want(c, "object", OBJECT_TEXT, &object));
	if (object.n && object_parse(object, &d->object) < 0)
		return why_set(&c->why, E_INVALID, "/object", "is no id of a record");
	d->has_object = object.n > 0;
	if (json_type(&c->doc, json_get(&c->doc, c->body, "content")) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/content", "is missing");
	return 0;
}

/* Whoever signs in is who authorises, unless somebody else is named. */
static int content_make(
	struct call *c, const struct aid_view *v, enum aid_kind kind, struct draft *d)
{
	struct slice json = json_raw(&c->doc, json_get(&c->doc, c->body, "content"));
	int rc = aid_say(v, kind, json, d, &c->why);
	char where[128];

	if (rc < 0 && c->why.where[0] == '/') {
		snprintf(where, sizeof(where), "/content%.110s", c->why.where);
		memcpy(c->why.where, where, sizeof(where));
	}
	return rc;
}

static int record_new(struct call *c)
{
	struct draft d = {0};
	enum aid_kind kind;
	struct aid_view v = {.world = &c->world,
		.db = c->db,
		.who = &c->reader,
		.arena = c->arena,
		.person = &c->caller.account};
	struct aid_record old, made;
	struct written w;
	bool two = false;
	int rc;

	TRY(kind_of(c, 1, &kind));
	if (kind == AID_ALERT)
		return why_set(&c->why, E_INVALID, "",
			"an alert is written as a draft: …/response/alert-drafts");
	if (binds(kind))
		TRY(caller_may(&c->caller, AREA_RESPONSE, ROLE_OFFICER, &c->why));
	TRY(wish_read(c, &d));
	v.mode = d.mode;
	TRY(call_read(c));
	rc = d.has_object ? aid_get(&v, kind, &d.object, &old, &c->why) : 0;
	if (rc == 0)
		rc = content_make(c, &v, kind, &d);
	if (rc == 0)
		rc = waiting_wanted(&v, &d, &two, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_label(c, d.label, &d.label)); /* not above what the caller may have */
	if (two)
		return api_waiting_propose(c, &d);
	TRY(call_write(c, &d, "response record", aid_kinds[kind].kind, &w));
	TRY(call_read(c));
	rc = aid_get(&v, kind, &w.object, &made, &c->why);
	call_read_end(c);
	TRY(rc);
	tell_record(&v, &made, NULL, &c->o);
	return 0;
}

/* ---- what members have ---- */

/* Where the list goes on: behind the object that was shown last, or, if that is gone, behind the place where it stood. Of its name as much as a cursor holds. */
#define CURSOR_NAME 100
static size_t capabilities_after(
	const struct joined_capability *list, size_t n, const struct joined_capability *last)
{
	size_t i = 0;

	for (size_t k = 0; k < n; k++)
		if (object_id_eq(&list[k].record.r.object, &last->record.r.object))
			return k + 1;
	while (i < n && capability_cmp(&list[i], last) <= 0)
		i++;
	return i;
}

static int capabilities_cursor(struct call *c, struct slice after, struct joined_capability *ret)
{
	struct slice rest, object;

	TRY(cursor_read(c, after, NULL, 0, &rest));
	if (!slice_cut(&rest, '\n', &object) || object_parse(object, &ret->record.r.object) < 0 ||
		!slice_cut(&rest, '\n', &ret->c.type))
		return why_set(&c->why, E_INVALID, "after", "is no cursor of this list");
	ret->c.name = rest;
	ret->record.r.author = ret->record.r.object.owner;
	return 0;
}

static struct slice capabilities_next(struct call *c, const struct joined_capability *last)
{
	struct slice name = slice_sub(
		last->c.name, 0, last->c.name.n < CURSOR_NAME ? last->c.name.n : CURSOR_NAME);
	char object[OBJECT_TEXT + 1];

	object_format(&last->record.r.object, object);
	return cursor_make(c, NULL, 0,
		slice_str(arena_printf(c->arena, "%s\n%.*s\n%.*s", object, SLICE_FMT(last->c.type),
			SLICE_FMT(name))));
}

static int capabilities(struct call *c)
{
	struct joined_capability *list, last = {0};
	struct reader looking = reader_unnoted(&c->reader);
	struct api_page page;
	struct aid_view v;
	size_t n, i = 0, shown = 0;

	TRY(view_of(c, &v));
	TRY(call_page(c, &page));
	if (page.after.p)
		TRY(capabilities_cursor(c, page.after, &last));
	v.who = &looking;
	TRY(capability_list(&v, NULL, &list, &n, &c->why));
	if (page.after.p)
		i = capabilities_after(list, n, &last);
	page_open(c);
	for (; i < n && shown < page.limit; i++, shown++) {
		capability_shown(&c->world, &c->reader, &list[i]);
		tell_capability(&v, &list[i], now_of(c), NULL, &c->o);
	}
	page_close(c, i < n ? capabilities_next(c, &list[i - 1]) : SLICE_NONE);
	return 0;
}

static int matrix(struct call *c)
{
	/* Sums by member and type, and nothing of any record by itself. */
	struct reader looking = reader_unnoted(&c->reader);
	struct aid_view v;

	TRY(view_of(c, &v));
	v.who = &looking;
	json_open(&c->o, '{');
	TRY(tell_matrix(&v, now_of(c), "types", &c->o, &c->why));
	json_close(&c->o);
	return 0;
}

static int ledger(struct call *c)
{
	struct aid_view v;

	TRY(view_of(c, &v));
	json_open(&c->o, '{');
	TRY(tell_ledger(&v, "owed", &c->o, &c->why));
	json_close(&c->o);
	return 0;
}

static int types(struct call *c)
{
	json_open(&c->o, '{');
	json_put_i64(&c->o, "version", TYPES_VERSION);
	json_open_at(&c->o, "types", '[');
	for (const struct type_code *t = type_codes; t->code; t++) {
		json_open(&c->o, '{');
		json_put_cstr(&c->o, "code", t->code);
		json_put_cstr(&c->o, "name", t->name);
		json_put_cstr(&c->o, "uom", t->uom);
		json_put_cstr(&c->o, "ucpm", t->ucpm);
		json_put_cstr(&c->o, "nims", t->nims);
		json_put_cstr(&c->o, "insarag_emt", t->who_insarag);
		json_put_cstr(&c->o, "eru", t->eru);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

/* ---- tables ---- */

static int export_kind(struct call *c)
{
	enum aid_kind kind;
	struct aid_view v;

	TRY(view_of(c, &v));
	TRY(kind_of(c, 1, &kind));
	if (kind == AID_ALERT)
		return why_set(&c->why, E_MISSING, "", "alerts are no table");
	TRY(export_csv(&v, kind, &c->out, &c->why));
	call_attach(c, "text/csv; charset=utf-8",
		arena_printf(c->arena, "%s.csv", aid_kinds[kind].word));
	return 0;
}

static void import_answer(struct call *c, const struct table_import *t, bool written)
{
	json_open(&c->o, '{');
	json_put_u64(&c->o, "rows", t->rows);
	json_put_u64(&c->o, "new", t->created);
	json_put_u64(&c->o, "changed", t->changed);
	json_put_u64(&c->o, "same", t->same);
	json_put_bool(&c->o, "written", written);
	json_open_at(&c->o, "problems", '[');
	for (size_t i = 0; i < t->n_problem; i++) {
		json_open(&c->o, '{');
		json_put_i64(&c->o, "line", t->problem[i].line);
		json_put_cstr(&c->o, "column", t->problem[i].column);
		json_put_cstr(&c->o, "text", t->problem[i].text);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_close(&c->o);
}

/* ?audience=ID,ID|all of the open part; the restricted part stays here unless `restricted_audience` says who has it. */
static int readers_query(struct call *c, const char *name, struct draft *d)
{
	struct alert_draft a = {
		.mode = d->mode, .label = d->label, .audience = request_query(c->req, name)};
	int rc;

	if (!a.audience.n) {
		d->member = &c->node->self;
		d->n_member = 1;
		return 0;
	}
	rc = alert_draft_readers(&a, c->arena, d, &c->why);
	return rc < 0 ? why_set(&c->why, E_INVALID, name, "is all, or ids of members with commas")
		      : 0;
}

static int import_kind(struct call *c)
{
	struct table_import *t = arena_new(c->arena, struct table_import);
	struct draft open = {0}, restricted;
	struct written *w;
	struct aid_view v;
	int rc;

	TRY(view_of(c, &v));
	TRY(kind_of(c, 1, &t->kind));
	if (t->kind != AID_CAPABILITY && t->kind != AID_READINESS)
		return why_set(
			&c->why, E_MISSING, "", "capabilities and readiness are taken from tables");
	open.mode = v.mode;
	TRY(call_label(c, request_query(c->req, "label"), &open.label));
	restricted = open;
	TRY(readers_query(c, "audience", &open));
	TRY(readers_query(c, "restricted_audience", &restricted));
	t->open = &open;
	t->restricted = &restricted;
	t->restricted_column = table_restricted_default;
	TRY(call_read(c));
	rc = table_import(t, &v, c->req->body, &c->why);
	call_read_end(c);
	TRY(rc);
	bool dry = slice_is(request_query(c->req, "dry_run"), "1");
	if (dry || t->n_problem || t->n_draft == 0) {
		c->status = t->n_problem && !dry ? 422 : 200;
		import_answer(c, t, false);
		return 0;
	}
	w = arena_array(c->arena, struct written, t->n_draft);
	TRY(queue_write(c->api->queue, &c->world.coalition.id, t->draft, t->n_draft, w, &c->why));
	call_wrote(c);
	import_answer(c, t, true);
	return 0;
}

#define QUERY(...)                                                                                 \
	(const struct api_query[])                                                                 \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}
#define Q_MODE                                                                                     \
	{                                                                                          \
		"mode", "real, exercise or test; default real"                                     \
	}
const struct api_route response_routes[] = {
	{"GET", HERE "/requests", READ, .flags = API_PAGE, .answer = "[ResponseRequestRow]",
		.tag = "Response", .run = requests, .query = QUERY(Q_MODE),
		.help = "requests and how far each line is covered, newest first"},
	{"GET", HERE "/requests/{object}", READ, .answer = "ResponseDossier", .tag = "Response",
		.run = request_one, .query = QUERY(Q_MODE),
		.help = "one request with offers, acceptances, deployments and claims"},
	{"GET", HERE "/requests/{object}/plan", READ, .answer = "ResponsePlan", .tag = "Response",
		.run = api_plan,
		.query = QUERY(Q_MODE, {"of", "capabilities (default) or offers"},
			{"without", "a member, as if it were not there"},
			{"with", "a party, as if it were a member"},
			{"seconds", "for the solver, up to 10; 0 (default): a draft, at once"}),
		.help = "the package for what is open in a request, how far it is from the best, and why the rest is not in it"},
	{"GET", HERE "/requests/{object}/effect", READ, .answer = "ResponseEffect",
		.tag = "Response", .run = api_effect,
		.query = QUERY(Q_MODE, {"party", "whose membership it is about"},
			{"of", "capabilities (default) or offers"},
			{"seconds",
				"for each of the two plans, up to 10; 0 (default): drafts, at once"}),
		.help = "the plan without a party and with it: what its membership changes in coverage and time"},
	{"POST", HERE "/requests/{object}/effect", READ, .flags = API_TEXT | API_NO_KEY,
		.body_max = CSV_BYTES_MAX, .request = "text", .answer = "ResponseEffect",
		.tag = "Response", .run = api_effect_stated,
		.query = QUERY(Q_MODE,
			{"party", "whose membership it is about; need not be a party"},
			{"of", "capabilities (default) or offers"},
			{"seconds",
				"for each of the two plans, up to 10; 0 (default): drafts, at once"}),
		.help = "the same of a candidate, by a table (CSV) of what it says that it would bring; nothing is written"},
	{"GET", HERE "/records/{kind}", READ, .flags = API_PAGE, .answer = "[ResponseRecord]",
		.tag = "Response", .run = records, .query = QUERY(Q_MODE),
		.help = "records of a kind (requests, offers, acceptances, …), newest first"},
	{"POST", HERE "/records/{kind}", WRITE, .request = "ResponseRecordNew",
		.answer = "ResponseRecord", .status = 201, .tag = "Response", .run = record_new,
		.help = "write a record of a kind, or a new version of one; what follows from what it answers is filled in; what binds needs an officer; 202 with ResponseWaiting if two people have to say it"},
	{"GET", HERE "/acceptances-waiting", READ, .answer = "ResponseWaitingList",
		.tag = "Response", .run = api_waiting_list, .query = QUERY(Q_MODE),
		.help = "acceptances that a second person has to confirm"},
	{"POST", HERE "/acceptances-waiting/{hash}/confirm", BIND, .request = "Empty",
		.answer = "ResponseRecord", .status = 201, .tag = "Response",
		.run = api_waiting_confirm,
		.help = "confirm exactly that as the second person: it is written at once"},
	{"DELETE", HERE "/acceptances-waiting/{hash}", BIND, .status = 204, .tag = "Response",
		.run = api_waiting_drop, .help = "take back what waits; nothing is written"},
	{"GET", HERE "/capabilities", READ, .flags = API_PAGE, .answer = "[ResponseCapabilityView]",
		.tag = "Response", .run = capabilities, .query = QUERY(Q_MODE),
		.help = "what members have, joined from the parts that the caller may read, with the age of the newest report"},
	{"GET", HERE "/matrix", READ, .answer = "ResponseMatrix", .tag = "Response", .run = matrix,
		.query = QUERY(Q_MODE), .help = "readiness by type and member"},
	{"GET", HERE "/ledger", READ, .answer = "ResponseLedger", .tag = "Response", .run = ledger,
		.query = QUERY(Q_MODE), .help = "services owed between members"},
	{"GET", HERE "/types", READ, .answer = "ResponseTypes", .tag = "Response", .run = types,
		.help = "the code list of capability types"},
	{"GET", HERE "/export/{kind}", READ, .answer = "text", .tag = "Response",
		.run = export_kind, .query = QUERY(Q_MODE), .help = "records of a kind as CSV"},
	{"POST", HERE "/import/{kind}", WRITE, .flags = API_TEXT, .body_max = CSV_BYTES_MAX,
		.request = "text", .answer = "ResponseImport", .tag = "Response",
		.run = import_kind,
		.query = QUERY(Q_MODE, {"dry_run", "1: say what would happen and write nothing"},
			{"label", "of all rows"},
			{"audience", "all, or ids with commas; default nobody else"},
			{"restricted_audience", "of the columns that fewer may read"}),
		.help = "capabilities or readiness from CSV: all rows or none"},
	{"GET", HERE "/alerts", READ, .flags = API_PAGE, .answer = "[ResponseAlert]",
		.tag = "Response", .run = api_alerts,
		.query = QUERY(Q_MODE, {"all", "1: also those that are over"}),
		.help = "alerts, and who has acknowledged them"},
	{"GET", HERE "/alerts/{object}/cap", READ, .answer = "bytes", .tag = "Response",
		.run = api_alert_cap, .query = QUERY(Q_MODE),
		.help = "one alert as it was received, byte for byte"},
	{"GET", HERE "/alert-drafts", READ, .answer = "ResponseAlertDrafts", .tag = "Response",
		.run = api_alert_drafts, .query = QUERY(Q_MODE),
		.help = "alerts that wait for approval"},
	{"POST", HERE "/alert-drafts", WRITE, .request = "ResponseAlertDraftNew",
		.answer = "ResponseAlertDraft", .status = 201, .tag = "Response",
		.run = api_alert_draft_new,
		.help = "write an alert; it is checked as it would be issued"},
	{"DELETE", HERE "/alert-drafts/{number}", WRITE, .status = 204, .tag = "Response",
		.run = api_alert_draft_drop,
		.help = "throw a draft away: its writer, or an officer"},
	{"POST", HERE "/alert-drafts/{number}/approve", BIND, .request = "Empty",
		.answer = "ResponseIssued", .status = 201, .tag = "Response",
		.run = api_alert_approve,
		.help = "approve a draft: it is issued at once; a real one by somebody else than who wrote it"},
	{"POST", HERE "/alerts/lint", READ, .flags = API_TEXT | API_NO_KEY, .body_max = 2 * MIB,
		.request = "text", .answer = "ResponseLint", .tag = "Response",
		.run = api_alert_lint,
		.help = "check CAP by itself, in a feed or an envelope: schema and the classic mistakes"},
	{"POST", HERE "/alerts", BIND, .flags = API_TEXT, .body_max = 2 * MIB, .request = "text",
		.answer = "ResponseTaken", .status = 201, .tag = "Response", .run = api_alert_take,
		.query = QUERY({"audience", "all, or ids with commas; default nobody else"},
			{"label", "of all that is taken"}),
		.help = "take in CAP that somebody else has written, alone, in a feed or an envelope: kept byte for byte, each with a verdict"},
	{"GET", HERE "/feeds", READ, .answer = "ResponseFeeds", .tag = "Response", .run = api_feeds,
		.help = "feeds of alerts that this node reads"},
	{"POST", HERE "/feeds", BIND, .request = "ResponseFeedNew", .status = 204,
		.tag = "Response", .run = api_feed_new,
		.help = "read a feed, or read it no longer"},
	{.method = NULL},
};
