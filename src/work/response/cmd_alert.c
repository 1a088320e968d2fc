/* cmd_alert.c: alerts of one's own: written, approved, issued; those of others that come as a file. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "node/content.h"
#include "work/response/alert.h"

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

/* What somebody else has written comes as XML; one's own form is JSON, or fields. */
static bool is_xml(struct slice bytes)
{
	struct slice s = slice_trim(bytes);

	(void)slice_take(&s, "\xEF\xBB\xBF");
	return slice_starts(slice_trim(s), "<");
}

static int alert_run(struct cli *cli)
{
	struct alert_draft a = {.written_by = person(cli), .written_ms = env_now_ms(&cli->env)};
	struct draft d = {0};
	struct aid_view v;
	int64_t number = 0;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_address(cli, &d));
	if (cli->n_arg == 1 && !strchr(cli->arg[0], '='))
		TRY(cli_read(cli, cli->arg[0], LIMIT_XML_BYTES, &a.form));
	else
		TRY(form_json(cli, &v, &a.form));
	if (!is_xml(a.form))
		TRY(alert_readers_of(&v, a.form, &d, &cli->why));
	if (!d.label.n)
		TRY(cli_label(cli, "", &d.label));
	d.all = d.all || d.n_member == 0;
	if (is_xml(a.form))
		return aid_cmd_take(cli, &v, &d, a.form);
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
	.args = "[FILE | - | FIELD=VALUE...]",
	.args_max = 100,
	.summary = "Write an alert as a draft, which `approve` issues; or take in a CAP file",
	.help = "A FILE (or - for standard input) with CAP that somebody else has written, alone, in a feed or an envelope, is taken in as it is, byte for byte, for --to under\n"
		"--label; of each alert is told what came of it and what lint says. A FILE with JSON is a form of one's own, as are fields.\n"
		"Fields are CAP's: event= category=Met,Safety urgency= severity= certainty= headline= description= instruction= expires=+12h onset= responseType=\n"
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

/* That of the first argument. */
static int draft_named(struct cli *cli, const struct aid_view *v, struct alert_draft *ret)
{
	int64_t number;

	if (slice_i64(slice_str(cli->arg[0]), &number) < 0)
		return why_set(
			&cli->why, E_USAGE, "DRAFT", "%s is no number of a draft", cli->arg[0]);
	return alert_draft_get(v, number, ret, &cli->why);
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

	TRY(aid_cmd_view(cli, &v));
	TRY(draft_named(cli, &v, &a));
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

static int discard_run(struct cli *cli)
{
	struct alert_draft a;
	struct aid_view v;
	struct why why = {0};

	TRY(aid_cmd_view(cli, &v));
	TRY(draft_named(cli, &v, &a));
	TRY(db_begin(cli->db, &cli->why));
	int rc = alert_draft_drop(cli->db, &a, &why);
	if (rc == 0)
		return db_commit(cli->db, &cli->why);
	cli->why = why;
	db_rollback(cli->db);
	return rc;
}

const struct command response_discard = {
	.name = "discard",
	.args = "DRAFT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Throw a draft of an alert away: it is never issued",
	.run = discard_run,
};

/* "Cancel: The water has gone", "Severe: The Drin rises": enough to know which it is; --json has all. */
static void draft_print(struct cli *cli, const struct alert_draft *a)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct json_doc doc;

	if (json_read(&doc, &cli->arena, a->form, &json_limits_partner, NULL) == 0) {
		static const char *const title[] = {"headline", "event", NULL};
		json_ref root = json_root(&doc),
			 info = json_first(&doc, json_get(&doc, root, "info"));
		struct slice severity = get_text(&doc, info, "severity", &cli->arena);
		struct slice line = get_title(&doc, info, title, &cli->arena);

		if (json_get(&doc, root, "cancel") || json_get(&doc, root, "update"))
			buf_str(&b, json_get(&doc, root, "cancel") ? "Cancel: " : "Update: ");
		if (severity.n)
			buf_addf(&b, "%.*s: ", SLICE_FMT(severity));
		if (!line.n)
			line = title_line(get_text(&doc, root, "note", &cli->arena));
		utf8_show(&b, line, 70);
	}
	cli_print(cli, "draft %" PRId64 "  %s  by %.*s  %s\n", a->number,
		aid_cmd_time(cli, a->written_ms), SLICE_FMT(a->written_by), buf_cstr(&b));
}

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
			draft_print(cli, &list[i]);
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
