/* cmd_key.c: `entente key`: key files, and the root document that says which keys speak for this
 * member. */
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/rootfile.h"
#include "node/bell.h"
#include "node/rootdoc.h"

#include <inttypes.h>

static const struct cli_option options[] = {
	{"seal", 0, NULL, false, "new: seal the file with a passphrase"},
	{"pass-file", 0, "FILE", false, "passphrase of sealed keys"},
	{"endpoint", 0, "URL", true, "update: addresses by which partners reach this node"},
	{"officer-key", 0, "FILE", true, "update: officer keys from now on (replaces the list)"},
	{"root-key", 0, "FILE", true,
		"update: root keys in force and next (default: DIR/keys/root.key, root-next.key)"},
	{"next-root-key", 0, "FILE", true,
		"update: keys after those (default: a new DIR/keys/root-next-N.key)"},
	{"output", 'o', "FILE", false, "root: write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int key_new(struct cli *cli)
{
	struct buf pass = BUF(4 * KIB);
	if (cli->n_arg != 3)
		return why_set(&cli->why, E_USAGE, "", "usage: entente key new officer|root FILE");
	const char *use = cli->arg[1], *path = cli->arg[2];
	if (strcmp(use, "officer") != 0 && strcmp(use, "root") != 0)
		return why_set(&cli->why, E_USAGE, "USE", "officer or root, not %s", use);
	if (cli_switch(cli, "seal"))
		TRY(cli_pass(cli, path, &pass));
	struct seckey key = seckey_new(&cli->env);
	int rc = keyfile_write(path, use, &key, buf_slice(&pass), &cli->env, &cli->why);
	char pub[BASE64_LEN(32) + 1];
	base64_encode(key.pub.b, 32, pub);
	seckey_wipe(&key);
	buf_wipe(&pass);
	if (rc == 0)
		cli_print(cli, "%s\n", pub);
	return rc;
}

static int own_chain(struct cli *cli, struct root_chain *ret)
{
	TRY(cli_open(cli));
	return root_chain_load(cli->db, &cli->node->self, &cli->arena, ret, &cli->why);
}

static int key_root(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	TRY(cli_open(cli));
	TRY(root_notes(cli->db, &cli->node->self, &b, &cli->why));
	return cli_write(
		cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-", buf_slice(&b));
}

static void print_fingerprint(struct cli *cli, const struct root_chain *chain)
{
	struct buf words CLEANUP_BUF = BUF(4 * KIB);
	char id[ID_TEXT + 1], hex[65];
	const struct root *root = root_latest(chain);
	id_format(&chain->member, id);
	hex_encode(chain->version[0].hash.b, 32, hex);
	root_fingerprint_words(&chain->version[0].hash, &words);
	if (cli->json) {
		struct buf b CLEANUP_BUF = BUF(16 * KIB);
		struct json_out o = json_out(&b);
		json_open(&o, '{');
		json_put_cstr(&o, "member", id);
		json_put_string(&o, "label", root->label);
		json_put_cstr(&o, "root", hex);
		json_put_string(&o, "words", buf_slice(&words));
		json_put_u64(&o, "version", root->version);
		json_put_u64(&o, "threshold", root->threshold);
		json_put_u64(&o, "keys", root->n_key);
		json_close(&o);
		buf_byte(&b, '\n');
		cli_out(cli, buf_slice(&b));
		return;
	}
	struct buf label CLEANUP_BUF = BUF(4 * KIB);
	utf8_show(&label, root->label, 64);
	cli_print(cli, "member  %s  %s\n", id, buf_cstr(&label));
	cli_print(cli, "root    %s\nwords   %s\n", hex, buf_cstr(&words));
	cli_print(cli, "version %u, root keys %u of %zu%s\n", root->version, root->threshold,
		root->n_key, root->threshold == 1 && root->n_key == 1 ? "  (TRIAL: 1 of 1)" : "");
}

static int key_fingerprint(struct cli *cli)
{
	struct root_chain chain;
	struct slice text;
	if (cli->n_arg == 2)
		TRY(rootfile_read(cli, cli->arg[1], &text, &chain));
	else
		TRY(own_chain(cli, &chain));
	print_fingerprint(cli, &chain);
	return 0;
}

#define UPDATE_KEYS 32

static int update_keys(struct cli *cli, const char *option, const char *const *fallback,
	struct seckey *ret, size_t *ret_n)
{
	size_t n = cli_option_count(cli, option);
	for (size_t i = 0; i < (n ? n : 2); i++) {
		const char *path = n ? cli_option_at(cli, option, i) : fallback[i];
		if (!path)
			break;
		if (*ret_n == UPDATE_KEYS)
			return why_set(
				&cli->why, E_LIMIT, option, "more than %d keys", UPDATE_KEYS);
		TRY(cli_key(cli, path, strcmp(option, "officer-key") == 0 ? "officer" : "root",
			&ret[*ret_n]));
		(*ret_n)++;
	}
	return 0;
}

/* Where the trial keys of this version lie: init made root.key and root-next.key, each update one
 * more. */
static const char *trial_path(struct cli *cli, uint32_t version)
{
	if (version == 1)
		return arena_printf(&cli->arena, "%s/keys/root.key", cli_dir(cli));
	if (version == 2)
		return arena_printf(&cli->arena, "%s/keys/root-next.key", cli_dir(cli));
	return arena_printf(&cli->arena, "%s/keys/root-next-%u.key", cli_dir(cli), version);
}

static int next_keys(struct cli *cli, uint32_t version, struct seckey *ret, size_t *ret_n)
{
	if (cli_option_count(cli, "next-root-key") > 0)
		return update_keys(cli, "next-root-key", NULL, ret, ret_n);
	ret[0] = seckey_new(&cli->env);
	*ret_n = 1;
	return keyfile_write(
		trial_path(cli, version + 2), "root", &ret[0], SLICE_NONE, &cli->env, &cli->why);
}

static int key_update(struct cli *cli)
{
	struct root_chain chain;
	TRY(own_chain(cli, &chain));
	uint32_t version = root_latest(&chain)->version;
	const char *fallback[2] = {trial_path(cli, version), trial_path(cli, version + 1)};
	struct seckey root[UPDATE_KEYS], next[UPDATE_KEYS], officer[UPDATE_KEYS];
	const char *endpoint[8];
	struct rootdoc_change change = {
		.root_key = root, .next_key = next, .officer_key = officer, .endpoint = endpoint};

	TRY(update_keys(cli, "root-key", fallback, root, &change.n_root_key));
	if (cli_option_count(cli, "officer-key") > 0)
		TRY(update_keys(cli, "officer-key", NULL, officer, &change.n_officer_key));
	TRY(next_keys(cli, version, next, &change.n_next_key));
	while (change.n_endpoint < 8 && cli_option_at(cli, "endpoint", change.n_endpoint)) {
		endpoint[change.n_endpoint] = cli_option_at(cli, "endpoint", change.n_endpoint);
		change.n_endpoint++;
	}
	int rc = rootdoc_update(cli->node, cli->db, &change, &cli->why);
	explicit_bzero(root, sizeof(root));
	explicit_bzero(next, sizeof(next));
	explicit_bzero(officer, sizeof(officer));
	TRY(rc);
	bell_ring(cli->node);
	TRY(own_chain(cli, &chain));
	print_fingerprint(cli, &chain);
	return 0;
}

static int run(struct cli *cli)
{
	const char *what = cli->arg[0];
	if (strcmp(what, "new") == 0)
		return key_new(cli);
	if (strcmp(what, "root") == 0)
		return key_root(cli);
	if (strcmp(what, "fingerprint") == 0)
		return key_fingerprint(cli);
	if (strcmp(what, "update") == 0)
		return key_update(cli);
	return why_set(
		&cli->why, E_USAGE, "", "entente key new|root|fingerprint|update, not %s", what);
}

const struct command command_key = {
	.name = "key",
	.group = "Set up",
	.args = "new officer|root FILE | root | fingerprint [FILE] | update",
	.args_min = 1,
	.args_max = 3,
	.summary = "Make key files; show, hand over or renew the root document",
	.help = "new          makes a key file; --seal asks for a passphrase\n"
		"root         prints this member's root document, to hand to partners\n"
		"fingerprint  prints member id, hash and twelve words, to compare by telephone or note verbale; of FILE if given\n"
		"update       makes the next version of the root document and tells every coalition",
	.option = options,
	.run = run,
};
