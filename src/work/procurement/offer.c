/* offer.c: see offer.h. */
#include "work/procurement/offer.h"

#include "base/enc.h"
#include "base/map.h"
#include "base/report.h"

const char *const procure_bid_shapes[] = {
	"Tenderer name!=t200 nation!=c id=t64 contact=t400",
	"Bundle id!=t64 lots!=[60t32 price!=v group=t64",
	"Tier id!=t64 lot!=t32 from!=i to!=i unitPrice!=v",
	"Rebate threshold!=v rebate!=v",
	"Response criterion!=t32 value!=t2000",
	"Document title!=t200 sha256!=h size=i format=t128 key=h url=u",
	"Bid tenderer!=:Tenderer bundles=[500:Bundle tiers=[500:Tier rebates=[16:Rebate capacity=i origin=[64c responses=[64:Response documents=[64:Document text=t20000",
	NULL,
};

/* What a bid is held against. Texts are read once each, theirs and the tender's: what is written with escapes takes memory each time, and lists are long. */
struct lot_asked {
	struct slice id;
	int64_t demand; /* whole units */
};
struct offering {
	const struct json_doc *doc; /* the bid */
	struct slice currency;
	struct lot_asked *lot;
	size_t n_lot;
	struct map at; /* id of a lot → lot */
	struct arena *arena;
	struct why *why;
	int128 sum; /* all that is offered */
};

static void lots_asked(struct offering *o, const struct row *tender)
{
	const struct json_doc *d = &tender->doc;
	json_ref root = json_root(d), lots = json_get(d, root, "lots");

	o->lot = arena_array(o->arena, struct lot_asked, json_count(d, lots) + 1);
	for
		EACH(d, v, lots)
		{
			struct lot_asked *lot = &o->lot[o->n_lot++];

			lot->id = get_text(d, v, "id", o->arena);
			(void)map_put(&o->at, lot->id, lot);
		}
	for
		EACH(d, v, json_get(d, root, "items"))
		{
			struct lot_asked *lot =
				map_get(&o->at, get_text(d, v, "relatedLot", o->arena));

			if (lot)
				lot->demand += rec_quantity(d, v, "quantity") / QUANTITY_ONE;
		}
}

static int currency_same(const struct json_doc *doc, json_ref at, const char *key,
	struct slice currency, const char *where, struct why *why)
{
	struct currency c;
	int64_t v;

	if (rec_money(doc, at, key, &v, &c) && !slice_is(currency, c.code))
		return why_set(why, E_INVALID, where, "is in %s, the tender in %.*s", c.code,
			SLICE_FMT(currency));
	return 0;
}

static int bundle_check(struct offering *o, json_ref bundle)
{
	const struct lot_asked *has[LIMIT_BUNDLE_LOTS];
	size_t n = 0;

	for
		EACH(o->doc, l, json_get(o->doc, bundle, "lots"))
		{
			struct slice id = json_string(o->doc, l, o->arena);
			const struct lot_asked *lot = map_get(&o->at, id);

			if (!lot)
				return why_set(o->why, E_INVALID, "/bundles/lots",
					"there is no lot %.*s", SLICE_FMT(id));
			for (size_t i = 0; i < n; i++)
				if (has[i] == lot)
					return why_set(o->why, E_INVALID, "/bundles/lots",
						"lot %.*s stands there twice", SLICE_FMT(id));
			MUST(n < LIMIT_BUNDLE_LOTS); /* by its shape */
			has[n++] = lot;
		}
	return n ? 0 : why_set(o->why, E_INVALID, "/bundles/lots", "a bundle has a lot");
}

static int bundles_check(struct offering *o)
{
	for
		EACH(o->doc, v, json_get(o->doc, json_root(o->doc), "bundles"))
		{
			int64_t price = 0;
			int rc = currency_same(
				o->doc, v, "price", o->currency, "/bundles/price", o->why);

			if (rc == 0)
				rc = bundle_check(o, v);
			if (rc < 0)
				return rc;
			if (rec_money(o->doc, v, "price", &price, NULL))
				o->sum += price;
		}
	return 0;
}

struct tier_offered {
	const struct lot_asked *lot;
	int64_t from, to;
};

