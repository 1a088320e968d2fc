/* cmd_alert.c: alerts: written, approved, issued, acknowledged, checked; feeds that are read. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "work/response/alert.h"
#include "work/response/cap_feed.h"
#include "work/response/feed.h"
#include "work/response/tell.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct cli_option mode_option[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

/* --as, else who is logged in here. */
static struct slice person(struct cli *cli)
{
	const char *as = cli_option(cli, "as"), *user = getenv("USER");

	return slice_str(as ? as : user && *user ? user : "command line");
}

/* ---- writing ---- */

static const struct cli_option alert_options[] = {
	ADDRESS_OPTIONS,
	{"as", 0, "NAME", false, "who writes it (default: the user of this shell)"},
	{"update", 0, "OBJECT", false, "it updates this alert of yours"},
	{"cancel", 0, "OBJECT", false, "it calls this alert of yours off"},
	{"polygon", 0, "POINTS", true,
		"\"41.0,20.0 41.0,20.5 41.5,20.5 41.0,20.0\": latitude,longitude, closed; of the first area"},
	{NULL, 0, NULL, false, NULL},
};

static int form_json(struct cli *cli, const struct aid_view *v, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct slice *field = arena_array(&cli->arena, struct slice, cli->n_arg + 34);
	const char *change[] = {"update", "cancel"};
	char text[OBJECT_TEXT + 1];
	struct object_id id;
	size_t n = 0;

	if (cli->n_arg == 1 && !strchr(cli->arg[0], '='))
		return cli_read(cli, cli->arg[0], LIMIT_PAYLOAD_CONTENT, ret);
	for (size_t i = 0; i < cli->n_arg; i++) {
		struct slice s = slice_str(cli->arg[i]);

		/* Most alerts have one language: its fields need no "info.0.". */
		field[n++] =
			slice_starts(s, "info.") || slice_starts(s, "note=") ||
					slice_starts(s, "scope=") || slice_starts(s, "incidents=")
				? s
				: slice_str(arena_printf(&cli->arena, "info.0.%s", cli->arg[i]));
	}
	for (size_t i = 0; i < 2; i++)
		if (cli_option(cli, change[i])) {
			TRY(aid_cmd_object(cli, v, cli_option(cli, change[i]), &id));
			object_format(&id, text);
			field[n++] = slice_str(arena_printf(&cli->arena, "%s=%s", change[i], text));
		}
	for (size_t i = 0; i < cli_option_count(cli, "polygon") && i < 32; i++)
		field[n++] = slice_str(arena_printf(&cli->arena, "info.0.area.0.polygon.%zu=%s", i,
			cli_option_at(cli, "polygon", i)));
	TRY(shape_compose(
		&alert_form_shape, field, n, env_now_ms(&cli->env), &cli->arena, &b, &cli->why));
	*ret = arena_copy(&cli->arena, buf_slice(&b));
	return 0;
}

static int alert_run(struct cli *cli)
{
	struct alert_draft a = {.written_by = person(cli), .written_ms = env_now_ms(&cli->env)};
	struct draft d = {0};
	struct aid_view v;
	int64_t number = 0;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_address(cli, &d));
	if (!cli_option(cli, "label"))
		TRY(cli_label(cli, "", &d.label));
	if (!cli_option(cli, "to"))
		d.all = true;
	TRY(form_json(cli, &v, &a.form));
	TRY(alert_make(
		&v, a.form, &d, &cli->why)); /* what could not be issued is no draft either */
	a.mode = v.mode;
	a.label = d.label;
	a.audience = alert_draft_audience(&d, &cli->arena);
	TRY(db_begin(cli->db, &cli->why));
	int rc = alert_draft_put(cli->db, cli->world.coalition.row, &a, &number, &cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	if (cli->json)
		cli_print(cli, "{\"draft\":%" PRId64 "}\n", number);
	else
		cli_print(cli, "draft %" PRId64 "\n", number);
	cli_say(cli, "issued when somebody approves it: entente response approve %" PRId64, number);
	return 0;
}

const struct command response_alert = {
	.name = "alert",
	.args = "[FILE | FIELD=VALUE...]",
	.args_max = 100,
	.summary = "Write an alert as a draft; `approve` issues it",
	.help = "Fields are CAP's: event= category=Met,Safety urgency= severity= certainty= headline= description= instruction= expires=+12h onset= responseType=\n"
		"area.0.areaDesc= area.0.circle.0=\"41.2,20.1 5\"; further languages as info.1.…; note= scope=. Checked at once: schema and the classic mistakes.",
	.option = alert_options,
	.run = alert_run,
};

