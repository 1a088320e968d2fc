/* cmd.c: `entente cyber`: the table of its commands, and what they share. */
#include "work/cyber/cmd.h"

#include "work/cyber/cyber.h"
#include "work/cyber/match_cmd.h"

#include "node/bell.h"

#include <inttypes.h>

static const struct command *const sub[] = {
	&command_cyber_import,
	&command_cyber_export,
	&command_cyber_withdraw,
	&command_cyber_case,
	&command_cyber_csaf,
	&command_cyber_collection,
	&command_cyber_remote,
	&command_cyber_pull,
	&command_cyber_push,
	&command_cyber_match,
	&command_cyber_pack,
	&command_cyber_sight,
	NULL,
};

const struct command command_cyber = {
	.name = "cyber",
	.group = "Cyber security",
	.summary = "STIX, TAXII, matching, cases",
	.sub = sub,
};

int cyber_cmd_write(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct cli *cli = ctx;
	int rc = node_write(cli->node, cli->db, coalition, d, n, ret, why);

	if (rc == 0)
		bell_ring(cli->node);
	return rc;
}

int cyber_cmd_address(struct cli *cli, struct ingest *ret)
{
	const char *to = cli_option(cli, "to"), *label = cli_option(cli, "label");
	struct id *member = NULL;

	TRY(cli_world(cli));
	*ret = (struct ingest){.node = cli->node,
		.db = cli->db,
		.coalition = cli->world.coalition.id,
		.write = cyber_cmd_write,
		.ctx = cli};
	TRY(cli_mode(cli, &ret->mode));
	TRY(cli_label(cli, label ? label : "", &ret->label));
	if (to)
		TRY(cli_audience(cli, to, &ret->all, &member, &ret->n_member));
	ret->member = member;
	if (!to) {
		ret->member = &cli->node->self;
		ret->n_member = 1;
	}
	return 0;
}

static void told_json(struct json_out *o, const struct ingest_told *t)
{
	json_open(o, '{');
	json_put_cstr(o, "verdict", ingest_verdict_name(t->verdict));
	json_put_u64(o, "index", t->index);
	if (t->id.n)
		json_put_string(o, "id", t->id);
	if (t->version.n)
		json_put_string(o, "version", t->version);
	if (*t->text) {
		json_put_cstr(o, "where", t->where);
		json_put_cstr(o, "text", t->text);
	}
	json_close(o);
}

static void result_json(struct cli *cli, const struct ingest_result *r)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	json_put_u64(&o, "objects", r->objects);
	for (int v = 0; v < VERDICTS; v++)
		json_put_u64(&o, ingest_verdict_name((enum verdict)v), r->n[v]);
	json_put_u64(&o, "entries", r->entries);
	json_open_at(&o, "told", '[');
	for (size_t i = 0; i < r->n_told; i++)
		told_json(&o, &r->told[i]);
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	cli_out(cli, buf_slice(&b));
}

void cyber_cmd_result(struct cli *cli, const struct ingest_result *r)
{
	if (cli->json) {
		result_json(cli, r);
		return;
	}
	cli_print(cli,
		"%" PRIu64 " objects: %" PRIu64 " written, %" PRIu64 " here already, %" PRIu64
		" held back, %" PRIu64 " refused; %" PRIu64 " entries\n",
		r->objects, r->n[VERDICT_WRITTEN], r->n[VERDICT_ALREADY], r->n[VERDICT_HELD],
		r->n[VERDICT_REFUSED], r->entries);
	for (size_t i = 0; i < r->n_told && i < 20; i++) {
		const struct ingest_told *t = &r->told[i];

		if (t->verdict == VERDICT_REFUSED || t->verdict == VERDICT_HELD)
			cli_say(cli, "object %zu %.*s: %s%s%s", t->index, SLICE_FMT(t->id),
				t->where, *t->where ? ": " : "", t->text);
	}
}
