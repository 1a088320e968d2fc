/*
 * A partner that answers with more, or worse, than any honest one: the work is bounded, nobody's memory ends, and what failed here is not held against
 * what was brought.
 */
#include "scene.h"

#include "base/report.h"
#include "node/want.h"
#include "peer/heads.h"
#include "peer/pull_int.h"

#include <stdatomic.h>

/* Answers one resource itself and passes everything else on. */
struct liar {
	struct transport to;
	const char *part;
	struct buf *answer;
	unsigned calls; /* that it has answered itself */
};

static int liar_call(void *ctx, const struct id *peer, const struct peer_call *c,
	unsigned *ret_status, struct buf *ret, struct why *why)
{
	struct liar *l = ctx;

	if (!strstr(c->path, l->part))
		return l->to.call(l->to.ctx, peer, c, ret_status, ret, why);
	l->calls++;
	*ret_status = 200;
	buf_slice_add(ret, buf_slice(l->answer));
	return 0;
}

static struct transport liar_transport(struct liar *l)
{
	return (struct transport){.ctx = l, .call = liar_call};
}

/* Node 1 follows node 0. */
static struct pull *follow(struct sim *s, struct transport t)
{
	return pull_new(&(struct pull_options){.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = t});
}

/* The first frame of a heads answer: what is known of keys and forks is what node 1 knows, if `roots_too`. */
static void put_state(struct sim *s, struct buf *answer, bool roots_too)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf text CLEANUP_BUF = BUF(1024);
	struct heads_state state = {.token = SLICE("a.b.c")};
	struct coalition c;
	struct why why = {0};

	must_be_0(coalition_load(s->node[1].db, &s->coalition, &arena, &c, &why), why);
	must_be_0(heads_roots_digest(s->node[1].db, c.row, &state.roots, &why), why);
	must_be_0(heads_proofs_digest(s->node[1].db, c.row, &state.proofs, &why), why);
	state.roots.b[0] ^= !roots_too;
	heads_state_print(&text, &state);
	frame32_add(answer, buf_slice(&text));
}

static void test_garbage_heads(void **state)
{
	struct sim *s = *state;
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct liar l = {sim_transport(&s->node[1]), "/heads", &answer};
	struct pull *p = follow(s, liar_transport(&l));
	struct pull_result r;
	struct why why = {0};

	put_state(s, &answer, true);
	for (unsigned n = 0; answer.n < LIMIT_PEER_ANSWER - 64; n++) {
		char note[64];
		int len = snprintf(note, sizeof(note), "%x\n\n\xe2\x80\x94 a AAAAAAA=\n", n);

		frame32_add(&answer, slice_of(note, (size_t)len));
	}
	assert_true(pull_step(p, s->node[1].db, &r, &why) < 0);
	assert_in_range(
		scene_number(s, 1, "SELECT count(*) FROM refusal"), 1, LIMIT_ROUND_REFUSALS + 1);
	pull_free(&p);
}

/* Heads of logs that nobody has introduced: passed over, and they take no memory. */
static void test_strange_heads(void **state)
{
	struct sim *s = *state;
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct liar l = {sim_transport(&s->node[1]), "/heads", &answer};
	struct pull *p = follow(s, liar_transport(&l));
	struct pull_result r;
	struct why why = {0};

	put_state(s, &answer, true);
	for (uint32_t n = 1; answer.n < LIMIT_PEER_ANSWER - 512; n++) {
		struct buf note CLEANUP_BUF = BUF(512);
		struct checkpoint cp = {.log = {.coalition = s->coalition, .epoch = 1}, .size = 1};

		memcpy(cp.log.member.b, &n, sizeof(n));
		checkpoint_print(&note, &cp);
		buf_str(&note, "\n\xe2\x80\x94 x AAAAAAA=\n");
		frame32_add(&answer, buf_slice(&note));
	}
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), 0);
	pull_free(&p);
}

