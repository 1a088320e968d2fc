/*
 * server_int.h: what the files of the server share; nothing outside net/ includes it.
 *
 *	accept.c    a thread that takes connections and keeps the caps
 *	proxy.c     those that a front passes on, until it has said for whom
 *	conn.c      the table of connections
 *	exchange.c  one request and its answer: head, body, hand-over
 *	workers.c   the threads that run handlers, and the parked
 *	stream.c    answers that come piece by piece
 *	respond.c   what handlers say, turned into what libmicrohttpd sends
 *	linger.c    connections of refused clients that are still sending
 *	sweep.c     a thread that closes what misses its deadline
 *	server.c    start, stop
 *
 * Threads and locks. libmicrohttpd's threads run exchange.c, stream.c and the notifications of
 * conn.c; each connection belongs to one of them. `conn_lock` guards the table and the counts per
 * address; `queue_lock` guards the three lists of exchanges. Neither is ever held while the other is
 * taken. A suspended exchange belongs to whoever holds it: the queue, one worker, or the list of
 * streams.
 */
#ifndef NET_SERVER_INT_H
#define NET_SERVER_INT_H

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"
#include "net/guard.h"
#include "net/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum { SERVER_MAGIC = 0x53455256, CONN_MAGIC = 0x434f4e4e, EXCHANGE_MAGIC = 0x58434847 };

/* ---- conn.c ---- */

/* What the connection is waiting for, so which deadline applies. */
enum conn_state {
	CONN_HEAD, /* handshake and first head: head_ms since `since` */
	CONN_IDLE, /* between requests: LIMIT_IDLE_MS, or head_ms once bytes have come */
	CONN_BODY, /* body_stall_ms of silence, and LIMIT_BODY_RATE on average */
	CONN_WORK, /* queued, running or parked: no deadline of the connection's own */
	CONN_SEND, /* LIMIT_SEND_STALL_MS without an acknowledged byte */
};

struct address_key {
	uint8_t b[8]; /* IPv4 address, or the /64 of an IPv6 address */
	uint8_t n;
};

struct conn {
	uint32_t magic;
	struct server *server;	    /* outlives its connections */
	struct MHD_Connection *mhd; /* libmicrohttpd's, until the closed notification */
	int fd;			    /* likewise */
	struct address_key key;
	char remote[64];
	struct conn *prev, *next; /* server->conns, under conn_lock */

	/* Written by the connection's thread, read by the sweeper. */
	atomic_int state;
	atomic_uint turn;	  /* counts changes of state */
	atomic_llong since_ms;	  /* of the last change */
	atomic_llong progress_ms; /* last byte of a body */
	atomic_ullong got;	  /* bytes of this body so far */

	/* The sweeper's own. */
	unsigned seen_turn;
	uint64_t seen_in, seen_out;
	int64_t seen_ms; /* when bytes last moved, or the head began; 0: not yet */
	bool shut;
	atomic_bool gone; /* set by the sweeper: the client has closed its side */

	/* The connection's thread only. */
	struct exchange *exchange; /* the one that is under way */
	bool refused;		   /* closed by us while the client may still be sending */
	bool pin_asked, has_pin;
	struct hash pin;
};

struct address_key address_key(const struct sockaddr *addr);
void address_text(const struct sockaddr *addr, socklen_t len, char ret[64]);

/* Counts a connection in, under the caps; false if they are reached. */
bool conn_reserve(struct server *s, const struct sockaddr *addr);
void conn_release(struct server *s, const struct address_key *key);
/* MHD_NotifyConnectionCallback. */
void conn_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode code);
void conn_enter(struct conn *c, enum conn_state state);
/* Asserts what must hold of a live connection. */
void conn_check(const struct conn *c);
/* Asks GnuTLS once per connection. */
void conn_ask_pin(struct conn *c);

/* ---- exchange.c ---- */

enum exchange_phase {
	EXCHANGE_HEAD,
	EXCHANGE_BODY,
	EXCHANGE_WORK, /* suspended */
	EXCHANGE_ANSWER,
	EXCHANGE_SENT,
};

enum exchange_list { ON_NONE, ON_READY, ON_PARKED, ON_STREAMS };

struct header_out {
	const char *name, *value; /* in the arena */
	struct header_out *next;
};

struct exchange {
	struct request req; /* first: what handlers see */
	uint32_t magic;
	enum exchange_phase phase;
	struct server *server;
	struct conn *conn;
	struct MHD_Connection *mhd;
	struct guard_head head; /* in the arena, pieces in libmicrohttpd's pool */
	struct body_rule rule;
	uint64_t announced; /* Content-Length */
	struct buf body;    /* owned */
	size_t large;	    /* bytes of it in server->large_bodies */
	struct why failed;  /* while reading the body */
	struct header_out *headers;
	bool close;

	/* queue_lock */
	enum exchange_list list;
	struct exchange *prev, *next;

	/* stream.c */
	struct buf piece; /* owned */
	size_t piece_at;
	bool stream_over;
};

/* Callbacks of libmicrohttpd. */
void *exchange_begin(void *cls, const char *target, struct MHD_Connection *mhd);
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *n, void **context);
void exchange_end(void *cls, struct MHD_Connection *mhd, void **context,
	enum MHD_RequestTerminationCode code);
