/* flags.c: see flags.h. */
#include "work/procurement/ocds/flags.h"

#include "base/clock.h"

#define DECIMALS     6
#define PAIRS_OF_MAX 4096 /* bids of which each is compared with each */

static bool text_is(const struct tree *t, const char *key, const char *want)
{
	return slice_is(tree_text(t, key), want);
}

static const struct tree *first_of(const struct tree *t, const char *key)
{
	const struct tree *list = tree_get(t, key);

	return list && list->type == JSON_ARRAY ? list->first : NULL;
}

static int when(struct slice text, int64_t *ret)
{
	return text.n ? utc_parse(text, ret, NULL) : E_INVALID;
}

/* A decimal without exponent, in millionths. */
static bool decimal(const struct tree *t, int64_t *ret)
{
	struct slice whole, rest;
	int64_t v = 0, units;

	if (!t || t->type != JSON_NUMBER)
		return false;
	rest = whole = t->raw;
	if (!slice_cut_exact(&rest, '.', &whole))
		rest = SLICE_NONE;
	if (whole.n > 12 || slice_i64(whole, &units) < 0 || units < 0 || rest.n > DECIMALS)
		return false;
	for (size_t i = 0; i < DECIMALS; i++) {
		unsigned digit = i < rest.n ? (unsigned)rest.p[i] - '0' : 0;

		if (digit > 9)
			return false;
		v = 10 * v + digit;
	}
	*ret = units * 1000000 + v;
	return true;
}

static bool price_of(const struct tree *bid, int64_t *ret, struct slice *ret_currency)
{
	const struct tree *value = tree_get(bid, "value");

	*ret_currency = tree_text(value, "currency");
	return ret_currency->n && decimal(tree_get(value, "amount"), ret);
}

/* Ids of organisations, distinct. */
struct ids {
	struct slice *id;
	size_t n;
};

static bool has(const struct ids *s, struct slice id)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->id[i], id))
			return true;
	return false;
}

static void add_all(struct ids *s, const struct tree *of, const char *key, struct arena *arena)
{
	size_t n = s->n, more = tree_get(of, key) ? tree_get(of, key)->n : 0;
	struct slice *list = arena_array(arena, struct slice, n + more + 1);

	if (n)
		memcpy(list, s->id, n * sizeof(*list));
	s->id = list;
	for (const struct tree *o = first_of(of, key); o; o = o->next)
		if (tree_text(o, "id").n && !has(s, tree_text(o, "id")))
			s->id[s->n++] = tree_text(o, "id");
}

static bool same_ids(const struct ids *a, const struct ids *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!has(b, a->id[i]))
			return false;
	return a->n == b->n;
}

/* ---- each flag ---- */

static bool short_period(const struct tree *tender)
{
	const struct tree *period = tree_get(tender, "tenderPeriod");
	int64_t from, to;

	return when(tree_text(period, "startDate"), &from) == 0 &&
	       when(tree_text(period, "endDate"), &to) == 0 &&
	       (to - from) / DAY_MS < OCDS_SHORT_PERIOD_DAYS;
}

static bool single_bid(const struct tree *tender)
{
	const struct tree *n = tree_get(tender, "numberOfTenderers");

	return n && n->type == JSON_NUMBER && slice_is(n->raw, "1") &&
	       (text_is(tender, "procurementMethod", "open") ||
		       text_is(tender, "procurementMethod", "selective"));
}

static bool submitted(const struct tree *bid)
{
	return bid->type == JSON_OBJECT && tree_text(bid, "status").n &&
	       !text_is(bid, "status", "invited") && !text_is(bid, "status", "withdrawn");
}

/* By the price of the last bid of the same price before. */
static bool same_price(const struct tree *bids, struct arena *arena)
{
	const struct tree *details = tree_get(bids, "details");

	if (details && details->n > PAIRS_OF_MAX)
		return false;
	for (const struct tree *a = first_of(bids, "details"); a; a = a->next) {
		struct slice currency, other_currency;
		struct ids mine = {0};
		int64_t price, other_price;

		if (!submitted(a) || !price_of(a, &price, &currency))
			continue;
		add_all(&mine, a, "tenderers", arena);
		for (const struct tree *b = a->next; mine.n && b; b = b->next) {
			struct ids theirs = {0};

			if (!submitted(b) || !price_of(b, &other_price, &other_currency) ||
				other_price != price || !slice_eq(currency, other_currency))
				continue;
			add_all(&theirs, b, "tenderers", arena);
			if (theirs.n && !same_ids(&mine, &theirs))
				return true;
		}
	}
	return false;
}

