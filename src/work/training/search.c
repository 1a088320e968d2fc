/*
 * search.c: a proposal for the whole programme: one pass that takes the best place for each, most important first; then destroy and repair: a stretch of days, or what stands in
 * the way of one that has no place, is taken out, and all that have none are tried again. What is a little worse is gone on with for a while. Deterministic
 * by its seed; the best that was met is what comes out.
 *
 *	invariants
 *	1. Whatever is placed is free of clashes: in its window, at a venue of its own, no unit twice or on standby, pools within their size, after what it follows.
 *	2. `use` holds, for each resource and day, how much the placed entries take.
 */
#include "base/report.h"
#include "work/training/programme.h"

#define ROUNDS_DEFAULT 20000
#define DAYS_MAX       4000
#define WEEK	       7

struct option {
	int64_t cost;
	int32_t day; /* from the first day of the search */
	uint32_t venue;
};
struct task {
	const struct programme_entry *e;
	struct option *option; /* cheapest first */
	size_t n_option, *unit, n_unit;
	size_t *pool;
	int64_t *pool_n;
	size_t n_pool;
	size_t *venue; /* resource of each of its venues */
	size_t *after, n_after, *before, n_before;
	int64_t worth;
	bool fixed;
	int32_t at; /* option; -1: none */
};
struct resource {
	struct slice name;
	int what;
	int64_t room;
};
struct searching {
	const struct programme *p;
	struct arena *arena;
	struct task *task;
	size_t n;
	struct resource *resource;
	size_t n_resource;
	int32_t *use; /* resource × day */
	int64_t first;
	size_t days;
	uint64_t seed;
	int64_t value;
};

/* xorshift64*: good enough to choose by, and the same everywhere. */
static uint64_t draw(struct searching *s, uint64_t below)
{
	s->seed ^= s->seed >> 12;
	s->seed ^= s->seed << 25;
	s->seed ^= s->seed >> 27;
	return (s->seed * 0x2545F4914F6CDD1DULL >> 16) % below;
}

/* ---- setting up ---- */

static size_t resource_of(struct searching *s, int what, struct slice name)
{
	for (size_t i = 0; i < s->n_resource; i++)
		if (s->resource[i].what == what && slice_eq(s->resource[i].name, name))
			return i;
	s->resource[s->n_resource] = (struct resource){name, what, what == 2 ? INT32_MAX : 1};
	return s->n_resource++;
}

static int32_t *use_at(struct searching *s, size_t resource, size_t day)
{
	return &s->use[resource * s->days + day];
}

static int by_cost(const void *a, const void *b)
{
	const struct option *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->day != y->day	     ? (x->day < y->day ? -1 : 1)
	       : x->venue < y->venue ? -1
				     : x->venue > y->venue;
}

static void options_make(struct searching *s, struct task *t)
{
	const struct programme_entry *e = t->e;
	size_t venues = e->n_venue ? e->n_venue : 1;
	int64_t starts = e->to - e->from - e->days + 2;

	t->option = arena_array(
		s->arena, struct option, (size_t)(starts > 0 ? starts : 1) * venues + 1);
	if (t->fixed) {
		t->option[t->n_option++] = (struct option){0, (int32_t)(e->start - s->first), 0};
		return;
	}
	for (int64_t day = e->from; day + e->days - 1 <= e->to; day++)
		for (size_t v = 0; v < venues; v++)
			t->option[t->n_option++] = (struct option){
				(day > e->start ? day - e->start : e->start - day) / WEEK +
					(v ? VENUE_COST : 0),
				(int32_t)(day - s->first), (uint32_t)v};
	qsort(t->option, t->n_option, sizeof(*t->option), by_cost);
}

