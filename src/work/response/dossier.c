/* dossier.c: the fold of dossier.h. Each step goes over all records and looks for those it is about, so their order is nothing to it. */
#include "work/response/dossier.h"

#include "base/report.h"

const char *const line_states[] = {"OPEN", "OFFERED", "ACCEPTED", "COMMITTED", "ARRIVED", "DONE",
	"SHORTFALL_ACCEPTED", "UNABLE_TO_FILL", "WITHDRAWN"};
const char *const offer_states[] = {"FIRM", "PROVISIONAL", "DECLINED", "DEFERRED", "WITHDRAWN",
	"EXPIRED", "ACCEPTED", "COMMITTED", "REFUSED"};
const char *const acceptance_states[] = {
	"OPEN", "COMMITTED", "PARTLY_COMMITTED", "REFUSED", "LAPSED", "WITHDRAWN", "VOID"};
const char *const request_states_shown[] = {
	"PUBLISHED", "DUE", "PARTIALLY_COVERED", "COVERED", "EXECUTING", "CLOSED", "CANCELLED"};

struct folding_dossier {
	struct dossier *d;
	const struct dossier_input *in;
	struct arena *arena;
	const struct id *asks; /* who made the request */
};

static size_t count(const struct folding_dossier *f, enum aid_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < f->in->n_record; i++)
		n += f->in->record[i].kind == kind;
	return n;
}

/* Of a kind, in the order of (author, time, name): the same for everybody. */
static int by_author(const void *a, const void *b)
{
	const struct aid_record *x = *(const struct aid_record *const *)a;
	const struct aid_record *y = *(const struct aid_record *const *)b;
	int c;

	if (x->r.time_ms != y->r.time_ms)
		return x->r.time_ms < y->r.time_ms ? -1 : 1;
	c = id_cmp(&x->r.author, &y->r.author);
	return c ? c : id_cmp(&x->r.object.name, &y->r.object.name);
}

static const struct aid_record **of_kind(
	const struct folding_dossier *f, enum aid_kind kind, size_t *ret_n)
{
	size_t n = count(f, kind), at = 0;
	const struct aid_record **out = arena_array(f->arena, const struct aid_record *, n + 1);

	for (size_t i = 0; i < f->in->n_record; i++)
		if (f->in->record[i].kind == kind)
			out[at++] = &f->in->record[i];
	if (n > 1)
		qsort(out, n, sizeof(*out), by_author);
	*ret_n = n;
	return out;
}

static bool is_by(const struct aid_record *r, const struct id *who)
{
	return id_eq(&r->r.author, who);
}

/* ---- offers and acceptances ---- */

static const struct aid_offer_item *offer_item(const struct aid_record *offer, int64_t item)
{
	const struct aid_offer_item *i = offer->a->offer.items.p;

	for (size_t k = 0; k < offer->a->offer.items.n; k++)
		if (i[k].item == item)
			return &i[k];
	return NULL;
}

static enum offer_state offer_start(const struct aid_record *r, int64_t now_ms)
{
	const struct aid_offer *o = &r->a->offer;

	if (o->withdrawn)
		return OFFER_IS_WITHDRAWN;
	if (o->response == OFFER_DECLINE)
		return OFFER_IS_DECLINED;
	if (o->response == OFFER_DEFER)
		return OFFER_IS_DEFERRED;
	if (o->valid_until <= now_ms)
		return OFFER_IS_EXPIRED;
	return o->response == OFFER_ACCEPT ? OFFER_IS_FIRM : OFFER_IS_PROVISIONAL;
}

static void offers_fold(struct folding_dossier *f)
{
	size_t n;
	const struct aid_record **r = of_kind(f, AID_OFFER, &n);

	f->d->offer = arena_array(f->arena, struct offer_view, n + 1);
	for (size_t i = 0; i < n; i++)
		f->d->offer[i] = (struct offer_view){
			.record = r[i], .state = offer_start(r[i], f->in->now_ms)};
	f->d->n_offer = n;
}

static struct offer_view *offer_of(struct folding_dossier *f, const struct object_id *object)
{
	for (size_t i = 0; i < f->d->n_offer; i++)
		if (object_id_eq(&f->d->offer[i].record->r.object, object))
			return &f->d->offer[i];
	return NULL;
}

