/* cmd_case.h: what the two halves of `entente cyber case` share: looking (cmd_case.c) and writing (cmd_case_new.c). */
#ifndef WORK_CYBER_CMD_CASE_H
#define WORK_CYBER_CMD_CASE_H

#include "work/cyber/cmd.h"
#include "work/cyber/cover.h"

/* The record that the first argument names, and what it says; in a read transaction. */
MUST_USE int cyber_case_find(
	struct cli *cli, struct record *ret, enum coord_kind *ret_kind, struct coord *ret_coord);

extern const struct command command_cyber_case_new, command_cyber_case_set,
	command_cyber_case_answer;

#endif
