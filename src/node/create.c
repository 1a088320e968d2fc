/*
 * create.c: a new node. The settings file is written last: without it there is no node, so an attempt that was cut short is
 * noticed, and its keys are never taken for those of a member.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "node/audit.h"
#include "node/node_int.h"
#include "node/workspace.h"

#define SEAL_DAYS     730
#define TLS_DAYS      3650
#define FIRST_EPOCH   1
#define OFFICER_SCOPE 0xffu /* all of enum scope */

/* ---- the root document ---- */

struct new_keys {
	struct seckey log, witness, seal;
	struct hash tls_pin;
};

/* Version 1 as a signed note. */
static int root_make(
	const struct node_init *init, const struct new_keys *keys, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct root *root = arena_new(&arena, struct root);
	struct buf text CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct sealkey seal = sealkey_from_seed(keys->seal.seed);

	if (init->n_root_key < 1 || init->n_root_key > ROOT_KEYS_MAX || init->threshold < 1 ||
		init->threshold > init->n_root_key)
		return why_set(why, E_INVALID, "threshold",
			"a root set has 1 to %d keys, and a threshold within that number",
			ROOT_KEYS_MAX);
	if (init->n_officer > ROOT_OFFICERS_MAX || init->n_endpoint > 8)
		return why_set(why, E_LIMIT, "", "too many officers or endpoints");
	root->label = slice_str(init->label);
	root->version = 1;
	root->threshold = init->threshold;
	root->n_key = init->n_root_key;
	for (size_t i = 0; i < root->n_key; i++)
		root->key[i] = init->root_key[i].pub;
	qsort(root->key, root->n_key, sizeof(*root->key), hash_cmp);
	root->next = init->next;
	root->n_officer = init->n_officer;
	for (size_t i = 0; i < root->n_officer; i++)
		root->officer[i] = init->officer[i];
	root->log_key = keys->log.pub;
	root->log_epoch = FIRST_EPOCH;
	root->witness = keys->witness.pub;
	root->tls[0] = keys->tls_pin;
	root->n_tls = 1;
	memcpy(root->seal, seal.pub, sizeof(root->seal));
	root->seal_until_ms = env_now_ms(&init->env) + SEAL_DAYS * DAY_MS;
	root->n_endpoint = init->n_endpoint;
	for (size_t i = 0; i < root->n_endpoint; i++)
		root->endpoint[i] = slice_str(init->endpoint[i]);
	sealkey_wipe(&seal);
	root_print(root, &text);
	if (buf_over(&text))
		return why_set(why, E_LIMIT, "", "the root document would be too large");
	buf_slice_add(ret, buf_slice(&text));
	buf_byte(ret, '\n');
	for (size_t i = 0; i < init->n_root_key; i++)
		root_sign(ret, buf_slice(&text), &init->root_key[i]);
	/* What somebody typed (label, endpoints) is judged by the rules that partners judge it by. */
	return root_check(arena_new(&arena, struct root), &arena, buf_slice(ret), NULL, why);
}

/* Schema, root document and whose database this is. */
static int store_fill(struct db *db, const struct env *env, struct slice root_note,
	struct id *ret_self, struct why *why)
{
	struct id self;
	int rc = node_migrate(db, why);

	if (rc == 0)
		rc = db_begin(db, why);
	if (rc < 0)
		return rc;
	rc = node_self(db, &self, NULL);
	if (rc == 0)
		rc = why_set(
			why, E_CONFLICT, "database", "this database belongs to a node already");
	else if (rc == E_MISSING)
		rc = root_put(db, root_note, &self, why);
	if (rc == 0)
		rc = node_self_put(db, &self, why);
	if (rc == 0)
		rc = audit_add(db, env_now_ms(env), "node", "init", SLICE("root document 1"), why);
	if (rc == 0)
		rc = db_commit(db, why);
	if (rc < 0) {
		db_rollback(db);
		return rc;
	}
	*ret_self = self;
	return 0;
}

/* ---- the directory ---- */

