/* release.c: see release.h. */
#include "work/procurement/release.h"

#include "base/enc.h"
#include "base/report.h"
#include "pact/label.h"
#include "work/procurement/view.h"

#define EXTENSION(name)                                                                            \
	"https://raw.githubusercontent.com/open-contracting-extensions/ocds_" name                 \
	"_extension/master/extension.json"

struct telling {
	const struct process *p;
	const struct rows *history;
	const struct world *w;
	enum release_circle circle;
	struct arena *arena;
	struct json_out *o;
	struct slice ocid;
	struct offer *offer;
	size_t n_offer;
	int64_t last_ms;
	struct finals finals;
};

static const struct json_doc *doc_of(const struct row *r)
{
	return &r->doc;
}

static struct slice text_of(struct telling *t, const struct row *r, const char *key)
{
	return get_text(doc_of(r), json_root(doc_of(r)), key, t->arena);
}

static void raw(struct telling *t, const char *as, const struct row *r, const char *key)
{
	json_ref v = json_get(doc_of(r), json_root(doc_of(r)), key);

	if (v)
		json_put_raw(t->o, as, json_raw(doc_of(r), v));
}

static void text(struct telling *t, const char *as, const struct row *r, const char *key)
{
	struct slice s = text_of(t, r, key);

	if (s.n)
		json_put_string(t->o, as, s);
}

static void org(struct telling *t, const char *key, const struct id *member)
{
	json_open_at(t->o, key, '{');
	view_id(t->o, "id", member);
	json_put_cstr(t->o, "name", world_party_label(t->w, member, t->arena));
	json_close(t->o);
}

static void supplier(struct telling *t, const char *key, struct slice bidder, struct slice name)
{
	json_open_at(t->o, key, '{');
	json_put_string(t->o, "id", bidder);
	json_put_string(t->o, "name", name);
	json_close(t->o);
}

static bool may_tell(const struct telling *t, const struct row *r)
{
	return t->circle != CIRCLE_PUBLIC || release_label_public(t->w, r->label);
}

/* ---- head and parties ---- */

static void roles(struct telling *t, const char *const *role)
{
	json_open_at(t->o, "roles", '[');
	for (size_t i = 0; role[i]; i++)
		json_put_cstr(t->o, NULL, role[i]);
	json_close(t->o);
}

/* Winners of an award, and in the members' circle all bidders. */
static void bidder_parties(struct telling *t, const struct row *award)
{
	static const char *const won[] = {"tenderer", "supplier", NULL}, *const lost[] = {
										 "tenderer", NULL};

	for (size_t i = 0; i < t->n_offer; i++) {
		char hex[65];
		bool wins = false;

		hex_encode(t->offer[i].bid->line->commit->name.bidder.b, 32, hex);
		for
			EACH(&award->doc, v,
				award ? json_get(&award->doc, json_root(&award->doc), "lines")
				      : JSON_ABSENT)
		wins |= slice_is(get_text(&award->doc, v, "bidder", t->arena), hex);
		if (!wins && t->circle != CIRCLE_MEMBER)
			continue;
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= pubkey_eq(&t->offer[k].bid->line->commit->name.bidder,
				&t->offer[i].bid->line->commit->name.bidder);
		if (again)
			continue;
		json_open(t->o, '{');
		json_put_cstr(t->o, "id", hex);
		json_put_string(t->o, "name", t->offer[i].supplier);
		if (t->offer[i].nation[0]) {
			json_open_at(t->o, "address", '{');
			json_put_cstr(t->o, "countryName", t->offer[i].nation);
			json_close(t->o);
		}
		roles(t, wins ? won : lost);
		json_close(t->o);
	}
}

