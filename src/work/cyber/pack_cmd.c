/* pack_cmd.c: `entente cyber pack`: packs made, shown, checked; and which packs are trusted. */
#include "work/cyber/match_cmd.h"

#include "base/file.h"

#include <inttypes.h>
#include <unistd.h>

/* ---- trust ---- */

static int trust_key(struct cli *cli, const char *text, struct pack_trust *ret)
{
	struct slice key = slice_trim(slice_str(text));
	uint8_t type;

	if (access(text, R_OK) == 0) {
		TRY(cli_read(cli, text, 4 * KIB, &key));
		key = slice_trim(key);
	}
	TRY(vkey_parse(key, &ret->name, &type, &ret->key, &cli->why));
	if (type != NOTE_ED25519)
		return why_set(&cli->why, E_INVALID, "--trust",
			"this is no key that packs are signed with");
	return 0;
}

static int trust_member(struct cli *cli, const char *text, struct pack_trust *ret)
{
	char *name = arena_alloc(&cli->arena, ORIGIN_MAX);
	struct root_chain chain;
	struct id member;

	TRY(cli_world(cli));
	TRY(cli_party(cli, text, &member));
	TRY(root_chain_load(cli->db, &member, &cli->arena, &chain, &cli->why));
	pack_node_name(&cli->world.coalition.id, &member, name);
	ret->name = slice_str(name);
	ret->key = root_latest(&chain)->log_key;
	return 0;
}

static int trust_own(struct cli *cli, struct pack_trust *ret)
{
	char *name = arena_alloc(&cli->arena, ORIGIN_MAX);

	if (cli_world(cli) < 0)
		return why_set(&cli->why, E_USAGE, "--trust",
			"there is no node here whose own packs could be taken: say whose to take (--trust KEY), or --unsigned");
	pack_node_name(&cli->world.coalition.id, &cli->node->self, name);
	ret->name = slice_str(name);
	ret->key = cli->node->log_key.pub;
	return 0;
}

int cmd_pack_open(struct cli *cli, const char *path, struct pack **ret)
{
	const char *key = cli_option(cli, "trust"), *from = cli_option(cli, "from");
	struct pack_trust trust = {.any = cli_switch(cli, "unsigned")};

	if (trust.any + (key != NULL) + (from != NULL) > 1)
		return why_set(
			&cli->why, E_USAGE, "--trust", "one of --trust, --from and --unsigned");
	if (key)
		TRY(trust_key(cli, key, &trust));
	else if (from)
		TRY(trust_member(cli, from, &trust));
	else if (!trust.any)
		TRY(trust_own(cli, &trust));
	return pack_open(ret, path, &trust, &cli->why);
}

/* ---- build ---- */

static int from_files(struct cli *cli, struct pack_maker *m, struct pack_counts *counts)
{
	for (size_t i = 1; i < cli->n_arg; i++) {
		struct buf json CLEANUP_BUF = BUF(LIMIT_PACK_STIX);

		if (strcmp(cli->arg[i], "-") == 0) {
			struct slice all;

			TRY(cli_read(cli, "-", 256 * MIB, &all));
			buf_slice_add(&json, all);
		} else {
			TRY(file_read(cli->arg[i], &json, &cli->why));
		}
		if (pack_maker_stix(m, buf_slice(&json), cli_switch(cli, "observables"), SLICE_NONE,
			    counts, &cli->why) < 0)
			return why_prefix(&cli->why, "%s", cli->arg[i]);
	}
	return 0;
}

static int from_node(struct cli *cli, struct pack_maker *m, struct pack *old, struct reader reader,
	enum mode mode, struct pack_about *about, struct pack_counts *counts, bool *ret_whole)
{
	struct pack_node from = {.world = &cli->world,
		.db = cli->db,
		.mode = mode,
		.reader = reader,
		.observables = cli_switch(cli, "observables")};
	char id[ID_TEXT + 1], coalition[COAL_TEXT + 1];
	int rc = db_begin_read(cli->db, &cli->why);

	if (rc == 0)
		rc = pack_node_collect(&from, m, old, counts, &cli->why);
	db_rollback(cli->db);
	if (rc < 0)
		return rc;
	id_format(&reader.member, id);
	coalition_format(&cli->world.coalition.id, coalition);
	about->for_whom = slice_str(arena_printf(&cli->arena, "%s", id));
	about->coalition = slice_str(arena_printf(&cli->arena, "%s", coalition));
	about->cursor = slice_str(arena_printf(&cli->arena, "%s", from.cursor));
	*ret_whole = from.whole;
	return 0;
}

