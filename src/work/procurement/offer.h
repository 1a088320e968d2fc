/*
 * offer.h: what stands in an opened bid, and the award as a problem: tender + admitted bids + points → award_model (award/model.h).
 *
 * A bid's text:
 *	{"tenderer": {"name", "nation": "AL", "id"?, "contact"?},
 *	 "bundles": [{"id", "lots": ["1", "2"], "price": {…}, "group"?}],      whole lots for one price; at most one of a group
 *	 "tiers": [{"id", "lot", "from", "to", "unitPrice": {…}}],             all-units prices by quantity
 *	 "rebates": [{"threshold", "rebate"}], "capacity"?: lots, "origin"?: ["AL"], "responses"?: [{"criterion", "value"}], "documents"?}
 */
#ifndef PROCUREMENT_OFFER_H
#define PROCUREMENT_OFFER_H

#include "work/procurement/award/share.h"
#include "work/procurement/award/solve.h"
#include "work/procurement/process.h"

struct offer {
	const struct replay_bid *bid;
	struct slice supplier; /* name */
	char nation[3];
	bool readable; /* the text is a bid of this tender */
	bool admitted; /* and no sheet says otherwise */
	char why_not[200];
	int64_t points; /* of the lead's reconciled sheet */
	struct json_doc doc;
};

/* What a bid's text looks like: "Bid" of these lines (shape.h). */
extern const char *const procure_bid_shapes[];
/* Checks a bid's text against the tender: shape, currency, lots. For suppliers before they seal, and for what was opened. */
MUST_USE int offer_check(const struct row *tender, struct slice text, struct arena *arena,
	struct json_doc *ret, struct why *why);

/* The opened bids, in the order of the tally. */
void offers_read(const struct process *p, struct arena *arena, struct offer **ret, size_t *ret_n);
/* Is it the bid of this id and, if one is given, of this bidder? Hex, both. */
bool offer_named(const struct replay_bid *b, struct slice bid, struct slice bidder);
/* Is there anything about quality in this tender? Then prices stay hidden until the lead's sheet is there. */
bool offers_prices_hidden(const struct process *p);

struct award_case {
	struct award_model *model;
	struct offer *offer;
	size_t n_offer;
	struct currency currency;
	const uint32_t *bundle_of, *tier_of; /* offer of each bundle, of each tier */
};
/*
 * The problem; E_STATE while bids are not opened, or their prices hidden. `only`: NULL, or a participant's bits (process order): the demand of these members alone, with tier offers (for costs alone).
 */
MUST_USE int award_case_make(const struct process *p, const uint64_t *only, struct arena *arena,
	struct award_case *ret, struct why *why);
struct solve_options award_options(const struct process *p);

/* Participants' shares of an award: quantities, what each would pay alone from the same bids, and the three rules. */
struct share_result {
	int64_t quantity[LIMIT_MEMBERS]; /* of all lots */
	int64_t alone[LIMIT_MEMBERS], prorata[LIMIT_MEMBERS], capped[LIMIT_MEMBERS],
		shapley[LIMIT_MEMBERS], admin[LIMIT_MEMBERS];
	bool has_capped; /* Σ alone ≥ total */
	int64_t total;
	struct share_shapley how;
	struct share_core core; /* of the rule that was agreed */
	const int64_t *pays;
};
MUST_USE int shares_compute(const struct process *p, const struct award_case *c,
	const struct award_solution *s, struct arena *arena, struct share_result *ret,
	struct why *why);

#endif
