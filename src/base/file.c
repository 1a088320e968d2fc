/* file.c: see file.h. */
#include "base/file.h"

#include "base/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLEANUP_FD __attribute__((cleanup(fd_close_p)))

static void fd_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Tells of a failed system call on `path`. */
static int file_why(struct why *why, const char *path, const char *did, int err)
{
	int code = err == ENOENT || err == ENOTDIR ? E_MISSING
		   : err == EACCES || err == EPERM ? E_DENIED
		   : err == EEXIST		   ? E_CONFLICT
						   : E_IO;

	return why_set(why, code, path, "cannot %s: %s", did, strerrordesc_np(err));
}

int file_read(const char *path, struct buf *ret, struct why *why)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t before = ret->n;
	uint8_t piece[8192];

	if (fd < 0)
		return file_why(why, path, "open", errno);
	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));
		int err = errno;

		if (n < 0 && err == EINTR)
			continue;
		if (n == 0)
			return 0;
		if (n > 0 && !ret->over && (size_t)n <= ret->max - ret->n) {
			buf_add(ret, piece, (size_t)n);
			continue;
		}
		buf_cut(ret, before);
		if (n < 0)
			return file_why(why, path, "read", err);
		return why_set(why, E_LIMIT, path, "larger than %zu bytes", ret->max);
	}
}

int fd_write_all(int fd, const void *p, size_t n)
{
	const uint8_t *at = p;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The folder that `path` lies in, for fsync; the caller owns it. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_string(".", 1);
	while (slash > path && slash[-1] == '/')
		slash--;
	return slash == path ? mem_string("/", 1) : mem_string(path, (size_t)(slash - path));
}

int dir_sync(const char *path, struct why *why)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return file_why(why, path, "open", errno);
	/* EINVAL: the file system has no such thing as syncing a folder. */
	if (fsync(fd) < 0 && errno != EINVAL)
		return file_why(why, path, "sync", errno);
	return 0;
}

static int parent_sync(const char *path, struct why *why)
{
	char *parent CLEANUP_FREE = parent_of(path);

	return dir_sync(parent, why);
}

/*
 * Writes `bytes` to a new file beside `path`, synced. On success ret_tmp holds its name (the
 * caller owns it); on failure nothing is left behind.
 */
static int write_beside(
	const char *path, struct slice bytes, mode_t mode, char **ret_tmp, struct why *why)
{
	static const char suffix[] = ".XXXXXX";
	size_t n = strlen(path);
	char *tmp = mem_resize(NULL, n + sizeof(suffix), 1);
	int fd, rc;

	memcpy(tmp, path, n);
	memcpy(tmp + n, suffix, sizeof(suffix));
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		rc = file_why(why, path, "create a file beside it", errno);
		mem_free(tmp);
		return rc;
	}
	rc = fd_write_all(fd, bytes.p, bytes.n);
	/* mkostemp made it 0600; file systems without modes (USB sticks) refuse any change. */
	if (rc == 0 && mode != 0600 && fchmod(fd, mode) < 0)
		rc = -errno;
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc < 0) {
		rc = file_why(why, path, "write", -rc);
		unlink(tmp);
		mem_free(tmp);
		return rc;
	}
	*ret_tmp = tmp;
	return 0;
}

int file_replace(const char *path, struct slice bytes, mode_t mode, struct why *why)
{
	char *tmp CLEANUP_FREE = NULL;
	int rc = write_beside(path, bytes, mode, &tmp, why);

	if (rc < 0)
		return rc;
	if (rename(tmp, path) < 0) {
		rc = file_why(why, path, "replace", errno);
		unlink(tmp);
		return rc;
	}
	return parent_sync(path, why);
}

int file_create(const char *path, struct slice bytes, mode_t mode, struct why *why)
{
	char *tmp CLEANUP_FREE = NULL;
	int rc = write_beside(path, bytes, mode, &tmp, why);

	if (rc < 0)
		return rc;
	/*
	 * link() never replaces, and every file system that a node lives on has it; memory sticks
	 * have only the rename that does not replace.
	 */
	if (link(tmp, path) == 0) {
		unlink(tmp);
		return parent_sync(path, why);
	}
	if ((errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) &&
		renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return parent_sync(path, why);
	rc = errno == EEXIST ? why_set(why, E_CONFLICT, path, "exists already")
			     : file_why(why, path, "create", errno);
	unlink(tmp);
	return rc;
}

static int dir_make_one(const char *path, mode_t mode, struct why *why)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return parent_sync(path, why);
	if (errno != EEXIST)
		return file_why(why, path, "make the folder", errno);
	if (stat(path, &st) < 0)
		return file_why(why, path, "look at", errno);
	return S_ISDIR(st.st_mode) ? 0 : why_set(why, E_CONFLICT, path, "is not a folder");
}

int dir_make(const char *path, mode_t mode, struct why *why)
{
	size_t n = strlen(path);
	char *part CLEANUP_FREE = mem_string(path, n);

	for (size_t i = 1; i <= n; i++) {
		int rc;

		if (path[i] != '/' && path[i] != '\0')
			continue;
		if (path[i - 1] == '/')
			continue;
		part[i] = '\0';
		rc = dir_make_one(part, mode, why);
		if (rc < 0)
			return rc;
		part[i] = path[i];
	}
	return 0;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}
