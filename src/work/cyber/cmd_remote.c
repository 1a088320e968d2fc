/* cmd_remote.c: `entente cyber remote`, `pull`, `push`: other TAXII servers. */
#include "work/cyber/cmd.h"

#include "work/cyber/remote.h"

#include "base/enc.h"
#include "base/file.h"
#include "node/audit.h"
#include "node/bell.h"

#include <inttypes.h>
#include <unistd.h>

static const struct cli_option options[] = {
	{"collection", 0, "ID", false, "add: id or alias of its collection"},
	{"push", 0, NULL, false, "add: write there, instead of reading"},
	{"user", 'u', "NAME", false, "add: name for HTTP Basic; the password is asked for"},
	{"pass-file", 0, "FILE", false, "add: file with the password"},
	{"token-file", 0, "FILE", false, "add: file with a bearer token"},
	{"pin", 0, "HEX", false,
		"add: SHA-256 of the server's public key (default: the system's authorities)"},
	{"every", 0, "MINUTES", false, "add: `entente serve` does it by itself, so often"},
	CMD_ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int read_secret(struct cli *cli, struct buf *ret)
{
	const char *user = cli_option(cli, "user"), *token = cli_option(cli, "token-file");
	struct buf text CLEANUP_BUF = BUF(16 * KIB), pair CLEANUP_BUF = BUF(32 * KIB);

	if (user && token)
		return why_set(&cli->why, E_USAGE, "--token-file",
			"a token or a name and password, not both");
	if (token) {
		TRY(file_read(token, &text, &cli->why));
		buf_addf(ret, "Bearer %.*s", SLICE_FMT(slice_trim(buf_slice(&text))));
	}
	if (!user)
		return 0;
	TRY(cli_pass(cli, "the password at the other server", &text));
	buf_addf(&pair, "%s:%.*s", user, SLICE_FMT(slice_trim(buf_slice(&text))));
	buf_str(ret, "Basic ");
	buf_base64(ret, pair.p, pair.n);
	explicit_bzero(pair.p, pair.n);
	return 0;
}

static int read_remote(struct cli *cli, struct remote *r, struct buf *secret)
{
	const char *pin = cli_option(cli, "pin"), *every = cli_option(cli, "every"),
		   *collection = cli_option(cli, "collection");
	struct ingest in;
	uint64_t minutes = 0;

	if (cli->n_arg != 3 || !collection)
		return why_set(&cli->why, E_USAGE, "",
			"usage: entente cyber remote add NAME URL --collection ID");
	TRY(cyber_cmd_address(cli, &in));
	TRY(read_secret(cli, secret));
	if (every && (slice_u64(slice_str(every), &minutes) < 0 || minutes < 1 || minutes > 100000))
		return why_set(&cli->why, E_USAGE, "--every", "a number of minutes");
	*r = (struct remote){.name = slice_str(cli->arg[1]),
		.url = slice_str(cli->arg[2]),
		.collection = slice_str(collection),
		.coalition = in.coalition,
		.mode = in.mode,
		.push = cli_switch(cli, "push"),
		.authorization = buf_slice(secret),
		.label = in.label,
		.all = in.all,
		.n_member = in.n_member,
		.every_ms = (int64_t)minutes * 60000,
		.has_pin = pin != NULL};
	r->member = arena_array(&cli->arena, struct id, in.n_member + 1);
	for (size_t i = 0; i < in.n_member; i++)
		r->member[i] = in.member[i];
	if (pin && hex_decode(slice_str(pin), r->pin.b, 32) < 0)
		return why_set(&cli->why, E_USAGE, "--pin", "64 hex digits");
	return 0;
}

static int finish(struct cli *cli, int rc, const char *what)
{
	const char *who = arena_printf(&cli->arena, "cli:uid %u", (unsigned)getuid());

	if (rc == 0)
		rc = audit_add(cli->db, env_now_ms(&cli->env), who, what, slice_str(cli->arg[1]),
			&cli->why);
	if (rc < 0) {
		db_rollback(cli->db);
		return rc;
	}
	TRY(db_commit(cli->db, &cli->why));
	bell_ring(cli->node);
	return 0;
}

static int add(struct cli *cli)
{
	struct buf secret CLEANUP_BUF = BUF(48 * KIB);
	struct remote r;
	int rc = read_remote(cli, &r, &secret);

	if (rc == 0)
		rc = db_begin(cli->db, &cli->why);
	if (rc == 0)
		rc = finish(cli, remote_add(cli->node, cli->db, &r, &cli->why), "remote add");
	if (secret.p)
		explicit_bzero(secret.p, secret.n);
	return rc;
}

static int drop(struct cli *cli)
{
	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "which remote?");
	TRY(db_begin(cli->db, &cli->why));
	return finish(
		cli, remote_remove(cli->db, slice_str(cli->arg[1]), &cli->why), "remote remove");
}

