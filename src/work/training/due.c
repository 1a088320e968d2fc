/* due.c: see due.h. */
#include "work/training/due.h"

#include "base/report.h"

/* Injects that wait for one another: so long a chain is a cycle. */
#define CHAIN_MAX    64
#define HALF_HOUR_MS 1800000

static struct inject_due due_deep(
	const struct view *v, const struct script *s, int64_t now, int depth);

/* ---- what another inject has set off ---- */

struct moment {
	bool set, never;
	int64_t real, scenario;
};

/* When it went out, or goes out: what was due counts, not when somebody woke up to it. */
static struct moment delivered_at(
	const struct view *v, const struct object_id *of, int64_t now, int depth)
{
	const struct delivery *d = view_delivery_of(v, of);
	const struct script *s;
	struct moment m = {0};

	if (d) {
		m.set = true;
		m.real = d->due ? d->due : d->released;
	} else if (depth < CHAIN_MAX && (s = view_script(v, of)) != NULL) {
		struct inject_due due = due_deep(v, s, now, depth + 1);

		m.set = due.at.state == DUE_AT && due.automatic;
		m.real = due.at.real;
	}
	m.scenario = clock_scenario(&v->clock, m.real);
	return m;
}

static int64_t first_ack(const struct view *v, const struct object_id *delivery)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < v->n_receipt; i++) {
		const struct receipt *r = &v->receipt[i];

		if (object_id_eq(&r->delivery, delivery) && r->acked && r->acked < first)
			first = r->acked;
	}
	return first;
}

static int64_t first_response(const struct view *v, const struct object_id *delivery)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < v->n_response; i++)
		if (object_id_eq(&v->response[i].delivery, delivery) && v->response[i].at < first)
			first = v->response[i].at;
	return first;
}

static bool rated_as(
	const struct view *v, const struct object_id *inject, struct slice wanted, int64_t *ret_at)
{
	const struct script *s = view_script(v, inject);

	for (size_t i = 0; s && i < v->n_rating; i++) {
		const struct rating *r = &v->rating[i];

		if (r->not_observed || !slice_eq(r->rating, wanted))
			continue;
		for (size_t k = 0; k < s->j.n_objective; k++)
			if (r->objective.set &&
				object_id_eq(&r->objective.id, &s->j.objective[k])) {
				*ret_at = r->at;
				return true;
			}
		for (size_t k = 0; k < s->j.n_expect; k++)
			if (r->task.set && s->j.expect[k].has_task &&
				object_id_eq(&r->task.id, &s->j.expect[k].task)) {
				*ret_at = r->at;
				return true;
			}
	}
	return false;
}

/*
 * The moment at which `on` came true for inject `of`. Silence: `after_ms` of the story have gone by since it went out, and nobody had answered by then.
 */
static struct moment triggered_at(const struct view *v, const struct object_id *of, enum trigger on,
	int64_t after_ms, struct slice rating, int64_t now, int depth)
{
	struct moment m = delivered_at(v, of, now, depth);
	const struct delivery *d = view_delivery_of(v, of);
	int64_t at = INT64_MAX;

	if (on == ON_RATING) {
		m.set = rated_as(v, of, rating, &at);
	} else if (on == ON_DELIVERED || !m.set) {
		return m;
	} else if (on == ON_SILENCE) {
		struct clock_item item = {.basis = BASIS_SCENARIO,
			.at = m.scenario + after_ms,
			.from = m.real,
			.jump = JUMP_DELIVER};
		struct clock_due due = clock_due(&v->clock, &item);

		at = d ? first_response(v, &d->row->object) : INT64_MAX;
		m.never = at != INT64_MAX && (due.state != DUE_AT || at <= due.real);
		m.set = due.state == DUE_AT && !m.never;
		at = due.real;
	} else {
		at = !d		      ? INT64_MAX
		     : on == ON_ACKED ? first_ack(v, &d->row->object)
				      : first_response(v, &d->row->object);
		m.set = at != INT64_MAX;
	}
	m.real = at;
	m.scenario = m.set ? clock_scenario(&v->clock, at) : 0;
	return m;
}

/* ---- EXCON ---- */

