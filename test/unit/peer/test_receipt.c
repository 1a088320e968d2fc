/* The checks on a head, in their order, and on entries: what refuses, and that nothing of it is kept. */
#include "scene.h"

#include "base/limits.h"

#include "peer/receipt.h"

struct bench {
	struct sim *s;
	struct arena arena;
	struct world w; /* of node 0 */
	struct receipt_keys keys;
};

static int setup(void **state)
{
	struct bench *b = mem_new(struct bench);
	struct why why = {0};

	b->s = scene_new(4, 3);
	b->arena = ARENA(64 * MIB);
	must_be_0(world_load(&b->w, b->s->node[0].node, b->s->node[0].db, &b->s->coalition,
			  &b->arena, &why),
		why);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	receipt_keys_free(&b->keys);
	arena_free(&b->arena);
	sim_free(&b->s);
	mem_free(b);
	return 0;
}

/* Key with which the note is signed, and what is in it. */
struct forged {
	unsigned author;
	uint64_t size;
	struct hash root;
	const struct seckey *key;
	uint32_t epoch;
	bool foreign; /* another coalition */
};

static struct slice forge(struct bench *b, const struct forged *f, struct buf *ret)
{
	struct node *node = b->s->node[f->author].node;
	struct checkpoint cp = {.log = {.coalition = b->s->coalition,
					.member = node->self,
					.epoch = f->epoch ? f->epoch : 1},
		.size = f->size,
		.root = f->root};
	char origin[ORIGIN_MAX];
	size_t text;

	cp.log.coalition.b[0] ^= f->foreign;
	origin_format(&cp.log, origin);
	checkpoint_print(ret, &cp);
	text = ret->n;
	buf_byte(ret, '\n');
	note_sign(ret, slice_of(ret->p, text), slice_str(origin), f->key ? f->key : &node->log_key);
	return buf_slice(ret);
}

static int judge(
	struct bench *b, const struct forged *f, struct receipt_head *ret, enum receipt_step *step)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct why why = {0};

	return receipt_note(&b->w, b->s->node[0].db, &b->keys,
		arena_copy(&b->arena, forge(b, f, &note)), &b->arena, ret, step, &why);
}

static void test_steps_have_names(void **state)
{
	(void)state;
	assert_string_equal(receipt_step_name(RECEIPT_CALLER), "caller");
	assert_string_equal(receipt_step_name(RECEIPT_SIGNATURE), "signature");
	assert_string_equal(receipt_step_name(RECEIPT_GOSSIP), "gossip");
}

static void test_a_good_note(void **state)
{
	struct bench *b = *state;
	struct log log = scene_log(b->s, 1, 1);
	struct receipt_head h;
	enum receipt_step step;

	assert_int_equal(judge(b, &(struct forged){.author = 1, .size = log.size, .root = log.root},
				 &h, &step),
		0);
	assert_int_equal(step, RECEIPT_NONE);
	assert_int_equal(h.cp.size, log.size);
	assert_int_equal(receipt_compare(b->s->node[0].db, &log, &h, NULL), 0);
}

static void test_grammar_is_step_note(void **state)
{
	struct bench *b = *state;
	struct buf huge CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES + 2);
	enum receipt_step step;
	struct receipt_head h;

	assert_int_equal(receipt_note(&b->w, b->s->node[0].db, &b->keys, SLICE("no note"),
				 &b->arena, &h, &step, NULL),
		E_SYNTAX);
	assert_int_equal(step, RECEIPT_NOTE);
	memset(buf_room(&huge, LIMIT_NOTE_BYTES + 1), 'x', LIMIT_NOTE_BYTES + 1);
	assert_int_equal(receipt_note(&b->w, b->s->node[0].db, &b->keys, buf_slice(&huge),
				 &b->arena, &h, &step, NULL),
		E_LIMIT);
	assert_int_equal(step, RECEIPT_NOTE);
}

