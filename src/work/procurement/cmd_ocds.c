/* cmd_ocds.c: `entente ocds validate`, `merge` and `table`: anybody's open contracting data. */
#include "work/procurement/cmd.h"

#include "base/file.h"
#include "base/report.h"
#include "work/procurement/ocds/check.h"
#include "work/procurement/ocds/flags.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/ocds/table.h"

#include <inttypes.h>

static int load(
	struct cli *cli, const char *path, struct buf *text, struct arena *arena, struct tree **ret)
{
	TRY(file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, text, &cli->why));
	int rc = tree_read(buf_slice(text), &json_limits_local, arena, ret, &cli->why);
	return rc < 0 ? why_prefix(&cli->why, "%s", path) : 0;
}

static void report_json(struct cli *cli, const char *path, const struct ocds_report *r)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	json_put_cstr(&o, "file", path);
	json_put_cstr(&o, "kind", ocds_kind_name(r->kind));
	json_put_bool(&o, "valid", r->errors == 0);
	json_put_u64(&o, "errors", r->errors);
	json_put_u64(&o, "warnings", r->warnings);
	json_open_at(&o, "findings", '[');
	for (size_t i = 0; i < r->n; i++) {
		json_open(&o, '{');
		json_put_cstr(&o, "severity", r->finding[i].error ? "error" : "warning");
		json_put_cstr(&o, "rule", r->finding[i].rule);
		json_put_cstr(&o, "path", r->finding[i].path);
		json_put_cstr(&o, "text", r->finding[i].text);
		json_close(&o);
	}
	json_close(&o);
	json_close(&o);
	cmd_json(cli, &b);
}

static int run_validate(struct cli *cli)
{
	bool bad = false;

	for (size_t i = 0; i < cli->n_arg; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(LIMIT_OCDS_ARENA);
		struct buf text CLEANUP_BUF = BUF(LIMIT_OCDS_BYTES);
		struct tree *root;

		TRY(load(cli, cli->arg[i], &text, &arena, &root));
		struct ocds_report r = ocds_check(root, &arena);
		bad |= r.errors > 0;
		if (cli->json) {
			report_json(cli, cli->arg[i], &r);
			continue;
		}
		for (size_t k = 0; k < r.n; k++)
			cli_print(cli, "%s%s%s %s %s: %s\n",
				cli_colour(cli, r.finding[k].error ? COLOUR_RED : COLOUR_YELLOW),
				r.finding[k].error ? "error  " : "warning",
				cli_colour(cli, COLOUR_NONE), r.finding[k].rule,
				r.finding[k].path[0] ? r.finding[k].path : "/", r.finding[k].text);
		cli_print(cli, "%s: %s, %s: %zu errors, %zu warnings\n", cli->arg[i],
			ocds_kind_name(r.kind), r.errors ? "NOT valid" : "valid", r.errors,
			r.warnings);
	}
	return bad ? why_set(&cli->why, E_INVALID, "", "not valid OCDS 1.1.5") : 0;
}

const struct command command_ocds_validate = {
	.name = "validate",
	.args = "FILE…",
	.args_min = 1,
	.args_max = 100,
	.summary =
		"Check releases, records or packages against OCDS 1.1.5 and the additional checks",
	.help = "Errors are what the schemas forbid; warnings what publishers are asked to mend. Exit status 65 if there is an error.",
	.run = run_validate,
};

