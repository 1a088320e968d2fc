/* api_pool.c: pools, and needs that could be pooled; see api.h. */
#include "base/report.h"
#include "work/procurement/api.h"
#include "work/procurement/view.h"

struct sum {
	int64_t interested, committed;
	size_t members;
};

/* The newest word of each member. */
static void pool_words(struct call *c, const struct rows *rows, struct sum *ret)
{
	json_open_at(&c->o, "participations", '[');
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->row[i];
		struct slice status;
		int64_t q;

		if (r->kind != P_PARTICIPATION)
			continue;
		bool newest = true;
		for (size_t k = i + 1; k < rows->n; k++)
			newest &= rows->row[k].kind != P_PARTICIPATION ||
				  !id_eq(&rows->row[k].object.owner, &r->object.owner);
		if (!newest)
			continue;
		view_row(&c->o, NULL, r, &c->world, c->arena);
		status = get_text(&r->doc, json_root(&r->doc), "status", c->arena);
		q = rec_quantity(&r->doc, json_root(&r->doc), "quantity");
		ret->interested += slice_is(status, "interested") ? q : 0;
		ret->committed += slice_is(status, "committed") ? q : 0;
		ret->members += !slice_is(status, "declined");
	}
	json_close(&c->o);
}

static void put_quantity(struct json_out *o, const char *key, int64_t q)
{
	struct buf b CLEANUP_BUF = BUF(64);

	quantity_print(&b, q);
	json_put_raw(o, key, buf_slice(&b));
}

int procure_api_pool(struct call *c)
{
	struct object_id object;
	struct rows rows;
	struct sum sum = {0};
	const struct row *pool = NULL;

	if (object_parse(c->param[1], &object) < 0)
		return why_set(&c->why, E_MISSING, "", "no such pool");
	TRY(procure_store_process(
		&c->world, c->db, &c->reader, &object, ROWS_BRIEF, c->arena, &rows, &c->why));
	for (size_t i = 0; i < rows.n; i++)
		pool = rows.row[i].kind == P_POOL ? &rows.row[i] : pool;
	if (!pool)
		return why_set(&c->why, E_MISSING, "", "no such pool");
	json_open(&c->o, '{');
	view_row(&c->o, "pool", pool, &c->world, c->arena);
	pool_words(c, &rows, &sum);
	put_quantity(&c->o, "interested", sum.interested);
	put_quantity(&c->o, "committed", sum.committed);
	json_put_u64(&c->o, "members", sum.members);
	json_open_at(&c->o, "votes", '[');
	for (size_t i = 0; i < rows.n; i++)
		if (rows.row[i].kind == P_VOTE)
			view_row(&c->o, NULL, &rows.row[i], &c->world, c->arena);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

/* ---- suggestions ---- */

struct likeness {
	const struct rows *needs;
	struct slice *item, *class; /* of each need; empty: like none */
};

/* Withdrawn needs are like nothing; and what is counted in other units cannot be added. */
static void likeness_fill(struct call *c, const struct rows *needs, struct likeness *ret)
{
	*ret = (struct likeness){needs, arena_array(c->arena, struct slice, needs->n + 1),
		arena_array(c->arena, struct slice, needs->n + 1)};
	for (size_t i = 0; i < needs->n; i++) {
		const struct json_doc *d = &needs->row[i].doc;
		json_ref list = json_get(d, json_root(d), "classification");
		struct slice card = get_text(d, json_root(d), "card", c->arena),
			     unit = get_text(d, json_root(d), "unit", c->arena), key, class;

		if (!slice_is(get_text(d, json_root(d), "status", c->arena), "stated"))
			continue;
		key = card.n ? slice_str(arena_printf(c->arena, "card %.*s", SLICE_FMT(card)))
			     : classification_key(d, list, c->arena);
		class = classification_class(d, list, c->arena);
		if (key.n)
			ret->item[i] = slice_str(arena_printf(
				c->arena, "%.*s, %.*s", SLICE_FMT(key), SLICE_FMT(unit)));
		if (class.n)
			ret->class[i] = slice_str(arena_printf(
				c->arena, "%.*s, %.*s", SLICE_FMT(class), SLICE_FMT(unit)));
	}
}

struct group {
	int64_t sum;
	size_t members;
	bool one_item; /* all are the same thing by item too */
};

/* The needs from `first` on that have its key. False: an earlier one has it, and has been the first. */
static bool group_of(
	const struct likeness *l, const struct slice *key, size_t first, struct group *ret)
{
	*ret = (struct group){.one_item = true};
	for (size_t k = 0; k < first; k++)
		if (slice_eq(key[k], key[first]))
			return false;
	for (size_t k = first; k < l->needs->n; k++) {
		const struct row *r = &l->needs->row[k];
		bool again = false;

		if (!slice_eq(key[k], key[first]))
			continue;
		ret->sum += rec_quantity(&r->doc, json_root(&r->doc), "quantity");
		ret->one_item &= slice_eq(l->item[k], l->item[first]);
		for (size_t m = first; m < k; m++)
			again |= slice_eq(key[m], key[first]) &&
				 id_eq(&l->needs->row[m].object.owner, &r->object.owner);
		ret->members += !again;
	}
	return true;
}

static void suggestions_put(struct call *c, const struct likeness *l, bool by_class)
{
	const struct slice *key = by_class ? l->class : l->item;

	for (size_t i = 0; i < l->needs->n; i++) {
		struct group g;

		if (key[i].n == 0 || !group_of(l, key, i, &g) || g.members < 2 ||
			(by_class && g.one_item))
			continue;
		json_open(&c->o, '{');
		json_put_string(&c->o, "key", key[i]);
		json_put_cstr(&c->o, "by", by_class ? "class" : "item");
		put_quantity(&c->o, "quantity", g.sum);
		json_put_string(&c->o, "unit",
			get_text(&l->needs->row[i].doc, json_root(&l->needs->row[i].doc), "unit",
				c->arena));
		json_put_u64(&c->o, "members", g.members);
		json_open_at(&c->o, "needs", '[');
		for (size_t k = i; k < l->needs->n; k++)
			if (slice_eq(key[k], key[i]))
				view_row(&c->o, NULL, &l->needs->row[k], &c->world, c->arena);
		json_close(&c->o);
		json_close(&c->o);
	}
}

/* Needs of the same thing by different members: by item card, NIIN or code first, then by the class of CPV. */
int procure_api_suggestions(struct call *c)
{
	struct likeness l;
	struct rows needs;
	enum mode mode;

	TRY(call_query_mode(c, &mode));
	TRY(procure_store_list(
		&c->world, c->db, &c->reader, P_NEED, mode, NULL, 1000, c->arena, &needs, &c->why));
	likeness_fill(c, &needs, &l);
	json_open(&c->o, '{');
	json_open_at(&c->o, "items", '[');
	suggestions_put(c, &l, false);
	suggestions_put(c, &l, true);
	json_close(&c->o);
	json_put_null(&c->o, "next");
	json_close(&c->o);
	return 0;
}
