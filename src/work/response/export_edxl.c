/* export_edxl.c: EDXL-RM 1.0 (with errata) in EDXL-DE 2.0; see export.h. Elements in the order of their schemas. */
#include "work/response/export.h"

#include "base/enc.h"
#include "base/limits.h"

#define DE	  "urn:oasis:names:tc:emergency:EDXL:DE:2.0"
#define RM	  "urn:oasis:names:tc:emergency:EDXL:RM:1.0"
#define RM_MSG	  RM ":msg"
#define TYPES_URN "urn:entente:response:types:1"

struct message {
	const struct aid_view *v;
	const struct aid_record *r;
	struct xml_out *o;
};

const char *edxl_message(const struct aid_record *r)
{
	switch (r->kind) {
	case AID_REQUEST:
		return "RequestResource";
	case AID_OFFER:
		return id_is_zero(&r->a->offer.request.owner) ? "OfferUnsolicitedResource"
							      : "ResponseToRequestResource";
	case AID_ACCEPTANCE:
		return "RequisitionResource";
	case AID_COMMIT:
		return "CommitResource";
	case AID_LEG:
	case AID_CHECK_IN:
		return "ReportResourceDeploymentStatus";
	case AID_EXTENSION:
		return "RequestExtendedDeploymentDuration";
	case AID_EXTENSION_ANSWER:
		return "ResponseToRequestExtendedDeploymentDuration";
	case AID_STAND_DOWN:
		return r->a->stand_down.initiator == 0 ? "ReleaseResource" : "RequestReturn";
	case AID_CAPABILITY:
	case AID_CAPABILITY_DETAIL:
	case AID_READINESS:
	case AID_INCIDENT:
	case AID_ALERT:
	case AID_ACK:
	case AID_SHORTFALL:
	case AID_DEPLOYMENT:
	case AID_SITREP:
	case AID_RETURN:
	case AID_CLAIM:
	case AID_CLAIM_DECISION:
	case AID_SETTLEMENT:
	case AID_EXCHANGE:
	case AID_KINDS:
		break;
	}
	return NULL;
}

/* The name of a message is that of one version of a record: each version is a message, and no two may have one name (EDXL-RM §3, EDXL-DE §3.2). */
static struct slice urn(
	const struct message *m, const struct object_id *id, const struct hash *leaf)
{
	char text[OBJECT_TEXT + 1], hex[17];

	object_format(id, text);
	hex_encode(leaf->b, 8, hex);
	return slice_str(arena_printf(m->v->arena, "urn:entente:%s:%s", text, hex));
}

/* Of a record that is referred to: the version that is said, else the newest that the reader may see; by the object alone if he may see none. */
static struct slice urn_of(
	const struct message *m, const struct object_id *id, const struct hash *leaf)
{
	struct aid_record r;
	char text[OBJECT_TEXT + 1];

	if (!hash_is_zero(leaf))
		return urn(m, id, leaf);
	if (aid_get(m->v, AID_KINDS, id, &r, NULL) == 0)
		return urn(m, id, &r.r.leaf);
	object_format(id, text);
	return slice_str(arena_printf(m->v->arena, "urn:entente:%s", text));
}

/* Both standards want whole seconds and an offset. */
static struct slice moment(const struct message *m, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return slice_str(arena_printf(m->v->arena, "%.19s+00:00", text));
}

static struct slice number(const struct message *m, int64_t n)
{
	return slice_str(arena_printf(m->v->arena, "%lld", (long long)n));
}

static void type_put(const struct message *m, struct slice type)
{
	xml_open(m->o, "Resource");
	xml_open(m->o, "TypeStructure");
	xml_leaf(m->o, "rm:ValueListURN", SLICE(TYPES_URN));
	xml_leaf(m->o, "rm:Value", type);
	xml_close(m->o);
	xml_close(m->o);
}

