/* Following one partner: what is learned, what is refused, and that failures leave nothing behind. */
#include "scene.h"

#include "node/record.h"
#include "peer/payload.h"
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

static bool holds(struct sim *s, unsigned at, unsigned author, uint64_t seq)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct log log = scene_log(s, at, author);
	struct slice plain;
	uint8_t salt[32];

	return payload_get(s->node[at].db, log.row, seq, &arena, salt, &plain, NULL) == 0;
}

static void test_a_note_arrives_where_it_should(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 3, false, "between two");
	struct pull_result r;
	struct why why = {0};

	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_true(r.progress && r.entries == 1 && r.payloads == 1 && r.cosigned == 1);
	assert_true(holds(s, 1, 0, w.seq));
	must_be_0(scene_pull(s, 2, 0, &r, &why), why);
	assert_int_equal(r.entries, 1);
	assert_int_equal(r.payloads, 0);
	assert_false(holds(s, 2, 0, w.seq));
	assert_int_equal(scene_log(s, 2, 0).size, scene_log(s, 0, 0).size);
	/* Its author's no is final: nothing is asked for any more. */
	must_be_0(scene_pull(s, 2, 0, &r, &why), why);
	assert_false(r.progress);
	assert_int_equal(
		scene_number(s, 2, "SELECT count(*) FROM want WHERE next_ms < 9000000000000000"),
		0);
}

static void test_a_mirror_serves_when_the_author_is_away(void **state)
{
	struct sim *s = *state;
	struct written all = scene_note(s, 0, 0, true, "to all members");
	struct written two = scene_note(s, 0, 7, false, "to three");
	struct pull_result r;
	struct why why = {0};

	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	/* Node 2 never reaches node 0. */
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	assert_int_equal(r.entries, 2);
	assert_true(holds(s, 2, 0, all.seq));
	/* What may only perhaps be for it is asked for when there is nothing else to do. */
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	assert_true(holds(s, 2, 0, two.seq));
}

/* What is for nobody here does not stand in front of what is, however much it is. */
static void test_a_mirror_is_asked_for_all_of_it(void **state)
{
	struct sim *s = *state;
	struct written all, two;
	struct pull_result r;
	struct why why = {0};

	scene_many(s, 0, LIMIT_PAYLOADS_PER_REQUEST + 80);
	all = scene_note(s, 0, 0, true, "to all members");
	two = scene_note(s, 0, 7, false, "to three");
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	assert_true(holds(s, 2, 0, all.seq));
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	must_be_0(scene_pull(s, 2, 1, &r, &why), why);
	assert_true(holds(s, 2, 0, two.seq));
}

static void test_a_long_catch_up(void **state)
{
	struct sim *s = *state;
	struct pull_result r;
	struct why why = {0};
	struct log log;

	scene_many(s, 0, 4500); /* more than one span, the last bundle partial */
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_int_equal(r.entries, 4500);
	log = scene_log(s, 1, 0);
	assert_true(log.size == scene_log(s, 0, 0).size);
	must_be_0(log_verify(s->node[1].db, &log, NULL, NULL, &why), why);
	/* And from where it ended, in one short span. */
	scene_many(s, 0, 700);
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_int_equal(r.entries, 700);
}

/* ---- a way that goes wrong ---- */

struct bad_way {
	struct transport to; /* the way that is right */
	const char *part;    /* of the path: what is spoilt */
	int flip;	     /* bit of byte; -1: cut off at the end */
	unsigned calls;
	int fail; /* instead of an answer; 0: none */
	unsigned status;
};

