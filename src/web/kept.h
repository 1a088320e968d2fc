/*
 * kept.h: answers kept for an Idempotency-Key, for a day: a request that is sent again, because its answer was lost, is answered again and done once.
 */
#ifndef WEB_KEPT_H
#define WEB_KEPT_H

#include "web/api.h"

#define KEPT_MS	     DAY_MS
#define KEPT_KEY_MAX 128
/* An answer larger than this is not kept; none of the routes has one. */
#define KEPT_BODY_MAX (1 * MIB)

/* Before a route runs. *ret_done: the answer of then stands in *c. E_INVALID: the key was for another request; E_CONFLICT: that one is still running; E_BUSY: the caller has more kept than one may have. */
MUST_USE int kept_begin(struct call *c, bool *ret_done);
/* After it has run with the outcome `rc`. */
void kept_end(struct call *c, int rc);

#endif
