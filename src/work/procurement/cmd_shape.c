/* cmd_shape.c: `entente procure schema`, `entente procure example`: what a record looks like, said by what checks it. */
#include "work/procurement/cmd.h"
#include "work/procurement/offer.h"

/* A kind of record, or a supplier's bid: the lines that have it, and its name there. */
struct form {
	const char *const *shapes;
	const char *name;
};

static int form_of(struct cli *cli, const char *word, struct form *ret)
{
	enum pkind k = P_NEED;

	if (strcmp(word, "bid") == 0) {
		*ret = (struct form){procure_bid_shapes, "Bid"};
		return 0;
	}
	TRY(cmd_kind(cli, word, &k));
	*ret = (struct form){procurement_shapes, pkind_table[k].shape};
	return 0;
}

static int run_schema(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);
	struct shapes_told told = {.n = 0};

	json_open(&o, '{');
	if (cli->n_arg) {
		struct form f;

		TRY(form_of(cli, cli->arg[0], &f));
		procure_shape_schema(f.shapes, f.name, &told, &o);
	} else {
		for (enum pkind k = P_NEED; k < P_KINDS; k++)
			procure_shape_schema(procurement_shapes, pkind_table[k].shape, &told, &o);
		procure_shape_schema(procure_bid_shapes, "Bid", &told, &o);
	}
	json_close(&o);
	cmd_json(cli, &b);
	return 0;
}

const struct command command_procure_schema = {
	.name = "schema",
	.args = "[KIND]",
	.args_max = 1,
	.summary =
		"JSON schemas of all records, or of one kind and what stands in it; `bid` is a supplier's",
	.help = "Printed from the lines that check the records. What must also fit together is in docs/procurement.md.",
	.run = run_schema,
};

static const struct cli_option example_options[] = {
	{"all", 'a', NULL, false, "with all members that there are, not only those that must be"},
	{NULL, 0, NULL, false, NULL},
};

static int run_example(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct form f;

	TRY(form_of(cli, cli->arg[0], &f));
	procure_shape_example(f.shapes, f.name, cli_switch(cli, "all"), &b);
	cli_out(cli, buf_slice(&b));
	return 0;
}

const struct command command_procure_example = {
	.name = "example",
	.args = "KIND",
	.args_min = 1,
	.args_max = 1,
	.summary = "Print a record to begin with: need, agreement, tender, …, or a supplier's bid",
	.help = "It passes the check as it is, but its ids of members and records are examples: `entente status` has those of members, `put` prints those of records, and\n"
		"`put --of` takes the place of the pool or procurement that the file names.\n"
		"\n"
		"\tentente procure example need > need.json\n"
		"\tentente procure put need need.json",
	.option = example_options,
	.run = run_example,
};
