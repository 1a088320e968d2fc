/* cmd_bid.c: `entente bid`: the supplier's side, offline but for `fetch` and `submit`. */
#include "work/procurement/cmd.h"
#include "work/procurement/wallet.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/report.h"
#include "net/client.h"

#define ANSWER_MAX  (64 * MIB)
#define PATIENCE_MS 30000

/* ---- the wire ---- */

/* A supplier's own machine asks whom it was told to; plain HTTP is for one's own machine. */
static struct client *client(struct cli *cli)
{
	static const char *const any[] = {"0.0.0.0/0", "::/0", "127.0.0.0/8", "::1/128"};
	struct client_options o = {.allow = any, .n_allow = 4, .allow_plain_http = true};
	struct hash *pin = arena_array(&cli->arena, struct hash, cli_option_count(cli, "pin") + 1);

	for (size_t i = 0; i < cli_option_count(cli, "pin"); i++)
		if (hex_decode(slice_str(cli_option_at(cli, "pin", i)), pin[o.n_pins].b, 32) == 0)
			o.n_pins++;
	o.pins = pin;
	return client_new(&o);
}

static int ask(
	struct cli *cli, const char *method, const char *url, struct slice body, struct buf *answer)
{
	struct client *c = client(cli);
	struct client_call call = {.method = method,
		.url = url,
		.body = body,
		.content_type = body.n ? "text/plain" : NULL,
		.deadline_ms = PATIENCE_MS,
		.answer_max = ANSWER_MAX};
	struct client_answer a = {0};
	int rc = client_request(c, &call, &a, answer, &cli->why);

	client_free(&c);
	if (rc < 0)
		return rc;
	if (a.status >= 200 && a.status < 300)
		return 0;
	/* problem+json: what the node says is what the supplier is told. */
	struct json_doc doc;
	const char *detail = "";
	if (json_read(&doc, &cli->arena, buf_slice(answer), &json_limits_partner, NULL) == 0)
		detail = arena_string(
			&cli->arena, get_text(&doc, json_root(&doc), "detail", &cli->arena));
	return why_set(&cli->why,
		a.status == 409	  ? E_STATE
		: a.status == 404 ? E_MISSING
				  : E_NET,
		url, "answers %u: %s", a.status, detail);
}

/* What a supplier is told everywhere. */
#define BID_URL                                                                                                                                                      \
	"URL is the tender's address at a member's node, as the lead publishes it: https://NODE/procure/COALITION/PROCUREMENT, one for each member (the same path\n" \
	"everywhere; `entente procure show` prints it), without /tender or /bids at its end.\n"

/* The address of the tender, whatever of its doors somebody has copied: TENDER/bids, TENDER/tender. */
static const char *door_of_tender(struct cli *cli, const char *url, const char *door)
{
	static const char *const ends[] = {"/", "/tender", "/bids", "/ocds"};
	struct slice base = slice_str(url);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_ends(base, ends[i]))
			base = slice_sub(base, 0, base.n - strlen(ends[i]));
	return arena_printf(&cli->arena, "%.*s%s", SLICE_FMT(base), door);
}

static const struct cli_option wire_options[] = {
	{"output", 'o', "FILE", false, "write the tender here (default tender.json)"},
	{"force", 'f', NULL, false, "overwrite it"},
	{"trust", 0, "FILE", false,
		"the members' keys, from a place that you trust (entente procure trust)"},
	{"pin", 0, "HEX", true, "key of the node's certificate, if no authority vouches for it"},
	{NULL, 0, NULL, false, NULL},
};

/* ---- fetch ---- */

