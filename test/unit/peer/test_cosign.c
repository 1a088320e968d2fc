/* Witnessing: what was cosigned once is not cosigned otherwise, whatever backup the store comes from. */
#include "scene.h"

#include "peer/pull_int.h"

static int setup(void **state)
{
	*state = scene_new(4, 3);
	return 0;
}

static int teardown(void **state)
{
	struct sim *s = *state;

	sim_free(&s);
	return 0;
}

/* Up to where a node has cosigned the log of another, as it holds it. */
static int64_t cosigned(struct sim *s, unsigned at, unsigned author)
{
	struct log log = scene_log(s, at, author);
	struct stmt *st = db_stmt(s->node[at].db,
		"SELECT coalesce(max(size), 0) FROM cosign WHERE log = $1 AND witness = $2");
	int64_t n;

	db_bind_i64(st, 1, log.row);
	db_bind_blob(st, 2, id_slice(&s->node[at].node->self));
	assert_int_equal(db_step(st, NULL), DB_ROW);
	n = db_i64(st, 0);
	db_reset(st);
	return n;
}

static struct pull_result pull(struct sim *s, unsigned at, unsigned from)
{
	struct pull_result r;
	struct why why = {0};

	must_be_0(scene_pull(s, at, from, &r, &why), why);
	return r;
}

/* The author forgets what it has signed, records and all, and goes on with another story. */
static void author_forgets(struct sim *s, unsigned at)
{
	struct sim_node *n = &s->node[at];
	struct log log;
	struct highwater h;
	struct why why = {0};

	sim_restore(n);
	log = scene_log(s, at, at);
	h = (struct highwater){.size = log.size, .root = log.root};
	must_be_0(n->highwater_real.save(n->highwater_real.ctx, &log.id, &h, &why), why);
	n->lost = false;
}

static void a_restored_witness_catches_up(void **state)
{
	struct sim *s = *state;
	int64_t before = cosigned(s, 1, 0);

	sim_backup(&s->node[1]);
	scene_note(s, 0, 3, false, "seen, cosigned, and forgotten");
	assert_int_equal(pull(s, 1, 0).cosigned, 1);
	sim_restore(&s->node[1]);
	assert_false(s->node[1].lost);
	assert_int_equal(cosigned(s, 1, 0), before);
	assert_int_equal(pull(s, 1, 0).cosigned, 1);
	assert_int_equal(cosigned(s, 1, 0), before + 1);
	scene_note(s, 0, 3, false, "and on");
	assert_int_equal(pull(s, 1, 0).cosigned, 1);
	assert_int_equal(scene_refusals(s, 1, "cosign"), 0);
}

/* What it had signed comes back from whoever was told, also of a log that it cosigns no more. */
static void a_restored_witness_is_told_what_it_signed(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[1];
	struct why why = {0};
	struct log log;
	int64_t before;

	sim_backup(n);
	scene_note(s, 0, 3, false, "cosigned");
	pull(s, 1, 0);
	pull(s, 0, 1);
	before = cosigned(s, 1, 0);
	sim_restore(n);
	log = scene_log(s, 1, 0);
	assert_true(cosigned(s, 1, 0) < before);
	must_be_0(db_begin(n->db, &why), why);
	must_be_0(log_freeze(n->db, &log, log.size + 1, &why), why);
	must_be_0(db_commit(n->db, &why), why);
	(void)pull(s, 1, 0);
	assert_int_equal(cosigned(s, 1, 0), before);
}

static void no_second_story_is_cosigned(void **state)
{
	struct sim *s = *state;
	int64_t before = cosigned(s, 1, 0);
	struct written b;

	sim_backup(&s->node[0]);
	sim_backup(&s->node[1]);
	scene_note(s, 0, 3, false, "story A");
	assert_int_equal(pull(s, 1, 0).cosigned, 1);
	author_forgets(s, 0);
	sim_restore(&s->node[1]);
	b = scene_note(s, 0, 3, false, "story B");
	assert_int_equal(b.seq, before);
	/* It is read, like anything that its author signs; it is not vouched for, and the author's head is what was refused. */
	assert_int_equal(pull(s, 1, 0).cosigned, 0);
	assert_int_equal(scene_log(s, 1, 0).size, before + 1);
	assert_int_equal(cosigned(s, 1, 0), before);
	assert_int_equal(scene_refusals(s, 1, "cosign"), 1);
	/* Nor what follows on it. */
	scene_note(s, 0, 3, false, "more of B");
	assert_int_equal(pull(s, 1, 0).cosigned, 0);
	assert_int_equal(cosigned(s, 1, 0), before);
	/* Other logs are cosigned as ever. */
	scene_note(s, 2, 6, false, "of somebody else");
	assert_int_equal(pull(s, 1, 2).cosigned, 1);
}

static void a_store_behind_its_own_record_cosigns_nothing(void **state)
{
	struct sim *s = *state;
	struct why why = {0};
	struct written w;

	sim_backup(&s->node[1]);
	scene_note(s, 1, 3, false, "written since");
	sim_restore(&s->node[1]);
	assert_true(s->node[1].lost);
	assert_int_equal(node_current(s->node[1].node, s->node[1].db, &why), E_STATE);
	w = scene_note(s, 0, 3, false, "news");
	assert_int_equal(pull(s, 1, 0).cosigned, 0);
	assert_int_equal(scene_log(s, 1, 0).size, w.seq + 1);
	assert_int_equal(scene_refusals(s, 1, "cosign"), 0);
}

/* Not even the log itself is here any more. */
static void a_store_from_before_the_own_log_is_not_current(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[1];
	struct why why = {0};

	must_be_0(
		db_script(n->db,
			"UPDATE log SET member = x'00112233445566778899aabbccddeeff' WHERE member = "
			"(SELECT member FROM node_self)",
			&why),
		why);
	assert_int_equal(node_signs(n->node, n->db, &why), E_STATE);
	assert_int_equal(node_current(n->node, n->db, &why), E_STATE);
}

static int save_nothing(void *ctx, const struct id *coalition, const struct id *author,
	const struct witnessed *w, struct why *why)
{
	(void)ctx;
	(void)coalition;
	(void)author;
	(void)w;
	return why_set(why, E_IO, "high water", "the disk is gone");
}

static void without_a_record_nothing_is_cosigned(void **state)
{
	struct sim *s = *state;
	struct sim_node *n = &s->node[1];
	int64_t before = cosigned(s, 1, 0);
	struct highwater_store store = n->node->highwater;
	struct pull_result r;

	scene_note(s, 0, 3, false, "one");
	n->node->highwater.save_witnessed = save_nothing;
	assert_int_equal(scene_pull(s, 1, 0, &r, NULL), E_IO);
	assert_int_equal(cosigned(s, 1, 0), before);
	/* The disk has failed under this process: it does not try again. */
	n->node->highwater = store;
	assert_int_equal(pull(s, 1, 0).cosigned, 0);
	sim_reboot(n);
	scene_note(s, 0, 3, false, "two");
	assert_int_equal(pull(s, 1, 0).cosigned, 1);
	assert_int_equal(cosigned(s, 1, 0), before + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_restored_witness_catches_up, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_restored_witness_is_told_what_it_signed, setup, teardown),
		cmocka_unit_test_setup_teardown(no_second_story_is_cosigned, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_store_behind_its_own_record_cosigns_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_store_from_before_the_own_log_is_not_current, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_record_nothing_is_cosigned, setup, teardown),
	};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
