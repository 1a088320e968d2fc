/* lint.c: the rules about injects, objectives and what connects them; see lint.h. */
#include "work/training/lint_int.h"

#include "base/utf8.h"
#include "work/training/due.h"
#include "work/training/msel.h"

#include <stdarg.h>

#define CORE_MIN 2 /* injects for a core objective */

const char *const lint_rules[] = {"objective-without-inject", "inject-without-objective",
	"core-objective-thin", "task-without-evaluator", "expected-without-limit",
	"key-without-expected", "contingency-without-condition", "dependency-cycle",
	"dependency-obsolete", "recipient-not-participant", "recipient-outside-label",
	"controller-outside-label", "audience-overload", "audience-idle", "outside-phase",
	"inside-jump", "storyline-backwards", "number-twice", "cell-not-manned",
	"attachment-missing", "live-contact", "mark-missing", "storyline-without-end",
	"open-comment", "edited-after-approval", "no-recipient", NULL};

void lint_say(struct linting *l, const char *rule, bool blocks, const struct object_id *o,
	struct slice number, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_tame(text);
	vec_push(&l->found,
		((struct finding){rule, blocks, *o, number, arena_printf(l->arena, "%s", text)}));
}

bool lint_live(const struct script *s)
{
	return strcmp(s->j.status, "obsolete") != 0;
}

bool lint_time(const struct view *v, const struct script *s, int64_t *ret)
{
	if (s->j.due.basis == DUE_SCENARIO)
		*ret = s->j.due.at;
	else if (s->j.due.basis == DUE_ELAPSED)
		*ret = v->ex.epoch + s->j.due.after_ms;
	else
		return false;
	return true;
}

/* ---- one inject ---- */

static void dependencies(struct linting *l, const struct script *s)
{
	const struct script *of[2];
	size_t n = inject_waits_for(l->v, s, of);
	bool itself = false;

	for (size_t i = 0; i < n; i++) {
		itself = itself || of[i] == s;
		if (!lint_live(of[i]) && (i == 0 || of[0] != of[1]))
			lint_say(l, "dependency-obsolete", false, &s->row->object, s->j.number,
				"waits for %.*s, which is obsolete", SLICE_FMT(of[i]->j.number));
	}
	if (inject_in_circle(l->v, s))
		lint_say(l, "dependency-cycle", true, &s->row->object, s->j.number,
			itself ? "waits for itself" : "waits in a circle");
}

static void recipients(struct linting *l, const struct script *s)
{
	struct slice label = s->j.play_label.n ? s->j.play_label : l->v->ex.row->label;

	if (s->j.n_to == 0 && s->j.n_play_to == 0 && s->j.kind != INJECT_EXPECTED &&
		s->j.kind != INJECT_CONTROL)
		lint_say(l, "no-recipient", false, &s->row->object, s->j.number,
			"is for no training audience");
	for (size_t i = 0; i < s->j.n_to; i++) {
		const struct part *p = view_part(l->v, &s->j.to[i]);

		if (!p || !p->has_party)
			continue;
		if (!view_takes_part(l->v, &p->party))
			lint_say(l, "recipient-not-participant", true, &s->row->object, s->j.number,
				"%.*s is of a member that takes no part", SLICE_FMT(p->title));
		else if (l->ask && !l->ask->admits(l->ask->ctx, label, &p->party))
			lint_say(l, "recipient-outside-label", true, &s->row->object, s->j.number,
				"%.*s could not read it", SLICE_FMT(p->title));
	}
	if (l->ask && s->j.has_controller_party &&
		!l->ask->reads(l->ask->ctx, s->row, &s->j.controller_party))
		lint_say(l, "controller-outside-label", true, &s->row->object, s->j.number,
			"its controller may not read it");
}

static void actions(struct linting *l, const struct script *s)
{
	size_t open = 0;

	for (size_t i = 0; i < s->j.n_expect; i++)
		open += s->j.expect[i].within_ms == 0;
	if (open)
		lint_say(l, "expected-without-limit", false, &s->row->object, s->j.number,
			"%zu expected actions have no time limit", open);
	if (s->j.weight == WEIGHT_KEY && s->j.n_expect == 0 && s->j.kind == INJECT_INJECT)
		lint_say(l, "key-without-expected", false, &s->row->object, s->j.number,
			"is a key inject, and nothing is expected of it");
	if (s->j.kind == INJECT_CONTINGENCY && !s->j.condition.inject.set)
		lint_say(l, "contingency-without-condition", false, &s->row->object, s->j.number,
			"is a contingency of nothing");
	if (s->j.n_objective == 0 && s->j.kind != INJECT_ADMINISTRATIVE &&
		s->j.kind != INJECT_CONTROL)
		lint_say(l, "inject-without-objective", false, &s->row->object, s->j.number,
			"serves no objective");
}

static void place_in_story(struct linting *l, const struct script *s)
{
	const struct part *phase = s->j.phase.set ? view_part(l->v, &s->j.phase.id) : NULL;
	const struct part *cell = s->j.from_cell.set ? view_part(l->v, &s->j.from_cell.id) : NULL;
	int64_t at;

	if (!lint_time(l->v, s, &at))
		return;
	if (phase && (at < phase->from || at > phase->to))
		lint_say(l, "outside-phase", false, &s->row->object, s->j.number,
			"is due outside of %.*s", SLICE_FMT(phase->title));
	if (cell && (at < cell->from || at > cell->to))
		lint_say(l, "cell-not-manned", false, &s->row->object, s->j.number,
			"%.*s is not manned then", SLICE_FMT(cell->title));
	for (size_t i = 0; i < l->v->ex.n_jump; i++)
		if (at > l->v->ex.jump[i].at && at < l->v->ex.jump[i].to)
			lint_say(l, "inside-jump", false, &s->row->object, s->j.number,
				"is due in a stretch that is jumped over");
}

