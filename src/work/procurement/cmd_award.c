/* cmd_award.c: `entente procure solve, award, consent, finish, shares, contracts, balance, trust, export`. */
#include "work/procurement/balance.h"
#include "work/procurement/cmd.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/release.h"

#include <inttypes.h>

static int with_process(struct cli *cli, int (*run)(struct cli *cli, struct cmd_process *c))
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0)
		rc = run(cli, c);
	cmd_unload(c);
	return rc;
}

#define COMMAND(id, word, say, more_options)                                                       \
	static int run_##id(struct cli *cli)                                                       \
	{                                                                                          \
		return with_process(cli, id);                                                      \
	}                                                                                          \
	const struct command command_procure_##id = {                                              \
		.name = word,                                                                      \
		.args = "PROCUREMENT",                                                             \
		.args_min = 1,                                                                     \
		.args_max = 1,                                                                     \
		.summary = say,                                                                    \
		.option = more_options,                                                            \
		.run = run_##id,                                                                   \
	}

/* ---- solve ---- */

static const struct cli_option solve_options[] = {
	{"nation-cap", 0, "N", false,
		"another cap of a nation, in thousandths of the estimate; 0: none"},
	{"third-cap", 0, "N", false, "another cap of third countries; 0: none"},
	{"min-suppliers", 0, "N", false, "another least number of suppliers"},
	{"max-suppliers", 0, "N", false, "another greatest number of suppliers; 0: none"},
	{"no-critical", 0, NULL, false,
		"without the rule that critical lots go to different suppliers"},
	{"explain", 0, NULL, false, "what each rule costs, and why each loser lost"},
	{NULL, 0, NULL, false, NULL},
};

static int number(struct cli *cli, const char *name, uint32_t *ret)
{
	const char *text = cli_option(cli, name);
	uint64_t v;

	if (!text)
		return 0;
	if (slice_u64(slice_str(text), &v) < 0 || v > 100000)
		return why_set(&cli->why, E_USAGE, name, "%s is no number in range", text);
	*ret = (uint32_t)v;
	return 0;
}

static void print_money(struct cli *cli, const char *what, int64_t v, const struct currency *c)
{
	struct buf b CLEANUP_BUF = BUF(64);

	money_print(&b, v, c);
	cli_print(cli, "%-24s %s %s\n", what, buf_cstr(&b), c->code);
}

static void solve_tell(struct cli *cli, const struct lab *l)
{
	const struct award_model *m = l->c.model;

	cli_print(cli, "%s by %s%s\n", l->r.optimal ? "proven optimum" : "best found", l->r.solver,
		l->r.ranked ? ", the tie settled" : "");
	print_money(cli, "objective", l->r.solution->cost, &l->c.currency);
	print_money(cli, "to be paid", l->r.solution->paid, &l->c.currency);
	if (!l->r.optimal)
		cli_print(cli, "gap                      %u ppm\n", l->r.gap_ppm);
	for (uint32_t i = 0; i < m->n_bundle; i++)
		if (l->r.solution->bundle[i])
			print_money(cli,
				arena_printf(&cli->arena, "%.*s",
					SLICE_FMT(l->c.offer[l->c.bundle_of[i]].supplier)),
				m->bundle[i].price, &l->c.currency);
	for (uint32_t i = 0; i < m->n_tier; i++)
		if (l->r.solution->tier[i])
			print_money(cli,
				arena_printf(&cli->arena, "%.*s, %" PRId64 " of lot %.*s",
					SLICE_FMT(l->c.offer[l->c.tier_of[i]].supplier),
					l->r.solution->tier[i],
					SLICE_FMT(m->lot[m->tier[i].lot].id)),
				l->r.solution->tier[i] * m->tier[i].price, &l->c.currency);
	for (size_t i = 0; i < l->n_cost; i++)
		if (l->cost[i].known)
			print_money(cli, arena_printf(&cli->arena, "%s cost", l->cost[i].rule),
				l->cost[i].saving, &l->c.currency);
	for (size_t i = 0; l->more && i < l->c.n_offer; i++)
		if (l->more[i] != INT64_MIN)
			print_money(cli,
				arena_printf(&cli->arena, "with %.*s instead: +",
					SLICE_FMT(l->c.offer[i].supplier)),
				l->more[i], &l->c.currency);
}

