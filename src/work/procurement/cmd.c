/* cmd.c: `entente procure`: lists, single records, and what the commands share. */
#include "work/procurement/cmd.h"

#include "base/enc.h"
#include "base/report.h"
#include "node/bell.h"
#include "work/procurement/waits.h"

#include <inttypes.h>

/* ---- shared ---- */

static int seat_write(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct cli *cli = ctx;
	int rc = cli_write_draft(cli, d, ret);

	if (rc < 0 && why)
		*why = cli->why;
	return rc;
}

int cmd_load(struct cli *cli, const char *text, struct cmd_process *ret)
{
	struct object_id object;
	struct reader who;

	*ret = (struct cmd_process){.arena = ARENA(4 * GIB)};
	TRY(cli_world(cli));
	TRY(cli_object(cli, text, &object));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_process(
		&cli->world, cli->db, &who, &object, ROWS_ALL, &ret->arena, &ret->rows, &cli->why));
	TRY(process_read(&ret->rows, env_now_ms(&cli->env), &ret->arena, &ret->p, &cli->why));
	ret->seat = (struct seat){.node = cli->node,
		.db = cli->db,
		.w = &cli->world,
		.write = seat_write,
		.ctx = cli};
	return 0;
}

void cmd_unload(struct cmd_process *c)
{
	arena_free(&c->arena);
}

void cmd_written(struct cli *cli, const struct written *w)
{
	char object[OBJECT_TEXT + 1], leaf[65];

	object_format(&w->object, object);
	hex_encode(w->leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli, "{\"object\":\"%s\",\"seq\":%" PRIu64 ",\"leaf\":\"%s\"}\n", object,
			w->seq, leaf);
	else
		cli_print(cli, "%s\n", object);
}

void cmd_json(struct cli *cli, struct buf *b)
{
	buf_byte(b, '\n');
	cli_out(cli, buf_slice(b));
}

/* ---- lists ---- */

static const struct cli_option mode_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

/* One procurement, in memory of its own. */
static int board_line(struct cli *cli, const struct object_id *id, struct json_out *o)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct reader who = world_reader(&cli->world, &cli->node->self);
	struct process *p = arena_new(&arena, struct process);
	char object[OBJECT_TEXT + 1];
	struct rows rows;
	struct wait wait;

	TRY(procure_store_process(
		&cli->world, cli->db, &who, id, ROWS_ALL, &arena, &rows, &cli->why));
	TRY(process_read(&rows, env_now_ms(&cli->env), &arena, p, &cli->why));
	view_card(o, p, &cli->world, &arena);
	object_format(&p->id, object);
	if (cli->json)
		return 0;
	process_waits(p, env_now_ms(&cli->env), &arena, &wait);
	cli_print(cli, "%-14s %.8s  lead %s, %zu members, %zu signed  %.*s\n",
		process_state_name(p->state), object + ID_TEXT + 1,
		world_party_label(&cli->world, &p->lead, &arena), p->n_participant, p->n_consent,
		SLICE_FMT(get_text(
			&p->agreement->doc, json_root(&p->agreement->doc), "title", &arena)));
	if (wait.what)
		cli_print(
			cli, "%24s waits for %s\n", "", waits_words(&wait, p, &cli->world, &arena));
	return 0;
}

static int run_board(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct reader who;
	struct rows list;
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_list(&cli->world, cli->db, &who, P_AGREEMENT, mode, NULL, 200, &arena,
		&list, &cli->why));
	if (list.more)
		cli_say(cli, "the newest %zu; there are more", list.n);
	json_open(&o, '[');
	for (size_t i = 0; i < list.n; i++)
		TRY(board_line(cli, &list.row[i].object, &o));
	json_close(&o);
	if (cli->json)
		cmd_json(cli, &b);
	else if (list.n == 0)
		cli_say(cli,
			"no procurement yet: entente procure need put, then pool put, put agreement FILE");
	return 0;
}

const struct command command_procure_board = {
	.name = "board",
	.args = "",
	.summary = "Show all joint procurements and what each waits for",
	.option = mode_options,
	.run = run_board,
};

int cmd_kind(struct cli *cli, const char *word, enum pkind *ret)
{
	*ret = pkind_find(slice_str(arena_printf(&cli->arena, KIND_PREFIX "%s/1", word)));
	if (*ret == P_KINDS || *ret == P_SEAL || *ret == P_CONFIRM)
		return why_set(&cli->why, E_USAGE, "KIND",
			"there is no kind of record %s: need, pool, participation, vote, agreement, tender, question, answer, conflict, score, complaint, ruling, contract, delivery, transaction, …",
			word);
	return 0;
}

