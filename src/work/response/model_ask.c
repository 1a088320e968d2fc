/* model_ask.c: what is asked for and what is promised: request, offer, acceptance, commit, shortfall. */
#include "model_int.h"

/* Line and item numbers are how the records of a dialogue point into each other. */
#define NUMBER_MAX 9999

static int times_check(
	int64_t from, int64_t until, const char *at, const char *key, struct why *why)
{
	return from && until && until < from ? at_fail(why, at, key, "is before it begins") : 0;
}

/* ---- request ---- */

static int line_check(const void *p, const char *at, struct why *why)
{
	const struct aid_line *l = p;

	if (l->min_useful > l->quantity)
		return at_fail(why, at, "min_useful", "is more than the quantity");
	return times_check(l->needed_by, l->needed_until, at, "needed_until", why);
}
static const struct shape_field line_fields[] = {NUMBER(aid_line, line, 1, NUMBER_MAX, NEED),
	TYPE(aid_line, type, NEED), NUMBER(aid_line, quantity, 1, 10000000, NEED),
	TEXT(aid_line, uom, .max = 32), NUMBER(aid_line, min_useful, 1, 10000000, .absent = 1),
	TIME(aid_line, needed_by, NEED), TIME(aid_line, needed_until),
	INNER(aid_line, location, place_shape), LIST(aid_line, substitutes, substitute_shape),
	NUMBER(aid_line, min_effectiveness, 0, 100), TEXTS(aid_line, certifications),
	TEXTS(aid_line, languages), NUMBER(aid_line, self_sufficiency_hours, 0, 10000),
	NUMBER(aid_line, max_contributors, 1, 64, .absent = 64),
	F(aid_line, excluded_members, FORM_MEMBERS, .max = 64),
	NUMBER(aid_line, weight, 1, 100, .absent = 10), BOOL(aid_line, withdrawn),
	TEXT(aid_line, note), {0}};
static const struct shape line_shape = {
	"ResponseLine", sizeof(struct aid_line), line_fields, line_check};

static const struct shape_field support_fields[] = {BOOL(aid_host_support, lodging),
	BOOL(aid_host_support, fuel), BOOL(aid_host_support, customs), BOOL(aid_host_support, visa),
	BOOL(aid_host_support, medical), TEXT(aid_host_support, text), {0}};
static const struct shape support_shape = {
	"ResponseHostSupport", sizeof(struct aid_host_support), support_fields, NULL};
static const struct shape_field legal_fields[] = {
	TEXT(aid_legal, mechanism, NEED, .max = 100), TEXT(aid_legal, article, .max = 100), {0}};
static const struct shape legal_shape = {
	"ResponseLegalBasis", sizeof(struct aid_legal), legal_fields, NULL};
static const char *const payers[] = {"requester", "provider", "shared", "fund", NULL};
static const struct shape_field funding_fields[] = {TEXT(aid_funding, fund_code, .max = 64),
	WORD(aid_funding, who_pays, payers), NUMBER(aid_funding, ceiling, 0, MONEY_MAX),
	CURRENCY(aid_funding, currency), {0}};
static const struct shape funding_shape = {
	"ResponseFunding", sizeof(struct aid_funding), funding_fields, NULL};

static const char *const request_states[] = {"open", "closed", "cancelled", NULL};
static int request_check(const void *p, const char *at, struct why *why)
{
	const struct aid_request *r = p;
	const struct aid_line *l = r->lines.p;

	for (size_t i = 0; i < r->code.n; i++)
		if (r->code.p[i] < '0' || r->code.p[i] > '9')
			return at_fail(why, at, "code", "is digits: it is dialled and sent by SMS");
	for (size_t i = 0; i < r->lines.n; i++)
		for (size_t k = 0; k < i; k++)
			if (l[i].line == l[k].line)
				return at_fail(why, at, "lines", "two lines have one number");
	return 0;
}
static const struct shape_field request_fields[] = {OBJECT(aid_request, incident),
	TEXT(aid_request, code, NEED, .max = 8, HELP("digits, for SMS")),
	TEXT(aid_request, title, NEED, .max = 200), TEXT(aid_request, situation, NEED),
	INNER(aid_request, location, place_shape, NEED),
	NUMBER(aid_request, priority, 1, 4, .absent = 3), TIME(aid_request, offers_due, NEED),
	LIST(aid_request, contacts, contact_shape), LIST(aid_request, lines, line_shape, NEED),
	INNER(aid_request, host_support, support_shape),
	INNER(aid_request, legal_basis, legal_shape), INNER(aid_request, funding, funding_shape),
	BOOL(aid_request, four_eyes), WORD(aid_request, state, request_states), {0}};
const struct shape request_shape = {
	"ResponseRequest", sizeof(struct aid_request), request_fields, request_check};

/* ---- offer ---- */

