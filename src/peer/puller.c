/*
 * puller.c: the threads that follow partners: one per partner and coalition, and one that looks for
 * new ones.
 *
 *	invariants
 *	1. `followed` only grows while the puller runs, under the lock; a follower belongs to its own thread, but for `called`.
 *	2. Nobody sleeps longer than its wait, what it waits for, or the end: a kick for the looker; a follower whose partner failed waits for that
 *	   partner alone (it has called here, or has new root documents), whatever else happens on this node.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"
#include "peer/pull.h"

#include <pthread.h>
#include <stdatomic.h>

#define PULLER_MAGIC 0x70756c72u
/* New partners are looked for so often, if nobody kicks. */
#define LOOK_MS 5000
/* A round that learned nothing and did not wait at the partner: not again at once. */
#define PAUSE_MS 200
/* Stack of a follower: the deepest frames are kilobytes, there may be hundreds. */
#define STACK_BYTES (1024 * KIB)

struct follower {
	struct puller *puller;
	struct id coalition, peer;
	pthread_t thread;
	uint64_t called;   /* under the lock: how often there was a reason to try now */
	int64_t documents; /* the looker's: how many root documents the partner had */
};

struct puller {
	uint32_t magic;
	const struct node *node;
	void (*learned)(void *ctx);
	void *ctx;
	atomic_bool stopping;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t kicks;			 /* under the lock */
	VEC(struct follower *) followed; /* owned; under the lock */
	pthread_t looker;
};

static bool stopping(void *ctx)
{
	return atomic_load(&((struct puller *)ctx)->stopping);
}

/* Sleeps `ms`, or until the puller stops or *count, which is under the lock, is not *seen any more. */
static void sleep_ms(struct puller *p, int64_t ms, const uint64_t *count, uint64_t *seen)
{
	struct timespec until = mono_after(ms);

	pthread_mutex_lock(&p->lock);
	while (!stopping(p) && *count == *seen)
		if (pthread_cond_timedwait(&p->wake, &p->lock, &until) != 0)
			break;
	*seen = *count;
	pthread_mutex_unlock(&p->lock);
}

static void tell_failure(const struct follower *f, const struct why *why, bool first)
{
	char peer[ID_TEXT + 1];

	id_format(&f->peer, peer);
	/* The first of a row; status has the rest. */
	report(first ? REPORT_WARN : REPORT_DEBUG, "partner %.8s: %s%s%s", peer, why->where,
		why->where[0] ? ": " : "", why->text);
}

static void follow(struct follower *f, struct db *db, struct https *https)
{
	struct puller *p = f->puller;
	struct pull *pull = pull_new(&(struct pull_options){.node = p->node,
		.coalition = f->coalition,
		.peer = f->peer,
		.transport = https_transport(https),
		.wait_ms = p->node->conf.poll_ms > 0 ? p->node->conf.poll_ms : LIMIT_LONG_POLL_MS});
	bool failing = false;
	uint64_t seen = 0;

	while (!stopping(p)) {
		struct pull_result r = {0};
		struct why why = {0};
		int64_t begun = env_mono_ms(&p->node->env);
		int rc = pull_step(pull, db, &r, &why);

		if (stopping(p))
			break;
		if (rc < 0) {
			tell_failure(f, &why, !failing);
			failing = true;
			sleep_ms(p, pull_backoff_ms(pull), &f->called, &seen);
			continue;
		}
		failing = false;
		if (r.progress) {
			p->learned(p->ctx);
		} else if (env_mono_ms(&p->node->env) - begun < PAUSE_MS) {
			sleep_ms(p, PAUSE_MS, &f->called, &seen);
		}
	}
	pull_free(&pull);
}

static void *follower_main(void *arg)
{
	struct follower *f = arg;
	struct puller *p = f->puller;
	struct https *https = https_new(p->node, stopping, p);
	struct db *db = NULL;
	struct why why = {0};
	uint64_t seen = 0;

	while (!stopping(p) && node_db(p->node, &db, &why) < 0) {
		report(REPORT_ERROR, "database: %s", why.text);
		sleep_ms(p, LIMIT_BACKOFF_MAX_MS, &f->called, &seen);
	}
	if (db != NULL)
		follow(f, db, https);
	https_free(&https);
	db_close(&db);
	return NULL;
}

/* Only the looker adds followers, so it may read the list without the lock. */
static struct follower *followed(
	const struct puller *p, const struct id *coalition, const struct id *peer)
{
	for (size_t i = 0; i < p->followed.n; i++)
		if (id_eq(&p->followed.p[i]->coalition, coalition) &&
			id_eq(&p->followed.p[i]->peer, peer))
			return p->followed.p[i];
	return NULL;
}

