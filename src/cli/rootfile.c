/* rootfile.c: reading the file by which a member introduces itself. */
#include "cli/rootfile.h"

#include "pact/publicfile.h"

int rootfile_read(struct cli *cli, const char *path, struct slice *ret_text, struct root_chain *ret)
{
	struct slice text;
	TRY(cli_read(cli, path, 4 * MIB, &text));
	if (root_notes_check(ret, &cli->arena, text, &cli->why) < 0)
		return why_prefix(&cli->why, "%s", path);
	*ret_text = text;
	return 0;
}
