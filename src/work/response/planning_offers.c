/* planning_offers.c: the items of offers in hand as lots. An item serves its own line, comes when it says, and costs what it says. */
#include "work/response/planning_int.h"

static int64_t or_none(int64_t v)
{
	return v > 0 ? v < PLAN_AMOUNT_MAX ? v : PLAN_AMOUNT_MAX : 0;
}

/* Items that are taken together have one number within their offer; here among all offers. */
static int64_t group_of(size_t offer, int64_t group)
{
	return group > 0 ? (int64_t)offer * 1000 + group % 1000 + 1 : 0;
}

static void costs_set(
	const struct gathering *g, const struct aid_cost *cost, int64_t days, struct plan_lot *k)
{
	if (!cost)
		return;
	if (cost->currency.n && !slice_eq(cost->currency, g->p->problem.currency)) {
		k->not_ready = slice_str(
			arena_printf(g->v->arena, "costs in %.*s", SLICE_FMT(cost->currency)));
		return;
	}
	k->mobilisation = or_none(
		or_none(cost->mobilisation) + or_none(cost->transport) + or_none(cost->other));
	k->per_unit = or_none(or_none(cost->per_day) * (days > 0 ? days : g->days));
}

/* An item that names only a capability, or nothing, is of what its line asks for. */
static struct slice type_of(const struct dossier *d, const struct aid_offer_item *it)
{
	for (size_t i = 0; it->type.n == 0 && i < d->n_line; i++)
		if (d->line[i].line->line == it->line)
			return d->line[i].line->type;
	return it->type;
}

static void item_make(struct gathering *g, size_t at, size_t member,
	const struct aid_offer_item *it, bool provisional)
{
	const struct aid_record *offer = g->p->dossier.offer[at].record;
	char id[OBJECT_TEXT + 1];
	struct plan_lot k = {
		.member = member, .name = it->description, .type = type_of(&g->p->dossier, it)};

	object_format(&offer->r.object, id);
	k.id = slice_str(arena_printf(g->v->arena, "%s#%lld", id, (long long)it->item));
	k.only_line = it->line;
	k.effect = it->effectiveness > 0 && it->effectiveness <= 100
			   ? it->effectiveness * (PLAN_EFFECT / 100)
			   : PLAN_EFFECT;
	k.quantity = or_none(it->quantity);
	k.min_lot = or_none(it->min_quantity);
	k.home = place_is(it->from) ? (struct plan_point){it->from->lat, it->from->lon}
				    : (struct plan_point){PLAN_NOWHERE, 0};
	k.arrives_ms = it->eta_latest ? it->eta_latest : it->eta_earliest;
	if (!k.arrives_ms)
		k.not_ready = SLICE("says no time of arrival");
	k.group = group_of(at, it->group);
	k.self_sufficiency_hours = PLAN_AMOUNT_MAX;
	k.as_offered = true;
	k.approval = provisional;
	costs_set(g, it->cost, it->duration_days, &k);
	g->lot[g->n_lot++] = k;
}

int gathering_offers(struct gathering *g, struct why *why)
{
	const struct dossier *d = &g->p->dossier;
	size_t n = 0;

	(void)why;
	for (size_t i = 0; i < d->n_offer; i++)
		n += d->offer[i].record->a->offer.items.n;
	g->lot = arena_array(g->v->arena, struct plan_lot, n + 1);
	for (size_t i = 0; i < d->n_offer; i++) {
		const struct aid_offer *offer = &d->offer[i].record->a->offer;
		bool provisional = d->offer[i].state == OFFER_IS_PROVISIONAL;
		if (d->offer[i].state != OFFER_IS_FIRM && !provisional)
			continue;
		size_t member = gathering_member(g, &d->offer[i].record->r.author);
		for (size_t k = 0; member != SIZE_MAX && k < offer->items.n; k++)
			item_make(g, i, member, &AID_LIST(struct aid_offer_item, offer->items)[k],
				provisional);
	}
	return 0;
}
