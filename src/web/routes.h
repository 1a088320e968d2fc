/*
 * routes.h: the page listener's handler: pages, files, live events and numbers; what is below /api/v1 goes on to api.h.
 *
 * A node without users shows itself to whoever is at its machine: the status page at /. From the first user on, / is the web shell (if it was
 * built in), /status the page without a script for whoever is signed in.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "net/server.h"
#include "web/api.h"
#include "web/status.h"

#define ROUTES_HOSTS_MAX 8

struct routes {
	struct status_options status;
	struct api *api;	    /* borrowed */
	struct public_door *public; /* borrowed */
	/* Both listeners, for their numbers; NULL until they are there. */
	_Atomic(struct server *) *pages, *peers;
	struct db *const *db; /* one per worker; borrowed */
	/* Names by which a browser may ask, beside localhost and addresses: keeps a page of a
	 * stranger's name from reading ours (DNS rebinding). */
	const char *host[ROUTES_HOSTS_MAX];
	size_t n_host;
};

struct route {
	const char *method; /* GET also answers HEAD */
	const char *path;   /* ends with '/': whatever begins so, with more behind it */
	int (*answer)(struct routes *r, struct db *db, struct request *req, struct slice rest,
		struct why *why);
	/* Asked of the caller first: nothing, or to be a reader of an area. */
	enum { FOR_ANYBODY, FOR_READERS } who;
	enum area area;
	const char *help;
};
extern const struct route route_table[]; /* ends with method == NULL */

/* For struct server_options; ctx is a struct routes. */
int routes_body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why);
bool routes_quick(void *ctx, struct request *req);
int routes_handle(void *ctx, struct request *req, unsigned worker);

/* Is this Host header an address, localhost, or one of the names? With or without a port. */
bool routes_host_allowed(const struct routes *r, struct slice host);

#endif
