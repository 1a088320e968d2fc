/* model.c: the kinds as tables. Names are those of HSEEP and of Bi-SC 75-3 where these have one. */
#include "work/training/model.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "node/content.h"
#include "work/training/limits.h"
#include "work/training/machine.h"

#define NAME  300
#define LINE  1000
#define PROSE (32 * 1024)
#define END                                                                                        \
	{                                                                                          \
		NULL, FIELD_LINE, 0                                                                \
	}
#define NUMBERS (1LL << 53)

/* ---- words ---- */

#define WORDS(name, ...) const char *const name[] = {__VA_ARGS__, NULL}

WORDS(entry_kinds, "exercise", "course", "conference", "certification", "standby");
WORDS(firmness, "tentative", "firm", "cancelled");
WORDS(answers, "accept", "decline");
WORDS(busy_kinds, "busy", "standby", "holiday");
WORDS(exercise_types, "TTX", "CPX", "CAX", "LIVEX", "drill", "functional", "full-scale",
	"cyber-range");
WORDS(exercise_levels, "strategic", "operational", "tactical", "technical");
WORDS(exercise_forms, "live", "virtual", "constructive", "mixed");
WORDS(clock_modes, "clock-driven", "facilitator-paced");
WORDS(gate_names, "IPM", "MPM", "MSEL sync", "FPM", "comcheck", "go/no-go");
WORDS(gate_states, "open", "passed", "failed", "waived");
WORDS(part_types, "objective", "task", "phase", "storyline", "event", "incident", "audience",
	"cell", "actor", "role", "variable");
WORDS(inject_kinds, "inject", "contingency", "expected-action", "information", "administrative",
	"control");
WORDS(inject_weights, "key", "enabling", "supporting");
WORDS(methods, "portal", "email", "phone", "radio", "in-person", "document", "media", "alert",
	"cyber", "procurement", "request", "webhook", "external");
WORDS(bases, "scenario", "elapsed", "real", "relative", "manual");
WORDS(fires, "auto", "confirm", "manual");
WORDS(jumps, "hold", "deliver", "drop");
WORDS(shadows, "band", "none");
WORDS(triggers, "delivered", "acked", "responded", "not-responded-by", "rating");
WORDS(controls, "startex", "pause", "resume", "rate", "jump", "noduff-stop", "noduff-clear",
	"endex", "release", "hold", "defer", "drop", "recall", "commcheck", "note");
WORDS(receipts, "received", "seen", "acked");
WORDS(response_kinds, "ack", "decision", "report", "question", "request");
WORDS(observation_kinds, "strength", "area-for-improvement", "neutral");
WORDS(elements, "planning", "organisation", "equipment", "training", "exercises");
WORDS(priorities, "core", "supporting");

/* ---- programme ---- */

static const struct field pool[] = {{"pool", FIELD_LINE, NEED, .max = NAME},
	{"n", FIELD_INT, NEED, .max = 100000, .min = 0}, END};
static const struct field entry[] = {{"title", FIELD_LINE, NEED, .max = NAME},
	{"kind", FIELD_WORD, NEED, .word = entry_kinds}, {"from", FIELD_DATE, NEED},
	{"to", FIELD_DATE, NEED}, {"days", FIELD_INT, NEED, .max = 366, .min = 1},
	{"start", FIELD_DATE, 0}, {"venues", FIELD_LINE, MANY, .max = NAME, .items = 32},
	{"venue", FIELD_LINE, 0, .max = NAME}, {"parties", FIELD_ID, MANY},
	{"units", FIELD_LINE, MANY, .max = NAME}, {"staff", FIELD_STRUCT, MANY, .sub = pool},
	{"priority", FIELD_INT, 0, .max = 5, .min = 1}, {"mandatory", FIELD_BOOL, 0},
	{"firm", FIELD_WORD, 0, .word = firmness}, {"after", FIELD_OBJECT, MANY},
	{"rest_days", FIELD_INT, 0, .max = 366, .min = 0}, {"exercise", FIELD_OBJECT, 0},
	{"note", FIELD_TEXT, 0, .max = PROSE},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_entry}, END};

