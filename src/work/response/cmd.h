/*
 * cmd.h: `entente response …`: what the files of its subcommands share. Each is one function over struct cli (cli/cli.h).
 */
#ifndef WORK_RESPONSE_CMD_H
#define WORK_RESPONSE_CMD_H

#include "cli/cli.h"
#include "work/response/fill.h"

extern const struct command *const response_commands[];
/* In cmd_say.c, cmd_show.c, cmd_alert.c, cmd_table.c, cmd_export.c. */
extern const struct command response_put, response_accept, response_commit, response_offer,
	response_sms, response_withdraw;
extern const struct command response_types, response_list, response_get, response_board,
	response_show, response_capabilities, response_matrix, response_ledger, response_schema;
extern const struct command response_alert, response_alerts, response_lint, response_ack,
	response_approve, response_drafts, response_discard, response_feed, response_feeds;
extern const struct command response_import, response_export;
extern const struct command response_plan;			/* cmd_plan.c */
extern const struct command response_waiting, response_confirm; /* cmd_waiting.c */

#define ADDRESS_OPTIONS                                                                                         \
	{"to", 't', "WHO", false,                                                                               \
		"all, or members: ALB,KOS (default: who may read what it answers, else nobody but this node)"}, \
		{"label", 'l', "LABEL", false,                                                                  \
			"class and categories (default: of what it answers)"},                                  \
	{                                                                                                       \
		"mode", 'm', "MODE", false, "real, exercise or test (default real)"                             \
	}

/* Opens node and world; a view of this node's own people in the mode of --mode. */
MUST_USE int aid_cmd_view(struct cli *cli, struct aid_view *ret);
/* Mode, label and readers of a draft from the options that are given. */
MUST_USE int aid_cmd_address(struct cli *cli, struct draft *d);
/* A record by id (or its start), or a request by its code. */
MUST_USE int aid_cmd_object(
	struct cli *cli, const struct aid_view *v, const char *text, struct object_id *ret);
/* Says it, and prints object and leaf. */
MUST_USE int aid_cmd_say(struct cli *cli, const struct aid_view *v, enum aid_kind kind,
	struct slice json, struct draft *d);
/* Whose token --token brings; what he may by it. E_DENIED without one. */
struct account;
MUST_USE int aid_cmd_person(struct cli *cli, struct account *ret);
/* An acceptance that a second person has to confirm, proposed by v->person; prints its hash. */
MUST_USE int aid_cmd_propose(struct cli *cli, const struct aid_view *v, const struct draft *d);
/* CAP of others, taken in for the readers and under the label of `readers`; prints what comes of each. E_INVALID if any is not taken. */
MUST_USE int aid_cmd_take(
	struct cli *cli, const struct aid_view *v, const struct draft *readers, struct slice bytes);
/* "field=value" strings to JSON; objects named by short ids or codes are looked up. */
MUST_USE int aid_cmd_compose(struct cli *cli, const struct aid_view *v, enum aid_kind kind,
	const char *const *field, size_t n, struct slice *ret);
/* EXERCISE on a line of its own, if it is one. */
void aid_cmd_banner(struct cli *cli, enum mode mode);
/* "2 h 5 min", "3 d"; in the arena. */
const char *aid_cmd_span(struct cli *cli, int64_t minutes);
/* 2026-05-24 16:49 */
const char *aid_cmd_time(struct cli *cli, int64_t ms);
/* 1234.50 */
const char *aid_cmd_money(struct cli *cli, int64_t minor);
/* What a membership changes (planning.h), as a table. */
struct planning_effect;
void aid_cmd_effect(struct cli *cli, const struct planning_effect *e);
/* Prints JSON made by `tell` functions, with a line feed. */
void aid_cmd_json(struct cli *cli, struct buf *b);

#endif
