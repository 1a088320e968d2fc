/*
 * job.c: see job.h.
 *
 *	invariants (under the lock)
 *	1. Jobs lie in a ring in order of their numbers; only those that have ended are overwritten.
 *	2. A running job's fields but `done` and `all` are the thread's; text is made under the lock.
 */
#include "web/job.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/doctor.h"

#include <pthread.h>

#define JOBS_MAGIC  0x4a4f4253u
#define RESULT_MAX  (1 * MIB)
#define ID_TEXT_MAX 32

struct job {
	uint64_t number; /* 0: none */
	char id[ID_TEXT_MAX];
	enum job_kind kind;
	enum job_state state;
	uint64_t done, all;
	int64_t made_ms, ended_ms, account, log_row;
	char by[ACCOUNT_NAME_MAX + 1];
	struct buf result; /* owned; JSON */
};

struct jobs {
	uint32_t magic;
	const struct node *node; /* borrowed */
	struct db *db;		 /* owned; the thread's */
	void (*changed)(void *ctx, int64_t account, struct slice json);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job ring[LIMIT_JOBS];
	uint64_t next; /* number of the job to be made next */
	bool stop;
};

static struct job *job_at(struct jobs *j, uint64_t number)
{
	return &j->ring[number % LIMIT_JOBS];
}

/* ---- text ---- */

/* Without its result in events: they say that something has changed. */
static void print(const struct job *job, bool result, struct json_out *o)
{
	static const char *const kinds[] = {"verify", "doctor"};
	static const char *const states[] = {"waiting", "running", "done", "failed"};

	json_open(o, '{');
	json_put_cstr(o, "id", job->id);
	json_put_cstr(o, "kind", kinds[job->kind]);
	json_put_cstr(o, "state", states[job->state]);
	json_put_u64(o, "done", job->done);
	json_put_u64(o, "all", job->all);
	put_time(o, "made", job->made_ms);
	put_time(o, "ended", job->ended_ms);
	json_put_cstr(o, "by", job->by);
	if (result && job->result.n)
		json_put_raw(o, "result", buf_slice(&job->result));
	else
		json_put_null(o, "result");
	json_close(o);
}

static void tell(struct jobs *j, uint64_t number)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct json_out o = json_out(&b);
	int64_t account;

	pthread_mutex_lock(&j->lock);
	print(job_at(j, number), false, &o);
	account = job_at(j, number)->account;
	pthread_mutex_unlock(&j->lock);
	if (j->changed)
		j->changed(j->ctx, account, buf_slice(&b));
}

/* ---- doing ---- */

struct doing {
	struct jobs *j;
	struct job *job;
	struct json_out *o;
	int worst;
};

static void verify_progress(void *ctx, uint64_t done)
{
	struct doing *d = ctx;

	pthread_mutex_lock(&d->j->lock);
	d->job->done = done;
	pthread_mutex_unlock(&d->j->lock);
}

static void doctor_progress(void *ctx, uint64_t done, uint64_t all)
{
	struct doing *d = ctx;

	pthread_mutex_lock(&d->j->lock);
	d->job->done = done;
	d->job->all = all;
	pthread_mutex_unlock(&d->j->lock);
}

static void doctor_found(void *ctx, int result, const char *check, const char *text)
{
	struct doing *d = ctx;

	if (result < 0)
		d->worst = result;
	json_open(d->o, '{');
	json_put_cstr(d->o, "check", check);
	json_put_cstr(d->o, "result", result < 0 ? "bad" : result > 0 ? "warning" : "ok");
	json_put_cstr(d->o, "text", text);
	json_close(d->o);
}

/* Members' logs are checked as trees, the own one entry by entry as well: log/store.h. */
static int do_verify(struct doing *d, struct why *why)
{
	struct log log;
	struct why found = {0};
	int rc = db_begin_read(d->j->db, why);

	if (rc < 0)
		return rc;
	rc = log_load_row(d->j->db, d->job->log_row, &log, why);
	if (rc == 0) {
		bool own = id_eq(&log.id.member, &d->j->node->self);

		rc = (own ? log_verify : log_verify_tree)(
			d->j->db, &log, verify_progress, d, &found);
		json_put_bool(d->o, "ok", rc == 0);
		json_put_cstr(d->o, "where", found.where);
		json_put_cstr(d->o, "text", found.text);
		if (rc == E_VERIFY)
			rc = 0;
		else if (rc < 0 && why)
			*why = found;
	}
	db_rollback(d->j->db);
	return rc;
}

static int do_doctor(struct doing *d, struct why *why)
{
	json_open_at(d->o, "checks", '[');
	int rc = doctor_run(d->j->node, d->j->db,
		&(struct doctor){.found = doctor_found, .progress = doctor_progress, .ctx = d},
		why);
	json_close(d->o);
	json_put_bool(d->o, "ok", d->worst == 0);
	return rc;
}

static void run(struct jobs *j, uint64_t number)
{
	struct job *job = job_at(j, number);
	struct buf b = BUF(RESULT_MAX);
	struct json_out o = json_out(&b);
	struct doing d = {.j = j, .job = job, .o = &o};
	struct why why = {0};
	int rc;

	tell(j, number);
	json_open(&o, '{');
	rc = job->kind == JOB_VERIFY ? do_verify(&d, &why) : do_doctor(&d, &why);
	if (rc < 0) {
		buf_clear(&b);
		o = json_out(&b);
		json_open(&o, '{');
		json_put_bool(&o, "ok", false);
		json_put_cstr(&o, "where", why.where);
		json_put_cstr(&o, "text", why.text);
	}
	json_close(&o);
	pthread_mutex_lock(&j->lock);
	job->state = rc < 0 ? JOB_FAILED : JOB_DONE;
	job->ended_ms = env_now_ms(&j->node->env);
	job->result = b; /* moved */
	pthread_mutex_unlock(&j->lock);
	tell(j, number);
}

