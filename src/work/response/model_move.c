/* model_move.c: what moves, what comes home, and what it costs. */
#include "model_int.h"

/* ---- deployment ---- */

static const struct shape_field deployed_fields[] = {NUMBER(aid_deployed_item, line, 1, 9999, NEED),
	NUMBER(aid_deployed_item, quantity, 1, 10000000, NEED), TYPE(aid_deployed_item, type, NEED),
	OBJECT(aid_deployed_item, capability), {0}};
static const struct shape deployed_shape = {
	"ResponseDeployedItem", sizeof(struct aid_deployed_item), deployed_fields, NULL};
const char *const aid_deployment_states[] = {"ORDERED", "MOBILISING", "READY_TO_DEPART",
	"IN_TRANSIT", "ARRIVED", "OPERATIONAL", "RELEASED", "RETURNING", "HOME", "RECONSTITUTED",
	NULL};
static const struct shape_field deployment_fields[] = {OBJECT(aid_deployment, request, NEED),
	OBJECT(aid_deployment, commit, NEED),
	WORD(aid_deployment, status, aid_deployment_states, NEED),
	TEXT(aid_deployment, name, .max = 200), TEXT(aid_deployment, team_leader, .max = 200),
	LIST(aid_deployment, contacts, contact_shape),
	LIST(aid_deployment, items, deployed_shape, NEED),
	TEXTS(aid_deployment, flags, HELP("DELAYED, DIVERTED, TURNED_BACK, RECALLED, LOST")),
	TEXT(aid_deployment, note), {0}};
const struct shape deployment_shape = {
	"ResponseDeployment", sizeof(struct aid_deployment), deployment_fields, NULL};

static const char *const directions[] = {"outbound", "lateral", "return", NULL};
static const char *const carriers[] = {"own", "member", "contract", NULL};
const char *const aid_leg_states[] = {
	"planned", "cleared", "departed", "arrived", "delayed", "cancelled", NULL};
static int leg_check(const void *p, const char *at, struct why *why)
{
	const struct aid_leg *l = p;

	if (l->actual_arrival && l->actual_departure && l->actual_arrival < l->actual_departure)
		return at_fail(why, at, "actual_arrival", "is before the departure");
	if (l->estimated_arrival && l->estimated_departure &&
		l->estimated_arrival < l->estimated_departure)
		return at_fail(why, at, "estimated_arrival", "is before the departure");
	if (l->state == LEG_ARRIVED && !l->actual_arrival)
		return at_fail(why, at, "actual_arrival", "is missing: it has arrived");
	if (l->state == LEG_DEPARTED && !l->actual_departure)
		return at_fail(why, at, "actual_departure", "is missing: it has departed");
	return 0;
}
static const struct shape_field leg_fields[] = {OBJECT(aid_leg, request, NEED),
	OBJECT(aid_leg, deployment, NEED), NUMBER(aid_leg, seq, 1, 999, NEED),
	WORD(aid_leg, direction, directions, NEED), WORD(aid_leg, mode, aid_transports, NEED),
	WORD(aid_leg, carrier, carriers), WORD(aid_leg, state, aid_leg_states, NEED),
	INNER(aid_leg, from, place_shape, NEED), INNER(aid_leg, to, place_shape, NEED),
	NUMBER(aid_leg, lift_kg, 0, 100000000), NUMBER(aid_leg, pallets, 0, 100000),
	TIME(aid_leg, requested_departure), TIME(aid_leg, estimated_departure),
	TIME(aid_leg, actual_departure), TIME(aid_leg, requested_arrival),
	TIME(aid_leg, estimated_arrival), TIME(aid_leg, actual_arrival), TEXTS(aid_leg, clearances),
	TEXT(aid_leg, note), {0}};
const struct shape leg_shape = {"ResponseLeg", sizeof(struct aid_leg), leg_fields, leg_check};

static const struct shape_field check_in_fields[] = {OBJECT(aid_check_in, request, NEED),
	OBJECT(aid_check_in, deployment, NEED), TIME(aid_check_in, at, NEED),
	INNER(aid_check_in, location, place_shape, NEED),
	NUMBER(aid_check_in, people, 0, 100000, .absent = -1), TIME(aid_check_in, next_report),
	TEXT(aid_check_in, note), {0}};
const struct shape check_in_shape = {
	"ResponseCheckIn", sizeof(struct aid_check_in), check_in_fields, NULL};

/* ---- reports ---- */

static const struct shape_field count_fields[] = {TEXT(aid_count, what, NEED, .max = 64),
	NUMBER(aid_count, number, 0, 1000000000, NEED), TEXT(aid_count, method, .max = 100),
	TIME(aid_count, at), {0}};
