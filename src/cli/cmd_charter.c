/* cmd_charter.c: `entente charter`: drafting the text that founders sign, and showing it. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/charter_amend.h"
#include "cli/rootfile.h"

#include <inttypes.h>

static const struct cli_option options[] = {
	{"name", 'n', "TEXT", false, "new: name of the coalition"},
	{"member", 'm', "FILE", true, "new: root document of a founding member (entente key root)"},
	{"field", 0, "FIELD", true,
		"new, amend: field of cooperation (default: the four of the declaration; as they are)"},
	{"accession", 0, "all|K", false,
		"new, amend: ratifications an accession needs (default all; as it is)"},
	{"observers", 0, "all|K|no", false,
		"new, amend: ratifications an observer needs (default no; as it is)"},
	{"suspension", 0, "K", false,
		"new, amend: members whose suspension of relations suspends one (default: all but one; as it is)"},
	{"policy", 0, "ID", false, "new: label policy (default: made from the name)"},
	{"class", 0, "CLASS", true,
		"new: classification ladder, lowest first (default UNCLASSIFIED RESTRICTED CONFIDENTIAL)"},
	{"clearance", 0, "[PARTY=]CLASS", true,
		"new, amend: highest class that members may hold (default: the highest; as it is); amend: or one member, whatever its accession says"},
	{"public", 0, NULL, false,
		"new, amend: what settles standing may be shown to anybody (docs/public.md)"},
	{"text", 't', "FILE", false, "new, amend: prose of the declaration (- for standard input)"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int compare_members(const void *a, const void *b)
{
	const struct charter_member *x = a, *y = b;
	return id_cmp(&x->id, &y->id);
}

static int read_members(struct cli *cli, struct charter *c)
{
	c->n_member = cli_option_count(cli, "member");
	if (c->n_member < 2 || c->n_member > LIMIT_MEMBERS)
		return why_set(&cli->why, E_USAGE, "--member",
			"2 to %d founding members are needed", LIMIT_MEMBERS);
	c->member = arena_array(&cli->arena, struct charter_member, c->n_member);
	for (size_t i = 0; i < c->n_member; i++) {
		struct root_chain chain;
		struct slice text;
		TRY(rootfile_read(cli, cli_option_at(cli, "member", i), &text, &chain));
		c->member[i] = (struct charter_member){chain.member, root_latest(&chain)->label};
	}
	qsort(c->member, c->n_member, sizeof(c->member[0]), compare_members);
	return 0;
}

int charter_number(struct cli *cli, const char *option, unsigned fallback, unsigned *ret)
{
	uint64_t n;
	const char *text = cli_option(cli, option);
	if (!text || strcmp(text, "no") == 0) {
		*ret = fallback;
		return 0;
	}
	if (strcmp(text, "all") == 0) {
		*ret = 0;
		return 0;
	}
	if (slice_u64(slice_str(text), &n) < 0 || n == 0 || n > LIMIT_MEMBERS)
		return why_set(&cli->why, E_USAGE, option, "a number of members, not %s", text);
	*ret = (unsigned)n;
	return 0;
}

void charter_fields(struct cli *cli, struct charter *c)
{
	static const char *const four[] = {
		"joint-training", "cyber-security", "rapid-response", "joint-procurement"};
	size_t n = cli_option_count(cli, "field");
	c->n_field = n == 0 ? 4 : (n < CHARTER_FIELDS_MAX ? n : CHARTER_FIELDS_MAX);
	for (size_t i = 0; i < c->n_field; i++)
		c->field[i] = slice_str(n ? cli_option_at(cli, "field", i) : four[i]);
}

static void set_ladder(struct cli *cli, struct charter *c)
{
	static const char *const usual[] = {"UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL"};
	size_t n = cli_option_count(cli, "class");
	c->n_ladder = n == 0 ? 3 : (n < CHARTER_LADDER_MAX ? n : CHARTER_LADDER_MAX);
	for (size_t i = 0; i < c->n_ladder; i++)
		c->ladder[i] = slice_str(n ? cli_option_at(cli, "class", i) : usual[i]);
}

/* A token for labels out of a name: letters and digits, '-' for the rest. */
static struct slice policy_of(struct cli *cli, const char *name)
{
	struct buf b CLEANUP_BUF = BUF(64);
	for (const char *p = name; *p && b.n < 48; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9');
		if (plain)
			buf_byte(&b, (uint8_t)*p);
		else if (b.n && b.p[b.n - 1] != '-')
			buf_byte(&b, '-');
	}
	while (b.n && b.p[b.n - 1] == '-')
		buf_cut(&b, b.n - 1);
	return b.n ? arena_copy(&cli->arena, buf_slice(&b)) : SLICE("policy");
}