static void task_make(
	struct searching *s, struct task *t, const struct programme_entry *e, bool keep_firm)
{
	*t = (struct task){.e = e, .at = -1, .fixed = keep_firm && strcmp(e->state, "firm") == 0};
	t->worth = 100 * e->priority + (e->mandatory ? 600 : 0);
	t->unit = arena_array(s->arena, size_t, e->n_unit + 1);
	for (size_t i = 0; i < e->n_unit; i++)
		t->unit[t->n_unit++] = resource_of(s, 0, e->unit[i]);
	t->venue = arena_array(s->arena, size_t, e->n_venue + 1);
	if (t->fixed || !e->n_venue)
		t->venue[0] = resource_of(s, 1, e->venue);
	else
		for (size_t i = 0; i < e->n_venue; i++)
			t->venue[i] = resource_of(s, 1, e->venues[i]);
	t->pool = arena_array(s->arena, size_t, e->n_staff + 1);
	t->pool_n = arena_array(s->arena, int64_t, e->n_staff + 1);
	for (size_t i = 0; i < e->n_staff; i++) {
		t->pool[t->n_pool] = resource_of(s, 2, e->staff[i].pool);
		t->pool_n[t->n_pool++] = e->staff[i].n;
	}
}

static void orders_make(struct searching *s)
{
	for (size_t i = 0; i < s->n; i++) {
		s->task[i].after = arena_array(s->arena, size_t, s->task[i].e->n_after + 1);
		s->task[i].before = arena_array(s->arena, size_t, s->n + 1);
	}
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->task[i].e->n_after; k++)
			for (size_t o = 0; o < s->n; o++)
				if (object_id_eq(
					    &s->task[o].e->row->object, &s->task[i].e->after[k])) {
					s->task[i].after[s->task[i].n_after++] = o;
					s->task[o].before[s->task[o].n_before++] = i;
				}
}

/* What the masks take is taken before anything else. */
static void masks_apply(struct searching *s)
{
	for (size_t i = 0; i < s->p->n_mask; i++) {
		const struct programme_mask *m = &s->p->mask[i];
		size_t r = resource_of(s, m->what, m->name);

		if (m->capacity)
			s->resource[r].room = m->capacity;
		for (size_t b = 0; b < m->n; b++)
			for (int64_t day = m->block[b].from; day <= m->block[b].to; day++)
				if (day >= s->first && day < s->first + (int64_t)s->days)
					*use_at(s, r, (size_t)(day - s->first)) +=
						(int32_t)(m->block[b].n && m->what == 2
								  ? m->block[b].n
								  : s->resource[r].room);
	}
}

/* ---- placing ---- */

static bool has_venue(const struct task *t)
{
	return t->e->n_venue > 0 || t->e->venue.n > 0;
}

static bool order_allows(const struct searching *s, const struct task *t, const struct option *o)
{
	int64_t end = o->day + t->e->days - 1;

	for (size_t i = 0; i < t->n_after; i++) {
		const struct task *b = &s->task[t->after[i]];

		if (b->at < 0 || b->option[b->at].day + b->e->days > o->day)
			return false;
	}
	for (size_t i = 0; i < t->n_before; i++) {
		const struct task *a = &s->task[t->before[i]];

		if (a->at >= 0 && a->option[a->at].day <= end)
			return false;
	}
	return true;
}

/* Days before and after that a unit rests are looked at, not taken. */
static bool rest_allows(
	struct searching *s, const struct task *t, size_t unit, const struct option *o)
{
	int64_t from = o->day - t->e->rest, to = o->day + t->e->days - 1 + t->e->rest;

	for (int64_t d = from < 0 ? 0 : from; d <= to && d < (int64_t)s->days; d++)
		if (*use_at(s, unit, (size_t)d) >= s->resource[unit].room)
			return false;
	return true;
}

static bool allows(struct searching *s, const struct task *t, const struct option *o)
{
	if (o->day < 0 || (size_t)o->day + (size_t)t->e->days > s->days || !order_allows(s, t, o))
		return false;
	for (size_t i = 0; i < t->n_unit; i++)
		if (!rest_allows(s, t, t->unit[i], o))
			return false;
	for (int64_t k = 0; k < t->e->days; k++) {
		size_t d = (size_t)(o->day + k), v = t->venue[o->venue];

		if (has_venue(t) && *use_at(s, v, d) >= s->resource[v].room)
			return false;
		for (size_t i = 0; i < t->n_pool; i++)
			if (*use_at(s, t->pool[i], d) + t->pool_n[i] > s->resource[t->pool[i]].room)
				return false;
	}
	return true;
}

