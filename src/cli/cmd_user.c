/* cmd_user.c: `entente user`: the people who use this node's pages and API. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "crypt/cert.h"
#include "node/audit.h"
#include "node/bell.h"
#include "node/oidc.h"
#include "node/signin.h"

#include <inttypes.h>
#include <unistd.h>

#define PAGE 200

static const struct cli_option options[] = {
	{"role", 'r', "ROLES", false,
		"reader, contributor, officer, administrator: everywhere; or records=officer,pact=reader"},
	{"clearance", 0, "CLASS", false,
		"highest class of records that the person may see; * for all (default: the lowest; the first user: *)"},
	{"display", 0, "TEXT", false, "name to be shown"},
	{"pass-file", 0, "FILE", false, "file with the password (default: asked for)"},
	{"code", 0, "CODE", false,
		"totp: six digits that show that the authenticator has the secret"},
	{"drop", 0, NULL, false, "totp: take the second factor away; subject: take it away"},
	{"pem", 0, "FILE", false, "certificate: the person's certificate"},
	{"subject", 0, "SUB", false,
		"subject: what the provider of identities calls the person; with --drop, not any more"},
	{"no-password", 0, NULL, false,
		"add: the person signs in with the provider, a passkey or a certificate only"},
	{NULL, 0, NULL, false, NULL},
};

static int audit(struct cli *cli, const char *what, const char *name)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());
	return audit_add(cli->db, env_now_ms(&cli->env), who, what, slice_str(name), &cli->why);
}

/* Ends the transaction that `rc` is the outcome of. */
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

static int hash_password(struct cli *cli, const char *name, char ret[PASSWORD_TEXT + 1])
{
	struct buf pass = BUF(4 * KIB);
	int rc = cli_pass(cli, arena_printf(&cli->arena, "user %s", name), &pass);
	if (rc == 0)
		rc = account_password_hash(
			cli->node, slice_str(name), buf_slice(&pass), ret, &cli->why);
	buf_wipe(&pass);
	return rc;
}

/* ---- add ---- */

static int add_row(struct cli *cli, const struct account_new *a, const char *name)
{
	int64_t row;
	TRY(account_add(cli->db, a, env_now_ms(&cli->env), &row, &cli->why));
	return audit(cli, "user add", name);
}

static int add(struct cli *cli)
{
	const char *name = cli->arg[1], *role = cli_option(cli, "role"),
		   *clearance = cli_option(cli, "clearance");
	char hash[PASSWORD_TEXT + 1];
	struct account_new a = {.name = slice_str(name),
		.shown = slice_str(cli_option(cli, "display")),
		.clearance = slice_str(clearance),
		.password = hash};
	bool any;

	TRY(account_name_check(a.name, &cli->why));
	TRY(account_any(cli->db, &any, &cli->why));
	/* Somebody must be able to make the others. */
	TRY(roles_parse(slice_str(role	? role
				  : any ? "reader"
					: "administrator"),
		&a.roles, &cli->why));
	if (!any && a.roles.of[AREA_NODE] != ROLE_ADMINISTRATOR)
		return why_set(&cli->why, E_STATE, "--role",
			"the first user must administer the node: --role administrator");
	if (!clearance && !any)
		a.clearance = SLICE(CLEARANCE_ALL);
	else if (!clearance)
		TRY(coalition_lowest_class(cli->db, &cli->arena, &a.clearance, &cli->why));
	if (!any && cli_switch(cli, "no-password"))
		return why_set(&cli->why, E_STATE, "--no-password",
			"the first user has to be able to sign in: with a password");
	if (cli_switch(cli, "no-password"))
		a.password = NULL;
	else
		TRY(hash_password(cli, name, hash));
	TRY(db_begin(cli->db, &cli->why));
	TRY(finish(cli, add_row(cli, &a, name)));
	if (cli->json)
		cli_print(cli, "{\"name\":\"%s\"}\n", name);
	else
		cli_print(cli, "%s\n", name);
	if (!any)
		cli_say(cli, "from now on pages and API ask who is there");
	return 0;
}

/* ---- list ---- */

static void put_account(const struct account *a, int64_t until_ms, struct json_out *o)
{
	char time[UTC_TEXT_LEN + 1];
	json_open(o, '{');
	json_put_string(o, "name", a->name);
	json_put_string(o, "display", a->shown);
	roles_put(o, "roles", &a->roles);
	json_put_string(o, "clearance", a->clearance);
	json_put_bool(o, "totp", a->totp);
	json_put_bool(o, "disabled", a->disabled);
	json_put_bool(o, "locked", until_ms > 0);
	utc_format(a->made_ms, time);
	json_put_cstr(o, "made", time);
	json_close(o);
}

