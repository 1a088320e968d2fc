/* fulfil.c: see fulfil.h. */
#include "work/procurement/fulfil.h"

#include "base/map.h"
#include "base/report.h"

static struct slice text(const struct row *r, const char *key, struct arena *arena)
{
	return get_text(&r->doc, json_root(&r->doc), key, arena);
}

bool payment_is_made(const struct row *transaction, struct arena *arena)
{
	struct slice status = text(transaction, "status", arena);

	return slice_is(status, "paid") || slice_is(status, "reconciled");
}

static void contract_read(const struct row *r, struct arena *arena, struct fulfilment *ret)
{
	const struct json_doc *d = &r->doc;
	json_ref items = json_get(d, json_root(d), "items");

	*ret = (struct fulfilment){.contract = r,
		.item = arena_array(arena, struct fulfil_item, json_count(d, items) + 1)};
	(void)rec_money(d, json_root(d), "value", &ret->value, &ret->currency);
	for
		EACH(d, v, items)
		{
			struct fulfil_item *i = &ret->item[ret->n_item++];

			*i = (struct fulfil_item){get_text(d, v, "id", arena),
				get_text(d, v, "description", arena), get_text(d, v, "unit", arena),
				rec_quantity(d, v, "quantity"), 0};
			sum_add(&ret->ordered, i->ordered);
		}
}

static void delivery_add(struct fulfilment *f, const struct row *r, struct arena *arena)
{
	int64_t q = rec_quantity(&r->doc, json_root(&r->doc), "quantity");
	struct slice id = text(r, "item", arena);

	if (!get_bool(&r->doc, json_root(&r->doc), "accepted"))
		return;
	sum_add(&f->delivered, q);
	for (size_t i = 0; i < f->n_item; i++)
		if (slice_eq(f->item[i].id, id) || (id.n == 0 && f->n_item == 1))
			sum_add(&f->item[i].delivered, q);
}

static void payment_add(struct fulfilment *f, const struct row *r, struct arena *arena)
{
	struct currency c;
	int64_t value;

	if (rec_money(&r->doc, json_root(&r->doc), "value", &value, &c) &&
		strcmp(c.code, f->currency.code) == 0)
		sum_add(payment_is_made(r, arena) ? &f->paid : &f->requested, value);
}

static void movements_add(
	const struct process *p, enum pkind k, const struct map *at, struct arena *arena)
{
	for (const struct row *r = process_next(p, k, NULL); r; r = process_next(p, k, r)) {
		struct object_id contract;
		struct fulfilment *f = NULL;

		if (get_object(&r->doc, json_root(&r->doc), "contract", &contract))
			f = map_get(at, slice_of(&contract, sizeof(contract)));
		if (!f || !id_eq(&r->object.owner, &f->contract->object.owner))
			continue;
		if (k == P_DELIVERY)
			delivery_add(f, r, arena);
		else
			payment_add(f, r, arena);
	}
}

void fulfilments(
	const struct process *p, struct arena *arena, struct fulfilment **ret, size_t *ret_n)
{
	struct fulfilment *list;
	struct map at = {0};
	size_t n = 0;

	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r))
		n++;
	list = arena_array(arena, struct fulfilment, n + 1);
	n = 0;
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r), n++) {
		contract_read(r, arena, &list[n]);
		(void)map_put(&at, slice_of(&r->object, sizeof(r->object)), &list[n]);
	}
	movements_add(p, P_DELIVERY, &at, arena);
	movements_add(p, P_TRANSACTION, &at, arena);
	map_free(&at);
	for (size_t i = 0; i < n; i++) {
		struct fulfilment *f = &list[i];

		f->over_delivered = f->delivered > f->ordered;
		for (size_t k = 0; k < f->n_item; k++)
			f->over_delivered |= f->item[k].delivered > f->item[k].ordered;
		f->over_paid = f->paid > f->value;
		if (!f->over_paid) {
			f->owed = f->value;
			sum_add(&f->owed, -f->paid);
		}
	}
	*ret = list;
	*ret_n = n;
}
