/* fill.c: see fill.h. */
#include "work/response/fill.h"

#include "base/limits.h"
#include "node/account.h"

static bool none(const struct object_id *o)
{
	return id_is_zero(&o->owner);
}

/* Takes the newest version of what is named. */
static int take(const struct aid_view *v, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret, struct why *why)
{
	int rc = none(object) ? E_MISSING : aid_get(v, kind, object, ret, why);

	if (rc == E_MISSING)
		rc = why_set(why, E_INVALID, where, "names none of the %s that are here",
			aid_kinds[kind == AID_KINDS ? AID_ALERT : kind].word);
	return rc;
}

static int acceptance_fill(
	const struct aid_view *v, struct aid_acceptance *a, int64_t now_ms, struct why *why)
{
	struct aid_record offer;
	int rc = take(v, AID_OFFER, &a->offer, "/offer", &offer, why);

	if (rc < 0)
		return rc;
	const struct aid_offer *o = &offer.a->offer;
	const struct aid_offer_item *item = o->items.p;
	if (hash_is_zero(&a->offer_leaf))
		a->offer_leaf = offer.r.leaf;
	if (none(&a->request))
		a->request = o->request;
	if (!a->commit_by)
		a->commit_by = now_ms + 6 * HOUR_MS;
	if (!a->authorised_by.n && v->person)
		a->authorised_by = v->person->name;
	if (a->items.n == 0 && o->items.n) {
		struct aid_accepted_item *all =
			arena_array(v->arena, struct aid_accepted_item, o->items.n);

		for (size_t i = 0; i < o->items.n; i++)
			all[i] = (struct aid_accepted_item){.item = item[i].item,
				.line = item[i].line,
				.quantity = item[i].quantity,
				.agreed_cost = -1};
		a->items = (struct shape_list){all, o->items.n};
	}
	/* The line of an item is the offer's to say. */
	struct aid_accepted_item *want = a->items.p;
	for (size_t i = 0; i < a->items.n; i++)
		for (size_t k = 0; want[i].line == 0 && k < o->items.n; k++)
			if (item[k].item == want[i].item)
				want[i].line = item[k].line;
	return 0;
}

static int commit_fill(
	const struct aid_view *v, struct aid_commit *c, int64_t now_ms, struct why *why)
{
	struct aid_record acc, offer;
	int rc = take(v, AID_ACCEPTANCE, &c->acceptance, "/acceptance", &acc, why);

	if (rc < 0)
		return rc;
	const struct aid_acceptance *a = &acc.a->acceptance;
	if (hash_is_zero(&c->acceptance_leaf))
		c->acceptance_leaf = acc.r.leaf;
	if (none(&c->offer))
		c->offer = a->offer;
	if (none(&c->request))
		c->request = a->request;
	if (c->decision < 0)
		c->decision = COMMIT_COMMIT;
	if (c->items.n || c->decision == COMMIT_REFUSE)
		return 0;
	rc = take(v, AID_OFFER, &c->offer, "/offer", &offer, why);
	if (rc < 0)
		return rc;
	const struct aid_accepted_item *want = a->items.p;
	const struct aid_offer_item *item = offer.a->offer.items.p;
	struct aid_committed_item *out =
		arena_array(v->arena, struct aid_committed_item, a->items.n + 1);
	for (size_t i = 0; i < a->items.n; i++) {
		out[i] = (struct aid_committed_item){
			.item = want[i].item, .line = want[i].line, .quantity = want[i].quantity};
		for (size_t k = 0; k < offer.a->offer.items.n; k++) {
			if (item[k].item != want[i].item)
				continue;
			out[i].capability = item[k].capability;
			out[i].from = now_ms;
			out[i].until = item[k].eta_latest + item[k].duration_days * DAY_MS;
		}
		if (out[i].until <= out[i].from)
			out[i].until = out[i].from + DAY_MS;
	}
	c->items = (struct shape_list){out, a->items.n};
	return 0;
}

