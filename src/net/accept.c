/*
 * The acceptor: takes connections, keeps the caps, and hands each to one of libmicrohttpd's
 * threads. It is ours so that the caps are exact, the threads share evenly, and stopping needs
 * nothing from libmicrohttpd (its own quiesce can abort when it races with a thread of the pool).
 */
#include "net/server_int.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

/* Out of descriptors or memory: let what is running end instead of spinning. */
enum { ACCEPT_PAUSE_MS = 50, ACCEPT_BATCH = 64 };
/* How often it is looked whether a front is too slow. */
enum { PROXY_LOOK_MS = 1000 };

static void give(struct server *s, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct address_key key = address_key(addr);

	if (!conn_reserve(s, addr)) {
		close(fd);
		return;
	}
	if (MHD_add_connection(s->daemon, fd, addr, len) != MHD_YES)
		conn_release(s, &key); /* the descriptor is closed already */
}

/* False when there is no use in trying again at once. */
static bool take(struct server *s)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int fd =
		accept4(s->listen_fd, (struct sockaddr *)&addr, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		const struct sockaddr *from = (const struct sockaddr *)&addr;

		if (proxied_is(s, from, len))
			proxied_add(s, fd, from, len);
		else
			give(s, fd, from, len);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		(void)poll(NULL, 0, ACCEPT_PAUSE_MS);
	return false;
}

static void *accept_run(void *arg)
{
	struct server *s = arg;

	pthread_mutex_lock(&s->conn_lock); /* server_start holds it until it is through */
	pthread_mutex_unlock(&s->conn_lock);
	while (!s->stopping) {
		struct pollfd p[2 + LIMIT_PROXY_PENDING] = {
			{.fd = s->listen_fd, .events = POLLIN},
			{.fd = s->stop_fd, .events = POLLIN},
		};
		size_t waiting = proxied_poll(s, p + 2);

		if (poll(p, 2 + waiting, waiting > 0 ? PROXY_LOOK_MS : -1) < 0)
			continue;
		proxied_step(s, give);
		for (unsigned i = 0; i < ACCEPT_BATCH && !s->stopping; i++)
			if (!take(s))
				break;
	}
	return NULL;
}

int accept_start(struct server *s, struct why *why)
{
	int rc = pthread_create(&s->acceptor, NULL, accept_run, s);

	return rc == 0 ? 0 : why_set(why, E_IO, "", "no thread for the listener: %s", strerror(rc));
}

void accept_stop(struct server *s)
{
	MUST(s->stopping);
	pthread_join(s->acceptor, NULL);
	close(s->listen_fd);
	s->listen_fd = -1;
	proxied_free(&s->proxied);
}
