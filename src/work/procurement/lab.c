/* lab.c: see lab.h. */
#include "work/procurement/lab.h"

#include "base/enc.h"
#include "base/report.h"

const struct lab_wish lab_as_published = {
	UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, false, false};

#define DAY_MS (24LL * 3600 * 1000)

static void wish_apply(const struct lab_wish *wish, struct award_model *m)
{
	for (uint32_t i = 0; wish->nation_cap != UINT32_MAX && i < m->n_nation; i++)
		m->nation_cap[i] = wish->nation_cap;
	if (wish->third_cap != UINT32_MAX)
		m->third_cap = wish->third_cap;
	if (wish->min_suppliers != UINT32_MAX)
		m->min_suppliers = wish->min_suppliers;
	if (wish->max_suppliers != UINT32_MAX)
		m->max_suppliers = wish->max_suppliers;
	for (uint32_t i = 0; wish->no_critical && i < m->n_lot; i++)
		m->lot[i].critical = 0;
	for (uint32_t i = 0; wish->no_supplier_cap && i < m->n_supplier; i++)
		m->supplier[i].cap = 0;
}

/* The cheapest award with any of a loser's offers. */
static void losers_explain(struct lab *l, const struct solve_options *o, struct arena *arena)
{
	const struct award_model *m = l->c.model;

	l->more = arena_array(arena, int64_t, l->c.n_offer + 1);
	for (size_t i = 0; i < l->c.n_offer; i++)
		l->more[i] = INT64_MIN;
	for (uint32_t x = 0; x < m->n_bundle + m->n_tier; x++) {
		uint32_t of = x < m->n_bundle ? l->c.bundle_of[x] : l->c.tier_of[x - m->n_bundle];
		int64_t more;

		if (x < m->n_bundle ? l->r.solution->bundle[x]
				    : l->r.solution->tier[x - m->n_bundle] > 0)
			continue;
		if (award_with(m, x, &l->r, o, arena, &more, NULL) == 0 &&
			(l->more[of] == INT64_MIN || more < l->more[of]))
			l->more[of] = more;
	}
}

int lab_solve(const struct process *p, const struct lab_wish *wish, bool explain,
	struct arena *arena, struct lab *ret, struct why *why)
{
	struct solve_options o;
	struct lab l = {.n_cost = 0};
	int rc = award_case_make(p, NULL, arena, &l.c, why);

	if (rc < 0)
		return rc;
	o = award_options(p);
	wish_apply(wish, l.c.model);
	rc = award_solve(l.c.model, &o, arena, &l.r, why);
	/* Reasons are one solution per offer: for tenders of a size that people read. */
	if (rc == 0 && explain && l.c.model->n_bundle + l.c.model->n_tier <= 200) {
		struct solve_options quick = o;

		quick.seconds = 10;
		rc = award_rule_costs(l.c.model, &l.r, &quick, arena, l.cost, &l.n_cost, why);
		if (rc == 0)
			losers_explain(&l, &quick, arena);
	}
	if (rc == 0)
		*ret = l;
	return rc;
}

static int lead_only(const struct seat *s, const struct process *p, struct why *why)
{
	if (!id_eq(&s->node->self, &p->lead))
		return why_set(why, E_DENIED, "", "this is the lead's to do");
	return 0;
}

static int award_write(const struct seat *s, const struct process *p, const struct lab *l,
	const char *status, int64_t standstill_ms, struct arena *arena, struct written *ret,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct award_view v = {.c = &l->c,
		.r = &l->r,
		.cost = l->cost,
		.n_cost = l->n_cost,
		.more = l->more,
		.status = status,
		.standstill_ms = standstill_ms};

	view_award(&o, p, &v, arena);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "the award does not fit into a record");
	return step_record(
		s, p, P_AWARD, p->award ? &p->award->object : NULL, buf_slice(&b), ret, why);
}

int lab_award(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	int64_t days;
	struct lab l;
	int rc = lead_only(s, p, why);

	if (rc == 0 && offers_prices_hidden(p))
		rc = why_set(why, E_STATE, "",
			"the quality is not settled yet: a reconciled sheet is missing");
	if (rc == 0 && p->n_complaints_open)
		rc = why_set(why, E_STATE, "", "an admitted complaint is open");
	if (rc == 0 && p->award && p->state != PROCESS_AWARD_PROPOSED &&
		p->state != PROCESS_STANDSTILL)
		rc = why_set(why, E_STATE, "", "the award is final");
	if (rc == 0)
		rc = lab_solve(p, &lab_as_published, true, arena, &l, why);
	if (rc < 0)
		return rc;
	days = get_int(&p->tender->doc, json_root(&p->tender->doc), "standstillDays", 0);
	return award_write(s, p, &l, "pending", env_now_ms(&s->node->env) + days * DAY_MS + 1,
		arena, ret, why);
}

