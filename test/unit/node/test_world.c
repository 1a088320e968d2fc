/*
 * The world of a request is what the store says, however it was found: another process has written, a transaction was rolled back, a reader still looks at the
 * moment before.
 */
#include "league.h"

#include "log/line.h"
#include "node/world.h"

#include <pthread.h>
#include <stdatomic.h>

static struct hash digest(const struct node *node, struct db *db, const struct id *coalition)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;

	assert_ok(world_load(&w, node, db, coalition, &arena, &why));
	return w.standing.digest;
}

/* Computed from the tables, past everything that is kept. */
static struct hash digest_anew(struct db *db, const struct id *coalition)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct coalition c;
	struct standing s;

	assert_ok(coalition_load(db, coalition, &arena, &c, &why));
	assert_ok(standing_load(db, &c, &arena, &s, &why));
	return s.digest;
}

static int64_t stamp(struct league *l, size_t i)
{
	int64_t ret;

	assert_ok(coalition_stamp(l->m[i].db, &l->id, &ret, &why));
	return ret;
}

/* The same store, opened by another process. */
static void open_again(struct league *l, size_t i, struct node **ret, struct db **ret_db)
{
	struct league_member *m = &l->m[i];

	assert_ok(node_open(ret,
		&(struct node_options){
			.dir = m->dir, .database = m->url, .env = env_of_fake(&m->clock)},
		&why));
	assert_ok(node_db(*ret, ret_db, &why));
}

static void suspend(struct league *l, size_t i, size_t whom)
{
	struct log_id id = {.coalition = l->id, .member = l->m[whom].id, .epoch = 1};
	struct buf text CLEANUP_BUF = BUF(4 * KIB);
	struct log log;

	assert_ok(log_load(l->m[i].db, &id, &log, &why));
	struct act_body body = {.kind = ACT_SUSPEND,
		.has_member = true,
		.member = id.member,
		.log_epoch = id.epoch,
		.cut = log.size,
		.root = log.root};
	act_body_print(&body, &text);
	struct draft d = league_act(l, i, "suspend-relations/1", buf_slice(&text));
	league_write(l, i, &d);
}

static void another_process_is_seen_at_once(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct node *node;
	struct db *db;

	open_again(l, 0, &node, &db);
	struct hash before = digest(node, db, &l->id), own = digest(m->node, m->db, &l->id);
	assert_true(hash_eq(&before, &own));
	/* A reader in the midst of its transaction goes on seeing what it saw. */
	assert_ok(db_begin_read(db, &why));
	digest(node, db, &l->id);
	league_sign(l, 3);
	struct hash still = digest(node, db, &l->id);
	assert_true(hash_eq(&still, &before));
	db_rollback(db);
	struct hash after = digest(node, db, &l->id), anew = digest_anew(m->db, &l->id);
	assert_false(hash_eq(&after, &before));
	assert_true(hash_eq(&after, &anew));
	own = digest(m->node, m->db, &l->id);
	assert_true(hash_eq(&own, &anew));
	db_close(&db);
	node_close(&node);
}

/* What a transaction sees that is then rolled back must be met by nobody. */
static void what_was_rolled_back_is_forgotten(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct hash before = digest(m->node, m->db, &l->id), inside;
	struct slice text = slice_str("somebody");
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct world w;

	for (int i = 0; i < 3; i++) {
		assert_ok(db_begin(m->db, &why));
		assert_ok(world_load(&w, m->node, m->db, &l->id, &arena, &why));
		size_t parties = w.n_party;
		struct id who = {{(uint8_t)(i + 1)}};
		assert_ok(party_put(m->db, w.coalition.row, &who, text, LEAGUE_NOW, &why));
		assert_ok(world_load(&w, m->node, m->db, &l->id, &arena, &why));
		assert_int_equal(w.n_party, parties + 1);
		inside = w.standing.digest;
		assert_true(hash_eq(&inside, &before));
		db_rollback(m->db);
		assert_ok(world_load(&w, m->node, m->db, &l->id, &arena, &why));
		assert_int_equal(w.n_party, parties);
	}
}

