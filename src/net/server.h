/*
 * server.h: an HTTP/1.1 server over libmicrohttpd (the only place that includes it), with the request guard in front.
 *
 * Threads: libmicrohttpd's own threads (epoll) parse and send. When a request is complete it is suspended and given to a
 * worker thread, which runs the handler as straight-line code, with SQL or anything slow; then the response is queued and the
 * request resumes. A handler that has nothing to say yet answers SERVER_PARK: it is run again after server_wake() or
 * at its deadline, so a long poll costs no thread. An answer can also be a stream that is pulled as events come.
 *
 *	struct server_options o = {.address = "127.0.0.1", .port = 0, .handle = handle, .ctx = node, .workers = 4};
 *	rc = server_start(&server, &o, why);
 *	printf("%u\n", server_port(server));
 *	...
 *	server_stop(&server, 5000);     -- finishes what is running, at most 5 s
 *
 * The guard answers 400 and closes on whatever two HTTP parsers could read differently (docs: the table in test/node/test_guard.py): duplicate or
 * malformed Content-Length or Host, Content-Length with Transfer-Encoding, unknown codings (501), NUL or control bytes, bad header names, folded
 * lines, bad methods and targets; 411 on chunked bodies; 431 for oversize heads; a head or body that misses its deadline is
 * closed by the sweeper.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"
#include "crypt/hash.h"

struct server;
struct request;

/* Ref-counted bytes shared between connections (cached pages, live events). */
struct shared;
struct shared *shared_new(struct buf *take); /* moves the bytes out of *take; count 1 */
struct shared *shared_ref(struct shared *s);
void shared_drop(struct shared **s);
struct slice shared_bytes(const struct shared *s);

enum server_body {
	BODY_NONE,   /* a body is refused with 413 */
	BODY_MEMORY, /* up to `body_max` bytes in req->body */
	BODY_FILE,   /* spooled to an unlinked file, req->body_fd, for big uploads */
};

/* What the head of a request is allowed to bring; decided before the body is read. */
struct body_rule {
	enum server_body kind;
	uint64_t max; /* bytes; more is 413 and close */
};

struct response {
	unsigned status;       /* e.g. 200 */
	const char *type;      /* Content-Type; NULL: none */
	struct slice body;     /* borrowed from req->arena */
	struct shared *shared; /* instead of body: one reference is taken over */
	int fd; /* instead of body: a file, closed by the server; -1: none. Starts at fd_from. */
	uint64_t fd_from, fd_size;
	/*
	 * Instead of body: a stream (SSE). Called on a server thread, must not block: appends what there is to `b`
	 * (LIMIT_STREAM_PIECE at most, or the connection is cut); returns
	 * 1 (more later: parked until server_wake), 0 (end). `stream_end` is called once in every case.
	 */
	int (*stream)(void *ctx, struct buf *b);
	void (*stream_end)(void *ctx);
	void *stream_ctx;
};

enum { SERVER_ANSWER = 0, SERVER_PARK = 1 };

struct request {
	uint32_t magic;
	struct arena
		arena; /* everything a handler needs lives here; freed after the answer is sent */
	const char *method; /* "GET" … */
	struct slice
		path; /* decoded percent-escapes are the router's business: raw, starts with '/' */
	struct slice query; /* raw, without '?' */
	struct slice body;
	int body_fd; /* BODY_FILE: positioned at 0; the server closes it. -1: none */
	uint64_t body_size;
	char remote[64]; /* address as text */
	bool tls;
	bool has_pin; /* the client showed a certificate; its SPKI pin: */
	struct hash pin;
	unsigned round;		    /* 0 at first, then counts the reruns after SERVER_PARK */
	bool expired;		    /* the park deadline has passed: answer now */
	int64_t park_until_mono_ms; /* set by a handler that parks */
	void *user;		    /* for the handler, kept over parking; in the arena */
	struct response response;
};