/* An open contracting process has one buyer: the lead; all others stand in parties with the same role. */
static void release_open(struct telling *t, const char *tag, int64_t time_ms,
	const struct hash *named_by, bool bidders, const struct row *award)
{
	static const char *const lead[] = {"buyer", "procuringEntity", NULL}, *const other[] = {
										      "buyer",
										      NULL};
	char hex[17];

	/* Dates are unique in a process, so that merging has one order. */
	t->last_ms = time_ms > t->last_ms ? time_ms : t->last_ms + 1;
	hex_encode(named_by->b, 8, hex);
	json_open(t->o, '{');
	json_put_string(t->o, "ocid", t->ocid);
	json_put_cstr(
		t->o, "id", arena_printf(t->arena, "%.*s-%s-%s", SLICE_FMT(t->ocid), tag, hex));
	view_time(t->o, "date", t->last_ms);
	json_open_at(t->o, "tag", '[');
	json_put_cstr(t->o, NULL, tag);
	json_close(t->o);
	json_put_cstr(t->o, "initiationType", "tender");
	json_put_cstr(t->o, "language", "en");
	json_open_at(t->o, "parties", '[');
	for (size_t i = 0; i < t->p->n_participant; i++) {
		json_open(t->o, '{');
		view_id(t->o, "id", &t->p->participant[i]);
		json_put_cstr(
			t->o, "name", world_party_label(t->w, &t->p->participant[i], t->arena));
		roles(t, id_eq(&t->p->participant[i], &t->p->lead) ? lead : other);
		json_close(t->o);
	}
	if (bidders)
		bidder_parties(t, award);
	json_close(t->o);
	org(t, "buyer", &t->p->lead);
}

/* ---- steps ---- */

static void planning(struct telling *t, const struct row *a, bool first)
{
	release_open(t, first ? "planning" : "planningUpdate", a->time_ms, &a->leaf, false, NULL);
	json_open_at(t->o, "planning", '{');
	json_put_string(t->o, "rationale",
		text_of(t, a, "text").n ? text_of(t, a, "text") : text_of(t, a, "title"));
	if (json_get(doc_of(a), json_root(doc_of(a)), "budget")) {
		json_open_at(t->o, "budget", '{');
		raw(t, "amount", a, "budget");
		json_close(t->o);
	}
	json_close(t->o);
	json_close(t->o);
}

static void items_put(struct telling *t, const struct row *tender)
{
	const struct json_doc *d = doc_of(tender);

	json_open_at(t->o, "items", '[');
	for
		EACH(d, v, json_get(d, json_root(d), "items"))
		{
			json_ref class = json_get(d, v, "classification");

			json_open(t->o, '{');
			json_put_string(t->o, "id", get_text(d, v, "id", t->arena));
			json_put_string(
				t->o, "description", get_text(d, v, "description", t->arena));
			json_put_string(t->o, "relatedLot", get_text(d, v, "relatedLot", t->arena));
			if (class)
				json_put_raw(t->o, "classification", json_raw(d, class));
			json_put_raw(t->o, "quantity", json_raw(d, json_get(d, v, "quantity")));
			json_open_at(t->o, "unit", '{');
			json_put_cstr(t->o, "scheme", "UNCEFACT");
			json_put_string(t->o, "id", get_text(d, v, "unit", t->arena));
			json_close(t->o);
			json_close(t->o);
		}
	json_close(t->o);
}

static void lots_put(struct telling *t, const struct row *tender, const char *status)
{
	const struct json_doc *d = doc_of(tender);

	json_open_at(t->o, "lots", '[');
	for
		EACH(d, v, json_get(d, json_root(d), "lots"))
		{
			json_open(t->o, '{');
			json_put_string(t->o, "id", get_text(d, v, "id", t->arena));
			json_put_string(t->o, "title", get_text(d, v, "title", t->arena));
			json_put_cstr(t->o, "status", status);
			json_close(t->o);
		}
	json_close(t->o);
	json_open_at(t->o, "criteria", '[');
	for
		EACH(d, v, json_get(d, json_root(d), "criteria"))
		{
			json_open(t->o, '{');
			json_put_string(t->o, "id", get_text(d, v, "id", t->arena));
			json_put_string(t->o, "title", get_text(d, v, "title", t->arena));
			json_close(t->o);
		}
	json_close(t->o);
}

