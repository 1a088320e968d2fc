/*
 * job.h: work that takes longer than a request: verifying a log, the doctor. One thread does them one after the other; the last LIMIT_JOBS are remembered, in
 * memory.
 */
#ifndef WEB_JOB_H
#define WEB_JOB_H

#include "web/api.h"

enum job_kind { JOB_VERIFY, JOB_DOCTOR };
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED };

/* `changed` runs on the job's thread, with its text as JSON, whenever its state has changed. */
MUST_USE int jobs_start(struct jobs **ret, const struct node *node,
	void (*changed)(void *ctx, int64_t account, struct slice json), void *ctx, struct why *why);
void jobs_stop(struct jobs **j); /* lets the one that runs end */

/* For a handler: takes it in (E_BUSY if too many wait) and answers with it. `log_row` for JOB_VERIFY. */
MUST_USE int job_start(struct call *c, enum job_kind kind, int64_t log_row, uint64_t size);
/* Into c->o: one by its id (E_MISSING: also if it is somebody else's), or the items of all that the caller may see, newest first. */
MUST_USE int job_put(struct call *c, struct slice id);
void jobs_put(struct call *c);

#endif
