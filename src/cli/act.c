/* act.c: an act from its body to the log. */
#include "cli/act.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/sense.h"

#include <inttypes.h>

static void report_written(struct cli *cli, const char *kind, const struct written *w)
{
	char leaf[65], object[OBJECT_TEXT + 1];
	hex_encode(w->leaf.b, 32, leaf);
	object_format(&w->object, object);
	if (cli->json)
		cli_print(cli,
			"{\"kind\":\"%s\",\"seq\":%" PRIu64 ",\"leaf\":\"%s\",\"object\":\"%s\"}\n",
			kind, w->seq, leaf, object);
	else
		cli_print(cli, "%s  entry %" PRIu64 "  leaf %.16s\n", kind, w->seq, leaf);
}

static int prepare(struct cli *cli, struct draft *d, const char *path)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	struct log log;
	TRY(world_own_log(&cli->world, cli->db, &log, &cli->why));
	TRY(world_seen(&cli->world, cli->db, &cli->arena, &d->act_seen, &d->n_act_seen, &cli->why));
	TRY(draft_prepare(d, &cli->world, &log.id, &cli->arena, &b, &cli->why));
	TRY(cli_write(cli, path, buf_slice(&b)));
	cli_say(cli,
		"prepared %s: take it to an officer (entente sign %s --officer KEY), then entente submit it here",
		path, path);
	return 0;
}

int act_write(struct cli *cli, const struct act_body *body, const struct entry_ref *ref)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct written written;
	struct seckey key;
	struct draft d = {.all = true, .media = SLICE(ACT_MEDIA), .ref = ref, .n_ref = ref ? 1 : 0};
	const struct act_rule *rule = &act_rules[body->kind];

	TRY(cli_mode(cli, &d.mode));
	act_body_print(body, &b);
	d.kind = slice_str(rule->kind);
	d.content = buf_slice(&b);
	if (cli_option(cli, "prepare"))
		return prepare(cli, &d, cli_option(cli, "prepare"));
	TRY(draft_sense(&d, &cli->world, cli->db, &cli->why));
	if (rule->scope) {
		TRY(cli_confirm(
			cli, arena_printf(&cli->arena, "%s %s, for good and for all to see:\n%.*s",
				     cli->node->conf.label, rule->help, SLICE_FMT(buf_slice(&b)))));
		TRY(cli_officer(cli, &key, &d.officer));
		d.officer_key = &key;
	}
	int rc = cli_write_draft(cli, &d, &written);
	if (rule->scope)
		seckey_wipe(&key);
	TRY(rc);
	report_written(cli, rule->kind, &written);
	return 0;
}
