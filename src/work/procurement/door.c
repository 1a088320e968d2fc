/*
 * door.c: what suppliers and the public have without an account: a tender and its key, a box for bids, the open contracting feed.
 *
 *	GET  /procure/COALITION/PROCUREMENT/tender       {"tender", "messages"}, of tenders whose label is the lowest class and holds nobody back
 *	POST /procure/COALITION/PROCUREMENT/bids         a message bid.commit → its receipt; bid.sealed, bid.selfopen → 204
 *	GET  /procure/COALITION/PROCUREMENT/ocds         release package, public circle
 *	GET  /procure/COALITION/ocds?after=              release package of all public processes, paged
 *
 * Everything else is not there: another label, another state, another coalition look the same.
 */
#include "work/procurement/door.h"

#include "base/map.h"
#include "base/report.h"
#include "web/work.h"
#include "work/procurement/lab.h"
#include "work/procurement/release.h"

#include <pthread.h>

#define FEED_PAGE  20
#define FEED_LOOK  100
#define FEED_BYTES (32 * MIB) /* a page that is so long ends */

struct visit {
	struct api *api;
	struct db *db;
	struct request *req;
	struct arena arena;
	struct arena process; /* of the one that is told: emptied for the next */
	struct world world;
	struct rows rows;
	struct process p;
	struct why *why;
};

static int nothing(struct visit *v)
{
	return why_set(v->why, E_MISSING, "", "there is no such tender");
}

static int world_find(struct visit *v, struct slice coalition)
{
	struct id id;

	if (coalition_parse(coalition, &id) < 0 ||
		world_load(&v->world, v->api->node, v->db, &id, &v->arena, v->why) < 0)
		return nothing(v);
	return 0;
}

/* May the public know of it? Of the tender's own record only: nothing is computed for what is not there for everybody, so that no time that it takes tells of it. */
static bool public_head(const struct visit *v, const struct process *p)
{
	return p->tender && p->agreement->mode == MODE_REAL &&
	       release_label_public(&v->world, p->tender->label);
}

static int process_find(struct visit *v, struct slice object)
{
	struct reader who = world_reader(&v->world, &v->api->node->self);
	int64_t now_ms = env_now_ms(&v->api->node->env);
	struct object_id id;

	if (object_parse(object, &id) < 0 ||
		procure_store_process(&v->world, v->db, &who, &id, ROWS_HEAD, &v->process, &v->rows,
			v->why) < 0 ||
		process_read_brief(&v->rows, now_ms, &v->process, &v->p, v->why) < 0 ||
		!public_head(v, &v->p))
		return nothing(v);
	if (procure_store_process(
		    &v->world, v->db, &who, &id, ROWS_ALL, &v->process, &v->rows, v->why) < 0 ||
		process_read(&v->rows, now_ms, &v->process, &v->p, v->why) < 0)
		return nothing(v);
	if (!public_head(v, &v->p) || v->p.state < PROCESS_OPEN || !v->p.replay ||
		!v->p.replay->has_key)
		return nothing(v);
	return 0;
}

/* ---- what is given ---- */

static void answer_json(struct visit *v, struct buf *b)
{
	response_text(v->req, 200, "application/json", buf_slice(b));
}

/* Only what a supplier needs: nothing that says who has bid. */
static int tender_get(struct visit *v)
{
	static const char *const types[] = {
		"policy", "policy.postpone", "countersign", "dkg.r1", "dkg.cert", NULL};
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	for (const struct tree *t =
			release_tender_told(&v->p, env_now_ms(&v->api->node->env), &v->process)
				->first;
		t; t = t->next) {
		struct buf one CLEANUP_BUF = BUF(LIMIT_API_ANSWER);

		tree_print(t, &one);
		json_put_raw(&o, arena_string(&v->process, t->key), buf_slice(&one));
	}
	json_open_at(&o, "messages", '[');
	for (size_t i = 0; i < v->p.n_message; i++)
		for (size_t t = 0; types[t]; t++)
			if (slice_is(msg_type(v->p.message[i]), types[t]))
				json_put_string(&o, NULL, v->p.message[i]);
	json_close(&o);
	json_close(&o);
	answer_json(v, &b);
	return 0;
}

static int package_make(struct visit *v, struct tree **ret, struct why *why)
{
	struct reader who = world_reader(&v->world, &v->api->node->self);
	struct rows history;

	TRY(procure_store_history(&v->world, v->db, &who, &v->p.id, &v->process, &history, why));
	return release_package(&v->p, &history, CIRCLE_PUBLIC, &v->world,
		env_now_ms(&v->api->node->env), &v->process, ret, why);
}