static int deployment_fill(const struct aid_view *v, struct aid_deployment *d, struct why *why)
{
	struct aid_record commit, cap;
	int rc = take(v, AID_COMMIT, &d->commit, "/commit", &commit, why);

	if (rc < 0)
		return rc;
	const struct aid_commit *c = &commit.a->commit;
	const struct aid_committed_item *got = c->items.p;
	if (none(&d->request))
		d->request = c->request;
	if (d->status < 0)
		d->status = D_ORDERED;
	if (!d->team_leader.n && c->mission_order)
		d->team_leader = c->mission_order->team_leader;
	if (d->items.n || c->items.n == 0)
		return 0;
	struct aid_deployed_item *out = arena_array(v->arena, struct aid_deployed_item, c->items.n);
	for (size_t i = 0; i < c->items.n; i++) {
		out[i] = (struct aid_deployed_item){.line = got[i].line,
			.quantity = got[i].quantity,
			.capability = got[i].capability};
		rc = take(v, AID_CAPABILITY, &got[i].capability, "/items", &cap, why);
		if (rc < 0)
			return rc;
		out[i].type = cap.a->capability.type;
	}
	d->items = (struct shape_list){out, c->items.n};
	return 0;
}

/* The request of a deployment. */
static int of_deployment(const struct aid_view *v, const struct object_id *deployment,
	struct object_id *ret_request, struct aid_record *ret, struct why *why)
{
	int rc = take(v, AID_DEPLOYMENT, deployment, "/deployment", ret, why);

	if (rc == 0 && none(ret_request))
		*ret_request = ret->a->deployment.request;
	return rc;
}

static int of_claim(const struct aid_view *v, const struct object_id *claim,
	struct object_id *ret_request, struct hash *ret_leaf, struct aid_record *ret,
	struct why *why)
{
	int rc = take(v, AID_CLAIM, claim, "/claim", ret, why);

	if (rc < 0)
		return rc;
	if (none(ret_request))
		*ret_request = ret->a->claim.request;
	if (hash_is_zero(ret_leaf))
		*ret_leaf = ret->r.leaf;
	return 0;
}

static int settlement_fill(
	const struct aid_view *v, struct aid_settlement *s, int64_t now_ms, struct why *why)
{
	struct aid_record claim;
	int rc = of_claim(v, &s->claim, &s->request, &s->claim_leaf, &claim, why);

	if (rc < 0)
		return rc;
	if (!s->currency.n)
		s->currency = claim.a->claim.currency;
	if (s->method < 0)
		s->method = claim.a->claim.method;
	if (!s->settled_at)
		s->settled_at = now_ms;
	return 0;
}

static int stand_down_fill(
	const struct aid_view *v, struct aid_stand_down *s, int64_t now_ms, struct why *why)
{
	struct aid_record d;
	int rc = of_deployment(v, &s->deployment, &s->request, &d, why);

	if (rc < 0)
		return rc;
	if (s->initiator < 0)
		s->initiator = id_eq(&d.r.author, &v->world->node->self);
	if (!s->effective_at)
		s->effective_at = now_ms;
	return 0;
}

static int extension_answer_fill(
	const struct aid_view *v, struct aid_extension_answer *a, struct why *why)
{
	struct aid_record e;
	int rc = take(v, AID_EXTENSION, &a->extension, "/extension", &e, why);

	if (rc < 0)
		return rc;
	if (none(&a->request))
		a->request = e.a->extension.request;
	if (hash_is_zero(&a->extension_leaf))
		a->extension_leaf = e.r.leaf;
	/* Said in the answer's own words, which only this node can change. */
	if (a->answer == EXTENSION_GRANTED && !a->until)
		a->until = e.a->extension.requested_until;
	return 0;
}

static int ack_fill(const struct aid_view *v, struct aid_ack *a, int64_t now_ms, struct why *why)
{
	struct aid_record target;
	int rc = take(v, AID_KINDS, &a->target, "/target", &target, why);

	if (rc == 0 && hash_is_zero(&a->leaf))
		a->leaf = target.r.leaf;
	if (!a->at)
		a->at = now_ms;
	return rc;
}

int aid_fill(const struct aid_view *v, enum aid_kind kind, union aid_any *a, int64_t now_ms,
	struct why *why)
{
	struct aid_record r;

