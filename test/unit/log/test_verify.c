/*
 * A log that is right, and then every way in which somebody with the database in hand may have
 * changed it.
 */
#include "sample.h"

#include "../db/store.h"

#include "crypt/sign.h"
#include "log/store.h"

#define SIZE 600 /* two full tiles, one partial, one of level 1 */

static const struct migration steps[] = {{"log 1", log_schema_1}, {NULL, NULL}};

static struct log log_made;

static void ok(int rc, const struct why *why)
{
	if (rc < 0)
		fail_msg("%d %s: %s", rc, why->where, why->text);
}

/* Entries 0..SIZE-1; number `odd` is `text` instead, if that is given. */
static void make(
	struct db *db, const struct log_id *id, uint64_t odd, struct slice text, struct log *log)
{
	static struct buf text_of[SIZE];
	static struct slice bytes[SIZE];
	static struct hash leaf[SIZE];
	struct why why = {0};

	for (unsigned i = 0; i < SIZE; i++) {
		buf_init(&text_of[i], LIMIT_ENTRY_BYTES);
		if (i == odd)
			buf_slice_add(&text_of[i], text);
		else
			sample_print(id, i, &text_of[i]);
		bytes[i] = buf_slice(&text_of[i]);
		leaf[i] = hash_leaf(bytes[i]);
	}
	bytes[77] = SLICE_NONE; /* withheld */
	ok(db_begin(db, &why), &why);
	ok(log_open(db, id, log, &why), &why);
	ok(log_append(db, log, bytes, leaf, SIZE, 1, 0, &why), &why);
	ok(db_commit(db, &why), &why);
	for (unsigned i = 0; i < SIZE; i++)
		buf_free(&text_of[i]);
}

static int setup(void **state)
{
	struct log_id id = sample_log();
	struct store *st;

	if (store_setup(state) < 0)
		return -1;
	st = *state;
	if (db_migrate(st->db, steps, NULL) < 0)
		return -1;
	make(st->db, &id, UINT64_MAX, SLICE_NONE, &log_made);
	return 0;
}

#define L(fn) cmocka_unit_test_setup_teardown(fn, setup, store_teardown)

static void assert_wrong(struct store *st, const struct log *log, const char *where)
{
	struct why why = {0};

	assert_int_equal(log_verify(st->db, log, NULL, NULL, &why), E_VERIFY);
	assert_string_equal(why.where, where);
}

static void count_calls(void *ctx, uint64_t done)
{
	uint64_t *last = ctx;

	assert_true(done > *last && done <= SIZE);
	*last = done;
}

static void whole(void **state)
{
	struct store *st = *state;
	struct why why = {0};
	uint64_t done = 0;

	ok(log_verify(st->db, &log_made, count_calls, &done, &why), &why);
	assert_int_equal(done, SIZE);
}

