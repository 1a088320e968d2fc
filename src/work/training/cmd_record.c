/* cmd_record.c: records of any kind: new, edit, list, show, step. */
#include "work/training/cmd_int.h"
#include "work/training/limits.h"
#include "work/training/machine.h"

static const struct cli_option new_options[] = {OPTION_MODE, OPTION_TO, OPTION_LABEL, OPTION_END};

static int kind_of(struct cli *cli, const char *noun, const struct kind **ret)
{
	struct buf all CLEANUP_BUF = BUF(300);

	*ret = kind_noun(slice_str(noun));
	if (*ret)
		return 0;
	for (size_t i = 0; i < KINDS; i++)
		buf_addf(&all, "%s%s", i ? ", " : "", training_kinds[i].noun);
	return why_set(&cli->why, E_USAGE, noun, "is one of %s", buf_cstr(&all));
}

static int run_new(struct cli *cli)
{
	const struct kind *k;
	struct audience a;
	struct slice text;
	struct plan plan;
	struct desk d;
	enum mode mode;
	int rc;

	TRY(kind_of(cli, cli->arg[0], &k));
	TRY(cli_read(cli, cli->n_arg > 1 ? cli->arg[1] : "-", LIMIT_PAYLOAD_CONTENT, &text));
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_mode(cli, k, &mode);
	if (rc == 0)
		rc = tcmd_audience(cli, &a);
	if (rc == 0)
		rc = plan_save(&d, k, mode, NULL, text, &a, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

const struct command command_training_new = {.name = "new",
	.args = "KIND [FILE]",
	.args_min = 1,
	.args_max = 2,
	.summary = "Write a record of a kind from JSON",
	.help = "The content is as docs/training.md has it for the kind; - or nothing reads standard input.",
	.option = new_options,
	.run = run_new};

static int run_edit(struct cli *cli)
{
	struct object_id o;
	struct audience a;
	struct slice text;
	struct plan plan;
	struct desk d;
	struct row row;
	int rc;

	TRY(tcmd_object(cli, cli->arg[0], &o));
	TRY(cli_read(cli, cli->n_arg > 1 ? cli->arg[1] : "-", LIMIT_PAYLOAD_CONTENT, &text));
	TRY(tcmd_begin(cli, &d));
	rc = store_get(d.world, d.db, &d.reader, &o, d.arena, &row, &cli->why);
	if (rc == 0)
		rc = tcmd_audience(cli, &a);
	if (rc == 0)
		rc = plan_save(
			&d, &training_kinds[row.kind], row.mode, &o, text, &a, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option edit_options[] = {OPTION_TO, OPTION_LABEL, OPTION_END};
const struct command command_training_edit = {.name = "edit",
	.args = "OBJECT [FILE]",
	.args_min = 1,
	.args_max = 2,
	.summary = "Write a new version of an own record from JSON",
	.option = edit_options,
	.run = run_edit};

static void list_line(struct cli *cli, const struct row *r)
{
	const struct kind *k = &training_kinds[r->kind];
	char object[OBJECT_TEXT + 1];
	struct json_doc doc;

	object_format(&r->object, object);
	if (json_read(&doc, &cli->arena, r->body, &json_limits_partner, NULL) < 0)
		return;
	cli_print(cli, "%-12s %-8s %-12s %.*s\n             %s\n", k->noun,
		world_party_label(&cli->world, &r->author, &cli->arena),
		k->machine
			? machine_state(k->machine, &doc, json_get(&doc, json_root(&doc), "steps"))
			: "",
		SLICE_FMT(kind_title(k, &doc, json_root(&doc), &cli->arena)), object);
}

static int run_list(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	const char *about = cli_option(cli, "about");
	const struct kind *k;
	struct object_id of;
	struct printer p;
	struct rows rows;
	struct desk d;
	enum mode mode;
	int rc;

	TRY(kind_of(cli, cli->arg[0], &k));
	if (about)
		TRY(tcmd_object(cli, about, &of));
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_mode(cli, k, &mode);
	if (rc == 0)
		rc = about ? store_about(d.world, d.db, &d.reader, mode, &of, kind_id(k), d.arena,
				     &rows, &cli->why)
			   : store_kind(d.world, d.db, &d.reader, mode, kind_id(k),
				     LIMIT_QUALIFICATION_EACH, d.arena, &rows, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	p = tcmd_printer(cli, &d, &o);
	json_open(&o, '{');
	json_open_at(&o, "records", '[');
	for (size_t i = 0; i < rows.n; i++)
		if (cli->json)
			print_row(&p, NULL, &rows.p[i]);
		else
			list_line(cli, &rows.p[i]);
	json_close(&o);
	json_put_u64(&o, "cut", rows.cut);
	json_close(&o);
	if (!cli->json && rows.cut)
		cli_print(cli, "%zu more, of who has written more than is looked at\n", rows.cut);
	if (cli->json)
		tcmd_json(cli, &b);
	return 0;
}

static const struct cli_option list_options[] = {
	OPTION_MODE, {"about", 0, "OBJECT", false, "only what belongs to this record"}, OPTION_END};
const struct command command_training_list = {.name = "list",
	.args = "KIND",
	.args_min = 1,
	.args_max = 1,
	.summary = "List records of a kind",
	.option = list_options,
	.run = run_list};

static int run_show(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(8 * MIB);
	struct json_out o = json_out(&b);
	struct object_id id;
	struct printer p;
	struct desk d;
	struct row row;
	int rc;

	TRY(tcmd_object(cli, cli->arg[0], &id));
	TRY(tcmd_begin(cli, &d));
	rc = store_get(d.world, d.db, &d.reader, &id, d.arena, &row, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	p = tcmd_printer(cli, &d, &o);
	print_row(&p, NULL, &row);
	tcmd_json(cli, &b);
	return 0;
}

const struct command command_training_show = {.name = "show",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show a record as JSON",
	.run = run_show};

static int run_step(struct cli *cli)
{
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_exercise(cli, &d, cli->arg[0], &o);
	if (rc == 0)
		rc = plan_step(&d, &o, slice_str(cli->arg[1]), slice_str(cli_option(cli, "why")),
			&plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option step_options[] = {OPTION_WHY, OPTION_MODE, OPTION_END};
const struct command command_training_step = {.name = "step",
	.args = "OBJECT STATE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Take an own record to its next state",
	.help = "Injects: submitted, approved, synchronized, deferred, obsolete. Exercises: specified, planned, ready, evaluating, reported, closed.\n"
		"An exercise may be named by its code name. STARTEX (entente training control EXERCISE startex) wants an exercise that is ready: specified, planned and ready, in\n"
		"this order; what it is to release by itself must be approved: submitted, then approved, each inject.",
	.option = step_options,
	.run = run_step};

/* ---- answers ---- */

static int run_answer(struct cli *cli)
{
	struct slice answer = slice_str(cli->arg[1]);
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	if (word_find(answers, answer) < 0)
		return why_set(&cli->why, E_USAGE, cli->arg[1], "is accept or decline");
	TRY(tcmd_object(cli, cli->arg[0], &o));
	TRY(tcmd_begin(cli, &d));
	rc = plan_reply(&d, &o, slice_is(answer, "accept"), slice_str(cli_option(cli, "why")),
		&plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

const struct command command_training_answer = {.name = "answer",
	.args = "ENTRY accept|decline",
	.args_min = 2,
	.args_max = 2,
	.summary = "Accept or decline an entry of the programme",
	.option = step_options,
	.run = run_answer};

static int run_accept(struct cli *cli)
{
	struct accept_wish w = {.to = slice_str(cli->arg[1]),
		.reason = slice_str(cli_option(cli, "why")),
		.person = slice_str(cli_option(cli, "person")),
		.due = slice_str(cli_option(cli, "due")),
		.evidence = slice_str(cli_option(cli, "evidence"))};
	struct object_id o;
	struct plan plan;
	struct desk d;
	int rc;

	TRY(tcmd_object(cli, cli->arg[0], &o));
	if (cli_option(cli, "retest")) {
		TRY(tcmd_object(cli, cli_option(cli, "retest"), &w.retest));
		w.has_retest = true;
	}
	TRY(tcmd_begin(cli, &d));
	rc = plan_accept(&d, &o, &w, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option accept_options[] = {OPTION_WHY,
	{"due", 0, "DATE", false, "until when"}, {"person", 0, "NAME", false, "who sees to it"},
	{"evidence", 0, "TEXT", false, "what shows that it is done"},
	{"retest", 0, "INJECT", false, "the inject of a later exercise that tests it again"},
	OPTION_END};
const struct command command_training_accept = {.name = "accept",
	.args = "ACTION STATE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Say what becomes of a corrective action that this member owns",
	.help = "accepted (--due), declined (--why), transferred (--why), in-progress, implemented, verified (--evidence or --retest), closed.",
	.option = accept_options,
	.run = run_accept};