static void documents_put(struct telling *t, const struct row *tender)
{
	const struct json_doc *d = doc_of(tender);
	json_ref list = json_get(d, json_root(d), "documents");
	unsigned n = 0;

	if (json_count(d, list) == 0)
		return;
	json_open_at(t->o, "documents", '[');
	for
		EACH(d, v, list)
		{
			json_open(t->o, '{');
			json_put_cstr(t->o, "id", arena_printf(t->arena, "document-%u", ++n));
			json_put_string(t->o, "title", get_text(d, v, "title", t->arena));
			if (json_get(d, v, "url"))
				json_put_string(t->o, "url", get_text(d, v, "url", t->arena));
			if (t->circle != CIRCLE_PUBLIC)
				json_put_cstr(t->o, "description",
					arena_printf(t->arena, "SHA-256 %.*s",
						SLICE_FMT(get_text(d, v, "sha256", t->arena))));
			json_close(t->o);
		}
	json_close(t->o);
}

/* As its own version says: a release tells what was so when it was written. */
static const char *tender_status(struct telling *t, const struct row *r)
{
	struct slice s = text_of(t, r, "status");

	return slice_is(s, "draft")	     ? "planned"
	       : slice_is(s, "cancelled")    ? "cancelled"
	       : slice_is(s, "unsuccessful") ? "unsuccessful"
					     : "active";
}

static void tender_open(struct telling *t)
{
	json_open_at(t->o, "tender", '{');
	json_put_string(t->o, "id", t->ocid);
}

static bool same_in(const struct row *a, const struct row *b, const char *key)
{
	return slice_eq(json_raw(doc_of(a), json_get(doc_of(a), json_root(doc_of(a)), key)),
		json_raw(doc_of(b), json_get(doc_of(b), json_root(doc_of(b)), key)));
}

/* An amendment changes what is bought, by what rules, or when; an update says more about the same. */
static const char *tender_tag(struct telling *t, const struct row *r, const struct row *before)
{
	static const char *const keys[] = {"deadline", "openAt", "lots", "items", "criteria",
		"award", "estimate", "documents"};

	if (!before)
		return "tender";
	if (slice_is(text_of(t, r, "status"), "cancelled"))
		return "tenderCancellation";
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!same_in(r, before, keys[i]) &&
			!slice_is(text_of(t, before, "status"), "draft"))
			return "tenderAmendment";
	return "tenderUpdate";
}

/* The one amendment that a release makes: why, and of which release. */
static void amendment_put(
	struct telling *t, const struct row *r, const struct row *before, const char *before_tag)
{
	char hex[17];

	json_open_at(t->o, "amendments", '[');
	json_open(t->o, '{');
	hex_encode(r->leaf.b, 8, hex);
	json_put_cstr(t->o, "id", hex);
	view_time(t->o, "date", r->time_ms);
	text(t, "rationale", r, "rationale");
	hex_encode(before->leaf.b, 8, hex);
	json_put_cstr(t->o, "amendsReleaseID",
		arena_printf(t->arena, "%.*s-%s-%s", SLICE_FMT(t->ocid), before_tag, hex));
	json_close(t->o);
	json_close(t->o);
}

static void tender(struct telling *t, const struct row *r, const struct row *before,
	const struct row *two_before)
{
	const struct json_doc *d = doc_of(r);
	const char *tag = tender_tag(t, r, before), *status = tender_status(t, r);

	release_open(t, tag, r->time_ms, &r->leaf, false, NULL);
	tender_open(t);
	text(t, "title", r, "title");
	text(t, "description", r, "description");
	json_put_cstr(t->o, "status", status);
	org(t, "procuringEntity", &t->p->lead);
	raw(t, "value", r, "estimate");
	json_put_cstr(t->o, "procurementMethod", "open");
	json_put_cstr(t->o, "awardCriteria",
		json_get(d, json_get(d, json_root(d), "award"), "qualityValue") ? "ratedCriteria"
										: "priceOnly");
	json_put_cstr(t->o, "awardCriteriaDetails",
		"Winner determination by the published model: docs/procurement.md; bids are sealed under E-SEAL/1.");
	json_open_at(t->o, "submissionMethod", '[');
	json_put_cstr(t->o, NULL, "electronicSubmission");
	json_close(t->o);
	json_open_at(t->o, "tenderPeriod", '{');
	view_time(t->o, "startDate", r->time_ms);
	view_time(t->o, "endDate", get_time(d, json_root(d), "deadline", 0));
	json_close(t->o);
	if (json_get(d, json_root(d), "questionsUntil")) {
		json_open_at(t->o, "enquiryPeriod", '{');
		view_time(t->o, "endDate", get_time(d, json_root(d), "questionsUntil", 0));
		json_close(t->o);
	}
	json_open_at(t->o, "bidOpening", '{');
	view_time(t->o, "date", get_time(d, json_root(d), "openAt", 0));
	json_close(t->o);
	lots_put(t, r, status);
	items_put(t, r);
	documents_put(t, r);
	if (strcmp(tag, "tenderAmendment") == 0)
		amendment_put(t, r, before, tender_tag(t, before, two_before));
	json_close(t->o);
	json_close(t->o);
}

