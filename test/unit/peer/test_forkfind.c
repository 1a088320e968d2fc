/* From two heads that contradict each other to a proof; and proofs from anybody. */
#include "scene.h"

#include "pact/forkkeep.h"
#include "peer/forkfind.h"

#define LEAVES_MAX 1000

/* Two stories of node 1's log: the one that node 0 holds, and another that parts from it somewhere. */
struct bench {
	struct sim *s;
	struct log log; /* as node 0 has it */
	struct hash leaf[LEAVES_MAX];
	size_t n;	 /* of the other story */
	struct buf note; /* its head */
	struct receipt_head head;
	struct arena arena;
	struct world w;
	struct receipt_keys keys;
	unsigned reads;
	int lie; /* which byte of the tiles is false; -1: none */
};

static int setup(void **state)
{
	struct bench *b = mem_new(struct bench);
	struct why why = {0};

	b->s = scene_new(3, 3);
	scene_many(b->s, 1, 600);
	scene_settle(b->s);
	b->log = scene_log(b->s, 0, 1);
	assert_true(b->log.size >= 600);
	b->arena = ARENA(64 * MIB);
	b->note = BUF(LIMIT_NOTE_BYTES);
	b->lie = -1;
	must_be_0(world_load(&b->w, b->s->node[0].node, b->s->node[0].db, &b->s->coalition,
			  &b->arena, &why),
		why);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	buf_free(&b->note);
	receipt_keys_free(&b->keys);
	arena_free(&b->arena);
	sim_free(&b->s);
	mem_free(b);
	return 0;
}

/* The same leaves up to `from`, then others, `size` of them in all; signed by node 1's key. */
static void tell(struct bench *b, size_t from, size_t size)
{
	struct node *author = b->s->node[1].node;
	struct tree_range range = {0};
	char origin[ORIGIN_MAX];
	enum receipt_step step;
	struct why why = {0};
	size_t text;

	assert_true(size <= LEAVES_MAX);
	b->n = size;
	for (size_t i = 0; i < size; i++) {
		if (i < from)
			must_be_0(
				log_leaf(b->s->node[0].db, b->log.row, i, &b->leaf[i], &why), why);
		else
			b->leaf[i] = (struct hash){{0xbb, (uint8_t)i, (uint8_t)(i >> 8)}};
		tree_append(&range, &b->leaf[i]);
	}
	origin_format(&b->log.id, origin);
	buf_clear(&b->note);
	checkpoint_print(&b->note,
		&(struct checkpoint){.log = b->log.id, .size = size, .root = tree_root(&range)});
	text = b->note.n;
	buf_byte(&b->note, '\n');
	note_sign(&b->note, slice_of(b->note.p, text), slice_str(origin), &author->log_key);
	must_be_0(receipt_note(&b->w, b->s->node[0].db, &b->keys, buf_slice(&b->note), &b->arena,
			  &b->head, &step, &why),
		why);
}

static int read_tile(void *ctx, const struct tile_path *p, struct buf *ret, struct why *why)
{
	struct bench *b = ctx;
	size_t each = (size_t)1 << (8 * p->level), before = ret->n;

	(void)why;
	b->reads++;
	for (size_t i = 0; i < p->width; i++) {
		struct tree_range range = {0};
		struct hash h;

		for (size_t k = 0; k < each; k++)
			tree_append(&range, &b->leaf[(p->n * TILE_WIDTH + i) * each + k]);
		h = tree_root(&range);
		buf_add(ret, h.b, sizeof(h.b));
	}
	if (b->lie >= 0 && before + (size_t)b->lie < ret->n)
		ret->p[before + (size_t)b->lie] ^= 1;
	return 0;
}

static int find(struct bench *b, struct buf *ret, struct why *why)
{
	const struct tile_source source = {b, read_tile};

	b->reads = 0;
	return fork_find(b->s->node[0].db, &b->log, &b->head, &source, ret, why);
}

static int receive(
	struct bench *b, unsigned at, struct slice proof, bool *ret_news, struct why *why)
{
	struct db *db = b->s->node[at].db;
	struct world w;
	int rc;

