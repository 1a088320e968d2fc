/*
 * Connections of refused clients that are still sending. A socket that is closed with bytes unread
 * answers with a reset, and the reset overtakes the refusal: the client would learn that the
 * connection broke, not why. So our side is shut, and what comes is read and dropped until the
 * client closes, for a while.
 */
#include "net/server_int.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct lingerer {
	struct lingerer *next; /* server->lingers, under conn_lock */
	int fd;		       /* owned: a second descriptor of libmicrohttpd's socket */
	struct address_key key;
	int64_t until_ms;
};

enum { DRAIN_READS = 16, DRAIN_BYTES = 64 * 1024 };

/* False when the client has closed, or reset. */
static bool drain(int fd)
{
	static _Thread_local char dropped[DRAIN_BYTES];

	for (int i = 0; i < DRAIN_READS; i++) {
		ssize_t n = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
	}
	return true;
}

/* Counts one in, if there is room. */
static bool count_in(struct server *s)
{
	bool room;

	pthread_mutex_lock(&s->conn_lock);
	room = s->n_lingers < LIMIT_LINGERING;
	s->n_lingers += room;
	pthread_mutex_unlock(&s->conn_lock);
	return room;
}

static void push(struct server *s, struct lingerer *l)
{
	pthread_mutex_lock(&s->conn_lock);
	l->next = s->lingers;
	s->lingers = l;
	pthread_mutex_unlock(&s->conn_lock);
}

bool linger_take(struct server *s, const struct conn *c)
{
	struct lingerer *l;
	int fd;

	if (!c->refused || c->gone || s->stopping || !drain(c->fd) || !count_in(s))
		return false;
	fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {
		pthread_mutex_lock(&s->conn_lock);
		s->n_lingers--;
		pthread_mutex_unlock(&s->conn_lock);
		return false;
	}
	(void)shutdown(fd, SHUT_WR);
	l = mem_new(struct lingerer);
	l->fd = fd;
	l->key = c->key;
	l->until_ms = server_mono(s) + LIMIT_LINGER_MS;
	push(s, l);
	return true;
}

static void end(struct server *s, struct lingerer *l)
{
	close(l->fd);
	conn_release(s, &l->key);
	pthread_mutex_lock(&s->conn_lock);
	s->n_lingers--;
	pthread_mutex_unlock(&s->conn_lock);
	mem_free(l);
}

void linger_sweep(struct server *s, bool all)
{
	struct lingerer *l, *next;
	int64_t now = server_mono(s);

	pthread_mutex_lock(&s->conn_lock);
	l = s->lingers;
	s->lingers = NULL;
	pthread_mutex_unlock(&s->conn_lock);
	for (; l != NULL; l = next) {
		next = l->next;
		if (!all && now < l->until_ms && drain(l->fd))
			push(s, l);
		else
			end(s, l);
	}
}
