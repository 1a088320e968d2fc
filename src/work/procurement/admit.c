/* admit.c: see admit.h. */
#include "work/procurement/admit.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/offer.h"
#include "work/procurement/process.h"
#include "work/procurement/twin.h"

struct admit {
	const struct admitting *a;
	enum pkind kind;
	struct json_doc doc; /* of the draft */
	struct process *p;
	struct arena *arena; /* sealed bids are large: its own */
	int64_t now_ms;
	struct why *why;
};

static int no(struct admit *d, int code, const char *where, const char *text)
{
	return why_set(d->why, code, where, "%s", text);
}

static const struct id *self(const struct admit *d)
{
	return &d->a->world->node->self;
}

static struct slice text(const struct admit *d, const char *key)
{
	return get_text(&d->doc, json_root(&d->doc), key, d->arena);
}

/* ---- the tender ---- */

static bool same(const struct admit *d, const char *key)
{
	const struct json_doc *was = &d->p->tender->doc;

	return json_same(&d->doc, json_get(&d->doc, json_root(&d->doc), key), was,
		json_get(was, json_root(was), key), d->arena);
}

/* Bidders have bid on these rules: when the deadline is over none of them changes. (What of the tender is told to whom may.) */
static int closed_admit(struct admit *d)
{
	static const char *const free[] = {
		"status", "withheld", "rationale", "deadline", "openAt", "fallbackAt"};
	const struct json_doc *was = &d->p->tender->doc, *doc[] = {&d->doc, was};

	for (size_t w = 0; w < 2; w++)
		for
			EACH(doc[w], v, json_root(doc[w]))
			{
				const char *key =
					arena_string(d->arena, json_key(doc[w], v, d->arena));
				bool may = false;

				for (size_t i = 0; i < sizeof(free) / sizeof(free[0]); i++)
					may |= strcmp(key, free[i]) == 0;
				if (!may && !same(d, key))
					return why_set(d->why, E_STATE,
						arena_printf(d->arena, "/%s", key),
						"the deadline is over: what bidders have relied on cannot change any more");
			}
	return 0;
}

/* Once holders have made the key of a tender, its policy is signed: of the hours it may say later ones, of the rest nothing else. */
static int keyed_admit(struct admit *d)
{
	static const char *const keys[] = {"graceMinutes", "threshold", "padding", "currency"};
	const struct seal_policy *policy = &d->p->replay->policy;
	json_ref root = json_root(&d->doc);
	int64_t deadline = get_time(&d->doc, root, "deadline", 0);
	struct slice status = text(d, "status");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!same(d, keys[i]))
			return why_set(d->why, E_STATE, arena_printf(d->arena, "/%s", keys[i]),
				"the key of this tender is made: this cannot change any more");
	if (d->now_ms > (int64_t)policy->deadline_ms || d->p->replay->closed) {
		int rc = closed_admit(d);

		if (rc < 0)
			return rc;
	}
	if (deadline == (int64_t)policy->deadline_ms)
		return same(d, "openAt") && same(d, "fallbackAt")
			       ? 0
			       : no(d, E_STATE, "/openAt",
					 "opening and fallback move with the deadline only");
	if (slice_is(status, "cancelled") || slice_is(status, "unsuccessful"))
		return no(d, E_STATE, "/deadline", "a tender that ends keeps its hours");
	if (d->now_ms > (int64_t)policy->deadline_ms)
		return no(d, E_STATE, "/deadline",
			"the deadline is over: it can be postponed no more");
	return deadline > (int64_t)policy->deadline_ms
		       ? 0
		       : no(d, E_STATE, "/deadline",
				 "bids are being taken: the deadline may become later, never earlier");
}

