/* cmd_change.c: `entente release`, `recall`, `erase`: who may still have a record. */
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "node/bell.h"
#include "node/note.h"

#include <inttypes.h>

static int prepare(struct cli *cli, struct object_id *ret)
{
	TRY(cli_world(cli));
	return cli_object(cli, cli->arg[0], ret);
}

static int done(struct cli *cli, const struct written *w, const char *what)
{
	char leaf[65];
	bool more = cli_chores(cli);
	hex_encode(w->leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli, "{\"seq\":%" PRIu64 ",\"leaf\":\"%s\"}\n", w->seq, leaf);
	else
		cli_print(cli, "%s  entry %" PRIu64 "  leaf %.16s\n", what, w->seq, leaf);
	if (more)
		cli_say(cli,
			"a reader is still busy: the last traces are scrubbed as soon as it ends (entente serve does it)");
	return 0;
}

static int members(struct cli *cli, const char *option, struct id **ret, size_t *ret_n)
{
	bool all;
	const char *text = cli_option(cli, option);
	if (!text)
		return why_set(&cli->why, E_USAGE, option, "is needed: which members");
	TRY(cli_audience(cli, text, &all, ret, ret_n));
	if (all) {
		*ret = cli->world.standing.member;
		*ret_n = cli->world.standing.n_member;
	}
	return 0;
}

/* Somebody must be new among them, unless the label changes. */
static int check_news(
	struct cli *cli, const struct object_id *object, const struct id *add, size_t n)
{
	struct reader me = world_reader(&cli->world, &cli->node->self);
	struct record r;
	TRY(record_get(&cli->world, cli->db, &me, object, &cli->arena, &r, &cli->why));
	for (size_t i = 0; i < n; i++)
		if (!bsearch(&add[i], r.audience, r.n_audience, sizeof(*add), id_cmp))
			return 0;
	return why_set(&cli->why, E_STATE, "", "%s: nothing to release",
		n == 1 ? "it has this record already" : "all of them have this record already");
}

static int run_release(struct cli *cli)
{
	struct object_id object;
	struct written w;
	struct id *add, officer = {0};
	struct seckey key = {0};
	struct slice label = SLICE_NONE;
	size_t n;
	TRY(prepare(cli, &object));
	TRY(members(cli, "to", &add, &n));
	if (cli_option(cli, "label"))
		TRY(cli_label(cli, cli_option(cli, "label"), &label));
	else
		TRY(check_news(cli, &object, add, n));
	bool signs = cli_option(cli, "officer") != NULL;
	if (signs)
		TRY(cli_officer(cli, &key, &officer));
	int rc = record_release(cli->node, cli->db, &cli->world.coalition.id, &object, add, n,
		label, signs ? &key : NULL, signs ? &officer : NULL, &w, &cli->why);
	seckey_wipe(&key);
	TRY(rc);
	return done(cli, &w, "release/1");
}

static const struct cli_option release_options[] = {
	{"to", 't', "WHO", false, "members that may have it from now on: KOS,BGR or all"},
	{"label", 'l', "LABEL", false, "new label"},
	{"officer", 0, "FILE", false, "officer key, for a release above the node's scope"},
	{"pass-file", 0, "FILE", false, "passphrase of a sealed key"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_release = {
	.name = "release",
	.group = "Records",
	.args = "OBJECT --to WHO",
	.args_min = 1,
	.args_max = 1,
	.summary = "Release a record of this member to more members",
	.option = release_options,
	.run = run_release,
};

static int run_recall(struct cli *cli)
{
	struct object_id object;
	struct written w;
	struct id *from;
	size_t n;
	TRY(prepare(cli, &object));
	TRY(members(cli, "from", &from, &n));
	TRY(record_recall(
		cli->node, cli->db, &cli->world.coalition.id, &object, from, n, &w, &cli->why));
	return done(cli, &w, "recall/1");
}

static const struct cli_option recall_options[] = {
	{"from", 0, "WHO", false, "members whose nodes are to hide it: KOS or all"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_recall = {
	.name = "recall",
	.group = "Records",
	.args = "OBJECT --from WHO",
	.args_min = 1,
	.args_max = 1,
	.summary = "Recall a record: their nodes hide it; what was read cannot be unread",
	.option = recall_options,
	.run = run_recall,
};

/* A few letters name a record: which one is it? */
static int confirm_erasure(struct cli *cli, const struct object_id *object)
{
	struct reader me = world_reader(&cli->world, &cli->node->self);
	char id[OBJECT_TEXT + 1], when[UTC_TEXT_LEN + 1];
	struct note_record note = {.title = SLICE_NONE};
	struct record r;
	TRY(record_get(&cli->world, cli->db, &me, object, &cli->arena, &r, &cli->why));
	object_format(object, id);
	utc_format(r.time_ms, when);
	if (note_record_parse(&note, &cli->arena, r.content, NULL) < 0)
		note.title = SLICE_NONE;
	struct buf title CLEANUP_BUF = BUF(4 * KIB);
	utf8_show(&title, note.title, 120);
	return cli_confirm(cli,
		arena_printf(&cli->arena,
			"%s (%.*s) of %s, \"%s\", is erased here and at all who have it; that cannot be undone.",
			id, SLICE_FMT(r.kind), when, buf_cstr(&title)));
}

static int run_erase(struct cli *cli)
{
	struct object_id object;
	struct written w;
	TRY(prepare(cli, &object));
	TRY(confirm_erasure(cli, &object));
	TRY(record_erase(cli->node, cli->db, &cli->world.coalition.id, &object, &w, &cli->why));
	return done(cli, &w, "erase/1");
}

const struct command command_erase = {
	.name = "erase",
	.group = "Records",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Erase a record's content here and ask all holders to; the leaf stays",
	.run = run_erase,
};