/* Standing depends on acts and what they rest on: what says nothing about it leaves it where it is kept. */
static void only_what_counts_makes_it_anew(void **state)
{
	struct league *l = *state;
	int64_t before = stamp(l, 0);

	league_note(l, 0, MODE_REAL, (int[]){1}, 1, "title", "text");
	league_note(l, 1, MODE_REAL, (int[]){0, 2}, 2, "title", "text");
	league_settle(l);
	assert_int_equal(stamp(l, 0), before);
	suspend(l, 0, 1);
	int64_t after = stamp(l, 0);
	assert_true(after != before);
	league_settle(l);
	assert_true(stamp(l, 0) != after); /* it has witnesses now */
	for (size_t i = 0; i < 3; i++) {
		struct hash kept = digest(l->m[i].node, l->m[i].db, &l->id),
			    anew = digest_anew(l->m[i].db, &l->id);
		assert_true(hash_eq(&kept, &anew));
	}
}

struct readers {
	struct league *l;
	atomic_bool stop;
	atomic_uint loads;
};

static void *read_on(void *arg)
{
	struct readers *r = arg;
	struct league *l = r->l;
	struct db *db;

	assert_ok(node_db(l->m[0].node, &db, &why));
	while (!atomic_load(&r->stop)) {
		assert_ok(db_begin_read(db, &why));
		struct hash kept = digest(l->m[0].node, db, &l->id), anew = digest_anew(db, &l->id);
		assert_true(hash_eq(&kept, &anew));
		db_rollback(db);
		atomic_fetch_add(&r->loads, 1);
	}
	db_close(&db);
	return NULL;
}

static void threads_share_it(void **state)
{
	struct readers r = {.l = *state};
	pthread_t thread[3];

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, read_on, &r), 0);
	for (int i = 0; i < 4 || (atomic_load(&r.loads) < 30 && i < 200); i++)
		suspend(r.l, 0, 1 + (size_t)i % 2);
	atomic_store(&r.stop, true);
	for (size_t i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
}

/* A member with an epoch for each of its root documents, whose id stands before all others, takes nobody's place. */
static void many_epochs_of_one(void **state)
{
	enum { EPOCHS = 300 };
	struct league *l = *state;
	struct db *db = l->m[0].db;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct log_id id = {.coalition = l->id};
	const struct entry_seen *seen;
	struct world w;
	struct log *log;
	size_t n, before, of_one = 0;
	bool each[3] = {false};

	assert_ok(db_begin(db, &why));
	assert_ok(world_load(&w, l->m[0].node, db, &l->id, &arena, &why));
	assert_ok(world_logs(&w, db, &arena, &log, &before, &why));
	for (id.epoch = 1; id.epoch <= EPOCHS; id.epoch++) {
		struct hash leaf = hash_leaf(SLICE("x"));
		struct slice withheld = SLICE_NONE;
		struct log one;

		assert_ok(log_open(db, &id, &one, &why));
		assert_ok(log_append(db, &one, &withheld, &leaf, 1, LEAGUE_NOW, 0, &why));
	}
	assert_ok(world_logs(&w, db, &arena, &log, &n, &why));
	assert_int_equal(n, before + LIMIT_LOGS_OF_MEMBER);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || id_cmp(&log[i - 1].id.member, &log[i].id.member) < 0 ||
			    log[i - 1].id.epoch < log[i].id.epoch);
		for (size_t k = 0; k < 3; k++)
			each[k] = each[k] || id_eq(&log[i].id.member, &l->m[k].id);
		if (!id_eq(&log[i].id.member, &id.member))
			continue;
		of_one++;
		assert_true(log[i].id.epoch > EPOCHS - LIMIT_LOGS_OF_MEMBER);
	}
	assert_true(each[0] && each[1] && each[2]);
	assert_int_equal(of_one, LIMIT_LOGS_OF_MEMBER);
	assert_ok(world_all_logs(&w, db, &arena, &log, &n, &why));
	assert_int_equal(n, before + EPOCHS);
	/* What an act says to have seen: the newest of everybody, sorted. */
	assert_ok(world_seen(&w, db, &arena, &seen, &n, &why));
	assert_true(n <= LIMIT_MEMBERS && n >= 4);
	memset(each, 0, sizeof(each));
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || seen_order(&seen[i - 1], &seen[i]) < 0);
		for (size_t k = 0; k < 3; k++)
			each[k] = each[k] || id_eq(&seen[i].member, &l->m[k].id);
	}
	assert_true(each[0] && each[1] && each[2]);
	db_rollback(db);
}

static const struct CMUnitTest tests[] = {
	SIGNED(many_epochs_of_one),
	PLAIN(another_process_is_seen_at_once),
	SIGNED(what_was_rolled_back_is_forgotten),
	SIGNED(only_what_counts_makes_it_anew),
	SIGNED(threads_share_it),
};
LEAGUE_MAIN("node/world", tests)
