/* cmd_case.c: `entente cyber case`: cases, tasks, questions, notices and answers from the command line, with the clock of coverage. */
#include "work/cyber/cmd_case.h"

#include "work/cyber/index.h"

#include "base/utf8.h"

static void time_put(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	if (!ms) {
		json_put_null(o, key);
		return;
	}
	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

static const char *time_text(struct cli *cli, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return arena_printf(&cli->arena, "%.16sZ", text);
}

static const char *party(struct cli *cli, const struct id *member)
{
	return world_party_label(&cli->world, member, &cli->arena);
}

int cyber_case_find(
	struct cli *cli, struct record *ret, enum coord_kind *ret_kind, struct coord *ret_coord)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct object_id object;

	TRY(cli_object(cli, cli->arg[0], &object));
	TRY(record_get(&cli->world, cli->db, &self, &object, &cli->arena, ret, &cli->why));
	if (cover_parse(ret, &cli->arena, ret_kind, ret_coord) < 0)
		return why_set(&cli->why, E_MISSING, cli->arg[0],
			"is no case, task, question, notice or answer");
	return 0;
}

/* ---- list ---- */

static void item_json(struct json_out *o, struct cli *cli, const struct record *r,
	enum coord_kind kind, const struct coord *x)
{
	char object[OBJECT_TEXT + 1];

	object_format(&r->object, object);
	json_put_cstr(o, "object", object);
	json_put_cstr(o, "kind", coord_word(kind));
	json_put_cstr(o, "owner", party(cli, &r->object.owner));
	json_put_string(o, "label", r->label);
	time_put(o, "time", r->time_ms);
	json_put_raw(o, "content", json_raw(&x->doc, x->root));
}

/* Words of others, fit for a terminal. */
static const char *said(struct cli *cli, struct slice text, size_t max_chars)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	utf8_show(&b, text, max_chars);
	return arena_string(&cli->arena, buf_slice(&b));
}

static void item_line(
	struct cli *cli, const struct record *r, enum coord_kind kind, const struct coord *x)
{
	char object[OBJECT_TEXT + 1];

	object_format(&r->object, object);
	cli_print(cli, "%s  %s  %-6s %-10.*s %-8.*s %s  %s\n", object, time_text(cli, r->time_ms),
		coord_word(kind), SLICE_FMT(kind == COORD_ANSWER ? x->answer : x->status),
		SLICE_FMT(x->severity), party(cli, &r->object.owner),
		said(cli, kind == COORD_ANSWER ? x->text : x->title, 200));
}

#define LIST_MOST 200

static int list_page(struct cli *cli, const struct record_query *q, struct json_out *o)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct record *r;
	size_t n;

	TRY(record_list(&cli->world, cli->db, &self, q, &cli->arena, &r, &n, &cli->why));
	for (size_t i = 0; i < n; i++) {
		struct arena scratch CLEANUP_ARENA = ARENA(COVER_ITEM);
		struct record whole = r[i];
		enum coord_kind kind;
		struct coord x;

		if (whole.cut)
			TRY(record_get(&cli->world, cli->db, &self, &r[i].object, &scratch, &whole,
				&cli->why));
		if (cover_parse(&whole, &scratch, &kind, &x) < 0)
			continue;
		if (!cli->json) {
			item_line(cli, &whole, kind, &x);
			continue;
		}
		json_open(o, '{');
		item_json(o, cli, &whole, kind, &x);
		json_close(o);
	}
	return 0;
}

static int list_run(struct cli *cli)
{
	const char *word = cli_option(cli, "kind");
	struct buf b CLEANUP_BUF = BUF(256 * MIB);
	struct json_out o = json_out(&b);
	enum coord_kind kind = COORD_CASE;
	struct record_query q = {.limit = LIST_MOST};
	int rc;

	if (word && coord_word_parse(slice_str(word), &kind) < 0)
		return why_set(
			&cli->why, E_USAGE, "--kind", "is case, task, rfi, notice or answer");
	TRY(cli_world(cli));
	TRY(cli_mode(cli, &q.mode));
	q.kind = slice_str(coord_kind_name(kind));
	json_open(&o, '{');
	json_open_at(&o, "items", '[');
	TRY(db_begin_read(cli->db, &cli->why));
	rc = list_page(cli, &q, &o);
	db_rollback(cli->db);
	TRY(rc);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return 0;
}

