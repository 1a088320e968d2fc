/* cmd_run.c: the run: control, EXCON's desk, the player's inbox. */
#include "base/clock.h"
#include "work/training/cmd_int.h"
#include "work/training/limits.h"

/* ---- control ---- */

static int rate_read(struct cli *cli, struct control_wish *w)
{
	struct slice text = slice_str(cli_option(cli, "rate")), num;

	if (!text.n)
		return 0;
	w->den = 1;
	if (!slice_cut_exact(&text, '/', &num)) {
		num = text;
		text = SLICE("1");
	}
	if (slice_i64(num, &w->num) < 0 || slice_i64(text, &w->den) < 0 || w->num < 1 || w->den < 1)
		return why_set(&cli->why, E_USAGE, "--rate", "is a rate like 60 or 1/2");
	return 0;
}

static int run_control(struct cli *cli)
{
	int word = word_find(controls, slice_str(cli->arg[1]));
	struct control_wish w = {.reason = slice_str(cli_option(cli, "why"))};
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	if (word < 0)
		return why_set(&cli->why, E_USAGE, cli->arg[1], "there is no such control");
	w.kind = (enum control_kind)word;
	TRY(rate_read(cli, &w));
	TRY(tcmd_time(cli, "scenario", &w.scenario));
	TRY(tcmd_time(cli, "until", &w.until));
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0 && cli_option(cli, "inject")) {
		rc = tcmd_inject(cli, &v, cli_option(cli, "inject"), &w.inject);
		w.has_inject = true;
	}
	if (rc == 0)
		rc = plan_control(&d, &v, &w, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option control_options[] = {OPTION_MODE,
	{"scenario", 's', "TIME", false, "startex, jump: time of the story"},
	{"rate", 'r', "RATE", false, "startex, rate: 60, or 1/2"},
	{"inject", 'i', "INJECT", false,
		"release, hold, defer, drop: number or id, or the id of a shadow"},
	{"until", 0, "TIME", false, "defer: until this time of the story"}, OPTION_WHY, OPTION_END};
const struct command command_training_control = {.name = "control",
	.args = "EXERCISE WHAT",
	.args_min = 2,
	.args_max = 2,
	.summary = "Start, pause, jump, release, stop an exercise",
	.help = "WHAT: startex, pause, resume, rate, jump, endex; release, hold, defer, drop an inject; noduff-stop (any participant), noduff-clear; note, commcheck.",
	.option = control_options,
	.run = run_control};

/* ---- EXCON ---- */

static void column_print(struct cli *cli, const char *name, const struct agenda_item *i, size_t n)
{
	if (!n)
		return;
	cli_print(
		cli, "%s%s%s\n", cli_colour(cli, COLOUR_BOLD), name, cli_colour(cli, COLOUR_NONE));
	for (size_t k = 0; k < n && k < 20; k++)
		if (i[k].script)
			cli_print(cli, "  %s  %-8.*s %.*s\n", tcmd_clock(cli, i[k].real),
				SLICE_FMT(i[k].script->j.number), SLICE_FMT(i[k].script->j.title));
		else
			cli_print(cli, "  %s  %-8.*s (shadow of %s)\n", tcmd_clock(cli, i[k].real),
				SLICE_FMT(i[k].shade->storyline),
				world_party_label(
					&cli->world, &i[k].shade->row->author, &cli->arena));
	if (n > 20)
		cli_print(cli, "  and %zu more\n", n - 20);
}

static void live_text(struct cli *cli, const struct desk *d, const struct view *v, int64_t heard)
{
	const struct clock_segment *g = clock_at(&v->clock, d->now);
	struct agenda a;

	cli_print(cli, "%.*s  %.*s  %s\n", SLICE_FMT(view_mark(v)), SLICE_FMT(v->ex.code_name),
		view_state(v, d->now));
	cli_print(cli, "real %s   story %s   rate %d/%d\n", tcmd_clock(cli, d->now),
		tcmd_clock(cli, v->clock.started ? clock_scenario(&v->clock, d->now) : v->ex.epoch),
		g ? g->num : 0, g ? g->den : 1);
	if (!view_is_host(v, &cli->node->self) && d->now - heard > v->ex.unconfirmed_ms)
		cli_print(cli, "%sclock unconfirmed since %s%s\n", cli_colour(cli, COLOUR_YELLOW),
			tcmd_clock(cli, heard), cli_colour(cli, COLOUR_NONE));
	agenda_build(&a, d->arena, v, d->now, 10000, 1800000);
	column_print(cli, "overdue", a.overdue, a.n_overdue);
	column_print(cli, "now", a.now, a.n_now);
	column_print(cli, "next 30 minutes", a.next, a.n_next);
	column_print(cli, "held, or without a time", a.held, a.n_held);
	cli_print(cli, "%zu delivered, %zu responses, %zu later\n", v->n_delivery, v->n_response,
		a.n_later);
}

static int run_live(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	struct printer p;
	struct desk d;
	struct view v;
	int64_t heard = 0;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = host_heard(cli->db, &v, &cli->node->self, d.now, d.arena, &heard, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	if (!cli->json) {
		live_text(cli, &d, &v, heard);
		return 0;
	}
	p = tcmd_printer(cli, &d, &o);
	if (cli_switch(cli, "all"))
		print_exercise(&p, &v, heard);
	else
		print_live(&p, &v, heard);
	tcmd_json(cli, &b);
	return 0;
}

static const struct cli_option live_options[] = {OPTION_MODE,
	{"all", 'a', NULL, false, "with --json: the whole exercise with its script"}, OPTION_END};
const struct command command_training_live = {.name = "live",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show what is overdue, due now and next, and what has gone out",
	.option = live_options,
	.run = run_live};

static int run_seal(struct cli *cli)
{
	const struct script *s;
	struct object_id inject;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = tcmd_inject(cli, &v, cli->arg[1], &inject);
	s = rc == 0 ? view_script(&v, &inject) : NULL;
	if (rc == 0 && !s)
		rc = why_set(&cli->why, E_MISSING, cli->arg[1], "no such inject");
	if (rc == 0)
		rc = plan_seal(&d, &v, s, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option mode_only[] = {OPTION_MODE, OPTION_END};
const struct command command_training_seal = {.name = "seal",
	.args = "EXERCISE INJECT",
	.args_min = 2,
	.args_max = 2,
	.summary = "Send a sealed inject ahead; its key follows when it is due",
	.option = mode_only,
	.run = run_seal};

/* ---- the training audience ---- */

static void inbox_one(struct cli *cli, struct printer *p, const struct view *v)
{
	char object[OBJECT_TEXT + 1];

	for (size_t i = 0; i < v->n_delivery; i++) {
		const struct delivery *x = &v->delivery[i];

		if (!ids_have(x->party, x->n_party, &cli->node->self))
			continue;
		if (cli->json) {
			print_delivery(p, NULL, v, x);
			continue;
		}
		object_format(&x->row->object, object);
		cli_print(cli, "%.*s\n%s  %.*s  %.*s\n  %.*s\n  %s\n", SLICE_FMT(x->mark),
			tcmd_clock(cli, x->released), SLICE_FMT(x->number), SLICE_FMT(x->title),
			SLICE_FMT(x->body), object);
	}
}

static int run_inbox(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	struct arena scratch CLEANUP_ARENA = ARENA(GIB);
	struct object_id *exercise = NULL;
	struct printer p;
	struct desk d;
	enum mode mode;
	size_t n = 0;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = tcmd_mode(cli, &training_kinds[KIND_EXERCISE], &mode);
	if (rc == 0)
		rc = store_exercises(
			d.world, d.db, &d.reader, mode, d.arena, &exercise, &n, &cli->why);
	p = tcmd_printer(cli, &d, &o);
	p.arena = &scratch;
	json_open(&o, '{');
	json_open_at(&o, "deliveries", '[');
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct view v;

		rc = store_view(
			d.world, d.db, &d.reader, mode, &exercise[i], &scratch, &v, &cli->why);
		if (rc == 0)
			inbox_one(cli, &p, &v);
		arena_reset(&scratch);
	}
	tcmd_end(cli);
	TRY(rc);
	json_close(&o);
	json_close(&o);
	if (cli->json)
		tcmd_json(cli, &b);
	return 0;
}

const struct command command_training_inbox = {.name = "inbox",
	.args = "",
	.summary = "Show what has been delivered to this member",
	.option = mode_only,
	.run = run_inbox};

static int delivery_view(
	struct cli *cli, struct desk *d, struct view *v, const struct delivery **ret)
{
	struct object_id o, exercise;
	struct json_doc doc;
	struct row row;

	TRY(tcmd_object(cli, cli->arg[0], &o));
	TRY(store_get(d->world, d->db, &d->reader, &o, d->arena, &row, &cli->why));
	if (row.kind != KIND_DELIVERY ||
		json_read(&doc, d->arena, row.body, &json_limits_partner, NULL) < 0 ||
		!get_object(&doc, json_root(&doc), "exercise", &exercise))
		return why_set(&cli->why, E_MISSING, cli->arg[0], "is no delivery");
	TRY(store_view(d->world, d->db, &d->reader, row.mode, &exercise, d->arena, v, &cli->why));
	*ret = view_delivery(v, &o);
	return *ret ? 0 : why_set(&cli->why, E_MISSING, cli->arg[0], "is no delivery");
}

static int receipt(struct cli *cli, enum receipt_state state)
{
	const struct delivery *x;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = delivery_view(cli, &d, &v, &x);
	if (rc == 0)
		rc = plan_receipt(&d, &v, x, state, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static int run_seen(struct cli *cli)
{
	return receipt(cli, RECEIPT_SEEN);
}
static int run_ack(struct cli *cli)
{
	return receipt(cli, RECEIPT_ACKED);
}

const struct command command_training_seen = {.name = "seen",
	.args = "DELIVERY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Say that a delivery has been seen",
	.run = run_seen};
const struct command command_training_ack = {.name = "ack",
	.args = "DELIVERY",
	.args_min = 1,
	.args_max = 1,
	.summary = "Acknowledge a delivery",
	.run = run_ack};

static int run_respond(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(128 * KIB);
	struct json_out o = json_out(&b);
	const struct delivery *x;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(tcmd_begin(cli, &d));
	rc = delivery_view(cli, &d, &v, &x);
	if (rc == 0) {
		json_open(&o, '{');
		put_record_id(&o, "exercise", &v.ex.row->object);
		put_record_id(&o, "delivery", &x->row->object);
		json_put_cstr(&o, "kind", cli_option(cli, "as") ? cli_option(cli, "as") : "report");
		put_when(&o, "at", d.now);
		json_put_cstr(&o, "text", cli->arg[1]);
		json_put_string(&o, "by", d.who);
		json_close(&o);
		rc = plan_save(&d, &training_kinds[KIND_RESPONSE], v.ex.row->mode, NULL,
			buf_slice(&b), NULL, &plan, &cli->why);
	}
	tcmd_end(cli);
	TRY(rc);
	TRY(tcmd_write(cli, &plan));
	tcmd_told(cli, &plan);
	return 0;
}

static const struct cli_option respond_options[] = {
	{"as", 0, "KIND", false, "ack, decision, report (default), question, request"}, OPTION_END};
const struct command command_training_respond = {.name = "respond",
	.args = "DELIVERY TEXT",
	.args_min = 2,
	.args_max = 2,
	.summary = "Say what the training audience does about a delivery",
	.option = respond_options,
	.run = run_respond};