static bool known(
	const struct folding_dossier *f, const struct aid_record *r, const struct hash *leaf)
{
	return hash_eq(&r->r.leaf, leaf) ||
	       (f->in->version_known && f->in->version_known(f->in->ctx, &r->r.object, leaf));
}

struct answered commit_answers(const struct aid_commit *c, size_t i, const struct aid_acceptance *a)
{
	const struct aid_committed_item *got = c->items.p;
	const struct aid_accepted_item *want = a->items.p;
	struct answered ret = {0};

	for (size_t k = 0; k < a->items.n; k++)
		if (want[k].item == got[i].item && want[k].line == got[i].line)
			ret.asked = want[k].quantity;
	for (size_t k = 0; k < c->items.n; k++)
		ret.given += got[k].item == got[i].item ? got[k].quantity : 0;
	return ret;
}

/* What nobody has asked for covers nothing. */
static bool within(const struct aid_commit *c, const struct aid_acceptance *a)
{
	for (size_t i = 0; i < c->items.n; i++) {
		struct answered of = commit_answers(c, i, a);

		if (of.given > of.asked)
			return false;
	}
	return true;
}

/* Rule 2. */
static const struct aid_record *commit_find(
	const struct folding_dossier *f, const struct acceptance_view *a)
{
	const struct aid_record *first = NULL;

	for (size_t i = 0; i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];

		if (r->kind != AID_COMMIT ||
			!object_id_eq(&r->a->commit.acceptance, &a->record->r.object) ||
			!is_by(r, &a->offer->r.author) ||
			!within(&r->a->commit, &a->record->a->acceptance) ||
			!known(f, a->record, &r->a->commit.acceptance_leaf) ||
			(r->a->commit.decision != COMMIT_REFUSE &&
				r->r.time_ms > a->record->a->acceptance.commit_by))
			continue;
		if (!first || r->r.epoch < first->r.epoch ||
			(r->r.epoch == first->r.epoch && r->r.seq < first->r.seq))
			first = r;
	}
	return first;
}

static const char *void_because(const struct folding_dossier *f, const struct acceptance_view *a)
{
	const struct aid_acceptance *acc = &a->record->a->acceptance;
	const struct aid_accepted_item *item = acc->items.p;

	if (!is_by(a->record, f->asks))
		return "not by the member that asked";
	if (!a->offer)
		return "the offer is not here";
	if (!known(f, a->offer, &acc->offer_leaf))
		return "takes a version of the offer that is not known";
	/* An older version may have offered more; then the provider's commit says what holds. */
	if (hash_eq(&a->offer->r.leaf, &acc->offer_leaf))
		for (size_t i = 0; i < acc->items.n; i++) {
			const struct aid_offer_item *has = offer_item(a->offer, item[i].item);

			if (!has || has->line != item[i].line || item[i].quantity > has->quantity)
				return "takes more than was offered";
		}
	return NULL;
}

static enum acceptance_state acceptance_state(
	const struct folding_dossier *f, const struct acceptance_view *a)
{
	if (a->void_because)
		return ACCEPTANCE_VOID;
	if (a->commit)
		return a->commit->a->commit.decision == COMMIT_COMMIT	 ? ACCEPTANCE_COMMITTED
		       : a->commit->a->commit.decision == COMMIT_PARTIAL ? ACCEPTANCE_PARTLY
									 : ACCEPTANCE_REFUSED;
	if (a->record->a->acceptance.withdrawn)
		return ACCEPTANCE_WITHDRAWN;
	return a->record->a->acceptance.commit_by <= f->in->now_ms ? ACCEPTANCE_LAPSED
								   : ACCEPTANCE_OPEN;
}