static void quantity_put(const struct message *m, int64_t n, struct slice function)
{
	xml_open(m->o, "AssignmentInformation");
	xml_open(m->o, "Quantity");
	xml_open(m->o, "rm:MeasuredQuantity");
	xml_leaf(m->o, "rm:Amount", number(m, n));
	xml_close(m->o);
	xml_close(m->o);
	if (function.n)
		xml_leaf(m->o, "AnticipatedFunction", function);
	xml_close(m->o);
}

static void schedule_put(
	const struct message *m, const char *type, int64_t ms, const struct aid_place *p)
{
	char lat[DEGREES_TEXT], lon[DEGREES_TEXT];

	if (!ms)
		return;
	xml_open(m->o, "ScheduleInformation");
	xml_leaf(m->o, "ScheduleType", slice_str(type));
	xml_leaf(m->o, "DateTime", moment(m, ms));
	if (p) {
		xml_open(m->o, "Location");
		if (place_is(p)) {
			degrees_format(p->lat, lat);
			degrees_format(p->lon, lon);
		}
		xml_leaf(m->o, "rm:LocationDescription",
			slice_str(arena_printf(m->v->arena, "%.*s%s%s%s%s", SLICE_FMT(p->name),
				place_is(p) ? " (" : "", place_is(p) ? lat : "",
				place_is(p) ? ", " : "",
				place_is(p) ? arena_printf(m->v->arena, "%s)", lon) : "")));
		xml_close(m->o);
	}
	xml_close(m->o);
}

static void answer_put(const struct message *m, struct slice element, const char *type,
	struct slice code, struct slice reason)
{
	xml_open(m->o, "ResponseInformation");
	xml_leaf(m->o, "rm:PrecedingResourceInfoElementID", element);
	xml_leaf(m->o, "rm:ResponseType", slice_str(type));
	if (code.n)
		xml_leaf(m->o, "rm:ReasonCode", code);
	if (reason.n)
		xml_leaf(m->o, "rm:ResponseReason", reason);
	xml_close(m->o);
}

static void resource_open(const struct message *m, int64_t element)
{
	xml_open(m->o, "ResourceInformation");
	xml_leaf(m->o, "ResourceInfoElementID", number(m, element));
}

/* ---- bodies ---- */

static void request_put(const struct message *m)
{
	const struct aid_request *q = &m->r->a->request;

	for (size_t i = 0; i < q->lines.n; i++) {
		const struct aid_line *l = &AID_LIST(struct aid_line, q->lines)[i];

		resource_open(m, l->line);
		type_put(m, l->type);
		quantity_put(m, l->quantity, l->note);
		schedule_put(m, "RequestedArrival", l->needed_by,
			l->location ? l->location : q->location);
		xml_close(m->o);
	}
}

/* DEFER is a provisional answer with its reason: RM has three. */
static void offer_put(const struct message *m)
{
	static const char *const types[] = {"Accept", "Provisional", "Decline", "Provisional"};
	const struct aid_offer *f = &m->r->a->offer;
	bool asked = !id_is_zero(&f->request.owner);

	if (f->items.n == 0) {
		resource_open(m, 1);
		answer_put(m, SLICE("1"), types[f->response], f->reason_code, f->reason);
		xml_close(m->o);
	}
	for (size_t i = 0; i < f->items.n; i++) {
		const struct aid_offer_item *item = &AID_LIST(struct aid_offer_item, f->items)[i];
		struct aid_record cap;

		resource_open(m, item->item);
		if (asked)
			answer_put(m, number(m, item->line), types[f->response], f->reason_code,
				f->reason);
		if (item->type.n)
			type_put(m, item->type);
		else if (aid_get(m->v, AID_CAPABILITY, &item->capability, &cap, NULL) == 0)
			type_put(m, cap.a->capability.type);
		quantity_put(m, item->quantity, item->description);
		schedule_put(m, "EstimatedArrival", item->eta_latest, NULL);
		xml_close(m->o);
	}
}

