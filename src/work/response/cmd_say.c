/* cmd_say.c: writing records: `put` for any kind, and the short forms of what duty officers write most. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "node/account.h"
#include "work/response/sms.h"

#include <inttypes.h>

#define FIELDS_MAX 120

static int kind_of(struct cli *cli, const char *word, enum aid_kind *ret)
{
	*ret = aid_kind_of_word(slice_str(word));
	if (*ret == AID_KINDS || *ret == AID_ALERT)
		return why_set(&cli->why, E_USAGE, "KIND",
			"%s is none of capabilities, capability-details, readiness, incidents, acks, requests, offers, acceptances, commits, shortfalls, "
			"deployments, legs, check-ins, sitreps, extensions, extension-answers, stand-downs, returns, claims, claim-decisions, settlements, exchanges",
			word);
	return 0;
}

/* ---- put ---- */

static const struct cli_option put_options[] = {
	ADDRESS_OPTIONS,
	{"object", 0, "OBJECT", false,
		"a new version of this record: fields that are not given stay as they are"},
	{NULL, 0, NULL, false, NULL},
};

/* What the record says now, with what is given laid over it. */
static int onto_old(struct cli *cli, const struct aid_view *v, enum aid_kind kind,
	struct slice *json, struct draft *d)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	const struct shape *shape = aid_kinds[kind].shape;
	struct aid_record old;
	union aid_any a, new;

	TRY(aid_cmd_object(cli, v, cli_option(cli, "object"), &d->object));
	d->has_object = true;
	TRY(aid_get(v, kind, &d->object, &old, &cli->why));
	TRY(aid_read(kind, &new, &cli->arena, *json, SHAPE_STRICT | SHAPE_PARTIAL, &cli->why));
	a = *old.a;
	shape_overlay(shape, &a, &new);
	shape_text(shape, &a, &b);
	*json = arena_copy(&cli->arena, buf_slice(&b));
	if (!d->label.n)
		d->label = old.r.label;
	if (!d->all && d->n_member == 0) {
		d->member = old.r.audience;
		d->n_member = old.r.n_audience;
	}
	return 0;
}

static int put_run(struct cli *cli)
{
	struct draft d = {0};
	struct aid_view v;
	enum aid_kind kind;
	struct slice json;

	TRY(kind_of(cli, cli->arg[0], &kind));
	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_address(cli, &d));
	if (cli->n_arg == 2 && !strchr(cli->arg[1], '='))
		TRY(cli_read(cli, cli->arg[1], LIMIT_PAYLOAD_CONTENT, &json));
	else
		TRY(aid_cmd_compose(cli, &v, kind, cli->arg + 1, cli->n_arg - 1, &json));
	if (cli_option(cli, "object"))
		TRY(onto_old(cli, &v, kind, &json, &d));
	return aid_cmd_say(cli, &v, kind, json, &d);
}

const struct command response_put = {
	.name = "put",
	.args = "KIND [FILE | - | FIELD=VALUE...]",
	.args_min = 1,
	.args_max = FIELDS_MAX,
	.summary = "Write a record of any kind: fields, or JSON from a file",
	.help = "KIND is capabilities, capability-details, readiness, incidents, acks, requests, offers, acceptances, commits, shortfalls, deployments,\n"
		"legs, check-ins, sitreps, extensions, extension-answers, stand-downs, returns, claims, claim-decisions, settlements or exchanges.\n"
		"A field inside another is named with dots, elements of a list by their number: lines.0.type=HCP location.lat=41.5. Times are RFC 3339 or\n"
		"+12h, +30m, +2d from now. What follows from what it answers is filled in: the request, the exact hash, the readers.",
	.option = put_options,
	.run = put_run,
};

/* ---- short forms ---- */

struct fields {
	const char *p[FIELDS_MAX];
	size_t n;
};

static void add(struct cli *cli, struct fields *f, const char *name, const char *value)
{
	if (value && f->n < FIELDS_MAX)
		f->p[f->n++] = arena_printf(&cli->arena, "%s=%s", name, value);
}

