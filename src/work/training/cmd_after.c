/* cmd_after.c: lint, coverage, replay, report; playbooks, CEXF and calendars in. */
#include "work/training/after.h"
#include "work/training/cmd_int.h"
#include "work/training/limits.h"
#include "work/training/lint.h"

enum after { AFTER_LINT, AFTER_COVER, AFTER_REPLAY, AFTER_REPORT, AFTER_CEXF };

static int make(struct cli *cli, struct desk *d, struct view *v, enum after what, struct buf *b)
{
	struct json_out o = json_out(b);
	struct printer p = tcmd_printer(cli, d, &o);
	const char *as = cli_option(cli, "as");
	int64_t until = 0;
	struct id member;

	TRY(tcmd_view(cli, d, cli->arg[0], v));
	switch (what) {
	case AFTER_LINT:
		print_lint(&p, d, v);
		break;
	case AFTER_COVER:
		print_cover(&p, v);
		break;
	case AFTER_REPLAY:
		TRY(tcmd_time(cli, "at", &until));
		if (as)
			TRY(cli_party(cli, as, &member));
		return replay_make(d, v, as ? &member : NULL, until, b, &cli->why);
	case AFTER_REPORT:
		return report_make(d, v, b, &cli->why);
	case AFTER_CEXF:
		cexf_write(b, v, d->arena);
		break;
	}
	return 0;
}

static int run_after(struct cli *cli, enum after what)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	const char *to = cli_option(cli, "output");
	struct desk d;
	struct view v;
	int rc;

	cli->arena.max = GIB;
	TRY(tcmd_begin(cli, &d));
	rc = make(cli, &d, &v, what, &b);
	if (rc == 0 && !cli->json && what == AFTER_LINT) {
		struct finding *f;
		size_t n;

		lint_run(&v, NULL, &cli->arena, &f, &n);
		for (size_t i = 0; i < n; i++)
			cli_print(cli, "%s%-28s%s %-8.*s %s\n",
				cli_colour(cli, f[i].blocks ? COLOUR_RED : COLOUR_YELLOW),
				f[i].rule, cli_colour(cli, COLOUR_NONE), SLICE_FMT(f[i].number),
				f[i].text);
		cli_print(cli, "%zu findings\n", n);
		tcmd_end(cli);
		return 0;
	}
	tcmd_end(cli);
	TRY(rc);
	if (what != AFTER_REPORT && what != AFTER_CEXF)
		buf_byte(&b, '\n');
	return cli_write(cli, to ? to : "-", buf_slice(&b));
}

static int run_lint(struct cli *cli)
{
	return run_after(cli, AFTER_LINT);
}
static int run_cover(struct cli *cli)
{
	return run_after(cli, AFTER_COVER);
}
static int run_replay(struct cli *cli)
{
	return run_after(cli, AFTER_REPLAY);
}
static int run_report(struct cli *cli)
{
	return run_after(cli, AFTER_REPORT);
}
static int run_cexf(struct cli *cli)
{
	return run_after(cli, AFTER_CEXF);
}

#define OPTION_OUTPUT                                                                              \
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},                   \
	{                                                                                          \
		"force", 'f', NULL, false, "overwrite the output"                                  \
	}
static const struct cli_option out_options[] = {OPTION_OUTPUT, OPTION_MODE, OPTION_END};
static const struct cli_option replay_options[] = {OPTION_OUTPUT, OPTION_MODE,
	{"as", 0, "WHO", false, "as this member may see it"},
	{"at", 0, "TIME", false, "until then"}, OPTION_END};

const struct command command_training_lint = {.name = "lint",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show what is wrong with a script, or missing",
	.option = out_options,
	.run = run_lint};
const struct command command_training_coverage = {.name = "coverage",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show which objectives are designed, delivered, evaluated; by phase",
	.option = out_options,
	.run = run_cover};
const struct command command_training_replay = {.name = "replay",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Tell an exercise again: the same bytes each time",
	.option = replay_options,
	.run = run_replay};
const struct command command_training_report = {.name = "report",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Draft the after-action report as a page that prints",
	.option = out_options,
	.run = run_report};
const struct command command_training_cexf = {.name = "cexf",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write an exercise in the Common Exercise Format",
	.help = "Objectives, expected actions, recipients and labels have no place in CEXF and are lost.",
	.option = out_options,
	.run = run_cexf};

/* ---- in ---- */

static int run_playbook(struct cli *cli)
{
	struct slice text;
	struct cacao book;
	struct cexf exercise;
	struct plan plan;
	struct desk d;
	struct view v;
	bool cexf = cli_switch(cli, "cexf");
	int rc;

	TRY(cli_read(cli, cli->arg[1], 4 * MIB, &text));
	rc = cexf ? cexf_parse(&exercise, &cli->arena, text, &cli->why)
		  : cacao_parse(&book, &cli->arena, text, &cli->why);
	TRY(rc);
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = cexf ? plan_cexf(&d, &v, &exercise, &plan, &cli->why)
			  : plan_playbook(&d, &v, &book, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	cli_print(cli, cli->json ? "{\"written\":%zu}\n" : "%zu records\n", plan.n);
	return 0;
}

static const struct cli_option playbook_options[] = {
	{"cexf", 0, NULL, false, "the file is an exercise in CEXF"}, OPTION_MODE, OPTION_END};
const struct command command_training_playbook = {.name = "playbook",
	.args = "EXERCISE FILE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Bring a CACAO 2.0 playbook (or a CEXF exercise) in, as tasks and branches",
	.option = playbook_options,
	.run = run_playbook};

static int run_busy(struct cli *cli)
{
	static const char *const whats[] = {"unit", "venue", "pool", NULL};
	const char *to = cli_option(cli, "to");
	struct audience a;
	struct slice text;
	int64_t from, until;
	struct plan plan;
	struct desk d;
	enum mode mode;
	int rc;

	if (word_find(whats, slice_str(cli->arg[0])) < 0)
		return why_set(&cli->why, E_USAGE, cli->arg[0], "is unit, venue or pool");
	if (date_parse(slice_str(cli_option(cli, "from")), &from) < 0 ||
		date_parse(slice_str(cli_option(cli, "until")), &until) < 0)
		return why_set(
			&cli->why, E_USAGE, "--from", "and --until are dates like 2026-01-01");
	TRY(cli_read(cli, cli->arg[2], LIMIT_ICS_BYTES, &text));
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_mode(cli, &training_kinds[KIND_MASK], &mode);
	if (rc == 0)
		rc = tcmd_audience(cli, &a);
	if (rc == 0 && !to)
		a = (struct audience){.given = true, .all = true, .label = a.label};
	if (rc == 0)
		rc = plan_busy(&d, mode, cli->arg[0], slice_str(cli->arg[1]), text, from, until, &a,
			&plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option busy_options[] = {
	{"from", 0, "DATE", false, "first day that is looked at"},
	{"until", 0, "DATE", false, "last day that is looked at"}, OPTION_TO, OPTION_LABEL,
	OPTION_MODE, OPTION_END};
const struct command command_training_busy = {.name = "busy",
	.args = "unit|venue|pool NAME FILE",
	.args_min = 3,
	.args_max = 3,
	.summary = "Publish when something is taken, out of a calendar, without reasons",
	.option = busy_options,
	.run = run_busy};
