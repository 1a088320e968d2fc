/*
 * need.h: what of this workspace waits for this member (node/needs.h): agreements, awards and contracts that it has not signed, openings that its officers have not confirmed, what it has to decide as the lead, standstills.
 */
#ifndef WORK_PROCUREMENT_NEED_H
#define WORK_PROCUREMENT_NEED_H

#include "node/needs.h"

MUST_USE int procurement_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);

#endif
