/* cmd_show.c: reading: board, one request, capabilities, the readiness matrix, the ledger, types. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "work/response/alert.h"
#include "work/response/tell.h"
#include "work/response/types.h"

#include <inttypes.h>

#define OUT_MAX (64 * MIB)

static const struct cli_option mode_option[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

static const char *safe(struct cli *cli, struct slice s, size_t max)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);

	utf8_show(&b, s, max);
	return arena_string(&cli->arena, buf_slice(&b));
}

static const char *label(struct cli *cli, const struct id *member)
{
	return world_party_label(&cli->world, member, &cli->arena);
}

static const char *id_text(struct cli *cli, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	return arena_printf(&cli->arena, "%s", text);
}

/* ---- requests ---- */

static int dossiers(struct cli *cli, const struct aid_view *v, struct dossier **ret, size_t *ret_n)
{
	struct aid_record *list;
	size_t n;

	TRY(aid_list(v, AID_REQUEST, NULL, &list, &n, &cli->why));
	*ret = arena_array(&cli->arena, struct dossier, n + 1);
	for (size_t i = 0; i < n; i++)
		TRY(dossier_load(
			&(*ret)[i], v, &list[i].r.object, env_now_ms(&cli->env), &cli->why));
	*ret_n = n;
	return 0;
}

static const char *bar(struct cli *cli, const struct line_view *l)
{
	int64_t need = l->line->quantity, w = 20, c = l->committed * w / need,
		o = (l->committed + l->accepted + l->offered) * w / need;
	char text[24];

	for (int64_t i = 0; i < w; i++)
		text[i] = i < c ? '#' : i < o ? '+' : '.';
	text[w] = 0;
	return arena_printf(&cli->arena, "%s", text);
}

static void line_print(struct cli *cli, const struct line_view *l)
{
	struct slice type = type_short(l->line->type);

	cli_print(cli, "  %3" PRId64 "  %-9.*s %s %3" PRId64 "/%-3" PRId64 " %-18s by %s%s%s\n",
		l->line->line, SLICE_FMT(type), bar(cli, l), l->committed, l->line->quantity,
		line_states[l->state], aid_cmd_time(cli, l->line->needed_by),
		l->arrives_ms ? arena_printf(&cli->arena, "  arrives %s",
					aid_cmd_time(cli, l->arrives_ms))
			      : "",
		l->arrives_ms > l->line->needed_by ? "  LATE" : "");
}

static void request_print(struct cli *cli, const struct dossier *d)
{
	const struct aid_request *q = &d->request.a->request;

	aid_cmd_banner(cli, d->request.r.mode);
	cli_print(cli, "%s%.*s  %s%s  [%s]  from %s, offers due %s\n", cli_colour(cli, COLOUR_BOLD),
		SLICE_FMT(q->code), safe(cli, q->title, 80), cli_colour(cli, COLOUR_NONE),
		request_states_shown[d->state], label(cli, &d->request.r.author),
		aid_cmd_time(cli, q->offers_due));
	for (size_t i = 0; i < d->n_line; i++)
		line_print(cli, &d->line[i]);
}

static int board_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	struct dossier *list;
	struct aid_view v;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	TRY(dossiers(cli, &v, &list, &n));
	if (!cli->json) {
		for (size_t i = 0; i < n; i++)
			request_print(cli, &list[i]);
		if (n == 0)
			cli_say(cli, "no requests");
		return 0;
	}
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++)
		tell_dossier(&v, &list[i], env_now_ms(&cli->env), false, NULL, &o);
	json_close(&o);
	aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_board = {
	.name = "board",
	.args = "",
	.summary = "All requests with their lines and how far each is covered",
	.help = "In a bar # is committed and + is offered or accepted.",
	.option = mode_option,
	.run = board_run,
};

static void offers_print(struct cli *cli, const struct dossier *d)
{
	for (size_t i = 0; i < d->n_offer; i++) {
		const struct aid_record *r = d->offer[i].record;
		const struct aid_offer_item *item = r->a->offer.items.p;

		cli_print(cli, "  offer %s  %s  %s%s%s\n", id_text(cli, &r->r.object),
			label(cli, &r->r.author), offer_states[d->offer[i].state],
			r->a->offer.reason.n ? ": " : "", safe(cli, r->a->offer.reason, 80));
		for (size_t k = 0; k < r->a->offer.items.n; k++)
			cli_print(cli,
				"    item %" PRId64 ": %" PRId64 " for line %" PRId64
				", there by %s\n",
				item[k].item, item[k].quantity, item[k].line,
				aid_cmd_time(cli, item[k].eta_latest));
	}
	for (size_t i = 0; i < d->n_acceptance; i++)
		cli_print(cli, "  acceptance %s  %s  %s%s%s\n",
			id_text(cli, &d->acceptance[i].record->r.object),
			label(cli, &d->acceptance[i].record->r.author),
			acceptance_states[d->acceptance[i].state],
			d->acceptance[i].void_because ? ": " : "",
			d->acceptance[i].void_because ? d->acceptance[i].void_because : "");
}

