/* test_todo.c: what the fold leaves to be done, one chore apart from the other; files that no row names; parts that several write. */
#include "league.h"

#include "base/enc.h"
#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>

static void todo_all(struct league *l)
{
	for (size_t i = 0; i < l->n; i++) {
		bool more = true;

		assert_ok(node_todo(l->m[i].node, l->m[i].db, &more, &why));
		assert_false(more);
	}
}

static void erase(struct league *l, const struct object_id *object)
{
	struct written w;

	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, object, &w, &why));
}

static struct written note_with_file(struct league *l, const char *bytes, struct hash *ret)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct note_file file = {.name = SLICE("plan.txt"), .media = SLICE("text/plain")};
	struct note_record note = {.title = SLICE("A plan"), .file = &file, .n_file = 1};
	struct draft d = league_draft(l, &arena, (int[]){1, 2}, 2, "", "");
	char path[128];

	snprintf(path, sizeof(path), "%s/../upload_%d", l->m[0].dir, (int)getpid());
	assert_ok(file_replace(path, slice_str(bytes), 0600, &why));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_ok(files_add(l->m[0].node, fd, NULL, NULL, &file.sha256, &file.size, NULL, &why));
	close(fd);
	unlink(path);
	note_record_print(&note, &b);
	d.content = buf_slice(&b);
	*ret = file.sha256;
	return league_write(l, 0, &d);
}

/* At member 1. */
static void path_of(const struct league *l, const struct hash *h, const char *form, char ret[400])
{
	char hex[65], author[33];

	hex_encode(h->b, 32, hex);
	hex_encode(l->m[0].id.b, 16, author);
	snprintf(ret, 400, "%s/files/", l->m[1].dir);
	if (*form)
		snprintf(ret + strlen(ret), 120, "%s.%s.%s", form, hex, author);
	else
		snprintf(ret + strlen(ret), 120, "%.2s/%s", hex, hex);
}

static void file_make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "rest", 4), 4);
	close(fd);
}

static uint64_t orphans(struct league *l)
{
	uint64_t n = 99;

	assert_ok(files_orphans(l->m[1].node, l->m[1].db, &n, &why));
	return n;
}

/* Of a process that was killed, of a refusal, of a download that came in after its erasure: nothing stays. */
static void files_that_no_row_names_go(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct hash h, wanted_hash = {{0}}, lone;
	struct file_wanted *wanted;
	uint64_t size;
	size_t n;
	int hold = -1;
	char added[400], dead[400], part[400], kept[400];
	struct written w = note_with_file(l, "late bytes", &h);

	league_settle(l);
	assert_int_equal(orphans(l), 0);
	/* Added and not named yet: it is somebody's as long as he holds it. */
	snprintf(dead, sizeof(dead), "%s/files/new.0123456789abcdef", l->m[1].dir);
	file_make(dead);
	int fd = open(dead, O_RDONLY);
	assert_ok(files_add(l->m[1].node, fd, NULL, NULL, &lone, &size, &hold, &why));
	close(fd);
	path_of(l, &lone, "", added);
	path_of(l, &lone, "part", part);
	file_make(part);
	assert_ok(files_part_add(l->m[1].node, &l->m[0].id, &h, SLICE("late "), &why));
	path_of(l, &h, "part", kept);
	assert_int_equal(orphans(l), 2);
	assert_ok(files_sweep(l->m[1].node, l->m[1].db, true, &why));
	assert_int_equal(access(dead, F_OK), -1);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(access(added, F_OK), 0);
	assert_int_equal(access(kept, F_OK), 0);
	files_let(&hold);
	assert_int_equal(orphans(l), 1);
	assert_ok(files_sweep(l->m[1].node, l->m[1].db, true, &why));
	assert_int_equal(access(added, F_OK), -1);
	/* The last piece comes when the erasure is settled. */
	assert_ok(files_wanted(l->m[1].db, &l->id, &l->m[0].id, 0, 10, &arena, &wanted, &n, &why));
	assert_int_equal(n, 1);
	wanted_hash = wanted[0].sha256;
	assert_true(hash_eq(&wanted_hash, &h));
	erase(l, &w.object);
	league_settle(l);
	todo_all(l);
	assert_int_equal(access(kept, F_OK), -1);
	assert_ok(files_part_add(l->m[1].node, &l->m[0].id, &h, SLICE("late bytes"), &why));
	assert_ok(files_part_done(l->m[1].node, &l->m[0].id, &h, 10, &why));
	assert_ok(db_begin(l->m[1].db, &why));
	assert_ok(files_got(l->m[1].db, &wanted[0], &why));
	assert_ok(db_commit(l->m[1].db, &why));
	assert_true(files_has(l->m[1].node, &h));
	todo_all(l);
	assert_false(files_has(l->m[1].node, &h));
	assert_int_equal(orphans(l), 0);
}

