/*
 * pagecert.h: the certificate of the page listener: DIR/keys/web.crt and web.key, made at the first start with `tls yes` (P-256, because browsers do not take Ed25519)
 * and then kept; put another one there if you have one that browsers trust.
 */
#ifndef WEB_PAGECERT_H
#define WEB_PAGECERT_H

#include "node/node.h"

/* Both bufs are the caller's to free, the key to wipe. `host`: address of the listener; `name`: further names. */
MUST_USE int pagecert_load(const struct node *node, const char *host, const char *const *name,
	size_t n, struct buf *ret_cert, struct buf *ret_key, struct why *why);

#endif
