/* admit_promise.c: offers, acceptances and commits: may they be said now? See admit.c for the invariants. */
#include "work/response/admit_int.h"
#include "work/response/dossier.h"
#include "work/response/waiting.h"

#include <inttypes.h>

/* ---- offers ---- */

const struct aid_line *admit_line(const struct aid_request *q, int64_t line)
{
	const struct aid_line *l = q->lines.p;

	for (size_t i = 0; i < q->lines.n; i++)
		if (l[i].line == line)
			return &l[i];
	return NULL;
}

static const struct aid_offer_item *item_of(const struct aid_offer *o, int64_t item)
{
	const struct aid_offer_item *i = o->items.p;

	for (size_t k = 0; k < o->items.n; k++)
		if (i[k].item == item)
			return &i[k];
	return NULL;
}

/* Who has suspended or withdrawn what it has promises it to nobody until it stands again. */
static int stands(struct admit *d, const struct aid_record *cap, const char *where)
{
	switch (cap->a->capability.state) {
	case CAPABILITY_SUSPENDED:
		return admit_no(d, E_STATE, where, "is suspended");
	case CAPABILITY_WITHDRAWN:
		return admit_no(d, E_STATE, where, "is withdrawn");
	default:
		return 0;
	}
}

static int offer_item_admit(
	struct admit *d, const struct aid_offer_item *item, size_t i, const struct aid_request *q)
{
	const struct aid_line *line = q ? admit_line(q, item->line) : NULL;
	struct aid_record cap;
	struct book *book;
	char where[48];
	int64_t from = item->eta_earliest ? item->eta_earliest : item->eta_latest, left;
	int rc;

	snprintf(where, sizeof(where), "/items/%zu/line", i);
	if (q && (!line || line->withdrawn))
		return admit_no(d, E_INVALID, where, "is no line of that request");
	if (id_is_zero(&item->capability.owner))
		return 0; /* described, and no number of ours behind it */
	snprintf(where, sizeof(where), "/items/%zu/capability", i);
	rc = admit_need_own(d, AID_CAPABILITY, &item->capability, where, &cap);
	if (rc == 0)
		rc = stands(d, &cap, where);
	if (rc == 0)
		rc = admit_book(d, &item->capability, &book);
	if (rc < 0)
		return rc;
	snprintf(where, sizeof(where), "/items/%zu/duration_days", i);
	if (item->eta_latest + item->duration_days * DAY_MS <= d->now_ms)
		return admit_no(d, E_INVALID, where, "would be over already");
	snprintf(where, sizeof(where), "/items/%zu/quantity", i);
	left = book_left(book, from, from + item->duration_days * DAY_MS);
	if (item->quantity > left)
		return why_set(d->why, E_INVALID, where,
			"is more than can be released then: %" PRId64 " of %" PRId64
			" (reserve and commitments taken off)",
			left, book->quantity);
	return 0;
}

int offer_admit(struct admit *d, const struct aid_offer *o)
{
	const struct aid_offer_item *item = o->items.p;
	const struct aid_request *q = NULL;
	struct aid_record request;
	int rc = 0;

	if (!id_is_zero(&o->request.owner)) {
		rc = admit_need(d, AID_REQUEST, &o->request, "/request", &request);
		if (rc < 0)
			return rc;
		q = &request.a->request;
		if (!o->withdrawn && (q->state == REQUEST_CLOSED || q->state == REQUEST_CANCELLED))
			return admit_no(d, E_STATE, "/request", "is closed");
	}
	if (o->withdrawn)
		return 0;
	if (o->valid_until <= d->now_ms)
		return admit_no(d, E_INVALID, "/valid_until", "has passed");
	for (size_t i = 0; rc == 0 && i < o->items.n; i++)
		rc = offer_item_admit(d, &item[i], i, q);
	return rc;
}

/* ---- acceptances ---- */