static int entry_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	int64_t from = get_date(doc, root, "from", 0), to = get_date(doc, root, "to", 0);
	int64_t days = get_int(doc, root, "days", 1), start = get_date(doc, root, "start", from);

	(void)arena;
	if (to < from)
		return why_set(why, E_INVALID, "/to", "the window ends before it begins");
	if (to - from > 3660)
		return why_set(why, E_INVALID, "/to", "a window is at most ten years");
	if (days > to - from + 1)
		return why_set(why, E_INVALID, "/days", "does not fit into the window");
	if (start < from || start + days - 1 > to)
		return why_set(why, E_INVALID, "/start", "lies outside the window");
	return 0;
}

static const struct field answer[] = {{"entry", FIELD_OBJECT, NEED},
	{"answer", FIELD_WORD, NEED, .word = answers},
	{"window", FIELD_HASH, NEED}, /* of what was answered: entry_window() */
	{"reason", FIELD_TEXT, 0, .max = PROSE}, END};

static int answer_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	return get_word(doc, root, "answer", answers, 0) == 1 &&
			       slice_trim(get_text(doc, root, "reason", arena)).n == 0
		       ? why_set(why, E_INVALID, "/reason", "to decline needs a reason")
		       : 0;
}

static const struct field busy[] = {{"from", FIELD_DATE, NEED}, {"to", FIELD_DATE, NEED},
	{"kind", FIELD_WORD, 0, .word = busy_kinds}, {"n", FIELD_INT, 0, .max = 100000, .min = 0},
	END};
static const struct field mask[] = {
	{"what", FIELD_WORD, NEED, .word = (const char *const[]){"unit", "venue", "pool", NULL}},
	{"name", FIELD_LINE, NEED, .max = NAME},
	{"capacity", FIELD_INT, 0, .max = 100000, .min = 0},
	{"busy", FIELD_STRUCT, MANY, .sub = busy, .items = 1000},
	{"source", FIELD_LINE, 0, .max = NAME}, END};

static int mask_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	size_t i = 0;

	for (json_ref b = json_first(doc, json_get(doc, root, "busy")); b;
		b = json_next(doc, b), i++)
		if (get_date(doc, b, "to", 0) < get_date(doc, b, "from", 0))
			return why_set(why, E_INVALID, arena_printf(arena, "/busy/%zu/to", i),
				"ends before it begins");
	return 0;
}

/* ---- design ---- */

static const struct field participant[] = {{"party", FIELD_ID, NEED},
	{"role", FIELD_LINE, 0, .max = NAME}, {"units", FIELD_LINE, MANY, .max = NAME}, END};
static const struct field location[] = {{"name", FIELD_LINE, NEED, .max = NAME},
	{"zone", FIELD_LINE, 0, .max = 60},
	{"offset_minutes", FIELD_INT, 0, .max = 900, .min = -900}, END};
static const struct field level[] = {{"code", FIELD_LINE, NEED, .max = 20},
	{"text", FIELD_LINE, NEED, .max = NAME}, {"rating", FIELD_BOOL, 0}, END};
static const struct field gate[] = {{"gate", FIELD_WORD, NEED, .word = gate_names},
	{"state", FIELD_WORD, NEED, .word = gate_states}, {"at", FIELD_TIME, 0},
	{"by", FIELD_LINE, 0, .max = NAME}, {"why", FIELD_TEXT, 0, .max = PROSE}, END};
static const struct field document[] = {{"kind", FIELD_LINE, NEED, .max = 60},
	{"title", FIELD_LINE, 0, .max = NAME}, {"ref", FIELD_LINE, 0, .max = LINE}, END};
static const struct field planned_jump[] = {
	{"at", FIELD_TIME, NEED}, {"to", FIELD_TIME, NEED}, END};
static const struct field column[] = {{"key", FIELD_LINE, NEED, .max = 60},
	{"title", FIELD_LINE, NEED, .max = NAME}, {"player", FIELD_BOOL, 0}, END};
