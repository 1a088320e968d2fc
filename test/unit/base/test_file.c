/* test_file.c: src/base/file.c, in a folder of its own below the current one. */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static char folder[32];

static const char *in_folder(const char *name)
{
	static char path[4][512];
	static unsigned at;
	char *p = path[at++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "test_file_XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

/* Names in the folder; with `remove_them` it is emptied. */
static size_t look(bool remove_them)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (remove_them && unlink(in_folder(e->d_name)) < 0)
			assert_int_equal(rmdir(in_folder(e->d_name)), 0);
	}
	closedir(d);
	return n;
}

static int remove_folder(void **state)
{
	(void)state;
	look(true);
	return rmdir(folder);
}

static void replace_and_read(void **state)
{
	struct buf b CLEANUP_BUF = BUF(100);
	const char *path = in_folder("plain");
	struct why why = {0};
	struct stat st;

	(void)state;
	assert_false(file_exists(path));
	assert_int_equal(file_replace(path, SLICE("one"), 0640, &why), 0);
	assert_int_equal(file_replace(path, SLICE("two!"), 0600, &why), 0);
	assert_true(file_exists(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	buf_str(&b, "before ");
	assert_int_equal(file_read(path, &b, &why), 0);
	assert_string_equal(buf_cstr(&b), "before two!");
	assert_int_equal(file_replace(path, SLICE_NONE, 0644, &why), 0);
	buf_clear(&b);
	assert_int_equal(file_read(path, &b, &why), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(look(false), 1); /* no temporary names are left */
	look(true);
}

static void large_content_and_ceiling(void **state)
{
	struct buf big CLEANUP_BUF = BUF(1 * MIB), back CLEANUP_BUF = BUF(100000);
	struct why why = {0};

	(void)state;
	for (unsigned i = 0; big.n < 100000; i++)
		buf_byte(&big, (uint8_t)(i * i >> 3));
	assert_int_equal(file_replace(in_folder("big"), buf_slice(&big), 0600, &why), 0);
	assert_int_equal(file_read(in_folder("big"), &back, &why), 0);
	assert_true(slice_eq(buf_slice(&big), buf_slice(&back)));
	/* One byte less room, and nothing is appended. */
	buf_clear(&back);
	buf_byte(&back, 'x');
	assert_int_equal(file_read(in_folder("big"), &back, &why), E_LIMIT);
	assert_int_equal(why.code, E_LIMIT);
	assert_string_equal(why.where, in_folder("big"));
	assert_string_equal(buf_cstr(&back), "x");
	assert_false(buf_over(&back));
	look(true);
}

static void create_never_replaces(void **state)
{
	struct buf b CLEANUP_BUF = BUF(100);
	const char *path = in_folder("key");
	struct why why = {0};

	(void)state;
	assert_int_equal(file_create(path, SLICE("first"), 0600, &why), 0);
	assert_int_equal(file_create(path, SLICE("second"), 0600, &why), E_CONFLICT);
	assert_string_equal(why.text, "exists already");
	assert_int_equal(file_read(path, &b, &why), 0);
	assert_string_equal(buf_cstr(&b), "first");
	assert_int_equal(look(false), 1);
	/* A dangling link counts as there: nothing is written through it. */
	assert_int_equal(symlink("nowhere", in_folder("link")), 0);
	assert_int_equal(file_create(in_folder("link"), SLICE("x"), 0600, &why), E_CONFLICT);
	assert_int_equal(look(false), 2);
	look(true);
}

static void failures_have_codes(void **state)
{
	struct buf b CLEANUP_BUF = BUF(100);
	struct why why = {0};

	(void)state;
	assert_int_equal(file_read(in_folder("absent"), &b, &why), E_MISSING);
	assert_string_equal(why.where, in_folder("absent"));
	assert_int_equal(file_read(in_folder("absent"), &b, NULL), E_MISSING);
	assert_int_equal(file_read(folder, &b, &why), E_IO); /* a folder is no file */
	assert_int_equal(file_replace(in_folder("no/file"), SLICE("x"), 0600, &why), E_MISSING);
	assert_int_equal(file_replace(folder, SLICE("x"), 0600, &why), E_IO);
	assert_int_equal(dir_sync(in_folder("absent"), &why), E_MISSING);
	assert_int_equal(look(false), 0);
}

static void folders(void **state)
{
	const char *deep = in_folder("a/b//c/");
	struct why why = {0};
	struct stat st;

	(void)state;
	assert_int_equal(dir_make(deep, 0700, &why), 0);
	assert_int_equal(dir_make(deep, 0700, &why), 0);
	assert_int_equal(stat(in_folder("a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(file_replace(in_folder("a/b/c/f"), SLICE("x"), 0600, &why), 0);
	assert_int_equal(dir_make(in_folder("a/b/c/f"), 0700, &why), E_CONFLICT);
	assert_int_equal(dir_make(in_folder("a/b/c/f/g"), 0700, &why), E_CONFLICT);
	assert_int_equal(dir_sync(in_folder("a"), &why), 0);
	assert_int_equal(dir_make("/", 0700, &why), 0);
	unlink(in_folder("a/b/c/f"));
	rmdir(in_folder("a/b/c"));
	rmdir(in_folder("a/b"));
	look(true);
}

static void writes_all_through_a_pipe(void **state)
{
	static uint8_t p[300000];
	uint8_t got[4096];
	size_t n = 0;
	int fds[2];
	pid_t pid;

	(void)state;
	memset(p, 'w', sizeof(p));
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		_exit(fd_write_all(fds[1], p, sizeof(p)) == 0 ? 0 : 1);
	}
	close(fds[1]);
	for (ssize_t k; (k = read(fds[0], got, sizeof(got))) > 0;)
		n += (size_t)k;
	close(fds[0]);
	assert_int_equal(n, sizeof(p));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(fd_write_all(-1, p, 1), -EBADF);
	assert_int_equal(fd_write_all(-1, p, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replace_and_read),
		cmocka_unit_test(large_content_and_ceiling),
		cmocka_unit_test(create_never_replaces),
		cmocka_unit_test(failures_have_codes),
		cmocka_unit_test(folders),
		cmocka_unit_test(writes_all_through_a_pipe),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
