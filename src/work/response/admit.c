/*
 * admit.c: what may be said now. Asked of our own drafts inside the transaction that writes them (workspace.h), so what is looked at here cannot change
 * before it is on disk.
 *
 *	invariants
 *	1. The sum of what a member has committed of a capability never exceeds quantity less reserve, at any moment. Other nodes cannot break it: only the owner commits.
 *	   What is out stays longer, by an extension that it grants or asks for itself, only within that.
 *	2. A commit answers the newest version of one acceptance, by its hash, before commit_by, once.
 *	3. An acceptance takes the newest version of one offer, by its hash, and never more than is left of it.
 *	4. Where a request wants two people, an acceptance is written only if a second one has confirmed these very bytes (waiting.h), and once; and a request never stops wanting them.
 *	5. What a record names is here, is of the same mode, and belongs to whom it must.
 */
#include "work/response/book.h"
#include "work/response/response_int.h"
#include "work/response/waiting.h"

#include "base/enc.h"
#include "log/batch.h"

#include <inttypes.h>
#include <limits.h>

struct admit {
	const struct admitting *a;
	struct aid_view v;
	struct reader self;
	int64_t now_ms;
	struct object_id object; /* of the draft; owner zero: new */
	struct promises own;	 /* of the store; loaded when first asked for */
	bool own_loaded;
	struct book *book; /* a book for each capability of the draft */
	size_t n_book;
	bool proposed; /* not written yet: a second person is still to confirm it */
	struct why *why;
};

static int no(struct admit *d, int code, const char *where, const char *text)
{
	return why_set(d->why, code, where, "%s", text);
}

static bool mine(const struct admit *d, const struct id *owner)
{
	return id_eq(owner, &d->v.world->node->self);
}

/* What a draft refers to: here, of this kind and mode. */
static int need(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret)
{
	int rc = aid_get(&d->v, kind, object, ret, d->why);

	if (rc == E_MISSING)
		return why_set(d->why, E_INVALID, where,
			"is no record of this mode here, among the %s", aid_kinds[kind].word);
	return rc;
}

/* The draft's exact answer: only the newest version can be answered, and its hash must be the one that was read. */
static int need_exact(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const struct hash *leaf, const char *where, const char *where_leaf, struct aid_record *ret)
{
	int rc = need(d, kind, object, where, ret);
	bool was;

	if (rc < 0 || hash_eq(&ret->r.leaf, leaf))
		return rc;
	rc = aid_was(&d->v, object, leaf, &was, d->why);
	if (rc < 0)
		return rc;
	return was ? no(d, E_CONFLICT, where_leaf,
			     "is an old version: it has been changed since, read it again")
		   : no(d, E_VERIFY, where_leaf, "is not the hash of that record");
}

static int need_own(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret)
{
	int rc = need(d, kind, object, where, ret);

	if (rc == 0 && !mine(d, &ret->r.author))
		rc = no(d, E_DENIED, where, "belongs to another member: it speaks for itself");
	return rc;
}

/* Drafts of the same transaction that are not in the tables yet. */
static int pending_next(struct admit *d, enum aid_kind kind, size_t *at, union aid_any *ret)
{
	while (*at < d->a->n_before) {
		const struct draft *p = d->a->before[(*at)++];

		if (slice_is(p->kind, aid_kinds[kind].kind) && p->mode == d->v.mode &&
			aid_read(kind, ret, d->v.arena, p->content, 0, NULL) == 0)
			return 1;
	}
	return 0;
}

/* What this very transaction has promised already. */
static void pending_book(struct admit *d, struct book *b)
{
	union aid_any pending;
	size_t at = 0;

	while (pending_next(d, AID_COMMIT, &at, &pending)) {
		const struct aid_committed_item *p = pending.commit.items.p;

		for (size_t k = 0; k < pending.commit.items.n; k++)
			if (object_id_eq(&p[k].capability, &b->capability))
				book_add(b, p[k].from, p[k].until, p[k].quantity);
	}
}

