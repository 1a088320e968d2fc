/*
 * reads.h: who has read which restricted record is in the audit; the same person and version within ten minutes only once. In memory: after a restart it is
 * written again, which is the side to err on.
 */
#ifndef WEB_READS_H
#define WEB_READS_H

#include "node/record.h"
#include "web/api.h"

#define READS_AGAIN_MS (10LL * 60 * 1000)
#define READS_MAX      100000

struct reads *reads_new(const struct env *env) __attribute__((returns_nonnull, warn_unused_result));
void reads_free(struct reads **r);

/* Shown to the caller now: those whose class is not the lowest go into the audit, in a transaction of its own after the present one; `how`: "read", "list", "file". Nothing
 * is shown if that fails. */
MUST_USE int reads_audit(struct call *c, const char *how, const struct record *r, size_t n);

#endif
