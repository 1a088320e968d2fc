/* cmd_care.c: `entente rebuild`, `doctor`, `help`, `completion`: looking after the node, and after
 * the person at it. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "node/doctor.h"
#include "node/fold.h"

/* ---- rebuild ---- */

static void rebuild_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_show(ctx, done, all);
}

static int run_rebuild(struct cli *cli)
{
	struct hash before, after;
	char old[65], new[65];
	TRY(cli_open(cli));
	TRY(fold_digest(cli->db, &before, &cli->why));
	struct progress p = progress_start(cli, "rebuild", false);
	int rc = fold_rebuild(cli->node, cli->db, rebuild_progress, &p, &cli->why);
	progress_end(&p);
	TRY(rc);
	TRY(fold_digest(cli->db, &after, &cli->why));
	hex_encode(before.b, 32, old);
	hex_encode(after.b, 32, new);
	bool same = hash_eq(&before, &after);
	if (cli->json)
		cli_print(cli, "{\"before\":\"%s\",\"after\":\"%s\",\"same\":%s}\n", old, new,
			same ? "true" : "false");
	else
		cli_print(cli, "tables %s  digest %.16s\n",
			same ? "are the same as before" : "WERE DIFFERENT and have been put right",
			new);
	return 0;
}

const struct command command_rebuild = {
	.name = "rebuild",
	.group = "Care",
	.args = "",
	.summary = "Drop all tables made from the logs and make them again",
	.run = run_rebuild,
};

/* ---- doctor ---- */

struct finding {
	struct cli *cli;
	struct json_out *o;
	int worst;
};

/* rc: 0 fine, 1 worth knowing, negative broken. */
static void found(void *ctx, int rc, const char *what, const char *text)
{
	struct finding *f = ctx;
	if (rc < 0)
		f->worst = rc;
	json_open(f->o, '{');
	json_put_cstr(f->o, "check", what);
	json_put_cstr(f->o, "result", rc < 0 ? "bad" : rc > 0 ? "warning" : "ok");
	json_put_cstr(f->o, "text", text);
	json_close(f->o);
	if (f->cli->json)
		return;
	enum cli_colour colour = rc < 0 ? COLOUR_RED : rc > 0 ? COLOUR_YELLOW : COLOUR_GREEN;
	cli_print(f->cli, "%s%-7s%s %-10s %s\n", cli_colour(f->cli, colour),
		rc < 0	 ? "BAD"
		: rc > 0 ? "mind"
			 : "ok",
		cli_colour(f->cli, COLOUR_NONE), what, text);
}

static int run_doctor(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct finding f = {.cli = cli, .o = &o};
	TRY(cli_open(cli));
	json_open(&o, '{');
	json_open_at(&o, "checks", '[');
	TRY(doctor_run(cli->node, cli->db, &(struct doctor){.found = found, .ctx = &f}, &cli->why));
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	if (f.worst < 0)
		return why_set(&cli->why, f.worst, "doctor", "something is broken: see above");
	return 0;
}

const struct command command_doctor = {
	.name = "doctor",
	.group = "Care",
	.args = "",
	.summary = "Check keys, store, logs and what could go wrong",
	.run = run_doctor,
};

/* ---- help and completion ---- */

static const struct cli_option help_options[] = {
	{"man", 0, NULL, false, "print the man page"},
	{NULL, 0, NULL, false, NULL},
};

/* Is it one of the words that the command takes first, "add|list|…"? */
static bool takes(const struct command *c, const char *word)
{
	struct slice rest = slice_str(c->args ? c->args : ""), words = SLICE_NONE, one;

	(void)slice_cut(&rest, ' ', &words);
	if (slice_search(words, SLICE("|")) < 0)
		return false;
	while (slice_cut(&words, '|', &one))
		if (slice_is(one, word))
			return true;
	return false;
}

static int run_help(struct cli *cli)
{
	if (cli_switch(cli, "man")) {
		help_man(cli);
		return 0;
	}
	if (cli->n_arg == 0) {
		help_print(cli, NULL);
		return 0;
	}
	if (strcmp(cli->arg[0], "settings") == 0) {
		help_settings(cli);
		return 0;
	}
	const struct command *c = NULL;
	for (size_t i = 0; i < cli->n_arg; i++) {
		const struct command *above = c;

		if (i > 0 && !above->sub && takes(above, cli->arg[i]))
			break;
		c = command_find(above, cli->arg[i]);
		if (!c)
			return why_set(&cli->why, E_USAGE, "", "no such command: %s%s%s",
				above ? command_words(above) : "", above ? " " : "", cli->arg[i]);
	}
	help_print(cli, c);
	return 0;
}

const struct command command_help = {
	.name = "help",
	.group = "Care",
	.args = "[COMMAND [SUB…]|settings]",
	.args_max = 3,
	.summary = "Show help: of all, of a command, of the settings in entente.conf",
	.option = help_options,
	.run = run_help,
};

static int run_completion(struct cli *cli)
{
	return help_completion(cli, cli->arg[0]);
}

const struct command command_completion = {
	.name = "completion",
	.group = "Care",
	.args = "bash|zsh|fish",
	.args_min = 1,
	.args_max = 1,
	.summary = "Print shell completion",
	.run = run_completion,
};