static void acceptances_fold(struct folding_dossier *f)
{
	size_t n;
	const struct aid_record **r = of_kind(f, AID_ACCEPTANCE, &n);

	f->d->acceptance = arena_array(f->arena, struct acceptance_view, n + 1);
	f->d->n_acceptance = n;
	for (size_t i = 0; i < n; i++) {
		struct acceptance_view *a = &f->d->acceptance[i];
		struct offer_view *offer = offer_of(f, &r[i]->a->acceptance.offer);

		a->record = r[i];
		a->offer = offer ? offer->record : NULL;
		a->void_because = void_because(f, a);
		a->commit = a->void_because ? NULL : commit_find(f, a);
		a->state = acceptance_state(f, a);
		a->withdrawn_late = a->commit && a->state != ACCEPTANCE_REFUSED &&
				    r[i]->a->acceptance.withdrawn;
		if (!offer)
			continue;
		if (a->state == ACCEPTANCE_COMMITTED || a->state == ACCEPTANCE_PARTLY)
			offer->state = OFFER_IS_COMMITTED;
		else if (a->state == ACCEPTANCE_OPEN && offer->state != OFFER_IS_COMMITTED)
			offer->state = OFFER_IS_ACCEPTED;
		else if (a->state == ACCEPTANCE_REFUSED && offer->state != OFFER_IS_COMMITTED &&
			 offer->state != OFFER_IS_ACCEPTED)
			offer->state = OFFER_IS_REFUSED;
	}
}

/* ---- deployments ---- */

static struct leg_view leg_view(const struct aid_record *r, int64_t now_ms)
{
	const struct aid_leg *l = &r->a->leg;
	struct leg_view v = {.record = r,
		.departs_ms = l->actual_departure      ? l->actual_departure
			      : l->estimated_departure ? l->estimated_departure
						       : l->requested_departure,
		.arrives_ms = l->actual_arrival	     ? l->actual_arrival
			      : l->estimated_arrival ? l->estimated_arrival
						     : l->requested_arrival,
		.departed = l->actual_departure != 0,
		.arrived = l->actual_arrival != 0};

	v.late = l->state != LEG_CANCELLED &&
		 ((l->requested_arrival && v.arrives_ms > l->requested_arrival) ||
			 (!v.arrived && v.arrives_ms && v.arrives_ms < now_ms));
	return v;
}

static int by_seq(const void *a, const void *b)
{
	const struct leg_view *x = a, *y = b;
	int64_t sx = x->record->a->leg.seq, sy = y->record->a->leg.seq;

	if (sx != sy)
		return sx < sy ? -1 : 1;
	return id_cmp(&x->record->r.object.name, &y->record->r.object.name);
}

static bool is_leg_of(const struct aid_record *r, const struct aid_record *deployment)
{
	return r->kind == AID_LEG && is_by(r, &deployment->r.author) &&
	       object_id_eq(&r->a->leg.deployment, &deployment->r.object);
}

static bool is_claim_of(const struct aid_record *r, const struct aid_record *deployment)
{
	return r->kind == AID_CLAIM && is_by(r, &deployment->r.author) && !r->a->claim.withdrawn &&
	       object_id_eq(&r->a->claim.deployment, &deployment->r.object);
}

/* A deployment has room for its own, not for all of the thread: a partner decides how many there are of both. */
static size_t count_of(const struct folding_dossier *f, const struct deployment_view *d,
	bool (*is_of)(const struct aid_record *r, const struct aid_record *deployment))
{
	size_t n = 0;

	for (size_t i = 0; i < f->in->n_record; i++)
		n += is_of(&f->in->record[i], d->record);
	return n;
}

static void legs_fold(struct folding_dossier *f, struct deployment_view *d)
{
	size_t n = count_of(f, d, is_leg_of);

	if (n == 0)
		return;
	d->leg = arena_array(f->arena, struct leg_view, n);
	for (size_t i = 0; i < f->in->n_record; i++)
		if (is_leg_of(&f->in->record[i], d->record))
			d->leg[d->n_leg++] = leg_view(&f->in->record[i], f->in->now_ms);
	if (d->n_leg > 1)
		qsort(d->leg, d->n_leg, sizeof(*d->leg), by_seq);
}

/* The one that counts of several: the later, by what `key` says, then by place in the log. */
static void newer(
	const struct aid_record **at, const struct aid_record *r, int64_t key, int64_t old)
{
	if (!*at || key > old ||
		(key == old && (r->r.epoch > (*at)->r.epoch ||
				       (r->r.epoch == (*at)->r.epoch && r->r.seq > (*at)->r.seq))))
		*at = r;
}