static const struct shape count_shape = {
	"ResponseCount", sizeof(struct aid_count), count_fields, NULL};
static const char *const confidences[] = {"low", "medium", "high", NULL};
static int sitrep_check(const void *p, const char *at, struct why *why)
{
	const struct aid_sitrep *s = p;

	if (s->period_from && s->period_until < s->period_from)
		return at_fail(why, at, "period_until", "is before period_from");
	if (id_is_zero(&s->request.owner) && id_is_zero(&s->incident.owner) &&
		id_is_zero(&s->deployment.owner))
		return at_fail(why, at, "incident", "is missing: what is it about?");
	return 0;
}
static const struct shape_field sitrep_fields[] = {OBJECT(aid_sitrep, request),
	OBJECT(aid_sitrep, incident), OBJECT(aid_sitrep, deployment),
	NUMBER(aid_sitrep, number, 1, 100000, NEED), TIME(aid_sitrep, period_from, NEED),
	TIME(aid_sitrep, period_until, NEED), TEXT(aid_sitrep, prepared_by, NEED, .max = 200),
	TEXT(aid_sitrep, authorised_by, .max = 200), WORD(aid_sitrep, confidence, confidences),
	TEXT(aid_sitrep, phase, .max = 64), TEXT(aid_sitrep, situation, NEED, .max = 65536),
	LIST(aid_sitrep, casualties, count_shape), TEXT(aid_sitrep, actions, .max = 65536),
	TEXT(aid_sitrep, needs, .max = 65536), TEXT(aid_sitrep, outlook, .max = 65536),
	TIME(aid_sitrep, next_report), {0}};
const struct shape sitrep_shape = {
	"ResponseSitrep", sizeof(struct aid_sitrep), sitrep_fields, sitrep_check};

static const struct shape_field extension_fields[] = {OBJECT(aid_extension, request, NEED),
	OBJECT(aid_extension, deployment, NEED), TIME(aid_extension, requested_until, NEED),
	TEXT(aid_extension, reason, NEED), {0}};
const struct shape extension_shape = {
	"ResponseExtension", sizeof(struct aid_extension), extension_fields, NULL};
static const char *const answers[] = {"granted", "refused", NULL};
static const struct shape_field answer_fields[] = {OBJECT(aid_extension_answer, request, NEED),
	OBJECT(aid_extension_answer, extension, NEED),
	HASH(aid_extension_answer, extension_leaf, NEED),
	WORD(aid_extension_answer, answer, answers, NEED), TIME(aid_extension_answer, until),
	TEXT(aid_extension_answer, reason), {0}};
const struct shape extension_answer_shape = {
	"ResponseExtensionAnswer", sizeof(struct aid_extension_answer), answer_fields, NULL};

static const char *const initiators[] = {"requester", "owner", NULL};
static const char *const releases[] = {"home", "other_assignment", NULL};
static const struct shape_field stand_down_fields[] = {OBJECT(aid_stand_down, request, NEED),
	OBJECT(aid_stand_down, deployment, NEED), WORD(aid_stand_down, initiator, initiators, NEED),
	TIME(aid_stand_down, effective_at, NEED), WORD(aid_stand_down, release_to, releases),
	TEXT(aid_stand_down, handover_note), TEXT(aid_stand_down, condition),
	TEXT(aid_stand_down, performance), {0}};
const struct shape stand_down_shape = {
	"ResponseStandDown", sizeof(struct aid_stand_down), stand_down_fields, NULL};
static int return_check(const void *p, const char *at, struct why *why)
{
	const struct aid_return *r = p;

	return r->ready_again_at && r->ready_again_at < r->returned_at
		       ? at_fail(why, at, "ready_again_at", "is before the return")
		       : 0;
}
static const struct shape_field return_fields[] = {OBJECT(aid_return, request, NEED),
	OBJECT(aid_return, deployment, NEED), TIME(aid_return, returned_at, NEED),
	TIME(aid_return, ready_again_at), TEXT(aid_return, condition), {0}};
const struct shape return_shape = {
	"ResponseReturn", sizeof(struct aid_return), return_fields, return_check};

/* ---- cost ---- */

static const char *const categories[] = {
	"personnel", "travel", "equipment", "consumables", "transport", "other", NULL};
static const char *const methods[] = {"cash", "co_finance", "exchange_units", "waived", NULL};
static const struct shape_field claim_line_fields[] = {NUMBER(aid_claim_line, line, 1, 9999, NEED),
	WORD(aid_claim_line, category, categories, NEED), TEXT(aid_claim_line, description, NEED),
	NUMBER(aid_claim_line, quantity, 0, 10000000, .absent = 1),
	NUMBER(aid_claim_line, rate, 0, MONEY_MAX),
	NUMBER(aid_claim_line, amount, 0, MONEY_MAX, NEED),
	F(aid_claim_line, evidence, FORM_HASHES, HELP("SHA-256 of receipts")),
	BOOL(aid_claim_line, beyond_acceptance), {0}};