static void test_strangers_are_step_origin(void **state)
{
	struct bench *b = *state;
	struct seckey key = b->s->node[1].node->log_key;
	enum receipt_step step;
	struct receipt_head h;

	assert_int_equal(
		judge(b, &(struct forged){.author = 1, .size = 1, .foreign = true, .key = &key}, &h,
			&step),
		E_VERIFY);
	assert_int_equal(step, RECEIPT_ORIGIN);
	/* Node 3 is known, but take it off the list: nobody's misdeed, so another code. */
	struct party *others = arena_array(&b->arena, struct party, b->w.n_party);
	size_t n = 0;
	for (size_t i = 0; i < b->w.n_party; i++)
		if (!id_eq(&b->w.party[i].id, &b->s->node[3].node->self))
			others[n++] = b->w.party[i];
	b->w.party = others;
	b->w.n_party = n;
	assert_int_equal(judge(b, &(struct forged){.author = 3, .size = 1}, &h, &step), E_MISSING);
	assert_int_equal(step, RECEIPT_ORIGIN);
}

static void test_other_keys_are_step_signature(void **state)
{
	struct bench *b = *state;
	struct env env = env_of_fake(&b->s->node[0].clock);
	struct seckey thief = seckey_new(&env);
	struct node *author = b->s->node[1].node;
	enum receipt_step step;
	struct receipt_head h;

	assert_int_equal(
		judge(b, &(struct forged){.author = 1, .size = 1, .key = &thief}, &h, &step),
		E_VERIFY);
	assert_int_equal(step, RECEIPT_SIGNATURE);
	/* Keys of the same member for other uses are no log keys. */
	assert_int_equal(
		judge(b, &(struct forged){.author = 1, .size = 1, .key = &author->witness_key}, &h,
			&step),
		E_VERIFY);
	assert_int_equal(
		judge(b, &(struct forged){.author = 1, .size = 1, .key = &b->s->node[1].officer},
			&h, &step),
		E_VERIFY);
	/* An epoch for which no root document names a key. */
	assert_int_equal(judge(b, &(struct forged){.author = 1, .size = 1, .epoch = 2}, &h, &step),
		E_VERIFY);
	assert_int_equal(step, RECEIPT_SIGNATURE);
}

static void test_a_flipped_bit_anywhere_refuses(void **state)
{
	struct bench *b = *state;
	struct log log = scene_log(b->s, 1, 1);
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);

	forge(b, &(struct forged){.author = 1, .size = log.size, .root = log.root}, &note);
	for (size_t i = 0; i < note.n; i++) {
		struct buf bad CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
		enum receipt_step step;
		struct receipt_head h;

		buf_slice_add(&bad, buf_slice(&note));
		bad.p[i] ^= 1;
		if (receipt_note(&b->w, b->s->node[0].db, &b->keys, buf_slice(&bad), &b->arena, &h,
			    &step, NULL) == 0)
			fail_msg("the note is good with bit 0 of byte %zu flipped", i);
	}
}

static void test_compare(void **state)
{
	struct bench *b = *state;
	struct log log = scene_log(b->s, 0, 1);
	struct db *db = b->s->node[0].db;
	struct log_reader *ctx = mem_new(struct log_reader);
	struct tree_reader reader = log_reader(ctx, db, &log);
	struct receipt_head h;
	enum receipt_step step;
	struct hash root;
	struct why why = {0};

	/* Every size that this log ever had. */
	for (uint64_t size = 0; size <= log.size; size++) {
		must_be_0(tree_root_at(&reader, size, &root, &why), why);
		must_be_0(judge(b, &(struct forged){.author = 1, .size = size, .root = root}, &h,
				  &step),
			why);
		must_be_0(receipt_compare(db, &log, &h, &why), why);
		if (size == 0)
			continue; /* an empty tree has one root: step note sees to it */
		root.b[3] ^= 4;
		must_be_0(judge(b, &(struct forged){.author = 1, .size = size, .root = root}, &h,
				  &step),
			why);
		assert_int_equal(receipt_compare(db, &log, &h, &why), E_VERIFY);
	}
	must_be_0(judge(b, &(struct forged){.author = 1, .size = log.size + 1, .root = root}, &h,
			  &step),
		why);
	assert_int_equal(receipt_compare(db, &log, &h, &why), 1);
	mem_free(ctx);
}

/* ---- witnesses ---- */

static int take_witness(struct bench *b, struct slice note, bool *ret_news)
{
	struct db *db = b->s->node[0].db;
	struct log log = scene_log(b->s, 0, 1);
	struct receipt_head h;
	struct receipt_news found;
	enum receipt_step step;
	struct why why = {0};
	int rc;

	must_be_0(receipt_note(&b->w, db, &b->keys, note, &b->arena, &h, &step, &why), why);
	must_be_0(db_begin(db, &why), why);
	rc = receipt_witnesses(&b->w, db, &b->keys, &log, &h, &b->arena, &found, &why);
	*ret_news = rc == 1;
	if (rc == 1)
		rc = receipt_news_keep(db, &log, &h, &found, &b->arena, &why);
	if (rc < 0)
		db_rollback(db);
	else
		must_be_0(db_commit(db, &why), why);
	return rc;
}

