/* cmd_msel.c: the script as a sheet, in and out. */
#include "work/training/cmd_int.h"
#include "work/training/import.h"
#include "work/training/limits.h"

static void import_text(struct cli *cli, const struct import *im, bool written)
{
	const struct sheet *s = &im->book.sheet[im->sheet];

	cli_print(cli, "sheet \"%.*s\", %zu rows", SLICE_FMT(s->name), s->rows);
	if (im->map.header_row != SIZE_MAX)
		cli_print(cli, ", headings in row %zu", im->map.header_row + 1);
	cli_print(cli, "\n");
	for (size_t c = 0; c < im->map.n; c++)
		if (im->map.column[c].heading.n || im->map.column[c].field[0])
			cli_print(cli, "  %-4.*s %-32.*s %s\n",
				(int)strspn(
					cell_name(0, c, &cli->arena), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
				cell_name(0, c, &cli->arena),
				SLICE_FMT(slice_sub(im->map.column[c].heading, 0, 32)),
				im->map.column[c].field[0] ? im->map.column[c].field
							   : "(left out)");
	if (im->book.comments || im->book.hidden_columns || s->formulas)
		cli_print(cli,
			"%zu comments, %zu hidden columns, %zu formulas travel in the file unseen\n",
			im->book.comments, im->book.hidden_columns, s->formulas);
	for (size_t i = 0; i < im->n; i++)
		for (size_t k = 0; k < im->row[i].row->n_note; k++) {
			const struct msel_note *n = &im->row[i].row->note[k];

			cli_print(cli, "%s%s%s %s: %s\n",
				cli_colour(cli,
					n->severity == MSEL_ERROR ? COLOUR_RED : COLOUR_YELLOW),
				n->severity == MSEL_ERROR ? "error" : "warning",
				cli_colour(cli, COLOUR_NONE), n->cell, n->text);
		}
	cli_print(cli,
		"%zu new, %zu changed, %zu the same, %zu conflicts, %zu with errors, %zu somebody else's%s\n",
		im->count[IMPORT_NEW], im->count[IMPORT_CHANGED], im->count[IMPORT_SAME],
		im->count[IMPORT_CONFLICT], im->count[IMPORT_ERROR], im->count[IMPORT_DENIED],
		written ? "; written" : "; nothing is written yet: --write");
}

static int run_import(struct cli *cli)
{
	struct import_wish w = {.sheet = slice_str(cli_option(cli, "sheet")),
		.header = slice_str(cli_option(cli, "header")),
		.map = slice_str(cli_option(cli, "map")),
		.theirs_wins = cli_switch(cli, "sheet-wins"),
		.options = {.split = cli_switch(cli, "split")}};
	struct buf b CLEANUP_BUF = BUF(LIMIT_SHEET_TEXT);
	struct json_out o = json_out(&b);
	bool write = cli_switch(cli, "write");
	struct audience a;
	struct import im;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(import_options(slice_str(cli_option(cli, "order")), slice_str(cli_option(cli, "zone")),
		&w.options, &cli->why));
	TRY(cli_read(cli, cli->arg[1], LIMIT_SHEET_FILE, &w.bytes));
	cli->arena.max = GIB;
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	if (rc == 0)
		rc = tcmd_audience(cli, &a);
	if (rc == 0)
		rc = import_read(&d, &v, &w, &im, &cli->why);
	if (rc == 0 && write)
		rc = plan_import(&d, &v, &im, &a, &plan, &cli->why);
	tcmd_end(cli);
	TRY(rc);
	if (write)
		TRY(tcmd_write(cli, &plan));
	if (cli->json) {
		struct printer p = tcmd_printer(cli, &d, &o);

		print_import(&p, &im, write);
		tcmd_json(cli, &b);
	} else {
		import_text(cli, &im, write);
	}
	return 0;
}

static const struct cli_option import_options_table[] = {
	{"write", 'w', NULL, false, "write what is good; else only show"},
	{"sheet", 's', "NAME", false,
		"name or number of the sheet (default: the first with headings)"},
	{"header", 0, "ROW", false, "row of the headings, or none"},
	{"map", 0, "COLUMNS", false, "A=number,C=time over what was found"},
	{"order", 0, "ORDER", false, "dmy (default) or mdy"},
	{"zone", 0, "OFFSET", false, "of its times, like +02:00"},
	{"split", 0, NULL, false, "several recipients in a cell are several"},
	{"sheet-wins", 0, NULL, false,
		"where sheet and script have both changed, take the sheet's"},
	OPTION_MODE, OPTION_TO, OPTION_LABEL, OPTION_END};
const struct command command_training_import = {.name = "import",
	.args = "EXERCISE FILE",
	.args_min = 2,
	.args_max = 2,
	.summary = "Read an MSEL from a workbook or CSV",
	.help = "Shows first what each row would become, and what is wrong with it; --write then writes the rows that are new or changed, all at once. A row whose number\n"
		"is here already is compared three ways with the script and with what it was when the sheet came from here.",
	.option = import_options_table,
	.run = run_import};

static int run_export(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ZIP_MEMBER);
	const char *to = cli_option(cli, "output");
	struct grid g;
	struct desk d;
	struct view v;
	int rc;

	cli->arena.max = GIB;
	TRY(tcmd_begin(cli, &d));
	rc = tcmd_view(cli, &d, cli->arg[0], &v);
	tcmd_end(cli);
	TRY(rc);
	msel_grid(&g, &v, cli_switch(cli, "player"), &cli->arena);
	if (to && slice_ends(slice_str(to), ".xlsx"))
		TRY(xlsx_write(&b, &g, &cli->why));
	else
		csv_write(&b, &g);
	if (buf_over(&b))
		return why_set(&cli->why, E_LIMIT, "", "the sheet would be too large");
	return cli_write(cli, to ? to : "-", buf_slice(&b));
}

static const struct cli_option export_options[] = {
	{"output", 'o', "FILE", false,
		"NAME.xlsx makes a workbook, else CSV (default: CSV to the terminal)"},
	{"player", 0, NULL, false, "only what has been delivered"},
	{"force", 'f', NULL, false, "overwrite the output"}, OPTION_MODE, OPTION_END};
const struct command command_training_export = {.name = "export",
	.args = "EXERCISE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write the MSEL as a workbook or CSV",
	.option = export_options,
	.run = run_export};