static const struct cli_option merge_options[] = {
	{"versioned", 0, NULL, false, "how each field came to be what it is, instead of how it is"},
	{"package", 0, NULL, false, "a record package: releases, compiled and versioned"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

/* One merged release for each process that is in the files. */
static int merged(
	struct cli *cli, const struct tree **list, size_t n, struct arena *arena, struct tree **ret)
{
	struct tree *all = tree_new(arena, JSON_ARRAY);

	for (size_t i = 0; i < n;) {
		size_t same = i + 1;
		struct tree *one;

		while (same < n &&
			slice_eq(tree_text(list[i], "ocid"), tree_text(list[same], "ocid")))
			same++;
		TRY(cli_switch(cli, "versioned")
				? ocds_versioned(list + i, same - i, arena, &one, &cli->why)
				: ocds_compile(list + i, same - i, arena, &one, &cli->why));
		tree_push(all, one);
		i = same;
	}
	*ret = all->n == 1 ? all->first : all;
	return 0;
}

struct files {
	struct arena arena;
	struct buf text[100];
	const struct tree **list; /* their releases */
	size_t n;
};

static int files_read(struct cli *cli, struct files *f)
{
	struct tree *all;
	int rc = 0;

	f->arena = ARENA(LIMIT_OCDS_ARENA);
	all = tree_new(&f->arena, JSON_ARRAY);
	for (size_t i = 0; rc == 0 && i < cli->n_arg; i++) {
		struct tree *root;

		buf_init(&f->text[i], LIMIT_OCDS_BYTES);
		rc = load(cli, cli->arg[i], &f->text[i], &f->arena, &root);
		if (rc == 0)
			tree_push(all, root);
	}
	return rc < 0 ? rc : ocds_releases(all, &f->arena, &f->list, &f->n, &cli->why);
}

static void files_free(struct cli *cli, struct files *f)
{
	for (size_t i = 0; i < cli->n_arg; i++)
		buf_free(&f->text[i]);
	arena_free(&f->arena);
}

static int run_merge(struct cli *cli)
{
	struct files *f = arena_new(&cli->arena, struct files);
	struct buf out CLEANUP_BUF = BUF(1 * GIB);
	struct tree *result;
	char now[UTC_TEXT_LEN + 1];
	int rc = files_read(cli, f);

	utc_format(env_now_ms(&cli->env), now);
	if (rc == 0)
		rc = cli_switch(cli, "package")
			     ? ocds_record_package(f->list, f->n, true,
				       SLICE("urn:entente:ocds:merged"), SLICE("entente"),
				       slice_str(now), &f->arena, &result, &cli->why)
			     : merged(cli, f->list, f->n, &f->arena, &result);
	if (rc == 0) {
		tree_print_pretty(result, &out);
		rc = cli_write(cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-",
			buf_slice(&out));
	}
	files_free(cli, f);
	return rc;
}

const struct command command_ocds_merge = {
	.name = "merge",
	.args = "FILE…",
	.args_min = 1,
	.args_max = 100,
	.summary = "Merge the releases of each process in the files: compiled, or versioned",
	.option = merge_options,
	.run = run_merge,
};

/* ---- table ---- */

static const struct cli_option table_options[] = {
	{"list", 0, "PATH", false,
		"of what list: awards, contracts, tender/items, contracts/implementation/transactions, … (default: one row for each process)"},
	{"releases", 0, NULL, false,
		"each release as it is, instead of merged to how things stand"},
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

/* How things stand: one compiled release for each process. */
static int compiled(struct cli *cli, struct files *f)
{
	const struct tree **all = arena_array(&f->arena, const struct tree *, f->n + 1);
	size_t m = 0;

	for (size_t i = 0; i < f->n;) {
		size_t same = i + 1;
		struct tree *one;

		while (same < f->n &&
			slice_eq(tree_text(f->list[i], "ocid"), tree_text(f->list[same], "ocid")))
			same++;
		TRY(ocds_compile(f->list + i, same - i, &f->arena, &one, &cli->why));
		all[m++] = one;
		i = same;
	}
	f->list = all;
	f->n = m;
	return 0;
}

static int run_table(struct cli *cli)
{
	struct files *f = arena_new(&cli->arena, struct files);
	struct buf out CLEANUP_BUF = BUF(1 * GIB);
	const char *path = cli_option(cli, "list") ? cli_option(cli, "list") : "";
	int rc = files_read(cli, f);

	if (rc == 0 && !cli_switch(cli, "releases"))
		rc = compiled(cli, f);
	if (rc == 0)
		rc = ocds_table(f->list, f->n, slice_str(path), &f->arena, &out, &cli->why);
	if (rc == 0)
		rc = cli_write(cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-",
			buf_slice(&out));
	files_free(cli, f);
	return rc;
}

const struct command command_ocds_table = {
	.name = "table",
	.args = "FILE…",
	.args_min = 1,
	.args_max = 100,
	.summary = "Write one of the lists in the files as CSV, for a spreadsheet",
	.option = table_options,
	.run = run_table,
};

/* ---- flags ---- */

static void flags_tell(struct cli *cli, struct json_out *o, const struct tree *release,
	struct arena *arena, size_t *ret_n)
{
	struct ocds_flag flag[OCDS_FLAGS_MAX];
	size_t n = ocds_flags(release, arena, flag);

	*ret_n += n;
	json_open(o, '{');
	json_put_string(o, "ocid", tree_text(release, "ocid"));
	json_open_at(o, "flags", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(o, '{');
		json_put_cstr(o, "flag", flag[i].id);
		json_put_u64(o, "value", flag[i].value);
		json_put_cstr(o, "text", flag[i].text);
		json_close(o);
		if (!cli->json)
			cli_print(cli, "%.*s %s: %s\n", SLICE_FMT(tree_text(release, "ocid")),
				flag[i].id, flag[i].text);
	}
	json_close(o);
	json_close(o);
}

static int run_flags(struct cli *cli)
{
	struct files *f = arena_new(&cli->arena, struct files);
	struct buf b CLEANUP_BUF = BUF(1 * GIB);
	struct json_out o = json_out(&b);
	int rc = files_read(cli, f);
	size_t n = 0;

	if (rc == 0)
		rc = compiled(cli, f);
	json_open(&o, '[');
	for (size_t i = 0; rc == 0 && i < f->n; i++)
		flags_tell(cli, &o, f->list[i], &f->arena, &n);
	json_close(&o);
	if (rc == 0 && cli->json)
		cmd_json(cli, &b);
	else if (rc == 0 && n == 0)
		cli_say(cli, "no flags in %zu processes", f->n);
	files_free(cli, f);
	return rc;
}

const struct command command_ocds_flags = {
	.name = "flags",
	.args = "FILE…",
	.args_min = 1,
	.args_max = 100,
	.summary =
		"Look for signs that something may be wrong: short periods, single bids, equal prices, …",
	.help = "R003, R018, R028, R030, R035 and R036 of the open contracting community's indicators, on each process merged to how it stands. A flag is a reason to look, no more.",
	.run = run_flags,
};

static const struct command *const ocds_subs[] = {&command_ocds_validate, &command_ocds_merge,
	&command_ocds_table, &command_ocds_flags, NULL};
const struct command command_ocds = {
	.name = "ocds",
	.group = "Joint procurement",
	.summary = "Check, merge and tabulate open contracting data (OCDS 1.1.5)",
	.sub = ocds_subs,
};
