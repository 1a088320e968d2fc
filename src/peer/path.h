/*
 * path.h: the paths that partners ask each other for, both directions in one file. Paths are compared and taken apart, never opened.
 *
 *	/f/1/<coalition>/heads | proofs | proof | roots | charter
 *	/f/1/<coalition>/root/<M26>
 *	/f/1/<coalition>/<M26>.<epoch>/checkpoint | payloads | tile/... | file/<seq>/<sha256>
 */
#ifndef PEER_PATH_H
#define PEER_PATH_H

#include "crypt/hash.h"
#include "log/id.h"
#include "log/tile.h"

enum peer_resource {
	PEER_HEADS,
	PEER_PROOFS,
	PEER_PROOF,
	PEER_ROOTS,
	PEER_ROOT,
	PEER_CHARTER,
	PEER_CHECKPOINT,
	PEER_TILE,
	PEER_PAYLOADS,
	PEER_FILE,
};

struct peer_path {
	enum peer_resource resource;
	struct id coalition;
	struct log_id log;     /* of a log's resource; PEER_ROOT: only its member */
	struct tile_path tile; /* PEER_TILE */
	uint64_t seq;	       /* PEER_FILE */
	struct hash file;
};

/* Longest path printed here, with its NUL. */
#define PEER_PATH_MAX 256

/* Without query. -EINVAL unless spelt exactly as peer_path_print does. */
MUST_USE int peer_path_parse(struct slice path, struct peer_path *ret);
void peer_path_print(struct buf *b, const struct peer_path *p);
/* True for what only POST asks for. */
bool peer_path_is_post(enum peer_resource r);

/* Value of a key in "a=1&b=2"; empty with p == NULL if absent. Values are numbers or hex: no escapes. */
struct slice peer_query(struct slice query, const char *key);

#endif
