/*
 * node.h: one member's node: its data directory, keys, settings and the way to its database.
 *
 *	DATA/entente.conf      settings, "key value" lines (conf.h)
 *	DATA/node.db           store, unless `database` names a PostgreSQL
 *	DATA/keys/             log.key witness.key seal.key tls.key tls.crt   (0600, never in a backup of the store)
 *	DATA/highwater/        last head about to be signed, per log
 *	DATA/files/ab/<sha256> attached files
 *	DATA/bell              datagram socket: any process that has written rings it
 *
 * A node is opened once per process and then only read, so threads share it; each thread opens its own `struct db`. Officer and root
 * keys are not here: they are read from a file for the one act that needs them.
 *
 *	struct node *node;
 *	rc = node_open(&node, &(struct node_options){.dir = dir}, why);
 *	struct db *db;
 *	rc = node_db(node, &db, why);
 *	...
 *	db_close(&db);
 *	node_close(&node);
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "base/clock.h"
#include "crypt/cert.h"
#include "crypt/seal.h"
#include "log/highwater.h"
#include "node/conf.h"
#include "pact/pactdb.h"

#include <stdatomic.h>

struct worlds;

#define NODE_MAGIC 0x656e7431u

struct node {
	uint32_t magic;
	char *dir; /* owned */
	struct conf conf;
	struct env env;
	struct id self; /* zero until init has made the root document */
	struct seckey log_key, witness_key;
	struct sealkey seal_key;
	struct buf tls_cert, tls_key; /* PEM */
	struct hash tls_pin;
	struct highwater_store highwater;
	struct highwater_files highwater_files;
	char *highwater_dir;   /* owned; NULL: not in files */
	char *database;	       /* owned; URL with the path made absolute to dir */
	struct db *anchor;     /* owned; keeps a database in memory alive; NULL otherwise */
	struct worlds *worlds; /* owned; worlds.h */
	atomic_bool *
		unfit; /* owned; set when a disk has failed under this process: nothing is signed any more */
};

struct node_options {
	const char *dir;
	struct env env;				 /* zero: the system's */
	const char *database;			 /* instead of the conf's; NULL: conf */
	const struct highwater_store *highwater; /* instead of files (simulator); NULL: files */
};

/* Reads conf and keys; migrates the schema. E_MISSING if `dir` has no node (says: entente init). */
MUST_USE int node_open(struct node **ret, const struct node_options *o, struct why *why);
void node_close(struct node **node);
/* A handle of its own for the calling thread. */
MUST_USE int node_db(const struct node *node, struct db **ret, struct why *why);

/*
 * Makes a node: directory, keys, certificate, conf, schema, root document version 1 signed by `root_key` (n of them, threshold k). `officers` become
 * officer lines. Never overwrites: E_CONFLICT if there is one.
 */
struct node_init {
	const char *dir, *label, *database; /* database NULL: sqlite in dir */
	const char *listen, *peer_listen;   /* "127.0.0.1:8470"; NULL: defaults of conf.h */
	const char *const *endpoint;	    /* URLs by which partners reach peer_listen */
	size_t n_endpoint;
	const struct seckey *root_key;
	size_t n_root_key;
	unsigned threshold;
	struct hash next; /* root_set_hash of the next root set */
	const struct root_officer *officer;
	size_t n_officer;
	struct env env;
	const char *const *allow; /* address ranges partners may live in although not public */
	size_t n_allow;
};
MUST_USE int node_create(const struct node_init *init, struct id *ret_self, struct why *why);

/* In memory, for the simulator: keys from env, no directory. `ret_root` (may be NULL): its root key, and the one announced as the next. */
MUST_USE int node_open_memory(struct node **ret, const struct env *env, const char *db_url,
	const struct highwater_store *highwater, const char *label, const struct seckey *officer,
	struct seckey ret_root[2], struct why *why);

/* All migrations of the core, in order (schema.c). */
extern const struct migration node_migrations[];
/* Brings a database up to date: the core's migrations and those of all workspaces. */
MUST_USE int node_migrate(struct db *db, struct why *why);
/* Whose database it is; E_MISSING before init. */
MUST_USE int node_self(struct db *db, struct id *ret, struct why *why);

/* Does a root key lie on the node, as `entente init` makes it without --root-key? Whoever takes such a node takes the member. */
bool node_is_trial(const struct node *node);

#endif
