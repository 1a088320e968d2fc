/* api.c: the routes of joint training. */
#include "work/training/api.h"

#include "work/training/api_int.h"
#include "work/training/limits.h"

#define READER	    .who = WHO_ROLE, .area = AREA_TRAINING, .role = ROLE_READER
#define CONTRIBUTOR .who = WHO_ROLE, .area = AREA_TRAINING, .role = ROLE_CONTRIBUTOR
#define OFFICER	    .who = WHO_ROLE, .area = AREA_TRAINING, .role = ROLE_OFFICER
#define TAG	    .tag = "Training"
#define BASE	    "/coalitions/{coalition}/training"
#define EXERCISE    BASE "/exercises/{object}"
#define QUERY(...)                                                                                 \
	(const struct api_query[])                                                                 \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}
#define Q_MODE                                                                                     \
	{                                                                                          \
		"mode", "exercise or test for what is played, real or test for the rest"           \
	}

const struct api_route training_routes[] = {
	/* ---- the programme ---- */
	{"GET", BASE "/programme", READER, TAG, .query = QUERY(Q_MODE),
		.answer = "TrainingProgramme", .run = api_training_programme,
		.help = "entries with the members' answers, what is taken, and what clashes, in words"},
	{"GET", BASE "/entries/{object}/fit", READER, TAG, .answer = "TrainingFit",
		.run = api_training_fit,
		.help = "where does this fit? every start and venue of its window, with what it costs or clashes with"},
	{"POST", BASE "/programme/proposal", CONTRIBUTOR, TAG, .flags = API_NO_KEY,
		.request = "TrainingProposalWish", .answer = "TrainingProposal",
		.run = api_training_propose,
		.help = "a proposal for the whole programme; changes nothing; the same seed gives the same"},

	/* ---- exercises ---- */
	{"GET", BASE "/exercises", READER, TAG, .query = QUERY(Q_MODE),
		.answer = "[TrainingSummary]", .run = api_training_exercises,
		.help = "exercises that this node knows of"},
	{"GET", EXERCISE, READER, TAG, .answer = "TrainingExercise", .run = api_training_exercise,
		.help = "an exercise with its script, as far as the caller may see it: clock, parts, injects, shadows"},
	{"GET", EXERCISE "/live", READER, TAG, .answer = "TrainingLive", .run = api_training_live,
		.help = "EXCON: overdue, now, next, held; deliveries and how far they have come; responses; log"},
	{"POST", EXERCISE "/control", OFFICER, TAG, .flags = API_AGAIN,
		.request = "TrainingControlWish", .answer = "TrainingRecord", .status = 201,
		.run = api_training_control,
		.help = "STARTEX, pause, resume, rate, jump, ENDEX, release, hold, defer, drop, NO DUFF"},
	{"POST", EXERCISE "/injects/{inject}/seal", OFFICER, TAG, .flags = API_AGAIN,
		.request = "Empty", .answer = "TrainingRecord", .status = 201,
		.run = api_training_seal,
		.help = "send an inject ahead, closed; its key follows when it is due"},
	{"POST", EXERCISE "/msel", CONTRIBUTOR, TAG, .flags = API_TEXT | API_NO_KEY,
		.body_max = LIMIT_SHEET_FILE,
		.query = QUERY({"sheet", "name or number of the sheet"},
			{"header", "row of the headings, or none"},
			{"map", "A=number,C=time: over what was found"},
			{"order", "dmy (default) or mdy"}, {"zone", "of its times, like +02:00"},
			{"split", "1: several recipients in a cell are several"},
			{"conflicts", "sheet: the sheet wins; else what is here"},
			{"audience", "all, or ids: who may read the scripts"},
			{"write", "1: write what is good; else only show"}),
		.request = "bytes", .answer = "TrainingImport", .run = api_training_msel_in,
		.help = "a workbook or CSV as the script: each row shown with what is wrong, and written if asked"},
	{"GET", EXERCISE "/msel.csv", READER, TAG,
		.query = QUERY({"player", "1: delivered injects only"}), .answer = "text",
		.run = api_training_msel_csv, .help = "the script as CSV"},
	{"GET", EXERCISE "/msel.xlsx", READER, TAG,
		.query = QUERY({"player", "1: delivered injects only"}), .answer = "bytes",
		.run = api_training_msel_xlsx, .help = "the script as a workbook"},

	{"POST", EXERCISE "/playbook", CONTRIBUTOR, TAG, .flags = API_TEXT | API_NO_KEY,
		.body_max = 4 * MIB, .request = "bytes", .answer = "TrainingWritten",
		.run = api_training_cacao_in,
		.help = "a CACAO 2.0 playbook in: actions become tasks, branches contingencies"},
	{"POST", EXERCISE "/cexf", CONTRIBUTOR, TAG, .flags = API_TEXT | API_NO_KEY,
		.body_max = 4 * MIB, .request = "bytes", .answer = "TrainingWritten",
		.run = api_training_cexf_in,
		.help = "an exercise in the Common Exercise Format in"},
	{"GET", EXERCISE "/cexf", READER, TAG, .answer = "bytes", .run = api_training_cexf_out,
		.help = "the exercise in the Common Exercise Format; objectives, expected actions, recipients and labels are lost"},
	{"GET", EXERCISE "/lint", READER, TAG, .answer = "TrainingLint", .run = api_training_lint,
		.help = "what is wrong with the script, or missing"},
	{"GET", EXERCISE "/coverage", READER, TAG, .answer = "TrainingCoverage",
		.run = api_training_cover,
		.help = "objectives designed, delivered, evaluated; objective by phase"},
	{"GET", EXERCISE "/replay", READER, TAG,
		.query = QUERY({"member", "as this member may see it"}, {"at", "until this time"}),
		.answer = "TrainingReplay", .run = api_training_replay,
		.help = "the exercise told again; the same bytes each time"},
	{"GET", EXERCISE "/report", READER, TAG, .answer = "bytes", .run = api_training_report,
		.help = "the after-action report, a page that prints"},

	/* ---- the training audience ---- */
	{"GET", BASE "/inbox", READER, TAG, .query = QUERY(Q_MODE), .answer = "[TrainingInbox]",
		.run = api_training_inbox,
		.help = "what has been delivered to this member, by exercise"},
	{"POST", BASE "/deliveries/{object}/receipt", CONTRIBUTOR, TAG, .flags = API_AGAIN,
		.request = "TrainingReceiptWish", .answer = "TrainingRecord", .status = 201,
		.run = api_training_receipt, .help = "seen, acknowledged"},
	{"POST", BASE "/deliveries/{object}/responses", CONTRIBUTOR, TAG, .flags = API_AGAIN,
		.request = "TrainingResponseWish", .answer = "TrainingRecord", .status = 201,
		.run = api_training_response, .help = "what the audience does about it"},

	{"GET", BASE "/deliveries/{object}/card", READER, TAG, .answer = "bytes",
		.run = api_training_card, .help = "a delivery as a card to hand over"},

	/* ---- records ---- */
	{"GET", BASE "/records", READER, TAG,
		.query = QUERY(Q_MODE,
			{"kind", "entry, mask, part, lesson, action, qualification …"},
			{"about", "all that belongs to this record"}),
		.answer = "[TrainingRecord]", .run = api_training_records,
		.help = "records of one kind, or about one record"},
	{"POST", BASE "/records", CONTRIBUTOR, TAG, .flags = API_AGAIN,
		.request = "TrainingRecordWish", .answer = "TrainingRecord", .status = 201,
		.run = api_training_record_new,
		.help = "a new record: exercise, part, inject, observation, rating, entry, mask, lesson, action, qualification"},
	{"GET", BASE "/records/{object}", READER, TAG, .answer = "TrainingRecord",
		.run = api_training_record, .help = "one record"},
	{"PUT", BASE "/records/{object}", CONTRIBUTOR, TAG, .flags = API_MATCH,
		.request = "TrainingRecordChange", .answer = "TrainingRecord",
		.run = api_training_record_put,
		.help = "a new version of an own record; If-Match is its leaf"},
	{"POST", BASE "/records/{object}/step", CONTRIBUTOR, TAG, .flags = API_AGAIN,
		.request = "TrainingStep", .answer = "TrainingRecord", .status = 201,
		.run = api_training_record_step, .help = "the next state of an own record"},
	{"POST", BASE "/entries/{object}/answer", OFFICER, TAG, .flags = API_AGAIN,
		.request = "TrainingReply", .answer = "TrainingRecord", .status = 201,
		.run = api_training_reply,
		.help = "accept or decline an entry of the programme, as it is now"},
	{"POST", BASE "/actions/{object}/acceptance", OFFICER, TAG, .flags = API_AGAIN,
		.request = "TrainingAcceptWish", .answer = "TrainingRecord", .status = 201,
		.run = api_training_accept,
		.help = "what the owner makes of a corrective action: accepted, declined, implemented …"},
	{"POST", BASE "/busy", CONTRIBUTOR, TAG, .flags = API_TEXT | API_NO_KEY,
		.body_max = LIMIT_ICS_BYTES,
		.query = QUERY(Q_MODE, {"what", "unit, venue or pool"},
			{"name", "whose calendar it is"}, {"from", "first day"}, {"to", "last day"},
			{"audience", "self: nobody else; else all members"}),
		.request = "bytes", .answer = "TrainingRecord", .run = api_training_busy,
		.help = "a calendar (iCalendar) in, as busy days without reasons"},

	/* ---- beside the logs ---- */
	{"GET", BASE "/out", OFFICER, TAG, .answer = "[TrainingOut]", .run = api_training_out,
		.help = "mails and webhooks of injects, statements to the learning record store: how it went"},
	{"POST", BASE "/out/{row}/again", OFFICER, TAG, .request = "Empty", .status = 204,
		.run = api_training_out_again, .help = "send what has failed for good again"},
	{"GET", BASE "/calendars", READER, TAG, .answer = "[TrainingCalendar]",
		.run = api_training_calendars, .help = "the caller's addresses of the programme"},
	{"POST", BASE "/calendars", READER, TAG, .flags = API_CONFIRM | API_NO_KEY,
		.request = "TrainingCalendarWish", .answer = "TrainingCalendar", .status = 201,
		.run = api_training_calendar_new,
		.help = "a secret address for a calendar program, shown once; it sees what its maker may see"},
	{"DELETE", BASE "/calendars/{id}", READER, TAG, .status = 204,
		.run = api_training_calendar_drop, .help = "the address is gone"},
	{.method = NULL},
};