/* One for each capability that the draft names: what the draft itself promises is added as its items are gone through. */
static int book_of(struct admit *d, const struct object_id *capability, struct book **ret)
{
	struct book *b;
	int rc = d->own_loaded ? 0 : promises_load(&d->own, &d->v, d->why);

	if (rc < 0)
		return rc;
	d->own_loaded = true;
	for (size_t i = 0; i < d->n_book; i++)
		if (object_id_eq(&d->book[i].capability, capability)) {
			*ret = &d->book[i];
			return 0;
		}
	if (!d->book)
		d->book = arena_array(d->v.arena, struct book, AID_LINES_MAX);
	if (d->n_book == AID_LINES_MAX)
		return why_set(d->why, E_LIMIT, "/items", "more than %d", AID_LINES_MAX);
	b = &d->book[d->n_book];
	rc = book_load(b, &d->v, &d->own, capability, d->why);
	if (rc < 0)
		return rc;
	d->n_book++;
	pending_book(d, b);
	*ret = b;
	return 0;
}

/* ---- offers ---- */

static const struct aid_line *line_of(const struct aid_request *q, int64_t line)
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

static int offer_item_admit(
	struct admit *d, const struct aid_offer_item *item, size_t i, const struct aid_request *q)
{
	const struct aid_line *line = q ? line_of(q, item->line) : NULL;
	struct aid_record cap;
	struct book *book;
	char where[48];
	int64_t from = item->eta_earliest ? item->eta_earliest : item->eta_latest, left;
	int rc;

	snprintf(where, sizeof(where), "/items/%zu/line", i);
	if (q && (!line || line->withdrawn))
		return no(d, E_INVALID, where, "is no line of that request");
	if (id_is_zero(&item->capability.owner))
		return 0; /* described, and no number of ours behind it */
	snprintf(where, sizeof(where), "/items/%zu/capability", i);
	rc = need_own(d, AID_CAPABILITY, &item->capability, where, &cap);
	if (rc == 0)
		rc = book_of(d, &item->capability, &book);
	if (rc < 0)
		return rc;
	snprintf(where, sizeof(where), "/items/%zu/quantity", i);
	left = book_left(book, from, from + item->duration_days * DAY_MS);
	if (item->quantity > left)
		return why_set(d->why, E_INVALID, where,
			"is more than can be released then: %" PRId64 " of %" PRId64
			" (reserve and commitments taken off)",
			left, book->quantity);
	return 0;
}

static int offer_admit(struct admit *d, const struct aid_offer *o)
{
	const struct aid_offer_item *item = o->items.p;
	const struct aid_request *q = NULL;
	struct aid_record request;
	int rc = 0;

	if (!id_is_zero(&o->request.owner)) {
		rc = need(d, AID_REQUEST, &o->request, "/request", &request);
		if (rc < 0)
			return rc;
		q = &request.a->request;
		if (!o->withdrawn && (q->state == REQUEST_CLOSED || q->state == REQUEST_CANCELLED))
			return no(d, E_STATE, "/request", "is closed");
	}
	if (o->withdrawn)
		return 0;
	if (o->valid_until <= d->now_ms)
		return no(d, E_INVALID, "/valid_until", "has passed");
	for (size_t i = 0; rc == 0 && i < o->items.n; i++)
		rc = offer_item_admit(d, &item[i], i, q);
	return rc;
}

/* ---- acceptances ---- */

