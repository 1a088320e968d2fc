/*
 * admit.c: what may be said now. Asked of our own drafts inside the transaction that writes them (workspace.h), so what is looked at here cannot change
 * before it is on disk.
 *
 *	invariants
 *	1. The sum of what a member has committed of a capability never exceeds quantity less reserve, at any moment. Other nodes cannot break it: only the owner commits.
 *	   What is out stays longer, by an extension that it grants or asks for itself, only within that.
 *	2. A commit answers the newest version of one acceptance, by its hash, before commit_by, once, and all of them together bind no more of an offer than it has offered.
 *	3. An acceptance takes the newest version of one offer, by its hash, and never more than is left of it.
 *	4. Where a request wants two people, an acceptance is written only if a second one has confirmed these very bytes (waiting.h), and once; and a request never stops wanting them.
 *	5. What a record names is here, is of the same mode, and belongs to whom it must.
 */
#include "work/response/admit_int.h"

#include "log/batch.h"

#include <inttypes.h>
#include <limits.h>

int admit_no(struct admit *d, int code, const char *where, const char *text)
{
	return why_set(d->why, code, where, "%s", text);
}

bool admit_mine(const struct admit *d, const struct id *owner)
{
	return id_eq(owner, &d->v.world->node->self);
}

int admit_need(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret)
{
	int rc = aid_get(&d->v, kind, object, ret, d->why);

	if (rc == E_MISSING)
		return why_set(d->why, E_INVALID, where,
			"is no record of this mode here, among the %s", aid_kinds[kind].word);
	return rc;
}

/* The draft's exact answer: only the newest version can be answered, and its hash must be the one that was read. */
int admit_need_exact(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const struct hash *leaf, const char *where, const char *where_leaf, struct aid_record *ret)
{
	int rc = admit_need(d, kind, object, where, ret);
	bool was;

	if (rc < 0 || hash_eq(&ret->r.leaf, leaf))
		return rc;
	rc = aid_was(&d->v, object, leaf, &was, d->why);
	if (rc < 0)
		return rc;
	return was ? admit_no(d, E_CONFLICT, where_leaf,
			     "is an old version: it has been changed since, read it again")
		   : admit_no(d, E_VERIFY, where_leaf, "is not the hash of that record");
}

int admit_need_own(struct admit *d, enum aid_kind kind, const struct object_id *object,
	const char *where, struct aid_record *ret)
{
	int rc = admit_need(d, kind, object, where, ret);

	if (rc == 0 && !admit_mine(d, &ret->r.author))
		rc = admit_no(
			d, E_DENIED, where, "belongs to another member: it speaks for itself");
	return rc;
}

int admit_pending(struct admit *d, enum aid_kind kind, size_t *at, union aid_any *ret)
{
	while (*at < d->a->n_before) {
		const struct draft *p = d->a->before[(*at)++];

		if (slice_is(p->kind, aid_kinds[kind].kind) && p->mode == d->v.mode &&
			aid_read(kind, ret, d->v.arena, p->content, 0, NULL) == 0)
			return 1;
	}
	return 0;
}

/* One's own deployment stays longer: from the end that its commit says. */
static int pending_stay(
	struct admit *d, struct book *b, const struct object_id *deployment, int64_t until)
{
	struct aid_record out, commit;
	int rc = aid_get(&d->v, AID_DEPLOYMENT, deployment, &out, d->why);

	if (rc < 0 || !admit_mine(d, &out.r.author) || object_id_eq(deployment, &d->own.without))
		return rc;
	rc = aid_get(&d->v, AID_COMMIT, &out.a->deployment.commit, &commit, d->why);
	for (size_t k = 0; rc == 0 && k < commit.a->commit.items.n; k++) {
		const struct aid_committed_item *p = commit.a->commit.items.p;

		if (object_id_eq(&p[k].capability, &b->capability) && until > p[k].until)
			book_add(b, p[k].until, until, p[k].quantity);
	}
	return rc;
}

