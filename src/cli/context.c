/* context.c: what commands work on: the node, its database, the coalition, and names that people
 * type. */
#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "crypt/keyfile.h"
#include "node/bell.h"

#include <limits.h>
#include <termios.h>
#include <unistd.h>

const char *cli_dir(struct cli *cli)
{
	const char *dir = cli_option(cli, "dir");
	if (!dir || !*dir)
		dir = getenv("ENTENTE_DIR");
	if (dir && *dir)
		return dir;
	const char *home = getenv("HOME");
	return arena_printf(&cli->arena, "%s/.local/share/entente", home && *home ? home : ".");
}

int cli_open(struct cli *cli)
{
	if (cli->node)
		return 0;
	TRY(node_open(&cli->node, &(struct node_options){.dir = cli_dir(cli)}, &cli->why));
	return node_db(cli->node, &cli->db, &cli->why);
}

void cli_finish(struct cli *cli)
{
	db_close(&cli->db);
	node_close(&cli->node);
	arena_free(&cli->arena);
}

static bool coalition_matches(const struct coalition *c, const char *text)
{
	char hex[COAL_TEXT + 1];
	coalition_format(&c->id, hex);
	size_t n = strlen(text);
	return slice_is(c->founding.name, text) ||
	       (n >= 4 && n <= COAL_TEXT && strncmp(hex, text, n) == 0);
}

static int choose_coalition(struct cli *cli, struct id *ret)
{
	const char *wanted = cli_option(cli, "coalition");
	struct coalition *list;
	size_t n, found = 0;
	TRY(coalition_list(cli->db, &cli->arena, &list, &n, &cli->why));
	for (size_t i = 0; i < n; i++) {
		if (!wanted || coalition_matches(&list[i], wanted)) {
			*ret = list[i].id;
			found++;
		}
	}
	if (found == 1)
		return 0;
	if (n == 0)
		return why_set(&cli->why, E_MISSING, "",
			"this node is party to no coalition yet: entente join CHARTER");
	if (found == 0)
		return why_set(
			&cli->why, E_MISSING, "--coalition", "no coalition is called %s", wanted);
	struct buf ids CLEANUP_BUF = BUF(4 * KIB);
	for (size_t i = 0; i < n && ids.n < 150; i++) {
		char hex[COAL_TEXT + 1];
		coalition_format(&list[i].id, hex);
		buf_addf(&ids, "%s%.8s", i ? ", " : "", hex);
	}
	return why_set(&cli->why, E_USAGE, "--coalition", "%s%s: name one of %s",
		wanted ? wanted : "this node is party to several coalitions",
		wanted ? " fits several coalitions" : "", buf_cstr(&ids));
}

int cli_world(struct cli *cli)
{
	struct id id;
	TRY(cli_open(cli));
	TRY(choose_coalition(cli, &id));
	return world_load(&cli->world, cli->node, cli->db, &id, &cli->arena, &cli->why);
}

int cli_world_again(struct cli *cli)
{
	struct id id = cli->world.coalition.id;
	return world_load(&cli->world, cli->node, cli->db, &id, &cli->arena, &cli->why);
}

int cli_party(struct cli *cli, const char *text, struct id *ret)
{
	size_t found = 0, n = strlen(text);
	for (size_t i = 0; i < cli->world.n_party; i++) {
		const struct party *p = &cli->world.party[i];
		char id[ID_TEXT + 1];
		id_format(&p->id, id);
		if (slice_is(p->label, text) ||
			(n >= 4 && n <= ID_TEXT && strncmp(id, text, n) == 0)) {
			*ret = p->id;
			found++;
		}
	}
	if (found == 0)
		return why_set(
			&cli->why, E_MISSING, "", "no party of this coalition is called %s", text);
	if (found > 1)
		return why_set(
			&cli->why, E_INVALID, "", "%s fits %zu parties: use the id", text, found);
	return 0;
}

