/*
 * model.h: the records of the workspace: one struct and one shape per kind. Fields are those of the mutual-aid practice: EDXL-RM, the EMAC request form, the European
 * civil-protection mechanism; JSON keys and C members have the same names.
 *
 *	struct aid_offer offer;
 *	rc = aid_read(AID_OFFER, &offer, arena, content, 0, why);        -- what a partner sent: unknown members are passed over
 *	shape_text(&aid_kinds[AID_OFFER].shape, &offer, &buf);
 *
 * Every record has one owner, and only its owner writes its next version; what concerns another's record names it by object id, and where a signature must hold for
 * exact bytes, by leaf hash. Whatever belongs to one request names that request (`request`), so that all of it is found at once (dossier.h). Amounts of money are
 * in minor units (cents), durations in minutes, hours or days as their names say, weights in kilogrammes.
 */
#ifndef WORK_RESPONSE_MODEL_H
#define WORK_RESPONSE_MODEL_H

#include "crypt/hash.h"
#include "work/response/shape.h"

enum aid_kind {
	AID_CAPABILITY,
	AID_CAPABILITY_DETAIL,
	AID_READINESS,
	AID_INCIDENT,
	AID_ALERT, /* CAP, no shape */
	AID_ACK,
	AID_REQUEST,
	AID_OFFER,
	AID_ACCEPTANCE,
	AID_COMMIT,
	AID_SHORTFALL,
	AID_DEPLOYMENT,
	AID_LEG,
	AID_CHECK_IN,
	AID_SITREP,
	AID_EXTENSION,
	AID_EXTENSION_ANSWER,
	AID_STAND_DOWN,
	AID_RETURN,
	AID_CLAIM,
	AID_CLAIM_DECISION,
	AID_SETTLEMENT,
	AID_EXCHANGE,
	AID_KINDS
};

struct aid_place {
	struct slice name;
	int64_t lat, lon; /* PLACE_NOWHERE: not given */
};
#define PLACE_NOWHERE (INT64_C(999) * 10000000)
struct aid_external {
	struct slice scheme, value;
};
struct aid_contact {
	struct slice role, name, phone, mail, radio;
};

/* ---- what members have ---- */

struct aid_caveat {
	int kind, polarity;
	struct id member; /* partner */
	struct slice type, area, text;
};
enum {
	CAVEAT_GEOGRAPHIC,
	CAVEAT_TASK,
	CAVEAT_DURATION,
	CAVEAT_COMMAND,
	CAVEAT_PARTNER,
	CAVEAT_LEGAL,
	CAVEAT_APPROVAL
};
enum { POLARITY_FORBID, POLARITY_REQUIRE, POLARITY_NEEDS_APPROVAL };
struct aid_mode_of_transport {
	int mode;
	int64_t speed_kmh, load_hours;
	bool organic;
};
enum { TRANSPORT_ROAD, TRANSPORT_RAIL, TRANSPORT_AIR, TRANSPORT_SEA, TRANSPORT_OWN_POWER };
extern const char *const aid_transports[];
struct aid_performance {
	struct slice metric, unit;
	int64_t value;
};
struct aid_substitute {
	struct slice type;
	int64_t effectiveness; /* per cent */
};
struct aid_certification {
	struct slice scheme, level;
	int64_t valid_until;
};
struct aid_crew {
	int64_t headcount;
	struct shape_list languages, certifications;
};
struct aid_footprint {
	int64_t weight_kg, volume_m3, vehicles, pallets;
	struct shape_list dangerous_goods;
};
struct aid_cost_rate {
	int64_t mobilisation, per_day, per_km;
	struct slice currency;
	int basis;
};
struct aid_commitment {
	struct slice pool;
	int64_t from, until;
};
/*
 * A capability is the part that many may know; each capability-detail adds fields for fewer readers, with a label of its own. Whoever may read both sees them joined: the fields of
 * a detail count over those of the capability, a later detail over an earlier.
 */
struct aid_capability {
	struct object_id of; /* detail: the capability */
	struct slice type, name, uom;
	int kind, state;
	int64_t quantity, min_lot, reserve; /* -1: not said */
	struct slice quantity_band;
	bool indivisible;
	struct shape_list performance, substitutes, transport_modes, caveats, support_needed,
		external_ids;
	struct aid_place *home;
	struct slice unit_name;
	struct aid_crew *crew;
	int64_t self_sufficiency_hours, notice_minutes, max_deployment_days;
	struct aid_footprint *footprint;
	struct slice mission_statement, limitations;
	struct aid_cost_rate *cost_rate;
	struct aid_commitment *commitment;
};
enum {
	CAPABILITY_DRAFT,
	CAPABILITY_DECLARED,
	CAPABILITY_CERTIFIED,
	CAPABILITY_SUSPENDED,
	CAPABILITY_WITHDRAWN
};

