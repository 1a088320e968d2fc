/* cmd_collection.c: `entente cyber collection`: which collections TAXII shows, and inboxes. */
#include "work/cyber/cmd.h"

#include "work/cyber/collection.h"

#include "node/audit.h"
#include "node/bell.h"

#include <unistd.h>

static const struct cli_option options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{"title", 0, "TEXT", false, "add: title (default: the alias)"},
	{"description", 0, "TEXT", false, "add: what it is for"},
	{"inbox", 0, NULL, false,
		"add: programs put objects in here; --to and --label say where they go"},
	{"to", 't', "WHO", false,
		"add --inbox: all, or members: ALB,KOS (default: nobody but this node)"},
	{"label", 'l', "LABEL", false,
		"add --inbox: class and categories (default: the lowest class)"},
	{"from", 0, "MEMBER", false, "add: only what this member has published"},
	{"type", 0, "TYPE", true, "add: only objects of this type; may be given several times"},
	{"tlp", 0, "TLP", false, "add: nothing marked tighter"},
	{"account", 0, "NAME", true, "add: only for this account; may be given several times"},
	{NULL, 0, NULL, false, NULL},
};

static int read_query(struct cli *cli, struct collection *c)
{
	const char *from = cli_option(cli, "from"), *tlp = cli_option(cli, "tlp");
	size_t n = cli_option_count(cli, "type");

	if (from) {
		c->has_author = true;
		TRY(cli_party(cli, from, &c->author));
	}
	if (tlp && tlp_parse(slice_str(tlp), &c->tlp_most) < 0)
		return why_set(&cli->why, E_USAGE, "--tlp", "'%s' is no TLP", tlp);
	c->type = arena_array(&cli->arena, struct slice, n + 1);
	for (; c->n_type < n; c->n_type++)
		c->type[c->n_type] = slice_str(cli_option_at(cli, "type", c->n_type));
	return 0;
}

static int read_place(struct cli *cli, struct collection *c)
{
	const char *to = cli_option(cli, "to"), *label = cli_option(cli, "label");

	c->inbox = cli_switch(cli, "inbox");
	if (!c->inbox)
		return to || label ? why_set(&cli->why, E_USAGE, "--to", "is for an --inbox") : 0;
	TRY(cli_label(cli, label ? label : "", &c->label));
	if (to)
		return cli_audience(cli, to, &c->all, &c->member, &c->n_member);
	c->member = arena_new(&cli->arena, struct id);
	c->member[0] = cli->node->self;
	c->n_member = 1;
	return 0;
}

static int add(struct cli *cli, enum mode mode)
{
	const char *title = cli_option(cli, "title"), *text = cli_option(cli, "description");
	struct buf accounts CLEANUP_BUF = BUF(8 * KIB);
	struct collection c = {.alias = slice_str(cli->arg[1])};
	char id[37];

	c.title = title ? slice_str(title) : c.alias;
	c.description = slice_str(text ? text : "");
	TRY(read_query(cli, &c));
	TRY(read_place(cli, &c));
	for (size_t i = 0; i < cli_option_count(cli, "account"); i++)
		buf_addf(&accounts, "%s%s", i ? "," : "", cli_option_at(cli, "account", i));
	c.accounts = buf_slice(&accounts);
	TRY(collection_add(&cli->world, cli->db, mode, &c, &cli->why));
	collection_id_print(&c, id);
	if (cli->json)
		cli_print(cli, "{\"id\":\"%s\",\"alias\":\"%.*s\"}\n", id, SLICE_FMT(c.alias));
	else
		cli_print(cli, "%s\n", id);
	return 0;
}

static int change(struct cli *cli, enum mode mode, bool adding)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());
	int rc;

	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "which collection?");
	TRY(db_begin(cli->db, &cli->why));
	rc = adding ? add(cli, mode)
		    : collection_remove(&cli->world, cli->db, mode, slice_str(cli->arg[1]),
			      &cli->arena, &cli->why);
	if (rc == 0)
		rc = audit_add(cli->db, env_now_ms(&cli->env), who,
			adding ? "collection add" : "collection remove", slice_str(cli->arg[1]),
			&cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	bell_ring(cli->node);
	return 0;
}

static int list(struct cli *cli, enum mode mode)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct collection *c;
	char id[37];
	size_t n;

	TRY(collection_list(&cli->world, cli->db, mode, &cli->arena, &c, &n, &cli->why));
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		collection_id_print(&c[i], id);
		if (!cli->json) {
			cli_print(cli, "%s  %-20.*s %s%.*s\n", id, SLICE_FMT(c[i].alias),
				c[i].inbox ? "inbox: " : "", SLICE_FMT(c[i].title));
			continue;
		}
		json_open(&o, '{');
		json_put_cstr(&o, "id", id);
		json_put_string(&o, "alias", c[i].alias);
		json_put_string(&o, "title", c[i].title);
		json_put_bool(&o, "inbox", c[i].inbox);
		json_put_bool(&o, "builtin", c[i].builtin);
		json_close(&o);
	}
	json_close(&o);
	if (cli->json) {
		buf_byte(&b, '\n');
		cli_out(cli, buf_slice(&b));
	}
	return 0;
}

static int run(struct cli *cli)
{
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	if (strcmp(cli->arg[0], "list") == 0)
		return list(cli, mode);
	if (strcmp(cli->arg[0], "add") == 0 || strcmp(cli->arg[0], "remove") == 0)
		return change(cli, mode, cli->arg[0][0] == 'a');
	return why_set(&cli->why, E_USAGE, "", "list, add ALIAS or remove ALIAS");
}

const struct command command_cyber_collection = {
	.name = "collection",
	.args = "list|add|remove [ALIAS]",
	.args_min = 1,
	.args_max = 2,
	.summary = "Collections that TAXII shows; inboxes for programs",
	.help = "Built-in collections are there by themselves: all, indicators, tlp-clear, tlp-green, and from-MEMBER. An inbox is what a program may write to;\n"
		"what it puts in goes to whom the inbox is for, with its label or a tighter one.",
	.option = options,
	.run = run,
};