int cli_audience(struct cli *cli, const char *text, bool *ret_all, struct id **ret, size_t *ret_n)
{
	*ret_all = strcmp(text, "all") == 0;
	*ret = NULL;
	*ret_n = 0;
	if (*ret_all)
		return 0;
	struct id *list = arena_array(&cli->arena, struct id, LIMIT_MEMBERS);
	struct slice rest = slice_str(text), word;
	while (slice_cut(&rest, ',', &word)) {
		if (*ret_n == LIMIT_MEMBERS)
			return why_set(
				&cli->why, E_LIMIT, "--to", "more than %d members", LIMIT_MEMBERS);
		TRY(cli_party(cli, arena_string(&cli->arena, word), &list[*ret_n]));
		(*ret_n)++;
	}
	if (*ret_n == 0)
		return why_set(&cli->why, E_INVALID, "--to",
			"nobody is named: `all` or labels separated by commas");
	*ret = list;
	return 0;
}

int cli_log(struct cli *cli, const struct id *member, struct log *ret)
{
	struct log *list;
	size_t n;
	TRY(world_logs(&cli->world, cli->db, &cli->arena, &list, &n, &cli->why));
	while (n-- > 0) {
		if (id_eq(&list[n].id.member, member)) {
			*ret = list[n];
			return 0;
		}
	}
	return why_set(&cli->why, E_MISSING, "log", "no such log here");
}

int cli_label(struct cli *cli, const char *text, struct slice *ret)
{
	const struct charter *c = cli->world.standing.charter;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct slice given = slice_trim(slice_str(text));

	if (given.n == 0)
		given = c->ladder[0];
	if (!(given.n > c->policy.n && memcmp(given.p, c->policy.p, c->policy.n) == 0 &&
		    given.p[c->policy.n] == ' ')) {
		buf_slice_add(&b, c->policy);
		buf_byte(&b, ' ');
	}
	buf_slice_add(&b, given);
	*ret = arena_copy(&cli->arena, buf_slice(&b));
	struct label label;
	TRY(label_parse(&label, *ret, &cli->why));
	return label_check(&label, c, &cli->why);
}

int cli_mode(struct cli *cli, enum mode *ret)
{
	const char *text = cli_option(cli, "mode");
	if (!text) {
		*ret = MODE_REAL;
		return 0;
	}
	if (mode_parse(slice_str(text), ret) < 0 || *ret == MODE_NONE)
		return why_set(
			&cli->why, E_USAGE, "--mode", "real, exercise or test, not %s", text);
	return 0;
}

/* Looks through the newest records for an object whose own half starts with `text`. */
static int find_object(
	struct cli *cli, const char *text, enum mode mode, struct object_id *ret, size_t *found)
{
	struct reader me = {.self = true,
		.member = cli->node->self,
		.is_party = true,
		.is_member = true,
		.clearance_level = UINT_MAX};
	struct record_query q = {.mode = mode, .limit = 1000};
	size_t n = 0;
	do {
		struct record *page;
		TRY(record_list(&cli->world, cli->db, &me, &q, &cli->arena, &page, &n, &cli->why));
		for (size_t i = 0; i < n; i++) {
			char name[ID_TEXT + 1];
			id_format(&page[i].object.name, name);
			if (strncmp(name, text, strlen(text)) == 0) {
				*ret = page[i].object;
				(*found)++;
			}
		}
		if (n)
			q = (struct record_query){.mode = mode,
				.limit = 1000,
				.has_after = true,
				.after_ms = page[n - 1].time_ms,
				.after = page[n - 1].object};
	} while (n == 1000 && *found < 2);
	return 0;
}

int cli_object(struct cli *cli, const char *text, struct object_id *ret)
{
	size_t found = 0;
	if (object_parse(slice_str(text), ret) == 0)
		return 0;
	if (strlen(text) < 4 || strlen(text) > ID_TEXT)
		return why_set(&cli->why, E_USAGE, "OBJECT",
			"%s is no object id: OWNER.NAME, or at least 4 characters of NAME", text);
	for (enum mode m = MODE_REAL; m <= MODE_TEST; m++)
		TRY(find_object(cli, text, m, ret, &found));
	if (found == 0)
		return why_set(&cli->why, E_MISSING, "OBJECT", "no record %s", text);
	if (found > 1)
		return why_set(&cli->why, E_INVALID, "OBJECT", "%s fits several records", text);
	return 0;
}

