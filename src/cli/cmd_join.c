/* cmd_join.c: `entente join`: takes up a coalition, and introduces its parties to this node. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/rootfile.h"
#include "node/bell.h"
#include "node/sense.h"
#include "pact/publicfile.h"

static const struct cli_option options[] = {
	{"party", 'p', "FILE", true, "root document of a party, as handed over (entente key root)"},
	{"fingerprint", 0, "HEX|WORDS", true,
		"fingerprint that a --party must have, compared out of band"},
	{NULL, 0, NULL, false, NULL},
};

static bool fingerprint_given(const struct cli *cli, const struct hash *root)
{
	for (size_t i = 0; i < cli_option_count(cli, "fingerprint"); i++)
		if (root_fingerprint_is(root, slice_str(cli_option_at(cli, "fingerprint", i))))
			return true;
	return false;
}

static int add_party(
	struct cli *cli, int64_t coalition_row, const char *path, struct root_chain *chain)
{
	struct slice text, note;
	struct id member;
	TRY(rootfile_read(cli, path, &text, chain));
	if (cli_option_count(cli, "fingerprint") > 0 &&
		!fingerprint_given(cli, &chain->version[0].hash))
		return why_set(
			&cli->why, E_VERIFY, path, "its fingerprint is not among those given");
	while (root_notes_next(&text, &note))
		TRY(root_put(cli->db, note, &member, &cli->why));
	return party_put(cli->db, coalition_row, &chain->member, root_latest(chain)->label,
		env_now_ms(&cli->env), &cli->why);
}

/* A charter file, or a coalition that is known already. */
static int take_coalition(struct cli *cli, const char *what, int64_t *ret_row, struct id *ret_id)
{
	struct slice text;
	struct coalition c;
	if (coalition_parse(slice_str(what), ret_id) < 0) {
		TRY(cli_read(cli, what, LIMIT_CHARTER_BYTES, &text));
		TRY(coalition_add(cli->db, text, ret_row, &cli->why));
		struct charter *charter = arena_new(&cli->arena, struct charter);
		TRY(charter_parse(charter, &cli->arena, text, &cli->why));
		*ret_id = charter->coalition;
	}
	TRY(coalition_load(cli->db, ret_id, &cli->arena, &c, &cli->why));
	*ret_row = c.row;
	return 0;
}

static int add_self(struct cli *cli, int64_t row)
{
	struct root_chain own;
	TRY(root_chain_load(cli->db, &cli->node->self, &cli->arena, &own, &cli->why));
	return party_put(cli->db, row, &cli->node->self, root_latest(&own)->label,
		env_now_ms(&cli->env), &cli->why);
}

static int store(struct cli *cli, struct id *ret_id, struct root_chain *chain)
{
	int64_t row;
	TRY(take_coalition(cli, cli->arg[0], &row, ret_id));
	TRY(add_self(cli, row));
	for (size_t i = 0; i < cli_option_count(cli, "party"); i++) {
		TRY(add_party(cli, row, cli_option_at(cli, "party", i), &chain[i]));
	}
	return db_commit(cli->db, &cli->why);
}

/* introduction/1: which root document this member accepted for whom, for everybody to compare. */
static int introduce(struct cli *cli, const struct root_chain *chain)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct written written;
	struct act_body body = {
		.kind = ACT_INTRODUCTION,
		.has_member = true,
		.member = chain->member,
		.root = chain->version[0].hash,
		.label = root_latest(chain)->label,
	};
	act_body_print(&body, &b);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("introduction/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.content = buf_slice(&b)};
	/* Handed over once more, nothing has changed: there is nothing to tell anybody. */
	int rc = draft_sense(&d, &cli->world, cli->db, &cli->why);
	if (rc == E_STATE) {
		cli->why = (struct why){0};
		return 0;
	}
	return rc < 0 ? rc : cli_write_draft(cli, &d, &written);
}

static void say_same_labels(struct cli *cli)
{
	for (size_t i = 0; i < cli->world.n_party; i++)
		for (size_t k = i + 1; k < cli->world.n_party; k++)
			if (slice_eq(cli->world.party[i].label, cli->world.party[k].label))
				cli_say(cli,
					"ATTENTION: two parties call themselves %s: name them by id",
					world_party_label(
						&cli->world, &cli->world.party[i].id, &cli->arena));
}

static int run(struct cli *cli)
{
	struct id id;
	size_t n = cli_option_count(cli, "party");
	struct root_chain *chain = arena_array(&cli->arena, struct root_chain, n + 1);
	char hex[COAL_TEXT + 1];

	TRY(cli_open(cli));
	TRY(db_begin(cli->db, &cli->why));
	int rc = store(cli, &id, chain);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(world_load(&cli->world, cli->node, cli->db, &id, &cli->arena, &cli->why));
	for (size_t i = 0; i < n; i++) {
		if (!id_eq(&chain[i].member, &cli->node->self))
			TRY(introduce(cli, &chain[i]));
	}
	bell_ring(cli->node);
	coalition_format(&id, hex);
	if (cli->json)
		cli_print(cli, "{\"coalition\":\"%s\",\"parties\":%zu}\n", hex, cli->world.n_party);
	else
		cli_print(cli, "%s\n", hex);
	say_same_labels(cli);
	cli_say(cli, "following %.*s; %zu %s known; nothing is signed by this",
		SLICE_FMT(cli->world.coalition.founding.name), cli->world.n_party,
		cli->world.n_party == 1 ? "party" : "parties");
	return 0;
}

const struct command command_join = {
	.name = "join",
	.group = "Set up",
	.args = "CHARTER|COALITION [--party FILE]...",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take up a coalition by its charter; introduce parties to this node",
	.help = "Joining signs nothing: it makes the node follow the coalition's logs. Compare each party's fingerprint\n"
		"(entente key fingerprint FILE) by telephone or note verbale first.",
	.option = options,
	.run = run,
};
