/* api_after.c: lint, coverage, replay, report, and other formats into an exercise. */
#include "work/training/after.h"
#include "work/training/api_int.h"

#include "work/training/limits.h"
#include "work/training/report.h"

static int view_read(struct call *c, struct view *v, struct desk *d)
{
	TRY(call_view(c, v));
	*d = call_desk(c);
	return 0;
}

int api_training_lint(struct call *c)
{
	struct printer p = call_printer(c);
	struct desk d;
	struct view v;

	TRY(view_read(c, &v, &d));
	print_lint(&p, &d, &v);
	return 0;
}

int api_training_cover(struct call *c)
{
	struct printer p = call_printer(c);
	struct desk d;
	struct view v;

	TRY(view_read(c, &v, &d));
	print_cover(&p, &v);
	return 0;
}

int api_training_replay(struct call *c)
{
	struct slice who = request_query(c->req, "member"), at = request_query(c->req, "at");
	int64_t until = 0;
	struct id member;
	struct desk d;
	struct view v;

	if (who.n && id_parse(who, &member) < 0)
		return why_set(&c->why, E_INVALID, "member", "is no id of a member");
	if (at.n && utc_parse(at, &until, NULL) < 0)
		return why_set(&c->why, E_INVALID, "at", "is no time");
	TRY(view_read(c, &v, &d));
	return replay_make(&d, &v, who.n ? &member : NULL, until, &c->out, &c->why);
}

int api_training_report(struct call *c)
{
	struct desk d;
	struct view v;

	TRY(view_read(c, &v, &d));
	TRY(report_make(&d, &v, &c->out, &c->why));
	call_attach(c, "text/html; charset=utf-8", "report.html");
	return 0;
}

int api_training_card(struct call *c)
{
	struct object_id o, exercise;
	const struct delivery *x;
	struct json_doc doc;
	struct view v;
	struct row r;

	TRY(call_object(c, 1, &o));
	TRY(store_get(&c->world, c->db, &c->reader, &o, c->arena, &r, &c->why));
	if (r.kind != KIND_DELIVERY ||
		json_read(&doc, c->arena, r.body, &json_limits_partner, NULL) < 0 ||
		!get_object(&doc, json_root(&doc), "exercise", &exercise))
		return why_set(&c->why, E_MISSING, "", "no such record");
	TRY(store_view(&c->world, c->db, &c->reader, r.mode, &exercise, c->arena, &v, &c->why));
	x = view_delivery(&v, &o);
	if (!x)
		return why_set(&c->why, E_MISSING, "", "no such record");
	card_print(&v, &c->world, x, c->arena, &c->out);
	call_attach(c, "text/html; charset=utf-8", "card.html");
	return 0;
}

int api_training_cexf_out(struct call *c)
{
	struct desk d;
	struct view v;

	TRY(view_read(c, &v, &d));
	cexf_write(&c->out, &v, c->arena);
	call_attach(c, "application/json", "exercise.cexf.json");
	return 0;
}

static int bring(struct call *c, bool playbook)
{
	struct cacao book;
	struct cexf exercise;
	struct plan plan;
	struct printer p;
	struct desk d;
	struct view v;
	int rc = playbook ? cacao_parse(&book, c->arena, c->req->body, &c->why)
			  : cexf_parse(&exercise, c->arena, c->req->body, &c->why);

	TRY(rc);
	TRY(call_read(c));
	rc = call_view(c, &v);
	d = call_desk(c);
	if (rc == 0)
		rc = playbook ? plan_playbook(&d, &v, &book, &plan, &c->why)
			      : plan_cexf(&d, &v, &exercise, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, playbook ? "training playbook" : "training cexf"));
	p = call_printer(c);
	json_open(&c->o, '{');
	json_open_at(&c->o, "written", '[');
	for (size_t i = 0; i < plan.n; i++)
		print_record(&p, NULL, &plan.draft[i].object);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_training_cacao_in(struct call *c)
{
	return bring(c, true);
}

int api_training_cexf_in(struct call *c)
{
	return bring(c, false);
}

int api_training_busy(struct call *c)
{
	struct slice what = request_query(c->req, "what"), name = request_query(c->req, "name");
	static const char *const whats[] = {"unit", "venue", "pool", NULL};
	struct audience a = {.given = true, .all = true};
	int64_t from, to;
	struct plan plan;
	struct desk d;
	enum mode mode;
	int rc;

	TRY(call_query_mode(c, &mode));
	if (word_find(whats, what) < 0)
		return why_set(&c->why, E_INVALID, "what", "is unit, venue or pool");
	if (!name.n || name.n > 300)
		return why_set(&c->why, E_INVALID, "name", "whose calendar is it?");
	if (date_parse(request_query(c->req, "from"), &from) < 0)
		return why_set(&c->why, E_INVALID, "from", "is a date like 2026-01-01");
	if (date_parse(request_query(c->req, "to"), &to) < 0)
		return why_set(&c->why, E_INVALID, "to", "is a date like 2026-12-31");
	a.all = !slice_is(request_query(c->req, "audience"), "self");
	if (!a.all) {
		a.member = &c->node->self;
		a.n = 1;
	}
	TRY(call_read(c));
	d = call_desk(c);
	rc = plan_busy(&d, mode, whats[word_find(whats, what)], name, c->req->body, from, to, &a,
		&plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training calendar"));
	return call_answer(c, &plan.object);
}
