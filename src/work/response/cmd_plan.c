/* cmd_plan.c: `plan`: the package for a request, what it would be with somebody or without, and somebody else's checked. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "work/response/csv.h"
#include "work/response/planning.h"

#include <inttypes.h>

#define SECONDS_USUAL 5
#define SECONDS_MAX   600
#define OUT_BYTES     (64 * MIB)

static const struct cli_option plan_options[] = {
	{"offers", 0, NULL, false, "from the offers in hand, instead of what members have"},
	{"without", 0, "MEMBER", false, "as if this member were not there"},
	{"with", 0, "CANDIDATE", false,
		"as if this party were a member; --brings says what it would bring"},
	{"brings", 0, "FILE", false,
		"CSV of the candidate's capabilities, as `export capabilities` writes it"},
	{"effect", 0, "PARTY", false,
		"only the report: what the party's membership changes in coverage and time"},
	{"share", 0, "MEMBER=PART", true, "parts of the burden (default: all alike)"},
	{"seconds", 0, "N", false, "for the solver (default 5); 0: a draft, at once"},
	{"check", 0, "FILE", false, "check a plan that --json has printed, here or elsewhere"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

static int shares_read(struct cli *cli, struct planning_options *o)
{
	size_t n = cli_option_count(cli, "share");
	struct planning_share *list = arena_array(&cli->arena, struct planning_share, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(cli_option_at(cli, "share", i));
		if (!slice_cut_exact(&rest, '=', &list[i].label) ||
			slice_i64(rest, &list[i].part) < 0 || list[i].part < 0 ||
			list[i].part > 1000000)
			return why_set(&cli->why, E_USAGE, "--share",
				"MEMBER=PART, a part being a number up to a million");
	}
	o->share = list;
	o->n_share = n;
	return 0;
}

static void show_progress(void *ctx, size_t done, size_t all)
{
	progress_show(ctx, done, all);
}

static int options_read(struct cli *cli, struct planning_options *o)
{
	const char *seconds = cli_option(cli, "seconds"), *without = cli_option(cli, "without"),
		   *with = cli_option(cli, "with");
	int64_t n = SECONDS_USUAL;

	if (seconds && (slice_i64(slice_str(seconds), &n) < 0 || n < 0 || n > SECONDS_MAX))
		return why_set(&cli->why, E_USAGE, "--seconds", "0 to %d", SECONDS_MAX);
	if (cli_option(cli, "brings") && !with && !cli_option(cli, "effect"))
		return why_set(&cli->why, E_USAGE, "--brings", "of whom? --with or --effect");
	if (with && without)
		return why_set(&cli->why, E_USAGE, "--with", "and --without are not for one plan");
	*o = (struct planning_options){.now_ms = env_now_ms(&cli->env),
		.from = cli_switch(cli, "offers") ? PLAN_FROM_OFFERS : PLAN_FROM_CAPABILITIES,
		.without = slice_str(without ? without : ""),
		.with = slice_str(with ? with : ""),
		.wall_ms = n * 1000,
		.gap_ppm = 1000};
	if (cli_option(cli, "brings"))
		TRY(cli_read(cli, cli_option(cli, "brings"), CSV_BYTES_MAX, &o->stated));
	return shares_read(cli, o);
}

/* A party's label. With a table of what it would bring it need not be known here. */
static int party_label(
	struct cli *cli, const struct planning_options *o, const char *text, struct slice *ret)
{
	struct id id;
	int rc = cli_party(cli, text, &id);

	if (rc == 0)
		*ret = slice_str(world_party_label(&cli->world, &id, &cli->arena));
	else if (rc == E_MISSING && o->stated.n && strlen(text) <= 200)
		*ret = slice_str(text);
	else
		return rc;
	return 0;
}

/* ---- for people ---- */