/* A head of each size that a log has had, each signed by its author and, it seems, by one more. */
static void put_heads(struct sim *s, const struct log *log, struct buf *answer)
{
	struct log_reader *reader CLEANUP_FREE = mem_new(struct log_reader);
	struct tree_reader tree = log_reader(reader, s->node[0].db, log);
	struct checkpoint cp = {.log = log->id};
	char origin[ORIGIN_MAX];

	origin_format(&log->id, origin);
	for (cp.size = 1; cp.size <= log->size; cp.size++) {
		struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
		struct why why = {0};

		must_be_0(tree_root_at(&tree, cp.size, &cp.root, &why), why);
		checkpoint_print(&note, &cp);
		size_t text = note.n;
		buf_byte(&note, '\n');
		note_sign(&note, slice_of(note.p, text), slice_str(origin),
			&s->node[0].node->log_key);
		buf_str(&note, "\xe2\x80\x94 x AAAAAAA=\n");
		frame32_add(answer, buf_slice(&note));
	}
}

/* Nobody has to be told of more sizes of one log than it has witnesses: what is beyond that costs nothing. */
static void test_heads_of_every_size(void **state)
{
	struct sim *s = *state;
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	struct liar l = {sim_transport(&s->node[1]), "/heads", &answer};
	struct pull *p = follow(s, liar_transport(&l));
	struct pull_result r;
	struct why why = {0};
	struct log log;

	scene_many(s, 0, 1000);
	log = scene_log(s, 0, 0);
	put_state(s, &answer, true);
	put_heads(s, &log, &answer);
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(scene_log(s, 1, 0).size, log.size);
	assert_in_range(p->seen.n, 1, 2 * LIMIT_MEMBERS);
	pull_free(&p);
}

static void test_one_root_document_many_times(void **state)
{
	struct sim *s = *state;
	struct buf answer CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER), heads CLEANUP_BUF = BUF(4096),
			  list CLEANUP_BUF = BUF(2 * MIB);
	struct peer_answer true_ones = scene_ask(s, 0, 1, "GET", scene_root_path(s, 2), SLICE_NONE);
	struct slice rest = buf_slice(&true_ones.body), note;
	struct liar root = {sim_transport(&s->node[1]), "/root/", &answer};
	struct liar roots = {liar_transport(&root), "/roots", &list};
	struct liar l = {liar_transport(&roots), "/heads", &heads};
	struct pull *p = follow(s, liar_transport(&l));
	struct pull_result r;
	struct why why = {0};

	assert_int_equal(frame32_next(&rest, LIMIT_ROOT_BYTES, &note, &why), 1);
	while (answer.n + note.n + 4 <= LIMIT_ROOT_ANSWER)
		frame32_add(&answer, note);
	/* And said to have something else of that member, over and over. */
	struct root_digest d = {.member = s->node[2].node->self};
	while (list.n < 1 * MIB) {
		d.digest.b[0]++;
		root_digest_print(&list, &d);
	}
	put_state(s, &heads, false);
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(root.calls, 1);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), 0);
	buf_free(&true_ones.body);
	pull_free(&p);
}

/* What failed here, and not there, is looked at again, though the partner has nothing new. */
static void test_a_failure_here_is_no_verdict(void **state)
{
	static const char *const emptied[] = {
		"entry", "tile", "head", "cosign", "act", "payload", "want", "item", "roll"};
	struct sim *s = *state;
	struct log_id id = {.coalition = s->coalition, .member = s->node[0].node->self, .epoch = 1};
	struct db *db = s->node[1].db;
	struct pull *p = follow(s, sim_transport(&s->node[1]));
	struct log log = scene_log(s, 1, 0);
	struct pull_result r;
	struct why why = {0};
	char sql[128];

	/* As for a partner that was just introduced: nothing of its log is here. */
	for (size_t i = 0; i < sizeof(emptied) / sizeof(*emptied); i++) {
		snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE log = %lld", emptied[i],
			(long long)log.row);
		must_be_0(db_script(db, sql, &why), why);
	}
	snprintf(sql, sizeof(sql), "DELETE FROM log WHERE id = %lld", (long long)log.row);
	must_be_0(db_script(db, sql, &why), why);
	must_be_0(
		db_script(db,
			"CREATE TRIGGER no BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'not now'); END",
			&why),
		why);
	assert_true(pull_step(p, db, &r, &why) < 0);
	must_be_0(db_script(db, "DROP TRIGGER no", &why), why);
	why = (struct why){0};
	must_be_0(pull_step(p, db, &r, &why), why);
	must_be_0(log_load(db, &id, &log, &why), why);
	assert_int_equal(log.size, scene_log(s, 0, 0).size);
	pull_free(&p);
}

