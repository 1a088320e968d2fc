/* task.c: see task.h. */
#include "work/cyber/task.h"

#include "work/cyber/index.h"
#include "work/cyber/remote.h"

#include "base/report.h"

/* Between two batches: a command beside the server looks for the place to write now and then, and must not find it taken each time. */
#define INDEX_GAP_MS 20

/* References and names of objects that have come. */
static int run_index(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	int rc = stix_index_run(t->db, why);

	*ret_wait_ms = rc == 1 ? INDEX_GAP_MS : TASK_EVERY_MS;
	return rc < 0 ? rc : 0;
}

/* ---- other servers ---- */

static int write_drafts(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct task *t = ctx;

	return queue_write(t->queue, coalition, d, n, ret, why);
}

static bool stopping(void *ctx)
{
	return task_stopping(ctx);
}

/* After a failure later and later, up to the usual time. */
#define AGAIN_MS 60000

static int one_round(struct task *t, struct slice name, int64_t *ret_next_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct remote_run u = {.node = t->node,
		.db = t->db,
		.write = write_drafts,
		.ctx = t,
		.stop = stopping,
		.stop_ctx = t,
		.turns = true};
	struct why failed = {0};
	struct remote r;
	int64_t now_ms = env_now_ms(&t->node->env);
	int rc = remote_get(t->node, t->db, name, &arena, &r, why);

	if (rc < 0)
		return rc;
	rc = r.push ? remote_push(&u, &r, &failed) : remote_pull(&u, &r, &failed);
	if (rc < 0)
		report(REPORT_WARN, "remote %.*s: %s", SLICE_FMT(name), failed.text);
	r.last_ms = now_ms;
	r.error = rc < 0 ? slice_str(failed.text) : SLICE("");
	/* One that has more goes on as soon as all others that are due have had their turn. */
	r.next_ms = rc == 0 && u.more
			    ? now_ms
			    : now_ms + (rc < 0 && r.every_ms > AGAIN_MS ? AGAIN_MS : r.every_ms);
	*ret_next_ms = r.next_ms;
	return remote_note(t->db, &r, why);
}

static int run_remotes(struct task *t, int64_t *ret_wait_ms, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct remote *r;
	int64_t now_ms, next = TASK_EVERY_MS;
	size_t n;
	int rc = remote_list(t->db, &arena, &r, &n, why);

	for (size_t i = 0; rc == 0 && i < n && !task_stopping(t); i++) {
		now_ms = env_now_ms(&t->node->env);
		if (!r[i].every_ms)
			continue;
		if (r[i].next_ms <= now_ms) {
			r[i].next_ms = now_ms + r[i].every_ms;
			rc = one_round(t, r[i].name, &r[i].next_ms, why);
		}
		if (r[i].next_ms - now_ms < next)
			next = r[i].next_ms - now_ms;
	}
	*ret_wait_ms = next > 1000 ? next : 1000;
	return rc;
}

const struct web_task cyber_tasks[] = {
	{"cyber index", run_index},
	{"cyber remotes", run_remotes},
	{NULL, NULL},
};
