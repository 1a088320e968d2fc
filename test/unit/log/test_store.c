/*
 * The store of logs, on both engines: batches of every awkward size against a tree kept in memory.
 */
#include "sample.h"

#include "../db/store.h"

#include "crypt/sign.h"
#include "log/store.h"

static const struct migration steps[] = {{"log 1", log_schema_1}, {NULL, NULL}};

/* The leaves of a log as they should be. */
struct shadow {
	struct hash leaf[3000];
	size_t n;
	struct tree_range range;
};

static int setup(void **state)
{
	struct store *st;

	if (store_setup(state) < 0)
		return -1;
	st = *state;
	return db_migrate(st->db, steps, NULL);
}

#define L(fn) cmocka_unit_test_setup_teardown(fn, setup, store_teardown)

static void ok(int rc, const struct why *why)
{
	if (rc < 0)
		fail_msg("%d %s: %s", rc, why->where, why->text);
}

/* Appends n entries to both; every fifth is withheld. */
static void grow(struct db *db, struct log *log, struct shadow *shadow, size_t n)
{
	static struct buf text[1024];
	static struct slice bytes[1024];
	struct why why = {0};
	size_t start = shadow->n;

	assert_true(n <= COUNT_OF(bytes) && start + n <= COUNT_OF(shadow->leaf));
	for (size_t i = 0; i < n; i++) {
		buf_init(&text[i], LIMIT_ENTRY_BYTES);
		sample_print(&log->id, start + i, &text[i]);
		bytes[i] = (start + i) % 5 == 4 ? SLICE_NONE : buf_slice(&text[i]);
		shadow->leaf[start + i] = hash_leaf(buf_slice(&text[i]));
		tree_append(&shadow->range, &shadow->leaf[start + i]);
	}
	shadow->n += n;
	ok(db_begin(db, &why), &why);
	ok(log_append(db, log, bytes, shadow->leaf + start, n,
		   1773826200000 + (int64_t)shadow->n - 1, 0, &why),
		&why);
	ok(db_commit(db, &why), &why);
	for (size_t i = 0; i < n; i++)
		buf_free(&text[i]);
}

static struct log opened(struct db *db)
{
	struct log_id id = sample_log();
	struct why why = {0};
	struct log log;

	ok(db_begin(db, &why), &why);
	ok(log_open(db, &id, &log, &why), &why);
	ok(db_commit(db, &why), &why);
	return log;
}

/* Every tile of the log is there in exactly its width, with the hashes that the leaves make. */
static void assert_tiles(struct db *db, const struct log *log, const struct shadow *shadow)
{
	static struct hash level[COUNT_OF(shadow->leaf)];
	size_t n = shadow->n;
	struct why why = {0};

	memcpy(level, shadow->leaf, sizeof(level));
	for (unsigned l = 0; l < TILE_LEVELS; l++) {
		for (size_t at = 0; at * TILE_WIDTH < n; at++) {
			struct buf b CLEANUP_BUF = BUF(TILE_WIDTH * sizeof(struct hash));
			struct tile_path p = {
				.level = l, .n = at, .width = tile_width_at(l, at, log->size)};

			assert_int_equal(p.width, n - at * TILE_WIDTH < TILE_WIDTH
							  ? n - at * TILE_WIDTH
							  : TILE_WIDTH);
			ok(log_tile(db, log->row, &p, &b, &why), &why);
			assert_int_equal(b.n, p.width * sizeof(struct hash));
			assert_memory_equal(b.p, &level[at * TILE_WIDTH], b.n);
			if (p.width < TILE_WIDTH) {
				p.width++;
				assert_int_equal(log_tile(db, log->row, &p, &b, NULL), E_MISSING);
			}
			p.width = 1; /* an older, narrower tile is the front of it */
			buf_clear(&b);
			ok(log_tile(db, log->row, &p, &b, &why), &why);
			assert_int_equal(b.n, sizeof(struct hash));
		}
		for (size_t at = 0; at < n / TILE_WIDTH; at++)
			level[at] = tile_subtree(
				slice_of(&level[at * TILE_WIDTH], TILE_WIDTH * sizeof(struct hash)),
				0, TILE_HEIGHT);
		n /= TILE_WIDTH;
	}
}

