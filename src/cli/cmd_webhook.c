/* cmd_webhook.c: `entente webhook`: programs that are told of events, and what became of the letters to them. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "node/audit.h"
#include "node/bell.h"
#include "node/hook.h"

#include <inttypes.h>
#include <unistd.h>

#define SHOWN 200

static const struct cli_option options[] = {
	{"user", 'u', "NAME", false, "add: in whose name; it never sees more than that person"},
	{"role", 'r', "ROLES", false,
		"add: what it may know: pact=reader,records=reader (default: both)"},
	{"clearance", 0, "CLASS", false, "add: highest class it may know of (default: its user's)"},
	{"pin", 0, "HEX", false, "add: SHA-256 of the receiver's public key"},
	{"play", 0, NULL, false, "add: exercises and tests too"},
	{"dead", 0, NULL, false, "letters: only those that could not be delivered"},
	{NULL, 0, NULL, false, NULL},
};

static int finish(struct cli *cli, int rc, const char *what, const char *about)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());
	if (rc == 0)
		rc = audit_add(
			cli->db, env_now_ms(&cli->env), who, what, slice_str(about), &cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	bell_ring(cli->node);
	return 0;
}

static int add_read(struct cli *cli, struct hook *h, struct account *ret)
{
	const char *user = cli_option(cli, "user"), *pin = cli_option(cli, "pin");
	if (cli->n_arg != 3 || !user)
		return why_set(
			&cli->why, E_USAGE, "", "usage: entente webhook add NAME URL --user USER");
	*h = (struct hook){.name = slice_str(cli->arg[1]),
		.url = slice_str(cli->arg[2]),
		.clearance = slice_str(cli_option(cli, "clearance")),
		.play = cli_switch(cli, "play"),
		.has_pin = pin != NULL};
	if (pin && hex_decode(slice_str(pin), h->pin.b, sizeof(h->pin.b)) < 0)
		return why_set(&cli->why, E_USAGE, "--pin", "64 hex digits, not %s", pin);
	TRY(roles_parse(slice_str(cli_option(cli, "role") ? cli_option(cli, "role")
							  : "pact=reader,records=reader"),
		&h->roles, &cli->why));
	return account_get(cli->db, slice_str(user), &cli->arena, ret, &cli->why);
}

static int add(struct cli *cli)
{
	char secret[2 * HOOK_SECRET + 1];
	struct account by;
	struct hook h;
	TRY(add_read(cli, &h, &by));
	TRY(db_begin(cli->db, &cli->why));
	int rc = hook_add(cli->node, cli->db, &by, &by.roles, &h, &cli->why);
	TRY(finish(cli, rc, "webhook made", arena_printf(&cli->arena, "%s %s", h.id, cli->arg[2])));
	hex_encode(h.secret, HOOK_SECRET, secret);
	if (cli->json)
		cli_print(cli, "{\"id\":\"%s\",\"secret\":\"%s\"}\n", h.id, secret);
	else
		cli_print(cli, "%s  secret %s\n", h.id, secret);
	cli_say(cli, "the secret is shown this once: receivers check Entente-Signature with it");
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

static void hook_print(struct cli *cli, const struct hook *h, struct json_out *o)
{
	struct buf roles CLEANUP_BUF = BUF(4 * KIB);
	roles_print(&h->roles, &roles);
	json_open(o, '{');
	json_put_cstr(o, "id", h->id);
	json_put_string(o, "name", h->name);
	json_put_string(o, "url", h->url);
	roles_put(o, "roles", &h->roles);
	json_put_string(o, "clearance", h->clearance);
	json_put_bool(o, "disabled", h->disabled);
	json_close(o);
	if (!cli->json)
		cli_print(cli, "%s  %-8s %-16.*s %.*s  %.*s\n", h->id,
			h->disabled ? "disabled" : "live", SLICE_FMT(h->name), SLICE_FMT(h->url),
			SLICE_FMT(buf_slice(&roles)));
}

static int list(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	struct hook *hook;
	size_t n;
	TRY(hook_list(cli->node, cli->db, &cli->arena, &hook, &n, &cli->why));
	json_open(&o, '{');
	json_open_at(&o, "webhooks", '[');
	for (size_t i = 0; i < n; i++)
		hook_print(cli, &hook[i], &o);
	json_close(&o);
	json_close(&o);
	if (cli->json)
		cli_print(cli, "%.*s\n", SLICE_FMT(buf_slice(&b)));
	return 0;
}

static int need_hook(struct cli *cli, struct hook *ret)
{
	if (cli->n_arg < 2)
		return why_set(&cli->why, E_USAGE, "", "which webhook? entente webhook list");
	return hook_get(cli->node, cli->db, slice_str(cli->arg[1]), &cli->arena, ret, &cli->why);
}

static void letter_print(struct cli *cli, const struct letter *l, struct json_out *o)
{
	static const char *const state[] = {"waiting", "sent", "dead"};
	char made[UTC_TEXT_LEN + 1];
	utc_format(l->made_ms, made);
	json_open(o, '{');
	json_put_i64(o, "row", l->row);
	json_put_cstr(o, "event", l->event);
	json_put_string(o, "topic", l->topic);
	json_put_cstr(o, "state", state[l->state]);
	json_put_i64(o, "tries", l->tries);
	json_put_i64(o, "status", l->status);
	json_put_string(o, "error", l->error);
	json_close(o);
	if (!cli->json)
		cli_print(cli, "%6" PRId64 "  %.16s  %-8s %-7s %" PRId64 " tries  %.*s\n", l->row,
			made, arena_string(&cli->arena, l->topic), state[l->state], l->tries,
			SLICE_FMT(l->error));
}

static int letters(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct letter *l;
	struct hook h;
	size_t n;
	TRY(need_hook(cli, &h));
	TRY(letter_list(cli->db, h.id, cli_switch(cli, "dead") ? OUT_DEAD : -1, 0, SHOWN,
		&cli->arena, &l, &n, &cli->why));
	json_open(&o, '{');
	json_open_at(&o, "letters", '[');
	for (size_t i = 0; i < n; i++)
		letter_print(cli, &l[i], &o);
	json_close(&o);
	json_close(&o);
	if (cli->json)
		cli_print(cli, "%.*s\n", SLICE_FMT(buf_slice(&b)));
	return 0;
}

static int drop(struct cli *cli)
{
	struct hook h;
	TRY(need_hook(cli, &h));
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, hook_drop(cli->db, slice_str(h.id), &cli->why), "webhook removed", h.id);
}

static int again(struct cli *cli)
{
	struct hook h;
	int64_t row;
	TRY(need_hook(cli, &h));
	if (cli->n_arg != 3 || slice_i64(slice_str(cli->arg[2]), &row) < 0)
		return why_set(&cli->why, E_USAGE, "", "usage: entente webhook again ID ROW");
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, letter_again(cli->db, h.id, row, env_now_ms(&cli->env), &cli->why),
		"webhook letter again", h.id);
}

static int run(struct cli *cli)
{
	static const struct {
		const char *word;
		int (*run)(struct cli *cli);
	} words[] = {{"list", list}, {"add", add}, {"letters", letters}, {"again", again},
		{"remove", drop}};
	TRY(cli_open(cli));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(cli->arg[0], words[i].word) == 0)
			return words[i].run(cli);
	return why_set(&cli->why, E_USAGE, "",
		"entente webhook list|add|letters|again|remove, not %s", cli->arg[0]);
}

const struct command command_webhook = {
	.name = "webhook",
	.group = "Set up",
	.args = "list | add NAME URL | letters ID | again ID ROW | remove ID",
	.args_min = 1,
	.args_max = 3,
	.summary = "Programs that are told of events, and what became of the letters to them",
	.help = "A webhook is told that something has happened, as its roles and clearance allow, never what it holds. Each letter is signed\n"
		"(Entente-Signature), tried again for hours, and kept if it could not be delivered. See docs/notifications.md.",
	.option = options,
	.run = run,
};