	must_be_0(world_load(&w, b->s->node[at].node, db, &b->s->coalition, &b->arena, why), *why);
	must_be_0(db_begin(db, why), *why);
	rc = fork_receive(&w, db, proof, &b->arena, ret_news, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	must_be_0(db_commit(db, why), *why);
	return 0;
}

static void test_the_first_leaf_that_differs(void **state)
{
	struct bench *b = *state;
	const struct {
		size_t from, size;
	} stories[] = {{0, 1}, {0, 600}, {1, 2}, {255, 256}, {255, 600}, {256, 257}, {256, 700},
		{257, 600}, {511, 700}, {599, 600}, {599, 700}, {63, 64}, {500, 601}};

	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
		struct why why = {0};
		struct fork f;

		tell(b, stories[i].from, stories[i].size);
		must_be_0(find(b, &proof, &why), why);
		must_be_0(fork_parse(&f, &b->arena, buf_slice(&proof), &why), why);
		assert_true(f.has_index);
		assert_int_equal(f.index, stories[i].from);
		must_be_0(fork_check(&f, &b->s->node[1].node->log_key.pub, &why), why);
		assert_int_equal(fork_check(&f, &b->s->node[2].node->log_key.pub, &why), E_VERIFY);
		/* Never the whole tree. */
		assert_true(b->reads <= 6);
	}
}

static void test_one_story_is_no_fork(void **state)
{
	struct bench *b = *state;
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct why why = {0};

	tell(b, 400, 400);
	assert_int_equal(find(b, &proof, &why), E_VERIFY);
	tell(b, (size_t)b->log.size, (size_t)b->log.size + 50);
	assert_int_equal(find(b, &proof, &why), E_VERIFY);
	assert_int_equal(proof.n, 0);
}

/* Whatever a partner makes of its tiles, no proof comes out that does not hold. */
static void test_false_tiles(void **state)
{
	struct bench *b = *state;

	tell(b, (size_t)b->log.size, (size_t)b->log.size + 20); /* honest */
	for (b->lie = 0; b->lie < 8192; b->lie += 509) {
		struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
		struct why why = {0};
		bool news = false;

		if (find(b, &proof, &why) == 0)
			assert_int_equal(receive(b, 0, buf_slice(&proof), &news, &why), E_VERIFY);
		assert_false(news);
	}
	assert_false(scene_log(b->s, 0, 1).frozen);
}

static void test_proof_freezes_everywhere(void **state)
{
	struct bench *b = *state;
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES),
			 lower CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct why why = {0};
	bool news;

	tell(b, 300, 650);
	must_be_0(find(b, &proof, &why), why);
	must_be_0(receive(b, 0, buf_slice(&proof), &news, &why), why);
	assert_true(news);
	assert_int_equal(scene_log(b->s, 0, 1).frozen_at, 300);
	must_be_0(receive(b, 0, buf_slice(&proof), &news, &why), why);
	assert_false(news);
	/* Another node needs no trust in who brought it. */
	must_be_0(receive(b, 2, buf_slice(&proof), &news, &why), why);
	assert_true(news && scene_log(b->s, 2, 1).frozen_at == 300);
	/* Even the author must see it, and stops. */
	must_be_0(receive(b, 1, buf_slice(&proof), &news, &why), why);
	assert_true(scene_log(b->s, 1, 1).frozen);
	tell(b, 100, 650);
	must_be_0(find(b, &lower, &why), why);
	must_be_0(receive(b, 0, buf_slice(&lower), &news, &why), why);
	assert_true(news && scene_log(b->s, 0, 1).frozen_at == 100);
	must_be_0(receive(b, 0, buf_slice(&proof), &news, &why), why);
	assert_false(news); /* higher than what is known */
}

static void test_proofs_that_are_none(void **state)
{
	struct bench *b = *state;
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct why why = {0};
	bool news = false;

	tell(b, 300, 650);
	must_be_0(find(b, &proof, &why), why);
	for (size_t i = 0; i < proof.n; i += 7) {
		struct buf bad CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);

		buf_slice_add(&bad, buf_slice(&proof));
		bad.p[i] ^= 2;
		if (receive(b, 0, buf_slice(&bad), &news, &why) == 0)
			fail_msg("the proof holds with a bit of byte %zu flipped", i);
	}
	assert_int_equal(receive(b, 0, SLICE("entente-fork/1\n"), &news, &why), E_SYNTAX);
	assert_false(news);
	assert_false(scene_log(b->s, 0, 1).frozen);
}

