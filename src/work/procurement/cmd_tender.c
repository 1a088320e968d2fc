/* cmd_tender.c: a fetched tender in words, for `entente bid fetch` and `show`: what a supplier has to know of it. */
#include "work/procurement/cmd.h"
#include "work/procurement/wallet.h"

#include "base/enc.h"
#include "base/report.h"

/* Time as the machine keeps it here, with its zone, and in UTC. */
static void print_hour(struct cli *cli, const char *what, int64_t ms)
{
	char utc[UTC_TEXT_LEN + 1], here[64];
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	utc_format(ms, utc);
	if (!localtime_r(&s, &tm) || strftime(here, sizeof(here), "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		here[0] = 0;
	cli_print(cli, "%-9s%s, %s\n", what, here, utc);
}

static void enquiries_tell(struct cli *cli, const struct tender_file *t)
{
	const struct json_doc *d = &t->told;

	for
		EACH(d, v, json_get(d, json_root(d), "enquiries"))
		{
			print_hour(cli, "answered", get_time(d, v, "dateAnswered", 0));
			cli_print(cli, "         Q: %.*s\n         A: %.*s\n",
				SLICE_FMT(get_text(d, v, "description", &cli->arena)),
				SLICE_FMT(get_text(d, v, "answer", &cli->arena)));
		}
}

void tender_tell(struct cli *cli, const struct tender_file *t)
{
	char hex[65];

	hex_encode(t->r->key.y.b, 32, hex);
	cli_print(cli, "%.*s\n%u holders, any %u open; all %u have certified key %.16s…\n",
		SLICE_FMT(
			get_text(&t->tender.doc, json_root(&t->tender.doc), "title", &cli->arena)),
		t->r->policy.n, t->r->policy.k, bits_count(t->r->certified), hex);
	enquiries_tell(cli, t);
}

size_t tender_answers(const struct tender_file *t)
{
	return json_count(&t->told, json_get(&t->told, json_root(&t->told), "enquiries"));
}

static int run_bid_show(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct tender_file t;
	struct slice text;

	TRY(cli_read(cli, cli->arg[0], 64 * MIB, &text));
	TRY(tender_file_read(cli, text, cli_option(cli, "trust"), &arena, &t));
	tender_tell(cli, &t);
	return 0;
}

static const struct cli_option show_options[] = {
	{"trust", 0, "FILE", false, "the members' keys, from a place that you trust"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_bid_show = {
	.name = "show",
	.args = "TENDER",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show a tender that was fetched, with the answers to suppliers' questions",
	.help = "TENDER is the file of `entente bid fetch`; fetch again (--force) for answers given since.",
	.option = show_options,
	.run = run_bid_show,
};
