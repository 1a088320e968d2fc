/* The same exchange through a file: what goes in comes out, for one reader, and nothing of a file that is torn, altered or too large. */
#include "scene.h"

#include "node/record.h"
#include "peer/bundle_int.h"
#include "peer/payload.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <zlib.h>

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

static int file_of(struct slice bytes)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	return fd;
}

static int export(struct sim *s, unsigned from, unsigned to)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct why why = {0};

	must_be_0(bundle_export(s->node[from].node, s->node[from].db, &s->coalition,
			  &s->node[to].node->self, fd, NULL, NULL, &why),
		why);
	return fd;
}

static void bytes_of(int fd, struct buf *ret)
{
	off_t n = lseek(fd, 0, SEEK_END);

	*ret = BUF(256 * MIB);
	assert_int_equal(pread(fd, buf_room(ret, (size_t)n), (size_t)n, 0), n);
}

static int import(struct sim *s, unsigned at, int fd, struct bundle_result *ret)
{
	struct why why = {0};
	int rc = bundle_import(s->node[at].node, s->node[at].db, fd, NULL, NULL, ret, &why);

	close(fd);
	return rc;
}

static void test_all_of_it_for_its_reader(void **state)
{
	struct sim *s = *state;
	struct written two = scene_note(s, 0, 3, false, "between two"),
		       all = scene_note(s, 0, 0, true, "to all");
	struct bundle_result r;
	struct buf bytes;
	int fd;

	scene_many(s, 0, 600);
	fd = export(s, 0, 1);
	bytes_of(fd, &bytes);
	assert_true(slice_search(buf_slice(&bytes), SLICE("between two")) < 0);
	assert_true(slice_search(buf_slice(&bytes), SLICE("to all")) < 0);
	buf_free(&bytes);
	assert_int_equal(import(s, 1, fd, &r), 0);
	assert_true(id_eq(&r.from, &s->node[0].node->self) && id_eq(&r.coalition, &s->coalition));
	assert_int_equal(r.entries, 602);
	assert_int_equal(r.payloads, 2);
	assert_int_equal(scene_log(s, 1, 0).size, scene_log(s, 0, 0).size);
	assert_true(two.seq < all.seq);
	/* Again changes nothing. */
	assert_int_equal(import(s, 1, export(s, 0, 1), &r), 0);
	assert_true(r.entries == 0 && r.payloads == 0);
}

/* Contents for the reader behind more of others than one question asks for. */
static void test_behind_many_of_others(void **state)
{
	struct sim *s = *state;
	struct bundle_result r;

	scene_many(s, 0, LIMIT_PAYLOADS_PER_REQUEST + 80);
	scene_note(s, 0, 3, false, "for the reader");
	scene_many(s, 0, LIMIT_PAYLOADS_PER_REQUEST + 80);
	scene_note(s, 0, 3, false, "for it as well");
	assert_int_equal(import(s, 1, export(s, 0, 1), &r), 0);
	assert_int_equal(r.payloads, 2);
}

static void test_mirrors_carry_others(void **state)
{
	struct sim *s = *state;
	struct bundle_result r;
	struct pull_result p;
	struct why why = {0};

	scene_note(s, 0, 7, false, "to three");
	must_be_0(scene_pull(s, 1, 0, &p, &why), why);
	assert_int_equal(import(s, 2, export(s, 1, 2), &r), 0);
	assert_int_equal(r.entries, 1);
	assert_int_equal(r.payloads, 1);
}

/* A file may be old: what is not in it may have been released since. */
static void test_absence_in_a_file_denies_nothing(void **state)
{
	struct sim *s = *state;
	struct written w = scene_note(s, 0, 1, false, "later");
	struct written release;
	struct bundle_result r;
	struct pull_result p;
	struct why why = {0};
	int old = export(s, 0, 1);

	must_be_0(record_release(s->node[0].node, s->node[0].db, &s->coalition, &w.object,
			  &s->node[1].node->self, 1, SLICE_NONE, &s->node[0].officer,
			  &s->node[0].officer_id, &release, &why),
		why);
	assert_int_equal(import(s, 1, old, &r), 0);
	assert_int_equal(r.payloads, 0);
	must_be_0(scene_pull(s, 1, 0, &p, &why), why);
	assert_int_equal(p.payloads, 2);
}

static void test_other_readers(void **state)
{
	struct sim *s = *state;
	struct bundle_result r = {.entries = 77};
	uint64_t size = scene_log(s, 2, 0).size;
	struct why why = {0};
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	scene_note(s, 0, 3, false, "between two");
	assert_int_equal(import(s, 2, export(s, 0, 1), &r), E_DENIED);
	assert_int_equal(r.entries, 77);
	assert_int_equal(scene_log(s, 2, 0).size, size);
	assert_int_equal(bundle_export(s->node[0].node, s->node[0].db, &s->coalition,
				 &s->node[0].node->self, fd, NULL, NULL, &why),
		E_INVALID);
	assert_int_equal(bundle_export(s->node[0].node, s->node[0].db, &s->coalition,
				 &(struct id){{5}}, fd, NULL, NULL, &why),
		E_MISSING);
	close(fd);
}