static void assert_same(struct db *db, const struct log *log, const struct shadow *shadow)
{
	struct hash root = tree_root(&shadow->range);
	struct why why = {0};
	struct log again;

	log_check(log);
	assert_int_equal(log->size, shadow->n);
	assert_true(hash_eq(&log->root, &root));
	ok(log_load(db, &log->id, &again, &why), &why);
	assert_true(
		again.row == log->row && again.size == log->size && hash_eq(&again.root, &root));
	assert_true(again.time_ms == log->time_ms && again.time_counter == log->time_counter &&
		    !again.frozen);
	assert_tiles(db, log, shadow);
}

static void batches(void **state)
{
	static const size_t sizes[] = {1, 1, 253, 1, 1, 255, 256, 257, 0, 512, 7, 1000, 3};
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db);
	struct why why = {0};

	assert_same(st->db, &log, shadow);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		grow(st->db, &log, shadow, sizes[i]);
		assert_same(st->db, &log, shadow);
	}
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

/* One entry at a time to beyond a tile, and the same in one go: the same database. */
static void singly_or_together(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow),
			      *other CLEANUP_FREE = mem_new(struct shadow);
	struct buf a CLEANUP_BUF = BUF(MIB), b CLEANUP_BUF = BUF(MIB);
	struct log log = opened(st->db), second;
	struct log_id id = sample_log();
	struct why why = {0};

	id.epoch = 2;
	ok(db_begin(st->db, &why), &why);
	ok(log_open(st->db, &id, &second, &why), &why);
	ok(db_commit(st->db, &why), &why);
	for (unsigned i = 0; i < 300; i++)
		grow(st->db, &log, shadow, 1);
	second.id = log.id; /* the same bytes go in */
	grow(st->db, &second, other, 300);
	assert_int_equal(log.row, 1);
	assert_int_equal(second.row, 2);
	assert_true(hash_eq(&log.root, &second.root));
	ok(db_dump(st->db, "SELECT level, n, hashes FROM tile WHERE log = 1 ORDER BY level, n", &a,
		   &why),
		&why);
	ok(db_dump(st->db, "SELECT level, n, hashes FROM tile WHERE log = 2 ORDER BY level, n", &b,
		   &why),
		&why);
	assert_true(a.n > 0 && slice_eq(buf_slice(&a), buf_slice(&b)));
}

static void open_twice(void **state)
{
	struct store *st = *state;
	struct log_id id = sample_log(), other = id;
	struct log a = opened(st->db), b = opened(st->db), c;

	assert_int_equal(a.row, b.row);
	assert_true(log_id_eq(&a.id, &id) && a.size == 0);
	assert_int_equal(log_load_row(st->db, a.row, &c, NULL), 0);
	assert_true(log_id_eq(&c.id, &id));
	other.epoch = 7;
	assert_int_equal(log_load(st->db, &other, &c, NULL), E_MISSING);
	assert_int_equal(log_load_row(st->db, a.row + 1, &c, NULL), E_MISSING);
}

static int collect(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	struct buf *b = ctx;

	buf_addf(b, "%u%s ", (unsigned)seq, bytes.p ? "" : "-");
	return b->n > 50 ? why_set(why, E_LIMIT, "test", "enough") : 0;
}

