/* cmd_alerts.c: alerts that are there: shown, checked, taken in from a file, acknowledged. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "work/response/alert.h"
#include "work/response/cap_feed.h"
#include "work/response/take.h"
#include "work/response/tell.h"

#include <inttypes.h>

static const struct cli_option alerts_options[] = {
	{"all", 'a', NULL, false, "also those that are over"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

static void alert_line(struct cli *cli, const struct aid_view *v, const struct aid_alert *a)
{
	char object[OBJECT_TEXT + 1];
	struct aid_record r;
	struct slice headline = SLICE("");
	struct buf b CLEANUP_BUF = BUF(KIB);

	object_format(&a->object, object);
	if (aid_get(v, AID_ALERT, &a->object, &r, NULL) == 0 && r.alert->n_info)
		headline = r.alert->info[0].headline.text.n ? r.alert->info[0].headline.text
							    : r.alert->info[0].event.text;
	utf8_show(&b, headline, 70);
	cli_print(cli, "%s  %-6s %-7s sent %s  %s\n", object, cap_msgType[a->msgType],
		a->active	? "ACTIVE"
		: a->superseded ? "changed"
				: "over",
		aid_cmd_time(cli, a->sent_ms), buf_cstr(&b));
}

static void ack_line(struct cli *cli, const struct aid_view *v, const struct alert_ack *a)
{
	const char *did = a->accepted_ms ? "accepted" : a->read_ms ? "read" : "received";
	int64_t at = a->accepted_ms ? a->accepted_ms : a->read_ms ? a->read_ms : a->received_ms;
	enum cli_colour colour = a->escalation ? COLOUR_RED : COLOUR_NONE;

	cli_print(cli, "    %s%-12s %s%s%s", cli_colour(cli, colour),
		world_party_label(v->world, &a->member, v->arena), at ? did : "no answer",
		at ? " " : "", at ? aid_cmd_time(cli, at) : "");
	if (!a->read_ms)
		cli_print(cli, ", not read");
	if (a->late_ms)
		cli_print(cli, ", %" PRId64 " min late", a->late_ms / 60000);
	if (a->escalation)
		cli_print(cli, ", escalation %" PRId64, a->escalation);
	cli_print(cli, "%s\n", cli_colour(cli, COLOUR_NONE));
}

static int alert_text(
	struct cli *cli, const struct aid_view *v, const struct aid_alert *a, int64_t now_ms)
{
	struct alert_ack *ack;
	size_t n;

	TRY(alert_acks(v, &a->object, now_ms, &ack, &n, &cli->why));
	alert_line(cli, v, a);
	for (size_t i = 0; i < n; i++)
		ack_line(cli, v, &ack[i]);
	return 0;
}

static int alerts_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	int64_t now;
	struct aid_alert *list;
	struct aid_view v;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	now = env_now_ms(&cli->env);
	TRY(alert_list(&v, now, !cli_switch(cli, "all"), &list, &n, &cli->why));
	if (!cli->json)
		aid_cmd_banner(cli, v.mode);
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			TRY(tell_alert(&v, &list[i], now, NULL, &o, &cli->why));
		else
			TRY(alert_text(cli, &v, &list[i], now));
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_alerts = {
	.name = "alerts",
	.args = "",
	.summary = "Active alerts, and who has acknowledged them",
	.option = alerts_options,
	.run = alerts_run,
};

static void note_print(struct cli *cli, const struct cap_note *n)
{
	cli_print(cli, "  %-7s line %-4u %-24s %s (%s)\n", cap_level_name(n->level), n->line,
		n->element, n->text, n->rule);
}

static void notes_print(struct cli *cli, const struct cap_alert *a, const struct cap_notes *notes)
{
	cli_print(cli, "CAP 1.%d: %s, %zu error%s, %zu warning%s\n",
		a->version == CAP_12   ? 2
		: a->version == CAP_11 ? 1
				       : 0,
		notes->n_schema ? "breaks the schema" : "valid", notes->n_error,
		notes->n_error == 1 ? "" : "s", notes->n_warning, notes->n_warning == 1 ? "" : "s");
	for (size_t k = 0; k < notes->n; k++)
		note_print(cli, &notes->p[k]);
}

static void odd_print(struct cli *cli, const struct cap_feed *feed)
{
	const struct why *w = &feed->odd_why;

	if (feed->odd)
		cli_print(cli, "%zu passed over, the first because %s%s%s\n", feed->odd, w->where,
			w->where[0] ? ": " : "", w->text);
}

/* Each alert in a file or feed: schema and classic mistakes. */
static int lint_run(struct cli *cli)
{
	struct slice bytes;
	struct cap_feed feed;
	size_t broken = 0;

	TRY(cli_read(cli, cli->arg[0], LIMIT_XML_BYTES, &bytes));
	TRY(cap_feed_read(&feed, &cli->arena, bytes, &cli->why));
	cli_print(cli, "%s, %zu item%s\n", cap_feed_kind_name(feed.kind), feed.n,
		feed.n == 1 ? "" : "s");
	odd_print(cli, &feed);
	for (size_t i = 0; i < feed.n; i++) {
		struct cap_notes *notes = arena_new(&cli->arena, struct cap_notes);
		struct cap_alert a;

		if (!feed.item[i].bytes.n)
			continue;
		TRY(cap_read(&a, &cli->arena, feed.item[i].bytes, notes, &cli->why));
		cap_lint(&a, &cli->arena, notes);
		notes_print(cli, &a, notes);
		broken += notes->n_schema > 0;
	}
	return broken ? why_set(&cli->why, E_INVALID, cli->arg[0], "%zu of %zu break the schema",
				broken, feed.n)
		      : 0;
}