static void test_every_cut_and_every_flip_is_noticed(void **state)
{
	struct sim *s = *state;
	uint64_t size = scene_log(s, 1, 0).size;
	struct buf bytes;
	int fd;

	scene_note(s, 0, 3, false, "between two");
	fd = export(s, 0, 1);
	bytes_of(fd, &bytes);
	close(fd);
	for (size_t i = 0; i < bytes.n; i += i < 200 || i + 100 > bytes.n ? 1 : 97) {
		struct bundle_result r;
		int rc = import(s, 1, file_of(slice_of(bytes.p, i)), &r);

		if (rc != E_SYNTAX && rc != E_LIMIT)
			fail_msg("cut at %zu: %d", i, rc);
		bytes.p[i] ^= 1;
		rc = import(s, 1, file_of(buf_slice(&bytes)), &r);
		bytes.p[i] ^= 1;
		if (rc != E_SYNTAX && rc != E_LIMIT && rc != E_VERIFY)
			fail_msg("flipped at %zu: %d", i, rc);
	}
	assert_int_equal(scene_log(s, 1, 0).size, size);
	assert_int_equal(scene_number(s, 1, "SELECT count(*) FROM refusal"), 0);
	buf_byte(&bytes, 0);
	struct bundle_result r;
	assert_int_equal(import(s, 1, file_of(buf_slice(&bytes)), &r), E_SYNTAX);
	buf_free(&bytes);
}

/* ---- files made by hand ---- */

static void section(struct buf *b, const char *path, uint64_t length, struct slice bytes)
{
	buf_be32(b, (uint32_t)strlen(path));
	buf_str(b, path);
	buf_be64(b, length);
	buf_be64(b, bytes.n);
	buf_slice_add(b, bytes);
}

static void finish(struct buf *b)
{
	struct hash h;

	buf_be32(b, 0);
	h = hash_bytes(buf_slice(b));
	buf_add(b, h.b, sizeof(h.b));
}

static int open_bytes(struct buf *b, struct bundle_file *ret)
{
	int fd = file_of(buf_slice(b)), rc = bundle_file_open(ret, fd, NULL, NULL, NULL);

	if (rc < 0)
		close(fd);
	return rc;
}

#define PATH	"/f/1/00112233445566778899aabbccddeeff/"
#define LOGPATH PATH "abcdefghijklmnopqrstuvwxya.1/"

static void test_what_sections_may_not_be(void **state)
{
	const struct {
		const char *path;
		uint64_t length;
		size_t bytes;
		int rc;
	} cases[] = {
		{PATH "heads", 3, 3, 0},
		{PATH "heads", 3, 4, E_LIMIT},	 /* deflated is longer */
		{PATH "heads", 64 * 1024, 1, 0}, /* small ones may be anything */
		{PATH "heads", 64 * 1024 + 1, 3276, 0},
		{PATH "heads", 128 * 1024, 6552, E_LIMIT}, /* more than twenty times */
		{PATH "heads", LIMIT_PEER_ANSWER + 1, 3, E_LIMIT},
		{PATH "heads", UINT64_MAX, 3, E_LIMIT},
		{PATH "wrong", 3, 3, E_SYNTAX},
		{"../../etc/passwd", 3, 3, E_SYNTAX},
		{LOGPATH "payloads", 3, 3, E_SYNTAX},
		{LOGPATH "payloads?from=3&to=2", 3, 3, E_SYNTAX},
		{LOGPATH "payloads?from=3&to=9223372036854775808", 3, 3, E_SYNTAX},
		{LOGPATH "payloads?from=0&to=255", 3, 3, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b CLEANUP_BUF = BUF(1 * MIB), data CLEANUP_BUF = BUF(64 * KIB);
		struct bundle_file f;
		int rc;

		memset(buf_room(&data, cases[i].bytes), 'x', cases[i].bytes);
		buf_str(&b, BUNDLE_MAGIC);
		section(&b, cases[i].path, cases[i].length, buf_slice(&data));
		finish(&b);
		rc = open_bytes(&b, &f);
		if (rc != cases[i].rc)
			fail_msg("case %zu: %d", i, rc);
		if (rc == 0) {
			close(f.fd);
			bundle_file_close(&f);
		}
	}
}

static void test_framing(void **state)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct bundle_file f;

	(void)state;
	buf_str(&b, "entente-bundle/2\n");
	finish(&b);
	assert_int_equal(open_bytes(&b, &f), E_SYNTAX);
	buf_clear(&b);
	buf_str(&b, BUNDLE_MAGIC);
	section(&b, PATH "heads", 1, SLICE("a"));
	section(&b, PATH "heads", 1, SLICE("b"));
	finish(&b);
	assert_int_equal(open_bytes(&b, &f), E_SYNTAX); /* the same twice */
	buf_clear(&b);
	buf_str(&b, BUNDLE_MAGIC);
	section(&b, LOGPATH "tile/0/000", 1, SLICE("a"));
	section(&b, LOGPATH "tile/0/000.p/3", 1, SLICE("b"));
	finish(&b);
	assert_int_equal(open_bytes(&b, &f), E_SYNTAX); /* one tile in two widths */
	buf_clear(&b);
	buf_str(&b, BUNDLE_MAGIC);
	buf_be32(&b, 100000);
	finish(&b);
	assert_int_equal(open_bytes(&b, &f), E_SYNTAX);
	buf_clear(&b);
	buf_str(&b, BUNDLE_MAGIC);
	finish(&b);
	assert_int_equal(open_bytes(&b, &f), 0); /* empty, but whole */
	assert_null(bundle_file_find(&f, SLICE(BUNDLE_MANIFEST)));
	close(f.fd);
	bundle_file_close(&f);
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(bundle_file_open(&f, fds[0], NULL, NULL, NULL), E_USAGE);
	close(fds[0]);
	close(fds[1]);
}

