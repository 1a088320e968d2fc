/* Jobs: one after the other, and nobody takes all the places. */
#include "../node/league.h"

#include "web/job.h"

#include <poll.h>
#include <pthread.h>

/* The first job does not come further than to say that it runs, until the gate opens. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool open;
};

static void wait_at(void *ctx, int64_t account, struct slice json)
{
	struct gate *g = ctx;

	(void)account;
	(void)json;
	pthread_mutex_lock(&g->lock);
	while (!g->open)
		pthread_cond_wait(&g->change, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void let_go(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->open = true;
	pthread_cond_broadcast(&g->change);
	pthread_mutex_unlock(&g->lock);
}

static int ask(struct league *l, struct jobs *jobs, int64_t account)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct api api = {.jobs = jobs, .node = l->m[0].node};
	struct call c = {.api = &api, .node = l->m[0].node, .arena = &arena, .out = BUF(64 * KIB)};

	c.o = json_out(&c.out);
	c.caller.kind = CALLER_SESSION;
	c.caller.account.row = account;
	c.caller.account.name = SLICE("edi");
	int rc = job_start(&c, JOB_DOCTOR, 0, 0);
	buf_free(&c.out);
	return rc;
}

static void nobody_takes_all_places(void **state)
{
	struct league *l = *state;
	struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
	struct jobs *jobs;

	assert_ok(jobs_start(&jobs, l->m[0].node, wait_at, &gate, &why));
	for (int i = 0; i < LIMIT_JOBS_OF_ONE; i++)
		assert_int_equal(ask(l, jobs, 1), 0);
	assert_int_equal(ask(l, jobs, 1), E_BUSY);
	assert_int_equal(ask(l, jobs, 2), 0);
	let_go(&gate);
	/* Done, they count no more. */
	int rc = ask(l, jobs, 1);
	for (int i = 0; i < 3000 && rc == E_BUSY; i++) {
		(void)poll(NULL, 0, 10);
		rc = ask(l, jobs, 1);
	}
	assert_int_equal(rc, 0);
	jobs_stop(&jobs);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nobody_takes_all_places, league_setup_signed, league_teardown),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