/* What this very transaction has promised already. */
static int pending_book(struct admit *d, struct book *b)
{
	union aid_any pending;
	struct aid_record asked;
	size_t at = 0;
	int rc = 0;

	while (admit_pending(d, AID_COMMIT, &at, &pending)) {
		const struct aid_committed_item *p = pending.commit.items.p;

		for (size_t k = 0; k < pending.commit.items.n; k++)
			if (object_id_eq(&p[k].capability, &b->capability))
				book_add(b, p[k].from, p[k].until, p[k].quantity);
	}
	for (at = 0; rc == 0 && admit_pending(d, AID_EXTENSION, &at, &pending);)
		rc = pending_stay(
			d, b, &pending.extension.deployment, pending.extension.requested_until);
	for (at = 0; rc == 0 && admit_pending(d, AID_EXTENSION_ANSWER, &at, &pending);) {
		const struct aid_extension_answer *a = &pending.extension_answer;

		if (a->answer != EXTENSION_GRANTED)
			continue;
		rc = aid_get(&d->v, AID_EXTENSION, &a->extension, &asked, d->why);
		if (rc == 0)
			rc = pending_stay(d, b, &asked.a->extension.deployment,
				extension_until(&asked.a->extension, a));
	}
	return rc;
}

int admit_own(struct admit *d)
{
	int rc = d->own_loaded ? 0 : promises_load(&d->own, &d->v, d->why);

	d->own_loaded = rc == 0;
	return rc;
}

int admit_book(struct admit *d, const struct object_id *capability, struct book **ret)
{
	struct book *b;
	int rc = admit_own(d);

	if (rc < 0)
		return rc;
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
	rc = pending_book(d, b);
	*ret = b;
	return rc;
}

/* ---- the others: whom what they name belongs to ---- */