struct ending {
	const struct node *node;
	struct id author;
	struct hash h;
	int rc;
};

static void *end_part(void *ctx)
{
	struct ending *e = ctx;
	struct why own = {0};

	e->rc = files_part_done(e->node, &e->author, &e->h, 10, &own);
	return NULL;
}

/* Another process writes into the part: the check waits for it, and sees what it wrote. */
static void what_is_checked_is_not_added_to(void **state)
{
	struct league *l = *state;
	struct ending e = {
		.node = l->m[1].node, .author = l->m[0].id, .h = hash_bytes(SLICE("late bytes"))};
	pthread_t thread;
	char part[400];

	assert_ok(files_part_add(e.node, &e.author, &e.h, SLICE("late bytes"), &why));
	path_of(l, &e.h, "part", part);
	int fd = open(part, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(pthread_create(&thread, NULL, end_part, &e), 0);
	(void)poll(NULL, 0, 100);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	pthread_join(thread, NULL);
	assert_int_equal(e.rc, E_VERIFY);
	assert_false(files_has(e.node, &e.h));
}

/* What is erased while a scrubbing waits or runs is scrubbed after it: its row is another. */
static void an_erasure_during_a_scrubbing_is_not_lost(void **state)
{
	struct league *l = *state;
	struct written one = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "One", "a"), x;
	struct written two = league_note(l, 0, MODE_REAL, (int[]){1}, 1, "Two", "b");
	struct db *reader, *db = l->m[0].db;
	bool more = false;

	if (league_postgres)
		assert_ok(db_script(db, "SET lock_timeout = '100ms'", &why));
	assert_ok(node_db(l->m[0].node, &reader, &why));
	assert_ok(db_begin_read(reader, &why));
	struct stmt *s = db_stmt(reader, "SELECT count(*) FROM item");
	assert_int_equal(db_step(s, NULL), DB_ROW);
	db_reset(s);
	assert_ok(record_erase(l->m[0].node, db, &l->id, &one.object, &x, &why));
	assert_ok(node_todo(l->m[0].node, db, &more, &why));
	assert_true(more);
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM todo WHERE kind = 'scrubbing'"), 1);
	assert_ok(record_erase(l->m[0].node, db, &l->id, &two.object, &x, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM todo WHERE kind = 'scrub'"), 1);
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM todo WHERE kind = 'scrubbing'"), 1);
	db_rollback(reader);
	db_close(&reader);
	/* Nobody is in the way now but the server's own housekeeping, which may take its time. */
	if (league_postgres)
		assert_ok(db_script(db, "SET lock_timeout = '60s'", &why));
	assert_ok(node_todo(l->m[0].node, db, &more, &why));
	assert_false(more);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM todo"), 0);
}

/* A file that cannot be unlinked (here: a folder in its place) keeps no other chore from being done. */
static void chores_do_not_wait_for_each_other(void **state)
{
	struct league *l = *state;
	struct hash h;
	struct written w = note_with_file(l, "stuck", &h), x;
	char path[400], dir[400];
	bool more = false;

	assert_ok(files_drop(l->m[0].node, &h, &why));
	path_of(l, &h, "", path);
	snprintf(dir, sizeof(dir), "%s%s", l->m[0].dir, path + strlen(l->m[1].dir));
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, &w.object, &x, &why));
	assert_true(node_todo(l->m[0].node, l->m[0].db, &more, NULL) < 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM todo WHERE kind <> 'file'"), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_ok(node_todo(l->m[0].node, l->m[0].db, &more, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM todo"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(files_that_no_row_names_go),
		SIGNED(what_is_checked_is_not_added_to),
		SIGNED(an_erasure_during_a_scrubbing_is_not_lost),
		SIGNED(chores_do_not_wait_for_each_other),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/todo", tests, NULL, NULL);
}