static int bad_call(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct bad_way *b = ctx;
	int rc;

	b->calls++;
	if (strstr(call->path, b->part) == NULL)
		return b->to.call(b->to.ctx, peer, call, ret_status, ret_body, why);
	if (b->fail < 0)
		return why_set(why, b->fail, "", "not today");
	rc = b->to.call(b->to.ctx, peer, call, ret_status, ret_body, why);
	if (b->status != 0)
		*ret_status = b->status;
	if (rc == 0 && b->flip < 0 && ret_body->n > 0)
		buf_cut(ret_body, ret_body->n - 1);
	else if (rc == 0 && (size_t)b->flip < ret_body->n && b->status == 0)
		ret_body->p[b->flip] ^= 1;
	return rc;
}

static struct pull *pull_badly(struct sim *s, struct bad_way *b)
{
	b->to = sim_transport(&s->node[1]);
	return pull_new(&(struct pull_options){.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = {.ctx = b, .call = bad_call}});
}

static void refuses(struct sim *s, struct bad_way b, const char *step)
{
	struct pull *p = pull_badly(s, &b);
	struct pull_result r;
	struct why why = {0};
	uint64_t size = scene_log(s, 1, 0).size;
	int64_t before = scene_refusals(s, 1, step);
	int64_t contents = scene_number(s, 1, "SELECT count(*) FROM payload");

	assert_true(pull_step(p, s->node[1].db, &r, &why) < 0);
	if (scene_refusals(s, 1, step) != before + 1)
		fail_msg("%s is not refused at step %s: %s", b.part, step, why.text);
	if (strcmp(step, "payload") != 0)
		assert_int_equal(scene_log(s, 1, 0).size, size);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM payload"), contents);
	assert_true(pull_backoff_ms(p) > 0);
	pull_free(&p);
}

static void test_refusals_name_their_step(void **state)
{
	struct sim *s = *state;
	struct pull_result r;
	struct why why = {0};

	scene_note(s, 0, 3, false, "between two");
	refuses(s, (struct bad_way){.part = "/heads", .flip = 2}, "framing");
	refuses(s, (struct bad_way){.part = "/heads", .flip = 10}, "framing");
	refuses(s, (struct bad_way){.part = "tile/entries", .flip = -1}, "tree");
	refuses(s, (struct bad_way){.part = "tile/entries", .flip = 40}, "tree");
	refuses(s, (struct bad_way){.part = "payloads", .flip = PAYLOAD_ANSWER_HEAD + 20},
		"payload"); /* the salt */
	refuses(s, (struct bad_way){.part = "payloads", .flip = -1}, "payload");
	refuses(s, (struct bad_way){.part = "payloads", .flip = PAYLOAD_ANSWER_HEAD + 7},
		"payload"); /* the seq */
	scene_wait(s, 120000);
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_int_equal(r.payloads, 1);
}

/* An answer that breaks off is asked for in smaller parts, until they come through. */
static void test_less_is_asked_for_over_a_line_that_breaks(void **state)
{
	struct sim *s = *state;
	struct bad_way b = {.part = "payloads", .fail = E_NET};
	struct pull *p = pull_badly(s, &b);
	struct sim_node *n = &s->node[1];
	struct pull_result r;
	struct why why = {0};

	for (unsigned i = 0; i < 8; i++)
		scene_note(s, 0, 3, false, "one of eight");
	for (size_t want = 4; want >= 1; want /= 2) {
		assert_int_equal(pull_step(p, n->db, &r, NULL), E_NET);
		assert_int_equal(p->ask_max, want);
	}
	assert_int_equal(pull_step(p, n->db, &r, NULL), E_NET);
	assert_int_equal(p->ask_max, 1);
	b.part = "nothing";
	b.calls = 0;
	must_be_0(pull_step(p, n->db, &r, &why), why);
	assert_int_equal(r.payloads, 8);
	/* One, two, four and the last, each question larger than the one before; and the heads. */
	assert_int_equal(b.calls, 5);
	pull_free(&p);
}

static int64_t cosigned_beyond(struct sim *s, unsigned at, const struct log *log)
{
	struct stmt *st =
		db_stmt(s->node[at].db, "SELECT count(*) FROM cosign WHERE log = $1 AND size > $2");
	int64_t n;

	db_bind_i64(st, 1, log->row);
	db_bind_i64(st, 2, (int64_t)log->size);
	assert_int_equal(db_step(st, NULL), DB_ROW);
	n = db_i64(st, 0);
	db_reset(st);
	return n;
}

