#include "sample.h"

#include "crypt/sign.h"
#include "log/tile.h"
#include "log/tree.h"

#include <errno.h>

static void paths(void **state)
{
	static const struct {
		const char *text;
		struct tile_path p;
	} good[] = {{"tile/0/000", {false, 0, 0, 256}}, {"tile/0/x001/234", {false, 0, 1234, 256}},
		{"tile/0/x001/x234/067", {false, 0, 1234067, 256}},
		{"tile/0/x001/234.p/17", {false, 0, 1234, 17}},
		{"tile/0/000.p/1", {false, 0, 0, 1}}, {"tile/7/000.p/255", {false, 7, 0, 255}},
		{"tile/entries/000", {true, 0, 0, 256}},
		{"tile/entries/x999/999.p/200", {true, 0, 999999, 200}},
		{"tile/1/999", {false, 1, 999, 256}}, {"tile/0/x001/000", {false, 0, 1000, 256}},
		{"tile/0/x072/x057/x594/x037/x927/935", {false, 0, (UINT64_C(1) << 56) - 1, 256}}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct buf b CLEANUP_BUF = BUF(KIB);
		struct tile_path p;

		if (tile_path_parse(slice_str(good[i].text), &p) != 0)
			fail_msg("%s", good[i].text);
		assert_true(p.entries == good[i].p.entries && p.level == good[i].p.level &&
			    p.n == good[i].p.n && p.width == good[i].p.width);
		tile_path_print(&b, &p);
		assert_slice(buf_slice(&b), good[i].text);
	}
}

static void paths_refused(void **state)
{
	static const char *const bad[] = {"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0",
		"tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/x000/000", "tile/0/001/234",
		"tile/0/x001", "tile/0/x001/", "tile/0/x001/x234", "tile/0/X001/234", "tile/00/000",
		"tile/8/000", "tile/63/000", "tile/-1/000", "tile/+0/000", "tile/0/000.p",
		"tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/0/000.p/-1", "tile/0/000.p/17/", "tile/0/000/", "/tile/0/000", "tile//000",
		"tile/0//000", "tile/entries/", "tile/entries", "tile/Entries/000", "tile/data/000",
		"tile/0/../000", "tile/0/000 ", " tile/0/000", "tile/0/0a0",
		"tile/0/x072/x057/x594/x037/x927/936", "tile/7/001",
		"tile/1/x281/x474/x976/x710/656", "tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/999"};
	struct tile_path p = {.n = 99};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (tile_path_parse(slice_str(bad[i]), &p) != -EINVAL)
			fail_msg("%s", bad[i]);
	assert_int_equal(p.n, 99);
	assert_int_equal(tile_path_parse(slice_of("tile/0/000\0", 11), &p), -EINVAL);
	assert_int_equal(tile_path_parse(SLICE("tile/1/x281/x474/x976/x710/655"), &p), 0);
}

static void paths_there_and_back(void **state)
{
	struct env_fake fake;
	struct env env;

	(void)state;
	env_fake_init(&fake, 3, 0);
	env = env_of_fake(&fake);
	for (unsigned i = 0; i < 2000; i++) {
		struct buf b CLEANUP_BUF = BUF(KIB);
		struct tile_path p = {.n = env_below(&env, UINT64_C(1) << (1 + i % 40)),
					 .width = 1 + (unsigned)env_below(&env, TILE_WIDTH)},
				 back;

		p.entries = env_below(&env, 4) == 0;
		p.level = p.entries ? 0 : (unsigned)env_below(&env, 2);
		tile_path_print(&b, &p);
		assert_int_equal(tile_path_parse(buf_slice(&b), &back), 0);
		assert_true(back.entries == p.entries && back.level == p.level && back.n == p.n &&
			    back.width == p.width);
	}
}