static int64_t proofs_held(struct bench *b, unsigned at)
{
	return scene_number(b->s, at, "SELECT count(*) FROM fork");
}

/* Lines that nobody has signed, behind the note that was signed. */
static void pad(struct bench *b)
{
	for (char c = 'a'; c < 'z'; c++) {
		buf_addf(&b->note, "\u2014 %c ", c);
		for (int i = 0; i < 60; i++)
			buf_str(&b->note, "AAAA");
		buf_byte(&b->note, '\n');
	}
}

/* A log with as many forks as it has entries, each lower than the one before, each as long as may be. */
static void test_one_proof_of_a_key_is_kept(void **state)
{
	struct bench *b = *state;
	struct buf low CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	enum receipt_step step;
	struct why why = {0};
	bool news;

	for (size_t from = 550; from >= 500; from -= 10) {
		struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);

		tell(b, from, 650);
		pad(b);
		must_be_0(receipt_note(&b->w, b->s->node[0].db, &b->keys, buf_slice(&b->note),
				  &b->arena, &b->head, &step, &why),
			why);
		must_be_0(find(b, &proof, &why), why);
		assert_true(proof.n > 6000);
		must_be_0(receive(b, 0, buf_slice(&proof), &news, &why), why);
		assert_true(news);
		assert_int_equal(proofs_held(b, 0), 1);
		assert_int_equal(scene_number(b->s, 0, "SELECT min(cut) FROM fork"), (int)from);
		assert_true(scene_number(b->s, 0, "SELECT max(length(proof)) FROM fork") < 4096);
		if (from == 500)
			buf_slice_add(&low, buf_slice(&proof));
	}
	/* What is passed on holds elsewhere as well. */
	struct db *db = b->s->node[0].db;
	struct fork_row *row;
	size_t n;
	must_be_0(fork_list(db, b->w.coalition.row, &b->arena, &row, &n, &why), why);
	assert_int_equal(n, 1);
	must_be_0(receive(b, 2, row[0].proof, &news, &why), why);
	assert_true(news && scene_log(b->s, 2, 1).frozen_at == 500);
	must_be_0(receive(b, 2, buf_slice(&low), &news, &why), why);
	assert_false(news);
}

/* A store from before the rule: all that came was kept. */
static void test_an_older_store_is_trimmed(void **state)
{
	struct bench *b = *state;
	struct db *db = b->s->node[0].db;
	struct why why = {0};

	for (size_t from = 500; from < 560; from += 20) {
		struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);

		tell(b, from, 650);
		must_be_0(find(b, &proof, &why), why);
		must_be_0(db_begin(db, &why), why);
		must_be_0(fork_put(db, b->log.row, from, buf_slice(&proof), &why), why);
		must_be_0(db_commit(db, &why), why);
	}
	assert_int_equal(proofs_held(b, 0), 3);
	must_be_0(forks_trim(db, &why), why);
	assert_int_equal(proofs_held(b, 0), 1);
	assert_int_equal(scene_number(b->s, 0, "SELECT cut FROM fork"), 500);
	must_be_0(forks_trim(db, &why), why);
	assert_int_equal(proofs_held(b, 0), 1);
}

static int prefix(struct bench *b, uint64_t size)
{
	const struct tile_source source = {b, read_tile};

	return fork_prefix(b->s->node[0].db, &b->log, &b->head, size, &source, NULL);
}

static void test_the_common_part(void **state)
{
	struct bench *b = *state;

	tell(b, 300, 650);
	assert_int_equal(prefix(b, 0), 0);
	assert_int_equal(prefix(b, 1), 0);
	assert_int_equal(prefix(b, 256), 0);
	assert_int_equal(prefix(b, 300), 0);
	assert_int_equal(prefix(b, 301), E_VERIFY);
	assert_int_equal(prefix(b, 600), E_VERIFY);
	b->lie = 40;
	assert_int_equal(prefix(b, 300), E_VERIFY);
}