static void entries(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf seen CLEANUP_BUF = BUF(KIB);
	struct log log = opened(st->db);
	struct why why = {0};

	grow(st->db, &log, shadow, 300);
	for (unsigned i = 0; i < 300; i++) {
		struct slice bytes = SLICE("kept");
		struct hash leaf;
		int rc = log_entry(st->db, log.row, i, &arena, &bytes, &why);

		if (i % 5 == 4) {
			assert_int_equal(rc, E_MISSING);
			assert_slice(bytes, "kept");
		} else {
			struct hash got = hash_leaf(bytes);

			ok(rc, &why);
			assert_true(hash_eq(&got, &shadow->leaf[i]));
		}
		ok(log_leaf(st->db, log.row, i, &leaf, &why), &why);
		assert_true(hash_eq(&leaf, &shadow->leaf[i]));
	}
	assert_int_equal(
		log_entry(st->db, log.row, 300, &arena, &(struct slice){0}, NULL), E_MISSING);
	assert_int_equal(log_entry(st->db, log.row, UINT64_MAX, &arena, &(struct slice){0}, NULL),
		E_MISSING);
	assert_int_equal(log_leaf(st->db, log.row, 300, &(struct hash){{0}}, NULL), E_MISSING);
	assert_int_equal(
		log_leaf(st->db, log.row, UINT64_MAX, &(struct hash){{0}}, NULL), E_MISSING);

	ok(log_each(st->db, log.row, 3, 8, collect, &seen, &why), &why);
	assert_slice(buf_slice(&seen), "3 4- 5 6 7 ");
	assert_int_equal(log_each(st->db, log.row, 0, 300, collect, &seen, &why), E_LIMIT);
	assert_string_equal(why.where, "test");
}

static void fill(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct buf text CLEANUP_BUF = BUF(KIB), wrong CLEANUP_BUF = BUF(KIB);
	struct log log = opened(st->db);
	struct why why = {0};
	struct slice got;

	grow(st->db, &log, shadow, 10);
	sample_print(&log.id, 4, &text);
	sample_print(&log.id, 5, &wrong);
	ok(db_begin(st->db, &why), &why);
	assert_int_equal(log_fill(st->db, log.row, 4, buf_slice(&wrong), &why), E_VERIFY);
	assert_string_equal(why.where, "leaf 4");
	assert_int_equal(log_entry(st->db, log.row, 4, &arena, &got, NULL), E_MISSING);
	ok(log_fill(st->db, log.row, 4, buf_slice(&text), &why), &why);
	ok(log_fill(st->db, log.row, 4, buf_slice(&text), &why), &why); /* again: nothing happens */
	assert_int_equal(log_fill(st->db, log.row, 10, buf_slice(&text), NULL), E_MISSING);
	ok(db_commit(st->db, &why), &why);
	ok(log_entry(st->db, log.row, 4, &arena, &got, &why), &why);
	assert_true(slice_eq(got, buf_slice(&text)));
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

/* Roots and proofs read from the tiles, at sizes round the tile edges. */
static void reader(void **state)
{
	static const size_t sizes[] = {1, 2, 255, 256, 257, 300, 511, 512, 513, 700};
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log_reader *ctx CLEANUP_FREE = mem_new(struct log_reader);
	struct log log = opened(st->db);
	struct hash root[COUNT_OF(sizes)];
	struct why why = {0};
	struct tree_reader r;

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		grow(st->db, &log, shadow, sizes[i] - (size_t)log.size);
		root[i] = log.root;
	}
	r = log_reader(ctx, st->db, &log);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct hash got;
		struct tree_proof p;

		ok(tree_root_at(&r, sizes[i], &got, &why), &why);
		assert_true(hash_eq(&got, &root[i]));
		for (size_t k = 0; k < sizes[i]; k += 1 + sizes[i] / 9) {
			ok(tree_inclusion(&r, k, sizes[i], &p, &why), &why);
			ok(tree_check_inclusion(
				   k, sizes[i], &shadow->leaf[k], p.node, p.n, &root[i], &why),
				&why);
		}
		for (size_t k = 0; k <= i; k++) {
			ok(tree_consistency(&r, sizes[k], sizes[i], &p, &why), &why);
			ok(tree_check_consistency(
				   sizes[k], sizes[i], &root[k], &root[i], p.node, p.n, &why),
				&why);
		}
	}
	/* A tile that has gone is damage, not absence. */
	sql_ok(st->db, "DELETE FROM tile WHERE level = 0 AND n = 1");
	r = log_reader(ctx, st->db, &log);
	assert_int_equal(
		tree_inclusion(&r, 300, 700, &(struct tree_proof){.n = 0}, &why), E_VERIFY);
	assert_string_equal(why.text, "tile 0/1 is damaged");
}