static int run_list(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	struct reader who;
	struct rows list;
	enum mode mode;
	enum pkind k;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	TRY(cmd_kind(cli, cli->arg[0], &k));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_list(
		&cli->world, cli->db, &who, k, mode, NULL, LIMIT_LISTED, &arena, &list, &cli->why));
	if (list.more)
		cli_say(cli, "the newest %zu; there are more", list.n);
	json_open(&o, '[');
	for (size_t i = 0; i < list.n; i++) {
		char object[OBJECT_TEXT + 1];

		view_row(&o, NULL, &list.row[i], &cli->world, &arena);
		object_format(&list.row[i].object, object);
		if (!cli->json)
			cli_print(cli, "%.8s  %-4s %.*s\n", object + ID_TEXT + 1,
				world_party_label(&cli->world, &list.row[i].object.owner, &arena),
				SLICE_FMT(procure_title(k, &list.row[i].doc, &arena)));
	}
	json_close(&o);
	if (cli->json)
		cmd_json(cli, &b);
	return 0;
}

const struct command command_procure_list = {
	.name = "list",
	.args = "KIND",
	.args_min = 1,
	.args_max = 1,
	.summary = "List records of a kind: need, pool, participation, vote, agreement, tender, …",
	.option = mode_options,
	.run = run_list,
};

/* ---- one record ---- */

static const struct cli_option put_options[] = {
	{"of", 0, "OBJECT", false,
		"the pool or procurement that the record belongs to (instead of what the file says)"},
	{"to", 't', "WHO", false,
		"all, or members: ALB,KOS (default: participants; of needs and pools all)"},
	{"object", 0, "OBJECT", false, "a new version of this record"},
	{"label", 'l', "LABEL", false,
		"class and categories (default: that of the procurement, or the lowest)"},
	{"mode", 'm', "MODE", false,
		"real, exercise or test (default: that of the procurement, or real)"},
	{NULL, 0, NULL, false, NULL},
};

/* What stands in the file, of the process that --of names. */
static int with_process(struct cli *cli, enum pkind k, struct slice text, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	char object[OBJECT_TEXT + 1];
	struct object_id of;
	struct json_doc doc;

	if (!cli_option(cli, "of") || !pkind_table[k].of) {
		*ret = text;
		return 0;
	}
	TRY(cli_object(cli, cli_option(cli, "of"), &of));
	object_format(&of, object);
	TRY(json_read(&doc, &cli->arena, text, &json_limits_partner, &cli->why));
	if (json_type(&doc, json_root(&doc)) != JSON_OBJECT)
		return why_set(&cli->why, E_SYNTAX, "FILE", "a record is a JSON object");
	json_open(&o, '{');
	json_put_cstr(&o, pkind_table[k].of, object);
	for (json_ref v = json_first(&doc, json_root(&doc)); v; v = json_next(&doc, v)) {
		struct slice key = json_key(&doc, v, &cli->arena);

		if (!slice_is(key, pkind_table[k].of))
			json_put_raw(&o, arena_string(&cli->arena, key), json_raw(&doc, v));
	}
	json_close(&o);
	if (buf_over(&b))
		return why_set(&cli->why, E_LIMIT, "FILE", "is too long for a record");
	*ret = arena_copy(&cli->arena, buf_slice(&b));
	return 0;
}

/* Where a record goes that belongs to something: where that went. */
static int address_of(
	struct cli *cli, const struct object_id *of, struct arena *arena, struct draft *d)
{
	struct reader who = world_reader(&cli->world, &cli->node->self);
	struct row root;
	struct id *member;

	TRY(procure_store_object(&cli->world, cli->db, &who, of, arena, &root, &cli->why));
	d->mode = root.mode;
	d->label = root.label;
	TRY(procure_store_readers(cli->db, root.audience, arena, &member, &d->n_member, &cli->why));
	d->member = member;
	return 0;
}

/* What cannot be one (refused, less than a piece, another's) is none; the delivery stands all the same. */
static void put_capability(
	struct cli *cli, const struct object_id *procurement, const struct object_id *delivery)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	char text[OBJECT_TEXT + 1];
	struct written w;

	object_format(procurement, text);
	if (cmd_load(cli, text, c) == 0 &&
		delivery_capability(&c->seat, &c->p, delivery, &c->arena, &w, &cli->why) == 0) {
		object_format(&w.object, text);
		cli_say(cli, "a draft capability for rapid response, seen by nobody else: %s",
			text);
	}
	cmd_unload(c);
	cli->why = (struct why){0};
}

