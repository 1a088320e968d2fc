/*
 * The threads that run handlers, and the parked. An exchange handed in is suspended, so nothing but
 * these lists and one worker touches it. Invariants, under queue_lock:
 * 1. x->list names the list x is on; a running exchange is on none.
 * 2. Whoever parks has seen the count of wakes from before its handler looked at the world; if it
 * has moved since, it runs again instead. So no wake is lost.
 * 3. After `quit` nothing parks, and the workers leave when the queue is empty.
 */
#include "net/server_int.h"

void exchanges_add(struct exchanges *l, struct exchange *x, enum exchange_list name)
{
	MUST(x->list == ON_NONE && x->next == NULL && x->prev == NULL);
	x->list = name;
	if (name != ON_READY)
		x->server->n_waiting++;
	x->prev = l->tail;
	*(l->tail != NULL ? &l->tail->next : &l->head) = x;
	l->tail = x;
	l->n++;
}

void exchanges_remove(struct exchanges *l, struct exchange *x)
{
	MUST(x->list != ON_NONE && l->n > 0);
	*(x->prev != NULL ? &x->prev->next : &l->head) = x->next;
	*(x->next != NULL ? &x->next->prev : &l->tail) = x->prev;
	x->prev = x->next = NULL;
	if (x->list != ON_READY)
		x->server->n_waiting--;
	x->list = ON_NONE;
	l->n--;
}

bool workers_submit(struct server *s, struct exchange *x)
{
	bool taken;

	pthread_mutex_lock(&s->queue_lock);
	taken = !s->quit;
	if (taken) {
		/* Before the list: a worker may be done with it before we are back. */
		MHD_suspend_connection(x->mhd);
		exchanges_add(&s->ready, x, ON_READY);
		pthread_cond_signal(&s->queue_cond);
	}
	pthread_mutex_unlock(&s->queue_lock);
	return taken;
}

/* queue_lock held. */
static void unpark(struct server *s, struct exchange *x, bool expired)
{
	exchanges_remove(&s->parked, x);
	x->req.expired = expired;
	exchanges_add(&s->ready, x, ON_READY);
}

void server_wake(struct server *s)
{
	MUST(s != NULL && s->magic == SERVER_MAGIC);
	pthread_mutex_lock(&s->queue_lock);
	s->wakes++;
	while (s->parked.head != NULL)
		unpark(s, s->parked.head, false);
	if (s->ready.head != NULL)
		pthread_cond_broadcast(&s->queue_cond);
	streams_resume(s, false);
	pthread_mutex_unlock(&s->queue_lock);
}

void workers_expire(struct server *s, int64_t now_ms, bool all)
{
	struct exchange *next;

	pthread_mutex_lock(&s->queue_lock);
	for (struct exchange *x = s->parked.head; x != NULL; x = next) {
		next = x->next;
		if (all || x->conn->gone || x->req.park_until_mono_ms <= now_ms) {
			unpark(s, x, true);
			pthread_cond_signal(&s->queue_cond);
		}
	}
	streams_resume(s, !all);
	pthread_mutex_unlock(&s->queue_lock);
}

/* True if parked; false if it must run again at once. */
static bool park(struct server *s, struct exchange *x, uint64_t seen)
{
	bool parked;

	pthread_mutex_lock(&s->queue_lock);
	parked = s->wakes == seen && !s->stopping;
	if (parked)
		exchanges_add(&s->parked, x, ON_PARKED);
	pthread_mutex_unlock(&s->queue_lock);
	return parked;
}

void workers_decline(struct exchange *x)
{
	struct why why = {0};

	(void)why_set(&why, E_BUSY, "", "the node is stopping");
	x->close = true;
	response_problem(&x->req, &why);
}

/* Runs the handler until it answers or parks; then the exchange belongs to its connection again, or
 * to the list. */
static void run(struct server *s, struct exchange *x, unsigned number)
{
	for (;;) {
		uint64_t seen;

		pthread_mutex_lock(&s->queue_lock);
		seen = s->wakes;
		pthread_mutex_unlock(&s->queue_lock);
		if (s->aborting && x->req.round == 0) {
			workers_decline(x);
			break;
		}
		if (s->stopping)
			x->req.expired = true;
		int rc = s->o.handle(s->o.ctx, &x->req, number);
		if (rc == SERVER_ANSWER)
			break;
		MUST(rc == SERVER_PARK);
		if (x->req.expired) { /* it was told to answer and had nothing to say */
			workers_decline(x);
			break;
		}
		x->req.round++;
		if (park(s, x, seen))
			return;
		if (server_mono(s) >= x->req.park_until_mono_ms)
			x->req.expired = true;
	}
	x->phase = EXCHANGE_ANSWER;
	MHD_resume_connection(x->mhd);
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct server *s = w->server;

	for (;;) {
		struct exchange *x;

		pthread_mutex_lock(&s->queue_lock);
		while (s->ready.head == NULL && !s->quit)
			pthread_cond_wait(&s->queue_cond, &s->queue_lock);
		x = s->ready.head;
		if (x != NULL)
			exchanges_remove(&s->ready, x);
		pthread_mutex_unlock(&s->queue_lock);
		if (x == NULL)
			return NULL;
		run(s, x, w->number);
	}
}

int workers_start(struct server *s, struct why *why)
{
	s->workers = mem_zero_alloc(s->o.workers, sizeof(*s->workers));
	for (unsigned i = 0; i < s->o.workers; i++) {
		struct worker *w = &s->workers[i];

		w->server = s;
		w->number = i;
		int rc = pthread_create(&w->thread, NULL, worker_run, w);
		if (rc != 0)
			return why_set(why, E_IO, "", "no thread for a worker: %s", strerror(rc));
		s->n_workers++;
	}
	return 0;
}

void workers_stop(struct server *s)
{
	pthread_mutex_lock(&s->queue_lock);
	s->quit = true;
	pthread_cond_broadcast(&s->queue_cond);
	pthread_mutex_unlock(&s->queue_lock);
	for (unsigned i = 0; i < s->n_workers; i++)
		pthread_join(s->workers[i].thread, NULL);
	s->n_workers = 0;
	mem_free(s->workers);
	s->workers = NULL;
}
