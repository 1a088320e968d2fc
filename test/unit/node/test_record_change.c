/* Release, recall, erasure: what each node holds and shows afterwards, whichever came first, and what is left on disk. */
#include "league.h"

#include <pthread.h>

#include "base/file.h"
#include "log/batch.h"
#include "node/grant.h"

#include <fcntl.h>

#define CANARY "zyxwvut-canary-0451"

static struct written release(struct league *l, const struct object_id *o, int to)
{
	struct written w;

	assert_ok(record_release(l->m[0].node, l->m[0].db, &l->id, o, &l->m[to].id, 1, SLICE_NONE,
		NULL, NULL, &w, &why));
	return w;
}

static struct written recall(struct league *l, const struct object_id *o, int from)
{
	struct written w;

	assert_ok(record_recall(l->m[0].node, l->m[0].db, &l->id, o, &l->m[from].id, 1, &w, &why));
	return w;
}

static struct written erase(struct league *l, const struct object_id *o)
{
	struct written w;

	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, o, &w, &why));
	return w;
}

static void todo_all(struct league *l)
{
	for (size_t i = 0; i < l->n; i++) {
		bool more = true;

		assert_ok(node_todo(l->m[i].node, l->m[i].db, &more, &why));
		assert_false(more);
	}
}

static void rebuild_all(struct league *l)
{
	for (size_t i = 0; i < l->n; i++) {
		league_rebuilds(l, i);
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM flag"), 0);
	}
}

static void a_release_brings_the_old_leaf_to_a_new_reader(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "Floods", "river");
	struct record r;

	league_settle(l);
	assert_int_equal(league_get(l, 2, 2, &w.object, &r, &arena), E_MISSING);
	release(l, &w.object, 2);
	/* At the author's door at once. */
	assert_int_equal(league_get(l, 0, 2, &w.object, &r, &arena), 0);
	league_settle(l);
	league_settle(l); /* the first brought the release, this one what it released */
	assert_int_equal(league_get(l, 2, 2, &w.object, &r, &arena), 0);
	assert_slice(r.content, "{\"title\":\"Floods\",\"text\":\"river\"}");
	assert_true(hash_eq(&r.leaf, &w.leaf));
	assert_int_equal(r.n_audience, 3);
	assert_int_equal(league_count(l, 2, 2, MODE_REAL, "river"), 1);
	rebuild_all(l);
}