static int show_account(struct cli *cli, const struct account *a, struct json_out *o)
{
	struct buf roles CLEANUP_BUF = BUF(4 * KIB);
	int64_t until;
	TRY(signin_locked(cli->db, a->name, env_now_ms(&cli->env), &until, &cli->why));
	put_account(a, until, o);
	if (cli->json)
		return 0;
	roles_print(&a->roles, &roles);
	cli_print(cli, "%-16.*s %-14.*s %s%s%s%.*s\n", SLICE_FMT(a->name), SLICE_FMT(a->clearance),
		a->disabled ? "DISABLED " : "", until ? "LOCKED " : "", a->totp ? "+code " : "",
		SLICE_FMT(buf_slice(&roles)));
	return 0;
}

static int list(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(16 * MIB);
	struct json_out o = json_out(&b);
	struct slice after = SLICE("");
	struct account *page;
	size_t n;
	json_open(&o, '{');
	json_open_at(&o, "users", '[');
	do {
		TRY(account_list(cli->db, after, PAGE, &cli->arena, &page, &n, &cli->why));
		for (size_t i = 0; i < n; i++)
			TRY(show_account(cli, &page[i], &o));
		if (n)
			after = page[n - 1].name;
	} while (n == PAGE);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return 0;
}

/* ---- changes ---- */

static int load(struct cli *cli, struct account *ret)
{
	return account_get(cli->db, slice_str(cli->arg[1]), &cli->arena, ret, &cli->why);
}

static int password(struct cli *cli)
{
	char hash[PASSWORD_TEXT + 1];
	struct account a;
	TRY(load(cli, &a));
	TRY(hash_password(cli, cli->arg[1], hash));
	TRY(db_begin(cli->db, &cli->why));
	int rc = account_set_password(cli->db, a.row, hash, &cli->why);
	if (rc == 0)
		rc = audit(cli, "user password", cli->arg[1]);
	return finish(cli, rc);
}

static int role_rows(struct cli *cli, const struct account *a)
{
	const char *role = cli_option(cli, "role"), *clearance = cli_option(cli, "clearance");
	struct roles roles;
	if (role) {
		TRY(roles_parse(slice_str(role), &roles, &cli->why));
		TRY(account_set_roles(cli->db, a, &roles, &cli->why));
	}
	if (clearance)
		TRY(account_set_clearance(cli->db, a->row, slice_str(clearance), &cli->why));
	return audit(cli, "user role",
		arena_printf(&cli->arena, "%s: %s, clearance %s", cli->arg[1],
			role ? role : "as before", clearance ? clearance : "as before"));
}

static int role(struct cli *cli)
{
	struct account a;
	if (!cli_option(cli, "role") && !cli_option(cli, "clearance"))
		return why_set(&cli->why, E_USAGE, "--role", "is needed, or --clearance");
	TRY(load(cli, &a));
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, role_rows(cli, &a));
}

static int able(struct cli *cli, bool disabled)
{
	struct account a;
	TRY(load(cli, &a));
	TRY(db_begin(cli->db, &cli->why));
	int rc = account_set_disabled(cli->db, &a, disabled, &cli->why);
	if (rc == 0)
		rc = audit(cli, disabled ? "user disable" : "user enable", cli->arg[1]);
	return finish(cli, rc);
}

static int unlock(struct cli *cli)
{
	TRY(db_begin(cli->db, &cli->why));
	int rc = signin_unlock(cli->db, slice_str(cli->arg[1]), &cli->why);
	if (rc == 0)
		rc = audit(cli, "user unlock", cli->arg[1]);
	return finish(cli, rc);
}