static void mark(struct searching *s, struct task *t, int sign)
{
	const struct option *o = &t->option[t->at];

	for (int64_t k = 0; k < t->e->days; k++) {
		size_t d = (size_t)(o->day + k);

		for (size_t i = 0; i < t->n_unit; i++)
			*use_at(s, t->unit[i], d) += sign;
		if (has_venue(t))
			*use_at(s, t->venue[o->venue], d) += sign;
		for (size_t i = 0; i < t->n_pool; i++)
			*use_at(s, t->pool[i], d) += sign * (int32_t)t->pool_n[i];
	}
	s->value += sign * (t->worth - o->cost);
}

static void take_out(struct searching *s, size_t i)
{
	struct task *t = &s->task[i];

	if (t->at < 0 || t->fixed)
		return;
	/* What follows it has no ground any more. */
	mark(s, t, -1);
	t->at = -1;
	for (size_t k = 0; k < t->n_before; k++)
		take_out(s, t->before[k]);
}

static bool put_in(struct searching *s, size_t i)
{
	struct task *t = &s->task[i];

	for (size_t o = 0; o < t->n_option; o++)
		if (t->worth > t->option[o].cost && allows(s, t, &t->option[o])) {
			t->at = (int32_t)o;
			mark(s, t, 1);
			return true;
		}
	return false;
}

struct order {
	size_t i;
	int64_t key;
};

static int by_key(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	return x->key != y->key ? (x->key > y->key ? -1 : 1) : x->i < y->i ? -1 : x->i > y->i;
}

/* All that have no place, most worth first with some chance in it; twice, since what follows needs what it follows. */
static void repair(struct searching *s, struct order *order, int64_t noise)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->task[i].at < 0)
			order[n++] = (struct order){
				i, s->task[i].worth - (int64_t)s->task[i].n_option / 4 +
					   (noise ? (int64_t)draw(s, (uint64_t)noise) : 0)};
	qsort(order, n, sizeof(*order), by_key);
	for (int pass = 0; pass < 2; pass++)
		for (size_t k = 0; k < n; k++)
			if (s->task[order[k].i].at < 0)
				(void)put_in(s, order[k].i);
}

/* ---- destroying ---- */

static bool overlaps(const struct task *t, int64_t from, int64_t to)
{
	return t->at >= 0 && t->option[t->at].day <= to &&
	       t->option[t->at].day + t->e->days - 1 >= from;
}

static bool shares(const struct task *a, const struct task *b)
{
	for (size_t i = 0; i < a->n_unit; i++)
		for (size_t k = 0; k < b->n_unit; k++)
			if (a->unit[i] == b->unit[k])
				return true;
	for (size_t i = 0; i < (a->e->n_venue ? a->e->n_venue : 1); i++)
		if (b->at >= 0 && a->venue[i] == b->venue[b->option[b->at].venue])
			return true;
	for (size_t i = 0; i < a->n_pool; i++)
		for (size_t k = 0; k < b->n_pool; k++)
			if (a->pool[i] == b->pool[k])
				return true;
	return false;
}

static void destroy(struct searching *s)
{
	size_t seedling = draw(s, s->n), way = draw(s, 3);
	const struct task *t = &s->task[seedling];
	int64_t from, to;

	if (t->n_option == 0)
		return;
	const struct option *o =
		&t->option[t->at >= 0 && way != 1 ? (uint64_t)t->at : draw(s, t->n_option)];
	from = o->day - (int64_t)draw(s, 30);
	to = o->day + t->e->days + (int64_t)draw(s, 30);
	for (size_t i = 0; i < s->n; i++) {
		if (!overlaps(&s->task[i], from, to))
			continue;
		/* What stands in the way of it; or a part of all in those days. */
		if (i == seedling || (way == 2 ? draw(s, 3) == 0 : shares(t, &s->task[i])))
			take_out(s, i);
	}
	if (t->at < 0)
		(void)put_in(s, seedling);
}

static void restore(struct searching *s, const int32_t *at)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->task[i].at != at[i] && s->task[i].at >= 0) {
			mark(s, &s->task[i], -1);
			s->task[i].at = -1;
		}
	for (size_t i = 0; i < s->n; i++)
		if (s->task[i].at != at[i]) {
			s->task[i].at = at[i];
			mark(s, &s->task[i], 1);
		}
}

static void save(const struct searching *s, int32_t *at)
{
	for (size_t i = 0; i < s->n; i++)
		at[i] = s->task[i].at;
}