static void say_counts(struct cli *cli, const struct pack_counts *c)
{
	cli_say(cli,
		"%" PRIu64 " objects gave %" PRIu64 " keys; %" PRIu64
		" indicators say more than a list can, %" PRIu64 " in part; %" PRIu64
		" could not be read; %" PRIu64 " objects are of other types",
		c->objects, c->keys, c->pattern_only, c->partly, c->refused, c->ignored);
}

/* Who signs: a key file, this node, or nobody. */
static int signer(struct cli *cli, struct seckey *key, struct pack_sign *ret)
{
	const char *file = cli_option(cli, "key"), *name = cli_option(cli, "name");
	char *own;

	if (cli_switch(cli, "unsigned"))
		return 0;
	if (file) {
		TRY(cli_key(cli, file, "officer", key));
		*ret = (struct pack_sign){key, slice_str(name ? name : "pack")};
		return 0;
	}
	if (cli_world(cli) < 0)
		return why_set(&cli->why, E_USAGE, "--key",
			"there is no node here to sign the pack: give --key FILE, or --unsigned");
	own = arena_alloc(&cli->arena, ORIGIN_MAX);
	pack_node_name(&cli->world.coalition.id, &cli->node->self, own);
	*ret = (struct pack_sign){&cli->node->log_key, slice_str(own)};
	return 0;
}

static int build_into(
	struct cli *cli, struct pack_maker *m, struct pack *old, struct pack_about *about)
{
	const char *to = cli_option(cli, "for");
	struct pack_counts counts = {0};
	struct id member;
	enum mode mode;
	bool whole;

	TRY(cli_mode(cli, &mode));
	about->mode = slice_str(mode_name(mode));
	about->observables = cli_switch(cli, "observables") ? SLICE("yes") : SLICE("no");
	if (cli->n_arg > 1) {
		if (old)
			TRY(pack_maker_pack(m, old, &cli->why));
		/* What is in the old one stays in it. */
		if (old && !slice_is(pack_about(old).observables, "no"))
			about->observables = SLICE("yes");
		TRY(from_files(cli, m, &counts));
	} else {
		TRY(cli_world(cli));
		member = cli->node->self;
		if (to)
			TRY(cli_party(cli, to, &member));
		TRY(from_node(cli, m, old, world_reader(&cli->world, &member), mode, about, &counts,
			&whole));
		if (old && whole)
			cli_say(cli, "the old pack could not be gone on from: made anew");
	}
	say_counts(cli, &counts);
	return 0;
}

static int pack_build(struct cli *cli)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct pack *old CLEANUP_PACK = NULL;
	struct pack_about about = {env_now_ms(&cli->env), SLICE("real"), SLICE("-"), SLICE("-"),
		SLICE("-"), SLICE_NONE, 0, 0, 0};
	struct pack_sign sign = {0};
	struct seckey key = {0};
	const char *output = cli_option(cli, "output"), *base = cli_option(cli, "base");
	int rc;

	if (!output)
		return why_set(&cli->why, E_USAGE, "--output", "say where to: -o FILE");
	TRY(signer(cli, &key, &sign));
	if (base) {
		struct pack_trust trust = {cli_switch(cli, "unsigned"), sign.name,
			sign.key ? sign.key->pub : (struct pubkey){{0}}};

		TRY(pack_open(&old, base, &trust, &cli->why));
	}
	rc = build_into(cli, m, old, &about);
	if (rc == 0)
		rc = pack_write(m, output, &about, &sign, &cli->env, &cli->why);
	seckey_wipe(&key);
	return rc;
}

int cmd_pack_own(
	struct cli *cli, enum mode mode, struct pack *old, struct buf *bytes, struct pack **ret)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct pack_about about = {env_now_ms(&cli->env), slice_str(mode_name(mode)), SLICE("-"),
		SLICE("-"), SLICE("-"), SLICE_NONE, 0, 0, 0};
	struct pack_trust any = {.any = true};
	struct pack_counts counts = {0};
	bool whole;

	TRY(cli_world(cli));
	TRY(from_node(cli, m, old, world_reader(&cli->world, &cli->node->self), mode, &about,
		&counts, &whole));
	TRY(pack_print(m, bytes, &about, NULL, &cli->env, &cli->why));
	return pack_open_bytes(ret, buf_slice(bytes), &any, &cli->why);
}

/* ---- show, check, key ---- */

