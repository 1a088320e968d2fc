/* cmd_token.c: `entente token`: keys by which programs use the API in a person's name. */
#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "node/audit.h"
#include "node/bell.h"
#include "node/token.h"

#include <inttypes.h>
#include <unistd.h>

#define PAGE	 200
#define DAYS_MAX 365

static const struct cli_option options[] = {
	{"user", 'u', "NAME", false, "new, list: whose"},
	{"role", 'r', "ROLES", false,
		"new: what it may, never above its owner: records=reader,pact=reader (default: reader everywhere its owner is one)"},
	{"clearance", 0, "CLASS", false, "new: highest class it may see (default: its owner's)"},
	{"days", 0, "N", false, "new: until it expires, 1 to 365 (default 90)"},
	{NULL, 0, NULL, false, NULL},
};

static int audit(struct cli *cli, const char *what, struct slice id)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());
	return audit_add(cli->db, env_now_ms(&cli->env), who, what, id, &cli->why);
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

static int owner(struct cli *cli, struct account *ret)
{
	if (!cli_option(cli, "user"))
		return why_set(&cli->why, E_USAGE, "--user", "is needed: whose token it is");
	return account_get(
		cli->db, slice_str(cli_option(cli, "user")), &cli->arena, ret, &cli->why);
}

static int new_row(
	struct cli *cli, const struct token_wish *w, char secret[TOKEN_TEXT + 1], struct token *ret)
{
	TRY(token_new(cli->node, cli->db, w, secret, &cli->arena, ret, &cli->why));
	return audit(cli, "token new",
		slice_str(arena_printf(
			&cli->arena, "%.*s of %.*s", SLICE_FMT(ret->id), SLICE_FMT(ret->owner))));
}

static int token_make(struct cli *cli)
{
	struct account a;
	struct token t;
	uint64_t days = 90;
	char secret[TOKEN_TEXT + 1];
	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "usage: entente token new NAME --user USER");
	TRY(owner(cli, &a));
	struct token_wish w = {.account = &a,
		.name = slice_str(cli->arg[1]),
		.clearance = slice_str(cli_option(cli, "clearance"))};
	if (cli_option(cli, "days") && (slice_u64(slice_str(cli_option(cli, "days")), &days) < 0 ||
					       days == 0 || days > DAYS_MAX))
		return why_set(&cli->why, E_USAGE, "--days", "1 to %d", DAYS_MAX);
	w.until_ms = env_now_ms(&cli->env) + (int64_t)days * DAY_MS;
	if (cli_option(cli, "role"))
		TRY(roles_parse(slice_str(cli_option(cli, "role")), &w.roles, &cli->why));
	else
		for (int i = 0; i < AREAS; i++)
			w.roles.of[i] = a.roles.of[i] ? ROLE_READER : ROLE_NONE;
	TRY(db_begin(cli->db, &cli->why));
	TRY(finish(cli, new_row(cli, &w, secret, &t)));
	if (cli->json)
		cli_print(cli, "{\"id\":\"%.*s\",\"token\":\"%s\"}\n", SLICE_FMT(t.id), secret);
	else
		cli_print(cli, "%s\n", secret);
	explicit_bzero(secret, sizeof(secret));
	cli_say(cli, "shown this once; Authorization: Bearer TOKEN; entente token revoke %.*s",
		SLICE_FMT(t.id));
	return 0;
}

static void show(struct cli *cli, const struct token *t, struct json_out *o)
{
	struct buf roles CLEANUP_BUF = BUF(4 * KIB);
	char until[UTC_TEXT_LEN + 1];
	const char *state = token_state(t, env_now_ms(&cli->env));
	roles_print(&t->roles, &roles);
	utc_format(t->until_ms, until);
	json_open(o, '{');
	json_put_string(o, "id", t->id);
	json_put_string(o, "user", t->owner);
	json_put_string(o, "name", t->name);
	roles_put(o, "roles", &t->roles);
	json_put_string(o, "clearance", t->clearance);
	json_put_cstr(o, "until", until);
	json_put_cstr(o, "state", state);
	json_close(o);
	if (!cli->json)
		cli_print(cli, "%.*s  %-8s until %.10s  %-12.*s %-16.*s %.*s\n", SLICE_FMT(t->id),
			state, until, SLICE_FMT(t->owner), SLICE_FMT(t->name),
			SLICE_FMT(buf_slice(&roles)));
}

static int list(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct json_out o = json_out(&b);
	struct account a = {0};
	struct slice after = SLICE("");
	struct token *page;
	size_t n;
	if (cli_option(cli, "user"))
		TRY(owner(cli, &a));
	json_open(&o, '{');
	json_open_at(&o, "tokens", '[');
	do {
		TRY(token_list(cli->db, a.row, after, PAGE, &cli->arena, &page, &n, &cli->why));
		for (size_t i = 0; i < n; i++)
			show(cli, &page[i], &o);
		if (n)
			after = page[n - 1].id;
	} while (n == PAGE);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return 0;
}

static int token_end(struct cli *cli)
{
	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "usage: entente token revoke ID");
	TRY(db_begin(cli->db, &cli->why));
	int rc = token_revoke(cli->db, slice_str(cli->arg[1]), &cli->why);
	if (rc == 0)
		rc = audit(cli, "token revoke", slice_str(cli->arg[1]));
	return finish(cli, rc);
}

static int run(struct cli *cli)
{
	TRY(cli_open(cli));
	if (strcmp(cli->arg[0], "new") == 0)
		return token_make(cli);
	if (strcmp(cli->arg[0], "list") == 0)
		return list(cli);
	if (strcmp(cli->arg[0], "revoke") == 0)
		return token_end(cli);
	return why_set(
		&cli->why, E_USAGE, "", "entente token new|list|revoke, not %s", cli->arg[0]);
}

const struct command command_token = {
	.name = "token",
	.group = "Set up",
	.args = "new NAME | list | revoke ID",
	.args_min = 1,
	.args_max = 2,
	.summary = "Keys by which programs use the API in a person's name",
	.help = "A token may never do more than its owner, expires, is shown once, and can be revoked.",
	.option = options,
	.run = run,
};
