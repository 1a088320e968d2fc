/* routes.c: one table, one handler. Every answer carries the same strict headers. */
#include "web/routes.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/write.h"
#include "web/api_int.h"
#include "web/asset.h"
#include "web/live.h"
#include "web/metrics.h"
#include "web/public.h"
#include "web/reads.h"
#include "web/work.h"
#include "json/json.h"

#include <arpa/inet.h>

/* The shell: our own scripts and styles, and answers of this very origin. */
#define CSP_SHELL                                                                                  \
	"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
/* Nothing but our own style sheet and icon; no script at all. */
#define CSP                                                                                           \
	"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

/* A file from a stranger: whatever it is, it runs nothing and is of no origin. */
#define CSP_FILE "sandbox; default-src 'none'; frame-ancestors 'none'"

/* Another policy than that of pages; a literal. */
static void policy_set(struct request *req, const char *csp)
{
	req->user = (void *)(uintptr_t)csp;
}

static void harden(struct request *req)
{
	response_header(req, "Content-Security-Policy", req->user ? req->user : CSP);
	response_header(req, "X-Content-Type-Options", "nosniff");
	response_header(req, "X-Frame-Options", "DENY");
	response_header(req, "Referrer-Policy", "no-referrer");
	response_header(req, "Cross-Origin-Opener-Policy", "same-origin");
	response_header(req, "Cross-Origin-Resource-Policy", "same-origin");
}

static void answer_buf(struct request *req, const char *type, struct buf *body)
{
	req->response.status = 200;
	req->response.type = type;
	req->response.shared = shared_new(body);
	response_header(req, "Cache-Control", "no-store");
}

static int status_as(struct routes *r, struct db *db, struct request *req,
	const struct caller *caller, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(STATUS_BYTES_MAX);
	struct status_options o = r->status;
	o.caller = caller;
	o.api = r->api;
	/* Whoever is signed in sees what is for him, also from afar. */
	o.open = o.open && caller->kind == CALLER_LOCAL;
	o.renew = slice_is(req->path, "/status/renewed");
	int rc = status_page(&o, db, &b, why);
	if (rc == 0)
		answer_buf(req, "text/html; charset=utf-8", &b);
	return rc;
}

static int reader_of(struct routes *r, struct db *db, struct request *req, enum area area,
	struct caller *ret, struct why *why)
{
	int64_t wait_ms;
	int rc = caller_find(&r->api->place, db, req, &req->arena, ret, why);
	rc = api_rate(r->api, req, ret, rc, &wait_ms, why);
	return rc < 0 ? rc : caller_may(ret, area, ROLE_READER, why);
}

static int get_status(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct caller caller;
	int rc = reader_of(r, db, req, AREA_PACT, &caller, why);
	(void)rest;
	return rc < 0 ? rc : status_as(r, db, req, &caller, why);
}

/* The shell asks who is there by itself; without a user, or without the shell, the status page is all there is. */
static int get_page(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	const struct asset *shell = asset_shell();
	bool any;
	int rc = account_any(db, &any, why);
	if (rc < 0)
		return rc;
	if (!any || !shell)
		return get_status(r, db, req, rest, why);
	asset_answer(req, shell);
	policy_set(req, CSP_SHELL);
	response_header(req, "Cache-Control", "no-cache");
	return 0;
}

static int get_metrics(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(4 * MIB);
	(void)rest;
	int rc = metrics_print(
		r->api, db, r->pages ? *r->pages : NULL, r->peers ? *r->peers : NULL, &b, why);
	if (rc == 0)
		answer_buf(req, "text/plain; version=0.0.4; charset=utf-8", &b);
	return rc;
}

static int get_events(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	(void)rest;
	(void)why;
	live_open(r->api, db, req);
	return 0;
}

static int get_file(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	(void)why;
	policy_set(req, CSP_FILE);
	file_download(r->api, db, req, rest);
	return 0;
}