/* What an acceptance still takes of an item at this moment, given what has been answered: the provider's word counts over ours. */
static int64_t taken_by(
	const struct aid_record *acc, const struct aid_record *commit, int64_t item, int64_t now_ms)
{
	const struct aid_acceptance *a = &acc->a->acceptance;
	const struct aid_accepted_item *want = a->items.p;
	int64_t sum = 0;

	if (commit) {
		const struct aid_commit *c = &commit->a->commit;
		const struct aid_committed_item *got = c->items.p;

		for (size_t i = 0; i < c->items.n; i++)
			sum += got[i].item == item ? got[i].quantity : 0;
		return sum;
	}
	if (a->withdrawn || a->commit_by <= now_ms)
		return 0;
	for (size_t i = 0; i < a->items.n; i++)
		sum += want[i].item == item ? want[i].quantity : 0;
	return sum;
}

static int commit_of(struct admit *d, const struct object_id *acceptance, const struct id *provider,
	struct aid_record **ret)
{
	struct aid_record *about;
	size_t n;
	int rc = aid_about(&d->v, acceptance, AID_COMMIT, provider, &about, &n, d->why);

	*ret = NULL;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!*ret || about[i].r.seq < (*ret)->r.seq)
			*ret = &about[i];
	return rc;
}

static int already_taken(
	struct admit *d, const struct aid_record *offer, int64_t item, int64_t *ret)
{
	struct aid_record *about, *commit;
	union aid_any pending;
	size_t n, at = 0;
	int rc = aid_about(&d->v, &offer->r.object, AID_ACCEPTANCE, &d->v.world->node->self, &about,
		&n, d->why);

	*ret = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (object_id_eq(&about[i].r.object, &d->object))
			continue;
		rc = commit_of(d, &about[i].r.object, &offer->r.author, &commit);
		if (rc == 0)
			*ret += taken_by(&about[i], commit, item, d->now_ms);
	}
	while (rc == 0 && admit_pending(d, AID_ACCEPTANCE, &at, &pending)) {
		struct aid_record r = {.a = &pending};

		if (object_id_eq(&pending.acceptance.offer, &offer->r.object))
			*ret += taken_by(&r, NULL, item, d->now_ms);
	}
	return rc;
}

/* Items of one group are taken whole, all of them. */
static int groups_check(struct admit *d, const struct aid_acceptance *a, const struct aid_offer *o)
{
	const struct aid_accepted_item *want = a->items.p;
	const struct aid_offer_item *item = o->items.p;

	for (size_t i = 0; i < a->items.n; i++) {
		const struct aid_offer_item *has = item_of(o, want[i].item);

		if (!has || has->group == 0)
			continue;
		for (size_t k = 0; k < o->items.n; k++) {
			bool whole = false;

			if (item[k].group != has->group)
				continue;
			for (size_t m = 0; m < a->items.n; m++)
				whole = whole || (want[m].item == item[k].item &&
							 want[m].quantity == item[k].quantity);
			if (!whole)
				return why_set(d->why, E_INVALID, "/items",
					"item %" PRId64
					" is of a group that is accepted whole or not at all",
					item[k].item);
		}
	}
	return 0;
}

static int accepted_item_admit(struct admit *d, const struct aid_accepted_item *want, size_t i,
	const struct aid_record *offer, const struct aid_request *q)
{
	const struct aid_offer_item *has = item_of(&offer->a->offer, want->item);
	const struct aid_line *line = admit_line(q, want->line);
	char where[48];
	int64_t taken;
	int rc;

	snprintf(where, sizeof(where), "/items/%zu", i);
	if (!has)
		return admit_no(d, E_INVALID, where, "is no item of that offer");
	if (!line || line->withdrawn || has->line != want->line)
		return admit_no(d, E_INVALID, where, "is offered for another line");
	rc = already_taken(d, offer, want->item, &taken);
	if (rc < 0)
		return rc;
	if (want->quantity > has->quantity - taken)
		return why_set(d->why, E_INVALID, where,
			"more than is left of the offer: %" PRId64 " of %" PRId64,
			has->quantity - taken, has->quantity);
	if (want->quantity < has->min_quantity && want->quantity < has->quantity)
		return why_set(d->why, E_INVALID, where, "less than the smallest lot: %" PRId64,
			has->min_quantity);
	return 0;
}

