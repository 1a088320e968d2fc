/*
 * The body of a request: into memory, or into a file that has no name.
 */
#include "net/server_int.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* O_TMPFILE where the file system knows it; otherwise a name that is gone at once. */
static int spool_open(const char *dir, struct why *why)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char name[4096];

	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		return why_set(why, E_IO, dir, "no spool file: %s", strerror(errno));
	if (snprintf(name, sizeof(name), "%s/.spool-XXXXXX", dir) >= (int)sizeof(name))
		return why_set(why, E_IO, "", "the spool directory has too long a name");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return why_set(why, E_IO, dir, "no spool file: %s", strerror(errno));
	(void)unlink(name);
	return fd;
}

/* Asked before the first byte, and again after so many: others write on the disk as well. */
#define ROOM_ASKED (4 * MIB)

/* Are there `more` bytes on the disk beside what is to stay free? */
static void room_check(struct exchange *x, uint64_t more)
{
	uint64_t reserve = x->server->o.spool_reserve, left;
	struct statvfs disk;

	if (fstatvfs(x->req.body_fd, &disk) < 0) {
		(void)why_set(
			&x->failed, E_IO, "", "cannot ask for free space: %s", strerror(errno));
		return;
	}
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (left < reserve || left - reserve < more)
		(void)why_set(&x->failed, E_LIMIT, "body",
			"the disk would have less than disk-reserve-bytes %" PRIu64 " left",
			reserve);
}

void body_begin(struct exchange *x)
{
	if (x->rule.kind == BODY_MEMORY) {
		/* Grows as bytes come: an announced length costs nothing. */
		buf_init(&x->body, (size_t)(x->rule.max < SIZE_MAX ? x->rule.max : SIZE_MAX - 1));
		return;
	}
	if (x->rule.kind != BODY_FILE || x->announced == 0)
		return;
	if (x->server->spool_dir == NULL) {
		(void)why_set(&x->failed, E_IO, "", "no spool directory is configured");
		return;
	}
	int fd = spool_open(x->server->spool_dir, &x->failed);
	if (fd < 0)
		return;
	x->req.body_fd = fd;
	room_check(x, x->announced);
}

void body_free(struct exchange *x)
{
	buf_free(&x->body);
	atomic_fetch_sub(&x->server->large_bodies, x->large);
	x->large = 0;
}

/* Whoever may send much could do so on many connections at once, and not end any of them. */
static void memory_take(struct exchange *x, size_t n)
{
	if (x->announced <= LIMIT_BODY_SMALL)
		return;
	x->large += n;
	if (atomic_fetch_add(&x->server->large_bodies, n) + n <= LIMIT_BODIES_LARGE)
		return;
	(void)why_set(&x->failed, E_BUSY, "body", "too much is being sent at this moment");
	body_free(x);
}

void body_add(struct exchange *x, const void *p, size_t n)
{
	struct conn *c = x->conn;

	c->got += n;
	c->progress_ms = server_mono(x->server);
	if (x->failed.code != 0)
		return; /* the answer waits for the end of the body */
	MUST(n <= x->announced - x->req.body_size);
	if (x->rule.kind == BODY_FILE &&
		x->req.body_size / ROOM_ASKED != (x->req.body_size + n) / ROOM_ASKED)
		room_check(x, x->announced - x->req.body_size);
	if (x->rule.kind == BODY_MEMORY)
		memory_take(x, n);
	if (x->failed.code != 0)
		return;
	x->req.body_size += n;
	if (x->rule.kind == BODY_MEMORY) {
		buf_add(&x->body, p, n);
		MUST(!buf_over(&x->body)); /* announced <= max was checked */
		return;
	}
	int rc = fd_write_all(x->req.body_fd, p, n);
	if (rc < 0)
		(void)why_set(&x->failed, E_IO, "", "cannot spool the body: %s", strerror(-rc));
}

void body_end(struct exchange *x)
{
	MUST(x->req.body_size == x->announced);
	x->req.body = buf_slice(&x->body);
	if (x->req.body_fd >= 0 && lseek(x->req.body_fd, 0, SEEK_SET) < 0)
		(void)why_set(&x->failed, E_IO, "", "cannot rewind the spooled body");
}
