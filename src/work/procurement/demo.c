/*
 * demo.c: the scene of `entente demo` in which three members buy together: two suppliers without an account seal bids that no member can read, two of three members open
 * them, each solves the award again, and a fourth member is told nothing.
 *
 * The deadline must leave time for making the key and for the suppliers, on a machine that may be busy: it follows from how long the signatures under the agreement took, and
 * who was too early tries once more with a later one.
 */
#include "work/procurement/procurement.h"

#include "base/file.h"
#include "base/limits.h"
#include "cli/demo.h"
#include "json/json.h"

#include <inttypes.h>
#include <string.h>

#define BUYERS	    3
#define SUPPLIERS   2
#define TRIES	    4
#define DEADLINE_MS 1200
#define ROUNDS                                                                                     \
	4 /* of what the signatures took, until a key stands and two suppliers have sent their bids */

struct buying {
	struct demo *d;
	struct demo_node *buyer[BUYERS], *other;
	const char *procurement, *ocid;
	const char *supplier[SUPPLIERS]; /* names that occur nowhere else */
	int64_t agreed_ms;		 /* what the signatures took */
	int64_t deadline_ms;
};

static const char *utc(struct buying *b, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return arena_string(&b->d->cli->arena, slice_str(text));
}

static int file_put(struct buying *b, const char *name, const char *text, const char **ret)
{
	*ret = arena_printf(&b->d->cli->arena, "%s/%s", b->d->dir, name);
	return file_replace(*ret, slice_str(text), 0600, b->d->why);
}

/* The text that a member of what a node shows of the procurement has; "" if there is none. */
static const char *shows(struct buying *b, const struct demo_node *at, const char *key)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};

	if (demo_run(b->d, at, &a, "procure", "show", b->procurement, "--json", "--quiet", NULL) <
			0 ||
		a.status != 0 || !a.json)
		return "";
	return answer_text(b->d, &a, key);
}

static bool waits_for(struct buying *b, const struct demo_node *at, const char *state)
{
	struct patience p = patience_start();

	do
		if (strcmp(shows(b, at, "state"), state) == 0)
			return true;
	while (patience_left(&p));
	return false;
}

/* ---- the agreement ---- */

static int agreement_put(struct buying *b, unsigned try)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *path;

	b->ocid = arena_printf(&b->d->cli->arena, "ocds-b5fd17-demo-%u", try + 1);
	TRY(file_put(b, "agreement.json",
		arena_printf(&b->d->cli->arena,
			"{\"title\":\"Tents for three\",\"ocid\":\"%s\",\"participants\":[\"%s\",\"%s\",\"%s\"],\"lead\":\"%s\",\"shareRule\":\"prorata\","
			"\"home\":[\"AL\",\"HR\",\"XK\"],\"status\":\"proposed\"}",
			b->ocid, b->buyer[0]->member, b->buyer[1]->member, b->buyer[2]->member,
			b->buyer[0]->member),
		&path));
	TRY(demo_ask(b->d, b->buyer[0], &a, "procure", "put", "agreement", path, "--quiet", NULL));
	b->procurement = answer_text(b->d, &a, "object");
	return 0;
}

static int sign(struct buying *b)
{
	int64_t began = env_mono_ms(&b->d->cli->env);

	for (size_t i = 0; i < BUYERS; i++) {
		struct patience p = patience_start();

		while (*shows(b, b->buyer[i], "state") == 0 && patience_left(&p))
			;
		TRY(demo_do(
			b->d, b->buyer[i], "procure", "agree", b->procurement, "--quiet", NULL));
	}
	if (!waits_for(b, b->buyer[0], "agreed"))
		return why_set(b->d->why, E_BUSY, "", "the agreement is not signed by all");
	b->agreed_ms = env_mono_ms(&b->d->cli->env) - began;
	return 0;
}

/* ---- the tender ---- */

static int tender_put(struct buying *b, unsigned try)
{
	const char *items = "", *path;

	for (size_t i = 0; i < BUYERS; i++)
		items = arena_printf(&b->d->cli->arena,
			"%s%s{\"id\":\"%zu\",\"relatedLot\":\"1\",\"description\":\"tents\",\"quantity\":%zu,\"unit\":\"H87\",\"relatedBuyer\":\"%s\","
			"\"classification\":{\"scheme\":\"CPV\",\"id\":\"39522530\"}}",
			items, i ? "," : "", i + 1, 10 * (i + 1), b->buyer[i]->member);
	b->deadline_ms =
		env_now_ms(&b->d->cli->env) + ((DEADLINE_MS + ROUNDS * b->agreed_ms) << try);
	TRY(file_put(b, "tender.json",
		arena_printf(&b->d->cli->arena,
			"{\"title\":\"Tents\",\"currency\":\"EUR\",\"estimate\":{\"amount\":60000,\"currency\":\"EUR\"},\"lots\":[{\"id\":\"1\",\"title\":\"tents\","
			"\"reserve\":{\"amount\":1000,\"currency\":\"EUR\"}}],\"items\":[%s],\"deadline\":\"%s\",\"graceMinutes\":0,\"openAt\":\"%s\","
			"\"fallbackAt\":\"%s\",\"standstillDays\":0,\"threshold\":2,\"padding\":[4096],\"status\":\"open\",\"award\":{}}",
			items, utc(b, b->deadline_ms), utc(b, b->deadline_ms),
			utc(b, b->deadline_ms + 3600000)),
		&path));
	return demo_do(b->d, b->buyer[0], "procure", "put", "tender", path, "--of", b->procurement,
		"--quiet", NULL);
}

