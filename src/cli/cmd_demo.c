/* cmd_demo.c: `entente demo`: the whole story on one machine, each claim checked. */
#include "base/file.h"
#include "base/report.h"
#include "cli/demo.h"
#include "node/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cli_option options[] = {
	{"once", 0, NULL, false,
		"run to the end and leave nothing behind (default where standard output is no terminal)"},
	{"database", 0, "ENGINE", false,
		"sqlite (default) or postgres: a private server, or the one in ENTENTE_TEST_POSTGRES"},
	{"keep", 0, NULL, false, "leave the directory when it ends"},
	{NULL, 0, NULL, false, NULL},
};

static int make_dir(struct demo *d)
{
	const char *given = cli_option(d->cli, "dir"), *tmp = getenv("TMPDIR");
	if (!given) {
		char *path = arena_printf(
			&d->cli->arena, "%s/entente-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(path))
			return why_set(d->why, E_IO, path, "%s", strerror(errno));
		d->dir = path;
		return 0;
	}
	if (mkdir(given, 0700) < 0)
		return why_set(
			d->why, errno == EEXIST ? E_CONFLICT : E_IO, given, "%s", strerror(errno));
	char *real = realpath(given, NULL);
	d->dir = arena_string(&d->cli->arena, slice_str(real ? real : given));
	mem_free(real);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	(void)remove(path);
	return 0;
}

static int scenes(struct demo *d)
{
	static int (*const scene[])(struct demo * d) = {demo_found, demo_say, demo_join,
		demo_public, demo_records, demo_cut, demo_second, demo_fork, demo_verify_all};
	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		TRY(scene[i](d));
		if (demo_interrupted())
			return why_set(d->why, E_BUSY, "", "interrupted");
	}
	return 0;
}

/* What each workspace has to show, on the nodes of the first scenes. */
static int work_scenes(struct demo *d)
{
	for (size_t i = 0; workspaces[i]; i++) {
		if (!workspaces[i]->demo)
			continue;
		TRY(workspaces[i]->demo(d));
		if (demo_interrupted())
			return why_set(d->why, E_BUSY, "", "interrupted");
	}
	return 0;
}

static void say_result(struct demo *d)
{
	const char *bold = cli_colour(d->cli, COLOUR_BOLD), *none = cli_colour(d->cli, COLOUR_NONE);
	if (d->failed)
		printf("\n%s%u claims, %u do not hold.%s\n", bold, d->claims, d->failed, none);
	else
		printf("\n%s%u claims, all hold.%s\n", bold, d->claims, none);
	fflush(stdout);
}

/* The nodes stay up for whoever wants to look, until Ctrl-C. */
static void stay(struct demo *d)
{
	printf("\nThe nodes are running. Their pages:\n");
	for (size_t i = 0; i < d->n_node; i++) {
		if (d->node[i].serving)
			printf("  %-5s http://127.0.0.1:%u/%s\n", d->node[i].label,
				d->node[i].page_port,
				strcmp(d->node[i].label, "KOS") == 0
					? "   (what anybody may see: /public/)"
					: "");
	}
	printf("To sign in there:  %s user add NAME --dir %s\n", demo_program(d), d->node[0].dir);
	printf("To try a command:  %s status --dir %s\n", demo_program(d), d->node[0].dir);
	printf("Ctrl-C ends them%s.\n",
		cli_switch(d->cli, "keep") ? "" : " and removes everything");
	fflush(stdout);
	while (!demo_interrupted())
		(void)poll(NULL, 0, 500);
	printf("\n");
}

/* What the servers said last, where something went wrong. */
static void show_logs(struct demo *d)
{
	for (size_t i = 0; i < d->n_node; i++) {
		struct buf b CLEANUP_BUF = BUF(64 * 1024 * 1024);
		const char *path = arena_printf(&d->cli->arena, "%s/serve.log", d->node[i].dir);
		if (file_read(path, &b, NULL) < 0 || b.n == 0)
			continue;
		struct slice tail = slice_sub(buf_slice(&b), b.n > 1500 ? b.n - 1500 : 0, b.n);
		fprintf(stderr, "---- %s ----\n%.*s", path, SLICE_FMT(tail));
	}
}

static void clean(struct demo *d, bool failed)
{
	demo_nodes_end(d);
	demo_postgres_end(d);
	if (failed)
		show_logs(d);
	if (cli_switch(d->cli, "keep"))
		cli_say(d->cli, "everything is left in %s", d->dir);
	else
		nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int choose_store(struct demo *d)
{
	const char *engine = cli_option(d->cli, "database");
	if (!engine || strcmp(engine, "sqlite") == 0)
		return 0;
	if (strcmp(engine, "postgres") != 0)
		return why_set(d->why, E_USAGE, "--database", "sqlite or postgres, not %s", engine);
	return demo_postgres_start(d);
}

static int run(struct cli *cli)
{
	struct demo *d = arena_new(&cli->arena, struct demo);
	bool once = cli_switch(cli, "once") || !isatty(STDOUT_FILENO);
	d->cli = cli;
	d->why = &cli->why;
	demo_catch_signals();
	TRY(make_dir(d));
	int rc = choose_store(d);
	if (rc == 0)
		rc = scenes(d);
	if (rc == 0)
		rc = work_scenes(d);
	bool interrupted = demo_interrupted();
	if (rc == 0)
		say_result(d);
	if (rc == 0 && !once)
		stay(d);
	struct why why = cli->why;
	clean(d, !interrupted && (rc < 0 || d->failed > 0));
	cli->why = why;
	if (rc == 0 && d->failed > 0)
		rc = why_set(&cli->why, E_VERIFY, "demo", "%u of %u claims do not hold", d->failed,
			d->claims);
	return rc;
}

const struct command command_demo = {
	.name = "demo",
	.group = "Run",
	.args = "",
	.summary = "Bring up a coalition of four nodes on this machine and show what it does",
	.help = "Founding, signing, statements, an invented accession, records with different audiences, a node cut off, a forked log,\n"
		"a second coalition: with the commands that anybody types, in processes of this very program. Each thing it says is\n"
		"checked and counted; it fails if one does not hold. ENTENTE_DEMO_FILE names a file to send instead of a made one.\n"
		"--dir names a directory that does not exist yet, for everything; by default it is a temporary one.",
	.option = options,
	.run = run,
};
