/*
 * reads.h: who has been shown which restricted record is in the audit; the same person and entry of a log within ten minutes only once. In memory: after a restart,
 * and by answers at the same time, it is written again, which is the side to err on.
 *
 *	struct shown_to shown CLEANUP_SHOWN = {0};
 *	struct reader who = caller_reader(&caller, &world, &shown);
 *	… the answer is made; what is brought for `who` is noted (node/readings.h) …
 *	rc = reads_write(api, db, &shown, why);               -- no transaction is open any more; negative: nothing is shown
 *
 * The dispatcher of the API does so for every route, and that of the doors for every door (work.h): a handler has nothing to do but to take the reader that it is given.
 */
#ifndef WEB_READS_H
#define WEB_READS_H

#include "web/api.h"

#define READS_AGAIN_MS (10LL * 60 * 1000)
#define READS_MAX      100000

struct reads *reads_new(const struct env *env) __attribute__((returns_nonnull, warn_unused_result));
void reads_free(struct reads **r);

/* What was shown goes into the audit, in one transaction of its own. Who looks at a node that has no users yet is not written down. */
MUST_USE int reads_write(
	struct api *a, struct db *db, const struct shown_to *shown, struct why *why);
/* Has all of this been written for the caller lately, so that nothing is left to write? From memory; any thread. */
MUST_USE bool reads_written(struct api *a, const struct caller *c, const struct noted *p, size_t n);

#endif
