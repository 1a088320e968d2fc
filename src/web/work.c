/* work.c: see work.h. */
#include "web/work.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/workspace.h"
#include "web/worker.h"

const struct web_door *door_of(struct slice path, struct slice *ret_rest)
{
	for (size_t i = 0; workspaces[i]; i++)
		for (const struct web_door *d = workspaces[i]->door; d && d->prefix; d++)
			if (slice_starts(path, d->prefix)) {
				*ret_rest = slice_sub(path, strlen(d->prefix), path.n);
				return d;
			}
	return NULL;
}

struct runner {
	struct task task;
	struct worker *worker; /* owned */
};

struct tasks {
	atomic_bool stop;
	struct runner *runner; /* owned */
	size_t n;
};

bool task_stopping(const struct task *t)
{
	return *t->stop;
}

static int64_t runner_round(void *ctx, struct db *db)
{
	struct runner *r = ctx;
	struct why why = {0};
	int64_t wait = TASK_EVERY_MS;

	r->task.db = db;
	if (r->task.row->run(&r->task, &wait, &why) < 0) {
		report(REPORT_WARN, "%s: %s%s%s", r->task.row->name, why.where,
			*why.where ? ": " : "", why.text);
		wait = TASK_AGAIN_MS;
	}
	return wait < 0 ? 0 : wait > TASK_EVERY_MS ? TASK_EVERY_MS : wait;
}

static int runner_start(
	struct tasks *all, struct api *a, const struct web_task *row, struct why *why)
{
	struct runner *r = &all->runner[all->n];

	r->task = (struct task){
		.row = row, .node = a->node, .queue = a->queue, .api = a, .stop = &all->stop};
	int rc = worker_start(&r->worker, a->node, runner_round, r, why);
	if (rc < 0)
		return why_prefix(why, "%s", row->name);
	all->n++;
	return 0;
}

static size_t count_tasks(void)
{
	size_t n = 0;

	for (size_t i = 0; workspaces[i]; i++)
		for (const struct web_task *t = workspaces[i]->task; t && t->name; t++)
			n++;
	return n;
}

int tasks_start(struct tasks **ret, struct api *a, struct why *why)
{
	struct tasks *all = mem_new(struct tasks);
	int rc = 0;

	all->runner = mem_zero_alloc(count_tasks() + 1, sizeof(*all->runner));
	for (size_t i = 0; workspaces[i]; i++)
		for (const struct web_task *t = workspaces[i]->task; rc == 0 && t && t->name; t++)
			rc = runner_start(all, a, t, why);
	if (rc < 0) {
		tasks_stop(all);
		tasks_free(&all);
		return rc;
	}
	*ret = all;
	return 0;
}

void tasks_poke(struct tasks *t)
{
	for (size_t i = 0; t && i < t->n; i++)
		worker_poke(t->runner[i].worker);
}

void tasks_stop(struct tasks *t)
{
	if (!t)
		return;
	t->stop = true;
	for (size_t i = 0; i < t->n; i++)
		worker_tell(t->runner[i].worker);
	for (size_t i = 0; i < t->n; i++)
		worker_end(t->runner[i].worker);
}

void tasks_free(struct tasks **p)
{
	struct tasks *t = *p;

	*p = NULL;
	if (!t)
		return;
	MUST(t->stop);
	for (size_t i = 0; i < t->n; i++)
		worker_free(&t->runner[i].worker);
	mem_free(t->runner);
	mem_free(t);
}
