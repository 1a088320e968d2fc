/* view_award.c: awards and shares as JSON, for records and for looking at; see view.h. */
#include "work/procurement/lab.h"

#include "base/enc.h"
#include "base/report.h"

static void put_bid_of(struct json_out *o, const struct offer *of)
{
	char hex[65];

	hex_encode(of->bid->line->commit->name.bid.b, 16, hex);
	json_put_cstr(o, "bid", hex);
}

static void put_line(struct json_out *o, const struct award_case *c, const struct offer *of,
	struct slice id, const uint32_t *lot, uint32_t n_lot, int64_t quantity, int64_t price)
{
	char hex[65];

	json_open(o, '{');
	put_bid_of(o, of);
	/* "bidder:bid:offer" in the model; the offer's own name here. */
	json_put_string(o, "offer", slice_sub(id, 64 + 1 + 32 + 1, id.n));
	hex_encode(of->bid->line->commit->name.bidder.b, 32, hex);
	json_put_cstr(o, "bidder", hex);
	json_put_string(o, "supplier", of->supplier);
	if (of->nation[0])
		json_put_cstr(o, "nation", of->nation);
	json_open_at(o, "lots", '[');
	for (uint32_t i = 0; i < n_lot; i++)
		json_put_string(o, NULL, c->model->lot[lot[i]].id);
	json_close(o);
	if (quantity)
		json_put_i64(o, "quantity", quantity);
	view_money(o, "price", price, &c->currency);
	json_close(o);
}

static void put_lines(
	struct json_out *o, const struct award_case *c, const struct award_solution *s)
{
	const struct award_model *m = c->model;

	json_open_at(o, "lines", '[');
	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (s->bundle[i])
			put_line(o, c, &c->offer[c->bundle_of[i]], m->bundle[i].id,
				m->bundle[i].lot, m->bundle[i].n_lot, 0, m->bundle[i].price);
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (s->tier[i])
			put_line(o, c, &c->offer[c->tier_of[i]], m->tier[i].id, &m->tier[i].lot, 1,
				s->tier[i], s->tier[i] * m->tier[i].price);
	json_close(o);
}

static bool lot_served(const struct award_model *m, const struct award_solution *s, uint32_t l)
{
	int64_t left = m->lot[l].demand;

	for (uint32_t i = 0; i < m->n_bundle; i++)
		for (uint32_t k = 0; s->bundle[i] && k < m->bundle[i].n_lot; k++)
			if (m->bundle[i].lot[k] == l)
				left = 0;
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (m->tier[i].lot == l)
			left -= s->tier[i];
	return left <= 0;
}

static bool offer_wins(const struct award_case *c, const struct award_solution *s, uint32_t number)
{
	for (uint32_t i = 0; i < c->model->n_bundle; i++)
		if (s->bundle[i] && c->bundle_of[i] == number)
			return true;
	for (uint32_t i = 0; i < c->model->n_tier; i++)
		if (s->tier[i] && c->tier_of[i] == number)
			return true;
	return false;
}

/* Each that wins nothing, and why. */
static void put_losers(struct json_out *o, const struct award_case *c, const struct award_view *v)
{
	size_t n = 0;

	json_open_at(o, "losers", '[');
	for (uint32_t i = 0; i < c->n_offer; i++) {
		const struct offer *of = &c->offer[i];

		if (offer_wins(c, v->r->solution, i) || (n++ >= LIMIT_LOSERS_TOLD && v->record))
			continue;
		json_open(o, '{');
		put_bid_of(o, of);
		json_put_string(o, "supplier", of->supplier);
		if (!of->admitted) {
			json_put_cstr(o, "reason", of->why_not[0] ? of->why_not : "not admitted");
		} else if (!v->more) {
			json_put_cstr(o, "reason",
				"not computed: of so many offers, or without --explain, no reasons are");
		} else if (v->more[i] == LAB_NOT_LOOKED) {
			json_put_cstr(o, "reason",
				"not computed: the time for explanations was over before this bid");
		} else if (v->more[i] != INT64_MIN) {
			view_money(o, "more", v->more[i] > 0 ? v->more[i] : 0, &c->currency);
			json_put_cstr(o, "reason",
				v->more[i] > 0
					? "the cheapest award with this bid costs so much more"
					: "as cheap; the drawn order decides");
		} else {
			json_put_cstr(
				o, "reason", "no award that keeps the rules contains this bid");
		}
		json_close(o);
	}
	json_close(o);
	if (v->record && n > LIMIT_LOSERS_TOLD)
		json_put_u64(o, "losersMore", n - LIMIT_LOSERS_TOLD);
}