/* Gives everything but the bytes of the newest entry. */
static int withhold_newest(void *ctx, const struct id *peer, const struct peer_call *c,
	unsigned *ret_status, struct buf *ret, struct why *why)
{
	struct transport *to = ctx;
	struct buf given CLEANUP_BUF = BUF(LIMIT_BUNDLE_BYTES);
	struct slice rest, entry;
	uint8_t len[2];

	if (!strstr(c->path, "tile/entries"))
		return to->call(to->ctx, peer, c, ret_status, ret, why);
	int rc = to->call(to->ctx, peer, c, ret_status, &given, why);
	for (rest = buf_slice(&given); bundle_next(&rest, &entry, NULL) == 1;) {
		entry.n = rest.n > 0 ? entry.n : 0;
		len[0] = (uint8_t)(entry.n >> 8);
		len[1] = (uint8_t)entry.n;
		buf_slice_add(ret, slice_of(len, 2));
		buf_slice_add(ret, entry);
	}
	return rc;
}

static bool has_bytes(struct sim *s, unsigned at, uint64_t seq)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		"SELECT count(*) FROM entry WHERE log = %lld AND seq = %llu AND bytes IS NOT NULL",
		(long long)scene_log(s, at, 0).row, (unsigned long long)seq);
	return scene_number(s, at, sql) == 1;
}

/* An author's word that something is not for this node is not the last one: others are asked. */
static void test_an_author_tells_two_stories(void **state)
{
	struct sim *s = *state;
	struct transport honest = sim_transport(&s->node[1]);
	struct pull *p = follow(s, (struct transport){.ctx = &honest, .call = withhold_newest});
	struct written w = scene_note(s, 0, 0, true, "to all");
	struct pull_result r;
	struct why why = {0};

	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(scene_log(s, 1, 0).size, w.seq + 1);
	assert_false(has_bytes(s, 1, w.seq));
	must_be_0(scene_pull(s, 2, 0, &r, &why), why);
	scene_wait(s, 2 * WANT_HEADER_MS);
	must_be_0(scene_pull(s, 1, 2, &r, &why), why);
	assert_true(has_bytes(s, 1, w.seq));
	/* And the content with it. */
	assert_int_equal(r.payloads, 1);
	pull_free(&p);
}

/* A node whose disk has failed signs nothing any more, and goes on serving what others wrote. */
static void test_an_unfit_node_serves_others(void **state)
{
	struct sim *s = *state;
	struct peer_answer a;

	atomic_store(s->node[0].node->unfit, true);
	a = scene_ask(s, 0, 1, "GET", scene_path(s, "heads"), SLICE_NONE);
	assert_int_equal(a.status, 200);
	assert_true(a.body.n > 0);
	buf_free(&a.body);
}

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

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(test_garbage_heads), SCENE(test_strange_heads),
		SCENE(test_heads_of_every_size), SCENE(test_one_root_document_many_times),
		SCENE(test_a_failure_here_is_no_verdict), SCENE(test_an_unfit_node_serves_others),
		SCENE(test_an_author_tells_two_stories)};

	return cmocka_run_group_tests_name("peer/pull_hostile", tests, NULL, NULL);
}
