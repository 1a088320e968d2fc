/* response.c: the workspace: its kinds, and what it plugs into the node. */
#include "work/response/response.h"

#include "log/batch.h"
#include "node/content.h"
#include "work/response/api.h"
#include "work/response/door.h"
#include "work/response/feed.h"
#include "work/response/need.h"
#include "work/response/response_int.h"

/* ---- kinds ---- */

static int record_check(enum aid_kind kind, struct slice content, struct slice media,
	struct arena *arena, struct why *why)
{
	union aid_any a;

	if (!slice_is(media, "application/json") && !slice_is(media, BATCH_MEDIA))
		return why_set(why, E_INVALID, "/media", "such a record is application/json");
	return aid_read(kind, &a, arena, content, 0, why);
}

/* An alert is kept as it came, also where it breaks the schema; but it must be one. */
static int alert_check(
	struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	struct cap_notes *notes = arena_new(arena, struct cap_notes);
	struct cap_alert a;
	int rc;

	if (!slice_is(media, CAP_MEDIA))
		return why_set(why, E_INVALID, "/media", "an alert is " CAP_MEDIA);
	rc = cap_read(&a, arena, content, notes, why);
	if (rc < 0)
		return rc;
	if (!a.identifier.text.n || !a.sender.text.n || !a.sent.ms || !a.status.text.n ||
		!a.msgType.text.n)
		return why_set(
			why, E_INVALID, "alert", "has no identifier, sender, time, status or type");
	return 0;
}

/* Text for the full-text search: every string of the JSON, every text of the XML. */
static void json_words(const struct json_doc *doc, json_ref v, struct arena *arena, struct buf *ret)
{
	if (json_type(doc, v) == JSON_STRING) {
		buf_slice_add(ret, json_string(doc, v, arena));
		buf_byte(ret, ' ');
	}
	if (json_type(doc, v) != JSON_OBJECT && json_type(doc, v) != JSON_ARRAY)
		return;
	for (json_ref e = json_first(doc, v); e; e = json_next(doc, e))
		json_words(doc, e, arena, ret);
}

static void record_words(struct slice content, struct arena *arena, struct buf *ret)
{
	struct json_doc doc;

	if (json_read(&doc, arena, content, &json_limits_partner, NULL) == 0)
		json_words(&doc, json_root(&doc), arena, ret);
}

static void node_words(const struct xml_node *node, struct buf *ret)
{
	if (!node->first && node->text.n) {
		buf_slice_add(ret, node->text);
		buf_byte(ret, ' ');
	}
	for (const struct xml_node *c = node->first; c; c = c->next)
		node_words(c, ret);
}

static struct slice record_called(struct slice content, struct arena *arena)
{
	static const char *const key[] = {"title", "name", "text", NULL};

	return content_title(content, key, arena);
}

static struct slice alert_called(struct slice content, struct arena *arena)
{
	struct cap_notes *notes = arena_new(arena, struct cap_notes);
	struct cap_alert a;

	return cap_read(&a, arena, content, notes, NULL) == 0 ? title_line(cap_title(&a))
							      : SLICE_NONE;
}

static void alert_words(struct slice content, struct arena *arena, struct buf *ret)
{
	struct xml_node *root;

	if (xml_read(&root, arena, content, NULL) == 0)
		node_words(root, ret);
}

#define CHECK(name, KIND)                                                                          \
	static int name##_check(                                                                   \
		struct slice content, struct slice media, struct arena *arena, struct why *why)    \
	{                                                                                          \
		return record_check(KIND, content, media, arena, why);                             \
	}
CHECK(capability, AID_CAPABILITY)
CHECK(detail, AID_CAPABILITY_DETAIL)
CHECK(readiness, AID_READINESS)
CHECK(incident, AID_INCIDENT)
CHECK(ack, AID_ACK)
CHECK(request, AID_REQUEST)
CHECK(offer, AID_OFFER)
CHECK(acceptance, AID_ACCEPTANCE)
CHECK(commit, AID_COMMIT)
CHECK(shortfall, AID_SHORTFALL)
CHECK(deployment, AID_DEPLOYMENT)
CHECK(leg, AID_LEG)
CHECK(check_in, AID_CHECK_IN)
CHECK(sitrep, AID_SITREP)
CHECK(extension, AID_EXTENSION)
CHECK(extension_answer, AID_EXTENSION_ANSWER)
CHECK(stand_down, AID_STAND_DOWN)
CHECK(return, AID_RETURN)
CHECK(claim, AID_CLAIM)
CHECK(claim_decision, AID_CLAIM_DECISION)
CHECK(settlement, AID_SETTLEMENT)
CHECK(exchange, AID_EXCHANGE)

#define KIND(name, text, what)                                                                     \
	{                                                                                          \
		.kind = "response/" name "/1", .check = text##_check, .admit = response_admit,     \
		.fold = response_fold, .drop = response_drop, .words = record_words,               \
		.title = record_called, .help = what                                               \
	}
static const struct workspace_kind kinds[] = {
	KIND("capability", capability, "what a member has, as many may know it"),
	KIND("capability-detail", detail, "further fields of a capability, for fewer readers"),
	KIND("readiness", readiness, "a readiness report"),
	KIND("incident", incident, "what has happened, and where"),
	{.kind = "response/alert/1",
		.check = alert_check,
		.admit = response_admit,
		.fold = response_fold,
		.drop = response_drop,
		.words = alert_words,
		.title = alert_called,
		.help = "a CAP alert"},
	KIND("ack", ack, "an acknowledgement"),
	KIND("request", request, "a request for assistance"),
	KIND("offer", offer, "an answer to a request"),
	KIND("acceptance", acceptance, "an offer is accepted"),
	KIND("commit", commit, "an acceptance is answered"),
	KIND("shortfall", shortfall, "a decision on what is not covered"),
	KIND("deployment", deployment, "what was committed, on its way"),
	KIND("leg", leg, "one leg of a journey"),
	KIND("check-in", check_in, "where a team is"),
	KIND("sitrep", sitrep, "a situation report"),
	KIND("extension", extension, "asks for a longer deployment"),
	KIND("extension-answer", extension_answer, "grants or refuses it"),
	KIND("stand-down", stand_down, "releases a team, or calls it home"),
	KIND("return", return, "it is home"),
	KIND("claim", claim, "what a deployment has cost"),
	KIND("claim-decision", claim_decision, "what of a claim is accepted"),
	KIND("settlement", settlement, "how a claim was settled"),
	KIND("exchange", exchange, "services owed"),
	{.kind = NULL},
};

extern const uint8_t response_schemas[], response_schemas_end[];
static const struct web_task response_tasks[] = {{"feeds", feed_task}, {NULL, NULL}};

const struct workspace workspace_response = {
	.name = "response",
	.kind = kinds,
	.schema = response_migrations,
	.table = response_tables,
	.drop = response_drops,
	.scrub = response_scrub,
	.route = response_routes,
	.schemas = response_schemas,
	.schemas_end = response_schemas_end,
	.door = response_doors,
	.task = response_tasks,
	.command = response_command,
	.demo = response_demo,
	.needs = response_needs,
};
