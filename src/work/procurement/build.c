/* build.c: tender and bids → the award as a problem; and who pays what; see offer.h. */
#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"
#include "work/procurement/offer.h"

struct building {
	const struct process *p;
	const struct json_doc *doc; /* of the tender */
	struct arena *arena;
	struct award_case *c;
	struct award_model *m;
	struct slice nation[MODEL_NATIONS_MAX];
	uint32_t *bundle_of, *tier_of;
	struct slice *group; /* of each bundle: the name that its bidder gave it */
	int64_t v, q_min;    /* money of a point; points that are worth nothing */
	bool over;	     /* more is offered than an award is computed for */
};

static int64_t money_or_0(const struct json_doc *doc, json_ref at, const char *key)
{
	int64_t v = 0;

	return rec_money(doc, at, key, &v, NULL) ? v : 0;
}

static uint32_t lot_index(const struct award_model *m, struct slice id)
{
	for (uint32_t i = 0; i < m->n_lot; i++)
		if (slice_eq(m->lot[i].id, id))
			return i;
	return UINT32_MAX;
}

/* Demand of the members asked for, in whole units: of each lot that has one. The tender's texts are read once each. */
static void demand_add(struct building *b, const uint64_t *only, struct map *demand)
{
	for
		EACH(b->doc, v, json_get(b->doc, json_root(b->doc), "items"))
		{
			struct slice lot = get_text(b->doc, v, "relatedLot", b->arena);
			int64_t *sum = map_get(demand, lot);
			struct id buyer;
			size_t i;

			if (!get_id(b->doc, v, "relatedBuyer", &buyer))
				continue;
			i = process_index(b->p, &buyer);
			if (only && (i == SIZE_MAX || !(*only & 1ULL << i)))
				continue;
			if (!sum) {
				sum = arena_new(b->arena, int64_t);
				*sum = 0;
				(void)map_put(demand, lot, sum);
			}
			*sum += rec_quantity(b->doc, v, "quantity") / QUANTITY_ONE;
		}
}

static void lots_build(struct building *b, const uint64_t *only)
{
	json_ref lots = json_get(b->doc, json_root(b->doc), "lots");
	struct map demand = {0};

	demand_add(b, only, &demand);
	b->m->lot = arena_array(b->arena, struct model_lot, json_count(b->doc, lots) + 1);
	for
		EACH(b->doc, v, lots)
		{
			struct slice id = get_text(b->doc, v, "id", b->arena);
			const int64_t *sum = map_get(&demand, id);
			int64_t share = get_int(b->doc, v, "shareMax", 0);

			if (!sum || *sum == 0)
				continue;
			b->m->lot[b->m->n_lot++] = (struct model_lot){.id = id,
				.demand = *sum,
				.reserve = money_or_0(b->doc, v, "reserve"),
				.min_suppliers = (uint32_t)get_int(b->doc, v, "minSuppliers", 0),
				.max_suppliers = (uint32_t)get_int(b->doc, v, "maxSuppliers", 0),
				.share_max = share >= 1000 ? 0 : (uint32_t)share,
				.critical = (uint32_t)get_int(b->doc, v, "critical", 0)};
		}
	map_free(&demand);
}

static uint32_t nation_index(struct building *b, const char *code)
{
	for (uint32_t i = 0; i < b->m->n_nation; i++)
		if (slice_is(b->nation[i], code))
			return i;
	if (b->m->n_nation == MODEL_NATIONS_MAX)
		return MODEL_NO_NATION;
	b->nation[b->m->n_nation] = slice_str(arena_printf(b->arena, "%s", code));
	return b->m->n_nation++;
}

/* Not one of the nations that the agreement calls its own; without such a list nobody is third. */
static bool third(const struct process *p, const char *nation)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	json_ref home = json_get(&p->agreement->doc, json_root(&p->agreement->doc), "home");

	for
		EACH(&p->agreement->doc, v, home)
	if (slice_is(json_string(&p->agreement->doc, v, &arena), nation))
		return false;
	return json_count(&p->agreement->doc, home) > 0;
}