static void line_print(struct cli *cli, const struct planning *p, size_t i)
{
	const struct plan_line *l = &p->problem.line[i];
	struct planning_line r = planning_line_of(p, i);
	enum cli_colour c = r.covered_permille >= 1000 ? COLOUR_GREEN
			    : r.covered_permille > 0   ? COLOUR_YELLOW
						       : COLOUR_RED;

	cli_print(cli, "%s%3" PRId64 "  %-16.*s %3" PRId64 " %%%s of %" PRId64 ", needed %s\n",
		cli_colour(cli, c), l->line, SLICE_FMT(l->type), r.covered_permille / 10,
		cli_colour(cli, COLOUR_NONE), l->quantity, aid_cmd_time(cli, l->needed_by_ms));
	for (size_t k = 0; k < p->arcs.n; k++) {
		const struct plan_arc *a = &p->arcs.arc[k];
		const struct plan_lot *lot = &p->problem.lot[a->lot];
		if (!p->package.take[k] || a->line != i)
			continue;
		struct slice mode = lot->n_way ? lot->way[a->way].mode : SLICE_NONE;
		cli_print(cli, "       %" PRId64 " × %.*s, %.*s%s%.*s, there %s%s%s%s\n",
			p->package.take[k], SLICE_FMT(lot->name.n ? lot->name : lot->type),
			SLICE_FMT(p->problem.member[lot->member].label), mode.n ? ", " : "",
			SLICE_FMT(mode), aid_cmd_time(cli, a->arrives_ms),
			a->late_minutes ? " (late by " : "",
			a->late_minutes ? aid_cmd_span(cli, a->late_minutes) : "",
			a->late_minutes ? ")" : "");
		if (a->approval)
			cli_print(cli, "         needs an approval first\n");
	}
	if (r.covered_permille >= 1000)
		return;
	for (size_t k = 0; k < p->arcs.n_refusal; k++) {
		const struct plan_refusal *f = &p->arcs.refusal[k];
		const struct plan_lot *lot = &p->problem.lot[f->lot];
		if (f->line != i)
			continue;
		cli_print(cli, "       %snot %.*s, %.*s: %s%s%.*s%s\n", cli_colour(cli, COLOUR_DIM),
			SLICE_FMT(lot->name.n ? lot->name : lot->type),
			SLICE_FMT(p->problem.member[lot->member].label), plan_rules[f->rule],
			f->detail.n ? ": " : "", SLICE_FMT(f->detail),
			cli_colour(cli, COLOUR_NONE));
	}
}

static void quality_print(struct cli *cli, const struct planning *p)
{
	int64_t gap = plan_gap_ppm(&p->package), hundredths = (gap + 99) / 100;

	cli_print(cli, "\ncost %s %.*s", aid_cmd_money(cli, p->package.value.cost),
		SLICE_FMT(p->problem.currency));
	for (size_t i = 0; i < p->problem.n_member; i++)
		if (p->package.value.member_cost[i])
			cli_print(cli, "%s%.*s %s", i ? ", " : ": ",
				SLICE_FMT(p->problem.member[i].label),
				aid_cmd_money(cli, p->package.value.member_cost[i]));
	if (p->package.how == PLAN_DRAFT && gap)
		cli_print(cli, "\nA draft, without a guarantee%s.\n",
			p->options.wall_ms ? " (no solver, or it found nothing better)" : "");
	else if (gap)
		cli_print(cli,
			"\nAt most %" PRId64 ".%02" PRId64 " %% from the best there is (%.*s).\n",
			hundredths / 100, hundredths % 100, SLICE_FMT(p->package.engine));
	else
		cli_print(cli, "\nThere is none better.\n");
}

static void plan_print(struct cli *cli, const struct planning *p)
{
	aid_cmd_banner(cli, p->dossier.request.r.mode);
	if (p->problem.n_line == 0)
		cli_print(cli, "Nothing is open in this request.\n");
	for (size_t i = 0; i < p->problem.n_line; i++)
		line_print(cli, p, i);
	if (p->problem.n_line)
		quality_print(cli, p);
	if (p->left_out)
		cli_print(cli,
			"%s%zu record%s not looked at: the owner has too many of them, the newest count.%s\n",
			cli_colour(cli, COLOUR_YELLOW), p->left_out, p->left_out == 1 ? "" : "s",
			cli_colour(cli, COLOUR_NONE));
}

/* ---- with and without ---- */

static int solve(struct cli *cli, const struct aid_view *v, const struct object_id *id,
	struct planning_options *o, const char *what, struct planning *ret)
{
	struct progress progress = progress_start(cli, what, false);

	o->progress = show_progress;
	o->ctx = &progress;
	TRY(planning_gather(ret, v, id, o, &cli->why));
	int rc = planning_solve(ret, &cli->arena, &cli->why);
	progress_end(&progress);
	return rc;
}

/* Without the party, then with it, whatever it is now; what is solved already is not solved again. */
static int effect_make(struct cli *cli, const struct aid_view *v, const struct object_id *id,
	const struct planning_options *of, struct slice party, const struct planning *solved,
	struct planning_effect *ret)
{
	struct planning *without = arena_new(&cli->arena, struct planning),
			*with = arena_new(&cli->arena, struct planning);
	struct planning_options o = *of;

	o.with = SLICE_NONE;
	o.stated = SLICE_NONE;
	o.without = party;
	if (solved && solved->options.without.n)
		*without = *solved;
	else
		TRY(solve(cli, v, id, &o, "without", without));
	o.without = SLICE_NONE;
	o.with = party;
	o.stated = of->stated;
	if (solved && solved->options.with.n)
		*with = *solved;
	else
		TRY(solve(cli, v, id, &o, "with", with));
	planning_effect_make(ret, party, without, with, &cli->arena);
	return 0;
}