static void a_recall_hides_and_a_later_release_shows_again(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "Floods", "river");
	struct record r;

	league_settle(l);
	recall(l, &w.object, 1);
	assert_int_equal(league_get(l, 0, 1, &w.object, &r, &arena), E_MISSING);
	assert_int_equal(league_get(l, 0, 2, &w.object, &r, &arena), 0);
	league_settle(l);
	/* Its own people see that there was something, and nothing of it. */
	assert_int_equal(league_get(l, 1, 1, &w.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_RECALLED);
	assert_int_equal(r.content.n, 0);
	assert_int_equal(r.label.n, 0);
	assert_int_equal(league_count(l, 1, 1, MODE_REAL, "river"), 0);
	assert_int_equal(
		league_number(l, 1,
			"SELECT count(*) FROM payload WHERE plain IS NOT NULL AND log = (SELECT log FROM item LIMIT 1) AND seq = (SELECT seq FROM item LIMIT 1)"),
		0);
	assert_int_equal(league_get(l, 2, 2, &w.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	rebuild_all(l);
	release(l, &w.object, 1);
	league_settle(l);
	league_settle(l);
	assert_int_equal(league_get(l, 1, 1, &w.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	assert_slice(r.content, "{\"title\":\"Floods\",\"text\":\"river\"}");
	rebuild_all(l);
}

/* What league_carry gives depends on the moment: here the grant is there before its target. */
static void the_order_of_arrival_does_not_matter(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written a = league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "A", "river");
	struct written b = league_note(l, 0, MODE_REAL, (int[]){2}, 1, "B", "river");
	struct written c = league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "C", "river");
	struct record r;

	recall(l, &a.object, 1);
	release(l, &b.object, 1);
	erase(l, &c.object);
	/* Member 1 hears of everything at once; contents come lowest first, grants last. Member 2 gets headers first. */
	league_carry(l, 0, 2, false);
	league_carry(l, 0, 1, true);
	league_carry(l, 0, 2, true);
	league_carry(l, 0, 1, true);
	assert_int_equal(league_get(l, 1, 1, &a.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_RECALLED);
	assert_int_equal(league_get(l, 1, 1, &b.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	assert_int_equal(league_get(l, 1, 1, &c.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_ERASED);
	assert_int_equal(league_get(l, 2, 2, &a.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	assert_int_equal(r.n_audience, 2);
	/* Nothing is asked for in vain. */
	assert_int_equal(league_number(l, 1, "SELECT count(*) FROM want"), 0);
	assert_int_equal(league_number(l, 2, "SELECT count(*) FROM want"), 0);
	rebuild_all(l);
}

/* A content that is on its way when it is erased: it comes after the erasure and is not kept. */
static void late_contents_are_not_kept(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "A", "river");
	struct slice plain, bytes;
	uint8_t salt[32];
	struct world world;
	struct fold f;
	struct log log;
	struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

	assert_ok(payload_get(l->m[0].db, w.log_row, w.seq, &arena, salt, &plain, &why));
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	erase(l, &w.object);
	league_carry(l, 0, 1, true);
	assert_ok(db_begin(l->m[1].db, &why));
	assert_ok(world_load(&world, l->m[1].node, l->m[1].db, &l->id, &arena, &why));
	assert_ok(log_load(l->m[1].db, &id, &log, &why));
	assert_ok(fold_begin(&f, &world, l->m[1].db, &arena, &why));
	assert_ok(fold_payload(&f, &log, w.seq, bytes, salt, plain, &why));
	assert_ok(fold_end(&f, &why));
	assert_ok(db_commit(l->m[1].db, &why));
	assert_false(league_holds(l, 1, "river"));
	league_rebuilds(l, 1);
}

static void a_sender_who_lies_is_not_believed(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "A", "river");
	struct slice plain, bytes;
	uint8_t salt[32];
	struct world world;
	struct fold f;
	struct log log;
	struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

	assert_ok(payload_get(l->m[0].db, w.log_row, w.seq, &arena, salt, &plain, &why));
	assert_ok(log_entry(l->m[0].db, w.log_row, w.seq, &arena, &bytes, &why));
	for (size_t i = 1; i < 3; i++)
		league_carry(l, 0, i, false);
	for (size_t i = 1; i < 3; i++) {
		struct db *db = l->m[i].db;
		struct slice other = arena_copy(&arena, plain);

		assert_ok(db_begin(db, &why));
		assert_ok(world_load(&world, l->m[i].node, db, &l->id, &arena, &why));
		assert_ok(log_load(db, &id, &log, &why));
		assert_ok(fold_begin(&f, &world, db, &arena, &why));
		*(uint8_t *)(uintptr_t)(other.p + other.n - 3) ^= 1;
		assert_fails(E_VERIFY, fold_payload(&f, &log, w.seq, bytes, salt, other, &why));
		salt[0] ^= 1;
		assert_fails(E_VERIFY, fold_payload(&f, &log, w.seq, bytes, salt, plain, &why));
		salt[0] ^= 1;
		/* The right one, to the wrong reader: not kept. */
		if (i == 2)
			assert_fails(
				E_DENIED, fold_payload(&f, &log, w.seq, bytes, salt, plain, &why));
		assert_ok(db_commit(db, &why));
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM item"), 0);
		assert_false(league_holds(l, i, "river"));
	}
}

static struct written note_with_file(struct league *l, const char *bytes, struct hash *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct note_file file = {.name = SLICE("plan.txt"), .media = SLICE("text/plain")};
	struct note_record note = {.title = SLICE("With " CANARY),
		.text = SLICE(CANARY " in words"),
		.file = &file,
		.n_file = 1};
	struct draft d = league_draft(l, &arena, (int[]){1, 2}, 2, "", "");
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/../upload_%d", l->m[0].dir, (int)getpid());
	assert_ok(file_replace(path, slice_str(bytes), 0600, &why));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_ok(files_add(l->m[0].node, fd, NULL, NULL, &file.sha256, &file.size, NULL, &why));
	close(fd);
	unlink(path);
	assert_int_equal(file.size, strlen(bytes));
	note_record_print(&note, &b);
	d.content = buf_slice(&b);
	*ret = file.sha256;
	return league_write(l, 0, &d);
}

/* What is attached must be here when the record is written, not only a moment before. */
static void a_file_that_has_gone(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct note_file file[2] = {{.name = SLICE("a"), .media = SLICE("text/plain"), .size = 5},
		{.name = SLICE("b"), .media = SLICE("text/plain"), .size = 5}};
	struct note_record note = {.title = SLICE("t"), .file = file, .n_file = 2};
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "", "");
	struct why gone = {0};
	struct hash there;
	struct written w;

	note_with_file(l, "bytes", &there);
	int64_t before = league_number(l, 0, "SELECT count(*) FROM item");
	file[0].sha256 = there;
	file[1].sha256.b[0] = 77;
	note_record_print(&note, &b);
	d.content = buf_slice(&b);
	assert_int_equal(node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &gone), E_MISSING);
	assert_string_equal(gone.where, "/files/1");
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), before);
	league_rebuilds(l, 0);
}

static void file_fetch(struct league *l, size_t i, const struct hash *h, const char *bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct file_wanted *wanted;
	size_t n;

	assert_ok(files_wanted(l->m[i].db, &l->id, &l->m[0].id, 0, 10, &arena, &wanted, &n, &why));
	assert_int_equal(n, 1);
	assert_true(hash_eq(&wanted[0].sha256, h));
	assert_true(id_eq(&wanted[0].log.member, &l->m[0].id));
	assert_ok(files_part_add(l->m[i].node, &l->m[0].id, h, slice_str(bytes), &why));
	assert_ok(files_part_done(l->m[i].node, &l->m[0].id, h, wanted[0].size, &why));
	assert_ok(db_begin(l->m[i].db, &why));
	assert_ok(files_got(l->m[i].db, &wanted[0], &why));
	assert_ok(db_commit(l->m[i].db, &why));
}

/* Two versions, a file, words in the index, at three nodes: and then nothing of it on any disk. */
static void erasure_leaves_no_trace(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct hash h;
	struct written w = note_with_file(l, "bytes of " CANARY " file", &h), last;
	struct record r;

	for (int i = 0; i < 50; i++)
		league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "Other", "words that stay");
	league_settle(l);
	file_fetch(l, 1, &h, "bytes of " CANARY " file");
	last = league_note_again(l, 0, &w.object, (int[]){1, 2}, 2, "Second " CANARY, "again");
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_true(league_holds(l, i, CANARY));
		assert_int_equal(league_count(l, i, i, MODE_REAL, "canary"), 1);
		assert_int_equal(league_count(l, i, i, MODE_REAL, ""), 51);
	}
	assert_int_equal(league_get(l, 1, 1, &w.object, &r, &arena), 0);
	assert_int_equal(r.seq, last.seq);
	erase(l, &w.object);
	league_settle(l);
	todo_all(l);
	league_settle(l);
	todo_all(l);
	for (size_t i = 0; i < 3; i++) {
		struct log log;
		struct hash leaf;
		struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

		db_close(&l->m[i].db);
		assert_ok(node_db(l->m[i].node, &l->m[i].db, &why));
		assert_false(league_holds(l, i, CANARY));
		assert_false(league_holds(l, i, "canary"));
		assert_false(files_has(l->m[i].node, &h));
		assert_int_equal(league_get(l, i, i, &w.object, &r, &arena), 0);
		assert_int_equal(r.state, ITEM_ERASED);
		assert_int_equal(r.content.n, 0);
		assert_int_equal(league_count(l, i, i, MODE_REAL, "canary"), 0);
		assert_int_equal(league_count(l, i, i, MODE_REAL, "stay"), 50);
		/* The leaf stays. */
		assert_ok(log_load(l->m[i].db, &id, &log, &why));
		assert_ok(log_leaf(l->m[i].db, log.row, w.seq, &leaf, &why));
		assert_true(hash_eq(&leaf, &w.leaf));
		assert_int_equal(
			league_number(l, i, "SELECT count(*) FROM answer"), i == 0 ? 2 : 1);
		assert_int_equal(league_number(l, i, "SELECT count(*) FROM todo"), 0);
	}
	rebuild_all(l);
	assert_fails(
		E_STATE, record_erase(l->m[0].node, l->m[0].db, &l->id, &w.object, &last, &why));
}

