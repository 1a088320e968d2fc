/* contract.c: from award and shares to each member's contracts; see lab.h. */
#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/award/grid.h"
#include "work/procurement/lab.h"

struct planning {
	const struct process *p;
	const struct award_case *c;
	const struct award_solution *s;
	struct arena *arena;
	size_t n_item;
	uint32_t *lot;	   /* of each item; UINT32_MAX: of one that is not in the model */
	size_t *buyer;	   /* of each item: the participant */
	int64_t *quantity; /* of each item, in whole units */
	int64_t *units;	   /* [item × offer] */
	int64_t *price;	   /* of each offer */
	int64_t *weight;   /* [participant × offer]: what of its price is for whom */
};

static void items_read(struct planning *g)
{
	const struct json_doc *doc = &g->p->tender->doc;
	const struct award_model *m = g->c->model;
	json_ref items = json_get(doc, json_root(doc), "items");
	size_t n = json_count(doc, items) + 1;

	g->lot = arena_array(g->arena, uint32_t, n);
	g->buyer = arena_array(g->arena, size_t, n);
	g->quantity = arena_array(g->arena, int64_t, n);
	for
		EACH(doc, v, items)
		{
			struct slice lot = get_text(doc, v, "relatedLot", g->arena);
			struct id buyer;

			g->lot[g->n_item] = UINT32_MAX;
			for (uint32_t l = 0; l < m->n_lot; l++)
				if (slice_eq(m->lot[l].id, lot))
					g->lot[g->n_item] = l;
			g->buyer[g->n_item] = get_id(doc, v, "relatedBuyer", &buyer)
						      ? process_index(g->p, &buyer)
						      : SIZE_MAX;
			if (g->buyer[g->n_item] == SIZE_MAX)
				g->lot[g->n_item] = UINT32_MAX;
			g->quantity[g->n_item++] = rec_quantity(doc, v, "quantity") / QUANTITY_ONE;
		}
}

/* ---- one lot ---- */

struct lot_items {
	size_t *item, n;
	int64_t *quantity, sum;
};

static struct lot_items lot_items(struct planning *g, uint32_t lot)
{
	struct lot_items r = {.n = 0};
	size_t room = 1;

	for (size_t i = 0; i < g->n_item; i++)
		room += g->lot[i] == lot;
	r.item = arena_array(g->arena, size_t, room);
	r.quantity = arena_array(g->arena, int64_t, room);
	for (size_t i = 0; i < g->n_item; i++)
		if (g->lot[i] == lot) {
			r.item[r.n] = i;
			r.quantity[r.n++] = g->quantity[i];
			r.sum += g->quantity[i];
		}
	return r;
}

/* All of a lot goes to one bid for a part of the bundle's price. */
static void lot_whole(
	struct planning *g, const struct lot_items *lot, uint32_t offer, int64_t price)
{
	int64_t *part = arena_array(g->arena, int64_t, lot->n + 1);

	if (lot->n == 0 || lot->sum == 0)
		return;
	parts_divide(price, lot->quantity, lot->n, part);
	for (size_t i = 0; i < lot->n; i++) {
		g->units[lot->item[i] * g->c->n_offer + offer] += lot->quantity[i];
		g->weight[g->buyer[lot->item[i]] * g->c->n_offer + offer] += part[i];
	}
}

/* Several bids have quantities of a lot: each delivers just that, and each item gets what was asked for, or its part where less was awarded. */
static int lot_tiers(
	struct planning *g, const struct lot_items *lot, uint32_t number, struct why *why)
{
	const struct award_model *m = g->c->model;
	int64_t *row = arena_array(g->arena, int64_t, lot->n + 1), *col, *weight, *cell, sum = 0,
		left = 0;
	struct grid grid = {.rows = lot->n, .row = row};
	uint32_t *tier;
	size_t room = 0;
	int rc;