static void acceptance_put(const struct message *m)
{
	const struct aid_acceptance *a = &m->r->a->acceptance;

	for (size_t i = 0; i < a->items.n; i++) {
		const struct aid_accepted_item *item =
			&AID_LIST(struct aid_accepted_item, a->items)[i];

		resource_open(m, item->item);
		quantity_put(m, item->quantity, SLICE_NONE);
		schedule_put(m, "RequestedArrival", item->requested_arrival, item->report_to);
		xml_close(m->o);
	}
}

static void commit_put(const struct message *m)
{
	const struct aid_commit *c = &m->r->a->commit;

	if (c->items.n == 0) {
		resource_open(m, 1);
		answer_put(m, SLICE("1"), "Decline", SLICE_NONE, c->reason);
		xml_close(m->o);
	}
	for (size_t i = 0; i < c->items.n; i++) {
		const struct aid_committed_item *item =
			&AID_LIST(struct aid_committed_item, c->items)[i];
		struct aid_record cap;

		resource_open(m, item->item);
		/* In the requisition that it answers, resources have the numbers of the offer's items. */
		answer_put(m, number(m, item->item), "Accept", SLICE_NONE, c->reason);
		if (aid_get(m->v, AID_CAPABILITY, &item->capability, &cap, NULL) == 0)
			type_put(m, cap.a->capability.type);
		quantity_put(m, item->quantity, SLICE_NONE);
		schedule_put(m, "BeginAvailable", item->from, NULL);
		schedule_put(m, "EndAvailable", item->until, NULL);
		xml_close(m->o);
	}
}

static void movement_put(const struct message *m)
{
	resource_open(m, 1);
	if (m->r->kind == AID_CHECK_IN) {
		schedule_put(m, "Current", m->r->a->check_in.at, m->r->a->check_in.location);
	} else {
		const struct aid_leg *l = &m->r->a->leg;
		bool back = l->direction == LEG_RETURN;

		schedule_put(m, back ? "EstimatedReturnDeparture" : "EstimatedDeparture",
			l->estimated_departure, l->from);
		schedule_put(m, back ? "ActualReturnDeparture" : "ActualDeparture",
			l->actual_departure, l->from);
		schedule_put(m, back ? "EstimatedReturnArrival" : "EstimatedArrival",
			l->estimated_arrival, l->to);
		schedule_put(m, back ? "ActualReturnArrival" : "ActualArrival", l->actual_arrival,
			l->to);
	}
	xml_close(m->o);
}

static void body_put(const struct message *m)
{
	switch ((int)m->r->kind) {
	case AID_REQUEST:
		request_put(m);
		break;
	case AID_OFFER:
		offer_put(m);
		break;
	case AID_ACCEPTANCE:
		acceptance_put(m);
		break;
	case AID_COMMIT:
		commit_put(m);
		break;
	case AID_LEG:
	case AID_CHECK_IN:
		movement_put(m);
		break;
	case AID_EXTENSION:
		resource_open(m, 1);
		schedule_put(
			m, "RequestedReturnDeparture", m->r->a->extension.requested_until, NULL);
		xml_close(m->o);
		break;
	case AID_EXTENSION_ANSWER:
		resource_open(m, 1);
		answer_put(m, SLICE("1"),
			m->r->a->extension_answer.answer == 0 ? "Accept" : "Decline", SLICE_NONE,
			m->r->a->extension_answer.reason);
		xml_close(m->o);
		break;
	default:
		resource_open(m, 1);
		schedule_put(m, "RequestedReturnDeparture", m->r->a->stand_down.effective_at, NULL);
		xml_close(m->o);
	}
}

/* ---- frames ---- */