static void a_file_that_another_note_has_stays(void **state)
{
	struct league *l = *state;
	struct hash h, again;
	struct written w = note_with_file(l, "shared", &h);

	note_with_file(l, "shared", &again);
	assert_true(hash_eq(&h, &again));
	erase(l, &w.object);
	todo_all(l);
	assert_true(files_has(l->m[0].node, &h));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item_file"), 1);
	rebuild_all(l);
}

static int64_t log_row_of(struct league *l, size_t at, size_t whose)
{
	struct log log;
	struct log_id id = {l->id, l->m[whose].id, 1};

	assert_ok(log_load(l->m[at].db, &id, &log, &why));
	return log.row;
}

static bool held_for(struct league *l, size_t at, size_t whose, uint64_t seq, const struct hash *h)
{
	bool held = false;

	assert_ok(files_held_for(
		l->m[at].db, log_row_of(l, at, whose), seq, h, at == whose, &held, &why));
	return held;
}

/* Member 1 names the file of a note that it was never given: that makes it nobody's to give. */
static void a_hash_is_not_a_file(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct hash h;
	struct written secret = note_with_file(l, "secret", &h);
	struct note_file file = {
		.name = SLICE("x"), .media = SLICE("text/plain"), .size = 6, .sha256 = h};
	struct note_record note = {.title = SLICE("x"), .file = &file, .n_file = 1};
	struct draft d = league_draft(l, &arena, (int[]){0}, 1, "", "");

	note_record_print(&note, &b);
	d.content = buf_slice(&b);
	/* Its own node would refuse; one that wants to cheat does not look. */
	char *dir = l->m[2].node->dir;
	l->m[2].node->dir = NULL;
	struct written named = league_write(l, 2, &d);
	l->m[2].node->dir = dir;
	league_settle(l);
	assert_true(files_has(l->m[0].node, &h));
	assert_true(held_for(l, 0, 0, secret.seq, &h));
	assert_false(held_for(l, 0, 2, named.seq, &h));
	assert_false(held_for(l, 0, 0, secret.seq + 1, &h));
	/* And an honest reader has it once it has fetched it for that note. */
	assert_false(held_for(l, 1, 0, secret.seq, &h));
	file_fetch(l, 1, &h, "secret");
	assert_true(held_for(l, 1, 0, secret.seq, &h));
	erase(l, &secret.object);
	league_settle(l);
	assert_false(held_for(l, 1, 0, secret.seq, &h));
}

