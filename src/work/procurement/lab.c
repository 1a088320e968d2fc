/* lab.c: see lab.h. */
#include "work/procurement/lab.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/report.h"

const struct lab_wish lab_as_published = {
	UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, false, false};

#define EXPLAIN_MS 60000 /* for all losers: a page waits for it, and one at a time */

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
	/* Of the machine, whatever the node's clock says: solvers take its time. */
	struct env env = env_system();
	int64_t until = env_mono_ms(&env) + EXPLAIN_MS;

	l->more = arena_array(arena, int64_t, l->c.n_offer + 1);
	for (size_t i = 0; i < l->c.n_offer; i++)
		l->more[i] = INT64_MIN;
	for (uint32_t x = 0; x < m->n_bundle + m->n_tier; x++) {
		uint32_t of = x < m->n_bundle ? l->c.bundle_of[x] : l->c.tier_of[x - m->n_bundle];
		int64_t more;

		if (env_mono_ms(&env) > until) {
			if (l->more[of] == INT64_MIN)
				l->more[of] = LAB_NOT_LOOKED;
			continue;
		}
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

int lab_agreed(const struct process *p, const char *what, struct why *why)
{
	if (p->n_consent == p->n_participant)
		return 0;
	return why_set(why, E_STATE, "",
		"not all participants have signed this version of the agreement, by which %s",
		what);
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
		.record = true,
		.status = status,
		.standstill_ms = standstill_ms};

	view_award(&o, p, &v, arena);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "the award does not fit into a record");
	return step_record(s, p, P_AWARD, p->award_last ? &p->award_last->object : NULL,
		buf_slice(&b), ret, why);
}

int lab_award(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	int64_t days;
	struct lab l;
	int rc = lead_only(s, p, why);

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
	if (rc == 0 && p->n_complaints_unanswered)
		rc = why_set(why, E_STATE, "", "a complaint waits for a ruling");
	if (rc == 0 && !process_proposal(p))
		rc = why_set(why, E_STATE, "",
			"the award has not been proposed with the standstill that the tender says");
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
	struct award_view v = {.c = &l->c,
		.r = &l->r,
		.record = true,
		.status = "pending",
		.standstill_ms =
			get_time(&p->award->doc, json_root(&p->award->doc), "standstillUntil", 0)};
	struct row mine = {.kind = P_AWARD};
	struct object_id of;

	view_award(&o, p, &v, arena);
	if (buf_over(&b) || procure_read(P_AWARD, arena_copy(arena, buf_slice(&b)), arena,
				    &mine.doc, &of, NULL) < 0)
		return false;
	struct hash a = award_digest(&mine), theirs = award_digest(p->award);
	return hash_eq(&a, &theirs);
}

/* Marks what a line of the record names in the model: a bundle if it has no quantity, else a tier. */
static bool line_take(const struct process *p, json_ref line, const struct award_model *m,
	struct award_solution *s, struct arena *arena)
{
	const struct json_doc *doc = &p->award->doc;
	struct slice bidder = get_text(doc, line, "bidder", arena),
		     bid = get_text(doc, line, "bid", arena),
		     offer = get_text(doc, line, "offer", arena),
		     id = slice_str(arena_printf(arena, "%.*s:%.*s:%.*s", SLICE_FMT(bidder),
			     SLICE_FMT(bid), SLICE_FMT(offer)));

	if (json_get(doc, line, "quantity") == JSON_ABSENT) {
		for (uint32_t i = 0; i < m->n_bundle; i++)
			if (!s->bundle[i] && slice_eq(m->bundle[i].id, id))
				return s->bundle[i] = true;
		return false;
	}
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (!s->tier[i] && slice_eq(m->tier[i].id, id)) {
			s->tier[i] = rec_quantity(doc, line, "quantity") / QUANTITY_ONE;
			return s->tier[i] > 0;
		}
	return false;
}

int lab_awarded(const struct process *p, struct arena *arena, struct lab *ret, struct why *why)
{
	struct lab l = {.n_cost = 0};
	struct award_solution *s;
	int rc;

	if (!p->award)
		return why_set(why, E_STATE, "", "there is no award yet");
	rc = award_case_make(p, NULL, arena, &l.c, why);
	if (rc < 0)
		return rc;
	l.r = (struct award_result){.solver = "record"};
	l.r.solution = s = solution_new(l.c.model, arena);
	for
		EACH(&p->award->doc, v,
			json_get(&p->award->doc, json_root(&p->award->doc), "lines"))
	if (!line_take(p, v, l.c.model, s, arena))
		return why_set(why, E_STATE, "/lines",
			"the award names an offer that is not among those admitted now");
	rc = award_model_judge(l.c.model, s, why);
	if (rc == 0 && !same_lines(p, &l, arena))
		rc = why_set(why, E_STATE, "",
			"tender, bids or admissions are no longer those of the award that was agreed to");
	if (rc == 0)
		*ret = l;
	return rc;
}