static uint32_t supplier_index(struct building *b, const struct offer *o)
{
	json_ref rules = json_get(b->doc, json_root(b->doc), "award");
	struct slice key = slice_of(o->bid->line->commit->name.bidder.b, 32);
	int64_t capacity = get_int(&o->doc, json_root(&o->doc), "capacity", 0),
		most = get_int(b->doc, rules, "lotsMax", 0);

	for (uint32_t i = 0; i < b->m->n_supplier; i++)
		if (slice_eq(b->m->supplier[i].id, key))
			return i;
	if (most && (!capacity || most < capacity))
		capacity = most;
	b->m->supplier[b->m->n_supplier] = (struct model_supplier){.id = key,
		.nation = nation_index(b, o->nation),
		.third = third(b->p, o->nation),
		.cap = money_or_0(b->doc, rules, "supplierCap"),
		.capacity = capacity > UINT32_MAX ? UINT32_MAX : (uint32_t)capacity};
	return b->m->n_supplier++;
}

/* A group is of one bid: numbered by bid and name, in order of appearance; the bid's bundles are those from `first` on. */
static uint32_t group_number(struct building *b, struct slice group, uint32_t first)
{
	uint32_t most = 0;

	b->group[b->m->n_bundle] = group;
	if (group.n == 0)
		return 0;
	for (uint32_t i = 0; i < b->m->n_bundle; i++) {
		if (i >= first && slice_eq(b->group[i], group))
			return b->m->bundle[i].group;
		most = b->m->bundle[i].group > most ? b->m->bundle[i].group : most;
	}
	return most + 1;
}

/* What quality is worth comes off the price. What is out of range stays so: then there is no such problem. */
static int64_t quality_priced(
	const struct building *b, const struct offer *o, const struct model_bundle *x)
{
	int128 cost = (int128)x->price - (int128)b->v * (o->points - b->q_min) * x->n_lot;

	return cost > MONEY_MAX	   ? MONEY_MAX + 1
	       : cost < -MONEY_MAX ? -MONEY_MAX - 1
				   : (int64_t)cost;
}

static struct slice offer_id(struct building *b, const struct offer *o, struct slice id)
{
	char bidder[65], bid[33];

	/* Bids' ids are chosen by bidders: only with the bidder's key they are one's own. */
	hex_encode(o->bid->line->commit->name.bidder.b, 32, bidder);
	hex_encode(o->bid->line->commit->name.bid.b, 16, bid);
	return slice_str(arena_printf(b->arena, "%s:%s:%.*s", bidder, bid, SLICE_FMT(id)));
}

static void bundles_build(struct building *b, const struct offer *o, uint32_t number)
{
	uint32_t supplier = supplier_index(b, o), first = b->m->n_bundle;

	for
		EACH(&o->doc, v, json_get(&o->doc, json_root(&o->doc), "bundles"))
		{
			json_ref lots = json_get(&o->doc, v, "lots");
			uint32_t *lot =
				arena_array(b->arena, uint32_t, json_count(&o->doc, lots) + 1);
			struct model_bundle x = {
				.id = offer_id(b, o, get_text(&o->doc, v, "id", b->arena)),
				.supplier = supplier,
				.lot = lot,
				.price = money_or_0(&o->doc, v, "price")};
			bool whole = true;

		for
			EACH(&o->doc, l, lots)
			{
				lot[x.n_lot] = lot_index(b->m, json_string(&o->doc, l, b->arena));
				whole &= lot[x.n_lot++] != UINT32_MAX;
			}
		b->over |= b->m->n_bundle == MODEL_OFFERS_MAX;
		if (!whole || b->over)
			continue;
		x.cost = quality_priced(b, o, &x);
		x.group = group_number(b, get_text(&o->doc, v, "group", b->arena), first);
		b->bundle_of[b->m->n_bundle] = number;
		b->m->bundle[b->m->n_bundle++] = x;
		}
}

static void tiers_build(struct building *b, const struct offer *o, uint32_t number)
{
	uint32_t supplier = supplier_index(b, o);

	for
		EACH(&o->doc, v, json_get(&o->doc, json_root(&o->doc), "tiers"))
		{
			uint32_t lot = lot_index(b->m, get_text(&o->doc, v, "lot", b->arena));
			int64_t from = get_int(&o->doc, v, "from", 0),
				to = get_int(&o->doc, v, "to", 0);

			b->over |= b->m->n_tier == MODEL_OFFERS_MAX;
			if (lot == UINT32_MAX || from > b->m->lot[lot].demand || b->over)
				continue;
			to = to > b->m->lot[lot].demand ? b->m->lot[lot].demand : to;
			b->tier_of[b->m->n_tier] = number;
			b->m->tier[b->m->n_tier] = (struct model_tier){
				.id = offer_id(b, o, get_text(&o->doc, v, "id", b->arena)),
				.supplier = supplier,
				.lot = lot,
				.lo = from,
				.hi = to,
				.price = money_or_0(&o->doc, v, "unitPrice")};
			b->m->tier[b->m->n_tier].cost = b->m->tier[b->m->n_tier].price;
			b->m->n_tier++;
		}
}

