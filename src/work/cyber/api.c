/* api.c: the routes of this workspace. */
#include "work/cyber/api_case.h"

#include "base/limits.h"

#define READER	      .who = WHO_ROLE, .area = AREA_CYBER, .role = ROLE_READER
#define CONTRIBUTOR   .who = WHO_ROLE, .area = AREA_CYBER, .role = ROLE_CONTRIBUTOR
#define ADMINISTRATOR .who = WHO_ROLE, .area = AREA_CYBER, .role = ROLE_ADMINISTRATOR
#define TAG	      .tag = "Cyber security"
#define BASE	      "/coalitions/{coalition}/cyber"
#define QUERY(...)                                                                                 \
	(const struct api_query[])                                                                 \
	{                                                                                          \
		{"mode", "real (default), exercise or test"}, __VA_ARGS__                          \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}

const struct api_route cyber_routes[] = {
	{"GET", BASE "/objects", READER, TAG, .flags = API_PAGE,
		.query = QUERY({"type", "types of STIX, ',' between them"}, {"author", "a member"},
			{"text", "words, a number of ATT&CK, a CVE, or an id"}, ),
		.answer = "[CyberObject]", .run = api_cyber_objects,
		.help = "STIX objects, latest versions, those that came last first"},
	{"GET", BASE "/objects/{id}", READER, TAG,
		.query = QUERY({"author", "a member: what he has published under this id"}, ),
		.answer = "CyberObjectWhole", .run = api_cyber_object,
		.help = "one object: its very bytes, its versions, which leaf of which log it stands in"},
	{"GET", BASE "/objects/{id}/graph", READER, TAG,
		.query = QUERY({"depth", "1 to 3 steps away (default 1)"}, ),
		.answer = "CyberGraph", .run = api_cyber_graph,
		.help = "what hangs together with it"},
	{"POST", BASE "/objects/{id}/withdraw", CONTRIBUTOR, TAG, .request = "CyberWithdraw",
		.answer = "CyberWithdrawn", .run = api_cyber_withdraw,
		.help = "takes an own object back, everywhere"},
	{"POST", BASE "/bundle", CONTRIBUTOR, TAG, .flags = API_FILE | API_NO_KEY,
		.body_max = LIMIT_FILE_BYTES,
		.query = QUERY(
			{"to", "all, or ids of members with ',' between them (default: nobody)"},
			{"label", "class and categories; markings of objects narrow it"},
			{"format", "stix (default) or misp: events in MISP's core format"}, ),
		.request = "bytes", .answer = "CyberIngest", .run = api_cyber_bundle,
		.help = "takes in a STIX 2.1 bundle or events of MISP, object by object"},
	{"GET", BASE "/objects/{id}/misp", READER, TAG, .query = QUERY(), .answer = "text",
		.run = api_cyber_misp,
		.help = "a report or grouping with what it names as an event of MISP"},
	{"GET", BASE "/matrix", READER, TAG, .query = QUERY(), .answer = "CyberMatrix",
		.run = api_cyber_matrix,
		.help = "ATT&CK as far as it is loaded, with what the coalition has sighted and has indicators for"},
	{"GET", BASE "/sightings", READER, TAG, .query = QUERY({"days", "1 to 366 (default 30)"}, ),
		.answer = "CyberSightings", .run = api_cyber_sightings,
		.help = "sightings by day, and the latest"},
	{"GET", BASE "/collections", READER, TAG, .query = QUERY(), .answer = "CyberCollections",
		.run = api_cyber_collections, .help = "collections of TAXII and inboxes"},
	{"POST", BASE "/collections", ADMINISTRATOR, TAG, .request = "CyberCollectionWish",
		.answer = "CyberCollection", .status = 201, .run = api_cyber_collection_add,
		.help = "a further collection or an inbox"},
	{"DELETE", BASE "/collections/{id}", ADMINISTRATOR, TAG, .query = QUERY(), .status = 204,
		.run = api_cyber_collection_drop,
		.help = "by id or alias; what was put in stays in the log"},
	{"GET", BASE "/cases", READER, TAG, .flags = API_PAGE,
		.query = QUERY({"kind", "case (default), task, rfi, notice or answer"},
			{"text", "words"}, ),
		.answer = "[CyberRecord]", .run = api_cyber_cases,
		.help = "cases, tasks, questions, notices, answers; newest first"},
	{"POST", BASE "/cases", CONTRIBUTOR, TAG, .flags = API_AGAIN, .request = "CyberRecordWish",
		.answer = "CyberRecordWhole", .status = 201, .run = api_cyber_case_new,
		.help = "opens a case, offers a task, asks, publishes a notice, answers"},
	{"GET", BASE "/cases/{object}", READER, TAG, .answer = "CyberRecordWhole",
		.run = api_cyber_case,
		.help = "one, with what refers to it, its objects and (a case) the clock of coverage"},
	{"PUT", BASE "/cases/{object}", CONTRIBUTOR, TAG, .flags = API_MATCH,
		.request = "CyberRecordChange", .answer = "CyberRecordWhole",
		.run = api_cyber_case_put,
		.help = "a new version of an own one; If-Match is its leaf in quotes"},
	{"GET", BASE "/cases/{object}/csaf", READER, TAG, .answer = "text", .run = api_cyber_csaf,
		.help = "the CSAF 2.0 document of a notice, as it came"},
	{NULL, NULL, .run = NULL},
};
