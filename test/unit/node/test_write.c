/* Writing: the order of an append, rolls, verdicts, and that a store from a backup is noticed. */
#include "league.h"

#include "base/file.h"
#include "node/audit.h"

static void founders_sign_and_are_members(void **state)
{
	struct league *l = *state;

	for (size_t i = 0; i < 3; i++) {
		struct reading *r = reading_start(l, i);

		assert_true(r->world.standing.in_force);
		assert_true(r->world.self_is_member);
		assert_int_equal(r->world.standing.n_member, 3);
		reading_end(&r);
		/* A roll, then the signature. */
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM roll"), 3);
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM flag"), 0);
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM want"), 0);
		league_rebuilds(l, i);
	}
}

static void a_note_goes_to_its_readers_only(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w =
		league_note(l, 0, MODE_REAL, (int[]){1}, 1, "Floods", "The river rises.");
	struct record r;

	league_settle(l);
	assert_int_equal(league_get(l, 0, 0, &w.object, &r, &arena), 0);
	assert_slice(r.content, "{\"title\":\"Floods\",\"text\":\"The river rises.\"}");
	assert_int_equal(league_get(l, 1, 1, &w.object, &r, &arena), 0);
	assert_slice(r.content, "{\"title\":\"Floods\",\"text\":\"The river rises.\"}");
	assert_slice(r.label, "league RESTRICTED");
	assert_slice(r.kind, "note/1");
	assert_int_equal(r.n_audience, 2);
	assert_true(hash_eq(&r.leaf, &w.leaf));
	assert_int_equal(r.seq, w.seq);
	/* The third has the leaf and nothing else: no record, no payload, no count. */
	assert_int_equal(league_get(l, 2, 2, &w.object, &r, &arena), E_MISSING);
	assert_int_equal(league_number(l, 2, "SELECT count(*) FROM item"), 0);
	assert_int_equal(league_count(l, 2, 2, MODE_REAL, ""), 0);
	assert_int_equal(league_number(l, 2, "SELECT count(*) FROM want"), 1);
	/* And at the author's own door it does not exist for the third either. */
	assert_int_equal(league_get(l, 0, 2, &w.object, &r, &arena), E_MISSING);
	assert_int_equal(league_count(l, 0, 2, MODE_REAL, ""), 0);
	assert_int_equal(league_count(l, 0, 2, MODE_REAL, "river"), 0);
	assert_int_equal(league_count(l, 0, 1, MODE_REAL, "river"), 1);
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
}

static void to_all_is_open_and_says_who_that_is(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, NULL, 0, "To all", "x");
	struct slice bytes;
	struct entry e;
	struct record r;

	/* The roll of the founders is still true: none is written again. */
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM roll WHERE log = 1"), 1);
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	assert_ok(entry_parse(&e, &arena, bytes, &why));
	assert_int_equal(e.audience, AUDIENCE_ALL);
	assert_slice(e.kind, "note/1");
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(league_get(l, i, i, &w.object, &r, &arena), 0);
		assert_int_equal(r.n_audience, 3);
		league_rebuilds(l, i);
	}
}

static void modes_never_mix(void **state)
{
	struct league *l = *state;

	league_note(l, 0, MODE_REAL, NULL, 0, "real", "flood");
	league_note(l, 0, MODE_EXERCISE, NULL, 0, "exercise", "flood");
	league_note(l, 0, MODE_EXERCISE, (int[]){1, 2}, 2, "exercise 2", "flood");
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(league_count(l, i, i, MODE_REAL, ""), 1);
		assert_int_equal(league_count(l, i, i, MODE_EXERCISE, ""), 2);
		assert_int_equal(league_count(l, i, i, MODE_TEST, ""), 0);
		assert_int_equal(league_count(l, i, i, MODE_REAL, "flood"), 1);
		assert_int_equal(league_count(l, i, i, MODE_EXERCISE, "flood"), 2);
	}
	struct reading *r = reading_start(l, 0);
	struct record *record;
	size_t n;
	struct record_query q = {.mode = MODE_NONE, .limit = 10};
	assert_fails(
		E_USAGE, record_list(&r->world, r->db, &r->self, &q, &r->arena, &record, &n, &why));
	reading_end(&r);
}

