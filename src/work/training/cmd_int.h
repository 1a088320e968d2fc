/* cmd_int.h: what the commands of this workspace share. */
#ifndef TRAINING_CMD_INT_H
#define TRAINING_CMD_INT_H

#include "cli/cli.h"
#include "work/training/plan.h"
#include "work/training/print.h"

/* Opens the coalition and a read transaction: everything that follows sees one state. */
MUST_USE int tcmd_begin(struct cli *cli, struct desk *ret);
void tcmd_end(struct cli *cli);
/* Ends the reading and writes the plan, all or nothing. */
MUST_USE int tcmd_write(struct cli *cli, const struct plan *p);
/* The id of what was written, as JSON if asked. */
void tcmd_told(struct cli *cli, const struct plan *p);
struct printer tcmd_printer(struct cli *cli, const struct desk *d, struct json_out *o);

/* --mode, else what the kind is by itself. */
MUST_USE int tcmd_mode(struct cli *cli, const struct kind *k, enum mode *ret);
/* An exercise by code name, in exercise mode or --mode; whatever record it is, by id. */
MUST_USE int tcmd_exercise(
	struct cli *cli, struct desk *d, const char *name, struct object_id *ret);
/* Its view. */
MUST_USE int tcmd_view(struct cli *cli, struct desk *d, const char *name, struct view *ret);
/* An inject of a view by number or id, or a shadow by id. */
MUST_USE int tcmd_inject(
	struct cli *cli, const struct view *v, const char *name, struct object_id *ret);
/* A record by id. */
MUST_USE int tcmd_object(struct cli *cli, const char *text, struct object_id *ret);
/* --to and --label. */
MUST_USE int tcmd_audience(struct cli *cli, struct audience *ret);
MUST_USE int tcmd_time(struct cli *cli, const char *option, int64_t *ret);
/* Prints what is in `b`: JSON, with a line feed. */
void tcmd_json(struct cli *cli, struct buf *b);
/* "09:05:30" of a time, in UTC, with the day in front if it is another than that of `day`. */
const char *tcmd_clock(struct cli *cli, int64_t ms);

#define OPTION_MODE                                                                                \
	{                                                                                          \
		"mode", 'm', "MODE", false,                                                        \
			"exercise or test for what is played, real or test for the rest"           \
	}
#define OPTION_TO                                                                                  \
	{                                                                                          \
		"to", 't', "WHO", false, "all, or members: ALB,KOS (default: what the kind has)"   \
	}
#define OPTION_LABEL                                                                               \
	{                                                                                          \
		"label", 'l', "LABEL", false,                                                      \
			"class and categories (default: that of the exercise)"                     \
	}
#define OPTION_WHY                                                                                 \
	{                                                                                          \
		"why", 0, "TEXT", false, "the reason"                                              \
	}
#define OPTION_END                                                                                 \
	{                                                                                          \
		NULL, 0, NULL, false, NULL                                                         \
	}

extern const struct command command_training_out, command_training_lrs, command_training_calendar,
	command_training_card;
extern const struct command command_training_new, command_training_edit, command_training_list,
	command_training_show, command_training_step, command_training_exercise,
	command_training_part, command_training_inject, command_training_control,
	command_training_live, command_training_inbox, command_training_seen, command_training_ack,
	command_training_respond, command_training_seal, command_training_import,
	command_training_export, command_training_answer, command_training_accept,
	command_training_lint, command_training_coverage, command_training_replay,
	command_training_report, command_training_cexf, command_training_playbook,
	command_training_busy, command_training_programme, command_training_fit,
	command_training_propose;

#endif