static void reports_fold(struct folding_dossier *f, struct deployment_view *d)
{
	const struct object_id *me = &d->record->r.object;

	for (size_t i = 0; i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];
		bool own = is_by(r, &d->record->r.author), asks = is_by(r, f->asks);

		if (r->kind == AID_CHECK_IN && own && object_id_eq(&r->a->check_in.deployment, me))
			newer(&d->check_in, r, r->a->check_in.at,
				d->check_in ? d->check_in->a->check_in.at : 0);
		if (r->kind == AID_RETURN && own && object_id_eq(&r->a->returned.deployment, me))
			newer(&d->returned, r, r->a->returned.returned_at,
				d->returned ? d->returned->a->returned.returned_at : 0);
		if (r->kind == AID_STAND_DOWN && (own || asks) &&
			object_id_eq(&r->a->stand_down.deployment, me))
			newer(&d->stand_down, r, r->r.time_ms,
				d->stand_down ? d->stand_down->r.time_ms : 0);
		if (r->kind == AID_EXTENSION && (own || asks) &&
			object_id_eq(&r->a->extension.deployment, me))
			newer(&d->extension, r, r->r.time_ms,
				d->extension ? d->extension->r.time_ms : 0);
	}
	for (size_t i = 0; d->extension && i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];

		if (r->kind == AID_EXTENSION_ANSWER && !is_by(r, &d->extension->r.author) &&
			(is_by(r, &d->record->r.author) || is_by(r, f->asks)) &&
			hash_eq(&r->a->extension_answer.extension_leaf, &d->extension->r.leaf))
			newer(&d->extension_answer, r, r->r.time_ms,
				d->extension_answer ? d->extension_answer->r.time_ms : 0);
	}
}

static void status_fold(struct folding_dossier *f, struct deployment_view *d)
{
	size_t outbound = 0, arrived = 0, departed = 0, back = 0;
	int status = d->record->a->deployment.status;

	for (size_t i = 0; i < d->n_leg; i++) {
		const struct aid_leg *l = &d->leg[i].record->a->leg;

		if (l->state == LEG_CANCELLED)
			continue;
		if (l->direction == LEG_RETURN) {
			back += d->leg[i].departed;
			continue;
		}
		outbound++;
		departed += d->leg[i].departed;
		arrived += d->leg[i].arrived;
		if (d->leg[i].arrives_ms > d->arrives_ms)
			d->arrives_ms = d->leg[i].arrives_ms;
	}
	if (departed && status < D_IN_TRANSIT)
		status = D_IN_TRANSIT;
	if (outbound && arrived == outbound && status < D_ARRIVED)
		status = D_ARRIVED;
	if (d->stand_down && d->stand_down->a->stand_down.effective_at <= f->in->now_ms &&
		status < D_RELEASED)
		status = D_RELEASED;
	if (back && status < D_RETURNING)
		status = D_RETURNING;
	if (d->returned && status < D_HOME)
		status = D_HOME;
	if (d->returned && status < D_RECONSTITUTED && d->returned->a->returned.ready_again_at &&
		d->returned->a->returned.ready_again_at <= f->in->now_ms)
		status = D_RECONSTITUTED;
	d->status = status;
}

static void claim_fold(struct folding_dossier *f, struct claim_view *c)
{
	const struct aid_claim_line *line = c->record->a->claim.lines.p;

	for (size_t i = 0; i < c->record->a->claim.lines.n; i++)
		c->claimed += line[i].amount;
	for (size_t i = 0; i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];

		if (!is_by(r, f->asks))
			continue;
		if (r->kind == AID_CLAIM_DECISION &&
			hash_eq(&r->a->claim_decision.claim_leaf, &c->record->r.leaf))
			newer(&c->decision, r, r->r.time_ms,
				c->decision ? c->decision->r.time_ms : 0);
		if (r->kind == AID_SETTLEMENT &&
			object_id_eq(&r->a->settlement.claim, &c->record->r.object))
			newer(&c->settlement, r, r->r.time_ms,
				c->settlement ? c->settlement->r.time_ms : 0);
	}
	if (!c->decision)
		return;
	const struct aid_claim_answer *a = c->decision->a->claim_decision.lines.p;
	for (size_t i = 0; i < c->decision->a->claim_decision.lines.n; i++) {
		c->queried = c->queried || a[i].decision == CLAIM_QUERY;
		if (a[i].decision != CLAIM_ACCEPT)
			continue;
		/* Accepted as claimed, unless a lower amount is named. */
		for (size_t k = 0; k < c->record->a->claim.lines.n; k++)
			if (line[k].line == a[i].line)
				c->accepted += a[i].amount >= 0 && a[i].amount < line[k].amount
						       ? a[i].amount
						       : line[k].amount;
	}
}