static int tender_admit(struct admit *d)
{
	const struct process *p = d->p;
	const struct draft *draft = d->a->draft;
	json_ref root = json_root(&d->doc);
	struct id buyer;

	if (!id_eq(self(d), &p->lead))
		return no(d, E_DENIED, "", "the lead writes the tender");
	if (p->tender_last && !p->tender)
		return no(d, E_STATE, "",
			"the version with which the tender was closed has been taken back: nothing comes of it any more");
	if (p->tender && !(draft->has_object && object_id_eq(&draft->object, &p->tender->object)))
		return no(d, E_CONFLICT, "",
			"there is a tender: write a new version of it (--object)");
	for
		EACH(&d->doc, v, json_get(&d->doc, root, "items"))
	if (!get_id(&d->doc, v, "relatedBuyer", &buyer) || !process_has(p, &buyer))
		return no(d, E_INVALID, "/items/relatedBuyer",
			"is no participant of this procurement");
	if (p->n_participant < 2 || get_int(&d->doc, root, "threshold", 0) < 2 ||
		2 * get_int(&d->doc, root, "threshold", 0) <= (int64_t)p->n_participant ||
		get_int(&d->doc, root, "threshold", 0) > (int64_t)p->n_participant)
		return no(d, E_INVALID, "/threshold",
			"is more than half of the participants, two at least, and not above all of them");
	if (p->replay && p->replay->has_key)
		return keyed_admit(d);
	if (slice_is(text(d, "status"), "open") &&
		get_time(&d->doc, root, "deadline", 0) <= d->now_ms)
		return no(d, E_INVALID, "/deadline", "is over already");
	return 0;
}

/* ---- sheets, complaints, contracts and what follows ---- */

static struct slice text_of(const struct admit *d, json_ref at, const char *key)
{
	return get_text(&d->doc, at, key, d->arena);
}

/* How many bids in force a sheet's line names. */
static size_t bids_known(const struct process *p, struct slice bid, struct slice bidder)
{
	size_t n = 0;

	for (size_t i = 0; p->replay && i < p->replay->n_bid; i++)
		n += offer_named(&p->replay->bid[i], bid, bidder);
	return n;
}

static json_ref criterion_of(const struct admit *d, struct slice id)
{
	const struct json_doc *t = &d->p->tender->doc;

	for
		EACH(t, v, json_get(t, json_root(t), "criteria"))
	if (slice_eq(get_text(t, v, "id", d->arena), id))
		return v;
	return JSON_ABSENT;
}

static int scores_admit(struct admit *d, json_ref bid)
{
	for
		EACH(&d->doc, s, json_get(&d->doc, bid, "scores"))
		{
			struct slice id = get_text(&d->doc, s, "criterion", d->arena);
			json_ref criterion = criterion_of(d, id);
			const struct json_doc *t = &d->p->tender->doc;

			if (!criterion)
				return no(d, E_INVALID, "/bids/scores/criterion",
					"is no criterion of this tender");
			if (json_get(t, criterion, "max") != JSON_ABSENT &&
				get_int(&d->doc, s, "points", 0) > get_int(t, criterion, "max", 0))
				return no(d, E_INVALID, "/bids/scores/points",
					"is more than the criterion allows");
			for (json_ref o = json_next(&d->doc, s); o; o = json_next(&d->doc, o))
				if (slice_eq(get_text(&d->doc, o, "criterion", d->arena), id))
					return no(d, E_INVALID, "/bids/scores/criterion",
						"stands there twice");
		}
	return 0;
}

/* An evaluator says first whether he has an interest; who has one does not score. */
static int evaluator_admit(struct admit *d)
{
	const struct row *last = NULL;

	for (const struct row *r = process_next(d->p, P_CONFLICT, NULL); r;
		r = process_next(d->p, P_CONFLICT, r))
		if (id_eq(&r->object.owner, self(d)) &&
			slice_eq(get_text(&r->doc, json_root(&r->doc), "evaluator", d->arena),
				text(d, "evaluator")))
			last = r;
	if (last && slice_is(get_text(&last->doc, json_root(&last->doc), "interest", d->arena),
			    "declared"))
		return no(d, E_STATE, "/evaluator",
			"has declared an interest, and so evaluates nothing here");
	return 0;
}