int acceptance_admit(struct admit *d, const struct aid_acceptance *a)
{
	const struct aid_accepted_item *want = a->items.p;
	struct aid_record request, offer;
	int rc = admit_need_own(d, AID_REQUEST, &a->request, "/request", &request);

	if (rc < 0 || a->withdrawn)
		return rc;
	if (!id_is_zero(&d->object.owner))
		return admit_no(d, E_STATE, "",
			"an acceptance is not changed: withdraw it and make another");
	rc = admit_need_exact(
		d, AID_OFFER, &a->offer, &a->offer_leaf, "/offer", "/offer_leaf", &offer);
	if (rc < 0)
		return rc;
	const struct aid_offer *o = &offer.a->offer;
	const struct aid_request *q = &request.a->request;
	if (!object_id_eq(&o->request, &a->request))
		return admit_no(d, E_INVALID, "/offer", "answers another request");
	if (o->withdrawn || o->response == OFFER_DECLINE || o->response == OFFER_DEFER)
		return admit_no(d, E_STATE, "/offer", "offers nothing any more");
	if (o->valid_until <= d->now_ms)
		return admit_no(d, E_STATE, "/offer", "was valid until a moment that has passed");
	if (a->commit_by <= d->now_ms)
		return admit_no(d, E_INVALID, "/commit_by", "has passed");
	for (size_t i = 0; rc == 0 && i < a->items.n; i++)
		rc = accepted_item_admit(d, &want[i], i, &offer, q);
	if (rc == 0)
		rc = groups_check(d, a, o);
	/* Last, as it is taken: what is refused for another reason waits as before. */
	if (rc == 0 && q->four_eyes && !d->proposed)
		rc = waiting_take(&d->v, d->a->draft, d->why);
	return rc;
}

/* ---- commits ---- */

/* What has been committed of an item of an offer already. */
static int committed_before(
	struct admit *d, const struct object_id *offer, int64_t item, int64_t *ret)
{
	union aid_any pending;
	size_t at = 0;
	int rc = admit_own(d);

	*ret = 0;
	for (size_t i = 0; rc == 0 && i < d->own.n; i++)
		if (d->own.p[i].item == item && object_id_eq(&d->own.p[i].offer, offer))
			*ret += d->own.p[i].quantity;
	while (rc == 0 && admit_pending(d, AID_COMMIT, &at, &pending)) {
		const struct aid_committed_item *p = pending.commit.items.p;

		for (size_t k = 0; k < pending.commit.items.n; k++)
			if (p[k].item == item && object_id_eq(&pending.commit.offer, offer))
				*ret += p[k].quantity;
	}
	return rc;
}

/* The other side checks what it likes: by no acceptance, nor by several, is anybody talked into more than he has offered, or for another line. */
static int offered_check(struct admit *d, const struct aid_commit *c,
	const struct aid_committed_item *g, const struct aid_offer *o, int64_t sum,
	const char *where)
{
	const struct aid_offer_item *has = item_of(o, g->item);
	int64_t before;
	int rc;

	if (!has || has->line != g->line)
		return admit_no(d, E_INVALID, where, "was not offered for that line");
	rc = committed_before(d, &c->offer, g->item, &before);
	if (rc == 0 && sum > has->quantity - before)
		rc = why_set(d->why, E_INVALID, where,
			"is more than is left of what was offered: %" PRId64 " of %" PRId64,
			has->quantity > before ? has->quantity - before : 0, has->quantity);
	return rc;
}