/* What was opened: how many, and in the members' circle what. */
static void opened(struct telling *t)
{
	const struct seal_replay *r = t->p->replay;
	int64_t time = (int64_t)r->policy.open_ms;

	release_open(t, "tenderUpdate", time, &r->closed->close.root, true, NULL);
	tender_open(t);
	json_put_cstr(t->o, "status", "active");
	json_put_u64(t->o, "numberOfTenderers", t->n_offer);
	json_close(t->o);
	json_open_at(t->o, "bids", '{');
	json_open_at(t->o, "statistics", '[');
	json_open(t->o, '{');
	json_put_cstr(t->o, "id", "1");
	json_put_cstr(t->o, "measure", "bids");
	json_put_u64(t->o, "value", r->n_bid);
	json_close(t->o);
	json_close(t->o);
	if (t->circle == CIRCLE_MEMBER) {
		json_open_at(t->o, "details", '[');
		for (size_t i = 0; i < t->n_offer; i++) {
			char hex[65];

			json_open(t->o, '{');
			hex_encode(t->offer[i].bid->line->commit->name.bid.b, 16, hex);
			json_put_cstr(t->o, "id", hex);
			view_time(t->o, "date", (int64_t)t->offer[i].bid->line->time_ms);
			json_put_cstr(
				t->o, "status", t->offer[i].admitted ? "valid" : "disqualified");
			json_open_at(t->o, "tenderers", '[');
			hex_encode(t->offer[i].bid->line->commit->name.bidder.b, 32, hex);
			supplier(t, NULL, slice_str(arena_printf(t->arena, "%s", hex)),
				t->offer[i].supplier);
			json_close(t->o);
			json_close(t->o);
		}
		json_close(t->o);
	}
	json_close(t->o);
	json_close(t->o);
}

/* ---- awards ---- */

/* A bid that wins. Bidders choose their bids' ids, so two may have one: it is known by both. */
struct winner {
	struct slice bidder, bid;
};

static struct winner winner_of(struct telling *t, const struct row *r, json_ref line)
{
	return (struct winner){get_text(doc_of(r), line, "bidder", t->arena),
		get_text(doc_of(r), line, "bid", t->arena)};
}

static bool winner_eq(const struct winner *a, const struct winner *b)
{
	return slice_eq(a->bidder, b->bidder) && slice_eq(a->bid, b->bid);
}

/* One award for each bid that wins, named by it: a later award of another choice says of those that win no more that they are cancelled, and contracts find theirs. */
static const char *award_id(struct telling *t, const struct winner *w)
{
	return arena_printf(t->arena, "%.*s-award-%.*s-%.*s", SLICE_FMT(t->ocid), SLICE_FMT(w->bid),
		SLICE_FMT(slice_sub(w->bidder, 0, 16)));
}

static json_ref lines_of(const struct row *r)
{
	return json_get(doc_of(r), json_root(doc_of(r)), "lines");
}

static bool line_is(struct telling *t, const struct row *r, json_ref line, const struct winner *w)
{
	struct winner theirs = winner_of(t, r, line);

	return winner_eq(&theirs, w);
}

