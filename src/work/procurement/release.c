/* release.c: see release.h. */
#include "work/procurement/changes.h"
#include "work/procurement/release_int.h"

#include "base/enc.h"
#include "base/report.h"
#include "pact/label.h"

#define EXTENSION(name)                                                                            \
	"https://raw.githubusercontent.com/open-contracting-extensions/ocds_" name                 \
	"_extension/master/extension.json"

const struct json_doc *tell_doc(const struct row *r)
{
	return &r->doc;
}

struct slice tell_text_of(struct telling *t, const struct row *r, const char *key)
{
	return get_text(tell_doc(r), json_root(tell_doc(r)), key, t->arena);
}

void tell_raw(struct telling *t, const char *as, const struct row *r, const char *key)
{
	json_ref v = json_get(tell_doc(r), json_root(tell_doc(r)), key);

	if (v)
		json_put_raw(t->o, as, json_raw(tell_doc(r), v));
}

void tell_text(struct telling *t, const char *as, const struct row *r, const char *key)
{
	struct slice s = tell_text_of(t, r, key);

	if (s.n)
		json_put_string(t->o, as, s);
}

void tell_org(struct telling *t, const char *key, const struct id *member)
{
	json_open_at(t->o, key, '{');
	view_id(t->o, "id", member);
	json_put_cstr(t->o, "name", world_party_label(t->w, member, t->arena));
	json_close(t->o);
}

void tell_supplier(struct telling *t, const char *key, struct slice bidder, struct slice name)
{
	json_open_at(t->o, key, '{');
	json_put_string(t->o, "id", bidder);
	json_put_string(t->o, "name", name);
	json_close(t->o);
}

bool tell_may(const struct telling *t, const struct row *r)
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
void tell_open(struct telling *t, const char *tag, int64_t time_ms, const struct hash *named_by,
	bool bidders, const struct row *award)
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
	tell_org(t, "buyer", &t->p->lead);
}

/* ---- steps ---- */

static void planning(struct telling *t, const struct row *a, bool first)
{
	tell_open(t, first ? "planning" : "planningUpdate", a->time_ms, &a->leaf, false, NULL);
	json_open_at(t->o, "planning", '{');
	json_put_string(t->o, "rationale",
		tell_text_of(t, a, "text").n ? tell_text_of(t, a, "text")
					     : tell_text_of(t, a, "title"));
	if (json_get(tell_doc(a), json_root(tell_doc(a)), "budget")) {
		json_open_at(t->o, "budget", '{');
		tell_raw(t, "amount", a, "budget");
		json_close(t->o);
	}
	json_close(t->o);
	json_close(t->o);
}

static void items_put(struct telling *t, const struct row *tender)
{
	const struct json_doc *d = tell_doc(tender);

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
	const struct json_doc *d = tell_doc(tender);

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
	const struct json_doc *d = tell_doc(tender);
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
	struct slice s = tell_text_of(t, r, "status");

	return slice_is(s, "draft")	     ? "planned"
	       : slice_is(s, "cancelled")    ? "cancelled"
	       : slice_is(s, "unsuccessful") ? "unsuccessful"
					     : "active";
}

void tell_tender_open(struct telling *t)
{
	json_open_at(t->o, "tender", '{');
	json_put_string(t->o, "id", t->ocid);
}

bool tell_same(const struct row *a, const struct row *b, const char *key)
{
	return slice_eq(json_raw(tell_doc(a), json_get(tell_doc(a), json_root(tell_doc(a)), key)),
		json_raw(tell_doc(b), json_get(tell_doc(b), json_root(tell_doc(b)), key)));
}

/* An amendment changes what is bought, by what rules, or when; an update says more about the same. */
static const char *tender_tag(struct telling *t, const struct row *r, const struct row *before)
{
	static const char *const keys[] = {"deadline", "openAt", "lots", "items", "criteria",
		"award", "estimate", "documents"};

	if (!before)
		return "tender";
	if (slice_is(tell_text_of(t, r, "status"), "cancelled"))
		return "tenderCancellation";
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!tell_same(r, before, keys[i]) &&
			!slice_is(tell_text_of(t, before, "status"), "draft"))
			return "tenderAmendment";
	return "tenderUpdate";
}

/* The one amendment that a release makes: why, and of which release. */
void tell_amendment(
	struct telling *t, const struct row *r, const struct row *before, const char *before_tag)
{
	char hex[17];