static int say(struct cli *cli, const struct aid_view *v, enum aid_kind kind, struct fields *f)
{
	struct draft d = {0};
	struct slice json;

	TRY(aid_cmd_address(cli, &d));
	TRY(aid_cmd_compose(cli, v, kind, f->p, f->n, &json));
	return aid_cmd_say(cli, v, kind, json, &d);
}

static const struct cli_option offer_options[] = {
	{"line", 0, "N", false, "line of the request (default 1)"},
	{"quantity", 0, "N", false, "how many (default 1)"},
	{"capability", 0, "OBJECT", false, "which of your capabilities"},
	{"type", 0, "TYPE", false,
		"or only its type: what is offered stays undisclosed until you commit"},
	{"eta", 0, "TIME", false, "there at the latest: RFC 3339 or +12h"},
	{"valid", 0, "TIME", false, "the offer stands until (default +12h)"},
	{"days", 0, "N", false, "how many days it stays"},
	{"cost", 0, "CENTS", false, "estimate, all in all, with --currency"},
	{"currency", 0, "EUR", false, "of the estimate"},
	{"provisional", 0, NULL, false, "not firm yet"},
	{"decline", 0, "REASON", false, "no offer"},
	{"defer", 0, "REASON", false, "an answer later"},
	ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int offer_run(struct cli *cli)
{
	const char *decline = cli_option(cli, "decline"), *defer = cli_option(cli, "defer");
	const char *line = cli_option(cli, "line"), *quantity = cli_option(cli, "quantity");
	struct fields f = {0};
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	add(cli, &f, "request", cli->arg[0]);
	add(cli, &f, "response",
		decline				 ? "DECLINE"
		: defer				 ? "DEFER"
		: cli_switch(cli, "provisional") ? "PROVISIONAL"
						 : "ACCEPT");
	add(cli, &f, "reason", decline ? decline : defer);
	add(cli, &f, "valid_until", cli_option(cli, "valid") ? cli_option(cli, "valid") : "+12h");
	if (!decline && !defer) {
		if (!cli_option(cli, "eta"))
			return why_set(&cli->why, E_USAGE, "--eta", "is missing: there by when?");
		add(cli, &f, "items.0.item", "1");
		add(cli, &f, "items.0.line", line ? line : "1");
		add(cli, &f, "items.0.quantity", quantity ? quantity : "1");
		add(cli, &f, "items.0.capability", cli_option(cli, "capability"));
		add(cli, &f, "items.0.type", cli_option(cli, "type"));
		add(cli, &f, "items.0.eta_latest", cli_option(cli, "eta"));
		add(cli, &f, "items.0.duration_days", cli_option(cli, "days"));
		add(cli, &f, "items.0.cost.other", cli_option(cli, "cost"));
		add(cli, &f, "items.0.cost.currency",
			cli_option(cli, "cost") ? cli_option(cli, "currency") : NULL);
	}
	return say(cli, &v, AID_OFFER, &f);
}

const struct command response_offer = {
	.name = "offer",
	.args = "REQUEST",
	.args_min = 1,
	.args_max = 1,
	.summary = "Answer a request: firm, provisional, declined or deferred",
	.help = "REQUEST is its code or id. One item; several in one offer are written with `put offers`.",
	.option = offer_options,
	.run = offer_run,
};

static const struct cli_option accept_options[] = {
	{"item", 'i', "ITEM=QUANTITY", true, "of these items (default: all that is offered)"},
	{"commit-by", 0, "TIME", false,
		"it lapses if the provider has not committed by then (default +6h)"},
	{"as", 0, "NAME", false, "who authorises it"},
	{"token", 0, "FILE", false,
		"file with a token of who accepts (- for standard input), where the request wants two people"},
	{"cost", 0, "CENTS", false, "agreed cost of the first item, with --currency"},
	{"currency", 0, "EUR", false, "of the cost"},
	ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int accept_run(struct cli *cli)
{
	struct fields f = {0};
	struct aid_view v;
	struct account who;

	TRY(aid_cmd_view(cli, &v));
	if (cli_option(cli, "token")) {
		TRY(aid_cmd_person(cli, &who));
		v.person = &who;
	}
	add(cli, &f, "offer", cli->arg[0]);
	add(cli, &f, "commit_by",
		cli_option(cli, "commit-by") ? cli_option(cli, "commit-by") : "+6h");
	add(cli, &f, "authorised_by", cli_option(cli, "as"));
	add(cli, &f, "currency", cli_option(cli, "currency"));
	for (size_t i = 0; i < cli_option_count(cli, "item"); i++) {
		struct slice quantity = slice_str(cli_option_at(cli, "item", i)), item;

		if (!slice_cut_exact(&quantity, '=', &item))
			return why_set(&cli->why, E_USAGE, "--item", "is ITEM=QUANTITY");
		add(cli, &f, arena_printf(&cli->arena, "items.%zu.item", i),
			arena_string(&cli->arena, item));
		add(cli, &f, arena_printf(&cli->arena, "items.%zu.quantity", i),
			arena_string(&cli->arena, quantity));
	}
	if (cli_option(cli, "cost") && cli_option_count(cli, "item"))
		add(cli, &f, "items.0.agreed_cost", cli_option(cli, "cost"));
	return say(cli, &v, AID_ACCEPTANCE, &f);
}

const struct command response_accept = {
	.name = "accept",
	.args = "OFFER",
	.args_min = 1,
	.args_max = 1,
	.summary = "Accept an offer, by the exact hash of the version held here",
	.help = "Where the request wants two people, it waits until the second one confirms it: entente response confirm HASH.",
	.option = accept_options,
	.run = accept_run,
};

static const struct cli_option commit_options[] = {
	{"refuse", 0, "REASON", false, "bind nothing, and say why"},
	{"capability", 0, "OBJECT", false,
		"which of your capabilities, where the offer did not say"},
	{"order", 0, "NUMBER", false, "mission order"},
	{"leader", 0, "NAME", false, "team leader"},
	ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int commit_run(struct cli *cli)
{
	const char *refuse = cli_option(cli, "refuse"), *cap = cli_option(cli, "capability");
	struct fields f = {0};
	struct aid_record acc;
	struct object_id id;
	struct aid_view v;

	TRY(aid_cmd_view(cli, &v));
	add(cli, &f, "acceptance", cli->arg[0]);
	add(cli, &f, "decision", refuse ? "REFUSE" : "COMMIT");
	add(cli, &f, "reason", refuse);
	add(cli, &f, "mission_order.number", cli_option(cli, "order"));
	if (cli_option(cli, "order"))
		add(cli, &f, "mission_order.team_leader", cli_option(cli, "leader"));
	if (cap && !refuse) {
		TRY(aid_cmd_object(cli, &v, cli->arg[0], &id));
		TRY(aid_get(&v, AID_ACCEPTANCE, &id, &acc, &cli->why));
		const struct aid_accepted_item *item = acc.a->acceptance.items.p;
		for (size_t i = 0; i < acc.a->acceptance.items.n && i < 10; i++) {
#define ITEM(name) arena_printf(&cli->arena, "items.%zu." name, i)
#define VALUE(n)   arena_printf(&cli->arena, "%" PRId64, n)
			add(cli, &f, ITEM("item"), VALUE(item[i].item));
			add(cli, &f, ITEM("line"), VALUE(item[i].line));
			add(cli, &f, ITEM("quantity"), VALUE(item[i].quantity));
			add(cli, &f, ITEM("capability"), cap);
			add(cli, &f, ITEM("from"), "+0m");
			add(cli, &f, ITEM("until"), "+14d");
		}
	}
	return say(cli, &v, AID_COMMIT, &f);
}

const struct command response_commit = {
	.name = "commit",
	.args = "ACCEPTANCE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Bind what was accepted, or refuse; checked against what is free",
	.option = commit_options,
	.run = commit_run,
};

static const struct cli_option withdraw_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

static int withdraw_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d = {.has_object = true};
	struct aid_record r;
	struct aid_view v;
	union aid_any a;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_object(cli, &v, cli->arg[0], &d.object));
	TRY(aid_get(&v, AID_KINDS, &d.object, &r, &cli->why));
	if (r.kind != AID_OFFER && r.kind != AID_ACCEPTANCE && r.kind != AID_CLAIM)
		return why_set(&cli->why, E_INVALID, "OBJECT",
			"offers, acceptances and claims can be withdrawn");
	a = *r.a;
	if (r.kind == AID_OFFER)
		a.offer.withdrawn = true;
	else if (r.kind == AID_ACCEPTANCE)
		a.acceptance.withdrawn = true;
	else
		a.claim.withdrawn = true;
	shape_text(aid_kinds[r.kind].shape, &a, &b);
	d.label = r.r.label;
	d.member = r.r.audience;
	d.n_member = r.r.n_audience;
	return aid_cmd_say(cli, &v, r.kind, buf_slice(&b), &d);
}

const struct command response_withdraw = {
	.name = "withdraw",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Withdraw an offer, an acceptance or a claim of your own",
	.option = withdraw_options,
	.run = withdraw_run,
};

/* ---- by SMS ---- */

static const struct aid_line *sms_line(const struct aid_request *q, const char *type)
{
	const struct aid_line *l = q->lines.p;

	for (size_t i = 0; i < q->lines.n; i++)
		if (!l[i].withdrawn && slice_is(l[i].type, type))
			return &l[i];
	return NULL;
}

static int sms_say(struct cli *cli, const struct aid_view *v, const struct sms *s,
	const struct aid_record *request)
{
	char id[OBJECT_TEXT + 1];
	struct fields f = {0};

	object_format(&request->r.object, id);
	if (s->verb == SMS_ACK) {
		add(cli, &f, "target", id);
		add(cli, &f, "state", "read");
		add(cli, &f, "channel", "sms");
		return say(cli, v, AID_ACK, &f);
	}
	add(cli, &f, "request", id);
	add(cli, &f, "valid_until", "+12h");
	if (s->verb == SMS_NO) {
		add(cli, &f, "response", "DECLINE");
		add(cli, &f, "reason", arena_string(&cli->arena, s->reason));
	} else if (s->verb == SMS_LATER) {
		add(cli, &f, "response", "DEFER");
		add(cli, &f, "reason",
			arena_printf(
				&cli->arena, "an answer in %s", aid_cmd_span(cli, s->minutes)));
	} else {
		const struct aid_line *line = sms_line(&request->a->request, s->type);

		if (!line)
			return why_set(&cli->why, E_INVALID, "sms", "%.*s asks for no %s",
				SLICE_FMT(s->code), s->type);
		add(cli, &f, "response", s->verb == SMS_OFFER ? "ACCEPT" : "PROVISIONAL");
		add(cli, &f, "items.0.item", "1");
		add(cli, &f, "items.0.line", arena_printf(&cli->arena, "%" PRId64, line->line));
		add(cli, &f, "items.0.type", s->type);
		add(cli, &f, "items.0.quantity",
			arena_printf(&cli->arena, "%" PRId64, s->quantity));
		add(cli, &f, "items.0.eta_latest",
			arena_printf(&cli->arena, "+%" PRId64 "m", s->minutes));
	}
	return say(cli, v, AID_OFFER, &f);
}

static const struct cli_option sms_options[] = {ADDRESS_OPTIONS, {NULL, 0, NULL, false, NULL}};

static int sms_run(struct cli *cli)
{
	struct aid_record request;
	struct aid_view v;
	struct sms s;

	TRY(sms_parse(slice_str(cli->arg[0]), &s, &cli->why));
	TRY(aid_cmd_view(cli, &v));
	TRY(aid_by_code(&v, s.code, &request, &cli->why));
	return sms_say(cli, &v, &s, &request);
}

const struct command response_sms = {
	.name = "sms",
	.args = "TEXT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take an answer as it comes by SMS: 4711 OFFER 2 HCP 12H",
	.help = "CODE ACK | CODE OFFER n TYPE 12H | CODE MAYBE n TYPE 12H | CODE NO reason | CODE LATER 6H. For a gateway (smstools, gammu): call it with\n"
		"the text, send back the line it prints or the error. Only numbers that you know should come through.",
	.option = sms_options,
	.run = sms_run,
};