/* The first line of a bid; JSON_ABSENT: it wins nothing. */
static json_ref line_of(struct telling *t, const struct row *r, const struct winner *w)
{
	for
		EACH(doc_of(r), v, lines_of(r))
	if (line_is(t, r, v, w))
		return v;
	return JSON_ABSENT;
}

/* Lots of a bid's lines: a lot is not in two of them (rules 1 and 3 of the model). */
static void award_lots(struct telling *t, const struct row *r, const struct winner *w)
{
	const struct json_doc *d = doc_of(r);

	json_open_at(t->o, "relatedLots", '[');
	for
		EACH(d, v, lines_of(r))
	for
		EACH(d, l, json_get(d, v, "lots"))
	if (line_is(t, r, v, w))
		json_put_raw(t->o, NULL, json_raw(d, l));
	json_close(t->o);
}

static void award_value(struct telling *t, const struct row *r, const struct winner *w)
{
	struct currency currency;
	int64_t sum = 0, price = 0;

	for
		EACH(doc_of(r), v, lines_of(r))
	if (line_is(t, r, v, w) && rec_money(doc_of(r), v, "price", &price, &currency) &&
		__builtin_add_overflow(sum, price, &sum))
		return; /* a sum that is out of range is not told */
	view_money(t->o, "value", sum, &currency);
}

/* What the lead calls active and is not final waits yet, for whoever reads it. */
static struct slice award_status(struct telling *t, const struct row *r)
{
	struct slice status = text_of(t, r, "status");

	return slice_is(status, "active") && !finals_has(&t->finals, r) ? SLICE("pending") : status;
}

static void award_of_bid(struct telling *t, const struct row *r, json_ref line, struct slice status)
{
	const struct json_doc *d = doc_of(r);
	struct winner w = winner_of(t, r, line);

	json_open(t->o, '{');
	json_put_cstr(t->o, "id", award_id(t, &w));
	json_put_string(t->o, "status", status);
	view_time(t->o, "date", r->time_ms);
	award_value(t, r, &w);
	json_open_at(t->o, "suppliers", '[');
	supplier(t, NULL, w.bidder, get_text(d, line, "supplier", t->arena));
	json_close(t->o);
	award_lots(t, r, &w);
	json_open_at(t->o, "relatedBids", '[');
	json_put_string(t->o, NULL, w.bid);
	json_close(t->o);
	json_open_at(t->o, "buyers", '[');
	for (size_t i = 0; i < t->p->n_participant; i++)
		org(t, NULL, &t->p->participant[i]);
	json_close(t->o);
	json_close(t->o);
}

/* What the version before had, and this one has not. */
static void awards_lost(struct telling *t, const struct row *r, const struct row *before)
{
	for
		EACH(doc_of(before), v, lines_of(before))
		{
			struct winner w = winner_of(t, before, v);

			if (line_of(t, before, &w) != v || line_of(t, r, &w) != JSON_ABSENT)
				continue;
			json_open(t->o, '{');
			json_put_cstr(t->o, "id", award_id(t, &w));
			json_put_cstr(t->o, "status", "cancelled");
			view_time(t->o, "date", r->time_ms);
			json_close(t->o);
		}
}

static void award_put(struct telling *t, const struct row *r, const struct row *before)
{
	struct slice status = award_status(t, r);

	release_open(t,
		!before				? "award"
		: slice_is(status, "cancelled") ? "awardCancellation"
						: "awardUpdate",
		r->time_ms, &r->leaf, true, r);
	tender_open(t);
	json_put_cstr(t->o, "status",
		slice_is(status, "active")	   ? "complete"
		: slice_is(status, "unsuccessful") ? "unsuccessful"
						   : "active");
	json_close(t->o);
	json_open_at(t->o, "awards", '[');
	for
		EACH(doc_of(r), v, lines_of(r))
		{
			struct winner w = winner_of(t, r, v);

			if (line_of(t, r, &w) == v)
				award_of_bid(t, r, v, status);
		}
	if (before && may_tell(t, before))
		awards_lost(t, r, before);
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
		award_id(t, &(struct winner){text_of(t, r, "bidder"), text_of(t, r, "bid")}));
}

