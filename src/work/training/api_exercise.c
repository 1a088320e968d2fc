/* api_exercise.c: exercises: listed, shown, controlled. */
#include "work/training/api_int.h"

#include "base/limits.h"
#include "node/readings.h"
#include "work/training/limits.h"

int api_training_exercises(struct call *c)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct printer p = call_printer(c);
	/* All of an exercise is looked at, and its own record shown. */
	struct reader looking = reader_unnoted(&c->reader);
	struct object_id *exercise;
	enum mode mode;
	size_t n;

	TRY(call_query_mode(c, &mode));
	if (!request_query(c->req, "mode").n)
		mode = MODE_EXERCISE;
	TRY(store_exercises(&c->world, c->db, &c->reader, mode, c->arena, &exercise, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && !buf_over(c->o.b); i++) {
		struct view v;

		TRY(store_view(
			&c->world, c->db, &looking, mode, &exercise[i], &scratch, &v, &c->why));
		store_note(&c->world, &c->reader, v.ex.row, 1);
		print_summary(&p, NULL, &v);
		arena_reset(&scratch);
	}
	page_close(c, SLICE_NONE);
	return 0;
}

int api_training_exercise(struct call *c)
{
	struct printer p = call_printer(c);
	struct view v;
	int64_t heard;

	TRY(call_view(c, &v));
	TRY(host_heard(c->db, &v, &c->node->self, p.now, c->arena, &heard, &c->why));
	print_exercise(&p, &v, heard);
	return 0;
}

int api_training_live(struct call *c)
{
	struct printer p = call_printer(c);
	struct view v;
	int64_t heard;

	TRY(call_view(c, &v));
	TRY(host_heard(c->db, &v, &c->node->self, p.now, c->arena, &heard, &c->why));
	print_live(&p, &v, heard);
	return 0;
}

static int want_i64(struct call *c, const char *key, int64_t *ret)
{
	json_ref v = json_get(&c->doc, c->body, key);

	if (v != JSON_ABSENT && json_i64(&c->doc, v, ret) < 0)
		return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/%s", key),
			"is a whole number");
	return 0;
}

static int wish_read(struct call *c, struct control_wish *w)
{
	static const char *const known[] = {
		"kind", "scenario", "until", "num", "den", "inject", "reason", NULL};
	struct slice kind;
	int word;

	TRY(call_only(c, known));
	TRY(call_need(c, "kind", 40, &kind));
	word = word_find(controls, kind);
	if (word < 0)
		return why_set(&c->why, E_INVALID, "/kind", "there is no such control");
	w->kind = (enum control_kind)word;
	TRY(call_want_time(c, "scenario", &w->scenario));
	TRY(call_want_time(c, "until", &w->until));
	TRY(want_i64(c, "num", &w->num));
	TRY(want_i64(c, "den", &w->den));
	TRY(call_want_object(c, "inject", &w->has_inject, &w->inject));
	return call_want(c, "reason", 32 * KIB, &w->reason);
}

int api_training_control(struct call *c)
{
	struct control_wish w = {0};
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(wish_read(c, &w));
	TRY(call_read(c));
	rc = call_view(c, &v);
	d = call_desk(c);
	if (rc == 0)
		rc = plan_control(&d, &v, &w, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training control"));
	return call_answer(c, &plan.object);
}

int api_training_seal(struct call *c)
{
	const struct script *s;
	struct object_id inject;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(call_object(c, 2, &inject));
	TRY(call_read(c));
	rc = call_view(c, &v);
	d = call_desk(c);
	s = rc == 0 ? view_script(&v, &inject) : NULL;
	if (rc == 0 && (!s || !id_eq(&inject.owner, &c->node->self)))
		rc = why_set(&c->why, E_MISSING, "", "no such record");
	if (rc == 0)
		rc = plan_seal(&d, &v, s, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training seal"));
	return call_answer(c, &plan.object);
}
