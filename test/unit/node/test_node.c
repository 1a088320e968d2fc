/* Making and opening nodes, the files beside the store, and nodes in memory. */
#include "league.h"

#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

static void nothing_is_overwritten(void **state)
{
	struct league *l = *state;
	struct node_init init = {.dir = l->m[0].dir,
		.label = "X",
		.root_key = &l->m[0].root,
		.n_root_key = 1,
		.threshold = 1};
	struct id id;

	assert_fails(E_CONFLICT, node_create(&init, &id, &why));
	league_reopen(l, 0);
	assert_true(id_eq(&l->m[0].node->self, &l->m[0].id));
}

static void there_must_be_a_node(void **state)
{
	struct node *node = NULL;
	struct node_options o = {.dir = "/tmp"};

	(void)state;
	assert_fails(E_MISSING, node_open(&node, &o, &why));
	assert_null(node);
	node_close(&node);
}

static void secrets_are_for_their_owner_only(void **state)
{
	struct league *l = *state;
	static const char *const names[] = {"keys/log.key", "keys/witness.key", "keys/seal.key",
		"keys/tls.key", "entente.conf"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[256];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", l->m[0].dir, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void keys_of_another_node_are_noticed(void **state)
{
	struct league *l = *state;
	struct node *node = NULL;
	struct node_options o = {.dir = l->m[0].dir};
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	char from[256], to[256];

	snprintf(from, sizeof(from), "%s/keys/log.key", l->m[1].dir);
	snprintf(to, sizeof(to), "%s/keys/log.key", l->m[0].dir);
	assert_ok(file_read(from, &b, &why));
	assert_ok(file_replace(to, buf_slice(&b), 0600, &why));
	assert_fails(E_STATE, node_open(&node, &o, &why));
	assert_null(node);
}

static void bad_wishes_are_refused(void **state)
{
	struct league *l = *state;
	struct node_init init = {.dir = "/tmp/entente_never",
		.label = "two\nlines",
		.root_key = &l->m[0].root,
		.n_root_key = 1,
		.threshold = 1};
	struct id id;

	assert_true(node_create(&init, &id, NULL) < 0);
	assert_false(file_exists("/tmp/entente_never/entente.conf"));
	init.label = "ok";
	init.threshold = 2;
	assert_true(node_create(&init, &id, NULL) < 0);
	assert_false(file_exists("/tmp/entente_never/entente.conf"));
}

static int file_of(const char *dir, const char *bytes)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/upload", dir);
	assert_ok(file_replace(path, slice_str(bytes), 0600, &why));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	unlink(path);
	assert_true(fd >= 0);
	return fd;
}

static uint64_t told;

static void on_progress(void *ctx, uint64_t done)
{
	(void)ctx;
	told = done;
}

static void files_are_kept_by_what_they_are(void **state)
{
	struct league *l = *state;
	const struct node *node = l->m[0].node;
	struct hash h, want = hash_bytes(SLICE("hello")), empty;
	uint64_t size;
	char got[16];
	int fd = file_of(l->m[0].dir, "hello");

	assert_ok(files_add(node, fd, on_progress, NULL, &h, &size, NULL, &why));
	close(fd);
	assert_int_equal(told, 5);
	assert_true(hash_eq(&h, &want));
	assert_int_equal(size, 5);
	assert_true(files_has(node, &h));
	assert_ok(files_open(node, &h, &fd, &size, &why));
	assert_int_equal(size, 5);
	assert_int_equal(read(fd, got, sizeof(got)), 5);
	assert_memory_equal(got, "hello", 5);
	close(fd);
	/* The same again is fine; an empty one too. */
	fd = file_of(l->m[0].dir, "hello");
	assert_ok(files_add(node, fd, NULL, NULL, &h, &size, NULL, &why));
	close(fd);
	fd = file_of(l->m[0].dir, "");
	assert_ok(files_add(node, fd, NULL, NULL, &empty, &size, NULL, &why));
	close(fd);
	assert_int_equal(size, 0);
	assert_ok(files_drop(node, &h, &why));
	assert_false(files_has(node, &h));
	assert_ok(files_drop(node, &h, &why));
	assert_fails(E_MISSING, files_open(node, &h, &fd, &size, &why));
}

static void pieces_are_checked_as_a_whole(void **state)
{
	struct league *l = *state;
	const struct node *node = l->m[0].node;
	struct hash h = hash_bytes(SLICE("one two three")), none = hash_bytes(SLICE_NONE);
	uint64_t size = 99;

	assert_ok(files_part_size(node, &node->self, &h, &size, &why));
	assert_int_equal(size, 0);
	assert_ok(files_part_add(node, &node->self, &h, SLICE("one "), &why));
	assert_ok(files_part_add(node, &node->self, &h, SLICE("two "), &why));
	assert_ok(files_part_size(node, &node->self, &h, &size, &why));
	assert_int_equal(size, 8);
	assert_ok(files_part_add(node, &node->self, &h, SLICE("thrEe"), &why));
	assert_fails(E_VERIFY, files_part_done(node, &node->self, &h, 13, &why));
	assert_false(files_has(node, &h));
	assert_ok(files_part_size(node, &node->self, &h, &size, &why));
	assert_int_equal(size, 0); /* dropped: it is fetched from the start again */
	assert_ok(files_part_add(node, &node->self, &h, SLICE("one two three"), &why));
	assert_fails(E_VERIFY, files_part_done(node, &node->self, &h, 12, &why));
	assert_ok(files_part_add(node, &node->self, &h, SLICE("one two three"), &why));
	assert_ok(files_part_done(node, &node->self, &h, 13, &why));
	assert_true(files_has(node, &h));
	/* Who names the same hash and serves something else has a part of its own. */
	struct hash other = hash_bytes(SLICE("of one author"));
	assert_ok(files_part_add(
		node, &l->m[1].id, &other, SLICE("something longer than that"), &why));
	assert_ok(files_part_add(node, &l->m[0].id, &other, SLICE("of one author"), &why));
	assert_ok(files_part_done(node, &l->m[0].id, &other, 13, &why));
	assert_true(files_has(node, &other));
	assert_ok(files_part_size(node, &l->m[1].id, &other, &size, &why));
	assert_int_equal(size, 26);
	assert_ok(files_drop(node, &other, &why));
	assert_ok(files_part_size(node, &l->m[1].id, &other, &size, &why));
	assert_int_equal(size, 0);
	assert_ok(files_part_done(
		node, &node->self, &none, 0, &why)); /* an empty file comes in no pieces */
	assert_true(files_has(node, &none));
}

static void a_node_in_memory_needs_no_directory(void **state)
{
	struct league *l = *state;
	struct env_fake clock;
	struct env env;
	struct highwater_memory *memory = highwater_memory_new();
	struct highwater_store store = highwater_in_memory(memory);
	struct seckey officer = l->m[0].officer;
	struct node *node = NULL;
	struct db *db = NULL;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct root_chain chain;
	struct hash h = {0};
	uint64_t size;
	int64_t row;

	env_fake_init(&clock, 7, LEAGUE_NOW);
	env = env_of_fake(&clock);
	assert_ok(node_open_memory(&node, &env, "sqlite:file:/entente-test-node?vfs=memdb", &store,
		"MEM", &officer, NULL, &why));
	assert_ok(node_db(node, &db, &why));
	assert_ok(root_chain_load(db, &node->self, &arena, &chain, &why));
	assert_int_equal(root_latest(&chain)->n_officer, 1);
	assert_true(pubkey_eq(&root_latest(&chain)->officer[0].key, &officer.pub));
	assert_fails(E_STATE, files_part_size(node, &node->self, &h, &size, &why));
	assert_false(files_has(node, &h));
	/* It writes and signs like any other. */
	assert_ok(db_begin(db, &why));
	assert_ok(coalition_add(db, slice_str(l->charter), &row, &why));
	assert_ok(db_commit(db, &why));
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_INTEREST, .charter = l->charter_hash};
	act_body_print(&a, &body);
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("interest/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA),
		.content = buf_slice(&body),
		.officer_key = &officer,
		.officer = root_latest(&chain)->officer[0].id};
	struct written w;
	assert_ok(node_write(node, db, &l->id, &d, 1, &w, &why));
	assert_int_equal(w.seq, 0);
	db_close(&db);
	node_close(&node);
	highwater_memory_free(&memory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLAIN(nothing_is_overwritten),
		PLAIN(there_must_be_a_node),
		PLAIN(secrets_are_for_their_owner_only),
		PLAIN(keys_of_another_node_are_noticed),
		PLAIN(bad_wishes_are_refused),
		PLAIN(files_are_kept_by_what_they_are),
		PLAIN(pieces_are_checked_as_a_whole),
		PLAIN(a_node_in_memory_needs_no_directory),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/node", tests, NULL, NULL);
}
