/* cmd_export.c: `entente response export`. */
#include "work/response/cmd.h"

#include "base/limits.h"
#include "work/response/export.h"

#define OUT_MAX (64 * MIB)

static const struct cli_option export_options[] = {
	{"format", 0, "FORMAT", false,
		"csv (default); edxl: a record as EDXL-RM in EDXL-DE; cot: the teams of a request; geojson: all that has a place"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

static int lines_csv(struct cli *cli, const struct aid_view *v, const char *what, struct buf *b)
{
	struct object_id id;
	struct dossier d;

	TRY(aid_cmd_object(cli, v, what, &id));
	TRY(dossier_load(&d, v, &id, env_now_ms(&cli->env), &cli->why));
	return export_csv_lines(v, &d, b);
}

static int csv_out(struct cli *cli, const struct aid_view *v, struct buf *b)
{
	enum aid_kind kind = aid_kind_of_word(slice_str(cli->arg[0]));

	if (kind == AID_ALERT)
		return why_set(&cli->why, E_USAGE, "WHAT", "an alert is written out by `get`");
	return kind == AID_KINDS ? lines_csv(cli, v, cli->arg[0], b)
				 : export_csv(v, kind, b, &cli->why);
}

static int edxl_out(struct cli *cli, const struct aid_view *v, struct buf *b)
{
	struct object_id id;
	struct aid_record r;

	TRY(aid_cmd_object(cli, v, cli->arg[0], &id));
	TRY(aid_get(v, AID_KINDS, &id, &r, &cli->why));
	return export_edxl(v, &r, b, &cli->why);
}

static int cot_out(struct cli *cli, const struct aid_view *v, struct buf *b)
{
	struct object_id id;
	struct dossier d;

	TRY(aid_cmd_object(cli, v, cli->arg[0], &id));
	TRY(dossier_load(&d, v, &id, env_now_ms(&cli->env), &cli->why));
	return export_cot(v, &d, env_now_ms(&cli->env), b, &cli->why);
}

static int export_run(struct cli *cli)
{
	const char *format = cli_option(cli, "format"), *out = cli_option(cli, "output");
	struct buf b CLEANUP_BUF = BUF(OUT_MAX);
	struct aid_view v;

	if (cli->n_arg == 0 && !(format && strcmp(format, "geojson") == 0))
		return why_set(
			&cli->why, E_USAGE, "WHAT", "is missing: a kind, a record, or a request");
	TRY(aid_cmd_view(cli, &v));
	if (!format || strcmp(format, "csv") == 0)
		TRY(csv_out(cli, &v, &b));
	else if (strcmp(format, "edxl") == 0)
		TRY(edxl_out(cli, &v, &b));
	else if (strcmp(format, "cot") == 0)
		TRY(cot_out(cli, &v, &b));
	else if (strcmp(format, "geojson") == 0)
		TRY(export_geojson(&v, env_now_ms(&cli->env), &b, &cli->why));
	else
		return why_set(&cli->why, E_USAGE, "--format",
			"%s is none of csv, edxl, cot and geojson", format);
	return cli_write(cli, out ? out : "-", buf_slice(&b));
}

const struct command response_export = {
	.name = "export",
	.args = "[WHAT]",
	.args_max = 1,
	.summary =
		"Write records out: a kind (capabilities, readiness, offers …), or the lines of a request",
	.option = export_options,
	.run = export_run,
};