static const char *const cost_bases[] = {"actual", "flat", "waived", "exchange_unit", NULL};
static const struct shape_field cost_fields[] = {NUMBER(aid_cost, mobilisation, 0, MONEY_MAX),
	NUMBER(aid_cost, transport, 0, MONEY_MAX), NUMBER(aid_cost, per_day, 0, MONEY_MAX),
	NUMBER(aid_cost, other, 0, MONEY_MAX), CURRENCY(aid_cost, currency, NEED),
	WORD(aid_cost, basis, cost_bases), {0}};
static const struct shape cost_shape = {"ResponseCost", sizeof(struct aid_cost), cost_fields, NULL};
static const struct shape_field transport_fields[] = {
	WORD(aid_transport, mode, aid_transports, NEED), BOOL(aid_transport, organic),
	NUMBER(aid_transport, lift_kg, 0, 100000000), {0}};
static const struct shape transport_shape = {
	"ResponseTransport", sizeof(struct aid_transport), transport_fields, NULL};
static int item_check(const void *p, const char *at, struct why *why)
{
	const struct aid_offer_item *i = p;

	if (!i->type.n && id_is_zero(&i->capability.owner))
		return at_fail(why, at, "type", "is missing: a type or a capability");
	if (i->min_quantity > i->quantity)
		return at_fail(why, at, "min_quantity", "is more than the quantity");
	return times_check(i->eta_earliest, i->eta_latest, at, "eta_latest", why);
}
static const struct shape_field item_fields[] = {NUMBER(aid_offer_item, item, 1, NUMBER_MAX, NEED),
	NUMBER(aid_offer_item, line, 0, NUMBER_MAX), OBJECT(aid_offer_item, capability),
	TYPE(aid_offer_item, type), TEXT(aid_offer_item, description),
	NUMBER(aid_offer_item, quantity, 1, 10000000, NEED),
	NUMBER(aid_offer_item, min_quantity, 1, 10000000, .absent = 1),
	TIME(aid_offer_item, eta_earliest), TIME(aid_offer_item, eta_latest, NEED),
	NUMBER(aid_offer_item, duration_days, 1, 3650, .absent = 14),
	NUMBER(aid_offer_item, effectiveness, 1, 100, .absent = 100, HELP("per cent")),
	NUMBER(aid_offer_item, group, 1, NUMBER_MAX, .absent = 0,
		HELP("items of one number are accepted all or not at all")),
	INNER(aid_offer_item, from, place_shape), INNER(aid_offer_item, transport, transport_shape),
	LIST(aid_offer_item, caveats, caveat_shape), INNER(aid_offer_item, cost, cost_shape), {0}};
static const struct shape item_shape = {
	"ResponseOfferItem", sizeof(struct aid_offer_item), item_fields, item_check};
static const struct shape_field approval_fields[] = {
	TEXT(aid_approval, authority, NEED, .max = 200), TIME(aid_approval, expected_by), {0}};
static const struct shape approval_shape = {
	"ResponseApproval", sizeof(struct aid_approval), approval_fields, NULL};

const char *const aid_offer_responses[] = {"ACCEPT", "PROVISIONAL", "DECLINE", "DEFER", NULL};
static int offer_check(const void *p, const char *at, struct why *why)
{
	const struct aid_offer *o = p;
	const struct aid_offer_item *item = o->items.p;
	bool none = o->response == OFFER_DECLINE || o->response == OFFER_DEFER;

	if (none && o->items.n)
		return at_fail(why, at, "items", "are not offered by who declines or defers");
	if (!none && o->items.n == 0)
		return at_fail(why, at, "items", "is missing: what is offered?");
	if (none && !o->reason.n && !o->reason_code.n)
		return at_fail(why, at, "reason", "is missing");
	for (size_t i = 0; i < o->items.n; i++)
		for (size_t k = 0; k < i; k++)
			if (item[i].item == item[k].item)
				return at_fail(why, at, "items", "two items have one number");
	for (size_t i = 0; i < o->items.n; i++)
		if (!id_is_zero(&o->request.owner) && item[i].line == 0)
			return at_fail(why, at, "items", "an item of an answer names the line");
	return 0;
}
static const struct shape_field offer_fields[] = {
	OBJECT(aid_offer, request, HELP("left out: unsolicited")), OBJECT(aid_offer, incident),
	WORD(aid_offer, response, aid_offer_responses, NEED),
	TEXT(aid_offer, reason_code, .max = 64), TEXT(aid_offer, reason, .max = 1000),
	TIME(aid_offer, valid_until, NEED), BOOL(aid_offer, withdrawn),
	LIST(aid_offer, items, item_shape), INNER(aid_offer, approval, approval_shape), {0}};
const struct shape offer_shape = {
	"ResponseOffer", sizeof(struct aid_offer), offer_fields, offer_check};

/* ---- acceptance, commit, shortfall ---- */

static const struct shape_field accepted_fields[] = {
	NUMBER(aid_accepted_item, item, 1, NUMBER_MAX, NEED),
	NUMBER(aid_accepted_item, line, 1, NUMBER_MAX, NEED),
	NUMBER(aid_accepted_item, quantity, 1, 10000000, NEED),
	NUMBER(aid_accepted_item, agreed_cost, 0, MONEY_MAX, .absent = -1),
	TIME(aid_accepted_item, requested_arrival),
	INNER(aid_accepted_item, report_to, place_shape), {0}};
