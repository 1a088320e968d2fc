/* model_have.c: what members have and what happens: capabilities, readiness, incidents, acknowledgements. */
#include "model_int.h"

int at_fail(struct why *why, const char *at, const char *key, const char *text)
{
	char where[128];

	snprintf(where, sizeof(where), "%.90s/%s", at, key);
	return why_set(why, E_INVALID, where, "%s", text);
}

static int place_check(const void *p, const char *at, struct why *why)
{
	const struct aid_place *place = p;

	if ((place->lat == PLACE_NOWHERE) != (place->lon == PLACE_NOWHERE))
		return at_fail(why, at, "lat", "lat and lon are given both or not at all");
	if (place->lat == PLACE_NOWHERE && !place->name.n)
		return at_fail(why, at, "name", "is missing: a place has a name or a point");
	return 0;
}

static const struct shape_field place_fields[] = {TEXT(aid_place, name, .max = 200),
	F(aid_place, lat, FORM_DEGREES, .min = -90, .max = 90, .absent = PLACE_NOWHERE),
	F(aid_place, lon, FORM_DEGREES, .min = -180, .max = 180, .absent = PLACE_NOWHERE), {0}};
const struct shape place_shape = {
	"ResponsePlace", sizeof(struct aid_place), place_fields, place_check};

static const struct shape_field external_fields[] = {TEXT(aid_external, scheme, NEED, .max = 64),
	TEXT(aid_external, value, NEED, .max = 200), {0}};
const struct shape external_shape = {
	"ResponseExternalId", sizeof(struct aid_external), external_fields, NULL};

static const struct shape_field contact_fields[] = {TEXT(aid_contact, role, NEED, .max = 64),
	TEXT(aid_contact, name, .max = 200), TEXT(aid_contact, phone, .max = 64),
	TEXT(aid_contact, mail, .max = 200), TEXT(aid_contact, radio, .max = 200), {0}};
const struct shape contact_shape = {
	"ResponseContact", sizeof(struct aid_contact), contact_fields, NULL};

/* ---- capability ---- */

static const char *const caveat_kinds[] = {"geographic", "task", "duration", "command", "partner",
	"legal", "political_approval", NULL};
static const char *const polarities[] = {"forbid", "require", "needs_approval", NULL};
static const struct shape_field caveat_fields[] = {WORD(aid_caveat, kind, caveat_kinds, NEED),
	WORD(aid_caveat, polarity, polarities, NEED), MEMBER(aid_caveat, member),
	TYPE(aid_caveat, type), TEXT(aid_caveat, area, .max = 200),
	TEXT(aid_caveat, text, .max = 1000), {0}};
static int caveat_check(const void *p, const char *at, struct why *why)
{
	const struct aid_caveat *c = p;

	if (c->kind == CAVEAT_PARTNER && id_is_zero(&c->member))
		return at_fail(why, at, "member", "is missing: which partner?");
	return 0;
}
const struct shape caveat_shape = {
	"ResponseCaveat", sizeof(struct aid_caveat), caveat_fields, caveat_check};

const char *const aid_transports[] = {"road", "rail", "air", "sea", "own_power", NULL};
static const struct shape_field mode_fields[] = {
	WORD(aid_mode_of_transport, mode, aid_transports, NEED),
	NUMBER(aid_mode_of_transport, speed_kmh, 1, 2000, NEED),
	NUMBER(aid_mode_of_transport, load_hours, 0, 240), BOOL(aid_mode_of_transport, organic),
	{0}};
static const struct shape mode_shape = {
	"ResponseTransportMode", sizeof(struct aid_mode_of_transport), mode_fields, NULL};

static const struct shape_field performance_fields[] = {
	TEXT(aid_performance, metric, NEED, .max = 100),
	NUMBER(aid_performance, value, 0, 1000000000, NEED), TEXT(aid_performance, unit, .max = 32),
	{0}};
static const struct shape performance_shape = {
	"ResponsePerformance", sizeof(struct aid_performance), performance_fields, NULL};

static const struct shape_field substitute_fields[] = {TYPE(aid_substitute, type, NEED),
	NUMBER(aid_substitute, effectiveness, 1, 100, .absent = 100, HELP("per cent")), {0}};
const struct shape substitute_shape = {
	"ResponseSubstitute", sizeof(struct aid_substitute), substitute_fields, NULL};