static int run_fetch(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct tender_file first, other;
	struct slice kept = SLICE_NONE;
	const char *path = cli_option(cli, "output") ? cli_option(cli, "output") : "tender.json";

	for (size_t i = 0; i < cli->n_arg; i++) {
		struct buf b CLEANUP_BUF = BUF(ANSWER_MAX);
		struct slice text;

		TRY(ask(cli, "GET", door_of_tender(cli, cli->arg[i], "/tender"), SLICE_NONE, &b));
		text = arena_copy(&arena, buf_slice(&b));
		TRY(tender_file_read(
			cli, text, cli_option(cli, "trust"), &arena, i ? &other : &first));
		/* Different nodes may not tell different things: neither of the key nor of what is bought. */
		if (i && (!hash_eq(&first.r->policy.sid, &other.r->policy.sid) ||
				 !point_eq(&first.r->key.y, &other.r->key.y) ||
				 !slice_eq(first.tender.body, other.tender.body)))
			return why_set(&cli->why, E_VERIFY, cli->arg[i],
				"tells another tender than %s", cli->arg[0]);
		/* An answer may have come to one of them first. */
		if (i == 0 || tender_answers(&other) > tender_answers(&first)) {
			kept = text;
			if (i)
				first = other;
		}
	}
	TRY(cli_write(cli, path, kept));
	tender_tell(cli, &first);
	if (!cli_option(cli, "trust"))
		cli_say(cli,
			"the holders' keys were NOT compared with anything: --trust FILE (entente procure trust, at a member that you know)");
	return 0;
}

const struct command command_bid_fetch = {
	.name = "fetch",
	.args = "URL…",
	.args_min = 1,
	.args_max = 32,
	.summary = "Get a tender from one or more members' nodes, and check its key",
	.help = BID_URL
	"Several nodes must tell the same. Then: `seal`, `submit`, `receipts`.\n"
	"\n"
	"\tentente bid fetch https://node.example/procure/COALITION/PROCUREMENT --trust members.txt\n"
	"\tentente procure example bid > bid.json\n"
	"\tentente bid seal tender.json bid.json\n"
	"\tentente bid submit tender.json https://node.example/procure/… https://other.example/procure/…",
	.option = wire_options,
	.run = run_fetch,
};

/* ---- seal, withdraw ---- */

static const struct cli_option seal_options[] = {
	{"wallet", 'w', "DIR", false,
		"where key, bids, secrets and receipts are kept (default ./wallet)"},
	{"bid", 'b', "ID", false,
		"the bid that this version replaces, or that is withdrawn (default: the only one)"},
	{"new", 0, NULL, false, "a further bid beside the ones there are"},
	{"trust", 0, "FILE", false, "the members' keys, from a place that you trust"},
	{NULL, 0, NULL, false, NULL},
};

static const char *wallet_dir(struct cli *cli)
{
	return cli_option(cli, "wallet") ? cli_option(cli, "wallet") : "wallet";
}

struct desk {
	struct arena arena;
	struct tender_file t;
	struct seckey key;
	struct wallet_bid *bid;
	size_t n;
};

static int desk_open(struct cli *cli, struct desk *d)
{
	struct slice text;

	d->arena = ARENA(1 * GIB);
	TRY(cli_read(cli, cli->arg[0], ANSWER_MAX, &text));
	TRY(tender_file_read(cli, text, cli_option(cli, "trust"), &d->arena, &d->t));
	TRY(wallet_key(cli, wallet_dir(cli), &d->key));
	return wallet_bids(cli, wallet_dir(cli), &d->t.r->policy, &d->arena, &d->bid, &d->n);
}

static void desk_close(struct desk *d)
{
	seckey_wipe(&d->key);
	arena_free(&d->arena);
}

/* The next version of the bid that is meant; *ret_name.seq 1: a new one. */
static int version_of(struct cli *cli, const struct desk *d, struct bid_name *ret)
{
	const char *wish = cli_option(cli, "bid");
	struct id bid = {{0}};
	size_t bids = 0;

	ret->bidder = d->key.pub;
	ret->seq = 1;
	env_random(&cli->env, ret->bid.b, sizeof(ret->bid.b));
	if (cli_switch(cli, "new"))
		return 0;
	if (wish && hex_decode(slice_str(wish), bid.b, 16) < 0)
		return why_set(&cli->why, E_USAGE, "--bid", "%s is no bid: 32 hex digits", wish);
	for (size_t i = 0; i < d->n; i++) {
		if (wish && !id_eq(&d->bid[i].commit.name.bid, &bid))
			continue;
		if (i == 0 || bids == 0 || !id_eq(&ret->bid, &d->bid[i].commit.name.bid))
			bids++;
		ret->bid = d->bid[i].commit.name.bid;
		ret->seq = d->bid[i].commit.name.seq + 1;
	}
	if (bids > 1)
		return why_set(
			&cli->why, E_USAGE, "--bid", "there are several bids: name one, or --new");
	if (wish && bids == 0)
		return why_set(&cli->why, E_MISSING, "--bid", "there is no such bid in the wallet");
	return 0;
}