int cmd_put(struct cli *cli, enum pkind k, struct slice content, struct written *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct draft d = {.media = SLICE("application/json"),
		.content = content,
		.kind = slice_str(pkind_table[k].kind)};
	struct object_id of = {{{0}}, {{0}}};
	struct json_doc doc;

	TRY(cli_world(cli));
	TRY(procure_read(k, d.content, &arena, &doc, &of, &cli->why));
	if (cli_option(cli, "object")) {
		TRY(cli_object(cli, cli_option(cli, "object"), &d.object));
		d.has_object = true;
	}
	if (pkind_table[k].of) {
		TRY(address_of(cli, &of, &arena, &d));
	} else {
		d.all = true;
		TRY(cli_mode(cli, &d.mode));
		TRY(cli_label(cli, "", &d.label));
	}
	if (k == P_AGREEMENT) {
		json_ref list = json_get(&doc, json_root(&doc), "participants");
		struct id *member = arena_array(&arena, struct id, json_count(&doc, list) + 1);

		d.all = false;
		for
			EACH(&doc, v, list)
		MUST(id_parse(json_string(&doc, v, &arena), &member[d.n_member++]) == 0);
		d.member = member;
	}
	if (cli_option(cli, "to")) {
		struct id *member;

		d.n_member = 0;
		TRY(cli_audience(cli, cli_option(cli, "to"), &d.all, &member, &d.n_member));
		d.member = member;
	}
	if (cli_option(cli, "label"))
		TRY(cli_label(cli, cli_option(cli, "label"), &d.label));
	TRY(cli_write_draft(cli, &d, ret));
	if (k == P_DELIVERY && !d.has_object)
		put_capability(cli, &of, &ret->object);
	return 0;
}

int cmd_put_again(struct cli *cli, const struct row *old, struct slice content, struct written *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct draft d = {.media = SLICE("application/json"),
		.content = content,
		.kind = slice_str(pkind_table[old->kind].kind),
		.mode = old->mode,
		.label = old->label,
		.has_object = true,
		.object = old->object};
	struct id *member;

	TRY(procure_store_readers(cli->db, old->audience, &arena, &member, &d.n_member, &cli->why));
	d.member = member;
	return cli_write_draft(cli, &d, ret);
}

static int run_put(struct cli *cli)
{
	struct slice text, content;
	struct written w;
	enum pkind k;

	TRY(cli_world(cli));
	TRY(cmd_kind(cli, cli->arg[0], &k));
	TRY(cli_read(cli, cli->arg[1], LIMIT_PAYLOAD_CONTENT, &text));
	TRY(with_process(cli, k, text, &content));
	TRY(cmd_put(cli, k, content, &w));
	cmd_written(cli, &w);
	return 0;
}

const struct command command_procure_put = {
	.name = "put",
	.args = "KIND FILE",
	.args_min = 2,
	.args_max = 2,
	.summary =
		"Write a record: need, pool, participation, vote, agreement, tender, question, answer, …",
	.help = "FILE is the record's JSON, - for standard input; `entente procure example KIND` prints one to begin with, `schema KIND` says what it may hold. What\n"
		"belongs to a pool or procurement goes to those who have that, with its label and mode.",
	.option = put_options,
	.run = run_put,
};

/* ---- the table ---- */

static const struct command *const procure_subs[] = {&command_procure_board, &command_procure_need,
	&command_procure_pool, &command_procure_list, &command_procure_put, &command_procure_show,
	&command_procure_changes, &command_procure_agree, &command_procure_step,
	&command_procure_open, &command_procure_transcript, &command_procure_verify,
	&command_procure_import, &command_procure_solve, &command_procure_award,
	&command_procure_consent, &command_procure_finish, &command_procure_shares,
	&command_procure_contracts, &command_procure_balance, &command_procure_trust,
	&command_procure_export, &command_procure_schema, &command_procure_example, NULL};
const struct command command_procure = {
	.name = "procure",
	.group = "Joint procurement",
	.summary = "Buy together: needs, pools, sealed tenders, awards, shares, contracts",
	.sub = procure_subs,
};

const struct command *const procurement_commands[] = {
	&command_procure, &command_bid, &command_ocds, NULL};