static void claims_fold(struct folding_dossier *f, struct deployment_view *d)
{
	size_t n = count_of(f, d, is_claim_of);

	if (n == 0)
		return;
	d->claim = arena_array(f->arena, struct claim_view, n);
	for (size_t i = 0; i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];

		if (!is_claim_of(r, d->record))
			continue;
		d->claim[d->n_claim] = (struct claim_view){.record = r};
		claim_fold(f, &d->claim[d->n_claim++]);
	}
}

/* Rule 3: only what answers a commit that counts. */
static const struct aid_record *counted_commit(
	const struct folding_dossier *f, const struct aid_record *deployment)
{
	for (size_t i = 0; i < f->d->n_acceptance; i++) {
		const struct aid_record *c = f->d->acceptance[i].commit;

		if (c && f->d->acceptance[i].state != ACCEPTANCE_REFUSED &&
			object_id_eq(&c->r.object, &deployment->a->deployment.commit) &&
			is_by(deployment, &c->r.author))
			return c;
	}
	return NULL;
}

static void deployments_fold(struct folding_dossier *f)
{
	size_t n;
	const struct aid_record **r = of_kind(f, AID_DEPLOYMENT, &n);

	f->d->deployment = arena_array(f->arena, struct deployment_view, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct aid_record *commit = counted_commit(f, r[i]);
		struct deployment_view *d = &f->d->deployment[f->d->n_deployment];

		if (!commit)
			continue;
		f->d->n_deployment++;
		d->record = r[i];
		d->commit = commit;
		legs_fold(f, d);
		reports_fold(f, d);
		status_fold(f, d);
		claims_fold(f, d);
	}
}

/* ---- lines ---- */

static struct line_view *line_view_of(struct folding_dossier *f, int64_t line)
{
	for (size_t i = 0; i < f->d->n_line; i++)
		if (f->d->line[i].line->line == line)
			return &f->d->line[i];
	return NULL;
}

static void lines_offered(struct folding_dossier *f)
{
	for (size_t i = 0; i < f->d->n_offer; i++) {
		const struct offer_view *v = &f->d->offer[i];
		const struct aid_offer_item *item = v->record->a->offer.items.p;
		bool stands = v->state == OFFER_IS_FIRM || v->state == OFFER_IS_PROVISIONAL ||
			      v->state == OFFER_IS_ACCEPTED || v->state == OFFER_IS_COMMITTED;

		for (size_t k = 0; stands && k < v->record->a->offer.items.n; k++) {
			struct line_view *l = line_view_of(f, item[k].line);

			if (l && v->record->a->offer.response == OFFER_PROVISIONAL)
				l->provisional += item[k].quantity;
			else if (l)
				l->offered += item[k].quantity;
		}
	}
}

static int64_t eta_of(const struct aid_record *offer, int64_t item)
{
	const struct aid_offer_item *i = offer ? offer_item(offer, item) : NULL;

	return i ? i->eta_latest : 0;
}

static void lines_accepted(struct folding_dossier *f)
{
	for (size_t i = 0; i < f->d->n_acceptance; i++) {
		const struct acceptance_view *a = &f->d->acceptance[i];

		if (a->state == ACCEPTANCE_OPEN) {
			const struct aid_accepted_item *item = a->record->a->acceptance.items.p;

			for (size_t k = 0; k < a->record->a->acceptance.items.n; k++) {
				struct line_view *l = line_view_of(f, item[k].line);

				if (l)
					l->accepted += item[k].quantity;
			}
		}
		if (a->state != ACCEPTANCE_COMMITTED && a->state != ACCEPTANCE_PARTLY)
			continue;
		const struct aid_committed_item *got = a->commit->a->commit.items.p;
		for (size_t k = 0; k < a->commit->a->commit.items.n; k++) {
			struct line_view *l = line_view_of(f, got[k].line);
			int64_t eta = eta_of(a->offer, got[k].item);

			if (!l)
				continue;
			l->committed += got[k].quantity;
			l->arrives_ms = eta > l->arrives_ms ? eta : l->arrives_ms;
		}
	}
}

