/* cmd_case_new.c: what `entente cyber case` writes: new records, another status, answers. */
#include "work/cyber/cmd_case.h"

static void print_written(struct cli *cli, const struct written *w)
{
	char object[OBJECT_TEXT + 1];

	object_format(&w->object, object);
	cli_print(cli, cli->json ? "{\"object\":\"%s\"}\n" : "%s\n", object);
}

static int found(
	struct cli *cli, struct record *ret, enum coord_kind *ret_kind, struct coord *ret_coord)
{
	int rc;

	TRY(cli_world(cli));
	TRY(db_begin_read(cli->db, &cli->why));
	rc = cyber_case_find(cli, ret, ret_kind, ret_coord);
	db_rollback(cli->db);
	return rc;
}

/* ---- new ---- */

#define OBJECTS_MOST 128

/* A record by its id or the beginning of it, as its whole id. */
static int put_record_id(struct cli *cli, struct json_out *o, const char *key, const char *text)
{
	char whole[OBJECT_TEXT + 1];
	struct object_id object;

	TRY(cli_object(cli, text, &object));
	object_format(&object, whole);
	json_put_cstr(o, key, whole);
	return 0;
}

static int new_content(struct cli *cli, enum coord_kind kind, struct json_out *o)
{
	static const char *const plain[] = {
		"severity", "first-seen", "due", "type", "target", "vulnerability", NULL};
	static const char *const keys[] = {
		"severity", "first_seen", "due", "type", "target", "vulnerability"};
	const char *text = cli_option(cli, "text"), *who = cli_option(cli, "for"),
		   *status = cli_option(cli, "status"), *of = cli_option(cli, "case");
	char member[ID_TEXT + 1];
	struct id id;

	json_open(o, '{');
	json_put_cstr(o, "title", cli->arg[1]);
	json_put_cstr(o, "status", status ? status : kind == COORD_NOTICE ? "published" : "open");
	if (text)
		json_put_cstr(o, kind == COORD_CASE ? "summary" : "text", text);
	if (kind == COORD_CASE && !cli_option(cli, "severity"))
		json_put_cstr(o, "severity", "medium");
	for (size_t i = 0; plain[i]; i++)
		if (cli_option(cli, plain[i]))
			json_put_cstr(o, keys[i], cli_option(cli, plain[i]));
	if (of)
		TRY(put_record_id(cli, o, "case", of));
	if (who) {
		TRY(cli_party(cli, who, &id));
		id_format(&id, member);
		json_put_cstr(o, "for", member);
	}
	json_open_at(o, "objects", '[');
	for (size_t i = 0; i < cli_option_count(cli, "object") && i < OBJECTS_MOST; i++)
		json_put_cstr(o, NULL, cli_option_at(cli, "object", i));
	json_close(o);
	json_close(o);
	return 0;
}

static int new_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);
	enum coord_kind kind;
	struct written w;
	struct ingest in;

	if (coord_word_parse(slice_str(cli->arg[0]), &kind) < 0 || kind == COORD_ANSWER)
		return why_set(
			&cli->why, E_USAGE, cli->arg[0], "is none of case, task, rfi, notice");
	TRY(cyber_cmd_address(cli, &in));
	TRY(new_content(cli, kind, &o));
	struct draft d = {.mode = in.mode,
		.kind = slice_str(coord_kind_name(kind)),
		.label = in.label,
		.all = in.all,
		.veil_all = in.all,
		.member = in.member,
		.n_member = in.n_member,
		.media = SLICE("application/json"),
		.content = buf_slice(&b)};
	TRY(cli_write_draft(cli, &d, &w));
	print_written(cli, &w);
	return 0;
}