static void freezing(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db), stale, again;
	struct slice bytes = SLICE("x");
	struct hash leaf = hash_leaf(bytes);
	struct why why = {0};

	grow(st->db, &log, shadow, 10);
	stale = log;
	ok(db_begin(st->db, &why), &why);
	ok(log_freeze(st->db, &log, 8, &why), &why);
	assert_true(log.frozen && log.frozen_at == 8);
	ok(log_freeze(st->db, &log, 9, &why), &why); /* never higher */
	assert_int_equal(log.frozen_at, 8);
	ok(log_freeze(st->db, &log, 3, &why), &why);
	assert_int_equal(log.frozen_at, 3);
	ok(db_commit(st->db, &why), &why);
	ok(log_load(st->db, &log.id, &again, &why), &why);
	assert_true(again.frozen && again.frozen_at == 3 && again.size == 10);

	ok(db_begin(st->db, &why), &why);
	assert_int_equal(log_append(st->db, &log, &bytes, &leaf, 1, 1, 0, &why), E_STATE);
	/* Who has not heard of it cannot write either. */
	assert_int_equal(log_append(st->db, &stale, &bytes, &leaf, 1, 1, 0, &why), E_CONFLICT);
	db_rollback(st->db);
	ok(log_verify(st->db, &again, NULL, NULL, &why), &why);
}

/* Below the cut both stories are one: a log that is behind still catches up to there. */
static void frozen_ahead(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db);
	struct slice bytes[3] = {SLICE("x"), SLICE("y"), SLICE("z")};
	struct hash leaf[3];
	struct why why = {0};

	for (size_t i = 0; i < COUNT_OF(bytes); i++)
		leaf[i] = hash_leaf(bytes[i]);
	grow(st->db, &log, shadow, 10);
	ok(db_begin(st->db, &why), &why);
	ok(log_freeze(st->db, &log, 12, &why), &why);
	assert_int_equal(log_append(st->db, &log, bytes, leaf, 3, 1, 0, &why), E_STATE);
	ok(log_append(st->db, &log, bytes, leaf, 2, 1, 0, &why), &why);
	assert_int_equal(log_append(st->db, &log, bytes, leaf, 1, 1, 0, &why), E_STATE);
	ok(db_commit(st->db, &why), &why);
	assert_int_equal(log.size, 12);
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

/* Two handles that think they are at the same size: the second one is refused. */
static void moved_on(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db), stale;
	struct slice bytes = SLICE("x");
	struct hash leaf = hash_leaf(bytes);
	struct why why = {0};

	grow(st->db, &log, shadow, 10);
	stale = log;
	grow(st->db, &log, shadow, 10);
	ok(db_begin(st->db, &why), &why);
	assert_int_equal(log_append(st->db, &stale, &bytes, &leaf, 1, 1, 0, &why), E_CONFLICT);
	db_rollback(st->db);
	assert_same(st->db, &log, shadow);
	ok(log_verify(st->db, &log, NULL, NULL, &why), &why);
}

static void rolled_back(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db), before;
	static struct slice bytes[600];
	static struct hash leaf[600];
	struct why why = {0};

	grow(st->db, &log, shadow, 100);
	before = log;
	for (size_t i = 0; i < COUNT_OF(bytes); i++) {
		bytes[i] = SLICE("x");
		leaf[i] = hash_leaf(bytes[i]);
	}
	ok(db_begin(st->db, &why), &why);
	ok(log_append(st->db, &log, bytes, leaf, COUNT_OF(bytes), 1, 0, &why), &why);
	db_rollback(st->db);
	assert_same(st->db, &before, shadow);
	ok(log_verify(st->db, &before, NULL, NULL, &why), &why);
	grow(st->db, &before, shadow, 200);
	assert_same(st->db, &before, shadow);
}

