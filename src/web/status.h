/*
 * status.h: the page about the whole node, made with one database handle.
 */
#ifndef WEB_STATUS_H
#define WEB_STATUS_H

#include "base/limits.h"
#include "node/node.h"

struct api;
struct caller;

struct status_options {
	const struct node *node;
	bool renew;		     /* the page asks again by itself */
	bool open;		     /* served beyond this machine without a login */
	const struct caller *caller; /* who looks */
	struct api *api;	     /* which notes who has read what */
};

/* Most bytes of a page or of its JSON. */
#define STATUS_BYTES_MAX (64 * MIB)

/* GET /status, and / of a node without users or without the web shell. */
MUST_USE int status_page(
	const struct status_options *o, struct db *db, struct buf *ret, struct why *why);
/* GET /proof/<sha256>: the fork proof of that digest, from any coalition; E_MISSING. */
MUST_USE int status_proof(const struct status_options *o, struct db *db, const struct hash *digest,
	struct buf *ret, struct why *why);

#endif