static int sheet_admit(struct admit *d)
{
	if (!d->p->replay || !replay_open(d->p->replay) || !d->p->tender)
		return no(d, E_STATE, "", "the bids are not opened yet");
	if (slice_is(text(d, "phase"), "reconciled") && !id_eq(self(d), &d->p->lead))
		return no(d, E_DENIED, "/phase", "the lead reconciles");
	if (d->p->award)
		return no(d, E_STATE, "", "there is an award already");
	if (d->p->scores && slice_is(text(d, "phase"), "reconciled"))
		return no(d, E_STATE, "/phase",
			"there is a reconciled sheet: prices are known since, and the first stands");
	int rc = evaluator_admit(d);
	for
		EACH(&d->doc, v, json_get(&d->doc, json_root(&d->doc), "bids"))
		{
			struct slice bid = get_text(&d->doc, v, "bid", d->arena);

			if (rc == 0 && bids_known(d->p, bid, text_of(d, v, "bidder")) == 0)
				rc = no(d, E_INVALID, "/bids/bid", "is no bid of this tender");
			/* Bidders choose these ids: that two are alike is somebody's doing. */
			if (rc == 0 && bids_known(d->p, bid, text_of(d, v, "bidder")) > 1)
				rc = no(d, E_INVALID, "/bids/bidder",
					"two bids bear this id: name the bidder");
			for (json_ref o = json_next(&d->doc, v); rc == 0 && o;
				o = json_next(&d->doc, o))
				if (slice_eq(get_text(&d->doc, o, "bid", d->arena), bid) &&
					slice_eq(text_of(d, o, "bidder"), text_of(d, v, "bidder")))
					rc = no(d, E_INVALID, "/bids/bid", "stands there twice");
			if (rc == 0)
				rc = scores_admit(d, v);
		}
	return rc;
}

/* What a record of this kind of the process is named by the draft; NULL. */
static const struct row *named(const struct admit *d, enum pkind k, const char *key)
{
	struct object_id object;

	if (!get_object(&d->doc, json_root(&d->doc), key, &object))
		return NULL;
	for (const struct row *r = process_next(d->p, k, NULL); r; r = process_next(d->p, k, r))
		if (object_id_eq(&r->object, &object))
			return r;
	return NULL;
}

static int currency_admit(struct admit *d)
{
	struct slice want =
		get_text(&d->p->tender->doc, json_root(&d->p->tender->doc), "currency", d->arena);
	struct currency c;
	int64_t value;

	if (rec_money(&d->doc, json_root(&d->doc), "value", &value, &c) && !slice_is(want, c.code))
		return why_set(d->why, E_INVALID, "/value/currency", "is in %s, the tender in %.*s",
			c.code, SLICE_FMT(want));
	return 0;
}

static int contract_admit(struct admit *d)
{
	struct id buyer;

	if (!get_id(&d->doc, json_root(&d->doc), "buyer", &buyer) || !id_eq(&buyer, self(d)))
		return no(d, E_DENIED, "/buyer", "a member writes its own contracts");
	if (!d->p->award || !d->p->tender)
		return no(d, E_STATE, "", "there is no award yet");
	/* Of the award itself, not of the state: one that is cancelled has not become final by that. */
	if (slice_is(text(d, "status"), "active") &&
		(!d->p->award_final ||
			d->now_ms < get_time(&d->p->award->doc, json_root(&d->p->award->doc),
					    "standstillUntil", 0)))
		return no(d, E_STATE, "/status",
			"the award is not final: its standstill, a consent or a complaint is open");
	return currency_admit(d);
}

/* A delivery may name none: it is of the contract as a whole. */
static bool item_is_of(const struct admit *d, const struct row *contract)
{
	const struct json_doc *c = &contract->doc;
	struct slice id = text(d, "item");

	for
		EACH(c, v, json_get(c, json_root(c), "items"))
	if (slice_eq(get_text(c, v, "id", d->arena), id))
		return true;
	return id.n == 0;
}

static int movement_admit(struct admit *d)
{
	const struct row *contract = named(d, P_CONTRACT, "contract");

	if (!contract || !d->p->tender)
		return no(d, E_INVALID, "/contract", "is no contract of this procurement");
	if (!id_eq(&contract->object.owner, self(d)))
		return no(d, E_DENIED, "/contract",
			"belongs to another member: it speaks for itself");
	if (d->kind == P_DELIVERY && !item_is_of(d, contract))
		return no(d, E_INVALID, "/item", "is no item of this contract");
	return currency_admit(d);
}