static void deployments_print(struct cli *cli, const struct dossier *d)
{
	for (size_t i = 0; i < d->n_deployment; i++) {
		const struct deployment_view *p = &d->deployment[i];

		cli_print(cli, "  deployment %s  %s  %s\n", id_text(cli, &p->record->r.object),
			label(cli, &p->record->r.author), aid_deployment_states[p->status]);
		for (size_t k = 0; k < p->n_leg; k++) {
			const struct aid_leg *l = &p->leg[k].record->a->leg;

			cli_print(cli, "    leg %" PRId64 ": %s to %s, %s %s%s\n", l->seq,
				safe(cli, l->from->name, 30), safe(cli, l->to->name, 30),
				p->leg[k].arrived    ? "arrived"
				: p->leg[k].departed ? "arrives"
						     : "leaves",
				aid_cmd_time(cli, p->leg[k].departed ? p->leg[k].arrives_ms
								     : p->leg[k].departs_ms),
				p->leg[k].late ? "  LATE" : "");
		}
	}
}

static int show_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	struct object_id id;
	struct dossier d;
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_object(cli, &v, cli->arg[0], &id));
	TRY(dossier_load(&d, &v, &id, env_now_ms(&cli->env), &cli->why));
	if (cli->json) {
		tell_dossier(&v, &d, env_now_ms(&cli->env), true, NULL, &o);
		aid_cmd_json(cli, &b);
		return 0;
	}
	request_print(cli, &d);
	offers_print(cli, &d);
	deployments_print(cli, &d);
	return 0;
}

const struct command response_show = {
	.name = "show",
	.args = "REQUEST",
	.args_min = 1,
	.args_max = 1,
	.summary = "One request with offers, acceptances, deployments and claims",
	.option = mode_option,
	.run = show_run,
};

/* ---- any records ---- */

static int list_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	enum aid_kind kind = aid_kind_of_word(slice_str(cli->arg[0]));
	struct aid_record *list;
	struct aid_view v;
	size_t n;

	if (kind == AID_KINDS)
		return why_set(&cli->why, E_USAGE, "KIND", "%s is no kind of record", cli->arg[0]);
	TRY(aid_cmd_view(cli, &v));
	TRY(aid_list(&v, kind, NULL, &list, &n, &cli->why));
	if (!cli->json) {
		aid_cmd_banner(cli, v.mode);
		for (size_t i = 0; i < n; i++)
			cli_print(cli, "%s  %s  %s\n", id_text(cli, &list[i].r.object),
				aid_cmd_time(cli, list[i].r.time_ms),
				label(cli, &list[i].r.author));
		return 0;
	}
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++)
		tell_record(&v, &list[i], NULL, &o);
	json_close(&o);
	aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_list = {
	.name = "list",
	.args = "KIND",
	.args_min = 1,
	.args_max = 1,
	.summary = "All records of a kind: requests, offers, claims, …",
	.option = mode_option,
	.run = list_run,
};

static int get_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	struct object_id id;
	struct aid_record r;
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_object(cli, &v, cli->arg[0], &id));
	TRY(aid_get(&v, AID_KINDS, &id, &r, &cli->why));
	if (r.kind == AID_ALERT && !cli->json) {
		cli_out(cli, r.r.content); /* byte for byte */
		return 0;
	}
	tell_record(&v, &r, NULL, &o);
	aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_get = {
	.name = "get",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "One record as it is; an alert byte for byte",
	.option = mode_option,
	.run = get_run,
};

/* ---- what members have ---- */

