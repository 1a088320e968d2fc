/*
 * service.c: what runs in `entente serve`.
 *
 *	partner ──▶ peer listener ──▶ door.c ──▶ peer_serve
 *	browser ──▶ page listener ──▶ routes.c ──▶ api.c ──▶ queue
 *	puller threads ──▶ partners          bell ◀── any process that has written
 *	herald (live.c) ──▶ streams          jobs, chores, tasks of the workspaces
 *
 *	invariants
 *	1. A db handle belongs to one worker; the lists outlive the listeners that use them.
 *	2. Whoever has written or learned something wakes both listeners and the chores.
 */
#include "web/service.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/bell.h"
#include "node/serving.h"
#include "peer/pull.h"
#include "web/chores.h"
#include "web/door.h"
#include "web/job.h"
#include "web/live.h"
#include "web/notifier.h"
#include "web/pagecert.h"
#include "web/public.h"
#include "web/routes.h"
#include "web/work.h"

#include <arpa/inet.h>
#include <unistd.h>

#define SERVICE_MAGIC 0x656e7376u
#define PEER_WORKERS  4
#define PAGE_WORKERS  4
#define ADDRESS_TEXT  80

struct service {
	uint32_t magic;
	const struct node *node;				  /* borrowed */
	int serving;						  /* owned: serving.h */
	struct db *peer_db[PEER_WORKERS], *page_db[PAGE_WORKERS]; /* owned */
	struct budget *budget;					  /* owned */
	struct heads_kept *kept;				  /* owned */
	struct door door;
	struct routes routes;
	char *host[ROUTES_HOSTS_MAX]; /* owned */
	/* Set once, before anything calls back. */
	_Atomic(struct server *) peers, pages; /* owned */
	_Atomic(struct puller *) puller;       /* owned */
	struct bell *bell;		       /* owned */
	struct chores *chores;		       /* owned */
	_Atomic(struct tasks *) tasks;	       /* owned */
	struct api api;
	struct live *live;	    /* owned */
	struct jobs *jobs;	    /* owned */
	struct public_door *public; /* owned */
	struct notifier *notifier;  /* owned */
	struct queue *queue;	    /* owned */
	struct buf cert, key;	    /* of the pages; PEM */
	bool page_tls;
	char page_address[ADDRESS_TEXT], peer_address[ADDRESS_TEXT];
};

/* Something new is in the store. */
static void news(void *ctx)
{
	struct service *s = ctx;
	struct server *peers = s->peers, *pages = s->pages;
	s->door.changes++;
	if (peers)
		server_wake(peers);
	if (pages)
		server_wake(pages);
	live_poke(s->live);
	chores_poke(s->chores);
	notifier_poke(s->notifier);
	tasks_poke(s->tasks);
}

/* The herald has something for the streams. */
static void told(void *ctx)
{
	struct service *s = ctx;
	struct server *pages = s->pages;
	if (pages)
		server_wake(pages);
}

static void job_changed(void *ctx, int64_t account, struct slice json)
{
	struct service *s = ctx;
	live_job(s->live, account, json);
}

/* Another process has written: perhaps a new coalition, partner or address. */
static void heard(void *ctx)
{
	struct service *s = ctx;
	struct puller *puller = s->puller;
	news(ctx);
	if (puller)
		puller_kick(puller);
}

static void called(void *ctx, const struct id *peer)
{
	struct service *s = ctx;
	struct puller *puller = s->puller;
	if (puller)
		puller_called(puller, peer);
}

static int open_handles(struct service *s, struct why *why)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < PEER_WORKERS; i++)
		rc = node_db(s->node, &s->peer_db[i], why);
	for (size_t i = 0; rc == 0 && i < PAGE_WORKERS; i++)
		rc = node_db(s->node, &s->page_db[i], why);
	return rc;
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcmp(host, "localhost") == 0;
}

