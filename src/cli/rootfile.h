/*
 * rootfile.h: root documents as they are handed over: the signed notes of all versions in one text,
 * oldest first.
 */
#ifndef CLI_ROOTFILE_H
#define CLI_ROOTFILE_H

#include "cli/cli.h"

/* Reads and checks the chain of a file; the chain lives in the arena. */
MUST_USE int rootfile_read(
	struct cli *cli, const char *path, struct slice *ret_text, struct root_chain *ret);

#endif