/* ---- suppliers: programs of their own, with a directory and a wallet, without a node ---- */

static const char *door(struct buying *b, const struct demo_node *n)
{
	return arena_printf(&b->d->cli->arena, "http://127.0.0.1:%u/procure/%s/%s", n->page_port,
		n->coalition, b->procurement);
}

static int supply(struct buying *b, size_t i, unsigned price, const char *trust)
{
	struct arena *arena = &b->d->cli->arena;
	const char *bid, *wallet = arena_printf(arena, "%s/%s-%zu.wallet", b->d->dir, b->ocid, i),
			 *tender = arena_printf(arena, "%s/%s-%zu.tender", b->d->dir, b->ocid, i);

	TRY(file_put(b, arena_printf(arena, "bid-%zu.json", i),
		arena_printf(arena,
			"{\"tenderer\":{\"name\":\"%s\",\"nation\":\"%s\"},\"tiers\":[{\"id\":\"t\",\"lot\":\"1\",\"from\":1,\"to\":60,"
			"\"unitPrice\":{\"amount\":%u,\"currency\":\"EUR\"}}]}",
			b->supplier[i], i ? "HR" : "AL", price),
		&bid));
	TRY(demo_do(b->d, NULL, "bid", "fetch", door(b, b->buyer[0]), door(b, b->buyer[2]),
		"--trust", trust, "--output", tender, "--quiet", NULL));
	TRY(demo_do(b->d, NULL, "bid", "seal", tender, bid, "--wallet", wallet, "--quiet", NULL));
	return demo_do(b->d, NULL, "bid", "submit", tender, door(b, b->buyer[0]),
		door(b, b->buyer[1]), door(b, b->buyer[2]), "--wallet", wallet, "--quiet", NULL);
}

/* False: the hour was over before both had sent theirs. */
static int bids(struct buying *b, bool *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *trust;

	*ret = false;
	if (!waits_for(b, b->buyer[0], "open") || !waits_for(b, b->buyer[2], "open"))
		return 0;
	TRY(demo_run(b->d, b->buyer[1], &a, "procure", "trust", "--quiet", NULL));
	TRY(file_put(b, "trust.txt", buf_cstr(&a.out), &trust));
	for (size_t i = 0; i < SUPPLIERS; i++)
		if (supply(b, i, i ? 500 : 550, trust) < 0)
			return demo_interrupted() ? E_BUSY : 0;
	*ret = env_now_ms(&b->d->cli->env) < b->deadline_ms;
	return 0;
}

static int prepare(struct buying *b)
{
	bool in_time = false;

	for (unsigned try = 0; !in_time; try++) {
		if (try == TRIES)
			return why_set(b->d->why, E_BUSY, "",
				"this machine is too busy for a tender of a minute");
		TRY(agreement_put(b, try));
		TRY(sign(b));
		TRY(tender_put(b, try));
		TRY(bids(b, &in_time));
	}
	*b->d->why = (struct why){0};
	return 0;
}

/* ---- what is shown ---- */

/* The names of those who have bid are in no file and no table of any member. */
static int sealed_claim(struct buying *b)
{
	bool holds = false, any = false;

	for (size_t i = 0; i < BUYERS; i++)
		for (size_t s = 0; s < SUPPLIERS; s++) {
			TRY(demo_holds(b->d, b->buyer[i], slice_str(b->supplier[s]), &holds));
			any = any || holds;
		}
	demo_claim(b->d, !any,
		"two suppliers without an account have handed in sealed bids; not one byte of them can be read at any member's");
	return 0;
}

