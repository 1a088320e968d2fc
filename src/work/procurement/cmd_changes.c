/* cmd_changes.c: `entente procure changes`: the versions of a procurement's records, and what each has changed. */
#include "work/procurement/changes.h"
#include "work/procurement/cmd.h"

#include "base/clock.h"

/* "/lots/1/reserve/amount: 1000 → 900" */
static void print_version(struct cli *cli, const struct row *r, const struct row *before)
{
	struct arena arena CLEANUP_ARENA = ARENA(CHANGES_ARENA);
	struct changes changes = {0};
	char time[UTC_TEXT_LEN + 1];

	utc_format(r->time_ms, time);
	cli_print(cli, "%s%s  %s by %s%s%s\n", cli_colour(cli, COLOUR_BOLD), time,
		pkind_table[r->kind].shape,
		world_party_label(&cli->world, &r->object.owner, &arena),
		before ? "" : ", first version", cli_colour(cli, COLOUR_NONE));
	if (before)
		changes_find(&before->doc, &r->doc, &arena, &changes);
	for (size_t i = 0; i < changes.n; i++) {
		const struct change *c = &changes.of[i];

		cli_print(cli, "  %.*s\n", SLICE_FMT(c->path));
		if (c->before.n)
			cli_print(cli, "    %s- %.*s%s\n", cli_colour(cli, COLOUR_RED),
				SLICE_FMT(c->before), cli_colour(cli, COLOUR_NONE));
		if (c->after.n)
			cli_print(cli, "    %s+ %.*s%s\n", cli_colour(cli, COLOUR_GREEN),
				SLICE_FMT(c->after), cli_colour(cli, COLOUR_NONE));
	}
	if (changes.more)
		cli_print(cli, "  … more than %d changes\n", CHANGES_MAX);
	if (before && changes.n == 0)
		cli_print(cli, "  nothing but its time, label or readers\n");
}

static int run_changes(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct rows history = {0};
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0) {
		struct reader who = world_reader(&cli->world, &cli->node->self);

		rc = procure_store_history(
			&cli->world, cli->db, &who, &c->p.id, &c->arena, &history, &cli->why);
	}
	if (rc == 0 && cli->json) {
		json_open(&o, '[');
		changes_put(&o, &c->p, &history, &cli->world, &c->arena);
		json_close(&o);
		cmd_json(cli, &b);
	}
	if (rc == 0 && !cli->json) {
		const struct row **before = changes_before(&history, &c->arena);

		for (size_t i = history.n; i-- > 0;)
			if (changes_told(&c->p, &history.row[i]))
				print_version(cli, &history.row[i], before[i]);
	}
	cmd_unload(c);
	return rc;
}

const struct command command_procure_changes = {
	.name = "changes",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary =
		"Show the versions of agreement, tender and contracts, and what each has changed",
	.run = run_changes,
};
