/*
 * taxii.h: the TAXII 2.1 server (OASIS Standard of 2021-06-10), behind the door /taxii2/.
 *
 *	/taxii2/                                          discovery
 *	/taxii2/COALITION/MODE/                           an API root: one for each coalition and mode
 *	…/status/ID/  …/collections/  …/collections/ID/   ID: uuid or alias
 *	…/objects/  …/objects/OBJECT/  …/objects/OBJECT/versions/  …/manifest/
 *
 *	taxii.c        dispatch, negotiation, errors
 *	taxii_auth.c   who is it: Basic, Bearer, client certificate
 *	taxii_query.c  parameters
 *	taxii_info.c   discovery, API root, collections, status
 *	taxii_page.c   objects, manifest, versions
 *	taxii_change.c POST, DELETE
 *
 * Functions answer 0 when the response is set, or negative with t->why, which becomes a TAXII error (§3.6.1).
 */
#ifndef WORK_CYBER_TAXII_H
#define WORK_CYBER_TAXII_H

#include "work/cyber/collection.h"
#include "work/cyber/page.h"

#include "web/work.h"

#define TAXII_TYPE "application/taxii+json;version=2.1"

extern const struct web_door taxii_doors[];

/* What the caller is known as; kept for a while (taxii_auth.c). */
struct taxii_client {
	struct caller caller;
	struct slice account; /* name; empty: local */
	struct slice release; /* what decides what may be seen: clearance and account's roles */
};

#define TAXII_FILTER_MAX 128

struct taxii_query {
	int64_t after; /* added_after and next together; 0: none */
	size_t limit;  /* 0: none given */
	struct slice *id, *type, *version;
	size_t n_id, n_type, n_version;
	bool has_version, all, last, first;
	bool none; /* a spec_version that nothing here has */
};

struct taxii {
	struct api *api;
	struct db *db;
	struct request *req;
	struct arena *arena;
	const struct taxii_client *client;
	enum mode mode;
	struct id coalition;
	struct slice part[6]; /* of the path below the root */
	size_t n_part;
	bool has_world;
	struct world world;
	struct reader reader;
	struct shown_to *shown; /* borrowed; NULL while nothing can be written down */
	struct collection collection;
	struct taxii_query query;
	unsigned status;  /* of an error, instead of the code's; 0 */
	int64_t retry_ms; /* of E_BUSY: wait so long */
	const char *allow;
	struct why why;
};

/* ---- taxii.c ---- */
/* JSON from `b`. */
void taxii_answer(struct taxii *t, unsigned status, struct buf *b);
MUST_USE int taxii_world(struct taxii *t);
/* The collection of the path, for this client: E_MISSING. */
MUST_USE int taxii_collection(struct taxii *t);
bool taxii_may_read(const struct taxii *t, const struct collection *c);
bool taxii_may_write(const struct taxii *t, const struct collection *c);

/* ---- taxii_auth.c ---- */
MUST_USE int taxii_client_find(struct taxii *t);
/* Have these very credentials held lately? Any thread, no store. */
bool taxii_client_known(const struct taxii *t);
/* Sets t->client as taxii_client_find does, if the credentials have just been looked at; false: they must be looked at again. */
bool taxii_client_quick(struct taxii *t);

/* ---- taxii_query.c ---- */
/* `allowed`: of "id", "type", "version", "spec_version", "page", with ' ' between; others are ignored. E_SYNTAX. */
MUST_USE int taxii_query_read(struct taxii *t, const char *allowed);

/* ---- the others ---- */
MUST_USE int taxii_discovery(struct taxii *t);
MUST_USE int taxii_root(struct taxii *t);
MUST_USE int taxii_status(struct taxii *t);
MUST_USE int taxii_collections(struct taxii *t);
MUST_USE int taxii_collection_get(struct taxii *t);
MUST_USE int taxii_objects(struct taxii *t);
MUST_USE int taxii_object(struct taxii *t);
MUST_USE int taxii_manifest(struct taxii *t);
MUST_USE int taxii_versions(struct taxii *t);
/* A page that is kept and still right, for a client that is known; false: ask again on a worker. Waits for nobody. */
bool taxii_page_quick(struct taxii *t);
MUST_USE int taxii_post(struct taxii *t);
MUST_USE int taxii_delete(struct taxii *t);

#endif
