/* cmd_publish.c: `entente publish`: releases own statements and acts to the public; `entente register`: the register itself, as a file. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/act.h"
#include "node/browse.h"
#include "node/public.h"

static const struct cli_option options[] = {
	{"withdraw", 0, NULL, false, "take back: not shown any more; who has a copy keeps it"},
	ACT_OPTIONS,
};

/* A leaf of the own log: 64 hex digits, or how they begin. */
static int leaf_find(struct cli *cli, const char *text, struct hash *ret)
{
	struct act_query q = {.has_member = true, .member = cli->node->self, .limit = 4096};
	struct act_seen *list;
	size_t n, found = 0;
	bool more;
	char hex[65];
	if (hex_decode(slice_str(text), ret->b, sizeof(ret->b)) == 0)
		return 0;
	TRY(act_browse(&cli->world, cli->db, &q, &cli->arena, &list, &n, &more, &cli->why));
	for (size_t i = 0; strlen(text) >= 8 && i < n; i++) {
		hex_encode(list[i].leaf.b, 32, hex);
		if (strncmp(hex, text, strlen(text)) != 0)
			continue;
		*ret = list[i].leaf;
		found++;
	}
	if (found != 1)
		return why_set(&cli->why, found ? E_INVALID : E_MISSING, text,
			found ? "begins the leaf of several own acts"
			      : "begins the leaf of none of the own acts and statements (at least 8 digits)");
	return 0;
}

static int run(struct cli *cli)
{
	struct act_body body = {.kind = ACT_PUBLISH, .withdrawn = cli_switch(cli, "withdraw")};
	TRY(cli_world(cli));
	body.leaves = arena_array(&cli->arena, struct hash, cli->n_arg);
	for (size_t i = 0; i < cli->n_arg; i++)
		TRY(leaf_find(cli, cli->arg[i], &body.leaves[i]));
	qsort(body.leaves, cli->n_arg, sizeof(struct hash), hash_cmp);
	for (size_t i = 0; i < cli->n_arg; i++)
		if (i == 0 || !hash_eq(&body.leaves[i], &body.leaves[body.n_leaves - 1]))
			body.leaves[body.n_leaves++] = body.leaves[i];
	return act_write(cli, &body, NULL);
}

const struct command command_publish = {
	.name = "publish",
	.group = "Acts",
	.args = "LEAF…",
	.args_min = 1,
	.args_max = LIMIT_ENTRY_REFS,
	.summary = "Release own statements and acts to the public",
	.help = "LEAF is what `say` has told, or how it begins. Binds like a release: an officer with the scope `release` signs it. It is shown\n"
		"in the public register of every node that has `public on` (entente.conf), and cannot be made unseen: --withdraw only ends the showing.",
	.option = options,
	.run = run,
};

static const struct cli_option register_options[] = {
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int run_register(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	TRY(cli_world(cli));
	TRY(db_begin_read(cli->db, &cli->why));
	int rc = public_gather(&cli->world, cli->db, &cli->arena, &b, &cli->why);
	db_rollback(cli->db);
	TRY(rc);
	const char *path = cli_option(cli, "output");
	TRY(cli_write(cli, path ? path : "-", buf_slice(&b)));
	if (path && cli->json)
		cli_print(cli, "{\"bytes\":%zu}\n", b.n);
	if (path)
		cli_say(cli, "%s: entente verify %s --fingerprint …", path, path);
	return 0;
}

const struct command command_register = {
	.name = "register",
	.group = "Look",
	.args = "",
	.summary = "The public register of a coalition, as the file that proves itself",
	.option = register_options,
	.run = run_register,
};