void view_award(struct json_out *o, const struct process *p, const struct award_view *v,
	struct arena *arena)
{
	const struct award_case *c = v->c;
	const struct award_solution *s = v->r->solution;
	struct hash model = award_model_hash(c->model);
	(void)arena;

	json_open(o, '{');
	view_object(o, "procurement", &p->id);
	view_hash(o, "root", &p->replay->closed->close.root);
	view_hash(o, "model", &model);
	json_put_cstr(o, "solver", v->r->solver);
	view_money(o, "objective", s->cost, &c->currency);
	view_money(o, "paid", s->paid, &c->currency);
	view_money(o, "bound", v->r->bound, &c->currency);
	json_put_u64(o, "gapPpm", v->r->gap_ppm);
	json_put_bool(o, "ranked", v->r->ranked);
	put_lines(o, c, s);
	json_open_at(o, "unawarded", '[');
	for (uint32_t l = 0; l < c->model->n_lot; l++)
		if (!lot_served(c->model, s, l))
			json_put_string(o, NULL, c->model->lot[l].id);
	json_close(o);
	put_losers(o, c, v);
	json_open_at(o, "rules", '[');
	for (size_t i = 0; i < v->n_cost; i++)
		if (v->cost[i].known) {
			json_open(o, '{');
			json_put_cstr(o, "rule", v->cost[i].rule);
			view_money(o, "saving", v->cost[i].saving, &c->currency);
			json_close(o);
		}
	json_close(o);
	view_time(o, "standstillUntil", v->standstill_ms);
	json_put_cstr(o, "status", v->status);
	json_close(o);
}

void view_shares(struct json_out *o, const char *key, const struct process *p,
	const struct award_case *c, const struct share_result *r, const struct object_id *award,
	bool content, const struct world *w, struct arena *arena)
{
	struct slice rule =
		get_text(&p->agreement->doc, json_root(&p->agreement->doc), "shareRule", arena);

	json_open_at(o, key, '{');
	view_object(o, "procurement", &p->id);
	if (award)
		view_object(o, "award", award);
	json_put_string(o, "rule", rule);
	json_open_at(o, "lines", '[');
	for (size_t i = 0; i < p->n_participant; i++) {
		struct buf b CLEANUP_BUF = BUF(64);

		json_open(o, '{');
		view_id(o, "member", &p->participant[i]);
		if (!content)
			json_put_cstr(o, "label", world_party_label(w, &p->participant[i], arena));
		quantity_print(&b, r->quantity[i]);
		json_put_raw(o, "quantity", buf_slice(&b));
		view_money(o, "alone", r->alone[i], &c->currency);
		view_money(o, "prorata", r->prorata[i], &c->currency);
		if (!content && r->has_capped)
			view_money(o, "capped", r->capped[i], &c->currency);
		view_money(o, "shapley", r->shapley[i] > 0 || !content ? r->shapley[i] : 0,
			&c->currency);
		view_money(o, "pays", r->pays[i], &c->currency);
		view_money(o, "admin", r->admin[i], &c->currency);
		json_close(o);
	}
	json_close(o);
	if (r->core.violated)
		json_put_cstr(o, "core",
			arena_printf(arena, "%llu of %llu groups would pay less alone",
				(unsigned long long)r->core.violated,
				(unsigned long long)r->core.groups));
	else
		json_put_cstr(o, "core",
			arena_printf(arena, "of %llu groups none would pay less alone",
				(unsigned long long)r->core.groups));
	if (!r->how.exact)
		view_money(o, "error", r->how.error, &c->currency);
	if (!content) {
		json_put_bool(o, "individually_rational", r->core.individually_rational);
		json_put_bool(o, "exact", r->how.exact);
		view_money(o, "total", r->total, &c->currency);
	}
	json_close(o);
}