static const struct shape_field certification_fields[] = {
	TEXT(aid_certification, scheme, NEED, .max = 64), TEXT(aid_certification, level, .max = 64),
	TIME(aid_certification, valid_until), {0}};
static const struct shape certification_shape = {
	"ResponseCertification", sizeof(struct aid_certification), certification_fields, NULL};
static const struct shape_field crew_fields[] = {NUMBER(aid_crew, headcount, 0, 100000),
	TEXTS(aid_crew, languages), LIST(aid_crew, certifications, certification_shape), {0}};
static const struct shape crew_shape = {"ResponseCrew", sizeof(struct aid_crew), crew_fields, NULL};
static const struct shape_field footprint_fields[] = {
	NUMBER(aid_footprint, weight_kg, 0, 100000000),
	NUMBER(aid_footprint, volume_m3, 0, 1000000), NUMBER(aid_footprint, vehicles, 0, 10000),
	NUMBER(aid_footprint, pallets, 0, 100000), TEXTS(aid_footprint, dangerous_goods), {0}};
static const struct shape footprint_shape = {
	"ResponseFootprint", sizeof(struct aid_footprint), footprint_fields, NULL};
static const char *const bases[] = {"actual", "flat", "waived", "exchange_unit", NULL};
static const struct shape_field rate_fields[] = {NUMBER(aid_cost_rate, mobilisation, 0, MONEY_MAX),
	NUMBER(aid_cost_rate, per_day, 0, MONEY_MAX), NUMBER(aid_cost_rate, per_km, 0, MONEY_MAX),
	CURRENCY(aid_cost_rate, currency, NEED), WORD(aid_cost_rate, basis, bases), {0}};
static const struct shape rate_shape = {
	"ResponseCostRate", sizeof(struct aid_cost_rate), rate_fields, NULL};
static const struct shape_field commitment_fields[] = {TEXT(aid_commitment, pool, NEED, .max = 100),
	TIME(aid_commitment, from), TIME(aid_commitment, until), {0}};
static const struct shape commitment_shape = {
	"ResponsePoolCommitment", sizeof(struct aid_commitment), commitment_fields, NULL};

static const char *const capability_kinds[] = {
	"unit", "module", "equipment", "stock", "expert", "facility", "transport", NULL};
static const char *const capability_states[] = {
	"draft", "declared", "certified", "suspended", "withdrawn", NULL};
#define CAPABILITY_FIELDS                                                                          \
	TEXT(aid_capability, uom, .max = 32),                                                      \
		NUMBER(aid_capability, quantity, 0, 10000000, .absent = -1),                       \
		NUMBER(aid_capability, min_lot, 1, 10000000, .absent = 1),                         \
		NUMBER(aid_capability, reserve, 0, 10000000, .absent = 0,                          \
			HELP("kept at home, whatever happens")),                                   \
		TEXT(aid_capability, quantity_band, .max = 32), BOOL(aid_capability, indivisible), \
		LIST(aid_capability, performance, performance_shape),                              \
		LIST(aid_capability, substitutes, substitute_shape),                               \
		LIST(aid_capability, transport_modes, mode_shape),                                 \
		LIST(aid_capability, caveats, caveat_shape),                                       \
		TEXTS(aid_capability, support_needed),                                             \
		LIST(aid_capability, external_ids, external_shape),                                \
		INNER(aid_capability, home, place_shape),                                          \
		TEXT(aid_capability, unit_name, .max = 200),                                       \
		INNER(aid_capability, crew, crew_shape),                                           \
		NUMBER(aid_capability, self_sufficiency_hours, 0, 10000, .absent = -1),            \
		NUMBER(aid_capability, notice_minutes, 0, 1000000, .absent = -1),                  \
		NUMBER(aid_capability, max_deployment_days, 1, 3650, .absent = -1),                \
		INNER(aid_capability, footprint, footprint_shape),                                 \
		TEXT(aid_capability, mission_statement), TEXT(aid_capability, limitations),        \
		INNER(aid_capability, cost_rate, rate_shape),                                      \
		INNER(aid_capability, commitment, commitment_shape)
static const struct shape_field capability_fields[] = {TYPE(aid_capability, type, NEED),
	TEXT(aid_capability, name, NEED, .max = 200),
	WORD(aid_capability, kind, capability_kinds, NEED),
	WORD(aid_capability, state, capability_states), CAPABILITY_FIELDS, {0}};
