/* api_alert.c: alerts, drafts of alerts and feeds at the API. */
#include "work/response/api.h"

#include "base/limits.h"
#include "work/response/alert.h"
#include "work/response/cap_feed.h"
#include "work/response/feed.h"
#include "work/response/take.h"
#include "work/response/tell.h"

#include <inttypes.h>

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

/* Behind this time and object, in the order of the list: newest first, then by object. */
static bool is_behind(const struct aid_alert *a, int64_t sent_ms, const struct object_id *object)
{
	int c;

	if (a->sent_ms != sent_ms)
		return a->sent_ms < sent_ms;
	c = id_cmp(&a->object.owner, &object->owner);
	return (c ? c : id_cmp(&a->object.name, &object->name)) > 0;
}

/* Each in memory of its own: alerts are large, and so may be what is said to them. What cannot be read any more is passed over. */
static int alert_tell(struct call *c, struct aid_view v, const struct aid_alert *a, int64_t now)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	int rc;

	v.arena = &each;
	rc = tell_alert(&v, a, now, NULL, &c->o, &c->why);
	return rc == E_MISSING ? 0 : rc;
}

/* A page of alerts ends at so many bytes: of one author's large ones an answer would soon be too large for anybody's. */
#define ALERTS_BYTES (16 * MIB)

int api_alerts(struct call *c)
{
	bool all = slice_is(request_query(c->req, "all"), "1");
	int64_t now = env_now_ms(&c->node->env), sent = 0;
	struct object_id object = {0};
	char text[OBJECT_TEXT + 1];
	struct aid_alert *list;
	struct api_page page;
	struct aid_view v;
	struct slice rest;
	size_t n, i = 0, shown = 0;

	TRY(view_of(c, &v));
	TRY(call_page(c, &page));
	if (page.after.p) {
		TRY(cursor_read(c, page.after, &sent, 1, &rest));
		if (object_parse(rest, &object) < 0)
			return why_set(&c->why, E_INVALID, "after", "is no cursor of this list");
	}
	TRY(alert_list(&v, now, !all, &list, &n, &c->why));
	while (page.after.p && i < n && !is_behind(&list[i], sent, &object))
		i++;
	page_open(c);
	for (; i < n && shown < page.limit && c->out.n < ALERTS_BYTES; i++, shown++)
		TRY(alert_tell(c, v, &list[i], now));
	if (i < n) {
		object_format(&list[i - 1].object, text);
		sent = list[i - 1].sent_ms;
	}
	page_close(c, i < n ? cursor_make(c, &sent, 1, slice_str(text)) : SLICE_NONE);
	return 0;
}

int api_alert_cap(struct call *c)
{
	struct object_id id;
	struct aid_record r;
	struct aid_view v;

	TRY(view_of(c, &v));
	if (object_parse(c->param[1], &id) < 0)
		return why_set(&c->why, E_MISSING, "", "no such record");
	TRY(aid_get(&v, AID_ALERT, &id, &r, &c->why));
	buf_slice_add(&c->out, r.r.content);
	call_attach(c, CAP_MEDIA, "alert.cap");
	return 0;
}

/* ---- drafts ---- */

static void draft_tell(struct call *c, const char *key, const struct alert_draft *a)
{
	json_open_at(&c->o, key, '{');
	json_put_i64(&c->o, "number", a->number);
	json_put_cstr(&c->o, "mode", mode_name(a->mode));
	json_put_string(&c->o, "label", a->label);
	json_put_string(&c->o, "audience", a->audience);
	json_put_string(&c->o, "written_by", a->written_by);
	put_time(&c->o, "written", a->written_ms);
	json_put_raw(&c->o, "form", a->form);
	json_close(&c->o);
}

