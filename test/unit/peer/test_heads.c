/* The heads answer: its frames, the state in front, and notes of one text made one. */
#include "scene.h"

#include "base/enc.h"

static void test_frames(void **state)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct slice rest, one = SLICE_NONE;

	(void)state;
	frame32_add(&b, SLICE("one"));
	frame32_add(&b, SLICE(""));
	rest = buf_slice(&b);
	assert_int_equal(frame32_next(&rest, 3, &one, NULL), 1);
	assert_slice(one, "one");
	assert_int_equal(frame32_next(&rest, 3, &one, NULL), 1);
	assert_slice(one, "");
	assert_int_equal(frame32_next(&rest, 3, &one, NULL), 0);
	rest = buf_slice(&b);
	assert_int_equal(frame32_next(&rest, 2, &one, NULL), E_LIMIT);
	for (size_t n = 1; n < 7; n++) {
		rest = slice_of(b.p, n);
		assert_int_equal(frame32_next(&rest, 100, &one, NULL), E_SYNTAX);
	}
	rest = slice_of("\xff\xff\xff\xff", 4);
	assert_int_equal(frame32_next(&rest, SIZE_MAX, &one, NULL), E_SYNTAX);
}

static void test_state_there_and_back(void **state)
{
	struct heads_state s = {.token = SLICE("ab.cd.17"), .roots = {{1, 2}}, .proofs = {{0xff}}},
			   t;
	struct buf b CLEANUP_BUF = BUF(1024);

	(void)state;
	heads_state_print(&b, &s);
	assert_int_equal(heads_state_parse(buf_slice(&b), &t, NULL), 0);
	assert_slice(t.token, "ab.cd.17");
	assert_true(hash_eq(&s.roots, &t.roots) && hash_eq(&s.proofs, &t.proofs));
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(heads_state_parse(slice_of(b.p, n), &t, NULL), E_SYNTAX);
	buf_byte(&b, '\n');
	assert_int_equal(heads_state_parse(buf_slice(&b), &t, NULL), E_SYNTAX);
}

/* It goes into a path as it is. */
static void test_tokens_that_would_break_a_path(void **state)
{
	static const char *const bad[] = {
		"", "a b", "a&b", "a=b", "a?b", "a#b", "a%20", "\x7f", "a\tb"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct buf b CLEANUP_BUF = BUF(1024);
		struct heads_state t;

		heads_state_print(&b, &(struct heads_state){.token = slice_str(bad[i])});
		if (heads_state_parse(buf_slice(&b), &t, NULL) != E_SYNTAX)
			fail_msg("\"%s\" is a token", bad[i]);
	}
	for (size_t n = HEADS_TOKEN_MAX; n <= HEADS_TOKEN_MAX + 1; n++) {
		struct buf b CLEANUP_BUF = BUF(1024);
		char token[HEADS_TOKEN_MAX + 2] = {0};
		struct heads_state t;

		memset(token, 'x', n);
		heads_state_print(&b, &(struct heads_state){.token = slice_str(token)});
		assert_int_equal(heads_state_parse(buf_slice(&b), &t, NULL),
			n <= HEADS_TOKEN_MAX ? 0 : E_SYNTAX);
	}
}

static void test_every_log_once_with_all_its_witnesses(void **state)
{
	struct sim *s = scene_new(4, 4);
	struct peer_answer a = scene_ask(s, 0, 1, "GET", scene_path(s, "heads"), SLICE_NONE);
	struct slice rest = buf_slice(&a.body), frame;
	unsigned notes = 0;

	(void)state;
	assert_int_equal(a.status, 200);
	assert_int_equal(frame32_next(&rest, 1024, &frame, NULL), 1);
	while (frame32_next(&rest, LIMIT_NOTE_BYTES, &frame, NULL) == 1) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct note note;

		assert_int_equal(note_parse(&note, &arena, frame, NULL), 0);
		assert_int_equal(note.n, 4); /* the author and three witnesses */
		notes++;
	}
	assert_int_equal(notes, 4);
	buf_free(&a.body);
	sim_free(&s);
}

/* A witness that has fallen behind stays known by an older note. */
static void test_a_witness_behind_keeps_its_note(void **state)
{
	struct sim *s = scene_new(3, 3);
	struct pull_result r;
	struct why why = {0};
	struct peer_answer a;
	struct slice rest, frame;
	unsigned sizes = 0;

	(void)state;
	scene_note(s, 0, 1, false, "for myself");
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	must_be_0(scene_pull(s, 0, 1, &r, &why), why);
	a = scene_ask(s, 0, 1, "GET", scene_path(s, "heads"), SLICE_NONE);
	rest = buf_slice(&a.body);
	assert_int_equal(frame32_next(&rest, 1024, &frame, NULL), 1);
	while (frame32_next(&rest, LIMIT_NOTE_BYTES, &frame, NULL) == 1) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct checkpoint cp;
		struct note note;

		assert_int_equal(note_parse(&note, &arena, frame, NULL), 0);
		assert_int_equal(checkpoint_parse(&cp, note.text, NULL), 0);
		if (!id_eq(&cp.log.member, &s->node[0].node->self))
			continue;
		assert_int_equal(note.n, 2);
		sizes++;
	}
	assert_int_equal(sizes, 2); /* by node 1 at the new size, by node 2 at the old */
	buf_free(&a.body);
	sim_free(&s);
}

static void test_digests_follow_what_is_held(void **state)
{
	struct sim *a = scene_new(3, 3);
	struct hash one, two, proofs;
	struct why why = {0};
	struct db *db = a->node[0].db;

	(void)state;
	must_be_0(heads_roots_digest(db, 1, &one, &why), why);
	must_be_0(heads_roots_digest(a->node[1].db, 1, &two, &why), why);
	assert_true(hash_eq(&one, &two));
	must_be_0(heads_proofs_digest(db, 1, &proofs, &why), why);
	must_be_0(db_begin(db, &why), why);
	must_be_0(fork_put(db, scene_log(a, 0, 1).row, 3, SLICE("a proof"), &why), why);
	must_be_0(db_commit(db, &why), why);
	must_be_0(heads_proofs_digest(db, 1, &two, &why), why);
	assert_false(hash_eq(&proofs, &two));
	sim_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_state_there_and_back),
		cmocka_unit_test(test_tokens_that_would_break_a_path),
		cmocka_unit_test(test_every_log_once_with_all_its_witnesses),
		cmocka_unit_test(test_a_witness_behind_keeps_its_note),
		cmocka_unit_test(test_digests_follow_what_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