static void test_inflating(void **state)
{
	uint8_t zeros[5000] = {0}, packed[5000];
	struct buf b CLEANUP_BUF = BUF(1 * MIB), out CLEANUP_BUF = BUF(1 * MIB);
	struct bundle_file f;
	z_stream z = {0};

	(void)state;
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = zeros;
	z.avail_in = sizeof(zeros);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_str(&b, BUNDLE_MAGIC);
	section(&b, PATH "heads", sizeof(zeros), slice_of(packed, z.total_out));
	section(&b, PATH "roots", sizeof(zeros) - 1,
		slice_of(packed, z.total_out)); /* says one less than there is */
	section(&b, PATH "proofs", sizeof(zeros) + 1, slice_of(packed, z.total_out));
	section(&b, PATH "charter", sizeof(zeros), SLICE("nothing that inflates"));
	finish(&b);
	deflateEnd(&z);
	assert_int_equal(open_bytes(&b, &f), 0);
	assert_int_equal(
		bundle_section_read(&f, bundle_file_find(&f, SLICE(PATH "heads")), &out, NULL), 0);
	assert_true(out.n == sizeof(zeros) && memcmp(out.p, zeros, sizeof(zeros)) == 0);
	assert_int_equal(
		bundle_section_read(&f, bundle_file_find(&f, SLICE(PATH "roots")), &out, NULL),
		E_SYNTAX);
	assert_int_equal(
		bundle_section_read(&f, bundle_file_find(&f, SLICE(PATH "proofs")), &out, NULL),
		E_SYNTAX);
	assert_int_equal(
		bundle_section_read(&f, bundle_file_find(&f, SLICE(PATH "charter")), &out, NULL),
		E_SYNTAX);
	assert_int_equal(out.n, sizeof(zeros));
	close(f.fd);
	bundle_file_close(&f);
}

static void test_manifest(void **state)
{
	struct bundle_manifest m = {.coalition = {{1}},
				       .from = {{2}},
				       .to = {{3}},
				       .time_ms = 1742290200000},
			       n;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);

	(void)state;
	bundle_manifest_print(&b, &m);
	assert_int_equal(bundle_manifest_parse(buf_slice(&b), &n, NULL), 0);
	assert_true(id_eq(&m.coalition, &n.coalition) && id_eq(&m.from, &n.from) &&
		    id_eq(&m.to, &n.to));
	assert_int_equal(n.time_ms, m.time_ms);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(bundle_manifest_parse(slice_of(b.p, i), &n, NULL), E_SYNTAX);
}

/* A good file of somebody who is no party here. */
static void test_unknown_writers(void **state)
{
	struct sim *s = *state;
	struct buf b CLEANUP_BUF = BUF(1 * MIB), m CLEANUP_BUF = BUF(4 * KIB);
	struct bundle_result r;

	bundle_manifest_print(&m,
		&(struct bundle_manifest){
			.coalition = s->coalition, .from = {{9, 9}}, .to = s->node[1].node->self});
	buf_str(&b, BUNDLE_MAGIC);
	section(&b, BUNDLE_MANIFEST, m.n, buf_slice(&m));
	finish(&b);
	assert_int_equal(import(s, 1, file_of(buf_slice(&b)), &r), E_MISSING);
	buf_clear(&b);
	buf_clear(&m);
	bundle_manifest_print(&m, &(struct bundle_manifest){.coalition = {{8}},
					  .from = s->node[0].node->self,
					  .to = s->node[1].node->self});
	buf_str(&b, BUNDLE_MAGIC);
	section(&b, BUNDLE_MANIFEST, m.n, buf_slice(&m));
	finish(&b);
	assert_int_equal(import(s, 1, file_of(buf_slice(&b)), &r), E_MISSING);
	buf_clear(&b);
	buf_str(&b, BUNDLE_MAGIC);
	finish(&b);
	assert_int_equal(import(s, 1, file_of(buf_slice(&b)), &r), E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_of_it_for_its_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(test_behind_many_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mirrors_carry_others, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_absence_in_a_file_denies_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_readers, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_every_cut_and_every_flip_is_noticed, setup, teardown),
		cmocka_unit_test(test_what_sections_may_not_be),
		cmocka_unit_test(test_framing),
		cmocka_unit_test(test_inflating),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test_setup_teardown(test_unknown_writers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
