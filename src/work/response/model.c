/* model.c: the kinds and what their records name; the tables of their fields are in model_have.c, model_ask.c and model_move.c. */
#include "model_int.h"

const struct aid_kind_row aid_kinds[AID_KINDS] = {
	[AID_CAPABILITY] = {"response/capability/1", "capabilities", &capability_shape,
		"what a member has, as many may know it"},
	[AID_CAPABILITY_DETAIL] = {"response/capability-detail/1", "capability-details",
		&capability_detail_shape, "further fields of a capability, for fewer readers"},
	[AID_READINESS] = {"response/readiness/1", "readiness", &readiness_shape,
		"a readiness report; stale after valid_until"},
	[AID_INCIDENT] = {"response/incident/1", "incidents", &incident_shape,
		"what has happened, and where"},
	[AID_ALERT] = {"response/alert/1", "alerts", NULL, "a CAP alert, as it came"},
	[AID_ACK] = {"response/ack/1", "acks", &ack_shape, "received, read, or accepted as a task"},
	[AID_REQUEST] = {"response/request/1", "requests", &request_shape,
		"what is asked for, in lines"},
	[AID_OFFER] = {"response/offer/1", "offers", &offer_shape,
		"an answer to a request: firm, provisional, declined, deferred"},
	[AID_ACCEPTANCE] = {"response/acceptance/1", "acceptances", &acceptance_shape,
		"the requester takes an offer, by its exact hash, until commit_by"},
	[AID_COMMIT] = {"response/commit/1", "commits", &commit_shape,
		"the provider binds itself, or refuses, by the exact hash of the acceptance"},
	[AID_SHORTFALL] = {"response/shortfall/1", "shortfalls", &shortfall_shape,
		"what becomes of a line that is not covered"},
	[AID_DEPLOYMENT] = {"response/deployment/1", "deployments", &deployment_shape,
		"what was committed, on its way"},
	[AID_LEG] = {"response/leg/1", "legs", &leg_shape,
		"one leg of a journey: requested, estimated, actual"},
	[AID_CHECK_IN] = {"response/check-in/1", "check-ins", &check_in_shape,
		"where a team is, at a moment"},
	[AID_SITREP] = {"response/sitrep/1", "sitreps", &sitrep_shape, "a situation report"},
	[AID_EXTENSION] = {"response/extension/1", "extensions", &extension_shape,
		"asks for a longer deployment"},
	[AID_EXTENSION_ANSWER] = {"response/extension-answer/1", "extension-answers",
		&extension_answer_shape, "grants or refuses it"},
	[AID_STAND_DOWN] = {"response/stand-down/1", "stand-downs", &stand_down_shape,
		"releases a team, or calls it home"},
	[AID_RETURN] = {"response/return/1", "returns", &return_shape,
		"it is home, and ready again when"},
	[AID_CLAIM] = {"response/claim/1", "claims", &claim_shape, "what the deployment has cost"},
	[AID_CLAIM_DECISION] = {"response/claim-decision/1", "claim-decisions",
		&claim_decision_shape, "line by line: accepted, queried, rejected"},
	[AID_SETTLEMENT] = {"response/settlement/1", "settlements", &settlement_shape,
		"how and when it was settled"},
	[AID_EXCHANGE] = {"response/exchange/1", "exchanges", &exchange_shape,
		"services owed to another member, in units"},
};

enum aid_kind aid_kind_of(struct slice kind)
{
	int k = 0;

	while (k < AID_KINDS && !slice_is(kind, aid_kinds[k].kind))
		k++;
	return (enum aid_kind)k;
}

enum aid_kind aid_kind_of_word(struct slice word)
{
	int k = 0;

	while (k < AID_KINDS && !slice_is(word, aid_kinds[k].word))
		k++;
	return (enum aid_kind)k;
}

int aid_read(enum aid_kind kind, void *ret, struct arena *arena, struct slice content, unsigned how,
	struct why *why)
{
	return shape_read(aid_kinds[kind].shape, ret, arena, content, how, why);
}

bool place_is(const struct aid_place *p)
{
	return p && p->lat != PLACE_NOWHERE && p->lon != PLACE_NOWHERE;
}

struct aid_links aid_links_of(enum aid_kind kind, const union aid_any *a)
{
	struct aid_links l = {0};

	switch (kind) {
	case AID_CAPABILITY_DETAIL:
		l.target = a->capability.of;
		break;
	case AID_READINESS:
		l.target = a->readiness.capability;
		break;
	case AID_ACK:
		l.target = a->ack.target;
		l.target_leaf = a->ack.leaf;
		break;
	case AID_REQUEST:
		l.target = a->request.incident;
		break;
	case AID_OFFER:
		l.thread = l.target = a->offer.request;
		break;
	case AID_ACCEPTANCE:
		l = (struct aid_links){
			a->acceptance.request, a->acceptance.offer, a->acceptance.offer_leaf};
		break;
	case AID_COMMIT:
		l = (struct aid_links){
			a->commit.request, a->commit.acceptance, a->commit.acceptance_leaf};
		break;
	case AID_SHORTFALL:
		l.thread = l.target = a->shortfall.request;
		break;
	case AID_DEPLOYMENT:
		l.thread = a->deployment.request;
		l.target = a->deployment.commit;
		break;
	case AID_LEG:
		l.thread = a->leg.request;
		l.target = a->leg.deployment;
		break;
	case AID_CHECK_IN:
		l.thread = a->check_in.request;
		l.target = a->check_in.deployment;
		break;
	case AID_SITREP:
		l.thread = a->sitrep.request;
		l.target = id_is_zero(&a->sitrep.deployment.owner) ? a->sitrep.incident
								   : a->sitrep.deployment;
		break;
	case AID_EXTENSION:
		l.thread = a->extension.request;
		l.target = a->extension.deployment;
		break;
	case AID_EXTENSION_ANSWER:
		l = (struct aid_links){a->extension_answer.request, a->extension_answer.extension,
			a->extension_answer.extension_leaf};
		break;
	case AID_STAND_DOWN:
		l.thread = a->stand_down.request;
		l.target = a->stand_down.deployment;
		break;
	case AID_RETURN:
		l.thread = a->returned.request;
		l.target = a->returned.deployment;
		break;
	case AID_CLAIM:
		l.thread = a->claim.request;
		l.target = a->claim.deployment;
		break;
	case AID_CLAIM_DECISION:
		l = (struct aid_links){a->claim_decision.request, a->claim_decision.claim,
			a->claim_decision.claim_leaf};
		break;
	case AID_SETTLEMENT:
		l = (struct aid_links){
			a->settlement.request, a->settlement.claim, a->settlement.claim_leaf};
		break;
	case AID_EXCHANGE:
		l.thread = a->exchange.request;
		l.target = a->exchange.settlement;
		break;
	case AID_CAPABILITY:
	case AID_INCIDENT:
	case AID_ALERT:
	case AID_KINDS:
		break;
	}
	return l;
}
