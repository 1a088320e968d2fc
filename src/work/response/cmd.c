/* cmd.c: see cmd.h. */
#include "work/response/cmd.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/response/waiting.h"

#include <inttypes.h>
#include <limits.h>

int aid_cmd_view(struct cli *cli, struct aid_view *ret)
{
	struct reader *who = arena_new(&cli->arena, struct reader);
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	*who = (struct reader){.self = true,
		.member = cli->node->self,
		.is_party = true,
		.is_member = true,
		.clearance_level = UINT_MAX};
	*ret = (struct aid_view){.world = &cli->world,
		.db = cli->db,
		.who = who,
		.arena = &cli->arena,
		.mode = mode};
	return 0;
}

int aid_cmd_address(struct cli *cli, struct draft *d)
{
	const char *to = cli_option(cli, "to"), *label = cli_option(cli, "label");
	struct id *member;

	TRY(cli_mode(cli, &d->mode));
	if (label)
		TRY(cli_label(cli, label, &d->label));
	if (to) {
		TRY(cli_audience(cli, to, &d->all, &member, &d->n_member));
		d->member = member;
	}
	return 0;
}

static bool all_digits(const char *s)
{
	for (const char *p = s; *p; p++)
		if (*p < '0' || *p > '9')
			return false;
	return *s && strlen(s) <= 8;
}

int aid_cmd_object(
	struct cli *cli, const struct aid_view *v, const char *text, struct object_id *ret)
{
	struct aid_record r;
	int rc;

	if (all_digits(text)) {
		rc = aid_by_code(v, slice_str(text), &r, &cli->why);
		if (rc == 0)
			*ret = r.r.object;
		if (rc != E_MISSING || strlen(text) < 4)
			return rc;
	}
	return cli_object(cli, text, ret);
}

int aid_cmd_say(struct cli *cli, const struct aid_view *v, enum aid_kind kind, struct slice json,
	struct draft *d)
{
	char object[OBJECT_TEXT + 1], leaf[65];
	struct written w;
	bool two;

	d->mode = v->mode;
	TRY(aid_say(v, kind, json, d, &cli->why));
	TRY(waiting_wanted(v, d, &two, &cli->why));
	if (two)
		return aid_cmd_propose(cli, v, d);
	TRY(cli_write_draft(cli, d, &w));
	object_format(&w.object, object);
	hex_encode(w.leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli,
			"{\"object\":\"%s\",\"kind\":\"%s\",\"seq\":%" PRIu64 ",\"leaf\":\"%s\"}\n",
			object, aid_kinds[kind].kind, w.seq, leaf);
	else
		cli_print(cli, "%s\n", object);
	if (!d->all && d->n_member == 1 && id_eq(&d->member[0], &cli->node->self))
		cli_say(cli, "kept here only: --to names who else gets it");
	return 0;
}

/* The form of a field by its path; -1. */
static int form_of(const struct shape *s, struct slice path)
{
	struct slice head;

	while (slice_cut(&path, '.', &head)) {
		const struct shape_field *f = s->field;

		while (f->key && !slice_is(head, f->key))
			f++;
		if (!f->key)
			return -1;
		if (path.n == 0)
			return (int)f->form;
		if (f->form == FORM_SHAPES)
			(void)!slice_cut(&path, '.', &head);
		if (!f->shape)
			return (int)f->form;
		s = f->shape;
	}
	return -1;
}

/* "offer=abcd" becomes the whole id; "creditor=ALB" the member's. */
static int field_resolve(
	struct cli *cli, const struct aid_view *v, enum aid_kind kind, struct slice *field)
{
	struct slice value = *field, path;
	char text[OBJECT_TEXT + 1];
	struct object_id object;
	struct id member;
	int form;

	if (!slice_cut_exact(&value, '=', &path))
		return 0;
	form = form_of(aid_kinds[kind].shape, path);
	if (form == FORM_OBJECT) {
		TRY(aid_cmd_object(cli, v, arena_string(&cli->arena, value), &object));
		object_format(&object, text);
	} else if (form == FORM_MEMBER) {
		TRY(cli_party(cli, arena_string(&cli->arena, value), &member));
		id_format(&member, text);
	} else {
		return 0;
	}
	*field = slice_str(arena_printf(&cli->arena, "%.*s=%s", SLICE_FMT(path), text));
	return 0;
}

int aid_cmd_compose(struct cli *cli, const struct aid_view *v, enum aid_kind kind,
	const char *const *field, size_t n, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct slice *s = arena_array(&cli->arena, struct slice, n + 1);

	for (size_t i = 0; i < n; i++) {
		s[i] = slice_str(field[i]);
		TRY(field_resolve(cli, v, kind, &s[i]));
	}
	TRY(shape_compose(
		aid_kinds[kind].shape, s, n, env_now_ms(&cli->env), &cli->arena, &b, &cli->why));
	*ret = arena_copy(&cli->arena, buf_slice(&b));
	return 0;
}

void aid_cmd_banner(struct cli *cli, enum mode mode)
{
	if (mode != MODE_REAL)
		cli_print(cli, "%s*** %s ***%s\n", cli_colour(cli, COLOUR_YELLOW),
			mode == MODE_EXERCISE ? "EXERCISE EXERCISE EXERCISE" : "TEST",
			cli_colour(cli, COLOUR_NONE));
}

const char *aid_cmd_span(struct cli *cli, int64_t minutes)
{
	const char *sign = minutes < 0 ? "-" : "";

	minutes = minutes < 0 ? -minutes : minutes;
	if (minutes < 120)
		return arena_printf(&cli->arena, "%s%" PRId64 " min", sign, minutes);
	if (minutes < 48 * 60)
		return arena_printf(&cli->arena, "%s%" PRId64 " h", sign, minutes / 60);
	return arena_printf(&cli->arena, "%s%" PRId64 " d", sign, minutes / 1440);
}

const char *aid_cmd_time(struct cli *cli, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	if (!ms)
		return "-";
	utc_format(ms, text);
	text[10] = ' ';
	return arena_printf(&cli->arena, "%.16s", text);
}

void aid_cmd_json(struct cli *cli, struct buf *b)
{
	buf_byte(b, '\n');
	cli_out(cli, buf_slice(b));
}

const struct command *const response_commands[] = {
	&response_board,
	&response_show,
	&response_plan,
	&response_put,
	&response_offer,
	&response_accept,
	&response_waiting,
	&response_confirm,
	&response_commit,
	&response_withdraw,
	&response_sms,
	&response_list,
	&response_get,
	&response_capabilities,
	&response_matrix,
	&response_import,
	&response_export,
	&response_ledger,
	&response_types,
	&response_alert,
	&response_alerts,
	&response_drafts,
	&response_approve,
	&response_discard,
	&response_lint,
	&response_ack,
	&response_feed,
	&response_feeds,
	&response_schema,
	NULL,
};
static const struct command command_response = {
	.name = "response",
	.group = "Response",
	.summary = "Alerts, requests, offers, commitments, deployments",
	.help = "A request has lines; members offer; the requester accepts an offer by its exact hash; the provider commits, or refuses,\n"
		"after its own check: so nothing is promised twice. What is shown is folded from what this node holds.",
	.sub = response_commands,
};
const struct command *const response_command[] = {&command_response, NULL};
