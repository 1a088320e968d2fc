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

int main(void)
{
	const struct CMUnitTest tests[] = {H(saved_and_loaded), H(torn_write), H(nothing_whole),
		H(file_of_another_log), H(no_folder), H(raising_in_files), H(raising_in_memory)};

	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