const struct command response_lint = {
	.name = "lint",
	.args = "FILE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Check CAP 1.0 to 1.2, alone or in a feed or EDXL-DE envelope",
	.run = lint_run,
};

/* ---- taken in ---- */

struct keeping {
	struct cli *cli;
	struct written written;
};

static int keep(void *ctx, const struct draft *d, struct why *why)
{
	struct keeping *k = ctx;
	int rc = cli_write_draft(k->cli, d, &k->written);

	if (rc < 0)
		*why = k->cli->why;
	return rc;
}

static void found_print(struct cli *cli, const struct take_found *f, const struct written *w)
{
	struct buf b CLEANUP_BUF = BUF(2 * KIB);
	char object[OBJECT_TEXT + 1];

	object_format(&w->object, object);
	utf8_show(&b, f->alert.identifier.text, 70);
	cli_print(cli, "%s%s%s%s%s", take_word(f->verdict), f->verdict == TAKE_NEW ? " " : "",
		f->verdict == TAKE_NEW ? object : "", b.n ? "  " : "", b.n ? buf_cstr(&b) : "");
	if (f->verdict >= TAKE_UNREADABLE)
		cli_print(cli, ": %s%s%s", f->why.where, f->why.where[0] ? ": " : "", f->why.text);
	cli_print(cli, "\n");
	if (f->verdict < TAKE_UNREADABLE)
		notes_print(cli, &f->alert, f->notes);
}

int aid_cmd_take(
	struct cli *cli, const struct aid_view *v, const struct draft *readers, struct slice bytes)
{
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct json_out o = json_out(&b);
	struct keeping k = {.cli = cli};
	struct taking_in t = {.view = v,
		.label = readers->label,
		.audience = alert_draft_audience(readers, &cli->arena),
		.now_ms = env_now_ms(&cli->env),
		.keep = keep,
		.ctx = &k};
	struct cap_feed feed;
	size_t refused;

	TRY(cap_feed_read(&feed, &cli->arena, bytes, &cli->why));
	t.envelope = feed.distributionStatus;
	refused = feed.odd;
	if (!cli->json)
		odd_print(cli, &feed);
	json_open(&o, '[');
	for (size_t i = 0; i < feed.n; i++) {
		struct take_found f;

		if (!feed.item[i].bytes.n)
			continue;
		TRY(take_in(&t, &cli->arena, feed.item[i].bytes, &f, &cli->why));
		refused += f.verdict >= TAKE_UNREADABLE;
		if (cli->json)
			take_tell(&f, &k.written, &o);
		else
			found_print(cli, &f, &k.written);
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return refused ? why_set(&cli->why, E_INVALID, cli->arg[0], "%zu of %zu not taken", refused,
				 feed.n + feed.odd)
		       : 0;
}

static const struct cli_option ack_options[] = {
	{"state", 0, "STATE", false, "received, read or accepted (default read)"},
	{"role", 0, "ROLE", false, "of who acknowledges"}, ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL}};

static int ack_run(struct cli *cli)
{
	const char *field[4] = {0}, *state = cli_option(cli, "state");
	struct draft d = {0};
	struct slice json;
	struct aid_view v;
	size_t n = 0;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_address(cli, &d));
	field[n++] = arena_printf(&cli->arena, "target=%s", cli->arg[0]);
	field[n++] = arena_printf(&cli->arena, "state=%s", state ? state : "read");
	if (cli_option(cli, "role"))
		field[n++] = arena_printf(&cli->arena, "role=%s", cli_option(cli, "role"));
	TRY(aid_cmd_compose(cli, &v, AID_ACK, field, n, &json));
	return aid_cmd_say(cli, &v, AID_ACK, json, &d);
}

const struct command response_ack = {
	.name = "ack",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Acknowledge an alert or request: the sender's clock stops",
	.option = ack_options,
	.run = ack_run,
};