static int capability_check(const void *p, const char *at, struct why *why)
{
	const struct aid_capability *c = p;

	if (c->quantity >= 0 && c->reserve > c->quantity)
		return at_fail(why, at, "reserve", "is more than there is");
	if (c->commitment && c->commitment->until && c->commitment->until <= c->commitment->from)
		return at_fail(why, at, "commitment/until", "is not after from");
	return 0;
}
const struct shape capability_shape = {
	"ResponseCapability", sizeof(struct aid_capability), capability_fields, capability_check};
static const struct shape_field detail_fields[] = {OBJECT(aid_capability, of, NEED),
	TYPE(aid_capability, type), TEXT(aid_capability, name, .max = 200),
	WORD(aid_capability, kind, capability_kinds), CAPABILITY_FIELDS, {0}};
const struct shape capability_detail_shape = {
	"ResponseCapabilityDetail", sizeof(struct aid_capability), detail_fields, capability_check};

/* ---- readiness ---- */

const char *const aid_readiness_states[] = {
	"READY", "LIMITED", "NOT_READY", "COMMITTED", "DEPLOYED", "RECONSTITUTING", NULL};
static const char *const readiness_parts[] = {"ready", "partial", "none", NULL};
static int window_check(const void *p, const char *at, struct why *why)
{
	const struct aid_window *w = p;

	return w->until <= w->from ? at_fail(why, at, "until", "is not after from") : 0;
}
static const struct shape_field window_fields[] = {TIME(aid_window, from, NEED),
	TIME(aid_window, until, NEED), NUMBER(aid_window, quantity, 0, 10000000, .absent = -1),
	{0}};
static const struct shape window_shape = {
	"ResponseWindow", sizeof(struct aid_window), window_fields, window_check};
static int readiness_check(const void *p, const char *at, struct why *why)
{
	const struct aid_readiness *r = p;

	return r->valid_until <= r->reported_at
		       ? at_fail(why, at, "valid_until", "is not after reported_at")
		       : 0;
}
static const struct shape_field readiness_fields[] = {OBJECT(aid_readiness, capability, NEED),
	TIME(aid_readiness, reported_at, NEED), TIME(aid_readiness, valid_until, NEED),
	WORD(aid_readiness, state, aid_readiness_states, NEED),
	WORD(aid_readiness, equipment, readiness_parts),
	WORD(aid_readiness, people, readiness_parts), WORD(aid_readiness, funding, readiness_parts),
	WORD(aid_readiness, approval, readiness_parts),
	NUMBER(aid_readiness, quantity_available, 0, 10000000, .absent = -1),
	NUMBER(aid_readiness, notice_minutes, 0, 1000000, .absent = -1, HELP("notice to move")),
	LIST(aid_readiness, windows, window_shape), TEXTS(aid_readiness, reason_codes),
	INNER(aid_readiness, location, place_shape), TIME(aid_readiness, next_review), {0}};
const struct shape readiness_shape = {
	"ResponseReadiness", sizeof(struct aid_readiness), readiness_fields, readiness_check};

/* ---- incident, acknowledgement ---- */

static const struct shape_field incident_fields[] = {TEXT(aid_incident, name, NEED, .max = 200),
	TEXT(aid_incident, event_type, NEED, .max = 64), TEXT(aid_incident, summary),
	LIST(aid_incident, external_ids, external_shape),
	LIST(aid_incident, area, place_shape, HELP("a ring; the last point is the first again")),
	INNER(aid_incident, centre, place_shape), MEMBER(aid_incident, lead),
	BOOL(aid_incident, closed), {0}};
const struct shape incident_shape = {
	"ResponseIncident", sizeof(struct aid_incident), incident_fields, NULL};

const char *const aid_ack_states[] = {"received", "read", "accepted", NULL};
static const struct shape_field ack_fields[] = {OBJECT(aid_ack, target, NEED),
	HASH(aid_ack, leaf, NEED), WORD(aid_ack, state, aid_ack_states, NEED),
	TEXT(aid_ack, role, .max = 64), TEXT(aid_ack, channel, .max = 64), TEXT(aid_ack, note),
	TIME(aid_ack, at), {0}};
const struct shape ack_shape = {"ResponseAck", sizeof(struct aid_ack), ack_fields, NULL};
