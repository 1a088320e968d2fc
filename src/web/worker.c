/* worker.c: see worker.h. */
#include "web/worker.h"

#include "base/report.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

struct worker {
	worker_round *round;
	void *ctx;     /* borrowed */
	struct db *db; /* owned; the thread's alone */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool poked; /* under the lock */
	bool ended; /* whoever ends it alone */
	atomic_bool stop;
};

/* Waits for a poke, at most `ms`; false when it is time to go. */
static bool wait_for_work(struct worker *w, int64_t ms)
{
	struct timespec until = mono_after(ms);

	pthread_mutex_lock(&w->lock);
	while (!w->poked && !w->stop &&
		pthread_cond_timedwait(&w->change, &w->lock, &until) != ETIMEDOUT)
		;
	w->poked = false;
	pthread_mutex_unlock(&w->lock);
	return !w->stop;
}

static void *worker_main(void *ctx)
{
	struct worker *w = ctx;
	int64_t wait = 0;

	while (wait_for_work(w, wait)) {
		wait = w->round(w->ctx, w->db);
		MUST(wait >= 0);
		db_rollback(w->db);
	}
	return NULL;
}

static void sync_init(struct worker *w)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->change, &attr);
	pthread_condattr_destroy(&attr);
}

static void memory_free(struct worker *w)
{
	pthread_cond_destroy(&w->change);
	pthread_mutex_destroy(&w->lock);
	db_close(&w->db);
	mem_free(w);
}

int worker_start(struct worker **ret, const struct node *node, worker_round *round, void *ctx,
	struct why *why)
{
	struct worker *w = mem_new(struct worker);

	w->round = round;
	w->ctx = ctx;
	sync_init(w);
	int rc = node_db(node, &w->db, why);
	if (rc == 0 && pthread_create(&w->thread, NULL, worker_main, w) != 0)
		rc = why_set(why, E_IO, "", "no thread could be started");
	if (rc < 0) {
		memory_free(w);
		return rc;
	}
	*ret = w;
	return 0;
}

void worker_poke(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->poked = true;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->lock);
}

void worker_tell(struct worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->lock);
}

void worker_end(struct worker *w)
{
	if (!w || w->ended)
		return;
	worker_tell(w);
	pthread_join(w->thread, NULL);
	db_close(&w->db);
	w->ended = true;
}

void worker_free(struct worker **p)
{
	struct worker *w = *p;

	*p = NULL;
	if (!w)
		return;
	worker_end(w);
	memory_free(w);
}