static const struct field exercise[] = {{"code_name", FIELD_LINE, NEED, .max = NAME},
	{"type", FIELD_WORD, NEED, .word = exercise_types},
	{"level", FIELD_WORD, 0, .word = exercise_levels},
	{"form", FIELD_WORD, 0, .word = exercise_forms}, {"aim", FIELD_TEXT, 0, .max = PROSE},
	{"participants", FIELD_STRUCT, MANY | NEED, .sub = participant},
	{"locations", FIELD_STRUCT, MANY, .sub = location, .items = 20},
	{"languages", FIELD_LINE, MANY, .max = 20, .items = 20},
	{"rating_scale", FIELD_STRUCT, MANY, .sub = level, .items = 12},
	{"clock_mode", FIELD_WORD, 0, .word = clock_modes}, {"scenario_epoch", FIELD_TIME, NEED},
	{"start", FIELD_TIME, 0}, {"end", FIELD_TIME, 0}, {"mark", FIELD_LINE, 0, .max = NAME},
	{"gates", FIELD_STRUCT, MANY, .sub = gate, .items = 12},
	{"documents", FIELD_STRUCT, MANY, .sub = document},
	{"planned_jumps", FIELD_STRUCT, MANY, .sub = planned_jump, .items = 32},
	{"columns", FIELD_STRUCT, MANY, .sub = column, .items = 40},
	{"unconfirmed_after_s", FIELD_INT, 0, .max = 86400, .min = 10},
	{"stop_when_unconfirmed", FIELD_BOOL, 0},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_exercise}, END};

static const struct field capability[] = {
	{"framework", FIELD_LINE, NEED, .max = 60}, {"code", FIELD_LINE, NEED, .max = NAME}, END};
static const struct field playbook[] = {
	{"id", FIELD_LINE, NEED, .max = NAME}, {"step", FIELD_LINE, 0, .max = NAME}, END};
static const struct field part[] = {{"exercise", FIELD_OBJECT, NEED},
	{"type", FIELD_WORD, NEED, .word = part_types}, {"number", FIELD_LINE, 0, .max = 60},
	{"title", FIELD_LINE, NEED, .max = NAME}, {"text", FIELD_TEXT, 0, .max = PROSE},
	{"parent", FIELD_OBJECT, 0}, {"party", FIELD_ID, 0},
	{"priority", FIELD_WORD, 0, .word = priorities},
	{"conditions", FIELD_TEXT, 0, .max = PROSE}, {"standard", FIELD_TEXT, 0, .max = PROSE},
	{"capabilities", FIELD_STRUCT, MANY, .sub = capability, .items = 20},
	{"objective", FIELD_OBJECT, 0}, {"evaluators", FIELD_LINE, MANY, .max = NAME},
	{"playbook", FIELD_STRUCT, 0, .sub = playbook}, {"from", FIELD_TIME, 0},
	{"to", FIELD_TIME, 0}, {"capacity", FIELD_INT, 0, .max = 1000, .min = 1},
	{"person", FIELD_LINE, 0, .max = NAME}, {"role", FIELD_LINE, 0, .max = NAME},
	{"audience", FIELD_OBJECT, 0}, {"contact", FIELD_LINE, 0, .max = NAME},
	{"ends", FIELD_BOOL, 0}, /* a storyline: has its end */
	{"withdrawn", FIELD_BOOL, 0}, END};

static int part_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	int64_t from = get_time(doc, root, "from", INT64_MIN),
		to = get_time(doc, root, "to", INT64_MAX);
	struct id party;

	(void)arena;
	if (to < from)
		return why_set(why, E_INVALID, "/to", "ends before it begins");
	if (get_word(doc, root, "type", part_types, 0) == PART_AUDIENCE &&
		!get_id(doc, root, "party", &party))
		return why_set(why, E_INVALID, "/party", "a training audience is some member's");
	return 0;
}

static const struct field due[] = {{"basis", FIELD_WORD, NEED, .word = bases},
	{"at", FIELD_TIME, 0},						/* scenario, real */
	{"after_s", FIELD_INT, 0, .max = 10LL * 366 * 86400, .min = 0}, /* elapsed, relative */
	{"of", FIELD_OBJECT, 0}, {"on", FIELD_WORD, 0, .word = triggers},
	{"tolerance_s", FIELD_INT, 0, .max = 30LL * 86400, .min = 0}, END};
static const struct field expect[] = {{"text", FIELD_TEXT, NEED, .max = PROSE},
	{"audience", FIELD_OBJECT, 0}, {"within_s", FIELD_INT, 0, .max = 366LL * 86400, .min = 1},
	{"task", FIELD_OBJECT, 0}, END};
static const struct field condition[] = {{"inject", FIELD_OBJECT, NEED},
	{"on", FIELD_WORD, NEED, .word = triggers}, {"rating", FIELD_LINE, 0, .max = 20}, END};
