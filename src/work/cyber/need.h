/*
 * need.h: what of this workspace waits for this member (node/needs.h): tasks and questions of others that it has not answered, and what it has taken on and not done.
 */
#ifndef WORK_CYBER_NEED_H
#define WORK_CYBER_NEED_H

#include "node/needs.h"

MUST_USE int cyber_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);

#endif
