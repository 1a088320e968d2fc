/*
 * cmd.h: the commands of this workspace: `entente procure …`, `entente bid …`, `entente ocds …`.
 */
#ifndef PROCUREMENT_CMD_H
#define PROCUREMENT_CMD_H

#include "cli/cli.h"
#include "work/procurement/lab.h"

extern const struct command *const procurement_commands[]; /* ends with NULL */
extern const struct command command_procure, command_bid, command_ocds;

/* cmd_process.c and cmd.c share: a procurement by its object, read whole, and the seat to write from. */
struct cmd_process {
	struct arena arena;
	struct rows rows;
	struct process p;
	struct seat seat;
};
MUST_USE int cmd_load(struct cli *cli, const char *object, struct cmd_process *ret);
void cmd_unload(struct cmd_process *c);
/* "need": a kind that is written as a file. E_USAGE. */
MUST_USE int cmd_kind(struct cli *cli, const char *word, enum pkind *ret);
void cmd_written(struct cli *cli, const struct written *w);
/* Writes a record where such a record goes: what belongs to a pool or procurement as that does, else to all; --to, --label, --mode and --object say otherwise. */
MUST_USE int cmd_put(struct cli *cli, enum pkind k, struct slice content, struct written *ret);
/* A new version of an own record, for those who have the old one. */
MUST_USE int cmd_put_again(
	struct cli *cli, const struct row *old, struct slice content, struct written *ret);
/* Prints a buffer of JSON with a line end. */
void cmd_json(struct cli *cli, struct buf *b);
/* Findings in words: who has done what. */
void cmd_findings(struct cli *cli, const struct seal_replay *r, const struct world *w);

extern const struct command command_procure_board, command_procure_list, command_procure_put,
	command_procure_show, command_procure_agree, command_procure_step, command_procure_open,
	command_procure_transcript, command_procure_verify, command_procure_import,
	command_procure_solve, command_procure_award, command_procure_consent,
	command_procure_finish, command_procure_shares, command_procure_contracts,
	command_procure_trust, command_procure_export, command_procure_balance,
	command_procure_schema, command_procure_example, command_procure_changes,
	command_procure_need, command_procure_pool;
extern const struct command command_bid_fetch, command_bid_seal, command_bid_submit,
	command_bid_withdraw, command_bid_receipts, command_bid_open, command_bid_show;
extern const struct command command_ocds_validate, command_ocds_merge, command_ocds_table,
	command_ocds_flags;

#endif
