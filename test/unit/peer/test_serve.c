/* What partners get: who asks, what for, and that what is not theirs does not exist. */
#include "scene.h"

#include "base/enc.h"
#include "peer/payload.h"

static int setup(void **state)
{
	*state = scene_new(4, 3); /* node 3 is a party that has signed nothing */
	return 0;
}

static int teardown(void **state)
{
	struct sim *s = *state;

	sim_free(&s);
	return 0;
}

static unsigned status_of(
	struct sim *s, unsigned caller, const char *method, const char *path, const char *body)
{
	struct peer_answer a = scene_ask(s, 0, caller, method, path, slice_str(body));

	buf_free(&a.body);
	return a.status;
}

static void test_strangers_get_404_for_everything(void **state)
{
	struct sim *s = *state;
	static const char *const rest[] = {"heads", "roots", "proofs", "charter"};

	for (size_t i = 0; i < COUNT_OF(rest); i++) {
		struct peer_request req = {.method = "GET",
			.path = slice_str(scene_path(s, rest[i])),
			.expired = true};
		struct peer_answer a, b, c;

		/* Unknown; known but no party; a party, but of nothing that exists here. */
		assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &a), PEER_ANSWER);
		req.known = true;
		req.caller = (struct id){{9}};
		assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &b), PEER_ANSWER);
		req.caller = s->node[1].node->self;
		req.path = SLICE("/f/1/00112233445566778899aabbccddeeff/heads");
		assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &c), PEER_ANSWER);
		assert_int_equal(a.status, 404);
		assert_int_equal(b.status, 404);
		assert_int_equal(c.status, 404);
		assert_true(slice_eq(buf_slice(&a.body), buf_slice(&b.body)));
		assert_true(slice_eq(buf_slice(&a.body), buf_slice(&c.body)));
		buf_free(&a.body);
		buf_free(&b.body);
		buf_free(&c.body);
	}
}

static void test_methods(void **state)
{
	struct sim *s = *state;

	assert_int_equal(status_of(s, 1, "GET", scene_path(s, "heads"), ""), 200);
	assert_int_equal(status_of(s, 1, "POST", scene_path(s, "heads"), ""), 404);
	assert_int_equal(status_of(s, 1, "GET", scene_path(s, "proof"), ""), 404);
	assert_int_equal(status_of(s, 1, "GET", scene_log_path(s, 0, "payloads"), ""), 404);
	assert_int_equal(status_of(s, 1, "DELETE", scene_path(s, "heads"), ""), 404);
	assert_int_equal(status_of(s, 1, "POST", scene_path(s, "proof"), "nonsense"), 400);
	assert_int_equal(
		status_of(s, 1, "POST", scene_log_path(s, 0, "payloads"), "nonsense"), 400);
}

static void test_charter_roots_checkpoint(void **state)
{
	struct sim *s = *state;
	struct peer_answer a = scene_ask(s, 0, 3, "GET", scene_path(s, "charter"), SLICE_NONE);
	struct slice rest, frame;
	struct root_digest d;
	unsigned n = 0;

	assert_true(slice_eq(buf_slice(&a.body), buf_slice(&s->charter)));
	buf_free(&a.body);
	a = scene_ask(s, 0, 3, "GET", scene_path(s, "roots"), SLICE_NONE);
	rest = buf_slice(&a.body);
	while (root_digest_next(&rest, &d, NULL) == 1)
		n++;
	assert_int_equal(n, 4);
	buf_free(&a.body);
	a = scene_ask(s, 0, 3, "GET", scene_root_path(s, 2), SLICE_NONE);
	rest = buf_slice(&a.body);
	assert_int_equal(frame32_next(&rest, LIMIT_ROOT_BYTES, &frame, NULL), 1);
	assert_int_equal(rest.n, 0);
	buf_free(&a.body);
	for (unsigned i = 0; i < 3; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct checkpoint cp;
		struct note note;

		a = scene_ask(s, 0, 1, "GET", scene_log_path(s, i, "checkpoint"), SLICE_NONE);
		assert_int_equal(note_parse(&note, &arena, buf_slice(&a.body), NULL), 0);
		assert_int_equal(checkpoint_parse(&cp, note.text, NULL), 0);
		assert_int_equal(cp.size, scene_log(s, 0, i).size);
		buf_free(&a.body);
	}
}

/* Each within what one member may have; together more than one answer takes. */
static void test_many_root_documents(void **state)
{
	struct sim *s = *state;
	struct why why = {0};

	must_be_0(
		db_script(s->node[0].db,
			"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 80) "
			"INSERT INTO root (member, version, note) "
			"SELECT r.member, n.i, zeroblob(65000) FROM root r, n WHERE r.version = 1",
			&why),
		why);
	assert_int_equal(status_of(s, 1, "GET", scene_path(s, "roots"), ""), 200);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(status_of(s, 1, "GET", scene_root_path(s, i), ""), 200);
}

