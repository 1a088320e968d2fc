#include "net/server_int.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* 1.3 where a client certificate counts: there it travels encrypted, and there is no renegotiation.
 */
static char tls_strict[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
static char tls_browser[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/*
 * What libmicrohttpd before 1.0 refuses itself it refuses badly (by closing, or with its head
 * twice), and the guard sees all of it. From 1.0 on the strict parser is the one that sees raw
 * bytes.
 */
#if MHD_VERSION < 0x01000000
#	define MHD_STRICTNESS 0
#else
#	define MHD_STRICTNESS 1
#endif

static int bind_to(const struct addrinfo *a, int *ret, struct why *why)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return why_set(why, E_NET, "", "no socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
		int e = errno;

		close(fd);
		return why_set(why, E_NET, "", "cannot listen: %s", strerror(e));
	}
	*ret = fd;
	return 0;
}

static int listen_on(const struct server_options *o, int *ret, struct why *why)
{
	const char *address = o->address != NULL ? o->address : "127.0.0.1";
	struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", o->port);
	rc = getaddrinfo(address, port, &hints, &found);
	if (rc != 0)
		return why_set(why, E_USAGE, address, "not an address: %s", gai_strerror(rc));
	rc = bind_to(found, ret, why);
	freeaddrinfo(found);
	if (rc < 0)
		return why_prefix(why, "%s port %u", address, o->port);
	return 0;
}

static int port_of(int fd, uint16_t *ret, struct why *why)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	char port[8];
	uint64_t n;

	if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0 ||
		getnameinfo((struct sockaddr *)&addr, len, NULL, 0, port, sizeof(port),
			NI_NUMERICSERV) != 0 ||
		slice_u64(slice_str(port), &n) < 0)
		return why_set(why, E_NET, "", "the socket is not a listening TCP socket");
	*ret = (uint16_t)n;
	return 0;
}

static int adopt(int fd, struct why *why)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return why_set(
			why, E_NET, "", "the given socket is not usable: %s", strerror(errno));
	return 0;
}

/* The guard reads targets as they came; libmicrohttpd's own reading of them is not used. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *s)
{
	(void)cls;
	(void)mhd;
	return strlen(s);
}

static int daemon_start(struct server *s, struct why *why)
{
	const struct server_options *o = &s->o;
	char *cert CLEANUP_FREE = mem_string(o->cert_pem.p, o->cert_pem.n);
	char *key CLEANUP_FREE = mem_string(o->key_pem.p, o->key_pem.n);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
			 MHD_ALLOW_SUSPEND_RESUME | (s->tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, o->client_cert ? tls_strict : tls_browser},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	/* A pool needs two threads at least. The caps are the acceptor's: no thread refuses on its
	 * own. */
	unsigned threads = o->threads > 1 ? o->threads : 0;
	unsigned connections = (o->connections + 64) * (threads > 1 ? threads : 1);

	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, exchange_handle, s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_CONNECTION_POOL,
		MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_STRICT_FOR_CLIENT,
		MHD_STRICTNESS, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, s, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_end, s, MHD_OPTION_NOTIFY_CONNECTION, conn_notify, s,
		MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_ARRAY, s->tls ? tls : none,
		MHD_OPTION_END);
	if (s->daemon == NULL)
		return why_set(why, E_NET, "", "the HTTP server does not start%s",
			s->tls ? " (is the certificate one that belongs to the key?)" : "");
	return 0;
}

static void defaults(struct server_options *o)
{
	if (o->threads == 0)
		o->threads = 2;
	if (o->workers == 0)
		o->workers = 4;
	if (o->connections == 0)
		o->connections = LIMIT_CONNECTIONS;
	if (o->connections_per_address == 0)
		o->connections_per_address = LIMIT_CONNECTIONS_PER_ADDRESS;
	if (o->head_ms == 0)
		o->head_ms = LIMIT_HEAD_MS;
	if (o->body_stall_ms == 0)
		o->body_stall_ms = LIMIT_BODY_STALL_MS;
	if (o->env.mono_ms == NULL)
		o->env = env_system();
}

static struct server *server_new(const struct server_options *o)
{
	struct server *s = mem_new(struct server);