static const char *contract_tag(struct telling *t, const struct row *r, const struct row *before)
{
	struct slice status = text_of(t, r, "status");

	if (!before)
		return "contract";
	if (slice_is(status, "terminated") || slice_is(status, "cancelled"))
		return "contractTermination";
	if (slice_is(text_of(t, before, "status"), "active") &&
		(!same_in(r, before, "value") || !same_in(r, before, "items") ||
			!same_in(r, before, "period")))
		return "contractAmendment";
	return "contractUpdate";
}

static void contract_put(struct telling *t, const struct row *r, const struct row *before,
	const struct row *two_before)
{
	const struct json_doc *d = doc_of(r);
	const char *tag = contract_tag(t, r, before);
	json_ref items = json_get(d, json_root(d), "items"),
		 milestones = json_get(d, json_root(d), "milestones");

	release_open(t, tag, r->time_ms, &r->leaf, true, t->p->award_last);
	contract_open(t, r);
	text(t, "title", r, "title");
	text(t, "status", r, "status");
	raw(t, "value", r, "value");
	org(t, "buyer", &r->object.owner);
	raw(t, "period", r, "period");
	raw(t, "dateSigned", r, "dateSigned");
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
		amendment_put(t, r, before, contract_tag(t, before, two_before));
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
}

static const struct row *contract_of(const struct process *p, const struct row *r)
{
	struct object_id object;

	if (!get_object(&r->doc, json_root(&r->doc), "contract", &object))
		return NULL;
	for (const struct row *c = process_next(p, P_CONTRACT, NULL); c;
		c = process_next(p, P_CONTRACT, c))
		if (object_id_eq(&c->object, &object))
			return c;
	return NULL;
}

/* A delivery is a milestone of the implementation, a payment a transaction of it. */
static void implementation_put(struct telling *t, const struct row *r)
{
	const struct row *c = contract_of(t->p, r);
	const struct json_doc *d = doc_of(r);
	char object[OBJECT_TEXT + 1];

	if (!c || !t->p->award_last || !may_tell(t, r) || !may_tell(t, c) ||
		!may_tell(t, t->p->award_last))
		return;
	object_format(&r->object, object);
	release_open(t, "implementation", r->time_ms, &r->leaf, true, t->p->award_last);
	contract_open(t, c);
	json_open_at(t->o, "implementation", '{');
	json_open_at(t->o, r->kind == P_DELIVERY ? "milestones" : "transactions", '[');
	json_open(t->o, '{');
	json_put_cstr(t->o, "id", arena_printf(t->arena, "%.8s", object + ID_TEXT + 1));
	if (r->kind == P_DELIVERY) {
		json_put_cstr(t->o, "title", "delivery");
		json_put_cstr(t->o, "type", "delivery");
		raw(t, "dateMet", r, "date");
		json_put_cstr(
			t->o, "status", get_bool(d, json_root(d), "accepted") ? "met" : "notMet");
	} else {
		raw(t, "date", r, "date");
		raw(t, "value", r, "value");
		org(t, "payer", &c->object.owner);
		supplier(t, "payee", text_of(t, c, "bidder"), text_of(t, c, "supplier"));
	}
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
}

static void movement_put(struct telling *t, const struct row *r)
{
	if ((r->kind == P_DELIVERY || r->kind == P_TRANSACTION) &&
		process_has(t->p, &r->object.owner))
		implementation_put(t, r);
}

/* The version of the same object that stands `back` places before this one; NULL. */
static const struct row *version_before(const struct telling *t, const struct row *r, unsigned back)
{
	for (const struct row *x = r; x > t->history->row;)
		if (object_id_eq(&(--x)->object, &r->object) && --back == 0)
			return x;
	return NULL;
}

/* One tender, one award, many contracts: what another object of the lead's says is none of this process. */
static bool is_told(const struct telling *t, const struct row *r)
{
	const struct process *p = t->p;

	if (!process_may_write(p, r) || !may_tell(t, r))
		return false;
	if (r->kind == P_TENDER)
		return p->tender && object_id_eq(&r->object, &p->tender->object);
	if (r->kind == P_AWARD)
		return p->award_last && object_id_eq(&r->object, &p->award_last->object);
	return r->kind != P_CONTRACT || (p->award_last && may_tell(t, p->award_last));
}