int api_alert_drafts(struct call *c)
{
	struct alert_draft *list;
	struct aid_view v;
	size_t n;

	TRY(view_of(c, &v));
	TRY(alert_draft_list(&v, &list, &n, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "drafts", '[');
	for (size_t i = 0; i < n; i++)
		draft_tell(c, NULL, &list[i]);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_alert_draft_new(struct call *c)
{
	static const char *const known[] = {"mode", "label", "audience", "form", NULL};
	struct aid_view v = {.world = &c->world, .db = c->db, .who = &c->reader, .arena = c->arena};
	struct alert_draft a = {.written_ms = env_now_ms(&c->node->env),
		.written_by = slice_str(caller_who(&c->caller, c->arena)),
		.written_account = caller_account(&c->caller)};
	struct draft d = {0};
	struct slice label;
	struct id *member;
	int rc;

	TRY(call_only(c, known));
	TRY(call_mode(c, &d.mode));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	if (label.n)
		TRY(call_label(c, label, &d.label));
	if (json_get(&c->doc, c->body, "audience") != JSON_ABSENT) {
		TRY(call_members(c, "audience", &d.all, &member, &d.n_member));
		d.member = member;
	}
	if (json_type(&c->doc, json_get(&c->doc, c->body, "form")) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/form", "is missing");
	a.form = json_raw(&c->doc, json_get(&c->doc, c->body, "form"));
	a.mode = v.mode = d.mode;
	TRY(call_read(c));
	rc = alert_readers_of(&v, a.form, &d, &c->why);
	if (rc == 0 && !d.all && d.n_member == 0)
		rc = why_set(&c->why, E_INVALID, "/audience", "is missing: who is warned?");
	if (rc == 0)
		rc = call_label(c, d.label, &d.label);
	if (rc == 0)
		rc = alert_make(&v, a.form, &d, &c->why);
	call_read_end(c);
	TRY(rc);
	a.label = d.label;
	a.audience = alert_draft_audience(&d, c->arena);
	TRY(call_begin(c));
	TRY(call_commit(c, alert_draft_put(c->db, c->world.coalition.row, &a, &a.number, &c->why)));
	draft_tell(c, NULL, &a);
	return 0;
}

/* That of the path. In a transaction. */
static int draft_named(struct call *c, const struct aid_view *v, struct alert_draft *ret)
{
	int64_t number;

	if (slice_i64(c->param[1], &number) < 0)
		return why_set(&c->why, E_MISSING, "", "no such draft");
	return alert_draft_get(v, number, ret, &c->why);
}

int api_alert_draft_drop(struct call *c)
{
	struct aid_view v = {.world = &c->world, .db = c->db, .who = &c->reader, .arena = c->arena};
	struct alert_draft a;
	int rc;

	TRY(call_read(c));
	rc = draft_named(c, &v, &a);
	call_read_end(c);
	TRY(rc);
	if (a.written_account != caller_account(&c->caller) &&
		c->caller.roles.of[AREA_RESPONSE] < ROLE_OFFICER)
		return why_set(&c->why, E_DENIED, "",
			"it is thrown away by who wrote it, or by an officer");
	TRY(call_begin(c));
	rc = alert_draft_drop(c->db, &a, &c->why);
	if (rc == 0)
		rc = call_audit(c, "response alert draft thrown away",
			arena_printf(c->arena, "%" PRId64, a.number));
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}

/* Issued already, by who was quicker or before the mark could be set: the mark follows. */
static int conflict_look(struct call *c, const struct aid_view *v, const struct alert_draft *a,
	const struct approver *who)
{
	struct why why = c->why;
	bool issued = false;
	int rc;

	TRY(call_read(c));
	rc = alert_draft_issued(v, a, &issued, &c->why);
	call_read_end(c);
	TRY(rc);
	if (issued) {
		TRY(call_begin(c));
		TRY(call_commit(
			c, alert_draft_mark(c->db, a, who, env_now_ms(&c->node->env), &c->why)));
	}
	c->why = why;
	return E_CONFLICT;
}

int api_alert_approve(struct call *c)
{
	struct approver who = {
		slice_str(caller_who(&c->caller, c->arena)), caller_account(&c->caller)};
	struct aid_view v = {.world = &c->world, .db = c->db, .who = &c->reader, .arena = c->arena};
	struct draft d = {.has_object = true};
	struct alert_draft a;
	struct written w;
	int rc;

	TRY(call_read(c));
	rc = draft_named(c, &v, &a);
	if (rc == 0)
		rc = alert_draft_may(&a, &who, &c->why);
	if (rc == 0)
		rc = alert_draft_readers(&a, c->arena, &d, &c->why);
	v.mode = a.mode;
	if (rc == 0)
		rc = alert_make(&v, a.form, &d, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_label(c, d.label, &d.label));
	d.object = alert_draft_object(&v, &a);
	rc = call_write(c, &d, "response alert", "issued", &w);
	if (rc == E_CONFLICT)
		return conflict_look(c, &v, &a, &who);
	TRY(rc);
	TRY(call_begin(c));
	TRY(call_commit(c, alert_draft_mark(c->db, &a, &who, env_now_ms(&c->node->env), &c->why)));
	json_open(&c->o, '{');
	put_object(&c->o, "object", &w.object);
	put_hash(&c->o, "leaf", &w.leaf);
	json_close(&c->o);
	return 0;
}

/* ---- checking ---- */

/* What brought them, and what of it is no alert. */
static void put_carrier(struct call *c, const struct cap_feed *feed)
{
	const struct why *w = &feed->odd_why;

	json_put_cstr(&c->o, "carrier", cap_feed_kind_name(feed->kind));
	json_put_u64(&c->o, "passed_over", feed->odd);
	json_put_cstr(&c->o, "passed_over_why",
		feed->odd ? arena_printf(
				    c->arena, "%s%s%s", w->where, w->where[0] ? ": " : "", w->text)
			  : NULL);
}

int api_alert_lint(struct call *c)
{
	struct cap_feed feed;

	TRY(cap_feed_read(&feed, c->arena, c->req->body, &c->why));
	json_open(&c->o, '{');
	put_carrier(c, &feed);
	json_open_at(&c->o, "alerts", '[');
	for (size_t i = 0; i < feed.n && i < 200; i++) {
		struct cap_notes *notes = arena_new(c->arena, struct cap_notes);
		struct cap_alert a;

		if (!feed.item[i].bytes.n)
			continue;
		TRY(cap_read(&a, c->arena, feed.item[i].bytes, notes, &c->why));
		cap_lint(&a, c->arena, notes);
		json_open(&c->o, '{');
		json_put_bool(&c->o, "valid", notes->n_schema == 0);
		tell_notes(notes, "notes", &c->o);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

/* ---- taken in ---- */

/* More at once come by a feed. */
#define TAKE_MANY 200

struct keeping {
	struct call *c;
	struct written written;
};

static int keep(void *ctx, const struct draft *d, struct why *why)
{
	struct keeping *k = ctx;
	struct draft own = *d;

	TRY(call_label(k->c, own.label, &own.label)); /* not above what the caller may have */
	int rc = call_write(k->c, &own, "response alert", "taken in", &k->written);
	if (rc < 0)
		*why = k->c->why;
	return rc;
}

/* ?audience=ID,ID|all; left out: nobody but this node. */
static int take_readers(struct call *c, struct taking_in *t)
{
	struct draft d = {.member = &c->node->self, .n_member = 1};
	struct slice label;

	t->audience = request_query(c->req, "audience");
	if (!t->audience.n)
		t->audience = alert_draft_audience(&d, c->arena);
	TRY(call_label(c, request_query(c->req, "label"), &label));
	t->label = label;
	return 0;
}

int api_alert_take(struct call *c)
{
	struct aid_view v = {.world = &c->world, .db = c->db, .who = &c->reader, .arena = c->arena};
	struct keeping k = {.c = c};
	struct taking_in t = {
		.view = &v, .now_ms = env_now_ms(&c->node->env), .keep = keep, .ctx = &k};
	size_t taken = 0;
	struct cap_feed feed;

	TRY(take_readers(c, &t));
	TRY(cap_feed_read(&feed, c->arena, c->req->body, &c->why));
	t.envelope = feed.distributionStatus;
	if (feed.n > TAKE_MANY)
		return why_set(
			&c->why, E_LIMIT, "", "%zu alerts: at most %d at once", feed.n, TAKE_MANY);
	json_open(&c->o, '{');
	put_carrier(c, &feed);
	json_open_at(&c->o, "alerts", '[');
	for (size_t i = 0; i < feed.n; i++) {
		struct take_found f;

		if (!feed.item[i].bytes.n)
			continue;
		TRY(take_in(&t, c->arena, feed.item[i].bytes, &f, &c->why));
		if (feed.kind == FEED_ALERT && f.verdict >= TAKE_UNREADABLE)
			return why_set(&c->why, E_INVALID, f.why.where, "%s: %s",
				take_word(f.verdict), f.why.text);
		take_tell(&f, &k.written, &c->o);
		taken += f.verdict == TAKE_NEW;
	}
	json_close(&c->o);
	json_close(&c->o);
	c->status = taken ? 201 : 200;
	return 0;
}

/* ---- feeds ---- */

int api_feeds(struct call *c)
{
	struct feed *list;
	size_t n;

	TRY(feed_list(c->db, c->world.coalition.row, c->arena, &list, &n, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "feeds", '[');
	for (size_t i = 0; i < n; i++)
		feed_tell(&list[i], NULL, &c->o);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_feed_new(struct call *c)
{
	static const char *const known[] = {
		"url", "label", "audience", "every_minutes", "remove", NULL};
	struct feed f = {.every_ms = 5 * 60000};
	struct draft d = {0};
	struct slice label;
	struct id *member;
	json_ref every = json_get(&c->doc, c->body, "every_minutes");
	int64_t minutes = 5;
	bool remove = false;

	TRY(call_only(c, known));
	TRY(call_need(c, "url", 2000, &f.url));
	TRY(call_want_bool(c, "remove", &remove));
	TRY(call_want(c, "label", ENTRY_LABEL_MAX, &label));
	TRY(call_label(c, label, &f.label));
	d.member = &c->node->self;
	d.n_member = 1;
	if (json_get(&c->doc, c->body, "audience") != JSON_ABSENT) {
		TRY(call_members(c, "audience", &d.all, &member, &d.n_member));
		d.member = member;
	}
	if (every != JSON_ABSENT &&
		(json_i64(&c->doc, every, &minutes) < 0 || minutes < 1 || minutes > 1440))
		return why_set(&c->why, E_INVALID, "/every_minutes", "is 1 to 1440");
	f.every_ms = minutes * 60000;
	f.audience = alert_draft_audience(&d, c->arena);
	TRY(call_begin(c));
	TRY(call_commit(c, remove ? feed_remove(c->db, c->world.coalition.row, f.url, &c->why)
				  : feed_put(c->db, c->world.coalition.row, &f, &c->why)));
	call_wrote(c);
	return 0;
}