/*
 * Header of the request, case-insensitive; empty if absent. The guard has refused requests in which a field that may stand
 * once stands twice; other fields given several times are joined by ", " (RFC 9110 §5.3).
 */
struct slice request_header(struct request *req, const char *name);
/* Whoever asks has the bytes of this tag (If-None-Match, RFC 9110 §13.1.2): 304 is all that he needs. */
bool request_has(struct request *req, const char *etag);
/* Value of the first query parameter of that name, percent-decoded into the arena ('+' stays); p == NULL if absent or broken. */
struct slice request_query(struct request *req, const char *name);
/* Adds a response header; name a literal, value copied, left out if empty; a control byte in a value is a bug (asserted). */
void response_header(struct request *req, const char *name, const char *value);
/* Takes back all that has been set, headers as well: it must not be sent after all. */
void response_undo(struct request *req);
/* Sets status, type and body (copied into the arena). */
void response_text(struct request *req, unsigned status, const char *type, struct slice body);
/* application/problem+json (RFC 9457) from a why; adds "pointer" = why->where. */
void response_problem(struct request *req, const struct why *why);

struct server_options {
	const char *address; /* "127.0.0.1", "::1", "0.0.0.0"; NULL: loopback */
	uint16_t port;	     /* 0: a free one, see server_port */
	int fd; /* > 0: an already listening socket (systemd activation), taken over once the options are valid; else 0 */
	struct slice cert_pem, key_pem; /* both empty: plain HTTP */
	bool client_cert; /* ask for a client certificate; 1.3 only; a request without one still reaches the handler */
	unsigned threads;			       /* epoll threads, 0: 2 */
	unsigned workers;			       /* 0: 4 */
	unsigned connections, connections_per_address; /* 0: limits.h */
	/* Numeric address of a front, as inet_ntop writes it: what comes from there says first for whom (PROXY protocol, version 1), and is counted and shown as that. NULL: none. */
	const char *front;
	int64_t head_ms, body_stall_ms; /* 0: limits.h */
	const char *spool_dir;		/* for BODY_FILE */
	uint64_t spool_reserve;		/* bytes of its disk that bodies leave free */
	/* Both required. `body_rule` runs on a server thread when the head has been read: no blocking; set *ret or answer with an E_*,
	 * which becomes a problem unless req->response is set already. */
	int (*body_rule)(
		void *ctx, const struct request *req, struct body_rule *ret, struct why *why);
	/*
	 * May be NULL. Runs on a server thread for a request without a body: true if it has filled req->response at once, from memory and without waiting
	 * for anybody; else the request takes its way to `handle`, as if this had not been asked.
	 */
	bool (*quick)(void *ctx, struct request *req);
	/* Runs on a worker. SERVER_ANSWER with req->response filled, or SERVER_PARK. */
	int (*handle)(void *ctx, struct request *req, unsigned worker);
	void *ctx;
	struct env env;
};

MUST_USE int server_start(struct server **ret, const struct server_options *o, struct why *why);
uint16_t server_port(const struct server *s);
/* Runs parked handlers and streams again. Any thread; cheap when nobody is parked. */
void server_wake(struct server *s);
/*
 * Refuses new connections, answers parked requests as expired, ends streams, waits for running requests up to `grace_ms`,
 * then closes. A handler that is still running then is waited for all the same. Afterwards no handler runs and *s does
 * nothing, but others may still call server_wake(), server_port() and server_stats() until server_stop(). NULL is fine.
 */
void server_quiesce(struct server *s, int64_t grace_ms);
/*
 * server_quiesce(), if that has not been, and frees it. *s stays usable for handlers until everything has ended, and is NULL afterwards.
 */
void server_stop(struct server **s, int64_t grace_ms);

struct server_stats {
	uint64_t connections, requests, guarded, timed_out, bytes_out;
	unsigned open, parked;
};
void server_stats(const struct server *s, struct server_stats *ret);

#endif