/*
 * A log is frozen at a cut, and entries below it are still to come. As long as they do not, nothing is concluded from a head behind the cut: not after one
 * spoilt answer, and not after so many that the head is put off.
 */
static void spoilt(void **state, unsigned rounds, int64_t wait_ms)
{
	struct sim *s = *state;
	struct db *db = s->node[1].db;
	struct bad_way b = {.part = "tile/entries", .flip = 40};
	struct pull *p = pull_badly(s, &b);
	struct pull_result r;
	struct why why = {0};
	struct log log = scene_log(s, 1, 0), held = log;

	scene_many(s, 0, 6);
	must_be_0(scene_pull(s, 2, 0, &r, &why), why);
	must_be_0(scene_pull(s, 0, 2, &r, &why), why);
	must_be_0(db_begin(db, &why), why);
	must_be_0(log_freeze(db, &log, log.size + 3, &why), why);
	must_be_0(db_commit(db, &why), why);
	for (unsigned i = 0; i < rounds; i++) {
		(void)!pull_step(p, db, &r, NULL);
		assert_int_equal(scene_log(s, 1, 0).size, held.size);
		assert_int_equal(cosigned_beyond(s, 1, &held), 0);
	}
	b.part = "nothing";
	scene_wait(s, wait_ms);
	must_be_0(pull_step(p, db, &r, &why), why);
	must_be_0(pull_step(p, db, &r, &why), why);
	assert_int_equal(scene_log(s, 1, 0).size, held.size + 3);
	assert_int_equal(cosigned_beyond(s, 1, &held), 1);
	pull_free(&p);
}

static void test_a_spoilt_answer_settles_nothing(void **state)
{
	spoilt(state, 2, 0);
}

static void test_what_was_put_off_is_asked_for_again(void **state)
{
	spoilt(state, 9, 11 * 60 * 1000);
}

static void test_the_network_is_nobodys_misdeed(void **state)
{
	struct sim *s = *state;
	static const char *const parts[] = {"/heads", "tile/entries", "payloads"};
	int64_t before = scene_number(s, 1, "SELECT count(*) FROM refusal");

	scene_note(s, 0, 3, false, "between two");
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct bad_way net = {.part = parts[i], .fail = E_NET},
			       busy = {.part = parts[i], .status = 503},
			       broken = {.part = parts[i], .status = 500};
		struct pull *a = pull_badly(s, &net), *b = pull_badly(s, &busy),
			    *c = pull_badly(s, &broken);
		struct pull_result r;

		assert_int_equal(pull_step(a, s->node[1].db, &r, NULL), E_NET);
		assert_int_equal(pull_step(b, s->node[1].db, &r, NULL), E_BUSY);
		assert_int_equal(pull_step(c, s->node[1].db, &r, NULL), E_NET);
		pull_free(&a);
		pull_free(&b);
		pull_free(&c);
	}
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), before);
}

static void test_backoff_doubles_with_jitter_and_ends(void **state)
{
	struct sim *s = *state;
	struct bad_way b = {.part = "/heads", .fail = E_NET};
	struct pull *p = pull_badly(s, &b);
	struct pull_result r;
	struct why why = {0};

	assert_int_equal(pull_backoff_ms(p), 0);
	for (int64_t base = LIMIT_BACKOFF_FIRST_MS, i = 0; i < 12; i++) {
		assert_int_equal(pull_step(p, s->node[1].db, &r, &why), E_NET);
		assert_in_range(pull_backoff_ms(p), base / 2, base);
		base = 2 * base < LIMIT_BACKOFF_MAX_MS ? 2 * base : LIMIT_BACKOFF_MAX_MS;
	}
	b.fail = 0;
	b.part = "nothing at all";
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(pull_backoff_ms(p), 0);
	pull_free(&p);
	assert_null(p);
}

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void test_stopping(void **state)
{
	struct sim *s = *state;
	struct transport t = sim_transport(&s->node[1]);
	struct pull_result r;
	struct pull *p;

	t.stop = always;
	p = pull_new(&(struct pull_options){.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = t});
	assert_int_equal(pull_step(p, s->node[1].db, &r, NULL), E_NET);
	pull_free(&p);
}