static int said_admit(struct admit *d)
{
	switch (d->kind) {
	case P_TENDER:
		return tender_admit(d);
	case P_SCORE:
		return sheet_admit(d);
	case P_ANSWER:
		if (!id_eq(self(d), &d->p->lead))
			return no(d, E_DENIED, "", "the lead answers");
		return named(d, P_QUESTION, "question")
			       ? 0
			       : no(d, E_INVALID, "/question", "is no question here");
	case P_RULING:
		if (!id_eq(self(d), &d->p->lead))
			return no(d, E_DENIED, "", "the lead rules");
		return named(d, P_COMPLAINT, "complaint")
			       ? 0
			       : no(d, E_INVALID, "/complaint", "is no complaint here");
	case P_CONTRACT:
		return contract_admit(d);
	case P_DELIVERY:
	case P_TRANSACTION:
		return movement_admit(d);
	case P_NEED:
	case P_POOL:
	case P_PARTICIPATION:
	case P_VOTE:
	case P_AGREEMENT:
	case P_CONSENT:
	case P_QUESTION:
	case P_SEAL:
	case P_CONFIRM:
	case P_CONFLICT:
	case P_AWARD:
	case P_AWARD_CONSENT:
	case P_COMPLAINT:
	case P_SHARE:
	case P_KINDS:
		break;
	}
	return 0;
}

/* These are judged against the process; sealing's own messages are many, and their replay says what they are worth. */
static bool is_judged(enum pkind k)
{
	return k == P_TENDER || k == P_SCORE || k == P_ANSWER || k == P_RULING || k == P_CONTRACT ||
	       k == P_DELIVERY || k == P_TRANSACTION || k == P_QUESTION || k == P_CONFLICT ||
	       k == P_COMPLAINT;
}

/* Of the process `of`, what stands before the draft in its own transaction and so in no table yet, behind what is stored: an agreement and its tender may be written at once. */
static int pending_add(struct admit *d, const struct object_id *of, struct rows *rows)
{
	struct row *row = arena_array(d->arena, struct row, rows->n + d->a->n_before + 1);

	if (rows->n)
		memcpy(row, rows->row, rows->n * sizeof(*row));
	rows->row = row;
	for (size_t i = 0; i < d->a->n_before; i++) {
		const struct draft *p = d->a->before[i];
		struct row *r = &row[rows->n];
		int rc;

		*r = (struct row){.kind = pkind_find(p->kind),
			.object = p->object,
			.of = p->object,
			.epoch = UINT32_MAX,
			.seq = i,
			.time_ms = d->now_ms,
			.mode = p->mode,
			.label = p->label,
			.body = p->content};
		if (r->kind == P_KINDS || !p->has_object)
			continue;
		rc = procure_read(r->kind, r->body, d->arena, &r->doc, &r->of, d->why);
		if (rc < 0)
			return rc;
		rows->n += object_id_eq(&r->of, of);
	}
	return 0;
}

static int judge(struct admit *d)
{
	const struct admitting *a = d->a;
	struct rows *rows = arena_new(d->arena, struct rows);
	struct reader who = world_reader(a->world, &a->world->node->self);
	bool seals = d->kind == P_TENDER || d->kind == P_SCORE;
	struct object_id of;
	int rc = procure_read(d->kind, a->draft->content, d->arena, &d->doc, &of, d->why);

	/* A contract is signed only once the award is final by the tender that was closed, and that is known from the messages. */
	if (rc == 0)
		seals |= d->kind == P_CONTRACT && slice_is(text(d, "status"), "active");
	if (rc == 0)
		rc = procure_store_process(a->world, a->db, &who, &of,
			seals ? ROWS_ALL : ROWS_BRIEF, d->arena, rows, d->why);
	if (rc == 0)
		rc = pending_add(d, &of, rows);
	if (rc == 0)
		rc = seals ? process_read(rows, d->now_ms, d->arena, d->p, d->why)
			   : process_read_brief(rows, d->now_ms, d->arena, d->p, d->why);
	if (rc < 0)
		return rc;
	if (!process_has(d->p, &a->world->node->self))
		return no(d, E_DENIED, "", "only participants say anything in a procurement");
	if (d->p->agreement->mode != a->draft->mode)
		return no(d, E_INVALID, "/mode", "is not that of the procurement");
	return said_admit(d);
}

/* ---- what is taken back ---- */

