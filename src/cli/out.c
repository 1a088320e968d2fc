/* out.c: what a command prints: results, remarks, progress. */
#include "base/limits.h"
#include "cli/cli.h"

#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

void cli_out(struct cli *cli, struct slice s)
{
	(void)cli;
	fwrite(s.p, 1, s.n, stdout);
}

void cli_print(struct cli *cli, const char *fmt, ...)
{
	(void)cli;
	va_list ap;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

void cli_say(struct cli *cli, const char *fmt, ...)
{
	if (cli_switch(cli, "quiet"))
		return;
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const char *cli_colour(const struct cli *cli, enum cli_colour c)
{
	static const char *const code[] = {
		"\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m"};
	return cli->colour ? code[c] : "";
}

struct progress progress_start(struct cli *cli, const char *what, bool bytes)
{
	return (struct progress){
		.cli = cli, .what = what, .began_ms = env_mono_ms(&cli->env), .bytes = bytes};
}

static void format_amount(uint64_t n, bool bytes, char *ret, size_t size)
{
	if (!bytes)
		snprintf(ret, size, "%" PRIu64, n);
	else if (n < MIB)
		snprintf(ret, size, "%" PRIu64 " KiB", n / KIB);
	else
		snprintf(ret, size, "%.1f MiB", (double)n / (double)MIB);
}

void progress_show(struct progress *p, uint64_t done, uint64_t all)
{
	int64_t now = env_mono_ms(&p->cli->env);
	if (!p->cli->terminal || now - p->began_ms < 1000 || now - p->drawn_ms < 100)
		return;
	p->drawn_ms = now;
	char have[32], whole[32];
	format_amount(done, p->bytes, have, sizeof(have));
	if (all == 0) {
		fprintf(stderr, "\r%s: %s\033[K", p->what, have);
	} else {
		format_amount(all, p->bytes, whole, sizeof(whole));
		fprintf(stderr, "\r%s: %s of %s (%u %%)\033[K", p->what, have, whole,
			(unsigned)(done * 100 / all));
	}
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->drawn_ms)
		fprintf(stderr, "\r\033[K");
}

int cli_confirm(struct cli *cli, const char *what)
{
	char line[16] = "";

	if (cli_switch(cli, "yes") || !isatty(STDIN_FILENO))
		return 0;
	fprintf(stderr, "%s\nDo it? [y/N] ", what);
	if (fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y'))
		return 0;
	return why_set(&cli->why, E_STATE, "", "not confirmed: nothing was written");
}