static void test_health_is_written(void **state)
{
	struct sim *s = *state;
	struct bad_way b = {.part = "/heads", .fail = E_NET};
	struct pull *p = pull_badly(s, &b);
	struct pull_result r;

	assert_int_equal(
		scene_number(s, 1, "SELECT count(*) FROM peer_health WHERE failures > 0"), 0);
	assert_int_equal(pull_step(p, s->node[1].db, &r, NULL), E_NET);
	assert_int_equal(
		scene_number(s, 1, "SELECT count(*) FROM peer_health WHERE failures > 0"), 1);
	pull_free(&p);
}

/* ---- rules ---- */

static void test_over_quota_lags_and_skips_nothing(void **state)
{
	struct sim *s = *state;
	struct pull_options o = {.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = sim_transport(&s->node[1])};
	struct pull *p = pull_new(&o);
	uint64_t before = scene_log(s, 1, 0).size;
	struct pull_result r;
	struct why why = {0};
	struct log log;

	/* As if nearly all of today's had come already; both clocks are in the middle of one day. */
	for (unsigned i = 0; i < 4; i++)
		s->node[i].clock.now_ms = (20200LL * 24 + 12) * 3600 * 1000;
	scene_many(s, 0, 50);
	p->intake[0] = (struct intake){.row = scene_log(s, 1, 0).row,
		.size = before,
		.day = 20200,
		.entries = 100000 - 20};
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(r.entries, 20);
	assert_int_equal(scene_refusals(s, 1, "quota"), 1);
	log = scene_log(s, 1, 0);
	must_be_0(log_verify(s->node[1].db, &log, NULL, NULL, &why), why);
	/* Tomorrow the rest, to the same pull: nobody announces the new day. */
	scene_wait(s, 24LL * 3600 * 1000);
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(r.entries, 30);
	assert_int_equal(scene_log(s, 1, 0).size, before + 50);
	pull_free(&p);
}

/* What has come today is written down now and then, and a process that starts goes on from there. */
static void test_a_new_start_makes_no_room(void **state)
{
	struct sim *s = *state;
	struct pull_options o = {.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = sim_transport(&s->node[1])};
	struct pull *p = pull_new(&o);
	struct log log = scene_log(s, 1, 0);
	struct intake in = {.row = log.row, .size = log.size, .day = 20200, .entries = 100000 - 20};
	struct pull_result r;
	struct why why = {0};

	for (unsigned i = 0; i < 4; i++)
		s->node[i].clock.now_ms = (20200LL * 24 + 12) * 3600 * 1000;
	scene_many(s, 0, 50);
	must_be_0(intake_save(&in, s->node[1].db, &why), why);
	assert_int_equal(
		scene_number(s, 1, "SELECT count(*) FROM intake"), 0); /* not worth it yet */
	in.saved = in.size - 10000;
	must_be_0(intake_save(&in, s->node[1].db, &why), why);
	assert_int_equal(scene_number(s, 1, "SELECT entries FROM intake"), 100000 - 20);
	assert_int_equal(in.saved, in.size);
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(r.entries, 20);
	pull_free(&p);
}