	for (uint32_t t = 0; t < m->n_tier; t++)
		room += m->tier[t].lot == number && g->s->tier[t] > 0;
	if (room == 0 || lot->sum == 0)
		return 0;
	tier = arena_array(g->arena, uint32_t, room);
	col = arena_array(g->arena, int64_t, room);
	for (uint32_t t = 0; t < m->n_tier; t++)
		if (m->tier[t].lot == number && g->s->tier[t] > 0) {
			sum += col[grid.cols] = g->s->tier[t];
			tier[grid.cols++] = t;
		}
	grid.col = col;
	weight = arena_array(g->arena, int64_t, grid.rows * grid.cols + 1);
	cell = arena_array(g->arena, int64_t, grid.rows * grid.cols + 1);
	parts_divide(sum, lot->quantity, lot->n, row);
	for (size_t i = 0; i < grid.rows * grid.cols; i++)
		weight[i] = lot->quantity[i / grid.cols];
	grid.weight = weight;
	rc = grid_fill(&grid, g->arena, cell, &left, why);
	if (rc < 0)
		return rc;
	MUST(left == 0);
	for (size_t i = 0; i < grid.rows; i++)
		for (size_t k = 0; k < grid.cols; k++) {
			uint32_t offer = g->c->tier_of[tier[k]];
			int64_t units = cell[i * grid.cols + k];

			g->units[lot->item[i] * g->c->n_offer + offer] += units;
			g->weight[g->buyer[lot->item[i]] * g->c->n_offer + offer] +=
				units * m->tier[tier[k]].price;
		}
	return 0;
}

/* A bundle's price over its lots by what they may cost at most: as shares are divided. */
static void bundle_plan(struct planning *g, const struct lot_items *lots, uint32_t number)
{
	const struct award_model *m = g->c->model;
	const struct model_bundle *b = &m->bundle[number];
	int64_t *weight = arena_array(g->arena, int64_t, b->n_lot + 1),
		*part = arena_array(g->arena, int64_t, b->n_lot + 1);

	for (uint32_t k = 0; k < b->n_lot; k++)
		weight[k] = m->lot[b->lot[k]].demand * m->lot[b->lot[k]].reserve + 1;
	parts_divide(b->price, weight, b->n_lot, part);
	for (uint32_t k = 0; k < b->n_lot; k++)
		lot_whole(g, &lots[b->lot[k]], g->c->bundle_of[number], part[k]);
	g->price[g->c->bundle_of[number]] += b->price;
}

/* ---- all ---- */

/* A supplier that has reached a rebate takes it off its bids in proportion: the same sum that the award pays. */
static void rebates_take(struct planning *g)
{
	const struct award_model *m = g->c->model;
	int64_t *spend = arena_array(g->arena, int64_t, m->n_supplier + 1),
		*rebate = arena_array(g->arena, int64_t, m->n_supplier + 1);
	uint32_t *supplier = arena_array(g->arena, uint32_t, g->c->n_offer + 1);

	for (uint32_t i = 0; i < m->n_bundle; i++)
		supplier[g->c->bundle_of[i]] = m->bundle[i].supplier;
	for (uint32_t i = 0; i < m->n_tier; i++)
		supplier[g->c->tier_of[i]] = m->tier[i].supplier;
	for (size_t o = 0; o < g->c->n_offer; o++)
		if (g->price[o])
			spend[supplier[o]] += g->price[o];
	for (uint32_t r = 0; r < m->n_rebate; r++)
		if (spend[m->rebate[r].supplier] &&
			spend[m->rebate[r].supplier] >= m->rebate[r].threshold)
			rebate[m->rebate[r].supplier] += m->rebate[r].rebate;
	for (uint32_t s = 0; s < m->n_supplier; s++) {
		int64_t *own = arena_array(g->arena, int64_t, g->c->n_offer + 1),
			*part = arena_array(g->arena, int64_t, g->c->n_offer + 1);

		if (!rebate[s])
			continue;
		for (size_t o = 0; o < g->c->n_offer; o++)
			own[o] = g->price[o] && supplier[o] == s ? g->price[o] : 0;
		parts_divide(
			spend[s] > rebate[s] ? spend[s] - rebate[s] : 0, own, g->c->n_offer, part);
		for (size_t o = 0; o < g->c->n_offer; o++)
			if (own[o])
				g->price[o] = part[o];
	}
}

