/*
 * api.c: from a request to an answer.
 *
 *	route → caller → rate → role, CSRF, confirm → kept answer (answers.c) → body → Idempotency-Key (kept.c) → transaction and world → handler → ETag
 */
#include "web/api.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "node/workspace.h"
#include "web/answers.h"
#include "web/issuer.h"
#include "web/kept.h"
#include "web/known.h"
#include "web/reads.h"

#include <pthread.h>

/* Body of somebody who is not known yet. */
#define STRANGER_BODY LIMIT_BODY_SMALL

bool api_owns(struct slice path)
{
	return slice_starts(path, API_BASE "/") || slice_is(path, API_BASE);
}

/* Twice the same key would let a ticket of one process be refused by another: it comes from the node's own seal key. */
static void ticket_key_make(struct api *a)
{
	const struct slice pieces[] = {
		SLICE("entente-ticket/1\n"), slice_of(a->node->seal_key.sec, 32)};
	struct hash h = hash_of(pieces, 2);

	memcpy(a->ticket_key, h.b, sizeof(a->ticket_key));
	explicit_bzero(&h, sizeof(h));
}

void api_start(struct api *a, const struct node *node)
{
	*a = (struct api){.node = node, .started_ms = env_now_ms(&node->env)};
	a->place.node = node;
	a->rate = rate_new(&node->env);
	a->reads = reads_new(&node->env);
	a->known = known_new(&node->env);
	a->issuer = issuer_new(node);
	a->answers = answers_new(node);
	ticket_key_make(a);
}

void api_stop(struct api *a)
{
	rate_free(&a->rate);
	reads_free(&a->reads);
	known_free(&a->known);
	issuer_free(&a->issuer);
	answers_free(&a->answers);
	explicit_bzero(a->ticket_key, sizeof(a->ticket_key));
}

/* ---- routes ---- */

/* All rows of all tables, with their paths cut in segments: once. */
#define SEGMENTS_MAX 12
struct pattern {
	const struct api_route *route;
	size_t n;
	struct slice segment[SEGMENTS_MAX];
};
static struct pattern *patterns; /* owned by the process */
static size_t n_patterns;
static pthread_once_t patterns_once = PTHREAD_ONCE_INIT;

/* SEGMENTS_MAX + 1: more than any route has. */
static size_t segments_cut(struct slice path, struct slice ret[SEGMENTS_MAX])
{
	struct slice one;
	size_t n = 0;

	while (slice_cut(&path, '/', &one)) {
		if (n == SEGMENTS_MAX)
			return SEGMENTS_MAX + 1;
		ret[n++] = one;
	}
	return n;
}

static void patterns_make(void)
{
	const struct api_route *table;

	for (size_t i = 0; (table = api_table(i)) != NULL; i++)
		for (const struct api_route *r = table; r->method; r++)
			n_patterns++;
	patterns = mem_zero_alloc(n_patterns, sizeof(*patterns));
	n_patterns = 0;
	for (size_t i = 0; (table = api_table(i)) != NULL; i++)
		for (const struct api_route *r = table; r->method; r++) {
			struct pattern *p = &patterns[n_patterns++];

			p->route = r;
			p->n = segments_cut(slice_str(r->path), p->segment);
			MUST(p->n <= SEGMENTS_MAX);
		}
}

/* The last segment tells most routes apart, so it is looked at first. */
static bool pattern_fits(
	const struct pattern *p, const struct slice *given, struct slice *ret_param, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = p->n; i-- > 0;)
		if (p->segment[i].n == 0 || p->segment[i].p[0] != '{'
				? !slice_eq(p->segment[i], given[i])
				: given[i].n == 0)
			return false;
	for (size_t i = 0; i < p->n; i++)
		if (p->segment[i].n > 0 && p->segment[i].p[0] == '{') {
			MUST(n < API_PARAMS);
			ret_param[n++] = given[i];
		}
	*ret_n = n;
	return true;
}

static bool params_decode(struct arena *arena, struct slice *param, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf text CLEANUP_BUF = BUF(API_PARAM_BYTES);

		if (percent_decode(param[i], &text) < 0 || buf_over(&text))
			return false;
		param[i] = arena_copy(arena, buf_slice(&text));
	}
	return true;
}

