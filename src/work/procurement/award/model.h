/*
 * model.h: the award as a published problem: who gets which lots at which price, so that the whole is cheapest and every rule of the tender holds.
 * Everything is a whole number: money in minor units, quantities in steps of a lot, shares in thousandths.
 *
 *	min  Σ_b c_b x_b + Σ π_t q_t + Σ ρ_l u_l − Σ rebate_r h_r + φ Σ_s y_s
 *	(1) D_l Σ_{b∋l} x_b + Σ_{t on l} q_t + u_l = D_l                         each lot is covered, or reserve is paid for what is not
 *	(2) Σ_{b in group} x_b ≤ 1                                               XOR
 *	(3) lo_t z_t ≤ q_t ≤ hi_t z_t,  Σ_{t of s on l} z_t = y_sl                one tier of a supplier on a lot (all-units price)
 *	(4) min_l a_l ≤ Σ_s y_sl ≤ max_l a_l,  Σ_{t of s on l} q_t ≤ σ_l D_l      dual sourcing; a_l: the lot goes out by tiers (not to a bundle, not to nobody)
 *	(5) x_b ≤ y_s, y_sl ≤ y_s, Wmin ≤ Σ y_s ≤ Wmax
 *	(6) g_s = Σ price x_b + Σ π q ≤ cap_s
 *	(7) Σ_{s of nation k} g_s ≤ κ_k E,  Σ_{s third} g_s ≤ κ_3 E               E is the published estimate, a constant
 *	(8) g_s ≥ threshold_r h_r
 *	(9) lots of s ≤ capacity_s; two critical lots never go to one supplier
 *
 * c_b = price − V·(quality − Qmin): quality is priced in money by the tender, so that it adds up over lots and bundles. What is paid is the price.
 * An award's second objective, at equal cost, is the smallest Σ rank of the bids and tiers in it; ranks are drawn (award_model_rank).
 */
#ifndef AWARD_MODEL_H
#define AWARD_MODEL_H

#include "base/arena.h"
#include "crypt/hash.h"
#include "work/procurement/award/money.h"

#define MODEL_LOTS_MAX	    3000 /* national frameworks reach 2,900 */
#define MODEL_SUPPLIERS_MAX 1024
#define MODEL_OFFERS_MAX    8192 /* bundles, and tiers, and rebates: each */
#define MODEL_NATIONS_MAX   256

struct model_lot {
	struct slice id;
	int64_t demand;			       /* D_l: steps */
	int64_t reserve;		       /* ρ_l: money per step that is not awarded */
	uint32_t min_suppliers, max_suppliers; /* 0: not limited; of tier offers */
	uint32_t share_max;		       /* σ in thousandths; 0: 1000 */
	uint32_t critical; /* lots of one group (> 0) go to different suppliers */
};
struct model_supplier {
	struct slice id;
	uint32_t nation;   /* index; MODEL_NO_NATION */
	bool third;	   /* of a third country */
	int64_t cap;	   /* of spend; 0: none */
	uint32_t capacity; /* lots; 0: none */
};
#define MODEL_NO_NATION UINT32_MAX
struct model_bundle {
	struct slice id;
	uint32_t supplier;
	const uint32_t *lot; /* distinct */
	uint32_t n_lot;
	int64_t price, cost; /* paid; and with quality priced in */
	uint32_t group;	     /* XOR; 0: none */
	uint32_t rank;
};
struct model_tier {
	struct slice id;
	uint32_t supplier, lot;
	int64_t lo, hi;	     /* steps, 1 ≤ lo ≤ hi */
	int64_t price, cost; /* per step */
	uint32_t rank;
};
struct model_rebate {
	uint32_t supplier;
	int64_t threshold, rebate;
};

struct award_model {
	struct model_lot *lot;
	uint32_t n_lot;
	struct model_supplier *supplier;
	uint32_t n_supplier;
	struct model_bundle *bundle;
	uint32_t n_bundle;
	struct model_tier *tier;
	uint32_t n_tier;
	struct model_rebate *rebate;
	uint32_t n_rebate;
	uint32_t min_suppliers, max_suppliers;	/* 0: not limited */
	int64_t per_supplier;			/* φ */
	int64_t estimate;			/* E; needed with nation caps */
	uint32_t nation_cap[MODEL_NATIONS_MAX]; /* thousandths; 0: none */
	uint32_t n_nation;
	uint32_t third_cap; /* thousandths; 0: none */
	uint32_t
		forced; /* 1 + number of a bundle (or, from n_bundle on, of a tier) that must be in; 0: none. For explaining. */
};

struct award_solution {
	bool *bundle;	   /* x */
	int64_t *tier;	   /* q */
	int64_t cost;	   /* the objective */
	int64_t rank;	   /* Σ rank */
	int64_t paid;	   /* Σ price − rebates */
	int64_t unawarded; /* Σ ρ u: part of the objective */
};

/* Indices in range, no overflow possible, tiers of a supplier on a lot disjoint. E_INVALID with what is wrong. */
MUST_USE int award_model_check(const struct award_model *m, struct why *why);
/* Who reaches a threshold gets that rebate and all of the same supplier below it: together no more than is spent. */
bool model_rebates_fit(const struct model_rebate *r, size_t n, uint32_t supplier);
/* Ranks: the order of SHA-256(draw ‖ id); the draw is of the closing and of what the bids were opened with (seal/replay.h), which nobody knows before. */
void award_model_rank(struct award_model *m, const struct hash *draw);
/*
 * Does the choice keep every rule, and what does it cost? Computed anew from the offers: sets cost, rank, paid and unawarded of `s`. E_STATE names the
 * rule that is broken. In 128 bits; nothing of a solver's arithmetic is believed.
 */
MUST_USE int award_model_judge(
	const struct award_model *m, struct award_solution *s, struct why *why);
struct award_solution *solution_new(const struct award_model *m, struct arena *arena);

/*
 * Exact, without a solver, for bundles with XOR over at most 20 lots and no other rule: dynamic program over the sets of lots, cost first, then rank.
 * E_STATE if the model is of another kind.
 */
#define DP_LOTS_MAX 20
bool dp_fits(const struct award_model *m);
MUST_USE int dp_solve(const struct award_model *m, struct award_solution *ret, struct why *why);

#endif