static int open_claim(struct buying *b)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *path = arena_printf(&b->d->cli->arena, "%s/transcript.eseal", b->d->dir);
	bool opened;

	if (!waits_for(b, b->buyer[0], "closed"))
		return why_set(b->d->why, E_STATE, "", "the tender does not close");
	for (size_t i = 0; i < BUYERS; i += 2) {
		struct patience p = patience_start();
		struct answer o CLEANUP_ANSWER = {.status = 0};

		do {
			answer_free(&o);
			o = (struct answer){.status = 0};
			TRY(demo_run(b->d, b->buyer[i], &o, "procure", "open", b->procurement,
				"--quiet", NULL));
		} while (o.status != 0 && patience_left(&p));
	}
	opened = waits_for(b, b->buyer[0], "opened");
	TRY(demo_do(b->d, b->buyer[0], "procure", "transcript", b->procurement, "--output", path,
		"--quiet", NULL));
	TRY(demo_run(b->d, NULL, &a, "procure", "verify", path, NULL));
	demo_claim(b->d, opened && slice_search(buf_slice(&a.out), SLICE("has sent no share")) >= 0,
		"the officers of %s and %s open them together; %s did nothing, and any two suffice",
		b->buyer[0]->label, b->buyer[2]->label, b->buyer[1]->label);
	demo_claim(b->d,
		a.status == 0 && slice_search(buf_slice(&a.out), SLICE("everything holds")) >= 0,
		"anybody replays it offline: no bid was dropped, added or read early");
	return 0;
}

/* The sum of a money member over the lines of `shares`, in cents. */
static int64_t cents(struct answer *a, const char *key)
{
	const struct json_doc *doc = &a->doc;
	json_ref lines = json_get(doc, json_root(doc), "lines");
	int64_t sum = 0;

	for (json_ref l = json_first(doc, lines); l; l = json_next(doc, l)) {
		int64_t units = 0;
		struct slice text =
			json_number(doc, json_get(doc, json_get(doc, l, key), "amount"));
		struct slice whole = text, rest = text;

		if (slice_cut_exact(&rest, '.', &whole))
			; /* "16666.67" */
		else
			rest = SLICE_NONE;
		if (slice_i64(whole, &units) < 0)
			return -1;
		sum += units * 100;
		for (size_t i = 0; i < 2; i++)
			sum += i < rest.n ? (rest.p[i] - '0') * (i ? 1 : 10) : 0;
	}
	return sum;
}

static int award_claim(struct buying *b)
{
	struct answer shares CLEANUP_ANSWER = {.status = 0};
	unsigned agreed = 0;

	TRY(demo_do(b->d, b->buyer[0], "procure", "award", b->procurement, "--quiet", NULL));
	for (size_t i = 0; i < BUYERS; i++) {
		struct patience p = patience_start();
		struct answer a CLEANUP_ANSWER = {.status = 0};

		do {
			answer_free(&a);
			a = (struct answer){.status = 0};
			TRY(demo_run(b->d, b->buyer[i], &a, "procure", "consent", b->procurement,
				"--quiet", NULL));
		} while (a.status != 0 && patience_left(&p));
		agreed += a.status == 0;
	}
	demo_claim(b->d, agreed == BUYERS && waits_for(b, b->buyer[0], "standstill"),
		"%s computes the award; all three solve it again, and agree to the cent",
		b->buyer[0]->label);
	TRY(demo_do(b->d, b->buyer[0], "procure", "finish", b->procurement, "--quiet", NULL));
	TRY(demo_ask(
		b->d, b->buyer[0], &shares, "procure", "shares", b->procurement, "--quiet", NULL));
	demo_claim(b->d, cents(&shares, "pays") == 60 * 500 * 100,
		"60 tents at 500 EUR: the three shares add up to 30000.00 EUR");
	return 0;
}

static int unseen(struct buying *b)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	bool ocid = true, name = true;

	TRY(demo_run(b->d, b->other, &a, "procure", "board", "--json", "--quiet", NULL));
	TRY(demo_holds(b->d, b->other, slice_str(b->ocid), &ocid));
	TRY(demo_holds(b->d, b->other, slice_str(b->supplier[1]), &name));
	demo_claim(b->d,
		a.status == 0 && slice_eq(slice_trim(buf_slice(&a.out)), SLICE("[]")) && !ocid &&
			!name,
		"%s, which has no part in it, has nothing of it", b->other->label);
	return 0;
}

int procurement_demo(struct demo *d)
{
	struct buying b = {
		.d = d, .buyer = {&d->node[0], &d->node[1], &d->node[2]}, .other = &d->node[3]};

	demo_scene(d, "Three buy together, and nobody opens a bid alone");
	demo_fiction(d, "The purchase and the suppliers are made up.");
	for (size_t i = 0; i < SUPPLIERS; i++)
		b.supplier[i] = demo_canary(d);
	TRY(prepare(&b));
	demo_tell(d,
		"%s, %s and %s have signed an agreement to buy 60 tents, and made the tender's key together",
		b.buyer[0]->label, b.buyer[1]->label, b.buyer[2]->label);
	TRY(sealed_claim(&b));
	TRY(open_claim(&b));
	TRY(award_claim(&b));
	return unseen(&b);
}
