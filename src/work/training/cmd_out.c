/* cmd_out.c: what goes out beside the logs: mails and letters of injects, the learning record store, addresses of calendars; a delivery as a card. */
#include "base/enc.h"
#include "node/audit.h"
#include "node/bell.h"
#include "work/training/cmd_int.h"
#include "work/training/limits.h"
#include "work/training/out_show.h"
#include "work/training/report.h"

#include <inttypes.h>
#include <unistd.h>

#define SHOWN 500

/* Ends the write transaction, with a line in the audit. */
static int finish(struct cli *cli, int rc, const char *what, const char *about)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());

	if (rc == 0)
		rc = audit_add(
			cli->db, env_now_ms(&cli->env), who, what, slice_str(about), &cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	bell_ring(cli->node);
	return 0;
}

/* ---- what goes out ---- */

static int again(struct cli *cli, const char *text)
{
	int64_t row;

	if (slice_i64(slice_str(text), &row) < 0)
		return why_set(&cli->why, E_USAGE, "--again", "is the number of a line");
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, out_again(cli->db, row, env_now_ms(&cli->env), &cli->why),
		"training: sent again", text);
}

static int run_out(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	struct out_item *x;
	struct desk d;
	size_t n = 0;
	int rc;

	TRY(cli_world(cli));
	if (cli_option(cli, "again"))
		return again(cli, cli_option(cli, "again"));
	TRY(tcmd_begin(cli, &d));
	rc = out_list(cli->db, cli->world.coalition.row, SHOWN, &cli->arena, &x, &n, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++)
		if (cli->json)
			print_out(&o, NULL, &x[i]);
		else
			cli_print(cli, "%6" PRId64 "  %-8s %-8s %s  %.*s  %.*s\n", x[i].row,
				out_channels[x[i].channel], out_states[x[i].state],
				tcmd_clock(cli, x[i].made_ms), SLICE_FMT(x[i].target),
				SLICE_FMT(x[i].error));
	json_close(&o);
	if (cli->json)
		tcmd_json(cli, &b);
	return 0;
}

static const struct cli_option out_options[] = {
	{"again", 0, "N", false, "send line N again, which has failed for good"}, OPTION_END};
const struct command command_training_out = {.name = "out",
	.args = "",
	.summary =
		"Mails and webhooks of injects, statements to the learning record store: how it went",
	.option = out_options,
	.run = run_out};

/* ---- the learning record store ---- */

static int authorization_read(struct cli *cli, struct slice *ret)
{
	const char *user = cli_option(cli, "user"), *file = cli_option(cli, "password-file");
	struct buf pair CLEANUP_BUF = BUF(4 * KIB);
	struct slice password;
	char *text;

	if (!user != !file)
		return why_set(&cli->why, E_USAGE, "--user", "goes with --password-file");
	if (!user)
		return 0;
	TRY(cli_read(cli, file, KIB, &password));
	buf_addf(&pair, "%s:%.*s", user, SLICE_FMT(slice_trim(password)));
	text = arena_alloc(&cli->arena, BASE64_LEN(pair.n) + 1);
	base64_encode(pair.p, pair.n, text);
	buf_wipe(&pair);
	*ret = slice_str(arena_printf(&cli->arena, "Basic %s", text));
	return 0;
}

static int lrs_make(struct cli *cli)
{
	const char *pin = cli_option(cli, "pin"), *clearance = cli_option(cli, "clearance");
	struct lrs l = {.endpoint = slice_str(cli->arg[1]),
		.clearance = slice_str(clearance ? clearance : "*"),
		.has_pin = pin != NULL,
		.made_ms = env_now_ms(&cli->env)};

	if (pin && hex_decode(slice_str(pin), l.pin.b, sizeof(l.pin.b)) < 0)
		return why_set(&cli->why, E_USAGE, "--pin", "64 hex digits, not %s", pin);
	TRY(authorization_read(cli, &l.authorization));
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, lrs_set(cli->node, cli->db, &l, &cli->why),
		"training: learning record store set", cli->arg[1]);
}

static int lrs_show(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	struct json_out o = json_out(&b);
	struct lrs l;
	int rc;

	TRY(db_begin_read(cli->db, &cli->why));
	rc = lrs_get(cli->node, cli->db, &cli->arena, &l, &cli->why);
	db_rollback(cli->db);
	TRY(rc);
	if (!cli->json) {
		cli_print(cli, "%.*s  up to %.*s%s\n", SLICE_FMT(l.endpoint),
			SLICE_FMT(l.clearance), l.authorization.n ? "  with a password" : "");
		return 0;
	}
	json_open(&o, '{');
	json_put_string(&o, "endpoint", l.endpoint);
	json_put_string(&o, "clearance", l.clearance);
	json_put_bool(&o, "password", l.authorization.n > 0);
	put_when(&o, "since", l.made_ms);
	json_close(&o);
	tcmd_json(cli, &b);
	return 0;
}

static int run_lrs(struct cli *cli)
{
	const char *what = cli->arg[0];

	TRY(cli_world(cli));
	if (strcmp(what, "show") == 0)
		return lrs_show(cli);
	if (strcmp(what, "set") == 0 && cli->n_arg == 2)
		return lrs_make(cli);
	if (strcmp(what, "drop") != 0)
		return why_set(&cli->why, E_USAGE, what, "set URL, show or drop");
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, lrs_drop(cli->db, env_now_ms(&cli->env), &cli->why),
		"training: learning record store dropped", "");
}