static const struct shape accepted_shape = {
	"ResponseAcceptedItem", sizeof(struct aid_accepted_item), accepted_fields, NULL};
static int acceptance_check(const void *p, const char *at, struct why *why)
{
	const struct aid_acceptance *a = p;
	const struct aid_accepted_item *item = a->items.p;

	for (size_t i = 0; i < a->items.n; i++) {
		if (item[i].agreed_cost >= 0 && !a->currency.n)
			return at_fail(why, at, "currency", "is missing");
		for (size_t k = 0; k < i; k++)
			if (item[i].item == item[k].item)
				return at_fail(why, at, "items", "an item stands there twice");
	}
	return 0;
}
static const struct shape_field acceptance_fields[] = {OBJECT(aid_acceptance, request, NEED),
	OBJECT(aid_acceptance, offer, NEED), HASH(aid_acceptance, offer_leaf, NEED),
	LIST(aid_acceptance, items, accepted_shape, NEED), TIME(aid_acceptance, commit_by, NEED),
	CURRENCY(aid_acceptance, currency), TEXT(aid_acceptance, order_id, .max = 64),
	TEXT(aid_acceptance, authorised_by, NEED, .max = 200),
	TEXT(aid_acceptance, second_authorisation, .max = 200), TEXT(aid_acceptance, terms),
	BOOL(aid_acceptance, withdrawn), {0}};
const struct shape acceptance_shape = {
	"ResponseAcceptance", sizeof(struct aid_acceptance), acceptance_fields, acceptance_check};

static int committed_check(const void *p, const char *at, struct why *why)
{
	const struct aid_committed_item *i = p;

	return i->until <= i->from ? at_fail(why, at, "until", "is not after from") : 0;
}
static const struct shape_field committed_fields[] = {
	NUMBER(aid_committed_item, item, 1, NUMBER_MAX, NEED),
	NUMBER(aid_committed_item, line, 1, NUMBER_MAX, NEED),
	NUMBER(aid_committed_item, quantity, 1, 10000000, NEED),
	OBJECT(aid_committed_item, capability, NEED), TIME(aid_committed_item, from, NEED),
	TIME(aid_committed_item, until, NEED), {0}};
static const struct shape committed_shape = {"ResponseCommittedItem",
	sizeof(struct aid_committed_item), committed_fields, committed_check};
static const struct shape_field order_fields[] = {TEXT(aid_mission_order, number, NEED, .max = 64),
	TEXT(aid_mission_order, authority, .max = 200),
	TEXT(aid_mission_order, team_leader, .max = 200), {0}};
static const struct shape order_shape = {
	"ResponseMissionOrder", sizeof(struct aid_mission_order), order_fields, NULL};
const char *const aid_commit_decisions[] = {"COMMIT", "PARTIAL", "REFUSE", NULL};
static int commit_check(const void *p, const char *at, struct why *why)
{
	const struct aid_commit *c = p;

	if (c->decision == COMMIT_REFUSE)
		return c->items.n     ? at_fail(why, at, "items", "are not committed by a refusal")
		       : !c->reason.n ? at_fail(why, at, "reason", "is missing")
				      : 0;
	return c->items.n ? 0 : at_fail(why, at, "items", "is missing: what is committed?");
}
static const struct shape_field commit_fields[] = {OBJECT(aid_commit, request, NEED),
	OBJECT(aid_commit, offer, NEED), OBJECT(aid_commit, acceptance, NEED),
	HASH(aid_commit, acceptance_leaf, NEED),
	WORD(aid_commit, decision, aid_commit_decisions, NEED),
	TEXT(aid_commit, reason, .max = 1000), LIST(aid_commit, items, committed_shape),
	INNER(aid_commit, mission_order, order_shape), {0}};
const struct shape commit_shape = {
	"ResponseCommit", sizeof(struct aid_commit), commit_fields, commit_check};

const char *const aid_shortfall_decisions[] = {
	"accept", "recirculate", "substitute", "unable_to_fill", NULL};
static int shortfall_check(const void *p, const char *at, struct why *why)
{
	const struct aid_shortfall *s = p;

	if ((s->decision == SHORTFALL_SUBSTITUTE) != (s->substitute.n > 0))
		return at_fail(
			why, at, "substitute", "is named when, and only when, one is decided on");
	return 0;
}
static const struct shape_field shortfall_fields[] = {OBJECT(aid_shortfall, request, NEED),
	NUMBER(aid_shortfall, line, 1, NUMBER_MAX, NEED),
	NUMBER(aid_shortfall, quantity, 1, 10000000, NEED),
	WORD(aid_shortfall, decision, aid_shortfall_decisions, NEED),
	TEXT(aid_shortfall, rationale, NEED), TYPE(aid_shortfall, substitute),
	TEXT(aid_shortfall, signed_by, NEED, .max = 200), {0}};
const struct shape shortfall_shape = {
	"ResponseShortfall", sizeof(struct aid_shortfall), shortfall_fields, shortfall_check};