/* Releases it. Not to be called while it is suspended. */
void exchange_free(struct exchange *x);
static inline struct exchange *exchange_of(struct request *req)
{
	struct exchange *x = (struct exchange *)req;

	MUST(x->magic == EXCHANGE_MAGIC);
	return x;
}

/* ---- body.c ---- */

/* Prepares for a body of `announced` bytes; on failure `x->failed` says why and the rest is
 * dropped. */
void body_begin(struct exchange *x);
void body_add(struct exchange *x, const void *p, size_t n);
/* Shows the body to the handler. */
void body_end(struct exchange *x);
/* Frees what is in memory of it. */
void body_free(struct exchange *x);

/* ---- workers.c ---- */

struct exchanges { /* a list */
	struct exchange *head, *tail;
	unsigned n;
};
void exchanges_add(struct exchanges *l, struct exchange *x, enum exchange_list name);
void exchanges_remove(struct exchanges *l, struct exchange *x);

MUST_USE int workers_start(struct server *s, struct why *why);
/* Suspends the connection and takes the exchange over; false if the workers have left. */
MUST_USE bool workers_submit(struct server *s, struct exchange *x);
/* Sets a 503: the node is stopping. */
void workers_decline(struct exchange *x);
/* Runs again those parked whose deadline has passed or whose client has gone; with `all`, every
 * one. */
void workers_expire(struct server *s, int64_t now_ms, bool all);
/* Lets the queue run empty and joins. */
void workers_stop(struct server *s);

/* ---- stream.c ---- */

/* MHD_ContentReaderCallback over response.stream. */
ssize_t stream_read(void *cls, uint64_t pos, char *p, size_t max);
/* queue_lock held: gives every parked stream back to its thread; with `gone_only`, those without a
 * client. */
void streams_resume(struct server *s, bool gone_only);

/* ---- respond.c ---- */

/* Queues req->response. MHD_NO closes the connection. */
enum MHD_Result respond_queue(struct exchange *x);
/* Sets response and close from a guard status. */
void respond_refusal(struct exchange *x, unsigned status, const struct why *why);

/* ---- linger.c ---- */

struct lingerer;
/* A closed connection whose client may still be sending: keeps it, with its reservation, and true
 * if need be. */
MUST_USE bool linger_take(struct server *s, const struct conn *c);
/* Reads and drops what came; ends those that are through, or all. */
void linger_sweep(struct server *s, bool all);

/* ---- sweep.c, accept.c ---- */

MUST_USE int sweep_start(struct server *s, struct why *why);
void sweep_stop(struct server *s);
MUST_USE int accept_start(struct server *s, struct why *why);
void accept_stop(struct server *s);

/* ---- proxy.c: connections of a front that have not yet said for whom; the acceptor's alone ---- */

struct proxied;
struct proxied *proxied_new(void) __attribute__((returns_nonnull, warn_unused_result));
/* Closes those that are still waiting. */
void proxied_free(struct proxied **p);
/* Does it come from the front? */
MUST_USE bool proxied_is(const struct server *s, const struct sockaddr *addr, socklen_t len);
/* Takes the descriptor over; the longest waiting makes room. */
void proxied_add(struct server *s, int fd, const struct sockaddr *addr, socklen_t len);
/* Fills ret_poll (LIMIT_PROXY_PENDING of them) with what to wait for. */
size_t proxied_poll(const struct server *s, struct pollfd *ret_poll);
/* Reads on where there is something; give() those that have said it, closes what is no header or too slow. */
void proxied_step(struct server *s,
	void (*give)(struct server *s, int fd, const struct sockaddr *addr, socklen_t len));

/* ---- server.c ---- */

struct worker {
	struct server *server;
	unsigned number;
	pthread_t thread;
};

struct server {
	uint32_t magic;
	struct server_options
		o;	 /* with the defaults filled in; strings borrowed only during start */
	char *spool_dir; /* owned; NULL: none */
	bool tls;
	struct MHD_Daemon *daemon;
	uint16_t port;

	int listen_fd; /* owned; -1 after accept_stop */
	int stop_fd;   /* eventfd: the acceptor's and the sweeper's alarm */
	pthread_t acceptor, sweeper;
	char front[64];		 /* "": none */
	struct proxied *proxied; /* owned by the acceptor; NULL without a front */

	pthread_mutex_t conn_lock;
	struct conn *conns;
	unsigned n_reserved;
	struct lingerer *lingers; /* owned */
	unsigned n_lingers;
	struct map per_address; /* address_key -> count, in the pointer */

	pthread_mutex_t queue_lock;
	pthread_cond_t queue_cond;
	struct exchanges ready, parked, streams;
	uint64_t wakes; /* counts server_wake(): a wake between look and park is not lost */
	bool quit;
	struct worker *workers; /* owned, o.workers */
	unsigned n_workers;	/* running */

	atomic_bool stopping; /* nothing new; parked and streams end */
	bool quiet;	      /* everything has ended (server_quiesce) */
	atomic_bool aborting; /* the grace is over */
	atomic_bool quit_sweep;
	atomic_size_t large_bodies; /* bytes in memory of bodies above LIMIT_BODY_SMALL */
	atomic_uint n_exchanges;
	atomic_uint n_open;
	atomic_uint n_waiting; /* parked and streams, for server_stats */
	atomic_ullong n_connections, n_requests, n_guarded, n_timed_out, bytes_out;
};

static inline int64_t server_mono(const struct server *s)
{
	return env_mono_ms(&s->o.env);
}

#endif