/* The record as it is, with another status: what was agreed to stays byte for byte. */
int lab_finish(const struct seat *s, const struct process *p, int64_t now_ms, struct arena *arena,
	struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	json_ref root;
	int rc = lead_only(s, p, why);

	if (rc == 0 && (!p->award || p->n_award_agrees < p->n_participant))
		rc = why_set(why, E_STATE, "",
			"not all participants have agreed to the award: %zu of %zu",
			p->n_award_agrees, p->n_participant);
	if (rc == 0 && p->n_complaints_open)
		rc = why_set(why, E_STATE, "", "an admitted complaint is open");
	if (rc < 0)
		return rc;
	root = json_root(&p->award->doc);
	if (now_ms < get_time(&p->award->doc, root, "standstillUntil", 0))
		return why_set(why, E_STATE, "", "the standstill is not over");
	json_open(&o, '{');
	for
		EACH(&p->award->doc, v, root)
		{
			const char *key = arena_string(arena, json_key(&p->award->doc, v, arena));

			if (strcmp(key, "status") == 0)
				json_put_cstr(&o, key, "active");
			else
				json_put_raw(&o, key, json_raw(&p->award->doc, v));
		}
	json_close(&o);
	return step_record(s, p, P_AWARD, &p->award->object, buf_slice(&b), ret, why);
}

/* ---- the members' own solution ---- */

static bool same_lines(const struct process *p, const struct lab *l, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct award_view v = {.c = &l->c, .r = &l->r, .status = "pending", .standstill_ms = 1};
	struct row mine = {.kind = P_AWARD};
	struct object_id of;

	view_award(&o, p, &v, arena);
	if (buf_over(&b) || procure_read(P_AWARD, arena_copy(arena, buf_slice(&b)), arena,
				    &mine.doc, &of, NULL) < 0)
		return false;
	struct hash a = award_digest(&mine), theirs = award_digest(p->award);
	return hash_eq(&a, &theirs);
}

int lab_consent(const struct seat *s, const struct process *p, struct arena *arena,
	bool *ret_agrees, struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	const struct json_doc *doc;
	struct hash digest, model, theirs;
	int64_t objective = 0;
	bool agrees;
	const char *text = "solved again: the same";
	struct lab l;
	int rc;

	if (!p->award)
		return why_set(why, E_STATE, "", "there is no award yet");
	if (!process_has(p, &s->node->self))
		return why_set(why, E_DENIED, "", "only participants agree");
	rc = lab_solve(p, &lab_as_published, false, arena, &l, why);
	if (rc < 0)
		return rc;
	doc = &p->award->doc;
	digest = award_digest(p->award);
	model = award_model_hash(l.c.model);
	rec_money(doc, json_root(doc), "objective", &objective, NULL);
	agrees = get_bytes(doc, json_root(doc), "model", theirs.b, 32) && hash_eq(&model, &theirs);
	if (!agrees)
		text = "the lead solved another problem than tender and bids give";
	else if (l.r.solution->cost != objective)
		agrees = false, text = "solved again: another cost";
	else if (!same_lines(p, &l, arena))
		agrees = false,
		text = "solved again: as cheap, but another choice than the drawn order gives";
	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_hash(&o, "award", &digest);
	json_put_bool(&o, "agrees", agrees);
	view_money(&o, "objective", l.r.solution->cost, &l.c.currency);
	json_put_cstr(&o, "solver", l.r.solver);
	json_put_cstr(&o, "text", text);
	json_close(&o);
	*ret_agrees = agrees;
	return step_record(s, p, P_AWARD_CONSENT, NULL, buf_slice(&b), ret, why);
}

/* ---- shares and contracts ---- */

/* The choice that the award's record names, in today's model. */
static int awarded(const struct process *p, struct arena *arena, struct lab *ret, struct why *why)
{
	if (!p->award)
		return why_set(why, E_STATE, "", "there is no award yet");
	return lab_solve(p, &lab_as_published, false, arena, ret, why);
}

int lab_share(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct share_result *r = arena_new(arena, struct share_result);
	struct lab l;
	int rc = lead_only(s, p, why);

	if (rc == 0)
		rc = awarded(p, arena, &l, why);
	if (rc == 0)
		rc = shares_compute(p, &l.c, l.r.solution, arena, r, why);
	if (rc < 0)
		return rc;
	view_shares(&o, NULL, p, &l.c, r, &p->award->object, true, s->w, arena);
	return step_record(
		s, p, P_SHARE, p->share ? &p->share->object : NULL, buf_slice(&b), ret, why);
}

