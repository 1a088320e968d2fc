/* clash.c: what cannot be at one time, told in words; and where one entry fits. Each question is answered by looking at the days themselves: exact, and nothing to tune. */
#include "base/vec.h"
#include "work/training/limits.h"
#include "work/training/programme.h"

const char *const clash_kinds[] = {
	"venue", "unit", "pool", "standby", "busy", "order", "rest", NULL};

struct finding_clashes {
	const struct programme *p;
	struct arena *arena;
	VEC(struct clash) found;
	size_t max; /* that are told */
};

/* Enough is told: what else there is is not looked for. */
static bool full(const struct finding_clashes *f)
{
	return f->found.n >= f->max;
}

static int64_t last(const struct programme_entry *e, int64_t start)
{
	return start + e->days - 1;
}

static const char *days(struct arena *arena, int64_t from, int64_t to)
{
	char a[DATE_TEXT + 1], b[DATE_TEXT + 1];

	date_format(from, a);
	date_format(to, b);
	return from == to ? arena_printf(arena, "%s", a) : arena_printf(arena, "%s to %s", a, b);
}

static bool named(const struct slice *list, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(list[i], name))
			return true;
	return false;
}

static void add(struct finding_clashes *f, enum clash_kind kind, const struct programme_entry *a,
	const struct programme_entry *b, struct slice resource, int64_t from, int64_t to,
	const char *text)
{
	vec_push(&f->found, ((struct clash){kind, a, b, resource, from, to, text}));
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How many can be at a venue at once. */
static int64_t venue_room(const struct programme *p, struct slice venue)
{
	for (size_t i = 0; i < p->n_mask; i++)
		if (p->mask[i].what == 1 && slice_eq(p->mask[i].name, venue) &&
			p->mask[i].capacity > 0)
			return p->mask[i].capacity;
	return 1;
}

/* The most that stand at a venue on one day of the stretch, without `e`. */
static int64_t venue_load(const struct programme *p, const struct programme_entry *e,
	struct slice venue, int64_t from, int64_t to)
{
	int64_t most = 0;

	for (int64_t day = from; day <= to; day++) {
		int64_t n = 0;

		for (size_t i = 0; i < p->n; i++) {
			const struct programme_entry *o = &p->entry[i];

			n += o != e && !o->cancelled && slice_eq(o->venue, venue) &&
			     o->start <= day && last(o, o->start) >= day;
		}
		most = later(most, n);
	}
	return most;
}

static void against_entry(struct finding_clashes *f, const struct programme_entry *e, int64_t start,
	struct slice venue, const struct programme_entry *o)
{
	int64_t from = later(start, o->start), to = earlier(last(e, start), last(o, o->start));
	int64_t rest = later(e->rest, o->rest), gap = start > o->start
							      ? start - last(o, o->start) - 1
							      : o->start - last(e, start) - 1;

	for (size_t i = 0; i < e->n_unit; i++) {
		if (!named(o->unit, o->n_unit, e->unit[i]))
			continue;
		if (from <= to)
			add(f, CLASH_UNIT, e, o, e->unit[i], from, to,
				arena_printf(f->arena, "unit %.*s is in %.*s and in %.*s, %s",
					SLICE_FMT(e->unit[i]), SLICE_FMT(e->title),
					SLICE_FMT(o->title), days(f->arena, from, to)));
		else if (gap < rest)
			add(f, CLASH_REST, e, o, e->unit[i],
				earlier(last(e, start), last(o, o->start)) + 1,
				later(start, o->start) - 1,
				arena_printf(f->arena,
					"unit %.*s has %lld days between %.*s and %.*s, and needs %lld",
					SLICE_FMT(e->unit[i]), (long long)gap, SLICE_FMT(e->title),
					SLICE_FMT(o->title), (long long)rest));
	}
	if (venue.n && slice_eq(venue, o->venue) && from <= to &&
		venue_load(f->p, e, venue, from, to) >= venue_room(f->p, venue))
		add(f, CLASH_VENUE, e, o, venue, from, to,
			arena_printf(f->arena, "%.*s holds %.*s and %.*s, %s", SLICE_FMT(venue),
				SLICE_FMT(e->title), SLICE_FMT(o->title),
				days(f->arena, from, to)));
}

static void against_order(struct finding_clashes *f, const struct programme_entry *e, int64_t start)
{
	for (size_t i = 0; i < e->n_after; i++) {
		const struct programme_entry *o = programme_find(f->p, &e->after[i]);

		if (o && !o->cancelled && start <= last(o, o->start))
			add(f, CLASH_ORDER, e, o, SLICE_NONE, start, last(o, o->start),
				arena_printf(f->arena, "%.*s comes after %.*s, which ends on %s",
					SLICE_FMT(e->title), SLICE_FMT(o->title),
					days(f->arena, last(o, o->start), last(o, o->start))));
	}
}

static void against_mask(struct finding_clashes *f, const struct programme_entry *e, int64_t start,
	struct slice venue, const struct programme_mask *m)
{
	bool mine = m->what == 0 ? named(e->unit, e->n_unit, m->name)
				 : m->what == 1 && slice_eq(m->name, venue);

	for (size_t i = 0; mine && i < m->n; i++) {
		int64_t from = later(start, m->block[i].from),
			to = earlier(last(e, start), m->block[i].to);
		bool standby = m->block[i].kind == 1;

		if (from <= to)
			add(f, standby ? CLASH_STANDBY : CLASH_BUSY, e, NULL, m->name, from, to,
				arena_printf(f->arena, "%s %.*s is %s %s and in %.*s %s",
					m->what ? "venue" : "unit", SLICE_FMT(m->name),
					standby ? "on standby" : "not available",
					days(f->arena, m->block[i].from, m->block[i].to),
					SLICE_FMT(e->title),
					days(f->arena, start, last(e, start))));
	}
}

/* A pool: on one day no more than there are, less those who are taken. */
static void against_pool(struct finding_clashes *f, const struct programme_entry *e, int64_t start,
	const struct demand *want)
{
	const struct programme_mask *m = NULL;

	for (size_t i = 0; i < f->p->n_mask; i++)
		if (f->p->mask[i].what == 2 && slice_eq(f->p->mask[i].name, want->pool))
			m = &f->p->mask[i];
	if (!m || m->capacity == 0)
		return;
	for (int64_t day = start; day <= last(e, start); day++) {
		int64_t have = m->capacity, need = want->n;

		for (size_t i = 0; i < m->n; i++)
			if (m->block[i].from <= day && m->block[i].to >= day)
				have -= m->block[i].n ? m->block[i].n : m->capacity;
		for (size_t i = 0; i < f->p->n; i++) {
			const struct programme_entry *o = &f->p->entry[i];

			for (size_t k = 0; o != e && !o->cancelled && k < o->n_staff; k++)
				if (slice_eq(o->staff[k].pool, want->pool) && o->start <= day &&
					last(o, o->start) >= day)
					need += o->staff[k].n;
		}
		if (need > have) {
			add(f, CLASH_POOL, e, NULL, want->pool, day, day,
				arena_printf(f->arena,
					"%lld of %.*s are needed on %s, and %lld are there",
					(long long)need, SLICE_FMT(want->pool),
					days(f->arena, day, day),
					(long long)(have > 0 ? have : 0)));
			return;
		}
	}
}

static void one(struct finding_clashes *f, const struct programme_entry *e, int64_t start,
	struct slice venue, bool once)
{
	for (size_t i = 0; i < f->p->n && !full(f); i++)
		if (&f->p->entry[i] != e && !f->p->entry[i].cancelled &&
			(!once || &f->p->entry[i] > e))
			against_entry(f, e, start, venue, &f->p->entry[i]);
	against_order(f, e, start);
	for (size_t i = 0; i < f->p->n_mask && !full(f); i++)
		against_mask(f, e, start, venue, &f->p->mask[i]);
	for (size_t i = 0; i < e->n_staff && !full(f); i++)
		against_pool(f, e, start, &e->staff[i]);
}

static void hand_over(struct finding_clashes *f, struct clash **ret, size_t *ret_n)
{
	*ret = arena_array(f->arena, struct clash, f->found.n + 1);
	if (f->found.n)
		memcpy(*ret, f->found.p, f->found.n * sizeof(**ret));
	*ret_n = f->found.n;
	vec_free(&f->found);
}

void clash_find(const struct programme *p, struct arena *arena, struct clash **ret, size_t *ret_n)
{
	struct finding_clashes f = {.p = p, .arena = arena, .max = LIMIT_CLASHES};

	for (size_t i = 0; i < p->n && !full(&f); i++)
		if (!p->entry[i].cancelled)
			one(&f, &p->entry[i], p->entry[i].start, p->entry[i].venue, true);
	hand_over(&f, ret, ret_n);
}

void clash_of(const struct programme *p, const struct programme_entry *e, int64_t start,
	struct slice venue, struct arena *arena, struct clash **ret, size_t *ret_n)
{
	struct finding_clashes f = {.p = p, .arena = arena, .max = LIMIT_CLASHES};

	one(&f, e, start, venue, false);
	hand_over(&f, ret, ret_n);
}

/* ---- where does this fit? ---- */

static int by_cost(const void *a, const void *b)
{
	const struct fit *x = a, *y = b;

	if ((x->clashes > 0) != (y->clashes > 0))
		return x->clashes ? 1 : -1;
	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return slice_cmp(x->venue, y->venue);
}

void fit_find(const struct programme *p, const struct programme_entry *e, size_t max,
	struct arena *arena, struct fit **ret, size_t *ret_n)
{
	size_t venues = e->n_venue ? e->n_venue : 1, n = 0;
	int64_t starts = e->to - e->from - e->days + 2;
	struct fit *f =
		arena_array(arena, struct fit, (size_t)(starts > 0 ? starts : 0) * venues + 1);

	for (int64_t start = e->from; start + e->days - 1 <= e->to; start++)
		for (size_t v = 0; v < venues; v++) {
			struct arena scratch CLEANUP_ARENA = ARENA(64 * 1024 * 1024);
			struct clash *c;

			f[n] = (struct fit){
				.start = start, .venue = e->n_venue ? e->venues[v] : e->venue};
			f[n].cost = (start > e->start ? start - e->start : e->start - start) +
				    (v ? VENUE_COST : 0);
			clash_of(p, e, start, f[n].venue, &scratch, &c, &f[n].clashes);
			n++;
		}
	qsort(f, n, sizeof(*f), by_cost);
	*ret = f;
	*ret_n = n < max ? n : max;
}