static void empty_log(void **state)
{
	struct store *st = *state;
	struct log_id id = sample_log();
	struct why why = {0};
	struct log log;

	id.epoch = 9;
	ok(db_begin(st->db, &why), &why);
	ok(log_open(st->db, &id, &log, &why), &why);
	ok(db_commit(st->db, &why), &why);
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

/* Overwrites a blob that `select` finds, with one byte of it flipped, through `update`. */
static void flip(struct store *st, const char *select, const char *update, size_t at)
{
	uint8_t bytes[TILE_WIDTH * 32];
	struct why why = {0};
	struct stmt *s = db_stmt(st->db, select);
	size_t n;

	assert_int_equal(db_step(s, &why), DB_ROW);
	n = db_blob(s, 0).n;
	assert_true(at < n && n <= sizeof(bytes));
	memcpy(bytes, db_blob(s, 0).p, n);
	db_reset(s);
	bytes[at] ^= 1;
	s = db_stmt(st->db, update);
	db_bind_blob(s, 1, slice_of(bytes, n));
	ok(db_run(s, &why), &why);
	assert_int_equal(db_changes(st->db), 1);
}

static void entry_changed(void **state)
{
	flip(*state, "SELECT bytes FROM entry WHERE seq = 300",
		"UPDATE entry SET bytes = $1 WHERE seq = 300", 50);
	assert_wrong(*state, &log_made, "leaf 300");
}

static void leaf_changed(void **state)
{
	flip(*state, "SELECT hashes FROM tile WHERE level = 0 AND n = 2",
		"UPDATE tile SET hashes = $1 WHERE level = 0 AND n = 2", 32 * 7 + 1);
	assert_wrong(*state, &log_made, "leaf 519");
}

/* Of a withheld entry only the leaf is there: the tile above knows. */
static void withheld_leaf_changed(void **state)
{
	flip(*state, "SELECT hashes FROM tile WHERE level = 0 AND n = 0",
		"UPDATE tile SET hashes = $1 WHERE level = 0 AND n = 0", 32 * 77);
	assert_wrong(*state, &log_made, "tile 1/0");
}

static void upper_tile_changed(void **state)
{
	flip(*state, "SELECT hashes FROM tile WHERE level = 1",
		"UPDATE tile SET hashes = $1 WHERE level = 1", 33);
	assert_wrong(*state, &log_made, "tile 1/0");
}

static void entry_missing(void **state)
{
	struct store *st = *state;

	sql_ok(st->db, "DELETE FROM entry WHERE seq = 41");
	assert_wrong(st, &log_made, "leaf 41");
}

static void last_entry_missing(void **state)
{
	struct store *st = *state;

	sql_ok(st->db, "DELETE FROM entry WHERE seq = 599");
	assert_wrong(st, &log_made, "leaf 599");
}

static void entry_behind_the_end(void **state)
{
	struct store *st = *state;

	sql_ok(st->db, "INSERT INTO entry (log, seq, bytes) VALUES (1, 600, NULL)");
	assert_wrong(st, &log_made, "leaf 600");
}

static void tile_missing(void **state)
{
	struct store *st = *state;

	sql_ok(st->db, "DELETE FROM tile WHERE level = 0 AND n = 1");
	assert_wrong(st, &log_made, "tile 0/1");
}

static void upper_tile_missing(void **state)
{
	struct store *st = *state;

	sql_ok(st->db, "DELETE FROM tile WHERE level = 1");
	assert_wrong(st, &log_made, "tile 1/0");
}

static void tile_behind_the_end(void **state)
{
	struct store *st = *state;

	sql_ok(st->db,
		"INSERT INTO tile (log, level, n, hashes) SELECT log, 2, 0, hashes FROM tile WHERE level = 1");
	assert_wrong(st, &log_made, "tiles");
}

static void root_changed(void **state)
{
	struct store *st = *state;
	struct log log = log_made;

	log.root.b[0] ^= 1;
	assert_wrong(st, &log, "root");
	log = log_made;
	log.range.node[1].b[0] ^= 1;
	assert_wrong(st, &log, "range");
}

/* What hashes well may still not belong there. */
static void wrong_place(void **state)
{
	struct store *st = *state;
	struct log_id id = sample_log(), other = id;
	struct buf text CLEANUP_BUF = BUF(KIB);
	struct why why = {0};
	struct log log;

	id.epoch = 2;
	sample_print(&id, 11, &text);
	make(st->db, &id, 10, buf_slice(&text), &log);
	assert_wrong(st, &log, "leaf 10");
	ok(log_verify_tree(st->db, &log, NULL, NULL, &why), &why);

	id.epoch = 3;
	other.epoch = 9;
	buf_clear(&text);
	sample_print(&other, 10, &text);
	make(st->db, &id, 10, buf_slice(&text), &log);
	assert_wrong(st, &log, "leaf 10");

	/* Out of grammar: part of the tree, and no more is asked of it. */
	id.epoch = 4;
	make(st->db, &id, 10, SLICE("no entry\n"), &log);
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

static void time_goes_back(void **state)
{
	struct store *st = *state;
	struct log_id id = sample_log();
	struct buf text CLEANUP_BUF = BUF(KIB), late CLEANUP_BUF = BUF(KIB);
	struct text_lines t;
	struct log log;

	id.epoch = 2;
	sample_print(&id, 10, &text);
	t = text_lines(buf_slice(&text));
	text_replace(
		&t, text_find(&t, "time "), "time 1773826200009.0\n", &late); /* that of entry 9 */
	make(st->db, &id, 10, buf_slice(&late), &log);
	assert_wrong(st, &log, "leaf 10");

	id.epoch = 3;
	buf_clear(&text);
	sample_print(&id, 10, &text);
	t = text_lines(buf_slice(&text));
	text_replace(
		&t, text_find(&t, "time "), "time 1773826200011.0\n", &late); /* that of entry 11 */
	make(st->db, &id, 10, buf_slice(&late), &log);
	assert_wrong(st, &log, "leaf 11");

	id.epoch = 4;
	buf_clear(&text);
	sample_print(&id, 10, &text);
	t = text_lines(buf_slice(&text));
	text_replace(&t, text_find(&t, "time "), "time 1773826200009.1\n",
		&late); /* the counter is enough */
	make(st->db, &id, 10, buf_slice(&late), &log);
	assert_int_equal(log_verify(st->db, &log, NULL, NULL, NULL), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {L(whole), L(empty_log), L(entry_changed),
		L(leaf_changed), L(withheld_leaf_changed), L(upper_tile_changed), L(entry_missing),
		L(last_entry_missing), L(entry_behind_the_end), L(tile_missing),
		L(upper_tile_missing), L(tile_behind_the_end), L(root_changed), L(wrong_place),
		L(time_goes_back)};
	int skip = store_start(argc, argv);

	crypt_init();
	return skip ? skip : cmocka_run_group_tests_name("log verify", tests, NULL, NULL);
}