static int totp_change(struct cli *cli, const struct account *a)
{
	uint8_t secret[TOTP_SECRET];
	struct buf uri CLEANUP_BUF = BUF(KIB);
	const char *code = cli_option(cli, "code");
	if (cli_switch(cli, "drop")) {
		TRY(account_totp_drop(cli->db, a->row, &cli->why));
		return audit(cli, "user totp drop", cli->arg[1]);
	}
	if (code) {
		TRY(account_totp_enable(cli->node, cli->db, a->row, slice_str(code), &cli->why));
		return audit(cli, "user totp", cli->arg[1]);
	}
	TRY(account_totp_new(cli->node, cli->db, a->row, secret, &cli->why));
	account_totp_uri(cli->node, a->name, secret, &uri);
	if (cli->json)
		cli_print(cli, "{\"uri\":\"%s\"}\n", buf_cstr(&uri));
	else
		cli_print(cli, "%s\n", buf_cstr(&uri));
	cli_say(cli, "enter it into an authenticator, then: entente user totp %s --code CODE",
		cli->arg[1]);
	return 0;
}

static int totp(struct cli *cli)
{
	struct account a;
	TRY(load(cli, &a));
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, totp_change(cli, &a));
}

static int certificate(struct cli *cli)
{
	struct account a;
	struct slice pem;
	struct hash pin;
	const char *path = cli_option(cli, "pem");
	if (!path)
		return why_set(&cli->why, E_USAGE, "--pem", "is needed");
	TRY(load(cli, &a));
	TRY(cli_read(cli, path, LIMIT_CERT_PEM_BYTES, &pem));
	TRY(cert_pin(pem, &pin, &cli->why));
	TRY(db_begin(cli->db, &cli->why));
	int rc = account_pin_add(
		cli->db, a.row, &pin, SLICE("certificate"), env_now_ms(&cli->env), &cli->why);
	if (rc == 0)
		rc = audit(cli, "user certificate", cli->arg[1]);
	return finish(cli, rc);
}

static int subject_change(struct cli *cli, const struct account *a, struct slice subject)
{
	struct slice issuer = slice_str(cli->node->conf.oidc.issuer);

	if (cli_switch(cli, "drop"))
		TRY(oidc_subject_drop(cli->db, a->row, issuer, subject, &cli->why));
	else
		TRY(oidc_subject_add(
			cli->db, a->row, issuer, subject, env_now_ms(&cli->env), &cli->why));
	return audit(cli, cli_switch(cli, "drop") ? "user subject drop" : "user subject",
		arena_printf(&cli->arena, "%s: %.*s", cli->arg[1], SLICE_FMT(subject)));
}

static int subject(struct cli *cli)
{
	struct account a;
	const char *text = cli_option(cli, "subject");
	if (!text)
		return why_set(&cli->why, E_USAGE, "--subject", "is needed");
	if (!cli->node->conf.oidc.issuer)
		return why_set(&cli->why, E_STATE, "oidc",
			"this node has no provider of identities: oidc in entente.conf");
	TRY(load(cli, &a));
	TRY(db_begin(cli->db, &cli->why));
	return finish(cli, subject_change(cli, &a, slice_str(text)));
}

static int enable(struct cli *cli)
{
	return able(cli, false);
}

static int disable(struct cli *cli)
{
	return able(cli, true);
}

static const struct {
	const char *word;
	unsigned args;
	int (*run)(struct cli *cli);
} verbs[] = {
	{"add", 2, add},
	{"list", 1, list},
	{"password", 2, password},
	{"role", 2, role},
	{"disable", 2, disable},
	{"enable", 2, enable},
	{"unlock", 2, unlock},
	{"totp", 2, totp},
	{"certificate", 2, certificate},
	{"subject", 2, subject},
};

static int run(struct cli *cli)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(cli->arg[0], verbs[i].word) != 0)
			continue;
		if (cli->n_arg != verbs[i].args)
			return why_set(&cli->why, E_USAGE, "", "usage: entente user %s%s",
				verbs[i].word, verbs[i].args > 1 ? " NAME" : "");
		TRY(cli_open(cli));
		return verbs[i].run(cli);
	}
	return why_set(&cli->why, E_USAGE, "",
		"no such thing: entente user %s; see entente help user", cli->arg[0]);
}

const struct command command_user = {
	.name = "user",
	.group = "Set up",
	.args = "add|list|password|role|disable|enable|unlock|totp|certificate|subject [NAME]",
	.args_min = 1,
	.args_max = 2,
	.summary = "People who use this node's pages and API",
	.help = "Until the first user is added, pages are for whoever is at this machine, to read only. The first user is an administrator.\n"
		"Roles hold per workspace (pact, records, cyber, training, response, procurement, node): reader, contributor, officer,\n"
		"administrator, each with what those before may. Users are this node's own business and appear in no log.",
	.option = options,
	.run = run,
};