static int ocds_get(struct visit *v)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct tree *package;

	TRY(package_make(v, &package, v->why));
	tree_print(package, &b);
	answer_json(v, &b);
	return 0;
}

/* ---- what is taken ---- */

static int write_queued(void *ctx, const struct draft *d, struct written *ret, struct why *why)
{
	struct visit *v = ctx;

	return queue_write(v->api->queue, &v->world.coalition.id, d, 1, ret, why);
}

/* What each network has brought for each tender, as long as this process runs: keys of bidders cost nothing, networks do. */
static pthread_mutex_t brought_lock = PTHREAD_MUTEX_INITIALIZER;
static struct map brought;
#define BROUGHT_MAX 65536 /* pairs that are remembered; then all are forgotten */

static bool network_may(const struct visit *v, bool count)
{
	char object[OBJECT_TEXT + 1], key[OBJECT_TEXT + 128];
	uintptr_t n;

	object_format(&v->p.id, object);
	snprintf(key, sizeof(key), "%s %s", object, caller_network(&v->api->place, v->req));
	MUST(pthread_mutex_lock(&brought_lock) == 0);
	n = (uintptr_t)map_get(&brought, slice_str(key));
	if (count) {
		if (brought.n >= BROUGHT_MAX)
			map_free(&brought);
		map_put(&brought, slice_str(key), (void *)(n + 1));
	}
	MUST(pthread_mutex_unlock(&brought_lock) == 0);
	return n < LIMIT_NETWORK_COMMITS;
}

/* One that is here already is answered again, whoever brings it. */
static bool commit_known(const struct visit *v)
{
	struct hash leaf = hash_leaf(v->req->body);

	for (size_t i = 0; i < v->p.replay->n_commit; i++)
		if (hash_eq(&v->p.replay->commit[i].leaf, &leaf))
			return true;
	return false;
}

static int commit_post(struct visit *v, struct seat *seat, int64_t now_ms, struct slice *receipt)
{
	bool known = commit_known(v);

	if (!known && !network_may(v, false))
		return why_set(v->why, E_LIMIT, "",
			"this network has brought %d bids of this tender to this door: others take more",
			LIMIT_NETWORK_COMMITS);
	TRY(step_commit(seat, &v->p, v->req->body, now_ms, &v->process, receipt, v->why));
	if (!known)
		(void)network_may(v, true);
	return 0;
}

static int bid_post(struct visit *v)
{
	struct seat seat = {
		.node = v->api->node, .db = v->db, .w = &v->world, .write = write_queued, .ctx = v};
	struct slice type = msg_type(v->req->body), receipt;
	int64_t now_ms = env_now_ms(&v->api->node->env);
	int rc;

	if (slice_is(type, "bid.commit"))
		rc = commit_post(v, &seat, now_ms, &receipt);
	else if (slice_is(type, "bid.sealed"))
		rc = step_sealed(&seat, &v->p, v->req->body, now_ms, &v->process, v->why);
	else if (slice_is(type, "bid.selfopen"))
		rc = step_selfopen(&seat, &v->p, v->req->body, now_ms, &v->process, v->why);
	else
		return why_set(v->why, E_SYNTAX, "",
			"this is no message bid.commit, bid.sealed or bid.selfopen");
	if (rc < 0)
		return rc;
	if (v->api->wrote)
		v->api->wrote(v->api->ctx);
	if (slice_is(type, "bid.commit"))
		response_text(v->req, 200, "text/plain; charset=utf-8", receipt);
	else
		response_text(v->req, 204, NULL, SLICE_NONE);
	return 0;
}

/* ---- the feed ---- */

static void feed_open(struct visit *v, struct json_out *o)
{
	json_open(o, '{');
	json_put_cstr(o, "uri", "urn:entente:ocds:feed");
	json_put_cstr(o, "version", "1.1");
	view_time(o, "publishedDate", env_now_ms(&v->api->node->env));
	json_open_at(o, "publisher", '{');
	json_put_cstr(o, "name", world_party_label(&v->world, &v->api->node->self, &v->arena));
	json_close(o);
	json_open_at(o, "releases", '[');
}

/* The releases of the process of a tender, if it is public. */
static bool feed_process(struct visit *v, const struct row *tender, struct json_out *o)
{
	struct tree *package;
	char text[OBJECT_TEXT + 1];

	if (!release_label_public(&v->world, tender->label))
		return false;
	object_format(&tender->of, text);
	if (process_find(v, slice_str(text)) < 0 ||
		!object_id_eq(&v->p.tender->object, &tender->object) ||
		package_make(v, &package, NULL) < 0)
		return false;
	for (struct tree *r = tree_get(package, "releases")->first; r; r = r->next) {
		struct buf one CLEANUP_BUF = BUF(LIMIT_API_ANSWER);

		tree_print(r, &one);
		json_put_raw(o, NULL, buf_slice(&one));
	}
	return true;
}

