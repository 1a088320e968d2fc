#include "sample.h"

#include "base/file.h"
#include "crypt/sign.h"
#include "log/highwater.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_BYTES 8192
#define SLOT_BYTES 4096

static char dir[64];
static char path[256];
static struct highwater_files files = {.dir = dir};

static int setup(void **state)
{
	struct log_id log = sample_log();
	char coalition[COAL_TEXT + 1], member[ID_TEXT + 1];

	(void)state;
	snprintf(dir, sizeof(dir), "test-highwater-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	coalition_format(&log.coalition, coalition);
	id_format(&log.member, member);
	snprintf(path, sizeof(path), "%s/%s.%s.1", dir, coalition, member);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

#define H(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static struct highwater head(unsigned size)
{
	return (struct highwater){.size = size, .root = sample_hash(size)};
}

static void assert_loads(const struct highwater_store *s, unsigned size)
{
	struct highwater want = head(size), got;
	struct log_id log = sample_log();
	struct why why = {0};

	if (s->load(s->ctx, &log, &got, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	assert_true(got.size == size && hash_eq(&got.root, &want.root));
}

static void save(const struct highwater_store *s, unsigned size)
{
	struct highwater h = head(size);
	struct log_id log = sample_log();
	struct why why = {0};

	if (s->save(s->ctx, &log, &h, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
}

/* One byte of the file, anew; each write opens the file, as a crash would leave it. */
static void poke(off_t at, uint8_t flip)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= flip;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void saved_and_loaded(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	struct log_id log = sample_log();
	struct highwater h;
	struct stat st;

	(void)state;
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_MISSING);
	for (unsigned i = 0; i < 20; i++) {
		save(&s, i * 3);
		assert_loads(&s, i * 3);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(st.st_size, FILE_BYTES);
	}
	/* A log has its own file. */
	log.epoch = 2;
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_MISSING);
}

/* A power cut while a record is written spoils that one only: the one before is found. */
static void torn_write(void **state)
{
	struct highwater_store s = highwater_in_files(&files);

	(void)state;
	for (unsigned n = 2; n < 8; n++) {
		off_t latest = (n - 1) % 2 ? SLOT_BYTES : 0;

		unlink(path);
		for (unsigned i = 1; i <= n; i++)
			save(&s, i);
		for (off_t at = 0; at < 124; at += 11) {
			poke(latest + at, 0x10);
			assert_loads(&s, n - 1);
			poke(latest + at, 0x10);
		}
		assert_loads(&s, n);
		/* And the next record goes over the spoilt one. */
		poke(latest, 1);
		save(&s, 50);
		assert_loads(&s, 50);
		save(&s, 51);
		assert_loads(&s, 51);
	}
}

static void nothing_whole(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	struct log_id log = sample_log();
	struct highwater h = {.size = 99};
	struct why why = {0};

	(void)state;
	save(&s, 1);
	save(&s, 2);
	poke(20, 1);
	poke(SLOT_BYTES + 20, 1);
	assert_int_equal(s.load(s.ctx, &log, &h, &why), E_VERIFY);
	assert_int_equal(h.size, 99);
	/* It is not silently begun anew. */
	assert_int_equal(s.save(s.ctx, &log, &h, &why), E_VERIFY);
	assert_int_equal(highwater_raise(&s, &log, &h, &why), E_VERIFY);
	assert_int_equal(why.code, E_VERIFY);
	assert_int_equal(truncate(path, SLOT_BYTES), 0);
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_VERIFY);
	assert_int_equal(truncate(path, FILE_BYTES + 1), 0);
	assert_true(s.load(s.ctx, &log, &h, NULL) < 0);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_VERIFY);
}

/* The file of one log under the name of another says nothing about that. */
static void file_of_another_log(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	struct log_id log = sample_log();
	struct highwater h;
	char other[sizeof(path) + 1];

	(void)state;
	save(&s, 5);
	snprintf(other, sizeof(other), "%s0", path); /* epoch 10 */
	assert_int_equal(rename(path, other), 0);
	log.epoch = 10;
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_VERIFY);
	unlink(other);
}

static void no_folder(void **state)
{
	struct highwater_files nowhere = {.dir = "test-highwater-is-not-there"};
	struct highwater_store s = highwater_in_files(&nowhere);
	struct log_id log = sample_log();
	struct highwater h = head(1);

	(void)state;
	assert_true(s.save(s.ctx, &log, &h, NULL) < 0);
}

static void raising(const struct highwater_store *s)
{
	struct log_id log = sample_log();
	struct highwater h = head(10), other = {.size = 10, .root = sample_hash(77)};
	struct why why = {0};

	assert_int_equal(highwater_raise(s, &log, &h, NULL), 0);
	assert_loads(s, 10);
	assert_int_equal(highwater_raise(s, &log, &h, NULL), 0); /* the same again */
	assert_int_equal(highwater_raise(s, &log, &other, &why), E_STATE);
	h = head(9);
	assert_int_equal(highwater_raise(s, &log, &h, &why), E_STATE);
	assert_int_equal(why.code, E_STATE);
	assert_loads(s, 10);
	h = head(11);
	assert_int_equal(highwater_raise(s, &log, &h, NULL), 0);
	assert_loads(s, 11);
	log.epoch = 2; /* begins below */
	h = head(3);
	assert_int_equal(highwater_raise(s, &log, &h, NULL), 0);
	assert_loads(s, 11);
}

static void raising_in_files(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	char second[sizeof(path)];

	(void)state;
	raising(&s);
	snprintf(second, sizeof(second), "%s", path);
	second[strlen(second) - 1] = '2';
	assert_int_equal(unlink(second), 0);
}

static void raising_in_memory(void **state)
{
	struct highwater_memory *m = highwater_memory_new();
	struct highwater_store s = highwater_in_memory(m);
	struct log_id log = sample_log();
	struct highwater h;

	(void)state;
	assert_int_equal(s.load(s.ctx, &log, &h, NULL), E_MISSING);
	raising(&s);
	highwater_memory_free(&m);
	assert_null(m);
	highwater_memory_free(&m);
}

/* ---- logs of others ---- */

static void assert_witnessed(const struct witnessed *w, uint32_t epoch, unsigned size)
{
	const struct highwater *h = witnessed_find(w, epoch);
	struct hash root = sample_hash(size);

	assert_non_null(h);
	assert_true(h->size == size && hash_eq(&h->root, &root));
}

/* The newest epochs are kept; an older one than all takes nobody's place. */
static void newest_epochs(void **state)
{
	struct witnessed w = {0};
	struct highwater h;

	(void)state;
	assert_null(witnessed_find(&w, 1));
	for (uint32_t epoch = 40; epoch > 40 - LIMIT_LOGS_OF_MEMBER; epoch--) {
		h = head(epoch);
		assert_true(witnessed_put(&w, epoch, &h));
	}
	assert_int_equal(w.n, LIMIT_LOGS_OF_MEMBER);
	h = head(7);
	assert_true(witnessed_put(&w, 33, &h));
	assert_witnessed(&w, 33, 7);
	assert_false(witnessed_put(&w, 24, &h));
	h = head(41);
	assert_true(witnessed_put(&w, 41, &h));
	assert_null(witnessed_find(&w, 25));
	assert_int_equal(w.n, LIMIT_LOGS_OF_MEMBER);
	h = head(9);
	assert_false(witnessed_put(&w, 25, &h));
	for (size_t i = 1; i < w.n; i++)
		assert_true(w.log[i - 1].epoch < w.log[i].epoch);
	assert_witnessed(&w, 26, 26);
	assert_witnessed(&w, 41, 41);
}

static void witnessed_anew(const struct highwater_store *s)
{
	struct log_id log = sample_log();
	struct witnessed w = {0}, got = {0};
	struct highwater h;

	assert_int_equal(
		s->load_witnessed(s->ctx, &log.coalition, &log.member, &got, NULL), E_MISSING);
	for (unsigned i = 1; i < 20; i++) {
		h = head(i * 5);
		assert_true(witnessed_put(&w, i, &h));
		assert_int_equal(
			s->save_witnessed(s->ctx, &log.coalition, &log.member, &w, NULL), 0);
		assert_int_equal(
			s->load_witnessed(s->ctx, &log.coalition, &log.member, &got, NULL), 0);
		assert_int_equal(got.n, w.n);
		assert_witnessed(&got, i, i * 5);
	}
	/* Own logs are another matter. */
	assert_int_equal(s->load(s->ctx, &log, &h, NULL), E_MISSING);
	log.member.b[0] ^= 1;
	assert_int_equal(
		s->load_witnessed(s->ctx, &log.coalition, &log.member, &got, NULL), E_MISSING);
}

static void witnessed_in_files(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	struct log_id log = sample_log();
	struct witnessed w = {0};
	char own[sizeof(path)], other[sizeof(path)];

	(void)state;
	snprintf(own, sizeof(own), "%s", path);
	snprintf(strrchr(path, '.'), 16, ".cosigned");
	witnessed_anew(&s);
	/* A torn write spoils one record, and the one before is there. */
	poke(100, 1);
	assert_int_equal(s.load_witnessed(s.ctx, &log.coalition, &log.member, &w, NULL), 0);
	poke(SLOT_BYTES + 100, 1);
	assert_int_equal(s.load_witnessed(s.ctx, &log.coalition, &log.member, &w, NULL), E_VERIFY);
	assert_int_equal(s.save_witnessed(s.ctx, &log.coalition, &log.member, &w, NULL), E_VERIFY);
	poke(100, 1);
	/* The file of one author under the name of another. */
	snprintf(other, sizeof(other), "%s", path);
	log.member.b[0] ^= 1;
	id_format(&log.member, strchr(other, '.') + 1);
	other[strlen(other)] = '.';
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(s.load_witnessed(s.ctx, &log.coalition, &log.member, &w, NULL), E_VERIFY);
	assert_int_equal(unlink(other), 0);
	snprintf(path, sizeof(path), "%s", own);
}

static void witnessed_in_memory(void **state)
{
	struct highwater_memory *m = highwater_memory_new();
	struct highwater_store s = highwater_in_memory(m);

	(void)state;
	witnessed_anew(&s);
	highwater_memory_free(&m);
}

/* A file as earlier versions have written it. */
static void an_old_file_is_read(void **state)
{
	struct highwater_store s = highwater_in_files(&files);
	struct log_id log = sample_log();
	struct highwater h = head(12);
	struct buf b CLEANUP_BUF = BUF(FILE_BYTES);
	struct hash sum;

	(void)state;
	buf_str(&b, "EHIGHWM1");
	buf_be64(&b, 3);
	buf_be64(&b, h.size);
	buf_add(&b, h.root.b, sizeof(h.root.b));
	buf_slice_add(&b, id_slice(&log.coalition));
	buf_slice_add(&b, id_slice(&log.member));
	buf_be32(&b, log.epoch);
	sum = hash_bytes(buf_slice(&b));
	buf_add(&b, sum.b, sizeof(sum.b));
	while (b.n < FILE_BYTES)
		buf_byte(&b, 0);
	assert_int_equal(file_create(path, buf_slice(&b), 0600, NULL), 0);
	assert_loads(&s, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {H(saved_and_loaded), H(torn_write), H(nothing_whole),
		H(file_of_another_log), H(no_folder), H(raising_in_files), H(raising_in_memory),
		H(newest_epochs), H(witnessed_in_files), H(witnessed_in_memory),
		H(an_old_file_is_read)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