static const struct cli_option capability_options[] = {
	{"member", 0, "MEMBER", false, "only those of this member"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

static void capability_print(struct cli *cli, const struct joined_capability *j)
{
	const struct aid_readiness *r = j->readiness ? &j->readiness->a->readiness : NULL;
	int64_t now = env_now_ms(&cli->env);

	cli_print(cli, "%-4s %-16.*s %-30s %4s  %-14s %s\n", label(cli, &j->record.r.author),
		SLICE_FMT(j->c.type), safe(cli, j->c.name, 30),
		j->c.quantity >= 0 ? arena_printf(&cli->arena, "%" PRId64, j->c.quantity) : "?",
		!r			  ? "UNREPORTED"
		: readiness_stale(r, now) ? "STALE"
					  : aid_readiness_states[r->state],
		r ? arena_printf(&cli->arena, "%s old",
			    aid_cmd_span(cli, (now - r->reported_at) / 60000))
		  : "");
}

static int capabilities_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	const char *member = cli_option(cli, "member");
	struct joined_capability *list;
	struct aid_view v;
	struct id id;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	if (member)
		TRY(cli_party(cli, member, &id));
	TRY(capability_list(&v, member ? &id : NULL, &list, &n, &cli->why));
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			tell_capability(&v, &list[i], env_now_ms(&cli->env), NULL, &o);
		else
			capability_print(cli, &list[i]);
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_capabilities = {
	.name = "capabilities",
	.args = "",
	.summary = "What members have, as far as it is released to you, and how old each report is",
	.option = capability_options,
	.run = capabilities_run,
};

static int matrix_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	struct json_doc doc;
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	TRY(tell_matrix(&v, env_now_ms(&cli->env), NULL, &o, &cli->why));
	if (cli->json) {
		aid_cmd_json(cli, &b);
		return 0;
	}
	TRY(json_read(&doc, &cli->arena, buf_slice(&b), &json_limits_local, &cli->why));
	aid_cmd_banner(cli, v.mode);
	for (json_ref row = json_first(&doc, json_root(&doc)); row; row = json_next(&doc, row)) {
		struct slice type = json_string(&doc, json_get(&doc, row, "type"), &cli->arena);

		cli_print(cli, "%-16.*s", SLICE_FMT(type));
		for (json_ref c = json_first(&doc, json_get(&doc, row, "cells")); c;
			c = json_next(&doc, c)) {
			struct slice who =
				json_string(&doc, json_get(&doc, c, "member_label"), &cli->arena);
			struct slice state =
				json_string(&doc, json_get(&doc, c, "state"), &cli->arena);
			int64_t entries = 0, age = 0;

			(void)!json_i64(&doc, json_get(&doc, c, "entries"), &entries);
			(void)!json_i64(&doc, json_get(&doc, c, "age_minutes"), &age);
			if (entries)
				cli_print(cli, "  %.*s %.*s (%s)", SLICE_FMT(who), SLICE_FMT(state),
					aid_cmd_span(cli, age));
		}
		cli_print(cli, "\n");
	}
	return 0;
}

const struct command response_matrix = {
	.name = "matrix",
	.args = "",
	.summary = "Readiness by type and member, with the age of the oldest report",
	.option = mode_option,
	.run = matrix_run,
};

static int ledger_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	TRY(tell_ledger(&v, NULL, &o, &cli->why));
	aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_ledger = {
	.name = "ledger",
	.args = "",
	.summary = "Services owed between members, netted",
	.option = mode_option,
	.run = ledger_run,
};

static int types_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);

	json_open(&o, '[');
	for (const struct type_code *t = type_codes; t->code; t++) {
		if (!cli->json) {
			cli_print(cli, "%-18s %-45s %s\n", t->code, t->name, t->ucpm);
			continue;
		}
		json_open(&o, '{');
		json_put_cstr(&o, "code", t->code);
		json_put_cstr(&o, "name", t->name);
		json_put_cstr(&o, "uom", t->uom);
		json_put_cstr(&o, "ucpm", t->ucpm);
		json_put_cstr(&o, "nims", t->nims);
		json_put_cstr(&o, "insarag_emt", t->who_insarag);
		json_put_cstr(&o, "eru", t->eru);
		json_put_i64(&o, "since", t->since);
		json_close(&o);
	}
	json_close(&o);
	if (cli->json)
		aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_types = {
	.name = "types",
	.args = "",
	.summary = "The code list of capability types, with what each is elsewhere",
	.run = types_run,
};

static int schema_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct json_out o = json_out(&b);
	const struct shape *seen[64];
	size_t n = 0;

	json_open(&o, '{');
	for (int k = 0; k < AID_KINDS; k++)
		if (aid_kinds[k].shape)
			shape_schema(aid_kinds[k].shape, &o, seen, &n);
	shape_schema(&alert_form_shape, &o, seen, &n);
	json_close(&o);
	aid_cmd_json(cli, &b);
	return 0;
}

const struct command response_schema = {
	.name = "schema",
	.args = "",
	.summary = "JSON schemas of all records",
	.run = schema_run,
};