struct awards {
	struct ids winners; /* of active ones */
	bool active, final; /* one is; none is pending, or of no known state */
};

static struct awards awards_of(const struct tree *release, struct arena *arena)
{
	struct awards a = {.final = true};

	for (const struct tree *w = first_of(release, "awards"); w; w = w->next) {
		if (text_is(w, "status", "active")) {
			a.active = true;
			add_all(&a.winners, w, "suppliers", arena);
		} else if (!text_is(w, "status", "cancelled") &&
			   !text_is(w, "status", "unsuccessful")) {
			a.final = false;
		}
	}
	return a;
}

static bool late_won(const struct tree *release, const struct awards *a, struct arena *arena)
{
	struct slice end =
		tree_text(tree_get(tree_get(release, "tender"), "tenderPeriod"), "endDate");
	int64_t deadline, received;

	if (when(end, &deadline) < 0)
		return false;
	for (const struct tree *b = first_of(tree_get(release, "bids"), "details"); b;
		b = b->next) {
		struct ids who = {0};

		if (!text_is(b, "status", "valid") || when(tree_text(b, "date"), &received) < 0 ||
			received <= deadline)
			continue;
		add_all(&who, b, "tenderers", arena);
		for (size_t i = 0; i < who.n; i++)
			if (has(&a->winners, who.id[i]))
				return true;
	}
	return false;
}

/* Tenderers who were disqualified, if only the winner was not; 0. */
static uint64_t only_winner_left(
	const struct tree *release, const struct awards *a, struct arena *arena)
{
	struct ids valid = {0}, out = {0};
	uint64_t n = 0;

	for (const struct tree *b = first_of(tree_get(release, "bids"), "details"); b;
		b = b->next) {
		if (text_is(b, "status", "valid"))
			add_all(&valid, b, "tenderers", arena);
		else if (text_is(b, "status", "disqualified"))
			add_all(&out, b, "tenderers", arena);
	}
	if (!a->final || valid.n != 1 || !same_ids(&valid, &a->winners))
		return 0;
	for (size_t i = 0; i < out.n; i++)
		n += !has(&valid, out.id[i]);
	return n;
}

static bool lowest_out(const struct tree *bids, const struct awards *a)
{
	struct slice currency, first = SLICE_NONE;
	int64_t price, lowest = INT64_MAX;
	bool out = false, valid = false;

	for (const struct tree *b = first_of(bids, "details"); a->active && b; b = b->next) {
		if (!submitted(b) || !price_of(b, &price, &currency))
			continue;
		if (first.n == 0)
			first = currency;
		if (!slice_eq(currency, first))
			continue;
		if (price < lowest) {
			lowest = price;
			out = text_is(b, "status", "disqualified");
		}
		valid |= text_is(b, "status", "valid");
	}
	return valid && out;
}

size_t ocds_flags(
	const struct tree *release, struct arena *arena, struct ocds_flag ret[OCDS_FLAGS_MAX])
{
	const struct tree *tender = tree_get(release, "tender"), *bids = tree_get(release, "bids");
	struct awards a = awards_of(release, arena);
	uint64_t disqualified = only_winner_left(release, &a, arena);
	const struct ocds_flag all[OCDS_FLAGS_MAX] = {
		{"R003", "the submission period is shorter than 15 days", short_period(tender)},
		{"R018", "one tenderer only, in a competitive procedure", single_bid(tender)},
		{"R028", "different tenderers submitted bids of the same price",
			same_price(bids, arena)},
		{"R030", "the winning bid was received after the deadline",
			late_won(release, &a, arena)},
		{"R035", "all bids but the winner's were disqualified", disqualified},
		{"R036", "the lowest bid was disqualified", lowest_out(bids, &a)}};
	size_t n = 0;

	if (text_is(tender, "status", "cancelled"))
		return 0;
	for (size_t i = 0; i < OCDS_FLAGS_MAX; i++)
		if (all[i].value)
			ret[n++] = all[i];
	return n;
}
