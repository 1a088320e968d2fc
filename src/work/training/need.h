/*
 * need.h: what of this workspace waits for this member (node/needs.h): injects that EXCON has to release, or that are late; what has been played to it; entries and actions to answer.
 */
#ifndef WORK_TRAINING_NEED_H
#define WORK_TRAINING_NEED_H

#include "node/needs.h"

MUST_USE int training_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);

#endif