static const struct field comment[] = {{"by", FIELD_LINE, NEED, .max = NAME},
	{"at", FIELD_TIME, NEED}, {"text", FIELD_TEXT, NEED, .max = PROSE}, {"open", FIELD_BOOL, 0},
	END};
static const struct field file[] = {{"name", FIELD_LINE, NEED, .max = NAME},
	{"sha256", FIELD_HASH, NEED}, {"size", FIELD_INT, NEED, .max = NUMBERS, .min = 0},
	{"media", FIELD_LINE, 0, .max = 128}, END};
static const struct field inject[] = {{"exercise", FIELD_OBJECT, NEED},
	{"number", FIELD_LINE, NEED, .max = 60}, {"kind", FIELD_WORD, 0, .word = inject_kinds},
	{"weight", FIELD_WORD, 0, .word = inject_weights}, {"title", FIELD_LINE, NEED, .max = NAME},
	{"body", FIELD_TEXT, 0, .max = PROSE}, {"storyline", FIELD_OBJECT, 0},
	{"event", FIELD_OBJECT, 0}, {"incident", FIELD_OBJECT, 0}, {"phase", FIELD_OBJECT, 0},
	{"track", FIELD_LINE, 0,
		.max = NAME}, /* a storyline, phase or thread that has only a name */
	{"capability", FIELD_LINE, 0, .max = LINE}, {"from_sim", FIELD_LINE, 0, .max = NAME},
	{"from_cell", FIELD_OBJECT, 0}, {"to", FIELD_OBJECT, MANY},
	{"to_text", FIELD_LINE, 0, .max = LINE}, {"cc", FIELD_OBJECT, MANY},
	{"method", FIELD_WORD, 0, .word = methods}, {"method_text", FIELD_LINE, 0, .max = NAME},
	{"due", FIELD_STRUCT, 0, .sub = due},
	{"time_text", FIELD_LINE, 0, .max = NAME}, /* as it stood in a sheet, if it is no time */
	{"fire", FIELD_WORD, 0, .word = fires}, {"jump", FIELD_WORD, 0, .word = jumps},
	{"condition", FIELD_STRUCT, 0, .sub = condition},
	{"expect", FIELD_STRUCT, MANY, .sub = expect, .items = 20},
	{"objectives", FIELD_OBJECT, MANY}, {"notes", FIELD_TEXT, 0, .max = PROSE},
	{"background", FIELD_TEXT, 0, .max = PROSE}, {"location", FIELD_LINE, 0, .max = LINE},
	{"units", FIELD_LINE, 0, .max = LINE}, {"author", FIELD_LINE, 0, .max = NAME},
	{"controller", FIELD_LINE, 0, .max = NAME}, {"controller_party", FIELD_ID, 0},
	{"play_label", FIELD_LINE, 0, .max = ENTRY_LABEL_MAX}, {"play_to", FIELD_ID, MANY},
	{"shadow", FIELD_WORD, 0, .word = shadows}, {"sealed", FIELD_BOOL, 0},
	{"retests", FIELD_OBJECT, 0},	     /* a corrective action */
	{"url", FIELD_LINE, 0, .max = LINE}, /* webhook; external activity */
	{"native", FIELD_TEXT, 0,
		.max = 256 * 1024}, /* the content in the other workspace's own format */
	{"files", FIELD_STRUCT, MANY, .sub = file, .items = LIMIT_FILES_PER_NOTE},
	{"custom", FIELD_MAP, 0, .max = PROSE, .items = 40},
	{"imported", FIELD_BOOL,
		APART}, /* this version came out of a sheet: the base of the next merge */
	{"comments", FIELD_STRUCT, MANY | APART, .sub = comment, .items = 200},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_inject}, END};

static int inject_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	json_ref d = json_get(doc, root, "due");
	int basis = get_word(doc, d, "basis", bases, DUE_MANUAL);
	struct object_id of;

	(void)arena;
	if ((basis == DUE_SCENARIO || basis == DUE_REAL) && get_time(doc, d, "at", -1) == -1)
		return why_set(why, E_INVALID, "/due/at", "is missing");
	if (basis == DUE_ELAPSED && get_int(doc, d, "after_s", -1) < 0)
		return why_set(why, E_INVALID, "/due/after_s", "is missing");
	if (basis == DUE_RELATIVE && !get_object(doc, d, "of", &of))
		return why_set(why, E_INVALID, "/due/of", "is missing: relative to which inject?");
	return 0;
}