/* For a supervisor: may this process work? 503 if its store is gone, a disk has failed under it, or what it holds must not be written on. */
static int get_health(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	(void)rest;
	const struct node *node = r->status.node;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct json_out o = json_out(&b);
	int64_t version;
	struct why unfit = {0};
	bool store = db_version(db, &version, why) == 0;
	bool fit = store && node_signs(node, db, &unfit) == 0;
	json_open(&o, '{');
	json_put_cstr(&o, "status", !store ? "store unreachable" : fit ? "ok" : "unfit to sign");
	if (store && !fit)
		json_put_cstr(&o, "reason", unfit.text);
	json_put_cstr(&o, "label", node->conf.label);
	json_put_bool(&o, "store", store);
	json_put_bool(&o, "signs", fit);
	json_close(&o);
	buf_byte(&b, '\n');
	answer_buf(req, "application/json", &b);
	if (!store || !fit)
		req->response.status = 503;
	return 0;
}

static int get_proof(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct hash digest;
	if (hex_decode(rest, digest.b, sizeof(digest.b)) < 0)
		return why_set(why, E_MISSING, "", "no such page");
	int rc = status_proof(&r->status, db, &digest, &b, why);
	if (rc < 0)
		return rc;
	answer_buf(req, "text/plain; charset=utf-8", &b);
	response_header(req, "Content-Disposition", "attachment; filename=\"fork.txt\"");
	return 0;
}

static int get_asset(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	(void)r;
	(void)db;
	(void)rest;
	const struct asset *a = asset_at(req->path);
	if (!a)
		return why_set(why, E_MISSING, "", "no such page");
	asset_answer(req, a);
	response_header(req, "Cache-Control", "public, max-age=31536000, immutable");
	return 0;
}

/* Off: as if there were no such path. */
static int get_public(
	struct routes *r, struct db *db, struct request *req, struct slice rest, struct why *why)
{
	struct server *pages = r->pages ? *r->pages : NULL;
	bool made = false;
	int rc = public_answer(
		r->public, db, req, rest, caller_network(&r->api->place, req), &made, why);
	/* Those that wait for it. */
	if (made && pages)
		server_wake(pages);
	return rc;
}

const struct route route_table[] = {
	{"GET", "/", get_page, FOR_ANYBODY, 0, "the web shell; without a user, the status page"},
	{"GET", "/oidc", get_page, FOR_ANYBODY, 0,
		"the web shell, where the provider of identities sends back to"},
	{"GET", "/status", get_status, FOR_ANYBODY, 0,
		"who has signed what, who still has to, what is only said; without a script"},
	{"GET", "/status/renewed", get_status, FOR_ANYBODY, 0,
		"the same, and the browser asks again by itself"},
	{"GET", "/events", get_events, FOR_ANYBODY, 0, "live events"},
	{"GET", "/f/", get_file, FOR_ANYBODY, 0, "a file, by a ticket that is good for a minute"},
	{"GET", "/proof/", get_proof, FOR_READERS, AREA_PACT,
		"a fork proof by its SHA-256, for entente verify"},
	{"GET", "/metrics", get_metrics, FOR_READERS, AREA_NODE, "numbers for Prometheus"},
	{"GET", "/healthz", get_health, FOR_ANYBODY, 0, "200 while the node can work, else 503"},
	{"GET", "/public", get_public, FOR_ANYBODY, 0, "what is public to anybody"},
	{"GET", "/public/", get_public, FOR_ANYBODY, 0,
		"the same: pages, feeds, files with proofs"},
	{"GET", "/a/", get_asset, FOR_ANYBODY, 0, "style sheet, icon, scripts; immutable"},
	{NULL, NULL, NULL, 0, 0, NULL},
};

/* A path that ends with '/' stands for whatever begins so; "/" alone is only itself. */
static bool path_fits(const struct route *r, struct slice path, struct slice *ret_rest)
{
	size_t n = strlen(r->path);
	*ret_rest = SLICE_NONE;
	if (n == 1 || r->path[n - 1] != '/')
		return slice_is(path, r->path);
	if (path.n < n || !slice_starts(path, r->path))
		return false;
	*ret_rest = slice_sub(path, n, path.n);
	return true;
}

static struct slice without_port(struct slice host)
{
	ptrdiff_t end;
	if (host.n > 0 && host.p[0] == '[') {
		end = slice_find(host, ']');
		return end < 0 ? SLICE_NONE : slice_sub(host, 1, (size_t)end);
	}
	end = slice_find(host, ':');
	return end < 0 ? host : slice_sub(host, 0, (size_t)end);
}

