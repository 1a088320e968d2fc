/* cmd_process.c: `entente procure show, agree, step, open, transcript, verify, import`: one procurement and its sealed bids. */
#include "base/file.h"
#include "work/procurement/cmd.h"
#include "work/procurement/fulfil.h"
#include "work/procurement/twin.h"
#include "work/procurement/waits.h"
#include "work/procurement/wallet.h"

#include "base/enc.h"
#include "base/report.h"

/* ---- show ---- */

void cmd_findings(struct cli *cli, const struct seal_replay *r, const struct world *w)
{
	for (size_t i = 0; i < r->n_finding; i++) {
		const struct finding *f = &r->finding[i];
		char who[64] = "", member[ID_TEXT + 1];

		if (f->holder && w)
			snprintf(who, sizeof(who), " (%s)",
				world_party_label(
					w, &r->policy.holder[f->holder - 1].member, &cli->arena));
		else if (f->holder) {
			id_format(&r->policy.holder[f->holder - 1].member, member);
			snprintf(who, sizeof(who), " (%s)", member);
		} else if (f->has_bidder) {
			char hex[65];

			hex_encode(f->bidder.b, 32, hex);
			snprintf(who, sizeof(who), " (bidder %.16s)", hex);
		}
		cli_print(cli, "%s%-16s%s %s%s\n",
			cli_colour(cli, finding_is_offence(f->kind) ? COLOUR_RED : COLOUR_YELLOW),
			finding_name(f->kind), cli_colour(cli, COLOUR_NONE), f->text, who);
	}
}

/* What suppliers need: the address is the same at every participant's node. */
static void show_door(struct cli *cli, const struct process *p)
{
	char coalition[COAL_TEXT + 1], object[OBJECT_TEXT + 1];
	struct door_room room;

	if (!p->replay->has_key)
		return;
	coalition_format(&cli->world.coalition.id, coalition);
	object_format(&p->id, object);
	step_door_room(p, &cli->node->self, &room);
	cli_print(cli, "door     https://NODE/procure/%s/%s\n", coalition, object);
	cli_print(cli, "         %zu commits taken at this node, %s\n", room.taken,
		room.bytes && room.commits ? "with room for more" : "FULL: no new bidders");
}

static void show_seal(struct cli *cli, const struct process *p)
{
	const struct seal_replay *r = p->replay;
	char hex[65];

	if (!r)
		return;
	cli_print(cli,
		"key      %u holders, any %u open; countersigned %u, dealt %u, certified %u\n",
		r->policy.n, r->policy.k, bits_count(r->countersigned), bits_count(r->dealt),
		bits_count(r->certified));
	show_door(cli, p);
	cli_print(cli, "bids     %zu commits, %zu sealed bids here\n", r->n_line, r->n_sealed);
	if (r->closed) {
		hex_encode(r->closed->close.root.b, 32, hex);
		cli_print(cli, "closed   root %.16s… by holder %u, signed by %u\n", hex,
			r->closed->close.i, bits_count(r->closed->signed_by));
		for (size_t i = 0; i < r->n_bid; i++) {
			hex_encode(r->bid[i].line->commit->name.bid.b, 16, hex);
			cli_print(cli, "bid      %.16s… %s, %u shares\n", hex,
				bid_state_name(r->bid[i].state), bits_count(r->bid[i].shares));
		}
	}
	cmd_findings(cli, r, &cli->world);
}

/* What has come and what was paid, beside what was agreed: one line for each contract. */
static void show_contracts(struct cli *cli, const struct process *p, struct arena *arena)
{
	struct fulfilment *list;
	size_t n;

	fulfilments(p, arena, &list, &n);
	for (size_t i = 0; i < n; i++) {
		const struct fulfilment *f = &list[i];
		const struct row *r = f->contract;
		struct buf b CLEANUP_BUF = BUF(4 * KIB);

		buf_str(&b, "delivered ");
		quantity_print(&b, f->delivered);
		buf_str(&b, " of ");
		quantity_print(&b, f->ordered);
		buf_str(&b, f->over_delivered ? " OVER, paid " : ", paid ");
		money_print(&b, f->paid, &f->currency);
		buf_str(&b, " of ");
		money_print(&b, f->value, &f->currency);
		buf_addf(&b, " %s%s", f->currency.code, f->over_paid ? " OVER" : "");
		if (f->requested) {
			buf_str(&b, ", asked for ");
			money_print(&b, f->requested, &f->currency);
		}
		cli_print(cli, "contract %s with %.*s, %.*s: %s\n",
			world_party_label(&cli->world, &r->object.owner, arena),
			SLICE_FMT(get_text(&r->doc, json_root(&r->doc), "supplier", arena)),
			SLICE_FMT(get_text(&r->doc, json_root(&r->doc), "status", arena)),
			buf_cstr(&b));
	}
}

