/* cmd_act.c: the acts by which a party changes its own standing, or a member ratifies or suspends:
 * one small command each. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/act.h"
#include "cli/charter_amend.h"
#include "cli/show.h"
#include "node/bell.h"
#include "node/sense.h"

#include <inttypes.h>

static const struct cli_option act_options[] = {ACT_OPTIONS};

/* ---- sign: the charter, or a prepared act ---- */

static int sign_prepared(struct cli *cli, const char *path)
{
	struct slice file;
	struct seckey key;
	struct buf b CLEANUP_BUF = BUF(2 * MIB), words CLEANUP_BUF = BUF(2 * MIB);
	const char *key_path = cli_option(cli, "officer");
	TRY(cli_read(cli, path, 2 * MIB, &file));
	if (!key_path)
		return why_set(&cli->why, E_USAGE, "--officer", "is needed to sign a prepared act");
	TRY(prepared_tell(file, &words, &cli->why));
	/* Even with --quiet: nobody signs what was not shown. */
	fprintf(stderr, "%.*s", SLICE_FMT(buf_slice(&words)));
	TRY(cli_key(cli, key_path, "officer", &key));
	int rc = prepared_sign(file, &key, &b, &cli->why);
	seckey_wipe(&key);
	TRY(rc);
	const char *out = cli_option(cli, "output");
	if (!out)
		out = arena_printf(&cli->arena, "%s.signed", path);
	TRY(cli_write(cli, out, buf_slice(&b)));
	cli_say(cli,
		"signed: %s; take it back to the node: entente submit %s, or hand it in on its page",
		out, out);
	return 0;
}

static int run_sign(struct cli *cli)
{
	struct act_body body = {.kind = ACT_SIGN};
	if (cli->n_arg == 1)
		return sign_prepared(cli, cli->arg[0]);
	TRY(cli_world(cli));
	body.charter = cli->world.coalition.founding.hash;
	if (cli_option(cli, "charter"))
		TRY(charter_proposed(cli, cli_option(cli, "charter"), &body.charter));
	return act_write(cli, &body, NULL);
}

static const struct cli_option sign_options[] = {
	{"charter", 0, "FILE|HASH", false, "a charter that is proposed (entente charter list)"},
	{"output", 'o', "FILE", false, "FILE: signed copy (default FILE.signed)"},
	ACT_OPTIONS,
};

const struct command command_sign = {
	.name = "sign",
	.group = "Acts",
	.args = "[FILE]",
	.args_max = 1,
	.summary = "Sign the charter, or its next version; or, off the node, a prepared act",
	.help = "Without FILE: this member, named as founder, signs the founding charter.\n"
		"With --charter: this member signs the next version of the charter, by which it agrees to it.\n"
		"With FILE: signs an act that a node has prepared (--prepare). Needs no node: only FILE and the officer's key.\n"
		"It is shown in words first; a key that is none of the member's officers' is refused.",
	.option = sign_options,
	.run = run_sign,
};

static int run_submit(struct cli *cli)
{
	struct slice file;
	struct draft d;
	struct id coalition;
	struct written written;
	char leaf[65];
	TRY(cli_open(cli));
	TRY(cli_read(cli, cli->arg[0], 2 * MIB, &file));
	TRY(prepared_read(file, &cli->arena, &d, &coalition, &cli->why));
	TRY(world_load(&cli->world, cli->node, cli->db, &coalition, &cli->arena, &cli->why));
	TRY(draft_sense(&d, &cli->world, cli->db, &cli->why));
	TRY(cli_write_draft(cli, &d, &written));
	hex_encode(written.leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli, "{\"seq\":%" PRIu64 ",\"leaf\":\"%s\"}\n", written.seq, leaf);
	else
		cli_print(cli, "entry %" PRIu64 "  leaf %.16s\n", written.seq, leaf);
	return 0;
}

const struct command command_submit = {
	.name = "submit",
	.group = "Acts",
	.args = "FILE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write an act that an officer has signed elsewhere",
	.run = run_submit,
};

/* ---- interest, accede, ratify ---- */

static int run_interest(struct cli *cli)
{
	struct act_body body = {.kind = ACT_INTEREST};
	TRY(cli_world(cli));
	body.charter = cli->world.coalition.founding.hash;
	if (cli_option(cli, "charter"))
		TRY(charter_proposed(cli, cli_option(cli, "charter"), &body.charter));
	return act_write(cli, &body, NULL);
}

const struct command command_interest = {
	.name = "interest",
	.group = "Acts",
	.args = "",
	.summary = "Declare interest in joining; binds to nothing",
	.option = act_options,
	.run = run_interest,
};

static int run_accede(struct cli *cli)
{
	struct act_body body = {.kind = ACT_ACCEDE, .observer = cli_switch(cli, "observer")};
	TRY(cli_world(cli));
	const struct standing *s = &cli->world.standing;
	if (s->n_member == 0 && charter_has_member(s->charter, &cli->node->self))
		return why_set(&cli->why, E_STATE, "",
			"this member is named as a founder: it signs the charter itself (entente sign)");
	if (s->n_member == 0)
		return why_set(&cli->why, E_STATE, "",
			"this node knows of no member yet who could ratify: entente sync; members answer once they have taken up this node's root document (entente join CHARTER --party FILE)");
	body.charter = s->charter->hash;
	body.ratifier = s->member;
	body.n_ratifier = s->n_member;
	const char *clearance = cli_option(cli, "clearance");
	body.clearance = clearance ? slice_str(clearance) : s->charter->ladder[0];
	body.label = slice_str(
		cli_option(cli, "label") ? cli_option(cli, "label") : cli->node->conf.label);
	if (cli_option(cli, "text"))
		TRY(cli_read(cli, cli_option(cli, "text"), LIMIT_STATEMENT_BYTES, &body.prose));
	return act_write(cli, &body, NULL);
}