static void test_cosignatures(void **state)
{
	struct bench *b = *state;
	struct sim *s = b->s;
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES), text CLEANUP_BUF = BUF(1024);
	struct pull_result r;
	struct why why = {0};
	char name[ORIGIN_MAX];
	struct log log;
	bool news;

	scene_note(s, 1, 2, false, "for myself");
	must_be_0(scene_pull(s, 0, 1, &r, &why), why);
	log = scene_log(s, 0, 1);
	assert_int_equal(log.size, scene_log(s, 1, 1).size);
	checkpoint_print(
		&text, &(struct checkpoint){.log = log.id, .size = log.size, .root = log.root});
	witness_name_format(&s->coalition, &s->node[2].node->self, name);

	/* In the name of node 2, by another key: the note is refused as a whole. */
	forge(b, &(struct forged){.author = 1, .size = log.size, .root = log.root}, &note);
	note_cosign(&note, buf_slice(&text), slice_str(name), &s->node[3].node->witness_key, 1000);
	assert_int_equal(take_witness(b, arena_copy(&b->arena, buf_slice(&note)), &news), 0);
	assert_false(news); /* its key id is unknown, so it is nobody's line */
	buf_clear(&note);
	forge(b, &(struct forged){.author = 1, .size = log.size, .root = log.root}, &note);
	note_cosign(&note, buf_slice(&text), slice_str(name), &s->node[2].node->witness_key, 1000);
	note.p[note.n - 8] = note.p[note.n - 8] == 'A' ? 'B' : 'A';
	assert_int_equal(take_witness(b, arena_copy(&b->arena, buf_slice(&note)), &news), E_VERIFY);

	buf_clear(&note);
	forge(b, &(struct forged){.author = 1, .size = log.size, .root = log.root}, &note);
	note_cosign(&note, buf_slice(&text), slice_str(name), &s->node[2].node->witness_key, 1000);
	assert_int_equal(take_witness(b, arena_copy(&b->arena, buf_slice(&note)), &news), 0);
	assert_true(news);
	assert_int_equal(take_witness(b, arena_copy(&b->arena, buf_slice(&note)), &news), 0);
	assert_false(news); /* known */
}

/* ---- entries ---- */

static void test_spans_need_the_signed_root(void **state)
{
	struct bench *b = *state;
	struct log log = scene_log(b->s, 0, 1);
	struct hash leaf[3] = {{{1}}, {{2}}, {{3}}};
	struct tree_range range = log.range;
	struct receipt_head h;
	enum receipt_step step;
	struct why why = {0};

	for (size_t i = 0; i < 3; i++)
		tree_append(&range, &leaf[i]);
	must_be_0(judge(b,
			  &(struct forged){
				  .author = 1, .size = log.size + 3, .root = tree_root(&range)},
			  &h, &step),
		why);
	struct receipt_span span = {.log = log, .head = &h, .leaf = leaf, .n = 3};
	must_be_0(receipt_span_check(&span, NULL, &why), why);
	assert_true(span.checked);
	leaf[1].b[0] ^= 1;
	span.checked = false;
	assert_int_equal(receipt_span_check(&span, NULL, &why), E_VERIFY);
	assert_false(span.checked);
}