/*
 * Is the lead's award, which keeps the rules and costs what it says, one to agree to? It need not be what this node's solver finds, where solvers stop before the end: it may not cost more than what is found
 * here, or be proven near enough to the best by the gap that the tender has published. Where it is exact the drawn order decides between equals.
 */
static const char *award_verdict(const struct process *p, const struct award_result *theirs,
	const struct award_result *mine, const struct solve_options *o)
{
	const struct json_doc *doc = &p->award->doc;
	int64_t cost = theirs->solution->cost, objective = 0, over = cost - mine->bound;

	if (!rec_money(doc, json_root(doc), "objective", &objective, NULL) || objective != cost)
		return "the award costs something else than it says";
	if (!process_proposal(p))
		return "the award is not proposed with the standstill that the tender says";
	if (cost > mine->solution->cost &&
		(over < 0 ||
			(int128)over * 1000000 > (int128)o->gap_ppm * (cost < 0 ? -cost : cost)))
		return "solved again: there is a cheaper award, and the gap is more than the tender allows";
	if (mine->optimal && mine->ranked && o->gap_ppm == 0 && cost == mine->solution->cost &&
		theirs->solution->rank > mine->solution->rank)
		return "solved again: as cheap, but another choice than the drawn order gives";
	return NULL;
}

int lab_consent(const struct seat *s, const struct process *p, struct arena *arena,
	bool *ret_agrees, struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct hash digest, model, theirs;
	struct solve_options options;
	struct why broken = {0};
	struct lab mine, lead;
	const char *no = NULL;
	int rc;

	if (!p->award)
		return why_set(why, E_STATE, "", "there is no award yet");
	if (!process_has(p, &s->node->self))
		return why_set(why, E_DENIED, "", "only participants agree");
	rc = lab_agreed(p, "an award is judged", why);
	if (rc < 0)
		return rc;
	rc = lab_solve(p, &lab_as_published, false, arena, &mine, why);
	if (rc < 0)
		return rc;
	options = award_options(p);
	digest = award_digest(p->award);
	model = award_model_hash(mine.c.model);
	if (!get_bytes(&p->award->doc, json_root(&p->award->doc), "model", theirs.b, 32) ||
		!hash_eq(&model, &theirs))
		no = "the lead solved another problem than tender and bids give";
	else if (lab_awarded(p, arena, &lead, &broken) < 0)
		no = arena_printf(arena, "the award does not hold: %s", broken.text);
	else
		no = award_verdict(p, &lead.r, &mine.r, &options);
	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_hash(&o, "award", &digest);
	json_put_bool(&o, "agrees", no == NULL);
	view_money(&o, "objective", mine.r.solution->cost, &mine.c.currency);
	json_put_cstr(&o, "solver", mine.r.solver);
	json_put_cstr(&o, "text", no ? no : "solved again, and the award judged: it holds");
	json_close(&o);
	*ret_agrees = no == NULL;
	return step_record(s, p, P_AWARD_CONSENT, NULL, buf_slice(&b), ret, why);
}

int lab_refuse(const struct seat *s, const struct process *p, struct slice reason,
	struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct hash digest;

	reason = slice_trim(reason);
	if (!p->award)
		return why_set(why, E_STATE, "", "there is no award yet");
	if (!process_has(p, &s->node->self))
		return why_set(why, E_DENIED, "", "only participants agree, or refuse");
	if (p->award_final)
		return why_set(why, E_STATE, "",
			"the award is final: all have agreed to it, and nobody takes that back");
	if (reason.n == 0)
		return why_set(
			why, E_INVALID, "/refuse", "is empty: who refuses an award says why");
	digest = award_digest(p->award);
	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_hash(&o, "award", &digest);
	json_put_bool(&o, "agrees", false);
	json_put_string(&o, "text", reason);
	json_close(&o);
	return step_record(s, p, P_AWARD_CONSENT, NULL, buf_slice(&b), ret, why);
}

/* ---- shares ---- */

int lab_share(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct share_result *r = arena_new(arena, struct share_result);
	struct lab l;
	int rc = lead_only(s, p, why);

	if (rc == 0)
		rc = lab_agreed(p, "shares are computed", why);
	if (rc == 0)
		rc = lab_awarded(p, arena, &l, why);
	if (rc == 0)
		rc = shares_compute(p, &l.c, l.r.solution, arena, r, why);
	if (rc < 0)
		return rc;
	view_shares(&o, NULL, p, &l.c, r, &p->award->object, true, s->w, arena);
	return step_record(
		s, p, P_SHARE, p->share ? &p->share->object : NULL, buf_slice(&b), ret, why);
}

int lab_agree(const struct seat *s, const struct process *p, bool agrees, struct written *ret,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct json_out o = json_out(&b);

	if (!process_has(p, &s->node->self))
		return why_set(why, E_DENIED, "", "only participants sign the agreement");
	if (!agrees && p->replay && p->replay->has_key)
		return why_set(why, E_STATE, "",
			"the key is made and suppliers rely on it: this member may still refuse the award");
	json_open(&o, '{');
	view_object(&o, "procurement", &p->id);
	view_hash(&o, "leaf", &p->agreement_last->leaf);
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