const struct api_route *api_table(size_t i)
{
	if (i == 0)
		return api_routes;
	for (size_t w = 0; workspaces[w]; w++)
		if (workspaces[w]->route && --i == 0)
			return workspaces[w]->route;
	return NULL;
}

const struct api_route *api_find(const char *method, struct slice path, struct arena *arena,
	struct slice *ret_param, size_t *ret_n, const char **ret_allow)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method, *allow = "";
	struct slice segment[SEGMENTS_MAX];

	pthread_once(&patterns_once, patterns_make);
	/* A slash at the end is another path. */
	if (!slice_take(&path, API_BASE) || slice_ends(path, "/"))
		path = SLICE("/-");
	size_t n = segments_cut(path, segment);
	for (size_t i = 0; i < n_patterns; i++) {
		const struct api_route *r = patterns[i].route;

		if (patterns[i].n != n || !pattern_fits(&patterns[i], segment, ret_param, ret_n))
			continue;
		if (strcmp(r->method, wanted) != 0)
			allow = arena_printf(arena, "%s%s%s%s", allow, *allow ? ", " : "",
				r->method, strcmp(r->method, "GET") == 0 ? ", HEAD" : "");
		else if (params_decode(arena, ret_param, *ret_n))
			return r;
		else { /* One is decoded and no other, so that the arena has its bounds. */
			allow = "";
			break;
		}
	}
	if (ret_allow)
		*ret_allow = allow;
	return NULL;
}

/* What opens the door: token or cookie. */
static struct slice secret_of(const struct api *a, struct request *req)
{
	struct slice bearer = request_header(req, "Authorization");

	return bearer.n ? bearer : caller_cookie(&a->place, req);
}

int api_body_rule(struct api *a, struct request *req, struct body_rule *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(API_FIND_BYTES);
	struct slice param[API_PARAMS], length = request_header(req, "Content-Length");
	uint64_t announced = 0;
	size_t n;

	*ret = (struct body_rule){BODY_NONE, 0};
	if (strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0)
		return 0;
	const struct api_route *r = api_find(req->method, req->path, &arena, param, &n, NULL);
	if (!r)
		return 0;
	ret->kind = r->flags & API_FILE ? BODY_FILE : BODY_MEMORY;
	ret->max = r->body_max ? r->body_max : LIMIT_API_BODY;
	if (length.n && slice_u64(length, &announced) < 0)
		announced = UINT64_MAX;
	if (announced > STRANGER_BODY && !known_has(a->known, secret_of(a, req)))
		return why_set(why, E_AUTH, "",
			"sign in before you send so much: GET " API_BASE "/session, then again");
	return 0;
}

/* ---- problems ---- */

void api_problem(struct request *req, const struct why *why, const char *title, unsigned status,
	int64_t retry_ms)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	struct json_out o = json_out(&b);

	MUST(why->code < 0);
	if (!status)
		status = why->code == E_BUSY ? 429 : why_http(why->code);
	json_open(&o, '{');
	json_put_cstr(&o, "type", "about:blank");
	json_put_cstr(&o, "title", title ? title : why_name(why->code));
	json_put_i64(&o, "status", status);
	json_put_cstr(&o, "detail", why->text);
	if (why->where[0])
		json_put_cstr(&o, "pointer", why->where);
	json_close(&o);
	response_text(req, status, "application/problem+json", buf_slice(&b));
	response_header(req, "Cache-Control", "no-store");
	if (status == 401)
		response_header(req, "WWW-Authenticate", "Bearer realm=\"entente\"");
	if (retry_ms > 0 || status == 429)
		response_header(req, "Retry-After",
			arena_printf(&req->arena, "%lld", (long long)(retry_ms / 1000 + 1)));
}

static void call_problem(struct call *c)
{
	const char *title = c->title;

	if (!title && c->why.code == E_AUTH && strcmp(c->why.where, "code") == 0)
		title = "code";
	api_problem(c->req, &c->why, title, c->problem, c->retry_ms);
}

static int problem_as(struct call *c, unsigned status, const char *title, int rc)
{
	c->problem = status;
	c->title = title;
	return rc;
}

/* ---- may this be asked? ---- */

