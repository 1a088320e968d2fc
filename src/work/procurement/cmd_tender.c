/* cmd_tender.c: a fetched tender in words, for `entente bid fetch` and `show`: what a supplier has to know of it. */
#include "work/procurement/cmd.h"
#include "work/procurement/wallet.h"

#include "base/enc.h"
#include "base/report.h"

/* Time as the machine keeps it here, with its zone, and in UTC. */
static void print_hour(struct cli *cli, const char *what, int64_t ms)
{
	char utc[UTC_TEXT_LEN + 1], here[64];
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	utc_format(ms, utc);
	if (!localtime_r(&s, &tm) || strftime(here, sizeof(here), "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		here[0] = 0;
	cli_print(cli, "%-9s%s, %s\n", what, here, utc);
}

static void enquiries_tell(struct cli *cli, const struct tender_file *t)
{
	const struct json_doc *d = &t->told;

	for
		EACH(d, v, json_get(d, json_root(d), "enquiries"))
		{
			print_hour(cli, "answered", get_time(d, v, "dateAnswered", 0));
			cli_print(cli, "         Q: %.*s\n         A: %.*s\n",
				SLICE_FMT(get_text(d, v, "description", &cli->arena)),
				SLICE_FMT(get_text(d, v, "answer", &cli->arena)));
		}
}

/* Ids that are written with escapes take memory for each lot that they are compared with: it ends here. */
static int64_t units_of(
	const struct json_doc *d, struct slice lot, struct slice *unit, struct arena *arena)
{
	struct arena ids CLEANUP_ARENA = ARENA(16 * MIB);
	int64_t sum = 0;

	for
		EACH(d, v, json_get(d, json_root(d), "items"))
	if (slice_eq(get_text(d, v, "relatedLot", &ids), lot)) {
		sum += rec_quantity(d, v, "quantity");
		*unit = get_text(d, v, "unit", arena);
	}
	return sum;
}

/* Quantities and reserves may be withheld: what is not told is not printed. */
static void lots_tell(struct cli *cli, const struct json_doc *d)
{
	for
		EACH(d, v, json_get(d, json_root(d), "lots"))
		{
			struct slice id = get_text(d, v, "id", &cli->arena), unit = SLICE_NONE;
			int64_t n = units_of(d, id, &unit, &cli->arena), reserve;
			struct buf b CLEANUP_BUF = BUF(64 * KIB);
			struct currency c;

			buf_addf(&b, "lot      %.*s  %.*s", SLICE_FMT(id),
				SLICE_FMT(get_text(d, v, "title", &cli->arena)));
			if (n) {
				buf_str(&b, ", ");
				quantity_print(&b, n);
				buf_addf(&b, " %.*s", SLICE_FMT(unit));
			}
			if (rec_money(d, v, "reserve", &reserve, &c)) {
				buf_str(&b, ", at most ");
				money_print(&b, reserve, &c);
				buf_addf(&b, " %s each", c.code);
			}
			cli_print(cli, "%s\n", buf_cstr(&b));
		}
}

static void tell_words(struct cli *cli, const struct tender_file *t)
{
	const struct json_doc *d = &t->tender.doc;
	const struct seal_policy *p = &t->r->policy;
	char hex[65];

	hex_encode(t->r->key.y.b, 32, hex);
	cli_print(cli, "%.*s\n", SLICE_FMT(get_text(d, json_root(d), "title", &cli->arena)));
	if (t->state.n)
		cli_print(cli, "state    %s%.*s%s\n",
			cli_colour(cli, slice_is(t->state, "open") ? COLOUR_NONE : COLOUR_YELLOW),
			SLICE_FMT(t->state), cli_colour(cli, COLOUR_NONE));
	if (json_get(d, json_root(d), "rationale"))
		cli_print(cli, "why      %.*s\n",
			SLICE_FMT(get_text(d, json_root(d), "rationale", &cli->arena)));
	print_hour(cli, "deadline", (int64_t)p->deadline_ms);
	if (p->grace_ms)
		print_hour(cli, "sealed", (int64_t)(p->deadline_ms + p->grace_ms));
	print_hour(cli, "opening", (int64_t)p->open_ms);
	print_hour(cli, "fallback", (int64_t)p->fallback_ms);
	lots_tell(cli, d);
	cli_print(cli, "key      %s\n         %u holders, any %u open; all %u have certified it\n",
		hex, p->n, p->k, bits_count(t->r->certified));
	enquiries_tell(cli, t);
}

static void tell_json(struct cli *cli, const struct tender_file *t)
{
	const struct json_doc *d = &t->told;
	struct buf b CLEANUP_BUF = BUF(64 * MIB);
	struct json_out o = json_out(&b);
	char hex[65];

	hex_encode(t->r->key.y.b, 32, hex);
	json_open(&o, '{');
	json_put_string(&o, "state", t->state);
	view_time(&o, "deadline", (int64_t)t->r->policy.deadline_ms);
	view_time(&o, "grace_until", (int64_t)(t->r->policy.deadline_ms + t->r->policy.grace_ms));
	view_time(&o, "open", (int64_t)t->r->policy.open_ms);
	view_time(&o, "fallback", (int64_t)t->r->policy.fallback_ms);
	json_put_cstr(&o, "key", hex);
	json_put_u64(&o, "n", t->r->policy.n);
	json_put_u64(&o, "k", t->r->policy.k);
	json_put_raw(&o, "tender", json_raw(d, json_get(d, json_root(d), "tender")));
	if (json_get(d, json_root(d), "enquiries"))
		json_put_raw(&o, "enquiries", json_raw(d, json_get(d, json_root(d), "enquiries")));
	json_close(&o);
	cmd_json(cli, &b);
}

void tender_tell(struct cli *cli, const struct tender_file *t)
{
	if (cli->json)
		tell_json(cli, t);
	else
		tell_words(cli, t);
}

int tender_takes_bids(const struct tender_file *t, struct why *why)
{
	if (slice_is(t->state, "cancelled") || slice_is(t->state, "unsuccessful"))
		return why_set(why, E_STATE, "",
			"the tender is %.*s: no bid is taken or opened any more",
			SLICE_FMT(t->state));
	return 0;
}

size_t tender_answers(const struct tender_file *t)
{
	return json_count(&t->told, json_get(&t->told, json_root(&t->told), "enquiries"));
}

static int run_bid_show(struct cli *cli)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * GIB);
	struct tender_file t;
	struct slice text;

	TRY(cli_read(cli, cli->arg[0], 64 * MIB, &text));
	TRY(tender_file_read(cli, text, cli_option(cli, "trust"), &arena, &t));
	tender_tell(cli, &t);
	return 0;
}

static const struct cli_option show_options[] = {
	{"trust", 0, "FILE", false, "the members' keys, from a place that you trust"},
	{NULL, 0, NULL, false, NULL},
};

const struct command command_bid_show = {
	.name = "show",
	.args = "TENDER",
	.args_min = 1,
	.args_max = 1,
	.summary =
		"Show a tender that was fetched: its state, hours, lots, key, the answers to suppliers' questions",
	.help = "TENDER is the file of `entente bid fetch`; fetch again (--force) for its state now, a later deadline and answers given since.",
	.option = show_options,
	.run = run_bid_show,
};
