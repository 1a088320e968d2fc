/* cover.c: see cover.h. */
#include "work/training/cover.h"

#include "work/training/msel.h"

static int part_order(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;
	int c = x->type == PART_PHASE && x->from != y->from ? (x->from < y->from ? -1 : 1)
							    : number_order(x->number, y->number);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

static const struct part **parts_of(
	const struct view *v, enum part_type type, struct arena *arena, size_t *ret_n)
{
	const struct part **p = arena_array(arena, const struct part *, v->n_part + 1);
	size_t n = 0;

	for (size_t i = 0; i < v->n_part; i++)
		if (v->part[i].type == type && !v->part[i].withdrawn)
			p[n++] = &v->part[i];
	qsort(p, n, sizeof(const struct part *), part_order);
	*ret_n = n;
	return p;
}

static bool serves(const struct script *s, const struct object_id *objective)
{
	for (size_t i = 0; i < s->j.n_objective; i++)
		if (object_id_eq(&s->j.objective[i], objective))
			return true;
	return false;
}

/* Of the objective itself, or of a task of it. */
static bool about(const struct view *v, const struct optional_object *objective,
	const struct optional_object *task, const struct object_id *wanted)
{
	const struct part *t = task->set ? view_part(v, &task->id) : NULL;

	return (objective->set && object_id_eq(&objective->id, wanted)) ||
	       (t && t->objective.set && object_id_eq(&t->objective.id, wanted));
}

static bool has_evaluator(const struct view *v, const struct object_id *objective)
{
	for (size_t i = 0; i < v->n_part; i++)
		if (v->part[i].type == PART_TASK && v->part[i].n_evaluator &&
			v->part[i].objective.set &&
			object_id_eq(&v->part[i].objective.id, objective))
			return true;
	return false;
}

static size_t phase_of(const struct cover *c, const struct view *v, const struct script *s)
{
	int64_t at = s->j.due.basis == DUE_SCENARIO ? s->j.due.at : v->ex.epoch + s->j.due.after_ms;

	for (size_t i = 0; i < c->n_phase; i++)
		if (s->j.phase.set && object_id_eq(&s->j.phase.id, &c->phase[i]->row->object))
			return i;
	for (size_t i = 0; !s->j.phase.set && i < c->n_phase; i++)
		if ((s->j.due.basis == DUE_SCENARIO || s->j.due.basis == DUE_ELAPSED) &&
			at >= c->phase[i]->from && at < c->phase[i]->to)
			return i;
	return c->n_phase;
}

static void injects(struct cover *c, const struct view *v, struct cover_objective *o)
{
	bool evaluator = has_evaluator(v, &o->part->row->object);

	for (size_t i = 0; i < v->n_script; i++) {
		const struct script *s = &v->script[i];
		bool whole;

		if (!serves(s, &o->part->row->object) || strcmp(s->j.status, "obsolete") == 0)
			continue;
		whole = (inject_ready(&s->j) || strcmp(s->j.status, "complete") == 0) &&
			s->j.n_expect > 0 && evaluator;
		o->injects++;
		o->phase[phase_of(c, v, s)]++;
		o->designed = o->designed || whole;
		if (view_delivery_of(v, &s->row->object)) {
			o->played++;
			o->delivered = o->delivered || whole;
		}
	}
}

static void ratings(const struct view *v, struct cover_objective *o)
{
	for (size_t i = 0; i < v->n_rating; i++) {
		const struct rating *r = &v->rating[i];
		int level = view_level(v, r->rating);

		if (!about(v, &r->objective, &r->task, &o->part->row->object) ||
			strcmp(r->state, "draft") == 0)
			continue;
		o->not_observed += r->not_observed;
		o->withheld += r->withheld;
		if (level >= 0) {
			o->rated[level]++;
			o->evaluated = o->evaluated || v->ex.level[level].rating;
		}
		o->evaluated = o->evaluated || r->withheld;
	}
	for (size_t i = 0; i < v->n_observation; i++)
		o->observations += about(v, &v->observation[i].objective, &v->observation[i].task,
			&o->part->row->object);
}

void cover_build(struct cover *ret, struct arena *arena, const struct view *v)
{
	struct cover c = {0};
	const struct part **objective = parts_of(v, PART_OBJECTIVE, arena, &c.n);

	c.phase = parts_of(v, PART_PHASE, arena, &c.n_phase);
	c.objective = arena_array(arena, struct cover_objective, c.n + 1);
	for (size_t i = 0; i < c.n; i++) {
		struct cover_objective *o = &c.objective[i];

		o->part = objective[i];
		o->rated = arena_array(arena, size_t, v->ex.n_level + 1);
		o->phase = arena_array(arena, size_t, c.n_phase + 1);
		injects(&c, v, o);
		ratings(v, o);
		c.designed += o->designed;
		c.delivered += o->delivered;
		c.evaluated += o->evaluated;
	}
	*ret = c;
}
