/* release_award.c: awards, contracts and what was delivered, as OCDS tells them; see release_int.h. */
#include "work/procurement/fulfil.h"
#include "work/procurement/release_int.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"

/* ---- awards ---- */

/* A bid that wins. Bidders choose their bids' ids, so two may have one: it is known by both. */
struct winner {
	struct slice bidder, bid;
};

/* The lines of one version of an award, those of a bid behind one another: lots of a bundle, tiers. */
struct winning {
	json_ref line;
	struct winner w;
	struct winning *next; /* of the same bid */
	bool first;	      /* of its bid */
};
struct winners {
	struct winning *of;
	size_t n;
	struct map last; /* of each bid */
};

/* Hex of 32 and of 16 bytes, as the record's shape has them. */
struct winner_key {
	uint8_t b[64 + 32];
};

static struct winner_key winner_key(const struct winner *w)
{
	struct winner_key k;

	MUST(w->bidder.n == 64 && w->bid.n == 32);
	memcpy(k.b, w->bidder.p, 64);
	memcpy(k.b + 64, w->bid.p, 32);
	return k;
}

static bool wins(const struct winners *all, const struct winner *w)
{
	struct winner_key k = winner_key(w);

	return map_has(&all->last, slice_of(k.b, sizeof(k.b)));
}

/* Thousands of lines may be anybody's doing: each is looked at once. map_free(&ret->last) */
static void winners_read(struct telling *t, const struct row *r, struct winners *ret)
{
	const struct json_doc *d = tell_doc(r);
	json_ref lines = json_get(d, json_root(d), "lines");

	*ret = (struct winners){
		.of = arena_array(t->arena, struct winning, json_count(d, lines) + 1)};
	for
		EACH(d, v, lines)
		{
			struct winning *x = &ret->of[ret->n++], *last;
			struct winner_key k;

			*x = (struct winning){.line = v,
				.w = {get_text(d, v, "bidder", t->arena),
					get_text(d, v, "bid", t->arena)}};
			k = winner_key(&x->w);
			last = map_put(&ret->last, slice_of(k.b, sizeof(k.b)), x);
			x->first = !last;
			if (last)
				last->next = x;
		}
}

/* One award for each bid that wins, named by it: a later award of another choice says of those that win no more that they are cancelled, and contracts find theirs. */
static const char *award_id(struct telling *t, const struct winner *w)
{
	return arena_printf(t->arena, "%.*s-award-%.*s-%.*s", SLICE_FMT(t->ocid), SLICE_FMT(w->bid),
		SLICE_FMT(slice_sub(w->bidder, 0, 16)));
}

/* Lots of a bid's lines: a lot is not in two of them (rules 1 and 3 of the model). */
static void award_lots(struct telling *t, const struct row *r, const struct winning *of)
{
	const struct json_doc *d = tell_doc(r);

	json_open_at(t->o, "relatedLots", '[');
	for (const struct winning *x = of; x; x = x->next)
		for
			EACH(d, l, json_get(d, x->line, "lots"))
	json_put_raw(t->o, NULL, json_raw(d, l));
	json_close(t->o);
}

static void award_value(struct telling *t, const struct row *r, const struct winning *of)
{
	struct currency currency;
	int64_t sum = 0, price = 0;

	for (const struct winning *x = of; x; x = x->next)
		if (rec_money(tell_doc(r), x->line, "price", &price, &currency) &&
			__builtin_add_overflow(sum, price, &sum))
			return; /* a sum that is out of range is not told */
	view_money(t->o, "value", sum, &currency);
}

/* What the lead calls active and is not final waits yet, for whoever reads it. */
static struct slice award_status(struct telling *t, const struct row *r)
{
	struct slice status = tell_text_of(t, r, "status");

	return slice_is(status, "active") && !finals_has(&t->finals, r) ? SLICE("pending") : status;
}

static void award_of_bid(
	struct telling *t, const struct row *r, const struct winning *of, struct slice status)
{
	struct winner w = of->w;

	json_open(t->o, '{');
	json_put_cstr(t->o, "id", award_id(t, &w));
	json_put_string(t->o, "status", status);
	view_time(t->o, "date", r->time_ms);
	award_value(t, r, of);
	json_open_at(t->o, "suppliers", '[');
	tell_supplier(t, NULL, w.bidder, get_text(tell_doc(r), of->line, "supplier", t->arena));
	json_close(t->o);
	award_lots(t, r, of);
	json_open_at(t->o, "relatedBids", '[');
	json_put_string(t->o, NULL, w.bid);
	json_close(t->o);
	json_open_at(t->o, "buyers", '[');
	for (size_t i = 0; i < t->p->n_participant; i++)
		tell_org(t, NULL, &t->p->participant[i]);
	json_close(t->o);
	json_close(t->o);
}

/* What the version before had, and this one has not. */
static void awards_lost(
	struct telling *t, const struct row *r, const struct winners *now, const struct row *before)
{
	struct winners was;

	winners_read(t, before, &was);
	for (size_t i = 0; i < was.n; i++) {
		if (!was.of[i].first || wins(now, &was.of[i].w))
			continue;
		json_open(t->o, '{');
		json_put_cstr(t->o, "id", award_id(t, &was.of[i].w));
		json_put_cstr(t->o, "status", "cancelled");
		view_time(t->o, "date", r->time_ms);
		json_close(t->o);
	}
	map_free(&was.last);
}