int charter_out(struct cli *cli, const struct charter *c, const struct charter **ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	struct charter *again = arena_new(&cli->arena, struct charter);
	char hex[65];

	charter_print(c, &b);
	if (buf_over(&b))
		return why_set(&cli->why, E_LIMIT, "--text", "the charter is larger than %zu bytes",
			LIMIT_CHARTER_BYTES);
	TRY(charter_parse(again, &cli->arena, arena_copy(&cli->arena, buf_slice(&b)), &cli->why));
	TRY(cli_write(
		cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-", buf_slice(&b)));
	hex_encode(again->hash.b, 32, hex);
	cli_say(cli, "charter of %.*s, version %u: SHA-256 %s", SLICE_FMT(c->name), c->version,
		hex);
	*ret = again;
	return 0;
}

static int charter_new(struct cli *cli)
{
	const char *name = cli_option(cli, "name"), *clearance = cli_option(cli, "clearance");
	if (!name)
		return why_set(
			&cli->why, E_USAGE, "--name", "is needed: the name of the coalition");
	struct charter *c = arena_new(&cli->arena, struct charter);
	*c = (struct charter){.name = slice_str(name),
		.version = 1,
		.fold = 1,
		.quota_entries = 1000000,
		.quota_payload_bytes = 8 * GIB};
	TRY(read_members(cli, c));
	c->public_acts = cli_switch(cli, "public");
	charter_fields(cli, c);
	set_ladder(cli, c);
	TRY(charter_number(cli, "accession", 0, &c->accession));
	TRY(charter_number(cli, "suspension", (unsigned)c->n_member - 1, &c->suspension));
	const char *observers = cli_option(cli, "observers");
	c->observers = observers && strcmp(observers, "no") != 0;
	TRY(charter_number(cli, "observers", 0, &c->observers_need));
	const char *policy = cli_option(cli, "policy");
	c->policy = policy ? slice_str(policy) : policy_of(cli, name);
	struct charter_clearance any = {.any = true, .level = (unsigned)c->n_ladder - 1};
	if (cli_option_count(cli, "clearance") > 1)
		return why_set(
			&cli->why, E_USAGE, "--clearance", "is given once for a new charter");
	if (clearance)
		TRY(charter_level_need(
			c, slice_str(clearance), "--clearance", &any.level, &cli->why));
	c->clearance = &any;
	c->n_clearance = 1;
	if (cli_option(cli, "text"))
		TRY(cli_read(cli, cli_option(cli, "text"), LIMIT_CHARTER_BYTES, &c->prose));

	const struct charter *again;
	return charter_out(cli, c, &again);
}

static int charter_show(struct cli *cli)
{
	TRY(cli_world(cli));
	cli_out(cli, cli->world.standing.charter->text);
	return 0;
}

static int charter_hash(struct cli *cli)
{
	struct slice text;
	char hex[65], id[COAL_TEXT + 1];
	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "usage: entente charter hash FILE");
	TRY(cli_read(cli, cli->arg[1], LIMIT_CHARTER_BYTES, &text));
	struct charter *c = arena_new(&cli->arena, struct charter);
	TRY(charter_parse(c, &cli->arena, text, &cli->why));
	hex_encode(c->hash.b, 32, hex);
	coalition_format(&c->coalition, id);
	if (cli->json)
		cli_print(cli, "{\"charter\":\"%s\",\"coalition\":\"%s\"}\n", hex, id);
	else
		cli_print(cli, "charter   %s\ncoalition %s\n", hex, id);
	return 0;
}

static int run(struct cli *cli)
{
	if (strcmp(cli->arg[0], "new") == 0)
		return charter_new(cli);
	if (strcmp(cli->arg[0], "show") == 0)
		return charter_show(cli);
	if (strcmp(cli->arg[0], "hash") == 0)
		return charter_hash(cli);
	if (strcmp(cli->arg[0], "amend") == 0)
		return charter_amend(cli);
	if (strcmp(cli->arg[0], "propose") == 0)
		return charter_propose(cli);
	if (strcmp(cli->arg[0], "list") == 0)
		return charter_list(cli);
	return why_set(&cli->why, E_USAGE, "",
		"entente charter new|show|hash|list|amend|propose, not %s", cli->arg[0]);
}

const struct command command_charter = {
	.name = "charter",
	.group = "Set up",
	.args = "new | show | hash FILE | list | amend | propose FILE",
	.args_min = 1,
	.args_max = 2,
	.summary = "Draft a coalition's charter or its next version, show it, or tell its hash",
	.help = "new writes a charter from the founders' root documents; edit it if you like, then hand the same file to every\n"
		"founder. What is signed is its exact bytes: compare the hash.\n"
		"amend writes what would follow the charter that stands: all members of now, and what the options change; edit it\n"
		"if you like. propose gives its text to all parties and binds nobody; each member that it names signs it (entente\n"
		"sign --charter FILE), and with the last signature it stands. list says who has signed and who must still.",
	.option = options,
	.run = run,
};