static bool same_object(const struct object_id *a, const struct object_id *b)
{
	return object_id_eq(a, b);
}

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
		if (same_object(&about[i].r.object, &d->object))
			continue;
		rc = commit_of(d, &about[i].r.object, &offer->r.author, &commit);
		if (rc == 0)
			*ret += taken_by(&about[i], commit, item, d->now_ms);
	}
	while (rc == 0 && pending_next(d, AID_ACCEPTANCE, &at, &pending)) {
		struct aid_record r = {.a = &pending};

		if (same_object(&pending.acceptance.offer, &offer->r.object))
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
	const struct aid_line *line = line_of(q, want->line);
	char where[48];
	int64_t taken;
	int rc;

	snprintf(where, sizeof(where), "/items/%zu", i);
	if (!has)
		return no(d, E_INVALID, where, "is no item of that offer");
	if (!line || line->withdrawn || has->line != want->line)
		return no(d, E_INVALID, where, "is offered for another line");
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

static int acceptance_admit(struct admit *d, const struct aid_acceptance *a)
{
	const struct aid_accepted_item *want = a->items.p;
	struct aid_record request, offer;
	int rc = need_own(d, AID_REQUEST, &a->request, "/request", &request);

	if (rc < 0 || a->withdrawn)
		return rc;
	if (!id_is_zero(&d->object.owner))
		return no(d, E_STATE, "",
			"an acceptance is not changed: withdraw it and make another");
	rc = need_exact(d, AID_OFFER, &a->offer, &a->offer_leaf, "/offer", "/offer_leaf", &offer);
	if (rc < 0)
		return rc;
	const struct aid_offer *o = &offer.a->offer;
	const struct aid_request *q = &request.a->request;
	if (!same_object(&o->request, &a->request))
		return no(d, E_INVALID, "/offer", "answers another request");
	if (o->withdrawn || o->response == OFFER_DECLINE || o->response == OFFER_DEFER)
		return no(d, E_STATE, "/offer", "offers nothing any more");
	if (o->valid_until <= d->now_ms)
		return no(d, E_STATE, "/offer", "was valid until a moment that has passed");
	if (a->commit_by <= d->now_ms)
		return no(d, E_INVALID, "/commit_by", "has passed");
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

/* Free now, with what this very transaction and this draft's earlier items have promised. */
static int committed_item_admit(
	struct admit *d, const struct aid_commit *c, size_t i, const struct aid_acceptance *a)
{
	const struct aid_committed_item *got = c->items.p, *g = &got[i];
	const struct aid_accepted_item *want = a->items.p;
	int64_t asked = 0, sum = 0, left;
	struct aid_record cap;
	struct book *book;
	char where[48];
	int rc;

	snprintf(where, sizeof(where), "/items/%zu", i);
	for (size_t k = 0; k < a->items.n; k++)
		if (want[k].item == g->item && want[k].line == g->line)
			asked = want[k].quantity;
	for (size_t k = 0; k < c->items.n; k++)
		sum += got[k].item == g->item ? got[k].quantity : 0;
	if (sum > asked)
		return why_set(d->why, E_INVALID, where,
			"is more than was accepted: %" PRId64 " of %" PRId64, sum, asked);
	rc = need_own(d, AID_CAPABILITY, &g->capability, where, &cap);
	if (rc == 0)
		rc = book_of(d, &g->capability, &book);
	if (rc < 0)
		return rc;
	if (book->quantity < 0)
		return no(d, E_STATE, where, "the capability says no quantity");
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
		return no(d, E_CONFLICT, "/acceptance", "has been answered already");
	while (pending_next(d, AID_COMMIT, &at, &pending))
		if (same_object(&pending.commit.acceptance, &c->acceptance))
			return no(d, E_CONFLICT, "/acceptance", "has been answered already");
	return 0;
}

static int commit_admit(struct admit *d, const struct aid_commit *c)
{
	struct aid_record acceptance, offer, request;
	int rc;

	if (!id_is_zero(&d->object.owner))
		return no(
			d, E_STATE, "", "a commitment is not changed: release is by standing down");
	rc = need_exact(d, AID_ACCEPTANCE, &c->acceptance, &c->acceptance_leaf, "/acceptance",
		"/acceptance_leaf", &acceptance);
	if (rc < 0)
		return rc;
	const struct aid_acceptance *a = &acceptance.a->acceptance;
	if (!same_object(&a->offer, &c->offer) || !same_object(&a->request, &c->request))
		return no(d, E_INVALID, "/offer", "is not what was accepted");
	rc = need_own(d, AID_OFFER, &c->offer, "/offer", &offer);
	if (rc == 0)
		rc = need(d, AID_REQUEST, &c->request, "/request", &request);
	if (rc == 0 && !id_eq(&acceptance.r.author, &request.r.author))
		rc = no(d, E_DENIED, "/acceptance", "is not by the member that asked");
	if (rc == 0)
		rc = commit_once(d, c);
	if (rc < 0 || c->decision == COMMIT_REFUSE)
		return rc;
	if (a->withdrawn)
		return no(d, E_STATE, "/acceptance", "has been withdrawn");
	if (!hash_eq(&a->offer_leaf, &offer.r.leaf)) {
		bool was;

		rc = aid_was(&d->v, &c->offer, &a->offer_leaf, &was, d->why);
		if (rc < 0 || !was)
			return rc < 0 ? rc
				      : no(d, E_VERIFY, "/acceptance",
						"is of an offer that was never made");
	}
	if (a->commit_by <= d->now_ms)
		return no(d, E_STATE, "/acceptance", "has lapsed: commit_by has passed");
	for (size_t i = 0; rc == 0 && i < c->items.n; i++)
		rc = committed_item_admit(d, c, i, a);
	return rc;
}

/* ---- the others: whom what they name belongs to ---- */

static int stand_down_admit(struct admit *d, const struct aid_stand_down *s)
{
	struct aid_record deployment, request;
	int rc = need(d, AID_DEPLOYMENT, &s->deployment, "/deployment", &deployment);

	if (rc == 0)
		rc = need(d, AID_REQUEST, &s->request, "/request", &request);
	if (rc < 0)
		return rc;
	if (!mine(d, s->initiator == 0 ? &request.r.author : &deployment.r.author))
		return no(d, E_DENIED, "/initiator",
			"a team is released by who asked for it, and called home by who sent it");
	return 0;
}

static int64_t on_line(const struct shape_list *items, int64_t line)
{
	const struct aid_deployed_item *item = items->p;
	int64_t sum = 0;

	for (size_t i = 0; i < items->n; i++)
		sum += item[i].line == line ? item[i].quantity : 0;
	return sum;
}

/* What other deployments of the commit have taken of its quantity for a line. */
static int64_t gone_before(struct admit *d, const struct aid_record *other, size_t n,
	const struct aid_deployment *p, int64_t line)
{
	union aid_any pending;
	size_t at = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (!same_object(&other[i].r.object, &d->object))
			sum += on_line(&other[i].a->deployment.items, line);
	while (pending_next(d, AID_DEPLOYMENT, &at, &pending)) {
		const struct draft *draft = d->a->before[at - 1];

		if (same_object(&pending.deployment.commit, &p->commit) &&
			!(draft->has_object && same_object(&draft->object, &d->object)))
			sum += on_line(&pending.deployment.items, line);
	}
	return sum;
}

static int deployment_admit(struct admit *d, const struct aid_deployment *p)
{
	const struct aid_deployed_item *item = p->items.p;
	struct aid_record commit, *other;
	size_t n;
	int rc = need_own(d, AID_COMMIT, &p->commit, "/commit", &commit);

	if (rc == 0)
		rc = aid_about(&d->v, &p->commit, AID_DEPLOYMENT, &d->v.world->node->self, &other,
			&n, d->why);
	if (rc < 0)
		return rc;
	const struct aid_commit *c = &commit.a->commit;
	const struct aid_committed_item *got = c->items.p;
	if (c->decision == COMMIT_REFUSE || !same_object(&c->request, &p->request))
		return no(d, E_INVALID, "/commit", "binds nothing for that request");
	for (size_t i = 0; i < p->items.n; i++) {
		int64_t sum = 0, gone = gone_before(d, other, n, p, item[i].line);

		for (size_t k = 0; k < c->items.n; k++)
			sum += got[k].line == item[i].line ? got[k].quantity : 0;
		if (on_line(&p->items, item[i].line) > sum - gone)
			return why_set(d->why, E_INVALID, "/items",
				"is more than was committed for line %" PRId64 ": %" PRId64
				" are left",
				item[i].line, sum - gone > 0 ? sum - gone : 0);
	}
	return 0;
}

static int exact_own_request(struct admit *d, enum aid_kind kind, const struct object_id *request,
	const struct object_id *object, const struct hash *leaf, const char *where,
	const char *where_leaf, struct aid_record *ret)
{
	struct aid_record q;
	int rc = need_own(d, AID_REQUEST, request, "/request", &q);

	return rc < 0 ? rc : need_exact(d, kind, object, leaf, where, where_leaf, ret);
}

static int settlement_admit(struct admit *d, const struct aid_settlement *s)
{
	struct aid_record claim;
	int rc = exact_own_request(d, AID_CLAIM, &s->request, &s->claim, &s->claim_leaf, "/claim",
		"/claim_leaf", &claim);

	if (rc == 0 && !slice_eq(s->currency, claim.a->claim.currency))
		rc = no(d, E_INVALID, "/currency", "is not that of the claim");
	return rc;
}

/* What one's own deployment has with it stays longer only if from its end on it is promised to nobody else. */
static int stay_admit(
	struct admit *d, const struct aid_record *deployment, int64_t until, const char *where)
{
	struct aid_record commit;
	int rc;

	if (!mine(d, &deployment->r.author))
		return 0;
	rc = need_own(d, AID_COMMIT, &deployment->a->deployment.commit, "/deployment", &commit);
	d->own.without = deployment->r.object;
	for (size_t i = 0; rc == 0 && i < commit.a->commit.items.n; i++) {
		const struct aid_committed_item *got = commit.a->commit.items.p;
		struct book *book;

		rc = book_of(d, &got[i].capability, &book);
		if (rc < 0 || book->away == 0)
			continue;
		/* Ready or not: it is out. */
		book->not_ready = false;
		int64_t from = book->away_until > d->now_ms ? book->away_until : d->now_ms;
		int64_t left = until > from ? book_left(book, from, until) : book->away;
		if (book->away > left)
			rc = why_set(d->why, E_CONFLICT, where,
				"%" PRId64 " are out, and of them %" PRId64
				" are promised to nobody else until then",
				book->away, left);
	}
	return rc;
}

static int extension_admit(struct admit *d, const struct aid_extension *e)
{
	struct aid_record deployment;
	int rc = need(d, AID_DEPLOYMENT, &e->deployment, "/deployment", &deployment);

	return rc < 0 ? rc : stay_admit(d, &deployment, e->requested_until, "/requested_until");
}

static int extension_answer_admit(struct admit *d, const struct aid_extension_answer *a)
{
	struct aid_record extension, deployment;
	int rc = need_exact(d, AID_EXTENSION, &a->extension, &a->extension_leaf, "/extension",
		"/extension_leaf", &extension);

	if (rc == 0)
		rc = need(d, AID_DEPLOYMENT, &extension.a->extension.deployment, "/extension",
			&deployment);
	if (rc == 0 && mine(d, &extension.r.author))
		rc = no(d, E_DENIED, "/extension", "is one's own: the other side answers it");
	if (rc == 0 && a->answer == EXTENSION_GRANTED)
		rc = stay_admit(
			d, &deployment, extension_until(&extension.a->extension, a), "/until");
	return rc;
}

/* What has been issued stands: it is changed by another alert that refers to it. */
static int alert_once(struct admit *d, const struct object_id *object)
{
	struct record r;
	struct why none = {0};
	int rc;

	for (size_t i = 0; i < d->a->n_before; i++)
		if (d->a->before[i]->has_object && object_id_eq(&d->a->before[i]->object, object))
			return no(d, E_CONFLICT, "", "has been issued already");
	rc = record_get(d->v.world, d->v.db, d->v.who, object, d->v.arena, &r, &none);

	if (rc == 0)
		return no(d, E_CONFLICT, "",
			"has been issued already: an alert is updated or cancelled by another");
	if (rc == E_MISSING)
		return 0;
	*d->why = none;
	return rc;
}

static int alert_admit(struct admit *d, const struct draft *draft)
{
	struct cap_notes *notes = arena_new(d->v.arena, struct cap_notes);
	struct cap_alert a;
	int rc = cap_read(&a, d->v.arena, draft->content, notes, d->why);

	if (rc == 0 && alert_mode(&a) != draft->mode)
		rc = why_set(d->why, E_INVALID, "status", "is %.*s, and the record would be %s",
			SLICE_FMT(a.status.text), mode_name(draft->mode));
	if (rc == 0 && draft->has_object)
		rc = alert_once(d, &draft->object);
	return rc;
}

/* A capability may be written together with what belongs to it. */
static int need_own_capability(struct admit *d, const struct object_id *object, const char *where)
{
	struct aid_record r;

	for (size_t i = 0; i < d->a->n_before; i++) {
		const struct draft *p = d->a->before[i];

		if (p->has_object && object_id_eq(&p->object, object) && p->mode == d->v.mode &&
			slice_is(p->kind, aid_kinds[AID_CAPABILITY].kind))
			return 0;
	}
	return need_own(d, AID_CAPABILITY, object, where, &r);
}

/* Where two people accept, one alone would get around the other by a new version that does not ask for it. */
static int request_admit(struct admit *d, const struct aid_request *q)
{
	struct aid_record r;
	struct why none = {0};
	bool had = false;
	size_t at = 0;
	union aid_any pending;
	int rc;

	if (!id_is_zero(&d->object.owner) && !q->four_eyes) {
		rc = aid_get(&d->v, AID_REQUEST, &d->object, &r, &none);
		if (rc < 0 && rc != E_MISSING) {
			*d->why = none;
			return rc;
		}
		had = rc == 0 && r.a->request.four_eyes;
		while (!had && pending_next(d, AID_REQUEST, &at, &pending)) {
			const struct draft *p = d->a->before[at - 1];

			had = p->has_object && same_object(&p->object, &d->object) &&
			      pending.request.four_eyes;
		}
		if (had)
			return no(d, E_DENIED, "/four_eyes",
				"once two people accept for a request, it stays so");
	}
	return id_is_zero(&q->incident.owner)
		       ? 0
		       : need(d, AID_INCIDENT, &q->incident, "/incident", &r);
}

static int record_admit(struct admit *d, enum aid_kind kind, const union aid_any *a)
{
	struct aid_record r;

	switch (kind) {
	case AID_CAPABILITY_DETAIL:
		return need_own_capability(d, &a->capability.of, "/of");
	case AID_READINESS:
		return need_own_capability(d, &a->readiness.capability, "/capability");
	case AID_ACK:
		return need_exact(
			d, AID_KINDS, &a->ack.target, &a->ack.leaf, "/target", "/leaf", &r);
	case AID_REQUEST:
		return request_admit(d, &a->request);
	case AID_OFFER:
		return offer_admit(d, &a->offer);
	case AID_ACCEPTANCE:
		return acceptance_admit(d, &a->acceptance);
	case AID_COMMIT:
		return commit_admit(d, &a->commit);
	case AID_SHORTFALL: {
		int rc = need_own(d, AID_REQUEST, &a->shortfall.request, "/request", &r);
		return rc == 0 && !line_of(&r.a->request, a->shortfall.line)
			       ? no(d, E_INVALID, "/line", "is no line of that request")
			       : rc;
	}
	case AID_DEPLOYMENT:
		return deployment_admit(d, &a->deployment);
	case AID_LEG:
		return need_own(d, AID_DEPLOYMENT, &a->leg.deployment, "/deployment", &r);
	case AID_CHECK_IN:
		return need_own(d, AID_DEPLOYMENT, &a->check_in.deployment, "/deployment", &r);
	case AID_EXTENSION:
		return extension_admit(d, &a->extension);
	case AID_EXTENSION_ANSWER:
		return extension_answer_admit(d, &a->extension_answer);
	case AID_STAND_DOWN:
		return stand_down_admit(d, &a->stand_down);
	case AID_RETURN:
		return need_own(d, AID_DEPLOYMENT, &a->returned.deployment, "/deployment", &r);
	case AID_CLAIM:
		return need_own(d, AID_DEPLOYMENT, &a->claim.deployment, "/deployment", &r);
	case AID_CLAIM_DECISION:
		return exact_own_request(d, AID_CLAIM, &a->claim_decision.request,
			&a->claim_decision.claim, &a->claim_decision.claim_leaf, "/claim",
			"/claim_leaf", &r);
	case AID_SETTLEMENT:
		return settlement_admit(d, &a->settlement);
	case AID_EXCHANGE:
		return mine(d, &a->exchange.creditor)
			       ? no(d, E_INVALID, "/creditor", "owes itself nothing")
			       : 0;
	case AID_CAPABILITY:
	case AID_INCIDENT:
	case AID_ALERT:
	case AID_SITREP:
	case AID_KINDS:
		break;
	}
	return 0;
}

static int admit(const struct admitting *a, bool proposed, struct why *why)
{
	const struct draft *draft = a->draft;
	enum aid_kind kind = aid_kind_of(draft->kind);
	struct admit d = {.a = a,
		.now_ms = env_now_ms(&a->world->node->env),
		.proposed = proposed,
		.why = why};
	union aid_any any;
	int rc;

	d.self = world_reader(a->world, &a->world->node->self);
	d.self.self = true;
	d.self.clearance_level = UINT_MAX;
	d.v = (struct aid_view){.world = a->world,
		.db = a->db,
		.who = &d.self,
		.arena = a->arena,
		.mode = draft->mode};
	if (draft->has_object)
		d.object = draft->object;
	/* Promises are made one at a time. */
	if (slice_is(draft->media, BATCH_MEDIA))
		return kind == AID_CAPABILITY || kind == AID_READINESS
			       ? 0
			       : why_set(why, E_INVALID, "/media", "is not written in batches");
	if (kind == AID_ALERT)
		return alert_admit(&d, draft);
	rc = aid_read(kind, &any, a->arena, draft->content, 0, why);
	return rc < 0 ? rc : record_admit(&d, kind, &any);
}

int response_admit(const struct admitting *a, struct why *why)
{
	return admit(a, false, why);
}

int response_admit_proposed(const struct admitting *a, struct why *why)
{
	return admit(a, true, why);
}
