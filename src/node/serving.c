/* serving.c: see serving.h. */
#include "node/serving.h"

#include "base/file.h"
#include "base/report.h"
#include "node/node_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#define LOCK_NAME "serve.lock"

/* The process id that its holder wrote there, for people; 0 if it has not yet. */
static uint64_t holder(int fd)
{
	char text[24];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	struct slice rest = slice_of(text, n > 0 ? (size_t)n : 0), line;
	uint64_t pid;

	return slice_cut(&rest, '\n', &line) && slice_u64(line, &pid) == 0 ? pid : 0;
}

/* Over PostgreSQL several may serve one directory (packaging/postgresql.md), so they share it; over SQLite one has it alone. */
static struct flock whole(const struct node *node)
{
	bool shared = slice_starts(slice_str(node->conf.database), "postgres");

	return (struct flock){.l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET};
}

int serving_take(const struct node *node, int *ret, struct why *why)
{
	struct flock lock = whole(node);
	char text[24];
	int fd, n;

	*ret = -1;
	if (!node->dir)
		return 0;
	char *path CLEANUP_FREE = node_path(node->dir, LOCK_NAME);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return why_set(why, E_IO, path, "cannot open: %s", strerrordesc_np(errno));
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		int rc =
			errno == EAGAIN || errno == EACCES
				? why_set(why, E_STATE, node->dir,
					  "another process serves this node already (process %" PRIu64
					  ")",
					  holder(fd))
				: why_set(why, E_IO, path, "cannot lock: %s",
					  strerrordesc_np(errno));
		close(fd);
		return rc;
	}
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		report(REPORT_WARN, "%s: %s", path, strerrordesc_np(errno));
	*ret = fd;
	return 0;
}

bool serving_now(const struct node *node)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (!node->dir)
		return false;
	char *path CLEANUP_FREE = node_path(node->dir, LOCK_NAME);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	/* Asks, and takes nothing: a server that starts at this moment finds its place free. */
	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		lock.l_type = F_UNLCK;
	close(fd);
	return lock.l_type != F_UNLCK;
}