static const struct field shadow[] = {{"exercise", FIELD_OBJECT, NEED},
	{"from", FIELD_TIME, 0}, /* the half hour of the story; none: at no known time */
	{"storyline", FIELD_LINE, 0, .max = 60}, {"audiences", FIELD_OBJECT, MANY},
	{"weight", FIELD_INT, NEED, .max = 3, .min = 1},
	{"gone", FIELD_BOOL, 0}, /* nothing is planned there any more, or it has been delivered */
	END};

/* ---- the run ---- */

static const struct field control[] = {{"exercise", FIELD_OBJECT, NEED},
	{"kind", FIELD_WORD, NEED, .word = controls}, {"at", FIELD_TIME, NEED},
	{"scenario", FIELD_TIME, 0}, {"num", FIELD_INT, 0, .max = 86400, .min = 1},
	{"den", FIELD_INT, 0, .max = 86400, .min = 1},
	{"inject", FIELD_OBJECT, 0}, /* or its shadow: whoever releases need not read it */
	{"until", FIELD_TIME, 0},    /* defer: due then, of the story */
	{"by", FIELD_LINE, NEED, .max = NAME}, {"reason", FIELD_TEXT, 0, .max = PROSE}, END};

static int control_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	int kind = get_word(doc, root, "kind", controls, CONTROL_NOTE);
	bool text = slice_trim(get_text(doc, root, "reason", arena)).n > 0;
	struct object_id o;

	if ((kind == CONTROL_STARTEX || kind == CONTROL_JUMP) &&
		get_time(doc, root, "scenario", INT64_MIN) == INT64_MIN)
		return why_set(why, E_INVALID, "/scenario", "is missing");
	if (kind == CONTROL_RATE &&
		(!get_int(doc, root, "num", 0) || !get_int(doc, root, "den", 0)))
		return why_set(why, E_INVALID, "/num", "num and den are missing");
	if (kind >= CONTROL_RELEASE && kind <= CONTROL_RECALL &&
		!get_object(doc, root, "inject", &o))
		return why_set(why, E_INVALID, "/inject", "is missing");
	if ((kind == CONTROL_STOP || kind == CONTROL_DEFER || kind == CONTROL_DROP ||
		    kind == CONTROL_RECALL || kind == CONTROL_NOTE) &&
		!text)
		return why_set(why, E_INVALID, "/reason", "is missing");
	return 0;
}

static const struct field delivery[] = {{"exercise", FIELD_OBJECT, NEED},
	{"inject", FIELD_OBJECT, NEED}, {"number", FIELD_LINE, NEED, .max = 60},
	{"mark", FIELD_LINE, NEED, .max = NAME}, {"title", FIELD_LINE, NEED, .max = NAME},
	{"body", FIELD_TEXT, 0, .max = PROSE}, {"from_sim", FIELD_LINE, 0, .max = NAME},
	{"method", FIELD_WORD, 0, .word = methods}, {"audiences", FIELD_OBJECT, MANY},
	{"to_text", FIELD_LINE, 0, .max = LINE}, {"parties", FIELD_ID, MANY},
	{"weight", FIELD_INT, 0, .max = 3, .min = 1}, {"due", FIELD_TIME, 0}, /* real */
	{"due_scenario", FIELD_TIME, 0}, {"released", FIELD_TIME, NEED},      /* real */
	{"by", FIELD_LINE, NEED, .max = NAME},
	{"record", FIELD_OBJECT, 0},	       /* in another workspace */
	{"error", FIELD_LINE, 0, .max = LINE}, /* why it did not go the way it should have */
	{"sealed", FIELD_OBJECT, 0},
	{"files", FIELD_STRUCT, MANY, .sub = file, .items = LIMIT_FILES_PER_NOTE},
	{"recalled", FIELD_TEXT, 0, .max = PROSE}, /* the reason */
	END};
static const struct field sealed[] = {{"exercise", FIELD_OBJECT, NEED},
	{"commitment", FIELD_HASH, NEED},	      /* SHA-256 of the delivery inside */
	{"box", FIELD_TEXT, NEED, .max = 512 * 1024}, /* base64, crypt/seal.h */
	END};
