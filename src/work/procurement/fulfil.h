/*
 * fulfil.h: what has come of a contract and what was paid for it, beside what was ordered and agreed: of its buyer's own records, since each member speaks for itself.
 *
 *	fulfilments(&p, &arena, &list, &n);     -- one for each contract, in the order of the records
 *
 * Delivered is what was accepted; paid is what is called paid or reconciled, requested what is asked for and not paid yet; owed the value less what is paid.
 */
#ifndef PROCUREMENT_FULFIL_H
#define PROCUREMENT_FULFIL_H

#include "work/procurement/process.h"

struct fulfil_item {
	struct slice id, description, unit;
	int64_t ordered, delivered;
};
struct fulfilment {
	const struct row *contract;
	struct fulfil_item *item;
	size_t n_item;
	int64_t ordered, delivered; /* of all items, and of none that is named */
	struct currency currency;
	int64_t value, paid, requested, owed;
	bool over_delivered,
		over_paid; /* more of an item, or of all, than was ordered; more than the contract's value */
};
void fulfilments(
	const struct process *p, struct arena *arena, struct fulfilment **ret, size_t *ret_n);
/* Is this payment made, and not only asked for? */
bool payment_is_made(const struct row *transaction, struct arena *arena);

#endif
