/*
 * remote.h: collections of other TAXII 2.1 servers that this node reads from or writes to. This node's own business: in no log.
 *
 * A pull goes on where it stood: the position is kept when a page is on disk, so an interruption costs one page. What comes in goes to whom the remote is
 * for, with its label or a tighter one. A push sends what this member itself has published to all members in the lowest class, with neither marking nor
 * label above TLP:GREEN, and nothing of anybody else, nothing that was held back. TLS, but on this machine (TAXII 2.1 §1.6.8).
 */
#ifndef WORK_CYBER_REMOTE_H
#define WORK_CYBER_REMOTE_H

#include "work/cyber/collection.h"
#include "work/cyber/ingest.h"

#include "net/client.h"

#define REMOTE_NAME_MAX 64
#define REMOTE_URL_MAX	1000
/* Never more often than this, and at most so many of them. */
#define REMOTE_EVERY_LEAST_MS 10000
#define REMOTES_MAX	      256

struct remote {
	struct slice name;
	int64_t root;
	struct id coalition;
	enum mode mode;
	struct slice url; /* of the API root, with its slash */
	struct slice collection;
	bool push;
	bool has_pin; /* the server's key; else the system's authorities say who it is */
	struct hash pin;
	struct slice
		authorization; /* value of the header; empty: none. In the arena of remote_get only. */
	struct slice label;    /* pull: with its policy */
	bool all;
	struct id *member;
	size_t n_member;
	int64_t every_ms; /* 0: only when asked */
	/* Where it stands. */
	struct slice after; /* pull: added_after of this round */
	struct slice next;  /* pull: the page to go on with; empty: from `after` */
	int64_t sent;	    /* push: `added` of the last object that went out */
	int64_t next_ms, last_ms;
	uint64_t objects; /* all in all */
	struct slice error;
};

extern const char remote_schema[];

/* http:// that does not leave this machine. */
bool remote_is_here(struct slice url);

/* In a write transaction. E_CONFLICT, E_INVALID with the field. The header is sealed with the node's seal key. */
MUST_USE int remote_add(
	const struct node *node, struct db *db, const struct remote *r, struct why *why);
MUST_USE int remote_remove(struct db *db, struct slice name, struct why *why); /* E_MISSING */
/* Without headers. */
MUST_USE int remote_list(
	struct db *db, struct arena *arena, struct remote **ret, size_t *ret_n, struct why *why);
/* With its header. E_MISSING. */
MUST_USE int remote_get(const struct node *node, struct db *db, struct slice name,
	struct arena *arena, struct remote *ret, struct why *why);
/* Position, time and error; its own transaction. */
MUST_USE int remote_note(struct db *db, const struct remote *r, struct why *why);

/* ---- doing it: remote_run.c ---- */

struct remote_run {
	const struct node *node;
	struct db *db; /* not in a transaction */
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why);
	void *ctx;
	bool (*stop)(void *ctx); /* may be NULL */
	void *stop_ctx;
	bool turns; /* others wait: a round ends at LIMIT_REMOTE_ROUND_PAGES or _MS */
	/* What came of it. */
	bool more; /* it has ended so, and goes on from where the remote stands now */
	uint64_t pages;
	struct ingest_result result; /* pull: counts only */
	uint64_t sent, refused;	     /* push */
};
/* One round: all that is new there, or here. A server that says there is more, and has nothing in a page or gives one again, fails (E_NET). What fails is in the remote as well; *r is where it stands afterwards. */
MUST_USE int remote_pull(struct remote_run *run, struct remote *r, struct why *why);
MUST_USE int remote_push(struct remote_run *run, struct remote *r, struct why *why);

#endif