static void version_put(struct telling *t, const struct row *r)
{
	const struct row *before = version_before(t, r, 1), *two = version_before(t, r, 2);

	if (r->kind == P_AGREEMENT)
		planning(t, r, !before);
	else if (r->kind == P_TENDER)
		tender(t, r, before, two);
	else if (r->kind == P_AWARD)
		award_put(t, r, before);
	else if (r->kind == P_CONTRACT)
		contract_put(t, r, before, two);
}

/* In order of time; at the same moment what a step rests on goes before it. */
static void steps(struct telling *t)
{
	const struct process *p = t->p;
	bool told = !p->replay || !replay_open(p->replay);
	size_t i = 0;

	for (size_t h = 0; h < t->history->n; h++) {
		const struct row *r = &t->history->row[h];

		if (!is_told(t, r))
			continue;
		if (!told && (r->kind == P_AWARD || r->kind == P_CONTRACT)) {
			opened(t);
			told = true;
		}
		for (; i < p->rows->n && p->rows->row[i].time_ms < r->time_ms; i++)
			movement_put(t, &p->rows->row[i]);
		version_put(t, r);
	}
	if (!told)
		opened(t);
	for (; i < p->rows->n; i++)
		movement_put(t, &p->rows->row[i]);
}

/* ---- the package ---- */

static void package_open(struct telling *t, int64_t now_ms)
{
	static const char *const extensions[] = {EXTENSION("lots"), EXTENSION("bid"),
		EXTENSION("bidOpening"), EXTENSION("requirements"), EXTENSION("contract_buyer"),
		EXTENSION("budget_breakdown"), EXTENSION("withheldInformation"), NULL};

	json_open(t->o, '{');
	json_put_cstr(
		t->o, "uri", arena_printf(t->arena, "urn:entente:ocds:%.*s", SLICE_FMT(t->ocid)));
	json_put_cstr(t->o, "version", "1.1");
	json_open_at(t->o, "extensions", '[');
	for (size_t i = 0; extensions[i]; i++)
		json_put_cstr(t->o, NULL, extensions[i]);
	json_close(t->o);
	view_time(t->o, "publishedDate", now_ms);
	json_open_at(t->o, "publisher", '{');
	json_put_cstr(t->o, "name", world_party_label(t->w, &t->p->lead, t->arena));
	json_close(t->o);
	json_open_at(t->o, "releases", '[');
}

/* Empty containers say nothing, and the checks warn of them. */
static void prune(struct tree *t)
{
	struct tree *next;

	for (struct tree *c = t->first; c; c = next) {
		next = c->next;
		prune(c);
		if ((c->type == JSON_OBJECT || c->type == JSON_ARRAY) && c->n == 0)
			tree_remove(t, c);
	}
}

int release_package(const struct process *p, const struct rows *history, enum release_circle circle,
	const struct world *w, int64_t now_ms, struct arena *arena, struct tree **ret,
	struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct telling t = {.p = p,
		.history = history,
		.w = w,
		.circle = circle,
		.arena = arena,
		.o = &o,
		.ocid = get_text(&p->agreement->doc, json_root(&p->agreement->doc), "ocid", arena)};
	int rc;

	if (!p->stands)
		return why_set(why, E_MISSING, "",
			"the agreement is not signed by all: there is nothing to publish");
	process_finals(p, now_ms, arena, &t.finals);
	offers_read(p, arena, &t.offer, &t.n_offer);
	package_open(&t, now_ms);
	steps(&t);
	json_close(&o);
	json_close(&o);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "the package is larger than %zu bytes", b.max);
	rc = tree_read(arena_copy(arena, buf_slice(&b)), &json_limits_local, arena, ret, why);
	if (rc < 0)
		return rc;
	for (struct tree *r = tree_get(*ret, "releases")->first; r; r = r->next) {
		if (circle != CIRCLE_MEMBER)
			release_withhold(p, r, now_ms, arena);
		prune(r);
	}
	return 0;
}
