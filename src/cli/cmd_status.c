/* cmd_status.c: `entente status`: who has signed what, who still has to, what is only said; and how
 * the node is. */
#include "base/limits.h"
#include "cli/cli.h"
#include "node/serving.h"
#include "node/status.h"

static int print_json(struct cli *cli, const struct coalition *list, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	char self[ID_TEXT + 1];
	id_format(&cli->node->self, self);
	json_open(&o, '{');
	json_put_cstr(&o, "member", self);
	json_put_cstr(&o, "label", cli->node->conf.label);
	json_put_bool(&o, "serving", serving_now(cli->node));
	json_open_at(&o, "coalitions", '[');
	for (size_t i = 0; i < n; i++) {
		TRY(world_load(
			&cli->world, cli->node, cli->db, &list[i].id, &cli->arena, &cli->why));
		TRY(status_json(&cli->world, cli->db, &o, &cli->why));
	}
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
	return 0;
}

static int print_text(struct cli *cli, const struct coalition *list, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&b, '\n');
		TRY(world_load(
			&cli->world, cli->node, cli->db, &list[i].id, &cli->arena, &cli->why));
		TRY(status_text(&cli->world, cli->db, cli->columns, cli->colour, &b, &cli->why));
	}
	cli_out(cli, buf_slice(&b));
	if (n == 0)
		cli_say(cli, "this node is party to no coalition yet: entente join CHARTER");
	else if (!serving_now(cli->node))
		cli_say(cli,
			"no process serves this node now, so it follows no partner: entente serve, or entente sync for once");
	return 0;
}

static int run(struct cli *cli)
{
	struct coalition *list, one;
	size_t n;
	TRY(cli_open(cli));
	TRY(db_begin_read(cli->db, &cli->why));
	if (cli_option(cli, "coalition")) {
		TRY(cli_world(cli));
		one = cli->world.coalition;
		list = &one;
		n = 1;
	} else {
		TRY(coalition_list(cli->db, &cli->arena, &list, &n, &cli->why));
	}
	int rc = cli->json ? print_json(cli, list, n) : print_text(cli, list, n);
	db_rollback(cli->db);
	return rc;
}

const struct command command_status = {
	.name = "status",
	.group = "Look",
	.args = "",
	.summary = "Who has signed what, who still has to, what is only said",
	.run = run,
};