/* What the share's record has each participant pay. */
static int pays_read(const struct planning *g, int64_t *ret, struct why *why)
{
	const struct json_doc *doc = &g->p->share->doc;
	int64_t sum = 0;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "lines"))
		{
			struct id member;
			int64_t pays = 0;
			size_t i;

			if (!get_id(doc, v, "member", &member) ||
				(i = process_index(g->p, &member)) == SIZE_MAX ||
				!rec_money(doc, v, "pays", &pays, NULL) || pays < 0 || ret[i])
				return why_set(why, E_STATE, "/lines",
					"the shares name one that takes no part, or one twice");
			ret[i] = pays;
			if (__builtin_add_overflow(sum, pays, &sum))
				return why_set(
					why, E_LIMIT, "/lines", "the shares are out of range");
		}
	return sum == g->s->paid ? 0
				 : why_set(why, E_STATE, "/lines",
					   "the shares do not add up to what the award pays");
}

int contracts_plan(const struct process *p, const struct lab *l, struct arena *arena,
	struct contracts *ret, struct why *why)
{
	struct planning g = {.p = p, .c = &l->c, .s = l->r.solution, .arena = arena};
	const struct award_model *m = l->c.model;
	size_t n = l->c.n_offer;
	struct lot_items *lots = arena_array(arena, struct lot_items, m->n_lot + 1);
	int64_t *pays = arena_array(arena, int64_t, p->n_participant + 1), *value, left = 0;
	int rc;

	items_read(&g);
	g.units = arena_array(arena, int64_t, g.n_item * n + 1);
	g.weight = arena_array(arena, int64_t, p->n_participant * n + 1);
	g.price = arena_array(arena, int64_t, n + 1);
	value = arena_array(arena, int64_t, p->n_participant * n + 1);
	rc = pays_read(&g, pays, why);
	for (uint32_t k = 0; rc == 0 && k < m->n_lot; k++) {
		lots[k] = lot_items(&g, k);
		rc = lot_tiers(&g, &lots[k], k, why);
	}
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < m->n_tier; i++)
		g.price[l->c.tier_of[i]] += g.s->tier[i] * m->tier[i].price;
	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (g.s->bundle[i])
			bundle_plan(&g, lots, i);
	rebates_take(&g);
	struct grid grid = {.rows = p->n_participant,
		.cols = n,
		.weight = g.weight,
		.row = pays,
		.col = g.price};
	rc = grid_fill(&grid, arena, value, &left, why);
	if (rc == 0)
		*ret = (struct contracts){value, g.units, g.n_item, left};
	return rc;
}

/* ---- this member's ---- */

static void items_put(struct json_out *o, const struct process *p, const struct contracts *plan,
	const struct id *self, uint32_t offer, size_t n_offer, struct arena *arena)
{
	const struct json_doc *doc = &p->tender->doc;
	size_t i = 0;

	json_open_at(o, "items", '[');
	for
		EACH(doc, v, json_get(doc, json_root(doc), "items"))
		{
			int64_t units = plan->units[i++ * n_offer + offer];
			struct id buyer;

			if (!units || !get_id(doc, v, "relatedBuyer", &buyer) ||
				!id_eq(&buyer, self))
				continue;
			json_open(o, '{');
			json_put_string(o, "id", get_text(doc, v, "id", arena));
			json_put_string(o, "description", get_text(doc, v, "description", arena));
			json_put_i64(o, "quantity", units);
			json_put_string(o, "unit", get_text(doc, v, "unit", arena));
			json_close(o);
		}
	json_close(o);
}

static int contract_write(const struct seat *s, const struct process *p, const struct lab *l,
	const struct contracts *plan, uint32_t number, int64_t value, struct arena *arena,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	const struct json_doc *doc = &p->tender->doc;
	const struct offer *of = &l->c.offer[number];
	struct written w;
	char hex[65];

	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_object(&o, "award", &p->award->object);
	hex_encode(of->bid->line->commit->name.bid.b, 16, hex);
	json_put_cstr(&o, "bid", hex);
	hex_encode(of->bid->line->commit->name.bidder.b, 32, hex);
	json_put_cstr(&o, "bidder", hex);
	json_put_string(&o, "supplier", of->supplier);
	view_id(&o, "buyer", &s->node->self);
	json_put_string(&o, "title", get_text(doc, json_root(doc), "title", arena));
	view_money(&o, "value", value, &l->c.currency);
	items_put(&o, p, plan, &s->node->self, number, l->c.n_offer, arena);
	json_put_cstr(&o, "status", "pending");
	json_close(&o);
	return step_record(s, p, P_CONTRACT, NULL, buf_slice(&b), &w, why);
}