static void test_a_restored_node_is_told(void **state)
{
	struct sim *s = *state;
	struct pull_result r;
	struct why why = {0};
	struct log log;
	struct stmt *st;

	scene_note(s, 1, 2, false, "for myself");
	must_be_0(scene_pull(s, 0, 1, &r, &why), why);
	/* Node 1 loses its last entry, as a backup would have it. */
	log = scene_log(s, 1, 1);
	st = db_stmt(s->node[1].db, "UPDATE log SET size = 0, root = $2, nodes = $3 WHERE id = $1");
	db_bind_i64(st, 1, log.row);
	db_bind_blob(st, 2, slice_of(hash_bytes(SLICE_NONE).b, 32));
	db_bind_blob(st, 3, SLICE_NONE);
	must_be_0(db_run(st, &why), why);
	assert_int_equal(scene_pull(s, 1, 0, &r, &why), E_STATE);
	assert_non_null(strstr(why.text, "restored"));
	assert_true(scene_refusals(s, 1, "head") > 0);
}

/* Partners know more people than one: what they say of those whom nobody has introduced here is passed over. */
static void test_somebody_unknown_here(void **state)
{
	struct sim *s = scene_new(4, 4);
	struct db *db = s->node[1].db;
	struct pull_result r;
	struct why why = {0};
	struct stmt *st = db_stmt(db, "DELETE FROM party WHERE member = $1");

	(void)state;
	db_bind_blob(st, 1, id_slice(&s->node[3].node->self));
	must_be_0(db_run(st, &why), why);
	must_be_0(db_script(db, "UPDATE coalition SET stamp = 1", &why), why);
	scene_note(s, 3, 8, false, "for myself");
	must_be_0(scene_pull(s, 0, 3, &r, &why), why);
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_int_equal(r.entries, 0);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), 0);
	/* Introduced: it is all asked for again, though the partner has nothing new to say. */
	must_be_0(db_begin(db, &why), why);
	must_be_0(party_put(db, 1, &s->node[3].node->self, SLICE("N03"), 1, &why), why);
	must_be_0(db_commit(db, &why), why);
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	assert_int_equal(r.entries, 1);
	sim_free(&s);
}

/* Root documents: one that does not hold is noted, and the others are taken all the same. */
static int false_roots(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct bad_way *b = ctx;

	if (strstr(call->path, "/roots") != NULL) {
		int rc = b->to.call(b->to.ctx, peer, call, ret_status, ret_body, why);
		/* Something else of the first member. */
		ret_body->p[ID_TEXT + 1] ^= 1;
		return rc;
	}
	if (strstr(call->path, "/root/") == NULL)
		return b->to.call(b->to.ctx, peer, call, ret_status, ret_body, why);
	b->calls++;
	*ret_status = 200;
	frame32_add(ret_body, SLICE("no root document"));
	return 0;
}

static void test_false_root_documents(void **state)
{
	struct sim *s = *state;
	struct bad_way b = {.to = sim_transport(&s->node[1])};
	struct pull *p = pull_new(&(struct pull_options){.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = {.ctx = &b, .call = false_roots}});
	struct pull_result r;
	struct why why = {0};
	struct stmt *st = db_stmt(s->node[0].db, "DELETE FROM root WHERE member = $1");

	/* Node 0 knows other documents than node 1, so it is asked. */
	db_bind_blob(st, 1, id_slice(&s->node[3].node->self));
	must_be_0(db_run(st, &why), why);
	must_be_0(db_script(s->node[0].db, "UPDATE coalition SET stamp = 1", &why), why);
	scene_note(s, 0, 3, false, "between two");
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(b.calls, 1);
	assert_int_equal(r.payloads, 1);
	assert_int_equal(scene_refusals(s, 1, "signature"), 1);
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(b.calls, 1);
	pull_free(&p);
}

/* A proof that does not hold, and one about somebody unknown. */
static int false_proofs(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct bad_way *b = ctx;
	int rc = b->to.call(b->to.ctx, peer, call, ret_status, ret_body, why);
	ptrdiff_t at;

	if (strstr(call->path, "/proofs") != NULL) {
		b->calls++;
		*ret_status = 200;
		buf_clear(ret_body);
		frame32_add(ret_body, SLICE("entente-fork/1\n"));
	} else if (strstr(call->path, "/heads") != NULL && ret_body->n > 0) {
		at = slice_search(buf_slice(ret_body), SLICE("\nproofs "));
		ret_body->p[at + 8] = ret_body->p[at + 8] == '0' ? '1' : '0';
	}
	return rc;
}

