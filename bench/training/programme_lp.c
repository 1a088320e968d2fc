/* programme_lp.c: see programme_lp.h. */
#include "programme_lp.h"

#include "base/limits.h"

int64_t lp_worth(const struct programme_entry *e)
{
	return 100 * e->priority + (e->mandatory ? 600 : 0);
}

static bool busy(const struct programme *p, int what, struct slice name, int64_t day)
{
	for (size_t i = 0; i < p->n_mask; i++)
		if (p->mask[i].what == what && slice_eq(p->mask[i].name, name))
			for (size_t k = 0; k < p->mask[i].n; k++)
				if (day >= p->mask[i].block[k].from &&
					day <= p->mask[i].block[k].to)
					return true;
	return false;
}

static bool open_at(
	const struct programme *p, const struct programme_entry *e, int64_t start, size_t venue)
{
	for (int64_t d = start; d < start + e->days; d++) {
		if (busy(p, 1, e->venues[venue], d))
			return false;
		for (size_t u = 0; u < e->n_unit; u++)
			if (busy(p, 0, e->unit[u], d))
				return false;
	}
	return true;
}

static void options_make(const struct programme *p, struct arena *arena, struct lp *lp)
{
	size_t max = 0;

	for (size_t i = 0; i < p->n; i++)
		max += (size_t)(p->entry[i].to - p->entry[i].from + 2) * p->entry[i].n_venue;
	lp->option = arena_array(arena, struct lp_option, max + 1);
	for (size_t i = 0; i < p->n; i++) {
		const struct programme_entry *e = &p->entry[i];

		for (int64_t s = e->from; s + e->days - 1 <= e->to; s++)
			for (size_t v = 0; v < e->n_venue; v++) {
				int64_t cost = (s > e->start ? s - e->start : e->start - s) / 7 +
					       (v ? VENUE_COST : 0);

				if (lp_worth(e) > cost && open_at(p, e, s, v))
					lp->option[lp->n++] = (struct lp_option){e, s, cost, v};
			}
	}
}

/* One row: at most one of those that hold. */
static void at_most_one(struct lp *lp, struct buf *b,
	bool (*holds)(const struct lp_option *o, struct slice name, int64_t day), struct slice name,
	int64_t day)
{
	size_t n = 0;

	for (size_t i = 0; i < lp->n; i++)
		n += holds(&lp->option[i], name, day);
	if (n < 2)
		return;
	buf_addf(b, " c%zu:", lp->rows++);
	for (size_t i = 0, k = 0; i < lp->n; i++)
		if (holds(&lp->option[i], name, day))
			buf_addf(b, "%s + x%zu", k++ % 20 == 19 ? "\n" : "", i);
	buf_str(b, " <= 1\n");
}

static bool covers(const struct lp_option *o, int64_t day)
{
	return o->start <= day && day < o->start + o->entry->days;
}

static bool at_venue(const struct lp_option *o, struct slice name, int64_t day)
{
	return covers(o, day) && slice_eq(o->entry->venues[o->venue], name);
}

static bool with_unit(const struct lp_option *o, struct slice name, int64_t day)
{
	if (!covers(o, day))
		return false;
	for (size_t u = 0; u < o->entry->n_unit; u++)
		if (slice_eq(o->entry->unit[u], name))
			return true;
	return false;
}

/* Each name once. */
static size_t names(const struct programme *p, bool units, struct arena *arena, struct slice **ret)
{
	size_t n = 0;

	*ret = arena_array(arena, struct slice, p->n * 8 + 1);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < (units ? p->entry[i].n_unit : p->entry[i].n_venue); k++) {
			struct slice s = units ? p->entry[i].unit[k] : p->entry[i].venues[k];
			bool there = false;

			for (size_t j = 0; j < n && !there; j++)
				there = slice_eq((*ret)[j], s);
			if (!there)
				(*ret)[n++] = s;
		}
	return n;
}

/* What follows starts when what it follows is over: for each day, sum of starts of the second until then ≤ sum of ends of the first before it. */
static void order_print(struct lp *lp, struct buf *b, const struct programme_entry *first,
	const struct programme_entry *then, int64_t day)
{
	size_t n = 0;

	for (size_t i = 0; i < lp->n; i++)
		n += lp->option[i].entry == then && lp->option[i].start <= day;
	if (n == 0)
		return;
	buf_addf(b, " c%zu:", lp->rows++);
	for (size_t i = 0; i < lp->n; i++) {
		const struct lp_option *o = &lp->option[i];

		if (o->entry == then && o->start <= day)
			buf_addf(b, " + x%zu\n", i);
		else if (o->entry == first && o->start + first->days <= day)
			buf_addf(b, " - x%zu\n", i);
	}
	buf_str(b, " <= 0\n");
}

void lp_print(const struct programme *p, struct arena *arena, struct lp *lp, struct buf *b)
{
	struct slice *name;
	int64_t first = INT64_MAX, last = 0;

	*lp = (struct lp){0};
	options_make(p, arena, lp);
	buf_str(b, "Maximize\n obj:");
	for (size_t i = 0; i < lp->n; i++)
		buf_addf(b, "%s + %lld x%zu", i % 20 == 19 ? "\n" : "",
			(long long)(lp_worth(lp->option[i].entry) - lp->option[i].cost), i);
	buf_str(b, "\nSubject To\n");
	for (size_t i = 0, k = 0; i < p->n; i++) {
		buf_addf(b, " c%zu:", lp->rows++);
		for (; k < lp->n && lp->option[k].entry == &p->entry[i]; k++)
			buf_addf(b, " + x%zu\n", k);
		buf_str(b, " <= 1\n");
		first = p->entry[i].from < first ? p->entry[i].from : first;
		last = p->entry[i].to > last ? p->entry[i].to : last;
	}
	for (int units = 0; units < 2; units++) {
		size_t n = names(p, units == 1, arena, &name);

		for (size_t i = 0; i < n; i++)
			for (int64_t d = first; d <= last; d++)
				at_most_one(lp, b, units ? with_unit : at_venue, name[i], d);
	}
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->entry[i].n_after; k++) {
			const struct programme_entry *before =
				programme_find(p, &p->entry[i].after[k]);

			for (int64_t d = p->entry[i].from; before && d <= p->entry[i].to; d++)
				order_print(lp, b, before, &p->entry[i], d);
		}
	buf_str(b, "Binary\n");
	for (size_t i = 0; i < lp->n; i++)
		buf_addf(b, "%s x%zu", i % 20 == 19 ? "\n" : "", i);
	buf_str(b, "\nEnd\n");
}