/* Has this member a contract on this bid? */
static bool contract_there(
	const struct seat *s, const struct process *p, const struct offer *of, struct arena *arena)
{
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r))
		if (id_eq(&r->object.owner, &s->node->self) &&
			offer_named(of->bid, get_text(&r->doc, json_root(&r->doc), "bid", arena),
				get_text(&r->doc, json_root(&r->doc), "bidder", arena)))
			return true;
	return false;
}

static bool serves(
	const struct process *p, const struct contracts *plan, size_t me, uint32_t offer, size_t n)
{
	const struct json_doc *doc = &p->tender->doc;
	size_t i = 0;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "items"))
		{
			struct id buyer;

			if (plan->units[i++ * n + offer] &&
				get_id(doc, v, "relatedBuyer", &buyer) &&
				process_index(p, &buyer) == me)
				return true;
		}
	return plan->value[me * n + offer] > 0;
}

/* The shares are the lead's record; each member counts them again before it signs by them: nobody pays what the lead has thought of. */
static int shares_judge(
	const struct process *p, const struct lab *l, struct arena *arena, struct why *why)
{
	struct share_result *r = arena_new(arena, struct share_result);
	const struct json_doc *doc = &p->share->doc;
	size_t n = 0;
	int rc = lab_agreed(p, "shares are computed", why);

	if (rc == 0)
		rc = shares_compute(p, &l->c, l->r.solution, arena, r, why);
	if (rc < 0)
		return rc;
	for
		EACH(doc, v, json_get(doc, json_root(doc), "lines"))
		{
			int64_t pays = 0, admin = 0;
			struct id member;
			size_t i;

			(void)rec_money(doc, v, "admin", &admin, NULL);
			if (!get_id(doc, v, "member", &member) ||
				(i = process_index(p, &member)) == SIZE_MAX ||
				!rec_money(doc, v, "pays", &pays, NULL) || pays != r->pays[i] ||
				admin != r->admin[i])
				return why_set(why, E_STATE, "/lines",
					"the lead's shares are not what agreement, tender and award give");
			n++;
		}
	return n == p->n_participant
		       ? 0
		       : why_set(why, E_STATE, "/lines", "the lead's shares leave somebody out");
}

int lab_contracts(const struct seat *s, const struct process *p, struct arena *arena, size_t *ret_n,
	struct why *why)
{
	size_t me = process_index(p, &s->node->self), n = 0, written = 0;
	struct contracts plan;
	struct lab l;
	int rc = 0;

	if (me == SIZE_MAX)
		return why_set(why, E_DENIED, "", "only participants have contracts");
	if (!p->share || p->state < PROCESS_AWARDED || p->state > PROCESS_IMPLEMENTING)
		return why_set(
			why, E_STATE, "", "the award is not final, or the shares are not settled");
	rc = lab_awarded(p, arena, &l, why);
	if (rc == 0)
		rc = shares_judge(p, &l, arena, why);
	if (rc == 0)
		rc = contracts_plan(p, &l, arena, &plan, why);
	for (uint32_t of = 0; rc == 0 && of < l.c.n_offer; of++) {
		if (!serves(p, &plan, me, of, l.c.n_offer))
			continue;
		n++;
		if (contract_there(s, p, &l.c.offer[of], arena))
			continue; /* an earlier try got so far */
		rc = contract_write(
			s, p, &l, &plan, of, plan.value[me * l.c.n_offer + of], arena, why);
		written++;
	}
	if (rc < 0)
		return rc;
	if (n == 0)
		return why_set(why, E_STATE, "", "no winning bid serves this member");
	if (written == 0)
		return why_set(
			why, E_CONFLICT, "", "the contracts of this member are written already");
	*ret_n = written;
	return 0;
}