/* This member's items of the lots that a bid has won. */
static int contract_write(const struct seat *s, const struct process *p, const struct lab *l,
	uint32_t number, const bool *lot, int64_t value, struct arena *arena, struct why *why)
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
	json_open_at(&o, "items", '[');
	for
		EACH(doc, v, json_get(doc, json_root(doc), "items"))
		{
			struct id buyer;
			bool in = false;

			for (uint32_t k = 0; k < l->c.model->n_lot; k++)
				in |= lot[k] && slice_eq(l->c.model->lot[k].id,
							get_text(doc, v, "relatedLot", arena));
			if (!in || !get_id(doc, v, "relatedBuyer", &buyer) ||
				!id_eq(&buyer, &s->node->self))
				continue;
			json_open(&o, '{');
			json_put_string(&o, "id", get_text(doc, v, "id", arena));
			json_put_string(&o, "description", get_text(doc, v, "description", arena));
			json_put_raw(&o, "quantity", json_raw(doc, json_get(doc, v, "quantity")));
			json_put_string(&o, "unit", get_text(doc, v, "unit", arena));
			json_close(&o);
		}
	json_close(&o);
	json_put_cstr(&o, "status", "pending");
	json_close(&o);
	return step_record(s, p, P_CONTRACT, NULL, buf_slice(&b), &w, why);
}

/* The member's share goes over the winning bids in proportion to what they cost where they serve it. */
int lab_contracts(const struct seat *s, const struct process *p, struct arena *arena, size_t *ret_n,
	struct why *why)
{
	struct lab l;
	const struct award_model *m;
	int64_t *weight, *value, pays = 0;
	bool *lot;
	struct id member;
	size_t n = 0;
	int rc = awarded(p, arena, &l, why);

	if (rc == 0 && (!p->share || p->state < PROCESS_AWARDED || p->state > PROCESS_IMPLEMENTING))
		rc = why_set(
			why, E_STATE, "", "the award is not final, or the shares are not settled");
	if (rc < 0)
		return rc;
	for (const struct row *r = process_next(p, P_CONTRACT, NULL); r;
		r = process_next(p, P_CONTRACT, r))
		if (id_eq(&r->object.owner, &s->node->self))
			return why_set(why, E_CONFLICT, "",
				"the contracts of this member are written already");
	for
		EACH(&p->share->doc, v,
			json_get(&p->share->doc, json_root(&p->share->doc), "lines"))
	if (get_id(&p->share->doc, v, "member", &member) && id_eq(&member, &s->node->self))
		rec_money(&p->share->doc, v, "pays", &pays, NULL);
	m = l.c.model;
	weight = arena_array(arena, int64_t, l.c.n_offer + 1);
	value = arena_array(arena, int64_t, l.c.n_offer + 1);
	lot = arena_alloc_n(arena, l.c.n_offer * m->n_lot + 1, sizeof(bool));
	for (uint32_t i = 0; i < m->n_bundle; i++)
		for (uint32_t k = 0; l.r.solution->bundle[i] && k < m->bundle[i].n_lot; k++)
			lot[l.c.bundle_of[i] * m->n_lot + m->bundle[i].lot[k]] = true;
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (l.r.solution->tier[i])
			lot[l.c.tier_of[i] * m->n_lot + m->tier[i].lot] = true;
	for (uint32_t of = 0; of < l.c.n_offer; of++)
		for (uint32_t k = 0; k < m->n_lot; k++)
			for
				EACH(&p->tender->doc, v,
					json_get(&p->tender->doc, json_root(&p->tender->doc),
						"items"))
	if (lot[of * m->n_lot + k] && get_id(&p->tender->doc, v, "relatedBuyer", &member) &&
		id_eq(&member, &s->node->self) &&
		slice_eq(m->lot[k].id, get_text(&p->tender->doc, v, "relatedLot", arena)))
		weight[of] += rec_quantity(&p->tender->doc, v, "quantity") / QUANTITY_ONE *
			      (m->lot[k].reserve + 1);
	struct share_case split = {.n = l.c.n_offer, .total = pays, .weight = weight};
	if (l.c.n_offer > SHARE_MEMBERS_MAX || share_prorata(&split, value, why) < 0)
		return why_set(why, E_STATE, "", "no winning bid serves this member");
	for (uint32_t of = 0; rc == 0 && of < l.c.n_offer; of++)
		if (weight[of]) {
			rc = contract_write(
				s, p, &l, of, lot + of * m->n_lot, value[of], arena, why);
			n++;
		}
	*ret_n = n;
	return rc;
}

int lab_agree(const struct seat *s, const struct process *p, bool agrees, struct written *ret,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct json_out o = json_out(&b);

	if (!process_has(p, &s->node->self))
		return why_set(why, E_DENIED, "", "only participants sign the agreement");
	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_hash(&o, "leaf", &p->agreement->leaf);
	json_put_bool(&o, "agrees", agrees);
	if (agrees) {
		struct slice ocid =
			get_text(&p->agreement->doc, json_root(&p->agreement->doc), "ocid", &arena);
		struct scalar box = dkg_box(s->node->seal_key.sec, ocid);
		struct point pub = point_base(&box);
		char hex[65];

		scalar_wipe(&box);
		hex_encode(pub.b, 32, hex);
		json_put_cstr(&o, "box", hex);
	}
	json_close(&o);
	return step_record(s, p, P_CONSENT, NULL, buf_slice(&b), ret, why);
}