void tell_award(struct telling *t, const struct row *r, const struct row *before)
{
	struct slice status = award_status(t, r);
	struct winners now;

	tell_open(t,
		!before				? "award"
		: slice_is(status, "cancelled") ? "awardCancellation"
						: "awardUpdate",
		r->time_ms, &r->leaf, true, r);
	tell_tender_open(t);
	json_put_cstr(t->o, "status",
		slice_is(status, "active")	   ? "complete"
		: slice_is(status, "unsuccessful") ? "unsuccessful"
						   : "active");
	json_close(t->o);
	json_open_at(t->o, "awards", '[');
	winners_read(t, r, &now);
	for (size_t i = 0; i < now.n; i++)
		if (now.of[i].first)
			award_of_bid(t, r, &now.of[i], status);
	if (before && tell_may(t, before))
		awards_lost(t, r, &now, before);
	map_free(&now.last);
	json_close(t->o);
	json_close(t->o);
}

static const char *contract_id(struct telling *t, const struct object_id *object)
{
	char name[OBJECT_TEXT + 1];

	object_format(object, name);
	return arena_printf(t->arena, "%.*s-contract-%.8s", SLICE_FMT(t->ocid), name + ID_TEXT + 1);
}

static void contract_open(struct telling *t, const struct row *r)
{
	json_open_at(t->o, "contracts", '[');
	json_open(t->o, '{');
	json_put_cstr(t->o, "id", contract_id(t, &r->object));
	json_put_cstr(t->o, "awardID",
		award_id(t,
			&(struct winner){tell_text_of(t, r, "bidder"), tell_text_of(t, r, "bid")}));
}

static const char *contract_tag(struct telling *t, const struct row *r, const struct row *before)
{
	struct slice status = tell_text_of(t, r, "status");

	if (!before)
		return "contract";
	if (slice_is(status, "terminated") || slice_is(status, "cancelled"))
		return "contractTermination";
	if (slice_is(tell_text_of(t, before, "status"), "active") &&
		(!tell_same(r, before, "value") || !tell_same(r, before, "items") ||
			!tell_same(r, before, "period")))
		return "contractAmendment";
	return "contractUpdate";
}

void tell_contract(struct telling *t, const struct row *r, const struct row *before,
	const struct row *two_before)
{
	const struct json_doc *d = tell_doc(r);
	const char *tag = contract_tag(t, r, before);
	json_ref items = json_get(d, json_root(d), "items"),
		 milestones = json_get(d, json_root(d), "milestones");

	tell_open(t, tag, r->time_ms, &r->leaf, true, t->p->award_last);
	contract_open(t, r);
	tell_text(t, "title", r, "title");
	tell_text(t, "status", r, "status");
	tell_raw(t, "value", r, "value");
	tell_org(t, "buyer", &r->object.owner);
	tell_raw(t, "period", r, "period");
	tell_raw(t, "dateSigned", r, "dateSigned");
	if (json_count(d, items)) {
		json_open_at(t->o, "items", '[');
		for
			EACH(d, v, items)
			{
				json_open(t->o, '{');
				json_put_string(t->o, "id", get_text(d, v, "id", t->arena));
				json_put_string(t->o, "description",
					get_text(d, v, "description", t->arena));
				json_put_raw(
					t->o, "quantity", json_raw(d, json_get(d, v, "quantity")));
				json_close(t->o);
			}
		json_close(t->o);
	}
	if (json_count(d, milestones)) {
		json_open_at(t->o, "milestones", '[');
		for
			EACH(d, v, milestones)
		json_put_raw(t->o, NULL, json_raw(d, v));
		json_close(t->o);
	}
	if (strcmp(tag, "contractAmendment") == 0)
		tell_amendment(t, r, before, contract_tag(t, before, two_before));
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
}

/* A delivery is a milestone of the implementation, a payment a transaction of it. */
static void implementation_put(struct telling *t, const struct row *r)
{
	const struct row *c = process_named(&t->contracts, r, "contract");
	const struct json_doc *d = tell_doc(r);
	char object[OBJECT_TEXT + 1];

	if (!c || !t->p->award_last || !tell_may(t, r) || !tell_may(t, c) ||
		!tell_may(t, t->p->award_last))
		return;
	object_format(&r->object, object);
	tell_open(t, "implementation", r->time_ms, &r->leaf, true, t->p->award_last);
	contract_open(t, c);
	json_open_at(t->o, "implementation", '{');
	json_open_at(t->o, r->kind == P_DELIVERY ? "milestones" : "transactions", '[');
	json_open(t->o, '{');
	json_put_cstr(t->o, "id", arena_printf(t->arena, "%.8s", object + ID_TEXT + 1));
	if (r->kind == P_DELIVERY) {
		json_put_cstr(t->o, "title", "delivery");
		json_put_cstr(t->o, "type", "delivery");
		tell_raw(t, "dateMet", r, "date");
		json_put_cstr(
			t->o, "status", get_bool(d, json_root(d), "accepted") ? "met" : "notMet");
	} else {
		tell_raw(t, "date", r, "date");
		tell_raw(t, "value", r, "value");
		tell_org(t, "payer", &c->object.owner);
		tell_supplier(
			t, "payee", tell_text_of(t, c, "bidder"), tell_text_of(t, c, "supplier"));
	}
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
}

void tell_movement(struct telling *t, const struct row *r)
{
	if (r->kind == P_ANSWER)
		tell_enquiry(t, r);
	if ((r->kind == P_DELIVERY || (r->kind == P_TRANSACTION && payment_is_made(r, t->arena))) &&
		process_has(t->p, &r->object.owner))
		implementation_put(t, r);
}