static int dirs_make(const char *dir, struct why *why)
{
	static const char *const names[] = {"keys", "highwater", "files"};
	int rc = dir_make(dir, 0700, why);

	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(*names); i++) {
		char *path CLEANUP_FREE = node_path(dir, names[i]);

		rc = dir_make(path, 0700, why);
	}
	return rc;
}

static int key_write(const struct node_init *init, const char *name, const char *use,
	const struct seckey *key, struct why *why)
{
	char *path CLEANUP_FREE = node_path(init->dir, name);

	return keyfile_write(path, use, key, SLICE_NONE, &init->env, why);
}

static int file_write(const char *dir, const char *name, struct slice bytes, struct why *why)
{
	char *path CLEANUP_FREE = node_path(dir, name);

	return file_create(path, bytes, 0600, why);
}

/* The host of "https://host:port/…" or of "127.0.0.1:8471", for the certificate; NULL if there is none. */
static const char *host_of(struct arena *arena, const char *text)
{
	struct slice rest = slice_str(text), host = SLICE_NONE;

	slice_take(&rest, "https://");
	if (slice_take(&rest, "[")) {
		if (!slice_cut_exact(&rest, ']', &host))
			return NULL;
	} else {
		slice_cut(&rest, '/', &host);
		rest = host;
		slice_cut(&rest, ':', &host);
	}
	return host.n ? arena_string(arena, host) : NULL;
}

static int tls_make(const struct node_init *init, struct hash *ret_pin, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf cert CLEANUP_BUF = BUF(LIMIT_CERT_PEM_BYTES);
	struct buf key = BUF(LIMIT_CERT_PEM_BYTES);
	const char *name[10];
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < init->n_endpoint && n < 8; i++)
		if ((name[n] = host_of(&arena, init->endpoint[i])) != NULL)
			n++;
	name[n++] = "localhost";
	rc = cert_make(
		CERT_ED25519, "entente", name, n, TLS_DAYS, &init->env, &cert, &key, ret_pin, why);
	if (rc == 0)
		rc = file_write(init->dir, "keys/tls.crt", buf_slice(&cert), why);
	if (rc == 0)
		rc = file_write(init->dir, "keys/tls.key", buf_slice(&key), why);
	buf_wipe(&key);
	return rc;
}

static int keys_make(const struct node_init *init, struct new_keys *ret, struct why *why)
{
	int rc;

	ret->log = seckey_new(&init->env);
	ret->witness = seckey_new(&init->env);
	ret->seal = seckey_new(&init->env);
	rc = key_write(init, "keys/log.key", "log", &ret->log, why);
	if (rc == 0)
		rc = key_write(init, "keys/witness.key", "witness", &ret->witness, why);
	if (rc == 0)
		rc = key_write(init, "keys/seal.key", "seal", &ret->seal, why);
	return rc < 0 ? rc : tls_make(init, &ret->tls_pin, why);
}

static int conf_make(const struct node_init *init, struct buf *ret, struct why *why)
{
	struct conf c = {.label = init->label,
		.database = init->database ? init->database : "sqlite:node.db",
		.listen = init->listen ? init->listen : CONF_LISTEN,
		.peer_listen = init->peer_listen ? init->peer_listen : CONF_PEER_LISTEN,
		.poll_ms = LIMIT_LONG_POLL_MS,
		.connections = 1024,
		.file_day_bytes = LIMIT_FILE_DAY_BYTES,
		.disk_reserve_bytes = LIMIT_DISK_RESERVE};
	struct conf again;

	if (init->n_allow > CONF_ALLOW_MAX)
		return why_set(why, E_LIMIT, "allow", "at most %d ranges", CONF_ALLOW_MAX);
	for (size_t i = 0; i < init->n_allow; i++)
		c.allow[c.n_allow++] = init->allow[i];
	conf_print(&c, ret);
	int rc = conf_parse(&again, buf_slice(ret), why);
	if (rc < 0)
		return rc;
	bool same = strcmp(again.label, c.label) == 0;
	conf_free(&again);
	return same ? 0 : why_set(why, E_INVALID, "label", "the label does not fit into a line");
}