static int show(struct cli *cli, struct cmd_process *c)
{
	struct buf b CLEANUP_BUF = BUF(256 * MIB);
	struct json_out o = json_out(&b);
	const struct process *p = &c->p;
	char other[OBJECT_TEXT + 1];
	unsigned have = 0, need = 0;
	struct object_id twin;
	struct reader who;
	struct wait wait;
	bool has_twin;

	who = world_reader(&cli->world, &cli->node->self);
	TRY(step_confirmed(&c->seat, p, &c->arena, &have, &need, &cli->why));
	TRY(twin_before(&cli->world, cli->db, &who, p, &c->arena, &twin, &has_twin, &cli->why));
	if (cli->json) {
		view_process(&o, p, &cli->world, have, need, has_twin ? &twin : NULL, &c->arena);
		cmd_json(cli, &b);
		return 0;
	}
	process_waits(p, env_now_ms(&cli->env), &c->arena, &wait);
	cli_print(cli, "%.*s\nstate    %s\nlead     %s\nsigned   %zu of %zu\n",
		SLICE_FMT(get_text(
			&p->agreement->doc, json_root(&p->agreement->doc), "title", &c->arena)),
		process_state_name(p->state), world_party_label(&cli->world, &p->lead, &c->arena),
		p->n_consent, p->n_participant);
	if (has_twin) {
		object_format(&twin, other);
		cli_print(cli,
			"%socid%s     is that of an earlier agreement of the same member: %s\n",
			cli_colour(cli, COLOUR_RED), cli_colour(cli, COLOUR_NONE), other);
	}
	if (wait.what)
		cli_print(cli, "waits    for %s\n", waits_words(&wait, p, &cli->world, &c->arena));
	show_seal(cli, p);
	if (p->replay && p->replay->closed)
		cli_print(cli, "officers %u of %u have confirmed the opening at this node%s\n",
			have, need, need == 1 ? " (the root document names one: a trial)" : "");
	if (p->award)
		cli_print(cli, "award    %.*s, agreed by %zu of %zu\n",
			SLICE_FMT(get_text(
				&p->award->doc, json_root(&p->award->doc), "status", &c->arena)),
			p->n_award_agrees, p->n_participant);
	show_contracts(cli, p, &c->arena);
	return 0;
}

static int run_show(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0)
		rc = show(cli, c);
	cmd_unload(c);
	return rc;
}

const struct command command_procure_show = {
	.name = "show",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary =
		"Show one procurement: what it waits for and of whom, who has signed, the key, the bids, the award",
	.run = run_show,
};

/* ---- agree ---- */

static const struct cli_option agree_options[] = {
	{"refuse", 0, NULL, false, "say that this member does not take part"},
	{NULL, 0, NULL, false, NULL},
};

static int run_agree(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct written w;
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0)
		rc = lab_agree(&c->seat, &c->p, !cli_switch(cli, "refuse"), &w, &cli->why);
	if (rc == 0)
		cmd_written(cli, &w);
	cmd_unload(c);
	return rc;
}

const struct command command_procure_agree = {
	.name = "agree",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Sign the agreement of a procurement, as it stands now",
	.option = agree_options,
	.run = run_agree,
};

/* ---- step ---- */

static int run_step(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct step_did did = {.n = 0};
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0)
		rc = step_run(&c->seat, &c->p, env_now_ms(&cli->env), &c->arena, &did, &cli->why);
	for (size_t i = 0; i < did.n; i++)
		cli_print(cli, "%s\n", did.line[i]);
	if (rc == 0 && did.n == 0)
		cli_say(cli, "nothing is due here now");
	cmd_unload(c);
	return rc;
}

const struct command command_procure_step = {
	.name = "step",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Do what the sealing of bids asks of this node now; `serve` does it by itself",
	.run = run_step,
};

/* ---- open ---- */

static const struct cli_option open_options[] = {
	{"officer", 0, "FILE", false, "key file of an officer with the scope open-bids"},
	{"pass-file", 0, "FILE", false, "its passphrase"},
	{NULL, 0, NULL, false, NULL},
};

