/* cmd_withdraw.c: `entente cyber withdraw`: an object that this member has published is taken back, everywhere. */
#include "work/cyber/cmd.h"

#include "work/cyber/withdraw.h"

static int query_make(struct cli *cli, enum mode mode, struct slice *id, struct slice *version,
	struct list_query *ret)
{
	struct stix_uuid uuid;
	struct slice type;

	*id = slice_str(cli->arg[0]);
	if (stix_id_parse(*id, &type, &uuid) < 0)
		return why_set(&cli->why, E_USAGE, cli->arg[0], "is no id of STIX");
	*ret = (struct list_query){.root = cyber_root(&cli->world.coalition, mode),
		.limit = LIST_LIMIT,
		.id = id,
		.n_id = 1,
		.versions = VERSION_ALL,
		.has_author = true,
		.author = cli->node->self};
	if (!cli_option(cli, "version"))
		return 0;
	*version = slice_str(cli_option(cli, "version"));
	if (when_check(*version) < 0)
		return why_set(&cli->why, E_USAGE, "--version", "is no time of STIX");
	ret->versions = VERSION_EXACT;
	ret->exact = version;
	ret->n_exact = 1;
	return 0;
}

static int withdraw_run(struct cli *cli)
{
	const char *reason = cli_option(cli, "reason");
	struct withdrawing x = {.write = cyber_cmd_write, .ctx = cli};
	struct slice id, version;
	struct list_query q;
	struct reader self;
	size_t all;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &x.mode));
	TRY(query_make(cli, x.mode, &id, &version, &q));
	self = world_reader(&cli->world, &cli->node->self);
	x.node = cli->node;
	x.db = cli->db;
	x.world = &cli->world;
	x.reader = &self;
	x.reason = reason ? slice_str(reason) : SLICE_NONE;
	TRY(withdraw_found(&x, &q, &all, &cli->why));
	if (!all)
		return why_set(&cli->why, E_MISSING, cli->arg[0],
			"this member has published no such object");
	cli_chores(cli);
	if (cli->json)
		cli_print(cli, "{\"versions\":%zu}\n", all);
	else
		cli_say(cli, "%zu version%s taken back", all, all == 1 ? " is" : "s are");
	return 0;
}

static const struct cli_option options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"version", 0, "TIME", false, "this version only, by its `modified`"},
	{"reason", 0, "TEXT", false, "told to all who have it"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_withdraw = {
	.name = "withdraw",
	.args = "ID",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take back a STIX object that this member has published",
	.help = "A signed record goes to all who have it, and from then on it is shown nowhere. To say that an object is wrong, and why, publish it anew with `revoked`.",
	.option = options,
	.run = withdraw_run,
};
