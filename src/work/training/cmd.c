/* cmd.c: `entente training`: the table, and what its commands share. */
#include "work/training/cmd.h"

#include "base/clock.h"
#include "node/bell.h"
#include "work/training/cmd_int.h"
#include "work/training/limits.h"

#include <limits.h>

static const struct command *const sub[] = {
	&command_training_programme,
	&command_training_fit,
	&command_training_propose,
	&command_training_exercise,
	&command_training_part,
	&command_training_inject,
	&command_training_import,
	&command_training_export,
	&command_training_control,
	&command_training_live,
	&command_training_seal,
	&command_training_inbox,
	&command_training_seen,
	&command_training_ack,
	&command_training_respond,
	&command_training_card,
	&command_training_out,
	&command_training_lrs,
	&command_training_calendar,
	&command_training_lint,
	&command_training_coverage,
	&command_training_replay,
	&command_training_report,
	&command_training_playbook,
	&command_training_cexf,
	&command_training_busy,
	&command_training_answer,
	&command_training_accept,
	&command_training_new,
	&command_training_edit,
	&command_training_list,
	&command_training_show,
	&command_training_step,
	NULL,
};

static const struct command command_training = {
	.name = "training",
	.group = "Joint training",
	.summary = "Programme, exercises, MSEL, evaluation, lessons, qualifications",
	.help = "An exercise is named by its code name or id, an inject by its number or id. What is played is mode exercise; the programme, lessons, actions and\n"
		"qualifications are real.",
	.sub = sub,
};
const struct command *const training_commands[] = {&command_training, NULL};

/* ---- reading and writing ---- */

int tcmd_begin(struct cli *cli, struct desk *ret)
{
	struct id id;
	int rc;

	TRY(cli_world(cli));
	id = cli->world.coalition.id;
	TRY(db_begin_read(cli->db, &cli->why));
	rc = world_load(&cli->world, cli->node, cli->db, &id, &cli->arena, &cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	const char *user = getenv("USER");
	*ret = (struct desk){.node = cli->node,
		.db = cli->db,
		.world = &cli->world,
		.reader = {.self = true,
			.member = cli->node->self,
			.is_party = true,
			.is_member = true,
			.clearance_level = UINT_MAX},
		.arena = &cli->arena,
		.who = slice_str(user && *user && strlen(user) < 100 ? user : "operator"),
		.now = env_now_ms(&cli->env)};
	return 0;
}

void tcmd_end(struct cli *cli)
{
	db_rollback(cli->db);
}

int tcmd_write(struct cli *cli, const struct plan *p)
{
	struct written *w = arena_array(&cli->arena, struct written, p->n + 1);
	struct id id = cli->world.coalition.id;

	TRY(node_write(cli->node, cli->db, &id, p->draft, p->n, w, &cli->why));
	cli_chores(cli);
	return 0;
}

void tcmd_told(struct cli *cli, const struct plan *p)
{
	char object[OBJECT_TEXT + 1];

	object_format(&p->object, object);
	cli_print(cli, cli->json ? "{\"object\":\"%s\"}\n" : "%s\n", object);
}

void tcmd_json(struct cli *cli, struct buf *b)
{
	buf_byte(b, '\n');
	cli_out(cli, buf_slice(b));
}

struct printer tcmd_printer(struct cli *cli, const struct desk *d, struct json_out *o)
{
	return (struct printer){.o = o, .world = &cli->world, .arena = &cli->arena, .now = d->now};
}

/* ---- names ---- */

int tcmd_mode(struct cli *cli, const struct kind *k, enum mode *ret)
{
	if (cli_option(cli, "mode"))
		return cli_mode(cli, ret);
	*ret = k->real ? MODE_REAL : MODE_EXERCISE;
	return 0;
}

int tcmd_object(struct cli *cli, const char *text, struct object_id *ret)
{
	if (object_parse(slice_str(text), ret) == 0)
		return 0;
	return why_set(&cli->why, E_USAGE, text, "is no id of a record");
}

int tcmd_exercise(struct cli *cli, struct desk *d, const char *name, struct object_id *ret)
{
	struct object_id found;
	struct rows rows;
	enum mode mode;
	size_t n = 0;

	if (object_parse(slice_str(name), ret) == 0)
		return 0;
	TRY(tcmd_mode(cli, &training_kinds[KIND_EXERCISE], &mode));
	TRY(store_kind(d->world, d->db, &d->reader, mode, KIND_EXERCISE, LIMIT_EXERCISES_EACH,
		d->arena, &rows, &cli->why));
	for (size_t i = 0; i < rows.n; i++) {
		struct json_doc doc;

		if (json_read(&doc, d->arena, rows.p[i].body, &json_limits_partner, NULL) == 0 &&
			slice_is(get_text(&doc, json_root(&doc), "code_name", d->arena), name)) {
			found = rows.p[i].object;
			n++;
		}
	}
	if (n != 1)
		return why_set(&cli->why, n ? E_INVALID : E_MISSING, name,
			n ? "several exercises have this name: say which, by id"
			  : "no such exercise");
	*ret = found;
	return 0;
}

int tcmd_view(struct cli *cli, struct desk *d, const char *name, struct view *ret)
{
	struct object_id o;
	enum mode mode;

	TRY(tcmd_exercise(cli, d, name, &o));
	TRY(tcmd_mode(cli, &training_kinds[KIND_EXERCISE], &mode));
	return store_view(d->world, d->db, &d->reader, mode, &o, d->arena, ret, &cli->why);
}

int tcmd_inject(struct cli *cli, const struct view *v, const char *name, struct object_id *ret)
{
	if (object_parse(slice_str(name), ret) == 0)
		return 0;
	for (size_t i = 0; i < v->n_script; i++)
		if (slice_is(v->script[i].j.number, name)) {
			*ret = v->script[i].row->object;
			return 0;
		}
	return why_set(&cli->why, E_MISSING, name, "no such inject");
}

int tcmd_audience(struct cli *cli, struct audience *ret)
{
	const char *to = cli_option(cli, "to"), *label = cli_option(cli, "label");
	struct id *member = NULL;

	*ret = (struct audience){0};
	if (label)
		TRY(cli_label(cli, label, &ret->label));
	if (!to)
		return 0;
	ret->given = true;
	TRY(cli_audience(cli, to, &ret->all, &member, &ret->n));
	ret->member = member;
	return 0;
}

int tcmd_time(struct cli *cli, const char *option, int64_t *ret)
{
	const char *text = cli_option(cli, option);

	if (!text)
		return 0;
	if (utc_parse(slice_str(text), ret, &cli->why) < 0)
		return why_prefix(&cli->why, "--%s", option);
	return 0;
}

const char *tcmd_clock(struct cli *cli, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	if (!ms)
		return "-";
	utc_format(ms, text);
	return arena_printf(&cli->arena, "%.10s %.8sZ", text, text + 11);
}
