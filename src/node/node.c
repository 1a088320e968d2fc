/* node.c: opening and closing. create.c makes what is opened here. */
#include "node/node.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/node_int.h"
#include "node/worlds.h"
#include "pact/forkkeep.h"

struct node *node_alloc(const struct env *env)
{
	struct node *node = mem_new(struct node);

	node->magic = NODE_MAGIC;
	node->env = env->now_ms ? *env : env_system();
	node->unfit = mem_new(atomic_bool);
	atomic_init(node->unfit, false);
	node->worlds = worlds_new();
	return node;
}

char *node_path(const char *dir, const char *name)
{
	struct buf b = BUF(8 * KIB);
	size_t n;

	buf_addf(&b, "%s/%s", dir, name);
	MUST(!buf_over(&b));
	return (char *)buf_take(&b, &n);
}

/* A relative path is relative to the node's directory, wherever the process runs. */
char *node_database(const char *dir, const char *url)
{
	struct slice path = slice_str(url);

	if (!dir || !slice_take(&path, "sqlite:") || slice_starts(path, "/") ||
		slice_starts(path, ":") || slice_starts(path, "file:"))
		return mem_string(url, strlen(url));
	struct buf b = BUF(8 * KIB);
	size_t n;
	buf_addf(&b, "sqlite:%s/%.*s", dir, SLICE_FMT(path));
	MUST(!buf_over(&b));
	return (char *)buf_take(&b, &n);
}

static int conf_load(struct node *node, struct why *why)
{
	char *path CLEANUP_FREE = node_path(node->dir, "entente.conf");
	struct buf text CLEANUP_BUF = BUF(64 * KIB);
	int rc = file_read(path, &text, why);

	if (rc == E_MISSING)
		return why_set(why, E_MISSING, node->dir,
			"there is no node here; 'entente init' makes one");
	if (rc == 0)
		rc = conf_parse(&node->conf, buf_slice(&text), why);
	if (rc < 0 && why)
		why_prefix(why, "entente.conf");
	return rc;
}

static int key_load(const struct node *node, const char *name, const char *use, struct seckey *ret,
	struct why *why)
{
	char *path CLEANUP_FREE = node_path(node->dir, name);

	return keyfile_read(path, use, SLICE_NONE, ret, why);
}

static int pem_load(const struct node *node, const char *name, struct buf *ret, struct why *why)
{
	char *path CLEANUP_FREE = node_path(node->dir, name);

	buf_init(ret, LIMIT_CERT_PEM_BYTES);
	return file_read(path, ret, why);
}

static int keys_load(struct node *node, struct why *why)
{
	struct seckey seal;
	int rc = key_load(node, "keys/log.key", "log", &node->log_key, why);

	if (rc == 0)
		rc = key_load(node, "keys/witness.key", "witness", &node->witness_key, why);
	if (rc == 0)
		rc = key_load(node, "keys/seal.key", "seal", &seal, why);
	if (rc < 0)
		return rc;
	node->seal_key = sealkey_from_seed(seal.seed);
	seckey_wipe(&seal);
	seckey_lock(&node->log_key);
	seckey_lock(&node->witness_key);
	rc = pem_load(node, "keys/tls.crt", &node->tls_cert, why);
	if (rc == 0)
		rc = pem_load(node, "keys/tls.key", &node->tls_key, why);
	return rc < 0 ? rc : cert_pin(buf_slice(&node->tls_cert), &node->tls_pin, why);
}

int node_self(struct db *db, struct id *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT member FROM node_self WHERE one = 1");
	int rc = db_step(s, why);

	if (rc == DB_ROW && db_blob(s, 0).n == sizeof(ret->b))
		memcpy(ret->b, db_blob(s, 0).p, sizeof(ret->b));
	else if (rc >= 0)
		rc = why_set(why, E_MISSING, "database", "this database belongs to no node yet");
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int node_self_put(struct db *db, const struct id *self, struct why *why)
{
	struct stmt *s = db_stmt(db, "INSERT INTO node_self (one, member) VALUES (1, $1)");

	db_bind_blob(s, 1, id_slice(self));
	return db_run(s, why);
}

/* The keys in the directory must be those that the member's root documents name. */
static int keys_check(const struct node *node, struct db *db, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct root_chain chain;
	int rc = root_chain_load(db, &node->self, &arena, &chain, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < chain.n; i++)
		if (pubkey_eq(&chain.version[i].log_key, &node->log_key.pub))
			return 0;
	return why_set(why, E_STATE, "keys/log.key",
		"the log key is in no root document of the member whose database this is");
}

static int store_open(struct node *node, struct why *why)
{
	struct db *db = NULL;
	int rc = db_open(&db, node->database, why);

	if (rc == 0)
		rc = node_migrate(db, why);
	if (rc == 0)
		rc = node_self(db, &node->self, why);
	if (rc == 0)
		rc = keys_check(node, db, why);
	if (rc == 0)
		rc = forks_trim(db, why);
	db_close(&db);
	return rc;
}

int node_open(struct node **ret, const struct node_options *o, struct why *why)
{
	struct node *node = node_alloc(&o->env);
	int rc;

	crypt_init();
	node->dir = mem_string(o->dir, strlen(o->dir));
	rc = conf_load(node, why);
	if (rc == 0)
		rc = keys_load(node, why);
	if (rc == 0) {
		const char *url = o->database ? o->database : node->conf.database;

		node->database = node_database(node->dir, url);
		rc = store_open(node, why);
	}
	if (rc < 0) {
		node_close(&node);
		return rc;
	}
	node->highwater_dir = node_path(node->dir, "highwater");
	node->highwater_files.dir = node->highwater_dir;
	node->highwater = o->highwater ? *o->highwater : highwater_in_files(&node->highwater_files);
	*ret = node;
	return 0;
}

void node_close(struct node **nodep)
{
	struct node *node = *nodep;

	if (!node)
		return;
	MUST(node->magic == NODE_MAGIC);
	*nodep = NULL;
	db_close(&node->anchor);
	seckey_wipe(&node->log_key);
	seckey_wipe(&node->witness_key);
	sealkey_wipe(&node->seal_key);
	buf_free(&node->tls_cert);
	buf_wipe(&node->tls_key);
	conf_free(&node->conf);
	worlds_free(&node->worlds);
	mem_free(node->unfit);
	mem_free(node->highwater_dir);
	mem_free(node->database);
	mem_free(node->dir);
	node->magic = 0;
	mem_free(node);
}

int node_db(const struct node *node, struct db **ret, struct why *why)
{
	MUST(node->magic == NODE_MAGIC);
	return db_open(ret, node->database, why);
}

bool node_is_trial(const struct node *node)
{
	if (!node->dir)
		return false;
	char *root CLEANUP_FREE = node_path(node->dir, "keys/root.key");

	return file_exists(root);
}
