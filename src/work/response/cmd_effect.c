/* cmd_effect.c: what a membership changes, as a report for people. */
#include "work/response/cmd.h"

#include "base/enc.h"
#include "crypt/hash.h"
#include "work/response/planning.h"

#include <inttypes.h>

const char *aid_cmd_money(struct cli *cli, int64_t minor)
{
	return arena_printf(&cli->arena, "%" PRId64 ".%02" PRId64, minor / 100, minor % 100);
}

/* "13 h 5 min" from the plan's moment on. */
static const char *after(struct cli *cli, int64_t ms, int64_t now_ms)
{
	int64_t minutes = (ms - now_ms) / 60000;

	if (!ms)
		return "nothing comes";
	return arena_printf(
		&cli->arena, "in %" PRId64 " h %02" PRId64 " min", minutes / 60, minutes % 60);
}

static enum cli_colour effect_colour(const struct planning_effect_row *r)
{
	if (r->with.covered_permille > r->without.covered_permille)
		return COLOUR_GREEN;
	return r->with.covered_permille < r->without.covered_permille ? COLOUR_RED : COLOUR_NONE;
}

/* How much, how much of that in time, and when the last of it is there; on both sides. */
static void effect_row_print(
	struct cli *cli, const struct planning_effect_row *r, const char *what, int64_t now_ms)
{
	cli_print(cli,
		"%s%4s%-18.*s %6" PRId64 "  %3" PRId64 " %% %3" PRId64 " %% %-17s %3" PRId64
		" %% %3" PRId64 " %% %-17s%s",
		cli_colour(cli, effect_colour(r)), what, SLICE_FMT(r->type), r->quantity,
		r->without.covered_permille / 10, r->without.on_time_permille / 10,
		after(cli, r->without.arrives_ms, now_ms), r->with.covered_permille / 10,
		r->with.on_time_permille / 10, after(cli, r->with.arrives_ms, now_ms),
		cli_colour(cli, COLOUR_NONE));
	if (r->same_ms && r->same_ms != r->without.arrives_ms)
		cli_print(cli, "as much as without it %s", after(cli, r->same_ms, now_ms));
	cli_print(cli, "\n");
}

static void effect_plan_print(struct cli *cli, const char *what, const struct planning *p)
{
	int64_t gap = plan_gap_ppm(&p->package), hundredths = (gap + 99) / 100;

	cli_print(cli, "%-8s cost %s %.*s; ", what, aid_cmd_money(cli, p->package.value.cost),
		SLICE_FMT(p->problem.currency));
	if (p->package.how == PLAN_DRAFT && gap)
		cli_print(cli, "a draft, without a guarantee\n");
	else if (gap)
		cli_print(cli, "at most %" PRId64 ".%02" PRId64 " %% from the best there is\n",
			hundredths / 100, hundredths % 100);
	else
		cli_print(cli, "there is none better\n");
}

void aid_cmd_effect(struct cli *cli, const struct planning_effect *e)
{
	struct slice stated = e->with->options.stated;
	int64_t now_ms = e->with->problem.now_ms;
	char hex[65];

	cli_print(cli, "%sWithout and with %.*s%s\n", cli_colour(cli, COLOUR_BOLD),
		SLICE_FMT(e->party), cli_colour(cli, COLOUR_NONE));
	if (stated.n) {
		hex_encode(hash_bytes(stated).b, 32, hex);
		cli_print(cli,
			"What it would bring is its own word, a table (SHA-256 %.16s…), and no record.\n",
			hex);
	}
	cli_print(cli, "    %-18s %6s  %-29s %s\n", "", "asked", "without: all, in time, last",
		"with: all, in time, last");
	for (size_t i = 0; i < e->n_line; i++)
		effect_row_print(cli, &e->line[i],
			arena_printf(&cli->arena, "%" PRId64 "  ", e->line[i].line), now_ms);
	if (e->n_type < e->n_line) {
		cli_print(cli, "by type\n");
		for (size_t i = 0; i < e->n_type; i++)
			effect_row_print(cli, &e->type[i], "", now_ms);
	}
	cli_print(cli, "\n");
	effect_plan_print(cli, "without:", e->without);
	effect_plan_print(cli, "with:", e->with);
}