static const char *bid_file(struct cli *cli, const struct bid_name *name)
{
	char hex[33];

	hex_encode(name->bid.b, 16, hex);
	return arena_printf(&cli->arena, "%s.%u", hex, name->seq);
}

static int version_write(struct cli *cli, struct desk *d, const struct bid_name *name,
	enum bid_op op, struct slice text)
{
	const struct seal_policy *p = &d->t.r->policy;
	struct buf sealed CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE), commit CLEANUP_BUF = BUF(64 * KIB);
	const char *file = bid_file(cli, name);
	struct scalar r;
	char hex[66];

	if (op != BID_WITHDRAW) {
		TRY(bid_seal(
			p, &d->t.r->key.y, name, text, &d->key, &cli->env, &sealed, &r, &cli->why));
		hex_encode(r.b, 32, hex);
		scalar_wipe(&r);
		TRY(wallet_put(cli, wallet_dir(cli), file, "secret", slice_str(hex), false));
		secret_wipe(hex, sizeof(hex));
		TRY(wallet_put(cli, wallet_dir(cli), file, "sealed", buf_slice(&sealed), false));
	}
	bid_commit_print(p, name, op, buf_slice(&sealed), &d->key, &commit);
	TRY(wallet_put(cli, wallet_dir(cli), file, "commit", buf_slice(&commit), false));
	cli_print(cli, "%s %s\n", file, bid_op_name(op));
	return 0;
}

static int run_seal(struct cli *cli)
{
	struct desk *d = arena_new(&cli->arena, struct desk);
	struct bid_name name = {.seq = 0};
	struct json_doc doc;
	struct slice text;
	int rc = desk_open(cli, d);

	if (rc == 0)
		rc = tender_takes_bids(&d->t, &cli->why);
	if (rc == 0)
		rc = cli_read(cli, cli->arg[1], LIMIT_SEAL_BID, &text);
	/* A malformed bid is refused while there is time to mend it. */
	if (rc == 0 && offer_check(&d->t.tender, text, &d->arena, &doc, &cli->why) < 0)
		rc = why_prefix(&cli->why, "%s", cli->arg[1]);
	if (rc == 0)
		rc = version_of(cli, d, &name);
	if (rc == 0)
		rc = version_write(cli, d, &name, name.seq == 1 ? BID_PUT : BID_REPLACE, text);
	desk_close(d);
	return rc;
}

const struct command command_bid_seal = {
	.name = "seal",
	.args = "TENDER BID",
	.args_min = 2,
	.args_max = 2,
	.summary =
		"Seal a bid (JSON) so that only k members together can open it; again: a replacement",
	.help = "TENDER is the file of `entente bid fetch`, BID the offer as JSON: `entente procure example bid` prints one to begin with. Works offline; what is sealed is sent by\n"
		"`entente bid submit`, a replacement too. The secret that is kept beside the sealed bid opens it without the members, should they not.",
	.option = seal_options,
	.run = run_seal,
};

static int run_withdraw(struct cli *cli)
{
	struct desk *d = arena_new(&cli->arena, struct desk);
	struct bid_name name = {.seq = 0};
	int rc = desk_open(cli, d);

	if (rc == 0)
		rc = version_of(cli, d, &name);
	if (rc == 0 && name.seq == 1)
		rc = why_set(&cli->why, E_STATE, "", "there is no bid to withdraw");
	if (rc == 0)
		rc = version_write(cli, d, &name, BID_WITHDRAW, SLICE_NONE);
	desk_close(d);
	return rc;
}

const struct command command_bid_withdraw = {
	.name = "withdraw",
	.args = "TENDER",
	.args_min = 1,
	.args_max = 1,
	.summary = "Withdraw a bid: it will never be opened; then submit",
	.help = "TENDER is the file of `entente bid fetch`. Works offline: the withdrawal counts when `entente bid submit TENDER URL…` has brought it to enough members before the\n"
		"deadline, as a bid does.",
	.option = seal_options,
	.run = run_withdraw,
};

/* ---- submit ---- */