static const struct cli_option new_options[] = {
	CMD_ADDRESS_OPTIONS,
	{"text", 0, "TEXT", false, "what is known, asked or to be done"},
	{"status", 0, "STATUS", false, "default: open; of a notice published"},
	{"severity", 0, "WORD", false, "of a case: low, medium (default), high or critical"},
	{"first-seen", 0, "TIME", false,
		"of a case: where its clock begins (default: the first sighting of its objects)"},
	{"object", 0, "ID", true, "a STIX object that belongs to it; may be given several times"},
	{"case", 0, "OBJECT", false, "the case that a task, question or notice belongs to"},
	{"for", 0, "MEMBER", false, "of a task: who is to take it"},
	{"due", 0, "TIME", false, "of a task or question"},
	{"type", 0, "WORD", false, "of a notice: advisory, takedown or vulnerability"},
	{"target", 0, "TEXT", false, "of a notice: what is to be taken down"},
	{"vulnerability", 0, "CVE", false, "of a notice: which one it is about"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_case_new = {
	.name = "new",
	.args = "KIND TITLE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Open a case, offer a task, ask a question (rfi), publish a notice",
	.help = "Prints its id. Without --to it stays at this node. Advisories in CSAF: `entente cyber csaf import`.",
	.option = new_options,
	.run = new_run,
};

/* ---- changing, answering ---- */

/* Its readers and label are those of what it is about. */
static struct draft draft_like(const struct record *r, enum coord_kind kind, struct slice content)
{
	return (struct draft){.mode = r->mode,
		.kind = slice_str(coord_kind_name(kind)),
		.label = r->label,
		.member = r->audience,
		.n_member = r->n_audience,
		.media = SLICE("application/json"),
		.content = content};
}

static int set_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	enum coord_kind kind;
	struct written w;
	struct record r;
	struct coord x;

	TRY(found(cli, &r, &kind, &x));
	if (!id_eq(&r.object.owner, &cli->node->self))
		return why_set(&cli->why, E_DENIED, cli->arg[0],
			"only its owner changes it: `case answer` says what this member does");
	json_open(&o, '{');
	for (json_ref v = json_first(&x.doc, x.root); v; v = json_next(&x.doc, v)) {
		struct slice key = json_key(&x.doc, v, &cli->arena);

		if (!slice_is(key, "status"))
			json_put_raw(&o, arena_string(&cli->arena, key), json_raw(&x.doc, v));
	}
	json_put_cstr(&o, "status", cli->arg[1]);
	json_close(&o);
	if (buf_over(&b))
		return why_set(&cli->why, E_LIMIT, "", "it is too large");
	struct draft d = draft_like(&r, kind, buf_slice(&b));
	d.has_object = true;
	d.object = r.object;
	TRY(cli_write_draft(cli, &d, &w));
	print_written(cli, &w);
	return 0;
}

const struct command command_cyber_case_set = {
	.name = "set",
	.args = "OBJECT STATUS",
	.args_min = 2,
	.args_max = 2,
	.summary = "Give an own one another status",
	.help = "Case: open, contained, closed. Task: open, done, withdrawn. Question: open, closed. Notice: draft, published, done.",
	.run = set_run,
};

static int answer_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);
	const char *text = cli_option(cli, "text");
	char object[OBJECT_TEXT + 1];
	enum coord_kind kind;
	struct written w;
	struct record r;
	struct coord x;

	TRY(found(cli, &r, &kind, &x));
	object_format(&r.object, object);
	json_open(&o, '{');
	json_put_cstr(&o, "to", object);
	json_put_cstr(&o, "answer", cli->arg[1]);
	if (text)
		json_put_cstr(&o, "text", text);
	json_close(&o);
	struct draft d = draft_like(&r, COORD_ANSWER, buf_slice(&b));
	TRY(cli_write_draft(cli, &d, &w));
	print_written(cli, &w);
	return 0;
}

static const struct cli_option answer_options[] = {
	{"text", 0, "TEXT", false, "words with it"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_case_answer = {
	.name = "answer",
	.args = "OBJECT WORD",
	.args_min = 2,
	.args_max = 2,
	.summary = "Answer another's: accepted, declined, done, answered or covered",
	.help = "Goes to all who have what it answers, under the same label.",
	.option = answer_options,
	.run = answer_run,
};