/* Free now, with what this very transaction and this draft's earlier items have promised. `o`: the offer as it was accepted; NULL: it has been changed since. */
static int committed_item_admit(struct admit *d, const struct aid_commit *c, size_t i,
	const struct aid_acceptance *a, const struct aid_offer *o)
{
	const struct aid_committed_item *g = (const struct aid_committed_item *)c->items.p + i;
	struct answered of = commit_answers(c, i, a);
	int64_t left;
	struct aid_record cap;
	struct book *book;
	char where[48];
	int rc;

	snprintf(where, sizeof(where), "/items/%zu", i);
	if (of.given > of.asked)
		return why_set(d->why, E_INVALID, where,
			"is more than was accepted: %" PRId64 " of %" PRId64, of.given, of.asked);
	if (g->until <= d->now_ms)
		return admit_no(d, E_INVALID, where, "would be over already: until has passed");
	rc = o ? offered_check(d, c, g, o, of.given, where) : 0;
	if (rc < 0)
		return rc;
	rc = admit_need_own(d, AID_CAPABILITY, &g->capability, where, &cap);
	if (rc == 0)
		rc = stands(d, &cap, where);
	if (rc == 0)
		rc = admit_book(d, &g->capability, &book);
	if (rc < 0)
		return rc;
	if (book->quantity < 0)
		return admit_no(d, E_STATE, where, "the capability says no quantity");
	left = book_left(book, g->from, g->until);
	if (g->quantity > left)
		return why_set(d->why, E_CONFLICT, where,
			"is bound already: %" PRId64 " of %" PRId64 " are free then", left,
			book->quantity);
	book_add(book, g->from, g->until, g->quantity);
	return 0;
}

static int commit_once(struct admit *d, const struct aid_commit *c)
{
	struct aid_record *commit;
	union aid_any pending;
	size_t at = 0;
	int rc = commit_of(d, &c->acceptance, &d->v.world->node->self, &commit);

	if (rc < 0)
		return rc;
	if (commit)
		return admit_no(d, E_CONFLICT, "/acceptance", "has been answered already");
	while (admit_pending(d, AID_COMMIT, &at, &pending))
		if (object_id_eq(&pending.commit.acceptance, &c->acceptance))
			return admit_no(d, E_CONFLICT, "/acceptance", "has been answered already");
	return 0;
}

int commit_admit(struct admit *d, const struct aid_commit *c)
{
	struct aid_record acceptance, offer, request;
	int rc;

	if (!id_is_zero(&d->object.owner))
		return admit_no(
			d, E_STATE, "", "a commitment is not changed: release is by standing down");
	rc = admit_need_exact(d, AID_ACCEPTANCE, &c->acceptance, &c->acceptance_leaf, "/acceptance",
		"/acceptance_leaf", &acceptance);
	if (rc < 0)
		return rc;
	const struct aid_acceptance *a = &acceptance.a->acceptance;
	if (!object_id_eq(&a->offer, &c->offer) || !object_id_eq(&a->request, &c->request))
		return admit_no(d, E_INVALID, "/offer", "is not what was accepted");
	rc = admit_need_own(d, AID_OFFER, &c->offer, "/offer", &offer);
	if (rc == 0)
		rc = admit_need(d, AID_REQUEST, &c->request, "/request", &request);
	if (rc == 0 && !id_eq(&acceptance.r.author, &request.r.author))
		rc = admit_no(d, E_DENIED, "/acceptance", "is not by the member that asked");
	if (rc == 0)
		rc = commit_once(d, c);
	if (rc < 0 || c->decision == COMMIT_REFUSE)
		return rc;
	if (a->withdrawn)
		return admit_no(d, E_STATE, "/acceptance", "has been withdrawn");
	bool exact = hash_eq(&a->offer_leaf, &offer.r.leaf);
	if (!exact) {
		bool was;

		rc = aid_was(&d->v, &c->offer, &a->offer_leaf, &was, d->why);
		if (rc < 0 || !was)
			return rc < 0 ? rc
				      : admit_no(d, E_VERIFY, "/acceptance",
						"is of an offer that was never made");
	}
	if (a->commit_by <= d->now_ms)
		return admit_no(d, E_STATE, "/acceptance", "has lapsed: commit_by has passed");
	for (size_t i = 0; rc == 0 && i < c->items.n; i++)
		rc = committed_item_admit(d, c, i, a, exact ? &offer.a->offer : NULL);
	return rc;
}