static const struct cli_option list_options[] = {
	{"kind", 0, "KIND", false, "case (default), task, rfi, notice or answer"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

static const struct command command_list = {
	.name = "list",
	.args = "",
	.summary = "List the newest cases, tasks, questions, notices or answers",
	.option = list_options,
	.run = list_run,
};

/* ---- show ---- */

static int links_show(struct cli *cli, const struct cover_view *v, const struct record *of,
	struct cover *k, struct json_out *o)
{
	const struct index_view view = {
		v->world, v->db, v->who, cyber_root(&cli->world.coalition, of->mode)};
	struct object_id *object;
	size_t n;

	TRY(coord_links(&view, &of->object, COVER_LINKS, &cli->arena, &object, &n, &cli->why));
	*k = cover_begin(n, &cli->arena);
	json_open_at(o, "linked", '[');
	for (size_t i = 0; i < n; i++) {
		struct arena scratch CLEANUP_ARENA = ARENA(COVER_ITEM);
		enum coord_kind kind;
		struct record r;
		struct coord x;
		int rc = cover_link(v, of, &object[i], &scratch, &r, &kind, &x, k, &cli->why);

		TRY(rc);
		if (rc == 0)
			continue;
		json_open(o, '{');
		item_json(o, cli, &r, kind, &x);
		json_close(o);
		if (!cli->json)
			item_line(cli, &r, kind, &x);
	}
	json_close(o);
	return 0;
}

/* "4 min", "31 h" */
static const char *span(struct cli *cli, int64_t from_ms, int64_t to_ms)
{
	long long minutes = to_ms > from_ms ? (to_ms - from_ms + 30000) / 60000 : 0;

	return minutes < 120 ? arena_printf(&cli->arena, "%lld min", minutes)
			     : arena_printf(&cli->arena, "%lld h", (minutes + 30) / 60);
}

static void clock_print(struct cli *cli, const struct record *r, const struct cover *k)
{
	int64_t from = k->first_ms ? k->first_ms : k->opened_ms;

	cli_print(cli, "%s %s; %s\n",
		k->first_ms ? "first sighted" : "no sighting is known; the case was opened",
		time_text(cli, from),
		k->covered_ms ? arena_printf(&cli->arena, "all are covered after %s",
					span(cli, from, k->covered_ms))
			      : "not all are covered yet");
	for (size_t i = 0; i < r->n_audience; i++) {
		int64_t at = cover_at(k, &r->audience[i]);

		cli_print(cli, "  %-8s %s\n", party(cli, &r->audience[i]),
			at ? arena_printf(&cli->arena, "covered %s, after %s", time_text(cli, at),
				     span(cli, from, at))
			   : "not yet");
	}
}

static void clock_json(
	struct json_out *o, struct cli *cli, const struct record *r, const struct cover *k)
{
	json_open_at(o, "clock", '{');
	time_put(o, "first_sighted", k->first_ms);
	time_put(o, "opened", k->opened_ms);
	json_open_at(o, "members", '[');
	for (size_t i = 0; i < r->n_audience; i++) {
		json_open(o, '{');
		json_put_cstr(o, "member", party(cli, &r->audience[i]));
		time_put(o, "covered", cover_at(k, &r->audience[i]));
		json_close(o);
	}
	json_close(o);
	time_put(o, "covered", k->covered_ms);
	json_close(o);
}

static int show(struct cli *cli, struct json_out *o)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	const struct cover_view v = {.world = &cli->world, .db = cli->db, .who = &self};
	enum coord_kind kind;
	struct record r;
	struct cover k;
	struct coord x;

	TRY(cyber_case_find(cli, &r, &kind, &x));
	json_open(o, '{');
	item_json(o, cli, &r, kind, &x);
	if (!cli->json) {
		item_line(cli, &r, kind, &x);
		if (x.text.n && kind != COORD_ANSWER)
			cli_print(cli, "%s\n", said(cli, x.text, 4000));
		for (size_t i = 0; i < x.n_object; i++)
			cli_print(cli, "  %.*s\n", SLICE_FMT(x.object[i]));
	}
	TRY(links_show(cli, &v, &r, &k, o));
	if (kind == COORD_CASE) {
		TRY(cover_read(&v, &r, &x, &k, &cli->why));
		clock_json(o, cli, &r, &k);
		if (!cli->json)
			clock_print(cli, &r, &k);
	}
	json_close(o);
	return 0;
}

static int show_run(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(256 * MIB);
	struct json_out o = json_out(&b);
	int rc;

	TRY(cli_world(cli));
	TRY(db_begin_read(cli->db, &cli->why));
	rc = show(cli, &o);
	db_rollback(cli->db);
	TRY(rc);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return 0;
}

static const struct command command_show = {
	.name = "show",
	.args = "OBJECT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Show one, what refers to it, and of a case the clock of coverage",
	.help = "The clock runs from the first sighting of the case's objects (or its first_seen) until each member that has the case has said that it is covered: by\n"
		"`case answer OBJECT covered`; its owner also by `case set OBJECT contained`.",
	.run = show_run,
};

static const struct command *const sub[] = {&command_list, &command_show, &command_cyber_case_new,
	&command_cyber_case_set, &command_cyber_case_answer, NULL};

const struct command command_cyber_case = {
	.name = "case",
	.summary = "Cases, tasks, questions, notices and answers",
	.sub = sub,
};
