/* Paths between partners: one spelling each, both ways. */
#include "../unit.h"
#include "peer/path.h"

#define COAL   "00112233445566778899aabbccddeeff"
#define MEMBER "abcdefghijklmnopqrstuvwxya"
#define SHA    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LOG    "/f/1/" COAL "/" MEMBER ".3/"

static const char *const good[] = {
	"/f/1/" COAL "/heads",
	"/f/1/" COAL "/proofs",
	"/f/1/" COAL "/proof",
	"/f/1/" COAL "/roots",
	"/f/1/" COAL "/root/" MEMBER,
	"/f/1/" COAL "/charter",
	LOG "checkpoint",
	LOG "payloads",
	LOG "tile/0/000",
	LOG "tile/0/x001/234.p/17",
	LOG "tile/entries/000.p/255",
	LOG "file/0/" SHA,
	LOG "file/9223372036854775807/" SHA,
};

static void test_one_spelling_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct buf again CLEANUP_BUF = BUF(PEER_PATH_MAX);
		struct peer_path p;

		if (peer_path_parse(slice_str(good[i]), &p) < 0)
			fail_msg("%s does not parse", good[i]);
		peer_path_print(&again, &p);
		assert_slice(buf_slice(&again), good[i]);
	}
}

static void test_fields(void **state)
{
	struct peer_path p;

	(void)state;
	assert_int_equal(peer_path_parse(slice_str(LOG "tile/entries/x001/002.p/9"), &p), 0);
	assert_int_equal(p.resource, PEER_TILE);
	assert_int_equal(p.log.epoch, 3);
	assert_true(p.tile.entries && p.tile.n == 1002 && p.tile.width == 9);
	assert_true(id_eq(&p.coalition, &p.log.coalition));
	assert_int_equal(peer_path_parse(slice_str(LOG "file/17/" SHA), &p), 0);
	assert_int_equal(p.seq, 17);
	assert_int_equal(p.file.b[0], 0xe3);
	assert_true(peer_path_is_post(PEER_PAYLOADS) && peer_path_is_post(PEER_PROOF));
	assert_false(peer_path_is_post(PEER_HEADS) || peer_path_is_post(PEER_FILE));
}

static void test_what_is_no_path(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"/f/1/",
		"/f/2/" COAL "/heads",
		"/f/1/" COAL,
		"/f/1/" COAL "/",
		"/f/1/" COAL "/heads/",
		"/f/1/" COAL "/Heads",
		"/f/1/00112233445566778899AABBCCDDEEFF/heads",
		"/f/1/" COAL "0/heads",
		"/f/1/" COAL "/../heads",
		"/f/1//heads",
		"/f/1/" COAL "/" MEMBER "/checkpoint",
		"/f/1/" COAL "/" MEMBER "./checkpoint",
		"/f/1/" COAL "/" MEMBER ".03/checkpoint",
		"/f/1/" COAL "/" MEMBER ".4294967296/checkpoint",
		"/f/1/" COAL "/" MEMBER ".3",
		LOG,
		LOG "tile/0/1",
		LOG "tile/0/000.p/256",
		LOG "tile/0/000/../001",
		LOG "file/" SHA,
		LOG "file/-1/" SHA,
		LOG "file/9223372036854775808/" SHA,
		LOG "file/1/" SHA "0",
		LOG "file/1/../../etc/passwd",
		LOG "payloads?from=1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct peer_path p = {.seq = 77};

		if (peer_path_parse(slice_str(bad[i]), &p) == 0)
			fail_msg("%s is a path", bad[i]);
		assert_int_equal(p.seq, 77);
	}
}

static void test_query(void **state)
{
	struct slice q = SLICE("wait=25000&after=ab.cd.1&x=&y");

	(void)state;
	assert_slice(peer_query(q, "wait"), "25000");
	assert_slice(peer_query(q, "after"), "ab.cd.1");
	assert_slice(peer_query(q, "x"), "");
	assert_non_null(peer_query(q, "x").p);
	assert_null(peer_query(q, "y").p); /* no '=' */
	assert_null(peer_query(q, "wai").p);
	assert_null(peer_query(SLICE_NONE, "wait").p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_spelling_both_ways),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_what_is_no_path),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