static int create_in(
	const struct node_init *init, struct new_keys *keys, struct id *ret_self, struct why *why)
{
	struct buf conf CLEANUP_BUF = BUF(64 * KIB), root CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	char *url CLEANUP_FREE =
		node_database(init->dir, init->database ? init->database : "sqlite:node.db");
	struct db *db = NULL;
	struct id self;
	int rc = conf_make(init, &conf, why);

	if (rc == 0)
		rc = dirs_make(init->dir, why);
	if (rc == 0)
		rc = keys_make(init, keys, why);
	if (rc == 0)
		rc = root_make(init, keys, &root, why);
	if (rc == 0)
		rc = db_open(&db, url, why);
	if (rc == 0)
		rc = store_fill(db, &init->env, buf_slice(&root), &self, why);
	db_close(&db);
	if (rc == 0)
		rc = file_write(init->dir, "entente.conf", buf_slice(&conf), why);
	if (rc == 0)
		*ret_self = self;
	return rc;
}

int node_create(const struct node_init *given, struct id *ret_self, struct why *why)
{
	struct node_init init = *given;
	struct new_keys keys = {0};
	char *conf CLEANUP_FREE = node_path(init.dir, "entente.conf");

	crypt_init();
	if (!init.env.now_ms)
		init.env = env_system();
	if (file_exists(conf))
		return why_set(why, E_CONFLICT, init.dir, "there is a node here already");
	int rc = create_in(&init, &keys, ret_self, why);
	seckey_wipe(&keys.log);
	seckey_wipe(&keys.witness);
	seckey_wipe(&keys.seal);
	return rc;
}

/* ---- in memory ---- */

static int memory_fill(struct node *node, const char *label, const struct seckey *officer,
	struct seckey ret_root[2], struct why *why)
{
	struct seckey root = seckey_new(&node->env), next = seckey_new(&node->env);
	struct root_officer o = {.scopes = OFFICER_SCOPE};
	struct new_keys keys = {.log = node->log_key, .witness = node->witness_key};
	struct buf note CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct node_init init = {.label = label,
		.root_key = &root,
		.n_root_key = 1,
		.threshold = 1,
		.next = root_set_hash(1, &next.pub, 1),
		.officer = &o,
		.n_officer = officer ? 1 : 0,
		.env = node->env};

	keys.seal = seckey_new(&node->env);
	node->seal_key = sealkey_from_seed(keys.seal.seed);
	env_random(&node->env, &keys.tls_pin, sizeof(keys.tls_pin));
	node->tls_pin = keys.tls_pin;
	if (officer) {
		env_random(&node->env, &o.id, sizeof(o.id));
		o.key = officer->pub;
	}
	int rc = root_make(&init, &keys, &note, why);
	if (rc == 0)
		rc = store_fill(node->anchor, &node->env, buf_slice(&note), &node->self, why);
	if (rc == 0 && ret_root) {
		ret_root[0] = root;
		ret_root[1] = next;
	}
	return rc;
}

int node_open_memory(struct node **ret, const struct env *env, const char *db_url,
	const struct highwater_store *highwater, const char *label, const struct seckey *officer,
	struct seckey ret_root[2], struct why *why)
{
	struct node *node = node_alloc(env);
	int rc;

	crypt_init();
	node->database = mem_string(db_url, strlen(db_url));
	node->highwater = *highwater;
	node->log_key = seckey_new(&node->env);
	node->witness_key = seckey_new(&node->env);
	node->conf.arena = ARENA(64 * KIB);
	node->conf.label = arena_string(&node->conf.arena, slice_str(label));
	node->conf.database = node->database;
	node->conf.listen = CONF_LISTEN;
	node->conf.peer_listen = CONF_PEER_LISTEN;
	node->conf.poll_ms = LIMIT_LONG_POLL_MS;
	node->conf.file_day_bytes = LIMIT_FILE_DAY_BYTES;
	node->conf.disk_reserve_bytes = LIMIT_DISK_RESERVE;
	rc = db_open(&node->anchor, db_url, why);
	if (rc == 0)
		rc = memory_fill(node, label, officer, ret_root, why);
	if (rc < 0) {
		node_close(&node);
		return rc;
	}
	*ret = node;
	return 0;
}
