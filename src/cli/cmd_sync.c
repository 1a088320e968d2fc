/* cmd_sync.c: `entente sync` and `entente bundle`: fetching from partners over the network, or
 * through a carried file. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "node/files.h"
#include "peer/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct cli_option sync_options[] = {
	{NULL, 0, NULL, false, NULL},
};

#define SYNC_ROUNDS 10000

struct totals {
	uint64_t entries, payloads, files, forks;
	unsigned reached, failed;
};

static int sync_peer(struct cli *cli, struct https *https, const struct party *p, struct totals *t)
{
	struct pull *pull = pull_new(&(struct pull_options){.node = cli->node,
		.coalition = cli->world.coalition.id,
		.peer = p->id,
		.transport = https_transport(https)});
	struct progress progress =
		progress_start(cli, world_party_label(&cli->world, &p->id, &cli->arena), false);
	struct pull_result r;
	int rc = 0;
	for (unsigned round = 0; round < SYNC_ROUNDS; round++) {
		rc = pull_step(pull, cli->db, &r, &cli->why);
		if (rc < 0)
			break;
		t->entries += r.entries;
		t->payloads += r.payloads;
		t->files += r.files;
		t->forks += r.forks;
		progress_show(&progress, t->entries, 0);
		if (!r.progress)
			break;
	}
	progress_end(&progress);
	pull_free(&pull);
	if (rc < 0) {
		t->failed++;
		cli_say(cli, "%s: %s%s%s", world_party_label(&cli->world, &p->id, &cli->arena),
			cli->why.where, *cli->why.where ? ": " : "", cli->why.text);
	} else {
		t->reached++;
	}
	return rc;
}

static const char *what_came(struct cli *cli, uint64_t entries, uint64_t payloads, uint64_t files)
{
	return arena_printf(&cli->arena, "%s, %s, %s",
		arena_count(&cli->arena, entries, "entry", "entries"),
		arena_count(&cli->arena, payloads, "payload", "payloads"),
		arena_count(&cli->arena, files, "file", "files"));
}

/* For a node that does not serve. */
static void files_look(struct cli *cli)
{
	struct why why = {0};
	if (files_sweep(cli->node, cli->db, true, &why) < 0)
		cli_say(cli, "warning: files that nothing names: %s: %s", why.where, why.text);
}

static int run_sync(struct cli *cli)
{
	struct totals t = {0};
	int worst = 0;
	struct id only;
	TRY(cli_world(cli));
	if (cli->n_arg == 1)
		TRY(cli_party(cli, cli->arg[0], &only));
	if (cli->n_arg == 1 && id_eq(&only, &cli->node->self))
		return why_set(&cli->why, E_USAGE, "", "%s is this node itself", cli->arg[0]);
	struct https *https = https_new(cli->node, NULL, NULL);
	for (size_t i = 0; i < cli->world.n_party; i++) {
		const struct party *p = &cli->world.party[i];
		if (id_eq(&p->id, &cli->node->self) || (cli->n_arg == 1 && !id_eq(&only, &p->id)))
			continue;
		int rc = sync_peer(cli, https, p, &t);
		worst = rc < 0 ? rc : worst;
	}
	https_free(&https);
	if (t.reached)
		cli->why = (struct why){0};
	cli_chores(cli);
	files_look(cli);
	if (cli->json)
		cli_print(cli,
			"{\"reached\":%u,\"failed\":%u,\"entries\":%" PRIu64
			",\"payloads\":%" PRIu64 ",\"files\":%" PRIu64 ",\"forks\":%" PRIu64 "}\n",
			t.reached, t.failed, t.entries, t.payloads, t.files, t.forks);
	else
		cli_print(cli, "%s reached, %u not; %s%s\n",
			arena_count(&cli->arena, t.reached, "partner", "partners"), t.failed,
			what_came(cli, t.entries, t.payloads, t.files),
			t.forks ? "; A FORK WAS FOUND: see entente status" : "");
	if (t.reached == 0 && t.failed > 0)
		return worst;
	return 0;
}

const struct command command_sync = {
	.name = "sync",
	.group = "Exchange",
	.args = "[PARTY]",
	.args_max = 1,
	.summary = "Fetch from partners once, now (serve does it all the time)",
	.option = sync_options,
	.run = run_sync,
};

