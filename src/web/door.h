/*
 * door.h: the peer listener's handler: from an HTTP request over mutual TLS to peer_serve() and
 * back. The caller is who the client's key says; there is no other way to be known here.
 */
#ifndef WEB_DOOR_H
#define WEB_DOOR_H

#include "net/server.h"
#include "peer/serve.h"

#include <stdatomic.h>

struct door {
	const struct node *node; /* borrowed */
	struct db *const *db;	 /* one per worker; borrowed */
	struct budget *budget;	 /* borrowed */
	struct heads_kept *kept; /* borrowed */
	atomic_ullong
		changes; /* counted by whoever has written or learned something, before it wakes the listener */
	void (*wrote)(void *ctx); /* after a request that may have written (POST proof) */
	void (*called)(void *ctx, const struct id *peer); /* a known partner, once a request */
	void *ctx;
	atomic_bool stopping; /* long polls are answered now */
};

/* For struct server_options; ctx is a struct door. */
int door_body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why);
int door_handle(void *ctx, struct request *req, unsigned worker);

#endif