static void *work(void *arg)
{
	struct jobs *j = arg;
	uint64_t at = 1;

	pthread_mutex_lock(&j->lock);
	while (!j->stop) {
		if (at == j->next) {
			pthread_cond_wait(&j->more, &j->lock);
			continue;
		}
		job_at(j, at)->state = JOB_RUNNING;
		pthread_mutex_unlock(&j->lock);
		run(j, at++);
		pthread_mutex_lock(&j->lock);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

int jobs_start(struct jobs **ret, const struct node *node,
	void (*changed)(void *ctx, int64_t account, struct slice json), void *ctx, struct why *why)
{
	struct jobs *j = mem_new(struct jobs);
	int rc = node_db(node, &j->db, why);

	if (rc < 0) {
		mem_free(j);
		return rc;
	}
	j->magic = JOBS_MAGIC;
	j->node = node;
	j->changed = changed;
	j->ctx = ctx;
	j->next = 1;
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->more, NULL);
	if (pthread_create(&j->thread, NULL, work, j) != 0) {
		db_close(&j->db);
		mem_free(j);
		return why_set(why, E_IO, "", "no thread could be started");
	}
	*ret = j;
	return 0;
}

void jobs_stop(struct jobs **jp)
{
	struct jobs *j = *jp;

	*jp = NULL;
	if (!j)
		return;
	MUST(j->magic == JOBS_MAGIC);
	pthread_mutex_lock(&j->lock);
	j->stop = true;
	pthread_cond_signal(&j->more);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->thread, NULL);
	for (size_t i = 0; i < LIMIT_JOBS; i++)
		buf_free(&j->ring[i].result);
	pthread_cond_destroy(&j->more);
	pthread_mutex_destroy(&j->lock);
	db_close(&j->db);
	j->magic = 0;
	mem_free(j);
}

/* ---- for handlers ---- */

/* Jobs of one person that wait or run. Lock held. */
static unsigned open_of(const struct jobs *j, int64_t account)
{
	unsigned n = 0;

	for (size_t i = 0; i < LIMIT_JOBS; i++)
		n += j->ring[i].number && j->ring[i].state < JOB_DONE &&
		     j->ring[i].account == account;
	return n;
}

int job_start(struct call *c, enum job_kind kind, int64_t log_row, uint64_t size)
{
	struct jobs *j = c->api->jobs;
	uint8_t tail[4];
	char hex[9];

	if (!j)
		return why_set(&c->why, E_STATE, "", "this process runs no jobs");
	env_random(&c->node->env, tail, sizeof(tail));
	hex_encode(tail, sizeof(tail), hex);
	pthread_mutex_lock(&j->lock);
	struct job *job = job_at(j, j->next);
	if (open_of(j, caller_account(&c->caller)) >= LIMIT_JOBS_OF_ONE) {
		pthread_mutex_unlock(&j->lock);
		return why_set(
			&c->why, E_BUSY, "", "%d jobs of yours wait already", LIMIT_JOBS_OF_ONE);
	}
	if (job->number && job->state < JOB_DONE) {
		pthread_mutex_unlock(&j->lock);
		return why_set(&c->why, E_BUSY, "", "too many jobs wait");
	}
	buf_free(&job->result);
	*job = (struct job){.number = j->next,
		.kind = kind,
		.all = size,
		.made_ms = env_now_ms(&c->node->env),
		.account = caller_account(&c->caller),
		.log_row = log_row};
	snprintf(job->id, sizeof(job->id), "%llu-%s", (unsigned long long)job->number, hex);
	snprintf(job->by, sizeof(job->by), "%.*s", SLICE_FMT(c->caller.account.name));
	c->location = arena_printf(c->arena, API_BASE "/jobs/%s", job->id);
	print(job, true, &c->o);
	j->next++;
	pthread_cond_signal(&j->more);
	pthread_mutex_unlock(&j->lock);
	return 0;
}

static bool may_see(const struct call *c, const struct job *job)
{
	return job->number && (job->account == caller_account(&c->caller) ||
				      c->caller.roles.of[AREA_NODE] >= ROLE_ADMINISTRATOR);
}

int job_put(struct call *c, struct slice id)
{
	struct jobs *j = c->api->jobs;
	bool found = false;

	if (j) {
		pthread_mutex_lock(&j->lock);
		for (size_t i = 0; i < LIMIT_JOBS && !found; i++) {
			found = may_see(c, &j->ring[i]) && slice_is(id, j->ring[i].id);
			if (found)
				print(&j->ring[i], true, &c->o);
		}
		pthread_mutex_unlock(&j->lock);
	}
	return found ? 0 : why_set(&c->why, E_MISSING, "", "there is no such job");
}

void jobs_put(struct call *c)
{
	struct jobs *j = c->api->jobs;

	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	for (uint64_t n = j->next; n-- > 1 && n + LIMIT_JOBS >= j->next;)
		if (job_at(j, n)->number == n && may_see(c, job_at(j, n)))
			print(job_at(j, n), true, &c->o);
	pthread_mutex_unlock(&j->lock);
}