static void test_bytes_must_be_those_of_the_leaf(void **state)
{
	struct bench *b = *state;
	struct sim_node *n = &b->s->node[0];
	struct log log = scene_log(b->s, 0, 1);
	struct slice bytes = SLICE("not even an entry");
	struct hash leaf = hash_leaf(bytes);
	struct tree_range range = log.range;
	struct receipt_head h;
	enum receipt_step step;
	struct why why = {0};
	size_t stored = 99;

	tree_append(&range, &leaf);
	must_be_0(judge(b,
			  &(struct forged){
				  .author = 1, .size = log.size + 1, .root = tree_root(&range)},
			  &h, &step),
		why);
	struct receipt_span span = {.log = log, .head = &h, .leaf = &leaf, .n = 1};
	must_be_0(receipt_span_check(&span, NULL, &why), why);
	struct slice other = SLICE("something else");
	assert_int_equal(receipt_entries(n->node, n->db, &span, 0, &other, 1, &stored, &step, &why),
		E_VERIFY);
	assert_int_equal(step, RECEIPT_TREE);
	assert_int_equal(stored, 99);
	assert_int_equal(scene_log(b->s, 0, 1).size, log.size);

	/* What is signed is kept, even if it is nonsense: flagged, never folded. */
	must_be_0(receipt_entries(n->node, n->db, &span, 0, &bytes, 1, &stored, &step, &why), why);
	assert_int_equal(stored, 1);
	assert_int_equal(scene_log(b->s, 0, 1).size, log.size + 1);
	assert_int_equal(
		scene_number(b->s, 0, "SELECT count(*) FROM flag WHERE step = 'grammar'"), 1);
	/* The span starts at a size that is past. */
	assert_int_equal(receipt_entries(n->node, n->db, &span, 0, &bytes, 1, &stored, &step, &why),
		E_CONFLICT);
}

static void test_withheld_entries_and_frozen_logs(void **state)
{
	struct bench *b = *state;
	struct sim_node *n = &b->s->node[0];
	struct log log = scene_log(b->s, 0, 1);
	struct hash leaf[4] = {{{1}}, {{2}}, {{3}}, {{4}}};
	struct slice bytes[4] = {SLICE_NONE, SLICE_NONE, SLICE_NONE, SLICE_NONE};
	struct tree_range range = log.range;
	struct receipt_head h;
	enum receipt_step step;
	struct why why = {0};
	size_t stored;

	for (size_t i = 0; i < 4; i++)
		tree_append(&range, &leaf[i]);
	must_be_0(judge(b,
			  &(struct forged){
				  .author = 1, .size = log.size + 4, .root = tree_root(&range)},
			  &h, &step),
		why);
	struct receipt_span span = {.log = log, .head = &h, .leaf = leaf, .n = 4};
	must_be_0(receipt_span_check(&span, NULL, &why), why);
	must_be_0(receipt_entries(n->node, n->db, &span, 0, bytes, 1, &stored, &step, &why), why);
	assert_int_equal(stored, 1);
	/* From somebody who is not the author: to be asked for. */
	assert_int_equal(scene_number(b->s, 0,
				 "SELECT count(*) FROM want w JOIN entry e ON e.log = w.log AND "
				 "e.seq = w.seq WHERE e.bytes IS NULL"),
		1);
	must_be_0(db_begin(n->db, &why), why);
	must_be_0(log_freeze(n->db, &log, log.size + 2, &why), why);
	must_be_0(db_commit(n->db, &why), why);
	must_be_0(
		receipt_entries(n->node, n->db, &span, 1, bytes + 1, 3, &stored, &step, &why), why);
	assert_int_equal(stored, 1);
	assert_int_equal(scene_log(b->s, 0, 1).size, span.log.size + 2);
	must_be_0(
		receipt_entries(n->node, n->db, &span, 2, bytes + 2, 2, &stored, &step, &why), why);
	assert_int_equal(stored, 0);
}

/* ---- introductions ---- */

