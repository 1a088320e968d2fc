/* cmd_init.c: `entente init`: makes this member's node and its root document. */
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/cli.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <unistd.h>

static const struct cli_option options[] = {
	{"label", 'l', "NAME", false, "what this member calls itself, e.g. ALB"},
	{"listen", 0, "ADDRESS", false, "pages and API (default " CONF_LISTEN ")"},
	{"peer-listen", 0, "ADDRESS", false, "federation (default " CONF_PEER_LISTEN ")"},
	{"endpoint", 0, "URL", true, "https address by which partners reach --peer-listen"},
	{"allow", 0, "RANGE", true, "private address range in which partners may be reached"},
	{"database", 0, "URL", false, "sqlite:PATH or postgres://… (default: SQLite in DIR)"},
	{"root-key", 0, "FILE", true,
		"root key files of the custodians (entente key new root FILE)"},
	{"next-root-key", 0, "FILE", true, "root keys of the next root document (pre-rotation)"},
	{"threshold", 0, "K", false, "root signatures that a root document needs (default: all)"},
	{"officer-key", 0, "FILE", true, "officer key files; all get every scope"},
	{"pass-file", 0, "FILE", false, "passphrase of sealed keys"},
	{NULL, 0, NULL, false, NULL},
};

#define KEYS_MAX ROOT_KEYS_MAX

struct keys {
	struct seckey key[KEYS_MAX];
	size_t n;
};

static int read_keys(struct cli *cli, const char *option, const char *use, struct keys *ret)
{
	for (size_t i = 0; i < cli_option_count(cli, option); i++) {
		if (ret->n == KEYS_MAX)
			return why_set(&cli->why, E_LIMIT, option, "more than %d keys", KEYS_MAX);
		TRY(cli_key(cli, cli_option_at(cli, option, i), use, &ret->key[ret->n]));
		ret->n++;
	}
	return 0;
}

/* ---- what was typed, before anything is written ---- */

static int check_label(struct cli *cli, const char *label)
{
	if (!label)
		return why_set(
			&cli->why, E_USAGE, "--label", "is needed: what this member calls itself");
	struct slice s = slice_str(label);
	if (slice_trim(s).n == 0 || slice_trim(s).n != s.n)
		return why_set(&cli->why, E_USAGE, "--label",
			"is empty, or has space around it: what this member calls itself");
	if (s.n > 64 || utf8_bad_at(s) >= 0)
		return why_set(&cli->why, E_USAGE, "--label", "at most 64 bytes of UTF-8");
	if (!utf8_is_line(s))
		return why_set(
			&cli->why, E_USAGE, "--label", "has characters in it that do not show");
	return 0;
}

static int check_listen(struct cli *cli, const char *option)
{
	const char *text = cli_option(cli, option + 2);
	char host[64];
	uint16_t port;
	if (text && listen_parse(text, host, &port, NULL) < 0)
		return why_set(&cli->why, E_USAGE, option,
			"%s is not ADDRESS:PORT, like 127.0.0.1:8470 or [::1]:8470", text);
	return 0;
}

static bool https_url(struct slice url)
{
	struct slice rest = url, host = SLICE_NONE, port = SLICE_NONE;
	uint64_t n;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f)
			return false;
	if (!slice_take(&rest, "https://"))
		return false;
	slice_cut(&rest, '/', &host);
	if (slice_take(&host, "[")) {
		rest = host;
		if (!slice_cut_exact(&rest, ']', &host) || (rest.n && !slice_take(&rest, ":")))
			return false;
		port = rest;
	} else {
		port = host;
		slice_cut(&port, ':', &host);
	}
	return host.n && (!port.n || (slice_u64(port, &n) == 0 && n > 0 && n <= UINT16_MAX));
}

/* "10.0.0.0/8", "fd00::/8" */
static bool range_ok(const char *text)
{
	struct slice rest = slice_str(text), address;
	struct in6_addr any;
	uint64_t bits;
	char host[64];
	if (!slice_cut_exact(&rest, '/', &address) || address.n >= sizeof(host) ||
		slice_u64(rest, &bits) < 0)
		return false;
	memcpy(host, address.p, address.n);
	host[address.n] = '\0';
	return (inet_pton(AF_INET, host, &any) == 1 && bits <= 32) ||
	       (inet_pton(AF_INET6, host, &any) == 1 && bits <= 128);
}

