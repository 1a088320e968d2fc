/*
 * bell.c: a datagram socket at DATA/bell. Whoever listens last has it; everybody else, and a node whose store is on another machine, notices
 * within a second by looking at the version of the database.
 */
#include "node/bell.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/node_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BELL_MAGIC   0x62656c31u
#define BELL_LOOK_MS 1000

struct bell {
	uint32_t magic;
	struct db *db; /* owned; the thread's */
	void (*heard)(void *ctx);
	void *ctx;
	int socket; /* -1: only looking */
	int stop;   /* eventfd */
	pthread_t thread;
};

/* Paths of sockets are short: the directory goes by its descriptor. */
static int bell_address(const struct node *node, int dir, struct sockaddr_un *ret)
{
	(void)node;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/bell", dir);
	return 0;
}

static int dir_open(const struct node *node)
{
	return node->dir ? open(node->dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
}

static int bell_socket(const struct node *node)
{
	struct sockaddr_un at;
	int dir = dir_open(node), fd;

	if (dir < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)bell_address(node, dir, &at);
	unlinkat(dir, "bell", 0);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		(void)!fchmodat(dir, "bell", 0600, 0);
	close(dir);
	return fd;
}

/* Takes all rings that are there; true if there was one. */
static bool rings_take(int fd)
{
	uint8_t piece[16];
	bool any = false;

	while (recv(fd, piece, sizeof(piece), 0) >= 0)
		any = true;
	return any;
}

/* False: time to stop. */
static bool bell_wait(struct bell *b, bool *ret_rung)
{
	struct pollfd p[2] = {
		{.fd = b->stop, .events = POLLIN}, {.fd = b->socket, .events = POLLIN}};
	int n = poll(p, b->socket >= 0 ? 2 : 1, BELL_LOOK_MS);

	*ret_rung = false;
	if (n > 0 && p[0].revents)
		return false;
	if (n > 0 && p[1].revents)
		*ret_rung = rings_take(b->socket);
	return true;
}

static void *bell_listen(void *arg)
{
	struct bell *b = arg;
	int64_t seen = 0, now = 0;
	bool known = db_version(b->db, &seen, NULL) == 0, rung;

	while (bell_wait(b, &rung)) {
		bool moved = db_version(b->db, &now, NULL) == 0 && (!known || now != seen);

		if (moved) {
			known = true;
			seen = now;
		}
		if (rung || moved)
			b->heard(b->ctx);
	}
	return NULL;
}

int bell_start(struct bell **ret, const struct node *node, void (*heard)(void *ctx), void *ctx,
	struct why *why)
{
	struct bell *b = mem_new(struct bell);
	int rc = node_db(node, &b->db, why);

	if (rc < 0) {
		mem_free(b);
		return rc;
	}
	b->magic = BELL_MAGIC;
	b->heard = heard;
	b->ctx = ctx;
	b->socket = bell_socket(node);
	b->stop = eventfd(0, EFD_CLOEXEC);
	if (b->stop < 0 || pthread_create(&b->thread, NULL, bell_listen, b) != 0) {
		rc = why_set(why, E_IO, "bell", "cannot start a thread");
		if (b->socket >= 0)
			close(b->socket);
		if (b->stop >= 0)
			close(b->stop);
		db_close(&b->db);
		mem_free(b);
		return rc;
	}
	*ret = b;
	return 0;
}

void bell_stop(struct bell **bp)
{
	struct bell *b = *bp;
	const uint64_t one = 1;

	if (!b)
		return;
	MUST(b->magic == BELL_MAGIC);
	*bp = NULL;
	MUST(write(b->stop, &one, sizeof(one)) == (ssize_t)sizeof(one));
	pthread_join(b->thread, NULL);
	if (b->socket >= 0)
		close(b->socket);
	close(b->stop);
	db_close(&b->db);
	b->magic = 0;
	mem_free(b);
}

void bell_ring(const struct node *node)
{
	struct sockaddr_un at;
	int dir = dir_open(node), fd;

	if (dir < 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		(void)bell_address(node, dir, &at);
		/* Nobody there, or a listener that is full of rings already: both are fine. */
		(void)!sendto(fd, "!", 1, MSG_NOSIGNAL, (const struct sockaddr *)&at, sizeof(at));
		close(fd);
	}
	close(dir);
}
