/* cmd_make.c: exercises, their parts and injects without writing JSON. */
#include "work/training/cmd_int.h"
#include "work/training/limits.h"
#include "work/training/msel.h"

static int save(struct cli *cli, struct desk *d, enum kind_id id, enum mode mode, struct buf *b)
{
	struct audience a;
	struct plan plan;
	int rc = tcmd_audience(cli, &a);

	if (rc == 0)
		rc = plan_save(
			d, &training_kinds[id], mode, NULL, buf_slice(b), &a, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static void put_option(struct cli *cli, struct json_out *o, const char *option, const char *key)
{
	if (cli_option(cli, option))
		json_put_cstr(o, key, cli_option(cli, option));
}

/* ---- an exercise ---- */

static int exercise_print(struct cli *cli, struct json_out *o)
{
	const char *with = cli_option(cli, "with");
	struct id *member;
	bool all;
	size_t n;

	json_open(o, '{');
	json_put_cstr(o, "code_name", cli->arg[0]);
	json_put_cstr(o, "type", cli_option(cli, "type") ? cli_option(cli, "type") : "CPX");
	json_open_at(o, "participants", '[');
	TRY(cli_audience(cli, with ? with : "all", &all, &member, &n));
	if (all) {
		const struct id *present;

		world_present(&cli->world, &cli->arena, &present, &n);
		member = arena_array(&cli->arena, struct id, n + 1);
		memcpy(member, present, n * sizeof(*member));
	}
	for (size_t i = 0; i < n; i++) {
		json_open(o, '{');
		put_member(o, "party", &member[i]);
		json_close(o);
	}
	json_close(o);
	put_option(cli, o, "scenario", "scenario_epoch");
	put_option(cli, o, "start", "start");
	put_option(cli, o, "end", "end");
	put_option(cli, o, "aim", "aim");
	put_option(cli, o, "mark", "mark");
	put_option(cli, o, "level", "level");
	json_close(o);
	return 0;
}

static int run_exercise(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct desk d;
	enum mode mode;
	int rc;

	if (!cli_option(cli, "scenario"))
		return why_set(&cli->why, E_USAGE, "--scenario", "when does the story begin?");
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_mode(cli, &training_kinds[KIND_EXERCISE], &mode);
	if (rc == 0)
		rc = exercise_print(cli, &o);
	if (rc < 0) {
		tcmd_end(cli);
		return rc;
	}
	return save(cli, &d, KIND_EXERCISE, mode, &b);
}

static const struct cli_option exercise_options[] = {
	{"scenario", 0, "TIME", false, "when the story begins, RFC 3339"},
	{"with", 0, "WHO", false, "who takes part: all, or ALB,HRV (default all)"},
	{"type", 0, "TYPE", false,
		"TTX, CPX (default), CAX, LIVEX, drill, functional, full-scale, cyber-range"},
	{"level", 0, "LEVEL", false, "strategic, operational, tactical, technical"},
	{"start", 0, "TIME", false, "planned STARTEX"}, {"end", 0, "TIME", false, "planned ENDEX"},
	{"aim", 0, "TEXT", false, "the aim"},
	{"mark", 0, "TEXT", false, "what everything bears (default EXERCISE EXERCISE EXERCISE)"},
	OPTION_MODE, OPTION_LABEL, OPTION_END};
const struct command command_training_exercise = {.name = "exercise",
	.args = "CODENAME",
	.args_min = 1,
	.args_max = 1,
	.summary = "Begin an exercise; this member is its host",
	.option = exercise_options,
	.run = run_exercise};

/* ---- a part ---- */

static int part_print(struct cli *cli, const struct view *v, struct json_out *o)
{
	const char *party = cli_option(cli, "party"), *of = cli_option(cli, "objective");
	struct object_id objective;
	struct id id;

	json_open(o, '{');
	put_record_id(o, "exercise", &v->ex.row->object);
	json_put_cstr(o, "type", cli->arg[1]);
	json_put_cstr(o, "title", cli->arg[2]);
	put_option(cli, o, "number", "number");
	put_option(cli, o, "text", "text");
	put_option(cli, o, "from", "from");
	put_option(cli, o, "until", "to");
	put_option(cli, o, "standard", "standard");
	if (party) {
		TRY(cli_party(cli, party, &id));
		put_member(o, "party", &id);
	}
	if (of) {
		TRY(tcmd_object(cli, of, &objective));
		put_record_id(o, "objective", &objective);
	}
	if (cli_option(cli, "evaluator")) {
		json_open_at(o, "evaluators", '[');
		for (size_t i = 0; cli_option_at(cli, "evaluator", i); i++)
			json_put_cstr(o, NULL, cli_option_at(cli, "evaluator", i));
		json_close(o);
	}
	json_close(o);
	return 0;
}

static int run_part(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(128 * KIB);
	struct json_out o = json_out(&b);
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = part_print(cli, &v, &o);
	if (rc < 0) {
		tcmd_end(cli);
		return rc;
	}
	return save(cli, &d, KIND_PART, v.ex.row->mode, &b);
}

static const struct cli_option part_options[] = {{"number", 'n', "NUMBER", false, "its number"},
	{"party", 0, "WHO", false, "the member whose it is (a training audience must have one)"},
	{"text", 0, "TEXT", false, "description"},
	{"objective", 0, "OBJECT", false, "of a task: the objective that it serves"},
	{"standard", 0, "TEXT", false, "of a task: what is good enough"},
	{"evaluator", 0, "NAME", true, "of a task: who looks at it"},
	{"from", 0, "TIME", false, "story time"}, {"until", 0, "TIME", false, "story time"},
	OPTION_MODE, OPTION_TO, OPTION_LABEL, OPTION_END};
const struct command command_training_part = {.name = "part",
	.args = "EXERCISE TYPE TITLE",
	.args_min = 3,
	.args_max = 3,
	.summary = "Add an objective, task, phase, storyline, audience, cell …",
	.help = "TYPE is objective, task, phase, storyline, event, incident, audience, cell, actor, role or variable.",
	.option = part_options,
	.run = run_part};

/* ---- an inject ---- */

/* "A1,A2": numbers or titles of parts. */
static int refs_print(struct cli *cli, const struct view *v, struct json_out *o, const char *option,
	const char *key, enum part_type type)
{
	struct slice all = slice_str(cli_option(cli, option)), one;

	if (!all.n)
		return 0;
	json_open_at(o, key, '[');
	while (slice_cut(&all, ',', &one)) {
		const struct part *found = NULL;
		struct object_id id;

		for (size_t i = 0; i < v->n_part; i++)
			if (v->part[i].type == type && (slice_eq(v->part[i].number, one) ||
							       slice_eq(v->part[i].title, one)))
				found = &v->part[i];
		if (!found && object_parse(one, &id) < 0)
			return why_set(&cli->why, E_MISSING, arena_string(&cli->arena, one),
				"no such %s", part_types[type]);
		put_record_id(o, NULL, found ? &found->row->object : &id);
	}
	json_close(o);
	return 0;
}

static int due_print(struct cli *cli, const struct view *v, struct json_out *o)
{
	const char *due = cli_option(cli, "due"), *after = cli_option(cli, "after");
	struct msel_options options = {.epoch = v->ex.epoch};
	struct msel_time t = msel_time_text(slice_str(due), &options);
	struct object_id of;

	if (!due && !after)
		return 0;
	if (after && t.kind != MSEL_OFFSET)
		return why_set(
			&cli->why, E_USAGE, "--after", "needs --due +HH:MM, how long after it");
	if (t.kind != MSEL_ABSOLUTE && t.kind != MSEL_OFFSET)
		return why_set(&cli->why, E_USAGE, "--due",
			"is a time of the story, or +HH:MM from its beginning");
	json_open_at(o, "due", '{');
	json_put_cstr(o, "basis", after ? "relative" : "scenario");
	if (after) {
		TRY(tcmd_inject(cli, v, after, &of));
		put_record_id(o, "of", &of);
		json_put_i64(o, "after_s", t.ms / 1000);
		put_option(cli, o, "on", "on");
	} else {
		put_when(o, "at", t.kind == MSEL_OFFSET ? v->ex.epoch + t.ms : t.ms);
	}
	json_close(o);
	return 0;
}

static int inject_print(struct cli *cli, const struct view *v, struct json_out *o)
{
	json_open(o, '{');
	put_record_id(o, "exercise", &v->ex.row->object);
	json_put_cstr(o, "number", cli->arg[1]);
	json_put_cstr(o, "title", cli->arg[2]);
	put_option(cli, o, "body", "body");
	put_option(cli, o, "from", "from_sim");
	put_option(cli, o, "method", "method");
	put_option(cli, o, "fire", "fire");
	put_option(cli, o, "jump", "jump");
	put_option(cli, o, "weight", "weight");
	put_option(cli, o, "play-label", "play_label");
	put_option(cli, o, "shadow", "shadow");
	put_option(cli, o, "url", "url");
	if (cli_option(cli, "native")) {
		struct slice native;

		TRY(cli_read(cli, cli_option(cli, "native"), 256 * KIB, &native));
		json_put_string(o, "native", native);
	}
	if (cli_switch(cli, "sealed"))
		json_put_bool(o, "sealed", true);
	TRY(refs_print(cli, v, o, "for", "to", PART_AUDIENCE));
	TRY(refs_print(cli, v, o, "objectives", "objectives", PART_OBJECTIVE));
	TRY(due_print(cli, v, o));
	if (cli_option(cli, "expect")) {
		json_open_at(o, "expect", '[');
		for (size_t i = 0; cli_option_at(cli, "expect", i); i++) {
			json_open(o, '{');
			json_put_cstr(o, "text", cli_option_at(cli, "expect", i));
			json_close(o);
		}
		json_close(o);
	}
	json_close(o);
	return 0;
}

static int run_inject(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);
	struct json_out o = json_out(&b);
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = inject_print(cli, &v, &o);
	if (rc < 0) {
		tcmd_end(cli);
		return rc;
	}
	return save(cli, &d, KIND_INJECT, v.ex.row->mode, &b);
}

static const struct cli_option inject_options[] = {{"body", 'b', "TEXT", false, "what is played"},
	{"for", 0, "AUDIENCES", false, "numbers of training audiences: A1,A2"},
	{"due", 'd', "TIME", false, "of the story, or +HH:MM from its beginning"},
	{"after", 0, "INJECT", false, "--due is counted from this one"},
	{"on", 0, "WHAT", false,
		"with --after: delivered (default), acked, responded, not-responded-by"},
	{"fire", 0, "HOW", false, "auto, confirm (default), manual"},
	{"jump", 0, "POLICY", false, "if the clock jumps over it: hold (default), deliver, drop"},
	{"method", 0, "METHOD", false,
		"portal (default), email, phone, radio, in-person, document, media, alert, cyber, procurement, request, webhook"},
	{"native", 0, "FILE", false,
		"with alert, cyber, request, procurement: the CAP, STIX or JSON that is played; in JSON, +4h is four hours after the release"},
	{"url", 0, "URL", false, "with webhook: name or address of one of this node's webhooks"},
	{"from", 0, "NAME", false, "who it seems to come from"},
	{"weight", 0, "WEIGHT", false, "key, enabling (default), supporting"},
	{"objectives", 0, "NUMBERS", false, "objectives that it serves"},
	{"expect", 0, "TEXT", true, "an expected action"},
	{"play-label", 0, "LABEL", false, "of what is delivered (default: that of the exercise)"},
	{"shadow", 0, "WHAT", false, "what others see before: band (default) or none"},
	{"sealed", 0, NULL, false, "may be sent ahead, closed"}, OPTION_MODE, OPTION_TO,
	OPTION_LABEL, OPTION_END};
const struct command command_training_inject = {.name = "inject",
	.args = "EXERCISE NUMBER TITLE",
	.args_min = 3,
	.args_max = 3,
	.summary = "Write the script of an inject",
	.help = "--to is who may read the script (default: this member and the host), --for whom it is played to. Others see its half hour and its load.",
	.option = inject_options,
	.run = run_inject};