static int stand_down_admit(struct admit *d, const struct aid_stand_down *s)
{
	struct aid_record deployment, request;
	int rc = admit_need(d, AID_DEPLOYMENT, &s->deployment, "/deployment", &deployment);

	if (rc == 0)
		rc = admit_need(d, AID_REQUEST, &s->request, "/request", &request);
	if (rc < 0)
		return rc;
	if (!admit_mine(d, s->initiator == 0 ? &request.r.author : &deployment.r.author))
		return admit_no(d, E_DENIED, "/initiator",
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
		if (!object_id_eq(&other[i].r.object, &d->object))
			sum += on_line(&other[i].a->deployment.items, line);
	while (admit_pending(d, AID_DEPLOYMENT, &at, &pending)) {
		const struct draft *draft = d->a->before[at - 1];

		if (object_id_eq(&pending.deployment.commit, &p->commit) &&
			!(draft->has_object && object_id_eq(&draft->object, &d->object)))
			sum += on_line(&pending.deployment.items, line);
	}
	return sum;
}

static int deployment_admit(struct admit *d, const struct aid_deployment *p)
{
	const struct aid_deployed_item *item = p->items.p;
	struct aid_record commit, *other;
	size_t n;
	int rc = admit_need_own(d, AID_COMMIT, &p->commit, "/commit", &commit);

	if (rc == 0)
		rc = aid_about(&d->v, &p->commit, AID_DEPLOYMENT, &d->v.world->node->self, &other,
			&n, d->why);
	if (rc < 0)
		return rc;
	const struct aid_commit *c = &commit.a->commit;
	const struct aid_committed_item *got = c->items.p;
	if (c->decision == COMMIT_REFUSE || !object_id_eq(&c->request, &p->request))
		return admit_no(d, E_INVALID, "/commit", "binds nothing for that request");
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
	int rc = admit_need_own(d, AID_REQUEST, request, "/request", &q);

	return rc < 0 ? rc : admit_need_exact(d, kind, object, leaf, where, where_leaf, ret);
}

static int settlement_admit(struct admit *d, const struct aid_settlement *s)
{
	struct aid_record claim;
	int rc = exact_own_request(d, AID_CLAIM, &s->request, &s->claim, &s->claim_leaf, "/claim",
		"/claim_leaf", &claim);

	if (rc == 0 && !slice_eq(s->currency, claim.a->claim.currency))
		rc = admit_no(d, E_INVALID, "/currency", "is not that of the claim");
	return rc;
}

/* What one's own deployment has with it stays longer only if from its end on it is promised to nobody else. */
static int stay_admit(
	struct admit *d, const struct aid_record *deployment, int64_t until, const char *where)
{
	struct aid_record commit;
	int rc;

	if (!admit_mine(d, &deployment->r.author))
		return 0;
	rc = admit_need_own(
		d, AID_COMMIT, &deployment->a->deployment.commit, "/deployment", &commit);
	d->own.without = deployment->r.object;
	for (size_t i = 0; rc == 0 && i < commit.a->commit.items.n; i++) {
		const struct aid_committed_item *got = commit.a->commit.items.p;
		struct book *book;

		rc = admit_book(d, &got[i].capability, &book);
		if (rc < 0 || book->away == 0)
			continue;
		/* Ready or not: it is out. */
		book->not_ready = false;
		int64_t from = book->away_until > d->now_ms ? book->away_until : d->now_ms;
		int64_t left = until > from ? book_left(book, from, until) : book->away;
		if (book->away > left)
			rc = why_set(d->why, E_CONFLICT, where,
				"%" PRId64 " are out, and of them %" PRId64 " can stay until then",
				book->away, left);
	}
	return rc;
}

static int extension_admit(struct admit *d, const struct aid_extension *e)
{
	struct aid_record deployment;
	int rc = admit_need(d, AID_DEPLOYMENT, &e->deployment, "/deployment", &deployment);

	return rc < 0 ? rc : stay_admit(d, &deployment, e->requested_until, "/requested_until");
}

static int extension_answer_admit(struct admit *d, const struct aid_extension_answer *a)
{
	struct aid_record extension, deployment;
	int rc = admit_need_exact(d, AID_EXTENSION, &a->extension, &a->extension_leaf, "/extension",
		"/extension_leaf", &extension);

	if (rc == 0)
		rc = admit_need(d, AID_DEPLOYMENT, &extension.a->extension.deployment, "/extension",
			&deployment);
	if (rc == 0 && admit_mine(d, &extension.r.author))
		rc = admit_no(d, E_DENIED, "/extension", "is one's own: the other side answers it");
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
			return admit_no(d, E_CONFLICT, "", "has been issued already");
	rc = record_get(d->v.world, d->v.db, d->v.who, object, d->v.arena, &r, &none);

	if (rc == 0)
		return admit_no(d, E_CONFLICT, "",
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
	return admit_need_own(d, AID_CAPABILITY, object, where, &r);
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
		while (!had && admit_pending(d, AID_REQUEST, &at, &pending)) {
			const struct draft *p = d->a->before[at - 1];

			had = p->has_object && object_id_eq(&p->object, &d->object) &&
			      pending.request.four_eyes;
		}
		if (had)
			return admit_no(d, E_DENIED, "/four_eyes",
				"once two people accept for a request, it stays so");
	}
	return id_is_zero(&q->incident.owner)
		       ? 0
		       : admit_need(d, AID_INCIDENT, &q->incident, "/incident", &r);
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
		return admit_need_exact(
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
		int rc = admit_need_own(d, AID_REQUEST, &a->shortfall.request, "/request", &r);
		return rc == 0 && !admit_line(&r.a->request, a->shortfall.line)
			       ? admit_no(d, E_INVALID, "/line", "is no line of that request")
			       : rc;
	}
	case AID_DEPLOYMENT:
		return deployment_admit(d, &a->deployment);
	case AID_LEG:
		return admit_need_own(d, AID_DEPLOYMENT, &a->leg.deployment, "/deployment", &r);
	case AID_CHECK_IN:
		return admit_need_own(
			d, AID_DEPLOYMENT, &a->check_in.deployment, "/deployment", &r);
	case AID_EXTENSION:
		return extension_admit(d, &a->extension);
	case AID_EXTENSION_ANSWER:
		return extension_answer_admit(d, &a->extension_answer);
	case AID_STAND_DOWN:
		return stand_down_admit(d, &a->stand_down);
	case AID_RETURN:
		return admit_need_own(
			d, AID_DEPLOYMENT, &a->returned.deployment, "/deployment", &r);
	case AID_CLAIM:
		return admit_need_own(d, AID_DEPLOYMENT, &a->claim.deployment, "/deployment", &r);
	case AID_CLAIM_DECISION:
		return exact_own_request(d, AID_CLAIM, &a->claim_decision.request,
			&a->claim_decision.claim, &a->claim_decision.claim_leaf, "/claim",
			"/claim_leaf", &r);
	case AID_SETTLEMENT:
		return settlement_admit(d, &a->settlement);
	case AID_EXCHANGE:
		return admit_mine(d, &a->exchange.creditor)
			       ? admit_no(d, E_INVALID, "/creditor", "owes itself nothing")
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
