/* cmd_feed.c: feeds of alerts that this node reads. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "work/response/alert.h"
#include "work/response/feed.h"

#include <inttypes.h>

static const struct cli_option feed_options[] = {
	ADDRESS_OPTIONS,
	{"every", 0, "MINUTES", false, "how often (default 5)"},
	{"remove", 0, NULL, false, "read it no longer"},
	{NULL, 0, NULL, false, NULL},
};

static int feed_run(struct cli *cli)
{
	struct feed f = {.url = slice_str(cli->arg[0]), .every_ms = 5 * 60000};
	const char *every = cli_option(cli, "every");
	struct draft d = {0};
	struct aid_view v;
	int64_t minutes;
	int rc;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_address(cli, &d));
	if (!cli_option(cli, "label"))
		TRY(cli_label(cli, "", &d.label));
	if (!cli_option(cli, "to"))
		d.all = true;
	if (every && (slice_i64(slice_str(every), &minutes) < 0 || minutes < 1 || minutes > 1440))
		return why_set(&cli->why, E_USAGE, "--every", "is 1 to 1440 minutes");
	if (every)
		f.every_ms = minutes * 60000;
	f.label = d.label;
	f.audience = alert_draft_audience(&d, &cli->arena);
	TRY(db_begin(cli->db, &cli->why));
	rc = cli_switch(cli, "remove")
		     ? feed_remove(cli->db, cli->world.coalition.row, f.url, &cli->why)
		     : feed_put(cli->db, cli->world.coalition.row, &f, &cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	return db_commit(cli->db, &cli->why);
}

const struct command response_feed = {
	.name = "feed",
	.args = "URL",
	.args_min = 1,
	.args_max = 1,
	.summary = "Read alerts from an Atom or RSS feed while `serve` runs",
	.help = "Alerts are taken as they came and shared with --to under --label. https, or http on this machine only.",
	.option = feed_options,
	.run = feed_run,
};

/* How it goes, and what the last reading has passed over, each with its reason. */
static void feed_print(struct cli *cli, const struct feed *f)
{
	const struct {
		int64_t n;
		const char *what;
	} passed[] = {{f->known, "here already"}, {f->over, "expired"}, {f->refused, "refused"},
		{f->failed, "not to be reached"}, {f->left, "left for the next reading"}};
	const char *sep = "    passed over: ";

	cli_print(cli, "%.*s  every %s, %" PRId64 " taken, last read %s%s%.*s\n", SLICE_FMT(f->url),
		aid_cmd_span(cli, f->every_ms / 60000), f->taken, aid_cmd_time(cli, f->last_ok_ms),
		f->last_error.n ? "; " : "", SLICE_FMT(f->last_error));
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (passed[i].n) {
			cli_print(cli, "%s%" PRId64 " %s", sep, passed[i].n, passed[i].what);
			sep = ", ";
		}
	if (sep[0] == ',')
		cli_print(cli, "\n");
	if (f->refused_why.n)
		cli_print(cli, "    first refused: %.*s\n", SLICE_FMT(f->refused_why));
}

static int feeds_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	struct feed *list;
	struct aid_view v;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	TRY(feed_list(cli->db, cli->world.coalition.row, &cli->arena, &list, &n, &cli->why));
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			feed_tell(&list[i], NULL, &o);
		else
			feed_print(cli, &list[i]);
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_feeds = {
	.name = "feeds",
	.args = "",
	.summary = "Feeds that are read, how it goes, and what was passed over and why",
	.run = feeds_run,
};
