/* api_records.c: records of all kinds of this workspace: listed, shown, written, stepped. */
#include "work/training/api_int.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/training/limits.h"

static int kind_read(struct call *c, struct slice noun, const char *where, const struct kind **ret)
{
	*ret = kind_noun(noun);
	return *ret ? 0 : why_set(&c->why, E_INVALID, where, "there is no such kind of record");
}

int api_training_records(struct call *c)
{
	struct slice noun = request_query(c->req, "kind"), about = request_query(c->req, "about");
	const struct kind *k = NULL;
	struct printer p = call_printer(c);
	struct object_id o;
	struct rows rows;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	if (noun.n || !about.n)
		TRY(kind_read(c, noun, "kind", &k));
	if (k && !request_query(c->req, "mode").n)
		mode = k->real ? MODE_REAL : MODE_EXERCISE;
	if (about.n && object_parse(about, &o) < 0)
		return why_set(&c->why, E_INVALID, "about", "is no record's id");
	if (about.n)
		TRY(store_about(&c->world, c->db, &c->reader, mode, &o, k ? kind_id(k) : KINDS,
			c->arena, &rows, &c->why));
	else
		TRY(store_kind(&c->world, c->db, &c->reader, mode, kind_id(k),
			LIMIT_QUALIFICATION_EACH, c->arena, &rows, &c->why));
	page_open(c);
	for (size_t i = 0; i < rows.n; i++)
		print_row(&p, NULL, &rows.p[i]);
	page_close(c, SLICE_NONE);
	return 0;
}

int api_training_record(struct call *c)
{
	struct printer p = call_printer(c);
	struct object_id o;
	struct row r;

	TRY(call_object(c, 1, &o));
	TRY(store_get(&c->world, c->db, &c->reader, &o, c->arena, &r, &c->why));
	print_row(&p, NULL, &r);
	return 0;
}

/* Where the model complains of the content, the request has it below /content. */
static int told_below(struct call *c, int rc)
{
	if (rc < 0 && c->why.where[0] == '/' && strcmp(c->why.where, "/label") != 0 &&
		strcmp(c->why.where, "/mode") != 0)
		snprintf(c->why.where, sizeof(c->why.where), "%s",
			arena_printf(c->arena, "/content%s", c->why.where));
	return rc;
}

static int content_read(struct call *c, struct slice *ret)
{
	json_ref content = json_get(&c->doc, c->body, "content");

	if (json_type(&c->doc, content) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "/content", "is missing, or no object");
	*ret = json_raw(&c->doc, content);
	return 0;
}

/* `seen`: the draft that says which version the caller has seen; NULL for what is new. */
static int save(struct call *c, const struct kind *k, enum mode mode,
	const struct object_id *object, const struct draft *seen, const char *what)
{
	struct audience a;
	struct slice content;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(content_read(c, &content));
	TRY(call_audience(c, &a));
	TRY(call_read(c));
	d = call_desk(c);
	rc = told_below(c, plan_save(&d, k, mode, object, content, &a, &plan, &c->why));
	call_read_end(c);
	TRY(rc);
	for (size_t i = 0; seen && i < plan.n; i++)
		if (plan.draft[i].has_object && object_id_eq(&plan.draft[i].object, object))
			plan.draft[i].follows = seen->follows;
	TRY(call_plan(c, &plan, what));
	return call_answer(c, &plan.object);
}

int api_training_record_new(struct call *c)
{
	static const char *const known[] = {"kind", "mode", "label", "audience", "content", NULL};
	const struct kind *k;
	struct slice noun;
	enum mode mode;

	TRY(call_only(c, known));
	TRY(call_need(c, "kind", 40, &noun));
	TRY(kind_read(c, noun, "/kind", &k));
	TRY(call_mode(c, &mode));
	if (json_get(&c->doc, c->body, "mode") == JSON_ABSENT)
		mode = k->real ? MODE_REAL : MODE_EXERCISE;
	return save(c, k, mode, NULL, NULL, "training new");
}

int api_training_record_put(struct call *c)
{
	static const char *const known[] = {"label", "audience", "content", NULL};
	struct object_id o;
	struct draft seen = {0};
	struct row r;
	int rc;

	TRY(call_only(c, known));
	TRY(call_object(c, 1, &o));
	TRY(call_read(c));
	rc = store_get(&c->world, c->db, &c->reader, &o, c->arena, &r, &c->why);
	if (rc == 0 && !id_eq(&o.owner, &c->node->self))
		rc = why_set(&c->why, E_DENIED, "", "only its owner changes a record");
	if (rc == 0)
		rc = call_match(c, &o, &r.leaf, &seen);
	call_read_end(c);
	TRY(rc);
	return save(c, &training_kinds[r.kind], r.mode, &o, &seen, "training version");
}

int api_training_record_step(struct call *c)
{
	static const char *const known[] = {"to", "why", NULL};
	struct slice to, reason;
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(call_only(c, known));
	TRY(call_object(c, 1, &o));
	TRY(call_need(c, "to", 40, &to));
	TRY(call_want(c, "why", 2000, &reason));
	TRY(call_read(c));
	d = call_desk(c);
	rc = plan_step(&d, &o, to, reason, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training step"));
	return call_answer(c, &plan.object);
}

/* ---- answers ---- */

int api_training_reply(struct call *c)
{
	static const char *const known[] = {"answer", "reason", NULL};
	struct slice answer, reason;
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(call_only(c, known));
	TRY(call_object(c, 1, &o));
	TRY(call_need(c, "answer", 20, &answer));
	TRY(call_want(c, "reason", 32 * KIB, &reason));
	if (word_find(answers, answer) < 0)
		return why_set(&c->why, E_INVALID, "/answer", "is accept or decline");
	TRY(call_read(c));
	d = call_desk(c);
	rc = plan_reply(&d, &o, slice_is(answer, "accept"), reason, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training answer"));
	return call_answer(c, &plan.object);
}

int api_training_accept(struct call *c)
{
	static const char *const known[] = {
		"to", "why", "person", "due", "evidence", "retest", NULL};
	struct accept_wish w = {0};
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(call_only(c, known));
	TRY(call_object(c, 1, &o));
	TRY(call_need(c, "to", 40, &w.to));
	TRY(call_want(c, "why", 2000, &w.reason));
	TRY(call_want(c, "person", 300, &w.person));
	TRY(call_want(c, "due", DATE_TEXT, &w.due));
	TRY(call_want(c, "evidence", 1000, &w.evidence));
	TRY(call_want_object(c, "retest", &w.has_retest, &w.retest));
	TRY(call_read(c));
	d = call_desk(c);
	rc = plan_accept(&d, &o, &w, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training acceptance"));
	return call_answer(c, &plan.object);
}