static void test_false_proofs(void **state)
{
	struct sim *s = *state;
	struct bad_way b = {.to = sim_transport(&s->node[1])};
	struct pull *p = pull_new(&(struct pull_options){.node = s->node[1].node,
		.coalition = s->coalition,
		.peer = s->node[0].node->self,
		.transport = {.ctx = &b, .call = false_proofs}});
	struct pull_result r;
	struct why why = {0};

	scene_note(s, 0, 3, false, "between two");
	must_be_0(pull_step(p, s->node[1].db, &r, &why), why);
	assert_int_equal(b.calls, 1);
	assert_int_equal(r.payloads, 1);
	assert_int_equal(scene_refusals(s, 1, "head"), 1);
	assert_int_equal(
		scene_number(s, 1, "SELECT count(*) FROM log WHERE frozen_at IS NOT NULL"), 0);
	pull_free(&p);
}

static void test_two_pulls_at_once_store_once(void **state)
{
	struct sim *s = *state;
	struct pull_result r;
	struct why why = {0};

	scene_note(s, 0, 3, false, "between two");
	must_be_0(scene_pull(s, 1, 0, &r, &why), why);
	must_be_0(scene_pull(s, 2, 0, &r, &why), why);
	must_be_0(scene_pull(s, 1, 2, &r, &why), why);
	assert_int_equal(r.entries, 0);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), 0);
}

static void test_erased_content_goes_away_and_stays_away(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 3, false, "regretted"), gone;
	struct why why = {0};

	scene_settle(s);
	assert_true(holds(s, 1, 0, w.seq));
	must_be_0(
		record_erase(s->node[0].node, s->node[0].db, &s->coalition, &w.object, &gone, &why),
		why);
	scene_settle(s);
	assert_false(holds(s, 0, 0, w.seq));
	assert_false(holds(s, 1, 0, w.seq));
}

static void test_a_fork_seen_by_two(void **state)
{
	(void)state;
	/* The whole of it, many times over, is in the simulator: here that one proof reaches one who saw nothing. */
	struct sim_options o = {.seed = 11, .nodes = 4, .founders = 4, .equivocator = true};
	struct why why = {0};
	struct sim *s;

	must_be_0(sim_new(&s, &o, &why), why);
	must_be_0(sim_run(s, 120, &why), why);
	must_be_0(sim_heal(s, 100, &why), why);
	must_be_0(sim_agree(s, &why), why);
	for (unsigned i = 0; i < 4; i++)
		if (sim_honest(s, i))
			assert_true(
				scene_number(s, i,
					"SELECT count(*) FROM log WHERE frozen_at IS NOT NULL") ==
				1);
	sim_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_note_arrives_where_it_should, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_mirror_serves_when_the_author_is_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_long_catch_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals_name_their_step, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_spoilt_answer_settles_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_was_put_off_is_asked_for_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_the_network_is_nobodys_misdeed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_backoff_doubles_with_jitter_and_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stopping, setup, teardown),
		cmocka_unit_test_setup_teardown(test_health_is_written, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_over_quota_lags_and_skips_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_new_start_makes_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_restored_node_is_told, setup, teardown),
		cmocka_unit_test(test_somebody_unknown_here),
		cmocka_unit_test_setup_teardown(test_false_root_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_mirror_is_asked_for_all_of_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_less_is_asked_for_over_a_line_that_breaks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_false_proofs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_pulls_at_once_store_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_erased_content_goes_away_and_stays_away, setup, teardown),
		cmocka_unit_test(test_a_fork_seen_by_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