static int check_options(struct cli *cli)
{
	const char *text;
	TRY(check_label(cli, cli_option(cli, "label")));
	TRY(check_listen(cli, "--listen"));
	TRY(check_listen(cli, "--peer-listen"));
	for (size_t i = 0; (text = cli_option_at(cli, "endpoint", i)) != NULL; i++)
		if (i == 8 || !https_url(slice_str(text)))
			return why_set(&cli->why, E_USAGE, "--endpoint",
				i == 8 ? "at most 8 (%s is one more)" : "%s is not an https URL",
				text);
	for (size_t i = 0; (text = cli_option_at(cli, "allow", i)) != NULL; i++)
		if (i == CONF_ALLOW_MAX || !range_ok(text))
			return why_set(&cli->why, E_USAGE, "--allow",
				i == CONF_ALLOW_MAX
					? "too many ranges (%s is one more)"
					: "%s is not a range of addresses, like 10.0.0.0/8 or fd00::/8",
				text);
	text = cli_option(cli, "database");
	if (text && strncmp(text, "sqlite:", 7) != 0 && strncmp(text, "postgres://", 11) != 0 &&
		strncmp(text, "postgresql://", 13) != 0)
		return why_set(&cli->why, E_USAGE, "--database",
			"%s is neither sqlite:PATH nor postgres://…", text);
	return 0;
}

/* ---- undoing an attempt ---- */

/* Everything that init makes, what is in a folder before the folder. */
static const char *const made[] = {"entente.conf", "node.db-wal", "node.db-shm", "node.db",
	"keys/root.key", "keys/root-next.key", "keys/officer.key", "keys/log.key",
	"keys/witness.key", "keys/seal.key", "keys/tls.crt", "keys/tls.key", "keys", "highwater",
	"files", ""};
#define MADE (sizeof(made) / sizeof(made[0]))

static const char *made_path(struct cli *cli, size_t i)
{
	return arena_printf(&cli->arena, "%s/%s", cli_dir(cli), made[i]);
}

/* Only what was not there before; folders only if nothing else has come into them. */
static void undo(struct cli *cli, const bool *before)
{
	for (size_t i = 0; i < MADE; i++)
		if (!before[i] && unlink(made_path(cli, i)) < 0)
			(void)!rmdir(made_path(cli, i));
}

/* ---- keys ---- */

/* A trial: the key is made here and stays here, in the clear, and everything says so. */
static int trial_key(struct cli *cli, const char *use, const char *name, struct keys *ret)
{
	const char *dir = arena_printf(&cli->arena, "%s/keys", cli_dir(cli));
	TRY(dir_make(dir, 0700, &cli->why));
	ret->key[0] = seckey_new(&cli->env);
	ret->n = 1;
	return keyfile_write(arena_printf(&cli->arena, "%s/%s", dir, name), use, &ret->key[0],
		SLICE_NONE, &cli->env, &cli->why);
}

static struct hash next_set(const struct keys *next, unsigned threshold)
{
	struct pubkey pub[KEYS_MAX];
	for (size_t i = 0; i < next->n; i++)
		pub[i] = next->key[i].pub;
	return root_set_hash(threshold, pub, next->n);
}

static int threshold_of(struct cli *cli, const struct keys *root, unsigned *ret)
{
	const char *text = cli_option(cli, "threshold");
	uint64_t k = root->n;
	if (text && (slice_u64(slice_str(text), &k) < 0 || k == 0 || k > root->n))
		return why_set(
			&cli->why, E_USAGE, "--threshold", "1 to %zu, not %s", root->n, text);
	*ret = (unsigned)k;
	return 0;
}

static size_t officers_of(struct cli *cli, const struct keys *keys, struct root_officer *ret)
{
	for (size_t i = 0; i < keys->n; i++) {
		env_random(&cli->env, ret[i].id.b, sizeof(ret[i].id.b));
		ret[i].key = keys->key[i].pub;
		ret[i].scopes = SCOPE_ALL;
		ret[i].until_ms = 0;
	}
	return keys->n;
}

static size_t strings_of(struct cli *cli, const char *option, const char **ret, size_t max)
{
	size_t n = 0;
	while (n < max && cli_option_at(cli, option, n)) {
		ret[n] = cli_option_at(cli, option, n);
		n++;
	}
	return n;
}