static int tier_check(struct offering *o, json_ref tier, struct tier_offered *ret)
{
	int64_t price = 0, most;
	int rc = currency_same(o->doc, tier, "unitPrice", o->currency, "/tiers/unitPrice", o->why);

	if (rc < 0)
		return rc;
	*ret = (struct tier_offered){map_get(&o->at, get_text(o->doc, tier, "lot", o->arena)),
		get_int(o->doc, tier, "from", 0), get_int(o->doc, tier, "to", 0)};
	if (!ret->lot)
		return why_set(o->why, E_INVALID, "/tiers/lot", "there is no such lot");
	if (ret->from < 1 || ret->from > ret->to)
		return why_set(
			o->why, E_INVALID, "/tiers/from", "a tier is from 1 or more to no less");
	most = ret->to < ret->lot->demand ? ret->to : ret->lot->demand;
	if (rec_money(o->doc, tier, "unitPrice", &price, NULL))
		o->sum += (int128)price * most;
	return 0;
}

static int tiers_check(struct offering *o)
{
	json_ref list = json_get(o->doc, json_root(o->doc), "tiers");
	struct tier_offered *tier =
		arena_array(o->arena, struct tier_offered, json_count(o->doc, list) + 1);
	size_t n = 0;

	for
		EACH(o->doc, v, list)
		{
			int rc = tier_check(o, v, &tier[n]);

			if (rc < 0)
				return rc;
			for (size_t i = 0; i < n; i++)
				if (tier[i].lot == tier[n].lot && tier[i].from <= tier[n].to &&
					tier[n].from <= tier[i].to)
					return why_set(o->why, E_INVALID, "/tiers",
						"two tiers of a lot overlap");
			n++;
		}
	return 0;
}

/* Ids name an offer in the award: distinct over bundles and tiers. */
static int ids_check(struct offering *o)
{
	static const char *const lists[] = {"bundles", "tiers"};
	json_ref root = json_root(o->doc);
	struct map known = {0};
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		for
			EACH(o->doc, v, json_get(o->doc, root, lists[i]))
			{
				(void)map_put(&known, get_text(o->doc, v, "id", o->arena), o);
				n++;
			}
	size_t distinct = known.n;
	map_free(&known);
	if (distinct < n)
		return why_set(o->why, E_INVALID, "/bundles/id", "two offers have one id");
	return n ? 0 : why_set(o->why, E_INVALID, "", "a bid offers something: bundles or tiers");
}

static int rebates_check(struct offering *o)
{
	struct model_rebate rebate[LIMIT_BID_REBATES];
	size_t n = 0;

	for
		EACH(o->doc, v, json_get(o->doc, json_root(o->doc), "rebates"))
		{
			MUST(n < LIMIT_BID_REBATES); /* by its shape */
			rebate[n] = (struct model_rebate){.supplier = 0};
			int rc = currency_same(
				o->doc, v, "threshold", o->currency, "/rebates/threshold", o->why);
			if (rc == 0)
				rc = currency_same(o->doc, v, "rebate", o->currency,
					"/rebates/rebate", o->why);
			if (rc < 0)
				return rc;
			(void)rec_money(o->doc, v, "threshold", &rebate[n].threshold, NULL);
			(void)rec_money(o->doc, v, "rebate", &rebate[n].rebate, NULL);
			n++;
		}
	return model_rebates_fit(rebate, n, 0)
		       ? 0
		       : why_set(o->why, E_INVALID, "/rebates",
				 "who reaches a threshold gets that rebate and those below it: together they are more than the threshold");
}

/* What cannot be meant is its bidder's fault, and no reason that nobody is awarded anything: sums of many bids stay far from where sums end. */
static int offering_check(struct offering *o)
{
	int rc = ids_check(o);

	if (rc == 0)
		rc = bundles_check(o);
	if (rc == 0)
		rc = tiers_check(o);
	if (rc == 0)
		rc = rebates_check(o);
	if (rc == 0 && o->sum > MONEY_MAX)
		rc = why_set(o->why, E_LIMIT, "",
			"all that is offered together is more than money can be here");
	return rc;
}

