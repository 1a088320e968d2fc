/* due.c: see due.h. */
#include "work/training/due.h"

#include "base/report.h"

#define HALF_HOUR_MS 1800000

/* ---- what another inject has set off ---- */

struct moment {
	bool set, never;
	int64_t real, scenario;
};

/* When it went out, or goes out: what was due counts, not when somebody woke up to it. What it waits for has been worked out before (went_settle). */
static struct moment delivered_at(const struct view *v, const struct object_id *of)
{
	const struct delivery *d = view_delivery_of(v, of);
	const struct script *s;
	struct moment m = {0};

	if (d) {
		m.set = true;
		m.real = d->due ? d->due : d->released;
	} else if ((s = view_script(v, of)) != NULL) {
		const struct went *w = &v->went[s - v->script];

		/* Who is still asked waits for the asker: neither ever goes. */
		m.set = w->state != WENT_ASKED && w->set;
		m.real = m.set ? w->real : 0;
	}
	m.scenario = clock_scenario(&v->clock, m.real);
	return m;
}

static int64_t first_ack(const struct view *v, const struct object_id *delivery)
{
	size_t n;
	const struct receipt *r = view_receipts(v, delivery, &n);
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (r[i].acked && r[i].acked < first)
			first = r[i].acked;
	return first;
}

static int64_t first_response(const struct view *v, const struct object_id *delivery)
{
	size_t n;
	const struct player_response *r = view_responses(v, delivery, &n);
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (r[i].at < first)
			first = r[i].at;
	return first;
}

static bool rated_as(
	const struct view *v, const struct object_id *inject, struct slice wanted, int64_t *ret_at)
{
	const struct script *s = view_script(v, inject);

	for (size_t i = 0; s && i < v->n_rating; i++) {
		const struct rating *r = &v->rating[i];

		if (r->not_observed || strcmp(r->state, "draft") == 0 ||
			!slice_eq(r->rating, wanted))
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
	int64_t after_ms, struct slice rating)
{
	struct moment m = delivered_at(v, of);
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

static size_t word_first(const struct view *v, const struct object_id *inject)
{
	size_t lo = 0, hi = v->n_word;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (object_id_order(&v->word[mid]->inject.id, inject) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct control *word_at(const struct view *v, size_t i, const struct object_id *inject)
{
	return i < v->n_word && object_id_eq(&v->word[i]->inject.id, inject) ? v->word[i] : NULL;
}

/* The last word about it: by the script's object, or by its shadow's. */
static const struct control *last_word(const struct view *v, const struct script *s)
{
	struct object_id shadow = shadow_object(&s->row->object);
	const struct control *last = NULL;
	size_t i = word_first(v, &s->row->object), k = word_first(v, &shadow);

	for (;;) {
		const struct control *a = word_at(v, i, &s->row->object),
				     *b = word_at(v, k, &shadow), *c;

		/* As they count: in the order of the list that they lie in. */
		c = a && (!b || a < b) ? (i++, a) : b ? (k++, b) : NULL;
		if (!c)
			return last;
		if (c->kind == CONTROL_RELEASE && last && last->kind == CONTROL_RELEASE)
			continue; /* the first to release it has */
		last = c;
	}
}

static struct clock_due at_once(const struct view *v, enum due_state state, int64_t real)
{
	return (struct clock_due){
		.state = state, .real = real, .scenario = clock_scenario(&v->clock, real)};
}

/* ---- together ---- */

static void due_own(const struct view *v, const struct script *s, struct inject_due *d)
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
		struct moment m = triggered_at(
			v, &j->due.of.id, j->due.on, j->due.after_ms, j->condition.rating);

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
	const struct view *v, const struct script *s, int64_t now, struct inject_due *d)
{
	struct moment m;

	if (!s->j.condition.inject.set)
		return;
	m = triggered_at(v, &s->j.condition.inject.id, s->j.condition.on, s->j.due.after_ms,
		s->j.condition.rating);
	d->offered = m.set && m.real <= now;
	d->automatic = d->automatic && m.set;
	if (!m.set || s->j.due.basis == DUE_MANUAL)
		d->at = m.set ? at_once(v, DUE_AT, m.real) : (struct clock_due){DUE_PENDING, 0, 0};
}

static struct inject_due due_now(const struct view *v, const struct script *s, int64_t now)
{
	struct inject_due d = {
		.delivery = view_delivery_of(v, &s->row->object), .control = last_word(v, s)};
	const struct control *word = d.control;
	bool ready = inject_ready(&s->j);

	d.automatic = s->j.fire == FIRE_AUTO && !v->ex.facilitator;
	due_own(v, s, &d);
	if (s->j.kind == INJECT_CONTINGENCY)
		due_condition(v, s, now, &d);
	d.control = NULL;
	if (word)
		due_excon(v, word, &d);
	d.unready = !ready;
	d.automatic = d.automatic && ready && strcmp(s->j.status, "obsolete") != 0;
	return d;
}

/* ---- what waits for what ---- */

size_t inject_waits_for(const struct view *v, const struct script *s, const struct script *ret[2])
{
	const struct optional_object *of[2] = {s->j.due.basis == DUE_RELATIVE ? &s->j.due.of : NULL,
		s->j.kind == INJECT_CONTINGENCY ? &s->j.condition.inject : NULL};
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		ret[n] = of[i] && of[i]->set ? view_script(v, &of[i]->id) : NULL;
		n += ret[n] != NULL;
	}
	return n;
}

/* The next that has not been asked, or NULL: then all that it waits for is known, or waits for it. */
static const struct script *unasked(const struct view *v, const struct script *s, bool *ret_circle)
{
	const struct script *of[2];
	size_t n = inject_waits_for(v, s, of);

	*ret_circle = false;
	for (size_t i = 0; i < n; i++) {
		const struct went *w = &v->went[of[i] - v->script];

		if (w->state == WENT_NEW)
			return of[i];
		*ret_circle = *ret_circle || w->state != WENT_KNOWN;
	}
	return NULL;
}

/*
 * Each script is worked out once, after those that it waits for, however they are knotted together: a partner writes what he likes. When it goes does not depend on the
 * moment at which that is asked, so it is known for good.
 */
static void went_settle(const struct view *v, const struct script *s)
{
	size_t n = 0;

	MUST(s >= v->script && s < v->script + v->n_script);
	if (v->went[s - v->script].state != WENT_NEW)
		return;
	v->went[s - v->script].state = WENT_ASKED;
	v->walk[n++] = (uint32_t)(s - v->script);
	while (n) {
		size_t i = v->walk[n - 1];
		bool circle;
		const struct script *next = unasked(v, &v->script[i], &circle);

		if (next) {
			v->went[next - v->script].state = WENT_ASKED;
			v->walk[n++] = (uint32_t)(next - v->script);
			continue;
		}
		struct inject_due d = due_now(v, &v->script[i], 0);

		v->went[i] = (struct went){.state = circle ? WENT_CIRCLE : WENT_KNOWN,
			.set = d.at.state == DUE_AT && d.automatic,
			.real = d.at.real};
		n--;
	}
}

bool inject_in_circle(const struct view *v, const struct script *s)
{
	went_settle(v, s);
	return v->went[s - v->script].state == WENT_CIRCLE;
}

struct inject_due inject_due(const struct view *v, const struct script *s, int64_t now)
{
	went_settle(v, s);
	return due_now(v, s, now);
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