static int run_open(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct seckey key;
	struct id officer;
	unsigned have = 0, need = 0;
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0)
		rc = cli_officer(cli, &key, &officer);
	if (rc == 0) {
		rc = step_confirm(&c->seat, &c->p, &key, &c->arena, &cli->why);
		seckey_wipe(&key);
	}
	cmd_unload(c);
	TRY(rc);
	TRY(cmd_load(cli, cli->arg[0], c));
	rc = step_confirmed(&c->seat, &c->p, &c->arena, &have, &need, &cli->why);
	if (rc == 0)
		cli_print(cli, "confirmed: %u of %u officers%s\n", have, need,
			have < need ? "; shares leave this node when another has confirmed too"
				    : "");
	if (rc == 0 && have >= need) {
		struct step_did did = {.n = 0};

		rc = step_run(&c->seat, &c->p, env_now_ms(&cli->env), &c->arena, &did, &cli->why);
		for (size_t i = 0; i < did.n; i++)
			cli_print(cli, "%s\n", did.line[i]);
	}
	cmd_unload(c);
	return rc;
}

const struct command command_procure_open = {
	.name = "open",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary =
		"Confirm the opening as an officer; with the second officer this node gives its shares",
	.option = open_options,
	.run = run_open,
};

/* ---- transcript ---- */

static const struct cli_option output_options[] = {
	{"output", 'o', "FILE", false, "write here instead of to the terminal"},
	{"force", 'f', NULL, false, "overwrite the output"},
	{NULL, 0, NULL, false, NULL},
};

static int run_transcript(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct buf b CLEANUP_BUF = BUF(LIMIT_TRANSCRIPT);
	int rc = cmd_load(cli, cli->arg[0], c);

	if (rc == 0 && !c->p.replay)
		rc = why_set(&cli->why, E_STATE, "", "there is no policy yet, so nothing to tell");
	for (size_t i = 0; rc == 0 && i < c->p.n_message; i++)
		transcript_add(&b, c->p.message[i]);
	if (rc == 0 && buf_over(&b))
		rc = why_set(&cli->why, E_LIMIT, "", "the transcript is larger than %zu bytes",
			LIMIT_TRANSCRIPT);
	if (rc == 0)
		rc = cli_write(cli, cli_option(cli, "output") ? cli_option(cli, "output") : "-",
			buf_slice(&b));
	cmd_unload(c);
	return rc;
}

const struct command command_procure_transcript = {
	.name = "transcript",
	.args = "PROCUREMENT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Write all messages of a sealed tender, for anybody to verify",
	.option = output_options,
	.run = run_transcript,
};

/* ---- verify ---- */

static void verify_tell(struct cli *cli, const struct seal_replay *r, size_t n)
{
	char hex[65];

	cli_print(cli, "%zu messages; %.*s, %u holders, any %u open\n", n,
		SLICE_FMT(r->policy.ocid), r->policy.n, r->policy.k);
	cli_print(cli, "key      %s\n", r->has_key ? "certified by all" : "not certified by all");
	cli_print(cli, "commits  %zu, of which %zu are in force\n", r->n_line, r->n_bid);
	if (r->n_unknown)
		cli_print(cli, "NOT HERE %zu that the closing names as in force\n", r->n_unknown);
	if (r->closed) {
		hex_encode(r->closed->close.root.b, 32, hex);
		cli_print(cli, "closed   root %s, signed by %u holders\n", hex,
			bits_count(r->closed->signed_by));
	} else {
		cli_print(cli, "closed   no set of bids has %u signatures\n", r->policy.k);
	}
	for (size_t i = 0; i < r->n_bid; i++) {
		hex_encode(r->bid[i].line->commit->name.bid.b, 16, hex);
		cli_print(cli, "bid      %s %s (%u shares)\n", hex, bid_state_name(r->bid[i].state),
			bits_count(r->bid[i].shares));
	}
	cmd_findings(cli, r, NULL);
}

