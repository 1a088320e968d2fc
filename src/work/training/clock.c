/* clock.c: see clock.h. */
#include "work/training/clock.h"

#include "base/report.h"

__extension__ typedef __int128 wide;

static int64_t floor_div(wide a, int64_t b)
{
	wide q = a / b;

	return (int64_t)(a % b < 0 ? q - 1 : q);
}

static int64_t ceil_div(wide a, int64_t b)
{
	return -floor_div(-a, b);
}

static bool runs(const struct clock_segment *g)
{
	return g->num > 0;
}

static int64_t scenario_in(const struct clock_segment *g, int64_t r)
{
	return g->s0 + floor_div((wide)(r - g->r0) * g->num, g->den);
}

/* The first real time in a running segment at which the scenario has come to `s`; its s0 lies before or at it. */
static int64_t real_in(const struct clock_segment *g, int64_t s)
{
	return g->r0 + ceil_div((wide)(s - g->s0) * g->den, g->num);
}

/* ---- building ---- */

static void segment_add(struct exclock *c, int64_t r, int64_t s, bool jump)
{
	struct clock_segment *last = c->n ? &c->segment[c->n - 1] : NULL;
	bool standing = c->paused || c->stopped || c->ended;
	struct clock_segment g = {.r0 = r,
		.s0 = s,
		.num = standing ? 0 : c->num,
		.den = standing ? 1 : c->den,
		.jump = jump,
		.stopped = c->stopped};

	if (last)
		g.elapsed0 = last->elapsed0 + (runs(last) ? r - last->r0 : 0);
	c->segment[c->n++] = g;
}

static bool rate_valid(int32_t num, int32_t den)
{
	return num > 0 && den > 0 && num <= CLOCK_RATE_MAX && den <= CLOCK_RATE_MAX;
}

static bool time_valid(int64_t t)
{
	return t >= -CLOCK_TIME_MAX && t <= CLOCK_TIME_MAX;
}

static bool start(struct exclock *c, const struct clock_event *e)
{
	bool plain = e->num == 0 && e->den == 0;

	if (c->started || !time_valid(e->scenario) || (!plain && !rate_valid(e->num, e->den)))
		return false;
	c->num = plain ? 1 : e->num;
	c->den = plain ? 1 : e->den;
	c->started = true;
	c->startex = e->real;
	segment_add(c, e->real, e->scenario, false);
	return true;
}

/* Changes what holds from `r` on; false if it makes no sense now. */
static bool apply(struct exclock *c, const struct clock_event *e, int64_t r)
{
	int64_t s = clock_scenario(c, r);
	bool jump = false;

	switch (e->kind) {
	case CLOCK_STARTEX:
		return false;
	case CLOCK_PAUSE:
		if (c->paused)
			return false;
		c->paused = true;
		break;
	case CLOCK_RESUME:
		if (!c->paused)
			return false;
		c->paused = false;
		break;
	case CLOCK_RATE:
		if (!rate_valid(e->num, e->den))
			return false;
		c->num = e->num;
		c->den = e->den;
		break;
	case CLOCK_JUMP:
		if (!time_valid(e->scenario))
			return false;
		s = e->scenario;
		jump = true;
		break;
	case CLOCK_STOP:
		if (c->stopped)
			return false;
		c->stopped = true;
		break;
	case CLOCK_CLEAR:
		if (!c->stopped)
			return false;
		c->stopped = false;
		break;
	case CLOCK_ENDEX:
		c->ended = true;
		c->endex = r;
		break;
	}
	segment_add(c, r, s, jump);
	return true;
}

void clock_build(struct exclock *ret, struct arena *arena, const struct clock_event *e, size_t n)
{
	struct exclock c = {.segment = arena_array(arena, struct clock_segment, n + 1),
		.endex = INT64_MAX,
		.num = 1,
		.den = 1};
	int64_t r = INT64_MIN;

	for (size_t i = 0; i < n; i++) {
		struct clock_event at = e[i];
		bool ok = time_valid(at.real);

		if (ok) {
			r = at.real > r ? at.real : r;
			at.real = r;
			ok = at.kind == CLOCK_STARTEX ? start(&c, &at)
						      : c.started && !c.ended && apply(&c, &at, r);
		}
		c.ignored += !ok;
	}
	*ret = c;
}

/* ---- reading ---- */

const struct clock_segment *clock_at(const struct exclock *c, int64_t r)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) { /* the last that begins at or before r */
		size_t mid = lo + (hi - lo) / 2;

		if (c->segment[mid].r0 <= r)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &c->segment[lo - 1] : NULL;
}

