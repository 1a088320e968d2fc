/* cmd_csaf.c: `entente cyber csaf`: advisories of CSAF 2.0 checked, taken in as notices, and given out. */
#include "work/cyber/cmd.h"

#include "work/cyber/coord.h"
#include "work/cyber/csaf.h"
#include "work/cyber/marking.h"

#include "node/record.h"

static int document_read(struct cli *cli, struct csaf *ret)
{
	struct slice bytes;
	int rc;

	*ret = (struct csaf){.n_fault = 0};
	TRY(cli_read(cli, cli->arg[0], LIMIT_PAYLOAD_CONTENT, &bytes));
	rc = csaf_read(ret, &cli->arena, bytes, &cli->why);
	for (size_t i = 1; i < ret->n_fault; i++)
		cli_say(cli, "%s: %s", ret->fault[i].where, ret->fault[i].text);
	return rc;
}

/* ---- check ---- */

static void check_json(struct cli *cli, const struct csaf *c)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	json_put_bool(&o, "valid", c->n_fault == 0);
	json_open_at(&o, "faults", '[');
	for (size_t i = 0; i < c->n_fault; i++) {
		json_open(&o, '{');
		json_put_cstr(&o, "where", c->fault[i].where);
		json_put_cstr(&o, "text", c->fault[i].text);
		json_close(&o);
	}
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
}

static int check_run(struct cli *cli)
{
	struct csaf c = {.n_fault = 0};
	int rc = document_read(cli, &c);

	if (cli->json && (rc == 0 || c.n_fault))
		check_json(cli, &c);
	else if (rc == 0)
		cli_print(cli, "%.*s %.*s: keeps the schema and the mandatory tests\n",
			SLICE_FMT(c.id), SLICE_FMT(c.version));
	return rc;
}

static const struct cli_option no_options[] = {{NULL, 0, NULL, false, NULL}};

static const struct command command_check = {
	.name = "check",
	.args = "FILE|-",
	.args_min = 1,
	.args_max = 1,
	.summary = "Check a CSAF 2.0 document",
	.help = "Against the schema, and then the mandatory tests of the standard (6.1), but for those that need lists of others: 6.1.11 (names of CWE)\n"
		"and languages of three letters (6.1.12).",
	.option = no_options,
	.run = check_run,
};

/* ---- import ---- */

struct found {
	bool any, same, newer; /* newer: what is here is later than what comes */
	struct object_id object;
};

/* A page of contents that is never cut (record.h): notices fill a payload each. */
#define LOOK_PAGE 20

static void compare(
	const struct record *r, const struct csaf *c, struct arena *arena, struct found *ret)
{
	struct csaf_version here, comes;
	struct coord x;
	struct csaf old;

	if (coord_parse(&x, COORD_NOTICE, r->content, arena, NULL) < 0 || x.csaf == JSON_ABSENT)
		return;
	/* What was written before by other rules still is that document. */
	if (csaf_about(&old, arena, &x.doc, x.csaf, NULL) < 0 || !slice_eq(old.id, c->id) ||
		!slice_eq(old.publisher, c->publisher))
		return;
	ret->any = true;
	ret->object = r->object;
	ret->same = slice_eq(json_raw(&old.doc, old.root), json_raw(&c->doc, c->root));
	ret->newer = csaf_version_parse(old.version, &here) == 0 &&
		     csaf_version_parse(c->version, &comes) == 0 &&
		     csaf_version_cmp(&here, &comes) > 0;
}

/* This member's notice of the same document: a publisher's tracking id is its own (§3.2.1.12.4). */
static int look(struct cli *cli, enum mode mode, const struct csaf *c, struct found *ret)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct record_query q = {.mode = mode,
		.kind = slice_str(coord_kind_name(COORD_NOTICE)),
		.has_owner = true,
		.owner = cli->node->self,
		.limit = LOOK_PAGE};
	size_t n = LOOK_PAGE;

	while (n == LOOK_PAGE && !ret->any) {
		struct arena arena CLEANUP_ARENA = ARENA(512 * MIB);
		struct record *r;

		TRY(record_list(&cli->world, cli->db, &self, &q, &arena, &r, &n, &cli->why));
		for (size_t i = 0; i < n && !ret->any; i++) {
			if (r[i].state == ITEM_LIVE)
				compare(&r[i], c, &arena, ret);
		}
		if (n > 0) {
			q.has_after = true;
			q.after_ms = r[n - 1].time_ms;
			q.after = r[n - 1].object;
		}
	}
	return 0;
}