bool routes_host_allowed(const struct routes *r, struct slice host)
{
	char text[256];
	uint8_t address[16];
	struct slice name = without_port(host);
	if (name.n == 0 || name.n >= sizeof(text))
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (strcmp(text, "localhost") == 0 || inet_pton(AF_INET, text, address) == 1 ||
		inet_pton(AF_INET6, text, address) == 1)
		return true;
	for (size_t i = 0; i < r->n_host; i++) {
		if (strcasecmp(r->host[i], text) == 0)
			return true;
	}
	return false;
}

/* Before anything else is done with a request. */
static int host_check(const struct routes *r, struct request *req, struct why *why)
{
	if (routes_host_allowed(r, request_header(req, "Host")))
		return 0;
	return why_set(why, E_DENIED, "Host",
		"this node is not known by that name; see entente help serve, --host");
}

int routes_body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why)
{
	struct routes *r = ctx;
	*ret = (struct body_rule){BODY_NONE, 0};
	struct slice rest;
	const struct web_door *door = door_of(req->path, &rest);
	/* Headers are read into its arena; nothing else is touched. */
	struct request *head = (struct request *)(uintptr_t)req;
	int rc = host_check(r, head, why);
	if (rc < 0) {
		api_problem(head, why, NULL, 0, 0);
		harden(head);
		return rc;
	}
	if (door)
		return door->body ? door->body(r->api, head, ret, why) : 0;
	return api_owns(req->path) ? api_body_rule(r->api, head, ret, why) : 0;
}

static int answer_row(struct routes *r, struct db *db, struct request *req, const struct route *row,
	struct slice rest, struct why *why)
{
	struct caller caller;
	int rc = row->who == FOR_READERS ? reader_of(r, db, req, row->area, &caller, why) : 0;
	return rc < 0 ? rc : row->answer(r, db, req, rest, why);
}

/* A door knows nothing of the audit: what it has brought for somebody is written down here, before the answer is given. */
static int answer_door(struct routes *r, struct db *db, struct request *req,
	const struct web_door *door, struct slice rest, struct why *why)
{
	struct shown_to shown CLEANUP_SHOWN = {0};
	int rc = door->answer(r->api, db, req, rest, &shown, why);

	if (rc < 0)
		return rc;
	db_rollback(db);
	rc = reads_write(r->api, db, &shown, why);
	if (rc < 0)
		response_undo(req);
	return rc;
}

static int answer(struct routes *r, struct db *db, struct request *req, struct why *why)
{
	bool head = strcmp(req->method, "HEAD") == 0;
	struct slice rest;
	if (api_owns(req->path)) {
		api_handle(r->api, db, req);
		return 0;
	}
	const struct web_door *door = door_of(req->path, &rest);
	if (door && door->body)
		return answer_door(r, db, req, door, rest, why);
	if (!head && strcmp(req->method, "GET") != 0) {
		response_text(req, 405, "text/plain; charset=utf-8", SLICE("only GET and HEAD\n"));
		response_header(req, "Allow", "GET, HEAD");
		return 0;
	}
	if (door)
		return answer_door(r, db, req, door, rest, why);
	for (const struct route *row = route_table; row->method; row++) {
		if (path_fits(row, req->path, &rest))
			return answer_row(r, db, req, row, rest, why);
	}
	return why_set(why, E_MISSING, "", "no such page");
}

bool routes_quick(void *ctx, struct request *req)
{
	struct routes *r = ctx;
	struct slice rest;
	const struct web_door *door = door_of(req->path, &rest);
	bool done = false;

	if (!routes_host_allowed(r, request_header(req, "Host")))
		return false;
	if (door)
		done = door->quick && door->quick(r->api, req, rest);
	else if (api_owns(req->path))
		done = api_quick(r->api, req);
	if (done)
		harden(req);
	return done;
}

int routes_handle(void *ctx, struct request *req, unsigned worker)
{
	struct routes *r = ctx;
	struct why why = {0};
	int rc = answer(r, r->db[worker], req, &why);
	if (rc == PUBLIC_PARK) {
		req->park_until_mono_ms = env_mono_ms(&r->status.node->env) + LIMIT_LONG_POLL_MS;
		return SERVER_PARK;
	}
	if (rc < 0)
		api_problem(req, &why, NULL, 0, 0);
	harden(req);
	return SERVER_ANSWER;
}