static bool changes(const struct call *c)
{
	return strcmp(c->route->method, "GET") != 0;
}

int api_rate(struct api *a, struct request *req, const struct caller *caller, int rc,
	int64_t *ret_wait_ms, struct why *why)
{
	int64_t account = rc < 0 ? 0 : caller_account(caller);
	bool known = account || (rc == 0 && caller->kind == CALLER_LOCAL);
	unsigned limit = known ? LIMIT_CALLER_REQUESTS_MINUTE : LIMIT_STRANGER_REQUESTS_MINUTE;
	const char *key = account ? arena_printf(&req->arena, "a%lld", (long long)account)
				  : caller_network(&a->place, req);

	if (rate_take(a->rate, slice_str(key), limit, ret_wait_ms))
		return rc;
	return why_set(why, E_BUSY, "", "more than %u requests a minute", limit);
}

static int rate_check(struct call *c)
{
	return api_rate(c->api, c->req, &c->caller, 0, &c->retry_ms, &c->why);
}

static int confirm_check(struct call *c)
{
	if (c->caller.kind == CALLER_TOKEN)
		return why_set(&c->why, E_DENIED, "Authorization",
			"this is for a person who has just given the password, not for a token");
	if (!session_confirmed(&c->caller.session, env_now_ms(&c->node->env)))
		return problem_as(c, 403, "confirm",
			why_set(&c->why, E_DENIED, "",
				"the password again, please: POST /api/v1/session/confirm"));
	return 0;
}

static int rights_check(struct call *c)
{
	const struct api_route *r = c->route;
	bool signs_in = r->flags & API_SIGNS_IN;

	if (r->who == WHO_ROLE)
		TRY(caller_may(&c->caller, r->area, r->role, &c->why));
	if (r->who == WHO_SELF && c->caller.kind == CALLER_NOBODY)
		return caller_may(&c->caller, AREA_PACT, ROLE_NONE, &c->why);
	if (!changes(c))
		return 0;
	if (c->caller.kind == CALLER_LOCAL && !signs_in)
		return why_set(&c->why, E_DENIED, "",
			"this node has no users yet, so it is shown to read only: entente user add");
	TRY(caller_csrf(&c->api->place, c->req, &c->caller, signs_in, &c->why));
	return r->flags & API_CONFIRM ? confirm_check(c) : 0;
}

static bool seen_due(const struct call *c)
{
	int64_t now_ms = env_now_ms(&c->node->env);

	/* What a page asks for by itself, with nobody there, is no use of a session. */
	if (c->caller.kind == CALLER_SESSION)
		return request_header(c->req, "X-Entente-Unattended").n == 0 &&
		       c->caller.session.seen_ms + SESSION_SEEN_MS < now_ms;
	return c->caller.kind == CALLER_TOKEN && c->caller.token.used_ms + TOKEN_USED_MS < now_ms;
}

/* When it was last used, now and then. A store that is busy does not keep anybody from reading. */
static void seen_note(struct call *c)
{
	int64_t now_ms = env_now_ms(&c->node->env);
	struct why why = {0};
	bool session = c->caller.kind == CALLER_SESSION;

	if (!seen_due(c) || db_begin(c->db, &why) < 0)
		return;
	int rc = session ? session_seen(c->db, &c->caller.session.digest, now_ms, &why)
			 : token_used(c->db, c->caller.token.id, now_ms, &why);
	if (rc == 0)
		rc = db_commit(c->db, &why);
	else
		db_rollback(c->db);
	if (rc < 0)
		report(REPORT_WARN, "pages: %s", why.text);
	else if (session)
		c->caller.session.seen_ms = now_ms;
}

static int caller_check(struct call *c)
{
	int rc = answers_caller(c->api->answers, c->version, &c->api->place, c->db, c->req,
		c->arena, &c->caller, &c->why);

	/* Who comes to sign in may have an old cookie. */
	if (rc == E_AUTH && c->route->who == WHO_OPEN) {
		c->caller = (struct caller){.kind = CALLER_NOBODY};
		c->why = (struct why){0};
		rc = 0;
	}
	if (rc < 0) {
		/* Guessing tokens and cookies costs as well. */
		if (rc == E_AUTH &&
			!rate_take(c->api->rate, slice_str(caller_network(&c->api->place, c->req)),
				LIMIT_STRANGER_REQUESTS_MINUTE, &c->retry_ms))
			return why_set(&c->why, E_BUSY, "", "too many requests that nobody signed");
		return rc;
	}
	TRY(rate_check(c));
	TRY(rights_check(c));
	if (caller_account(&c->caller))
		known_add(c->api->known, secret_of(c->api, c->req));
	seen_note(c);
	return 0;
}