static void only_the_owner_changes_a_record(void **state)
{
	struct league *l = *state;
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "A", "river"), x;
	struct object_id none = {.owner = l->m[0].id};

	league_settle(l);
	assert_fails(E_DENIED, record_erase(l->m[1].node, l->m[1].db, &l->id, &w.object, &x, &why));
	assert_fails(E_DENIED, record_recall(l->m[1].node, l->m[1].db, &l->id, &w.object,
				       &l->m[2].id, 1, &x, &why));
	assert_fails(E_DENIED, record_release(l->m[1].node, l->m[1].db, &l->id, &w.object,
				       &l->m[2].id, 1, SLICE_NONE, NULL, NULL, &x, &why));
	assert_fails(E_MISSING, record_erase(l->m[0].node, l->m[0].db, &l->id, &none, &x, &why));
	assert_fails(E_STATE, record_recall(l->m[0].node, l->m[0].db, &l->id, &w.object,
				      &l->m[2].id, 1, &x, &why));
	assert_fails(E_INVALID, record_recall(l->m[0].node, l->m[0].db, &l->id, &w.object,
					&l->m[0].id, 1, &x, &why));
}

/* A forged erasure: member 1's log says that an entry of member 0 is erased. */
static void a_foreign_grant_counts_for_nothing(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "A", "river");
	struct entry_ref target = {.member = l->m[0].id, .epoch = 1, .seq = w.seq, .leaf = w.leaf};
	struct grant g = {.kind = GRANT_ERASE, .target = &target, .n_target = 1};
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct draft d = league_draft(l, &arena, (int[]){0, 2}, 2, "", "");
	struct record r;
	struct written x;

	league_settle(l);
	grant_print(&g, &body);
	d.kind = SLICE("erase/1");
	d.media = SLICE(GRANT_MEDIA);
	d.content = buf_slice(&body);
	/* Its own node does not write it: the fold flags it. */
	assert_fails(E_INVALID, node_write(l->m[1].node, l->m[1].db, &l->id, &d, 1, &x, &why));
	/* Nor does a wrong leaf erase anything at home. */
	target.leaf.b[0] ^= 1;
	buf_clear(&body);
	grant_print(&g, &body);
	d.content = buf_slice(&body);
	assert_fails(E_INVALID, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &x, &why));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(league_get(l, i, i, &w.object, &r, &arena), 0);
		assert_int_equal(r.state, ITEM_LIVE);
	}
}

