/* demo_tell.c: what the demo says, and that it is so. */
#include "cli/demo.h"

#include <stdarg.h>

void demo_scene(struct demo *d, const char *title)
{
	printf("\n%s%u. %s%s\n", cli_colour(d->cli, COLOUR_BOLD), ++d->scene, title,
		cli_colour(d->cli, COLOUR_NONE));
	fflush(stdout);
}

void demo_tell(struct demo *d, const char *fmt, ...)
{
	va_list ap;
	(void)d;
	printf("      ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void demo_claim(struct demo *d, bool holds, const char *fmt, ...)
{
	va_list ap;
	d->claims++;
	d->failed += !holds;
	printf("  %s%s%s  ", cli_colour(d->cli, holds ? COLOUR_GREEN : COLOUR_RED),
		holds ? "ok" : "NO", cli_colour(d->cli, COLOUR_NONE));
	if (!holds)
		printf("does not hold: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void demo_fiction(struct demo *d, const char *text)
{
	printf("\n  %sFICTION%s  %s\n", cli_colour(d->cli, COLOUR_YELLOW),
		cli_colour(d->cli, COLOUR_NONE), text);
	fflush(stdout);
}