	json_open_at(t->o, "amendments", '[');
	json_open(t->o, '{');
	hex_encode(r->leaf.b, 8, hex);
	json_put_cstr(t->o, "id", hex);
	view_time(t->o, "date", r->time_ms);
	tell_text(t, "rationale", r, "rationale");
	hex_encode(before->leaf.b, 8, hex);
	json_put_cstr(t->o, "amendsReleaseID",
		arena_printf(t->arena, "%.*s-%s-%s", SLICE_FMT(t->ocid), before_tag, hex));
	json_close(t->o);
	json_close(t->o);
}

static void tender(struct telling *t, const struct row *r, const struct row *before,
	const struct row *two_before)
{
	const struct json_doc *d = tell_doc(r);
	const char *tag = tender_tag(t, r, before), *status = tender_status(t, r);

	tell_open(t, tag, r->time_ms, &r->leaf, false, NULL);
	tell_tender_open(t);
	tell_text(t, "title", r, "title");
	tell_text(t, "description", r, "description");
	json_put_cstr(t->o, "status", status);
	tell_org(t, "procuringEntity", &t->p->lead);
	tell_raw(t, "value", r, "estimate");
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
		tell_amendment(t, r, before, tender_tag(t, before, two_before));
	json_close(t->o);
	json_close(t->o);
}

/* What was opened: how many, and in the members' circle what. */
static void opened(struct telling *t)
{
	const struct seal_replay *r = t->p->replay;
	int64_t time = (int64_t)r->policy.open_ms;

	tell_open(t, "tenderUpdate", time, &r->closed->close.root, true, NULL);
	tell_tender_open(t);
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
			tell_supplier(t, NULL, slice_str(arena_printf(t->arena, "%s", hex)),
				t->offer[i].supplier);
			json_close(t->o);
			json_close(t->o);
		}
		json_close(t->o);
	}
	json_close(t->o);
	json_close(t->o);
}

/* One tender, one award, many contracts: what another object of the lead's says is none of this process. */
static bool is_told(const struct telling *t, const struct row *r)
{
	const struct process *p = t->p;

	if (!process_may_write(p, r) || !tell_may(t, r))
		return false;
	/* What the lead proposes besides, and not all have signed, is a proposal among members. */
	if (r->kind == P_AGREEMENT)
		return r->epoch != p->agreement->epoch ? r->epoch < p->agreement->epoch
						       : r->seq <= p->agreement->seq;
	if (r->kind == P_TENDER)
		return p->tender && object_id_eq(&r->object, &p->tender->object);
	if (r->kind == P_AWARD)
		return p->award_last && object_id_eq(&r->object, &p->award_last->object);
	return r->kind != P_CONTRACT || (p->award_last && tell_may(t, p->award_last));
}

static void version_put(struct telling *t, const struct row *r)
{
	const struct row *before = t->before[r - t->history->row],
			 *two = before ? t->before[before - t->history->row] : NULL;

	if (r->kind == P_AGREEMENT)
		planning(t, r, !before);
	else if (r->kind == P_TENDER)
		tender(t, r, before, two);
	else if (r->kind == P_AWARD)
		tell_award(t, r, before);
	else if (r->kind == P_CONTRACT)
		tell_contract(t, r, before, two);
}

/* Answers, deliveries and payments before this hour, from the `i`th row on. */
static void movements(struct telling *t, size_t *i, int64_t until_ms)
{
	const struct rows *rows = t->p->rows;

	for (; *i < rows->n && rows->row[*i].time_ms < until_ms; (*i)++)
		tell_movement(t, &rows->row[*i]);
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
			movements(t, &i, (int64_t)p->replay->policy.open_ms);
			opened(t);
			told = true;
		}
		movements(t, &i, r->time_ms);
		version_put(t, r);
	}
	if (!told) {
		movements(t, &i, (int64_t)p->replay->policy.open_ms);
		opened(t);
	}
	movements(t, &i, INT64_MAX);
}

/* ---- the package ---- */

static void package_open(struct telling *t, int64_t now_ms)
{
	static const char *const extensions[] = {EXTENSION("lots"), EXTENSION("bid"),
		EXTENSION("bidOpening"), EXTENSION("enquiry"), EXTENSION("requirements"),
		EXTENSION("contract_buyer"), EXTENSION("budget_breakdown"),
		EXTENSION("withheldInformation"), NULL};

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
	t.before = changes_before(history, arena);
	t.contracts = process_by_object(p, P_CONTRACT);
	package_open(&t, now_ms);
	steps(&t);
	map_free(&t.contracts);
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
