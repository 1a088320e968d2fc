/*
 * tell.h: what an act does, in words, for whoever is to sign it or looks at it in a log. Every party is shown with its id: names are what somebody calls
 * somebody.
 *
 *	ALB (nxq…) suspends its relations with HRV (c4s…)
 *	coalition  Declaration on cooperation (21ce…)
 *	mode       REAL
 *	reason     …
 */
#ifndef NODE_TELL_H
#define NODE_TELL_H

#include "node/world.h"

struct telling {
	const struct entry *entry;
	const struct act_body *body;
	struct slice coalition;	   /* its name; may be empty */
	const struct party *party; /* names; who is missing here is shown by its id alone */
	size_t n_party;
};
/* Lines of text that are safe to print. */
void act_tell(const struct telling *t, struct buf *ret);

#endif
