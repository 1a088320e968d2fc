/*
 * flags.h: red flags in one contracting process, from its compiled release: what may be a sign of fraud and may be nothing. The ids, methods and thresholds are those of the indicators
 * that the open contracting community publishes under these numbers; those that compare many processes are not among them.
 *
 *	n = ocds_flags(compiled, &arena, flag);
 *
 *	R003  the submission period is shorter than 15 whole days
 *	R018  one tenderer, though the method is open or selective
 *	R028  different tenderers submitted bids of the same price
 *	R030  a valid bid that was received after the deadline is a winner's
 *	R035  all but the one winner's bids were disqualified (value: tenderers who were)
 *	R036  the lowest submitted bid was disqualified
 *
 * A cancelled tender has none. Amounts are compared exactly, to six decimals; what is no such number is passed over, and so are bids in another currency than the first (R036).
 */
#ifndef OCDS_FLAGS_H
#define OCDS_FLAGS_H

#include "work/procurement/ocds/tree.h"

#define OCDS_FLAGS_MAX	       6
#define OCDS_SHORT_PERIOD_DAYS 15

struct ocds_flag {
	const char *id;
	const char *text;
	uint64_t value;
};
size_t ocds_flags(
	const struct tree *release, struct arena *arena, struct ocds_flag ret[OCDS_FLAGS_MAX]);

#endif