/* What is done in its place; NULL: nobody relies on it. */
static const char *instead(enum pkind k)
{
	switch (k) {
	case P_SEAL:
		return "the sealing needs it until the award is final or the procurement has ended";
	case P_AGREEMENT:
	case P_TENDER:
	case P_AWARD:
		return "the participants rely on it: give it the status cancelled";
	case P_CONSENT:
	case P_AWARD_CONSENT:
		return "the participants rely on it: write one that refuses";
	case P_CONTRACT:
		return "the participants rely on it: give it the status terminated";
	case P_ANSWER:
		return "suppliers have read it: write a new version of it";
	case P_COMPLAINT:
		return "it holds the award until the lead rules on it, as withdrawn too";
	case P_SCORE:
	case P_RULING:
	case P_SHARE:
		return "the award rests on it until the procurement has ended";
	case P_NEED:
	case P_POOL:
	case P_PARTICIPATION:
	case P_VOTE:
	case P_QUESTION:
	case P_CONFIRM:
	case P_CONFLICT:
	case P_DELIVERY:
	case P_TRANSACTION:
	case P_KINDS:
		break;
	}
	return NULL;
}

static bool is_free(enum pkind k, enum process_state s)
{
	return s == PROCESS_PROPOSED || s == PROCESS_CANCELLED || s == PROCESS_UNSUCCESSFUL ||
	       s == PROCESS_COMPLETE || (k == P_SEAL && s >= PROCESS_AWARDED);
}

int procure_take_back(const struct taking_back *t, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	enum pkind k = pkind_find(t->kind);
	struct reader who = world_reader(t->world, &t->world->node->self);
	struct process *p = arena_new(&arena, struct process);
	struct why none = {0};
	struct object_id of;
	struct json_doc doc;
	struct rows rows;
	int rc;

	MUST(k < P_KINDS);
	/* What is damaged is nothing that anybody could rely on. */
	if (!instead(k) || procure_read(k, t->content, &arena, &doc, &of, NULL) < 0)
		return 0;
	rc = procure_store_process(t->world, t->db, &who, &of, ROWS_ALL, &arena, &rows, why);
	if (rc < 0)
		return rc;
	rc = process_read(&rows, env_now_ms(&t->world->node->env), &arena, p, &none);
	if (rc == E_MISSING || (rc == 0 && is_free(k, p->state)))
		return 0;
	if (rc < 0)
		*why = none;
	return rc < 0 ? rc : why_set(why, E_STATE, "/object", "%s", instead(k));
}

/* The public knows a procurement by its ocid alone: one member gives none to two. */
static int agreement_admit(struct admit *d)
{
	const struct admitting *a = d->a;
	const struct draft *draft = a->draft;
	struct reader who = world_reader(a->world, self(d));
	struct object_id none = {{{0}}, {{0}}}, of, other;
	bool has = false;
	char object[OBJECT_TEXT + 1];
	int rc = procure_read(P_AGREEMENT, draft->content, d->arena, &d->doc, &of, d->why);

	if (rc == 0)
		rc = twin_find(a->world, a->db, &who, self(d), text(d, "ocid"), draft->mode,
			draft->has_object ? &draft->object : &none, &other, &has, d->why);
	/* And those that are written together with it. */
	for (size_t i = 0; rc == 0 && !has && i < a->n_before; i++) {
		const struct draft *b = a->before[i];
		struct json_doc doc;

		if (pkind_find(b->kind) != P_AGREEMENT || b->mode != draft->mode ||
			(draft->has_object && object_id_eq(&b->object, &draft->object)))
			continue;
		rc = procure_read(P_AGREEMENT, b->content, d->arena, &doc, &of, d->why);
		has = rc == 0 &&
		      slice_eq(get_text(&doc, json_root(&doc), "ocid", d->arena), text(d, "ocid"));
		other = b->object;
	}
	if (rc < 0 || !has)
		return rc;
	object_format(&other, object);
	return why_set(
		d->why, E_CONFLICT, "/ocid", "is that of another agreement of ours: %s", object);
}

int procure_admit(const struct admitting *a, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct admit *d = arena_new(&arena, struct admit);

	*d = (struct admit){.a = a,
		.kind = pkind_find(a->draft->kind),
		.p = arena_new(&arena, struct process),
		.arena = &arena,
		.now_ms = env_now_ms(&a->world->node->env),
		.why = why};
	MUST(d->kind < P_KINDS);
	if (a->draft->until_ms && instead(d->kind))
		return no(d, E_INVALID, "/until", "others rely on this record: it does not expire");
	if (d->kind == P_AGREEMENT)
		return agreement_admit(d);
	return is_judged(d->kind) ? judge(d) : 0;
}