static void time_never_goes_back(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct entry before, e;
	struct slice bytes;
	struct written w;

	w = league_note(l, 0, MODE_REAL, NULL, 0, "one", "");
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	assert_ok(entry_parse(&before, &arena, bytes, &why));
	l->m[0].clock.now_ms -= 3600 * 1000;
	w = league_note(l, 0, MODE_REAL, NULL, 0, "two", "");
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	assert_ok(entry_parse(&e, &arena, bytes, &why));
	assert_true(e.time_ms == before.time_ms && e.time_counter == before.time_counter + 1);
	l->m[0].clock.now_ms += 7200 * 1000;
	w = league_note(l, 0, MODE_REAL, NULL, 0, "three", "");
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	assert_ok(entry_parse(&e, &arena, bytes, &why));
	assert_true(e.time_ms > before.time_ms && e.time_counter == 0);
}

/* Two have seen one version: who comes second undoes nothing. */
static void a_version_follows_the_one_that_was_seen(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct node *node = l->m[0].node;
	struct db *db = l->m[0].db;
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "t", "seen by two"), two[2];
	struct written w[2];
	struct why said = {0};
	struct world world;

	assert_ok(node_write(node, db, &l->id, &d, 1, w, &why));
	assert_ok(world_load(&world, node, db, &l->id, &arena, &why));
	d.has_object = true;
	d.object = w[0].object;
	assert_ok(version_now(db, world.coalition.row, &d.object, &d.follows, &why));
	two[0] = two[1] = d;
	/* In one transaction, and one after the other. */
	assert_fails(E_CONFLICT, node_write(node, db, &l->id, two, 2, w, &why));
	assert_ok(node_write(node, db, &l->id, &d, 1, w, &why));
	assert_int_equal(node_write(node, db, &l->id, &d, 1, w, &said), E_CONFLICT);
	assert_string_equal(said.where, "If-Match");
	assert_ok(version_now(db, world.coalition.row, &d.object, &d.follows, &why));
	assert_ok(node_write(node, db, &l->id, &d, 1, w, &why));
	d.object.name.b[0] ^= 1;
	assert_fails(E_MISSING, node_write(node, db, &l->id, &d, 1, w, &why));
}

static void bad_drafts_leave_nothing(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct node *node = l->m[0].node;
	struct db *db = l->m[0].db;
	struct draft good = league_draft(l, &arena, (int[]){1}, 1, "t", "x"), d, two[2];
	struct written w[2];
	int64_t before = league_number(l, 0, "SELECT size FROM log WHERE id = 1");

	d = good;
	d.mode = MODE_NONE;
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.kind = SLICE("weather/9");
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.label = SLICE_NONE;
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.label = SLICE("league COSMIC");
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.label = SLICE("league SECRET"); /* over everybody's clearance */
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.n_member = 0;
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.content = SLICE("{\"title\":1}");
	assert_true(node_write(node, db, &l->id, &d, 1, w, NULL) < 0);
	d = good;
	d.content = SLICE("{\"title\":\"a\",\"title\":\"b\"}");
	assert_fails(E_SYNTAX, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.has_object = true;
	d.object = (struct object_id){.owner = l->m[1].id};
	assert_fails(E_DENIED, node_write(node, db, &l->id, &d, 1, w, &why));
	d = good;
	d.media = SLICE_NONE;
	assert_fails(E_INVALID, node_write(node, db, &l->id, &d, 1, w, &why));
	/* Of two, the good one is not written either: all or nothing. */
	two[0] = good;
	two[1] = d;
	assert_fails(E_INVALID, node_write(node, db, &l->id, two, 2, w, &why));
	assert_int_equal(league_number(l, 0, "SELECT size FROM log WHERE id = 1"), before);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM payload WHERE seq >= 2"), 0);
	two[1] = good;
	assert_ok(node_write(node, db, &l->id, two, 2, w, &why));
	assert_int_equal(w[1].seq, w[0].seq + 1);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 2);
}

