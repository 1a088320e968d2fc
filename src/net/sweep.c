/*
 * The sweeper: closes what misses its deadline, because libmicrohttpd's own timeout starts again
 * with every byte. It never frees anything: it shuts the socket, and the connection's thread
 * notices.
 *
 * The head of a later request on a kept connection announces itself only when its first line is
 * complete; that bytes have come is seen from the kernel's count (TCP_INFO).
 */
#include "net/server_int.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

enum { SWEEP_MS = 100, LOOK_MS = 500 };

struct look {
	uint64_t in, out; /* bytes received; bytes acknowledged by the client */
	bool waiting;	  /* sent bytes are not acknowledged yet */
	bool gone;	  /* the client has closed its side */
};

static bool look(int fd, struct look *ret)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	ret->in = info.tcpi_bytes_received;
	ret->out = info.tcpi_bytes_acked;
	ret->waiting = info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0;
	ret->gone = info.tcpi_state != 1; /* TCP_ESTABLISHED */
	return true;
}

/* An idle connection: until bytes come it may wait, then a head has begun. */
static bool idle_overdue(struct conn *c, const struct look *l, bool fresh, int64_t now)
{
	if (fresh) {
		c->seen_in = l->in;
		c->seen_ms = 0;
	} else if (c->seen_ms == 0 && l->in != c->seen_in) {
		c->seen_ms = now;
	}
	if (c->seen_ms != 0)
		return now - c->seen_ms > c->server->o.head_ms;
	return now - c->since_ms > LIMIT_IDLE_MS;
}

/* While bytes wait in our buffers, some must go out in time. */
static bool send_overdue(struct conn *c, const struct look *l, bool fresh, int64_t now)
{
	if (fresh || !l->waiting || l->out != c->seen_out) {
		c->seen_out = l->out;
		c->seen_ms = now;
	}
	return now - c->seen_ms > LIMIT_SEND_STALL_MS;
}

/* Silence, or a trickle: each byte buys its share of time at the slowest rate we put up with. */
static bool body_overdue(const struct conn *c, int64_t now)
{
	int64_t stall = c->server->o.body_stall_ms;
	int64_t bought = (int64_t)(c->got / LIMIT_BODY_RATE * 1000);

	return now - c->progress_ms > stall || now - c->since_ms > stall + bought;
}

static bool overdue(struct conn *c, int64_t now, bool looking)
{
	unsigned turn = c->turn;
	bool fresh = turn != c->seen_turn;
	int state = c->state;
	struct look l = {0};

	if (state == CONN_HEAD)
		return now - c->since_ms > c->server->o.head_ms;
	if (state == CONN_BODY)
		return body_overdue(c, now);
	if ((!looking && !fresh) || !look(c->fd, &l))
		return false;
	c->seen_turn = turn;
	if (l.gone)
		c->gone = true;
	if (state == CONN_IDLE)
		return idle_overdue(c, &l, fresh, now);
	if (state == CONN_SEND)
		return send_overdue(c, &l, fresh, now);
	return false;
}

static void shut(struct conn *c)
{
	if (!c->shut)
		(void)shutdown(c->fd, SHUT_RDWR);
	c->shut = true;
}

static void sweep(struct server *s, int64_t now, bool looking)
{
	pthread_mutex_lock(&s->conn_lock);
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		conn_check(c);
		if (s->aborting ||
			(s->stopping && (c->state == CONN_IDLE || c->state == CONN_HEAD)))
			shut(c);
		else if (!c->shut && overdue(c, now, looking)) {
			s->n_timed_out++;
			shut(c);
		}
	}
	pthread_mutex_unlock(&s->conn_lock);
}

static void *sweep_run(void *arg)
{
	struct server *s = arg;
	int64_t looked = 0;

	while (!s->quit_sweep) {
		/* While stopping, the alarm stands: a short nap instead. */
		struct pollfd p = {.fd = s->stopping ? -1 : s->stop_fd, .events = POLLIN};
		int64_t now;
		bool looking;

		(void)poll(&p, 1, s->stopping ? 10 : SWEEP_MS);
		now = server_mono(s);
		looking = now - looked >= LOOK_MS;
		if (looking)
			looked = now;
		sweep(s, now, looking);
		workers_expire(s, now, s->stopping);
		linger_sweep(s, s->aborting);
	}
	return NULL;
}

int sweep_start(struct server *s, struct why *why)
{
	int rc = pthread_create(&s->sweeper, NULL, sweep_run, s);

	return rc == 0 ? 0 : why_set(why, E_IO, "", "no thread for the sweeper: %s", strerror(rc));
}

void sweep_stop(struct server *s)
{
	s->quit_sweep = true;
	pthread_join(s->sweeper, NULL);
}