static int solve(struct cli *cli, struct cmd_process *c)
{
	struct lab_wish wish = lab_as_published;
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct lab l;

	TRY(number(cli, "nation-cap", &wish.nation_cap));
	TRY(number(cli, "third-cap", &wish.third_cap));
	TRY(number(cli, "min-suppliers", &wish.min_suppliers));
	TRY(number(cli, "max-suppliers", &wish.max_suppliers));
	wish.no_critical = cli_switch(cli, "no-critical");
	TRY(lab_solve(&c->p, &wish, cli_switch(cli, "explain"), &c->arena, &l, &cli->why));
	if (!cli->json) {
		solve_tell(cli, &l);
		return 0;
	}
	struct award_view v = {.c = &l.c,
		.r = &l.r,
		.cost = l.cost,
		.n_cost = l.n_cost,
		.more = l.more,
		.status = "pending"};
	view_award(&o, &c->p, &v, &c->arena);
	cmd_json(cli, &b);
	return 0;
}
COMMAND(solve, "solve",
	"Compute the award from the opened bids, with other rules if you like; writes nothing",
	solve_options);

/* ---- award, consent, finish ---- */

static int award(struct cli *cli, struct cmd_process *c)
{
	struct written w;

	TRY(lab_award(&c->seat, &c->p, &c->arena, &w, &cli->why));
	cmd_written(cli, &w);
	return 0;
}
COMMAND(award, "award", "As the lead: compute the award and propose it to the participants", NULL);

static int consent(struct cli *cli, struct cmd_process *c)
{
	const char *refuse = cli_option(cli, "refuse");
	struct written w;
	bool agrees;

	if (refuse) {
		if (lab_refuse(&c->seat, &c->p, slice_str(refuse), &w, &cli->why) < 0)
			return cli->why.code == E_INVALID ? why_set(&cli->why, E_USAGE, "--refuse",
								    "says why: a reason")
							  : cli->why.code;
		if (cli->json)
			cmd_written(cli, &w);
		else
			cli_print(cli, "refused\n");
		return 0;
	}
	TRY(lab_consent(&c->seat, &c->p, &c->arena, &agrees, &w, &cli->why));
	if (!cli->json)
		cli_print(cli, "%s\n",
			agrees ? "solved again, and judged; agreed"
			       : "solved again, and judged; NOT agreed");
	else
		cmd_written(cli, &w);
	return agrees ? 0
		      : why_set(&cli->why, E_VERIFY, "",
				"the award is not what tender and bids give");
}
static const struct cli_option consent_options[] = {
	{"refuse", 0, "REASON", false, "do not agree, whatever the solver says, and say why"},
	{NULL, 0, NULL, false, NULL},
};
COMMAND(consent, "consent",
	"Solve the award again at this node, and agree to it if it is the same; or refuse it",
	consent_options);

static int finish(struct cli *cli, struct cmd_process *c)
{
	struct written w;

	TRY(lab_finish(&c->seat, &c->p, env_now_ms(&cli->env), &c->arena, &w, &cli->why));
	cmd_written(cli, &w);
	return 0;
}
COMMAND(finish, "finish",
	"As the lead: make the award final, after consent of all and the standstill", NULL);

/* ---- shares and contracts ---- */

static const struct cli_option shares_options[] = {
	{"write", 0, NULL, false, "as the lead: write them for the participants"},
	{NULL, 0, NULL, false, NULL},
};

static int shares(struct cli *cli, struct cmd_process *c)
{
	struct share_result *r = arena_new(&c->arena, struct share_result);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct written w;
	struct lab l;

	if (cli_switch(cli, "write")) {
		TRY(lab_share(&c->seat, &c->p, &c->arena, &w, &cli->why));
		cmd_written(cli, &w);
		return 0;
	}
	TRY(lab_solve(&c->p, &lab_as_published, false, &c->arena, &l, &cli->why));
	TRY(shares_compute(&c->p, &l.c, l.r.solution, &c->arena, r, &cli->why));
	if (cli->json) {
		view_shares(&o, NULL, &c->p, &l.c, r, NULL, false, &cli->world, &c->arena);
		cmd_json(cli, &b);
		return 0;
	}
	for (size_t i = 0; i < c->p.n_participant; i++) {
		const char *who = world_party_label(&cli->world, &c->p.participant[i], &cli->arena);

		print_money(
			cli, arena_printf(&cli->arena, "%s pays", who), r->pays[i], &l.c.currency);
		if (r->admin[i])
			print_money(cli, arena_printf(&cli->arena, "%s, administration", who),
				r->admin[i], &l.c.currency);
	}
	return 0;
}
COMMAND(shares, "shares",
	"Compute who pays how much: pro rata, capped, Shapley; alone and together", shares_options);

