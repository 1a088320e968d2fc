/* cmd_verify.c: `entente verify`: checks a proof, a fork, a root document or a signed head offline:
 * no node, no server, no trust in the bringer. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/rootfile.h"
#include "cli/verify_public.h"
#include "log/fork.h"
#include "log/proof.h"
#include "pact/publicfile.h"

#include <inttypes.h>

static const struct cli_option options[] = {
	{"root", 'r', "FILE", true,
		"root document of the member whose log it is (entente key root)"},
	{"fingerprint", 0, "HEX|WORDS", true,
		"hash that the root document must have; of a register: of a party that you have compared it with"},
	{"against", 0, "FILE|URL", true,
		"register: another member's; what that one proves must not be missing here"},
	{"since", 0, "FILE|URL", true, "register: an earlier copy; nothing may go back"},
	{"within", 0, "HOURS", false, "register: a witness must have signed so lately"},
	{"entry", 'e', "FILE", false, "proof: the entry's bytes (entente log show --raw)"},
	{NULL, 0, NULL, false, NULL},
};

static int root_of(struct cli *cli, const struct id *member, struct root_chain *ret)
{
	struct slice text;
	char hex[65];
	for (size_t i = 0; i < cli_option_count(cli, "root"); i++) {
		TRY(rootfile_read(cli, cli_option_at(cli, "root", i), &text, ret));
		if (!id_eq(&ret->member, member))
			continue;
		hex_encode(ret->version[0].hash.b, 32, hex);
		if (cli_option(cli, "fingerprint") &&
			!root_fingerprint_is(
				&ret->version[0].hash, slice_str(cli_option(cli, "fingerprint"))))
			return why_set(&cli->why, E_VERIFY, "--root",
				"the root document has hash %s, not the fingerprint given", hex);
		return 0;
	}
	id_format(member, hex);
	return why_set(
		&cli->why, E_USAGE, "--root", "the root document of member %s is needed", hex);
}

static int log_key_of(struct cli *cli, const struct checkpoint *cp, const struct pubkey **ret)
{
	struct root_chain *chain = arena_new(&cli->arena, struct root_chain);
	TRY(root_of(cli, &cp->log.member, chain));
	*ret = root_log_key(chain, &cp->log.coalition, cp->log.epoch, cp->size);
	if (!*ret)
		return why_set(
			&cli->why, E_VERIFY, "--root", "no log key for epoch %u", cp->log.epoch);
	return 0;
}

static void say_head(struct cli *cli, const char *what, const struct checkpoint *cp)
{
	char member[ID_TEXT + 1], coalition[COAL_TEXT + 1];
	id_format(&cp->log.member, member);
	coalition_format(&cp->log.coalition, coalition);
	if (cli->json)
		cli_print(cli,
			"{\"what\":\"%s\",\"member\":\"%s\",\"coalition\":\"%s\",\"size\":%" PRIu64
			",\"ok\":true}\n",
			what, member, coalition, cp->size);
	else
		cli_print(cli,
			"%sverifies%s: %s, log of member %s in coalition %s at size %" PRIu64 "\n",
			cli_colour(cli, COLOUR_GREEN), cli_colour(cli, COLOUR_NONE), what, member,
			coalition, cp->size);
}

static int verify_proof(struct cli *cli, struct slice file)
{
	struct log_proof proof;
	struct note note;
	struct checkpoint cp;
	struct slice entry;
	const struct pubkey *key;
	TRY(log_proof_parse(&proof, file, &cli->why));
	TRY(note_parse(&note, &cli->arena, proof.note, &cli->why));
	TRY(checkpoint_parse(&cp, note.text, &cli->why));
	TRY(log_key_of(cli, &cp, &key));
	if (!cli_option(cli, "entry"))
		return why_set(&cli->why, E_USAGE, "--entry",
			"is needed: the bytes whose presence is proved");
	TRY(cli_read(cli, cli_option(cli, "entry"), LIMIT_ENTRY_BYTES + 1, &entry));
	/* `log show --raw` ends each entry with an empty line for the eye. */
	if (slice_ends(entry, "\n\n"))
		entry.n--;
	struct hash leaf = hash_leaf(entry);
	TRY(log_proof_check(&proof, &leaf, key, &cp, &cli->why));
	say_head(cli, "the entry is in the log", &cp);
	return 0;
}