/* A head of the other branch is asked for its witnesses only: it is not the head of what is held here, and deeper forks are still proved. */
static void test_the_other_branch_is_not_ours(void **state)
{
	struct bench *b = *state;
	struct db *db = b->s->node[0].db;
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES),
			 deeper CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct why why = {0};
	struct receipt_news found;
	struct slice before, after;
	uint64_t size;
	bool news;

	tell(b, 300, 650);
	must_be_0(find(b, &proof, &why), why);
	must_be_0(receive(b, 0, buf_slice(&proof), &news, &why), why);
	/* Entries came faster than heads: the one held is of a part of them. */
	struct log_reader *reader CLEANUP_FREE = mem_new(struct log_reader);
	struct tree_reader tree = log_reader(reader, db, &b->log);
	struct checkpoint cp = {.log = b->log.id, .size = 200};
	struct buf early CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	char origin[ORIGIN_MAX];
	must_be_0(tree_root_at(&tree, cp.size, &cp.root, &why), why);
	origin_format(&cp.log, origin);
	checkpoint_print(&early, &cp);
	size_t text = early.n;
	buf_byte(&early, '\n');
	note_sign(&early, slice_of(early.p, text), slice_str(origin), &b->s->node[1].node->log_key);
	must_be_0(db_begin(db, &why), why);
	must_be_0(db_run(db_stmt(db, "DELETE FROM head"), &why), why);
	must_be_0(head_put(db, b->log.row, cp.size, buf_slice(&early), &why), why);
	must_be_0(db_commit(db, &why), why);

	tell(b, 300, 500);
	b->log = scene_log(b->s, 0, 1);
	assert_true(b->log.frozen && b->log.size >= 500);
	must_be_0(head_get(db, b->log.row, &b->arena, &size, &before, &why), why);
	must_be_0(
		receipt_witnesses(&b->w, db, &b->keys, &b->log, &b->head, &b->arena, &found, &why),
		why);
	/* The log may have been frozen after it was looked at. */
	found.author = true;
	must_be_0(db_begin(db, &why), why);
	must_be_0(receipt_news_keep(db, &b->log, &b->head, &found, &b->arena, &why), why);
	must_be_0(db_commit(db, &why), why);
	must_be_0(head_get(db, b->log.row, &b->arena, &size, &after, &why), why);
	assert_true(slice_eq(before, after));
	tell(b, 100, 450);
	must_be_0(find(b, &deeper, &why), why);
	must_be_0(receive(b, 0, buf_slice(&deeper), &news, &why), why);
	assert_true(news && scene_log(b->s, 0, 1).frozen_at == 100);
}

/* The beginning of what was signed, without the rest of it. */
static void test_a_span_that_is_only_the_beginning(void **state)
{
	struct bench *b = *state;
	const struct tile_source source = {b, read_tile};
	uint64_t size = b->log.size, head = LEAVES_MAX;
	struct tree_proof proof;
	struct why why = {0};

	tell(b, size, head);
	struct receipt_span span = {
		.log = b->log, .head = &b->head, .leaf = b->leaf + size, .n = 100};

	assert_true(size + 200 < head);
	must_be_0(tiles_consistency(&source, size + 100, head, &proof, &why), why);
	must_be_0(receipt_span_prove(&span, &proof, &why), why);
	assert_true(span.checked);
	/* Another leaf, another end, another tree. */
	span.checked = false;
	b->leaf[size + 50].b[0] ^= 1;
	assert_int_equal(receipt_span_prove(&span, &proof, &why), E_VERIFY);
	b->leaf[size + 50].b[0] ^= 1;
	span.n = 99;
	assert_int_equal(receipt_span_prove(&span, &proof, &why), E_VERIFY);
	span.n = 100;
	proof.node[0].b[0] ^= 1;
	assert_int_equal(receipt_span_prove(&span, &proof, &why), E_VERIFY);
	assert_false(span.checked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_first_leaf_that_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_story_is_no_fork, setup, teardown),
		cmocka_unit_test_setup_teardown(test_false_tiles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proof_freezes_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proofs_that_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_proof_of_a_key_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_older_store_is_trimmed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_common_part, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_other_branch_is_not_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_span_that_is_only_the_beginning, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
