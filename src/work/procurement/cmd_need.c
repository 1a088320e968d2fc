/* cmd_need.c: `entente procure need …`: needs, without a file. */
#include "work/procurement/cmd_plan.h"

#include "base/report.h"

static const struct cli_option need_options[] = {
	{"class", 0, "SCHEME:CODE", true, "what it is: CPV:39522530, NSN:…, LOCAL:…"},
	{"quantity", 0, "N", false, "how much"},
	{"unit", 'u', "CODE", false, "of UN/ECE Recommendation 20 (default H87: piece)"},
	{"min", 0, "N", false, "less than this is of no use"},
	{"max-price", 0, "\"N CUR\"", false, "at most for one unit: \"2500 EUR\""},
	{"committed", 0, NULL, false, "we will buy (default: an interest)"},
	{"from", 0, "DATE", false, "needed from"},
	{"by", 0, "DATE", false, "needed until: 2030-01-15T12:00:00Z"},
	{"site", 0, "TEXT", false, "where"},
	{"text", 0, "TEXT", false, "more about it"},
	{"object", 0, "OBJECT", false, "a new version of this need"},
	WHERE_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static int run_need_put(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);

	if (!cli_option(cli, "class") || !cli_option(cli, "quantity"))
		return why_set(&cli->why, E_USAGE,
			cli_option(cli, "class") ? "--quantity" : "--class",
			"is missing: a need says what and how much");
	json_open(&o, '{');
	json_put_cstr(&o, "title", cli->arg[0]);
	plan_given(cli, &o, "description", "text");
	TRY(plan_class(cli, &o));
	TRY(plan_number(cli, &o, "quantity", "quantity"));
	TRY(plan_number(cli, &o, "minQuantity", "min"));
	json_put_cstr(&o, "unit", cli_option(cli, "unit") ? cli_option(cli, "unit") : "H87");
	TRY(plan_price(cli, &o));
	if (cli_option(cli, "from") || cli_option(cli, "by")) {
		json_open_at(&o, "period", '{');
		plan_given(cli, &o, "startDate", "from");
		plan_given(cli, &o, "endDate", "by");
		json_close(&o);
	}
	plan_given(cli, &o, "site", "site");
	json_put_cstr(&o, "firmness", cli_switch(cli, "committed") ? "committed" : "interest");
	json_put_cstr(&o, "status", "stated");
	json_close(&o);
	return plan_write(cli, P_NEED, &b);
}

static const struct command need_put = {
	.name = "put",
	.args = "TITLE",
	.args_min = 1,
	.args_max = 1,
	.summary = "State a need: what, how much, until when, at most at what price",
	.help = "\tentente procure need put \"Winter tents\" --class CPV:39522530 --quantity 12 --max-price \"2500 EUR\" --by 2030-01-15T12:00:00Z\n"
		"\n"
		"Others see it and may join (`entente procure pool suggest`). All that a need can say: `entente procure schema need`, and `put need FILE`.",
	.option = need_options,
	.run = run_need_put,
};

static int run_need_list(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct buf out CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&out);
	struct rows list;

	TRY(plan_rows(cli, P_NEED, &arena, &list));
	json_open(&o, '[');
	for (size_t i = 0; i < list.n; i++) {
		const struct row *r = &list.row[i];
		struct buf b CLEANUP_BUF = BUF(256);
		struct currency c;
		int64_t price;

		view_row(&o, NULL, r, &cli->world, &arena);
		if (rec_money(&r->doc, json_root(&r->doc), "maxUnitPrice", &price, &c)) {
			buf_str(&b, ", at most ");
			money_print(&b, price, &c);
			buf_addf(&b, " %s each", c.code);
		}
		if (!cli->json)
			cli_print(cli, "%s  %-4s %s, %.*s%s%s  %.*s\n", plan_id(cli, &r->object),
				world_party_label(&cli->world, &r->object.owner, &cli->arena),
				plan_amount(cli,
					rec_quantity(&r->doc, json_root(&r->doc), "quantity"),
					plan_text(cli, r, "unit")),
				SLICE_FMT(plan_text(cli, r, "firmness")), buf_cstr(&b),
				slice_is(plan_text(cli, r, "status"), "withdrawn") ? ", WITHDRAWN"
										   : "",
				SLICE_FMT(plan_text(cli, r, "title")));
	}
	json_close(&o);
	if (cli->json)
		cmd_json(cli, &out);
	else if (list.n == 0)
		cli_say(cli, "no needs yet: entente procure need put TITLE --class … --quantity …");
	return 0;
}

static const struct command need_list = {
	.name = "list",
	.args = "",
	.summary = "List all needs, with quantity, firmness and price",
	.option = plan_list_options,
	.run = run_need_list,
};

/* The record as it stands, but for its status. */
static int run_need_withdraw(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct object_id object;
	struct reader who;
	struct row r;
	struct written w;

	TRY(cli_world(cli));
	TRY(cli_object(cli, cli->arg[0], &object));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_object(&cli->world, cli->db, &who, &object, &arena, &r, &cli->why));
	if (r.kind != P_NEED || !id_eq(&object.owner, &cli->node->self))
		return why_set(&cli->why, E_DENIED, cli->arg[0], "is no need of ours");
	json_open(&o, '{');
	for
		EACH(&r.doc, v, json_root(&r.doc))
		{
			const char *key = arena_string(&arena, json_key(&r.doc, v, &arena));

			if (strcmp(key, "status") == 0)
				json_put_cstr(&o, key, "withdrawn");
			else
				json_put_raw(&o, key, json_raw(&r.doc, v));
		}
	json_close(&o);
	TRY(cmd_put_again(cli, &r, arena_copy(&cli->arena, buf_slice(&b)), &w));
	cmd_written(cli, &w);
	return 0;
}

static const struct command need_withdraw = {
	.name = "withdraw",
	.args = "NEED",
	.args_min = 1,
	.args_max = 1,
	.summary = "Withdraw an own need; pools that name it keep what was said in them",
	.run = run_need_withdraw,
};

static const struct command *const need_subs[] = {&need_put, &need_list, &need_withdraw, NULL};
const struct command command_procure_need = {
	.name = "need",
	.summary = "Needs: state, list, withdraw",
	.sub = need_subs,
};
