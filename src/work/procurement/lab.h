/*
 * lab.h: solving, explaining and writing an award: the lead's, and each member's own solution beside it.
 */
#ifndef PROCUREMENT_LAB_H
#define PROCUREMENT_LAB_H

#include "work/procurement/step.h"
#include "work/procurement/view.h"

#define LAB_NOT_LOOKED INT64_MAX /* the time for explanations was over */
struct lab {
	struct award_case c;
	struct award_result r;
	struct award_cost cost[AWARD_RULES];
	size_t n_cost;
	int64_t *more; /* per offer */
};
/* What is changed in the rules, for looking at: thousandths and counts instead of the tender's; UINT32_MAX: as published. */
struct lab_wish {
	uint32_t nation_cap, third_cap, min_suppliers, max_suppliers;
	bool no_critical, no_supplier_cap;
};
extern const struct lab_wish lab_as_published;
/* `explain`: with the costs of rules and losers, which is a solution each. */
MUST_USE int lab_solve(const struct process *p, const struct lab_wish *wish, bool explain,
	struct arena *arena, struct lab *ret, struct why *why);

/* The lead writes the award (pending); E_DENIED for others. */
MUST_USE int lab_award(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why);
/* The lead makes it final when all participants agree, the standstill is over and no complaint is open: award active. */
MUST_USE int lab_finish(const struct seat *s, const struct process *p, int64_t now_ms,
	struct arena *arena, struct written *ret, struct why *why);
/* A participant solves it again and writes whether it agrees: the same cost to the last unit (or within the published gap), every rule kept, the tie settled alike. */
MUST_USE int lab_consent(const struct seat *s, const struct process *p, struct arena *arena,
	bool *ret_agrees, struct written *ret, struct why *why);
/* A participant does not agree, whatever its solver says: E_INVALID without a reason, E_STATE where there is no award or it is final. */
MUST_USE int lab_refuse(const struct seat *s, const struct process *p, struct slice reason,
	struct written *ret, struct why *why);
/*
 * The choice that the award's record names, which is what all have agreed to: read, not solved, so that no solver, gap or later admission makes another of it. E_STATE if tender, bids and
 * admissions do not give that award any more.
 */
MUST_USE int lab_awarded(
	const struct process *p, struct arena *arena, struct lab *ret, struct why *why);
/*
 * E_STATE unless all have signed the agreement as it stands: awards and shares go by it, and its newest version is the lead's alone until then. Who is of a third country, and how costs are
 * shared, nobody changes when prices are known. `what`: "by which" this is done.
 */
MUST_USE int lab_agreed(const struct process *p, const char *what, struct why *why);
/* The lead writes who pays what. */
MUST_USE int lab_share(const struct seat *s, const struct process *p, struct arena *arena,
	struct written *ret, struct why *why);
/*
 * What of each winning bid is whose. Everybody computes the same: of each bid exactly its price goes into contracts and exactly what it delivers, and each member's contracts add up to
 * its share, as far as suppliers in common allow (what is off then is settled between members: the balance shows it).
 */
struct contracts {
	const int64_t *value; /* [participant × offer]: what the contract is worth */
	const int64_t *units; /* [item of the tender × offer]: what it delivers */
	size_t n_item;
	int64_t left; /* what shares and contracts differ by */
};
MUST_USE int contracts_plan(const struct process *p, const struct lab *l, struct arena *arena,
	struct contracts *ret, struct why *why);
/* This participant's contracts, one for each winning bid that serves it: pending. *ret_n: how many; those that are there already are left alone. E_CONFLICT: all are. */
MUST_USE int lab_contracts(const struct seat *s, const struct process *p, struct arena *arena,
	size_t *ret_n, struct why *why);
/*
 * An accepted delivery of one of this node's contracts as a capability of rapid response: a draft that only this member sees. Once for each delivery: E_CONFLICT if it is
 * there (or was). E_STATE if it can be none. Reads: in no transaction, or in a read transaction.
 */
MUST_USE int delivery_capability(const struct seat *s, const struct process *p,
	const struct object_id *delivery, struct arena *arena, struct written *ret,
	struct why *why);
/* A participant signs the agreement, or refuses; with the key that shares are sent to. */
MUST_USE int lab_agree(const struct seat *s, const struct process *p, bool agrees,
	struct written *ret, struct why *why);

#endif
