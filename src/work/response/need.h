/*
 * need.h: what of this workspace waits for this member (node/needs.h): alerts that it has to acknowledge or that others have not, requests that it has not answered, offers to decide
 * on, acceptances to answer before they lapse, extensions, claims, teams that do not report.
 */
#ifndef WORK_RESPONSE_NEED_H
#define WORK_RESPONSE_NEED_H

#include "node/needs.h"

MUST_USE int response_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, const struct roles *roles, struct why *why);

#endif