static const struct shape claim_line_shape = {
	"ResponseClaimLine", sizeof(struct aid_claim_line), claim_line_fields, NULL};
static int claim_check(const void *p, const char *at, struct why *why)
{
	const struct aid_claim *c = p;
	const struct aid_claim_line *l = c->lines.p;

	for (size_t i = 0; i < c->lines.n; i++) {
		int64_t amount;

		if (l[i].rate && (__builtin_mul_overflow(l[i].quantity, l[i].rate, &amount) ||
					 amount != l[i].amount))
			return at_fail(why, at, "lines", "an amount is not quantity times rate");
		for (size_t k = 0; k < i; k++)
			if (l[i].line == l[k].line)
				return at_fail(why, at, "lines", "two lines have one number");
	}
	return 0;
}
static const struct shape_field claim_fields[] = {OBJECT(aid_claim, request, NEED),
	OBJECT(aid_claim, deployment, NEED), CURRENCY(aid_claim, currency, NEED),
	WORD(aid_claim, method, methods, NEED), LIST(aid_claim, lines, claim_line_shape, NEED),
	TEXT(aid_claim, note), BOOL(aid_claim, withdrawn), {0}};
const struct shape claim_shape = {
	"ResponseClaim", sizeof(struct aid_claim), claim_fields, claim_check};

static const char *const claim_decisions[] = {"accept", "query", "reject", NULL};
static const struct shape_field claim_answer_fields[] = {
	NUMBER(aid_claim_answer, line, 1, 9999, NEED),
	WORD(aid_claim_answer, decision, claim_decisions, NEED),
	NUMBER(aid_claim_answer, amount, 0, MONEY_MAX, .absent = -1,
		HELP("at most what is claimed; default: as claimed")),
	TEXT(aid_claim_answer, reason), {0}};
static int claim_answer_check(const void *p, const char *at, struct why *why)
{
	const struct aid_claim_answer *a = p;

	return a->decision != CLAIM_ACCEPT && !a->reason.n
		       ? at_fail(why, at, "reason", "is missing")
		       : 0;
}
static const struct shape claim_answer_shape = {"ResponseClaimAnswer",
	sizeof(struct aid_claim_answer), claim_answer_fields, claim_answer_check};
static int claim_decision_check(const void *p, const char *at, struct why *why)
{
	const struct aid_claim_decision *d = p;
	const struct aid_claim_answer *a = d->lines.p;

	for (size_t i = 0; i < d->lines.n; i++)
		for (size_t k = 0; k < i; k++)
			if (a[i].line == a[k].line)
				return at_fail(why, at, "lines", "a line is answered twice");
	return 0;
}
static const struct shape_field claim_decision_fields[] = {
	OBJECT(aid_claim_decision, request, NEED), OBJECT(aid_claim_decision, claim, NEED),
	HASH(aid_claim_decision, claim_leaf, NEED),
	LIST(aid_claim_decision, lines, claim_answer_shape, NEED),
	TEXT(aid_claim_decision, decided_by, NEED, .max = 200), {0}};
const struct shape claim_decision_shape = {"ResponseClaimDecision",
	sizeof(struct aid_claim_decision), claim_decision_fields, claim_decision_check};

static const struct shape_field settlement_fields[] = {OBJECT(aid_settlement, request, NEED),
	OBJECT(aid_settlement, claim, NEED), HASH(aid_settlement, claim_leaf, NEED),
	NUMBER(aid_settlement, amount, 0, MONEY_MAX, NEED),
	CURRENCY(aid_settlement, currency, NEED), WORD(aid_settlement, method, methods, NEED),
	TIME(aid_settlement, settled_at, NEED), TEXT(aid_settlement, reference, .max = 200), {0}};
const struct shape settlement_shape = {
	"ResponseSettlement", sizeof(struct aid_settlement), settlement_fields, NULL};

static const struct shape_field exchange_fields[] = {MEMBER(aid_exchange, creditor, NEED),
	OBJECT(aid_exchange, request), OBJECT(aid_exchange, settlement),
	TEXT(aid_exchange, unit, NEED, .max = 64),
	NUMBER(aid_exchange, amount, -1000000000, 1000000000, NEED, HELP("hundredths of the unit")),
	TEXT(aid_exchange, reference, .max = 200), TEXT(aid_exchange, note), {0}};
const struct shape exchange_shape = {
	"ResponseExchange", sizeof(struct aid_exchange), exchange_fields, NULL};
