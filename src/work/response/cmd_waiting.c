/* cmd_waiting.c: acceptances that two people say, at the command line: each brings a token of an account of his own, as a name is nobody's; see waiting.h. */
#include "work/response/cmd.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/audit.h"
#include "node/bell.h"
#include "node/token.h"
#include "work/response/waiting.h"

#define NEEDED                                                                                     \
	"is needed: two people accept for this request, and each brings a token of an account of his own (entente token new)"

int aid_cmd_person(struct cli *cli, struct account *ret)
{
	const char *file = cli_option(cli, "token");
	struct token token;
	struct account who;
	struct slice text;

	if (!file)
		return why_set(&cli->why, E_DENIED, "--token", NEEDED);
	TRY(cli_read(cli, file, KIB, &text));
	TRY(token_check(cli->db, slice_trim(text), env_now_ms(&cli->env), &cli->arena, &token, &who,
		&cli->why));
	who.roles = roles_both(&who.roles, &token.roles);
	*ret = who;
	return 0;
}

static int audit(
	struct cli *cli, const struct account *who, const char *what, const struct waiting *w)
{
	char hex[65];

	hex_encode(w->hash.b, 32, hex);
	return audit_add(cli->db, env_now_ms(&cli->env),
		arena_printf(&cli->arena, "cli:%.*s", SLICE_FMT(who->name)), what, slice_str(hex),
		&cli->why);
}

static int finish(struct cli *cli, int rc)
{
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	bell_ring(cli->node);
	return 0;
}

/* What stands in it, for who is asked to confirm it. */
static void waiting_print(struct cli *cli, const struct waiting *w)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT + 8 * KIB);
	struct json_out o = json_out(&b);
	char hex[65];

	if (cli->json) {
		waiting_tell(w, NULL, &o);
		aid_cmd_json(cli, &b);
		return;
	}
	hex_encode(w->hash.b, 32, hex);
	cli_print(cli, "%s\n    %s, proposed by %.*s, until %s\n    %.*s\n    %.*s\n", hex,
		mode_name(w->mode), SLICE_FMT(w->proposed_by), aid_cmd_time(cli, w->until_ms),
		SLICE_FMT(w->label), SLICE_FMT(w->content));
}

int aid_cmd_propose(struct cli *cli, const struct aid_view *v, const struct draft *d)
{
	struct waiting w;

	if (!v->person)
		return why_set(&cli->why, E_DENIED, "--token", NEEDED);
	TRY(db_begin(cli->db, &cli->why));
	int rc = waiting_propose(v, d, v->person, &w, &cli->why);
	if (rc == 0)
		rc = audit(cli, v->person, "response acceptance proposed", &w);
	TRY(finish(cli, rc));
	waiting_print(cli, &w);
	cli_say(cli,
		"written when a second person confirms it: entente response confirm HASH --token FILE");
	return 0;
}

/* ---- commands ---- */

static const struct cli_option mode_option[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL}};

static int waiting_run(struct cli *cli)
{
	struct waiting *list;
	struct aid_view v;
	size_t n;

	TRY(aid_cmd_view(cli, &v));
	TRY(waiting_list(&v, &list, &n, &cli->why));
	if (!cli->json)
		aid_cmd_banner(cli, v.mode);
	if (cli->json && n == 0)
		cli_print(cli, "[]\n");
	if (cli->json && n) {
		struct buf b CLEANUP_BUF = BUF(64 * MIB);
		struct json_out o = json_out(&b);

		json_open(&o, '[');
		for (size_t i = 0; i < n; i++)
			waiting_tell(&list[i], NULL, &o);
		json_close(&o);
		aid_cmd_json(cli, &b);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		waiting_print(cli, &list[i]);
	return 0;
}

const struct command response_waiting = {
	.name = "waiting",
	.args = "",
	.summary = "Acceptances that a second person has to confirm",
	.option = mode_option,
	.run = waiting_run,
};

static const struct cli_option confirm_options[] = {
	{"token", 0, "FILE", false, "file with a token of who confirms; - for standard input"},
	{"drop", 0, NULL, false, "take it back instead: nothing is written"},
	{NULL, 0, NULL, false, NULL},
};

static int drop(struct cli *cli, const struct account *who, const struct waiting *w)
{
	TRY(db_begin(cli->db, &cli->why));
	int rc = waiting_drop(cli->db, cli->world.coalition.row, w, &cli->why);
	if (rc == 0)
		rc = audit(cli, who, "response acceptance taken back", w);
	return finish(cli, rc);
}

static int confirm_run(struct cli *cli)
{
	char object[OBJECT_TEXT + 1], leaf[65];
	struct account who;
	struct waiting w;
	struct written written;
	struct aid_view v;
	struct draft d;

	TRY(aid_cmd_view(cli, &v));
	TRY(aid_cmd_person(cli, &who));
	TRY(waiting_find(&v, slice_str(cli->arg[0]), &w, &cli->why));
	if (cli_switch(cli, "drop"))
		return drop(cli, &who, &w);
	v.mode = w.mode;
	TRY(db_begin(cli->db, &cli->why));
	int rc = waiting_confirm(&v, &w, &who, &d, &cli->why);
	if (rc == 0)
		rc = audit(cli, &who, "response acceptance confirmed", &w);
	TRY(finish(cli, rc));
	TRY(cli_write_draft(cli, &d, &written));
	object_format(&written.object, object);
	hex_encode(written.leaf.b, 32, leaf);
	if (cli->json)
		cli_print(cli, "{\"object\":\"%s\",\"leaf\":\"%s\"}\n", object, leaf);
	else
		cli_print(cli, "%s\n", object);
	return 0;
}

const struct command response_confirm = {
	.name = "confirm",
	.args = "HASH",
	.args_min = 1,
	.args_max = 1,
	.summary = "Confirm an acceptance as the second person: it is written at once",
	.help = "HASH is what `accept` printed, or its beginning; `waiting` shows what stands in it. Exactly that is confirmed, by another account than the one that proposed it.",
	.option = confirm_options,
	.run = confirm_run,
};