	switch (kind) {
	case AID_READINESS:
		if (!a->readiness.reported_at)
			a->readiness.reported_at = now_ms;
		return 0;
	case AID_ACK:
		return ack_fill(v, &a->ack, now_ms, why);
	case AID_ACCEPTANCE:
		return acceptance_fill(v, &a->acceptance, now_ms, why);
	case AID_COMMIT:
		return commit_fill(v, &a->commit, now_ms, why);
	case AID_DEPLOYMENT:
		return deployment_fill(v, &a->deployment, why);
	case AID_LEG:
		return of_deployment(v, &a->leg.deployment, &a->leg.request, &r, why);
	case AID_CHECK_IN:
		if (!a->check_in.at)
			a->check_in.at = now_ms;
		return of_deployment(v, &a->check_in.deployment, &a->check_in.request, &r, why);
	case AID_SITREP:
		return none(&a->sitrep.deployment) ? 0
						   : of_deployment(v, &a->sitrep.deployment,
							     &a->sitrep.request, &r, why);
	case AID_EXTENSION:
		return of_deployment(v, &a->extension.deployment, &a->extension.request, &r, why);
	case AID_EXTENSION_ANSWER:
		return extension_answer_fill(v, &a->extension_answer, why);
	case AID_STAND_DOWN:
		return stand_down_fill(v, &a->stand_down, now_ms, why);
	case AID_RETURN:
		if (!a->returned.returned_at)
			a->returned.returned_at = now_ms;
		return of_deployment(v, &a->returned.deployment, &a->returned.request, &r, why);
	case AID_CLAIM:
		return of_deployment(v, &a->claim.deployment, &a->claim.request, &r, why);
	case AID_CLAIM_DECISION:
		return of_claim(v, &a->claim_decision.claim, &a->claim_decision.request,
			&a->claim_decision.claim_leaf, &r, why);
	case AID_SETTLEMENT:
		return settlement_fill(v, &a->settlement, now_ms, why);
	case AID_CAPABILITY:
	case AID_CAPABILITY_DETAIL:
	case AID_INCIDENT:
	case AID_ALERT:
	case AID_REQUEST:
	case AID_OFFER:
	case AID_SHORTFALL:
	case AID_EXCHANGE:
	case AID_KINDS:
		break;
	}
	return 0;
}

struct object_id aid_thread_of(
	enum aid_kind kind, const struct object_id *object, const union aid_any *a)
{
	return kind == AID_REQUEST ? *object : aid_links_of(kind, a).thread;
}

int aid_address(const struct aid_view *v, enum aid_kind kind, const union aid_any *a,
	struct draft *d, struct why *why)
{
	struct aid_links links = aid_links_of(kind, a);
	const struct object_id *with = none(&links.thread) ? &links.target : &links.thread;
	struct aid_record r;
	int rc;

	if ((d->all || d->n_member) && d->label.n)
		return 0;
	rc = none(with) || kind == AID_READINESS || kind == AID_CAPABILITY_DETAIL
		     ? E_MISSING
		     : aid_get(v, AID_KINDS, with, &r, why);
	if (rc < 0 && rc != E_MISSING)
		return rc;
	if (rc == 0 && !d->label.n)
		d->label = r.r.label;
	if (rc == 0 && !d->all && d->n_member == 0) {
		d->member = r.r.audience;
		d->n_member = r.r.n_audience;
	}
	if (!d->label.n)
		d->label = slice_str(arena_printf(v->arena, "%.*s %.*s",
			SLICE_FMT(v->world->standing.charter->policy),
			SLICE_FMT(v->world->standing.charter->ladder[0])));
	if (!d->all && d->n_member == 0) {
		d->member = &v->world->node->self;
		d->n_member = 1;
	}
	return 0;
}

int aid_say(const struct aid_view *v, enum aid_kind kind, struct slice json, struct draft *d,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	union aid_any a, again;
	int rc = aid_read(kind, &a, v->arena, json, SHAPE_STRICT | SHAPE_PARTIAL, why);

	if (rc == 0)
		rc = aid_fill(v, kind, &a, env_now_ms(&v->world->node->env), why);
	if (rc < 0)
		return rc;
	shape_text(aid_kinds[kind].shape, &a, &b);
	if (buf_over(&b))
		return why_set(
			why, E_LIMIT, "", "a record is at most %zu bytes", LIMIT_PAYLOAD_CONTENT);
	d->content = arena_copy(v->arena, buf_slice(&b));
	d->media = SLICE("application/json");
	d->kind = slice_str(aid_kinds[kind].kind);
	rc = aid_read(kind, &again, v->arena, d->content, SHAPE_STRICT, why);
	return rc < 0 ? rc : aid_address(v, kind, &again, d, why);
}