static const struct cli_option submit_options[] = {
	{"wallet", 'w', "DIR", false,
		"where key, bids, secrets and receipts are kept (default ./wallet)"},
	{"pin", 0, "HEX", true, "key of the node's certificate, if no authority vouches for it"},
	{"commits-only", 0, NULL, false,
		"the commitments now, the sealed bids later: they may follow until the grace is over"},
	{NULL, 0, NULL, false, NULL},
};

static bool has_receipt(const struct wallet_bid *b, uint32_t i)
{
	for (size_t k = 0; k < b->n_receipt; k++)
		if (b->receipt[k].i == i)
			return true;
	return false;
}

/* The receipt joins those that are kept. */
static int receipt_keep(struct cli *cli, struct desk *d, struct wallet_bid *b, struct slice text)
{
	struct buf all CLEANUP_BUF = BUF(4 * MIB);
	struct bid_receipt r;

	TRY(bid_receipt_parse(&r, &d->t.r->policy, text, &cli->why));
	if (!hash_eq(&r.leaf, &b->commit.leaf))
		return why_set(
			&cli->why, E_VERIFY, "leaf", "the receipt is for another commitment");
	if (has_receipt(b, r.i))
		return 0;
	struct bid_receipt *more = arena_array(&d->arena, struct bid_receipt, b->n_receipt + 2);
	memcpy(more, b->receipt, b->n_receipt * sizeof(*more));
	more[b->n_receipt++] = r;
	b->receipt = more;
	for (size_t i = 0; i < b->n_receipt; i++)
		transcript_add(&all, b->receipt[i].text);
	return wallet_put(cli, wallet_dir(cli), b->name, "receipts", buf_slice(&all), true);
}

/* Versions that a later one has replaced have no business any more, unless receipts of theirs are missing: the log wants them in order. */
static int submit_to(struct cli *cli, struct desk *d, const char *url)
{
	const char *door = door_of_tender(cli, url, "/bids");

	for (size_t i = 0; i < d->n; i++) {
		struct wallet_bid *b = &d->bid[i];
		struct buf answer CLEANUP_BUF = BUF(1 * MIB), other CLEANUP_BUF = BUF(1 * MIB);
		bool last = i + 1 == d->n ||
			    !id_eq(&d->bid[i + 1].commit.name.bid, &b->commit.name.bid);

		TRY(ask(cli, "POST", door, b->text, &answer));
		TRY(receipt_keep(cli, d, b, arena_copy(&d->arena, buf_slice(&answer))));
		if (last && b->sealed.n && !cli_switch(cli, "commits-only"))
			TRY(ask(cli, "POST", door, b->sealed, &other));
	}
	return 0;
}

static int run_submit(struct cli *cli)
{
	struct desk *d = arena_new(&cli->arena, struct desk);
	int rc = desk_open(cli, d);
	size_t good = 0;

	if (rc == 0 && d->n == 0)
		rc = why_set(
			&cli->why, E_STATE, "", "there is no bid in the wallet: entente bid seal");
	for (size_t i = 1; rc == 0 && i < cli->n_arg; i++) {
		struct why why;

		if (submit_to(cli, d, cli->arg[i]) == 0) {
			good++;
			continue;
		}
		why = cli->why;
		/* One member may be away: the others give receipts. */
		cli_say(cli, "%s: %s", why.where[0] ? why.where : cli->arg[i], why.text);
		if (i + 1 == cli->n_arg && good == 0)
			rc = why.code;
	}
	for (size_t i = 0; rc == 0 && i < d->n; i++)
		cli_print(cli, "%s %s: %zu receipts, %u needed%s\n", d->bid[i].name,
			bid_op_name(d->bid[i].commit.op), d->bid[i].n_receipt, d->t.r->policy.r,
			d->bid[i].n_receipt >= d->t.r->policy.r
				? ""
				: " - NOT ENOUGH: submit to more members");
	desk_close(d);
	return rc;
}

const struct command command_bid_submit = {
	.name = "submit",
	.args = "TENDER URL…",
	.args_min = 2,
	.args_max = 40,
	.summary = "Send commitments and sealed bids to members' nodes, and keep their receipts",
	.help = BID_URL
	"A commitment counts when enough members have receipted it before the deadline; `receipts` says how many of how many. A member whose node is away is passed over. Submitting\n"
	"again is harmless: what is there already gets the same receipt.",
	.option = submit_options,
	.run = run_submit,
};

