/* pool.c: see pool.h. */
#include "work/procurement/pool.h"

#include "base/report.h"
#include "work/procurement/view.h"

/* ---- one pool ---- */

/* Rows come in the order of time, so each member's last is its newest, as a new version or another record. */
static void last_put(const struct row **list, size_t *n, const struct row *r)
{
	size_t i = 0;

	while (i < *n && !id_eq(&list[i]->object.owner, &r->object.owner))
		i++;
	if (i == LIMIT_MEMBERS)
		return;
	list[i] = r;
	*n += i == *n;
}

void pool_read(const struct rows *rows, struct arena *arena, struct pool *ret)
{
	struct pool *p = ret;

	*p = (struct pool){.row = NULL};
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->row[i];

		if (r->kind == P_POOL)
			p->row = r;
		else if (r->kind == P_PARTICIPATION)
			last_put(p->word, &p->n_word, r);
		else if (r->kind == P_VOTE)
			last_put(p->vote, &p->n_vote, r);
	}
	for (size_t i = 0; i < p->n_word; i++) {
		const struct json_doc *d = &p->word[i]->doc;
		struct slice status = get_text(d, json_root(d), "status", arena);
		int64_t q = rec_quantity(d, json_root(d), "quantity");

		p->interested += slice_is(status, "interested") ? q : 0;
		p->committed += slice_is(status, "committed") ? q : 0;
		p->members += !slice_is(status, "declined");
	}
}

static void put_quantity(struct json_out *o, const char *key, int64_t q)
{
	struct buf b CLEANUP_BUF = BUF(64);

	quantity_print(&b, q);
	json_put_raw(o, key, buf_slice(&b));
}

void pool_put(struct json_out *o, const struct pool *p, const struct world *w, struct arena *arena)
{
	json_open(o, '{');
	view_row(o, "pool", p->row, w, arena);
	json_open_at(o, "participations", '[');
	for (size_t i = 0; i < p->n_word; i++)
		view_row(o, NULL, p->word[i], w, arena);
	json_close(o);
	put_quantity(o, "interested", p->interested);
	put_quantity(o, "committed", p->committed);
	json_put_u64(o, "members", p->members);
	json_open_at(o, "votes", '[');
	for (size_t i = 0; i < p->n_vote; i++)
		view_row(o, NULL, p->vote[i], w, arena);
	json_close(o);
	json_close(o);
}

/* ---- suggestions ---- */

struct likeness {
	const struct rows *needs;
	struct slice *item, *class; /* of each need; empty: like none */
};

static struct slice text(const struct row *r, const char *key, struct arena *arena)
{
	return get_text(&r->doc, json_root(&r->doc), key, arena);
}

/* Withdrawn needs are like nothing; and what is counted in other units cannot be added. */
static void likeness_fill(const struct rows *needs, struct arena *arena, struct likeness *ret)
{
	*ret = (struct likeness){needs, arena_array(arena, struct slice, needs->n + 1),
		arena_array(arena, struct slice, needs->n + 1)};
	for (size_t i = 0; i < needs->n; i++) {
		const struct row *r = &needs->row[i];
		json_ref list = json_get(&r->doc, json_root(&r->doc), "classification");
		struct slice card = text(r, "card", arena), unit = text(r, "unit", arena), key,
			     class;

		if (!slice_is(text(r, "status", arena), "stated"))
			continue;
		key = card.n ? slice_str(arena_printf(arena, "card %.*s", SLICE_FMT(card)))
			     : classification_key(&r->doc, list, arena);
		class = classification_class(&r->doc, list, arena);
		if (key.n)
			ret->item[i] = slice_str(
				arena_printf(arena, "%.*s, %.*s", SLICE_FMT(key), SLICE_FMT(unit)));
		if (class.n)
			ret->class[i] = slice_str(arena_printf(
				arena, "%.*s, %.*s", SLICE_FMT(class), SLICE_FMT(unit)));
	}
}

/* The needs from `first` on that have its key. False: an earlier one has it, and has been the first; or they are of one member alone. */
static bool group_of(const struct likeness *l, bool by_class, size_t first, struct arena *arena,
	struct suggestion *ret)
{
	const struct slice *key = by_class ? l->class : l->item;
	bool one_item = true;

	for (size_t k = 0; k < first; k++)
		if (slice_eq(key[k], key[first]))
			return false;
	*ret = (struct suggestion){.key = key[first],
		.unit = text(&l->needs->row[first], "unit", arena),
		.by_class = by_class,
		.need = arena_array(arena, const struct row *, l->needs->n)};
	for (size_t k = first; k < l->needs->n; k++) {
		const struct row *r = &l->needs->row[k];
		bool again = false;

		if (!slice_eq(key[k], key[first]))
			continue;
		for (size_t m = 0; m < ret->n_need; m++)
			again |= id_eq(&ret->need[m]->object.owner, &r->object.owner);
		ret->quantity += rec_quantity(&r->doc, json_root(&r->doc), "quantity");
		ret->members += !again;
		one_item &= slice_eq(l->item[k], l->item[first]);
		ret->need[ret->n_need++] = r;
	}
	/* What is the same thing by item too is suggested as that. */
	return ret->members >= 2 && !(by_class && one_item);
}

void pool_suggest(const struct rows *needs, struct arena *arena,
	void (*each)(void *ctx, const struct suggestion *s), void *ctx)
{
	struct likeness l;
	struct suggestion s;

	likeness_fill(needs, arena, &l);
	for (int by_class = 0; by_class < 2; by_class++)
		for (size_t i = 0; i < needs->n; i++)
			if ((by_class ? l.class : l.item)[i].n &&
				group_of(&l, by_class, i, arena, &s))
				each(ctx, &s);
}

void suggestion_put(
	struct json_out *o, const struct suggestion *s, const struct world *w, struct arena *arena)
{
	json_open(o, '{');
	json_put_string(o, "key", s->key);
	json_put_cstr(o, "by", s->by_class ? "class" : "item");
	put_quantity(o, "quantity", s->quantity);
	json_put_string(o, "unit", s->unit);
	json_put_u64(o, "members", s->members);
	json_open_at(o, "needs", '[');
	for (size_t k = 0; k < s->n_need; k++)
		view_row(o, NULL, s->need[k], w, arena);
	json_close(o);
	json_close(o);
}