static void acts_need_their_officer(void **state)
{
	struct league *l = *state;
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_SIGN, .charter = l->charter_hash};
	struct written w;

	act_body_print(&a, &body);
	struct draft d = league_act(l, 0, "sign/1", buf_slice(&body));
	d.officer_key = NULL;
	assert_fails(E_DENIED, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &why));
	d = league_act(l, 0, "sign/1", buf_slice(&body));
	d.officer_key = &l->m[1].officer; /* somebody else's key */
	assert_fails(E_DENIED, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &why));
	d = league_act(l, 0, "sign/1", buf_slice(&body));
	d.officer = l->m[1].officer_id;
	assert_fails(E_DENIED, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &why));
	d = league_act(l, 0, "roll/1", SLICE_NONE);
	assert_true(node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, NULL) < 0);
}

static void an_outsider_writes_acts_only(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_INTEREST, .charter = l->charter_hash};
	struct draft d = league_draft(l, &arena, (int[]){0}, 1, "t", "x");
	struct slice bytes;
	struct entry e;
	struct written w;

	league_sign(l, 3);
	assert_fails(E_DENIED, node_write(l->m[3].node, l->m[3].db, &l->id, &d, 1, &w, &why));
	act_body_print(&a, &body);
	d = league_act(l, 3, "interest/1", buf_slice(&body));
	w = league_write(l, 3, &d);
	/* To the members and itself, named one by one: it has no roll to speak of. */
	assert_ok(log_entry(l->m[3].db, w.log_row, w.seq, &arena, &bytes, &why));
	assert_ok(entry_parse(&e, &arena, bytes, &why));
	assert_int_equal(e.audience, AUDIENCE_LIST);
	assert_int_equal(e.n_member, 4);
	league_settle(l);
	struct reading *r = reading_start(l, 0);
	const struct standing_party *p = standing_find(&r->world.standing, &l->m[3].id);
	assert_non_null(p);
	assert_int_equal(p->status, STATUS_INTERESTED);
	reading_end(&r);
}

static void backup_copy(const char *from, const char *to)
{
	struct buf b CLEANUP_BUF = BUF(64 * MIB);

	assert_ok(file_read(from, &b, &why));
	assert_ok(file_replace(to, buf_slice(&b), 0600, &why));
}

/* The store is put back to an earlier day; the high-water record is not. */
static void a_restored_store_does_not_sign(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf head CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	char db[128], copy[128];
	struct written w;
	struct log log;

	if (league_postgres)
		skip(); /* the same code; a file is easier to put back */
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "t", "x");
	league_note(l, 0, MODE_REAL, NULL, 0, "before", "");
	snprintf(db, sizeof(db), "%s/node.db", m->dir);
	snprintf(copy, sizeof(copy), "%s/backup", m->dir);
	db_close(&m->db);
	backup_copy(db, copy);
	league_reopen(l, 0);
	league_note(l, 0, MODE_REAL, NULL, 0, "after", "");
	db_close(&m->db);
	backup_copy(copy, db);
	league_reopen(l, 0);
	assert_fails(E_STATE, node_write(m->node, m->db, &l->id, &d, 1, &w, &why));
	assert_ok(log_load_row(m->db, 1, &log, &why));
	assert_fails(E_STATE, node_head(m->node, m->db, &log, &head, &why));
	assert_int_equal(head.n, 0);
}

static void a_lost_record_does_not_sign(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "t", "x");
	struct written w;
	char coalition[COAL_TEXT + 1], id[ID_TEXT + 1], path[256];

	coalition_format(&l->id, coalition);
	id_format(&m->id, id);
	snprintf(path, sizeof(path), "%s/highwater/%s.%s.1", m->dir, coalition, id);
	assert_int_equal(unlink(path), 0);
	assert_fails(E_STATE, node_write(m->node, m->db, &l->id, &d, 1, &w, &why));
}