int cli_read(struct cli *cli, const char *path, size_t max, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(max);
	TRY(file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &b, &cli->why));
	*ret = arena_copy(&cli->arena, buf_slice(&b));
	return 0;
}

int cli_write(struct cli *cli, const char *path, struct slice bytes)
{
	if (strcmp(path, "-") == 0) {
		cli_out(cli, bytes);
		return 0;
	}
	if (cli_switch(cli, "force"))
		return file_replace(path, bytes, 0644, &cli->why);
	return file_create(path, bytes, 0644, &cli->why);
}

static int ask_pass(struct cli *cli, const char *what, struct buf *ret)
{
	if (!isatty(STDIN_FILENO))
		return why_set(&cli->why, E_AUTH, what, "needs a passphrase: --pass-file FILE");
	struct termios old, quiet;
	char line[1024] = "";
	tcgetattr(STDIN_FILENO, &old);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fprintf(stderr, "passphrase of %s: ", what);
	char *got = fgets(line, sizeof(line), stdin);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	fputc('\n', stderr);
	if (got)
		buf_slice_add(ret, slice_trim(slice_str(line)));
	explicit_bzero(line, sizeof(line));
	return 0;
}

int cli_pass(struct cli *cli, const char *what, struct buf *ret)
{
	const char *path = cli_option(cli, "pass-file");
	if (!path)
		return ask_pass(cli, what, ret);
	struct buf file = BUF(4 * KIB);
	int rc = file_read(path, &file, &cli->why);
	if (rc == 0)
		buf_slice_add(ret, slice_trim(buf_slice(&file)));
	buf_wipe(&file);
	return rc;
}

int cli_officer(struct cli *cli, struct seckey *ret, struct id *ret_id)
{
	struct root_chain chain;
	const char *path = cli_option(cli, "officer");
	if (!path)
		path = arena_printf(&cli->arena, "%s/keys/officer.key", cli_dir(cli));
	TRY(cli_key(cli, path, "officer", ret));
	TRY(root_chain_load(cli->db, &cli->node->self, &cli->arena, &chain, &cli->why));
	const struct root *root = root_latest(&chain);
	for (size_t i = 0; root && i < root->n_officer; i++) {
		if (pubkey_eq(&root->officer[i].key, &ret->pub)) {
			*ret_id = root->officer[i].id;
			return 0;
		}
	}
	seckey_wipe(ret);
	return why_set(&cli->why, E_DENIED, path,
		"this key is no officer's in the root document of this member");
}

int cli_key(struct cli *cli, const char *path, const char *use, struct seckey *ret)
{
	struct buf pass = BUF(4 * KIB);
	bool sealed;
	TRY(keyfile_sealed(path, &sealed, &cli->why));
	if (sealed)
		TRY(cli_pass(cli, path, &pass));
	int rc = keyfile_read(path, use, buf_slice(&pass), ret, &cli->why);
	buf_wipe(&pass);
	return rc;
}

int cli_write_draft(struct cli *cli, const struct draft *d, struct written *ret)
{
	struct id id = cli->world.coalition.id;
	TRY(node_write(cli->node, cli->db, &id, d, 1, ret, &cli->why));
	cli_chores(cli);
	return 0;
}

bool cli_chores(struct cli *cli)
{
	struct why why = {0};
	bool more = false;
	bell_ring(cli->node);
	if (node_todo(cli->node, cli->db, &more, &why) < 0)
		cli_say(cli,
			"warning: it is written, but what follows from it could not be done yet: %s%s%s",
			why.where, *why.where ? ": " : "", why.text);
	return more;
}