int64_t clock_scenario(const struct exclock *c, int64_t r)
{
	const struct clock_segment *g = clock_at(c, r);

	if (!g)
		return c->n ? c->segment[0].s0 : 0;
	return scenario_in(g, r);
}

int64_t clock_elapsed(const struct exclock *c, int64_t r)
{
	const struct clock_segment *g = clock_at(c, r);

	if (!g)
		return 0;
	return g->elapsed0 + (runs(g) ? r - g->r0 : 0);
}

bool clock_runs(const struct exclock *c, int64_t r)
{
	const struct clock_segment *g = clock_at(c, r);

	return g && runs(g);
}

/* ---- due ---- */

static struct clock_due due_at(const struct exclock *c, enum due_state state, int64_t r)
{
	return (struct clock_due){.state = state, .real = r, .scenario = clock_scenario(c, r)};
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool segment_ends(const struct exclock *c, size_t i, int64_t r)
{
	return i + 1 < c->n && r >= c->segment[i + 1].r0;
}

/*
 * One walk over the segments. `passed`: the story has gone by it in a jump, and only a jump back brings it up again. `from` keeps what waits for
 * something else out of the time before that.
 */
static struct clock_due due_scenario(const struct exclock *c, const struct clock_item *item)
{
	struct clock_due passed = {.state = DUE_PENDING};

	for (size_t i = 0; i < c->n; i++) {
		const struct clock_segment *g = &c->segment[i];

		if (segment_ends(c, i, item->from))
			continue; /* over before it could be due */
		if (g->jump && g->r0 >= item->from) {
			int64_t came = scenario_in(&c->segment[i - 1], g->r0);

			if (item->at > came && item->at < g->s0) {
				if (item->jump == JUMP_DELIVER && runs(g))
					return due_at(c, DUE_AT, g->r0);
				if (item->jump != JUMP_DELIVER)
					passed = due_at(c,
						item->jump == JUMP_DROP ? DUE_DROPPED : DUE_HELD,
						g->r0);
			} else if (item->at >= g->s0) {
				passed.state = DUE_PENDING;
			}
		}
		if (!runs(g) || passed.state != DUE_PENDING)
			continue;
		int64_t r = later(item->from, item->at <= g->s0 ? g->r0 : real_in(g, item->at));
		if (!segment_ends(c, i, r))
			return due_at(c, DUE_AT, r);
	}
	return passed;
}

static struct clock_due due_elapsed(const struct exclock *c, const struct clock_item *item)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct clock_segment *g = &c->segment[i];

		if (!runs(g))
			continue;
		int64_t r = later(
			item->from, g->r0 + (item->at > g->elapsed0 ? item->at - g->elapsed0 : 0));
		if (!segment_ends(c, i, r))
			return due_at(c, DUE_AT, r);
	}
	return (struct clock_due){.state = DUE_PENDING};
}

/* The world outside does not pause with the exercise; only NO DUFF holds it back. */
static struct clock_due due_real(const struct exclock *c, const struct clock_item *item)
{
	int64_t r = later(item->at, item->from);

	for (size_t i = 0; i < c->n; i++) {
		const struct clock_segment *g = &c->segment[i];

		if (g->stopped || c->endex <= g->r0)
			continue;
		if (!segment_ends(c, i, later(r, g->r0)))
			return due_at(c, DUE_AT, later(r, g->r0));
	}
	return (struct clock_due){.state = DUE_PENDING};
}

struct clock_due clock_due(const struct exclock *c, const struct clock_item *item)
{
	struct clock_due d = {.state = DUE_NEVER};

	switch (item->basis) {
	case BASIS_SCENARIO:
		d = due_scenario(c, item);
		break;
	case BASIS_ELAPSED:
		d = due_elapsed(c, item);
		break;
	case BASIS_REAL:
		d = due_real(c, item);
		break;
	case BASIS_MANUAL:
		break;
	}
	if ((d.state == DUE_AT && d.real >= c->endex) || (d.state == DUE_PENDING && c->ended))
		return (struct clock_due){.state = DUE_ENDED, .real = c->endex};
	return d;
}

const char *clock_kind_name(enum clock_kind k)
{
	static const char *const name[] = {"startex", "pause", "resume", "rate", "jump",
		"noduff-stop", "noduff-clear", "endex"};

	MUST((size_t)k < sizeof(name) / sizeof(name[0]));
	return name[k];
}