/* ---- the body ---- */

static bool is_json(struct slice type)
{
	struct slice word;

	return slice_cut(&type, ';', &word) && slice_is(slice_trim(word), "application/json");
}

static int body_read(struct call *c)
{
	struct slice bytes = c->req->body;

	if (!changes(c) || c->route->flags & (API_TEXT | API_FILE))
		return 0;
	/* A form of another site can send text, but not this type. */
	if (bytes.n && !is_json(request_header(c->req, "Content-Type")))
		return problem_as(c, 415, NULL,
			why_set(&c->why, E_SYNTAX, "Content-Type", "expected application/json"));
	TRY(json_read(
		&c->doc, c->arena, bytes.n ? bytes : SLICE("{}"), &json_limits_partner, &c->why));
	c->body = json_root(&c->doc);
	if (json_type(&c->doc, c->body) != JSON_OBJECT)
		return why_set(&c->why, E_INVALID, "", "the body is not an object");
	return 0;
}

/* ---- running ---- */

static int world_check(struct call *c)
{
	struct id id;

	if (!strstr(c->route->path, "{coalition}"))
		return 0;
	MUST(c->n_param > 0);
	if (coalition_parse(c->param[0], &id) < 0)
		return why_set(
			&c->why, E_MISSING, "", "this node is not party to such a coalition");
	int rc = world_load(&c->world, c->node, c->db, &id, c->arena, &c->why);
	if (rc == E_MISSING)
		return why_set(
			&c->why, E_MISSING, "", "this node is not party to such a coalition");
	TRY(rc);
	c->has_world = true;
	c->reader = caller_reader(&c->caller, &c->world, c->shown);
	return 0;
}

static int run(struct call *c)
{
	bool apart = changes(c) || c->route->flags & API_NO_READ;
	int rc = 0;

	if (!apart || strstr(c->route->path, "{coalition}")) {
		TRY(db_begin_read(c->db, &c->why));
		rc = world_check(c);
		if (rc == 0 && !apart)
			rc = c->route->run(c);
		db_rollback(c->db);
	}
	if (rc == 0 && apart)
		rc = c->route->run(c);
	/* A handler that failed in the midst of its own. */
	db_rollback(c->db);
	return rc;
}

/* ---- the answer ---- */

static const char *etag_of(struct call *c, struct slice bytes)
{
	struct hash h = hash_bytes(bytes);
	char hex[65];

	hex_encode(h.b, 32, hex);
	return arena_printf(c->arena, "\"%.32s\"", hex);
}

/* The bytes of a GET, one reference of which is taken over; nothing if the caller has them. */
static void answer_get(struct call *c, struct shared *bytes, const char *etag)
{
	struct request *req = c->req;

	response_header(req, "ETag", etag);
	response_header(req, "Cache-Control", "private, no-cache");
	response_header(req, "Vary", "Cookie, Authorization");
	if (request_has(req, etag)) {
		req->response.status = 304;
		shared_drop(&bytes);
		return;
	}
	req->response.status = 200;
	req->response.type = c->type ? c->type : "application/json";
	req->response.shared = bytes;
}

static void answer(struct call *c)
{
	struct request *req = c->req;
	unsigned status = c->status ? c->status : c->route->status ? c->route->status : 200;

	if (c->location)
		response_header(req, "Location", c->location);
	if (c->attachment)
		response_header(req, "Content-Disposition",
			arena_printf(c->arena, "attachment; filename=\"%s\"", c->attachment));
	req->response.status = status;
	if (status == 204)
		return;
	if (!c->type)
		buf_byte(&c->out, '\n');
	const char *etag = etag_of(c, buf_slice(&c->out));
	if (!changes(c) && status == 200) {
		struct shared *bytes = shared_new(&c->out);

		if (c->key.n && !c->passing && !c->type && !c->attachment && !c->location)
			answers_keep(c->api->answers, c->version, c->key, bytes, etag);
		answer_get(c, bytes, etag);
		return;
	}
	if (c->route->flags & API_MATCH)
		response_header(req, "ETag", etag);
	response_header(req, "Cache-Control", "no-store");
	req->response.type = c->type ? c->type : "application/json";
	req->response.shared = shared_new(&c->out);
}

