/*
 * A small server over net/server.h for test_guard.py and for trying things by hand.
 *
 *	guardserver [--tls] [--client-cert] [--head-ms N] [--stall-ms N] [--connections N]
 *[--per-address N]
 *	            [--spool DIR]
 *
 * Prints "port N", then serves until its standard input ends, then stops with a second of grace and
 * prints the counts.
 *
 *	GET  /ok          "ok"              GET  /pin         the client's pin in hex, or "none"
 *	POST /echo        the body back     PUT  /file        size and SHA-256 of a spooled body
 *	GET  /park?ms=N   parks until       POST /wake        wakes the parked and streams
 *	GET  /stream      three events      GET  /header?name=N   a header of the request
 *	GET  /smuggled    counted; must never be reached by a request hidden in another
 *	GET  /count       how often that was
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "crypt/cert.h"
#include "net/server.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <unistd.h>

struct app {
	struct env env;
	struct server *server;
	atomic_uint wakes, smuggled;
};

static int body_rule(void *ctx, const struct request *req, struct body_rule *ret, struct why *why)
{
	(void)ctx;
	if (slice_is(req->path, "/echo"))
		*ret = (struct body_rule){.kind = BODY_MEMORY, .max = 64 * KIB};
	else if (slice_is(req->path, "/file"))
		*ret = (struct body_rule){.kind = BODY_FILE, .max = 64 * MIB};
	else if (slice_is(req->path, "/denied"))
		return why_set(why, E_DENIED, "", "not for you");
	else
		*ret = (struct body_rule){.kind = BODY_NONE};
	return 0;
}

static void text(struct request *req, const char *s)
{
	response_text(req, 200, "text/plain", slice_str(s));
}

static void file(struct request *req)
{
	struct hasher *h = hash_start();
	uint8_t chunk[8192];
	char hex[HEX_LEN(32) + 1];
	ssize_t n;

	while (req->body_fd >= 0 && (n = read(req->body_fd, chunk, sizeof(chunk))) > 0)
		hash_add(h, slice_of(chunk, (size_t)n));
	struct hash hash = hash_end(&h);
	hex_encode(hash.b, sizeof(hash.b), hex);
	text(req, arena_printf(&req->arena, "%" PRIu64 " %s", req->body_size, hex));
}

static int park(struct app *app, struct request *req)
{
	uint64_t ms = 0;
	unsigned *seen = req->user;

	if (req->round == 0) {
		seen = arena_new(&req->arena, unsigned);
		*seen = app->wakes;
		req->user = seen;
		if (slice_u64(request_query(req, "ms"), &ms) < 0)
			ms = 1000;
		req->park_until_mono_ms = env_mono_ms(&app->env) + (int64_t)ms;
	}
	if (*seen != app->wakes) {
		text(req, "woken");
		return SERVER_ANSWER;
	}
	if (req->expired) {
		text(req, "expired");
		return SERVER_ANSWER;
	}
	return SERVER_PARK;
}

struct events {
	struct app *app;
	unsigned seen, sent;
};

static int events_next(void *ctx, struct buf *b)
{
	struct events *e = ctx;

	if (e->seen == e->app->wakes)
		return 1;
	e->seen = e->app->wakes;
	buf_addf(b, "data: %u\n\n", ++e->sent);
	return e->sent < 3;
}

static void events_end(void *ctx)
{
	mem_free(ctx);
}

static void stream(struct app *app, struct request *req)
{
	struct events *e = mem_new(struct events);

	e->app = app;
	e->seen = app->wakes;
	req->response.status = 200;
	req->response.type = "text/event-stream";
	req->response.stream = events_next;
	req->response.stream_end = events_end;
	req->response.stream_ctx = e;
}

static void pin(struct request *req)
{
	char hex[HEX_LEN(32) + 1] = "none";

	if (req->has_pin)
		hex_encode(req->pin.b, sizeof(req->pin.b), hex);
	text(req, hex);
}

static int handle(void *ctx, struct request *req, unsigned worker)
{
	struct app *app = ctx;
	struct why why = {0};

	(void)worker;
	if (slice_is(req->path, "/ok"))
		text(req, "ok");
	else if (slice_is(req->path, "/echo"))
		response_text(req, 200, "application/octet-stream", req->body);
	else if (slice_is(req->path, "/file"))
		file(req);
	else if (slice_is(req->path, "/park"))
		return park(app, req);
	else if (slice_is(req->path, "/stream"))
		stream(app, req);
	else if (slice_is(req->path, "/pin"))
		pin(req);
	else if (slice_is(req->path, "/header"))
		response_text(req, 200, "text/plain",
			request_header(req, arena_string(&req->arena, request_query(req, "name"))));
	else if (slice_is(req->path, "/smuggled")) {
		app->smuggled++;
		text(req, "smuggled");
	} else if (slice_is(req->path, "/count"))
		text(req, arena_printf(&req->arena, "%u", app->smuggled));
	else if (slice_is(req->path, "/wake")) {
		app->wakes++;
		server_wake(app->server);
		text(req, "woke");
	} else {
		(void)why_set(&why, E_MISSING, "", "no such page");
		response_problem(req, &why);
	}
	return SERVER_ANSWER;
}

static uint64_t number(const char *s)
{
	uint64_t n = 0;

	if (s == NULL || slice_u64(slice_str(s), &n) < 0)
		exit(64);
	return n;
}

static void options(struct server_options *o, bool *tls, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct slice a = slice_str(argv[i]);

		if (slice_is(a, "--tls"))
			*tls = true;
		else if (slice_is(a, "--client-cert"))
			*tls = o->client_cert = true;
		else if (slice_is(a, "--head-ms"))
			o->head_ms = (int64_t)number(argv[++i]);
		else if (slice_is(a, "--stall-ms"))
			o->body_stall_ms = (int64_t)number(argv[++i]);
		else if (slice_is(a, "--connections"))
			o->connections = (unsigned)number(argv[++i]);
		else if (slice_is(a, "--per-address"))
			o->connections_per_address = (unsigned)number(argv[++i]);
		else if (slice_is(a, "--spool"))
			o->spool_dir = argv[++i];
		else
			exit(64);
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"localhost", "127.0.0.1"};
	struct app app = {.env = env_system()};
	struct server_options o = {.body_rule = body_rule, .handle = handle, .ctx = &app};
	struct buf cert CLEANUP_BUF = BUF(16 * KIB), key CLEANUP_BUF = BUF(16 * KIB);
	struct server_stats stats;
	struct hash hash;
	struct why why = {0};
	bool tls = false;
	char c;

	options(&o, &tls, argc, argv);
	o.env = app.env;
	if (tls && cert_make(CERT_P256, "guardserver", names, 2, 30, &app.env, &cert, &key, &hash,
			   &why) < 0)
		must_fail(why.text, __FILE__, __LINE__);
	o.cert_pem = buf_slice(&cert);
	o.key_pem = buf_slice(&key);
	if (server_start(&app.server, &o, &why) < 0)
		must_fail(why.text, __FILE__, __LINE__);
	printf("port %u\n", server_port(app.server));
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	server_stats(app.server, &stats);
	server_stop(&app.server, 1000);
	printf("connections %" PRIu64 " requests %" PRIu64 " guarded %" PRIu64 " timed_out %" PRIu64
	       " open %u\n",
		stats.connections, stats.requests, stats.guarded, stats.timed_out, stats.open);
	return 0;
}
