/* lint_load.c: how much each training audience has to do: too much in an hour, or nothing for long. Shadows count: a foreign inject is load all the same. */
#include "base/clock.h"
#include "work/training/due.h"
#include "work/training/lint_int.h"

#define IDLE_MS	 (4 * HOUR_MS)
#define CAPACITY 12 /* weighted injects an hour that an audience stands, unless it says otherwise */

struct load {
	int64_t at;
	unsigned weight;
};

static int by_time(const void *a, const void *b)
{
	const struct load *x = a, *y = b;

	return x->at != y->at	       ? (x->at < y->at ? -1 : 1)
	       : x->weight < y->weight ? -1
				       : x->weight > y->weight;
}

static bool has(const struct object_id *list, size_t n, const struct object_id *o)
{
	for (size_t i = 0; i < n; i++)
		if (object_id_eq(&list[i], o))
			return true;
	return false;
}

static size_t loads_of(const struct linting *l, const struct part *p, struct load *out)
{
	const struct view *v = l->v;
	size_t n = 0;
	int64_t at;

	for (size_t i = 0; i < v->n_script; i++)
		if (lint_live(&v->script[i]) && lint_time(v, &v->script[i], &at) &&
			has(v->script[i].j.to, v->script[i].j.n_to, &p->row->object))
			out[n++] = (struct load){at, weight_load(v->script[i].j.weight)};
	for (size_t i = 0; i < v->n_shade; i++)
		if (v->shade[i].timed && !v->shade[i].gone &&
			has(v->shade[i].audience, v->shade[i].n_audience, &p->row->object) &&
			!id_eq(&v->shade[i].row->author, &v->ex.row->author))
			out[n++] = (struct load){v->shade[i].from, (unsigned)v->shade[i].weight};
	qsort(out, n, sizeof(*out), by_time);
	return n;
}

static void audience(struct linting *l, const struct part *p, struct load *load)
{
	size_t n = loads_of(l, p, load), from = 0;
	unsigned sum = 0, capacity = p->capacity ? (unsigned)p->capacity : CAPACITY;
	bool over = false;

	for (size_t i = 0; i < n; i++) {
		sum += load[i].weight;
		while (load[i].at - load[from].at >= HOUR_MS)
			sum -= load[from++].weight;
		if (sum > capacity && !over) {
			char when[UTC_TEXT_LEN + 1];

			utc_format(load[from].at, when);
			lint_say(l, "audience-overload", false, &p->row->object, p->number,
				"%.*s has a load of %u in the hour from %.16s, above %u",
				SLICE_FMT(p->title), sum, when, capacity);
			over = true;
		}
		if (i && load[i].at - load[i - 1].at > IDLE_MS)
			lint_say(l, "audience-idle", false, &p->row->object, p->number,
				"%.*s has nothing for %lld hours", SLICE_FMT(p->title),
				(long long)((load[i].at - load[i - 1].at) / HOUR_MS));
	}
}

void lint_load(struct linting *l)
{
	struct load *load = arena_array(l->arena, struct load, l->v->n_script + l->v->n_shade + 1);

	for (size_t i = 0; i < l->v->n_part; i++)
		if (l->v->part[i].type == PART_AUDIENCE && !l->v->part[i].withdrawn)
			audience(l, &l->v->part[i], load);
}
