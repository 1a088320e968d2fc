/* cmd_table.c: `import` and `export`: the spreadsheets that everybody has, and the formats that others read. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "node/bell.h"
#include "work/response/table.h"

#include <inttypes.h>

static const struct cli_option import_options[] = {
	ADDRESS_OPTIONS,
	{"dry-run", 'n', NULL, false,
		"say what would happen, and what is wrong, and write nothing"},
	{"restricted", 0, "COLUMNS", false,
		"columns that fewer may read (default: quantity, reserve, home, unit_name, crew, cost_rate, footprint, support_needed, limitations, external_ids)"},
	{"restricted-to", 0, "WHO", false, "who may read those (default: nobody but this node)"},
	{"restricted-label", 0, "LABEL", false, "their label (default: as --label)"},
	{NULL, 0, NULL, false, NULL},
};

static int import_setup(
	struct cli *cli, struct table_import *t, struct draft *open, struct draft *restricted)
{
	const char *columns = cli_option(cli, "restricted"), *to = cli_option(cli, "restricted-to");
	struct id *member;

	TRY(aid_cmd_address(cli, open));
	if (!open->label.n)
		TRY(cli_label(cli, "", &open->label));
	if (!open->all && open->n_member == 0) {
		open->member = &cli->node->self;
		open->n_member = 1;
	}
	*restricted = *open;
	restricted->all = false;
	restricted->member = &cli->node->self;
	restricted->n_member = 1;
	if (to) {
		TRY(cli_audience(cli, to, &restricted->all, &member, &restricted->n_member));
		restricted->member = member;
	}
	if (cli_option(cli, "restricted-label"))
		TRY(cli_label(cli, cli_option(cli, "restricted-label"), &restricted->label));
	t->open = open;
	t->restricted = restricted;
	t->restricted_column = table_restricted_default;
	if (columns) {
		struct slice rest = slice_str(columns), one;
		const char **list = arena_array(&cli->arena, const char *, CSV_CELLS_MAX + 1);

		for (size_t i = 0; i < CSV_CELLS_MAX && slice_cut(&rest, ',', &one); i++)
			list[i] = arena_string(&cli->arena, slice_trim(one));
		t->restricted_column = list;
	}
	return 0;
}

static void import_print(struct cli *cli, const struct table_import *t, bool wrote)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);

	if (!cli->json) {
		for (size_t i = 0; i < t->n_problem; i++)
			cli_print(cli, "line %u, %s: %s\n", t->problem[i].line,
				*t->problem[i].column ? t->problem[i].column : "row",
				t->problem[i].text);
		cli_print(cli, "%zu rows: %zu new, %zu changed, %zu as they were%s\n", t->rows,
			t->created, t->changed, t->same, wrote ? "" : "; nothing written");
		return;
	}
	json_open(&o, '{');
	json_put_u64(&o, "rows", t->rows);
	json_put_u64(&o, "new", t->created);
	json_put_u64(&o, "changed", t->changed);
	json_put_u64(&o, "same", t->same);
	json_put_bool(&o, "written", wrote);
	json_open_at(&o, "problems", '[');
	for (size_t i = 0; i < t->n_problem; i++) {
		json_open(&o, '{');
		json_put_i64(&o, "line", t->problem[i].line);
		json_put_cstr(&o, "column", t->problem[i].column);
		json_put_cstr(&o, "text", t->problem[i].text);
		json_close(&o);
	}
	json_close(&o);
	json_close(&o);
	aid_cmd_json(cli, &b);
}

static int import_run(struct cli *cli)
{
	struct table_import *t = arena_new(&cli->arena, struct table_import);
	struct draft open = {0}, restricted;
	struct written *w;
	struct slice bytes;
	struct aid_view v;
	bool dry = cli_switch(cli, "dry-run");

	t->kind = aid_kind_of_word(slice_str(cli->arg[0]));
	if (t->kind != AID_CAPABILITY && t->kind != AID_READINESS)
		return why_set(&cli->why, E_USAGE, "KIND", "is capabilities or readiness");
	TRY(aid_cmd_view(cli, &v));
	TRY(import_setup(cli, t, &open, &restricted));
	TRY(cli_read(cli, cli->arg[1], CSV_BYTES_MAX, &bytes));
	TRY(table_import(t, &v, bytes, &cli->why));
	if (dry || t->n_problem || t->n_draft == 0) {
		import_print(cli, t, false);
		return t->n_problem ? why_set(&cli->why, E_INVALID, cli->arg[1],
					      "%zu problem%s: nothing was written", t->n_problem,
					      t->n_problem == 1 ? "" : "s")
				    : 0;
	}
	/* All or nothing. */
	w = arena_array(&cli->arena, struct written, t->n_draft);
	TRY(node_write(
		cli->node, cli->db, &cli->world.coalition.id, t->draft, t->n_draft, w, &cli->why));
	bell_ring(cli->node);
	import_print(cli, t, true);
	return 0;
}

const struct command response_import = {
	.name = "import",
	.args = "KIND FILE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Take capabilities or readiness from CSV: all rows or none",
	.help = "KIND is capabilities or readiness; the columns are those that `export KIND` writes. A row with an object id changes that record, one without\n"
		"makes a new one. What was exported and is imported again changes nothing.",
	.option = import_options,
	.run = import_run,
};