static int effect(struct cli *cli, const struct aid_view *v, const struct object_id *id,
	const struct planning_options *o, const char *party)
{
	struct buf b CLEANUP_BUF = BUF(OUT_BYTES);
	struct json_out out = json_out(&b);
	struct planning_effect e;
	struct slice label;

	TRY(party_label(cli, o, party, &label));
	TRY(effect_make(cli, v, id, o, label, NULL, &e));
	if (cli->json) {
		planning_effect_tell(&e, NULL, &out);
		aid_cmd_json(cli, &b);
		return 0;
	}
	aid_cmd_banner(cli, v->mode);
	aid_cmd_effect(cli, &e);
	return 0;
}

/* What a plan says it is of: the moment, offers or capabilities, who was left out or put in. */
static int options_of(struct cli *cli, struct slice text, struct planning_options *o)
{
	struct json_doc doc;
	struct slice at, of;

	TRY(json_read(&doc, &cli->arena, text, &json_limits_partner, &cli->why));
	json_ref root = json_root(&doc);
	TRY(json_need_string(&doc, root, "at", 40, &cli->arena, &at, &cli->why));
	TRY(json_need_string(&doc, root, "of", 40, &cli->arena, &of, &cli->why));
	if (json_type(&doc, json_get(&doc, root, "with")) == JSON_STRING)
		TRY(json_need_string(&doc, root, "with", 200, &cli->arena, &o->with, &cli->why));
	if (json_type(&doc, json_get(&doc, root, "without")) == JSON_STRING)
		TRY(json_need_string(
			&doc, root, "without", 200, &cli->arena, &o->without, &cli->why));
	if (utc_parse(at, &o->now_ms, &cli->why) < 0)
		return why_set(&cli->why, E_INVALID, "/at", "no time");
	o->from = slice_is(of, "offers") ? PLAN_FROM_OFFERS : PLAN_FROM_CAPABILITIES;
	return 0;
}

static int check(struct cli *cli, const struct aid_view *v, const struct object_id *id,
	struct planning_options *o, const char *path)
{
	struct planning p;
	struct slice text;

	TRY(cli_read(cli, path, OUT_BYTES, &text));
	TRY(options_of(cli, text, o));
	TRY(planning_gather(&p, v, id, o, &cli->why));
	TRY(planning_verify(&p, text, &cli->arena, &cli->why));
	cli_print(cli,
		cli->json
			? "{\"verified\":true}\n"
			: "It is of this problem, keeps every rule, and what it says of coverage, time, cost and burden is so.\n"
			  "How good any package can be at most is the word of who had the solver.\n");
	return 0;
}

/* Of a plan with or without somebody: what that changes. */
static int changed_print(struct cli *cli, const struct aid_view *v, const struct object_id *id,
	const struct planning *p)
{
	struct slice party = p->options.with.n ? p->options.with : p->options.without;
	struct planning_effect e;

	if (party.n == 0 || p->problem.n_line == 0)
		return 0;
	TRY(effect_make(cli, v, id, &p->options, party, p, &e));
	cli_print(cli, "\n");
	aid_cmd_effect(cli, &e);
	return 0;
}

static int plan_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_BYTES);
	struct json_out out = json_out(&b);
	const char *party = cli_option(cli, "effect"), *file = cli_option(cli, "check");
	struct planning_options o;
	struct planning p;
	struct object_id id;
	struct aid_view v;

	TRY(options_read(cli, &o));
	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_object(cli, &v, cli->arg[0], &id));
	if (party)
		return effect(cli, &v, &id, &o, party);
	if (file)
		return check(cli, &v, &id, &o, file);
	if (o.without.n)
		TRY(party_label(cli, &o, cli_option(cli, "without"), &o.without));
	if (o.with.n)
		TRY(party_label(cli, &o, cli_option(cli, "with"), &o.with));
	TRY(solve(cli, &v, &id, &o, "planning", &p));
	if (cli->json) {
		planning_tell(&p, NULL, &out);
		aid_cmd_json(cli, &b);
		return 0;
	}
	plan_print(cli, &p);
	return changed_print(cli, &v, &id, &p);
}

const struct command response_plan = {
	.name = "plan",
	.args = "REQUEST",
	.args_min = 1,
	.args_max = 1,
	.summary = "Choose the package for what is open in a request",
	.help = "Unmet demand first, then lateness, then cost, then burden sharing; caveats, reserves, windows and transport are heeded, and of what is left\n"
		"out the first rule that forbids it is told. The solver is a program of its own; a plan says how far it is from the best at most, and\n"
		"any node that sees the same records can check it without one, all but how good any package can be at most (--check).\n"
		"With --without MEMBER, or --with CANDIDATE, it also says what that membership changes: how much of each line, how much of it in time, and when.\n"
		"A candidate releases no records; --brings names the table that it has given out. A plan with such a table is checked with the same table.",
	.option = plan_options,
	.run = plan_run,
};