static void show_json(struct cli *cli, const struct pack *p)
{
	struct pack_about a = pack_about(p);
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	struct json_out o = json_out(&b);
	char made[UTC_TEXT_LEN + 1];

	utc_format(a.made_ms, made);
	json_open(&o, '{');
	json_put_cstr(&o, "made", made);
	json_put_string(&o, "mode", a.mode);
	json_put_string(&o, "for", a.for_whom);
	json_put_string(&o, "coalition", a.coalition);
	json_put_string(&o, "cursor", a.cursor);
	if (a.observables.n)
		json_put_bool(&o, "observables", slice_is(a.observables, "yes"));
	json_put_string(&o, "signer", a.signer);
	json_put_u64(&o, "objects", a.objects);
	json_put_u64(&o, "pattern_only", a.pattern_only);
	json_open_at(&o, "keys", '{');
	for (int k = 0; k < PACK_KINDS; k++)
		if (pack_count(p, (enum pack_kind)k))
			json_put_u64(&o, pack_kind_name((enum pack_kind)k),
				pack_count(p, (enum pack_kind)k));
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
}

static void show_text(struct cli *cli, const struct pack *p)
{
	struct pack_about a = pack_about(p);
	char made[UTC_TEXT_LEN + 1];

	utc_format(a.made_ms, made);
	cli_print(cli, "made %s, %.*s, for %.*s, signed by %.*s\n", made, SLICE_FMT(a.mode),
		SLICE_FMT(a.for_whom), SLICE_FMT(a.signer.n ? a.signer : SLICE("nobody")));
	cli_print(cli,
		"%" PRIu64 " objects%s, of which %" PRIu64 " say more than a list can; %" PRIu64
		" keys:\n",
		a.objects, slice_is(a.observables, "yes") ? ", observables among them" : "",
		a.pattern_only, a.keys);
	for (int k = 0; k < PACK_KINDS; k++)
		if (pack_count(p, (enum pack_kind)k))
			cli_print(cli, "%10" PRIu64 " %s\n", pack_count(p, (enum pack_kind)k),
				pack_kind_name((enum pack_kind)k));
}

static int pack_show(struct cli *cli, bool check)
{
	struct pack *p CLEANUP_PACK = NULL;

	if (cli->n_arg != 2)
		return why_set(&cli->why, E_USAGE, "", "usage: entente cyber pack show|check FILE");
	TRY(cmd_pack_open(cli, cli->arg[1], &p));
	if (check)
		TRY(pack_verify(p, &cli->why));
	if (cli->json)
		show_json(cli, p);
	else
		show_text(cli, p);
	return 0;
}

static int pack_own_key(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	char name[ORIGIN_MAX];

	TRY(cli_world(cli));
	pack_node_name(&cli->world.coalition.id, &cli->node->self, name);
	vkey_print(&b, slice_str(name), NOTE_ED25519, &cli->node->log_key.pub);
	cli_print(cli, "%s\n", buf_cstr(&b));
	return 0;
}

static int pack_run(struct cli *cli)
{
	const char *what = cli->arg[0];

	if (strcmp(what, "build") == 0)
		return pack_build(cli);
	if (strcmp(what, "show") == 0 || strcmp(what, "check") == 0)
		return pack_show(cli, what[0] == 'c');
	if (strcmp(what, "key") == 0)
		return pack_own_key(cli);
	return why_set(&cli->why, E_USAGE, "", "build, show, check or key, not %s", what);
}

static const struct cli_option options[] = {
	{"output", 'o', "FILE", false, "build: the pack, replaced in one step"},
	{"base", 0, "FILE", false, "build: go on from this pack: only what is new is read"},
	{"for", 0, "MEMBER", false,
		"build: what this member may see (default: what this node's own staff may)"},
	{"mode", 'm', "MODE", false, "build: real, exercise or test (default real)"},
	{"observables", 0, NULL, false, "build: observables too, not indicators alone"},
	{"key", 0, "FILE", false,
		"build: sign with this officer key instead of this node's log key"},
	{"name", 0, "NAME", false, "build: the name that goes with --key (default: pack)"},
	CMD_TRUST_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

const struct command command_cyber_pack = {
	.name = "pack",
	.args = "build [STIX...] | show FILE | check FILE | key",
	.args_min = 1,
	.args_max = 128,
	.summary = "Make and check packs of indicators for sensors",
	.help = "build makes a pack of what this node holds and a reader may see, or of STIX files. show tells what is in one, check reads it whole, key prints\n"
		"what a sensor needs to take this node's packs: entente cyber match --pack FILE --trust KEY LOG.",
	.option = options,
	.run = pack_run,
};
