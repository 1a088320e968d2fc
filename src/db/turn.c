/* turn.c: see turn.h. */
#include "db/turn.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/report.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

/* On the stack of who waits. */
struct waiter {
	struct waiter *next;
	pthread_cond_t called;
	bool has;
};

struct turn {
	struct turn *next;
	dev_t dev;
	ino_t ino;
	size_t handles;
	bool taken;
	struct waiter *first, **last;
};

/* Of all turns: it is held for some instructions only. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct turn *turns;

int turn_find(const char *path, struct turn **ret, struct why *why)
{
	struct turn *t;
	struct stat st;

	if (stat(path, &st) < 0)
		return why_set(why, E_IO, path, "%s", strerror(errno));
	pthread_mutex_lock(&lock);
	for (t = turns; t; t = t->next)
		if (t->dev == st.st_dev && t->ino == st.st_ino)
			break;
	if (!t) {
		t = mem_new(struct turn);
		*t = (struct turn){.next = turns, .dev = st.st_dev, .ino = st.st_ino};
		t->last = &t->first;
		turns = t;
	}
	t->handles++;
	pthread_mutex_unlock(&lock);
	*ret = t;
	return 0;
}

void turn_drop(struct turn **turn)
{
	struct turn *t = *turn, **at = &turns;

	if (!t)
		return;
	*turn = NULL;
	pthread_mutex_lock(&lock);
	MUST(t->handles > 0);
	if (--t->handles == 0) {
		MUST(!t->taken && !t->first);
		while (*at != t)
			at = &(*at)->next;
		*at = t->next;
		mem_free(t);
	}
	pthread_mutex_unlock(&lock);
}

/* Nobody has called it: it is somewhere in the line. */
static void leave(struct turn *t, struct waiter *w)
{
	struct waiter **at = &t->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (t->last == &w->next)
		t->last = at;
}

/* With the lock. */
static int wait_called(struct turn *t, int64_t wait_ms)
{
	struct timespec until = mono_after(wait_ms);
	struct waiter w = {0};
	pthread_condattr_t attr;
	int rc = 0;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w.called, &attr);
	pthread_condattr_destroy(&attr);
	*t->last = &w;
	t->last = &w.next;
	while (!w.has && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w.called, &lock, &until);
	if (!w.has)
		leave(t, &w);
	pthread_cond_destroy(&w.called);
	return w.has ? 0 : E_BUSY;
}

int turn_take(struct turn *t, int64_t wait_ms)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	if (t->taken)
		rc = wait_called(t, wait_ms);
	else
		t->taken = true;
	pthread_mutex_unlock(&lock);
	return rc;
}

void turn_give(struct turn *t)
{
	pthread_mutex_lock(&lock);
	MUST(t->taken);
	if (t->first) {
		struct waiter *w = t->first;

		/* It stays taken, by another. */
		leave(t, w);
		w->has = true;
		pthread_cond_signal(&w->called);
	} else {
		t->taken = false;
	}
	pthread_mutex_unlock(&lock);
}