static int list(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct remote *r;
	size_t n;

	TRY(remote_list(cli->db, &cli->arena, &r, &n, &cli->why));
	json_open(&o, '[');
	for (size_t i = 0; i < n; i++) {
		char last[UTC_TEXT_LEN + 1] = "never";

		if (r[i].last_ms)
			utc_format(r[i].last_ms, last);
		if (!cli->json) {
			cli_print(cli,
				"%-20.*s %s %.*scollections/%.*s/  %s  %" PRIu64
				" objects  last %s%s%.*s\n",
				SLICE_FMT(r[i].name), r[i].push ? "push" : "pull",
				SLICE_FMT(r[i].url), SLICE_FMT(r[i].collection),
				mode_name(r[i].mode), r[i].objects, last, r[i].error.n ? "  " : "",
				SLICE_FMT(r[i].error));
			continue;
		}
		json_open(&o, '{');
		json_put_string(&o, "name", r[i].name);
		json_put_cstr(&o, "direction", r[i].push ? "push" : "pull");
		json_put_string(&o, "url", r[i].url);
		json_put_string(&o, "collection", r[i].collection);
		json_put_cstr(&o, "mode", mode_name(r[i].mode));
		json_put_u64(&o, "objects", r[i].objects);
		json_put_i64(&o, "every_ms", r[i].every_ms);
		json_put_cstr(&o, "last", last);
		json_put_string(&o, "error", r[i].error);
		json_close(&o);
	}
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return 0;
}

static int run(struct cli *cli)
{
	TRY(cli_open(cli));
	if (strcmp(cli->arg[0], "list") == 0)
		return list(cli);
	if (strcmp(cli->arg[0], "add") == 0)
		return add(cli);
	if (strcmp(cli->arg[0], "remove") == 0)
		return drop(cli);
	return why_set(&cli->why, E_USAGE, "", "list, add NAME URL or remove NAME");
}

const struct command command_cyber_remote = {
	.name = "remote",
	.args = "list|add|remove [NAME [URL]]",
	.args_min = 1,
	.args_max = 3,
	.summary = "Other TAXII 2.1 servers, to read from or to write to",
	.help = "URL is that of an API root, with its slash. A password or token is kept sealed with the node's key. What is read goes to whom --to names, with --label\n"
		"or a tighter one. What is written (--push) is only what this member has published itself to all members, in the lowest class, neither marked nor labelled\n"
		"tighter than TLP:GREEN. https, or http on this machine.",
	.option = options,
	.run = run,
};

/* ---- now ---- */

static void tell(struct cli *cli, const struct remote *r, const struct remote_run *u)
{
	const struct ingest_result *x = &u->result;

	if (cli->json && r->push)
		cli_print(cli,
			"{\"pages\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n",
			u->pages, u->sent, u->refused);
	else if (cli->json)
		cli_print(cli,
			"{\"pages\":%" PRIu64 ",\"objects\":%" PRIu64 ",\"written\":%" PRIu64
			",\"already\":%" PRIu64 ",\"held\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n",
			u->pages, x->objects, x->n[VERDICT_WRITTEN], x->n[VERDICT_ALREADY],
			x->n[VERDICT_HELD], x->n[VERDICT_REFUSED]);
	else if (r->push)
		cli_print(cli, "%" PRIu64 " objects sent, %" PRIu64 " refused there\n", u->sent,
			u->refused);
	else
		cyber_cmd_result(cli, x);
}

static int now(struct cli *cli, bool push)
{
	struct remote_run u = {.write = cyber_cmd_write, .ctx = cli};
	struct remote r;
	struct why why = {0};
	int rc;

	TRY(cli_open(cli));
	TRY(remote_get(cli->node, cli->db, slice_str(cli->arg[0]), &cli->arena, &r, &cli->why));
	if (r.push != push)
		return why_set(&cli->why, E_USAGE, "", "this remote is for entente cyber %s",
			r.push ? "push" : "pull");
	u.node = cli->node;
	u.db = cli->db;
	rc = push ? remote_push(&u, &r, &cli->why) : remote_pull(&u, &r, &cli->why);
	r.last_ms = env_now_ms(&cli->env);
	r.error = rc < 0 ? slice_str(cli->why.text) : SLICE("");
	if (remote_note(cli->db, &r, &why) < 0 && rc == 0) {
		cli->why = why;
		rc = why.code;
	}
	if (rc == 0 || u.pages)
		tell(cli, &r, &u);
	return rc;
}

static int pull_run(struct cli *cli)
{
	return now(cli, false);
}

static int push_run(struct cli *cli)
{
	return now(cli, true);
}

const struct command command_cyber_pull = {
	.name = "pull",
	.args = "REMOTE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Read what is new at another TAXII server, now",
	.run = pull_run,
};

const struct command command_cyber_push = {
	.name = "push",
	.args = "REMOTE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write what is new here to another TAXII server, now",
	.run = push_run,
};