struct aid_window {
	int64_t from, until, quantity;
};
enum { READY, LIMITED, NOT_READY, COMMITTED, DEPLOYED, RECONSTITUTING };
extern const char *const aid_readiness_states[];
struct aid_readiness {
	struct object_id capability;
	int64_t reported_at, valid_until;
	int state, equipment, people, funding, approval;
	int64_t quantity_available, notice_minutes; /* -1: not said */
	struct shape_list windows, reason_codes;
	struct aid_place *location;
	int64_t next_review;
};

/* ---- what happens ---- */

struct aid_incident {
	struct slice name, event_type, summary;
	struct shape_list external_ids, area; /* area: aid_place without names, a ring */
	struct aid_place *centre;
	struct id lead;
	bool closed;
};
struct aid_ack {
	struct object_id target;
	struct hash leaf;
	int state;
	struct slice role, channel, note;
	int64_t at;
};
enum { ACK_RECEIVED, ACK_READ, ACK_ACCEPTED };
extern const char *const aid_ack_states[];

/* ---- what is asked for ---- */

struct aid_line {
	int64_t line;
	struct slice type, uom, note;
	int64_t quantity, min_useful, needed_by, needed_until;
	struct aid_place *location;
	struct shape_list substitutes, certifications, languages, excluded_members;
	int64_t min_effectiveness, self_sufficiency_hours, max_contributors, weight;
	bool withdrawn;
};
struct aid_host_support {
	bool lodging, fuel, customs, visa, medical;
	struct slice text;
};
struct aid_legal {
	struct slice mechanism, article;
};
struct aid_funding {
	struct slice fund_code, currency;
	int who_pays;
	int64_t ceiling;
};
struct aid_request {
	struct object_id incident;
	struct slice code, title, situation;
	struct aid_place *location;
	int64_t priority, offers_due;
	struct shape_list contacts, lines;
	struct aid_host_support *host_support;
	struct aid_legal *legal_basis;
	struct aid_funding *funding;
	bool four_eyes;
	int state;
};
enum { REQUEST_OPEN, REQUEST_CLOSED, REQUEST_CANCELLED };

/* ---- what is promised ---- */

struct aid_cost {
	int64_t mobilisation, transport, per_day, other;
	struct slice currency;
	int basis;
};
struct aid_transport {
	int mode;
	bool organic;
	int64_t lift_kg;
};
struct aid_offer_item {
	int64_t item, line;
	struct object_id capability;
	struct slice type, description;
	int64_t quantity, min_quantity, eta_earliest, eta_latest, duration_days, effectiveness,
		group;
	struct aid_place *from;
	struct aid_transport *transport;
	struct shape_list caveats;
	struct aid_cost *cost;
};
struct aid_approval {
	struct slice authority;
	int64_t expected_by;
};
struct aid_offer {
	struct object_id request, incident;
	int response;
	struct slice reason_code, reason;
	int64_t valid_until;
	bool withdrawn;
	struct shape_list items;
	struct aid_approval *approval;
};
enum { OFFER_ACCEPT, OFFER_PROVISIONAL, OFFER_DECLINE, OFFER_DEFER };
extern const char *const aid_offer_responses[];

struct aid_accepted_item {
	int64_t item, line, quantity, agreed_cost, requested_arrival;
	struct aid_place *report_to;
};
struct aid_acceptance {
	struct object_id request, offer;
	struct hash offer_leaf;
	struct shape_list items;
	int64_t commit_by;
	struct slice currency, order_id, authorised_by, second_authorisation, terms;
	bool withdrawn;
};
struct aid_committed_item {
	int64_t item, line, quantity, from, until;
	struct object_id capability;
};
struct aid_mission_order {
	struct slice number, authority, team_leader;
};
struct aid_commit {
	struct object_id request, offer, acceptance;
	struct hash acceptance_leaf;
	int decision;
	struct slice reason;
	struct shape_list items;
	struct aid_mission_order *mission_order;
};
enum { COMMIT_COMMIT, COMMIT_PARTIAL, COMMIT_REFUSE };
extern const char *const aid_commit_decisions[];
struct aid_shortfall {
	struct object_id request;
	int64_t line, quantity;
	int decision;
	struct slice rationale, substitute, signed_by;
};
enum { SHORTFALL_ACCEPT, SHORTFALL_RECIRCULATE, SHORTFALL_SUBSTITUTE, SHORTFALL_UNABLE };
extern const char *const aid_shortfall_decisions[];

/* ---- what moves ---- */