static const struct cli_option accede_options[] = {
	{"observer", 0, NULL, false, "apply as observer"},
	{"clearance", 0, "CLASS", false, "clearance asked for (default: the lowest class)"},
	{"label", 0, "NAME", false, "name to be shown (default: the node's)"},
	{"text", 't', "FILE", false, "text of the instrument"},
	ACT_OPTIONS,
};

const struct command command_accede = {
	.name = "accede",
	.group = "Acts",
	.args = "",
	.summary = "Apply for membership: deposit the accession",
	.help = "Names the members of now as those who must ratify; in effect when the charter's number of them has ratified this very act.",
	.option = accede_options,
	.run = run_accede,
};

/* What is ratified, before it is: the accession as its party has signed it. */
static int tell_accession(struct cli *cli, const struct standing_party *p)
{
	struct log_id id = {
		.coalition = cli->world.coalition.id, .member = p->id, .epoch = p->epoch};
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct log log;
	char leaf[65];
	TRY(log_load(cli->db, &id, &log, &cli->why));
	TRY(show_act(cli, &log, p->seq, &b));
	hex_encode(p->leaf.b, 32, leaf);
	cli_say(cli, "the accession that is ratified, leaf %.16s:\n%.*s", leaf,
		SLICE_FMT(slice_trim(buf_slice(&b))));
	return 0;
}

static int run_ratify(struct cli *cli)
{
	struct act_body body = {.kind = ACT_RATIFY, .has_member = true};
	TRY(cli_world(cli));
	TRY(cli_party(cli, cli->arg[0], &body.member));
	const struct standing_party *p = standing_find(&cli->world.standing, &body.member);
	if (!p || hash_is_zero(&p->leaf) || p->n_required == 0)
		return why_set(&cli->why, E_STATE, cli->arg[0],
			"has made no accession that this node knows and that is witnessed");
	body.charter = cli->world.standing.charter->hash;
	body.accession = p->leaf;
	struct entry_ref ref = {
		.member = body.member, .epoch = p->epoch, .seq = p->seq, .leaf = p->leaf};
	TRY(tell_accession(cli, p));
	return act_write(cli, &body, &ref);
}

const struct command command_ratify = {
	.name = "ratify",
	.group = "Acts",
	.args = "PARTY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Ratify a party's accession, by its exact hash",
	.option = act_options,
	.run = run_ratify,
};

/* ---- withdraw, suspend, resume ---- */

static int run_withdraw(struct cli *cli)
{
	struct act_body body = {.kind = ACT_WITHDRAW, .effective_ms = env_now_ms(&cli->env)};
	const char *at = cli_option(cli, "effective");
	TRY(cli_world(cli));
	if (at && utc_parse(slice_str(at), &body.effective_ms, &cli->why) < 0)
		return why_prefix(&cli->why, "--effective");
	if (cli_option(cli, "text"))
		TRY(cli_read(cli, cli_option(cli, "text"), LIMIT_STATEMENT_BYTES, &body.prose));
	return act_write(cli, &body, NULL);
}

static const struct cli_option withdraw_options[] = {
	{"effective", 0, "TIME", false, "when it takes effect, RFC 3339 (default now)"},
	{"text", 't', "FILE", false, "text of the notice"},
	ACT_OPTIONS,
};

const struct command command_withdraw = {
	.name = "withdraw",
	.group = "Acts",
	.args = "",
	.summary = "Give notice of this member's own withdrawal",
	.option = withdraw_options,
	.run = run_withdraw,
};

static int run_suspend(struct cli *cli)
{
	struct act_body body = {.kind = ACT_SUSPEND, .has_member = true};
	struct log log;
	TRY(cli_world(cli));
	TRY(cli_party(cli, cli->arg[0], &body.member));
	TRY(cli_log(cli, &body.member, &log));
	body.log_epoch = log.id.epoch;
	body.cut = log.size;
	body.root = log.root;
	body.reason = slice_str(cli_option(cli, "reason"));
	return act_write(cli, &body, NULL);
}

static const struct cli_option suspend_options[] = {
	{"reason", 0, "TEXT", false, "one line, shown to all"},
	ACT_OPTIONS,
};

const struct command command_suspend = {
	.name = "suspend",
	.group = "Acts",
	.args = "PARTY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Suspend this member's own relations with a party",
	.help = "Nobody can write another's status: the party is out of standing when the charter's number of members has done so.",
	.option = suspend_options,
	.run = run_suspend,
};

static int run_resume(struct cli *cli)
{
	struct act_body body = {.kind = ACT_RESUME, .has_member = true};
	TRY(cli_world(cli));
	TRY(cli_party(cli, cli->arg[0], &body.member));
	return act_write(cli, &body, NULL);
}

const struct command command_resume = {
	.name = "resume",
	.group = "Acts",
	.args = "PARTY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Resume relations that this member had suspended",
	.option = act_options,
	.run = run_resume,
};
