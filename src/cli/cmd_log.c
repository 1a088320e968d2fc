/* cmd_log.c: `entente log`: members' logs: shown, recomputed, proved. */
#include "base/enc.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/show.h"
#include "log/proof.h"

#include <inttypes.h>

static const struct cli_option options[] = {
	{"member", 'm', "PARTY", false, "whose log (default: this member's)"},
	{"from", 0, "SEQ", false, "show: first entry (default: the last 20)"},
	{"limit", 'n', "N", false, "show: at most N (default 20)"},
	{"raw", 0, NULL, false, "show: the signed bytes of the entry"},
	{"output", 'o', "FILE", false, "prove: write the proof here"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int choose_log(struct cli *cli, struct log *ret)
{
	struct id member = cli->node->self;
	if (cli_option(cli, "member"))
		TRY(cli_party(cli, cli_option(cli, "member"), &member));
	return cli_log(cli, &member, ret);
}

/* ---- verify ---- */

struct verifying {
	struct progress progress;
	uint64_t size;
};

static void verify_progress(void *ctx, uint64_t done)
{
	struct verifying *v = ctx;
	progress_show(&v->progress, done, v->size);
}

static int verify_one(struct cli *cli, const struct party *p, struct json_out *o, int *ret_worst)
{
	struct log log;
	char root[65], id[ID_TEXT + 1];
	int rc = cli_log(cli, &p->id, &log);
	if (rc == E_MISSING) {
		cli->why = (struct why){0};
		return 0;
	}
	TRY(rc);
	struct verifying v = {
		progress_start(cli, world_party_label(&cli->world, &p->id, &cli->arena), false),
		log.size};
	bool own = id_eq(&p->id, &cli->node->self);
	rc = (own ? log_verify : log_verify_tree)(cli->db, &log, verify_progress, &v, &cli->why);
	progress_end(&v.progress);
	hex_encode(log.root.b, 32, root);
	id_format(&p->id, id);
	json_open(o, '{');
	json_put_cstr(o, "member", id);
	json_put_u64(o, "size", log.size);
	json_put_cstr(o, "root", root);
	json_put_bool(o, "ok", rc == 0);
	if (rc < 0)
		json_put_cstr(o, "where", cli->why.where);
	json_put_cstr(o, "text", rc < 0 ? cli->why.text : "");
	json_put_bool(o, "forked", log.frozen);
	json_close(o);
	if (!cli->json)
		cli_print(cli, "%-6s %8" PRIu64 " entries  root %.16s  %s%s%s %s %s\n",
			world_party_label(&cli->world, &p->id, &cli->arena), log.size, root,
			cli_colour(cli, rc < 0 ? COLOUR_RED : COLOUR_GREEN),
			rc < 0 ? "DOES NOT VERIFY" : "verifies", cli_colour(cli, COLOUR_NONE),
			rc < 0 ? cli->why.where : "",
			rc < 0 ? cli->why.text : (log.frozen ? "(forked, frozen)" : ""));
	if (rc < 0)
		*ret_worst = rc;
	return 0;
}

static int verify_all(struct cli *cli)
{
	struct buf b CLEANUP_BUF = BUF(MIB);
	struct json_out o = json_out(&b);
	struct id only;
	int worst = 0;
	bool one = cli_option(cli, "member") != NULL;
	if (one)
		TRY(cli_party(cli, cli_option(cli, "member"), &only));
	json_open(&o, '{');
	json_open_at(&o, "logs", '[');
	for (size_t i = 0; i < cli->world.n_party; i++) {
		if (!one || id_eq(&only, &cli->world.party[i].id))
			TRY(verify_one(cli, &cli->world.party[i], &o, &worst));
	}
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	return worst;
}

/* A server beside may write: all of it as it is at one moment. */
static int verify(struct cli *cli)
{
	TRY(db_begin_read(cli->db, &cli->why));
	int rc = verify_all(cli);
	db_rollback(cli->db);
	return rc;
}

/* ---- show ---- */

struct shown {
	bool here, sound; /* here: not withheld; sound: in the grammar */
	struct slice bytes;
	struct entry e;
	struct hash leaf;
	char time[UTC_TEXT_LEN + 1];
};

static int entry_get(struct cli *cli, const struct log *log, uint64_t seq, struct shown *ret)
{
	struct shown s = {.here = false};
	int rc = log_entry(cli->db, log->row, seq, &cli->arena, &s.bytes, NULL);
	if (rc < 0 && rc != E_MISSING)
		return why_set(&cli->why, rc, "log", "entry %" PRIu64 " cannot be read", seq);
	s.here = rc == 0;
	s.sound = s.here && entry_parse(&s.e, &cli->arena, s.bytes, NULL) == 0;
	TRY(log_leaf(cli->db, log->row, seq, &s.leaf, &cli->why));
	if (s.sound)
		utc_format(s.e.time_ms, s.time);
	*ret = s;
	return 0;
}

static void print_entry(struct cli *cli, uint64_t seq, const struct shown *s)
{
	char hex[65];
	if (cli_switch(cli, "raw")) {
		cli_out(cli, s->bytes);
		return;
	}
	cli_print(cli, "%8" PRIu64 "  ", seq);
	if (!s->here || !s->sound) {
		cli_print(cli, "%s\n",
			s->here ? "not in the grammar of entries" : "withheld from this node");
		return;
	}
	hex_encode(s->leaf.b, 32, hex);
	cli_print(cli, "%s  %.16s  ", s->time, hex);
	if (s->e.audience == AUDIENCE_VEILED)
		cli_print(cli, "veiled, up to %" PRIu64 " bytes\n", s->e.bucket);
	else
		cli_print(cli, "%.*s%s%s\n", SLICE_FMT(s->e.kind),
			s->e.mode == MODE_REAL ? "" : "  ",
			s->e.mode == MODE_REAL ? "" : mode_name(s->e.mode));
}

static void put_entry(struct json_out *o, uint64_t seq, const struct shown *s, struct slice words)
{
	char hex[65];
	hex_encode(s->leaf.b, 32, hex);
	json_open(o, '{');
	json_put_u64(o, "seq", seq);
	json_put_cstr(o, "leaf", hex);
	json_put_bool(o, "withheld", !s->here);
	if (s->sound) {
		json_put_cstr(o, "time", s->time);
		json_put_bool(o, "veiled", s->e.audience == AUDIENCE_VEILED);
	}
	if (s->sound && s->e.audience != AUDIENCE_VEILED) {
		json_put_string(o, "kind", s->e.kind);
		json_put_cstr(o, "mode", mode_name(s->e.mode));
	}
	if (words.n)
		json_put_string(o, "words", words);
	json_close(o);
}

/* One entry, with what it says if it is an act whose body is here. */
static int show_one(struct cli *cli, const struct log *log, uint64_t seq)
{
	struct buf words CLEANUP_BUF = BUF(2 * MIB), b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	struct shown s;
	if (seq >= log->size)
		return why_set(&cli->why, E_MISSING, "SEQ", "the log has %s, counted from 0",
			arena_count(&cli->arena, log->size, "entry", "entries"));
	TRY(entry_get(cli, log, seq, &s));
	if (show_act(cli, log, seq, &words) < 0)
		cli->why = (struct why){0};
	if (cli->json) {
		put_entry(&o, seq, &s, buf_slice(&words));
		buf_byte(&b, '\n');
		cli_out(cli, buf_slice(&b));
		return 0;
	}
	print_entry(cli, seq, &s);
	if (!cli_switch(cli, "raw"))
		cli_out(cli, buf_slice(&words));
	return 0;
}

static int show_many(struct cli *cli, const struct log *log, uint64_t from, uint64_t n)
{
	struct buf b CLEANUP_BUF = BUF(256 * MIB);
	struct json_out o = json_out(&b);
	struct shown s;
	json_open(&o, '{');
	json_put_u64(&o, "size", log->size);
	json_put_bool(&o, "forked", log->frozen);
	json_open_at(&o, "entries", '[');
	for (uint64_t seq = from; seq < log->size && seq - from < n; seq++) {
		TRY(entry_get(cli, log, seq, &s));
		if (cli->json) {
			put_entry(&o, seq, &s, SLICE_NONE);
		} else {
			print_entry(cli, seq, &s);
			if (cli_switch(cli, "raw"))
				cli_print(cli, "\n");
		}
	}
	json_close(&o);
	json_close(&o);
	buf_byte(&b, '\n');
	if (cli->json && buf_over(&b))
		return why_set(&cli->why, E_LIMIT, "--limit",
			"these entries are more than one answer holds: ask for fewer, and go on with --from");
	if (cli->json)
		cli_out(cli, buf_slice(&b));
	else if (!cli_switch(cli, "raw"))
		cli_say(cli, "%" PRIu64 " %s in all%s", log->size,
			log->size == 1 ? "entry" : "entries",
			log->frozen ? "; FORKED and frozen" : "");
	return 0;
}

static int show(struct cli *cli)
{
	struct log log;
	uint64_t n = 20, from;
	TRY(choose_log(cli, &log));
	if (cli->n_arg == 2) {
		if (slice_u64(slice_str(cli->arg[1]), &from) < 0)
			return why_set(&cli->why, E_USAGE, "SEQ", "the number of an entry, not %s",
				cli->arg[1]);
		return show_one(cli, &log, from);
	}
	if (cli_option(cli, "limit") &&
		(slice_u64(slice_str(cli_option(cli, "limit")), &n) < 0 || n == 0))
		return why_set(&cli->why, E_USAGE, "--limit", "a number above 0");
	from = log.size > n ? log.size - n : 0;
	if (cli_option(cli, "from") && slice_u64(slice_str(cli_option(cli, "from")), &from) < 0)
		return why_set(&cli->why, E_USAGE, "--from", "the number of an entry");
	return show_many(cli, &log, from, n);
}

/* ---- prove ---- */

/* A note whose head covers the entry: for the own log made now, for others' the newest held. */
static int head_note(struct cli *cli, const struct log *log, struct buf *ret)
{
	uint64_t size;
	struct slice note;
	if (id_eq(&log->id.member, &cli->node->self))
		return node_head(cli->node, cli->db, log, ret, &cli->why);
	TRY(head_get(cli->db, log->row, &cli->arena, &size, &note, &cli->why));
	if (size != log->size)
		return why_set(&cli->why, E_STATE, "",
			"the newest signed head does not fit what is stored");
	buf_slice_add(ret, note);
	return 0;
}

static int prove(struct cli *cli)
{
	struct log log;
	struct log_proof proof = {0};
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES),
			b CLEANUP_BUF = BUF(4 * LIMIT_NOTE_BYTES);
	struct log_reader *reader = arena_new(&cli->arena, struct log_reader);
	uint64_t seq;
	if (cli->n_arg != 2 || slice_u64(slice_str(cli->arg[1]), &seq) < 0)
		return why_set(&cli->why, E_USAGE, "", "usage: entente log prove SEQ");
	TRY(choose_log(cli, &log));
	if (seq >= log.size)
		return why_set(&cli->why, E_MISSING, "SEQ", "the log has %s",
			arena_count(&cli->arena, log.size, "entry", "entries"));
	struct tree_reader tree = log_reader(reader, cli->db, &log);
	TRY(tree_inclusion(&tree, seq, log.size, &proof.proof, &cli->why));
	TRY(head_note(cli, &log, &note));
	proof.index = seq;
	proof.note = buf_slice(&note);
	log_proof_print(&proof, &b);
	const char *out = cli_option(cli, "output");
	TRY(cli_write(cli, out ? out : "-", buf_slice(&b)));
	const char *whose = cli_option(cli, "member");
	if (out)
		cli_say(cli,
			"to be checked anywhere with the entry and the member's root document:\n"
			"  entente log show %" PRIu64
			"%s%s --raw > entry; entente verify %s --entry entry --root ROOT",
			seq, whose ? " --member " : "", whose ? whose : "", out);
	return 0;
}

static int run(struct cli *cli)
{
	TRY(cli_world(cli));
	if (strcmp(cli->arg[0], "verify") == 0)
		return verify(cli);
	if (strcmp(cli->arg[0], "show") == 0)
		return show(cli);
	if (strcmp(cli->arg[0], "prove") == 0)
		return prove(cli);
	return why_set(
		&cli->why, E_USAGE, "", "entente log verify|show|prove, not %s", cli->arg[0]);
}

const struct command command_log = {
	.name = "log",
	.group = "Look",
	.args = "verify | show [SEQ] | prove SEQ",
	.args_min = 1,
	.args_max = 2,
	.summary = "Recompute members' logs, show their entries, prove that one is in there",
	.help = "verify  recomputes every leaf, tile and root of every log held\n"
		"show    lists entries as this node may see them; SEQ: that one, an act with what it says; --raw: the signed bytes\n"
		"prove   writes a C2SP tlog-proof that anybody checks offline: entente verify",
	.option = options,
	.run = run,
};
