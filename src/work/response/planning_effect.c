/* planning_effect.c: two plans of one request side by side, the one without a party, the other with it: coverage and time, by line and by type. */
#include "base/clock.h"
#include "base/report.h"
#include "work/response/planning_int.h"

struct arrival {
	int64_t at_ms, effect;
};

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

/* When so many thousandths of units of a line are there; 0: never. */
static int64_t when_there(
	const struct planning *p, size_t line, int64_t thousandths, struct arena *arena)
{
	struct arrival *list = arena_array(arena, struct arrival, p->arcs.n + 1);
	int64_t sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->arcs.n; i++) {
		const struct plan_arc *a = &p->arcs.arc[i];
		if (p->package.take[i] && a->line == line)
			list[n++] = (struct arrival){a->arrives_ms, p->package.take[i] * a->effect};
	}
	if (n > 1)
		qsort(list, n, sizeof(*list), by_time);
	for (size_t i = 0; i < n; i++) {
		sum += list[i].effect;
		if (sum >= thousandths)
			return list[i].at_ms;
	}
	return 0;
}

static struct planning_effect_row line_row(
	const struct planning *without, const struct planning *with, size_t i, struct arena *arena)
{
	const struct plan_line *l = &without->problem.line[i];
	int64_t got = l->quantity * PLAN_EFFECT - without->package.value.shortfall[i];
	struct planning_effect_row r = {.line = l->line,
		.type = l->type,
		.quantity = l->quantity,
		.without = planning_line_of(without, i),
		.with = planning_line_of(with, i)};

	if (got > 0)
		r.same_ms = when_there(with, i, got, arena);
	return r;
}

/* ---- types ---- */

/* Thousandths of the units that are asked; the row of a type counts in these until it is done. */
static void line_add(struct planning_line *sum, const struct planning_line *l, int64_t quantity)
{
	sum->covered_permille += l->covered_permille * quantity;
	sum->on_time_permille += l->on_time_permille * quantity;
	if (l->arrives_ms > sum->arrives_ms)
		sum->arrives_ms = l->arrives_ms;
	if (l->first_ms && (!sum->first_ms || l->first_ms < sum->first_ms))
		sum->first_ms = l->first_ms;
}

static void line_divide(struct planning_line *sum, int64_t quantity)
{
	sum->covered_permille /= quantity;
	sum->on_time_permille /= quantity;
}

static struct planning_effect_row type_row(const struct planning_effect *e, size_t first)
{
	struct planning_effect_row r = {.type = e->line[first].type};
	bool never = false;

	for (size_t i = first; i < e->n_line; i++) {
		const struct planning_effect_row *l = &e->line[i];
		if (!slice_eq(l->type, r.type))
			continue;
		r.quantity += l->quantity;
		line_add(&r.without, &l->without, l->quantity);
		line_add(&r.with, &l->with, l->quantity);
		never = never || (l->without.covered_permille && !l->same_ms);
		if (l->same_ms > r.same_ms)
			r.same_ms = l->same_ms;
	}
	if (never)
		r.same_ms = 0;
	line_divide(&r.without, r.quantity);
	line_divide(&r.with, r.quantity);
	return r;
}

static bool type_known(const struct planning_effect *e, struct slice type)
{
	for (size_t i = 0; i < e->n_type; i++)
		if (slice_eq(e->type[i].type, type))
			return true;
	return false;
}

void planning_effect_make(struct planning_effect *ret, struct slice party,
	const struct planning *without, const struct planning *with, struct arena *arena)
{
	struct planning_effect e = {.party = party, .without = without, .with = with};

	e.n_line = without->problem.n_line;
	MUST(with->problem.n_line == e.n_line);
	e.line = arena_array(arena, struct planning_effect_row, e.n_line + 1);
	e.type = arena_array(arena, struct planning_effect_row, e.n_line + 1);
	for (size_t i = 0; i < e.n_line; i++)
		e.line[i] = line_row(without, with, i, arena);
	for (size_t i = 0; i < e.n_line; i++)
		if (!type_known(&e, e.line[i].type))
			e.type[e.n_type++] = type_row(&e, i);
	*ret = e;
}

/* ---- JSON ---- */

static void put_minutes(struct json_out *o, const char *key, int64_t ms, int64_t now_ms)
{
	if (ms)
		json_put_i64(o, key, (ms - now_ms) / MINUTE_MS);
	else
		json_put_null(o, key);
}

/* Times in minutes from the plan's moment: so they can be compared at a look. */
static void put_side(
	struct json_out *o, const char *key, const struct planning_line *l, int64_t now_ms)
{
	json_open_at(o, key, '{');
	json_put_i64(o, "covered_permille", l->covered_permille);
	json_put_i64(o, "on_time_permille", l->on_time_permille);
	put_minutes(o, "first_minutes", l->first_ms, now_ms);
	put_minutes(o, "last_minutes", l->arrives_ms, now_ms);
	json_close(o);
}

static void put_rows(struct json_out *o, const char *key, const struct planning_effect_row *row,
	size_t n, int64_t now_ms)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(o, '{');
		if (row[i].line)
			json_put_i64(o, "line", row[i].line);
		json_put_string(o, "type", row[i].type);
		json_put_i64(o, "quantity", row[i].quantity);
		put_side(o, "without", &row[i].without, now_ms);
		put_side(o, "with", &row[i].with, now_ms);
		put_minutes(o, "same_minutes", row[i].same_ms, now_ms);
		json_close(o);
	}
	json_close(o);
}

void planning_effect_tell(const struct planning_effect *e, const char *key, struct json_out *o)
{
	int64_t now_ms = e->with->problem.now_ms;

	json_open_at(o, key, '{');
	json_put_string(o, "party", e->party);
	put_rows(o, "lines", e->line, e->n_line, now_ms);
	put_rows(o, "types", e->type, e->n_type, now_ms);
	planning_tell(e->without, "without", o);
	planning_tell(e->with, "with", o);
	json_close(o);
}