/* The last word about it: by the script's object, or by its shadow's. */
static const struct control *last_word(const struct view *v, const struct script *s)
{
	struct object_id shadow = shadow_object(&s->row->object);
	const struct control *last = NULL;

	for (size_t i = 0; i < v->n_control; i++) {
		const struct control *c = &v->control[i];

		if (!c->inject.set || c->kind < CONTROL_RELEASE || c->kind > CONTROL_DROP)
			continue;
		if (!object_id_eq(&c->inject.id, &s->row->object) &&
			!object_id_eq(&c->inject.id, &shadow))
			continue;
		if (c->kind == CONTROL_RELEASE && last && last->kind == CONTROL_RELEASE)
			continue; /* the first to release it has */
		last = c;
	}
	return last;
}

static struct clock_due at_once(const struct view *v, enum due_state state, int64_t real)
{
	return (struct clock_due){
		.state = state, .real = real, .scenario = clock_scenario(&v->clock, real)};
}

/* ---- together ---- */

static void due_own(
	const struct view *v, const struct script *s, int64_t now, int depth, struct inject_due *d)
{
	const struct inject *j = &s->j;
	struct clock_item item = {.jump = j->jump, .at = j->due.at};

	switch (j->due.basis) {
	case DUE_SCENARIO:
		item.basis = BASIS_SCENARIO;
		break;
	case DUE_ELAPSED:
		item.basis = BASIS_ELAPSED;
		item.at = j->due.after_ms;
		break;
	case DUE_REAL:
		item.basis = BASIS_REAL;
		break;
	case DUE_RELATIVE: {
		struct moment m = triggered_at(v, &j->due.of.id, j->due.on, j->due.after_ms,
			j->condition.rating, now, depth);

		d->waits = !m.set;
		if (!m.set) {
			d->at.state = m.never ? DUE_NEVER : DUE_PENDING;
			return;
		}
		item.basis = BASIS_SCENARIO;
		item.from = m.real;
		item.at = m.scenario + (j->due.on == ON_SILENCE ? 0 : j->due.after_ms);
		break;
	}
	case DUE_MANUAL:
		item.basis = BASIS_MANUAL;
		break;
	}
	d->at = clock_due(&v->clock, &item);
}

static void due_excon(const struct view *v, const struct control *c, struct inject_due *d)
{
	struct clock_item item = {.basis = BASIS_SCENARIO, .at = c->until, .from = c->at};

	d->by_excon = true;
	d->control = c;
	d->waits = false;
	if (c->kind == CONTROL_RELEASE) {
		d->at = at_once(v, DUE_AT, c->at);
		d->automatic = true;
	} else if (c->kind == CONTROL_HOLD) {
		d->at = at_once(v, DUE_HELD, c->at);
	} else if (c->kind == CONTROL_DROP) {
		d->at = at_once(v, DUE_DROPPED, c->at);
	} else if (c->until) {
		d->at = clock_due(&v->clock, &item);
	} else {
		d->at = at_once(v, DUE_HELD, c->at);
	}
}

static void due_condition(
	const struct view *v, const struct script *s, int64_t now, int depth, struct inject_due *d)
{
	struct moment m;

	if (!s->j.condition.inject.set)
		return;
	m = triggered_at(v, &s->j.condition.inject.id, s->j.condition.on, s->j.due.after_ms,
		s->j.condition.rating, now, depth);
	d->offered = m.set && m.real <= now;
	d->automatic = d->automatic && m.set;
	if (!m.set || s->j.due.basis == DUE_MANUAL)
		d->at = m.set ? at_once(v, DUE_AT, m.real) : (struct clock_due){DUE_PENDING, 0, 0};
}

static struct inject_due due_deep(
	const struct view *v, const struct script *s, int64_t now, int depth)
{
	struct inject_due d = {
		.delivery = view_delivery_of(v, &s->row->object), .control = last_word(v, s)};
	const struct control *word = d.control;
	bool ready = inject_ready(&s->j);

	d.automatic = s->j.fire == FIRE_AUTO && !v->ex.facilitator;
	due_own(v, s, now, depth, &d);
	if (s->j.kind == INJECT_CONTINGENCY)
		due_condition(v, s, now, depth, &d);
	d.control = NULL;
	if (word)
		due_excon(v, word, &d);
	d.unready = !ready;
	d.automatic = d.automatic && ready && strcmp(s->j.status, "obsolete") != 0;
	return d;
}