static void too_large(void **state)
{
	struct store *st = *state;
	struct log log = opened(st->db);
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES + 1);
	struct slice bytes;
	struct hash leaf;

	memset(buf_room(&b, LIMIT_ENTRY_BYTES + 1), 'x', LIMIT_ENTRY_BYTES + 1);
	bytes = buf_slice(&b);
	leaf = hash_leaf(bytes);
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_int_equal(log_append(st->db, &log, &bytes, &leaf, 1, 1, 0, NULL), E_LIMIT);
	assert_int_equal(log.size, 0);
	db_rollback(st->db);
}

static void damaged_row(void **state)
{
	struct store *st = *state;
	struct shadow *shadow CLEANUP_FREE = mem_new(struct shadow);
	struct log log = opened(st->db), again = {.row = 99};
	struct why why = {0};

	grow(st->db, &log, shadow, 5);
	sql_ok(st->db, "UPDATE log SET size = 7");
	assert_int_equal(log_load(st->db, &log.id, &again, &why), E_VERIFY);
	sql_ok(st->db, "UPDATE log SET size = 4");
	assert_int_equal(log_load(st->db, &log.id, &again, &why), E_VERIFY);
	sql_ok(st->db, "UPDATE log SET size = 5, root = nodes");
	assert_int_equal(log_load(st->db, &log.id, &again, &why), E_VERIFY);
	assert_int_equal(again.row, 99);
}

static void payloads(void **state)
{
	struct store *st = *state;
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	uint8_t salt[32], other[32], got_salt[32];
	struct slice got;
	struct why why = {0};

	memset(salt, 7, sizeof(salt));
	memset(other, 8, sizeof(other));
	ok(db_begin(st->db, &why), &why);
	assert_int_equal(payload_get(st->db, 1, 5, &arena, got_salt, &got, NULL), E_MISSING);
	ok(payload_put(st->db, 1, 5, salt, SLICE("content"), &why), &why);
	ok(payload_put(st->db, 1, 6, salt, SLICE_NONE, &why), &why);
	ok(payload_put(st->db, 1, 5, other, SLICE("another"), &why),
		&why); /* what is there stays */
	ok(payload_get(st->db, 1, 5, &arena, got_salt, &got, &why), &why);
	assert_slice(got, "content");
	assert_memory_equal(got_salt, salt, sizeof(salt));
	ok(payload_get(st->db, 1, 6, &arena, got_salt, &got, &why), &why);
	assert_int_equal(got.n, 0);
	ok(payload_drop(st->db, 1, 5, &why), &why);
	ok(payload_drop(st->db, 1, 5, &why), &why);
	assert_int_equal(payload_get(st->db, 1, 5, &arena, got_salt, &got, NULL), E_MISSING);
	assert_int_equal(payload_get(st->db, 2, 6, &arena, got_salt, &got, NULL), E_MISSING);
	assert_int_equal(
		payload_get(st->db, 1, UINT64_MAX, &arena, got_salt, &got, NULL), E_MISSING);
	ok(db_commit(st->db, &why), &why);
}

static void payload_ceiling(void **state)
{
	struct store *st = *state;
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES + 1);
	uint8_t salt[32] = {0};

	memset(buf_room(&b, LIMIT_PAYLOAD_BYTES + 1), 'x', LIMIT_PAYLOAD_BYTES + 1);
	assert_int_equal(db_begin(st->db, NULL), 0);
	assert_int_equal(payload_put(st->db, 1, 5, salt, buf_slice(&b), NULL), E_LIMIT);
	assert_int_equal(payload_put(st->db, 1, 5, salt,
				 slice_sub(buf_slice(&b), 0, LIMIT_PAYLOAD_BYTES), NULL),
		0);
	db_rollback(st->db);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {L(batches), L(singly_or_together), L(open_twice),
		L(entries), L(fill), L(reader), L(freezing), L(frozen_ahead), L(moved_on),
		L(rolled_back), L(too_large), L(damaged_row), L(payloads), L(payload_ceiling)};
	int skip = store_start(argc, argv);

	crypt_init();
	return skip ? skip : cmocka_run_group_tests_name("log store", tests, NULL, NULL);
}