static void message_put(const struct message *m, const char *name)
{
	struct aid_links links = aid_links_of(m->r->kind, m->r->a);
	struct object_id first = m->r->kind == AID_REQUEST ? m->r->r.object : links.thread;

	xml_open(m->o, name);
	xml_put_attr(m->o, "xmlns", SLICE(RM_MSG));
	xml_put_attr(m->o, "xmlns:rm", SLICE(RM));
	xml_leaf(m->o, "MessageID", urn(m, &m->r->r.object, &m->r->r.leaf));
	xml_leaf(m->o, "SentDateTime", moment(m, m->r->r.time_ms));
	xml_leaf(m->o, "MessageContentType", slice_str(name));
	if (m->r->kind == AID_REQUEST)
		xml_leaf(m->o, "MessageDescription", m->r->a->request.title);
	if (m->r->kind == AID_REQUEST || id_is_zero(&first.owner))
		xml_leaf(m->o, "OriginatingMessageID", urn(m, &m->r->r.object, &m->r->r.leaf));
	else
		xml_leaf(m->o, "OriginatingMessageID", urn_of(m, &first, &(struct hash){0}));
	if (m->r->kind != AID_REQUEST && !id_is_zero(&links.target.owner))
		xml_leaf(m->o, "PrecedingMessageID", urn_of(m, &links.target, &links.target_leaf));
	xml_open(m->o, "ContactInformation");
	xml_leaf(m->o, "rm:ContactDescription",
		slice_str(world_party_label(m->v->world, &m->r->r.author, m->v->arena)));
	xml_leaf(m->o, "rm:ContactRole", SLICE("Sender"));
	xml_close(m->o);
	body_put(m);
	xml_close(m->o);
}

static const char *kind_word(const struct aid_record *r)
{
	return r->kind == AID_REQUEST			       ? "Request"
	       : r->kind == AID_ACCEPTANCE		       ? "Dispatch"
	       : r->kind == AID_LEG || r->kind == AID_CHECK_IN ? "Report"
							       : "Response";
}

static void envelope_put(const struct message *m, const char *name)
{
	static const char *const status[] = {"", "Actual", "Exercise", "Test"};
	char member[ID_TEXT + 1];

	id_format(&m->r->r.author, member);
	xml_open(m->o, "edxlDistribution");
	xml_put_attr(m->o, "xmlns", SLICE(DE));
	xml_put_attr(m->o, "xmlns:ct", SLICE("urn:oasis:names:tc:emergency:edxl:ct:1.0"));
	xml_leaf(m->o, "distributionID", urn(m, &m->r->r.object, &m->r->r.leaf));
	xml_leaf(m->o, "senderID", slice_str(arena_printf(m->v->arena, "%s@entente", member)));
	xml_leaf(m->o, "dateTimeSent", moment(m, m->r->r.time_ms));
	xml_leaf(m->o, "dateTimeExpires", moment(m, m->r->r.time_ms + 30 * DAY_MS));
	xml_leaf(m->o, "distributionStatus", slice_str(status[m->r->r.mode]));
	xml_leaf(m->o, "distributionKind", slice_str(kind_word(m->r)));
	xml_open(m->o, "descriptor");
	xml_open(m->o, "keyword");
	xml_leaf(m->o, "ct:ValueListURI", SLICE("urn:entente:label"));
	xml_leaf(m->o, "ct:Value", m->r->r.label);
	xml_close(m->o);
	xml_open(m->o, "explicitAddress");
	xml_leaf(m->o, "explicitAddressScheme", SLICE("urn:entente:member"));
	for (size_t i = 0; i < m->r->r.n_audience; i++) {
		id_format(&m->r->r.audience[i], member);
		xml_leaf(m->o, "explicitAddressValue", slice_str(member));
	}
	xml_close(m->o);
	xml_close(m->o);
	xml_open(m->o, "content");
	xml_open(m->o, "contentObject");
	xml_open(m->o, "contentXML");
	xml_open(m->o, "embeddedXMLContent");
	message_put(m, name);
	xml_close(m->o);
	xml_close(m->o);
	xml_close(m->o);
	xml_close(m->o);
	xml_close(m->o);
}

int export_edxl(
	const struct aid_view *v, const struct aid_record *r, struct buf *ret, struct why *why)
{
	const char *name = edxl_message(r);
	struct xml_out o = xml_out(ret, true);
	struct message m = {.v = v, .r = r, .o = &o};

	if (!name)
		return why_set(why, E_INVALID, "", "EDXL-RM has no message for such a record");
	envelope_put(&m, name);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "larger than %zu bytes", ret->max) : 0;
}