static const struct cli_option lrs_options[] = {
	{"user", 'u', "NAME", false, "set: name for Basic authentication"},
	{"password-file", 0, "FILE", false, "set: its password"},
	{"clearance", 0, "CLASS", false, "set: highest class it is told of (default: all)"},
	{"pin", 0, "HEX", false, "set: SHA-256 of the store's public key"}, OPTION_END};
const struct command command_training_lrs = {.name = "lrs",
	.args = "set|show|drop [URL]",
	.args_min = 1,
	.args_max = 2,
	.summary = "The learning record store that xAPI statements go to",
	.help = "URL is its https endpoint; /statements is put behind it. What is older than the setting is not told.",
	.option = lrs_options,
	.run = run_lrs};

/* ---- calendars ---- */

static int calendar_add(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	struct json_out o = json_out(&b);
	const char *user = cli_option(cli, "user");
	char secret[CALENDAR_SECRET + 1];
	struct calendar c = {.coalition = cli->world.coalition.row,
		.name = slice_str(cli->arg[1]),
		.busy = cli_switch(cli, "busy")};
	struct account who;
	int rc;

	if (!user)
		return why_set(&cli->why, E_USAGE, "--user", "whose eyes does it have?");
	TRY(tcmd_mode(cli, &training_kinds[KIND_ENTRY], &c.mode));
	TRY(db_begin(cli->db, &cli->why));
	rc = account_get(cli->db, slice_str(user), &cli->arena, &who, &cli->why);
	if (rc == 0) {
		c.account = who.row;
		c.owner = who.name;
		c.clearance = who.clearance;
		rc = calendar_new(cli->node, cli->db, &c, secret, &cli->why);
	}
	TRY(finish(cli, rc, "training: calendar address made",
		arena_printf(&cli->arena, "%s %s", c.id, user)));
	print_calendar(&o, NULL, &c, secret, cli->node->conf.link);
	if (cli->json)
		tcmd_json(cli, &b);
	else
		cli_print(cli, "%s/calendar/%s.ics\n",
			cli->node->conf.link ? cli->node->conf.link : "", secret);
	cli_say(cli, "the address is shown this once; whoever knows it sees the programme");
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

static int calendars_show(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	struct calendar *c;
	size_t n = 0;
	int rc;

	TRY(db_begin_read(cli->db, &cli->why));
	rc = calendar_list(cli->db, cli->world.coalition.row, 0, &cli->arena, &c, &n, &cli->why);
	db_rollback(cli->db);
	TRY(rc);
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++)
		if (cli->json)
			print_calendar(&o, NULL, &c[i], NULL, NULL);
		else
			cli_print(cli, "%s  %-20.*s %-12.*s %s%s\n", c[i].id, SLICE_FMT(c[i].name),
				SLICE_FMT(c[i].owner), mode_name(c[i].mode),
				c[i].busy ? "  busy only" : "");
	json_close(&o);
	if (cli->json)
		tcmd_json(cli, &b);
	return 0;
}

static int run_calendar(struct cli *cli)
{
	const char *what = cli->arg[0];

	TRY(cli_world(cli));
	if (strcmp(what, "list") == 0 && cli->n_arg == 1)
		return calendars_show(cli);
	if (strcmp(what, "add") == 0 && cli->n_arg == 2)
		return calendar_add(cli);
	if (strcmp(what, "drop") != 0 || cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, what, "add NAME, list or drop ID");
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, calendar_drop(cli->db, slice_str(cli->arg[1]), 0, &cli->why),
		"training: calendar address dropped", cli->arg[1]);
}

static const struct cli_option calendar_options[] = {
	{"user", 'u', "NAME", false, "add: it shows what this person may see"},
	{"busy", 0, NULL, false, "add: only that the days are taken"}, OPTION_MODE, OPTION_END};
const struct command command_training_calendar = {.name = "calendar",
	.args = "add|list|drop [NAME|ID]",
	.args_min = 1,
	.args_max = 2,
	.summary = "Secret addresses at which calendar programs find the programme",
	.option = calendar_options,
	.run = run_calendar};

/* ---- a card ---- */

static int run_card(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	const char *to = cli_option(cli, "output");
	const struct delivery *x;
	struct object_id o;
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_object(cli, cli->arg[1], &o));
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	x = rc == 0 ? view_delivery(&v, &o) : NULL;
	if (x)
		card_print(&v, d.world, x, d.arena, &b);
	tcmd_end(cli);
	TRY(rc);
	if (!x)
		return why_set(&cli->why, E_MISSING, cli->arg[1], "no such delivery");
	return cli_write(cli, to ? to : "-", buf_slice(&b));
}

static const struct cli_option card_options[] = {OPTION_MODE,
	{"output", 'o', "FILE", false, "into a file"},
	{"force", 'f', NULL, false, "overwrite the file"}, OPTION_END};
const struct command command_training_card = {.name = "card",
	.args = "EXERCISE DELIVERY",
	.args_min = 2,
	.args_max = 2,
	.summary = "A delivery as a page to print and hand over",
	.option = card_options,
	.run = run_card};