static int create(
	struct cli *cli, struct keys *root, struct keys *next, struct keys *officer, struct id *ret)
{
	const char *endpoint[8], *allow[CONF_ALLOW_MAX];
	struct root_officer list[KEYS_MAX] = {0};
	struct node_init init = {
		.dir = cli_dir(cli),
		.label = cli_option(cli, "label"),
		.database = cli_option(cli, "database"),
		.listen = cli_option(cli, "listen"),
		.peer_listen = cli_option(cli, "peer-listen"),
		.endpoint = endpoint,
		.root_key = root->key,
		.n_root_key = root->n,
		.officer = list,
		.env = cli->env,
		.allow = allow,
	};
	TRY(threshold_of(cli, root, &init.threshold));
	init.next = next_set(next, init.threshold < next->n ? init.threshold : (unsigned)next->n);
	init.n_officer = officers_of(cli, officer, list);
	init.n_endpoint = strings_of(cli, "endpoint", endpoint, 8);
	init.n_allow = strings_of(cli, "allow", allow, CONF_ALLOW_MAX);
	return node_create(&init, ret, &cli->why);
}

static bool loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 ||
	       strncmp(address, "localhost", 9) == 0;
}

/* Settings with which no partner would ever get through. */
static void say_reach(struct cli *cli)
{
	const char *peer = cli_option(cli, "peer-listen"), *url = cli_option(cli, "endpoint");
	if (!peer)
		peer = CONF_PEER_LISTEN;
	if (!url)
		cli_say(cli,
			"no --endpoint: partners cannot reach this node; it can reach them (later: entente key update --endpoint URL)");
	else if (loopback(peer) && !loopback(url + strlen("https://")))
		cli_say(cli,
			"partners are told %s, but --peer-listen is %s, which only this machine reaches: "
			"--peer-listen 0.0.0.0:PORT, or a front that passes connections on",
			url, peer);
}

static int make(struct cli *cli, bool *ret_trial, struct id *ret_self)
{
	struct keys root = {.n = 0}, next = {.n = 0}, officer = {.n = 0};
	int rc = read_keys(cli, "root-key", "root", &root);
	if (rc == 0)
		rc = read_keys(cli, "next-root-key", "root", &next);
	if (rc == 0)
		rc = read_keys(cli, "officer-key", "officer", &officer);
	*ret_trial = root.n == 0 || next.n == 0 || officer.n == 0;
	if (rc == 0 && root.n == 0)
		rc = trial_key(cli, "root", "root.key", &root);
	if (rc == 0 && next.n == 0)
		rc = trial_key(cli, "root", "root-next.key", &next);
	if (rc == 0 && officer.n == 0)
		rc = trial_key(cli, "officer", "officer.key", &officer);
	if (rc == 0)
		rc = create(cli, &root, &next, &officer, ret_self);
	explicit_bzero(&root, sizeof(root));
	explicit_bzero(&next, sizeof(next));
	explicit_bzero(&officer, sizeof(officer));
	return rc;
}

static void say_trial(struct cli *cli)
{
	static const struct {
		const char *option, *what;
	} lying[] = {{"root-key", "the root key"}, {"next-root-key", "the next root key"},
		{"officer-key", "the officer's key"}};
	struct buf b CLEANUP_BUF = BUF(4096);
	for (size_t i = 0; i < sizeof(lying) / sizeof(lying[0]); i++)
		if (!cli_option(cli, lying[i].option))
			buf_addf(&b, "%s%s", b.n ? ", " : "", lying[i].what);
	cli_say(cli, "TRIAL: in %s/keys, unsealed: %s. For real use see entente help init",
		cli_dir(cli), buf_cstr(&b));
}

static int run(struct cli *cli)
{
	struct id self;
	bool before[MADE], trial;

	TRY(check_options(cli));
	if (file_exists(arena_printf(&cli->arena, "%s/entente.conf", cli_dir(cli))))
		return why_set(&cli->why, E_CONFLICT, cli_dir(cli), "there is a node here already");
	for (size_t i = 0; i < MADE; i++)
		before[i] = file_exists(made_path(cli, i));
	int rc = make(cli, &trial, &self);
	if (rc < 0) {
		undo(cli, before);
		return rc;
	}

	char id[ID_TEXT + 1];
	id_format(&self, id);
	if (cli->json)
		cli_print(cli, "{\"member\":\"%s\",\"trial\":%s}\n", id, trial ? "true" : "false");
	else
		cli_print(cli, "%s\n", id);
	cli_say(cli, "made a node for %s in %s", cli_option(cli, "label"), cli_dir(cli));
	say_reach(cli);
	if (trial)
		say_trial(cli);
	return 0;
}

const struct command command_init = {
	.name = "init",
	.group = "Set up",
	.args = "--label NAME",
	.summary = "Make this member's node: keys, root document, store",
	.help = "Without --root-key and --officer-key this is a trial: one root key and one officer key are made in DIR/keys.\n"
		"For real use the custodians make root keys off the node (entente key new root FILE), and whoever signs for\n"
		"the member makes an officer key (entente key new officer FILE); bring the files for this one command.",
	.option = options,
	.run = run,
};
