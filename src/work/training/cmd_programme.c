/* cmd_programme.c: the programme on the command line. */
#include "work/training/programme_show.h"

#include "work/training/cmd_int.h"
#include "work/training/limits.h"

static int load(struct cli *cli, struct desk *d, struct programme *g)
{
	enum mode mode;
	int rc;

	TRY(tcmd_begin(cli, d));
	rc = tcmd_mode(cli, &training_kinds[KIND_ENTRY], &mode);
	if (rc == 0)
		rc = programme_load(d, mode, g, &cli->why);
	tcmd_end(cli);
	return rc;
}

static const char *day_text(struct cli *cli, int64_t day)
{
	char text[DATE_TEXT + 1];

	date_format(day, text);
	return arena_printf(&cli->arena, "%s", text);
}

static int run_programme(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	struct programme g;
	struct printer p;
	struct clash *c;
	struct desk d;
	size_t n;

	TRY(load(cli, &d, &g));
	if (cli_option(cli, "ics")) {
		programme_ics(&d, &g, cli_switch(cli, "busy"), &b);
		return cli_write(cli, cli_option(cli, "ics"), buf_slice(&b));
	}
	p = tcmd_printer(cli, &d, &o);
	if (cli->json) {
		print_programme(&p, &g);
		tcmd_json(cli, &b);
		return 0;
	}
	for (size_t i = 0; i < g.n; i++)
		cli_print(cli, "%s to %s  %-10s %zu of %zu agree  %.*s%s%.*s\n",
			day_text(cli, g.entry[i].start),
			day_text(cli, g.entry[i].start + g.entry[i].days - 1),
			g.entry[i].cancelled ? "cancelled" : g.entry[i].state, g.entry[i].accepted,
			g.entry[i].n_party, SLICE_FMT(g.entry[i].title),
			g.entry[i].venue.n ? ", " : "", SLICE_FMT(g.entry[i].venue));
	clash_find(&g, &cli->arena, &c, &n);
	for (size_t i = 0; i < n; i++)
		cli_print(cli, "%sclash%s %s\n", cli_colour(cli, COLOUR_RED),
			cli_colour(cli, COLOUR_NONE), c[i].text);
	return 0;
}

static const struct cli_option programme_options[] = {
	{"ics", 0, "FILE", false, "as iCalendar, into a file (- for the terminal)"},
	{"busy", 0, NULL, false, "with --ics: no titles, no places"},
	{"force", 'f', NULL, false, "overwrite the file"}, OPTION_MODE, OPTION_END};
const struct command command_training_programme = {.name = "programme",
	.args = "",
	.summary = "Show the programme, who agrees, and what clashes",
	.option = programme_options,
	.run = run_programme};

static int run_fit(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	const struct programme_entry *e;
	struct programme g;
	struct object_id id;
	struct printer p;
	struct desk d;
	struct fit *f;
	size_t n;

	TRY(tcmd_object(cli, cli->arg[0], &id));
	TRY(load(cli, &d, &g));
	e = programme_find(&g, &id);
	if (!e)
		return why_set(&cli->why, E_MISSING, cli->arg[0], "no such entry");
	p = tcmd_printer(cli, &d, &o);
	if (cli->json) {
		print_fit(&p, &g, e);
		tcmd_json(cli, &b);
		return 0;
	}
	fit_find(&g, e, 30, &cli->arena, &f, &n);
	for (size_t i = 0; i < n; i++) {
		struct clash *c;
		size_t k;

		clash_of(&g, e, f[i].start, f[i].venue, &cli->arena, &c, &k);
		cli_print(cli, "%s  %-24.*s costs %lld%s%s\n", day_text(cli, f[i].start),
			SLICE_FMT(f[i].venue), (long long)f[i].cost, k ? "; clashes: " : "",
			k ? c[0].text : "");
	}
	return 0;
}

static const struct cli_option fit_options[] = {OPTION_MODE, OPTION_END};
const struct command command_training_fit = {.name = "fit",
	.args = "ENTRY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show where an entry fits, and what each place costs",
	.option = fit_options,
	.run = run_fit};

static int run_propose(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	struct search_wish w = {.seed = 1, .keep_firm = !cli_switch(cli, "move-firm")};
	struct search_found f;
	struct programme g;
	struct printer p;
	struct desk d;
	uint64_t number;

	if (cli_option(cli, "seed") && slice_u64(slice_str(cli_option(cli, "seed")), &w.seed) < 0)
		return why_set(&cli->why, E_USAGE, "--seed", "is a whole number");
	if (cli_option(cli, "rounds")) {
		if (slice_u64(slice_str(cli_option(cli, "rounds")), &number) < 0)
			return why_set(&cli->why, E_USAGE, "--rounds", "is a whole number");
		w.rounds = (size_t)number;
	}
	cli->arena.max = GIB;
	TRY(load(cli, &d, &g));
	search_run(&g, &w, &cli->arena, &f);
	p = tcmd_printer(cli, &d, &o);
	if (cli->json) {
		print_proposal(&p, &f);
		tcmd_json(cli, &b);
		return 0;
	}
	for (size_t i = 0; i < f.n; i++)
		if (f.p[i].placed)
			cli_print(cli, "%s  %-24.*s %.*s%s\n", day_text(cli, f.p[i].start),
				SLICE_FMT(f.p[i].venue), SLICE_FMT(f.p[i].entry->title),
				f.p[i].start != f.p[i].entry->start ? "  (moved)" : "");
		else
			cli_print(cli, "no place    %-24s %.*s\n", "",
				SLICE_FMT(f.p[i].entry->title));
	cli_print(cli, "%zu of %zu placed, value %lld\n", f.placed, f.n, (long long)f.value);
	return 0;
}

static const struct cli_option propose_options[] = {
	{"seed", 0, "N", false, "another one (default 1); the same seed gives the same proposal"},
	{"rounds", 0, "N", false, "how long to look (default 20000)"},
	{"move-firm", 0, NULL, false, "move what is firm, too"}, OPTION_MODE, OPTION_END};
const struct command command_training_propose = {.name = "propose",
	.args = "",
	.summary = "Propose places for the whole programme",
	.help = "Nothing is changed: what is proposed is for the owners to take up.",
	.option = propose_options,
	.run = run_propose};
