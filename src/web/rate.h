/*
 * rate.h: so many requests a minute for each caller: a bucket that fills steadily. In memory, per process.
 */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include "base/clock.h"
#include "base/slice.h"

struct rate;
struct rate *rate_new(const struct env *env) __attribute__((returns_nonnull, warn_unused_result));
void rate_free(struct rate **r);
/* Takes one of `per_minute` from the bucket of `key` (which holds that many at most); false if it is empty, and *ret_wait_ms is when there is one again. */
MUST_USE bool rate_take(
	struct rate *r, struct slice key, unsigned per_minute, int64_t *ret_wait_ms);

#endif