/* TLP of the document narrows the label; RED is for named recipients. */
static int narrow(struct cli *cli, const struct csaf *c, const struct ingest *in, struct slice *ret)
{
	struct buf label CLEANUP_BUF = BUF(4 * KIB);

	if (c->tlp == TLP_RED && in->all)
		return why_set(&cli->why, E_DENIED, "/document/distribution/tlp/label",
			"TLP:RED is for named recipients: say them with --to");
	TRY(marking_narrow(in->label, c->tlp, &label, &cli->why));
	*ret = arena_copy(&cli->arena, buf_slice(&label));
	return 0;
}

static int import_write(
	struct cli *cli, const struct csaf *c, const struct ingest *in, const struct found *f)
{
	struct buf content CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct draft d = {.mode = in->mode,
		.kind = slice_str(coord_kind_name(COORD_NOTICE)),
		.has_object = f->any,
		.object = f->object,
		.all = in->all,
		.veil_all = in->all,
		.member = in->member,
		.n_member = in->n_member,
		.media = SLICE("application/json")};
	char object[OBJECT_TEXT + 1];
	struct written w;

	csaf_notice(c, &content);
	if (buf_over(&content))
		return why_set(&cli->why, E_LIMIT, "", "the document is too large");
	d.content = buf_slice(&content);
	TRY(narrow(cli, c, in, &d.label));
	TRY(cli_write_draft(cli, &d, &w));
	object_format(&w.object, object);
	cli_print(cli, cli->json ? "{\"object\":\"%s\",\"written\":true}\n" : "%s\n", object);
	return 0;
}

static int import_run(struct cli *cli)
{
	struct found f = {.any = false};
	struct ingest in;
	struct csaf c;
	char object[OBJECT_TEXT + 1];
	int rc;

	TRY(cyber_cmd_address(cli, &in));
	TRY(document_read(cli, &c));
	TRY(db_begin_read(cli->db, &cli->why));
	rc = look(cli, in.mode, &c, &f);
	db_rollback(cli->db);
	TRY(rc);
	if (f.same) {
		object_format(&f.object, object);
		cli_print(cli, cli->json ? "{\"object\":\"%s\",\"written\":false}\n" : "%s\n",
			object);
		cli_say(cli, "it is here already");
		return 0;
	}
	if (f.newer)
		return why_set(&cli->why, E_CONFLICT, "/document/tracking/version",
			"a later version of this document is here");
	return import_write(cli, &c, &in, &f);
}

static const struct cli_option import_options[] = {
	CMD_ADDRESS_OPTIONS,
	{NULL, 0, NULL, false, NULL},
};

static const struct command command_import = {
	.name = "import",
	.args = "FILE|-",
	.args_min = 1,
	.args_max = 1,
	.summary = "Take in a CSAF 2.0 document as a notice",
	.help = "Checked as `csaf check` does; what fails is not taken. Its TLP narrows the label. A later version of a document (publisher and tracking id) is a later\n"
		"version of the same notice. Prints the notice's id.",
	.option = import_options,
	.run = import_run,
};

/* ---- export ---- */

static int export_find(struct cli *cli, struct coord *ret)
{
	struct reader self = world_reader(&cli->world, &cli->node->self);
	struct object_id object;
	enum coord_kind kind;
	struct record r;

	TRY(cli_object(cli, cli->arg[0], &object));
	TRY(record_get(&cli->world, cli->db, &self, &object, &cli->arena, &r, &cli->why));
	if (r.state != ITEM_LIVE || coord_kind_parse(r.kind, &kind) < 0 || kind != COORD_NOTICE ||
		coord_parse(ret, kind, r.content, &cli->arena, NULL) < 0 ||
		ret->csaf == JSON_ABSENT)
		return why_set(
			&cli->why, E_MISSING, cli->arg[0], "is no notice with a CSAF document");
	return 0;
}

static int export_run(struct cli *cli)
{
	const char *path = cli_option(cli, "output");
	struct coord x;
	int rc;

	TRY(cli_world(cli));
	TRY(db_begin_read(cli->db, &cli->why));
	rc = export_find(cli, &x);
	db_rollback(cli->db);
	TRY(rc);
	return cli_write(cli, path ? path : "-", json_raw(&x.doc, x.csaf));
}

static const struct cli_option export_options[] = {
	{"output", 'o', "FILE", false, "to this file (default: standard output)"},
	{"force", 'f', NULL, false, "replace a file that is there"},
	{NULL, 0, NULL, false, NULL},
};

static const struct command command_export = {
	.name = "export",
	.args = "NOTICE",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write the CSAF document of a notice, as it came",
	.option = export_options,
	.run = export_run,
};

static const struct command *const sub[] = {&command_check, &command_import, &command_export, NULL};

const struct command command_cyber_csaf = {
	.name = "csaf",
	.summary = "Security advisories in CSAF 2.0",
	.sub = sub,
};