/* A page is full when it has so many public processes, however many others lie between them: neither its length nor its `next` says that there are any. */
static int feed_fill(
	struct visit *v, struct row_place *at, bool from_there, struct json_out *o, bool *ret_full)
{
	struct reader who = world_reader(&v->world, &v->api->node->self);
	bool more = from_there;
	size_t n = 0;

	*ret_full = false;
	do {
		struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
		struct rows list;

		TRY(procure_store_list(&v->world, v->db, &who, P_TENDER, MODE_REAL,
			more ? at : NULL, FEED_LOOK, &arena, &list, v->why));
		for (size_t i = 0; i < list.n && !*ret_full; i++) {
			n += feed_process(v, &list.row[i], o);
			*ret_full = n == FEED_PAGE || o->b->n > FEED_BYTES;
			*at = row_place(&list.row[i]);
			/* What was made of it is printed. */
			arena_reset(&v->process);
		}
		more = list.more;
	} while (!*ret_full && more);
	return 0;
}

/* "?after=MS.OBJECT": where the last page ended. */
static bool place_read(struct slice text, struct row_place *ret)
{
	struct slice ms;

	return slice_cut_exact(&text, '.', &ms) && slice_i64(ms, &ret->time_ms) == 0 &&
	       object_parse(text, &ret->object) == 0;
}

static const char *place_print(struct visit *v, const struct row_place *at)
{
	char object[OBJECT_TEXT + 1];

	object_format(&at->object, object);
	return arena_printf(&v->arena, "?after=%lld.%s", (long long)at->time_ms, object);
}

static int feed_get(struct visit *v)
{
	struct slice after = request_query(v->req, "after");
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct json_out o = json_out(&b);
	struct row_place at;
	bool full;

	if (after.p && !place_read(after, &at))
		return why_set(v->why, E_INVALID, "after", "is no `next` of a page of this feed");
	feed_open(v, &o);
	TRY(feed_fill(v, &at, after.p != NULL, &o, &full));
	json_close(&o);
	if (full) {
		json_open_at(&o, "links", '{');
		json_put_cstr(&o, "next", place_print(v, &at));
		json_close(&o);
	}
	json_close(&o);
	*v->why = (struct why){0};
	answer_json(v, &b);
	return 0;
}

/* ---- the door ---- */

static int rest_answer(struct visit *v, struct slice rest)
{
	struct slice coalition, object, what = rest;
	bool get = strcmp(v->req->method, "GET") == 0 || strcmp(v->req->method, "HEAD") == 0;

	if (!slice_cut_exact(&what, '/', &coalition))
		return nothing(v);
	TRY(world_find(v, coalition));
	if (slice_is(what, "ocds"))
		return get ? feed_get(v) : nothing(v);
	if (!slice_cut_exact(&what, '/', &object))
		return nothing(v);
	TRY(process_find(v, object));
	if (get && slice_is(what, "tender"))
		return tender_get(v);
	if (get && slice_is(what, "ocds"))
		return ocds_get(v);
	if (!get && slice_is(what, "bids"))
		return bid_post(v);
	return nothing(v);
}

static int answer(
	struct api *a, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct visit *v = mem_new(struct visit);
	int64_t retry_ms = 0;
	int rc;

	v->api = a;
	v->db = db;
	v->req = req;
	v->arena = ARENA(LIMIT_API_ARENA);
	v->process = ARENA(LIMIT_API_ARENA);
	v->why = why;
	/* Strangers may ask so much, no more: each bid that comes is a computation. */
	rc = rate_take(a->rate, slice_str(caller_network(&a->place, req)),
		     LIMIT_STRANGER_REQUESTS_MINUTE, &retry_ms)
		     ? db_begin_read(db, why)
		     : why_set(why, E_BUSY, "", "more than %d requests a minute",
			       LIMIT_STRANGER_REQUESTS_MINUTE);
	if (rc == 0) {
		rc = rest_answer(v, rest);
		db_rollback(db);
	}
	arena_free(&v->process);
	arena_free(&v->arena);
	mem_free(v);
	return rc;
}

static int body(struct api *a, struct request *req, struct body_rule *ret, struct why *why)
{
	(void)a;
	(void)req;
	(void)why;
	*ret = (struct body_rule){BODY_MEMORY, LIMIT_SEAL_MESSAGE};
	return 0;
}

const struct web_door procurement_doors[] = {
	{"/procure/", body, answer, "sealed tenders for suppliers, and open contracting data"},
	{NULL, NULL, NULL, NULL},
};
