/*
 * cmd_plan.h: what `entente procure need …` and `pool …` share: fields of a record from options, and lists.
 */
#ifndef PROCUREMENT_CMD_PLAN_H
#define PROCUREMENT_CMD_PLAN_H

#include "work/procurement/cmd.h"

extern const struct cli_option plan_list_options[];
/* Who gets a record that belongs to nothing. */
#define WHERE_OPTIONS                                                                              \
	{"to", 't', "WHO", false, "all, or members: ALB,KOS (default all)"},                       \
		{"label", 'l', "LABEL", false, "class and categories (default: the lowest)"},      \
	{                                                                                          \
		"mode", 'm', "MODE", false, "real, exercise or test (default real)"                \
	}

/* A text of the record; the short id that `list` shows and every command takes; "12 H87". In the command's arena. */
struct slice plan_text(struct cli *cli, const struct row *r, const char *key);
const char *plan_id(struct cli *cli, const struct object_id *object);
const char *plan_amount(struct cli *cli, int64_t q, struct slice unit);
/* Members of a record from --class, from any option with a number, from --max-price, from any with a text; E_USAGE, and nothing where the option is not given. */
MUST_USE int plan_class(struct cli *cli, struct json_out *o);
MUST_USE int plan_number(struct cli *cli, struct json_out *o, const char *key, const char *option);
MUST_USE int plan_price(struct cli *cli, struct json_out *o);
void plan_given(struct cli *cli, struct json_out *o, const char *key, const char *option);
MUST_USE int plan_write(struct cli *cli, enum pkind k, const struct buf *b);
/* All of a kind, the newest first; says so where there are more than it reads. */
MUST_USE int plan_rows(struct cli *cli, enum pkind k, struct arena *arena, struct rows *ret);

#endif