static void script_lint(struct linting *l, const struct script *s)
{
	dependencies(l, s);
	recipients(l, s);
	actions(l, s);
	place_in_story(l, s);
	lint_text(l, s);
	if (s->j.open_comments)
		lint_say(l, "open-comment", false, &s->row->object, s->j.number,
			"%zu comments are open", s->j.open_comments);
	if (s->j.edited)
		lint_say(l, "edited-after-approval", false, &s->row->object, s->j.number,
			"was approved, and has been edited since");
}

/* ---- objectives and tasks ---- */

static bool serves(const struct script *s, const struct object_id *objective)
{
	for (size_t i = 0; i < s->j.n_objective; i++)
		if (object_id_eq(&s->j.objective[i], objective))
			return true;
	return false;
}

static void objective_lint(struct linting *l, const struct part *p)
{
	size_t n = 0, phases = 0;
	struct object_id seen[16];

	for (size_t i = 0; i < l->v->n_script; i++) {
		const struct script *s = &l->v->script[i];
		bool known = !s->j.phase.set;

		if (!lint_live(s) || !serves(s, &p->row->object))
			continue;
		n++;
		for (size_t k = 0; k < phases && !known; k++)
			known = object_id_eq(&seen[k], &s->j.phase.id);
		if (!known && phases < 16)
			seen[phases++] = s->j.phase.id;
	}
	if (n == 0)
		lint_say(l, "objective-without-inject", false, &p->row->object, p->number,
			"no inject serves it");
	else if (p->core && n < CORE_MIN)
		lint_say(l, "core-objective-thin", false, &p->row->object, p->number,
			"is core, and only %zu inject serves it", n);
	else if (p->core && phases == 1)
		lint_say(l, "core-objective-thin", false, &p->row->object, p->number,
			"is core, and tried in one phase only");
}

/* ---- across injects ---- */

static int by_number(const void *a, const void *b)
{
	const struct script *x = *(const struct script *const *)a,
			    *y = *(const struct script *const *)b;
	int c = number_order(x->j.number, y->j.number);

	return c ? c : object_id_order(&x->row->object, &y->row->object);
}

static void numbers(struct linting *l, const struct script **s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (slice_eq(s[i]->j.number, s[i - 1]->j.number))
			lint_say(l, "number-twice", false, &s[i]->row->object, s[i]->j.number,
				"there is another inject of this number");
}

/* In order of number, the times of one storyline go forward. */
static void storylines(struct linting *l, const struct script **s, size_t n)
{
	for (size_t k = 0; k < l->v->n_part; k++) {
		const struct part *line = &l->v->part[k];
		int64_t before = INT64_MIN, at;
		size_t members = 0;

		if (line->type != PART_STORYLINE || line->withdrawn)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!s[i]->j.storyline.set ||
				!object_id_eq(&s[i]->j.storyline.id, &line->row->object))
				continue;
			members++;
			if (!lint_time(l->v, s[i], &at))
				continue;
			if (at < before)
				lint_say(l, "storyline-backwards", false, &s[i]->row->object,
					s[i]->j.number,
					"is before an inject of %.*s with a lower number",
					SLICE_FMT(line->title));
			before = at > before ? at : before;
		}
		if (members && !line->ends)
			lint_say(l, "storyline-without-end", false, &line->row->object,
				line->number, "nobody has said how it ends");
	}
}

static size_t rule_place(const char *rule)
{
	size_t i = 0;

	while (lint_rules[i] && strcmp(lint_rules[i], rule) != 0)
		i++;
	return i;
}

static int by_rule(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	size_t p = rule_place(x->rule), q = rule_place(y->rule);
	int c;

	if (p != q)
		return p < q ? -1 : 1;
	c = number_order(x->number, y->number);
	return c ? c : object_id_order(&x->object, &y->object);
}

void lint_run(const struct view *v, const struct lint_ask *ask, struct arena *arena,
	struct finding **ret, size_t *ret_n)
{
	struct linting l = {.v = v, .ask = ask, .arena = arena};
	const struct script **s = arena_array(arena, const struct script *, v->n_script + 1);
	size_t n = 0;

	for (size_t i = 0; i < v->n_script; i++)
		if (lint_live(&v->script[i]))
			s[n++] = &v->script[i];
	qsort(s, n, sizeof(const struct script *), by_number);
	for (size_t i = 0; i < n; i++)
		script_lint(&l, s[i]);
	for (size_t i = 0; i < v->n_part; i++) {
		if (v->part[i].withdrawn)
			continue;
		if (v->part[i].type == PART_OBJECTIVE)
			objective_lint(&l, &v->part[i]);
		if (v->part[i].type == PART_TASK && v->part[i].n_evaluator == 0)
			lint_say(&l, "task-without-evaluator", false, &v->part[i].row->object,
				v->part[i].number, "nobody evaluates it");
	}
	numbers(&l, s, n);
	storylines(&l, s, n);
	lint_load(&l);
	vec_sort(&l.found, by_rule);
	*ret = arena_array(arena, struct finding, l.found.n + 1);
	if (l.found.n)
		memcpy(*ret, l.found.p, l.found.n * sizeof(**ret));
	*ret_n = l.found.n;
	vec_free(&l.found);
}
