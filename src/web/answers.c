/* answers.c: see answers.h. */
#include "web/answers.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"

#include <pthread.h>
#include <stdatomic.h>

/* A caller, and all that it points to. */
struct held {
	struct arena arena;
	struct caller caller;
	int64_t version;
	atomic_uint holders;
};

struct kept {
	struct shared *bytes; /* owned: one reference */
	char etag[ANSWERS_ETAG + 1];
};

struct answers {
	const struct node *node; /* borrowed */
	pthread_mutex_t watch_lock;
	struct db *
		watch; /* owned; never writes, so each commit changes its version. NULL: PostgreSQL, where each handle can be asked */
	pthread_mutex_t lock;
	struct map callers; /* hash of the secret → struct held, one holding */
	int64_t version;    /* of all in `answers` */
	struct map answers; /* key → struct kept, owned */
	size_t bytes;
};

struct answers *answers_new(const struct node *node)
{
	struct answers *a = mem_new(struct answers);

	a->node = node;
	pthread_mutex_init(&a->watch_lock, NULL);
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

static void held_drop(void *what)
{
	struct held *h = what;

	MUST(atomic_load(&h->holders) > 0);
	if (atomic_fetch_sub(&h->holders, 1) > 1)
		return;
	explicit_bzero(h->caller.csrf, sizeof(h->caller.csrf));
	arena_free(&h->arena);
	mem_free(h);
}

/* Lock held, or nobody else is there. */
static void callers_forget(struct answers *a)
{
	struct slice key;
	void *held;
	size_t at = 0;

	while (map_each(&a->callers, &at, &key, &held))
		held_drop(held);
	map_free(&a->callers);
}

static void answers_forget(struct answers *a)
{
	struct slice key;
	void *value;
	size_t at = 0;

	while (map_each(&a->answers, &at, &key, &value)) {
		struct kept *k = value;

		shared_drop(&k->bytes);
		mem_free(k);
	}
	map_free(&a->answers);
	a->bytes = 0;
}

void answers_free(struct answers **ap)
{
	struct answers *a = *ap;

	*ap = NULL;
	if (!a)
		return;
	callers_forget(a);
	answers_forget(a);
	db_close(&a->watch);
	pthread_mutex_destroy(&a->watch_lock);
	pthread_mutex_destroy(&a->lock);
	mem_free(a);
}

int answers_version(struct answers *a, struct db *db, int64_t *ret, struct why *why)
{
	int rc = 0;

	if (db_is_postgres(db))
		return db_version(db, ret, why);
	pthread_mutex_lock(&a->watch_lock);
	if (!a->watch)
		rc = node_db(a->node, &a->watch, why);
	if (rc == 0)
		rc = db_version(a->watch, ret, why);
	pthread_mutex_unlock(&a->watch_lock);
	return rc;
}

/* SQLite finds it in the index of the write-ahead log, which is mapped; the lock is held no longer than that by anybody. */
bool answers_version_quick(struct answers *a, int64_t *ret)
{
	bool known = false;

	pthread_mutex_lock(&a->watch_lock);
	if (a->watch)
		known = db_version(a->watch, ret, NULL) == 0;
	pthread_mutex_unlock(&a->watch_lock);
	return known;
}

/* ---- callers ---- */

/* What caller_find() looks at: a token before a cookie. */
static struct hash secret_hash(const struct caller_place *p, struct request *req)
{
	struct slice bearer = request_header(req, "Authorization");
	const struct slice pieces[] = {bearer.n ? SLICE("bearer\n") : SLICE("cookie\n"),
		bearer.n ? bearer : caller_cookie(p, req)};

	return hash_of(pieces, 2);
}

static bool has_run_out(const struct caller *c, int64_t now_ms)
{
	if (c->kind == CALLER_SESSION)
		return session_is_over(&c->session, &c->account, now_ms);
	return c->kind == CALLER_TOKEN && c->token.until_ms <= now_ms;
}

/* With a holding of its own; NULL. */
static struct held *held_find(struct answers *a, int64_t version, const struct hash *secret)
{
	int64_t now_ms = env_now_ms(&a->node->env);

