/*
 * cmd.h: commands of this workspace and what they share. Each file cmd_*.c has some rows of the table in cmd.c.
 */
#ifndef WORK_CYBER_CMD_H
#define WORK_CYBER_CMD_H

#include "work/cyber/ingest.h"

#include "cli/cli.h"

/* How objects are addressed, for an `option` table; read by cyber_cmd_address. */
#define CMD_ADDRESS_OPTIONS                                                                                                           \
	{"to", 't', "WHO", false, "all, or members: ALB,KOS (default: nobody but this node)"},                                        \
		{"label", 'l', "LABEL", false,                                                                                        \
			"class and categories: \"RESTRICTED TLP=AMBER\" (default: the lowest class); markings of objects narrow it"}, \
	{                                                                                                                             \
		"mode", 'm', "MODE", false, "real, exercise or test (default real)"                                                   \
	}
/* Loads the world, and fills in node, db, coalition, mode, label, audience and the writer. */
MUST_USE int cyber_cmd_address(struct cli *cli, struct ingest *ret);
/* Writes a batch and wakes whoever waits for it: the writer that ingest, remotes and withdrawals are given; ctx is the struct cli. */
MUST_USE int cyber_cmd_write(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why);
/* Prints what came of it: a line, or JSON with what was refused and held; refused ones are told on standard error. */
void cyber_cmd_result(struct cli *cli, const struct ingest_result *r);

extern const struct command command_cyber_import, command_cyber_export, command_cyber_collection,
	command_cyber_case, command_cyber_withdraw, command_cyber_csaf, command_cyber_remote,
	command_cyber_pull, command_cyber_push;

#endif