static void acts_stand_for_ever(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct slice bytes;
	struct entry e;
	struct written x;

	assert_ok(log_entry(l->m[0].db, 1, 1, &arena, &bytes, &why));
	assert_ok(entry_parse(&e, &arena, bytes, &why));
	assert_slice(e.kind, "sign/1");
	assert_fails(
		E_INVALID, record_erase(l->m[0].node, l->m[0].db, &l->id, &e.object, &x, &why));
}

static void a_looser_label_needs_an_officer(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "A", "river"), x;
	struct record r;

	assert_fails(E_DENIED, record_release(l->m[0].node, l->m[0].db, &l->id, &w.object,
				       &l->m[2].id, 1, SLICE("league OPEN"), NULL, NULL, &x, &why));
	assert_fails(E_DENIED,
		record_release(l->m[0].node, l->m[0].db, &l->id, &w.object, &l->m[2].id, 1,
			SLICE("league OPEN"), &l->m[1].officer, &l->m[0].officer_id, &x, &why));
	assert_ok(record_release(l->m[0].node, l->m[0].db, &l->id, &w.object, &l->m[2].id, 1,
		SLICE("league OPEN"), &l->m[0].officer, &l->m[0].officer_id, &x, &why));
	league_settle(l);
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(league_get(l, i, i, &w.object, &r, &arena), 0);
		assert_slice(r.label, "league OPEN");
	}
	rebuild_all(l);
}