/* ---- the long poll ---- */

static int poll(
	struct sim *s, unsigned caller, const char *query, bool expired, struct peer_answer *ret)
{
	struct peer_request req = {.method = "GET",
		.path = slice_str(scene_path(s, "heads")),
		.query = slice_str(query),
		.known = true,
		.caller = s->node[caller].node->self,
		.expired = expired};

	return peer_serve(s->node[0].node, s->node[0].db, &req, ret);
}

static void token_query(struct peer_answer *a, char ret[160])
{
	struct slice rest = buf_slice(&a->body), frame;
	struct heads_state state;

	assert_int_equal(frame32_next(&rest, 1024, &frame, NULL), 1);
	assert_int_equal(heads_state_parse(frame, &state, NULL), 0);
	snprintf(ret, 160, "wait=25000&after=%.*s", SLICE_FMT(state.token));
	buf_free(&a->body);
}

static void test_a_poll_waits_until_there_is_something(void **state)
{
	struct sim *s = *state;
	struct peer_answer a;
	char query[160];

	assert_int_equal(poll(s, 1, "wait=25000", false, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	token_query(&a, query);
	assert_int_equal(poll(s, 1, query, false, &a), PEER_PARK);
	buf_free(&a.body);
	assert_int_equal(poll(s, 1, query, true, &a), PEER_ANSWER);
	assert_int_equal(a.status, 204);
	assert_int_equal(a.body.n, 0);
	buf_free(&a.body);
	/* Own growth: at once. */
	scene_note(s, 0, 1, false, "for myself");
	assert_int_equal(poll(s, 1, query, false, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
	/* A token of somebody else's is as good as none. */
	assert_int_equal(poll(s, 1, "wait=25000&after=x", false, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
}

/* What is parked runs again at each change, and the first that does looks for all. */
static void test_parked_polls_look_together(void **state)
{
	struct sim *s = *state;
	struct heads_kept *kept = heads_kept_new();
	struct peer_answer a;
	char query[160];

	assert_int_equal(poll(s, 1, "wait=25000", false, &a), PEER_ANSWER);
	token_query(&a, query);
	struct peer_request req = {.method = "GET",
		.path = slice_str(scene_path(s, "heads")),
		.query = slice_str(query),
		.known = true,
		.caller = s->node[1].node->self,
		.kept = kept,
		.change = 1};
	assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &a), PEER_PARK);
	buf_free(&a.body);
	scene_note(s, 0, 1, false, "for myself");
	/* Nobody has said yet that there is a change. */
	assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &a), PEER_PARK);
	buf_free(&a.body);
	req.change = 2;
	assert_int_equal(peer_serve(s->node[0].node, s->node[0].db, &req, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
	heads_kept_free(&kept);
	assert_null(kept);
}

static void test_gossip_waits_a_second(void **state)
{
	struct sim *s = *state;
	struct peer_answer a;
	struct pull_result r;
	struct why why = {0};
	char query[160];

	assert_int_equal(poll(s, 1, "", false, &a), PEER_ANSWER);
	token_query(&a, query);
	scene_note(s, 2, 4, false, "for myself");
	must_be_0(scene_pull(s, 0, 2, &r, &why), why);
	assert_int_equal(poll(s, 1, query, false, &a), PEER_PARK);
	assert_in_range(a.park_ms, 1, 1000);
	buf_free(&a.body);
	scene_wait(s, 1000);
	assert_int_equal(poll(s, 1, query, false, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
}

static void test_gossip_goes_at_once_while_an_act_waits_for_witnesses(void **state)
{
	struct sim *s = *state;
	struct id member[3] = {s->node[0].node->self, s->node[1].node->self, s->node[2].node->self};
	struct act_body accede = {.kind = ACT_ACCEDE,
		.charter = hash_bytes(buf_slice(&s->charter)),
		.ratifier = member,
		.n_ratifier = 3,
		.clearance = SLICE("UNCLASSIFIED"),
		.label = SLICE("N03")};
	struct buf content CLEANUP_BUF = BUF(64 * KIB);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("accede/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA)};
	struct peer_answer a;
	struct written w;
	struct pull_result r;
	struct why why = {0};
	char query[160];

	assert_int_equal(poll(s, 1, "", false, &a), PEER_ANSWER);
	token_query(&a, query);
	qsort(member, 3, sizeof(member[0]), id_cmp);
	act_body_print(&accede, &content);
	d.content = buf_slice(&content);
	d.officer = s->node[3].officer_id;
	d.officer_key = &s->node[3].officer;
	must_be_0(node_write(s->node[3].node, s->node[3].db, &s->coalition, &d, 1, &w, &why), why);
	must_be_0(scene_pull(s, 0, 3, &r, &why), why);
	assert_int_equal(poll(s, 1, query, false, &a), PEER_ANSWER);
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
}

/* ---- tiles ---- */

static void test_hashes_for_everybody_and_bundles_from_anywhere(void **state)
{
	struct sim *s = *state;
	struct log log;
	char rest[64];
	struct peer_answer a;
	struct slice left, entry;
	unsigned n = 0;

	scene_many(s, 0, 300);
	log = scene_log(s, 0, 0);
	a = scene_ask(s, 0, 3, "GET", scene_log_path(s, 0, "tile/0/000"), SLICE_NONE);
	assert_int_equal(a.body.n, 256 * 32);
	buf_free(&a.body);
	snprintf(rest, sizeof(rest), "tile/entries/001.p/%u?from=260", (unsigned)(log.size - 256));
	a = scene_ask(s, 0, 3, "GET", scene_log_path(s, 0, rest), SLICE_NONE);
	assert_int_equal(a.status, 200);
	left = buf_slice(&a.body);
	while (bundle_next(&left, &entry, NULL) == 1)
		n++;
	assert_int_equal(n, log.size - 260);
	buf_free(&a.body);
	/* Not there yet, beyond the tile, before it. */
	snprintf(rest, sizeof(rest), "tile/entries/001.p/%u", (unsigned)(log.size - 255));
	assert_int_equal(status_of(s, 1, "GET", scene_log_path(s, 0, rest), ""), 404);
	assert_int_equal(status_of(s, 1, "GET", scene_log_path(s, 0, "tile/0/009"), ""), 404);
	assert_int_equal(
		status_of(s, 1, "GET", scene_log_path(s, 0, "tile/entries/000?from=256"), ""), 400);
	assert_int_equal(
		status_of(s, 1, "GET", scene_log_path(s, 0, "tile/entries/001.p/9?from=255"), ""),
		400);
	assert_int_equal(
		status_of(s, 1, "GET", scene_log_path(s, 0, "tile/entries/000?from=x"), ""), 400);
}

static void test_open_entries_are_withheld_from_outsiders(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 0, true, "to all members");
	const unsigned readers[] = {1, 3};
	char rest[64];

	for (size_t i = 0; i < 2; i++) {
		struct peer_answer a;
		struct slice left, entry;

		snprintf(rest, sizeof(rest), "tile/entries/000.p/%u?from=%u", (unsigned)w.seq + 1,
			(unsigned)w.seq);
		a = scene_ask(s, 0, readers[i], "GET", scene_log_path(s, 0, rest), SLICE_NONE);
		left = buf_slice(&a.body);
		assert_int_equal(bundle_next(&left, &entry, NULL), 1);
		if (readers[i] == 1)
			assert_true(slice_search(entry, SLICE("kind note/1")) > 0);
		else
			assert_int_equal(entry.n, 0); /* node 3 is no member */
		buf_free(&a.body);
	}
}

/* ---- contents ---- */

static unsigned frames(struct sim *s, unsigned caller, uint64_t seq, struct buf *ret_plain)
{
	char body[64];
	struct peer_answer a;
	struct payload_answer head;
	struct payload_frame f;
	struct slice rest;

	snprintf(body, sizeof(body), "seq %llu\n", (unsigned long long)seq);
	a = scene_ask(s, 0, caller, "POST", scene_log_path(s, 0, "payloads"), slice_str(body));
	assert_int_equal(a.status, 200);
	rest = buf_slice(&a.body);
	assert_int_equal(payload_answer_parse(&rest, &head, NULL), 0);
	if (ret_plain != NULL && payload_frame_next(&rest, &f, NULL) == 1)
		buf_slice_add(ret_plain, f.plain);
	buf_free(&a.body);
	return head.count;
}

static void test_content_for_its_readers_only(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 3, false, "between two");
	struct written all = scene_note(s, 0, 0, true, "to all members");
	struct buf plain CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);

	assert_int_equal(frames(s, 1, w.seq, &plain), 1);
	assert_true(slice_search(buf_slice(&plain), SLICE("between two")) > 0);
	assert_int_equal(frames(s, 2, w.seq, NULL), 0);
	assert_int_equal(frames(s, 3, w.seq, NULL), 0);
	assert_int_equal(frames(s, 2, all.seq, NULL), 1);
	assert_int_equal(frames(s, 3, all.seq, NULL), 0);
	/* Acts are for every party. */
	assert_int_equal(frames(s, 3, 1, NULL), 1);
}

/* Each content is weighed for itself: a question about more of them than a request may hold in memory is answered, and what is not for the caller leaves no trace. */
static void test_many_large_contents_that_are_not_the_callers(void **state)
{
	struct sim *s = *state;
	size_t n = 500000, count = LIMIT_REQUEST_ARENA / n + 2;
	char *text = mem_zero_alloc(n + 1, 1), body[64];
	struct written first = {0}, last = {0};
	struct payload_answer head;
	struct peer_answer a;
	struct slice rest;

	memset(text, 'x', n);
	for (size_t i = 0; i < count; i++) {
		last = scene_note(s, 0, 2, false, text);
		if (i == 0)
			first = last;
	}
	mem_free(text);
	snprintf(body, sizeof(body), "from %llu to %llu\n", (unsigned long long)first.seq,
		(unsigned long long)last.seq);
	a = scene_ask(s, 0, 2, "POST", scene_log_path(s, 0, "payloads"), slice_str(body));
	assert_int_equal(a.status, 200);
	rest = buf_slice(&a.body);
	assert_int_equal(payload_answer_parse(&rest, &head, NULL), 0);
	assert_int_equal(head.count, 0);
	buf_free(&a.body);
}

static void test_absent_and_forbidden_look_the_same(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 3, false, "between two");
	struct written gone = scene_note(s, 0, 5, false, "dropped");
	struct why why = {0};
	struct peer_answer a, b;
	char body[64];

	must_be_0(payload_drop(s->node[0].db, scene_log(s, 0, 0).row, gone.seq, &why), why);
	snprintf(body, sizeof(body), "seq %llu\n", (unsigned long long)w.seq);
	a = scene_ask(s, 0, 2, "POST", scene_log_path(s, 0, "payloads"), slice_str(body));
	snprintf(body, sizeof(body), "seq %llu\n", (unsigned long long)gone.seq);
	b = scene_ask(s, 0, 2, "POST", scene_log_path(s, 0, "payloads"), slice_str(body));
	assert_int_equal(a.status, b.status);
	assert_true(slice_eq(buf_slice(&a.body), buf_slice(&b.body)));
	buf_free(&a.body);
	buf_free(&b.body);
}

static void test_what_is_not_there_yet_is_not_denied(void **state)
{
	struct sim *s = *state;
	struct log log = scene_log(s, 0, 0);
	struct peer_answer a;
	struct payload_answer head;
	struct slice rest;
	char body[64];

	snprintf(body, sizeof(body), "from 1 to %llu\n", (unsigned long long)log.size + 5);
	a = scene_ask(s, 0, 1, "POST", scene_log_path(s, 0, "payloads"), slice_str(body));
	rest = buf_slice(&a.body);
	assert_int_equal(payload_answer_parse(&rest, &head, NULL), 0);
	assert_int_equal(head.next, log.size);
	buf_free(&a.body);
}

/* Whom this node has suspended relations with gets acts, and what takes content back, but no content. */
static void test_suspended_partners(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 3, false, "between two");
	struct log log = scene_log(s, 0, 1);
	struct act_body body = {.kind = ACT_SUSPEND,
		.has_member = true,
		.member = log.id.member,
		.log_epoch = 1,
		.cut = log.size,
		.root = log.root};
	struct buf content CLEANUP_BUF = BUF(64 * KIB);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("suspend-relations/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA)};
	struct written act;
	struct why why = {0};

	act_body_print(&body, &content);
	d.content = buf_slice(&content);
	d.officer = s->node[0].officer_id;
	d.officer_key = &s->node[0].officer;
	must_be_0(
		node_write(s->node[0].node, s->node[0].db, &s->coalition, &d, 1, &act, &why), why);
	assert_int_equal(frames(s, 1, w.seq, NULL), 1); /* not witnessed yet: no effect */
	scene_settle(s);
	assert_int_equal(frames(s, 1, w.seq, NULL), 0);
	assert_int_equal(frames(s, 1, act.seq, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_strangers_get_404_for_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(test_methods, setup, teardown),
		cmocka_unit_test_setup_teardown(test_charter_roots_checkpoint, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_root_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_poll_waits_until_there_is_something, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gossip_waits_a_second, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parked_polls_look_together, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_gossip_goes_at_once_while_an_act_waits_for_witnesses, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_hashes_for_everybody_and_bundles_from_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_open_entries_are_withheld_from_outsiders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_content_for_its_readers_only, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_many_large_contents_that_are_not_the_callers, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_absent_and_forbidden_look_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_is_not_there_yet_is_not_denied, setup, teardown),
		cmocka_unit_test_setup_teardown(test_suspended_partners, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