	MUST(o->handle != NULL && o->body_rule != NULL);
	s->magic = SERVER_MAGIC;
	s->o = *o;
	defaults(&s->o);
	s->tls = o->cert_pem.n > 0;
	s->listen_fd = -1;
	s->stop_fd = eventfd(0, EFD_CLOEXEC);
	MUST(s->stop_fd >= 0);
	if (o->front != NULL) {
		snprintf(s->front, sizeof(s->front), "%s", o->front);
		s->proxied = proxied_new();
	}
	if (o->spool_dir != NULL)
		s->spool_dir = mem_string(o->spool_dir, strlen(o->spool_dir));
	pthread_mutex_init(&s->conn_lock, NULL);
	pthread_mutex_init(&s->queue_lock, NULL);
	pthread_cond_init(&s->queue_cond, NULL);
	return s;
}

static void server_free(struct server *s)
{
	MUST(s->conns == NULL && s->lingers == NULL &&
		s->ready.n + s->parked.n + s->streams.n == 0);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	close(s->stop_fd);
	proxied_free(&s->proxied);
	map_free(&s->per_address);
	pthread_mutex_destroy(&s->conn_lock);
	pthread_mutex_destroy(&s->queue_lock);
	pthread_cond_destroy(&s->queue_cond);
	mem_free(s->spool_dir);
	s->magic = 0;
	mem_free(s);
}

static int listener(struct server *s, struct why *why)
{
	const struct server_options *o = &s->o;
	int rc;

	if (o->fd > 0)
		s->listen_fd = o->fd;
	rc = o->fd > 0 ? adopt(o->fd, why) : listen_on(o, &s->listen_fd, why);
	if (rc < 0)
		return rc;
	return port_of(s->listen_fd, &s->port, why);
}

int server_start(struct server **ret, const struct server_options *o, struct why *why)
{
	struct server *s;
	int rc;

	if ((o->cert_pem.n == 0) != (o->key_pem.n == 0) || (o->client_cert && o->cert_pem.n == 0))
		return why_set(why, E_USAGE, "", "a certificate and its key belong together");
	s = server_new(o);
	rc = listener(s, why);
	if (rc == 0)
		rc = daemon_start(s, why);
	if (rc == 0)
		rc = workers_start(s, why);
	if (rc < 0)
		goto fail;
	if ((rc = sweep_start(s, why)) < 0)
		goto fail;
	/* The caller's memory is not ours to keep. */
	s->o.cert_pem = s->o.key_pem = SLICE_NONE;
	s->o.spool_dir = s->o.address = NULL;
	/* The acceptor waits at this lock: *ret is set before the first handler can run. */
	pthread_mutex_lock(&s->conn_lock);
	rc = accept_start(s, why);
	if (rc == 0)
		*ret = s;
	pthread_mutex_unlock(&s->conn_lock);
	if (rc == 0)
		return 0;
	sweep_stop(s);
fail:
	if (s->workers != NULL)
		workers_stop(s);
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	server_free(s);
	return rc;
}

uint16_t server_port(const struct server *s)
{
	MUST(s != NULL && s->magic == SERVER_MAGIC);
	return s->port;
}

void server_stats(const struct server *s, struct server_stats *ret)
{
	MUST(s != NULL && s->magic == SERVER_MAGIC);
	*ret = (struct server_stats){
		.connections = s->n_connections,
		.requests = s->n_requests,
		.guarded = s->n_guarded,
		.timed_out = s->n_timed_out,
		.bytes_out = s->bytes_out,
		.open = s->n_open,
		.parked = s->n_waiting,
	};
}

/*
 * First nothing new comes in, what waits is answered, and idle connections close; then what runs
 * may finish; then every socket is shut. A handler that is still running is waited for in any case:
 * it holds memory of ours.
 */
void server_quiesce(struct server *s, int64_t grace_ms)
{
	uint64_t one = 1;
	int64_t until;

	if (s == NULL)
		return;
	MUST(s->magic == SERVER_MAGIC);
	if (s->quiet)
		return;
	until = server_mono(s) + grace_ms;
	s->stopping = true;
	MUST(write(s->stop_fd, &one, sizeof(one)) == (ssize_t)sizeof(one));
	accept_stop(s);
	workers_expire(s, 0, true); /* from here on nothing parks */
	while (s->n_exchanges > 0 && server_mono(s) < until)
		(void)poll(NULL, 0, 5);
	s->aborting = true;
	workers_stop(s);
	sweep_stop(s);
	MHD_stop_daemon(s->daemon);
	linger_sweep(s, true);
	s->quiet = true;
}

void server_stop(struct server **p, int64_t grace_ms)
{
	struct server *s = *p;

	server_quiesce(s, grace_ms);
	*p = NULL; /* until here a handler may still use it */
	if (s != NULL)
		server_free(s);
}