static void a_batch_is_one_entry_and_many_records(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct draft d = league_draft(l, &arena, (int[]){1}, 1, "", "");
	struct record r;
	struct written w;

	for (int i = 0; i < 300; i++)
		batch_add(&b, slice_str(arena_printf(&arena,
				      "{\"title\":\"n%d\",\"text\":\"common word%d\"}", i, i)));
	d.media = SLICE(BATCH_MEDIA);
	d.content = buf_slice(&b);
	w = league_write(l, 0, &d);
	league_settle(l);
	/* The records are there at once, the words of a batch a moment later. */
	assert_int_equal(league_count(l, 1, 1, MODE_REAL, ""), 300);
	assert_int_equal(league_count(l, 1, 1, MODE_REAL, "common"), 0);
	todo_all(l);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(league_count(l, i, i, MODE_REAL, "common"), 300);
		assert_int_equal(league_count(l, i, i, MODE_REAL, "word299"), 1);
		for (uint32_t k = 0; k < 300; k += 37) {
			struct object_id o = batch_object_id(&l->m[0].id, &w.leaf, k);

			assert_int_equal(league_get(l, i, i, &o, &r, &arena), 0);
			assert_slice(r.content,
				arena_printf(&arena,
					"{\"title\":\"n%u\",\"text\":\"common word%u\"}", k, k));
		}
	}
	struct object_id o = batch_object_id(&l->m[0].id, &w.leaf, 5);
	recall(l, &o, 1);
	league_settle(l);
	/* Objects of one batch have one payload: they go together. */
	assert_int_equal(league_count(l, 1, 1, MODE_REAL, "common"), 0);
	assert_int_equal(league_count(l, 0, 0, MODE_REAL, "common"), 300);
	rebuild_all(l);
	todo_all(l);
	assert_int_equal(league_count(l, 0, 0, MODE_REAL, "word299"), 1);
	/* A batch with one broken object is not written at all. */
	batch_add(&b, SLICE("{\"title\":7}"));
	d.content = buf_slice(&b);
	assert_true(node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, NULL) < 0);
}

static void *todo_in_a_thread(void *arg)
{
	const struct node *node = arg;
	struct db *db = NULL;
	struct why why = {0};
	bool more;

	if (node_db(node, &db, &why) < 0 || node_todo(node, db, &more, &why) < 0)
		print_error("%s\n", why.text);
	db_close(&db);
	return NULL;
}

/* Several threads and processes do what is left to do: an erasure is answered once, and made once when its time has come. */
static void what_is_left_is_done_once(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	pthread_t thread[4];

	for (int i = 0; i < 10; i++) {
		struct written a = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "t", "x"), w;
		struct draft d = league_draft(l, &arena, (int[]){0}, 1, "t", "x");

		d.until_ms = l->m[1].clock.now_ms + 60000;
		league_write(l, 1, &d);
		assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, &a.object, &w, &why));
	}
	league_settle(l);
	assert_int_equal(league_number(l, 1, "SELECT count(*) FROM answer"), 0);
	l->m[1].clock.now_ms += 120000;
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, todo_in_a_thread, l->m[1].node), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(league_number(l, 1, "SELECT count(*) FROM answer"), 10);
	assert_int_equal(
		league_number(l, 1,
			"SELECT count(*) FROM grants g JOIN log l ON l.id = g.log JOIN node_self s ON s.member = l.member"),
		10);
}

/* More versions than one entry can name. */
static void many_versions_are_erased_together(void **state)
{
	struct league *l = *state;
	struct written w = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "v", "v0 " CANARY), x;

	for (int i = 1; i < 70; i++)
		league_note_again(l, 0, &w.object, (int[]){1}, 1, "v", CANARY);
	league_settle(l);
	x = erase(l, &w.object);
	assert_int_equal(x.seq, 2 + 70 + 1); /* two entries, the last one told */
	league_settle(l);
	todo_all(l);
	for (size_t i = 0; i < 2; i++)
		assert_false(league_holds(l, i, CANARY));
	rebuild_all(l);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_release_brings_the_old_leaf_to_a_new_reader),
		SIGNED(a_recall_hides_and_a_later_release_shows_again),
		SIGNED(the_order_of_arrival_does_not_matter),
		SIGNED(late_contents_are_not_kept),
		SIGNED(a_sender_who_lies_is_not_believed),
		SIGNED(erasure_leaves_no_trace),
		SIGNED(a_file_that_another_note_has_stays),
		SIGNED(a_hash_is_not_a_file),
		SIGNED(only_the_owner_changes_a_record),
		SIGNED(a_foreign_grant_counts_for_nothing),
		SIGNED(acts_stand_for_ever),
		SIGNED(a_looser_label_needs_an_officer),
		SIGNED(a_batch_is_one_entry_and_many_records),
		SIGNED(a_file_that_has_gone),
		SIGNED(what_is_left_is_done_once),
		SIGNED(many_versions_are_erased_together),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/record_change", tests, NULL, NULL);
}