static const struct cli_option approve_options[] = {
	{"as", 0, "NAME", false, "who approves it (default: the user of this shell)"},
	{NULL, 0, NULL, false, NULL}};

static int mark(struct cli *cli, const struct alert_draft *a, const struct approver *who)
{
	struct why why = {0};

	TRY(db_begin(cli->db, &cli->why));
	int rc = alert_draft_mark(cli->db, a, who, env_now_ms(&cli->env), &why);
	if (rc == 0)
		return db_commit(cli->db, &cli->why);
	cli->why = why;
	db_rollback(cli->db);
	return rc;
}

static int approve_run(struct cli *cli)
{
	struct approver who = {.name = person(cli)};
	struct draft d = {0};
	struct alert_draft a;
	bool issued = false;
	int rc;
	struct aid_view v;
	struct written w;
	char object[OBJECT_TEXT + 1];
	int64_t number;

	TRY(aid_cmd_view(cli, &v));
	if (slice_i64(slice_str(cli->arg[0]), &number) < 0)
		return why_set(
			&cli->why, E_USAGE, "DRAFT", "%s is no number of a draft", cli->arg[0]);
	TRY(alert_draft_get(&v, number, &a, &cli->why));
	TRY(alert_draft_may(&a, &who, &cli->why));
	TRY(alert_draft_readers(&a, &cli->arena, &d, &cli->why));
	v.mode = a.mode;
	TRY(alert_make(&v, a.form, &d, &cli->why));
	d.has_object = true;
	d.object = alert_draft_object(&v, &a);
	rc = cli_write_draft(cli, &d, &w);
	if (rc == E_CONFLICT) {
		struct why issued_why = {0};

		TRY(alert_draft_issued(&v, &a, &issued, &issued_why));
	}
	if (rc == 0 || issued)
		TRY(mark(cli, &a, &who));
	TRY(rc);
	object_format(&w.object, object);
	if (cli->json)
		cli_print(cli, "{\"object\":\"%s\",\"seq\":%" PRIu64 "}\n", object, w.seq);
	else
		cli_print(cli, "%s\n", object);
	return 0;
}

const struct command response_approve = {
	.name = "approve",
	.args = "DRAFT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Approve a draft of an alert: it is issued at once",
	.help = "A real alert is approved by somebody else than who wrote it.",
	.option = approve_options,
	.run = approve_run,
};

static int drafts_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct json_out o = json_out(&b);
	struct alert_draft *list;
	struct aid_view v;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	TRY(alert_draft_list(&v, &list, &n, &cli->why));
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		if (!cli->json) {
			cli_print(cli, "draft %" PRId64 "  %s  by %.*s\n", list[i].number,
				aid_cmd_time(cli, list[i].written_ms),
				SLICE_FMT(list[i].written_by));
			continue;
		}
		json_open(&o, '{');
		json_put_i64(&o, "draft", list[i].number);
		json_put_cstr(&o, "mode", mode_name(list[i].mode));
		json_put_string(&o, "written_by", list[i].written_by);
		json_put_raw(&o, "form", list[i].form);
		json_close(&o);
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_drafts = {
	.name = "drafts",
	.args = "",
	.summary = "Alerts that wait for approval",
	.option = mode_option,
	.run = drafts_run,
};

/* ---- reading ---- */

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
	for (size_t i = 0; i < feed.n; i++) {
		struct cap_notes *notes = arena_new(&cli->arena, struct cap_notes);
		struct cap_alert a;

		if (!feed.item[i].bytes.n)
			continue;
		TRY(cap_read(&a, &cli->arena, feed.item[i].bytes, notes, &cli->why));
		cap_lint(&a, &cli->arena, notes);
		cli_print(cli, "CAP 1.%d: %s, %zu error%s, %zu warning%s\n",
			a.version == CAP_12   ? 2
			: a.version == CAP_11 ? 1
					      : 0,
			notes->n_schema ? "breaks the schema" : "valid", notes->n_error,
			notes->n_error == 1 ? "" : "s", notes->n_warning,
			notes->n_warning == 1 ? "" : "s");
		for (size_t k = 0; k < notes->n; k++)
			note_print(cli, &notes->p[k]);
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

/* ---- feeds ---- */

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
			cli_print(cli, "%.*s  every %s, %" PRId64 " taken, last read %s%s%.*s\n",
				SLICE_FMT(list[i].url), aid_cmd_span(cli, list[i].every_ms / 60000),
				list[i].taken, aid_cmd_time(cli, list[i].last_ok_ms),
				list[i].last_error.n ? "; " : "", SLICE_FMT(list[i].last_error));
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_feeds = {
	.name = "feeds",
	.args = "",
	.summary = "Feeds that are read, and how it goes",
	.run = feeds_run,
};
