/*
 * proven.h: what this process has found to hold once: signatures and proofs are the same tomorrow, and a tender is replayed with each look at it.
 *
 *	struct hash name = proven_name("signature", part, 2);
 *	if (!proven(&name)) {
 *		if (!sign_check(…)) return why_set(…);
 *		proven_add(&name);
 *	}
 *
 * Only what holds is kept, under a hash of all that it was decided by: whoever finds it there would decide the same. A table of fixed size: what is new takes the place of what is old, and
 * that is looked at again. Any thread.
 */
#ifndef SEAL_PROVEN_H
#define SEAL_PROVEN_H

#include "crypt/hash.h"

/* `what` names the question, `part` all that goes into it. */
struct hash proven_name(const char *what, const struct slice *part, size_t n) MUST_USE;
bool proven(const struct hash *name) MUST_USE;
void proven_add(const struct hash *name);

#endif