static void format_address(char ret[ADDRESS_TEXT], const char *host, uint16_t port)
{
	snprintf(ret, ADDRESS_TEXT, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

/* Host and port of a listener: the socket given, or the text. */
static int place(int fd, const char *text, char host[64], uint16_t *ret_port, struct why *why)
{
	struct sockaddr_storage addr = {0};
	socklen_t n = sizeof(addr);
	if (fd <= 0)
		return listen_parse(text, host, ret_port, why);
	*ret_port = 0;
	if (getsockname(fd, (struct sockaddr *)&addr, &n) < 0)
		return why_set(why, E_INVALID, "", "descriptor %d is no socket", fd);
	const void *in = addr.ss_family == AF_INET
				 ? (void *)&((struct sockaddr_in *)&addr)->sin_addr
				 : (void *)&((struct sockaddr_in6 *)&addr)->sin6_addr;
	if ((addr.ss_family != AF_INET && addr.ss_family != AF_INET6) ||
		!inet_ntop(addr.ss_family, in, host, 64))
		return why_set(why, E_INVALID, "", "descriptor %d is no TCP socket", fd);
	return 0;
}

static int start_peers(struct service *s, const struct service_options *o, struct why *why)
{
	char host[64];
	struct server_options so = {
		.cert_pem = buf_slice(&s->node->tls_cert),
		.key_pem = buf_slice(&s->node->tls_key),
		.client_cert = true,
		.workers = PEER_WORKERS,
		.connections = s->node->conf.connections,
		.front = s->node->conf.peer_front,
		.body_rule = door_body_rule,
		.handle = door_handle,
		.ctx = &s->door,
		.env = s->node->env,
		.fd = o->peer_listen_fd,
	};
	struct server *server;
	int rc = place(o->peer_listen_fd,
		o->peer_listen ? o->peer_listen : s->node->conf.peer_listen, host, &so.port, why);
	if (rc < 0)
		return why_prefix(why, "peer-listen");
	so.address = host;
	s->door.node = s->node;
	s->door.db = s->peer_db;
	s->door.budget = s->budget;
	s->door.kept = s->kept;
	s->door.wrote = news;
	s->door.called = called;
	s->door.ctx = s;
	rc = server_start(&server, &so, why);
	if (rc < 0)
		return why_prefix(why, "listener for partners");
	s->peers = server;
	format_address(s->peer_address, host, server_port(server));
	return 0;
}

/* Plain HTTP stays on this machine; a certificate if there is to be one. */
static int page_tls(struct service *s, const struct service_options *o, const char *host,
	struct server_options *so, struct why *why)
{
	enum conf_tls tls = s->node->conf.tls;
	bool beyond = !is_loopback(host);
	s->page_tls = tls == CONF_TLS_YES || tls == CONF_TLS_CLIENT_CERT;
	if (s->page_tls) {
		int rc = pagecert_load(s->node, host, o->host, o->n_host, &s->cert, &s->key, why);
		if (rc < 0)
			return rc;
		so->cert_pem = buf_slice(&s->cert);
		so->key_pem = buf_slice(&s->key);
		so->client_cert = tls == CONF_TLS_CLIENT_CERT;
	}
	if (beyond && !s->page_tls && !o->open)
		return why_set(why, E_DENIED, "listen",
			"pages without TLS are served on loopback only: `tls yes` in entente.conf, or --open for %s",
			host);
	if (beyond && !s->page_tls)
		report(REPORT_WARN, "pages: no TLS: whoever is on the way to %s reads along", host);
	/* Behind a front everybody comes from this machine. */
	s->api.place.trusted = (!beyond && tls != CONF_TLS_FRONT) || o->open;
	s->api.place.secure = s->page_tls || tls == CONF_TLS_FRONT;
	s->api.place.front = tls == CONF_TLS_FRONT;
	s->api.client_cert = so->client_cert;
	s->routes.status = (struct status_options){.node = s->node, .open = beyond};
	return 0;
}

static int start_api(struct service *s, struct why *why)
{
	int rc = queue_start(&s->queue, s->node, news, s, why);
	if (rc == 0)
		rc = live_start(&s->live, s->node, told, s, why);
	if (rc == 0)
		rc = jobs_start(&s->jobs, s->node, job_changed, s, why);
	s->api.queue = s->queue;
	s->api.live = s->live;
	s->api.jobs = s->jobs;
	s->api.wrote = news;
	s->api.ctx = s;
	s->routes.api = &s->api;
	s->routes.pages = &s->pages;
	s->public = public_door_new(s->node, s->api.rate);
	s->routes.public = s->public;
	s->routes.peers = &s->peers;
	s->routes.db = s->page_db;
	return rc;
}

static int start_pages(struct service *s, const struct service_options *o, struct why *why)
{
	char host[64];
	struct server_options so = {
		.workers = PAGE_WORKERS,
		.connections = s->node->conf.connections,
		.spool_dir = s->node->dir,
		.spool_reserve = s->node->conf.disk_reserve_bytes,
		.body_rule = routes_body_rule,
		.quick = routes_quick,
		.handle = routes_handle,
		.ctx = &s->routes,
		.env = s->node->env,
		.fd = o->listen_fd,
	};
	struct server *server;
	int rc = place(
		o->listen_fd, o->listen ? o->listen : s->node->conf.listen, host, &so.port, why);
	if (rc < 0)
		return why_prefix(why, "listen");
	rc = page_tls(s, o, host, &so, why);
	if (rc == 0)
		rc = start_api(s, why);
	if (rc < 0)
		return rc;
	/* All come from the front, which bounds each of its clients; streams are counted by whom it names (live.c). */
	if (s->api.place.front)
		so.connections_per_address = so.connections;
	so.address = host;
	rc = server_start(&server, &so, why);
	if (rc < 0)
		return why_prefix(why, "listener for pages");
	s->pages = server;
	format_address(s->page_address, host, server_port(server));
	return 0;
}

static int start_all(struct service *s, const struct service_options *o, struct why *why)
{
	struct puller *puller;
	struct tasks *tasks;
	int rc = serving_take(s->node, &s->serving, why);
	if (rc == 0)
		rc = open_handles(s, why);
	if (rc == 0)
		rc = chores_start(&s->chores, s->node, why);
	if (rc == 0)
		rc = start_pages(s, o, why);
	if (rc == 0)
		rc = start_peers(s, o, why);
	if (rc == 0)
		rc = tasks_start(&tasks, &s->api, why);
	if (rc == 0)
		s->tasks = tasks;
	if (rc == 0)
		rc = notifier_start(&s->notifier, s->node, why);
	if (rc == 0)
		rc = bell_start(&s->bell, s->node, heard, s, why);
	if (rc < 0 || o->no_pull)
		return rc;
	rc = puller_start(&puller, s->node, news, s, why);
	if (rc == 0)
		s->puller = puller;
	return rc;
}

int service_start(struct service **ret, const struct service_options *o, struct why *why)
{
	if (o->n_host > ROUTES_HOSTS_MAX)
		return why_set(why, E_LIMIT, "host", "more than %d names", ROUTES_HOSTS_MAX);
	struct service *s = mem_new(struct service);
	s->magic = SERVICE_MAGIC;
	s->node = o->node;
	s->serving = -1;
	api_start(&s->api, o->node);
	s->budget = budget_new(&o->node->env);
	s->kept = heads_kept_new();
	for (size_t i = 0; i < o->n_host; i++) {
		s->host[i] = mem_string(o->host[i], strlen(o->host[i]));
		s->routes.host[s->routes.n_host++] = s->host[i];
	}
	int rc = start_all(s, o, why);
	if (rc < 0) {
		service_stop(&s, 0);
		return rc;
	}
	*ret = s;
	return 0;
}

void service_stop(struct service **p, int64_t grace_ms)
{
	struct service *s = *p;
	*p = NULL;
	if (!s)
		return;
	MUST(s->magic == SERVICE_MAGIC);
	struct puller *puller = s->puller;
	struct server *peers = s->peers, *pages = s->pages;
	struct tasks *tasks = s->tasks;
	s->door.stopping = true;
	/* Who could call heard(), news() or told() goes before what they use. */
	bell_stop(&s->bell);
	puller_stop(puller);
	live_end_all(s->live);
	server_quiesce(peers, grace_ms);
	server_quiesce(pages, grace_ms);
	puller_free(&puller); /* the door called it */
	jobs_stop(&s->jobs);
	tasks_stop(tasks);
	queue_stop(&s->queue);
	tasks_free(&tasks);
	live_stop(&s->live);
	chores_stop(&s->chores);
	public_door_free(&s->public);
	notifier_stop(&s->notifier);
	api_stop(&s->api);
	/* Last, and both: whoever ran until here may have woken either. */
	s->peers = s->pages = NULL;
	server_stop(&peers, 0);
	server_stop(&pages, 0);
	buf_free(&s->cert);
	buf_wipe(&s->key);
	budget_free(&s->budget);
	heads_kept_free(&s->kept);
	for (size_t i = 0; i < PEER_WORKERS; i++)
		db_close(&s->peer_db[i]);
	for (size_t i = 0; i < PAGE_WORKERS; i++)
		db_close(&s->page_db[i]);
	for (size_t i = 0; i < ROUTES_HOSTS_MAX; i++)
		mem_free(s->host[i]);
	if (s->serving >= 0)
		close(s->serving);
	s->magic = 0;
	mem_free(s);
}

bool service_page_tls(const struct service *s)
{
	return s->page_tls;
}

const char *service_page_address(const struct service *s)
{
	return s->page_address;
}

const char *service_peer_address(const struct service *s)
{
	return s->peer_address;
}
