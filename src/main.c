/* main.c: one line for a failure, the right exit status, and nothing else: what the program does
 * stands in cli/table.c. */
#include "base/limits.h"
#include "base/report.h"
#include "cli/cli.h"
#include "work/all.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

static unsigned terminal_columns(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		return size.ws_col;
	return 100;
}

static void print_failure(const struct cli *cli)
{
	const char *colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR") ? "\033[31m" : "";
	fprintf(stderr, "entente: %s%s%s%s%s\n", colour, cli->why.where,
		*cli->why.where ? ": " : "", cli->why.text, *colour ? "\033[0m" : "");
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "--version") == 0) {
		puts(cli_version);
		return 0;
	}
	int rc = cli_parse(cli, argc, argv);
	if (rc < 0)
		return rc;
	if (!cli->command || cli_switch(cli, "help")) {
		help_print(cli, cli->command);
		return 0;
	}
	return cli->command->run(cli);
}

int main(int argc, char **argv)
{
	struct cli *cli = mem_new(struct cli);
	signal(SIGPIPE, SIG_IGN);
	crypt_init();
	work_register();
	cli->arena = ARENA(2 * GIB);
	cli->env = env_system();
	cli->columns = terminal_columns();
	cli->terminal = isatty(STDERR_FILENO);
	cli->colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	int rc = run(cli, argc - 1, argv + 1);
	if (fflush(stdout) != 0 && rc == 0)
		rc = why_set(&cli->why, E_IO, "standard output", "could not be written");
	if (rc < 0)
		print_failure(cli);
	int status = rc < 0 ? why_exit(rc) : 0;
	cli_finish(cli);
	mem_free(cli);
	return status;
}
