/* https.c: the transport over HTTPS: where a partner is and which keys it has follow from its
 * newest root document. */
#include "base/limits.h"
#include "base/map.h"
#include "base/report.h"
#include "net/client.h"
#include "peer/pull.h"
#include "peer/serve.h"

#define HTTPS_MAGIC 0x68747073u
/* A root document is looked up again so often, and after each failure. */
#define FRESH_MS 30000

/* The way to one partner; its connection is kept. */
struct way {
	struct client *client; /* owned; NULL: to be looked up */
	struct arena arena;    /* of the endpoints */
	struct slice endpoint[8];
	size_t n_endpoint, at; /* the one that worked last */
	struct hash root;      /* of the document that all this is from */
	int64_t checked_ms;
};

struct https {
	uint32_t magic;
	const struct node *node;
	struct db *db;	/* owned; opened with the first call, used by the calling thread only */
	struct map way; /* struct way *, owned */
	bool (*stop)(void *ctx);
	void *stop_ctx;
};

struct https *https_new(const struct node *node, bool (*stop)(void *ctx), void *stop_ctx)
{
	struct https *h = mem_new(struct https);

	h->magic = HTTPS_MAGIC;
	h->node = node;
	h->stop = stop;
	h->stop_ctx = stop_ctx;
	return h;
}

static void way_clear(struct way *w)
{
	client_free(&w->client);
	arena_free(&w->arena);
	w->n_endpoint = w->at = 0;
}

void https_free(struct https **hp)
{
	struct https *h = *hp;
	struct slice key;
	void *value;
	size_t at = 0;

	if (h == NULL)
		return;
	MUST(h->magic == HTTPS_MAGIC);
	while (map_each(&h->way, &at, &key, &value)) {
		way_clear(value);
		mem_free(value);
	}
	map_free(&h->way);
	db_close(&h->db);
	h->magic = 0;
	mem_free(h);
	*hp = NULL;
}

static void way_make(struct https *h, struct way *w, const struct root *root)
{
	way_clear(w);
	w->arena = ARENA(64 * KIB);
	for (size_t i = 0; i < root->n_endpoint; i++)
		w->endpoint[w->n_endpoint++] = arena_copy(&w->arena, root->endpoint[i]);
	w->root = root->hash;
	w->client = client_new(&(struct client_options){.pins = root->tls,
		.n_pins = root->n_tls,
		.cert_pem = buf_slice(&h->node->tls_cert),
		.key_pem = buf_slice(&h->node->tls_key),
		.allow = h->node->conf.allow,
		.n_allow = h->node->conf.n_allow});
}

static int way_look_up(struct https *h, struct way *w, const struct id *peer, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct root_chain chain;
	const struct root *root;
	int rc = 0;

	if (h->db == NULL)
		rc = node_db(h->node, &h->db, why);
	if (rc < 0 || (rc = db_begin_read(h->db, why)) < 0)
		return rc;
	rc = root_chain_load(h->db, peer, &arena, &chain, why);
	db_rollback(h->db);
	if (rc < 0)
		return rc;
	root = root_latest(&chain);
	if (w->client == NULL || !hash_eq(&w->root, &root->hash))
		way_make(h, w, root);
	w->checked_ms = env_mono_ms(&h->node->env);
	return 0;
}

static int way_find(struct https *h, const struct id *peer, struct way **ret, struct why *why)
{
	struct way *w = map_get(&h->way, id_slice(peer));

	if (w == NULL) {
		w = mem_new(struct way);
		map_put(&h->way, id_slice(peer), w);
	}
	*ret = w;
	if (w->client != NULL && env_mono_ms(&h->node->env) - w->checked_ms < FRESH_MS)
		return 0;
	return way_look_up(h, w, peer, why);
}

/* Endpoint and path make the URL; an endpoint may end in a slash. */
static void url_make(struct buf *b, struct slice endpoint, const char *path)
{
	while (slice_ends(endpoint, "/"))
		endpoint.n--;
	buf_slice_add(b, endpoint);
	buf_str(b, path);
}

static int call_endpoint(struct https *h, struct way *w, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct buf url CLEANUP_BUF = BUF(4 * KIB);
	struct client_answer answer = {0};
	char self[ID_TEXT + 1], name[sizeof(PEER_MEMBER_HEADER) + 2 + ID_TEXT];
	const char *const headers[] = {name, NULL};
	struct client_call c = {.method = call->method,
		.headers = headers,
		.body = call->body,
		.content_type = call->body.p != NULL ? "application/octet-stream" : NULL,
		.deadline_ms = call->deadline_ms,
		/* What goes into a sink is kept when it breaks off, and other things shall have their turn. */
		.patient = call->sink == NULL,
		.answer_max = call->answer_max,
		.sink = call->sink,
		.sink_ctx = call->sink_ctx,
		.stop = h->stop,
		.stop_ctx = h->stop_ctx};
	int rc;

	id_format(&h->node->self, self);
	snprintf(name, sizeof(name), PEER_MEMBER_HEADER ": %s", self);
	url_make(&url, w->endpoint[w->at], call->path);
	if (buf_over(&url))
		return why_set(why, E_LIMIT, "url", "the address is too long");
	c.url = buf_cstr(&url);
	rc = client_request(w->client, &c, &answer, ret_body, why);
	if (rc == 0)
		*ret_status = answer.status;
	return rc;
}

static int https_call(void *ctx, const struct id *peer, const struct peer_call *call,
	unsigned *ret_status, struct buf *ret_body, struct why *why)
{
	struct https *h = ctx;
	struct way *w;
	int rc;

	MUST(h->magic == HTTPS_MAGIC);
	if ((rc = way_find(h, peer, &w, why)) < 0)
		return rc;
	if (w->n_endpoint == 0)
		return why_set(why, E_NET, "", "the partner's root document names no endpoint");
	rc = call_endpoint(h, w, call, ret_status, ret_body, why);
	if (rc == E_NET || rc == E_DENIED) {
		/* The next call tries the next endpoint, and looks for a newer root document. */
		w->at = (w->at + 1) % w->n_endpoint;
		w->checked_ms = env_mono_ms(&h->node->env) - FRESH_MS;
	}
	return rc;
}

static bool https_stop(void *ctx)
{
	struct https *h = ctx;

	return h->stop != NULL && h->stop(h->stop_ctx);
}

struct transport https_transport(struct https *h)
{
	return (struct transport){.ctx = h, .call = https_call, .stop = https_stop};
}