/* ---- receipts ---- */

static int run_receipts(struct cli *cli)
{
	struct desk *d = arena_new(&cli->arena, struct desk);
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	struct json_out o = json_out(&b);
	int rc = desk_open(cli, d);

	json_open(&o, '[');
	for (size_t i = 0; rc == 0 && i < d->n; i++) {
		const struct wallet_bid *x = &d->bid[i];
		char hex[65];

		json_open(&o, '{');
		json_put_cstr(&o, "version", x->name);
		json_put_cstr(&o, "op", bid_op_name(x->commit.op));
		hex_encode(x->commit.leaf.b, 32, hex);
		json_put_cstr(&o, "leaf", hex);
		json_put_u64(&o, "receipts", x->n_receipt);
		json_put_u64(&o, "needed", d->t.r->policy.r);
		json_close(&o);
		if (!cli->json)
			cli_print(cli, "%s %-8s %zu receipts, %u needed, leaf %.16s…\n", x->name,
				bid_op_name(x->commit.op), x->n_receipt, d->t.r->policy.r, hex);
	}
	json_close(&o);
	if (rc == 0 && cli->json)
		cmd_json(cli, &b);
	desk_close(d);
	return rc;
}

const struct command command_bid_receipts = {
	.name = "receipts",
	.args = "TENDER",
	.args_min = 1,
	.args_max = 1,
	.summary = "List the bids in the wallet and the receipts that hold",
	.option = seal_options,
	.run = run_receipts,
};

/* ---- open ---- */

static int run_bid_open(struct cli *cli)
{
	struct desk *d = arena_new(&cli->arena, struct desk);
	struct buf out CLEANUP_BUF = BUF(1 * MIB);
	int rc = desk_open(cli, d);

	for (size_t i = 0; rc == 0 && i < d->n; i++) {
		const struct wallet_bid *b = &d->bid[i];
		bool last = i + 1 == d->n ||
			    !id_eq(&d->bid[i + 1].commit.name.bid, &b->commit.name.bid);
		struct buf one CLEANUP_BUF = BUF(64 * KIB);
		struct scalar r;
		uint8_t bytes[32];

		if (!last || b->secret.n == 0)
			continue;
		if (hex_decode(b->secret, bytes, 32) < 0 ||
			scalar_decode(slice_of(bytes, 32), &r, "secret", &cli->why) < 0) {
			rc = why_set(&cli->why, E_SYNTAX, b->name, "its secret is none");
			break;
		}
		bid_selfopen_print(&d->t.r->policy, &b->commit.name, &r, &d->key, &one);
		scalar_wipe(&r);
		transcript_add(&out, buf_slice(&one));
		for (size_t u = 1; rc == 0 && u < cli->n_arg; u++) {
			struct buf answer CLEANUP_BUF = BUF(1 * MIB);

			rc = ask(cli, "POST", door_of_tender(cli, cli->arg[u], "/bids"),
				buf_slice(&one), &answer);
		}
	}
	if (rc == 0 && cli->n_arg == 1)
		cli_out(cli, buf_slice(&out));
	else if (rc == 0)
		cli_print(cli, "opened\n");
	desk_close(d);
	return rc;
}

const struct command command_bid_open = {
	.name = "open",
	.args = "TENDER [URL…]",
	.args_min = 1,
	.args_max = 40,
	.summary =
		"Open one's own bid, from the fallback on, if the members do not; without URL: print the message",
	.help = BID_URL
	"The secret is in the wallet. One member's node is enough: it hands the opening on.",
	.option = submit_options,
	.run = run_bid_open,
};

static const struct command *const bid_subs[] = {&command_bid_fetch, &command_bid_show,
	&command_bid_seal, &command_bid_submit, &command_bid_withdraw, &command_bid_receipts,
	&command_bid_open, NULL};
const struct command command_bid = {
	.name = "bid",
	.group = "Joint procurement",
	.summary = "A supplier's sealed bids: fetch, show, seal, submit, withdraw, receipts, open",
	.sub = bid_subs,
};