static const struct field seal_key[] = {{"exercise", FIELD_OBJECT, NEED},
	{"sealed", FIELD_OBJECT, NEED},
	{"inject", FIELD_OBJECT, 0}, /* while it is nobody's but the author's */
	{"secret", FIELD_HASH, NEED}, END};
static const struct field receipt[] = {{"exercise", FIELD_OBJECT, NEED},
	{"delivery", FIELD_OBJECT, NEED}, {"state", FIELD_WORD, NEED, .word = receipts},
	{"received", FIELD_TIME, NEED}, {"seen", FIELD_TIME, 0}, {"acked", FIELD_TIME, 0},
	{"by", FIELD_LINE, 0, .max = NAME}, END};
static const struct field response[] = {{"exercise", FIELD_OBJECT, NEED},
	{"delivery", FIELD_OBJECT, NEED}, {"kind", FIELD_WORD, NEED, .word = response_kinds},
	{"at", FIELD_TIME, NEED}, {"text", FIELD_TEXT, NEED, .max = PROSE},
	{"record", FIELD_OBJECT, 0}, {"by", FIELD_LINE, NEED, .max = NAME}, END};

/* ---- evaluation and after ---- */

static const struct field observation[] = {{"exercise", FIELD_OBJECT, NEED},
	{"evaluator", FIELD_LINE, NEED, .max = NAME}, {"at", FIELD_TIME, NEED},
	{"audience", FIELD_OBJECT, 0}, {"delivery", FIELD_OBJECT, 0}, {"inject", FIELD_OBJECT, 0},
	{"task", FIELD_OBJECT, 0}, {"objective", FIELD_OBJECT, 0},
	{"what", FIELD_TEXT, NEED, .max = PROSE}, {"effect", FIELD_TEXT, 0, .max = PROSE},
	{"kind", FIELD_WORD, 0, .word = observation_kinds}, {"safety", FIELD_BOOL, 0},
	{"card", FIELD_LINE, 0,
		.max = 64}, /* made once by the evaluator's card, so that a repeated sending is one observation */
	{"files", FIELD_STRUCT, MANY, .sub = file, .items = LIMIT_FILES_PER_NOTE},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_observation}, END};
static const struct field rating[] = {{"exercise", FIELD_OBJECT, NEED},
	{"objective", FIELD_OBJECT, 0}, {"task", FIELD_OBJECT, 0}, {"audience", FIELD_OBJECT, 0},
	{"rating", FIELD_LINE, 0, .max = 20}, {"not_observed", FIELD_BOOL, 0},
	{"withheld", FIELD_BOOL, 0}, /* evaluated; the result stays at home */
	{"rationale", FIELD_TEXT, 0, .max = PROSE}, {"observations", FIELD_OBJECT, MANY},
	{"by", FIELD_LINE, NEED, .max = NAME}, {"at", FIELD_TIME, NEED},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_rating}, END};

static int rating_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	bool rated = get_text(doc, root, "rating", arena).n > 0;
	int said = rated + get_bool(doc, root, "not_observed") + get_bool(doc, root, "withheld");
	struct object_id o;

	if (said != 1)
		return why_set(why, E_INVALID, "/rating",
			"is a rating, or not_observed, or withheld: one of them");
	if (!get_object(doc, root, "objective", &o) && !get_object(doc, root, "task", &o))
		return why_set(why, E_INVALID, "/objective", "of which objective or task?");
	return 0;
}

static const struct field lesson[] = {{"title", FIELD_LINE, NEED, .max = NAME},
	{"exercise", FIELD_OBJECT, 0}, {"exercise_name", FIELD_LINE, 0, .max = NAME},
	{"observations", FIELD_OBJECT, MANY}, {"discussion", FIELD_TEXT, 0, .max = PROSE},
	{"conclusion", FIELD_TEXT, 0, .max = PROSE},
	{"recommendation", FIELD_TEXT, 0, .max = PROSE},
	{"dotmlpfi", FIELD_LINE, MANY, .max = 40, .items = 8}, {"action_body", FIELD_ID, 0},
	{"best_practice", FIELD_BOOL, 0},
	{"copy_of", FIELD_OBJECT, 0}, /* the sanitised copy, for more readers */
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_lesson}, END};