static int contracts(struct cli *cli, struct cmd_process *c)
{
	size_t n;

	TRY(lab_contracts(&c->seat, &c->p, &c->arena, &n, &cli->why));
	cli_print(cli,
		"%zu contracts written, pending: write one again with \"status\": \"active\" when it is signed (`entente procure put contract FILE --object ID`)\n",
		n);
	return 0;
}
COMMAND(contracts, "contracts",
	"Write this member's contracts, one for each supplier that serves it", NULL);

/* ---- export ---- */

static const struct cli_option export_options[] = {
	{"circle", 0, "WHO", false, "public, third or member (default public)"},
	{"record", 0, NULL, false, "a record package, compiled and versioned, instead of releases"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int export(struct cli *cli, struct cmd_process *c)
{
	static const char *const words[] = {"public", "third", "member"};
	const char *wish = cli_option(cli, "circle") ? cli_option(cli, "circle") : "public";
	struct buf b CLEANUP_BUF = BUF(256 * MIB);
	const struct tree **list;
	struct tree *package;
	struct reader who;
	struct rows history;
	size_t n, circle = 0;

	while (circle < 3 && strcmp(words[circle], wish) != 0)
		circle++;
	if (circle == 3)
		return why_set(&cli->why, E_USAGE, "--circle",
			"%s is none of public, third, member", wish);
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_history(
		&cli->world, cli->db, &who, &c->p.id, &c->arena, &history, &cli->why));
	TRY(release_package(&c->p, &history, (enum release_circle)circle, &cli->world,
		env_now_ms(&cli->env), &c->arena, &package, &cli->why));
	if (cli_switch(cli, "record")) {
		struct slice uri = tree_text(package, "uri"),
			     published = tree_text(package, "publishedDate");
		struct slice publisher = tree_text(tree_get(package, "publisher"), "name");
		const struct tree *extensions = tree_get(package, "extensions");

		TRY(ocds_releases(package, &c->arena, &list, &n, &cli->why));
		TRY(ocds_record_package(
			list, n, true, uri, publisher, published, &c->arena, &package, &cli->why));
		tree_add(package, SLICE("extensions"), tree_copy(&c->arena, extensions));
	}
	tree_print_pretty(package, &b);
	return cli_write(
		cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-", buf_slice(&b));
}
COMMAND(export, "export", "Write a procurement as OCDS 1.1.5", export_options);

/* ---- trust ---- */

static int run_trust(struct cli *cli)
{
	const struct id *member;
	size_t n;

	TRY(cli_world(cli));
	world_present(&cli->world, &cli->arena, &member, &n);
	for (size_t i = 0; i < n; i++) {
		struct root_chain *chain = arena_new(&cli->arena, struct root_chain);
		char id[ID_TEXT + 1], hex[65];

		TRY(root_chain_load(cli->db, &member[i], &cli->arena, chain, &cli->why));
		id_format(&member[i], id);
		hex_encode(root_latest(chain)->log_key.b, 32, hex);
		cli_print(cli, "%s %s %s\n", id, hex,
			world_party_label(&cli->world, &member[i], &cli->arena));
	}
	return 0;
}

const struct command command_procure_trust = {
	.name = "trust",
	.args = "",
	.summary = "Print the members' signing keys, for suppliers: entente bid fetch --trust FILE",
	.run = run_trust,
};

/* ---- balance ---- */

static void balance_tell(struct cli *cli, const struct balance *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct balance_line *l = &b->line[i];
		struct buf line CLEANUP_BUF = BUF(1 * KIB);

		buf_addf(&line, "%-8s share ",
			world_party_label(&cli->world, &l->member, &cli->arena));
		money_print(&line, l->agreed, &l->currency);
		buf_str(&line, "  contracted ");
		money_print(&line, l->contracted, &l->currency);
		buf_str(&line, "  paid ");
		money_print(&line, l->paid, &l->currency);
		buf_str(&line, "  to its suppliers ");
		money_print(&line, l->national, &l->currency);
		cli_print(cli, "%s %s\n", buf_cstr(&line), l->currency.code);
	}
}

static int run_balance(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct balance balance;
	struct reader who;
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(balance_make(&cli->world, cli->db, &who, mode, env_now_ms(&cli->env), &arena, &balance,
		&cli->why));
	if (!cli->json) {
		balance_tell(cli, &balance);
		return 0;
	}
	balance_put(&o, &balance, &cli->world, &arena);
	cmd_json(cli, &b);
	return 0;
}

static const struct cli_option balance_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_procure_balance = {
	.name = "balance",
	.args = "",
	.summary =
		"Over all procurements: each member's shares, contracts and payments, and what went to suppliers of its nation",
	.option = balance_options,
	.run = run_balance,
};
