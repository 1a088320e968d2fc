/*
 * service.h: a running node: the listener for partners (mutual TLS 1.3, pinned keys), the listener
 * for pages, the threads that follow partners, the bell, and the chores; started together, stopped
 * together.
 *
 *	struct service *s;
 *	rc = service_start(&s, &(struct service_options){.node = node}, why);
 *	printf("http://%s/\n", service_page_address(s));
 *	...
 *	service_stop(&s, 5000);
 *
 * Pages without TLS are served on a loopback address only: on any other service_start answers E_DENIED unless `open` says that this is meant (a closed
 * network). `tls` in the conf: yes and client-cert (a certificate is made at the first start), front (a front on this machine ends TLS).
 */
#ifndef WEB_SERVICE_H
#define WEB_SERVICE_H

#include "node/node.h"

struct service;

struct service_options {
	const struct node *node;	  /* borrowed until service_stop */
	const char *listen, *peer_listen; /* instead of the conf's; NULL: conf */
	int listen_fd, peer_listen_fd;	  /* > 0: already listening sockets, instead; taken over */
	const char *const *host; /* further names by which the pages may be asked for; copied */
	size_t n_host;
	bool open;    /* pages beyond loopback are meant */
	bool no_pull; /* serve only: do not follow partners */
};
MUST_USE int service_start(struct service **ret, const struct service_options *o, struct why *why);
/* Answers what waits, finishes what runs, at most `grace_ms` for each listener. NULL inside is
 * fine. */
void service_stop(struct service **s, int64_t grace_ms);

/* Are the pages served over TLS? */
bool service_page_tls(const struct service *s);
/* "127.0.0.1:8470", with the port in fact bound. Good until service_stop. */
const char *service_page_address(const struct service *s);
const char *service_peer_address(const struct service *s);

#endif