/* Of what a deployment says it takes to a line, no more than its commit has left for it: deployments in front of it have had theirs. */
static int64_t moved(const struct folding_dossier *f, size_t at, int64_t line)
{
	const struct deployment_view *d = f->d->deployment;
	const struct aid_commit *c = &d[at].commit->a->commit;
	const struct aid_committed_item *got = c->items.p;
	int64_t left = 0, own = 0;

	for (size_t i = 0; i < c->items.n; i++)
		left += got[i].line == line ? got[i].quantity : 0;
	for (size_t i = 0; i <= at; i++) {
		const struct aid_deployment *p = &d[i].record->a->deployment;
		const struct aid_deployed_item *item = p->items.p;

		if (d[i].commit != d[at].commit)
			continue;
		own = 0;
		for (size_t k = 0; k < p->items.n; k++)
			own += item[k].line == line ? item[k].quantity : 0;
		own = own < left ? own : left;
		left -= own;
	}
	return own;
}

static void line_moved(struct line_view *l, const struct deployment_view *d, int64_t quantity)
{
	if (d->status == D_IN_TRANSIT)
		l->in_transit += quantity;
	else if (d->status == D_ARRIVED || d->status == D_OPERATIONAL)
		l->on_site += quantity;
	else if (d->status >= D_RELEASED)
		l->done += quantity;
	if (d->arrives_ms && d->arrives_ms > l->arrives_ms)
		l->arrives_ms = d->arrives_ms;
}

static bool named_before(const struct aid_deployed_item *item, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (item[k].line == item[i].line)
			return true;
	return false;
}

static void lines_moved(struct folding_dossier *f)
{
	for (size_t i = 0; i < f->d->n_deployment; i++) {
		const struct deployment_view *d = &f->d->deployment[i];
		const struct aid_deployed_item *item = d->record->a->deployment.items.p;

		for (size_t k = 0; k < d->record->a->deployment.items.n; k++) {
			struct line_view *l = line_view_of(f, item[k].line);

			if (l && !named_before(item, k))
				line_moved(l, d, moved(f, i, item[k].line));
		}
	}
}

static enum line_state line_state(const struct line_view *l)
{
	const struct aid_shortfall *s = l->shortfall ? &l->shortfall->a->shortfall : NULL;
	int64_t need = l->line->quantity;

	if (l->line->withdrawn)
		return LINE_WITHDRAWN;
	if (l->done >= need)
		return LINE_DONE;
	if (l->on_site + l->done >= need)
		return LINE_ARRIVED;
	if (l->committed >= need)
		return LINE_COMMITTED;
	/* What is decided holds for what is still missing. */
	if (s && s->decision == SHORTFALL_ACCEPT && l->committed + s->quantity >= need)
		return LINE_SHORTFALL_ACCEPTED;
	if (s && s->decision == SHORTFALL_UNABLE && l->committed + s->quantity >= need)
		return LINE_UNABLE_TO_FILL;
	if (l->committed + l->accepted > 0)
		return LINE_ACCEPTED;
	return l->offered + l->provisional > 0 ? LINE_OFFERED : LINE_OPEN;
}

static void lines_fold(struct folding_dossier *f)
{
	const struct aid_request *q = &f->d->request.a->request;
	const struct aid_line *line = q->lines.p;

	f->d->line = arena_array(f->arena, struct line_view, q->lines.n + 1);
	f->d->n_line = q->lines.n;
	for (size_t i = 0; i < q->lines.n; i++)
		f->d->line[i].line = &line[i];
	lines_offered(f);
	lines_accepted(f);
	lines_moved(f);
	for (size_t i = 0; i < f->in->n_record; i++) {
		const struct aid_record *r = &f->in->record[i];
		struct line_view *l;

		if (r->kind != AID_SHORTFALL || !is_by(r, f->asks) ||
			!(l = line_view_of(f, r->a->shortfall.line)))
			continue;
		newer(&l->shortfall, r, r->r.time_ms, l->shortfall ? l->shortfall->r.time_ms : 0);
	}
	for (size_t i = 0; i < f->d->n_line; i++)
		f->d->line[i].state = line_state(&f->d->line[i]);
}