static void test_two_first_documents_of_one_member_raise_an_alarm(void **state)
{
	struct bench *b = *state;
	struct sim *s = b->s;
	struct buf content CLEANUP_BUF = BUF(64 * KIB);
	struct act_body body = {.kind = ACT_INTRODUCTION,
		.has_member = true,
		.member = s->node[2].node->self,
		.root = {{0xde, 0xad}},
		.label = SLICE("N02")};
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("introduction/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA)};
	struct written w;
	struct pull_result r;
	struct why why = {0};

	act_body_print(&body, &content);
	d.content = buf_slice(&content);
	must_be_0(node_write(s->node[1].node, s->node[1].db, &s->coalition, &d, 1, &w, &why), why);
	assert_int_equal(scene_refusals(s, 0, "introduction"), 0);
	must_be_0(scene_pull(s, 0, 1, &r, &why), why);
	assert_true(r.payloads >= 1);
	assert_int_equal(scene_refusals(s, 0, "introduction"), 1);
}

/* Whatever times the entries name: so many in one day of the clock here. */
static void test_so_many_in_a_day_of_this_clock(void **state)
{
	static const struct charter charter = {.quota_entries = 2, .quota_payload_bytes = 100};
	enum { FULL = 2 * LIMIT_RECEIVED_DAYS };
	const int64_t day = 24LL * 3600 * 1000, now = 20000 * day + 77;
	struct bench *b = *state;
	struct db *db = b->s->node[0].db;
	struct slice bytes[FULL + 1] = {SLICE_NONE};
	int64_t row = scene_log(b->s, 0, 1).row + 1000; /* nothing has come of it */
	struct why why = {0};
	size_t room;

	must_be_0(db_begin(db, &why), why);
	must_be_0(received_room(db, row, &charter, bytes, FULL + 1, now, &room, &why), why);
	assert_int_equal(room, FULL);
	must_be_0(received_add(db, row, bytes, FULL - 1, now, &why), why);
	must_be_0(received_room(db, row, &charter, bytes, 5, now, &room, &why), why);
	assert_int_equal(room, 1);
	must_be_0(received_add(db, row, bytes, 1, now + 5, &why), why);
	must_be_0(received_room(db, row, &charter, bytes, 5, now + 5, &room, &why), why);
	assert_int_equal(room, 0);
	must_be_0(received_room(db, row + 1, &charter, bytes, 5, now, &room, &why), why);
	assert_int_equal(room, 5); /* another log */
	must_be_0(received_room(db, row, &charter, bytes, 5, now + day, &room, &why), why);
	assert_int_equal(room, 5); /* another day */
	must_be_0(received_add(db, row, bytes, 3, now + day, &why), why);
	must_be_0(received_room(db, row, &charter, bytes, FULL, now + day, &room, &why), why);
	assert_int_equal(room, FULL - 3);
	/* A further epoch is a further log, but no further day. */
	struct log_id id = scene_log(b->s, 0, 1).id;
	struct log next;
	row = scene_log(b->s, 0, 1).row;
	must_be_0(received_add(db, row, bytes, FULL - 2, now + 2 * day, &why), why);
	id.epoch++;
	must_be_0(log_open(db, &id, &next, &why), why);
	must_be_0(received_room(db, next.row, &charter, bytes, FULL, now + 2 * day, &room, &why),
		why);
	assert_int_equal(room, 2);
	must_be_0(received_add(db, next.row, bytes, 1, now + 2 * day, &why), why);
	must_be_0(received_room(db, row, &charter, bytes, FULL, now + 2 * day, &room, &why), why);
	assert_int_equal(room, 1);
	db_rollback(db);
}

/* As many introductions as a stranger likes: each is looked at, up to the bound, none costs more for the others. */
static void test_introductions_without_end(void **state)
{
	struct bench *b = *state;
	struct db *db = b->s->node[0].db;
	struct log log = scene_log(b->s, 0, 1);
	struct why why = {0};
	char text[256], id[ID_TEXT + 1];

	id_format(&b->s->node[2].node->self, id);
	snprintf(text, sizeof(text),
		"entente-act-body/1\nmember %s\nroot %064d\nlabel Somebody\n\n", id, 1);
	must_be_0(db_begin(db, &why), why);
	for (int i = 0; i < 3000; i++) {
		struct stmt *s =
			db_stmt(db, "INSERT INTO act (log, seq, kind, leaf, time_ms, entry, body)"
				    " VALUES ($1, $2, 'introduction/1', $3, 0, $3, $4)");
		struct hash leaf = {{1}};

		db_bind_i64(s, 1, log.row);
		db_bind_i64(s, 2, 100000 + i);
		db_bind_blob(s, 3, slice_of(leaf.b, sizeof(leaf.b)));
		db_bind_blob(s, 4, slice_str(text));
		must_be_0(db_run(s, &why), why);
	}
	must_be_0(receipt_introductions(&b->w, db, &why), why);
	int64_t times = scene_number(
		b->s, 0, "SELECT COALESCE(SUM(times), 0) FROM refusal WHERE step = 'introduction'");
	assert_true(times > 0 && times <= LIMIT_STANDING_INTRODUCTION);
	db_rollback(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_have_names),
		cmocka_unit_test_setup_teardown(test_a_good_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_grammar_is_step_note, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strangers_are_step_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_other_keys_are_step_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_flipped_bit_anywhere_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_compare, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cosignatures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spans_need_the_signed_root, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_bytes_must_be_those_of_the_leaf, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_withheld_entries_and_frozen_logs, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_two_first_documents_of_one_member_raise_an_alarm, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_so_many_in_a_day_of_this_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_introductions_without_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