struct inject_due inject_due(const struct view *v, const struct script *s, int64_t now)
{
	return due_deep(v, s, now, 0);
}

/* ---- the agenda ---- */

static int by_due(const void *a, const void *b)
{
	const struct agenda_item *x = a, *y = b;

	if (x->real != y->real)
		return x->real < y->real ? -1 : 1;
	if (x->script && y->script && slice_cmp(x->script->j.number, y->script->j.number))
		return slice_cmp(x->script->j.number, y->script->j.number);
	return object_id_order(x->script ? &x->script->row->object : &x->shade->row->object,
		y->script ? &y->script->row->object : &y->shade->row->object);
}

static void agenda_add(
	struct agenda *a, struct agenda_item item, int64_t now, int64_t soon, int64_t next)
{
	bool at = item.due.at.state == DUE_AT;

	if (!at)
		a->held[a->n_held++] = item;
	else if (item.real > now + next)
		a->later[a->n_later++] = item;
	else if (item.real > now + soon)
		a->next[a->n_next++] = item;
	else if (item.real >= now - soon)
		a->now[a->n_now++] = item;
	else
		a->overdue[a->n_overdue++] = item;
}

/* A shadow is on the agenda at the beginning of its half hour, and overdue at its end. */
static bool shade_due(
	const struct view *v, const struct shade *s, int64_t now, struct agenda_item *ret)
{
	struct clock_item item = {.basis = BASIS_SCENARIO, .at = s->from, .jump = JUMP_HOLD};

	if (s->gone)
		return false;
	*ret = (struct agenda_item){.shade = s};
	if (!s->timed) {
		ret->due.at.state = DUE_NEVER;
		return true;
	}
	ret->due.at = clock_due(&v->clock, &item);
	ret->real = ret->due.at.real;
	if (ret->due.at.state == DUE_AT && ret->real < now &&
		clock_scenario(&v->clock, now) < s->from + HALF_HOUR_MS)
		ret->real = now;
	return true;
}

/* Shadows of scripts that this reader may read himself say nothing new. */
static struct object_id *own_shadows(const struct view *v, struct arena *arena)
{
	struct object_id *mine = arena_array(arena, struct object_id, v->n_script + 1);

	for (size_t i = 0; i < v->n_script; i++)
		mine[i] = shadow_object(&v->script[i].row->object);
	qsort(mine, v->n_script, sizeof(*mine), object_id_order);
	return mine;
}

void agenda_build(struct agenda *ret, struct arena *arena, const struct view *v, int64_t now,
	int64_t soon_ms, int64_t next_ms)
{
	size_t max = v->n_script + v->n_shade + 1;
	struct agenda a = {.overdue = arena_array(arena, struct agenda_item, max),
		.now = arena_array(arena, struct agenda_item, max),
		.next = arena_array(arena, struct agenda_item, max),
		.held = arena_array(arena, struct agenda_item, max),
		.later = arena_array(arena, struct agenda_item, max)};
	struct object_id *mine = own_shadows(v, arena);

	for (size_t i = 0; i < v->n_script; i++) {
		struct agenda_item item = {
			.script = &v->script[i], .due = inject_due(v, &v->script[i], now)};

		item.real = item.due.at.real;
		if (!item.due.delivery && strcmp(v->script[i].j.status, "obsolete") != 0 &&
			item.due.at.state != DUE_DROPPED)
			agenda_add(&a, item, now, soon_ms, next_ms);
	}
	for (size_t i = 0; i < v->n_shade; i++) {
		struct agenda_item item;

		if (!bsearch(&v->shade[i].row->object, mine, v->n_script, sizeof(*mine),
			    object_id_order) &&
			shade_due(v, &v->shade[i], now, &item))
			agenda_add(&a, item, now, soon_ms, next_ms);
	}
	qsort(a.overdue, a.n_overdue, sizeof(*a.overdue), by_due);
	qsort(a.now, a.n_now, sizeof(*a.now), by_due);
	qsort(a.next, a.n_next, sizeof(*a.next), by_due);
	qsort(a.held, a.n_held, sizeof(*a.held), by_due);
	qsort(a.later, a.n_later, sizeof(*a.later), by_due);
	*ret = a;
}