/* ---- all of it ---- */

static void set_up(struct searching *s, const struct search_wish *w)
{
	int64_t first = INT64_MAX, end = INT64_MIN;
	size_t resources = 0;

	for (size_t i = 0; i < s->p->n; i++) {
		const struct programme_entry *e = &s->p->entry[i];

		first = e->from < first ? e->from : first;
		end = e->to > end ? e->to : end;
		resources += e->n_unit + e->n_venue + e->n_staff + 1;
	}
	s->first = s->p->n ? first : 0;
	s->days = s->p->n ? (size_t)(end - first + 1) : 1;
	s->days = s->days > DAYS_MAX ? DAYS_MAX : s->days;
	s->resource = arena_array(s->arena, struct resource, resources + s->p->n_mask + 1);
	s->task = arena_array(s->arena, struct task, s->p->n + 1);
	for (size_t i = 0; i < s->p->n; i++)
		if (!s->p->entry[i].cancelled)
			task_make(s, &s->task[s->n++], &s->p->entry[i], w->keep_firm);
	for (size_t i = 0; i < s->n; i++)
		options_make(s, &s->task[i]);
	orders_make(s);
	for (size_t i = 0; i < s->p->n_mask; i++)
		(void)resource_of(s, s->p->mask[i].what, s->p->mask[i].name);
	s->use = arena_array(s->arena, int32_t, s->n_resource * s->days + 1);
	masks_apply(s);
	for (size_t i = 0; i < s->n; i++)
		if (s->task[i].fixed && s->task[i].option[0].day >= 0 &&
			(size_t)s->task[i].option[0].day + (size_t)s->task[i].e->days <= s->days) {
			s->task[i].at = 0;
			mark(s, &s->task[i], 1);
		}
}

static bool goes_on(const struct search_wish *w, size_t round)
{
	if (w->now_ms)
		return round % 64 || w->now_ms(w->ctx) < w->deadline_ms;
	return round < (w->rounds ? w->rounds : ROUNDS_DEFAULT);
}

static void improve(struct searching *s, const struct search_wish *w, struct order *order,
	int32_t *now, int32_t *best, int64_t *ret_best, size_t *ret_rounds)
{
	int64_t value = s->value, top = s->value;
	size_t round = 0;

	for (; s->n && goes_on(w, round); round++) {
		int64_t slack = (int64_t)draw(s, 1 + (round % 400 < 40 ? 120 : 12));

		destroy(s);
		repair(s, order, 150);
		if (s->value >= value - slack) {
			value = s->value;
			save(s, now);
			if (value > top) {
				top = value;
				save(s, best);
			}
		} else {
			restore(s, now);
		}
		/* Too far down for too long: from the best again. */
		if (round % 1500 == 1499) {
			restore(s, best);
			save(s, now);
			value = s->value;
		}
	}
	*ret_best = top;
	*ret_rounds = round;
}

void search_run(const struct programme *p, const struct search_wish *w, struct arena *arena,
	struct search_found *ret)
{
	struct searching s = {.p = p, .arena = arena, .seed = w->seed * 2 + 0x9E3779B97F4A7C15ULL};
	struct search_found out = {.p = arena_array(arena, struct placement, p->n + 1)};
	int32_t *now, *best;
	struct order *order;

	set_up(&s, w);
	order = arena_array(arena, struct order, s.n + 1);
	now = arena_array(arena, int32_t, s.n + 1);
	best = arena_array(arena, int32_t, s.n + 1);
	repair(&s, order, 0);
	out.greedy = s.value;
	save(&s, now);
	save(&s, best);
	improve(&s, w, order, now, best, &out.value, &out.rounds);
	restore(&s, best);
	MUST(s.value == out.value);
	for (size_t i = 0; i < s.n; i++) {
		const struct task *t = &s.task[i];
		struct placement *x = &out.p[out.n++];

		*x = (struct placement){.entry = t->e, .placed = t->at >= 0};
		if (!x->placed)
			continue;
		x->start = s.first + t->option[t->at].day;
		x->venue = t->fixed || !t->e->n_venue ? t->e->venue
						      : t->e->venues[t->option[t->at].venue];
		out.placed++;
	}
	*ret = out;
}