/* The example of the specification: 70,000 leaves. */
static void widths(void **state)
{
	(void)state;
	assert_int_equal(tile_width_at(0, 272, 70000), 256);
	assert_int_equal(tile_width_at(0, 273, 70000), 112);
	assert_int_equal(tile_width_at(0, 274, 70000), 0);
	assert_int_equal(tile_width_at(1, 0, 70000), 256);
	assert_int_equal(tile_width_at(1, 1, 70000), 17);
	assert_int_equal(tile_width_at(1, 2, 70000), 0);
	assert_int_equal(tile_width_at(2, 0, 70000), 1);
	assert_int_equal(tile_width_at(2, 1, 70000), 0);
	assert_int_equal(tile_width_at(3, 0, 70000), 0);
	assert_int_equal(tile_width_at(0, 0, 256), 256);
	assert_int_equal(tile_width_at(0, 1, 256), 0);
	assert_int_equal(tile_width_at(1, 0, 256), 1);
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		assert_int_equal(tile_width_at(level, 0, 0), 0);
		assert_int_equal(tile_width_at(level, UINT64_MAX, UINT64_MAX), 0);
	}
	assert_int_equal(tile_width_at(7, 0, UINT64_MAX), 255);
	assert_int_equal(tile_width_at(0, UINT64_MAX >> 8, UINT64_MAX), 255);
}

static void subtrees(void **state)
{
	struct hash leaf[TILE_WIDTH];
	struct slice hashes = slice_of(leaf, sizeof(leaf));

	(void)state;
	for (unsigned i = 0; i < TILE_WIDTH; i++)
		leaf[i] = sample_hash(i);
	for (unsigned height = 0; height <= TILE_HEIGHT; height++)
		for (unsigned first = 0; first < TILE_WIDTH; first += 1u << height) {
			struct tree_range r = {0};
			struct hash want, got = tile_subtree(hashes, first, height);

			for (unsigned i = 0; i < 1u << height; i++)
				tree_append(&r, &leaf[first + i]);
			want = tree_root(&r);
			assert_true(hash_eq(&want, &got));
		}
}

static void subtree_not_aligned(void)
{
	struct hash leaf[8];

	memset(leaf, 0, sizeof(leaf));
	(void)tile_subtree(slice_of(leaf, sizeof(leaf)), 1, 1);
}

static void subtree_outside(void)
{
	struct hash leaf[7];

	memset(leaf, 0, sizeof(leaf));
	(void)tile_subtree(slice_of(leaf, sizeof(leaf)), 4, 2);
}

static void subtree_misuse_stops(void **state)
{
	(void)state;
	assert_dies(subtree_not_aligned);
	assert_dies(subtree_outside);
}

static void bundles(void **state)
{
	static const char *const entries[] = {"first", "", "third\n"};
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct slice rest, got;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(entries); i++)
		bundle_add(&b, slice_str(entries[i]));
	assert_int_equal(b.n, 6 + 5 + 0 + 6);
	assert_memory_equal(b.p, "\0\5first\0\0\0\6third\n", b.n);
	rest = buf_slice(&b);
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		assert_int_equal(bundle_next(&rest, &got, NULL), 1);
		assert_slice(got, entries[i]);
	}
	assert_int_equal(bundle_next(&rest, &got, NULL), 0);

	for (size_t n = 1; n < b.n; n++) {
		struct why why = {0};
		int rc;

		rest = slice_sub(buf_slice(&b), 0, n);
		while ((rc = bundle_next(&rest, &got, &why)) == 1)
			;
		/* 7 and 9 bytes are one and two whole entries. */
		assert_int_equal(rc, n == 7 || n == 9 ? 0 : E_SYNTAX);
		assert_int_equal(why.code, rc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(paths), cmocka_unit_test(paths_refused),
		cmocka_unit_test(paths_there_and_back), cmocka_unit_test(widths),
		cmocka_unit_test(subtrees), cmocka_unit_test(subtree_misuse_stops),
		cmocka_unit_test(bundles)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