/* What was made for another of the same rights, or for this one before. */
static bool answer_again(struct call *c)
{
	char etag[ANSWERS_ETAG + 1];

	if (!(c->route->flags & API_STILL))
		return false;
	c->key = answers_key(c->req, &c->caller, c->arena);
	struct shared *bytes = answers_take(c->api->answers, c->version, c->key, etag);
	if (!bytes)
		return false;
	answer_get(c, bytes, etag);
	c->raw = true;
	return true;
}

/* Before anything is shown. An answer that was noted is none for others: they have to be noted as well. */
static int shown_write(struct call *c)
{
	c->passing = c->passing || c->shown->readings.n > 0;
	if (!c->shown->how && c->route->answer && c->route->answer[0] == '[')
		c->shown->how = "list";
	int rc = reads_write(c->api, c->db, c->shown, &c->why);
	if (rc < 0)
		response_undo(c->req);
	return rc;
}

static int handle(struct call *c)
{
	const char *allow = "";
	bool kept = false;

	c->route = api_find(c->req->method, c->req->path, c->arena, c->param, &c->n_param, &allow);
	if (!c->route && *allow) {
		response_header(c->req, "Allow", allow);
		return problem_as(c, 405, "method",
			why_set(&c->why, E_USAGE, "", "this path knows %s", allow));
	}
	if (!c->route)
		return why_set(&c->why, E_MISSING, "", "there is no such route");
	TRY(answers_version(c->api->answers, c->db, &c->version, &c->why));
	TRY(caller_check(c));
	if (answer_again(c))
		return 0;
	TRY(body_read(c));
	TRY(kept_begin(c, &kept));
	if (kept)
		return shown_write(c);
	int rc = run(c);
	if (rc == 0 && !c->raw && buf_over(&c->out))
		rc = why_set(&c->why, E_LIMIT, "", "the answer would be larger than %zu bytes",
			(size_t)LIMIT_API_ANSWER);
	if (rc == 0)
		rc = shown_write(c);
	kept_end(c, rc);
	return rc;
}

bool api_quick(struct api *a, struct request *req)
{
	struct call c = {.api = a, .node = a->node, .req = req, .arena = &req->arena};
	char etag[ANSWERS_ETAG + 1];

	if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0)
		return false;
	c.route = api_find(req->method, req->path, c.arena, c.param, &c.n_param, NULL);
	if (!c.route || !(c.route->flags & API_STILL) ||
		!answers_version_quick(a->answers, &c.version) ||
		!answers_caller_quick(a->answers, c.version, &a->place, req, c.arena, &c.caller) ||
		seen_due(&c) || rights_check(&c) < 0)
		return false;
	struct shared *bytes =
		answers_take(a->answers, c.version, answers_key(req, &c.caller, c.arena), etag);
	if (bytes && rate_check(&c) < 0)
		shared_drop(&bytes); /* said by the worker */
	if (!bytes)
		return false;
	if (caller_account(&c.caller))
		known_add(a->known, secret_of(a, req));
	answer_get(&c, bytes, etag);
	return true;
}

void api_handle(struct api *a, struct db *db, struct request *req)
{
	/* Not the request's: what partners may write about standing is bounded, but not that low. */
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct shown_to shown CLEANUP_SHOWN = {0};
	struct call c = {.api = a,
		.node = a->node,
		.db = db,
		.req = req,
		.arena = &arena,
		.shown = &shown,
		.out = BUF(LIMIT_API_ANSWER)};

	c.o = json_out(&c.out);
	if (handle(&c) < 0)
		call_problem(&c);
	else if (!c.raw)
		answer(&c);
	buf_free(&c.out);
}