static int lesson_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	const char *state = machine_state(&machine_lesson, doc, json_get(doc, root, "steps"));
	bool both = get_text(doc, root, "conclusion", arena).n &&
		    get_text(doc, root, "recommendation", arena).n;

	if (strcmp(state, "candidate") != 0 && strcmp(state, "rejected") != 0 && !both)
		return why_set(why, E_INVALID, "/conclusion",
			"a lesson is identified with its cause and a recommendation");
	return 0;
}

static const struct field action[] = {{"text", FIELD_TEXT, NEED, .max = PROSE},
	{"lesson", FIELD_OBJECT, 0}, {"rating", FIELD_OBJECT, 0},
	{"exercise_name", FIELD_LINE, 0, .max = NAME}, {"element", FIELD_WORD, 0, .word = elements},
	{"owner", FIELD_ID, NEED}, {"due", FIELD_DATE, 0},
	{"priority", FIELD_INT, 0, .max = 5, .min = 1}, {"withdrawn", FIELD_BOOL, 0}, END};
static const struct field acceptance[] = {{"action", FIELD_OBJECT, NEED},
	{"text", FIELD_HASH, NEED}, /* of what was accepted: its text may change afterwards */
	{"person", FIELD_LINE, 0, .max = NAME}, {"due", FIELD_DATE, 0},
	{"evidence", FIELD_LINE, MANY, .max = LINE},
	{"retest", FIELD_OBJECT, 0}, /* an inject of a later exercise */
	{"transferred_to", FIELD_ID, 0},
	{"steps", FIELD_STEPS, MANY, .machine = &machine_acceptance}, END};

static int acceptance_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	json_ref steps = json_get(doc, root, "steps");
	struct object_id o;

	(void)arena;
	if (machine_last(doc, steps, "accepted") && get_date(doc, root, "due", -1) == -1)
		return why_set(why, E_INVALID, "/due", "to accept is to say until when");
	if (machine_last(doc, steps, "verified") && !get_object(doc, root, "retest", &o) &&
		json_count(doc, json_get(doc, root, "evidence")) == 0)
		return why_set(why, E_INVALID, "/evidence",
			"is verified by evidence, or by an inject that retests it");
	return 0;
}

static const struct field qualification[] = {
	{"person", FIELD_LINE, NEED, .max = 120}, /* a pseudonym: who it is stays at home */
	{"code", FIELD_LINE, NEED, .max = 60}, {"title", FIELD_LINE, NEED, .max = NAME},
	{"framework", FIELD_LINE, 0, .max = 60}, {"level", FIELD_LINE, 0, .max = 60},
	{"unit", FIELD_LINE, 0, .max = NAME}, {"authority", FIELD_LINE, NEED, .max = NAME},
	{"granted", FIELD_DATE, NEED}, {"until", FIELD_DATE, 0},
	{"evidence", FIELD_LINE, MANY, .max = LINE}, {"exercise", FIELD_OBJECT, 0},
	{"steps", FIELD_STEPS, MANY | APART, .machine = &machine_qualification}, END};

static int qualification_rule(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	int64_t from = get_date(doc, root, "granted", 0);

	(void)arena;
	return get_date(doc, root, "until", INT64_MAX) < from
		       ? why_set(why, E_INVALID, "/until", "ends before it is granted")
		       : 0;
}

/* ---- the table ---- */