static void heads_are_signed_and_carry_cosignatures(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf head CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES),
			again CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct note *note = arena_new(&arena, struct note);
	struct checkpoint c;
	struct log log;
	char name[ORIGIN_MAX];

	assert_ok(log_load_row(l->m[0].db, 1, &log, &why));
	assert_ok(node_head(l->m[0].node, l->m[0].db, &log, &head, &why));
	assert_ok(note_parse(note, &arena, buf_slice(&head), &why));
	assert_ok(checkpoint_parse(&c, note->text, &why));
	assert_int_equal(c.size, log.size);
	assert_true(hash_eq(&c.root, &log.root));
	origin_format(&log.id, name);
	assert_int_equal(note_verify(note, slice_str(name), NOTE_ED25519,
				 &l->m[0].node->log_key.pub, NULL, NULL),
		1);
	for (size_t i = 1; i < 3; i++) {
		witness_name_format(&l->id, &l->m[i].id, name);
		assert_int_equal(note_verify(note, slice_str(name), NOTE_COSIGNATURE,
					 &l->m[i].node->witness_key.pub, NULL, NULL),
			1);
	}
	assert_ok(node_head(l->m[0].node, l->m[0].db, &log, &again, &why));
	assert_true(slice_eq(buf_slice(&head), buf_slice(&again)));
	/* Nobody has cosigned the next size, and nobody else signs this log's heads. */
	league_note(l, 0, MODE_REAL, NULL, 0, "more", "");
	buf_clear(&again);
	assert_ok(node_head(l->m[0].node, l->m[0].db, &log, &again, &why));
	assert_ok(note_parse(note, &arena, buf_slice(&again), &why));
	assert_int_equal(note->n, 1);
	assert_fails(E_DENIED, node_head(l->m[1].node, l->m[1].db, &log, &again, &why));
}

static int save_nothing(
	void *ctx, const struct log_id *log, const struct highwater *h, struct why *why)
{
	(void)ctx;
	(void)log;
	(void)h;
	return why_set(why, E_LIMIT, "high water", "no room");
}

/* What is committed is there, whatever fails behind it: that is told apart from a verdict, and nothing more is written. */
static void a_failure_after_the_commit(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "t", "x");
	struct written w;

	m->node->highwater.save = save_nothing;
	assert_fails(E_IO, node_write(m->node, m->db, &l->id, &d, 1, &w, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 1);
	assert_fails(E_IO, node_write(m->node, m->db, &l->id, &d, 1, &w, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 1);
}

/* A head asked for from within a snapshot that is older than what has been signed since. */
static void an_old_snapshot_is_no_restored_store(void **state)
{
	struct league *l = *state;
	struct league_member *m = &l->m[0];
	struct buf head CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct db *other = NULL;
	struct log log;

	assert_ok(node_db(m->node, &other, &why));
	assert_ok(db_begin_read(other, &why));
	assert_ok(log_load_row(other, 1, &log, &why));
	league_note(l, 0, MODE_REAL, NULL, 0, "meanwhile", "");
	assert_ok(node_head(m->node, other, &log, &head, &why));
	db_rollback(other);
	db_close(&other);
}

static void what_matters_is_in_the_audit_trail(void **state)
{
	struct league *l = *state;
	uint64_t rows, more;

	assert_ok(audit_verify(l->m[0].db, &rows, &why));
	assert_int_equal(rows, 3); /* init, roll, sign */
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "t", "x");
	assert_ok(record_recall(
		l->m[0].node, l->m[0].db, &l->id, &w.object, &l->m[1].id, 1, &w, &why));
	assert_ok(audit_verify(l->m[0].db, &more, &why));
	assert_int_equal(more, rows + 1);
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(db_script(l->m[0].db, "UPDATE audit SET who = 'nobody' WHERE row = 2", &why));
	assert_ok(db_commit(l->m[0].db, &why));
	assert_fails(E_VERIFY, audit_verify(l->m[0].db, &more, &why));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(founders_sign_and_are_members),
		SIGNED(a_note_goes_to_its_readers_only),
		SIGNED(to_all_is_open_and_says_who_that_is),
		SIGNED(modes_never_mix),
		SIGNED(time_never_goes_back),
		SIGNED(bad_drafts_leave_nothing),
		SIGNED(a_version_follows_the_one_that_was_seen),
		SIGNED(acts_need_their_officer),
		PLAIN(an_outsider_writes_acts_only),
		SIGNED(a_restored_store_does_not_sign),
		SIGNED(a_lost_record_does_not_sign),
		SIGNED(heads_are_signed_and_carry_cosignatures),
		SIGNED(a_failure_after_the_commit),
		SIGNED(an_old_snapshot_is_no_restored_store),
		SIGNED(what_matters_is_in_the_audit_trail),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/write", tests, NULL, NULL);
}
