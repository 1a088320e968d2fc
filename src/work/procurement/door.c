/*
 * door.c: what suppliers and the public have without an account: a tender and its key, a box for bids, the open contracting feed.
 *
 *	GET  /procure/COALITION/PROCUREMENT/tender       {"tender", "enquiries", "state", "messages"}, of tenders whose label is the lowest class and holds nobody back
 *	POST /procure/COALITION/PROCUREMENT/bids         a message bid.commit → its receipt; bid.sealed, bid.selfopen → 204
 *	GET  /procure/COALITION/PROCUREMENT/ocds         release package, public circle
 *	GET  /procure/COALITION/ocds?after=              release package of all public processes, paged
 *
 * Everything else is not there: another label, another state, another coalition look the same.
 */
#include "work/procurement/door.h"

#include "base/enc.h"
#include "base/report.h"
#include "web/answers.h"
#include "work/procurement/lab.h"
#include "work/procurement/visit.h"

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
	       release_label_public(&v->world, p->tender_last->label);
}

int visit_find(struct visit *v, struct slice object)
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

/* The public is one reader: path, query and, by a step, the hour are all that an answer depends on beside the store. Begins unlike the keys of the API's answers. */
static void key_make(struct visit *v)
{
	int64_t step = env_now_ms(&v->api->node->env) / DOOR_STILL_MS;

	v->key = slice_str(arena_printf(&v->arena, "\002%lld %.*s?%.*s", (long long)step,
		SLICE_FMT(v->req->path), SLICE_FMT(v->req->query)));
}

/* One reference is taken over. */
static void answer_bytes(struct visit *v, struct shared *bytes, const char *etag)
{
	struct response *r = &v->req->response;

	response_header(v->req, "ETag", etag);
	if (slice_is(request_header(v->req, "If-None-Match"), etag)) {
		shared_drop(&bytes);
		r->status = 304;
		return;
	}
	r->status = 200;
	r->type = "application/json";
	r->shared = bytes;
}

static bool answer_again(struct visit *v)
{
	char etag[ANSWERS_ETAG + 1];
	struct shared *bytes = answers_take(v->api->answers, v->version, v->key, etag);

	if (bytes)
		answer_bytes(v, bytes, arena_string(&v->req->arena, slice_str(etag)));
	return bytes != NULL;
}

void visit_json(struct visit *v, struct buf *b)
{
	struct hash h = hash_bytes(buf_slice(b));
	struct shared *bytes = shared_new(b);
	char etag[ANSWERS_ETAG + 1] = "\"";

	hex_encode(h.b, 16, etag + 1);
	etag[ANSWERS_ETAG - 1] = '"';
	answers_keep(v->api->answers, v->version, v->key, bytes, etag);
	answer_bytes(v, bytes, arena_string(&v->req->arena, slice_str(etag)));
}

/* Of the tender's newest version and the hours alone: how far the members are with the bids is nobody's business here. */
static const char *state_told(struct visit *v, int64_t now_ms)
{
	const struct json_doc *d = &v->p.tender_last->doc;
	struct slice status = get_text(d, json_root(d), "status", &v->process);

	if (v->p.state == PROCESS_CANCELLED)
		return "cancelled";
	if (slice_is(status, "unsuccessful"))
		return "unsuccessful";
	return now_ms < (int64_t)v->p.replay->policy.deadline_ms ? "open" : "closed";
}

/* Only what a supplier needs: nothing that says who has bid. */
static int tender_get(struct visit *v)
{
	static const char *const types[] = {
		"policy", "policy.postpone", "countersign", "dkg.r1", "dkg.cert", NULL};
	struct buf b CLEANUP_BUF = BUF(LIMIT_API_ANSWER);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	for (const struct tree *t = release_tender_told(
		     &v->p, &v->world, env_now_ms(&v->api->node->env), &v->process)
					    ->first;
		t; t = t->next) {
		struct buf one CLEANUP_BUF = BUF(LIMIT_API_ANSWER);

		tree_print(t, &one);
		json_put_raw(&o, arena_string(&v->process, t->key), buf_slice(&one));
	}
	json_put_cstr(&o, "state", state_told(v, env_now_ms(&v->api->node->env)));
	json_open_at(&o, "messages", '[');
	for (size_t i = 0; i < v->p.n_message; i++)
		for (size_t t = 0; types[t]; t++)
			if (slice_is(msg_type(v->p.message[i]), types[t]))
				json_put_string(&o, NULL, v->p.message[i]);
	json_close(&o);
	json_close(&o);
	visit_json(v, &b);
	return 0;
}

int visit_package(struct visit *v, struct tree **ret, struct why *why)
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

	TRY(visit_package(v, &package, v->why));
	tree_print(package, &b);
	visit_json(v, &b);
	return 0;
}

/* ---- the door ---- */

static int rest_answer(struct visit *v, struct slice rest)
{
	struct slice coalition, object, what = rest;
	bool get = strcmp(v->req->method, "GET") == 0 || strcmp(v->req->method, "HEAD") == 0;

	key_make(v);
	if (get && answer_again(v))
		return 0;
	if (!slice_cut_exact(&what, '/', &coalition))
		return nothing(v);
	TRY(world_find(v, coalition));
	if (slice_is(what, "ocds"))
		return get ? visit_feed(v) : nothing(v);
	if (!slice_cut_exact(&what, '/', &object))
		return nothing(v);
	TRY(visit_find(v, object));
	if (get && slice_is(what, "tender"))
		return tender_get(v);
	if (get && slice_is(what, "ocds"))
		return ocds_get(v);
	if (!get && slice_is(what, "bids"))
		return visit_bid(v);
	return nothing(v);
}

static int answer(struct api *a, struct db *db, struct request *req, struct slice rest,
	struct shown_to *shown, struct why *why)
{
	struct visit *v = mem_new(struct visit);
	int64_t retry_ms = 0;
	int rc;

	(void)shown; /* the public sees what is for everybody */
	v->api = a;
	v->db = db;
	v->req = req;
	v->arena = ARENA(LIMIT_API_ARENA);
	v->process = ARENA(LIMIT_API_ARENA);
	v->why = why;
	/* Strangers may ask so much, no more: each bid that comes is a computation. */
	rc = rate_take(a->rate, slice_str(caller_network(&a->place, req)),
		     LIMIT_STRANGER_REQUESTS_MINUTE, &retry_ms)
		     ? answers_version(a->answers, db, &v->version, why)
		     : why_set(why, E_BUSY, "", "more than %d requests a minute",
			       LIMIT_STRANGER_REQUESTS_MINUTE);
	if (rc == 0)
		rc = db_begin_read(db, why);
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
