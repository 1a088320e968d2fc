/* offer.c: see offer.h. */
#include "work/procurement/offer.h"

#include "base/enc.h"
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

static bool lot_known(const struct row *tender, struct slice id, struct arena *arena)
{
	for
		EACH(&tender->doc, v, json_get(&tender->doc, json_root(&tender->doc), "lots"))
	if (slice_eq(get_text(&tender->doc, v, "id", arena), id))
		return true;
	return false;
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

static int bundles_check(const struct row *tender, const struct json_doc *doc,
	struct slice currency, struct arena *arena, struct why *why)
{
	for
		EACH(doc, v, json_get(doc, json_root(doc), "bundles"))
		{
			int rc = currency_same(doc, v, "price", currency, "/bundles/price", why);

			if (rc < 0)
				return rc;
			if (json_count(doc, json_get(doc, v, "lots")) == 0)
				return why_set(
					why, E_INVALID, "/bundles/lots", "a bundle has a lot");
		for
			EACH(doc, l, json_get(doc, v, "lots"))
			{
				struct slice id = json_string(doc, l, arena);

				if (!lot_known(tender, id, arena))
					return why_set(why, E_INVALID, "/bundles/lots",
						"there is no lot %.*s", SLICE_FMT(id));
				for (json_ref o = json_next(doc, l); o; o = json_next(doc, o))
					if (slice_eq(json_string(doc, o, arena), id))
						return why_set(why, E_INVALID, "/bundles/lots",
							"lot %.*s stands there twice",
							SLICE_FMT(id));
			}
		}
	return 0;
}

static int tiers_check(const struct row *tender, const struct json_doc *doc, struct slice currency,
	struct arena *arena, struct why *why)
{
	for
		EACH(doc, v, json_get(doc, json_root(doc), "tiers"))
		{
			int rc = currency_same(
				doc, v, "unitPrice", currency, "/tiers/unitPrice", why);

			if (rc < 0)
				return rc;
			if (!lot_known(tender, get_text(doc, v, "lot", arena), arena))
				return why_set(
					why, E_INVALID, "/tiers/lot", "there is no such lot");
			if (get_int(doc, v, "from", 0) < 1 ||
				get_int(doc, v, "from", 0) > get_int(doc, v, "to", 0))
				return why_set(why, E_INVALID, "/tiers/from",
					"a tier is from 1 or more to no less");
			for (json_ref o = json_next(doc, v); o; o = json_next(doc, o))
				if (slice_eq(get_text(doc, o, "lot", arena),
					    get_text(doc, v, "lot", arena)) &&
					get_int(doc, o, "from", 0) <= get_int(doc, v, "to", 0) &&
					get_int(doc, v, "from", 0) <= get_int(doc, o, "to", 0))
					return why_set(why, E_INVALID, "/tiers",
						"two tiers of a lot overlap");
		}
	return 0;
}

/* Ids name an offer in the award: distinct over bundles and tiers. */
static int ids_check(const struct json_doc *doc, struct arena *arena, struct why *why)
{
	json_ref root = json_root(doc);
	const char *const lists[] = {"bundles", "tiers"};

	for (size_t a = 0; a < 2; a++)
		for
			EACH(doc, v, json_get(doc, root, lists[a]))
	for (size_t b = a; b < 2; b++)
		for (json_ref o = b == a ? json_next(doc, v)
					 : json_first(doc, json_get(doc, root, lists[b]));
			o; o = json_next(doc, o))
			if (slice_eq(get_text(doc, v, "id", arena), get_text(doc, o, "id", arena)))
				return why_set(
					why, E_INVALID, "/bundles/id", "two offers have one id");
	if (json_count(doc, json_get(doc, root, "bundles")) +
			json_count(doc, json_get(doc, root, "tiers")) ==
		0)
		return why_set(why, E_INVALID, "", "a bid offers something: bundles or tiers");
	return 0;
}

static int rebates_check(const struct json_doc *doc, struct slice currency, struct why *why)
{
	int rc = 0;

	for
		EACH(doc, v, json_get(doc, json_root(doc), "rebates"))
		{
			if (rc == 0)
				rc = currency_same(
					doc, v, "threshold", currency, "/rebates/threshold", why);
			if (rc == 0)
				rc = currency_same(
					doc, v, "rebate", currency, "/rebates/rebate", why);
		}
	return rc;
}

int offer_check(const struct row *tender, struct slice text, struct arena *arena,
	struct json_doc *ret, struct why *why)
{
	struct slice currency = get_text(&tender->doc, json_root(&tender->doc), "currency", arena);
	int rc = json_read(ret, arena, text, &json_limits_partner, why);

	if (rc == 0)
		rc = procure_shape_check(
			procure_bid_shapes, "Bid", ret, json_root(ret), arena, why);
	if (rc == 0)
		rc = ids_check(ret, arena, why);
	if (rc == 0)
		rc = bundles_check(tender, ret, currency, arena, why);
	if (rc == 0)
		rc = tiers_check(tender, ret, currency, arena, why);
	return rc < 0 ? rc : rebates_check(ret, currency, why);
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
