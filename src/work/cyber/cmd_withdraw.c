/* cmd_withdraw.c: `entente cyber withdraw`: an object that this member has published is taken back, everywhere. */
#include "work/cyber/cmd.h"

#include "work/cyber/withdraw.h"

/* So many pages of versions, each of LIST_LIMIT, are more than a node holds of one id. */
#define PAGES_MOST 50

static int order_read(struct cli *cli, const struct list_query *q, enum mode mode,
	struct withdraw_order *ret, size_t *ret_n)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	const char *reason = cli_option(cli, "reason");
	struct list_row *row;
	bool more;
	int rc;

	TRY(db_begin_read(cli->db, &cli->why));
	rc = stix_list_page(
		&cli->world, cli->db, &self, q, &cli->arena, &row, ret_n, &more, &cli->why);
	if (rc == 0)
		rc = withdraw_order_make(&cli->world, cli->db, mode, row, *ret_n,
			reason ? slice_str(reason) : SLICE_NONE, &cli->arena, ret, &cli->why);
	db_rollback(cli->db);
	return rc;
}

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
	struct withdraw_order order;
	struct slice id, version;
	struct list_query q;
	size_t n = 1, all = 0;
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	TRY(query_make(cli, mode, &id, &version, &q));
	for (int page = 0; n && page < PAGES_MOST; page++) {
		TRY(order_read(cli, &q, mode, &order, &n));
		TRY(withdraw_order_write(cyber_cmd_write, cli, cli->node, cli->db,
			&cli->world.coalition.id, &order, &cli->why));
		all += n;
	}
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