/* False: with those of its bidder's other bids they are more than is paid. Then they are not taken, nor is the bid. */
static bool rebates_build(struct building *b, struct offer *o)
{
	uint32_t supplier = supplier_index(b, o), before = b->m->n_rebate;

	for
		EACH(&o->doc, v, json_get(&o->doc, json_root(&o->doc), "rebates"))
		{
			b->over |= b->m->n_rebate == MODEL_OFFERS_MAX;
			if (!b->over)
				b->m->rebate[b->m->n_rebate++] = (struct model_rebate){supplier,
					money_or_0(&o->doc, v, "threshold"),
					money_or_0(&o->doc, v, "rebate")};
		}
	if (b->m->n_rebate == before || model_rebates_fit(b->m->rebate, b->m->n_rebate, supplier))
		return true;
	b->m->n_rebate = before;
	o->admitted = false;
	snprintf(o->why_not, sizeof(o->why_not),
		"its rebates, with those of the same bidder's other bids, are more than what is paid");
	return false;
}

static void room_make(struct building *b)
{
	size_t bundles = 1, tiers = 1, rebates = 1;

	for (size_t i = 0; i < b->c->n_offer; i++) {
		const struct json_doc *d = &b->c->offer[i].doc;

		if (!b->c->offer[i].readable)
			continue;
		bundles += json_count(d, json_get(d, json_root(d), "bundles"));
		tiers += json_count(d, json_get(d, json_root(d), "tiers"));
		rebates += json_count(d, json_get(d, json_root(d), "rebates"));
	}
	b->m->bundle = arena_array(b->arena, struct model_bundle, bundles);
	b->m->tier = arena_array(b->arena, struct model_tier, tiers);
	b->m->rebate = arena_array(b->arena, struct model_rebate, rebates);
	b->m->supplier = arena_array(b->arena, struct model_supplier, b->c->n_offer + 1);
	b->group = arena_array(b->arena, struct slice, bundles);
	b->bundle_of = arena_array(b->arena, uint32_t, bundles);
	b->tier_of = arena_array(b->arena, uint32_t, tiers);
}

static void rules_build(struct building *b, bool alone)
{
	json_ref rules = json_get(b->doc, json_root(b->doc), "award");
	uint32_t nation = (uint32_t)get_int(b->doc, rules, "nationCap", 0);

	b->m->estimate = money_or_0(b->doc, json_root(b->doc), "estimate");
	if (alone)
		return; /* caps and counts are of the whole; a member alone buys as it likes */
	b->m->per_supplier = money_or_0(b->doc, rules, "perSupplier");
	b->m->min_suppliers = (uint32_t)get_int(b->doc, rules, "minSuppliers", 0);
	b->m->max_suppliers = (uint32_t)get_int(b->doc, rules, "maxSuppliers", 0);
	b->m->third_cap = (uint32_t)get_int(b->doc, rules, "thirdCap", 0);
	for (uint32_t i = 0; i < b->m->n_nation; i++)
		b->m->nation_cap[i] = nation;
}

struct solve_options award_options(const struct process *p)
{
	json_ref rules = json_get(&p->tender->doc, json_root(&p->tender->doc), "award");
	int64_t seconds = get_int(&p->tender->doc, rules, "seconds", 0);

	return (struct solve_options){
		.seconds =
			(unsigned)(seconds < LIMIT_AWARD_SECONDS ? seconds : LIMIT_AWARD_SECONDS),
		.gap_ppm = (unsigned)get_int(&p->tender->doc, rules, "gapPpm", 0)};
}

int award_case_make(const struct process *p, const uint64_t *only, struct arena *arena,
	struct award_case *ret, struct why *why)
{
	struct award_case *c = arena_new(arena, struct award_case);
	struct building *b = arena_new(arena, struct building);
	json_ref rules;