static enum request_state request_state(const struct folding_dossier *f)
{
	const struct aid_request *q = &f->d->request.a->request;
	size_t settled = 0, some = 0;

	if (q->state == REQUEST_CANCELLED)
		return REQUEST_IS_CANCELLED;
	if (q->state == REQUEST_CLOSED)
		return REQUEST_IS_CLOSED;
	for (size_t i = 0; i < f->d->n_deployment; i++)
		if (f->d->deployment[i].status >= D_MOBILISING)
			return REQUEST_EXECUTING;
	for (size_t i = 0; i < f->d->n_line; i++) {
		enum line_state s = f->d->line[i].state;

		settled += s >= LINE_COMMITTED;
		some += f->d->line[i].committed > 0;
	}
	if (settled == f->d->n_line)
		return REQUEST_COVERED;
	if (some)
		return REQUEST_PARTIALLY_COVERED;
	return q->offers_due <= f->in->now_ms ? REQUEST_DUE : REQUEST_PUBLISHED;
}

void dossier_fold(struct dossier *ret, const struct dossier_input *in, struct arena *arena)
{
	struct dossier d = {
		.request = *in->request, .record = in->record, .n_record = in->n_record};
	struct folding_dossier f = {
		.d = &d, .in = in, .arena = arena, .asks = &d.request.r.object.owner};

	offers_fold(&f);
	acceptances_fold(&f);
	deployments_fold(&f);
	lines_fold(&f);
	d.state = request_state(&f);
	*ret = d;
}

/* ---- from the store ---- */

struct asking {
	const struct aid_view *v;
	int rc;
	struct why *why;
};

static bool was_version(void *ctx, const struct object_id *object, const struct hash *leaf)
{
	struct asking *a = ctx;
	bool was = false;
	int rc = aid_was(a->v, object, leaf, &was, a->why);

	if (rc < 0)
		a->rc = rc;
	return rc == 0 && was;
}

/* Who could send people with the certificates that the lines ask for, as far as this reader may know. */
static int certificates_load(
	struct dossier *d, const struct aid_view *v, const struct aid_record *q, struct why *why)
{
	const struct aid_line *line = q->a->request.lines.p;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < d->n_line; i++) {
		struct line_view *l = &d->line[i];
		const struct slice *code = line[i].certifications.p;

		l->n_certificate = line[i].certifications.n;
		l->certificate =
			arena_array(v->arena, struct line_certificate, l->n_certificate + 1);
		for (size_t k = 0; rc == 0 && k < l->n_certificate; k++) {
			struct certificate_ask ask = {
				v->world, v->db, v->who, v->mode, code[k], line[i].needed_by};

			l->certificate[k].code = code[k];
			rc = certificates_find(&ask, v->arena, &l->certificate[k].holder,
				&l->certificate[k].n_holder, why);
		}
	}
	return rc;
}

int dossier_load(struct dossier *ret, const struct aid_view *v, const struct object_id *request,
	int64_t now_ms, struct why *why)
{
	struct asking asking = {.v = v, .why = why};
	struct dossier_input in = {.now_ms = now_ms, .version_known = was_version, .ctx = &asking};
	struct aid_record q, *list;
	struct dossier d;
	int rc = aid_get(v, AID_REQUEST, request, &q, why);

	if (rc == 0)
		rc = aid_thread(v, request, &list, &in.n_record, why);
	if (rc < 0)
		return rc;
	in.request = &q;
	in.record = list;
	dossier_fold(&d, &in, v->arena);
	if (asking.rc < 0)
		return asking.rc;
	rc = certificates_load(&d, v, &q, why);
	if (rc < 0)
		return rc;
	*ret = d;
	return 0;
}