int offer_check(const struct row *tender, struct slice text, struct arena *arena,
	struct json_doc *ret, struct why *why)
{
	struct offering o = {.doc = ret,
		.currency = get_text(&tender->doc, json_root(&tender->doc), "currency", arena),
		.arena = arena,
		.why = why};
	int rc = json_read(ret, arena, text, &json_limits_partner, why);

	if (rc == 0)
		rc = procure_shape_check(
			procure_bid_shapes, "Bid", ret, json_root(ret), arena, why);
	if (rc < 0)
		return rc;
	lots_asked(&o, tender);
	rc = offering_check(&o);
	map_free(&o.at);
	return rc;
}

/* ---- what was opened ---- */

static bool has_quality(const struct process *p)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);

	if (!p->tender)
		return false;
	for
		EACH(&p->tender->doc, v,
			json_get(&p->tender->doc, json_root(&p->tender->doc), "criteria"))
	if (slice_is(get_text(&p->tender->doc, v, "kind", &arena), "quality"))
		return true;
	return false;
}

bool offers_prices_hidden(const struct process *p)
{
	return has_quality(p) && !p->scores;
}

static int64_t threshold_of(const struct process *p, struct slice criterion, struct arena *arena)
{
	for
		EACH(&p->tender->doc, v,
			json_get(&p->tender->doc, json_root(&p->tender->doc), "criteria"))
	if (slice_eq(get_text(&p->tender->doc, v, "id", arena), criterion))
		return get_int(&p->tender->doc, v, "threshold", 0);
	return 0;
}

bool offer_named(const struct replay_bid *b, struct slice bid, struct slice bidder)
{
	char hex[65];

	hex_encode(b->line->commit->name.bid.b, 16, hex);
	if (!slice_is(bid, hex))
		return false;
	hex_encode(b->line->commit->name.bidder.b, 32, hex);
	return bidder.n == 0 || slice_is(bidder, hex);
}

/* The line of a bid in the lead's sheet. */
static void score_apply(const struct process *p, struct offer *o, struct arena *arena)
{
	const struct json_doc *doc = &p->scores->doc;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "bids"))
		{
			if (!offer_named(o->bid, get_text(doc, v, "bid", arena),
				    get_text(doc, v, "bidder", arena)))
				continue;
			o->admitted = get_bool(doc, v, "admitted");
			if (!o->admitted)
				snprintf(o->why_not, sizeof(o->why_not), "not admitted: %.*s",
					SLICE_FMT(get_text(doc, v, "reason", arena)));
		for
			EACH(doc, s, json_get(doc, v, "scores"))
			{
				int64_t points = get_int(doc, s, "points", 0);

				o->points += points;
				if (points < threshold_of(p, get_text(doc, s, "criterion", arena),
						     arena)) {
					o->admitted = false;
					snprintf(o->why_not, sizeof(o->why_not),
						"below the threshold of criterion %.*s",
						SLICE_FMT(get_text(doc, s, "criterion", arena)));
				}
			}
		return;
		}
}

void offers_read(const struct process *p, struct arena *arena, struct offer **ret, size_t *ret_n)
{
	const struct seal_replay *r = p->replay;
	size_t n = 0;
	struct offer *list = arena_array(arena, struct offer, (r ? r->n_bid : 0) + 1);

	for (size_t i = 0; r && p->tender && i < r->n_bid; i++) {
		struct offer *o = &list[n];
		struct why why = {0};

		if (r->bid[i].state != BID_OPENED && r->bid[i].state != BID_SELFOPENED)
			continue;
		n++;
		o->bid = &r->bid[i];
		if (offer_check(p->tender, r->bid[i].text, arena, &o->doc, &why) < 0) {
			snprintf(o->why_not, sizeof(o->why_not),
				"no bid of this tender: %.40s %.100s", why.where, why.text);
			o->supplier = SLICE("(unreadable)");
			continue;
		}
		json_ref who = json_get(&o->doc, json_root(&o->doc), "tenderer");
		o->readable = o->admitted = true;
		o->supplier = get_text(&o->doc, who, "name", arena);
		snprintf(o->nation, sizeof(o->nation), "%.*s",
			SLICE_FMT(get_text(&o->doc, who, "nation", arena)));
		if (p->scores)
			score_apply(p, o, arena);
	}
	*ret = list;
	*ret_n = n;
}