static int verify_fork(struct cli *cli, struct slice file)
{
	struct fork *fork = arena_new(&cli->arena, struct fork);
	const struct pubkey *key;
	TRY(fork_parse(fork, &cli->arena, file, &cli->why));
	TRY(log_key_of(cli, &fork->a, &key));
	TRY(fork_check(fork, key, &cli->why));
	say_head(cli, "the member signed two stories", &fork->a);
	return 0;
}

static int verify_note(struct cli *cli, struct slice file)
{
	struct note note;
	struct checkpoint cp;
	const struct pubkey *key;
	char origin[ORIGIN_MAX];
	TRY(note_parse(&note, &cli->arena, file, &cli->why));
	TRY(checkpoint_parse(&cp, note.text, &cli->why));
	TRY(log_key_of(cli, &cp, &key));
	origin_format(&cp.log, origin);
	int rc = note_verify(&note, slice_str(origin), NOTE_ED25519, key, NULL, &cli->why);
	if (rc <= 0)
		return rc < 0 ? rc
			      : why_set(&cli->why, E_VERIFY, "",
					"the note bears no signature of this log");
	say_head(cli, "the signed head", &cp);
	return 0;
}

static int verify_root(struct cli *cli)
{
	struct root_chain chain;
	struct slice text;
	char id[ID_TEXT + 1], hex[65];
	TRY(rootfile_read(cli, cli->arg[0], &text, &chain));
	id_format(&chain.member, id);
	hex_encode(chain.version[0].hash.b, 32, hex);
	if (cli_option(cli, "fingerprint") && !root_fingerprint_is(&chain.version[0].hash,
						      slice_str(cli_option(cli, "fingerprint"))))
		return why_set(&cli->why, E_VERIFY, cli->arg[0],
			"has hash %s, not the fingerprint given", hex);
	if (cli->json)
		cli_print(cli,
			"{\"what\":\"root\",\"member\":\"%s\",\"root\":\"%s\",\"version\":%zu,\"ok\":true}\n",
			id, hex, chain.n);
	else
		cli_print(cli,
			"%sverifies%s: root document of member %s, version %zu, fingerprint %s\n",
			cli_colour(cli, COLOUR_GREEN), cli_colour(cli, COLOUR_NONE), id, chain.n,
			hex);
	return 0;
}

static int run(struct cli *cli)
{
	struct slice file;
	if (strstr(cli->arg[0], "://"))
		TRY(verify_fetch(cli, cli->arg[0], &file));
	else
		TRY(cli_read(cli, cli->arg[0], LIMIT_PUBLIC_BYTES, &file));
	if (slice_starts(file, PUBLICFILE_HEAD))
		return verify_public(cli, file);
	if (slice_starts(file, "entente-fork/1\n"))
		return verify_fork(cli, file);
	if (slice_starts(file, "c2sp.org/tlog-proof@v1\n"))
		return verify_proof(cli, file);
	if (slice_starts(file, "entente-root/1\n"))
		return verify_root(cli);
	if (slice_starts(file, "entente/"))
		return verify_note(cli, file);
	if (slice_starts(file, "<!doctype html") || slice_starts(file, "<!DOCTYPE html"))
		return why_set(&cli->why, E_SYNTAX, cli->arg[0],
			"is a page for people: what can be checked stands beside it, at /public/COALITION.public");
	return why_set(&cli->why, E_SYNTAX, cli->arg[0],
		"is no register, proof, fork, root document or signed head");
}

const struct command command_verify = {
	.name = "verify",
	.group = "Look",
	.args = "FILE|URL [--root FILE]",
	.args_min = 1,
	.args_max = 1,
	.summary = "Check a public register, proof, fork, root document or signed head offline",
	.help = "Needs no node. Trust rests on the root document alone: compare its fingerprint out of band.\n"
		"A public register (/public/… of a node, or the file saved from it) needs the fingerprint of one party; it says who stands behind\n"
		"the others, computes the standing anew, and tells what it proves and what it cannot.",
	.option = options,
	.run = run,
};