	if (!p->tender || !p->replay || !replay_open(p->replay))
		return why_set(why, E_STATE, "", "the bids are not opened yet");
	/* Every sum of prices is made of this: award, shares, contracts, and what an award would be. */
	if (offers_prices_hidden(p))
		return why_set(why, E_STATE, "",
			"prices are hidden until the quality is settled: the lead's reconciled sheet is missing");
	*b = (struct building){.p = p, .doc = &p->tender->doc, .arena = arena, .c = c};
	rules = json_get(b->doc, json_root(b->doc), "award");
	b->m = c->model = arena_new(arena, struct award_model);
	b->v = money_or_0(b->doc, rules, "qualityValue");
	b->q_min = get_int(b->doc, rules, "qualityMin", 0);
	MUST(currency_find(get_text(b->doc, json_root(b->doc), "currency", arena), &c->currency, "",
		     NULL) == 0);
	offers_read(p, arena, &c->offer, &c->n_offer);
	lots_build(b, only);
	room_make(b);
	for (size_t i = 0; i < c->n_offer; i++)
		if (c->offer[i].admitted && rebates_build(b, &c->offer[i])) {
			/* A bundle is for all that was asked: no price for a part follows from it. */
			if (!only)
				bundles_build(b, &c->offer[i], (uint32_t)i);
			tiers_build(b, &c->offer[i], (uint32_t)i);
		}
	rules_build(b, only != NULL);
	if (b->m->n_lot == 0)
		return why_set(why, E_STATE, "", "these members ask for nothing");
	/* To leave out what came last would be to let whoever came first decide who takes part. */
	if (b->over)
		return why_set(why, E_LIMIT, "",
			"there are more than %d bundles, tiers or rebates: bids that offer so many are for the sheet to leave out",
			MODEL_OFFERS_MAX);
	c->bundle_of = b->bundle_of;
	c->tier_of = b->tier_of;
	struct hash draw = replay_draw(p->replay);
	award_model_rank(c->model, &draw);
	*ret = *c;
	return award_model_check(ret->model, why);
}

/* ---- who pays what ---- */

/* What a group would pay by itself: the cheapest from the same tier offers, lot by lot as it is asked; reserve where nobody offers so little. */
struct alone_game {
	const struct process *p;
	struct arena *arena;
	int64_t total; /* what all pay together: the award */
};

/*
 * Alone, lots do not touch one another (no caps, no bundles), so the cheapest tier of each supplier for the whole quantity is compared; dual sourcing is
 * a rule of the common tender. A member's own reserve bounds it.
 */
static int64_t alone_cost(void *ctx, uint64_t group)
{
	struct alone_game *g = ctx;
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB); /* all bids are read anew */
	struct award_case c;
	int64_t sum = 0;

	if (group == (g->p->n_participant == 64 ? UINT64_MAX : (1ULL << g->p->n_participant) - 1))
		return g->total;
	if (group == 0 || award_case_make(g->p, &group, &arena, &c, NULL) < 0)
		return 0;
	for (uint32_t l = 0; l < c.model->n_lot; l++) {
		const struct model_lot *lot = &c.model->lot[l];
		int64_t best = lot->demand * lot->reserve;

		for (uint32_t t = 0; t < c.model->n_tier; t++) {
			const struct model_tier *tier = &c.model->tier[t];

			if (tier->lot == l && tier->lo <= lot->demand && tier->hi >= lot->demand &&
				tier->price * lot->demand < best)
				best = tier->price * lot->demand;
		}
		sum += best;
	}
	return sum;
}

/* The table of all groups, asked over and over, is made once. */
struct cached_game {
	int64_t *cost;
	size_t n;
	struct alone_game *g;
};

static int64_t cached_cost(void *ctx, uint64_t group)
{
	struct cached_game *c = ctx;

	if (!c->cost)
		return alone_cost(c->g, group);
	if (c->cost[group] < 0)
		c->cost[group] = alone_cost(c->g, group);
	return c->cost[group];
}

static void admin_split(const struct process *p, int64_t total, int64_t *ret)
{
	const struct json_doc *doc = &p->agreement->doc;
	int64_t weight[LIMIT_MEMBERS] = {0};

	for
		EACH(doc, v, json_get(doc, json_root(doc), "adminKey"))
		{
			struct id member;
			size_t i;

			if (get_id(doc, v, "member", &member) &&
				(i = process_index(p, &member)) != SIZE_MAX)
				weight[i] = get_int(doc, v, "thousandths", 0);
		}
	struct share_case c = {.n = p->n_participant, .total = total, .weight = weight};
	if (share_prorata(&c, ret, NULL) < 0)
		memset(ret, 0, p->n_participant * sizeof(*ret));
}