/* ---- bundle ---- */

static const struct cli_option bundle_options[] = {
	{"to", 0, "PARTY", false, "export: whose eyes it is for; it is sealed to their key"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static void bundle_show(void *ctx, uint64_t done, uint64_t all, const char *what)
{
	struct progress *p = ctx;
	p->what = what;
	progress_show(p, done, all);
}

static int put_in_place(struct cli *cli, const char *part, const char *path, bool force)
{
	int rc = force ? rename(part, path)
		       : renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE);

	/* Not every file system knows how to do that. */
	if (rc < 0 && !force && errno == EINVAL && !file_exists(path))
		rc = rename(part, path);
	if (rc < 0)
		return why_set(&cli->why, errno == EEXIST ? E_CONFLICT : E_IO, path, "%s",
			strerror(errno));
	char *slash = strrchr(path, '/');
	return dir_sync(
		!slash ? "." : arena_printf(&cli->arena, "%.*s/", (int)(slash - path), path),
		&cli->why);
}

static int bundle_out(struct cli *cli)
{
	struct id reader;
	TRY(cli_world(cli));
	if (!cli_option(cli, "to"))
		return why_set(&cli->why, E_USAGE, "--to", "is needed: which party will read it");
	TRY(cli_party(cli, cli_option(cli, "to"), &reader));
	bool force = cli_switch(cli, "force");
	const char *path = cli->arg[1];
	if (!force && file_exists(path))
		return why_set(&cli->why, E_CONFLICT, path, "%s", strerror(EEXIST));
	/* Beside it, and in its place only when it is whole: an export that fails costs nobody the file that is there. */
	char *part = arena_printf(&cli->arena, "%s.XXXXXX", path);
	int fd = mkostemp(part, O_CLOEXEC);
	if (fd < 0)
		return why_set(&cli->why, E_IO, path, "%s", strerror(errno));
	struct progress p = progress_start(cli, "export", true);
	int rc = bundle_export(cli->node, cli->db, &cli->world.coalition.id, &reader, fd,
		bundle_show, &p, &cli->why);
	progress_end(&p);
	if (rc == 0 && fsync(fd) < 0)
		rc = why_set(&cli->why, E_IO, path, "%s", strerror(errno));
	close(fd);
	if (rc == 0)
		rc = put_in_place(cli, part, path, force);
	if (rc < 0)
		unlink(part);
	else
		cli_say(cli, "%s holds what %s may have; only that party can open the contents",
			cli->arg[1], cli_option(cli, "to"));
	return rc;
}

static int bundle_in(struct cli *cli)
{
	struct bundle_result r;
	TRY(cli_open(cli));
	int fd = open(cli->arg[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(&cli->why, E_MISSING, cli->arg[1], "%s", strerror(errno));
	struct progress p = progress_start(cli, "import", true);
	int rc = bundle_import(cli->node, cli->db, fd, bundle_show, &p, &r, &cli->why);
	progress_end(&p);
	close(fd);
	TRY(rc);
	cli_chores(cli);
	if (cli->json)
		cli_print(cli,
			"{\"entries\":%" PRIu64 ",\"payloads\":%" PRIu64 ",\"files\":%" PRIu64
			"}\n",
			r.entries, r.payloads, r.files);
	else
		cli_print(cli, "%s\n", what_came(cli, r.entries, r.payloads, r.files));
	return 0;
}

static int run_bundle(struct cli *cli)
{
	if (strcmp(cli->arg[0], "export") == 0)
		return bundle_out(cli);
	if (strcmp(cli->arg[0], "import") == 0)
		return bundle_in(cli);
	return why_set(&cli->why, E_USAGE, "", "entente bundle export|import, not %s", cli->arg[0]);
}

const struct command command_bundle = {
	.name = "bundle",
	.group = "Exchange",
	.args = "export FILE --to PARTY | import FILE",
	.args_min = 2,
	.args_max = 2,
	.summary = "The same exchange through a carried file",
	.help = "Import runs the same checks as the network does; nothing is applied from a file that is torn or altered.",
	.option = bundle_options,
	.run = run_bundle,
};
