/* Group commit: everybody gets its own verdict, what was acknowledged is there, and two processes do not fork a log. */
#include "league.h"

#include "node/bell.h"

#include <pthread.h>
#include <stdatomic.h>

#define WRITERS 8
#define EACH	25

static atomic_int told;

static void on_written(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&told, 1);
}

struct caller {
	struct league *l;
	struct queue *q;
	int n;
	int ok, refused, other;
	uint64_t seq[EACH];
};

static void *call(void *arg)
{
	struct caller *c = arg;

	for (int i = 0; i < EACH; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct draft d = league_draft(c->l, &arena, (int[]){1}, 1, "t", "x");
		struct why why = {0};
		struct written w;

		if (i % 5 == 4)
			d.label = SLICE("league NOSUCH");
		int rc = queue_write(c->q, &c->l->id, &d, 1, &w, &why);
		if (rc == 0)
			c->seq[c->ok++] = w.seq;
		else if (rc == E_INVALID && strcmp(why.where, "/label") == 0)
			c->refused++;
		else
			c->other++;
	}
	return NULL;
}

static void one_bad_draft_spoils_nobody(void **state)
{
	struct league *l = *state;
	struct caller c[WRITERS] = {0};
	pthread_t thread[WRITERS];
	struct queue *q;
	bool seen[2 + WRITERS * EACH] = {false};

	atomic_store(&told, 0);
	assert_ok(queue_start(&q, l->m[0].node, on_written, NULL, &why));
	for (int i = 0; i < WRITERS; i++) {
		c[i] = (struct caller){.l = l, .q = q, .n = i};
		assert_int_equal(pthread_create(&thread[i], NULL, call, &c[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
	queue_stop(&q);
	assert_null(q);
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(c[i].ok, EACH * 4 / 5);
		assert_int_equal(c[i].refused, EACH / 5);
		assert_int_equal(c[i].other, 0);
		for (int k = 0; k < c[i].ok; k++) {
			assert_true(c[i].seq[k] >= 2 && c[i].seq[k] < 2 + WRITERS * EACH);
			assert_false(seen[c[i].seq[k]]);
			seen[c[i].seq[k]] = true;
			assert_true(k == 0 || c[i].seq[k] > c[i].seq[k - 1]);
		}
	}
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), WRITERS * EACH * 4 / 5);
	assert_true(atomic_load(&told) >= 1);
	league_settle(l);
	assert_int_equal(league_count(l, 1, 1, MODE_REAL, ""), WRITERS * EACH * 4 / 5);
	league_rebuilds(l, 0);
}

/* Two queues stand for two processes over one store. */
static void two_writers_take_turns(void **state)
{
	struct league *l = *state;
	struct queue *q[2];
	struct caller c[2] = {0};
	pthread_t thread[2];
	struct log log;

	for (int i = 0; i < 2; i++) {
		assert_ok(queue_start(&q[i], l->m[0].node, NULL, NULL, &why));
		c[i] = (struct caller){.l = l, .q = q[i]};
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, call, &c[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < 2; i++)
		queue_stop(&q[i]);
	assert_int_equal(c[0].ok + c[1].ok, 2 * EACH * 4 / 5);
	assert_int_equal(c[0].other + c[1].other, 0);
	assert_ok(db_begin_read(l->m[0].db, &why));
	assert_ok(log_load_row(l->m[0].db, 1, &log, &why));
	assert_int_equal(log.size, 2 + 2 * EACH * 4 / 5);
	assert_ok(log_verify(l->m[0].db, &log, NULL, NULL, &why));
	db_rollback(l->m[0].db);
	struct buf head CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	assert_ok(node_head(l->m[0].node, l->m[0].db, &log, &head, &why));
}

static atomic_int rung;

static void on_ring(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&rung, 1);
}

static bool rung_soon(int more_than, int ms)
{
	for (; ms > 0 && atomic_load(&rung) <= more_than; ms -= 10)
		usleep(10000);
	return atomic_load(&rung) > more_than;
}

static void the_bell_is_heard(void **state)
{
	struct league *l = *state;
	struct bell *bell;

	bell_ring(l->m[0].node); /* nobody listens: nothing happens */
	assert_ok(bell_start(&bell, l->m[0].node, on_ring, NULL, &why));
	usleep(50000);
	int before = atomic_load(&rung);
	bell_ring(l->m[0].node);
	assert_true(rung_soon(before, 900));
	/* A writer that does not ring is noticed all the same. */
	before = atomic_load(&rung);
	league_note(l, 0, MODE_REAL, (int[]){1}, 1, "t", "x");
	assert_true(rung_soon(before, 5000));
	bell_stop(&bell);
	assert_null(bell);
	bell_ring(l->m[0].node);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(one_bad_draft_spoils_nobody),
		SIGNED(two_writers_take_turns),
		SIGNED(the_bell_is_heard),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/queue", tests, NULL, NULL);
}