	pthread_mutex_lock(&a->lock);
	struct held *h = map_get(&a->callers, slice_of(secret->b, 32));
	if (h && (h->version != version || has_run_out(&h->caller, now_ms)))
		h = NULL;
	if (h)
		atomic_fetch_add(&h->holders, 1);
	pthread_mutex_unlock(&a->lock);
	return h;
}

static void held_put(struct answers *a, const struct hash *secret, struct held *h)
{
	atomic_fetch_add(&h->holders, 1);
	pthread_mutex_lock(&a->lock);
	if (a->callers.n >= LIMIT_ANSWERS_CALLERS)
		callers_forget(a);
	struct held *before = map_put(&a->callers, slice_of(secret->b, 32), h);
	pthread_mutex_unlock(&a->lock);
	if (before)
		held_drop(before);
}

bool answers_caller_quick(struct answers *a, int64_t version, const struct caller_place *p,
	struct request *req, struct arena *arena, struct caller *ret)
{
	struct hash secret = secret_hash(p, req);
	struct held *h = held_find(a, version, &secret);

	if (!h)
		return false;
	arena_defer(arena, held_drop, h);
	*ret = h->caller;
	return true;
}

int answers_caller(struct answers *a, int64_t version, const struct caller_place *p, struct db *db,
	struct request *req, struct arena *arena, struct caller *ret, struct why *why)
{
	struct hash secret = secret_hash(p, req);
	struct held *h = held_find(a, version, &secret);

	if (!h) {
		h = mem_new(struct held);
		h->arena = ARENA(64 * KIB);
		h->version = version;
		atomic_init(&h->holders, 1);
		int rc = caller_find(p, db, req, &h->arena, &h->caller, why);
		if (rc < 0) {
			held_drop(h);
			return rc;
		}
		held_put(a, &secret, h);
	}
	arena_defer(arena, held_drop, h);
	*ret = h->caller;
	return 0;
}

/* ---- answers ---- */

static void key_add(struct buf *b, struct slice s)
{
	buf_be64(b, s.n);
	buf_slice_add(b, s);
}

struct slice answers_key(const struct request *req, const struct caller *c, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ANSWERS_KEY);
	bool token = c->kind == CALLER_TOKEN;

	buf_byte(&b, c->kind == CALLER_LOCAL);
	buf_byte(&b, c->kind == CALLER_NOBODY);
	buf_add(&b, c->roles.of, sizeof(c->roles.of));
	key_add(&b, c->kind == CALLER_SESSION || token ? c->account.clearance : SLICE_NONE);
	key_add(&b, token ? c->token.clearance : SLICE_NONE);
	key_add(&b, req->path);
	key_add(&b, req->query);
	return buf_over(&b) ? SLICE_NONE : arena_copy(arena, buf_slice(&b));
}

struct shared *answers_take(
	struct answers *a, int64_t version, struct slice key, char ret_etag[ANSWERS_ETAG + 1])
{
	struct shared *found = NULL;

	if (key.n == 0)
		return NULL;
	pthread_mutex_lock(&a->lock);
	struct kept *k = a->version == version ? map_get(&a->answers, key) : NULL;
	if (k) {
		found = shared_ref(k->bytes);
		memcpy(ret_etag, k->etag, sizeof(k->etag));
	}
	pthread_mutex_unlock(&a->lock);
	return found;
}

void answers_keep(struct answers *a, int64_t version, struct slice key, struct shared *bytes,
	const char *etag)
{
	size_t n = key.n + shared_bytes(bytes).n + sizeof(struct kept);

	if (key.n == 0 || n > LIMIT_ANSWERS_BYTES / 16 || strlen(etag) != ANSWERS_ETAG)
		return;
	pthread_mutex_lock(&a->lock);
	if (a->version != version || a->bytes + n > LIMIT_ANSWERS_BYTES)
		answers_forget(a);
	a->version = version;
	if (!map_has(&a->answers, key)) {
		struct kept *k = mem_new(struct kept);

		k->bytes = shared_ref(bytes);
		memcpy(k->etag, etag, sizeof(k->etag));
		(void)map_put(&a->answers, key, k);
		a->bytes += n;
	}
	pthread_mutex_unlock(&a->lock);
}