struct aid_deployed_item {
	int64_t line, quantity;
	struct slice type;
	struct object_id capability;
};
struct aid_deployment {
	struct object_id request, commit;
	int status;
	struct slice name, team_leader, note;
	struct shape_list contacts, items, flags;
};
enum {
	D_ORDERED,
	D_MOBILISING,
	D_READY_TO_DEPART,
	D_IN_TRANSIT,
	D_ARRIVED,
	D_OPERATIONAL,
	D_RELEASED,
	D_RETURNING,
	D_HOME,
	D_RECONSTITUTED
};
extern const char *const aid_deployment_states[];
struct aid_leg {
	struct object_id request, deployment;
	int64_t seq;
	int direction, mode, carrier, state;
	struct aid_place *from, *to;
	int64_t lift_kg, pallets;
	int64_t requested_departure, estimated_departure, actual_departure, requested_arrival,
		estimated_arrival, actual_arrival;
	struct shape_list clearances;
	struct slice note;
};
enum { LEG_OUTBOUND, LEG_LATERAL, LEG_RETURN };
enum { LEG_PLANNED, LEG_CLEARED, LEG_DEPARTED, LEG_ARRIVED, LEG_DELAYED, LEG_CANCELLED };
extern const char *const aid_leg_states[];
struct aid_check_in {
	struct object_id request, deployment;
	int64_t at, people, next_report;
	struct aid_place *location;
	struct slice note;
};
struct aid_count {
	struct slice what, method;
	int64_t number, at;
};
struct aid_sitrep {
	struct object_id request, incident, deployment;
	int64_t number, period_from, period_until, next_report;
	struct slice prepared_by, authorised_by, phase, situation, actions, needs, outlook;
	int confidence;
	struct shape_list casualties;
};
struct aid_extension {
	struct object_id request, deployment;
	int64_t requested_until;
	struct slice reason;
};
struct aid_extension_answer {
	struct object_id request, extension;
	struct hash extension_leaf;
	int answer;
	int64_t until;
	struct slice reason;
};
enum { EXTENSION_GRANTED, EXTENSION_REFUSED };
struct aid_stand_down {
	struct object_id request, deployment;
	int initiator, release_to;
	int64_t effective_at;
	struct slice handover_note, condition, performance;
};
struct aid_return {
	struct object_id request, deployment;
	int64_t returned_at, ready_again_at;
	struct slice condition;
};

/* ---- what it costs ---- */

struct aid_claim_line {
	int64_t line, quantity, rate, amount;
	int category;
	struct slice description;
	struct shape_list evidence;
	bool beyond_acceptance;
};
struct aid_claim {
	struct object_id request, deployment;
	struct slice currency, note;
	int method;
	struct shape_list lines;
	bool withdrawn;
};
struct aid_claim_answer {
	int64_t line, amount; /* -1: as claimed */
	int decision;
	struct slice reason;
};
enum { CLAIM_ACCEPT, CLAIM_QUERY, CLAIM_REJECT };
struct aid_claim_decision {
	struct object_id request, claim;
	struct hash claim_leaf;
	struct shape_list lines;
	struct slice decided_by;
};
struct aid_settlement {
	struct object_id request, claim;
	struct hash claim_leaf;
	int64_t amount, settled_at;
	struct slice currency, reference;
	int method;
};
/* Services exchanged: the debtor writes what it owes, since a member speaks only for itself. */
struct aid_exchange {
	struct id creditor;
	struct object_id request, settlement;
	struct slice unit, reference, note;
	int64_t amount; /* hundredths of the unit; negative: given back */
};

/* ---- all kinds ---- */

struct aid_kind_row {
	const char *kind; /* "response/offer/1" */
	const char *word; /* of the command line and the API: "offers" */
	const struct shape *shape;
	const char *help;
};
extern const struct aid_kind_row aid_kinds[AID_KINDS];
/* AID_KINDS if it is none of ours. */
enum aid_kind aid_kind_of(struct slice kind);
enum aid_kind aid_kind_of_word(struct slice word);

#define AID_LINES_MAX 200
/* Any of the structs. */
union aid_any {
	struct aid_capability capability;
	struct aid_readiness readiness;
	struct aid_incident incident;
	struct aid_ack ack;
	struct aid_request request;
	struct aid_offer offer;
	struct aid_acceptance acceptance;
	struct aid_commit commit;
	struct aid_shortfall shortfall;
	struct aid_deployment deployment;
	struct aid_leg leg;
	struct aid_check_in check_in;
	struct aid_sitrep sitrep;
	struct aid_extension extension;
	struct aid_extension_answer extension_answer;
	struct aid_stand_down stand_down;
	struct aid_return returned;
	struct aid_claim claim;
	struct aid_claim_decision claim_decision;
	struct aid_settlement settlement;
	struct aid_exchange exchange;
};
/* E_SYNTAX, E_INVALID, E_LIMIT with a JSON pointer. `how`: shape.h. Not for AID_ALERT. */
MUST_USE int aid_read(enum aid_kind kind, void *ret, struct arena *arena, struct slice content,
	unsigned how, struct why *why);
/* The objects that a record names: the request whose dossier it is in, and what it answers. Owner zero: none. */
struct aid_links {
	struct object_id thread, target;
	struct hash target_leaf;
};
struct aid_links aid_links_of(enum aid_kind kind, const union aid_any *a);

/* Elements of a list. */
#define AID_LIST(T, list) ((const T *)(list).p)
bool place_is(const struct aid_place *p);

#endif