static void verify_json(struct cli *cli, const struct seal_replay *r, bool opened, bool offence)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	char hex[65];

	json_open(&o, '{');
	json_put_string(&o, "ocid", r->policy.ocid);
	json_put_u64(&o, "n", r->policy.n);
	json_put_u64(&o, "k", r->policy.k);
	json_put_bool(&o, "keyed", r->has_key);
	json_put_bool(&o, "opened", opened);
	json_put_bool(&o, "offence", offence);
	json_put_u64(&o, "not_here", r->n_unknown);
	json_open_at(&o, "bids", '[');
	for (size_t i = 0; i < r->n_bid; i++) {
		json_open(&o, '{');
		hex_encode(r->bid[i].line->commit->name.bid.b, 16, hex);
		json_put_cstr(&o, "bid", hex);
		json_put_cstr(&o, "state", bid_state_name(r->bid[i].state));
		if (r->bid[i].text.n)
			json_put_string(&o, "text", r->bid[i].text);
		json_close(&o);
	}
	json_close(&o);
	view_findings(&o, "findings", r, NULL, &cli->arena);
	json_close(&o);
	cmd_json(cli, &b);
}

static const struct cli_option verify_options[] = {
	{"trust", 0, "FILE", false,
		"the members' keys, from a place that you trust (entente procure trust)"},
	{NULL, 0, NULL, false, NULL},
};

static int run_verify(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * GIB);
	struct buf text CLEANUP_BUF = BUF(LIMIT_TRANSCRIPT);
	struct seal_replay *r = arena_new(&arena, struct seal_replay);
	struct slice *message;
	bool opened, offence = false;
	size_t n;

	TRY(file_read(
		strcmp(cli->arg[0], "-") == 0 ? "/dev/stdin" : cli->arg[0], &text, &cli->why));
	TRY(transcript_split(buf_slice(&text), &arena, &message, &n, &cli->why));
	TRY(seal_replay(message, n, &arena, r, &cli->why));
	if (cli_option(cli, "trust"))
		TRY(trust_check(cli, &r->policy, cli_option(cli, "trust")));
	else
		cli_say(cli,
			"the holders' keys were NOT compared with anything, and anybody can make up keys and a tender under them: --trust FILE (entente procure trust)");
	opened = replay_open(r);
	for (size_t i = 0; i < r->n_finding; i++)
		offence |= finding_is_offence(r->finding[i].kind);
	if (cli->json)
		verify_json(cli, r, opened, offence);
	else
		verify_tell(cli, r, n);
	if (offence)
		return why_set(&cli->why, E_VERIFY, "", "somebody has broken the protocol; %s",
			opened ? "the tender was opened all the same" : "the tender is not opened");
	/* Whoever hands on a part of a transcript, or one that was spoilt, shows nothing with it. */
	if (r->n_unknown)
		return why_set(&cli->why, E_VERIFY, cli->arg[0],
			"this is not the whole transcript: of the %zu bids that the closing names as in force, %zu are not in it",
			r->n_unknown + r->n_bid, r->n_unknown);
	if (!cli->json)
		cli_print(cli, "%s\n",
			opened ? "everything holds: no bid was dropped, added or read early"
			       : "everything holds so far; the tender is not opened yet");
	return 0;
}

const struct command command_procure_verify = {
	.name = "verify",
	.args = "TRANSCRIPT",
	.args_min = 1,
	.args_max = 1,
	.summary = "Replay a sealed tender offline and name whoever has broken the protocol",
	.help = "Needs no node and no network. Exit status 76 if anybody has broken the protocol: a dropped bid, a bad share, two roots, a false complaint; and if the holders' keys are not\n"
		"those of --trust, or if the transcript is not whole. Whose keys a transcript is signed with is for you to know from elsewhere: without --trust it is only told whether it fits together.",
	.option = verify_options,
	.run = run_verify,
};

/* ---- import ---- */

static int run_import(struct cli *cli)
{
	struct cmd_process *c = arena_new(&cli->arena, struct cmd_process);
	struct slice text, *message;
	size_t n;
	int rc;

	TRY(cli_read(cli, cli->arg[1], 64 * MIB, &text));
	TRY(transcript_split(text, &cli->arena, &message, &n, &cli->why));
	rc = cmd_load(cli, cli->arg[0], c);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (msg_type(message[i]).n == 0)
			rc = why_set(&cli->why, E_SYNTAX, cli->arg[1],
				"message %zu is none of e-seal/1", i + 1);
	if (rc == 0)
		rc = step_send(&c->seat, &c->p, message, n, &c->arena, &cli->why);
	if (rc == 0)
		cli_print(cli, "%zu messages handed on\n", n);
	cmd_unload(c);
	return rc;
}

const struct command command_procure_import = {
	.name = "import",
	.args = "PROCUREMENT FILE",
	.args_min = 2,
	.args_max = 2,
	.summary =
		"Hand on messages that were made elsewhere: by a member without network, from a supplier's stick",
	.run = run_import,
};