static void call_on(struct puller *p, const struct id *peer)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->followed.n; i++)
		if (id_eq(&p->followed.p[i]->peer, peer))
			p->followed.p[i]->called++;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

static void follower_start(
	struct puller *p, const struct id *coalition, const struct id *peer, int64_t documents)
{
	struct follower *f = mem_new(struct follower);
	pthread_attr_t attr;
	int err;

	*f = (struct follower){
		.puller = p, .coalition = *coalition, .peer = *peer, .documents = documents};
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	err = pthread_create(&f->thread, &attr, follower_main, f);
	pthread_attr_destroy(&attr);
	if (err != 0) {
		report(REPORT_ERROR, "no thread for a partner: %s", strerror(err));
		mem_free(f);
		return;
	}
	pthread_mutex_lock(&p->lock);
	vec_push(&p->followed, f);
	pthread_mutex_unlock(&p->lock);
}

/* Somebody to follow from now on, or somebody who may be found at another address now. */
static int look_at(struct puller *p, struct db *db, const struct id *coalition,
	const struct id *peer, struct why *why)
{
	struct follower *f = followed(p, coalition, peer);
	int64_t documents;
	int rc = root_count(db, peer, &documents, why);

	if (rc < 0)
		return rc;
	if (!f) {
		follower_start(p, coalition, peer, documents);
	} else if (f->documents != documents) {
		f->documents = documents;
		call_on(p, peer);
	}
	return 0;
}

static int look(struct puller *p, struct db *db, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct coalition *coalition;
	size_t n;
	int rc = db_begin_read(db, why);

	if (rc < 0)
		return rc;
	rc = coalition_list(db, &arena, &coalition, &n, why);
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		struct party *party;
		size_t n_party;

		rc = party_list(db, coalition[i].row, &arena, &party, &n_party, why);
		for (size_t k = 0; rc >= 0 && k < n_party; k++)
			if (!id_eq(&party[k].id, &p->node->self))
				rc = look_at(p, db, &coalition[i].id, &party[k].id, why);
	}
	db_rollback(db);
	return rc < 0 ? rc : 0;
}

static void *looker_main(void *arg)
{
	struct puller *p = arg;
	struct db *db = NULL;
	uint64_t seen = 0;

	while (!stopping(p)) {
		struct why why = {0};
		int rc = 0;

		if (db == NULL)
			rc = node_db(p->node, &db, &why);
		if (rc >= 0)
			rc = look(p, db, &why);
		if (rc < 0)
			report(REPORT_ERROR, "partners: %s", why.text);
		sleep_ms(p, LOOK_MS, &p->kicks, &seen);
	}
	db_close(&db);
	return NULL;
}

int puller_start(struct puller **ret, const struct node *node, void (*heard)(void *ctx), void *ctx,
	struct why *why)
{
	struct puller *p = mem_new(struct puller);
	pthread_condattr_t attr;
	int err;

	p->magic = PULLER_MAGIC;
	p->node = node;
	p->learned = heard;
	p->ctx = ctx;
	atomic_init(&p->stopping, false);
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&p->looker, NULL, looker_main, p);
	if (err != 0) {
		pthread_cond_destroy(&p->wake);
		pthread_mutex_destroy(&p->lock);
		mem_free(p);
		return why_set(why, E_BUSY, "", "no thread for partners: %s", strerror(err));
	}
	*ret = p;
	return 0;
}

void puller_kick(struct puller *p)
{
	MUST(p->magic == PULLER_MAGIC);
	pthread_mutex_lock(&p->lock);
	p->kicks++;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

void puller_called(struct puller *p, const struct id *peer)
{
	MUST(p->magic == PULLER_MAGIC);
	call_on(p, peer);
}

void puller_stop(struct puller *p)
{
	if (p == NULL || stopping(p))
		return;
	MUST(p->magic == PULLER_MAGIC);
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stopping, true);
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	/* The looker first: it is the one that starts followers. */
	pthread_join(p->looker, NULL);
	for (size_t i = 0; i < p->followed.n; i++)
		pthread_join(p->followed.p[i]->thread, NULL);
}

void puller_free(struct puller **pp)
{
	struct puller *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	puller_stop(p);
	for (size_t i = 0; i < p->followed.n; i++)
		mem_free(p->followed.p[i]);
	vec_free(&p->followed);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	p->magic = 0;
	mem_free(p);
}
