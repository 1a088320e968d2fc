/*
 * queue.c: group commit. Callers put a job on a list and sleep; one thread takes all that wait, writes those of one coalition in one
 * transaction, and wakes them with their verdicts. While it waits for the disk the next group gathers by itself.
 *
 *	invariants (under the lock)
 *	1. A job is on the list or in the writer's hands, and done only after the writer has set its verdict.
 *	2. Jobs are written in the order in which they came, per coalition.
 */
#include "base/limits.h"
#include "base/report.h"
#include "node/write_int.h"

#include <pthread.h>

/* A group: enough drafts that the commit's fsync is nothing per draft, few enough that nobody waits long. */
#define GROUP_DRAFTS 512
#define GROUP_BYTES  (16 * MIB)
#define QUEUE_MAGIC  0x71756531u

struct job {
	struct job *next;
	struct id coalition;
	struct write_unit unit;
	bool done;
};

struct queue {
	uint32_t magic;
	const struct node *node;
	struct db *db; /* owned; the writer's */
	void (*written)(void *ctx);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	struct job *first, **last; /* the jobs are their callers' */
	bool stopping;
};

/* Takes the first job and those of the same coalition behind it, up to the size of a group. */
static struct job *group_take(struct queue *q, size_t *ret_n)
{
	struct job *group = NULL, **end = &group, **at = &q->first;
	struct id coalition = q->first->coalition;
	size_t n = 0, drafts = 0, bytes = 0;

	while (*at && drafts < GROUP_DRAFTS && bytes < GROUP_BYTES) {
		struct job *job = *at;

		if (!id_eq(&job->coalition, &coalition)) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		job->next = NULL;
		*end = job;
		end = &job->next;
		n++;
		drafts += job->unit.n;
		for (size_t i = 0; i < job->unit.n; i++)
			bytes += job->unit.d[i].content.n;
	}
	q->last = &q->first;
	while (*q->last)
		q->last = &(*q->last)->next;
	*ret_n = n;
	return group;
}

/* One by one, after something was wrong with the group as a whole: then each gets its own answer. */
static bool group_single(
	struct queue *q, struct write_unit *unit, size_t n, const struct id *coalition)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		struct why why = {0};
		int rc = write_units(q->node, q->db, coalition, &unit[i], 1, &why);

		if (rc < 0) {
			unit[i].rc = rc;
			unit[i].why = why;
		}
		any = any || unit[i].rc == 0;
	}
	return any;
}

static bool group_write(struct queue *q, struct job *group, size_t n)
{
	struct write_unit *unit CLEANUP_FREE = mem_zero_alloc(n, sizeof(*unit));
	struct id coalition = group->coalition;
	struct why why = {0};
	bool any = false;
	size_t i = 0;

	for (struct job *j = group; j; j = j->next)
		unit[i++] = j->unit;
	int rc = write_units(q->node, q->db, &coalition, unit, n, &why);
	/* A disk or a head that cannot be signed is the same for each of them. */
	if (rc < 0 && n > 1 && rc != E_IO && rc != E_BUSY && rc != E_STATE) {
		any = group_single(q, unit, n, &coalition);
	} else {
		for (i = 0; i < n; i++) {
			if (rc < 0) {
				unit[i].rc = rc;
				unit[i].why = why;
			}
			any = any || unit[i].rc == 0;
		}
	}
	i = 0;
	for (struct job *j = group; j; j = j->next)
		j->unit = unit[i++];
	return any;
}

static void *writer(void *arg)
{
	struct queue *q = arg;

	pthread_mutex_lock(&q->lock);
	for (;;) {
		while (!q->first && !q->stopping)
			pthread_cond_wait(&q->more, &q->lock);
		if (!q->first)
			break;
		size_t n;
		struct job *group = group_take(q, &n);
		pthread_mutex_unlock(&q->lock);
		bool any = group_write(q, group, n);
		pthread_mutex_lock(&q->lock);
		while (group) {
			struct job *job = group;

			group = job->next; /* the job is gone once its caller has seen `done` */
			job->done = true;
		}
		pthread_cond_broadcast(&q->done);
		if (any && q->written) {
			pthread_mutex_unlock(&q->lock);
			q->written(q->ctx);
			pthread_mutex_lock(&q->lock);
		}
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

int queue_start(struct queue **ret, const struct node *node, void (*written)(void *ctx), void *ctx,
	struct why *why)
{
	struct queue *q = mem_new(struct queue);
	int rc = node_db(node, &q->db, why);

	if (rc < 0) {
		mem_free(q);
		return rc;
	}
	q->magic = QUEUE_MAGIC;
	q->node = node;
	q->written = written;
	q->ctx = ctx;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, NULL);
	pthread_cond_init(&q->done, NULL);
	if (pthread_create(&q->thread, NULL, writer, q) != 0) {
		db_close(&q->db);
		mem_free(q);
		return why_set(why, E_IO, "", "cannot start a thread");
	}
	*ret = q;
	return 0;
}

void queue_stop(struct queue **qp)
{
	struct queue *q = *qp;

	if (!q)
		return;
	MUST(q->magic == QUEUE_MAGIC);
	*qp = NULL;
	pthread_mutex_lock(&q->lock);
	q->stopping = true;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
	MUST(!q->first);
	pthread_cond_destroy(&q->more);
	pthread_cond_destroy(&q->done);
	pthread_mutex_destroy(&q->lock);
	db_close(&q->db);
	q->magic = 0;
	mem_free(q);
}

int queue_write(struct queue *q, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *why)
{
	struct written *place CLEANUP_FREE = mem_zero_alloc(n + 1, sizeof(*place));
	struct job job = {.coalition = *coalition, .unit = {.d = d, .n = n, .ret = place}};

	MUST(q->magic == QUEUE_MAGIC);
	pthread_mutex_lock(&q->lock);
	if (q->stopping) {
		pthread_mutex_unlock(&q->lock);
		return why_set(why, E_BUSY, "", "the node is stopping");
	}
	*q->last = &job;
	q->last = &job.next;
	pthread_cond_signal(&q->more);
	while (!job.done)
		pthread_cond_wait(&q->done, &q->lock);
	pthread_mutex_unlock(&q->lock);
	if (job.unit.rc < 0 && why)
		*why = job.unit.why;
	if (job.unit.rc == 0)
		memcpy(ret, place, n * sizeof(*place));
	return job.unit.rc;
}
