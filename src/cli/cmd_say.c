/* cmd_say.c: `entente say`: records a statement: who said what about whom, when, where; kept,
 * attributed, and without effect. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/act.h"

static const struct cli_option options[] = {
	{"about", 'a', "PARTY", false, "whom it is about: a party's label or id, or any name"},
	{"speaker", 's', "TEXT", false, "who said it (an office, an organisation)"},
	{"date", 'd', "DATE", false, "when, RFC 3339 date or time"},
	{"where", 'w', "TEXT", false, "where"},
	{"claim", 0, "CLAIM", false, "member, will-join, not-decided, not-member, left, other"},
	{"source", 0, "URL", false, "where it can be read"},
	{"source-file", 0, "FILE", false, "a copy of the source: its SHA-256 is recorded"},
	{"lang", 0, "TAG", false, "language of the quote"},
	ACT_OPTIONS,
};

static int need(struct cli *cli, const char *option, struct slice *ret)
{
	const char *text = cli_option(cli, option);
	if (!text || !*text)
		return why_set(&cli->why, E_USAGE, option, "is needed");
	*ret = slice_str(text);
	return 0;
}

static int hash_source(struct cli *cli, const char *path, struct slice *ret)
{
	struct slice bytes;
	TRY(cli_read(cli, path, 64 * MIB, &bytes));
	struct hash h = hash_bytes(bytes);
	char hex[65];
	hex_encode(h.b, 32, hex);
	*ret = arena_copy(&cli->arena, slice_str(hex));
	return 0;
}

static int run(struct cli *cli)
{
	struct act_body body = {.kind = ACT_STATEMENT};
	TRY(cli_world(cli));
	TRY(need(cli, "about", &body.about_label));
	TRY(need(cli, "speaker", &body.speaker));
	TRY(need(cli, "date", &body.said));
	TRY(need(cli, "where", &body.where));
	body.has_about = cli_party(cli, cli_option(cli, "about"), &body.about) == 0;
	cli->why = (struct why){0};
	const char *claim = cli_option(cli, "claim");
	if (claim && claim_parse(slice_str(claim), &body.claim) < 0)
		return why_set(&cli->why, E_USAGE, "--claim",
			"member, will-join, not-decided, not-member, left or other, not %s", claim);
	body.source = slice_str(cli_option(cli, "source"));
	body.lang = slice_str(cli_option(cli, "lang"));
	if (cli_option(cli, "source-file"))
		TRY(hash_source(cli, cli_option(cli, "source-file"), &body.file));
	if (strcmp(cli->arg[0], "-") == 0)
		TRY(cli_read(cli, "-", LIMIT_STATEMENT_BYTES, &body.prose));
	else
		body.prose = slice_str(cli->arg[0]);
	return act_write(cli, &body, NULL);
}

const struct command command_say = {
	.name = "say",
	.group = "Acts",
	.args = "QUOTE",
	.args_min = 1,
	.args_max = 1,
	.summary =
		"Record a statement somebody made; it is shown beside the acts and changes nothing",
	.option = options,
	.run = run,
};