const struct kind training_kinds[KINDS] = {
	[KIND_ENTRY] = {"training/entry/1", "entry", entry, &machine_entry, NULL, true, entry_rule,
		"an entry of the programme: exercise, course, conference, certification, standby"},
	[KIND_ANSWER] = {"training/answer/1", "answer", answer, NULL, "entry", true, answer_rule,
		"a member accepts or declines an entry"},
	[KIND_MASK] = {"training/mask/1", "mask", mask, NULL, NULL, true, mask_rule,
		"when a unit, venue or pool is not available, without reasons"},
	[KIND_EXERCISE] = {"training/exercise/1", "exercise", exercise, &machine_exercise, NULL,
		false, NULL, "an exercise: who, what, when, with which clock and scale"},
	[KIND_PART] = {"training/part/1", "part", part, NULL, "exercise", false, part_rule,
		"objective, critical task, phase, storyline, event, incident, audience, cell"},
	[KIND_INJECT] = {"training/inject/1", "inject", inject, &machine_inject, "exercise", false,
		inject_rule, "the script of an inject, for planners and EXCON"},
	[KIND_SHADOW] = {"training/shadow/1", "shadow", shadow, NULL, "exercise", false, NULL,
		"half hour and load of an inject, for who may not read the script"},
	[KIND_CONTROL] = {"training/control/1", "control", control, NULL, "exercise", false,
		control_rule, "STARTEX, pause, rate, jump, release, NO DUFF, ENDEX"},
	[KIND_DELIVERY] = {"training/delivery/1", "delivery", delivery, NULL, "exercise", false,
		NULL, "an inject as it is played"},
	[KIND_SEALED] = {"training/sealed/1", "sealed", sealed, NULL, "exercise", false, NULL,
		"an inject delivered before it is due, closed"},
	[KIND_KEY] = {"training/key/1", "key", seal_key, NULL, "exercise", false, NULL,
		"the key to a sealed inject"},
	[KIND_RECEIPT] = {"training/receipt/1", "receipt", receipt, NULL, "exercise", false, NULL,
		"a delivery has been received, seen, acknowledged"},
	[KIND_RESPONSE] = {"training/response/1", "response", response, NULL, "exercise", false,
		NULL, "what the training audience did"},
	[KIND_OBSERVATION] = {"training/observation/1", "observation", observation,
		&machine_observation, "exercise", false, NULL, "what an evaluator saw"},
	[KIND_RATING] = {"training/rating/1", "rating", rating, &machine_rating, "exercise", false,
		rating_rule, "the rating of an objective or task"},
	[KIND_LESSON] = {"training/lesson/1", "lesson", lesson, &machine_lesson, NULL, true,
		lesson_rule, "a lesson, from candidate to learned"},
	[KIND_ACTION] = {"training/action/1", "action", action, NULL, NULL, true, NULL,
		"a corrective action, proposed to its owner"},
	[KIND_ACCEPTANCE] = {"training/acceptance/1", "acceptance", acceptance, &machine_acceptance,
		"action", true, acceptance_rule, "what the owner makes of an action"},
	[KIND_QUALIFICATION] = {"training/qualification/1", "qualification", qualification,
		&machine_qualification, NULL, true, qualification_rule,
		"what somebody is qualified for, and until when"},
};

/* ---- asking it ---- */

const struct kind *kind_find(struct slice kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (slice_is(kind, training_kinds[i].kind))
			return &training_kinds[i];
	return NULL;
}

const struct kind *kind_noun(struct slice noun)
{
	for (size_t i = 0; i < KINDS; i++)
		if (slice_is(noun, training_kinds[i].noun))
			return &training_kinds[i];
	return NULL;
}

enum kind_id kind_id(const struct kind *k)
{
	return (enum kind_id)(k - training_kinds);
}

bool kind_mode(const struct kind *k, enum mode mode)
{
	return mode == MODE_TEST || mode == (k->real ? MODE_REAL : MODE_EXERCISE);
}

static int root_check(const struct kind *k, const struct json_doc *doc, json_ref root,
	struct arena *arena, struct why *why)
{
	int rc = fields_check(k->field, doc, root, "", arena, why);

	return rc == 0 && k->rule ? k->rule(doc, root, arena, why) : rc;
}

int kind_check(const struct kind *k, struct slice content, struct arena *arena, struct why *why)
{
	struct json_doc doc;
	int rc = json_read(&doc, arena, content, &json_limits_partner, why);

	if (rc == 0 && doc.n > 64 + content.n / LIMIT_DENSE)
		rc = why_set(why, E_LIMIT, "", "has more values than its length accounts for");
	return rc < 0 ? rc : root_check(k, &doc, json_root(&doc), arena, why);
}

int kind_check_strict(const struct kind *k, const struct json_doc *doc, json_ref root,
	struct arena *arena, struct why *why)
{
	int rc = root_check(k, doc, root, arena, why);

	return rc == 0 ? fields_only(k->field, doc, root, "", arena, why) : rc;
}

bool kind_about(
	const struct kind *k, const struct json_doc *doc, json_ref root, struct object_id *ret)
{
	return k->about && get_object(doc, root, k->about, ret);
}

const char *const kind_titles[] = {"title", "code_name", "what", "text", "name", "reason", NULL};

struct slice kind_title(
	const struct kind *k, const struct json_doc *doc, json_ref root, struct arena *arena)
{
	struct slice line = get_title(doc, root, kind_titles, arena);

	return line.n ? line : slice_str(k->noun);
}