/* What each participant asks for of each lot. */
static const int64_t *asked_read(
	const struct process *p, const struct award_model *m, struct arena *arena)
{
	int64_t *asked = arena_array(arena, int64_t, (size_t)m->n_lot * p->n_participant + 1);
	const struct json_doc *doc = &p->tender->doc;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "items"))
		{
			uint32_t lot = lot_index(m, get_text(doc, v, "relatedLot", arena));
			struct id buyer;
			size_t i;

			if (lot != UINT32_MAX && get_id(doc, v, "relatedBuyer", &buyer) &&
				(i = process_index(p, &buyer)) != SIZE_MAX)
				asked[(size_t)lot * p->n_participant + i] +=
					rec_quantity(doc, v, "quantity");
		}
	return asked;
}

/* Pro rata, lot by lot, at what the lot costs; a bundle's price by the demand of its lots at their reserve. */
static void prorata_lots(const struct process *p, const struct award_case *c,
	const struct award_solution *s, struct share_result *r, struct arena *arena)
{
	const struct award_model *m = c->model;
	int64_t *lot_cost = arena_array(arena, int64_t, m->n_lot + 1), sum = 0,
		weight[LIMIT_MEMBERS] = {0};

	for (uint32_t i = 0; i < m->n_bundle; i++) {
		int64_t parts[64] = {0}, w[64];
		struct share_case split = {
			.n = m->bundle[i].n_lot, .total = m->bundle[i].price, .weight = w};

		if (!s->bundle[i])
			continue;
		for (uint32_t k = 0; k < m->bundle[i].n_lot; k++)
			w[k] = m->lot[m->bundle[i].lot[k]].demand *
				       m->lot[m->bundle[i].lot[k]].reserve +
			       1;
		if (share_prorata(&split, parts, NULL) == 0)
			for (uint32_t k = 0; k < m->bundle[i].n_lot; k++)
				lot_cost[m->bundle[i].lot[k]] += parts[k];
	}
	for (uint32_t i = 0; i < m->n_tier; i++)
		lot_cost[m->tier[i].lot] += s->tier[i] * m->tier[i].price;
	const int64_t *asked = asked_read(p, m, arena);
	for (uint32_t l = 0; l < m->n_lot; l++) {
		const int64_t *quantity = asked + (size_t)l * p->n_participant;
		int64_t pays[LIMIT_MEMBERS];

		struct share_case split = {
			.n = p->n_participant, .total = lot_cost[l], .weight = quantity};
		bool divided = share_prorata(&split, pays, NULL) == 0;
		for (size_t i = 0; i < p->n_participant; i++) {
			r->quantity[i] += quantity[i];
			weight[i] += divided ? pays[i] : 0;
		}
		sum += lot_cost[l];
	}
	/* Rebates make the whole cheaper than its lots: they go in proportion. */
	struct share_case all = {.n = p->n_participant, .total = s->paid, .weight = weight};
	if (sum == s->paid || share_prorata(&all, r->prorata, NULL) < 0)
		memcpy(r->prorata, weight, sizeof(r->prorata));
}

int shares_compute(const struct process *p, const struct award_case *c,
	const struct award_solution *s, struct arena *arena, struct share_result *ret,
	struct why *why)
{
	struct alone_game g = {.p = p, .arena = arena, .total = s->paid};
	struct cached_game cached = {.n = p->n_participant, .g = &g};
	struct share_game game = {p->n_participant, cached_cost, &cached};
	struct share_result *r = arena_new(arena, struct share_result);
	struct slice rule =
		get_text(&p->agreement->doc, json_root(&p->agreement->doc), "shareRule", arena);
	int rc;

	if (p->n_participant <= SHARE_EXACT_MAX) {
		cached.cost = arena_array(arena, int64_t, (size_t)1 << p->n_participant);
		for (size_t i = 0; i < (size_t)1 << p->n_participant; i++)
			cached.cost[i] = -1;
	}
	r->total = s->paid;
	prorata_lots(p, c, s, r, arena);
	for (size_t i = 0; i < p->n_participant; i++)
		r->alone[i] = cached_cost(&cached, 1ULL << i);
	struct share_case capped = {
		.n = p->n_participant, .total = s->paid, .weight = r->prorata, .alone = r->alone};
	r->has_capped = share_capped(&capped, r->capped, NULL) == 0;
	rc = share_shapley(&game, p->replay->closed->close.root.b, r->shapley, &r->how, why);
	if (rc < 0)
		return rc;
	admin_split(p, money_or_0(&p->agreement->doc, json_root(&p->agreement->doc), "adminCost"),
		r->admin);
	*ret = *r;
	ret->pays = slice_is(rule, "shapley")			  ? ret->shapley
		    : slice_is(rule, "capped") && ret->has_capped ? ret->capped
								  : ret->prorata;
	share_core(&game, ret->pays, &ret->core);
	return 0;
}
